#include "gateway/edge/exchange.h"

#include "gateway/edge/query.h"
#include "gateway/edge/question.h"
#include "gateway/edge/reply.h"
#include "gateway/edge/route.h"
#include "runtime/base/limit.h"
#include "runtime/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DOMAIN "gateway.entente"

enum { DEADLINE_DEFAULT_MS = 10000, RETRY_MS = 200 };

struct exchange {
  struct exchange *previous, *next;
  struct edge *edge;
  struct http_visit *visit;
  struct reply reply;
  struct question question;
  struct trace trace;
  struct channel *channel;
  struct client_stream *call; /* while there is one */
  const struct principal *principal;
  const struct status *cut; /* why it is ended before its time; NULL: it is not */
  struct loop_timer idle;
  int64_t start_us;
};

static const struct status overloaded = {
    .code = CODE_RESOURCE_EXHAUSTED,
    .reason = REASON_OVERLOADED,
    .message = "the gateway serves as many calls as it can; try again later",
    .retry_after_ms = RETRY_MS,
};
static const struct status draining = {
    .code = CODE_UNAVAILABLE,
    .reason = "DRAINING",
    .message = "this process is ending; call again to reach another",
    .retry_after_ms = RETRY_MS,
};
static const struct status stream_idle = {
    .code = CODE_UNAVAILABLE,
    .reason = "STREAM_IDLE",
    .message = "nothing happened for long; open the stream again to go on",
    .retry_after_ms = RETRY_MS,
};
static const struct status token_missing = {
    .code = CODE_UNAUTHENTICATED,
    .reason = REASON_UNAUTHENTICATED,
    .message = "this call needs a token: send one header `authorization: Bearer <token>`",
};
static const struct status method_unknown = {
    .code = CODE_UNIMPLEMENTED,
    .reason = "METHOD_UNKNOWN",
    .message = "there is no such method; /openapi.json lists those there are",
};
static const struct status no_answer = {
    .code = CODE_UNIMPLEMENTED,
    .reason = "RESPONSE_MISSING",
    .message = "the service answered with none or several messages where one belongs",
};

/* ---- which method ---- */

/* Methods that every pillar serves are told apart by the pillar in front: `/sell/entente.ledger.v1...`. */
static const struct schema_method *find_method(struct exchange *exchange) {
  const char *path = exchange->visit->request.path;
  const char *second = *path == '/' ? strchr(path + 1, '/') : NULL;
  enum pillar named = second ? route_pillar_named(path + 1, (size_t)(second - path) - 1) : PILLAR_COUNT;
  const struct edge_options *options = &exchange->edge->options;
  const struct schema_method *method = route_method(named < PILLAR_COUNT ? second : path);
  enum pillar pillar = method ? route_pillar(method) : PILLAR_COUNT;
  if (!method || (named < PILLAR_COUNT && pillar < PILLAR_COUNT && pillar != named))
    return NULL;
  if (pillar < PILLAR_COUNT || named < PILLAR_COUNT)
    exchange->channel = options->pillars[pillar < PILLAR_COUNT ? pillar : named];
  else if (strncmp(method->service, "entente.gateway.", strlen("entente.gateway.")) == 0)
    exchange->channel = options->own_channel(options->context);
  return exchange->channel ? method : NULL;
}

static bool is_read(const struct schema_method *method) {
  return !method->server_streaming && method->policy->effect == OPTION__METHOD_POLICY__EFFECT__EFFECT_READ;
}

/* ---- what becomes of it ---- */

static void tell(struct exchange *exchange, const struct status *status) {
  struct reply *reply = &exchange->reply;
  account_tell(exchange->edge->account,
               &(struct account_line){.protocol = reply->media ? reply->media->name : "http",
                                      .method = reply->method ? reply->method->path : "",
                                      .code = status ? status->code : CODE_OK,
                                      .reason = status ? status->reason : "",
                                      .message = status ? status->message : "",
                                      .http_status = reply->http_status,
                                      .duration_us = clock_monotonic_us() - exchange->start_us,
                                      .request_bytes = exchange->visit->request.size,
                                      .response_bytes = reply->bytes,
                                      .trace_id = exchange->trace.trace_id,
                                      .principal = exchange->principal});
}

