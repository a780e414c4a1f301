/* Case studies over the wire: both parties, access, replays, etags, pages, the ledger and counters. */
#include "sell/json_call.h"
#include "sell/service_fixture.h"
#include "support/check.h"

#include "entente/sell/v1/case_study_service.pb-c.h"

#include <string.h>

#define SERVICE "CaseStudyService/"
#define STATE(name) SELL__CASE_STUDY__STATE__STATE_##name
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define JOINT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
#define CONSENT                                                                                              \
  "{\"name\": \"%s\", \"consent\": {\"agreedBy\": \"A. Reader\", \"agreeTime\": \"2026-07-01T00:00:00Z\", "  \
  "\"evidence\": \"contract 7, annex B\"}}"

static const char *won_opportunity(struct pillar_fixture *f, const char *p, const char *id) {
  const char *name = sell_open(f, f->manager, p, JOINT, id)->name;
  json_call(f, f->manager, "OpportunityService/WinOpportunity",
            "{\"name\": \"%s\", \"closeTime\": \"2026-06-20T00:00:00Z\"}", name);
  return name;
}

static const Sell__CaseStudy *draft(struct pillar_fixture *f, const struct principal *who, const char *p,
                                    const char *id, const char *opportunity) {
  return json_call(f, who, SERVICE "CreateCaseStudy",
                   "{\"parent\": \"%s\", \"caseStudyId\": \"%s\", \"caseStudy\": {\"title\": \"Faster "
                   "triage\", \"opportunity\": \"%s\", \"challenge\": \"Waiting\", \"solution\": \"Ours\", "
                   "\"outcome\": \"Half the wait\"}}",
                   p, id, opportunity);
}

/* The words that the caller reads now. */
static const Sell__CaseStudy *approve(struct pillar_fixture *f, const struct principal *who,
                                      const char *name) {
  const Sell__CaseStudy *read = json_call(f, f->viewer, SERVICE "GetCaseStudy", "{\"name\": \"%s\"}", name);
  return json_call(f, who, SERVICE "ApproveCaseStudy", "{\"name\": \"%s\", \"etag\": %s}", name,
                   json_text(f, read->etag));
}

static void written_approved_published_withdrawn(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "cs-life", "orvane-global");
  const Sell__CaseStudy *drafted = draft(f, f->partner, p, "triage", won_opportunity(f, p, "triage"));
  const char *name = drafted->name;
  const struct status *status =
      json_refused(f, f->administrator, REASON_GUARD_UNMET, SERVICE "ApproveCaseStudy",
                   "{\"name\": \"%s\", \"etag\": %s}", name, json_text(f, drafted->etag));
  assert_int_equal(guard_count(status), 1); /* the customer has not agreed */
  json_call(f, f->manager, SERVICE "RecordCaseStudyConsent", CONSENT, name);
  const Sell__CaseStudy *study = approve(f, f->administrator, name);
  assert_int_equal(study->state, STATE(DRAFT));
  json_refused(f, f->manager, REASON_INVALID_STATE, SERVICE "PublishCaseStudy",
               "{\"name\": \"%s\", \"url\": \"https://halden.example/triage\"}", name);
  study = approve(f, f->partner, name);
  assert_int_equal(study->state, STATE(APPROVED));
  study = json_call(f, f->manager, SERVICE "PublishCaseStudy",
                    "{\"name\": \"%s\", \"url\": \"https://halden.example/triage\"}", name);
  assert_int_equal(study->state, STATE(PUBLISHED));
  assert_int_equal(pillar_counter(f, f->partner, p, "2026-07", "case_studies.published", NOBODY), 1);
  study = json_call(f, f->partner, SERVICE "WithdrawCaseStudy",
                    "{\"name\": \"%s\", \"reason\": \"the customer asked for it\"}", name);
  assert_int_equal(study->state, STATE(WITHDRAWN));
  assert_int_equal(pillar_counter(f, f->partner, p, "2026-07", "case_studies.published", NOBODY), 0);
  static const char *const types[] = {"case_study.drafted",  "case_study.consented", "case_study.approved",
                                      "case_study.approved", "case_study.published", "case_study.withdrawn"};
  Ledger__LedgerEntry **entries;
  assert_int_equal(pillar_entries(f, f->partner, p, &entries), 8);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    assert_string_equal(entries[i + 2]->type, types[i]);
}

static void new_words_need_both_again(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "cs-words", "orvane-global");
  const Sell__CaseStudy *study = draft(f, f->manager, p, "a", won_opportunity(f, p, "a"));
  json_call(f, f->manager, SERVICE "RecordCaseStudyConsent", CONSENT, study->name);
  approve(f, f->partner, study->name);
  study = approve(f, f->administrator, study->name);
  assert_int_equal(study->state, STATE(APPROVED));
  /* The same words change nothing, not even the approvals. */
  study = json_call(f, f->partner, SERVICE "UpdateCaseStudy",
                    "{\"caseStudy\": {\"name\": \"%s\", \"title\": \"Faster triage\", \"opportunity\": "
                    "\"%s\", \"outcome\": \"Half the wait\"}, \"updateMask\": \"outcome\"}",
                    study->name, study->opportunity);
  assert_int_equal(study->state, STATE(APPROVED));
  study = json_call(f, f->partner, SERVICE "UpdateCaseStudy",
                    "{\"caseStudy\": {\"name\": \"%s\", \"title\": \"Faster triage\", \"opportunity\": "
                    "\"%s\", \"outcome\": \"A third of the wait\"}, \"updateMask\": \"outcome\"}",
                    study->name, study->opportunity);
  assert_int_equal(study->state, STATE(DRAFT));
  assert_null(study->partner_approve_time);
  assert_null(study->vendor_approve_time);
  assert_non_null(study->consent);
}

