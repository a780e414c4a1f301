/* Courses, rosters of both parties, who trained and who is certified. */
#include "gateway/cli/demo_part.h"

#include <stdio.h>

/* People of each party whose role asks for a course, and how many of them hold its credential. */
static const struct {
  int people, certified;
} rosters[DEMO_PARTNERSHIPS][2] = {
    [DEMO_ORVANE] = {{22, 20}, {60, 56}},    [DEMO_BRIGHTMOOR] = {{20, 9}, {50, 9}},
    [DEMO_CASTELLAN] = {{8, 7}, {20, 18}},   [DEMO_MERIDIAN] = {{8, 7}, {15, 13}},
    [DEMO_FERROSTAHL] = {{10, 8}, {24, 15}}, [DEMO_ALDER_FINCH] = {{6, 6}, {12, 11}},
    [DEMO_TALLIS] = {{2, 0}, {6, 1}},        [DEMO_NORDLICHT] = {{12, 12}, {15, 15}},
};

static const char *const courses[2] = {"joint-selling", "platform-engineer"};

void demo_courses(struct scene *scene) {
  static const char *const titles[2] = {"Selling the joint solution", "Platform engineer"};
  static const char *const roles[2] = {"ROLE_SELLER", "ROLE_ENGINEER"};
  for (int i = 0; i < 2; i++) {
    scene_step(
        scene, ACTOR_VENDOR, "enable", "CourseService/CreateCourse",
        "{\"parent\": \"vendors/halden\", \"courseId\": \"%s\", \"course\": {\"title\": \"%s\", \"moveOn\": "
        "\"MOVE_ON_COMPLETED_AND_PASSED\", \"masteryScoreBps\": 8000, \"validityMonths\": 12, "
        "\"requiredRoles\": "
        "[\"%s\"]}}",
        courses[i], titles[i], roles[i]);
    scene_step(scene, ACTOR_VENDOR, "enable", "CourseService/PublishCourse",
               "{\"name\": \"vendors/halden/courses/%s\", \"publishTime\": %s}", courses[i],
               scene_time(scene, 4, 500));
  }
}

static void say(struct scene *scene, enum demo_actor party, const char *enrolment, const char *verb,
                const char *when) {
  scene_step(scene, party, "enable", "EnrolmentService/RecordStatement",
             "{\"name\": \"%s\", \"session\": \"first\", \"verb\": \"%s\"%s, \"occurTime\": %s}", enrolment,
             verb, verb[5] == 'P' ? ", \"score\": {\"scaledBps\": 9000}" : "", when);
}

/* One in seven passed nearly a year ago, so that the credential runs out soon. */
static void certify(struct scene *scene, enum demo_actor party, const char *id, int number) {
  int back = number % 7 == 0 ? 3 : 1, permille = number % 7 == 0 ? 900 : 200 + 5 * number;
  const char *name = demo_name(scene);
  const char *enrolment = scene_text(scene, "%s/enrolments/%s", name, id);
  static const char *const verbs[] = {"VERB_INITIALIZED", "VERB_COMPLETED", "VERB_PASSED", "VERB_TERMINATED"};
  for (int i = 0; i < 4; i++)
    say(scene, party, enrolment, verbs[i], scene_time(scene, back, permille + i));
  scene_step(scene, ACTOR_VENDOR, "enable", "CredentialService/IssueCredential",
             "{\"parent\": \"%s\", \"credentialId\": \"%s\", \"enrolment\": \"%s\"}", name, id, enrolment);
}

static void train(struct scene *scene, enum demo_actor party, int number, bool passes) {
  const char *name = demo_name(scene), *side = party == ACTOR_VENDOR ? "v" : "p";
  const char *id = scene_text(scene, "%s%03d", side, number);
  bool engineer = number % 3 == 2;
  scene_step(scene, party, "enable", "RosterMemberService/CreateRosterMember",
             "{\"parent\": \"%s\", \"rosterMemberId\": \"%s\", \"rosterMember\": {\"person\": \"%s-%s\", "
             "\"displayName\": \"Member %s %d\", \"roles\": [\"%s\"], \"joinTime\": %s}}",
             name, id, scene_partnership(scene)->id, id,
             party == ACTOR_VENDOR ? "of the vendor" : "of the partner", number + 1,
             engineer ? "ROLE_ENGINEER" : "ROLE_SELLER", scene_time(scene, 3, 100));
  scene_step(
      scene, party, "enable", "EnrolmentService/CreateEnrolment",
      "{\"parent\": \"%s\", \"enrolmentId\": \"%s\", \"enrolment\": {\"member\": \"%s/rosterMembers/%s\", "
      "\"course\": \"vendors/halden/courses/%s\", \"assignTime\": %s}}",
      name, id, name, id, courses[engineer], scene_time(scene, 3, 200));
  if (passes)
    certify(scene, party, id, number);
}

void demo_enable(struct scene *scene) {
  for (int party = 0; party < 2; party++)
    for (int i = 0; i < rosters[demo_index(scene)][party].people; i++)
      train(scene, party, i, i < rosters[demo_index(scene)][party].certified);
}
