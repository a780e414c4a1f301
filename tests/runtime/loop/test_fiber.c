#include "runtime/loop/loop.h"

#include "runtime/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FIBERS_MAX = 64 };

static char story[256];
static void tell(const char *what) {
  strncat(story, what, sizeof(story) - strlen(story) - 1);
}

static int begin(void **context) {
  story[0] = '\0';
  *context = loop_create(&(struct loop_options){.fibers_max = FIBERS_MAX});
  return *context ? 0 : -1;
}

static int end(void **context) {
  loop_destroy(*context);
  return 0;
}

static struct fiber *waiting;

static void suspends_twice(void *argument) {
  tell(argument);
  waiting = fiber_current();
  fiber_suspend();
  tell("b");
  fiber_suspend();
  tell("c");
}

static void fiber_goes_on_where_it_stopped(void **context) {
  struct loop *loop = *context;
  assert_true(fiber_start(loop, suspends_twice, (char *)"a"));
  assert_string_equal(story, "a");
  assert_null(fiber_current());
  fiber_resume(waiting);
  fiber_resume(waiting); /* already due */
  loop_turn(loop, 0);
  assert_string_equal(story, "ab");
  loop_turn(loop, 0);
  assert_string_equal(story, "ab");
  fiber_resume(waiting);
  loop_turn(loop, 0);
  assert_string_equal(story, "abc");
}

static void starts_another(void *argument) {
  assert_true(fiber_start(argument, suspends_twice, (char *)"a"));
  tell("-");
}

static void fiber_within_a_fiber_runs_after(void **context) {
  struct loop *loop = *context;
  assert_true(fiber_start(loop, starts_another, loop));
  assert_string_equal(story, "-");
  loop_turn(loop, 0);
  assert_string_equal(story, "-a");
  for (int i = 0; i < 2; i++) {
    fiber_resume(waiting);
    loop_turn(loop, 0);
  }
  assert_string_equal(story, "-abc");
}

static struct fiber *crowd[FIBERS_MAX];
static void joins_crowd(void *argument) {
  *(struct fiber **)argument = fiber_current();
  fiber_suspend();
}

static void too_many_are_refused(void **context) {
  struct loop *loop = *context;
  for (int round = 0; round < 3; round++) {
    for (size_t i = 0; i < FIBERS_MAX; i++)
      assert_true(fiber_start(loop, joins_crowd, &crowd[i]));
    assert_false(fiber_start(loop, joins_crowd, &crowd[0]));
    for (size_t i = 0; i < FIBERS_MAX; i++)
      fiber_resume(crowd[i]);
    loop_turn(loop, 0);
  }
}

static void held_back(struct fiber_hold *hold) {
  assert_null(hold->fiber);
  tell("h");
}

static void told_abandoned(void *argument) {
  assert_null(fiber_current());
  tell(argument);
}

static struct fiber_hold holds[3];

static void abandons(void *argument) {
  volatile char deep[64];
  for (size_t i = 0; i < 3; i++) {
    holds[i].release = held_back;
    fiber_hold(&holds[i]);
  }
  fiber_unhold(&holds[1]);
  fiber_on_abandon(told_abandoned, argument);
  memset((void *)deep, 1, sizeof(deep));
  if (argument)
    fiber_abandon();
  tell("r");
}

static void abandoned_fiber_gives_back(void **context) {
  struct loop *loop = *context;
  for (int i = 0; i < 3 * FIBERS_MAX; i++) {
    story[0] = '\0';
    assert_true(fiber_start(loop, abandons, (char *)"x"));
    assert_string_equal(story, "hhx");
  }
}

static void returning_fiber_gives_back(void **context) {
  assert_true(fiber_start(*context, abandons, NULL));
  assert_string_equal(story, "rhh");
}

static void naps(void *argument) {
  fiber_sleep_ms((uint32_t)(intptr_t)argument);
  tell(argument == (void *)30 ? "3" : "1");
}

static void sleepers_wake_in_time(void **context) {
  struct loop *loop = *context;
  int64_t start = clock_monotonic_us();
  assert_true(fiber_start(loop, naps, (void *)30));
  assert_true(fiber_start(loop, naps, (void *)10));
  while (strlen(story) < 2)
    loop_turn(loop, 1000);
  assert_string_equal(story, "13");
  assert_in_range(clock_monotonic_us() - start, 30000, 300000);
}

static void knows_owner(void *argument) {
  assert_null(fiber_owner());
  fiber_set_owner(argument);
  waiting = fiber_current();
  fiber_suspend();
  assert_ptr_equal(fiber_owner(), argument);
}

static void owner_is_the_fibers(void **context) {
  struct loop *loop = *context;
  int owner;
  assert_true(fiber_start(loop, knows_owner, &owner));
  assert_null(fiber_owner());
  fiber_resume(waiting);
  loop_turn(loop, 0);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
  const struct CMUnitTest tests[] = {
      CASE(fiber_goes_on_where_it_stopped),
      CASE(fiber_within_a_fiber_runs_after),
      CASE(too_many_are_refused),
      CASE(abandoned_fiber_gives_back),
      CASE(returning_fiber_gives_back),
      CASE(sleepers_wake_in_time),
      CASE(owner_is_the_fibers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
