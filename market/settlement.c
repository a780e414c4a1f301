#include "market/settlement.h"

#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/timestamp.h"

#define PENDING MARKET__SETTLEMENT__STATE__STATE_PENDING
#define PAID MARKET__SETTLEMENT__STATE__STATE_PAID
#define FAILED MARKET__SETTLEMENT__STATE__STATE_FAILED

static const char *const action_names[SETTLEMENT_ACTIONS] = {"PAY", "FAIL"};
static const struct transition transitions[] = {
    {PENDING, SETTLEMENT_PAY, PAID},
    {PENDING, SETTLEMENT_FAIL, FAILED},
};
const struct machine settlement_machine = {
    .states = &market__settlement__state__descriptor,
    .actions = action_names,
    .action_count = SETTLEMENT_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

const struct status *settlement_apply_create(struct arena *arena, Market__Settlement *settlement,
                                             Market__Claim *claim) {
  const struct status *status = claim_apply(arena, claim, CLAIM_SETTLE);
  if (!status) {
    status = currency_check(arena, settlement->currency_code, claim->currency_code);
  }
  if (status) {
    return status;
  }
  int64_t unsettled = claim->approved_minor - claim->settling_minor - claim->paid_minor;
  if (settlement->amount_minor > unsettled) {
    return balance_exceeded(arena, claim->name, "unsettled", unsettled, settlement->amount_minor);
  }
  claim->settling_minor += settlement->amount_minor;
  settlement->state = PENDING;
  return NULL;
}

static const struct status *settlement_step(struct arena *arena, Market__Settlement *settlement,
                                            enum settlement_action action) {
  int to;
  const struct status *status =
      machine_next(&settlement_machine, arena, settlement->name, settlement->state, action, &to);
  if (!status) {
    settlement->state = (Market__Settlement__State)to;
  }
  return status;
}

const struct status *settlement_apply_pay(struct arena *arena, Market__Settlement *settlement,
                                          Market__Claim *claim, Market__MdfAllocation *allocation,
                                          int64_t pay_us, int64_t now_us) {
  const struct status *status = settlement_step(arena, settlement, SETTLEMENT_PAY);
  if (status) {
    return status;
  }
  status = moment_past(arena, "pay_time", now_us, &pay_us);
  if (status) {
    return status;
  }
  struct guards guards = {.arena = arena, .resource = settlement->name, .state = "PENDING", .action = "PAY"};
  guard(&guards, pay_us >= timestamp_us(claim->decide_time, INT64_MIN), "the claim was not decided by then");
  if (guards.status) {
    return guards.status;
  }
  settlement->pay_time = timestamp_new(arena, pay_us);
  claim->settling_minor -= settlement->amount_minor;
  claim->paid_minor += settlement->amount_minor;
  if (claim->paid_minor == claim->approved_minor) {
    claim->state = MARKET__CLAIM__STATE__STATE_PAID;
  }
  mdf_allocation_pay(allocation, settlement->amount_minor);
  return NULL;
}

const struct status *settlement_apply_fail(struct arena *arena, Market__Settlement *settlement,
                                           Market__Claim *claim, const char *reason) {
  const struct status *status = settlement_step(arena, settlement, SETTLEMENT_FAIL);
  if (!status) {
    settlement->failure_reason = arena_strdup(arena, reason);
    claim->settling_minor -= settlement->amount_minor;
  }
  return status;
}
