/* Counters as they are, and as they were. */
#include "runtime/base/timestamp.h"
#include "runtime/store/entries.h"
#include "runtime/store/txn_state.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRIES_AT_ONCE = 512, NEWEST_AT_ONCE = 32 };

const char *counter_field_split(struct arena *arena, const char *field, Type__Party *party) {
  const char *bar = strrchr(field, '|');
  *party = bar ? (Type__Party)strtol(bar + 1, NULL, 10) : TYPE__PARTY__PARTY_UNSPECIFIED;
  return arena_strndup(arena, field, bar ? (size_t)(bar - field) : strlen(field));
}

const struct counter_row *counter_row_of(const struct counter_row *rows, const char *counter) {
  for (; rows && rows->name; rows++) {
    size_t size = strlen(rows->name);
    if (strncmp(counter, rows->name, size) == 0 &&
        (counter[size] == '\0' || (counter[size] == '.' && strlen(counter + size) == 4))) {
      return rows;
    }
  }
  return NULL;
}

bool counter_visible(enum counter_visibility visibility, Type__Party party, Type__Party reader) {
  switch (visibility) {
  case COUNTER_SHARED:
    return true;
  case COUNTER_OWN:
    return party == reader;
  case COUNTER_VENDOR:
    return reader == TYPE__PARTY__PARTY_VENDOR;
  }
  return false;
}

const struct status *counter_snapshot_read(struct txn *txn, const char *subject, const int32_t *months,
                                           size_t count, struct counter_snapshot *out) {
  const char *pillar = txn->store->options.pillar;
  struct command *command = command_of(txn->arena, "FCALL_RO", KEYS_FUNCTION_COUNTERS, NULL);
  command_number(command, (int64_t)count + 1);
  command_text(command, key_make(txn->arena, pillar, store_bucket(subject), 'h', subject));
  const char *first = key_counters(txn->arena, pillar, subject, count ? months[0] : 0);
  size_t size = strlen(first);
  for (size_t i = 0; i < count; i++) {
    char *key = arena_copy(txn->arena, first, size + 1);
    key_counters_turn(key, months[i]);
    command_text(command, key);
  }
  struct reply *reply;
  const struct status *status = ledger_ask(txn, subject, command, REPLY_ARRAY, false, &reply);
  if (status) {
    return status;
  }
  if (reply->count != count + 1 || reply->elements[0]->type != REPLY_TEXT ||
      !head_decode(reply->elements[0]->text, reply->elements[0]->size, &out->head)) {
    return status_make(txn->arena, CODE_DATA_LOSS, "LEDGER_HEAD_MALFORMED",
                       "the head of the ledger of `%s` is stored malformed", subject);
  }
  out->months = reply->elements + 1;
  return NULL;
}

/* ---- sums ---- */

struct sums {
  struct arena *arena;
  struct counter_sum *items;
  size_t count, capacity;
};

static struct counter_sum *sum_of(struct sums *sums, const char *counter, Type__Party party) {
  for (size_t i = 0; i < sums->count; i++) {
    if (sums->items[i].party == party && strcmp(sums->items[i].counter, counter) == 0) {
      return &sums->items[i];
    }
  }
  if (sums->count == sums->capacity) {
    sums->capacity = sums->capacity ? 2 * sums->capacity : 32;
    struct counter_sum *grown = arena_calloc(sums->arena, sums->capacity, sizeof *grown);
    if (sums->count) {
      memcpy(grown, sums->items, sums->count * sizeof *grown);
    }
    sums->items = grown;
  }
  sums->items[sums->count] =
      (struct counter_sum){.counter = arena_strdup(sums->arena, counter), .party = party};
  return &sums->items[sums->count++];
}

/* The commit keeps each month's sum within int64, but many months may not be. */
static const struct status *sum_add(struct sums *sums, const char *counter, Type__Party party, int64_t amount,
                                    bool take_off) {
  struct counter_sum *sum = sum_of(sums, counter, party);
  bool overflow = take_off ? __builtin_sub_overflow(sum->amount, amount, &sum->amount)
                           : __builtin_add_overflow(sum->amount, amount, &sum->amount);
  return overflow ? status_make(sums->arena, CODE_OUT_OF_RANGE, "COUNTER_OVERFLOW",
                                "the sum of the counter %s over the period overflows", counter)
                  : NULL;
}

static const struct status *add_month(struct sums *sums, const struct reply *fields) {
  const struct status *status = reply_check(sums->arena, fields, REPLY_ARRAY, false);
  for (size_t i = 0; !status && i + 1 < fields->count; i += 2) {
    Type__Party party;
    const char *counter = counter_field_split(sums->arena, fields->elements[i]->text, &party);
    status = sum_add(sums, counter, party, strtoll(fields->elements[i + 1]->text, NULL, 10), false);
  }
  return status;
}

