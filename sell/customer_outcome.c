#include "sell/customer_outcome.h"

#include "runtime/base/machine.h"
#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "sell/opportunity_review.h"

#define STATE(name) SELL__CUSTOMER_OUTCOME__STATE__STATE_##name
#define IS(opportunity, name) ((opportunity)->state == SELL__OPPORTUNITY__STATE__STATE_##name)

static Sell__CustomerOutcome *outcome_copy(const struct occasion *occasion,
                                           const Sell__Opportunity *opportunity) {
  Sell__CustomerOutcome *copy = arena_new(occasion->arena, Sell__CustomerOutcome);
  sell__customer_outcome__init(copy);
  if (opportunity->outcome)
    *copy = *opportunity->outcome;
  return copy;
}

static struct guards guards_of(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                               const char *action) {
  return (struct guards){
      .arena = occasion->arena,
      .resource = opportunity->name,
      .state = state_name(&sell__opportunity__state__descriptor, (int)opportunity->state),
      .action = action,
      .reason = REASON_INVALID_STATE,
  };
}

const struct status *outcome_set(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                 const Sell__SetCustomerOutcomeRequest *request) {
  struct guards guards = guards_of(occasion, opportunity, "set outcome");
  struct status *invalid = NULL;
  const struct status *status = joint_check(occasion, opportunity);
  if (status)
    return status;
  guard(&guards, IS(opportunity, OPEN) || IS(opportunity, WON), "it is %s: nothing is promised any more",
        guards.state);
  guard(&guards, !opportunity->outcome || opportunity->outcome->state == STATE(DUE), "its outcome has ended");
  if (guards.status)
    return guards.status;
  if (moment_check(occasion->arena, &invalid, "due_time", request->due_time) &&
      moment_us(request->due_time) < moment_us(opportunity->open_time))
    invalid_add(occasion->arena, &invalid, "due_time", "VALUE_OUT_OF_RANGE", "lies before it was opened");
  if (invalid)
    return invalid;
  Sell__CustomerOutcome *outcome = outcome_copy(occasion, opportunity);
  outcome->state = STATE(DUE);
  outcome->statement = request->statement;
  outcome->due_time = request->due_time;
  opportunity->outcome = outcome;
  return NULL;
}

const struct status *outcome_record(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                    const Sell__RecordCustomerOutcomeRequest *request) {
  struct guards guards = guards_of(occasion, opportunity, "record outcome");
  const struct status *status = joint_check(occasion, opportunity);
  if (status)
    return status;
  guard(&guards, IS(opportunity, WON), "it is %s: outcomes are of what is won", guards.state);
  guard(&guards, opportunity->outcome && opportunity->outcome->state == STATE(DUE), "no outcome is due");
  if (guards.status)
    return guards.status;
  if (request->state != STATE(MET) && request->state != STATE(MISSED))
    return invalid_field(occasion->arena, "state", "VALUE_OUT_OF_RANGE", "must be MET or MISSED");
  Sell__CustomerOutcome *outcome = outcome_copy(occasion, opportunity);
  outcome->state = request->state;
  outcome->evidence = request->evidence;
  outcome->recorder = occasion->party;
  outcome->end_time = timestamp_new(occasion->arena, occasion->now_us);
  opportunity->outcome = outcome;
  return NULL;
}
