/* Organizations, partnerships, plans, what was promised and delivered, reviews, NPS. */
#include "gateway/cli/demo_part.h"
#include "runtime/base/text.h"

#include "entente/onboard/v1/plan.pb-c.h"

#include <stdio.h>
#include <string.h>

#define VENDOR "PARTY_VENDOR"
#define PARTNER "PARTY_PARTNER"

struct promise {
  enum demo_place place;
  int back; /* due at the end of this quarter */
  const char *id, *owner, *kind, *unit;
  int64_t target; /* whole units; money: whole currency units */
  int weight;
  int64_t delivered;
  const char *title;
};

#define MONEY "COMMITMENT_UNIT_MONEY"
#define HOURS "COMMITMENT_UNIT_HOURS"
#define PIECES "COMMITMENT_UNIT_COUNT"
#define CO_MARKETING "COMMITMENT_KIND_CO_MARKETING_BUDGET"
#define PRE_SALES "COMMITMENT_KIND_PRE_SALES"
#define EXECUTIVE "COMMITMENT_KIND_EXECUTIVE_ACCESS"
#define ENGINEERING "COMMITMENT_KIND_ENGINEERING"
#define REVENUE "COMMITMENT_KIND_REVENUE"
#define CERTIFIED "COMMITMENT_KIND_CERTIFICATION"
#define DEVELOPMENT "COMMITMENT_KIND_CUSTOMER_DEVELOPMENT"
#define ENGAGEMENT "COMMITMENT_KIND_ORGANIZATIONAL_ENGAGEMENT"

