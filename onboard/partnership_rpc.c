#include "onboard/ending.h"
#include "onboard/govern.h"
#include "onboard/handler.h"
#include "onboard/organization.h"
#include "onboard/stage.h"
#include "onboard/timed.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/message/mask.h"

/* ---- create, read, update ---- */

static const struct status *refuse_partner(struct call *call, const char *organization, const char *reason,
                                           const char *text) {
  struct status *status = call_fail(call, CODE_FAILED_PRECONDITION, reason, "%s %s", organization, text);
  status_add_metadata(call_arena(call), status, "organization", organization);
  return status;
}

/* Makes the partner's organization count one more open partnership. */
static const struct status *engage(struct call *call, const char *parent, const char *name) {
  struct act act = act_of(call);
  Onboard__Organization *organization;
  if (!text_equal(name_vendor(act.arena, name), parent))
    return refuse_partner(call, name, "ORGANIZATION_UNKNOWN", "is not an organization of this vendor");
  const struct status *status = txn_get(call_txn(call), &kind_organization, name, &organization);
  if (status)
    return status;
  if (!organization)
    return refuse_partner(call, name, "ORGANIZATION_UNKNOWN", "does not exist");
  if (organization->state == ONBOARD__ORGANIZATION__STATE__STATE_HISTORICAL)
    return refuse_partner(call, name, "ORGANIZATION_HISTORICAL", "was retired; reinstate it first");
  status = organization_apply(&act, organization, ORGANIZATION_ENGAGE);
  if (!status)
    resource_change(call_txn(call), &kind_organization, organization, "organization.engaged");
  return status;
}

const struct status *partnership_create(struct call *call, const void *in, void *out) {
  const Onboard__CreatePartnershipRequest *request = in;
  Onboard__Partnership *partnership = request->partnership;
  const struct status *status = partnership_check(call_arena(call), partnership);
  if (!status)
    status = resource_name(call, &kind_partnership, request->parent, "partnerships", request->partnership_id,
                           &partnership->name);
  if (!status)
    status = engage(call, request->parent, partnership->partner_organization);
  if (status)
    return status;
  partnership_start(partnership);
  return resource_answer(call, &kind_partnership, partnership, "partnership.created", out);
}

const struct status *partnership_get(struct call *call, const void *in, void *out) {
  const Onboard__GetPartnershipRequest *request = in;
  Onboard__Partnership *partnership;
  const struct status *status = resource_read(call, &kind_partnership, request->name, &partnership);
  if (status)
    return status;
  end_offer_settle(call_arena(call), partnership, call_now_us(call));
  *(Onboard__Partnership *)out = *partnership;
  return NULL;
}

/* Whose partnerships a list reads: the vendor's, or those with one organization. A partner's user gets those
 * of the own one, and nothing when asking for another. NULL: nothing. */
static const char *listed(struct call *call, const Onboard__ListPartnershipsRequest *request) {
  const struct principal *principal = call_principal(call);
  const char *wanted = request->partner_organization;
  /* Vendors share buckets: another vendor's organization must not become a partition to read. */
  if (!text_empty(wanted) && !text_equal(name_vendor(call_arena(call), wanted), request->parent))
    return NULL;
  if (principal->party != TYPE__PARTY__PARTY_PARTNER)
    return text_empty(wanted) ? request->parent : wanted;
  const char *own =
      arena_printf(call_arena(call), "%s/organizations/%s", request->parent, principal->organization);
  return text_empty(wanted) || text_equal(wanted, own) ? own : NULL;
}

