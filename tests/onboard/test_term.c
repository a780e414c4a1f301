#include "onboard/builder.h"
#include "onboard/contract.h"
#include "onboard/contract_terms.h"
#include "onboard/effective_terms.h"
#include "onboard/term.h"

#define STATE(name) ONBOARD__TERM__STATE__STATE_##name
#define KIND(name) ONBOARD__TERM_KIND__TERM_KIND_##name
#define BASIS(name) ONBOARD__TERM_BASIS__TERM_BASIS_##name
#define SOURCE(name) ONBOARD__TERM_SOURCE__TERM_SOURCE_##name
#define TERM(id) PARTNERSHIP_NAME "/terms/" id

static Onboard__TermValue *rate(struct arena *arena, Onboard__TermKind kind, int32_t bps) {
  Onboard__TermValue *value = arena_new(arena, Onboard__TermValue);
  onboard__term_value__init(value);
  value->kind = kind;
  value->rate_bps = bps;
  return value;
}

static Onboard__Term *term_of(struct arena *arena, const char *name, Onboard__TermBasis basis,
                              const char *start, const char *end) {
  Onboard__Term *term = arena_new(arena, Onboard__Term);
  onboard__term__init(term);
  term->name = arena_strdup(arena, name);
  term->title = (char *)"Commission";
  term->value = rate(arena, KIND(COMMISSION), 2000);
  term->basis = basis;
  term->start_time = time_at(arena, start);
  term->end_time = end ? time_at(arena, end) : NULL;
  return term;
}

static const struct status *bind(const struct act *act, Onboard__TermSchedule *schedule, Onboard__Term *term,
                                 Onboard__Term *replaced, bool accept_gap) {
  struct term_facts facts = {schedule, replaced, accept_gap};
  term_start(act, term);
  if (replaced)
    term->replaces = replaced->name;
  return term_bind(act, term, &facts);
}

/* ---- values ---- */

static size_t value_violations(struct arena *arena, const Onboard__TermValue *value) {
  struct status *refusal = NULL;
  term_value_check(arena, &refusal, value, "value");
  return refusal ? violation_count(refusal) : 0;
}

static void a_value_is_that_of_its_kind(void **state) {
  struct arena *arena = *state;
  Onboard__TermValue *value = rate(arena, KIND(COMMISSION), 2000);
  Type__Money money = TYPE__MONEY__INIT;
  Onboard__MarketAccess access = ONBOARD__MARKET_ACCESS__INIT;
  char *countries[] = {(char *)"XX"};
  assert_int_equal(value_violations(arena, value), 0);
  value->rate_bps = 0;
  assert_int_equal(value_violations(arena, value), 1);
  money.currency_code = (char *)"XXX1";
  value->amount = &money;
  assert_int_equal(value_violations(arena, value), 4); /* no rate; an amount, of nothing, in no currency */
  value->kind = KIND(MDF_BUDGET);
  money.currency_code = (char *)"EUR";
  money.amount_minor = 1;
  assert_int_equal(value_violations(arena, value), 0);
  value->amount = NULL;
  value->kind = KIND(MARKET_ACCESS);
  value->market_access = &access;
  assert_int_equal(value_violations(arena, value), 1); /* of no market */
  access.country_codes = countries;
  access.n_country_codes = 1;
  assert_int_equal(value_violations(arena, value), 1);
  countries[0] = (char *)"DE";
  assert_int_equal(value_violations(arena, value), 0);
  value->kind = KIND(JOINT_BENEFITS);
  assert_int_equal(value_violations(arena, value), 2);
}

