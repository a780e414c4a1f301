/* Customer development: what each party did with customers, and what the other one says of it. */
#include "gateway/cli/demo_part.h"

/* What an activity is about: the target account or other customer of that number, or the open joint deal. */
enum about { TARGET, CUSTOMER, DEAL };
/* How far it has come. */
enum fate { PLANNED, HELD, ACKNOWLEDGED, DISPUTED, CANCELLED, REVERSED };

/* In the order in which they were held; the partnerships take the first so many. */
static const struct activity {
  enum demo_actor owner;
  const char *kind, *title;
  enum about about;
  int number;         /* of the target account or customer */
  int back, permille; /* when */
  enum fate fate;
  const char *summary, *next_step;
} activities[] = {
    {ACTOR_PARTNER, "FIRST_MEETING", "Introduction at the regional office", TARGET, 0, 3, 300, ACKNOWLEDGED,
     "Operations and finance see the same backlog and count it in two ways", "Workshop on both counts"},
    {ACTOR_PARTNER, "DISCOVERY_WORKSHOP", "What the backlog costs", TARGET, 0, 3, 700, ACKNOWLEDGED,
     "Two of nine sites carry most of the cost; their managers want to go first",
     "Demonstration on one site"},
    {ACTOR_PARTNER, "PRODUCT_DEMONSTRATION", "Planning board, end to end", TARGET, 1, 2, 200, ACKNOWLEDGED,
     "Shown on the customer's own order book of last month", "Questions of the works council"},
    {ACTOR_VENDOR, "EXECUTIVE_BRIEFING", "Road map for the board", TARGET, 0, 2, 600, ACKNOWLEDGED,
     "The board asked what stays in the country and got it in writing", "Draft of the terms"},
    {ACTOR_PARTNER, "PROOF_OF_CONCEPT", "One plant, four weeks", DEAL, 0, 2, 800, ACKNOWLEDGED,
     "Three of four criteria met in the first week, the fourth in the last", "Business case for all plants"},
    {ACTOR_VENDOR, "BUSINESS_CASE", "Three years, all plants", DEAL, 0, 1, 200, ACKNOWLEDGED,
     "Pays back in fourteen months by the customer's own figures", "Finance committee"},
    {ACTOR_PARTNER, "FIRST_MEETING", "Introduction by a customer", TARGET, 2, 1, 400, ACKNOWLEDGED,
     "They asked both of us separately before and are glad not to choose", "Workshop with two wards"},
    {ACTOR_PARTNER, "SOLUTION_WORKSHOP", "Interfaces and operations", TARGET, 1, 1, 600, ACKNOWLEDGED,
     "Eleven interfaces, nine of them standard; operations stay with the partner", "Sizing by pre-sales"},
    {ACTOR_VENDOR, "REFERENCE_CALL", "A customer that runs it for two years", DEAL, 0, 1, 800, ACKNOWLEDGED,
     "An hour, half of it about what went wrong at first and how that was mended", "None is needed"},
    {ACTOR_PARTNER, "CUSTOMER_EVENT", "Round table of logistics firms", CUSTOMER, 0, 0, 150, ACKNOWLEDGED,
     "Eight firms at the table; this one asked to be called on", "First meeting"},
    {ACTOR_PARTNER, "DISCOVERY_WORKSHOP", "A day on two wards", TARGET, 2, 0, 300, ACKNOWLEDGED,
     "Hand-over between shifts is where beds get lost", "Demonstration of the board"},
    {ACTOR_PARTNER, "EXECUTIVE_BRIEFING", "Both plants, one programme", TARGET, 1, 0, 500, ACKNOWLEDGED,
     "The owners want one contract for both plants and one face", "Offer by both parties"},
    {ACTOR_PARTNER, "BUSINESS_REVIEW", "A year of operations", CUSTOMER, 1, 0, 600, ACKNOWLEDGED,
     "Seven of eight targets of the first year are met; the eighth was dropped", "Second terminal"},
    {ACTOR_PARTNER, "ADOPTION_WORKSHOP", "Night shift", CUSTOMER, 1, 0, 700, REVERSED,
     "Twelve people of the night shift work with the board now", "Look again in a month"},
    {ACTOR_PARTNER, "FIRST_MEETING", "Lunch at the fair", CUSTOMER, 2, 0, 800, DISPUTED,
     "They took the brochure and were in a hurry", "Call in two weeks"},
    {ACTOR_VENDOR, "PRODUCT_DEMONSTRATION", "What is new in the release", DEAL, 0, 0, 900, HELD,
     "Two of the five new reports replace what the customer builds by hand", "Trial of both"},
    {ACTOR_PARTNER, "PROOF_OF_CONCEPT", "Second plant", TARGET, 1, -1, 900, PLANNED, "", ""},
    {ACTOR_PARTNER, "FIRST_MEETING", "Visit to the port", CUSTOMER, 2, -1, 950, CANCELLED, "", ""},
};
enum { ACTIVITIES = sizeof activities / sizeof *activities };
static const int activity_counts[DEMO_PARTNERSHIPS] = {
    [DEMO_ORVANE] = ACTIVITIES, [DEMO_BRIGHTMOOR] = 4,  [DEMO_CASTELLAN] = 6, [DEMO_MERIDIAN] = ACTIVITIES,
    [DEMO_FERROSTAHL] = 5,      [DEMO_ALDER_FINCH] = 6, [DEMO_NORDLICHT] = 8,
};

