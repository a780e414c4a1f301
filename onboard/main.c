/* entente-onboard: organizations, partnerships, plans and what both parties owe. */
#include "onboard/service.h"
#include "onboard/timed.h"
#include "runtime/process/service.h"

static const struct setting settings[] = {
    {"sweep-interval-ms", SETTING_NUMBER, "5000", 100, 3600000, "ms",
     "How long after a look for commitments, claims, milestones and reviews whose time has come until the "
     "next."},
    {0},
};

static const char *start(struct process *process, void **context) {
  (void)context;
  return process_sweep(process, timed_kinds) ? NULL : "no memory for the sweeper";
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
  };
  return process_main(&plan, argc, argv);
}
