#include "onboard/govern.h"

#include "onboard/escalation.h"
#include "onboard/review.h"
#include "onboard/service.h"
#include "runtime/base/limit.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/rpc/resource.h"

static const Type__Party nobody = TYPE__PARTY__PARTY_UNSPECIFIED;

void govern_change(struct txn *txn, Onboard__GovernanceBody *body, const char *type) {
  resource_change(txn, &kind_governance_body, body, type);
}

void review_schedule(struct txn *txn, Onboard__Review *review) {
  txn_count(resource_change(txn, &kind_review, review, "review.scheduled"), "reviews.due", nobody,
            moment_us(review->due_time), 1);
}

void escalation_change(struct txn *txn, Onboard__Escalation *escalation, const char *type, int64_t occur_us,
                       Onboard__Escalation__State was) {
  txn_put(txn, &kind_escalation, escalation);
  struct record *record =
      txn_record(txn, &(struct record_facts){.type = type, .payload = escalation, .occur_us = occur_us});
  if (was == ONBOARD__ESCALATION__STATE__STATE_UNSPECIFIED)
    txn_count(record, "escalations.raised", nobody, moment_us(escalation->raise_time), 1);
  if (escalation->state == ONBOARD__ESCALATION__STATE__STATE_RESOLVED)
    txn_count(record, "escalations.resolved", nobody, moment_us(escalation->resolve_time), 1);
}

/* ---- escalations that open by themselves ---- */

/* The body that a name's partnership has, for looking only. */
static const struct status *peek_body(struct txn *txn, struct arena *arena, const char *name,
                                      Onboard__GovernanceBody **out) {
  Onboard__Partnership *partnership;
  *out = NULL;
  const struct status *status = txn_peek(txn, &kind_partnership, name_partnership(arena, name), &partnership);
  if (status || !partnership || text_empty(partnership->governance_body))
    return status;
  return txn_peek(txn, &kind_governance_body, partnership->governance_body, out);
}

static char *escalation_of(struct arena *arena, const struct cause *cause) {
  return escalation_automatic_name(arena, name_partnership(arena, cause->subject), cause->trigger,
                                   cause->key ? cause->key : cause->subject);
}

const struct status *govern_open(struct txn *txn, const struct act *act, const struct cause *cause,
                                 int64_t occur_us) {
  const struct act system = {act->arena, act->now_us, TYPE__PARTY__PARTY_SYSTEM, "onboard"};
  Onboard__GovernanceBody *body;
  Onboard__Escalation *existing;
  const struct status *status = peek_body(txn, act->arena, cause->subject, &body);
  if (status || !body || !governance_opens(body, cause->trigger))
    return status;
  char *name = escalation_of(act->arena, cause);
  status = txn_get(txn, &kind_escalation, name, &existing);
  if (status || existing)
    return status;
  Onboard__Escalation *escalation = arena_new(act->arena, Onboard__Escalation);
  onboard__escalation__init(escalation);
  escalation->name = name;
  escalation->trigger = cause->trigger;
  escalation->title = arena_strdup(act->arena, cause->title);
  escalation->subject = arena_strdup(act->arena, cause->subject);
  escalation_start(&system, escalation, governance_levels(act->arena, body), occur_us);
  escalation_change(txn, escalation, "escalation.raised", occur_us,
                    ONBOARD__ESCALATION__STATE__STATE_UNSPECIFIED);
  return NULL;
}

const struct status *govern_close(struct txn *txn, const struct act *act, const struct cause *cause,
                                  const char *text) {
  Onboard__GovernanceBody *body;
  Onboard__Escalation *escalation;
  const struct status *status = peek_body(txn, act->arena, cause->subject, &body);
  if (status || !body)
    return status;
  status = txn_get(txn, &kind_escalation, escalation_of(act->arena, cause), &escalation);
  if (status || !escalation || escalation->state == ONBOARD__ESCALATION__STATE__STATE_RESOLVED)
    return status;
  Onboard__Escalation__State was = escalation->state;
  escalation_settle(act->arena, escalation, act->now_us);
  status = escalation_end(act, escalation, text);
  if (!status)
    escalation_change(txn, escalation, "escalation.resolved", 0, was);
  return status;
}

/* ---- the cadence ---- */

/* What keeps it in place of one of the cadence: its place among the reviews; their count when nothing does.
 */
static size_t stand_in(const Onboard__GovernanceBody *body, const struct governance_due *due,
                       const struct list_page *reviews) {
  size_t at = 0;
  while (at < reviews->count && !governance_kept_by(body, due, reviews->messages[at]))
    at++;
  return at;
}

