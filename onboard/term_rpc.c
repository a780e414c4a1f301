#include "onboard/contract.h"
#include "onboard/effective_terms.h"
#include "onboard/handler.h"
#include "onboard/member.h"
#include "onboard/term.h"
#include "onboard/timed.h"
#include "runtime/base/fold.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/message/validate.h"
#include "runtime/store/list.h"

#include "entente/onboard/v1/term_service.pb-c.h"

/* ---- binding ---- */

static char *schedule_name(struct arena *arena, const char *partnership, Onboard__TermKind kind) {
  return name_child(arena, partnership, "termSchedules", term_schedule_id(arena, kind));
}

/* The schedule of a term's kind, remembered by the transaction; a new one when nothing of the kind ever
 * bound. */
static const struct status *load_schedule(struct call *call, const Onboard__Term *term,
                                          Onboard__TermSchedule **out) {
  struct arena *arena = call_arena(call);
  char *name = schedule_name(arena, name_partnership(arena, term->name), term->value->kind);
  const struct status *status = txn_get(call_txn(call), &kind_term_schedule, name, out);
  if (status || *out)
    return status;
  *out = arena_new(arena, Onboard__TermSchedule);
  onboard__term_schedule__init(*out);
  (*out)->name = name;
  (*out)->kind = term->value->kind;
  return NULL;
}

static const struct status *load_facts(struct call *call, const Onboard__Term *term, bool accept_gap,
                                       struct term_facts *facts) {
  struct arena *arena = call_arena(call);
  *facts = (struct term_facts){.accept_gap = accept_gap};
  const struct status *status = load_schedule(call, term, &facts->schedule);
  if (status || text_empty(term->replaces) || text_equal(term->replaces, term->name) ||
      !text_equal(name_partnership(arena, term->replaces), name_partnership(arena, term->name)))
    return status;
  status = resource_open(call, &timed_term, term->replaces, "", &facts->replaced);
  return status && status->code == CODE_NOT_FOUND ? NULL : status;
}

/* Stages what binding has changed; the term itself comes after. */
static void change_bound(struct call *call, const struct term_facts *facts) {
  if (facts->replaced)
    resource_change(call_txn(call), &kind_term, facts->replaced, "term.replaced");
  resource_change(call_txn(call), &kind_term_schedule, facts->schedule, "term_schedule.updated");
}

const struct status *term_create(struct call *call, const void *in, void *out) {
  const Onboard__CreateTermRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__Term *term = request->term;
  struct term_facts facts;
  bool granted = term->basis == ONBOARD__TERM_BASIS__TERM_BASIS_GRANTED;
  const struct status *status = NULL;
  if (granted)
    status = party_check_owner(act.arena, request->parent, TYPE__PARTY__PARTY_VENDOR, act.party);
  if (!status)
    status = term_check(&act, term, "term");
  if (!status)
    status = partnership_open(call, request->parent, "CREATE_TERM", &partnership);
  if (!status)
    status = resource_name(call, &kind_term, request->parent, "terms", request->term_id, &term->name);
  if (!status)
    status = load_facts(call, term, request->accept_gap, &facts);
  if (status)
    return status;
  term_start(&act, term);
  if (!granted)
    return resource_answer(call, &kind_term, term, "term.proposed", out);
  status = term_bind(&act, term, &facts);
  if (status)
    return status;
  term_settle(term, act.now_us);
  change_bound(call, &facts);
  return resource_answer(call, &kind_term, term, "term.granted", out);
}

const struct status *term_agree(struct call *call, const void *in, void *out) {
  const Onboard__AcceptTermRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__Term *term;
  struct term_facts facts;
  const struct status *status = resource_open(call, &timed_term, request->name, request->etag, &term);
  if (!status)
    status = partnership_open(call, request->name, "ACCEPT_TERM", &partnership);
  if (!status)
    status = load_facts(call, term, request->accept_gap, &facts);
  if (!status)
    status = term_accept(&act, term, &facts);
  if (status)
    return status;
  term_settle(term, act.now_us);
  change_bound(call, &facts);
  return resource_answer(call, &kind_term, term, "term.agreed", out);
}

const struct status *term_refuse(struct call *call, const void *in, void *out) {
  const Onboard__DeclineTermRequest *request = in;
  struct act act = act_of(call);
  Onboard__Term *term;
  const struct status *status = resource_open(call, &timed_term, request->name, request->etag, &term);
  if (!status)
    status = term_decline(&act, term, request->reason);
  return status ? status : resource_answer(call, &kind_term, term, "term.declined", out);
}

const struct status *term_take_back(struct call *call, const void *in, void *out) {
  const Onboard__WithdrawTermRequest *request = in;
  struct act act = act_of(call);
  Onboard__Term *term;
  const struct status *status = resource_open(call, &timed_term, request->name, request->etag, &term);
  if (!status)
    status = term_withdraw(&act, term, request->reason);
  return status ? status : resource_answer(call, &kind_term, term, "term.withdrawn", out);
}

const struct status *term_finish(struct call *call, const void *in, void *out) {
  const Onboard__EndTermRequest *request = in;
  struct act act = act_of(call);
  Onboard__Term *term;
  Onboard__TermSchedule *schedule;
  struct status *invalid = NULL;
  if (!moment_check(act.arena, &invalid, "end_time", request->end_time))
    return invalid;
  const struct status *status = resource_open(call, &timed_term, request->name, request->etag, &term);
  if (!status)
    status = load_schedule(call, term, &schedule);
  if (!status)
    status = term_end(&act, term, schedule, moment_us(request->end_time), request->reason);
  if (status)
    return status;
  term_settle(term, act.now_us);
  resource_change(call_txn(call), &kind_term_schedule, schedule, "term_schedule.updated");
  bool over = term->state == ONBOARD__TERM__STATE__STATE_ENDED;
  return resource_answer(call, &kind_term, term, over ? "term.ended" : "term.shortened", out);
}

