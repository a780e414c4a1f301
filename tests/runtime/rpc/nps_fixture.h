/* A small service on a real Redis: the contract's NpsResponseService with handlers that a test gives. */
#ifndef ENTENTE_TESTS_NPS_FIXTURE_H
#define ENTENTE_TESTS_NPS_FIXTURE_H

#include "support/server_fixture.h"

#include "entente/onboard/v1/nps_response_service.pb-c.h"

extern const struct kind kind_nps;

struct world {
  struct redis_fixture redis;
  struct server_fixture *fixture;
  const struct principal *dana, *rui; /* managers of vendors/acme; dana calls at first */
};

/* cmocka's setup but for the handlers, which must outlive the world; and its teardown. */
int world_begin(void **context, const struct method *methods);
int world_end(void **context);

#endif
