/* W3C trace context (www.w3.org/TR/trace-context, version 00). For whoever begins calls: this folder and the
 * edge. */
#ifndef ENTENTE_RPC_TRACE_H
#define ENTENTE_RPC_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRACE_PARENT_BYTES = 55, TRACE_ID_BYTES = 32, SPAN_ID_BYTES = 16 };

struct trace {
  char parent[TRACE_PARENT_BYTES + 1]; /* `00-<trace>-<span>-<flags>`, to pass on */
  char trace_id[TRACE_ID_BYTES + 1];
  char span_id[SPAN_ID_BYTES + 1];
};

/* Where ids come from: a xorshift128+ generator seeded from the kernel. Not for secrets. */
struct trace_source {
  uint64_t state[2];
};
void trace_source_seed(struct trace_source *source);

/* Joins the caller's trace with a span of our own; starts a new trace when `parent` is not exactly
 * well formed (size 0: absent). */
void trace_begin(struct trace *trace, struct trace_source *source, const char *parent, size_t size);

#endif
