#include "sell/market_estimate.h"

#include "runtime/base/moment.h"
#include "runtime/base/period.h"
#include "runtime/base/refusal.h"

#include <string.h>

#define STATE(name) SELL__MARKET_ESTIMATE__STATE__STATE_##name

static const char *const action_names[MARKET_ESTIMATE_ACTIONS] = {
    [MARKET_ESTIMATE_AGREE] = "agree",
    [MARKET_ESTIMATE_REJECT] = "reject",
    [MARKET_ESTIMATE_WITHDRAW] = "withdraw",
    [MARKET_ESTIMATE_SUPERSEDE] = "supersede",
};
static const struct transition transitions[] = {
    {STATE(PROPOSED), MARKET_ESTIMATE_AGREE, STATE(AGREED)},
    {STATE(PROPOSED), MARKET_ESTIMATE_REJECT, STATE(REJECTED)},
    {STATE(PROPOSED), MARKET_ESTIMATE_WITHDRAW, STATE(WITHDRAWN)},
    {STATE(AGREED), MARKET_ESTIMATE_SUPERSEDE, STATE(SUPERSEDED)},
};
const struct machine market_estimate_machine = {
    .states = &sell__market_estimate__state__descriptor,
    .actions = action_names,
    .action_count = MARKET_ESTIMATE_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

/* ---- proposing ---- */

static void check_effective(const struct act *act, struct status **invalid,
                            const Google__Protobuf__Timestamp *time) {
  static const char field[] = "market_estimate.effective_time";
  if (!moment_check(act->arena, invalid, field, time))
    return;
  int64_t time_us = moment_us(time);
  if (time->nanos % 1000 || month_start_us(month_of(time_us)) != time_us)
    invalid_add(act->arena, invalid, field, "VALUE_OUT_OF_RANGE",
                "must be the first instant of a calendar month in UTC");
}

const struct status *market_estimate_propose(const struct act *act, const Onboard__Partnership *partnership,
                                             Sell__MarketEstimateBook *book, Sell__MarketEstimate *estimate) {
  struct status *invalid = NULL;
  if (estimate->amount->amount_minor <= 0)
    invalid_add(act->arena, &invalid, "market_estimate.amount.amount_minor", "VALUE_OUT_OF_RANGE",
                "must be more than 0");
  check_effective(act, &invalid, estimate->effective_time);
  if (invalid)
    return invalid;
  const struct occasion occasion = {act->arena, act->now_us, act->party, partnership};
  const struct status *status = amount_check(&occasion, estimate->amount);
  if (status)
    return status;
  estimate->version = ++book->last_version;
  estimate->proposing_party = act->party;
  estimate->proposer = arena_strdup(act->arena, act->actor);
  estimate->state = STATE(PROPOSED);
  return NULL;
}

/* ---- deciding ---- */

/* The next state, for the party whose turn it is. */
static const struct status *decide(const struct act *act, Sell__MarketEstimate *estimate,
                                   enum market_estimate_action action, Type__Party whose) {
  int next;
  const struct status *status = party_check_owner(act->arena, estimate->name, whose, act->party);
  if (!status)
    status = machine_next(&market_estimate_machine, act->arena, estimate->name, (int)estimate->state,
                          (int)action, &next);
  if (status)
    return status;
  estimate->state = (Sell__MarketEstimate__State)next;
  estimate->decide_time = timestamp_new(act->arena, act->now_us);
  estimate->decider = arena_strdup(act->arena, act->actor);
  return NULL;
}

/* The first place in the book whose time is not before `time_us`. */
static size_t book_place(const Sell__MarketEstimateBook *book, int64_t time_us) {
  size_t at = 0;
  while (at < book->n_agreed && moment_us(book->agreed[at]->effective_time) < time_us)
    at++;
  return at;
}

static const struct status *refuse_full(const struct act *act, const Sell__MarketEstimate *estimate) {
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, REASON_MARKET_ESTIMATES_FULL,
                                      "%s cannot be agreed: %d times have an agreed estimate already",
                                      estimate->name, MARKET_ESTIMATES_MAX);
  status_add_metadata(act->arena, status, "limit", arena_printf(act->arena, "%d", MARKET_ESTIMATES_MAX));
  return status;
}

