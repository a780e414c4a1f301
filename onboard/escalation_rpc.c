#include "onboard/escalation.h"
#include "onboard/govern.h"
#include "onboard/handler.h"
#include "runtime/base/fold.h"
#include "runtime/base/moment.h"
#include "runtime/base/text.h"

#include "entente/onboard/v1/escalation_service.pb-c.h"

static const struct status *answer(struct call *call, Onboard__Escalation *escalation, const char *type,
                                   Onboard__Escalation__State was, void *out) {
  escalation_change(call_txn(call), escalation, type, 0, was);
  *(Onboard__Escalation *)out = *escalation;
  return txn_commit(call_txn(call), out);
}

/* ---- raise, read ---- */

const struct status *escalation_create(struct call *call, const void *in, void *out) {
  const Onboard__CreateEscalationRequest *request = in;
  Onboard__Escalation *escalation = request->escalation;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__GovernanceBody *body = NULL;
  const struct status *status = escalation_check_id(act.arena, request->escalation_id);
  if (!status)
    status = escalation_check(act.arena, escalation, request->parent);
  if (!status)
    status = partnership_open(call, request->parent, "CREATE_ESCALATION", &partnership);
  if (!status)
    status = resource_name(call, &kind_escalation, request->parent, "escalations", request->escalation_id,
                           &escalation->name);
  if (!status)
    status = govern_hold(call, partnership, &body);
  if (status)
    return status;
  if (!body) {
    struct status *refusal =
        call_fail(call, CODE_FAILED_PRECONDITION, "NO_GOVERNANCE_BODY",
                  "%s has no governance body, and so no ladder to climb", request->parent);
    status_add_metadata(act.arena, refusal, "partnership", request->parent);
    return refusal;
  }
  escalation_start(&act, escalation, governance_levels(act.arena, body), act.now_us);
  return answer(call, escalation, "escalation.raised", ONBOARD__ESCALATION__STATE__STATE_UNSPECIFIED, out);
}

const struct status *escalation_get(struct call *call, const void *in, void *out) {
  const Onboard__GetEscalationRequest *request = in;
  Onboard__Escalation *escalation;
  const struct status *status = resource_read(call, &kind_escalation, request->name, &escalation);
  if (status)
    return status;
  escalation_settle(call_arena(call), escalation, call_now_us(call));
  *(Onboard__Escalation *)out = *escalation;
  return NULL;
}

/* What a list asks for. */
struct escalation_filter {
  struct arena *arena; /* each escalation is settled to the moment before it is looked at */
  Onboard__Escalation__State state;
  Onboard__EscalationTrigger trigger;
  const char *owner;
  int64_t before_us;
  const char *folded;
  int64_t now_us;
};

static bool has_text(const struct escalation_filter *filter, const Onboard__Escalation *escalation) {
  const char *resolution = escalation->resolution ? escalation->resolution->text : "";
  return text_folded_contains(filter->arena, escalation->title, filter->folded) ||
         text_folded_contains(filter->arena, escalation->description, filter->folded) ||
         text_folded_contains(filter->arena, resolution, filter->folded);
}

static bool keep(const void *message, void *context) {
  const struct escalation_filter *filter = context;
  Onboard__Escalation *escalation = (Onboard__Escalation *)message;
  escalation_settle(filter->arena, escalation, filter->now_us);
  bool due = filter->before_us == INT64_MAX ||
             (escalation->due_time && moment_us(escalation->due_time) < filter->before_us);
  return due && (!filter->state || escalation->state == filter->state) &&
         (!filter->trigger || escalation->trigger == filter->trigger) &&
         (text_empty(filter->owner) || escalation_is_owned_at(escalation, filter->owner, filter->now_us)) &&
         has_text(filter, escalation);
}

const struct status *escalation_list(struct call *call, const void *in, void *out) {
  const Onboard__ListEscalationsRequest *request = in;
  Onboard__ListEscalationsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct list_page page;
  struct escalation_filter filter = {
      .arena = arena,
      .state = request->state,
      .trigger = request->trigger,
      .owner = request->owner,
      .before_us = timestamp_us(request->due_before, INT64_MAX),
      .folded = text_fold(arena, request->text),
      .now_us = call_now_us(call),
  };
  const struct status *status =
      resource_list(call,
                    (struct list_query){
                        .kind = &kind_escalation,
                        .index = "raise",
                        .partition = arena_printf(arena, "%s|", request->parent),
                        .page_size = request->page_size,
                        .page_token = request->page_token,
                        .keep = keep,
                        .context = &filter,
                    },
                    arena_printf(arena, "%d|%d|%s|%lld|%s", (int)filter.state, (int)filter.trigger,
                                 filter.owner, (long long)filter.before_us, filter.folded),
                    &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

/* ---- verbs ---- */

const struct status *escalation_raise(struct call *call, const void *in, void *out) {
  const Onboard__AdvanceEscalationRequest *request = in;
  struct act act = act_of(call);
  Onboard__Escalation *escalation;
  const struct status *status =
      resource_open(call, &timed_escalation, request->name, request->etag, &escalation);
  if (!status)
    status = escalation_advance(&act, escalation, request->reason);
  return status ? status : answer(call, escalation, "escalation.advanced", escalation->state, out);
}

const struct status *escalation_offer(struct call *call, const void *in, void *out) {
  const Onboard__ProposeResolutionRequest *request = in;
  struct act act = act_of(call);
  Onboard__Escalation *escalation;
  const struct status *status =
      resource_open(call, &timed_escalation, request->name, request->etag, &escalation);
  if (!status)
    status = escalation_propose(&act, escalation, request->resolution);
  return status ? status : answer(call, escalation, "escalation.resolution_proposed", escalation->state, out);
}

const struct status *escalation_accept(struct call *call, const void *in, void *out) {
  const Onboard__ConfirmResolutionRequest *request = in;
  struct act act = act_of(call);
  Onboard__Escalation *escalation;
  const struct status *status =
      resource_open(call, &timed_escalation, request->name, request->etag, &escalation);
  if (!status)
    status = escalation_confirm(&act, escalation, !text_empty(request->etag));
  return status ? status : answer(call, escalation, "escalation.resolved", escalation->state, out);
}

const struct status *escalation_decline(struct call *call, const void *in, void *out) {
  const Onboard__RejectResolutionRequest *request = in;
  struct act act = act_of(call);
  Onboard__Escalation *escalation;
  const struct status *status =
      resource_open(call, &timed_escalation, request->name, request->etag, &escalation);
  if (!status)
    status = escalation_reject(&act, escalation, request->reason);
  return status ? status : answer(call, escalation, "escalation.resolution_rejected", escalation->state, out);
}
