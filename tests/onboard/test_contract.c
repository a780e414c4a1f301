#include "onboard/agreement.h"
#include "onboard/builder.h"
#include "onboard/contract.h"
#include "onboard/contract_terms.h"
#include "onboard/negotiation.h"
#include "runtime/base/text.h"

#define STATE(name) ONBOARD__CONTRACT__STATE__STATE_##name
#define ITEM(name) ONBOARD__NEGOTIATION_ITEM__STATE__STATE_##name
#define ELEMENT(name) ONBOARD__AGREEMENT_ELEMENT__AGREEMENT_ELEMENT_##name
#define NAME PARTNERSHIP_NAME "/contracts/master"

static Onboard__Contract *contract_of(struct arena *arena, Onboard__ContractTerms *terms) {
  struct act act = act_by(arena, VENDOR, "2026-01-05");
  Onboard__Contract *contract = arena_new(arena, Onboard__Contract);
  onboard__contract__init(contract);
  contract->name = (char *)NAME;
  contract->title = (char *)"Master agreement";
  contract->terms = terms;
  contract_start(&act, contract, NULL);
  return contract;
}

static Onboard__ContractTerms *year(struct arena *arena, const char *more) {
  return contract_terms_build(arena, "2026-02-01T00:00:00Z", "2027-02-01T00:00:00Z", more);
}

/* Signed by both on 2026-01-20. */
static Onboard__Contract *contract_signed(struct arena *arena, Onboard__ContractTerms *terms) {
  struct act vendor = act_by(arena, VENDOR, "2026-01-20"), partner = act_by(arena, PARTNER, "2026-01-20");
  Onboard__Contract *contract = contract_of(arena, terms);
  assert_null(contract_request_signature(&vendor, contract));
  assert_null(contract_sign(&vendor, contract, contract->content_hash, NULL));
  assert_int_equal(contract->state, STATE(PENDING_SIGNATURE));
  assert_null(contract_sign(&partner, contract, contract->content_hash, NULL));
  assert_int_equal(contract->state, STATE(SIGNED));
  return contract;
}

static void assert_state_at(const Onboard__Contract *contract, const char *when,
                            Onboard__Contract__State state) {
  const ProtobufCEnumDescriptor *states = &onboard__contract__state__descriptor;
  assert_string_equal(state_name(states, (int)contract_state_at(contract, at(when))),
                      state_name(states, (int)state));
}

/* ---- completeness ---- */

static size_t missing_of(struct arena *arena, const Onboard__ContractTerms *terms,
                         Onboard__CheckAgreementCompletenessResponse *out) {
  onboard__check_agreement_completeness_response__init(out);
  agreement_survey(arena, terms, out);
  return out->n_missing;
}

static void what_is_missing_is_named(void **state) {
  struct arena *arena = *state;
  Onboard__CheckAgreementCompletenessResponse found;
  assert_int_equal(missing_of(arena, year(arena, ""), &found), 0);
  assert_true(found.complete);
  assert_int_equal(found.n_elements, 7);
  Onboard__ContractTerms *terms = year(arena, "");
  terms->elements->investment->lines[1]->due_time = NULL;
  terms->elements->market_scope->judge = (char *)"";
  terms->elements->joint_ip->n_assets = 3;
  terms->elements->coverage->n_provisions = 0;
  terms->elements->accountability->review_days = 93;
  terms->elements->transition->n_survivals = 0;
  terms->notice_days = 0;
  /* A class of assets that is not spoken of lacks four slots. */
  assert_int_equal(missing_of(arena, terms, &found), 10);
  assert_false(found.complete);
  assert_string_equal(found.missing[0]->field, "terms.notice_days");
  assert_string_equal(found.missing[1]->field, "terms.elements.investment.lines[1].due_time");
  assert_int_equal(found.missing[1]->party, PARTNER);
  assert_int_equal(found.missing[1]->element, ELEMENT(INVESTMENT));
  for (size_t i = 0; i < found.n_elements; i++) {
    assert_false(found.elements[i]->complete);
    assert_true(found.elements[i]->filled < found.elements[i]->slots);
  }
  terms->elements->coverage->none_agreed = true;
  assert_int_equal(missing_of(arena, terms, &found), 9);
  /* Nothing at all: every element says what it needs. */
  assert_true(missing_of(arena, NULL, &found) > 20);
  assert_int_equal(found.n_asymmetries, 0);
}