static void finish(struct exchange *exchange, const struct client_end *end) {
  struct arena *arena = exchange->visit->arena;
  if (exchange->cut)
    end = client_end_of(arena, exchange->cut, DOMAIN);
  reply_end(&exchange->reply, end);
  tell(exchange, client_end_status(arena, end));
}

static void fail(struct exchange *exchange, const struct status *status) {
  finish(exchange, client_end_of(exchange->visit->arena, status, DOMAIN));
}

static void refuse(struct exchange *exchange, unsigned http_status, const struct status *status,
                   const char *key, const char *value) {
  struct header extra = {key, value, 0};
  reply_refuse(&exchange->reply, http_status, client_end_of(exchange->visit->arena, status, DOMAIN),
               key ? &extra : NULL);
  tell(exchange, status);
}

/* ---- HTTP's own part: verb, path, type; false when it is answered ---- */

static bool choose_media(struct exchange *exchange) {
  const struct http_request *request = &exchange->visit->request;
  struct reply *reply = &exchange->reply;
  size_t size;
  bool bad = false;
  reply->get = strcmp(request->verb, "GET") == 0;
  reply->media =
      reply->get
          ? media_of_encoding(query_value(exchange->visit->arena, request->query, "encoding", &size, &bad))
          : media_of(http_header(request, "content-type"));
  return reply->get || strcmp(request->verb, "POST") == 0;
}

static bool admit_http(struct exchange *exchange) {
  struct reply *reply = &exchange->reply;
  struct arena *arena = exchange->visit->arena;
  bool verb_known = choose_media(exchange);
  const struct schema_method *method = find_method(exchange);
  if (!method && reply->media && reply->media->name[0] == 'g')
    fail(exchange, &method_unknown);
  else if (!method)
    refuse(exchange, 404, &method_unknown, NULL, NULL);
  reply->method = method;
  if (!method)
    return false;
  const char *verbs = is_read(method) ? "GET, POST" : "POST";
  const char *types = media_list(method->server_streaming);
  if (!verb_known || (reply->get && !is_read(method)))
    refuse(exchange, 405, status_make(arena, CODE_UNKNOWN, "VERB_UNSUPPORTED", "this method takes %s", verbs),
           "allow", verbs);
  else if (!reply->media || !media_fits(reply->media, method->server_streaming))
    refuse(exchange, 415,
           status_make(arena, CODE_UNKNOWN, "TYPE_UNSUPPORTED",
                       reply->get ? "`encoding` is json or proto%s" : "this method takes %s",
                       reply->get ? "" : types),
           "accept-post", types);
  else
    return true;
  return false;
}

/* ---- the call ---- */

static const struct status *identify(struct exchange *exchange) {
  static const char scheme[] = "Bearer ";
  const char *value = exchange->question.authorization;
  size_t size = sizeof(scheme) - 1;
  if (!value || strncasecmp(value, scheme, size) != 0)
    return &token_missing;
  return identity_of_token(exchange->edge->options.identity, exchange->visit->arena, value + size,
                           strlen(value + size), &exchange->principal);
}

static const struct status *read_question(struct exchange *exchange) {
  struct reply *reply = &exchange->reply;
  const struct http_request *request = &exchange->visit->request;
  struct arena *arena = exchange->visit->arena;
  struct question *question = &exchange->question;
  const struct status *status = question_read_head(arena, request, reply->media,
                                                   exchange->edge->version_required && !reply->get, question);
  const char *parent = question->traceparent;
  trace_begin(&exchange->trace, &exchange->edge->traces, parent, parent ? strlen(parent) : 0);
  reply->gzip = question->gzip;
  if (!status)
    status = identify(exchange);
  if (status)
    return status;
  return (reply->get ? question_read_query : question_read_body)(arena, request, reply->media, reply->method,
                                                                 question);
}

