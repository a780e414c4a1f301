/* Commission plans; what they earn comes from the sales by itself. */
#include "gateway/cli/demo_part.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"

#include <stdio.h>
#include <string.h>

enum { LOOKS_MAX = 300 }; /* 15 s */

void demo_incentivize(struct scene *scene) {
  size_t index = demo_index(scene);
  if (index == DEMO_TALLIS)
    return;
  /* Castellan's plan pays the whole quarter at the rate of the tier reached: a little more revenue moves a
   * lot. */
  bool cliff = index == DEMO_CASTELLAN;
  const char *name = demo_name(scene);
  const char *plan = scene_text(scene, "%s/commissionPlans/base", name);
  scene_step(
      scene, ACTOR_VENDOR, "incentivize", "CommissionPlanService/CreateCommissionPlan",
      "{\"parent\": \"%s\", \"commissionPlanId\": \"base\", \"commissionPlan\": {\"displayName\": \"%s\", "
      "\"currencyCode\": \"%s\", \"basis\": \"BASIS_NET_REVENUE\", \"mode\": \"%s\", \"tiers\": "
      "[{\"fromMinor\": "
      "\"0\", \"toMinor\": \"10000000\", \"rateBps\": 200}, {\"fromMinor\": \"10000000\", \"toMinor\": "
      "\"25000000\", \"rateBps\": 400}, {\"fromMinor\": \"25000000\", \"rateBps\": 600}], \"measurement\": "
      "\"%s\", \"effectivePeriod\": %s, \"statementCadence\": \"CADENCE_QUARTER\"}}",
      name, cliff ? "Volume rebate" : "Commission", scene_partnership(scene)->currency,
      cliff ? "MODE_RETROACTIVE" : "MODE_MARGINAL", cliff ? "CADENCE_QUARTER" : "CADENCE_YEAR",
      scene_period(scene, 3, -4));
  scene_step(scene, ACTOR_VENDOR, "incentivize", "CommissionPlanService/ProposeCommissionPlan",
             "{\"name\": \"%s\"}", plan);
  scene_step(scene, ACTOR_PARTNER, "incentivize", "CommissionPlanService/ApproveCommissionPlan",
             "{\"name\": \"%s\"}", plan);
  scene_step(scene, ACTOR_VENDOR, "incentivize", "CommissionPlanService/ActivateCommissionPlan",
             "{\"name\": \"%s\"}", plan);
}

static int64_t counter(struct scene *scene, const char *pillar, const char *name) {
  const Ledger__BatchGetCountersResponse *answer =
      scene_step(scene, ACTOR_VENDOR, pillar, "entente.ledger.v1.LedgerService/BatchGetCounters",
                 "{\"parent\": \"%s\", \"period\": %s}", demo_name(scene), scene_period(scene, 3, 0));
  for (size_t i = 0; answer && i < answer->partnerships[0]->n_counters; i++)
    if (strcmp(answer->partnerships[0]->counters[i]->counter, name) == 0)
      return answer->partnerships[0]->counters[i]->amount;
  return 0;
}

static void wait_for(struct scene *scene, const char *pillar, const char *name, int64_t amount) {
  for (int look = 0; look < LOOKS_MAX && counter(scene, pillar, name) != amount; look++)
    scene_pause(scene);
}

/* Earnings follow sales, and missed reviews are recorded, by themselves: the views wait for both. */
void demo_settle(struct scene *scene) {
  size_t index = demo_index(scene);
  const char *base = scene_text(scene, "earnings.base.%s", scene_partnership(scene)->currency);
  wait_for(scene, "incentivize", base, demo_won_minor(index));
  wait_for(scene, "onboard", "reviews.missed", demo_reviews_missed(index));
}
