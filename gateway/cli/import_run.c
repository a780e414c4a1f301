#include "gateway/cli/import.h"

#include "gateway/cli/csv_write.h"
#include "gateway/cli/import_seen.h"
#include "runtime/base/clock.h"
#include "runtime/base/machine.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include "entente/sell/v1/pipeline_service.pb-c.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
  ROWS_PER_BATCH = 32, /* as the contract has it */
  IN_FLIGHT = 8,
  TRIES_MAX = 8,
  BACKOFF_MS = 100, /* doubled with each try */
  DEADLINE_S = 20,
  BATCH_BYTES = 64 << 20,
  PROGRESS_TERMINAL_US = 100000,
  PROGRESS_LINES_US = 2000000,
};

/* What became of one row; what it points to lives as long as its batch. */
struct told {
  int64_t line;
  const char *external_id, *outcome, *opportunity, *why; /* outcome NULL: refused */
};

struct batch {
  struct arena *arena;
  struct buffer told; /* of struct told: rows that are dealt with, told in the order of lines at the end */
  Sell__ImportOpportunitiesRequest request;
  Sell__OpportunityRow *rows[ROWS_PER_BATCH]; /* those that are not dealt with yet */
  int64_t lines[ROWS_PER_BATCH];
  struct pending *pending;
};

struct run {
  struct arena *arena;
  const struct import_plan *plan;
  struct import_report *report;
  struct crm *crm; /* one of these two is read */
  struct table *table;
  struct seen *seen;
  FILE *rows; /* the report of every row; NULL: none */
  struct batch batches[IN_FLIGHT];
  struct import_refusal **last;
  int64_t start_us, shown_us;
};

/* ---- what is read ---- */

const char *import_file_name(struct arena *arena, const struct import_plan *plan) {
  return plan->table.file ? plan->table.file : arena_printf(arena, "%s/sales_pipeline.csv", plan->crm.folder);
}

static int64_t source_rows(const struct run *run) {
  return run->table ? table_rows(run->table) : crm_rows(run->crm);
}

/* What a row is known by in the partnership: two parties may use one key for two deals. */
static const char *identity_of(const struct run *run, const Sell__OpportunityRow *row) {
  size_t length = strlen(run->plan->partnership);
  bool here =
      strncmp(row->opportunity, run->plan->partnership, length) == 0 && row->opportunity[length] == '/';
  return here ? row->opportunity : row->external_id;
}

static bool source_next(struct run *run, struct arena *arena, Sell__OpportunityRow **row, int64_t *line,
                        const char **problem) {
  bool more = run->table ? table_next(run->table, arena, row, line, problem)
                         : crm_next(run->crm, arena, row, line, problem);
  int64_t before = more && !*problem ? seen_before(run->seen, identity_of(run, *row), *line) : 0;
  if (before)
    *problem = arena_printf(arena, "it is about the deal of line %lld", (long long)before);
  return more;
}

/* ---- what is said on the way ---- */

static void progress(struct run *run, bool end) {
  const struct import_plan *plan = run->plan;
  const struct import_report *report = run->report;
  int64_t now_us = clock_monotonic_us(), every = plan->terminal ? PROGRESS_TERMINAL_US : PROGRESS_LINES_US;
  if (!plan->progress || (!end && now_us - run->shown_us < every))
    return;
  run->shown_us = now_us;
  int64_t total = source_rows(run), elapsed_us = now_us - run->start_us + 1;
  fprintf(plan->progress, "%s%lld of %lld rows, %lld %%, %lld rows/s%s", plan->terminal ? "\r\033[K" : "",
          (long long)report->rows, (long long)total, (long long)(total ? report->rows * 100 / total : 100),
          (long long)(report->rows * US_PER_SECOND / elapsed_us), plan->terminal && !end ? "" : "\n");
  fflush(plan->progress);
}

/* One line of the report of every row. */
static void tell_row(const struct run *run, const struct told *told) {
  if (!run->rows)
    return;
  const char *const cells[] = {told->external_id, told->outcome ? told->outcome : "REFUSED",
                               told->opportunity, told->why};
  fprintf(run->rows, "%lld", (long long)told->line);
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
    fputc(',', run->rows);
    csv_write(run->rows, cells[i]);
  }
  fputs("\r\n", run->rows);
}

