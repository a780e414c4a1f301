/* A ledger service whose handlers do what the test asks for by the request's `counter`: for tests of the
 * server itself. */
#ifndef ENTENTE_TESTS_ECHO_SERVICE_H
#define ENTENTE_TESTS_ECHO_SERVICE_H

#include "runtime/rpc/call.h"

#include <stdatomic.h>

extern const struct service *const echo_services[];

#define ECHO_LIST "/entente.ledger.v1.LedgerService/ListLedgerEntries"
#define ECHO_COUNTERS "/entente.ledger.v1.LedgerService/BatchGetCounters"
#define ECHO_VERIFY "/entente.ledger.v1.LedgerService/VerifyLedger"

/* What the handlers saw. The context of the server is one of these. */
struct echo_state {
  atomic_int runs;      /* handlers begun */
  atomic_int cancelled; /* handlers that saw their call cancelled */
  atomic_int sent;      /* messages that streams sent */
  atomic_int running;   /* handlers that now run */
};

#endif
