/* What class a partnership's evidence supports: each predicate says by itself what satisfied or failed it. */
#include "onboard/commitment.h"
#include "onboard/contract.h"
#include "onboard/partnership.h"
#include "onboard/review.h"
#include "onboard/sponsor.h"
#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#define KIND(name) ONBOARD__CLASSIFICATION_PREDICATE__KIND__KIND_##name
#define CLASS(name) ONBOARD__PARTNERSHIP__CLASSIFICATION__CLASSIFICATION_##name

typedef Onboard__ClassificationPredicate Predicate;

/* What a predicate looks at. */
struct view {
  const struct act *act;
  const Onboard__Partnership *partnership;
  const struct evidence *evidence;
};

static void cite(const struct view *view, Predicate *predicate, const char *name) {
  if (!predicate->evidence)
    predicate->evidence =
        arena_calloc(view->act->arena, PARTNERSHIP_EVIDENCE_MAX, sizeof *predicate->evidence);
  if (predicate->n_evidence < PARTNERSHIP_EVIDENCE_MAX)
    predicate->evidence[predicate->n_evidence++] = arena_strdup(view->act->arena, name);
}

static void conclude(const struct view *view, Predicate *predicate, bool satisfied, const char *explanation) {
  predicate->satisfied = satisfied;
  predicate->explanation = arena_strdup(view->act->arena, explanation);
}

static void plan_in_force(const struct view *view, Predicate *predicate, Type__Party party) {
  (void)party;
  const Onboard__Plan *plan = view->evidence->plan;
  if (plan)
    cite(view, predicate, plan->name);
  conclude(view, predicate, plan, plan ? "both parties signed the plan in force" : "no plan is in force");
}

static void commitment_active(const struct view *view, Predicate *predicate, Type__Party party) {
  const struct evidence *evidence = view->evidence;
  size_t active = 0;
  for (size_t i = 0; evidence->plan && i < evidence->commitment_count; i++) {
    const Onboard__Commitment *commitment = evidence->commitments[i];
    if (commitment->owner != party || !commitment_is_active_at(commitment, view->act->now_us))
      continue;
    active++;
    cite(view, predicate, commitment->name);
  }
  conclude(view, predicate, active,
           arena_printf(view->act->arena, "%zu active commitments of %s", active, party_name(party)));
}

static void consequences(const struct view *view, Predicate *predicate, Type__Party party) {
  (void)party;
  const struct evidence *evidence = view->evidence;
  size_t without = 0, count = evidence->plan ? evidence->commitment_count : 0;
  for (size_t i = 0; i < count; i++) {
    if (text_empty(evidence->commitments[i]->consequence))
      without++;
    else
      cite(view, predicate, evidence->commitments[i]->name);
  }
  conclude(view, predicate, count && !without,
           count ? arena_printf(view->act->arena,
                                "%zu of %zu commitments say what follows when they are not kept",
                                count - without, count)
                 : "there are no commitments");
}

static void sponsor_named(const struct view *view, Predicate *predicate, Type__Party party) {
  const struct evidence *evidence = view->evidence;
  size_t executives = 0, others = 0;
  for (size_t i = 0; i < evidence->sponsor_count; i++) {
    const Onboard__Sponsor *sponsor = evidence->sponsors[i];
    if (sponsor->party != party)
      continue;
    if (!sponsor_is_executive(sponsor)) {
      others++;
      continue;
    }
    executives++;
    cite(view, predicate, sponsor->name);
  }
  conclude(view, predicate, executives,
           arena_printf(view->act->arena, "%s names %zu sponsors above account manager and %zu at that level",
                        party_name(party), executives, others));
}

/* Whether a review keeps the quarterly rhythm at this moment. */
static bool keeps_cadence(const struct view *view, const Onboard__Review *review) {
  int64_t now = view->act->now_us, span = PARTNERSHIP_CADENCE_DAYS * US_PER_DAY;
  if (review->state == ONBOARD__REVIEW__STATE__STATE_HELD)
    return moment_us(review->hold_time) + span >= now;
  return review_is_open_at(review, now) && moment_us(review->due_time) <= now + span;
}

