#include "runtime/process/setting.h"

#include "runtime/base/text.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct value {
  const struct setting *row;
  const char *text; /* borrowed from argv, the environment or the row */
  int64_t number;
};

struct settings {
  size_t count;
  struct value values[];
};

enum { VARIABLE_MAX = 80 };

/* Problems are collected so that a person mends them all at once. */
struct problems {
  FILE *out;
  size_t count;
};

static const struct {
  const char *word;
  bool on;
} switch_words[] = {{"on", true},   {"true", true},   {"yes", true}, {"1", true},
                    {"off", false}, {"false", false}, {"no", false}, {"0", false}};

static size_t rows_count(const struct setting *const *tables) {
  size_t count = 0;
  for (; *tables; tables++)
    for (const struct setting *row = *tables; row->name; row++)
      count++;
  return count;
}

static struct value *value_find(struct settings *settings, const char *name, size_t length) {
  for (size_t i = 0; i < settings->count; i++) {
    const char *candidate = settings->values[i].row->name;
    if (strlen(candidate) == length && strncmp(candidate, name, length) == 0)
      return &settings->values[i];
  }
  return NULL;
}

void setting_variable(const char *name, char *out, size_t size) {
  size_t at = (size_t)snprintf(out, size, "ENTENTE_");
  for (; *name && at + 1 < size; name++)
    out[at++] = *name == '-' ? '_' : (char)toupper((unsigned char)*name);
  out[at] = '\0';
}

/* ---- one check per type: NULL or what was expected ---- */

static bool number_parse(const char *text, int64_t *out) {
  char *end;
  errno = 0;
  long long number = strtoll(text, &end, 10);
  *out = number;
  return *text && !isspace((unsigned char)*text) && !*end && errno == 0;
}

static bool switch_parse(const char *text, int64_t *out) {
  for (size_t i = 0; i < sizeof switch_words / sizeof *switch_words; i++)
    if (strcmp(text, switch_words[i].word) == 0) {
      *out = switch_words[i].on;
      return true;
    }
  return false;
}

static bool address_valid(const char *text) {
  if (strncmp(text, "unix:", 5) == 0)
    return text[5] == '/';
  const char *colon = strrchr(text, ':');
  int64_t port;
  return colon && colon > text && number_parse(colon + 1, &port) && port >= 0 && port <= 65535;
}

static void value_check_number(struct value *value, struct problems *problems) {
  const struct setting *row = value->row;
  if (number_parse(value->text, &value->number) && value->number >= row->min && value->number <= row->max)
    return;
  problems->count++;
  fprintf(problems->out, "--%s is '%s'; give a whole number from %lld to %lld%s%s\n", row->name, value->text,
          (long long)row->min, (long long)row->max, row->unit ? " " : "", row->unit ? row->unit : "");
}

static void value_check_switch(struct value *value, struct problems *problems) {
  if (switch_parse(value->text, &value->number))
    return;
  problems->count++;
  fprintf(problems->out, "--%s is '%s'; give on or off\n", value->row->name, value->text);
}

static void value_check_address(struct value *value, struct problems *problems) {
  if (text_empty(value->text) || address_valid(value->text))
    return;
  problems->count++;
  fprintf(problems->out, "--%s is '%s'; give host:port, or unix:/path for a socket\n", value->row->name,
          value->text);
}

static void value_check_file(struct value *value, struct problems *problems) {
  if (text_empty(value->text) || access(value->text, R_OK) == 0)
    return;
  problems->count++;
  fprintf(problems->out, "--%s: cannot read '%s': %s\n", value->row->name, value->text, strerror(errno));
}

static void value_check_text(struct value *value, struct problems *problems) {
  if (text_is_utf8(value->text, strlen(value->text)))
    return;
  problems->count++;
  fprintf(problems->out, "--%s is not valid UTF-8\n", value->row->name);
}

static void (*const value_checks[])(struct value *, struct problems *) = {
    [SETTING_TEXT] = value_check_text,       [SETTING_FILE] = value_check_file,
    [SETTING_NUMBER] = value_check_number,   [SETTING_SWITCH] = value_check_switch,
    [SETTING_ADDRESS] = value_check_address,
};

/* ---- reading ---- */

static void flags_read(struct settings *settings, int argc, char **argv, struct problems *problems) {
  for (int i = 1; i < argc; i++) {
    const char *flag = argv[i];
    if (strncmp(flag, "--", 2) != 0) {
      problems->count++;
      fprintf(problems->out, "'%s' is not understood; settings are given as --name value, see --help\n",
              flag);
      continue;
    }
    const char *equals = strchr(flag, '=');
    size_t length = equals ? (size_t)(equals - flag) - 2 : strlen(flag) - 2;
    struct value *value = value_find(settings, flag + 2, length);
    if (!value) {
      problems->count++;
      fprintf(problems->out, "there is no setting --%.*s; see --help\n", (int)length, flag + 2);
      if (!equals && i + 1 < argc && strncmp(argv[i + 1], "--", 2) != 0)
        i++;
    } else if (equals) {
      value->text = equals + 1;
    } else if (i + 1 < argc) {
      value->text = argv[++i];
    } else {
      problems->count++;
      fprintf(problems->out, "--%s lacks its value\n", value->row->name);
    }
  }
}

