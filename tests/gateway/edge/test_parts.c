/* The pure parts of the edge, by tables. What they do together is asked over HTTP, in the Python files. */
#include "gateway/edge/base64.h"
#include "gateway/edge/compress.h"
#include "gateway/edge/cors.h"
#include "gateway/edge/ending.h"
#include "gateway/edge/envelope.h"
#include "gateway/edge/media.h"
#include "gateway/edge/query.h"
#include "gateway/edge/timeout.h"
#include "runtime/message/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int begin(void **context) {
  schema_load();
  *context = arena_create((size_t)64 << 20, NULL, NULL);
  return *context ? 0 : -1;
}

static int end(void **context) {
  arena_destroy(*context);
  return 0;
}

static void base64_both_ways(void **context) {
  uint8_t bytes[67], *out;
  size_t size;
  for (size_t i = 0; i < sizeof(bytes); i++)
    bytes[i] = (uint8_t)(i * 37 + 251);
  for (size_t i = 0; i <= sizeof(bytes); i++) {
    for (int padded = 0; padded < 2; padded++) {
      const char *text = base64_encode(*context, bytes, i, padded);
      assert_true(!padded || strlen(text) % 4 == 0);
      assert_true(base64_decode(*context, text, strlen(text), &out, &size));
      assert_int_equal(size, i);
      assert_memory_equal(out, bytes, i);
    }
  }
}

static void base64_refusals(void **context) {
  static const struct {
    const char *text;
    bool whole, parts;
  } rows[] = {
      {"", true, true},       {"AA==", true, true},      {"AA", true, false},    {"AAA=", true, true},
      {"AAAA", true, true},   {"A", false, false},       {"A===", false, false}, {"AA=A", false, false},
      {"AA=", false, false},  {"AAA==", false, false},   {"=", false, false},    {"====", false, false},
      {"AA A", false, false}, {"AA==AA==", false, true}, {"-_-_", true, true},   {"+/+/", true, true},
  };
  uint8_t *out;
  size_t size;
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
    const char *text = rows[i].text;
    assert_int_equal(base64_decode(*context, text, strlen(text), &out, &size), rows[i].whole);
    assert_int_equal(base64_decode_parts(*context, text, strlen(text), &out, &size), rows[i].parts);
  }
}

static void timeouts(void **context) {
  static const struct {
    const char *text;
    int64_t connect_us, grpc_us; /* -1: refused */
  } rows[] = {
      {"0", 0, -1},
      {"1", 1000, -1},
      {"9999999999", INT64_C(9999999999000), -1},
      {"12345678901", -1, -1},
      {"", -1, -1},
      {"-1", -1, -1},
      {"+1", -1, -1},
      {" 1", -1, -1},
      {"1.5", -1, -1},
      {"1S", -1, 1000000},
      {"2m", -1, 2000},
      {"3u", -1, 3},
      {"1n", -1, 1},
      {"1001n", -1, 2},
      {"1M", -1, 60000000},
      {"99999999H", -1, INT64_C(359999996400000000)},
      {"123456789S", -1, -1},
      {"1s", -1, -1},
      {"1SS", -1, -1},
      {"S", -1, -1},
  };
  int64_t us;
  (void)context;
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
    assert_int_equal(timeout_connect(rows[i].text, &us) ? us : -1, rows[i].connect_us);
    assert_int_equal(timeout_grpc(rows[i].text, &us) ? us : -1, rows[i].grpc_us);
  }
}

static void envelopes(void **context) {
  uint8_t bytes[ENVELOPE_HEAD_BYTES + 3] = {0};
  const uint8_t *at = bytes;
  struct envelope envelope;
  (void)context;
  envelope_head(bytes, ENVELOPE_COMPRESSED, 3);
  for (size_t size = 0; size < sizeof(bytes); size++) {
    size_t left = size;
    assert_false(envelope_take(&at, &left, &envelope));
    assert_ptr_equal(at, bytes);
  }
  size_t left = sizeof(bytes);
  assert_true(envelope_take(&at, &left, &envelope));
  assert_int_equal(left, 0);
  assert_int_equal(envelope.size, 3);
  assert_int_equal(envelope.flags, ENVELOPE_COMPRESSED);
  memset(bytes, 0xFF, sizeof(bytes));
  at = bytes;
  left = sizeof(bytes);
  assert_false(envelope_take(&at, &left, &envelope));
}

static void gzip_is_bounded(void **context) {
  enum { SIZE = 30000 };
  uint8_t *bytes = arena_calloc(*context, 1, SIZE), *small, *out;
  size_t small_size, size;
  assert_true(gzip_deflate(*context, bytes, SIZE, &small, &small_size));
  assert_true(small_size < SIZE / 100);
  assert_int_equal(gzip_inflate(*context, small, small_size, SIZE, &out, &size), INFLATE_DONE);
  assert_int_equal(size, SIZE);
  assert_memory_equal(out, bytes, SIZE);
  assert_int_equal(gzip_inflate(*context, small, small_size, SIZE - 1, &out, &size), INFLATE_TOO_LARGE);
  for (size_t cut = 0; cut < small_size; cut++)
    assert_int_equal(gzip_inflate(*context, small, cut, SIZE, &out, &size), INFLATE_MALFORMED);
  assert_false(gzip_deflate(*context, bytes, 100, &small, &small_size));
}

