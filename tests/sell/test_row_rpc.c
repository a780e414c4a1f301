#include "sell/service_fixture.h"
#include "support/check.h"

#include "gateway/cli/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATE(name) SELL__OPPORTUNITY__STATE__STATE_##name
#define STAGE(name) SELL__OPPORTUNITY__STAGE__STAGE_##name
#define OUTCOME(name) SELL__ROW_RESULT__OUTCOME__OUTCOME_##name
#define JOINT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define IMPORT OPPORTUNITIES "ImportOpportunities"

static Sell__OpportunityRow *won_row(struct pillar_fixture *f, const char *external_id) {
  Sell__OpportunityRow *row = arena_new(fixture_arena(f->server), Sell__OpportunityRow);
  sell__opportunity_row__init(row);
  row->external_id = arena_strdup(fixture_arena(f->server), external_id);
  row->engagement = JOINT;
  row->customer = customer(f, "Acme");
  row->amount = usd(f, 100);
  row->state = STATE(WON);
  row->open_time = pillar_time(f, "2026-01-05");
  row->close_time = pillar_time(f, "2026-02-05");
  return row;
}

static Sell__ImportOpportunitiesRequest *batch_of(struct pillar_fixture *f, const char *partnership,
                                                  size_t count) {
  struct arena *arena = fixture_arena(f->server);
  Sell__ImportOpportunitiesRequest *request = arena_new(arena, Sell__ImportOpportunitiesRequest);
  sell__import_opportunities_request__init(request);
  request->parent = (char *)partnership;
  request->rows = arena_calloc(arena, count, sizeof *request->rows);
  request->n_rows = count;
  for (size_t i = 0; i < count; i++)
    request->rows[i] = won_row(f, arena_printf(arena, "R%zu", i));
  return request;
}

static void a_full_batch_twice(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "twice", "orvane-global");
  Sell__ImportOpportunitiesRequest *request = batch_of(f, p, 32);
  for (int round = 0; round < 2; round++) {
    const Sell__ImportOpportunitiesResponse *response = pillar_call(f, f->manager, IMPORT, request);
    assert_int_equal(response->n_results, 32);
    for (size_t i = 0; i < 32; i++)
      assert_int_equal(response->results[i]->outcome, round ? OUTCOME(UNCHANGED) : OUTCOME(CREATED));
    Ledger__LedgerEntry **entries;
    assert_int_equal(pillar_entries(f, f->partner, p, &entries), 64); /* opened and won, each once */
    assert_int_equal(pillar_counter(f, f->partner, p, "2026-02", "won.joint", NOBODY), 32);
    assert_int_equal(pillar_counter(f, f->partner, p, "2026-02", "won_amount.joint.USD", NOBODY), 3200);
    assert_int_equal(pillar_counter(f, f->partner, p, "2026-01", "opened.joint", NOBODY), 32);
    assert_int_equal(sell_pipeline(f, f->partner, p)->won->joint_count, 32);
  }
  request = batch_of(f, p, 33);
  pillar_refused(f, f->manager, IMPORT, request, REASON_INVALID_REQUEST);
}

static void bad_rows_do_not_stop_the_others(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "mixed", "orvane-global");
  Sell__ImportOpportunitiesRequest *request = batch_of(f, p, 5);
  request->rows[1]->close_time = NULL;
  request->rows[2]->amount->currency_code = (char *)"EUR";
  request->rows[3]->external_id = request->rows[0]->external_id; /* the same row twice in one batch */
  request->rows[4]->external_id = (char *)"";
  request->validate_only = true;
  const Sell__ImportOpportunitiesResponse *response;
  Ledger__LedgerEntry **entries;
  for (int round = 0; round < 2; round++, request->validate_only = false) {
    response = pillar_call(f, f->manager, IMPORT, request);
    assert_int_equal(response->results[0]->outcome, OUTCOME(CREATED));
    assert_string_equal(response->results[1]->reason, REASON_INVALID_REQUEST);
    assert_string_equal(response->results[1]->problems[0]->field, "close_time");
    assert_string_equal(response->results[2]->reason, "CURRENCY_MISMATCH");
    assert_string_equal(response->results[4]->problems[0]->field, "external_id");
    /* what a rehearsal says of each row is what happens, also where one row follows on another */
    assert_int_equal(response->results[3]->outcome, OUTCOME(UNCHANGED));
    assert_int_equal(pillar_entries(f, f->manager, p, &entries), round ? 2 : 0);
  }
}

