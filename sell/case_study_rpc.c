#include "sell/case_study.h"

#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/message/mask.h"
#include "runtime/message/validate.h"
#include "runtime/rpc/resource.h"
#include "sell/account.h"

#include "entente/sell/v1/case_study_service.pb-c.h"

static const struct status *finish(struct call *call, const Sell__CaseStudy *study, void *out) {
  *(Sell__CaseStudy *)out = *study;
  return txn_commit(call_txn(call), out);
}

static const struct status *change(struct call *call, Sell__CaseStudy *study, const char *type, void *out) {
  resource_change(call_txn(call), &kind_case_study, study, type);
  return finish(call, study, out);
}

/* A study for a change, and the opportunity that it tells of. */
static const struct status *load(struct call *call, const char *name, const char *etag,
                                 Sell__CaseStudy **study, Sell__Opportunity **opportunity) {
  const struct status *status = resource_load(call, &kind_case_study, name, etag, study);
  return status ? status : joint_find(call, name, (*study)->opportunity, opportunity);
}

/* A published study counts in the month of publication, until it is taken back. */
static void count_published(struct record *record, const Sell__CaseStudy *study, int64_t amount) {
  txn_count(record, "case_studies.published", TYPE__PARTY__PARTY_UNSPECIFIED,
            timestamp_us(study->publish_time, 0), amount);
}

const struct status *case_study_create(struct call *call, const void *in, void *out) {
  const Sell__CreateCaseStudyRequest *request = in;
  Sell__CaseStudy *study = request->case_study;
  struct act act = act_of(call);
  Sell__Opportunity *opportunity;
  const struct status *status = partnership_open(call, request->parent);
  if (!status)
    status = resource_name(call, &kind_case_study, request->parent, "caseStudies", request->case_study_id,
                           &study->name);
  if (!status)
    status = joint_find(call, study->name, study->opportunity, &opportunity);
  if (!status)
    status = case_study_draft(&act, study, opportunity);
  return status ? status : change(call, study, "case_study.drafted", out);
}

const struct status *case_study_get(struct call *call, const void *in, void *out) {
  const Sell__GetCaseStudyRequest *request = in;
  return resource_get(call, &kind_case_study, request->name, out);
}

static bool awaits(const Sell__CaseStudy *study, Type__Party party) {
  return study->state == SELL__CASE_STUDY__STATE__STATE_DRAFT &&
         !(party == TYPE__PARTY__PARTY_VENDOR ? study->vendor_approve_time : study->partner_approve_time);
}

static bool keep(const void *message, void *context) {
  const Sell__ListCaseStudiesRequest *request = context;
  const Sell__CaseStudy *study = message;
  return (text_empty(request->opportunity) || text_equal(study->opportunity, request->opportunity)) &&
         (!request->awaits_party || awaits(study, request->awaits_party));
}

const struct status *case_study_list(struct call *call, const void *in, void *out) {
  const Sell__ListCaseStudiesRequest *request = in;
  Sell__ListCaseStudiesResponse *response = out;
  struct list_page page;
  const char *state =
      request->state ? state_name(&sell__case_study__state__descriptor, (int)request->state) : "";
  const struct list_query query = {
      .kind = &kind_case_study,
      .index = request->state ? "state" : "new",
      .partition = arena_printf(call_arena(call), "%s|%s", request->parent, state),
      .scope = request->parent,
      .descending = true,
      .page_size = request->page_size,
      .page_token = request->page_token,
      .keep = keep,
      .context = (void *)request,
  };
  const char *filters =
      arena_printf(call_arena(call), "%d|%s", (int)request->awaits_party, request->opportunity);
  const struct status *status = resource_list(call, query, filters, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

/* ---- verbs ---- */

const struct status *case_study_patch(struct call *call, const void *in, void *out) {
  const Sell__UpdateCaseStudyRequest *request = in;
  const Sell__CaseStudy *wanted = request->case_study;
  struct act act = act_of(call);
  Sell__CaseStudy *current;
  const struct status *status = resource_load(call, &kind_case_study, wanted->name, wanted->etag, &current);
  if (status)
    return status;
  Sell__CaseStudy *after = (Sell__CaseStudy *)message_copy(act.arena, &current->base);
  Sell__CaseStudy given = *wanted;
  given.name = current->name;
  given.etag = current->etag;
  status = mask_apply(act.arena, request->update_mask ? request->update_mask->paths : NULL,
                      request->update_mask ? request->update_mask->n_paths : 0, &given.base, &after->base);
  if (!status)
    status = case_study_update(&act, current, after);
  if (status)
    return status;
  if (!case_study_differs(current, after))
    return finish(call, current, out);
  return change(call, after, "case_study.updated", out);
}

const struct status *case_study_record_consent(struct call *call, const void *in, void *out) {
  const Sell__RecordCaseStudyConsentRequest *request = in;
  struct act act = act_of(call);
  Sell__CaseStudy *study;
  const struct status *status = resource_load(call, &kind_case_study, request->name, request->etag, &study);
  if (!status)
    status = case_study_consent(&act, study, request->consent);
  return status ? status : change(call, study, "case_study.consented", out);
}

const struct status *case_study_sign(struct call *call, const void *in, void *out) {
  const Sell__ApproveCaseStudyRequest *request = in;
  struct act act = act_of(call);
  Sell__CaseStudy *study;
  Sell__Opportunity *opportunity;
  bool changed;
  const struct status *status = load(call, request->name, request->etag, &study, &opportunity);
  if (!status)
    status = case_study_approve(&act, study, opportunity, &changed);
  if (status)
    return status;
  return changed ? change(call, study, "case_study.approved", out) : finish(call, study, out);
}

const struct status *case_study_show(struct call *call, const void *in, void *out) {
  const Sell__PublishCaseStudyRequest *request = in;
  struct act act = act_of(call);
  Sell__CaseStudy *study;
  Sell__Opportunity *opportunity;
  const struct status *status = load(call, request->name, request->etag, &study, &opportunity);
  if (!status)
    status = case_study_publish(&act, study, opportunity, request->url);
  if (status)
    return status;
  count_published(resource_change(call_txn(call), &kind_case_study, study, "case_study.published"), study, 1);
  return finish(call, study, out);
}

const struct status *case_study_take_back(struct call *call, const void *in, void *out) {
  const Sell__WithdrawCaseStudyRequest *request = in;
  struct act act = act_of(call);
  Sell__CaseStudy *study;
  const struct status *status = resource_load(call, &kind_case_study, request->name, request->etag, &study);
  if (!status)
    status = case_study_withdraw(&act, study, request->reason);
  if (status)
    return status;
  struct record *record = resource_change(call_txn(call), &kind_case_study, study, "case_study.withdrawn");
  if (study->publish_time)
    count_published(record, study, -1);
  return finish(call, study, out);
}
