/* Counters, gauges and histograms, declared in tables, served in the Prometheus text format. */
#ifndef ENTENTE_OBSERVE_METRIC_H
#define ENTENTE_OBSERVE_METRIC_H

#include <stddef.h>
#include <stdint.h>

struct metrics;
struct metric;

struct metrics *metrics_create(void);
void metrics_destroy(struct metrics *metrics);

/* Called at the start of each metrics_render(), on its thread: to set gauges that are cheaper looked up than
 * kept. One at a time; must not register. */
typedef void metric_collect_fn(void *context);
void metrics_on_collect(struct metrics *metrics, metric_collect_fn *collect, void *context);

/* Registration, at start-up or when first seen; any thread. Registering the same again gives the same metric.
 * NULL metrics give NULL. `labels` is `method="GetPlan",code="OK"` or NULL. The same family name may be
 * registered with several labels; help of the first counts. Names end in their unit. */
struct metric *metric_counter(struct metrics *metrics, const char *name, const char *labels,
                              const char *help);
struct metric *metric_gauge(struct metrics *metrics, const char *name, const char *labels, const char *help);
/* Durations in seconds: buckets 0.25 ms to 10 s. */
struct metric *metric_histogram(struct metrics *metrics, const char *name, const char *labels,
                                const char *help);

/* Lock-free, any thread. NULL metrics are ignored. */
void metric_add(struct metric *metric, int64_t amount);
void metric_set(struct metric *metric, int64_t value);
void metric_observe_us(struct metric *metric, int64_t microseconds);

/* The whole text, malloc'ed; `*size` in bytes. */
char *metrics_render(struct metrics *metrics, size_t *size);

#endif
