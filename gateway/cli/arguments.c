#include "gateway/cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int cli_fail(const char *command, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "entente %s: ", command);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  return CLI_FAILED;
}

static const struct cli_option *option_find(const struct cli_option *options, const char *given,
                                            size_t length) {
  for (; options && options->name; options++)
    if (strlen(options->name) == length && strncmp(options->name, given, length) == 0)
      return options;
  return NULL;
}

/* How many arguments were used, 0 after printing what is wrong. */
static int option_take(const struct cli_option *options, const char *command, char **argv) {
  const char *given = argv[0] + 2;
  const char *equals = strchr(given, '=');
  size_t length = equals ? (size_t)(equals - given) : strlen(given);
  const struct cli_option *option = option_find(options, given, length);
  if (!option) {
    cli_fail(command, "there is no option %s; see entente %s --help", argv[0], command);
    return 0;
  }
  if (option->flag && equals) {
    cli_fail(command, "--%s takes no value", option->name);
    return 0;
  }
  if (option->flag) {
    *option->flag = true;
    return 1;
  }
  if (!equals && !argv[1]) {
    cli_fail(command, "--%s lacks its value", option->name);
    return 0;
  }
  *option->text = equals ? equals + 1 : argv[1];
  return equals ? 1 : 2;
}

int cli_parse(int argc, char **argv, const struct cli_option *options) {
  int kept = 1;
  bool ended = false;
  for (int i = 1; i < argc;) {
    if (!ended && strcmp(argv[i], "--") == 0) {
      ended = true;
      i++;
    } else if (!ended && strncmp(argv[i], "--", 2) == 0) {
      int used = option_take(options, argv[0], argv + i);
      if (used == 0)
        return -1;
      i += used;
    } else {
      argv[kept++] = argv[i++];
    }
  }
  argv[kept] = NULL;
  return kept - 1;
}
