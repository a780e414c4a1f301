#include "gateway/compose/composer.h"

#include "runtime/base/timestamp.h"

#include "entente/incentivize/v1/earning_service.pb-c.h"
#include "entente/ledger/v1/ledger_service.pb-c.h"

#include <string.h>

/* Kept back from the call's deadline to compose and send, and the most that one pillar may take. */
enum { MARGIN_US = 20 * US_PER_MS, PILLAR_US_MAX = 1500 * US_PER_MS };

const struct status *composer_partner_of(void *context, struct arena *arena, const char *partnership,
                                         const char **out) {
  struct composer *composer = context;
  *out = partnerships_partner(composer->partnerships, partnership);
  if (!*out && !partnerships_complete(composer->partnerships))
    return status_make(arena, CODE_UNAVAILABLE, "DIRECTORY_UNKNOWN",
                       "the gateway has not heard from onboard since it started; try again shortly");
  return NULL;
}

Type__Period *composer_period(struct arena *arena, struct period period) {
  Type__Period *message = arena_alloc(arena, sizeof *message);
  type__period__init(message);
  message->start_time = timestamp_new(arena, period.start_us);
  message->end_time = timestamp_new(arena, period.end_us);
  return message;
}

static struct pending *start(struct composer *composer, struct call *call, enum pillar pillar,
                             const char *method, const void *request,
                             const ProtobufCMessageDescriptor *response, int64_t deadline_us) {
  return client_start(composer->channels[pillar], &(struct client_call){
                                                      .arena = call_arena(call),
                                                      .method = method,
                                                      .request = request,
                                                      .response = response,
                                                      .authorization = call_authorization(call),
                                                      .traceparent = call_traceparent(call),
                                                      .deadline_us = deadline_us,
                                                  });
}

/* How many partnerships. */
static size_t asked_about(const struct fan_out *fan_out) {
  return fan_out->ids ? fan_out->id_count : 1;
}

/* The windows that a pillar is asked for, in order; how many. */
static size_t windows_of(enum pillar pillar, const struct fan_out *fan_out, unsigned windows[WINDOW_COUNT]) {
  size_t count = 0;
  for (unsigned window = 0; window < WINDOW_COUNT; window++)
    if (metric_needs_window(pillar, window, fan_out->portfolio))
      windows[count++] = window;
  return count;
}

/* NULL: no metric needs anything of the pillar. */
static struct pending *ask(struct composer *composer, struct call *call, const struct fan_out *fan_out,
                           enum pillar pillar, int64_t deadline_us) {
  struct arena *arena = call_arena(call);
  unsigned windows[WINDOW_COUNT];
  size_t count = windows_of(pillar, fan_out, windows);
  if (!count)
    return NULL;
  Ledger__BatchGetCountersRequest *request = arena_alloc(arena, sizeof *request);
  ledger__batch_get_counters_request__init(request);
  request->parent = (char *)fan_out->parent;
  request->partnerships = fan_out->ids;
  request->n_partnerships = fan_out->id_count;
  request->period = composer_period(arena, metric_window_span(fan_out->period, windows[0]));
  request->further_periods = arena_calloc(arena, count, sizeof *request->further_periods);
  while (request->n_further_periods + 1 < count) {
    struct period span = metric_window_span(fan_out->period, windows[request->n_further_periods + 1]);
    request->further_periods[request->n_further_periods++] = composer_period(arena, span);
  }
  request->as_of = timestamp_new(arena, fan_out->as_of_us);
  return start(composer, call, pillar, "/entente.ledger.v1.LedgerService/BatchGetCounters", request,
               &ledger__batch_get_counters_response__descriptor, deadline_us);
}

/* Of one partnership, at the last instant of the period. */
static struct pending *ask_tiers(struct composer *composer, struct call *call, const struct fan_out *fan_out,
                                 int64_t deadline_us) {
  struct arena *arena = call_arena(call);
  if (fan_out->ids)
    return NULL;
  Incentivize__GetTierProgressRequest *request = arena_alloc(arena, sizeof *request);
  incentivize__get_tier_progress_request__init(request);
  request->parent = (char *)fan_out->parent;
  request->at_time = timestamp_new(arena, fan_out->period.end_us - 1);
  request->as_of = timestamp_new(arena, fan_out->as_of_us);
  return start(composer, call, PILLAR_INCENTIVIZE, "/entente.incentivize.v1.EarningService/GetTierProgress",
               request, &incentivize__tier_progress__descriptor, deadline_us);
}

