/* What the gateway's handlers share: channels to the pillars, the copy of the directory, the memory of views,
 * and the fan-out that asks every pillar at once. */
#ifndef ENTENTE_COMPOSE_COMPOSER_H
#define ENTENTE_COMPOSE_COMPOSER_H

#include "gateway/compose/memory.h"
#include "gateway/compose/metric.h"
#include "gateway/compose/partnerships.h"
#include "runtime/rpc/call.h"
#include "runtime/rpc/client.h"

struct composer {
  struct channel *channels[PILLAR_COUNT];
  struct partnerships *partnerships;
  struct memory *memory;
};

/* partner_of_fn; `context` is the composer. */
partner_of_fn composer_partner_of;

/* A period as the contracts have it. */
Type__Period *composer_period(struct arena *arena, struct period period);

/* What to ask of every pillar. */
struct fan_out {
  const char *parent; /* partnership, or vendor when `ids` are given */
  char **ids;         /* of partnerships of the vendor; NULL: `parent` is the one */
  size_t id_count;
  struct period period;
  int64_t as_of_us;
  bool portfolio; /* only the metrics of the portfolio */
};

/* What one pillar answered. */
struct pillar_answer {
  const struct status *problem;         /* NULL: complete */
  struct pillar_counters *partnerships; /* one an id, in the order asked for (one for a parent alone) */
};

/* Asks every pillar at once, each with a part of the call's deadline, and waits for all. A pillar that fails
 * is marked in `answers` and is no failure of the whole, but PERMISSION_DENIED, UNAUTHENTICATED,
 * INVALID_ARGUMENT and CANCELLED are: the caller's own fault or wish. UNAVAILABLE (ALL_PILLARS_MISSING) when
 * none answered. */
/* Why a pillar did not answer, as callers may read it: what it said itself, but not gRPC core's words, which
 * name addresses. */
const char *composer_problem(const struct status *status);

const struct status *composer_ask(struct composer *composer, struct call *call, const struct fan_out *fan_out,
                                  struct pillar_answer answers[PILLAR_COUNT]);

#endif
