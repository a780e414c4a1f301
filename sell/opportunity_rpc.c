#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/message/mask.h"
#include "runtime/message/validate.h"
#include "runtime/rpc/resource.h"
#include "sell/cosell.h"
#include "sell/field.h"
#include "sell/protection.h"
#include "sell/service.h"
#include "sell/tally.h"

#include <string.h>

enum { OWN_ID_MAX_BYTES = RESOURCE_ID_MAX_BYTES - sizeof "partner-" + 1 };

const struct status *occasion_of(struct call *call, const char *name, struct occasion *out) {
  *out = (struct occasion){
      .arena = call_arena(call), .now_us = call_now_us(call), .party = call_principal(call)->party};
  return directory_partnership(call_txn(call), name, &out->partnership);
}

/* Counts what a change adds. Where money counts, one of the two has an amount. */
static void change_count(struct record *record, const Sell__Opportunity *before,
                         const Sell__Opportunity *after) {
  const Type__Money *amount = after && after->amount ? after->amount : before ? before->amount : NULL;
  struct tally tallies[TALLIES_MAX];
  size_t count = tally_change(before, after, tallies);
  for (size_t i = 0; i < count; i++) {
    const struct tally *tally = &tallies[i];
    if (tally->money)
      txn_count_money(record, tally->counter, tally->party, tally->when_us, amount->currency_code,
                      tally->amount);
    else
      txn_count(record, tally->counter, tally->party, tally->when_us, tally->amount);
  }
}

void opportunity_record(struct txn *txn, const struct opportunity_step *step) {
  struct record *record = txn_record(txn, &(struct record_facts){
                                              .type = step->type,
                                              .payload = step->after,
                                              .occur_us = step->occur_us,
                                              .private_to = opportunity_private_to(step->after),
                                          });
  change_count(record, step->before, step->after);
}

void opportunity_leave(struct txn *txn, const char *type, const Sell__Opportunity *own) {
  struct record *record = txn_record(
      txn, &(struct record_facts){.type = type, .payload = own, .private_to = opportunity_private_to(own)});
  change_count(record, own, NULL);
}

/* Puts what a verb made of an opportunity, records it and commits. */
static const struct status *step_commit(struct call *call, const struct opportunity_step *step,
                                        Sell__Opportunity *after, void *out) {
  struct txn *txn = call_txn(call);
  txn_put(txn, &kind_opportunity, after);
  opportunity_record(txn, step);
  const struct status *status = protection_watch(txn, step);
  if (status)
    return status;
  *(Sell__Opportunity *)out = *after;
  return txn_commit(txn, out);
}

/* The opportunity that a verb is about, as the caller's party may see it, and the occasion. */
static const struct status *opportunity_load(struct call *call, const char *name, const char *etag,
                                             struct occasion *occasion, Sell__Opportunity **out) {
  const struct status *status = occasion_of(call, name, occasion);
  if (status)
    return status;
  status = txn_get(call_txn(call), &kind_opportunity, name, out);
  if (status)
    return status;
  if (!*out || !opportunity_visible(*out, occasion->party))
    return call_not_found(call, name);
  return call_check_etag(call, etag, (*out)->etag);
}

const struct status *opportunity_act(struct call *call, const char *name, const char *etag, const char *type,
                                     opportunity_rule *rule, const void *request, void *out) {
  struct occasion occasion;
  Sell__Opportunity *opportunity;
  const struct status *status = opportunity_load(call, name, etag, &occasion, &opportunity);
  if (status)
    return status;
  Sell__Opportunity before = *opportunity;
  status = rule(&occasion, opportunity, request);
  if (status)
    return status;
  const struct opportunity_step step = {type, occasion.now_us, &before, opportunity};
  return step_commit(call, &step, opportunity, out);
}

/* ---- create ---- */

/* Ids of what is one's own begin with whose it is, so that who chooses an id never meets what is hidden. */
static bool id_reserved(const char *id) {
  static const char *const beginnings[] = {"x-", "vendor-", "partner-"};
  for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
    if (strncmp(id, beginnings[i], strlen(beginnings[i])) == 0)
      return true;
  return false;
}

/* The id that the caller gave, or that the external id makes; empty for a fresh one. */
static const struct status *id_choose(const struct occasion *occasion,
                                      const Sell__CreateOpportunityRequest *request, const char **id) {
  const char *given = request->opportunity_id, *external = request->opportunity->external_id;
  bool own = request->opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  struct status *invalid = NULL;
  if (!text_empty(given) && !text_empty(external))
    invalid_add(occasion->arena, &invalid, "opportunity_id", "VALUE_OUT_OF_RANGE",
                "must be empty where there is an external id, which makes it");
  if (id_reserved(given))
    invalid_add(occasion->arena, &invalid, "opportunity_id", "PATTERN_MISMATCH",
                "must not start with x-, vendor- or partner-, which are put before ids by the service");
  if (own && strlen(given) > OWN_ID_MAX_BYTES)
    invalid_add(occasion->arena, &invalid, "opportunity_id", "LENGTH_OUT_OF_RANGE",
                "has at most %d characters where the opportunity is independent", OWN_ID_MAX_BYTES);
  if (!text_empty(external))
    *id = opportunity_external_id(occasion->arena, occasion->party, external);
  else if (own && !text_empty(given))
    *id = arena_printf(occasion->arena, "%s-%s",
                       occasion->party == TYPE__PARTY__PARTY_VENDOR ? "vendor" : "partner", given);
  else
    *id = given;
  return invalid;
}

