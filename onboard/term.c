#include "onboard/term.h"

#include "onboard/organization.h"
#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/period.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include <ctype.h>

#define PROPOSED ONBOARD__TERM__STATE__STATE_PROPOSED
#define SCHEDULED ONBOARD__TERM__STATE__STATE_SCHEDULED
#define IN_FORCE ONBOARD__TERM__STATE__STATE_IN_FORCE
#define ENDED ONBOARD__TERM__STATE__STATE_ENDED
#define DECLINED ONBOARD__TERM__STATE__STATE_DECLINED
#define WITHDRAWN ONBOARD__TERM__STATE__STATE_WITHDRAWN
#define GRANTED ONBOARD__TERM_BASIS__TERM_BASIS_GRANTED
#define AGREED ONBOARD__TERM_BASIS__TERM_BASIS_AGREED
#define KIND(name) ONBOARD__TERM_KIND__TERM_KIND_##name

#define OUT_OF_RANGE "VALUE_OUT_OF_RANGE"
#define MISSING "REQUIRED_FIELD_MISSING"

static bool is_rate(Onboard__TermKind kind) {
  return kind == KIND(COMMISSION) || kind == KIND(DISCOUNT) || kind == KIND(MDF_ACCRUAL);
}

/* What is paid out by calendar months. */
static bool is_monthly(Onboard__TermKind kind) {
  return is_rate(kind) || kind == KIND(MDF_BUDGET);
}

static bool starts_month(int64_t time_us) {
  return month_start_us(month_of(time_us)) == time_us;
}

static int64_t end_us(const Google__Protobuf__Timestamp *time) {
  return timestamp_us(time, INT64_MAX);
}

/* ---- values ---- */

/* A field belongs to some kinds: there it has to be set, elsewhere it must not be. */
static void check_field(struct arena *arena, struct status **refusal, const char *path, const char *field,
                        bool belongs, bool set) {
  if (belongs && !set)
    invalid_add(arena, refusal, arena_printf(arena, "%s.%s", path, field), MISSING,
                "a term of this kind says it");
  if (!belongs && set)
    invalid_add(arena, refusal, arena_printf(arena, "%s.%s", path, field), OUT_OF_RANGE,
                "does not belong to a term of this kind");
}

static void check_markets(struct arena *arena, struct status **refusal, const Onboard__MarketAccess *access,
                          const char *path) {
  if (!access->n_segments && !access->n_country_codes)
    invalid_add(arena, refusal, arena_printf(arena, "%s.market_access.segments", path), MISSING,
                "name segments or countries");
  for (size_t i = 0; i < access->n_country_codes; i++)
    if (!country_assigned(access->country_codes[i]))
      invalid_add(arena, refusal, arena_printf(arena, "%s.market_access.country_codes[%zu]", path, i),
                  OUT_OF_RANGE, "`%s` is not an assigned ISO 3166-1 alpha-2 code", access->country_codes[i]);
}

void term_value_check(struct arena *arena, struct status **refusal, const Onboard__TermValue *value,
                      const char *path) {
  check_field(arena, refusal, path, "rate_bps", is_rate(value->kind), value->rate_bps != 0);
  check_field(arena, refusal, path, "amount", value->kind == KIND(MDF_BUDGET), value->amount);
  check_field(arena, refusal, path, "market_access", value->kind == KIND(MARKET_ACCESS),
              value->market_access);
  check_field(arena, refusal, path, "benefits", value->kind == KIND(JOINT_BENEFITS), value->n_benefits > 0);
  if (value->market_access)
    check_markets(arena, refusal, value->market_access, path);
  if (!value->amount)
    return;
  if (value->amount->amount_minor <= 0)
    invalid_add(arena, refusal, arena_printf(arena, "%s.amount.amount_minor", path), OUT_OF_RANGE,
                "must be more than 0");
  if (!currency_known(value->amount->currency_code))
    invalid_add(arena, refusal, arena_printf(arena, "%s.amount.currency_code", path), OUT_OF_RANGE,
                "`%s` is not a currency in use", value->amount->currency_code);
}

