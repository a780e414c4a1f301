#include "onboard/builder.h"

#define STATE(name) ONBOARD__PARTNERSHIP__STATE__STATE_##name
#define CLASS(name) ONBOARD__PARTNERSHIP__CLASSIFICATION__CLASSIFICATION_##name
#define NOW "2026-02-01"
#define DIMENSION(name) ONBOARD__CLASSIFICATION_DIMENSION__STATUS__STATUS_##name
/* Place of the one predicate that a strategic partnership does not need. */
enum { ALLIANCE = 7 };

/* A partnership with everything that a strategic one needs. */
struct scene {
  Onboard__Partnership *partnership;
  Onboard__Commitment *commitments[2];
  Onboard__Sponsor *sponsors[2];
  Onboard__Review *reviews[2];
  struct evidence evidence;
};

static void scene_build(struct arena *arena, struct scene *scene, Onboard__Partnership__State state) {
  *scene = (struct scene){
      .partnership = partnership_build(arena, state),
      .commitments = {commitment_build(arena, VENDOR, 100), commitment_build(arena, PARTNER, 100)},
      .sponsors = {sponsor_build(arena, "ada", VENDOR, ONBOARD__SPONSOR__LEVEL__LEVEL_C_LEVEL),
                   sponsor_build(arena, "otto", PARTNER, ONBOARD__SPONSOR__LEVEL__LEVEL_DIRECTOR)},
      .reviews = {review_build(arena, "q1", "2026-03-31"), review_build(arena, "q2", "2026-06-30")},
  };
  scene->evidence = (struct evidence){
      .plan = plan_agreed(arena, terms_build(arena)),
      .commitments = scene->commitments,
      .commitment_count = 2,
      .sponsors = scene->sponsors,
      .sponsor_count = 2,
      .reviews = scene->reviews,
      .review_count = 2,
      .qualifications =
          {[VENDOR] = qualification_build(arena, VENDOR), [PARTNER] = qualification_build(arena, PARTNER)},
      .proposition = proposition_in(arena, ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_OUTCOME_TRANSLATED),
      .contract = contract_in_force(arena),
  };
}

static void activation_lists_what_is_missing(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  struct scene scene;
  scene_build(arena, &scene, STATE(DESIGNATED));
  struct evidence nothing = {0};
  const struct status *status = partnership_apply(&act, scene.partnership, PARTNERSHIP_ACTIVATE, &nothing);
  assert_refused(status, REASON_GUARD_UNMET);
  assert_int_equal(guard_count(status), 5); /* plan, and commitment and sponsor of each party */
  scene.commitments[0]->state = ONBOARD__COMMITMENT__STATE__STATE_WAIVED;
  scene.sponsors[1]->level = ONBOARD__SPONSOR__LEVEL__LEVEL_ACCOUNT_MANAGER;
  status = partnership_apply(&act, scene.partnership, PARTNERSHIP_ACTIVATE, &scene.evidence);
  assert_int_equal(guard_count(status), 2);
  scene_build(arena, &scene, STATE(DESIGNATED));
  assert_null(partnership_apply(&act, scene.partnership, PARTNERSHIP_ACTIVATE, &scene.evidence));
  assert_int_equal(scene.partnership->state, STATE(ACTIVE));
  assert_int_equal(moment_us(scene.partnership->activate_time), act.now_us);
  /* On tier terms nothing of this is asked for. */
  scene.partnership = partnership_build(arena, STATE(DESIGNATED));
  scene.partnership->classification = CLASS(STANDARD);
  assert_null(partnership_apply(&act, scene.partnership, PARTNERSHIP_ACTIVATE, &nothing));
}

