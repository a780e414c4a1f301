#include "onboard/preset.h"

#define PRESET(name) ONBOARD__PARTNERSHIP__PRESET__PRESET_##name

static const struct preset presets[] = {
    [PRESET(UNSPECIFIED)] = {.activation_days = 180, .review_interval_months = 3},
    [PRESET(ENTERPRISE_TECHNOLOGY)] = {.activation_days = 180, .review_interval_months = 3},
    [PRESET(CLOUD)] = {.activation_days = 180, .review_interval_months = 2},
    [PRESET(CYBERSECURITY)] = {.activation_days = 180, .review_interval_months = 1},
    [PRESET(HEALTHCARE)] = {.activation_days = 365, .review_interval_months = 3},
    [PRESET(INDUSTRIAL)] = {.activation_days = 270, .review_interval_months = 3},
    [PRESET(FINANCIAL_SERVICES)] = {.activation_days = 180, .review_interval_months = 3},
};

const struct preset *preset_of(Onboard__Partnership__Preset preset) {
  size_t row = (size_t)preset;
  return &presets[row < sizeof presets / sizeof *presets ? row : PRESET(UNSPECIFIED)];
}
