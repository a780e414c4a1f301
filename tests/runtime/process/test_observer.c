#include "runtime/process/observer.h"

#include "support/check.h"

#include <stdlib.h>
#include <string.h>

static void assert_has(const char *text, const char *line) {
  if (!strstr(text, line))
    fail_msg("'%s' is not in:\n%s", line, text);
}

static void calls_are_counted_by_method_and_code(void **state) {
  (void)state;
  size_t size;
  struct metrics *metrics = metrics_create();
  struct observer *observer = observer_create(NULL, metrics);
  struct call_observer calls = observer_of_calls(observer);
  struct call_facts facts = {.method = "/entente.onboard.v1.PlanService/GetPlan",
                             .code = CODE_OK,
                             .reason = "",
                             .message = "",
                             .duration_us = 1500,
                             .request_bytes = 10,
                             .response_bytes = 20,
                             .runs = 3,
                             .in_flight = 2};
  calls.finished(calls.context, &facts);
  calls.finished(calls.context, &facts);
  facts.code = CODE_NOT_FOUND;
  calls.finished(calls.context, &facts);
  facts.method = "";
  facts.code = CODE_UNIMPLEMENTED;
  calls.finished(calls.context, &facts);
  char *text = metrics_render(metrics, &size);
  assert_has(text, "entente_calls_total{service=\"entente.onboard.v1.PlanService\",method=\"GetPlan\","
                   "code=\"OK\"} 2\n");
  assert_has(text, "method=\"GetPlan\",code=\"NOT_FOUND\"} 1\n");
  assert_has(text, "method=\"unknown\",code=\"UNIMPLEMENTED\"} 1\n");
  assert_has(text, "entente_call_duration_seconds_count{service=\"entente.onboard.v1.PlanService\","
                   "method=\"GetPlan\"} 3\n");
  assert_has(text, "entente_reruns_total 8\n");
  assert_has(text, "entente_request_bytes_total 40\n");
  free(text);
  observer_destroy(observer);
  metrics_destroy(metrics);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(calls_are_counted_by_method_and_code),
  };
  cmocka_set_message_output(CM_OUTPUT_STDOUT);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
