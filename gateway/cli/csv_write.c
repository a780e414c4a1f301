#include "gateway/cli/csv_write.h"

#include <stdbool.h>
#include <string.h>

/* Spreadsheets of some languages take the wide signs for the narrow ones. */
static const char *const formula_signs[] = {
    "=", "+", "-", "@", "\t", "\r", "\n", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

bool csv_is_formula(const char *text) {
  text += strspn(text, "'");
  for (size_t i = 0; i < sizeof formula_signs / sizeof *formula_signs; i++)
    if (strncmp(text, formula_signs[i], strlen(formula_signs[i])) == 0)
      return true;
  return false;
}

void csv_write(FILE *out, const char *text) {
  size_t length = strlen(text);
  bool quoted =
      strpbrk(text, ",;\t\"\r\n") || (length && (strchr(" \t", *text) || strchr(" \t", text[length - 1])));
  const char *guard = csv_is_formula(text) ? "'" : "";
  if (!quoted) {
    fprintf(out, "%s%s", guard, text);
    return;
  }
  fprintf(out, "\"%s", guard);
  for (; *text; text++) {
    if (*text == '"')
      fputc('"', out);
    fputc(*text, out);
  }
  fputc('"', out);
}
