#include "gateway/cli/import_table.h"

#include "gateway/cli/import_value.h"
#include "runtime/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ABSENT = CSV_FIELDS_MAX };

struct table {
  struct arena *arena;
  const struct table_options *options;
  struct csv csv;
  size_t columns[MAPPED_FIELDS]; /* ABSENT: not in the file */
  size_t width;
  int64_t rows;
  struct crm_note notes[MAPPED_FIELDS];
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

/* ---- opening ---- */

static bool find_columns(struct table *table, const struct csv_record *header, const char **problem) {
  const struct import_mapping *mapping = table->options->mapping;
  for (size_t f = 0; f < MAPPED_FIELDS; f++) {
    table->columns[f] = ABSENT;
    for (const char **name = mapping->columns[f]; name && *name && table->columns[f] == ABSENT; name++)
      for (size_t c = 0; c < header->count && table->columns[f] == ABSENT; c++)
        if (strcmp(header->fields[c], *name) == 0)
          table->columns[f] = c;
    if (!mapping->columns[f] || table->columns[f] != ABSENT)
      continue;
    if (f == MAPPED_EXTERNAL_ID || f == MAPPED_STAGE) {
      *problem =
          arena_printf(table->arena, "%s: its header has no column `%s`, which %s takes for %s",
                       table->options->file, mapping->columns[f][0], mapping->name, mapped_field_names[f]);
      return false;
    }
    table->notes[table->note_count++] =
        (struct crm_note){arena_printf(table->arena, "no column `%s`: %s is left as it is",
                                       mapping->columns[f][0], mapped_field_names[f]),
                          0};
  }
  if (table->columns[MAPPED_ENGAGEMENT] != ABSENT || table->options->engagement)
    return true;
  *problem =
      arena_printf(table->arena, "%s: no column says who sells: give --engagement joint or independent",
                   table->options->file);
  return false;
}

static void count_rows(struct table *table) {
  struct csv count = table->csv;
  struct arena *scratch = arena_create(64 << 20, NULL, NULL);
  struct csv_record record;
  while (csv_next(&count, scratch, &record) != CSV_END) {
    table->rows++;
    arena_reset(scratch);
  }
  arena_destroy(scratch);
  for (size_t i = 0; i < table->note_count; i++)
    table->notes[i].rows = table->rows;
}

struct table *table_open(struct arena *arena, const struct table_options *options, const char **problem) {
  struct table *table = arena_new(arena, struct table);
  struct csv_record header;
  char *data;
  size_t size;
  table->arena = arena;
  table->options = options;
  if (!import_file(arena, options->file, true, &data, &size, problem))
    return NULL;
  csv_init(&table->csv, data, size);
  if (csv_next(&table->csv, arena, &header) != CSV_RECORD) {
    *problem = arena_printf(arena, "%s: it has no header line: %s", options->file,
                            header.problem ? header.problem : "it is empty");
    return NULL;
  }
  table->width = header.count;
  if (!find_columns(table, &header, problem))
    return NULL;
  count_rows(table);
  return table;
}

int64_t table_rows(const struct table *table) {
  return table->rows;
}

size_t table_notes(const struct table *table, const struct crm_note **notes) {
  *notes = table->notes;
  return table->note_count;
}

/* ---- values ---- */

/* The cell of a field, without white space around it; "" when there is no such column. */
static char *cell(const struct mapping_row *row, enum mapped_field field) {
  size_t column = row->table->columns[field];
  const char *text = column == ABSENT ? "" : row->cells[column];
  text += strspn(text, " \t\r\n");
  size_t length = strlen(text);
  while (length && strchr(" \t\r\n", text[length - 1]))
    length--;
  if (row->table->options->mapping->formula_guard && length && *text == '\'') {
    const char *behind = text + strspn(text, "'");
    if (*behind && strchr("=+-@\t\r", *behind)) {
      text++;
      length--;
    }
  }
  return arena_strndup(row->arena, text, length);
}

/* `1,234.50`, `1.234,50`, `USD 1,234.50`: digits grouped in threes by the other mark, a code before or after.
 */
static char *plain_amount(const struct mapping_row *row, const char *text, char *currency) {
  char mark = row->table->options->mapping->decimal_mark, group = mark == '.' ? ',' : '.';
  char *plain = arena_strdup(row->arena, text), *end = plain;
  size_t length = strlen(text), code = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  if (code == 3 && text[3] == ' ') {
    snprintf(currency, 4, "%s", text);
    text += 4;
  } else if (length > 4 && text[length - 4] == ' ' &&
             strspn(text + length - 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3) {
    snprintf(currency, 4, "%s", text + length - 3);
    text = arena_strndup(row->arena, text, length - 4);
  }
  for (; *text; text++)
    if (*text != group)
      *end++ = *text == mark ? '.' : *text;
  *end = '\0';
  /* More decimals than the currency has, all zero, as some systems write them. */
  char *point = strchr(plain, '.');
  if (point) {
    for (; end > point + 1 && end[-1] == '0'; end--)
      end[-1] = '\0';
    if (end == point + 1)
      *point = '\0';
  }
  return plain;
}

static void set_amount(struct mapping_row *row, Sell__OpportunityRow *out) {
  const char *text = cell(row, MAPPED_AMOUNT), *currency = cell(row, MAPPED_CURRENCY);
  char code[4] = "";
  int64_t minor = 0;
  if (!*text)
    return;
  const char *plain = plain_amount(row, text, code);
  if (!*currency)
    currency = *code ? code : row->table->options->currency;
  const char *problem = import_amount(row->arena, plain, currency, &minor);
  if (problem)
    wrong(row, MAPPED_AMOUNT, "`%s` is no amount of %s", text, currency);
  if (problem || !minor)
    return; /* 0 is what systems write where nothing is known */
  out->amount = arena_new(row->arena, Type__Money);
  type__money__init(out->amount);
  out->amount->currency_code = arena_strdup(row->arena, currency);
  out->amount->amount_minor = minor;
}

/* A date as the mapping has it, with or without a time of day, as RFC 3339. NULL when it is none. */
static const char *iso_time(const struct mapping_row *row, const char *text) {
  const char *format = row->table->options->mapping->date_format;
  unsigned long year = 0, month = 0, day = 0, hour = 0, minute = 0;
  int used = 0;
  if (strcmp(format, "ISO") == 0)
    return text;
  for (const char *c = format; *c;) {
    char letter = *c;
    char *end;
    if (letter < 'A') {
      if (*text++ != letter)
        return NULL;
      c++;
      continue;
    }
    if (*text < '0' || *text > '9')
      return NULL;
    *(letter == 'Y' ? &year : letter == 'M' ? &month : &day) = strtoul(text, &end, 10);
    text = end;
    while (*c == letter)
      c++;
  }
  if (*text && (sscanf(text, " %2lu:%2lu%n", &hour, &minute, &used) != 2 || text[used]))
    return NULL;
  return arena_printf(row->arena, "%04lu-%02lu-%02luT%02lu:%02lu:00Z", year, month, day, hour, minute);
}

static void set_time(struct mapping_row *row, enum mapped_field field, Google__Protobuf__Timestamp **out) {
  const char *text = cell(row, field);
  if (!*text)
    return;
  const char *iso = iso_time(row, text);
  if (!iso || import_time(row->arena, iso, out))
    wrong(row, field, "`%s` is no date of the form %s", text, row->table->options->mapping->date_format);
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

static void set_engagement(struct mapping_row *row, Sell__OpportunityRow *out) {
  const struct table_options *options = row->table->options;
  const struct mapped_values *values = &options->mapping->engagements;
  const char *text = cell(row, MAPPED_ENGAGEMENT);
  const char *known = row->table->columns[MAPPED_ENGAGEMENT] == ABSENT ? options->engagement
                      : values->count                                  ? mapped_value(values, text)
                                                                       : text;
  int number = known ? number_of(&sell__opportunity__engagement__descriptor, "ENGAGEMENT_", known) : -1;
  if (number <= 0)
    wrong(row, MAPPED_ENGAGEMENT, "`%s` says neither joint nor independent", text);
  else
    out->engagement = (Sell__Opportunity__Engagement)number;
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

static void set_texts(const struct mapping_row *row, Sell__OpportunityRow *out) {
  out->external_id = cell(row, MAPPED_EXTERNAL_ID);
  out->display_name = cell(row, MAPPED_DISPLAY_NAME);
  out->solution = cell(row, MAPPED_SOLUTION);
  out->segment = cell(row, MAPPED_SEGMENT);
  out->seller = cell(row, MAPPED_SELLER);
  out->incumbent_competitor = cell(row, MAPPED_INCUMBENT_COMPETITOR);
  Sell__Customer *customer = arena_new(row->arena, Sell__Customer);
  sell__customer__init(customer);
  customer->account = cell(row, MAPPED_ACCOUNT);
  customer->sector = cell(row, MAPPED_SECTOR);
  customer->country = cell(row, MAPPED_COUNTRY);
  if (*customer->account || *customer->sector || *customer->country)
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
  enum csv_result got = csv_next(&table->csv, arena, &record);
  if (got == CSV_END)
    return false;
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
