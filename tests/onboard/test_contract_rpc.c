/* Contracts by real calls: both parties, negotiation, signatures, time, amendments, lists, many signers at
 * once. */
#include "onboard/contract_terms.h"
#include "onboard/service_fixture.h"
#include "runtime/base/moment.h"
#include "runtime/base/period.h"
#include "runtime/base/text.h"
#include "support/check.h"

#include "entente/onboard/v1/contract_service.pb-c.h"

#include <pthread.h>
#include <string.h>

#define STATE(name) ONBOARD__CONTRACT__STATE__STATE_##name
#define NOW "2026-07-15T12:00:00Z"

static const char *terms(struct onboard_fixture *fixture, const char *effective, const char *expire,
                         const char *more) {
  return contract_terms_json(fixture_arena(fixture->server), effective, expire, more);
}

static const char *contract_make(struct onboard_fixture *fixture, const char *partnership, const char *id,
                                 const char *amends, const char *terms_json_text) {
  const Onboard__Contract *contract = ask(
      fixture, fixture->vendor_manager, "ContractService/CreateContract",
      "{'parent': '%s', 'contractId': '%s', 'contract': {'title': 'Agreement %s', 'amends': '%s', 'terms': "
      "%s}}",
      partnership, id, id, amends, terms_json_text);
  assert_int_equal(contract->state, STATE(DRAFT));
  return contract->name;
}

/* Put forward by the partner, signed by both: as the second signer sees it. */
static const Onboard__Contract *sign_both(struct onboard_fixture *fixture, const char *name) {
  const Onboard__Contract *contract =
      ask(fixture, fixture->partner_manager, "ContractService/RequestSignature", "{'name': '%s'}", name);
  ask(fixture, fixture->vendor, "ContractService/SignContract", "{'name': '%s', 'contentHash': '%s'}", name,
      contract->content_hash);
  return ask(fixture, fixture->partner, "ContractService/SignContract", "{'name': '%s', 'contentHash': '%s'}",
             name, contract->content_hash);
}

static const Onboard__Contract *get(struct onboard_fixture *fixture, const char *name) {
  return ask(fixture, fixture->viewer, "ContractService/GetContract", "{'name': '%s'}", name);
}

