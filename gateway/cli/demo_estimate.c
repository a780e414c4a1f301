/* How large markets are, as both parties hold it: Alder & Finch's share of community banking grows by 140
 * basis points in 24 months. */
#include "gateway/cli/demo_part.h"

/* Two years before the quarter that the demo is about ended, and when it ended. */
enum { START_BACK = 7, END_BACK = -1 };

/* What Alder & Finch won jointly before that: 480,000 in all, 60 basis points of 80 M. With the 1.88 M of the
 * year just ended the share is 200 basis points of 94 M. */
enum { EARLY_BACK = 9, EARLY_WON = 4, EARLY_CLOSED = 7, EARLY_MINOR = 12000000 };

#define SERVICE "MarketEstimateService/"

static const char *propose(struct scene *scene, enum demo_actor actor, const char *id, int back,
                           long long amount, const char *source) {
  scene_step(
      scene, actor, "sell", SERVICE "CreateMarketEstimate",
      "{\"parent\": \"%s\", \"marketEstimateId\": \"%s\", \"marketEstimate\": {\"amount\": "
      "{\"currencyCode\": \"%s\", \"amountMinor\": \"%lld\"}, \"effectiveTime\": %s, \"source\": \"%s\", "
      "\"method\": \"Software and services for the segments of the agreement, a year\"}}",
      demo_name(scene), id, scene_partnership(scene)->currency, amount * 100, scene_time(scene, back, 0),
      source);
  return scene_text(scene, "%s/marketEstimates/%s", demo_name(scene), id);
}

static void agree(struct scene *scene, enum demo_actor actor, const char *name) {
  scene_step(scene, actor, "sell", SERVICE "AgreeMarketEstimate", "{\"name\": \"%s\"}", name);
}

/* Joint deals of a time before anything else that the demo tells. */
static void import_early_deals(struct scene *scene) {
  const char *rows = "";
  for (int i = 0; i < EARLY_CLOSED; i++) {
    bool won = i < EARLY_WON;
    rows = scene_text(
        scene,
        "%s%s{\"externalId\": \"early-%d\", \"engagement\": \"ENGAGEMENT_JOINT\", \"displayName\": "
        "\"Community "
        "banks, first deals %d\", \"customer\": {\"account\": \"Early customer %d\", \"sector\": \"Community "
        "banks\", \"country\": \"US\"}, \"solution\": \"Platform\", \"segment\": \"Community banks\", "
        "\"amount\": "
        "{\"currencyCode\": \"USD\", \"amountMinor\": \"%d\"}, \"state\": \"%s\", \"stage\": "
        "\"STAGE_COMMITTED\", "
        "\"openTime\": %s, \"qualifyTime\": %s, \"closeTime\": %s%s}",
        rows, i ? ", " : "", i, i, i, EARLY_MINOR, won ? "STATE_WON" : "STATE_LOST",
        scene_time(scene, EARLY_BACK + 1, 300), scene_time(scene, EARLY_BACK + 1, 600),
        scene_time(scene, EARLY_BACK, 100 + 100 * i),
        won ? "" : ", \"lossReason\": \"LOSS_REASON_NO_BUDGET\"");
  }
  scene_step(scene, ACTOR_VENDOR, "sell", "OpportunityService/ImportOpportunities",
             "{\"parent\": \"%s\", \"rows\": [%s]}", demo_name(scene), rows);
}

/* The partner's first count was wider than the agreement; the second one both hold. */
static void estimate_community_banks(struct scene *scene) {
  import_early_deals(scene);
  agree(scene, ACTOR_PARTNER,
        propose(scene, ACTOR_VENDOR, "community-banks", START_BACK, 80000000,
                "Northlight Research, Core Banking in the United States"));
  const char *wide = propose(scene, ACTOR_PARTNER, "with-credit-unions", END_BACK + 2, 131000000,
                             "Alder & Finch, own survey of 310 institutions");
  scene_step(scene, ACTOR_VENDOR, "sell", SERVICE "RejectMarketEstimate",
             "{\"name\": \"%s\", \"reason\": \"Counts credit unions, which the agreement is not for\"}",
             wide);
  agree(scene, ACTOR_VENDOR,
        propose(scene, ACTOR_PARTNER, "community-banks-2", END_BACK + 2, 94000000,
                "Northlight Research, Core Banking in the United States, second edition"));
}

/* One that both hold, and a newer one that waits for the partner. */
static void estimate_operations(struct scene *scene) {
  agree(scene, ACTOR_PARTNER,
        propose(scene, ACTOR_VENDOR, "operations", START_BACK, 2400000000,
                "Calder Institute, Operations Software World Market"));
  propose(scene, ACTOR_VENDOR, "operations-2", END_BACK, 2750000000,
          "Calder Institute, Operations Software World Market, new edition");
}

void demo_estimate(struct scene *scene) {
  if (demo_index(scene) == DEMO_ALDER_FINCH)
    estimate_community_banks(scene);
  if (demo_index(scene) == DEMO_ORVANE)
    estimate_operations(scene);
}