static int64_t deadline_of(const struct exchange *exchange) {
  const struct schema_method *method = exchange->reply.method;
  int64_t own_ms = method->policy->deadline_ms > 0 ? method->policy->deadline_ms
                   : method->server_streaming      ? 0
                                                   : DEADLINE_DEFAULT_MS;
  int64_t own_us = own_ms ? own_ms * US_PER_MS : INT64_MAX, asked_us = exchange->question.timeout_us;
  int64_t shorter = asked_us < own_us ? asked_us : own_us;
  return shorter > INT64_MAX - exchange->start_us ? INT64_MAX : exchange->start_us + shorter;
}

static void cut(struct exchange *exchange, const struct status *why) {
  if (!exchange->cut)
    exchange->cut = why;
  if (exchange->call)
    client_stream_cancel(exchange->call);
}

static void idle_passed(struct loop_timer *timer) {
  cut((struct exchange *)((char *)timer - offsetof(struct exchange, idle)), &stream_idle);
}

static void idle_begin(struct exchange *exchange) {
  if (exchange->reply.method->server_streaming)
    loop_arm(exchange->edge->options.loop, &exchange->idle, clock_monotonic_us() + exchange->edge->idle_us);
}

/* Passes messages until there are no more; the status that this side ends it with, if any. */
static const struct status *pass_messages(struct exchange *exchange) {
  const struct status *status = NULL;
  const struct header *headers;
  const uint8_t *bytes;
  size_t size;
  idle_begin(exchange);
  size_t count = client_stream_headers(exchange->call, &headers);
  reply_headers(&exchange->reply, headers, count);
  for (;;) {
    idle_begin(exchange);
    client_stream_bytes(exchange->call, &bytes, &size);
    loop_disarm(exchange->edge->options.loop, &exchange->idle);
    if (!bytes || exchange->cut)
      return NULL;
    if (!exchange->reply.method->server_streaming && exchange->reply.messages)
      return &no_answer;
    if (!reply_message(&exchange->reply, bytes, size, &status))
      return status ? status : &status_cancelled;
  }
}

static void call(struct exchange *exchange) {
  struct arena *arena = exchange->visit->arena;
  const struct question *question = &exchange->question;
  exchange->call = client_stream_open(
      exchange->channel, &(struct client_call){.arena = arena,
                                               .method = exchange->reply.method->path,
                                               .bytes = question->bytes,
                                               .size = question->size,
                                               .authorization = question->authorization,
                                               .traceparent = exchange->trace.parent,
                                               .headers = question->carried,
                                               .header_count = question->carried_count,
                                               .unary = !exchange->reply.method->server_streaming,
                                               .deadline_us = deadline_of(exchange)});
  const struct status *status = pass_messages(exchange);
  const struct client_end *end =
      status ? client_end_of(arena, status, DOMAIN) : client_stream_end(exchange->call, DOMAIN);
  if (end->code == CODE_OK && !exchange->reply.method->server_streaming && !exchange->reply.messages)
    end = client_end_of(arena, &no_answer, DOMAIN);
  client_stream_close(exchange->call);
  exchange->call = NULL;
  finish(exchange, end);
}

static void serve(struct exchange *exchange) {
  if (!admit_http(exchange))
    return;
  const struct status *status = exchange->edge->draining                                    ? &draining
                                : exchange->edge->in_flight > exchange->edge->in_flight_max ? &overloaded
                                                                                            : NULL;
  if (!status)
    status = read_question(exchange);
  /* gRPC core gives a call whose time is over another moment. */
  if (!status && deadline_of(exchange) <= clock_monotonic_us())
    status = &status_deadline_exceeded;
  if (status)
    fail(exchange, status);
  else
    call(exchange);
}

/* ---- its life ---- */

static void load_tell(struct edge *edge) {
  account_load(edge->account, http_connections(edge->http), http_visits(edge->http), edge->in_flight);
}

static void exchange_end(struct exchange *exchange) {
  struct edge *edge = exchange->edge;
  loop_disarm(edge->options.loop, &exchange->idle);
  if (exchange->previous)
    exchange->previous->next = exchange->next;
  else
    edge->first = exchange->next;
  if (exchange->next)
    exchange->next->previous = exchange->previous;
  edge->in_flight--;
  load_tell(edge);
  arena_destroy(exchange->reply.pieces);
  http_release(exchange->visit);
  free(exchange);
}

