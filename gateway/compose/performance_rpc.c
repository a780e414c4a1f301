#include "gateway/compose/performance_rpc.h"

#include "gateway/compose/composer.h"
#include "runtime/base/digest.h"
#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include "entente/gateway/v1/performance_service.pb-c.h"

#include <string.h>

enum { VIEW_MONTHS_MAX = 36, PORTFOLIO_PAGE_MAX = 100 };

/* The period and instant that a request asks about. */
struct question {
  struct period period;
  int64_t as_of_us;
  bool as_of_now;
};

static const struct status *question_read(struct call *call, const Type__Period *period,
                                          const Google__Protobuf__Timestamp *as_of, struct question *out) {
  struct arena *arena = call_arena(call);
  int64_t now = call_now_us(call);
  struct status *status = status_make(arena, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                                      "the request asks about no possible time");
  out->period = period
                    ? (struct period){timestamp_us(period->start_time, 0), timestamp_us(period->end_time, 0)}
                    : period_quarter_add(period_quarter_of(now), -1);
  if (!period_is_whole_months(out->period) ||
      month_start_us(month_add(month_of(out->period.start_us), VIEW_MONTHS_MAX)) < out->period.end_us)
    status_add_violation(arena, status, "period", "VALUE_OUT_OF_RANGE",
                         "is not made of whole calendar months in UTC, 1 to %d of them", VIEW_MONTHS_MAX);
  out->as_of_now = as_of == NULL;
  out->as_of_us = timestamp_us(as_of, now);
  if (out->as_of_us > now)
    status_add_violation(arena, status, "as_of", "VALUE_OUT_OF_RANGE", "lies in the future");
  return status->violations ? status : NULL;
}

static Gateway__PerformanceSection *section_new(struct arena *arena, enum pillar pillar,
                                                const struct pillar_answer *answer, int64_t last_known_us) {
  Gateway__PerformanceSection *section = arena_alloc(arena, sizeof *section);
  gateway__performance_section__init(section);
  section->pillar = (Gateway__PerformanceSection__Pillar)(pillar + 1);
  section->state = answer->problem ? GATEWAY__PERFORMANCE_SECTION__STATE__STATE_MISSING
                                   : GATEWAY__PERFORMANCE_SECTION__STATE__STATE_COMPLETE;
  if (last_known_us)
    section->last_known_time = timestamp_new(arena, last_known_us);
  if (answer->problem)
    section->problem =
        arena_printf(arena, "%s did not answer: %s", pillar_names[pillar], composer_problem(answer->problem));
  return section;
}

/* What each pillar answered about one of the partnerships asked for; NULL where it did not. */
static void counters_of(const struct pillar_answer *answers, size_t place,
                        const struct pillar_counters *counters[PILLAR_COUNT]) {
  for (enum pillar pillar = 0; pillar < PILLAR_COUNT; pillar++)
    counters[pillar] = answers[pillar].problem ? NULL : &answers[pillar].partnerships[place];
}

/* The section's figures, and note that the pillar answered. */
static Gateway__PerformanceSection *section_of_view(struct call *call, const struct metric_lens *lens,
                                                    const char *partnership, enum pillar pillar,
                                                    const struct pillar_answer *answers, int64_t as_of_us) {
  const struct pillar_answer *answer = &answers[pillar];
  const struct pillar_counters *counters[PILLAR_COUNT];
  struct memory *memory = ((struct composer *)call_context(call))->memory;
  if (!answer->problem)
    memory_answered(memory, partnership, pillar, as_of_us);
  int64_t known = answer->problem ? memory_last_known(memory, partnership, pillar) : as_of_us;
  Gateway__PerformanceSection *section = section_new(call_arena(call), pillar, answer, known);
  counters_of(answers, 0, counters);
  if (!answer->problem)
    section->n_figures = metric_figures(call_arena(call), pillar, counters, lens, &section->figures);
  return section;
}

static struct metric_lens lens_of(struct call *call, const Onboard__Partnership *partnership,
                                  bool portfolio) {
  return (struct metric_lens){.currency = partnership ? partnership->currency_code : "",
                              .viewer = call_principal(call)->party,
                              .portfolio = portfolio};
}

static void view_compose(struct call *call, const char *name, const struct question *question,
                         const struct pillar_answer *answers, Gateway__PartnershipPerformance *view) {
  struct arena *arena = call_arena(call);
  struct composer *composer = call_context(call);
  view->partnership = (char *)name;
  view->resource = partnerships_find(composer->partnerships, arena, name);
  view->period = composer_period(arena, question->period);
  view->as_of_time = timestamp_new(arena, question->as_of_us);
  view->sections = arena_calloc(arena, PILLAR_COUNT, sizeof *view->sections);
  struct metric_lens lens = lens_of(call, view->resource, false);
  for (enum pillar pillar = 0; pillar < PILLAR_COUNT; pillar++)
    view->sections[view->n_sections++] =
        section_of_view(call, &lens, name, pillar, answers, question->as_of_us);
}