static void review_cadence(const struct view *view, Predicate *predicate, Type__Party party) {
  (void)party;
  const struct evidence *evidence = view->evidence;
  int missed = 0; /* in a row, up to the latest that was due */
  for (size_t i = 0; i < evidence->review_count; i++) {
    const Onboard__Review *review = evidence->reviews[i];
    Onboard__Review__State state = review_state_at(review, view->act->now_us);
    if (state == ONBOARD__REVIEW__STATE__STATE_MISSED)
      missed++;
    else if (state == ONBOARD__REVIEW__STATE__STATE_HELD)
      missed = 0;
    if (keeps_cadence(view, review))
      cite(view, predicate, review->name);
  }
  if (missed >= 2)
    conclude(view, predicate, false,
             arena_printf(view->act->arena, "the last %d reviews that were due were missed", missed));
  else
    conclude(view, predicate, predicate->n_evidence,
             arena_printf(view->act->arena, "%zu reviews held in the last or due in the next %d days",
                          predicate->n_evidence, PARTNERSHIP_CADENCE_DAYS));
}

static void alliance_features(const struct view *view, Predicate *predicate, Type__Party party) {
  (void)party;
  const Onboard__AllianceFeatures *features = view->partnership->alliance_features;
  int there = 0;
  if (features)
    there = !!features->joint_ip + !!features->jointly_managed_accounts + !!features->joint_delivery_staff +
            !!features->jointly_funded_development + !!features->board_oversight;
  if (there)
    cite(view, predicate, view->partnership->name);
  conclude(view, predicate, there >= PARTNERSHIP_ALLIANCE_FEATURES,
           arena_printf(view->act->arena, "%d of 5 features of an alliance; %d are needed", there,
                        PARTNERSHIP_ALLIANCE_FEATURES));
}

/* ---- what the parties answered ---- */

static const Onboard__TestAnswer *joint_value(const Onboard__Qualification *answers) {
  return answers->joint_value;
}

static const Onboard__TestAnswer *mutual_investment(const Onboard__Qualification *answers) {
  return answers->mutual_investment;
}

static const Onboard__TestAnswer *mutual_accountability(const Onboard__Qualification *answers) {
  return answers->mutual_accountability;
}

static const Onboard__TestAnswer *structural_gap(const Onboard__Qualification *answers) {
  return answers->structural_gap;
}

static bool answers_yes(const Onboard__TestAnswer *answer) {
  return answer && answer->answer == ONBOARD__ANSWER__ANSWER_YES;
}

static bool answers_irreplaceable(const Onboard__Qualification *answers) {
  return answers->substitution && answers->substitution->substitutable == ONBOARD__ANSWER__ANSWER_NO;
}

static const char *answer_text(const Onboard__Qualification *answers, bool yes) {
  return !answers ? "has not answered" : yes ? "yes" : "no";
}

/* Whether both parties answered, and as a strategic partnership needs it. */
static void both_answer(const struct view *view, Predicate *predicate, const char *question, bool vendor,
                        bool partner) {
  const Onboard__Qualification *const *answers = view->evidence->qualifications;
  for (Type__Party party = TYPE__PARTY__PARTY_VENDOR; party <= TYPE__PARTY__PARTY_PARTNER; party++)
    if (answers[party])
      cite(view, predicate, answers[party]->name);
  conclude(view, predicate, vendor && partner,
           arena_printf(view->act->arena, "%s VENDOR: %s, PARTNER: %s", question,
                        answer_text(answers[TYPE__PARTY__PARTY_VENDOR], vendor),
                        answer_text(answers[TYPE__PARTY__PARTY_PARTNER], partner)));
}

