#include "enable/credential.h"

#include "enable/kinds.h"
#include "enable/roster_member.h"
#include "enable/service.h"
#include "enable/standing.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/rpc/resource.h"

#include "entente/enable/v1/credential_service.pb-c.h"

const struct status *credential_get(struct call *call, const void *in, void *out) {
  const Enable__GetCredentialRequest *request = in;
  Enable__Credential *credential;
  const struct status *status = resource_read(call, &kind_credential, request->name, &credential);
  if (status) {
    return status;
  }
  credential->state = credential_state_at(credential, call_now_us(call));
  *(Enable__Credential *)out = *credential;
  return NULL;
}

struct credential_filter {
  Enable__Credential__State state; /* unspecified: all */
  int64_t now_us;
};

static bool keep_credential(const void *message, void *context) {
  const struct credential_filter *filter = context;
  return !filter->state || credential_state_at(message, filter->now_us) == filter->state;
}

const struct status *credential_list(struct call *call, const void *in, void *out) {
  const Enable__ListCredentialsRequest *request = in;
  Enable__ListCredentialsResponse *response = out;
  struct arena *arena = call_arena(call);
  if (request->party && !text_empty(request->member)) {
    return invalid_field(arena, "member", "FILTERS_EXCLUDE_EACH_OTHER", "is not given together with party");
  }
  const char *owner = partition_owner(arena, (int)request->party, request->member);
  struct credential_filter filter = {.state = request->state, .now_us = call_now_us(call)};
  struct list_page page;
  const struct status *status =
      resource_list(call,
                    (struct list_query){.kind = &kind_credential,
                                        .index = "list",
                                        .scope = request->parent,
                                        .partition = partition_owned(arena, request->parent, owner, 0),
                                        .page_size = request->page_size,
                                        .page_token = request->page_token,
                                        .keep = keep_credential,
                                        .context = &filter},
                    arena_printf(arena, "%d", (int)request->state), &page);
  if (status) {
    return status;
  }
  resource_page(response, &page);
  for (size_t i = 0; i < page.count; i++) {
    response->credentials[i]->state = credential_state_at(response->credentials[i], filter.now_us);
  }
  return NULL;
}

static bool is_version_of(const Enable__Course *course, const char *held) {
  bool same = text_equal(course->name, held);
  for (size_t i = 0; i < course->n_accepted_courses && !same; i++) {
    same = text_equal(course->accepted_courses[i], held);
  }
  return same;
}

/* The member's credential for the course that ends last and is not revoked; NULL when there is none. */
static const struct status *read_renewed(struct call *call, const Enable__RosterMember *member,
                                         const Enable__Course *course, Enable__Credential **out) {
  *out = NULL;
  for (size_t i = 0; i < member->n_holdings; i++) {
    if (!is_version_of(course, member->holdings[i]->course)) {
      continue;
    }
    Enable__Credential *credential;
    const struct status *status =
        resource_load(call, &kind_credential, member->holdings[i]->credential, NULL, &credential);
    if (status) {
      return status;
    }
    int64_t until = timestamp_us(credential->valid_until_time, SPAN_OPEN);
    if (!credential->revocation && (!*out || until > timestamp_us((*out)->valid_until_time, SPAN_OPEN))) {
      *out = credential;
    }
  }
  return NULL;
}

/* Puts the credential and the member whose coverage it changes. */
static const struct status *write_credential(struct call *call, Enable__Credential *credential,
                                             Enable__RosterMember *member, const char *type,
                                             int64_t occur_us) {
  struct txn *txn = call_txn(call);
  Enable__Requirements *requirements;
  const struct status *status = roster_member_note_credential(call_arena(call), member, credential);
  if (!status) {
    status = standing_requirements(txn, member->name, &requirements);
  }
  if (status) {
    return status;
  }
  txn_put(txn, &kind_credential, credential);
  txn_record(txn, &(struct record_facts){.type = type, .payload = credential, .occur_us = occur_us});
  standing_put(txn, member, requirements, "roster_member.certified", occur_us);
  return NULL;
}

