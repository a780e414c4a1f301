/* A registration's life in the service, as both parties see it. */
#include "sell/registration_fixture.h"
#include "support/check.h"

#include "runtime/base/moment.h"
#include "runtime/base/text.h"
#include "sell/follow.h"
#include "sell/registration_change.h"

#include <string.h>

#define STATE(name) SELL__REGISTRATION__STATE__STATE_##name
#define R "RegistrationService/"
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define VENDOR TYPE__PARTY__PARTY_VENDOR

static int64_t counted(struct pillar_fixture *f, const char *partnership, const char *counter) {
  return pillar_counter(f, f->manager, partnership, "2026", counter, NOBODY);
}

static void drafts_are_the_partners_alone(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "drafts", "orvane-global");
  const char *name = registration_drafted(f, f->partner, p, "Quiet Water Co");
  const struct status *hidden =
      ask_refused(f, f->manager, R "GetRegistration", REASON_NOT_FOUND, "{'name': '%s'}", name);
  const struct status *absent = ask_refused(f, f->manager, R "GetRegistration", REASON_NOT_FOUND,
                                            "{'name': '%s/registrations/absent'}", p);
  const char *seen = strstr(hidden->message, "registrations/"),
             *unseen = strstr(absent->message, "registrations/");
  assert_int_equal(seen - hidden->message,
                   unseen - absent->message); /* the same words in front of the name */
  ask_refused(f, f->manager, R "ApproveRegistration", REASON_NOT_FOUND, "{'name': '%s'}", name);
  ask_refused(f, f->manager, R "ListRegistrationMatches", REASON_NOT_FOUND, "{'name': '%s'}", name);
  const Sell__ListRegistrationsResponse *page =
      ask(f, f->manager, R "ListRegistrations", "{'parent': '%s'}", p);
  assert_int_equal(page->n_registrations, 0);
  page = ask(f, f->partner, R "ListRegistrations", "{'parent': '%s'}", p);
  assert_int_equal(page->n_registrations, 1);
  Ledger__LedgerEntry **entries;
  assert_int_equal(pillar_entries(f, f->manager, p, &entries), 0);
  assert_int_equal(pillar_entries(f, f->partner, p, &entries), 1);
  ask_refused(f, f->stranger, R "GetRegistration", REASON_ACCESS_DENIED, "{'name': '%s'}", name);
  ask_refused(f, f->foreigner, R "GetRegistration", REASON_ACCESS_DENIED, "{'name': '%s'}", name);
  ask_refused(f, f->manager, R "CreateRegistration", REASON_ACCESS_DENIED,
              "{'parent': '%s', 'registration': {}}", p);
}

static void from_draft_to_opportunity(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "life", "orvane-global");
  const char *name = registration_submitted(f, f->partner, p, "Northgate Hospital");
  const Sell__Registration *now = registration_now(f, f->viewer, name);
  assert_int_equal(now->state, STATE(SUBMITTED));
  assert_int_equal(now->terms->protection_days, 90);
  ask_refused(f, f->partner, R "UpdateRegistration", "FIELD_LOCKED",
              "{'registration': {'name': '%s', 'description': 'more'}}", name);
  ask(f, f->manager, R "StartRegistrationReview", "{'name': '%s'}", name);
  now = ask(f, f->manager, R "RequestRegistrationAction",
            "{'name': '%s', 'note': 'Which site is it?', 'fields': ['description']}", name);
  assert_int_equal(now->state, STATE(ACTION_REQUIRED));
  ask_refused(f, f->partner, R "UpdateRegistration", "FIELD_LOCKED",
              "{'registration': {'name': '%s', 'segment': 'enterprise'}}", name);
  ask(f, f->partner, R "UpdateRegistration",
      "{'registration': {'name': '%s', 'description': 'The main site'}}", name);
  int64_t place = moment_us(now->submit_time);
  fixture_set_now(f->server, fixture_now(f->server) + 3600000000);
  now = ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
  assert_int_equal(moment_us(now->submit_time), place); /* kept: it is the same deal */
  now = ask(f, f->manager, R "ApproveRegistration", "{'name': '%s', 'note': 'Good luck'}", name);
  assert_int_equal(now->state, STATE(APPROVED));
  assert_int_equal(moment_us(now->protect_end_time), fixture_now(f->server) + 90 * US_PER_DAY);
  ask_refused(f, f->partner, R "UpdateRegistration", "FIELD_LOCKED",
              "{'registration': {'name': '%s', 'customer': {'domain': 'other.example'}}}", name);
  ask(f, f->partner, R "UpdateRegistration",
      "{'registration': {'name': '%s', 'expectedAmount': {'currencyCode': 'USD', 'amountMinor': '6000000'}}}",
      name);
  now = ask(f, f->partner, R "ConvertRegistration", "{'name': '%s'}", name);
  assert_int_equal(now->state, STATE(CONVERTED));
  const Sell__Opportunity *opportunity = sell_get(f, f->manager, now->opportunity);
  assert_string_equal(opportunity->registration, name);
  assert_int_equal(opportunity->amount->amount_minor, 6000000);
  assert_int_equal(counted(f, p, "registrations.submitted"), 1);
  assert_int_equal(counted(f, p, "registrations.approved"), 1);
  assert_int_equal(counted(f, p, "registrations.decision_minutes"), 60);
  assert_int_equal(counted(f, p, "registrations.converted"), 1);
  assert_int_equal(counted(f, p, "opened.joint"), 1);
  pillar_verify(f);
}

