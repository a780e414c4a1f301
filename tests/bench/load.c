#include "bench/load.h"

#include "runtime/base/clock.h"

#include <errno.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS_MAX = 16, CALL_SECONDS = 20, LATENCIES_MAX = 4 << 20 };

struct slot {
  struct load *load;
  grpc_call *call;
  grpc_byte_buffer *request, *response;
  grpc_metadata_array initial, trailing;
  grpc_status_code code;
  grpc_slice details;
  int64_t begun_us;
  unsigned channel;
};

struct load {
  grpc_completion_queue *queue;
  unsigned channel_count;
  grpc_channel *channels[CONNECTIONS_MAX];
  grpc_metadata authorization;
  size_t header_count;
  uint64_t serial; /* of the next call, over all runs */
  uint32_t *latencies;
  uint8_t scratch[LOAD_REQUEST_BYTES];
  struct slot slots[LOAD_IN_FLIGHT_MAX];
  /* of the run */
  const struct load_plan *plan;
  int64_t begun_us;
  uint64_t begun, answered;
  bool failed;
  char *problem;
  void *registered[CONNECTIONS_MAX];
};

char *load_read_file(const char *path, char problem[LOAD_PROBLEM_BYTES]) {
  FILE *file = fopen(path, "re");
  char *text = calloc(1, 64 << 10);
  size_t size = file && text ? fread(text, 1, (64 << 10) - 1, file) : 0;
  if (file)
    fclose(file);
  if (size > 0)
    return text;
  free(text);
  snprintf(problem, LOAD_PROBLEM_BYTES, "cannot read %s: %s", path, strerror(errno));
  return NULL;
}

static grpc_channel_credentials *credentials_of(const struct load_target *target, char *problem) {
  if (!target->tls)
    return grpc_insecure_credentials_create();
  char *ca = load_read_file(target->ca_file, problem);
  char *certificate = load_read_file(target->certificate_file, problem);
  char *key = load_read_file(target->key_file, problem);
  grpc_ssl_pem_key_cert_pair pair = {.private_key = key, .cert_chain = certificate};
  grpc_channel_credentials *credentials =
      ca && certificate && key ? grpc_ssl_credentials_create(ca, &pair, NULL, NULL) : NULL;
  free(ca);
  free(certificate);
  free(key);
  return credentials;
}

static void channels_open(struct load *load, const struct load_target *target, unsigned connections,
                          grpc_channel_credentials *credentials) {
  grpc_arg list[] = {
      {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, .value.integer = 1},
      {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_ENABLE_HTTP_PROXY, .value.integer = 0},
      {.type = GRPC_ARG_STRING,
       .key = (char *)GRPC_SSL_TARGET_NAME_OVERRIDE_ARG,
       .value.string = (char *)"localhost"},
  };
  grpc_channel_args arguments = {target->tls ? 3 : 2, list};
  load->channel_count = connections < CONNECTIONS_MAX ? connections : CONNECTIONS_MAX;
  for (unsigned i = 0; i < load->channel_count; i++)
    load->channels[i] = grpc_channel_create(target->address, credentials, &arguments);
}

struct load *load_open(const struct load_target *target, unsigned connections,
                       char problem[LOAD_PROBLEM_BYTES]) {
  struct load *load = calloc(1, sizeof *load);
  uint32_t *latencies = malloc(LATENCIES_MAX * sizeof *latencies);
  grpc_channel_credentials *credentials = load && latencies ? credentials_of(target, problem) : NULL;
  if (!credentials) {
    free(load);
    free(latencies);
    return NULL;
  }
  load->latencies = latencies;
  load->queue = grpc_completion_queue_create_for_next(NULL);
  channels_open(load, target, connections, credentials);
  grpc_channel_credentials_release(credentials);
  if (target->authorization) {
    load->header_count = 1;
    load->authorization = (grpc_metadata){.key = grpc_slice_from_static_string("authorization"),
                                          .value = grpc_slice_from_copied_string(target->authorization)};
  }
  for (size_t i = 0; i < LOAD_IN_FLIGHT_MAX; i++) {
    load->slots[i].load = load;
    grpc_metadata_array_init(&load->slots[i].initial);
    grpc_metadata_array_init(&load->slots[i].trailing);
  }
  return load;
}

void load_close(struct load *load) {
  if (!load)
    return;
  for (unsigned i = 0; i < load->channel_count; i++)
    grpc_channel_destroy(load->channels[i]);
  grpc_completion_queue_shutdown(load->queue);
  while (grpc_completion_queue_next(load->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL).type !=
         GRPC_QUEUE_SHUTDOWN)
    ;
  grpc_completion_queue_destroy(load->queue);
  for (size_t i = 0; i < LOAD_IN_FLIGHT_MAX; i++) {
    grpc_metadata_array_destroy(&load->slots[i].initial);
    grpc_metadata_array_destroy(&load->slots[i].trailing);
  }
  if (load->header_count)
    grpc_slice_unref(load->authorization.value);
  free(load->latencies);
  free(load);
}

/* ---- one call ---- */

