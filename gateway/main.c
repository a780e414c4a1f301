#include "gateway/compose/follow.h"
#include "gateway/compose/performance_rpc.h"
#include "gateway/edge/route.h"
#include "runtime/process/service.h"

#include <stdlib.h>

static struct composer composer;
static struct gateway_feeds *feeds;

static const char *start(struct process *process, void **context) {
  composer.partnerships = partnerships_create();
  composer.memory = memory_create();
  if (!composer.partnerships || !composer.memory)
    return "out of memory at the start";
  for (enum pillar pillar = 0; pillar < PILLAR_COUNT; pillar++) {
    const char *problem = NULL;
    composer.channels[pillar] = process_channel(process, pillar_names[pillar], &problem);
    if (!composer.channels[pillar])
      return problem;
  }
  feeds = feeds_start(process_loop(process), &composer, process_clock(process), process_log(process),
                      process_metrics(process));
  *context = &composer;
  return feeds ? NULL : "out of memory at the start";
}

static void stop(struct process *process, void *context) {
  (void)process;
  (void)context;
  feeds_stop(feeds);
}

int main(int argc, char **argv) {
  static const struct service *const services[] = {&performance_service, NULL};
  return process_main(&(struct process_plan){.name = "gateway",
                                             .port = 7700,
                                             .services = services,
                                             .partner_of = composer_partner_of,
                                             .pass = route_pass,
                                             .start = start,
                                             .stop = stop},
                      argc, argv);
}