static bool view_is_whole(const Gateway__PartnershipPerformance *view) {
  for (size_t i = 0; i < view->n_sections; i++)
    if (view->sections[i]->state != GATEWAY__PERFORMANCE_SECTION__STATE__STATE_COMPLETE)
      return false;
  return true;
}

static const struct status *get_partnership_performance(struct call *call, const void *in, void *out) {
  const Gateway__GetPartnershipPerformanceRequest *request = in;
  struct composer *composer = call_context(call);
  struct question question;
  const struct status *status = question_read(call, request->period, request->as_of, &question);
  if (status)
    return status;
  if (partnerships_complete(composer->partnerships) &&
      !partnerships_partner(composer->partnerships, request->name))
    return call_not_found(call, request->name);
  struct view_key key = {
      .partnership = request->name, .period = question.period, .party = call_principal(call)->party};
  const ProtobufCBinaryData *kept = question.as_of_now ? memory_view(composer->memory, &key) : NULL;
  if (kept) {
    call_answer_packed(call, kept);
    return NULL;
  }
  struct view_ticket ticket = memory_ticket(composer->memory, request->name);
  struct pillar_answer answers[PILLAR_COUNT];
  status = composer_ask(
      composer, call,
      &(struct fan_out){.parent = request->name, .period = question.period, .as_of_us = question.as_of_us},
      answers);
  if (status)
    return status;
  view_compose(call, request->name, &question, answers, out);
  if (question.as_of_now && view_is_whole(out))
    memory_keep_view(composer->memory, &key, ticket, out);
  return NULL;
}

/* ---- portfolio ---- */

/* A token holds the name after which to go on and a digest of what else was asked, so that it fits no other
 * request. It grants nothing: what a page may hold is decided anew each time. */
static const char *portfolio_binding(struct call *call, const Gateway__ListPortfolioRequest *request,
                                     const struct question *question) {
  const struct principal *principal = call_principal(call);
  char *text = arena_printf(call_arena(call), "%s|%d|%s|%lld|%lld|%lld", request->parent, principal->party,
                            principal->organization ? principal->organization : "",
                            (long long)question->period.start_us, (long long)question->period.end_us,
                            question->as_of_now ? 0 : (long long)question->as_of_us);
  uint8_t digest[DIGEST_SIZE];
  digest_sha256(text, strlen(text), digest);
  return hex_encode(call_arena(call), digest, sizeof digest);
}

static const struct status *token_read(struct call *call, const char *token, const char *binding,
                                       const char **after) {
  *after = "";
  if (text_empty(token))
    return NULL;
  void *bytes;
  size_t size, length = strlen(binding);
  if (base64url_decode(call_arena(call), token, &bytes, &size) && size > length &&
      size <= length + RESOURCE_NAME_MAX_BYTES && memcmp(bytes, binding, length) == 0) {
    *after = arena_strndup(call_arena(call), (char *)bytes + length, size - length);
    return NULL;
  }
  struct status *status = call_fail(call, CODE_INVALID_ARGUMENT, REASON_PAGE_TOKEN_INVALID,
                                    "page_token is not from a page of this request; start again without one");
  status_add_violation(call_arena(call), status, "page_token", REASON_PAGE_TOKEN_INVALID,
                       "belongs to another request");
  return status;
}

static Gateway__PortfolioEntry *entry_new(struct call *call, const char *name, size_t place,
                                          const struct pillar_answer *answers) {
  struct arena *arena = call_arena(call);
  struct composer *composer = call_context(call);
  Gateway__PortfolioEntry *entry = arena_alloc(arena, sizeof *entry);
  gateway__portfolio_entry__init(entry);
  entry->partnership = partnerships_find(composer->partnerships, arena, name);
  struct metric_lens lens = lens_of(call, entry->partnership, true);
  size_t rows = 0;
  while (metric_rows[rows].id)
    rows++;
  entry->figures = arena_calloc(arena, 2 * rows, sizeof *entry->figures);
  const struct pillar_counters *counters[PILLAR_COUNT];
  counters_of(answers, place, counters);
  for (enum pillar pillar = 0; pillar < PILLAR_COUNT; pillar++) {
    if (answers[pillar].problem)
      continue;
    Gateway__Figure **figures;
    size_t count = metric_figures(arena, pillar, counters, &lens, &figures);
    memcpy(entry->figures + entry->n_figures, figures, count * sizeof *figures);
    entry->n_figures += count;
  }
  return entry;
}

static const struct status *portfolio_ask(struct composer *composer, struct call *call,
                                          const Gateway__ListPortfolioRequest *request,
                                          const struct question *question, const char *const *names,
                                          size_t count, struct pillar_answer answers[PILLAR_COUNT]) {
  char **ids = arena_calloc(call_arena(call), count, sizeof *ids);
  for (size_t i = 0; i < count; i++)
    ids[i] = name_last_id(call_arena(call), names[i]);
  return composer_ask(composer, call,
                      &(struct fan_out){.parent = request->parent,
                                        .ids = ids,
                                        .id_count = count,
                                        .period = question->period,
                                        .as_of_us = question->as_of_us,
                                        .portfolio = true},
                      answers);
}

