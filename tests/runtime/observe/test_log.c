#include "runtime/observe/log.h"

#include "runtime/base/period.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WRITERS = 4, LINES_EACH = 5000 };

static FILE *file;

static int file_up(void **state) {
  (void)state;
  file = tmpfile();
  return file ? 0 : -1;
}

static int file_down(void **state) {
  (void)state;
  return fclose(file);
}

/* The next line as an object; NULL at the end. Anything that is not one JSON object a line fails. */
static json_t *next_line(void) {
  static char line[16384];
  if (!fgets(line, sizeof line, file))
    return NULL;
  assert_true(strlen(line) <= 8192);
  json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
  if (!json_is_object(object))
    fail_msg("not one JSON object: %s", line);
  return object;
}

static const char *member(const json_t *object, const char *name) {
  return json_string_value(json_object_get(object, name));
}

static void line_has_its_members(void **state) {
  (void)state;
  int64_t time;
  struct log *log = log_create(fileno(file), "onboard", LOG_INFO);
  log_event(log, LOG_INFO, "call",
            (struct log_field[]){{"method", "GetPlan", 0},
                                 {"bytes", NULL, -5},
                                 {"duration_ms", NULL, 1234, 3},
                                 {"short_ms", NULL, -7, 3},
                                 {0}});
  log_event(log, LOG_DEBUG, "below the least level", NULL);
  log_destroy(log);
  rewind(file);
  json_t *line = next_line();
  assert_true(time_parse(member(line, "time"), &time));
  assert_string_equal(member(line, "level"), "info");
  assert_string_equal(member(line, "service"), "onboard");
  assert_string_equal(member(line, "message"), "call");
  assert_string_equal(member(line, "method"), "GetPlan");
  assert_int_equal(json_integer_value(json_object_get(line, "bytes")), -5);
  assert_true(json_real_value(json_object_get(line, "duration_ms")) == 1.234);
  assert_true(json_real_value(json_object_get(line, "short_ms")) == -0.007);
  json_decref(line);
  assert_null(next_line());
}

static void any_text_stays_one_json_line(void **state) {
  (void)state;
  char large[20000];
  memset(large, 'x', sizeof large);
  large[sizeof large - 1] = '\0';
  const char *texts[] = {"quote \" back \\ slash",
                         "line\nbreak\r\ttab\x01",
                         "caf\xc3\xa9 \xf0\x9f\x98\x80",
                         "bad \xff\xfe \xc3 \xed\xa0\x80 \xf4\x90\x80\x80 \xe0\x80\x80 end",
                         "",
                         large};
  struct log *log = log_create(fileno(file), "svc", LOG_DEBUG);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    log_event(log, LOG_DEBUG, texts[i], (struct log_field[]){{"text", texts[i], 0}, {0}});
  log_destroy(log);
  rewind(file);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    json_t *line = next_line();
    assert_non_null(line);
    if (i < 3)
      assert_string_equal(member(line, "text"), texts[i]);
    assert_true(strlen(member(line, "text")) <= 1100);
    json_decref(line);
  }
}

/* Plain text is looked through eight bytes at a time: each byte at each of their places. */
static void every_byte_keeps_its_place(void **state) {
  (void)state;
  struct log *log = log_create(fileno(file), "svc", LOG_INFO);
  for (int byte = 1; byte < 256; byte++)
    for (size_t place = 0; place < 17; place++) {
      char text[18];
      memset(text, 'x', 17);
      text[17] = '\0';
      text[place] = (char)byte;
      log_event(log, LOG_INFO, text, NULL);
    }
  log_destroy(log);
  rewind(file);
  for (int byte = 1; byte < 256; byte++)
    for (size_t place = 0; place < 17; place++) {
      json_t *line = next_line();
      const char *text = member(line, "message"), *expected = (char[]){(char)byte, '\0'};
      if (byte >= 0x80)
        expected = "\xef\xbf\xbd"; /* alone it is no character: U+FFFD */
      assert_int_equal(strlen(text), 16 + strlen(expected));
      assert_int_equal(strspn(text, "x"), byte == 'x' ? 17 : place);
      assert_memory_equal(text + place, expected, strlen(expected));
      json_decref(line);
    }
}