const struct status *partnership_list(struct call *call, const void *in, void *out) {
  const Onboard__ListPartnershipsRequest *request = in;
  Onboard__ListPartnershipsResponse *response = out;
  struct arena *arena = call_arena(call);
  static const char *const fields[] = {"display_name", "partner_organization", NULL};
  struct text_filter filter = text_filter_of(call, request->text, fields);
  struct list_page page;
  const char *above = listed(call, request);
  if (!above)
    return NULL;
  const char *state =
      request->state ? state_name(&onboard__partnership__state__descriptor, (int)request->state) : "";
  const char *partition = arena_printf(arena, "%s|%s", above, state);
  const struct status *status = resource_list(call,
                                              (struct list_query){
                                                  .kind = &kind_partnership,
                                                  .index = "state",
                                                  .partition = partition,
                                                  .scope = request->parent,
                                                  .page_size = request->page_size,
                                                  .page_token = request->page_token,
                                                  .keep = text_filter_keeps,
                                                  .context = &filter,
                                              },
                                              filter.folded, &page);
  if (status)
    return status;
  for (size_t i = 0; i < page.count; i++)
    end_offer_settle(arena, page.messages[i], call_now_us(call));
  resource_page(response, &page);
  return NULL;
}

const struct status *partnership_update(struct call *call, const void *in, void *out) {
  const Onboard__UpdatePartnershipRequest *request = in;
  const Google__Protobuf__FieldMask *mask = request->update_mask;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  const struct status *status =
      resource_open(call, &timed_partnership, request->partnership->name, request->etag, &partnership);
  if (!status)
    status = partnership_apply(&act, partnership, PARTNERSHIP_EDIT, NULL);
  if (!status)
    status = mask_apply(act.arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0,
                        &request->partnership->base, &partnership->base);
  return status ? status : resource_answer(call, &kind_partnership, partnership, "partnership.updated", out);
}

/* ---- verbs ---- */

struct verb {
  enum partnership_action action;
  const char *type;
  bool on_evidence; /* whether its guards look at plan, sponsors and reviews */
};

static const struct status *apply(struct call *call, const char *name, const char *etag,
                                  const struct verb *verb, Onboard__Partnership **out) {
  struct act act = act_of(call);
  struct evidence evidence = {0};
  const struct status *status = resource_open(call, &timed_partnership, name, etag, out);
  if (!status && verb->on_evidence)
    status = evidence_load(call_txn(call), &act, *out, &evidence);
  if (status)
    return status;
  Onboard__Partnership__State was = (*out)->state;
  status = partnership_apply(&act, *out, verb->action, &evidence);
  return status ? status : govern_partnership(call, *out, was);
}

static const struct status *apply_and_answer(struct call *call, const char *name, const char *etag,
                                             const struct verb *verb, void *out) {
  Onboard__Partnership *partnership;
  const struct status *status = apply(call, name, etag, verb, &partnership);
  return status ? status : resource_answer(call, &kind_partnership, partnership, verb->type, out);
}

const struct status *partnership_assess(struct call *call, const void *in, void *out) {
  const Onboard__AssessPartnershipRequest *request = in;
  static const struct verb verb = {PARTNERSHIP_ASSESS, "partnership.assessed", false};
  return apply_and_answer(call, request->name, request->etag, &verb, out);
}

/* What a vendor can run is counted in the same commit, so that two designations at once are not both the
 * last. */
static const struct status *take_capacity(struct call *call, const char *partnership, const char *reason) {
  struct act act = act_of(call);
  Onboard__Capacity *capacity;
  bool overridden;
  const struct status *status = capacity_load(call_txn(call), partnership, &capacity);
  if (!status)
    status = capacity_take(&act, capacity, partnership, reason, &overridden);
  if (!status)
    resource_change(call_txn(call), &kind_capacity, capacity,
                    overridden ? "capacity.overridden" : "capacity.taken");
  return status;
}

static const struct status *release_capacity(struct call *call, const char *partnership) {
  Onboard__Capacity *capacity;
  const struct status *status = capacity_load(call_txn(call), partnership, &capacity);
  if (status)
    return status;
  capacity_release(call_arena(call), capacity);
  resource_change(call_txn(call), &kind_capacity, capacity, "capacity.released");
  return NULL;
}

const struct status *partnership_designate(struct call *call, const void *in, void *out) {
  const Onboard__DesignatePartnershipRequest *request = in;
  static const struct verb verb = {PARTNERSHIP_DESIGNATE, "partnership.designated", false};
  Onboard__Partnership *partnership;
  const struct status *status = apply(call, request->name, request->etag, &verb, &partnership);
  if (!status)
    status = take_capacity(call, partnership->name, request->override_reason);
  return status ? status : resource_answer(call, &kind_partnership, partnership, verb.type, out);
}

