#include "incentivize/cadence.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { PERIOD_TEXT_BYTES = 32, MONTHS_PER_YEAR = 12 };

struct period cadence_period(int cadence, int64_t time_us) {
  int32_t month = month_of(time_us), january = month - month % 100 + 1;
  if (cadence == CADENCE_QUARTER)
    return period_quarter_of(time_us);
  if (cadence == CADENCE_YEAR)
    return (struct period){month_start_us(january), month_start_us(month_add(january, MONTHS_PER_YEAR))};
  return (struct period){month_start_us(month), month_start_us(month_add(month, 1))};
}

char *cadence_id(struct arena *arena, struct period period) {
  char text[PERIOD_TEXT_BYTES];
  period_format(period, text, sizeof text);
  if (strlen(text) == 6)
    return arena_printf(arena, "%.4s-%c%c", text, tolower(text[4]), text[5]);
  return arena_strdup(arena, text);
}

bool cadence_parse(const char *id, struct period *out) {
  char text[PERIOD_TEXT_BYTES];
  if (strlen(id) != 7)
    return false;
  if (id[5] == 'q')
    snprintf(text, sizeof text, "%.4sQ%c", id, id[6]);
  else
    snprintf(text, sizeof text, "%s", id);
  return id[4] == '-' && period_parse(text, out);
}
