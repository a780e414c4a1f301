#include "market/kinds.h"
#include "market/service.h"
#include "runtime/feed/directory.h"
#include "runtime/process/service.h"

static struct follower *directory;

static const char *start(struct process *process, void **context) {
  *context = NULL;
  const char *problem = NULL;
  struct channel *channel = process_channel(process, "onboard", &problem);
  if (!channel) {
    return problem;
  }
  directory = follow_start(process_loop(process), &(struct follow_options){.source = "onboard",
                                                                           .channel = channel,
                                                                           .store = process_store(process),
                                                                           .types = directory_types,
                                                                           .apply = directory_apply,
                                                                           .clock = process_clock(process),
                                                                           .log = process_log(process)});
  return NULL;
}

static void stopped(void *argument) {
  *(bool *)argument = true;
}

static void stop(struct process *process, void *context) {
  (void)context;
  bool done = !directory;
  if (directory) {
    follow_stop(directory, stopped, &done);
  }
  while (!done) {
    loop_turn(process_loop(process), 10);
  }
}

int main(int argc, char **argv) {
  static const struct process_plan plan = {
      .name = "market",
      .port = 7703,
      .services = market_services,
      .kinds = market_kinds,
      .counters = market_counters,
      .partner_of = directory_partner_of,
      .start = start,
      .stop = stop,
  };
  return process_main(&plan, argc, argv);
}
