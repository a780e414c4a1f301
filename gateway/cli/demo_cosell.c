/* Co-selling: the hours that one party helped the other with, and the two sides of joint opportunities, their
 * review, shares, outcomes, offers and snapshots. */
#include "gateway/cli/demo_part.h"

#include "runtime/base/moment.h"

#include "entente/sell/v1/opportunity_service.pb-c.h"

#include <string.h>

/* ---- hours ---- */

/* Hours that were acknowledged in a quarter, which are those of the commitments (demo_onboard.c). In the
 * parts of a request each, at most 400 hours. */
static const struct help {
  enum demo_place place;
  enum demo_actor owner; /* whose hours */
  int back;
  int hours;
  const char *title;
} helps[] = {
    {DEMO_ORVANE, ACTOR_VENDOR, 0, 2280, "Pre-sales for joint proposals"},
    {DEMO_BRIGHTMOOR, ACTOR_VENDOR, 0, 630, "Pre-sales for joint proposals"},
    {DEMO_CASTELLAN, ACTOR_VENDOR, 0, 516, "Detection engineering before the sale"},
    {DEMO_MERIDIAN, ACTOR_VENDOR, 0, 665, "Clinical integration workshops"},
    {DEMO_FERROSTAHL, ACTOR_VENDOR, 2, 184, "Plant surveys before the offer"},
    {DEMO_FERROSTAHL, ACTOR_VENDOR, 1, 180, "Plant surveys before the offer"},
    {DEMO_FERROSTAHL, ACTOR_VENDOR, 0, 148, "Plant surveys before the offer"},
    {DEMO_ALDER_FINCH, ACTOR_VENDOR, 0, 364, "Regulatory answers before the sale"},
};

static const char *const needs[] = {
    "NEED_ARCHITECTURAL_VALIDATION", "NEED_TECHNICAL_CONSULTATION", "NEED_BUSINESS_PRESENTATION",
    "NEED_TOTAL_COST_OF_OWNERSHIP",  "NEED_DEAL_SUPPORT",           "NEED_TENDER"};
enum { HOURS_AT_ONCE = 400, NEEDS = sizeof needs / sizeof *needs };

static enum demo_actor other(enum demo_actor actor) {
  return actor == ACTOR_VENDOR ? ACTOR_PARTNER : ACTOR_VENDOR;
}

static void help_once(struct scene *scene, const struct help *help, int number, int hours) {
  const char *id = scene_text(scene, "help-%d-%d", help->back, number);
  const char *name = scene_text(scene, "%s/helpRequests/%s", demo_name(scene), id);
  enum demo_actor asker = other(help->owner);
  scene_step(scene, asker, "sell", "HelpRequestService/CreateHelpRequest",
             "{\"parent\": \"%s\", \"helpRequestId\": \"%s\", \"helpRequest\": {\"need\": \"%s\", \"title\": "
             "\"%s\", \"askedHours\": \"%d\"}}",
             demo_name(scene), id, needs[number % NEEDS], help->title, hours);
  scene_step(scene, help->owner, "sell", "HelpRequestService/AcceptHelpRequest",
             "{\"name\": \"%s\", \"assignee\": \"Pre-sales\"}", name);
  scene_step(
      scene, help->owner, "sell", "HelpRequestService/DeliverHelpRequest",
      "{\"name\": \"%s\", \"deliveredHours\": \"%d\", \"deliverTime\": %s, \"note\": \"Workshops, sizing "
      "and answers\"}",
      name, hours, scene_time(scene, help->back, 120 + 110 * number));
  scene_step(scene, asker, "sell", "HelpRequestService/AcknowledgeHelpRequest", "{\"name\": \"%s\"}", name);
}

static void help_out(struct scene *scene, const struct help *help) {
  int number = 0;
  for (int left = help->hours; left > 0; left -= HOURS_AT_ONCE)
    help_once(scene, help, number++, left < HOURS_AT_ONCE ? left : HOURS_AT_ONCE);
}

