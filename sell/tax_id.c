#include "sell/tax_id.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { CHARACTERS_MIN = 4, CHARACTERS_MAX = 20, TEXT_MAX = 40 };

/* ISO 7064, mod 11,10: the last digit makes the product 1. */
static bool check_11_10(const char *digits) {
  enum { FIRST = 10, SECOND = 11 };
  int product = FIRST;
  size_t last = strlen(digits) - 1;
  for (size_t i = 0; i < last; i++) {
    int sum = (digits[i] - '0' + product) % FIRST;
    product = (2 * (sum ? sum : FIRST)) % SECOND;
  }
  return (product + digits[last] - '0') % FIRST == 1;
}

/* Luhn, ISO/IEC 7812-1. */
static bool check_luhn(const char *digits) {
  enum { BASE = 10 };
  int sum = 0;
  size_t size = strlen(digits);
  for (size_t i = 0; i < size; i++) {
    int digit = digits[size - 1 - i] - '0';
    if (i % 2 == 1)
      digit *= 2;
    sum += digit / BASE + digit % BASE;
  }
  return sum % BASE == 0;
}

/* As Luhn, with the other digits doubled and 4 added. */
static bool check_austria(const char *digits) {
  enum { BASE = 10, ADDED = 4 };
  int sum = ADDED;
  for (size_t i = 0; digits[i]; i++) {
    int digit = (digits[i] - '0') * (i % 2 == 1 && digits[i + 1] ? 2 : 1);
    sum += digit / BASE + digit % BASE;
  }
  return sum % BASE == 0;
}

/* 9 less the digits behind the first, every second one doubled from the right, modulo 9. */
static bool check_japan(const char *digits) {
  enum { NINE = 9 };
  int sum = 0;
  size_t size = strlen(digits);
  for (size_t i = 1; i < size; i++)
    sum += (digits[size - i] - '0') * (i % 2 == 0 ? 2 : 1);
  return NINE - sum % NINE == digits[0] - '0';
}

static int weighted_sum(const char *digits, const int *weights, size_t count) {
  int sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += (digits[i] - '0') * weights[i];
  return sum;
}

enum { ELEVEN = 11, TEN = 10 };

/* The digit behind is what the weighted sum leaves of 11, itself modulo 10. */
static bool check_greece(const char *digits) {
  static const int weights[] = {256, 128, 64, 32, 16, 8, 4, 2};
  return weighted_sum(digits, weights, 8) % ELEVEN % TEN == digits[8] - '0';
}

static bool check_russia(const char *digits) {
  static const int weights[] = {2, 4, 10, 3, 5, 9, 4, 6, 8};
  return weighted_sum(digits, weights, 9) % ELEVEN % TEN == digits[9] - '0';
}

/* The digit behind is what is missing from a multiple of 11; instead of 10 and 11 it is these. -1: none. */
static bool is_complement(const char *digits, const int *weights, size_t count, int for_ten, int for_eleven) {
  int missing = ELEVEN - weighted_sum(digits, weights, count) % ELEVEN;
  int digit = missing == TEN ? for_ten : missing == ELEVEN ? for_eleven : missing;
  return digit == digits[count] - '0';
}

static const int falling[] = {9, 8, 7, 6, 5, 4, 3, 2};

static bool check_czechia(const char *digits) {
  return is_complement(digits, falling + 1, 7, 0, 1);
}

static bool check_portugal(const char *digits) {
  return is_complement(digits, falling, 8, 0, 0);
}

static bool check_slovenia(const char *digits) {
  return is_complement(digits, falling + 1, 7, 0, -1);
}

static bool check_brazil(const char *digits) {
  static const int weights[] = {6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2};
  return is_complement(digits, weights + 1, 12, 0, 0) && is_complement(digits, weights, 13, 0, 0);
}

/* Numbers whose rule is not one for all of them, but whose spelling is. */
static bool check_none(const char *digits) {
  (void)digits;
  return true;
}

enum { DIGITS_MAX = 11 };

/* Check digits as a weighted sum that leaves one of two remainders. */
static const struct weights {
  const char *country;
  int weights[DIGITS_MAX];
  int modulus, remainder, other;
} weighted[] = {
    {"AU", {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19}, 89, 10, 10}, /* 1 is taken from the first digit */
    {"BE", {76, 27, 90, 9, 30, 3, 10, 1, 10, 1}, 97, 0, 0},      /* ten to the 7th and down, modulo 97 */
    {"CH", {5, 4, 3, 2, 7, 6, 5, 4, 1}, 11, 0, 0},
    {"DK", {2, 7, 6, 5, 4, 3, 2, 1}, 11, 0, 0},
    {"EE", {3, 7, 1, 3, 7, 1, 3, 7, 1}, 10, 0, 0},
    {"FI", {7, 9, 10, 5, 8, 4, 2, 1}, 11, 0, 0},
    {"GB", {8, 7, 6, 5, 4, 3, 2, 10, 1}, 97, 0, 42}, /* since 2010 also sum + 55 */
    {"HU", {9, 7, 3, 1, 9, 7, 3, 1}, 10, 0, 0},
    {"LU", {53, 32, 21, 11, 10, 1, -10, -1}, 89, 0, 0}, /* ten to the 5th and down, modulo 89 */
    {"NO", {3, 2, 7, 6, 5, 4, 3, 2, 1}, 11, 0, 0},
    {"PL", {6, 5, 7, 2, 3, 4, 5, 6, 7, -1}, 11, 0, 0},
    {"SK", {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1}, 11, 0, 0},
};

