/* Opportunities, joint and independent, in batches as an import brings them. */
#include "gateway/cli/demo_part.h"

#include "entente/sell/v1/opportunity_service.pb-c.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_MAX = 25 };

/* Deals of one kind: closed in one quarter, with a mean amount in whole currency units. Those of a
 * partnership in the order of their quarters, as tiers are filled in the order of arrival. */
static const struct deals {
  enum demo_place place;
  const char *prefix;
  bool joint;
  int back, won, lost, open;
  int64_t mean;
} deals[] = {
    {DEMO_ORVANE, "k", true, 2, 10, 14, 0, 628000},      {DEMO_ORVANE, "j", true, 0, 16, 23, 8, 620000},
    {DEMO_ORVANE, "i", false, 0, 18, 44, 0, 340000},     {DEMO_BRIGHTMOOR, "k", true, 2, 4, 6, 0, 120000},
    {DEMO_BRIGHTMOOR, "j", true, 0, 3, 7, 5, 110000},    {DEMO_BRIGHTMOOR, "i", false, 0, 12, 24, 0, 90000},
    {DEMO_CASTELLAN, "k", true, 1, 5, 5, 0, 36000},      {DEMO_CASTELLAN, "j", true, 0, 8, 9, 4, 31075},
    {DEMO_CASTELLAN, "i", false, 0, 10, 20, 0, 40000},   {DEMO_MERIDIAN, "j", true, 0, 0, 0, 6, 400000},
    {DEMO_MERIDIAN, "i", false, 0, 11, 19, 0, 210000},   {DEMO_FERROSTAHL, "k", true, 2, 9, 9, 0, 240000},
    {DEMO_FERROSTAHL, "j", true, 0, 4, 8, 3, 250000},    {DEMO_FERROSTAHL, "i", false, 0, 10, 20, 0, 180000},
    {DEMO_ALDER_FINCH, "k", true, 2, 7, 7, 0, 140000},   {DEMO_ALDER_FINCH, "j", true, 0, 6, 7, 4, 150000},
    {DEMO_ALDER_FINCH, "i", false, 0, 9, 18, 0, 130000}, {DEMO_TALLIS, "i", false, 0, 15, 25, 0, 20000},
    {DEMO_NORDLICHT, "k", true, 2, 6, 5, 0, 310000},     {DEMO_NORDLICHT, "j", true, 0, 7, 6, 4, 320000},
    {DEMO_NORDLICHT, "i", false, 0, 10, 20, 0, 260000},
};

static const char *const segments[] = {"Financial services", "Manufacturing", "Healthcare", "Public sector",
                                       "Retail"};
static const char *const solutions[] = {"Platform", "Platform and services", "Managed operations"};
static const char *const losses[] = {"LOSS_REASON_PRICE", "LOSS_REASON_COMPETITOR", "LOSS_REASON_NO_DECISION",
                                     "LOSS_REASON_NO_BUDGET"};

/* Amounts are spread evenly around the mean, so that their sum is exactly `won` means. */
static int64_t amount_minor(const struct deals *d, int place, int count) {
  return d->mean * 100 + (2 * place - (count - 1)) * (d->mean * 40 / (count > 0 ? count : 1));
}

/* The segment that a joint value proposition is for, where it is no broader one. */
static const char *const promised[DEMO_PARTNERSHIPS] = {
    [DEMO_CASTELLAN] = "Regional banks",
    [DEMO_MERIDIAN] = "Hospital groups",
    [DEMO_FERROSTAHL] = "Tier-one automotive suppliers",
    [DEMO_ALDER_FINCH] = "Community banks",
    [DEMO_NORDLICHT] = "Process industries",
};

enum { THIRDS = 3 };

/* Orvane's deals are of three kinds, small, middling and large, so that a quarter has enough of each to
 * compare like with like, of its small ones also by size. */
static int kind_of(const struct deals *d, int number, int place, int count) {
  return d->place == DEMO_ORVANE ? place * THIRDS / count : number;
}

/* Two in five of the others' are what the joint value proposition is for. */
static const char *segment_of(const struct deals *d, int number, int kind) {
  enum { SEGMENTS = sizeof segments / sizeof *segments, PROMISED = 2 };
  if (promised[d->place] && number % SEGMENTS < PROMISED)
    return promised[d->place];
  return segments[kind % SEGMENTS];
}

/* Every other joint deal is about an account that somebody else holds. */
static const char *incumbent_of(const struct deals *d, int number) {
  return d->joint && number % 2 == 0 ? ", \"incumbentCompetitor\": \"Kestrel Systems\"" : "";
}

