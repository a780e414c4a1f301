#include "runtime/base/machine.h"
#include "runtime/base/name.h"
#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "sell/account.h"
#include "sell/account_sales.h"
#include "sell/cosell.h"
#include "sell/follow.h"
#include "sell/opportunity_review.h"
#include "sell/registration_change.h"
#include "sell/service.h"

#include <stdio.h>

char *partition_of(struct arena *arena, const char *partnership, Type__Party viewer, const char *value) {
  return arena_printf(arena, "%s|%s|%s", partnership, party_name(viewer), value);
}

/* Each party has partitions of its own, so that a list never passes over what the other hides. */
static void emit(struct index_sink *sink, const Sell__Opportunity *opportunity, const char *value,
                 const Google__Protobuf__Timestamp *when) {
  static const Type__Party viewers[] = {TYPE__PARTY__PARTY_VENDOR, TYPE__PARTY__PARTY_PARTNER};
  struct arena *arena = index_arena(sink);
  const char *partnership = name_partnership(arena, opportunity->name);
  const char *order = index_order_number(arena, timestamp_us(when, 0));
  for (size_t i = 0; i < sizeof viewers / sizeof *viewers; i++)
    if (opportunity_visible(opportunity, viewers[i]))
      index_emit(sink, partition_of(arena, partnership, viewers[i], value), order);
}

static void open_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Opportunity *opportunity = (const Sell__Opportunity *)message;
  emit(sink, opportunity, "", opportunity->open_time);
}

static void state_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Opportunity *opportunity = (const Sell__Opportunity *)message;
  emit(sink, opportunity, state_name(&sell__opportunity__state__descriptor, (int)opportunity->state),
       opportunity->open_time);
}

static void stage_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Opportunity *opportunity = (const Sell__Opportunity *)message;
  if (opportunity->state == SELL__OPPORTUNITY__STATE__STATE_OPEN)
    emit(sink, opportunity, stage_name(opportunity->stage), opportunity->open_time);
}

static void engagement_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Opportunity *opportunity = (const Sell__Opportunity *)message;
  emit(sink, opportunity, engagement_name(opportunity->engagement), opportunity->open_time);
}

static void review_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Opportunity *opportunity = (const Sell__Opportunity *)message;
  if (opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT)
    emit(sink, opportunity, state_name(review_machine.states, (int)review_state_of(opportunity)),
         opportunity->open_time);
}

/* By the month of closing; while open, of expecting to. */
static void close_entries(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Opportunity *opportunity = (const Sell__Opportunity *)message;
  const Google__Protobuf__Timestamp *when =
      opportunity->close_time ? opportunity->close_time : opportunity->expected_close_time;
  if (when)
    emit(sink, opportunity, arena_printf(index_arena(sink), "%d", month_of(timestamp_us(when, 0))), when);
}

static const struct index opportunity_indexes[] = {
    {"account", account_sales_emit},    {"open", open_entries},
    {"state", state_entries},           {"stage", stage_entries},
    {"engagement", engagement_entries}, {"close", close_entries},
    {"review", review_entries},         {0},
};

const struct kind kind_opportunity = {
    .name = "opportunity",
    .pattern = "vendors/*/partnerships/*/opportunities/*",
    .message = &sell__opportunity__descriptor,
    .indexes = opportunity_indexes,
};

const struct kind *const sell_kinds[] = {
    &kind_opportunity,
    &kind_directory,
    /* co-selling */
    &kind_help_request,
    &kind_engagement,
    &kind_opportunity_side,
    &kind_opportunity_snapshot,
    &kind_customer_activity,
    /* accounts */
    &kind_target_account,
    &kind_case_study,
    &kind_mapping_key,
    &kind_population,
    &kind_population_upload,
    &kind_population_chunk,
    /* deal registration */
    &kind_registration,
    &kind_registration_policy,
    &kind_match_key,
    &kind_attempt_book,
    &kind_conflict,
    &kind_protection_breach,
    &kind_breach_mark,
    &kind_contract,
    &kind_member,
    /* market scope */
    &kind_proposition,
    &kind_market_estimate,
    &kind_market_estimate_book,
    NULL,
};
