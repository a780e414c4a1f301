/* Qualification and capacity by real calls: both parties, who sees what, bad input, repeats, races. */
#include "onboard/service_fixture.h"
#include "support/check.h"

#include "entente/onboard/v1/capacity_service.pb-c.h"
#include "entente/onboard/v1/qualification_service.pb-c.h"

#include <string.h>

#define SUBMIT "QualificationService/SubmitQualification"
#define TEXT "twenty characters are needed here"
#define YES "{'answer': 'ANSWER_YES', 'explanation': '" TEXT "'}"
#define ANSWERS(joint_value)                                                                                 \
  "{'parent': '%s', 'qualification': {'jointValue': " joint_value ", 'mutualInvestment': " YES               \
  ", 'mutualAccountability': " YES ", 'structuralGap': " YES                                                 \
  ", 'substitution': {'substitutable': 'ANSWER_NO', 'switchingMonths': 9, 'explanation': '" TEXT "'}}}"

static void each_party_answers_for_itself(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *name = partnership_make(fixture, "qualified");
  const Onboard__Qualification *vendor = ask(fixture, fixture->vendor_manager, SUBMIT, ANSWERS(YES), name);
  assert_string_equal(vendor->name, HALDEN "/partnerships/qualified/qualifications/vendor");
  assert_int_equal(vendor->party, TYPE__PARTY__PARTY_VENDOR);
  const Onboard__Qualification *partner = ask(fixture, fixture->partner, SUBMIT, ANSWERS(YES), name);
  assert_string_equal(partner->name, HALDEN "/partnerships/qualified/qualifications/partner");
  const Onboard__ListQualificationsResponse *both =
      ask(fixture, fixture->viewer, "QualificationService/ListQualifications", "{'parent': '%s'}", name);
  assert_int_equal(both->n_qualifications, 2);
  /* The other party's answers are to be read, and stay as they are when one answers again. */
  const char *get = "QualificationService/GetQualification";
  const Onboard__Qualification *seen = ask(fixture, fixture->partner, get, "{'name': '%s'}", vendor->name);
  assert_string_equal(seen->etag, vendor->etag);
  const Onboard__Qualification *again =
      ask(fixture, fixture->partner, SUBMIT,
          ANSWERS("{'answer': 'ANSWER_NO', 'explanation': '" TEXT "', 'evidence': ['%s/plans/fy26']}"), name,
          name);
  assert_int_equal(again->joint_value->answer, ONBOARD__ANSWER__ANSWER_NO);
  assert_memory_equal(&again->create_time->seconds, &partner->create_time->seconds, sizeof(int64_t));
  seen = ask(fixture, fixture->partner, get, "{'name': '%s'}", vendor->name);
  assert_string_equal(seen->etag, vendor->etag);
  assert_string_equal(ledger_types(fixture, fixture->partner, name),
                      "partnership.created qualification.submitted qualification.submitted "
                      "qualification.submitted");
}

static void answers_that_do_not_hold_are_named_whole(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *name = partnership_make(fixture, "unqualified");
  const struct status *status = refused(
      fixture, fixture->vendor, SUBMIT, REASON_INVALID_REQUEST,
      "{'parent': '%s', 'qualification': {'jointValue': {'answer': 'ANSWER_YES', 'explanation': '" TEXT
      "', 'evidence': ['%s/plans/a', '%s/plans/a', '" HALDEN
      "/partnerships/qualified/plans/a', '%s']}, 'mutualInvestment': " YES ", 'mutualAccountability': " YES
      ", 'structuralGap': " YES
      ", 'substitution': {'substitutable': 'ANSWER_NO', 'switchingCost': {'currencyCode': 'JPY', "
      "'amountMinor': '-1'}, 'explanation': '" TEXT "'}}}",
      name, name, name, name);
  assert_int_equal(violation_count(status), 6); /* a repeat, two strangers; currency, sign, no estimate */
  status = refused(fixture, fixture->vendor, SUBMIT, REASON_INVALID_REQUEST,
                   "{'parent': '%s', 'qualification': {'jointValue': {'explanation': 'short'}}}", name);
  assert_true(violation_count(status) >= 6);
  refused(fixture, fixture->stranger, SUBMIT, REASON_ACCESS_DENIED, ANSWERS(YES), name);
  refused(fixture, fixture->viewer, SUBMIT, REASON_ACCESS_DENIED, ANSWERS(YES), name);
  refused(fixture, fixture->vendor, SUBMIT, REASON_NOT_FOUND, ANSWERS(YES), HALDEN "/partnerships/nowhere");
  refused(fixture, fixture->vendor, "QualificationService/GetQualification", REASON_NOT_FOUND,
          "{'name': '%s/qualifications/vendor'}", name);
  assert_string_equal(ledger_types(fixture, fixture->vendor, name), "partnership.created");
}

/* ---- capacity: of a vendor of its own would be cleaner, but partnerships need the fixture's ---- */

static int32_t designated(struct onboard_fixture *fixture) {
  const Onboard__Capacity *capacity = ask(fixture, fixture->viewer, "CapacityService/GetCapacity",
                                          "{'name': '" HALDEN "/capacities/current'}");
  return capacity->designated_count;
}

static const char *assessed(struct onboard_fixture *fixture, const char *id) {
  const char *name = partnership_make(fixture, id);
  ask(fixture, fixture->vendor, "PartnershipService/AssessPartnership", "{'name': '%s'}", name);
  return name;
}

static void designation_beyond_capacity_needs_a_name(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *designate = "PartnershipService/DesignatePartnership";
  const char *first = assessed(fixture, "last-in"), *second = assessed(fixture, "one-too-many");
  int32_t before = designated(fixture);
  ask(fixture, fixture->vendor, "CapacityService/UpdateCapacity",
      "{'capacity': {'name': '" HALDEN "/capacities/current', 'designatedMax': %d, 'designatedMin': 1}}",
      before + 1);
  ask(fixture, fixture->vendor, designate, "{'name': '%s'}", first);
  const struct status *status =
      refused(fixture, fixture->vendor, designate, "CAPACITY_EXCEEDED", "{'name': '%s'}", second);
  assert_int_equal(guard_count(status), 1);
  assert_int_equal(designated(fixture), before + 1);
  ask(fixture, fixture->vendor, designate, "{'name': '%s', 'overrideReason': 'the board wants this one'}",
      second);
  const Onboard__Capacity *capacity = ask(fixture, fixture->vendor, "CapacityService/GetCapacity",
                                          "{'name': '" HALDEN "/capacities/current'}");
  assert_int_equal(capacity->designated_count, before + 2);
  assert_int_equal(capacity->standing, ONBOARD__CAPACITY__STANDING__STANDING_BEYOND);
  assert_string_equal(capacity->overrides[0]->partnership, second);
  /* Whoever ends gives room. */
  ask(fixture, fixture->vendor, "PartnershipService/EndPartnership",
      "{'name': '%s', 'reason': 'a test is over now'}", second);
  assert_int_equal(designated(fixture), before + 1);
  /* The vendor's alone, under the one id. */
  refused(fixture, fixture->partner, "CapacityService/GetCapacity", REASON_ACCESS_DENIED,
          "{'name': '" HALDEN "/capacities/current'}");
  refused(fixture, fixture->vendor, "CapacityService/GetCapacity", REASON_NOT_FOUND,
          "{'name': '" HALDEN "/capacities/other'}");
  verify_all(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_party_answers_for_itself),
      cmocka_unit_test(answers_that_do_not_hold_are_named_whole),
      cmocka_unit_test(designation_beyond_capacity_needs_a_name),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
