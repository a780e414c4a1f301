#include "onboard/fit_assessment.h"
#include "onboard/handler.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include "entente/onboard/v1/fit_assessment_service.pb-c.h"

/* The partnership is part of every change: nothing happens in one that has ended, and it tells which
 * assessment is open. */
struct fit_case {
  struct act act;
  Onboard__Partnership *partnership;
  Onboard__FitAssessment *assessment;
};

static const struct status *open_case(struct call *call, const char *name, const char *etag,
                                      const char *action, struct fit_case *out) {
  out->act = act_of(call);
  const struct status *status = resource_load(call, &kind_fit_assessment, name, etag, &out->assessment);
  return status ? status : partnership_open(call, name, action, &out->partnership);
}

/* The partnership no longer has an assessment that is open. */
static void settle(struct call *call, Onboard__Partnership *partnership, const char *type) {
  partnership->open_fit_assessment = (char *)protobuf_c_empty_string;
  resource_change(call_txn(call), &kind_partnership, partnership, type);
}

/* ---- create, read ---- */

const struct status *fit_assessment_create(struct call *call, const void *in, void *out) {
  const Onboard__CreateFitAssessmentRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__FitAssessment *assessment = request->fit_assessment;
  const struct status *status =
      partnership_open(call, request->parent, "CREATE_FIT_ASSESSMENT", &partnership);
  if (!status)
    status = fit_check_none_open(&act, partnership);
  if (!status)
    status = resource_name(call, &kind_fit_assessment, request->parent, "fitAssessments",
                           request->fit_assessment_id, &assessment->name);
  if (status)
    return status;
  fit_start(&act, assessment);
  partnership->open_fit_assessment = assessment->name;
  resource_change(call_txn(call), &kind_partnership, partnership, "partnership.fit_assessment_started");
  return resource_answer(call, &kind_fit_assessment, assessment, "fit_assessment.created", out);
}

const struct status *fit_assessment_get(struct call *call, const void *in, void *out) {
  const Onboard__GetFitAssessmentRequest *request = in;
  Onboard__FitAssessment *assessment;
  const struct status *status = resource_read(call, &kind_fit_assessment, request->name, &assessment);
  if (!status)
    *(Onboard__FitAssessment *)out = *assessment;
  return status;
}