static void test_answered(const struct view *view, Predicate *predicate, const char *question,
                          const Onboard__TestAnswer *(*test)(const Onboard__Qualification *answers)) {
  const Onboard__Qualification *const *answers = view->evidence->qualifications;
  const Onboard__Qualification *vendor = answers[TYPE__PARTY__PARTY_VENDOR];
  const Onboard__Qualification *partner = answers[TYPE__PARTY__PARTY_PARTNER];
  both_answer(view, predicate, question, vendor && answers_yes(test(vendor)),
              partner && answers_yes(test(partner)));
}

static void joint_value_tested(const struct view *view, Predicate *predicate, Type__Party party) {
  (void)party;
  test_answered(view, predicate, "is there a value that neither produces alone?", joint_value);
}

static void investment_tested(const struct view *view, Predicate *predicate, Type__Party party) {
  (void)party;
  test_answered(view, predicate, "do both invest?", mutual_investment);
}

static void accountability_tested(const struct view *view, Predicate *predicate, Type__Party party) {
  (void)party;
  test_answered(view, predicate, "does each answer to the other?", mutual_accountability);
}

static void gap_tested(const struct view *view, Predicate *predicate, Type__Party party) {
  (void)party;
  test_answered(view, predicate, "would losing the other leave a structural gap?", structural_gap);
}

static void substitution_tested(const struct view *view, Predicate *predicate, Type__Party party) {
  (void)party;
  const Onboard__Qualification *const *answers = view->evidence->qualifications;
  const Onboard__Qualification *vendor = answers[TYPE__PARTY__PARTY_VENDOR];
  const Onboard__Qualification *partner = answers[TYPE__PARTY__PARTY_PARTNER];
  both_answer(view, predicate, "would replacing the other come at a significant cost?",
              vendor && answers_irreplaceable(vendor), partner && answers_irreplaceable(partner));
}

/* ---- what was agreed ---- */

static void value_proposition(const struct view *view, Predicate *predicate, Type__Party party) {
  (void)party;
  const Onboard__JointValueProposition *proposition = view->evidence->proposition;
  if (!proposition) {
    conclude(view, predicate, false, "there is no joint value proposition");
    return;
  }
  cite(view, predicate, proposition->name);
  bool said = proposition->state >= ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_OUTCOME_TRANSLATED &&
              proposition->state <= ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_VALIDATED;
  conclude(view, predicate, said,
           arena_printf(
               view->act->arena, "%s is %s; both must have approved outcome, benefit and timeframe",
               proposition->name,
               state_name(&onboard__joint_value_proposition__state__descriptor, (int)proposition->state)));
}

static void market_scope(const struct view *view, Predicate *predicate, Type__Party party) {
  (void)party;
  const Onboard__Contract *signed_last = view->evidence->contract;
  const Onboard__Contract *contract = signed_last && contract_binds(signed_last) ? signed_last : NULL;
  if (contract)
    cite(view, predicate, contract->name);
  conclude(view, predicate, contract,
           contract ? "a contract that both signed defines segments, countries or solutions"
                    : "no contract that both signed defines the market scope");
}

static const struct {
  Onboard__ClassificationPredicate__Kind kind;
  void (*look)(const struct view *view, Predicate *predicate, Type__Party party);
  Type__Party party;
  Onboard__Partnership__Classification needed_for; /* the lowest class that needs it */
} predicates_table[PARTNERSHIP_PREDICATES] = {
    {KIND(PLAN_IN_FORCE), plan_in_force, TYPE__PARTY__PARTY_UNSPECIFIED, CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(VENDOR_COMMITMENT), commitment_active, TYPE__PARTY__PARTY_VENDOR, CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(PARTNER_COMMITMENT), commitment_active, TYPE__PARTY__PARTY_PARTNER, CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(CONSEQUENCES), consequences, TYPE__PARTY__PARTY_UNSPECIFIED, CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(VENDOR_SPONSOR), sponsor_named, TYPE__PARTY__PARTY_VENDOR, CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(PARTNER_SPONSOR), sponsor_named, TYPE__PARTY__PARTY_PARTNER, CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(REVIEW_CADENCE), review_cadence, TYPE__PARTY__PARTY_UNSPECIFIED, CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(ALLIANCE_FEATURES), alliance_features, TYPE__PARTY__PARTY_UNSPECIFIED, CLASS(STRATEGIC_ALLIANCE)},
    {KIND(JOINT_VALUE), joint_value_tested, TYPE__PARTY__PARTY_UNSPECIFIED, CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(MUTUAL_INVESTMENT), investment_tested, TYPE__PARTY__PARTY_UNSPECIFIED,
     CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(MUTUAL_ACCOUNTABILITY), accountability_tested, TYPE__PARTY__PARTY_UNSPECIFIED,
     CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(SUBSTITUTION), substitution_tested, TYPE__PARTY__PARTY_UNSPECIFIED, CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(STRUCTURAL_GAP), gap_tested, TYPE__PARTY__PARTY_UNSPECIFIED, CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(VALUE_PROPOSITION), value_proposition, TYPE__PARTY__PARTY_UNSPECIFIED,
     CLASS(STRATEGIC_PARTNERSHIP)},
    {KIND(MARKET_SCOPE), market_scope, TYPE__PARTY__PARTY_UNSPECIFIED, CLASS(STRATEGIC_PARTNERSHIP)},
};

