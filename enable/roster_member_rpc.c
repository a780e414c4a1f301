#include "enable/roster_member.h"

#include "enable/kinds.h"
#include "enable/service.h"
#include "enable/standing.h"
#include "runtime/base/digest.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/message/mask.h"
#include "runtime/rpc/resource.h"

#include "entente/enable/v1/roster_member_service.pb-c.h"

#include <string.h>

const struct status *roster_member_get(struct call *call, const void *in, void *out) {
  const Enable__GetRosterMemberRequest *request = in;
  Enable__RosterMember *member;
  const struct status *status = resource_read(call, &kind_roster_member, request->name, &member);
  if (!status) {
    *(Enable__RosterMember *)out = *member;
  }
  return status;
}

const struct status *roster_member_list(struct call *call, const void *in, void *out) {
  const Enable__ListRosterMembersRequest *request = in;
  Enable__ListRosterMembersResponse *response = out;
  struct arena *arena = call_arena(call);
  struct list_page page;
  const struct status *status =
      resource_list(call,
                    (struct list_query){.kind = &kind_roster_member,
                                        .index = "list",
                                        .scope = request->parent,
                                        .partition = partition_roster(
                                            arena, request->parent, (int)request->party, (int)request->state),
                                        .page_size = request->page_size,
                                        .page_token = request->page_token},
                    "", &page);
  if (status) {
    return status;
  }
  resource_page(response, &page);
  return NULL;
}

/* The seat of a person on a party's roster. */
static char *seat_name(struct arena *arena, const char *partnership, Type__Party party, const char *person) {
  enum { SEAT_ID_BYTES = 20 };
  uint8_t digest[DIGEST_SIZE];
  const char *key = arena_printf(arena, "%d|%s", (int)party, person);
  digest_sha256(key, strlen(key), digest);
  return name_child(arena, partnership, "seats", hex_encode(arena, digest, SEAT_ID_BYTES));
}

static const struct status *read_seat(struct call *call, const Enable__RosterMember *member,
                                      Enable__RosterSeat **seat) {
  struct arena *arena = call_arena(call);
  char *name = seat_name(arena, name_partnership(arena, member->name), member->party, member->person);
  const struct status *status = txn_get(call_txn(call), &kind_roster_seat, name, seat);
  if (status || *seat) {
    return status;
  }
  *seat = arena_new(arena, Enable__RosterSeat);
  enable__roster_seat__init(*seat);
  (*seat)->name = name;
  return NULL;
}

static void put_seat(struct call *call, Enable__RosterSeat *seat, char *member, int64_t occur_us) {
  struct txn *txn = call_txn(call);
  seat->member = member;
  txn_put(txn, &kind_roster_seat, seat);
  txn_record(txn,
             &(struct record_facts){.type = text_empty(member) ? "roster_seat.freed" : "roster_seat.taken",
                                    .payload = seat,
                                    .occur_us = occur_us});
}

static const struct status *take_seat(struct call *call, Enable__RosterMember *member) {
  Enable__RosterSeat *seat;
  const struct status *status = read_seat(call, member, &seat);
  if (status) {
    return status;
  }
  if (!text_empty(seat->member)) {
    struct status *taken = call_fail(call, CODE_ALREADY_EXISTS, "PERSON_ON_ROSTER",
                                     "%s is on the roster as %s", member->person, seat->member);
    status_add_metadata(call_arena(call), taken, "member", seat->member);
    return taken;
  }
  put_seat(call, seat, member->name, timestamp_us(member->join_time, 0));
  return NULL;
}

const struct status *roster_member_create(struct call *call, const void *in, void *out) {
  const Enable__CreateRosterMemberRequest *request = in;
  struct txn *txn = call_txn(call);
  Enable__RosterMember *member = request->roster_member;
  const Onboard__Partnership *partnership;
  Enable__Requirements *requirements;
  const struct status *status = directory_partnership_going_on(txn, request->parent, &partnership);
  if (!status) {
    status = resource_name(call, &kind_roster_member, request->parent, "rosterMembers",
                           request->roster_member_id, &member->name);
  }
  if (!status) {
    status = roster_member_apply_create(call_arena(call), member, call_party(call), call_now_us(call));
  }
  if (!status) {
    status = take_seat(call, member);
  }
  if (!status) {
    status = standing_requirements(txn, member->name, &requirements);
  }
  if (status) {
    return status;
  }
  standing_put(txn, member, requirements, "roster_member.joined", timestamp_us(member->join_time, 0));
  *(Enable__RosterMember *)out = *member;
  return txn_commit(txn, out);
}

const struct status *roster_member_update(struct call *call, const void *in, void *out) {
  const Enable__UpdateRosterMemberRequest *request = in;
  struct arena *arena = call_arena(call);
  struct txn *txn = call_txn(call);
  Enable__RosterMember *member;
  Enable__Requirements *requirements;
  const struct status *status =
      resource_load(call, &kind_roster_member, request->roster_member->name, NULL, &member);
  if (status) {
    return status;
  }
  status = call_check_etag(call, request->etag, member->etag);
  if (!status) {
    status = roster_member_check(arena, member, call_party(call), ROSTER_MEMBER_UPDATE);
  }
  if (!status) {
    Google__Protobuf__FieldMask *mask = request->update_mask;
    status = mask_apply(arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0,
                        &request->roster_member->base, &member->base);
  }
  if (!status) {
    status = standing_requirements(txn, member->name, &requirements);
  }
  if (status) {
    return status;
  }
  standing_put(txn, member, requirements, "roster_member.changed", 0);
  *(Enable__RosterMember *)out = *member;
  return txn_commit(txn, out);
}

const struct status *roster_member_release(struct call *call, const void *in, void *out) {
  const Enable__ReleaseRosterMemberRequest *request = in;
  struct txn *txn = call_txn(call);
  Enable__RosterMember *member;
  Enable__RosterSeat *seat;
  Enable__Requirements *requirements;
  const struct status *status = resource_load(call, &kind_roster_member, request->name, NULL, &member);
  if (status) {
    return status;
  }
  status = call_check_etag(call, request->etag, member->etag);
  if (!status) {
    status = roster_member_apply_release(call_arena(call), member, call_party(call),
                                         timestamp_us(request->leave_time, INT64_MIN), call_now_us(call));
  }
  if (!status) {
    status = read_seat(call, member, &seat);
  }
  if (!status) {
    status = standing_requirements(txn, member->name, &requirements);
  }
  if (status) {
    return status;
  }
  int64_t leave_us = timestamp_us(member->leave_time, 0);
  put_seat(call, seat, arena_strdup(call_arena(call), ""), leave_us);
  standing_put(txn, member, requirements, "roster_member.left", leave_us);
  *(Enable__RosterMember *)out = *member;
  return txn_commit(txn, out);
}
