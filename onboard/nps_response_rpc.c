#include "onboard/handler.h"
#include "onboard/nps_response.h"
#include "runtime/base/moment.h"
#include "runtime/base/text.h"

#include "entente/onboard/v1/nps_response_service.pb-c.h"

/* Adds a response to the counters of its month, or takes it back with `amount` -1. */
static void count(struct record *record, const Onboard__NpsResponse *response, int64_t amount) {
  int64_t when = moment_us(response->respond_time);
  txn_count(record, "nps.responses", response->party, when, amount);
  if (nps_is_promoter(response))
    txn_count(record, "nps.promoters", response->party, when, amount);
  if (nps_is_detractor(response))
    txn_count(record, "nps.detractors", response->party, when, amount);
}

/* The responses of the same respondent in the same quarter. */
static const struct status *load_earlier(struct call *call, const char *partnership,
                                         const Onboard__NpsResponse *response, int64_t when_us, char **series,
                                         struct list_page *page) {
  struct arena *arena = call_arena(call);
  *series = nps_series(arena, call_principal(call)->party, response->respondent, when_us);
  return resource_all(call_txn(call), &kind_nps_response, "series",
                      arena_printf(arena, "%s|%s", partnership, *series), page);
}

const struct status *nps_response_record(struct call *call, const void *in, void *out) {
  const Onboard__RecordNpsResponseRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__NpsResponse *response = request->nps_response;
  struct list_page page;
  char *series;
  struct status *invalid = NULL;
  if (!moment_check_past(act.arena, &invalid, "nps_response.respond_time", response->respond_time,
                         act.now_us))
    return invalid;
  const struct status *status = partnership_open(call, request->parent, "RECORD_NPS_RESPONSE", &partnership);
  if (!status)
    status = load_earlier(call, request->parent, response, timestamp_us(response->respond_time, act.now_us),
                          &series, &page);
  Onboard__NpsResponse *const *earlier = status ? NULL : (Onboard__NpsResponse **)page.messages;
  if (!status)
    status = nps_start(&act, response, earlier, page.count);
  /* The id follows from the series and the number in it, so that of two who record the next one at once only
   * one can: the other runs again and sees it. */
  if (!status)
    status = resource_name(call, &kind_nps_response, request->parent, "npsResponses",
                           arena_printf(act.arena, "%s-%d", series, response->sequence), &response->name);
  if (status)
    return status == NULL || status->code != CODE_ALREADY_EXISTS ? status : &status_lost_race;
  const Onboard__NpsResponse *counted = nps_counted(earlier, page.count);
  Onboard__NpsResponse *pair[2] = {(Onboard__NpsResponse *)counted, response};
  txn_put(call_txn(call), &kind_nps_response, response);
  struct record *record = txn_record(call_txn(call), &(struct record_facts){
                                                         .type = "nps_response.recorded",
                                                         .payload = response,
                                                         .occur_us = moment_us(response->respond_time),
                                                         .private_to = act.party,
                                                     });
  if (!counted || nps_counted(pair, 2) == response) {
    if (counted)
      count(record, counted, -1);
    count(record, response, 1);
  }
  *(Onboard__NpsResponse *)out = *response;
  return txn_commit(call_txn(call), out);
}

const struct status *nps_response_get(struct call *call, const void *in, void *out) {
  const Onboard__GetNpsResponseRequest *request = in;
  Onboard__NpsResponse *response;
  const struct status *status = resource_read(call, &kind_nps_response, request->name, &response);
  if (status)
    return status;
  if (response->party != call_principal(call)->party)
    return call_not_found(call, request->name);
  *(Onboard__NpsResponse *)out = *response;
  return NULL;
}

const struct status *nps_response_list(struct call *call, const void *in, void *out) {
  const Onboard__ListNpsResponsesRequest *request = in;
  Onboard__ListNpsResponsesResponse *response = out;
  struct list_page page;
  const char *partition =
      arena_printf(call_arena(call), "%s|%s", request->parent, party_name(call_principal(call)->party));
  const struct status *status = resource_list(call,
                                              (struct list_query){
                                                  .kind = &kind_nps_response,
                                                  .index = "time",
                                                  .partition = partition,
                                                  .page_size = request->page_size,
                                                  .page_token = request->page_token,
                                              },
                                              partition, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}
