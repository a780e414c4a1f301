/* The onboard service in the test's process. Requests are written as JSON with ' for ", which the contract's
 * own reader turns into messages.
 *
 *   const Onboard__Plan *plan = ask(fixture, fixture->vendor, "PlanService/GetPlan", "{'name': '%s'}", name);
 */
#ifndef ENTENTE_TESTS_ONBOARD_SERVICE_FIXTURE_H
#define ENTENTE_TESTS_ONBOARD_SERVICE_FIXTURE_H

#include "support/pillar_fixture.h"

#include "entente/onboard/v1/commitment_service.pb-c.h"
#include "entente/onboard/v1/escalation_service.pb-c.h"
#include "entente/onboard/v1/fit_assessment_service.pb-c.h"
#include "entente/onboard/v1/governance_body_service.pb-c.h"
#include "entente/onboard/v1/joint_value_proposition_service.pb-c.h"
#include "entente/onboard/v1/milestone_service.pb-c.h"
#include "entente/onboard/v1/nps_response_service.pb-c.h"
#include "entente/onboard/v1/organization_service.pb-c.h"
#include "entente/onboard/v1/partnership_service.pb-c.h"
#include "entente/onboard/v1/plan_service.pb-c.h"
#include "entente/onboard/v1/review_service.pb-c.h"
#include "entente/onboard/v1/sponsor_service.pb-c.h"

#define HALDEN "vendors/halden"

struct onboard_fixture {
  struct redis_fixture redis;
  struct server_fixture *server;
  const struct principal *vendor, *partner; /* administrators; the partner's of orvane-global */
  const struct principal *vendor_manager, *partner_manager;
  const struct principal *viewer;   /* of the vendor */
  const struct principal *stranger; /* administrator of castellan-soc, a partner */
  const struct principal *other;    /* administrator of vendors/tessel */
};

/* cmocka's group setup and teardown. The organizations orvane-global and castellan-soc exist; the clock says
 * 2026-07-15T12:00:00Z. */
int onboard_setup(void **state);
int onboard_teardown(void **state);
/* One more server on the same Redis: a replica. End it with fixture_stop(). */
struct server_fixture *onboard_server(struct onboard_fixture *fixture);

/* A call as somebody; the method is relative to entente.onboard.v1 unless it begins with a slash. `ask` fails
 * the test unless it succeeds; `refused` unless it fails for the reason. */
const void *ask(struct onboard_fixture *fixture, const struct principal *who, const char *method,
                const char *json, ...) __attribute__((format(printf, 4, 5)));
const struct status *refused(struct onboard_fixture *fixture, const struct principal *who, const char *method,
                             const char *reason, const char *json, ...) __attribute__((format(printf, 5, 6)));
/* The request message itself, for calls that are made at once. */
const void *request_of(struct onboard_fixture *fixture, const char *method, const char *json, ...)
    __attribute__((format(printf, 3, 4)));

void set_now(struct onboard_fixture *fixture, const char *time);
/* A partnership of its own for a test, with orvane-global, in PROSPECT: its name. */
const char *partnership_make(struct onboard_fixture *fixture, const char *id);
/* The same, DESIGNATED. */
const char *partnership_designated(struct onboard_fixture *fixture, const char *id);
/* Terms as JSON: a commitment a party of 1000 hours due 2026-09-30 with weight 100, a milestone of both due
 * 2026-08-31, and what `more` adds to the terms, such as `, 'deemedConfirmationDays': 7`. */
const char *terms_json(struct onboard_fixture *fixture, int64_t target, const char *more);
/* A plan with these terms, agreed by both; and in force. Its name. */
const char *plan_make(struct onboard_fixture *fixture, const char *partnership, const char *id,
                      const char *parent, const char *terms);
const char *plan_in_force(struct onboard_fixture *fixture, const char *partnership, const char *id,
                          const char *parent, const char *terms);

/* Sum of a counter over a period such as `2026` or `2026-09`. */
int64_t counter(struct onboard_fixture *fixture, const char *partnership, const char *period,
                const char *name, Type__Party party);
/* Types of the entries that somebody may read, oldest first, separated by a space. */
const char *ledger_types(struct onboard_fixture *fixture, const struct principal *who, const char *subject);
/* Runs the sweeper once; how many changes it recorded. */
size_t sweep_now(struct onboard_fixture *fixture);
/* Re-walks the vendor's ledgers; fails the test when anything is found. */
void verify_all(struct onboard_fixture *fixture);

const char *status_metadata_text(const struct status *status, const char *key); /* "" when absent */

#endif
