#include "sell/protection.h"

#include "runtime/base/digest.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/message/validate.h"
#include "sell/account_sales.h"
#include "sell/registration_change.h"

#include <string.h>

#define CAUSE(name) SELL__PROTECTION_BREACH__CAUSE__CAUSE_##name
#define OPEN SELL__OPPORTUNITY__STATE__STATE_OPEN
#define WON SELL__OPPORTUNITY__STATE__STATE_WON

/* What a step does to an account; `entered`: it came to it by the step. UNSPECIFIED: nothing of concern. */
static Sell__ProtectionBreach__Cause cause_of(const struct opportunity_step *step, bool entered) {
  const Sell__Opportunity *before = step->before, *after = step->after;
  if (after->state == WON && (entered || before->state != WON))
    return CAUSE(WON);
  if (after->state != OPEN)
    return CAUSE(UNSPECIFIED);
  if (entered || before->state != OPEN)
    return CAUSE(ENTERED);
  return after->stage > before->stage ? CAUSE(ADVANCED) : CAUSE(UNSPECIFIED);
}

/* Whether an opportunity is the vendor's own sale to the customer of the holder, by the rules that two
 * registrations meet by. */
static bool is_on(struct arena *arena, const Sell__MatchHolder *holder,
                  const Sell__Opportunity *opportunity) {
  const Sell__Company company = opportunity_company(opportunity);
  return opportunity_direct(opportunity) &&
         company_compare(arena, holder->customer, &company).relation == COMPANY_SAME;
}

/* Whether the holder is protected from this step. A sale that was closed outside the protection is history.
 */
static bool protects(const Sell__MatchHolder *holder, const Sell__Opportunity *after, int64_t now_us) {
  if (!holder->approve_time || !match_holder_holds(holder, now_us))
    return false;
  return after->state == OPEN || moment_us(after->close_time) >= moment_us(holder->approve_time);
}

static bool customers_equal(const Sell__Opportunity *a, const Sell__Opportunity *b) {
  if (!a->customer || !b->customer)
    return a->customer == b->customer;
  return message_equal(&a->customer->base, &b->customer->base);
}

/* ---- raising ---- */

/* Of one registration and opportunity. Unlike the breach's own id it is never shown: who guesses an
 * opportunity's name could otherwise tell whether it exists. */
static char *mark_name(struct arena *arena, const char *vendor, const char *registration,
                       const char *opportunity) {
  enum { ID_BYTES = 20 };
  uint8_t digest[DIGEST_SIZE];
  char *text = arena_printf(arena, "%s\n%s", registration, opportunity);
  digest_sha256(text, strlen(text), digest);
  return name_child(arena, vendor, "breachMarks", hex_encode(arena, digest, ID_BYTES));
}

static void mark_put(struct txn *txn, const char *name, const char *breach, const char *opportunity) {
  struct arena *arena = txn_arena(txn);
  Sell__BreachMark *mark = arena_new(arena, Sell__BreachMark);
  sell__breach_mark__init(mark);
  mark->name = arena_strdup(arena, name);
  mark->breach = arena_strdup(arena, breach);
  mark->opportunity = arena_strdup(arena, opportunity);
  txn_put(txn, &kind_breach_mark, mark);
}

/* The breach that is there, or a new one with its marks: one under what it is about, one under its own id. */
static const struct status *breach_of(struct txn *txn, const char *vendor, const char *registration,
                                      const char *opportunity, Sell__ProtectionBreach **out) {
  struct arena *arena = txn_arena(txn);
  const char *name = mark_name(arena, vendor, registration, opportunity);
  Sell__BreachMark *mark;
  const struct status *status = txn_get(txn, &kind_breach_mark, name, &mark);
  if (status)
    return status;
  if (mark)
    return txn_get(txn, &kind_protection_breach, mark->breach, out);
  const char *id = name_new_id(arena);
  Sell__ProtectionBreach *breach = arena_new(arena, Sell__ProtectionBreach);
  sell__protection_breach__init(breach);
  breach->name = name_child(arena, name_partnership(arena, registration), "protectionBreaches", id);
  breach->registration = arena_strdup(arena, registration);
  breach->party = TYPE__PARTY__PARTY_VENDOR;
  mark_put(txn, name, breach->name, opportunity);
  mark_put(txn, name_child(arena, vendor, "breachMarks", id), breach->name, opportunity);
  *out = breach;
  return NULL;
}

