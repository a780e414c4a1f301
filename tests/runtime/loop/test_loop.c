#include "runtime/loop/loop.h"

#include "runtime/base/clock.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

static int begin(void **context) {
  *context = loop_create(NULL);
  return *context ? 0 : -1;
}

static int end(void **context) {
  loop_destroy(*context);
  return 0;
}

enum { POSTERS = 4, POSTS = 20000 };

struct post {
  struct loop_work work;
  int poster, number;
};

static struct loop *posted_loop;
static int expected[POSTERS];
static int arrived;
static struct post *posts[POSTERS];

static void post_runs(struct loop_work *work) {
  struct post *post = (struct post *)work;
  assert_int_equal(post->number, expected[post->poster]);
  expected[post->poster]++;
  if (++arrived == POSTERS * POSTS)
    loop_stop(loop_current());
}

static void *post_many(void *argument) {
  size_t poster = (size_t)(intptr_t)argument;
  for (int i = 0; i < POSTS; i++) {
    struct post *post = &posts[poster][i];
    *post = (struct post){.work.run = post_runs, .poster = (int)poster, .number = i};
    loop_post(posted_loop, &post->work);
    if (i % 1000 == 0)
      usleep(500); /* so that the loop also falls asleep in between */
  }
  return NULL;
}

static void posts_arrive_in_each_threads_order(void **context) {
  pthread_t threads[POSTERS];
  posted_loop = *context;
  arrived = 0;
  for (size_t i = 0; i < POSTERS; i++) {
    expected[i] = 0;
    posts[i] = calloc(POSTS, sizeof(struct post));
    assert_int_equal(pthread_create(&threads[i], NULL, post_many, (void *)(intptr_t)i), 0);
  }
  loop_run(posted_loop);
  assert_int_equal(arrived, POSTERS * POSTS);
  for (size_t i = 0; i < POSTERS; i++) {
    pthread_join(threads[i], NULL);
    free(posts[i]);
  }
}

struct alarm {
  struct loop_timer timer;
  int number;
};

static int fired[1024];
static size_t fired_count;

static void alarm_fires(struct loop_timer *timer) {
  assert_true(clock_monotonic_us() >= timer->due_us);
  fired[fired_count++] = ((struct alarm *)timer)->number;
}

static void timers_fire_by_due_time(void **context) {
  struct loop *loop = *context;
  enum { COUNT = 500 };
  struct alarm alarms[COUNT] = {0};
  int64_t now = clock_monotonic_us();
  fired_count = 0;
  for (int i = 0; i < COUNT; i++) {
    int place = i * 211 % COUNT; /* a permutation, as 211 has no factor of 500 */
    alarms[i].number = place;
    alarms[i].timer.fire = alarm_fires;
    loop_arm(loop, &alarms[i].timer, now + place * 50);
  }
  size_t kept = 0;
  for (int i = 0; i < COUNT; i++) {
    if (alarms[i].number % 3 != 0) {
      kept++;
      continue;
    }
    loop_disarm(loop, &alarms[i].timer);
    loop_disarm(loop, &alarms[i].timer); /* harmless */
  }
  while (fired_count < kept)
    loop_turn(loop, 100);
  for (size_t i = 0; i < kept; i++) {
    assert_true(fired[i] % 3 != 0);
    assert_true(i == 0 || fired[i] > fired[i - 1]);
  }
}

static void timer_may_be_armed_again(void **context) {
  struct loop *loop = *context;
  struct alarm alarm = {.timer.fire = alarm_fires, .number = 7};
  fired_count = 0;
  loop_arm(loop, &alarm.timer, clock_monotonic_us() + 3600 * (int64_t)US_PER_SECOND);
  loop_arm(loop, &alarm.timer, clock_monotonic_us());
  loop_turn(loop, 100);
  assert_int_equal(fired_count, 1);
  loop_arm(loop, &alarm.timer, clock_monotonic_us() + 2000);
  while (fired_count < 2)
    loop_turn(loop, 100);
}

struct reader {
  struct loop_watch watch;
  struct loop *loop;
  struct reader *other;
  int seen;
};

/* Whichever comes first silences the other, though both are in the same batch of events. */
static void reader_ready(struct loop_watch *watch, uint32_t events) {
  struct reader *reader = (struct reader *)watch;
  assert_true(events & EPOLLIN);
  reader->seen++;
  loop_unwatch(reader->loop, &reader->other->watch);
  loop_unwatch(reader->loop, &reader->watch);
}

static void unwatched_socket_is_silent_at_once(void **context) {
  struct loop *loop = *context;
  int a[2], b[2];
  assert_int_equal(pipe(a), 0);
  assert_int_equal(pipe(b), 0);
  struct reader first = {.watch = {.fd = a[0], .events = EPOLLIN, .ready = reader_ready}, .loop = loop};
  struct reader second = {.watch = {.fd = b[0], .events = EPOLLIN, .ready = reader_ready}, .loop = loop};
  first.other = &second;
  second.other = &first;
  assert_int_equal(loop_watch(loop, &first.watch), 0);
  assert_int_equal(loop_watch(loop, &second.watch), 0);
  assert_int_equal(write(a[1], "x", 1), 1);
  assert_int_equal(write(b[1], "x", 1), 1);
  for (int i = 0; i < 3; i++)
    loop_turn(loop, 10);
  assert_int_equal(first.seen + second.seen, 1);
  for (int i = 0; i < 2; i++) {
    close(a[i]);
    close(b[i]);
  }
}

static int flushed;
static void flush_runs(struct loop_flush *flush) {
  (void)flush;
  flushed++;
}

static void flush_runs_once_a_turn(void **context) {
  struct loop *loop = *context;
  struct loop_flush flush = {.run = flush_runs};
  flushed = 0;
  loop_flush_later(loop, &flush);
  loop_flush_later(loop, &flush);
  loop_turn(loop, 0);
  assert_int_equal(flushed, 1);
  loop_flush_later(loop, &flush);
  loop_turn(loop, 0);
  assert_int_equal(flushed, 2);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
  const struct CMUnitTest tests[] = {
      CASE(posts_arrive_in_each_threads_order), CASE(timers_fire_by_due_time), CASE(timer_may_be_armed_again),
      CASE(unwatched_socket_is_silent_at_once), CASE(flush_runs_once_a_turn),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
