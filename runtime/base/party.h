/* The two sides of a partnership. Pure. */
#ifndef ENTENTE_BASE_PARTY_H
#define ENTENTE_BASE_PARTY_H

#include "runtime/base/status.h"

#include "entente/type/v1/party.pb-c.h"

/* The reason of what only its own party may change. */
#define REASON_OTHER_PARTY "OTHER_PARTY"

/* `VENDOR`, `PARTNER`, `SYSTEM`; `UNSPECIFIED` for none, `UNKNOWN` for a number without a name. */
const char *party_name(Type__Party party);
/* The other side; only for VENDOR and PARTNER. */
Type__Party party_other(Type__Party party);

/* PERMISSION_DENIED (OTHER_PARTY) unless `actor` is `owner`, the party that `resource` belongs to. Metadata
 * `party` is the owner. */
const struct status *party_check_owner(struct arena *arena, const char *resource, Type__Party owner,
                                       Type__Party actor);

#endif
