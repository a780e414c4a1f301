/* The sell service in the test's process, with two partnerships in its directory:
 * vendors/halden/partnerships/orvane (organization orvane-global, USD) and .../castellan (castellan-soc). */
#ifndef ENTENTE_TESTS_SELL_SERVICE_FIXTURE_H
#define ENTENTE_TESTS_SELL_SERVICE_FIXTURE_H

#include "support/server_fixture.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"
#include "entente/sell/v1/opportunity_service.pb-c.h"
#include "entente/sell/v1/pipeline_service.pb-c.h"

#define ORVANE "vendors/halden/partnerships/orvane"
#define OPPORTUNITIES "/entente.sell.v1.OpportunityService/"

struct sell_fixture {
  struct redis_fixture redis;
  struct server_fixture *server;
  const struct principal *vendor, *partner; /* managers */
  const struct principal *viewer;           /* of the vendor */
  const struct principal *administrator;    /* of the vendor */
  const struct principal *stranger;         /* manager at another partner */
};

/* cmocka's group setup and teardown: `*state` is the fixture. */
int sell_setup(void **state);
int sell_teardown(void **state);

/* A call as somebody; fails the test unless it succeeds. */
const void *sell_call(struct sell_fixture *fixture, const struct principal *who, const char *method,
                      const void *request);
/* A call that must fail for this reason. Returns the status. */
const struct status *sell_refused(struct sell_fixture *fixture, const struct principal *who,
                                  const char *method, const void *request, const char *reason);

/* `2026-03-05`, `2026-03-05T10:00:00Z`. In the fixture's arena. */
Google__Protobuf__Timestamp *at(struct sell_fixture *fixture, const char *time);
Type__Money *usd(struct sell_fixture *fixture, int64_t amount_minor);
Sell__Customer *customer(struct sell_fixture *fixture, const char *account);
/* Opens one of 500.00 USD on 2026-03-05. */
const Sell__Opportunity *sell_open(struct sell_fixture *fixture, const struct principal *who,
                                   const char *partnership, Sell__Opportunity__Engagement engagement,
                                   const char *id);
const Sell__Opportunity *sell_get(struct sell_fixture *fixture, const struct principal *who,
                                  const char *name);
const Sell__Pipeline *sell_pipeline(struct sell_fixture *fixture, const struct principal *who,
                                    const char *partnership);
/* Sum of a counter over a period such as `2026-03`, as this party's users see it. */
int64_t sell_counter(struct sell_fixture *fixture, const struct principal *who, const char *partnership,
                     const char *period, const char *counter, Type__Party party);
/* A partnership of its own for a test. */
const char *sell_partnership(struct sell_fixture *fixture, const char *id, const char *organization);
/* Entries of a ledger that somebody may read, all pages. */
size_t sell_entries(struct sell_fixture *fixture, const struct principal *who, const char *partnership,
                    Ledger__LedgerEntry ***entries);
/* Re-walks the vendor's ledgers; fails the test when anything is found. */
void sell_verify(struct sell_fixture *fixture);

#endif
