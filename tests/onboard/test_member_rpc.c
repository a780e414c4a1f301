/* Programs and their members by real calls: who sees what, evaluation from the partnership's own counters,
 * grace that time ends. */
#include "onboard/service_fixture.h"
#include "support/check.h"

#include "entente/onboard/v1/member_service.pb-c.h"
#include "entente/onboard/v1/program_service.pb-c.h"

#include <string.h>

#define STATE(name) ONBOARD__MEMBER__STATE__STATE_##name
#define DECISION(name) ONBOARD__MEMBER_DECISION__MEMBER_DECISION_##name

static const char levels[] =
    "[{'id': 'registered', 'rank': 1, 'title': 'Registered', 'terms': [{'kind': 'TERM_KIND_DISCOUNT', "
    "'rateBps': 1500}]}, {'id': 'gold', 'rank': 2, 'title': 'Gold', 'criteria': [{'metric': "
    "'CRITERION_METRIC_CERTIFIED_PEOPLE', 'threshold': '5'}, {'metric': 'CRITERION_METRIC_FULFILMENT_BPS', "
    "'threshold': '8000'}], 'terms': [{'kind': 'TERM_KIND_DISCOUNT', 'rateBps': 2500}]}]";

static const char *program_make(struct onboard_fixture *fixture, const char *id) {
  const Onboard__Program *program =
      ask(fixture, fixture->vendor, "ProgramService/CreateProgram",
          "{'parent': '%s', 'programId': '%s', 'program': {'title': 'Program %s', 'graceDays': 30, 'levels': "
          "%s}}",
          HALDEN, id, id, levels);
  return program->name;
}

static void partners_see_what_was_activated(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *name = program_make(fixture, "seen");
  refused(fixture, fixture->partner, "ProgramService/GetProgram", REASON_NOT_FOUND, "{'name': '%s'}", name);
  refused(fixture, fixture->partner, "ProgramService/CreateProgram", REASON_ACCESS_DENIED,
          "{'parent': '%s', 'program': {'title': 'Mine'}}", HALDEN);
  const Onboard__ListProgramsResponse *list =
      ask(fixture, fixture->partner, "ProgramService/ListPrograms", "{'parent': '%s'}", HALDEN);
  assert_int_equal(list->n_programs, 0);
  const struct status *status = refused(
      fixture, fixture->vendor, "ProgramService/UpdateProgram", REASON_INVALID_REQUEST,
      "{'program': {'name': '%s', 'levels': [{'id': 'a', 'rank': 1, 'title': 'A'}, {'id': 'a', 'rank': "
      "1, 'title': 'A'}]}, 'updateMask': 'levels'}",
      name);
  assert_int_equal(violation_count(status), 2);
  ask(fixture, fixture->vendor, "ProgramService/ActivateProgram", "{'name': '%s'}", name);
  const Onboard__Program *seen =
      ask(fixture, fixture->partner, "ProgramService/GetProgram", "{'name': '%s'}", name);
  assert_int_equal(seen->n_levels, 2);
  list = ask(fixture, fixture->stranger, "ProgramService/ListPrograms",
             "{'parent': '%s', 'state': 'STATE_ACTIVE'}", HALDEN);
  assert_int_equal(list->n_programs, 1);
  static const char by_text[] = "{'parent': '%s', 'text': '%s'}";
  list = ask(fixture, fixture->partner, "ProgramService/ListPrograms", by_text, HALDEN, "program SEEN");
  assert_int_equal(list->n_programs, 1);
  list = ask(fixture, fixture->partner, "ProgramService/ListPrograms", by_text, HALDEN, "resellers");
  assert_int_equal(list->n_programs, 0);
  refused(fixture, fixture->vendor, "ProgramService/UpdateProgram", "LEVELS_FIXED",
          "{'program': {'name': '%s', 'graceDays': 10}, 'updateMask': 'graceDays'}", name);
  ask(fixture, fixture->vendor, "ProgramService/UpdateProgram",
      "{'program': {'name': '%s', 'description': 'For resellers'}, 'updateMask': 'description'}", name);
  list = ask(fixture, fixture->partner, "ProgramService/ListPrograms", by_text, HALDEN, "R\xc3\xa9sellers");
  assert_int_equal(list->n_programs, 1);
  ask(fixture, fixture->vendor, "ProgramService/RetireProgram", "{'name': '%s'}", name);
  const char *partnership = partnership_make(fixture, "too-late");
  refused(fixture, fixture->vendor, "MemberService/EnrollMember", "PROGRAM_NOT_ACTIVE",
          "{'parent': '%s', 'program': '%s'}", partnership, name);
  refused(fixture, fixture->vendor, "MemberService/EnrollMember", "PROGRAM_NOT_ACTIVE",
          "{'parent': '%s', 'program': 'vendors/tessel/programs/partners'}", partnership);
  refused(fixture, fixture->other, "ProgramService/GetProgram", REASON_ACCESS_DENIED, "{'name': '%s'}", name);
}

