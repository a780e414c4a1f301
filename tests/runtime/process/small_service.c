/* A service with nothing to offer but what every service has: test_service.c runs it. With `--with-store` as
 * its first argument it has a store. */
#include "runtime/process/service.h"

#include <string.h>

int main(int argc, char **argv) {
  static const struct service *const services[] = {NULL};
  static const struct kind *const kinds[] = {NULL};
  static const struct counter_row counters[] = {{0}};
  static const struct setting settings[] = {
      {"extra-ms", SETTING_NUMBER, "5", 1, 10, "ms", "A setting of this service's own."}, {0}};
  bool with_store = argc > 1 && strcmp(argv[1], "--with-store") == 0;
  const struct process_plan plan = {.name = "onboard",
                                    .port = 7701,
                                    .services = services,
                                    .kinds = with_store ? kinds : NULL,
                                    .counters = with_store ? counters : NULL,
                                    .settings = settings};
  if (with_store)
    argv[1] = argv[0];
  return process_main(&plan, argc - with_store, argv + with_store);
}
