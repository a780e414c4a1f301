/* Accounts: those that both parties want to win, stories of those that they won, and which each party has, as
 * digests. Domains are invented. */
#include "gateway/cli/demo_part.h"

#include "runtime/base/arena.h"
#include "runtime/base/digest.h"
#include "runtime/base/text.h"

#include "entente/sell/v1/case_study_service.pb-c.h"
#include "entente/sell/v1/opportunity_service.pb-c.h"
#include "entente/sell/v1/population_service.pb-c.h"

#include <stdlib.h>
#include <string.h>

static const char *actor_party(enum demo_actor actor) {
  return actor == ACTOR_VENDOR ? "vendor" : "partner";
}

/* ---- accounts to win ---- */

/* How far each has come; the partnerships take the first so many. */
static const struct target {
  const char *account, *domain, *segment, *rationale;
  enum { IDENTIFIED, APPROACHED, ENGAGED, WON, DROPPED } reached;
} targets[] = {
    {"Harrowgate Bank", "harrowgate.example", "Financial services", "Renews its platform next year", WON},
    {"Lindmark Steel", "lindmark.example", "Manufacturing", "Opens two plants, both without a system",
     ENGAGED},
    {"St Brannoc Hospitals", "brannoc.example", "Healthcare", "Asked both of us in one month", APPROACHED},
    {"Corvale Retail", "corvale.example", "Retail", "Known to the partner, new to us", IDENTIFIED},
    {"Ostrava Water", "ostrava-water.example", "Public sector", "Tender announced for spring", IDENTIFIED},
    {"Pell Insurance", "pell.example", "Financial services", "Its board knows the partner", DROPPED},
};
enum { TARGETS = sizeof targets / sizeof *targets };
static const int target_counts[DEMO_PARTNERSHIPS] = {
    [DEMO_ORVANE] = 6,     [DEMO_BRIGHTMOOR] = 5,  [DEMO_CASTELLAN] = 4, [DEMO_MERIDIAN] = 4,
    [DEMO_FERROSTAHL] = 4, [DEMO_ALDER_FINCH] = 3, [DEMO_NORDLICHT] = 3,
};

struct win {
  const char *name, *customer;
};

/* The first joint deal that an import of the demo won; NULL where there is none. */
static const struct win *joint_win(struct scene *scene, struct win *win) {
  const Sell__ListOpportunitiesResponse *page = scene_step(
      scene, ACTOR_VENDOR, "sell", "OpportunityService/ListOpportunities",
      "{\"parent\": \"%s\", \"externalId\": \"%s-j-000\"}", demo_name(scene), scene_partnership(scene)->id);
  if (!page || !page->n_opportunities || page->opportunities[0]->state != SELL__OPPORTUNITY__STATE__STATE_WON)
    return NULL;
  win->name = scene_text(scene, "%s", page->opportunities[0]->name);
  win->customer = scene_text(scene, "%s", page->opportunities[0]->customer->account);
  return win;
}