static void dates_fit_what_is_paid_out(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  assert_null(
      term_check(&act, term_of(arena, TERM("a"), BASIS(GRANTED), "2026-07-01", "2026-10-01"), "term"));
  const struct status *status =
      term_check(&act, term_of(arena, TERM("a"), BASIS(GRANTED), "2026-08-02", "2026-09-15"), "term");
  assert_int_equal(violation_count(status), 2);
  status = term_check(&act, term_of(arena, TERM("a"), BASIS(GRANTED), "2026-06-01", "2026-05-01"), "term");
  assert_int_equal(violation_count(status), 2); /* ends before it starts, and rewrites June */
  assert_null(term_check(&act, term_of(arena, TERM("a"), BASIS(AGREED), "2026-06-01", NULL), "term"));
  Onboard__Term *access = term_of(arena, TERM("a"), BASIS(GRANTED), "2026-08-02", NULL);
  Onboard__MarketAccess markets = ONBOARD__MARKET_ACCESS__INIT;
  char *segments[] = {(char *)"banking"};
  markets.segments = segments;
  markets.n_segments = 1;
  access->value->kind = KIND(MARKET_ACCESS);
  access->value->rate_bps = 0;
  access->value->market_access = &markets;
  assert_null(term_check(&act, access, "term"));
}

/* ---- one value at a time ---- */

static void no_two_of_a_kind_at_once(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__TermSchedule schedule = ONBOARD__TERM_SCHEDULE__INIT;
  Onboard__Term *second = term_of(arena, TERM("second"), BASIS(GRANTED), "2026-10-01", "2027-01-01");
  Onboard__Term *first = term_of(arena, TERM("first"), BASIS(GRANTED), "2026-08-01", "2026-10-01");
  assert_null(bind(&act, &schedule, second, NULL, false));
  assert_null(bind(&act, &schedule, first, NULL, false));
  assert_int_equal(schedule.n_spans, 2);
  assert_string_equal(schedule.spans[0]->term, TERM("first")); /* by start */
  static const char *const overlapping[][2] = {{"2026-08-01", "2026-09-01"},
                                               {"2026-07-01", "2027-02-01"},
                                               {"2026-12-01", NULL},
                                               {"2026-09-01", "2026-11-01"}};
  for (size_t i = 0; i < sizeof overlapping / sizeof *overlapping; i++) {
    const struct status *status =
        bind(&act, &schedule, term_of(arena, TERM("x"), BASIS(AGREED), overlapping[i][0], overlapping[i][1]),
             NULL, true);
    assert_refused(status, "TERM_OVERLAP");
    assert_int_equal(schedule.n_spans, 2);
  }
}

static void gaps_are_meant(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__TermSchedule schedule = ONBOARD__TERM_SCHEDULE__INIT;
  assert_null(bind(&act, &schedule, term_of(arena, TERM("a"), BASIS(GRANTED), "2026-08-01", "2026-10-01"),
                   NULL, false));
  Onboard__Term *later = term_of(arena, TERM("b"), BASIS(GRANTED), "2026-12-01", "2027-01-01");
  const struct status *status = bind(&act, &schedule, later, NULL, false);
  assert_refused(status, "TERM_GAP");
  assert_string_equal(metadata_of(status, "gap_start_time"), "2026-10-01T00:00:00Z");
  assert_string_equal(metadata_of(status, "gap_end_time"), "2026-12-01T00:00:00Z");
  assert_null(bind(&act, &schedule, later, NULL, true));
  /* One that fills a part of it leaves the rest open. */
  Onboard__Term *part = term_of(arena, TERM("c"), BASIS(GRANTED), "2026-10-01", "2026-11-01");
  assert_refused(bind(&act, &schedule, part, NULL, false), "TERM_GAP");
  Onboard__Term *whole = term_of(arena, TERM("c"), BASIS(GRANTED), "2026-10-01", "2026-12-01");
  assert_null(bind(&act, &schedule, whole, NULL, false));
  /* What lapsed long ago is no oversight. */
  struct act year_later = act_by(arena, VENDOR, "2028-01-15");
  assert_null(bind(&year_later, &schedule, term_of(arena, TERM("d"), BASIS(GRANTED), "2028-02-01", NULL),
                   NULL, false));
}

