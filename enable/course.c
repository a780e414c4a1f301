#include "enable/course.h"

#include "enable/span.h"

#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <string.h>

#define DRAFT ENABLE__COURSE__STATE__STATE_DRAFT
#define PUBLISHED ENABLE__COURSE__STATE__STATE_PUBLISHED
#define EXPIRED ENABLE__COURSE__STATE__STATE_EXPIRED
#define RETIRED ENABLE__COURSE__STATE__STATE_RETIRED

static const char *const action_names[COURSE_ACTIONS] = {"UPDATE", "PUBLISH", "REVISE", "RETIRE"};
static const struct transition transitions[] = {
    {DRAFT, COURSE_UPDATE, DRAFT},
    {DRAFT, COURSE_PUBLISH, PUBLISHED},
    {PUBLISHED, COURSE_REVISE, PUBLISHED},
    {PUBLISHED, COURSE_RETIRE, RETIRED},
};
const struct machine course_machine = {
    .states = &enable__course__state__descriptor,
    .actions = action_names,
    .action_count = COURSE_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

Enable__Course__State course_state_at(const Enable__Course *course, int64_t time_us) {
  if (course->state == PUBLISHED && timestamp_us(course->expire_time, INT64_MAX) <= time_us) {
    return EXPIRED;
  }
  return course->state;
}

static const struct status *course_step(struct arena *arena, const Enable__Course *course,
                                        enum course_action action, int64_t now_us, int *to) {
  return machine_next(&course_machine, arena, course->name, course_state_at(course, now_us), action, to);
}

static void check_prerequisite_names(struct arena *arena, const Enable__Course *course,
                                     struct status **status) {
  const char *vendor = name_vendor(arena, course->name);
  for (size_t i = 0; i < course->n_prerequisites; i++) {
    const char *field = arena_printf(arena, "course.prerequisites[%zu]", i);
    if (!text_equal(name_vendor(arena, course->prerequisites[i]), vendor)) {
      invalid_add(arena, status, field, "RESOURCE_NAME_INVALID", "must be a course of the same vendor");
    }
    for (size_t j = 0; j < i; j++) {
      if (text_equal(course->prerequisites[i], course->prerequisites[j])) {
        invalid_add(arena, status, field, "DUPLICATE_VALUE", "is named twice");
        break;
      }
    }
  }
}

const struct status *course_check(struct arena *arena, const Enable__Course *course) {
  struct status *status = NULL;
  check_prerequisite_names(arena, course, &status);
  for (size_t i = 0; i < course->n_required_roles; i++) {
    const char *field = arena_printf(arena, "course.required_roles[%zu]", i);
    if (course->required_roles[i] == ENABLE__ROSTER_MEMBER__ROLE__ROLE_UNSPECIFIED) {
      invalid_add(arena, &status, field, "ENUM_VALUE_UNKNOWN", "must be a role");
    }
    for (size_t j = 0; j < i; j++) {
      if (course->required_roles[i] == course->required_roles[j]) {
        invalid_add(arena, &status, field, "DUPLICATE_VALUE", "is named twice");
        break;
      }
    }
  }
  return status;
}

static size_t find_course(Enable__Course *const *courses, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++) {
    if (text_equal(courses[i]->name, name)) {
      return i;
    }
  }
  return count;
}

const struct status *course_check_prerequisites(struct arena *arena, const Enable__Course *course,
                                                Enable__Course *const *known, size_t count) {
  /* Walks from the course along prerequisites; each known course is entered once. */
  bool *entered = arena_calloc(arena, count, sizeof *entered);
  const Enable__Course **open = arena_calloc(arena, count + 1, sizeof *open);
  size_t opened = 0;
  open[opened++] = course;
  while (opened) {
    const Enable__Course *from = open[--opened];
    for (size_t i = 0; i < from->n_prerequisites; i++) {
      const char *name = from->prerequisites[i];
      if (text_equal(name, course->name)) {
        struct status *status = status_make(arena, CODE_INVALID_ARGUMENT, "PREREQUISITE_CYCLE",
                                            "%s would require itself through %s", course->name, from->name);
        status_add_violation(arena, status, "course.prerequisites", "PREREQUISITE_CYCLE",
                             "must not lead back to the course");
        status_add_metadata(arena, status, "course", from->name);
        return status;
      }
      size_t place = find_course(known, count, name);
      if (place == count) {
        struct status *status =
            status_make(arena, CODE_INVALID_ARGUMENT, "PREREQUISITE_UNKNOWN", "there is no course %s", name);
        status_add_violation(arena, status, "course.prerequisites", "RESOURCE_UNKNOWN", "%s does not exist",
                             name);
        status_add_metadata(arena, status, "course", name);
        return status;
      }
      if (!entered[place]) {
        entered[place] = true;
        open[opened++] = known[place];
      }
    }
  }
  return NULL;
}

