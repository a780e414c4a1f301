#include "market/campaign.h"

#include "runtime/base/moment.h"
#include "runtime/base/party.h"
#include "runtime/base/refusal.h"
#include "runtime/base/timestamp.h"

#define PLANNED MARKET__CAMPAIGN__STATE__STATE_PLANNED
#define OPEN MARKET__CAMPAIGN__STATE__STATE_OPEN
#define HELD MARKET__CAMPAIGN__STATE__STATE_HELD
#define CANCELLED MARKET__CAMPAIGN__STATE__STATE_CANCELLED
#define CLOSED MARKET__CAMPAIGN__STATE__STATE_CLOSED

static const char *const action_names[CAMPAIGN_ACTIONS] = {"UPDATE", "OPEN",   "HOLD",
                                                           "CANCEL", "RECORD", "CLOSE"};
static const struct transition transitions[] = {
    {PLANNED, CAMPAIGN_UPDATE, PLANNED},   {OPEN, CAMPAIGN_UPDATE, OPEN},
    {PLANNED, CAMPAIGN_OPEN, OPEN},        {OPEN, CAMPAIGN_HOLD, HELD},
    {PLANNED, CAMPAIGN_CANCEL, CANCELLED}, {OPEN, CAMPAIGN_CANCEL, CANCELLED},
    {OPEN, CAMPAIGN_RECORD, OPEN},         {HELD, CAMPAIGN_RECORD, HELD},
    {HELD, CAMPAIGN_CLOSE, CLOSED},        {CANCELLED, CAMPAIGN_CLOSE, CLOSED},
};
const struct machine campaign_machine = {
    .states = &market__campaign__state__descriptor,
    .actions = action_names,
    .action_count = CAMPAIGN_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

const struct status *campaign_check(struct arena *arena, const Market__Campaign *campaign) {
  if (timestamp_us(campaign->end_time, 0) <= timestamp_us(campaign->start_time, 0)) {
    return invalid_field(arena, "campaign.end_time", "VALUE_OUT_OF_RANGE", "must be later than start_time");
  }
  return NULL;
}

const struct status *campaign_apply_create(struct arena *arena, Market__Campaign *campaign,
                                           Type__Party party) {
  campaign->party = party;
  campaign->state = PLANNED;
  return campaign_check(arena, campaign);
}

const struct status *campaign_apply(struct arena *arena, Market__Campaign *campaign, Type__Party actor,
                                    enum campaign_action action) {
  const struct status *status = party_check_owner(arena, campaign->name, campaign->party, actor);
  if (status) {
    return status;
  }
  int to;
  status = machine_next(&campaign_machine, arena, campaign->name, campaign->state, action, &to);
  if (!status) {
    campaign->state = (Market__Campaign__State)to;
  }
  return status;
}

const struct status *campaign_apply_hold(struct arena *arena, Market__Campaign *campaign, Type__Party actor,
                                         int64_t hold_us, int64_t registrations, int64_t attendance,
                                         int64_t now_us) {
  const struct status *status = campaign_apply(arena, campaign, actor, CAMPAIGN_HOLD);
  if (status) {
    return status;
  }
  status = moment_past(arena, "hold_time", now_us, &hold_us);
  if (status) {
    return status;
  }
  struct guards guards = {.arena = arena, .resource = campaign->name, .state = "OPEN", .action = "HOLD"};
  guard(&guards, hold_us >= timestamp_us(campaign->start_time, INT64_MIN), "it has not started by then");
  if (guards.status) {
    return guards.status;
  }
  campaign->hold_time = timestamp_new(arena, hold_us);
  campaign->registrations = registrations ? registrations : campaign->registrations;
  campaign->attendance = attendance;
  return NULL;
}

const struct status *campaign_apply_cancel(struct arena *arena, Market__Campaign *campaign, Type__Party actor,
                                           const char *reason) {
  const struct status *status = campaign_apply(arena, campaign, actor, CAMPAIGN_CANCEL);
  if (!status) {
    campaign->cancel_reason = arena_strdup(arena, reason);
  }
  return status;
}

const struct status *campaign_apply_results(struct arena *arena, Market__Campaign *campaign,
                                            Type__Party actor, int64_t registrations, int64_t attendance) {
  const struct status *status = campaign_apply(arena, campaign, actor, CAMPAIGN_RECORD);
  if (status) {
    return status;
  }
  struct guards guards = {.arena = arena,
                          .resource = campaign->name,
                          .state = state_name(&market__campaign__state__descriptor, campaign->state),
                          .action = "RECORD"};
  guard(&guards, campaign->state == HELD || attendance == 0, "nobody can have come before it was held");
  if (guards.status) {
    return guards.status;
  }
  campaign->registrations = registrations;
  campaign->attendance = attendance;
  return NULL;
}