/* What is left when the memory of one call is used up: no arena can be asked any more. */
static void abandoned(void *argument) {
  static const char body[] =
      "{\"code\":\"resource_exhausted\",\"message\":\"the call took too much memory\"}";
  static const struct header headers[] = {{"content-type", "application/json", 0}};
  struct exchange *exchange = argument;
  if (exchange->reply.begun)
    http_abort(exchange->visit);
  else
    http_answer(exchange->visit, 429, headers, 1, body, sizeof(body) - 1);
  exchange->reply.http_status = 429;
  tell(exchange, &status_memory_exhausted);
  exchange_end(exchange);
}

static void run(void *argument) {
  struct exchange *exchange = argument;
  fiber_on_abandon(abandoned, exchange);
  serve(exchange);
  fiber_release_held();
  exchange_end(exchange);
}

static void pieces_exhausted(void *context) {
  (void)context;
  if (!fiber_current())
    abort();
  fiber_abandon();
}

static struct exchange *exchange_create(struct edge *edge, struct http_visit *visit) {
  struct exchange *exchange = calloc(1, sizeof(*exchange));
  struct arena *pieces = arena_create(LIMIT_CALL_ARENA_BYTES, pieces_exhausted, NULL);
  if (!exchange || !pieces) {
    arena_destroy(pieces);
    free(exchange);
    return NULL;
  }
  exchange->edge = edge;
  exchange->visit = visit;
  exchange->start_us = clock_monotonic_us();
  exchange->idle.fire = idle_passed;
  exchange->reply.visit = visit;
  exchange->reply.origins = edge->origins;
  exchange->reply.pieces = pieces;
  exchange->reply.whole.arena = visit->arena;
  exchange->next = edge->first;
  if (edge->first)
    edge->first->previous = exchange;
  edge->first = exchange;
  edge->in_flight++;
  visit->owner = exchange;
  return exchange;
}

static const struct document *find_document(const struct edge *edge, const struct http_request *request) {
  const struct document *row = edge->options.documents;
  bool reads = strcmp(request->verb, "GET") == 0 || strcmp(request->verb, "HEAD") == 0;
  for (; reads && row && row->path; row++)
    if (strcmp(row->path, request->path) == 0)
      return row;
  return NULL;
}

/* Answers that need no call. */
static bool answer_at_once(struct edge *edge, struct http_visit *visit) {
  struct head head = {.arena = visit->arena};
  unsigned status;
  if (cors_preflight(&head, edge->origins, &visit->request, &status)) {
    http_answer(visit, status, head.rows, head.count, "", 0);
    return true;
  }
  const struct document *document = find_document(edge, &visit->request);
  if (!document)
    return false;
  head_add(&head, "content-type", document->content_type);
  head_add(&head, "x-content-type-options", "nosniff");
  cors_answer(&head, edge->origins, &visit->request);
  http_answer(visit, 200, head.rows, head.count, document->bytes, document->size);
  return true;
}

void exchange_begin(struct edge *edge, struct http_visit *visit) {
  static const char body[] = "{\"code\":\"resource_exhausted\",\"message\":\"try again later\"}";
  static const struct header headers[] = {{"content-type", "application/json", 0}};
  if (answer_at_once(edge, visit)) {
    http_release(visit);
    return;
  }
  struct exchange *exchange = exchange_create(edge, visit);
  load_tell(edge);
  if (exchange && fiber_start(edge->options.loop, run, exchange))
    return;
  http_answer(visit, 429, headers, 1, body, sizeof(body) - 1);
  if (exchange)
    exchange_end(exchange);
  else
    http_release(visit);
}

void exchange_leave(struct http_visit *visit) {
  cut(visit->owner, &status_cancelled);
}

void exchange_drain(struct edge *edge, bool all) {
  for (struct exchange *exchange = edge->first; exchange; exchange = exchange->next)
    if (all || (exchange->reply.method && exchange->reply.method->server_streaming))
      cut(exchange, &draining);
}
