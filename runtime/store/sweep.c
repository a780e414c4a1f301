#include "runtime/store/sweep.h"

#include "runtime/base/limit.h"
#include "runtime/message/validate.h"
#include "runtime/store/list.h"

#include <stdio.h>
#include <stdlib.h>

/* Of the indexes `sweep`, which hold nothing else. */
#define PARTITION "timed"

enum { PAGE = 50, SCOPE_BYTES = 24, STOP_TURNS = 500, STOP_TURN_MS = 10 };

struct sweep {
  struct sweep_options options;
  struct loop_timer timer;
  struct arena *arena;
  bool stopping, running;
  int64_t now_us;
  /* A name in each bucket: lists are addressed by names, and the sweeper reads whole buckets. */
  char scopes[STORE_BUCKETS][SCOPE_BYTES];
};

void emit_sweep(struct index_sink *sink, int64_t next_us) {
  if (next_us != INT64_MAX)
    index_emit(sink, PARTITION, index_order_number(index_arena(sink), next_us));
}

const struct status *timed_record(struct store *store, const struct timed *timed, struct arena *arena,
                                  const char *name, int64_t now_us, int64_t deadline_us, bool *changed) {
  const struct act act = {arena, now_us, TYPE__PARTY__PARTY_SYSTEM, store_settings(store)->pillar};
  struct txn *txn = txn_begin(store, &(struct txn_context){
                                         .arena = arena,
                                         .now_us = now_us,
                                         .deadline_us = deadline_us,
                                         .actor_party = act.party,
                                         .actor = act.actor,
                                     });
  ProtobufCMessage *message;
  *changed = false;
  const struct status *status = txn_get(txn, timed->kind, name, &message);
  if (status || !message || timed->next_us(message) > now_us)
    return status;
  status = timed->stage(txn, &act, message);
  if (!status)
    status = txn_commit(txn, NULL);
  *changed = !status;
  return status;
}

static void find_scopes(struct sweep *sweep) {
  uint32_t found = 0;
  for (uint32_t i = 0; found < STORE_BUCKETS; i++) {
    char name[SCOPE_BYTES];
    snprintf(name, sizeof name, "vendors/v%u", i);
    char *scope = sweep->scopes[store_bucket(name)];
    if (*scope)
      continue;
    snprintf(scope, SCOPE_BYTES, "%s", name);
    found++;
  }
}

static const struct status *sweep_page(struct sweep *sweep, const struct timed *timed, const char *scope,
                                       struct list_page *page) {
  struct txn *txn = txn_begin(sweep->options.store, &(struct txn_context){
                                                        .arena = sweep->arena,
                                                        .now_us = sweep->now_us,
                                                        .deadline_us = INT64_MAX,
                                                        .actor_party = TYPE__PARTY__PARTY_SYSTEM,
                                                        .actor = store_settings(sweep->options.store)->pillar,
                                                    });
  const struct list_query query = {
      .kind = timed->kind,
      .index = "sweep",
      .partition = PARTITION,
      .scope = scope,
      .page_size = PAGE,
      .page_token = "",
      .binding = "",
  };
  return list_entities(txn, &query, page);
}

/* Records what is due in one bucket. A page of which anything was recorded is read again: more may follow,
 * of the same entities too. */
static const struct status *sweep_bucket(struct sweep *sweep, const struct timed *timed, const char *scope,
                                         size_t *recorded) {
  bool more = true;
  while (more && !sweep->stopping) {
    struct list_page page;
    const struct status *status = sweep_page(sweep, timed, scope, &page);
    if (status)
      return status;
    more = false;
    for (size_t i = 0; i < page.count; i++) {
      bool changed;
      const ProtobufCMessage *message = page.messages[i];
      if (timed->next_us(message) > sweep->now_us)
        break;
      status = timed_record(sweep->options.store, timed, sweep->arena, message_text(message, "name"),
                            sweep->now_us, INT64_MAX, &changed);
      if (status && status->code != CODE_ABORTED)
        return status;
      *recorded += changed;
      more = more || changed;
    }
  }
  return NULL;
}

size_t sweep_round(struct sweep *sweep, const char **why) {
  size_t recorded = 0;
  *why = NULL;
  for (uint32_t bucket = 0; bucket < STORE_BUCKETS && !sweep->stopping; bucket++) {
    arena_reset(sweep->arena);
    sweep->now_us = clock_now_us(sweep->options.clock);
    for (size_t i = 0; sweep->options.kinds[i]; i++) {
      const struct status *status =
          sweep_bucket(sweep, sweep->options.kinds[i], sweep->scopes[bucket], &recorded);
      if (!status)
        continue;
      *why = status->reason;
      return recorded;
    }
  }
  return recorded;
}

static void schedule(struct sweep *sweep) {
  if (!sweep->stopping)
    loop_arm(sweep->options.loop, &sweep->timer,
             clock_monotonic_us() + (int64_t)sweep->options.interval_ms * US_PER_MS);
}

static void run_round(void *argument) {
  struct sweep *sweep = argument;
  const char *why;
  size_t recorded = sweep_round(sweep, &why);
  if ((recorded || why) && sweep->options.swept)
    sweep->options.swept(sweep->options.context, recorded, why);
  sweep->running = false;
  schedule(sweep);
}

static void fire(struct loop_timer *timer) {
  struct sweep *sweep = (struct sweep *)((char *)timer - offsetof(struct sweep, timer));
  sweep->running = true;
  if (fiber_start(sweep->options.loop, run_round, sweep))
    return;
  sweep->running = false;
  schedule(sweep);
}

struct sweep *sweep_create(const struct sweep_options *options) {
  struct sweep *sweep = calloc(1, sizeof *sweep);
  if (!sweep)
    return NULL;
  sweep->options = *options;
  sweep->timer.fire = fire;
  sweep->arena = arena_create(LIMIT_CALL_ARENA_BYTES, NULL, NULL);
  if (!sweep->arena) {
    free(sweep);
    return NULL;
  }
  find_scopes(sweep);
  return sweep;
}

void sweep_start(struct sweep *sweep) {
  schedule(sweep);
}

void sweep_destroy(struct sweep *sweep) {
  if (!sweep)
    return;
  sweep->stopping = true;
  loop_disarm(sweep->options.loop, &sweep->timer);
  for (int i = 0; i < STOP_TURNS && sweep->running; i++)
    loop_turn(sweep->options.loop, STOP_TURN_MS);
  if (sweep->running)
    return; /* its fiber still uses the memory */
  arena_destroy(sweep->arena);
  free(sweep);
}
