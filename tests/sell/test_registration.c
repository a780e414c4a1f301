#include "sell/conflict.h"
#include "sell/coverage.h"
#include "sell/registration.h"
#include "sell/registration_policy.h"
#include "support/machine_check.h"

#include "runtime/base/moment.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <stdlib.h>

#define STATE(name) SELL__REGISTRATION__STATE__STATE_##name
#define NOW_US INT64_C(1782900000000000) /* 2026-07-01T10:00:00Z */
#define DAY_US INT64_C(86400000000)
#define HOUR_US INT64_C(3600000000)
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER

static int setup(void **state) {
  *state = arena_create((size_t)16 << 20, NULL, NULL);
  return *state ? 0 : -1;
}

static int teardown(void **state) {
  arena_destroy(*state);
  return 0;
}

static struct act act_at(struct arena *arena, int64_t now_us) {
  return (struct act){arena, now_us, VENDOR, "vera"};
}

static const Onboard__Partnership *partnership(void) {
  static Onboard__Partnership made = ONBOARD__PARTNERSHIP__INIT;
  made.name = (char *)"vendors/halden/partnerships/orvane";
  made.currency_code = (char *)"USD";
  return &made;
}

/* A complete draft. */
static Sell__Registration *draft(struct arena *arena) {
  Sell__Registration *made = arena_new(arena, Sell__Registration);
  sell__registration__init(made);
  made->name = arena_strdup(arena, "vendors/halden/partnerships/orvane/registrations/harbor");
  made->state = STATE(DRAFT);
  made->customer = arena_new(arena, Sell__Company);
  sell__company__init(made->customer);
  made->customer->legal_name = arena_strdup(arena, "First Harbor Bank");
  made->customer->domain = arena_strdup(arena, "firstharbor.example");
  made->customer->country_code = arena_strdup(arena, "US");
  made->solutions = arena_calloc(arena, 1, sizeof *made->solutions);
  made->solutions[made->n_solutions++] = arena_strdup(arena, "platform");
  made->expected_amount = arena_new(arena, Type__Money);
  type__money__init(made->expected_amount);
  made->expected_amount->currency_code = arena_strdup(arena, "USD");
  made->expected_amount->amount_minor = 100;
  made->expected_close_time = timestamp_new(arena, NOW_US + 200 * DAY_US);
  made->evidence = arena_calloc(arena, 1, sizeof *made->evidence);
  made->evidence[0] = arena_new(arena, Sell__RegistrationEvidence);
  sell__registration_evidence__init(made->evidence[0]);
  made->n_evidence = 1;
  return made;
}

static void submit(struct arena *arena, Sell__Registration *registration, int64_t now_us) {
  struct act act = act_at(arena, now_us);
  const struct registration_submission submission = {partnership(), "", registration_terms_of(arena, NULL),
                                                     false};
  allowed(registration_submit(&act, registration, &submission));
}

static void every_state_and_action(void **state) {
  (void)state;
  static const char *const moves[] = {
      "DRAFT submit SUBMITTED",
      "ACTION_REQUIRED submit SUBMITTED",
      "SUBMITTED review IN_REVIEW",
      "SUBMITTED correct segment SUBMITTED",
      "IN_REVIEW correct segment IN_REVIEW",
      "ACTION_REQUIRED correct segment ACTION_REQUIRED",
      "SUBMITTED request action ACTION_REQUIRED",
      "IN_REVIEW request action ACTION_REQUIRED",
      "SUBMITTED approve APPROVED",
      "IN_REVIEW approve APPROVED",
      "SUBMITTED reject REJECTED",
      "IN_REVIEW reject REJECTED",
      "ACTION_REQUIRED reject REJECTED",
      "DRAFT withdraw WITHDRAWN",
      "SUBMITTED withdraw WITHDRAWN",
      "IN_REVIEW withdraw WITHDRAWN",
      "ACTION_REQUIRED withdraw WITHDRAWN",
      "APPROVED convert CONVERTED",
      "EXTENDED convert CONVERTED",
      "APPROVED revoke REVOKED",
      "EXTENDED revoke REVOKED",
      "SUBMITTED escalate SUBMITTED",
      "IN_REVIEW escalate IN_REVIEW",
      "ACTION_REQUIRED lapse WITHDRAWN",
      "APPROVED expire EXPIRED",
      "EXTENDED expire EXPIRED",
      "APPROVED remind APPROVED",
      "EXTENDED remind EXTENDED",
  };
  static const char *const guarded[] = {
      "REJECTED submit SUBMITTED",
      "APPROVED request extension APPROVED",
      "EXTENDED request extension EXTENDED",
      "APPROVED grant extension EXTENDED",
      "EXTENDED grant extension EXTENDED",
      "APPROVED decline extension APPROVED",
      "EXTENDED decline extension EXTENDED",
      "REJECTED appeal REJECTED",
      "REVOKED appeal REVOKED",
      "REJECTED grant appeal IN_REVIEW",
      "REVOKED grant appeal IN_REVIEW",
      "REJECTED decline appeal REJECTED",
      "REVOKED decline appeal REVOKED",
  };
  enum { MOVES = sizeof moves / sizeof *moves, GUARDED = sizeof guarded / sizeof *guarded };
  static struct transition bare[MOVES + GUARDED];
  const char *all[MOVES + GUARDED];
  /* The walk is over the rows alone; guards have tests of their own. */
  assert_int_equal(registration_machine.count, MOVES + GUARDED);
  struct machine machine = registration_machine;
  size_t with_guard = 0;
  for (size_t i = 0; i < machine.count; i++) {
    bare[i] = machine.transitions[i];
    with_guard += bare[i].guard != NULL;
    bare[i].guard = NULL;
  }
  assert_int_equal(with_guard, GUARDED);
  machine.transitions = bare;
  memcpy(all, moves, sizeof moves);
  memcpy(all + MOVES, guarded, sizeof guarded);
  machine_check(&machine, REGISTRATION_ACTIONS, all, MOVES + GUARDED);
}

