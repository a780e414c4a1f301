/* What the handlers of onboard read besides the resource that a call is about. */
#ifndef ENTENTE_ONBOARD_HANDLER_H
#define ENTENTE_ONBOARD_HANDLER_H

#include "onboard/partnership.h"
#include "onboard/service.h"
#include "runtime/rpc/resource.h"

/* The partnership that `name` lies in, remembered by the transaction. NOT_FOUND; FAILED_PRECONDITION
 * (INVALID_STATE) naming `action` when it has ended. */
const struct status *partnership_open(struct call *call, const char *name, const char *action,
                                      Onboard__Partnership **out);

/* Everything that guards and classes look at. */
const struct status *evidence_load(struct txn *txn, const struct act *act,
                                   const Onboard__Partnership *partnership, struct evidence *out);

#endif
