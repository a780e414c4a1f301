/* entente-sell: opportunities and the pipeline, deal registrations. */
#include "runtime/feed/directory.h"
#include "runtime/process/service.h"
#include "sell/follow.h"
#include "sell/service.h"
#include "sell/timed.h"

static const struct setting settings[] = {
    {"sweep-interval-ms", SETTING_NUMBER, "5000", 100, 3600000, "ms",
     "How long after a look for what time has changed, such as registrations whose protection has ended, "
     "until "
     "the next."},
    {0},
};

static const char *start(struct process *process, void **context) {
  (void)context;
  const char *problem = NULL;
  struct channel *onboard = process_channel(process, "onboard", &problem);
  if (!onboard)
    return problem;
  const struct follow_options directory = {
      .source = "onboard",
      .channel = onboard,
      .store = process_store(process),
      .types = onboard_types,
      .apply = onboard_apply,
      .clock = process_clock(process),
      .log = process_log(process),
  };
  bool started = process_follow(process, &directory) && process_sweep(process, timed_kinds);
  return started ? NULL : "out of memory at the start";
}

int main(int argc, char **argv) {
  const struct process_plan plan = {
      .name = "sell",
      .port = 7704,
      .services = sell_services,
      .kinds = sell_kinds,
      .counters = sell_counters,
      .settings = settings,
      .partner_of = directory_partner_of,
      .start = start,
  };
  return process_main(&plan, argc, argv);
}
