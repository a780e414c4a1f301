#include "runtime/rpc/trace.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { TRACE_ID_AT = 3, SPAN_ID_AT = 36, FLAGS_AT = 53 };

void trace_source_seed(struct trace_source *source) {
  if (getrandom(source->state, sizeof(source->state), 0) != (ssize_t)sizeof(source->state))
    source->state[0] = (uint64_t)time(NULL); /* ids may repeat then; nothing depends on them */
  source->state[1] |= 1;
}

static uint64_t next(struct trace_source *source) {
  uint64_t a = source->state[0], b = source->state[1];
  source->state[0] = b;
  a ^= a << 23;
  source->state[1] = a ^ b ^ (a >> 18) ^ (b >> 5);
  return source->state[1] + b;
}

static void hex16(char *out, uint64_t number) {
  for (int i = 15; i >= 0; i--, number >>= 4)
    out[i] = "0123456789abcdef"[number & 15];
}

/* Lower-case hexadecimal, not all zero. */
static bool id_valid(const char *text, size_t size) {
  bool set = false;
  for (size_t i = 0; i < size; i++) {
    if (!(text[i] >= '0' && text[i] <= '9') && !(text[i] >= 'a' && text[i] <= 'f'))
      return false;
    set |= text[i] != '0';
  }
  return set;
}

static bool parent_valid(const char *parent, size_t size) {
  if (size != TRACE_PARENT_BYTES || memcmp(parent, "00-", 3) != 0)
    return false;
  char flags[3] = {'1', parent[FLAGS_AT], parent[FLAGS_AT + 1]}; /* may be all zero */
  return parent[SPAN_ID_AT - 1] == '-' && parent[FLAGS_AT - 1] == '-' &&
         id_valid(parent + TRACE_ID_AT, TRACE_ID_BYTES) && id_valid(parent + SPAN_ID_AT, SPAN_ID_BYTES) &&
         id_valid(flags, sizeof(flags));
}

void trace_begin(struct trace *trace, struct trace_source *source, const char *parent, size_t size) {
  memcpy(trace->parent, "00-00000000000000000000000000000000-0000000000000000-01", TRACE_PARENT_BYTES + 1);
  if (parent_valid(parent, size)) {
    memcpy(trace->parent, parent, TRACE_PARENT_BYTES);
  } else {
    hex16(trace->parent + TRACE_ID_AT, next(source) | 1);
    hex16(trace->parent + TRACE_ID_AT + 16, next(source));
  }
  hex16(trace->parent + SPAN_ID_AT, next(source) | 1);
  memcpy(trace->trace_id, trace->parent + TRACE_ID_AT, TRACE_ID_BYTES);
  memcpy(trace->span_id, trace->parent + SPAN_ID_AT, SPAN_ID_BYTES);
  trace->trace_id[TRACE_ID_BYTES] = trace->span_id[SPAN_ID_BYTES] = '\0';
}