const struct status *partnership_activate(struct call *call, const void *in, void *out) {
  const Onboard__ActivatePartnershipRequest *request = in;
  static const struct verb verb = {PARTNERSHIP_ACTIVATE, "partnership.activated", true};
  return apply_and_answer(call, request->name, request->etag, &verb, out);
}

const struct status *partnership_open_review(struct call *call, const void *in, void *out) {
  const Onboard__StartPartnershipReviewRequest *request = in;
  static const struct verb verb = {PARTNERSHIP_START_REVIEW, "partnership.review_started", false};
  return apply_and_answer(call, request->name, request->etag, &verb, out);
}

const struct status *partnership_resume(struct call *call, const void *in, void *out) {
  const Onboard__ResumePartnershipRequest *request = in;
  static const struct verb verb = {PARTNERSHIP_RESUME, "partnership.resumed", true};
  return apply_and_answer(call, request->name, request->etag, &verb, out);
}

const struct status *partnership_close_review(struct call *call, const void *in, void *out) {
  const Onboard__ConcludePartnershipReviewRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  const struct status *status =
      resource_open(call, &timed_partnership, request->name, request->etag, &partnership);
  if (status)
    return status;
  Onboard__Partnership__State was = partnership->state;
  status = partnership_conclude_review(&act, partnership, request->outcome);
  if (!status)
    status = govern_partnership(call, partnership, was);
  return status ? status
                : resource_answer(call, &kind_partnership, partnership, "partnership.review_concluded", out);
}

const struct status *partnership_end(struct call *call, const void *in, void *out) {
  const Onboard__EndPartnershipRequest *request = in;
  static const struct verb verb = {PARTNERSHIP_END, "partnership.ended", true};
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__Organization *organization;
  Onboard__ReviewClock *clock;
  const struct status *status = review_clock_load(call_txn(call), request->name, &clock);
  if (!status)
    status = apply(call, request->name, request->etag, &verb, &partnership);
  if (!status)
    status = resource_load(call, &kind_organization, partnership->partner_organization, "", &organization);
  if (!status)
    status = organization_apply(&act, organization, ORGANIZATION_RELEASE);
  if (!status && partnership->designate_time)
    status = release_capacity(call, partnership->name);
  if (status)
    return status;
  partnership->end_reason = request->reason;
  resource_change(call_txn(call), &kind_organization, organization, "organization.released");
  return resource_answer(call, &kind_partnership, partnership, verb.type, out);
}

const struct status *partnership_class(struct call *call, const void *in, void *out) {
  const Onboard__ClassifyPartnershipRequest *request = in;
  Onboard__ClassifyPartnershipResponse *response = out;
  struct act act = act_of(call);
  struct evidence evidence;
  Onboard__Partnership *partnership;
  const struct status *status =
      resource_open(call, &timed_partnership, request->name, request->etag, &partnership);
  if (!status)
    status = evidence_load(call_txn(call), &act, partnership, &evidence);
  if (!status)
    status = partnership_classify(&act, partnership, &evidence, request->classification, request->reason,
                                  response);
  if (status)
    return status;
  response->partnership = partnership;
  if (!request->validate_only)
    resource_change(call_txn(call), &kind_partnership, partnership, "partnership.classified");
  return txn_commit(call_txn(call), response);
}

const struct status *partnership_complete_stage(struct call *call, const void *in, void *out) {
  const Onboard__CompleteStageRequest *request = in;
  struct act act = act_of(call);
  struct evidence evidence;
  Onboard__Partnership *partnership;
  const struct status *status =
      resource_open(call, &timed_partnership, request->name, request->etag, &partnership);
  if (!status)
    status = evidence_load(call_txn(call), &act, partnership, &evidence);
  if (!status)
    status = stage_complete(&act, partnership, request->stage, &evidence);
  if (status)
    return status;
  if (!request->validate_only)
    return resource_answer(call, &kind_partnership, partnership, "partnership.stage_completed", out);
  *(Onboard__Partnership *)out = *partnership;
  return txn_commit(call_txn(call), out);
}
