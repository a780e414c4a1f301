/* Terms of a contract that contradict themselves. */
#include "onboard/agreement.h"

#include "onboard/organization.h"
#include "onboard/term.h"
#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/period.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#define OUT_OF_RANGE "VALUE_OUT_OF_RANGE"
#define MISSING "REQUIRED_FIELD_MISSING"

/* What is being checked, and where the violations go. */
struct check {
  struct arena *arena;
  struct status *refusal;
  const char *path; /* of the list that is looked at */
};

static char *field(const struct check *check, size_t index, const char *name) {
  return arena_printf(check->arena, "%s[%zu].%s", check->path, index, name);
}

static void check_side(struct check *check, Type__Party party, size_t index, const char *name) {
  if (party != TYPE__PARTY__PARTY_VENDOR && party != TYPE__PARTY__PARTY_PARTNER)
    invalid_add(check->arena, &check->refusal, field(check, index, name), OUT_OF_RANGE,
                "must be VENDOR or PARTNER");
}

/* `id` against those of the elements before it; `id_of` reads the id of one element. */
static void check_id(struct check *check, void *const *elements, size_t index,
                     const char *(*id_of)(const void *element)) {
  for (size_t i = 0; i < index; i++)
    if (text_equal(id_of(elements[i]), id_of(elements[index]))) {
      invalid_add(check->arena, &check->refusal, field(check, index, "id"), "DUPLICATE_KEY_VALUE",
                  "%s is the id of an earlier one", id_of(elements[index]));
      return;
    }
}

/* ---- the six elements ---- */

static const char *line_id(const void *element) {
  return ((const Onboard__InvestmentLine *)element)->id;
}

static void check_money(struct check *check, const Onboard__InvestmentLine *line, size_t index) {
  bool money = line->unit == ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_MONEY;
  char *path = field(check, index, "currency_code");
  if (money && text_empty(line->currency_code))
    invalid_add(check->arena, &check->refusal, path, MISSING, "an investment in money needs a currency");
  else if (money && !currency_known(line->currency_code))
    invalid_add(check->arena, &check->refusal, path, OUT_OF_RANGE, "%s is not a currency in use",
                line->currency_code);
  else if (!money && !text_empty(line->currency_code))
    invalid_add(check->arena, &check->refusal, path, OUT_OF_RANGE,
                "only an investment in money has a currency");
}

static void check_investment(struct check *check, const Onboard__InvestmentTerms *terms) {
  for (size_t i = 0; i < terms->n_lines; i++) {
    check_id(check, (void **)terms->lines, i, line_id);
    check_side(check, terms->lines[i]->owner, i, "owner");
    check_money(check, terms->lines[i], i);
    moment_check(check->arena, &check->refusal, field(check, i, "due_time"), terms->lines[i]->due_time);
  }
}

static void check_joint_ip(struct check *check, const Onboard__JointIpTerms *terms) {
  for (size_t i = 0; i < terms->n_assets; i++)
    for (size_t k = 0; k < i; k++)
      if (terms->assets[k]->asset_class == terms->assets[i]->asset_class) {
        invalid_add(check->arena, &check->refusal, field(check, i, "asset_class"), "DUPLICATE_KEY_VALUE",
                    "the class has a term already");
        break;
      }
}

static void check_countries(struct check *check, char *const *codes, size_t count, const char *path) {
  for (size_t i = 0; i < count; i++)
    if (!country_assigned(codes[i]))
      invalid_add(check->arena, &check->refusal, arena_printf(check->arena, "%s[%zu]", path, i), OUT_OF_RANGE,
                  "`%s` is not an assigned ISO 3166-1 alpha-2 code", codes[i]);
}

static const char *provision_id(const void *element) {
  return ((const Onboard__CoverageProvision *)element)->id;
}

static void check_provision(struct check *check, const Onboard__CoverageProvision *provision, size_t index) {
  struct arena *arena = check->arena;
  char *path = field(check, index, "end_time");
  for (size_t i = 0; i < provision->n_accounts; i++)
    if (text_empty(provision->accounts[i]->display_name) && text_empty(provision->accounts[i]->domain))
      invalid_add(arena, &check->refusal,
                  arena_printf(arena, "%s[%zu].accounts[%zu].display_name", check->path, index, i), MISSING,
                  "name the account or its domain");
  check_countries(check, provision->country_codes, provision->n_country_codes,
                  field(check, index, "country_codes"));
  if (!provision->n_segments && !provision->n_country_codes && !provision->n_solutions &&
      !provision->n_accounts)
    invalid_add(arena, &check->refusal, field(check, index, "segments"), MISSING,
                "a provision has to be limited by segments, countries, solutions or accounts");
  bool fits = moment_check(arena, &check->refusal, field(check, index, "start_time"), provision->start_time);
  if (!moment_check(arena, &check->refusal, path, provision->end_time) || !fits || !provision->end_time)
    return;
  if (moment_us(provision->end_time) <= timestamp_us(provision->start_time, INT64_MIN))
    invalid_add(arena, &check->refusal, path, OUT_OF_RANGE, "must lie after start_time");
}

