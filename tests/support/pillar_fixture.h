/* A pillar in the test's process with a redis-server of its own, its usual callers, and two partnerships of
 * `vendors/halden`: `orvane` and `castellan`, both in USD. Calls that should succeed fail the test when they
 * do not; what they answer lives until the end. */
#ifndef ENTENTE_TESTS_PILLAR_FIXTURE_H
#define ENTENTE_TESTS_PILLAR_FIXTURE_H

#include "support/server_fixture.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"

struct pillar_fixture {
  struct redis_fixture redis;
  struct server_fixture *server;
  const struct principal *administrator, *manager, *viewer; /* the vendor's */
  const struct principal *partner, *partner_viewer;         /* orvane's; `partner` is an administrator */
  const struct principal *stranger;                         /* an administrator at castellan's partner */
  const struct principal *foreigner;                        /* an administrator of another vendor */
};
#define ORVANE "vendors/halden/partnerships/orvane"
#define CASTELLAN "vendors/halden/partnerships/castellan"

struct pillar {
  const char *name;
  const struct service *const *services;
  const struct kind *const *kinds;
  const struct counter_row *counters;
};
struct pillar_fixture *pillar_start(const struct pillar *pillar);
void pillar_stop(struct pillar_fixture *fixture);

struct arena *pillar_arena(struct pillar_fixture *fixture);
/* The answer of a call that must succeed. */
void *pillar_call(struct pillar_fixture *fixture, const struct principal *who, const char *method,
                  const void *request);
/* The refusal of a call that must be refused for this reason. */
const struct status *pillar_refused(struct pillar_fixture *fixture, const struct principal *who,
                                    const char *method, const void *request, const char *reason);
Google__Protobuf__Timestamp *pillar_time(struct pillar_fixture *fixture, const char *text);
/* One more partnership of `vendors/halden`, in the pillar's directory, in USD: its name. */
const char *pillar_partnership(struct pillar_fixture *fixture, const char *id, const char *organization);
/* Sum of a counter of a partnership over a period such as `2026` or `2026-07`. */
int64_t pillar_counter(struct pillar_fixture *fixture, const struct principal *who, const char *partnership,
                       const char *period, const char *counter, Type__Party party);
/* The ledger of a partnership or vendor as the caller sees it; how many entries. */
size_t pillar_entries(struct pillar_fixture *fixture, const struct principal *who, const char *parent,
                      Ledger__LedgerEntry ***entries);
/* Re-walks the ledgers of the vendor and fails the test for every finding. */
void pillar_verify(struct pillar_fixture *fixture);
/* The same on any server, as one of the vendor's administrators. */
void server_verify(struct server_fixture *server, const struct principal *administrator);
/* A request whose first field is `name` (or `parent`), with it set. */
void *pillar_request(struct pillar_fixture *fixture, const ProtobufCMessageDescriptor *descriptor,
                     const char *name);
size_t violation_count(const struct status *status);
size_t guard_count(const struct status *status);

#endif
