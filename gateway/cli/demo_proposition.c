/* What comes before a plan: how well both fit, and what they promise customers together. */
#include "gateway/cli/demo_part.h"

#include "entente/onboard/v1/joint_value_proposition.pb-c.h"

#define ASSESSMENT "founding"

static const char *const arms[3] = {"JOINT", "VENDOR_SOLO", "PARTNER_SOLO"};

/* Scores of market access, capability, commitment and strategy, by each side; where the partner stands by
 * revenue. */
static const struct fit {
  int scores[2][4];
  int position;
} fits[DEMO_PARTNERSHIPS] = {
    [DEMO_ORVANE] = {{{88, 84, 81, 79}, {85, 82, 78, 80}}, 1},
    [DEMO_BRIGHTMOOR] = {{{78, 75, 72, 74}, {80, 74, 71, 73}}, 6},
    [DEMO_CASTELLAN] = {{{82, 86, 74, 77}, {79, 83, 76, 75}}, 9},
    [DEMO_MERIDIAN] = {{{76, 88, 80, 83}, {74, 85, 78, 86}}, 31},
    [DEMO_FERROSTAHL] = {{{84, 80, 71, 75}, {82, 79, 73, 72}}, 5},
    [DEMO_ALDER_FINCH] = {{{79, 77, 75, 81}, {81, 76, 74, 78}}, 11},
    /* Revenue alone: a premier-tier partner, whatever it was called afterwards. */
    [DEMO_TALLIS] = {{{62, 41, 38, 35}, {71, 44, 33, 40}}, 2},
    [DEMO_NORDLICHT] = {{{90, 92, 88, 87}, {91, 93, 86, 89}}, 4},
};
enum { RANKED = 40 };

/* Conversations and positive responses: joint, vendor alone, partner alone. */
struct trial {
  int counted[3][2];
};

static const struct promise_made {
  const char *articulation;
  const char *vendor_lacks, *partner_lacks;
  const char *partner, *segment, *outcome, *benefit, *timeframe;
  struct trial trial;
  struct trial failed; /* an earlier version that customers did not prefer; all 0: none */
  bool unfinished;     /* nobody talked to enough customers */
} promises_made[DEMO_PARTNERSHIPS] = {
    [DEMO_ORVANE] = {"Orvane's delivery teams run Halden's platform across the estates of the largest firms",
                     "Delivery at scale in forty countries", "A platform of its own", "Orvane Global",
                     "Fortune 500 operations", "one operating picture across every site",
                     "removes a third of manual work", "twelve months",
                     .trial = {{{40, 26}, {38, 17}, {35, 14}}}},
    [DEMO_BRIGHTMOOR] = {"Brightmoor's migration practice brings workloads to Halden's cloud edition",
                         "Migration consultants", "A cloud platform", "Brightmoor", "mid-size cloud adopters",
                         "workloads moved without downtime", "halves the cost of running them",
                         "two quarters", .trial = {{{6, 3}, {4, 2}, {3, 1}}}, .unfinished = true},
    [DEMO_CASTELLAN] = {"Castellan's analysts watch what Halden's sensors see, day and night",
                        "Analysts on duty at night", "Sensors inside the network", "Castellan SOC",
                        "regional banks", "intrusions contained before they spread",
                        "keeps the regulator's deadlines", "ninety days",
                        .trial = {{{24, 14}, {20, 8}, {22, 9}}}},
    [DEMO_MERIDIAN] = {"Meridian's clinicians design the pathways that Halden's software carries",
                       "Clinical design", "Software that is certified", "Meridian Clinical",
                       "hospital groups", "shorter stays on five pathways", "frees beds for urgent care",
                       "thirty months", .trial = {{{14, 9}, {12, 6}, {12, 5}}}},
    [DEMO_FERROSTAHL] = {"Ferrostahl's engineers fit Halden's controls into lines that keep running",
                         "Engineers on the line", "Controls for every make of machine", "Ferrostahl",
                         "tier-one automotive suppliers", "half the unplanned downtime",
                         "frees two shifts a month", "nine months", .trial = {{{20, 12}, {18, 8}, {20, 9}}},
                         .failed = {{{20, 10}, {18, 8}, {20, 9}}}},
    [DEMO_ALDER_FINCH] = {"Alder & Finch open the door and shape the case; Halden's platform closes it",
                          "Access to boards", "A platform of its own", "Alder & Finch", "community banks",
                          "accounts opened in minutes", "wins back younger customers", "six months",
                          .trial = {{{18, 11}, {16, 7}, {15, 7}}}},
    [DEMO_NORDLICHT] = {"One controller, owned by both, that neither could have built", "Robotics",
                        "Process control", "Nordlicht Robotics", "process industries",
                        "lines that change over by themselves", "makes small batches pay", "eighteen months",
                        .trial = {{{22, 17}, {20, 9}, {18, 9}}}},
};

/* ---- fit ---- */

static const char *scores(struct scene *scene, const int values[4]) {
  static const struct {
    const char *dimension, *evidence;
  } all[4] = {
      {"MARKET_ACCESS", "Account lists of both, compared line by line"},
      {"CAPABILITY", "Capability map of both practices"},
      {"COMMITMENT", "Interviews with the executives who would sponsor it"},
      {"STRATEGY", "Published plans of both for three years"},
  };
  const char *text = "";
  for (int i = 0; i < 4; i++)
    text = scene_text(scene, "%s%s{\"dimension\": \"FIT_DIMENSION_%s\", \"score\": %d, \"evidence\": \"%s\"}",
                      text, i ? ", " : "", all[i].dimension, values[i], all[i].evidence);
  return text;
}

