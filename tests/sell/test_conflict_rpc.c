/* Two partners and one deal: found in one step, ruled by the vendor, unknown to the partners. */
#include "sell/registration_fixture.h"
#include "support/check.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include <string.h>

#define STATE(name) SELL__REGISTRATION__STATE__STATE_##name
#define CONFLICT(name) SELL__CONFLICT__STATE__STATE_##name
#define R "RegistrationService/"
#define C "ConflictService/"

struct rivals {
  const char *first, *second; /* registrations of two partnerships */
};

static struct rivals rivals(struct pillar_fixture *f, const char *id, const char *customer) {
  struct arena *arena = pillar_arena(f);
  const char *one = pillar_partnership(f, arena_printf(arena, "%s-one", id), "orvane-global");
  const char *two = pillar_partnership(f, arena_printf(arena, "%s-two", id), "castellan-soc");
  struct rivals made = {.first = registration_submitted(f, f->partner, one, customer)};
  fixture_set_now(f->server, fixture_now(f->server) + 1000000);
  made.second = registration_submitted(f, f->stranger, two, customer);
  return made;
}

/* Nothing that the loser can read names who won. */
static void assert_no_word_of(struct pillar_fixture *f, const struct principal *who, const char *partnership,
                              const char *other) {
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, who, partnership, &entries);
  assert_true(count > 0);
  for (size_t i = 0; i < count; i++) {
    assert_null(strstr(entries[i]->type, "conflict"));
    assert_null(memmem(entries[i]->payload.data, entries[i]->payload.len, other, strlen(other)));
  }
}

static void the_earliest_complete_submission_wins(void **state) {
  struct pillar_fixture *f = *state;
  struct rivals r = rivals(f, "first", "First Harbor Bank");
  const Sell__Conflict *conflict = conflict_of(f, r.first);
  assert_int_equal(conflict->state, CONFLICT(OPEN));
  assert_string_equal(conflict->holder, r.first);
  assert_string_equal(conflict->contender, r.second);
  assert_string_equal(conflict->first, r.first);
  assert_int_equal(conflict->n_keys, 2);
  const struct status *held =
      ask_refused(f, f->manager, R "ApproveRegistration", "GUARD_UNMET", "{'name': '%s'}", r.first);
  assert_non_null(strstr(held->guards->description, conflict->name));
  /* the partners see nothing of it */
  assert_int_equal(registration_now(f, f->stranger, r.second)->state, STATE(SUBMITTED));
  ask_refused(f, f->partner, C "GetConflict", REASON_ACCESS_DENIED, "{'name': '%s'}", conflict->name);
  ask_refused(f, f->manager, C "RuleConflict", REASON_ACCESS_DENIED, "{'name': '%s'}", conflict->name);
  conflict =
      ask(f, f->administrator, C "RuleConflict", "{'name': '%s', 'note': 'They came first'}", conflict->name);
  assert_int_equal(conflict->state, CONFLICT(RULED));
  assert_string_equal(conflict->ruling->winner, r.first);
  assert_int_equal(conflict->ruling->basis, SELL__RULING_BASIS__RULING_BASIS_FIRST);
  const Sell__Registration *lost = registration_now(f, f->stranger, r.second);
  assert_int_equal(lost->state, STATE(REJECTED));
  assert_int_equal(lost->decisions[0]->reason, SELL__REJECTION_REASON__REJECTION_REASON_NOT_AVAILABLE);
  assert_null(strstr(lost->decisions[0]->note, "first"));
  assert_int_equal(registration_now(f, f->partner, r.first)->state, STATE(SUBMITTED));
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", r.first);
  assert_no_word_of(f, f->stranger, name_partnership(pillar_arena(f), r.second), "first-one");
  ask_refused(f, f->administrator, C "RuleConflict", REASON_INVALID_STATE, "{'name': '%s'}", conflict->name);
  pass_days(f, 15);
  const Sell__Conflict *end = ask(f, f->viewer, C "GetConflict", "{'name': '%s'}", conflict->name);
  assert_int_equal(end->state, CONFLICT(FINAL)); /* on read, before the sweeper */
  sell_sweep(f);
  const Sell__ListConflictsResponse *page =
      ask(f, f->viewer, C "ListConflicts",
          "{'parent': 'vendors/halden', 'state': 'STATE_FINAL', 'registration': '%s'}", r.second);
  assert_int_equal(page->n_conflicts, 1);
  pillar_verify(f);
}

