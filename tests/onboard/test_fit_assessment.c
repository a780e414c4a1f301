#include "onboard/builder.h"
#include "onboard/fit_assessment.h"

#include "runtime/base/name.h"

#define STATE(name) ONBOARD__FIT_ASSESSMENT__STATE__STATE_##name
#define OUTCOME(name) ONBOARD__FIT_ASSESSMENT__OUTCOME__OUTCOME_##name

static Onboard__FitAssessment *assessment_build(struct arena *arena) {
  struct act act = act_by(arena, VENDOR, "2026-01-05");
  Onboard__FitAssessment *assessment = arena_new(arena, Onboard__FitAssessment);
  onboard__fit_assessment__init(assessment);
  assessment->name = name_child(arena, PARTNERSHIP_NAME, "fitAssessments", "2026");
  assessment->title = arena_strdup(arena, "2026");
  fit_start(&act, assessment);
  return assessment;
}

static Onboard__FitScore *score_build(struct arena *arena, int dimension, int32_t score,
                                      const char *evidence) {
  Onboard__FitScore *made = arena_new(arena, Onboard__FitScore);
  onboard__fit_score__init(made);
  made->dimension = (Onboard__FitDimension)dimension;
  made->score = score;
  made->evidence = arena_strdup(arena, evidence);
  return made;
}

/* All four dimensions, last first. */
static const struct status *score_all(const struct act *act, const Onboard__FitAssessment *assessment,
                                      Onboard__FitScorecard *card, const int32_t values[4]) {
  Onboard__FitScore **scores = arena_calloc(act->arena, 4, sizeof(void *));
  for (int i = 0; i < 4; i++)
    scores[i] = score_build(act->arena, 4 - i, values[3 - i], "interviews and account lists");
  return fit_score(act, assessment, card, scores, 4);
}

/* Both parties, each with a scorecard. */
struct pair {
  Onboard__FitAssessment *assessment;
  struct act vendor, partner;
  Onboard__FitScorecard *vendors, *partners;
};

static struct pair pair_build(struct arena *arena) {
  struct pair pair = {
      .assessment = assessment_build(arena),
      .vendor = act_by(arena, VENDOR, "2026-01-06"),
      .partner = act_by(arena, PARTNER, "2026-01-07"),
  };
  pair.vendors = fit_scorecard_new(arena, pair.assessment, VENDOR);
  pair.partners = fit_scorecard_new(arena, pair.assessment, PARTNER);
  return pair;
}

static struct pair pair_submitted(struct arena *arena, const int32_t vendor[4], const int32_t partner[4]) {
  struct pair pair = pair_build(arena);
  assert_null(score_all(&pair.vendor, pair.assessment, pair.vendors, vendor));
  assert_null(score_all(&pair.partner, pair.assessment, pair.partners, partner));
  assert_null(fit_submit(&pair.vendor, pair.assessment, pair.vendors, NULL));
  assert_null(fit_submit(&pair.partner, pair.assessment, pair.partners, pair.vendors));
  return pair;
}

static Onboard__RevenueRank *rank_build(struct arena *arena, int32_t position, int32_t count) {
  Onboard__RevenueRank *rank = arena_new(arena, Onboard__RevenueRank);
  onboard__revenue_rank__init(rank);
  rank->position = position;
  rank->ranked_count = count;
  return rank;
}

