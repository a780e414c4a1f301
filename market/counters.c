#include "market/kinds.h"

const struct counter_row market_counters[] = {
    {"mdf.allocated", "minor", COUNTER_SHARED, "Allocated, less what was taken back or forfeited, by when."},
    {"mdf.approved", "minor", COUNTER_SHARED,
     "Approved by requests, less what their closing or expiry released, by when."},
    {"mdf.claimed", "minor", COUNTER_SHARED, "Approved by claims, by when they were."},
    {"mdf.paid", "minor", COUNTER_SHARED, "Paid by settlements, by when they were."},
    {"campaigns.held", "count", COUNTER_SHARED, "Campaigns that took place, by when they did."},
    {"touches.recorded", "count", COUNTER_SHARED,
     "Touches that the party recorded and did not retract, by when they happened."},
    {0},
};
