#include "gateway/cli/import_mapping.h"

#include "gateway/cli/import_value.h"
#include "runtime/base/text.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

const char *const mapped_field_names[MAPPED_FIELDS] = {
    [MAPPED_EXTERNAL_ID] = "externalId",
    [MAPPED_DISPLAY_NAME] = "displayName",
    [MAPPED_ACCOUNT] = "account",
    [MAPPED_SECTOR] = "sector",
    [MAPPED_COUNTRY] = "country",
    [MAPPED_SOLUTION] = "solution",
    [MAPPED_SEGMENT] = "segment",
    [MAPPED_SELLER] = "seller",
    [MAPPED_AMOUNT] = "amount",
    [MAPPED_CURRENCY] = "currency",
    [MAPPED_ENGAGEMENT] = "engagement",
    [MAPPED_STATE] = "state",
    [MAPPED_STAGE] = "stage",
    [MAPPED_OPEN_TIME] = "openTime",
    [MAPPED_QUALIFY_TIME] = "qualifyTime",
    [MAPPED_EXPECTED_CLOSE_TIME] = "expectedCloseTime",
    [MAPPED_CLOSE_TIME] = "closeTime",
    [MAPPED_LOSS_REASON] = "lossReason",
    [MAPPED_INCUMBENT_COMPETITOR] = "incumbentCompetitor",
};

/* The columns of a Salesforce report or Data Loader export, with the stages that an organization begins with.
 */
static const char salesforce[] =
    "{\"fields\": {\"externalId\": [\"Opportunity ID\", \"Id\"], \"displayName\": [\"Opportunity Name\", "
    "\"Name\"], \"account\": [\"Account Name\", \"Account.Name\"], \"sector\": [\"Industry\", "
    "\"Account.Industry\"], \"country\": [\"Billing Country\", \"Account.BillingCountry\"], \"solution\": "
    "[\"Product Name\", \"Product\"], \"segment\": [\"Segment\", \"Segment__c\"], \"seller\": "
    "[\"Opportunity Owner\", \"Owner.Name\"], \"amount\": [\"Amount\"], \"currency\": [\"Amount Currency\", "
    "\"CurrencyIsoCode\"], \"engagement\": [\"Primary Partner\", \"Partner Account\", "
    "\"PartnerAccount.Name\"], \"stage\": [\"Stage\", \"StageName\"], \"openTime\": [\"Created Date\", "
    "\"CreatedDate\"], \"expectedCloseTime\": [\"Close Date\", \"CloseDate\"], \"closeTime\": [\"Close "
    "Date\", "
    "\"CloseDate\"], \"lossReason\": [\"Loss Reason\", \"Loss_Reason__c\"], \"incumbentCompetitor\": [\"Main "
    "Competitor(s)\", \"MainCompetitors__c\"]}, \"stages\": {\"Prospecting\": \"PROSPECT\", "
    "\"Qualification\": "
    "\"QUALIFIED\", \"Needs Analysis\": \"QUALIFIED\", \"Value Proposition\": \"TECHNICAL_VALIDATION\", "
    "\"Id. "
    "Decision Makers\": \"TECHNICAL_VALIDATION\", \"Perception Analysis\": \"TECHNICAL_VALIDATION\", "
    "\"Proposal/Price Quote\": \"BUSINESS_VALIDATION\", \"Negotiation/Review\": \"BUSINESS_VALIDATION\", "
    "\"Closed Won\": \"WON\", \"Closed Lost\": \"LOST\"}, \"lossReasons\": {\"\": \"NOT_RECORDED\", "
    "\"Price\": "
    "\"PRICE\", \"Lost to Competitor\": \"COMPETITOR\", \"No Budget / Lost Funding\": \"NO_BUDGET\", \"No "
    "Decision / Non-Responsive\": \"NO_DECISION\", \"*\": \"OTHER\"}, \"engagements\": {\"\": "
    "\"INDEPENDENT\", \"*\": \"JOINT\"}, \"dateFormat\": \"MM/DD/YYYY\"}";

/* The columns of a HubSpot export of deals, with the stages of its first pipeline. */
static const char hubspot[] =
    "{\"fields\": {\"externalId\": [\"Record ID\", \"Deal ID\"], \"displayName\": [\"Deal Name\"], "
    "\"account\": "
    "[\"Associated Company\", \"Associated Company (Primary)\"], \"sector\": [\"Industry\"], \"country\": "
    "[\"Country/Region\"], \"solution\": [\"Product\"], \"segment\": [\"Segment\"], \"seller\": [\"Deal "
    "owner\"], \"amount\": [\"Amount\"], \"currency\": [\"Currency\"], \"engagement\": [\"Partner\"], "
    "\"stage\": "
    "[\"Deal Stage\"], \"openTime\": [\"Create Date\"], \"expectedCloseTime\": [\"Close Date\"], "
    "\"closeTime\": [\"Close Date\"], \"lossReason\": [\"Closed Lost Reason\"], \"incumbentCompetitor\": "
    "[\"Competitor\"]}, \"stages\": {\"Appointment Scheduled\": \"PROSPECT\", \"Qualified To Buy\": "
    "\"QUALIFIED\", \"Presentation Scheduled\": \"TECHNICAL_VALIDATION\", \"Decision Maker Bought-In\": "
    "\"BUSINESS_VALIDATION\", \"Contract Sent\": \"COMMITTED\", \"Closed Won\": \"WON\", \"Closed Lost\": "
    "\"LOST\"}, \"lossReasons\": {\"\": \"NOT_RECORDED\", \"*\": \"OTHER\"}, \"engagements\": {\"\": "
    "\"INDEPENDENT\", \"*\": \"JOINT\"}, \"dateFormat\": \"YYYY-MM-DD\"}";

