/* The service in process on a redis-server of its own, with one partnership and what sell would tell. */
#ifndef ENTENTE_TESTS_INCENTIVIZE_WORLD_H
#define ENTENTE_TESTS_INCENTIVIZE_WORLD_H

#include "incentivize/builder.h"
#include "support/server_fixture.h"

#include "entente/sell/v1/opportunity.pb-c.h"

#include "entente/incentivize/v1/commission_plan_service.pb-c.h"
#include "entente/incentivize/v1/earning_service.pb-c.h"
#include "entente/incentivize/v1/statement_service.pb-c.h"

#define PLANS "/entente.incentivize.v1.CommissionPlanService/"
#define EARNINGS "/entente.incentivize.v1.EarningService/"
#define STATEMENTS "/entente.incentivize.v1.StatementService/"

struct world {
  struct redis_fixture redis;
  struct server_fixture *server;
  const struct principal *vendor, *partner, *stranger;
  int64_t pumped;      /* own ledger entries that were followed */
  uint64_t changes;    /* places of sell's feed that were passed */
  struct arena *arena; /* for requests */
};

void world_open(struct world *world);
void world_close(struct world *world);
/* Kills redis-server with SIGKILL and starts it again on its data. */
void world_crash(struct world *world);

void as_vendor(struct world *world);
void as_partner(struct world *world);

/* A call that has to succeed, and one that has to fail for a reason. */
void *call_ok(struct world *world, const char *method, const void *request);
const struct status *call_refused(struct world *world, const char *method, const void *request,
                                  const char *reason);

/* A plan from draft to ACTIVE through both parties. `supersedes` may be NULL. */
Incentivize__CommissionPlan *plan_in_force(struct world *world, const char *id,
                                           Incentivize__CommissionPlan *draft);
Incentivize__CommissionPlan *plan_draft(struct world *world, const char *id,
                                        Incentivize__CommissionPlan *draft);
/* A verb that needs no more than the name. */
Incentivize__CommissionPlan *plan_verb(struct world *world, const char *verb, const char *name);

/* Follows one change of sell's feed: `opportunity.won` or `.reversed` of opportunity `id`. Each moves the
 * place in the feed; `replay` sends it at the place before, as after a crash, which has to change nothing. */
void sell_tells(struct world *world, const char *type, int id, int64_t amount_minor, const char *when);
void sell_tells_of(struct world *world, const char *type, const char *partnership, int id,
                   int64_t amount_minor, const char *currency, Sell__Opportunity__Engagement engagement,
                   const char *when);
void sell_replays(struct world *world, const char *type, int id, int64_t amount_minor, const char *when);

/* Follows the own feed until nothing is left; answers how many entries meant something. */
int pump(struct world *world);

/* All lines of the partnership, oldest first. */
Incentivize__Earning **all_lines(struct world *world, size_t *count);
int64_t counter(struct world *world, const char *name, const char *start, const char *end);
Incentivize__TierProgress *progress(struct world *world, const char *at, int64_t as_of_us);
/* Walks the ledger; answers how many differences it found, and prints them. */
int differences(struct world *world);

#endif