static void conflicts_too(void **state) {
  (void)state;
  static const char *const moves[] = {"OPEN rule RULED", "OPEN lapse FINAL", "RULED appeal APPEALED",
                                      "RULED finalize FINAL", "APPEALED decide appeal FINAL"};
  machine_check(&conflict_machine, CONFLICT_ACTIONS, moves, sizeof moves / sizeof *moves);
  static const char *const policies[] = {"ACTIVE change ACTIVE", "ACTIVE retire RETIRED"};
  machine_check(&registration_policy_machine, REGISTRATION_POLICY_ACTIONS, policies, 2);
}

static size_t violations_in(const struct status *status) {
  size_t count = 0;
  for (const struct violation *item = status->violations; item; item = item->next)
    count++;
  return count;
}

static void submission_is_strict(void **state) {
  struct arena *arena = *state;
  struct act act = act_at(arena, NOW_US);
  const struct registration_submission submission = {partnership(), "", registration_terms_of(arena, NULL),
                                                     false};
  Sell__Registration *empty = arena_new(arena, Sell__Registration);
  sell__registration__init(empty);
  empty->name = (char *)"a";
  empty->state = STATE(DRAFT);
  /* name, country, domain, solutions, amount, close time, evidence */
  assert_int_equal(violations_in(refused(registration_submit(&act, empty, &submission), "INVALID_REQUEST")),
                   7);
  Sell__Registration *late = draft(arena);
  late->expected_close_time = timestamp_new(arena, NOW_US);
  assert_int_equal(violations_in(refused(registration_submit(&act, late, &submission), "INVALID_REQUEST")),
                   1);
  Sell__Registration *foreign = draft(arena);
  foreign->expected_amount->currency_code = (char *)"EUR";
  refused(registration_submit(&act, foreign, &submission), "CURRENCY_MISMATCH");
  Sell__Registration *fine = draft(arena);
  submit(arena, fine, NOW_US);
  assert_int_equal(fine->state, STATE(SUBMITTED));
  assert_int_equal(moment_us(fine->decide_due_time), NOW_US + 48 * HOUR_US);
}

static void silence_escalates_and_never_rejects(void **state) {
  struct arena *arena = *state;
  Sell__Registration *registration = draft(arena);
  submit(arena, registration, NOW_US);
  int64_t due = NOW_US + 48 * HOUR_US;
  assert_int_equal(registration_next_us(registration), due);
  assert_int_equal(registration_settle(arena, registration, due - 1), -1);
  assert_int_equal(registration_settle(arena, registration, due + 5), REGISTRATION_ESCALATE);
  assert_int_equal(moment_us(registration->escalate_time), due);
  assert_int_equal(registration_next_us(registration), INT64_MAX);
  assert_int_equal(registration_settle(arena, registration, due + 3650 * DAY_US), -1);
  assert_int_equal(registration->state, STATE(SUBMITTED));
  struct act act = act_at(arena, due + DAY_US);
  allowed(registration_approve(&act, registration, ""));
  assert_false(registration->decisions[0]->in_time);
  assert_int_equal(moment_us(registration->decisions[0]->escalate_time), due);
  assert_null(registration->escalate_time);
}

static void protection_ends_by_itself(void **state) {
  struct arena *arena = *state;
  struct act act = act_at(arena, NOW_US);
  Sell__Registration *registration = draft(arena);
  submit(arena, registration, NOW_US);
  allowed(registration_approve(&act, registration, ""));
  int64_t end = NOW_US + 90 * DAY_US;
  assert_int_equal(registration_protect_end_us(registration), end);
  allowed(registration_request_extension(&act, registration, 30, (char *)"procurement takes longer"));
  refused(registration_request_extension(&act, registration, 30, (char *)"again"), "EXTENSION_PENDING");
  /* the vendor's silence does not end it, but not for ever either */
  assert_int_equal(registration_settle(arena, registration, end), REGISTRATION_REMIND);
  assert_int_equal(registration_settle(arena, registration, end), -1);
  act.now_us = end + DAY_US;
  allowed(registration_decide_extension(&act, registration, true, (char *)""));
  assert_int_equal(registration->state, STATE(EXTENDED));
  assert_int_equal(registration_protect_end_us(registration), end + 30 * DAY_US);
  refused(registration_decide_extension(&act, registration, true, (char *)""), "EXTENSION_NOT_PENDING");
  refused(registration_request_extension(&act, registration, 30, (char *)"more"), "EXTENSION_LIMIT");
  assert_int_equal(registration_settle(arena, registration, end + 30 * DAY_US - 1), REGISTRATION_REMIND);
  assert_int_equal(registration_settle(arena, registration, end + 30 * DAY_US - 1), -1);
  assert_int_equal(registration_settle(arena, registration, end + 40 * DAY_US), REGISTRATION_EXPIRE);
  assert_int_equal(registration->state, STATE(EXPIRED));
  assert_int_equal(moment_us(registration->end_time), end + 30 * DAY_US);
}

