/* Kinds of market estimates: how they are found. The book is found by its name alone. */
#include "runtime/base/machine.h"
#include "runtime/base/name.h"
#include "sell/account.h"

#include "entente/sell/v1/market_estimate.pb-c.h"

static void emit_estimate(struct index_sink *sink, const Sell__MarketEstimate *estimate, const char *state) {
  struct arena *arena = index_arena(sink);
  index_emitf(sink, index_order_number(arena, estimate->version), "%s|%s",
              name_partnership(arena, estimate->name), state);
}

static void estimate_versions(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_estimate(sink, (const Sell__MarketEstimate *)message, "");
}

static void estimate_states(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__MarketEstimate *estimate = (const Sell__MarketEstimate *)message;
  emit_estimate(sink, estimate, state_name(&sell__market_estimate__state__descriptor, (int)estimate->state));
}

static const struct index estimate_indexes[] = {
    {"version", estimate_versions}, {"state", estimate_states}, {0}};

const struct kind kind_market_estimate = {
    .name = "market_estimate",
    .pattern = "vendors/*/partnerships/*/marketEstimates/*",
    .message = &sell__market_estimate__descriptor,
    .indexes = estimate_indexes,
};
const struct kind kind_market_estimate_book = {
    .name = "market_estimate_book",
    .pattern = "vendors/*/partnerships/*/marketEstimateBooks/*",
    .message = &sell__market_estimate_book__descriptor,
};
