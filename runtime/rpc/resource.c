#include "runtime/rpc/resource.h"

#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/message/validate.h"

#include <assert.h>
#include <string.h>

struct act act_of(struct call *call) {
  const struct principal *principal = call_principal(call);
  return (struct act){
      .arena = call_arena(call),
      .now_us = call_now_us(call),
      .party = principal->party,
      .actor = principal->subject,
  };
}

Type__Party call_party(const struct call *call) {
  return call_principal(call)->party;
}

const struct status *resource_load(struct call *call, const struct kind *kind, const char *name,
                                   const char *etag, void *out) {
  ProtobufCMessage *message;
  const struct status *status = txn_get(call_txn(call), kind, name, &message);
  if (status)
    return status;
  if (!message)
    return call_not_found(call, name);
  *(ProtobufCMessage **)out = message;
  return text_empty(etag) ? NULL : call_check_etag(call, etag, message_text(message, "etag"));
}

const struct status *resource_settle(struct call *call, const struct timed *timed, const void *message) {
  const struct status *status = NULL;
  bool changed = true;
  if (timed->next_us(message) > call_now_us(call))
    return NULL;
  while (!status && changed)
    status = timed_record(call_store(call), timed, call_arena(call), message_text(message, "name"),
                          call_now_us(call), call_deadline_us(call), &changed);
  return status ? status : &status_lost_race;
}

const struct status *resource_open(struct call *call, const struct timed *timed, const char *name,
                                   const char *etag, void *out) {
  const struct status *status = resource_load(call, timed->kind, name, etag, out);
  return status ? status : resource_settle(call, timed, *(ProtobufCMessage **)out);
}

const struct status *resource_read(struct call *call, const struct kind *kind, const char *name, void *out) {
  ProtobufCMessage *message;
  const struct status *status = txn_peek(call_txn(call), kind, name, &message);
  if (status)
    return status;
  *(ProtobufCMessage **)out = message;
  return message ? NULL : call_not_found(call, name);
}

const struct status *resource_get(struct call *call, const struct kind *kind, const char *name, void *out) {
  ProtobufCMessage *message;
  const struct status *status = resource_read(call, kind, name, &message);
  if (!status) {
    memcpy(out, message, kind->message->sizeof_message);
  }
  return status;
}

const struct status *resource_name(struct call *call, const struct kind *kind, const char *parent,
                                   const char *collection, const char *id, char **out) {
  struct arena *arena = call_arena(call);
  ProtobufCMessage *existing;
  *out = name_child(arena, parent, collection, text_empty(id) ? name_new_id(arena) : id);
  const struct status *status = txn_get(call_txn(call), kind, *out, &existing);
  if (status || !existing)
    return status;
  struct status *refusal = call_fail(call, CODE_ALREADY_EXISTS, REASON_ALREADY_EXISTS,
                                     "%s exists already: choose another id, or change that one", *out);
  status_add_metadata(arena, refusal, "resource", *out);
  return refusal;
}

struct record *resource_change(struct txn *txn, const struct kind *kind, void *message, const char *type) {
  txn_put(txn, kind, message);
  return txn_record(txn, &(struct record_facts){.type = type, .payload = message});
}

const struct status *resource_answer(struct call *call, const struct kind *kind, void *message,
                                     const char *type, void *out) {
  resource_change(call_txn(call), kind, message, type);
  memcpy(out, message, kind->message->sizeof_message);
  return txn_commit(call_txn(call), out);
}

const struct status *resource_list(struct call *call, struct list_query query, const char *filters,
                                   struct list_page *page) {
  const struct principal *principal = call_principal(call);
  query.binding =
      arena_printf(call_arena(call), "%s\n%d\n%s\n%s\n%s", principal->subject, (int)principal->party,
                   query.index ? query.index : "", query.partition, filters);
  return list_entities(call_txn(call), &query, page);
}

void resource_page(void *response, const struct list_page *page) {
  const ProtobufCMessageDescriptor *descriptor = ((const ProtobufCMessage *)response)->descriptor;
  const ProtobufCFieldDescriptor *resources = &descriptor->fields[0];
  const ProtobufCFieldDescriptor *token =
      protobuf_c_message_descriptor_get_field_by_name(descriptor, "next_page_token");
  assert(resources->label == PROTOBUF_C_LABEL_REPEATED && resources->type == PROTOBUF_C_TYPE_MESSAGE);
  assert(token && token->type == PROTOBUF_C_TYPE_STRING);
  *(void ***)((char *)response + resources->offset) = page->messages;
  *(size_t *)((char *)response + resources->quantifier_offset) = page->count;
  *(const char **)((char *)response + token->offset) = page->next_page_token;
}

const struct status *resource_all(struct txn *txn, const struct kind *kind, const char *index,
                                  const char *partition, struct list_page *page) {
  const struct list_query query = {
      .kind = kind,
      .index = index,
      .partition = partition,
      .page_size = LIMIT_PAGE_SIZE,
      .page_token = "",
      .binding = "",
  };
  return list_entities(txn, &query, page);
}