static void outcomes_of_the_annual_review(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  static const Onboard__Partnership__State next[] = {0,
                                                     STATE(ACTIVE),
                                                     STATE(REDESIGN),
                                                     STATE(REDESIGN),
                                                     STATE(REDESIGN),
                                                     STATE(TRANSITIONING),
                                                     STATE(TRANSITIONING)};
  for (int outcome = 1; outcome <= 6; outcome++) {
    Onboard__Partnership *partnership = partnership_build(arena, STATE(UNDER_REVIEW));
    assert_null(partnership_conclude_review(&act, partnership, (Onboard__ReviewOutcome)outcome));
    assert_int_equal(partnership->state, next[outcome]);
    assert_int_equal(partnership->last_review_outcome, outcome);
  }
  Onboard__Partnership *active = partnership_build(arena, STATE(ACTIVE));
  assert_refused(partnership_conclude_review(&act, active, ONBOARD__REVIEW_OUTCOME__REVIEW_OUTCOME_CONTINUE),
                 REASON_INVALID_STATE);
}

static void ending_needs_everything_wound_up(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  struct scene scene;
  scene_build(arena, &scene, STATE(TRANSITIONING));
  const struct status *status = partnership_apply(&act, scene.partnership, PARTNERSHIP_END, &scene.evidence);
  assert_refused(status, REASON_GUARD_UNMET);
  assert_int_equal(guard_count(status), 5); /* the plan, the contract, two reviews, the other party's word */
  scene.evidence.plan = NULL;
  scene.evidence.contract = NULL;
  scene.evidence.review_count = 0;
  Onboard__EndOffer accepted = ONBOARD__END_OFFER__INIT;
  accepted.state = ONBOARD__END_OFFER__STATE__STATE_ACCEPTED;
  scene.partnership->end_offer = &accepted;
  assert_null(partnership_apply(&act, scene.partnership, PARTNERSHIP_END, &scene.evidence));
  assert_int_equal(moment_us(scene.partnership->end_time), act.now_us);
}

static const struct status *classify(const struct act *act, struct scene *scene, int wanted,
                                     const char *reason, Onboard__ClassifyPartnershipResponse *response) {
  onboard__classify_partnership_response__init(response);
  return partnership_classify(act, scene->partnership, &scene->evidence,
                              (Onboard__Partnership__Classification)wanted, reason, response);
}

static void strategic_by_proof(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  struct scene scene;
  Onboard__ClassifyPartnershipResponse response;
  scene_build(arena, &scene, STATE(ACTIVE));
  assert_null(classify(&act, &scene, CLASS(STRATEGIC_PARTNERSHIP), "", &response));
  assert_int_equal(response.supported_classification, CLASS(STRATEGIC_PARTNERSHIP));
  assert_int_equal(response.n_predicates, PARTNERSHIP_PREDICATES);
  assert_null(scene.partnership->classification_override);
  for (size_t i = 0; i < response.n_predicates; i++) {
    assert_int_equal(response.predicates[i]->kind, i + 1);
    assert_int_equal(response.predicates[i]->satisfied, i != ALLIANCE);
    assert_int_equal(response.predicates[i]->n_evidence > 0, i != ALLIANCE);
  }
  for (size_t i = 0; i < response.n_characteristics; i++)
    assert_true(response.characteristics[i]->satisfied);
  /* All is met but the verdict of customers. */
  assert_int_equal(response.n_dimensions, 5);
  for (size_t i = 0; i < response.n_dimensions; i++)
    assert_int_equal(response.dimensions[i]->status, i ? DIMENSION(MET) : DIMENSION(DEFINED));
  assert_null(classify(&act, &scene, CLASS(UNSPECIFIED), "", &response)); /* what is supported */
  assert_int_equal(scene.partnership->classification, CLASS(STRATEGIC_PARTNERSHIP));
}

