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

/* The feeds that are followed. A source need not run when this starts: it is followed once it does. */
static const struct source {
  const char *name;
  const char *const *types;
  apply_fn *apply;
} sources[] = {
    {"onboard", onboard_types, onboard_apply},
    {"market", market_types, market_apply},
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
      .apply = source->apply,
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
