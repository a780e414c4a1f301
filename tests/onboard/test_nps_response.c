#include "onboard/builder.h"
#include "onboard/nps_response.h"

static Onboard__NpsResponse *build(struct arena *arena, const char *when, int32_t score) {
  Onboard__NpsResponse *response = arena_new(arena, Onboard__NpsResponse);
  onboard__nps_response__init(response);
  response->respondent = (char *)"ceo";
  response->score = score;
  response->respond_time = time_at(arena, when);
  return response;
}

static void the_latest_counts(void **state) {
  struct arena *arena = *state;
  struct act act = act_by(arena, PARTNER, "2026-09-01");
  Onboard__NpsResponse *all[3] = {build(arena, "2026-08-01", 3), build(arena, "2026-07-01", 10),
                                  build(arena, "2026-08-01", 9)};
  assert_null(nps_counted(NULL, 0));
  for (size_t i = 0; i < 3; i++) {
    assert_null(nps_start(&act, all[i], all, i));
    assert_int_equal(all[i]->sequence, i + 1);
    assert_int_equal(all[i]->party, PARTNER);
  }
  assert_ptr_equal(nps_counted(all, 2), all[0]); /* by when it was given, not when it was recorded */
  assert_ptr_equal(nps_counted(all, 3), all[2]); /* at the same time: the one recorded last */
  assert_refused(nps_start(&act, all[0], all, NPS_PER_QUARTER_MAX), "TOO_MANY_RESPONSES");
}

static void a_series_is_a_party_a_person_a_quarter(void **state) {
  struct arena *arena = *state;
  char *series = nps_series(arena, VENDOR, "ceo", at("2026-07-01"));
  assert_int_equal(strlen(series), 32);
  assert_string_equal(series, nps_series(arena, VENDOR, "ceo", at("2026-09-30")));
  assert_string_not_equal(series, nps_series(arena, VENDOR, "ceo", at("2026-10-01")));
  assert_string_not_equal(series, nps_series(arena, VENDOR, "cfo", at("2026-07-01")));
  assert_string_not_equal(series, nps_series(arena, PARTNER, "ceo", at("2026-07-01")));
}

static void promoters_and_detractors(void **state) {
  struct arena *arena = *state;
  for (int32_t score = 0; score <= 10; score++) {
    Onboard__NpsResponse *response = build(arena, "2026-07-01", score);
    assert_int_equal(nps_is_detractor(response), score <= 6);
    assert_int_equal(nps_is_promoter(response), score >= 9);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(the_latest_counts),
      TEST(a_series_is_a_party_a_person_a_quarter),
      TEST(promoters_and_detractors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
