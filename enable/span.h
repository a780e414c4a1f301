/* Sets of half-open spans of time, kept sorted and disjoint. Pure. */
#ifndef ENTENTE_ENABLE_SPAN_H
#define ENTENTE_ENABLE_SPAN_H

#include "runtime/base/arena.h"

#include "entente/enable/v1/roster_member.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPAN_OPEN INT64_MAX /* `end_us` of a span without end */

struct span {
  int64_t start_us;
  int64_t end_us; /* exclusive; not after start_us: empty */
};

/* Sorted, disjoint, none empty, none touching the next. Zeroed: the empty set. */
struct spans {
  struct span *items;
  size_t count;
};

/* The set of any spans, in any order, overlapping or empty. */
struct spans spans_of(struct arena *arena, const struct span *items, size_t count);
struct spans spans_union(struct arena *arena, struct spans a, struct spans b);
/* What is in `a` and not in `b`. */
struct spans spans_subtract(struct arena *arena, struct spans a, struct spans b);
/* What is in `a` from `start_us` until `end_us`. */
struct spans spans_clip(struct arena *arena, struct spans a, int64_t start_us, int64_t end_us);
bool spans_hold(struct spans a, int64_t time_us);

/* To and from messages. */
struct spans spans_read(struct arena *arena, Enable__Span *const *items, size_t count);
Enable__Span **spans_write(struct arena *arena, struct spans spans);
Enable__Span *span_write(struct arena *arena, int64_t start_us, int64_t end_us);
int64_t span_start(const Enable__Span *span); /* INT64_MIN when unset */
int64_t span_end(const Enable__Span *span);   /* SPAN_OPEN when unset */

#endif
