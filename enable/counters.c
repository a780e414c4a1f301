#include "enable/kinds.h"

const struct counter_row enable_counters[] = {
    {"coverage.required", "count", COUNTER_SHARED,
     "Members of whom a course is required, as changes by month: summed up to a month, how many at its end."},
    {"coverage.certified", "count", COUNTER_SHARED,
     "Of those, members who hold every course required of them, as changes by month like the former."},
    {"training.assigned", "count", COUNTER_SHARED, "Enrolments assigned, by when they were."},
    {"training.completed", "count", COUNTER_SHARED, "Enrolments satisfied or waived, by when they were."},
    {0},
};