static void an_appeal_turns_a_ruling_round(void **state) {
  struct pillar_fixture *f = *state;
  struct rivals r = rivals(f, "appeal", "Grand Meridian Hotels");
  const char *conflict = conflict_of(f, r.first)->name;
  ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", conflict);
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", r.first);
  const Sell__Registration *appealed =
      ask(f, f->stranger, R "AppealRegistration",
          "{'name': '%s', 'statement': 'We hold the letter of intent'}", r.second);
  assert_int_equal(appealed->appeal->state, SELL__REGISTRATION_APPEAL__STATE__STATE_PENDING);
  assert_int_equal(
      ((const Sell__Conflict *)ask(f, f->viewer, C "GetConflict", "{'name': '%s'}", conflict))->state,
      CONFLICT(APPEALED));
  ask_refused(f, f->stranger, R "AppealRegistration", "GUARD_UNMET",
              "{'name': '%s', 'statement': 'We still hold it'}", r.second);
  ask_refused(f, f->stranger, R "SubmitRegistration", "GUARD_UNMET", "{'name': '%s'}", r.second);
  ask(f, f->administrator, R "DecideRegistrationAppeal",
      "{'name': '%s', 'granted': true, 'note': 'The letter decides'}", r.second);
  const Sell__Conflict *end = ask(f, f->viewer, C "GetConflict", "{'name': '%s'}", conflict);
  assert_int_equal(end->state, CONFLICT(FINAL));
  assert_true(end->overturned);
  assert_string_equal(end->ruling->winner, r.second);
  assert_int_equal(registration_now(f, f->partner, r.first)->state, STATE(REVOKED));
  assert_int_equal(registration_now(f, f->stranger, r.second)->state, STATE(IN_REVIEW));
  assert_int_equal(conflict_count(f, r.second), 1);
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", r.second);
  pillar_verify(f);
}

static void a_ruling_declares_the_vendors_own_sales(void **state) {
  struct pillar_fixture *f = *state;
  struct rivals r = rivals(f, "declared", "Coral Bay Shipping");
  const char *p = name_partnership(pillar_arena(f), r.first);
  static const char opening[] = "{'parent': '%s', 'opportunity': {'engagement': 'ENGAGEMENT_INDEPENDENT', "
                                "'customer': {'account': '%s'}}}";
  const Sell__Opportunity *open =
      ask(f, f->manager, "OpportunityService/CreateOpportunity", opening, p, "CORAL BAY SHIPPING, INC.");
  const Sell__Opportunity *lost =
      ask(f, f->manager, "OpportunityService/CreateOpportunity", opening, p, "Coral Bay Shipping");
  ask(f, f->manager, "OpportunityService/LoseOpportunity",
      "{'name': '%s', 'lossReason': 'LOSS_REASON_PRICE', 'noIncumbent': true}", lost->name);
  ask(f, f->partner, "OpportunityService/CreateOpportunity", opening, p,
      "Coral Bay Shipping"); /* not to be seen */
  const Sell__Conflict *ruled =
      ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", conflict_of(f, r.first)->name);
  assert_int_equal(ruled->ruling->n_direct_opportunities, 1);
  assert_string_equal(ruled->ruling->direct_opportunities[0], open->name);
  assert_int_equal(ruled->ruling->n_lost_opportunities, 1);
  assert_string_equal(ruled->ruling->lost_opportunities[0], lost->name);
}

