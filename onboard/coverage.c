#include "onboard/coverage.h"

#include "onboard/contract.h"
#include "runtime/base/fold.h"
#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

static const Onboard__CoverageTerms *terms_of(const Onboard__Contract *contract) {
  return contract->terms && contract->terms->elements ? contract->terms->elements->coverage : NULL;
}

static bool is_exclusive(const Onboard__CoverageProvision *provision) {
  return provision->kind == ONBOARD__COVERAGE_PROVISION__KIND__KIND_EXCLUSIVE;
}

bool coverage_excludes(const Onboard__Contract *contract) {
  const Onboard__CoverageTerms *terms = terms_of(contract);
  for (size_t i = 0; terms && i < terms->n_provisions; i++)
    if (is_exclusive(terms->provisions[i]))
      return true;
  return false;
}

/* ---- scope ---- */

/* An empty list is any. */
static bool lists_meet(char *const *one, size_t one_count, char *const *other, size_t other_count) {
  for (size_t i = 0; i < one_count; i++)
    for (size_t k = 0; k < other_count; k++)
      if (text_equal(one[i], other[k]))
        return true;
  return !one_count || !other_count;
}

static bool is_same_account(struct arena *arena, const Onboard__NamedAccount *one,
                            const Onboard__NamedAccount *other) {
  const char *name = text_fold(arena, one->display_name);
  return (!text_empty(one->domain) && text_equal(one->domain, other->domain)) ||
         (!text_empty(name) && text_equal(name, text_fold(arena, other->display_name)));
}

static bool accounts_meet(struct arena *arena, const Onboard__CoverageProvision *one,
                          const Onboard__CoverageProvision *other) {
  for (size_t i = 0; i < one->n_accounts; i++)
    for (size_t k = 0; k < other->n_accounts; k++)
      if (is_same_account(arena, one->accounts[i], other->accounts[k]))
        return true;
  return !one->n_accounts || !other->n_accounts;
}

static bool scopes_meet(struct arena *arena, const Onboard__CoverageProvision *one,
                        const Onboard__CoverageProvision *other) {
  return lists_meet(one->segments, one->n_segments, other->segments, other->n_segments) &&
         lists_meet(one->country_codes, one->n_country_codes, other->country_codes, other->n_country_codes) &&
         lists_meet(one->solutions, one->n_solutions, other->solutions, other->n_solutions) &&
         accounts_meet(arena, one, other);
}

/* ---- time ---- */

struct span {
  int64_t start_us, end_us; /* end exclusive */
};

/* When a contract is in force, as far as it goes for certain; before it binds, from when it would. */
static struct span span_of_contract(const struct act *act, const Onboard__Contract *contract) {
  const Onboard__ContractTerms *terms = contract->terms;
  if (contract->activate_time)
    return (struct span){moment_us(contract->activate_time), contract_certain_end_us(contract)};
  int64_t effective = timestamp_us(terms->effective_time, act->now_us);
  return (struct span){effective > act->now_us ? effective : act->now_us,
                       terms->auto_renew ? INT64_MAX : timestamp_us(terms->expire_time, INT64_MAX)};
}

static struct span span_of(struct span contract, const Onboard__CoverageProvision *provision) {
  int64_t start = timestamp_us(provision->start_time, INT64_MIN);
  int64_t end = timestamp_us(provision->end_time, INT64_MAX);
  return (struct span){
      start > contract.start_us ? start : contract.start_us,
      end < contract.end_us ? end : contract.end_us,
  };
}

static bool spans_meet(struct span one, struct span other) {
  return one.start_us < one.end_us && other.start_us < other.end_us && one.start_us < other.end_us &&
         other.start_us < one.end_us;
}

/* ---- both ---- */

/* The exclusive provision of `other` that `wanted` overlaps; NULL when there is none. */
static const Onboard__CoverageProvision *in_the_way(const struct act *act, struct span held,
                                                    const Onboard__CoverageProvision *wanted,
                                                    const Onboard__Contract *other) {
  const Onboard__CoverageTerms *terms = terms_of(other);
  struct span theirs = span_of_contract(act, other);
  for (size_t i = 0; terms && i < terms->n_provisions; i++)
    if (is_exclusive(terms->provisions[i]) && spans_meet(held, span_of(theirs, terms->provisions[i])) &&
        scopes_meet(act->arena, wanted, terms->provisions[i]))
      return terms->provisions[i];
  return NULL;
}

/* What the signer may know: the partner gets one line a provision, whoever else holds it. */
static void refuse(const struct act *act, struct status **refusal, const Onboard__Contract *contract,
                   const Onboard__CoverageProvision *provision, Onboard__Contract *const *others,
                   size_t count) {
  struct span held = span_of(span_of_contract(act, contract), provision);
  for (size_t i = 0; i < count; i++) {
    const Onboard__CoverageProvision *granted = in_the_way(act, held, provision, others[i]);
    if (!granted)
      continue;
    if (act->party != TYPE__PARTY__PARTY_VENDOR) {
      guard_add(act->arena, refusal, "EXCLUSIVITY_UNAVAILABLE", contract->name,
                "the provision %s cannot be exclusive as it is worded", provision->id);
      return;
    }
    guard_add(act->arena, refusal, "EXCLUSIVITY_UNAVAILABLE", contract->name,
              "the provision %s overlaps %s, which %s grants exclusively", provision->id, granted->id,
              others[i]->name);
  }
}

const struct status *coverage_check(const struct act *act, const Onboard__Contract *contract,
                                    Onboard__Contract *const *others, size_t count) {
  const Onboard__CoverageTerms *terms = terms_of(contract);
  struct status *refusal = NULL;
  for (size_t i = 0; terms && i < terms->n_provisions; i++)
    if (is_exclusive(terms->provisions[i]))
      refuse(act, &refusal, contract, terms->provisions[i], others, count);
  return refusal;
}