/* Fulfilment of a month that has ended, of the partner's commitment: `percent` of it. */
static void fulfil(struct onboard_fixture *fixture, const char *partnership, int percent) {
  const char *plan = plan_in_force(fixture, partnership, "fy26", "", terms_json(fixture, 100, ""));
  const Onboard__FulfilmentClaim *claim =
      ask(fixture, fixture->partner, "CommitmentService/ClaimFulfilment",
          "{'parent': '%s/commitments/partner-hours', 'claim': {'amount': '%d', 'evidence': 'time sheets', "
          "'occurTime': '2026-07-10T00:00:00Z'}}",
          plan, percent);
  ask(fixture, fixture->vendor, "CommitmentService/ConfirmClaim", "{'name': '%s'}", claim->name);
}

static const Onboard__EvaluateMemberResponse *evaluate(struct onboard_fixture *fixture, const char *member,
                                                       int certified, const char *more) {
  return ask(fixture, fixture->vendor_manager, "MemberService/EvaluateMember",
             "{'name': '%s', 'readings': [{'metric': 'CRITERION_METRIC_CERTIFIED_PEOPLE', 'value': '%d', "
             "'source': 'Coverage report'}]%s}",
             member, certified, more);
}

static void a_member_rises_falls_and_is_told_why(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *program = program_make(fixture, "judged");
  const char *partnership = partnership_designated(fixture, "judged");
  ask(fixture, fixture->vendor, "ProgramService/ActivateProgram", "{'name': '%s'}", program);
  static const char enroll[] = "{'parent': '%s', 'program': '%s', 'requestId': '%s'}";
  const Onboard__Member *member = ask(fixture, fixture->vendor_manager, "MemberService/EnrollMember", enroll,
                                      partnership, program, "enroll-1");
  ask(fixture, fixture->vendor_manager, "MemberService/EnrollMember", enroll, partnership, program,
      "enroll-1");
  refused(fixture, fixture->vendor_manager, "MemberService/EnrollMember", REASON_ALREADY_EXISTS, enroll,
          partnership, program, "");
  assert_int_equal(member->state, STATE(ENROLLED));
  refused(fixture, fixture->partner, "MemberService/EvaluateMember", REASON_ACCESS_DENIED, "{'name': '%s'}",
          member->name);
  refused(fixture, fixture->vendor, "MemberService/EvaluateMember", REASON_INVALID_REQUEST,
          "{'name': '%s', 'readings': [{'metric': 'CRITERION_METRIC_FULFILMENT_BPS', 'value': '9999', "
          "'source': 'wishes'}]}",
          member->name);
  fulfil(fixture, partnership, 85);
  /* The month has not ended yet: nothing is due that could be judged. */
  const Onboard__EvaluateMemberResponse *out = evaluate(fixture, member->name, 7, ", 'validateOnly': true");
  assert_string_equal(out->qualified_level, "registered");
  assert_false(out->levels[1]->criteria[1]->known);
  assert_int_equal(((const Onboard__Member *)ask(fixture, fixture->partner, "MemberService/GetMember",
                                                 "{'name': '%s'}", member->name))
                       ->state,
                   STATE(ENROLLED));
  set_now(fixture, "2026-10-05T00:00:00Z");
  out = evaluate(fixture, member->name, 7, "");
  assert_int_equal(out->decision, DECISION(PROMOTED));
  assert_string_equal(out->member->level, "gold");
  assert_int_equal(out->levels[1]->criteria[1]->value, 8500);
  out = evaluate(fixture, member->name, 2, "");
  assert_int_equal(out->decision, DECISION(GRACE_STARTED));
  set_now(fixture, "2026-11-05T00:00:00Z");
  const Onboard__Member *fallen =
      ask(fixture, fixture->partner, "MemberService/GetMember", "{'name': '%s'}", member->name);
  assert_string_equal(fallen->level, "registered");
  const Onboard__ListProgramMembersResponse *gold =
      ask(fixture, fixture->vendor, "MemberService/ListProgramMembers", "{'parent': '%s', 'level': 'gold'}",
          program);
  assert_int_equal(gold->n_members, 0);
  assert_true(sweep_now(fixture) >= 1);
  assert_int_equal(sweep_now(fixture), 0);
  assert_non_null(
      strstr(ledger_types(fixture, fixture->partner, partnership), "member.promoted member.grace_started"));
  const char *types = ledger_types(fixture, fixture->partner, partnership);
  assert_non_null(strstr(types, "member.demoted"));
  assert_null(strstr(strstr(types, "member.demoted") + 1, "member.demoted"));
  set_now(fixture, "2026-07-15T12:00:00Z");
}

