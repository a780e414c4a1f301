/* entente-market: campaigns, market development funds, touches. */
#include "market/follow.h"
#include "market/kinds.h"
#include "market/service.h"
#include "runtime/feed/directory.h"
#include "runtime/process/service.h"

/* The feeds that are followed. A source need not run when this starts: it is followed once it does. */
static const struct source {
  const char *name;
  const char *const *types;
  apply_fn *apply;
} sources[] = {
    {"onboard", directory_types, directory_apply},
    {"sell", sell_types, sell_apply},
};

static const char *follow(struct process *process, const struct source *source) {
  const char *problem = NULL;
  struct channel *channel = process_channel(process, source->name, &problem);
  if (!channel) {
    return problem;
  }
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
    if (problem) {
      return problem;
    }
  }
  return NULL;
}

int main(int argc, char **argv) {
  static const struct process_plan plan = {
      .name = "market",
      .port = 7703,
      .services = market_services,
      .kinds = market_kinds,
      .counters = market_counters,
      .partner_of = directory_partner_of,
      .start = start,
  };
  return process_main(&plan, argc, argv);
}