static void check_coverage(struct check *check, const Onboard__CoverageTerms *terms) {
  if (terms->none_agreed && terms->n_provisions)
    invalid_add(check->arena, &check->refusal, check->path, OUT_OF_RANGE,
                "there are provisions, though none_agreed says that there are none");
  for (size_t i = 0; i < terms->n_provisions; i++) {
    check_id(check, (void **)terms->provisions, i, provision_id);
    check_provision(check, terms->provisions[i], i);
  }
}

static const char *metric_id(const void *element) {
  return ((const Onboard__PerformanceMetric *)element)->id;
}

static void check_accountability(struct check *check, const Onboard__AccountabilityTerms *terms) {
  for (size_t i = 0; i < terms->n_metrics; i++) {
    check_id(check, (void **)terms->metrics, i, metric_id);
    check_side(check, terms->metrics[i]->party, i, "party");
  }
}

static const char *survival_id(const void *element) {
  return ((const Onboard__SurvivalTerm *)element)->id;
}

static void check_transition(struct check *check, const Onboard__TransitionTerms *terms) {
  for (size_t i = 0; i < terms->n_survivals; i++) {
    check_id(check, (void **)terms->survivals, i, survival_id);
    if (terms->survivals[i]->party)
      check_side(check, terms->survivals[i]->party, i, "party");
  }
}

static void check_elements(struct check *check, const Onboard__AgreementElements *elements,
                           const char *path) {
  struct arena *arena = check->arena;
  check->path = arena_printf(arena, "%s.investment.lines", path);
  if (elements->investment)
    check_investment(check, elements->investment);
  if (elements->market_scope)
    check_countries(check, elements->market_scope->country_codes, elements->market_scope->n_country_codes,
                    arena_printf(arena, "%s.market_scope.country_codes", path));
  check->path = arena_printf(arena, "%s.joint_ip.assets", path);
  if (elements->joint_ip)
    check_joint_ip(check, elements->joint_ip);
  check->path = arena_printf(arena, "%s.coverage.provisions", path);
  if (elements->coverage)
    check_coverage(check, elements->coverage);
  check->path = arena_printf(arena, "%s.accountability.metrics", path);
  if (elements->accountability)
    check_accountability(check, elements->accountability);
  check->path = arena_printf(arena, "%s.transition.survivals", path);
  if (elements->transition)
    check_transition(check, elements->transition);
}

const struct status *elements_check(struct arena *arena, const Onboard__AgreementElements *elements,
                                    const char *path) {
  struct check check = {.arena = arena};
  if (elements)
    check_elements(&check, elements, path);
  return check.refusal;
}

/* ---- the frame ---- */

static const char *clause_id(const void *element) {
  return ((const Onboard__ContractClause *)element)->id;
}

static void check_term(struct check *check, const Onboard__ContractTerms *terms, const char *path) {
  struct arena *arena = check->arena;
  char *effective = arena_printf(arena, "%s.effective_time", path);
  char *expire = arena_printf(arena, "%s.expire_time", path);
  bool fits = moment_check(arena, &check->refusal, effective, terms->effective_time);
  if (!moment_check(arena, &check->refusal, expire, terms->expire_time) || !fits)
    return;
  if (!terms->effective_time || !terms->expire_time)
    return;
  int64_t start = moment_us(terms->effective_time), end = moment_us(terms->expire_time);
  if (end <= start)
    invalid_add(arena, &check->refusal, expire, OUT_OF_RANGE, "must lie after effective_time");
  else if (month_add(month_of(start), AGREEMENT_TERM_MONTHS_MAX) < month_of(end))
    invalid_add(arena, &check->refusal, expire, OUT_OF_RANGE, "must lie at most %d months after it starts",
                AGREEMENT_TERM_MONTHS_MAX);
  else if (end - start <= terms->notice_days * US_PER_DAY)
    invalid_add(arena, &check->refusal, arena_printf(arena, "%s.notice_days", path), OUT_OF_RANGE,
                "must be shorter than the first term");
}

static void check_renewal(struct check *check, const Onboard__ContractTerms *terms, const char *path) {
  char *months = arena_printf(check->arena, "%s.renewal_months", path);
  if (terms->auto_renew && !terms->renewal_months)
    invalid_add(check->arena, &check->refusal, months, MISSING, "a contract that renews says for how long");
  if (!terms->auto_renew && terms->renewal_months)
    invalid_add(check->arena, &check->refusal, months, OUT_OF_RANGE, "is only for a contract that renews");
}

const struct status *contract_terms_check(struct arena *arena, const Onboard__ContractTerms *terms,
                                          const char *path) {
  struct check check = {.arena = arena};
  if (!terms)
    return NULL;
  check_term(&check, terms, path);
  check_renewal(&check, terms, path);
  if (terms->elements)
    check_elements(&check, terms->elements, arena_printf(arena, "%s.elements", path));
  term_values_check(arena, &check.refusal, terms->commercial_terms, terms->n_commercial_terms,
                    arena_printf(arena, "%s.commercial_terms", path));
  check.path = arena_printf(arena, "%s.clauses", path);
  for (size_t i = 0; i < terms->n_clauses; i++)
    check_id(&check, (void **)terms->clauses, i, clause_id);
  return check.refusal;
}
