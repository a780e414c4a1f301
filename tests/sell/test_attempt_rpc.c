/* How often a partner may ask for one customer, and at what amount: however it goes about it. */
#include "sell/registration_fixture.h"
#include "support/check.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include <string.h>

#define R "RegistrationService/"
#define C "ConflictService/"

static void reject(struct pillar_fixture *f, const char *name) {
  ask(f, f->manager, R "RejectRegistration",
      "{'name': '%s', 'reason': 'REJECTION_REASON_NO_EVIDENCE', 'note': 'It shows no deal'}", name);
}

static void edit(struct pillar_fixture *f, const char *name, const char *fields) {
  ask(f, f->partner, R "UpdateRegistration", "{'registration': {'name': '%s', %s}}", name, fields);
}

/* A registration that the vendor turned down. */
static const char *turned_down(struct pillar_fixture *f, const char *partnership, const char *customer) {
  const char *name = registration_submitted(f, f->partner, partnership, customer);
  reject(f, name);
  return name;
}

static const struct status *limited(struct pillar_fixture *f, const char *name) {
  return ask_refused(f, f->partner, R "SubmitRegistration", "ATTEMPT_LIMIT", "{'name': '%s'}", name);
}

static const char *metadata_of(const struct status *status, const char *key) {
  for (const struct status_metadata *item = status->metadata; item; item = item->next)
    if (strcmp(item->key, key) == 0)
      return item->value;
  return "";
}

static void a_new_draft_is_no_new_chance(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "drafts", "orvane-global");
  for (int i = 0; i < 3; i++) {
    turned_down(f, p, "Patient Mills");
    pass_days(f, 1);
  }
  const char *fourth = registration_drafted(f, f->partner, p, "Patient Mills");
  const struct status *refusal = limited(f, fourth);
  assert_string_equal(metadata_of(refusal, "limit"), "2");
  assert_string_equal(metadata_of(refusal, "attempts"), "3");
  assert_string_equal(metadata_of(refusal, "free_time"),
                      moment_text(pillar_arena(f), fixture_now(f->server) + 177 * US_PER_DAY));
  /* the same company under another name, by its domain */
  edit(f, fourth,
       "'customer': {'legalName': 'Forbearing Grinders', 'domain': 'patient-mills.example', "
       "'countryCode': 'US'}");
  limited(f, fourth);
  /* another deal with it; another customer; another partner */
  edit(f, fourth, "'solutions': ['other']");
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", fourth);
  registration_submitted(f, f->partner, p, "Impatient Mills");
  registration_submitted(f, f->stranger, pillar_partnership(f, "drafts-two", "castellan-soc"),
                         "Patient Mills");
  /* the first of the three is over */
  const char *fifth = registration_drafted(f, f->partner, p, "Patient Mills");
  pass_days(f, 176);
  limited(f, fifth);
  pass_days(f, 1);
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", fifth);
  pillar_verify(f);
}

/* One registration that is submitted again, and new drafts, are counted together. */
static void resubmissions_and_drafts_count_together(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "together", "orvane-global");
  const char *one = turned_down(f, p, "Double Door Inc");
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", one);
  reject(f, one);
  turned_down(f, p, "Double Door Inc");
  limited(f, one);
  /* what it was about is not edited away */
  edit(f, one,
       "'customer': {'legalName': 'Some Other Door', 'domain': 'other-door.example', "
       "'countryCode': 'US'}");
  limited(f, registration_drafted(f, f->partner, p, "Double Door Inc"));
}

