/* How many partnerships Halden's executives can run, and what makes each of them strategic: both parties'
 * answers, then the stages that their evidence lets them complete. */
#include "gateway/cli/demo_part.h"

#define STAGES 3

void demo_capacity(struct scene *scene) {
  static const char *const roles[] = {
      "Chief executive officer", "Chief revenue officer",  "Chief technology officer",
      "Chief marketing officer", "Chief customer officer", "VP Alliances Americas",
      "VP Alliances EMEA",       "VP Alliances APAC",      "VP Engineering",
  };
  const char *sponsors = "";
  for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
    sponsors = scene_text(scene, "%s%s{\"personName\": \"%s\", \"hoursPerYear\": 120}", sponsors,
                          i ? ", " : "", roles[i]);
  scene_step(scene, ACTOR_VENDOR, "onboard", "CapacityService/UpdateCapacity",
             "{\"capacity\": {\"name\": \"vendors/halden/capacities/current\", \"designatedMax\": 15, "
             "\"designatedMin\": 3, \"load\": {\"reviewsPerYear\": 5, \"hoursPerReview\": 4, "
             "\"planningHours\": 20, \"engagementHours\": 32}, \"sponsors\": [%s]}}",
             sponsors);
}

static const char *yes(struct scene *scene, const char *explanation) {
  return scene_text(scene, "{\"answer\": \"ANSWER_YES\", \"explanation\": \"%s\"}", explanation);
}

static void answer(struct scene *scene, enum demo_actor actor) {
  const char *currency = scene_partnership(scene)->currency;
  scene_step(
      scene, actor, "onboard", "QualificationService/SubmitQualification",
      "{\"parent\": \"%s\", \"qualification\": {\"jointValue\": %s, \"mutualInvestment\": %s, "
      "\"mutualAccountability\": %s, \"structuralGap\": %s, \"substitution\": {\"substitutable\": "
      "\"ANSWER_NO\", \"switchingCost\": {\"currencyCode\": \"%s\", \"amountMinor\": \"%s\"}, "
      "\"switchingMonths\": %d, \"explanation\": \"Staff to train, references to win again, delivery to "
      "rebuild\"}}}",
      demo_name(scene), yes(scene, "Customers buy the two together for what neither delivers alone"),
      yes(scene, "Budget, hours and people of both are itemised in the plan"),
      yes(scene, "Every commitment names its consequence, for both parties"),
      yes(scene, "No channel spending replaces the other within a planning year"), currency,
      actor == ACTOR_VENDOR ? "250000000" : "180000000", actor == ACTOR_VENDOR ? 14 : 11);
}

void demo_qualify(struct scene *scene) {
  if (demo_index(scene) == DEMO_TALLIS) /* the label without the substance */
    return;
  answer(scene, ACTOR_VENDOR);
  answer(scene, ACTOR_PARTNER);
}

void demo_stages(struct scene *scene) {
  static const char *const stages[STAGES] = {"FIT_ASSESSMENT", "VALUE_PROPOSITION", "AGREEMENT"};
  /* Brightmoor's proposition never passed its test, and Tallis has nothing to show. */
  static const int completed[DEMO_PARTNERSHIPS] = {
      [DEMO_ORVANE] = 3,     [DEMO_BRIGHTMOOR] = 1, [DEMO_CASTELLAN] = 3,   [DEMO_MERIDIAN] = 3,
      [DEMO_FERROSTAHL] = 3, [DEMO_TALLIS] = 0,     [DEMO_ALDER_FINCH] = 3, [DEMO_NORDLICHT] = 3,
  };
  for (int i = 0; i < completed[demo_index(scene)]; i++)
    scene_step(scene, i % 2, "onboard", "PartnershipService/CompleteStage",
               "{\"name\": \"%s\", \"stage\": \"STAGE_%s\"}", demo_name(scene), stages[i]);
}