/* sales_pipeline.csv of the set that `import crm` reads, alone: without partner, sector and country. */
static const char crm[] =
    "{\"fields\": {\"externalId\": \"opportunity_id\", \"account\": \"account\", \"solution\": \"product\", "
    "\"seller\": \"sales_agent\", \"amount\": \"close_value\", \"stage\": \"deal_stage\", \"openTime\": "
    "\"engage_date\", \"closeTime\": \"close_date\"}, \"stages\": {\"Prospecting\": \"PROSPECT\", "
    "\"Engaging\": \"QUALIFIED\", \"Won\": \"WON\", \"Lost\": \"LOST\"}, \"lossReasons\": {\"\": "
    "\"NOT_RECORDED\"}, \"dateFormat\": \"ISO\"}";

/* What `entente export opportunities` writes. */
static const char entente[] =
    "{\"fields\": {\"externalId\": \"externalId\", \"displayName\": \"displayName\", \"account\": "
    "\"account\", "
    "\"sector\": \"sector\", \"country\": \"country\", \"solution\": \"solution\", \"segment\": \"segment\", "
    "\"seller\": \"seller\", \"amount\": \"amount\", \"currency\": \"currency\", \"engagement\": "
    "\"engagement\", "
    "\"state\": \"state\", \"stage\": \"stage\", \"openTime\": \"openTime\", \"qualifyTime\": "
    "\"qualifyTime\", "
    "\"expectedCloseTime\": \"expectedCloseTime\", \"closeTime\": \"closeTime\", \"lossReason\": "
    "\"lossReason\", \"incumbentCompetitor\": \"incumbentCompetitor\"}, \"dateFormat\": \"ISO\", "
    "\"formulaGuard\": true}";

static const struct {
  const char *name, *text;
} built_in[] = {{"salesforce", salesforce}, {"hubspot", hubspot}, {"crm", crm}, {"entente", entente}};

/* ---- reading ---- */

struct reading {
  struct arena *arena;
  const char *name;
  const char *problem;
};