static void a_provision_outside_of_the_term_is_found(void **state) {
  struct arena *arena = *state;
  Onboard__CheckAgreementCompletenessResponse found;
  Onboard__ContractTerms *terms = year(arena, "");
  Onboard__CoverageProvision *provision = terms->elements->coverage->provisions[0];
  provision->start_time = time_at(arena, "2027-02-01");
  assert_int_equal(missing_of(arena, terms, &found), 1);
  provision->start_time = time_at(arena, "2027-01-31");
  assert_int_equal(missing_of(arena, terms, &found), 0);
  provision->end_time = time_at(arena, "2026-02-01");
  provision->start_time = NULL;
  assert_int_equal(missing_of(arena, terms, &found), 1);
}

static void make_specific(Onboard__InvestmentLine *line) {
  line->evidence = (char *)"Time sheets";
  line->checkpoint_days = 30;
}

/* Whoever is vaguer is named, by the same function for both: exchanging the parties exchanges the finding. */
static void vagueness_is_found_on_either_side(void **state) {
  struct arena *arena = *state;
  Onboard__CheckAgreementCompletenessResponse found[2];
  for (int side = 0; side < 2; side++) {
    Onboard__ContractTerms *terms = year(arena, "");
    make_specific(terms->elements->investment->lines[side]);
    assert_int_equal(missing_of(arena, terms, &found[side]), 0);
    assert_false(found[side].complete);
    assert_int_equal(found[side].n_asymmetries, 1);
    assert_int_equal(found[side].asymmetries[0]->vaguer_party, side ? VENDOR : PARTNER);
    assert_int_equal(found[side].asymmetries[0]->n_fields, 2);
    make_specific(terms->elements->investment->lines[1 - side]);
    assert_int_equal(missing_of(arena, terms, &found[side]), 0);
    assert_true(found[side].complete);
  }
  Onboard__ContractTerms *one = year(arena, ""), *other = year(arena, "");
  make_specific(one->elements->investment->lines[0]);
  make_specific(other->elements->investment->lines[1]);
  other->elements->accountability->metrics[0]->source = (char *)"Ledger";
  one->elements->accountability->metrics[1]->source = (char *)"Ledger";
  missing_of(arena, one, &found[0]);
  missing_of(arena, other, &found[1]);
  assert_int_equal(found[0].n_asymmetries, 2);
  assert_int_equal(found[1].n_asymmetries, 2);
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(found[0].asymmetries[i]->vendor_bps, found[1].asymmetries[i]->partner_bps);
    assert_int_equal(found[0].asymmetries[i]->partner_bps, found[1].asymmetries[i]->vendor_bps);
    assert_int_equal(found[0].asymmetries[i]->vaguer_party,
                     party_other(found[1].asymmetries[i]->vaguer_party));
  }
}

/* One slot more on one side of seven is 1,429 basis points: not yet lopsided. */
static void a_small_difference_is_let_be(void **state) {
  struct arena *arena = *state;
  Onboard__CheckAgreementCompletenessResponse found;
  Onboard__ContractTerms *terms = year(arena, "");
  terms->elements->investment->lines[0]->evidence = (char *)"Time sheets";
  missing_of(arena, terms, &found);
  assert_true(found.complete);
}

static void incomplete_agreements_are_not_signed(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-01-06");
  Onboard__ContractTerms *terms = year(arena, "");
  terms->elements->transition->exit_path = (char *)"";
  make_specific(terms->elements->investment->lines[0]);
  Onboard__Contract *contract = contract_of(arena, terms);
  const struct status *status = contract_request_signature(&act, contract);
  assert_refused(status, "AGREEMENT_INCOMPLETE");
  assert_int_equal(guard_count(status), 2);
  assert_int_equal(contract->state, STATE(DRAFT));
}

