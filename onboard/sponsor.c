#include "onboard/sponsor.h"

#include "runtime/base/moment.h"

#define NAMED ONBOARD__SPONSOR__STATE__STATE_NAMED
#define ACTIVE ONBOARD__SPONSOR__STATE__STATE_ACTIVE
#define VACANT ONBOARD__SPONSOR__STATE__STATE_VACANT

static const struct status *own_sponsor(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Sponsor *sponsor = noun;
  if (sponsor->party == act->party)
    return NULL;
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "NOT_OWN_SPONSOR",
                                      "%s is a sponsor of %s, who alone can change it", sponsor->name,
                                      party_name(sponsor->party));
  status_add_metadata(act->arena, status, "party", party_name(sponsor->party));
  return status;
}

static const struct transition transitions[] = {
    {NAMED, SPONSOR_EDIT, NAMED, own_sponsor},      {ACTIVE, SPONSOR_EDIT, ACTIVE, own_sponsor},
    {NAMED, SPONSOR_ACTIVATE, ACTIVE, own_sponsor}, {NAMED, SPONSOR_VACATE, VACANT, own_sponsor},
    {ACTIVE, SPONSOR_VACATE, VACANT, own_sponsor},
};
static const char *const actions[] = {"EDIT", "ACTIVATE", "VACATE"};
const struct machine sponsor_machine = {
    .states = &onboard__sponsor__state__descriptor,
    .actions = actions,
    .action_count = SPONSOR_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct status *step(const struct act *act, const Onboard__Sponsor *sponsor,
                                 enum sponsor_action action, int *to) {
  return machine_step(&sponsor_machine, act, sponsor->name, (int)sponsor->state, (int)action, sponsor, NULL,
                      to);
}

void sponsor_name(const struct act *act, Onboard__Sponsor *sponsor, const Onboard__Sponsor *replaces) {
  sponsor->party = act->party;
  sponsor->state = NAMED;
  if (replaces)
    sponsor->replaces = replaces->name;
}

const struct status *sponsor_edit(const struct act *act, const Onboard__Sponsor *sponsor) {
  int to;
  return step(act, sponsor, SPONSOR_EDIT, &to);
}

const struct status *sponsor_activate(const struct act *act, Onboard__Sponsor *sponsor) {
  int to;
  const struct status *status = step(act, sponsor, SPONSOR_ACTIVATE, &to);
  if (status)
    return status;
  sponsor->state = (Onboard__Sponsor__State)to;
  sponsor->activate_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

const struct status *sponsor_vacate(const struct act *act, Onboard__Sponsor *sponsor, char *reason,
                                    const char *replaced_by) {
  int to;
  const struct status *status = step(act, sponsor, SPONSOR_VACATE, &to);
  if (status)
    return status;
  sponsor->state = (Onboard__Sponsor__State)to;
  sponsor->vacate_time = timestamp_new(act->arena, act->now_us);
  sponsor->vacate_reason = reason;
  if (replaced_by)
    sponsor->replaced_by = arena_strdup(act->arena, replaced_by);
  return NULL;
}

bool sponsor_is_executive(const Onboard__Sponsor *sponsor) {
  return sponsor->state != VACANT && sponsor->level > ONBOARD__SPONSOR__LEVEL__LEVEL_ACCOUNT_MANAGER;
}

bool sponsor_was_executive(const Onboard__Sponsor *sponsor, int64_t at_us) {
  bool served = sponsor->state != VACANT || moment_us(sponsor->vacate_time) > at_us;
  return served && sponsor->level > ONBOARD__SPONSOR__LEVEL__LEVEL_ACCOUNT_MANAGER;
}
