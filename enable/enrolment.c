#include "enable/enrolment.h"

#include "enable/course.h"
#include "enable/roster_member.h"

#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <string.h>

#define ASSIGNED ENABLE__ENROLMENT__STATE__STATE_ASSIGNED
#define IN_PROGRESS ENABLE__ENROLMENT__STATE__STATE_IN_PROGRESS
#define SATISFIED ENABLE__ENROLMENT__STATE__STATE_SATISFIED
#define FAILED ENABLE__ENROLMENT__STATE__STATE_FAILED
#define ABANDONED ENABLE__ENROLMENT__STATE__STATE_ABANDONED
#define WAIVED ENABLE__ENROLMENT__STATE__STATE_WAIVED

static const char *const action_names[ENROLMENT_ACTIONS] = {"INITIALIZE", "RECORD", "WAIVE"};
/* A session outlives satisfaction and failure: Terminated comes after Passed and Failed. */
static const struct transition transitions[] = {
    {ASSIGNED, ENROLMENT_INITIALIZE, IN_PROGRESS},
    {IN_PROGRESS, ENROLMENT_INITIALIZE, IN_PROGRESS},
    {FAILED, ENROLMENT_INITIALIZE, IN_PROGRESS},
    {ABANDONED, ENROLMENT_INITIALIZE, IN_PROGRESS},
    {SATISFIED, ENROLMENT_INITIALIZE, SATISFIED},
    {IN_PROGRESS, ENROLMENT_RECORD, IN_PROGRESS},
    {FAILED, ENROLMENT_RECORD, FAILED},
    {SATISFIED, ENROLMENT_RECORD, SATISFIED},
    {ASSIGNED, ENROLMENT_WAIVE, WAIVED},
    {IN_PROGRESS, ENROLMENT_WAIVE, WAIVED},
    {FAILED, ENROLMENT_WAIVE, WAIVED},
    {ABANDONED, ENROLMENT_WAIVE, WAIVED},
};
const struct machine enrolment_machine = {
    .states = &enable__enrolment__state__descriptor,
    .actions = action_names,
    .action_count = ENROLMENT_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

bool enrolment_is_done(const Enable__Enrolment *enrolment) {
  return enrolment->state == SATISFIED || enrolment->state == WAIVED;
}

const struct status *enrolment_apply_create(struct arena *arena, Enable__Enrolment *enrolment,
                                            const Enable__Course *course, const Enable__RosterMember *member,
                                            int64_t now_us) {
  struct guards guards = {
      .arena = arena, .resource = enrolment->name, .state = "UNASSIGNED", .action = "ASSIGN"};
  guard(&guards, member->state == ENABLE__ROSTER_MEMBER__STATE__STATE_ACTIVE, "%s has left", member->name);
  guard(&guards, course_state_at(course, now_us) == ENABLE__COURSE__STATE__STATE_PUBLISHED, "%s is %s",
        course->name, state_name(&enable__course__state__descriptor, course_state_at(course, now_us)));
  if (guards.status) {
    return guards.status;
  }
  int64_t assign_us = timestamp_us(enrolment->assign_time, INT64_MIN);
  const struct status *status = moment_past(arena, "enrolment.assign_time", now_us, &assign_us);
  if (status) {
    return status;
  }
  enrolment->assign_time = timestamp_new(arena, assign_us);
  enrolment->party = member->party;
  enrolment->state = ASSIGNED;
  if (course->move_on == ENABLE__COURSE__MOVE_ON__MOVE_ON_NOT_APPLICABLE) {
    enrolment->state = SATISFIED;
    enrolment->satisfy_time = enrolment->assign_time;
  }
  return NULL;
}

static const char *verb_name(Enable__Verb verb) {
  const ProtobufCEnumValue *value =
      protobuf_c_enum_descriptor_get_value(&enable__verb__descriptor, (int)verb);
  return value ? value->name + strlen("VERB_") : "UNKNOWN";
}

static const struct status *session_refused(struct arena *arena, const struct statement *statement,
                                            const char *reason, const char *text) {
  struct status *status = status_make(arena, CODE_FAILED_PRECONDITION, reason, "session %s %s: %s refused",
                                      statement->session, text, verb_name(statement->verb));
  status_add_metadata(arena, status, "session", statement->session);
  status_add_metadata(arena, status, "verb", verb_name(statement->verb));
  return status;
}

static Enable__Session *find_session(const Enable__Enrolment *enrolment, const char *id) {
  for (size_t i = 0; i < enrolment->n_sessions; i++) {
    if (text_equal(enrolment->sessions[i]->session, id)) {
      return enrolment->sessions[i];
    }
  }
  return NULL;
}

static int64_t session_last_us(const Enable__Session *session) {
  const Google__Protobuf__Timestamp *times[] = {session->initialize_time, session->complete_time,
                                                session->pass_time,       session->fail_time,
                                                session->terminate_time,  session->abandon_time};
  int64_t last = INT64_MIN;
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
    int64_t time = timestamp_us(times[i], INT64_MIN);
    last = time > last ? time : last;
  }
  return last;
}