static void contradictory_terms_are_named(void **state) {
  struct arena *arena = *state;
  Onboard__ContractTerms *terms = year(arena, "");
  assert_null(contract_terms_check(arena, terms, "contract.terms"));
  terms->renewal_months = 12;
  terms->expire_time = terms->effective_time;
  terms->elements->investment->lines[1]->id = terms->elements->investment->lines[0]->id;
  terms->elements->investment->lines[0]->unit = ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_MONEY;
  terms->elements->joint_ip->assets[1]->asset_class = terms->elements->joint_ip->assets[0]->asset_class;
  terms->elements->coverage->none_agreed = true;
  terms->elements->coverage->provisions[0]->n_segments = 0;
  terms->elements->coverage->provisions[0]->n_country_codes = 0;
  terms->elements->accountability->metrics[0]->party = TYPE__PARTY__PARTY_SYSTEM;
  terms->elements->transition->survivals[1]->id = terms->elements->transition->survivals[0]->id;
  terms->elements->market_scope->country_codes[1] = (char *)"XX";
  const struct status *status = contract_terms_check(arena, terms, "contract.terms");
  assert_refused(status, REASON_INVALID_REQUEST);
  assert_int_equal(violation_count(status), 10);
  terms = year(arena, "");
  terms->notice_days = 365;
  assert_refused(contract_terms_check(arena, terms, "terms"), REASON_INVALID_REQUEST);
  terms->expire_time = time_at(arena, "2036-03-01");
  assert_refused(contract_terms_check(arena, terms, "terms"), REASON_INVALID_REQUEST);
}

/* ---- signatures ---- */

static void both_sign_the_same_and_edits_void(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-01-10"), partner = act_by(arena, PARTNER, "2026-01-11");
  Onboard__Contract *contract = contract_of(arena, year(arena, ""));
  assert_refused(contract_sign(&vendor, contract, contract->content_hash, NULL), REASON_INVALID_STATE);
  assert_null(contract_request_signature(&vendor, contract));
  assert_null(contract_sign(&vendor, contract, contract->content_hash, NULL));
  assert_refused(contract_sign(&vendor, contract, contract->content_hash, NULL), "ALREADY_SIGNED");
  assert_null(contract_edit(&partner, contract, (char *)"Agreement", year(arena, "")));
  assert_int_equal(contract->state, STATE(PENDING_SIGNATURE)); /* the title is not signed */
  assert_int_equal(contract->n_signatures, 1);
  char *read_hash = contract->content_hash;
  assert_null(contract_edit(&partner, contract, contract->title,
                            year(arena, ", 'autoRenew': true, 'renewalMonths': 12")));
  assert_int_equal(contract->state, STATE(IN_NEGOTIATION));
  assert_int_equal(contract->n_signatures, 0);
  assert_null(contract_request_signature(&partner, contract));
  assert_refused(contract_sign(&vendor, contract, read_hash, NULL), "CONTENT_CHANGED");
  assert_null(contract_sign(&vendor, contract, contract->content_hash, NULL));
  assert_null(contract_sign(&partner, contract, contract->content_hash, NULL));
  assert_int_equal(contract->state, STATE(SIGNED));
  assert_refused(contract_edit(&vendor, contract, contract->title, year(arena, "")), REASON_INVALID_STATE);
}

