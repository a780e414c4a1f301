/* The sell service in the test's process: a pillar fixture, and what its tests say often. */
#ifndef ENTENTE_TESTS_SELL_SERVICE_FIXTURE_H
#define ENTENTE_TESTS_SELL_SERVICE_FIXTURE_H

#include "support/pillar_fixture.h"

#include "entente/sell/v1/opportunity_service.pb-c.h"
#include "entente/sell/v1/pipeline_service.pb-c.h"

#define OPPORTUNITIES "/entente.sell.v1.OpportunityService/"

/* cmocka's group setup and teardown: `*state` is the fixture. */
int sell_setup(void **state);
int sell_teardown(void **state);

Type__Money *usd(struct pillar_fixture *fixture, int64_t amount_minor);
Sell__Customer *customer(struct pillar_fixture *fixture, const char *account);
/* Opens one of 500.00 USD on 2026-03-05. */
const Sell__Opportunity *sell_open(struct pillar_fixture *fixture, const struct principal *who,
                                   const char *partnership, Sell__Opportunity__Engagement engagement,
                                   const char *id);
const Sell__Opportunity *sell_get(struct pillar_fixture *fixture, const struct principal *who,
                                  const char *name);
const Sell__Pipeline *sell_pipeline(struct pillar_fixture *fixture, const struct principal *who,
                                    const char *partnership);
/* One round of the sweeper over all that time changes: how many changes it recorded. */
size_t sell_sweep(struct pillar_fixture *fixture);

#endif