/* What is still asked for: one that is open, and one that was declined. */
static void ask_more(struct scene *scene) {
  scene_step(
      scene, ACTOR_PARTNER, "sell", "HelpRequestService/CreateHelpRequest",
      "{\"parent\": \"%s\", \"helpRequestId\": \"help-open\", \"helpRequest\": {\"need\": \"NEED_PRICING\", "
      "\"title\": \"Pricing for a three-year term\", \"askedHours\": \"16\"}}",
      demo_name(scene));
  scene_step(
      scene, ACTOR_VENDOR, "sell", "HelpRequestService/CreateHelpRequest",
      "{\"parent\": \"%s\", \"helpRequestId\": \"help-declined\", \"helpRequest\": {\"need\": "
      "\"NEED_BUSINESS_PRESENTATION\", \"title\": \"Stand at the regional fair\", \"askedHours\": \"24\"}}",
      demo_name(scene));
  scene_step(
      scene, ACTOR_PARTNER, "sell", "HelpRequestService/DeclineHelpRequest",
      "{\"name\": \"%s/helpRequests/help-declined\", \"reason\": \"Nobody of the team is free that week\"}",
      demo_name(scene));
}

/* ---- opportunities ---- */

/* What becomes of the joint opportunities that a scene opens, beside the imported ones. */
enum fate { FATE_OPEN, FATE_IN_REVIEW, FATE_APPROVED };

static const char *open_one(struct scene *scene, const char *id, const char *engagement, int amount) {
  const struct demo_partnership *partnership = scene_partnership(scene);
  scene_step(
      scene, ACTOR_PARTNER, "sell", "OpportunityService/CreateOpportunity",
      "{\"parent\": \"%s\", \"opportunityId\": \"%s\", \"opportunity\": {\"displayName\": \"%s\", "
      "\"engagement\": \"%s\", \"customer\": {\"account\": \"%s customer %s\", \"sector\": "
      "\"Manufacturing\", \"country\": \"%s\"}, \"solution\": \"Platform\", \"moreSolutions\": [\"Managed "
      "operations\"], \"segment\": \"Manufacturing\", \"seller\": \"Field team\", \"amount\": "
      "{\"currencyCode\": \"%s\", \"amountMinor\": \"%d00\"}, \"openTime\": %s, \"expectedCloseTime\": "
      "%s%s}}",
      demo_name(scene), id, scene_text(scene, "%s, %s", partnership->title, id), engagement, partnership->id,
      id, partnership->country, partnership->currency, amount, scene_time(scene, 0, 100),
      scene_time(scene, -1, 800),
      strcmp(engagement, "ENGAGEMENT_JOINT") == 0
          ? ", \"stageRoles\": [{\"stage\": \"STAGE_PROSPECT\", \"lead\": \"LEAD_PARTNER\"}, {\"stage\": "
            "\"STAGE_COMMITTED\", \"lead\": \"LEAD_VENDOR\"}]"
          : "");
  const char *own = strcmp(engagement, "ENGAGEMENT_JOINT") == 0 ? "" : "partner-";
  return scene_text(scene, "%s/opportunities/%s%s", demo_name(scene), own, id);
}

/* What each side does next, in turn: the vendor's and the partner's. */
static const char *const next_steps[][2] = {
    {"Sizing workshop", "Meeting with the plant manager"},
    {"Security questionnaire", "Proposal to the board"},
    {"Reference visit", "Budget round with the customer"},
    {"Price for a three-year term", "Names of the users for the pilot"},
    {"Test environment", "Contract draft to their lawyers"}};
static const char *const notes[][2] = {{"Discount room is 8 %", "The board prefers one supplier"},
                                       {"Two rivals are in", "Their budget ends with the year"},
                                       {"No more free pre-sales days", "The sponsor may leave"}};