static void a_late_refusal_ends_the_protection(void **state) {
  struct arena *arena = *state;
  struct act act = act_at(arena, NOW_US);
  Sell__Registration *registration = draft(arena);
  submit(arena, registration, NOW_US);
  allowed(registration_approve(&act, registration, ""));
  allowed(registration_request_extension(&act, registration, 30, (char *)"procurement takes longer"));
  refused(registration_request_extension(&act, registration, 31, (char *)""), "EXTENSION_PENDING");
  act.now_us = NOW_US + 95 * DAY_US;
  refused(registration_decide_extension(&act, registration, false, (char *)""), "INVALID_REQUEST");
  allowed(registration_decide_extension(&act, registration, false, (char *)"no progress was shown"));
  assert_int_equal(registration_settle(arena, registration, act.now_us), REGISTRATION_REMIND);
  assert_int_equal(registration_settle(arena, registration, act.now_us), REGISTRATION_EXPIRE);
  assert_int_equal(moment_us(registration->end_time), act.now_us);
}

static void the_end_is_reminded_of_once(void **state) {
  struct arena *arena = *state;
  struct act act = act_at(arena, NOW_US);
  Sell__Registration *registration = draft(arena);
  submit(arena, registration, NOW_US);
  allowed(registration_approve(&act, registration, ""));
  int64_t end = NOW_US + 90 * DAY_US, due = end - 14 * DAY_US;
  assert_int_equal(registration_next_us(registration), due);
  assert_int_equal(registration_settle(arena, registration, due - 1), -1);
  assert_int_equal(registration_settle(arena, registration, due + 5), REGISTRATION_REMIND);
  assert_int_equal(registration->state, STATE(APPROVED));
  assert_int_equal(moment_us(registration->remind_time), due);
  assert_int_equal(registration_settle(arena, registration, end - 1), -1);
  /* few days more have no reminder of their own; many have */
  act.now_us = end - DAY_US;
  registration->terms->extension_limit = 2;
  allowed(registration_request_extension(&act, registration, 5, (char *)"a week"));
  allowed(registration_decide_extension(&act, registration, true, (char *)""));
  assert_int_equal(moment_us(registration->remind_time), due);
  assert_int_equal(registration_next_us(registration), end + 5 * DAY_US);
  allowed(registration_request_extension(&act, registration, 30, (char *)"a month"));
  allowed(registration_decide_extension(&act, registration, true, (char *)""));
  assert_null(registration->remind_time);
  assert_int_equal(registration_next_us(registration), end + (35 - 14) * DAY_US);
  assert_int_equal(registration_settle(arena, registration, end + 50 * DAY_US), REGISTRATION_REMIND);
  assert_int_equal(registration_settle(arena, registration, end + 50 * DAY_US), REGISTRATION_EXPIRE);
  /* a policy may do without */
  Sell__Registration *silent = draft(arena);
  submit(arena, silent, NOW_US);
  silent->terms->reminder_days = 0;
  allowed(registration_approve(&act, silent, ""));
  assert_int_equal(registration_settle(arena, silent, act.now_us + 90 * DAY_US), REGISTRATION_EXPIRE);
}

static void unattended_requests_lapse(void **state) {
  struct arena *arena = *state;
  struct act act = act_at(arena, NOW_US);
  Sell__Registration *registration = draft(arena);
  submit(arena, registration, NOW_US);
  Sell__RequestRegistrationActionRequest request = SELL__REQUEST_REGISTRATION_ACTION_REQUEST__INIT;
  char *fields[] = {(char *)"customer.domain", (char *)"state"};
  request.fields = fields;
  request.n_fields = 2;
  assert_int_equal(violations_in(refused(registration_ask(&act, registration, &request), "INVALID_REQUEST")),
                   1);
  request.n_fields = 1;
  allowed(registration_ask(&act, registration, &request));
  assert_null(registration->decide_due_time); /* the vendor's clock stands still */
  assert_int_equal(registration_settle(arena, registration, NOW_US + 14 * DAY_US), REGISTRATION_LAPSE);
  assert_int_equal(registration->state, STATE(WITHDRAWN));
  refused(registration_withdraw(&act, registration, ""), REASON_INVALID_STATE);
}

/* ---- locks ---- */

static void set(Sell__Registration *registration, const char *path) {
  if (strcmp(path, "customer.domain") == 0)
    registration->customer->domain = (char *)"other.example";
  else if (strcmp(path, "solutions") == 0)
    registration->n_solutions = 0;
  else if (strcmp(path, "segment") == 0)
    registration->segment = (char *)"enterprise";
  else if (strcmp(path, "expected_amount") == 0)
    registration->expected_amount->amount_minor = 7;
  else
    registration->description = (char *)"more words";
}

