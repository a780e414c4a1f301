#include "runtime/base/period.h"

#include "runtime/base/clock.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { MONTHS_PER_YEAR = 12, SECONDS_PER_DAY = 86400, YEAR_MIN = 1970, YEAR_MAX = 9999 };
#define SECONDS_MIN INT64_C(-62135596800) /* the start of the year 1 */
#define SECONDS_MAX INT64_C(253402300799) /* the end of 9999 */
#define US_PER_DAY ((int64_t)SECONDS_PER_DAY * US_PER_SECOND)

struct civil {
  int year;
  int month; /* 1 to 12 */
  int day;   /* 1 to 31 */
};

static int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

/* Days since 1970-01-01. Years begin in March here, so that the leap day is the last of its year. */
static int64_t days_from_civil(struct civil date) {
  int64_t year = date.year - (date.month <= 2);
  int64_t era = floor_div(year, 400);
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

static struct civil civil_from_days(int64_t days) {
  days += 719468;
  int64_t era = floor_div(days, 146097);
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted = (5 * day_of_year + 2) / 153;
  struct civil date;
  date.day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
  date.month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
  date.year = (int)(year_of_era + era * 400 + (date.month <= 2));
  return date;
}

static int days_in_month(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap);
}

static int32_t month_make(int year, int month) {
  return year * 100 + month;
}

int32_t month_of(int64_t time_us) {
  struct civil date = civil_from_days(floor_div(time_us, US_PER_DAY));
  return month_make(date.year, date.month);
}

int64_t month_start_us(int32_t month) {
  struct civil first = {.year = month / 100, .month = month % 100, .day = 1};
  assert(first.month >= 1 && first.month <= MONTHS_PER_YEAR);
  return days_from_civil(first) * US_PER_DAY;
}

int32_t month_add(int32_t month, int count) {
  int64_t index = (int64_t)(month / 100) * MONTHS_PER_YEAR + month % 100 - 1 + count;
  int year = (int)floor_div(index, MONTHS_PER_YEAR);
  return month_make(year, (int)(index - (int64_t)year * MONTHS_PER_YEAR) + 1);
}

/* Months from a to b, both starts of months. */
static int64_t months_between(int32_t a, int32_t b) {
  return (int64_t)(b / 100 - a / 100) * MONTHS_PER_YEAR + (b % 100 - a % 100);
}

static bool year_known(int32_t month) {
  return month / 100 >= YEAR_MIN && month / 100 <= YEAR_MAX;
}

bool period_is_whole_months(struct period period) {
  if (period.start_us < 0 || period.start_us >= period.end_us)
    return false;
  int32_t first = month_of(period.start_us), past = month_of(period.end_us);
  if (!year_known(first) || !year_known(month_add(past, -1)))
    return false;
  return month_start_us(first) == period.start_us && month_start_us(past) == period.end_us &&
         months_between(first, past) <= PERIOD_MONTHS_MAX;
}

size_t period_months(struct period period, int32_t months[PERIOD_MONTHS_MAX]) {
  assert(period_is_whole_months(period));
  int32_t past = month_of(period.end_us);
  size_t count = 0;
  for (int32_t month = month_of(period.start_us); month != past; month = month_add(month, 1))
    months[count++] = month;
  return count;
}

static struct period period_of_months(int32_t first, int count) {
  return (struct period){month_start_us(first), month_start_us(month_add(first, count))};
}

