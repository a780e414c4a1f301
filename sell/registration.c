#include "sell/registration.h"

#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/company.h"

#include <assert.h>
#include <string.h>

#define STATE(name) SELL__REGISTRATION__STATE__STATE_##name
#define US_PER_HOUR INT64_C(3600000000)
#define US_PER_MINUTE INT64_C(60000000)

static const char *const action_names[REGISTRATION_ACTIONS] = {
    [REGISTRATION_SUBMIT] = "submit",
    [REGISTRATION_REVIEW] = "review",
    [REGISTRATION_CORRECT] = "correct segment",
    [REGISTRATION_ASK] = "request action",
    [REGISTRATION_APPROVE] = "approve",
    [REGISTRATION_REJECT] = "reject",
    [REGISTRATION_WITHDRAW] = "withdraw",
    [REGISTRATION_REQUEST_EXTENSION] = "request extension",
    [REGISTRATION_GRANT_EXTENSION] = "grant extension",
    [REGISTRATION_DECLINE_EXTENSION] = "decline extension",
    [REGISTRATION_CONVERT] = "convert",
    [REGISTRATION_REVOKE] = "revoke",
    [REGISTRATION_APPEAL] = "appeal",
    [REGISTRATION_GRANT_APPEAL] = "grant appeal",
    [REGISTRATION_DECLINE_APPEAL] = "decline appeal",
    [REGISTRATION_ESCALATE] = "escalate",
    [REGISTRATION_LAPSE] = "lapse",
    [REGISTRATION_EXPIRE] = "expire",
    [REGISTRATION_REMIND] = "remind",
};

/* ---- guards ---- */

static const struct status *limit_refusal(const struct act *act, const char *reason, const char *name,
                                          int32_t limit, const char *what) {
  struct status *refusal = status_make(act->arena, CODE_FAILED_PRECONDITION, reason, "%s %s", name, what);
  status_add_metadata(act->arena, refusal, "limit", arena_printf(act->arena, "%d", (int)limit));
  return refusal;
}

static const struct status *may_resubmit(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Sell__Registration *registration = noun;
  if (registration->resubmission_count < registration->terms->resubmission_limit)
    return NULL;
  return limit_refusal(act, REASON_RESUBMISSION_LIMIT, registration->name,
                       registration->terms->resubmission_limit, "was submitted again as often as it may be");
}

static Sell__RegistrationExtension *pending_extension(const Sell__Registration *registration) {
  Sell__RegistrationExtension *last =
      registration->n_extensions ? registration->extensions[registration->n_extensions - 1] : NULL;
  return last && last->state == SELL__REGISTRATION_EXTENSION__STATE__STATE_PENDING ? last : NULL;
}

static const struct status *may_ask_extension(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Sell__Registration *registration = noun;
  int32_t granted = 0, limit = registration->terms->extension_limit;
  for (size_t i = 0; i < registration->n_extensions; i++)
    granted += registration->extensions[i]->state == SELL__REGISTRATION_EXTENSION__STATE__STATE_GRANTED;
  if (pending_extension(registration))
    return status_make(act->arena, CODE_FAILED_PRECONDITION, REASON_EXTENSION_PENDING,
                       "An extension of %s waits for the vendor already", registration->name);
  if (granted >= limit)
    return limit_refusal(act, REASON_EXTENSION_LIMIT, registration->name, limit,
                         "was extended as often as it may be");
  if (registration->n_extensions >= REGISTRATION_EXTENSIONS_MAX)
    return limit_refusal(act, REASON_EXTENSION_LIMIT, registration->name, REGISTRATION_EXTENSIONS_MAX,
                         "has asked for extensions as often as it may");
  return NULL;
}

static const struct status *extension_waits(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Sell__Registration *registration = noun;
  if (pending_extension(registration))
    return NULL;
  return status_make(act->arena, CODE_FAILED_PRECONDITION, REASON_EXTENSION_NOT_PENDING,
                     "No extension of %s waits for the vendor", registration->name);
}