void demo_sides(struct scene *scene, const char *name, int number, int amount) {
  enum { STEPS = sizeof next_steps / sizeof *next_steps, NOTES = sizeof notes / sizeof *notes };
  static const char *const ids[] = {"vendor", "partner"};
  for (enum demo_actor actor = ACTOR_VENDOR; actor <= ACTOR_PARTNER; actor++) {
    int side = actor == ACTOR_PARTNER;
    scene_step(
        scene, actor, "sell", "OpportunitySideService/UpdateOpportunitySide",
        "{\"side\": {\"name\": \"%s/sides/%s\", \"stage\": \"%s\", \"amount\": {\"currencyCode\": \"%s\", "
        "\"amountMinor\": \"%d00\"}, \"nextStep\": \"%s\", \"nextStepDueTime\": %s, \"ownerContact\": "
        "\"%s\", \"notes\": \"%s\", \"sharing\": {\"stage\": \"SHARING_SHARED\", \"amount\": \"%s\", "
        "\"nextStep\": \"%s\", \"nextStepDueTime\": \"SHARING_SHARED\", \"ownerContact\": "
        "\"SHARING_SHARED\"}}}",
        name, ids[side], side ? "STAGE_TECHNICAL_VALIDATION" : "STAGE_QUALIFIED",
        scene_partnership(scene)->currency, amount / 10 * (side ? 11 : 9), next_steps[number % STEPS][side],
        scene_time(scene, -1, 300 + 10 * number), side ? "Account lead" : "Alliance desk",
        notes[number % NOTES][side], side ? "SHARING_SHARED" : "SHARING_PRIVATE",
        number % 4 == 3 ? "SHARING_PRIVATE" : "SHARING_SHARED");
  }
}

static void review_it(struct scene *scene, const char *name, enum fate fate) {
  scene_step(scene, ACTOR_PARTNER, "sell", "OpportunityReviewService/SubmitOpportunity", "{\"name\": \"%s\"}",
             name);
  scene_step(scene, ACTOR_VENDOR, "sell", "OpportunityReviewService/StartOpportunityReview",
             "{\"name\": \"%s\"}", name);
  if (fate >= FATE_APPROVED)
    scene_step(scene, ACTOR_VENDOR, "sell", "OpportunityReviewService/ApproveOpportunity",
               "{\"name\": \"%s\", \"comment\": \"Fits the joint plan\"}", name);
}

static void share_it(struct scene *scene, const char *name, int vendor, int partner) {
  const Sell__Opportunity *offered = scene_step(
      scene, ACTOR_PARTNER, "sell", "AttributionService/ProposeAttribution",
      "{\"name\": \"%s\", \"shares\": [{\"party\": \"PARTY_VENDOR\", \"class\": \"CLASS_INFLUENCED\", "
      "\"basisPoints\": %d, \"reasoning\": \"Technical validation and references\"}, {\"party\": "
      "\"PARTY_PARTNER\", \"class\": \"CLASS_SOURCED\", \"basisPoints\": %d, \"reasoning\": \"Brought the "
      "account and its need\"}]}",
      name, vendor, partner);
  if (offered)
    scene_step(scene, ACTOR_VENDOR, "sell", "AttributionService/AgreeAttribution",
               "{\"name\": \"%s\", \"proposeTime\": %s}", name,
               scene_moment(scene, moment_us(offered->attribution->propose_time)));
}

static void snapshot_it(struct scene *scene, const char *name) {
  scene_step(
      scene, ACTOR_VENDOR, "sell", "OpportunitySnapshotService/CreateOpportunitySnapshot",
      "{\"parent\": \"%s\", \"template\": \"TEMPLATE_COMMERCIAL\", \"note\": \"For the quarterly review\"}",
      name);
}

/* The partner's own lead, offered and accepted: joint from then on. And one that is still to be answered. */
static void invite(struct scene *scene, int amount) {
  const char *own = open_one(scene, "invited", "ENGAGEMENT_INDEPENDENT", amount);
  const char *offers[] = {own, open_one(scene, "offered", "ENGAGEMENT_INDEPENDENT", amount / 2)};
  static const char *const ids[] = {"accepted", "pending"};
  for (size_t i = 0; i < 2; i++)
    scene_step(
        scene, ACTOR_PARTNER, "sell", "EngagementService/CreateEngagement",
        "{\"parent\": \"%s\", \"engagementId\": \"%s\", \"engagement\": {\"title\": \"Sell this together\", "
        "\"message\": \"Your platform with our operations\", \"responsibilities\": "
        "[\"RESPONSIBILITY_SOFTWARE\"], \"opportunity\": \"%s\", \"involvement\": "
        "\"INVOLVEMENT_CO_SELL\", \"members\": [{\"person\": \"Account lead\", \"role\": "
        "\"ROLE_ACCOUNT_OWNER\"}]}}",
        demo_name(scene), ids[i], offers[i]);
  scene_step(
      scene, ACTOR_VENDOR, "sell", "EngagementService/AcceptEngagement",
      "{\"name\": \"%s/engagements/accepted\", \"members\": [{\"person\": \"Alliance desk\", \"role\": "
      "\"ROLE_SELLER\"}]}",
      demo_name(scene));
}

