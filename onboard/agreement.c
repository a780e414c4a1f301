#include "onboard/agreement.h"

#include "runtime/base/machine.h"
#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include <stdlib.h>

#define ELEMENT(name) ONBOARD__AGREEMENT_ELEMENT__AGREEMENT_ELEMENT_##name
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER

enum { ELEMENTS = 7 /* the frame and the six */, LINE_SLOTS_MAX = 8, SIDES = 3 };

/* How specific one party's lines of an element are: slots that could be filled, and are. */
struct specificity {
  int slots, filled;
  struct strings {
    char **all;
    size_t count;
  } empty; /* paths */
};

/* A look through the terms; findings go into the answer. */
struct survey {
  struct arena *arena;
  Onboard__CheckAgreementCompletenessResponse *out;
  Onboard__ElementCompleteness *element; /* that is looked at */
  struct specificity sides[SIDES];       /* by party; of that element */
};

/* Arrays of findings grow by one; they are short. */
static void *grown(struct arena *arena, void *all, size_t count, void *one) {
  void **grown = arena_calloc(arena, count + 1, sizeof *grown);
  for (size_t i = 0; i < count; i++)
    grown[i] = ((void **)all)[i];
  grown[count] = one;
  return grown;
}

static void start_element(struct survey *survey, Onboard__AgreementElement element) {
  Onboard__ElementCompleteness *entry = arena_new(survey->arena, Onboard__ElementCompleteness);
  onboard__element_completeness__init(entry);
  entry->element = element;
  entry->complete = true;
  survey->out->elements[survey->out->n_elements++] = entry;
  survey->element = entry;
  for (int i = 0; i < SIDES; i++)
    survey->sides[i] = (struct specificity){0};
}

/* One slot that has to be filled. */
static void slot(struct survey *survey, bool filled, Type__Party party, const char *field,
                 const char *description) {
  survey->element->slots++;
  survey->element->filled += filled;
  if (filled)
    return;
  Onboard__CheckAgreementCompletenessResponse *out = survey->out;
  Onboard__MissingSlot *missing = arena_new(survey->arena, Onboard__MissingSlot);
  onboard__missing_slot__init(missing);
  missing->element = survey->element->element;
  missing->party = party;
  missing->field = arena_printf(survey->arena, "terms.%s", field);
  missing->description = (char *)description;
  survey->element->complete = false;
  out->missing = grown(survey->arena, out->missing, out->n_missing, missing);
  out->n_missing++;
}

/* ---- lines of both parties ---- */

/* What one slot of a line of a party is. */
struct line_slot {
  const char *name;
  bool filled, required;
  const char *description;
};

/* A line whose owner the terms' check has refused counts for nobody. */
static void survey_line(struct survey *survey, Type__Party owner, const char *line,
                        const struct line_slot *slots) {
  if (owner != VENDOR && owner != PARTNER)
    return;
  struct specificity *side = &survey->sides[owner];
  for (size_t i = 0; slots[i].name; i++) {
    char *path = arena_printf(survey->arena, "%s.%s", line, slots[i].name);
    if (slots[i].required)
      slot(survey, slots[i].filled, owner, path, slots[i].description);
    side->slots++;
    side->filled += slots[i].filled;
    if (slots[i].filled)
      continue;
    side->empty.all = grown(survey->arena, side->empty.all, side->empty.count,
                            arena_printf(survey->arena, "terms.%s", path));
    side->empty.count++;
  }
}

static int32_t specific_bps(const struct specificity *side) {
  return (int32_t)ratio_bps(side->filled, side->slots);
}

/* Names the party whose lines are vaguer. Both sides go through here alike: exchanging the parties exchanges
 * what is found. */
