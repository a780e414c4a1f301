/* Deal registrations: 140, of which 9 have run out and 12 met another partner's; the bank that two registered
 * is ruled for who came first. One of each that a vendor's desk has on its table: in review, asked about,
 * turned down and appealed, extended, withdrawn; and one under the policy of its partner's level in the
 * program. */
#include "gateway/cli/demo_part.h"

#include "entente/sell/v1/conflict_service.pb-c.h"
#include "entente/sell/v1/registration.pb-c.h"

#include <stdio.h>
#include <string.h>

/* How many a partner registered before others met them, how many of those ran out, and whose it meets. */
static const struct pile {
  enum demo_place place;
  int count, expired;
  enum demo_place met;
  int meetings;
} piles[] = {
    {DEMO_ORVANE, 34, 3, DEMO_ORVANE, 0},       {DEMO_BRIGHTMOOR, 14, 1, DEMO_ORVANE, 4},
    {DEMO_CASTELLAN, 22, 2, DEMO_CASTELLAN, 0}, {DEMO_MERIDIAN, 8, 0, DEMO_MERIDIAN, 0},
    {DEMO_FERROSTAHL, 16, 2, DEMO_ORVANE, 0},   {DEMO_ALDER_FINCH, 14, 0, DEMO_CASTELLAN, 2},
    {DEMO_TALLIS, 8, 0, DEMO_CASTELLAN, 6},     {DEMO_NORDLICHT, 12, 1, DEMO_NORDLICHT, 0},
};
enum { PILES = sizeof piles / sizeof *piles, LIVE = 4 };

static const struct pile *pile_of(size_t index) {
  size_t i = 0;
  while (piles[i].place != index)
    i++;
  return &piles[i];
}

/* The customer of the `number`-th registration of a partner: no two alike. Castellan's first is the bank. */
static const char *customer_of(struct scene *scene, enum demo_place place, int number) {
  static const char *const fronts[] = {"Amber",  "Birchwood", "Cobalt",   "Dovetail", "Elmstone", "Fairhaven",
                                       "Garnet", "Hollyoak",  "Ironside", "Juniper",  "Kingsley", "Larkspur",
                                       "Maple",  "Norfield",  "Oakline",  "Pinecrest"};
  static const char *const backs[] = {"Foods",    "Freight", "Hospitals", "Insurance",
                                      "Machines", "Paper",   "Stores",    "Utilities"};
  enum { FRONTS = sizeof fronts / sizeof *fronts };
  int before = 0;
  for (size_t i = 0; piles[i].place != place; i++)
    before += piles[i].count;
  if (place == DEMO_CASTELLAN && number == LIVE)
    return "First Harbor Bank";
  return scene_text(scene, "%s %s", fronts[(before + number) % FRONTS], backs[(before + number) / FRONTS]);
}

