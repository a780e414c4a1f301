/* Campaigns and market development funds, from budget to settlement. */
#include "gateway/cli/demo_part.h"

#include <stdio.h>

/* Funds of a partnership for the year, in whole currency units, and its requests. */
static const struct {
  int64_t allocated;
  int requests;
  int64_t asked;      /* by each request */
  int64_t spent;      /* eligible spend of the first claim of each */
  int second;         /* requests that have a second claim */
  int64_t spent_more; /* eligible spend of a second claim */
  int rejected;       /* of the second claims */
} funds[DEMO_PARTNERSHIPS] = {
    [DEMO_ORVANE] = {300000, 12, 25000, 46000, 6, 8000, 1},
    [DEMO_BRIGHTMOOR] = {240000, 9, 20000, 18000, 5, 9000, 2},
    [DEMO_CASTELLAN] = {150000, 9, 15000, 26000, 5, 8000, 1},
    [DEMO_MERIDIAN] = {120000, 6, 12000, 16000, 4, 6000, 0},
    [DEMO_FERROSTAHL] = {160000, 8, 15000, 14000, 5, 7000, 2},
    [DEMO_ALDER_FINCH] = {120000, 8, 12000, 20000, 5, 6000, 0},
    [DEMO_TALLIS] = {0},
    [DEMO_NORDLICHT] = {200000, 8, 24000, 44000, 5, 8000, 0},
};

static const char *budget_of(const struct demo_partnership *p) {
  return p->currency[0] == 'E' ? "eur" : "usd";
}

void demo_budgets(struct scene *scene) {
  static const struct {
    const char *id, *currency;
    int64_t amount;
  } budgets[] = {{"usd", "USD", 200000000}, {"eur", "EUR", 30000000}};
  for (int i = 0; i < 2; i++) {
    scene_step(
        scene, ACTOR_VENDOR, "market", "MdfBudgetService/CreateMdfBudget",
        "{\"parent\": \"vendors/halden\", \"mdfBudgetId\": \"%s\", \"mdfBudget\": {\"displayName\": \"Market "
        "development funds, %s\", \"currencyCode\": \"%s\", \"amountMinor\": \"%lld\", \"startTime\": %s, "
        "\"endTime\": %s}}",
        budgets[i].id, budgets[i].currency, budgets[i].currency, (long long)budgets[i].amount,
        scene_time(scene, 3, 0), scene_quarter_end(scene, -4));
    scene_step(scene, ACTOR_VENDOR, "market", "MdfBudgetService/ActivateMdfBudget",
               "{\"name\": \"vendors/halden/mdfBudgets/%s\"}", budgets[i].id);
  }
}

static void hold_campaign(struct scene *scene, int number, int back, int permille) {
  const char *name = demo_name(scene);
  const char *id = scene_text(scene, "campaign-%d", number + 1);
  scene_step(
      scene, ACTOR_PARTNER, "market", "CampaignService/CreateCampaign",
      "{\"parent\": \"%s\", \"campaignId\": \"%s\", \"campaign\": {\"title\": \"Joint solution days %d\", "
      "\"type\": \"TYPE_EVENT\", \"channel\": \"CHANNEL_LIVE_EVENT\", \"segment\": \"Financial services\", "
      "\"startTime\": %s, \"endTime\": %s}}",
      name, id, number + 1, scene_time(scene, back, permille), scene_time(scene, back, permille + 20));
  scene_step(scene, ACTOR_PARTNER, "market", "CampaignService/OpenCampaign",
             "{\"name\": \"%s/campaigns/%s\"}", name, id);
  scene_step(scene, ACTOR_PARTNER, "market", "CampaignService/HoldCampaign",
             "{\"name\": \"%s/campaigns/%s\", \"holdTime\": %s, \"registrations\": 120, \"attendance\": 84}",
             name, id, scene_time(scene, back, permille + 20));
}

static void settle(struct scene *scene, const char *claim, int64_t amount_minor, const char *when) {
  scene_step(scene, ACTOR_VENDOR, "market", "SettlementService/CreateSettlement",
             "{\"parent\": \"%s\", \"settlementId\": \"s1\", \"settlement\": {\"currencyCode\": \"%s\", "
             "\"amountMinor\": \"%lld\"}}",
             claim, scene_partnership(scene)->currency, (long long)amount_minor);
  scene_step(scene, ACTOR_VENDOR, "market", "SettlementService/PaySettlement",
             "{\"name\": \"%s/settlements/s1\", \"payTime\": %s}", claim, when);
}

static void claim_spend(struct scene *scene, const char *request, const char *id, int64_t spent, int back,
                        int permille) {
  const char *claim = scene_text(scene, "%s/claims/%s", request, id);
  scene_step(
      scene, ACTOR_PARTNER, "market", "ClaimService/CreateClaim",
      "{\"parent\": \"%s\", \"claimId\": \"%s\", \"claim\": {\"currencyCode\": \"%s\", "
      "\"eligibleSpendMinor\": "
      "\"%lld\", \"claimedMinor\": \"%lld\", \"proofs\": [{\"type\": \"TYPE_INVOICE\", \"uri\": "
      "\"https://files.example/invoice\"}, {\"type\": \"TYPE_PHOTO\", \"uri\": "
      "\"https://files.example/photo\"}, "
      "{\"type\": \"TYPE_ATTENDANCE_LIST\", \"uri\": \"https://files.example/attendance\"}, {\"type\": "
      "\"TYPE_LEADS\", \"uri\": \"https://files.example/leads\"}, {\"type\": \"TYPE_SUMMARY\", \"uri\": "
      "\"https://files.example/summary\"}]}}",
      request, id, scene_partnership(scene)->currency, (long long)spent * 100, (long long)spent * 50);
  scene_step(scene, ACTOR_PARTNER, "market", "ClaimService/SubmitClaim",
             "{\"name\": \"%s\", \"occurTime\": %s}", claim, scene_time(scene, back, permille));
  scene_step(scene, ACTOR_VENDOR, "market", "ClaimService/ReviewClaim", "{\"name\": \"%s\"}", claim);
}

