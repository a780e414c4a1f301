#include "sell/follow.h"

#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "sell/cosell.h"
#include "sell/registration_change.h"

#include "entente/market/v1/touch.pb-c.h"
#include "entente/onboard/v1/joint_value_proposition.pb-c.h"

#include <string.h>

const char *const onboard_types[] = {"partnership.*", "contract.*", "member.*", "proposition.*", NULL};

const struct kind kind_proposition = {
    .name = "proposition",
    .pattern = "vendors/*/partnerships/*/jointValuePropositions/*",
    .message = &onboard__joint_value_proposition__descriptor,
};

/* What entries tell of, by how their types begin. */
static const struct copy {
  const char *types;
  const struct kind *kind;
} copies[] = {
    {"contract.", &kind_contract},
    {"member.", &kind_member},
    {"proposition.", &kind_proposition},
};

static const struct status *copy_apply(struct txn *txn, const struct kind *kind,
                                       const Ledger__LedgerEntry *entry) {
  if (!name_matches(entry->resource, kind->pattern))
    return NULL;
  if (text_empty(entry->payload_type)) {
    txn_delete(txn, kind, entry->resource);
    return NULL;
  }
  ProtobufCMessage *copy = NULL;
  if (strcmp(entry->payload_type, kind->message->name) == 0)
    copy = protobuf_c_message_unpack(kind->message, arena_allocator(txn_arena(txn)), entry->payload.len,
                                     entry->payload.data);
  if (!copy)
    return status_make(txn_arena(txn), CODE_DATA_LOSS, "FEED_ENTRY_MALFORMED",
                       "the %s in `%s` of onboard's feed does not decode", kind->name, entry->name);
  txn_put(txn, kind, copy);
  return NULL;
}

const struct status *onboard_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry) {
  for (size_t i = 0; i < sizeof copies / sizeof *copies; i++)
    if (strncmp(entry->type, copies[i].types, strlen(copies[i].types)) == 0)
      return copy_apply(txn, copies[i].kind, entry);
  return directory_apply(context, txn, entry);
}

/* ---- market ---- */

const char *const market_types[] = {"touch.recorded", "touch.retracted", NULL};

const struct status *market_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry) {
  (void)context;
  struct arena *arena = txn_arena(txn);
  const Market__Touch *touch = NULL;
  if (strcmp(entry->payload_type, market__touch__descriptor.name) == 0)
    touch = market__touch__unpack(arena_allocator(arena), entry->payload.len, entry->payload.data);
  if (!touch)
    return status_make(arena, CODE_DATA_LOSS, "FEED_ENTRY_MALFORMED",
                       "the touch in `%s` of market's feed does not decode", entry->name);
  if (touch->state == MARKET__TOUCH__STATE__STATE_RETRACTED)
    return opportunity_untouch(txn, touch->opportunity, touch->name, timestamp_us(touch->retract_time, 0));
  return opportunity_touch(txn, touch->opportunity, SELL__OPPORTUNITY_TOUCH__CHANNEL__CHANNEL_JOINT_MARKETING,
                           touch->name, timestamp_us(touch->occur_time, 0));
}
