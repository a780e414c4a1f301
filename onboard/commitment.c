#include "onboard/commitment.h"

#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"

#include <string.h>

#define OPEN ONBOARD__COMMITMENT__STATE__STATE_OPEN
#define ON_TRACK ONBOARD__COMMITMENT__STATE__STATE_ON_TRACK
#define AT_RISK ONBOARD__COMMITMENT__STATE__STATE_AT_RISK
#define FULFILLED ONBOARD__COMMITMENT__STATE__STATE_FULFILLED
#define MISSED ONBOARD__COMMITMENT__STATE__STATE_MISSED
#define WAIVED ONBOARD__COMMITMENT__STATE__STATE_WAIVED
#define DISPUTED ONBOARD__COMMITMENT__STATE__STATE_DISPUTED
#define RELEASED ONBOARD__COMMITMENT__STATE__STATE_RELEASED

/* A share of the time in basis points before which nothing confirmed is no sign of anything, and how far
 * confirmation may lag behind the time that has passed. */
enum { EARLY_BPS = 2500, LAG_BPS = 2000 };

/* Far beyond any sum that people claim, far below what would overflow when one more claim is added. */
#define CONFIRMED_MAX INT64_C(4000000000000000000)

/* ---- how it stands ---- */

static int64_t share_bps(int64_t part, int64_t whole) {
  if (part <= 0)
    return 0;
  if (part >= whole)
    return COMMITMENT_POINTS_FULL;
  return (int64_t)((__int128)part * COMMITMENT_POINTS_FULL / whole);
}

static bool is_deemed(const Onboard__PendingClaim *pending, int64_t now_us) {
  return moment_us(pending->deem_time) <= now_us;
}

int64_t commitment_confirmed_at(const Onboard__Commitment *commitment, int64_t now_us) {
  int64_t sum = commitment->confirmed;
  for (size_t i = 0; i < commitment->n_pending_claims; i++)
    if (is_deemed(commitment->pending_claims[i], now_us))
      sum += commitment->pending_claims[i]->amount;
  return sum;
}

/* What would be confirmed if every waiting claim were. */
static int64_t prospect(const Onboard__Commitment *commitment) {
  return commitment_confirmed_at(commitment, INT64_MAX);
}

static Onboard__Commitment__State state_under_way(const Onboard__Commitment *commitment, int64_t confirmed,
                                                  int64_t now_us) {
  int64_t start = moment_us(commitment->start_time), due = moment_us(commitment->due_time);
  if (now_us < start)
    return confirmed ? ON_TRACK : OPEN;
  int64_t elapsed = share_bps(now_us - start, due - start > 0 ? due - start : 1);
  if (!confirmed && elapsed < EARLY_BPS)
    return OPEN;
  return share_bps(confirmed, commitment->target) + LAG_BPS >= elapsed ? ON_TRACK : AT_RISK;
}

Onboard__Commitment__State commitment_state_at(const Onboard__Commitment *commitment, int64_t now_us) {
  if (commitment->state == WAIVED || commitment->state == RELEASED)
    return commitment->state;
  int64_t confirmed = commitment_confirmed_at(commitment, now_us);
  if (confirmed >= commitment->target)
    return FULFILLED;
  if (commitment->disputed_claim_count > 0)
    return DISPUTED;
  if (now_us < moment_us(commitment->due_time))
    return state_under_way(commitment, confirmed, now_us);
  return prospect(commitment) >= commitment->target ? AT_RISK : MISSED;
}

size_t commitment_settle(struct arena *arena, Onboard__Commitment *commitment, int64_t now_us,
                         const char *claims[COMMITMENT_PENDING_MAX]) {
  size_t deemed = 0, kept = 0;
  Onboard__PendingClaim **pending = arena_calloc(arena, commitment->n_pending_claims, sizeof(void *));
  for (size_t i = 0; i < commitment->n_pending_claims; i++) {
    Onboard__PendingClaim *claim = commitment->pending_claims[i];
    if (!is_deemed(claim, now_us)) {
      pending[kept++] = claim;
      continue;
    }
    commitment->confirmed += claim->amount;
    commitment->deemed += claim->amount;
    claims[deemed++] = claim->claim;
  }
  commitment->pending_claims = pending;
  commitment->n_pending_claims = kept;
  commitment->state = commitment_state_at(commitment, now_us);
  return deemed;
}