static void a_term_takes_the_place_of_another(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__TermSchedule schedule = ONBOARD__TERM_SCHEDULE__INIT;
  Onboard__Term *old = term_of(arena, TERM("old"), BASIS(GRANTED), "2026-07-01", NULL);
  assert_null(bind(&act, &schedule, old, NULL, false));
  term_settle(old, act.now_us);
  assert_int_equal(old->state, STATE(IN_FORCE));
  Onboard__Term *next = term_of(arena, TERM("next"), BASIS(AGREED), "2026-09-01", NULL);
  assert_null(bind(&act, &schedule, next, old, false));
  assert_int_equal(moment_us(old->end_time), at("2026-09-01"));
  assert_string_equal(old->replaced_by, TERM("next"));
  assert_int_equal(schedule.n_spans, 2);
  assert_int_equal(moment_us(schedule.spans[0]->end_time), at("2026-09-01"));
  /* What both agreed is not replaced by what one grants; nor what is of another kind, or over by then. */
  assert_refused(
      bind(&act, &schedule, term_of(arena, TERM("x"), BASIS(GRANTED), "2026-10-01", NULL), next, false),
      "REPLACED_TERM_UNFIT");
  Onboard__Term *other = term_of(arena, TERM("y"), BASIS(AGREED), "2026-10-01", NULL);
  other->value->kind = KIND(DISCOUNT);
  assert_refused(bind(&act, &schedule, other, next, false), "REPLACED_TERM_UNFIT");
  assert_refused(
      bind(&act, &schedule, term_of(arena, TERM("z"), BASIS(AGREED), "2026-09-01", NULL), old, false),
      "REPLACED_TERM_UNFIT");
  Onboard__Term *lost = term_of(arena, TERM("w"), BASIS(AGREED), "2026-10-01", NULL);
  lost->replaces = (char *)TERM("none");
  struct term_facts facts = {&schedule, NULL, false};
  assert_refused(term_bind(&act, lost, &facts), "REPLACED_TERM_UNFIT");
}

static void the_other_party_answers(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-07-15"), partner = act_by(arena, PARTNER, "2026-07-16");
  Onboard__TermSchedule schedule = ONBOARD__TERM_SCHEDULE__INIT;
  struct term_facts facts = {&schedule, NULL, false};
  Onboard__Term *term = term_of(arena, TERM("a"), BASIS(AGREED), "2026-08-01", "2027-01-01");
  term_start(&vendor, term);
  assert_refused(term_accept(&vendor, term, &facts), "OWN_OFFER");
  assert_refused(term_decline(&vendor, term, (char *)"no"), "OWN_OFFER");
  assert_refused(term_withdraw(&partner, term, (char *)"no"), "NOT_OWN_OFFER");
  assert_null(term_accept(&partner, term, &facts));
  assert_int_equal(term->state, STATE(SCHEDULED));
  assert_refused(term_end(&vendor, term, &schedule, at("2026-10-01"), (char *)"why not"), "TERM_AGREED");
  Onboard__Term *second = term_of(arena, TERM("b"), BASIS(AGREED), "2026-12-01", NULL);
  term_start(&partner, second);
  assert_refused(term_accept(&vendor, second, &facts), "TERM_OVERLAP");
}

static void the_vendor_ends_what_it_granted(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__TermSchedule schedule = ONBOARD__TERM_SCHEDULE__INIT;
  Onboard__Term *term = term_of(arena, TERM("a"), BASIS(GRANTED), "2026-07-01", "2027-01-01");
  assert_null(bind(&act, &schedule, term, NULL, false));
  term_settle(term, act.now_us);
  assert_int_equal(violation_count(term_end(&act, term, &schedule, at("2026-07-02"), (char *)"over")), 2);
  assert_int_equal(violation_count(term_end(&act, term, &schedule, at("2027-01-01"), (char *)"over")), 1);
  assert_null(term_end(&act, term, &schedule, at("2026-09-01"), (char *)"over"));
  assert_int_equal(term->state, STATE(IN_FORCE));
  assert_int_equal(moment_us(schedule.spans[0]->end_time), at("2026-09-01"));
  term_settle(term, at("2026-09-01"));
  assert_int_equal(term->state, STATE(ENDED));
  Onboard__Term *never = term_of(arena, TERM("b"), BASIS(GRANTED), "2026-10-01", NULL);
  assert_null(bind(&act, &schedule, never, NULL, true));
  assert_null(term_end(&act, never, &schedule, at("2026-10-01"), (char *)"over"));
  assert_int_equal(never->state, STATE(ENDED));
  assert_int_equal(schedule.n_spans, 1); /* what never held is not in the schedule */
}

