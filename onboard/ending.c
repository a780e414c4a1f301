#include "onboard/ending.h"

#include "runtime/base/moment.h"

#define STATE(name) ONBOARD__END_OFFER__STATE__STATE_##name

static bool waits(const Onboard__Partnership *partnership) {
  return partnership->end_offer && partnership->end_offer->state == STATE(PENDING);
}

bool end_is_agreed(const Onboard__Partnership *partnership) {
  return partnership->end_offer && partnership->end_offer->state == STATE(ACCEPTED);
}

static struct status *refuse(const struct act *act, const Onboard__Partnership *partnership,
                             const char *reason, const char *text) {
  struct status *status =
      status_make(act->arena, CODE_FAILED_PRECONDITION, reason, "%s: %s", partnership->name, text);
  if (partnership->end_offer)
    status_add_metadata(act->arena, status, "offer_party", party_name(partnership->end_offer->party));
  return status;
}

const struct status *end_offer_make(const struct act *act, Onboard__Partnership *partnership, char *reason) {
  const struct status *status = partnership_apply(act, partnership, PARTNERSHIP_OFFER_END, NULL);
  if (status)
    return status;
  if (waits(partnership) || end_is_agreed(partnership))
    return refuse(act, partnership, "END_OFFERED", "an offer to end it waits or was accepted");
  Onboard__EndOffer *offer = arena_new(act->arena, Onboard__EndOffer);
  onboard__end_offer__init(offer);
  offer->party = act->party;
  offer->actor = arena_strdup(act->arena, act->actor);
  offer->reason = reason;
  offer->state = STATE(PENDING);
  offer->offer_time = timestamp_new(act->arena, act->now_us);
  offer->expire_time = timestamp_new(act->arena, act->now_us + END_OFFER_DAYS * US_PER_DAY);
  partnership->end_offer = offer;
  return NULL;
}

/* Ends the wait for an answer. `own` tells who may: the party that offered, or the other one. */
static const struct status *settle(const struct act *act, Onboard__Partnership *partnership,
                                   enum partnership_action action, bool own, Onboard__EndOffer__State state) {
  if (!waits(partnership))
    return refuse(act, partnership, "NO_END_OFFERED", "no offer to end it waits for an answer");
  Onboard__EndOffer *offer = partnership->end_offer;
  if ((offer->party == act->party) != own)
    return own ? refuse(act, partnership, "NOT_OWN_OFFER", "only the party that offered can take it back")
               : refuse(act, partnership, "OWN_OFFER", "only the other party can answer");
  const struct status *status = partnership_apply(act, partnership, action, NULL);
  if (status)
    return status;
  offer->state = state;
  offer->settle_time = timestamp_new(act->arena, act->now_us);
  offer->settle_actor = arena_strdup(act->arena, act->actor);
  return NULL;
}

const struct status *end_offer_accept(const struct act *act, Onboard__Partnership *partnership) {
  return settle(act, partnership, PARTNERSHIP_AGREE_END, false, STATE(ACCEPTED));
}

const struct status *end_offer_reject(const struct act *act, Onboard__Partnership *partnership,
                                      char *reason) {
  const struct status *status = settle(act, partnership, PARTNERSHIP_DECLINE_END, false, STATE(REJECTED));
  if (!status)
    partnership->end_offer->reject_reason = reason;
  return status;
}

const struct status *end_offer_withdraw(const struct act *act, Onboard__Partnership *partnership) {
  return settle(act, partnership, PARTNERSHIP_DECLINE_END, true, STATE(CANCELLED));
}

int64_t end_offer_next_us(const Onboard__Partnership *partnership) {
  return waits(partnership) ? moment_us(partnership->end_offer->expire_time) : INT64_MAX;
}

bool end_offer_settle(struct arena *arena, Onboard__Partnership *partnership, int64_t now_us) {
  int64_t expired_us = end_offer_next_us(partnership);
  if (expired_us > now_us)
    return false;
  partnership->end_offer->state = STATE(EXPIRED);
  partnership->end_offer->settle_time = timestamp_new(arena, expired_us);
  return true;
}
