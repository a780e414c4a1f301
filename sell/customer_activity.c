#include "sell/customer_activity.h"

#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#define STATE(name) SELL__CUSTOMER_ACTIVITY__STATE__STATE_##name

static const struct transition transitions[] = {
    {STATE(PLANNED), ACTIVITY_UPDATE, STATE(PLANNED), NULL},
    {STATE(DISPUTED), ACTIVITY_UPDATE, STATE(DISPUTED), NULL},
    {STATE(PLANNED), ACTIVITY_HOLD, STATE(HELD), NULL},
    {STATE(DISPUTED), ACTIVITY_HOLD, STATE(HELD), NULL},
    {STATE(HELD), ACTIVITY_ACKNOWLEDGE, STATE(ACKNOWLEDGED), NULL},
    {STATE(HELD), ACTIVITY_DISPUTE, STATE(DISPUTED), NULL},
    {STATE(PLANNED), ACTIVITY_CANCEL, STATE(CANCELLED), NULL},
    {STATE(HELD), ACTIVITY_CANCEL, STATE(CANCELLED), NULL},
    {STATE(DISPUTED), ACTIVITY_CANCEL, STATE(CANCELLED), NULL},
    {STATE(ACKNOWLEDGED), ACTIVITY_REVERSE, STATE(REVERSED), NULL},
};

static const char *const action_names[ACTIVITY_ACTIONS] = {
    [ACTIVITY_UPDATE] = "update",   [ACTIVITY_HOLD] = "hold",     [ACTIVITY_ACKNOWLEDGE] = "acknowledge",
    [ACTIVITY_DISPUTE] = "dispute", [ACTIVITY_CANCEL] = "cancel", [ACTIVITY_REVERSE] = "reverse",
};

