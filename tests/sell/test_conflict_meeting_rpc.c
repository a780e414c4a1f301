/* Who meets whom, and when again: every way back into a place opens one conflict and no second, and no way
 * leads past the ruling. */
#include "sell/registration_fixture.h"
#include "support/check.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "sell/match_key.h"

#include <string.h>

#define STATE(name) SELL__REGISTRATION__STATE__STATE_##name
#define CONFLICT(name) SELL__CONFLICT__STATE__STATE_##name
#define BASIS(name) SELL__RULING_BASIS__RULING_BASIS_##name
#define R "RegistrationService/"
#define C "ConflictService/"
#define P "RegistrationPolicyService/"

struct rivals {
  const char *one, *two;      /* partnerships */
  const char *first, *second; /* their registrations */
};

static void a_moment_later(struct pillar_fixture *f) {
  fixture_set_now(f->server, fixture_now(f->server) + 1000000);
}

static const char *filed(struct pillar_fixture *f, const struct principal *who, const char *partnership,
                         const char *customer, const char *segment) {
  const char *name = registration_drafted(f, who, partnership, customer);
  ask(f, who, R "UpdateRegistration", "{'registration': {'name': '%s', 'segment': '%s'}}", name, segment);
  ask(f, who, R "SubmitRegistration", "{'name': '%s'}", name);
  a_moment_later(f);
  return name;
}

/* Two registrations of one customer, the first of which is of `one`. */
static struct rivals rivals(struct pillar_fixture *f, const char *id, const char *customer) {
  struct arena *arena = pillar_arena(f);
  struct rivals r = {.one = pillar_partnership(f, arena_printf(arena, "%s-one", id), "orvane-global"),
                     .two = pillar_partnership(f, arena_printf(arena, "%s-two", id), "castellan-soc")};
  r.first = filed(f, f->partner, r.one, customer, "any");
  r.second = filed(f, f->stranger, r.two, customer, "any");
  return r;
}

static const Sell__Conflict *open_conflict(struct pillar_fixture *f, const char *registration) {
  const Sell__ListConflictsResponse *page =
      ask(f, f->viewer, C "ListConflicts",
          "{'parent': 'vendors/halden', 'state': 'STATE_OPEN', 'registration': '%s'}", registration);
  assert_int_equal(page->n_conflicts, 1);
  return page->conflicts[0];
}

static void reject(struct pillar_fixture *f, const char *name) {
  ask(f, f->manager, R "RejectRegistration",
      "{'name': '%s', 'reason': 'REJECTION_REASON_INCOMPLETE', 'note': 'Who decides there?'}", name);
}

static void grant_appeal(struct pillar_fixture *f, const struct principal *who, const char *name) {
  ask(f, who, R "AppealRegistration", "{'name': '%s', 'statement': 'It says who decides'}", name);
  ask(f, f->administrator, R "DecideRegistrationAppeal",
      "{'name': '%s', 'granted': true, 'note': 'So it does indeed'}", name);
}

/* ---- again ---- */

static void an_answered_request_opens_no_second(struct pillar_fixture *f, const struct principal *who,
                                                const char *name) {
  ask(f, f->manager, R "RequestRegistrationAction",
      "{'name': '%s', 'note': 'What is the plan?', 'fields': ['description']}", name);
  ask(f, who, R "UpdateRegistration", "{'registration': {'name': '%s', 'description': 'A pilot first'}}",
      name);
  a_moment_later(f);
  ask(f, who, R "SubmitRegistration", "{'name': '%s'}", name);
  assert_int_equal(conflict_count(f, name), 1);
}

static void either_side_may_be_asked(void **state) {
  struct pillar_fixture *f = *state;
  struct rivals r = rivals(f, "asked", "Alder Grove Clinics");
  const Sell__Conflict *conflict = open_conflict(f, r.first);
  an_answered_request_opens_no_second(f, f->stranger, r.second);
  an_answered_request_opens_no_second(f, f->partner, r.first);
  assert_string_equal(open_conflict(f, r.second)->name, conflict->name);
  ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", conflict->name);
  an_answered_request_opens_no_second(f, f->partner, r.first);
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", r.first);
  pillar_verify(f);
}

