/* Industry presets: what each sets when nobody said otherwise, and that a word said comes first. */
#include "onboard/builder.h"

#include "onboard/governance_body.h"
#include "onboard/preset.h"

#define PRESET(name) ONBOARD__PARTNERSHIP__PRESET__PRESET_##name

static const struct {
  Onboard__Partnership__Preset preset;
  int activation_days, review_interval_months;
} rows[] = {
    {PRESET(UNSPECIFIED), 180, 3},
    {PRESET(ENTERPRISE_TECHNOLOGY), 180, 3},
    {PRESET(CLOUD), 180, 2},
    {PRESET(CYBERSECURITY), 180, 1},
    {PRESET(HEALTHCARE), 365, 3},
    {PRESET(INDUSTRIAL), 270, 3},
    {PRESET(FINANCIAL_SERVICES), 180, 3},
};

static void every_preset_has_its_row(void **state) {
  (void)state;
  assert_int_equal(sizeof rows / sizeof *rows, onboard__partnership__preset__descriptor.n_values);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct preset *preset = preset_of(rows[i].preset);
    assert_int_equal(preset->activation_days, rows[i].activation_days);
    assert_int_equal(preset->review_interval_months, rows[i].review_interval_months);
    assert_in_range(preset->review_interval_months, 1, GOVERNANCE_INTERVAL_MONTHS); /* a quarter at most */
  }
}

/* From a later release, or out of range in either direction. */
static void an_unknown_preset_has_the_defaults_of_none(void **state) {
  (void)state;
  assert_ptr_equal(preset_of((Onboard__Partnership__Preset)99), preset_of(PRESET(UNSPECIFIED)));
  assert_ptr_equal(preset_of((Onboard__Partnership__Preset)-1), preset_of(PRESET(UNSPECIFIED)));
}

static void a_body_takes_the_interval_unless_it_says_one(void **state) {
  struct arena *arena = *state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (int said = 0; said <= GOVERNANCE_INTERVAL_MONTHS; said++) {
      Onboard__Partnership *partnership = partnership_build(arena, ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE);
      Onboard__GovernanceBody body = ONBOARD__GOVERNANCE_BODY__INIT;
      partnership->preset = rows[i].preset;
      body.review_interval_months = said;
      governance_default(&body, partnership);
      assert_int_equal(body.review_interval_months, said ? said : rows[i].review_interval_months);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_preset_has_its_row),
      cmocka_unit_test(an_unknown_preset_has_the_defaults_of_none),
      cmocka_unit_test_setup_teardown(a_body_takes_the_interval_unless_it_says_one, arena_setup,
                                      arena_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
