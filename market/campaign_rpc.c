#include "market/campaign.h"

#include "market/kinds.h"
#include "market/service.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/message/mask.h"
#include "runtime/rpc/resource.h"

#include "entente/market/v1/campaign_service.pb-c.h"

const struct status *campaign_get(struct call *call, const void *in, void *out) {
  const Market__GetCampaignRequest *request = in;
  Market__Campaign *campaign;
  const struct status *status = resource_read(call, &kind_campaign, request->name, &campaign);
  if (!status) {
    *(Market__Campaign *)out = *campaign;
  }
  return status;
}

const struct status *campaign_list(struct call *call, const void *in, void *out) {
  const Market__ListCampaignsRequest *request = in;
  Market__ListCampaignsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct list_page page;
  const struct status *status =
      resource_list(call,
                    (struct list_query){.kind = &kind_campaign,
                                        .index = "list",
                                        .scope = request->parent,
                                        .partition = partition_campaigns(
                                            arena, request->parent, (int)request->party, (int)request->state),
                                        .page_size = request->page_size,
                                        .page_token = request->page_token},
                    "", &page);
  if (status) {
    return status;
  }
  resource_page(response, &page);
  return NULL;
}

/* Puts and records. */
static struct record *put_campaign(struct call *call, Market__Campaign *campaign, const char *type,
                                   int64_t occur_us) {
  struct txn *txn = call_txn(call);
  txn_put(txn, &kind_campaign, campaign);
  return txn_record(txn, &(struct record_facts){.type = type, .payload = campaign, .occur_us = occur_us});
}

static const struct status *answer(struct call *call, const Market__Campaign *campaign, void *out) {
  *(Market__Campaign *)out = *campaign;
  return txn_commit(call_txn(call), out);
}

static const struct status *read_for_verb(struct call *call, const char *name, const char *etag,
                                          Market__Campaign **campaign) {
  const struct status *status = resource_load(call, &kind_campaign, name, NULL, campaign);
  return status ? status : call_check_etag(call, etag, (*campaign)->etag);
}

const struct status *campaign_create(struct call *call, const void *in, void *out) {
  const Market__CreateCampaignRequest *request = in;
  Market__Campaign *campaign = request->campaign;
  const Onboard__Partnership *partnership;
  const struct status *status = directory_partnership_going_on(call_txn(call), request->parent, &partnership);
  if (!status) {
    status = resource_name(call, &kind_campaign, request->parent, "campaigns", request->campaign_id,
                           &campaign->name);
  }
  if (!status) {
    status = campaign_apply_create(call_arena(call), campaign, call_party(call));
  }
  if (status) {
    return status;
  }
  put_campaign(call, campaign, "campaign.planned", 0);
  return answer(call, campaign, out);
}

const struct status *campaign_update(struct call *call, const void *in, void *out) {
  const Market__UpdateCampaignRequest *request = in;
  struct arena *arena = call_arena(call);
  Market__Campaign *campaign;
  const struct status *status = read_for_verb(call, request->campaign->name, request->etag, &campaign);
  if (!status) {
    status = campaign_apply(arena, campaign, call_party(call), CAMPAIGN_UPDATE);
  }
  if (!status) {
    Google__Protobuf__FieldMask *mask = request->update_mask;
    status = mask_apply(arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0, &request->campaign->base,
                        &campaign->base);
  }
  if (!status) {
    status = campaign_check(arena, campaign);
  }
  if (status) {
    return status;
  }
  put_campaign(call, campaign, "campaign.changed", 0);
  return answer(call, campaign, out);
}

/* A verb without facts of its own. */
static const struct status *apply_simple(struct call *call, const char *name, const char *etag,
                                         enum campaign_action action, const char *type, void *out) {
  Market__Campaign *campaign;
  const struct status *status = read_for_verb(call, name, etag, &campaign);
  if (!status) {
    status = campaign_apply(call_arena(call), campaign, call_party(call), action);
  }
  if (status) {
    return status;
  }
  put_campaign(call, campaign, type, 0);
  return answer(call, campaign, out);
}

const struct status *campaign_open(struct call *call, const void *in, void *out) {
  const Market__OpenCampaignRequest *request = in;
  return apply_simple(call, request->name, request->etag, CAMPAIGN_OPEN, "campaign.opened", out);
}

const struct status *campaign_close(struct call *call, const void *in, void *out) {
  const Market__CloseCampaignRequest *request = in;
  return apply_simple(call, request->name, request->etag, CAMPAIGN_CLOSE, "campaign.closed", out);
}

const struct status *campaign_hold(struct call *call, const void *in, void *out) {
  const Market__HoldCampaignRequest *request = in;
  Market__Campaign *campaign;
  const struct status *status = read_for_verb(call, request->name, request->etag, &campaign);
  if (!status) {
    status = campaign_apply_hold(call_arena(call), campaign, call_party(call),
                                 timestamp_us(request->hold_time, INT64_MIN), request->registrations,
                                 request->attendance, call_now_us(call));
  }
  if (status) {
    return status;
  }
  struct record *record = put_campaign(call, campaign, "campaign.held", timestamp_us(campaign->hold_time, 0));
  txn_count(record, "campaigns.held", TYPE__PARTY__PARTY_UNSPECIFIED, 0, 1);
  return answer(call, campaign, out);
}

const struct status *campaign_cancel(struct call *call, const void *in, void *out) {
  const Market__CancelCampaignRequest *request = in;
  Market__Campaign *campaign;
  const struct status *status = read_for_verb(call, request->name, request->etag, &campaign);
  if (!status) {
    status = campaign_apply_cancel(call_arena(call), campaign, call_party(call), request->reason);
  }
  if (status) {
    return status;
  }
  put_campaign(call, campaign, "campaign.cancelled", 0);
  return answer(call, campaign, out);
}

const struct status *campaign_record_results(struct call *call, const void *in, void *out) {
  const Market__RecordCampaignResultsRequest *request = in;
  Market__Campaign *campaign;
  const struct status *status = read_for_verb(call, request->name, request->etag, &campaign);
  if (!status) {
    status = campaign_apply_results(call_arena(call), campaign, call_party(call), request->registrations,
                                    request->attendance);
  }
  if (status) {
    return status;
  }
  put_campaign(call, campaign, "campaign.results_recorded", 0);
  return answer(call, campaign, out);
}
