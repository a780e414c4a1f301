#include "runtime/base/party.h"

#include "runtime/base/machine.h"

#include <assert.h>

const char *party_name(Type__Party party) {
  return state_name(&type__party__descriptor, (int)party);
}

Type__Party party_other(Type__Party party) {
  assert(party == TYPE__PARTY__PARTY_VENDOR || party == TYPE__PARTY__PARTY_PARTNER);
  return party == TYPE__PARTY__PARTY_VENDOR ? TYPE__PARTY__PARTY_PARTNER : TYPE__PARTY__PARTY_VENDOR;
}

const struct status *party_check_owner(struct arena *arena, const char *resource, Type__Party owner,
                                       Type__Party actor) {
  if (owner == actor)
    return NULL;
  struct status *status = status_make(arena, CODE_PERMISSION_DENIED, REASON_OTHER_PARTY,
                                      "%s belongs to the other party and is changed by it alone", resource);
  status_add_metadata(arena, status, "party", party_name(owner));
  return status;
}
