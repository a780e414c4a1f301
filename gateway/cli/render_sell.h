/* What is sold together as text for people: pipelines, lift, deal registrations and their conflicts. Pure:
 * writes to a buffer. */
#ifndef ENTENTE_CLI_RENDER_SELL_H
#define ENTENTE_CLI_RENDER_SELL_H

#include "gateway/cli/draw.h"

#include "entente/sell/v1/conflict_service.pb-c.h"
#include "entente/sell/v1/lift_service.pb-c.h"
#include "entente/sell/v1/pipeline_service.pb-c.h"
#include "entente/sell/v1/registration_service.pb-c.h"

/* A row a stage, what became of the rest, then a row a segment; `segments` NULL: left out. What the caller's
 * party sells alone is in columns of its own. */
void render_pipeline(struct buffer *out, const struct render_style *style, const Sell__Pipeline *pipeline,
                     const Sell__SegmentPipeline *segments);
/* Joint deals beside the caller's own: win rates like with like, sizes, displacement, what was opened up. */
void render_lift(struct buffer *out, const struct render_style *style, const Sell__Lift *lift);

struct render_queue {
  Sell__Registration *const *registrations;
  size_t count;
  int64_t now_us;
  bool more; /* there are more of them */
};
/* A row a registration, with what is due next; what is late in red. */
void render_registrations(struct buffer *out, const struct render_style *style,
                          const struct render_queue *queue);

/* A row a conflict: who meets whom, by what, who is favoured or has won, and what is to be done. */
void render_conflicts(struct buffer *out, const struct render_style *style,
                      const Sell__ListConflictsResponse *page);

#endif