/* Reads exactly `count` digits; -1 when there are others. */
static int digits(const char *text, int count) {
  int value = 0;
  for (int i = 0; i < count; i++) {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool period_parse(const char *text, struct period *out) {
  size_t length = strnlen(text, 8);
  int year = length >= 4 ? digits(text, 4) : -1;
  if (year < YEAR_MIN)
    return false;
  if (length == 4) {
    *out = period_of_months(month_make(year, 1), MONTHS_PER_YEAR);
    return true;
  }
  if (length == 6 && (text[4] == 'H' || text[4] == 'Q')) {
    int parts = text[4] == 'H' ? 2 : 4, months = MONTHS_PER_YEAR / parts, part = digits(text + 5, 1);
    if (part < 1 || part > parts)
      return false;
    *out = period_of_months(month_make(year, (part - 1) * months + 1), months);
    return true;
  }
  if (length == 7 && text[4] == '-') {
    int month = digits(text + 5, 2);
    if (month < 1 || month > MONTHS_PER_YEAR)
      return false;
    *out = period_of_months(month_make(year, month), 1);
    return true;
  }
  return false;
}

void period_format(struct period period, char *out, size_t size) {
  int32_t first = month_of(period.start_us), last = month_of(period.end_us - 1);
  int year = first / 100, month = first % 100;
  int64_t count = months_between(first, last) + 1;
  if (count == 12 && month == 1)
    snprintf(out, size, "%04d", year);
  else if (count == 6 && month % 6 == 1)
    snprintf(out, size, "%04dH%d", year, month / 6 + 1);
  else if (count == 3 && month % 3 == 1)
    snprintf(out, size, "%04dQ%d", year, month / 3 + 1);
  else if (count == 1)
    snprintf(out, size, "%04d-%02d", year, month);
  else
    snprintf(out, size, "%04d-%02d..%04d-%02d", year, month, last / 100, last % 100);
}

struct period period_quarter_of(int64_t time_us) {
  int32_t month = month_of(time_us);
  return period_of_months(month - (month % 100 - 1) % 3, 3);
}

struct period period_quarter_add(struct period quarter, int count) {
  return period_of_months(month_add(month_of(quarter.start_us), 3 * count), 3);
}

/* Exactly `width` digits; how many. */
static size_t put_number(char *out, int number, size_t width) {
  for (size_t i = width; i > 0; i--, number /= 10)
    out[i - 1] = (char)('0' + number % 10);
  return width;
}

static size_t put_part(char *out, char before, int number, size_t width) {
  *out = before;
  return 1 + put_number(out + 1, number, width);
}

/* By hand: every line of the log and every time in JSON is written by it. */
void time_format(int64_t time_us, char *out, size_t size) {
  int64_t day = floor_div(time_us, US_PER_DAY), us = time_us % US_PER_DAY;
  struct civil date = civil_from_days(day);
  us += us < 0 ? US_PER_DAY : 0;
  int seconds = (int)(us / US_PER_SECOND), fraction = (int)(us % US_PER_SECOND);
  assert(size >= 32);
  char *at = out + (date.year >= 0 && date.year <= 9999 ? put_number(out, date.year, 4)
                                                        : (size_t)snprintf(out, size, "%04d", date.year));
  at += put_part(at, '-', date.month, 2);
  at += put_part(at, '-', date.day, 2);
  at += put_part(at, 'T', seconds / 3600, 2);
  at += put_part(at, ':', seconds / 60 % 60, 2);
  at += put_part(at, ':', seconds % 60, 2);
  if (fraction % US_PER_MS)
    at += put_part(at, '.', fraction, 6);
  else if (fraction)
    at += put_part(at, '.', fraction / US_PER_MS, 3);
  memcpy(at, "Z", 2);
}

/* `2026-09-30`, as seconds of its start. */
static bool date_parse(const char *text, int64_t *out_seconds) {
  if (strnlen(text, 10) < 10 || text[4] != '-' || text[7] != '-')
    return false;
  struct civil date = {digits(text, 4), digits(text + 5, 2), digits(text + 8, 2)};
  if (date.year < 1 || date.month < 1 || date.month > MONTHS_PER_YEAR || date.day < 1)
    return false;
  if (date.day > days_in_month(date.year, date.month))
    return false;
  *out_seconds = days_from_civil(date) * SECONDS_PER_DAY;
  return true;
}

/* `12:00:00`, in seconds. A leap second is refused: it has no place in UTC microseconds. */
static bool time_of_day_parse(const char *text, int64_t *out_seconds) {
  if (strnlen(text, 8) < 8 || text[2] != ':' || text[5] != ':')
    return false;
  int hour = digits(text, 2), minute = digits(text + 3, 2), second = digits(text + 6, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
    return false;
  *out_seconds = hour * 3600 + minute * 60 + second;
  return true;
}

/* `.123456789`, 1 to 9 digits. Advances *text past it. */
static bool fraction_parse(const char **text, int32_t *out_nanos) {
  int32_t nanos = 0;
  int count = 0;
  const char *c = *text + 1;
  for (; *c >= '0' && *c <= '9' && count < 10; c++, count++)
    nanos = count < 9 ? nanos * 10 + (*c - '0') : nanos;
  if (count < 1 || count > 9)
    return false;
  for (; count < 9; count++)
    nanos *= 10;
  *text = c;
  *out_nanos = nanos;
  return true;
}

/* `Z` or `+02:00` to the end of the text, in seconds east of UTC. */
static bool offset_parse(const char *text, int64_t *out_seconds) {
  *out_seconds = 0;
  if ((text[0] == 'Z' || text[0] == 'z') && !text[1])
    return true;
  if ((text[0] != '+' && text[0] != '-') || strnlen(text, 7) != 6 || text[3] != ':')
    return false;
  int hour = digits(text + 1, 2), minute = digits(text + 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
    return false;
  *out_seconds = (text[0] == '-' ? -1 : 1) * (hour * 3600 + minute * 60);
  return true;
}

bool time_parse_nanos(const char *text, int64_t *out_seconds, int32_t *out_nanos) {
  int64_t day, seconds, offset;
  int32_t nanos = 0;
  if (!date_parse(text, &day))
    return false;
  text += 10;
  if (!*text) {
    *out_seconds = day;
    *out_nanos = 0;
    return true;
  }
  if ((*text != 'T' && *text != 't') || !time_of_day_parse(text + 1, &seconds))
    return false;
  text += 9;
  if (*text == '.' && !fraction_parse(&text, &nanos))
    return false;
  if (!offset_parse(text, &offset))
    return false;
  seconds += day - offset;
  if (seconds < SECONDS_MIN || seconds > SECONDS_MAX)
    return false;
  *out_seconds = seconds;
  *out_nanos = nanos;
  return true;
}

bool time_parse(const char *text, int64_t *out_us) {
  int64_t seconds;
  int32_t nanos;
  if (!time_parse_nanos(text, &seconds, &nanos) || seconds < 0)
    return false;
  *out_us = seconds * US_PER_SECOND + nanos / 1000;
  return true;
}