/* The outcome is the lower score of the weakest dimension; only then does revenue speak. */
static void the_outcome_follows(void **state) {
  struct arena *arena = *state;
  static const struct {
    int32_t vendor[4], partner[4];
    int32_t position, count; /* 0: not ranked */
    Onboard__FitAssessment__Outcome outcome;
  } cases[] = {
      {{70, 70, 70, 70}, {70, 70, 70, 70}, 0, 0, OUTCOME(STRATEGIC_CANDIDATE)},
      {{100, 100, 100, 69}, {100, 100, 100, 100}, 0, 0, OUTCOME(DECLINE)},
      {{100, 100, 100, 100}, {69, 100, 100, 100}, 0, 0, OUTCOME(DECLINE)},
      {{100, 100, 100, 100}, {0, 100, 100, 100}, 1, 40, OUTCOME(PREMIER_TIER)},
      {{69, 69, 69, 69}, {69, 69, 69, 69}, 1, 1, OUTCOME(PREMIER_TIER)},
      {{0, 0, 0, 0}, {0, 0, 0, 0}, 1, 3, OUTCOME(PREMIER_TIER)},
      {{0, 0, 0, 0}, {0, 0, 0, 0}, 2, 5, OUTCOME(DECLINE)},
      {{0, 0, 0, 0}, {0, 0, 0, 0}, 2, 6, OUTCOME(PREMIER_TIER)},
      {{0, 0, 0, 0}, {0, 0, 0, 0}, 8, 40, OUTCOME(PREMIER_TIER)},
      {{0, 0, 0, 0}, {0, 0, 0, 0}, 9, 40, OUTCOME(DECLINE)},
      {{70, 71, 72, 73}, {73, 72, 71, 70}, 40, 40, OUTCOME(STRATEGIC_CANDIDATE)},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct pair pair = pair_submitted(arena, cases[i].vendor, cases[i].partner);
    if (cases[i].count)
      assert_null(
          fit_rank(&pair.vendor, pair.assessment, rank_build(arena, cases[i].position, cases[i].count)));
    assert_null(fit_conclude(&pair.partner, pair.assessment));
    if (pair.assessment->outcome != cases[i].outcome)
      fail_msg("case %zu: outcome %d", i, (int)pair.assessment->outcome);
    assert_int_equal(pair.assessment->conclude_party, PARTNER);
  }
}

/* Revenue never makes a candidate, nor unmakes one: for any scores and any rank. */
static void revenue_is_no_input(void **state) {
  struct arena *arena = *state;
  srand(20260705);
  for (int i = 0; i < 2000; i++) {
    int32_t vendor[4], partner[4], lowest = 100;
    for (int k = 0; k < 4; k++) {
      vendor[k] = 60 + rand() % 41;
      partner[k] = 60 + rand() % 41;
      lowest = vendor[k] < lowest ? vendor[k] : lowest;
      lowest = partner[k] < lowest ? partner[k] : lowest;
    }
    struct pair pair = pair_submitted(arena, vendor, partner);
    assert_int_equal(pair.assessment->findings[0]->combined_score, lowest);
    for (size_t k = 1; k < pair.assessment->n_findings; k++)
      assert_true(pair.assessment->findings[k - 1]->combined_score <=
                  pair.assessment->findings[k]->combined_score);
    bool candidate = fit_outcome(pair.assessment) == OUTCOME(STRATEGIC_CANDIDATE);
    assert_int_equal(candidate, lowest >= 70);
    int32_t count = 1 + rand() % 50;
    assert_null(fit_rank(&pair.vendor, pair.assessment, rank_build(arena, 1 + rand() % count, count)));
    assert_int_equal(fit_outcome(pair.assessment) == OUTCOME(STRATEGIC_CANDIDATE), candidate);
    arena_reset(arena);
  }
}

static void nothing_is_shown_before_both(void **state) {
  struct arena *arena = *state;
  struct pair pair = pair_build(arena);
  static const int32_t values[4] = {80, 81, 82, 83};
  assert_null(score_all(&pair.vendor, pair.assessment, pair.vendors, values));
  assert_int_equal(pair.vendors->scores[0]->score, 80); /* in order, as they were given last first */
  assert_null(fit_submit(&pair.vendor, pair.assessment, pair.vendors, NULL));
  assert_int_equal(pair.assessment->state, STATE(PARTLY_SUBMITTED));
  assert_int_equal(pair.assessment->n_submitted_parties, 1);
  assert_int_equal(pair.assessment->n_scorecards, 0);
  assert_int_equal(pair.assessment->n_findings, 0);
  /* Once in, scores stay as they are; nobody concludes on one side alone. */
  assert_refused(score_all(&pair.vendor, pair.assessment, pair.vendors, values), REASON_INVALID_STATE);
  assert_refused(fit_submit(&pair.vendor, pair.assessment, pair.vendors, NULL), REASON_INVALID_STATE);
  pair.assessment->state = STATE(PARTLY_SUBMITTED); /* what is refused is thrown away */
  assert_refused(fit_conclude(&pair.partner, pair.assessment), REASON_INVALID_STATE);
  assert_refused(fit_rank(&pair.vendor, pair.assessment, rank_build(arena, 1, 1)), REASON_INVALID_STATE);
  assert_refused(fit_withdraw(&pair.partner, pair.assessment, pair.partners), "NOT_SUBMITTED");
  assert_null(fit_withdraw(&pair.vendor, pair.assessment, pair.vendors));
  assert_int_equal(pair.assessment->state, STATE(DRAFT));
  assert_int_equal(pair.assessment->n_submitted_parties, 0);
  assert_null(pair.vendors->submit_time);
}

