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
    {"FI", {7, 9, 10, 5, 8, 4, 2, 1}, 11, 0, 0},
    {"GB", {8, 7, 6, 5, 4, 3, 2, 10, 1}, 97, 0, 42}, /* since 2010 also sum + 55 */
    {"NO", {3, 2, 7, 6, 5, 4, 3, 2, 1}, 11, 0, 0},
    {"PL", {6, 5, 7, 2, 3, 4, 5, 6, 7, -1}, 11, 0, 0},
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
    {"AU", NULL, 11, 0, 0, NULL},        {"BE", NULL, 10, 0, 0, NULL},       {"CH", "CHE", 9, 0, 0, NULL},
    {"DE", NULL, 9, 0, 0, check_11_10},  {"DK", NULL, 8, 0, 0, NULL},        {"FI", NULL, 8, 0, 0, NULL},
    {"FR", NULL, 9, 11, 2, check_luhn},  {"FR", NULL, 9, 14, 0, check_luhn}, {"GB", NULL, 9, 12, 0, NULL},
    {"IT", NULL, 11, 0, 0, check_luhn},  {"NO", NULL, 9, 0, 0, NULL},        {"PL", NULL, 10, 0, 0, NULL},
    {"SE", NULL, 10, 12, 0, check_luhn},
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