/* ---- reading ---- */

const struct status *term_get(struct call *call, const void *in, void *out) {
  const Onboard__GetTermRequest *request = in;
  Onboard__Term *term;
  const struct status *status = resource_read(call, &kind_term, request->name, &term);
  if (status)
    return status;
  term_settle(term, call_now_us(call));
  *(Onboard__Term *)out = *term;
  return NULL;
}

/* Which terms a list keeps; `text` is folded. */
struct term_filter {
  struct arena *arena;
  int state, kind;
  int64_t before_us, now_us;
  const char *text;
};

static bool keep(const void *message, void *context) {
  const struct term_filter *filter = context;
  Onboard__Term term = *(const Onboard__Term *)message;
  term_settle(&term, filter->now_us);
  return (!filter->state || (int)term.state == filter->state) &&
         (!filter->kind || (int)term.value->kind == filter->kind) &&
         (filter->before_us == INT64_MAX || timestamp_us(term.end_time, INT64_MAX) < filter->before_us) &&
         text_folded_contains(filter->arena, term.title, filter->text);
}

const struct status *term_list(struct call *call, const void *in, void *out) {
  const Onboard__ListTermsRequest *request = in;
  Onboard__ListTermsResponse *response = out;
  struct arena *arena = call_arena(call);
  struct list_page page;
  struct term_filter filter = {
      .arena = arena,
      .state = (int)request->state,
      .kind = (int)request->kind,
      .before_us = timestamp_us(request->end_before, INT64_MAX),
      .now_us = call_now_us(call),
      .text = text_fold(arena, request->text),
  };
  const struct status *status = resource_list(call,
                                              (struct list_query){
                                                  .kind = &kind_term,
                                                  .index = "start",
                                                  .partition = arena_printf(arena, "%s|", request->parent),
                                                  .page_size = request->page_size,
                                                  .page_token = request->page_token,
                                                  .keep = keep,
                                                  .context = &filter,
                                              },
                                              arena_printf(arena, "%d|%d|%lld|%s", filter.state, filter.kind,
                                                           (long long)filter.before_us, filter.text),
                                              &page);
  if (status)
    return status;
  for (size_t i = 0; i < page.count; i++)
    term_settle(page.messages[i], filter.now_us);
  resource_page(response, &page);
  return NULL;
}

/* ---- what holds ---- */

static const struct status *hear_schedules(struct call *call, const char *partnership,
                                           struct term_sayings *sayings) {
  const ProtobufCEnumDescriptor *kinds = &onboard__term_kind__descriptor;
  for (unsigned i = 0; i < kinds->n_values; i++) {
    Onboard__TermKind kind = (Onboard__TermKind)kinds->values[i].value;
    Onboard__TermSchedule *schedule;
    if (!kind)
      continue;
    const struct status *status = txn_peek(call_txn(call), &kind_term_schedule,
                                           schedule_name(sayings->arena, partnership, kind), &schedule);
    if (status)
      return status;
    if (schedule)
      say_schedule(sayings, schedule);
  }
  return NULL;
}

struct term_hearing {
  struct term_sayings *sayings;
  int64_t now_us;
};

/* Contracts that ever were in force. Drafts, however many a party writes, say nothing. */
static void hear_contract(const void *message, void *context) {
  struct term_hearing *hearing = context;
  struct arena *arena = hearing->sayings->arena;
  const Onboard__Contract *stored = message;
  if (!stored->activate_time)
    return;
  Onboard__Contract *contract = (Onboard__Contract *)message_copy(arena, &stored->base);
  contract_settle(arena, contract, hearing->now_us);
  say_contract(hearing->sayings, contract);
}

static const struct status *hear_contracts(struct call *call, const char *partnership,
                                           struct term_sayings *sayings) {
  struct term_hearing hearing = {sayings, call_now_us(call)};
  return list_walk(call_txn(call),
                   &(struct list_query){.kind = &kind_contract,
                                        .index = "end",
                                        .partition = arena_printf(sayings->arena, "%s|", partnership)},
                   hear_contract, &hearing);
}

static const struct status *hear_members(struct call *call, const char *partnership,
                                         struct term_sayings *sayings) {
  struct list_page page;
  const struct status *status = resource_all(call_txn(call), &kind_member, NULL, partnership, &page);
  for (size_t i = 0; !status && i < page.count; i++) {
    Onboard__Member *member = page.messages[i];
    Onboard__Program *program;
    member_settle(sayings->arena, member, call_now_us(call));
    status = resource_read(call, &kind_program, member->program, &program);
    if (!status)
      say_member(sayings, member, program);
  }
  return status;
}

const struct status *term_survey(struct call *call, const void *in, void *out) {
  const Onboard__GetEffectiveTermsRequest *request = in;
  struct term_sayings sayings = {.arena = call_arena(call)};
  Onboard__Partnership *partnership;
  struct status *invalid = NULL;
  if (!moment_check(sayings.arena, &invalid, "at", request->at))
    return invalid;
  const struct status *status = resource_read(call, &kind_partnership, request->parent, &partnership);
  if (!status)
    status = hear_schedules(call, request->parent, &sayings);
  if (!status)
    status = hear_contracts(call, request->parent, &sayings);
  if (!status)
    status = hear_members(call, request->parent, &sayings);
  if (!status)
    effective_terms(&sayings, timestamp_us(request->at, call_now_us(call)), out);
  return status;
}
