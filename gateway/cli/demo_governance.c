/* How the partnerships are governed, and what they dispute. Tallis has nothing of it: that is its story. */
#include "gateway/cli/demo_part.h"

#include <stddef.h>

/* A second executive of each side, where a committee sits; and how the body differs from the defaults. */
static const struct governing {
  const char *title;       /* NULL: it is not governed */
  const char *deputies[2]; /* vendor's and partner's; NULL: no committee */
  const char *more;        /* JSON fields of the body */
} bodies[DEMO_PARTNERSHIPS] = {
    [DEMO_ORVANE] = {"Joint steering committee", {"Lena Ostrander", "Tobias Renner"}, ""},
    [DEMO_BRIGHTMOOR] = {"Sponsors' table", {NULL, NULL}, ""},
    [DEMO_CASTELLAN] = {"Joint security council", {NULL, NULL}, ", \"reviewIntervalMonths\": 2"},
    [DEMO_MERIDIAN] = {"Clinical programme board", {NULL, NULL}, ", \"vacancyDays\": 60"},
    [DEMO_FERROSTAHL] = {"Industrial partnership board",
                         {NULL, NULL},
                         ", \"committeePolicy\": {\"commitmentCount\": 15}"},
    [DEMO_ALDER_FINCH] = {"Advisory partnership board", {NULL, NULL}, ", \"planRevisionDays\": 60"},
    [DEMO_NORDLICHT] = {"Alliance steering board",
                        {"Piet Hallander", "Maja Sorensen"},
                        ", \"reviewIntervalMonths\": 1"},
};

static const char *members(struct scene *scene, const char *name, bool committee) {
  static const char *const ids[] = {"vendor-sponsor", "partner-sponsor", "vendor-deputy", "partner-deputy"};
  const char *text = "";
  for (size_t i = 0; i < (committee ? 4 : 2); i++)
    text = scene_text(scene, "%s%s{\"sponsor\": \"%s/sponsors/%s\", \"role\": \"%s\"}", text, i ? ", " : "",
                      name, ids[i], i ? "ROLE_MEMBER" : "ROLE_CHAIR");
  return text;
}

static void name_deputies(struct scene *scene, const char *name, const char *const people[2]) {
  static const char *const ids[2] = {"vendor-deputy", "partner-deputy"};
  for (int side = 0; side < 2; side++) {
    scene_step(scene, side, "onboard", "SponsorService/CreateSponsor",
               "{\"parent\": \"%s\", \"sponsorId\": \"%s\", \"sponsor\": {\"personName\": \"%s\", \"title\": "
               "\"Director, Alliances\", \"level\": \"LEVEL_DIRECTOR\"}}",
               name, ids[side], people[side]);
    scene_step(scene, side, "onboard", "SponsorService/ActivateSponsor", "{\"name\": \"%s/sponsors/%s\"}",
               name, ids[side]);
  }
}

/* Account managers at the first level, the sponsors above. */
static const char *ladder(struct scene *scene, const char *name) {
  const char *owners = scene_text(scene,
                                  "\"vendorOwner\": \"%s/sponsors/vendor-sponsor\", \"partnerOwner\": "
                                  "\"%s/sponsors/partner-sponsor\"",
                                  name, name);
  return scene_text(scene, "{\"hours\": 72}, {%s, \"hours\": 120}, {%s, \"hours\": 240}", owners, owners);
}