static void a_scorecard_is_whole(void **state) {
  struct arena *arena = *state;
  struct pair pair = pair_build(arena);
  const struct status *status = fit_submit(&pair.vendor, pair.assessment, pair.vendors, NULL);
  assert_refused(status, "SCORES_INCOMPLETE");
  assert_int_equal(guard_count(status), 4);
  pair = pair_build(arena);
  Onboard__FitScore *scores[3] = {
      score_build(arena, 1, 0, "nothing at all speaks for it"),
      score_build(arena, 3, 90, "too short"),
      score_build(arena, 3, 80, "the same dimension again"),
  };
  assert_int_equal(violation_count(fit_check_scores(arena, scores, 3)), 1);
  assert_null(fit_check_scores(arena, scores, 2));
  assert_null(fit_score(&pair.vendor, pair.assessment, pair.vendors, scores, 2));
  status = fit_submit(&pair.vendor, pair.assessment, pair.vendors, NULL);
  assert_refused(status, "SCORES_INCOMPLETE");
  assert_int_equal(guard_count(status), 3); /* two are not scored, one has no evidence; a score of 0 is one */
}

static void rounds_end(void **state) {
  struct arena *arena = *state;
  static const int32_t values[4] = {80, 81, 82, 83};
  struct pair pair = pair_submitted(arena, values, values);
  for (int round = 2; round <= FIT_ROUNDS_MAX; round++) {
    assert_null(fit_rank(&pair.vendor, pair.assessment, rank_build(arena, 1, 9)));
    assert_null(fit_reopen(&pair.partner, pair.assessment, pair.vendors, pair.partners,
                           arena_strdup(arena, "a competitor was bought")));
    assert_int_equal(pair.assessment->round, round);
    assert_int_equal(pair.assessment->n_earlier_rounds, round - 1);
    assert_int_equal(pair.assessment->earlier_rounds[round - 2]->n_scorecards, 2);
    assert_int_equal(pair.assessment->n_scorecards + pair.assessment->n_findings, 0);
    assert_null(pair.assessment->revenue_rank);
    assert_null(fit_submit(&pair.partner, pair.assessment, pair.partners, NULL));
    assert_null(fit_submit(&pair.vendor, pair.assessment, pair.vendors, pair.partners));
    assert_int_equal(pair.assessment->submitted_parties[0], VENDOR);
    assert_int_equal(pair.assessment->scorecards[1]->round, round);
  }
  assert_refused(fit_reopen(&pair.vendor, pair.assessment, pair.vendors, pair.partners, NULL),
                 "TOO_MANY_ROUNDS");
  assert_null(fit_conclude(&pair.vendor, pair.assessment));
  assert_refused(fit_cancel(&pair.vendor, pair.assessment, NULL), REASON_INVALID_STATE);
  assert_refused(fit_reopen(&pair.vendor, pair.assessment, pair.vendors, pair.partners, NULL),
                 REASON_INVALID_STATE);
}

static void one_is_open(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-01-05");
  Onboard__Partnership *partnership = partnership_build(arena, ONBOARD__PARTNERSHIP__STATE__STATE_PROSPECT);
  assert_null(fit_check_none_open(&act, partnership));
  partnership->open_fit_assessment = arena_strdup(arena, PARTNERSHIP_NAME "/fitAssessments/2025");
  const struct status *status = fit_check_none_open(&act, partnership);
  assert_refused(status, "FIT_ASSESSMENT_OPEN");
  assert_string_equal(metadata_of(status, "open_fit_assessment"), partnership->open_fit_assessment);
  assert_refused(fit_check_rank(arena, rank_build(arena, 3, 2)), REASON_INVALID_REQUEST);
  assert_null(fit_check_rank(arena, rank_build(arena, 2, 2)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(the_outcome_follows),  TEST(revenue_is_no_input), TEST(nothing_is_shown_before_both),
      TEST(a_scorecard_is_whole), TEST(rounds_end),          TEST(one_is_open),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
