/* Which commercial terms hold at a time, of all that sources say. Pure. */
#ifndef ENTENTE_ONBOARD_EFFECTIVE_TERMS_H
#define ENTENTE_ONBOARD_EFFECTIVE_TERMS_H

#include "runtime/base/arena.h"

#include "entente/onboard/v1/contract.pb-c.h"
#include "entente/onboard/v1/member.pb-c.h"
#include "entente/onboard/v1/program.pb-c.h"
#include "entente/onboard/v1/term.pb-c.h"
#include "entente/onboard/v1/term_service.pb-c.h"

/* What a source says of one kind, `start_us <= t < end_us`; INT64_MAX: until nobody knows when. */
struct term_said {
  Onboard__TermSource source;
  const char *resource;
  const Onboard__TermValue *value;
  int64_t start_us, end_us;
};
/* All of it. Zero-initialise, then set `arena`. */
struct term_sayings {
  struct arena *arena;
  struct term_said *all;
  size_t count, capacity;
};

/* What a schedule says; what a contract says while it is in force (it is settled to the time of the call, not
 * to the one that is asked about); what a member's levels, present and past, say. */
void say_schedule(struct term_sayings *sayings, const Onboard__TermSchedule *schedule);
void say_contract(struct term_sayings *sayings, const Onboard__Contract *contract);
void say_member(struct term_sayings *sayings, const Onboard__Member *member, const Onboard__Program *program);

/* The strongest of what is said at `at_us`, for each kind; of two equally strong the one said first. */
void effective_terms(const struct term_sayings *sayings, int64_t at_us,
                     Onboard__GetEffectiveTermsResponse *out);

#endif
