#include "onboard/handler.h"
#include "onboard/member.h"
#include "onboard/timed.h"
#include "runtime/base/fold.h"
#include "runtime/base/name.h"
#include "runtime/base/period.h"
#include "runtime/base/text.h"
#include "runtime/store/ledger.h"

#include "entente/onboard/v1/member_service.pb-c.h"

#define METRIC(name) ONBOARD__CRITERION_METRIC__CRITERION_METRIC_##name
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED

/* A member to be changed, and its program. What time has changed is recorded first, as an act of the system;
 * the handler then runs again on that. */
static const struct status *open_member(struct call *call, const char *name, const char *etag,
                                        Onboard__Member **out, Onboard__Program **program) {
  const struct status *status = resource_load(call, &kind_member, name, etag, out);
  if (!status)
    status = resource_load(call, &kind_program, (*out)->program, "", program);
  return status ? status : resource_settle(call, &timed_member, *out);
}

/* ---- enrolling ---- */

/* An ACTIVE program of the same vendor; any other is refused alike. */
static const struct status *load_program(struct call *call, const char *partnership, const char *name,
                                         Onboard__Program **out) {
  struct arena *arena = call_arena(call);
  *out = NULL;
  const struct status *status = NULL;
  if (text_equal(name_vendor(arena, name), name_vendor(arena, partnership)))
    status = txn_get(call_txn(call), &kind_program, name, out);
  if (status)
    return status;
  if (*out)
    return program_check_active(arena, *out);
  struct status *refusal =
      call_fail(call, CODE_FAILED_PRECONDITION, "PROGRAM_NOT_ACTIVE", "%s is no program of the vendor", name);
  status_add_metadata(arena, refusal, "program", name);
  return refusal;
}

const struct status *member_enroll(struct call *call, const void *in, void *out) {
  const Onboard__EnrollMemberRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__Program *program;
  Onboard__Member *member = arena_new(act.arena, Onboard__Member);
  onboard__member__init(member);
  const struct status *status = partnership_open(call, request->parent, "ENROLL_MEMBER", &partnership);
  if (!status)
    status = load_program(call, request->parent, request->program, &program);
  if (!status)
    status = resource_name(call, &kind_member, request->parent, "members",
                           name_last_id(act.arena, request->program), &member->name);
  if (status)
    return status;
  member_start(&act, member, program);
  return resource_answer(call, &kind_member, member, "member.enrolled", out);
}

/* ---- reading ---- */

const struct status *member_get(struct call *call, const void *in, void *out) {
  const Onboard__GetMemberRequest *request = in;
  Onboard__Member *member;
  const struct status *status = resource_read(call, &kind_member, request->name, &member);
  if (status)
    return status;
  member_settle(call_arena(call), member, call_now_us(call));
  *(Onboard__Member *)out = *member;
  return NULL;
}

/* Which members a list keeps, as they stand now. */
struct member_filter {
  struct arena *arena;
  int state;         /* 0: any */
  const char *level; /* "": any */
  const char *text;  /* folded */
  bool by_program;   /* what lies in a program is told apart by its partnership */
  int64_t now_us;
};

static bool keep(const void *message, void *context) {
  const struct member_filter *filter = context;
  struct arena *arena = filter->arena;
  Onboard__Member member = *(const Onboard__Member *)message;
  member_settle(arena, &member, filter->now_us);
  const char *id = filter->by_program ? name_last_id(arena, name_partnership(arena, member.name))
                                      : name_last_id(arena, member.program);
  return (!filter->state || (int)member.state == filter->state) &&
         (text_empty(filter->level) || text_equal(member.level, filter->level)) &&
         (text_folded_contains(arena, id, filter->text) ||
          text_folded_contains(arena, member.level, filter->text));
}

/* A page of what `query` and the filter ask for, settled. */
static const struct status *list_page(struct call *call, struct list_query query,
                                      struct member_filter *filter, struct list_page *page) {
  query.kind = &kind_member;
  query.keep = keep;
  query.context = filter;
  const char *filters = arena_printf(filter->arena, "%d|%s|%s", filter->state, filter->level, filter->text);
  const struct status *status = resource_list(call, query, filters, page);
  for (size_t i = 0; !status && i < page->count; i++)
    member_settle(filter->arena, page->messages[i], filter->now_us);
  return status;
}