static bool session_is_open(const Enable__Session *session) {
  return !session->terminate_time && !session->abandon_time;
}

static const struct status *check_time(struct arena *arena, const Enable__Enrolment *enrolment,
                                       const struct statement *statement, int64_t now_us, int64_t *occur_us) {
  *occur_us = statement->occur_us;
  const struct status *status = moment_past(arena, "occur_time", now_us, occur_us);
  if (status) {
    return status;
  }
  int64_t last = timestamp_us(enrolment->assign_time, INT64_MIN);
  for (size_t i = 0; i < enrolment->n_sessions; i++) {
    int64_t time = session_last_us(enrolment->sessions[i]);
    last = time > last ? time : last;
  }
  if (*occur_us >= last) {
    return NULL;
  }
  struct status *late = status_make(arena, CODE_INVALID_ARGUMENT, "STATEMENT_OUT_OF_ORDER",
                                    "the statement happened before the one recorded last, or the assignment");
  status_add_violation(arena, late, "occur_time", "STATEMENT_OUT_OF_ORDER",
                       "must not be before the statement recorded last");
  status_add_metadata(arena, late, "session", statement->session);
  return late;
}

static bool prerequisite_met(const Enable__RosterMember *member, const char *const *alternatives) {
  for (size_t i = 0; alternatives[i]; i++) {
    const Enable__CourseProgress *progress = roster_member_progress(member, alternatives[i]);
    if (progress && progress->satisfy_time) {
      return true;
    }
  }
  return false;
}

static const struct status *check_prerequisites(struct arena *arena, const Enable__Enrolment *enrolment,
                                                const struct enrolment_terms *terms) {
  struct guards guards = {.arena = arena,
                          .resource = enrolment->name,
                          .state = state_name(&enable__enrolment__state__descriptor, enrolment->state),
                          .action = action_names[ENROLMENT_INITIALIZE],
                          .reason = "PREREQUISITE_UNMET"};
  for (size_t i = 0; i < terms->count; i++) {
    guard(&guards, prerequisite_met(terms->member, terms->prerequisites[i]), "%s is not satisfied",
          terms->prerequisites[i][0]);
  }
  if (guards.status) {
    status_add_metadata(arena, guards.status, "course", enrolment->course);
  }
  return guards.status;
}