static void a_customer_that_was_edited_away(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "gone", "orvane-global");
  const char *name = registration_submitted(f, f->partner, p, "Vanishing Works");
  ask(f, f->manager, R "RejectRegistration",
      "{'name': '%s', 'reason': 'REJECTION_REASON_INCOMPLETE', 'note': 'Who is it?'}", name);
  ask(f, f->partner, R "UpdateRegistration", "{'registration': {'name': '%s'}, 'updateMask': 'customer'}",
      name);
  const Sell__ListRegistrationMatchesResponse *matches =
      ask(f, f->manager, R "ListRegistrationMatches", "{'name': '%s'}", name);
  assert_int_equal(matches->n_registrations, 0);
  ask_refused(f, f->partner, R "AppealRegistration", "GUARD_UNMET",
              "{'name': '%s', 'statement': 'It was complete before'}", name);
  ask_refused(f, f->partner, R "SubmitRegistration", REASON_INVALID_REQUEST, "{'name': '%s'}", name);
  ask(f, f->partner, R "UpdateRegistration",
      "{'registration': {'name': '%s', 'customer': {'legalName': 'Vanishing Works', 'domain': "
      "'vanishing.example', "
      "'countryCode': 'US'}}}",
      name);
  /* an appeal is about what was decided, which it no longer is */
  ask_refused(f, f->partner, R "AppealRegistration", "GUARD_UNMET",
              "{'name': '%s', 'statement': 'It was complete before'}", name);
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
  ask(f, f->manager, R "RejectRegistration",
      "{'name': '%s', 'reason': 'REJECTION_REASON_INCOMPLETE', 'note': 'Who is it?'}", name);
  ask(f, f->partner, R "AppealRegistration", "{'name': '%s', 'statement': 'It is complete now'}", name);
  ask_refused(f, f->partner, R "UpdateRegistration", "FIELD_LOCKED",
              "{'registration': {'name': '%s'}, 'updateMask': 'customer'}", name);
  const Sell__Registration *now = ask(f, f->administrator, R "DecideRegistrationAppeal",
                                      "{'name': '%s', 'granted': false, 'note': 'It is not so yet'}", name);
  assert_int_equal(now->state, STATE(REJECTED));
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
}

static void a_split_gives_the_second_half(void **state) {
  struct pillar_fixture *f = *state;
  ask(f, f->administrator, "RegistrationPolicyService/CreateRegistrationPolicy",
      "{'parent': 'vendors/halden', 'registrationPolicyId': 'split', 'registrationPolicy': {'displayName': "
      "'Split', "
      "'terms': {'upliftBps': 1000, 'rulingBasis': 'RULING_BASIS_SPLIT'}}}");
  struct rivals r = rivals(f, "split", "Two Rivers Water");
  const Sell__Conflict *ruled =
      ask(f, f->administrator, C "RuleConflict", "{'name': '%s'}", conflict_of(f, r.first)->name);
  assert_int_equal(ruled->ruling->basis, SELL__RULING_BASIS__RULING_BASIS_SPLIT);
  const Sell__Registration *one = ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", r.first);
  const Sell__Registration *two = ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", r.second);
  assert_int_equal(one->uplift_bps, 1000);
  assert_int_equal(two->uplift_bps, 500);
  ask(f, f->administrator, "RegistrationPolicyService/RetireRegistrationPolicy",
      "{'name': 'vendors/halden/registrationPolicies/split'}");
}

static void value_goes_before_time(void **state) {
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "value-one", "orvane-global");
  const char *two = pillar_partnership(f, "value-two", "castellan-soc");
  const char *first = registration_submitted(f, f->partner, one, "Weighty Steel");
  const char *second = registration_drafted(f, f->stranger, two, "Weighty Steel");
  ask(f, f->stranger, R "UpdateRegistration",
      "{'registration': {'name': '%s', 'expectedAmount': {'currencyCode': 'USD', 'amountMinor': '5000001'}}}",
      second);
  ask(f, f->stranger, R "SubmitRegistration", "{'name': '%s'}", second);
  const Sell__Conflict *ruled =
      ask(f, f->administrator, C "RuleConflict", "{'name': '%s', 'basis': 'RULING_BASIS_VALUE'}",
          conflict_of(f, first)->name);
  assert_string_equal(ruled->first, first);
  assert_string_equal(ruled->ruling->winner, second);
  assert_int_equal(registration_now(f, f->partner, first)->state, STATE(REJECTED));
  assert_no_word_of(f, f->partner, one, "value-two");
}

