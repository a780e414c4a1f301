#include "bench/echo.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <stdio.h>
#include <stdlib.h>

enum { POSTED = 64 };

struct request {
  bool arrived; /* the event that is waited for is the answer's, not the arrival's */
  grpc_call *call;
  gpr_timespec deadline;
  grpc_metadata_array metadata;
  grpc_byte_buffer *payload;
  int cancelled;
};

struct echo {
  grpc_server *server;
  grpc_completion_queue *queue;
  void *method;
};

static grpc_server_credentials *credentials_of(const struct echo_options *options) {
  char problem[LOAD_PROBLEM_BYTES];
  if (!options->tls)
    return grpc_insecure_server_credentials_create();
  char *ca = load_read_file(options->ca_file, problem);
  char *certificate = load_read_file(options->certificate_file, problem);
  char *key = load_read_file(options->key_file, problem);
  if (!ca || !certificate || !key) {
    fprintf(stderr, "entente-bench: %s\n", problem);
    return NULL;
  }
  grpc_ssl_pem_key_cert_pair pair = {.private_key = key, .cert_chain = certificate};
  grpc_server_credentials *credentials = grpc_ssl_server_credentials_create_ex(
      ca, &pair, 1, GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, NULL);
  free(ca);
  free(certificate);
  free(key);
  return credentials;
}

static void post(struct echo *echo, struct request *request) {
  request->arrived = false;
  request->payload = NULL;
  request->metadata.count = 0;
  if (grpc_server_request_registered_call(echo->server, echo->method, &request->call, &request->deadline,
                                          &request->metadata, &request->payload, echo->queue, echo->queue,
                                          request) != GRPC_CALL_OK)
    abort(); /* only a mistake above can refuse it */
}

static void answer(struct request *request) {
  request->arrived = true;
  grpc_op ops[4] = {
      {.op = GRPC_OP_SEND_INITIAL_METADATA},
      {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = request->payload},
      {.op = GRPC_OP_SEND_STATUS_FROM_SERVER, .data.send_status_from_server.status = GRPC_STATUS_OK},
      {.op = GRPC_OP_RECV_CLOSE_ON_SERVER, .data.recv_close_on_server.cancelled = &request->cancelled},
  };
  if (grpc_call_start_batch(request->call, ops, 4, request, NULL) != GRPC_CALL_OK)
    abort();
}

static void forget(struct request *request) {
  if (request->payload)
    grpc_byte_buffer_destroy(request->payload);
  grpc_call_unref(request->call);
}

static void serve(struct echo *echo) {
  static struct request requests[POSTED];
  for (size_t i = 0; i < POSTED; i++) {
    grpc_metadata_array_init(&requests[i].metadata);
    post(echo, &requests[i]);
  }
  for (;;) {
    grpc_event event = grpc_completion_queue_next(echo->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    struct request *request = event.tag;
    if (!request->arrived && event.success) {
      answer(request);
    } else {
      forget(request);
      post(echo, request);
    }
  }
}

int echo_serve(const struct echo_options *options) {
  struct echo echo = {0};
  grpc_init();
  grpc_server_credentials *credentials = credentials_of(options);
  if (!credentials)
    return 1;
  echo.server = grpc_server_create(NULL, NULL);
  echo.queue = grpc_completion_queue_create_for_next(NULL);
  echo.method = grpc_server_register_method(echo.server, ECHO_METHOD, NULL,
                                            GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER, 0);
  grpc_server_register_completion_queue(echo.server, echo.queue, NULL);
  int port = grpc_server_add_http2_port(echo.server, options->listen, credentials);
  grpc_server_credentials_release(credentials);
  if (port == 0) {
    fprintf(stderr, "entente-bench: the echo cannot listen on %s\n", options->listen);
    return 1;
  }
  grpc_server_start(echo.server);
  serve(&echo);
  return 0;
}