static void a_way_back_by_appeal_meets_again(void **state) {
  struct pillar_fixture *f = *state;
  struct rivals r = rivals(f, "back", "Bramble Hill Foods");
  const char *lapsed = open_conflict(f, r.first)->name;
  reject(f, r.second);
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", r.first);
  grant_appeal(f, f->stranger, r.second);
  const Sell__Conflict *conflict = open_conflict(f, r.second);
  assert_string_not_equal(conflict->name, lapsed);
  assert_string_equal(conflict->first, r.first);
  ask_refused(f, f->manager, R "ApproveRegistration", "GUARD_UNMET", "{'name': '%s'}", r.second);
  ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", conflict->name);
  assert_int_equal(registration_now(f, f->stranger, r.second)->state, STATE(REJECTED));
  assert_int_equal(registration_now(f, f->partner, r.first)->state, STATE(APPROVED));
  pillar_verify(f);
}

/* The ruling was final by the days of the one, and could be appealed by those of the other. */
static void a_late_appeal_meets_again(void **state) {
  struct pillar_fixture *f = *state;
  struct arena *arena = pillar_arena(f);
  ask(f, f->administrator, P "CreateRegistrationPolicy",
      "{'parent': 'vendors/halden', 'registrationPolicyId': 'quick', 'registrationPolicy': {'displayName': "
      "'Quick', 'segments': ['quick'], 'terms': {'appealDays': 1}}}");
  const char *one = pillar_partnership(f, "late-one", "orvane-global");
  const char *two = pillar_partnership(f, "late-two", "castellan-soc");
  const char *first = filed(f, f->partner, one, "Copper Field Mining", "quick");
  const char *second = filed(f, f->stranger, two, "Copper Field Mining", "any");
  const char *ruled = arena_strdup(arena, open_conflict(f, first)->name);
  ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", ruled);
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", first);
  pass_days(f, 3);
  grant_appeal(f, f->stranger, second);
  const Sell__Conflict *final = ask(f, f->viewer, C "GetConflict", "{'name': '%s'}", ruled);
  assert_int_equal(final->state, CONFLICT(FINAL));
  assert_false(final->overturned);
  assert_string_not_equal(open_conflict(f, second)->name, ruled);
  ask_refused(f, f->manager, R "ApproveRegistration", "GUARD_UNMET", "{'name': '%s'}", second);
}

/* What became an opportunity holds its place; an appeal that is granted is the ruling against it. */
static void a_ruling_for_the_appeal_stands(void **state) {
  struct pillar_fixture *f = *state;
  struct rivals r = rivals(f, "stands", "Dune Sky Airlines");
  ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", open_conflict(f, r.first)->name);
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", r.first);
  ask(f, f->manager, R "ConvertRegistration", "{'name': '%s'}", r.first);
  grant_appeal(f, f->stranger, r.second);
  assert_int_equal(conflict_count(f, r.second), 1);
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", r.second);
}

/* ---- places taken by going back in time ---- */

static void an_appeal_brings_no_earlier_place_at_another_customer(void **state) {
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "early-one", "orvane-global");
  const char *two = pillar_partnership(f, "early-two", "castellan-soc");
  const char *early = filed(f, f->partner, one, "Placeholder Trading", "any");
  reject(f, early);
  const char *worked = filed(f, f->stranger, two, "Evergreen Bank", "any");
  ask(f, f->partner, R "UpdateRegistration",
      "{'registration': {'name': '%s', 'customer': {'legalName': 'Evergreen Bank', 'domain': "
      "'evergreen-bank.example', 'countryCode': 'US'}}}",
      early);
  assert_null(registration_now(f, f->partner, early)->submit_time);
  const struct status *refusal = ask_refused(f, f->partner, R "AppealRegistration", "GUARD_UNMET",
                                             "{'name': '%s', 'statement': 'We were here first'}", early);
  assert_non_null(strstr(refusal->guards->description, "changed since"));
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", early);
  assert_string_equal(open_conflict(f, early)->first, worked);
}

/* One partner's many registrations of a customer leave room for others, who cannot tell that they are there.
 */
static void nobody_takes_all_places(void **state) {
  struct pillar_fixture *f = *state;
  struct arena *arena = pillar_arena(f);
  const char *one = pillar_partnership(f, "crowd-one", "orvane-global");
  const char *two = pillar_partnership(f, "crowd-two", "castellan-soc");
  for (int i = 0; i <= MATCH_OWN_MAX; i++) {
    const char *name = registration_drafted(f, f->partner, one, "Foxglove Insurance");
    ask(f, f->partner, R "UpdateRegistration", "{'registration': {'name': '%s', 'solutions': ['grab-%d']}}",
        name, i);
    if (i < MATCH_OWN_MAX)
      ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
    else
      ask_refused(f, f->partner, R "SubmitRegistration", "MATCH_LIMIT", "{'name': '%s'}", name);
  }
  filed(f, f->stranger, two, "Foxglove Insurance", "any");
  for (int i = 1; i < MATCH_HOLDERS_MAX / MATCH_OWN_MAX; i++)
    filed(f, f->stranger, pillar_partnership(f, arena_printf(arena, "crowd-more-%d", i), "castellan-soc"),
          "Foxglove Insurance", "any");
}

