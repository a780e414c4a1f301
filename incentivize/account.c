#include "incentivize/account.h"

#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <assert.h>
#include <string.h>

char *account_name(struct arena *arena, const char *partnership) {
  return name_child(arena, partnership, "accounts", "earnings");
}

Incentivize__Account *account_new(struct arena *arena, const char *partnership) {
  Incentivize__Account *account = arena_new(arena, Incentivize__Account);
  incentivize__account__init(account);
  account->name = account_name(arena, partnership);
  return account;
}

static struct period span_period(const Incentivize__PlanSpan *span, int64_t as_of_us) {
  bool cut_later = span->cut_time && timestamp_us(span->cut_time, 0) > as_of_us;
  return (struct period){timestamp_us(span->start_time, 0),
                         timestamp_us(cut_later ? span->initial_end_time : span->end_time, 0)};
}

const Incentivize__PlanSpan *account_cover(const Incentivize__Account *account, int64_t time_us,
                                           int64_t as_of_us) {
  for (size_t i = 0; i < account->n_spans; i++) {
    const Incentivize__PlanSpan *span = account->spans[i];
    struct period period = span_period(span, as_of_us);
    if (timestamp_us(span->activate_time, 0) <= as_of_us && period.start_us <= time_us &&
        time_us < period.end_us)
      return span;
  }
  return NULL;
}

const char *account_last_change(const Incentivize__Account *account, int64_t as_of_us, int64_t *change_us) {
  const char *plan = NULL;
  for (size_t i = 0; i < account->n_spans; i++) {
    const Incentivize__PlanSpan *span = account->spans[i];
    int64_t times[] = {timestamp_us(span->activate_time, INT64_MAX), timestamp_us(span->cut_time, INT64_MAX)};
    for (size_t j = 0; j < sizeof times / sizeof *times; j++) {
      if (times[j] <= as_of_us && times[j] != INT64_MAX && (!plan || times[j] >= *change_us)) {
        plan = span->commission_plan;
        *change_us = times[j];
      }
    }
  }
  return plan;
}

const char *account_overlap(const Incentivize__Account *account, struct period period) {
  for (size_t i = 0; i < account->n_spans; i++) {
    struct period taken = span_period(account->spans[i], INT64_MAX);
    if (taken.start_us < period.end_us && period.start_us < taken.end_us)
      return account->spans[i]->commission_plan;
  }
  return NULL;
}

const struct status *account_add_span(struct arena *arena, Incentivize__Account *account, const char *plan,
                                      struct period period, int64_t now_us) {
  const char *other = account_overlap(account, period);
  if (other) {
    struct status *status =
        status_make(arena, CODE_FAILED_PRECONDITION, "PLAN_OVERLAP",
                    "%s covers some of the period already; supersede or end it, or change the period", other);
    status_add_metadata(arena, status, "commission_plan", other);
    return status;
  }
  if (account->n_spans >= ACCOUNT_SPANS_MAX)
    return status_make(arena, CODE_FAILED_PRECONDITION, "TOO_MANY_PLANS",
                       "the partnership has had %d plans, which is the most", ACCOUNT_SPANS_MAX);
  Incentivize__PlanSpan *span = arena_new(arena, Incentivize__PlanSpan);
  incentivize__plan_span__init(span);
  span->commission_plan = arena_strdup(arena, plan);
  span->start_time = timestamp_new(arena, period.start_us);
  span->end_time = timestamp_new(arena, period.end_us);
  span->activate_time = timestamp_new(arena, now_us);
  Incentivize__PlanSpan **spans = arena_calloc(arena, account->n_spans + 1, sizeof *spans);
  if (account->n_spans)
    memcpy(spans, account->spans, account->n_spans * sizeof *spans);
  spans[account->n_spans++] = span;
  account->spans = spans;
  return NULL;
}

void account_cut_span(struct arena *arena, Incentivize__Account *account, const char *plan, int64_t end_us,
                      int64_t now_us) {
  for (size_t i = 0; i < account->n_spans; i++) {
    Incentivize__PlanSpan *span = account->spans[i];
    if (!text_equal(span->commission_plan, plan))
      continue;
    span->initial_end_time = span->end_time;
    span->end_time = timestamp_new(arena, end_us);
    span->cut_time = timestamp_new(arena, now_us);
    return;
  }
  assert(!"the plan has a span");
}

int64_t account_statement_us(const Incentivize__Account *account, int64_t occur_us) {
  int64_t closed_us = timestamp_us(account->closed_time, 0);
  return occur_us > closed_us ? occur_us : closed_us;
}