/* Any single slot of the terms is part of what is signed. */
static void the_hash_covers_the_elements(void **state) {
  struct arena *arena = *state;
  Onboard__Contract *plain = contract_of(arena, year(arena, ""));
  Onboard__ContractTerms *changed[6];
  for (int i = 0; i < 6; i++)
    changed[i] = year(arena, "");
  changed[0]->elements->investment->lines[0]->amount++;
  changed[1]->elements->market_scope->decision_days++;
  changed[2]->elements->joint_ip->assets[0]->fate = ONBOARD__ASSET_FATE__ASSET_FATE_RETIRED;
  changed[3]->elements->coverage->provisions[0]->kind = ONBOARD__COVERAGE_PROVISION__KIND__KIND_EXCLUSIVE;
  changed[4]->elements->accountability->metrics[1]->frequency_days++;
  changed[5]->elements->transition->survivals[1]->months++;
  for (int i = 0; i < 6; i++)
    assert_string_not_equal(contract_of(arena, changed[i])->content_hash, plain->content_hash);
  assert_string_equal(contract_of(arena, year(arena, ""))->content_hash, plain->content_hash);
}

/* ---- time ---- */

static void time_brings_it_into_force_and_to_its_end(void **state) {
  struct arena *arena = *state;
  Onboard__Contract *contract = contract_signed(arena, year(arena, ""));
  assert_state_at(contract, "2026-01-31", STATE(SIGNED));
  assert_state_at(contract, "2026-02-01", STATE(ACTIVE));
  assert_state_at(contract, "2026-11-02", STATE(ACTIVE));
  assert_state_at(contract, "2026-11-03", STATE(EXPIRING)); /* 90 days before the end */
  assert_state_at(contract, "2027-01-31", STATE(EXPIRING));
  assert_state_at(contract, "2027-02-01", STATE(EXPIRED));
  assert_int_equal(contract->state, STATE(SIGNED)); /* looking changes nothing */
  contract_settle(arena, contract, at("2028-01-01"));
  assert_int_equal(contract->state, STATE(EXPIRED));
  assert_int_equal(moment_us(contract->end_time), at("2027-02-01"));
  assert_int_equal(contract->n_surviving_obligations, 2);
  assert_null(contract->surviving_obligations[0]->end_time);
  assert_int_equal(moment_us(contract->surviving_obligations[1]->end_time), at("2029-02-01"));
}

/* However late it is looked at, and in how many steps: the same. */
static void settling_in_steps_is_settling_at_once(void **state) {
  struct arena *arena = *state;
  const char *more = ", 'autoRenew': true, 'renewalMonths': 5";
  for (int days = 0; days < 1500; days += 31) {
    int64_t until = at("2026-01-20") + days * US_PER_DAY;
    Onboard__Contract *once = contract_signed(arena, year(arena, more));
    Onboard__Contract *steps = contract_signed(arena, year(arena, more));
    contract_settle(arena, once, until);
    for (int64_t now = at("2026-01-20"); now <= until; now += 7 * US_PER_DAY)
      contract_settle(arena, steps, now);
    contract_settle(arena, steps, until);
    assert_int_equal(once->state, steps->state);
    assert_int_equal(once->renewal_count, steps->renewal_count);
    assert_int_equal(moment_us(once->term_end_time), moment_us(steps->term_end_time));
    assert_int_equal(contract_state_at(contract_signed(arena, year(arena, more)), until), once->state);
  }
}

static void it_renews_unless_a_party_declines_in_time(void **state) {
  struct arena *arena = *state;
  const char *more = ", 'autoRenew': true, 'renewalMonths': 12";
  struct act early = act_by(arena, PARTNER, "2027-11-02"), late = act_by(arena, PARTNER, "2027-11-03");
  Onboard__Contract *contract = contract_signed(arena, year(arena, more));
  contract_settle(arena, contract, at("2027-11-02"));
  assert_int_equal(contract->state, STATE(ACTIVE));
  assert_int_equal(contract->renewal_count, 1);
  assert_int_equal(moment_us(contract->term_end_time), at("2028-02-01"));
  assert_refused(contract_decline_renewal(&late, contract), "NOTICE_TOO_LATE");
  assert_null(contract_decline_renewal(&early, contract));
  assert_refused(contract_decline_renewal(&early, contract), "RENEWAL_NOT_PLANNED");
  assert_state_at(contract, "2027-11-02", STATE(ACTIVE));
  assert_state_at(contract, "2027-11-03", STATE(EXPIRING));
  assert_state_at(contract, "2028-02-01", STATE(EXPIRED));
  Onboard__Contract *plain = contract_signed(arena, year(arena, ""));
  contract_settle(arena, plain, at("2026-03-01"));
  assert_refused(contract_decline_renewal(&early, plain), "RENEWAL_NOT_PLANNED");
}

