#include "runtime/observe/metric.h"

#include <pthread.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A line of the text format 0.0.4, and the lint rule that a sample's family has HELP and TYPE before it. */
static const char help_pattern[] = "^# HELP [a-z_]+ [A-Z1].*\\.$";
static const char type_pattern[] = "^# TYPE [a-z_]+ (counter|gauge|histogram)$";
static const char sample_pattern[] = "^[a-z_]+(\\{[a-z_]+=\"[^\"\\\\]*\"(,[a-z_]+=\"[^\"\\\\]*\")*\\})? "
                                     "-?[0-9]+(\\.[0-9]+)?$";

static bool matches(const char *pattern, const char *line) {
  regex_t compiled;
  assert_int_equal(regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB), 0);
  bool found = regexec(&compiled, line, 0, NULL, 0) == 0;
  regfree(&compiled);
  return found;
}

/* Whether each line follows the grammar and each family is announced once, before its samples. */
static void assert_grammar(const char *text, size_t size) {
  char *copy = strndup(text, size), *rest = copy, family[128] = "";
  assert_int_equal(text[size - 1], '\n');
  for (char *line; (line = strsep(&rest, "\n")) && (rest || *line);) {
    if (strncmp(line, "# HELP ", 7) == 0) {
      assert_true(matches(help_pattern, line));
      assert_int_equal(sscanf(line, "# HELP %127s", family), 1);
      char again[160];
      snprintf(again, sizeof again, "# HELP %s ", family);
      assert_null(strstr(strstr(text, again) + 1, again));
    } else if (*line == '#') {
      assert_true(matches(type_pattern, line));
      assert_int_equal(strncmp(line + 7, family, strlen(family)), 0);
    } else {
      if (!matches(sample_pattern, line))
        fail_msg("no sample: %s", line);
      assert_int_equal(strncmp(line, family, strlen(family)), 0);
    }
  }
  free(copy);
}

static char *rendered(struct metrics *metrics) {
  size_t size;
  char *text = metrics_render(metrics, &size);
  assert_grammar(text, size);
  return text;
}

static void assert_has(const char *text, const char *line) {
  if (!strstr(text, line))
    fail_msg("'%s' is not in:\n%s", line, text);
}

static void text_follows_the_grammar(void **state) {
  (void)state;
  struct metrics *metrics = metrics_create();
  struct metric *counter = metric_counter(metrics, "things_total", "kind=\"a\"", "Things.");
  metric_counter(metrics, "other_total", NULL, "Others.");
  metric_add(metric_counter(metrics, "things_total", "kind=\"b\"", "Ignored."), 7);
  metric_add(counter, 2);
  metric_set(metric_gauge(metrics, "level", NULL, "A level."), -3);
  char *text = rendered(metrics);
  assert_has(text, "# TYPE things_total counter\nthings_total{kind=\"a\"} 2\nthings_total{kind=\"b\"} 7\n");
  assert_has(text, "# HELP level A level.\n# TYPE level gauge\nlevel -3\n");
  assert_has(text, "\nother_total 0\n");
  free(text);
  metrics_destroy(metrics);
}

static void histogram_buckets_are_cumulative(void **state) {
  (void)state;
  struct metrics *metrics = metrics_create();
  struct metric *time = metric_histogram(metrics, "wait_seconds", "x=\"y\"", "Waits.");
  static const int64_t values[] = {0, 250, 251, 10000000, 10000001, 1500000};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    metric_observe_us(time, values[i]);
  char *text = rendered(metrics);
  assert_has(text, "wait_seconds_bucket{x=\"y\",le=\"0.00025\"} 2\n");
  assert_has(text, "wait_seconds_bucket{x=\"y\",le=\"0.0005\"} 3\n");
  assert_has(text, "wait_seconds_bucket{x=\"y\",le=\"2.5\"} 4\n");
  assert_has(text, "wait_seconds_bucket{x=\"y\",le=\"10\"} 5\n");
  assert_has(text, "wait_seconds_bucket{x=\"y\",le=\"+Inf\"} 6\n");
  assert_has(text, "wait_seconds_sum{x=\"y\"} 21.500502\n");
  assert_has(text, "wait_seconds_count{x=\"y\"} 6\n");
  free(text);
  metrics_destroy(metrics);
}

static void *add_many(void *argument) {
  for (int i = 0; i < 100000; i++)
    metric_add(argument, 1);
  return NULL;
}

static void additions_from_threads_all_count(void **state) {
  (void)state;
  pthread_t threads[4];
  struct metrics *metrics = metrics_create();
  struct metric *counter = metric_counter(metrics, "n_total", NULL, "Number.");
  for (size_t i = 0; i < 4; i++)
    pthread_create(&threads[i], NULL, add_many, counter);
  for (size_t i = 0; i < 4; i++)
    pthread_join(threads[i], NULL);
  char *text = rendered(metrics);
  assert_has(text, "n_total 400000\n");
  free(text);
  metrics_destroy(metrics);
}

static void missing_metrics_are_ignored(void **state) {
  (void)state;
  assert_null(metric_counter(NULL, "x", NULL, "X."));
  metric_add(NULL, 1);
  metric_set(NULL, 1);
  metric_observe_us(NULL, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_follows_the_grammar),
      cmocka_unit_test(histogram_buckets_are_cumulative),
      cmocka_unit_test(additions_from_threads_all_count),
      cmocka_unit_test(missing_metrics_are_ignored),
  };
  cmocka_set_message_output(CM_OUTPUT_STDOUT);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