static void pursue(struct scene *scene, const struct target *target, int number, const struct win *win) {
  bool won = target->reached == WON && win; /* it is the customer of that deal then */
  const char *name = scene_text(scene, "%s/targetAccounts/target-%d", demo_name(scene), number);
  scene_step(
      scene, number % 2 ? ACTOR_PARTNER : ACTOR_VENDOR, "sell", "TargetAccountService/CreateTargetAccount",
      "{\"parent\": \"%s\", \"targetAccountId\": \"target-%d\", \"targetAccount\": {\"account\": \"%s\", "
      "\"domain\": \"%s\", \"country\": \"%s\", \"segment\": \"%s\", \"rationale\": \"%s\", \"leadParty\": "
      "\"%s\"}}",
      demo_name(scene), number, won ? win->customer : target->account, won ? "" : target->domain,
      scene_partnership(scene)->country, target->segment, target->rationale,
      number % 3 ? "PARTY_PARTNER" : "PARTY_VENDOR");
  if (target->reached == APPROACHED || target->reached == ENGAGED || target->reached == WON)
    scene_step(scene, ACTOR_PARTNER, "sell", "TargetAccountService/ApproachTargetAccount",
               "{\"name\": \"%s\", \"approachTime\": %s}", name, scene_time(scene, 1, 200));
  if (target->reached == ENGAGED || target->reached == WON)
    scene_step(scene, ACTOR_VENDOR, "sell", "TargetAccountService/EngageTargetAccount",
               "{\"name\": \"%s\", \"engageTime\": %s}", name, scene_time(scene, 1, 700));
  if (won)
    scene_step(scene, ACTOR_VENDOR, "sell", "TargetAccountService/WinTargetAccount",
               "{\"name\": \"%s\", \"opportunity\": \"%s\"}", name, win->name);
  if (target->reached == DROPPED)
    scene_step(scene, ACTOR_PARTNER, "sell", "TargetAccountService/DropTargetAccount",
               "{\"name\": \"%s\", \"reason\": \"Signed with somebody else for five years\"}", name);
}

/* ---- stories ---- */

/* The words that were read last; NULL after a failure. */
static const Sell__CaseStudy *approve(struct scene *scene, enum demo_actor actor,
                                      const Sell__CaseStudy *read) {
  return read ? scene_step(scene, actor, "sell", "CaseStudyService/ApproveCaseStudy",
                           "{\"name\": \"%s\", \"etag\": %s}", scene_text(scene, "%s", read->name),
                           scene_etag(scene, read->etag))
              : NULL;
}

static void tell(struct scene *scene, const char *win, bool published) {
  const char *name = scene_text(scene, "%s/caseStudies/first-win", demo_name(scene));
  scene_step(
      scene, ACTOR_PARTNER, "sell", "CaseStudyService/CreateCaseStudy",
      "{\"parent\": \"%s\", \"caseStudyId\": \"first-win\", \"caseStudy\": {\"title\": \"One platform for "
      "nine "
      "plants\", \"opportunity\": \"%s\", \"challenge\": \"Nine plants counted in nine ways\", \"solution\": "
      "\"One platform, brought in plant by plant by a joint team\", \"outcome\": \"Month-end closed in two "
      "days "
      "instead of nine\"}}",
      demo_name(scene), win);
  const Sell__CaseStudy *read =
      scene_step(scene, ACTOR_VENDOR, "sell", "CaseStudyService/RecordCaseStudyConsent",
                 "{\"name\": \"%s\", \"consent\": {\"agreedBy\": \"The customer's head of operations\", "
                 "\"agreeTime\": %s, "
                 "\"evidence\": \"Letter in the deal's file\"}}",
                 name, scene_quarter_end(scene, 0));
  if (!(read = approve(scene, ACTOR_PARTNER, read)) || !published)
    return; /* it waits for the vendor */
  approve(scene, ACTOR_VENDOR, read);
  scene_step(scene, ACTOR_VENDOR, "sell", "CaseStudyService/PublishCaseStudy",
             "{\"name\": \"%s\", \"url\": \"https://halden.example/stories/%s\"}", name,
             scene_partnership(scene)->id);
}

/* ---- mapping ---- */

enum { SEGMENTS = 3, ACCOUNTS_MAX = 120 };

/* Which of the accounts `account-<n>.example` a party has, and what it shares. */
static const struct mapped {
  enum demo_place place;
  enum demo_actor actor;
  struct {
    int first, count;
    const char *sharing;
  } segments[SEGMENTS]; /* prospects, opportunities, customers */
} mapped[] = {
    {DEMO_ORVANE, ACTOR_VENDOR, {{100, 90, "COUNTS"}, {200, 25, "ROWS"}, {300, 60, "ROWS"}}},
    {DEMO_ORVANE, ACTOR_PARTNER, {{320, 70, "ROWS"}, {90, 40, "ROWS"}, {210, 100, "ROWS"}}},
    /* One side shares its customers, the other nothing of its own. */
    {DEMO_CASTELLAN, ACTOR_VENDOR, {{100, 40, "NONE"}, {200, 12, "ROWS"}, {300, 50, "COUNTS"}}},
    {DEMO_CASTELLAN, ACTOR_PARTNER, {{290, 60, "ROWS"}, {195, 20, "NONE"}, {120, 50, "NONE"}}},
};