static void list_refusal(struct run *run, const struct told *told) {
  struct import_refusal *refusal = arena_new(run->arena, struct import_refusal);
  refusal->line = told->line;
  refusal->external_id = arena_strdup(run->arena, told->external_id);
  refusal->reason = arena_strdup(run->arena, told->why);
  *run->last = refusal;
  run->last = &refusal->next;
}

static int order_line(const void *left, const void *right) {
  const struct told *a = left, *b = right;
  return (a->line > b->line) - (a->line < b->line);
}

/* Batches end in the order of the file, but the rows of one do not. */
static void tell_batch(struct run *run, struct batch *batch) {
  struct told *told = (struct told *)(void *)batch->told.data;
  size_t count = batch->told.size / sizeof *told;
  if (count)
    qsort(told, count, sizeof *told, order_line);
  for (size_t i = 0; i < count; i++) {
    tell_row(run, &told[i]);
    if (!told[i].outcome)
      list_refusal(run, &told[i]);
  }
  batch->told.size = 0;
}

static void refuse(struct run *run, struct batch *batch, int64_t line, const char *external_id,
                   const char *reason) {
  const struct told told = {line, external_id, NULL, "", reason};
  buffer_append(&batch->told, &told, sizeof told);
  run->report->refused++;
}

/* ---- batches ---- */

/* Fills a batch; false when there is nothing left. Rows that make no sense are refused here. */
static bool batch_fill(struct run *run, struct batch *batch) {
  arena_reset(batch->arena);
  batch->told = (struct buffer){.arena = batch->arena};
  sell__import_opportunities_request__init(&batch->request);
  batch->request.parent = (char *)run->plan->partnership;
  batch->request.validate_only = run->plan->rehearse;
  batch->request.request_id = name_new_id(batch->arena);
  batch->request.rows = batch->rows;
  while (batch->request.n_rows < ROWS_PER_BATCH) {
    Sell__OpportunityRow *row;
    const char *problem;
    int64_t line;
    if (!source_next(run, batch->arena, &row, &line, &problem))
      break;
    if (problem) {
      run->report->rows++;
      refuse(run, batch, line, row->external_id, problem);
      continue;
    }
    batch->lines[batch->request.n_rows] = line;
    batch->rows[batch->request.n_rows++] = row;
  }
  return batch->request.n_rows;
}

static void batch_send(struct run *run, struct batch *batch) {
  const struct client_call call = {
      .arena = batch->arena,
      .method = "/entente.sell.v1.OpportunityService/ImportOpportunities",
      .request = &batch->request,
      .response = &sell__import_opportunities_response__descriptor,
      .authorization = run->plan->authorization,
      .deadline_us = clock_monotonic_us() + (int64_t)DEADLINE_S * US_PER_SECOND,
  };
  batch->pending = client_start(run->plan->channel, &call);
}

/* Worth another try with the same request id: it takes effect once at most. */
static bool passing(const struct status *status) {
  return status->code == CODE_UNAVAILABLE || status->code == CODE_ABORTED ||
         status->code == CODE_RESOURCE_EXHAUSTED || status->code == CODE_DEADLINE_EXCEEDED;
}

static struct import_tally *tally_of(struct import_facts *facts, const Sell__OpportunityRow *row) {
  if (row->state == SELL__OPPORTUNITY__STATE__STATE_WON)
    return &facts->won;
  if (row->state == SELL__OPPORTUNITY__STATE__STATE_LOST)
    return &facts->lost;
  return row->stage == SELL__OPPORTUNITY__STAGE__STAGE_PROSPECT ? &facts->prospecting : &facts->engaging;
}

static void facts_add(struct import_facts *facts, const Sell__OpportunityRow *row) {
  struct import_tally *tally = tally_of(facts, row);
  bool joint = row->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  struct import_side *side = joint ? &tally->joint : &tally->independent;
  side->count++;
  side->amount_minor += row->amount ? row->amount->amount_minor : 0;
}