Onboard__Partnership__Classification partnership_predicates(const struct act *act,
                                                            const Onboard__Partnership *partnership,
                                                            const struct evidence *evidence,
                                                            Predicate *predicates[PARTNERSHIP_PREDICATES]) {
  const struct view view = {act, partnership, evidence};
  Onboard__Partnership__Classification supported = CLASS(STRATEGIC_ALLIANCE);
  for (size_t i = 0; i < PARTNERSHIP_PREDICATES; i++) {
    predicates[i] = arena_new(act->arena, Predicate);
    onboard__classification_predicate__init(predicates[i]);
    predicates[i]->kind = predicates_table[i].kind;
    predicates_table[i].look(&view, predicates[i], predicates_table[i].party);
    if (predicates[i]->satisfied)
      continue;
    bool basic = predicates_table[i].needed_for == CLASS(STRATEGIC_PARTNERSHIP);
    Onboard__Partnership__Classification below = basic ? CLASS(STANDARD) : CLASS(STRATEGIC_PARTNERSHIP);
    supported = below < supported ? below : supported;
  }
  if (supported == CLASS(STANDARD) && evidence->fit &&
      evidence->fit->outcome == ONBOARD__FIT_ASSESSMENT__OUTCOME__OUTCOME_PREMIER_TIER)
    return CLASS(PREMIER_TIER);
  return supported;
}

/* ---- groupings ---- */

#define GROUP_MAX 5
#define CHARACTERISTIC(name) ONBOARD__CLASSIFICATION_CHARACTERISTIC__KIND__KIND_##name
#define DIMENSION(name) ONBOARD__CLASSIFICATION_DIMENSION__KIND__KIND_##name
#define STATUS(name) ONBOARD__CLASSIFICATION_DIMENSION__STATUS__STATUS_##name

static const struct {
  Onboard__ClassificationCharacteristic__Kind kind;
  Onboard__ClassificationPredicate__Kind predicates[GROUP_MAX]; /* ends with 0 */
} characteristics_table[PARTNERSHIP_CHARACTERISTICS] = {
    {CHARACTERISTIC(INVESTMENT_DEPTH),
     {KIND(VENDOR_COMMITMENT), KIND(PARTNER_COMMITMENT), KIND(MUTUAL_INVESTMENT)}},
    {CHARACTERISTIC(BILATERAL_ACCOUNTABILITY), {KIND(CONSEQUENCES), KIND(MUTUAL_ACCOUNTABILITY)}},
    {CHARACTERISTIC(STRUCTURAL_DEPENDENCY), {KIND(SUBSTITUTION), KIND(STRUCTURAL_GAP)}},
    {CHARACTERISTIC(MUTUAL_DEPENDENCY), {KIND(JOINT_VALUE), KIND(SUBSTITUTION), KIND(STRUCTURAL_GAP)}},
    {CHARACTERISTIC(BILATERAL_INVESTMENT),
     {KIND(PLAN_IN_FORCE), KIND(VENDOR_COMMITMENT), KIND(PARTNER_COMMITMENT)}},
    {CHARACTERISTIC(EXECUTIVE_GOVERNANCE),
     {KIND(VENDOR_SPONSOR), KIND(PARTNER_SPONSOR), KIND(REVIEW_CADENCE)}},
};

