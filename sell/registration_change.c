#include "sell/registration_change.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/feed/directory.h"
#include "runtime/message/validate.h"
#include "runtime/rpc/pace.h"
#include "sell/coverage.h"
#include "sell/registration_policy.h"

#include <assert.h>
#include <string.h>

/* ---- loading ---- */

Sell__Registration *registration_copy(struct arena *arena, const Sell__Registration *registration) {
  return (Sell__Registration *)message_copy(arena, &registration->base);
}

const struct status *registration_read(struct call *call, const char *name, Sell__Registration **out) {
  const struct status *status = resource_read(call, &kind_registration, name, out);
  if (status)
    return status;
  return registration_visible(*out, call_party(call)) ? NULL : call_not_found(call, name);
}

static const struct status *load(struct call *call, const char *name, Sell__Registration **out,
                                 Sell__Registration **before) {
  const struct status *status = txn_get(call_txn(call), &kind_registration, name, out);
  if (status)
    return status;
  if (!*out || !registration_visible(*out, call_party(call)))
    return call_not_found(call, name);
  status = resource_settle(call, &timed_registration, *out);
  if (status)
    return status;
  *before = registration_copy(call_arena(call), *out);
  return NULL;
}

const struct status *registration_load(struct call *call, const char *name, const char *etag,
                                       Sell__Registration **out, Sell__Registration **before) {
  const struct status *status = load(call, name, out, before);
  return status ? status : call_check_etag(call, etag, (*out)->etag);
}

const struct status *registration_load_other(struct call *call, const char *name, Sell__Registration **out,
                                             Sell__Registration **before) {
  return load(call, name, out, before);
}

/* ---- recording ---- */

void registration_put(struct txn *txn, const Sell__Registration *before, Sell__Registration *after,
                      const char *type, int64_t occur_us) {
  struct registration_tally tallies[REGISTRATION_TALLIES_MAX];
  txn_put(txn, &kind_registration, after);
  struct record *record =
      txn_record(txn, &(struct record_facts){.type = type,
                                             .payload = after,
                                             .occur_us = occur_us,
                                             .private_to = registration_private_to(after)});
  size_t count = registration_tally(before, after, tallies);
  for (size_t i = 0; i < count; i++)
    txn_count(record, tallies[i].counter, TYPE__PARTY__PARTY_UNSPECIFIED, tallies[i].when_us,
              tallies[i].amount);
}

void conflict_put(struct txn *txn, Sell__Conflict *conflict, const char *type, int64_t occur_us) {
  /* Each step is taken once, so it counts where it is recorded: in the vendor's own ledger. */
  static const struct {
    const char *type, *counter;
  } steps[] = {{"conflict.opened", "conflicts.opened"},
               {"conflict.ruled", "conflicts.ruled"},
               {"conflict.appealed", "conflicts.appealed"},
               {"conflict.final", "conflicts.final"},
               {"conflict.lapsed", "conflicts.lapsed"}};
  txn_put(txn, &kind_conflict, conflict);
  struct record *record = txn_record(txn, &(struct record_facts){.type = type,
                                                                 .payload = conflict,
                                                                 .occur_us = occur_us,
                                                                 .private_to = TYPE__PARTY__PARTY_VENDOR});
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
    if (strcmp(steps[i].type, type) == 0)
      txn_count(record, steps[i].counter, TYPE__PARTY__PARTY_UNSPECIFIED, occur_us, 1);
}

/* ---- match keys ---- */

typedef char *key_name_fn(struct arena *arena, const char *parent, const struct company_key *key);

static ProtobufCMessage *blank_of(struct arena *arena, const ProtobufCMessageDescriptor *type,
                                  const char *name) {
  ProtobufCMessage *blank = arena_calloc(arena, 1, type->sizeof_message);
  protobuf_c_message_init(type, blank);
  *(char **)((char *)blank + protobuf_c_message_descriptor_get_field_by_name(type, "name")->offset) =
      arena_strdup(arena, name);
  return blank;
}

/* What is kept of one kind for every exact key of a customer, blank where nothing is stored: COMPANY_KEYS_MAX
 * places for pointers at `items`. */
static const struct status *by_key_load(struct txn *txn, const struct kind *kind, const char *parent,
                                        key_name_fn *name_of, const Sell__Company *customer, void *items,
                                        size_t *count) {
  struct arena *arena = txn_arena(txn);
  struct company_key keys[COMPANY_KEYS_MAX];
  const char *names[COMPANY_KEYS_MAX];
  void *found[COMPANY_KEYS_MAX];
  *count = customer ? company_keys(arena, customer, keys) : 0;
  for (size_t i = 0; i < *count; i++)
    names[i] = name_of(arena, parent, &keys[i]);
  const struct status *status = *count ? txn_get_many(txn, kind, names, *count, found) : NULL;
  for (size_t i = 0; !status && i < *count; i++)
    if (!found[i])
      found[i] = blank_of(arena, kind->message, names[i]);
  if (!status)
    memcpy(items, found, *count * sizeof *found);
  return status;
}