static void an_opportunity_that_is_there_can_be_linked(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "link", "orvane-global");
  const char *joint =
      sell_open(f, f->manager, p, SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT, "joint")->name;
  const char *own =
      sell_open(f, f->manager, p, SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT, "own")->name;
  const char *name = registration_submitted(f, f->partner, p, "Cedar Mills");
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", name);
  ask_refused(f, f->manager, R "ConvertRegistration", "GUARD_UNMET", "{'name': '%s', 'opportunity': '%s'}",
              name, own);
  ask_refused(f, f->partner, R "ConvertRegistration", REASON_NOT_FOUND, "{'name': '%s', 'opportunity': '%s'}",
              name, own);
  ask(f, f->manager, R "ConvertRegistration", "{'name': '%s', 'opportunity': '%s'}", name, joint);
  assert_string_equal(sell_get(f, f->partner, joint)->registration, name);
  const char *second = registration_submitted(f, f->partner, p, "Aspen Mills");
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", second);
  ask_refused(f, f->manager, R "ConvertRegistration", "GUARD_UNMET", "{'name': '%s', 'opportunity': '%s'}",
              second, joint);
}

static void submission_lists_everything(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "strict", "orvane-global");
  const Sell__Registration *empty =
      ask(f, f->partner, R "CreateRegistration", "{'parent': '%s', 'registration': {}}", p);
  const struct status *refusal = ask_refused(f, f->partner, R "SubmitRegistration", REASON_INVALID_REQUEST,
                                             "{'name': '%s'}", empty->name);
  assert_int_equal(violation_count(refusal), 7);
  ask_refused(
      f, f->partner, R "CreateRegistration", "CURRENCY_MISMATCH",
      "{'parent': '%s', 'registration': {'expectedAmount': {'currencyCode': 'EUR', 'amountMinor': '5'}}}", p);
}

static void the_same_request_is_answered_once(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "again", "orvane-global");
  const char *name = registration_drafted(f, f->partner, p, "Harrow Foods");
  const char *etag = registration_now(f, f->partner, name)->etag;
  const Sell__Registration *one =
      ask(f, f->partner, R "SubmitRegistration", "{'name': '%s', 'requestId': 'one'}", name);
  const Sell__Registration *two =
      ask(f, f->partner, R "SubmitRegistration", "{'name': '%s', 'requestId': 'one'}", name);
  assert_string_equal(one->etag, two->etag);
  assert_int_equal(counted(f, p, "registrations.submitted"), 1);
  Sell__ApproveRegistrationRequest stale = SELL__APPROVE_REGISTRATION_REQUEST__INIT;
  stale.name = (char *)name;
  stale.etag = (char *)etag;
  pillar_refused(f, f->manager, "/entente.sell.v1.RegistrationService/ApproveRegistration", &stale,
                 REASON_ETAG_MISMATCH);
  ask_refused(f, f->partner, R "SubmitRegistration", REASON_INVALID_STATE, "{'name': '%s'}", name);
}

static void time_moves_it_on_reads_and_once_in_the_ledger(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "time", "orvane-global");
  const char *waiting = registration_submitted(f, f->partner, p, "Slow Decision Ltd");
  const char *protected = registration_submitted(f, f->partner, p, "Brief Window Ltd");
  const char *asked = registration_submitted(f, f->partner, p, "Forgotten Ltd");
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", protected);
  ask(f, f->manager, R "RequestRegistrationAction", "{'name': '%s', 'note': 'Say more, please'}", asked);
  pass_days(f, 3);
  assert_non_null(registration_now(f, f->partner, waiting)->escalate_time);
  const Sell__ListRegistrationsResponse *page =
      ask(f, f->manager, R "ListRegistrations", "{'parent': '%s', 'escalated': true}", p);
  assert_int_equal(page->n_registrations, 1);
  assert_true(sell_sweep(f) >= 1); /* and what other tests left waiting */
  assert_int_equal(sell_sweep(f), 0);
  pass_days(f, 100);
  assert_int_equal(registration_now(f, f->viewer, protected)->state, STATE(EXPIRED));
  page = ask(f, f->manager, R "ListRegistrations", "{'parent': '%s', 'state': 'STATE_EXPIRED'}", p);
  assert_int_equal(page->n_registrations, 1);
  page = ask(f, f->manager, R "ListRegistrations", "{'parent': '%s', 'state': 'STATE_APPROVED'}", p);
  assert_int_equal(page->n_registrations, 0);
  /* who comes before the sweeper meets the same, and has it recorded */
  ask_refused(f, f->partner, R "ConvertRegistration", REASON_INVALID_STATE, "{'name': '%s'}", protected);
  assert_true(sell_sweep(f) >= 1);
  assert_int_equal(sell_sweep(f), 0);
  assert_int_equal(registration_now(f, f->viewer, asked)->state, STATE(WITHDRAWN));
  assert_int_equal(registration_now(f, f->viewer, waiting)->state, STATE(SUBMITTED));
  assert_int_equal(counted(f, p, "registrations.escalated"), 1);
  assert_int_equal(counted(f, p, "registrations.expired"), 1);
  assert_int_equal(counted(f, p, "registrations.withdrawn"), 1);
  pillar_verify(f);
}

