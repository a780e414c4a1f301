#include "gateway/cli/csv_write.h"

#include <stdbool.h>
#include <string.h>

/* Behind any apostrophes: so that taking one off always gives back what was written. */
static bool is_formula(const char *text) {
  text += strspn(text, "'");
  return *text && strchr("=+-@\t\r", *text);
}

void csv_write(FILE *out, const char *text) {
  size_t length = strlen(text);
  bool quoted =
      strpbrk(text, ",;\t\"\r\n") || (length && (strchr(" \t", *text) || strchr(" \t", text[length - 1])));
  const char *guard = is_formula(text) ? "'" : "";
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