static const struct status *take(struct arena *arena, struct pending *pending, const struct fan_out *fan_out,
                                 enum pillar pillar, struct pillar_answer *answer) {
  Ledger__BatchGetCountersResponse *response;
  unsigned windows[WINDOW_COUNT];
  size_t partnerships = asked_about(fan_out), expected = partnerships * windows_of(pillar, fan_out, windows);
  const struct status *status = client_wait(pending, &response);
  if (status)
    return status;
  if (response->n_partnerships != expected)
    return status_make(arena, CODE_INTERNAL, "UNEXPECTED_ANSWER", "asked for %zu sums, was told of %zu",
                       expected, response->n_partnerships);
  for (size_t i = 0; i < expected; i++) {
    const Ledger__PartnershipCounters *row = response->partnerships[i];
    answer->partnerships[i % partnerships].windows[windows[i / partnerships]] =
        (struct counter_set){.counters = row->counters, .count = row->n_counters};
  }
  return NULL;
}

/* That no plan is in force is an answer too. */
static const struct status *take_tiers(struct pending *pending, struct pillar_answer *answer) {
  Incentivize__TierProgress *tiers;
  const struct status *status = client_wait(pending, &tiers);
  if (!status)
    answer->partnerships[0].tiers = tiers;
  return status && strcmp(status->reason, "NO_PLAN_IN_FORCE") == 0 ? NULL : status;
}

/* A failure that is not the pillar's: it would be the same from every pillar. */
static bool is_callers(const struct status *status) {
  return status->code == CODE_PERMISSION_DENIED || status->code == CODE_UNAUTHENTICATED ||
         status->code == CODE_INVALID_ARGUMENT || status->code == CODE_CANCELLED;
}

const char *composer_problem(const struct status *status) {
  if (strcmp(status->reason, code_name(status->code)) != 0)
    return status->message; /* only a service of ours gives reasons */
  return status->code == CODE_DEADLINE_EXCEEDED ? "it took too long" : "it cannot be reached";
}

const struct status *composer_ask(struct composer *composer, struct call *call, const struct fan_out *fan_out,
                                  struct pillar_answer answers[PILLAR_COUNT]) {
  struct arena *arena = call_arena(call);
  int64_t now = clock_monotonic_us(), callers = call_deadline_us(call) - MARGIN_US;
  int64_t deadline = callers < now + PILLAR_US_MAX ? callers : now + PILLAR_US_MAX;
  struct pending *pending[PILLAR_COUNT];
  for (enum pillar pillar = 0; pillar < PILLAR_COUNT; pillar++) {
    answers[pillar] = (struct pillar_answer){
        .partnerships = arena_calloc(arena, asked_about(fan_out), sizeof(struct pillar_counters))};
    pending[pillar] = ask(composer, call, fan_out, pillar, deadline);
  }
  struct pending *tiers = ask_tiers(composer, call, fan_out, deadline);
  const struct status *failure = NULL;
  size_t missing = 0;
  for (enum pillar pillar = 0; pillar < PILLAR_COUNT; pillar++) {
    if (pending[pillar])
      answers[pillar].problem = take(arena, pending[pillar], fan_out, pillar, &answers[pillar]);
    if (answers[pillar].problem && is_callers(answers[pillar].problem))
      failure = answers[pillar].problem;
    if (pillar == PILLAR_INCENTIVIZE && tiers) {
      const struct status *status = take_tiers(tiers, &answers[pillar]);
      if (status && !answers[pillar].problem)
        answers[pillar].problem = status;
    }
    missing += answers[pillar].problem != NULL;
  }
  if (failure || missing < PILLAR_COUNT)
    return failure;
  if (clock_monotonic_us() >= callers)
    return &status_deadline_exceeded; /* the caller's time was too short: nothing is missing */
  return status_make(arena, CODE_UNAVAILABLE, "ALL_PILLARS_MISSING", "no pillar answered; the first said: %s",
                     composer_problem(answers[0].problem));
}
