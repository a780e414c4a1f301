/* Commercial terms by real calls: granted, agreed, replaced, ended, and what holds of all that says
 * something. */
#include "onboard/contract_terms.h"
#include "onboard/service_fixture.h"
#include "runtime/base/moment.h"
#include "runtime/base/party.h"
#include "runtime/base/period.h"
#include "support/check.h"

#include "entente/onboard/v1/contract_service.pb-c.h"
#include "entente/onboard/v1/term_service.pb-c.h"

#include <pthread.h>
#include <string.h>

#define STATE(name) ONBOARD__TERM__STATE__STATE_##name
#define SOURCE(name) ONBOARD__TERM_SOURCE__TERM_SOURCE_##name
#define NOW "2026-07-15T12:00:00Z"

static const char create[] =
    "{'parent': '%s', 'termId': '%s', 'term': {'title': 'Commission %s', 'basis': 'TERM_BASIS_%s', 'value': "
    "{'kind': 'TERM_KIND_COMMISSION', 'rateBps': %d}, 'startTime': '%s-01T00:00:00Z', 'endTime': "
    "'%s-01T00:00:00Z'%s}, 'requestId': '%s'}";

static const Onboard__Term *make(struct onboard_fixture *fixture, const struct principal *who,
                                 const char *partnership, const char *id, const char *basis, int bps,
                                 const char *start, const char *end, const char *more) {
  return ask(fixture, who, "TermService/CreateTerm", create, partnership, id, id, basis, bps, start, end,
             more, "");
}

static void what_is_granted_binds_at_once(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "granted");
  refused(fixture, fixture->partner, "TermService/CreateTerm", REASON_OTHER_PARTY, create, partnership,
          "mine", "mine", "GRANTED", 9000, "2026-08", "2026-12", "", "");
  refused(fixture, fixture->vendor_manager, "TermService/CreateTerm", REASON_ACCESS_DENIED, create,
          partnership, "mine", "mine", "GRANTED", 2000, "2026-08", "2026-12", "", "");
  const struct status *status =
      refused(fixture, fixture->vendor, "TermService/CreateTerm", REASON_INVALID_REQUEST,
              "{'parent': '%s', 'term': {'title': 'x', 'basis': 'TERM_BASIS_GRANTED', 'value': {'kind': "
              "'TERM_KIND_COMMISSION', 'benefits': ['none']}, 'startTime': '2026-08-02T00:00:00Z'}}",
              partnership);
  assert_int_equal(violation_count(status), 3);
  const Onboard__Term *first = ask(fixture, fixture->vendor, "TermService/CreateTerm", create, partnership,
                                   "q3", "q3", "GRANTED", 2000, "2026-07", "2026-10", "", "grant-1");
  const Onboard__Term *again = ask(fixture, fixture->vendor, "TermService/CreateTerm", create, partnership,
                                   "q3", "q3", "GRANTED", 2000, "2026-07", "2026-10", "", "grant-1");
  assert_string_equal(first->etag, again->etag);
  assert_int_equal(first->state, STATE(IN_FORCE)); /* since the first of the month */
  status = refused(fixture, fixture->vendor, "TermService/CreateTerm", "TERM_OVERLAP", create, partnership,
                   "more", "more", "GRANTED", 2100, "2026-09", "2026-11", "", "");
  assert_string_equal(status_metadata_text(status, "term"), first->name);
  refused(fixture, fixture->vendor, "TermService/CreateTerm", "TERM_GAP", create, partnership, "late", "late",
          "GRANTED", 2100, "2026-11", "2026-12", "", "");
  make(fixture, fixture->vendor, partnership, "q4", "GRANTED", 2100, "2026-10", "2027-01", "");
  refused(fixture, fixture->stranger, "TermService/GetTerm", REASON_ACCESS_DENIED, "{'name': '%s'}",
          first->name);
  refused(fixture, fixture->partner, "TermService/EndTerm", REASON_ACCESS_DENIED,
          "{'name': '%s', 'endTime': '2026-09-01T00:00:00Z', 'reason': 'no longer needed'}", first->name);
  refused(fixture, fixture->vendor, "TermService/EndTerm", REASON_ETAG_MISMATCH,
          "{'name': '%s', 'endTime': '2026-09-01T00:00:00Z', 'reason': 'no longer needed', 'etag': 'other'}",
          first->name);
  ask(fixture, fixture->vendor, "TermService/EndTerm",
      "{'name': '%s', 'endTime': '2026-09-01T00:00:00Z', 'reason': 'no longer needed'}", first->name);
  assert_string_equal(ledger_types(fixture, fixture->partner, partnership),
                      "partnership.created term_schedule.updated term.granted term_schedule.updated "
                      "term.granted term_schedule.updated term.shortened");
}

