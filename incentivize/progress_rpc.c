#include "incentivize/account.h"
#include "incentivize/accrual.h"
#include "incentivize/commission.h"
#include "incentivize/kinds.h"
#include "incentivize/service.h"
#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/store/ledger.h"
#include "runtime/store/list.h"

#include "entente/incentivize/v1/earning_service.pb-c.h"

/* The sums of a measurement period. */
struct reached {
  int64_t base_minor, accrued_minor;
  Google__Protobuf__Timestamp *record_time;
};

static bool written_by(const void *message, void *context) {
  const Incentivize__Earning *line = message;
  return timestamp_us(line->create_time, 0) <= *(const int64_t *)context;
}

/* The sums after the newest line that was recorded at `as_of_us` or before. */
static const struct status *reached_as_of(struct call *call, const Incentivize__CommissionPlan *plan,
                                          struct period measurement, int64_t as_of_us, struct reached *out) {
  struct list_page page;
  struct list_query query = {
      .kind = &kind_earning,
      .index = "measurement",
      .partition =
          partition_earning_measurement(call_arena(call), plan->name, month_of(measurement.start_us)),
      .scope = plan->name,
      .descending = true,
      .page_size = 1,
      .binding = "as-of",
      .keep = written_by,
      .context = &as_of_us,
  };
  do {
    const struct status *status = list_entities(call_txn(call), &query, &page);
    if (status)
      return status;
    query.page_token = page.next_page_token;
    const Incentivize__Earning *line = page.count ? page.messages[0] : NULL;
    bool recorded = false;
    if (line)
      status = ledger_recorded(call_txn(call), name_partnership(call_arena(call), line->name), line->name,
                               timestamp_us(line->create_time, 0), as_of_us, &recorded);
    if (status)
      return status;
    if (recorded) {
      *out = (struct reached){line->base_after_minor, line->accrued_after_minor, line->create_time};
      return NULL;
    }
  } while (*page.next_page_token);
  return NULL;
}

/* The span that covered a time as the ledger knew it at `as_of_us`. */
static const struct status *cover_as_of(struct call *call, const Incentivize__Account *account, int64_t at_us,
                                        int64_t as_of_us, const Incentivize__PlanSpan **out) {
  int64_t known_us = as_of_us, change_us;
  bool recorded = as_of_us == INT64_MAX;
  const char *plan;
  while (!recorded && (plan = account_last_change(account, known_us, &change_us))) {
    const struct status *status = ledger_recorded(call_txn(call), name_partnership(call_arena(call), plan),
                                                  plan, change_us, as_of_us, &recorded);
    if (status)
      return status;
    if (!recorded)
      known_us = change_us - 1;
  }
  *out = account_cover(account, at_us, known_us);
  return NULL;
}

static const struct status *reached_now(struct call *call, const Incentivize__CommissionPlan *plan,
                                        struct period measurement, struct reached *out) {
  Incentivize__Accumulator *accumulator;
  const struct status *status =
      txn_peek(call_txn(call), &kind_accumulator, accumulator_name(call_arena(call), plan->name, measurement),
               &accumulator);
  if (!status && accumulator)
    *out = (struct reached){accumulator->base_minor, accumulator->accrued_minor, accumulator->record_time};
  return status;
}

static Type__Period *period_message(struct arena *arena, struct period period) {
  Type__Period *message = arena_new(arena, Type__Period);
  type__period__init(message);
  message->start_time = timestamp_new(arena, period.start_us);
  message->end_time = timestamp_new(arena, period.end_us);
  return message;
}

static void progress_fill(struct arena *arena, const Incentivize__CommissionPlan *plan,
                          struct period measurement, const struct reached *reached,
                          Incentivize__TierProgress *out) {
  size_t tier = commission_tier(plan, reached->base_minor);
  struct commission_cliff cliff = commission_cliff(plan, reached->base_minor);
  out->commission_plan = plan->name;
  out->plan_version = plan->version;
  out->mode = plan->mode;
  out->currency_code = plan->currency_code;
  out->measurement_period = period_message(arena, measurement);
  out->base_minor = reached->base_minor;
  out->accrued_minor = reached->accrued_minor;
  out->record_time = reached->record_time;
  out->tier = (int32_t)tier + 1;
  out->rate_bps = plan->tiers[tier]->rate_bps;
  out->higher_tier = cliff.higher;
  out->next_from_minor = cliff.from_minor;
  out->next_rate_bps = cliff.rate_bps;
  out->cliff_distance_minor = cliff.distance_minor;
  out->cliff_gain_minor = cliff.gain_minor;
  out->cliff_step_minor = cliff.step_minor;
}

static const struct status *no_plan(struct call *call, const char *partnership, int64_t at_us) {
  char text[32];
  time_format(at_us, text, sizeof text);
  struct status *status = call_fail(call, CODE_NOT_FOUND, "NO_PLAN_IN_FORCE",
                                    "no commission plan of %s covers %s", partnership, text);
  status_add_metadata(call_arena(call), status, "at_time", text);
  return status;
}

const struct status *tier_progress_get(struct call *call, const void *in, void *out) {
  const Incentivize__GetTierProgressRequest *request = in;
  Incentivize__TierProgress *progress = out;
  struct arena *arena = call_arena(call);
  int64_t at_us = timestamp_us(request->at_time, call_now_us(call));
  int64_t as_of_us = timestamp_us(request->as_of, INT64_MAX);
  const Onboard__Partnership *partnership;
  Incentivize__Account *account;
  Incentivize__CommissionPlan *plan = NULL;
  const struct status *status = directory_partnership(call_txn(call), request->parent, &partnership);
  if (!status && request->as_of)
    status = ledger_await(call_txn(call), request->parent, as_of_us);
  if (!status)
    status = txn_peek(call_txn(call), &kind_account, account_name(arena, request->parent), &account);
  if (status)
    return status;
  const Incentivize__PlanSpan *span = NULL;
  if (account)
    status = cover_as_of(call, account, at_us, as_of_us, &span);
  if (!status && span)
    status = txn_peek(call_txn(call), &kind_commission_plan, span->commission_plan, &plan);
  if (status)
    return status;
  if (!plan)
    return no_plan(call, request->parent, at_us);
  struct period measurement = accrual_measurement(plan, at_us);
  struct reached reached = {0};
  status = request->as_of ? reached_as_of(call, plan, measurement, as_of_us, &reached)
                          : reached_now(call, plan, measurement, &reached);
  if (status)
    return status;
  progress->partnership = request->parent;
  progress_fill(arena, plan, measurement, &reached, progress);
  return NULL;
}
