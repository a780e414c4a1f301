#include "enable/span.h"

#include "runtime/base/timestamp.h"

#include <stdlib.h>
#include <string.h>

static int compare_spans(const void *left, const void *right) {
  const struct span *a = left, *b = right;
  return (a->start_us > b->start_us) - (a->start_us < b->start_us);
}

struct spans spans_of(struct arena *arena, const struct span *items, size_t count) {
  struct spans out = {.items = arena_calloc(arena, count, sizeof(struct span))};
  struct span *sorted = arena_calloc(arena, count, sizeof *sorted);
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (items[i].start_us < items[i].end_us) {
      sorted[kept++] = items[i];
    }
  }
  qsort(sorted, kept, sizeof *sorted, compare_spans);
  for (size_t i = 0; i < kept; i++) {
    struct span *last = out.count ? &out.items[out.count - 1] : NULL;
    if (last && sorted[i].start_us <= last->end_us) {
      last->end_us = sorted[i].end_us > last->end_us ? sorted[i].end_us : last->end_us;
    } else {
      out.items[out.count++] = sorted[i];
    }
  }
  return out;
}

struct spans spans_union(struct arena *arena, struct spans a, struct spans b) {
  struct span *all = arena_calloc(arena, a.count + b.count, sizeof *all);
  if (a.count) {
    memcpy(all, a.items, a.count * sizeof *all);
  }
  if (b.count) {
    memcpy(all + a.count, b.items, b.count * sizeof *all);
  }
  return spans_of(arena, all, a.count + b.count);
}

struct spans spans_subtract(struct arena *arena, struct spans a, struct spans b) {
  struct spans out = {.items = arena_calloc(arena, a.count + b.count, sizeof(struct span))};
  for (size_t i = 0; i < a.count; i++) {
    int64_t from = a.items[i].start_us;
    for (size_t j = 0; j < b.count && from < a.items[i].end_us; j++) {
      if (b.items[j].end_us <= from || b.items[j].start_us >= a.items[i].end_us) {
        continue;
      }
      if (b.items[j].start_us > from) {
        out.items[out.count++] = (struct span){from, b.items[j].start_us};
      }
      from = b.items[j].end_us;
    }
    if (from < a.items[i].end_us) {
      out.items[out.count++] = (struct span){from, a.items[i].end_us};
    }
  }
  return out;
}

struct spans spans_clip(struct arena *arena, struct spans a, int64_t start_us, int64_t end_us) {
  struct spans out = {.items = arena_calloc(arena, a.count, sizeof(struct span))};
  for (size_t i = 0; i < a.count; i++) {
    struct span span = a.items[i];
    span.start_us = span.start_us > start_us ? span.start_us : start_us;
    span.end_us = span.end_us < end_us ? span.end_us : end_us;
    if (span.start_us < span.end_us) {
      out.items[out.count++] = span;
    }
  }
  return out;
}

bool spans_hold(struct spans a, int64_t time_us) {
  for (size_t i = 0; i < a.count; i++) {
    if (a.items[i].start_us <= time_us && time_us < a.items[i].end_us) {
      return true;
    }
  }
  return false;
}

int64_t span_start(const Enable__Span *span) {
  return timestamp_us(span->start_time, INT64_MIN);
}

int64_t span_end(const Enable__Span *span) {
  return timestamp_us(span->end_time, SPAN_OPEN);
}

struct spans spans_read(struct arena *arena, Enable__Span *const *items, size_t count) {
  struct span *spans = arena_calloc(arena, count, sizeof *spans);
  for (size_t i = 0; i < count; i++) {
    spans[i] = (struct span){span_start(items[i]), span_end(items[i])};
  }
  return spans_of(arena, spans, count);
}

Enable__Span *span_write(struct arena *arena, int64_t start_us, int64_t end_us) {
  Enable__Span *span = arena_new(arena, Enable__Span);
  enable__span__init(span);
  span->start_time = timestamp_new(arena, start_us);
  span->end_time = end_us == SPAN_OPEN ? NULL : timestamp_new(arena, end_us);
  return span;
}

Enable__Span **spans_write(struct arena *arena, struct spans spans) {
  Enable__Span **out = arena_calloc(arena, spans.count, sizeof *out);
  for (size_t i = 0; i < spans.count; i++) {
    out[i] = span_write(arena, spans.items[i].start_us, spans.items[i].end_us);
  }
  return out;
}
