#include "runtime/observe/metric.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

static const char *const type_words[] = {
    [METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram"};

/* Upper bounds of the buckets; the text is what Prometheus sees. */
static const struct {
  int64_t us;
  const char *seconds;
} buckets[] = {
    {250, "0.00025"}, {500, "0.0005"},  {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},
    {10000, "0.01"},  {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"},
    {500000, "0.5"},  {1000000, "1"},   {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"},
};
enum { BUCKETS = sizeof buckets / sizeof *buckets };

struct histogram {
  _Atomic int64_t counts[BUCKETS + 1];
  _Atomic int64_t sum_us;
};

struct metric {
  struct metric *next;
  char *labels; /* "" when there are none */
  _Atomic int64_t value;
  struct histogram *histogram; /* of a histogram only */
};

struct family {
  struct family *next;
  enum metric_type type;
  char *name, *help;
  struct metric *first, **end;
};

struct metrics {
  pthread_mutex_t lock; /* of the lists; values are atomic */
  struct family *first, **end;
  metric_collect_fn *collect;
  void *context;
};

static void *memory_of(size_t size) {
  void *memory = calloc(1, size);
  if (!memory)
    abort();
  return memory;
}

static char *text_copy(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(memory_of(size), text, size);
}

struct metrics *metrics_create(void) {
  struct metrics *metrics = memory_of(sizeof *metrics);
  pthread_mutex_init(&metrics->lock, NULL);
  metrics->end = &metrics->first;
  return metrics;
}

static void family_free(struct family *family) {
  for (struct metric *metric = family->first, *next; metric; metric = next) {
    next = metric->next;
    free(metric->labels);
    free(metric->histogram);
    free(metric);
  }
  free(family->name);
  free(family->help);
  free(family);
}

void metrics_destroy(struct metrics *metrics) {
  if (!metrics)
    return;
  for (struct family *family = metrics->first, *next; family; family = next) {
    next = family->next;
    family_free(family);
  }
  pthread_mutex_destroy(&metrics->lock);
  free(metrics);
}

void metrics_on_collect(struct metrics *metrics, metric_collect_fn *collect, void *context) {
  metrics->collect = collect;
  metrics->context = context;
}

static struct family *family_get(struct metrics *metrics, enum metric_type type, const char *name,
                                 const char *help) {
  for (struct family *family = metrics->first; family; family = family->next)
    if (strcmp(family->name, name) == 0)
      return family;
  struct family *family = memory_of(sizeof *family);
  family->type = type;
  family->name = text_copy(name);
  family->help = text_copy(help);
  family->end = &family->first;
  *metrics->end = family;
  metrics->end = &family->next;
  return family;
}

static struct metric *metric_get(struct family *family, const char *labels) {
  for (struct metric *metric = family->first; metric; metric = metric->next)
    if (strcmp(metric->labels, labels) == 0)
      return metric;
  struct metric *metric = memory_of(sizeof *metric);
  metric->labels = text_copy(labels);
  if (family->type == METRIC_HISTOGRAM)
    metric->histogram = memory_of(sizeof *metric->histogram);
  *family->end = metric;
  family->end = &metric->next;
  return metric;
}

static struct metric *metric_register(struct metrics *metrics, enum metric_type type, const char *name,
                                      const char *labels, const char *help) {
  if (!metrics)
    return NULL;
  pthread_mutex_lock(&metrics->lock);
  struct family *family = family_get(metrics, type, name, help);
  struct metric *metric = family->type == type ? metric_get(family, labels ? labels : "") : NULL;
  pthread_mutex_unlock(&metrics->lock);
  if (!metric)
    abort(); /* one name, two types: ours alone to get wrong */
  return metric;
}

struct metric *metric_counter(struct metrics *metrics, const char *name, const char *labels,
                              const char *help) {
  return metric_register(metrics, METRIC_COUNTER, name, labels, help);
}

struct metric *metric_gauge(struct metrics *metrics, const char *name, const char *labels, const char *help) {
  return metric_register(metrics, METRIC_GAUGE, name, labels, help);
}

struct metric *metric_histogram(struct metrics *metrics, const char *name, const char *labels,
                                const char *help) {
  return metric_register(metrics, METRIC_HISTOGRAM, name, labels, help);
}

void metric_add(struct metric *metric, int64_t amount) {
  if (metric)
    atomic_fetch_add_explicit(&metric->value, amount, memory_order_relaxed);
}

void metric_set(struct metric *metric, int64_t value) {
  if (metric)
    atomic_store_explicit(&metric->value, value, memory_order_relaxed);
}

void metric_observe_us(struct metric *metric, int64_t microseconds) {
  if (!metric)
    return;
  size_t bucket = 0;
  while (bucket < BUCKETS && microseconds > buckets[bucket].us)
    bucket++;
  atomic_fetch_add_explicit(&metric->histogram->counts[bucket], 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&metric->histogram->sum_us, microseconds, memory_order_relaxed);
}

/* ---- text ---- */

/* `name_suffix{labels,extra} value` */
static void sample_name_print(FILE *out, const char *name, const char *suffix, const char *labels,
                              const char *extra) {
  fprintf(out, "%s%s", name, suffix);
  if (*labels || *extra)
    fprintf(out, "{%s%s%s}", labels, *labels && *extra ? "," : "", extra);
  fputc(' ', out);
}

static void histogram_print(FILE *out, const char *name, const struct metric *metric) {
  int64_t count = 0;
  char bound[32];
  for (size_t i = 0; i <= BUCKETS; i++) {
    count += atomic_load_explicit(&metric->histogram->counts[i], memory_order_relaxed);
    snprintf(bound, sizeof bound, "le=\"%s\"", i < BUCKETS ? buckets[i].seconds : "+Inf");
    sample_name_print(out, name, "_bucket", metric->labels, bound);
    fprintf(out, "%lld\n", (long long)count);
  }
  long long sum = atomic_load_explicit(&metric->histogram->sum_us, memory_order_relaxed);
  sample_name_print(out, name, "_sum", metric->labels, "");
  fprintf(out, "%lld.%06lld\n", sum / 1000000, sum % 1000000);
  sample_name_print(out, name, "_count", metric->labels, "");
  fprintf(out, "%lld\n", (long long)count);
}

static void family_print(FILE *out, const struct family *family) {
  fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help, family->name,
          type_words[family->type]);
  for (const struct metric *metric = family->first; metric; metric = metric->next) {
    if (family->type == METRIC_HISTOGRAM) {
      histogram_print(out, family->name, metric);
      continue;
    }
    sample_name_print(out, family->name, "", metric->labels, "");
    fprintf(out, "%lld\n", (long long)atomic_load_explicit(&metric->value, memory_order_relaxed));
  }
}

char *metrics_render(struct metrics *metrics, size_t *size) {
  char *text = NULL;
  FILE *out = open_memstream(&text, size);
  if (!out)
    abort();
  pthread_mutex_lock(&metrics->lock);
  if (metrics->collect)
    metrics->collect(metrics->context);
  for (const struct family *family = metrics->first; family; family = family->next)
    family_print(out, family);
  pthread_mutex_unlock(&metrics->lock);
  fclose(out);
  return text;
}