const struct status *keys_load(struct txn *txn, const Sell__Registration *registration,
                               struct held_keys *out) {
  return by_key_load(txn, &kind_match_key, name_vendor(txn_arena(txn), registration->name), match_key_name,
                     registration->customer, out->keys, &out->count);
}

bool keys_hold(const struct held_keys *held, const Sell__Registration *registration) {
  for (size_t i = 0; i < held->count; i++)
    if (!match_holder_find(held->keys[i], registration->name))
      return false;
  return held->count > 0;
}

static const struct status *keys_stage(struct txn *txn, struct held_keys *held,
                                       const Sell__Registration *registration, int64_t now_us) {
  for (size_t i = 0; i < held->count; i++) {
    const struct status *status = match_key_set(txn_arena(txn), held->keys[i], registration, now_us);
    if (status)
      return status;
    txn_put(txn, &kind_match_key, held->keys[i]);
  }
  return NULL;
}

const struct status *keys_update(struct txn *txn, const Sell__Registration *registration, int64_t now_us) {
  struct held_keys held;
  const struct status *status = keys_load(txn, registration, &held);
  return status ? status : keys_stage(txn, &held, registration, now_us);
}

const struct status *keys_release(struct txn *txn, const Sell__Registration *registration, int64_t now_us) {
  struct held_keys held;
  const struct status *status = keys_load(txn, registration, &held);
  for (size_t i = 0; !status && i < held.count; i++) {
    if (!match_holder_find(held.keys[i], registration->name))
      continue;
    match_key_clear(held.keys[i], registration->name, now_us);
    txn_put(txn, &kind_match_key, held.keys[i]);
  }
  return status;
}

/* ---- attempts ---- */

struct attempt_books {
  Sell__AttemptBook *items[COMPANY_KEYS_MAX];
  size_t count;
};

static const struct status *books_load(struct txn *txn, const Sell__Registration *registration,
                                       struct attempt_books *out) {
  return by_key_load(txn, &kind_attempt_book, name_partnership(txn_arena(txn), registration->name),
                     attempt_book_name, registration->customer, out->items, &out->count);
}

const struct status *attempts_limit(struct txn *txn, const struct act *act,
                                    Sell__Registration *registration) {
  struct attempt_books books;
  struct attempts attempts;
  const struct status *status = books_load(txn, registration, &books);
  if (status)
    return status;
  attempts_find(act, books.items, books.count, registration, &attempts);
  attempts_lower(act, &attempts, registration);
  return attempts_check(act, &attempts, registration);
}

const struct status *attempts_take_back(struct txn *txn, const Sell__Registration *registration) {
  struct attempt_books books;
  const struct status *status = books_load(txn, registration, &books);
  for (size_t i = 0; !status && i < books.count; i++)
    if (attempt_take_back(books.items[i], registration))
      txn_put(txn, &kind_attempt_book, books.items[i]);
  return status;
}

static const struct status *attempt_keep(struct txn *txn, const struct act *act,
                                         const Sell__Registration *registration) {
  struct attempt_books books;
  if (!registration_is_attempt(registration))
    return NULL;
  const struct status *status = books_load(txn, registration, &books);
  for (size_t i = 0; !status && i < books.count; i++) {
    attempt_note(act->arena, books.items[i], registration, act->now_us);
    txn_put(txn, &kind_attempt_book, books.items[i]);
  }
  return status;
}

/* ---- conflicts ---- */

static const char *preference(const struct act *act, const struct contracts *contracts,
                              const Sell__Registration *registration) {
  const Onboard__Contract *contract =
      registration
          ? coverage_preference(act->arena, contracts->items, contracts->count, registration, act->now_us)
          : NULL;
  return contract ? contract->name : NULL;
}

/* One that stands already between the same two submissions is passed over. */
static const struct status *conflict_begin(struct txn *txn, const struct act *act,
                                           const struct meeting *meeting, const Sell__Registration *contender,
                                           const struct contracts *contracts) {
  Sell__Conflict *there = NULL, *conflict;
  Sell__Registration *holder;
  const struct status *status = txn_peek(txn, &kind_registration, meeting->holder->registration, &holder);
  if (status)
    return status;
  struct conflict_sides sides = {.meeting = meeting,
                                 .contender = contender,
                                 .holder_contract = preference(act, contracts, holder),
                                 .contender_contract = preference(act, contracts, contender)};
  do {
    conflict = conflict_open(act->arena, name_vendor(act->arena, contender->name), &sides);
    status = txn_get(txn, &kind_conflict, conflict->name, &there);
    sides.again++;
  } while (!status && there && !conflict_stands(there, contender->name));
  if (!status && !there)
    conflict_put(txn, conflict, "conflict.opened", act->now_us);
  return status;
}

