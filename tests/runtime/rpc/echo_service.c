#include "echo_service.h"

#include "runtime/base/limit.h"
#include "runtime/loop/loop.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct echo_state *state_of(struct call *call) {
  return call_context(call);
}

/* Answers what came with it: the page token of the answer is the one of the request. */
static const struct status *do_echo(struct call *call, Ledger__ListLedgerEntriesResponse *response,
                                    const Ledger__ListLedgerEntriesRequest *request) {
  (void)call;
  response->next_page_token = request->page_token;
  return NULL;
}

/* The same as bytes, with a response beside them that is not to be sent. */
static const struct status *do_echo_packed(struct call *call, Ledger__ListLedgerEntriesResponse *response,
                                           const Ledger__ListLedgerEntriesRequest *request) {
  static uint8_t bytes[256];
  static ProtobufCBinaryData packed = {.data = bytes};
  Ledger__ListLedgerEntriesResponse kept = LEDGER__LIST_LEDGER_ENTRIES_RESPONSE__INIT;
  kept.next_page_token = request->page_token;
  packed.len = ledger__list_ledger_entries_response__pack(&kept, bytes);
  response->next_page_token = (char *)"not this";
  call_answer_packed(call, &packed);
  return NULL;
}

static const struct status *do_fail(struct call *call, Ledger__ListLedgerEntriesResponse *response,
                                    const Ledger__ListLedgerEntriesRequest *request) {
  (void)response;
  (void)request;
  struct status *status =
      call_fail(call, CODE_FAILED_PRECONDITION, "GUARD_UNMET", "%s is not signed — 100 %%", "the plan");
  status_add_guard(call_arena(call), status, "GUARD", "vendors/a/plans/b", "sponsors are missing");
  status_add_guard(call_arena(call), status, "GUARD", "vendors/a/plans/b", "no commitments");
  status_add_violation(call_arena(call), status, "plan.name", "REQUIRED_FIELD_MISSING", "is required");
  status_add_metadata(call_arena(call), status, "state", "DRAFT");
  status->retry_after_ms = 1500;
  return status;
}

/* More details than a status may carry. */
static const struct status *do_fail_at_length(struct call *call, Ledger__ListLedgerEntriesResponse *response,
                                              const Ledger__ListLedgerEntriesRequest *request) {
  (void)response;
  (void)request;
  char text[5000];
  memset(text, 'x', sizeof(text));
  memcpy(text + sizeof(text) - 3, "\xc3\xa9", 3);
  struct status *status = call_fail(call, CODE_INVALID_ARGUMENT, "INVALID_REQUEST", "%s", text);
  for (int i = 0; i < 30; i++)
    status_add_violation(call_arena(call), status, "field", "PATTERN_MISMATCH", "%d: %s", i, text);
  return status;
}

/* So many that encoding them again and again would fill any arena. */
static const struct status *do_fail_with_many(struct call *call, Ledger__ListLedgerEntriesResponse *response,
                                              const Ledger__ListLedgerEntriesRequest *request) {
  (void)response;
  (void)request;
  char text[600];
  memset(text, 'x', sizeof(text) - 1);
  text[sizeof(text) - 1] = '\0';
  struct status *status = call_fail(call, CODE_FAILED_PRECONDITION, "GUARD_UNMET", "%s", text);
  for (int i = 0; i < 1000; i++) {
    status_add_guard(call_arena(call), status, text, text, "%s", text);
    status_add_metadata(call_arena(call), status, text, text);
  }
  return status;
}

static const struct status *do_sleep(struct call *call, Ledger__ListLedgerEntriesResponse *response,
                                     const Ledger__ListLedgerEntriesRequest *request) {
  uint32_t ms = (uint32_t)strtoul(request->page_token, NULL, 10);
  (void)response;
  for (uint32_t slept = 0; slept < ms && !call_cancelled(call); slept += 5)
    fiber_sleep_ms(5);
  if (!call_cancelled(call))
    return NULL;
  atomic_fetch_add(&state_of(call)->cancelled, 1);
  return &status_cancelled;
}

static const struct status *do_exhaust(struct call *call, Ledger__ListLedgerEntriesResponse *response,
                                       const Ledger__ListLedgerEntriesRequest *request) {
  (void)response;
  (void)request;
  for (size_t i = 0; i <= LIMIT_CALL_ARENA_BYTES >> 20; i++)
    memset(arena_alloc(call_arena(call), 1 << 20), 1, 1 << 20);
  return NULL;
}

static const struct status *do_answer_too_much(struct call *call, Ledger__ListLedgerEntriesResponse *response,
                                               const Ledger__ListLedgerEntriesRequest *request) {
  (void)request;
  char *text = arena_alloc(call_arena(call), LIMIT_MESSAGE_BYTES + 1);
  memset(text, 'a', LIMIT_MESSAGE_BYTES);
  text[LIMIT_MESSAGE_BYTES] = '\0';
  response->next_page_token = text;
  return NULL;
}

