#include "onboard/terms.h"

#include "onboard/measurement.h"
#include "onboard/plan.h"
#include "runtime/base/machine.h"
#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/period.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include <string.h>

#define OUT_OF_RANGE "VALUE_OUT_OF_RANGE"

/* What is being checked, and where the violations go. */
struct check {
  struct arena *arena;
  struct status *refusal;
  const char *path;
  int64_t start_us, end_us; /* of the plan; 0 when not known */
};

static char *field(struct check *check, const char *collection, size_t index, const char *name) {
  return arena_printf(check->arena, "%s.%s[%zu].%s", check->path, collection, index, name);
}

static bool is_side(Type__Party party) {
  return party == TYPE__PARTY__PARTY_VENDOR || party == TYPE__PARTY__PARTY_PARTNER;
}

static void check_period(struct check *check, const Type__Period *period) {
  if (!period || !period->start_time || !period->end_time)
    return;
  struct arena *arena = check->arena;
  char *path = arena_printf(arena, "%s.period", check->path);
  bool fits = moment_check(arena, &check->refusal, path, period->start_time);
  if (!moment_check(arena, &check->refusal, path, period->end_time) || !fits)
    return;
  check->start_us = moment_us(period->start_time);
  check->end_us = moment_us(period->end_time);
  if (check->end_us <= check->start_us)
    invalid_add(arena, &check->refusal, path, OUT_OF_RANGE, "must end after it starts");
  else if (month_add(month_of(check->start_us), PLAN_PERIOD_MONTHS_MAX) < month_of(check->end_us))
    invalid_add(arena, &check->refusal, path, OUT_OF_RANGE, "must span at most %d months",
                PLAN_PERIOD_MONTHS_MAX);
}

static void check_due(struct check *check, const Google__Protobuf__Timestamp *due, char *path) {
  if (!due || !moment_check(check->arena, &check->refusal, path, due) || !check->end_us)
    return;
  if (moment_us(due) < check->start_us || moment_us(due) > check->end_us)
    invalid_add(check->arena, &check->refusal, path, OUT_OF_RANGE, "must lie in the period of the plan");
}

static void check_money(struct check *check, const Onboard__CommitmentTerm *term, size_t index) {
  bool money = term->unit == ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_MONEY;
  char *path = field(check, "commitments", index, "currency_code");
  if (money && text_empty(term->currency_code))
    invalid_add(check->arena, &check->refusal, path, "REQUIRED_FIELD_MISSING",
                "a commitment in money needs a currency");
  else if (money && !currency_known(term->currency_code))
    invalid_add(check->arena, &check->refusal, path, OUT_OF_RANGE, "%s is not a currency in use",
                term->currency_code);
  else if (!money && !text_empty(term->currency_code))
    invalid_add(check->arena, &check->refusal, path, OUT_OF_RANGE,
                "only a commitment in money has a currency");
}

static void check_commitment(struct check *check, const Onboard__PlanTerms *terms, size_t index) {
  const Onboard__CommitmentTerm *term = terms->commitments[index];
  struct arena *arena = check->arena;
  for (size_t i = 0; i < index; i++)
    if (strcmp(terms->commitments[i]->id, term->id) == 0) {
      invalid_add(arena, &check->refusal, field(check, "commitments", index, "id"), "DUPLICATE_KEY_VALUE",
                  "%s is the id of an earlier commitment", term->id);
      break;
    }
  if (!is_side(term->owner))
    invalid_add(arena, &check->refusal, field(check, "commitments", index, "owner"), OUT_OF_RANGE,
                "must be VENDOR or PARTNER");
  check_money(check, term, index);
  if (term->measure == ONBOARD__COMMITMENT_MEASURE__COMMITMENT_MEASURE_MEASURED &&
      !measurement_supports(term->owner, term->kind, term->unit))
    invalid_add(arena, &check->refusal, field(check, "commitments", index, "measure"), OUT_OF_RANGE,
                "nothing that others record measures this kind in this unit for this owner");
  check_due(check, term->due_time, field(check, "commitments", index, "due_time"));
  char *path = field(check, "commitments", index, "start_time");
  if (term->start_time && moment_check(arena, &check->refusal, path, term->start_time) && term->due_time &&
      moment_us(term->start_time) >= moment_us(term->due_time))
    invalid_add(arena, &check->refusal, path, OUT_OF_RANGE, "must lie before due_time");
}

