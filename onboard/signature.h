/* Signatures of both parties over the same content: what plans and contracts have in common. Pure. */
#ifndef ENTENTE_ONBOARD_SIGNATURE_H
#define ENTENTE_ONBOARD_SIGNATURE_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/plan.pb-c.h"

/* SHA-256 of the content as packed, lower-case hexadecimal; NULL is empty content. */
char *content_hash(struct arena *arena, const ProtobufCMessage *content);

/* Whether a party is among those who signed. */
bool signature_of(Onboard__PlanSignature *const *signatures, size_t count, Type__Party party);

/* Whether `act->party` may sign what it read as `read_hash`: NULL, or FAILED_PRECONDITION: CONTENT_CHANGED
 * when the content is another, ALREADY_SIGNED. `name` is the resource's, `hash` of its content. */
const struct status *signature_check(const struct act *act, const char *name, const char *hash,
                                     const char *read_hash, Onboard__PlanSignature *const *signatures,
                                     size_t count);

/* Adds the signature of `act->party` over `hash`: `*signatures` becomes a new array in the arena, one longer.
 */
void signature_add(const struct act *act, char *hash, Onboard__PlanSignature ***signatures, size_t *count);

#endif