/* The review belongs to the cadence from now on: it is not called off, and stands for no other. */
static const struct status *adopt(struct txn *txn, const Onboard__GovernanceBody *body, void **review) {
  Onboard__Review *adopted;
  const struct status *status = txn_get(txn, &kind_review, ((Onboard__Review *)*review)->name, &adopted);
  if (status)
    return status;
  *review = adopted;
  adopted->governance_body = body->name;
  resource_change(txn, &kind_review, adopted, "review.adopted");
  return NULL;
}

/* Schedules what is due; under an id of its own when somebody took the one that tells the day. */
static const struct status *schedule_due(struct txn *txn, const struct act *act,
                                         const Onboard__GovernanceBody *body,
                                         const struct governance_due *due) {
  Onboard__Review *existing, *review = governance_review(act->arena, body, due);
  const struct status *status = txn_get(txn, &kind_review, review->name, &existing);
  if (status)
    return status;
  if (existing)
    review->name =
        name_child(act->arena, name_partnership(act->arena, body->name), "reviews", name_new_id(act->arena));
  review_start(review);
  review_schedule(txn, review);
  return NULL;
}

const struct status *govern_schedule(struct txn *txn, const struct act *act,
                                     const Onboard__GovernanceBody *body, const struct governance_due *due,
                                     size_t count) {
  struct list_page reviews;
  if (!count)
    return NULL;
  const struct list_query latest = {
      .kind = &kind_review,
      .index = "due",
      .partition = arena_printf(act->arena, "%s|", name_partnership(act->arena, body->name)),
      .descending = true,
      .page_size = LIMIT_PAGE_SIZE,
      .page_token = "",
      .binding = "",
  };
  const struct status *status = list_entities(txn, &latest, &reviews);
  for (size_t i = 0; !status && i < count; i++) {
    size_t at = stand_in(body, &due[i], &reviews);
    status =
        at < reviews.count ? adopt(txn, body, &reviews.messages[at]) : schedule_due(txn, act, body, &due[i]);
  }
  return status;
}

/* ---- what time changes ---- */

static int64_t body_next(const ProtobufCMessage *message) {
  return governance_next_us((const Onboard__GovernanceBody *)message);
}

static struct cause vacancy(struct arena *arena, const Onboard__GovernanceBody *body,
                            const Onboard__GovernanceAlarm *alarm) {
  return (struct cause){
      .trigger = ONBOARD__ESCALATION_TRIGGER__ESCALATION_TRIGGER_VACANCY,
      .subject = body->name,
      .key = arena_printf(arena, "%s|%d|%lld", body->name, (int)alarm->party,
                          (long long)moment_us(alarm->start_time)),
      .title = arena_printf(arena, "%s has had no executive sponsor since %s", party_name(alarm->party),
                            moment_text(arena, moment_us(alarm->start_time))),
  };
}

static const struct status *body_stage(struct txn *txn, const struct act *act, ProtobufCMessage *message) {
  Onboard__GovernanceBody *body = (Onboard__GovernanceBody *)message;
  struct governance_due due[GOVERNANCE_DUE_MAX];
  bool raised[GOVERNANCE_ALARMS_MAX] = {0}, alarm = false;
  int64_t occurred = governance_next_us(body);
  size_t count = governance_settle(act->arena, body, act->now_us, due, raised);
  const struct status *status = govern_schedule(txn, act, body, due, count);
  for (size_t i = 0; !status && i < body->n_alarms; i++) {
    alarm = alarm || raised[i];
    if (!raised[i] || body->alarms[i]->kind != ONBOARD__GOVERNANCE_ALARM__KIND__KIND_VACANCY)
      continue;
    struct cause cause = vacancy(act->arena, body, body->alarms[i]);
    status = govern_open(txn, act, &cause, moment_us(body->alarms[i]->raise_time));
  }
  txn_put(txn, &kind_governance_body, body);
  txn_record(txn, &(struct record_facts){
                      .type = alarm ? "governance_body.alarm_raised" : "governance_body.reviews_scheduled",
                      .payload = body,
                      .occur_us = occurred,
                  });
  return status;
}

static int64_t escalation_next(const ProtobufCMessage *message) {
  return escalation_next_us((const Onboard__Escalation *)message);
}

static const struct status *escalation_stage(struct txn *txn, const struct act *act,
                                             ProtobufCMessage *message) {
  Onboard__Escalation *escalation = (Onboard__Escalation *)message;
  Onboard__Escalation__State was = escalation->state;
  int64_t occurred = escalation_next_us(escalation);
  escalation_settle_step(act->arena, escalation, act->now_us);
  escalation_change(txn, escalation, escalation->overdue ? "escalation.overdue" : "escalation.advanced",
                    occurred, was);
  return NULL;
}