static void what_is_agreed_takes_both(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "agreed");
  const Onboard__Term *term =
      make(fixture, fixture->partner, partnership, "year", "AGREED", 2500, "2026-08", "2027-08", "");
  assert_int_equal(term->state, STATE(PROPOSED));
  refused(fixture, fixture->partner, "TermService/AcceptTerm", "OWN_OFFER", "{'name': '%s'}", term->name);
  ask(fixture, fixture->vendor, "TermService/AcceptTerm", "{'name': '%s'}", term->name);
  refused(fixture, fixture->vendor, "TermService/EndTerm", "TERM_AGREED",
          "{'name': '%s', 'endTime': '2026-09-01T00:00:00Z', 'reason': 'no longer needed'}", term->name);
  const char *replaces = arena_printf(fixture_arena(fixture->server), ", 'replaces': '%s'", term->name);
  refused(fixture, fixture->vendor, "TermService/CreateTerm", "REPLACED_TERM_UNFIT", create, partnership,
          "less", "less", "GRANTED", 1000, "2027-01", "2028-01", replaces, "");
  const Onboard__Term *next =
      make(fixture, fixture->vendor, partnership, "better", "AGREED", 2700, "2027-01", "2028-01", replaces);
  const Onboard__Term *declined =
      make(fixture, fixture->vendor, partnership, "worse", "AGREED", 100, "2028-01", "2029-01", "");
  ask(fixture, fixture->partner, "TermService/DeclineTerm", "{'name': '%s', 'reason': 'far too little'}",
      declined->name);
  const Onboard__Term *withdrawn =
      make(fixture, fixture->vendor, partnership, "other", "AGREED", 100, "2028-01", "2029-01", "");
  ask(fixture, fixture->vendor, "TermService/WithdrawTerm", "{'name': '%s', 'reason': 'a slip of the pen'}",
      withdrawn->name);
  refused(fixture, fixture->partner, "TermService/AcceptTerm", REASON_INVALID_STATE, "{'name': '%s'}",
          withdrawn->name);
  ask(fixture, fixture->partner, "TermService/AcceptTerm", "{'name': '%s'}", next->name);
  const Onboard__Term *old =
      ask(fixture, fixture->viewer, "TermService/GetTerm", "{'name': '%s'}", term->name);
  assert_string_equal(old->replaced_by, next->name);
  /* Time starts and ends them: right on read, then recorded. */
  set_now(fixture, "2027-01-01T00:00:00Z");
  const Onboard__ListTermsResponse *list = ask(fixture, fixture->partner, "TermService/ListTerms",
                                               "{'parent': '%s', 'state': 'STATE_ENDED'}", partnership);
  assert_int_equal(list->n_terms, 1);
  assert_true(sweep_now(fixture) >= 3);
  assert_int_equal(sweep_now(fixture), 0);
  assert_non_null(strstr(ledger_types(fixture, fixture->vendor, partnership), "term.started"));
  list = ask(fixture, fixture->partner, "TermService/ListTerms",
             "{'parent': '%s', 'kind': 'TERM_KIND_COMMISSION', 'text': 'COMMISSION B', 'endBefore': "
             "'2028-02-01T00:00:00Z'}",
             partnership);
  assert_int_equal(list->n_terms, 1);
  list =
      ask(fixture, fixture->partner, "TermService/ListTerms", "{'parent': '%s', 'pageSize': 3}", partnership);
  assert_int_equal(list->n_terms, 3);
  list = ask(fixture, fixture->partner, "TermService/ListTerms",
             "{'parent': '%s', 'pageSize': 3, 'pageToken': '%s'}", partnership, list->next_page_token);
  assert_int_equal(list->n_terms, 1);
  set_now(fixture, NOW);
}

