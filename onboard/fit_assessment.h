/* Rules of fit assessments: each party scores apart, scores open when both have submitted, the outcome
 * follows from the lower of the two. Pure. */
#ifndef ENTENTE_ONBOARD_FIT_ASSESSMENT_H
#define ENTENTE_ONBOARD_FIT_ASSESSMENT_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/fit_assessment.pb-c.h"
#include "entente/onboard/v1/partnership.pb-c.h"

enum { FIT_DIMENSIONS = 4, FIT_CANDIDATE_SCORE = 70, FIT_EVIDENCE_LENGTH = 10, FIT_ROUNDS_MAX = 5 };

enum fit_action {
  FIT_SCORE,
  FIT_SUBMIT,
  FIT_WITHDRAW,
  FIT_REOPEN,
  FIT_RANK,
  FIT_CONCLUDE,
  FIT_CANCEL,
  FIT_ACTIONS
};
extern const struct machine fit_assessment_machine;

enum scorecard_action { SCORECARD_SCORE, SCORECARD_SUBMIT, SCORECARD_RELEASE, SCORECARD_ACTIONS };
extern const struct machine fit_scorecard_machine;

/* `.../scorecards/vendor` or `partner`. */
char *fit_scorecard_name(struct arena *arena, const char *assessment, Type__Party party);
/* A party's scorecard before it has scored anything: DRAFT, of the assessment's round. */
Onboard__FitScorecard *fit_scorecard_new(struct arena *arena, const Onboard__FitAssessment *assessment,
                                         Type__Party party);

/* FAILED_PRECONDITION (FIT_ASSESSMENT_OPEN) while the partnership has one that is open. */
const struct status *fit_check_none_open(const struct act *act, const Onboard__Partnership *partnership);
/* A new assessment of `act->party`, DRAFT in its first round. */
void fit_start(const struct act *act, Onboard__FitAssessment *assessment);
/* INVALID_ARGUMENT with every dimension that is there twice. */
const struct status *fit_check_scores(struct arena *arena, Onboard__FitScore *const *scores, size_t count);
/* INVALID_ARGUMENT when the position lies beyond what is ranked. */
const struct status *fit_check_rank(struct arena *arena, const Onboard__RevenueRank *rank);

/* Each changes what it is given, or refuses and it is thrown away. `card` is that of `act->party`. */
const struct status *fit_score(const struct act *act, const Onboard__FitAssessment *assessment,
                               Onboard__FitScorecard *card, Onboard__FitScore **scores, size_t count);
/* `other` is the other party's scorecard; it is looked at only when that party has submitted. */
const struct status *fit_submit(const struct act *act, Onboard__FitAssessment *assessment,
                                Onboard__FitScorecard *card, const Onboard__FitScorecard *other);
const struct status *fit_withdraw(const struct act *act, Onboard__FitAssessment *assessment,
                                  Onboard__FitScorecard *card);
const struct status *fit_reopen(const struct act *act, Onboard__FitAssessment *assessment,
                                Onboard__FitScorecard *vendor, Onboard__FitScorecard *partner, char *reason);
const struct status *fit_rank(const struct act *act, Onboard__FitAssessment *assessment,
                              Onboard__RevenueRank *rank);
const struct status *fit_conclude(const struct act *act, Onboard__FitAssessment *assessment);
const struct status *fit_cancel(const struct act *act, Onboard__FitAssessment *assessment, char *reason);

/* Whether a party has submitted in this round. */
bool fit_submitted_by(const Onboard__FitAssessment *assessment, Type__Party party);
/* Within the first fifth of what is ranked, the first always. NULL is not. */
bool fit_rank_is_high(const Onboard__RevenueRank *rank);
/* What follows from open scores: a candidate needs FIT_CANDIDATE_SCORE of both parties on all four
 * dimensions, however high the revenue. */
Onboard__FitAssessment__Outcome fit_outcome(const Onboard__FitAssessment *assessment);

#endif