static const struct status *open_session(struct arena *arena, Enable__Enrolment *enrolment,
                                         const struct enrolment_terms *terms,
                                         const struct statement *statement, int64_t occur_us) {
  const struct status *status = check_prerequisites(arena, enrolment, terms);
  if (status) {
    return status;
  }
  if (find_session(enrolment, statement->session)) {
    return session_refused(arena, statement, "STATEMENT_REPEATED", "was initialized before");
  }
  if (enrolment->n_sessions >= SESSIONS_MAX) {
    struct status *full =
        status_make(arena, CODE_RESOURCE_EXHAUSTED, "LIMIT_REACHED",
                    "%s has had %d sessions, the most there can be", enrolment->name, SESSIONS_MAX);
    status_add_metadata(arena, full, "limit", arena_printf(arena, "%d", SESSIONS_MAX));
    return full;
  }
  for (size_t i = 0; i < enrolment->n_sessions; i++) {
    if (session_is_open(enrolment->sessions[i])) {
      enrolment->sessions[i]->abandon_time = timestamp_new(arena, occur_us);
    }
  }
  Enable__Session *session = arena_new(arena, Enable__Session);
  enable__session__init(session);
  session->session = arena_strdup(arena, statement->session);
  session->initialize_time = timestamp_new(arena, occur_us);
  enrolment->sessions = arena_append(arena, enrolment->sessions, enrolment->n_sessions++, session);
  return NULL;
}

static const struct status *check_score(struct arena *arena, const Enable__Course *course,
                                        const struct statement *statement) {
  bool passed = statement->verb == ENABLE__VERB__VERB_PASSED;
  const char *wrong = NULL;
  if (!statement->score) {
    wrong = course->mastery_score_bps ? "needs a score, as the course has a mastery score" : NULL;
  } else if (passed && statement->score->scaled_bps < course->mastery_score_bps) {
    wrong = "is below the mastery score: not passed";
  } else if (!passed && course->mastery_score_bps &&
             statement->score->scaled_bps >= course->mastery_score_bps) {
    wrong = "reaches the mastery score: not failed";
  }
  if (!wrong) {
    return NULL;
  }
  struct status *status =
      status_make(arena, CODE_INVALID_ARGUMENT, "SCORE_CONTRADICTS", "the score %s", wrong);
  status_add_violation(arena, status, "score", "SCORE_CONTRADICTS", "%s", wrong);
  status_add_metadata(arena, status, "mastery_score_bps",
                      arena_printf(arena, "%d", course->mastery_score_bps));
  return status;
}

static Google__Protobuf__Timestamp **verb_slot(Enable__Session *session, Enable__Verb verb) {
  switch (verb) {
  case ENABLE__VERB__VERB_COMPLETED:
    return &session->complete_time;
  case ENABLE__VERB__VERB_PASSED:
    return &session->pass_time;
  case ENABLE__VERB__VERB_FAILED:
    return &session->fail_time;
  case ENABLE__VERB__VERB_TERMINATED:
    return &session->terminate_time;
  default:
    return &session->abandon_time;
  }
}

static const struct status *record_in_session(struct arena *arena, Enable__Enrolment *enrolment,
                                              const struct enrolment_terms *terms,
                                              const struct statement *statement, int64_t occur_us) {
  Enable__Session *session = find_session(enrolment, statement->session);
  if (!session) {
    return session_refused(arena, statement, "SESSION_UNKNOWN", "was not initialized");
  }
  if (!session_is_open(session)) {
    return session_refused(arena, statement, "SESSION_ENDED", "has ended");
  }
  bool judged = statement->verb == ENABLE__VERB__VERB_PASSED || statement->verb == ENABLE__VERB__VERB_FAILED;
  Google__Protobuf__Timestamp **slot = verb_slot(session, statement->verb);
  if (*slot || (judged && (session->pass_time || session->fail_time))) {
    return session_refused(arena, statement, "STATEMENT_REPEATED", "has such a statement already");
  }
  if (judged) {
    const struct status *status = check_score(arena, terms->course, statement);
    if (status) {
      return status;
    }
    if (statement->score) {
      session->score = arena_new(arena, Enable__Score);
      enable__score__init(session->score);
      session->score->scaled_bps = statement->score->scaled_bps;
    }
  }
  *slot = timestamp_new(arena, occur_us);
  return NULL;
}