/* A term that began on a 31st ends on the last day of a shorter month. */
static void months_end_with_months(void **state) {
  struct arena *arena = *state;
  Onboard__ContractTerms *terms = contract_terms_build(arena, "2026-01-31T09:00:00Z", "2026-08-31T09:00:00Z",
                                                       ", 'autoRenew': true, 'renewalMonths': 6");
  Onboard__Contract *contract = contract_signed(arena, terms);
  contract_settle(arena, contract, at("2026-09-01"));
  assert_int_equal(moment_us(contract->term_end_time), at("2027-02-28T09:00:00Z"));
  contract_settle(arena, contract, at("2027-03-01"));
  assert_int_equal(moment_us(contract->term_end_time), at("2027-08-31T09:00:00Z"));
}

static void notice_ends_it(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, "2026-04-01");
  const char *more = ", 'autoRenew': true, 'renewalMonths': 12";
  Onboard__Contract *contract = contract_signed(arena, year(arena, more));
  assert_refused(contract_terminate(&act, contract, (char *)"no longer wanted", 0), REASON_INVALID_STATE);
  contract_settle(arena, contract, act.now_us);
  assert_refused(contract_terminate(&act, contract, (char *)"no longer wanted", at("2026-06-29")),
                 "NOTICE_TOO_SHORT");
  assert_null(contract_terminate(&act, contract, (char *)"no longer wanted", 0));
  assert_int_equal(contract->state, STATE(EXPIRING));
  assert_int_equal(moment_us(contract->termination->end_time), at("2026-06-30"));
  assert_refused(contract_terminate(&act, contract, (char *)"no longer wanted", 0), "NOTICE_GIVEN");
  assert_state_at(contract, "2026-06-29", STATE(EXPIRING));
  contract_settle(arena, contract, at("2026-06-30"));
  assert_int_equal(contract->state, STATE(TERMINATED));
  assert_int_equal(contract->n_surviving_obligations, 2);
  assert_int_equal(moment_us(contract->surviving_obligations[1]->end_time), at("2028-06-30"));
}

/* Notice for a time after the present term: it renews once more on the way there. */
static void notice_beyond_the_term(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-04-01");
  Onboard__Contract *contract =
      contract_signed(arena, year(arena, ", 'autoRenew': true, 'renewalMonths': 12"));
  contract_settle(arena, contract, act.now_us);
  assert_null(contract_terminate(&act, contract, (char *)"moves elsewhere", at("2027-06-30")));
  assert_int_equal(contract_end_us(contract), at("2027-06-30"));
  assert_state_at(contract, "2027-06-29", STATE(EXPIRING));
  assert_state_at(contract, "2027-06-30", STATE(TERMINATED));
}

/* ---- one at a time ---- */

static Onboard__Contract *pending(struct arena *arena, const char *name, Onboard__ContractTerms *terms,
                                  const char *amends) {
  struct act vendor = act_by(arena, VENDOR, "2026-04-01");
  Onboard__Contract *contract = contract_of(arena, terms);
  contract->name = arena_printf(arena, PARTNERSHIP_NAME "/contracts/%s", name);
  contract->amends = arena_strdup(arena, amends);
  assert_null(contract_request_signature(&vendor, contract));
  assert_null(contract_sign(&vendor, contract, contract->content_hash, NULL));
  return contract;
}