static void it_is_negotiated_and_signed(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "negotiated");
  const char *name = contract_make(fixture, partnership, "master", "",
                                   terms(fixture, "2026-08-01T00:00:00Z", "2027-08-01T00:00:00Z", ""));
  static const char open[] =
      "{'name': '%s', 'item': {'id': 'banks', 'element': 'AGREEMENT_ELEMENT_COVERAGE', 'title': 'Exclusive "
      "banking'}, 'offer': {'text': 'Priority only', 'proposal': {'coverage': {'provisions': [{'id': "
      "'banking', 'kind': 'KIND_PRIORITY', 'segments': ['banking']}]}}}, 'requestId': '%s'}";
  ask(fixture, fixture->vendor_manager, "ContractService/OpenNegotiationItem", open, name, "open-1");
  const Onboard__Contract *again =
      ask(fixture, fixture->vendor_manager, "ContractService/OpenNegotiationItem", open, name, "open-1");
  assert_int_equal(again->n_items, 1);
  refused(fixture, fixture->vendor_manager, "ContractService/OpenNegotiationItem", REASON_ALREADY_EXISTS,
          open, name, "");
  refused(fixture, fixture->partner, "ContractService/CounterNegotiationItem", REASON_INVALID_REQUEST,
          "{'name': '%s', 'itemId': 'banks', 'offer': {'text': 'Ours', 'proposal': {'transition': "
          "{'exitPath': 'x'}}}}",
          name);
  refused(fixture, fixture->partner, "ContractService/CounterNegotiationItem", REASON_NOT_FOUND,
          "{'name': '%s', 'itemId': 'insurers', 'offer': {'text': 'Ours'}}", name);
  ask(fixture, fixture->partner_manager, "ContractService/CounterNegotiationItem",
      "{'name': '%s', 'itemId': 'banks', 'offer': {'text': 'Exclusive for named banks', 'proposal': "
      "{'coverage': {'provisions': [{'id': 'banking', 'kind': 'KIND_EXCLUSIVE', 'accounts': [{'displayName': "
      "'First Harbor Bank', 'domain': 'first-harbor.example'}]}]}}}}",
      name);
  refused(fixture, fixture->vendor, "ContractService/AcceptNegotiationItem", "OFFER_CHANGED",
          "{'name': '%s', 'itemId': 'banks', 'offerCount': 1}", name);
  refused(fixture, fixture->vendor, "ContractService/RequestSignature", "AGREEMENT_INCOMPLETE",
          "{'name': '%s'}", name);
  const Onboard__Contract *agreed =
      ask(fixture, fixture->vendor_manager, "ContractService/AcceptNegotiationItem",
          "{'name': '%s', 'itemId': 'banks', 'offerCount': 2}", name);
  assert_string_equal(agreed->terms->elements->coverage->provisions[0]->accounts[0]->domain,
                      "first-harbor.example");
  assert_int_equal(agreed->items[0]->n_offers, 2);
  assert_int_equal(agreed->items[0]->offers[1]->party, TYPE__PARTY__PARTY_PARTNER);
  refused(fixture, fixture->partner_manager, "ContractService/SignContract", REASON_ACCESS_DENIED,
          "{'name': '%s', 'contentHash': '%s'}", name, agreed->content_hash);
  const Onboard__Contract *contract = sign_both(fixture, name);
  assert_int_equal(contract->state, STATE(SIGNED));
  assert_int_equal(contract->n_signatures, 2);
  const Onboard__Partnership *held =
      ask(fixture, fixture->partner, "PartnershipService/GetPartnership", "{'name': '%s'}", partnership);
  assert_string_equal(held->contract, name);
  assert_string_equal(ledger_types(fixture, fixture->partner, partnership),
                      "partnership.created contract.created contract.item_opened contract.item_countered "
                      "contract.item_agreed contract.signature_requested contract.signed "
                      "partnership.contract_signed contract.signed");
}

static void completeness_is_explained(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "complete");
  const Onboard__Contract *empty = ask(fixture, fixture->partner_manager, "ContractService/CreateContract",
                                       "{'parent': '%s', 'contract': {'title': 'Nothing yet'}}", partnership);
  const Onboard__CheckAgreementCompletenessResponse *found = ask(
      fixture, fixture->viewer, "ContractService/CheckAgreementCompleteness", "{'name': '%s'}", empty->name);
  assert_false(found->complete);
  assert_int_equal(found->n_elements, 7);
  assert_true(found->n_missing > 20);
  const char *name = contract_make(fixture, partnership, "whole", "",
                                   terms(fixture, "2026-08-01T00:00:00Z", "2027-08-01T00:00:00Z", ""));
  found = ask(fixture, fixture->partner_manager, "ContractService/CheckAgreementCompleteness",
              "{'name': '%s'}", name);
  assert_true(found->complete);
  assert_string_equal(found->content_hash, get(fixture, name)->content_hash);
  /* The whole list of elements is replaced by what the mask names, and violations come together. */
  const struct status *status = refused(
      fixture, fixture->vendor, "ContractService/UpdateContract", REASON_INVALID_REQUEST,
      "{'contract': {'name': '%s', 'terms': {'noticeDays': 800, 'renewalMonths': 121}}, 'updateMask': "
      "'terms.noticeDays,terms.renewalMonths'}",
      name);
  assert_int_equal(violation_count(status), 2);
  status = refused(fixture, fixture->vendor, "ContractService/UpdateContract", REASON_INVALID_REQUEST,
                   "{'contract': {'name': '%s', 'terms': {'noticeDays': 400, 'renewalMonths': 12}}, "
                   "'updateMask': 'terms.noticeDays,terms.renewalMonths'}",
                   name);
  assert_int_equal(violation_count(status), 2);
  ask(fixture, fixture->vendor, "ContractService/UpdateContract",
      "{'contract': {'name': '%s', 'terms': {'noticeDays': 60}}, 'updateMask': 'terms.noticeDays'}", name);
  refused(fixture, fixture->partner, "ContractService/UpdateContract", REASON_ETAG_MISMATCH,
          "{'contract': {'name': '%s', 'title': 'Late'}, 'updateMask': 'title', 'etag': 'before'}", name);
}