/* When the rejection or revocation that an appeal would be about was made. */
static int64_t turned_down_us(const Sell__Registration *registration) {
  if (registration->state == STATE(REVOKED))
    return moment_us(registration->end_time);
  return registration->n_decisions
             ? moment_us(registration->decisions[registration->n_decisions - 1]->decide_time)
             : 0;
}

static struct guards guards_of(const struct act *act, const Sell__Registration *registration,
                               const char *action) {
  return (struct guards){.arena = act->arena,
                         .resource = registration->name,
                         .state =
                             state_name(&sell__registration__state__descriptor, (int)registration->state),
                         .action = action};
}

static const struct status *may_appeal(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Sell__Registration *registration = noun;
  struct guards guards = guards_of(act, registration, "appeal");
  int64_t until = turned_down_us(registration) + registration->terms->appeal_days * US_PER_DAY;
  guard(&guards, !registration->appeal, "it was appealed before");
  guard(&guards, registration->submit_time,
        "its customer or solutions were changed since; submit what it is now");
  guard(&guards, act->now_us < until, "the days to appeal are over");
  return guards.status;
}

static const struct status *appeal_waits(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Sell__Registration *registration = noun;
  struct guards guards = guards_of(act, registration, "decide appeal");
  guard(&guards,
        registration->appeal &&
            registration->appeal->state == SELL__REGISTRATION_APPEAL__STATE__STATE_PENDING,
        "no appeal waits for the vendor");
  return guards.status;
}

static const struct status *no_appeal_waits(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Sell__Registration *registration = noun;
  if (!registration->appeal || registration->appeal->state != SELL__REGISTRATION_APPEAL__STATE__STATE_PENDING)
    return may_resubmit(act, noun, facts);
  struct guards guards = guards_of(act, registration, "submit");
  guard(&guards, false, "its appeal waits for the vendor");
  return guards.status;
}

