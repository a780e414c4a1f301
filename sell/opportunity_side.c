#include "sell/opportunity_side.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "sell/opportunity_review.h"

#define PRIVATE SELL__OPPORTUNITY_SIDE__SHARING__SHARING_PRIVATE
#define SHARED SELL__OPPORTUNITY_SIDE__SHARING__SHARING_SHARED
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER

enum { SIDES = 2 };

Type__Party side_party(struct arena *arena, const char *name) {
  const char *id = name_last_id(arena, name);
  if (text_equal(id, "vendor"))
    return VENDOR;
  return text_equal(id, "partner") ? PARTNER : TYPE__PARTY__PARTY_UNSPECIFIED;
}

char *side_name(struct arena *arena, const char *opportunity, Type__Party party) {
  return name_child(arena, opportunity, "sides", party == VENDOR ? "vendor" : "partner");
}

/* ---- what may change ---- */

static bool money_equal(const Type__Money *a, const Type__Money *b) {
  if (!a || !b)
    return a == b;
  return a->amount_minor == b->amount_minor && text_equal(a->currency_code, b->currency_code);
}

static bool contact_equal(const Sell__CustomerContact *a, const Sell__CustomerContact *b) {
  if (!a || !b)
    return a == b;
  return text_equal(a->full_name, b->full_name) && text_equal(a->job_title, b->job_title) &&
         text_equal(a->email, b->email) && text_equal(a->phone, b->phone) && a->consent == b->consent &&
         text_equal(a->consent_note, b->consent_note);
}

static bool sharing_equal(const Sell__OpportunitySide__SharingFlags *a,
                          const Sell__OpportunitySide__SharingFlags *b) {
  if (!a || !b)
    return a == b;
  return a->stage == b->stage && a->amount == b->amount && a->next_step == b->next_step &&
         a->next_step_due_time == b->next_step_due_time && a->owner_contact == b->owner_contact &&
         a->customer_contact == b->customer_contact;
}

/* The fields of a side, notes last; and which of them differ. */
enum { NOTES = 7, FIELDS };
static const char *const field_names[FIELDS] = {
    "stage",         "amount",           "next_step", "next_step_due_time",
    "owner_contact", "customer_contact", "sharing",   "notes"};

static void differences(const Sell__OpportunitySide *a, const Sell__OpportunitySide *b, bool differ[FIELDS]) {
  const bool equal[FIELDS] = {
      a->stage == b->stage,
      money_equal(a->amount, b->amount),
      text_equal(a->next_step, b->next_step),
      moment_us(a->next_step_due_time) == moment_us(b->next_step_due_time),
      text_equal(a->owner_contact, b->owner_contact),
      contact_equal(a->customer_contact, b->customer_contact),
      sharing_equal(a->sharing, b->sharing),
      text_equal(a->notes, b->notes),
  };
  for (size_t i = 0; i < FIELDS; i++)
    differ[i] = !equal[i];
}

/* While it is open everything may change; closed, notes; taken back, nothing. A consent that is taken back is
 * heeded in any state. */
static const struct status *locks_check(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                                        const Sell__OpportunitySide *before,
                                        const Sell__OpportunitySide *after) {
  bool differ[FIELDS];
  struct status *locked = NULL;
  struct buffer names = {.arena = occasion->arena};
  const char *state = state_name(&sell__opportunity__state__descriptor, (int)opportunity->state);
  bool open = opportunity->state == SELL__OPPORTUNITY__STATE__STATE_OPEN;
  bool reversed = opportunity->state == SELL__OPPORTUNITY__STATE__STATE_REVERSED;
  differences(before, after, differ);
  for (size_t i = 0; i < FIELDS; i++) {
    if (!differ[i] || open || (i == NOTES && !reversed))
      continue;
    guard_add(occasion->arena, &locked, REASON_FIELD_LOCKED, after->name, "%s may no longer change in %s",
              field_names[i], state);
    buffer_printf(&names, "%s%s", names.size ? "," : "", field_names[i]);
  }
  if (locked) {
    status_add_metadata(occasion->arena, locked, "state", state);
    status_add_metadata(occasion->arena, locked, "fields", names.data);
  }
  return locked;
}

static bool shares_contact(const Sell__OpportunitySide *side) {
  return side->sharing && side->sharing->customer_contact == SHARED;
}

static bool has_consent(const Sell__OpportunitySide *side) {
  return side->customer_contact && side->customer_contact->consent;
}

/* Notes when a consent was given, and ends the sharing when it is taken back. */
static const struct status *consent_follow(const struct occasion *occasion,
                                           const Sell__OpportunitySide *before,
                                           Sell__OpportunitySide *after) {
  if (after->customer_contact) {
    Sell__CustomerContact *contact =
        arena_copy(occasion->arena, after->customer_contact, sizeof *after->customer_contact);
    contact->consent_time = !contact->consent     ? NULL
                            : has_consent(before) ? before->customer_contact->consent_time
                                                  : timestamp_new(occasion->arena, occasion->now_us);
    after->customer_contact = contact;
  }
  if (!shares_contact(after) || has_consent(after))
    return NULL;
  if (!has_consent(before) || !shares_contact(before))
    return status_make(occasion->arena, CODE_FAILED_PRECONDITION, REASON_CONSENT_MISSING,
                       "The customer's contact is shared with the person's consent only");
  after->sharing = arena_copy(occasion->arena, after->sharing, sizeof *after->sharing);
  after->sharing->customer_contact = PRIVATE;
  return NULL;
}