/* A negative `back` lies in the future: nothing is delivered yet. */
static const struct promise promises[] = {
    {DEMO_ORVANE, 0, "co-marketing", VENDOR, CO_MARKETING, MONEY, 1200000, 50, 1104000,
     "Joint marketing budget"},
    {DEMO_ORVANE, 0, "pre-sales", VENDOR, PRE_SALES, HOURS, 2400, 40, 2280, "Technical pre-sales hours"},
    {DEMO_ORVANE, 0, "executive-access", VENDOR, EXECUTIVE, HOURS, 48, 10, 48, "Executive sponsor hours"},
    {DEMO_ORVANE, 0, "revenue", PARTNER, REVENUE, MONEY, 18000000, 70, 16200000, "Joint revenue"},
    {DEMO_ORVANE, 0, "certifications", PARTNER, CERTIFIED, PIECES, 60, 30, 56, "Certified people"},
    {DEMO_ORVANE, 0, "customer-development-year-one", PARTNER, DEVELOPMENT, PIECES, 11, 4, 10,
     "Customer development activities, first year"},

    {DEMO_BRIGHTMOOR, 0, "co-marketing", VENDOR, CO_MARKETING, MONEY, 400000, 50, 300000,
     "Joint marketing budget"},
    {DEMO_BRIGHTMOOR, 0, "pre-sales", VENDOR, PRE_SALES, HOURS, 900, 50, 630, "Technical pre-sales hours"},
    {DEMO_BRIGHTMOOR, 0, "revenue", PARTNER, REVENUE, MONEY, 6000000, 60, 3300000, "Joint revenue"},
    {DEMO_BRIGHTMOOR, 0, "certifications", PARTNER, CERTIFIED, PIECES, 25, 40, 17, "Certified people"},

    {DEMO_CASTELLAN, 0, "co-marketing", VENDOR, CO_MARKETING, MONEY, 300000, 50, 270000,
     "Joint marketing budget"},
    {DEMO_CASTELLAN, 0, "pre-sales", VENDOR, PRE_SALES, HOURS, 600, 50, 516, "Technical pre-sales hours"},
    {DEMO_CASTELLAN, 0, "revenue", PARTNER, REVENUE, MONEY, 5000000, 60, 4350000, "Joint revenue"},
    {DEMO_CASTELLAN, 0, "certifications", PARTNER, CERTIFIED, PIECES, 20, 40, 18, "Certified people"},

    {DEMO_MERIDIAN, 0, "co-marketing", VENDOR, CO_MARKETING, MONEY, 250000, 50, 240000,
     "Joint marketing budget"},
    {DEMO_MERIDIAN, 0, "pre-sales", VENDOR, PRE_SALES, HOURS, 700, 50, 665, "Technical pre-sales hours"},
    {DEMO_MERIDIAN, 0, "workshops", PARTNER, ENGAGEMENT, PIECES, 12, 100, 11, "Clinical design workshops"},
    {DEMO_MERIDIAN, -6, "revenue", PARTNER, REVENUE, MONEY, 3000000, 100, 0,
     "Joint revenue in the third year"},

    {DEMO_FERROSTAHL, 2, "pre-sales-1", VENDOR, PRE_SALES, HOURS, 200, 50, 184, "Technical pre-sales hours"},
    {DEMO_FERROSTAHL, 1, "pre-sales-2", VENDOR, PRE_SALES, HOURS, 200, 50, 180, "Technical pre-sales hours"},
    {DEMO_FERROSTAHL, 0, "pre-sales-3", VENDOR, PRE_SALES, HOURS, 200, 50, 148, "Technical pre-sales hours"},
    {DEMO_FERROSTAHL, 2, "co-marketing-1", VENDOR, CO_MARKETING, MONEY, 100000, 50, 92000,
     "Joint marketing budget"},
    {DEMO_FERROSTAHL, 1, "co-marketing-2", VENDOR, CO_MARKETING, MONEY, 100000, 50, 90000,
     "Joint marketing budget"},
    {DEMO_FERROSTAHL, 0, "co-marketing-3", VENDOR, CO_MARKETING, MONEY, 100000, 50, 74000,
     "Joint marketing budget"},
    {DEMO_FERROSTAHL, 2, "revenue-1", PARTNER, REVENUE, MONEY, 2000000, 100, 1760000, "Joint revenue"},
    {DEMO_FERROSTAHL, 1, "revenue-2", PARTNER, REVENUE, MONEY, 2000000, 100, 1420000, "Joint revenue"},
    {DEMO_FERROSTAHL, 0, "revenue-3", PARTNER, REVENUE, MONEY, 2000000, 100, 1160000, "Joint revenue"},

    {DEMO_ALDER_FINCH, 0, "co-marketing", VENDOR, CO_MARKETING, MONEY, 200000, 50, 186000,
     "Joint marketing budget"},
    {DEMO_ALDER_FINCH, 0, "pre-sales", VENDOR, PRE_SALES, HOURS, 400, 50, 364, "Technical pre-sales hours"},
    {DEMO_ALDER_FINCH, 0, "revenue", PARTNER, REVENUE, MONEY, 4000000, 100, 3560000, "Joint revenue"},

    {DEMO_NORDLICHT, 0, "engineering", VENDOR, ENGINEERING, HOURS, 1200, 60, 1164, "Joint development hours"},
    {DEMO_NORDLICHT, 0, "funding", VENDOR, CO_MARKETING, MONEY, 500000, 40, 480000,
     "Joint development funding"},
    {DEMO_NORDLICHT, 0, "partner-engineering", PARTNER, ENGINEERING, HOURS, 1200, 60, 1140,
     "Joint development hours"},
    {DEMO_NORDLICHT, 0, "revenue", PARTNER, REVENUE, MONEY, 9000000, 40, 8640000, "Joint revenue"},
};
/* Plans run on to the end of this quarter, counted back. */
enum { PROMISES = sizeof promises / sizeof *promises, LAST_QUARTER = -6 };

