#include "tests/support/check.h"

#include "runtime/base/clock.h"
#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t day_us = INT64_C(86400) * US_PER_SECOND;

/* Against the C library's calendar. */
static void months_of_1970_to_2200(void **state) {
  (void)state;
  int32_t month = 197001;
  for (int year = 1970; year <= 2200; year++)
    for (int m = 0; m < 12; m++) {
      struct tm first = {.tm_year = year - 1900, .tm_mon = m, .tm_mday = 1};
      int64_t start = (int64_t)timegm(&first) * US_PER_SECOND;
      assert_int_equal(month, year * 100 + m + 1);
      assert_int_equal(month_start_us(month), start);
      assert_int_equal(month_of(start), month);
      assert_int_equal(month_of(start - 1), month_add(month, -1));
      assert_int_equal(month_add(month_add(month, 25), -25), month);
      month = month_add(month, 1);
    }
  assert_int_equal(month_add(202601, -1), 202512);
  assert_int_equal(month_add(202612, 1), 202701);
  assert_int_equal(month_add(202607, 0), 202607);
}

static void forms_parse(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int32_t first, past;
  } cases[] = {
      {"2026", 202601, 202701},   {"2026H1", 202601, 202607},  {"2026H2", 202607, 202701},
      {"2026Q1", 202601, 202604}, {"2026Q4", 202610, 202701},  {"2026-07", 202607, 202608},
      {"1970", 197001, 197101},   {"9999Q4", 999910, 1000001},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct period period;
    char text[32];
    assert_true(period_parse(cases[i].text, &period));
    assert_int_equal(period.start_us, month_start_us(cases[i].first));
    assert_int_equal(period.end_us, month_start_us(cases[i].past));
    period_format(period, text, sizeof text);
    assert_string_equal(text, cases[i].text);
  }
  static const char *const wrong[] = {"",         "202",     "2026Q0", "2026Q5", "2026H3",
                                      "2026-13",  "2026-00", "2026-7", "2026q1", "1969",
                                      "20260",    "2026Q11", " 2026",  "2026 ",  "2026-07x",
                                      "2026-071", "-2026",   "2026Q",  "2026X1", "２０２６"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct period period;
    assert_false(period_parse(wrong[i], &period));
  }
}

static void every_span_has_its_months(void **state) {
  (void)state;
  int32_t months[PERIOD_MONTHS_MAX];
  for (int start = 0; start < 12; start++)
    for (int count = 1; count <= PERIOD_MONTHS_MAX; count++) {
      int32_t first = month_add(202001, start);
      struct period period = {month_start_us(first), month_start_us(month_add(first, count))};
      assert_true(period_is_whole_months(period));
      assert_int_equal(period_months(period, months), count);
      for (int i = 0; i < count; i++)
        assert_int_equal(months[i], month_add(first, i));
      char text[32];
      struct period again;
      period_format(period, text, sizeof text);
      if (period_parse(text, &again)) {
        assert_int_equal(again.start_us, period.start_us);
        assert_int_equal(again.end_us, period.end_us);
      } else {
        assert_non_null(strstr(text, ".."));
      }
    }
  struct period period = {month_start_us(202607), month_start_us(202610)};
  const struct period broken[] = {{period.start_us + 1, period.end_us},
                                  {period.start_us, period.end_us - day_us},
                                  {period.end_us, period.start_us},
                                  {period.start_us, period.start_us},
                                  {month_start_us(196912), month_start_us(197002)},
                                  {month_start_us(202001), month_start_us(203002)},
                                  {INT64_MIN, INT64_MAX},
                                  {0, INT64_MAX}};
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
    assert_false(period_is_whole_months(broken[i]));
  char text[32];
  period_format((struct period){month_start_us(202602), month_start_us(202605)}, text, sizeof text);
  assert_string_equal(text, "2026-02..2026-04");
}

static void quarters(void **state) {
  (void)state;
  for (int month = 1; month <= 12; month++) {
    int32_t first = 202600 + (month - 1) / 3 * 3 + 1;
    struct period quarter = period_quarter_of(month_start_us(202600 + month) + day_us);
    assert_int_equal(quarter.start_us, month_start_us(first));
    assert_int_equal(quarter.end_us, month_start_us(month_add(first, 3)));
  }
  struct period quarter = period_quarter_of(month_start_us(202602));
  assert_int_equal(period_quarter_add(quarter, -1).start_us, month_start_us(202510));
  assert_int_equal(period_quarter_add(quarter, 5).start_us, month_start_us(202704));
}

