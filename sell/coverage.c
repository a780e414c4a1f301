#include "sell/coverage.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/company.h"

#include <string.h>

#define STATE(name) ONBOARD__CONTRACT__STATE__STATE_##name

bool contract_binds(const Onboard__Contract *contract, int64_t now_us) {
  bool signed_by_both = contract->state == STATE(SIGNED) || contract->state == STATE(ACTIVE) ||
                        contract->state == STATE(EXPIRING);
  bool renews = contract->terms && contract->terms->auto_renew && !contract->renewal_refusal;
  const Google__Protobuf__Timestamp *noticed = contract->termination ? contract->termination->end_time : NULL;
  return signed_by_both && timestamp_us(contract->activate_time, INT64_MAX) <= now_us &&
         timestamp_us(contract->end_time, INT64_MAX) > now_us && timestamp_us(noticed, INT64_MAX) > now_us &&
         timestamp_us(contract->supersede_time, INT64_MAX) > now_us &&
         (renews || timestamp_us(contract->term_end_time, INT64_MAX) > now_us);
}

static const Onboard__CoverageTerms *coverage_of(const Onboard__Contract *contract) {
  return contract->terms && contract->terms->elements ? contract->terms->elements->coverage : NULL;
}

bool contract_covers(const Onboard__Contract *contract) {
  const Onboard__CoverageTerms *coverage = coverage_of(contract);
  return coverage && coverage->n_provisions;
}

static bool list_has(char *const *list, size_t count, const char *text) {
  for (size_t i = 0; i < count; i++)
    if (text_equal(list[i], text))
      return true;
  return count == 0;
}

static bool accounts_have(struct arena *arena, const Onboard__CoverageProvision *provision,
                          const Sell__Company *customer) {
  const char *domain = company_domain(arena, customer->domain);
  for (size_t i = 0; i < provision->n_accounts; i++) {
    const Onboard__NamedAccount *account = provision->accounts[i];
    const char *account_domain = company_domain(arena, account->domain);
    if (domain && account_domain && strcmp(domain, account_domain) == 0)
      return true;
    if (company_names_equal(arena, customer->legal_name, account->display_name))
      return true;
  }
  return provision->n_accounts == 0;
}

static bool provision_has(struct arena *arena, const Onboard__CoverageProvision *provision,
                          const Sell__Registration *registration, int64_t now_us) {
  bool solution = provision->n_solutions == 0;
  for (size_t i = 0; i < registration->n_solutions && !solution; i++)
    solution = list_has(provision->solutions, provision->n_solutions, registration->solutions[i]);
  return solution && timestamp_us(provision->start_time, INT64_MIN) <= now_us &&
         timestamp_us(provision->end_time, INT64_MAX) > now_us &&
         list_has(provision->segments, provision->n_segments, registration->segment) &&
         list_has(provision->country_codes, provision->n_country_codes,
                  registration->customer->country_code) &&
         accounts_have(arena, provision, registration->customer);
}

/* Whether one of the contract's provisions routes the deal; `exclusive` only such. */
static bool contract_routes(struct arena *arena, const Onboard__Contract *contract,
                            const Sell__Registration *registration, int64_t now_us, bool exclusive) {
  const Onboard__CoverageTerms *coverage = coverage_of(contract);
  for (size_t i = 0; coverage && i < coverage->n_provisions; i++) {
    const Onboard__CoverageProvision *provision = coverage->provisions[i];
    bool alone = provision->kind == ONBOARD__COVERAGE_PROVISION__KIND__KIND_EXCLUSIVE;
    if ((alone || !exclusive) && provision_has(arena, provision, registration, now_us))
      return contract_binds(contract, now_us);
  }
  return false;
}

/* A contract of the registration's own partnership, or of another, that routes the deal; NULL. */
static const Onboard__Contract *route_of(struct arena *arena, Onboard__Contract *const *contracts,
                                         size_t count, const Sell__Registration *registration, int64_t now_us,
                                         bool own, bool exclusive) {
  const char *partnership = name_partnership(arena, registration->name);
  for (size_t i = 0; i < count; i++)
    if (text_equal(name_partnership(arena, contracts[i]->name), partnership) == own &&
        contract_routes(arena, contracts[i], registration, now_us, exclusive))
      return contracts[i];
  return NULL;
}

bool coverage_excludes(struct arena *arena, Onboard__Contract *const *contracts, size_t count,
                       const Sell__Registration *registration, int64_t now_us) {
  return route_of(arena, contracts, count, registration, now_us, false, true) &&
         !route_of(arena, contracts, count, registration, now_us, true, true);
}

const Onboard__Contract *coverage_preference(struct arena *arena, Onboard__Contract *const *contracts,
                                             size_t count, const Sell__Registration *registration,
                                             int64_t now_us) {
  return route_of(arena, contracts, count, registration, now_us, true, false);
}