/* `early`: as it was while it was open. */
static const char *row(struct scene *scene, const struct deals *d, int number, bool early) {
  bool won = number < d->won, lost = !won && number < d->won + d->lost;
  int closed = d->won + d->lost, count = won ? d->won : lost ? d->lost : d->open;
  int place = won ? number : lost ? number - d->won : number - closed;
  int kind = kind_of(d, number, place, count);
  const char *segment = segment_of(d, number, kind);
  won = won && !early;
  lost = lost && !early;
  const char *state = won ? "STATE_WON" : lost ? "STATE_LOST" : "STATE_OPEN";
  const char *ending =
      won || lost
          ? scene_text(scene, ", \"closeTime\": %s%s%s%s",
                       scene_time(scene, d->back, 100 + 850 * number / (closed ? closed : 1)),
                       lost ? ", \"lossReason\": \"" : "", lost ? losses[number % 4] : "", lost ? "\"" : "")
          : "";
  return scene_text(
      scene,
      "{\"externalId\": \"%s-%s-%03d\", \"engagement\": \"%s\", \"displayName\": \"%s, account %d\", "
      "\"customer\": {\"account\": \"%s customer %s%03d\", \"sector\": \"%s\", \"country\": \"%s\"}, "
      "\"solution\": \"%s\", \"segment\": \"%s\", \"amount\": {\"currencyCode\": \"%s\", "
      "\"amountMinor\": \"%lld\"}, \"state\": \"%s\", \"stage\": \"%s\", \"openTime\": %s, "
      "\"qualifyTime\": %s%s%s}",
      scene_partnership(scene)->id, d->prefix, number,
      d->joint ? "ENGAGEMENT_JOINT" : "ENGAGEMENT_INDEPENDENT", segment, number, scene_partnership(scene)->id,
      d->prefix, number, segment, scene_partnership(scene)->country, solutions[kind % THIRDS], segment,
      scene_partnership(scene)->currency, (long long)amount_minor(d, place, count), state,
      won || lost ? "STAGE_COMMITTED" : "STAGE_QUALIFIED", scene_time(scene, d->back + 1, 300 + number),
      scene_time(scene, d->back + (number < closed ? 1 : 0), number < closed ? 600 + number : 200 + number),
      ending, incumbent_of(d, number));
}

/* Imports deals `first` to `last`, and answers what became of them. */
static const Sell__ImportOpportunitiesResponse *import_some(struct scene *scene, const struct deals *d,
                                                            int first, int last, bool early) {
  const char *rows = "";
  for (int number = first; number < last; number++)
    rows = scene_text(scene, "%s%s%s", rows, *rows ? ", " : "", row(scene, d, number, early));
  return scene_step(scene, ACTOR_VENDOR, "sell", "OpportunityService/ImportOpportunities",
                    "{\"parent\": \"%s\", \"rows\": [%s]}", demo_name(scene), rows);
}

/* While joint deals of the last quarter were open, both worked on every other one of them. */
static void work_on(struct scene *scene, const struct deals *d, int first, int last) {
  const char *names[ROWS_MAX] = {0};
  const Sell__ImportOpportunitiesResponse *known = import_some(scene, d, first, last, true);
  size_t count = known ? known->n_results : 0;
  for (size_t i = 0; i < count && i < ROWS_MAX; i++)
    names[i] = scene_text(scene, "%s", known->results[i]->opportunity);
  for (int number = first; number < last; number++)
    if (number % 2 == 0 && names[number - first])
      demo_sides(scene, names[number - first], number, (int)d->mean);
}

static void import_rows(struct scene *scene, const struct deals *d) {
  int count = d->won + d->lost + d->open;
  for (int first = 0; first < count; first += ROWS_MAX) {
    int last = first + ROWS_MAX < count ? first + ROWS_MAX : count;
    if (d->joint && d->back == 0)
      work_on(scene, d, first, last);
    import_some(scene, d, first, last, false);
  }
}

/* A sale of an earlier quarter that did not last: what it counted and earned is taken back. */
static void reverse_one(struct scene *scene) {
  const char *name = demo_name(scene);
  scene_step(
      scene, ACTOR_VENDOR, "sell", "OpportunityService/CreateOpportunity",
      "{\"parent\": \"%s\", \"opportunityId\": \"withdrawn\", \"opportunity\": {\"displayName\": \"Regional "
      "roll-out, withdrawn\", \"engagement\": \"ENGAGEMENT_JOINT\", \"customer\": {\"account\": \"Withdrawn "
      "customer\", \"sector\": \"Retail\", \"country\": \"US\"}, \"solution\": \"Platform\", \"segment\": "
      "\"Retail\", \"amount\": {\"currencyCode\": \"%s\", \"amountMinor\": \"25000000\"}, \"openTime\": %s, "
      "\"expectedCloseTime\": %s}}",
      name, scene_partnership(scene)->currency, scene_time(scene, 2, 100), scene_time(scene, 2, 600));
  scene_step(scene, ACTOR_VENDOR, "sell", "OpportunityService/AdvanceOpportunity",
             "{\"name\": \"%s/opportunities/withdrawn\", \"stage\": \"STAGE_COMMITTED\", \"occurTime\": %s}",
             name, scene_time(scene, 2, 300));
  scene_step(scene, ACTOR_VENDOR, "sell", "OpportunityService/WinOpportunity",
             "{\"name\": \"%s/opportunities/withdrawn\", \"closeTime\": %s}", name,
             scene_time(scene, 2, 500));
  scene_step(
      scene, ACTOR_VENDOR, "sell", "OpportunityService/ReverseOpportunity",
      "{\"name\": \"%s/opportunities/withdrawn\", \"reason\": \"The customer withdrew within the cooling-off "
      "period\"}",
      name);
}

void demo_sell(struct scene *scene) {
  for (size_t i = 0; i < sizeof deals / sizeof *deals; i++)
    if (deals[i].place == demo_index(scene))
      import_rows(scene, &deals[i]);
  if (demo_index(scene) == DEMO_ORVANE)
    reverse_one(scene);
}

int64_t demo_won_minor(size_t index) {
  int64_t sum = 0;
  for (size_t i = 0; i < sizeof deals / sizeof *deals; i++)
    if (deals[i].place == index && deals[i].joint)
      sum += deals[i].won * deals[i].mean * 100;
  return sum;
}
