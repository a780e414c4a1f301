#include "sell/help_request.h"

#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include <assert.h>

#define STATE(name) SELL__HELP_REQUEST__STATE__STATE_##name
enum { REASON_LENGTH_MIN = 10 };

static const struct transition transitions[] = {
    {STATE(OPEN), HELP_ACCEPT, STATE(ACCEPTED), NULL},
    {STATE(OPEN), HELP_DECLINE, STATE(DECLINED), NULL},
    {STATE(OPEN), HELP_CANCEL, STATE(CANCELLED), NULL},
    {STATE(ACCEPTED), HELP_DELIVER, STATE(DELIVERED), NULL},
    {STATE(ACCEPTED), HELP_CANCEL, STATE(CANCELLED), NULL},
    {STATE(DELIVERED), HELP_RETURN, STATE(ACCEPTED), NULL},
    {STATE(DELIVERED), HELP_ACKNOWLEDGE, STATE(ACKNOWLEDGED), NULL},
};

static const char *const action_names[HELP_ACTIONS] = {
    [HELP_ACCEPT] = "accept", [HELP_DECLINE] = "decline",         [HELP_DELIVER] = "deliver",
    [HELP_RETURN] = "return", [HELP_ACKNOWLEDGE] = "acknowledge", [HELP_CANCEL] = "cancel",
};

const struct machine help_request_machine = {
    .states = &sell__help_request__state__descriptor,
    .actions = action_names,
    .action_count = HELP_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

/* The owner answers and delivers; who asked judges, or lets it be. */
static bool is_owners(enum help_action action) {
  return action == HELP_ACCEPT || action == HELP_DECLINE || action == HELP_DELIVER;
}

static const struct status *may(const struct act *act, const Sell__HelpRequest *request,
                                enum help_action action, Sell__HelpRequest__State *to) {
  Type__Party actor = is_owners(action) ? request->owner : party_other(request->owner);
  const struct status *status = party_check_owner(act->arena, request->name, actor, act->party);
  int next;
  if (!status)
    status = machine_next(&help_request_machine, act->arena, request->name, (int)request->state, (int)action,
                          &next);
  if (!status)
    *to = (Sell__HelpRequest__State)next;
  return status;
}

const struct status *help_request_start(const struct act *act, Sell__HelpRequest *request) {
  struct status *invalid = NULL;
  if (moment_check(act->arena, &invalid, "help_request.due_time", request->due_time) && request->due_time &&
      moment_us(request->due_time) < act->now_us)
    invalid_add(act->arena, &invalid, "help_request.due_time", "VALUE_OUT_OF_RANGE", "lies in the past");
  if (invalid)
    return invalid;
  request->owner = party_other(act->party);
  request->state = STATE(OPEN);
  return NULL;
}

const struct status *help_request_accept(const struct act *act, Sell__HelpRequest *request, char *assignee) {
  const struct status *status = may(act, request, HELP_ACCEPT, &request->state);
  if (status)
    return status;
  request->assignee = assignee;
  request->accept_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

/* Declined or cancelled: it ends with a reason. */
static const struct status *end(const struct act *act, Sell__HelpRequest *request, enum help_action action,
                                char *reason) {
  const struct status *status = may(act, request, action, &request->state);
  if (status)
    return status;
  request->end_reason = reason;
  request->end_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

const struct status *help_request_decline(const struct act *act, Sell__HelpRequest *request, char *reason) {
  return end(act, request, HELP_DECLINE, reason);
}

const struct status *help_request_cancel(const struct act *act, Sell__HelpRequest *request, char *reason) {
  return end(act, request, HELP_CANCEL, reason);
}

const struct status *help_request_deliver(const struct act *act, Sell__HelpRequest *request,
                                          const Sell__DeliverHelpRequestRequest *delivery) {
  Sell__HelpRequest__State to;
  struct status *invalid = NULL;
  const struct status *status = may(act, request, HELP_DELIVER, &to);
  if (status)
    return status;
  moment_check_past(act->arena, &invalid, "deliver_time", delivery->deliver_time, act->now_us);
  if (invalid)
    return invalid;
  request->state = to;
  request->delivered_hours = delivery->delivered_hours;
  request->deliver_time = moment_or(act->arena, delivery->deliver_time, act->now_us);
  request->deliver_note = delivery->note;
  return NULL;
}

const struct status *help_request_return(const struct act *act, Sell__HelpRequest *request, char *reason) {
  const struct status *status = may(act, request, HELP_RETURN, &request->state);
  if (status)
    return status;
  request->delivered_hours = 0;
  request->deliver_time = NULL;
  request->deliver_note = (char *)protobuf_c_empty_string;
  request->return_reason = reason;
  request->return_count++;
  return NULL;
}

const struct status *help_request_acknowledge(const struct act *act, Sell__HelpRequest *request,
                                              const Sell__AcknowledgeHelpRequestRequest *answer) {
  Sell__HelpRequest__State to;
  struct status *invalid = NULL;
  const struct status *status = may(act, request, HELP_ACKNOWLEDGE, &to);
  if (status)
    return status;
  int64_t hours = answer->acknowledged_hours ? answer->acknowledged_hours : request->delivered_hours;
  bool fewer = hours < request->delivered_hours;
  if (hours > request->delivered_hours)
    invalid_add(act->arena, &invalid, "acknowledged_hours", "VALUE_OUT_OF_RANGE",
                "is more than the %lld hours delivered", (long long)request->delivered_hours);
  if (fewer && text_length(answer->reason) < REASON_LENGTH_MIN)
    invalid_add(act->arena, &invalid, "reason",
                text_empty(answer->reason) ? "REQUIRED_FIELD_MISSING" : "LENGTH_OUT_OF_RANGE",
                "must say why fewer hours are acknowledged, in %d characters or more", REASON_LENGTH_MIN);
  if (!fewer && !text_empty(answer->reason))
    invalid_add(act->arena, &invalid, "reason", "VALUE_OUT_OF_RANGE", "is for fewer hours only");
  if (invalid)
    return invalid;
  request->state = to;
  request->acknowledged_hours = hours;
  request->acknowledge_reason = answer->reason;
  request->acknowledge_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

struct help_hours help_request_hours(const Sell__HelpRequest *request) {
  bool acknowledged = request->state == STATE(ACKNOWLEDGED);
  bool delivered = acknowledged || request->state == STATE(DELIVERED);
  return (struct help_hours){
      .delivered = delivered ? request->delivered_hours : 0,
      .acknowledged = acknowledged ? request->acknowledged_hours : 0,
      .when_us = moment_us(request->deliver_time),
  };
}
