#include "incentivize/sale.h"

#include "runtime/base/money.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

bool sale_counts(const Sell__Opportunity *opportunity) {
  return opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
}

char *sale_name(struct arena *arena, const char *opportunity) {
  char *partnership = name_partnership(arena, opportunity);
  char *id = name_last_id(arena, opportunity);
  return partnership && id ? name_child(arena, partnership, "sales", id) : NULL;
}

void sale_exclude(struct arena *arena, Incentivize__Sale *sale, const char *why) {
  sale->state = INCENTIVIZE__SALE__STATE__STATE_EXCLUDED;
  sale->exclusion = arena_strdup(arena, why);
}

Incentivize__Sale *sale_of(struct arena *arena, const Sell__Opportunity *opportunity, const char *evidence,
                           int64_t occur_us) {
  Incentivize__Sale *sale = arena_new(arena, Incentivize__Sale);
  incentivize__sale__init(sale);
  sale->name = sale_name(arena, opportunity->name);
  sale->opportunity = arena_strdup(arena, opportunity->name);
  sale->state = INCENTIVIZE__SALE__STATE__STATE_UNPLANNED;
  sale->close_time = timestamp_new(arena, timestamp_us(opportunity->close_time, occur_us));
  sale->evidence = arena_strdup(arena, evidence);
  if (opportunity->amount) {
    sale->currency_code = arena_strdup(arena, opportunity->amount->currency_code);
    sale->amount_minor = opportunity->amount->amount_minor;
  }
  if (text_empty(sale->currency_code))
    sale_exclude(arena, sale, "the opportunity has no amount");
  else if (sale->amount_minor < 0 || sale->amount_minor > MONEY_MAX)
    sale_exclude(arena, sale, "the amount is out of range");
  return sale;
}