/* One registration in JSON. Amounts differ, so that none looks copied. */
static const char *body(struct scene *scene, enum demo_place place, int number, const char *segment) {
  const char *customer = customer_of(scene, place, number);
  char domain[64];
  snprintf(domain, sizeof domain, "%s", customer);
  for (char *at = domain; *at; at++)
    *at = *at == ' ' ? '-' : (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
  return scene_text(
      scene,
      "{\"displayName\": \"%s\", \"customer\": {\"legalName\": \"%s\", \"domain\": \"%s.example\", "
      "\"countryCode\": "
      "\"%s\"}, \"solutions\": [\"platform\"], \"segment\": \"%s\", \"expectedAmount\": {\"currencyCode\": "
      "\"%s\", "
      "\"amountMinor\": \"%d\"}, \"expectedCloseTime\": %s, \"evidence\": [{\"kind\": "
      "\"KIND_MEETING\", \"description\": \"First meeting with the customer's head of operations\"}]}",
      customer, customer, domain, demo_partnerships[place].country, segment,
      scene_partnership(scene)->currency, 4000000 + 350000 * number, scene_time(scene, -3, 500));
}

void demo_policies(struct scene *scene) {
  static const struct {
    const char *id, *name;
    int days, extensions, uplift;
  } policies[] = {{"smb", "Small and medium business", 90, 1, 500},
                  {"enterprise", "Enterprise", 180, 2, 1000}};
  for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
    scene_step(scene, ACTOR_VENDOR, "sell", "RegistrationPolicyService/CreateRegistrationPolicy",
               "{\"parent\": \"vendors/halden\", \"registrationPolicyId\": \"%s\", \"registrationPolicy\": "
               "{\"displayName\": \"%s\", \"segments\": [\"%s\"], \"terms\": {\"protectionDays\": %d, "
               "\"extensionLimit\": %d, \"decisionHours\": 48, \"upliftBps\": %d}}}",
               policies[i].id, policies[i].name, policies[i].id, policies[i].days, policies[i].extensions,
               policies[i].uplift);
}

/* Of earlier quarters, as the vendor's former system had it: run out, or protected for half a year. */
static void import(struct scene *scene, enum demo_place place, int number, bool expired) {
  const char *json = body(scene, place, number, expired ? "smb" : "enterprise");
  int back = expired ? 1 : 0, permille = expired ? 100 + 20 * number : 850 + number;
  scene_step(scene, ACTOR_VENDOR, "sell", "RegistrationService/ImportRegistration",
             "{\"parent\": \"%s\", \"registrationId\": \"r%03d\", \"registration\": %s, \"submitTime\": %s, "
             "\"approveTime\": %s}",
             demo_name(scene), number, json, scene_time(scene, back, permille),
             scene_time(scene, back, permille + 12));
}

static void file(struct scene *scene, enum demo_place place, int number, const char *id) {
  scene_step(scene, ACTOR_PARTNER, "sell", "RegistrationService/CreateRegistration",
             "{\"parent\": \"%s\", \"registrationId\": \"%s\", \"registration\": %s}", demo_name(scene), id,
             body(scene, place, number, "enterprise"));
  scene_step(scene, ACTOR_PARTNER, "sell", "RegistrationService/SubmitRegistration",
             "{\"name\": \"%s/registrations/%s\"}", demo_name(scene), id);
}

/* Of those that Orvane registers the last is filed under the policy of its level, which comes later. */
static bool is_of_level(enum demo_place place, int number) {
  return place == DEMO_ORVANE && number == piles[0].count - 1;
}

void demo_register(struct scene *scene) {
  const struct pile *pile = pile_of(demo_index(scene));
  for (int number = 0; number < pile->count; number++) {
    if (is_of_level(pile->place, number))
      continue;
    if (number < pile->expired || number % 2 == 1) {
      import(scene, pile->place, number, number < pile->expired);
      continue;
    }
    const char *id = scene_text(scene, "r%03d", number);
    file(scene, pile->place, number, id);
    if (number % LIVE == 2)
      scene_step(scene, ACTOR_VENDOR, "sell", "RegistrationService/ApproveRegistration",
                 "{\"name\": \"%s/registrations/%s\", \"note\": \"Good luck with it\"}", demo_name(scene),
                 id);
  }
}

/* A conflict of this registration is ruled by the policy. */
static void rule(struct scene *scene, const char *registration) {
  const Sell__ListConflictsResponse *page =
      scene_step(scene, ACTOR_VENDOR, "sell", "ConflictService/ListConflicts",
                 "{\"parent\": \"vendors/halden\", \"registration\": \"%s\"}", registration);
  const char *conflict = page && page->n_conflicts ? scene_text(scene, "%s", page->conflicts[0]->name) : "";
  scene_step(scene, ACTOR_VENDOR, "sell", "ConflictService/RuleConflict",
             "{\"name\": \"%s\", \"note\": \"The first complete submission\"}", conflict);
}

/* ---- what is on the desk ---- */

/* A step of one registration of a partnership; `more` is further fields. */
static void step(struct scene *scene, enum demo_actor actor, const char *verb, const char *id,
                 const char *more) {
  scene_step(scene, actor, "sell", scene_text(scene, "RegistrationService/%s", verb),
             "{\"name\": \"%s/registrations/%s\"%s}", demo_name(scene), id, more);
}

static void work(struct scene *scene) {
  switch (demo_index(scene)) {
  case DEMO_CASTELLAN:
    step(scene, ACTOR_VENDOR, "StartRegistrationReview", "r012", "");
    step(scene, ACTOR_VENDOR, "RequestRegistrationAction", "r016",
         ", \"note\": \"Which of their sites is this about?\", \"fields\": [\"description\"]");
    step(scene, ACTOR_PARTNER, "WithdrawRegistration", "r020",
         ", \"reason\": \"The customer has put it off to next year\"");
    break;
  case DEMO_BRIGHTMOOR:
    step(scene, ACTOR_VENDOR, "RejectRegistration", "r004",
         ", \"reason\": \"REJECTION_REASON_NOT_QUALIFIED\", \"note\": \"There is no budget for it yet\"");
    step(scene, ACTOR_PARTNER, "AppealRegistration", "r004",
         ", \"statement\": \"Their board approved the budget last week\"");
    break;
  case DEMO_FERROSTAHL:
    step(scene, ACTOR_PARTNER, "RequestRegistrationExtension", "r002",
         ", \"days\": 30, \"reason\": \"The tender was prolonged\"");
    step(scene, ACTOR_VENDOR, "DecideRegistrationExtension", "r002",
         ", \"granted\": true, \"note\": \"The tender says so\"");
    break;
  case DEMO_NORDLICHT:
    step(scene, ACTOR_PARTNER, "RequestRegistrationExtension", "r002",
         ", \"days\": 20, \"reason\": \"Their trial runs until the end of the month\"");
    break;
  default:
    break;
  }
}

/* The level goes before the segment. It is sell's copy of what onboard said acts ago. */
static void file_by_level(struct scene *scene) {
  if (demo_index(scene) != DEMO_ORVANE)
    return;
  scene_step(
      scene, ACTOR_VENDOR, "sell", "RegistrationPolicyService/CreateRegistrationPolicy",
      "{\"parent\": \"vendors/halden\", \"registrationPolicyId\": \"platinum\", \"registrationPolicy\": "
      "{\"displayName\": \"Platinum partners\", \"programs\": [{\"program\": "
      "\"vendors/halden/programs/partners\", \"levels\": [\"platinum\"]}], \"terms\": "
      "{\"protectionDays\": 180, \"extensionLimit\": 3, \"decisionHours\": 24, \"upliftBps\": 1500, "
      "\"reminderDays\": 30}}}");
  int number = piles[0].count - 1;
  file(scene, DEMO_ORVANE, number, scene_text(scene, "r%03d", number));
}

/* What others had registered before. Tallis comes second to Castellan's bank. */
void demo_contend(struct scene *scene) {
  const struct pile *pile = pile_of(demo_index(scene));
  work(scene);
  file_by_level(scene);
  for (int i = 0; i < pile->meetings; i++) {
    bool bank = pile->place == DEMO_TALLIS && i == 0;
    int number = bank ? LIVE : LIVE + 1 + i + (pile->place == DEMO_ALDER_FINCH ? 8 : 0);
    const char *id = scene_text(scene, "s%03d", i);
    file(scene, pile->met, number, id);
    if (bank)
      rule(scene, scene_text(scene, "%s/registrations/%s", demo_name(scene), id));
  }
}