static void a_label_needs_a_name_and_a_reason(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  struct scene scene;
  Onboard__ClassifyPartnershipResponse response;
  scene_build(arena, &scene, STATE(ACTIVE));
  scene.evidence = (struct evidence){0};
  const struct status *status = classify(&act, &scene, CLASS(STRATEGIC_PARTNERSHIP), "too short", &response);
  assert_refused(status, "CLASS_ABOVE_EVIDENCE");
  assert_int_equal(guard_count(status), PARTNERSHIP_PREDICATES - 1);
  for (size_t i = 0; i < response.n_dimensions; i++)
    assert_int_equal(response.dimensions[i]->status, DIMENSION(STANDARD_EQUIVALENT));
  for (size_t i = 0; i < response.n_characteristics; i++)
    assert_false(response.characteristics[i]->satisfied);
  assert_string_equal(metadata_of(status, "supported"), "STANDARD");
  assert_int_equal(scene.partnership->classification, CLASS(UNSPECIFIED));
  assert_null(classify(&act, &scene, CLASS(STRATEGIC_PARTNERSHIP), "promised at the fair", &response));
  assert_int_equal(scene.partnership->classification, CLASS(STRATEGIC_PARTNERSHIP));
  assert_string_equal(scene.partnership->classification_override->actor, "ada@halden");
  assert_string_equal(scene.partnership->classification_override->reason, "promised at the fair");
  assert_null(classify(&act, &scene, CLASS(PREMIER_TIER), "", &response)); /* claims nothing */
  assert_null(scene.partnership->classification_override);
}

/* Takes from a whole scene what one predicate rests on; `side` says whose answer goes. */
static void scene_break(struct arena *arena, struct scene *scene, int broken, Type__Party side) {
  Onboard__Qualification *answers = qualification_build(arena, side);
  Onboard__TestAnswer no = ONBOARD__TEST_ANSWER__INIT;
  no.answer = ONBOARD__ANSWER__ANSWER_NO;
  Onboard__TestAnswer *kept = arena_new(arena, Onboard__TestAnswer);
  *kept = no;
  switch (broken) {
  case 0:
    scene->evidence.plan = NULL;
    return;
  case 1:
  case 2:
    scene->commitments[broken - 1]->state = ONBOARD__COMMITMENT__STATE__STATE_WAIVED;
    return;
  case 3:
    scene->commitments[1]->consequence = (char *)"";
    return;
  case 4:
  case 5:
    scene->sponsors[broken - 4]->level = ONBOARD__SPONSOR__LEVEL__LEVEL_ACCOUNT_MANAGER;
    return;
  case 6:
    scene->evidence.review_count = 0;
    return;
  case 8:
    answers->joint_value = kept;
    break;
  case 9:
    answers->mutual_investment = kept;
    break;
  case 10:
    answers->mutual_accountability = kept;
    break;
  case 11:
    answers->substitution->substitutable = ONBOARD__ANSWER__ANSWER_YES;
    break;
  case 12:
    answers->structural_gap = kept;
    break;
  case 13:
    scene->evidence.proposition =
        proposition_in(arena, ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_FAILED);
    return;
  default:
    scene->evidence.contract = NULL;
    return;
  }
  scene->evidence.qualifications[side] = answers;
}

static void each_predicate_alone_denies(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  for (int broken = 0; broken < PARTNERSHIP_PREDICATES; broken++) {
    for (Type__Party side = VENDOR; broken != ALLIANCE && side <= PARTNER; side++) {
      struct scene scene;
      Onboard__ClassifyPartnershipResponse response;
      scene_build(arena, &scene, STATE(ACTIVE));
      scene_break(arena, &scene, broken, side);
      const struct status *status = classify(&act, &scene, CLASS(STRATEGIC_PARTNERSHIP), "", &response);
      assert_refused(status, "CLASS_ABOVE_EVIDENCE");
      for (int i = 0; i < PARTNERSHIP_PREDICATES; i++) /* without a plan there are no commitments either */
        assert_int_equal(response.predicates[i]->satisfied,
                         i != ALLIANCE && i != broken && (broken || i == 0 || i > 3));
      assert_int_equal(guard_count(status), broken ? 1 : 4);
    }
  }
}

static void revenue_alone_is_premier_tier(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  struct scene scene;
  Onboard__ClassifyPartnershipResponse response;
  scene_build(arena, &scene, STATE(ASSESSING));
  scene.evidence = (struct evidence){
      .fit = fit_concluded_with(arena, ONBOARD__FIT_ASSESSMENT__OUTCOME__OUTCOME_PREMIER_TIER)};
  assert_null(classify(&act, &scene, CLASS(UNSPECIFIED), "", &response));
  assert_int_equal(scene.partnership->classification, CLASS(PREMIER_TIER));
  scene.evidence.fit = fit_concluded_with(arena, ONBOARD__FIT_ASSESSMENT__OUTCOME__OUTCOME_DECLINE);
  assert_null(classify(&act, &scene, CLASS(UNSPECIFIED), "", &response));
  assert_int_equal(scene.partnership->classification, CLASS(STANDARD));
}

