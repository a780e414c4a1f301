#include "gateway/cli/import_table.h"

#include "gateway/cli/csv_write.h"
#include "gateway/cli/import_amount.h"
#include "gateway/cli/import_date.h"
#include "gateway/cli/import_encoding.h"
#include "gateway/cli/import_value.h"
#include "runtime/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { ABSENT = CSV_FIELDS_MAX };

struct table {
  struct arena *arena;
  const struct table_options *options;
  struct csv csv;
  size_t columns[MAPPED_FIELDS]; /* ABSENT: not in the file */
  size_t width;
  int64_t rows, taken;
  struct crm_note notes[MAPPED_FIELDS + 1];
  size_t note_count;
};

/* A row being mapped: what is wrong with it is gathered. */
struct mapping_row {
  struct table *table;
  struct arena *arena;
  char *const *cells;
  struct buffer problems;
};

static void wrong(struct mapping_row *row, enum mapped_field field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void wrong(struct mapping_row *row, enum mapped_field field, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  buffer_printf(&row->problems, "%s%s: %s", row->problems.size ? "; " : "", mapped_field_names[field],
                arena_vprintf(row->arena, format, arguments));
  va_end(arguments);
}

/* ---- cells ---- */

/* The cell of a field, without white space around it; "" when there is no such column. */
static char *cell(const struct mapping_row *row, enum mapped_field field) {
  size_t column = row->table->columns[field];
  const char *text = column == ABSENT ? "" : row->cells[column];
  text += strspn(text, " \t\r\n");
  size_t length = strlen(text);
  while (length && strchr(" \t\r\n", text[length - 1]))
    length--;
  if (row->table->options->mapping->formula_guard && *text == '\'' && csv_is_formula(text)) {
    text++;
    length--;
  }
  return arena_strndup(row->arena, text, length);
}

/* A date by the first form that it has; NULL when it has none. */
static Google__Protobuf__Timestamp *date_of(const struct mapping_row *row, const char *text) {
  Google__Protobuf__Timestamp *time = NULL;
  for (const char **form = row->table->options->mapping->date_forms; *form && !time; form++)
    time = date_read(row->arena, *form, text);
  return time;
}

/* ---- opening ---- */

/* Headers are the same whatever their case, and the white space around them. */
static bool header_is(const char *header, const char *name) {
  header += strspn(header, " \t");
  size_t length = strlen(header);
  while (length && strchr(" \t", header[length - 1]))
    length--;
  return length == strlen(name) && strncasecmp(header, name, length) == 0;
}

/* The column with the header, ABSENT; `*twice` when there are two. */
static size_t column_find(const struct csv_record *header, const char *name, bool *twice) {
  size_t found = ABSENT;
  *twice = false;
  for (size_t c = 0; c < header->count; c++) {
    if (!header_is(header->fields[c], name))
      continue;
    *twice = *twice || found != ABSENT;
    found = found == ABSENT ? c : found;
  }
  return found;
}

static const char *find_columns(struct table *table, const struct csv_record *header) {
  const struct import_mapping *mapping = table->options->mapping;
  for (size_t f = 0; f < MAPPED_FIELDS; f++) {
    table->columns[f] = ABSENT;
    for (const char **name = mapping->columns[f]; name && *name && table->columns[f] == ABSENT; name++) {
      bool twice;
      table->columns[f] = column_find(header, *name, &twice);
      if (twice)
        return arena_printf(table->arena, "two columns are called `%s`: which of them is %s?", *name,
                            mapped_field_names[f]);
    }
    if (!mapping->columns[f] || table->columns[f] != ABSENT)
      continue;
    if (f == MAPPED_EXTERNAL_ID || f == MAPPED_STAGE)
      return arena_printf(table->arena, "its header has no column `%s`, which %s takes for %s",
                          mapping->columns[f][0], mapping->name, mapped_field_names[f]);
    table->notes[table->note_count++] =
        (struct crm_note){arena_printf(table->arena, "no column `%s`: %s is left as it is",
                                       mapping->columns[f][0], mapped_field_names[f]),
                          0};
  }
  return NULL;
}

/* Of several partners' deals, only this one's may become joint: so it has to be said who it is. */
static const char *check_engagement(const struct table *table) {
  const struct table_options *options = table->options;
  bool column = table->columns[MAPPED_ENGAGEMENT] != ABSENT;
  if (!column && !options->engagement)
    return "no column says who sells: give --engagement joint or independent";
  if (column && mapped_has(&options->mapping->engagements, MAPPED_PARTNER) &&
      !(options->partners && *options->partners))
    return arena_printf(table->arena,
                        "its column `%s` names partners: say with --partner which of them is this "
                        "partnership's",
                        *options->mapping->columns[MAPPED_ENGAGEMENT]);
  return NULL;
}

/* Dates that fit only with day and month the other way round: then the others are misread as well. */
static const char *check_dates(const struct mapping_row *row, int64_t line) {
  static const enum mapped_field times[] = {MAPPED_OPEN_TIME, MAPPED_QUALIFY_TIME, MAPPED_EXPECTED_CLOSE_TIME,
                                            MAPPED_CLOSE_TIME};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
    const char *text = cell(row, times[i]), *turned = NULL;
    if (!*text || date_of(row, text))
      continue;
    for (const char **form = row->table->options->mapping->date_forms; *form && !turned; form++) {
      turned = date_form_turned(*form);
      if (turned && date_read(row->arena, turned, text))
        return arena_printf(
            row->table->arena,
            "line %lld: %s `%s` is of the form %s and not %s: other dates would be misread, so "
            "nothing is taken; see --date-format",
            (long long)line, mapped_field_names[times[i]], text, turned, *form);
      turned = NULL;
    }
  }
  return NULL;
}

