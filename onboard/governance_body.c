#include "onboard/governance_body.h"

#include "onboard/preset.h"
#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/name.h"
#include "runtime/base/period.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#define FORMED ONBOARD__GOVERNANCE_BODY__STATE__STATE_FORMED
#define ACTIVE ONBOARD__GOVERNANCE_BODY__STATE__STATE_ACTIVE
#define WINDING_DOWN ONBOARD__GOVERNANCE_BODY__STATE__STATE_WINDING_DOWN
#define DISSOLVED ONBOARD__GOVERNANCE_BODY__STATE__STATE_DISSOLVED
#define VACANCY ONBOARD__GOVERNANCE_ALARM__KIND__KIND_VACANCY
#define PLAN_REVISION ONBOARD__GOVERNANCE_ALARM__KIND__KIND_PLAN_REVISION

static const struct transition transitions[] = {
    {FORMED, GOVERNANCE_EDIT, FORMED, NULL},
    {ACTIVE, GOVERNANCE_EDIT, ACTIVE, NULL},
    {WINDING_DOWN, GOVERNANCE_EDIT, WINDING_DOWN, NULL},
    {FORMED, GOVERNANCE_ACTIVATE, ACTIVE, NULL},
    {ACTIVE, GOVERNANCE_WIND_DOWN, WINDING_DOWN, NULL},
    {FORMED, GOVERNANCE_DISSOLVE, DISSOLVED, NULL},
    {WINDING_DOWN, GOVERNANCE_DISSOLVE, DISSOLVED, NULL},
};
static const char *const actions[] = {"EDIT", "ACTIVATE", "WIND_DOWN", "DISSOLVE"};
const struct machine governance_machine = {
    .states = &onboard__governance_body__state__descriptor,
    .actions = actions,
    .action_count = GOVERNANCE_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static int64_t or_default(int64_t value, int64_t fallback) {
  return value ? value : fallback;
}

/* ---- what a caller may set ---- */

struct checking {
  struct arena *arena;
  const char *path;
  struct status *refusal;
};

static void check_rights(struct checking *checking, const Onboard__GovernanceBody *body) {
  for (size_t i = 0; i < body->n_decision_rights; i++) {
    const Onboard__DecisionRight *right = body->decision_rights[i];
    const char *field = arena_printf(checking->arena, "%s.decision_rights[%zu].deciders", checking->path, i);
    for (size_t k = 0; k < right->n_deciders; k++)
      if (right->deciders[k] != TYPE__PARTY__PARTY_VENDOR && right->deciders[k] != TYPE__PARTY__PARTY_PARTNER)
        invalid_add(checking->arena, &checking->refusal, field, "VALUE_OUT_OF_RANGE",
                    "must be VENDOR or PARTNER");
    if (right->n_deciders == 2 && right->deciders[0] == right->deciders[1])
      invalid_add(checking->arena, &checking->refusal, field, "DUPLICATE_VALUE", "each party once");
  }
}

static void check_members(struct checking *checking, const Onboard__GovernanceBody *body) {
  for (size_t i = 0; i < body->n_members; i++)
    for (size_t k = 0; k < i; k++)
      if (text_equal(body->members[i]->sponsor, body->members[k]->sponsor))
        invalid_add(checking->arena, &checking->refusal,
                    arena_printf(checking->arena, "%s.members[%zu].sponsor", checking->path, i),
                    "DUPLICATE_VALUE", "is a member already");
}

static void check_triggers(struct checking *checking, const Onboard__GovernanceBody *body) {
  for (size_t i = 0; i < body->n_automatic_triggers; i++) {
    Onboard__EscalationTrigger trigger = body->automatic_triggers[i];
    const char *field = arena_printf(checking->arena, "%s.automatic_triggers[%zu]", checking->path, i);
    if (trigger == ONBOARD__ESCALATION_TRIGGER__ESCALATION_TRIGGER_UNSPECIFIED ||
        trigger > ONBOARD__ESCALATION_TRIGGER__ESCALATION_TRIGGER_VACANCY)
      invalid_add(checking->arena, &checking->refusal, field, "VALUE_OUT_OF_RANGE",
                  "nothing opens an escalation of this kind by itself");
    for (size_t k = 0; k < i; k++)
      if (body->automatic_triggers[k] == trigger)
        invalid_add(checking->arena, &checking->refusal, field, "DUPLICATE_VALUE", "is listed already");
  }
}

static void check_policy(struct checking *checking, const Onboard__GovernanceBody *body,
                         const Onboard__Partnership *partnership) {
  const Type__Money *amount = body->committee_policy ? body->committee_policy->amount : NULL;
  const char *field = arena_printf(checking->arena, "%s.committee_policy.amount", checking->path);
  if (!amount)
    return;
  if (!text_equal(amount->currency_code, partnership->currency_code))
    invalid_add(checking->arena, &checking->refusal, field, "VALUE_OUT_OF_RANGE",
                "the partnership keeps its figures in %s", partnership->currency_code);
  if (amount->amount_minor < 1 || amount->amount_minor > MONEY_MAX)
    invalid_add(checking->arena, &checking->refusal, field, "VALUE_OUT_OF_RANGE", "must be more than 0");
}

const struct status *governance_check(struct arena *arena, const Onboard__GovernanceBody *body,
                                      const Onboard__Partnership *partnership, const char *path) {
  struct checking checking = {.arena = arena, .path = path};
  check_rights(&checking, body);
  check_members(&checking, body);
  check_triggers(&checking, body);
  check_policy(&checking, body, partnership);
  if (body->n_escalation_levels != 0 && body->n_escalation_levels != GOVERNANCE_LEVELS)
    invalid_add(arena, &checking.refusal, arena_printf(arena, "%s.escalation_levels", path),
                "VALUE_OUT_OF_RANGE", "three levels, or none for the defaults");
  return checking.refusal;
}

const char *const *governance_named_sponsors(struct arena *arena, const Onboard__GovernanceBody *body,
                                             size_t *count) {
  size_t next = 0;
  *count = body->n_members + 2 * body->n_escalation_levels;
  const char **names = arena_calloc(arena, *count, sizeof *names);
  for (size_t i = 0; i < body->n_members; i++)
    names[next++] = body->members[i]->sponsor;
  for (size_t i = 0; i < body->n_escalation_levels; i++) {
    names[next++] = body->escalation_levels[i]->vendor_owner;
    names[next++] = body->escalation_levels[i]->partner_owner;
  }
  return names;
}

/* The side that the `index`-th named sponsor must be of; unspecified: either. */
static Type__Party side_of(const Onboard__GovernanceBody *body, size_t index) {
  if (index < body->n_members)
    return TYPE__PARTY__PARTY_UNSPECIFIED;
  return (index - body->n_members) % 2 ? TYPE__PARTY__PARTY_PARTNER : TYPE__PARTY__PARTY_VENDOR;
}

const struct status *governance_check_sponsors(const struct act *act, const Onboard__GovernanceBody *body,
                                               Onboard__Sponsor *const *named) {
  struct status *refusal = NULL;
  size_t count;
  const char *const *names = governance_named_sponsors(act->arena, body, &count);
  for (size_t i = 0; i < count; i++) {
    Type__Party side = side_of(body, i);
    if (text_empty(names[i]) || (named[i] && (!side || named[i]->party == side)))
      continue;
    bool first = !refusal;
    guard_add(act->arena, &refusal, "SPONSOR_UNKNOWN", body->name, "%s is no sponsor%s%s of this partnership",
              names[i], side ? " of " : "", side ? party_name(side) : "");
    if (first)
      status_add_metadata(act->arena, refusal, "sponsor", names[i]);
  }
  return refusal;
}

/* ---- alarms ---- */

Onboard__GovernanceAlarm *governance_alarm(const Onboard__GovernanceBody *body,
                                           Onboard__GovernanceAlarm__Kind kind, Type__Party party) {
  for (size_t i = 0; i < body->n_alarms; i++)
    if (body->alarms[i]->kind == kind && body->alarms[i]->party == party)
      return body->alarms[i];
  return NULL;
}

static void begin_alarm(const struct act *act, Onboard__GovernanceBody *body,
                        Onboard__GovernanceAlarm__Kind kind, Type__Party party, int64_t days) {
  Onboard__GovernanceAlarm **all = arena_calloc(act->arena, body->n_alarms + 1, sizeof(void *));
  for (size_t i = 0; i < body->n_alarms; i++)
    all[i] = body->alarms[i];
  Onboard__GovernanceAlarm *alarm = arena_new(act->arena, Onboard__GovernanceAlarm);
  onboard__governance_alarm__init(alarm);
  alarm->kind = kind;
  alarm->party = party;
  alarm->start_time = timestamp_new(act->arena, act->now_us);
  alarm->raise_time = timestamp_new(act->arena, act->now_us + days * US_PER_DAY);
  all[body->n_alarms++] = alarm;
  body->alarms = all;
}

static bool end_alarm(Onboard__GovernanceBody *body, Onboard__GovernanceAlarm__Kind kind, Type__Party party) {
  size_t kept = 0, count = body->n_alarms;
  for (size_t i = 0; i < count; i++)
    if (body->alarms[i]->kind != kind || body->alarms[i]->party != party)
      body->alarms[kept++] = body->alarms[i];
  body->n_alarms = kept;
  return kept != count;
}

/* ---- who serves ---- */

static bool serves(const Onboard__Sponsor *sponsor) {
  return sponsor->state == ONBOARD__SPONSOR__STATE__STATE_ACTIVE &&
         sponsor->level > ONBOARD__SPONSOR__LEVEL__LEVEL_ACCOUNT_MANAGER;
}

static Onboard__GovernanceSide *side(const Onboard__GovernanceBody *body, Type__Party party) {
  for (size_t i = 0; i < body->n_sides; i++)
    if (body->sides[i]->party == party)
      return body->sides[i];
  return NULL;
}

static bool seated(const Onboard__GovernanceSide *side, const char *sponsor) {
  for (size_t i = 0; i < side->n_executives; i++)
    if (text_equal(side->executives[i], sponsor))
      return true;
  return false;
}

static void add_executive(struct arena *arena, Onboard__GovernanceSide *side, char *sponsor) {
  char **all = arena_calloc(arena, side->n_executives + 1, sizeof *all);
  for (size_t i = 0; i < side->n_executives; i++)
    all[i] = side->executives[i];
  all[side->n_executives++] = sponsor;
  side->executives = all;
}

static void remove_executive(Onboard__GovernanceSide *side, const char *sponsor) {
  size_t kept = 0;
  for (size_t i = 0; i < side->n_executives; i++)
    if (!text_equal(side->executives[i], sponsor))
      side->executives[kept++] = side->executives[i];
  side->n_executives = kept;
}

bool governance_is_committee(const Onboard__GovernanceBody *body) {
  for (size_t i = 0; i < body->n_sides; i++) {
    int there = 0;
    for (size_t k = 0; k < body->n_members; k++)
      there += seated(body->sides[i], body->members[k]->sponsor);
    if (there < GOVERNANCE_COMMITTEE_EXECUTIVES)
      return false;
  }
  return body->n_sides > 0;
}

enum governance_seat governance_seat(const struct act *act, Onboard__GovernanceBody *body,
                                     const Onboard__Sponsor *sponsor) {
  Onboard__GovernanceSide *own = side(body, sponsor->party);
  if (body->state == DISSOLVED || !own || seated(own, sponsor->name) == serves(sponsor))
    return SEAT_SAME;
  size_t before = own->n_executives;
  if (serves(sponsor))
    add_executive(act->arena, own, sponsor->name);
  else
    remove_executive(own, sponsor->name);
  body->committee = governance_is_committee(body);
  if (before && own->n_executives)
    return SEAT_CHANGED;
  if (before)
    begin_alarm(act, body, VACANCY, own->party, or_default(body->vacancy_days, GOVERNANCE_VACANCY_DAYS));
  else
    end_alarm(body, VACANCY, own->party);
  return before ? SEAT_VACATED : SEAT_FILLED;
}

/* ---- a body and its partnership ---- */

void governance_start(const struct act *act, Onboard__GovernanceBody *body, Onboard__Sponsor *const *sponsors,
                      size_t count) {
  static const Type__Party parties[] = {TYPE__PARTY__PARTY_VENDOR, TYPE__PARTY__PARTY_PARTNER};
  body->state = FORMED;
  body->alarms = NULL;
  body->n_alarms = 0;
  body->quarterly_due_time = body->annual_due_time = NULL;
  body->n_sides = 2;
  body->sides = arena_calloc(act->arena, 2, sizeof(void *));
  for (size_t i = 0; i < 2; i++) {
    body->sides[i] = arena_new(act->arena, Onboard__GovernanceSide);
    onboard__governance_side__init(body->sides[i]);
    body->sides[i]->party = parties[i];
    begin_alarm(act, body, VACANCY, parties[i], or_default(body->vacancy_days, GOVERNANCE_VACANCY_DAYS));
  }
  for (size_t i = 0; i < count; i++)
    governance_seat(act, body, sponsors[i]);
  body->committee = governance_is_committee(body);
}

void governance_default(Onboard__GovernanceBody *body, const Onboard__Partnership *partnership) {
  if (!body->review_interval_months)
    body->review_interval_months = preset_of(partnership->preset)->review_interval_months;
}

const struct status *governance_apply(const struct act *act, Onboard__GovernanceBody *body,
                                      enum governance_action action) {
  int to;
  const struct status *status =
      machine_step(&governance_machine, act, body->name, (int)body->state, (int)action, body, NULL, &to);
  if (status)
    return status;
  body->state = (Onboard__GovernanceBody__State)to;
  if (action == GOVERNANCE_ACTIVATE)
    body->quarterly_due_time = body->annual_due_time = timestamp_new(act->arena, act->now_us);
  if (action == GOVERNANCE_WIND_DOWN)
    end_alarm(body, PLAN_REVISION, TYPE__PARTY__PARTY_UNSPECIFIED);
  if (action == GOVERNANCE_DISSOLVE)
    body->n_alarms = 0;
  return NULL;
}

/* ---- the depth of investment ---- */

struct governance_depth governance_depth_of(const Onboard__GovernanceBody *body,
                                            const Onboard__Partnership *partnership,
                                            const Onboard__PlanTerms *terms) {
  const Onboard__CommitteePolicy *policy = body->committee_policy;
  int64_t whole = 1;
  for (int i = currency_decimals(partnership->currency_code); i > 0; i--)
    whole *= 10;
  int64_t amount = policy && policy->amount ? policy->amount->amount_minor : GOVERNANCE_AMOUNT_WHOLE * whole;
  int64_t commitments = or_default(policy ? policy->commitment_count : 0, GOVERNANCE_COMMITMENTS);
  struct governance_depth depth = {0};
  for (size_t i = 0; terms && i < terms->n_commitments; i++) {
    const Onboard__CommitmentTerm *term = terms->commitments[i];
    if (term->unit == ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_MONEY &&
        term->kind !=
            ONBOARD__COMMITMENT_KIND__COMMITMENT_KIND_REVENUE && /* what is earned is not invested */
        text_equal(term->currency_code, partnership->currency_code))
      depth.amount_minor += term->target; /* at most 30 of 10^15 */
    depth.commitment_count++;
  }
  depth.committee_required = depth.amount_minor >= amount || depth.commitment_count >= commitments;
  return depth;
}

const struct status *governance_check_depth(const struct act *act, Onboard__GovernanceBody *body,
                                            const Onboard__Partnership *partnership,
                                            const Onboard__PlanTerms *terms) {
  struct governance_depth depth = governance_depth_of(body, partnership, terms);
  body->committee_required = depth.committee_required;
  body->committee = governance_is_committee(body);
  if (!body->committee_required || body->committee)
    return NULL;
  struct status *refusal = NULL;
  guard_add(act->arena, &refusal, "COMMITTEE_REQUIRED", body->name,
            "%lld commitments and %lld minor units of %s need a committee: %d active executives of each side "
            "as members",
            (long long)depth.commitment_count, (long long)depth.amount_minor, partnership->currency_code,
            GOVERNANCE_COMMITTEE_EXECUTIVES);
  status_add_metadata(act->arena, refusal, "commitment_count",
                      arena_printf(act->arena, "%lld", (long long)depth.commitment_count));
  status_add_metadata(act->arena, refusal, "amount_minor",
                      arena_printf(act->arena, "%lld", (long long)depth.amount_minor));
  return refusal;
}

/* ---- a change of the plan that a review decided on ---- */

void governance_ask_revision(const struct act *act, Onboard__GovernanceBody *body) {
  end_alarm(body, PLAN_REVISION, TYPE__PARTY__PARTY_UNSPECIFIED);
  begin_alarm(act, body, PLAN_REVISION, TYPE__PARTY__PARTY_UNSPECIFIED,
              or_default(body->plan_revision_days, GOVERNANCE_PLAN_REVISION_DAYS));
}

bool governance_end_revision(Onboard__GovernanceBody *body) {
  return end_alarm(body, PLAN_REVISION, TYPE__PARTY__PARTY_UNSPECIFIED);
}

bool governance_asks_revision(const Onboard__GovernanceBody *body) {
  return governance_alarm(body, PLAN_REVISION, TYPE__PARTY__PARTY_UNSPECIFIED) != NULL;
}

/* ---- time ---- */

/* The same time of day so many months later; a day that the month does not have is its last. */
static int64_t months_later(int64_t time_us, int months) {
  int64_t start = month_start_us(month_of(time_us));
  int32_t month = month_add(month_of(time_us), months);
  int64_t later = month_start_us(month) + (time_us - start);
  int64_t end = month_start_us(month_add(month, 1));
  return later < end ? later : end - US_PER_DAY + (time_us - start) % US_PER_DAY;
}

static int interval_months(const Onboard__GovernanceBody *body) {
  return (int)or_default(body->review_interval_months, GOVERNANCE_INTERVAL_MONTHS);
}

static size_t settle_cadence(struct arena *arena, Onboard__GovernanceBody *body, int64_t now_us,
                             struct governance_due due[GOVERNANCE_DUE_MAX]) {
  const struct {
    Onboard__Review__Kind kind;
    int months;
    Google__Protobuf__Timestamp **latest;
  } rhythms[] = {
      {ONBOARD__REVIEW__KIND__KIND_QUARTERLY, interval_months(body), &body->quarterly_due_time},
      {ONBOARD__REVIEW__KIND__KIND_ANNUAL, GOVERNANCE_ANNUAL_MONTHS, &body->annual_due_time},
  };
  size_t count = 0;
  for (size_t i = 0; i < 2; i++)
    while (body->state == ACTIVE && moment_us(*rhythms[i].latest) <= now_us && count < GOVERNANCE_DUE_MAX) {
      int64_t next = months_later(moment_us(*rhythms[i].latest), rhythms[i].months);
      *rhythms[i].latest = timestamp_new(arena, next);
      due[count++] = (struct governance_due){rhythms[i].kind, next};
    }
  return count;
}

size_t governance_settle(struct arena *arena, Onboard__GovernanceBody *body, int64_t now_us,
                         struct governance_due due[GOVERNANCE_DUE_MAX], bool raised[GOVERNANCE_ALARMS_MAX]) {
  for (size_t i = 0; i < body->n_alarms; i++) {
    bool now = moment_us(body->alarms[i]->raise_time) <= now_us;
    if (raised && i < GOVERNANCE_ALARMS_MAX)
      raised[i] = now && !body->alarms[i]->raised;
    body->alarms[i]->raised = now || body->alarms[i]->raised;
  }
  return settle_cadence(arena, body, now_us, due);
}

static int64_t earlier(int64_t a, int64_t b) {
  return a < b ? a : b;
}

int64_t governance_next_us(const Onboard__GovernanceBody *body) {
  int64_t next = INT64_MAX;
  for (size_t i = 0; i < body->n_alarms; i++)
    if (!body->alarms[i]->raised)
      next = earlier(next, moment_us(body->alarms[i]->raise_time));
  if (body->state == ACTIVE)
    next = earlier(next, earlier(moment_us(body->quarterly_due_time), moment_us(body->annual_due_time)));
  return next;
}

/* ---- reviews of the cadence ---- */

Onboard__Review *governance_review(struct arena *arena, const Onboard__GovernanceBody *body,
                                   const struct governance_due *due) {
  bool annual = due->kind == ONBOARD__REVIEW__KIND__KIND_ANNUAL;
  Onboard__Review *review = arena_new(arena, Onboard__Review);
  onboard__review__init(review);
  const char *day = moment_text(arena, due->due_us);
  review->name = name_child(
      arena, name_partnership(arena, body->name), "reviews",
      arena_printf(arena, "%s-%.4s%.2s%.2s", annual ? "annual" : "quarterly", day, day + 5, day + 8));
  review->kind = due->kind;
  review->title = arena_strdup(arena, annual ? "Annual strategic review" : "Quarterly business review");
  review->due_time = timestamp_new(arena, due->due_us);
  review->governance_body = arena_strdup(arena, body->name);
  return review;
}

bool governance_kept_by(const Onboard__GovernanceBody *body, const struct governance_due *due,
                        const Onboard__Review *review) {
  bool annual = due->kind == ONBOARD__REVIEW__KIND__KIND_ANNUAL;
  int64_t months = annual ? GOVERNANCE_ANNUAL_MONTHS : interval_months(body);
  int64_t apart = moment_us(review->due_time) - due->due_us;
  return text_empty(review->governance_body) && review->kind == due->kind &&
         review->state != ONBOARD__REVIEW__STATE__STATE_CANCELLED &&
         (apart < 0 ? -apart : apart) < months * 15 * US_PER_DAY;
}

/* ---- the ladder ---- */

Onboard__EscalationLevel **governance_levels(struct arena *arena, const Onboard__GovernanceBody *body) {
  static const int32_t hours[GOVERNANCE_LEVELS] = {72, 120, 240};
  Onboard__EscalationLevel **levels = arena_calloc(arena, GOVERNANCE_LEVELS, sizeof(void *));
  for (size_t i = 0; i < GOVERNANCE_LEVELS; i++) {
    if (body->n_escalation_levels == GOVERNANCE_LEVELS) {
      levels[i] = body->escalation_levels[i];
      continue;
    }
    levels[i] = arena_new(arena, Onboard__EscalationLevel);
    onboard__escalation_level__init(levels[i]);
    levels[i]->hours = hours[i];
  }
  return levels;
}

bool governance_opens(const Onboard__GovernanceBody *body, Onboard__EscalationTrigger trigger) {
  for (size_t i = 0; i < body->n_automatic_triggers; i++)
    if (body->automatic_triggers[i] == trigger)
      return body->state != DISSOLVED;
  return false;
}