static void a_schedule_is_limited(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-15");
  Onboard__TermSchedule schedule = ONBOARD__TERM_SCHEDULE__INIT;
  for (int i = 0; i < TERM_SPANS_MAX; i++) {
    char *start = arena_printf(arena, "%d-%02d-01", 2027 + i / 12, 1 + i % 12);
    char *end = arena_printf(arena, "%d-%02d-01", 2027 + (i + 1) / 12, 1 + (i + 1) % 12);
    assert_null(bind(&act, &schedule,
                     term_of(arena, arena_printf(arena, TERM("t%d"), i), BASIS(GRANTED), start, end), NULL,
                     false));
  }
  assert_refused(
      bind(&act, &schedule, term_of(arena, TERM("x"), BASIS(GRANTED), "2040-01-01", NULL), NULL, true),
      "TOO_MANY_TERMS");
}

/* ---- what holds ---- */

static const Onboard__EffectiveTerm *commission_at(const struct term_sayings *sayings, const char *when) {
  Onboard__GetEffectiveTermsResponse *out = arena_new(sayings->arena, Onboard__GetEffectiveTermsResponse);
  onboard__get_effective_terms_response__init(out);
  effective_terms(sayings, at(when), out);
  assert_int_equal(out->n_terms, 6);
  for (size_t i = 1; i < out->n_terms; i++)
    assert_int_equal(out->terms[i]->claim->source, SOURCE(NONE));
  return out->terms[0];
}

static void assert_claim(const Onboard__EffectiveTerm *term, Onboard__TermSource source, int32_t bps,
                         const char *until) {
  assert_int_equal(term->claim->source, source);
  if (bps)
    assert_int_equal(term->claim->value->rate_bps, bps);
  else
    assert_null(term->claim->value);
  assert_int_equal(timestamp_us(term->until_time, INT64_MAX), until ? at(until) : INT64_MAX);
}

/* Level from January, contract from March to October, granted from February to July, agreed in May and June.
 */
static void say_all(struct arena *arena, struct term_sayings *sayings) {
  static Onboard__TermSpan granted = ONBOARD__TERM_SPAN__INIT, agreed = ONBOARD__TERM_SPAN__INIT;
  static Onboard__TermSpan *spans[] = {&granted, &agreed};
  Onboard__TermSchedule schedule = ONBOARD__TERM_SCHEDULE__INIT;
  granted = (Onboard__TermSpan){.base = granted.base,
                                .term = (char *)TERM("granted"),
                                .value = rate(arena, KIND(COMMISSION), 1500),
                                .basis = BASIS(GRANTED),
                                .start_time = time_at(arena, "2026-02-01"),
                                .end_time = time_at(arena, "2026-08-01")};
  agreed = (Onboard__TermSpan){.base = agreed.base,
                               .term = (char *)TERM("agreed"),
                               .value = rate(arena, KIND(COMMISSION), 2500),
                               .basis = BASIS(AGREED),
                               .start_time = time_at(arena, "2026-05-01"),
                               .end_time = time_at(arena, "2026-07-01")};
  schedule.spans = spans;
  schedule.n_spans = 2;
  Onboard__Contract *contract = arena_new(arena, Onboard__Contract);
  onboard__contract__init(contract);
  contract->name = (char *)PARTNERSHIP_NAME "/contracts/master";
  contract->terms = contract_terms_build(arena, "2026-03-01T00:00:00Z", "2026-11-01T00:00:00Z",
                                         ", 'commercialTerms': [{'kind': 'TERM_KIND_COMMISSION', 'rateBps': "
                                         "2000}]");
  say_contract(sayings, contract); /* unsigned: it says nothing */
  assert_int_equal(sayings->count, 0);
  contract->state = ONBOARD__CONTRACT__STATE__STATE_SIGNED;
  contract->activate_time = contract->terms->effective_time;
  contract->term_end_time = contract->terms->expire_time;
  Onboard__ProgramLevel *level = arena_new(arena, Onboard__ProgramLevel);
  onboard__program_level__init(level);
  Onboard__TermValue *standard = rate(arena, KIND(COMMISSION), 1000);
  level->id = (char *)"silver";
  level->terms = &standard;
  level->n_terms = 1;
  Onboard__Program program = ONBOARD__PROGRAM__INIT;
  program.levels = &level;
  program.n_levels = 1;
  Onboard__Member member = ONBOARD__MEMBER__INIT;
  Onboard__MemberLevel at_silver = ONBOARD__MEMBER_LEVEL__INIT;
  Onboard__MemberLevel *history[] = {&at_silver};
  at_silver.level = level->id;
  at_silver.start_time = time_at(arena, "2026-01-01");
  member.name = (char *)PARTNERSHIP_NAME "/members/partners";
  member.history = history;
  member.n_history = 1;
  member.grace_end_time = time_at(arena, "2026-12-01");
  say_member(sayings, &member, &program);
  say_contract(sayings, contract);
  say_schedule(sayings, &schedule);
  assert_int_equal(sayings->count, 4);
}