static void defaults_read(struct settings *settings, const struct setting *const *tables) {
  char variable[VARIABLE_MAX];
  for (; *tables; tables++)
    for (const struct setting *row = *tables; row->name; row++) {
      setting_variable(row->name, variable, sizeof variable);
      const char *given = getenv(variable);
      settings->values[settings->count++] = (struct value){row, given ? given : row->initial, 0};
    }
}

static void values_check(struct settings *settings, struct problems *problems) {
  char variable[VARIABLE_MAX];
  for (size_t i = 0; i < settings->count; i++) {
    struct value *value = &settings->values[i];
    if (value->text) {
      value_checks[value->row->type](value, problems);
      continue;
    }
    problems->count++;
    setting_variable(value->row->name, variable, sizeof variable);
    fprintf(problems->out, "--%s is required (or %s): %s\n", value->row->name, variable, value->row->text);
  }
}

struct settings *settings_read(const struct setting *const *tables, int argc, char **argv, char **problems) {
  size_t count = rows_count(tables);
  struct settings *settings = calloc(1, sizeof *settings + count * sizeof(struct value));
  size_t size = 0;
  struct problems found = {.out = open_memstream(problems, &size)};
  if (!settings || !found.out)
    abort();
  defaults_read(settings, tables);
  flags_read(settings, argc, argv, &found);
  values_check(settings, &found);
  fclose(found.out);
  if (found.count > 0) {
    free(settings);
    return NULL;
  }
  free(*problems);
  *problems = NULL;
  return settings;
}

void settings_free(struct settings *settings) {
  free(settings);
}

static const struct value *value_of(const struct settings *settings, const char *name) {
  const struct value *value = value_find((struct settings *)settings, name, strlen(name));
  assert(value && "a setting that no table has");
  return value;
}

const char *setting_text(const struct settings *settings, const char *name) {
  return value_of(settings, name)->text;
}

int64_t setting_number(const struct settings *settings, const char *name) {
  assert(value_of(settings, name)->row->type == SETTING_NUMBER);
  return value_of(settings, name)->number;
}

bool setting_on(const struct settings *settings, const char *name) {
  assert(value_of(settings, name)->row->type == SETTING_SWITCH);
  return value_of(settings, name)->number != 0;
}

/* ---- describing ---- */

static const char *const type_words[] = {
    [SETTING_TEXT] = "text",        [SETTING_FILE] = "file",       [SETTING_NUMBER] = "number",
    [SETTING_SWITCH] = "on or off", [SETTING_ADDRESS] = "address",
};

static void range_print(const struct setting *row, FILE *out) {
  if (row->type == SETTING_NUMBER)
    fprintf(out, "%lld to %lld%s%s", (long long)row->min, (long long)row->max, row->unit ? " " : "",
            row->unit ? row->unit : "");
  else
    fputs(type_words[row->type], out);
}

void settings_print_help(const struct setting *const *tables, const char *program, FILE *out) {
  char variable[VARIABLE_MAX];
  fprintf(out,
          "Usage: %s [--SETTING VALUE]...\n\n"
          "Each setting is a flag, or the environment variable beside it; the flag wins.\n"
          "  --help               prints this\n"
          "  --version            prints the version\n"
          "  --settings-markdown  prints the settings as docs/settings.md has them\n",
          program);
  for (; *tables; tables++)
    for (const struct setting *row = *tables; row->name; row++) {
      setting_variable(row->name, variable, sizeof variable);
      fprintf(out, "\n  --%s  %s\n      %s\n      ", row->name, variable, row->text);
      range_print(row, out);
      if (!row->initial)
        fputs(", required\n", out);
      else
        fprintf(out, ", default %s\n", *row->initial ? row->initial : "none");
    }
}

void settings_print_markdown(const struct setting *table, FILE *out) {
  char variable[VARIABLE_MAX];
  fputs("| flag | environment | value | default | meaning |\n|---|---|---|---|---|\n", out);
  for (const struct setting *row = table; row->name; row++) {
    setting_variable(row->name, variable, sizeof variable);
    fprintf(out, "| `--%s` | `%s` | ", row->name, variable);
    range_print(row, out);
    if (!row->initial)
      fputs(" | required", out);
    else if (!*row->initial)
      fputs(" | none", out);
    else
      fprintf(out, " | `%s`", row->initial);
    fprintf(out, " | %s |\n", row->text);
  }
}
