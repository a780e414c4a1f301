/* Settings: one row each, from which flags, environment, --help and docs/settings.md come.
 * Precedence: flag `--redis-address X` or `--redis-address=X`, environment `ENTENTE_REDIS_ADDRESS`, default.
 */
#ifndef ENTENTE_PROCESS_SETTING_H
#define ENTENTE_PROCESS_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* TEXT: UTF-8. FILE: readable, or empty. NUMBER: whole, within min and max. SWITCH: on, off. ADDRESS:
 * host:port, unix:/path, a scheme before either, or empty. */
enum setting_type { SETTING_TEXT, SETTING_FILE, SETTING_NUMBER, SETTING_SWITCH, SETTING_ADDRESS };

struct setting {
  const char *name; /* `redis-address`; ends a table when NULL */
  enum setting_type type;
  const char *initial; /* default as text; "": may stay empty; NULL: required */
  int64_t min, max;    /* of a number, inclusive */
  const char *unit;    /* `ms`, `calls`; NULL: none */
  const char *text;    /* one sentence for --help and the manual */
};

struct settings; /* borrows texts from argv, the environment and the tables */

/* Reads flags and environment against one or more tables (NULL-terminated array). NULL with every problem,
 * a line each, in `problems` (caller frees with free()). */
struct settings *settings_read(const struct setting *const *tables, int argc, char **argv, char **problems);
void settings_free(struct settings *settings);
const char *setting_text(const struct settings *settings, const char *name);
int64_t setting_number(const struct settings *settings, const char *name);
bool setting_on(const struct settings *settings, const char *name);
/* The environment variable of a setting: ENTENTE_REDIS_ADDRESS. */
void setting_variable(const char *name, char *out, size_t size);
void settings_print_help(const struct setting *const *tables, const char *program, FILE *out);
/* One table as a Markdown table, for docs/settings.md. */
void settings_print_markdown(const struct setting *table, FILE *out);

#endif