/* An export of a partnership that is brought in again there is about the same deals, whoever opened them: it
 * makes no second ones. What the other party brought stays its own to change. */
static void an_export_comes_back_to_its_deals(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "back", "orvane-global");
  static const Sell__Opportunity__Engagement independent =
      SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  Sell__ImportOpportunitiesRequest *request = batch_of(f, p, 1);
  const char *brought =
      ((const Sell__ImportOpportunitiesResponse *)pillar_call(f, f->partner, IMPORT, request))
          ->results[0]
          ->opportunity;
  Sell__OpportunityRow *row = request->rows[0];
  row->opportunity = arena_strdup(fixture_arena(f->server), brought);
  const Sell__ImportOpportunitiesResponse *response = pillar_call(f, f->manager, IMPORT, request);
  assert_int_equal(response->results[0]->outcome, OUTCOME(UNCHANGED));
  row->display_name = (char *)"Ours now";
  response = pillar_call(f, f->manager, IMPORT, request);
  assert_string_equal(response->results[0]->reason, "OTHER_PARTY");
  response = pillar_call(f, f->partner, IMPORT, request);
  assert_int_equal(response->results[0]->outcome, OUTCOME(UPDATED));
  assert_string_equal(response->results[0]->opportunity, brought);
  /* hidden and absent are refused alike; one of another partnership is known by its key */
  const char *hidden = sell_open(f, f->manager, p, independent, "own")->name;
  char *words[2];
  for (int absent = 0; absent < 2; absent++) {
    row->opportunity = absent ? arena_printf(fixture_arena(f->server), "%s/opportunities/vendor-oxn", p)
                              : arena_strdup(fixture_arena(f->server), hidden);
    response = pillar_call(f, f->partner, IMPORT, request);
    assert_string_equal(response->results[0]->reason, REASON_NOT_FOUND);
    words[absent] = arena_strdup(fixture_arena(f->server), response->results[0]->problems[0]->description);
  }
  assert_int_equal(strlen(words[0]), strlen(words[1]));
  row->opportunity = (char *)"vendors/halden/partnerships/elsewhere/opportunities/own";
  response = pillar_call(f, f->partner, IMPORT, request);
  assert_int_equal(response->results[0]->outcome, OUTCOME(UNCHANGED));
  assert_int_equal(sell_pipeline(f, f->manager, p)->won->joint_count, 1);
}

static void a_later_export_brings_it_on(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "later", "orvane-global");
  Sell__ImportOpportunitiesRequest *request = batch_of(f, p, 1);
  Sell__OpportunityRow *row = request->rows[0];
  row->state = STATE(OPEN);
  row->stage = STAGE(QUALIFIED);
  row->amount = NULL;
  Google__Protobuf__Timestamp *close = row->close_time;
  row->close_time = NULL;
  const Sell__ImportOpportunitiesResponse *response = pillar_call(f, f->partner, IMPORT, request);
  assert_int_equal(response->results[0]->outcome, OUTCOME(CREATED));
  row->state = STATE(WON);
  row->stage = 0;
  row->amount = usd(f, 777);
  row->close_time = close;
  response = pillar_call(f, f->partner, IMPORT, request);
  assert_int_equal(response->results[0]->outcome, OUTCOME(UPDATED));
  assert_int_equal(pillar_counter(f, f->manager, p, "2026-01", "qualified_amount.joint.USD", NOBODY), 777);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026", "won.joint", NOBODY), 1);
  /* What was reversed here stays so, though the other system still has it as won. */
  Sell__ReverseOpportunityRequest reverse = SELL__REVERSE_OPPORTUNITY_REQUEST__INIT;
  reverse.name = response->results[0]->opportunity;
  reverse.reason = (char *)"customer cancelled the order";
  pillar_call(f, f->manager, OPPORTUNITIES "ReverseOpportunity", &reverse);
  response = pillar_call(f, f->partner, IMPORT, request);
  assert_int_equal(response->results[0]->outcome, OUTCOME(UNCHANGED));
  assert_int_equal(pillar_counter(f, f->manager, p, "2026", "won.joint", NOBODY), 0);
}