static size_t entries_of(struct pillar_fixture *f, const struct principal *who, const char *partnership,
                         const char *type, const Ledger__LedgerEntry **last) {
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, who, partnership, &entries), found = 0;
  for (size_t i = 0; i < count; i++)
    if (strcmp(entries[i]->type, type) == 0) {
      *last = entries[i];
      found++;
    }
  return found;
}

static void the_end_is_announced_once(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "announced", "orvane-global");
  const char *name = registration_submitted(f, f->partner, p, "Coming End Ltd");
  int64_t approved_us = fixture_now(f->server), due_us = approved_us + (90 - 14) * US_PER_DAY;
  const Ledger__LedgerEntry *entry = NULL;
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", name);
  pass_days(f, 75);
  sell_sweep(f);
  assert_int_equal(entries_of(f, f->partner, p, "registration.expiring", &entry), 0);
  pass_days(f, 2);
  assert_int_equal(moment_us(registration_now(f, f->partner, name)->remind_time), due_us); /* on read first */
  sell_sweep(f);
  sell_sweep(f);
  assert_int_equal(entries_of(f, f->partner, p, "registration.expiring", &entry), 1);
  assert_int_equal(entries_of(f, f->viewer, p, "registration.expiring", &entry), 1); /* both are told */
  assert_int_equal(moment_us(entry->occur_time), due_us);
  assert_int_equal(entry->actor_party, TYPE__PARTY__PARTY_SYSTEM);
  /* another end has a reminder of its own; who acts before the sweeper has it recorded too */
  ask(f, f->partner, R "RequestRegistrationExtension",
      "{'name': '%s', 'days': 30, 'reason': 'Procurement takes longer'}", name);
  ask(f, f->manager, R "DecideRegistrationExtension", "{'name': '%s', 'granted': true}", name);
  assert_null(registration_now(f, f->partner, name)->remind_time);
  pass_days(f, 30);
  ask(f, f->partner, R "UpdateRegistration", "{'registration': {'name': '%s', 'description': 'Nearly'}}",
      name);
  assert_int_equal(entries_of(f, f->partner, p, "registration.expiring", &entry), 2);
  pass_days(f, 30);
  sell_sweep(f);
  assert_int_equal(entries_of(f, f->partner, p, "registration.expiring", &entry), 2);
  assert_int_equal(entries_of(f, f->partner, p, "registration.expired", &entry), 1);
  /* and the customer is free for another */
  const char *next = registration_submitted(
      f, f->stranger, pillar_partnership(f, "announced-next", "castellan-soc"), "Coming End Ltd");
  assert_int_equal(conflict_count(f, next), 0);
  pillar_verify(f);
}

static void resubmissions_are_limited(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "limited", "orvane-global");
  const char *name = registration_submitted(f, f->partner, p, "Again And Again Ltd");
  const int limit = registration_now(f, f->partner, name)->terms->resubmission_limit;
  for (int i = 0; i <= limit; i++) {
    ask(f, f->manager, R "RejectRegistration",
        "{'name': '%s', 'reason': 'REJECTION_REASON_NO_EVIDENCE', 'note': 'It shows no deal'}", name);
    if (i < limit)
      ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
  }
  ask(f, f->partner, R "UpdateRegistration", "{'registration': {'name': '%s', 'solutions': ['other']}}",
      name);
  const struct status *refusal =
      ask_refused(f, f->partner, R "SubmitRegistration", "RESUBMISSION_LIMIT", "{'name': '%s'}", name);
  assert_string_equal(refusal->metadata->value, "2");
  assert_int_equal(registration_now(f, f->partner, name)->resubmission_count, limit);
  const char *back = registration_submitted(f, f->partner, p, "Taken Back Ltd");
  ask(f, f->partner, R "WithdrawRegistration", "{'name': '%s'}", back);
  ask_refused(f, f->partner, R "SubmitRegistration", REASON_INVALID_STATE, "{'name': '%s'}", back);
}