static void the_customers_letter_decides(void **state) {
  struct pillar_fixture *f = *state;
  struct rivals r = rivals(f, "letter", "Choosy Stores");
  const char *conflict = conflict_of(f, r.first)->name;
  ask_refused(f, f->administrator, C "RuleConflict", REASON_INVALID_REQUEST,
              "{'name': '%s', 'basis': 'RULING_BASIS_CUSTOMER_CHOICE', 'winner': '%s'}", conflict, r.second);
  const Sell__Conflict *ruled =
      ask(f, f->administrator, C "RuleConflict",
          "{'name': '%s', 'basis': 'RULING_BASIS_CUSTOMER_CHOICE', 'winner': '%s', 'evidence': "
          "'https://letters.example/choosy'}",
          conflict, r.second);
  assert_string_equal(ruled->ruling->winner, r.second);
  assert_string_equal(ruled->ruling->evidence, "https://letters.example/choosy");
  assert_int_equal(registration_now(f, f->partner, r.first)->state, STATE(REJECTED));
  assert_no_word_of(f, f->partner, name_partnership(pillar_arena(f), r.first), "letters.example");
  assert_no_word_of(f, f->stranger, name_partnership(pillar_arena(f), r.second), "letters.example");
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", r.second);
}

static void who_leaves_ends_the_conflict(void **state) {
  struct pillar_fixture *f = *state;
  struct rivals r = rivals(f, "leave", "Granite Works");
  const char *conflict = conflict_of(f, r.first)->name;
  ask(f, f->partner, R "WithdrawRegistration", "{'name': '%s'}", r.first);
  const Sell__Conflict *end = ask(f, f->viewer, C "GetConflict", "{'name': '%s'}", conflict);
  assert_int_equal(end->state, CONFLICT(FINAL));
  assert_int_equal(end->ruling->basis, SELL__RULING_BASIS__RULING_BASIS_LAPSED);
  assert_string_equal(end->ruling->winner, r.second);
  ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", r.second);
  ask_refused(f, f->partner, R "SubmitRegistration", REASON_INVALID_STATE, "{'name': '%s'}", r.first);
  /* the place is free again only when the protection is over */
  const char *third = registration_submitted(
      f, f->partner, pillar_partnership(f, "leave-three", "orvane-global"), "Granite Works");
  assert_int_equal(conflict_count(f, third), 1);
  pass_days(f, 91);
  const char *fourth = registration_submitted(
      f, f->partner, pillar_partnership(f, "leave-four", "orvane-global"), "GRANITE WORKS LLC");
  assert_int_equal(conflict_count(f, fourth),
                   1); /* with the third, which nobody decided; not the expired one */
  assert_string_equal(conflict_of(f, fourth)->holder, third);
}

static void what_is_another_deal_does_not_conflict(void **state) {
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "apart-one", "orvane-global");
  const char *two = pillar_partnership(f, "apart-two", "castellan-soc");
  const char *held = registration_submitted(f, f->partner, one, "Blue Lake Energy");
  const struct {
    const char *field, *value;
  } rows[] = {
      {"solutions", "['managed-operations']"},
      {"customer",
       "{'legalName': 'Blue Lake Energy', 'domain': 'blue-lake-energy.example', 'countryCode': 'DE'}"},
      {"customer",
       "{'legalName': 'Blue Lake Mining', 'domain': 'bluelakemining.example', 'countryCode': 'US'}"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *name = registration_drafted(f, f->stranger, two, "Blue Lake Energy");
    ask(f, f->stranger, R "UpdateRegistration", "{'registration': {'name': '%s', '%s': %s}}", name,
        rows[i].field, rows[i].value);
    ask(f, f->stranger, R "SubmitRegistration", "{'name': '%s'}", name);
    assert_int_equal(conflict_count(f, name), 0);
  }
  /* but the reviewer is shown what is close */
  const Sell__ListRegistrationMatchesResponse *matches =
      ask(f, f->manager, R "ListRegistrationMatches", "{'name': '%s'}", held);
  assert_int_equal(matches->n_registrations, 2);
  assert_int_equal(matches->registrations[0]->relation, SELL__COMPANY_MATCH__RELATION__RELATION_SAME);
  assert_false(matches->registrations[0]->solutions_shared);
  assert_int_equal(matches->registrations[1]->relation, SELL__COMPANY_MATCH__RELATION__RELATION_RELATED);
  matches = ask(f, f->manager, R "ListRegistrationMatches", "{'name': '%s', 'scoreMin': 500}", held);
  assert_int_equal(matches->n_registrations, 3);
  ask_refused(f, f->partner, R "ListRegistrationMatches", REASON_ACCESS_DENIED, "{'name': '%s'}", held);
  /* twice by one partner is no conflict but a mistake */
  const char *twice = registration_drafted(f, f->partner, one, "Blue Lake Energy Inc");
  const struct status *refusal =
      ask_refused(f, f->partner, R "SubmitRegistration", "REGISTRATION_DUPLICATE", "{'name': '%s'}", twice);
  assert_string_equal(refusal->metadata->value, held);
}