static const struct status *raise(struct txn *txn, const char *vendor, const char *registration,
                                  const Sell__Opportunity *opportunity, Sell__ProtectionBreach__Cause cause) {
  struct arena *arena = txn_arena(txn);
  Sell__ProtectionBreach *breach = NULL;
  const struct status *status = breach_of(txn, vendor, registration, opportunity->name, &breach);
  if (status)
    return status;
  if (!breach)
    return status_make(arena, CODE_DATA_LOSS, "BREACH_LOST", "A breach of %s is marked and not there",
                       registration);
  Google__Protobuf__Timestamp *now = timestamp_new(arena, txn_now_us(txn));
  bool is_new = breach->count == 0;
  if (is_new)
    breach->breach_time = now;
  breach->last_time = now;
  breach->count++;
  if (cause > breach->cause)
    breach->cause = cause;
  txn_put(txn, &kind_protection_breach, breach);
  struct record *record =
      txn_record(txn, &(struct record_facts){.type = "protection.breached", .payload = breach});
  txn_count(record, "protection.breaches", TYPE__PARTY__PARTY_VENDOR, moment_us(breach->breach_time), is_new);
  return NULL;
}

static bool breaches_have(const struct breaches *breaches, const char *registration) {
  for (size_t i = 0; i < breaches->count; i++)
    if (strcmp(breaches->items[i].registration, registration) == 0)
      return true;
  return false;
}

static void breaches_add(struct txn *txn, const struct opportunity_step *step, bool moved,
                         const Sell__MatchKey *key, struct breaches *out) {
  struct arena *arena = txn_arena(txn);
  for (size_t i = 0; i < key->n_holders; i++) {
    const Sell__MatchHolder *holder = key->holders[i];
    if (!protects(holder, step->after, txn_now_us(txn)) || breaches_have(out, holder->registration) ||
        !is_on(arena, holder, step->after))
      continue;
    bool entered = moved && !(step->before && is_on(arena, holder, step->before));
    Sell__ProtectionBreach__Cause cause = cause_of(step, entered);
    if (cause != CAUSE(UNSPECIFIED))
      out->items[out->count++] = (struct breach){holder->registration, cause};
  }
}

const struct status *protection_find(struct txn *txn, const struct opportunity_step *step,
                                     struct breaches *out) {
  struct arena *arena = txn_arena(txn);
  const Sell__Opportunity *before = step->before, *after = step->after;
  Sell__MatchKey *held[COMPANY_KEYS_MAX];
  struct company_key keys[COMPANY_KEYS_MAX];
  const char *names[COMPANY_KEYS_MAX];
  *out = (struct breaches){.opportunity = after};
  bool moved = !before || !opportunity_direct(before) || !customers_equal(before, after);
  if (!opportunity_direct(after) || cause_of(step, moved) == CAUSE(UNSPECIFIED))
    return NULL;
  const Sell__Company company = opportunity_company(after);
  size_t count = company_keys(arena, &company, keys);
  if (!count)
    return NULL;
  for (size_t i = 0; i < count; i++)
    names[i] = match_key_name(arena, name_vendor(arena, after->name), &keys[i]);
  const struct status *status = txn_get_many(txn, &kind_match_key, names, count, held);
  if (status)
    return status;
  out->items = arena_calloc(arena, count * MATCH_HOLDERS_MAX, sizeof *out->items);
  for (size_t i = 0; i < count; i++)
    if (held[i])
      breaches_add(txn, step, moved, held[i], out);
  return NULL;
}

const struct status *protection_raise(struct txn *txn, const struct breaches *breaches) {
  const char *vendor = name_vendor(txn_arena(txn), breaches->opportunity->name);
  const struct status *status = NULL;
  for (size_t i = 0; !status && i < breaches->count; i++)
    status =
        raise(txn, vendor, breaches->items[i].registration, breaches->opportunity, breaches->items[i].cause);
  return status;
}

const struct status *protection_watch(struct txn *txn, const struct opportunity_step *step) {
  struct breaches breaches;
  const struct status *status = protection_find(txn, step, &breaches);
  return status ? status : protection_raise(txn, &breaches);
}