/* Only taking a consent back, which nothing may stand in the way of. */
static bool only_withdraws(const Sell__OpportunitySide *before, const Sell__OpportunitySide *after) {
  bool differ[FIELDS], other = false;
  Sell__OpportunitySide same = *after;
  Sell__OpportunitySide__SharingFlags sharing = SELL__OPPORTUNITY_SIDE__SHARING_FLAGS__INIT;
  if (before->sharing && after->sharing) {
    sharing = *after->sharing;
    sharing.customer_contact = before->sharing->customer_contact;
    same.sharing = &sharing;
  }
  same.customer_contact = before->customer_contact;
  differences(before, &same, differ);
  for (size_t i = 0; i < FIELDS; i++)
    other = other || differ[i];
  return !other && has_consent(before) && !has_consent(after);
}

const struct status *side_update(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                                 const Sell__OpportunitySide *before, Sell__OpportunitySide *after) {
  struct arena *arena = occasion->arena;
  Type__Party party = side_party(arena, after->name);
  struct status *invalid = NULL;
  const struct status *status = joint_check(occasion, opportunity);
  if (!status)
    status = party_check_owner(arena, after->name, party, occasion->party);
  if (status)
    return status;
  if (after->amount && after->amount->amount_minor <= 0)
    invalid_add(arena, &invalid, "side.amount.amount_minor", "VALUE_OUT_OF_RANGE", "must be more than 0");
  moment_check(arena, &invalid, "side.next_step_due_time", after->next_step_due_time);
  status = invalid ? invalid : amount_check(occasion, after->amount);
  if (!status)
    status = consent_follow(occasion, before, after);
  if (!status && !only_withdraws(before, after))
    status = locks_check(occasion, opportunity, before, after);
  after->party = party;
  return status;
}

/* ---- what is shown ---- */

/* What a side shares; NULL when that is nothing. */
static Sell__SharedSide *shared_of(struct arena *arena, const Sell__OpportunitySide *side) {
  const Sell__OpportunitySide__SharingFlags *sharing = side->sharing;
  Sell__SharedSide *shared = arena_new(arena, Sell__SharedSide);
  sell__shared_side__init(shared);
  if (!sharing)
    return NULL;
  if (sharing->stage == SHARED)
    shared->stage = side->stage;
  if (sharing->amount == SHARED)
    shared->amount = side->amount;
  if (sharing->next_step == SHARED)
    shared->next_step = side->next_step;
  if (sharing->next_step_due_time == SHARED)
    shared->next_step_due_time = side->next_step_due_time;
  if (sharing->owner_contact == SHARED)
    shared->owner_contact = side->owner_contact;
  if (!shared->stage && !shared->amount && text_empty(shared->next_step) && !shared->next_step_due_time &&
      text_empty(shared->owner_contact))
    return NULL;
  shared->party = side->party;
  return shared;
}

static bool shared_equal(const Sell__SharedSide *a, const Sell__SharedSide *b) {
  if (!a || !b)
    return a == b;
  return a->stage == b->stage && money_equal(a->amount, b->amount) &&
         text_equal(a->next_step, b->next_step) &&
         moment_us(a->next_step_due_time) == moment_us(b->next_step_due_time) &&
         text_equal(a->owner_contact, b->owner_contact);
}

static Sell__SharedSide *shown_of(const Sell__Opportunity *opportunity, Type__Party party) {
  for (size_t i = 0; i < opportunity->n_shared_sides; i++)
    if (opportunity->shared_sides[i]->party == party)
      return opportunity->shared_sides[i];
  return NULL;
}

bool side_show(struct arena *arena, const Sell__OpportunitySide *side, Sell__Opportunity *opportunity) {
  static const Type__Party parties[SIDES] = {VENDOR, PARTNER};
  Sell__SharedSide *shared = shared_of(arena, side);
  if (shared_equal(shared, shown_of(opportunity, side->party)))
    return false;
  Sell__SharedSide **shown = arena_calloc(arena, SIDES, sizeof *shown);
  size_t count = 0;
  for (size_t i = 0; i < SIDES; i++) {
    Sell__SharedSide *one = parties[i] == side->party ? shared : shown_of(opportunity, parties[i]);
    if (one)
      shown[count++] = one;
  }
  opportunity->shared_sides = shown;
  opportunity->n_shared_sides = count;
  return true;
}

Sell__OpportunitySide *side_as_shared(struct arena *arena, const Sell__Opportunity *opportunity,
                                      Type__Party party, const Sell__OpportunitySide *stored) {
  const Sell__SharedSide *shown = shown_of(opportunity, party);
  Sell__OpportunitySide *side = arena_new(arena, Sell__OpportunitySide);
  sell__opportunity_side__init(side);
  side->name = side_name(arena, opportunity->name, party);
  side->party = party;
  if (shown) {
    side->stage = shown->stage;
    side->amount = shown->amount;
    side->next_step = shown->next_step;
    side->next_step_due_time = shown->next_step_due_time;
    side->owner_contact = shown->owner_contact;
  }
  if (stored && shares_contact(stored) && has_consent(stored))
    side->customer_contact = stored->customer_contact;
  return side;
}
