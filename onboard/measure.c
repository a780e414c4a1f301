#include "onboard/measure.h"

#include "onboard/commitment.h"
#include "onboard/plan.h"
#include "onboard/service.h"
#include "onboard/timed.h"
#include "runtime/base/limit.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/store/list.h"

static const struct status *read_clock(struct txn *txn, const struct act *act, const char *partnership,
                                       Onboard__MeasurementClock **out) {
  char *name = name_child(act->arena, partnership, "measurementClocks", "one");
  const struct status *status = txn_get(txn, &kind_measurement_clock, name, out);
  if (status || *out)
    return status;
  *out = arena_new(act->arena, Onboard__MeasurementClock);
  onboard__measurement_clock__init(*out);
  (*out)->name = name;
  return NULL;
}

/* Reads a partition page by page; `look` sees every entity. */
struct visit {
  struct txn *txn;
  const struct act *act;
  const struct kind *kind;
  const char *index, *partition;
  const struct status *(*look)(const struct visit *visit, void *message);
  Onboard__Measurement *measurement; /* that commitments are visited for */
  int64_t difference;
  Onboard__Commitment *commitment; /* that measurements, or other commitments, are visited for */
  size_t *together;                /* how many commitments count the same as `commitment` */
};

static const struct status *visit_all(const struct visit *visit) {
  struct list_page page = {.next_page_token = ""};
  do {
    const struct list_query query = {
        .kind = visit->kind,
        .index = visit->index,
        .partition = visit->partition,
        .page_size = LIMIT_PAGE_SIZE,
        .page_token = page.next_page_token,
        .binding = "",
    };
    const struct status *status = list_entities(visit->txn, &query, &page);
    for (size_t i = 0; !status && i < page.count; i++)
      status = visit->look(visit, page.messages[i]);
    if (status)
      return status;
  } while (!text_empty(page.next_page_token));
  return NULL;
}

/* ---- a measurement and the commitments that count it ---- */

static const struct status *count_in(const struct visit *visit, void *message) {
  Onboard__Commitment *commitment = message;
  Onboard__Plan *plan;
  if (!measurement_is_of(visit->measurement, commitment))
    return NULL;
  const char *name = commitment->name;
  const struct status *status = txn_get(visit->txn, &kind_commitment, name, &commitment);
  if (!status)
    status = txn_get(visit->txn, &kind_plan, name_prefix(visit->act->arena, name, 3), &plan);
  if (status || !commitment || !plan || plan->state == ONBOARD__PLAN__STATE__STATE_CLOSED)
    return status;
  struct standing before = commitment_standing(commitment);
  Onboard__Commitment__State was = commitment->state;
  if (!commitment_measure(commitment, visit->difference, visit->act->now_us))
    return NULL;
  bool released = plan->state == ONBOARD__PLAN__STATE__STATE_SUPERSEDED &&
                  commitment_fall_back(commitment, moment_us(plan->close_time));
  commitment_change(visit->txn, commitment, released ? "commitment.released" : "commitment.measured", 0,
                    before);
  return commitment_govern(visit->txn, visit->act, commitment, was, visit->act->now_us);
}

static const struct status *read_measurement(struct txn *txn, const struct act *act, const char *partnership,
                                             const char *source, Onboard__Measurement **out) {
  char *name = measurement_name(act->arena, partnership, source);
  const struct status *status = txn_get(txn, &kind_measurement, name, out);
  if (status || *out)
    return status;
  *out = arena_new(act->arena, Onboard__Measurement);
  onboard__measurement__init(*out);
  (*out)->name = name;
  return NULL;
}