/* How a partnership is governed; a row each. */
static const struct governance {
  int milestones, on_time, late;
  bool sponsors;
  bool partner_attends[4]; /* the partner's sponsor, by quarters back */
  int missed;              /* reviews of the last quarter that nobody held */
  struct {
    int promoters, passives, detractors;
  } nps[2]; /* vendor's and partner's leaders */
} governance[DEMO_PARTNERSHIPS] = {
    [DEMO_ORVANE] = {4, 4, 0, true, {true, true, true, true}, 0, {{7, 2, 1}, {13, 10, 2}}},
    [DEMO_BRIGHTMOOR] = {4, 2, 1, true, {false, true, false, true}, 0, {{2, 2, 2}, {1, 3, 2}}},
    [DEMO_CASTELLAN] = {4, 4, 0, true, {true, true, true, true}, 0, {{3, 2, 0}, {3, 1, 1}}},
    [DEMO_MERIDIAN] = {8, 7, 1, true, {true, true, true, true}, 0, {{3, 1, 0}, {4, 1, 0}}},
    [DEMO_FERROSTAHL] = {4, 2, 1, true, {false, false, true, true}, 0, {{1, 2, 3}, {0, 2, 4}}},
    [DEMO_ALDER_FINCH] = {4, 4, 0, true, {true, true, true, true}, 0, {{3, 2, 0}, {2, 3, 0}}},
    [DEMO_TALLIS] = {0, 0, 0, false, {false, false, false, false}, 2, {{0, 0, 0}, {0, 0, 0}}},
    [DEMO_NORDLICHT] = {4, 4, 0, true, {true, true, true, true}, 0, {{4, 1, 0}, {4, 1, 0}}},
};

static const char *const party_names[2] = {VENDOR, PARTNER};

void demo_organizations(struct scene *scene) {
  scene_step(
      scene, ACTOR_VENDOR, "onboard", "OrganizationService/CreateOrganization",
      "{\"parent\": \"vendors/halden\", \"organizationId\": \"halden\", \"organization\": {\"legalName\": "
      "\"Halden Systems Inc.\", \"domain\": \"halden.example\", \"countryCode\": \"US\", \"roles\": "
      "[\"ROLE_VENDOR\"]}}");
  for (size_t i = 0; i < DEMO_PARTNERSHIPS; i++)
    scene_step(
        scene, ACTOR_VENDOR, "onboard", "OrganizationService/CreateOrganization",
        "{\"parent\": \"vendors/halden\", \"organizationId\": \"%s\", \"organization\": {\"legalName\": "
        "\"%s\", \"domain\": \"%s\", \"countryCode\": \"%s\", \"roles\": [\"ROLE_PARTNER\"]}}",
        demo_partnerships[i].organization, demo_partnerships[i].legal_name, demo_partnerships[i].domain,
        demo_partnerships[i].country);
}

static void name_sponsors(struct scene *scene, const char *name) {
  static const char *const people[DEMO_PARTNERSHIPS][2] = {
      {"Ines Valcourt", "Marcus Oyelaran"},
      {"Ines Valcourt", "Tess Harrow"},
      {"Jonah Prieto", "Aoife Lennard"},
      {"Priya Sandoval", "Owen Tarrant"},
      {"Jonah Prieto", "Greta Lindqvist"},
      {"Priya Sandoval", "Miles Abernathy"},
      {"", ""},
      {"Ines Valcourt", "Sverre Nyholm"},
  };
  static const char *const titles[2] = {"Vice President, Alliances", "Chief Commercial Officer"};
  static const char *const levels[2] = {"LEVEL_VICE_PRESIDENT", "LEVEL_C_LEVEL"};
  for (int side = 0; side < 2; side++) {
    const char *id = side == ACTOR_VENDOR ? "vendor-sponsor" : "partner-sponsor";
    scene_step(scene, side, "onboard", "SponsorService/CreateSponsor",
               "{\"parent\": \"%s\", \"sponsorId\": \"%s\", \"sponsor\": {\"personName\": \"%s\", \"title\": "
               "\"%s\", \"level\": \"%s\"}}",
               name, id, people[demo_index(scene)][side], titles[side], levels[side]);
    scene_step(scene, side, "onboard", "SponsorService/ActivateSponsor", "{\"name\": \"%s/sponsors/%s\"}",
               name, id);
  }
}

static int64_t in_unit(const struct promise *promise, int64_t amount) {
  return strcmp(promise->unit, MONEY) == 0 ? amount * 100 : amount;
}

