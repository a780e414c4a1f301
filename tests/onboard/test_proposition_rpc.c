/* Joint value propositions by real calls: worded by both, tested with customers, revised. */
#include "onboard/service_fixture.h"
#include "runtime/base/moment.h"
#include "support/check.h"

#include <string.h>

#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define STATE(name) ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_##name
#define SERVICE "JointValuePropositionService/"

typedef const Onboard__JointValueProposition *proposition;

static proposition read_one(struct onboard_fixture *fixture, const char *name) {
  return ask(fixture, fixture->viewer, SERVICE "GetJointValueProposition", "{'name': '%s'}", name);
}

static const char *proposition_make(struct onboard_fixture *fixture, const char *partnership,
                                    const char *id) {
  proposition made =
      ask(fixture, fixture->partner_manager, SERVICE "CreateJointValueProposition",
          "{'parent': '%s', 'jointValuePropositionId': '%s', 'jointValueProposition': {'title': "
          "'Uptime'}}",
          partnership, id);
  return made->name;
}

static void map_gaps(struct onboard_fixture *fixture, const struct principal *who, const char *name) {
  ask(fixture, who, SERVICE "MapGaps", "{'name': '%s', 'provides': ['sensors'], 'cannotProvide': ['crews']}",
      name);
}

static void approve(struct onboard_fixture *fixture, const char *name) {
  const char *hash = read_one(fixture, name)->content_hash;
  const struct principal *both[] = {fixture->partner, fixture->vendor};
  for (size_t i = 0; i < 2; i++)
    ask(fixture, both[i], SERVICE "ApproveJointValueProposition", "{'name': '%s', 'contentHash': '%s'}", name,
        hash);
}

static const char outcome[] = "{'vendorName': 'Halden', 'partnerName': 'Orvane', 'segment': 'suppliers', "
                              "'outcome': 'half the downtime', 'benefit': 'frees two shifts', 'timeframe': "
                              "'nine months'}";

static void word(struct onboard_fixture *fixture, const char *name) {
  ask(fixture, fixture->vendor_manager, SERVICE "ArticulateJointValueProposition",
      "{'name': '%s', 'articulation': 'Sensors, and crews that act on what they tell'}", name);
  approve(fixture, name);
  ask(fixture, fixture->partner_manager, SERVICE "TranslateOutcome", "{'name': '%s', 'outcome': %s}", name,
      outcome);
  approve(fixture, name);
  ask(fixture, fixture->partner_manager, SERVICE "StartValidation", "{'name': '%s'}", name);
}

static const Onboard__ValidationEntry *record(struct onboard_fixture *fixture, const struct principal *who,
                                              const char *name, const char *arm, int conversations,
                                              int positive) {
  return ask(fixture, who, SERVICE "RecordValidation",
             "{'parent': '%s', 'validationEntry': {'arm': 'VALIDATION_ARM_%s', 'conversations': %d, "
             "'positiveResponses': %d, 'evidence': 'notes of the calls'}}",
             name, arm, conversations, positive);
}

/* In validation, with these positive responses of 20 conversations an arm. */
static const char *proposition_tested(struct onboard_fixture *fixture, const char *partnership,
                                      const char *id, int joint) {
  const char *name = proposition_make(fixture, partnership, id);
  map_gaps(fixture, fixture->vendor, name);
  map_gaps(fixture, fixture->partner, name);
  word(fixture, name);
  record(fixture, fixture->vendor_manager, name, "JOINT", 20, joint);
  record(fixture, fixture->vendor_manager, name, "VENDOR_SOLO", 20, 6);
  record(fixture, fixture->partner_manager, name, "PARTNER_SOLO", 20, 8);
  return name;
}

