/* Calendar arithmetic in UTC, and the months that counters are kept by. Pure.
 * Civil dates by the proleptic Gregorian calendar; valid for the years 1970 to 9999. */
#ifndef ENTENTE_BASE_PERIOD_H
#define ENTENTE_BASE_PERIOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Half-open span of time, microseconds UTC. */
struct period {
  int64_t start_us;
  int64_t end_us;
};

enum { PERIOD_MONTHS_MAX = 120 };

/* year * 100 + month of an instant: 202607. */
int32_t month_of(int64_t time_us);
/* First instant of a month such as 202607. */
int64_t month_start_us(int32_t month);
/* The month `count` months after (before, when negative). */
int32_t month_add(int32_t month, int count);

/* Whether a period begins and ends with months, is not empty and spans at most PERIOD_MONTHS_MAX. */
bool period_is_whole_months(struct period period);
/* Writes its months in order into `months`; returns how many. The period must be of whole months. */
size_t period_months(struct period period, int32_t months[PERIOD_MONTHS_MAX]);

/* `2026`, `2026H1`, `2026Q3`, `2026-07`. Returns false on any other text. */
bool period_parse(const char *text, struct period *out);
/* The shortest of those forms that fits, else `2026-07..2026-09` (inclusive months). `size` >= 32.
 * A period that is not of whole months is shown by the months that it touches. */
void period_format(struct period period, char *out, size_t size);
/* The quarter that holds an instant, and the quarter `count` quarters after a quarter's start. */
struct period period_quarter_of(int64_t time_us);
struct period period_quarter_add(struct period quarter, int count);

/* RFC 3339 `2026-09-30T12:00:00.000000Z`, fraction of 0, 3 or 6 digits; also parses offsets, a fraction of
 * 1 to 9 digits (cut to microseconds) and a bare date `2026-09-30` as its first instant. `size` >= 32. parse
 * returns false on other text, a leap second included. */
void time_format(int64_t time_us, char *out, size_t size);
bool time_parse(const char *text, int64_t *out_us);
/* The same for the years 1 to 9999 and to the nanosecond. */
bool time_parse_nanos(const char *text, int64_t *out_seconds, int32_t *out_nanos);

#endif