static void form_body(struct scene *scene, const char *name, const struct governing *governing) {
  bool committee = governing->deputies[0] != NULL;
  if (committee)
    name_deputies(scene, name, governing->deputies);
  scene_step(
      scene, ACTOR_VENDOR, "onboard", "GovernanceBodyService/CreateGovernanceBody",
      "{\"parent\": \"%s\", \"governanceBodyId\": \"board\", \"governanceBody\": {\"displayName\": \"%s\", "
      "\"decisionRights\": [{\"matter\": \"Market scope and joint investments\", \"deciders\": "
      "[\"PARTY_VENDOR\", \"PARTY_PARTNER\"]}, {\"matter\": \"Product roadmap\", \"deciders\": "
      "[\"PARTY_VENDOR\"]}, {\"matter\": \"Delivery staffing\", \"deciders\": [\"PARTY_PARTNER\"]}], "
      "\"members\": [%s], \"escalationLevels\": [%s], \"automaticTriggers\": "
      "[\"ESCALATION_TRIGGER_MISSED_REVIEW\", \"ESCALATION_TRIGGER_DISPUTED_CLAIM\", "
      "\"ESCALATION_TRIGGER_VACANCY\"]%s}}",
      name, governing->title, members(scene, name, committee), ladder(scene, name), governing->more);
}

/* ---- disputes ---- */

static void raise(struct scene *scene, enum demo_actor actor, const char *name, const char *id,
                  const char *trigger, const char *title, const char *description) {
  scene_step(scene, actor, "onboard", "EscalationService/CreateEscalation",
             "{\"parent\": \"%s\", \"escalationId\": \"%s\", \"escalation\": {\"trigger\": "
             "\"ESCALATION_TRIGGER_%s\", \"title\": \"%s\", \"description\": \"%s\"}}",
             name, id, trigger, title, description);
}

static void propose(struct scene *scene, enum demo_actor actor, const char *name, const char *id,
                    const char *resolution) {
  scene_step(scene, actor, "onboard", "EscalationService/ProposeResolution",
             "{\"name\": \"%s/escalations/%s\", \"resolution\": \"%s\"}", name, id, resolution);
}

static void settle_at_castellan(struct scene *scene, const char *name) {
  raise(scene, ACTOR_PARTNER, name, "bank-lead", "DEAL_DISPUTE", "Two registrations for one bank",
        "Both were filed in the same week; the earlier complete one was ruled to stand.");
  propose(scene, ACTOR_VENDOR, name, "bank-lead",
          "The first registration stands; the second partner is paid for the workshop it held");
  scene_step(scene, ACTOR_PARTNER, "onboard", "EscalationService/ConfirmResolution",
             "{\"name\": \"%s/escalations/bank-lead\"}", name);
}

static void erode_at_ferrostahl(struct scene *scene, const char *name) {
  raise(scene, ACTOR_VENDOR, name, "revenue-falls", "MISSED_COMMITMENT",
        "Joint revenue falls behind for the third quarter",
        "88, 71 and 58 percent of what was committed, while marketing was funded nearly in full.");
  scene_step(scene, ACTOR_PARTNER, "onboard", "EscalationService/AdvanceEscalation",
             "{\"name\": \"%s/escalations/revenue-falls\", \"reason\": \"Account managers cannot change the "
             "staffing\"}",
             name);
  propose(scene, ACTOR_PARTNER, name, "revenue-falls",
          "Targets are lowered by a fifth and two engineers move to the joint team");
  scene_step(
      scene, ACTOR_VENDOR, "onboard", "EscalationService/RejectResolution",
      "{\"name\": \"%s/escalations/revenue-falls\", \"reason\": \"The engineers are welcome, lower targets "
      "are not\"}",
      name);
}

void demo_governance(struct scene *scene) {
  const struct governing *governing = &bodies[demo_index(scene)];
  const char *name = demo_name(scene);
  if (!governing->title)
    return;
  form_body(scene, name, governing);
  if (demo_index(scene) == DEMO_CASTELLAN)
    settle_at_castellan(scene, name);
  if (demo_index(scene) == DEMO_FERROSTAHL)
    erode_at_ferrostahl(scene, name);
  if (demo_index(scene) == DEMO_BRIGHTMOOR)
    raise(scene, ACTOR_VENDOR, name, "unvalidated", "OTHER",
          "Joint campaigns run without a tested proposition",
          "Twelve of fourteen live assets do not name the joint outcome.");
}