static int64_t approve_claim(struct scene *scene, const char *claim, int64_t spent, int64_t left, int back,
                             int permille) {
  scene_step(scene, ACTOR_VENDOR, "market", "ClaimService/ApproveClaim",
             "{\"name\": \"%s\", \"acceptedSpendMinor\": \"%lld\", \"occurTime\": %s}", claim,
             (long long)spent * 100, scene_time(scene, back, permille));
  return spent * 50 < left ? spent * 50 : left;
}

static void second_claim(struct scene *scene, const char *request, int number, int64_t left_minor, int back,
                         int permille) {
  size_t index = demo_index(scene);
  claim_spend(scene, request, "c2", funds[index].spent_more, back, permille);
  const char *claim = scene_text(scene, "%s/claims/c2", request);
  if (number < funds[index].rejected) {
    scene_step(scene, ACTOR_VENDOR, "market", "ClaimService/RejectClaim",
               "{\"name\": \"%s\", \"reason\": \"The invoice is of another activity\"}", claim);
    return;
  }
  int64_t paid = approve_claim(scene, claim, funds[index].spent_more, left_minor, back, permille + 20);
  if (paid > 0)
    settle(scene, claim, paid, scene_time(scene, back, permille + 60));
}

static void use_fund(struct scene *scene, int number) {
  size_t index = demo_index(scene);
  int back = 2 - number % 3, permille = 100 + 40 * (number / 3);
  const char *name = demo_name(scene), *id = scene_text(scene, "r%02d", number + 1);
  const char *request = scene_text(scene, "%s/fundRequests/%s", name, id);
  scene_step(
      scene, ACTOR_PARTNER, "market", "FundRequestService/CreateFundRequest",
      "{\"parent\": \"%s\", \"fundRequestId\": \"%s\", \"fundRequest\": {\"allocation\": "
      "\"%s/mdfAllocations/year\", \"title\": \"Joint event %d\", \"activity\": \"ACTIVITY_EVENT\", "
      "\"desiredOutcome\": \"Forty qualified conversations\", \"currencyCode\": \"%s\", \"requestedMinor\": "
      "\"%lld\", \"activityStartTime\": %s, \"activityEndTime\": %s}}",
      name, id, name, number + 1, scene_partnership(scene)->currency, (long long)funds[index].asked * 100,
      scene_time(scene, back, permille + 150), scene_time(scene, back, permille + 170));
  scene_step(scene, ACTOR_PARTNER, "market", "FundRequestService/SubmitFundRequest",
             "{\"name\": \"%s\", \"occurTime\": %s}", request, scene_time(scene, back, permille));
  scene_step(scene, ACTOR_VENDOR, "market", "FundRequestService/ApproveFundRequest",
             "{\"name\": \"%s\", \"amountMinor\": \"%lld\", \"occurTime\": %s}", request,
             (long long)funds[index].asked * 100, scene_time(scene, back, permille + 20));
  scene_step(scene, ACTOR_PARTNER, "market", "FundRequestService/ExecuteFundRequest",
             "{\"name\": \"%s\", \"executeTime\": %s}", request, scene_time(scene, back, permille + 180));
  claim_spend(scene, request, "c1", funds[index].spent, back, permille + 250);
  const char *claim = scene_text(scene, "%s/claims/c1", request);
  int64_t approved = funds[index].asked * 100;
  int64_t paid = approve_claim(scene, claim, funds[index].spent, approved, back, permille + 300);
  settle(scene, claim, paid, scene_time(scene, back, permille + 350));
  if (number < funds[index].second)
    second_claim(scene, request, number, approved - paid, back, permille + 400);
}

void demo_market(struct scene *scene) {
  size_t index = demo_index(scene);
  for (int i = 0; i < funds[index].requests / 3; i++)
    hold_campaign(scene, i, i % 2, 200 + 150 * i);
  if (funds[index].allocated == 0)
    return;
  scene_step(scene, ACTOR_VENDOR, "market", "MdfAllocationService/CreateMdfAllocation",
             "{\"parent\": \"%s\", \"mdfAllocationId\": \"year\", \"mdfAllocation\": {\"budget\": "
             "\"vendors/halden/mdfBudgets/%s\", \"currencyCode\": \"%s\", \"allocatedMinor\": \"%lld\", "
             "\"reimbursementBps\": 5000}, \"occurTime\": %s}",
             demo_name(scene), budget_of(scene_partnership(scene)), scene_partnership(scene)->currency,
             (long long)funds[index].allocated * 100, scene_year_start(scene));
  for (int i = 0; i < funds[index].requests; i++)
    use_fund(scene, i);
}