/* What was promised is seen through; nothing is begun, and nobody is held up by what will not be decided. */
static void the_end_of_a_partnership(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "ended", "orvane-global");
  const char *next = pillar_partnership(f, "ended-next", "castellan-soc");
  const char *waiting = registration_submitted(f, f->partner, p, "Waiting Mills");
  const char *approved = registration_submitted(f, f->partner, p, "Approved Mills");
  const char *rejected = registration_submitted(f, f->partner, p, "Rejected Mills");
  const char *longer = registration_submitted(f, f->partner, p, "Longer Mills");
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", approved);
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", longer);
  ask(f, f->partner, R "RequestRegistrationExtension",
      "{'name': '%s', 'days': 30, 'reason': 'Procurement takes longer'}", longer);
  ask(f, f->manager, R "RejectRegistration",
      "{'name': '%s', 'reason': 'REJECTION_REASON_OTHER', 'note': 'Not in this quarter'}", rejected);
  ask(f, f->partner, R "AppealRegistration", "{'name': '%s', 'statement': 'Their budget is there'}",
      rejected);
  partnership_ended(f, p);
  ask_refused(f, f->manager, R "ApproveRegistration", REASON_PARTNERSHIP_ENDED, "{'name': '%s'}", waiting);
  ask_refused(f, f->partner, R "RequestRegistrationExtension", REASON_PARTNERSHIP_ENDED,
              "{'name': '%s', 'days': 30, 'reason': 'Procurement takes longer'}", approved);
  ask_refused(f, f->manager, R "DecideRegistrationExtension", REASON_PARTNERSHIP_ENDED,
              "{'name': '%s', 'granted': true}", longer);
  ask_refused(f, f->administrator, R "DecideRegistrationAppeal", REASON_PARTNERSHIP_ENDED,
              "{'name': '%s', 'granted': true, 'note': 'It is there indeed'}", rejected);
  ask_refused(f, f->partner, R "ConvertRegistration", REASON_PARTNERSHIP_ENDED, "{'name': '%s'}", approved);
  assert_int_equal(conflict_count(f, registration_submitted(f, f->stranger, next, "Waiting Mills")), 0);
  assert_int_equal(conflict_count(f, registration_submitted(f, f->stranger, next, "Approved Mills")), 1);
  ask(f, f->manager, R "DecideRegistrationExtension",
      "{'name': '%s', 'granted': false, 'note': 'It is over'}", longer);
  ask(f, f->administrator, R "DecideRegistrationAppeal",
      "{'name': '%s', 'granted': false, 'note': 'We part ways now'}", rejected);
  ask(f, f->manager, R "RejectRegistration",
      "{'name': '%s', 'reason': 'REJECTION_REASON_OTHER', 'note': 'We part ways'}", waiting);
  pillar_verify(f);
}

static void lists_find_what_is_asked_for(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "lists", "orvane-global");
  static const char *const customers[] = {"Łódź Fabrics", "Meyer Freight", "Oslo Fisheries"};
  for (size_t i = 0; i < 3; i++) {
    const Sell__Registration *made = ask(
        f, f->partner, R "CreateRegistration",
        "{'parent': '%s', 'registration': {'displayName': 'Deal %zu', 'customer': {'legalName': '%s', "
        "'countryCode': "
        "'US', 'taxId': 'T-%zu-12345'}, 'solutions': ['platform'], 'expectedAmount': {'currencyCode': 'USD', "
        "'amountMinor': '5'}, 'expectedCloseTime': '2027-03-01T00:00:00Z', 'evidence': [{'kind': "
        "'KIND_OTHER', "
        "'description': 'x'}]}}",
        p, i, customers[i], i);
    ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", made->name);
    fixture_set_now(f->server, fixture_now(f->server) + 1000000);
  }
  const Sell__ListRegistrationsResponse *page =
      ask(f, f->manager, R "ListRegistrations", "{'parent': '%s', 'text': 'LODZ'}", p);
  assert_int_equal(page->n_registrations, 1);
  page = ask(f, f->manager, R "ListRegistrations",
             "{'parent': '%s', 'decideDueBefore': '2036-01-01T00:00:00Z', 'pageSize': 2}", p);
  assert_int_equal(page->n_registrations, 2);
  assert_string_equal(page->registrations[0]->customer->legal_name, customers[0]);
  const Sell__ListRegistrationsResponse *rest =
      ask(f, f->manager, R "ListRegistrations",
          "{'parent': '%s', 'decideDueBefore': '2036-01-01T00:00:00Z', 'pageSize': 2, 'pageToken': '%s'}", p,
          page->next_page_token);
  assert_int_equal(rest->n_registrations, 1);
  ask_refused(f, f->viewer, R "ListRegistrations", REASON_PAGE_TOKEN_INVALID,
              "{'parent': '%s', 'pageToken': '%s'}", p, page->next_page_token);
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", page->registrations[1]->name);
  page = ask(f, f->partner, R "ListRegistrations",
             "{'parent': '%s', 'protectEndBefore': '2036-01-01T00:00:00Z'}", p);
  assert_int_equal(page->n_registrations, 1);
}

#define IMPORTED                                                                                             \
  "'registration': {'customer': {'legalName': '%s', 'domain': '%s.example', 'countryCode': 'US'}, "          \
  "'solutions': ['platform'], 'expectedAmount': {'currencyCode': 'USD', 'amountMinor': '700'}, "             \
  "'expectedCloseTime': '2036-01-01T00:00:00Z', 'evidence': [{'kind': 'KIND_OTHER', 'description': 'x'}]}"

