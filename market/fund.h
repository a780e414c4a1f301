/* Reading and putting what belongs to the balance of marketing funds, with its entries in the ledger. */
#ifndef ENTENTE_MARKET_FUND_H
#define ENTENTE_MARKET_FUND_H

#include "runtime/rpc/resource.h"

#include "entente/market/v1/claim.pb-c.h"
#include "entente/market/v1/fund_request.pb-c.h"
#include "entente/market/v1/mdf_allocation.pb-c.h"
#include "entente/market/v1/mdf_budget.pb-c.h"

/* A fund request or claim that the caller may see; NOT_FOUND otherwise. ABORTED (ETAG_MISMATCH) by `etag`;
 * NULL: not looked at. */
const struct status *fund_read_request(struct call *call, const char *name, const char *etag,
                                       Market__FundRequest **request);
const struct status *fund_read_claim(struct call *call, const char *name, const char *etag,
                                     Market__Claim **claim);

/* Put and record. `occur_us` 0: now. The partner's drafts are recorded as its own. */
struct record *fund_put_budget(struct call *call, Market__MdfBudget *budget, const char *type,
                               int64_t occur_us);
struct record *fund_put_allocation(struct call *call, Market__MdfAllocation *allocation, const char *type,
                                   int64_t occur_us);
struct record *fund_put_request(struct call *call, Market__FundRequest *request, const char *type,
                                int64_t occur_us);
struct record *fund_put_claim(struct call *call, Market__Claim *claim, const char *type, int64_t occur_us);

/* Counts an amount of money of the partnership. */
void fund_count(struct record *record, const char *counter, const char *currency, int64_t amount_minor);

#endif