static void from_gaps_to_a_verdict(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "verdict");
  const char *name = proposition_tested(fixture, partnership, "uptime", 10);
  refused(fixture, fixture->vendor_manager, SERVICE "ConcludeValidation", REASON_ACCESS_DENIED,
          "{'name': '%s'}", name);
  proposition done =
      ask(fixture, fixture->partner, SERVICE "ConcludeValidation", "{'name': '%s', 'requestId': 'v'}", name);
  assert_int_equal(done->state, STATE(VALIDATED));
  assert_int_equal(done->verdict->lift_bps, 1000);
  assert_string_equal(done->outcome_sentence, "half the downtime that frees two shifts in nine months");
  proposition again =
      ask(fixture, fixture->partner, SERVICE "ConcludeValidation", "{'name': '%s', 'requestId': 'v'}", name);
  assert_string_equal(again->etag, done->etag);
  refused(fixture, fixture->partner, SERVICE "ConcludeValidation", REASON_INVALID_STATE, "{'name': '%s'}",
          name);
  const Onboard__Partnership *told =
      ask(fixture, fixture->partner, "PartnershipService/GetPartnership", "{'name': '%s'}", partnership);
  assert_string_equal(told->joint_value_proposition, name);
  assert_int_equal(counter(fixture, partnership, "2026-07", "propositions.validated", NOBODY), 1);
  assert_int_equal(counter(fixture, partnership, "2026-07", "propositions.failed", NOBODY), 0);
  assert_string_equal(
      ledger_types(fixture, fixture->partner, partnership),
      "partnership.created proposition.created proposition.mapped proposition.mapped "
      "proposition.articulated proposition.approved proposition.approved proposition.translated "
      "proposition.approved proposition.approved proposition.validation_started "
      "validation_entry.recorded proposition.counted validation_entry.recorded proposition.counted "
      "validation_entry.recorded proposition.counted partnership.proposition_validated "
      "proposition.validated");
  /* One positive response less, and it fails. */
  name = proposition_tested(fixture, partnership, "second", 9);
  done = ask(fixture, fixture->vendor, SERVICE "ConcludeValidation", "{'name': '%s'}", name);
  assert_int_equal(done->state, STATE(FAILED));
  assert_int_equal(done->verdict->lift_bps, 500);
  assert_int_equal(counter(fixture, partnership, "2026-07", "propositions.failed", NOBODY), 1);
}

static void words_need_both(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "words");
  const char *name = proposition_make(fixture, partnership, "uptime");
  map_gaps(fixture, fixture->vendor_manager, name);
  assert_int_equal(read_one(fixture, name)->state, STATE(DRAFT));
  refused(fixture, fixture->vendor, SERVICE "ArticulateJointValueProposition", REASON_INVALID_STATE,
          "{'name': '%s', 'articulation': 'Sensors, and crews that act on what they tell'}", name);
  map_gaps(fixture, fixture->partner_manager, name);
  ask(fixture, fixture->vendor, SERVICE "ArticulateJointValueProposition",
      "{'name': '%s', 'articulation': 'Sensors, and crews that act on what they tell'}", name);
  const char *read = read_one(fixture, name)->content_hash;
  refused(fixture, fixture->vendor_manager, SERVICE "ApproveJointValueProposition", REASON_ACCESS_DENIED,
          "{'name': '%s', 'contentHash': '%s'}", name, read);
  ask(fixture, fixture->vendor, SERVICE "ApproveJointValueProposition", "{'name': '%s', 'contentHash': '%s'}",
      name, read);
  refused(fixture, fixture->vendor, SERVICE "ApproveJointValueProposition", "ALREADY_APPROVED",
          "{'name': '%s', 'contentHash': '%s'}", name, read);
  ask(fixture, fixture->partner_manager, SERVICE "ArticulateJointValueProposition",
      "{'name': '%s', 'articulation': 'Crews, and sensors that tell them what to do'}", name);
  assert_int_equal(read_one(fixture, name)->n_articulation_approvals, 0);
  refused(fixture, fixture->partner, SERVICE "ApproveJointValueProposition", "CONTENT_CHANGED",
          "{'name': '%s', 'contentHash': '%s'}", name, read);
  approve(fixture, name);
  /* The same words again write nothing. */
  const char *etag = read_one(fixture, name)->etag;
  ask(fixture, fixture->vendor, SERVICE "TranslateOutcome", "{'name': '%s', 'outcome': {}}", name);
  assert_string_equal(read_one(fixture, name)->etag, etag);
  const struct status *status = refused(fixture, fixture->vendor, SERVICE "ApproveJointValueProposition",
                                        "SLOTS_MISSING", "{'name': '%s', 'contentHash': '%s'}", name, read);
  assert_int_equal(guard_count(status), 6);
  proposition seen = ask(fixture, fixture->vendor, SERVICE "TranslateOutcome",
                         "{'name': '%s', 'outcome': {'outcome': 'less downtime', 'benefit': 'saves', "
                         "'timeframe': 'a year'}}",
                         name);
  assert_int_equal(seen->n_missing_slots, 3);
  assert_string_equal(seen->outcome_sentence, "less downtime that saves in a year");
  assert_string_equal(seen->together_sentence, "");
  status = refused(fixture, fixture->vendor, SERVICE "ArticulateJointValueProposition",
                   REASON_INVALID_REQUEST, "{'name': '%s/x', 'articulation': 'short'}", name);
  assert_int_equal(violation_count(status), 2);
  refused(fixture, fixture->stranger, SERVICE "GetJointValueProposition", REASON_ACCESS_DENIED,
          "{'name': '%s'}", name);
  refused(fixture, fixture->viewer, SERVICE "MapGaps", REASON_ACCESS_DENIED,
          "{'name': '%s', 'provides': ['a'], 'cannotProvide': ['b']}", name);
}

