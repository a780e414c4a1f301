/* Builds what the rules of onboard work on, in one arena a test. */
#ifndef ENTENTE_TESTS_ONBOARD_BUILDER_H
#define ENTENTE_TESTS_ONBOARD_BUILDER_H

#include "onboard/commitment.h"
#include "onboard/escalation.h"
#include "onboard/governance_body.h"
#include "onboard/milestone.h"
#include "onboard/organization.h"
#include "onboard/partnership.h"
#include "onboard/plan.h"
#include "onboard/review.h"
#include "onboard/sponsor.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define PARTNERSHIP_NAME "vendors/halden/partnerships/orvane"
#define PLAN_NAME PARTNERSHIP_NAME "/plans/fy26"

/* Setup and teardown of a test: *state is an arena. */
int arena_setup(void **state);
int arena_teardown(void **state);

int64_t at(const char *text); /* `2026-07-01` */
Google__Protobuf__Timestamp *time_at(struct arena *arena, const char *text);
struct act act_by(struct arena *arena, Type__Party party, const char *when);

/* Terms of FY 2026: a commitment a party in hours, due 2026-09-30, weight 100; a milestone of both. */
Onboard__PlanTerms *terms_build(struct arena *arena);
Onboard__Plan *plan_build(struct arena *arena, Onboard__PlanTerms *terms);
/* Proposed by the vendor and signed by both. */
Onboard__Plan *plan_agreed(struct arena *arena, Onboard__PlanTerms *terms);
Onboard__Commitment *commitment_build(struct arena *arena, Type__Party owner, int64_t target);
Onboard__FulfilmentClaim *claim_build(struct arena *arena, const Onboard__Commitment *commitment,
                                      const char *id, int64_t amount, const char *occurred);
Onboard__Sponsor *sponsor_build(struct arena *arena, const char *id, Type__Party party,
                                Onboard__Sponsor__Level level);
Onboard__Review *review_build(struct arena *arena, const char *id, const char *due);
/* A party's answers that qualify. */
Onboard__Qualification *qualification_build(struct arena *arena, Type__Party party);
Onboard__FitAssessment *fit_concluded_with(struct arena *arena, Onboard__FitAssessment__Outcome outcome);
Onboard__JointValueProposition *proposition_in(struct arena *arena,
                                               Onboard__JointValueProposition__State state);
/* Signed by both and in force. */
Onboard__Contract *contract_in_force(struct arena *arena);
Onboard__Partnership *partnership_build(struct arena *arena, Onboard__Partnership__State state);

void assert_refused(const struct status *status, const char *reason);
/* Value of a metadata key of a refusal; fails when it is not there. */
const char *metadata_of(const struct status *status, const char *key);
size_t guard_count(const struct status *status);
size_t violation_count(const struct status *status);

#endif