static bool is_met(const Enable__Enrolment *enrolment, Enable__Course__MoveOn move_on) {
  bool passed = false, completed = false;
  for (size_t i = 0; i < enrolment->n_sessions; i++) {
    passed |= enrolment->sessions[i]->pass_time != NULL;
    completed |= enrolment->sessions[i]->complete_time != NULL;
  }
  switch (move_on) {
  case ENABLE__COURSE__MOVE_ON__MOVE_ON_PASSED:
    return passed;
  case ENABLE__COURSE__MOVE_ON__MOVE_ON_COMPLETED:
    return completed;
  case ENABLE__COURSE__MOVE_ON__MOVE_ON_COMPLETED_AND_PASSED:
    return completed && passed;
  case ENABLE__COURSE__MOVE_ON__MOVE_ON_COMPLETED_OR_PASSED:
    return completed || passed;
  default:
    return move_on == ENABLE__COURSE__MOVE_ON__MOVE_ON_NOT_APPLICABLE;
  }
}

/* Where a statement leads that does not satisfy. */
static Enable__Enrolment__State state_after(Enable__Enrolment__State state, Enable__Verb verb) {
  if (verb == ENABLE__VERB__VERB_FAILED) {
    return FAILED;
  }
  return verb == ENABLE__VERB__VERB_ABANDONED && state == IN_PROGRESS ? ABANDONED : state;
}

const struct status *enrolment_apply_statement(struct arena *arena, Enable__Enrolment *enrolment,
                                               const struct enrolment_terms *terms,
                                               const struct statement *statement, int64_t now_us) {
  bool initialized = statement->verb == ENABLE__VERB__VERB_INITIALIZED;
  int to;
  const struct status *status = machine_next(&enrolment_machine, arena, enrolment->name, enrolment->state,
                                             initialized ? ENROLMENT_INITIALIZE : ENROLMENT_RECORD, &to);
  if (status) {
    return status;
  }
  int64_t occur_us;
  status = check_time(arena, enrolment, statement, now_us, &occur_us);
  if (status) {
    return status;
  }
  status = initialized ? open_session(arena, enrolment, terms, statement, occur_us)
                       : record_in_session(arena, enrolment, terms, statement, occur_us);
  if (status) {
    return status;
  }
  enrolment->state = (Enable__Enrolment__State)to;
  if (enrolment->state != SATISFIED && is_met(enrolment, terms->course->move_on)) {
    enrolment->state = SATISFIED;
    enrolment->satisfy_time = timestamp_new(arena, occur_us);
  } else if (enrolment->state != SATISFIED) {
    enrolment->state = state_after(enrolment->state, statement->verb);
  }
  return NULL;
}

const struct status *enrolment_apply_waive(struct arena *arena, Enable__Enrolment *enrolment,
                                           const char *actor, const char *reason, int64_t waive_us,
                                           int64_t now_us) {
  int to;
  const struct status *status =
      machine_next(&enrolment_machine, arena, enrolment->name, enrolment->state, ENROLMENT_WAIVE, &to);
  if (status) {
    return status;
  }
  status = moment_past(arena, "waive_time", now_us, &waive_us);
  if (status) {
    return status;
  }
  if (waive_us < timestamp_us(enrolment->assign_time, INT64_MIN)) {
    return invalid_field(arena, "waive_time", "VALUE_OUT_OF_RANGE", "must not be before the assignment");
  }
  Enable__Waiver *waiver = arena_new(arena, Enable__Waiver);
  enable__waiver__init(waiver);
  waiver->actor = arena_strdup(arena, actor);
  waiver->reason = arena_strdup(arena, reason);
  waiver->waive_time = timestamp_new(arena, waive_us);
  enrolment->waiver = waiver;
  enrolment->state = (Enable__Enrolment__State)to;
  enrolment->satisfy_time = waiver->waive_time;
  return NULL;
}
