#include "gateway/edge/route.h"

#include <string.h>

#define PACKAGE_START "entente."

const struct schema_method *route_method(const char *path) {
  const struct schema_method *method = schema_find_method(path);
  return method && !method->client_streaming && method->policy && method->policy->n_parties > 0 ? method
                                                                                                : NULL;
}

enum pillar route_pillar_named(const char *name, size_t size) {
  enum pillar pillar = 0;
  while (pillar < PILLAR_COUNT &&
         (strlen(pillar_names[pillar]) != size || memcmp(pillar_names[pillar], name, size) != 0))
    pillar++;
  return pillar;
}

enum pillar route_pillar(const struct schema_method *method) {
  const char *name = method->service + strlen(PACKAGE_START);
  if (strncmp(method->service, PACKAGE_START, strlen(PACKAGE_START)) != 0)
    return PILLAR_COUNT;
  return route_pillar_named(name, strcspn(name, "."));
}

struct channel *route_pass(void *context, const char *path) {
  const struct composer *composer = context;
  const struct schema_method *method = route_method(path);
  enum pillar pillar = method ? route_pillar(method) : PILLAR_COUNT;
  return pillar == PILLAR_COUNT ? NULL : composer->channels[pillar];
}
