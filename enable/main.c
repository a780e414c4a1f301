#include "enable/follow.h"
#include "enable/kinds.h"
#include "enable/service.h"
#include "runtime/feed/directory.h"
#include "runtime/process/service.h"

enum { FOLLOWERS = 2 };
static struct follower *followers[FOLLOWERS];
static int following;
static struct recount recount;

static const char *follow(struct process *process, const char *source, struct follow_options options) {
  const char *problem = NULL;
  options.source = source;
  options.channel = process_channel(process, source, &problem);
  if (!options.channel) {
    return problem;
  }
  options.store = process_store(process);
  options.clock = process_clock(process);
  options.log = process_log(process);
  followers[following++] = follow_start(process_loop(process), &options);
  return NULL;
}

static const char *start(struct process *process, void **context) {
  *context = NULL;
  recount = (struct recount){.store = process_store(process), .clock = process_clock(process)};
  const char *problem =
      follow(process, "onboard", (struct follow_options){.types = directory_types, .apply = directory_apply});
  return problem ? problem
                 : follow(process, "enable",
                          (struct follow_options){
                              .types = requirements_types, .apply = requirements_apply, .context = &recount});
}

static void stopped(void *argument) {
  (void)argument;
  following--;
}

static void stop(struct process *process, void *context) {
  (void)context;
  for (int i = following - 1; i >= 0; i--) {
    follow_stop(followers[i], stopped, NULL);
  }
  while (following) {
    loop_turn(process_loop(process), 10);
  }
}

int main(int argc, char **argv) {
  static const struct process_plan plan = {
      .name = "enable",
      .port = 7702,
      .services = enable_services,
      .kinds = enable_kinds,
      .counters = enable_counters,
      .partner_of = directory_partner_of,
      .start = start,
      .stop = stop,
  };
  return process_main(&plan, argc, argv);
}