/* Counts the rows, without what some reports write below the table: lines of one cell behind an empty line.
 */
static const char *scan_rows(struct table *table) {
  struct csv scan = table->csv;
  struct arena *scratch = arena_create(64 << 20, NULL, NULL);
  const char *problem = NULL;
  int64_t records = 0;
  bool below = false;
  while (!problem) {
    struct csv_record record;
    int64_t line = scan.line;
    arena_reset(scratch);
    enum csv_result got = csv_next(&scan, scratch, &record);
    if (got == CSV_END)
      break;
    below = got == CSV_RECORD && record.count == 1 && table->width > 1 && (below || record.line > line);
    records++;
    table->rows = below ? table->rows : records;
    const struct mapping_row row = {.table = table, .arena = scratch, .cells = record.fields};
    if (got == CSV_RECORD && record.count == table->width)
      problem = check_dates(&row, record.line);
  }
  arena_destroy(scratch);
  for (size_t i = 0; i < table->note_count; i++)
    table->notes[i].rows = table->rows;
  if (records > table->rows)
    table->notes[table->note_count++] =
        (struct crm_note){"a line of one cell below the table is passed over", records - table->rows};
  return problem;
}

static const char *read_header(struct table *table) {
  struct csv_record header;
  if (csv_next(&table->csv, table->arena, &header) != CSV_RECORD)
    return arena_printf(table->arena, "it has no header line: %s",
                        header.problem ? header.problem : "it is empty");
  table->width = header.count;
  return find_columns(table, &header);
}

struct table *table_open(struct arena *arena, const struct table_options *options, const char **problem) {
  struct table *table = arena_new(arena, struct table);
  char *data;
  size_t size;
  table->arena = arena;
  table->options = options;
  if (!import_file(arena, options->file, true, &data, &size, problem))
    return NULL;
  const char *wrong = encoding_decode(arena, options->mapping->encoding, &data, &size);
  if (!wrong) {
    csv_init(&table->csv, data, size);
    wrong = read_header(table);
  }
  if (!wrong)
    wrong = check_engagement(table);
  if (!wrong)
    wrong = scan_rows(table);
  *problem = wrong ? arena_printf(arena, "%s: %s", options->file, wrong) : NULL;
  return wrong ? NULL : table;
}

int64_t table_rows(const struct table *table) {
  return table->rows;
}

size_t table_notes(const struct table *table, const struct crm_note **notes) {
  *notes = table->notes;
  return table->note_count;
}

/* ---- values ---- */

static void set_amount(struct mapping_row *row, Sell__OpportunityRow *out) {
  const char *text = cell(row, MAPPED_AMOUNT);
  const struct amount_rules rules = {.mark = row->table->options->mapping->decimal_mark,
                                     .column = cell(row, MAPPED_CURRENCY),
                                     .usual = row->table->options->currency};
  const char *problem = *text ? amount_read(row->arena, text, &rules, &out->amount) : NULL;
  if (problem)
    wrong(row, MAPPED_AMOUNT, "%s", problem);
}