static const struct status *issue_from(struct call *call, Enable__Credential *credential,
                                       Enable__Enrolment *enrolment) {
  struct arena *arena = call_arena(call);
  struct txn *txn = call_txn(call);
  Enable__RosterMember *member;
  Enable__Course *course;
  Enable__Credential *renewed;
  const struct status *status = resource_load(call, &kind_roster_member, enrolment->member, NULL, &member);
  if (!status) {
    status = roster_member_check(arena, member, member->party, ROSTER_MEMBER_CERTIFY);
  }
  if (!status) {
    status = resource_read(call, &kind_course, enrolment->course, &course);
  }
  if (!status) {
    status = read_renewed(call, member, course, &renewed);
  }
  if (!status) {
    status = credential_apply_issue(arena, credential, enrolment, course, renewed);
  }
  if (!status) {
    status = write_credential(call, credential, member, "credential.issued",
                              timestamp_us(credential->valid_from_time, 0));
  }
  if (status) {
    return status;
  }
  enrolment->credential = credential->name;
  txn_put(txn, &kind_enrolment, enrolment);
  txn_record(txn, &(struct record_facts){.type = "enrolment.certified", .payload = enrolment});
  return NULL;
}

const struct status *credential_issue(struct call *call, const void *in, void *out) {
  const Enable__IssueCredentialRequest *request = in;
  struct arena *arena = call_arena(call);
  Enable__Enrolment *enrolment;
  Enable__Credential *credential = arena_new(arena, Enable__Credential);
  enable__credential__init(credential);
  if (!text_equal(name_partnership(arena, request->enrolment), request->parent)) {
    return call_not_found(call, request->enrolment);
  }
  const struct status *status = resource_name(call, &kind_credential, request->parent, "credentials",
                                              request->credential_id, &credential->name);
  if (!status) {
    status = resource_load(call, &kind_enrolment, request->enrolment, NULL, &enrolment);
  }
  if (!status) {
    status = issue_from(call, credential, enrolment);
  }
  if (status) {
    return status;
  }
  *(Enable__Credential *)out = *credential;
  ((Enable__Credential *)out)->state = credential_state_at(credential, call_now_us(call));
  return txn_commit(call_txn(call), out);
}

/* Reads the credential and its holder for one of the three verbs. */
static const struct status *read_for_verb(struct call *call, const char *name, const char *etag,
                                          Enable__Credential **credential, Enable__RosterMember **member) {
  const struct status *status = resource_load(call, &kind_credential, name, etag, credential);
  return status ? status : resource_load(call, &kind_roster_member, (*credential)->member, NULL, member);
}

static const struct status *finish_verb(struct call *call, Enable__Credential *credential,
                                        Enable__RosterMember *member, const char *type, void *out) {
  const struct status *status = write_credential(call, credential, member, type, 0);
  if (status) {
    return status;
  }
  *(Enable__Credential *)out = *credential;
  return txn_commit(call_txn(call), out);
}

const struct status *credential_suspend(struct call *call, const void *in, void *out) {
  const Enable__SuspendCredentialRequest *request = in;
  Enable__Credential *credential;
  Enable__RosterMember *member;
  const struct status *status = read_for_verb(call, request->name, request->etag, &credential, &member);
  if (!status) {
    status = credential_apply_suspend(call_arena(call), credential, call_principal(call)->subject,
                                      request->reason, call_now_us(call));
  }
  return status ? status : finish_verb(call, credential, member, "credential.suspended", out);
}

const struct status *credential_reinstate(struct call *call, const void *in, void *out) {
  const Enable__ReinstateCredentialRequest *request = in;
  Enable__Credential *credential;
  Enable__RosterMember *member;
  const struct status *status = read_for_verb(call, request->name, request->etag, &credential, &member);
  if (!status) {
    status = credential_apply_reinstate(call_arena(call), credential, call_now_us(call));
  }
  return status ? status : finish_verb(call, credential, member, "credential.reinstated", out);
}

const struct status *credential_revoke(struct call *call, const void *in, void *out) {
  const Enable__RevokeCredentialRequest *request = in;
  Enable__Credential *credential;
  Enable__RosterMember *member;
  const struct status *status = read_for_verb(call, request->name, request->etag, &credential, &member);
  if (!status) {
    status = credential_apply_revoke(call_arena(call), credential, call_principal(call)->subject,
                                     request->reason, call_now_us(call));
  }
  return status ? status : finish_verb(call, credential, member, "credential.revoked", out);
}
