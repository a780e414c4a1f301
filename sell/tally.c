#include "sell/tally.h"

#include "runtime/base/timestamp.h"
#include "sell/attribution.h"
#include "sell/pipeline_source.h"

#include <assert.h>
#include <string.h>

static const struct tally_level levels[COLUMN_COUNT][2] = {
    [COLUMN_PROSPECT] = {{"pipeline.prospect.joint", "pipeline_amount.prospect.joint"},
                         {"pipeline.prospect.independent", "pipeline_amount.prospect.independent"}},
    [COLUMN_QUALIFIED] = {{"pipeline.qualified.joint", "pipeline_amount.qualified.joint"},
                          {"pipeline.qualified.independent", "pipeline_amount.qualified.independent"}},
    [COLUMN_TECHNICAL_VALIDATION] = {{"pipeline.technical_validation.joint",
                                      "pipeline_amount.technical_validation.joint"},
                                     {"pipeline.technical_validation.independent",
                                      "pipeline_amount.technical_validation.independent"}},
    [COLUMN_BUSINESS_VALIDATION] = {{"pipeline.business_validation.joint",
                                     "pipeline_amount.business_validation.joint"},
                                    {"pipeline.business_validation.independent",
                                     "pipeline_amount.business_validation.independent"}},
    [COLUMN_COMMITTED] = {{"pipeline.committed.joint", "pipeline_amount.committed.joint"},
                          {"pipeline.committed.independent", "pipeline_amount.committed.independent"}},
    [COLUMN_WON] = {{"pipeline.won.joint", "pipeline_amount.won.joint"},
                    {"pipeline.won.independent", "pipeline_amount.won.independent"}},
    [COLUMN_LOST] = {{"pipeline.lost.joint", "pipeline_amount.lost.joint"},
                     {"pipeline.lost.independent", "pipeline_amount.lost.independent"}},
    [COLUMN_REVERSED] = {{"pipeline.reversed.joint", "pipeline_amount.reversed.joint"},
                         {"pipeline.reversed.independent", "pipeline_amount.reversed.independent"}},
};

const struct tally_level *tally_level(enum tally_column column, bool own) {
  return &levels[column][own];
}

struct period tally_level_period(void) {
  int32_t month = month_of(TALLY_LEVEL_US);
  return (struct period){month_start_us(month), month_start_us(month_add(month, 1))};
}

static enum tally_column column_of(const Sell__Opportunity *opportunity) {
  switch (opportunity->state) {
  case SELL__OPPORTUNITY__STATE__STATE_WON:
    return COLUMN_WON;
  case SELL__OPPORTUNITY__STATE__STATE_LOST:
    return COLUMN_LOST;
  case SELL__OPPORTUNITY__STATE__STATE_REVERSED:
    return COLUMN_REVERSED;
  default:
    assert(opportunity->state == SELL__OPPORTUNITY__STATE__STATE_OPEN);
    return COLUMN_PROSPECT + (opportunity->stage - SELL__OPPORTUNITY__STAGE__STAGE_PROSPECT);
  }
}

/* Tallies being added up; what falls on the same counter, party and month is one. */
struct sheet {
  struct tally *rows;
  size_t count;
  Type__Party party;
  int64_t sign;
};

static void sheet_add(struct sheet *sheet, const char *counter, bool money, int64_t when_us, int64_t amount) {
  for (size_t i = 0; i < sheet->count; i++) {
    struct tally *row = &sheet->rows[i];
    if (row->party == sheet->party && month_of(row->when_us) == month_of(when_us) &&
        strcmp(row->counter, counter) == 0) {
      row->amount += sheet->sign * amount;
      return;
    }
  }
  if (!amount)
    return;
  assert(sheet->count < TALLIES_MAX);
  sheet->rows[sheet->count++] = (struct tally){counter, money, sheet->party, when_us, sheet->sign * amount};
}

