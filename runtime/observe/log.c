#include "runtime/observe/log.h"

#include "runtime/base/clock.h"
#include "runtime/base/period.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ESCAPED_BYTES = 8 }; /* of one character */
enum {
  LINE_MAX_BYTES = 8192,
  VALUE_MAX_BYTES = 1024,
  BUFFER_BYTES = 64 << 10,
  FLUSH_MS = 50,
  NAME_MAX_BYTES = 64
};

/* Two buffers: callers fill one while the other is written, so that a slow disk delays nobody until both
 * are full. Order of the mutexes: `output`, then `filling`. */
struct log {
  int fd;
  enum log_level least;
  char service[NAME_MAX_BYTES];
  pthread_mutex_t output;  /* who writes to fd */
  pthread_mutex_t filling; /* protects what follows */
  pthread_cond_t changed;
  char *front, *back;
  size_t used; /* of front */
  bool stopping;
  pthread_t thread;
};

/* A line being built. What does not fit is left out, never the closing brace. */
struct line {
  char bytes[LINE_MAX_BYTES];
  size_t size;
};

static const char *const level_words[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARNING] = "warning", [LOG_ERROR] = "error"};

bool log_level_parse(const char *word, enum log_level *out) {
  for (size_t i = 0; i < sizeof level_words / sizeof *level_words; i++)
    if (strcmp(word, level_words[i]) == 0) {
      *out = (enum log_level)i;
      return true;
    }
  return false;
}

/* ---- lines ---- */

static void line_bytes(struct line *line, const char *bytes, size_t size) {
  memcpy(line->bytes + line->size, bytes, size);
  line->size += size;
}

/* Length of the well-formed UTF-8 sequence at `at`; 0 when there is none. */
static size_t sequence_length(const unsigned char *at) {
  if (at[0] < 0x80)
    return 1;
  size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
  if (at[0] < 0xc2 || at[0] > 0xf4)
    return 0;
  for (size_t i = 1; i < length; i++)
    if ((at[i] & 0xc0) != 0x80)
      return 0;
  bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
  bool beyond = (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf4 && at[1] > 0x8f);
  return overlong || beyond ? 0 : length;
}

/* Writes one character, escaped, into `out` (ESCAPED_BYTES); moves `*text` on. */
static size_t character_escape(const unsigned char **text, char *out) {
  const unsigned char *at = *text;
  if (*at == '"' || *at == '\\') {
    (*text)++;
    out[0] = '\\';
    out[1] = (char)*at;
    return 2;
  }
  if (*at < 0x20 || *at == 0x7f) {
    (*text)++;
    return (size_t)snprintf(out, ESCAPED_BYTES, "\\u%04x", *at);
  }
  size_t length = sequence_length(at);
  if (length == 0) {
    (*text)++;
    return (size_t)snprintf(out, ESCAPED_BYTES, "\xef\xbf\xbd"); /* U+FFFD */
  }
  memcpy(out, at, length);
  *text += length;
  return length;
}

/* Whether none of eight bytes needs an escape. A byte that does sets its own highest bit below, and what it
 * carries into the next one changes nothing any more. */
static bool eight_plain(uint64_t eight) {
  const uint64_t each = UINT64_C(0x0101010101010101);
  uint64_t marks = eight | (eight + each);                                 /* 0x7f and above */
  marks |= eight - each * 0x20;                                            /* below a space */
  marks |= ((eight ^ each * '"') - each) | ((eight ^ each * '\\') - each); /* equal to one of them */
  return (marks & each * 0x80) == 0;
}

static size_t plain_length(const unsigned char *at, size_t most) {
  size_t length = 0;
  for (uint64_t eight; most - length >= sizeof eight; length += sizeof eight) {
    memcpy(&eight, at + length, sizeof eight);
    if (!eight_plain(eight))
      break;
  }
  while (length < most && at[length] >= 0x20 && at[length] < 0x7f && at[length] != '"' && at[length] != '\\')
    length++;
  return length;
}

static void line_string(struct line *line, const char *text) {
  const unsigned char *at = (const unsigned char *)text, *end = at + strlen(text);
  char escaped[ESCAPED_BYTES];
  size_t start = line->size;
  line_bytes(line, "\"", 1);
  while (at < end && line->size - start < VALUE_MAX_BYTES) {
    /* Nearly all of every line is plain: a line a call is worth the second path. */
    size_t room = VALUE_MAX_BYTES - (line->size - start), rest = (size_t)(end - at);
    size_t plain = plain_length(at, rest < room ? rest : room);
    line_bytes(line, (const char *)at, plain);
    at += plain;
    if (plain == 0)
      line_bytes(line, escaped, character_escape(&at, escaped));
  }
  if (at < end)
    line_bytes(line, "\xe2\x80\xa6", 3);
  line_bytes(line, "\"", 1);
}

static bool line_has_room(const struct line *line, const struct log_field *field) {
  enum { OVERHEAD = 32 };
  size_t most = strlen(field->key) + OVERHEAD;
  if (field->text)
    most += VALUE_MAX_BYTES + OVERHEAD;
  return line->size + most + 2 < LINE_MAX_BYTES;
}

