/* entente-onboard: organizations, partnerships, plans and what both parties owe. */
#include "onboard/service.h"
#include "onboard/sweep.h"
#include "runtime/observe/log.h"
#include "runtime/process/service.h"

static const struct setting settings[] = {
    {"sweep-interval-ms", SETTING_NUMBER, "5000", 100, 3600000, "ms",
     "How long after a look for commitments, claims, milestones and reviews whose time has come until the "
     "next."},
    {0},
};

static void swept(void *context, size_t recorded, const char *why) {
  const struct log_field fields[] = {
      {"recorded", NULL, (int64_t)recorded}, {"refused", why ? why : "", 0}, {0}};
  log_event(context, why ? LOG_WARNING : LOG_INFO, "swept", fields);
}

static const char *start(struct process *process, void **context) {
  const struct sweep_options options = {
      .loop = process_loop(process),
      .store = process_store(process),
      .clock = process_clock(process),
      .interval_ms = (uint32_t)setting_number(process_settings(process), "sweep-interval-ms"),
      .swept = swept,
      .context = process_log(process),
  };
  struct sweep *sweep = sweep_create(&options);
  if (!sweep)
    return "no memory for the sweeper";
  sweep_start(sweep);
  *context = sweep;
  return NULL;
}

static void stop(struct process *process, void *context) {
  (void)process;
  sweep_destroy(context);
}

int main(int argc, char **argv) {
  const struct process_plan plan = {
      .name = "onboard",
      .port = 7701,
      .services = onboard_services,
      .kinds = onboard_kinds,
      .counters = onboard_counters,
      .settings = settings,
      .partner_of = partnership_partner_of,
      .start = start,
      .stop = stop,
  };
  return process_main(&plan, argc, argv);
}
