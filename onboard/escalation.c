#include "onboard/escalation.h"

#include "runtime/base/digest.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include <string.h>

#define OPEN ONBOARD__ESCALATION__STATE__STATE_OPEN
#define L2 ONBOARD__ESCALATION__STATE__STATE_L2
#define L3 ONBOARD__ESCALATION__STATE__STATE_L3
#define RESOLVED ONBOARD__ESCALATION__STATE__STATE_RESOLVED
#define PROPOSED ONBOARD__RESOLUTION__STATE__STATE_PROPOSED

enum { NAME_DIGEST_BYTES = 12 };
#define AUTOMATIC "auto-"
#define US_PER_HOUR INT64_C(3600000000)

/* ---- guards ---- */

static bool waits(const Onboard__Escalation *escalation) {
  return escalation->resolution && escalation->resolution->state == PROPOSED;
}

static const struct status *answerable(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Escalation *escalation = noun;
  const Onboard__Resolution *resolution = escalation->resolution;
  if (!waits(escalation)) {
    struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "NO_RESOLUTION_PROPOSED",
                                        "%s: nothing waits for an answer", escalation->name);
    status_add_metadata(act->arena, status, "escalation", escalation->name);
    return status;
  }
  if (resolution->propose_party != act->party)
    return NULL;
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "OWN_RESOLUTION",
                                      "%s: %s proposed it, the other party answers", escalation->name,
                                      party_name(resolution->propose_party));
  status_add_metadata(act->arena, status, "propose_party", party_name(resolution->propose_party));
  return status;
}

