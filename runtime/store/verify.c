/* Does what is stored agree with the ledger? Each ledger of a vendor is walked once, oldest first; then its
 * counters, the resources that it tells of and their places in indexes are compared, and at the end every
 * index partition that a resource was ever in. Works beside writers: a difference counts only when no newer
 * entry explains it.
 *
 * A user is told what is damaged, never what of the other party's it is. Damage can make a private entry look
 * like any other, so only what is certain is named: an entry that continues its chain, a resource that such
 * an entry told of last, a counter of a row that the reader sees. Of the rest the finding names the ledger.
 */
#include "runtime/store/entries.h"
#include "runtime/store/etag.h"
#include "runtime/store/table.h"
#include "runtime/store/txn_state.h"

#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/base/period.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 128, SUBJECTS_PAGE = 64, WALKED_EVERY = 1000, CATCH_UPS = 8, SLACK = 3 };
/* Stored months are looked at so far around those that entries count in, so many in one step. */
enum { MONTHS_AROUND = 12, MONTHS_AT_ONCE = 240 };

/* What the ledger says of one resource: the digest of its last payload. */
struct told {
  bool deleted;
  bool hidden; /* from who is told of the walk */
  uint8_t digest[DIGEST_SIZE];
};

/* What was ever in a partition of an index. */
struct placed {
  const struct kind *kind;
  bool shown; /* something that the reader knows of */
};

struct verification {
  const char *vendor;
  struct txn *txn;     /* keeps the list of ledgers */
  struct txn *scratch; /* for pages */
  struct verify_sink *sink;
  int64_t ledgers, entries, resources, walked_next;
  struct table partitions; /* index key -> struct placed */
  struct table hidden;     /* resource -> bool: from the reader, by the last entry about it */
  bool uncertain;          /* some entry could not be told whose it is */
};

/* One ledger being walked. */
struct walk {
  struct verification *verification;
  const char *subject;
  struct head head; /* of what was walked */
  int64_t reached_us;
  struct arena *arena;
  struct table told;     /* resource -> struct told */
  struct table counters; /* `yyyymm field` -> int64_t */
  struct table months;   /* `yyyymm` that entries count in -> int32_t */
  bool counter_hidden;   /* one that differs was told of without its name */
};

