/* entente-incentivize: commission plans, earnings and statements. */
#include "incentivize/follow.h"
#include "incentivize/kinds.h"
#include "incentivize/service.h"
#include "runtime/feed/directory.h"
#include "runtime/process/service.h"

/* The feeds that are followed. */
static const struct source {
  const char *name;
  const char *const *types;
  apply_fn *apply;
} sources[] = {
    {"onboard", directory_types, directory_apply},
    {"sell", sell_types, sell_apply},
    {"incentivize", plan_types, plan_apply},
};

static const char *start(struct process *process, void **context) {
  *context = NULL;
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    const char *problem = NULL;
    struct channel *channel = process_channel(process, sources[i].name, &problem);
    if (!channel)
      return problem;
    const struct follow_options options = {
        .source = sources[i].name,
        .channel = channel,
        .store = process_store(process),
        .types = sources[i].types,
        .apply = sources[i].apply,
        .clock = process_clock(process),
        .log = process_log(process),
    };
    if (!process_follow(process, &options))
      return "out of memory at the start";
  }
  return NULL;
}

int main(int argc, char **argv) {
  static const struct process_plan plan = {
      .name = "incentivize",
      .port = 7705,
      .services = incentivize_services,
      .kinds = incentivize_kinds,
      .counters = incentivize_counters,
      .partner_of = directory_partner_of,
      .start = start,
  };
  return process_main(&plan, argc, argv);
}
