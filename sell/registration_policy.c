#include "sell/registration_policy.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include <string.h>

#define STATE(name) SELL__REGISTRATION_POLICY__STATE__STATE_##name

static const char *const action_names[REGISTRATION_POLICY_ACTIONS] = {
    [REGISTRATION_POLICY_CHANGE] = "change",
    [REGISTRATION_POLICY_RETIRE] = "retire",
};

static const struct transition transitions[] = {
    {STATE(ACTIVE), REGISTRATION_POLICY_CHANGE, STATE(ACTIVE), NULL},
    {STATE(ACTIVE), REGISTRATION_POLICY_RETIRE, STATE(RETIRED), NULL},
};

const struct machine registration_policy_machine = {
    .states = &sell__registration_policy__state__descriptor,
    .actions = action_names,
    .action_count = REGISTRATION_POLICY_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

const struct status *registration_policy_step(const struct act *act, Sell__RegistrationPolicy *policy,
                                              enum registration_policy_action action) {
  int to;
  const struct status *status = machine_next(&registration_policy_machine, act->arena, policy->name,
                                             (int)policy->state, (int)action, &to);
  if (!status)
    policy->state = (Sell__RegistrationPolicy__State)to;
  return status;
}

/* How closely a policy fits: 0 not at all, else 1 and more. What is said first outweighs all that follows. */
enum { ANY = 1, BY_KIND = 1, BY_SEGMENT = 2, BY_PROGRAM = 4, BY_LEVEL = 8 };

/* Its level now; "": none. Time takes a level away before that is recorded. */
static const char *level_of(const Onboard__Member *member, int64_t now_us) {
  bool fell = member->state == ONBOARD__MEMBER__STATE__STATE_GRACE && member->grace_end_time &&
              moment_us(member->grace_end_time) <= now_us;
  return fell ? member->grace_level : member->level;
}

static int fit_member(const Sell__ProgramScope *scope, const Onboard__Member *member, int64_t now_us) {
  if (member->state == ONBOARD__MEMBER__STATE__STATE_REMOVED || !text_equal(member->program, scope->program))
    return 0;
  for (size_t i = 0; i < scope->n_levels; i++)
    if (text_equal(scope->levels[i], level_of(member, now_us)))
      return BY_LEVEL;
  return scope->n_levels ? 0 : BY_PROGRAM;
}

static int fit_programs(const Sell__RegistrationPolicy *policy, const struct policy_subject *subject) {
  int best = 0;
  for (size_t i = 0; i < policy->n_programs; i++)
    for (size_t k = 0; k < subject->member_count; k++) {
      int found = fit_member(policy->programs[i], subject->members[k], subject->now_us);
      best = found > best ? found : best;
    }
  return best;
}

static int fit(const Sell__RegistrationPolicy *policy, const struct policy_subject *subject) {
  bool kind = false, of_segment = false;
  if (policy->state != STATE(ACTIVE))
    return 0;
  for (size_t i = 0; i < policy->n_partner_types; i++)
    kind = kind || policy->partner_types[i] == subject->partner_type;
  for (size_t i = 0; i < policy->n_segments; i++)
    of_segment = of_segment || text_equal(policy->segments[i], subject->segment);
  int program = fit_programs(policy, subject);
  if ((policy->n_partner_types && !kind) || (policy->n_segments && !of_segment) ||
      (policy->n_programs && !program))
    return 0;
  return ANY + (kind ? BY_KIND : 0) + (of_segment ? BY_SEGMENT : 0) + program;
}

const Sell__RegistrationPolicy *registration_policy_choose(Sell__RegistrationPolicy *const *policies,
                                                           size_t count,
                                                           const struct policy_subject *subject) {
  const Sell__RegistrationPolicy *best = NULL;
  int best_fit = 0;
  for (size_t i = 0; i < count; i++) {
    int found = fit(policies[i], subject);
    if (found > best_fit || (found && found == best_fit && strcmp(policies[i]->name, best->name) < 0)) {
      best = policies[i];
      best_fit = found;
    }
  }
  return best;
}

static int32_t limit_of(int32_t said, int32_t standard) {
  return said < 0 ? 0 : said ? said : standard;
}

Sell__RegistrationTerms *registration_terms_of(struct arena *arena, const Sell__RegistrationPolicy *policy) {
  static const Sell__RegistrationTerms unsaid = SELL__REGISTRATION_TERMS__INIT;
  const Sell__RegistrationTerms *said = policy && policy->terms ? policy->terms : &unsaid;
  Sell__RegistrationTerms *terms = arena_new(arena, Sell__RegistrationTerms);
  sell__registration_terms__init(terms);
  terms->protection_days = limit_of(said->protection_days, 90);
  terms->extension_limit = limit_of(said->extension_limit, 1);
  terms->extension_days = limit_of(said->extension_days, 30);
  terms->decision_hours = limit_of(said->decision_hours, 48);
  terms->action_days = limit_of(said->action_days, 14);
  terms->resubmission_limit = limit_of(said->resubmission_limit, 2);
  terms->appeal_days = limit_of(said->appeal_days, 14);
  terms->evidence_min = limit_of(said->evidence_min, 1);
  terms->reminder_days = limit_of(said->reminder_days, 14);
  terms->attempt_days = limit_of(said->attempt_days, 180);
  terms->uplift_bps = said->uplift_bps;
  terms->ruling_basis = said->ruling_basis ? said->ruling_basis : SELL__RULING_BASIS__RULING_BASIS_FIRST;
  return terms;
}

const struct status *registration_policy_check(struct arena *arena, const char *vendor,
                                               const Sell__RegistrationPolicy *policy) {
  enum { PROTECTION_DAYS_MIN = 60 };
  struct status *invalid = NULL;
  if (!policy->terms)
    return invalid_field(arena, "registration_policy.terms", "REQUIRED_FIELD_MISSING", "is required");
  if (text_empty(policy->display_name))
    invalid_add(arena, &invalid, "registration_policy.display_name", "REQUIRED_FIELD_MISSING", "is required");
  Sell__RulingBasis basis = policy->terms->ruling_basis;
  if (basis == SELL__RULING_BASIS__RULING_BASIS_LAPSED)
    invalid_add(arena, &invalid, "registration_policy.terms.ruling_basis", "VALUE_OUT_OF_RANGE",
                "is no basis that a policy can have");
  if (policy->terms->protection_days && policy->terms->protection_days < PROTECTION_DAYS_MIN)
    invalid_add(arena, &invalid, "registration_policy.terms.protection_days", "VALUE_OUT_OF_RANGE",
                "must be %d to 180, or 0 for the standard", PROTECTION_DAYS_MIN);
  for (size_t i = 0; i < policy->n_programs; i++)
    if (!text_equal(name_vendor(arena, policy->programs[i]->program), vendor))
      invalid_add(arena, &invalid, arena_printf(arena, "registration_policy.programs[%zu].program", i),
                  "VALUE_OUT_OF_RANGE", "must be a program of %s", vendor);
  return invalid;
}
