#include "onboard/follow.h"

#include "onboard/measure.h"
#include "runtime/base/moment.h"
#include "runtime/base/text.h"

#include "entente/enable/v1/credential.pb-c.h"
#include "entente/market/v1/settlement.pb-c.h"
#include "entente/sell/v1/help_request.pb-c.h"
#include "entente/sell/v1/opportunity.pb-c.h"

#define KIND(name) ONBOARD__COMMITMENT_KIND__COMMITMENT_KIND_##name
#define UNIT(name) ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_##name

const char *const sell_types[] = {"opportunity.won", "opportunity.reversed", "help_request.acknowledged",
                                  NULL};
const char *const enable_types[] = {"credential.issued", "credential.revoked", NULL};
const char *const market_types[] = {"settlement.paid", NULL};

/* Each fills in what its resource says; false when it measures nothing. */
static bool of_opportunity(const ProtobufCMessage *message, struct fact *fact) {
  const Sell__Opportunity *opportunity = (const Sell__Opportunity *)message;
  if (opportunity->engagement != SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT || !opportunity->amount)
    return false;
  fact->kind = KIND(REVENUE);
  fact->unit = UNIT(MONEY);
  fact->amount = opportunity->amount->amount_minor;
  fact->currency_code = opportunity->amount->currency_code;
  fact->occur_us = timestamp_us(opportunity->close_time, fact->occur_us);
  return true;
}

static bool of_help_request(const ProtobufCMessage *message, struct fact *fact) {
  const Sell__HelpRequest *help = (const Sell__HelpRequest *)message;
  fact->kind = KIND(PRE_SALES);
  fact->unit = UNIT(HOURS);
  fact->party = help->owner;
  fact->amount = help->acknowledged_hours;
  fact->occur_us = timestamp_us(help->deliver_time, fact->occur_us);
  return true;
}

static bool of_credential(const ProtobufCMessage *message, struct fact *fact) {
  const Enable__Credential *credential = (const Enable__Credential *)message;
  fact->kind = KIND(CERTIFICATION);
  fact->unit = UNIT(COUNT);
  fact->party = credential->party;
  fact->amount = 1;
  fact->occur_us = timestamp_us(credential->valid_from_time, fact->occur_us);
  return text_empty(credential->renews);
}

static bool of_settlement(const ProtobufCMessage *message, struct fact *fact) {
  const Market__Settlement *settlement = (const Market__Settlement *)message;
  fact->kind = KIND(CO_MARKETING_BUDGET);
  fact->unit = UNIT(MONEY);
  fact->party = TYPE__PARTY__PARTY_VENDOR;
  fact->amount = settlement->amount_minor;
  fact->currency_code = settlement->currency_code;
  fact->occur_us = timestamp_us(settlement->pay_time, fact->occur_us);
  return true;
}

static const struct reading {
  const char *type;
  const ProtobufCMessageDescriptor *payload;
  bool (*read)(const ProtobufCMessage *message, struct fact *fact);
  bool taken_back;
} readings[] = {
    {"opportunity.won", &sell__opportunity__descriptor, of_opportunity, false},
    {"opportunity.reversed", &sell__opportunity__descriptor, of_opportunity, true},
    {"help_request.acknowledged", &sell__help_request__descriptor, of_help_request, false},
    {"credential.issued", &enable__credential__descriptor, of_credential, false},
    {"credential.revoked", &enable__credential__descriptor, of_credential, true},
    {"settlement.paid", &market__settlement__descriptor, of_settlement, false},
};

static const struct reading *reading_of(const Ledger__LedgerEntry *entry) {
  for (size_t i = 0; i < sizeof readings / sizeof *readings; i++)
    if (text_equal(readings[i].type, entry->type))
      return &readings[i];
  return NULL;
}

const struct status *measure_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry) {
  (void)context;
  struct arena *arena = txn_arena(txn);
  const struct act act = {arena, txn_now_us(txn), TYPE__PARTY__PARTY_SYSTEM, "onboard"};
  const struct reading *reading = reading_of(entry);
  if (!reading || entry->private_to)
    return NULL;
  ProtobufCMessage *message = NULL;
  if (text_equal(entry->payload_type, reading->payload->name))
    message = protobuf_c_message_unpack(reading->payload, arena_allocator(arena), entry->payload.len,
                                        entry->payload.data);
  if (!message)
    return status_make(arena, CODE_DATA_LOSS, "PAYLOAD_MALFORMED", "%s holds no %s", entry->name,
                       reading->payload->name);
  struct fact fact = {
      .currency_code = "",
      .occur_us = timestamp_us(entry->occur_time, act.now_us),
      .source = entry->resource,
      .source_entry = entry->name,
      .taken_back = reading->taken_back,
  };
  return reading->read(message, &fact) ? measure_fact(txn, &act, &fact) : NULL;
}
