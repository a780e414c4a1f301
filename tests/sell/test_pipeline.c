/* Figures of the pipeline: levels from deltas, weights, segments. */
#include "runtime/base/limit.h"
#include "sell/builder.h"
#include "sell/pipeline.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAGE(name) SELL__OPPORTUNITY__STAGE__STAGE_##name
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED

static void weighed_by_stage(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct levels levels = {.currency = "USD", .viewer = VENDOR};
  struct stage_weights weights;
  assert_null(stage_weights_of(occasion.arena, NULL, 0, &weights));
  levels_add(&levels, "pipeline.prospect.joint", NOBODY, 3);
  levels_add(&levels, "pipeline_amount.prospect.joint.USD", NOBODY, 1005);
  levels_add(&levels, "pipeline_amount.committed.joint.USD", NOBODY, 2000);
  levels_add(&levels, "pipeline.committed.independent", VENDOR, 2);
  levels_add(&levels, "pipeline_amount.committed.independent.USD", VENDOR, 400);
  /* None of these is a level of the vendor in USD. */
  levels_add(&levels, "pipeline.committed.independent", PARTNER, 100);
  levels_add(&levels, "pipeline_amount.committed.joint.EUR", NOBODY, 100);
  levels_add(&levels, "pipeline_amount.committed.joint", NOBODY, 100);
  levels_add(&levels, "won.joint", NOBODY, 100);
  Sell__Pipeline out = SELL__PIPELINE__INIT;
  pipeline_fill(occasion.arena, &levels, &weights, &out);
  assert_int_equal(out.stages[0]->total->joint_count, 3);
  assert_int_equal(out.stages[0]->weighted_joint_amount->amount_minor, 100); /* 100.5, half to even */
  assert_int_equal(out.stages[4]->probability_bps, 9000);
  assert_int_equal(out.stages[4]->weighted_joint_amount->amount_minor, 1800);
  assert_int_equal(out.stages[4]->total->independent_count, 2);
  assert_int_equal(out.weighted_joint_amount->amount_minor, 1900);
  assert_int_equal(out.weighted_independent_amount->amount_minor, 360);
  assert_string_equal(out.weighted_joint_amount->currency_code, "USD");
  assert_int_equal(out.open->joint_amount->amount_minor, 3005);
  occasion_release(&occasion);
}

static void five_weights_or_none(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct stage_weights weights;
  const int32_t given[] = {0, 1, 2, 3, 10000, 7};
  for (size_t count = 1; count <= 6; count++)
    assert_reason(stage_weights_of(occasion.arena, given, count, &weights),
                  count == 5 ? NULL : REASON_INVALID_REQUEST, count == 5 ? NULL : "stage_probability_bps");
  assert_null(stage_weights_of(occasion.arena, given, 5, &weights));
  assert_int_equal(weights.bps[4], 10000);
  occasion_release(&occasion);
}

static void segments_add_up_to_the_whole(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct segment_sums sums = {.arena = occasion.arena, .currency = "USD", .viewer = VENDOR};
  struct stage_weights weights;
  int64_t expected[26] = {0}, all = 0;
  srandom(5);
  assert_null(stage_weights_of(occasion.arena, NULL, 0, &weights));
  for (int i = 0; i < 500; i++) {
    Sell__Opportunity *one =
        opportunity_build(&occasion, (Sell__Opportunity__Stage)(STAGE(PROSPECT) + random() % COLUMN_STAGES));
    int letter = (int)(random() % 26);
    one->segment = letter ? arena_printf(occasion.arena, "%c", 'a' + letter) : (char *)"";
    one->amount->amount_minor = random() % 1000;
    if (i % 10 == 0)
      one->state = SELL__OPPORTUNITY__STATE__STATE_WON; /* no longer open */
    else
      all += one->amount->amount_minor;
    if (one->state == SELL__OPPORTUNITY__STATE__STATE_OPEN)
      expected[letter] += one->amount->amount_minor;
    segment_sums_add(&sums, one);
  }
  Sell__SegmentPipeline out = SELL__SEGMENT_PIPELINE__INIT;
  segment_sums_fill(&sums, &weights, &out);
  assert_int_equal(out.n_segments, 26);
  assert_int_equal(out.segment_count, 26);
  for (size_t i = 0; i < out.n_segments; i++) {
    const Sell__SegmentTotal *segment = out.segments[i];
    assert_true(i == 0 || strcmp(out.segments[i - 1]->segment, segment->segment) < 0);
    assert_int_equal(segment->open->joint_amount->amount_minor, expected[i]);
    all -= segment->open->joint_amount->amount_minor;
  }
  assert_int_equal(all, 0);
  occasion_release(&occasion);
}

/* Whoever writes a segment of its own into each deal keeps nobody from the figures: the first ones are exact,
 * all are counted, and a call has memory for them. */
static void many_segments_take_little(void **state) {
  (void)state;
  enum { SEGMENTS = 60000, TWICE = 2, STEP = 7919 }; /* a prime: every number comes, in no order */
  struct occasion occasion = occasion_build();
  struct arena *arena = arena_create(LIMIT_CALL_ARENA_BYTES / 2, NULL, NULL);
  struct segment_sums sums = {.arena = arena, .currency = "USD", .viewer = VENDOR};
  struct stage_weights weights;
  Sell__Opportunity *one = opportunity_build(&occasion, STAGE(PROSPECT));
  char segment[32];
  assert_null(stage_weights_of(occasion.arena, NULL, 0, &weights));
  one->segment = segment;
  for (int i = 0; i < SEGMENTS * TWICE; i++) {
    int number = (int)((int64_t)i * STEP % SEGMENTS);
    snprintf(segment, sizeof segment, "segment %05d", number);
    one->amount->amount_minor = number;
    segment_sums_add(&sums, one);
  }
  Sell__SegmentPipeline out = SELL__SEGMENT_PIPELINE__INIT;
  segment_sums_fill(&sums, &weights, &out);
  assert_int_equal(out.segment_count, SEGMENTS);
  assert_int_equal(out.n_segments, PIPELINE_SEGMENTS_MAX);
  for (int i = 0; i < PIPELINE_SEGMENTS_MAX; i++) {
    snprintf(segment, sizeof segment, "segment %05d", i);
    assert_string_equal(out.segments[i]->segment, segment);
    assert_int_equal(out.segments[i]->open->joint_count, TWICE);
    assert_int_equal(out.segments[i]->open->joint_amount->amount_minor, TWICE * i);
  }
  arena_destroy(arena);
  occasion_release(&occasion);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weighed_by_stage),
      cmocka_unit_test(five_weights_or_none),
      cmocka_unit_test(segments_add_up_to_the_whole),
      cmocka_unit_test(many_segments_take_little),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