static void two_missed_reviews_break_the_cadence(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-08-01");
  struct scene scene;
  Onboard__ClassifyPartnershipResponse response;
  scene_build(arena, &scene, STATE(ACTIVE)); /* both are missed by now */
  Onboard__Review *all[] = {scene.reviews[0], scene.reviews[1], review_build(arena, "q3", "2026-09-30")};
  scene.evidence.reviews = all;
  scene.evidence.review_count = 3;
  assert_refused(classify(&act, &scene, CLASS(STRATEGIC_PARTNERSHIP), "", &response), "CLASS_ABOVE_EVIDENCE");
  assert_false(response.predicates[6]->satisfied);
  all[1]->state = ONBOARD__REVIEW__STATE__STATE_HELD;
  all[1]->hold_time = time_at(arena, "2026-07-01");
  assert_null(classify(&act, &scene, CLASS(STRATEGIC_PARTNERSHIP), "", &response));
}

static void an_alliance_needs_four_features_and_a_reason(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  struct scene scene;
  Onboard__ClassifyPartnershipResponse response;
  Onboard__AllianceFeatures features = ONBOARD__ALLIANCE_FEATURES__INIT;
  scene_build(arena, &scene, STATE(ACTIVE));
  scene.partnership->alliance_features = &features;
  features.joint_ip = features.joint_delivery_staff = features.board_oversight = true;
  assert_refused(classify(&act, &scene, CLASS(STRATEGIC_ALLIANCE), "", &response), "CLASS_ABOVE_EVIDENCE");
  features.jointly_managed_accounts = true;
  assert_refused(classify(&act, &scene, CLASS(STRATEGIC_ALLIANCE), "", &response), "REASON_REQUIRED");
  assert_null(classify(&act, &scene, CLASS(STRATEGIC_ALLIANCE), "joint controller line", &response));
  assert_null(scene.partnership->classification_override); /* supported, so no override */
  assert_string_equal(scene.partnership->classification_reason, "joint controller line");
  assert_null(classify(&act, &scene, CLASS(STANDARD), "", &response));
  assert_string_equal(scene.partnership->classification_reason, "");
}

/* Whatever evidence is taken from one party, the same taken from the other gives the same class. */
static void swapping_the_labels_changes_nothing(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, NOW);
  for (unsigned mask = 0; mask < 16; mask++) {
    Onboard__Partnership__Classification found[2];
    for (int swap = 0; swap < 2; swap++) {
      struct scene scene;
      Onboard__ClassificationPredicate *predicates[PARTNERSHIP_PREDICATES];
      scene_build(arena, &scene, STATE(ACTIVE));
      for (int i = 0; i < 2; i++) {
        int side = swap ? 1 - i : i;
        if (mask & (1u << i))
          scene.commitments[side]->state = ONBOARD__COMMITMENT__STATE__STATE_WAIVED;
        if (mask & (4u << i))
          scene.sponsors[side]->state = ONBOARD__SPONSOR__STATE__STATE_VACANT;
      }
      found[swap] = partnership_predicates(&act, scene.partnership, &scene.evidence, predicates);
    }
    assert_int_equal(found[0], found[1]);
    assert_int_equal(found[0], mask ? CLASS(STANDARD) : CLASS(STRATEGIC_PARTNERSHIP));
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(activation_lists_what_is_missing),     TEST(outcomes_of_the_annual_review),
      TEST(ending_needs_everything_wound_up),     TEST(strategic_by_proof),
      TEST(a_label_needs_a_name_and_a_reason),    TEST(each_predicate_alone_denies),
      TEST(two_missed_reviews_break_the_cadence), TEST(an_alliance_needs_four_features_and_a_reason),
      TEST(swapping_the_labels_changes_nothing),  TEST(revenue_alone_is_premier_tier),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