static const struct status *duplicate(const struct act *act, const Sell__Registration *registration,
                                      const char *there) {
  struct status *refusal =
      status_make(act->arena, CODE_FAILED_PRECONDITION, REASON_REGISTRATION_DUPLICATE,
                  "%s is about the same customer and solution as %s", registration->name, there);
  status_add_metadata(act->arena, refusal, "registration", there);
  return refusal;
}

/* What was begun before the end is seen through; what was not decided is not going to be. */
static const struct status *drop_ended(struct txn *txn, struct meeting *meetings, size_t *count) {
  size_t kept = 0;
  for (size_t i = 0; i < *count; i++) {
    const Onboard__Partnership *partnership;
    const Sell__MatchHolder *holder = meetings[i].holder;
    const struct status *status = directory_partnership(txn, holder->registration, &partnership);
    if (status)
      return status;
    if (holder->approve_time || partnership->state != ONBOARD__PARTNERSHIP__STATE__STATE_ENDED)
      meetings[kept++] = meetings[i];
  }
  *count = kept;
  return NULL;
}

const struct status *registration_claim(struct txn *txn, const struct act *act, struct held_keys *held,
                                        const Sell__Registration *registration) {
  struct meeting meetings[MATCH_MEETINGS_MAX];
  struct contracts contracts = {0};
  const char *partnership = name_partnership(act->arena, registration->name);
  size_t count = match_keys_meet(act->arena, held->keys, held->count, registration, act->now_us, meetings);
  for (size_t i = 0; i < count; i++)
    if (text_equal(name_partnership(act->arena, meetings[i].holder->registration), partnership))
      return duplicate(act, registration, meetings[i].holder->registration);
  if (count >= txn_entry_room(txn)) /* an entry for each, and its own */
    return match_limit(act->arena);
  const struct status *status = drop_ended(txn, meetings, &count);
  if (!status && count)
    status = contracts_of(txn, name_vendor(act->arena, registration->name), &contracts);
  for (size_t i = 0; !status && i < count; i++)
    status = conflict_begin(txn, act, &meetings[i], registration, &contracts);
  return status ? status : keys_stage(txn, held, registration, act->now_us);
}

const struct status *registration_paced(struct call *call, const struct status *status) {
  enum { ANSWER_STEP_MS = 25 }; /* many times what any of them takes */
  if (!status || status->code != CODE_ABORTED)
    call_pace(call, ANSWER_STEP_MS);
  return status;
}

const struct status *conflicts_of(struct txn *txn, const struct act *act, const char *registration,
                                  struct conflicts *out) {
  struct list_page page;
  *out = (struct conflicts){0};
  const struct status *status = resource_all(txn, &kind_conflict, "side", registration, &page);
  if (status || !page.count)
    return status;
  out->items = arena_calloc(act->arena, page.count, sizeof *out->items);
  for (size_t i = 0; !status && i < page.count; i++) {
    Sell__Conflict *conflict;
    status = txn_get(txn, &kind_conflict, message_text(page.messages[i], "name"), &conflict);
    if (status || !conflict)
      continue;
    conflict_settle(act->arena, conflict, act->now_us);
    out->items[out->count++] = conflict;
  }
  return status;
}

const struct status *registration_leave(struct txn *txn, const struct act *act,
                                        const Sell__Registration *registration) {
  struct conflicts conflicts;
  /* The keys first: who submits meanwhile changes them, so that no conflict opens unseen. */
  const struct status *status = keys_release(txn, registration, act->now_us);
  if (!status)
    status = attempt_keep(txn, act, registration);
  if (!status)
    status = conflicts_of(txn, act, registration->name, &conflicts);
  for (size_t i = 0; !status && i < conflicts.count; i++) {
    Sell__Conflict *conflict = conflicts.items[i];
    if (conflict->state != SELL__CONFLICT__STATE__STATE_OPEN)
      continue;
    status = conflict_lapse(act, conflict, registration->name);
    if (!status)
      conflict_put(txn, conflict, "conflict.lapsed", act->now_us);
  }
  return status;
}

/* ---- the segment ---- */

const struct status *registration_terms_choose(struct txn *txn, const struct act *act,
                                               const Onboard__Partnership *partnership,
                                               const Sell__Registration *registration, const char **policy,
                                               Sell__RegistrationTerms **terms) {
  struct list_page page, members;
  const struct status *status = resource_all(txn, &kind_registration_policy, "active",
                                             name_vendor(act->arena, registration->name), &page);
  if (!status)
    status = resource_all(txn, &kind_member, "partnership", name_partnership(act->arena, registration->name),
                          &members);
  if (status)
    return status;
  const struct policy_subject subject = {partnership->partner_type, registration->segment,
                                         (Onboard__Member *const *)members.messages, members.count,
                                         act->now_us};
  const Sell__RegistrationPolicy *chosen =
      registration_policy_choose((Sell__RegistrationPolicy *const *)page.messages, page.count, &subject);
  *policy = chosen ? chosen->name : "";
  *terms = registration_terms_of(act->arena, chosen);
  return NULL;
}