/* ---- rulings ---- */

static void a_second_split_halves_no_further(void **state) {
  struct pillar_fixture *f = *state;
  ask(f, f->administrator, P "CreateRegistrationPolicy",
      "{'parent': 'vendors/halden', 'registrationPolicyId': 'shared', 'registrationPolicy': {'displayName': "
      "'Shared', 'segments': ['shared'], 'terms': {'upliftBps': 1000, 'rulingBasis': "
      "'RULING_BASIS_SPLIT'}}}");
  const char *parts[3], *names[3];
  for (int i = 0; i < 3; i++)
    parts[i] = pillar_partnership(f, arena_printf(pillar_arena(f), "thrice-%d", i), "castellan-soc");
  for (int i = 0; i < 3; i++)
    names[i] = filed(f, f->stranger, parts[i], "Gull Point Marine", "shared");
  const Sell__ListConflictsResponse *page =
      ask(f, f->viewer, C "ListConflicts", "{'parent': 'vendors/halden', 'registration': '%s'}", names[2]);
  assert_int_equal(page->n_conflicts, 2);
  for (int i = 0; i < 2; i++)
    ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", page->conflicts[i]->name);
  const Sell__Registration *last = ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", names[2]);
  assert_true(last->uplift_halved);
  assert_int_equal(last->uplift_bps, 500);
  /* the second meets the first too, and was halved before it was approved or after: half is half */
  ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", open_conflict(f, names[1])->name);
  assert_int_equal(
      ((const Sell__Registration *)ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", names[1]))
          ->uplift_bps,
      500);
  assert_int_equal(
      ((const Sell__Registration *)ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", names[0]))
          ->uplift_bps,
      1000);
}

/* A half that was given to one submission is not taken along to the next. */
static void a_new_submission_has_its_whole_uplift(void **state) {
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "whole-one", "orvane-global");
  const char *two = pillar_partnership(f, "whole-two", "castellan-soc");
  const char *first = filed(f, f->partner, one, "Heron Lake Paper", "shared");
  const char *second = filed(f, f->stranger, two, "Heron Lake Paper", "shared");
  ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", open_conflict(f, first)->name);
  assert_true(registration_now(f, f->stranger, second)->uplift_halved);
  reject(f, second);
  ask(f, f->partner, R "WithdrawRegistration", "{'name': '%s'}", first);
  ask(f, f->stranger, R "SubmitRegistration", "{'name': '%s'}", second);
  const Sell__Registration *now = ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", second);
  assert_false(now->uplift_halved);
  assert_int_equal(now->uplift_bps, 1000);
}

static void sales_under_either_name_are_declared(void **state) {
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "named-one", "orvane-global");
  const char *two = pillar_partnership(f, "named-two", "castellan-soc");
  const char *first = filed(f, f->partner, one, "Ironwood Rail", "any");
  const char *second = registration_drafted(f, f->stranger, two, "Ironwood Railway Holding");
  ask(f, f->stranger, R "UpdateRegistration",
      "{'registration': {'name': '%s', 'customer': {'legalName': 'Ironwood Railway Group', 'domain': "
      "'ironwood-rail.example', 'countryCode': 'US'}}}",
      second);
  ask(f, f->stranger, R "SubmitRegistration", "{'name': '%s'}", second);
  static const char opening[] = "{'parent': '%s', 'opportunity': {'engagement': 'ENGAGEMENT_INDEPENDENT', "
                                "'customer': {'account': '%s'}}}";
  ask(f, f->manager, "OpportunityService/CreateOpportunity", opening, one, "Ironwood Rail");
  ask(f, f->manager, "OpportunityService/CreateOpportunity", opening, one, "Ironwood Railway Group");
  const Sell__Conflict *ruled =
      ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", open_conflict(f, first)->name);
  assert_int_equal(ruled->ruling->n_direct_opportunities, 2);
}

/* ---- priority by contract ---- */

