#include "onboard/fit_assessment.h"

#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <assert.h>

#define DRAFT ONBOARD__FIT_ASSESSMENT__STATE__STATE_DRAFT
#define PARTLY_SUBMITTED ONBOARD__FIT_ASSESSMENT__STATE__STATE_PARTLY_SUBMITTED
#define SUBMITTED ONBOARD__FIT_ASSESSMENT__STATE__STATE_SUBMITTED
#define CONCLUDED ONBOARD__FIT_ASSESSMENT__STATE__STATE_CONCLUDED
#define CANCELLED ONBOARD__FIT_ASSESSMENT__STATE__STATE_CANCELLED
#define CARD_DRAFT ONBOARD__FIT_SCORECARD__STATE__STATE_DRAFT
#define CARD_SUBMITTED ONBOARD__FIT_SCORECARD__STATE__STATE_SUBMITTED
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER

enum { HIGH_RANK_SHARE = 5 }; /* one in five is high */

/* ---- guards ---- */

static const Onboard__FitScore *score_of(const Onboard__FitScorecard *card, Onboard__FitDimension dimension) {
  for (size_t i = 0; i < card->n_scores; i++)
    if (card->scores[i]->dimension == dimension)
      return card->scores[i];
  return NULL;
}

static const char *dimension_name(Onboard__FitDimension dimension) {
  return state_name(&onboard__fit_dimension__descriptor, (int)dimension);
}

static const struct status *complete(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__FitScorecard *card = noun;
  struct status *refusal = NULL;
  for (int i = 1; i <= FIT_DIMENSIONS; i++) {
    Onboard__FitDimension dimension = (Onboard__FitDimension)i;
    const Onboard__FitScore *score = score_of(card, dimension);
    if (!score)
      guard_add(act->arena, &refusal, "SCORES_INCOMPLETE", card->name, "%s is not scored",
                dimension_name(dimension));
    else if (text_length(score->evidence) < FIT_EVIDENCE_LENGTH)
      guard_add(act->arena, &refusal, "SCORES_INCOMPLETE", card->name,
                "the score of %s needs evidence of at least %d characters", dimension_name(dimension),
                FIT_EVIDENCE_LENGTH);
  }
  return refusal;
}

static const struct status *own_submission(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__FitAssessment *assessment = noun;
  if (fit_submitted_by(assessment, act->party))
    return NULL;
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "NOT_SUBMITTED",
                                      "%s: %s has submitted nothing that it could take back",
                                      assessment->name, party_name(act->party));
  status_add_metadata(act->arena, status, "party", party_name(act->party));
  return status;
}

static const struct status *rounds_left(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__FitAssessment *assessment = noun;
  if (assessment->round < FIT_ROUNDS_MAX)
    return NULL;
  struct status *status =
      status_make(act->arena, CODE_FAILED_PRECONDITION, "TOO_MANY_ROUNDS",
                  "%s is in its last round: conclude it, or start another assessment", assessment->name);
  status_add_metadata(act->arena, status, "limit", arena_printf(act->arena, "%d", FIT_ROUNDS_MAX));
  return status;
}