static bool problem(struct reading *reading, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool problem(struct reading *reading, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  reading->problem =
      arena_printf(reading->arena, "%s: %s", reading->name, arena_vprintf(reading->arena, format, arguments));
  va_end(arguments);
  return false;
}

/* One header, or several of which the first that is there counts. */
static bool read_columns(struct reading *reading, const char *field, const json_t *value, const char ***out) {
  size_t count = json_is_array(value) ? json_array_size(value) : 1;
  *out = arena_calloc(reading->arena, count + 1, sizeof **out);
  for (size_t i = 0; i < count; i++) {
    const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
    if (!json_is_string(one))
      return problem(reading, "fields.%s must be a column's header, or a list of headers", field);
    (*out)[i] = arena_strdup(reading->arena, json_string_value(one));
  }
  return true;
}

static bool read_fields(struct reading *reading, json_t *fields, struct import_mapping *mapping) {
  const char *key;
  json_t *value;
  if (!json_is_object(fields))
    return problem(reading, "`fields` must say which column each field is in");
  json_object_foreach(fields, key, value) {
    size_t field = 0;
    while (field < MAPPED_FIELDS && strcmp(mapped_field_names[field], key) != 0)
      field++;
    if (field == MAPPED_FIELDS)
      return problem(reading, "there is no field `%s`; docs/import.md lists them", key);
    if (!read_columns(reading, key, value, &mapping->columns[field]))
      return false;
  }
  if (!mapping->columns[MAPPED_EXTERNAL_ID] || !mapping->columns[MAPPED_STAGE])
    return problem(reading,
                   "fields.externalId and fields.stage are needed: a row is known by the one and placed "
                   "by the other");
  return true;
}

static bool is_one_of(const char *word, const char *const *words) {
  while (*words && strcmp(*words, word) != 0)
    words++;
  return *words;
}

static bool read_values(struct reading *reading, const char *name, json_t *object, const char *const *words,
                        struct mapped_values *out) {
  const char *key;
  json_t *value;
  if (!object)
    return true;
  if (!json_is_object(object))
    return problem(reading, "`%s` must be an object", name);
  out->from = arena_calloc(reading->arena, json_object_size(object), sizeof *out->from);
  out->to = arena_calloc(reading->arena, json_object_size(object), sizeof *out->to);
  json_object_foreach(object, key, value) {
    const char *to = json_string_value(value);
    if (!to || !is_one_of(to, words))
      return problem(reading, "%s: `%s` is none of ours; docs/import.md lists them", name, to ? to : key);
    out->from[out->count] = arena_strdup(reading->arena, key);
    out->to[out->count++] = arena_strdup(reading->arena, to);
  }
  return true;
}

static bool read_all_values(struct reading *reading, json_t *root, struct import_mapping *mapping) {
  static const char *const stages[] = {
      "PROSPECT", "QUALIFIED", "TECHNICAL_VALIDATION", "BUSINESS_VALIDATION", "COMMITTED", "WON",
      "LOST",     NULL};
  static const char *const states[] = {"OPEN", "WON", "LOST", NULL};
  static const char *const engagements[] = {"JOINT", "INDEPENDENT", NULL};
  static const char *const reasons[] = {"PRICE",
                                        "COMPETITOR",
                                        "NO_BUDGET",
                                        "NO_DECISION",
                                        "OTHER",
                                        "PROJECT_CANCELLED",
                                        "NO_OPPORTUNITY",
                                        "PRODUCT_GAP",
                                        "DUPLICATE",
                                        "TECHNICAL_LIMITATION",
                                        "SECURITY_COMPLIANCE",
                                        "LEGAL_REGULATORY",
                                        "PARTNER_GAP",
                                        "VENDOR_GAP",
                                        "RELATIONSHIP",
                                        "COMMERCIAL_TERMS",
                                        "CUSTOMER_EXPERIENCE",
                                        "NOT_RECORDED",
                                        NULL};
  return read_values(reading, "stages", json_object_get(root, "stages"), stages, &mapping->stages) &&
         read_values(reading, "states", json_object_get(root, "states"), states, &mapping->states) &&
         read_values(reading, "lossReasons", json_object_get(root, "lossReasons"), reasons,
                     &mapping->loss_reasons) &&
         read_values(reading, "engagements", json_object_get(root, "engagements"), engagements,
                     &mapping->engagements);
}

/* `ISO`, or each of YYYY, MM and DD once, parted by one character. */
static bool date_format_good(const char *format) {
  static const char *const good[] = {"ISO",        "YYYY-MM-DD", "YYYY/MM/DD", "MM/DD/YYYY", "DD/MM/YYYY",
                                     "DD.MM.YYYY", "DD-MM-YYYY", "MM-DD-YYYY", NULL};
  return is_one_of(format, good);
}

static bool read_rest(struct reading *reading, json_t *root, struct import_mapping *mapping) {
  static const char *const known[] = {"fields",      "stages",       "states",
                                      "lossReasons", "engagements",  "dateFormat",
                                      "decimalMark", "formulaGuard", NULL};
  const char *key;
  json_t *value;
  json_object_foreach(root, key, value) {
    if (!is_one_of(key, known))
      return problem(reading, "there is no `%s` in a mapping; docs/import.md has the format", key);
  }
  const json_t *format = json_object_get(root, "dateFormat"), *mark = json_object_get(root, "decimalMark");
  mapping->date_format =
      format ? arena_strdup(reading->arena, json_is_string(format) ? json_string_value(format) : "") : "ISO";
  if (!date_format_good(mapping->date_format))
    return problem(reading,
                   "dateFormat must be ISO, YYYY-MM-DD, YYYY/MM/DD, MM/DD/YYYY, DD/MM/YYYY, DD.MM.YYYY, "
                   "DD-MM-YYYY or MM-DD-YYYY");
  const char *mark_text = mark ? json_string_value(mark) : ".";
  if (!mark_text || (strcmp(mark_text, ".") != 0 && strcmp(mark_text, ",") != 0))
    return problem(reading, "decimalMark must be \".\" or \",\"");
  mapping->decimal_mark = *mark_text;
  mapping->formula_guard = json_is_true(json_object_get(root, "formulaGuard"));
  return true;
}

const struct import_mapping *mapping_open(struct arena *arena, const char *name, const char **why) {
  struct import_mapping *mapping = arena_new(arena, struct import_mapping);
  struct reading reading = {.arena = arena, .name = name};
  const char *text = NULL;
  char *data;
  size_t size;
  json_error_t error;
  mapping->name = name;
  for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
    if (strcmp(built_in[i].name, name) == 0)
      text = built_in[i].text;
  if (!text) {
    if (!import_file(arena, name, true, &data, &size, why))
      return NULL;
    text = data;
  }
  json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
  bool good = root ? json_is_object(root) || problem(&reading, "it must be a JSON object")
                   : problem(&reading, "line %d: %s", error.line, error.text);
  good = good && read_fields(&reading, json_object_get(root, "fields"), mapping) &&
         read_all_values(&reading, root, mapping) && read_rest(&reading, root, mapping);
  json_decref(root);
  *why = reading.problem;
  return good ? mapping : NULL;
}

const char *mapped_value(const struct mapped_values *values, const char *value) {
  const char *any = NULL;
  for (size_t i = 0; i < values->count; i++) {
    if (strcasecmp(values->from[i], value) == 0)
      return values->to[i];
    if (strcmp(values->from[i], "*") == 0 && *value)
      any = values->to[i];
  }
  return any;
}
