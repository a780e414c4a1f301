#include "runtime/store/commit.h"

#include <stdlib.h>
#include <string.h>

enum {
  COMMIT_TRIES = 16,                /* on a ledger whose head another process moves */
  TRIES_AT_ONCE = 4,                /* before trying more slowly */
  STALE_TRIES = 2,                  /* with a fresh time */
  STALENESS_US = 5 * US_PER_SECOND, /* how far an entry's record time may be from Redis's clock */
};
#define FEED_RETENTION_MS (INT64_C(400) * 24 * 3600 * 1000)

/* What the function answered, by its first word. */
enum answer { ANSWER_OK, ANSWER_RACE, ANSWER_HEAD, ANSWER_STALE, ANSWER_OVER, ANSWER_BAD, ANSWER_NONE };

static const struct {
  const char *word;
  enum answer answer;
} answer_rows[] = {
    {"OK", ANSWER_OK},      {"RACE", ANSWER_RACE}, {"DONE", ANSWER_RACE}, /* the same request_id was first:
                                                                             the next run answers what it
                                                                             stored */
    {"PLACE", ANSWER_RACE}, {"HEAD", ANSWER_HEAD}, {"STALE", ANSWER_STALE}, {"OVER", ANSWER_OVER},
    {"BAD", ANSWER_BAD},
};

static enum answer answer_of(const struct reply *reply) {
  if (reply->type != REPLY_ARRAY || !reply->count || reply->elements[0]->type != REPLY_TEXT) {
    return ANSWER_NONE;
  }
  for (size_t i = 0; i < sizeof answer_rows / sizeof answer_rows[0]; i++) {
    if (strcmp(reply->elements[0]->text, answer_rows[i].word) == 0) {
      return answer_rows[i].answer;
    }
  }
  return ANSWER_NONE;
}

/* ---- chains ---- */

struct commit {
  struct txn *txn;
  struct append *appends;
};

static void commit_sent(void *context) {
  for (struct append *append = ((struct commit *)context)->appends; append; append = append->next) {
    chain_extend(append->chain, &append->head);
  }
}

static void settle_answered(struct append *append, const struct reply *reply) {
  struct head head;
  switch (answer_of(reply)) {
  case ANSWER_OK:
    chain_settle(append->chain, CHAIN_DONE, &append->head);
    return;
  case ANSWER_HEAD:
    if (reply->count == 3 && reply->elements[1]->type == REPLY_TEXT &&
        reply->elements[2]->type == REPLY_TEXT && strcmp(reply->elements[1]->text, append->head_key) == 0) {
      bool valid = head_decode(reply->elements[2]->text, reply->elements[2]->size, &head);
      chain_settle(append->chain, valid ? CHAIN_REFUSED : CHAIN_UNKNOWN, &head);
      return;
    }
    break;
  default:
    break;
  }
  chain_settle(append->chain, CHAIN_REFUSED, NULL);
}

static void commit_ended(void *context, const struct request *request) {
  for (struct append *append = ((struct commit *)context)->appends; append; append = append->next) {
    if (request->state == REQUEST_ANSWERED) {
      settle_answered(append, request->reply);
    } else {
      chain_settle(append->chain, request->state == REQUEST_UNSENT ? CHAIN_REFUSED : CHAIN_UNKNOWN, NULL);
    }
  }
}

static const struct status *chain_load(struct txn *txn, struct append *append) {
  struct reply *reply;
  struct head head = {0};
  const struct status *status =
      store_ask(txn->store, &txn->context, command_of(txn->arena, "GET", append->head_key, NULL), REPLY_TEXT,
                true, &reply);
  if (status) {
    return status;
  }
  if (reply->type == REPLY_TEXT && !head_decode(reply->text, reply->size, &head)) {
    return status_make(txn->arena, CODE_DATA_LOSS, "LEDGER_HEAD_MALFORMED",
                       "the head of the ledger of `%s` is stored malformed", append->subject);
  }
  chain_loaded(append->chain, &head);
  return NULL;
}