static const struct transition transitions[] = {
    {DRAFT, FIT_SCORE, DRAFT, NULL},
    {PARTLY_SUBMITTED, FIT_SCORE, PARTLY_SUBMITTED, NULL},
    {DRAFT, FIT_SUBMIT, PARTLY_SUBMITTED, NULL},
    {PARTLY_SUBMITTED, FIT_SUBMIT, SUBMITTED, NULL},
    {PARTLY_SUBMITTED, FIT_WITHDRAW, DRAFT, own_submission},
    {SUBMITTED, FIT_REOPEN, DRAFT, rounds_left},
    {SUBMITTED, FIT_RANK, SUBMITTED, NULL},
    {SUBMITTED, FIT_CONCLUDE, CONCLUDED, NULL},
    {DRAFT, FIT_CANCEL, CANCELLED, NULL},
    {PARTLY_SUBMITTED, FIT_CANCEL, CANCELLED, NULL},
    {SUBMITTED, FIT_CANCEL, CANCELLED, NULL},
};
static const char *const actions[] = {"SCORE", "SUBMIT", "WITHDRAW", "REOPEN", "RANK", "CONCLUDE", "CANCEL"};
const struct machine fit_assessment_machine = {
    .states = &onboard__fit_assessment__state__descriptor,
    .actions = actions,
    .action_count = FIT_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct transition card_transitions[] = {
    {CARD_DRAFT, SCORECARD_SCORE, CARD_DRAFT, NULL},
    {CARD_DRAFT, SCORECARD_SUBMIT, CARD_SUBMITTED, complete},
    {CARD_SUBMITTED, SCORECARD_RELEASE, CARD_DRAFT, NULL},
};
static const char *const card_actions[] = {"SCORE", "SUBMIT", "RELEASE"};
const struct machine fit_scorecard_machine = {
    .states = &onboard__fit_scorecard__state__descriptor,
    .actions = card_actions,
    .action_count = SCORECARD_ACTIONS,
    .transitions = card_transitions,
    .count = sizeof card_transitions / sizeof *card_transitions,
};

static const struct status *step(const struct act *act, Onboard__FitAssessment *assessment,
                                 enum fit_action action) {
  int to;
  const struct status *status = machine_step(&fit_assessment_machine, act, assessment->name,
                                             (int)assessment->state, (int)action, assessment, NULL, &to);
  if (!status)
    assessment->state = (Onboard__FitAssessment__State)to;
  return status;
}

static const struct status *step_card(const struct act *act, Onboard__FitScorecard *card,
                                      enum scorecard_action action) {
  int to;
  const struct status *status =
      machine_step(&fit_scorecard_machine, act, card->name, (int)card->state, (int)action, card, NULL, &to);
  if (!status)
    card->state = (Onboard__FitScorecard__State)to;
  return status;
}

/* ---- scorecards ---- */

char *fit_scorecard_name(struct arena *arena, const char *assessment, Type__Party party) {
  return name_child(arena, assessment, "scorecards", party == VENDOR ? "vendor" : "partner");
}

Onboard__FitScorecard *fit_scorecard_new(struct arena *arena, const Onboard__FitAssessment *assessment,
                                         Type__Party party) {
  Onboard__FitScorecard *card = arena_new(arena, Onboard__FitScorecard);
  onboard__fit_scorecard__init(card);
  card->name = fit_scorecard_name(arena, assessment->name, party);
  card->party = party;
  card->state = CARD_DRAFT;
  card->round = assessment->round;
  return card;
}

const struct status *fit_check_scores(struct arena *arena, Onboard__FitScore *const *scores, size_t count) {
  struct status *refusal = NULL;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < i; k++)
      if (scores[k]->dimension == scores[i]->dimension) {
        invalid_add(arena, &refusal, arena_printf(arena, "scores[%zu].dimension", i), "DUPLICATE_KEY_VALUE",
                    "%s is scored twice", dimension_name(scores[i]->dimension));
        break;
      }
  return refusal;
}

/* What the other party is shown: neither the etag nor the times of what was written in private. */
static Onboard__FitScorecard *opened(struct arena *arena, const Onboard__FitScorecard *card) {
  Onboard__FitScorecard *copy = arena_new(arena, Onboard__FitScorecard);
  *copy = *card;
  copy->etag = (char *)protobuf_c_empty_string;
  copy->create_time = NULL;
  copy->update_time = NULL;
  return copy;
}

static void release(Onboard__FitScorecard *card, int32_t round) {
  card->round = round;
  card->submit_time = NULL;
  card->submit_actor = (char *)protobuf_c_empty_string;
}

/* ---- what both say ---- */

static int32_t lower_of(int32_t a, int32_t b) {
  return a < b ? a : b;
}

/* Weakest first, equal ones in the order of the dimensions. */
static void add_finding(Onboard__FitAssessment *assessment, Onboard__FitFinding *finding) {
  size_t place = assessment->n_findings++;
  for (; place && assessment->findings[place - 1]->combined_score > finding->combined_score; place--)
    assessment->findings[place] = assessment->findings[place - 1];
  assessment->findings[place] = finding;
}

