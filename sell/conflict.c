#include "sell/conflict.h"

#include "runtime/base/digest.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/registration.h"

#include <string.h>

#define STATE(name) SELL__CONFLICT__STATE__STATE_##name
#define BASIS(name) SELL__RULING_BASIS__RULING_BASIS_##name

static const char *const action_names[CONFLICT_ACTIONS] = {
    [CONFLICT_RULE] = "rule",   [CONFLICT_APPEAL] = "appeal",     [CONFLICT_DECIDE] = "decide appeal",
    [CONFLICT_LAPSE] = "lapse", [CONFLICT_FINALIZE] = "finalize",
};

static const struct transition transitions[] = {
    {STATE(OPEN), CONFLICT_RULE, STATE(RULED), NULL},
    {STATE(OPEN), CONFLICT_LAPSE, STATE(FINAL), NULL},
    {STATE(RULED), CONFLICT_APPEAL, STATE(APPEALED), NULL},
    {STATE(RULED), CONFLICT_FINALIZE, STATE(FINAL), NULL},
    {STATE(APPEALED), CONFLICT_DECIDE, STATE(FINAL), NULL},
};

const struct machine conflict_machine = {
    .states = &sell__conflict__state__descriptor,
    .actions = action_names,
    .action_count = CONFLICT_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct status *step(const struct act *act, Sell__Conflict *conflict,
                                 enum conflict_action action) {
  int to;
  const struct status *status =
      machine_next(&conflict_machine, act->arena, conflict->name, (int)conflict->state, (int)action, &to);
  if (!status)
    conflict->state = (Sell__Conflict__State)to;
  return status;
}

/* ---- opening ---- */

/* The same two submissions are the same conflict, whichever of them comes to the other. */
static char *conflict_id(struct arena *arena, const struct conflict_sides *sides) {
  enum { ID_BYTES = 16 };
  uint8_t digest[DIGEST_SIZE];
  const Sell__MatchHolder *holder = sides->meeting->holder;
  const char *one =
      arena_printf(arena, "%s\n%lld", holder->registration, (long long)moment_us(holder->submit_time));
  const char *two = arena_printf(arena, "%s\n%lld", sides->contender->name,
                                 (long long)moment_us(sides->contender->submit_time));
  bool ordered = strcmp(one, two) < 0;
  char *text = arena_printf(arena, "%s\n%s\n%d", ordered ? one : two, ordered ? two : one, sides->again);
  digest_sha256(text, strlen(text), digest);
  return hex_encode(arena, digest, ID_BYTES);
}

/* Who is first, and by which contract where that is not the earlier one. */
static void set_first(Sell__Conflict *conflict, bool holder_approved) {
  bool earlier = moment_us(conflict->contender_submit_time) < moment_us(conflict->holder_submit_time);
  bool held = !text_empty(conflict->holder_contract);
  bool claimed = !holder_approved && !text_empty(conflict->contender_contract);
  bool first = held == claimed ? earlier : claimed;
  conflict->first = first ? conflict->contender : conflict->holder;
  conflict->priority_contract = first == earlier ? (char *)""
                                : first          ? conflict->contender_contract
                                                 : conflict->holder_contract;
}

/* What was opened before both were kept has only the one that decided. */
static char *contract_of_side(struct arena *arena, const Sell__Conflict *conflict, const char *side) {
  char *kept = text_equal(side, conflict->holder) ? conflict->holder_contract : conflict->contender_contract;
  bool decided =
      !text_empty(conflict->priority_contract) &&
      text_equal(name_partnership(arena, conflict->priority_contract), name_partnership(arena, side));
  return text_empty(kept) && decided ? conflict->priority_contract : kept;
}

bool conflict_reroute(struct arena *arena, Sell__Conflict *conflict, const char *side, const char *contract,
                      bool holder_approved) {
  const char *first = conflict->first, *before = contract_of_side(arena, conflict, side);
  char *now = arena_strdup(arena, contract ? contract : "");
  char *other = contract_of_side(arena, conflict, conflict_other(conflict, side));
  bool is_holder = text_equal(side, conflict->holder);
  conflict->holder_contract = is_holder ? now : other;
  conflict->contender_contract = is_holder ? other : now;
  set_first(conflict, holder_approved);
  return !text_equal(now, before) || !text_equal(conflict->first, first);
}

static void list_shared(struct arena *arena, Sell__Conflict *conflict, const struct conflict_sides *sides) {
  const Sell__MatchHolder *holder = sides->meeting->holder;
  conflict->solutions = arena_calloc(arena, holder->n_solutions, sizeof *conflict->solutions);
  for (size_t i = 0; i < holder->n_solutions; i++)
    if (solutions_shared(&holder->solutions[i], 1, sides->contender->solutions,
                         sides->contender->n_solutions))
      conflict->solutions[conflict->n_solutions++] = holder->solutions[i];
}

Sell__Conflict *conflict_open(struct arena *arena, const char *vendor, const struct conflict_sides *sides) {
  const Sell__MatchHolder *holder = sides->meeting->holder;
  const struct company_comparison *comparison = &sides->meeting->comparison;
  Sell__Conflict *conflict = arena_new(arena, Sell__Conflict);
  sell__conflict__init(conflict);
  conflict->name = name_child(arena, vendor, "conflicts", conflict_id(arena, sides));
  conflict->state = STATE(OPEN);
  conflict->holder = holder->registration;
  conflict->contender = sides->contender->name;
  conflict->holder_submit_time = holder->submit_time;
  conflict->contender_submit_time = sides->contender->submit_time;
  conflict->customer = holder->customer;
  conflict->keys = arena_copy(arena, comparison->keys, comparison->key_count * sizeof *comparison->keys);
  conflict->n_keys = comparison->key_count;
  conflict->holder_contract = arena_strdup(arena, sides->holder_contract ? sides->holder_contract : "");
  conflict->contender_contract =
      arena_strdup(arena, sides->contender_contract ? sides->contender_contract : "");
  set_first(conflict, holder->approve_time);
  list_shared(arena, conflict, sides);
  return conflict;
}

bool conflict_stands(const Sell__Conflict *conflict, const char *contender) {
  switch (conflict->state) {
  case STATE(OPEN):
  case STATE(APPEALED):
    return true;
  case STATE(RULED):
  case STATE(FINAL):
    return conflict->ruling->basis == BASIS(SPLIT) ||
           (conflict->ruling->basis != BASIS(LAPSED) && text_equal(conflict->ruling->winner, contender));
  default:
    return false;
  }
}

const char *conflict_other(const Sell__Conflict *conflict, const char *registration) {
  if (text_equal(conflict->holder, registration))
    return conflict->contender;
  return text_equal(conflict->contender, registration) ? conflict->holder : NULL;
}

/* ---- time ---- */

int64_t conflict_next_us(const Sell__Conflict *conflict) {
  return conflict->state == STATE(RULED) ? moment_us(conflict->final_due_time) : INT64_MAX;
}

bool conflict_settle(struct arena *arena, Sell__Conflict *conflict, int64_t now_us) {
  int64_t due = conflict_next_us(conflict);
  if (due > now_us)
    return false;
  conflict->state = STATE(FINAL);
  conflict->final_time = timestamp_new(arena, due);
  return true;
}

/* ---- ruling ---- */

static const struct status *check_request(const struct act *act, const Sell__Conflict *conflict,
                                          const Sell__RuleConflictRequest *request, Sell__RulingBasis basis) {
  struct status *invalid = NULL;
  bool choice = basis == BASIS(CUSTOMER_CHOICE);
  if (basis == BASIS(LAPSED))
    invalid_add(act->arena, &invalid, "basis", "VALUE_OUT_OF_RANGE", "is no basis to rule by");
  if (choice && !conflict_other(conflict, request->winner))
    invalid_add(act->arena, &invalid, "winner",
                text_empty(request->winner) ? "REQUIRED_FIELD_MISSING" : "VALUE_OUT_OF_RANGE",
                "must be one of the two registrations");
  if (choice && text_empty(request->evidence))
    invalid_add(act->arena, &invalid, "evidence", "REQUIRED_FIELD_MISSING", "must be the customer's letter");
  if (!choice && !text_empty(request->winner))
    invalid_add(act->arena, &invalid, "winner", "VALUE_OUT_OF_RANGE", "is for CUSTOMER_CHOICE only");
  if (!choice && !text_empty(request->evidence))
    invalid_add(act->arena, &invalid, "evidence", "VALUE_OUT_OF_RANGE", "is for CUSTOMER_CHOICE only");
  return invalid;
}

/* As they were submitted, so that neither side gains by editing its own after the two have met. */
static const struct status *larger(const struct act *act, const Sell__Conflict *conflict,
                                   const struct conflict_facts *facts, const char **winner) {
  const Type__Money *held = registration_value(facts->holder),
                    *contended = registration_value(facts->contender);
  struct guards guards = {.arena = act->arena, .resource = conflict->name, .state = "OPEN", .action = "rule"};
  guard(&guards, held && contended && text_equal(held->currency_code, contended->currency_code),
        "VALUE needs two amounts in one currency");
  if (guards.status)
    return guards.status;
  if (held->amount_minor == contended->amount_minor)
    *winner = conflict->first;
  else
    *winner = held->amount_minor > contended->amount_minor ? conflict->holder : conflict->contender;
  return NULL;
}

/* The policy of the earlier submission counts. */
static const Sell__RegistrationTerms *terms_of(const struct conflict_facts *facts) {
  bool contender = moment_us(facts->contender->submit_time) < moment_us(facts->holder->submit_time);
  return contender ? facts->contender->terms : facts->holder->terms;
}

/* Whether such a ruling goes to `first`. */
static bool by_first(Sell__RulingBasis basis, const struct conflict_facts *facts) {
  if (basis == BASIS(VALUE))
    return registration_value(facts->holder)->amount_minor ==
           registration_value(facts->contender)->amount_minor;
  return basis == BASIS(FIRST) || basis == BASIS(SPLIT);
}

const struct status *conflict_rule(const struct act *act, Sell__Conflict *conflict,
                                   const struct conflict_facts *facts) {
  const Sell__RuleConflictRequest *request = facts->request;
  const Sell__RegistrationTerms *terms = terms_of(facts);
  Sell__RulingBasis basis = request->basis ? request->basis : terms->ruling_basis;
  const char *winner = conflict->first;
  const struct status *status = step(act, conflict, CONFLICT_RULE);
  if (!status)
    status = check_request(act, conflict, request, basis);
  if (!status && basis == BASIS(VALUE))
    status = larger(act, conflict, facts, &winner);
  if (status)
    return status;
  if (basis == BASIS(CUSTOMER_CHOICE))
    winner = request->winner;
  Sell__ConflictRuling *ruling = arena_new(act->arena, Sell__ConflictRuling);
  sell__conflict_ruling__init(ruling);
  ruling->basis = basis;
  if (by_first(basis, facts))
    ruling->priority_contract = conflict->priority_contract;
  if (basis == BASIS(VALUE)) {
    ruling->holder_minor = registration_value(facts->holder)->amount_minor;
    ruling->contender_minor = registration_value(facts->contender)->amount_minor;
  }
  ruling->winner = arena_strdup(act->arena, winner);
  ruling->note = request->note;
  ruling->evidence = request->evidence;
  ruling->rule_time = timestamp_new(act->arena, act->now_us);
  ruling->actor = arena_strdup(act->arena, act->actor ? act->actor : "");
  conflict->ruling = ruling;
  conflict->final_due_time = timestamp_new(act->arena, act->now_us + terms->appeal_days * US_PER_DAY);
  return NULL;
}

const char *conflict_loser(const Sell__Conflict *conflict) {
  if (!conflict->ruling || conflict->ruling->basis == BASIS(SPLIT) ||
      conflict->ruling->basis == BASIS(LAPSED))
    return NULL;
  return conflict_other(conflict, conflict->ruling->winner);
}

const struct status *conflict_appeal(const struct act *act, Sell__Conflict *conflict) {
  const struct status *status = step(act, conflict, CONFLICT_APPEAL);
  if (!status)
    conflict->appeal_time = timestamp_new(act->arena, act->now_us);
  return status;
}

const struct status *conflict_decide(const struct act *act, Sell__Conflict *conflict, bool overturned) {
  const char *loser = conflict_loser(conflict);
  const struct status *status = step(act, conflict, CONFLICT_DECIDE);
  if (status)
    return status;
  conflict->overturned = overturned;
  conflict->final_time = timestamp_new(act->arena, act->now_us);
  if (overturned && loser)
    conflict->ruling->winner = arena_strdup(act->arena, loser);
  return NULL;
}

const struct status *conflict_lapse(const struct act *act, Sell__Conflict *conflict, const char *gone) {
  const struct status *status = step(act, conflict, CONFLICT_LAPSE);
  if (status)
    return status;
  Sell__ConflictRuling *ruling = arena_new(act->arena, Sell__ConflictRuling);
  sell__conflict_ruling__init(ruling);
  ruling->basis = BASIS(LAPSED);
  ruling->winner = arena_strdup(act->arena, conflict_other(conflict, gone));
  ruling->rule_time = conflict->final_time = timestamp_new(act->arena, act->now_us);
  ruling->actor = arena_strdup(act->arena, act->actor ? act->actor : "");
  conflict->ruling = ruling;
  return NULL;
}