/* Waits while commits built on a head that did not come to be are in flight. */
static const struct status *chain_await(struct txn *txn, struct append *append) {
  const struct status *status = waiting_check(&txn->context);
  if (status) {
    return status;
  }
  struct waiting waiting;
  struct chain_wait wait = {.fiber = fiber_current()};
  waiting_begin(&waiting, txn->store, &txn->context);
  chain_join(append->chain, &wait);
  bool useful = true;
  while (useful && !append->chain->known && append->chain->in_flight) {
    useful = waiting_suspend(&waiting);
  }
  chain_leave(append->chain, &wait);
  waiting_end(&waiting);
  return useful ? NULL : &status_deadline_exceeded;
}

/* Makes every chain known at one and the same moment. */
static const struct status *chains_ready(struct txn *txn, struct append *appends) {
  for (struct append *append = appends; append;) {
    if (append->chain->known) {
      append = append->next;
      continue;
    }
    const struct status *status =
        append->chain->in_flight ? chain_await(txn, append) : chain_load(txn, append);
    if (status) {
      return status;
    }
    append = appends; /* the others may have changed while this one waited */
  }
  return NULL;
}

static bool chains_hold(struct txn *txn, struct append *appends) {
  for (struct append *append = appends; append; append = append->next) {
    append->chain = chain_hold(&txn->store->chains, append->subject);
    if (!append->chain) {
      return false;
    }
  }
  return true;
}

static void chains_release(struct append *appends) {
  for (struct append *append = appends; append && append->chain; append = append->next) {
    chain_release(append->chain);
  }
}

/* ---- the call ---- */

static struct command *commit_command(const struct plan *effects, struct append *appends, int64_t now_us) {
  struct txn *txn = effects->txn;
  struct plan plan = {.txn = txn, .keys = {.arena = txn->arena}, .operations = {.arena = txn->arena}};
  command_append(&plan.keys, &effects->keys);
  command_append(&plan.operations, &effects->operations);
  for (struct append *append = appends; append; append = append->next) {
    append_plan(append, &plan, now_us);
  }
  struct command *command = command_of(txn->arena, "FCALL", KEYS_FUNCTION_COMMIT, NULL);
  command_number(command, (int64_t)plan.keys.count);
  command_append(command, &plan.keys);
  /* An injected clock is not Redis's. */
  command_number(command, txn->store->options.clock == &clock_system ? STALENESS_US : 0);
  command_number(command, FEED_RETENTION_MS);
  command_text(command, txn->store->channel);
  command_number(command, (int64_t)store_bucket(txn->vendor ? txn->vendor : ""));
  command_append(command, &plan.operations);
  return command;
}

static int64_t record_now(const struct txn *txn) {
  int64_t now = clock_now_us(txn->store->options.clock);
  return now > txn->context.now_us ? now : txn->context.now_us;
}

/* Names the resource that another writer changed, so that who lost can take turns about it. */
static const struct status *lost_race(struct arena *arena, const struct reply *reply) {
  const char *key = reply->count > 1 && strcmp(reply->elements[0]->text, "RACE") == 0
                        ? strstr(reply->elements[1]->text, KEYS_ENTITY)
                        : NULL;
  if (!key) {
    return &status_lost_race;
  }
  struct status *status =
      status_make(arena, status_lost_race.code, status_lost_race.reason, "%s", status_lost_race.message);
  status_add_metadata(arena, status, "resource", key + strlen(KEYS_ENTITY));
  return status;
}