static const struct {
  Onboard__ClassificationDimension__Kind kind;
  Onboard__ClassificationPredicate__Kind predicates[GROUP_MAX]; /* ends with 0 */
} dimensions_table[PARTNERSHIP_DIMENSIONS] = {
    {DIMENSION(VALUE_PROPOSITION), {KIND(VALUE_PROPOSITION)}},
    {DIMENSION(MARKET_SCOPE), {KIND(MARKET_SCOPE)}},
    {DIMENSION(INVESTMENT), {KIND(PLAN_IN_FORCE), KIND(VENDOR_COMMITMENT), KIND(PARTNER_COMMITMENT)}},
    {DIMENSION(GOVERNANCE), {KIND(VENDOR_SPONSOR), KIND(PARTNER_SPONSOR), KIND(REVIEW_CADENCE)}},
    {DIMENSION(ACCOUNTABILITY), {KIND(CONSEQUENCES), KIND(MUTUAL_ACCOUNTABILITY)}},
};

/* How many of a group hold, of how many; the group is copied to `*out`. */
static size_t group_count(const struct act *act, Predicate *const *predicates,
                          const Onboard__ClassificationPredicate__Kind *group,
                          Onboard__ClassificationPredicate__Kind **out, size_t *size) {
  size_t satisfied = 0;
  *out = arena_calloc(act->arena, GROUP_MAX, sizeof **out);
  for (*size = 0; *size < GROUP_MAX && group[*size]; ++*size) {
    (*out)[*size] = group[*size];
    satisfied += predicates[group[*size] - 1]->satisfied;
  }
  return satisfied;
}

/* A proposition serves as defined before customers were asked; only their verdict meets the requirement. */
static bool is_proven(const struct evidence *evidence, Onboard__ClassificationDimension__Kind kind) {
  return kind != DIMENSION(VALUE_PROPOSITION) ||
         evidence->proposition->state == ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_VALIDATED;
}

static Onboard__ClassificationDimension *dimension_of(const struct act *act, size_t row,
                                                      Predicate *const *predicates,
                                                      const struct evidence *evidence) {
  Onboard__ClassificationDimension *dimension = arena_new(act->arena, Onboard__ClassificationDimension);
  onboard__classification_dimension__init(dimension);
  dimension->kind = dimensions_table[row].kind;
  size_t satisfied = group_count(act, predicates, dimensions_table[row].predicates, &dimension->predicates,
                                 &dimension->n_predicates);
  bool whole = satisfied == dimension->n_predicates;
  dimension->status = !satisfied                                      ? STATUS(STANDARD_EQUIVALENT)
                      : whole && is_proven(evidence, dimension->kind) ? STATUS(MET)
                                                                      : STATUS(DEFINED);
  dimension->explanation = arena_printf(
      act->arena, "%zu of %zu hold%s", satisfied, dimension->n_predicates,
      whole && dimension->status == STATUS(DEFINED) ? ", but it is not validated with customers" : "");
  return dimension;
}

static Onboard__ClassificationCharacteristic *characteristic_of(const struct act *act, size_t row,
                                                                Predicate *const *predicates) {
  Onboard__ClassificationCharacteristic *characteristic =
      arena_new(act->arena, Onboard__ClassificationCharacteristic);
  onboard__classification_characteristic__init(characteristic);
  characteristic->kind = characteristics_table[row].kind;
  characteristic->satisfied =
      group_count(act, predicates, characteristics_table[row].predicates, &characteristic->predicates,
                  &characteristic->n_predicates) == characteristic->n_predicates;
  return characteristic;
}

