#include "sell/attribution.h"

#include "runtime/base/machine.h"
#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/opportunity_review.h"

#define STATE(name) SELL__ATTRIBUTION__STATE__STATE_##name
#define CLASS(name) SELL__ATTRIBUTION__CLASS__CLASS_##name

static const struct transition transitions[] = {
    {STATE(UNSPECIFIED), ATTRIBUTION_PROPOSE, STATE(PROPOSED), NULL},
    {STATE(PROPOSED), ATTRIBUTION_PROPOSE, STATE(PROPOSED), NULL},
    {STATE(PROPOSED), ATTRIBUTION_AGREE, STATE(AGREED), NULL},
    {STATE(AGREED), ATTRIBUTION_PROPOSE, STATE(PROPOSED), NULL},
    {STATE(FROZEN), ATTRIBUTION_REVERSE, STATE(UNFROZEN), NULL},
    {STATE(UNFROZEN), ATTRIBUTION_PROPOSE, STATE(PROPOSED), NULL},
};

static const char *const action_names[ATTRIBUTION_ACTIONS] = {
    [ATTRIBUTION_PROPOSE] = "propose attribution",
    [ATTRIBUTION_AGREE] = "agree attribution",
    [ATTRIBUTION_REVERSE] = "reverse attribution",
};

