#include "runtime/rpc/call_state.h"

#include "runtime/base/text.h"

#include "grpc/health/v1/health.pb-c.h"

/* Watchers are woken by changes; this is how often they look when there is none. */
enum { WATCH_LOOK_MS = 5000 };

typedef Grpc__Health__V1__HealthCheckResponse__ServingStatus serving_status;

static serving_status status_of(const struct server *server, const char *service) {
  if (!text_empty(service) && !server_has_service(server, service))
    return GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN;
  return server->serving ? GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING
                         : GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING;
}

static const struct status *health_check(struct call *call, const void *in, void *out) {
  const Grpc__Health__V1__HealthCheckRequest *request = in;
  Grpc__Health__V1__HealthCheckResponse *response = out;
  response->status = status_of(call->server, request->service);
  if (response->status == GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN)
    return call_fail(call, CODE_NOT_FOUND, "SERVICE_UNKNOWN", "this server has no service `%s`",
                     request->service);
  return NULL;
}

static const struct status *health_watch(struct call *call, const void *in, struct stream *stream) {
  const Grpc__Health__V1__HealthCheckRequest *request = in;
  Grpc__Health__V1__HealthCheckResponse response = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
  bool told = false;
  for (;;) {
    serving_status now = status_of(call->server, request->service);
    if (!told || now != response.status) {
      response.status = now;
      const struct status *status = stream_send(stream, &response);
      if (status)
        return status;
      told = true;
      continue; /* it may have changed while the message was on its way */
    }
    const struct status *ended = stream_wait(stream, WATCH_LOOK_MS);
    if (ended)
      return ended;
  }
}

const struct builtin_method health_methods[] = {
    {.path = "/grpc.health.v1.Health/Check", .unary = health_check},
    {.path = "/grpc.health.v1.Health/Watch", .stream = health_watch},
    {0},
};
