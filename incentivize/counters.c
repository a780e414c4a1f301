#include "incentivize/kinds.h"

const struct counter_row incentivize_counters[] = {
    {"earnings.base", "minor", COUNTER_SHARED,
     "Net revenue of joint wins that accrued, less what was reversed, in the month of the close."},
    {"earnings.accrued", "minor", COUNTER_SHARED,
     "Sum of all earning lines, net of reversals, in the month of the close."},
    {"earnings.reversed", "minor", COUNTER_SHARED,
     "What reversals took back, as a positive amount, in the month of the original close."},
    {"statements.closed", "count", COUNTER_SHARED, "Statements closed, in the last month of their period."},
    {0},
};
