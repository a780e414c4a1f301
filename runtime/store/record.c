/* What a transaction adds to ledgers and counters. */
#include "runtime/store/txn_state.h"

#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/base/period.h"

#include <assert.h>
#include <string.h>

static const char *payload_name(struct txn *txn, const struct record_facts *facts) {
  const ProtobufCMessage *payload = facts->payload;
  assert(payload); /* a deletion names its resource */
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(payload->descriptor, "name");
  assert(field && field->type == PROTOBUF_C_TYPE_STRING);
  return arena_strdup(txn->arena, *(char *const *)((const char *)payload + field->offset));
}

static const char *subject_of(struct txn *txn, const char *resource) {
  const char *partnership = name_partnership(txn->arena, resource);
  return partnership ? partnership : name_vendor(txn->arena, resource);
}

struct record *txn_record(struct txn *txn, const struct record_facts *facts) {
  struct record *record = arena_new(txn->arena, struct record);
  record->txn = txn;
  record->facts = *facts;
  record->deltas_end = &record->deltas;
  record->occur_us = facts->occur_us ? facts->occur_us : txn->context.now_us;
  record->resource = facts->resource ? facts->resource : payload_name(txn, facts);
  record->subject = facts->subject ? facts->subject : subject_of(txn, record->resource);
  const struct status *status = record->subject
                                    ? txn_bind_vendor(txn, record->subject)
                                    : status_make(txn->arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                                                  "`%.200s` lies in no vendor", record->resource);
  if (!status && ++txn->record_count > LIMIT_TXN_ENTRIES) {
    status = status_make(txn->arena, CODE_INVALID_ARGUMENT, "TRANSACTION_TOO_LARGE",
                         "the request makes more than %d ledger entries: split it", LIMIT_TXN_ENTRIES);
  }
  if (status) {
    txn_problem(txn, status);
    return record; /* takes counts, goes nowhere */
  }
  *txn->records_end = record;
  txn->records_end = &record->next;
  return record;
}

size_t txn_entry_room(const struct txn *txn) {
  return txn->record_count < LIMIT_TXN_ENTRIES ? LIMIT_TXN_ENTRIES - txn->record_count : 0;
}

static void assert_row(const struct store *store, const char *counter) {
  const struct counter_row *row = store->options.counters;
  while (row && row->name && strcmp(row->name, counter) != 0) {
    row++;
  }
  assert(row && row->name); /* counters are rows of the pillar's table */
}

static void count(struct record *record, const char *counter, Type__Party party, int64_t when_us,
                  int64_t amount) {
  if (amount == 0) {
    return;
  }
  struct record_delta *delta = arena_new(record->txn->arena, struct record_delta);
  *delta = (struct record_delta){.counter = counter,
                                 .party = party,
                                 .month = month_of(when_us ? when_us : record->occur_us),
                                 .amount = amount};
  *record->deltas_end = delta;
  record->deltas_end = &delta->next;
  record->delta_count++;
}

void txn_count(struct record *record, const char *counter, Type__Party party, int64_t when_us,
               int64_t amount) {
  assert_row(record->txn->store, counter);
  count(record, arena_strdup(record->txn->arena, counter), party, when_us, amount);
}

void txn_count_money(struct record *record, const char *counter, Type__Party party, int64_t when_us,
                     const char *currency, int64_t amount_minor) {
  assert_row(record->txn->store, counter);
  count(record, arena_printf(record->txn->arena, "%s.%s", counter, currency), party, when_us, amount_minor);
}