static void a_reversal_stops_publication(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "cs-reversed", "orvane-global");
  const char *opportunity = won_opportunity(f, p, "a");
  const char *name = draft(f, f->manager, p, "a", opportunity)->name;
  json_call(f, f->manager, SERVICE "RecordCaseStudyConsent", CONSENT, name);
  approve(f, f->partner, name);
  approve(f, f->administrator, name);
  json_call(f, f->manager, "OpportunityService/ReverseOpportunity",
            "{\"name\": \"%s\", \"reason\": \"the customer withdrew\"}", opportunity);
  json_refused(f, f->manager, REASON_GUARD_UNMET, SERVICE "PublishCaseStudy",
               "{\"name\": \"%s\", \"url\": \"https://halden.example/a\"}", name);
  json_refused(f, f->manager, REASON_GUARD_UNMET, SERVICE "CreateCaseStudy",
               "{\"parent\": \"%s\", \"caseStudy\": {\"title\": \"t\", \"opportunity\": \"%s\"}}", p,
               opportunity);
}

static void access_replay_and_etag(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "cs-access", "orvane-global");
  const Sell__CaseStudy *study = draft(f, f->manager, p, "a", won_opportunity(f, p, "a"));
  json_refused(f, f->stranger, REASON_ACCESS_DENIED, SERVICE "GetCaseStudy", "{\"name\": \"%s\"}",
               study->name);
  json_refused(f, f->viewer, REASON_ACCESS_DENIED, SERVICE "RecordCaseStudyConsent", CONSENT, study->name);
  json_refused(f, f->manager, REASON_ACCESS_DENIED, SERVICE "ApproveCaseStudy",
               "{\"name\": \"%s\", \"etag\": \"x\"}",
               study->name); /* a manager does not sign for the party */
  json_refused(f, f->administrator, REASON_INVALID_REQUEST, SERVICE "ApproveCaseStudy", "{\"name\": \"%s\"}",
               study->name); /* nor anybody for words that were not read */
  json_refused(f, f->partner, REASON_NOT_FOUND, SERVICE "GetCaseStudy", "{\"name\": \"%s-none\"}",
               study->name);
  const Sell__CaseStudy *gone =
      json_call(f, f->manager, SERVICE "WithdrawCaseStudy",
                "{\"name\": \"%s\", \"etag\": %s, \"requestId\": \"w-1\", \"reason\": \"no longer true\"}",
                study->name, json_text(f, study->etag));
  const Sell__CaseStudy *again =
      json_call(f, f->manager, SERVICE "WithdrawCaseStudy",
                "{\"name\": \"%s\", \"etag\": %s, \"requestId\": \"w-1\", \"reason\": \"no longer true\"}",
                study->name, json_text(f, study->etag));
  assert_string_equal(gone->etag, again->etag);
  json_refused(f, f->manager, REASON_ETAG_MISMATCH, SERVICE "WithdrawCaseStudy",
               "{\"name\": \"%s\", \"etag\": %s, \"reason\": \"no longer true\"}", study->name, study->etag);
  const struct status *status =
      json_refused(f, f->manager, REASON_INVALID_REQUEST, SERVICE "RecordCaseStudyConsent",
                   "{\"name\": \"%s\", \"consent\": {}}", study->name);
  assert_int_equal(violation_count(status), 3);
}

static void lists_filter_and_page(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "cs-lists", "orvane-global");
  const char *opportunity = won_opportunity(f, p, "a");
  for (int i = 0; i < 4; i++)
    draft(f, f->manager, p, arena_printf(pillar_arena(f), "n%d", i), opportunity);
  json_call(f, f->manager, SERVICE "WithdrawCaseStudy",
            "{\"name\": \"%s/caseStudies/n1\", \"reason\": \"no longer true\"}", p);
  const Sell__ListCaseStudiesResponse *page = json_call(
      f, f->partner, SERVICE "ListCaseStudies", "{\"parent\": \"%s\", \"state\": \"STATE_DRAFT\"}", p);
  assert_int_equal(page->n_case_studies, 3);
  page = json_call(f, f->partner, SERVICE "ListCaseStudies", "{\"parent\": \"%s\", \"pageSize\": 3}", p);
  assert_int_equal(page->n_case_studies, 3);
  page = json_call(f, f->partner, SERVICE "ListCaseStudies",
                   "{\"parent\": \"%s\", \"pageSize\": 3, \"pageToken\": \"%s\"}", p, page->next_page_token);
  assert_int_equal(page->n_case_studies, 1);
  page = json_call(f, f->partner, SERVICE "ListCaseStudies", "{\"parent\": \"%s\", \"opportunity\": \"%s\"}",
                   p, opportunity);
  assert_int_equal(page->n_case_studies, 4);
  page = json_call(f, f->partner, SERVICE "ListCaseStudies", "{\"parent\": \"%s\", \"opportunity\": \"%sx\"}",
                   p, opportunity);
  assert_int_equal(page->n_case_studies, 0);
  for (int party = 1; party <= 2; party++) { /* all but the withdrawn one */
    page = json_call(f, f->partner, SERVICE "ListCaseStudies", "{\"parent\": \"%s\", \"awaitsParty\": %d}", p,
                     party);
    assert_int_equal(page->n_case_studies, 3);
  }
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(written_approved_published_withdrawn),
      cmocka_unit_test(new_words_need_both_again),
      cmocka_unit_test(a_reversal_stops_publication),
      cmocka_unit_test(access_replay_and_etag),
      cmocka_unit_test(lists_filter_and_page),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