/* Who takes it back before anybody looked took nobody's time. */
static void what_is_withdrawn(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "withdrawn", "orvane-global");
  for (int i = 0; i < 4; i++)
    ask(f, f->partner, R "WithdrawRegistration", "{'name': '%s'}",
        registration_submitted(f, f->partner, p, "Early Bird Feeds"));
  const char *seen = registration_submitted(f, f->partner, p, "Early Bird Feeds");
  ask(f, f->manager, R "StartRegistrationReview", "{'name': '%s'}", seen);
  ask(f, f->partner, R "WithdrawRegistration", "{'name': '%s'}", seen);
  const char *answered = registration_submitted(f, f->partner, p, "Early Bird Feeds");
  ask(f, f->manager, R "RequestRegistrationAction",
      "{'name': '%s', 'note': 'Say who decides there', 'fields': "
      "['description']}",
      answered);
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", answered);
  ask(f, f->partner, R "WithdrawRegistration", "{'name': '%s'}", answered);
  const char *ignored = registration_submitted(f, f->partner, p, "Early Bird Feeds");
  ask(f, f->manager, R "RequestRegistrationAction",
      "{'name': '%s', 'note': 'Say who decides there', 'fields': "
      "['description']}",
      ignored);
  pass_days(f, 15);
  sell_sweep(f);
  assert_int_equal(registration_now(f, f->partner, ignored)->state,
                   SELL__REGISTRATION__STATE__STATE_WITHDRAWN);
  limited(f, registration_drafted(f, f->partner, p, "Early Bird Feeds"));
}

static void an_appeal_that_is_granted_gives_it_back(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "given-back", "orvane-global");
  for (int i = 0; i < 2; i++)
    turned_down(f, p, "Second Thought Ltd");
  const char *third = turned_down(f, p, "Second Thought Ltd");
  limited(f, registration_drafted(f, f->partner, p, "Second Thought Ltd"));
  ask(f, f->partner, R "AppealRegistration", "{'name': '%s', 'statement': 'The evidence was attached'}",
      third);
  ask(f, f->administrator, R "DecideRegistrationAppeal",
      "{'name': '%s', 'granted': true, 'note': 'It was attached indeed'}", third);
  ask(f, f->partner, R "WithdrawRegistration", "{'name': '%s'}", third); /* it was in review: counts again */
  limited(f, registration_drafted(f, f->partner, p, "Second Thought Ltd"));
  const char *other = pillar_partnership(f, "given-back-two", "orvane-global");
  for (int i = 0; i < 3; i++)
    third = turned_down(f, other, "Second Thought Ltd");
  ask(f, f->partner, R "AppealRegistration", "{'name': '%s', 'statement': 'The evidence was attached'}",
      third);
  ask(f, f->administrator, R "DecideRegistrationAppeal",
      "{'name': '%s', 'granted': true, 'note': 'It was attached indeed'}", third);
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", third);
  pass_days(f, 91);
  sell_sweep(f);
  registration_submitted(f, f->partner, other, "Second Thought Ltd");
}

/* ---- at once ---- */

enum { CLIENTS = 4, ROUNDS = 6 };

