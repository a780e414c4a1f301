#include "onboard/validation.h"

#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/refusal.h"

#define COUNTED ONBOARD__VALIDATION_ENTRY__STATE__STATE_COUNTED
#define WITHDRAWN ONBOARD__VALIDATION_ENTRY__STATE__STATE_WITHDRAWN

static const struct status *own_entry(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__ValidationEntry *entry = noun;
  if (entry->party == act->party)
    return NULL;
  struct status *status =
      status_make(act->arena, CODE_FAILED_PRECONDITION, "NOT_OWN_ENTRY",
                  "%s was recorded by %s, who alone can take it back", entry->name, party_name(entry->party));
  status_add_metadata(act->arena, status, "party", party_name(entry->party));
  return status;
}

static const struct transition transitions[] = {{COUNTED, ENTRY_WITHDRAW, WITHDRAWN, own_entry}};
static const char *const actions[] = {"WITHDRAW"};
const struct machine validation_entry_machine = {
    .states = &onboard__validation_entry__state__descriptor,
    .actions = actions,
    .action_count = ENTRY_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

const struct status *validation_check(struct arena *arena, const Onboard__ValidationEntry *entry) {
  if (entry->positive_responses <= entry->conversations)
    return NULL;
  return invalid_field(arena, "validation_entry.positive_responses", "VALUE_OUT_OF_RANGE",
                       "must not be greater than conversations");
}

void validation_record(const struct act *act, Onboard__ValidationEntry *entry) {
  entry->state = COUNTED;
  entry->party = act->party;
  entry->actor = arena_strdup(act->arena, act->actor);
  entry->occur_time = moment_or(act->arena, entry->occur_time, act->now_us);
}

const struct status *validation_withdraw(const struct act *act, Onboard__ValidationEntry *entry,
                                         char *reason) {
  int to;
  const struct status *status = machine_step(&validation_entry_machine, act, entry->name, (int)entry->state,
                                             ENTRY_WITHDRAW, entry, NULL, &to);
  if (status)
    return status;
  entry->state = (Onboard__ValidationEntry__State)to;
  entry->withdraw_reason = reason;
  return NULL;
}

/* ---- verdict ---- */

const struct status *validation_check_sample(struct arena *arena, const char *subject,
                                             Onboard__ArmTally *const *arms) {
  struct status *refusal = NULL;
  for (int i = 0; i < VALIDATION_ARMS; i++)
    if (arms[i]->conversations < VALIDATION_SAMPLE_MIN)
      guard_add(arena, &refusal, "SAMPLE_TOO_SMALL", subject, "%s has %lld of %d conversations",
                state_name(&onboard__validation_arm__descriptor, (int)arms[i]->arm),
                (long long)arms[i]->conversations, VALIDATION_SAMPLE_MIN);
  return refusal;
}

/* Rate of `a` minus that of `b`, as a fraction whose denominator is positive. */
struct difference {
  int64_t numerator, denominator;
};

static struct difference rates_apart(const Onboard__ArmTally *a, const Onboard__ArmTally *b) {
  return (struct difference){a->positive_responses * b->conversations -
                                 b->positive_responses * a->conversations,
                             a->conversations * b->conversations};
}

static int64_t floor_bps(struct difference difference) {
  int64_t scaled = difference.numerator * BPS_ONE;
  int64_t quotient = scaled / difference.denominator;
  return scaled % difference.denominator < 0 ? quotient - 1 : quotient;
}

/* Rounded down, the lift reaches a whole threshold exactly when the fraction does: one number says both. */
void validation_judge(Onboard__ArmTally *const *arms, Onboard__ValidationVerdict *verdict) {
  const Onboard__ArmTally *joint = arms[0], *vendor = arms[1], *partner = arms[2];
  int64_t over_vendor = floor_bps(rates_apart(joint, vendor));
  int64_t over_partner = floor_bps(rates_apart(joint, partner));
  int64_t between = rates_apart(vendor, partner).numerator;
  verdict->lift_bps = (int32_t)(over_vendor < over_partner ? over_vendor : over_partner);
  verdict->passed = verdict->lift_bps >= VALIDATION_LIFT_BPS;
  verdict->best_solo_arm = between > 0   ? vendor->arm
                           : between < 0 ? partner->arm
                                         : ONBOARD__VALIDATION_ARM__VALIDATION_ARM_UNSPECIFIED;
}
