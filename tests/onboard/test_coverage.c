/* What one partner alone is granted: which provisions overlap, in scope and in time, and what each party is
 * told of it. */
#include "onboard/builder.h"

#include "onboard/contract.h"
#include "onboard/contract_terms.h"
#include "onboard/coverage.h"
#include "runtime/message/json.h"

#define NOW "2026-06-01"

/* A contract of a partnership from 2026-01-01 to 2027-01-01, signed by nobody, with `provisions` as JSON with
 * single quotes. */
static Onboard__Contract *contract_over(struct arena *arena, const char *partnership,
                                        const char *provisions) {
  char *json = arena_printf(arena, "{'provisions': [%s]}", provisions);
  ProtobufCMessage *coverage;
  for (char *quote = json; *quote; quote++)
    if (*quote == '\'')
      *quote = '"';
  assert_null(json_read(arena, &onboard__coverage_terms__descriptor, json, strlen(json), &coverage));
  Onboard__Contract *contract = arena_new(arena, Onboard__Contract);
  onboard__contract__init(contract);
  contract->name = arena_printf(arena, "vendors/halden/partnerships/%s/contracts/one", partnership);
  contract->state = ONBOARD__CONTRACT__STATE__STATE_PENDING_SIGNATURE;
  contract->terms = contract_terms_build(arena, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "");
  contract->terms->elements->coverage = (Onboard__CoverageTerms *)coverage;
  return contract;
}

/* The same, in force. */
static Onboard__Contract *granted(struct arena *arena, const char *partnership, const char *provisions) {
  Onboard__Contract *contract = contract_over(arena, partnership, provisions);
  contract->state = ONBOARD__CONTRACT__STATE__STATE_ACTIVE;
  contract->activate_time = contract->terms->effective_time;
  contract->term_end_time = contract->terms->expire_time;
  return contract;
}

static const struct status *checked(struct arena *arena, Type__Party party, const Onboard__Contract *wanted,
                                    Onboard__Contract *other) {
  struct act act = act_by(arena, party, NOW);
  return coverage_check(&act, wanted, &other, 1);
}

#define ALONE(id, scope) "{'id': '" id "', 'kind': 'KIND_EXCLUSIVE', " scope "}"
#define FIRST(id, scope) "{'id': '" id "', 'kind': 'KIND_PRIORITY', " scope "}"
#define BANKS "'accounts': [{'displayName': 'First Harbor', 'domain': 'first-harbor.example'}]"

static const struct {
  const char *one, *other;
  bool overlap;
} scopes[] = {
    {ALONE("a", "'segments': ['banking']"), ALONE("b", "'segments': ['banking', 'retail']"), true},
    {ALONE("a", "'segments': ['banking']"), ALONE("b", "'segments': ['retail']"), false},
    {ALONE("a", "'countryCodes': ['US']"), ALONE("b", "'countryCodes': ['CA', 'US']"), true},
    {ALONE("a", "'countryCodes': ['US']"), ALONE("b", "'countryCodes': ['CA']"), false},
    {ALONE("a", "'solutions': ['edr']"), ALONE("b", "'solutions': ['edr']"), true},
    {ALONE("a", "'solutions': ['edr']"), ALONE("b", "'solutions': ['siem']"), false},
    /* An empty list is any; every list has to be shared. */
    {ALONE("a", "'segments': ['banking']"), ALONE("b", "'countryCodes': ['US']"), true},
    {ALONE("a", "'segments': ['banking'], 'countryCodes': ['US']"),
     ALONE("b", "'segments': ['banking'], 'countryCodes': ['CA']"), false},
    /* Accounts by domain or by name, as people write it. */
    {ALONE("a", BANKS), ALONE("b", "'accounts': [{'domain': 'first-harbor.example'}]"), true},
    {ALONE("a", BANKS), ALONE("b", "'accounts': [{'displayName': 'FIRST  harbor'}]"), true},
    {ALONE("a", BANKS), ALONE("b", "'accounts': [{'domain': 'last-harbor.example'}]"), false},
    {ALONE("a", BANKS), ALONE("b", "'segments': ['banking']"), true},
    /* One account without domain and another without name are not known to be the same. */
    {ALONE("a", "'accounts': [{'displayName': 'Lakeview'}]"),
     ALONE("b", "'accounts': [{'domain': 'lakeview.example'}]"), false},
    /* Priority excludes nobody. */
    {FIRST("a", "'segments': ['banking']"), ALONE("b", "'segments': ['banking']"), false},
    {ALONE("a", "'segments': ['banking']"), FIRST("b", "'segments': ['banking']"), false},
    /* Any of several. */
    {FIRST("a", "'segments': ['retail']") ", " ALONE("c", "'segments': ['banking']"),
     ALONE("b", "'segments': ['steel']") ", " ALONE("d", "'segments': ['banking']"), true},
    /* From an instant on, and until one. */
    {ALONE("a", "'segments': ['banking'], 'endTime': '2026-09-01T00:00:00Z'"),
     ALONE("b", "'segments': ['banking'], 'startTime': '2026-09-01T00:00:00Z'"), false},
    {ALONE("a", "'segments': ['banking'], 'endTime': '2026-09-01T00:00:01Z'"),
     ALONE("b", "'segments': ['banking'], 'startTime': '2026-09-01T00:00:00Z'"), true},
    /* Over before the contract begins to bind. */
    {ALONE("a", "'segments': ['banking'], 'endTime': '2026-05-01T00:00:00Z'"),
     ALONE("b", "'segments': ['banking']"), false},
};