/* Submits a registration of a customer that is given whole. */
static const char *submitted_customer(struct pillar_fixture *f, const struct principal *who,
                                      const char *partnership, const char *customer) {
  const char *name = registration_drafted(f, who, partnership, "Somebody");
  ask(f, who, R "UpdateRegistration", "{'registration': {'name': '%s', 'customer': %s}}", name, customer);
  ask(f, who, R "SubmitRegistration", "{'name': '%s'}", name);
  return name;
}

static const Sell__CompanyMatch *match_of(const Sell__ListRegistrationMatchesResponse *matches,
                                          const char *registration) {
  for (size_t i = 0; i < matches->n_registrations; i++)
    if (text_equal(matches->registrations[i]->registration, registration))
      return matches->registrations[i];
  fail_msg("%s is not shown", registration);
  return NULL;
}

/* A parent, what it owns, its branch abroad and a namesake are shown to the vendor with the reason, and none
 * of them is a conflict: they are other legal entities. */
static void a_group_is_shown_and_does_not_conflict(void **state) {
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "group-one", "orvane-global");
  const char *two = pillar_partnership(f, "group-two", "castellan-soc");
  const char *parent = submitted_customer(
      f, f->partner, one, "{'legalName': 'Ternvale', 'domain': 'ternvale.example', 'countryCode': 'US'}");
  const char *child = submitted_customer(f, f->stranger, two,
                                         "{'legalName': 'Wrensoft', 'domain': 'wrensoft.example', "
                                         "'countryCode': 'US', 'parentName': 'TERNVALE Corp.'}");
  const char *sibling = submitted_customer(f, f->stranger, two,
                                           "{'legalName': 'Finchway', 'domain': 'finchway.example', "
                                           "'countryCode': 'FR', 'parentName': 'Ternvale Inc', "
                                           "'parentDomain': 'www.ternvale.example'}");
  const char *abroad = submitted_customer(
      f, f->stranger, two,
      "{'legalName': 'Ternvale Ltd', 'domain': 'uk.ternvale.example', 'countryCode': 'GB'}");
  const char *nested = submitted_customer(
      f, f->stranger, two,
      "{'legalName': 'Ternvale Cargo Insurance', 'domain': 'tci.example', 'countryCode': 'US'}");
  const char *const others[] = {child, sibling, abroad, nested};
  const Sell__ListRegistrationMatchesResponse *matches =
      ask(f, f->manager, R "ListRegistrationMatches", "{'name': '%s'}", parent);
  assert_int_equal(matches->n_registrations, 4);
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(conflict_count(f, others[i]), 0);
  const Sell__CompanyMatch *match = match_of(matches, child);
  assert_int_equal(match->relation, SELL__COMPANY_MATCH__RELATION__RELATION_RELATED);
  assert_int_equal(match->n_ties, 1);
  assert_int_equal(match->ties[0], SELL__COMPANY_MATCH__TIE__TIE_SUBSIDIARY);
  assert_int_equal(match->n_keys, 0);
  match = match_of(matches, abroad);
  assert_int_equal(match->relation, SELL__COMPANY_MATCH__RELATION__RELATION_RELATED);
  assert_int_equal(match->n_keys, 2);
  assert_int_equal(match->n_doubts, 1);
  assert_int_equal(match->doubts[0], SELL__COMPANY_MATCH__DOUBT__DOUBT_COUNTRY);
  assert_string_equal(matches->registrations[3]->registration, nested);
  assert_int_equal(matches->registrations[3]->relation, SELL__COMPANY_MATCH__RELATION__RELATION_NESTED);
  matches = ask(f, f->manager, R "ListRegistrationMatches", "{'name': '%s'}", child);
  assert_int_equal(match_of(matches, parent)->ties[0], SELL__COMPANY_MATCH__TIE__TIE_PARENT);
  match = match_of(matches, sibling);
  assert_int_equal(match->relation, SELL__COMPANY_MATCH__RELATION__RELATION_RELATED);
  assert_int_equal(match->ties[0], SELL__COMPANY_MATCH__TIE__TIE_SIBLING);
}