/* Orvane's revenue over both years is measured by what is won, beside what was reconciled for the first. */
static const char *measured_terms(struct scene *scene, const char *due) {
  if (demo_index(scene) != DEMO_ORVANE)
    return "";
  return scene_text(
      scene,
      ", {\"id\": \"revenue-as-won\", \"owner\": \"PARTY_PARTNER\", \"kind\": "
      "\"COMMITMENT_KIND_REVENUE\", \"title\": \"Joint revenue over both years, counted as it is "
      "won\", \"unit\": \"COMMITMENT_UNIT_MONEY\", \"currencyCode\": \"USD\", \"target\": "
      "\"4000000000\", \"weight\": 70, \"dueTime\": %s, \"consequence\": \"Raised at the next "
      "annual review\", \"measure\": \"COMMITMENT_MEASURE_MEASURED\"}",
      due);
}

/* How customer development is known: where the plan rests on it, by what the other party acknowledges. */
static const char *development_measure(struct scene *scene) {
  bool measured = demo_index(scene) == DEMO_ORVANE || demo_index(scene) == DEMO_MERIDIAN;
  return measured ? "COMMITMENT_MEASURE_MEASURED" : "COMMITMENT_MEASURE_CLAIMED";
}

/* What runs on: each side owes something that is not due yet, or the partnership would not be active. */
static const char *running_terms(struct scene *scene) {
  const char *due = scene_quarter_end(scene, LAST_QUARTER);
  return scene_text(
      scene,
      "{\"id\": \"sponsor-hours\", \"owner\": \"PARTY_VENDOR\", \"kind\": "
      "\"COMMITMENT_KIND_EXECUTIVE_ACCESS\", \"title\": \"Executive sponsor hours, second year\", \"unit\": "
      "\"COMMITMENT_UNIT_HOURS\", \"target\": \"48\", \"weight\": 10, \"dueTime\": %s, \"consequence\": "
      "\"Raised at the next quarterly review\"}, {\"id\": \"customer-development\", \"owner\": "
      "\"PARTY_PARTNER\", \"kind\": \"COMMITMENT_KIND_CUSTOMER_DEVELOPMENT\", \"title\": \"Customer "
      "development activities over both years\", \"unit\": \"COMMITMENT_UNIT_COUNT\", \"target\": \"24\", "
      "\"weight\": 10, \"dueTime\": %s, \"consequence\": \"Raised at the next quarterly review\", "
      "\"measure\": \"%s\"}%s",
      due, due, development_measure(scene), measured_terms(scene, due));
}

static const char *commitment_terms(struct scene *scene) {
  const char *terms = running_terms(scene);
  for (size_t i = 0; i < PROMISES; i++) {
    const struct promise *p = &promises[i];
    if (p->place != demo_index(scene))
      continue;
    bool money = strcmp(p->unit, MONEY) == 0;
    terms =
        scene_text(scene,
                   "%s%s{\"id\": \"%s\", \"owner\": \"%s\", \"kind\": \"%s\", \"title\": \"%s\", \"unit\": "
                   "\"%s\", \"target\": \"%lld\", \"currencyCode\": \"%s\", \"weight\": %d, \"dueTime\": %s, "
                   "\"consequence\": \"Raised at the next quarterly review; terms are looked at again\"}",
                   terms, *terms ? ", " : "", p->id, p->owner, p->kind, p->title, p->unit,
                   (long long)in_unit(p, p->target), money ? scene_partnership(scene)->currency : "",
                   p->weight, scene_quarter_end(scene, p->back));
  }
  return terms;
}

/* Milestones are spread evenly over the three quarters before the last and the last. */
static void milestone_when(int number, int count, int *back, int *permille) {
  int place = number * 4000 / count + 300;
  *back = 3 - place / 1000;
  *permille = place % 1000;
}

