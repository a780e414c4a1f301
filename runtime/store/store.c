#include "runtime/store/store_state.h"

#include "runtime/base/name.h"
#include "runtime/store/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { SWEEP_US = 5 * US_PER_SECOND, TIMEOUT_MS = 2000, IN_FLIGHT = 4096 };

/* CRC-16/XMODEM, as Redis Cluster has it, half a byte at a time: every key asks for it. */
static uint16_t crc16(const char *bytes, size_t size) {
  static const uint16_t halves[16] = {0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7,
                                      0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef};
  uint16_t crc = 0;
  for (size_t i = 0; i < size; i++) {
    unsigned byte = (unsigned char)bytes[i];
    crc = (uint16_t)(crc << 4) ^ halves[(crc >> 12) ^ (byte >> 4)];
    crc = (uint16_t)(crc << 4) ^ halves[(crc >> 12) ^ (byte & 0x0f)];
  }
  return crc;
}

uint32_t store_bucket(const char *name) {
  static const char collection[] = "vendors/";
  if (strncmp(name, collection, sizeof collection - 1) != 0) {
    return 0;
  }
  name += sizeof collection - 1;
  return crc16(name, strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")) % STORE_BUCKETS;
}

/* ---- kinds ---- */

static size_t field_offset(const struct kind *kind, const char *name, ProtobufCType type) {
  const ProtobufCFieldDescriptor *field =
      protobuf_c_message_descriptor_get_field_by_name(kind->message, name);
  return field && field->type == type && field->label != PROTOBUF_C_LABEL_REPEATED ? field->offset : 0;
}

static bool layouts_make(struct store *store, const char **problem) {
  const struct kind *const *kinds = store->options.kinds;
  while (kinds && kinds[store->layout_count]) {
    store->layout_count++;
  }
  store->layouts = calloc(store->layout_count + 1, sizeof *store->layouts);
  for (size_t i = 0; store->layouts && i < store->layout_count; i++) {
    store->layouts[i] = (struct kind_layout){
        .kind = kinds[i],
        .name = field_offset(kinds[i], "name", PROTOBUF_C_TYPE_STRING),
        .etag = field_offset(kinds[i], "etag", PROTOBUF_C_TYPE_STRING),
        .create_time = field_offset(kinds[i], "create_time", PROTOBUF_C_TYPE_MESSAGE),
        .update_time = field_offset(kinds[i], "update_time", PROTOBUF_C_TYPE_MESSAGE),
    };
    if (!store->layouts[i].name) {
      *problem = "a kind of the pillar has a message without the field `string name`: add it";
      return false;
    }
    for (size_t j = 0; j < i; j++) {
      if (strcmp(kinds[i]->pattern, kinds[j]->pattern) == 0 || strcmp(kinds[i]->name, kinds[j]->name) == 0) {
        *problem = "two kinds of the pillar have the same name or pattern: give each its own";
        return false;
      }
    }
  }
  *problem = "out of memory";
  return store->layouts != NULL;
}

const struct kind_layout *store_layout(const struct store *store, const struct kind *kind) {
  for (size_t i = 0; i < store->layout_count; i++) {
    if (store->layouts[i].kind == kind) {
      return &store->layouts[i];
    }
  }
  fprintf(stderr, "entente: kind `%s` is not in the table given to store_open()\n", kind->name);
  abort();
}

const struct kind *store_kind_of(const struct store *store, const char *name) {
  for (size_t i = 0; i < store->layout_count; i++) {
    if (name_matches(name, store->layouts[i].kind->pattern)) {
      return store->layouts[i].kind;
    }
  }
  return NULL;
}

/* ---- news of the feed ---- */

static void tell_listeners(struct store *store, uint32_t bucket) {
  for (struct feed_listener *listener = store->listeners, *next; listener; listener = next) {
    next = listener->next;
    listener->grown(listener, bucket);
  }
}

static void news_pushed(void *context, const struct reply *message) {
  unsigned long bucket = message->type == REPLY_TEXT ? strtoul(message->text, NULL, 10) : STORE_BUCKETS;
  tell_listeners(context, bucket < STORE_BUCKETS ? (uint32_t)bucket : STORE_BUCKETS);
}

/* What was published while the connection was down is not known. */
static void news_connected(void *context) {
  tell_listeners(context, STORE_BUCKETS);
}

static void sweep(struct loop_timer *timer) {
  struct store *store = (struct store *)((char *)timer - offsetof(struct store, sweep));
  tell_listeners(store, STORE_BUCKETS);
  loop_arm(store->loop, &store->sweep, clock_monotonic_us() + SWEEP_US);
}

void feed_listen(struct store *store, struct feed_listener *listener) {
  listener->next = store->listeners;
  store->listeners = listener;
}

void feed_unlisten(struct store *store, struct feed_listener *listener) {
  for (struct feed_listener **link = &store->listeners; *link; link = &(*link)->next) {
    if (*link == listener) {
      *link = listener->next;
      return;
    }
  }
}

/* ---- opening ---- */

static const char *own_text(struct store *store, size_t place, const char *text) {
  store->texts[place] = text ? strdup(text) : NULL;
  return store->texts[place];
}

static void options_copy(struct store *store, const struct store_options *options) {
  store->options = *options;
  store->options.pillar = own_text(store, 0, options->pillar);
  store->options.address = own_text(store, 1, options->address);
  store->options.user = own_text(store, 2, options->user ? options->user : options->pillar);
  store->options.password_file = own_text(store, 3, options->password_file);
  store->options.tls_ca_file = own_text(store, 4, options->tls_ca_file);
  if (!options->command_timeout_ms) {
    store->options.command_timeout_ms = TIMEOUT_MS;
  }
  if (!options->in_flight_max) {
    store->options.in_flight_max = IN_FLIGHT;
  }
  if (!options->clock) {
    store->options.clock = &clock_system;
  }
  if (asprintf(&store->client_name, "entente-%s-%d", options->pillar, (int)getpid()) < 0) {
    store->client_name = NULL;
  }
  if (asprintf(&store->channel, "%s:feed", options->pillar) < 0) {
    store->channel = NULL;
  }
}

/* All replicas of a pillar have the same password, so a page token of one is good at another, and one version
 * of a resource has one etag. */
static void keys_make(struct store *store) {
  char password[512];
  if (store->options.password_file &&
      password_read(store->options.password_file, password, sizeof password)) {
    digest_hmac_sha256(password, strlen(password), store->options.pillar, strlen(store->options.pillar),
                       store->token_key);
    explicit_bzero(password, sizeof password);
  } else if (getrandom(store->token_key, sizeof store->token_key, 0) < 0) {
    abort(); /* the kernel has no randomness: nothing of us is safe */
  }
  etag_prepare(store);
}

static const char *options_problem(const struct store_options *options) {
  if (!options->pillar || !*options->pillar ||
      strspn(options->pillar, "abcdefghijklmnopqrstuvwxyz") != strlen(options->pillar)) {
    return "the pillar's name must be lower-case letters";
  }
  return NULL;
}

struct store *store_open(struct loop *loop, const struct store_options *options, const char **problem) {
  static _Thread_local char text[256];
  *problem = options_problem(options);
  if (*problem) {
    return NULL;
  }
  *problem = "out of memory";
  struct store *store = calloc(1, sizeof *store);
  if (!store) {
    return NULL;
  }
  store->loop = loop;
  options_copy(store, options);
  if (!layouts_make(store, problem)) {
    store_close(store);
    return NULL;
  }
  keys_make(store);
  struct connection_options connection = {
      .address = store->options.address,
      .user = store->options.user,
      .password_file = store->options.password_file,
      .tls_ca_file = store->options.tls_ca_file,
      .client_name = store->client_name,
      .in_flight_max = store->options.in_flight_max,
  };
  store->commands = connection_open(loop, &connection, text, sizeof text);
  bool open = store->commands != NULL;
  for (size_t i = 0; open && i < STORE_WRITERS; i++) {
    store->writers[i] = connection_open(loop, &connection, text, sizeof text);
    open = store->writers[i] != NULL;
  }
  connection.channel = store->channel;
  connection.pushed = news_pushed;
  connection.connected = news_connected;
  connection.context = store;
  store->news = open ? connection_open(loop, &connection, text, sizeof text) : NULL;
  if (!store->news) {
    *problem = text;
    store_close(store);
    return NULL;
  }
  store->sweep.fire = sweep;
  loop_arm(loop, &store->sweep, clock_monotonic_us() + SWEEP_US);
  *problem = NULL;
  return store;
}

void store_close(struct store *store) {
  if (!store) {
    return;
  }
  loop_disarm(store->loop, &store->sweep);
  connection_close(store->news);
  connection_close(store->commands);
  for (size_t i = 0; i < STORE_WRITERS; i++) {
    connection_close(store->writers[i]);
  }
  chains_free(&store->chains);
  if (store->attachment.release) {
    store->attachment.release(store->attachment.data);
  }
  for (size_t i = 0; i < sizeof store->texts / sizeof store->texts[0]; i++) {
    free(store->texts[i]);
  }
  free(store->client_name);
  free(store->channel);
  free(store->layouts);
  explicit_bzero(store->token_key, sizeof store->token_key);
  explicit_bzero(store->etag_key, sizeof store->etag_key);
  free(store);
}

struct connection *store_writer(const struct store *store, const char *subject) {
  uint32_t hash = 2166136261u;
  for (; subject && *subject; subject++) {
    hash = (hash ^ (unsigned char)*subject) * 16777619u;
  }
  return store->writers[hash % STORE_WRITERS];
}

bool store_ready(const struct store *store, const char **why) {
  bool ready = connection_ready(store->commands, why) && connection_ready(store->news, why);
  for (size_t i = 0; ready && i < STORE_WRITERS; i++) {
    ready = connection_ready(store->writers[i], why);
  }
  return ready;
}

struct store_attachment *store_attachment(struct store *store) {
  return &store->attachment;
}

const struct store_options *store_settings(const struct store *store) {
  return &store->options;
}