static void fields_lock_by_state(void **state) {
  struct arena *arena = *state;
  struct act act = act_at(arena, NOW_US);
  static const char *const paths[] = {"customer.domain", "solutions", "segment", "expected_amount",
                                      "description"};
  static const struct {
    Sell__Registration__State state;
    const char *open; /* a letter a path */
  } rows[] = {
      {STATE(DRAFT), "yyyyy"},    {STATE(SUBMITTED), "nnnnn"},       {STATE(IN_REVIEW), "nnnnn"},
      {STATE(APPROVED), "nnnyy"}, {STATE(ACTION_REQUIRED), "ynnyn"}, {STATE(EXTENDED), "nnnyy"},
      {STATE(REJECTED), "yyyyy"}, {STATE(WITHDRAWN), "nnnnn"},       {STATE(CONVERTED), "nnnnn"},
      {STATE(EXPIRED), "nnnnn"},  {STATE(REVOKED), "nnnnn"},
  };
  assert_int_equal(sizeof rows / sizeof *rows, sell__registration__state__descriptor.n_values - 1);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (size_t k = 0; k < 5; k++) {
      Sell__RegistrationAction action = SELL__REGISTRATION_ACTION__INIT;
      char *fields[] = {(char *)"customer", (char *)"expected_amount"};
      Sell__Registration *before = draft(arena), *after = draft(arena);
      action.fields = fields;
      action.n_fields = 2;
      before->state = after->state = rows[i].state;
      before->action = after->action = &action;
      set(after, paths[k]);
      const struct status *status = registration_check_update(&act, before, after);
      if (rows[i].open[k] == 'y') {
        allowed(status);
      } else {
        refused(status, "FIELD_LOCKED");
        assert_string_equal(status->metadata->next->value, paths[k]);
      }
    }
}

/* ---- terms, policies ---- */

static Sell__RegistrationPolicy *policy(struct arena *arena, const char *id, const char *segment, int type) {
  Sell__RegistrationPolicy *made = arena_new(arena, Sell__RegistrationPolicy);
  sell__registration_policy__init(made);
  made->name = arena_printf(arena, "vendors/halden/registrationPolicies/%s", id);
  made->state = SELL__REGISTRATION_POLICY__STATE__STATE_ACTIVE;
  made->terms = arena_new(arena, Sell__RegistrationTerms);
  sell__registration_terms__init(made->terms);
  if (segment) {
    made->segments = arena_calloc(arena, 1, sizeof *made->segments);
    made->segments[made->n_segments++] = arena_strdup(arena, segment);
  }
  if (type) {
    made->partner_types = arena_calloc(arena, 1, sizeof *made->partner_types);
    made->partner_types[made->n_partner_types++] = (Onboard__Partnership__PartnerType)type;
  }
  return made;
}

static struct policy_subject subject_of(int type, const char *segment) {
  return (struct policy_subject){(Onboard__Partnership__PartnerType)type, segment, NULL, 0, 0};
}