const struct status *measure_fact(struct txn *txn, const struct act *act, const struct fact *fact) {
  const char *name = name_partnership(act->arena, fact->source);
  Onboard__Partnership *partnership;
  Onboard__Measurement *measurement;
  Onboard__MeasurementClock *clock;
  if (!name || fact->amount <= 0)
    return NULL;
  const struct status *status = txn_get(txn, &kind_partnership, name, &partnership);
  if (status || !partnership)
    return status;
  status = read_measurement(txn, act, name, fact->source, &measurement);
  if (!status)
    status = read_clock(txn, act, name, &clock);
  if (status)
    return status;
  int64_t before = measurement_amount(measurement);
  if (!measurement_note(act, measurement, fact))
    return NULL;
  clock->count++;
  txn_put(txn, &kind_measurement_clock, clock);
  txn_put(txn, &kind_measurement, measurement);
  txn_record(txn, &(struct record_facts){
                      .type = fact->taken_back ? "measurement.taken_back" : "measurement.counted",
                      .payload = measurement,
                      .occur_us = fact->taken_back ? 0 : fact->occur_us,
                  });
  const struct visit visit = {
      .txn = txn,
      .act = act,
      .kind = &kind_commitment,
      .index = "measured",
      .partition = arena_printf(act->arena, "%s|%s", name,
                                state_name(&onboard__commitment_kind__descriptor, (int)measurement->kind)),
      .look = count_in,
      .measurement = measurement,
      .difference = measurement_amount(measurement) - before,
  };
  return visit.difference ? visit_all(&visit) : NULL;
}

/* ---- a commitment and the measurements that it counts ---- */

static const struct status *sum_up(const struct visit *visit, void *message) {
  if (measurement_is_of(message, visit->commitment))
    commitment_measure(visit->commitment, measurement_amount(message), visit->act->now_us);
  return NULL;
}

/* A measurement and what it does to commitments is one commit: an entry for each, and for its escalation,
 * beside its own and the partnership's. */
enum { MEASURED_TOGETHER_MAX = (LIMIT_TXN_ENTRIES - 2) / 2 };

static const struct status *count_together(const struct visit *visit, void *message) {
  Onboard__Commitment *other = message;
  Onboard__Plan *plan;
  if (!measured_alike(visit->commitment, other))
    return NULL;
  const char *name = other->name; /* as this transaction leaves it */
  const struct status *status = txn_get(visit->txn, &kind_commitment, name, &other);
  if (status || !other || other->state == ONBOARD__COMMITMENT__STATE__STATE_WAIVED ||
      other->state == ONBOARD__COMMITMENT__STATE__STATE_RELEASED)
    return status;
  status = txn_peek(visit->txn, &kind_plan, name_prefix(visit->act->arena, name, 3), &plan);
  if (!status && plan && plan->state != ONBOARD__PLAN__STATE__STATE_CLOSED)
    ++*visit->together;
  return status;
}

static const struct status *check_together(struct visit visit, const Onboard__Plan *plan) {
  size_t together = 0;
  struct status *refusal = NULL;
  for (size_t i = 0; i < plan->terms->n_commitments; i++)
    together += measured_alike(visit.commitment,
                               plan_commitment(visit.act->arena, plan, plan->terms->commitments[i], 0));
  visit.kind = &kind_commitment;
  visit.index = "measured";
  visit.look = count_together;
  visit.together = &together;
  const struct status *status = visit_all(&visit);
  if (!status && together > MEASURED_TOGETHER_MAX)
    guard_add(visit.act->arena, &refusal, REASON_GUARD_UNMET, visit.commitment->name,
              "%zu commitments would count the same measurements, at most %d can", together,
              MEASURED_TOGETHER_MAX);
  return status ? status : refusal;
}

const struct status *measure_commitment(struct txn *txn, const struct act *act, const Onboard__Plan *plan,
                                        Onboard__Commitment *commitment) {
  Onboard__MeasurementClock *clock;
  const char *partnership = name_partnership(act->arena, commitment->name);
  if (commitment->measure != ONBOARD__COMMITMENT_MEASURE__COMMITMENT_MEASURE_MEASURED)
    return NULL;
  const struct status *status = read_clock(txn, act, partnership, &clock);
  const struct visit visit = {
      .txn = txn,
      .act = act,
      .kind = &kind_measurement,
      .index = "time",
      .partition = arena_printf(act->arena, "%s|%s", partnership,
                                state_name(&onboard__commitment_kind__descriptor, (int)commitment->kind)),
      .look = sum_up,
      .commitment = commitment,
  };
  if (!status)
    status = check_together(visit, plan);
  return status ? status : visit_all(&visit);
}
