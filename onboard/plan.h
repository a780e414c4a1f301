/* Rules of joint business plans: terms, offers, signatures, coming into force. Pure. */
#ifndef ENTENTE_ONBOARD_PLAN_H
#define ENTENTE_ONBOARD_PLAN_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/commitment.pb-c.h"
#include "entente/onboard/v1/milestone.pb-c.h"
#include "entente/onboard/v1/partnership.pb-c.h"
#include "entente/onboard/v1/plan.pb-c.h"
#include "entente/onboard/v1/review.pb-c.h"

/* Commitments, milestones and reviews of one plan: activation makes these, and releases as many of the plan
 * before, in one commit of LIMIT_TXN_ENTRIES ledger entries. */
enum { PLAN_PROMISES_MAX = 30, PLAN_DEEMED_DAYS = 14, PLAN_PERIOD_MONTHS_MAX = 120 };

enum plan_action {
  PLAN_EDIT,
  PLAN_PROPOSE,
  PLAN_COUNTER,
  PLAN_WITHDRAW,
  PLAN_SIGN,
  PLAN_ACTIVATE,
  PLAN_CLOSE,
  PLAN_SUPERSEDE,
  PLAN_ACTIONS
};
extern const struct machine plan_machine;

/* What the actions need to know besides the plan. */
struct plan_facts {
  const Onboard__PlanTerms *terms;         /* EDIT, COUNTER: the new terms */
  const char *content_hash;                /* SIGN: what the signer read. EDIT, COUNTER: of the new terms */
  const Onboard__Partnership *partnership; /* ACTIVATE */
  const Onboard__Plan *in_force;           /* ACTIVATE: the plan in force, or NULL */
  bool is_version;                         /* ACTIVATE: of the plan in force, perhaps by way of others */
  const char *outlived_by; /* ACTIVATE: a version of the plan that has been in force, or NULL */
  Onboard__Commitment *const *commitments; /* ACTIVATE: of the plan in force. CLOSE: of the plan itself. */
  size_t commitment_count;
  Onboard__Milestone *const *milestones; /* the same */
  size_t milestone_count;
  Onboard__Review *const *reviews; /* ACTIVATE: by review term, what has its name already; NULL: nothing */
};

/* SHA-256 of the terms as packed, lower-case hexadecimal; NULL terms are empty ones. */
char *plan_content_hash(struct arena *arena, const Onboard__PlanTerms *terms);

/* Whether terms contradict themselves: INVALID_ARGUMENT with every violation; `path` is the field that holds
 * them. What is still missing is not looked at. */
const struct status *plan_terms_check(struct arena *arena, const Onboard__PlanTerms *terms, const char *path);

/* A new plan of `act->party` in DRAFT from what the request gives; `parent` is the plan that it is a version
 * of, or NULL. Sets every output field. */
void plan_start(const struct act *act, Onboard__Plan *plan, const Onboard__Plan *parent);

/* Each changes the plan, or refuses and leaves it as it was. */
const struct status *plan_edit(const struct act *act, Onboard__Plan *plan, char *title,
                               Onboard__PlanTerms *terms);
const struct status *plan_propose(const struct act *act, Onboard__Plan *plan);
const struct status *plan_counter(const struct act *act, Onboard__Plan *plan, Onboard__PlanTerms *terms);
const struct status *plan_withdraw(const struct act *act, Onboard__Plan *plan);
const struct status *plan_sign(const struct act *act, Onboard__Plan *plan, const char *content_hash);
const struct status *plan_activate(const struct act *act, Onboard__Plan *plan,
                                   const struct plan_facts *facts);
const struct status *plan_close(const struct act *act, Onboard__Plan *plan, const struct plan_facts *facts);
const struct status *plan_supersede(const struct act *act, Onboard__Plan *plan, const char *successor);

/* Whether a commitment of the plan in force is released when this one comes into force: what is not yet due,
 * and of that what is fulfilled only when it is measured and this plan's own commitments count the same
 * again. */
bool plan_releases(const struct act *act, const Onboard__Plan *plan, const struct plan_facts *facts,
                   const Onboard__Commitment *commitment);

/* Whether a party has signed the present terms. */
bool plan_signed_by(const Onboard__Plan *plan, Type__Party party);
/* Microseconds until silence confirms. */
int64_t plan_deemed_us(const Onboard__Plan *plan);

/* What a plan that comes into force is made of. In the arena. */
Onboard__Commitment *plan_commitment(struct arena *arena, const Onboard__Plan *plan,
                                     const Onboard__CommitmentTerm *term, int64_t now_us);
Onboard__Milestone *plan_milestone(struct arena *arena, const Onboard__Plan *plan,
                                   const Onboard__MilestoneTerm *term, int64_t now_us);
/* A review of the terms becomes one of the partnership. */
char *plan_review_name(struct arena *arena, const Onboard__Plan *plan, const Onboard__ReviewTerm *term);
Onboard__Review *plan_review(struct arena *arena, const Onboard__Plan *plan, const Onboard__ReviewTerm *term);

#endif