void term_values_check(struct arena *arena, struct status **refusal, Onboard__TermValue *const *values,
                       size_t count, const char *path) {
  for (size_t i = 0; i < count; i++) {
    term_value_check(arena, refusal, values[i], arena_printf(arena, "%s[%zu]", path, i));
    for (size_t k = 0; k < i; k++)
      if (values[k]->kind == values[i]->kind) {
        invalid_add(arena, refusal, arena_printf(arena, "%s[%zu].kind", path, i), "DUPLICATE_KEY_VALUE",
                    "the kind has a value already");
        break;
      }
  }
}

const struct status *term_check(const struct act *act, const Onboard__Term *term, const char *path) {
  struct arena *arena = act->arena;
  struct status *refusal = NULL;
  char *start = arena_printf(arena, "%s.start_time", path), *end = arena_printf(arena, "%s.end_time", path);
  term_value_check(arena, &refusal, term->value, arena_printf(arena, "%s.value", path));
  bool fits = moment_check(arena, &refusal, start, term->start_time);
  if (!moment_check(arena, &refusal, end, term->end_time) || !fits)
    return refusal;
  int64_t from = moment_us(term->start_time), to = end_us(term->end_time);
  if (to <= from)
    invalid_add(arena, &refusal, end, OUT_OF_RANGE, "must lie after start_time");
  if (is_monthly(term->value->kind) && !starts_month(from))
    invalid_add(arena, &refusal, start, OUT_OF_RANGE, "must be the start of a calendar month");
  if (is_monthly(term->value->kind) && term->end_time && !starts_month(to))
    invalid_add(arena, &refusal, end, OUT_OF_RANGE, "must be the start of a calendar month");
  if (term->basis == GRANTED && from < month_start_us(month_of(act->now_us)))
    invalid_add(arena, &refusal, start, OUT_OF_RANGE,
                "what the vendor alone grants starts with this month at the earliest");
  return refusal;
}

/* ---- time ---- */

int64_t term_next_us(const Onboard__Term *term) {
  if (term->state == SCHEDULED)
    return moment_us(term->start_time);
  return term->state == IN_FORCE ? end_us(term->end_time) : INT64_MAX;
}

const char *term_advance(Onboard__Term *term) {
  bool starts = term->state == SCHEDULED;
  const struct transition *row =
      machine_find(&term_machine, (int)term->state, starts ? TERM_START : TERM_EXPIRE);
  term->state = (Onboard__Term__State)row->to;
  return starts ? "term.started" : "term.ended";
}

void term_settle(Onboard__Term *term, int64_t now_us) {
  while (term_next_us(term) <= now_us)
    term_advance(term);
}

/* ---- guards ---- */

static const struct status *others_offer(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Term *term = noun;
  if (term->author_party != act->party)
    return NULL;
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "OWN_OFFER",
                                      "%s was proposed by %s: only the other party can answer it", term->name,
                                      party_name(term->author_party));
  status_add_metadata(act->arena, status, "offer_party", party_name(term->author_party));
  return status;
}

static const struct status *own_offer(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Term *term = noun;
  if (term->author_party == act->party)
    return NULL;
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "NOT_OWN_OFFER",
                                      "%s was proposed by %s, who alone can take it back", term->name,
                                      party_name(term->author_party));
  status_add_metadata(act->arena, status, "offer_party", party_name(term->author_party));
  return status;
}

static const struct status *granted(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Term *term = noun;
  if (term->basis == GRANTED)
    return NULL;
  return status_make(act->arena, CODE_FAILED_PRECONDITION, "TERM_AGREED",
                     "both agreed to %s: propose another that replaces it", term->name);
}

