/* google.protobuf.FieldMask on messages (AIP-161, AIP-134). */
#ifndef ENTENTE_MESSAGE_MASK_H
#define ENTENTE_MESSAGE_MASK_H

#include "runtime/base/status.h"

#include <protobuf-c/protobuf-c.h>

/* Copies the fields that `paths` name from `from` to `to` (same type). No paths: every field that is set in
 * `from`; the single path `*`: all of them. Output-only and immutable fields are not touched, at any depth. A
 * path that does not exist, or goes through a repeated field: INVALID_ARGUMENT (INVALID_REQUEST) with a
 * violation of `update_mask` each (FIELD_PATH_INVALID), and nothing is copied. The same (FIELD_IMMUTABLE) for
 * a path that is an immutable field of `to` itself and has another value in `from`. What is copied is shared
 * with `from`, so both must be in the arena. */
const struct status *mask_apply(struct arena *arena, char *const *paths, size_t count,
                                const ProtobufCMessage *from, ProtobufCMessage *to);

#endif
