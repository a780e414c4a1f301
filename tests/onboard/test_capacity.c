/* How many partnerships a vendor can run: the arithmetic, its limits and its overrides. */
#include "onboard/builder.h"

#include "onboard/capacity.h"
#include "runtime/base/text.h"

#define STANDING(name) ONBOARD__CAPACITY__STANDING__STANDING_##name

static Onboard__Capacity *capacity_build(struct arena *arena, size_t sponsors, int32_t hours) {
  Onboard__Capacity *capacity = arena_new(arena, Onboard__Capacity);
  onboard__capacity__init(capacity);
  capacity->name = capacity_name(arena, PARTNERSHIP_NAME);
  capacity->n_sponsors = sponsors;
  capacity->sponsors = arena_calloc(arena, sponsors + 1, sizeof *capacity->sponsors);
  for (size_t i = 0; i < sponsors; i++) {
    capacity->sponsors[i] = arena_new(arena, Onboard__SponsorHours);
    onboard__sponsor_hours__init(capacity->sponsors[i]);
    capacity->sponsors[i]->person_name = arena_printf(arena, "Sponsor %zu", i);
    capacity->sponsors[i]->hours_per_year = hours;
  }
  return capacity;
}

static const struct status *take(const struct act *act, Onboard__Capacity *capacity, const char *reason,
                                 bool *overridden) {
  return capacity_take(act, capacity, PARTNERSHIP_NAME, reason, overridden);
}

static void the_arithmetic_by_hand(void **state) {
  struct arena *arena = *state;
  static const struct {
    size_t sponsors;
    int32_t hours, max, complexity, scope, designated;
    int64_t load, available;
    int32_t capacity;
    Onboard__Capacity__Standing standing;
  } cases[] = {
      /* 72 hours each: 5 x 4 + 20 + 32 */
      {0, 0, 0, 0, 0, 0, 0, 0, 15, STANDING(BELOW)},
      {0, 0, 0, 0, 0, 3, 216, 0, 15, STANDING(WITHIN)},
      {9, 120, 0, 0, 0, 8, 576, 1080, 15, STANDING(WITHIN)},
      {9, 120, 0, 0, 0, 15, 1080, 1080, 15, STANDING(FULL)},
      {9, 120, 0, 0, 0, 17, 1224, 1080, 15, STANDING(BEYOND)},
      {9, 120, 40, 0, 0, 15, 1080, 1080, 15, STANDING(FULL)}, /* hours bind before policy */
      {9, 120, 5, 0, 0, 5, 360, 1080, 5, STANDING(FULL)},     /* policy binds before hours */
      {9, 120, 0, 15000, 0, 8, 864, 1080, 10, STANDING(WITHIN)},
      {9, 120, 0, 15000, 12500, 8, 1080, 1080, 8, STANDING(FULL)}, /* 72 x 1.5 x 1.25 = 135 */
      {9, 120, 0, 10001, 0, 1, 73, 1080, 14, STANDING(BELOW)},     /* rounded up to whole hours */
      {1, 71, 0, 0, 0, 0, 0, 71, 0, STANDING(FULL)},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Onboard__Capacity *capacity = capacity_build(arena, cases[i].sponsors, cases[i].hours);
    capacity->designated_max = cases[i].max;
    capacity->market_complexity_bps = cases[i].complexity;
    capacity->geographic_scope_bps = cases[i].scope;
    capacity->designated_count = cases[i].designated;
    capacity_reckon(arena, capacity);
    assert_int_equal(capacity->load_hours, cases[i].load);
    assert_int_equal(capacity->available_hours, cases[i].available);
    assert_int_equal(capacity->capacity_count, cases[i].capacity);
    assert_int_equal(capacity->standing, cases[i].standing);
    assert_int_equal(capacity->n_explanation, 2);
  }
}

static void the_sixteenth_is_refused_with_the_arithmetic(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-01");
  Onboard__Capacity *capacity = capacity_build(arena, 9, 120);
  bool overridden;
  for (int i = 0; i < 15; i++) {
    assert_null(take(&act, capacity, "", &overridden));
    assert_false(overridden);
  }
  const struct status *status = take(&act, capacity, "too short", &overridden);
  assert_refused(status, "CAPACITY_EXCEEDED");
  assert_int_equal(guard_count(status), 2);
  assert_string_equal(metadata_of(status, "designated_count"), "15");
  assert_string_equal(metadata_of(status, "capacity_count"), "15");
  assert_int_equal(capacity->designated_count, 15);
  capacity->designated_max = 20; /* now only the hours are in the way */
  assert_int_equal(guard_count(take(&act, capacity, "", &overridden)), 1);
  capacity->n_sponsors = 0; /* and now nothing is */
  assert_null(take(&act, capacity, "", &overridden));
  capacity_release(arena, capacity);
  capacity_release(arena, capacity);
  assert_int_equal(capacity->designated_count, 14);
}

static void an_override_is_named_and_the_latest_are_kept(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, VENDOR, "2026-07-01");
  Onboard__Capacity *capacity = capacity_build(arena, 0, 0);
  bool overridden;
  capacity->designated_max = 1;
  assert_null(take(&act, capacity, "a reason that is not needed", &overridden));
  assert_int_equal(capacity->n_overrides, 0);
  for (int i = 0; i < CAPACITY_OVERRIDES_MAX + 5; i++) {
    assert_null(take(&act, capacity, arena_printf(arena, "decided by the board, %d", i), &overridden));
    assert_true(overridden);
  }
  assert_int_equal(capacity->n_overrides, CAPACITY_OVERRIDES_MAX);
  assert_string_equal(capacity->overrides[0]->reason, "decided by the board, 24");
  assert_string_equal(capacity->overrides[0]->actor, act.actor);
  assert_string_equal(capacity->overrides[0]->partnership, PARTNERSHIP_NAME);
  assert_int_equal(capacity->overrides[0]->designated_count, 26);
  assert_int_equal(capacity->overrides[0]->capacity_count, 1);
  assert_string_equal(capacity->overrides[19]->reason, "decided by the board, 5");
}

static void the_policy_must_make_sense(void **state) {
  struct arena *arena = *state;
  Onboard__Capacity *capacity = capacity_build(arena, 3, 10);
  assert_null(capacity_check(arena, capacity));
  capacity->sponsors[2]->person_name = (char *)" SPONSOR  0";
  capacity->designated_max = 2; /* the default minimum is 3 */
  const struct status *status = capacity_check(arena, capacity);
  assert_refused(status, REASON_INVALID_REQUEST);
  assert_int_equal(violation_count(status), 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_arithmetic_by_hand, arena_setup, arena_teardown),
      cmocka_unit_test_setup_teardown(the_sixteenth_is_refused_with_the_arithmetic, arena_setup,
                                      arena_teardown),
      cmocka_unit_test_setup_teardown(an_override_is_named_and_the_latest_are_kept, arena_setup,
                                      arena_teardown),
      cmocka_unit_test_setup_teardown(the_policy_must_make_sense, arena_setup, arena_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