static void the_closest_policy_fits(void **state) {
  struct arena *arena = *state;
  enum {
    MSSP = ONBOARD__PARTNERSHIP__PARTNER_TYPE__PARTNER_TYPE_MSSP,
    DEALER = ONBOARD__PARTNERSHIP__PARTNER_TYPE__PARTNER_TYPE_DEALER
  };
  Sell__RegistrationPolicy *all[] = {policy(arena, "b", NULL, 0), policy(arena, "a", NULL, 0),
                                     policy(arena, "c", "bank", 0), policy(arena, "d", NULL, MSSP),
                                     policy(arena, "e", "bank", MSSP)};
  static const struct {
    int type;
    const char *segment, *id;
  } rows[] = {{MSSP, "bank", "e"}, {DEALER, "bank", "c"}, {MSSP, "retail", "d"}, {DEALER, "retail", "a"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct policy_subject subject = subject_of(rows[i].type, rows[i].segment);
    const Sell__RegistrationPolicy *found = registration_policy_choose(all, 5, &subject);
    assert_non_null(found);
    assert_string_equal(strrchr(found->name, '/') + 1, rows[i].id);
  }
  all[4]->state = SELL__REGISTRATION_POLICY__STATE__STATE_RETIRED;
  const struct policy_subject bank = subject_of(MSSP, "bank"), retail = subject_of(MSSP, "retail");
  assert_string_equal(registration_policy_choose(all, 5, &bank)->name, all[2]->name);
  assert_null(registration_policy_choose(all + 2, 1, &retail));
  all[0]->terms->extension_limit = -1;
  Sell__RegistrationTerms *terms = registration_terms_of(arena, all[0]);
  assert_int_equal(terms->extension_limit, 0);
  assert_int_equal(terms->protection_days, 90);
  assert_int_equal(terms->ruling_basis, SELL__RULING_BASIS__RULING_BASIS_FIRST);
}

/* For a program; `level` NULL: all of its levels. */
static Sell__RegistrationPolicy *policy_in(struct arena *arena, Sell__RegistrationPolicy *policy,
                                           const char *program, const char *level) {
  Sell__ProgramScope *scope = arena_new(arena, Sell__ProgramScope);
  sell__program_scope__init(scope);
  scope->program = arena_printf(arena, "vendors/halden/programs/%s", program);
  if (level) {
    scope->levels = arena_calloc(arena, 1, sizeof *scope->levels);
    scope->levels[scope->n_levels++] = arena_strdup(arena, level);
  }
  policy->programs = arena_calloc(arena, 1, sizeof *policy->programs);
  policy->programs[policy->n_programs++] = scope;
  return policy;
}

static void a_program_goes_before_segment_and_kind(void **state) {
  struct arena *arena = *state;
  enum {
    MSSP = ONBOARD__PARTNERSHIP__PARTNER_TYPE__PARTNER_TYPE_MSSP,
    ENROLLED = ONBOARD__MEMBER__STATE__STATE_ENROLLED,
    AT_LEVEL = ONBOARD__MEMBER__STATE__STATE_AT_LEVEL,
    GRACE = ONBOARD__MEMBER__STATE__STATE_GRACE,
    REMOVED = ONBOARD__MEMBER__STATE__STATE_REMOVED,
    GRACE_END_US = 1000
  };
  Sell__RegistrationPolicy *all[] = {
      policy(arena, "both", "bank", MSSP), policy_in(arena, policy(arena, "program", NULL, 0), "edge", NULL),
      policy_in(arena, policy(arena, "program-bank", "bank", 0), "edge", NULL),
      policy_in(arena, policy(arena, "gold", NULL, 0), "edge", "gold"),
      policy_in(arena, policy(arena, "silver-bank", "bank", 0), "edge", "silver")};
  static const struct {
    const char *program;
    int state;
    const char *level, *grace_level;
    int64_t now_us;
    const char *segment, *id;
  } rows[] = {
      {"edge", AT_LEVEL, "gold", "", 0, "bank", "gold"},
      {"edge", AT_LEVEL, "gold", "", 0, "retail", "gold"},
      {"edge", AT_LEVEL, "silver", "", 0, "bank", "silver-bank"},
      {"edge", AT_LEVEL, "silver", "", 0, "retail", "program"},
      {"edge", ENROLLED, "", "", 0, "bank", "program-bank"},
      {"edge", GRACE, "gold", "silver", GRACE_END_US - 1, "bank", "gold"},
      {"edge", GRACE, "gold", "silver", GRACE_END_US, "bank", "silver-bank"},
      {"edge", GRACE, "gold", "", GRACE_END_US, "retail", "program"},
      {"edge", REMOVED, "gold", "", 0, "bank", "both"},
      {"cloud", AT_LEVEL, "gold", "", 0, "bank", "both"},
      {"cloud", AT_LEVEL, "gold", "", 0, "retail", NULL},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Onboard__Member member = ONBOARD__MEMBER__INIT, *members[] = {&member};
    member.program = arena_printf(arena, "vendors/halden/programs/%s", rows[i].program);
    member.state = (Onboard__Member__State)rows[i].state;
    member.level = (char *)rows[i].level;
    member.grace_level = (char *)rows[i].grace_level;
    member.grace_end_time = rows[i].state == GRACE ? timestamp_new(arena, GRACE_END_US) : NULL;
    struct policy_subject subject = subject_of(MSSP, rows[i].segment);
    subject.members = members;
    subject.member_count = 1;
    subject.now_us = rows[i].now_us;
    const Sell__RegistrationPolicy *found = registration_policy_choose(all, 5, &subject);
    assert_int_equal(found != NULL, rows[i].id != NULL);
    if (found)
      assert_string_equal(strrchr(found->name, '/') + 1, rows[i].id);
  }
}

static void a_policy_is_for_programs_of_its_vendor(void **state) {
  struct arena *arena = *state;
  Sell__RegistrationPolicy *made = policy_in(arena, policy(arena, "a", NULL, 0), "edge", NULL);
  made->display_name = (char *)"Edge";
  assert_null(registration_policy_check(arena, "vendors/halden", made));
  const struct status *refusal = registration_policy_check(arena, "vendors/other", made);
  assert_non_null(refusal);
  assert_string_equal(refusal->reason, REASON_INVALID_REQUEST);
}

/* ---- rulings ---- */

#define CONFLICT_STATE(name) SELL__CONFLICT__STATE__STATE_##name
#define CONTRACT "vendors/halden/partnerships/castellan/contracts/master"

static const struct status *rule(struct arena *arena, Sell__RulingBasis basis, int64_t held_us,
                                 int64_t contended_us, int64_t held_minor, int64_t contended_minor,
                                 const char *winner, bool contender_preferred, const char **won) {
  Sell__Registration *holder = draft(arena), *contender = draft(arena);
  contender->name = arena_strdup(arena, "vendors/halden/partnerships/castellan/registrations/harbor");
  holder->expected_amount->amount_minor = held_minor;
  contender->expected_amount->amount_minor = contended_minor;
  submit(arena, holder, held_us);
  submit(arena, contender, contended_us);
  holder->expected_amount->amount_minor = 1000 - held_minor; /* edited since: of no effect */
  contender->expected_amount->amount_minor = 1000 - contended_minor;
  Sell__MatchHolder place = SELL__MATCH_HOLDER__INIT;
  place.registration = holder->name;
  place.customer = holder->customer;
  place.solutions = holder->solutions;
  place.n_solutions = holder->n_solutions;
  place.submit_time = holder->submit_time;
  struct meeting meeting = {&place, company_compare(arena, holder->customer, contender->customer)};
  Sell__Conflict *conflict =
      conflict_open(arena, "vendors/halden",
                    &(struct conflict_sides){.meeting = &meeting,
                                             .contender = contender,
                                             .contender_contract = contender_preferred ? CONTRACT : NULL});
  assert_string_equal(conflict->priority_contract, contender_preferred ? CONTRACT : "");
  assert_int_equal(conflict->n_keys, 2);
  assert_int_equal(conflict->n_solutions, 1);
  Sell__RuleConflictRequest request = SELL__RULE_CONFLICT_REQUEST__INIT;
  request.basis = basis;
  if (winner) {
    request.winner = strcmp(winner, "contender") == 0 ? contender->name : (char *)winner;
    request.evidence = (char *)"https://a.example/letter";
  }
  struct act act = act_at(arena, NOW_US + DAY_US);
  const struct conflict_facts facts = {&request, holder, contender};
  const struct status *status = conflict_rule(&act, conflict, &facts);
  *won = status ? "" : strcmp(conflict->ruling->winner, holder->name) == 0 ? "holder" : "contender";
  return status;
}

static void rulings(void **state) {
  struct arena *arena = *state;
  static const struct {
    Sell__RulingBasis basis;
    int64_t held_us, contended_us, held_minor, contended_minor;
    const char *given;
    bool preferred;
    const char *won, *reason;
  } rows[] = {
      {SELL__RULING_BASIS__RULING_BASIS_UNSPECIFIED, 0, 1, 5, 9, NULL, false, "holder", NULL},
      {SELL__RULING_BASIS__RULING_BASIS_FIRST, 1, 0, 5, 9, NULL, false, "contender", NULL},
      {SELL__RULING_BASIS__RULING_BASIS_FIRST, 0, 0, 5, 9, NULL, false, "holder",
       NULL}, /* tie: recorded first */
      {SELL__RULING_BASIS__RULING_BASIS_FIRST, 0, 1, 5, 9, NULL, true, "contender", NULL}, /* contract */
      {SELL__RULING_BASIS__RULING_BASIS_VALUE, 0, 1, 5, 9, NULL, false, "contender", NULL},
      {SELL__RULING_BASIS__RULING_BASIS_VALUE, 0, 1, 9, 9, NULL, false, "holder", NULL},
      {SELL__RULING_BASIS__RULING_BASIS_SPLIT, 0, 1, 5, 9, NULL, false, "holder", NULL},
      {SELL__RULING_BASIS__RULING_BASIS_CUSTOMER_CHOICE, 0, 1, 5, 9, "contender", false, "contender", NULL},
      {SELL__RULING_BASIS__RULING_BASIS_CUSTOMER_CHOICE, 0, 1, 5, 9, "vendors/a", false, "",
       "INVALID_REQUEST"},
      {SELL__RULING_BASIS__RULING_BASIS_CUSTOMER_CHOICE, 0, 1, 5, 9, NULL, false, "", "INVALID_REQUEST"},
      {SELL__RULING_BASIS__RULING_BASIS_FIRST, 0, 1, 5, 9, "contender", false, "", "INVALID_REQUEST"},
      {SELL__RULING_BASIS__RULING_BASIS_LAPSED, 0, 1, 5, 9, NULL, false, "", "INVALID_REQUEST"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *won;
    const struct status *status =
        rule(arena, rows[i].basis, NOW_US + rows[i].held_us, NOW_US + rows[i].contended_us,
             rows[i].held_minor, rows[i].contended_minor, rows[i].given, rows[i].preferred, &won);
    if (rows[i].reason)
      refused(status, rows[i].reason);
    else
      allowed(status);
    assert_string_equal(won, rows[i].won);
  }
}

/* Both submitted, the holder first, and their open conflict. */
static Sell__Conflict met(struct arena *arena, Sell__Registration *holder, Sell__Registration *contender) {
  Sell__Conflict conflict = SELL__CONFLICT__INIT;
  contender->name = arena_strdup(arena, "vendors/halden/partnerships/castellan/registrations/harbor");
  submit(arena, holder, NOW_US);
  submit(arena, contender, NOW_US + 1);
  conflict.name = (char *)"vendors/halden/conflicts/one";
  conflict.state = CONFLICT_STATE(OPEN);
  conflict.holder = conflict.first = holder->name;
  conflict.contender = contender->name;
  return conflict;
}

static void values_of_two_currencies_do_not_compare(void **state) {
  struct arena *arena = *state;
  Sell__Registration *holder = draft(arena), *contender = draft(arena);
  Sell__RuleConflictRequest request = SELL__RULE_CONFLICT_REQUEST__INIT;
  struct act act = act_at(arena, NOW_US + DAY_US);
  const struct conflict_facts facts = {&request, holder, contender};
  Sell__Conflict conflict = met(arena, holder, contender);
  contender->submitted_amount->currency_code = (char *)"EUR";
  request.basis = SELL__RULING_BASIS__RULING_BASIS_VALUE;
  refused(conflict_rule(&act, &conflict, &facts), "GUARD_UNMET");
  conflict.state = CONFLICT_STATE(OPEN); /* what is refused is thrown away */
  request.basis = SELL__RULING_BASIS__RULING_BASIS_FIRST;
  allowed(conflict_rule(&act, &conflict, &facts));
  assert_string_equal(conflict.ruling->winner, holder->name);
}

static void a_ruling_by_value_says_what_it_compared(void **state) {
  struct arena *arena = *state;
  Sell__Registration *holder = draft(arena), *contender = draft(arena);
  Sell__RuleConflictRequest request = SELL__RULE_CONFLICT_REQUEST__INIT;
  struct act act = act_at(arena, NOW_US + DAY_US);
  const struct conflict_facts facts = {&request, holder, contender};
  Sell__Conflict conflict = met(arena, holder, contender);
  contender->submitted_amount = NULL; /* stored before it was kept */
  contender->expected_amount->amount_minor = 101;
  request.basis = SELL__RULING_BASIS__RULING_BASIS_VALUE;
  allowed(conflict_rule(&act, &conflict, &facts));
  assert_string_equal(conflict.ruling->winner, contender->name);
  assert_int_equal(conflict.ruling->holder_minor, 100);
  assert_int_equal(conflict.ruling->contender_minor, 101);
}

/* When a conflict that is there speaks for a meeting of the same two. */
static void a_conflict_stands_until_one_has_left(void **state) {
  (void)state;
  static const struct {
    Sell__Conflict__State state;
    Sell__RulingBasis basis;
    bool contender_won, stands;
  } rows[] = {
      {CONFLICT_STATE(OPEN), 0, false, true},
      {CONFLICT_STATE(APPEALED), SELL__RULING_BASIS__RULING_BASIS_FIRST, false, true},
      {CONFLICT_STATE(RULED), SELL__RULING_BASIS__RULING_BASIS_FIRST, true, true},
      {CONFLICT_STATE(RULED), SELL__RULING_BASIS__RULING_BASIS_FIRST, false, false},
      {CONFLICT_STATE(RULED), SELL__RULING_BASIS__RULING_BASIS_SPLIT, false, true},
      {CONFLICT_STATE(FINAL), SELL__RULING_BASIS__RULING_BASIS_SPLIT, false, true},
      {CONFLICT_STATE(FINAL), SELL__RULING_BASIS__RULING_BASIS_VALUE, true, true},
      {CONFLICT_STATE(FINAL), SELL__RULING_BASIS__RULING_BASIS_VALUE, false, false},
      {CONFLICT_STATE(FINAL), SELL__RULING_BASIS__RULING_BASIS_LAPSED, true, false},
      {CONFLICT_STATE(FINAL), SELL__RULING_BASIS__RULING_BASIS_LAPSED, false, false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Sell__Conflict conflict = SELL__CONFLICT__INIT;
    Sell__ConflictRuling ruling = SELL__CONFLICT_RULING__INIT;
    conflict.state = rows[i].state;
    conflict.holder = (char *)"holder";
    conflict.contender = (char *)"contender";
    ruling.basis = rows[i].basis;
    ruling.winner = rows[i].contender_won ? conflict.contender : conflict.holder;
    conflict.ruling = rows[i].basis ? &ruling : NULL;
    assert_int_equal(conflict_stands(&conflict, "contender"), rows[i].stands);
  }
}

/* ---- contracts ---- */

static void contracts_route(void **state) {
  struct arena *arena = *state;
  Sell__Registration *registration = draft(arena);
  Onboard__Contract contract = ONBOARD__CONTRACT__INIT;
  Onboard__ContractTerms terms = ONBOARD__CONTRACT_TERMS__INIT;
  Onboard__AgreementElements elements = ONBOARD__AGREEMENT_ELEMENTS__INIT;
  Onboard__CoverageTerms coverage = ONBOARD__COVERAGE_TERMS__INIT;
  Onboard__CoverageProvision provision = ONBOARD__COVERAGE_PROVISION__INIT, *provisions[] = {&provision};
  Onboard__NamedAccount account = ONBOARD__NAMED_ACCOUNT__INIT, *accounts[] = {&account};
  Onboard__Contract *contracts[] = {&contract};
  char *segments[] = {(char *)"banking"};
  contract.name = (char *)"vendors/halden/partnerships/castellan/contracts/master";
  contract.state = ONBOARD__CONTRACT__STATE__STATE_ACTIVE;
  contract.activate_time = timestamp_new(arena, NOW_US - DAY_US);
  contract.term_end_time = timestamp_new(arena, NOW_US + DAY_US);
  contract.terms = &terms;
  terms.elements = &elements;
  elements.coverage = &coverage;
  coverage.provisions = provisions;
  coverage.n_provisions = 1;
  provision.kind = ONBOARD__COVERAGE_PROVISION__KIND__KIND_EXCLUSIVE;
  provision.accounts = accounts;
  provision.n_accounts = 1;
  account.display_name = (char *)"";
  account.domain = (char *)"firstharbor.example";
  assert_true(coverage_excludes(arena, contracts, 1, registration, NOW_US));
  assert_false(coverage_excludes(arena, contracts, 1, registration, NOW_US + DAY_US));
  assert_false(coverage_excludes(arena, contracts, 1, registration, NOW_US - 2 * DAY_US));
  terms.auto_renew = true;
  assert_true(coverage_excludes(arena, contracts, 1, registration, NOW_US + DAY_US));
  /* Notice ends it on time, whether or not onboard has recorded that yet. */
  Onboard__ContractTermination termination = ONBOARD__CONTRACT_TERMINATION__INIT;
  termination.end_time = timestamp_new(arena, NOW_US + DAY_US / 2);
  contract.termination = &termination;
  assert_true(coverage_excludes(arena, contracts, 1, registration, NOW_US));
  assert_false(coverage_excludes(arena, contracts, 1, registration, NOW_US + DAY_US / 2));
  contract.termination = NULL;
  account.domain = (char *)"other.example";
  assert_false(coverage_excludes(arena, contracts, 1, registration, NOW_US));
  account.display_name = (char *)"FIRST HARBOR BANK N.A.";
  assert_true(coverage_excludes(arena, contracts, 1, registration, NOW_US));
  provision.segments = segments;
  provision.n_segments = 1;
  assert_false(coverage_excludes(arena, contracts, 1, registration, NOW_US));
  registration->segment = (char *)"banking";
  assert_true(coverage_excludes(arena, contracts, 1, registration, NOW_US));
  assert_null(coverage_preference(arena, contracts, 1, registration, NOW_US));
  contract.name = (char *)"vendors/halden/partnerships/orvane/contracts/master"; /* its own */
  assert_false(coverage_excludes(arena, contracts, 1, registration, NOW_US));
  assert_ptr_equal(coverage_preference(arena, contracts, 1, registration, NOW_US), &contract);
  provision.kind = ONBOARD__COVERAGE_PROVISION__KIND__KIND_PRIORITY;
  contract.name = (char *)"vendors/halden/partnerships/castellan/contracts/master";
  assert_false(coverage_excludes(arena, contracts, 1, registration, NOW_US)); /* goes first, not alone */
}

/* ---- figures ---- */

/* Counting step by step comes to the same as counting the end. */
static void figures_add_up(void **state) {
  struct arena *arena = *state;
  struct registration_tally out[REGISTRATION_TALLIES_MAX];
  struct act act = act_at(arena, NOW_US);
  Sell__Registration *registration = draft(arena), before;
  assert_int_equal(registration_tally(NULL, registration, out), 0);
  before = *registration;
  submit(arena, registration, NOW_US);
  assert_int_equal(registration_tally(&before, registration, out), 1);
  assert_string_equal(out[0].counter, "registrations.submitted");
  before = *registration;
  act.now_us = NOW_US + HOUR_US;
  allowed(registration_reject(&act, registration, SELL__REJECTION_REASON__REJECTION_REASON_INCOMPLETE,
                              "what for"));
  assert_int_equal(registration_tally(&before, registration, out), 3);
  assert_string_equal(out[0].counter, "registrations.rejected");
  assert_string_equal(out[1].counter, "registrations.decision_minutes");
  assert_int_equal(out[1].amount, 60);
  assert_string_equal(out[2].counter, "registrations.decided_in_time");
  for (int i = 0; i < 2; i++) {
    submit(arena, registration, act.now_us);
    allowed(
        registration_reject(&act, registration, SELL__REJECTION_REASON__REJECTION_REASON_OTHER, "what for"));
  }
  const struct registration_submission again = {partnership(), "", registration_terms_of(arena, NULL), false};
  refused(registration_submit(&act, registration, &again), "RESUBMISSION_LIMIT");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_state_and_action, setup, teardown),
      cmocka_unit_test_setup_teardown(conflicts_too, setup, teardown),
      cmocka_unit_test_setup_teardown(submission_is_strict, setup, teardown),
      cmocka_unit_test_setup_teardown(silence_escalates_and_never_rejects, setup, teardown),
      cmocka_unit_test_setup_teardown(protection_ends_by_itself, setup, teardown),
      cmocka_unit_test_setup_teardown(a_late_refusal_ends_the_protection, setup, teardown),
      cmocka_unit_test_setup_teardown(the_end_is_reminded_of_once, setup, teardown),
      cmocka_unit_test_setup_teardown(unattended_requests_lapse, setup, teardown),
      cmocka_unit_test_setup_teardown(fields_lock_by_state, setup, teardown),
      cmocka_unit_test_setup_teardown(the_closest_policy_fits, setup, teardown),
      cmocka_unit_test_setup_teardown(a_program_goes_before_segment_and_kind, setup, teardown),
      cmocka_unit_test_setup_teardown(a_policy_is_for_programs_of_its_vendor, setup, teardown),
      cmocka_unit_test_setup_teardown(rulings, setup, teardown),
      cmocka_unit_test_setup_teardown(values_of_two_currencies_do_not_compare, setup, teardown),
      cmocka_unit_test_setup_teardown(a_ruling_by_value_says_what_it_compared, setup, teardown),
      cmocka_unit_test_setup_teardown(a_conflict_stands_until_one_has_left, setup, teardown),
      cmocka_unit_test_setup_teardown(contracts_route, setup, teardown),
      cmocka_unit_test_setup_teardown(figures_add_up, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