static const struct status *do_lose_race(struct call *call, Ledger__ListLedgerEntriesResponse *response,
                                         const Ledger__ListLedgerEntriesRequest *request) {
  int wins_at = atoi(request->page_token);
  if (atomic_load(&state_of(call)->runs) < wins_at)
    return &status_lost_race;
  response->next_page_token = arena_strdup(call_arena(call), "won");
  return NULL;
}

static const struct status *do_tell_trace(struct call *call, Ledger__ListLedgerEntriesResponse *response,
                                          const Ledger__ListLedgerEntriesRequest *request) {
  (void)request;
  response->next_page_token = (char *)call_traceparent(call);
  return NULL;
}

static const struct status *do_tell_caller(struct call *call, Ledger__ListLedgerEntriesResponse *response,
                                           const Ledger__ListLedgerEntriesRequest *request) {
  const struct principal *principal = call_principal(call);
  (void)request;
  response->next_page_token =
      arena_printf(call_arena(call), "%s %s %s", principal->service ? "service" : "user", principal->subject,
                   principal->vendor ? principal->vendor : "-");
  return NULL;
}

static const struct {
  const char *name;
  const struct status *(*run)(struct call *call, Ledger__ListLedgerEntriesResponse *response,
                              const Ledger__ListLedgerEntriesRequest *request);
} acts[] = {
    {"", do_echo},
    {"packed", do_echo_packed},
    {"fail", do_fail},
    {"fail at length", do_fail_at_length},
    {"fail with many", do_fail_with_many},
    {"sleep", do_sleep},
    {"exhaust", do_exhaust},
    {"answer too much", do_answer_too_much},
    {"lose race", do_lose_race},
    {"trace", do_tell_trace},
    {"caller", do_tell_caller},
};

static const struct status *echo_list(struct call *call, const void *in, void *out) {
  const Ledger__ListLedgerEntriesRequest *request = in;
  struct echo_state *state = state_of(call);
  const struct status *status = NULL;
  atomic_fetch_add(&state->runs, 1);
  atomic_fetch_add(&state->running, 1);
  for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
    if (strcmp(acts[i].name, request->counter) == 0)
      status = acts[i].run(call, out, request);
  atomic_fetch_sub(&state->running, 1);
  return status;
}

static const struct status *echo_counters(struct call *call, const void *in, void *out) {
  (void)call;
  (void)in;
  (void)out;
  return NULL;
}

/* How a stream goes, by the vendor asked for. */
static const struct flow {
  const char *parent;
  int64_t messages;
  uint32_t pause_ms;
  size_t bytes; /* of each message, about */
} flows[] = {
    {"vendors/brief", 3, 0, 0},
    {"vendors/endless", INT64_MAX, 1, 0},
    {"vendors/heavy", INT64_MAX, 0, 32 << 10},
};

static const struct flow *flow_of(const char *parent) {
  for (size_t i = 0; i < sizeof(flows) / sizeof(*flows); i++)
    if (strcmp(flows[i].parent, parent) == 0)
      return &flows[i];
  return &flows[0];
}

static const struct status *send_one(struct stream *stream, const struct flow *flow, int64_t number) {
  Ledger__VerifyLedgerResponse message = LEDGER__VERIFY_LEDGER_RESPONSE__INIT;
  Ledger__LedgerFinding finding = LEDGER__LEDGER_FINDING__INIT, *findings[] = {&finding};
  message.entries = number;
  if (flow->bytes) {
    char *text = arena_alloc(stream_arena(stream), flow->bytes + 1);
    memset(text, 'h', flow->bytes);
    text[flow->bytes] = '\0';
    finding.description = text;
    message.findings = findings;
    message.n_findings = 1;
  }
  return stream_send(stream, &message);
}

static const struct status *echo_verify(struct call *call, const void *in, struct stream *stream) {
  const struct flow *flow = flow_of(((const Ledger__VerifyLedgerRequest *)in)->parent);
  struct echo_state *state = state_of(call);
  const struct status *status = NULL;
  atomic_fetch_add(&state->running, 1);
  for (int64_t i = 1; !status && i <= flow->messages; i++) {
    status = send_one(stream, flow, i);
    if (!status)
      atomic_fetch_add(&state->sent, 1);
    if (!status && flow->pause_ms)
      status = stream_wait(stream, flow->pause_ms);
  }
  /* A send that fails can be seen before the close that made it fail. */
  if (call_cancelled(call) || (status && status->code == CODE_CANCELLED))
    atomic_fetch_add(&state->cancelled, 1);
  atomic_fetch_sub(&state->running, 1);
  return status;
}

static const struct method methods[] = {
    {.name = "ListLedgerEntries", .unary = echo_list},
    {.name = "BatchGetCounters", .unary = echo_counters},
    {.name = "VerifyLedger", .stream = echo_verify},
    {0},
};
static const struct service service = {"entente.ledger.v1.LedgerService", methods};
const struct service *const echo_services[] = {&service, NULL};