static const struct transition transitions[] = {
    {STATE(DRAFT), REGISTRATION_SUBMIT, STATE(SUBMITTED), NULL},
    {STATE(ACTION_REQUIRED), REGISTRATION_SUBMIT, STATE(SUBMITTED), NULL},
    {STATE(REJECTED), REGISTRATION_SUBMIT, STATE(SUBMITTED), no_appeal_waits},
    {STATE(SUBMITTED), REGISTRATION_REVIEW, STATE(IN_REVIEW), NULL},
    {STATE(SUBMITTED), REGISTRATION_CORRECT, STATE(SUBMITTED), NULL},
    {STATE(IN_REVIEW), REGISTRATION_CORRECT, STATE(IN_REVIEW), NULL},
    {STATE(ACTION_REQUIRED), REGISTRATION_CORRECT, STATE(ACTION_REQUIRED), NULL},
    {STATE(SUBMITTED), REGISTRATION_ASK, STATE(ACTION_REQUIRED), NULL},
    {STATE(IN_REVIEW), REGISTRATION_ASK, STATE(ACTION_REQUIRED), NULL},
    {STATE(SUBMITTED), REGISTRATION_APPROVE, STATE(APPROVED), NULL},
    {STATE(IN_REVIEW), REGISTRATION_APPROVE, STATE(APPROVED), NULL},
    {STATE(SUBMITTED), REGISTRATION_REJECT, STATE(REJECTED), NULL},
    {STATE(IN_REVIEW), REGISTRATION_REJECT, STATE(REJECTED), NULL},
    {STATE(ACTION_REQUIRED), REGISTRATION_REJECT, STATE(REJECTED), NULL},
    {STATE(DRAFT), REGISTRATION_WITHDRAW, STATE(WITHDRAWN), NULL},
    {STATE(SUBMITTED), REGISTRATION_WITHDRAW, STATE(WITHDRAWN), NULL},
    {STATE(IN_REVIEW), REGISTRATION_WITHDRAW, STATE(WITHDRAWN), NULL},
    {STATE(ACTION_REQUIRED), REGISTRATION_WITHDRAW, STATE(WITHDRAWN), NULL},
    {STATE(APPROVED), REGISTRATION_REQUEST_EXTENSION, STATE(APPROVED), may_ask_extension},
    {STATE(EXTENDED), REGISTRATION_REQUEST_EXTENSION, STATE(EXTENDED), may_ask_extension},
    {STATE(APPROVED), REGISTRATION_GRANT_EXTENSION, STATE(EXTENDED), extension_waits},
    {STATE(EXTENDED), REGISTRATION_GRANT_EXTENSION, STATE(EXTENDED), extension_waits},
    {STATE(APPROVED), REGISTRATION_DECLINE_EXTENSION, STATE(APPROVED), extension_waits},
    {STATE(EXTENDED), REGISTRATION_DECLINE_EXTENSION, STATE(EXTENDED), extension_waits},
    {STATE(APPROVED), REGISTRATION_CONVERT, STATE(CONVERTED), NULL},
    {STATE(EXTENDED), REGISTRATION_CONVERT, STATE(CONVERTED), NULL},
    {STATE(APPROVED), REGISTRATION_REVOKE, STATE(REVOKED), NULL},
    {STATE(EXTENDED), REGISTRATION_REVOKE, STATE(REVOKED), NULL},
    {STATE(REJECTED), REGISTRATION_APPEAL, STATE(REJECTED), may_appeal},
    {STATE(REVOKED), REGISTRATION_APPEAL, STATE(REVOKED), may_appeal},
    {STATE(REJECTED), REGISTRATION_GRANT_APPEAL, STATE(IN_REVIEW), appeal_waits},
    {STATE(REVOKED), REGISTRATION_GRANT_APPEAL, STATE(IN_REVIEW), appeal_waits},
    {STATE(REJECTED), REGISTRATION_DECLINE_APPEAL, STATE(REJECTED), appeal_waits},
    {STATE(REVOKED), REGISTRATION_DECLINE_APPEAL, STATE(REVOKED), appeal_waits},
    {STATE(SUBMITTED), REGISTRATION_ESCALATE, STATE(SUBMITTED), NULL},
    {STATE(IN_REVIEW), REGISTRATION_ESCALATE, STATE(IN_REVIEW), NULL},
    {STATE(ACTION_REQUIRED), REGISTRATION_LAPSE, STATE(WITHDRAWN), NULL},
    {STATE(APPROVED), REGISTRATION_EXPIRE, STATE(EXPIRED), NULL},
    {STATE(EXTENDED), REGISTRATION_EXPIRE, STATE(EXPIRED), NULL},
    {STATE(APPROVED), REGISTRATION_REMIND, STATE(APPROVED), NULL},
    {STATE(EXTENDED), REGISTRATION_REMIND, STATE(EXTENDED), NULL},
};

