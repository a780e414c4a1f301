#include "gateway/cli/import_mapping.h"

#include "gateway/cli/import_date.h"
#include "gateway/cli/import_encoding.h"
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
    [MAPPED_DOMAIN] = "domain",
    [MAPPED_TAX_ID] = "taxId",
    [MAPPED_DUNS] = "duns",
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
    [MAPPED_OPPORTUNITY] = "opportunity",
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
    "\"INDEPENDENT\", \"@partner\": \"JOINT\"}, \"dateFormat\": [\"MM/DD/YYYY\", \"ISO\"], "
    "\"salesforceIds\": true}";

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
    "\"INDEPENDENT\", \"@partner\": \"JOINT\"}, \"dateFormat\": [\"YYYY-MM-DD\", \"ISO\"]}";

/* sales_pipeline.csv of the set that `import crm` reads, alone: without partner, sector and country. */
static const char crm[] =
    "{\"fields\": {\"externalId\": \"opportunity_id\", \"account\": \"account\", \"solution\": \"product\", "
    "\"seller\": \"sales_agent\", \"amount\": \"close_value\", \"stage\": \"deal_stage\", \"openTime\": "
    "\"engage_date\", \"closeTime\": \"close_date\"}, \"stages\": {\"Prospecting\": \"PROSPECT\", "
    "\"Engaging\": \"QUALIFIED\", \"Won\": \"WON\", \"Lost\": \"LOST\"}, \"lossReasons\": {\"\": "
    "\"NOT_RECORDED\"}, \"dateFormat\": \"ISO\"}";

/* What `entente export opportunities` writes. */
static const char entente[] =
    "{\"fields\": {\"opportunity\": \"name\", \"externalId\": \"externalId\", \"displayName\": "
    "\"displayName\", \"account\": "
    "\"account\", "
    "\"sector\": \"sector\", \"country\": \"country\", \"domain\": \"domain\", \"taxId\": \"taxId\", "
    "\"duns\": \"duns\", \"solution\": \"solution\", \"segment\": \"segment\", "
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

/* All that is wrong with a mapping is gathered, so that it is mended at once. */
struct reading {
  struct arena *arena;
  const char *name;
  struct buffer problems;
};