static const struct transition transitions[] = {
    {PROPOSED, TERM_ACCEPT, SCHEDULED, others_offer},
    {PROPOSED, TERM_DECLINE, DECLINED, others_offer},
    {PROPOSED, TERM_WITHDRAW, WITHDRAWN, own_offer},
    {SCHEDULED, TERM_END, SCHEDULED, granted},
    {IN_FORCE, TERM_END, IN_FORCE, granted},
    {SCHEDULED, TERM_REPLACE, SCHEDULED, NULL},
    {IN_FORCE, TERM_REPLACE, IN_FORCE, NULL},
    {SCHEDULED, TERM_START, IN_FORCE, NULL},
    {IN_FORCE, TERM_EXPIRE, ENDED, NULL},
};
static const char *const actions[] = {"ACCEPT", "DECLINE", "WITHDRAW", "END", "REPLACE", "START", "EXPIRE"};
const struct machine term_machine = {
    .states = &onboard__term__state__descriptor,
    .actions = actions,
    .action_count = TERM_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct status *step(const struct act *act, Onboard__Term *term, enum term_action action) {
  int to;
  const struct status *status =
      machine_step(&term_machine, act, term->name, (int)term->state, (int)action, term, NULL, &to);
  if (!status)
    term->state = (Onboard__Term__State)to;
  return status;
}

/* ---- the schedule ---- */

char *term_schedule_id(struct arena *arena, Onboard__TermKind kind) {
  char *id = arena_strdup(arena, state_name(&onboard__term_kind__descriptor, (int)kind));
  for (char *at = id; *at; at++)
    *at = *at == '_' ? '-' : (char)tolower((unsigned char)*at);
  return id;
}

static struct status *refuse(const struct act *act, const char *reason, const char *key, const char *value,
                             const char *text) {
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, reason, "%s %s", value, text);
  status_add_metadata(act->arena, status, key, value);
  return status;
}

static const struct status *check_replaced(const struct act *act, const Onboard__Term *term,
                                           const Onboard__Term *replaced) {
  if (text_empty(term->replaces))
    return NULL;
  bool fits = replaced && (replaced->state == SCHEDULED || replaced->state == IN_FORCE) &&
              replaced->value->kind == term->value->kind &&
              (replaced->basis == GRANTED || term->basis == AGREED) &&
              moment_us(replaced->start_time) < moment_us(term->start_time) &&
              end_us(replaced->end_time) > moment_us(term->start_time);
  return fits ? NULL
              : refuse(act, "REPLACED_TERM_UNFIT", "replaces", term->replaces,
                       "cannot be replaced by this term at that time");
}

/* When a span ends once the term binds. */
static int64_t span_end_us(const Onboard__TermSpan *span, const Onboard__Term *term) {
  return text_equal(span->term, term->replaces) ? moment_us(term->start_time) : end_us(span->end_time);
}

static const struct status *check_gap(const struct act *act, int64_t from, int64_t to) {
  /* What is past is nobody's oversight any more. */
  if (from >= to || from <= act->now_us)
    return NULL;
  const char *start = moment_text(act->arena, from), *end = moment_text(act->arena, to);
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "TERM_GAP",
                                      "from %s to %s no term of the kind would hold", start, end);
  status_add_metadata(act->arena, status, "gap_start_time", start);
  status_add_metadata(act->arena, status, "gap_end_time", end);
  return status;
}

static const struct status *check_neighbours(const struct act *act, const Onboard__Term *term,
                                             const struct term_facts *facts) {
  const Onboard__TermSchedule *schedule = facts->schedule;
  int64_t from = moment_us(term->start_time), to = end_us(term->end_time);
  int64_t before = INT64_MIN, after = INT64_MAX;
  for (size_t i = 0; i < schedule->n_spans; i++) {
    const Onboard__TermSpan *span = schedule->spans[i];
    int64_t start = moment_us(span->start_time), end = span_end_us(span, term);
    if (start < to && end > from)
      return refuse(act, "TERM_OVERLAP", "term", span->term, "holds at that time; replace it, or end it");
    if (end <= from && end > before)
      before = end;
    if (start >= to && start < after)
      after = start;
  }
  if (facts->accept_gap)
    return NULL;
  const struct status *status = before == INT64_MIN ? NULL : check_gap(act, before, from);
  return status || after == INT64_MAX ? status : check_gap(act, to, after);
}