static void entries_count_and_are_taken_back(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "entries");
  const char *name = proposition_tested(fixture, partnership, "uptime", 10);
  const Onboard__ValidationEntry *entry = record(fixture, fixture->vendor_manager, name, "JOINT", 5, 5);
  assert_int_equal(read_one(fixture, name)->arms[0]->conversations, 25);
  refused(fixture, fixture->partner, SERVICE "WithdrawValidationEntry", "NOT_OWN_ENTRY",
          "{'name': '%s', 'reason': 'these were not customers'}", entry->name);
  set_now(fixture, "2026-07-16T12:00:00Z");
  ask(fixture, fixture->vendor_manager, SERVICE "WithdrawValidationEntry",
      "{'name': '%s', 'reason': 'these were not customers'}", entry->name);
  const Ledger__ListLedgerEntriesResponse *ledger =
      ask(fixture, fixture->partner, "/entente.ledger.v1.LedgerService/ListLedgerEntries",
          "{'parent': '%s', 'resource': '%s'}", partnership, entry->name);
  assert_int_equal(ledger->n_entries, 2); /* held on one day, taken back on the next */
  assert_int_equal(timestamp_us(ledger->entries[1]->occur_time, 0) -
                       timestamp_us(ledger->entries[0]->occur_time, 0),
                   US_PER_DAY);
  set_now(fixture, "2026-07-15T12:00:00Z");
  refused(fixture, fixture->vendor_manager, SERVICE "WithdrawValidationEntry", REASON_INVALID_STATE,
          "{'name': '%s', 'reason': 'these were not customers'}", entry->name);
  assert_int_equal(read_one(fixture, name)->arms[0]->conversations, 20);
  assert_int_equal(read_one(fixture, name)->arms[0]->positive_responses, 10);
  static const char *const wrong[] = {
      "{'arm': 'VALIDATION_ARM_JOINT', 'conversations': 3, 'positiveResponses': 4, 'evidence': 'notes of the "
      "calls'}",
      "{'arm': 'VALIDATION_ARM_JOINT', 'conversations': 3, 'occurTime': '2026-07-16T00:00:00Z', 'evidence': "
      "'notes of the calls'}",
      "{'conversations': 3, 'evidence': 'notes of the calls'}",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    refused(fixture, fixture->vendor, SERVICE "RecordValidation", REASON_INVALID_REQUEST,
            "{'parent': '%s', 'validationEntry': %s}", name, wrong[i]);
  const Onboard__ListValidationEntriesResponse *joint =
      ask(fixture, fixture->partner_manager, SERVICE "ListValidationEntries",
          "{'parent': '%s', 'arm': 'VALIDATION_ARM_JOINT'}", name);
  assert_int_equal(joint->n_validation_entries, 2);
  const Onboard__ListValidationEntriesResponse *page =
      ask(fixture, fixture->partner_manager, SERVICE "ListValidationEntries",
          "{'parent': '%s', 'pageSize': 3}", name);
  assert_int_equal(page->n_validation_entries, 3);
  page = ask(fixture, fixture->partner_manager, SERVICE "ListValidationEntries",
             "{'parent': '%s', 'pageSize': 3, 'pageToken': '%s'}", name, page->next_page_token);
  assert_int_equal(page->n_validation_entries, 1);
  assert_string_equal(page->next_page_token, "");
  ask(fixture, fixture->vendor, SERVICE "ConcludeValidation", "{'name': '%s'}", name);
  refused(fixture, fixture->vendor, SERVICE "WithdrawValidationEntry", REASON_INVALID_STATE,
          "{'name': '%s', 'reason': 'these were not customers'}", joint->validation_entries[0]->name);
}