static void book_insert(const struct act *act, Sell__MarketEstimateBook *book, size_t at,
                        Sell__AgreedEstimate *entry) {
  book->agreed = arena_append(act->arena, book->agreed, book->n_agreed, entry);
  for (size_t i = book->n_agreed++; i > at; i--)
    book->agreed[i] = book->agreed[i - 1];
  book->agreed[at] = entry;
}

const struct status *market_estimate_agree(const struct act *act, Sell__MarketEstimateBook *book,
                                           Sell__MarketEstimate *estimate, const char **replaced) {
  int64_t time_us = moment_us(estimate->effective_time);
  const struct status *status =
      decide(act, estimate, MARKET_ESTIMATE_AGREE, party_other(estimate->proposing_party));
  if (status)
    return status;
  size_t at = book_place(book, time_us);
  bool taken = at < book->n_agreed && moment_us(book->agreed[at]->effective_time) == time_us;
  struct guards guards = {
      .arena = act->arena, .resource = estimate->name, .state = "PROPOSED", .action = "agree"};
  guard(&guards, !taken || book->agreed[at]->version < estimate->version,
        "%s, a later version, is agreed for the same time", taken ? book->agreed[at]->estimate : "");
  if (guards.status)
    return guards.status;
  if (!taken && book->n_agreed >= MARKET_ESTIMATES_MAX)
    return refuse_full(act, estimate);
  Sell__AgreedEstimate *entry = arena_new(act->arena, Sell__AgreedEstimate);
  sell__agreed_estimate__init(entry);
  entry->effective_time = timestamp_new(act->arena, time_us);
  entry->estimate = estimate->name;
  entry->version = estimate->version;
  *replaced = taken ? book->agreed[at]->estimate : NULL;
  if (taken)
    book->agreed[at] = entry;
  else
    book_insert(act, book, at, entry);
  return NULL;
}

const struct status *market_estimate_reject(const struct act *act, Sell__MarketEstimate *estimate,
                                            char *reason) {
  const struct status *status =
      decide(act, estimate, MARKET_ESTIMATE_REJECT, party_other(estimate->proposing_party));
  if (!status)
    estimate->reject_reason = reason;
  return status;
}

const struct status *market_estimate_withdraw(const struct act *act, Sell__MarketEstimate *estimate) {
  return decide(act, estimate, MARKET_ESTIMATE_WITHDRAW, estimate->proposing_party);
}

const struct status *market_estimate_supersede(const struct act *act, Sell__MarketEstimate *estimate,
                                               const Sell__MarketEstimate *successor) {
  int next;
  const struct status *status = machine_next(&market_estimate_machine, act->arena, estimate->name,
                                             (int)estimate->state, (int)MARKET_ESTIMATE_SUPERSEDE, &next);
  if (status)
    return status;
  estimate->state = (Sell__MarketEstimate__State)next;
  estimate->superseded_by = successor->name;
  estimate->supersede_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

const Sell__AgreedEstimate *market_estimate_at(const Sell__MarketEstimateBook *book, int64_t time_us) {
  size_t count = book_place(book, time_us + 1);
  return count ? book->agreed[count - 1] : NULL;
}

const Sell__MarketEstimate *market_estimate_known(const struct estimates *estimates, int64_t time_us,
                                                  int64_t as_of_us) {
  const Sell__MarketEstimate *best = NULL;
  for (size_t i = 0; i < estimates->count; i++) {
    const Sell__MarketEstimate *one = estimates->items[i];
    int64_t from_us = moment_us(one->effective_time);
    bool later = !best || from_us > moment_us(best->effective_time) ||
                 (from_us == moment_us(best->effective_time) && one->version > best->version);
    if (moment_us(one->decide_time) <= as_of_us && from_us <= time_us && later)
      best = one;
  }
  return best;
}
