/* The outcome of anything that the world can make fail.
 *
 * Functions that can fail return `const struct status *`: NULL is success. A status holds a canonical
 * gRPC code, a reason that machines read (UPPER_SNAKE, from the service's ErrorReason enum), a
 * message that people read, and the details that go out as google.rpc types. Statuses live in the
 * arena that they were made in. Lower layers make them and never log; the layer that answers the
 * call logs once. What only we can break is asserted, not returned. */
#ifndef ENTENTE_BASE_STATUS_H
#define ENTENTE_BASE_STATUS_H

#include "runtime/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Canonical codes; the numbers are gRPC's. */
enum code {
  CODE_OK = 0,
  CODE_CANCELLED = 1,
  CODE_UNKNOWN = 2,
  CODE_INVALID_ARGUMENT = 3,
  CODE_DEADLINE_EXCEEDED = 4,
  CODE_NOT_FOUND = 5,
  CODE_ALREADY_EXISTS = 6,
  CODE_PERMISSION_DENIED = 7,
  CODE_RESOURCE_EXHAUSTED = 8,
  CODE_FAILED_PRECONDITION = 9,
  CODE_ABORTED = 10,
  CODE_OUT_OF_RANGE = 11,
  CODE_UNIMPLEMENTED = 12,
  CODE_INTERNAL = 13,
  CODE_UNAVAILABLE = 14,
  CODE_DATA_LOSS = 15,
  CODE_UNAUTHENTICATED = 16,
};
enum { CODE_COUNT = 17 };

/* One thing wrong with a request: goes out in google.rpc.BadRequest. */
struct violation {
  struct violation *next;
  const char *field;       /* path such as `plan.commitments[2].target` */
  const char *description; /* for people */
  const char *reason;      /* for machines, such as REQUIRED_FIELD_MISSING */
};

/* One unmet guard: goes out in google.rpc.PreconditionFailure. */
struct guard_failure {
  struct guard_failure *next;
  const char *type;        /* such as GUARD or STATE */
  const char *subject;     /* resource name */
  const char *description; /* for people */
};

/* A key and value of google.rpc.ErrorInfo's metadata. */
struct status_metadata {
  struct status_metadata *next;
  const char *key;
  const char *value;
};

struct status {
  enum code code;
  const char *reason;  /* never NULL; UPPER_SNAKE */
  const char *message; /* never NULL; UTF-8 */
  struct violation *violations;
  struct guard_failure *guards;
  struct status_metadata *metadata;
  uint32_t retry_after_ms; /* google.rpc.RetryInfo when not 0 */
};

/* Makes a status; `format` is for a person and says what to do next where it can. */
struct status *status_make(struct arena *arena, enum code code, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Add details, in the order of the calls. Texts are copied into the arena. */
void status_add_violation(struct arena *arena, struct status *status, const char *field, const char *reason,
                          const char *format, ...) __attribute__((format(printf, 5, 6)));
void status_add_guard(struct arena *arena, struct status *status, const char *type, const char *subject,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));
void status_add_metadata(struct arena *arena, struct status *status, const char *key, const char *value);

/* `INVALID_ARGUMENT` and the like; "UNKNOWN" for a number that is no code. */
const char *code_name(enum code code);

/* Statuses that need no arena: for when there is none, or nothing to add. */
extern const struct status status_cancelled;         /* CANCELLED: the caller went away */
extern const struct status status_deadline_exceeded; /* DEADLINE_EXCEEDED */
extern const struct status status_memory_exhausted;  /* RESOURCE_EXHAUSTED: limit of the call's arena */
extern const struct status status_lost_race;         /* ABORTED, reason LOST_RACE: another writer was first */

/* Reasons that the runtime itself uses, the same in every service. */
#define REASON_INVALID_REQUEST "INVALID_REQUEST"       /* INVALID_ARGUMENT with violations */
#define REASON_NOT_FOUND "NOT_FOUND"                   /* NOT_FOUND */
#define REASON_ALREADY_EXISTS "ALREADY_EXISTS"         /* ALREADY_EXISTS */
#define REASON_ACCESS_DENIED "ACCESS_DENIED"           /* PERMISSION_DENIED, hidden or absent */
#define REASON_UNAUTHENTICATED "UNAUTHENTICATED"       /* UNAUTHENTICATED */
#define REASON_LOST_RACE "LOST_RACE"                   /* ABORTED */
#define REASON_ETAG_MISMATCH "ETAG_MISMATCH"           /* ABORTED */
#define REASON_REQUEST_ID_REUSED "REQUEST_ID_REUSED"   /* INVALID_ARGUMENT */
#define REASON_INVALID_STATE "INVALID_STATE"           /* FAILED_PRECONDITION: no such transition */
#define REASON_GUARD_UNMET "GUARD_UNMET"               /* FAILED_PRECONDITION: guards listed */
#define REASON_PAGE_TOKEN_INVALID "PAGE_TOKEN_INVALID" /* INVALID_ARGUMENT */
#define REASON_PARTNERSHIP_UNKNOWN                                                                           \
  "PARTNERSHIP_UNKNOWN"                              /* NOT_FOUND: not (yet) in this pillar's directory      \
                                                      */
#define REASON_PARTNERSHIP_ENDED "PARTNERSHIP_ENDED" /* FAILED_PRECONDITION: nothing new in it */
#define REASON_STORE_UNAVAILABLE "STORE_UNAVAILABLE" /* UNAVAILABLE: nothing was written */
#define REASON_OUTCOME_UNKNOWN "OUTCOME_UNKNOWN"     /* UNAVAILABLE: a write may or may not have happened */
#define REASON_STORE_FULL "STORE_FULL"               /* RESOURCE_EXHAUSTED */
#define REASON_OVERLOADED "OVERLOADED"               /* RESOURCE_EXHAUSTED */
#define REASON_CURSOR_EXPIRED "CURSOR_EXPIRED"       /* OUT_OF_RANGE */

#endif
