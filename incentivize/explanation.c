#include "incentivize/explanation.h"

#include "incentivize/commission.h"
#include "runtime/base/money.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

enum { STEPS_MAX = COMMISSION_TIERS_MAX + 12 };

/* What a step is written to. */
struct steps {
  struct arena *arena;
  Incentivize__EarningExplanation *out;
};

__attribute__((format(printf, 4, 5))) static void step_add(struct steps *steps,
                                                           Incentivize__ExplanationStep__Kind kind,
                                                           int64_t amount_minor, const char *format, ...) {
  Incentivize__ExplanationStep *step = arena_new(steps->arena, Incentivize__ExplanationStep);
  incentivize__explanation_step__init(step);
  va_list arguments;
  va_start(arguments, format);
  step->description = arena_vprintf(steps->arena, format, arguments);
  va_end(arguments);
  step->kind = kind;
  step->amount_minor = amount_minor;
  steps->out->steps[steps->out->n_steps++] = step;
}

#define INPUT INCENTIVIZE__EXPLANATION_STEP__KIND__KIND_INPUT
#define RULE INCENTIVIZE__EXPLANATION_STEP__KIND__KIND_RULE

/* 1234 bps as `12.34 %`. */
static char *percent(struct arena *arena, int32_t bps) {
  return arena_printf(arena, "%d.%02d %%", bps / 100, bps % 100);
}

static void explain_inputs(struct steps *steps, const Incentivize__Earning *line) {
  step_add(steps, INPUT, line->base_minor, "change of the base, from %s (evidence %s)", line->opportunity,
           line->evidence);
  step_add(steps, INPUT, line->base_before_minor, "base of the measurement period before");
  step_add(steps, INPUT, line->base_after_minor, "base of the measurement period after");
  step_add(steps, INPUT, line->accrued_before_minor, "accrued in the measurement period before");
}

static void explain_accrual(struct steps *steps, const Incentivize__Earning *line,
                            const Incentivize__CommissionPlan *plan) {
  bool marginal = plan->mode == INCENTIVIZE__COMMISSION_PLAN__MODE__MODE_MARGINAL;
  step_add(steps, RULE, 0, "%s",
           marginal ? "marginal: each slice of the base earns the rate of its own tier"
                    : "retroactive: the whole base earns the rate of the tier reached; what was sold before "
                      "is lifted by a TRUE_UP line");
  for (size_t i = 0; i < line->n_slices; i++) {
    const Incentivize__Slice *slice = line->slices[i];
    step_add(steps, INCENTIVIZE__EXPLANATION_STEP__KIND__KIND_SLICE, slice->amount_minor,
             "%" PRId64 " in tier %d at %s", slice->base_minor, slice->tier,
             percent(steps->arena, slice->rate_bps));
  }
  if (line->rounding_minor)
    step_add(steps, INCENTIVIZE__EXPLANATION_STEP__KIND__KIND_ROUNDING, line->rounding_minor,
             "totals are rounded once, half to even, rather than slice by slice");
  if (line->capped_minor)
    step_add(steps, INCENTIVIZE__EXPLANATION_STEP__KIND__KIND_CAP, -line->capped_minor,
             "cut off by the cap of %" PRId64 " a measurement period", plan->cap_minor);
}

static int64_t recompute(const Incentivize__Earning *line, const Incentivize__CommissionPlan *plan,
                         const Incentivize__Earning *reversed) {
  if (line->kind == INCENTIVIZE__EARNING__KIND__KIND_ACCRUAL)
    return commission_step(plan, line->base_before_minor, line->base_after_minor).own_minor;
  if (line->kind == INCENTIVIZE__EARNING__KIND__KIND_REVERSAL)
    return reversed ? -reversed->amount_minor : 0;
  return commission_total(plan, line->base_after_minor) - line->accrued_before_minor;
}

void explanation_write(struct arena *arena, Incentivize__Earning *line, Incentivize__CommissionPlan *plan,
                       const Incentivize__Earning *reversed, Incentivize__EarningExplanation *out) {
  struct steps steps = {arena, out};
  out->steps = arena_calloc(arena, STEPS_MAX, sizeof *out->steps);
  out->earning = line;
  out->commission_plan = plan;
  explain_inputs(&steps, line);
  if (line->kind == INCENTIVIZE__EARNING__KIND__KIND_ACCRUAL) {
    explain_accrual(&steps, line, plan);
  } else if (line->kind == INCENTIVIZE__EARNING__KIND__KIND_REVERSAL) {
    step_add(&steps, RULE, 0, "reversal: exactly the opposite of %s", line->reverses);
  } else {
    step_add(&steps, RULE, 0, "true-up: what the plan pays on the base, less what has accrued");
    step_add(&steps, INPUT, commission_total(plan, line->base_after_minor), "what the plan pays on the base");
  }
  step_add(&steps, INCENTIVIZE__EXPLANATION_STEP__KIND__KIND_RESULT, line->amount_minor,
           "amount of the line");
  out->recomputed_minor = recompute(line, plan, reversed);
  out->agrees = out->recomputed_minor == line->amount_minor;
}