static void compare_sides(struct survey *survey, const char *what) {
  const struct specificity *vendor = &survey->sides[VENDOR], *partner = &survey->sides[PARTNER];
  if (!vendor->slots || !partner->slots)
    return;
  int32_t vendor_bps = specific_bps(vendor), partner_bps = specific_bps(partner);
  if (abs(vendor_bps - partner_bps) <= AGREEMENT_ASYMMETRY_BPS)
    return;
  Onboard__CheckAgreementCompletenessResponse *out = survey->out;
  Onboard__AsymmetricSpecificity *found = arena_new(survey->arena, Onboard__AsymmetricSpecificity);
  onboard__asymmetric_specificity__init(found);
  Type__Party vaguer = vendor_bps < partner_bps ? VENDOR : PARTNER;
  const struct specificity *side = &survey->sides[vaguer], *other = &survey->sides[party_other(vaguer)];
  found->element = survey->element->element;
  found->vaguer_party = vaguer;
  found->vendor_bps = vendor_bps;
  found->partner_bps = partner_bps;
  found->fields = side->empty.all;
  found->n_fields = side->empty.count;
  found->description = arena_printf(survey->arena, "%s of %s fill %d of %d slots, those of %s %d of %d", what,
                                    party_name(vaguer), side->filled, side->slots,
                                    party_name(party_other(vaguer)), other->filled, other->slots);
  survey->element->complete = false;
  out->asymmetries = grown(survey->arena, out->asymmetries, out->n_asymmetries, found);
  out->n_asymmetries++;
}

/* At least one line a party. */
static void both_sides(struct survey *survey, const char *field, const char *description) {
  slot(survey, survey->sides[VENDOR].slots > 0, VENDOR, field, description);
  slot(survey, survey->sides[PARTNER].slots > 0, PARTNER, field, description);
}

/* ---- the frame and the six elements ---- */

static void survey_frame(struct survey *survey, const Onboard__ContractTerms *terms) {
  start_element(survey, ELEMENT(UNSPECIFIED));
  slot(survey, terms->type != ONBOARD__CONTRACT_TYPE__CONTRACT_TYPE_UNSPECIFIED, NOBODY, "type",
       "what kind of agreement it is");
  slot(survey, terms->effective_time, NOBODY, "effective_time", "when it takes effect");
  slot(survey, terms->expire_time, NOBODY, "expire_time", "when its first term ends");
  slot(survey, terms->notice_days > 0, NOBODY, "notice_days", "how much notice a party gives");
}

static void survey_investment(struct survey *survey, const Onboard__InvestmentTerms *terms) {
  start_element(survey, ELEMENT(INVESTMENT));
  for (size_t i = 0; i < terms->n_lines; i++) {
    const Onboard__InvestmentLine *line = terms->lines[i];
    const struct line_slot slots[] = {
        {"amount", line->amount > 0, true, "how much is invested"},
        {"unit", line->unit != ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_UNSPECIFIED, true,
         "what the amount counts"},
        {"due_time", line->due_time, true, "by when"},
        {"responsible", !text_empty(line->responsible), true, "who answers for it"},
        {"consequence", !text_empty(line->consequence), true, "what follows when it is not delivered"},
        {"evidence", !text_empty(line->evidence), false, "what proves it"},
        {"checkpoint_days", line->checkpoint_days > 0, false, "how often it is looked at"},
        {0},
    };
    survey_line(survey, line->owner, arena_printf(survey->arena, "elements.investment.lines[%zu]", i), slots);
  }
  both_sides(survey, "elements.investment.lines", "what the party invests");
  compare_sides(survey, "investment lines");
}

static void survey_market_scope(struct survey *survey, const Onboard__MarketScopeTerms *terms) {
  start_element(survey, ELEMENT(MARKET_SCOPE));
  slot(survey, terms->n_segments || terms->n_country_codes || terms->n_solutions, NOBODY,
       "elements.market_scope.segments", "segments, countries or solutions that it is for");
  slot(survey, terms->adjudication_rule != ONBOARD__ADJUDICATION_RULE__ADJUDICATION_RULE_UNSPECIFIED, NOBODY,
       "elements.market_scope.adjudication_rule", "how conflicts of coverage are decided");
  slot(survey, !text_empty(terms->judge), NOBODY, "elements.market_scope.judge", "who decides them");
  slot(survey, terms->decision_days > 0, NOBODY, "elements.market_scope.decision_days",
       "within how many days");
}

static const Onboard__AssetTerm *asset_of(const Onboard__JointIpTerms *terms,
                                          Onboard__AssetClass asset_class) {
  for (size_t i = 0; i < terms->n_assets; i++)
    if (terms->assets[i]->asset_class == asset_class)
      return terms->assets[i];
  return NULL;
}