static void one_contract_at_a_time(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, "2026-04-01");
  Onboard__Contract *latest = contract_signed(arena, year(arena, ""));
  contract_settle(arena, latest, act.now_us);
  Onboard__Contract *second = pending(
      arena, "second", contract_terms_build(arena, "2027-01-31T00:00:00Z", "2028-01-31T00:00:00Z", ""), "");
  assert_refused(contract_sign(&act, second, second->content_hash, latest), REASON_GUARD_UNMET);
  Onboard__Contract *next = pending(
      arena, "next", contract_terms_build(arena, "2027-02-01T00:00:00Z", "2028-02-01T00:00:00Z", ""), "");
  assert_null(contract_sign(&act, next, next->content_hash, latest));
  assert_int_equal(next->state, STATE(SIGNED));
  /* The end of one that renews is not certain. */
  Onboard__Contract *renewing =
      contract_signed(arena, year(arena, ", 'autoRenew': true, 'renewalMonths': 12"));
  contract_settle(arena, renewing, act.now_us);
  next = pending(arena, "after",
                 contract_terms_build(arena, "2027-02-01T00:00:00Z", "2028-02-01T00:00:00Z", ""), "");
  assert_refused(contract_sign(&act, next, next->content_hash, renewing), REASON_GUARD_UNMET);
  /* After its end nothing stands in the way; but a term that is over never begins. */
  contract_settle(arena, latest, at("2027-03-01"));
  struct act later = act_by(arena, PARTNER, "2027-03-01");
  assert_null(contract_sign(&later, second, second->content_hash, latest));
  Onboard__Contract *stale = pending(
      arena, "stale", contract_terms_build(arena, "2026-05-01T00:00:00Z", "2027-02-01T00:00:00Z", ""), "");
  assert_refused(contract_sign(&later, stale, stale->content_hash, latest), REASON_GUARD_UNMET);
}

static void an_amendment_takes_its_place(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, "2026-04-01");
  Onboard__Contract *first = contract_signed(arena, year(arena, ""));
  contract_settle(arena, first, act.now_us);
  Onboard__Contract *second =
      pending(arena, "second",
              contract_terms_build(arena, "2026-07-01T00:00:00Z", "2028-01-31T00:00:00Z", ""), first->name);
  assert_null(contract_sign(&act, second, second->content_hash, first));
  assert_string_equal(first->superseded_by, second->name);
  assert_state_at(first, "2026-06-30", STATE(ACTIVE));
  assert_state_at(first, "2026-07-01", STATE(SUPERSEDED));
  assert_state_at(second, "2026-06-30", STATE(SIGNED));
  assert_state_at(second, "2026-07-01", STATE(ACTIVE));
  assert_int_equal(contract_end_us(first), at("2026-07-01"));
  /* Nothing amends what is already amended, or waits. */
  Onboard__Contract *third =
      pending(arena, "third", contract_terms_build(arena, "2026-07-01T00:00:00Z", "2028-01-31T00:00:00Z", ""),
              first->name);
  assert_refused(contract_sign(&act, third, third->content_hash, second), REASON_GUARD_UNMET);
  third->amends = second->name;
  assert_refused(contract_sign(&act, third, third->content_hash, second), REASON_GUARD_UNMET);
}

/* ---- negotiation ---- */

static Onboard__NegotiationItem *item_of(struct arena *arena, const char *id) {
  Onboard__NegotiationItem *item = arena_new(arena, Onboard__NegotiationItem);
  onboard__negotiation_item__init(item);
  item->id = arena_strdup(arena, id);
  item->element = ELEMENT(COVERAGE);
  return item;
}

static Onboard__NegotiationOffer *offer_of(struct arena *arena, bool none) {
  Onboard__NegotiationOffer *offer = arena_new(arena, Onboard__NegotiationOffer);
  onboard__negotiation_offer__init(offer);
  offer->text = (char *)"Nothing exclusive";
  if (!none)
    return offer;
  offer->proposal = arena_new(arena, Onboard__AgreementElements);
  onboard__agreement_elements__init(offer->proposal);
  offer->proposal->coverage = arena_new(arena, Onboard__CoverageTerms);
  onboard__coverage_terms__init(offer->proposal->coverage);
  offer->proposal->coverage->none_agreed = true;
  return offer;
}