/* A deal of each fate, beside those that were imported. */
static const struct cosold {
  enum demo_place place;
  int amount; /* of one, in whole currency units */
} cosold[] = {
    {DEMO_ORVANE, 600000},     {DEMO_BRIGHTMOOR, 100000},  {DEMO_CASTELLAN, 30000},  {DEMO_MERIDIAN, 400000},
    {DEMO_FERROSTAHL, 250000}, {DEMO_ALDER_FINCH, 140000}, {DEMO_NORDLICHT, 310000},
};

static void cosell(struct scene *scene, const struct cosold *deal) {
  static const char *const ids[] = {"shared-open", "shared-reviewed", "shared-approved"};
  for (enum fate fate = FATE_OPEN; fate <= FATE_APPROVED; fate++) {
    const char *name = open_one(scene, ids[fate], "ENGAGEMENT_JOINT", deal->amount);
    demo_sides(scene, name, (int)fate, deal->amount);
    if (fate >= FATE_IN_REVIEW)
      review_it(scene, name, fate);
    if (fate == FATE_APPROVED) {
      share_it(scene, name, 3000, 6000);
      snapshot_it(scene, name);
    }
  }
  invite(scene, deal->amount);
}

/* The newest sales that were imported have agreed shares, and some an outcome that the customer was promised.
 */
static void share_sales(struct scene *scene) {
  enum { SHARED = 5, PROMISED = 3 };
  const char *names[SHARED];
  const Sell__ListOpportunitiesResponse *won =
      scene_step(scene, ACTOR_VENDOR, "sell", "OpportunityService/ListOpportunities",
                 "{\"parent\": \"%s\", \"state\": \"STATE_WON\", \"engagement\": \"ENGAGEMENT_JOINT\", "
                 "\"pageSize\": %d}",
                 demo_name(scene), SHARED);
  size_t count = won ? won->n_opportunities : 0;
  for (size_t i = 0; i < count; i++)
    names[i] = scene_text(scene, "%s", won->opportunities[i]->name);
  for (size_t i = 0; i < count; i++)
    share_it(scene, names[i], 2000 + 500 * (int)i, 7000 - 1000 * (int)i);
  for (size_t i = 0; i < count && i < PROMISED; i++) {
    scene_step(
        scene, ACTOR_PARTNER, "sell", "CustomerOutcomeService/SetCustomerOutcome",
        "{\"name\": \"%s\", \"statement\": \"Planned downtime halved within a quarter\", \"dueTime\": %s}",
        names[i], scene_time(scene, 0, 900));
    if (i > 0)
      scene_step(scene, ACTOR_PARTNER, "sell", "CustomerOutcomeService/RecordCustomerOutcome",
                 "{\"name\": \"%s\", \"state\": \"%s\", \"evidence\": \"Report of the customer's own "
                 "operations\"}",
                 names[i], i == 1 ? "STATE_MET" : "STATE_MISSED");
  }
}

void demo_cosell(struct scene *scene) {
  for (size_t i = 0; i < sizeof helps / sizeof *helps; i++)
    if (helps[i].place == demo_index(scene))
      help_out(scene, &helps[i]);
  for (size_t i = 0; i < sizeof cosold / sizeof *cosold; i++)
    if (cosold[i].place == demo_index(scene)) {
      ask_more(scene);
      cosell(scene, &cosold[i]);
      share_sales(scene);
    }
}