int64_t commitment_next_us(const Onboard__Commitment *commitment) {
  int64_t next = INT64_MAX;
  if (commitment->state == WAIVED || commitment->state == RELEASED)
    return next;
  for (size_t i = 0; i < commitment->n_pending_claims; i++) {
    int64_t deem = moment_us(commitment->pending_claims[i]->deem_time);
    next = deem < next ? deem : next;
  }
  bool can_miss = commitment->state != MISSED && commitment->disputed_claim_count == 0 &&
                  prospect(commitment) < commitment->target;
  int64_t due = moment_us(commitment->due_time);
  return can_miss && due < next ? due : next;
}

static bool counts(const Onboard__Commitment *commitment) {
  return commitment->state != WAIVED && commitment->state != RELEASED;
}

int64_t commitment_points(const Onboard__Commitment *commitment) {
  return counts(commitment) ? commitment->weight * share_bps(commitment->confirmed, commitment->target) : 0;
}

int64_t commitment_weight(const Onboard__Commitment *commitment) {
  return counts(commitment) ? (int64_t)commitment->weight * COMMITMENT_POINTS_FULL : 0;
}

bool commitment_is_active_at(const Onboard__Commitment *commitment, int64_t now_us) {
  Onboard__Commitment__State state = commitment_state_at(commitment, now_us);
  return state != MISSED && state != WAIVED && state != RELEASED;
}

bool commitment_is_settled_at(const Onboard__Commitment *commitment, int64_t now_us) {
  Onboard__Commitment__State state = commitment_state_at(commitment, now_us);
  if (commitment->disputed_claim_count > 0)
    return false;
  for (size_t i = 0; i < commitment->n_pending_claims; i++)
    if (!is_deemed(commitment->pending_claims[i], now_us))
      return false;
  return state == FULFILLED || state == MISSED || state == WAIVED || state == RELEASED;
}

bool commitment_is_claimable_at(const Onboard__Commitment *commitment, int64_t now_us) {
  return commitment->measure != ONBOARD__COMMITMENT_MEASURE__COMMITMENT_MEASURE_MEASURED &&
         commitment_state_at(commitment, now_us) == MISSED;
}

bool commitment_is_released_at(const Onboard__Commitment *commitment, int64_t now_us) {
  Onboard__Commitment__State state = commitment_state_at(commitment, now_us);
  return now_us < moment_us(commitment->due_time) && state != FULFILLED && state != WAIVED &&
         state != RELEASED;
}

/* ---- guards ---- */

static const struct status *refuse_owner(const struct act *act, const Onboard__Commitment *commitment,
                                         const char *reason, const char *text) {
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, reason, "%s is owed by %s: %s",
                                      commitment->name, party_name(commitment->owner), text);
  status_add_metadata(act->arena, status, "owner", party_name(commitment->owner));
  return status;
}

static const struct status *claimable(const struct act *act, const void *noun, const void *facts) {
  const Onboard__Commitment *commitment = noun;
  const struct claim_facts *given = facts;
  struct status *status = NULL;
  if (commitment->owner != act->party)
    return refuse_owner(act, commitment, "NOT_OWN_COMMITMENT", "only its owner can claim");
  if (commitment->measure == ONBOARD__COMMITMENT_MEASURE__COMMITMENT_MEASURE_MEASURED) {
    status = status_make(act->arena, CODE_FAILED_PRECONDITION, "MEASURED_COMMITMENT",
                         "%s is measured by what other pillars record: nobody claims it", commitment->name);
    status_add_metadata(act->arena, status, "commitment", commitment->name);
  } else if (given->occur_us > moment_us(commitment->due_time)) {
    const char *due = moment_text(act->arena, moment_us(commitment->due_time));
    status =
        status_make(act->arena, CODE_FAILED_PRECONDITION, "DELIVERED_AFTER_DUE",
                    "%s was due at %s: what is delivered later does not fulfil it", commitment->name, due);
    status_add_metadata(act->arena, status, "due_time", due);
  } else if (commitment->n_pending_claims >= COMMITMENT_PENDING_MAX) {
    status =
        status_make(act->arena, CODE_FAILED_PRECONDITION, "TOO_MANY_CLAIMS",
                    "%s: %d claims wait for an answer already", commitment->name, COMMITMENT_PENDING_MAX);
    status_add_metadata(act->arena, status, "limit", "16");
  }
  return status;
}

