/* Rules of match keys: who holds one, and whom a submission meets in it. Pure.
 *
 * A registration that is undecided or protected holds every exact key of its customer. Submission reads and
 * writes the keys in the step that submits, so two submissions about one company always meet in one of them.
 */
#ifndef ENTENTE_SELL_MATCH_KEY_H
#define ENTENTE_SELL_MATCH_KEY_H

#include "sell/company.h"

#include "entente/sell/v1/match_key.pb-c.h"
#include "entente/sell/v1/registration.pb-c.h"

/* Of one partnership at most MATCH_OWN_MAX, so that nobody takes all places before others come. */
enum {
  MATCH_HOLDERS_MAX = 24,
  MATCH_OWN_MAX = 12,
  MATCH_MEETINGS_MAX = MATCH_HOLDERS_MAX * COMPANY_KEYS_MAX
};
#define REASON_MATCH_LIMIT "MATCH_LIMIT"
/* RESOURCE_EXHAUSTED (MATCH_LIMIT), in the same words whoever has the places. */
const struct status *match_limit(struct arena *arena);

/* The name of a key of a vendor: `vendors/halden/matchKeys/` and 40 hexadecimal digits. */
char *match_key_name(struct arena *arena, const char *vendor, const struct company_key *key);

/* The holder under this name; NULL. */
Sell__MatchHolder *match_holder_find(const Sell__MatchKey *key, const char *registration);
/* Whether it holds at a moment. */
bool match_holder_holds(const Sell__MatchHolder *holder, int64_t now_us);

/* Puts the registration into the key as it is now, or takes it out when it no longer holds anything; those
 * whose time is over go. RESOURCE_EXHAUSTED (MATCH_LIMIT) when the key, or the partnership's share of it, is
 * full. */
const struct status *match_key_set(struct arena *arena, Sell__MatchKey *key,
                                   const Sell__Registration *registration, int64_t now_us);
void match_key_clear(Sell__MatchKey *key, const char *registration, int64_t now_us);

/* Another registration of the same company and a same solution that holds a key now. */
struct meeting {
  const Sell__MatchHolder *holder;
  struct company_comparison comparison;
};
/* Whom a registration meets in `count` keys, each once; returns how many. */
size_t match_keys_meet(struct arena *arena, Sell__MatchKey *const *keys, size_t count,
                       const Sell__Registration *registration, int64_t now_us,
                       struct meeting out[MATCH_MEETINGS_MAX]);

#endif
