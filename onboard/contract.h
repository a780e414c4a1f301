/* Rules of contracts: written, negotiated, signed by both, in force, renewed, ended. Pure. */
#ifndef ENTENTE_ONBOARD_CONTRACT_H
#define ENTENTE_ONBOARD_CONTRACT_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/contract.pb-c.h"

/* Of the items each party opens at most half: neither keeps the other from negotiating. */
enum { CONTRACT_ITEMS_MAX = 20, CONTRACT_PARTY_ITEMS_MAX = CONTRACT_ITEMS_MAX / 2, CONTRACT_OFFERS_MAX = 20 };

enum contract_action {
  CONTRACT_EDIT,
  CONTRACT_NEGOTIATE, /* items are opened, countered, accepted, withdrawn */
  CONTRACT_REQUEST_SIGNATURE,
  CONTRACT_SIGN,
  CONTRACT_CANCEL,
  CONTRACT_DECLINE_RENEWAL,
  CONTRACT_TERMINATE,
  CONTRACT_ACTIVATE, /* from here on: time's own */
  CONTRACT_RENEW,
  CONTRACT_NEAR_END,
  CONTRACT_EXPIRE,
  CONTRACT_END,
  CONTRACT_SUPERSEDE,
  CONTRACT_ACTIONS
};
extern const struct machine contract_machine;

/* What the actions need to know besides the contract. */
struct contract_facts {
  const char *content_hash;        /* SIGN: what the signer read */
  const Onboard__Contract *latest; /* SIGN: the last one of the partnership that both signed, or NULL; settled
                                    * to `act->now_us` */
  int64_t end_us;                  /* TERMINATE */
};

/* What time changes next, and when. */
struct contract_change {
  int64_t at_us; /* INT64_MAX: nothing */
  enum contract_action action;
};
struct contract_change contract_next(const Onboard__Contract *contract);
/* Makes that change: the type of its entry in the ledger, such as `contract.activated`. */
const char *contract_advance(struct arena *arena, Onboard__Contract *contract);
/* Makes every change that is due: how the contract stands at a moment. */
void contract_settle(struct arena *arena, Onboard__Contract *contract, int64_t now_us);
/* Its state at a moment. */
Onboard__Contract__State contract_state_at(const Onboard__Contract *contract, int64_t now_us);
/* When it ends or ended, as far as that is known: before it binds, when its terms say. INT64_MAX: nothing
 * says. What lists are ordered by. */
int64_t contract_end_us(const Onboard__Contract *contract);
/* When it ends for certain, once both have signed; INT64_MAX while it renews. */
int64_t contract_certain_end_us(const Onboard__Contract *contract);
/* Whether a settled contract is signed by both and has not ended. */
bool contract_binds(const Onboard__Contract *contract);

/* A new contract of `act->party` in DRAFT from what the request gives; `amended` is the contract that it is a
 * version of, or NULL. Sets every output field. */
void contract_start(const struct act *act, Onboard__Contract *contract, const Onboard__Contract *amended);

/* Each changes the contract, which is settled to `act->now_us`, or refuses and leaves it as it was. */
const struct status *contract_edit(const struct act *act, Onboard__Contract *contract, char *title,
                                   Onboard__ContractTerms *terms);
const struct status *contract_request_signature(const struct act *act, Onboard__Contract *contract);
/* With the second signature the contract is SIGNED: `latest`, when this is a version of it, gets its
 * successor. */
const struct status *contract_sign(const struct act *act, Onboard__Contract *contract, const char *read_hash,
                                   Onboard__Contract *latest);
const struct status *contract_cancel(const struct act *act, Onboard__Contract *contract, char *reason);
const struct status *contract_decline_renewal(const struct act *act, Onboard__Contract *contract);
/* `end_us` 0: as soon as the notice period allows. */
const struct status *contract_terminate(const struct act *act, Onboard__Contract *contract, char *reason,
                                        int64_t end_us);

/* For negotiation.c: the step that every move of an item takes, and terms that one of them changed. */
const struct status *contract_negotiate(const struct act *act, Onboard__Contract *contract);
void contract_set_terms(const struct act *act, Onboard__Contract *contract, Onboard__ContractTerms *terms);

#endif
