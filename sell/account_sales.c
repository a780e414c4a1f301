#include "sell/account_sales.h"

#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/message/validate.h"
#include "runtime/store/list.h"
#include "sell/opportunity.h"
#include "sell/service.h"

#include <string.h>

bool opportunity_direct(const Sell__Opportunity *opportunity) {
  return opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT &&
         opportunity->owner_party == TYPE__PARTY__PARTY_VENDOR;
}

static bool is_country_code(const char *text) {
  return text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z' && !text[2];
}

Sell__Company opportunity_company(const Sell__Opportunity *opportunity) {
  const Sell__Customer *customer = opportunity->customer;
  Sell__Company company = SELL__COMPANY__INIT;
  if (!customer)
    return company;
  company.legal_name = customer->account;
  company.domain = customer->domain;
  company.tax_id = customer->tax_id;
  company.duns = customer->duns;
  if (is_country_code(customer->country))
    company.country_code = customer->country;
  return company;
}

/* Names were the only key once: their partitions are still called by the bare name. */
static char *partition(struct arena *arena, const char *vendor, const char *what,
                       const struct company_key *key) {
  const char *text =
      key->kind == SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_NAME ? strchr(key->text, ':') + 1 : key->text;
  return arena_printf(arena, "%s|%s|%.*s", vendor, what, text_cut(text, 300), text);
}

void account_sales_emit(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Opportunity *opportunity = (const Sell__Opportunity *)message;
  struct arena *arena = index_arena(sink);
  struct company_key keys[COMPANY_KEYS_MAX];
  bool direct = opportunity->state == SELL__OPPORTUNITY__STATE__STATE_OPEN && opportunity_direct(opportunity);
  bool lost = opportunity->state == SELL__OPPORTUNITY__STATE__STATE_LOST &&
              opportunity_visible(opportunity, TYPE__PARTY__PARTY_VENDOR);
  if (!direct && !lost)
    return;
  Sell__Company company = opportunity_company(opportunity);
  size_t count = company_keys(arena, &company, keys);
  for (size_t i = 0; i < count; i++)
    index_emit(sink,
               partition(arena, name_vendor(arena, opportunity->name), direct ? ACCOUNT_DIRECT : ACCOUNT_LOST,
                         &keys[i]),
               index_order_number(arena, timestamp_us(opportunity->open_time, 0)));
}

static bool is_listed(const struct account_sales *sales, const char *name) {
  for (size_t i = 0; i < sales->count; i++)
    if (text_equal(sales->names[i], name))
      return true;
  return false;
}

const struct status *account_sales_add(struct txn *txn, const char *vendor, const char *what,
                                       const Sell__Company *company, struct account_sales *out) {
  struct arena *arena = txn_arena(txn);
  struct company_key keys[COMPANY_KEYS_MAX];
  const struct status *status = NULL;
  size_t key_count = company_keys(arena, company, keys);
  for (size_t k = 0; !status && k < key_count; k++) {
    struct list_page page;
    const struct list_query query = {.kind = &kind_opportunity,
                                     .index = "account",
                                     .partition = partition(arena, vendor, what, &keys[k]),
                                     .scope = vendor,
                                     .descending = true,
                                     .page_size = ACCOUNT_SALES_MAX,
                                     .page_token = "",
                                     .binding = ""};
    status = list_entities(txn, &query, &page);
    for (size_t i = 0; !status && i < page.count && out->count < ACCOUNT_SALES_MAX; i++) {
      const char *name = message_text(page.messages[i], "name");
      if (!is_listed(out, name))
        out->names[out->count++] = arena_strdup(arena, name);
    }
  }
  return status;
}