static void problem(struct reading *reading, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void problem(struct reading *reading, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (reading->problems.size)
    buffer_text(&reading->problems, "; ");
  buffer_text(&reading->problems, arena_vprintf(reading->arena, format, arguments));
  va_end(arguments);
}

/* One text, or several in a list, ending with NULL. */
static const char **read_texts(struct reading *reading, const char *what, const json_t *value) {
  size_t count = json_is_array(value) ? json_array_size(value) : 1;
  const char **texts = arena_calloc(reading->arena, count + 1, sizeof *texts);
  for (size_t i = 0; i < count; i++) {
    const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
    if (json_is_string(one))
      texts[i] = arena_strdup(reading->arena, json_string_value(one));
    if (text_empty(texts[i])) {
      problem(reading, "%s must be a text that is not empty, or a list of such", what);
      texts[i] = "";
      break;
    }
  }
  if (!count)
    problem(reading, "%s must not be an empty list", what);
  return texts;
}

static void read_fields(struct reading *reading, json_t *fields, struct import_mapping *mapping) {
  const char *key;
  json_t *value;
  if (!json_is_object(fields)) {
    problem(reading, "`fields` must say which column each field is in");
    return;
  }
  json_object_foreach(fields, key, value) {
    size_t field = 0;
    while (field < MAPPED_FIELDS && strcmp(mapped_field_names[field], key) != 0)
      field++;
    if (field == MAPPED_FIELDS)
      problem(reading, "there is no field `%s`; docs/import.md lists them", key);
    else
      mapping->columns[field] = read_texts(reading, arena_printf(reading->arena, "fields.%s", key), value);
  }
  if (!mapping->columns[MAPPED_EXTERNAL_ID] || !mapping->columns[MAPPED_STAGE])
    problem(
        reading,
        "fields.externalId and fields.stage are needed: a row is known by the one and placed by the other");
}

static bool is_one_of(const char *word, const char *const *words) {
  while (*words && strcmp(*words, word) != 0)
    words++;
  return *words;
}

static void read_values(struct reading *reading, json_t *root, const char *name, const char *const *words,
                        struct mapped_values *out) {
  const char *key;
  json_t *value, *object = json_object_get(root, name);
  if (!object)
    return;
  if (!json_is_object(object)) {
    problem(reading, "`%s` must be an object", name);
    return;
  }
  out->from = arena_calloc(reading->arena, json_object_size(object), sizeof *out->from);
  out->to = arena_calloc(reading->arena, json_object_size(object), sizeof *out->to);
  json_object_foreach(object, key, value) {
    const char *to = json_string_value(value);
    if (!to || !is_one_of(to, words)) {
      problem(reading, "%s: `%s` is none of ours; docs/import.md lists them", name, to ? to : key);
      continue;
    }
    out->from[out->count] = arena_strdup(reading->arena, key);
    out->to[out->count++] = arena_strdup(reading->arena, to);
  }
}

static void read_all_values(struct reading *reading, json_t *root, struct import_mapping *mapping) {
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
  read_values(reading, root, "stages", stages, &mapping->stages);
  read_values(reading, root, "states", states, &mapping->states);
  read_values(reading, root, "lossReasons", reasons, &mapping->loss_reasons);
  read_values(reading, root, "engagements", engagements, &mapping->engagements);
}

/* Two forms that read one text as two dates cannot stand side by side. */
static void read_date_forms(struct reading *reading, const json_t *value, struct import_mapping *mapping) {
  static const char *iso[] = {"ISO", NULL};
  mapping->date_forms = value ? read_texts(reading, "dateFormat", value) : iso;
  for (const char **form = mapping->date_forms; *form; form++) {
    const char *turned = date_form_turned(*form);
    if (form - mapping->date_forms == DATE_FORMS_MAX)
      problem(reading, "dateFormat has more than %d forms", DATE_FORMS_MAX);
    if (!text_empty(*form) && !date_form_known(*form))
      problem(reading,
              "dateFormat: `%s` must be ISO, YYYY-MM-DD, YYYY/MM/DD, MM/DD/YYYY, DD/MM/YYYY, DD.MM.YYYY, "
              "DD-MM-YYYY or MM-DD-YYYY",
              *form);
    if (turned && is_one_of(turned, form + 1))
      problem(reading, "dateFormat: %s and %s cannot be told apart", *form, turned);
  }
}

static bool read_flag(struct reading *reading, const json_t *root, const char *name) {
  const json_t *value = json_object_get(root, name);
  if (value && !json_is_boolean(value))
    problem(reading, "%s must be true or false", name);
  return json_is_true(value);
}

static void read_rest(struct reading *reading, json_t *root, struct import_mapping *mapping) {
  static const char *const known[] = {"fields",       "stages",        "states",      "lossReasons",
                                      "engagements",  "dateFormat",    "decimalMark", "encoding",
                                      "formulaGuard", "salesforceIds", NULL};
  const char *key;
  json_t *value;
  json_object_foreach(root, key, value) {
    if (!is_one_of(key, known))
      problem(reading, "there is no `%s` in a mapping; docs/import.md has the format", key);
  }
  read_date_forms(reading, json_object_get(root, "dateFormat"), mapping);
  const json_t *mark = json_object_get(root, "decimalMark"), *encoding = json_object_get(root, "encoding");
  const char *mark_text = mark ? json_string_value(mark) : ".";
  if (!mark_text || (strcmp(mark_text, ".") != 0 && strcmp(mark_text, ",") != 0))
    problem(reading, "decimalMark must be \".\" or \",\"");
  mapping->decimal_mark = mark_text ? *mark_text : '.';
  if (encoding && (!json_is_string(encoding) || !encoding_known(json_string_value(encoding))))
    problem(reading, "encoding must be UTF-8, UTF-16, WINDOWS-1252 or ISO-8859-1");
  else if (encoding)
    mapping->encoding = arena_strdup(reading->arena, json_string_value(encoding));
  mapping->formula_guard = read_flag(reading, root, "formulaGuard");
  mapping->salesforce_ids = read_flag(reading, root, "salesforceIds");
}

struct import_mapping *mapping_open(struct arena *arena, const char *name, const char **why) {
  struct import_mapping *mapping = arena_new(arena, struct import_mapping);
  struct reading reading = {.arena = arena, .name = name, .problems = {.arena = arena}};
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
  if (!root) {
    problem(&reading, "line %d: %s", error.line, error.text);
  } else if (!json_is_object(root)) {
    problem(&reading, "it must be a JSON object");
  } else {
    read_fields(&reading, json_object_get(root, "fields"), mapping);
    read_all_values(&reading, root, mapping);
    read_rest(&reading, root, mapping);
  }
  json_decref(root);
  if (!reading.problems.size)
    return mapping;
  *why = arena_printf(arena, "%s: %s", name, reading.problems.data);
  return NULL;
}

bool mapped_has(const struct mapped_values *values, const char *value) {
  for (size_t i = 0; i < values->count; i++)
    if (strcmp(values->from[i], value) == 0)
      return true;
  return false;
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
