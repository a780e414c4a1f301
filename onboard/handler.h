/* What the handlers of onboard read besides the resource that a call is about. */
#ifndef ENTENTE_ONBOARD_HANDLER_H
#define ENTENTE_ONBOARD_HANDLER_H

#include "onboard/capacity.h"
#include "onboard/partnership.h"
#include "onboard/service.h"
#include "runtime/rpc/resource.h"

/* The partnership that `name` lies in, remembered by the transaction; what time has changed in it is recorded
 * first, as resource_open() does. NOT_FOUND; FAILED_PRECONDITION (INVALID_STATE) naming `action` when it has
 * ended. */
const struct status *partnership_open(struct call *call, const char *name, const char *action,
                                      Onboard__Partnership **out);

/* The plan that `name`, one of its `children` (in plural), lies in, for a change. NOT_FOUND;
 * FAILED_PRECONDITION (PLAN_CLOSED). */
const struct status *plan_unclosed(struct call *call, const char *name, const char *children,
                                   Onboard__Plan **out);

/* Moves with every review that is scheduled by hand; a new one when there is none. Who reads it before the
 * reviews has them all at the commit. */
const struct status *review_clock_load(struct txn *txn, const char *partnership, Onboard__ReviewClock **out);

/* The capacity of the vendor in `name`, for a change; a new one with its name alone when nothing was set. */
const struct status *capacity_load(struct txn *txn, const char *name, Onboard__Capacity **out);

/* Text that a list looks for, in fields of the message by name (NULL-terminated). "" keeps everything. */
struct text_filter {
  struct arena *arena;
  const char *folded; /* as text_fold() has it: what a page token is bound to */
  const char *const *fields;
};
struct text_filter text_filter_of(struct call *call, const char *text, const char *const *fields);
/* `filter` is a struct text_filter, so that it can be a list's own `keep`. */
bool text_filter_keeps(const void *message, void *filter);

/* What a list by due time asks for. `state` 0 is any; it is the state at the time of the call. */
struct due_filter {
  int state;
  int64_t before_us; /* exclusive */
  int64_t now_us;
  struct text_filter text;
  int kind; /* 0: any; compared by the list's own `keep` */
};
/* `text` NULL: none is looked for. */
struct due_filter due_filter_of(const struct call *call, int state,
                                const Google__Protobuf__Timestamp *due_before,
                                const struct text_filter *text);
bool due_filter_keeps(struct due_filter *filter, const void *message,
                      const Google__Protobuf__Timestamp *due_time, int state_at);

/* A page of a kind's index `due`: what lies below `parent` and, unless it is unspecified, belongs to `owner`.
 * `keep` gets a message and the filter. */
struct due_query {
  const struct kind *kind;
  const char *parent;
  Type__Party owner;
  struct due_filter *filter;
  bool (*keep)(const void *message, void *filter);
  int32_t page_size;
  const char *page_token;
};
const struct status *due_list(struct call *call, const struct due_query *query, struct list_page *page);

/* A page of a kind's index `state` below `parent`: all, or those in `state`. */
struct state_query {
  const struct kind *kind;
  const char *parent;
  const ProtobufCEnumDescriptor *states;
  int state; /* 0: any */
  bool descending;
  int32_t page_size;
  const char *page_token;
  struct text_filter *text; /* NULL: none is looked for */
};
const struct status *state_list(struct call *call, const struct state_query *query, struct list_page *page);

/* Everything that guards and classes look at. */
const struct status *evidence_load(struct txn *txn, const struct act *act,
                                   const Onboard__Partnership *partnership, struct evidence *out);

#endif