/* Puts the term's span in its place by start; there is room for one more. */
static void insert_span(struct arena *arena, Onboard__TermSchedule *schedule, const Onboard__Term *term) {
  Onboard__TermSpan *span = arena_new(arena, Onboard__TermSpan);
  Onboard__TermSpan **spans = arena_calloc(arena, schedule->n_spans + 1, sizeof *spans);
  onboard__term_span__init(span);
  span->term = term->name;
  span->value = term->value;
  span->basis = term->basis;
  span->start_time = term->start_time;
  span->end_time = term->end_time;
  size_t at = 0;
  for (; at < schedule->n_spans && moment_us(schedule->spans[at]->start_time) < moment_us(span->start_time);
       at++)
    spans[at] = schedule->spans[at];
  spans[at] = span;
  for (size_t i = at; i < schedule->n_spans; i++)
    spans[i + 1] = schedule->spans[i];
  schedule->spans = spans;
  schedule->n_spans++;
}

static void end_span(Onboard__TermSchedule *schedule, const char *term, Google__Protobuf__Timestamp *end) {
  size_t kept = 0;
  for (size_t i = 0; i < schedule->n_spans; i++) {
    Onboard__TermSpan *span = schedule->spans[i];
    if (text_equal(span->term, term))
      span->end_time = end;
    if (end_us(span->end_time) > moment_us(span->start_time))
      schedule->spans[kept++] = span;
  }
  schedule->n_spans = kept;
}

/* ---- actions ---- */

void term_start(const struct act *act, Onboard__Term *term) {
  term->state = PROPOSED;
  term->author_party = act->party;
}

const struct status *term_bind(const struct act *act, Onboard__Term *term, const struct term_facts *facts) {
  const struct status *status = check_replaced(act, term, facts->replaced);
  if (!status)
    status = check_neighbours(act, term, facts);
  if (!status && facts->schedule->n_spans >= TERM_SPANS_MAX)
    status = refuse(act, "TOO_MANY_TERMS", "limit", arena_printf(act->arena, "%d", TERM_SPANS_MAX),
                    "terms of the kind are the most that there may be");
  if (status)
    return status;
  if (!text_empty(term->replaces)) {
    status = step(act, facts->replaced, TERM_REPLACE);
    if (status)
      return status;
    facts->replaced->end_time = term->start_time;
    facts->replaced->replaced_by = term->name;
    end_span(facts->schedule, term->replaces, term->start_time);
  }
  term->state = SCHEDULED;
  insert_span(act->arena, facts->schedule, term);
  return NULL;
}

const struct status *term_accept(const struct act *act, Onboard__Term *term, const struct term_facts *facts) {
  const struct status *status = step(act, term, TERM_ACCEPT);
  if (!status)
    status = term_bind(act, term, facts);
  if (!status)
    term->answer_time = timestamp_new(act->arena, act->now_us);
  return status;
}

static const struct status *answer_no(const struct act *act, Onboard__Term *term, enum term_action action,
                                      char *reason) {
  const struct status *status = step(act, term, action);
  if (status)
    return status;
  term->answer_time = timestamp_new(act->arena, act->now_us);
  term->reason = reason;
  return NULL;
}

const struct status *term_decline(const struct act *act, Onboard__Term *term, char *reason) {
  return answer_no(act, term, TERM_DECLINE, reason);
}

const struct status *term_withdraw(const struct act *act, Onboard__Term *term, char *reason) {
  return answer_no(act, term, TERM_WITHDRAW, reason);
}

const struct status *term_end(const struct act *act, Onboard__Term *term, Onboard__TermSchedule *schedule,
                              int64_t end, char *reason) {
  struct status *refusal = NULL;
  const struct status *status = step(act, term, TERM_END);
  if (status)
    return status;
  if (end < act->now_us)
    invalid_add(act->arena, &refusal, "end_time", OUT_OF_RANGE, "must not be past");
  if (end >= end_us(term->end_time))
    invalid_add(act->arena, &refusal, "end_time", OUT_OF_RANGE, "must lie before it ends anyway");
  if (is_monthly(term->value->kind) && !starts_month(end))
    invalid_add(act->arena, &refusal, "end_time", OUT_OF_RANGE, "must be the start of a calendar month");
  if (refusal)
    return refusal;
  /* What has not begun by then never does. */
  bool never = end <= moment_us(term->start_time);
  term->end_time = never ? term->start_time : timestamp_new(act->arena, end);
  term->reason = reason;
  if (never)
    term->state = ENDED;
  end_span(schedule, term->name, term->end_time);
  return NULL;
}