static const char *milestone_terms(struct scene *scene) {
  const struct governance *rules = &governance[demo_index(scene)];
  const char *terms = "";
  for (int i = 0; i < rules->milestones; i++) {
    int back, permille;
    milestone_when(i, rules->milestones, &back, &permille);
    terms = scene_text(
        scene,
        "%s%s{\"id\": \"m%d\", \"owners\": [\"%s\"], \"title\": \"Joint solution milestone %d\", "
        "\"dueTime\": %s}",
        terms, *terms ? ", " : "", i + 1, party_names[i % 2], i + 1, scene_time(scene, back, permille));
  }
  return terms;
}

static void sign_plan(struct scene *scene, const char *plan) {
  const Onboard__Plan *proposed =
      scene_step(scene, ACTOR_VENDOR, "onboard", "PlanService/ProposePlan", "{\"name\": \"%s\"}", plan);
  const char *hash = proposed ? scene_text(scene, "%s", proposed->content_hash) : "";
  for (int side = 1; side >= 0; side--)
    scene_step(scene, side, "onboard", "PlanService/SignPlan", "{\"name\": \"%s\", \"contentHash\": \"%s\"}",
               plan, hash);
  scene_step(scene, ACTOR_VENDOR, "onboard", "PlanService/ActivatePlan", "{\"name\": \"%s\"}", plan);
}

static void agree_on_plan(struct scene *scene, const char *name, const char *id, const char *parent) {
  scene_step(scene, ACTOR_VENDOR, "onboard", "PlanService/CreatePlan",
             "{\"parent\": \"%s\", \"planId\": \"%s\", \"plan\": {\"title\": \"Joint business plan\", "
             "\"parentPlan\": "
             "\"%s\", \"terms\": {\"period\": %s, \"commitments\": [%s], \"milestones\": [%s]}}}",
             name, id, parent, scene_period(scene, 3, LAST_QUARTER), commitment_terms(scene),
             milestone_terms(scene));
  sign_plan(scene, scene_text(scene, "%s/plans/%s", name, id));
}

void demo_onboard(struct scene *scene) {
  const struct demo_partnership *p = scene_partnership(scene);
  const char *name = demo_name(scene);
  bool alliance = demo_index(scene) == DEMO_NORDLICHT;
  scene_step(
      scene, ACTOR_VENDOR, "onboard", "PartnershipService/CreatePartnership",
      "{\"parent\": \"vendors/halden\", \"partnershipId\": \"%s\", \"partnership\": {\"displayName\": "
      "\"%s\", "
      "\"partnerOrganization\": \"vendors/halden/organizations/%s\", \"partnerType\": \"%s\", "
      "\"currencyCode\": "
      "\"%s\"%s%s%s%s}}",
      p->id, p->title, p->organization, p->partner_type, p->currency, *p->preset ? ", \"preset\": \"" : "",
      p->preset, *p->preset ? "\"" : "",
      alliance ? ", \"allianceFeatures\": {\"jointIp\": true, \"jointlyManagedAccounts\": true, "
                 "\"jointDeliveryStaff\": true, \"jointlyFundedDevelopment\": true, \"boardOversight\": true}"
               : "");
  scene_step(scene, ACTOR_VENDOR, "onboard", "PartnershipService/AssessPartnership", "{\"name\": \"%s\"}",
             name);
  demo_assess_fit(scene);
  scene_step(scene, ACTOR_VENDOR, "onboard", "PartnershipService/DesignatePartnership", "{\"name\": \"%s\"}",
             name);
  demo_propose(scene);
  if (!governance[demo_index(scene)].sponsors)
    return;
  name_sponsors(scene, name);
  agree_on_plan(scene, name, "year-one", "");
  scene_step(scene, ACTOR_VENDOR, "onboard", "PartnershipService/ActivatePartnership", "{\"name\": \"%s\"}",
             name);
}

/* ---- running it ---- */

