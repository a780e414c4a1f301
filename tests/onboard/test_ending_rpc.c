/* The end of a partnership by real calls: both parties, access, repeats, expiry on read and once by the
 * sweeper. */
#include "onboard/service_fixture.h"
#include "support/check.h"

#include <string.h>

#define STATE(name) ONBOARD__PARTNERSHIP__STATE__STATE_##name
#define OFFER(name) ONBOARD__END_OFFER__STATE__STATE_##name
#define SERVICE "PartnershipService/"
#define REASON_JSON "{'name': '%s', 'reason': 'the markets have parted'}"

static const char *partnership_active(struct onboard_fixture *fixture, const char *id) {
  const char *name = partnership_designated(fixture, id);
  ask(fixture, fixture->vendor, SERVICE "ClassifyPartnership",
      "{'name': '%s', 'classification': 'CLASSIFICATION_STANDARD'}", name);
  ask(fixture, fixture->vendor, SERVICE "ActivatePartnership", "{'name': '%s'}", name);
  return name;
}

static void both_have_to_agree(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *name = partnership_active(fixture, "parting");
  refused(fixture, fixture->partner_manager, SERVICE "OfferPartnershipEnd", REASON_ACCESS_DENIED, REASON_JSON,
          name);
  refused(fixture, fixture->stranger, SERVICE "OfferPartnershipEnd", REASON_ACCESS_DENIED, REASON_JSON, name);
  refused(fixture, fixture->partner, SERVICE "OfferPartnershipEnd", REASON_INVALID_REQUEST,
          "{'name': '%s', 'reason': 'short'}", name);
  static const char once[] = "{'name': '%s', 'reason': 'the markets have parted', 'requestId': 'offer-1'}";
  const Onboard__Partnership *offered =
      ask(fixture, fixture->partner, SERVICE "OfferPartnershipEnd", once, name);
  const Onboard__Partnership *again =
      ask(fixture, fixture->partner, SERVICE "OfferPartnershipEnd", once, name);
  assert_string_equal(again->etag, offered->etag);
  assert_int_equal(offered->end_offer->party, TYPE__PARTY__PARTY_PARTNER);
  refused(fixture, fixture->partner, SERVICE "AcceptPartnershipEnd", "OWN_OFFER", "{'name': '%s'}", name);
  refused(fixture, fixture->vendor, SERVICE "WithdrawPartnershipEnd", "NOT_OWN_OFFER", "{'name': '%s'}",
          name);
  ask(fixture, fixture->vendor, SERVICE "RejectPartnershipEnd", REASON_JSON, name);
  ask(fixture, fixture->vendor, SERVICE "OfferPartnershipEnd", REASON_JSON, name);
  ask(fixture, fixture->vendor, SERVICE "WithdrawPartnershipEnd", "{'name': '%s'}", name);
  ask(fixture, fixture->vendor, SERVICE "OfferPartnershipEnd", REASON_JSON, name);
  const Onboard__Partnership *agreed =
      ask(fixture, fixture->partner, SERVICE "AcceptPartnershipEnd", "{'name': '%s'}", name);
  assert_int_equal(agreed->state, STATE(TRANSITIONING));
  assert_int_equal(agreed->end_offer->state, OFFER(ACCEPTED));
  ask(fixture, fixture->vendor, SERVICE "EndPartnership", REASON_JSON, name);
  refused(fixture, fixture->partner, SERVICE "OfferPartnershipEnd", REASON_INVALID_STATE, REASON_JSON, name);
  const char *types = ledger_types(fixture, fixture->partner, name);
  assert_non_null(strstr(types, "partnership.end_offered partnership.end_rejected partnership.end_offered "
                                "partnership.end_withdrawn partnership.end_offered partnership.end_accepted "
                                "partnership.ended"));
}

static void silence_is_recorded_once(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *name = partnership_active(fixture, "silent"), *get = SERVICE "GetPartnership";
  set_now(fixture, "2026-07-15T12:00:00Z");
  ask(fixture, fixture->vendor, SERVICE "OfferPartnershipEnd", REASON_JSON, name);
  set_now(fixture, "2026-08-14T12:00:00Z");
  const Onboard__Partnership *read = ask(fixture, fixture->partner, get, "{'name': '%s'}", name);
  assert_int_equal(read->end_offer->state, OFFER(EXPIRED)); /* before anything recorded it */
  assert_null(strstr(ledger_types(fixture, fixture->vendor, name), "end_expired"));
  assert_int_equal(sweep_now(fixture), 1);
  assert_int_equal(sweep_now(fixture), 0);
  assert_non_null(strstr(ledger_types(fixture, fixture->vendor, name), "partnership.end_expired"));
  refused(fixture, fixture->partner, SERVICE "AcceptPartnershipEnd", "NO_END_OFFERED", "{'name': '%s'}",
          name);
  /* Who comes before the sweeper records it as well. */
  ask(fixture, fixture->partner, SERVICE "OfferPartnershipEnd", REASON_JSON, name);
  set_now(fixture, "2026-09-30T12:00:00Z");
  const Onboard__Partnership *renewed =
      ask(fixture, fixture->vendor, SERVICE "OfferPartnershipEnd", REASON_JSON, name);
  assert_int_equal(renewed->end_offer->party, TYPE__PARTY__PARTY_VENDOR);
  const char *types = ledger_types(fixture, fixture->vendor, name);
  assert_non_null(strstr(types, "partnership.end_offered partnership.end_expired partnership.end_offered "
                                "partnership.end_expired partnership.end_offered"));
  /* So does every other change of the partnership: no answer and no entry shows it waiting after its time. */
  ask(fixture, fixture->partner, "FitAssessmentService/CreateFitAssessment",
      "{'parent': '%s', 'fitAssessment': {'title': 'Once more'}}", name);
  set_now(fixture, "2026-10-31T12:00:00Z");
  const Onboard__Partnership *changed = ask(
      fixture, fixture->vendor, SERVICE "UpdatePartnership",
      "{'partnership': {'name': '%s', 'displayName': 'Silent partners'}, 'updateMask': 'displayName'}", name);
  assert_int_equal(changed->end_offer->state, OFFER(EXPIRED));
  assert_non_null(strstr(ledger_types(fixture, fixture->vendor, name),
                         "fit_assessment.created partnership.end_expired partnership.updated"));
  set_now(fixture, "2026-07-15T12:00:00Z");
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_have_to_agree),
      cmocka_unit_test(silence_is_recorded_once),
      cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