static void a_contract_puts_its_partner_first(void **state) {
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "prior-one", "orvane-global");
  const char *two = pillar_partnership(f, "prior-two", "castellan-soc");
  const char *contract =
      contract_followed(f, &(struct routing){.partnership = two, .segment = "insurers", .term_days = 30});
  const char *early = filed(f, f->partner, one, "Juniper Mutual", "insurers");
  const char *preferred = filed(f, f->stranger, two, "Juniper Mutual", "insurers");
  const Sell__Conflict *conflict = open_conflict(f, early);
  assert_string_equal(conflict->first, preferred);
  assert_string_equal(conflict->priority_contract, contract);
  const char *other = filed(f, f->partner, one, "Kestrel Mutual", "insurers");
  const char *second = filed(f, f->stranger, two, "Kestrel Mutual", "retail"); /* not what it is for */
  assert_string_equal(open_conflict(f, second)->first, other);
  assert_string_equal(open_conflict(f, second)->priority_contract, "");
  /* a ruling after the contract's end goes by how it stood when the two were filed */
  pass_days(f, 31);
  const Sell__Conflict *ruled = ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", conflict->name);
  assert_string_equal(ruled->ruling->winner, preferred);
  assert_string_equal(ruled->ruling->priority_contract, contract);
  const Sell__Registration *lost = registration_now(f, f->partner, early);
  assert_int_equal(lost->state, STATE(REJECTED));
  assert_int_equal(lost->decisions[0]->reason, SELL__REJECTION_REASON__REJECTION_REASON_NOT_AVAILABLE);
  /* and what is filed after the end is for who comes first */
  const char *free = filed(f, f->partner, one, "Larch Mutual", "insurers");
  filed(f, f->stranger, two, "Larch Mutual", "insurers");
  assert_string_equal(open_conflict(f, free)->first, free);
  assert_string_equal(open_conflict(f, free)->priority_contract, "");
}

static void priority_takes_nothing_away(void **state) {
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "kept-one", "orvane-global");
  const char *two = pillar_partnership(f, "kept-two", "castellan-soc");
  const char *held = filed(f, f->partner, one, "Maple Ridge Care", "hospitals");
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", held);
  contract_followed(f, &(struct routing){.partnership = two, .segment = "hospitals"});
  filed(f, f->stranger, two, "Maple Ridge Care", "hospitals");
  assert_string_equal(open_conflict(f, held)->first, held);
}

/* Each registration is routed by what it says of itself. */
static void the_holders_own_segment_counts(void **state) {
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "own-one", "orvane-global");
  const char *two = pillar_partnership(f, "own-two", "castellan-soc");
  contract_followed(f, &(struct routing){.partnership = one, .segment = "utilities"});
  contract_followed(f, &(struct routing){.partnership = two, .segment = "power"});
  const char *held = filed(f, f->partner, one, "Northfork Power", "utilities");
  const char *met = filed(f, f->stranger, two, "Northfork Power", "power");
  const Sell__Conflict *conflict = open_conflict(f, met);
  assert_string_equal(conflict->first, held); /* both have priority: the earlier one */
  assert_string_equal(conflict->priority_contract, "");
}

/* ---- figures ---- */

static void conflicts_count_in_the_vendors_ledger(void **state) {
  struct pillar_fixture *f = *state;
  struct arena *arena = pillar_arena(f);
  static const char *const counters[] = {"conflicts.opened", "conflicts.ruled", "conflicts.appealed",
                                         "conflicts.final", "conflicts.lapsed"};
  static const int wanted[] = {2, 1, 1, 1, 1};
  int64_t before[5];
  for (int i = 0; i < 5; i++)
    before[i] = pillar_counter(f, f->viewer, "vendors/halden", "2026", counters[i], 0);
  struct rivals r = rivals(f, "counted", "Osprey Textiles");
  struct rivals gone = rivals(f, "uncounted", "Plover Textiles");
  ask(f, f->partner, R "WithdrawRegistration", "{'name': '%s'}", gone.first);
  ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", open_conflict(f, r.first)->name);
  grant_appeal(f, f->stranger, r.second);
  for (int i = 0; i < 5; i++) {
    assert_int_equal(pillar_counter(f, f->viewer, "vendors/halden", "2026", counters[i], 0) - before[i],
                     wanted[i]);
    assert_int_equal(pillar_counter(f, f->viewer, r.one, "2026", counters[i], 0), 0);
  }
  /* a partner neither reads nor sees that there is something to read */
  Ledger__BatchGetCountersRequest request = LEDGER__BATCH_GET_COUNTERS_REQUEST__INIT;
  Type__Period period = TYPE__PERIOD__INIT;
  period.start_time = pillar_time(f, "2026-01-01");
  period.end_time = pillar_time(f, "2027-01-01");
  request.parent = arena_strdup(arena, "vendors/halden");
  request.period = &period;
  pillar_refused(f, f->stranger, "/entente.ledger.v1.LedgerService/BatchGetCounters", &request,
                 REASON_INVALID_REQUEST);
  request.parent = (char *)r.two;
  const Ledger__BatchGetCountersResponse *own =
      pillar_call(f, f->stranger, "/entente.ledger.v1.LedgerService/BatchGetCounters", &request);
  for (size_t i = 0; i < own->partnerships[0]->n_counters; i++)
    assert_null(strstr(own->partnerships[0]->counters[i]->counter, "conflict"));
  pillar_verify(f);
}