static void deliver(struct scene *scene, const char *name) {
  for (size_t i = 0; i < PROMISES; i++) {
    const struct promise *p = &promises[i];
    if (p->place != demo_index(scene) || p->delivered == 0)
      continue;
    enum demo_actor owner = strcmp(p->owner, VENDOR) == 0 ? ACTOR_VENDOR : ACTOR_PARTNER;
    const char *commitment = scene_text(scene, "%s/plans/year-one/commitments/%s", name, p->id);
    scene_step(scene, owner, "onboard", "CommitmentService/ClaimFulfilment",
               "{\"parent\": \"%s\", \"claimId\": \"final\", \"claim\": {\"amount\": \"%lld\", \"evidence\": "
               "\"Statement of the quarter, reconciled by both\", \"occurTime\": %s}}",
               commitment, (long long)in_unit(p, p->delivered), scene_time(scene, p->back, 950));
    scene_step(scene, 1 - owner, "onboard", "CommitmentService/ConfirmClaim",
               "{\"name\": \"%s/claims/final\", \"amount\": \"%lld\"}", commitment,
               (long long)in_unit(p, p->delivered));
  }
}

static void reach_milestones(struct scene *scene, const char *name) {
  const struct governance *rules = &governance[demo_index(scene)];
  for (int i = 0; i < rules->on_time + rules->late; i++) {
    int back, permille;
    milestone_when(i, rules->milestones, &back, &permille);
    const char *milestone = scene_text(scene, "%s/plans/year-one/milestones/m%d", name, i + 1);
    int shift = i < rules->on_time ? -100 : 150;
    scene_step(
        scene, i % 2, "onboard", "MilestoneService/ClaimMilestone",
        "{\"name\": \"%s\", \"evidence\": \"Accepted by the joint steering group\", \"achieveTime\": %s}",
        milestone, scene_time(scene, back, permille + shift));
    scene_step(scene, 1 - i % 2, "onboard", "MilestoneService/ConfirmMilestone", "{\"name\": \"%s\"}",
               milestone);
  }
}

static void hold_reviews(struct scene *scene, const char *name) {
  const struct governance *rules = &governance[demo_index(scene)];
  for (int back = 3; back >= 0 && rules->sponsors; back--) {
    const char *partner = scene_text(
        scene, ", {\"party\": \"PARTY_PARTNER\", \"sponsor\": \"%s/sponsors/partner-sponsor\"}", name);
    scene_step(
        scene, ACTOR_VENDOR, "onboard", "ReviewService/CreateReview",
        "{\"parent\": \"%s\", \"reviewId\": \"quarter-%d\", \"review\": {\"kind\": \"KIND_QUARTERLY\", "
        "\"title\": \"Quarterly review\", \"dueTime\": %s}}",
        name, 4 - back, scene_time(scene, back, 700));
    scene_step(
        scene, ACTOR_VENDOR, "onboard", "ReviewService/RecordReview",
        "{\"name\": \"%s/reviews/quarter-%d\", \"holdTime\": %s, \"attendees\": [{\"party\": "
        "\"PARTY_VENDOR\", "
        "\"sponsor\": \"%s/sponsors/vendor-sponsor\"}%s], \"decisions\": [\"Plan confirmed for the next "
        "quarter\"]}",
        name, 4 - back, scene_time(scene, back, 720), name, rules->partner_attends[back] ? partner : "");
  }
  for (int i = 0; i < rules->missed; i++)
    scene_step(scene, ACTOR_VENDOR, "onboard", "ReviewService/CreateReview",
               "{\"parent\": \"%s\", \"reviewId\": \"unheld-%d\", \"review\": {\"kind\": \"KIND_QUARTERLY\", "
               "\"title\": \"Quarterly review\", \"dueTime\": %s}}",
               name, i + 1, scene_time(scene, 0, 200 + 300 * i));
}

static void ask_leaders(struct scene *scene, const char *name) {
  const struct governance *rules = &governance[demo_index(scene)];
  for (int side = 0; side < 2; side++) {
    int promoters = rules->nps[side].promoters, passives = rules->nps[side].passives;
    int count = promoters + passives + rules->nps[side].detractors;
    for (int i = 0; i < count; i++)
      scene_step(scene, side, "onboard", "NpsResponseService/RecordNpsResponse",
                 "{\"parent\": \"%s\", \"npsResponse\": {\"respondent\": \"leader-%d\", \"respondentRole\": "
                 "\"Practice "
                 "lead\", \"score\": %d, \"respondTime\": %s}}",
                 name, i + 1,
                 i < promoters              ? 9 + i % 2
                 : i < promoters + passives ? 7 + i % 2
                                            : 3 + i % 4,
                 scene_time(scene, 0, 500 + i));
  }
}