static void set_time(struct mapping_row *row, enum mapped_field field, Google__Protobuf__Timestamp **out) {
  const char *text = cell(row, field);
  if (!*text)
    return;
  *out = date_of(row, text);
  if (!*out)
    wrong(row, field, "`%s` is no date of the form %s", text, row->table->options->mapping->date_forms[0]);
}

/* The number of an enum's value by its name without prefix; -1 when there is none. */
static int number_of(const ProtobufCEnumDescriptor *values, const char *prefix, const char *name) {
  char whole[64];
  snprintf(whole, sizeof whole, "%s%s", prefix, name);
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(values, whole);
  return value ? value->value : -1;
}

#define STATE(name) SELL__OPPORTUNITY__STATE__STATE_##name
#define STAGE(name) SELL__OPPORTUNITY__STAGE__STAGE_##name

/* A column of states goes before what the stage says. */
static void set_stage(struct mapping_row *row, Sell__OpportunityRow *out) {
  const struct import_mapping *mapping = row->table->options->mapping;
  const char *text = cell(row, MAPPED_STAGE), *state = cell(row, MAPPED_STATE);
  const char *stage = mapping->stages.count ? mapped_value(&mapping->stages, text) : text;
  const char *known = *state && mapping->states.count ? mapped_value(&mapping->states, state) : state;
  int number = stage ? number_of(&sell__opportunity__stage__descriptor, "STAGE_", stage) : -1;
  out->state = STATE(OPEN);
  out->stage = number > 0 ? (Sell__Opportunity__Stage)number : STAGE(QUALIFIED);
  if (stage && strcmp(stage, "WON") == 0)
    out->state = STATE(WON);
  else if (stage && strcmp(stage, "LOST") == 0)
    out->state = STATE(LOST);
  else if (number <= 0)
    wrong(row, MAPPED_STAGE, "`%s` is not among the mapping's stages", text);
  if (out->state == STATE(WON))
    out->stage = STAGE(COMMITTED);
  if (!known || !*known) {
    if (!known)
      wrong(row, MAPPED_STATE, "`%s` is not among the mapping's states", state);
    return;
  }
  number = number_of(&sell__opportunity__state__descriptor, "STATE_", known);
  if (number <= 0 || number == STATE(REVERSED))
    wrong(row, MAPPED_STATE, "`%s` cannot be imported", state);
  else
    out->state = (Sell__Opportunity__State)number;
}

/* What stands in a column of partners; NULL when nothing is said of it. */
static const char *engagement_of(const struct mapping_row *row, const char *text) {
  const struct table_options *options = row->table->options;
  const struct mapped_values *values = &options->mapping->engagements;
  if (row->table->columns[MAPPED_ENGAGEMENT] == ABSENT)
    return options->engagement;
  if (!values->count)
    return text;
  for (const char **partner = options->partners; partner && *partner; partner++)
    if (strcasecmp(*partner, text) == 0 && mapped_has(values, MAPPED_PARTNER))
      return mapped_value(values, MAPPED_PARTNER);
  return strcmp(text, MAPPED_PARTNER) == 0 ? NULL : mapped_value(values, text);
}

static void set_engagement(struct mapping_row *row, Sell__OpportunityRow *out) {
  const char *text = cell(row, MAPPED_ENGAGEMENT), *known = engagement_of(row, text);
  int number = known ? number_of(&sell__opportunity__engagement__descriptor, "ENGAGEMENT_", known) : -1;
  if (number > 0)
    out->engagement = (Sell__Opportunity__Engagement)number;
  else if (mapped_has(&row->table->options->mapping->engagements, MAPPED_PARTNER))
    wrong(row, MAPPED_ENGAGEMENT, "`%s` is not the partner that --partner names: the deal is another one's",
          text);
  else
    wrong(row, MAPPED_ENGAGEMENT, "`%s` says neither joint nor independent", text);
}

static void set_loss_reason(struct mapping_row *row, Sell__OpportunityRow *out) {
  const struct mapped_values *values = &row->table->options->mapping->loss_reasons;
  const char *text = cell(row, MAPPED_LOSS_REASON);
  const char *known = values->count ? mapped_value(values, text) : *text ? text : "NOT_RECORDED";
  int number = known ? number_of(&sell__opportunity__loss_reason__descriptor, "LOSS_REASON_", known) : -1;
  if (number <= 0)
    wrong(row, MAPPED_LOSS_REASON, "`%s` is not among the mapping's loss reasons", text);
  else
    out->loss_reason = (Sell__Opportunity__LossReason)number;
}