static void result_take(struct run *run, struct batch *batch, const Sell__OpportunityRow *row,
                        const Sell__RowResult *result, int64_t line) {
  struct import_report *report = run->report;
  report->rows++;
  if (result->outcome != SELL__ROW_RESULT__OUTCOME__OUTCOME_REFUSED) {
    const struct told told = {line, result->external_id,
                              state_name(&sell__row_result__outcome__descriptor, (int)result->outcome),
                              result->opportunity, ""};
    buffer_append(&batch->told, &told, sizeof told);
  }
  switch (result->outcome) {
  case SELL__ROW_RESULT__OUTCOME__OUTCOME_CREATED:
    report->created++;
    facts_add(&report->facts, row);
    return;
  case SELL__ROW_RESULT__OUTCOME__OUTCOME_UPDATED:
    report->updated++;
    facts_add(&report->facts, row);
    return;
  case SELL__ROW_RESULT__OUTCOME__OUTCOME_UNCHANGED:
    report->unchanged++;
    facts_add(&report->facts, row);
    return;
  default:
    break;
  }
  struct buffer why = {.arena = batch->arena};
  buffer_text(&why, result->reason);
  for (size_t i = 0; i < result->n_problems; i++)
    buffer_printf(&why, "%s%s%s%s", i ? "; " : ": ", result->problems[i]->field,
                  *result->problems[i]->field ? " " : "", result->problems[i]->description);
  refuse(run, batch, line, result->external_id, why.data);
}

/* Waits for the answer, sending the batch again while that may help. */
static const struct status *batch_wait(struct run *run, struct batch *batch,
                                       Sell__ImportOpportunitiesResponse **response) {
  const struct status *status = client_wait(batch->pending, response);
  for (int tries = 1; status && passing(status) && tries < TRIES_MAX; tries++) {
    fiber_sleep_ms((uint32_t)BACKOFF_MS << (tries - 1));
    batch_send(run, batch);
    status = client_wait(batch->pending, response);
  }
  batch->pending = NULL;
  return status;
}

/* Takes an answer; what was deferred is what is left of the batch. */
static const struct status *batch_take(struct run *run, struct batch *batch,
                                       const Sell__ImportOpportunitiesResponse *response) {
  size_t sent = batch->request.n_rows, left = 0;
  if (response->n_results != sent)
    return status_make(run->arena, CODE_INTERNAL, "ANSWER_MALFORMED", "sell answered %zu results to %zu rows",
                       response->n_results, sent);
  for (size_t i = 0; i < sent; i++) {
    if (response->results[i]->outcome == SELL__ROW_RESULT__OUTCOME__OUTCOME_DEFERRED) {
      batch->rows[left] = batch->rows[i];
      batch->lines[left++] = batch->lines[i];
    } else {
      result_take(run, batch, batch->rows[i], response->results[i], batch->lines[i]);
    }
  }
  if (left == sent)
    return status_make(run->arena, CODE_INTERNAL, "ANSWER_MALFORMED", "sell deferred all of %zu rows", sent);
  batch->request.n_rows = left;
  progress(run, false);
  return NULL;
}

/* Until every row of a batch that was sent is dealt with. */
static const struct status *batch_finish(struct run *run, struct batch *batch) {
  const struct status *status = NULL;
  while (!status && batch->pending) {
    Sell__ImportOpportunitiesResponse *response;
    status = batch_wait(run, batch, &response);
    if (!status)
      status = batch_take(run, batch, response);
    if (!status && batch->request.n_rows) {
      batch->request.request_id = name_new_id(batch->arena);
      batch_send(run, batch);
    }
  }
  if (!status)
    tell_batch(run, batch);
  return status;
}

/* Batches go round: before one is filled again, its answer is taken. */
static const struct status *batches_run(struct run *run) {
  const struct status *status = NULL;
  bool more = true;
  size_t turn = 0;
  for (; !status && more; turn++) {
    struct batch *batch = &run->batches[turn % IN_FLIGHT];
    status = batch_finish(run, batch);
    if (!status && (more = batch_fill(run, batch)))
      batch_send(run, batch);
  }
  for (size_t end = turn + IN_FLIGHT; turn < end; turn++) { /* the earliest first */
    struct batch *batch = &run->batches[turn % IN_FLIGHT];
    if (status && batch->pending) {
      client_cancel(batch->pending);
      batch->pending = NULL;
    }
    if (!status)
      status = batch_finish(run, batch);
  }
  return status;
}