static const struct transition transitions[] = {
    {OPEN, ESCALATION_ADVANCE, L2, NULL},
    {L2, ESCALATION_ADVANCE, L3, NULL},
    {OPEN, ESCALATION_EXPIRE, L2, NULL},
    {L2, ESCALATION_EXPIRE, L3, NULL},
    {L3, ESCALATION_EXPIRE, L3, NULL}, /* overdue */
    {OPEN, ESCALATION_PROPOSE, OPEN, NULL},
    {L2, ESCALATION_PROPOSE, L2, NULL},
    {L3, ESCALATION_PROPOSE, L3, NULL},
    {OPEN, ESCALATION_CONFIRM, RESOLVED, answerable},
    {L2, ESCALATION_CONFIRM, RESOLVED, answerable},
    {L3, ESCALATION_CONFIRM, RESOLVED, answerable},
    {OPEN, ESCALATION_REJECT, OPEN, answerable},
    {L2, ESCALATION_REJECT, L2, answerable},
    {L3, ESCALATION_REJECT, L3, answerable},
    {OPEN, ESCALATION_SETTLE, RESOLVED, NULL},
    {L2, ESCALATION_SETTLE, RESOLVED, NULL},
    {L3, ESCALATION_SETTLE, RESOLVED, NULL},
};
static const char *const actions[] = {"ADVANCE", "EXPIRE", "PROPOSE", "CONFIRM", "REJECT", "SETTLE"};
const struct machine escalation_machine = {
    .states = &onboard__escalation__state__descriptor,
    .actions = actions,
    .action_count = ESCALATION_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

/* ---- levels ---- */

static int level_of(Onboard__Escalation__State state) {
  return state == RESOLVED ? 0 : (int)(state - OPEN) + 1;
}

static void enter(struct arena *arena, Onboard__Escalation *escalation, Onboard__Escalation__State state,
                  int64_t when_us, const Onboard__EscalationStep *by) {
  int level = level_of(state);
  Onboard__EscalationStep *step = arena_new(arena, Onboard__EscalationStep);
  *step = *by;
  step->level = level;
  step->enter_time = timestamp_new(arena, when_us);
  Onboard__EscalationStep **all = arena_calloc(arena, escalation->n_steps + 1, sizeof(void *));
  for (size_t i = 0; i < escalation->n_steps; i++)
    all[i] = escalation->steps[i];
  all[escalation->n_steps++] = step;
  escalation->steps = all;
  escalation->state = state;
  escalation->due_time = timestamp_new(arena, when_us + escalation->levels[level - 1]->hours * US_PER_HOUR);
}

static Onboard__EscalationStep step_by(const struct act *act, char *reason) {
  Onboard__EscalationStep step = ONBOARD__ESCALATION_STEP__INIT;
  step.party = act->party;
  step.actor = arena_strdup(act->arena, act->actor);
  if (reason)
    step.reason = reason;
  return step;
}

const struct status *escalation_check_id(struct arena *arena, const char *id) {
  if (strncmp(id, AUTOMATIC, strlen(AUTOMATIC)) != 0)
    return NULL;
  return invalid_field(arena, "escalation_id", "VALUE_OUT_OF_RANGE",
                       "must not begin with `" AUTOMATIC "`: that is what opens by itself");
}

const struct status *escalation_check(struct arena *arena, const Onboard__Escalation *escalation,
                                      const char *partnership) {
  const char *inside = name_partnership(arena, escalation->subject);
  if (text_empty(escalation->subject) || (inside && text_equal(inside, partnership)))
    return NULL;
  return invalid_field(arena, "escalation.subject", "VALUE_OUT_OF_RANGE", "must lie in the partnership");
}

void escalation_start(const struct act *act, Onboard__Escalation *escalation,
                      Onboard__EscalationLevel **levels, int64_t raise_us) {
  Onboard__EscalationStep first = step_by(act, NULL);
  escalation->levels = levels;
  escalation->n_levels = ESCALATION_LEVELS;
  escalation->steps = NULL;
  escalation->n_steps = 0;
  escalation->resolution = NULL;
  escalation->resolve_time = NULL;
  escalation->overdue = false;
  escalation->raise_party = act->party;
  escalation->raise_actor = first.actor;
  escalation->raise_time = timestamp_new(act->arena, raise_us);
  enter(act->arena, escalation, OPEN, raise_us, &first);
}

char *escalation_automatic_name(struct arena *arena, const char *partnership,
                                Onboard__EscalationTrigger trigger, const char *subject) {
  uint8_t digest[DIGEST_SIZE];
  char *key = arena_printf(arena, "%d|%s", (int)trigger, subject);
  digest_sha256(key, strlen(key), digest);
  return name_child(arena, partnership, "escalations",
                    arena_printf(arena, AUTOMATIC "%s", hex_encode(arena, digest, NAME_DIGEST_BYTES)));
}

/* ---- time ---- */

int64_t escalation_next_us(const Onboard__Escalation *escalation) {
  if (escalation->state == RESOLVED || escalation->overdue)
    return INT64_MAX;
  return moment_us(escalation->due_time);
}

bool escalation_settle_step(struct arena *arena, Onboard__Escalation *escalation, int64_t now_us) {
  int64_t due = escalation_next_us(escalation);
  if (due > now_us)
    return false;
  if (escalation->state == L3) {
    escalation->overdue = true;
    return true;
  }
  const struct act act = {arena, due, TYPE__PARTY__PARTY_SYSTEM, "onboard"};
  Onboard__EscalationStep by = step_by(&act, NULL);
  enter(arena, escalation, escalation->state == OPEN ? L2 : L3, due, &by);
  return true;
}

void escalation_settle(struct arena *arena, Onboard__Escalation *escalation, int64_t now_us) {
  while (escalation_settle_step(arena, escalation, now_us))
    ;
}

Onboard__Escalation__State escalation_state_at(const Onboard__Escalation *escalation, int64_t now_us) {
  Onboard__Escalation__State state = escalation->state;
  int64_t due = moment_us(escalation->due_time);
  while ((state == OPEN || state == L2) && due <= now_us) {
    state = state == OPEN ? L2 : L3;
    due += escalation->levels[level_of(state) - 1]->hours * US_PER_HOUR;
  }
  return state;
}

int escalation_level_at(const Onboard__Escalation *escalation, int64_t now_us) {
  return level_of(escalation_state_at(escalation, now_us));
}

bool escalation_is_owned_at(const Onboard__Escalation *escalation, const char *sponsor, int64_t now_us) {
  int level = escalation_level_at(escalation, now_us);
  if (!level)
    return false;
  const Onboard__EscalationLevel *at = escalation->levels[level - 1];
  return text_equal(at->vendor_owner, sponsor) || text_equal(at->partner_owner, sponsor);
}

/* ---- actions ---- */

static const struct status *check(const struct act *act, const Onboard__Escalation *escalation,
                                  enum escalation_action action, int *to) {
  return machine_step(&escalation_machine, act, escalation->name, (int)escalation->state, (int)action,
                      escalation, NULL, to);
}

const struct status *escalation_advance(const struct act *act, Onboard__Escalation *escalation,
                                        char *reason) {
  int to;
  const struct status *status = check(act, escalation, ESCALATION_ADVANCE, &to);
  if (status)
    return status;
  Onboard__EscalationStep by = step_by(act, reason);
  enter(act->arena, escalation, (Onboard__Escalation__State)to, act->now_us, &by);
  return NULL;
}

static void propose(const struct act *act, Onboard__Escalation *escalation, const char *text,
                    Onboard__Resolution__State state) {
  Onboard__Resolution *resolution = arena_new(act->arena, Onboard__Resolution);
  onboard__resolution__init(resolution);
  resolution->state = state;
  resolution->text = arena_strdup(act->arena, text);
  resolution->propose_party = act->party;
  resolution->propose_actor = arena_strdup(act->arena, act->actor);
  resolution->propose_time = timestamp_new(act->arena, act->now_us);
  if (state == PROPOSED && waits(escalation))
    resolution->replace_count = escalation->resolution->replace_count + 1;
  escalation->resolution = resolution;
}

const struct status *escalation_propose(const struct act *act, Onboard__Escalation *escalation, char *text) {
  int to;
  const struct status *status = check(act, escalation, ESCALATION_PROPOSE, &to);
  if (!status)
    propose(act, escalation, text, PROPOSED);
  return status;
}

static void resolve(const struct act *act, Onboard__Escalation *escalation) {
  escalation->state = RESOLVED;
  escalation->resolve_time = timestamp_new(act->arena, act->now_us);
  escalation->due_time = NULL;
}

static void answer(const struct act *act, Onboard__Resolution *resolution, Onboard__Resolution__State state) {
  resolution->state = state;
  resolution->answer_actor = arena_strdup(act->arena, act->actor);
  resolution->answer_time = timestamp_new(act->arena, act->now_us);
}

static const struct status *refuse_replaced(const struct act *act, const Onboard__Escalation *escalation) {
  struct status *status =
      status_make(act->arena, CODE_FAILED_PRECONDITION, "RESOLUTION_REPLACED",
                  "%s: the proposal took the place of another one: read it, and confirm it with the etag",
                  escalation->name);
  status_add_metadata(act->arena, status, "replace_count",
                      arena_printf(act->arena, "%d", escalation->resolution->replace_count));
  return status;
}

const struct status *escalation_confirm(const struct act *act, Onboard__Escalation *escalation,
                                        bool as_read) {
  int to;
  const struct status *status = check(act, escalation, ESCALATION_CONFIRM, &to);
  if (!status && !as_read && escalation->resolution->replace_count)
    status = refuse_replaced(act, escalation);
  if (status)
    return status;
  answer(act, escalation->resolution, ONBOARD__RESOLUTION__STATE__STATE_CONFIRMED);
  resolve(act, escalation);
  return NULL;
}

const struct status *escalation_reject(const struct act *act, Onboard__Escalation *escalation, char *reason) {
  int to;
  const struct status *status = check(act, escalation, ESCALATION_REJECT, &to);
  if (status)
    return status;
  answer(act, escalation->resolution, ONBOARD__RESOLUTION__STATE__STATE_REJECTED);
  escalation->resolution->reject_reason = reason;
  return NULL;
}

const struct status *escalation_end(const struct act *act, Onboard__Escalation *escalation,
                                    const char *text) {
  int to;
  const struct status *status = check(act, escalation, ESCALATION_SETTLE, &to);
  if (status)
    return status;
  const struct act system = {act->arena, act->now_us, TYPE__PARTY__PARTY_SYSTEM, "onboard"};
  propose(&system, escalation, text, ONBOARD__RESOLUTION__STATE__STATE_CONFIRMED);
  resolve(act, escalation);
  return NULL;
}
