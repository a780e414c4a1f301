/* entente-onboard: organizations, partnerships, plans and what both parties owe. */
#include "onboard/follow.h"
#include "onboard/service.h"
#include "onboard/timed.h"
#include "runtime/process/service.h"

static const struct setting settings[] = {
    {"sweep-interval-ms", SETTING_NUMBER, "5000", 100, 3600000, "ms",
     "How long after a look for what time has changed until the next."},
    {0},
};

/* The feeds that are followed. */
static const struct source {
  const char *name;
  const char *const *types;
} sources[] = {
    {"sell", sell_types},
    {"enable", enable_types},
    {"market", market_types},
};

static const char *follow(struct process *process, const struct source *source) {
  const char *problem = NULL;
  struct channel *channel = process_channel(process, source->name, &problem);
  if (!channel)
    return problem;
  const struct follow_options options = {
      .source = source->name,
      .channel = channel,
      .store = process_store(process),
      .types = source->types,
      .apply = pillar_apply,
      .clock = process_clock(process),
      .log = process_log(process),
  };
  return process_follow(process, &options) ? NULL : "out of memory at the start";
}

static const char *start(struct process *process, void **context) {
  (void)context;
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    const char *problem = follow(process, &sources[i]);
    if (problem)
      return problem;
  }
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
