#include "market/fund.h"

#include "market/claim.h"
#include "market/fund_request.h"
#include "market/kinds.h"

const struct status *fund_read_request(struct call *call, const char *name, const char *etag,
                                       Market__FundRequest **request) {
  const struct status *status = resource_load(call, &kind_fund_request, name, NULL, request);
  if (status) {
    return status;
  }
  if (!fund_request_visible(*request, call_party(call))) {
    return call_not_found(call, name);
  }
  return etag ? call_check_etag(call, etag, (*request)->etag) : NULL;
}

const struct status *fund_read_claim(struct call *call, const char *name, const char *etag,
                                     Market__Claim **claim) {
  const struct status *status = resource_load(call, &kind_claim, name, NULL, claim);
  if (status) {
    return status;
  }
  if (!claim_visible(*claim, call_party(call))) {
    return call_not_found(call, name);
  }
  return etag ? call_check_etag(call, etag, (*claim)->etag) : NULL;
}

struct record *fund_put_budget(struct call *call, Market__MdfBudget *budget, const char *type,
                               int64_t occur_us) {
  struct txn *txn = call_txn(call);
  txn_put(txn, &kind_mdf_budget, budget);
  return txn_record(txn, &(struct record_facts){.type = type,
                                                .payload = budget,
                                                .occur_us = occur_us,
                                                .private_to = TYPE__PARTY__PARTY_VENDOR});
}

struct record *fund_put_allocation(struct call *call, Market__MdfAllocation *allocation, const char *type,
                                   int64_t occur_us) {
  struct txn *txn = call_txn(call);
  txn_put(txn, &kind_mdf_allocation, allocation);
  return txn_record(txn, &(struct record_facts){.type = type, .payload = allocation, .occur_us = occur_us});
}

static Type__Party private_to(bool vendor_sees) {
  return vendor_sees ? TYPE__PARTY__PARTY_UNSPECIFIED : TYPE__PARTY__PARTY_PARTNER;
}

struct record *fund_put_request(struct call *call, Market__FundRequest *request, const char *type,
                                int64_t occur_us) {
  struct txn *txn = call_txn(call);
  bool vendor_sees = fund_request_visible(request, TYPE__PARTY__PARTY_VENDOR);
  txn_put(txn, &kind_fund_request, request);
  return txn_record(txn, &(struct record_facts){.type = type,
                                                .payload = request,
                                                .occur_us = occur_us,
                                                .private_to = private_to(vendor_sees)});
}

struct record *fund_put_claim(struct call *call, Market__Claim *claim, const char *type, int64_t occur_us) {
  struct txn *txn = call_txn(call);
  bool vendor_sees = claim_visible(claim, TYPE__PARTY__PARTY_VENDOR);
  txn_put(txn, &kind_claim, claim);
  return txn_record(
      txn, &(struct record_facts){
               .type = type, .payload = claim, .occur_us = occur_us, .private_to = private_to(vendor_sees)});
}

void fund_count(struct record *record, const char *counter, const char *currency, int64_t amount_minor) {
  txn_count_money(record, counter, TYPE__PARTY__PARTY_UNSPECIFIED, 0, currency, amount_minor);
}