/* The last chance is one, however many drafts ask for it at once. */
static void the_last_chance_is_one(void **state) {
  struct pillar_fixture *f = *state;
  struct arena *arena = pillar_arena(f);
  const char *p = pillar_partnership(f, "last", "orvane-global");
  for (int round = 0; round < ROUNDS; round++) {
    const char *customer = arena_printf(arena, "Last %d Chance", round);
    turned_down(f, p, customer);
    turned_down(f, p, customer);
    const char *names[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
      names[i] = registration_drafted(f, f->partner, p, customer);
    const struct status *const *answers = registrations_submitted_at_once(f, f->partner, names, CLIENTS);
    int won = -1;
    for (int i = 0; i < CLIENTS; i++) {
      if (answers[i]) {
        assert_string_equal(answers[i]->reason, "REGISTRATION_DUPLICATE");
        continue;
      }
      assert_int_equal(won, -1);
      won = i;
    }
    assert_true(won >= 0);
    reject(f, names[won]);
    for (int i = 0; i < CLIENTS; i++)
      if (i != won)
        limited(f, names[i]);
  }
  pillar_verify(f);
}

/* ---- amounts ---- */

static const char *policy_by_value(struct pillar_fixture *f) {
  const Sell__RegistrationPolicy *policy =
      ask(f, f->administrator, "RegistrationPolicyService/CreateRegistrationPolicy",
          "{'parent': 'vendors/halden', 'registrationPolicy': {'displayName': 'By value', 'terms': "
          "{'rulingBasis': 'RULING_BASIS_VALUE'}}}");
  return policy->name;
}

static const char *amount(struct pillar_fixture *f, const char *minor) {
  return arena_printf(pillar_arena(f), "'expectedAmount': {'currencyCode': 'USD', 'amountMinor': '%s'}",
                      minor);
}

static const Sell__Conflict *ruled(struct pillar_fixture *f, const char *registration) {
  return ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", conflict_of(f, registration)->name);
}

/* The one that is protected may edit its amount at any time: it does not count. */
static void an_amount_that_was_raised_later_does_not_count(void **state) {
  struct pillar_fixture *f = *state;
  const char *policy = policy_by_value(f);
  const char *one = pillar_partnership(f, "raised-one", "orvane-global");
  const char *two = pillar_partnership(f, "raised-two", "castellan-soc");
  const char *holder = registration_submitted(f, f->partner, one, "Rising Dough");
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", holder);
  const char *contender = registration_drafted(f, f->stranger, two, "Rising Dough");
  ask(f, f->stranger, R "UpdateRegistration", "{'registration': {'name': '%s', %s}}", contender,
      amount(f, "6000000"));
  ask(f, f->stranger, R "SubmitRegistration", "{'name': '%s'}", contender);
  edit(f, holder, amount(f, "9000000"));
  const Sell__Conflict *conflict = ruled(f, holder);
  assert_string_equal(conflict->ruling->winner, contender);
  ask(f, f->administrator, "RegistrationPolicyService/RetireRegistrationPolicy", "{'name': '%s'}", policy);
}

/* What the vendor asks to have corrected, what is submitted again, and what is drafted anew: down, never up.
 */
static void an_amount_goes_down_and_never_up(void **state) {
  struct pillar_fixture *f = *state;
  const char *policy = policy_by_value(f);
  const char *one = pillar_partnership(f, "capped-one", "orvane-global");
  const char *two = pillar_partnership(f, "capped-two", "castellan-soc");
  const char *rival = registration_submitted(f, f->stranger, two, "Levelling Screed"); /* 50,000.00 */
  const char *name = registration_drafted(f, f->partner, one, "Levelling Screed");
  edit(f, name, amount(f, "4000000"));
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
  ask(f, f->manager, R "RequestRegistrationAction",
      "{'name': '%s', 'note': 'Correct the amount', 'fields': ['expected_amount']}", name);
  edit(f, name, amount(f, "8000000"));
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
  assert_string_equal(ruled(f, name)->ruling->winner, rival);
  edit(f, name, amount(f, "9000000")); /* it has learnt of something */
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
  const Sell__ListConflictsResponse *page =
      ask(f, f->viewer, C "ListConflicts",
          "{'parent': 'vendors/halden', 'registration': '%s', 'state': 'STATE_OPEN'}", name);
  assert_int_equal(page->n_conflicts, 1);
  const Sell__Conflict *again =
      ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", page->conflicts[0]->name);
  assert_string_equal(again->ruling->winner, rival);
  const char *draft = registration_drafted(f, f->partner, one, "Levelling Screed");
  edit(f, draft, amount(f, "9900000"));
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", draft);
  assert_string_equal(ruled(f, draft)->ruling->winner, rival);
  ask(f, f->administrator, "RegistrationPolicyService/RetireRegistrationPolicy", "{'name': '%s'}", policy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_new_draft_is_no_new_chance),
      cmocka_unit_test(resubmissions_and_drafts_count_together),
      cmocka_unit_test(what_is_withdrawn),
      cmocka_unit_test(an_appeal_that_is_granted_gives_it_back),
      cmocka_unit_test(the_last_chance_is_one),
      cmocka_unit_test(an_amount_that_was_raised_later_does_not_count),
      cmocka_unit_test(an_amount_goes_down_and_never_up),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