static void group(const struct act *act, const struct evidence *evidence,
                  Onboard__ClassifyPartnershipResponse *response) {
  response->dimensions = arena_calloc(act->arena, PARTNERSHIP_DIMENSIONS, sizeof(void *));
  response->characteristics = arena_calloc(act->arena, PARTNERSHIP_CHARACTERISTICS, sizeof(void *));
  for (size_t i = 0; i < PARTNERSHIP_DIMENSIONS; i++)
    response->dimensions[response->n_dimensions++] = dimension_of(act, i, response->predicates, evidence);
  for (size_t i = 0; i < PARTNERSHIP_CHARACTERISTICS; i++)
    response->characteristics[response->n_characteristics++] =
        characteristic_of(act, i, response->predicates);
}

/* PREMIER_TIER is recognition within the standard programme: it claims none of the predicates. */
static bool is_above(Onboard__Partnership__Classification wanted,
                     Onboard__Partnership__Classification supported) {
  return wanted > CLASS(PREMIER_TIER) && wanted > supported;
}

static const struct status *refuse_class(const struct act *act, const Onboard__Partnership *partnership,
                                         Onboard__Partnership__Classification wanted,
                                         const Onboard__ClassifyPartnershipResponse *response) {
  const ProtobufCEnumDescriptor *classes = &onboard__partnership__classification__descriptor;
  struct status *refusal = NULL;
  bool above = is_above(wanted, response->supported_classification);
  for (size_t i = 0; above && i < response->n_predicates; i++)
    if (!response->predicates[i]->satisfied && predicates_table[i].needed_for <= wanted)
      guard_add(act->arena, &refusal, "CLASS_ABOVE_EVIDENCE", partnership->name, "%s",
                response->predicates[i]->explanation);
  if (!refusal)
    refusal = status_make(act->arena, CODE_FAILED_PRECONDITION, "REASON_REQUIRED",
                          "%s: an alliance needs a reason of at least %d characters", partnership->name,
                          PARTNERSHIP_REASON_LENGTH);
  status_add_metadata(act->arena, refusal, "supported",
                      state_name(classes, (int)response->supported_classification));
  status_add_metadata(act->arena, refusal, "requested", state_name(classes, (int)wanted));
  return refusal;
}

static void note_override(const struct act *act, Onboard__Partnership *partnership, const char *reason) {
  Onboard__ClassificationOverride *override = arena_new(act->arena, Onboard__ClassificationOverride);
  onboard__classification_override__init(override);
  override->actor = arena_strdup(act->arena, act->actor);
  override->reason = arena_strdup(act->arena, reason);
  override->decide_time = timestamp_new(act->arena, act->now_us);
  partnership->classification_override = override;
}

const struct status *partnership_classify(const struct act *act, Onboard__Partnership *partnership,
                                          const struct evidence *evidence,
                                          Onboard__Partnership__Classification wanted, const char *reason,
                                          Onboard__ClassifyPartnershipResponse *response) {
  const struct status *status = partnership_apply(act, partnership, PARTNERSHIP_CLASSIFY, evidence);
  if (status)
    return status;
  response->n_predicates = PARTNERSHIP_PREDICATES;
  response->predicates = arena_calloc(act->arena, PARTNERSHIP_PREDICATES, sizeof(void *));
  response->supported_classification =
      partnership_predicates(act, partnership, evidence, response->predicates);
  group(act, evidence, response);
  if (wanted == CLASS(UNSPECIFIED))
    wanted = response->supported_classification;
  bool above = is_above(wanted, response->supported_classification);
  bool reasoned = text_length(reason) >= PARTNERSHIP_REASON_LENGTH;
  if ((above || wanted == CLASS(STRATEGIC_ALLIANCE)) && !reasoned)
    return refuse_class(act, partnership, wanted, response);
  partnership->classification = wanted;
  partnership->classification_reason =
      reasoned ? arena_strdup(act->arena, reason) : (char *)protobuf_c_empty_string;
  partnership->classification_override = NULL;
  if (above)
    note_override(act, partnership, reason);
  return NULL;
}