/* What the tests before have left: every page, each conflict once, latest first. */
static void conflicts_are_listed_by_pages(void **state) {
  struct pillar_fixture *f = *state;
  const Sell__ListConflictsResponse *all =
      ask(f, f->viewer, C "ListConflicts", "{'parent': 'vendors/halden', 'pageSize': 500}");
  assert_true(all->n_conflicts > 10);
  size_t count = 0;
  const char *token = "";
  do {
    const Sell__ListConflictsResponse *page =
        ask(f, f->viewer, C "ListConflicts", "{'parent': 'vendors/halden', 'pageSize': 3, 'pageToken': '%s'}",
            token);
    assert_true(page->n_conflicts <= 3);
    for (size_t i = 0; i < page->n_conflicts; i++)
      assert_string_equal(page->conflicts[i]->name, all->conflicts[count++]->name);
    token = page->next_page_token;
    if (*token)
      ask_refused(f, f->viewer, C "ListConflicts", REASON_PAGE_TOKEN_INVALID,
                  "{'parent': 'vendors/halden', 'state': 'STATE_OPEN', 'pageSize': 3, 'pageToken': '%s'}",
                  token);
  } while (*token);
  assert_int_equal(count, all->n_conflicts);
  for (size_t i = 1; i < count; i++)
    assert_true(moment_us(all->conflicts[i - 1]->create_time) >= moment_us(all->conflicts[i]->create_time));
  ask_refused(f, f->foreigner, C "ListConflicts", REASON_ACCESS_DENIED, "{'parent': 'vendors/halden'}");
}

/* The same request answers once; another one needs the etag that is current. */
static void a_ruling_is_answered_once(void **state) {
  struct pillar_fixture *f = *state;
  struct rivals r = rivals(f, "once", "Quarry Lane Stone");
  const Sell__Conflict *conflict = open_conflict(f, r.first);
  static const char request[] = "{'name': '%s', 'etag': '%s', 'requestId': '%s', 'note': '%s'}";
  ask_refused(f, f->administrator, C "RuleConflict", REASON_ETAG_MISMATCH, request, conflict->name, "stale",
              "a", "First");
  const char *etag = "";
  const Sell__Conflict *ruled =
      ask(f, f->administrator, C "RuleConflict", request, conflict->name, etag, "b", "First");
  const Sell__Conflict *again =
      ask(f, f->administrator, C "RuleConflict", request, conflict->name, etag, "b", "First");
  assert_string_equal(again->etag, ruled->etag);
  ask_refused(f, f->administrator, C "RuleConflict", "REQUEST_ID_REUSED", request, conflict->name, etag, "b",
              "Second");
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, f->viewer, "vendors/halden", &entries), rulings = 0;
  for (size_t i = 0; i < count; i++)
    rulings +=
        strcmp(entries[i]->resource, conflict->name) == 0 && strcmp(entries[i]->type, "conflict.ruled") == 0;
  assert_int_equal(rulings, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(either_side_may_be_asked),
      cmocka_unit_test(a_way_back_by_appeal_meets_again),
      cmocka_unit_test(a_late_appeal_meets_again),
      cmocka_unit_test(a_ruling_for_the_appeal_stands),
      cmocka_unit_test(an_appeal_brings_no_earlier_place_at_another_customer),
      cmocka_unit_test(nobody_takes_all_places),
      cmocka_unit_test(a_second_split_halves_no_further),
      cmocka_unit_test(a_new_submission_has_its_whole_uplift),
      cmocka_unit_test(sales_under_either_name_are_declared),
      cmocka_unit_test(a_contract_puts_its_partner_first),
      cmocka_unit_test(priority_takes_nothing_away),
      cmocka_unit_test(the_holders_own_segment_counts),
      cmocka_unit_test(conflicts_count_in_the_vendors_ledger),
      cmocka_unit_test(a_ruling_is_answered_once),
      cmocka_unit_test(conflicts_are_listed_by_pages),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
