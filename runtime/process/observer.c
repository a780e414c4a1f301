#include "runtime/process/observer.h"

#include "runtime/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METHODS = 1024, LABELS_BYTES = 256 }; /* METHODS: a power of two, far above any service's table */

/* Found by the method's path; open addressing. Paths come from the contract, so they are few. */
struct method_metrics {
  char *path;
  struct metric *calls[CODE_COUNT];
  struct metric *duration;
};

struct observer {
  struct log *log;
  struct metrics *metrics;
  struct metric *in_flight, *request_bytes, *response_bytes, *reruns;
  uint64_t calls;
  size_t used;
  struct method_metrics methods[METHODS];
};

/* A fault of ours, or one that an operator should look at; refusals of the caller's doing are not. */
static const bool is_fault[CODE_COUNT] = {
    [CODE_UNKNOWN] = true, [CODE_INTERNAL] = true, [CODE_DATA_LOSS] = true, [CODE_UNAVAILABLE] = true};

static void method_labels(const char *path, const char *code, char *out, size_t size) {
  const char *slash = strrchr(path, '/');
  const char *service = *path == '/' ? path + 1 : path;
  int length = slash && slash > service ? (int)(slash - service) : 0;
  snprintf(out, size, "service=\"%.*s\",method=\"%s\"%s%s%s", length, service, slash ? slash + 1 : "unknown",
           code ? ",code=\"" : "", code ? code : "", code ? "\"" : "");
}

static struct method_metrics *method_get(struct observer *observer, const char *path) {
  size_t at = text_hash(path) % METHODS;
  while (observer->methods[at].path && strcmp(observer->methods[at].path, path) != 0)
    at = (at + 1) % METHODS;
  struct method_metrics *method = &observer->methods[at];
  if (method->path)
    return method;
  if (observer->used == METHODS / 2)
    return NULL;
  method->path = strdup(path);
  if (!method->path)
    return NULL;
  observer->used++;
  char labels[LABELS_BYTES];
  method_labels(path, NULL, labels, sizeof labels);
  method->duration = metric_histogram(observer->metrics, "entente_call_duration_seconds", labels,
                                      "Time from a call's arrival to its answer.");
  return method;
}

static void call_count(struct observer *observer, const struct call_facts *facts) {
  struct method_metrics *method = method_get(observer, facts->method);
  if (!method)
    return;
  size_t code = (size_t)facts->code < CODE_COUNT ? (size_t)facts->code : (size_t)CODE_UNKNOWN;
  if (!method->calls[code]) {
    char labels[LABELS_BYTES];
    method_labels(method->path, code_name(facts->code), labels, sizeof labels);
    method->calls[code] = metric_counter(observer->metrics, "entente_calls_total", labels, "Calls answered.");
  }
  metric_add(method->calls[code], 1);
  metric_observe_us(method->duration, facts->duration_us);
  metric_set(observer->in_flight, facts->in_flight > 0 ? facts->in_flight - 1 : 0);
  metric_add(observer->request_bytes, (int64_t)facts->request_bytes);
  metric_add(observer->response_bytes, (int64_t)facts->response_bytes);
  metric_add(observer->reruns, facts->runs > 1 ? facts->runs - 1 : 0);
}

static const char *party_word(Type__Party party) {
  return party == TYPE__PARTY__PARTY_VENDOR    ? "VENDOR"
         : party == TYPE__PARTY__PARTY_PARTNER ? "PARTNER"
         : party == TYPE__PARTY__PARTY_SYSTEM  ? "SYSTEM"
                                               : "";
}

static void call_log(struct observer *observer, const struct call_facts *facts) {
  static const struct principal nobody = {.subject = "", .vendor = ""};
  const struct principal *principal = facts->principal ? facts->principal : &nobody;
  bool fault = (size_t)facts->code < CODE_COUNT && is_fault[facts->code];
  const struct log_field fields[] = {
      {"method", facts->method, 0},
      {"code", code_name(facts->code), 0},
      {"reason", facts->reason, 0},
      {"duration_ms", NULL, facts->duration_us, 3},
      {"request_bytes", NULL, (int64_t)facts->request_bytes},
      {"response_bytes", NULL, (int64_t)facts->response_bytes},
      {"trace_id", facts->trace_id, 0},
      {"span_id", facts->span_id, 0},
      {"subject", principal->subject ? principal->subject : "", 0},
      {"vendor", principal->vendor ? principal->vendor : "", 0},
      {"party", party_word(principal->party), 0},
      {"peer", facts->peer_service, 0},
      {"runs", NULL, facts->runs},
      {fault ? "fault" : NULL, facts->message, 0},
      {0},
  };
  log_event(observer->log, fault ? LOG_WARNING : LOG_INFO, "call", fields);
}

static void call_finished(void *context, const struct call_facts *facts) {
  struct observer *observer = context;
  observer->calls++;
  if (observer->metrics)
    call_count(observer, facts);
  if (observer->log)
    call_log(observer, facts);
}

struct observer *observer_create(struct log *log, struct metrics *metrics) {
  struct observer *observer = calloc(1, sizeof *observer);
  if (!observer)
    return NULL;
  observer->log = log;
  observer->metrics = metrics;
  observer->in_flight = metric_gauge(metrics, "entente_calls_in_flight", NULL, "Calls being served.");
  observer->request_bytes =
      metric_counter(metrics, "entente_request_bytes_total", NULL, "Bytes of request messages.");
  observer->response_bytes =
      metric_counter(metrics, "entente_response_bytes_total", NULL, "Bytes of response messages.");
  observer->reruns =
      metric_counter(metrics, "entente_reruns_total", NULL, "Handler runs repeated because a race was lost.");
  return observer;
}

void observer_destroy(struct observer *observer) {
  if (!observer)
    return;
  for (size_t i = 0; i < METHODS; i++)
    free(observer->methods[i].path);
  free(observer);
}

uint64_t observer_calls(const struct observer *observer) {
  return observer->calls;
}

struct call_observer observer_of_calls(struct observer *observer) {
  return (struct call_observer){.finished = call_finished, .context = observer};
}