static void slot_begin(struct load *load, struct slot *slot) {
  size_t size = load->plan->request(load->plan->context, load->serial++, load->scratch);
  grpc_slice slice = grpc_slice_from_copied_buffer((const char *)load->scratch, size);
  slot->request = grpc_raw_byte_buffer_create(&slice, 1);
  grpc_slice_unref(slice);
  slot->response = NULL;
  gpr_timespec deadline =
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(CALL_SECONDS, GPR_TIMESPAN));
  slot->begun_us = clock_monotonic_us();
  slot->call =
      grpc_channel_create_registered_call(load->channels[slot->channel], NULL, GRPC_PROPAGATE_DEFAULTS,
                                          load->queue, load->registered[slot->channel], deadline, NULL);
  grpc_op ops[6] = {
      {.op = GRPC_OP_SEND_INITIAL_METADATA,
       .data.send_initial_metadata = {.count = load->header_count, .metadata = &load->authorization}},
      {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = slot->request},
      {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
      {.op = GRPC_OP_RECV_INITIAL_METADATA,
       .data.recv_initial_metadata.recv_initial_metadata = &slot->initial},
      {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &slot->response},
      {.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
       .data.recv_status_on_client = {.trailing_metadata = &slot->trailing,
                                      .status = &slot->code,
                                      .status_details = &slot->details}},
  };
  load->begun++;
  if (grpc_call_start_batch(slot->call, ops, 6, slot, NULL) != GRPC_CALL_OK)
    abort(); /* the operations above are always allowed on a new call */
}

static void fail(struct load *load, const char *what, const struct slot *slot) {
  if (load->failed)
    return;
  load->failed = true;
  snprintf(load->problem, LOAD_PROBLEM_BYTES, "%s: %s (status %d: %.*s)", load->plan->method, what,
           (int)slot->code, (int)GRPC_SLICE_LENGTH(slot->details),
           (const char *)GRPC_SLICE_START_PTR(slot->details));
}

static void slot_check_response(struct load *load, struct slot *slot) {
  grpc_byte_buffer_reader reader;
  if (!load->plan->response)
    return;
  if (!slot->response || !grpc_byte_buffer_reader_init(&reader, slot->response)) {
    fail(load, "the answer has no message", slot);
    return;
  }
  grpc_slice bytes = grpc_byte_buffer_reader_readall(&reader);
  if (!load->plan->response(load->plan->context, GRPC_SLICE_START_PTR(bytes), GRPC_SLICE_LENGTH(bytes)))
    fail(load, "the answer is not as expected", slot);
  grpc_slice_unref(bytes);
  grpc_byte_buffer_reader_destroy(&reader);
}

static void slot_end(struct load *load, struct slot *slot) {
  int64_t took_us = clock_monotonic_us() - slot->begun_us;
  if (load->answered < LATENCIES_MAX)
    load->latencies[load->answered] = (uint32_t)took_us;
  load->answered++;
  if (slot->code != GRPC_STATUS_OK)
    fail(load, "not OK", slot);
  else
    slot_check_response(load, slot);
  grpc_slice_unref(slot->details);
  grpc_byte_buffer_destroy(slot->request);
  if (slot->response)
    grpc_byte_buffer_destroy(slot->response);
  grpc_call_unref(slot->call);
}

/* ---- a run ---- */

static bool more_to_begin(const struct load *load) {
  const struct load_plan *plan = load->plan;
  return !load->failed && (!plan->calls || load->begun < plan->calls) &&
         (!plan->duration_us || clock_monotonic_us() - load->begun_us < plan->duration_us);
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static void run_prepare(struct load *load, const struct load_plan *plan, char *problem) {
  load->plan = plan;
  load->begun = load->answered = 0;
  load->failed = false;
  load->problem = problem;
  for (unsigned i = 0; i < load->channel_count; i++)
    load->registered[i] = grpc_channel_register_call(load->channels[i], plan->method, NULL, NULL);
}

bool load_run(struct load *load, const struct load_plan *plan, struct load_result *result,
              char problem[LOAD_PROBLEM_BYTES]) {
  run_prepare(load, plan, problem);
  load->begun_us = clock_monotonic_us();
  for (unsigned i = 0; i < plan->in_flight && i < LOAD_IN_FLIGHT_MAX && more_to_begin(load); i++) {
    load->slots[i].channel = i % load->channel_count;
    slot_begin(load, &load->slots[i]);
  }
  while (load->answered < load->begun) {
    grpc_event event = grpc_completion_queue_next(load->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    slot_end(load, event.tag);
    if (more_to_begin(load))
      slot_begin(load, event.tag);
  }
  uint64_t kept = load->answered < LATENCIES_MAX ? load->answered : LATENCIES_MAX;
  *result = (struct load_result){
      .calls = kept, .elapsed_us = clock_monotonic_us() - load->begun_us, .latencies_us = load->latencies};
  qsort(load->latencies, kept, sizeof *load->latencies, ascending);
  return !load->failed;
}

uint32_t load_percentile(const struct load_result *result, double percent) {
  if (result->calls == 0)
    return 0;
  uint64_t place = (uint64_t)((double)(result->calls - 1) * percent / 100.0 + 0.5);
  return result->latencies_us[place];
}