const struct status *fit_assessment_list(struct call *call, const void *in, void *out) {
  const Onboard__ListFitAssessmentsRequest *request = in;
  Onboard__ListFitAssessmentsResponse *response = out;
  struct list_page page;
  const struct state_query query = {
      .kind = &kind_fit_assessment,
      .parent = request->parent,
      .states = &onboard__fit_assessment__state__descriptor,
      .state = (int)request->state,
      .descending = true,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  const struct status *status = state_list(call, &query, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

/* ---- scorecards ---- */

const struct status *fit_scorecard_get(struct call *call, const void *in, void *out) {
  const Onboard__GetFitScorecardRequest *request = in;
  Onboard__FitScorecard *card;
  const char *assessment = name_prefix(call_arena(call), request->name, 3);
  if (!text_equal(request->name, fit_scorecard_name(call_arena(call), assessment, call_party(call))))
    return call_not_found(call, request->name);
  const struct status *status = resource_read(call, &kind_fit_scorecard, request->name, &card);
  if (!status)
    *(Onboard__FitScorecard *)out = *card;
  return status;
}

/* A party's scorecard; a new one when it has scored nothing. */
static const struct status *load_card(struct call *call, const Onboard__FitAssessment *assessment,
                                      Type__Party party, Onboard__FitScorecard **out) {
  const char *name = fit_scorecard_name(call_arena(call), assessment->name, party);
  const struct status *status = txn_get(call_txn(call), &kind_fit_scorecard, name, out);
  if (!status && !*out)
    *out = fit_scorecard_new(call_arena(call), assessment, party);
  return status;
}

/* The own one, with its etag checked. */
static const struct status *load_own_card(struct call *call, const Onboard__FitAssessment *assessment,
                                          const char *etag, Onboard__FitScorecard **out) {
  const struct status *status = load_card(call, assessment, call_party(call), out);
  return status ? status : call_check_etag(call, etag, (*out)->etag);
}

static void change_card(struct call *call, Onboard__FitScorecard *card, const char *type) {
  txn_put(call_txn(call), &kind_fit_scorecard, card);
  txn_record(call_txn(call),
             &(struct record_facts){.type = type, .payload = card, .private_to = card->party});
}

const struct status *fit_assessment_score(struct call *call, const void *in, void *out) {
  const Onboard__ScoreFitAssessmentRequest *request = in;
  struct fit_case fit;
  Onboard__FitScorecard *card;
  const struct status *status = fit_check_scores(call_arena(call), request->scores, request->n_scores);
  if (!status)
    status = open_case(call, request->name, "", "SCORE_FIT_ASSESSMENT", &fit);
  if (!status)
    status = load_own_card(call, fit.assessment, request->etag, &card);
  if (!status)
    status = fit_score(&fit.act, fit.assessment, card, request->scores, request->n_scores);
  if (status)
    return status;
  change_card(call, card, "fit_scorecard.scored");
  *(Onboard__FitScorecard *)out = *card;
  return txn_commit(call_txn(call), out);
}

const struct status *fit_scorecard_submit(struct call *call, const void *in, void *out) {
  const Onboard__SubmitFitScorecardRequest *request = in;
  struct fit_case fit;
  Onboard__FitScorecard *card, *other = NULL;
  const struct status *status = open_case(call, request->name, "", "SUBMIT_FIT_SCORECARD", &fit);
  if (!status)
    status = load_own_card(call, fit.assessment, request->etag, &card);
  if (!status && fit_submitted_by(fit.assessment, party_other(fit.act.party)))
    status = load_card(call, fit.assessment, party_other(fit.act.party), &other);
  if (!status)
    status = fit_submit(&fit.act, fit.assessment, card, other);
  if (status)
    return status;
  change_card(call, card, "fit_scorecard.submitted");
  return resource_answer(call, &kind_fit_assessment, fit.assessment, "fit_assessment.submitted", out);
}

const struct status *fit_scorecard_withdraw(struct call *call, const void *in, void *out) {
  const Onboard__WithdrawFitScorecardRequest *request = in;
  struct fit_case fit;
  Onboard__FitScorecard *card;
  const struct status *status = open_case(call, request->name, request->etag, "WITHDRAW_FIT_SCORECARD", &fit);
  if (!status)
    status = load_card(call, fit.assessment, fit.act.party, &card);
  if (!status)
    status = fit_withdraw(&fit.act, fit.assessment, card);
  if (status)
    return status;
  change_card(call, card, "fit_scorecard.withdrawn");
  return resource_answer(call, &kind_fit_assessment, fit.assessment, "fit_assessment.withdrawn", out);
}

const struct status *fit_assessment_reopen(struct call *call, const void *in, void *out) {
  const Onboard__ReopenFitAssessmentRequest *request = in;
  struct fit_case fit;
  Onboard__FitScorecard *vendor, *partner;
  const struct status *status = open_case(call, request->name, request->etag, "REOPEN_FIT_ASSESSMENT", &fit);
  if (!status)
    status = load_card(call, fit.assessment, TYPE__PARTY__PARTY_VENDOR, &vendor);
  if (!status)
    status = load_card(call, fit.assessment, TYPE__PARTY__PARTY_PARTNER, &partner);
  if (!status)
    status = fit_reopen(&fit.act, fit.assessment, vendor, partner, request->reason);
  if (status)
    return status;
  change_card(call, vendor, "fit_scorecard.reopened");
  change_card(call, partner, "fit_scorecard.reopened");
  return resource_answer(call, &kind_fit_assessment, fit.assessment, "fit_assessment.reopened", out);
}

/* ---- rank and end ---- */

const struct status *fit_assessment_rank(struct call *call, const void *in, void *out) {
  const Onboard__RecordRevenueRankRequest *request = in;
  struct fit_case fit;
  const struct status *status = fit_check_rank(call_arena(call), request->revenue_rank);
  if (!status)
    status = open_case(call, request->name, request->etag, "RECORD_REVENUE_RANK", &fit);
  if (!status)
    status = fit_rank(&fit.act, fit.assessment, request->revenue_rank);
  return status ? status
                : resource_answer(call, &kind_fit_assessment, fit.assessment, "fit_assessment.ranked", out);
}

const struct status *fit_assessment_conclude(struct call *call, const void *in, void *out) {
  const Onboard__ConcludeFitAssessmentRequest *request = in;
  struct fit_case fit;
  const struct status *status =
      open_case(call, request->name, request->etag, "CONCLUDE_FIT_ASSESSMENT", &fit);
  if (!status)
    status = fit_conclude(&fit.act, fit.assessment);
  if (status)
    return status;
  fit.partnership->fit_assessment = fit.assessment->name;
  settle(call, fit.partnership, "partnership.fit_assessment_concluded");
  struct record *record =
      resource_change(call_txn(call), &kind_fit_assessment, fit.assessment, "fit_assessment.concluded");
  txn_count(record, "fit_assessments.concluded", TYPE__PARTY__PARTY_UNSPECIFIED, fit.act.now_us, 1);
  *(Onboard__FitAssessment *)out = *fit.assessment;
  return txn_commit(call_txn(call), out);
}

const struct status *fit_assessment_cancel(struct call *call, const void *in, void *out) {
  const Onboard__CancelFitAssessmentRequest *request = in;
  struct fit_case fit;
  const struct status *status = open_case(call, request->name, request->etag, "CANCEL_FIT_ASSESSMENT", &fit);
  if (!status)
    status = fit_cancel(&fit.act, fit.assessment, request->reason);
  if (status)
    return status;
  settle(call, fit.partnership, "partnership.fit_assessment_cancelled");
  return resource_answer(call, &kind_fit_assessment, fit.assessment, "fit_assessment.cancelled", out);
}