static int digest_compare(const void *a, const void *b) {
  return memcmp(a, b, DIGEST_SIZE);
}

static const char *digests_of(struct scene *scene, const uint8_t *key, int first, int count) {
  uint8_t digests[ACCOUNTS_MAX][DIGEST_SIZE] = {{0}};
  struct arena *arena = arena_create(1 << 16, NULL, NULL);
  if (!arena)
    return "";
  for (int i = 0; i < count; i++) {
    const char *domain = arena_printf(arena, "account-%d.example", first + i);
    digest_hmac_sha256(key, DIGEST_SIZE, domain, strlen(domain), digests[i]);
  }
  qsort(digests, (size_t)count, sizeof *digests, digest_compare);
  const char *text =
      scene_text(scene, "%s", base64url_encode(arena, digests, (size_t)count * sizeof *digests));
  arena_destroy(arena);
  return text;
}

static void map(struct scene *scene, const struct mapped *m) {
  const char *name = scene_text(scene, "%s/populations/%s", demo_name(scene), actor_party(m->actor));
  uint8_t key[DIGEST_SIZE];
  const Sell__MappingKey *made = scene_step(scene, m->actor, "sell", "PopulationService/GetMappingKey",
                                            "{\"name\": \"%s/mappingKeys/current\"}", demo_name(scene));
  if (!made || made->key.len != sizeof key)
    return;
  memcpy(key, made->key.data, sizeof key);
  const Sell__PopulationUpload *upload = scene_step(
      scene, m->actor, "sell", "PopulationService/StartPopulationUpload", "{\"name\": \"%s\"}", name);
  if (!upload)
    return;
  const char *id = scene_text(scene, "%s", upload->upload);
  for (int s = 0; s < SEGMENTS; s++)
    scene_step(scene, m->actor, "sell", "PopulationService/UploadPopulationChunk",
               "{\"name\": \"%s\", \"upload\": \"%s\", \"segment\": %d, \"digests\": \"%s\"}", name, id,
               s + 1, digests_of(scene, key, m->segments[s].first, m->segments[s].count));
  scene_step(scene, m->actor, "sell", "PopulationService/PublishPopulation",
             "{\"name\": \"%s\", \"upload\": \"%s\"}", name, id);
  scene_step(
      scene, m->actor, "sell", "PopulationService/SetPopulationSharing",
      "{\"name\": \"%s\", \"prospect\": \"ACCOUNT_SHARING_%s\", \"opportunity\": \"ACCOUNT_SHARING_%s\", "
      "\"customer\": \"ACCOUNT_SHARING_%s\"}",
      name, m->segments[0].sharing, m->segments[1].sharing, m->segments[2].sharing);
}

void demo_accounts(struct scene *scene) {
  size_t place = demo_index(scene);
  if (!target_counts[place])
    return;
  struct win found;
  const struct win *win = joint_win(scene, &found);
  for (int i = 0; i < target_counts[place] && i < TARGETS; i++)
    pursue(scene, &targets[i], i, win);
  if (win && (place == DEMO_ORVANE || place == DEMO_NORDLICHT || place == DEMO_FERROSTAHL))
    tell(scene, win->name, place != DEMO_FERROSTAHL);
  for (size_t i = 0; i < sizeof mapped / sizeof *mapped; i++)
    if (mapped[i].place == (enum demo_place)place)
      map(scene, &mapped[i]);
}
