#include "runtime/rpc/header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void carried(void **context) {
  static const struct {
    const char *key;
    bool carried;
  } rows[] = {
      {"x-trace-me", true},
      {"x-custom-bin", true},
      {"x-", false},
      {"authorization", false},
      {"traceparent", false},
      {"cookie", false},
      {"x-forwarded-for", false},
      {"x-real-ip", false},
      {"x-grpc-web", false},
      {"x-user-agent", false},
      {"x-http-method", false},
      {"x-entente-user", false},
      {"grpc-timeout", false},
      {"content-type", false},
      {"connect-timeout-ms", false},
      {"te", false},
      {"host", false},
      {"", false},
  };
  (void)context;
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    assert_int_equal(header_carried(rows[i].key, strlen(rows[i].key)), rows[i].carried);
}

static void returned(void **context) {
  static const struct {
    const char *key;
    bool returned;
  } rows[] = {
      {"x-custom", true},      {"etag-of", true},          {"retry-after", true},
      {"grpc-status", false},  {":status", false},         {"content-type", false},
      {"connect-x", false},    {"connection", false},      {"transfer-encoding", false},
      {"grpc-message", false}, {"accept-encoding", false}, {"", false},
  };
  (void)context;
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    assert_int_equal(header_returned(rows[i].key, strlen(rows[i].key)), rows[i].returned);
}

static void binary(void **context) {
  (void)context;
  assert_true(header_is_binary("x-a-bin", 7));
  assert_false(header_is_binary("-bin", 4));
  assert_false(header_is_binary("x-bind", 6));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(carried), cmocka_unit_test(returned),
                                     cmocka_unit_test(binary)};
  return cmocka_run_group_tests_name("rpc header", tests, NULL, NULL);
}
