/* Answers whose time tells nothing. */
#ifndef ENTENTE_RPC_PACE_H
#define ENTENTE_RPC_PACE_H

#include "runtime/rpc/call.h"

/* Suspends a handler that has done its work until a whole multiple of `step_ms` has passed since the call
 * came, so that how long the answer takes does not tell which way the work went. Not for a lost race, which
 * runs the handler again. A call that is cancelled or out of time meanwhile waits at most one step more. */
void call_pace(struct call *call, uint32_t step_ms);

#endif