static const Onboard__EffectiveTerm *commission(struct onboard_fixture *fixture, const char *partnership,
                                                const char *when) {
  const Onboard__GetEffectiveTermsResponse *all =
      ask(fixture, fixture->partner_manager, "TermService/GetEffectiveTerms",
          "{'parent': '%s', 'at': '%sT00:00:00Z'}", partnership, when);
  assert_int_equal(all->n_terms, 6);
  return all->terms[0];
}

static void everything_that_says_something_is_heard(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "effective");
  ask(fixture, fixture->vendor, "ProgramService/CreateProgram",
      "{'parent': '%s', 'programId': 'effective', 'program': {'title': 'Partners', 'levels': [{'id': 'base', "
      "'rank': 1, 'title': 'Base', 'terms': [{'kind': 'TERM_KIND_COMMISSION', 'rateBps': 1000}]}]}}",
      HALDEN);
  ask(fixture, fixture->vendor, "ProgramService/ActivateProgram", "{'name': '%s/programs/effective'}",
      HALDEN);
  ask(fixture, fixture->vendor, "MemberService/EnrollMember",
      "{'parent': '%s', 'program': '%s/programs/effective'}", partnership, HALDEN);
  assert_int_equal(commission(fixture, partnership, "2026-08-01")->claim->source, SOURCE(NONE));
  ask(fixture, fixture->vendor_manager, "MemberService/EvaluateMember", "{'name': '%s/members/effective'}",
      partnership);
  assert_int_equal(commission(fixture, partnership, "2026-08-01")->claim->source, SOURCE(PROGRAM_LEVEL));
  make(fixture, fixture->vendor, partnership, "extra", "GRANTED", 1500, "2026-08", "2027-01", "");
  const Onboard__Contract *contract =
      ask(fixture, fixture->vendor, "ContractService/CreateContract",
          "{'parent': '%s', 'contract': {'title': 'Agreement', 'terms': %s}}", partnership,
          contract_terms_json(fixture_arena(fixture->server), "2026-09-01T00:00:00Z", "2026-12-01T00:00:00Z",
                              ", 'commercialTerms': [{'kind': 'TERM_KIND_COMMISSION', 'rateBps': 2000}]"));
  refused(fixture, fixture->vendor, "ContractService/UpdateContract", REASON_INVALID_REQUEST,
          "{'contract': {'name': '%s', 'terms': {'commercialTerms': [{'kind': 'TERM_KIND_DISCOUNT'}]}}, "
          "'updateMask': 'terms.commercialTerms'}",
          contract->name);
  contract =
      ask(fixture, fixture->vendor, "ContractService/RequestSignature", "{'name': '%s'}", contract->name);
  ask(fixture, fixture->vendor, "ContractService/SignContract", "{'name': '%s', 'contentHash': '%s'}",
      contract->name, contract->content_hash);
  assert_int_equal(commission(fixture, partnership, "2026-09-01")->claim->source, SOURCE(GRANTED_TERM));
  ask(fixture, fixture->partner, "ContractService/SignContract", "{'name': '%s', 'contentHash': '%s'}",
      contract->name, contract->content_hash);
  const Onboard__EffectiveTerm *term = commission(fixture, partnership, "2026-08-15");
  assert_int_equal(term->claim->source, SOURCE(GRANTED_TERM));
  int64_t september;
  assert_true(time_parse("2026-09-01", &september));
  assert_int_equal(moment_us(term->until_time), september);
  term = commission(fixture, partnership, "2026-10-01");
  assert_int_equal(term->claim->source, SOURCE(CONTRACT));
  assert_string_equal(term->claim->resource, contract->name);
  assert_int_equal(term->claim->value->rate_bps, 2000);
  assert_int_equal(term->n_weaker, 2);
  assert_int_equal(commission(fixture, partnership, "2026-12-15")->claim->source, SOURCE(GRANTED_TERM));
  assert_int_equal(commission(fixture, partnership, "2027-01-15")->claim->source, SOURCE(PROGRAM_LEVEL));
  refused(fixture, fixture->stranger, "TermService/GetEffectiveTerms", REASON_ACCESS_DENIED,
          "{'parent': '%s'}", partnership);
}

