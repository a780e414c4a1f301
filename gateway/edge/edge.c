#include "gateway/edge/edge.h"

#include "gateway/edge/exchange.h"
#include "runtime/base/limit.h"
#include "runtime/base/text.h"

#include <stdlib.h>

enum { DRAIN_US = 5 * US_PER_SECOND, TURN_MS = 10, BODY_FACTOR = 2 };

const struct setting edge_settings[] = {
    {"http-listen", SETTING_ADDRESS, "127.0.0.1:7780",
     .text = "Address of the HTTP edge: Connect, gRPC-Web and JSON; none when empty."},
    {"http-certificate-file", SETTING_FILE, "",
     .text = "The edge's certificate chain for browsers, PEM; plain HTTP when empty."},
    {"http-key-file", SETTING_FILE, "", .text = "The private key of that certificate, PEM."},
    {"http-origins", SETTING_TEXT, "",
     .text = "Origins whose pages may call from a browser, separated by commas: https://portal.example."},
    {"http-connections-max", SETTING_NUMBER, "1024", 1, 100000, "connections",
     "Connections to the edge at once; more wait to be taken."},
    {"http-address-connections-max", SETTING_NUMBER, "256", 1, 100000, "connections",
     "Connections to the edge from one address; more are closed. Raise it behind a proxy."},
    {"http-arrival-ms", SETTING_NUMBER, "15000", 100, 600000, "ms",
     "Longest time for a request to arrive whole, and for a kept connection to be idle before it."},
    {"http-stall-ms", SETTING_NUMBER, "30000", 1000, 600000, "ms",
     "How long a client may take nothing of its answer before it is cut off; in whole seconds."},
    {"http-stream-idle-ms", SETTING_NUMBER, "900000", 100, 86400000, "ms",
     "Longest silence of a stream before it is ended, for the client to open it again."},
    {"http-version-required", SETTING_SWITCH, "off",
     .text = "Whether Connect requests must say Connect-Protocol-Version: 1; plain JSON clients do not."},
    {0},
};

static void arrived(void *context, struct http_visit *visit) {
  exchange_begin(context, visit);
}

static void gone(void *context, struct http_visit *visit) {
  (void)context;
  exchange_leave(visit);
}

static const char *text_or_null(const struct settings *settings, const char *name) {
  const char *text = setting_text(settings, name);
  return text_empty(text) ? NULL : text;
}

static bool open_port(struct edge *edge, const char **problem) {
  const struct settings *settings = edge->options.settings;
  struct http_options http = {
      .loop = edge->options.loop,
      .listen = setting_text(settings, "http-listen"),
      .certificate_file = text_or_null(settings, "http-certificate-file"),
      .key_file = text_or_null(settings, "http-key-file"),
      .connections_max = (unsigned)setting_number(settings, "http-connections-max"),
      .address_connections_max = (unsigned)setting_number(settings, "http-address-connections-max"),
      .arrival_ms = (uint32_t)setting_number(settings, "http-arrival-ms"),
      .stall_ms = (uint32_t)setting_number(settings, "http-stall-ms"),
      /* JSON and base64 take more than the message itself; that has its own limit. */
      .body_max = (size_t)LIMIT_MESSAGE_BYTES * BODY_FACTOR,
      .arrived = arrived,
      .gone = gone,
      .context = edge,
  };
  if (!http.certificate_file != !http.key_file) {
    *problem = "--http-certificate-file and --http-key-file go together: give both or none";
    return false;
  }
  edge->http = http_start(&http, problem);
  return edge->http;
}

struct edge *edge_start(const struct edge_options *options, const char **problem) {
  const struct settings *settings = options->settings;
  *problem = NULL;
  if (text_empty(setting_text(settings, "http-listen")))
    return NULL;
  struct edge *edge = calloc(1, sizeof *edge);
  *problem = "out of memory at the start";
  if (!edge)
    return NULL;
  edge->options = *options;
  edge->origins = setting_text(settings, "http-origins");
  edge->idle_us = setting_number(settings, "http-stream-idle-ms") * US_PER_MS;
  edge->in_flight_max = (size_t)setting_number(settings, "in-flight-max");
  edge->version_required = setting_on(settings, "http-version-required");
  trace_source_seed(&edge->traces);
  edge->account = account_create(options->log, options->metrics);
  if (edge->account && open_port(edge, problem)) {
    *problem = NULL;
    return edge;
  }
  account_destroy(edge->account);
  free(edge);
  return NULL;
}

void edge_stop(struct edge *edge) {
  if (!edge)
    return;
  edge->draining = true;
  http_quiesce(edge->http);
  exchange_drain(edge, false);
  int64_t until = clock_monotonic_us() + DRAIN_US;
  while (edge->in_flight && clock_monotonic_us() < until)
    loop_turn(edge->options.loop, TURN_MS);
  while (edge->in_flight) {
    exchange_drain(edge, true);
    loop_turn(edge->options.loop, TURN_MS);
  }
  until = clock_monotonic_us() + US_PER_SECOND;
  while (http_visits(edge->http) && clock_monotonic_us() < until) /* answers on their way */
    loop_turn(edge->options.loop, TURN_MS);
  http_stop(edge->http);
  account_destroy(edge->account);
  free(edge);
}