static void offers_go_back_and_forth(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-01-06"), partner = act_by(arena, PARTNER, "2026-01-07");
  Onboard__Contract *contract = contract_of(arena, year(arena, ""));
  char *before = contract->content_hash;
  assert_null(item_open(&vendor, contract, item_of(arena, "banks"), offer_of(arena, false)));
  assert_int_equal(contract->state, STATE(IN_NEGOTIATION));
  Onboard__NegotiationItem *item = item_find(contract, "banks");
  assert_refused(item_counter(&vendor, contract, item, offer_of(arena, true)), "OWN_OFFER");
  assert_refused(item_accept(&vendor, contract, item, 1), "OWN_OFFER");
  assert_refused(item_withdraw(&partner, contract, item), "NOT_OWN_OFFER");
  assert_int_equal(guard_count(contract_request_signature(&vendor, contract)), 1); /* it is open */
  assert_null(item_counter(&partner, contract, item, offer_of(arena, true)));
  assert_refused(item_accept(&vendor, contract, item, 1), "OFFER_CHANGED");
  assert_string_equal(contract->content_hash, before);
  assert_null(item_accept(&vendor, contract, item, 2));
  assert_int_equal(item->state, ITEM(AGREED));
  assert_true(contract->terms->elements->coverage->none_agreed);
  assert_string_not_equal(contract->content_hash, before);
  assert_refused(item_withdraw(&vendor, contract, item), "ITEM_SETTLED");
  assert_refused(item_counter(&partner, contract, item, offer_of(arena, false)), "ITEM_SETTLED");
  assert_null(contract_request_signature(&vendor, contract));
  assert_null(contract_sign(&vendor, contract, contract->content_hash, NULL));
  assert_null(item_open(&partner, contract, item_of(arena, "more"), offer_of(arena, false)));
  assert_int_equal(contract->state, STATE(IN_NEGOTIATION));
  assert_int_equal(contract->n_signatures, 0);
  assert_null(item_withdraw(&partner, contract, item_find(contract, "more")));
  assert_null(contract_request_signature(&vendor, contract));
}

/* Neither party edits away what both agreed in negotiation, and gets a signature under the rest. */
static void what_was_negotiated_is_what_is_signed(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-01-06"), partner = act_by(arena, PARTNER, "2026-01-07");
  Onboard__Contract *contract = contract_of(arena, year(arena, ""));
  assert_null(item_open(&vendor, contract, item_of(arena, "banks"), offer_of(arena, true)));
  assert_null(item_accept(&partner, contract, item_find(contract, "banks"), 1));
  assert_null(contract_edit(&vendor, contract, contract->title, year(arena, ""))); /* banking exclusive */
  const struct status *status = contract_request_signature(&vendor, contract);
  assert_refused(status, "AGREEMENT_INCOMPLETE");
  assert_int_equal(guard_count(status), 1);
  /* Agreed anew, with what the terms should say; the earlier item is outdone. */
  struct act later = act_by(arena, PARTNER, "2026-01-08"), last = act_by(arena, VENDOR, "2026-01-09");
  Onboard__NegotiationOffer *anew = offer_of(arena, true);
  anew->proposal->coverage = year(arena, "")->elements->coverage;
  assert_null(item_open(&later, contract, item_of(arena, "banks-again"), anew));
  assert_null(item_accept(&last, contract, item_find(contract, "banks-again"), 1));
  assert_null(contract_request_signature(&vendor, contract));
  /* Other elements are free, and so is what was agreed in words. */
  Onboard__Contract *other = contract_of(arena, year(arena, ""));
  assert_null(item_open(&vendor, other, item_of(arena, "words"), offer_of(arena, false)));
  assert_null(item_accept(&partner, other, item_find(other, "words"), 1));
  assert_null(
      contract_edit(&vendor, other, other->title, year(arena, ", 'autoRenew': true, 'renewalMonths': 12")));
  assert_null(contract_request_signature(&partner, other));
}

