/* What a change of a registration takes with it in the same transaction: the match keys that it holds, the
 * conflicts that it is in, its ledger entry and counts. In a fiber; statuses are the store's besides those
 * named. */
#ifndef ENTENTE_SELL_REGISTRATION_CHANGE_H
#define ENTENTE_SELL_REGISTRATION_CHANGE_H

#include "runtime/rpc/resource.h"
#include "sell/attempt.h"
#include "sell/conflict.h"
#include "sell/registration.h"
#include "sell/timed.h"

#include "entente/onboard/v1/contract.pb-c.h"
#include "entente/onboard/v1/member.pb-c.h"

/* Kinds (registration_kinds.c). */
extern const struct kind kind_registration, kind_registration_policy, kind_match_key, kind_attempt_book,
    kind_conflict, kind_protection_breach, kind_breach_mark, kind_contract, kind_member;

/* Partitions of indexes over all partnerships of a vendor, for the vendor's reviewer: registrations by exact
 * key, by who owns the customer, and by word of the name. */
char *key_partition(struct arena *arena, const char *vendor, const char *key);
char *owner_partition(struct arena *arena, const char *vendor, const char *key);
char *word_partition(struct arena *arena, const char *vendor, const char *word);

/* Reads a registration for an answer to the caller. NOT_FOUND alike for absent and hidden. */
const struct status *registration_read(struct call *call, const char *name, Sell__Registration **out);
/* Reads a registration for a change by the caller, as it is now, and keeps a copy of what it was. What time
 * has changed is recorded first, and the handler run again (LOST_RACE). NOT_FOUND alike for absent and
 * hidden; ABORTED (ETAG_MISMATCH). */
const struct status *registration_load(struct call *call, const char *name, const char *etag,
                                       Sell__Registration **out, Sell__Registration **before);
/* The same for one that another resource names, which the caller's party may know. */
const struct status *registration_load_other(struct call *call, const char *name, Sell__Registration **out,
                                             Sell__Registration **before);
Sell__Registration *registration_copy(struct arena *arena, const Sell__Registration *registration);

/* Stages the registration, its ledger entry of this type and what it counts for. */
void registration_put(struct txn *txn, const Sell__Registration *before, Sell__Registration *after,
                      const char *type, int64_t occur_us);

/* The keys of a registration's customer, stored or new. */
struct held_keys {
  Sell__MatchKey *keys[COMPANY_KEYS_MAX];
  size_t count;
};
const struct status *keys_load(struct txn *txn, const Sell__Registration *registration,
                               struct held_keys *out);
/* Whether it holds all of them already. */
bool keys_hold(const struct held_keys *held, const Sell__Registration *registration);
/* Stages its place in its keys as it now is. RESOURCE_EXHAUSTED (MATCH_LIMIT). */
const struct status *keys_update(struct txn *txn, const Sell__Registration *registration, int64_t now_us);
const struct status *keys_release(struct txn *txn, const Sell__Registration *registration, int64_t now_us);

/* What the partnership has tried before limits a submission that does not keep its place, and what its amount
 * counts. FAILED_PRECONDITION (ATTEMPT_LIMIT). */
const struct status *attempts_limit(struct txn *txn, const struct act *act, Sell__Registration *registration);
/* An appeal was granted: the submission is no attempt after all. */
const struct status *attempts_take_back(struct txn *txn, const Sell__Registration *registration);

/* The policy that fits a registration now and the limits that it gives, as they would be copied. */
const struct status *registration_terms_choose(struct txn *txn, const struct act *act,
                                               const Onboard__Partnership *partnership,
                                               const Sell__Registration *registration, const char **policy,
                                               Sell__RegistrationTerms **terms);
/* Its segment was corrected: open conflicts are routed anew by it. RESOURCE_EXHAUSTED (MATCH_LIMIT). */
const struct status *registration_reroute(struct txn *txn, const struct act *act,
                                          const Sell__Registration *registration);

/* Takes the keys for a submission, and opens a conflict with every other partner's registration that it
 * meets; an undecided one whose partnership has ended is not in its way. FAILED_PRECONDITION
 * (REGISTRATION_DUPLICATE) when it meets one of its own partnership; RESOURCE_EXHAUSTED. */
const struct status *registration_claim(struct txn *txn, const struct act *act, struct held_keys *held,
                                        const Sell__Registration *registration);
/* The end of a partner's call that may meet a conflict or leave one: its answer, at a time that does not tell
 * whether it did. */
const struct status *registration_paced(struct call *call, const struct status *status);
/* Every conflict that a registration is in, read for a change, as it is now. */
struct conflicts {
  Sell__Conflict **items;
  size_t count;
};
const struct status *conflicts_of(struct txn *txn, const struct act *act, const char *registration,
                                  struct conflicts *out);
void conflict_put(struct txn *txn, Sell__Conflict *conflict, const char *type, int64_t occur_us);
/* It no longer stands: gives its keys up, its open conflicts lapse, and it is noted if it was an attempt. */
const struct status *registration_leave(struct txn *txn, const struct act *act,
                                        const Sell__Registration *registration);

/* Contracts of the vendor's partnerships that route deals; at most LIMIT_PAGE_SIZE. Peeked. */
struct contracts {
  Onboard__Contract **items;
  size_t count;
};
const struct status *contracts_of(struct txn *txn, const char *vendor, struct contracts *out);
/* FAILED_PRECONDITION (CUSTOMER_UNAVAILABLE), in the same words whoever holds it, when a contract excludes
 * it. */
const struct status *coverage_check(struct txn *txn, const struct act *act,
                                    const Sell__Registration *registration);

#endif