void demo_assess_fit(struct scene *scene) {
  const struct fit *fit = &fits[demo_index(scene)];
  const char *name = scene_text(scene, "%s/fitAssessments/" ASSESSMENT, demo_name(scene));
  scene_step(scene, ACTOR_VENDOR, "onboard", "FitAssessmentService/CreateFitAssessment",
             "{\"parent\": \"%s\", \"fitAssessmentId\": \"" ASSESSMENT
             "\", \"fitAssessment\": {\"title\": \"Before designation\"}}",
             demo_name(scene));
  for (int side = 0; side < 2; side++) {
    scene_step(scene, side, "onboard", "FitAssessmentService/ScoreFitAssessment",
               "{\"name\": \"%s\", \"scores\": [%s]}", name, scores(scene, fit->scores[side]));
    scene_step(scene, side, "onboard", "FitAssessmentService/SubmitFitScorecard", "{\"name\": \"%s\"}", name);
  }
  scene_step(scene, ACTOR_VENDOR, "onboard", "FitAssessmentService/RecordRevenueRank",
             "{\"name\": \"%s\", \"revenueRank\": {\"position\": %d, \"rankedCount\": %d, \"source\": "
             "\"Invoices of the year before\"}}",
             name, fit->position, RANKED);
  scene_step(scene, ACTOR_PARTNER, "onboard", "FitAssessmentService/ConcludeFitAssessment",
             "{\"name\": \"%s\"}", name);
}

/* ---- proposition ---- */

#define SERVICE "JointValuePropositionService/"

/* The wording on the table, approved by both. */
static void approve(struct scene *scene, const char *name, const Onboard__JointValueProposition *worded) {
  const char *hash = worded ? scene_text(scene, "%s", worded->content_hash) : "";
  for (int side = 1; side >= 0; side--)
    scene_step(scene, side, "onboard", SERVICE "ApproveJointValueProposition",
               "{\"name\": \"%s\", \"contentHash\": \"%s\"}", name, hash);
}

static void word(struct scene *scene, const char *name, const struct promise_made *promise) {
  approve(scene, name,
          scene_step(scene, ACTOR_VENDOR, "onboard", SERVICE "ArticulateJointValueProposition",
                     "{\"name\": \"%s\", \"articulation\": \"%s\"}", name, promise->articulation));
  approve(scene, name,
          scene_step(scene, ACTOR_PARTNER, "onboard", SERVICE "TranslateOutcome",
                     "{\"name\": \"%s\", \"outcome\": {\"vendorName\": \"Halden\", \"partnerName\": \"%s\", "
                     "\"segment\": \"%s\", \"outcome\": \"%s\", \"benefit\": \"%s\", \"timeframe\": \"%s\"}}",
                     name, promise->partner, promise->segment, promise->outcome, promise->benefit,
                     promise->timeframe));
}

/* Joint conversations are recorded by the vendor, each side's own by itself. */
static void test_with_customers(struct scene *scene, const char *name, const struct trial *trial) {
  scene_step(scene, ACTOR_PARTNER, "onboard", SERVICE "StartValidation", "{\"name\": \"%s\"}", name);
  for (int i = 0; i < 3; i++)
    scene_step(
        scene, i == 2 ? ACTOR_PARTNER : ACTOR_VENDOR, "onboard", SERVICE "RecordValidation",
        "{\"parent\": \"%s\", \"validationEntry\": {\"arm\": \"VALIDATION_ARM_%s\", \"conversations\": "
        "%d, \"positiveResponses\": %d, \"evidence\": \"Interview notes, read by both\", "
        "\"occurTime\": %s}}",
        name, arms[i], trial->counted[i][0], trial->counted[i][1], scene_time(scene, 3, 100));
}

static void conclude(struct scene *scene, const char *name) {
  scene_step(scene, ACTOR_VENDOR, "onboard", SERVICE "ConcludeValidation", "{\"name\": \"%s\"}", name);
}

static void map_gaps(struct scene *scene, const char *name, const struct promise_made *promise) {
  const char *lacks[2] = {promise->vendor_lacks, promise->partner_lacks};
  for (int side = 0; side < 2; side++)
    scene_step(scene, side, "onboard", SERVICE "MapGaps",
               "{\"name\": \"%s\", \"provides\": [\"%s\"], \"cannotProvide\": [\"%s\"]}", name,
               lacks[1 - side], lacks[side]);
}

void demo_propose(struct scene *scene) {
  const struct promise_made *promise = &promises_made[demo_index(scene)];
  const char *name = scene_text(scene, "%s/jointValuePropositions/core", demo_name(scene));
  if (!promise->articulation)
    return;
  scene_step(scene, ACTOR_PARTNER, "onboard", SERVICE "CreateJointValueProposition",
             "{\"parent\": \"%s\", \"jointValuePropositionId\": \"core\", \"jointValueProposition\": "
             "{\"title\": \"What both promise %s\"}}",
             demo_name(scene), promise->segment);
  map_gaps(scene, name, promise);
  if (promise->failed.counted[0][0]) {
    word(scene, name, promise);
    test_with_customers(scene, name, &promise->failed);
    conclude(scene, name);
    scene_step(scene, ACTOR_PARTNER, "onboard", SERVICE "ReviseJointValueProposition",
               "{\"name\": \"%s\", \"jointValuePropositionId\": \"core-2\"}", name);
    name = scene_text(scene, "%s-2", name);
  }
  word(scene, name, promise);
  test_with_customers(scene, name, &promise->trial);
  if (!promise->unfinished)
    conclude(scene, name);
}