static void line_key(struct line *line, const char *key) {
  line_bytes(line, line->size > 1 ? ",\"" : "\"", line->size > 1 ? 2 : 1);
  line_bytes(line, key, strlen(key));
  line_bytes(line, "\":", 2);
}

static void line_member(struct line *line, const char *key, const char *text) {
  line_key(line, key);
  line_string(line, text);
}

/* At least `least` digits. */
static void line_digits(struct line *line, uint64_t number, int least) {
  char digits[24], *end = digits + sizeof digits, *at = end;
  do {
    *--at = (char)('0' + number % 10);
    number /= 10;
  } while (number || end - at < least);
  line_bytes(line, at, (size_t)(end - at));
}

static void line_number(struct line *line, const struct log_field *field) {
  uint64_t size = field->number < 0 ? -(uint64_t)field->number : (uint64_t)field->number, scale = 1;
  for (int i = 0; i < field->decimals; i++)
    scale *= 10;
  line_key(line, field->key);
  if (field->number < 0)
    line_bytes(line, "-", 1);
  line_digits(line, size / scale, 1);
  if (field->decimals > 0) {
    line_bytes(line, ".", 1);
    line_digits(line, size % scale, field->decimals);
  }
}

static void line_build(struct line *line, const struct log *log, enum log_level level, const char *message,
                       const struct log_field *fields) {
  char time[40];
  time_format(clock_now_us(&clock_system), time, sizeof time);
  line->size = 0;
  line_bytes(line, "{", 1);
  line_member(line, "time", time);
  line_member(line, "level", level_words[level]);
  line_member(line, "service", log->service);
  line_member(line, "message", message);
  for (; fields && fields->key; fields++) {
    if (!line_has_room(line, fields))
      continue;
    if (fields->text)
      line_member(line, fields->key, fields->text);
    else
      line_number(line, fields);
  }
  line_bytes(line, "}\n", 2);
}

/* ---- writing ---- */

static void bytes_write(int fd, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t written = write(fd, bytes, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return; /* nobody reads: there is nowhere left to say so */
    bytes += written;
    size -= (size_t)written;
  }
}

static void log_flush(struct log *log) {
  pthread_mutex_lock(&log->output);
  pthread_mutex_lock(&log->filling);
  char *full = log->front;
  size_t size = log->used;
  log->front = log->back;
  log->back = full;
  log->used = 0;
  pthread_mutex_unlock(&log->filling);
  bytes_write(log->fd, full, size);
  pthread_mutex_unlock(&log->output);
}

/* Wakes when a first line comes, waits for more to come, writes them in one go. */
static void *log_run(void *argument) {
  struct log *log = argument;
  bool stopping = false;
  while (!stopping) {
    pthread_mutex_lock(&log->filling);
    while (log->used == 0 && !log->stopping)
      pthread_cond_wait(&log->changed, &log->filling);
    stopping = log->stopping;
    pthread_mutex_unlock(&log->filling);
    if (!stopping)
      nanosleep(&(struct timespec){.tv_nsec = FLUSH_MS * 1000000L}, NULL);
    log_flush(log);
  }
  return NULL;
}

void log_event(struct log *log, enum log_level level, const char *message, const struct log_field *fields) {
  if (!log || level < log->least)
    return;
  struct line line;
  line_build(&line, log, level, message, fields);
  pthread_mutex_lock(&log->filling);
  while (log->used + line.size > BUFFER_BYTES) {
    pthread_mutex_unlock(&log->filling);
    log_flush(log);
    pthread_mutex_lock(&log->filling);
  }
  bool first = log->used == 0;
  memcpy(log->front + log->used, line.bytes, line.size);
  log->used += line.size;
  if (first)
    pthread_cond_signal(&log->changed);
  pthread_mutex_unlock(&log->filling);
  if (level >= LOG_WARNING)
    log_flush(log);
}

struct log *log_create(int fd, const char *service, enum log_level least) {
  struct log *log = calloc(1, sizeof *log);
  if (!log)
    return NULL;
  log->fd = fd;
  log->least = least;
  snprintf(log->service, sizeof log->service, "%s", service);
  pthread_mutex_init(&log->output, NULL);
  pthread_mutex_init(&log->filling, NULL);
  pthread_cond_init(&log->changed, NULL);
  log->front = malloc(BUFFER_BYTES);
  log->back = malloc(BUFFER_BYTES);
  if (!log->front || !log->back || pthread_create(&log->thread, NULL, log_run, log) != 0) {
    free(log->front);
    free(log->back);
    free(log);
    return NULL;
  }
  return log;
}

void log_destroy(struct log *log) {
  if (!log)
    return;
  pthread_mutex_lock(&log->filling);
  log->stopping = true;
  pthread_cond_signal(&log->changed);
  pthread_mutex_unlock(&log->filling);
  pthread_join(log->thread, NULL);
  log_flush(log);
  pthread_cond_destroy(&log->changed);
  pthread_mutex_destroy(&log->filling);
  pthread_mutex_destroy(&log->output);
  free(log->front);
  free(log->back);
  free(log);
}