static void survey_asset(struct survey *survey, const Onboard__JointIpTerms *terms,
                         Onboard__AssetClass asset_class) {
  static const Onboard__AssetTerm nothing = ONBOARD__ASSET_TERM__INIT;
  const Onboard__AssetTerm *asset = asset_of(terms, asset_class);
  const char *class = state_name(&onboard__asset_class__descriptor, (int)asset_class);
  char *path = arena_printf(survey->arena, "elements.joint_ip.assets(%s)", class);
  if (!asset)
    asset = &nothing;
  slot(survey, asset->ownership != ONBOARD__ASSET_OWNERSHIP__ASSET_OWNERSHIP_UNSPECIFIED, NOBODY,
       arena_printf(survey->arena, "%s.ownership", path), "who owns assets of the class");
  if (asset->ownership == ONBOARD__ASSET_OWNERSHIP__ASSET_OWNERSHIP_NONE_MADE)
    return;
  slot(survey, !text_empty(asset->license), NOBODY, arena_printf(survey->arena, "%s.license", path),
       "what the other party may do with them");
  slot(survey, !text_empty(asset->attribution), NOBODY, arena_printf(survey->arena, "%s.attribution", path),
       "how the authors are named");
  slot(survey, asset->fate != ONBOARD__ASSET_FATE__ASSET_FATE_UNSPECIFIED, NOBODY,
       arena_printf(survey->arena, "%s.fate", path), "what becomes of them at the end");
}

static void survey_joint_ip(struct survey *survey, const Onboard__JointIpTerms *terms) {
  start_element(survey, ELEMENT(JOINT_IP));
  for (unsigned i = 0; i < onboard__asset_class__descriptor.n_values; i++) {
    int class = onboard__asset_class__descriptor.values[i].value;
    if (class)
      survey_asset(survey, terms, (Onboard__AssetClass) class);
  }
}

/* Provisions hold within the contract: one that lies outside would never route anything. */
static bool provision_holds(const Onboard__ContractTerms *terms,
                            const Onboard__CoverageProvision *provision) {
  int64_t start = timestamp_us(terms->effective_time, INT64_MIN);
  int64_t end = terms->auto_renew ? INT64_MAX : timestamp_us(terms->expire_time, INT64_MAX);
  return timestamp_us(provision->start_time, INT64_MIN) < end &&
         timestamp_us(provision->end_time, INT64_MAX) > start;
}

static void survey_coverage(struct survey *survey, const Onboard__ContractTerms *terms,
                            const Onboard__CoverageTerms *coverage) {
  start_element(survey, ELEMENT(COVERAGE));
  slot(survey, coverage->n_provisions || coverage->none_agreed, NOBODY, "elements.coverage.provisions",
       "what is exclusive or goes first, or that nothing is");
  for (size_t i = 0; i < coverage->n_provisions; i++)
    slot(survey, provision_holds(terms, coverage->provisions[i]), NOBODY,
         arena_printf(survey->arena, "elements.coverage.provisions[%zu].start_time", i),
         "a time within the term of the contract");
}

static void survey_accountability(struct survey *survey, const Onboard__AccountabilityTerms *terms) {
  start_element(survey, ELEMENT(ACCOUNTABILITY));
  for (size_t i = 0; i < terms->n_metrics; i++) {
    const Onboard__PerformanceMetric *metric = terms->metrics[i];
    const struct line_slot slots[] = {
        {"expectation", !text_empty(metric->expectation), true, "what is expected"},
        {"frequency_days", metric->frequency_days > 0, true, "how often it is measured"},
        {"consequence", !text_empty(metric->consequence), true, "what follows when it is not reached"},
        {"source", !text_empty(metric->source), false, "where the figure comes from"},
        {0},
    };
    survey_line(survey, metric->party, arena_printf(survey->arena, "elements.accountability.metrics[%zu]", i),
                slots);
  }
  both_sides(survey, "elements.accountability.metrics", "what the party is measured by");
  compare_sides(survey, "performance metrics");
  slot(survey, terms->review_days > 0 && terms->review_days <= AGREEMENT_REVIEW_DAYS_MAX, NOBODY,
       "elements.accountability.review_days", "reviews at least every 92 days");
  slot(survey, !text_empty(terms->underperformance_process), NOBODY,
       "elements.accountability.underperformance_process", "what is done when a party falls short");
  slot(survey, !text_empty(terms->de_escalation), NOBODY, "elements.accountability.de_escalation",
       "how the partnership steps down before it ends");
}

