#include "gateway/cli/import_crm.h"

#include "gateway/cli/import_value.h"

#include "runtime/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 8, TEXT_LENGTH_MAX = 120 };

/* A table read whole: records of the columns asked for, in their order. */
struct table {
  const char **cells; /* rows * columns */
  size_t rows, columns;
};

struct crm {
  struct arena *arena;
  const struct crm_options *options;
  struct table teams, accounts, products;
  struct csv pipeline;
  size_t columns[COLUMNS_MAX]; /* where each column of the pipeline is */
  size_t width;
  int64_t rows;
  struct crm_note notes[CRM_NOTES_MAX];
  size_t note_count;
};

/* ---- files ---- */

/* Reads the header and finds each wanted column in it. */
static bool header_read(struct csv *csv, struct arena *arena, const char *path, const char *const *wanted,
                        size_t columns[COLUMNS_MAX], size_t *width, const char **problem) {
  struct csv_record header;
  if (csv_next(csv, arena, &header) != CSV_RECORD) {
    *problem = arena_printf(arena, "%s: it has no header line: %s", path,
                            header.problem ? header.problem : "it is empty");
    return false;
  }
  *width = header.count;
  for (size_t c = 0; wanted[c]; c++) {
    size_t at = 0;
    while (at < header.count && strcmp(header.fields[at], wanted[c]) != 0)
      at++;
    if (at == header.count) {
      *problem = arena_printf(arena, "%s: its header has no column `%s`", path, wanted[c]);
      return false;
    }
    columns[c] = at;
  }
  return true;
}

static bool table_read(struct crm *crm, const char *file, const char *const *wanted, bool required,
                       struct table *out, const char **problem) {
  const char *path = arena_printf(crm->arena, "%s/%s", crm->options->folder, file);
  size_t columns[COLUMNS_MAX], width, size;
  char *data;
  struct csv csv;
  struct csv_record record;
  while (wanted[out->columns])
    out->columns++;
  if (!import_file(crm->arena, path, required, &data, &size, problem))
    return false;
  if (!data)
    return true;
  csv_init(&csv, data, size);
  if (!header_read(&csv, crm->arena, path, wanted, columns, &width, problem))
    return false;
  struct buffer cells = {.arena = crm->arena};
  for (enum csv_result got; (got = csv_next(&csv, crm->arena, &record)) != CSV_END;) {
    if (got == CSV_BAD || record.count != width) {
      *problem = arena_printf(crm->arena, "%s:%lld: %s", path, (long long)record.line,
                              got == CSV_BAD ? record.problem : "it has not as many fields as the header");
      return false;
    }
    for (size_t c = 0; c < out->columns; c++)
      buffer_append(&cells, &record.fields[columns[c]], sizeof(char *));
    out->rows++;
  }
  out->cells = (const char **)(void *)cells.data;
  return true;
}

/* The row whose first column is `key`; NULL when there is none. */
static const char **table_find(const struct table *table, const char *key) {
  for (size_t row = 0; row < table->rows; row++)
    if (strcmp(table->cells[row * table->columns], key) == 0)
      return &table->cells[row * table->columns];
  return NULL;
}

/* ---- opening ---- */

static const char *const pipeline_columns[] = {"opportunity_id", "sales_agent", "product",
                                               "account",        "deal_stage",  "engage_date",
                                               "close_date",     "close_value", NULL};
enum { ID, AGENT, PRODUCT, ACCOUNT, STAGE, ENGAGED, CLOSED, VALUE };

static bool office_known(const struct crm *crm, const char *office) {
  for (size_t row = 0; row < crm->teams.rows; row++)
    if (strcmp(crm->teams.cells[row * crm->teams.columns + 1], office) == 0)
      return true;
  return false;
}

static const char *offices_list(const struct crm *crm) {
  struct buffer list = {.arena = crm->arena};
  for (size_t row = 0; row < crm->teams.rows; row++) {
    const char *office = crm->teams.cells[row * crm->teams.columns + 1];
    bool seen = false;
    for (size_t before = 0; before < row; before++)
      seen = seen || strcmp(crm->teams.cells[before * crm->teams.columns + 1], office) == 0;
    if (!seen)
      buffer_printf(&list, "%s%s", list.size ? ", " : "", office);
  }
  return list.size ? list.data : "none";
}

static bool pipeline_open(struct crm *crm, const char **problem) {
  const char *path = arena_printf(crm->arena, "%s/sales_pipeline.csv", crm->options->folder);
  char *data;
  size_t size;
  if (!import_file(crm->arena, path, true, &data, &size, problem))
    return false;
  csv_init(&crm->pipeline, data, size);
  if (!header_read(&crm->pipeline, crm->arena, path, pipeline_columns, crm->columns, &crm->width, problem))
    return false;
  struct csv count = crm->pipeline;
  struct arena *scratch = arena_create(64 << 20, NULL, NULL);
  struct csv_record record;
  while (csv_next(&count, scratch, &record) != CSV_END) {
    crm->rows++;
    arena_reset(scratch);
  }
  arena_destroy(scratch);
  return true;
}

