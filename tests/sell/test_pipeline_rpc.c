/* The pipeline weighed and by segment, and its stream of changes: what each party sees, from where, after
 * what. */
#include "sell/json_call.h"
#include "sell/service_fixture.h"
#include "support/check.h"

#include "runtime/base/clock.h"
#include "runtime/base/timestamp.h"

#include <stdio.h>
#include <string.h>

#define SERVICE "PipelineService/"
#define JOINT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
#define INDEPENDENT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT
enum { CHANGES_MAX = 300 };

/* What a stream told until it was caught up (or until so many changes came). */
struct told {
  size_t wanted; /* changes; 0: until caught up */
  size_t count, messages;
  char types[CHANGES_MAX][32], names[CHANGES_MAX][96];
  char cursors[CHANGES_MAX][160];
  char cursor[160];
  int64_t open_joint, open_own, won_joint, weighted_joint;
};

static bool hear(void *context, const void *message) {
  struct told *told = context;
  const Sell__WatchPipelineResponse *response = message;
  told->messages++;
  for (size_t i = 0; i < response->n_changes; i++) {
    const Sell__PipelineChange *change = response->changes[i];
    assert_true(told->count < CHANGES_MAX);
    snprintf(told->types[told->count], sizeof told->types[0], "%s", change->type);
    snprintf(told->names[told->count], sizeof told->names[0], "%s", strrchr(change->opportunity, '/') + 1);
    snprintf(told->cursors[told->count++], sizeof told->cursors[0], "%s", change->cursor);
  }
  snprintf(told->cursor, sizeof told->cursor, "%s", response->cursor);
  if (response->n_changes || told->messages == 1)
    assert_non_null(response->pipeline);
  if (response->pipeline) {
    told->open_joint = response->pipeline->open->joint_count;
    told->open_own = response->pipeline->open->independent_count;
    told->won_joint = response->pipeline->won->joint_count;
    told->weighted_joint = response->pipeline->weighted_joint_amount->amount_minor;
  }
  return told->wanted ? told->count < told->wanted : !response->caught_up;
}

static struct told *watch(struct pillar_fixture *f, const struct principal *who, const char *p,
                          const char *cursor, bool from_now) {
  struct told *told = arena_new(pillar_arena(f), struct told);
  Sell__WatchPipelineRequest request = SELL__WATCH_PIPELINE_REQUEST__INIT;
  request.name = arena_printf(pillar_arena(f), "%s/pipeline", p);
  request.cursor = (char *)cursor;
  request.from_now = from_now;
  fixture_as(f->server, who);
  const struct status *status =
      fixture_stream(f->server, "/entente.sell.v1." SERVICE "WatchPipeline", &request, hear, told);
  if (status)
    fail_msg("the stream ended: %s", status->message);
  return told;
}

static void win(struct pillar_fixture *f, const struct principal *who, const char *name) {
  json_call(f, who, "OpportunityService/WinOpportunity",
            "{\"name\": \"%s\", \"closeTime\": \"2026-06-20T00:00:00Z\"}", name);
}

static void each_party_is_told_what_it_may_see(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "watch", "orvane-global");
  const char *a = sell_open(f, f->manager, p, JOINT, "a")->name;
  sell_open(f, f->manager, p, INDEPENDENT, "v");
  sell_open(f, f->partner, p, INDEPENDENT, "p");
  sell_open(f, f->partner, p, JOINT, "b");
  json_call(f, f->manager, "TargetAccountService/CreateTargetAccount",
            "{\"parent\": \"%s\", \"targetAccount\": {\"account\": \"x\", \"leadParty\": \"PARTY_VENDOR\"}}",
            p);
  win(f, f->manager, a);
  static const char *const vendor[] = {"a", "vendor-v", "b", "a"}, *const partner[] = {"a", "partner-p", "b",
                                                                                       "a"};
  for (int who = 0; who < 2; who++) {
    const struct told *told = watch(f, who ? f->partner_viewer : f->viewer, p, "", false);
    assert_int_equal(told->count, 4);
    for (size_t i = 0; i < 4; i++)
      assert_string_equal(told->names[i], (who ? partner : vendor)[i]);
    assert_string_equal(told->types[3], "opportunity.won");
    const Sell__Pipeline *now = sell_pipeline(f, who ? f->partner : f->manager, p);
    assert_int_equal(told->open_joint, now->open->joint_count);
    assert_int_equal(told->open_own, 1);
    assert_int_equal(told->won_joint, 1);
    assert_int_equal(told->weighted_joint, now->weighted_joint_amount->amount_minor);
  }
}