static void scopes_overlap_or_not_whoever_came_first(void **state) {
  struct arena *arena = *state;
  for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
    for (int turned = 0; turned < 2; turned++) {
      const char *first = turned ? scopes[i].one : scopes[i].other;
      const char *second = turned ? scopes[i].other : scopes[i].one;
      const struct status *status =
          checked(arena, VENDOR, contract_over(arena, "late", second), granted(arena, "early", first));
      if (!scopes[i].overlap)
        assert_null(status);
      else
        assert_refused(status, "EXCLUSIVITY_UNAVAILABLE");
    }
}

static void only_while_both_are_in_force(void **state) {
  struct arena *arena = *state;
  const char *banking = ALONE("banking", "'segments': ['banking']");
  Onboard__Contract *early = granted(arena, "early", banking), *late = contract_over(arena, "late", banking);
  late->terms->effective_time = time_at(arena, "2027-01-01");
  late->terms->expire_time = time_at(arena, "2028-01-01");
  assert_null(checked(arena, VENDOR, late, early));
  /* One that renews may go on; declined or noticed, its end is certain. */
  early->terms->auto_renew = true;
  early->terms->renewal_months = 12;
  assert_refused(checked(arena, VENDOR, late, early), "EXCLUSIVITY_UNAVAILABLE");
  early->renewal_refusal = arena_new(arena, Onboard__RenewalRefusal);
  onboard__renewal_refusal__init(early->renewal_refusal);
  assert_null(checked(arena, VENDOR, late, early));
  late->terms->effective_time = time_at(arena, "2026-12-31");
  assert_refused(checked(arena, VENDOR, late, early), "EXCLUSIVITY_UNAVAILABLE");
  early->termination = arena_new(arena, Onboard__ContractTermination);
  onboard__contract_termination__init(early->termination);
  early->termination->end_time = time_at(arena, "2026-12-31");
  assert_null(checked(arena, VENDOR, late, early));
  /* What comes first must not run into what was signed for later. */
  Onboard__Contract *next = granted(arena, "next", banking), *now = contract_over(arena, "now", banking);
  next->activate_time = time_at(arena, "2027-01-01");
  next->term_end_time = time_at(arena, "2028-01-01");
  assert_null(checked(arena, VENDOR, now, next));
  now->terms->auto_renew = true;
  now->terms->renewal_months = 12;
  assert_refused(checked(arena, VENDOR, now, next), "EXCLUSIVITY_UNAVAILABLE");
}

/* However many hold it, the partner's refusal is the same to the byte. */
static void a_partner_is_told_nothing_of_others(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, NOW);
  const Onboard__Contract *wanted = contract_over(
      arena, "late", ALONE("ours", "'segments': ['banking']") ", " ALONE("too", "'solutions': ['edr']"));
  Onboard__Contract *others[] = {
      granted(arena, "early", ALONE("theirs", "'segments': ['banking']")),
      granted(arena, "earlier", ALONE("others", "'countryCodes': ['US']")),
  };
  const struct status *one = coverage_check(&act, wanted, others + 1, 1);
  const struct status *both = coverage_check(&act, wanted, others, 2);
  assert_refused(one, "EXCLUSIVITY_UNAVAILABLE");
  assert_int_equal(guard_count(one), 2); /* a line a provision */
  assert_int_equal(guard_count(both), 2);
  assert_string_equal(one->message, both->message);
  assert_null(both->metadata);
  for (const struct guard_failure *guard = both->guards; guard; guard = guard->next) {
    assert_string_equal(guard->subject, wanted->name);
    assert_null(strstr(guard->description, "early"));
    assert_null(strstr(guard->description, "theirs"));
  }
  act.party = VENDOR;
  const struct status *vendor = coverage_check(&act, wanted, others, 2);
  assert_int_equal(guard_count(vendor), 4);
  assert_non_null(strstr(vendor->guards->description, others[0]->name));
  assert_non_null(strstr(vendor->guards->description, "theirs"));
}

static void nothing_exclusive_is_never_refused(void **state) {
  struct arena *arena = *state;
  Onboard__Contract *other = granted(arena, "early", ALONE("all", "'countryCodes': ['US']"));
  Onboard__Contract *wanted = contract_over(arena, "late", FIRST("ours", "'segments': ['banking']"));
  assert_false(coverage_excludes(wanted));
  assert_true(coverage_excludes(other));
  assert_null(checked(arena, VENDOR, wanted, other));
  wanted->terms->elements->coverage = NULL;
  assert_false(coverage_excludes(wanted));
  assert_null(checked(arena, VENDOR, wanted, other));
  wanted->terms = NULL;
  assert_false(coverage_excludes(wanted));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(scopes_overlap_or_not_whoever_came_first),
      TEST(only_while_both_are_in_force),
      TEST(a_partner_is_told_nothing_of_others),
      TEST(nothing_exclusive_is_never_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