const struct machine attribution_machine = {
    .states = &sell__attribution__state__descriptor,
    .actions = action_names,
    .action_count = ATTRIBUTION_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static Sell__Attribution__State state_of(const Sell__Opportunity *opportunity) {
  return opportunity->attribution ? opportunity->attribution->state : STATE(UNSPECIFIED);
}

/* A copy to change: rules never change what a message points to. */
static Sell__Attribution *attribution_copy(const struct occasion *occasion,
                                           const Sell__Opportunity *opportunity) {
  Sell__Attribution *copy = arena_new(occasion->arena, Sell__Attribution);
  sell__attribution__init(copy);
  if (opportunity->attribution)
    *copy = *opportunity->attribution;
  return copy;
}

/* Shares of what is being sold, or was: not of what was lost or taken back. */
static const struct status *going_check(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                                        enum attribution_action action) {
  struct guards guards = {
      .arena = occasion->arena,
      .resource = opportunity->name,
      .state = state_name(&sell__opportunity__state__descriptor, (int)opportunity->state),
      .action = action_names[action],
      .reason = REASON_INVALID_STATE,
  };
  guard(&guards,
        opportunity->state == SELL__OPPORTUNITY__STATE__STATE_OPEN ||
            opportunity->state == SELL__OPPORTUNITY__STATE__STATE_WON,
        "it is %s: shares are of what is open or won", guards.state);
  return guards.status;
}

static const struct status *may(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                                enum attribution_action action, Sell__Attribution__State *to) {
  int next = 0;
  const struct status *status = joint_check(occasion, opportunity);
  if (!status)
    status = going_check(occasion, opportunity, action);
  if (!status)
    status = machine_next(&attribution_machine, occasion->arena, opportunity->name,
                          (int)state_of(opportunity), (int)action, &next);
  if (!status)
    *to = (Sell__Attribution__State)next;
  return status;
}

/* ---- propose ---- */

enum { REASON_LENGTH_MIN = 10 };

static void share_check(const struct occasion *occasion, const Sell__Attribution__Share *share, size_t place,
                        struct status **invalid) {
  struct arena *arena = occasion->arena;
  bool none = share->class_ == CLASS(NONE);
  if (none && share->basis_points)
    invalid_add(arena, invalid, arena_printf(arena, "shares[%zu].basis_points", place), "VALUE_OUT_OF_RANGE",
                "must be 0 where the party did nothing");
  if (!none && share->basis_points <= 0)
    invalid_add(arena, invalid, arena_printf(arena, "shares[%zu].basis_points", place), "VALUE_OUT_OF_RANGE",
                "must be more than 0 where the party sourced or influenced it");
  if (!none && text_length(share->reasoning) < REASON_LENGTH_MIN)
    invalid_add(arena, invalid, arena_printf(arena, "shares[%zu].reasoning", place),
                text_empty(share->reasoning) ? "REQUIRED_FIELD_MISSING" : "LENGTH_OUT_OF_RANGE",
                "must say why, in %d characters or more", REASON_LENGTH_MIN);
}

static const struct status *shares_check(const struct occasion *occasion,
                                         Sell__Attribution__Share *const *shares, size_t count) {
  struct arena *arena = occasion->arena;
  struct status *invalid = NULL;
  int64_t sum = 0;
  size_t sourced = 0, vendor = 0, partner = 0;
  for (size_t i = 0; i < count; i++) {
    share_check(occasion, shares[i], i, &invalid);
    sum += shares[i]->basis_points;
    sourced += shares[i]->class_ == CLASS(SOURCED);
    vendor += shares[i]->party == TYPE__PARTY__PARTY_VENDOR;
    partner += shares[i]->party == TYPE__PARTY__PARTY_PARTNER;
  }
  if (vendor != 1 || partner != 1)
    invalid_add(arena, &invalid, "shares", "VALUE_OUT_OF_RANGE", "must name each party once");
  if (sourced > 1)
    invalid_add(arena, &invalid, "shares", "VALUE_OUT_OF_RANGE", "one party at most sourced a sale");
  if (sum > BPS_ONE)
    invalid_add(arena, &invalid, "shares", "VALUE_OUT_OF_RANGE",
                "come to %lld basis points, which is more than the whole", (long long)sum);
  return invalid;
}

const struct status *attribution_propose(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                         Sell__Attribution__Share **shares, size_t count) {
  Sell__Attribution__State to;
  const struct status *status = may(occasion, opportunity, ATTRIBUTION_PROPOSE, &to);
  if (!status)
    status = shares_check(occasion, shares, count);
  if (status)
    return status;
  Sell__Attribution *proposed = attribution_copy(occasion, opportunity);
  bool vendor_first = shares[0]->party == TYPE__PARTY__PARTY_VENDOR;
  proposed->shares = arena_calloc(occasion->arena, count, sizeof *proposed->shares);
  for (size_t i = 0; i < count; i++)
    proposed->shares[i] = shares[vendor_first ? i : count - 1 - i];
  proposed->n_shares = count;
  proposed->state = to;
  proposed->proposer = occasion->party;
  proposed->propose_time = timestamp_new(occasion->arena, occasion->now_us);
  proposed->agree_time = NULL;
  proposed->freeze_time = NULL;
  opportunity->attribution = proposed;
  return NULL;
}

/* ---- agree, reverse ---- */

static const struct status *check_proposal(const struct occasion *occasion,
                                           const Sell__Opportunity *opportunity, int64_t propose_us) {
  int64_t last_us = moment_us(opportunity->attribution->propose_time);
  if (propose_us == last_us)
    return NULL;
  const char *last = moment_text(occasion->arena, last_us);
  struct status *changed =
      status_make(occasion->arena, CODE_FAILED_PRECONDITION, REASON_PROPOSAL_CHANGED,
                  "Other shares of %s were proposed at %s: read them first", opportunity->name, last);
  status_add_metadata(occasion->arena, changed, "propose_time", last);
  return changed;
}

const struct status *attribution_agree(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                       int64_t propose_us) {
  Sell__Attribution__State to;
  const struct status *status = may(occasion, opportunity, ATTRIBUTION_AGREE, &to);
  if (!status)
    status = party_check_owner(occasion->arena, opportunity->name,
                               party_other(opportunity->attribution->proposer), occasion->party);
  if (!status)
    status = check_proposal(occasion, opportunity, propose_us);
  if (status)
    return status;
  Sell__Attribution *agreed = attribution_copy(occasion, opportunity);
  agreed->state = to;
  agreed->agree_time = timestamp_new(occasion->arena, occasion->now_us);
  opportunity->attribution = agreed;
  attribution_follow(occasion, opportunity);
  return NULL;
}

const struct status *attribution_reverse(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                         const char *reason) {
  Sell__Attribution__State to;
  const struct status *status = may(occasion, opportunity, ATTRIBUTION_REVERSE, &to);
  if (!status && text_length(reason) < REASON_LENGTH_MIN)
    status = invalid_field(occasion->arena, "reason", "LENGTH_OUT_OF_RANGE",
                           "must have %d characters or more", REASON_LENGTH_MIN);
  if (status)
    return status;
  Sell__Attribution *reversed = attribution_copy(occasion, opportunity);
  reversed->state = to;
  reversed->reverse_time = timestamp_new(occasion->arena, occasion->now_us);
  reversed->reverse_reason = arena_strdup(occasion->arena, reason);
  reversed->reverser = occasion->party;
  reversed->reverse_count++;
  opportunity->attribution = reversed;
  return NULL;
}

/* ---- what follows ---- */

void attribution_follow(const struct occasion *occasion, Sell__Opportunity *opportunity) {
  Sell__Attribution__State state = state_of(opportunity), to = state;
  bool committed = opportunity->stage == SELL__OPPORTUNITY__STAGE__STAGE_COMMITTED &&
                   opportunity->state == SELL__OPPORTUNITY__STATE__STATE_OPEN;
  if (state == STATE(AGREED) && (committed || opportunity->state == SELL__OPPORTUNITY__STATE__STATE_WON))
    to = STATE(FROZEN);
  if (state && opportunity->state == SELL__OPPORTUNITY__STATE__STATE_REVERSED)
    to = STATE(VOID);
  if (to == state)
    return;
  Sell__Attribution *after = attribution_copy(occasion, opportunity);
  after->state = to;
  if (to == STATE(FROZEN))
    after->freeze_time = timestamp_new(occasion->arena, occasion->now_us);
  opportunity->attribution = after;
}

/* Which share a minor unit goes to that two have an equal claim to: the one that sourced the sale, else that
 * of the party that agreed. Not the first one, which would be the vendor's in every such case. */
static size_t favoured(const Sell__Attribution *attribution) {
  for (size_t i = 0; i < attribution->n_shares; i++)
    if (attribution->shares[i]->class_ == CLASS(SOURCED))
      return i;
  return attribution->shares[0]->party == attribution->proposer;
}

size_t attribution_amounts(const Sell__Opportunity *opportunity, struct attributed out[ATTRIBUTED_MAX]) {
  const Sell__Attribution *attribution = opportunity->attribution;
  int32_t weights[ATTRIBUTED_MAX + 1] = {0, 0, BPS_ONE};
  int64_t parts[ATTRIBUTED_MAX + 1];
  size_t count = 0;
  if (state_of(opportunity) != STATE(FROZEN) || !opportunity->amount ||
      opportunity->state != SELL__OPPORTUNITY__STATE__STATE_WON)
    return 0;
  size_t first = favoured(attribution);
  for (size_t i = 0; i < ATTRIBUTED_MAX; i++) {
    weights[i] = attribution->shares[first ^ i]->basis_points;
    weights[ATTRIBUTED_MAX] -= weights[i];
  }
  money_split(opportunity->amount->amount_minor, weights, ATTRIBUTED_MAX + 1, parts);
  for (size_t i = 0; i < ATTRIBUTED_MAX; i++) {
    const Sell__Attribution__Share *share = attribution->shares[i];
    if (share->class_ != CLASS(NONE))
      out[count++] = (struct attributed){share->party, share->class_ == CLASS(SOURCED), parts[first ^ i]};
  }
  return count;
}