struct crm *crm_open(struct arena *arena, const struct crm_options *options, const char **problem) {
  static const char *const team_columns[] = {"sales_agent", "regional_office", NULL};
  static const char *const account_columns[] = {"account", "sector", "office_location", NULL};
  static const char *const product_columns[] = {"product", NULL};
  struct crm *crm = arena_new(arena, struct crm);
  crm->arena = arena;
  crm->options = options;
  if (!table_read(crm, "sales_teams.csv", team_columns, true, &crm->teams, problem) ||
      !table_read(crm, "accounts.csv", account_columns, false, &crm->accounts, problem) ||
      !table_read(crm, "products.csv", product_columns, false, &crm->products, problem))
    return NULL;
  for (size_t i = 0; i < options->joint_count; i++) {
    if (office_known(crm, options->joint_offices[i]))
      continue;
    *problem = arena_printf(arena, "%s/sales_teams.csv has no office `%s`; it has %s", options->folder,
                            options->joint_offices[i], offices_list(crm));
    return NULL;
  }
  return pipeline_open(crm, problem) ? crm : NULL;
}

int64_t crm_rows(const struct crm *crm) {
  return crm->rows;
}

size_t crm_notes(const struct crm *crm, const struct crm_note **notes) {
  *notes = crm->notes;
  return crm->note_count;
}

/* ---- values ---- */

/* Counts a note. What no longer fits is counted together. */
static void note(struct crm *crm, const char *text) {
  size_t at = 0;
  while (at < crm->note_count && strcmp(crm->notes[at].text, text) != 0)
    at++;
  if (at == CRM_NOTES_MAX) {
    at--;
    crm->notes[at].text = "other spellings";
  }
  if (at == crm->note_count)
    crm->notes[crm->note_count++].text = arena_strdup(crm->arena, text);
  crm->notes[at].rows++;
}

static const char *alias_of(struct crm *crm, const char *kind, const char *value) {
  for (size_t i = 0; i < crm->options->alias_count; i++) {
    const struct crm_alias *alias = &crm->options->aliases[i];
    if (strcmp(alias->kind, kind) != 0 || strcmp(alias->from, value) != 0)
      continue;
    return alias->to;
  }
  return NULL;
}

/* Without spaces and hyphens, in lower case: what two spellings of one product share. */
static void squeeze(const char *text, char *out, size_t size) {
  size_t length = 0;
  for (; *text && length + 1 < size; text++)
    if (!strchr(" -_", *text))
      out[length++] = (char)tolower((unsigned char)*text);
  out[length] = '\0';
}

static const char *same_product(const struct crm *crm, const char *value) {
  char wanted[TEXT_LENGTH_MAX * 4], have[TEXT_LENGTH_MAX * 4];
  squeeze(value, wanted, sizeof wanted);
  for (size_t row = 0; row < crm->products.rows; row++) {
    squeeze(crm->products.cells[row], have, sizeof have);
    if (strcmp(wanted, have) == 0)
      return crm->products.cells[row];
  }
  return NULL;
}

/* The product's name as products.csv has it. */
static char *product_name(struct crm *crm, struct arena *arena, const char *value) {
  const char *name = alias_of(crm, "product", value);
  if (!name && !crm->products.rows)
    return arena_strdup(arena, value);
  if (!name && table_find(&crm->products, value))
    return arena_strdup(arena, value);
  if (!name)
    name = same_product(crm, value);
  if (name)
    note(crm, arena_printf(arena, "product `%s` taken as `%s`", value, name));
  else
    note(crm, arena_printf(arena, "product `%s` is not in products.csv, kept as it is", value));
  return arena_strdup(arena, name ? name : value);
}

static char *aliased(struct crm *crm, struct arena *arena, const char *kind, const char *value) {
  const char *name = alias_of(crm, kind, value);
  if (name)
    note(crm, arena_printf(arena, "%s `%s` taken as `%s`", kind, value, name));
  return arena_strdup(arena, name ? name : value);
}

static Sell__Customer *customer_of(struct crm *crm, struct arena *arena, const char *value) {
  if (!*value)
    return NULL;
  Sell__Customer *customer = arena_new(arena, Sell__Customer);
  sell__customer__init(customer);
  customer->account = aliased(crm, arena, "account", value);
  const char **known = table_find(&crm->accounts, customer->account);
  if (known) {
    customer->sector = aliased(crm, arena, "sector", known[1]);
    customer->country = arena_strdup(arena, known[2]);
  } else if (crm->accounts.rows) {
    note(crm, arena_printf(arena, "account `%s` is not in accounts.csv, kept as it is", customer->account));
  }
  return customer;
}

