#include "sell/builder.h"

#include "runtime/base/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STATE(name) SELL__OPPORTUNITY__STATE__STATE_##name

struct occasion occasion_build(void) {
  struct arena *arena = arena_create(8 << 20, NULL, NULL);
  Onboard__Partnership *partnership = arena_new(arena, Onboard__Partnership);
  onboard__partnership__init(partnership);
  partnership->name = (char *)"vendors/halden/partnerships/orvane";
  partnership->currency_code = (char *)"USD";
  partnership->state = ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE;
  return (struct occasion){arena, NOW_US, TYPE__PARTY__PARTY_VENDOR, partnership};
}

void occasion_release(struct occasion *occasion) {
  arena_destroy(occasion->arena);
}

Type__Money *money_build(const struct occasion *occasion, const char *currency, int64_t amount) {
  Type__Money *money = arena_new(occasion->arena, Type__Money);
  type__money__init(money);
  money->currency_code = arena_strdup(occasion->arena, currency);
  money->amount_minor = amount;
  return money;
}

Google__Protobuf__Timestamp *time_build(const struct occasion *occasion, int64_t days_ago) {
  return timestamp_new(occasion->arena, NOW_US - days_ago * DAY_US);
}

static Sell__Customer *customer_build(const struct occasion *occasion) {
  Sell__Customer *customer = arena_new(occasion->arena, Sell__Customer);
  sell__customer__init(customer);
  customer->account = (char *)"Northgate Hospital";
  customer->sector = (char *)"healthcare";
  customer->country = (char *)"NL";
  return customer;
}

Sell__Opportunity *opportunity_build(const struct occasion *occasion, Sell__Opportunity__Stage stage) {
  Sell__Opportunity *opportunity = arena_new(occasion->arena, Sell__Opportunity);
  sell__opportunity__init(opportunity);
  opportunity->name = (char *)NAME;
  opportunity->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  opportunity->owner_party = TYPE__PARTY__PARTY_VENDOR;
  opportunity->customer = customer_build(occasion);
  opportunity->solution = (char *)"Triage";
  opportunity->amount = money_build(occasion, "USD", 50000);
  opportunity->state = STATE(OPEN);
  opportunity->stage = stage;
  opportunity->open_time = time_build(occasion, 100);
  opportunity->stage_time = opportunity->open_time;
  opportunity->expected_close_time = time_build(occasion, -30);
  if (stage >= SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED)
    opportunity->qualify_time = time_build(occasion, 90);
  return opportunity;
}

Sell__Opportunity *opportunity_build_in(const struct occasion *occasion, Sell__Opportunity__State state) {
  bool sold = state == STATE(WON) || state == STATE(REVERSED);
  Sell__Opportunity *opportunity = opportunity_build(
      occasion, sold ? SELL__OPPORTUNITY__STAGE__STAGE_COMMITTED : SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED);
  opportunity->state = state;
  if (state != STATE(OPEN))
    opportunity->close_time = time_build(occasion, 10);
  if (state == STATE(LOST))
    opportunity->loss_reason = SELL__OPPORTUNITY__LOSS_REASON__LOSS_REASON_PRICE;
  if (state == STATE(REVERSED))
    opportunity->reverse_time = time_build(occasion, 1);
  return opportunity;
}

Sell__OpportunityRow *row_build(const struct occasion *occasion) {
  Sell__OpportunityRow *row = arena_new(occasion->arena, Sell__OpportunityRow);
  sell__opportunity_row__init(row);
  row->external_id = (char *)"1C1I7A6R";
  row->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  row->customer = customer_build(occasion);
  row->solution = (char *)"GTX Pro";
  row->seller = (char *)"A. Seller";
  row->amount = money_build(occasion, "USD", 105400);
  row->state = STATE(WON);
  row->open_time = time_build(occasion, 60);
  row->qualify_time = time_build(occasion, 50);
  row->close_time = time_build(occasion, 40);
  return row;
}

static bool detail_found(const struct status *status, const char *detail) {
  for (const struct violation *v = status->violations; v; v = v->next)
    if (strcmp(v->field, detail) == 0)
      return true;
  for (const struct guard_failure *g = status->guards; g; g = g->next)
    if (strstr(g->description, detail))
      return true;
  return false;
}

void assert_reason(const struct status *status, const char *reason, const char *detail) {
  if (!reason) {
    if (status)
      fail_msg("refused with %s: %s", status->reason, status->message);
    return;
  }
  if (!status)
    fail_msg("succeeded where %s was due", reason);
  assert_string_equal(status->reason, reason);
  if (detail && !detail_found(status, detail))
    fail_msg("%s does not tell of %s: %s", reason, detail, status->message);
}