static const struct weights *weights_of(const char *country) {
  for (size_t i = 0; i < sizeof weighted / sizeof *weighted; i++)
    if (strcmp(weighted[i].country, country) == 0)
      return &weighted[i];
  return NULL;
}

static bool check_weights(const struct weights *weights, const char *digits) {
  int sum = 0;
  for (size_t i = 0; digits[i]; i++)
    sum += weights->weights[i] * (digits[i] - '0');
  int left = (sum % weights->modulus + weights->modulus) % weights->modulus;
  return left == weights->remainder || left == weights->other;
}

/* How a country's number is written: how many digits are checked, and what may stand around them. */
static const struct form {
  const char *country;
  const char *prefix;  /* of the number; NULL: the country's code */
  size_t length;       /* of what is checked and kept */
  size_t longer, skip; /* an accepted longer form, and how many of its digits come before what is kept */
  bool (*check)(const char *digits); /* NULL: by weights */
} forms[] = {
    {"AT", "ATU", 8, 0, 0, check_austria}, {"AT", "U", 8, 0, 0, check_austria},
    {"AU", NULL, 11, 0, 0, NULL},          {"BE", NULL, 10, 0, 0, NULL},
    {"BR", NULL, 14, 0, 0, check_brazil},  {"CH", "CHE", 9, 0, 0, NULL},
    {"CZ", NULL, 8, 0, 0, check_czechia},  {"DE", NULL, 9, 0, 0, check_11_10},
    {"DK", NULL, 8, 0, 0, NULL},           {"EE", NULL, 9, 0, 0, NULL},
    {"FI", NULL, 8, 0, 0, NULL},           {"FR", NULL, 9, 11, 2, check_luhn},
    {"FR", NULL, 9, 14, 0, check_luhn},    {"GB", NULL, 9, 12, 0, NULL},
    {"GR", "EL", 9, 0, 0, check_greece},   {"GR", NULL, 9, 0, 0, check_greece},
    {"HR", NULL, 11, 0, 0, check_11_10},   {"HU", NULL, 8, 11, 0, NULL},
    {"IT", NULL, 11, 0, 0, check_luhn},    {"JP", "T", 13, 0, 0, check_japan},
    {"LU", NULL, 8, 0, 0, NULL},           {"NL", "NL", 9, 0, 0, check_none},
    {"NO", "NO", 9, 0, 0, NULL},           {"PL", NULL, 10, 0, 0, NULL},
    {"PT", NULL, 9, 0, 0, check_portugal}, {"RU", NULL, 10, 0, 0, check_russia},
    {"SE", NULL, 10, 12, 0, check_luhn},   {"SI", NULL, 8, 0, 0, check_slovenia},
    {"SK", NULL, 10, 0, 0, NULL},
};

/* Upper-case letters and digits alone. False when that is too short or too long. */
static bool squeeze(const char *text, char out[TEXT_MAX]) {
  size_t size = 0;
  for (const char *at = text; *at; at++)
    if (isalnum((unsigned char)*at)) {
      if (size == TEXT_MAX - 1)
        return false;
      out[size++] = (char)toupper((unsigned char)*at);
    }
  out[size] = '\0';
  return true;
}

static size_t digits_of(const char *text) {
  return strspn(text, "0123456789");
}

/* What stands in front of the digits, if it is what this form has there; NULL when something else does. */
static const char *digits_start(const struct form *form, const char *text) {
  const char *prefix = form->prefix ? form->prefix : form->country;
  if (isdigit((unsigned char)*text))
    return text;
  return strncmp(text, prefix, strlen(prefix)) == 0 ? text + strlen(prefix) : NULL;
}

enum verdict { VERDICT_OTHER, VERDICT_WRONG, VERDICT_RIGHT };

/* Registers append their name or `MWST` and the like, never digits. */
static enum verdict form_apply(const struct form *form, const char *text, char out[TEXT_MAX]) {
  const char *digits = digits_start(form, text);
  size_t count = digits ? digits_of(digits) : 0;
  if (count != form->length && (!form->longer || count != form->longer))
    return VERDICT_OTHER;
  if (digits[count] && form->prefix == NULL)
    return VERDICT_OTHER;
  memcpy(out, digits + (count == form->longer ? form->skip : 0), form->length);
  out[form->length] = '\0';
  bool right = form->check ? form->check(out) : check_weights(weights_of(form->country), out);
  return right ? VERDICT_RIGHT : VERDICT_WRONG;
}

char *tax_id_normalise(struct arena *arena, const char *country, const char *text) {
  char plain[TEXT_MAX], kept[TEXT_MAX];
  if (!squeeze(text, plain))
    return NULL;
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    if (strcmp(forms[i].country, country) != 0)
      continue;
    enum verdict verdict = form_apply(&forms[i], plain, kept);
    if (verdict == VERDICT_RIGHT)
      return arena_printf(arena, "%s%s", country, kept);
    if (verdict == VERDICT_WRONG)
      return NULL;
  }
  const char *number = strncmp(plain, country, 2) == 0 ? plain + 2 : plain;
  size_t size = strlen(number);
  bool zero = strspn(number, "0") == size;
  return size < CHARACTERS_MIN || size > CHARACTERS_MAX || zero
             ? NULL
             : arena_printf(arena, "%s%s", country, number);
}