static const char *about(struct scene *scene, const struct activity *activity) {
  static const char *const customers[] = {"Marrow Logistics", "Teldane Airports", "Port of Vessing"};
  switch (activity->about) {
  case TARGET:
    return scene_text(scene, "\"targetAccount\": \"%s/targetAccounts/target-%d\"", demo_name(scene),
                      activity->number);
  case DEAL:
    return scene_text(scene, "\"opportunity\": \"%s/opportunities/shared-open\"", demo_name(scene));
  default:
    return scene_text(scene, "\"account\": \"%s\", \"country\": \"%s\"", customers[activity->number],
                      scene_partnership(scene)->country);
  }
}

static void plan(struct scene *scene, const struct activity *activity, int number) {
  scene_step(scene, activity->owner, "sell", "CustomerActivityService/CreateCustomerActivity",
             "{\"parent\": \"%s\", \"customerActivityId\": \"activity-%d\", \"customerActivity\": {\"kind\": "
             "\"KIND_%s\", \"title\": \"%s\", %s, \"scheduleTime\": %s}}",
             demo_name(scene), number, activity->kind, activity->title, about(scene, activity),
             scene_time(scene, activity->back, activity->permille));
}

static void end(struct scene *scene, enum demo_actor actor, const char *verb, const char *name,
                const char *reason) {
  scene_step(scene, actor, "sell", scene_text(scene, "CustomerActivityService/%sCustomerActivity", verb),
             "{\"name\": \"%s\", \"reason\": \"%s\"}", name, reason);
}

static void carry_out(struct scene *scene, const struct activity *activity, const char *name, int number) {
  enum demo_actor other = activity->owner == ACTOR_VENDOR ? ACTOR_PARTNER : ACTOR_VENDOR;
  scene_step(scene, activity->owner, "sell", "CustomerActivityService/HoldCustomerActivity",
             "{\"name\": \"%s\", \"holdTime\": %s, \"summary\": \"%s\", \"attendeeCount\": %d, \"evidence\": "
             "\"Minutes in the shared folder, number %d\", \"nextStep\": \"%s\"}",
             name, scene_time(scene, activity->back, activity->permille), activity->summary, 2 + number % 7,
             number, activity->next_step);
  if (activity->fate == ACKNOWLEDGED || activity->fate == REVERSED)
    scene_step(scene, other, "sell", "CustomerActivityService/AcknowledgeCustomerActivity",
               "{\"name\": \"%s\"}", name);
  if (activity->fate == DISPUTED)
    end(scene, other, "Dispute", name, "A chance meeting, and nothing about a need was said");
  if (activity->fate == REVERSED)
    end(scene, other, "Reverse", name, "The customer counts four people, and none of the night shift");
}

void demo_develop(struct scene *scene) {
  for (int i = 0; i < activity_counts[demo_index(scene)]; i++) {
    const struct activity *activity = &activities[i];
    const char *name = scene_text(scene, "%s/customerActivities/activity-%d", demo_name(scene), i);
    plan(scene, activity, i);
    if (activity->fate == CANCELLED)
      end(scene, activity->owner, "Cancel", name, "The port authority is being reorganized");
    else if (activity->fate != PLANNED)
      carry_out(scene, activity, name, i);
  }
}
