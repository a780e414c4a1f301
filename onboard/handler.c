#include "onboard/handler.h"

#include "onboard/sponsor.h"
#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/message/validate.h"

struct act act_of(struct call *call) {
  const struct principal *principal = call_principal(call);
  return (struct act){
      .arena = call_arena(call),
      .now_us = call_now_us(call),
      .party = principal->party,
      .actor = principal->subject,
  };
}

const struct status *entity_load(struct call *call, const struct kind *kind, const char *name,
                                 const char *etag, void *out) {
  ProtobufCMessage *message;
  const struct status *status = txn_get(call_txn(call), kind, name, &message);
  if (status)
    return status;
  if (!message)
    return call_not_found(call, name);
  *(ProtobufCMessage **)out = message;
  return call_check_etag(call, etag, message_text(message, "etag"));
}

const struct status *entity_read(struct call *call, const struct kind *kind, const char *name, void *out) {
  ProtobufCMessage *message;
  const struct status *status = txn_peek(call_txn(call), kind, name, &message);
  if (status)
    return status;
  *(ProtobufCMessage **)out = message;
  return message ? NULL : call_not_found(call, name);
}

const struct status *entity_name(struct call *call, const struct kind *kind, const char *parent,
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

struct record *entity_change(struct txn *txn, const struct kind *kind, void *message, const char *type) {
  txn_put(txn, kind, message);
  return txn_record(txn, &(struct record_facts){.type = type, .payload = message});
}

const struct status *partnership_open(struct call *call, const char *name, const char *action,
                                      Onboard__Partnership **out) {
  const char *partnership = name_partnership(call_arena(call), name);
  const struct status *status = entity_load(call, &kind_partnership, partnership, "", out);
  if (status)
    return status;
  if ((*out)->state != ONBOARD__PARTNERSHIP__STATE__STATE_ENDED)
    return NULL;
  struct status *refusal = call_fail(call, CODE_FAILED_PRECONDITION, REASON_INVALID_STATE,
                                     "%s is ENDED: %s is not possible", partnership, action);
  status_add_metadata(call_arena(call), refusal, "state", "ENDED");
  status_add_metadata(call_arena(call), refusal, "action", action);
  return refusal;
}

const struct status *list_for(struct call *call, struct list_query query, const char *filters,
                              struct list_page *page) {
  const struct principal *principal = call_principal(call);
  query.binding =
      arena_printf(call_arena(call), "%s|%d|%s", principal->subject, (int)principal->party, filters);
  return list_entities(call_txn(call), &query, page);
}

const struct status *list_whole(struct txn *txn, const struct kind *kind, const char *index, char *partition,
                                struct list_page *page) {
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

static const struct status *load_plan(struct txn *txn, const struct act *act,
                                      const Onboard__Partnership *partnership, struct evidence *out) {
  struct list_page page;
  Onboard__Plan *plan;
  if (text_empty(partnership->active_plan))
    return NULL;
  const struct status *status = txn_peek(txn, &kind_plan, partnership->active_plan, &plan);
  if (status || !plan)
    return status;
  out->plan = plan;
  status = list_whole(txn, &kind_commitment, "due", arena_printf(act->arena, "%s|", plan->name), &page);
  if (status)
    return status;
  out->commitments = (Onboard__Commitment **)page.messages;
  out->commitment_count = page.count;
  return NULL;
}

const struct status *evidence_load(struct txn *txn, const struct act *act,
                                   const Onboard__Partnership *partnership, struct evidence *out) {
  struct list_page page;
  *out = (struct evidence){0};
  const struct status *status = load_plan(txn, act, partnership, out);
  if (!status)
    status =
        list_whole(txn, &kind_sponsor, "serving", arena_printf(act->arena, "%s|", partnership->name), &page);
  if (status)
    return status;
  out->sponsors = (Onboard__Sponsor **)page.messages;
  out->sponsor_count = page.count;
  /* The latest reviews are what matters: read from the end, then put in order. */
  const struct list_query latest = {
      .kind = &kind_review,
      .index = "due",
      .partition = arena_printf(act->arena, "%s|", partnership->name),
      .descending = true,
      .page_size = LIMIT_PAGE_SIZE,
      .page_token = "",
      .binding = "",
  };
  status = list_entities(txn, &latest, &page);
  if (status)
    return status;
  Onboard__Review **reviews = arena_calloc(act->arena, page.count, sizeof(void *));
  for (size_t i = 0; i < page.count; i++)
    reviews[i] = page.messages[page.count - 1 - i];
  out->reviews = reviews;
  out->review_count = page.count;
  return NULL;
}
