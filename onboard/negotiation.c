#include "onboard/negotiation.h"

#include "onboard/agreement.h"
#include "onboard/signature.h"
#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#define OPEN ONBOARD__NEGOTIATION_ITEM__STATE__STATE_OPEN
#define AGREED ONBOARD__NEGOTIATION_ITEM__STATE__STATE_AGREED
#define WITHDRAWN ONBOARD__NEGOTIATION_ITEM__STATE__STATE_WITHDRAWN

/* ---- proposals ---- */

/* The elements' fields in the order of their numbers, which are those of the enum. */
static const ProtobufCMessage *element_of(const Onboard__AgreementElements *elements,
                                          Onboard__AgreementElement element) {
  switch (element) {
  case ONBOARD__AGREEMENT_ELEMENT__AGREEMENT_ELEMENT_INVESTMENT:
    return (const ProtobufCMessage *)elements->investment;
  case ONBOARD__AGREEMENT_ELEMENT__AGREEMENT_ELEMENT_MARKET_SCOPE:
    return (const ProtobufCMessage *)elements->market_scope;
  case ONBOARD__AGREEMENT_ELEMENT__AGREEMENT_ELEMENT_JOINT_IP:
    return (const ProtobufCMessage *)elements->joint_ip;
  case ONBOARD__AGREEMENT_ELEMENT__AGREEMENT_ELEMENT_COVERAGE:
    return (const ProtobufCMessage *)elements->coverage;
  case ONBOARD__AGREEMENT_ELEMENT__AGREEMENT_ELEMENT_ACCOUNTABILITY:
    return (const ProtobufCMessage *)elements->accountability;
  case ONBOARD__AGREEMENT_ELEMENT__AGREEMENT_ELEMENT_TRANSITION:
    return (const ProtobufCMessage *)elements->transition;
  default:
    return NULL;
  }
}

static void put_elements(Onboard__AgreementElements *into, const Onboard__AgreementElements *proposal) {
  if (proposal->investment)
    into->investment = proposal->investment;
  if (proposal->market_scope)
    into->market_scope = proposal->market_scope;
  if (proposal->joint_ip)
    into->joint_ip = proposal->joint_ip;
  if (proposal->coverage)
    into->coverage = proposal->coverage;
  if (proposal->accountability)
    into->accountability = proposal->accountability;
  if (proposal->transition)
    into->transition = proposal->transition;
}

const struct status *offer_check(struct arena *arena, Onboard__AgreementElement element,
                                 const Onboard__NegotiationOffer *offer, const char *path) {
  const Onboard__AgreementElements *proposal = offer->proposal;
  int proposed = 0;
  if (!proposal)
    return NULL;
  const char *field = arena_printf(arena, "%s.proposal", path);
  for (int i = ONBOARD__AGREEMENT_ELEMENT__AGREEMENT_ELEMENT_INVESTMENT;
       i <= ONBOARD__AGREEMENT_ELEMENT__AGREEMENT_ELEMENT_TRANSITION; i++)
    proposed += element_of(proposal, (Onboard__AgreementElement)i) != NULL;
  if (proposed != 1 || !element_of(proposal, element))
    return invalid_field(arena, field, "VALUE_OUT_OF_RANGE", "must hold the element %s and no other",
                         state_name(&onboard__agreement_element__descriptor, (int)element));
  return elements_check(arena, proposal, field);
}

/* ---- offers ---- */

Onboard__NegotiationItem *item_find(const Onboard__Contract *contract, const char *id) {
  for (size_t i = 0; i < contract->n_items; i++)
    if (text_equal(contract->items[i]->id, id))
      return contract->items[i];
  return NULL;
}

static const Onboard__NegotiationOffer *last_offer(const Onboard__NegotiationItem *item) {
  return item->offers[item->n_offers - 1];
}

/* The proposal that an item was agreed with; NULL when there is none. */
static const ProtobufCMessage *agreed_proposal(const Onboard__NegotiationItem *item) {
  const Onboard__AgreementElements *proposal = item->state == AGREED ? last_offer(item)->proposal : NULL;
  return proposal ? element_of(proposal, item->element) : NULL;
}

/* Whether a later item of the element was agreed with a proposal; of two at the same moment each outdoes the
 * other, as nobody can tell which is in the terms. */
static bool is_outdone(const Onboard__Contract *contract, const Onboard__NegotiationItem *item) {
  for (size_t i = 0; i < contract->n_items; i++) {
    const Onboard__NegotiationItem *other = contract->items[i];
    if (other != item && other->element == item->element && agreed_proposal(other) &&
        moment_us(other->settle_time) >= moment_us(item->settle_time))
      return true;
  }
  return false;
}

bool item_is_kept(struct arena *arena, const Onboard__Contract *contract,
                  const Onboard__NegotiationItem *item) {
  const ProtobufCMessage *agreed = agreed_proposal(item);
  if (!agreed || is_outdone(contract, item))
    return true;
  const Onboard__AgreementElements *elements = contract->terms ? contract->terms->elements : NULL;
  const ProtobufCMessage *present = elements ? element_of(elements, item->element) : NULL;
  return text_equal(content_hash(arena, agreed), content_hash(arena, present));
}

