/* An import whose rows breach protections: more ledger entries than one step takes, yet every row arrives. */
#include "sell/registration_fixture.h"
#include "support/check.h"

#include "gateway/cli/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTCOME(name) SELL__ROW_RESULT__OUTCOME__OUTCOME_##name
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define ACCOUNT "Harbour Crane Works"
enum { BATCH = 32, STEP = 21 /* of three entries each */, FILE_ROWS = 70 };

/* A partnership with an approved registration, ten days later. */
static const char *protected_partnership(struct pillar_fixture *f, const char *id, const char *account) {
  const char *p = pillar_partnership(f, id, "orvane-global");
  const char *name = registration_submitted(f, f->partner, p, account);
  ask(f, f->manager, "RegistrationService/ApproveRegistration", "{'name': '%s'}", name);
  pass_days(f, 10);
  return p;
}

static const Sell__ImportOpportunitiesResponse *import_from(struct pillar_fixture *f, const char *partnership,
                                                            size_t first, const char *more) {
  const char *rows = "";
  struct arena *arena = pillar_arena(f);
  for (size_t i = first; i < BATCH; i++)
    rows = arena_printf(arena,
                        "%s%s{'externalId': 'B%zu', 'engagement': 'ENGAGEMENT_INDEPENDENT', 'customer': "
                        "{'account': '" ACCOUNT "'}, 'amount': {'currencyCode': 'USD', 'amountMinor': '5'}, "
                        "'state': 'STATE_WON', 'openTime': '2026-07-16T00:00:00Z', 'closeTime': "
                        "'2026-07-20T00:00:00Z'}",
                        rows, *rows ? ", " : "", i);
  return ask(f, f->manager, "OpportunityService/ImportOpportunities", "{'parent': '%s', 'rows': [%s]%s}",
             partnership, rows, more);
}

static size_t outcomes(const Sell__ImportOpportunitiesResponse *response, Sell__RowResult__Outcome outcome) {
  size_t count = 0;
  for (size_t i = 0; i < response->n_results; i++)
    count += response->results[i]->outcome == outcome;
  return count;
}

static int64_t breaches(struct pillar_fixture *f, const char *partnership) {
  return pillar_counter(f, f->partner, partnership, "2026", "protection.breaches", VENDOR);
}

static void rows_that_do_not_fit_are_deferred_in_order(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = protected_partnership(f, "guarded", ACCOUNT);
  const char *elsewhere = pillar_partnership(f, "elsewhere", "castellan-soc");
  const Sell__ImportOpportunitiesResponse *response = import_from(f, elsewhere, 0, ", 'validateOnly': true");
  assert_int_equal(outcomes(response, OUTCOME(CREATED)), BATCH);
  for (int round = 0; round < 2; round++) { /* the second time is answered from the first */
    response = import_from(f, elsewhere, 0, ", 'requestId': 'first'");
    assert_int_equal(response->n_results, BATCH);
    for (size_t i = 0; i < BATCH; i++) {
      const Sell__RowResult *result = response->results[i];
      assert_string_equal(result->external_id, arena_printf(pillar_arena(f), "B%zu", i));
      assert_int_equal(result->outcome, i < STEP ? OUTCOME(CREATED) : OUTCOME(DEFERRED));
      assert_int_equal(*result->opportunity != '\0', i < STEP);
    }
    assert_int_equal(breaches(f, p), STEP);
    assert_int_equal(pillar_counter(f, f->manager, elsewhere, "2026-07", "won.independent", VENDOR), STEP);
  }
  response = import_from(f, elsewhere, STEP, ", 'requestId': 'second'");
  assert_int_equal(outcomes(response, OUTCOME(CREATED)), BATCH - STEP);
  response = import_from(f, elsewhere, 0, "");
  assert_int_equal(outcomes(response, OUTCOME(UNCHANGED)), BATCH);
  assert_int_equal(breaches(f, p), BATCH);
  pillar_verify(f);
}

/* ---- the importer ---- */

struct importing {
  struct import_plan plan;
  struct import_report report;
  struct arena *arena;
  const struct status *status;
};

static void import_in_fiber(struct server_fixture *server, size_t index, void *context) {
  struct importing *importing = context;
  (void)index;
  importing->plan.channel = fixture_channel(server);
  importing->status = import_run(importing->arena, &importing->plan, &importing->report);
}

static FILE *file_open(const char *folder, const char *name) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *out = fopen(path, "we");
  assert_non_null(out);
  return out;
}

static void folder_write(char *folder) {
  assert_non_null(mkdtemp(folder));
  FILE *teams = file_open(folder, "sales_teams.csv");
  fputs("sales_agent,manager,regional_office\nWim West,M,West\n", teams);
  fclose(teams);
  FILE *deals = file_open(folder, "sales_pipeline.csv");
  fputs("opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n", deals);
  for (int i = 0; i < FILE_ROWS; i++)
    fprintf(deals, "D%d,Wim West,GTX Pro,Tidal Lock Yard,Won,2026-07-26,2026-07-28,100\n", i);
  fclose(deals);
}

static void the_importer_brings_every_row(void **state) {
  struct pillar_fixture *f = *state;
  char folder[] = "/tmp/entente-crm-XXXXXX", command[64];
  const char *p = protected_partnership(f, "importer", "Tidal Lock Yard");
  const char *elsewhere = pillar_partnership(f, "importer-elsewhere", "castellan-soc");
  folder_write(folder);
  struct importing importing = {.arena = arena_create(64 << 20, NULL, NULL)};
  importing.plan.partnership = elsewhere;
  importing.plan.crm = (struct crm_options){.folder = folder};
  fixture_as(f->server, f->manager);
  fixture_fibers(f->server, 1, import_in_fiber, &importing);
  if (importing.status)
    fail_msg("%s: %s", importing.status->reason, importing.status->message);
  assert_int_equal(importing.report.rows, FILE_ROWS);
  assert_int_equal(importing.report.created, FILE_ROWS);
  assert_int_equal(importing.report.refused, 0);
  assert_int_equal(importing.report.facts.won.independent.count, FILE_ROWS);
  assert_int_equal(breaches(f, p), FILE_ROWS);
  assert_int_equal(pillar_counter(f, f->manager, elsewhere, "2026-07", "won.independent", VENDOR), FILE_ROWS);
  arena_destroy(importing.arena);
  snprintf(command, sizeof command, "rm -r %s", folder);
  assert_int_equal(system(command), 0);
  pillar_verify(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_that_do_not_fit_are_deferred_in_order),
      cmocka_unit_test(the_importer_brings_every_row),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