/* ---- the whole ---- */

static const struct status *pipeline_read(struct run *run, Sell__Pipeline **pipeline) {
  Sell__GetPipelineRequest request = SELL__GET_PIPELINE_REQUEST__INIT;
  request.name = arena_printf(run->arena, "%s/pipeline", run->plan->partnership);
  const struct client_call call = {
      .arena = run->arena,
      .method = "/entente.sell.v1.PipelineService/GetPipeline",
      .request = &request,
      .response = &sell__pipeline__descriptor,
      .authorization = run->plan->authorization,
      .deadline_us = clock_monotonic_us() + (int64_t)DEADLINE_S * US_PER_SECOND,
  };
  return client_call(run->plan->channel, &call, pipeline);
}

static const struct status *rows_run(struct run *run) {
  for (size_t i = 0; i < IN_FLIGHT; i++)
    run->batches[i].arena = arena_create(BATCH_BYTES, NULL, NULL);
  const struct status *status = batches_run(run);
  if (status) /* it lies in a batch's arena */
    status = status_make(run->arena, status->code, arena_strdup(run->arena, status->reason), "%s",
                         status->message);
  for (size_t i = 0; i < IN_FLIGHT; i++)
    arena_destroy(run->batches[i].arena);
  return status;
}

static const struct status *source_open(struct run *run, struct crm_options *crm,
                                        struct table_options *table) {
  const char *problem = NULL;
  if (table->file)
    run->table = table_open(run->arena, table, &problem);
  else
    run->crm = crm_open(run->arena, crm, &problem);
  if (run->table || run->crm) {
    run->seen = seen_new(run->arena, source_rows(run));
    return NULL;
  }
  return status_make(run->arena, CODE_INVALID_ARGUMENT, "FILE_UNREADABLE", "%s", problem);
}

static const struct status *report_open(struct run *run) {
  const char *path = run->plan->report_file;
  if (!path)
    return NULL;
  run->rows = fopen(path, "we");
  if (!run->rows)
    return status_make(run->arena, CODE_INVALID_ARGUMENT, "REPORT_UNWRITABLE", "%s: %s", path,
                       strerror(errno));
  fputs("line,externalId,outcome,opportunity,reason\r\n", run->rows);
  return NULL;
}

/* What was reported has to be on disk: a full one is told. */
static const struct status *report_close(struct run *run, const struct status *status) {
  bool failed = run->rows && (ferror(run->rows) | fclose(run->rows));
  if (failed && !status)
    return status_make(run->arena, CODE_UNAVAILABLE, "REPORT_UNWRITABLE", "%s could not be written whole",
                       run->plan->report_file);
  return status;
}

const struct status *import_run(struct arena *arena, const struct import_plan *plan,
                                struct import_report *report) {
  struct run run = {.arena = arena, .plan = plan, .report = report, .start_us = clock_monotonic_us()};
  struct crm_options *crm = arena_copy(arena, &plan->crm, sizeof plan->crm);
  struct table_options *table = arena_copy(arena, &plan->table, sizeof plan->table);
  *report = (struct import_report){0};
  run.last = &report->refusals;
  run.shown_us = run.start_us;
  const struct status *status = source_open(&run, crm, table);
  if (!status)
    status = pipeline_read(&run, &report->pipeline);
  if (!status)
    status = report_open(&run);
  if (status)
    return status;
  if (!crm->currency)
    crm->currency = report->pipeline->currency_code;
  report->currency = table->currency = crm->currency;
  status = report_close(&run, rows_run(&run));
  progress(&run, true);
  report->elapsed_us = clock_monotonic_us() - run.start_us;
  report->note_count =
      run.table ? table_notes(run.table, &report->notes) : crm_notes(run.crm, &report->notes);
  return status ? status : pipeline_read(&run, &report->pipeline);
}