static void only_its_parties_read_it(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "hidden");
  const char *name = contract_make(fixture, partnership, "master", "",
                                   terms(fixture, "2026-08-01T00:00:00Z", "2027-08-01T00:00:00Z", ""));
  ask(fixture, fixture->partner, "ContractService/GetContract", "{'name': '%s'}", name);
  refused(fixture, fixture->stranger, "ContractService/GetContract", REASON_ACCESS_DENIED, "{'name': '%s'}",
          name);
  refused(fixture, fixture->other, "ContractService/GetContract", REASON_ACCESS_DENIED, "{'name': '%s'}",
          name);
  refused(fixture, fixture->partner, "ContractService/SearchContracts", REASON_ACCESS_DENIED,
          "{'parent': '%s'}", HALDEN);
  refused(fixture, fixture->viewer, "ContractService/CancelContract", REASON_ACCESS_DENIED,
          "{'name': '%s', 'reason': 'not wanted any more'}", name);
  refused(fixture, fixture->vendor, "ContractService/CreateContract", "AMENDED_CONTRACT_UNKNOWN",
          "{'parent': '%s', 'contract': {'title': 'Second', 'amends': '%s/contracts/none'}}", partnership,
          partnership);
  ask(fixture, fixture->partner, "ContractService/CancelContract",
      "{'name': '%s', 'reason': 'not wanted any more'}", name);
  assert_int_equal(get(fixture, name)->state, STATE(CANCELLED));
}

static void time_is_right_on_read_and_recorded_once(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "timed-contract");
  const char *name = contract_make(fixture, partnership, "master", "",
                                   terms(fixture, "2026-08-01T00:00:00Z", "2027-08-01T00:00:00Z", ""));
  sign_both(fixture, name);
  sweep_now(fixture);
  set_now(fixture, "2026-08-01T00:00:00Z");
  assert_int_equal(get(fixture, name)->state, STATE(ACTIVE));
  assert_null(strstr(ledger_types(fixture, fixture->vendor, partnership), "contract.activated"));
  assert_true(sweep_now(fixture) >= 1);
  assert_int_equal(sweep_now(fixture), 0);
  /* Long after: each step is one entry, in one round, at the time when it happened. */
  set_now(fixture, "2027-09-01T00:00:00Z");
  const Onboard__ListContractsResponse *over = ask(fixture, fixture->partner, "ContractService/ListContracts",
                                                   "{'parent': '%s', 'state': 'STATE_EXPIRED'}", partnership);
  assert_int_equal(over->n_contracts, 1);
  assert_int_equal(over->contracts[0]->n_surviving_obligations, 2);
  assert_true(sweep_now(fixture) >= 2);
  assert_int_equal(sweep_now(fixture), 0);
  const char *types = ledger_types(fixture, fixture->partner, partnership);
  assert_non_null(strstr(types, "contract.activated contract.expiring contract.expired"));
  const Onboard__Contract *ended = get(fixture, name);
  int64_t end;
  assert_true(time_parse("2027-08-01", &end));
  assert_int_equal(moment_us(ended->end_time), end);
  set_now(fixture, NOW);
}

