#include "market/kinds.h"

#include "market/claim.h"
#include "market/fund_request.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"

#include "entente/market/v1/campaign.pb-c.h"
#include "entente/market/v1/settlement.pb-c.h"
#include "entente/market/v1/touch.pb-c.h"

char *partition_campaigns(struct arena *arena, const char *partnership, int party, int state) {
  return arena_printf(arena, "%s|%d|%d", partnership, party, state);
}

char *partition_state(struct arena *arena, const char *parent, int state) {
  return arena_printf(arena, "%s|%d", parent, state);
}

char *partition_seen(struct arena *arena, const char *parent, Type__Party viewer, int state) {
  return arena_printf(arena, "%s|%s|%d", parent, viewer == TYPE__PARTY__PARTY_PARTNER ? "partner" : "vendor",
                      state);
}

char *partition_touches(struct arena *arena, const char *of, Type__Party party) {
  return arena_printf(arena, "%s|%d", of, (int)party);
}

static char *order_time(struct arena *arena, const Google__Protobuf__Timestamp *time) {
  return index_order_number(arena, timestamp_us(time, INT64_MAX));
}

static void index_campaign(const ProtobufCMessage *message, struct index_sink *sink) {
  const Market__Campaign *campaign = (const Market__Campaign *)message;
  struct arena *arena = index_arena(sink);
  const char *partnership = name_partnership(arena, campaign->name);
  const char *order = order_time(arena, campaign->start_time);
  const int parties[] = {0, (int)campaign->party}, states[] = {0, (int)campaign->state};
  for (size_t i = 0; i < 4; i++) {
    index_emit(sink, partition_campaigns(arena, partnership, parties[i / 2], states[i % 2]), order);
  }
}

static void emit_state(struct index_sink *sink, const char *parent, int state, const char *order) {
  index_emit(sink, partition_state(index_arena(sink), parent, 0), order);
  index_emit(sink, partition_state(index_arena(sink), parent, state), order);
}

static void index_mdf_budget(const ProtobufCMessage *message, struct index_sink *sink) {
  const Market__MdfBudget *budget = (const Market__MdfBudget *)message;
  struct arena *arena = index_arena(sink);
  emit_state(sink, name_vendor(arena, budget->name), (int)budget->state,
             order_time(arena, budget->start_time));
}

static void index_mdf_allocation(const ProtobufCMessage *message, struct index_sink *sink) {
  const Market__MdfAllocation *allocation = (const Market__MdfAllocation *)message;
  struct arena *arena = index_arena(sink);
  emit_state(sink, name_partnership(arena, allocation->name), (int)allocation->state,
             order_time(arena, allocation->create_time));
}

/* Under each parent, for each viewer who sees it, for all states and for its own. */
static void emit_seen(struct index_sink *sink, const char *const *parents, size_t count, bool vendor_sees,
                      int state, const char *order) {
  struct arena *arena = index_arena(sink);
  for (size_t i = 0; i < count; i++) {
    for (int viewer = vendor_sees ? TYPE__PARTY__PARTY_VENDOR : TYPE__PARTY__PARTY_PARTNER;
         viewer <= TYPE__PARTY__PARTY_PARTNER; viewer++) {
      index_emit(sink, partition_seen(arena, parents[i], (Type__Party)viewer, 0), order);
      index_emit(sink, partition_seen(arena, parents[i], (Type__Party)viewer, state), order);
    }
  }
}

static void index_fund_request(const ProtobufCMessage *message, struct index_sink *sink) {
  const Market__FundRequest *request = (const Market__FundRequest *)message;
  struct arena *arena = index_arena(sink);
  const char *parents[] = {name_partnership(arena, request->name), request->allocation};
  emit_seen(sink, parents, 2, fund_request_visible(request, TYPE__PARTY__PARTY_VENDOR), (int)request->state,
            order_time(arena, request->create_time));
}

