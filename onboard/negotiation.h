/* Rules of negotiation items: offers go back and forth until one is accepted and becomes part of the terms.
 * Pure. */
#ifndef ENTENTE_ONBOARD_NEGOTIATION_H
#define ENTENTE_ONBOARD_NEGOTIATION_H

#include "onboard/contract.h"

/* INVALID_ARGUMENT unless the proposal is of the element, of no other, and does not contradict itself; `path`
 * is the field that holds the offer. */
const struct status *offer_check(struct arena *arena, Onboard__AgreementElement element,
                                 const Onboard__NegotiationOffer *offer, const char *path);

/* The item with an id; NULL when there is none. */
Onboard__NegotiationItem *item_find(const Onboard__Contract *contract, const char *id);

/* Whether the terms still say what the item was agreed with: its accepted proposal, unless a later item of
 * the same element was agreed with another. True of any item that is not agreed, or that was agreed in words.
 */
bool item_is_kept(struct arena *arena, const Onboard__Contract *contract,
                  const Onboard__NegotiationItem *item);

/* Each changes the contract, or refuses and leaves it as it was. The offer's author and time are set here.
 * What they refuse beside INVALID_STATE is said in the contract. */
const struct status *item_open(const struct act *act, Onboard__Contract *contract,
                               Onboard__NegotiationItem *item, Onboard__NegotiationOffer *offer);
const struct status *item_counter(const struct act *act, Onboard__Contract *contract,
                                  Onboard__NegotiationItem *item, Onboard__NegotiationOffer *offer);
/* `offer_count`: how many offers the caller has read. */
const struct status *item_accept(const struct act *act, Onboard__Contract *contract,
                                 Onboard__NegotiationItem *item, int32_t offer_count);
const struct status *item_withdraw(const struct act *act, Onboard__Contract *contract,
                                   Onboard__NegotiationItem *item);

#endif