static void open_scores(const struct act *act, Onboard__FitAssessment *assessment,
                        const Onboard__FitScorecard *vendor, const Onboard__FitScorecard *partner) {
  assessment->scorecards = arena_calloc(act->arena, 2, sizeof(void *));
  assessment->scorecards[0] = opened(act->arena, vendor);
  assessment->scorecards[1] = opened(act->arena, partner);
  assessment->n_scorecards = 2;
  assessment->findings = arena_calloc(act->arena, FIT_DIMENSIONS, sizeof(void *));
  assessment->n_findings = 0;
  for (int i = 1; i <= FIT_DIMENSIONS; i++) {
    Onboard__FitFinding *finding = arena_new(act->arena, Onboard__FitFinding);
    onboard__fit_finding__init(finding);
    finding->dimension = (Onboard__FitDimension)i;
    finding->vendor_score = score_of(vendor, finding->dimension)->score;
    finding->partner_score = score_of(partner, finding->dimension)->score;
    finding->combined_score = lower_of(finding->vendor_score, finding->partner_score);
    add_finding(assessment, finding);
  }
}

bool fit_rank_is_high(const Onboard__RevenueRank *rank) {
  return rank && ((int64_t)rank->position - 1) * HIGH_RANK_SHARE < rank->ranked_count;
}

Onboard__FitAssessment__Outcome fit_outcome(const Onboard__FitAssessment *assessment) {
  assert(assessment->n_findings == FIT_DIMENSIONS);
  if (assessment->findings[0]->combined_score >= FIT_CANDIDATE_SCORE)
    return ONBOARD__FIT_ASSESSMENT__OUTCOME__OUTCOME_STRATEGIC_CANDIDATE;
  return fit_rank_is_high(assessment->revenue_rank) ? ONBOARD__FIT_ASSESSMENT__OUTCOME__OUTCOME_PREMIER_TIER
                                                    : ONBOARD__FIT_ASSESSMENT__OUTCOME__OUTCOME_DECLINE;
}

/* ---- actions ---- */

bool fit_submitted_by(const Onboard__FitAssessment *assessment, Type__Party party) {
  for (size_t i = 0; i < assessment->n_submitted_parties; i++)
    if (assessment->submitted_parties[i] == party)
      return true;
  return false;
}

const struct status *fit_check_none_open(const struct act *act, const Onboard__Partnership *partnership) {
  if (text_empty(partnership->open_fit_assessment))
    return NULL;
  struct status *status =
      status_make(act->arena, CODE_FAILED_PRECONDITION, "FIT_ASSESSMENT_OPEN",
                  "%s is open: conclude or cancel it first", partnership->open_fit_assessment);
  status_add_metadata(act->arena, status, "open_fit_assessment", partnership->open_fit_assessment);
  return status;
}

void fit_start(const struct act *act, Onboard__FitAssessment *assessment) {
  assessment->state = DRAFT;
  assessment->author_party = act->party;
  assessment->round = 1;
}

const struct status *fit_score(const struct act *act, const Onboard__FitAssessment *assessment,
                               Onboard__FitScorecard *card, Onboard__FitScore **scores, size_t count) {
  int to;
  const struct status *status = machine_step(&fit_assessment_machine, act, assessment->name,
                                             (int)assessment->state, FIT_SCORE, assessment, NULL, &to);
  if (!status)
    status = step_card(act, card, SCORECARD_SCORE);
  if (status)
    return status;
  card->scores = arena_calloc(act->arena, count, sizeof(void *));
  card->n_scores = 0;
  for (int i = 1; i <= FIT_DIMENSIONS; i++)
    for (size_t k = 0; k < count; k++)
      if ((int)scores[k]->dimension == i)
        card->scores[card->n_scores++] = scores[k];
  return NULL;
}

/* In the order of the parties, not of their submissions. */
static void add_submitted(const struct act *act, Onboard__FitAssessment *assessment) {
  Type__Party *parties = arena_calloc(act->arena, 2, sizeof *parties);
  bool second = assessment->n_submitted_parties > 0;
  parties[0] = second ? VENDOR : act->party;
  parties[1] = PARTNER;
  assessment->submitted_parties = parties;
  assessment->n_submitted_parties = second ? 2 : 1;
}

