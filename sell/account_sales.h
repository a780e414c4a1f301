/* Opportunities on an account, over all partnerships of a vendor: found by every key that companies are
 * matched by, as registrations are. */
#ifndef ENTENTE_SELL_ACCOUNT_SALES_H
#define ENTENTE_SELL_ACCOUNT_SALES_H

#include "runtime/store/index.h"
#include "runtime/store/txn.h"
#include "sell/company.h"

#include "entente/sell/v1/opportunity.pb-c.h"

#define ACCOUNT_DIRECT "direct" /* the vendor's own, open */
#define ACCOUNT_LOST "lost"     /* lost, that the vendor may see */
enum { ACCOUNT_SALES_MAX = 100 };

/* The vendor's own sale, without the partner. Pure. */
bool opportunity_direct(const Sell__Opportunity *opportunity);
/* Who would buy, as companies are compared. Countries of opportunities are in anybody's words: what is no
 * code is left out, so that it differs from none. Texts stay the opportunity's. Pure. */
Sell__Company opportunity_company(const Sell__Opportunity *opportunity);

/* The index `account` of opportunities. */
void account_sales_emit(const ProtobufCMessage *opportunity, struct index_sink *sink);

/* Names of opportunities, each once. */
struct account_sales {
  char *names[ACCOUNT_SALES_MAX];
  size_t count;
};
/* Adds those on the account of a company, as far as there is room. In a fiber; statuses are the store's. */
const struct status *account_sales_add(struct txn *txn, const char *vendor, const char *what,
                                       const Sell__Company *company, struct account_sales *out);

#endif
