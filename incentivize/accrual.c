#include "incentivize/accrual.h"

#include "incentivize/cadence.h"
#include "incentivize/commission.h"
#include "incentivize/statement.h"
#include "runtime/base/money.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <assert.h>
#include <inttypes.h>

struct period accrual_measurement(const Incentivize__CommissionPlan *plan, int64_t close_us) {
  return cadence_period((int)plan->measurement, close_us);
}

char *accumulator_name(struct arena *arena, const char *plan, struct period measurement) {
  return name_child(arena, plan, "accumulators", cadence_id(arena, measurement));
}

Incentivize__Accumulator *accumulator_new(struct arena *arena, const char *plan, struct period measurement) {
  Incentivize__Accumulator *accumulator = arena_new(arena, Incentivize__Accumulator);
  incentivize__accumulator__init(accumulator);
  accumulator->name = accumulator_name(arena, plan, measurement);
  return accumulator;
}

const char *accrual_hindrance(const struct accrual *accrual) {
  int64_t after = 0;
  if (!text_equal(accrual->sale->currency_code, accrual->plan->currency_code))
    return "the amount is not in the currency of the plan";
  if (!money_add(accrual->accumulator->base_minor, accrual->sale->amount_minor, &after) || after > MONEY_MAX)
    return "the base of the measurement period would be out of range";
  return NULL;
}

static Type__Period *measurement_message(const struct accrual *accrual) {
  struct period measurement = accrual_measurement(accrual->plan, timestamp_us(accrual->sale->close_time, 0));
  Type__Period *message = arena_new(accrual->arena, Type__Period);
  type__period__init(message);
  message->start_time = timestamp_new(accrual->arena, measurement.start_us);
  message->end_time = timestamp_new(accrual->arena, measurement.end_us);
  return message;
}

/* A line of `amount` that moves the base by `base`, with the account's next sequence. */
static Incentivize__Earning *line_write(const struct accrual *accrual, struct accrual_lines *lines,
                                        Incentivize__Earning__Kind kind, int64_t base_minor,
                                        int64_t amount_minor) {
  struct arena *arena = accrual->arena;
  Incentivize__Accumulator *accumulator = accrual->accumulator;
  Incentivize__Earning *line = arena_new(arena, Incentivize__Earning);
  incentivize__earning__init(line);
  line->sequence = ++accrual->account->last_sequence;
  line->name = name_child(arena, name_partnership(arena, accrual->account->name), "earnings",
                          arena_printf(arena, "%010" PRId64, line->sequence));
  line->kind = kind;
  line->opportunity = accrual->sale->opportunity;
  line->occur_time = timestamp_new(arena, accrual->occur_us);
  line->currency_code = accrual->plan->currency_code;
  line->base_minor = base_minor;
  line->amount_minor = amount_minor;
  line->commission_plan = accrual->plan->name;
  line->plan_version = accrual->plan->version;
  line->measurement_period = measurement_message(accrual);
  line->base_before_minor = accumulator->base_minor;
  line->accrued_before_minor = accumulator->accrued_minor;
  accumulator->base_minor += base_minor;
  accumulator->accrued_minor += amount_minor;
  accumulator->record_time = timestamp_new(arena, accrual->now_us);
  line->base_after_minor = accumulator->base_minor;
  line->accrued_after_minor = accumulator->accrued_minor;
  size_t tier = commission_tier(accrual->plan, accumulator->base_minor);
  line->tier = (int32_t)tier + 1;
  line->rate_bps = accrual->plan->tiers[tier]->rate_bps;
  line->evidence = arena_strdup(arena, accrual->evidence);
  lines->lines[lines->count++] = line;
  return line;
}

static void line_trace(struct arena *arena, Incentivize__Earning *line, const struct commission_step *step) {
  line->slices = arena_calloc(arena, step->slice_count ? step->slice_count : 1, sizeof *line->slices);
  for (size_t i = 0; i < step->slice_count; i++) {
    Incentivize__Slice *slice = arena_new(arena, Incentivize__Slice);
    incentivize__slice__init(slice);
    slice->tier = (int32_t)step->slices[i].tier + 1;
    slice->base_minor = step->slices[i].base_minor;
    slice->rate_bps = step->slices[i].rate_bps;
    slice->amount_minor = step->slices[i].amount_minor;
    line->slices[line->n_slices++] = slice;
  }
  line->rounding_minor = step->rounding_minor;
  line->capped_minor = step->capped_minor;
}

static void lines_state(const struct accrual *accrual, struct accrual_lines *lines) {
  for (size_t i = 0; i < lines->count; i++) {
    lines->lines[i]->state = INCENTIVIZE__EARNING__STATE__STATE_ACCRUED;
    if (accrual->statement)
      statement_add(accrual->arena, accrual->statement, lines->lines[i]);
  }
}

struct accrual_lines accrual_win(const struct accrual *accrual) {
  struct accrual_lines lines = {0};
  Incentivize__Sale *sale = accrual->sale;
  int64_t before = accrual->accumulator->base_minor, after = before + sale->amount_minor;
  struct commission_step step = commission_step(accrual->plan, before, after);
  Incentivize__Earning *own = line_write(accrual, &lines, INCENTIVIZE__EARNING__KIND__KIND_ACCRUAL,
                                         sale->amount_minor, step.own_minor);
  line_trace(accrual->arena, own, &step);
  if (step.true_up_minor)
    line_write(accrual, &lines, INCENTIVIZE__EARNING__KIND__KIND_TRUE_UP, 0, step.true_up_minor);
  accrual->accumulator->sale_count++;
  sale->state = INCENTIVIZE__SALE__STATE__STATE_ACCRUED;
  sale->commission_plan = accrual->plan->name;
  sale->accrued_minor = step.own_minor;
  sale->earning = own->name;
  lines_state(accrual, &lines);
  return lines;
}

struct accrual_lines accrual_reverse(const struct accrual *accrual) {
  struct accrual_lines lines = {0};
  Incentivize__Sale *sale = accrual->sale;
  Incentivize__Accumulator *accumulator = accrual->accumulator;
  assert(accumulator->base_minor >= sale->amount_minor);
  Incentivize__Earning *own = line_write(accrual, &lines, INCENTIVIZE__EARNING__KIND__KIND_REVERSAL,
                                         -sale->amount_minor, -sale->accrued_minor);
  own->reverses = sale->earning;
  int64_t left = commission_total(accrual->plan, accumulator->base_minor) - accumulator->accrued_minor;
  if (left)
    line_write(accrual, &lines, INCENTIVIZE__EARNING__KIND__KIND_TRUE_UP, 0, left);
  accumulator->sale_count--;
  sale->state = INCENTIVIZE__SALE__STATE__STATE_REVERSED;
  lines_state(accrual, &lines);
  return lines;
}
