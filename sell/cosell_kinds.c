/* Kinds of co-selling and their indexes. */
#include "runtime/base/machine.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/store/sweep.h"
#include "sell/cosell.h"
#include "sell/engagement.h"
#include "sell/opportunity_snapshot.h"
#include "sell/service.h"

#include "entente/sell/v1/customer_activity.pb-c.h"
#include "entente/sell/v1/help_request.pb-c.h"
#include "entente/sell/v1/opportunity_side.pb-c.h"

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

/* ---- engagements ---- */

static void engagement_create_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Engagement *engagement = (const Sell__Engagement *)message;
  struct arena *arena = index_arena(sink);
  index_emit(sink, state_partition(arena, name_partnership(arena, engagement->name), NULL, 0),
             index_order_number(arena, timestamp_us(engagement->create_time, 0)));
}

static void engagement_sweep_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_sweep(sink, engagement_next_us((const Sell__Engagement *)message));
}

static const struct index engagement_indexes[] = {
    {"create", engagement_create_entries}, {"sweep", engagement_sweep_entries}, {0}};

const struct kind kind_engagement = {
    .name = "engagement",
    .pattern = "vendors/*/partnerships/*/engagements/*",
    .message = &sell__engagement__descriptor,
    .indexes = engagement_indexes,
};

/* ---- sides and snapshots of opportunities ---- */

/* Private as a whole: no index, so that nothing can list or count them. */
const struct kind kind_opportunity_side = {
    .name = "opportunity_side",
    .pattern = "vendors/*/partnerships/*/opportunities/*/sides/*",
    .message = &sell__opportunity_side__descriptor,
};

static char *opportunity_of(struct arena *arena, const Sell__OpportunitySnapshot *snapshot) {
  enum { PAIRS = 3 };
  return name_prefix(arena, snapshot->name, PAIRS);
}

/* Under whoever sees them all alike: for the next number. */
static void snapshot_number_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__OpportunitySnapshot *snapshot = (const Sell__OpportunitySnapshot *)message;
  struct arena *arena = index_arena(sink);
  index_emit(sink, partition_of(arena, opportunity_of(arena, snapshot), snapshot->private_to, ""),
             index_order_number(arena, snapshot->number));
}

/* Each party has a partition of its own, so that a list never passes over what the other hides. */
static void snapshot_party_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  static const Type__Party viewers[] = {TYPE__PARTY__PARTY_VENDOR, TYPE__PARTY__PARTY_PARTNER};
  const Sell__OpportunitySnapshot *snapshot = (const Sell__OpportunitySnapshot *)message;
  struct arena *arena = index_arena(sink);
  for (size_t i = 0; i < sizeof viewers / sizeof *viewers; i++)
    if (snapshot_visible(snapshot, viewers[i]))
      index_emit(sink, partition_of(arena, opportunity_of(arena, snapshot), viewers[i], ""),
                 index_order_number(arena, timestamp_us(snapshot->create_time, 0)));
}

static const struct index snapshot_indexes[] = {
    {"number", snapshot_number_entries}, {"party", snapshot_party_entries}, {0}};

const struct kind kind_opportunity_snapshot = {
    .name = "opportunity_snapshot",
    .pattern = "vendors/*/partnerships/*/opportunities/*/snapshots/*",
    .message = &sell__opportunity_snapshot__descriptor,
    .indexes = snapshot_indexes,
};

/* ---- customer activities ---- */

static void activity_create_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__CustomerActivity *activity = (const Sell__CustomerActivity *)message;
  struct arena *arena = index_arena(sink);
  index_emit(sink, state_partition(arena, name_partnership(arena, activity->name), NULL, 0),
             index_order_number(arena, timestamp_us(activity->create_time, 0)));
}

static void activity_state_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__CustomerActivity *activity = (const Sell__CustomerActivity *)message;
  struct arena *arena = index_arena(sink);
  index_emit(sink,
             state_partition(arena, name_partnership(arena, activity->name),
                             &sell__customer_activity__state__descriptor, (int)activity->state),
             index_order_number(arena, timestamp_us(activity->create_time, 0)));
}

static void activity_account_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__CustomerActivity *activity = (const Sell__CustomerActivity *)message;
  if (!text_empty(activity->target_account))
    index_emit(sink, activity->target_account,
               index_order_number(index_arena(sink), timestamp_us(activity->create_time, 0)));
}

static const struct index customer_activity_indexes[] = {{"create", activity_create_entries},
                                                         {"state", activity_state_entries},
                                                         {"account", activity_account_entries},
                                                         {0}};

const struct kind kind_customer_activity = {
    .name = "customer_activity",
    .pattern = "vendors/*/partnerships/*/customerActivities/*",
    .message = &sell__customer_activity__descriptor,
    .indexes = customer_activity_indexes,
};