static void survey_transition(struct survey *survey, const Onboard__TransitionTerms *terms) {
  start_element(survey, ELEMENT(TRANSITION));
  slot(survey, !text_empty(terms->exit_path), NOBODY, "elements.transition.exit_path", "the steps out");
  slot(survey, terms->transition_days > 0, NOBODY, "elements.transition.transition_days",
       "how long the transition takes");
  slot(survey, !text_empty(terms->joint_customers), NOBODY, "elements.transition.joint_customers",
       "who serves joint customers");
  slot(survey, !text_empty(terms->joint_assets), NOBODY, "elements.transition.joint_assets",
       "what happens to joint assets");
  slot(survey, terms->n_survivals > 0, NOBODY, "elements.transition.survivals", "what outlives the contract");
}

void agreement_survey(struct arena *arena, const Onboard__ContractTerms *terms,
                      Onboard__CheckAgreementCompletenessResponse *out) {
  static const Onboard__ContractTerms no_terms = ONBOARD__CONTRACT_TERMS__INIT;
  static const Onboard__AgreementElements no_elements = ONBOARD__AGREEMENT_ELEMENTS__INIT;
  static const Onboard__InvestmentTerms no_investment = ONBOARD__INVESTMENT_TERMS__INIT;
  static const Onboard__MarketScopeTerms no_scope = ONBOARD__MARKET_SCOPE_TERMS__INIT;
  static const Onboard__JointIpTerms no_ip = ONBOARD__JOINT_IP_TERMS__INIT;
  static const Onboard__CoverageTerms no_coverage = ONBOARD__COVERAGE_TERMS__INIT;
  static const Onboard__AccountabilityTerms no_accountability = ONBOARD__ACCOUNTABILITY_TERMS__INIT;
  static const Onboard__TransitionTerms no_transition = ONBOARD__TRANSITION_TERMS__INIT;
  struct survey survey = {.arena = arena, .out = out};
  const Onboard__ContractTerms *given = terms ? terms : &no_terms;
  const Onboard__AgreementElements *elements = given->elements ? given->elements : &no_elements;
  out->elements = arena_calloc(arena, ELEMENTS, sizeof(void *));
  survey_frame(&survey, given);
  survey_investment(&survey, elements->investment ? elements->investment : &no_investment);
  survey_market_scope(&survey, elements->market_scope ? elements->market_scope : &no_scope);
  survey_joint_ip(&survey, elements->joint_ip ? elements->joint_ip : &no_ip);
  survey_coverage(&survey, given, elements->coverage ? elements->coverage : &no_coverage);
  survey_accountability(&survey, elements->accountability ? elements->accountability : &no_accountability);
  survey_transition(&survey, elements->transition ? elements->transition : &no_transition);
  out->complete = !out->n_missing && !out->n_asymmetries;
}

const struct status *agreement_complete(struct arena *arena, const Onboard__ContractTerms *terms,
                                        const char *subject) {
  Onboard__CheckAgreementCompletenessResponse found = ONBOARD__CHECK_AGREEMENT_COMPLETENESS_RESPONSE__INIT;
  struct status *refusal = NULL;
  agreement_survey(arena, terms, &found);
  for (size_t i = 0; i < found.n_missing; i++) {
    const Onboard__MissingSlot *missing = found.missing[i];
    guard_add(arena, &refusal, "AGREEMENT_INCOMPLETE", subject, "%s: %s%s%s", missing->field,
              missing->description, missing->party ? " of " : "",
              missing->party ? party_name(missing->party) : "");
  }
  for (size_t i = 0; i < found.n_asymmetries; i++)
    guard_add(arena, &refusal, "AGREEMENT_INCOMPLETE", subject, "%s", found.asymmetries[i]->description);
  return refusal;
}