static const struct deal_stage {
  const char *name;
  Sell__Opportunity__State state;
  Sell__Opportunity__Stage stage;
} deal_stages[] = {
    {"Prospecting", SELL__OPPORTUNITY__STATE__STATE_OPEN, SELL__OPPORTUNITY__STAGE__STAGE_PROSPECT},
    {"Engaging", SELL__OPPORTUNITY__STATE__STATE_OPEN, SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED},
    {"Won", SELL__OPPORTUNITY__STATE__STATE_WON, SELL__OPPORTUNITY__STAGE__STAGE_COMMITTED},
    {"Lost", SELL__OPPORTUNITY__STATE__STATE_LOST, SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED},
};

/* ---- one row ---- */

static const char *set_stage(struct arena *arena, const char *name, Sell__OpportunityRow *row) {
  for (size_t i = 0; i < sizeof deal_stages / sizeof *deal_stages; i++) {
    if (strcmp(deal_stages[i].name, name) != 0)
      continue;
    row->state = deal_stages[i].state;
    row->stage = deal_stages[i].stage;
    if (row->state == SELL__OPPORTUNITY__STATE__STATE_LOST)
      row->loss_reason = SELL__OPPORTUNITY__LOSS_REASON__LOSS_REASON_NOT_RECORDED;
    return NULL;
  }
  return arena_printf(arena, "deal_stage `%s` is none of Prospecting, Engaging, Won, Lost", name);
}

static const char *set_engagement(struct crm *crm, struct arena *arena, const char *agent,
                                  Sell__OpportunityRow *row) {
  row->seller = aliased(crm, arena, "agent", agent);
  const char **team = table_find(&crm->teams, row->seller);
  if (!team)
    return arena_printf(arena, "sales_agent `%s` is not in sales_teams.csv", agent);
  row->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  for (size_t i = 0; i < crm->options->joint_count; i++)
    if (strcmp(team[1], crm->options->joint_offices[i]) == 0)
      row->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  return NULL;
}

/* Engaging is when the need was confirmed: it opened and qualified then. */
static const char *set_times(struct arena *arena, const char *engaged, const char *closed,
                             Sell__OpportunityRow *row) {
  const char *problem = import_time(arena, engaged, &row->open_time);
  if (problem)
    return problem;
  if (row->stage >= SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED)
    row->qualify_time = row->open_time;
  return import_time(arena, closed, &row->close_time);
}

/* The realised value of what is lost is 0, which says nothing of what it was worth. */
static const char *set_amount(const struct crm *crm, struct arena *arena, const char *value,
                              Sell__OpportunityRow *row) {
  int64_t minor = 0;
  const char *problem = *value ? import_amount(arena, value, crm->options->currency, &minor) : NULL;
  if (problem || !minor)
    return problem;
  row->amount = arena_new(arena, Type__Money);
  type__money__init(row->amount);
  row->amount->currency_code = arena_strdup(arena, crm->options->currency);
  row->amount->amount_minor = minor;
  return NULL;
}

static const char *row_map(struct crm *crm, struct arena *arena, char *const *fields,
                           Sell__OpportunityRow *row) {
  const char *problem = NULL;
  row->external_id = arena_strdup(arena, fields[crm->columns[ID]]);
  if (!*row->external_id)
    return "opportunity_id is empty";
  if (!(problem = set_stage(arena, fields[crm->columns[STAGE]], row)))
    problem = set_engagement(crm, arena, fields[crm->columns[AGENT]], row);
  if (!problem)
    problem = set_times(arena, fields[crm->columns[ENGAGED]], fields[crm->columns[CLOSED]], row);
  if (!problem)
    problem = set_amount(crm, arena, fields[crm->columns[VALUE]], row);
  if (problem)
    return problem;
  row->solution = product_name(crm, arena, fields[crm->columns[PRODUCT]]);
  row->customer = customer_of(crm, arena, fields[crm->columns[ACCOUNT]]);
  char *title =
      row->customer ? arena_printf(arena, "%s: %s", row->customer->account, row->solution) : row->solution;
  if (text_length(title) <= TEXT_LENGTH_MAX)
    row->display_name = title;
  return NULL;
}

bool crm_next(struct crm *crm, struct arena *arena, Sell__OpportunityRow **row, int64_t *line,
              const char **problem) {
  struct csv_record record;
  enum csv_result got = csv_next(&crm->pipeline, arena, &record);
  if (got == CSV_END)
    return false;
  *line = record.line;
  *row = arena_new(arena, Sell__OpportunityRow);
  sell__opportunity_row__init(*row);
  if (got == CSV_BAD)
    *problem = record.problem;
  else if (record.count != crm->width)
    *problem = arena_printf(arena, "it has %zu fields where the header has %zu", record.count, crm->width);
  else
    *problem = row_map(crm, arena, record.fields, *row);
  return true;
}
