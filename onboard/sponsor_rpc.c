#include "onboard/govern.h"
#include "onboard/handler.h"
#include "onboard/sponsor.h"
#include "runtime/base/name.h"
#include "runtime/message/mask.h"

#include "entente/onboard/v1/sponsor_service.pb-c.h"

const struct status *sponsor_create(struct call *call, const void *in, void *out) {
  const Onboard__CreateSponsorRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__Sponsor *sponsor = request->sponsor;
  const struct status *status = partnership_open(call, request->parent, "CREATE_SPONSOR", &partnership);
  if (!status)
    status =
        resource_name(call, &kind_sponsor, request->parent, "sponsors", request->sponsor_id, &sponsor->name);
  if (status)
    return status;
  sponsor_name(&act, sponsor, NULL);
  return resource_answer(call, &kind_sponsor, sponsor, "sponsor.named", out);
}

const struct status *sponsor_get(struct call *call, const void *in, void *out) {
  const Onboard__GetSponsorRequest *request = in;
  Onboard__Sponsor *sponsor;
  const struct status *status = resource_read(call, &kind_sponsor, request->name, &sponsor);
  if (!status)
    *(Onboard__Sponsor *)out = *sponsor;
  return status;
}

const struct status *sponsor_list(struct call *call, const void *in, void *out) {
  const Onboard__ListSponsorsRequest *request = in;
  Onboard__ListSponsorsResponse *response = out;
  struct arena *arena = call_arena(call);
  static const char *const fields[] = {"person_name", "title", "email", NULL};
  struct text_filter filter = text_filter_of(call, request->text, fields);
  struct list_page page;
  const char *above = request->parent;
  if (request->party)
    above = arena_printf(arena, "%s|%s", request->parent, party_name(request->party));
  const char *state =
      request->state ? state_name(&onboard__sponsor__state__descriptor, (int)request->state) : "";
  const char *partition = arena_printf(arena, "%s|%s", above, state);
  const struct status *status = resource_list(call,
                                              (struct list_query){
                                                  .kind = &kind_sponsor,
                                                  .index = "party",
                                                  .partition = partition,
                                                  .page_size = request->page_size,
                                                  .page_token = request->page_token,
                                                  .keep = text_filter_keeps,
                                                  .context = &filter,
                                              },
                                              filter.folded, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

const struct status *sponsor_update(struct call *call, const void *in, void *out) {
  const Onboard__UpdateSponsorRequest *request = in;
  const Google__Protobuf__FieldMask *mask = request->update_mask;
  struct act act = act_of(call);
  Onboard__Sponsor *sponsor;
  const struct status *status =
      resource_load(call, &kind_sponsor, request->sponsor->name, request->etag, &sponsor);
  if (!status)
    status = sponsor_edit(&act, sponsor);
  if (!status)
    status = mask_apply(act.arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0,
                        &request->sponsor->base, &sponsor->base);
  if (!status)
    status = govern_sponsor(call, sponsor);
  return status ? status : resource_answer(call, &kind_sponsor, sponsor, "sponsor.updated", out);
}

const struct status *sponsor_take_up(struct call *call, const void *in, void *out) {
  const Onboard__ActivateSponsorRequest *request = in;
  struct act act = act_of(call);
  Onboard__Sponsor *sponsor;
  const struct status *status = resource_load(call, &kind_sponsor, request->name, request->etag, &sponsor);
  if (!status)
    status = sponsor_activate(&act, sponsor);
  if (!status)
    status = govern_sponsor(call, sponsor);
  return status ? status : resource_answer(call, &kind_sponsor, sponsor, "sponsor.activated", out);
}

const struct status *sponsor_leave(struct call *call, const void *in, void *out) {
  const Onboard__VacateSponsorRequest *request = in;
  struct act act = act_of(call);
  Onboard__Sponsor *sponsor;
  const struct status *status = resource_load(call, &kind_sponsor, request->name, request->etag, &sponsor);
  if (!status)
    status = sponsor_vacate(&act, sponsor, request->reason, NULL);
  if (!status)
    status = govern_sponsor(call, sponsor);
  return status ? status : resource_answer(call, &kind_sponsor, sponsor, "sponsor.vacated", out);
}

const struct status *sponsor_replace(struct call *call, const void *in, void *out) {
  const Onboard__ReplaceSponsorRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__Sponsor *leaving, *next = request->sponsor;
  const struct status *status = partnership_open(call, request->name, "REPLACE_SPONSOR", &partnership);
  if (!status)
    status = resource_load(call, &kind_sponsor, request->name, request->etag, &leaving);
  if (!status)
    status =
        resource_name(call, &kind_sponsor, partnership->name, "sponsors", request->sponsor_id, &next->name);
  if (!status)
    status = sponsor_vacate(&act, leaving, request->reason, next->name);
  if (!status)
    status = govern_sponsor(call, leaving);
  if (status)
    return status;
  sponsor_name(&act, next, leaving);
  resource_change(call_txn(call), &kind_sponsor, leaving, "sponsor.vacated");
  return resource_answer(call, &kind_sponsor, next, "sponsor.named", out);
}