static void found(struct verification *verification, Ledger__LedgerFinding__Kind kind, const char *resource,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
static void found(struct verification *verification, Ledger__LedgerFinding__Kind kind, const char *resource,
                  const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const char *text = arena_vprintf(verification->scratch->arena, format, arguments);
  va_end(arguments);
  verification->sink->found(verification->sink, kind, resource, text);
}

static void progress(struct verification *verification, bool now) {
  if (now || verification->entries + verification->resources >= verification->walked_next) {
    verification->walked_next = verification->entries + verification->resources + WALKED_EVERY;
    verification->sink->walked(verification->sink, verification->ledgers, verification->entries,
                               verification->resources);
  }
}

static bool is_hidden(const struct verification *verification, Type__Party private_to) {
  return verification->sink->reader && private_to && private_to != verification->sink->reader;
}

/* ---- the chain ---- */

static void tell_partitions(struct verification *verification, const struct kind *kind, const char *name,
                            const ProtobufCMessage *message, bool hidden) {
  struct arena *arena = verification->scratch->arena;
  struct index_sink sink = {.arena = arena, .name = name};
  index_collect(&sink, kind, key_parent(arena, name), message);
  for (struct index_entry *entry = sink.entries; entry; entry = entry->next) {
    const char *key = key_index(arena, verification->txn->store->options.pillar, store_bucket(name),
                                kind->name, entry->index, entry->partition);
    struct placed *placed = table_at(&verification->partitions, key);
    placed->kind = kind;
    placed->shown |= !hidden;
  }
}

/* `hidden`: the entry is not for the reader, or may not be. */
static void tell_resource(struct walk *walk, const Ledger__LedgerEntry *entry, bool hidden) {
  struct verification *verification = walk->verification;
  const struct kind *kind = store_kind_of(verification->txn->store, entry->resource);
  if (!kind || (*entry->payload_type && strcmp(entry->payload_type, kind->message->name) != 0)) {
    return; /* not something that is stored under that name */
  }
  struct told *told = table_at(&walk->told, entry->resource);
  told->deleted = !*entry->payload_type;
  told->hidden = hidden;
  if (hidden || table_find(&verification->hidden, entry->resource)) {
    *(bool *)table_at(&verification->hidden, entry->resource) = hidden;
  }
  digest_sha256(entry->payload.data, entry->payload.len, told->digest);
  if (told->deleted) {
    return;
  }
  ProtobufCMessage *message = protobuf_c_message_unpack(
      kind->message, arena_allocator(verification->scratch->arena), entry->payload.len, entry->payload.data);
  if (message) {
    tell_partitions(verification, kind, entry->resource, message, hidden);
  }
}

static void tell_deltas(struct walk *walk, const Ledger__LedgerEntry *entry) {
  for (size_t i = 0; i < entry->n_deltas; i++) {
    const Ledger__CounterDelta *delta = entry->deltas[i];
    const char *key = arena_printf(walk->verification->scratch->arena, "%06d %s|%d", (int)delta->month,
                                   delta->counter, (int)delta->party);
    int64_t *sum = table_at(&walk->counters, key);
    *sum += delta->amount;
    *(int32_t *)table_at(&walk->months, arena_strndup(walk->verification->scratch->arena, key, 6)) =
        delta->month;
  }
}

/* The chain that an entry belongs to; of one that says nonsense, the first. */
static struct chain_end *end_of(struct walk *walk, const Ledger__LedgerEntry *entry) {
  size_t reader = (size_t)entry->private_to;
  return &walk->head.ends[reader < READERS ? reader : 0];
}

/* Whether an entry is the next one of the chain that it says it is in. */
static const char *link_fault(struct walk *walk, const Ledger__LedgerEntry *entry) {
  if (!entry) {
    return "does not decode";
  }
  const struct chain_end *end = end_of(walk, entry);
  if (entry->sequence != (int64_t)end->sequence + 1) {
    return "is out of sequence";
  }
  bool follows = entry->previous_hash.len == DIGEST_SIZE &&
                 memcmp(entry->previous_hash.data, end->hash, DIGEST_SIZE) == 0;
  return follows ? NULL : "does not follow the entry before: one of the two was changed";
}

static const char *place_fault(struct walk *walk, const struct raw_entry *raw,
                               const Ledger__LedgerEntry *entry) {
  if (timestamp_us(entry->record_time, 0) != raw->record_us || raw->record_us <= walk->reached_us) {
    return "was not recorded at the time of its place";
  }
  return strcmp(entry->subject, walk->subject) != 0 ? "is of another ledger" : NULL;
}

static void found_entry(struct walk *walk, const struct raw_entry *raw, const Ledger__LedgerEntry *entry,
                        const char *fault, bool named) {
  struct verification *verification = walk->verification;
  if (named) {
    found(verification, LEDGER__LEDGER_FINDING__KIND__KIND_CHAIN_BROKEN,
          ledger_entry_name(verification->scratch, walk->subject, raw->record_us),
          "the entry recorded at %s %s", raw->id, fault);
    return;
  }
  if (entry && is_hidden(verification, entry->private_to)) {
    found(verification, LEDGER__LEDGER_FINDING__KIND__KIND_CHAIN_BROKEN, walk->subject,
          "an entry that the other party alone reads %s", fault);
    return;
  }
  verification->uncertain = true;
  found(verification, LEDGER__LEDGER_FINDING__KIND__KIND_CHAIN_BROKEN, walk->subject,
        "an entry %s; it cannot be told for certain who may read it", fault);
}

static void walk_entry(struct walk *walk, const struct raw_entry *raw) {
  struct verification *verification = walk->verification;
  Ledger__LedgerEntry *entry = raw_entry_unpack(verification->scratch->arena, raw);
  const char *broken = link_fault(walk, entry), *fault = broken ? broken : place_fault(walk, raw, entry);
  bool named = !verification->sink->reader || (!broken && !is_hidden(verification, entry->private_to));
  if (fault) {
    found_entry(walk, raw, entry, fault, named);
  }
  walk->reached_us = raw->record_us;
  if (entry) {
    struct chain_end *end = end_of(walk, entry);
    end->sequence = (uint64_t)entry->sequence;
    end->record_us = raw->record_us;
    digest_sha256(raw->bytes.data, raw->bytes.len, end->hash);
    tell_resource(walk, entry, !named);
    tell_deltas(walk, entry);
  }
  verification->entries += named;
  progress(verification, false);
}

/* Walks what lies between the place reached and `until_us`. */
static const struct status *walk_on(struct walk *walk, int64_t until_us) {
  struct entry_range range = {.until_us = until_us, .limit = PAGE};
  size_t count = PAGE;
  while (count == PAGE) {
    struct raw_entry *entries;
    range.after_us = walk->reached_us;
    arena_reset(walk->verification->scratch->arena);
    const struct status *status =
        entries_read(walk->verification->scratch, walk->subject, &range, &entries, &count);
    if (status) {
      return status;
    }
    for (size_t i = 0; i < count; i++) {
      walk_entry(walk, &entries[i]);
    }
  }
  return NULL;
}

/* ---- counters ---- */

static int compare_months_order(const void *left, const void *right) {
  int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
  return (a > b) - (a < b);
}

/* The next months after `done` that something may be stored for, in order. */
static size_t months_after(const struct walk *walk, int32_t done, int32_t months[MONTHS_AT_ONCE]) {
  size_t count = 0, taken = 0;
  int32_t *all = arena_calloc(walk->verification->scratch->arena,
                              walk->months.count * (2 * MONTHS_AROUND + 1), sizeof *all);
  for (struct table_item *item = walk->months.first; item; item = item->next) {
    int32_t month = *(int32_t *)item->value;
    for (int offset = -MONTHS_AROUND; offset <= MONTHS_AROUND; offset++) {
      all[count++] = month_add(month, offset);
    }
  }
  qsort(all, count, sizeof *all, compare_months_order);
  for (size_t i = 0; i < count && taken < MONTHS_AT_ONCE; i++) {
    if (all[i] > done && (!taken || all[i] != months[taken - 1])) {
      months[taken++] = all[i];
    }
  }
  return taken;
}

/* `key` is `202607 won.USD|1`. */
static bool counter_named(struct walk *walk, const char *key) {
  const struct verification *verification = walk->verification;
  Type__Party reader = verification->sink->reader, party;
  const char *counter = counter_field_split(verification->scratch->arena, strchr(key, ' ') + 1, &party);
  const struct counter_row *row = counter_row_of(verification->txn->store->options.counters, counter);
  if (!reader || !row) {
    return !reader;
  }
  return counter_visible(row->visibility, party, reader);
}

static void compare_counter(struct walk *walk, const char *key, const char *stored) {
  int64_t *told = table_find(&walk->counters, key);
  int64_t expected = told ? *told : 0;
  char text[24];
  snprintf(text, sizeof text, "%" PRId64, expected);
  if (strcmp(text, stored) == 0) {
    return;
  }
  if (counter_named(walk, key)) {
    found(walk->verification, LEDGER__LEDGER_FINDING__KIND__KIND_COUNTER_DIFFERS, walk->subject,
          "counter %s is %.40s; its deltas sum to %s", key, stored, text);
  } else if (!walk->counter_hidden) {
    walk->counter_hidden = true;
    found(walk->verification, LEDGER__LEDGER_FINDING__KIND__KIND_COUNTER_DIFFERS, walk->subject,
          "counters that you may not read are not the sums of their deltas");
  }
}

static void compare_months(struct walk *walk, const int32_t *months, size_t count,
                           const struct counter_snapshot *snapshot) {
  struct arena *arena = walk->verification->scratch->arena;
  struct table seen = {.arena = arena, .value_size = 1};
  for (size_t m = 0; m < count; m++) {
    const struct reply *fields = snapshot->months[m];
    for (size_t i = 0; fields->type == REPLY_ARRAY && i + 1 < fields->count; i += 2) {
      const char *key = arena_printf(arena, "%06d %s", (int)months[m], fields->elements[i]->text);
      *(char *)table_at(&seen, key) = 1;
      compare_counter(walk, key, fields->elements[i + 1]->text);
    }
  }
  for (struct table_item *item = walk->counters.first; item && count; item = item->next) {
    int32_t month = (int32_t)strtol(item->key, NULL, 10);
    if (*(int64_t *)item->value != 0 && month >= months[0] && month <= months[count - 1] &&
        !table_find(&seen, item->key)) {
      compare_counter(walk, item->key, "absent");
    }
  }
}

/* Whether two heads agree about the chains that a party reads. */
static bool heads_agree(const struct head *a, const struct head *b, Type__Party reader) {
  for (size_t i = 0; i < READERS; i++) {
    const struct chain_end *left = &a->ends[i], *right = &b->ends[i];
    if ((!i || i == (size_t)reader) &&
        (left->sequence != right->sequence || left->record_us != right->record_us ||
         memcmp(left->hash, right->hash, DIGEST_SIZE) != 0)) {
      return false;
    }
  }
  return true;
}

static void found_head(struct walk *walk, const struct head *head) {
  struct verification *verification = walk->verification;
  Type__Party reader = verification->sink->reader;
  if (reader) {
    found(verification, LEDGER__LEDGER_FINDING__KIND__KIND_CHAIN_BROKEN, walk->subject,
          "the head does not agree with the last entry %s: one of the two was changed",
          heads_agree(head, &walk->head, reader) ? "that the other party alone reads" : "of its chains");
    return;
  }
  found(verification, LEDGER__LEDGER_FINDING__KIND__KIND_CHAIN_BROKEN, walk->subject,
        "the head says that the last entry is of %" PRId64 "; the ledger ends with one of %" PRId64
        ", or with another sequence or hash: the last entry or the head was changed",
        head_record_us(head, TYPE__PARTY__PARTY_UNSPECIFIED), walk->reached_us);
}

/* Reads head and counters at once, and walks on until the walk is where they are. `*done` moves on to the
 * last month that was compared, and stays when it was the last of all, or when nothing can be compared. */
static const struct status *verify_months(struct walk *walk, int32_t *done) {
  struct verification *verification = walk->verification;
  struct counter_snapshot snapshot;
  int32_t months[MONTHS_AT_ONCE];
  for (int tries = 0; tries < CATCH_UPS; tries++) {
    arena_reset(verification->scratch->arena);
    size_t count = months_after(walk, *done, months);
    const struct status *status =
        counter_snapshot_read(verification->scratch, walk->subject, months, count, &snapshot);
    if (status && status->code == CODE_DATA_LOSS) {
      found(verification, LEDGER__LEDGER_FINDING__KIND__KIND_CHAIN_BROKEN, walk->subject, "%s",
            status->message);
      return NULL;
    }
    if (status) {
      return status;
    }
    int64_t told_us = head_record_us(&snapshot.head, TYPE__PARTY__PARTY_UNSPECIFIED);
    if (told_us <= walk->reached_us) {
      if (!head_equal(&snapshot.head, &walk->head)) {
        found_head(walk, &snapshot.head);
        count = count < MONTHS_AT_ONCE ? count : 0; /* told once */
      }
      compare_months(walk, months, count, &snapshot);
      *done = count == MONTHS_AT_ONCE ? months[count - 1] : *done;
      return NULL;
    }
    int64_t before = walk->reached_us;
    struct head head = snapshot.head;
    status = walk_on(walk, told_us);
    if (status) {
      return status;
    }
    if (walk->reached_us == before) {
      found_head(walk, &head);
      return NULL;
    }
  }
  return NULL; /* writers are faster than the walk: the next run compares */
}

static const struct status *verify_head_and_counters(struct walk *walk) {
  int32_t done = 0, before;
  const struct status *status;
  do {
    before = done;
    status = verify_months(walk, &done);
  } while (!status && done != before);
  return status;
}

/* ---- resources ---- */

static const struct status *read_values(struct txn *scratch, const char *const *keys, size_t count,
                                        struct reply **values) {
  struct command *command = command_of(scratch->arena, "MGET", NULL);
  for (size_t i = 0; i < count; i++) {
    command_text(command, keys[i]);
  }
  return store_ask(scratch->store, &scratch->context, command, REPLY_ARRAY, false, values);
}

static bool value_is_as_told(const struct told *told, const struct reply *value) {
  if (value->type != REPLY_TEXT) {
    return told->deleted;
  }
  uint8_t digest[DIGEST_SIZE];
  if (told->deleted || value->size < KEYS_VERSION_SIZE) {
    return false;
  }
  digest_sha256(value->text + KEYS_VERSION_SIZE, value->size - KEYS_VERSION_SIZE, digest);
  return memcmp(digest, told->digest, DIGEST_SIZE) == 0;
}

/* The etag in the message is a function of the version, so a changed version shows there. */
static bool version_fits(struct verification *verification, const struct kind *kind, const char *name,
                         const struct reply *value) {
  const struct kind_layout *layout = store_layout(verification->txn->store, kind);
  uint64_t version;
  ProtobufCBinaryData stored;
  ProtobufCMessage *message;
  if (!layout->etag || value->type != REPLY_TEXT) {
    return true;
  }
  struct arena *arena = verification->scratch->arena;
  return !entity_decode(arena, kind, name, value, &version, &stored, &message) &&
         etag_fits(verification->txn->store, arena, *(char **)((char *)message + layout->etag), name,
                   version);
}

/* Places in indexes where the resource has to be but is not. */
static const struct status *verify_listed(struct verification *verification, const struct kind *kind,
                                          const char *name, const struct reply *value, bool *listed) {
  struct txn *scratch = verification->scratch;
  uint64_t version;
  ProtobufCBinaryData stored;
  ProtobufCMessage *message;
  *listed = true;
  if (entity_decode(scratch->arena, kind, name, value, &version, &stored, &message) || !message) {
    return NULL;
  }
  struct index_sink sink = {.arena = scratch->arena, .name = name};
  index_collect(&sink, kind, key_parent(scratch->arena, name), message);
  for (struct index_entry *entry = sink.entries; entry; entry = entry->next) {
    char *key = key_index(scratch->arena, scratch->store->options.pillar, store_bucket(name), kind->name,
                          entry->index, entry->partition);
    struct reply *score;
    const struct status *status =
        store_ask(scratch->store, &scratch->context,
                  command_of(scratch->arena, "ZSCORE", key, entry->member, NULL), REPLY_TEXT, true, &score);
    if (status) {
      return status;
    }
    *listed &= score->type == REPLY_TEXT;
  }
  return NULL;
}

/* Compares one resource; again while newer entries come in. */
static const struct status *verify_resource(struct walk *walk, const char *name) {
  struct verification *verification = walk->verification;
  struct txn *scratch = verification->scratch;
  const struct kind *kind = store_kind_of(scratch->store, name);
  bool same = false, listed = false;
  for (int tries = 0; tries < SLACK && !(same && listed); tries++) {
    const struct status *status = tries ? walk_on(walk, INT64_MAX) : NULL;
    struct reply *values = NULL;
    if (!status) {
      arena_reset(scratch->arena);
      const char *key = key_entity(scratch->arena, scratch->store->options.pillar, name);
      status = read_values(scratch, &key, 1, &values);
    }
    if (status) {
      return status;
    }
    const struct reply *value = values->elements[0];
    same = value_is_as_told(table_find(&walk->told, name), value) &&
           version_fits(verification, kind, name, value);
    status = verify_listed(verification, kind, name, value, &listed);
    if (status) {
      return status;
    }
  }
  const struct told *told = table_find(&walk->told, name);
  const char *shown = told && told->hidden ? walk->subject : name;
  if (!same) {
    found(verification, LEDGER__LEDGER_FINDING__KIND__KIND_RESOURCE_DIFFERS, shown,
          "what is stored is not what the ledger recorded last");
  }
  if (!listed) {
    found(verification, LEDGER__LEDGER_FINDING__KIND__KIND_INDEX_DIFFERS, shown,
          "an index does not list the resource");
  }
  return NULL;
}

static const struct status *verify_resources(struct walk *walk) {
  for (struct table_item *item = walk->told.first; item; item = item->next) {
    const struct status *status = verify_resource(walk, item->key);
    if (status) {
      return status;
    }
    walk->verification->resources += !((const struct told *)item->value)->hidden;
    progress(walk->verification, false);
  }
  return NULL;
}

static const struct status *verify_subject(struct verification *verification, const char *subject) {
  struct held_arena *held = held_arena_open(verification->txn->arena, SIZE_MAX / 2);
  struct arena *arena = held->arena;
  struct walk walk = {.verification = verification,
                      .subject = subject,
                      .arena = arena,
                      .told = {.arena = arena, .value_size = sizeof(struct told)},
                      .counters = {.arena = arena, .value_size = sizeof(int64_t)},
                      .months = {.arena = arena, .value_size = sizeof(int32_t)}};
  const struct status *status = walk_on(&walk, INT64_MAX);
  if (!status) {
    status = verify_head_and_counters(&walk);
  }
  if (!status) {
    status = verify_resources(&walk);
  }
  held_arena_close(held);
  verification->ledgers++;
  return status;
}

/* ---- indexes, the other way ---- */

static bool member_belongs(struct verification *verification, const struct kind *kind, const char *index_key,
                           const char *member, const struct reply *value) {
  struct txn *scratch = verification->scratch;
  const char *end = strchr(member, '\n'), *name = end ? end + 1 : "";
  uint64_t version;
  ProtobufCBinaryData stored;
  ProtobufCMessage *message;
  if (!name_matches(name, kind->pattern) ||
      entity_decode(scratch->arena, kind, name, value, &version, &stored, &message) || !message) {
    return false;
  }
  struct index_sink sink = {.arena = scratch->arena, .name = name};
  index_collect(&sink, kind, key_parent(scratch->arena, name), message);
  for (struct index_entry *entry = sink.entries; entry; entry = entry->next) {
    if (strcmp(entry->member, member) == 0 &&
        strcmp(key_index(scratch->arena, scratch->store->options.pillar, store_bucket(name), kind->name,
                         entry->index, entry->partition),
               index_key) == 0) {
      return true;
    }
  }
  return false;
}

/* To a user, a resource is named that is stored and known to it, and a partition that such a one was ever in.
 */
static void found_stray(struct verification *verification, const struct placed *placed, const char *index_key,
                        const char *name, bool stored) {
  const bool *hidden = table_find(&verification->hidden, name);
  bool everything = !verification->sink->reader;
  bool named = everything || (stored && !verification->uncertain && !(hidden && *hidden));
  bool place_named = everything || (placed->shown && !verification->uncertain);
  found(verification, LEDGER__LEDGER_FINDING__KIND__KIND_INDEX_DIFFERS, named ? name : verification->vendor,
        "the index %s lists what does not belong there", place_named ? index_key : placed->kind->name);
}

/* A member that moves while it is looked at is looked at again: index and entity in that order. */
static const struct status *verify_stray(struct verification *verification, const struct placed *placed,
                                         const char *index_key, const char *member) {
  struct txn *scratch = verification->scratch;
  struct reply *score, *values;
  const char *end = strchr(member, '\n');
  const char *key = key_entity(scratch->arena, scratch->store->options.pillar, end ? end + 1 : "");
  for (int tries = 0; tries < SLACK; tries++) {
    const struct status *status = read_values(scratch, &key, 1, &values);
    if (!status) {
      status =
          store_ask(scratch->store, &scratch->context,
                    command_of(scratch->arena, "ZSCORE", index_key, member, NULL), REPLY_TEXT, true, &score);
    }
    if (status || score->type != REPLY_TEXT ||
        member_belongs(verification, placed->kind, index_key, member, values->elements[0])) {
      return status;
    }
  }
  bool stored = values->elements[0]->type == REPLY_TEXT;
  found_stray(verification, placed, index_key, end ? end + 1 : member, stored);
  return NULL;
}

static const struct status *verify_partition(struct verification *verification, const char *index_key,
                                             const struct placed *placed) {
  struct txn *scratch = verification->scratch;
  const char *from = "-";
  for (;;) {
    arena_reset(scratch->arena);
    struct command *command =
        command_of(scratch->arena, "ZRANGEBYLEX", index_key, from, "+", "LIMIT", "0", NULL);
    command_number(command, PAGE);
    struct reply *members;
    const struct status *status =
        store_ask(scratch->store, &scratch->context, command, REPLY_ARRAY, false, &members);
    if (status || !members->count) {
      return status;
    }
    for (size_t i = 0; !status && i < members->count; i++) {
      status = verify_stray(verification, placed, index_key, members->elements[i]->text);
    }
    if (status || members->count < PAGE) {
      return status;
    }
    from = arena_printf(verification->txn->arena, "(%s", members->elements[members->count - 1]->text);
  }
}

static const struct status *verify_subjects(struct verification *verification, const char *vendor) {
  struct txn *txn = verification->txn;
  char *key = key_make(txn->arena, txn->store->options.pillar, store_bucket(vendor), 's', vendor);
  const char *cursor = "0";
  struct table done = {.arena = txn->arena, .value_size = 1}; /* SSCAN may repeat itself */
  do {
    struct reply *reply;
    struct command *command = command_of(txn->arena, "SSCAN", key, cursor, "COUNT", NULL);
    command_number(command, SUBJECTS_PAGE);
    const struct status *status = store_ask(txn->store, &txn->context, command, REPLY_ARRAY, false, &reply);
    for (size_t i = 0; !status && i < reply->elements[1]->count; i++) {
      char *seen = table_at(&done, reply->elements[1]->elements[i]->text);
      status = *seen ? NULL : verify_subject(verification, reply->elements[1]->elements[i]->text);
      *seen = 1;
    }
    if (status) {
      return status;
    }
    cursor = reply->elements[0]->text;
  } while (strcmp(cursor, "0") != 0);
  return NULL;
}

const struct status *ledger_verify(struct txn *txn, const char *vendor, struct verify_sink *sink) {
  struct held_arena *kept = held_arena_open(txn->arena, SIZE_MAX / 2);
  struct txn *scratch = scratch_open(txn);
  struct verification verification = {
      .vendor = vendor,
      .txn = txn,
      .scratch = scratch,
      .sink = sink,
      .partitions = {.arena = kept->arena, .value_size = sizeof(struct placed)},
      .hidden = {.arena = kept->arena, .value_size = sizeof(bool)}};
  const struct status *status = verify_subjects(&verification, vendor);
  for (struct table_item *item = verification.partitions.first; item && !status; item = item->next) {
    status = verify_partition(&verification, item->key, item->value);
  }
  if (status) {
    status = status_make(txn->arena, status->code, arena_strdup(txn->arena, status->reason), "%s",
                         status->message);
  } else {
    progress(&verification, true);
  }
  scratch_close(scratch);
  held_arena_close(kept);
  return status;
}