/* ---- importers at once ---- */

struct importers {
  struct pillar_fixture *fixture;
  const char *partnership;
  int64_t created, unchanged;
};

static void import_beside_others(struct server_fixture *server, size_t index, void *context) {
  struct importers *importers = context;
  struct arena *arena = arena_create(32 << 20, NULL, NULL);
  (void)index;
  for (int round = 0; round < 6; round++) {
    Sell__ImportOpportunitiesRequest *request = batch_of(importers->fixture, importers->partnership, 16);
    Sell__ImportOpportunitiesResponse *response;
    for (size_t i = 0; i < request->n_rows; i++)
      request->rows[i]->external_id = arena_printf(arena, "R%d-%zu", round, i);
    struct client_call call = fixture_client_call(server, arena, IMPORT, request);
    call.response = &sell__import_opportunities_response__descriptor;
    const struct status *status = client_call(fixture_channel(server), &call, &response);
    if (status)
      fail_msg("%s %s", status->reason, status->message);
    for (size_t i = 0; i < response->n_results; i++) {
      importers->created += response->results[i]->outcome == OUTCOME(CREATED);
      importers->unchanged += response->results[i]->outcome == OUTCOME(UNCHANGED);
    }
  }
  arena_destroy(arena);
}

static void two_importers_at_once_make_one_of_each(void **state) {
  struct pillar_fixture *f = *state;
  struct importers importers = {.fixture = f, .partnership = pillar_partnership(f, "race", "orvane-global")};
  fixture_as(f->server, f->manager);
  fixture_fibers(f->server, 2, import_beside_others, &importers);
  assert_int_equal(importers.created, 96);
  assert_int_equal(importers.unchanged, 96);
  assert_int_equal(pillar_counter(f, f->manager, importers.partnership, "2026", "won.joint", NOBODY), 96);
  Ledger__LedgerEntry **entries;
  assert_int_equal(pillar_entries(f, f->manager, importers.partnership, &entries), 192);
}

/* ---- the public data set ---- */

struct crm_run {
  struct import_plan plan;
  struct import_report report;
  struct arena *arena;
  const struct status *status;
};

static void run_import(struct server_fixture *server, size_t index, void *context) {
  struct crm_run *run = context;
  (void)index;
  run->plan.channel = fixture_channel(server);
  run->status = import_run(run->arena, &run->plan, &run->report);
}

static void crm_import(struct pillar_fixture *f, struct crm_run *run, const char *folder,
                       const char *partnership, bool rehearse) {
  *run = (struct crm_run){.arena = arena_create(256 << 20, NULL, NULL)};
  run->plan.partnership = partnership;
  run->plan.rehearse = rehearse;
  run->plan.crm = (struct crm_options){.folder = folder, .joint_offices = {"East"}, .joint_count = 1};
  fixture_as(f->server, f->manager);
  fixture_fibers(f->server, 1, run_import, run);
  if (run->status)
    fail_msg("%s: %s", run->status->reason, run->status->message);
  for (const struct import_refusal *r = run->report.refusals; r; r = r->next)
    print_error("line %lld: %s\n", (long long)r->line, r->reason);
  assert_int_equal(run->report.refused, 0);
}