static const struct status *waivable(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Commitment *commitment = noun;
  if (commitment->owner == act->party)
    return refuse_owner(act, commitment, "OWN_COMMITMENT", "only the counterparty can waive");
  struct status *refusal = NULL;
  if (commitment->n_pending_claims)
    guard_add(act->arena, &refusal, REASON_GUARD_UNMET, commitment->name,
              "%zu claims wait for an answer; answer them first", commitment->n_pending_claims);
  return refusal;
}

static const struct transition transitions[] = {
    {OPEN, COMMITMENT_CLAIM, COMMITMENT_DERIVED, claimable},
    {ON_TRACK, COMMITMENT_CLAIM, COMMITMENT_DERIVED, claimable},
    {AT_RISK, COMMITMENT_CLAIM, COMMITMENT_DERIVED, claimable},
    {MISSED, COMMITMENT_CLAIM, COMMITMENT_DERIVED, claimable},
    {DISPUTED, COMMITMENT_CLAIM, COMMITMENT_DERIVED, claimable},
    {OPEN, COMMITMENT_CONFIRM, COMMITMENT_DERIVED, NULL},
    {ON_TRACK, COMMITMENT_CONFIRM, COMMITMENT_DERIVED, NULL},
    {AT_RISK, COMMITMENT_CONFIRM, COMMITMENT_DERIVED, NULL},
    {FULFILLED, COMMITMENT_CONFIRM, COMMITMENT_DERIVED, NULL},
    {MISSED, COMMITMENT_CONFIRM, COMMITMENT_DERIVED, NULL},
    {DISPUTED, COMMITMENT_CONFIRM, COMMITMENT_DERIVED, NULL},
    {OPEN, COMMITMENT_DISPUTE, COMMITMENT_DERIVED, NULL},
    {ON_TRACK, COMMITMENT_DISPUTE, COMMITMENT_DERIVED, NULL},
    {AT_RISK, COMMITMENT_DISPUTE, COMMITMENT_DERIVED, NULL},
    {FULFILLED, COMMITMENT_DISPUTE, COMMITMENT_DERIVED, NULL},
    {MISSED, COMMITMENT_DISPUTE, COMMITMENT_DERIVED, NULL},
    {DISPUTED, COMMITMENT_DISPUTE, COMMITMENT_DERIVED, NULL},
    {OPEN, COMMITMENT_WITHDRAW, COMMITMENT_DERIVED, NULL},
    {ON_TRACK, COMMITMENT_WITHDRAW, COMMITMENT_DERIVED, NULL},
    {AT_RISK, COMMITMENT_WITHDRAW, COMMITMENT_DERIVED, NULL},
    {FULFILLED, COMMITMENT_WITHDRAW, COMMITMENT_DERIVED, NULL},
    {MISSED, COMMITMENT_WITHDRAW, COMMITMENT_DERIVED, NULL},
    {DISPUTED, COMMITMENT_WITHDRAW, COMMITMENT_DERIVED, NULL},
    {OPEN, COMMITMENT_WAIVE, WAIVED, waivable},
    {ON_TRACK, COMMITMENT_WAIVE, WAIVED, waivable},
    {AT_RISK, COMMITMENT_WAIVE, WAIVED, waivable},
    {MISSED, COMMITMENT_WAIVE, WAIVED, waivable},
    {DISPUTED, COMMITMENT_WAIVE, WAIVED, waivable},
    {OPEN, COMMITMENT_RELEASE, RELEASED, NULL},
    {ON_TRACK, COMMITMENT_RELEASE, RELEASED, NULL},
    {AT_RISK, COMMITMENT_RELEASE, RELEASED, NULL},
    {DISPUTED, COMMITMENT_RELEASE, RELEASED, NULL},
    {FULFILLED, COMMITMENT_RELEASE, RELEASED, NULL},
    /* What was disputed before is still decided, though it counts for nothing any more. */
    {WAIVED, COMMITMENT_CONFIRM, COMMITMENT_DERIVED, NULL},
    {WAIVED, COMMITMENT_WITHDRAW, COMMITMENT_DERIVED, NULL},
    {RELEASED, COMMITMENT_CONFIRM, COMMITMENT_DERIVED, NULL},
    {RELEASED, COMMITMENT_WITHDRAW, COMMITMENT_DERIVED, NULL},
};
static const char *const actions[] = {"CLAIM", "CONFIRM", "DISPUTE", "WITHDRAW", "WAIVE", "RELEASE"};
const struct machine commitment_machine = {
    .states = &onboard__commitment__state__descriptor,
    .actions = actions,
    .action_count = COMMITMENT_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

/* ---- actions ---- */

static const struct status *check(const struct act *act, const Onboard__Commitment *commitment,
                                  enum commitment_action action, const void *facts, int *to) {
  return machine_step(&commitment_machine, act, commitment->name,
                      (int)commitment_state_at(commitment, act->now_us), (int)action, commitment, facts, to);
}

static void derive(const struct act *act, Onboard__Commitment *commitment) {
  commitment->state = commitment_state_at(commitment, act->now_us);
}

static void add_pending(const struct act *act, Onboard__Commitment *commitment,
                        const Onboard__FulfilmentClaim *claim) {
  Onboard__PendingClaim *pending = arena_new(act->arena, Onboard__PendingClaim);
  onboard__pending_claim__init(pending);
  pending->claim = name_last_id(act->arena, claim->name);
  pending->amount = claim->amount;
  pending->deem_time = claim->deem_time;
  Onboard__PendingClaim **all = arena_calloc(act->arena, commitment->n_pending_claims + 1, sizeof(void *));
  for (size_t i = 0; i < commitment->n_pending_claims; i++)
    all[i] = commitment->pending_claims[i];
  all[commitment->n_pending_claims++] = pending;
  commitment->pending_claims = all;
}

static void remove_pending(const struct act *act, Onboard__Commitment *commitment,
                           const Onboard__FulfilmentClaim *claim) {
  const char *id = name_last_id(act->arena, claim->name);
  size_t kept = 0;
  for (size_t i = 0; i < commitment->n_pending_claims; i++)
    if (strcmp(commitment->pending_claims[i]->claim, id) != 0)
      commitment->pending_claims[kept++] = commitment->pending_claims[i];
  commitment->n_pending_claims = kept;
}

const struct status *commitment_claim(const struct act *act, Onboard__Commitment *commitment,
                                      Onboard__FulfilmentClaim *claim, int64_t deemed_us) {
  struct claim_facts facts = {.occur_us = timestamp_us(claim->occur_time, act->now_us)};
  int to;
  const struct status *status = check(act, commitment, COMMITMENT_CLAIM, &facts, &to);
  if (status)
    return status;
  claim->occur_time = moment_or(act->arena, claim->occur_time, act->now_us);
  claim->claim_party = act->party;
  claim->claim_actor = arena_strdup(act->arena, act->actor);
  claim->state = ONBOARD__FULFILMENT_CLAIM__STATE__STATE_CLAIMED;
  claim->deem_time = timestamp_new(act->arena, act->now_us + deemed_us);
  add_pending(act, commitment, claim);
  derive(act, commitment);
  return NULL;
}

/* Takes a claim that is being decided out of what waits or is disputed. */
static void take_out(const struct act *act, Onboard__Commitment *commitment,
                     const Onboard__FulfilmentClaim *claim) {
  if (claim->state == ONBOARD__FULFILMENT_CLAIM__STATE__STATE_DISPUTED)
    commitment->disputed_claim_count--;
  else
    remove_pending(act, commitment, claim);
}

static void decide(const struct act *act, Onboard__FulfilmentClaim *claim, int to) {
  claim->state = (Onboard__FulfilmentClaim__State)to;
  claim->decide_time = timestamp_new(act->arena, act->now_us);
  claim->decide_actor = arena_strdup(act->arena, act->actor);
}

static const struct status *check_both(const struct act *act, const Onboard__Commitment *commitment,
                                       const Onboard__FulfilmentClaim *claim, enum commitment_action action,
                                       enum claim_action claim_action, int *to) {
  int derived;
  const struct status *status =
      machine_step(&claim_machine, act, claim->name, (int)claim_state_at(claim, act->now_us),
                   (int)claim_action, claim, NULL, to);
  return status ? status : check(act, commitment, action, NULL, &derived);
}

const struct status *claim_confirm(const struct act *act, Onboard__Commitment *commitment,
                                   Onboard__FulfilmentClaim *claim, int64_t amount) {
  int to;
  const struct status *status = check_both(act, commitment, claim, COMMITMENT_CONFIRM, CLAIM_CONFIRM, &to);
  if (status)
    return status;
  if (amount > claim->amount) {
    struct status *refusal = NULL;
    invalid_add(act->arena, &refusal, "amount", "VALUE_OUT_OF_RANGE", "%lld were claimed",
                (long long)claim->amount);
    return refusal;
  }
  take_out(act, commitment, claim);
  decide(act, claim, to);
  claim->confirmed_amount = amount ? amount : claim->amount;
  commitment->confirmed += claim->confirmed_amount;
  if (commitment->confirmed > CONFIRMED_MAX)
    commitment->confirmed = CONFIRMED_MAX;
  derive(act, commitment);
  return NULL;
}

const struct status *claim_dispute(const struct act *act, Onboard__Commitment *commitment,
                                   Onboard__FulfilmentClaim *claim, char *reason) {
  int to;
  const struct status *status = check_both(act, commitment, claim, COMMITMENT_DISPUTE, CLAIM_DISPUTE, &to);
  if (status)
    return status;
  take_out(act, commitment, claim);
  decide(act, claim, to);
  claim->dispute_reason = reason;
  commitment->disputed_claim_count++;
  derive(act, commitment);
  return NULL;
}

const struct status *claim_withdraw(const struct act *act, Onboard__Commitment *commitment,
                                    Onboard__FulfilmentClaim *claim) {
  int to;
  const struct status *status = check_both(act, commitment, claim, COMMITMENT_WITHDRAW, CLAIM_WITHDRAW, &to);
  if (status)
    return status;
  take_out(act, commitment, claim);
  decide(act, claim, to);
  derive(act, commitment);
  return NULL;
}

bool commitment_measure(Onboard__Commitment *commitment, int64_t amount, int64_t now_us) {
  if (!counts(commitment))
    return false;
  int64_t sum;
  if (!money_add(commitment->confirmed, amount, &sum) || sum > CONFIRMED_MAX)
    sum = CONFIRMED_MAX;
  commitment->confirmed = sum > 0 ? sum : 0;
  commitment->state = commitment_state_at(commitment, now_us);
  return true;
}

bool commitment_fall_back(Onboard__Commitment *commitment, int64_t superseded_us) {
  if (!counts(commitment) || commitment->state == FULFILLED ||
      moment_us(commitment->due_time) <= superseded_us)
    return false;
  commitment->state = RELEASED;
  return true;
}

const struct status *commitment_waive(const struct act *act, Onboard__Commitment *commitment, char *reason) {
  int to;
  const struct status *status = check(act, commitment, COMMITMENT_WAIVE, NULL, &to);
  if (status)
    return status;
  commitment->state = (Onboard__Commitment__State)to;
  commitment->waive_reason = reason;
  return NULL;
}

const struct status *commitment_release(const struct act *act, Onboard__Commitment *commitment) {
  int to;
  const struct status *status = check(act, commitment, COMMITMENT_RELEASE, NULL, &to);
  if (!status)
    commitment->state = (Onboard__Commitment__State)to;
  return status;
}