static void history_is_taken_over(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "history", "orvane-global");
  const char *other = pillar_partnership(f, "history-two", "castellan-soc");
  const Sell__Registration *old =
      ask(f, f->administrator, R "ImportRegistration",
          "{'parent': '%s', " IMPORTED ", 'submitTime': '2026-01-10T00:00:00Z', 'approveTime': "
          "'2026-01-12T00:00:00Z'}",
          p, "Lantern Paper", "lantern");
  assert_int_equal(registration_now(f, f->partner, old->name)->state, STATE(EXPIRED));
  fixture_set_now(f->server, moment_us(pillar_time(f, "2027-01-15")));
  const Sell__Registration *young =
      ask(f, f->administrator, R "ImportRegistration",
          "{'parent': '%s', " IMPORTED ", 'submitTime': '2027-01-10T00:00:00Z', 'approveTime': "
          "'2027-01-10T01:00:00Z'}",
          p, "Lantern Paper", "lantern");
  assert_int_equal(young->state, STATE(APPROVED));
  const char *rival = registration_submitted(f, f->stranger, other, "Lantern Paper");
  assert_int_equal(conflict_count(f, rival), 1);
  assert_int_equal(conflict_count(f, old->name), 0);
  static const char *const wrong[] = {
      "'submitTime': '2027-01-10T00:00:00Z', 'approveTime': '2027-01-09T00:00:00Z'",
      "'submitTime': '2027-01-10T00:00:00Z', 'approveTime': '2027-02-09T00:00:00Z'"};
  for (size_t i = 0; i < 2; i++)
    ask_refused(f, f->administrator, R "ImportRegistration", REASON_INVALID_REQUEST,
                "{'parent': '%s', " IMPORTED ", %s}", p, "Elsewhere", "elsewhere", wrong[i]);
  ask_refused(f, f->partner, R "ImportRegistration", REASON_ACCESS_DENIED,
              "{'parent': '%s', " IMPORTED ", %s}", p, "Elsewhere", "elsewhere", wrong[0]);
  sell_sweep(f);
  assert_int_equal(counted(f, p, "registrations.expired"), 1);
  assert_int_equal(counted(f, p, "registrations.decision_minutes"), 2 * 24 * 60);
  pillar_verify(f);
}

/* ---- policies ---- */

/* ---- the queue over all partnerships ---- */

static const Sell__SearchRegistrationsResponse *search(struct pillar_fixture *f, const char *filters) {
  return ask(f, f->manager, R "SearchRegistrations", "{'parent': 'vendors/halden', 'text': 'quay'%s}",
             filters);
}

/* Pages of one, while more are submitted: every one that was there is answered once. */
static void search_pages(struct pillar_fixture *f, const char *partnership, const char *const *names,
                         size_t count) {
  const char *token = "";
  size_t seen[8] = {0}, pages = 0;
  do {
    const Sell__SearchRegistrationsResponse *page =
        search(f, arena_printf(pillar_arena(f), ", 'pageSize': 1, 'pageToken': '%s'", token));
    for (size_t i = 0; i < page->n_registrations; i++)
      for (size_t k = 0; k < count; k++)
        seen[k] += strcmp(page->registrations[i]->name, names[k]) == 0;
    if (pages < 2)
      registration_submitted(f, f->partner, partnership, pages ? "Quay Six" : "Quay Five");
    token = page->next_page_token;
  } while (*token && ++pages < 20);
  assert_string_equal(token, "");
  for (size_t k = 0; k < count; k++)
    assert_int_equal(seen[k], 1);
}

static void the_vendor_searches_all_partnerships(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "queue", "orvane-global");
  const char *other = pillar_partnership(f, "queue-two", "castellan-soc");
  const char *first = registration_submitted(f, f->partner, p, "Quay One");
  pass_days(f, 1);
  const char *second = registration_submitted(f, f->stranger, other, "Quay Two");
  const char *draft = registration_drafted(f, f->partner, p, "Quay Three");
  const char *const both[] = {second, first};
  const Sell__SearchRegistrationsResponse *page = search(f, "");
  assert_int_equal(page->n_registrations, 2); /* and no draft */
  for (size_t i = 0; i < 2; i++)
    assert_string_equal(page->registrations[i]->name, both[i]);
  assert_int_equal(search(f, ", 'state': 'STATE_DRAFT'")->n_registrations, 0);
  page = search(f, ", 'decideDueBefore': '2036-01-01T00:00:00Z'");
  assert_int_equal(page->n_registrations, 2);
  assert_string_equal(page->registrations[0]->name, first); /* due first */
  const Google__Protobuf__Timestamp *due = page->registrations[1]->decide_due_time;
  fixture_set_now(f->server, moment_us(due) - 1);
  page = search(f, ", 'escalated': true"); /* whether or not the sweeper has been there */
  assert_int_equal(page->n_registrations, 1);
  assert_string_equal(page->registrations[0]->name, first);
  search_pages(f, p, both, 2);
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", draft);
  ask(f, f->manager, R "RejectRegistration",
      "{'name': '%s', 'reason': 'REJECTION_REASON_OTHER', 'note': 'Not now, as it is.'}", second);
  page = search(f, ", 'state': 'STATE_REJECTED'");
  assert_int_equal(page->n_registrations, 1);
  assert_string_equal(page->registrations[0]->name, second);
  assert_int_equal(search(f, "")->n_registrations, 5);
}

static void search_is_the_vendors_alone(void **state) {
  struct pillar_fixture *f = *state;
  const struct principal *const others[] = {f->partner, f->partner_viewer, f->stranger, f->foreigner};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    ask_refused(f, others[i], R "SearchRegistrations", REASON_ACCESS_DENIED, "{'parent': 'vendors/halden'}");
  const Sell__SearchRegistrationsResponse *page =
      ask(f, f->viewer, R "SearchRegistrations", "{'parent': 'vendors/halden', 'pageSize': 1}");
  assert_int_equal(page->n_registrations, 1);
  ask_refused(f, f->manager, R "SearchRegistrations", REASON_PAGE_TOKEN_INVALID,
              "{'parent': 'vendors/halden', 'pageToken': '%s'}", page->next_page_token);
  ask_refused(f, f->viewer, R "SearchRegistrations", REASON_PAGE_TOKEN_INVALID,
              "{'parent': 'vendors/halden', 'escalated': true, 'pageToken': '%s'}", page->next_page_token);
  const struct status *refusal = ask_refused(
      f, f->viewer, R "SearchRegistrations", REASON_INVALID_REQUEST,
      "{'parent': 'vendors/halden', 'decideDueBefore': '2036-01-01T00:00:00Z', 'protectEndBefore': "
      "'2036-01-01T00:00:00Z'}");
  assert_int_equal(violation_count(refusal), 1);
}

