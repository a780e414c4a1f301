/* What registrations count for: a function of what one is, so that a change adds what it counts for after,
 * less what it counted for before. */
#include "runtime/base/moment.h"
#include "sell/registration.h"

#include <assert.h>
#include <string.h>

#define STATE(name) SELL__REGISTRATION__STATE__STATE_##name
#define US_PER_MINUTE INT64_C(60000000)

struct sheet {
  struct registration_tally *rows;
  size_t count;
};

static void add(struct sheet *sheet, const char *counter, const Google__Protobuf__Timestamp *when,
                int64_t amount) {
  if (!when || !amount)
    return;
  assert(sheet->count < REGISTRATION_TALLIES_MAX);
  sheet->rows[sheet->count++] = (struct registration_tally){counter, moment_us(when), amount};
}

static void add_decision(struct sheet *sheet, const Sell__RegistrationDecision *decision, int sign) {
  bool approved = decision->outcome == SELL__REGISTRATION_DECISION__OUTCOME__OUTCOME_APPROVED;
  int64_t minutes = (moment_us(decision->decide_time) - moment_us(decision->submit_time)) / US_PER_MINUTE;
  add(sheet, approved ? "registrations.approved" : "registrations.rejected", decision->decide_time, sign);
  add(sheet, "registrations.decision_minutes", decision->decide_time, sign * minutes);
  add(sheet, "registrations.decided_in_time", decision->decide_time, decision->in_time ? sign : 0);
  add(sheet, "registrations.escalated", decision->escalate_time, sign);
}

static void add_all(struct sheet *sheet, const Sell__Registration *registration, int sign) {
  static const struct {
    Sell__Registration__State state;
    const char *counter;
  } endings[] = {{STATE(WITHDRAWN), "registrations.withdrawn"},
                 {STATE(CONVERTED), "registrations.converted"},
                 {STATE(EXPIRED), "registrations.expired"},
                 {STATE(REVOKED), "registrations.revoked"}};
  add(sheet, "registrations.submitted", registration->first_submit_time, sign);
  for (size_t i = 0; i < registration->n_decisions; i++)
    add_decision(sheet, registration->decisions[i], sign);
  add(sheet, "registrations.escalated", registration->escalate_time, sign);
  for (size_t i = 0; i < registration->n_extensions; i++)
    if (registration->extensions[i]->state == SELL__REGISTRATION_EXTENSION__STATE__STATE_GRANTED)
      add(sheet, "registrations.extended", registration->extensions[i]->decide_time, sign);
  for (size_t i = 0; registration->first_submit_time && i < sizeof endings / sizeof *endings; i++)
    if (registration->state == endings[i].state)
      add(sheet, endings[i].counter, registration->end_time, sign);
}

/* Rows of the same counter and time become one; those that cancel go. */
static size_t add_up(struct registration_tally *rows, size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    size_t k = 0;
    while (k < kept && (strcmp(rows[k].counter, rows[i].counter) != 0 || rows[k].when_us != rows[i].when_us))
      k++;
    if (k < kept)
      rows[k].amount += rows[i].amount;
    else
      rows[kept++] = rows[i];
  }
  count = kept;
  kept = 0;
  for (size_t i = 0; i < count; i++)
    if (rows[i].amount)
      rows[kept++] = rows[i];
  return kept;
}

size_t registration_tally(const Sell__Registration *before, const Sell__Registration *after,
                          struct registration_tally out[REGISTRATION_TALLIES_MAX]) {
  struct sheet sheet = {out, 0};
  add_all(&sheet, after, 1);
  if (before)
    add_all(&sheet, before, -1);
  return add_up(out, sheet.count);
}
