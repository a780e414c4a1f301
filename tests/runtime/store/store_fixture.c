#include "store_fixture.h"

#include "runtime/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

static void state_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Partnership *partnership = (const Onboard__Partnership *)message;
  char vendor[64] = "";
  sscanf(partnership->name, "vendors/%63[^/]", vendor);
  index_emitf(sink, partnership->display_name, "vendors/%s|%d", vendor, (int)partnership->state);
}

static const struct index partnership_indexes[] = {{"state", state_entries}, {NULL, NULL}};

const struct kind kind_partnership = {
    .name = "partnership",
    .pattern = "vendors/*/partnerships/*",
    .message = &onboard__partnership__descriptor,
    .indexes = partnership_indexes,
};
const struct kind *const test_kinds[] = {&kind_partnership, NULL};
const struct counter_row test_counters[] = {
    {"things.done", "count", COUNTER_SHARED, "Things done."},
    {"things.own", "count", COUNTER_OWN, "Things that only one party sees."},
    {"value", "minor", COUNTER_SHARED, "Value."},
    {NULL, NULL, 0, NULL},
};

static int64_t fixed_now(void *context) {
  return ((struct store_fixture *)context)->now_us;
}

static struct store *open_with(struct store_fixture *fixture, const char *password_file) {
  const char *problem = NULL;
  struct store_options options = {
      .pillar = "onboard",
      .address = fixture->redis.address,
      .password_file = password_file,
      .kinds = test_kinds,
      .counters = test_counters,
      .clock = fixture->clock.now_us ? &fixture->clock : &clock_system,
  };
  struct store *store = store_open(fixture->loop, &options, &problem);
  if (!store) {
    fprintf(stderr, "%s\n", problem);
    abort();
  }
  store_fixture_await_ready(fixture, store, true);
  return store;
}

struct store *store_fixture_open(struct store_fixture *fixture) {
  return open_with(fixture, fixture->redis.password_file);
}

struct store *store_fixture_open_as(struct store_fixture *fixture, const char *password) {
  char path[128];
  snprintf(path, sizeof path, "%s/password-%s", fixture->redis.folder, password);
  FILE *file = fopen(path, "we");
  if (!file || fprintf(file, "%s\n", password) < 0 || fclose(file) != 0) {
    abort();
  }
  freeReplyObject(redisCommand(fixture->redis.admin, "ACL SETUSER onboard >%s", password));
  return open_with(fixture, path);
}

void store_fixture_await_ready(struct store_fixture *fixture, struct store *store, bool ready) {
  const char *why = "";
  int64_t until = clock_monotonic_us() + 20 * US_PER_SECOND;
  while (store_ready(store, &why) != ready) {
    if (clock_monotonic_us() > until) {
      fprintf(stderr, "the store is still %sready: %s\n", ready ? "not " : "", why);
      abort();
    }
    loop_turn(fixture->loop, 20);
  }
}

void store_fixture_start(struct store_fixture *fixture, bool fixed_clock, const char *redis_settings) {
  *fixture = (struct store_fixture){.now_us = INT64_C(1790000000000000)};
  if (fixed_clock) {
    fixture->clock = (struct clock){fixed_now, fixture};
  }
  redis_start(&fixture->redis, "onboard sell", redis_settings);
  fixture->loop = loop_create(NULL);
  fixture->store = store_fixture_open(fixture);
}

void store_fixture_stop(struct store_fixture *fixture) {
  store_close(fixture->store);
  loop_destroy(fixture->loop);
  redis_stop(&fixture->redis);
}

struct launch {
  struct store_fixture *fixture;
  fiber_body *body;
  void *argument;
  size_t number, *open;
};

static void launch_run(void *argument) {
  struct launch launch = *(struct launch *)argument;
  free(argument);
  launch.body(launch.fixture, launch.argument, launch.number);
  --*launch.open;
}

void store_fixture_launch(struct store_fixture *fixture, fiber_body *body, void *argument, size_t count,
                          size_t *open) {
  for (size_t i = 0; i < count; i++) {
    struct launch *launch = malloc(sizeof *launch);
    *launch = (struct launch){fixture, body, argument, i, open};
    ++*open;
    if (!fiber_start(fixture->loop, launch_run, launch)) {
      abort();
    }
  }
}

void store_fixture_run(struct store_fixture *fixture, fiber_body *body, void *argument, size_t count) {
  size_t open = 0;
  store_fixture_launch(fixture, body, argument, count, &open);
  while (open) {
    loop_turn(fixture->loop, 100);
  }
}

struct test_txn txn_open(struct store_fixture *fixture, struct store *store) {
  struct arena *arena = arena_create(32 << 20, NULL, NULL);
  struct txn_context context = {
      .arena = arena,
      .now_us = fixture->clock.now_us ? fixture->now_us : clock_now_us(&clock_system),
      .deadline_us = INT64_MAX,
      .actor_party = TYPE__PARTY__PARTY_VENDOR,
      .actor = "tester",
  };
  return (struct test_txn){arena, txn_begin(store, &context)};
}

void txn_end(struct test_txn *txn) {
  arena_destroy(txn->arena);
  *txn = (struct test_txn){0};
}

Onboard__Partnership *partnership_new(struct arena *arena, const char *name, const char *display_name) {
  Onboard__Partnership *partnership = arena_new(arena, Onboard__Partnership);
  onboard__partnership__init(partnership);
  partnership->name = arena_strdup(arena, name);
  partnership->display_name = arena_strdup(arena, display_name);
  partnership->state = ONBOARD__PARTNERSHIP__STATE__STATE_PROSPECT;
  return partnership;
}

const char *reason_of(const struct status *status) {
  return status ? status->reason : NULL;
}