static void a_policy_gives_the_terms(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "policy", "orvane-global");
  const Sell__RegistrationPolicy *policy =
      ask(f, f->administrator, "RegistrationPolicyService/CreateRegistrationPolicy",
          "{'parent': 'vendors/halden', 'registrationPolicyId': 'enterprise', 'registrationPolicy': "
          "{'displayName': "
          "'Enterprise', 'segments': ['enterprise'], 'terms': {'protectionDays': 180, 'decisionHours': 72, "
          "'upliftBps': 1000, 'resubmissionLimit': -1}}}");
  ask_refused(f, f->administrator, "RegistrationPolicyService/CreateRegistrationPolicy",
              REASON_INVALID_REQUEST,
              "{'parent': 'vendors/halden', 'registrationPolicy': {'displayName': 'x', 'terms': "
              "{'protectionDays': 30, "
              "'rulingBasis': 'RULING_BASIS_LAPSED'}}}");
  ask_refused(f, f->partner, "RegistrationPolicyService/RetireRegistrationPolicy", REASON_ACCESS_DENIED,
              "{'name': '%s'}", policy->name);
  const char *name = registration_drafted(f, f->partner, p, "Large Estate");
  ask(f, f->partner, R "UpdateRegistration", "{'registration': {'name': '%s', 'segment': 'enterprise'}}",
      name);
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
  ask(f, f->administrator, "RegistrationPolicyService/UpdateRegistrationPolicy",
      "{'registrationPolicy': {'name': '%s', 'displayName': 'Enterprise', 'terms': {'protectionDays': 60}}}",
      policy->name);
  const Sell__Registration *approved = ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", name);
  assert_string_equal(approved->policy, policy->name);
  assert_int_equal(moment_us(approved->protect_end_time),
                   fixture_now(f->server) + 180 * US_PER_DAY); /* as promised */
  assert_int_equal(approved->uplift_bps, 1000);
  const Sell__ListRegistrationPoliciesResponse *page =
      ask(f, f->partner_viewer, "RegistrationPolicyService/ListRegistrationPolicies",
          "{'parent': 'vendors/halden'}");
  assert_int_equal(page->n_registration_policies, 1);
  ask(f, f->administrator, "RegistrationPolicyService/RetireRegistrationPolicy", "{'name': '%s'}",
      policy->name);
  ask_refused(f, f->administrator, "RegistrationPolicyService/RetireRegistrationPolicy", REASON_INVALID_STATE,
              "{'name': '%s'}", policy->name);
}

/* ---- protection ---- */

/* ---- a level in a program ---- */

struct standing {
  const char *partnership, *level, *type; /* `type` of the entry of onboard's feed */
};

static const struct status *member_follow(struct txn *txn, void *context) {
  const struct standing *standing = context;
  struct arena *arena = txn_arena(txn);
  Onboard__Member *member = arena_new(arena, Onboard__Member);
  onboard__member__init(member);
  member->name = arena_printf(arena, "%s/members/edge", standing->partnership);
  member->program = (char *)"vendors/halden/programs/edge";
  member->state = strcmp(standing->type, "member.removed") == 0 ? ONBOARD__MEMBER__STATE__STATE_REMOVED
                                                                : ONBOARD__MEMBER__STATE__STATE_AT_LEVEL;
  member->level = (char *)standing->level;
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  entry.name = (char *)"vendors/halden/ledgerEntries/1";
  entry.resource = member->name;
  entry.type = (char *)standing->type;
  entry.payload_type = (char *)onboard__member__descriptor.name;
  entry.payload.len = onboard__member__get_packed_size(member);
  entry.payload.data = arena_alloc(arena, entry.payload.len);
  onboard__member__pack(member, entry.payload.data);
  const struct status *status = onboard_apply(NULL, txn, &entry);
  return status ? status : txn_commit(txn, NULL);
}

static void a_level_in_a_program_gives_the_terms(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "leveled", "orvane-global");
  const Sell__RegistrationPolicy *gold = ask(
      f, f->administrator, "RegistrationPolicyService/CreateRegistrationPolicy",
      "{'parent': 'vendors/halden', 'registrationPolicyId': 'gold', 'registrationPolicy': {'displayName': "
      "'Gold', 'programs': [{'program': 'vendors/halden/programs/edge', 'levels': ['gold']}], 'terms': "
      "{'protectionDays': 150}}}");
  const struct status *refusal = ask_refused(
      f, f->administrator, "RegistrationPolicyService/CreateRegistrationPolicy", REASON_INVALID_REQUEST,
      "{'parent': 'vendors/halden', 'registrationPolicy': {'displayName': 'Theirs', 'programs': "
      "[{'program': 'vendors/other/programs/edge'}], 'terms': {'protectionDays': 150}}}");
  assert_int_equal(violation_count(refusal), 1);
  const char *before = registration_submitted(f, f->partner, p, "Basalt Mills");
  assert_string_equal(registration_now(f, f->partner, before)->policy, "");
  struct standing standing = {p, "gold", "member.promoted"};
  assert_null(fixture_txn(f->server, member_follow, &standing));
  const char *name = registration_submitted(f, f->partner, p, "Granite Mills");
  standing.type = "member.removed";
  pass_days(f, 1);
  assert_null(fixture_txn(f->server, member_follow, &standing));
  const Sell__Registration *approved = ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", name);
  assert_string_equal(approved->policy, gold->name);
  assert_int_equal(moment_us(approved->protect_end_time),
                   fixture_now(f->server) + 150 * US_PER_DAY); /* as promised, though it has left */
  const char *after = registration_submitted(f, f->partner, p, "Marble Mills");
  assert_string_equal(registration_now(f, f->partner, after)->policy, "");
}