const struct machine registration_machine = {
    .states = &sell__registration__state__descriptor,
    .actions = action_names,
    .action_count = REGISTRATION_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct status *step(const struct act *act, Sell__Registration *registration,
                                 enum registration_action action) {
  int to;
  const struct status *status = machine_step(&registration_machine, act, registration->name,
                                             (int)registration->state, (int)action, registration, NULL, &to);
  if (!status)
    registration->state = (Sell__Registration__State)to;
  return status;
}

/* ---- what it is ---- */

bool registration_visible(const Sell__Registration *registration, Type__Party viewer) {
  return viewer == TYPE__PARTY__PARTY_PARTNER || registration->first_submit_time;
}

Type__Party registration_private_to(const Sell__Registration *registration) {
  return registration->first_submit_time ? TYPE__PARTY__PARTY_UNSPECIFIED : TYPE__PARTY__PARTY_PARTNER;
}

bool registration_waits(const Sell__Registration *registration) {
  return registration->state == STATE(SUBMITTED) || registration->state == STATE(IN_REVIEW);
}

bool registration_open(const Sell__Registration *registration) {
  return registration_waits(registration) || registration->state == STATE(ACTION_REQUIRED);
}

bool registration_protected(const Sell__Registration *registration) {
  return registration->state == STATE(APPROVED) || registration->state == STATE(EXTENDED);
}

int64_t registration_protect_end_us(const Sell__Registration *registration) {
  const Sell__RegistrationExtension *pending = pending_extension(registration);
  if (!registration->protect_end_time)
    return INT64_MAX;
  return moment_us(registration->protect_end_time) + (pending ? pending->days * US_PER_DAY : 0);
}

/* What was stored before submitted amounts were kept has only the other one. */
const Type__Money *registration_value(const Sell__Registration *registration) {
  return registration->submitted_amount ? registration->submitted_amount : registration->expected_amount;
}

void submitted_amount_lower(struct arena *arena, Sell__Registration *registration,
                            const Type__Money *amount) {
  const Type__Money *now = registration->submitted_amount;
  if (amount && amount->amount_minor < now->amount_minor &&
      text_equal(amount->currency_code, now->currency_code))
    registration->submitted_amount = arena_copy(arena, amount, sizeof *amount);
}

bool solutions_shared(char *const *a, size_t a_count, char *const *b, size_t b_count) {
  for (size_t i = 0; i < a_count; i++)
    for (size_t k = 0; k < b_count; k++)
      if (strcmp(a[i], b[k]) == 0)
        return true;
  return false;
}

/* ---- time ---- */

/* When a reminder of the end is due that was not given; INT64_MAX: none is. */
static int64_t remind_us(const Sell__Registration *registration) {
  int32_t days = registration->terms->reminder_days;
  return days && !registration->remind_time ? moment_us(registration->protect_end_time) - days * US_PER_DAY
                                            : INT64_MAX;
}

int64_t registration_next_us(const Sell__Registration *registration) {
  if (registration_waits(registration) && !registration->escalate_time)
    return moment_us(registration->decide_due_time);
  if (registration->state == STATE(ACTION_REQUIRED))
    return moment_us(registration->action->due_time);
  if (!registration_protected(registration))
    return INT64_MAX;
  int64_t remind = remind_us(registration), end = registration_protect_end_us(registration);
  return remind < end ? remind : end;
}

/* Who asked for it no longer waits: a request that ran out with the protection is declined by it. */
static void extensions_close(struct arena *arena, Sell__Registration *registration, int64_t now_us) {
  Sell__RegistrationExtension *pending = pending_extension(registration);
  if (!pending)
    return;
  pending->state = SELL__REGISTRATION_EXTENSION__STATE__STATE_DECLINED;
  pending->decide_time = timestamp_new(arena, now_us);
}

int registration_settle(struct arena *arena, Sell__Registration *registration, int64_t now_us) {
  int64_t due = registration_next_us(registration);
  if (due > now_us)
    return -1;
  int action = registration_waits(registration)        ? REGISTRATION_ESCALATE
               : !registration_protected(registration) ? REGISTRATION_LAPSE
               : remind_us(registration) == due        ? REGISTRATION_REMIND
                                                       : REGISTRATION_EXPIRE;
  const struct act act = {arena, now_us, TYPE__PARTY__PARTY_SYSTEM, NULL};
  const struct status *refused = step(&act, registration, (enum registration_action)action);
  assert(!refused); /* the states of next_us() have these rows */
  (void)refused;
  if (action == REGISTRATION_ESCALATE || action == REGISTRATION_REMIND) {
    *(action == REGISTRATION_REMIND ? &registration->remind_time : &registration->escalate_time) =
        timestamp_new(arena, due);
    return action;
  }
  if (action == REGISTRATION_EXPIRE)
    extensions_close(arena, registration, due);
  else
    registration->end_reason = arena_strdup(arena, "What was asked for was not done in time.");
  registration->action = NULL;
  registration->end_time = timestamp_new(arena, due);
  return action;
}

/* ---- writing ---- */

static const struct status *currency_check(const struct act *act, const Onboard__Partnership *partnership,
                                           const Type__Money *amount) {
  if (!amount || text_equal(amount->currency_code, partnership->currency_code))
    return NULL;
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "CURRENCY_MISMATCH",
                                      "The amount is in %s; %s keeps its figures in %s",
                                      amount->currency_code, partnership->name, partnership->currency_code);
  status_add_metadata(act->arena, status, "currency", amount->currency_code);
  status_add_metadata(act->arena, status, "expected", partnership->currency_code);
  return status;
}