static const struct status *take_off_entry(struct sums *sums, struct arena *arena,
                                           const struct raw_entry *raw, int32_t first, int32_t last) {
  Ledger__LedgerEntry *entry = raw_entry_unpack(arena, raw);
  if (!entry) {
    return status_make(sums->arena, CODE_DATA_LOSS, "LEDGER_ENTRY_MALFORMED",
                       "a ledger entry does not decode: run `entente verify`");
  }
  const struct status *status = NULL;
  for (size_t i = 0; !status && i < entry->n_deltas; i++) {
    const Ledger__CounterDelta *delta = entry->deltas[i];
    if (delta->month >= first && delta->month <= last) {
      status = sum_add(sums, delta->counter, delta->party, delta->amount, true);
    }
  }
  return status;
}

/* From the snapshot's head back to `as_of_us`: later entries are not in the snapshot, earlier ones stay. */
static const struct status *take_off_later(struct txn *txn, const char *subject, struct entry_range range,
                                           struct sums *sums, int32_t first, int32_t last) {
  struct txn *scratch = scratch_open(txn);
  const struct status *status = NULL;
  size_t count = range.limit;
  while (!status && count == range.limit && range.until_us > range.after_us) {
    struct raw_entry *entries;
    arena_reset(scratch->arena);
    status = entries_read(scratch, subject, &range, &entries, &count);
    for (size_t i = 0; !status && i < count; i++) {
      status = take_off_entry(sums, scratch->arena, &entries[i], first, last);
    }
    if (!status && count) {
      range.until_us = entries[count - 1].record_us - 1;
    }
  }
  status = status_copy(txn->arena, status);
  scratch_close(scratch);
  return status;
}

static bool may_read(const Ledger__LedgerEntry *entry, Type__Party reader) {
  return !reader || !entry->private_to || entry->private_to == reader;
}

/* When the newest entry of those was recorded that `reader` may read; 0 when none is. */
static const struct status *newest_of(struct txn *scratch, const struct raw_entry *entries, size_t count,
                                      Type__Party reader, int64_t *record_us) {
  for (size_t i = 0; i < count; i++) {
    const Ledger__LedgerEntry *entry = raw_entry_unpack(scratch->arena, &entries[i]);
    if (!entry) {
      return status_make(scratch->arena, CODE_DATA_LOSS, "LEDGER_ENTRY_MALFORMED",
                         "a ledger entry does not decode: run `entente verify`");
    }
    if (may_read(entry, reader)) {
      *record_us = entries[i].record_us;
      return NULL;
    }
  }
  return NULL;
}

/* The head tells when it has not gone beyond; before it, the entries are looked through, newest first. */
static const struct status *newest_until(struct txn *txn, const char *subject, const struct head *head,
                                         int64_t as_of_us, Type__Party reader, int64_t *record_us) {
  *record_us = head_record_us(head, reader);
  if (*record_us <= as_of_us) {
    return NULL;
  }
  struct entry_range range = {.until_us = as_of_us, .descending = true, .limit = NEWEST_AT_ONCE};
  struct txn *scratch = scratch_open(txn);
  const struct status *status = NULL;
  size_t count = range.limit;
  *record_us = 0;
  while (!status && count == range.limit && !*record_us) {
    struct raw_entry *entries;
    arena_reset(scratch->arena);
    status = entries_read(scratch, subject, &range, &entries, &count);
    if (!status) {
      status = newest_of(scratch, entries, count, reader, record_us);
    }
    if (!status && count) {
      range.until_us = entries[count - 1].record_us - 1;
    }
  }
  status = status_copy(txn->arena, status);
  scratch_close(scratch);
  return status;
}

const struct status *ledger_counters(struct txn *txn, const char *subject, struct period period,
                                     int64_t as_of_us, Type__Party reader, struct counter_sum **out,
                                     size_t *count, int64_t *record_us) {
  int32_t months[PERIOD_MONTHS_MAX];
  size_t month_count = period_months(period, months);
  struct counter_snapshot snapshot;
  struct sums sums = {.arena = txn->arena};
  const struct status *status = counter_snapshot_read(txn, subject, months, month_count, &snapshot);
  for (size_t i = 0; !status && i < month_count; i++) {
    status = add_month(&sums, snapshot.months[i]);
  }
  if (!status) {
    status = newest_until(txn, subject, &snapshot.head, as_of_us, reader, record_us);
  }
  int64_t newest_us = status ? 0 : head_record_us(&snapshot.head, TYPE__PARTY__PARTY_UNSPECIFIED);
  if (!status && newest_us > as_of_us) {
    struct entry_range later = {
        .after_us = as_of_us, .until_us = newest_us, .descending = true, .limit = ENTRIES_AT_ONCE};
    status = take_off_later(txn, subject, later, &sums, months[0], months[month_count - 1]);
  }
  *out = sums.items;
  *count = sums.count;
  return status;
}

int64_t counter_value(const struct counter_sum *sums, size_t count, const char *counter, Type__Party party) {
  for (size_t i = 0; i < count; i++) {
    if (sums[i].party == party && strcmp(sums[i].counter, counter) == 0) {
      return sums[i].amount;
    }
  }
  return 0;
}
