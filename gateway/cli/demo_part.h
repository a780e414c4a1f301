/* The scenes of the demo, one a pillar and partnership, and what they share. Private to the demo. */
#ifndef ENTENTE_CLI_DEMO_PART_H
#define ENTENTE_CLI_DEMO_PART_H

#include "gateway/cli/demo_scene.h"

#include <stddef.h>

enum demo_place {
  DEMO_ORVANE,
  DEMO_BRIGHTMOOR,
  DEMO_CASTELLAN,
  DEMO_MERIDIAN,
  DEMO_FERROSTAHL,
  DEMO_ALDER_FINCH,
  DEMO_TALLIS,
  DEMO_NORDLICHT,
  DEMO_PARTNERSHIPS,
};
extern const struct demo_partnership demo_partnerships[DEMO_PARTNERSHIPS];

/* Which partnership a scene is about, and its name as a resource. */
size_t demo_index(const struct scene *scene);
const char *demo_name(struct scene *scene);

/* Of the vendor alone. */
scene_fn demo_organizations, demo_capacity, demo_courses, demo_budgets;
/* Of one partnership: founded, then run by both, then waited for, then classed. */
scene_fn demo_onboard, demo_govern, demo_enable, demo_market, demo_sell, demo_incentivize, demo_settle,
    demo_qualify, demo_classify, demo_stages;

/* Of one partnership, when it has run: how it is governed and what is disputed. */
scene_fn demo_governance;
/* After what is sold: who helped whom with it, and what each side of it says. */
scene_fn demo_cosell;
/* Both sides of an open joint opportunity of so many whole currency units: each has its own estimate, next
 * step and notes, and shows what it wants to. Those of different numbers differ. */
void demo_sides(struct scene *scene, const char *name, int number, int amount);
/* How large the market is; beside what is sold. */
scene_fn demo_estimate;
/* Beside them: accounts to win, stories of those won, and which accounts each party has. */
scene_fn demo_accounts;
/* After both: what each party did with customers, and what marketing did for what is sold. */
scene_fn demo_develop, demo_touch;
/* Before a plan: fit assessed, a joint proposition tested. */
scene_fn demo_assess_fit, demo_propose;
/* The vendor's program; of one partnership: what is signed and given; its level, once it has delivered. */
scene_fn demo_programs, demo_contract, demo_levels;

/* Deal registration: the vendor's policies, what partners registered, and where they met. */
scene_fn demo_policies, demo_register, demo_contend;

/* What the joint opportunities that are won come to, in minor units. */
int64_t demo_won_minor(size_t index);
/* How many reviews nobody held. */
int demo_reviews_missed(size_t index);

#endif