static void a_caller_records_what_time_did_first(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "noticed");
  const char *name = contract_make(fixture, partnership, "master", "",
                                   terms(fixture, "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z",
                                         ", 'autoRenew': true, 'renewalMonths': 12"));
  /* The effective time has passed: in force with the second signature. */
  assert_int_equal(sign_both(fixture, name)->state, STATE(ACTIVE));
  set_now(fixture, "2027-01-15T00:00:00Z");
  refused(fixture, fixture->partner, "ContractService/TerminateContract", "NOTICE_TOO_SHORT",
          "{'name': '%s', 'reason': 'strategy has changed', 'endTime': '2027-02-01T00:00:00Z'}", name);
  assert_non_null(strstr(ledger_types(fixture, fixture->vendor, partnership), "contract.renewed"));
  const Onboard__Contract *noticed = ask(fixture, fixture->partner, "ContractService/TerminateContract",
                                         "{'name': '%s', 'reason': 'strategy has changed'}", name);
  assert_int_equal(noticed->state, STATE(EXPIRING));
  assert_int_equal(noticed->renewal_count, 1);
  refused(fixture, fixture->vendor, "ContractService/TerminateContract", "NOTICE_GIVEN",
          "{'name': '%s', 'reason': 'strategy has changed'}", name);
  set_now(fixture, "2027-04-15T00:00:00Z");
  const Onboard__Contract *ended = get(fixture, name);
  assert_int_equal(ended->state, STATE(TERMINATED));
  assert_int_equal(ended->n_surviving_obligations, 2);
  assert_string_equal(ended->surviving_obligations[0]->title, "Confidentiality");
  sweep_now(fixture);
  assert_non_null(strstr(ledger_types(fixture, fixture->vendor, partnership),
                         "contract.notice_given contract.terminated"));
  set_now(fixture, NOW);
}

static void renewal_is_declined(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "declined");
  const char *name = contract_make(fixture, partnership, "master", "",
                                   terms(fixture, "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z",
                                         ", 'autoRenew': true, 'renewalMonths': 12"));
  sign_both(fixture, name);
  refused(fixture, fixture->vendor_manager, "ContractService/DeclineRenewal", REASON_ACCESS_DENIED,
          "{'name': '%s'}", name);
  const Onboard__Contract *declined =
      ask(fixture, fixture->vendor, "ContractService/DeclineRenewal", "{'name': '%s'}", name);
  assert_int_equal(declined->renewal_refusal->party, TYPE__PARTY__PARTY_VENDOR);
  refused(fixture, fixture->partner, "ContractService/DeclineRenewal", "RENEWAL_NOT_PLANNED",
          "{'name': '%s'}", name);
  set_now(fixture, "2026-12-31T00:00:00Z");
  assert_int_equal(get(fixture, name)->state, STATE(EXPIRED));
  set_now(fixture, NOW);
}