const struct status *fit_submit(const struct act *act, Onboard__FitAssessment *assessment,
                                Onboard__FitScorecard *card, const Onboard__FitScorecard *other) {
  const struct status *status = step(act, assessment, FIT_SUBMIT);
  if (!status)
    status = step_card(act, card, SCORECARD_SUBMIT);
  if (status)
    return status;
  card->submit_time = timestamp_new(act->arena, act->now_us);
  card->submit_actor = arena_strdup(act->arena, act->actor);
  add_submitted(act, assessment);
  if (assessment->state != SUBMITTED)
    return NULL;
  assert(other && other->state == CARD_SUBMITTED);
  open_scores(act, assessment, act->party == VENDOR ? card : other, act->party == VENDOR ? other : card);
  return NULL;
}

const struct status *fit_withdraw(const struct act *act, Onboard__FitAssessment *assessment,
                                  Onboard__FitScorecard *card) {
  const struct status *status = step(act, assessment, FIT_WITHDRAW);
  if (!status)
    status = step_card(act, card, SCORECARD_RELEASE);
  if (status)
    return status;
  release(card, assessment->round);
  assessment->n_submitted_parties = 0;
  assessment->submitted_parties = NULL;
  return NULL;
}

static void keep_round(const struct act *act, Onboard__FitAssessment *assessment, char *reason) {
  Onboard__FitRound *round = arena_new(act->arena, Onboard__FitRound);
  onboard__fit_round__init(round);
  round->round = assessment->round;
  round->scorecards = assessment->scorecards;
  round->n_scorecards = assessment->n_scorecards;
  round->reopen_reason = reason;
  round->reopen_party = act->party;
  round->reopen_time = timestamp_new(act->arena, act->now_us);
  size_t count = assessment->n_earlier_rounds;
  Onboard__FitRound **all = arena_calloc(act->arena, count + 1, sizeof(void *));
  for (size_t i = 0; i < count; i++)
    all[i] = assessment->earlier_rounds[i];
  all[count] = round;
  assessment->earlier_rounds = all;
  assessment->n_earlier_rounds = count + 1;
}

const struct status *fit_reopen(const struct act *act, Onboard__FitAssessment *assessment,
                                Onboard__FitScorecard *vendor, Onboard__FitScorecard *partner, char *reason) {
  const struct status *status = step(act, assessment, FIT_REOPEN);
  if (!status)
    status = step_card(act, vendor, SCORECARD_RELEASE);
  if (!status)
    status = step_card(act, partner, SCORECARD_RELEASE);
  if (status)
    return status;
  keep_round(act, assessment, reason);
  assessment->round++;
  assessment->n_submitted_parties = assessment->n_scorecards = assessment->n_findings = 0;
  assessment->submitted_parties = NULL;
  assessment->scorecards = NULL;
  assessment->findings = NULL;
  assessment->revenue_rank = NULL; /* recorded anew when the next scores are open */
  release(vendor, assessment->round);
  release(partner, assessment->round);
  return NULL;
}

const struct status *fit_check_rank(struct arena *arena, const Onboard__RevenueRank *rank) {
  if (rank->position <= rank->ranked_count)
    return NULL;
  return invalid_field(arena, "revenue_rank.position", "VALUE_OUT_OF_RANGE",
                       "must not be greater than ranked_count");
}

const struct status *fit_rank(const struct act *act, Onboard__FitAssessment *assessment,
                              Onboard__RevenueRank *rank) {
  const struct status *status = step(act, assessment, FIT_RANK);
  if (!status)
    assessment->revenue_rank = rank;
  return status;
}

const struct status *fit_conclude(const struct act *act, Onboard__FitAssessment *assessment) {
  const struct status *status = step(act, assessment, FIT_CONCLUDE);
  if (status)
    return status;
  assessment->outcome = fit_outcome(assessment);
  assessment->conclude_party = act->party;
  assessment->conclude_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

const struct status *fit_cancel(const struct act *act, Onboard__FitAssessment *assessment, char *reason) {
  const struct status *status = step(act, assessment, FIT_CANCEL);
  if (status)
    return status;
  assessment->cancel_reason = reason;
  assessment->cancel_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}