const struct status *registration_check_draft(const struct act *act, const Onboard__Partnership *partnership,
                                              const Sell__Registration *registration) {
  struct status *invalid = NULL;
  if (registration->expected_amount && registration->expected_amount->amount_minor < 0)
    invalid_add(act->arena, &invalid, "registration.expected_amount.amount_minor", "VALUE_OUT_OF_RANGE",
                "must not be negative");
  moment_check(act->arena, &invalid, "registration.expected_close_time", registration->expected_close_time);
  for (size_t i = 0; i < registration->n_evidence; i++)
    moment_check_past(act->arena, &invalid,
                      arena_printf(act->arena, "registration.evidence[%zu].occur_time", i),
                      registration->evidence[i]->occur_time, act->now_us);
  return invalid ? invalid : currency_check(act, partnership, registration->expected_amount);
}

/* ---- submission ---- */

static void check_solutions(const struct act *act, struct status **invalid,
                            const Sell__Registration *registration) {
  if (!registration->n_solutions)
    invalid_add(act->arena, invalid, "solutions", "REQUIRED_FIELD_MISSING", "needs one solution at least");
  for (size_t i = 1; i < registration->n_solutions; i++)
    if (solutions_shared(registration->solutions, i, &registration->solutions[i], 1))
      invalid_add(act->arena, invalid, arena_printf(act->arena, "solutions[%zu]", i), "DUPLICATE",
                  "is named twice");
}

/* Who would buy what: what conflicts are found by. */
static struct status *check_identity(const struct act *act, const Sell__Registration *registration) {
  static const Sell__Company nobody = SELL__COMPANY__INIT;
  struct status *invalid = NULL;
  company_check(act->arena, &invalid, "customer", registration->customer ? registration->customer : &nobody);
  check_solutions(act, &invalid, registration);
  return invalid;
}

/* Everything that the vendor needs to decide. */
static struct status *check_complete(const struct act *act, const Sell__Registration *registration,
                                     const Sell__RegistrationTerms *terms) {
  struct status *invalid = check_identity(act, registration);
  if (!registration->expected_amount || registration->expected_amount->amount_minor <= 0)
    invalid_add(act->arena, &invalid, "expected_amount", "REQUIRED_FIELD_MISSING", "must be more than 0");
  if (!registration->expected_close_time)
    invalid_add(act->arena, &invalid, "expected_close_time", "REQUIRED_FIELD_MISSING", "is required");
  else if (moment_us(registration->expected_close_time) <= act->now_us)
    invalid_add(act->arena, &invalid, "expected_close_time", "VALUE_OUT_OF_RANGE", "lies in the past");
  if (registration->n_evidence < (size_t)terms->evidence_min)
    invalid_add(act->arena, &invalid, "evidence", "REQUIRED_FIELD_MISSING", "needs %d or more",
                (int)terms->evidence_min);
  return invalid;
}

/* The vendor's clock starts anew. */
static void wait_for_vendor(const struct act *act, Sell__Registration *registration) {
  registration->decide_due_time =
      timestamp_new(act->arena, act->now_us + registration->terms->decision_hours * US_PER_HOUR);
  registration->action = NULL;
}

const struct status *registration_submit(const struct act *act, Sell__Registration *registration,
                                         const struct registration_submission *submission) {
  bool again = registration->state == STATE(REJECTED), asked = registration->state == STATE(ACTION_REQUIRED);
  const Type__Money *earlier = asked ? registration_value(registration) : NULL;
  const struct status *status = step(act, registration, REGISTRATION_SUBMIT);
  if (!status)
    status = check_complete(act, registration, submission->terms);
  if (!status)
    status = currency_check(act, submission->partnership, registration->expected_amount);
  if (status)
    return status;
  Google__Protobuf__Timestamp *now = timestamp_new(act->arena, act->now_us);
  registration->policy = arena_strdup(act->arena, submission->policy);
  registration->terms = submission->terms;
  registration->resubmission_count += again;
  registration->submitted_amount =
      arena_copy(act->arena, registration->expected_amount, sizeof *registration->expected_amount);
  submitted_amount_lower(act->arena, registration, earlier);
  if (again)
    registration->review_time = NULL;
  if (!registration->first_submit_time)
    registration->first_submit_time = now;
  if (!submission->kept) {
    registration->submit_time = now;
    registration->uplift_halved = false;
  }
  wait_for_vendor(act, registration);
  return NULL;
}

