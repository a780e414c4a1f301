/* What a process tells of its machine and asks of it. */
#ifndef ENTENTE_PROCESS_MACHINE_H
#define ENTENTE_PROCESS_MACHINE_H

#include "runtime/observe/metric.h"

#include <stdbool.h>

/* Before the first thread, after machine_metrics_create(): keeps gRPC core quiet on standard error, and,
 * unless `inspectable`, forbids core dumps and debuggers, as the memory holds keys and tokens. */
void machine_prepare(bool inspectable);

/* For a process that is idle and shares its machine: gives back unused heap, and the pages of program code,
 * which are clean and come back by themselves when they are used again. */
void machine_trim(void);

/* Gauges of this process, looked up when metrics are rendered: memory, descriptors, start. */
struct machine_metrics;
struct machine_metrics *machine_metrics_create(struct metrics *metrics, const char *service);
void machine_metrics_destroy(struct machine_metrics *machine); /* after the last metrics_render() */

#endif