static const struct status *refusal(struct txn *txn, enum answer answer, const struct reply *reply) {
  switch (answer) {
  case ANSWER_OK:
    return NULL;
  case ANSWER_RACE:
  case ANSWER_HEAD:
    return lost_race(txn->arena, reply);
  case ANSWER_STALE:
    return status_make(txn->arena, CODE_UNAVAILABLE, REASON_STORE_UNAVAILABLE,
                       "this machine's clock and the store's differ by more than 5 seconds: set them by NTP");
  case ANSWER_OVER:
    return status_make(txn->arena, CODE_OUT_OF_RANGE, "COUNTER_OVERFLOW", "the counter %s would overflow",
                       reply->count > 2 ? reply->elements[2]->text : "");
  case ANSWER_BAD:
    return status_make(txn->arena, CODE_DATA_LOSS, "STORED_VALUE_MALFORMED", "`%s` is stored malformed",
                       reply->count > 1 ? reply->elements[1]->text : "");
  case ANSWER_NONE:
    break;
  }
  const struct status *status = reply_check(txn->arena, reply, REPLY_ARRAY, false);
  return status ? status
                : status_make(txn->arena, CODE_INTERNAL, "STORE_ERROR",
                              "the commit function answered nothing known");
}

/* One try. Answers in `*answer` what the function said when there is no status. */
static const struct status *try_commit(const struct plan *effects, struct append *appends,
                                       enum answer *answer, struct reply **reply) {
  struct txn *txn = effects->txn;
  const struct status *status = chains_ready(txn, appends);
  if (status) {
    return status;
  }
  struct command *command = commit_command(effects, appends, record_now(txn));
  struct commit commit = {.txn = txn, .appends = appends};
  struct exchange_hooks hooks = {.connection = store_writer(txn->store, appends ? appends->subject : NULL),
                                 .sent = commit_sent,
                                 .ended = commit_ended,
                                 .context = &commit};
  status = store_exchange(txn->store, &txn->context, command, 1, true, &hooks, reply);
  *answer = status ? ANSWER_NONE : answer_of(*reply);
  return status;
}

static const struct status *commit_appends(const struct plan *effects, struct append *appends) {
  unsigned tries = 0, stale = 0;
  for (;;) {
    enum answer answer;
    struct reply *reply;
    const struct status *status = try_commit(effects, appends, &answer, &reply);
    if (status) {
      return status;
    }
    bool again = (answer == ANSWER_HEAD && ++tries < COMMIT_TRIES) ||
                 (answer == ANSWER_STALE && ++stale < STALE_TRIES);
    if (!again) {
      return refusal(effects->txn, answer, reply);
    }
    if (tries > TRIES_AT_ONCE) {
      fiber_sleep_ms(1 + (uint32_t)random() % 4);
    }
  }
}

/* What is staged but was never read: its version and its index entries are needed. */
static const struct status *load_unread(struct txn *txn) {
  size_t count = 0;
  for (struct entity *entity = txn->entities; entity; entity = entity->next) {
    count += !entity->read;
  }
  struct entity **unread = arena_calloc(txn->arena, count + 1, sizeof *unread);
  count = 0;
  for (struct entity *entity = txn->entities; entity; entity = entity->next) {
    if (!entity->read) {
      unread[count++] = entity;
    }
  }
  return txn_load(txn, unread, count);
}

static bool changes_anything(const struct txn *txn) {
  for (const struct entity *entity = txn->entities; entity; entity = entity->next) {
    if (entity->change != CHANGE_NONE) {
      return true;
    }
  }
  return txn->records || txn->moves || txn->idempotency;
}

const struct status *txn_commit(struct txn *txn, const void *response) {
  if (txn->problem || !changes_anything(txn)) {
    return txn->problem;
  }
  struct plan effects = {.txn = txn, .keys = {.arena = txn->arena}, .operations = {.arena = txn->arena}};
  const struct status *status = load_unread(txn);
  if (!status) {
    status = plan_effects(&effects, response);
  }
  if (status) {
    return status;
  }
  struct append *appends = appends_make(txn);
  if (!chains_hold(txn, appends)) {
    chains_release(appends);
    return &status_memory_exhausted;
  }
  status = commit_appends(&effects, appends);
  chains_release(appends);
  return status;
}