/* The facts of its README, and its parts as counted by hand with another tool. */
static void assert_facts(const Sell__Pipeline *pipeline) {
  const Sell__EngagementTotal *prospect = pipeline->stages[0]->total, *qualified = pipeline->stages[1]->total;
  assert_int_equal(pipeline->won->joint_count + pipeline->won->independent_count, 4238);
  assert_int_equal(pipeline->lost->joint_count + pipeline->lost->independent_count, 2473);
  assert_int_equal(qualified->joint_count + qualified->independent_count, 1589);
  assert_int_equal(prospect->joint_count + prospect->independent_count, 500);
  assert_int_equal(pipeline->won->joint_amount->amount_minor +
                       pipeline->won->independent_amount->amount_minor,
                   1000553400);
  const Type__Ratio *joint = pipeline->joint_win_rate, *own = pipeline->independent_win_rate;
  assert_int_equal((joint->numerator + own->numerator) * 10000 * 10 / (joint->denominator + own->denominator),
                   63150);
}

/* A copy of the export that ends after some rows, as an importer that is killed has read it. */
static void folder_cut(const char *from, char *folder, int lines) {
  char command[2048];
  assert_non_null(mkdtemp(folder));
  snprintf(
      command, sizeof command,
      "cp %s/*.csv %s/ && chmod u+w %s/*.csv && head -n %d %s/sales_pipeline.csv > %s/sales_pipeline.csv",
      from, folder, folder, lines, from, folder);
  assert_int_equal(system(command), 0);
}

static const char *data_folder(char *path, size_t size) {
  const char *source = getenv("ENTENTE_SOURCE");
  snprintf(path, size, "%s/../shared/data/crm", source ? source : ".");
  char file[600];
  snprintf(file, sizeof file, "%s/sales_pipeline.csv", path);
  return access(file, R_OK) == 0 ? path : NULL;
}

static void the_public_data_set(void **state) {
  struct pillar_fixture *f = *state;
  char path[512], cut[] = "/tmp/entente-crm-XXXXXX", command[64];
  const char *folder = data_folder(path, sizeof path);
  if (!folder) {
    print_message("skipped: %s is not there\n", path);
    skip();
  }
  const char *p = pillar_partnership(f, "crm", "orvane-global");
  struct crm_run run;
  crm_import(f, &run, folder, p, true);
  assert_int_equal(run.report.created, 8800);
  assert_int_equal(run.report.pipeline->won->joint_count, 0); /* a rehearsal */
  arena_destroy(run.arena);
  folder_cut(folder, cut, 3334);
  crm_import(f, &run, cut, p, false);
  assert_int_equal(run.report.created, 3333);
  arena_destroy(run.arena);
  crm_import(f, &run, folder, p, false);
  assert_int_equal(run.report.created, 8800 - 3333);
  assert_int_equal(run.report.unchanged, 3333);
  assert_facts(run.report.pipeline);
  assert_int_equal(run.report.note_count, 1);
  assert_string_equal(run.report.notes[0].text, "product `GTXPro` taken as `GTX Pro`");
  arena_destroy(run.arena);
  crm_import(f, &run, folder, p, false);
  assert_int_equal(run.report.unchanged, 8800);
  assert_facts(run.report.pipeline);
  arena_destroy(run.arena);
  snprintf(command, sizeof command, "rm -r %s", cut);
  assert_int_equal(system(command), 0);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_full_batch_twice),
      cmocka_unit_test(bad_rows_do_not_stop_the_others),
      cmocka_unit_test(an_export_comes_back_to_its_deals),
      cmocka_unit_test(a_later_export_brings_it_on),
      cmocka_unit_test(two_importers_at_once_make_one_of_each),
      cmocka_unit_test(the_public_data_set),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