static void what_is_done_by_hand_is_named(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *program = program_make(fixture, "handmade");
  const char *partnership = partnership_make(fixture, "handmade");
  ask(fixture, fixture->vendor, "ProgramService/ActivateProgram", "{'name': '%s'}", program);
  const Onboard__Member *member = ask(fixture, fixture->vendor, "MemberService/EnrollMember",
                                      "{'parent': '%s', 'program': '%s'}", partnership, program);
  refused(fixture, fixture->vendor, "MemberService/SetMemberLevel", REASON_INVALID_REQUEST,
          "{'name': '%s', 'level': 'gold', 'reason': 'because'}", member->name);
  refused(fixture, fixture->vendor_manager, "MemberService/SetMemberLevel", REASON_ACCESS_DENIED,
          "{'name': '%s', 'level': 'gold', 'reason': 'launch partner of the year'}", member->name);
  refused(fixture, fixture->vendor, "MemberService/SetMemberLevel", "LEVEL_UNKNOWN",
          "{'name': '%s', 'level': 'platinum', 'reason': 'launch partner of the year'}", member->name);
  const Onboard__Member *set =
      ask(fixture, fixture->vendor, "MemberService/SetMemberLevel",
          "{'name': '%s', 'level': 'gold', 'reason': 'launch partner of the year'}", member->name);
  assert_true(set->overridden);
  assert_string_equal(set->history[0]->reason, "launch partner of the year");
  const Onboard__ListMembersResponse *own =
      ask(fixture, fixture->partner, "MemberService/ListMembers", "{'parent': '%s'}", partnership);
  assert_int_equal(own->n_members, 1);
  static const struct {
    const char *text;
    size_t own, of_program;
  } texts[] = {{"HANDM", 1, 1}, {"Gold", 1, 1}, {"registered", 0, 0}, {"halden", 0, 0}};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    static const char by_text[] = "{'parent': '%s', 'text': '%s'}";
    own = ask(fixture, fixture->partner, "MemberService/ListMembers", by_text, partnership, texts[i].text);
    assert_int_equal(own->n_members, texts[i].own);
    const Onboard__ListProgramMembersResponse *of_program =
        ask(fixture, fixture->vendor, "MemberService/ListProgramMembers", by_text, program, texts[i].text);
    assert_int_equal(of_program->n_members, texts[i].of_program);
  }
  refused(fixture, fixture->partner, "MemberService/ListProgramMembers", REASON_ACCESS_DENIED,
          "{'parent': '%s'}", program);
  refused(fixture, fixture->stranger, "MemberService/GetMember", REASON_ACCESS_DENIED, "{'name': '%s'}",
          member->name);
  ask(fixture, fixture->vendor, "MemberService/RemoveMember", "{'name': '%s', 'reason': 'left the program'}",
      member->name);
  refused(fixture, fixture->vendor, "MemberService/EvaluateMember", REASON_INVALID_STATE, "{'name': '%s'}",
          member->name);
  ask(fixture, fixture->vendor, "MemberService/ReinstateMember", "{'name': '%s'}", member->name);
  assert_string_equal(ledger_types(fixture, fixture->partner, partnership),
                      "partnership.created member.enrolled member.level_set member.removed "
                      "member.reinstated");
}

/* Nothing is won any more when the partnership has ended. */
static void nobody_rises_after_the_end(void **state) {
  struct onboard_fixture *fixture = *state;
  const char *program = program_make(fixture, "ended");
  const char *partnership = partnership_make(fixture, "ended");
  ask(fixture, fixture->vendor, "ProgramService/ActivateProgram", "{'name': '%s'}", program);
  const Onboard__Member *member = ask(fixture, fixture->vendor, "MemberService/EnrollMember",
                                      "{'parent': '%s', 'program': '%s'}", partnership, program);
  ask(fixture, fixture->vendor, "PartnershipService/EndPartnership",
      "{'name': '%s', 'reason': 'nothing came of it'}", partnership);
  refused(fixture, fixture->vendor, "MemberService/EvaluateMember", REASON_INVALID_STATE, "{'name': '%s'}",
          member->name);
  refused(fixture, fixture->vendor, "MemberService/SetMemberLevel", REASON_INVALID_STATE,
          "{'name': '%s', 'level': 'gold', 'reason': 'launch partner of the year'}", member->name);
  ask(fixture, fixture->vendor, "MemberService/RemoveMember", "{'name': '%s', 'reason': 'it has ended'}",
      member->name);
}

static void everything_verifies(void **state) {
  verify_all(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(partners_see_what_was_activated),
      cmocka_unit_test(a_member_rises_falls_and_is_told_why),
      cmocka_unit_test(what_is_done_by_hand_is_named),
      cmocka_unit_test(nobody_rises_after_the_end),
      cmocka_unit_test(everything_verifies),
  };
  return cmocka_run_group_tests(tests, onboard_setup, onboard_teardown);
}