const struct status *course_apply_update(struct arena *arena, Enable__Course *course, int64_t now_us) {
  int to;
  return course_step(arena, course, COURSE_UPDATE, now_us, &to);
}

static void retire(struct arena *arena, Enable__Course *course, int64_t now_us) {
  course->state = RETIRED;
  course->retire_time = timestamp_new(arena, now_us);
}

const struct status *course_apply_publish(struct arena *arena, Enable__Course *course,
                                          Enable__Course *const *prerequisites, size_t count,
                                          Enable__Course *revised, int64_t now_us) {
  int to;
  const struct status *status = course_step(arena, course, COURSE_PUBLISH, now_us, &to);
  if (status) {
    return status;
  }
  struct guards guards = {
      .arena = arena, .resource = course->name, .state = "DRAFT", .action = action_names[COURSE_PUBLISH]};
  guard(&guards, timestamp_us(course->expire_time, INT64_MAX) > now_us, "its expiry has passed");
  for (size_t i = 0; i < count; i++) {
    guard(&guards, course_state_at(prerequisites[i], now_us) == PUBLISHED, "prerequisite %s is %s",
          prerequisites[i]->name,
          state_name(&enable__course__state__descriptor, course_state_at(prerequisites[i], now_us)));
  }
  if (revised) {
    guard(&guards, course_state_at(revised, now_us) == PUBLISHED, "%s, which it revises, is %s",
          revised->name, state_name(&enable__course__state__descriptor, course_state_at(revised, now_us)));
  }
  if (guards.status) {
    return guards.status;
  }
  course->state = to;
  course->publish_time = timestamp_new(arena, now_us);
  if (revised) {
    retire(arena, revised, now_us);
    revised->superseded_by = course->name;
  }
  return NULL;
}

const struct status *course_apply_retire(struct arena *arena, Enable__Course *course, int64_t now_us) {
  int to;
  const struct status *status = course_step(arena, course, COURSE_RETIRE, now_us, &to);
  if (status) {
    return status;
  }
  if (now_us < timestamp_us(course->publish_time, INT64_MIN)) {
    return invalid_field(arena, "retire_time", "VALUE_OUT_OF_RANGE",
                         "must not be before the course was published");
  }
  retire(arena, course, now_us);
  return NULL;
}

const struct status *course_apply_revise(struct arena *arena, const Enable__Course *course, const char *name,
                                         bool recertify, int64_t now_us, Enable__Course **draft) {
  int to;
  const struct status *status = course_step(arena, course, COURSE_REVISE, now_us, &to);
  if (status) {
    return status;
  }
  Enable__Course *next = arena_new(arena, Enable__Course);
  *next = *course;
  next->name = arena_strdup(arena, name);
  next->etag = arena_strdup(arena, "");
  next->create_time = next->update_time = next->publish_time = NULL;
  next->state = DRAFT;
  next->version = course->version + 1;
  next->revises = course->name;
  next->recertify = recertify;
  next->n_accepted_courses = 0;
  next->accepted_courses = NULL;
  if (!recertify) {
    next->accepted_courses =
        arena_append(arena, course->accepted_courses, course->n_accepted_courses, course->name);
    next->n_accepted_courses = course->n_accepted_courses + 1;
  }
  *draft = next;
  return NULL;
}

const struct status *requirements_open(struct arena *arena, Enable__Requirements *requirements,
                                       const Enable__Course *course, int64_t now_us) {
  if (!course->n_required_roles) {
    return NULL;
  }
  if (requirements->n_requirements >= REQUIREMENTS_MAX) {
    struct status *status = status_make(arena, CODE_RESOURCE_EXHAUSTED, "LIMIT_REACHED",
                                        "a vendor can require %d courses in all", REQUIREMENTS_MAX);
    status_add_metadata(arena, status, "limit", arena_printf(arena, "%d", REQUIREMENTS_MAX));
    return status;
  }
  Enable__Requirement *requirement = arena_new(arena, Enable__Requirement);
  enable__requirement__init(requirement);
  requirement->course = course->name;
  requirement->roles = course->required_roles;
  requirement->n_roles = course->n_required_roles;
  requirement->accepted_courses = course->accepted_courses;
  requirement->n_accepted_courses = course->n_accepted_courses;
  requirement->span = span_write(arena, now_us, timestamp_us(course->expire_time, SPAN_OPEN));
  requirements->requirements =
      arena_append(arena, requirements->requirements, requirements->n_requirements, requirement);
  requirements->n_requirements++;
  return NULL;
}

void requirements_close(struct arena *arena, Enable__Requirements *requirements, const char *course,
                        int64_t now_us) {
  for (size_t i = 0; i < requirements->n_requirements; i++) {
    Enable__Requirement *requirement = requirements->requirements[i];
    if (text_equal(requirement->course, course) && span_end(requirement->span) > now_us) {
      requirement->span->end_time = timestamp_new(arena, now_us);
    }
  }
}
