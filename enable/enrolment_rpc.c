#include "enable/enrolment.h"

#include "enable/kinds.h"
#include "enable/roster_member.h"
#include "enable/service.h"
#include "enable/standing.h"
#include "runtime/base/name.h"
#include "runtime/base/party.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/rpc/resource.h"

#include "entente/enable/v1/enrolment_service.pb-c.h"

const struct status *enrolment_get(struct call *call, const void *in, void *out) {
  const Enable__GetEnrolmentRequest *request = in;
  Enable__Enrolment *enrolment;
  const struct status *status = resource_read(call, &kind_enrolment, request->name, &enrolment);
  if (!status) {
    *(Enable__Enrolment *)out = *enrolment;
  }
  return status;
}

const struct status *enrolment_list(struct call *call, const void *in, void *out) {
  const Enable__ListEnrolmentsRequest *request = in;
  Enable__ListEnrolmentsResponse *response = out;
  struct arena *arena = call_arena(call);
  if (request->party && !text_empty(request->member)) {
    return invalid_field(arena, "member", "FILTERS_EXCLUDE_EACH_OTHER", "is not given together with party");
  }
  const char *owner = partition_owner(arena, (int)request->party, request->member);
  struct list_page page;
  const struct status *status = resource_list(
      call,
      (struct list_query){.kind = &kind_enrolment,
                          .index = "list",
                          .scope = request->parent,
                          .partition = partition_owned(arena, request->parent, owner, (int)request->state),
                          .page_size = request->page_size,
                          .page_token = request->page_token},
      "", &page);
  if (status) {
    return status;
  }
  resource_page(response, &page);
  return NULL;
}

/* That a resource named in a request lies in the partnership that the call is about. */
static const struct status *check_same_partnership(struct call *call, const char *name, const char *other) {
  struct arena *arena = call_arena(call);
  return text_equal(name_partnership(arena, name), name_partnership(arena, other))
             ? NULL
             : call_not_found(call, other);
}

/* Puts the enrolment, and the member when where it stands changed, and counts. */
static const struct status *write_enrolment(struct call *call, Enable__Enrolment *enrolment,
                                            Enable__RosterMember *member, const char *type, int64_t occur_us,
                                            bool assigned, bool completed) {
  struct arena *arena = call_arena(call);
  struct txn *txn = call_txn(call);
  if (assigned || completed) {
    Enable__Requirements *requirements;
    const struct status *status = roster_member_note_enrolment(arena, member, enrolment);
    if (!status) {
      status = standing_requirements(txn, member->name, &requirements);
    }
    if (status) {
      return status;
    }
    standing_put(txn, member, requirements, "roster_member.progressed", occur_us);
  }
  txn_put(txn, &kind_enrolment, enrolment);
  struct record *record =
      txn_record(txn, &(struct record_facts){.type = type, .payload = enrolment, .occur_us = occur_us});
  if (assigned) {
    txn_count(record, "training.assigned", enrolment->party, timestamp_us(enrolment->assign_time, 0), 1);
  }
  if (completed) {
    txn_count(record, "training.completed", enrolment->party, timestamp_us(enrolment->satisfy_time, 0), 1);
  }
  return NULL;
}

const struct status *enrolment_create(struct call *call, const void *in, void *out) {
  const Enable__CreateEnrolmentRequest *request = in;
  struct arena *arena = call_arena(call);
  Enable__Enrolment *enrolment = request->enrolment;
  Enable__RosterMember *member;
  Enable__Course *course;
  const Onboard__Partnership *partnership;
  const struct status *status = directory_partnership_going_on(call_txn(call), request->parent, &partnership);
  if (!status) {
    status = resource_name(call, &kind_enrolment, request->parent, "enrolments", request->enrolment_id,
                           &enrolment->name);
  }
  if (!status) {
    status = check_same_partnership(call, request->parent, enrolment->member);
  }
  if (!status) {
    status = resource_load(call, &kind_roster_member, enrolment->member, NULL, &member);
  }
  if (!status) {
    status = party_check_owner(arena, member->name, member->party, call_party(call));
  }
  if (!status) {
    status = resource_load(call, &kind_course, enrolment->course, NULL, &course);
  }
  if (!status) {
    status = enrolment_apply_create(arena, enrolment, course, member, call_now_us(call));
  }
  if (!status) {
    status = write_enrolment(call, enrolment, member, "enrolment.assigned",
                             timestamp_us(enrolment->assign_time, 0), true, enrolment_is_done(enrolment));
  }
  if (status) {
    return status;
  }
  *(Enable__Enrolment *)out = *enrolment;
  return txn_commit(call_txn(call), out);
}