/* Entries about breaches in the partner's ledger, where no entry says anything about the opportunity. */
static size_t breaches_told(struct pillar_fixture *f, const char *partnership, const char *elsewhere) {
  static const char secret[] = "Secret";
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, f->partner, partnership, &entries), breaches = 0;
  for (size_t i = 0; i < count; i++) {
    const ProtobufCBinaryData *payload = &entries[i]->payload;
    breaches += strcmp(entries[i]->type, "protection.breached") == 0;
    assert_null(memmem(payload->data, payload->len, secret, strlen(secret)));
    assert_null(memmem(payload->data, payload->len, elsewhere, strlen(elsewhere)));
  }
  return breaches;
}

static void direct_entry_is_a_breach(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "guarded", "orvane-global");
  const char *elsewhere = pillar_partnership(f, "elsewhere", "castellan-soc");
  const char *name = registration_submitted(f, f->partner, p, "Northgate Hospital Group Inc");
  const char *early = /* open before the approval: declared, not a breach */
      ((const Sell__Opportunity *)ask(
           f, f->manager, "OpportunityService/CreateOpportunity",
           "{'parent': '%s', 'opportunity': {'engagement': 'ENGAGEMENT_INDEPENDENT', "
           "'customer': {'account': 'NORTHGATE HOSPITAL GROUP'}}}",
           elsewhere))
          ->name;
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", name);
  const Sell__ListProtectionBreachesResponse *page =
      ask(f, f->partner, R "ListProtectionBreaches", "{'parent': '%s'}", p);
  assert_int_equal(page->n_protection_breaches, 0);
  ask(f, f->manager, "OpportunityService/AdvanceOpportunity", "{'name': '%s', 'stage': 'STAGE_QUALIFIED'}",
      early);
  ask(f, f->manager, "OpportunityService/AdvanceOpportunity",
      "{'name': '%s', 'stage': 'STAGE_TECHNICAL_VALIDATION'}", early);
  const Sell__Opportunity *second =
      ask(f, f->manager, "OpportunityService/CreateOpportunity",
          "{'parent': '%s', 'opportunity': {'engagement': 'ENGAGEMENT_INDEPENDENT', 'displayName': 'Secret', "
          "'customer': {'account': 'Northgate Hospital Group', 'country': 'US'}}}",
          elsewhere);
  /* another country, another company, the partner's own: none is */
  ask(f, f->manager, "OpportunityService/CreateOpportunity",
      "{'parent': '%s', 'opportunity': {'engagement': 'ENGAGEMENT_INDEPENDENT', 'customer': {'account': "
      "'Northgate "
      "Hospital Group', 'country': 'FR'}}}",
      elsewhere);
  ask(f, f->partner, "OpportunityService/CreateOpportunity",
      "{'parent': '%s', 'opportunity': {'engagement': 'ENGAGEMENT_INDEPENDENT', 'customer': {'account': "
      "'Northgate "
      "Hospital Group'}}}",
      p);
  page = ask(f, f->partner, R "ListProtectionBreaches", "{'parent': '%s'}", p);
  assert_int_equal(page->n_protection_breaches, 2);
  for (size_t i = 0; i < 2; i++) {
    assert_string_equal(page->protection_breaches[i]->opportunity, ""); /* the partner is not told which */
    assert_string_equal(page->protection_breaches[i]->registration, name);
  }
  page = ask(f, f->manager, R "ListProtectionBreaches", "{'parent': '%s', 'registration': '%s'}", p, name);
  assert_int_equal(page->n_protection_breaches, 2);
  size_t of_second = 0;
  for (size_t i = 0; i < 2; i++) {
    const Sell__ProtectionBreach *breach = page->protection_breaches[i];
    bool is_second = text_equal(breach->opportunity, second->name);
    of_second += is_second;
    assert_int_equal(breach->count, is_second ? 1 : 2);
    assert_int_equal(breach->cause, is_second ? SELL__PROTECTION_BREACH__CAUSE__CAUSE_ENTERED
                                              : SELL__PROTECTION_BREACH__CAUSE__CAUSE_ADVANCED);
  }
  assert_int_equal(of_second, 1);
  assert_int_equal(pillar_counter(f, f->partner, p, "2026", "protection.breaches", VENDOR), 2);
  assert_int_equal(breaches_told(f, p, elsewhere), 3);
  const Sell__ListRegistrationMatchesResponse *matches =
      ask(f, f->manager, R "ListRegistrationMatches", "{'name': '%s'}", name);
  assert_int_equal(matches->n_direct_opportunities, 3);
  pillar_verify(f);
}