/* Reports have 15 characters, of which case tells some apart; other exports append three that make case
 * needless. One deal must not be two. */
static char *salesforce_id(const struct mapping_row *row, char *id) {
  enum { SHORT = 15, PART = 5 };
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
  if (!row->table->options->mapping->salesforce_ids || strlen(id) != SHORT)
    return id;
  char *whole = arena_printf(row->arena, "%sAAA", id);
  for (size_t part = 0; part < SHORT / PART; part++) {
    unsigned bits = 0;
    for (size_t i = 0; i < PART; i++) {
      unsigned char c = (unsigned char)id[part * PART + i];
      if (!isalnum(c))
        return id;
      bits |= isupper(c) ? 1u << i : 0;
    }
    whole[SHORT + part] = digits[bits];
  }
  return whole;
}

static void set_texts(const struct mapping_row *row, Sell__OpportunityRow *out) {
  out->external_id = salesforce_id(row, cell(row, MAPPED_EXTERNAL_ID));
  out->display_name = cell(row, MAPPED_DISPLAY_NAME);
  out->solution = cell(row, MAPPED_SOLUTION);
  out->segment = cell(row, MAPPED_SEGMENT);
  out->seller = cell(row, MAPPED_SELLER);
  out->incumbent_competitor = cell(row, MAPPED_INCUMBENT_COMPETITOR);
  out->opportunity = cell(row, MAPPED_OPPORTUNITY);
  Sell__Customer *customer = arena_new(row->arena, Sell__Customer);
  sell__customer__init(customer);
  customer->account = cell(row, MAPPED_ACCOUNT);
  customer->sector = cell(row, MAPPED_SECTOR);
  customer->country = cell(row, MAPPED_COUNTRY);
  customer->domain = cell(row, MAPPED_DOMAIN);
  customer->tax_id = cell(row, MAPPED_TAX_ID);
  customer->duns = cell(row, MAPPED_DUNS);
  if (*customer->account || *customer->sector || *customer->country || *customer->domain ||
      *customer->tax_id || *customer->duns)
    out->customer = customer;
}

static const char *map_row(struct table *table, struct arena *arena, char *const *cells,
                           Sell__OpportunityRow *out) {
  struct mapping_row row = {.table = table, .arena = arena, .cells = cells, .problems = {.arena = arena}};
  set_texts(&row, out);
  if (!*out->external_id)
    wrong(&row, MAPPED_EXTERNAL_ID, "is empty");
  set_stage(&row, out);
  set_engagement(&row, out);
  set_amount(&row, out);
  set_time(&row, MAPPED_OPEN_TIME, &out->open_time);
  set_time(&row, MAPPED_QUALIFY_TIME, &out->qualify_time);
  /* Many systems have one close date: expected while open, and then when it closed. */
  bool one = table->columns[MAPPED_CLOSE_TIME] == table->columns[MAPPED_EXPECTED_CLOSE_TIME];
  if (out->state == STATE(OPEN) || !one)
    set_time(&row, MAPPED_EXPECTED_CLOSE_TIME, &out->expected_close_time);
  if (out->state != STATE(OPEN))
    set_time(&row, MAPPED_CLOSE_TIME, &out->close_time);
  if (out->state == STATE(LOST))
    set_loss_reason(&row, out);
  return row.problems.size ? row.problems.data : NULL;
}

bool table_next(struct table *table, struct arena *arena, Sell__OpportunityRow **row, int64_t *line,
                const char **problem) {
  struct csv_record record;
  if (table->taken == table->rows)
    return false;
  table->taken++;
  enum csv_result got = csv_next(&table->csv, arena, &record);
  *line = record.line;
  *row = arena_new(arena, Sell__OpportunityRow);
  sell__opportunity_row__init(*row);
  if (got == CSV_BAD)
    *problem = record.problem;
  else if (record.count != table->width)
    *problem = arena_printf(arena, "it has %zu fields where the header has %zu", record.count, table->width);
  else
    *problem = map_row(table, arena, record.fields, *row);
  return true;
}
