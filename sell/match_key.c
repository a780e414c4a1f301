#include "sell/match_key.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/registration.h"

#include <string.h>

char *match_key_name(struct arena *arena, const char *vendor, const struct company_key *key) {
  return name_child(arena, vendor, "matchKeys", company_key_id(arena, key));
}

Sell__MatchHolder *match_holder_find(const Sell__MatchKey *key, const char *registration) {
  for (size_t i = 0; i < key->n_holders; i++)
    if (strcmp(key->holders[i]->registration, registration) == 0)
      return key->holders[i];
  return NULL;
}

bool match_holder_holds(const Sell__MatchHolder *holder, int64_t now_us) {
  return timestamp_us(holder->hold_end_time, INT64_MAX) > now_us;
}

void match_key_clear(Sell__MatchKey *key, const char *registration, int64_t now_us) {
  size_t kept = 0;
  for (size_t i = 0; i < key->n_holders; i++)
    if (match_holder_holds(key->holders[i], now_us) &&
        strcmp(key->holders[i]->registration, registration) != 0)
      key->holders[kept++] = key->holders[i];
  key->n_holders = kept;
}

/* Until when a registration holds its keys; INT64_MIN: it does not. What became an opportunity goes on
 * holding them as long as it would have been protected. */
static int64_t hold_end_us(const Sell__Registration *registration) {
  if (registration_open(registration))
    return INT64_MAX;
  if (registration_protected(registration))
    return registration_protect_end_us(registration);
  return registration->state == SELL__REGISTRATION__STATE__STATE_CONVERTED
             ? moment_us(registration->protect_end_time)
             : INT64_MIN;
}

const struct status *match_limit(struct arena *arena) {
  return status_make(arena, CODE_RESOURCE_EXHAUSTED, REASON_MATCH_LIMIT,
                     "Too many registrations of this customer wait for the vendor; try again later");
}

static size_t held_by(struct arena *arena, const Sell__MatchKey *key, const char *partnership) {
  size_t count = 0;
  for (size_t i = 0; i < key->n_holders; i++)
    count += text_equal(name_partnership(arena, key->holders[i]->registration), partnership);
  return count;
}

const struct status *match_key_set(struct arena *arena, Sell__MatchKey *key,
                                   const Sell__Registration *registration, int64_t now_us) {
  int64_t until = hold_end_us(registration);
  match_key_clear(key, registration->name, now_us);
  if (until <= now_us)
    return NULL;
  if (key->n_holders >= MATCH_HOLDERS_MAX ||
      held_by(arena, key, name_partnership(arena, registration->name)) >= MATCH_OWN_MAX)
    return match_limit(arena);
  Sell__MatchHolder *holder = arena_new(arena, Sell__MatchHolder);
  sell__match_holder__init(holder);
  holder->registration = registration->name;
  holder->customer = registration->customer;
  holder->solutions = registration->solutions;
  holder->n_solutions = registration->n_solutions;
  holder->submit_time = registration->submit_time;
  holder->hold_end_time = until == INT64_MAX ? NULL : timestamp_new(arena, until);
  holder->approve_time = registration->approve_time;
  key->holders = (Sell__MatchHolder **)arena_append(arena, key->holders, key->n_holders, holder);
  key->n_holders++;
  return NULL;
}

static bool met_before(const struct meeting *meetings, size_t count, const Sell__MatchHolder *holder) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(meetings[i].holder->registration, holder->registration) == 0)
      return true;
  return false;
}

size_t match_keys_meet(struct arena *arena, Sell__MatchKey *const *keys, size_t count,
                       const Sell__Registration *registration, int64_t now_us,
                       struct meeting out[MATCH_MEETINGS_MAX]) {
  size_t met = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < keys[i]->n_holders; k++) {
      const Sell__MatchHolder *holder = keys[i]->holders[k];
      if (!match_holder_holds(holder, now_us) || strcmp(holder->registration, registration->name) == 0 ||
          met_before(out, met, holder) ||
          !solutions_shared(holder->solutions, holder->n_solutions, registration->solutions,
                            registration->n_solutions))
        continue;
      struct company_comparison comparison = company_compare(arena, holder->customer, registration->customer);
      if (comparison.relation == COMPANY_SAME)
        out[met++] = (struct meeting){holder, comparison};
    }
  return met;
}
