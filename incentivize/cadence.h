/* The calendar rhythms of plans and statements, in UTC. Pure. */
#ifndef ENTENTE_INCENTIVIZE_CADENCE_H
#define ENTENTE_INCENTIVIZE_CADENCE_H

#include "runtime/base/arena.h"
#include "runtime/base/period.h"

#include "entente/incentivize/v1/commission_plan.pb-c.h"

enum cadence {
  CADENCE_NONE = INCENTIVIZE__CADENCE__CADENCE_UNSPECIFIED,
  CADENCE_MONTH = INCENTIVIZE__CADENCE__CADENCE_MONTH,
  CADENCE_QUARTER = INCENTIVIZE__CADENCE__CADENCE_QUARTER,
  CADENCE_YEAR = INCENTIVIZE__CADENCE__CADENCE_YEAR,
};

/* The month, quarter or year that holds an instant; CADENCE_NONE counts as months. */
struct period cadence_period(int cadence, int64_t time_us);

/* A month, quarter or year as the last segment of a name: `2026-07`, `2026-q3`, `2026`. */
char *cadence_id(struct arena *arena, struct period period);

/* The month or quarter of such a segment; false on any other text. */
bool cadence_parse(const char *id, struct period *out);

#endif