const struct machine customer_activity_machine = {
    .states = &sell__customer_activity__state__descriptor,
    .actions = action_names,
    .action_count = ACTIVITY_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static bool is_owners(enum activity_action action) {
  return action == ACTIVITY_UPDATE || action == ACTIVITY_HOLD || action == ACTIVITY_CANCEL;
}

static const struct status *may(const struct act *act, const Sell__CustomerActivity *activity,
                                enum activity_action action, Sell__CustomerActivity__State *to) {
  Type__Party actor = is_owners(action) ? activity->owner : party_other(activity->owner);
  const struct status *status = party_check_owner(act->arena, activity->name, actor, act->party);
  int next;
  if (!status)
    status = machine_next(&customer_activity_machine, act->arena, activity->name, (int)activity->state,
                          (int)action, &next);
  if (!status)
    *to = (Sell__CustomerActivity__State)next;
  return status;
}

/* ---- what is planned ---- */

static void check_named(struct arena *arena, struct status **invalid, const char *field, const char *name,
                        bool there, const char *what) {
  if (!text_empty(name) && !there)
    invalid_add(arena, invalid, field, "RESOURCE_NOT_FOUND", "is no %s of this partnership", what);
}

/* Who the customer is has one place: what is named says it, or the activity itself. */
static void check_account(struct arena *arena, struct status **invalid,
                          const Sell__CustomerActivity *activity) {
  bool named = !text_empty(activity->target_account) || !text_empty(activity->opportunity);
  if (!named && text_empty(activity->account))
    invalid_add(arena, invalid, "customer_activity.account", "REQUIRED_FIELD_MISSING",
                "is needed where neither target account nor opportunity is named");
  if (named && !text_empty(activity->account))
    invalid_add(arena, invalid, "customer_activity.account", "VALUE_OUT_OF_RANGE",
                "must be empty where a target account or opportunity says who the customer is");
  if (text_empty(activity->account) && !text_empty(activity->country))
    invalid_add(arena, invalid, "customer_activity.country", "VALUE_OUT_OF_RANGE",
                "is for an account that is named here");
}

static const struct status *check_plan(struct arena *arena, const Sell__CustomerActivity *activity,
                                       struct activity_subjects subjects) {
  struct status *invalid = NULL;
  check_named(arena, &invalid, "customer_activity.target_account", activity->target_account,
              subjects.target_account, "target account");
  check_named(arena, &invalid, "customer_activity.opportunity", activity->opportunity, subjects.opportunity,
              "joint opportunity");
  check_account(arena, &invalid, activity);
  moment_check(arena, &invalid, "customer_activity.schedule_time", activity->schedule_time);
  return invalid;
}

const struct status *customer_activity_plan(const struct act *act, Sell__CustomerActivity *activity,
                                            struct activity_subjects subjects) {
  const struct status *status = check_plan(act->arena, activity, subjects);
  if (status)
    return status;
  activity->owner = act->party;
  activity->state = STATE(PLANNED);
  return NULL;
}

const struct status *customer_activity_update(const struct act *act, const Sell__CustomerActivity *before,
                                              const Sell__CustomerActivity *after,
                                              struct activity_subjects subjects) {
  Sell__CustomerActivity__State same;
  const struct status *status = may(act, before, ACTIVITY_UPDATE, &same);
  return status ? status : check_plan(act->arena, after, subjects);
}

bool customer_activity_differs(const Sell__CustomerActivity *a, const Sell__CustomerActivity *b) {
  return a->kind != b->kind || !text_equal(a->title, b->title) ||
         !text_equal(a->target_account, b->target_account) || !text_equal(a->opportunity, b->opportunity) ||
         !text_equal(a->account, b->account) || !text_equal(a->country, b->country) ||
         timestamp_us(a->schedule_time, INT64_MIN) != timestamp_us(b->schedule_time, INT64_MIN);
}

/* ---- what is done ---- */

const struct status *customer_activity_hold(const struct act *act, Sell__CustomerActivity *activity,
                                            const Sell__HoldCustomerActivityRequest *report) {
  Sell__CustomerActivity__State to;
  struct status *invalid = NULL;
  const struct status *status = may(act, activity, ACTIVITY_HOLD, &to);
  if (status)
    return status;
  moment_check_past(act->arena, &invalid, "hold_time", report->hold_time, act->now_us);
  if (invalid)
    return invalid;
  activity->state = to;
  activity->hold_time = moment_or(act->arena, report->hold_time, act->now_us);
  activity->summary = report->summary;
  activity->attendee_count = report->attendee_count;
  activity->evidence = report->evidence;
  activity->next_step = report->next_step;
  return NULL;
}

const struct status *customer_activity_acknowledge(const struct act *act, Sell__CustomerActivity *activity) {
  const struct status *status = may(act, activity, ACTIVITY_ACKNOWLEDGE, &activity->state);
  if (!status)
    activity->acknowledge_time = timestamp_new(act->arena, act->now_us);
  return status;
}

const struct status *customer_activity_dispute(const struct act *act, Sell__CustomerActivity *activity,
                                               char *reason) {
  const struct status *status = may(act, activity, ACTIVITY_DISPUTE, &activity->state);
  if (status)
    return status;
  activity->dispute_reason = reason;
  activity->dispute_count++;
  return NULL;
}

/* Cancelled or reversed: it ends with a reason. */
static const struct status *end(const struct act *act, Sell__CustomerActivity *activity,
                                enum activity_action action, char *reason) {
  const struct status *status = may(act, activity, action, &activity->state);
  if (status)
    return status;
  activity->end_reason = reason;
  activity->end_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

const struct status *customer_activity_cancel(const struct act *act, Sell__CustomerActivity *activity,
                                              char *reason) {
  return end(act, activity, ACTIVITY_CANCEL, reason);
}

const struct status *customer_activity_reverse(const struct act *act, Sell__CustomerActivity *activity,
                                               char *reason) {
  return end(act, activity, ACTIVITY_REVERSE, reason);
}

struct activity_tally customer_activity_tally(const Sell__CustomerActivity *activity) {
  bool acknowledged = activity->state == STATE(ACKNOWLEDGED);
  bool held = acknowledged || activity->state == STATE(HELD);
  return (struct activity_tally){held, acknowledged, held ? moment_us(activity->hold_time) : 0};
}
