/* The follower of the service's own feed, over a real connection, ended and started again. */
#include "enable/academy.h"
#include "support/check.h"

#include "runtime/rpc/client.h"

#include <stdio.h>
#include <unistd.h>

struct watch {
  struct pillar_fixture *fixture;
  struct channel *channel;
  struct follower *follower;
  struct recount recount;
  _Atomic bool live, stopped;
};

static void went_live(void *context, bool live) {
  struct recount *recount = context;
  ((struct watch *)((char *)recount - offsetof(struct watch, recount)))->live = live;
}

static void follow_on(struct store *store, void *context) {
  struct watch *watch = context;
  struct loop *loop = fixture_server_loop(watch->fixture->server);
  const char *problem = NULL;
  char target[32];
  snprintf(target, sizeof target, "127.0.0.1:%d", fixture_port(watch->fixture->server));
  if (!watch->channel)
    watch->channel = channel_create(loop, &(struct channel_options){.target = target}, &problem);
  assert_non_null(watch->channel);
  watch->recount = (struct recount){.store = store, .clock = &clock_system};
  watch->follower = follow_start(loop, &(struct follow_options){.source = "enable",
                                                                .channel = watch->channel,
                                                                .store = store,
                                                                .types = requirements_types,
                                                                .apply = requirements_apply,
                                                                .context = &watch->recount,
                                                                .live = went_live,
                                                                .clock = &clock_system});
}

static void follow_ended(void *argument) {
  ((struct watch *)argument)->stopped = true;
}

static void follow_off(struct store *store, void *context) {
  struct watch *watch = context;
  (void)store;
  watch->stopped = false;
  follow_stop(watch->follower, follow_ended, watch);
  while (!watch->stopped)
    fiber_sleep_ms(1);
}

static void channel_off(struct store *store, void *context) {
  (void)store;
  channel_destroy(((struct watch *)context)->channel);
}

static void begin_following(struct watch *watch) {
  fixture_as(watch->fixture->server, fixture_service_principal(watch->fixture->server, "enable"));
  watch->live = false;
  fixture_run(watch->fixture->server, follow_on, watch);
  for (int i = 0; i < 100 && !watch->live; i++) /* the stream opens as the service, before others call */
    usleep(50000);
  assert_true(watch->live);
}

/* Waits until the gauge at the end of the year is what it should be. */
static void await_gauge(struct pillar_fixture *f, int64_t expected) {
  enum { TRIES = 100, TRY_US = 50000 };
  int64_t gauge = -1;
  for (int i = 0; i < TRIES && gauge != expected; i++) {
    usleep(TRY_US);
    gauge = academy_gauge(f, "coverage.required", PARTNER, 202612);
  }
  assert_int_equal(gauge, expected);
}

static void requirements_reach_every_roster(void **state) {
  struct watch watch = {.fixture = *state};
  struct pillar_fixture *f = *state;
  enum { PEOPLE = 70 }; /* more than one transaction takes */
  for (int i = 0; i < PEOPLE; i++)
    academy_join(f, f->partner, arena_printf(pillar_arena(f), "p-%d", i), ENGINEER, "2026-02-03");
  const char *course = academy_publish(f, "one", ENGINEER, NULL, "2026-03-01")->name;
  begin_following(&watch);
  await_gauge(f, PEOPLE);
  fixture_run(f->server, follow_off, &watch);
  pillar_call(f, f->administrator, COURSES "RetireCourse",
              pillar_request(f, &enable__retire_course_request__descriptor, course));
  begin_following(&watch);
  await_gauge(f, 0);
  academy_publish(f, "two", ENGINEER, NULL, "2026-04-01");
  await_gauge(f, PEOPLE);
  fixture_run(f->server, follow_off, &watch);
  fixture_run(f->server, channel_off, &watch);
  pillar_verify(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(requirements_reach_every_roster),
  };
  return cmocka_run_group_tests(tests, academy_begin, academy_end);
}
