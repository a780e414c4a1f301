#include "onboard/follow.h"

#include "onboard/handler.h"
#include "onboard/measure.h"
#include "onboard/stage.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include "entente/enable/v1/credential.pb-c.h"
#include "entente/market/v1/settlement.pb-c.h"
#include "entente/sell/v1/customer_activity.pb-c.h"
#include "entente/sell/v1/help_request.pb-c.h"
#include "entente/sell/v1/opportunity.pb-c.h"

#define KIND(name) ONBOARD__COMMITMENT_KIND__COMMITMENT_KIND_##name
#define ITEM(name) ONBOARD__ACTIVATION_ITEM__KIND__KIND_##name
#define UNIT(name) ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_##name

const char *const sell_types[] = {"opportunity.opened",         "opportunity.shared",
                                  "opportunity.advanced",       "opportunity.won",
                                  "opportunity.reversed",       "help_request.acknowledged",
                                  "target_account.approached",  "target_account.engaged",
                                  "case_study.published",       "customer_activity.acknowledged",
                                  "customer_activity.reversed", NULL};
const char *const enable_types[] = {"credential.issued", "credential.revoked", NULL};
const char *const market_types[] = {"settlement.paid", "campaign.held", NULL};

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

static bool of_customer_activity(const ProtobufCMessage *message, struct fact *fact) {
  const Sell__CustomerActivity *activity = (const Sell__CustomerActivity *)message;
  fact->kind = KIND(CUSTOMER_DEVELOPMENT);
  fact->unit = UNIT(COUNT);
  fact->party = activity->owner;
  fact->amount = 1;
  fact->occur_us = timestamp_us(activity->hold_time, fact->occur_us);
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
    {"customer_activity.acknowledged", &sell__customer_activity__descriptor, of_customer_activity, false},
    {"customer_activity.reversed", &sell__customer_activity__descriptor, of_customer_activity, true},
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

/* The resource that an entry holds; DATA_LOSS when it holds another. */
static const struct status *payload_of(struct arena *arena, const Ledger__LedgerEntry *entry,
                                       const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **out) {
  *out = NULL;
  if (text_equal(entry->payload_type, descriptor->name))
    *out = protobuf_c_message_unpack(descriptor, arena_allocator(arena), entry->payload.len,
                                     entry->payload.data);
  return *out ? NULL
              : status_make(arena, CODE_DATA_LOSS, "PAYLOAD_MALFORMED", "%s holds no %s", entry->name,
                            descriptor->name);
}

static const struct status *measure(struct txn *txn, const struct act *act,
                                    const Ledger__LedgerEntry *entry) {
  const struct reading *reading = reading_of(entry);
  ProtobufCMessage *message;
  if (!reading)
    return NULL;
  const struct status *status = payload_of(act->arena, entry, reading->payload, &message);
  if (status)
    return status;
  struct fact fact = {
      .currency_code = "",
      .occur_us = timestamp_us(entry->occur_time, act->now_us),
      .source = entry->resource,
      .source_entry = entry->name,
      .taken_back = reading->taken_back,
  };
  return reading->read(message, &fact) ? measure_fact(txn, act, &fact) : NULL;
}

/* ---- going to market ---- */

/* What an entry shows to be done. */
static const struct showing {
  const char *type;
  Onboard__ActivationItem__Kind item;
  const ProtobufCMessageDescriptor *payload; /* NULL: the type says it all */
} showings[] = {
    {"campaign.held", ITEM(JOINT_CONTENT), NULL},
    {"opportunity.opened", ITEM(CO_SELL), &sell__opportunity__descriptor},
    {"opportunity.opened", ITEM(JOINT_PIPELINE), &sell__opportunity__descriptor},
    {"opportunity.shared", ITEM(CO_SELL), &sell__opportunity__descriptor},
    {"opportunity.shared", ITEM(JOINT_PIPELINE), &sell__opportunity__descriptor},
    {"opportunity.advanced", ITEM(JOINT_PIPELINE), &sell__opportunity__descriptor},
    {"opportunity.won", ITEM(JOINT_PIPELINE), &sell__opportunity__descriptor},
    {"opportunity.won", ITEM(JOINT_WIN), &sell__opportunity__descriptor},
    {"target_account.approached", ITEM(TARGET_ACCOUNT), NULL},
    {"target_account.engaged", ITEM(TARGET_ACCOUNT), NULL},
    {"case_study.published", ITEM(CASE_STUDY), NULL},
};

static bool shows(const struct showing *showing, const Sell__Opportunity *opportunity) {
  if (opportunity->engagement != SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT)
    return false;
  return showing->item != ITEM(JOINT_PIPELINE) ||
         opportunity->stage >= SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED;
}

/* Notes what an entry shows; `*changed` when some of it was not known. */
static const struct status *note_shown(const struct act *act, const Ledger__LedgerEntry *entry,
                                       Onboard__Partnership *partnership, bool *changed) {
  int64_t occur_us = timestamp_us(entry->occur_time, act->now_us);
  for (size_t i = 0; i < sizeof showings / sizeof *showings; i++) {
    ProtobufCMessage *message = NULL;
    if (!text_equal(showings[i].type, entry->type))
      continue;
    const struct status *status = NULL;
    if (showings[i].payload)
      status = payload_of(act->arena, entry, showings[i].payload, &message);
    if (status)
      return status;
    if (!message || shows(&showings[i], (const Sell__Opportunity *)message))
      *changed |= activation_note(act->arena, partnership, showings[i].item, occur_us, entry->resource);
  }
  return NULL;
}

static bool shows_anything(const Ledger__LedgerEntry *entry) {
  for (size_t i = 0; i < sizeof showings / sizeof *showings; i++)
    if (text_equal(showings[i].type, entry->type))
      return true;
  return false;
}

static const struct status *note_activation(struct txn *txn, const struct act *act,
                                            const Ledger__LedgerEntry *entry) {
  Onboard__Partnership *partnership = NULL;
  const char *name = name_partnership(act->arena, entry->resource);
  bool changed = false;
  if (!name || !shows_anything(entry))
    return NULL;
  const struct status *status = txn_get(txn, &kind_partnership, name, &partnership);
  if (!status && partnership)
    status = note_shown(act, entry, partnership, &changed);
  if (!status && changed)
    resource_change(txn, &kind_partnership, partnership, "partnership.activation_noted");
  return status;
}

const struct status *pillar_apply(void *context, struct txn *txn, const Ledger__LedgerEntry *entry) {
  (void)context;
  const struct act act = {txn_arena(txn), txn_now_us(txn), TYPE__PARTY__PARTY_SYSTEM, "onboard"};
  if (entry->private_to)
    return NULL;
  const struct status *status = measure(txn, &act, entry);
  return status ? status : note_activation(txn, &act, entry);
}