/* However many drafts a party writes, what holds is heard. */
static void drafts_drown_nothing(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "drowned");
  const Onboard__Contract *contract =
      ask(fixture, fixture->vendor, "ContractService/CreateContract",
          "{'parent': '%s', 'contract': {'title': 'Agreement', 'terms': %s}}", partnership,
          contract_terms_json(fixture_arena(fixture->server), "2026-09-01T00:00:00Z", "2026-12-01T00:00:00Z",
                              ", 'commercialTerms': [{'kind': 'TERM_KIND_COMMISSION', 'rateBps': 2000}]"));
  ask(fixture, fixture->vendor, "ContractService/RequestSignature", "{'name': '%s'}", contract->name);
  const struct principal *signers[] = {fixture->vendor, fixture->partner};
  for (int i = 0; i < 2; i++)
    ask(fixture, signers[i], "ContractService/SignContract", "{'name': '%s', 'contentHash': '%s'}",
        contract->name, contract->content_hash);
  for (int i = 0; i < 501; i++)
    ask(fixture, fixture->partner_manager, "ContractService/CreateContract",
        "{'parent': '%s', 'contract': {'title': 'Draft', 'terms': {'expireTime': '2026-01-01T00:00:00Z'}}}",
        partnership);
  const Onboard__EffectiveTerm *term = commission(fixture, partnership, "2026-10-01");
  assert_int_equal(term->claim->source, SOURCE(CONTRACT));
  assert_string_equal(term->claim->resource, contract->name);
}

/* ---- many at once ---- */

enum { GRANTERS = 6 };
struct granter {
  pthread_t thread;
  struct onboard_fixture fixture; /* a replica on the same Redis */
  const void *request;
  bool granted;
};

static void *grant_once(void *argument) {
  struct granter *granter = argument;
  const void *answer;
  fixture_as(granter->fixture.server, granter->fixture.vendor);
  granter->granted = !fixture_call(granter->fixture.server, "/entente.onboard.v1.TermService/CreateTerm",
                                   granter->request, &answer);
  return NULL;
}

static void many_grant_and_one_holds(void **state) {
  struct onboard_fixture *fixture = *state;
  struct granter granters[GRANTERS];
  const char *partnership = partnership_make(fixture, "many-terms");
  int granted = 0;
  for (int i = 0; i < GRANTERS; i++) {
    char id[] = {(char)('a' + i), 0};
    granters[i] = (struct granter){.fixture = *fixture};
    granters[i].fixture.server = onboard_server(fixture);
    granters[i].request = request_of(&granters[i].fixture, "TermService/CreateTerm", create, partnership, id,
                                     id, "GRANTED", 1000 + i, "2026-08", "2026-12", "", "");
  }
  for (int i = 0; i < GRANTERS; i++)
    assert_int_equal(pthread_create(&granters[i].thread, NULL, grant_once, &granters[i]), 0);
  for (int i = 0; i < GRANTERS; i++) {
    pthread_join(granters[i].thread, NULL);
    granted += granters[i].granted;
    fixture_stop(granters[i].fixture.server);
  }
  assert_int_equal(granted, 1);
  const Onboard__ListTermsResponse *list =
      ask(fixture, fixture->viewer, "TermService/ListTerms", "{'parent': '%s'}", partnership);
  assert_int_equal(list->n_terms, 1);
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_granted_binds_at_once),
      cmocka_unit_test(what_is_agreed_takes_both),
      cmocka_unit_test(everything_that_says_something_is_heard),
      cmocka_unit_test(drafts_drown_nothing),
      cmocka_unit_test(many_grant_and_one_holds),
      cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