static void any_number_is_written_exactly(void **state) {
  (void)state;
  static const struct {
    int64_t number;
    int decimals;
    const char *text;
  } cases[] = {
      {0, 0, ":0}"},
      {INT64_MAX, 0, ":9223372036854775807}"},
      {INT64_MIN, 0, ":-9223372036854775808}"},
      {0, 3, ":0.000}"},
      {5, 6, ":0.000005}"},
      {-1000, 3, ":-1.000}"},
      {INT64_MIN, 6, ":-9223372036854.775808}"},
  };
  struct log *log = log_create(fileno(file), "svc", LOG_INFO);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    log_event(log, LOG_INFO, "n", (struct log_field[]){{"n", NULL, cases[i].number, cases[i].decimals}, {0}});
  log_destroy(log);
  rewind(file);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char line[512];
    assert_non_null(fgets(line, sizeof line, file));
    assert_non_null(strstr(line, cases[i].text));
  }
}

static void too_many_fields_are_left_out(void **state) {
  (void)state;
  char wide[1000];
  struct log_field fields[32] = {0};
  memset(wide, '\x01', sizeof wide); /* six bytes each when escaped */
  wide[sizeof wide - 1] = '\0';
  for (size_t i = 0; i < 31; i++)
    fields[i] = (struct log_field){"field", wide, 0};
  for (size_t i = 0; i < 31; i++) {
    static char names[31][8];
    snprintf(names[i], sizeof names[i], "f%zu", i);
    fields[i].key = names[i];
  }
  struct log *log = log_create(fileno(file), "svc", LOG_INFO);
  log_event(log, LOG_ERROR, wide, fields);
  log_destroy(log);
  rewind(file);
  json_t *line = next_line();
  assert_non_null(line);
  json_decref(line);
}

static void warnings_go_out_at_once_others_soon(void **state) {
  (void)state;
  int pipes[2];
  char bytes[4096];
  assert_int_equal(pipe2(pipes, O_NONBLOCK), 0);
  struct log *log = log_create(pipes[1], "svc", LOG_INFO);
  log_event(log, LOG_WARNING, "now", NULL);
  assert_true(read(pipes[0], bytes, sizeof bytes) > 0);
  log_event(log, LOG_INFO, "soon", NULL);
  for (int waited = 0; read(pipes[0], bytes, sizeof bytes) <= 0; waited++) {
    assert_true(waited < 1000);
    usleep(1000);
  }
  log_destroy(log);
  close(pipes[0]);
  close(pipes[1]);
}

static void *write_lines(void *argument) {
  struct log *log = argument;
  for (int i = 0; i < LINES_EACH; i++)
    log_event(log, LOG_INFO, "line", (struct log_field[]){{"n", NULL, i}, {0}});
  return NULL;
}

static void no_line_is_lost_between_threads(void **state) {
  (void)state;
  pthread_t threads[WRITERS];
  size_t lines = 0;
  struct log *log = log_create(fileno(file), "svc", LOG_INFO);
  for (int i = 0; i < WRITERS; i++)
    pthread_create(&threads[i], NULL, write_lines, log);
  for (int i = 0; i < WRITERS; i++)
    pthread_join(threads[i], NULL);
  log_destroy(log);
  rewind(file);
  for (json_t *line; (line = next_line()); lines++)
    json_decref(line);
  assert_int_equal(lines, WRITERS * LINES_EACH);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, file_up, file_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(line_has_its_members),
      CASE(any_text_stays_one_json_line),
      CASE(every_byte_keeps_its_place),
      CASE(any_number_is_written_exactly),
      CASE(too_many_fields_are_left_out),
      CASE(warnings_go_out_at_once_others_soon),
      CASE(no_line_is_lost_between_threads),
  };
  cmocka_set_message_output(CM_OUTPUT_STDOUT);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
