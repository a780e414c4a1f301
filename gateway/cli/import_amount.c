#include "gateway/cli/import_amount.h"

#include "gateway/cli/import_value.h"
#include "runtime/base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { CODE_LENGTH = 3, GROUP_DIGITS = 3 };

struct sign {
  const char *text, *currencies;
};

static const struct sign signs[] = {
    {"$", "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP"},
    {"\xE2\x82\xAC", "EUR"}, /* € */
    {"\xC2\xA3", "GBP"},     /* £ */
    {"\xC2\xA5", "JPY CNY"}, /* ¥ */
    {"\xE2\x82\xB9", "INR"}, /* ₹ */
    {"\xE2\x82\xA9", "KRW"}, /* ₩ */
    {"kr", "SEK NOK DKK ISK"},
    {"z\xC5\x82", "PLN"}, /* zł */
};

/* Spaces that stand between digits: plain, no-break and narrow no-break. */
static const char *const spaces[] = {" ", "\xC2\xA0", "\xE2\x80\xAF", NULL};
/* Apostrophes that do: the typewriter's and the typographic one. */
static const char *const apostrophes[] = {"'", "\xE2\x80\x99", NULL};

static size_t starts_with_any(const char *text, size_t length, const char *const *parts) {
  for (; *parts; parts++)
    if (strlen(*parts) <= length && strncmp(text, *parts, strlen(*parts)) == 0)
      return strlen(*parts);
  return 0;
}

/* ---- units ---- */

struct reading {
  struct arena *arena;
  const char *text; /* what is left */
  size_t length;
  const char *code;        /* ISO 4217; NULL: none was named */
  const struct sign *sign; /* NULL: none */
  int units;
};

static bool is_code(const char *text) {
  return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") >= CODE_LENGTH;
}

static void take(struct reading *reading, size_t front, size_t back) {
  reading->text += front;
  reading->length -= front + back;
  for (size_t space; (space = starts_with_any(reading->text, reading->length, spaces));) {
    reading->text += space;
    reading->length -= space;
  }
  for (bool more = true; more;) {
    more = false;
    for (const char *const *space = spaces; *space && !more; space++) {
      size_t size = strlen(*space);
      more = reading->length >= size && memcmp(reading->text + reading->length - size, *space, size) == 0;
      reading->length -= more ? size : 0;
    }
  }
}

static void take_units(struct reading *reading) {
  const char *text = reading->text;
  if (reading->length > CODE_LENGTH && is_code(text)) {
    reading->code = arena_strndup(reading->arena, text, CODE_LENGTH);
    reading->units++;
    take(reading, CODE_LENGTH, 0);
  }
  text = reading->text + reading->length - CODE_LENGTH;
  if (reading->length > CODE_LENGTH && is_code(text)) {
    reading->code = arena_strndup(reading->arena, text, CODE_LENGTH);
    reading->units++;
    take(reading, 0, CODE_LENGTH);
  }
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    size_t size = strlen(signs[i].text);
    if (reading->length <= size)
      continue;
    bool front = memcmp(reading->text, signs[i].text, size) == 0;
    bool back = memcmp(reading->text + reading->length - size, signs[i].text, size) == 0;
    if (!front && !back)
      continue;
    reading->sign = &signs[i];
    reading->units += front + back;
    take(reading, front ? size : 0, back && (!front || reading->length > 2 * size) ? size : 0);
  }
}

/* The currency, of all that is said about it. NULL or why it cannot be told. */
static const char *unit_find(const struct reading *reading, const struct amount_rules *rules,
                             const char **currency) {
  *currency = *rules->column ? rules->column : reading->code ? reading->code : rules->usual;
  if (reading->units > 1)
    return "it names its currency twice";
  if (reading->code && strcmp(reading->code, *currency) != 0)
    return arena_printf(reading->arena, "it is in %s, and the row's currency is %s", reading->code,
                        *currency);
  if (reading->sign && !strstr(reading->sign->currencies, *currency))
    return arena_printf(reading->arena, "`%s` is no sign of %s; --currency or a column says what it is",
                        reading->sign->text, *currency);
  return NULL;
}

/* ---- digits ---- */

static size_t digits_at(const char *text, size_t length) {
  size_t count = 0;
  while (count < length && text[count] >= '0' && text[count] <= '9')
    count++;
  return count;
}

/* What parts groups of digits here: bytes of it, 0 when nothing does. */
static size_t group_mark(const char *text, size_t length, char mark) {
  const char other[] = {mark == '.' ? ',' : '.', '\0'};
  const char *const marks[] = {other, NULL};
  size_t size = starts_with_any(text, length, marks);
  size = size ? size : starts_with_any(text, length, apostrophes);
  return size ? size : starts_with_any(text, length, spaces);
}

/* The whole part without the marks of its groups; false when they are no groups of three. */
static bool whole_read(struct reading *reading, char mark, struct buffer *plain) {
  const char *first_mark = NULL;
  size_t first_size = 0, count = digits_at(reading->text, reading->length);
  buffer_append(plain, reading->text, count);
  bool good = count > 0;
  size_t at = count;
  for (size_t size; good && (size = group_mark(reading->text + at, reading->length - at, mark));) {
    if (!first_mark) {
      first_mark = reading->text + at;
      first_size = size;
      good = count <= GROUP_DIGITS;
    }
    good = good && size == first_size && memcmp(first_mark, reading->text + at, size) == 0;
    at += size;
    count = digits_at(reading->text + at, reading->length - at);
    good = good && count == GROUP_DIGITS;
    buffer_append(plain, reading->text + at, count);
    at += count;
  }
  reading->text += at;
  reading->length -= at;
  return good;
}

/* Decimals beyond those of the currency may be written if they are zero. */
static bool decimals_read(struct reading *reading, char mark, struct buffer *plain) {
  if (!reading->length)
    return true;
  if (*reading->text != mark)
    return false;
  size_t count = digits_at(reading->text + 1, reading->length - 1);
  if (!count || count + 1 != reading->length)
    return false;
  while (count && reading->text[count] == '0')
    count--;
  if (count) {
    buffer_text(plain, ".");
    buffer_append(plain, reading->text + 1, count);
  }
  return true;
}

const char *amount_read(struct arena *arena, const char *text, const struct amount_rules *rules,
                        Type__Money **out) {
  struct reading reading = {.arena = arena, .text = text, .length = strlen(text)};
  struct buffer plain = {.arena = arena};
  const char *currency;
  int64_t minor = 0;
  *out = NULL;
  take_units(&reading);
  const char *problem = unit_find(&reading, rules, &currency);
  if (problem)
    return arena_printf(arena, "`%s` is no amount of %s: %s", text, currency, problem);
  if (!whole_read(&reading, rules->mark, &plain) || !decimals_read(&reading, rules->mark, &plain))
    return arena_printf(arena, "`%s` is no amount of %s with `%c` before decimals", text, currency,
                        rules->mark);
  problem = import_amount(arena, plain.data, currency, &minor);
  if (problem)
    return arena_printf(arena, "`%s` is no amount of %s", text, currency);
  if (!minor)
    return NULL;
  *out = arena_new(arena, Type__Money);
  type__money__init(*out);
  (*out)->currency_code = arena_strdup(arena, currency);
  (*out)->amount_minor = minor;
  return NULL;
}