static void gzip_accepting(void **context) {
  static const struct {
    const char *text;
    bool accepted;
  } rows[] = {{NULL, false},         {"", false},
              {"gzip", true},        {"GZIP", true},
              {"br, gzip", true},    {"gzip;q=0", false},
              {"gzip;q=0.0", false}, {"gzip;q=0.5", true},
              {"gzip ; q=0", false}, {"x-gzip", false},
              {"br", false},         {"identity,gzip ,br", true},
              {"gzipped", false},    {"deflate;q=0,gzip", true}};
  (void)context;
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    assert_int_equal(gzip_accepted(rows[i].text), rows[i].accepted);
}

static void queries(void **context) {
  static const struct {
    const char *query, *key, *value;
    bool bad;
  } rows[] = {
      {NULL, "a", NULL, false},     {"", "a", NULL, false},       {"a=1", "a", "1", false},
      {"b=2&a=1", "a", "1", false}, {"a=1&a=2", "a", "1", false}, {"a", "a", "", false},
      {"a=", "a", "", false},       {"aa=1", "a", NULL, false},   {"a=%41+b", "a", "A b", false},
      {"a=%4", "a", "", true},      {"a=%zz", "a", "", true},     {"a=b=c", "a", "b=c", false},
      {"&&a=1", "a", "1", false},   {"a=%", "a", "", true},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
    size_t size;
    bool bad = false;
    const char *value = query_value(*context, rows[i].query, rows[i].key, &size, &bad);
    assert_int_equal(bad, rows[i].bad);
    assert_int_equal(value != NULL, rows[i].value != NULL);
    if (value)
      assert_string_equal(value, rows[i].value);
  }
}

static void types(void **context) {
  static const struct {
    const char *type;
    bool known;
  } rows[] = {{NULL, false},
              {"", false},
              {"application/json", true},
              {"application/json;charset=utf-8", true},
              {"application/json; charset=\"UTF-8\"", true},
              {"application/json; charset=utf-16", false},
              {"application/json; charset=utf-80", false},
              {"application/jso", false},
              {"application/connect+proto", true},
              {"application/grpc", false},
              {"application/grpc-web-text+json", false}};
  (void)context;
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    assert_int_equal(media_of(rows[i].type) != NULL, rows[i].known);
}

static void endings(void **context) {
  static const struct header trailers[] = {{"x-a", "1", 1}, {"x-b-bin", "\0\xff", 2}, {"x-a", "2\"", 2}};
  struct client_end end = {.code = CODE_NOT_FOUND, .message = "no \xc3\xa9 \"%\"", .trailers = trailers};
  struct buffer out = {.arena = *context};
  end.trailer_count = sizeof(trailers) / sizeof(*trailers);
  ending_stream(&out, &end);
  assert_string_equal(out.data, "{\"error\":{\"code\":\"not_found\",\"message\":\"no \xc3\xa9 \\\"%\\\"\"},"
                                "\"metadata\":{\"x-a\":[\"1\",\"2\\\"\"],\"x-b-bin\":[\"AP8\"]}}");
  struct buffer web = {.arena = *context};
  ending_web(&web, &end);
  assert_string_equal(web.data, "grpc-status: 5\r\ngrpc-message: no %C3%A9 \"%25\"\r\n"
                                "x-a: 1\r\nx-b-bin: AP8\r\nx-a: 2\"\r\n");
  struct buffer good = {.arena = *context};
  ending_stream(&good, &(struct client_end){.message = ""});
  assert_string_equal(good.data, "{}");
  struct buffer bad = {.arena = *context};
  ending_error(&bad, &(struct client_end){.code = CODE_UNKNOWN, .message = "\xff\x01"});
  assert_string_equal(bad.data, "{\"code\":\"unknown\",\"message\":\"?\\u0001\"}");
}

static void origins(void **context) {
  static const char list[] = "https://a.example, http://localhost:3000";
  (void)context;
  assert_true(cors_allowed(list, "https://a.example"));
  assert_true(cors_allowed(list, "http://localhost:3000"));
  assert_false(cors_allowed(list, "https://a.exampl"));
  assert_false(cors_allowed(list, "https://a.example,"));
  assert_false(cors_allowed(list, "http://localhost:300"));
  assert_false(cors_allowed(list, ""));
  assert_false(cors_allowed(list, NULL));
  assert_false(cors_allowed("", "https://a.example"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(base64_both_ways), cmocka_unit_test(base64_refusals),
                                     cmocka_unit_test(timeouts),         cmocka_unit_test(envelopes),
                                     cmocka_unit_test(gzip_is_bounded),  cmocka_unit_test(gzip_accepting),
                                     cmocka_unit_test(queries),          cmocka_unit_test(types),
                                     cmocka_unit_test(endings),          cmocka_unit_test(origins)};
  return cmocka_run_group_tests_name("edge parts", tests, begin, end);
}