/* Names of what is counted by month; the second of each pair is of independent ones. */
static const char *const opened[2] = {"opened.joint", "opened.independent"};
static const char *const won[2] = {"won.joint", "won.independent"};
static const char *const won_amount[2] = {"won_amount.joint", "won_amount.independent"};
static const char *const lost[2] = {"lost.joint", "lost.independent"};

/* Each party's share of what was sold, and what the customer was promised with it. */
static void sheet_add_success(struct sheet *sheet, const Sell__Opportunity *opportunity, int64_t close_us) {
  struct attributed shares[ATTRIBUTED_MAX];
  size_t count = attribution_amounts(opportunity, shares);
  const Sell__CustomerOutcome *outcome = opportunity->outcome;
  for (size_t i = 0; i < count; i++) {
    sheet->party = shares[i].party;
    sheet_add(sheet, shares[i].sourced ? "attributed.sourced" : "attributed.influenced", true, close_us,
              shares[i].amount_minor);
  }
  sheet->party = TYPE__PARTY__PARTY_UNSPECIFIED;
  if (!outcome || opportunity->state != SELL__OPPORTUNITY__STATE__STATE_WON)
    return;
  int64_t due_us = timestamp_us(outcome->due_time, 0);
  sheet_add(sheet, "outcomes.due", false, due_us, 1);
  if (outcome->state == SELL__CUSTOMER_OUTCOME__STATE__STATE_MET)
    sheet_add(sheet, "outcomes.met", false, due_us, 1);
}

static void sheet_add_opportunity(struct sheet *sheet, const Sell__Opportunity *opportunity) {
  bool own = opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  int64_t amount = opportunity->amount ? opportunity->amount->amount_minor : 0;
  int64_t close_us = timestamp_us(opportunity->close_time, 0);
  struct pipeline_parts parts = pipeline_parts_of(opportunity); /* nothing of a party's own */
  sheet->party = own ? opportunity->owner_party : TYPE__PARTY__PARTY_UNSPECIFIED;
  sheet_add(sheet, opened[own], false, timestamp_us(opportunity->open_time, 0), 1);
  if (opportunity->qualify_time && !own) {
    int64_t qualify_us = timestamp_us(opportunity->qualify_time, 0);
    sheet_add(sheet, "qualified.joint", false, qualify_us, 1);
    sheet_add(sheet, "qualified_amount.joint", true, qualify_us, amount);
    sheet_add(sheet, "qualified_amount.co_sell", true, qualify_us, parts.co_sell_minor);
    sheet_add(sheet, "qualified_amount.joint_marketing", true, qualify_us, parts.joint_marketing_minor);
  }
  if (opportunity->state == SELL__OPPORTUNITY__STATE__STATE_WON) {
    sheet_add(sheet, won[own], false, close_us, 1);
    sheet_add(sheet, won_amount[own], true, close_us, amount);
    sheet_add(sheet, "won_amount.joint_marketing", true, close_us, parts.joint_marketing_minor);
  }
  if (opportunity->state == SELL__OPPORTUNITY__STATE__STATE_LOST)
    sheet_add(sheet, lost[own], false, close_us, 1);
  const struct tally_level *level = tally_level(column_of(opportunity), own);
  sheet_add(sheet, level->count, false, TALLY_LEVEL_US, 1);
  sheet_add(sheet, level->amount, true, TALLY_LEVEL_US, amount);
  sheet_add_success(sheet, opportunity, close_us);
}

size_t tally_change(const Sell__Opportunity *before, const Sell__Opportunity *after,
                    struct tally out[TALLIES_MAX]) {
  struct tally rows[TALLIES_MAX];
  struct sheet sheet = {.rows = rows, .sign = 1};
  if (after)
    sheet_add_opportunity(&sheet, after);
  if (before) {
    sheet.sign = -1;
    sheet_add_opportunity(&sheet, before);
  }
  size_t count = 0;
  for (size_t i = 0; i < sheet.count; i++)
    if (rows[i].amount)
      out[count++] = rows[i];
  return count;
}
