/* The pipeline's figures: from levels, which are sums of ledger deltas, and from open opportunities by
 * segment. Pure. */
#ifndef ENTENTE_SELL_PIPELINE_H
#define ENTENTE_SELL_PIPELINE_H

#include "sell/opportunity.h"
#include "sell/tally.h"

#include "entente/sell/v1/pipeline_service.pb-c.h"

enum { PIPELINE_SEGMENTS_MAX = 200 /* in an answer */ };

/* How likely each stage is won, in basis points. */
struct stage_weights {
  int32_t bps[COLUMN_STAGES];
};
/* The usual ones where none are given. INVALID_ARGUMENT unless there are none or five. */
const struct status *stage_weights_of(struct arena *arena, const int32_t *given, size_t count,
                                      struct stage_weights *out);

/* How much is in each column, as one party sees it: [0] joint, [1] its own independent. Zero-initialise, then
 * set `currency` and `viewer`. */
struct levels {
  const char *currency;
  Type__Party viewer;
  int64_t count[COLUMN_COUNT][2];
  int64_t amount[COLUMN_COUNT][2];
};
/* Adds to the level that a counter and party stand for; what is no level of this party is passed over. */
void levels_add(struct levels *levels, const char *counter, Type__Party party, int64_t amount);

/* Fills in all but `name` and `record_time`. */
void pipeline_fill(struct arena *arena, const struct levels *levels, const struct stage_weights *weights,
                   Sell__Pipeline *out);

/* Open opportunities by segment, in memory that grows by some bytes a segment: what callers write as segments
 * cannot keep the service busy. Zero-initialise, then set `arena`, `currency` and `viewer`. */
struct segment_sums {
  struct arena *arena;
  const char *currency;
  Type__Party viewer;
  struct segment_sum {
    const char *segment;
    struct levels levels;
  } * rows;     /* the first PIPELINE_SEGMENTS_MAX by name */
  size_t count; /* of rows */
  struct segment_set {
    uint64_t *digests; /* of every segment; 0: free */
    size_t count, capacity;
  } all;
};
/* One that is not open is passed over. */
void segment_sums_add(struct segment_sums *sums, const Sell__Opportunity *opportunity);
/* Fills in all but `name`. */
void segment_sums_fill(const struct segment_sums *sums, const struct stage_weights *weights,
                       Sell__SegmentPipeline *out);

#endif