static void index_claim(const ProtobufCMessage *message, struct index_sink *sink) {
  const Market__Claim *claim = (const Market__Claim *)message;
  struct arena *arena = index_arena(sink);
  const char *parents[] = {name_partnership(arena, claim->name), name_prefix(arena, claim->name, 3)};
  emit_seen(sink, parents, 2, claim_visible(claim, TYPE__PARTY__PARTY_VENDOR), (int)claim->state,
            order_time(arena, claim->create_time));
}

static void index_settlement(const ProtobufCMessage *message, struct index_sink *sink) {
  const Market__Settlement *settlement = (const Market__Settlement *)message;
  struct arena *arena = index_arena(sink);
  const char *order = order_time(arena, settlement->create_time);
  emit_state(sink, name_partnership(arena, settlement->name), (int)settlement->state, order);
  emit_state(sink, name_prefix(arena, settlement->name, 4), (int)settlement->state, order);
}

static void index_touch(const ProtobufCMessage *message, struct index_sink *sink) {
  const Market__Touch *touch = (const Market__Touch *)message;
  struct arena *arena = index_arena(sink);
  const char *order = order_time(arena, touch->occur_time);
  const char *of[] = {name_partnership(arena, touch->name), touch->opportunity, touch->campaign};
  for (size_t i = 0; i < sizeof of / sizeof *of && !text_empty(of[i]); i++) {
    index_emit(sink, partition_touches(arena, of[i], TYPE__PARTY__PARTY_UNSPECIFIED), order);
    index_emit(sink, partition_touches(arena, of[i], touch->party), order);
  }
}

static const struct index campaign_indexes[] = {{"list", index_campaign}, {0}};
static const struct index mdf_budget_indexes[] = {{"list", index_mdf_budget}, {0}};
static const struct index mdf_allocation_indexes[] = {{"list", index_mdf_allocation}, {0}};
static const struct index fund_request_indexes[] = {{"list", index_fund_request}, {0}};
static const struct index claim_indexes[] = {{"list", index_claim}, {0}};
static const struct index settlement_indexes[] = {{"list", index_settlement}, {0}};
static const struct index touch_indexes[] = {{"list", index_touch}, {0}};

const struct kind kind_campaign = {
    .name = "campaign",
    .pattern = "vendors/*/partnerships/*/campaigns/*",
    .message = &market__campaign__descriptor,
    .indexes = campaign_indexes,
};
const struct kind kind_mdf_budget = {
    .name = "mdf_budget",
    .pattern = "vendors/*/mdfBudgets/*",
    .message = &market__mdf_budget__descriptor,
    .indexes = mdf_budget_indexes,
};
const struct kind kind_mdf_allocation = {
    .name = "mdf_allocation",
    .pattern = "vendors/*/partnerships/*/mdfAllocations/*",
    .message = &market__mdf_allocation__descriptor,
    .indexes = mdf_allocation_indexes,
};
const struct kind kind_fund_request = {
    .name = "fund_request",
    .pattern = "vendors/*/partnerships/*/fundRequests/*",
    .message = &market__fund_request__descriptor,
    .indexes = fund_request_indexes,
};
const struct kind kind_claim = {
    .name = "claim",
    .pattern = "vendors/*/partnerships/*/fundRequests/*/claims/*",
    .message = &market__claim__descriptor,
    .indexes = claim_indexes,
};
const struct kind kind_settlement = {
    .name = "settlement",
    .pattern = "vendors/*/partnerships/*/fundRequests/*/claims/*/settlements/*",
    .message = &market__settlement__descriptor,
    .indexes = settlement_indexes,
};

const struct kind kind_touch = {
    .name = "touch",
    .pattern = "vendors/*/partnerships/*/touches/*",
    .message = &market__touch__descriptor,
    .indexes = touch_indexes,
};
const struct kind kind_touched_opportunity = {
    .name = "touched_opportunity",
    .pattern = "vendors/*/partnerships/*/opportunities/*",
    .message = &market__touched_opportunity__descriptor,
};

const struct kind *const market_kinds[] = {
    &kind_campaign,   &kind_mdf_budget, &kind_mdf_allocation,      &kind_fund_request, &kind_claim,
    &kind_settlement, &kind_touch,      &kind_touched_opportunity, &kind_directory,    NULL};
