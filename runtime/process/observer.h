/* What a process tells of its calls: a log line each, and metrics by method and code. */
#ifndef ENTENTE_PROCESS_OBSERVER_H
#define ENTENTE_PROCESS_OBSERVER_H

#include "runtime/observe/log.h"
#include "runtime/observe/metric.h"
#include "runtime/rpc/server.h"

struct observer;

/* Neither is owned; either may be NULL. */
struct observer *observer_create(struct log *log, struct metrics *metrics);
void observer_destroy(struct observer *observer); /* NULL is allowed */
/* How many calls it was told of. On the loop's thread. */
uint64_t observer_calls(const struct observer *observer);
/* For server_options. Valid as long as the observer. */
struct call_observer observer_of_calls(struct observer *observer);

#endif