/* From any cursor on, the rest follows, with the figures that all of it led to. */
static void goes_on_from_every_cursor(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "watch-cursor", "orvane-global");
  for (int i = 0; i < 90; i++) { /* more than one page; every third is not the partner's to see */
    const char *id = arena_printf(pillar_arena(f), "n%02d", i);
    sell_open(f, f->manager, p, i % 3 ? JOINT : INDEPENDENT, id);
  }
  const struct told *all = watch(f, f->partner, p, "", false);
  assert_int_equal(all->count, 60);
  assert_int_equal(all->open_joint, 60);
  assert_int_equal(all->open_own, 0);
  for (size_t i = 0; i < all->count; i += 7) {
    const struct told *rest = watch(f, f->partner, p, all->cursors[i], false);
    assert_int_equal(rest->count, all->count - i - 1);
    assert_int_equal(rest->open_joint, 60);
    if (rest->count)
      assert_string_equal(rest->names[0], all->names[i + 1]);
  }
  const struct told *nothing = watch(f, f->partner, p, all->cursor, false);
  assert_int_equal(nothing->count, 0);
  assert_int_equal(nothing->open_joint, 60);
  /* A cursor is of one party and one partnership. */
  Sell__WatchPipelineRequest request = SELL__WATCH_PIPELINE_REQUEST__INIT;
  request.name = arena_printf(pillar_arena(f), "%s/pipeline", p);
  request.cursor = (char *)all->cursor;
  fixture_as(f->server, f->manager);
  struct told unheard = {0};
  const struct status *status =
      fixture_stream(f->server, "/entente.sell.v1." SERVICE "WatchPipeline", &request, hear, &unheard);
  assert_non_null(status);
  assert_string_equal(status->reason, "CURSOR_INVALID");
}

/* What is recorded while a stream begins, or by a process whose clock is behind, is not passed over: now is
 * the last change that the pipeline shown has, not what the clock says. */
static void now_is_no_time_of_a_clock(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "watch-clock", "orvane-global");
  int64_t now_us = fixture_now(f->server);
  const struct told *empty = watch(f, f->partner, p, "", true);
  sell_open(f, f->manager, p, JOINT, "before");
  sell_open(f, f->manager, p, INDEPENDENT, "own");
  fixture_set_now(f->server, now_us + INT64_C(10000000));
  const struct told *begun = watch(f, f->partner, p, "", true);
  assert_int_equal(begun->count, 0);
  assert_int_equal(begun->open_joint, 1);
  fixture_set_now(f->server, now_us);
  sell_open(f, f->manager, p, JOINT, "after");
  const struct told *rest = watch(f, f->partner, p, begun->cursor, false);
  assert_int_equal(rest->count, 1);
  assert_string_equal(rest->names[0], "after");
  assert_int_equal(rest->open_joint, 2);
  assert_int_equal(watch(f, f->partner, p, empty->cursor, false)->count, 2);
}

/* A change made while a stream waits comes at once. */
struct live {
  struct told told;
  struct pillar_fixture *f;
  const char *p;
};

static bool hear_live(void *context, const void *message) {
  struct live *live = context;
  hear(&live->told, message);
  return live->told.count < 1;
}

static void watch_live(struct server_fixture *server, size_t index, void *context) {
  struct live *live = context;
  struct arena *arena = fixture_arena(server);
  if (index == 1) { /* the other one, who acts a little later */
    fiber_sleep_ms(100);
    Sell__CreateOpportunityRequest *request = arena_new(arena, Sell__CreateOpportunityRequest);
    Sell__Opportunity *opportunity = arena_new(arena, Sell__Opportunity), *answer;
    sell__create_opportunity_request__init(request);
    sell__opportunity__init(opportunity);
    request->parent = (char *)live->p;
    request->opportunity_id = (char *)"live";
    request->opportunity = opportunity;
    opportunity->engagement = JOINT;
    struct client_call call = fixture_client_call(server, arena, OPPORTUNITIES "CreateOpportunity", request);
    call.response = &sell__opportunity__descriptor;
    assert_null(client_call(fixture_channel(server), &call, &answer));
    return;
  }
  Sell__WatchPipelineRequest *request = arena_new(arena, Sell__WatchPipelineRequest);
  sell__watch_pipeline_request__init(request);
  request->name = arena_printf(arena, "%s/pipeline", live->p);
  request->from_now = true;
  struct client_call call =
      fixture_client_call(server, arena, "/entente.sell.v1." SERVICE "WatchPipeline", request);
  call.response = &sell__watch_pipeline_response__descriptor;
  struct client_stream *stream = client_stream_open(fixture_channel(server), &call);
  ProtobufCMessage *message;
  while (!client_stream_next(stream, &message) && message && hear_live(live, message))
    ;
  client_stream_close(stream);
}

static void a_new_change_comes_at_once(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "watch-live", "orvane-global");
  sell_open(f, f->manager, p, JOINT, "before");
  struct live live = {.f = f, .p = p};
  fixture_as(f->server, f->manager);
  fixture_fibers(f->server, 2, watch_live, &live);
  assert_int_equal(live.told.count, 1);
  assert_string_equal(live.told.names[0], "live");
  assert_int_equal(live.told.open_joint, 2); /* with the one before, which was not told again */
}

/* What the other party does by itself neither brings a message nor holds one up. */
struct quiet {
  struct pillar_fixture *f;
  const char *p;
  const struct principal *owner;
  int64_t began_us, told_us;
  int messages;
};