static const char *validate(struct onboard_fixture *fixture, const char *name) {
  proposition done = ask(fixture, fixture->vendor, SERVICE "ConcludeValidation", "{'name': '%s'}", name);
  assert_int_equal(done->state, STATE(VALIDATED));
  return done->name;
}

static const char *named_by(struct onboard_fixture *fixture, const char *partnership) {
  const Onboard__Partnership *told =
      ask(fixture, fixture->viewer, "PartnershipService/GetPartnership", "{'name': '%s'}", partnership);
  return told->joint_value_proposition;
}

static void versions_follow_each_other(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "revisions");
  const char *first = validate(fixture, proposition_tested(fixture, partnership, "v1", 20));
  proposition second = ask(fixture, fixture->partner_manager, SERVICE "ReviseJointValueProposition",
                           "{'name': '%s', 'jointValuePropositionId': 'v2'}", first);
  assert_int_equal(second->version, 2);
  assert_string_equal(second->parent_proposition, first);
  refused(fixture, fixture->vendor, SERVICE "ReviseJointValueProposition", "ALREADY_REVISED",
          "{'name': '%s', 'jointValuePropositionId': 'v2b'}", first);
  refused(fixture, fixture->vendor, SERVICE "ReviseJointValueProposition", REASON_ALREADY_EXISTS,
          "{'name': '%s', 'jointValuePropositionId': 'v2'}", first);
  assert_string_equal(read_one(fixture, first)->revised_by, second->name);
  assert_string_equal(named_by(fixture, partnership), first);
  /* Its validation is its own: what was recorded for the first does not count. */
  const char *next = second->name;
  word(fixture, next);
  assert_int_equal(read_one(fixture, next)->arms[0]->conversations, 0);
  refused(fixture, fixture->vendor, SERVICE "ConcludeValidation", "SAMPLE_TOO_SMALL", "{'name': '%s'}", next);
  record(fixture, fixture->vendor, next, "JOINT", 10, 9);
  record(fixture, fixture->vendor, next, "VENDOR_SOLO", 10, 1);
  record(fixture, fixture->vendor, next, "PARTNER_SOLO", 10, 1);
  validate(fixture, next);
  /* The first is out of use, and stays readable. */
  proposition old = read_one(fixture, first);
  assert_int_equal(old->state, STATE(RETIRED));
  assert_int_equal(old->verdict->lift_bps, 6000);
  assert_string_equal(named_by(fixture, partnership), next);
  const Onboard__ListJointValuePropositionsResponse *valid =
      ask(fixture, fixture->partner_manager, SERVICE "ListJointValuePropositions",
          "{'parent': '%s', 'state': 'STATE_VALIDATED'}", partnership);
  assert_int_equal(valid->n_joint_value_propositions, 1);
  /* The one retired by hand is followed by the one validated before it, if any. */
  const char *other = validate(fixture, proposition_tested(fixture, partnership, "other", 20));
  assert_string_equal(named_by(fixture, partnership), other);
  ask(fixture, fixture->partner, SERVICE "RetireJointValueProposition",
      "{'name': '%s', 'reason': 'no longer what we sell'}", other);
  assert_string_equal(named_by(fixture, partnership), next);
  ask(fixture, fixture->partner, SERVICE "RetireJointValueProposition",
      "{'name': '%s', 'reason': 'no longer what we sell'}", next);
  assert_string_equal(named_by(fixture, partnership), "");
  assert_int_equal(counter(fixture, partnership, "2026", "propositions.validated", NOBODY), 3);
}