static void take_up(const struct act *act, Sell__Registration *registration) {
  if (!registration->review_time)
    registration->review_time = timestamp_new(act->arena, act->now_us);
}

const struct status *registration_review(const struct act *act, Sell__Registration *registration) {
  const struct status *status = step(act, registration, REGISTRATION_REVIEW);
  if (!status)
    take_up(act, registration);
  return status;
}

const struct status *registration_correct(const struct act *act, Sell__Registration *registration,
                                          const char *segment, const char *note) {
  const Sell__RegistrationSegmentCorrection *earlier = registration->segment_correction;
  struct guards guards = guards_of(act, registration, "correct segment");
  const struct status *status = step(act, registration, REGISTRATION_CORRECT);
  guard(&guards, !text_equal(registration->segment, segment), "it is of that segment already");
  if (status || guards.status)
    return status ? status : guards.status;
  Sell__RegistrationSegmentCorrection *correction =
      arena_new(act->arena, Sell__RegistrationSegmentCorrection);
  sell__registration_segment_correction__init(correction);
  correction->given = earlier ? earlier->given : registration->segment;
  correction->note = arena_strdup(act->arena, note ? note : "");
  correction->actor = arena_strdup(act->arena, act->actor ? act->actor : "");
  correction->correct_time = timestamp_new(act->arena, act->now_us);
  registration->segment_correction = correction;
  registration->segment = arena_strdup(act->arena, segment);
  take_up(act, registration);
  return NULL;
}

const struct status *registration_ask(const struct act *act, Sell__Registration *registration,
                                      const Sell__RequestRegistrationActionRequest *request) {
  struct status *invalid = NULL;
  for (size_t i = 0; i < request->n_fields; i++)
    if (!registration_field_known(request->fields[i]))
      invalid_add(act->arena, &invalid, arena_printf(act->arena, "fields[%zu]", i), "VALUE_OUT_OF_RANGE",
                  "is no field that the partner could change");
  if (invalid)
    return invalid;
  const struct status *status = step(act, registration, REGISTRATION_ASK);
  if (status)
    return status;
  Sell__RegistrationAction *action = arena_new(act->arena, Sell__RegistrationAction);
  sell__registration_action__init(action);
  action->note = request->note;
  action->fields = request->fields;
  action->n_fields = request->n_fields;
  action->request_time = timestamp_new(act->arena, act->now_us);
  action->due_time = timestamp_new(act->arena, act->now_us + registration->terms->action_days * US_PER_DAY);
  registration->action = action;
  registration->decide_due_time = NULL;
  take_up(act, registration);
  return NULL;
}

/* ---- decisions ---- */

static void decide(const struct act *act, Sell__Registration *registration,
                   Sell__RegistrationDecision__Outcome outcome, Sell__RejectionReason reason,
                   const char *note) {
  Sell__RegistrationDecision *decision = arena_new(act->arena, Sell__RegistrationDecision);
  sell__registration_decision__init(decision);
  decision->outcome = outcome;
  decision->reason = reason;
  decision->note = arena_strdup(act->arena, note ? note : "");
  decision->submit_time = registration->submit_time;
  decision->decide_time = timestamp_new(act->arena, act->now_us);
  decision->in_time =
      !registration->decide_due_time || act->now_us <= moment_us(registration->decide_due_time);
  decision->escalate_time = registration->escalate_time;
  registration->decisions = (Sell__RegistrationDecision **)arena_append(act->arena, registration->decisions,
                                                                        registration->n_decisions, decision);
  registration->n_decisions++;
  registration->decide_due_time = registration->escalate_time = NULL;
  registration->action = NULL;
}

