#include "gateway/compose/follow.h"
#include "gateway/compose/performance_rpc.h"
#include "gateway/edge/documents.h"
#include "gateway/edge/edge.h"
#include "gateway/edge/route.h"
#include "runtime/process/service.h"

#include <stdlib.h>

static struct composer composer;
static struct gateway_feeds *feeds;
static struct edge *edge;
static struct channel *own;

/* To this process itself, for the edge's calls of its own methods: made when first needed. */
static struct channel *own_channel(void *context) {
  const char *problem;
  if (!own)
    own = process_own_channel(context, &problem);
  return own;
}

static const char *start_edge(struct process *process) {
  const char *problem = NULL;
  edge = edge_start(&(struct edge_options){.loop = process_loop(process),
                                           .settings = process_settings(process),
                                           .identity = process_identity(process),
                                           .clock = process_clock(process),
                                           .log = process_log(process),
                                           .metrics = process_metrics(process),
                                           .pillars = composer.channels,
                                           .own_channel = own_channel,
                                           .context = process,
                                           .documents = edge_documents()},
                    &problem);
  return problem;
}

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
  return feeds ? start_edge(process) : "out of memory at the start";
}

static void stop(struct process *process, void *context) {
  (void)process;
  (void)context;
  edge_stop(edge);
  feeds_stop(feeds);
}

int main(int argc, char **argv) {
  static const struct service *const services[] = {&performance_service, NULL};
  return process_main(&(struct process_plan){.name = "gateway",
                                             .port = 7700,
                                             .settings = edge_settings,
                                             .services = services,
                                             .partner_of = composer_partner_of,
                                             .pass = route_pass,
                                             .start = start,
                                             .stop = stop},
                      argc, argv);
}