static int64_t newest_known(struct composer *composer, const char *const *names, size_t count,
                            enum pillar pillar) {
  int64_t newest = 0;
  for (size_t i = 0; i < count; i++) {
    int64_t known = memory_last_known(composer->memory, names[i], pillar);
    newest = known > newest ? known : newest;
  }
  return newest;
}

static void portfolio_compose(struct composer *composer, struct call *call, const struct question *question,
                              const char *const *names, size_t count, const struct pillar_answer *answers,
                              Gateway__ListPortfolioResponse *response) {
  struct arena *arena = call_arena(call);
  response->period = composer_period(arena, question->period);
  response->as_of_time = timestamp_new(arena, question->as_of_us);
  response->entries = arena_calloc(arena, count, sizeof *response->entries);
  for (size_t i = 0; i < count; i++)
    response->entries[response->n_entries++] = entry_new(call, names[i], i, answers);
  response->sections = arena_calloc(arena, PILLAR_COUNT, sizeof *response->sections);
  for (enum pillar pillar = 0; pillar < PILLAR_COUNT; pillar++) {
    for (size_t i = 0; !answers[pillar].problem && i < count; i++)
      memory_answered(composer->memory, names[i], pillar, question->as_of_us);
    int64_t known =
        answers[pillar].problem ? newest_known(composer, names, count, pillar) : question->as_of_us;
    response->sections[response->n_sections++] = section_new(arena, pillar, &answers[pillar], known);
  }
}

static const struct status *list_portfolio(struct call *call, const void *in, void *out) {
  const Gateway__ListPortfolioRequest *request = in;
  Gateway__ListPortfolioResponse *response = out;
  struct composer *composer = call_context(call);
  struct question question;
  const struct status *status = question_read(call, request->period, request->as_of, &question);
  if (status)
    return status;
  if (!partnerships_complete(composer->partnerships))
    return call_fail(call, CODE_UNAVAILABLE, "DIRECTORY_UNKNOWN",
                     "the gateway has not heard from onboard since it started; try again shortly");
  const char *after, *binding = portfolio_binding(call, request, &question);
  status = token_read(call, request->page_token, binding, &after);
  if (status)
    return status;
  size_t size = request->page_size ? (size_t)request->page_size : LIMIT_PAGE_SIZE_DEFAULT;
  size = size > PORTFOLIO_PAGE_MAX ? PORTFOLIO_PAGE_MAX : size;
  const char *found[PORTFOLIO_PAGE_MAX + 1];
  size_t count = partnerships_list(composer->partnerships, request->parent,
                                   call_principal(call)->organization, after, size + 1, found);
  bool more = count > size;
  count = more ? size : count;
  /* The directory can change while the pillars are asked. */
  const char *names[PORTFOLIO_PAGE_MAX];
  for (size_t i = 0; i < count; i++)
    names[i] = arena_strdup(call_arena(call), found[i]);
  struct pillar_answer answers[PILLAR_COUNT] = {{0}};
  if (count > 0 && (status = portfolio_ask(composer, call, request, &question, names, count, answers)))
    return status;
  portfolio_compose(composer, call, &question, names, count, answers, response);
  if (more) {
    char *text = arena_printf(call_arena(call), "%s%s", binding, names[count - 1]);
    response->next_page_token = base64url_encode(call_arena(call), text, strlen(text));
  }
  return NULL;
}

/* ---- metrics ---- */

static const struct status *list_metrics(struct call *call, const void *in, void *out) {
  (void)in;
  Gateway__ListMetricsResponse *response = out;
  struct arena *arena = call_arena(call);
  size_t rows = 0;
  while (metric_rows[rows].id)
    rows++;
  response->metrics = arena_calloc(arena, rows, sizeof *response->metrics);
  for (const struct metric_row *row = metric_rows; row->id; row++) {
    Gateway__Metric *metric = arena_alloc(arena, sizeof *metric);
    gateway__metric__init(metric);
    metric->metric = (char *)row->id;
    metric->title = (char *)row->title;
    metric->definition = (char *)row->definition;
    metric->pillar = (Gateway__PerformanceSection__Pillar)(row->pillar + 1);
    metric->unit = row->unit;
    metric->window = row->window;
    metric->sample_floor = row->sample_floor;
    metric->portfolio = row->portfolio;
    metric->denominator_pillar = row->denominator_pillar;
    response->metrics[response->n_metrics++] = metric;
  }
  return NULL;
}

const struct service performance_service = {
    .name = "entente.gateway.v1.PerformanceService",
    .methods = (const struct method[]){
        {.name = "GetPartnershipPerformance", .unary = get_partnership_performance},
        {.name = "ListPortfolio", .unary = list_portfolio},
        {.name = "ListMetrics", .unary = list_metrics},
        {.name = NULL},
    }};