const struct status *registration_approve(const struct act *act, Sell__Registration *registration,
                                          const char *note) {
  const struct status *status = step(act, registration, REGISTRATION_APPROVE);
  if (status)
    return status;
  const Sell__RegistrationTerms *terms = registration->terms;
  decide(act, registration, SELL__REGISTRATION_DECISION__OUTCOME__OUTCOME_APPROVED,
         SELL__REJECTION_REASON__REJECTION_REASON_UNSPECIFIED, note);
  registration->approve_time = timestamp_new(act->arena, act->now_us);
  registration->protect_end_time =
      timestamp_new(act->arena, act->now_us + terms->protection_days * US_PER_DAY);
  registration->uplift_bps = registration->uplift_halved ? terms->uplift_bps / 2 : terms->uplift_bps;
  registration->remind_time = NULL;
  return NULL;
}

void registration_halve(Sell__Registration *registration) {
  registration->uplift_halved = true;
  if (registration_protected(registration))
    registration->uplift_bps = registration->terms->uplift_bps / 2;
}

const struct status *registration_reject(const struct act *act, Sell__Registration *registration,
                                         Sell__RejectionReason reason, const char *note) {
  const struct status *status = step(act, registration, REGISTRATION_REJECT);
  if (!status)
    decide(act, registration, SELL__REGISTRATION_DECISION__OUTCOME__OUTCOME_REJECTED, reason, note);
  return status;
}

const struct status *registration_take_over(const struct act *act, Sell__Registration *registration,
                                            const struct registration_submission *submission,
                                            int64_t submit_us, int64_t approve_us) {
  struct status *invalid = NULL;
  struct act then = *act;
  if (submit_us <= 0)
    invalid_add(act->arena, &invalid, "submit_time", "VALUE_OUT_OF_RANGE", "lies before 1970");
  if (approve_us < submit_us)
    invalid_add(act->arena, &invalid, "approve_time", "VALUE_OUT_OF_RANGE", "lies before submit_time");
  if (approve_us > act->now_us)
    invalid_add(act->arena, &invalid, "approve_time", "VALUE_OUT_OF_RANGE", "lies in the future");
  if (invalid)
    return invalid;
  registration->state = STATE(DRAFT);
  then.now_us = submit_us;
  const struct status *status = registration_submit(&then, registration, submission);
  then.now_us = approve_us;
  if (!status)
    status = registration_approve(&then, registration, "");
  if (!status && remind_us(registration) <= act->now_us) /* no news */
    registration->remind_time = timestamp_new(act->arena, remind_us(registration));
  return status;
}

/* It holds nothing from now on. */
static void end(const struct act *act, Sell__Registration *registration, const char *reason) {
  extensions_close(act->arena, registration, act->now_us);
  registration->end_time = timestamp_new(act->arena, act->now_us);
  registration->end_reason = arena_strdup(act->arena, reason ? reason : "");
  registration->decide_due_time = NULL;
  registration->action = NULL;
}

static const struct status *end_by(const struct act *act, Sell__Registration *registration,
                                   enum registration_action action, const char *reason) {
  const struct status *status = step(act, registration, action);
  if (!status)
    end(act, registration, reason);
  return status;
}

const struct status *registration_withdraw(const struct act *act, Sell__Registration *registration,
                                           const char *reason) {
  return end_by(act, registration, REGISTRATION_WITHDRAW, reason);
}

const struct status *registration_revoke(const struct act *act, Sell__Registration *registration,
                                         const char *reason) {
  return end_by(act, registration, REGISTRATION_REVOKE, reason);
}

const struct status *registration_convert(const struct act *act, Sell__Registration *registration,
                                          const char *opportunity) {
  const struct status *status = end_by(act, registration, REGISTRATION_CONVERT, "");
  if (!status)
    registration->opportunity = arena_strdup(act->arena, opportunity);
  return status;
}

const struct status *registration_yield(const struct act *act, Sell__Registration *registration) {
  static const char note[] = "The customer is not available for registration for this solution.";
  if (registration_protected(registration))
    return registration_revoke(act, registration, note);
  return registration_reject(act, registration, SELL__REJECTION_REASON__REJECTION_REASON_NOT_AVAILABLE, note);
}

/* ---- extensions ---- */