const struct status *member_list(struct call *call, const void *in, void *out) {
  const Onboard__ListMembersRequest *request = in;
  Onboard__ListMembersResponse *response = out;
  struct member_filter filter = {
      .arena = call_arena(call),
      .level = "",
      .text = text_fold(call_arena(call), request->text),
      .now_us = call_now_us(call),
  };
  const struct list_query query = {
      .partition = request->parent,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  struct list_page page;
  const struct status *status = list_page(call, query, &filter, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

const struct status *member_list_program(struct call *call, const void *in, void *out) {
  const Onboard__ListProgramMembersRequest *request = in;
  Onboard__ListProgramMembersResponse *response = out;
  struct member_filter filter = {
      .arena = call_arena(call),
      .state = (int)request->state,
      .level = request->level,
      .text = text_fold(call_arena(call), request->text),
      .by_program = true,
      .now_us = call_now_us(call),
  };
  const struct list_query query = {
      .index = "program",
      .partition = request->parent,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  struct list_page page;
  const struct status *status = list_page(call, query, &filter, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

/* ---- evaluation ---- */

/* What the partnership's own counters say of the months that have ended. */
static const struct status *load_computed(struct call *call, const char *partnership,
                                          struct member_facts *facts) {
  int32_t month = month_of(call_now_us(call));
  const struct period window = {month_start_us(month_add(month, -MEMBER_WINDOW_MONTHS)),
                                month_start_us(month)};
  struct counter_sum *sums;
  size_t count;
  int64_t recorded;
  const struct status *status =
      ledger_counters(call_txn(call), partnership, window, INT64_MAX, NOBODY, &sums, &count, &recorded);
  if (status)
    return status;
  facts->computed[METRIC(FULFILMENT_BPS)].numerator =
      counter_value(sums, count, "fulfilment.achieved", PARTNER);
  facts->computed[METRIC(FULFILMENT_BPS)].denominator =
      counter_value(sums, count, "fulfilment.weight", PARTNER);
  facts->computed[METRIC(MILESTONES_BPS)].numerator =
      counter_value(sums, count, "milestones.achieved", NOBODY);
  facts->computed[METRIC(MILESTONES_BPS)].denominator = counter_value(sums, count, "milestones.due", NOBODY);
  facts->computed[METRIC(REVIEWS_BPS)].numerator = counter_value(sums, count, "reviews.sponsored", PARTNER);
  facts->computed[METRIC(REVIEWS_BPS)].denominator = counter_value(sums, count, "reviews.due", NOBODY);
  return NULL;
}

static const char *const decision_types[] = {
    [ONBOARD__MEMBER_DECISION__MEMBER_DECISION_HELD] = "member.evaluated",
    [ONBOARD__MEMBER_DECISION__MEMBER_DECISION_PROMOTED] = "member.promoted",
    [ONBOARD__MEMBER_DECISION__MEMBER_DECISION_GRACE_STARTED] = "member.grace_started",
    [ONBOARD__MEMBER_DECISION__MEMBER_DECISION_GRACE_CONTINUES] = "member.evaluated",
    [ONBOARD__MEMBER_DECISION__MEMBER_DECISION_RECOVERED] = "member.recovered",
    [ONBOARD__MEMBER_DECISION__MEMBER_DECISION_DEMOTED] = "member.demoted",
};

const struct status *member_judge(struct call *call, const void *in, void *out) {
  const Onboard__EvaluateMemberRequest *request = in;
  Onboard__EvaluateMemberResponse *response = out;
  struct act act = act_of(call);
  struct member_facts facts = {0};
  Onboard__Partnership *partnership;
  Onboard__Member *member;
  Onboard__Program *program;
  const struct status *status = readings_check(&act, request->readings, request->n_readings);
  if (!status)
    status = open_member(call, request->name, request->etag, &member, &program);
  if (!status)
    status = partnership_open(call, request->name, "EVALUATE_MEMBER", &partnership);
  if (!status)
    status = load_computed(call, name_partnership(act.arena, request->name), &facts);
  facts.program = status ? NULL : program;
  if (!status)
    status = member_evaluate(&act, member, &facts, request->readings, request->n_readings, response);
  if (status)
    return status;
  response->member = member;
  if (!request->validate_only)
    resource_change(call_txn(call), &kind_member, member, decision_types[response->decision]);
  return txn_commit(call_txn(call), response);
}

/* ---- by hand ---- */

const struct status *member_put(struct call *call, const void *in, void *out) {
  const Onboard__SetMemberLevelRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__Member *member;
  Onboard__Program *program;
  const struct status *status = open_member(call, request->name, request->etag, &member, &program);
  if (!status)
    status = partnership_open(call, request->name, "SET_MEMBER_LEVEL", &partnership);
  if (!status)
    status = member_set_level(&act, member, program, request->level, request->reason);
  return status ? status : resource_answer(call, &kind_member, member, "member.level_set", out);
}

const struct status *member_take_out(struct call *call, const void *in, void *out) {
  const Onboard__RemoveMemberRequest *request = in;
  struct act act = act_of(call);
  Onboard__Member *member;
  Onboard__Program *program;
  const struct status *status = open_member(call, request->name, request->etag, &member, &program);
  if (!status)
    status = member_remove(&act, member, request->reason);
  return status ? status : resource_answer(call, &kind_member, member, "member.removed", out);
}

const struct status *member_take_in(struct call *call, const void *in, void *out) {
  const Onboard__ReinstateMemberRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__Member *member;
  Onboard__Program *program;
  const struct status *status = open_member(call, request->name, request->etag, &member, &program);
  if (!status)
    status = partnership_open(call, request->name, "REINSTATE_MEMBER", &partnership);
  if (!status)
    status = member_reinstate(&act, member, program);
  return status ? status : resource_answer(call, &kind_member, member, "member.reinstated", out);
}