/* The vendor's own sale on an account, in another partnership. */
static const char *direct_sale(struct pillar_fixture *f, const char *parent, const char *customer) {
  const Sell__Opportunity *made =
      ask(f, f->manager, "OpportunityService/CreateOpportunity",
          "{'parent': '%s', 'opportunity': {'engagement': 'ENGAGEMENT_INDEPENDENT', 'customer': {%s}}}",
          parent, customer);
  return made->name;
}

static size_t breach_count(struct pillar_fixture *f, const char *partnership) {
  const Sell__ListProtectionBreachesResponse *page =
      ask(f, f->partner, R "ListProtectionBreaches", "{'parent': '%s'}", partnership);
  return page->n_protection_breaches;
}

/* By all that a conflict is found by: name in any spelling, domain, numbers, country. */
static void direct_entry_is_found_by_every_key(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "keyed", "orvane-global");
  const char *elsewhere = pillar_partnership(f, "keyed-elsewhere", "castellan-soc");
  const char *name = registration_drafted(f, f->partner, p, "Keyhole");
  ask(f, f->partner, R "UpdateRegistration",
      "{'registration': {'name': '%s', 'customer': {'legalName': 'Schlüsselwerk GmbH', 'domain': "
      "'schluesselwerk.example', 'countryCode': 'DE', 'taxId': 'DE811907980', 'duns': '31-521-6521'}}}",
      name);
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", name);
  static const struct {
    const char *customer;
    bool breach;
  } rows[] = {
      {"'account': 'SCHLÜSSELWERK'", true},
      {"'account': 'Schluesselwerk AG', 'country': 'DE'", true},
      {"'account': 'The key people', 'domain': 'www.schluesselwerk.example'", true},
      {"'account': 'The key people', 'domain': 'schluesselwerk.example', 'country': 'DE'", true},
      {"'domain': 'schluesselwerk.example'", true},
      {"'account': 'The key people', 'taxId': '811907980', 'country': 'DE'", true},
      {"'account': 'Les clefs', 'duns': '315216521', 'country': 'FR'", true}, /* one number is one company */
      {"'account': 'Les clefs', 'domain': 'schluesselwerk.example', 'country': 'FR'", false},
      {"'account': 'Schlüsselwerk', 'duns': '001234567'", false}, /* a namesake with a number of its own */
      {"'account': 'The key people', 'domain': 'schluesselwerk.example', 'duns': '001234567'", false},
      {"'account': 'The key people', 'taxId': '811907980'", false}, /* of nobody knows which register */
      {"'account': 'The key people', 'domain': 'gmail.com'", false},
  };
  size_t expected = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    direct_sale(f, elsewhere, rows[i].customer);
    expected += rows[i].breach;
    if (breach_count(f, p) != expected)
      fail_msg("{%s}: %zu breaches, not %zu", rows[i].customer, breach_count(f, p), expected);
  }
  /* what is found by a key that it got later has entered then; what it had before is no news */
  const char *late = direct_sale(f, elsewhere, "'account': 'Lockstep Ltd'");
  ask(f, f->manager, "OpportunityService/UpdateOpportunity",
      "{'opportunity': {'name': '%s', 'customer': {'account': 'Lockstep Ltd', 'domain': "
      "'schluesselwerk.example'}}}",
      late);
  assert_int_equal(breach_count(f, p), ++expected);
  ask(f, f->manager, "OpportunityService/UpdateOpportunity",
      "{'opportunity': {'name': '%s', 'customer': {'account': 'Lockstep Limited', 'domain': "
      "'shop.schluesselwerk.example', 'sector': 'Keys'}}}",
      late);
  const Sell__ListProtectionBreachesResponse *page =
      ask(f, f->manager, R "ListProtectionBreaches", "{'parent': '%s'}", p);
  assert_int_equal(page->n_protection_breaches, expected);
  for (size_t i = 0; i < page->n_protection_breaches; i++)
    assert_int_equal(page->protection_breaches[i]->count, 1);
  /* the reviewer is shown them all, each once */
  const Sell__ListRegistrationMatchesResponse *matches =
      ask(f, f->manager, R "ListRegistrationMatches", "{'name': '%s'}", name);
  assert_int_equal(matches->n_direct_opportunities, expected + 3);
  pillar_verify(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drafts_are_the_partners_alone),
      cmocka_unit_test(from_draft_to_opportunity),
      cmocka_unit_test(an_opportunity_that_is_there_can_be_linked),
      cmocka_unit_test(submission_lists_everything),
      cmocka_unit_test(the_same_request_is_answered_once),
      cmocka_unit_test(time_moves_it_on_reads_and_once_in_the_ledger),
      cmocka_unit_test(resubmissions_are_limited),
      cmocka_unit_test(the_end_of_a_partnership),
      cmocka_unit_test(lists_find_what_is_asked_for),
      cmocka_unit_test(the_vendor_searches_all_partnerships),
      cmocka_unit_test(search_is_the_vendors_alone),
      cmocka_unit_test(a_policy_gives_the_terms),
      cmocka_unit_test(a_level_in_a_program_gives_the_terms),
      cmocka_unit_test(direct_entry_is_a_breach),
      cmocka_unit_test(direct_entry_is_found_by_every_key),
      cmocka_unit_test(history_is_taken_over),
      cmocka_unit_test(the_end_is_announced_once),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