const struct timed timed_governance_body = {&kind_governance_body, body_next, body_stage};
const struct timed timed_escalation = {&kind_escalation, escalation_next, escalation_stage};

/* ---- what others change ---- */

const struct status *govern_hold(struct call *call, const Onboard__Partnership *partnership,
                                 Onboard__GovernanceBody **out) {
  *out = NULL;
  if (text_empty(partnership->governance_body))
    return NULL;
  const struct status *status =
      resource_load(call, &kind_governance_body, partnership->governance_body, "", out);
  return status ? status : resource_settle(call, &timed_governance_body, *out);
}

const struct status *govern_sponsor(struct call *call, const Onboard__Sponsor *sponsor) {
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__GovernanceBody *body;
  const struct status *status =
      resource_load(call, &kind_partnership, name_partnership(act.arena, sponsor->name), "", &partnership);
  if (!status)
    status = govern_hold(call, partnership, &body);
  if (status || !body)
    return status;
  const Onboard__GovernanceAlarm *alarm =
      governance_alarm(body, ONBOARD__GOVERNANCE_ALARM__KIND__KIND_VACANCY, sponsor->party);
  static const char *const types[] = {
      [SEAT_CHANGED] = "governance_body.seats_changed",
      [SEAT_VACATED] = "governance_body.seat_vacated",
      [SEAT_FILLED] = "governance_body.seat_filled",
  };
  enum governance_seat seat = governance_seat(&act, body, sponsor);
  if (seat == SEAT_SAME)
    return NULL;
  bool cleared = seat == SEAT_FILLED && alarm && alarm->raised;
  govern_change(call_txn(call), body, cleared ? "governance_body.alarm_cleared" : types[seat]);
  if (!cleared)
    return NULL;
  struct cause cause = vacancy(act.arena, body, alarm);
  return govern_close(call_txn(call), &act, &cause,
                      arena_printf(act.arena, "%s serves now", sponsor->person_name));
}

static const struct status *start_cadence(struct call *call, const struct act *act,
                                          Onboard__GovernanceBody *body) {
  struct governance_due due[GOVERNANCE_DUE_MAX];
  size_t count = governance_settle(act->arena, body, act->now_us, due, NULL);
  return govern_schedule(call_txn(call), act, body, due, count);
}

const struct status *govern_partnership(struct call *call, const Onboard__Partnership *partnership,
                                        Onboard__Partnership__State was) {
  struct act act = act_of(call);
  Onboard__GovernanceBody *body;
  const struct status *status = govern_hold(call, partnership, &body);
  if (status || !body || partnership->state == was)
    return status;
  const char *type = NULL;
  if (body->state == ONBOARD__GOVERNANCE_BODY__STATE__STATE_FORMED &&
      partnership->state == ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE) {
    type = "governance_body.activated";
    status = governance_apply(&act, body, GOVERNANCE_ACTIVATE);
    if (!status)
      status = start_cadence(call, &act, body);
  } else if (partnership->state == ONBOARD__PARTNERSHIP__STATE__STATE_REDESIGN) {
    type = "governance_body.revision_asked";
    governance_ask_revision(&act, body);
  } else if (partnership->state == ONBOARD__PARTNERSHIP__STATE__STATE_TRANSITIONING) {
    type = "governance_body.winding_down";
    status = governance_apply(&act, body, GOVERNANCE_WIND_DOWN);
  } else if (partnership->state == ONBOARD__PARTNERSHIP__STATE__STATE_ENDED) {
    type = "governance_body.dissolved";
    status = governance_apply(&act, body, GOVERNANCE_DISSOLVE);
  }
  if (!status && type)
    govern_change(call_txn(call), body, type);
  return status;
}

const struct status *govern_plan(struct call *call, const Onboard__Partnership *partnership,
                                 const Onboard__Plan *plan) {
  struct act act = act_of(call);
  Onboard__GovernanceBody *body;
  const struct status *status = govern_hold(call, partnership, &body);
  if (status || !body)
    return status;
  bool required = body->committee_required;
  status = governance_check_depth(&act, body, partnership, plan->terms);
  bool revised = !status && governance_end_revision(body);
  if (revised || (!status && required != body->committee_required))
    govern_change(call_txn(call), body,
                  revised ? "governance_body.revision_done" : "governance_body.depth_changed");
  return status;
}
