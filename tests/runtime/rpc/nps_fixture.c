#include "runtime/rpc/nps_fixture.h"

#include <stdlib.h>

const struct kind kind_nps = {
    .name = "nps",
    .pattern = "vendors/*/partnerships/*/npsResponses/*",
    .message = &onboard__nps_response__descriptor,
};
static const struct kind *const kinds[] = {&kind_nps, NULL};
static const struct counter_row counters[] = {{0}};

static struct service service = {.name = "entente.onboard.v1.NpsResponseService"};
static const struct service *const services[] = {&service, NULL};

int world_begin(void **context, const struct method *methods) {
  struct world *world = calloc(1, sizeof(*world));
  service.methods = methods;
  redis_start(&world->redis, "onboard", NULL);
  world->fixture = fixture_start(&(struct fixture_options){.service_name = "onboard",
                                                           .services = services,
                                                           .kinds = kinds,
                                                           .counters = counters,
                                                           .redis = &world->redis});
  world->dana = fixture_principal(world->fixture, TYPE__PARTY__PARTY_VENDOR,
                                  OPTION__METHOD_POLICY__ROLE__ROLE_MANAGER, "acme", NULL, "dana");
  world->rui = fixture_principal(world->fixture, TYPE__PARTY__PARTY_VENDOR,
                                 OPTION__METHOD_POLICY__ROLE__ROLE_MANAGER, "acme", NULL, "rui");
  fixture_as(world->fixture, world->dana);
  *context = world;
  return 0;
}

int world_end(void **context) {
  struct world *world = *context;
  fixture_stop(world->fixture);
  redis_stop(&world->redis);
  free(world);
  return 0;
}
