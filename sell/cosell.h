/* What the handlers of co-selling share: help requests, engagements, snapshots and sides of opportunities. */
#ifndef ENTENTE_SELL_COSELL_H
#define ENTENTE_SELL_COSELL_H

#include "runtime/rpc/call.h"
#include "runtime/store/kind.h"

/* Kinds of co-selling (cosell_kinds.c). */
extern const struct kind kind_help_request;

/* Partition of an index by state: `<parent>|OPEN`; `<parent>|` for state 0. */
char *state_partition(struct arena *arena, const char *parent, const ProtobufCEnumDescriptor *states,
                      int state);

/* Whether `name` is a joint opportunity of a partnership. False alike for one that is not there and one that
 * is a party's own. In a fiber; fails as txn_peek() does. */
const struct status *opportunity_is_joint(struct call *call, const char *partnership, const char *name,
                                          bool *joint);

#endif