static void times_parse_and_format(void **state) {
  (void)state;
  static const struct {
    const char *in, *out;
  } cases[] = {
      {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
      {"2026-09-30", "2026-09-30T00:00:00Z"},
      {"2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"},
      {"2026-09-30T12:00:00.5Z", "2026-09-30T12:00:00.500Z"},
      {"2026-09-30T12:00:00.000001Z", "2026-09-30T12:00:00.000001Z"},
      {"2026-09-30T12:00:00.1234569Z", "2026-09-30T12:00:00.123456Z"},
      {"2026-09-30t12:00:00z", "2026-09-30T12:00:00Z"},
      {"2026-09-30T12:00:00+02:30", "2026-09-30T09:30:00Z"},
      {"2026-12-31T23:00:00-01:00", "2027-01-01T00:00:00Z"},
      {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t time_us;
    char text[32];
    assert_true(time_parse(cases[i].in, &time_us));
    time_format(time_us, text, sizeof text);
    assert_string_equal(text, cases[i].out);
  }
  static const char *const wrong[] = {
      "",
      "2026-09-31",
      "2026-02-29",
      "2100-02-29",
      "2026-00-01",
      "2026-13-01",
      "2026-01-00",
      "1969-12-31",
      "1970-01-01T00:00:00+00:01",
      "9999-12-31T23:59:59-00:01",
      "2026-09-30T24:00:00Z",
      "2026-09-30T12:60:00Z",
      "2016-12-31T23:59:60Z",
      "2026-09-30T12:00:00",
      "2026-09-30T12:00:00.Z",
      "2026-09-30T12:00:00.1234567890Z",
      "2026-09-30T12:00:00Zx",
      "2026-09-30 12:00:00Z",
      "2026-09-30T12:00:00+2:00",
      "2026-09-30T12:00:00+24:00",
      "26-09-30",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    int64_t time_us;
    if (time_parse(wrong[i], &time_us))
      fail_msg("parsed `%s`", wrong[i]);
  }
}

static void every_day_round_trips(void **state) {
  (void)state;
  for (int64_t day = 0; day < 84000; day++) {
    char text[32];
    int64_t time_us, given = day * day_us + day * 1000003 % day_us;
    time_format(given, text, sizeof text);
    assert_true(time_parse(text, &time_us));
    assert_int_equal(time_us, given);
    time_t seconds = given / US_PER_SECOND;
    struct tm broken;
    gmtime_r(&seconds, &broken);
    char expected[32];
    strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S", &broken);
    assert_memory_equal(text, expected, strlen(expected));
  }
}

/* Beyond the contract's years a time is still written whole. */
static void extreme_times_format(void **state) {
  (void)state;
  static const struct {
    int64_t time_us;
    const char *text;
  } cases[] = {
      {-1, "1969-12-31T23:59:59.999999Z"},
      {INT64_C(-62135596800) * US_PER_SECOND, "0001-01-01T00:00:00Z"},
      {INT64_C(253402300800) * US_PER_SECOND, "10000-01-01T00:00:00Z"},
      {INT64_MAX, "294247-01-10T04:00:54.775807Z"},
      {INT64_MIN, "-290308-12-21T19:59:05.224192Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[32];
    time_format(cases[i].time_us, text, sizeof text);
    assert_string_equal(text, cases[i].text);
  }
}

static void timestamps_convert(void **state) {
  (void)state;
  struct arena *arena = arena_create(1 << 20, NULL, NULL);
  static const int64_t times[] = {0, 1, -1, 1999999, -1999999, INT64_C(253402300799999999)};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
    Google__Protobuf__Timestamp *timestamp = timestamp_new(arena, times[i]);
    assert_true(timestamp->nanos >= 0 && timestamp->nanos < 1000000000);
    assert_int_equal(timestamp_us(timestamp, 7), times[i]);
  }
  assert_int_equal(timestamp_us(NULL, 7), 7);
  Google__Protobuf__Timestamp beyond = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  beyond.seconds = INT64_MAX;
  assert_int_equal(timestamp_us(&beyond, 0), INT64_MAX);
  beyond.seconds = INT64_MIN;
  assert_int_equal(timestamp_us(&beyond, 0), INT64_MIN);
  beyond.seconds = 1;
  beyond.nanos = 999;
  assert_int_equal(timestamp_us(&beyond, 0), 1000000);
  arena_destroy(arena);
}

static int64_t seven(void *context) {
  return *(int64_t *)context;
}

static void clocks(void **state) {
  (void)state;
  int64_t now = 7;
  const struct clock fixed = {seven, &now};
  assert_int_equal(clock_now_us(&fixed), 7);
  assert_true(clock_now_us(&clock_system) / US_PER_SECOND - (int64_t)time(NULL) <= 1);
  int64_t earlier = clock_monotonic_us();
  assert_true(clock_monotonic_us() >= earlier);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(months_of_1970_to_2200),
      cmocka_unit_test(forms_parse),
      cmocka_unit_test(every_span_has_its_months),
      cmocka_unit_test(quarters),
      cmocka_unit_test(times_parse_and_format),
      cmocka_unit_test(every_day_round_trips),
      cmocka_unit_test(extreme_times_format),
      cmocka_unit_test(timestamps_convert),
      cmocka_unit_test(clocks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
