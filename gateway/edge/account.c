#include "gateway/edge/account.h"

#include "runtime/observe/log.h"
#include "runtime/observe/metric.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS_BYTES = 96 };

static const char *const protocols[] = {"connect", "grpc-web", "http"};
enum { PROTOCOLS = sizeof(protocols) / sizeof(*protocols) };

struct account {
  struct log *log;
  struct metrics *metrics;
  struct metric *calls[PROTOCOLS][CODE_COUNT], *duration[PROTOCOLS];
  struct metric *connections, *held, *in_flight, *request_bytes, *response_bytes;
};

struct account *account_create(struct log *log, struct metrics *metrics) {
  struct account *account = calloc(1, sizeof(*account));
  if (!account)
    return NULL;
  account->log = log;
  account->metrics = metrics;
  account->connections =
      metric_gauge(metrics, "entente_edge_connections", NULL, "Open connections of the HTTP edge.");
  account->held = metric_gauge(metrics, "entente_edge_held", NULL,
                               "Requests of the HTTP edge in memory: arriving, served or being answered.");
  account->in_flight =
      metric_gauge(metrics, "entente_edge_in_flight", NULL, "Requests of the HTTP edge being served.");
  account->request_bytes =
      metric_counter(metrics, "entente_edge_request_bytes_total", NULL, "Bytes of bodies of requests.");
  account->response_bytes =
      metric_counter(metrics, "entente_edge_response_bytes_total", NULL, "Bytes of bodies of answers.");
  return account;
}

void account_destroy(struct account *account) {
  free(account);
}

static size_t protocol_index(const char *name) {
  size_t i = 0;
  while (i + 1 < PROTOCOLS && strcmp(protocols[i], name) != 0)
    i++;
  return i;
}

static void count(struct account *account, const struct account_line *line) {
  size_t protocol = protocol_index(line->protocol);
  struct metric **calls = &account->calls[protocol][line->code];
  char labels[LABELS_BYTES];
  snprintf(labels, sizeof(labels), "protocol=\"%s\"", protocols[protocol]);
  if (!account->duration[protocol])
    account->duration[protocol] = metric_histogram(account->metrics, "entente_edge_duration_seconds", labels,
                                                   "Time from a request's arrival to its answer.");
  snprintf(labels, sizeof(labels), "protocol=\"%s\",code=\"%s\"", protocols[protocol], code_name(line->code));
  if (!*calls)
    *calls = metric_counter(account->metrics, "entente_edge_calls_total", labels,
                            "Requests answered at the HTTP edge.");
  metric_add(*calls, 1);
  metric_observe_us(account->duration[protocol], line->duration_us);
  metric_add(account->request_bytes, (int64_t)line->request_bytes);
  metric_add(account->response_bytes, (int64_t)line->response_bytes);
}

void account_tell(struct account *account, const struct account_line *line) {
  static const struct principal nobody = {.subject = "", .vendor = ""};
  const struct principal *principal = line->principal ? line->principal : &nobody;
  const struct log_field fields[] = {
      {"protocol", line->protocol, 0},
      {"method", line->method, 0},
      {"code", code_name(line->code), 0},
      {"reason", line->reason, 0},
      {"http_status", NULL, line->http_status},
      {"duration_ms", NULL, line->duration_us, 3},
      {"request_bytes", NULL, (int64_t)line->request_bytes},
      {"response_bytes", NULL, (int64_t)line->response_bytes},
      {"trace_id", line->trace_id, 0},
      {"subject", principal->subject ? principal->subject : "", 0},
      {"vendor", principal->vendor ? principal->vendor : "", 0},
      {0},
  };
  count(account, line);
  log_event(account->log, line->code == CODE_INTERNAL || line->code == CODE_UNKNOWN ? LOG_WARNING : LOG_INFO,
            "edge call", fields);
}

void account_load(struct account *account, size_t connections, size_t held, size_t in_flight) {
  metric_set(account->connections, (int64_t)connections);
  metric_set(account->held, (int64_t)held);
  metric_set(account->in_flight, (int64_t)in_flight);
}