static void a_proposal_is_of_its_element(void **state) {
  struct arena *arena = *state;
  Onboard__NegotiationOffer *offer = offer_of(arena, true);
  assert_null(offer_check(arena, ELEMENT(COVERAGE), offer, "offer"));
  assert_null(offer_check(arena, ELEMENT(JOINT_IP), offer_of(arena, false), "offer"));
  assert_refused(offer_check(arena, ELEMENT(JOINT_IP), offer, "offer"), REASON_INVALID_REQUEST);
  offer->proposal->transition = year(arena, "")->elements->transition;
  assert_refused(offer_check(arena, ELEMENT(COVERAGE), offer, "offer"), REASON_INVALID_REQUEST);
  offer->proposal->coverage = NULL;
  offer->proposal->transition->survivals[0]->id = offer->proposal->transition->survivals[1]->id;
  assert_refused(offer_check(arena, ELEMENT(TRANSITION), offer, "offer"), REASON_INVALID_REQUEST);
}

static void a_contract_of_words_begins_with_an_offer(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-01-06"), partner = act_by(arena, PARTNER, "2026-01-07");
  Onboard__Contract *contract = contract_of(arena, NULL);
  assert_null(item_open(&vendor, contract, item_of(arena, "banks"), offer_of(arena, true)));
  assert_null(item_accept(&partner, contract, contract->items[0], 1));
  assert_true(contract->terms->elements->coverage->none_agreed);
}

static void items_and_offers_are_limited(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-01-06"), partner = act_by(arena, PARTNER, "2026-01-07");
  Onboard__Contract *contract = contract_of(arena, year(arena, ""));
  /* Neither party takes the other's places, settled or not. */
  const struct act *openers[] = {&vendor, &partner};
  for (int party = 0; party < 2; party++) {
    for (int i = 0; i < CONTRACT_PARTY_ITEMS_MAX; i++)
      assert_null(item_open(openers[party], contract, item_of(arena, arena_printf(arena, "i%d-%d", party, i)),
                            offer_of(arena, false)));
    assert_null(item_withdraw(openers[party], contract, contract->items[contract->n_items - 1]));
    assert_refused(item_open(openers[party], contract, item_of(arena, "more"), offer_of(arena, false)),
                   "TOO_MANY_ITEMS");
  }
  assert_int_equal(contract->n_items, CONTRACT_ITEMS_MAX);
  for (int i = 1; i < CONTRACT_OFFERS_MAX; i++)
    assert_null(
        item_counter(i % 2 ? &partner : &vendor, contract, contract->items[0], offer_of(arena, false)));
  assert_refused(item_counter(&vendor, contract, contract->items[0], offer_of(arena, false)),
                 "TOO_MANY_OFFERS");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(what_is_missing_is_named),
      TEST(a_provision_outside_of_the_term_is_found),
      TEST(vagueness_is_found_on_either_side),
      TEST(a_small_difference_is_let_be),
      TEST(incomplete_agreements_are_not_signed),
      TEST(contradictory_terms_are_named),
      TEST(both_sign_the_same_and_edits_void),
      TEST(the_hash_covers_the_elements),
      TEST(time_brings_it_into_force_and_to_its_end),
      TEST(settling_in_steps_is_settling_at_once),
      TEST(it_renews_unless_a_party_declines_in_time),
      TEST(months_end_with_months),
      TEST(notice_ends_it),
      TEST(notice_beyond_the_term),
      TEST(one_contract_at_a_time),
      TEST(an_amendment_takes_its_place),
      TEST(offers_go_back_and_forth),
      TEST(what_was_negotiated_is_what_is_signed),
      TEST(a_proposal_is_of_its_element),
      TEST(a_contract_of_words_begins_with_an_offer),
      TEST(items_and_offers_are_limited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
