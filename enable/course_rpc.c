#include "enable/course.h"
#include "enable/kinds.h"
#include "enable/service.h"
#include "enable/standing.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/message/mask.h"
#include "runtime/rpc/resource.h"

#include "entente/enable/v1/course_service.pb-c.h"

static bool is_visible(const Enable__Course *course, Type__Party party) {
  return party != TYPE__PARTY__PARTY_PARTNER || course->state != ENABLE__COURSE__STATE__STATE_DRAFT;
}

const struct status *course_get(struct call *call, const void *in, void *out) {
  const Enable__GetCourseRequest *request = in;
  Enable__Course *course;
  const struct status *status = resource_read(call, &kind_course, request->name, &course);
  if (status) {
    return status;
  }
  if (!is_visible(course, call_party(call))) {
    return call_not_found(call, request->name);
  }
  course->state = course_state_at(course, call_now_us(call));
  *(Enable__Course *)out = *course;
  return NULL;
}

struct course_filter {
  Enable__Course__State state; /* unspecified: all */
  int64_t now_us;
};

static bool keep_course(const void *message, void *context) {
  const struct course_filter *filter = context;
  return !filter->state || course_state_at(message, filter->now_us) == filter->state;
}

const struct status *course_list(struct call *call, const void *in, void *out) {
  const Enable__ListCoursesRequest *request = in;
  Enable__ListCoursesResponse *response = out;
  struct arena *arena = call_arena(call);
  bool drafts = call_party(call) != TYPE__PARTY__PARTY_PARTNER;
  struct course_filter filter = {.state = request->state, .now_us = call_now_us(call)};
  /* Expiry is by date: an expired course is still stored as published. */
  int stored = (int)request->state;
  if (request->state == ENABLE__COURSE__STATE__STATE_EXPIRED) {
    stored = ENABLE__COURSE__STATE__STATE_PUBLISHED;
  }
  struct list_page page;
  const struct status *status = resource_list(
      call,
      (struct list_query){.kind = &kind_course,
                          .index = "list",
                          .scope = request->parent,
                          .partition = partition_courses(arena, request->parent, drafts, stored),
                          .page_size = request->page_size,
                          .page_token = request->page_token,
                          .keep = keep_course,
                          .context = &filter},
      arena_printf(arena, "%d", (int)request->state), &page);
  if (status) {
    return status;
  }
  resource_page(response, &page);
  for (size_t i = 0; i < page.count; i++) {
    response->courses[i]->state = course_state_at(response->courses[i], filter.now_us);
  }
  return NULL;
}

/* Every course that can be reached along prerequisites, except the course itself. Their versions matter:
 * two changes at once must not close a circle between them. */
static const struct status *read_graph(struct call *call, const Enable__Course *course,
                                       Enable__Course **known, size_t *count) {
  *count = 0;
  const Enable__Course *from = course;
  for (size_t next = 0;; from = known[next++]) {
    for (size_t i = 0; i < from->n_prerequisites; i++) {
      const char *name = from->prerequisites[i];
      bool seen = text_equal(name, course->name);
      for (size_t j = 0; j < *count && !seen; j++) {
        seen = text_equal(known[j]->name, name);
      }
      if (seen) {
        continue;
      }
      Enable__Course *found;
      const struct status *status = txn_get(call_txn(call), &kind_course, name, &found);
      if (status) {
        return status;
      }
      if (found && *count == COURSE_GRAPH_MAX) {
        struct status *full = call_fail(call, CODE_RESOURCE_EXHAUSTED, "LIMIT_REACHED",
                                        "a course can rest on %d others", COURSE_GRAPH_MAX);
        status_add_metadata(call_arena(call), full, "limit",
                            arena_printf(call_arena(call), "%d", COURSE_GRAPH_MAX));
        return full;
      }
      if (found) {
        known[(*count)++] = found;
      }
    }
    if (next == *count) {
      return NULL;
    }
  }
}

static const struct status *check_draft(struct call *call, const Enable__Course *course) {
  struct arena *arena = call_arena(call);
  const struct status *status = course_check(arena, course);
  if (status) {
    return status;
  }
  Enable__Course **known = arena_calloc(arena, COURSE_GRAPH_MAX, sizeof *known);
  size_t count;
  status = read_graph(call, course, known, &count);
  return status ? status : course_check_prerequisites(arena, course, known, count);
}

static const struct status *write_draft(struct call *call, Enable__Course *course, const char *type,
                                        void *out) {
  struct txn *txn = call_txn(call);
  txn_put(txn, &kind_course, course);
  txn_record(
      txn, &(struct record_facts){.type = type, .payload = course, .private_to = TYPE__PARTY__PARTY_VENDOR});
  *(Enable__Course *)out = *course;
  return txn_commit(txn, out);
}

const struct status *course_create(struct call *call, const void *in, void *out) {
  const Enable__CreateCourseRequest *request = in;
  Enable__Course *course = request->course;
  const struct status *status =
      resource_name(call, &kind_course, request->parent, "courses", request->course_id, &course->name);
  if (status) {
    return status;
  }
  course->state = ENABLE__COURSE__STATE__STATE_DRAFT;
  course->version = 1;
  status = check_draft(call, course);
  return status ? status : write_draft(call, course, "course.drafted", out);
}