/* The annual review of Alder & Finch changes the scope: a second version of the plan. */
static void redesign(struct scene *scene, const char *name) {
  static const char *const verbs[] = {"PartnershipService/StartPartnershipReview",
                                      "PartnershipService/ConcludePartnershipReview"};
  scene_step(scene, ACTOR_VENDOR, "onboard", verbs[0], "{\"name\": \"%s\"}", name);
  scene_step(scene, ACTOR_VENDOR, "onboard", verbs[1],
             "{\"name\": \"%s\", \"outcome\": \"REVIEW_OUTCOME_MODIFY_SCOPE\"}", name);
  const char *due = scene_quarter_end(scene, -4);
  scene_step(
      scene, ACTOR_PARTNER, "onboard", "PlanService/CreatePlan",
      "{\"parent\": \"%s\", \"planId\": \"year-two\", \"plan\": {\"title\": \"Joint business plan, wealth "
      "management added\", \"parentPlan\": \"%s/plans/year-one\", \"terms\": {\"period\": %s, "
      "\"commitments\": "
      "[{\"id\": \"pre-sales\", \"owner\": \"PARTY_VENDOR\", \"kind\": \"COMMITMENT_KIND_PRE_SALES\", "
      "\"title\": \"Technical pre-sales hours\", \"unit\": \"COMMITMENT_UNIT_HOURS\", \"target\": \"500\", "
      "\"weight\": 100, \"dueTime\": %s, \"consequence\": \"Raised at the next quarterly review\"}, {\"id\": "
      "\"revenue\", \"owner\": \"PARTY_PARTNER\", \"kind\": \"COMMITMENT_KIND_REVENUE\", \"title\": \"Joint "
      "revenue\", \"unit\": \"COMMITMENT_UNIT_MONEY\", \"currencyCode\": \"USD\", \"target\": \"500000000\", "
      "\"weight\": 100, \"dueTime\": %s, \"consequence\": \"Scope is looked at again\"}]}}}",
      name, name, scene_period(scene, -1, -4), due, due);
  sign_plan(scene, scene_text(scene, "%s/plans/year-two", name));
  scene_step(scene, ACTOR_VENDOR, "onboard", "PartnershipService/ResumePartnership", "{\"name\": \"%s\"}",
             name);
}

void demo_govern(struct scene *scene) {
  const char *name = demo_name(scene);
  deliver(scene, name);
  reach_milestones(scene, name);
  hold_reviews(scene, name);
  ask_leaders(scene, name);
  if (demo_index(scene) == DEMO_ALDER_FINCH)
    redesign(scene, name);
}

void demo_classify(struct scene *scene) {
  static const char *const reasons[DEMO_PARTNERSHIPS] = {
      [DEMO_BRIGHTMOOR] = "Announced to customers while the contract is still negotiated",
      [DEMO_TALLIS] = "Largest reseller by volume; leadership asked for the label",
      [DEMO_NORDLICHT] = "Jointly owned controller IP cannot be built by either side alone",
  };
  size_t index = demo_index(scene);
  const char *class = index == DEMO_NORDLICHT ? "STRATEGIC_ALLIANCE" : "STRATEGIC_PARTNERSHIP";
  scene_step(scene, ACTOR_VENDOR, "onboard", "PartnershipService/ClassifyPartnership",
             "{\"name\": \"%s\", \"classification\": \"CLASSIFICATION_%s\", \"reason\": \"%s\"}",
             demo_name(scene), class, reasons[index] ? reasons[index] : "");
}

int demo_reviews_missed(size_t index) {
  return governance[index].missed;
}