/* On one domain in one country: one customer, unless names and numbers both say that they are two. */
static void two_entities_on_one_domain(void **state) {
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "domain-one", "orvane-global");
  const char *two = pillar_partnership(f, "domain-two", "castellan-soc");
  submitted_customer(f, f->partner, one,
                     "{'legalName': 'Plover Realty', 'domain': 'plover.example', 'countryCode': 'US', "
                     "'taxId': '94-2404110'}");
  const char *other = submitted_customer(f, f->stranger, two,
                                         "{'legalName': 'Plover Leasing', 'domain': 'plover.example', "
                                         "'countryCode': 'US', 'taxId': '94-2404111'}");
  assert_int_equal(conflict_count(f, other), 0);
  const Sell__ListRegistrationMatchesResponse *matches =
      ask(f, f->manager, R "ListRegistrationMatches", "{'name': '%s'}", other);
  assert_int_equal(matches->n_registrations, 1);
  assert_int_equal(matches->registrations[0]->relation, SELL__COMPANY_MATCH__RELATION__RELATION_RELATED);
  assert_int_equal(matches->registrations[0]->doubts[0], SELL__COMPANY_MATCH__DOUBT__DOUBT_NUMBER);
  const char *third =
      submitted_customer(f, f->stranger, pillar_partnership(f, "domain-three", "castellan-soc"),
                         "{'legalName': 'Plover', 'domain': 'shop.plover.example', 'countryCode': 'US'}");
  assert_int_equal(conflict_count(f, third), 2); /* says no number: it may be either */
}

/* One name in two scripts, and with its umlaut spelled out. */
static void a_name_meets_its_latin_spelling(void **state) {
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "latin-one", "orvane-global");
  const char *two = pillar_partnership(f, "latin-two", "castellan-soc");
  const char *const rows[][2] = {{"Kürbiskönig GmbH", "Kuerbiskoenig"},
                                 {"ПАО «Зимородок»", "Zimorodok PJSC"}};
  for (size_t i = 0; i < 2; i++) {
    const char *held = submitted_customer(
        f, f->partner, one,
        arena_printf(pillar_arena(f), "{'legalName': '%s', 'domain': 'l%zu.example', 'countryCode': 'DE'}",
                     rows[i][0], i));
    const char *other = submitted_customer(
        f, f->stranger, two,
        arena_printf(pillar_arena(f), "{'legalName': '%s', 'domain': 'm%zu.example', 'countryCode': 'DE'}",
                     rows[i][1], i));
    const Sell__Conflict *conflict = conflict_of(f, other);
    assert_string_equal(conflict->holder, held);
    assert_int_equal(conflict->n_keys, 1);
    assert_int_equal(conflict->keys[0], SELL__MATCH_KEY_KIND__MATCH_KEY_KIND_NAME);
  }
}

static void a_changed_customer_loses_its_place(void **state) {
  struct pillar_fixture *f = *state;
  struct rivals r = rivals(f, "moved", "Silver Birch Media");
  const char *conflict = conflict_of(f, r.first)->name;
  ask(f, f->manager, R "RequestRegistrationAction",
      "{'name': '%s', 'note': 'Who is it really?', 'fields': ['customer']}", r.first);
  ask(f, f->partner, R "UpdateRegistration",
      "{'registration': {'name': '%s', 'customer': {'legalName': 'Golden Birch Media', 'domain': "
      "'goldenbirch.example', "
      "'countryCode': 'US'}}}",
      r.first);
  const Sell__Conflict *end = ask(f, f->viewer, C "GetConflict", "{'name': '%s'}", conflict);
  assert_int_equal(end->ruling->basis, SELL__RULING_BASIS__RULING_BASIS_LAPSED);
  fixture_set_now(f->server, fixture_now(f->server) + 1000000);
  ask(f, f->partner, R "UpdateRegistration",
      "{'registration': {'name': '%s', 'customer': {'legalName': 'Silver Birch Media', 'domain': "
      "'silver-birch-media.example', 'countryCode': 'US'}}}",
      r.first);
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", r.first);
  const Sell__ListConflictsResponse *page =
      ask(f, f->viewer, C "ListConflicts",
          "{'parent': 'vendors/halden', 'state': 'STATE_OPEN', 'registration': '%s'}", r.first);
  assert_int_equal(page->n_conflicts, 1);
  assert_string_equal(page->conflicts[0]->first, r.second); /* who was second is first now */
}