static void an_amendment_takes_its_place(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "amended");
  const char *first = contract_make(fixture, partnership, "v1", "",
                                    terms(fixture, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", ""));
  sign_both(fixture, first);
  const char *rival = contract_make(fixture, partnership, "rival", "",
                                    terms(fixture, "2026-08-01T00:00:00Z", "2027-08-01T00:00:00Z", ""));
  const Onboard__Contract *put =
      ask(fixture, fixture->vendor, "ContractService/RequestSignature", "{'name': '%s'}", rival);
  ask(fixture, fixture->vendor, "ContractService/SignContract", "{'name': '%s', 'contentHash': '%s'}", rival,
      put->content_hash);
  refused(fixture, fixture->partner, "ContractService/SignContract", REASON_GUARD_UNMET,
          "{'name': '%s', 'contentHash': '%s'}", rival, put->content_hash);
  const char *second = contract_make(fixture, partnership, "v2", first,
                                     terms(fixture, "2026-07-01T00:00:00Z", "2028-01-01T00:00:00Z", ""));
  const Onboard__Contract *signed_now = sign_both(fixture, second);
  assert_int_equal(signed_now->state, STATE(ACTIVE));
  assert_int_equal(signed_now->version, 2);
  const Onboard__Contract *gone = get(fixture, first);
  assert_int_equal(gone->state, STATE(SUPERSEDED));
  assert_string_equal(gone->superseded_by, second);
  assert_int_equal(gone->terms->elements->investment->n_lines, 2); /* versions stay readable */
  const Onboard__ListContractsResponse *all =
      ask(fixture, fixture->partner, "ContractService/ListContracts", "{'parent': '%s'}", partnership);
  assert_int_equal(all->n_contracts, 3);
  const char *types = ledger_types(fixture, fixture->vendor, partnership);
  assert_non_null(strstr(types, "contract.amended contract.superseded partnership.contract_signed "
                                "contract.signed contract.activated"));
}

static void a_bound_partnership_does_not_end(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "bound");
  const char *name = contract_make(fixture, partnership, "master", "",
                                   terms(fixture, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", ""));
  sign_both(fixture, name);
  refused(fixture, fixture->vendor, "PartnershipService/EndPartnership", REASON_GUARD_UNMET,
          "{'name': '%s', 'reason': 'nothing came of it'}", partnership);
  set_now(fixture, "2027-01-01T00:00:00Z");
  ask(fixture, fixture->vendor, "PartnershipService/EndPartnership",
      "{'name': '%s', 'reason': 'nothing came of it'}", partnership);
  refused(fixture, fixture->vendor, "ContractService/CreateContract", REASON_INVALID_STATE,
          "{'parent': '%s', 'contract': {'title': 'Late'}}", partnership);
  assert_int_equal(get(fixture, name)->n_surviving_obligations, 2); /* still readable */
  set_now(fixture, NOW);
}

static void lists_by_state_end_and_text(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "listed");
  static const char *const expires[] = {"2027-03-01T00:00:00Z", "2026-12-01T00:00:00Z",
                                        "2027-06-01T00:00:00Z"};
  for (int i = 0; i < 3; i++)
    contract_make(fixture, partnership, i ? (i == 1 ? "two" : "three") : "one", "",
                  terms(fixture, "2026-08-01T00:00:00Z", expires[i], ""));
  ask(fixture, fixture->vendor, "ContractService/UpdateContract",
      "{'contract': {'name': '%s/contracts/two', 'title': 'Förderung Łódź'}, 'updateMask': 'title'}",
      partnership);
  const Onboard__ListContractsResponse *page = ask(fixture, fixture->partner, "ContractService/ListContracts",
                                                   "{'parent': '%s', 'pageSize': 2}", partnership);
  assert_int_equal(page->n_contracts, 2);
  assert_non_null(strstr(page->contracts[0]->name, "/two"));
  assert_non_null(strstr(page->contracts[1]->name, "/one"));
  const char *token = page->next_page_token;
  page = ask(fixture, fixture->partner, "ContractService/ListContracts",
             "{'parent': '%s', 'pageSize': 2, 'pageToken': '%s'}", partnership, token);
  assert_int_equal(page->n_contracts, 1);
  refused(fixture, fixture->partner, "ContractService/ListContracts", "PAGE_TOKEN_INVALID",
          "{'parent': '%s', 'pageSize': 2, 'pageToken': '%s', 'state': 'STATE_DRAFT'}", partnership, token);
  page = ask(fixture, fixture->viewer, "ContractService/ListContracts",
             "{'parent': '%s', 'endBefore': '2027-03-01T00:00:00Z'}", partnership);
  assert_int_equal(page->n_contracts, 1);
  page = ask(fixture, fixture->viewer, "ContractService/ListContracts",
             "{'parent': '%s', 'text': 'forderung LODZ', 'state': 'STATE_DRAFT'}", partnership);
  assert_int_equal(page->n_contracts, 1);
  const Onboard__SearchContractsResponse *found =
      ask(fixture, fixture->viewer, "ContractService/SearchContracts", "{'parent': '%s', 'text': 'lodz'}",
          HALDEN);
  assert_int_equal(found->n_contracts, 1);
  refused(fixture, fixture->other, "ContractService/SearchContracts", REASON_ACCESS_DENIED,
          "{'parent': '%s'}", HALDEN);
}

/* ---- exclusivity ---- */

/* A contract that grants customers of a segment to its partner alone, put forward. */
static const Onboard__Contract *exclusive_make(struct onboard_fixture *fixture, const char *partnership,
                                               const char *segment, const char *effective,
                                               const char *expire) {
  const char *name = contract_make(fixture, partnership, "alone", "", terms(fixture, effective, expire, ""));
  ask(fixture, fixture->vendor, "ContractService/UpdateContract",
      "{'contract': {'name': '%s', 'terms': {'elements': {'coverage': {'provisions': [{'id': 'core', 'kind': "
      "'KIND_EXCLUSIVE', 'segments': ['%s']}]}}}}, 'updateMask': 'terms.elements.coverage'}",
      name, segment);
  return ask(fixture, fixture->vendor, "ContractService/RequestSignature", "{'name': '%s'}", name);
}

static const char sign[] = "{'name': '%s', 'contentHash': '%s'}";

static void sign_as(struct onboard_fixture *fixture, const struct principal *who,
                    const Onboard__Contract *contract) {
  ask(fixture, who, "ContractService/SignContract", sign, contract->name, contract->content_hash);
}

static const Onboard__Contract *sign_both_of(struct onboard_fixture *fixture,
                                             const Onboard__Contract *contract) {
  sign_as(fixture, fixture->vendor, contract);
  sign_as(fixture, fixture->partner, contract);
  return get(fixture, contract->name);
}

/* Everything that a refusal says. */
static const char *told(struct onboard_fixture *fixture, const struct status *status) {
  struct buffer text = {.arena = fixture_arena(fixture->server)};
  buffer_text(&text, status->message);
  for (const struct guard_failure *guard = status->guards; guard; guard = guard->next)
    buffer_printf(&text, " %s %s", guard->subject, guard->description);
  for (const struct status_metadata *metadata = status->metadata; metadata; metadata = metadata->next)
    buffer_printf(&text, " %s", metadata->value);
  return text.data;
}

static void what_is_exclusive_is_granted_once(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *effective = "2026-08-01T00:00:00Z", *expire = "2027-08-01T00:00:00Z";
  const Onboard__Contract *early =
      exclusive_make(fixture, partnership_make(fixture, "grantee"), "rail", effective, expire);
  const Onboard__Contract *late =
      exclusive_make(fixture, partnership_make(fixture, "latecomer"), "rail", effective, expire);
  const Onboard__Contract *third =
      exclusive_make(fixture, partnership_make(fixture, "third"), "rail", effective, expire);
  sign_as(fixture, fixture->vendor, late); /* nothing binds yet */
  sign_as(fixture, fixture->vendor, early);
  sign_as(fixture, fixture->partner, early);
  /* The partner learns which of its own provisions it cannot have, and nothing of the other contract. */
  const struct status *status = refused(fixture, fixture->partner, "ContractService/SignContract",
                                        "EXCLUSIVITY_UNAVAILABLE", sign, late->name, late->content_hash);
  assert_non_null(status->guards);
  assert_null(status->guards->next);
  assert_non_null(strstr(told(fixture, status), "core"));
  assert_null(strstr(told(fixture, status), "grantee"));
  assert_int_equal(get(fixture, late->name)->state, STATE(PENDING_SIGNATURE));
  /* The vendor hears of it before it has signed. The partner's own signature tells it nothing. */
  sign_as(fixture, fixture->partner, third);
  status = refused(fixture, fixture->vendor, "ContractService/SignContract", "EXCLUSIVITY_UNAVAILABLE", sign,
                   third->name, third->content_hash);
  assert_non_null(strstr(told(fixture, status), early->name));
  /* Other customers are free. */
  const Onboard__Contract *other =
      exclusive_make(fixture, partnership_make(fixture, "elsewhere"), "ports", effective, expire);
  assert_int_equal(sign_both_of(fixture, other)->state, STATE(SIGNED));
}

static void exclusivity_ends_with_its_contract(void **state) {
  struct onboard_fixture *fixture = *state;
  const Onboard__Contract *first = exclusive_make(fixture, partnership_make(fixture, "ends-first"), "mining",
                                                  "2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z");
  sign_both_of(fixture, first);
  /* Its end is certain: what begins then can be signed before. */
  const Onboard__Contract *next = exclusive_make(fixture, partnership_make(fixture, "comes-next"), "mining",
                                                 "2026-12-01T00:00:00Z", "2027-05-01T00:00:00Z");
  assert_int_equal(sign_both_of(fixture, next)->state, STATE(SIGNED));
  const Onboard__Contract *late = exclusive_make(fixture, partnership_make(fixture, "comes-late"), "mining",
                                                 "2027-02-01T00:00:00Z", "2028-03-01T00:00:00Z");
  refused(fixture, fixture->vendor, "ContractService/SignContract", "EXCLUSIVITY_UNAVAILABLE", sign,
          late->name, late->content_hash);
  /* Time ends it, though nothing has recorded that. */
  set_now(fixture, "2027-05-01T00:00:00Z");
  assert_int_equal(sign_both_of(fixture, late)->state, STATE(ACTIVE));
  sweep_now(fixture);
  set_now(fixture, NOW);
}

/* A version of a contract is not held against the contract that it takes the place of. */
static void an_amendment_keeps_what_is_exclusive(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "amended-alone");
  const Onboard__Contract *first =
      exclusive_make(fixture, partnership, "energy", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
  assert_int_equal(sign_both_of(fixture, first)->state, STATE(ACTIVE));
  const char *second = contract_make(fixture, partnership, "second", first->name,
                                     terms(fixture, "2026-07-01T00:00:00Z", "2028-01-01T00:00:00Z", ""));
  ask(fixture, fixture->vendor, "ContractService/UpdateContract",
      "{'contract': {'name': '%s', 'terms': {'elements': {'coverage': {'provisions': [{'id': 'core', 'kind': "
      "'KIND_EXCLUSIVE', 'segments': ['energy']}]}}}}, 'updateMask': 'terms.elements.coverage'}",
      second);
  assert_int_equal(sign_both(fixture, second)->state, STATE(ACTIVE));
  assert_int_equal(get(fixture, first->name)->state, STATE(SUPERSEDED));
}

/* ---- many at once ---- */

enum { SIGNERS = 6 };
struct signer {
  pthread_t thread;
  struct onboard_fixture fixture; /* a replica on the same Redis */
  const char *name, *hash;
  bool signed_it;
  pthread_barrier_t *start; /* every signer calls at the same moment */
};

static void *sign_once(void *argument) {
  struct signer *signer = argument;
  const void *answer;
  fixture_as(signer->fixture.server, signer->fixture.partner);
  const void *request = request_of(&signer->fixture, "ContractService/SignContract",
                                   "{'name': '%s', 'contentHash': '%s'}", signer->name, signer->hash);
  pthread_barrier_wait(signer->start);
  signer->signed_it = !fixture_call(signer->fixture.server,
                                    "/entente.onboard.v1.ContractService/SignContract", request, &answer);
  return NULL;
}

/* Rival contracts of the same time, each lacking the partner's signature, are signed at once: one binds. */
static void rivals_race_and_one_binds(void **state) {
  struct onboard_fixture *fixture = *state;
  struct signer signers[SIGNERS];
  pthread_barrier_t start;
  const char *partnership = partnership_make(fixture, "raced");
  int bound = 0;
  for (int i = 0; i < SIGNERS; i++) {
    const char *id = arena_printf(fixture_arena(fixture->server), "rival-%d", i);
    const char *name = contract_make(fixture, partnership, id, "",
                                     terms(fixture, "2026-08-01T00:00:00Z", "2027-08-01T00:00:00Z", ""));
    const Onboard__Contract *put =
        ask(fixture, fixture->vendor, "ContractService/RequestSignature", "{'name': '%s'}", name);
    ask(fixture, fixture->vendor, "ContractService/SignContract", "{'name': '%s', 'contentHash': '%s'}", name,
        put->content_hash);
    signers[i] =
        (struct signer){.fixture = *fixture, .name = name, .hash = put->content_hash, .start = &start};
    signers[i].fixture.server = onboard_server(fixture);
  }
  assert_int_equal(pthread_barrier_init(&start, NULL, SIGNERS), 0);
  for (int i = 0; i < SIGNERS; i++)
    assert_int_equal(pthread_create(&signers[i].thread, NULL, sign_once, &signers[i]), 0);
  for (int i = 0; i < SIGNERS; i++) {
    pthread_join(signers[i].thread, NULL);
    bound += signers[i].signed_it;
    fixture_stop(signers[i].fixture.server);
  }
  pthread_barrier_destroy(&start);
  assert_int_equal(bound, 1);
  const Onboard__ListContractsResponse *binding =
      ask(fixture, fixture->viewer, "ContractService/ListContracts",
          "{'parent': '%s', 'state': 'STATE_SIGNED'}", partnership);
  assert_int_equal(binding->n_contracts, 1);
  const Onboard__Partnership *held =
      ask(fixture, fixture->partner, "PartnershipService/GetPartnership", "{'name': '%s'}", partnership);
  assert_string_equal(held->contract, binding->contracts[0]->name);
}

/* Contracts of as many partnerships, all exclusive over the same customers: one binds. */
static void overlapping_grants_race_and_one_binds(void **state) {
  struct onboard_fixture *fixture = *state;
  struct signer signers[SIGNERS];
  pthread_barrier_t start;
  int bound = 0;
  for (int i = 0; i < SIGNERS; i++) {
    const char *id = arena_printf(fixture_arena(fixture->server), "raced-%d", i);
    const Onboard__Contract *put = exclusive_make(fixture, partnership_make(fixture, id), "aviation",
                                                  "2026-08-01T00:00:00Z", "2027-08-01T00:00:00Z");
    sign_as(fixture, fixture->vendor, put);
    signers[i] =
        (struct signer){.fixture = *fixture, .name = put->name, .hash = put->content_hash, .start = &start};
    signers[i].fixture.server = onboard_server(fixture);
  }
  assert_int_equal(pthread_barrier_init(&start, NULL, SIGNERS), 0);
  for (int i = 0; i < SIGNERS; i++)
    assert_int_equal(pthread_create(&signers[i].thread, NULL, sign_once, &signers[i]), 0);
  for (int i = 0; i < SIGNERS; i++) {
    pthread_join(signers[i].thread, NULL);
    bound += signers[i].signed_it;
    fixture_stop(signers[i].fixture.server);
  }
  pthread_barrier_destroy(&start);
  assert_int_equal(bound, 1);
  for (int i = 0; i < SIGNERS; i++)
    assert_int_equal(get(fixture, signers[i].name)->state,
                     signers[i].signed_it ? STATE(SIGNED) : STATE(PENDING_SIGNATURE));
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_negotiated_and_signed),
      cmocka_unit_test(completeness_is_explained),
      cmocka_unit_test(only_its_parties_read_it),
      cmocka_unit_test(time_is_right_on_read_and_recorded_once),
      cmocka_unit_test(a_caller_records_what_time_did_first),
      cmocka_unit_test(renewal_is_declined),
      cmocka_unit_test(an_amendment_takes_its_place),
      cmocka_unit_test(a_bound_partnership_does_not_end),
      cmocka_unit_test(lists_by_state_end_and_text),
      cmocka_unit_test(rivals_race_and_one_binds),
      cmocka_unit_test(what_is_exclusive_is_granted_once),
      cmocka_unit_test(exclusivity_ends_with_its_contract),
      cmocka_unit_test(an_amendment_keeps_what_is_exclusive),
      cmocka_unit_test(overlapping_grants_race_and_one_binds),
      cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
