#include "onboard/handler.h"
#include "onboard/qualification.h"
#include "runtime/base/name.h"

#include "entente/onboard/v1/qualification_service.pb-c.h"

/* What the party answered before, so that an etag can be compared and a second submission at once is lost. */
static const struct status *load_earlier(struct call *call,
                                         const Onboard__SubmitQualificationRequest *request,
                                         Onboard__Qualification *qualification) {
  Onboard__Qualification *earlier;
  const struct status *status = txn_get(call_txn(call), &kind_qualification, qualification->name, &earlier);
  if (!status)
    status = call_check_etag(call, request->etag, earlier ? earlier->etag : "");
  if (!status && earlier)
    qualification->create_time = earlier->create_time;
  return status;
}

const struct status *qualification_answer(struct call *call, const void *in, void *out) {
  const Onboard__SubmitQualificationRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__Qualification *qualification = request->qualification;
  const struct status *status = partnership_open(call, request->parent, "SUBMIT_QUALIFICATION", &partnership);
  if (!status)
    status = qualification_check(act.arena, qualification, partnership);
  if (status)
    return status;
  qualification->name = name_child(act.arena, request->parent, "qualifications", qualification_id(act.party));
  status = load_earlier(call, request, qualification);
  if (status)
    return status;
  qualification_submit(&act, qualification);
  return resource_answer(call, &kind_qualification, qualification, "qualification.submitted", out);
}

const struct status *qualification_get(struct call *call, const void *in, void *out) {
  const Onboard__GetQualificationRequest *request = in;
  Onboard__Qualification *qualification;
  const struct status *status = resource_read(call, &kind_qualification, request->name, &qualification);
  if (!status)
    *(Onboard__Qualification *)out = *qualification;
  return status;
}

const struct status *qualification_list(struct call *call, const void *in, void *out) {
  const Onboard__ListQualificationsRequest *request = in;
  Onboard__ListQualificationsResponse *response = out;
  struct list_page page;
  const struct status *status = resource_list(call,
                                              (struct list_query){
                                                  .kind = &kind_qualification,
                                                  .partition = request->parent,
                                                  .page_size = request->page_size,
                                                  .page_token = request->page_token,
                                              },
                                              "", &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}
