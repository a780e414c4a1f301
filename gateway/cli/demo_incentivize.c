/* Commission plans; what they earn comes from the sales by itself. */
#include "gateway/cli/demo_part.h"

#include <stdio.h>

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
