#include "enable/kinds.h"

#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"

#include "entente/enable/v1/course.pb-c.h"
#include "entente/enable/v1/credential.pb-c.h"
#include "entente/enable/v1/enrolment.pb-c.h"
#include "entente/enable/v1/roster_member.pb-c.h"

char *partition_courses(struct arena *arena, const char *vendor, bool drafts, int state) {
  return arena_printf(arena, "%s|%s|%d", vendor, drafts ? "all" : "open", state);
}

char *partition_roster(struct arena *arena, const char *partnership, int party, int state) {
  return arena_printf(arena, "%s|%d|%d", partnership, party, state);
}

char *partition_owned(struct arena *arena, const char *partnership, const char *owner, int state) {
  return arena_printf(arena, "%s|%s|%d", partnership, owner, state);
}

char *partition_owner(struct arena *arena, int party, const char *member) {
  if (!text_empty(member)) {
    return arena_printf(arena, "member %s", name_last_id(arena, member));
  }
  return party ? arena_printf(arena, "%d", party) : arena_strdup(arena, "");
}

char *partition_vendor(struct arena *arena, const char *vendor) {
  return arena_strdup(arena, vendor);
}

/* Text that sorts by its first bytes and may stand in an index. */
static char *order_text(struct arena *arena, const char *text) {
  enum { ORDER_TEXT_BYTES = 100 };
  char *order = arena_strndup(arena, text, ORDER_TEXT_BYTES);
  for (char *at = order; *at; at++) {
    if ((unsigned char)*at < ' ') {
      *at = ' ';
    }
  }
  return order;
}

static char *order_time(struct arena *arena, const Google__Protobuf__Timestamp *time) {
  return index_order_number(arena, timestamp_us(time, INT64_MAX));
}

static void index_course(const ProtobufCMessage *message, struct index_sink *sink) {
  const Enable__Course *course = (const Enable__Course *)message;
  struct arena *arena = index_arena(sink);
  const char *vendor = name_vendor(arena, course->name);
  const char *order = order_text(arena, course->title);
  bool draft = course->state == ENABLE__COURSE__STATE__STATE_DRAFT;
  for (int drafts = draft; drafts <= 1; drafts++) {
    index_emit(sink, partition_courses(arena, vendor, drafts, 0), order);
    index_emit(sink, partition_courses(arena, vendor, drafts, (int)course->state), order);
  }
}

static void index_roster_member(const ProtobufCMessage *message, struct index_sink *sink) {
  const Enable__RosterMember *member = (const Enable__RosterMember *)message;
  struct arena *arena = index_arena(sink);
  const char *partnership = name_partnership(arena, member->name);
  const char *order = order_time(arena, member->join_time);
  const int parties[] = {0, (int)member->party}, states[] = {0, (int)member->state};
  for (size_t i = 0; i < 4; i++) {
    index_emit(sink, partition_roster(arena, partnership, parties[i / 2], states[i % 2]), order);
  }
}

static void index_vendor(const ProtobufCMessage *message, struct index_sink *sink) {
  const Enable__RosterMember *member = (const Enable__RosterMember *)message;
  struct arena *arena = index_arena(sink);
  index_emit(sink, partition_vendor(arena, name_vendor(arena, member->name)), "");
}

/* One partition for each owner and, where the state is not 0, for each owner and that state. */
static void index_owned(struct index_sink *sink, const char *name, const char *member, Type__Party party,
                        int state, const char *order) {
  struct arena *arena = index_arena(sink);
  const char *partnership = name_partnership(arena, name);
  const char *owners[] = {"", partition_owner(arena, (int)party, NULL), partition_owner(arena, 0, member)};
  for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
    index_emit(sink, partition_owned(arena, partnership, owners[i], 0), order);
    if (state) {
      index_emit(sink, partition_owned(arena, partnership, owners[i], state), order);
    }
  }
}

static void index_enrolment(const ProtobufCMessage *message, struct index_sink *sink) {
  const Enable__Enrolment *enrolment = (const Enable__Enrolment *)message;
  index_owned(sink, enrolment->name, enrolment->member, enrolment->party, (int)enrolment->state,
              order_time(index_arena(sink), enrolment->assign_time));
}

/* Not by state: a credential's changes with time alone. */
static void index_credential(const ProtobufCMessage *message, struct index_sink *sink) {
  const Enable__Credential *credential = (const Enable__Credential *)message;
  index_owned(sink, credential->name, credential->member, credential->party, 0,
              order_time(index_arena(sink), credential->valid_until_time));
}

static const struct index course_indexes[] = {{"list", index_course}, {0}};
static const struct index roster_member_indexes[] = {
    {"list", index_roster_member}, {"vendor", index_vendor}, {0}};
static const struct index enrolment_indexes[] = {{"list", index_enrolment}, {0}};
static const struct index credential_indexes[] = {{"list", index_credential}, {0}};

const struct kind kind_course = {
    .name = "course",
    .pattern = "vendors/*/courses/*",
    .message = &enable__course__descriptor,
    .indexes = course_indexes,
};
const struct kind kind_requirements = {
    .name = "requirements",
    .pattern = "vendors/*/requirements/*",
    .message = &enable__requirements__descriptor,
};
const struct kind kind_roster_member = {
    .name = "roster_member",
    .pattern = "vendors/*/partnerships/*/rosterMembers/*",
    .message = &enable__roster_member__descriptor,
    .indexes = roster_member_indexes,
};
const struct kind kind_roster_seat = {
    .name = "roster_seat",
    .pattern = "vendors/*/partnerships/*/seats/*",
    .message = &enable__roster_seat__descriptor,
};
const struct kind kind_enrolment = {
    .name = "enrolment",
    .pattern = "vendors/*/partnerships/*/enrolments/*",
    .message = &enable__enrolment__descriptor,
    .indexes = enrolment_indexes,
};
const struct kind kind_credential = {
    .name = "credential",
    .pattern = "vendors/*/partnerships/*/credentials/*",
    .message = &enable__credential__descriptor,
    .indexes = credential_indexes,
};

const struct kind *const enable_kinds[] = {
    &kind_course,    &kind_requirements, &kind_roster_member, &kind_roster_seat,
    &kind_enrolment, &kind_credential,   &kind_directory,     NULL};