/* One conflict of a registration, by the contracts as they stood when the two met. */
static const struct status *reroute_one(struct txn *txn, const struct act *act,
                                        const Sell__Registration *registration,
                                        const struct contracts *contracts, Sell__Conflict *conflict) {
  Sell__Registration *holder = NULL;
  const struct act then = {act->arena, moment_us(conflict->create_time), act->party, act->actor};
  const struct status *status = txn_peek(txn, &kind_registration, conflict->holder, &holder);
  if (status)
    return status;
  /* Approved before they met, as nobody is while the conflict is open; the one corrected is undecided. */
  bool approved = holder && registration_protected(holder);
  if (!conflict_reroute(act->arena, conflict, registration->name, preference(&then, contracts, registration),
                        approved))
    return NULL;
  if (txn_entry_room(txn) <= 1) /* the registration's own */
    return match_limit(act->arena);
  conflict_put(txn, conflict, "conflict.rerouted", act->now_us);
  return NULL;
}

const struct status *registration_reroute(struct txn *txn, const struct act *act,
                                          const Sell__Registration *registration) {
  struct conflicts conflicts;
  struct contracts contracts = {0};
  /* The keys first and written: who submits meanwhile is run again, and meets it as corrected. */
  const struct status *status = keys_update(txn, registration, act->now_us);
  if (!status)
    status = conflicts_of(txn, act, registration->name, &conflicts);
  if (!status && conflicts.count)
    status = contracts_of(txn, name_vendor(act->arena, registration->name), &contracts);
  for (size_t i = 0; !status && i < conflicts.count; i++)
    if (conflicts.items[i]->state == SELL__CONFLICT__STATE__STATE_OPEN)
      status = reroute_one(txn, act, registration, &contracts, conflicts.items[i]);
  return status;
}

/* ---- contracts ---- */

const struct status *contracts_of(struct txn *txn, const char *vendor, struct contracts *out) {
  struct list_page page;
  const struct status *status = resource_all(txn, &kind_contract, "routing", vendor, &page);
  if (status)
    return status;
  out->items = (Onboard__Contract **)page.messages;
  out->count = page.count;
  return NULL;
}

const struct status *coverage_check(struct txn *txn, const struct act *act,
                                    const Sell__Registration *registration) {
  struct contracts contracts;
  const struct status *status = contracts_of(txn, name_vendor(act->arena, registration->name), &contracts);
  if (status || !coverage_excludes(act->arena, contracts.items, contracts.count, registration, act->now_us))
    return status;
  return status_make(act->arena, CODE_FAILED_PRECONDITION, REASON_CUSTOMER_UNAVAILABLE,
                     "This customer cannot be registered for these solutions in this partnership");
}

/* ---- what time changes ---- */

static int64_t registration_next(const ProtobufCMessage *message) {
  return registration_next_us((const Sell__Registration *)message);
}

static const struct status *registration_stage(struct txn *txn, const struct act *act,
                                               ProtobufCMessage *message) {
  Sell__Registration *registration = (Sell__Registration *)message;
  int64_t due = registration_next_us(registration);
  const Sell__Registration *before = registration_copy(act->arena, registration);
  int action = registration_settle(act->arena, registration, act->now_us);
  if (action == REGISTRATION_ESCALATE || action == REGISTRATION_REMIND) {
    registration_put(txn, before, registration,
                     action == REGISTRATION_REMIND ? "registration.expiring" : "registration.escalated", due);
    return NULL;
  }
  assert(action == REGISTRATION_LAPSE || action == REGISTRATION_EXPIRE);
  registration_put(txn, before, registration,
                   action == REGISTRATION_LAPSE ? "registration.withdrawn" : "registration.expired", due);
  return registration_leave(txn, act, registration);
}

static int64_t conflict_next(const ProtobufCMessage *message) {
  return conflict_next_us((const Sell__Conflict *)message);
}

static const struct status *conflict_stage(struct txn *txn, const struct act *act,
                                           ProtobufCMessage *message) {
  Sell__Conflict *conflict = (Sell__Conflict *)message;
  int64_t due = conflict_next_us(conflict);
  conflict_settle(act->arena, conflict, act->now_us);
  conflict_put(txn, conflict, "conflict.final", due);
  return NULL;
}

const struct timed timed_registration = {&kind_registration, registration_next, registration_stage};
const struct timed timed_conflict = {&kind_conflict, conflict_next, conflict_stage};
