#include "runtime/rpc/call_state.h"

#include "runtime/base/text.h"

#include <string.h>

struct arena *call_arena(struct call *call) {
  return call->arena;
}

const struct principal *call_principal(const struct call *call) {
  return call->principal;
}

int64_t call_now_us(const struct call *call) {
  return call->now_us;
}

int64_t call_deadline_us(const struct call *call) {
  return call->deadline_us;
}

bool call_cancelled(const struct call *call) {
  return call->cancelled;
}

void *call_context(const struct call *call) {
  return call->server->options.context;
}

struct store *call_store(const struct call *call) {
  return call->server->options.store;
}

const char *call_authorization(const struct call *call) {
  return call->authorization ? arena_strndup(call->arena, call->authorization, call->authorization_size)
                             : NULL;
}

const char *call_traceparent(const struct call *call) {
  return call->trace.parent;
}

const struct status *call_partner_of(struct call *call, const char *partnership, const char **out) {
  const struct server_options *options = &call->server->options;
  *out = NULL;
  return options->partner_of ? options->partner_of(options->partner_of_context, call->arena, partnership, out)
                             : NULL;
}

void call_answer_packed(struct call *call, const ProtobufCBinaryData *message) {
  call->packed = message;
}

struct txn *call_txn(struct call *call) {
  const struct principal *principal = call->principal;
  if (!call->txn)
    call->txn = txn_begin(call->server->options.store,
                          &(struct txn_context){
                              .arena = call->arena,
                              .now_us = call->now_us,
                              .deadline_us = call->deadline_us,
                              .actor_party = principal ? principal->party : TYPE__PARTY__PARTY_UNSPECIFIED,
                              .actor = principal ? principal->subject : "",
                              .cancelled = &call->cancelled,
                          });
  return call->txn;
}

const struct status *call_not_found(struct call *call, const char *resource) {
  struct status *status = status_make(call->arena, CODE_NOT_FOUND, REASON_NOT_FOUND,
                                      "there is no `%s` that you may see", resource);
  status_add_metadata(call->arena, status, "resource", resource);
  return status;
}

const struct status *call_check_etag(struct call *call, const char *given, const char *current) {
  if (text_empty(given) || text_equal(given, current))
    return NULL;
  struct status *status =
      status_make(call->arena, CODE_ABORTED, REASON_ETAG_MISMATCH,
                  "it was changed since you read it; read it again and repeat the change");
  status_add_metadata(call->arena, status, "etag", text_empty(current) ? "" : current);
  return status;
}

struct status *call_fail(struct call *call, enum code code, const char *reason, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const char *message = arena_vprintf(call->arena, format, arguments);
  va_end(arguments);
  return status_make(call->arena, code, reason, "%s", message);
}
