/* Kinds of co-selling and their indexes. */
#include "runtime/base/machine.h"
#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"
#include "sell/cosell.h"

#include "entente/sell/v1/help_request.pb-c.h"

char *state_partition(struct arena *arena, const char *parent, const ProtobufCEnumDescriptor *states,
                      int state) {
  return arena_printf(arena, "%s|%s", parent, state ? state_name(states, state) : "");
}

/* ---- help requests ---- */

static void help_create_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__HelpRequest *request = (const Sell__HelpRequest *)message;
  struct arena *arena = index_arena(sink);
  index_emit(sink, state_partition(arena, name_partnership(arena, request->name), NULL, 0),
             index_order_number(arena, timestamp_us(request->create_time, 0)));
}

static void help_state_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__HelpRequest *request = (const Sell__HelpRequest *)message;
  struct arena *arena = index_arena(sink);
  index_emit(sink,
             state_partition(arena, name_partnership(arena, request->name),
                             &sell__help_request__state__descriptor, (int)request->state),
             index_order_number(arena, timestamp_us(request->create_time, 0)));
}

static const struct index help_request_indexes[] = {
    {"create", help_create_entries}, {"state", help_state_entries}, {0}};

const struct kind kind_help_request = {
    .name = "help_request",
    .pattern = "vendors/*/partnerships/*/helpRequests/*",
    .message = &sell__help_request__descriptor,
    .indexes = help_request_indexes,
};
