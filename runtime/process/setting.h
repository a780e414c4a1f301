/* Settings: one row each, from which flags, environment, --help and docs/settings.md come.
 * Precedence: flag `--redis-address X` or `--redis-address=X`, environment `ENTENTE_REDIS_ADDRESS`, default. */
#ifndef ENTENTE_PROCESS_SETTING_H
#define ENTENTE_PROCESS_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum setting_type { SETTING_TEXT, SETTING_FILE, SETTING_NUMBER, SETTING_SWITCH, SETTING_ADDRESS };

struct setting {
  const char *name;          /* `redis-address`; ends a table when NULL */
  enum setting_type type;
  const char *initial;       /* default as text; NULL: required */
  int64_t min, max;          /* of a number, inclusive */
  const char *unit;          /* `ms`, `calls`; NULL: none */
  const char *text;          /* one sentence for --help and the manual */
};

struct settings;

/* Reads flags and environment against one or more tables (NULL-terminated array). NULL with every problem,
 * a line each, in `problems` (caller frees with free()). */
struct settings *settings_read(const struct setting *const *tables, int argc, char **argv,
                               char **problems);
void settings_free(struct settings *settings);
const char *setting_text(const struct settings *settings, const char *name);
int64_t setting_number(const struct settings *settings, const char *name);
bool setting_on(const struct settings *settings, const char *name);
void settings_print_help(const struct setting *const *tables, const char *program, FILE *out);

#endif
