/* What every main() does: settings, log, store, identity, server, side port, signals, drain. A service's
 * main.c is one struct and one call. */
#ifndef ENTENTE_PROCESS_SERVICE_H
#define ENTENTE_PROCESS_SERVICE_H

#include "runtime/process/setting.h"
#include "runtime/rpc/server.h"

struct process;
struct follow_options;
struct follower;
struct timed;

struct process_plan {
  const char *name;                      /* `onboard` */
  int port;                              /* 7701; the side port is 2,000 higher */
  const struct service *const *services; /* NULL-terminated; feed and ledger services included */
  const struct kind *const *kinds;       /* NULL: no store (gateway) */
  const struct counter_row *counters;
  const struct setting *settings; /* of this service only, beside the runtime's; may be NULL */
  partner_of_fn *partner_of;      /* context: the store; without one, what start() gave */
  pass_fn
      *pass; /* where calls of methods that are not served here go; context: what start() gave. May be NULL */
  /* After the store is ready and before the server serves: start followers, open channels. `*context` is
   * what call_context() gives. NULL or a problem in one line. May be NULL. */
  const char *(*start)(struct process *process, void **context);
  /* At the end, on the loop's thread, before channels and store are closed. What it ends in fibers must have
   * ended when it returns: turn the loop until then. Followers of process_follow() need no stop(). May be
   * NULL. */
  void (*stop)(struct process *process, void *context);
};

/* Runs until SIGTERM or SIGINT; returns the exit status: 0 clean end, 1 failed at work, 2 bad settings. */
int process_main(const struct process_plan *plan, int argc, char **argv);

struct loop *process_loop(struct process *process);
struct store *process_store(struct process *process);
struct identity *process_identity(struct process *process);
struct log *process_log(struct process *process);
struct metrics *process_metrics(struct process *process);
const struct clock *process_clock(struct process *process);
const struct settings *process_settings(struct process *process);
/* follow_start() on this process's loop; process_main() stops it at the end. NULL when out of memory. */
struct follower *process_follow(struct process *process, const struct follow_options *options);
/* Starts a sweeper of these kinds (NULL-terminated) that logs what it records; process_main() stops it at the
 * end. Its pace is the service's setting `sweep-interval-ms`. One a process. False when out of memory. */
bool process_sweep(struct process *process, const struct timed *const *kinds);
/* A channel to another service of the suite, by name: address from the settings, this process's
 * certificate. NULL with `*problem`. Closed by process_main() at the end. */
struct channel *process_channel(struct process *process, const char *service, const char **problem);
/* The same to this process itself. Once it serves: not yet in start(). */
struct channel *process_own_channel(struct process *process, const char **problem);

#endif