const struct status *course_update(struct call *call, const void *in, void *out) {
  const Enable__UpdateCourseRequest *request = in;
  struct arena *arena = call_arena(call);
  Enable__Course *course;
  const struct status *status = resource_load(call, &kind_course, request->course->name, NULL, &course);
  if (status) {
    return status;
  }
  status = call_check_etag(call, request->etag, course->etag);
  if (!status) {
    status = course_apply_update(arena, course, call_now_us(call));
  }
  if (!status) {
    Google__Protobuf__FieldMask *mask = request->update_mask;
    status = mask_apply(arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0, &request->course->base,
                        &course->base);
  }
  if (!status) {
    status = check_draft(call, course);
  }
  return status ? status : write_draft(call, course, "course.redrafted", out);
}

static void record_requirements(struct txn *txn, Enable__Requirements *requirements) {
  txn_put(txn, &kind_requirements, requirements);
  txn_record(txn, &(struct record_facts){.type = "requirements.changed", .payload = requirements});
}

static const struct status *read_prerequisites(struct call *call, const Enable__Course *course,
                                               Enable__Course ***out) {
  *out = arena_calloc(call_arena(call), course->n_prerequisites, sizeof **out);
  for (size_t i = 0; i < course->n_prerequisites; i++) {
    const struct status *status =
        resource_load(call, &kind_course, course->prerequisites[i], NULL, &(*out)[i]);
    if (status) {
      return status;
    }
  }
  return NULL;
}

/* Puts a course in force, in place of the one that it revises. */
static const struct status *put_in_force(struct call *call, Enable__Course *course, Enable__Course *revised,
                                         int64_t when_us) {
  struct txn *txn = call_txn(call);
  Enable__Requirements *requirements;
  const struct status *status = standing_requirements(txn, course->name, &requirements);
  if (status) {
    return status;
  }
  if (revised) {
    requirements_close(call_arena(call), requirements, revised->name, when_us);
    txn_put(txn, &kind_course, revised);
    txn_record(txn,
               &(struct record_facts){.type = "course.superseded", .payload = revised, .occur_us = when_us});
  }
  status = requirements_open(call_arena(call), requirements, course, when_us);
  if (status) {
    return status;
  }
  txn_put(txn, &kind_course, course);
  txn_record(txn, &(struct record_facts){.type = "course.published", .payload = course, .occur_us = when_us});
  record_requirements(txn, requirements);
  return NULL;
}

const struct status *course_publish(struct call *call, const void *in, void *out) {
  const Enable__PublishCourseRequest *request = in;
  struct arena *arena = call_arena(call);
  Enable__Course *course, *revised = NULL, **prerequisites;
  const struct status *status = resource_load(call, &kind_course, request->name, NULL, &course);
  if (status) {
    return status;
  }
  int64_t when_us = timestamp_us(request->publish_time, INT64_MIN);
  status = call_check_etag(call, request->etag, course->etag);
  if (!status) {
    status = moment_past(arena, "publish_time", call_now_us(call), &when_us);
  }
  if (!status) {
    status = read_prerequisites(call, course, &prerequisites);
  }
  if (!status && !text_empty(course->revises)) {
    status = resource_load(call, &kind_course, course->revises, NULL, &revised);
  }
  if (!status) {
    status = course_apply_publish(arena, course, prerequisites, course->n_prerequisites, revised, when_us);
  }
  if (!status) {
    status = put_in_force(call, course, revised, when_us);
  }
  if (status) {
    return status;
  }
  *(Enable__Course *)out = *course;
  return txn_commit(call_txn(call), out);
}

const struct status *course_revise(struct call *call, const void *in, void *out) {
  const Enable__ReviseCourseRequest *request = in;
  struct arena *arena = call_arena(call);
  Enable__Course *course, *draft;
  char *name;
  const struct status *status = resource_load(call, &kind_course, request->name, NULL, &course);
  if (status) {
    return status;
  }
  status = call_check_etag(call, request->etag, course->etag);
  if (!status) {
    status = resource_name(call, &kind_course, name_vendor(arena, course->name), "courses",
                           request->course_id, &name);
  }
  if (!status) {
    status = course_apply_revise(arena, course, name, request->recertify, call_now_us(call), &draft);
  }
  return status ? status : write_draft(call, draft, "course.revised", out);
}

const struct status *course_retire(struct call *call, const void *in, void *out) {
  const Enable__RetireCourseRequest *request = in;
  struct arena *arena = call_arena(call);
  struct txn *txn = call_txn(call);
  Enable__Course *course;
  Enable__Requirements *requirements;
  const struct status *status = resource_load(call, &kind_course, request->name, NULL, &course);
  if (status) {
    return status;
  }
  int64_t when_us = timestamp_us(request->retire_time, INT64_MIN);
  status = call_check_etag(call, request->etag, course->etag);
  if (!status) {
    status = moment_past(arena, "retire_time", call_now_us(call), &when_us);
  }
  if (!status) {
    status = course_apply_retire(arena, course, when_us);
  }
  if (!status) {
    status = standing_requirements(txn, course->name, &requirements);
  }
  if (status) {
    return status;
  }
  requirements_close(arena, requirements, course->name, when_us);
  txn_put(txn, &kind_course, course);
  txn_record(txn, &(struct record_facts){.type = "course.retired", .payload = course, .occur_us = when_us});
  record_requirements(txn, requirements);
  *(Enable__Course *)out = *course;
  return txn_commit(txn, out);
}