static void the_strongest_holds_until_something_changes(void **state) {
  struct arena *arena = *state;
  struct term_sayings sayings = {.arena = arena};
  say_all(arena, &sayings);
  assert_claim(commission_at(&sayings, "2025-12-31"), SOURCE(NONE), 0, "2026-01-01");
  assert_claim(commission_at(&sayings, "2026-01-01"), SOURCE(PROGRAM_LEVEL), 1000, "2026-02-01");
  assert_claim(commission_at(&sayings, "2026-02-01"), SOURCE(GRANTED_TERM), 1500, "2026-03-01");
  assert_claim(commission_at(&sayings, "2026-04-30"), SOURCE(CONTRACT), 2000, "2026-05-01");
  const Onboard__EffectiveTerm *in_may = commission_at(&sayings, "2026-05-01");
  assert_claim(in_may, SOURCE(AGREED_TERM), 2500, "2026-07-01");
  assert_int_equal(in_may->n_weaker, 3);
  assert_int_equal(in_may->weaker[0]->source, SOURCE(CONTRACT));
  assert_int_equal(in_may->weaker[1]->source, SOURCE(GRANTED_TERM));
  assert_int_equal(in_may->weaker[2]->source, SOURCE(PROGRAM_LEVEL));
  assert_claim(commission_at(&sayings, "2026-07-01"), SOURCE(CONTRACT), 2000, "2026-11-01");
  /* It falls back to the level, and to nothing when the grace ends. */
  assert_claim(commission_at(&sayings, "2026-11-01"), SOURCE(PROGRAM_LEVEL), 1000, "2026-12-01");
  assert_claim(commission_at(&sayings, "2026-12-01"), SOURCE(NONE), 0, NULL);
}

/* Whatever is said: between a time and its `until` the same source holds. */
static void until_is_true(void **state) {
  struct arena *arena = *state;
  struct term_sayings sayings = {.arena = arena};
  say_all(arena, &sayings);
  for (int64_t now = at("2025-12-01"); now < at("2027-01-01"); now += 5 * US_PER_DAY) {
    Onboard__GetEffectiveTermsResponse one = ONBOARD__GET_EFFECTIVE_TERMS_RESPONSE__INIT;
    effective_terms(&sayings, now, &one);
    int64_t until = timestamp_us(one.terms[0]->until_time, at("2027-02-01"));
    assert_true(until > now);
    for (int64_t then = now; then < until; then += 3 * US_PER_DAY) {
      Onboard__GetEffectiveTermsResponse other = ONBOARD__GET_EFFECTIVE_TERMS_RESPONSE__INIT;
      effective_terms(&sayings, then, &other);
      assert_int_equal(other.terms[0]->claim->source, one.terms[0]->claim->source);
      assert_string_equal(other.terms[0]->claim->resource, one.terms[0]->claim->resource);
    }
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_value_is_that_of_its_kind),
      TEST(dates_fit_what_is_paid_out),
      TEST(no_two_of_a_kind_at_once),
      TEST(gaps_are_meant),
      TEST(a_term_takes_the_place_of_another),
      TEST(the_other_party_answers),
      TEST(the_vendor_ends_what_it_granted),
      TEST(a_schedule_is_limited),
      TEST(the_strongest_holds_until_something_changes),
      TEST(until_is_true),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
