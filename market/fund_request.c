#include "market/fund_request.h"

#include "runtime/base/clock.h"
#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <inttypes.h>

#define DRAFT MARKET__FUND_REQUEST__STATE__STATE_DRAFT
#define SUBMITTED MARKET__FUND_REQUEST__STATE__STATE_SUBMITTED
#define APPROVED MARKET__FUND_REQUEST__STATE__STATE_APPROVED
#define RETURNED MARKET__FUND_REQUEST__STATE__STATE_RETURNED
#define REJECTED MARKET__FUND_REQUEST__STATE__STATE_REJECTED
#define RECALLED MARKET__FUND_REQUEST__STATE__STATE_RECALLED
#define EXECUTED MARKET__FUND_REQUEST__STATE__STATE_EXECUTED
#define CLOSED MARKET__FUND_REQUEST__STATE__STATE_CLOSED
#define EXPIRED MARKET__FUND_REQUEST__STATE__STATE_EXPIRED
#define DAY_US (INT64_C(86400) * US_PER_SECOND)

static const char *const action_names[FUND_REQUEST_ACTIONS] = {
    "UPDATE", "SUBMIT", "RECALL", "APPROVE", "RETURN", "REJECT", "EXECUTE", "CLOSE", "EXPIRE"};
static const struct transition transitions[] = {
    {DRAFT, FUND_REQUEST_UPDATE, DRAFT},        {RETURNED, FUND_REQUEST_UPDATE, RETURNED},
    {RECALLED, FUND_REQUEST_UPDATE, RECALLED},  {DRAFT, FUND_REQUEST_SUBMIT, SUBMITTED},
    {RETURNED, FUND_REQUEST_SUBMIT, SUBMITTED}, {RECALLED, FUND_REQUEST_SUBMIT, SUBMITTED},
    {SUBMITTED, FUND_REQUEST_RECALL, RECALLED}, {SUBMITTED, FUND_REQUEST_APPROVE, APPROVED},
    {SUBMITTED, FUND_REQUEST_RETURN, RETURNED}, {SUBMITTED, FUND_REQUEST_REJECT, REJECTED},
    {APPROVED, FUND_REQUEST_EXECUTE, EXECUTED}, {APPROVED, FUND_REQUEST_CLOSE, CLOSED},
    {EXECUTED, FUND_REQUEST_CLOSE, CLOSED},     {APPROVED, FUND_REQUEST_EXPIRE, EXPIRED},
    {EXECUTED, FUND_REQUEST_EXPIRE, EXPIRED},
};
const struct machine fund_request_machine = {
    .states = &market__fund_request__state__descriptor,
    .actions = action_names,
    .action_count = FUND_REQUEST_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

bool fund_request_visible(const Market__FundRequest *request, Type__Party party) {
  return party == TYPE__PARTY__PARTY_PARTNER || request->state != DRAFT;
}

void fund_request_apply_create(Market__FundRequest *request) {
  request->state = DRAFT;
}

const struct status *fund_request_apply(struct arena *arena, Market__FundRequest *request,
                                        enum fund_request_action action) {
  int to;
  const struct status *status =
      machine_next(&fund_request_machine, arena, request->name, request->state, action, &to);
  if (!status) {
    request->state = (Market__FundRequest__State)to;
  }
  return status;
}

static struct guards guards_of(struct arena *arena, const Market__FundRequest *request,
                               enum fund_request_action action) {
  return (struct guards){.arena = arena,
                         .resource = request->name,
                         .state = state_name(&market__fund_request__state__descriptor, request->state),
                         .action = action_names[action]};
}

const struct status *fund_request_apply_submit(struct arena *arena, Market__FundRequest *request,
                                               const Market__MdfAllocation *allocation, int64_t now_us) {
  struct guards guards = guards_of(arena, request, FUND_REQUEST_SUBMIT);
  const struct status *status = fund_request_apply(arena, request, FUND_REQUEST_SUBMIT);
  if (status) {
    return status;
  }
  int64_t start_us = timestamp_us(request->activity_start_time, INT64_MIN);
  int64_t end_us = timestamp_us(request->activity_end_time, INT64_MIN);
  guards.reason = "INCOMPLETE";
  guard(&guards, request->activity != MARKET__FUND_REQUEST__ACTIVITY__ACTIVITY_UNSPECIFIED,
        "activity is missing");
  guard(&guards, !text_empty(request->desired_outcome), "desired_outcome is missing");
  guard(&guards, !text_empty(request->currency_code), "currency_code is missing");
  guard(&guards, request->requested_minor > 0, "requested_minor is missing");
  guard(&guards, request->activity_start_time != NULL, "activity_start_time is missing");
  guard(&guards, request->activity_end_time != NULL, "activity_end_time is missing");
  guard(&guards, !request->activity_start_time || start_us > now_us, "activity_start_time has passed");
  guard(&guards, !request->activity_end_time || end_us > start_us,
        "activity_end_time is not later than activity_start_time");
  if (guards.status) {
    return guards.status;
  }
  request->reimbursement_bps = allocation->reimbursement_bps;
  request->submit_time = timestamp_new(arena, now_us);
  return currency_check(arena, request->currency_code, allocation->currency_code);
}

const struct status *fund_request_apply_approve(struct arena *arena, Market__FundRequest *request,
                                                Market__MdfAllocation *allocation,
                                                const Market__MdfBudget *budget, int64_t amount_minor,
                                                const struct decision *decision) {
  struct guards guards = guards_of(arena, request, FUND_REQUEST_APPROVE);
  const struct status *status = fund_request_apply(arena, request, FUND_REQUEST_APPROVE);
  if (status) {
    return status;
  }
  int64_t amount = amount_minor ? amount_minor : request->requested_minor;
  Market__MdfBudget__State budget_state = mdf_budget_state_at(budget, decision->now_us);
  guard(&guards, timestamp_us(request->activity_start_time, INT64_MIN) > decision->now_us,
        "the activity has begun");
  guard(&guards, timestamp_us(request->submit_time, INT64_MIN) <= decision->now_us,
        "it was not submitted by then");
  guard(&guards, amount <= request->requested_minor,
        "%" PRId64 " is more than the %" PRId64 " that was requested", amount, request->requested_minor);
  guard(&guards, allocation->state == MARKET__MDF_ALLOCATION__STATE__STATE_ACTIVE,
        "the allocation is closed");
  guard(&guards, budget_state == MARKET__MDF_BUDGET__STATE__STATE_ACTIVE, "the budget is %s",
        state_name(&market__mdf_budget__state__descriptor, budget_state));
  if (guards.status) {
    return guards.status;
  }
  status = mdf_allocation_reserve(arena, allocation, request->name, amount, decision);
  if (status) {
    return status;
  }
  request->approved_minor = amount;
  request->decide_time = timestamp_new(arena, decision->now_us);
  request->decision_reason = arena_strdup(arena, "");
  request->claim_deadline_time =
      timestamp_new(arena, timestamp_us(request->activity_end_time, 0) + allocation->claim_days * DAY_US);
  return NULL;
}

const struct status *fund_request_apply_refuse(struct arena *arena, Market__FundRequest *request,
                                               enum fund_request_action action, const char *reason,
                                               int64_t now_us) {
  const struct status *status = fund_request_apply(arena, request, action);
  if (!status) {
    request->decision_reason = arena_strdup(arena, reason);
    request->decide_time = timestamp_new(arena, now_us);
  }
  return status;
}

const struct status *fund_request_apply_execute(struct arena *arena, Market__FundRequest *request,
                                                int64_t execute_us, int64_t now_us) {
  struct guards guards = guards_of(arena, request, FUND_REQUEST_EXECUTE);
  const struct status *status = fund_request_apply(arena, request, FUND_REQUEST_EXECUTE);
  if (status) {
    return status;
  }
  status = moment_past(arena, "execute_time", now_us, &execute_us);
  if (status) {
    return status;
  }
  guard(&guards, execute_us >= timestamp_us(request->activity_start_time, INT64_MIN),
        "the activity has not begun by then");
  request->execute_time = timestamp_new(arena, execute_us);
  return guards.status;
}

const struct status *fund_request_apply_end(struct arena *arena, Market__FundRequest *request,
                                            Market__MdfAllocation *allocation,
                                            enum fund_request_action action, int64_t now_us) {
  struct guards guards = guards_of(arena, request, action);
  const struct status *status = fund_request_apply(arena, request, action);
  if (status) {
    return status;
  }
  guard(&guards, request->open_claims == 0, "%d claims are open", request->open_claims);
  guard(&guards,
        action != FUND_REQUEST_EXPIRE || timestamp_us(request->claim_deadline_time, INT64_MAX) < now_us,
        "the claim deadline has not passed");
  if (guards.status) {
    return guards.status;
  }
  request->released_minor = request->approved_minor - request->claimed_minor;
  mdf_allocation_release(allocation, request->released_minor);
  return NULL;
}
