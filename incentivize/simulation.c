#include "incentivize/simulation.h"

#include "incentivize/account.h"
#include "incentivize/accrual.h"
#include "incentivize/commission_plan.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <string.h>

struct simulation {
  struct arena *arena;
  const Incentivize__CommissionPlan *plan;
  Incentivize__Account *account;
  Incentivize__Accumulator **accumulators; /* NULL-terminated, room for one a sale */
  int64_t now_us;
};

static bool covers(const Incentivize__CommissionPlan *plan, int64_t close_us) {
  struct period period = plan_period(plan);
  return !plan->effective_period || (period.start_us <= close_us && close_us < period.end_us);
}

static Incentivize__Accumulator *accumulator_of(struct simulation *simulation, int64_t close_us) {
  struct period measurement = accrual_measurement(simulation->plan, close_us);
  char *name = accumulator_name(simulation->arena, simulation->plan->name, measurement);
  Incentivize__Accumulator **place = simulation->accumulators;
  while (*place && !text_equal((*place)->name, name))
    place++;
  if (!*place)
    *place = accumulator_new(simulation->arena, simulation->plan->name, measurement);
  return *place;
}

static Incentivize__Sale *sale_imagine(const struct simulation *simulation,
                                       const Incentivize__SimulatedSale *given) {
  Incentivize__Sale *sale = arena_new(simulation->arena, Incentivize__Sale);
  incentivize__sale__init(sale);
  sale->state = INCENTIVIZE__SALE__STATE__STATE_UNPLANNED;
  sale->currency_code = simulation->plan->currency_code;
  sale->amount_minor = given->amount_minor;
  sale->close_time = given->close_time;
  return sale;
}

static void lines_append(const struct accrual_lines *lines, Incentivize__SimulateEarningsResponse *out) {
  for (size_t i = 0; i < lines->count; i++) {
    Incentivize__Earning *line = lines->lines[i];
    line->name = (char *)protobuf_c_empty_string;
    out->amount_minor += line->amount_minor;
    out->base_minor += line->base_minor;
    out->earnings[out->n_earnings++] = line;
  }
}

static Incentivize__Accumulator **accumulators_copy(struct arena *arena, Incentivize__Accumulator **start,
                                                    size_t room) {
  size_t have = 0;
  while (start && start[have])
    have++;
  Incentivize__Accumulator **all = arena_calloc(arena, have + room + 1, sizeof *all);
  if (have)
    memcpy(all, start, have * sizeof *all);
  return all;
}

const struct status *simulation_run(struct arena *arena, const Incentivize__CommissionPlan *plan,
                                    const Incentivize__SimulateEarningsRequest *request,
                                    Incentivize__Accumulator **start, int64_t now_us,
                                    Incentivize__SimulateEarningsResponse *out) {
  struct simulation simulation = {arena, plan, account_new(arena, request->parent),
                                  accumulators_copy(arena, start, request->n_sales), now_us};
  out->earnings = arena_calloc(arena, request->n_sales * ACCRUAL_LINES_MAX + 1, sizeof *out->earnings);
  out->currency_code = plan->currency_code;
  for (size_t i = 0; i < request->n_sales; i++) {
    int64_t close_us = timestamp_us(request->sales[i]->close_time, now_us);
    if (!covers(plan, close_us)) {
      out->uncovered++;
      continue;
    }
    struct accrual accrual = {
        .arena = arena,
        .plan = plan,
        .account = simulation.account,
        .accumulator = accumulator_of(&simulation, close_us),
        .sale = sale_imagine(&simulation, request->sales[i]),
        .occur_us = close_us,
        .now_us = now_us,
        .evidence = "",
    };
    const char *hindrance = accrual_hindrance(&accrual);
    if (hindrance)
      return status_make(arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST, "sales[%zu]: %s", i,
                         hindrance);
    struct accrual_lines lines = accrual_win(&accrual);
    lines_append(&lines, out);
  }
  return NULL;
}