/* The names of courses of which one stands for a prerequisite: itself, the versions before it that it
 * accepts, and the versions that took its place. */
static const struct status *read_alternatives(struct call *call, char *prerequisite,
                                              const char *const **out) {
  enum { ALTERNATIVES_MAX = 64 };
  const char **names = arena_calloc(call_arena(call), ALTERNATIVES_MAX + 1, sizeof *names);
  size_t count = 0;
  *out = names;
  for (char *name = prerequisite; !text_empty(name) && count < ALTERNATIVES_MAX;) {
    Enable__Course *course;
    const struct status *status = resource_read(call, &kind_course, name, &course);
    if (status) {
      return status;
    }
    names[count++] = name;
    for (size_t i = 0; name == prerequisite && i < course->n_accepted_courses && count < ALTERNATIVES_MAX;
         i++) {
      names[count++] = course->accepted_courses[i];
    }
    name = course->superseded_by;
  }
  return NULL;
}

static const struct status *read_terms(struct call *call, const Enable__Enrolment *enrolment,
                                       const Enable__RosterMember *member, struct enrolment_terms *terms) {
  Enable__Course *course;
  const struct status *status = resource_read(call, &kind_course, enrolment->course, &course);
  if (status) {
    return status;
  }
  const char *const **prerequisites =
      arena_calloc(call_arena(call), course->n_prerequisites, sizeof *prerequisites);
  for (size_t i = 0; i < course->n_prerequisites; i++) {
    status = read_alternatives(call, course->prerequisites[i], &prerequisites[i]);
    if (status) {
      return status;
    }
  }
  *terms = (struct enrolment_terms){
      .course = course, .member = member, .prerequisites = prerequisites, .count = course->n_prerequisites};
  return NULL;
}

/* The vendor records for both parties, a partner for its own. */
static const struct status *check_recorder(struct call *call, const Enable__Enrolment *enrolment) {
  Type__Party actor = call_party(call);
  return actor == TYPE__PARTY__PARTY_VENDOR
             ? NULL
             : party_check_owner(call_arena(call), enrolment->name, enrolment->party, actor);
}

const struct status *enrolment_record_statement(struct call *call, const void *in, void *out) {
  const Enable__RecordStatementRequest *request = in;
  Enable__Enrolment *enrolment;
  Enable__RosterMember *member;
  struct enrolment_terms terms;
  const struct status *status = resource_load(call, &kind_enrolment, request->name, NULL, &enrolment);
  if (!status) {
    status = check_recorder(call, enrolment);
  }
  if (!status) {
    status = call_check_etag(call, request->etag, enrolment->etag);
  }
  if (!status) {
    status = resource_load(call, &kind_roster_member, enrolment->member, NULL, &member);
  }
  if (!status) {
    status = read_terms(call, enrolment, member, &terms);
  }
  if (status) {
    return status;
  }
  bool done_before = enrolment_is_done(enrolment);
  struct statement statement = {.session = request->session,
                                .verb = request->verb,
                                .score = request->score,
                                .occur_us = timestamp_us(request->occur_time, INT64_MIN)};
  status = enrolment_apply_statement(call_arena(call), enrolment, &terms, &statement, call_now_us(call));
  if (!status) {
    status =
        write_enrolment(call, enrolment, member, "enrolment.recorded", timestamp_us(request->occur_time, 0),
                        false, enrolment_is_done(enrolment) && !done_before);
  }
  if (status) {
    return status;
  }
  *(Enable__Enrolment *)out = *enrolment;
  return txn_commit(call_txn(call), out);
}

const struct status *enrolment_waive(struct call *call, const void *in, void *out) {
  const Enable__WaiveEnrolmentRequest *request = in;
  Enable__Enrolment *enrolment;
  Enable__RosterMember *member;
  const struct status *status =
      resource_load(call, &kind_enrolment, request->name, request->etag, &enrolment);
  if (!status) {
    status =
        enrolment_apply_waive(call_arena(call), enrolment, call_principal(call)->subject, request->reason,
                              timestamp_us(request->waive_time, INT64_MIN), call_now_us(call));
  }
  if (!status) {
    status = resource_load(call, &kind_roster_member, enrolment->member, NULL, &member);
  }
  if (!status) {
    status = write_enrolment(call, enrolment, member, "enrolment.waived",
                             timestamp_us(enrolment->satisfy_time, 0), false, true);
  }
  if (status) {
    return status;
  }
  *(Enable__Enrolment *)out = *enrolment;
  return txn_commit(call_txn(call), out);
}
