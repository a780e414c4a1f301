#include "market/touch.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/party.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include <assert.h>

#define RECORDED MARKET__TOUCH__STATE__STATE_RECORDED
#define RETRACTED MARKET__TOUCH__STATE__STATE_RETRACTED

static const char *const action_names[TOUCH_ACTIONS] = {[TOUCH_RETRACT] = "RETRACT"};
static const struct transition transitions[] = {{RECORDED, TOUCH_RETRACT, RETRACTED}};

const struct machine touch_machine = {
    .states = &market__touch__state__descriptor,
    .actions = action_names,
    .action_count = TOUCH_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

Market__TouchedOpportunity *touched_opportunity_new(struct arena *arena, const char *name) {
  Market__TouchedOpportunity *opportunity = arena_new(arena, Market__TouchedOpportunity);
  market__touched_opportunity__init(opportunity);
  opportunity->name = arena_strdup(arena, name);
  return opportunity;
}

/* FAILED_PRECONDITION unless the campaign has reached, or reaches, anybody. What is CLOSED was held or called
 * off before. */
static const struct status *campaign_reaches(const struct act *act, const Market__Campaign *campaign) {
  Market__Campaign__State state = campaign->state;
  bool called_off = state == MARKET__CAMPAIGN__STATE__STATE_CANCELLED ||
                    (state == MARKET__CAMPAIGN__STATE__STATE_CLOSED && !campaign->hold_time);
  struct guards guards = {.arena = act->arena,
                          .resource = campaign->name,
                          .state = state_name(&market__campaign__state__descriptor, (int)state),
                          .action = "RECORD"};
  guard(&guards, state != MARKET__CAMPAIGN__STATE__STATE_PLANNED, "it is only planned: it reached nobody");
  guard(&guards, !called_off, "it was called off");
  return guards.status;
}

static const struct status *count_up(const struct act *act, Market__TouchedOpportunity *opportunity) {
  if (opportunity->touch_count >= TOUCHES_MAX) {
    struct status *full = status_make(act->arena, CODE_RESOURCE_EXHAUSTED, "LIMIT_REACHED",
                                      "%d touches on %s count already: retract one that matters less",
                                      TOUCHES_MAX, opportunity->name);
    status_add_metadata(act->arena, full, "limit", arena_printf(act->arena, "%d", TOUCHES_MAX));
    return full;
  }
  opportunity->touch_count++;
  return NULL;
}

const struct status *touch_record(const struct act *act, const char *partnership, Market__Touch *touch,
                                  Market__TouchedOpportunity *opportunity, const Market__Campaign *campaign) {
  struct status *invalid = NULL;
  moment_check_past(act->arena, &invalid, "touch.occur_time", touch->occur_time, act->now_us);
  if (!opportunity) {
    invalid_add(act->arena, &invalid, "touch.opportunity", "RESOURCE_NOT_FOUND",
                "is no joint opportunity of %s that is known here", partnership);
  }
  if (!text_empty(touch->campaign) && !campaign) {
    invalid_add(act->arena, &invalid, "touch.campaign", "RESOURCE_NOT_FOUND", "is no campaign of %s",
                partnership);
  }
  if (invalid) {
    return invalid;
  }
  const struct status *status = campaign ? campaign_reaches(act, campaign) : NULL;
  if (!status) {
    status = count_up(act, opportunity);
  }
  if (status) {
    return status;
  }
  touch->occur_time = moment_or(act->arena, touch->occur_time, act->now_us);
  touch->party = act->party;
  touch->actor = arena_strdup(act->arena, act->actor);
  touch->state = RECORDED;
  return NULL;
}

const struct status *touch_retract(const struct act *act, Market__Touch *touch,
                                   Market__TouchedOpportunity *opportunity, const char *reason) {
  int to;
  const struct status *status = party_check_owner(act->arena, touch->name, touch->party, act->party);
  if (!status) {
    status = machine_next(&touch_machine, act->arena, touch->name, (int)touch->state, TOUCH_RETRACT, &to);
  }
  if (status) {
    return status;
  }
  assert(opportunity->touch_count > 0);
  opportunity->touch_count--;
  touch->state = (Market__Touch__State)to;
  touch->retract_time = timestamp_new(act->arena, act->now_us);
  touch->retract_reason = arena_strdup(act->arena, reason);
  touch->retract_actor = arena_strdup(act->arena, act->actor);
  return NULL;
}

static void place_check(struct arena *arena, struct status **invalid, const char *field,
                        const char *partnership, const char *name) {
  if (!text_empty(name) && !text_equal(name_partnership(arena, name), partnership)) {
    invalid_add(arena, invalid, field, "VALUE_OUT_OF_RANGE", "is of another partnership");
  }
}

const struct status *touch_filter_of(struct arena *arena, const Market__ListTouchesRequest *request,
                                     struct touch_filter *out) {
  struct status *invalid = NULL;
  place_check(arena, &invalid, "opportunity", request->parent, request->opportunity);
  place_check(arena, &invalid, "campaign", request->parent, request->campaign);
  if (!text_empty(request->opportunity) && !text_empty(request->campaign)) {
    invalid_add(arena, &invalid, "campaign", "VALUE_OUT_OF_RANGE", "is not asked for with an opportunity");
  }
  bool times = moment_check(arena, &invalid, "start_time", request->start_time);
  times = moment_check(arena, &invalid, "end_time", request->end_time) && times;
  *out = (struct touch_filter){.state = request->state,
                               .start_us = timestamp_us(request->start_time, INT64_MIN),
                               .end_us = timestamp_us(request->end_time, INT64_MAX)};
  if (times && out->end_us <= out->start_us) {
    invalid_add(arena, &invalid, "end_time", "VALUE_OUT_OF_RANGE", "must be later than start_time");
  }
  return invalid;
}

bool touch_shown(const Market__Touch *touch, const struct touch_filter *filter) {
  int64_t occur_us = timestamp_us(touch->occur_time, 0);
  return (!filter->state || touch->state == filter->state) && occur_us >= filter->start_us &&
         occur_us < filter->end_us;
}