const struct status *registration_request_extension(const struct act *act, Sell__Registration *registration,
                                                    int32_t days, char *reason) {
  const struct status *status = step(act, registration, REGISTRATION_REQUEST_EXTENSION);
  if (status)
    return status;
  if (days > registration->terms->extension_days)
    return invalid_field(act->arena, "days", "VALUE_OUT_OF_RANGE", "must be %d or less",
                         (int)registration->terms->extension_days);
  Sell__RegistrationExtension *extension = arena_new(act->arena, Sell__RegistrationExtension);
  sell__registration_extension__init(extension);
  extension->state = SELL__REGISTRATION_EXTENSION__STATE__STATE_PENDING;
  extension->days = days;
  extension->reason = reason;
  extension->request_time = timestamp_new(act->arena, act->now_us);
  registration->extensions = (Sell__RegistrationExtension **)arena_append(
      act->arena, registration->extensions, registration->n_extensions, extension);
  registration->n_extensions++;
  return NULL;
}

/* A reminder was of the old end; the new one has its own, unless it is within the same days. */
static void prolong(const struct act *act, Sell__Registration *registration, int32_t days) {
  Google__Protobuf__Timestamp *reminded = registration->remind_time;
  registration->protect_end_time =
      timestamp_new(act->arena, moment_us(registration->protect_end_time) + days * US_PER_DAY);
  registration->remind_time = NULL;
  if (reminded && remind_us(registration) <= act->now_us)
    registration->remind_time = reminded;
}

const struct status *registration_decide_extension(const struct act *act, Sell__Registration *registration,
                                                   bool granted, char *note) {
  const struct status *status =
      step(act, registration, granted ? REGISTRATION_GRANT_EXTENSION : REGISTRATION_DECLINE_EXTENSION);
  if (status)
    return status;
  if (!granted && text_empty(note))
    return invalid_field(act->arena, "note", "REQUIRED_FIELD_MISSING", "is needed to decline");
  Sell__RegistrationExtension *pending = pending_extension(registration);
  pending->decide_time = timestamp_new(act->arena, act->now_us);
  pending->note = note;
  pending->state = granted ? SELL__REGISTRATION_EXTENSION__STATE__STATE_GRANTED
                           : SELL__REGISTRATION_EXTENSION__STATE__STATE_DECLINED;
  if (granted)
    prolong(act, registration, pending->days);
  else if (moment_us(registration->protect_end_time) <= act->now_us)
    registration->protect_end_time = timestamp_new(act->arena, act->now_us); /* ends with this answer */
  return NULL;
}

/* ---- appeals ---- */

const struct status *registration_appeal(const struct act *act, Sell__Registration *registration,
                                         char *statement) {
  const struct status *status = step(act, registration, REGISTRATION_APPEAL);
  if (!status)
    status = check_identity(act, registration); /* it may have been edited since */
  if (status)
    return status;
  Sell__RegistrationAppeal *appeal = arena_new(act->arena, Sell__RegistrationAppeal);
  sell__registration_appeal__init(appeal);
  appeal->state = SELL__REGISTRATION_APPEAL__STATE__STATE_PENDING;
  appeal->statement = statement;
  appeal->appeal_time = timestamp_new(act->arena, act->now_us);
  registration->appeal = appeal;
  return NULL;
}

const struct status *registration_decide_appeal(const struct act *act, Sell__Registration *registration,
                                                bool granted, char *note) {
  const struct status *status =
      step(act, registration, granted ? REGISTRATION_GRANT_APPEAL : REGISTRATION_DECLINE_APPEAL);
  if (status)
    return status;
  registration->appeal->state = granted ? SELL__REGISTRATION_APPEAL__STATE__STATE_GRANTED
                                        : SELL__REGISTRATION_APPEAL__STATE__STATE_DECLINED;
  registration->appeal->decide_time = timestamp_new(act->arena, act->now_us);
  registration->appeal->note = note;
  if (!granted)
    return NULL;
  registration->approve_time = registration->protect_end_time = registration->end_time = NULL;
  registration->uplift_bps = 0;
  registration->end_reason = arena_strdup(act->arena, "");
  take_up(act, registration);
  wait_for_vendor(act, registration);
  return NULL;
}