const struct status *opportunity_create(struct call *call, const void *in, void *out) {
  const Sell__CreateOpportunityRequest *request = in;
  struct occasion occasion;
  const char *id;
  Sell__Opportunity *draft = request->opportunity;
  const struct status *status = occasion_of(call, request->parent, &occasion);
  if (!status)
    status = id_choose(&occasion, request, &id);
  if (status)
    return status;
  status = resource_name(call, &kind_opportunity, request->parent, "opportunities", id, &draft->name);
  if (!status)
    status = opportunity_open(&occasion, draft);
  if (status)
    return status;
  const struct opportunity_step step = {"opportunity.opened", timestamp_us(draft->open_time, 0), NULL, draft};
  return step_commit(call, &step, draft, out);
}

/* ---- update and verbs ---- */

const struct status *opportunity_patch(struct call *call, const void *in, void *out) {
  const Sell__UpdateOpportunityRequest *request = in;
  const Sell__Opportunity *wanted = request->opportunity;
  struct occasion occasion;
  Sell__Opportunity *current;
  const struct status *status = opportunity_load(call, wanted->name, wanted->etag, &occasion, &current);
  if (status)
    return status;
  Sell__Opportunity *after = (Sell__Opportunity *)message_copy(occasion.arena, &current->base);
  char **paths = request->update_mask ? request->update_mask->paths : NULL;
  size_t count = request->update_mask ? request->update_mask->n_paths : 0;
  /* These two say which one and which version; they are no values to set. */
  Sell__Opportunity given = *wanted;
  given.name = current->name;
  given.etag = current->etag;
  status = mask_apply(occasion.arena, paths, count, &given.base, &after->base);
  if (!status)
    status = opportunity_update(&occasion, current, after);
  if (status)
    return status;
  if (!fields_differ(current, after)) {
    *(Sell__Opportunity *)out = *current;
    return txn_commit(call_txn(call), out);
  }
  const struct opportunity_step step = {"opportunity.updated", occasion.now_us, current, after};
  return step_commit(call, &step, after, out);
}

/* Reads it and begins its step: from what it is, to what the verb makes of it. */
static const struct status *step_begin(struct call *call, const char *name, const char *etag,
                                       struct occasion *occasion, struct opportunity_step *step,
                                       Sell__Opportunity **out) {
  const struct status *status = opportunity_load(call, name, etag, occasion, out);
  if (status)
    return status;
  step->before = arena_copy(occasion->arena, *out, sizeof **out);
  step->after = *out;
  return NULL;
}

const struct status *opportunity_move(struct call *call, const void *in, void *out) {
  const Sell__AdvanceOpportunityRequest *request = in;
  struct occasion occasion;
  struct opportunity_step step = {.type = "opportunity.advanced"};
  Sell__Opportunity *opportunity;
  const struct status *status =
      step_begin(call, request->name, request->etag, &occasion, &step, &opportunity);
  if (!status)
    status = opportunity_advance(&occasion, opportunity, request, &step.occur_us);
  return status ? status : step_commit(call, &step, opportunity, out);
}

const struct status *opportunity_close_won(struct call *call, const void *in, void *out) {
  const Sell__WinOpportunityRequest *request = in;
  struct occasion occasion;
  struct opportunity_step step = {.type = "opportunity.won"};
  Sell__Opportunity *opportunity;
  const struct status *status =
      step_begin(call, request->name, request->etag, &occasion, &step, &opportunity);
  if (!status)
    status = opportunity_win(&occasion, opportunity, request, &step.occur_us);
  return status ? status : step_commit(call, &step, opportunity, out);
}

const struct status *opportunity_close_lost(struct call *call, const void *in, void *out) {
  const Sell__LoseOpportunityRequest *request = in;
  struct occasion occasion;
  struct opportunity_step step = {.type = "opportunity.lost"};
  Sell__Opportunity *opportunity;
  const struct status *status =
      step_begin(call, request->name, request->etag, &occasion, &step, &opportunity);
  if (!status)
    status = opportunity_lose(&occasion, opportunity, request, &step.occur_us);
  return status ? status : step_commit(call, &step, opportunity, out);
}

static const struct status *reverse(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                    const void *request) {
  return opportunity_reverse(occasion, opportunity,
                             ((const Sell__ReverseOpportunityRequest *)request)->reason);
}

const struct status *opportunity_take_back(struct call *call, const void *in, void *out) {
  const Sell__ReverseOpportunityRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.reversed", reverse, request, out);
}

static const struct status *reopen(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                   const void *request) {
  return opportunity_reopen(occasion, opportunity, ((const Sell__ReopenOpportunityRequest *)request)->reason);
}

const struct status *opportunity_open_again(struct call *call, const void *in, void *out) {
  const Sell__ReopenOpportunityRequest *request = in;
  return opportunity_act(call, request->name, request->etag, "opportunity.reopened", reopen, request, out);
}

/* ---- reads ---- */

const struct status *opportunity_get(struct call *call, const void *in, void *out) {
  const Sell__GetOpportunityRequest *request = in;
  Sell__Opportunity *opportunity;
  const struct status *status = txn_peek(call_txn(call), &kind_opportunity, request->name, &opportunity);
  if (status)
    return status;
  if (!opportunity || !opportunity_visible(opportunity, call_principal(call)->party))
    return call_not_found(call, request->name);
  *(Sell__Opportunity *)out = *opportunity;
  return NULL;
}
