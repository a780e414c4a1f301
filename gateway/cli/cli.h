/* The `entente` program: a table of commands. A command is a row in main.c and one function. */
#ifndef ENTENTE_CLI_CLI_H
#define ENTENTE_CLI_CLI_H

#include <stdbool.h>

enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 }; /* exit statuses */

/* Options that every command shares. They may stand anywhere on the line and are taken out of it before the
 * command sees its own arguments; `--` ends them. */
struct cli_options {
  const char *var; /* folder of the suite: `--var DIR`, ENTENTE_VAR, else `var` */
  bool var_named;  /* `--var` was given: its local.env goes before the environment */
  bool json;       /* `--json`: JSON on standard output */
  bool color;      /* `--color always|never|auto`; auto: standard output is a terminal, NO_COLOR is not set */
  int columns;     /* of the terminal that standard output is; 0: none */
  bool terminal;   /* standard error is a terminal: progress may be rewritten */
};

/* argv[0] is the command's name; argv ends with NULL. Returns an exit status. */
typedef int command_fn(const struct cli_options *options, int argc, char **argv);

struct command {
  const char *name;
  command_fn *run;
  const char *arguments; /* `PARTNERSHIP [--period 2026Q3]`; "" when there are none */
  const char *help;      /* one line */
  const char *details;   /* more lines for `entente COMMAND --help`; NULL: none */
};

/* An option of a command's own. With `text` it takes a value, as `--name VALUE` or `--name=VALUE`; with
 * `flag` it takes none. */
struct cli_option {
  const char *name; /* `period`, without hyphens; ends the array when NULL */
  const char **text;
  bool *flag;
};

/* Fills in the options given; what is not an option moves to the front of argv. Returns how many of those
 * there are (argv[1] is the first; the name in argv[0] does not count), or -1 after printing what is wrong:
 * return CLI_USAGE. */
int cli_parse(int argc, char **argv, const struct cli_option *options);

/* `entente COMMAND: problem` on standard error. Returns CLI_FAILED. */
int cli_fail(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

command_fn command_up, command_down, command_status, command_token, command_view, command_portfolio,
    command_call, command_verify, command_export, command_map, command_pipeline, command_lift,
    command_registrations, command_share, command_conflicts;

#endif