static void add_offer(const struct act *act, Onboard__NegotiationItem *item,
                      Onboard__NegotiationOffer *offer) {
  Onboard__NegotiationOffer **offers = arena_calloc(act->arena, item->n_offers + 1, sizeof(void *));
  for (size_t i = 0; i < item->n_offers; i++)
    offers[i] = item->offers[i];
  offer->party = act->party;
  offer->actor = arena_strdup(act->arena, act->actor);
  offer->offer_time = timestamp_new(act->arena, act->now_us);
  offers[item->n_offers++] = offer;
  item->offers = offers;
}

static struct status *refuse_limit(const struct act *act, const char *reason, const char *name, int limit) {
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, reason,
                                      "%s has %d of them, the most that it may have", name, limit);
  status_add_metadata(act->arena, status, "limit", arena_printf(act->arena, "%d", limit));
  return status;
}

static struct status *refuse_party(const struct act *act, const char *reason, const char *id,
                                   const char *text, Type__Party party) {
  struct status *status =
      status_make(act->arena, CODE_FAILED_PRECONDITION, reason, "%s %s %s", id, text, party_name(party));
  status_add_metadata(act->arena, status, "offer_party", party_name(party));
  return status;
}

/* ITEM_SETTLED unless the item waits for an answer. */
static const struct status *check_open(const struct act *act, const Onboard__NegotiationItem *item) {
  if (item->state == OPEN)
    return NULL;
  const char *state = state_name(&onboard__negotiation_item__state__descriptor, (int)item->state);
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "ITEM_SETTLED",
                                      "%s is %s: open another", item->id, state);
  status_add_metadata(act->arena, status, "state", state);
  return status;
}

static const struct status *check_answer(const struct act *act, Onboard__Contract *contract,
                                         const Onboard__NegotiationItem *item) {
  const struct status *status = contract_negotiate(act, contract);
  if (!status)
    status = check_open(act, item);
  if (!status && last_offer(item)->party == act->party)
    status = refuse_party(act, "OWN_OFFER", item->id, "waits for an answer to the offer of", act->party);
  return status;
}

static void settle(const struct act *act, Onboard__NegotiationItem *item,
                   Onboard__NegotiationItem__State state) {
  item->state = state;
  item->settle_time = timestamp_new(act->arena, act->now_us);
}

/* ---- actions ---- */

static int opened_by(const Onboard__Contract *contract, Type__Party party) {
  int count = 0;
  for (size_t i = 0; i < contract->n_items; i++)
    count += contract->items[i]->offers[0]->party == party;
  return count;
}

const struct status *item_open(const struct act *act, Onboard__Contract *contract,
                               Onboard__NegotiationItem *item, Onboard__NegotiationOffer *offer) {
  const struct status *status = contract_negotiate(act, contract);
  if (status)
    return status;
  if (opened_by(contract, act->party) >= CONTRACT_PARTY_ITEMS_MAX)
    return refuse_limit(act, "TOO_MANY_ITEMS", contract->name, CONTRACT_PARTY_ITEMS_MAX);
  Onboard__NegotiationItem **items = arena_calloc(act->arena, contract->n_items + 1, sizeof(void *));
  for (size_t i = 0; i < contract->n_items; i++)
    items[i] = contract->items[i];
  item->state = OPEN;
  add_offer(act, item, offer);
  items[contract->n_items++] = item;
  contract->items = items;
  return NULL;
}

const struct status *item_counter(const struct act *act, Onboard__Contract *contract,
                                  Onboard__NegotiationItem *item, Onboard__NegotiationOffer *offer) {
  const struct status *status = check_answer(act, contract, item);
  if (!status && item->n_offers >= CONTRACT_OFFERS_MAX)
    status = refuse_limit(act, "TOO_MANY_OFFERS", item->id, CONTRACT_OFFERS_MAX);
  if (!status)
    add_offer(act, item, offer);
  return status;
}

const struct status *item_accept(const struct act *act, Onboard__Contract *contract,
                                 Onboard__NegotiationItem *item, int32_t offer_count) {
  const struct status *status = check_answer(act, contract, item);
  if (status)
    return status;
  if ((size_t)offer_count != item->n_offers) {
    struct status *refusal =
        status_make(act->arena, CODE_FAILED_PRECONDITION, "OFFER_CHANGED",
                    "%s has %zu offers: read the last one first", item->id, item->n_offers);
    status_add_metadata(act->arena, refusal, "offer_count", arena_printf(act->arena, "%zu", item->n_offers));
    return refusal;
  }
  settle(act, item, AGREED);
  const Onboard__AgreementElements *proposal = last_offer(item)->proposal;
  if (!proposal)
    return NULL;
  if (!contract->terms) {
    contract->terms = arena_new(act->arena, Onboard__ContractTerms);
    onboard__contract_terms__init(contract->terms);
  }
  if (!contract->terms->elements) {
    contract->terms->elements = arena_new(act->arena, Onboard__AgreementElements);
    onboard__agreement_elements__init(contract->terms->elements);
  }
  put_elements(contract->terms->elements, proposal);
  contract_set_terms(act, contract, contract->terms);
  return NULL;
}

const struct status *item_withdraw(const struct act *act, Onboard__Contract *contract,
                                   Onboard__NegotiationItem *item) {
  const struct status *status = contract_negotiate(act, contract);
  if (!status)
    status = check_open(act, item);
  if (!status && item->offers[0]->party != act->party)
    status = refuse_party(act, "NOT_OWN_OFFER", item->id, "was opened by", item->offers[0]->party);
  if (!status)
    settle(act, item, WITHDRAWN);
  return status;
}