static void check_milestone(struct check *check, const Onboard__PlanTerms *terms, size_t index) {
  const Onboard__MilestoneTerm *term = terms->milestones[index];
  struct arena *arena = check->arena;
  for (size_t i = 0; i < index; i++)
    if (strcmp(terms->milestones[i]->id, term->id) == 0) {
      invalid_add(arena, &check->refusal, field(check, "milestones", index, "id"), "DUPLICATE_KEY_VALUE",
                  "%s is the id of an earlier milestone", term->id);
      break;
    }
  char *path = field(check, "milestones", index, "owners");
  for (size_t i = 0; i < term->n_owners; i++)
    if (!is_side(term->owners[i]))
      invalid_add(arena, &check->refusal, path, OUT_OF_RANGE, "must be VENDOR or PARTNER");
  if (term->n_owners == 2 && term->owners[0] == term->owners[1])
    invalid_add(arena, &check->refusal, path, "DUPLICATE_KEY_VALUE", "names a party twice");
  check_due(check, term->due_time, field(check, "milestones", index, "due_time"));
}

static void check_review(struct check *check, const Onboard__PlanTerms *terms, size_t index) {
  const Onboard__ReviewTerm *term = terms->reviews[index];
  for (size_t i = 0; i < index; i++)
    if (strcmp(terms->reviews[i]->id, term->id) == 0) {
      invalid_add(check->arena, &check->refusal, field(check, "reviews", index, "id"), "DUPLICATE_KEY_VALUE",
                  "%s is the id of an earlier review", term->id);
      break;
    }
  check_due(check, term->due_time, field(check, "reviews", index, "due_time"));
}

const struct status *plan_terms_check(struct arena *arena, const Onboard__PlanTerms *terms,
                                      const char *path) {
  struct check check = {.arena = arena, .path = path};
  if (!terms)
    return NULL;
  check_period(&check, terms->period);
  if (terms->n_commitments + terms->n_milestones + terms->n_reviews > PLAN_PROMISES_MAX)
    invalid_add(arena, &check.refusal, path, "TOO_MANY_ELEMENTS",
                "at most %d commitments, milestones and reviews together", PLAN_PROMISES_MAX);
  for (size_t i = 0; i < terms->n_commitments; i++)
    check_commitment(&check, terms, i);
  for (size_t i = 0; i < terms->n_milestones; i++)
    check_milestone(&check, terms, i);
  for (size_t i = 0; i < terms->n_reviews; i++)
    check_review(&check, terms, i);
  return check.refusal;
}

const struct status *terms_complete(struct arena *arena, const Onboard__PlanTerms *terms,
                                    const char *subject) {
  static const char reason[] = "TERMS_INCOMPLETE";
  struct status *refusal = NULL;
  if (!terms || !terms->period)
    guard_add(arena, &refusal, reason, subject, "the plan has no period");
  bool owes[3] = {false};
  for (size_t i = 0; terms && i < terms->n_commitments; i++) {
    const Onboard__CommitmentTerm *term = terms->commitments[i];
    if (is_side(term->owner))
      owes[term->owner] = true;
    if (text_empty(term->consequence))
      guard_add(arena, &refusal, reason, subject, "commitment %s has no consequence", term->id);
  }
  if (!owes[TYPE__PARTY__PARTY_VENDOR])
    guard_add(arena, &refusal, reason, subject, "the vendor commits to nothing");
  if (!owes[TYPE__PARTY__PARTY_PARTNER])
    guard_add(arena, &refusal, reason, subject, "the partner commits to nothing");
  return refusal;
}
