/* Touches of joint marketing on the joint opportunities that were qualified: the events that their customers
 * came to, and what else reached them before. */
#include "gateway/cli/demo_part.h"
#include "runtime/base/timestamp.h"

#include "entente/market/v1/campaign_service.pb-c.h"
#include "entente/sell/v1/opportunity_service.pb-c.h"

#define US_PER_DAY INT64_C(86400000000)
enum { DEALS_MAX = 100, CAMPAIGNS_MAX = 8, YEAR_DAYS = 365 };

/* How many touches each deal had, in the order of their opening; it begins anew where it ends. */
static const struct pattern {
  size_t count;
  int touches[8];
} patterns[DEMO_PARTNERSHIPS] = {
    [DEMO_ORVANE] = {8, {1, 0, 2, 0, 1, 0, 0, 3}},
    [DEMO_BRIGHTMOOR] = {5, {0, 0, 1, 0, 0}},
    [DEMO_CASTELLAN] = {4, {1, 0, 0, 1}},
    [DEMO_MERIDIAN] = {3, {1, 2, 0}},
    [DEMO_FERROSTAHL] = {4, {0, 1, 0, 0}},
    [DEMO_ALDER_FINCH] = {4, {2, 0, 1, 0}},
    [DEMO_NORDLICHT] = {3, {1, 1, 0}},
};

/* What reached customers beside events: the first touch of a deal without an event is the first of these. */
static const struct reach {
  const char *kind, *note;
  enum demo_actor actor;
} reaches[] = {
    {"WEBINAR", "Stayed to the end and asked about the second site", ACTOR_VENDOR},
    {"CONTENT_DOWNLOAD", "The paper on total cost, by two of their departments", ACTOR_PARTNER},
    {"EMAIL", "Answered the invitation and asked for an appointment", ACTOR_PARTNER},
    {"WEBSITE", "Came back to the joint page four times in a week", ACTOR_VENDOR},
};
enum { REACHES = sizeof reaches / sizeof *reaches };

/* Something with a time: a deal with that of its qualification, a campaign with that of its holding. */
struct dated {
  const char *name;
  int64_t when_us;
};

static size_t list_deals(struct scene *scene, struct dated *deals) {
  size_t count = 0;
  const Sell__ListOpportunitiesResponse *page =
      scene_step(scene, ACTOR_VENDOR, "sell", "OpportunityService/ListOpportunities",
                 "{\"parent\": \"%s\", \"engagement\": \"ENGAGEMENT_JOINT\", \"pageSize\": %d}",
                 demo_name(scene), DEALS_MAX);
  for (size_t i = 0; page && i < page->n_opportunities; i++)
    if (page->opportunities[i]->qualify_time)
      deals[count++] = (struct dated){scene_text(scene, "%s", page->opportunities[i]->name),
                                      timestamp_us(page->opportunities[i]->qualify_time, 0)};
  return count;
}

static size_t list_campaigns(struct scene *scene, struct dated *campaigns) {
  size_t count = 0;
  const Market__ListCampaignsResponse *page = scene_step(
      scene, ACTOR_VENDOR, "market", "CampaignService/ListCampaigns",
      "{\"parent\": \"%s\", \"state\": \"STATE_HELD\", \"pageSize\": %d}", demo_name(scene), CAMPAIGNS_MAX);
  for (size_t i = 0; page && i < page->n_campaigns; i++)
    campaigns[count++] = (struct dated){scene_text(scene, "%s", page->campaigns[i]->name),
                                        timestamp_us(page->campaigns[i]->hold_time, 0)};
  return count;
}

static void record(struct scene *scene, enum demo_actor actor, const char *id, const struct dated *deal,
                   const char *campaign, const char *kind, int64_t when_us, const char *note) {
  scene_step(scene, actor, "market", "TouchService/RecordTouch",
             "{\"parent\": \"%s\", \"touchId\": \"%s\", \"touch\": {\"opportunity\": \"%s\", \"campaign\": "
             "\"%s\", \"kind\": \"KIND_%s\", \"occurTime\": %s, \"note\": \"%s\"}}",
             demo_name(scene), id, deal->name, campaign, kind, scene_moment(scene, when_us), note);
}

/* The last event before the deal was qualified, in the year before; NULL when there was none. */
static const struct dated *event_before(const struct dated *deal, const struct dated *campaigns,
                                        size_t count) {
  const struct dated *last = NULL;
  for (size_t i = 0; i < count; i++)
    if (campaigns[i].when_us <= deal->when_us &&
        deal->when_us - campaigns[i].when_us <= YEAR_DAYS * US_PER_DAY &&
        (!last || campaigns[i].when_us > last->when_us))
      last = &campaigns[i];
  return last;
}

static void touch_deal(struct scene *scene, const struct dated *deal, size_t number, int touches,
                       const struct dated *event) {
  for (int i = 0; i < touches; i++) {
    const struct reach *reach = &reaches[(number + (size_t)i) % REACHES];
    const char *id = scene_text(scene, "touch-%zu-%d", number, i);
    if (i == 0 && event)
      record(scene, ACTOR_PARTNER, id, deal, event->name, "LIVE_EVENT", event->when_us,
             "Two of theirs came, one of them with a budget");
    else
      record(scene, reach->actor, id, deal, "", reach->kind,
             deal->when_us - (6 + 17 * i + (int)(number % 5)) * US_PER_DAY, reach->note);
  }
}

/* One that was entered for the wrong company. */
static void retract_one(struct scene *scene, const struct dated *deal) {
  record(scene, ACTOR_PARTNER, "touch-retracted", deal, "", "SEARCH", deal->when_us - 3 * US_PER_DAY,
         "Searched for the joint solution by name");
  scene_step(scene, ACTOR_PARTNER, "market", "TouchService/RetractTouch",
             "{\"name\": \"%s/touches/touch-retracted\", \"reason\": \"It was another company of that "
             "name\"}",
             demo_name(scene));
}

void demo_touch(struct scene *scene) {
  const struct pattern *pattern = &patterns[demo_index(scene)];
  struct dated deals[DEALS_MAX], campaigns[CAMPAIGNS_MAX];
  if (!pattern->count)
    return;
  size_t deal_count = list_deals(scene, deals), campaign_count = list_campaigns(scene, campaigns);
  for (size_t i = 0; i < deal_count; i++)
    touch_deal(scene, &deals[i], i, pattern->touches[i % pattern->count],
               event_before(&deals[i], campaigns, campaign_count));
  if (deal_count > 0)
    retract_one(scene, &deals[0]);
}