static void watch_quietly(struct server_fixture *server, size_t index, void *context) {
  struct quiet *quiet = context;
  struct arena *arena = fixture_arena(server);
  if (index == 1) { /* half way to the next message */
    fiber_sleep_ms(2000);
    Sell__CreateOpportunityRequest request = SELL__CREATE_OPPORTUNITY_REQUEST__INIT;
    Sell__Opportunity opportunity = SELL__OPPORTUNITY__INIT, *answer;
    request.parent = (char *)quiet->p;
    request.opportunity = &opportunity;
    opportunity.engagement = INDEPENDENT;
    fixture_as(server, quiet->owner);
    struct client_call call = fixture_client_call(server, arena, OPPORTUNITIES "CreateOpportunity", &request);
    call.response = &sell__opportunity__descriptor;
    assert_null(client_call(fixture_channel(server), &call, &answer));
    return;
  }
  Sell__WatchPipelineRequest request = SELL__WATCH_PIPELINE_REQUEST__INIT;
  request.name = arena_printf(arena, "%s/pipeline", quiet->p);
  struct client_call call =
      fixture_client_call(server, arena, "/entente.sell.v1." SERVICE "WatchPipeline", &request);
  call.response = &sell__watch_pipeline_response__descriptor;
  struct client_stream *stream = client_stream_open(fixture_channel(server), &call);
  ProtobufCMessage *message;
  while (quiet->messages < 2 && !client_stream_next(stream, &message) && message) {
    assert_int_equal(((Sell__WatchPipelineResponse *)message)->n_changes, 0);
    *(quiet->messages++ ? &quiet->told_us : &quiet->began_us) = clock_monotonic_us();
  }
  client_stream_close(stream);
}

static void a_stream_is_as_quiet_whatever_is_hidden(void **state) {
  struct pillar_fixture *f = *state;
  struct quiet quiet = {
      .f = f, .p = pillar_partnership(f, "watch-quiet", "orvane-global"), .owner = f->manager};
  fixture_as(f->server, f->partner);
  fixture_fibers(f->server, 2, watch_quietly, &quiet);
  int64_t silent_ms = (quiet.told_us - quiet.began_us) / US_PER_MS;
  assert_int_equal(quiet.messages, 2);
  assert_in_range(silent_ms, 3800, 5000);
}

static void weighed_and_by_segment(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "segments", "orvane-global");
  for (int i = 0; i < 5; i++) {
    const char *name = sell_open(f, i == 4 ? f->partner : f->manager, p, i < 3 ? JOINT : INDEPENDENT,
                                 arena_printf(pillar_arena(f), "n%d", i))
                           ->name;
    json_call(
        f, i == 4 ? f->partner : f->manager, "OpportunityService/UpdateOpportunity",
        "{\"opportunity\": {\"name\": \"%s\", \"engagement\": \"ENGAGEMENT_JOINT\", \"segment\": \"%s\"}, "
        "\"updateMask\": \"segment\"}",
        name, i % 2 ? "Bank" : "Retail");
  }
  const Sell__SegmentPipeline *found =
      json_call(f, f->viewer, SERVICE "GetSegmentPipeline", "{\"name\": \"%s/pipeline\"}", p);
  assert_int_equal(found->n_segments, 2);
  assert_string_equal(found->segments[0]->segment, "Bank");
  assert_int_equal(found->segments[0]->open->joint_count, 1);
  assert_int_equal(found->segments[0]->open->independent_count, 1);
  assert_int_equal(found->segments[1]->open->joint_count, 2);
  assert_int_equal(found->segments[1]->open->independent_count, 0); /* that one is the partner's */
  assert_int_equal(found->segments[1]->weighted_joint_amount->amount_minor, 10000);
  const Sell__Pipeline *pipeline =
      json_call(f, f->viewer, SERVICE "GetPipeline",
                "{\"name\": \"%s/pipeline\", \"stageProbabilityBps\": [5000, 0, 0, 0, 0]}", p);
  assert_int_equal(pipeline->weighted_joint_amount->amount_minor, 75000);
  assert_int_equal(pipeline->weighted_independent_amount->amount_minor, 25000);
  json_refused(f, f->viewer, REASON_INVALID_REQUEST, SERVICE "GetPipeline",
               "{\"name\": \"%s/pipeline\", \"stageProbabilityBps\": [5000]}", p);
  json_refused(f, f->viewer, REASON_INVALID_REQUEST, SERVICE "GetSegmentPipeline",
               "{\"name\": \"%s/pipeline\", \"stageProbabilityBps\": [1, 1, 1, 1, 10001]}", p);
  json_refused(f, f->stranger, REASON_ACCESS_DENIED, SERVICE "GetSegmentPipeline",
               "{\"name\": \"%s/pipeline\"}", p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_party_is_told_what_it_may_see),
      cmocka_unit_test(goes_on_from_every_cursor),
      cmocka_unit_test(now_is_no_time_of_a_clock),
      cmocka_unit_test(a_new_change_comes_at_once),
      cmocka_unit_test(a_stream_is_as_quiet_whatever_is_hidden),
      cmocka_unit_test(weighed_and_by_segment),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
