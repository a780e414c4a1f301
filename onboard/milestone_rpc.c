#include "onboard/handler.h"
#include "onboard/milestone.h"
#include "onboard/plan.h"
#include "onboard/timed.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"

#include "entente/onboard/v1/milestone_service.pb-c.h"

const struct status *milestone_get(struct call *call, const void *in, void *out) {
  const Onboard__GetMilestoneRequest *request = in;
  Onboard__Milestone *milestone;
  const struct status *status = resource_read(call, &kind_milestone, request->name, &milestone);
  if (status)
    return status;
  milestone_settle(milestone, call_now_us(call));
  *(Onboard__Milestone *)out = *milestone;
  return NULL;
}

static bool keep(const void *message, void *context) {
  struct due_filter *filter = context;
  const Onboard__Milestone *milestone = message;
  return due_filter_keeps(filter, message, milestone->due_time,
                          (int)milestone_state_at(milestone, filter->now_us));
}

const struct status *milestone_list(struct call *call, const void *in, void *out) {
  const Onboard__ListMilestonesRequest *request = in;
  Onboard__ListMilestonesResponse *response = out;
  struct list_page page;
  static const char *const fields[] = {"title", NULL};
  const struct text_filter text = text_filter_of(call, request->text, fields);
  struct due_filter filter = due_filter_of(call, (int)request->state, request->due_before, &text);
  const struct due_query query = {
      .kind = &kind_milestone,
      .parent = request->parent,
      .owner = request->owner,
      .filter = &filter,
      .keep = keep,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  const struct status *status = due_list(call, &query, &page);
  if (status)
    return status;
  for (size_t i = 0; i < page.count; i++)
    milestone_settle(page.messages[i], filter.now_us);
  resource_page(response, &page);
  return NULL;
}

/* ---- verbs ---- */

/* As commitments: what time has changed is recorded first, then the handler runs again. */
static const struct status *open_milestone(struct call *call, const char *name, const char *etag,
                                           Onboard__Milestone **out, Onboard__Plan **plan) {
  const struct status *status = resource_load(call, &kind_milestone, name, etag, out);
  if (!status)
    status = plan_unclosed(call, name, "milestones", plan);
  return status ? status : resource_settle(call, &timed_milestone, *out);
}

static const struct status *answer(struct call *call, Onboard__Milestone *milestone, const char *type,
                                   Onboard__Milestone__State was, void *out) {
  milestone_change(call_txn(call), milestone, type, 0, was);
  *(Onboard__Milestone *)out = *milestone;
  return txn_commit(call_txn(call), out);
}

const struct status *milestone_report(struct call *call, const void *in, void *out) {
  const Onboard__ClaimMilestoneRequest *request = in;
  struct act act = act_of(call);
  Onboard__Milestone *milestone;
  Onboard__Plan *plan;
  struct status *invalid = NULL;
  if (!moment_check_past(act.arena, &invalid, "achieve_time", request->achieve_time, act.now_us))
    return invalid;
  const struct status *status = open_milestone(call, request->name, request->etag, &milestone, &plan);
  if (status)
    return status;
  Onboard__Milestone__State was = milestone->state;
  status = milestone_claim(&act, milestone, request->evidence, request->achieve_time, plan_deemed_us(plan));
  return status ? status : answer(call, milestone, "milestone.claimed", was, out);
}

const struct status *milestone_accept(struct call *call, const void *in, void *out) {
  const Onboard__ConfirmMilestoneRequest *request = in;
  struct act act = act_of(call);
  Onboard__Milestone *milestone;
  Onboard__Plan *plan;
  const struct status *status = open_milestone(call, request->name, request->etag, &milestone, &plan);
  if (status)
    return status;
  Onboard__Milestone__State was = milestone->state;
  status = milestone_confirm(&act, milestone);
  return status ? status : answer(call, milestone, "milestone.achieved", was, out);
}

const struct status *milestone_decline(struct call *call, const void *in, void *out) {
  const Onboard__RejectMilestoneRequest *request = in;
  struct act act = act_of(call);
  Onboard__Milestone *milestone;
  Onboard__Plan *plan;
  const struct status *status = open_milestone(call, request->name, request->etag, &milestone, &plan);
  if (status)
    return status;
  Onboard__Milestone__State was = milestone->state;
  status = milestone_reject(&act, milestone, request->reason);
  return status ? status : answer(call, milestone, "milestone.rejected", was, out);
}