/* ---- contracts ---- */

static void a_contract_excludes_others_without_saying_whose(void **state) {
  struct pillar_fixture *f = *state;
  const char *holder = pillar_partnership(f, "exclusive", "castellan-soc");
  const char *p = pillar_partnership(f, "excluded", "orvane-global");
  contract_followed(f, &(struct routing){holder, "exclusive-banking", true});
  const char *name = registration_drafted(f, f->partner, p, "Harbor Savings");
  ask(f, f->partner, R "UpdateRegistration",
      "{'registration': {'name': '%s', 'segment': 'exclusive-banking'}}", name);
  const struct status *refusal =
      ask_refused(f, f->partner, R "SubmitRegistration", "CUSTOMER_UNAVAILABLE", "{'name': '%s'}", name);
  assert_null(strstr(refusal->message, "exclusive"));
  assert_null(strstr(refusal->message, "castellan"));
  assert_null(refusal->metadata);
  const char *own = registration_drafted(f, f->stranger, holder, "Harbor Savings");
  ask(f, f->stranger, R "UpdateRegistration",
      "{'registration': {'name': '%s', 'segment': 'exclusive-banking'}}", own);
  ask(f, f->stranger, R "SubmitRegistration", "{'name': '%s'}", own);
  ask(f, f->partner, R "UpdateRegistration", "{'registration': {'name': '%s', 'segment': 'retail'}}", name);
  ask(f, f->partner, R "SubmitRegistration", "{'name': '%s'}", name);
}

/* ---- racing ---- */

enum { CLIENTS = 24, ROUNDS = 8 };

/* Two registrations, each submitted by many clients at once: one conflict, one first, always. */
static void racing_submissions_give_one_conflict(void **state) {
  struct pillar_fixture *f = *state;
  struct arena *arena = pillar_arena(f);
  const char *one = pillar_partnership(f, "race-one", "orvane-global");
  const char *two = pillar_partnership(f, "race-two", "orvane-global");
  for (int round = 0; round < ROUNDS; round++) {
    const char *customer = arena_printf(arena, "Contested %d Works", round);
    const char *names[CLIENTS] = {registration_drafted(f, f->partner, one, customer),
                                  registration_drafted(f, f->partner, two, customer)};
    for (int i = 2; i < CLIENTS; i++)
      names[i] = names[i % 2];
    const struct status *const *answers = registrations_submitted_at_once(f, f->partner, names, CLIENTS);
    int won[2] = {0};
    for (int i = 0; i < CLIENTS; i++) {
      won[i % 2] += !answers[i];
      if (answers[i] && strcmp(answers[i]->reason, REASON_INVALID_STATE) != 0)
        fail_msg("client %d: %s %s", i, answers[i]->reason, answers[i]->message);
    }
    assert_int_equal(won[0], 1);
    assert_int_equal(won[1], 1);
    const Sell__Conflict *conflict = conflict_of(f, names[0]);
    assert_string_equal(conflict_of(f, names[1])->name, conflict->name);
    bool holder_first = moment_us(conflict->holder_submit_time) <= moment_us(conflict->contender_submit_time);
    assert_string_equal(conflict->first, holder_first ? conflict->holder : conflict->contender);
  }
  pillar_verify(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_earliest_complete_submission_wins),
      cmocka_unit_test(an_appeal_turns_a_ruling_round),
      cmocka_unit_test(a_ruling_declares_the_vendors_own_sales),
      cmocka_unit_test(a_customer_that_was_edited_away),
      cmocka_unit_test(a_split_gives_the_second_half),
      cmocka_unit_test(value_goes_before_time),
      cmocka_unit_test(the_customers_letter_decides),
      cmocka_unit_test(who_leaves_ends_the_conflict),
      cmocka_unit_test(what_is_another_deal_does_not_conflict),
      cmocka_unit_test(a_group_is_shown_and_does_not_conflict),
      cmocka_unit_test(two_entities_on_one_domain),
      cmocka_unit_test(a_name_meets_its_latin_spelling),
      cmocka_unit_test(a_changed_customer_loses_its_place),
      cmocka_unit_test(a_contract_excludes_others_without_saying_whose),
      cmocka_unit_test(racing_submissions_give_one_conflict),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