/* ---- many at once ---- */

enum { RECORDERS = 60 };
struct contest {
  const void *requests[RECORDERS];
  const struct status *answers[RECORDERS];
};

static void record_one(struct server_fixture *server, size_t index, void *context) {
  struct contest *contest = context;
  Onboard__ValidationEntry *entry;
  struct client_call call = fixture_client_call(
      server, fixture_arena(server), "/entente.onboard.v1.JointValuePropositionService/RecordValidation",
      contest->requests[index]);
  call.response = &onboard__validation_entry__descriptor;
  contest->answers[index] = client_call(fixture_channel(server), &call, &entry);
}

static void many_recorders_one_tally(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "recorders");
  const char *name = proposition_tested(fixture, partnership, "uptime", 10);
  struct contest contest;
  for (int i = 0; i < RECORDERS; i++)
    contest.requests[i] =
        request_of(fixture, SERVICE "RecordValidation",
                   "{'parent': '%s', 'validationEntry': {'arm': 'VALIDATION_ARM_JOINT', 'conversations': %d, "
                   "'positiveResponses': 1, 'evidence': 'notes of the calls'}, 'requestId': 'r%d'}",
                   name, i + 1, i);
  fixture_as(fixture->server, fixture->vendor_manager);
  fixture_fibers(fixture->server, RECORDERS, record_one, &contest);
  for (int i = 0; i < RECORDERS; i++)
    if (contest.answers[i])
      fail_msg("%s: %s", contest.answers[i]->reason, contest.answers[i]->message);
  proposition end = read_one(fixture, name);
  assert_int_equal(end->arms[0]->conversations, 20 + RECORDERS * (RECORDERS + 1) / 2);
  assert_int_equal(end->arms[0]->positive_responses, 10 + RECORDERS);
}

static void nothing_goes_on_after_the_end(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *partnership = partnership_make(fixture, "ended-proposition");
  const char *name = proposition_tested(fixture, partnership, "uptime", 20);
  ask(fixture, fixture->vendor, "PartnershipService/EndPartnership",
      "{'name': '%s', 'reason': 'it came to nothing'}", partnership);
  const struct status *status = refused(fixture, fixture->vendor, SERVICE "ConcludeValidation",
                                        REASON_INVALID_STATE, "{'name': '%s'}", name);
  assert_string_equal(status_metadata_text(status, "state"), "ENDED");
  refused(fixture, fixture->partner, SERVICE "CreateJointValueProposition", REASON_INVALID_STATE,
          "{'parent': '%s', 'jointValueProposition': {'title': 'late'}}", partnership);
  assert_int_equal(read_one(fixture, name)->state, STATE(IN_VALIDATION));
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(from_gaps_to_a_verdict),
      cmocka_unit_test(words_need_both),
      cmocka_unit_test(entries_count_and_are_taken_back),
      cmocka_unit_test(versions_follow_each_other),
      cmocka_unit_test(many_recorders_one_tally),
      cmocka_unit_test(nothing_goes_on_after_the_end),
      cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
