/* Rules of partnerships: how far they have come, and what class their evidence supports. Pure. */
#ifndef ENTENTE_ONBOARD_PARTNERSHIP_H
#define ENTENTE_ONBOARD_PARTNERSHIP_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/commitment.pb-c.h"
#include "entente/onboard/v1/contract.pb-c.h"
#include "entente/onboard/v1/fit_assessment.pb-c.h"
#include "entente/onboard/v1/governance_body.pb-c.h"
#include "entente/onboard/v1/joint_value_proposition.pb-c.h"
#include "entente/onboard/v1/partnership.pb-c.h"
#include "entente/onboard/v1/partnership_service.pb-c.h"
#include "entente/onboard/v1/plan.pb-c.h"
#include "entente/onboard/v1/qualification.pb-c.h"
#include "entente/onboard/v1/review.pb-c.h"
#include "entente/onboard/v1/sponsor.pb-c.h"

enum {
  PARTNERSHIP_CADENCE_DAYS = 92, /* the quarterly floor */
  PARTNERSHIP_ALLIANCE_FEATURES = 4,
  PARTNERSHIP_REASON_LENGTH = 10,
  PARTNERSHIP_PREDICATES = 15,
  PARTNERSHIP_DIMENSIONS = 5,
  PARTNERSHIP_CHARACTERISTICS = 6,
  PARTNERSHIP_EVIDENCE_MAX = 10,
};

enum partnership_action {
  PARTNERSHIP_EDIT,
  PARTNERSHIP_ASSESS,
  PARTNERSHIP_DESIGNATE,
  PARTNERSHIP_ACTIVATE, /* facts: struct evidence */
  PARTNERSHIP_START_REVIEW,
  PARTNERSHIP_CONCLUDE_REVIEW, /* the outcome decides the next state */
  PARTNERSHIP_RESUME,          /* facts: struct evidence */
  PARTNERSHIP_END,             /* facts: struct evidence */
  PARTNERSHIP_CLASSIFY,
  PARTNERSHIP_OFFER_END, /* the handshake's own rules are in ending.h */
  PARTNERSHIP_AGREE_END,
  PARTNERSHIP_DECLINE_END,
  PARTNERSHIP_COMPLETE_STAGE, /* in any state but ENDED; the stage's guards are in stage.h */
  PARTNERSHIP_ACTIONS
};
extern const struct machine partnership_machine;
/* `to` of CONCLUDE_REVIEW. */
enum { PARTNERSHIP_BY_OUTCOME = -1 };

/* What is known of a partnership at `act->now_us`. */
struct evidence {
  const Onboard__Plan *plan;               /* in force; NULL: none */
  Onboard__Commitment *const *commitments; /* of that plan */
  size_t commitment_count;
  Onboard__Sponsor *const *sponsors; /* not vacant */
  size_t sponsor_count;
  Onboard__Review *const *reviews; /* by due time */
  size_t review_count;
  const Onboard__Contract *contract;              /* signed last, settled to `act->now_us`; NULL: none */
  const Onboard__GovernanceBody *governance_body; /* NULL: none */
  const Onboard__Qualification *qualifications[TYPE__PARTY__PARTY_PARTNER + 1]; /* by party; NULL: none */
  const Onboard__FitAssessment *fit;                 /* concluded last; NULL: none */
  const Onboard__JointValueProposition *proposition; /* the furthest that is not retired; NULL: none */
};

/* A new PROSPECT. */
void partnership_start(Onboard__Partnership *partnership);
/* INVALID_ARGUMENT on a currency that is not in use. */
const struct status *partnership_check(struct arena *arena, const Onboard__Partnership *partnership);

/* Every action but CONCLUDE_REVIEW and CLASSIFY: changes the partnership, or refuses. */
const struct status *partnership_apply(const struct act *act, Onboard__Partnership *partnership,
                                       enum partnership_action action, const struct evidence *evidence);
const struct status *partnership_conclude_review(const struct act *act, Onboard__Partnership *partnership,
                                                 Onboard__ReviewOutcome outcome);

/* Looks at every predicate; in the order of its Kind. Answers the highest class that they support. */
Onboard__Partnership__Classification
partnership_predicates(const struct act *act, const Onboard__Partnership *partnership,
                       const struct evidence *evidence,
                       Onboard__ClassificationPredicate *predicates[PARTNERSHIP_PREDICATES]);
/* Sets a class (unspecified: what is supported). CLASS_ABOVE_EVIDENCE without a reason above the evidence,
 * REASON_REQUIRED for an alliance. */
const struct status *partnership_classify(const struct act *act, Onboard__Partnership *partnership,
                                          const struct evidence *evidence,
                                          Onboard__Partnership__Classification wanted, const char *reason,
                                          Onboard__ClassifyPartnershipResponse *response);

#endif
