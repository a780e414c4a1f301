#include "gateway/cli/cli.h"
#include "gateway/cli/import.h"

#include "runtime/process/version.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct command commands[] = {
    {"up", command_up, "[--port-base 7700] [--no-demo]", "start the suite on this machine",
     "Makes what is missing in the suite's folder (authority, keys, passwords, a private redis-server), "
     "starts the\n"
     "six services, waits until all are ready and writes local.env there. A suite that runs is left as it "
     "is;\n"
     "a part of it that died is started again.\n"
     "  --port-base N   gRPC on N to N+5, HTTP on N+80, probes and metrics on N+2000 to N+2005\n"
     "  --no-demo       does not load the demo portfolio\n"},
    {"down", command_down, "[--keep-data]", "stop it, and delete what it kept",
     "Ends every process of the suite, then removes its files.\n"
     "  --keep-data     leaves data, keys and logs for the next `entente up`\n"},
    {"status", command_status, "", "what runs: readiness, ports, memory, uptime",
     "Exit status 0 when every part is ready, else 1.\n"},
    {"view", command_view, "PARTNERSHIP [--period 2026Q3] [--as-of TIME] [--as vendor]",
     "a partnership's performance, from all five pillars",
     "PARTNERSHIP is `orvane`, `halden/orvane` or a whole resource name.\n"
     "  --period P      2026, 2026H1, 2026Q3 or 2026-07; default: the last quarter that has ended\n"
     "  --as-of TIME    as it was known then: 2026-09-30 or 2026-09-30T12:00:00Z\n"
     "  --as WHO        vendor, partner or other: whose token of local.env to use\n"
     "  --vendor V      the vendor of a short name; default halden\n"},
    {"portfolio", command_portfolio, "[--period 2026Q3] [--as-of TIME] [--as vendor] [--vendor halden]",
     "every partnership of a vendor, a row each", "Options as of `entente view`.\n"},
    {"pipeline", command_pipeline, "PARTNERSHIP [--as-of TIME] [--as vendor]",
     "what is being sold: by stage, weighed by its odds, by segment",
     "Joint opportunities, and beside them those that the party sells alone; of the other party's own, "
     "nothing.\n"
     "  --as-of TIME    as it was known then, without segments: 2026-09-30 or 2026-09-30T12:00:00Z\n"
     "  --as WHO        vendor, partner or other: whose token of local.env to use\n"
     "  --vendor V      the vendor of a short name; default halden\n"},
    {"lift", command_lift,
     "PARTNERSHIP [--period 2026] [--by segment,solution,size] [--agreed-scope] [--as vendor]",
     "what selling together does: joint deals beside the party's own",
     "Win rates compared like with like, with a 95 % interval; deal sizes, displacement, what was opened "
     "up.\n"
     "  --period P      2026, 2026H1, 2026Q3 or 2026-07; default: the four quarters that ended last\n"
     "  --by D,...      what makes deals alike: segment, solution, size; default: all three\n"
     "  --agreed-scope  only deals in the market scope of the contracts that bind now\n"
     "  --as WHO        vendor, partner or other: whose token of local.env to use\n"
     "  --vendor V      the vendor of a short name; default halden\n"},
    {"share", command_share, "PARTNERSHIP [--months 24] [--period 2026Q3] [--as-of TIME] [--as vendor]",
     "what share of its market a partnership has, and how it changed",
     "What both won in twelve months, of how large both agreed the market is: at two instants, and the "
     "change.\n"
     "  --months N      how far they are apart: 24 to 36; default 24\n"
     "  --period P      up to its end: 2026, 2026H1, 2026Q3 or 2026-07; default: the last quarter that has "
     "ended\n"
     "  --as-of TIME    as it was known then: 2026-09-30 or 2026-09-30T12:00:00Z\n"
     "  --as WHO        vendor, partner or other: whose token of local.env to use\n"
     "  --vendor V      the vendor of a short name; default halden\n"},
    {"registrations", command_registrations,
     "[PARTNERSHIP] [--due] [--state SUBMITTED] [--text T] [--as vendor]",
     "deal registrations, and what is due of each",
     "Without PARTNERSHIP those of all the vendor's partnerships, which only the vendor may ask for.\n"
     "  --state S       DRAFT, SUBMITTED, IN_REVIEW, ACTION_REQUIRED, APPROVED, EXTENDED, REJECTED ...\n"
     "  --due           those that wait for the vendor, earliest due first\n"
     "  --escalated     only those that were not decided in time\n"
     "  --text T        only those with this text in the deal's or the customer's name, or its domain\n"
     "  --as WHO        vendor, partner or other: whose token of local.env to use\n"
     "  --vendor V      the vendor; default halden\n"},
    {"conflicts", command_conflicts, "[--state OPEN] [--registration R]",
     "registrations of one deal by two partners, and how they were ruled",
     "The vendor's alone; a partner sees its own registration and no more. A ruling is\n"
     "`entente call ConflictService/RuleConflict '{\"name\": \"vendors/halden/conflicts/ID\"}'`.\n"
     "  --state S       OPEN, RULED, APPEALED or FINAL\n"
     "  --registration  only those of this one, such as castellan/r004\n"
     "  --as WHO        vendor, partner or other: whose token of local.env to use\n"
     "  --vendor V      the vendor; default halden\n"},
    {"call", command_call, "SERVICE/METHOD [JSON] [--as vendor] [--service NAME] [--token JWT]",
     "call any method of the contracts",
     "The request is JSON, on the line or on standard input; the answer is JSON. SERVICE may be the last "
     "part of its\n"
     "name: `entente call PlanService/ListPlans '{\"parent\": \"vendors/halden/partnerships/orvane\"}'`.\n"
     "  --as WHO        vendor, partner or other: whose token of local.env to use\n"
     "  --service NAME  who is asked, where every pillar serves the method: onboard ... incentivize\n"},
    {"verify", command_verify, "[--vendor halden]",
     "walk every ledger and compare all that is derived from it",
     "Exit status 0 when every chain, counter, resource and index agrees, else 1.\n"},
    {"import", command_import, import_arguments, "bring a CRM's tables into a partnership", import_details},
    {"export", command_export, "opportunities PARTNERSHIP [--format csv|ndjson] [--out FILE] [--as vendor]",
     "write a partnership's opportunities as a table",
     "PARTNERSHIP is `orvane`, `halden/orvane` or a whole resource name. What the party may see, newest "
     "first.\n"
     "  --format F      csv, which `entente import csv --mapping entente` takes back, or ndjson: one JSON "
     "object "
     "a line\n"
     "  --out FILE      default: standard output\n"
     "  --as WHO        vendor, partner or other: whose token of local.env to use\n"
     "  --vendor V      the vendor of a short name; default halden\n"},
    {"map", command_map, "upload FILE | rows FILE | overlap, and --partnership P [--as vendor]",
     "which accounts both parties have, without showing a list",
     "FILE is a CSV table of the party's accounts with columns `domain` and `segment` (prospect, opportunity "
     "or\n"
     "customer). Domains are hashed here, under a key of this partnership alone; they never leave.\n"
     "  upload FILE           publishes the accounts; an interrupted upload goes on\n"
     "  overlap               the matrix: counts, `not shared` or `no data`\n"
     "  rows FILE             the accounts that both share, named from this file, as CSV\n"
     "  --domain-column NAME  --segment-column NAME\n"
     "  --as WHO              vendor or partner; default vendor\n"},
    {"token", command_token,
     "[--subject S] [--vendor V] [--party P] [--organization O] [--role R] [--days N]",
     "print a token of a local user",
     "Signed by the key of the local suite. Defaults: dana.reyes, halden, VENDOR, ADMINISTRATOR, 1 day.\n"
     "  --party VENDOR|PARTNER   PARTNER needs --organization\n"
     "  --role  VIEWER|MANAGER|ADMINISTRATOR\n"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static const char shared_help[] =
    "  --var DIR                  folder of the suite (or ENTENTE_VAR; default var)\n"
    "  --json                     answers as JSON\n"
    "  --color auto|always|never  colours; auto asks the terminal and NO_COLOR\n";

static void help_print(FILE *out) {
  fprintf(out, "Usage: entente COMMAND [ARGUMENTS]\n\n");
  for (size_t i = 0; i < COMMANDS; i++)
    fprintf(out, "  %-13s %s\n", commands[i].name, commands[i].help);
  fprintf(
      out,
      "\nEvery command takes:\n%s\n`entente COMMAND --help` tells more; `entente --version` the version.\n",
      shared_help);
}

static void command_help_print(const struct command *command) {
  printf("Usage: entente %s%s%s\n\n%s.\n", command->name, *command->arguments ? " " : "", command->arguments,
         command->help);
  if (command->details)
    printf("\n%s", command->details);
  printf("\n%s", shared_help);
}

static const struct command *command_find(const char *name) {
  for (size_t i = 0; i < COMMANDS; i++)
    if (strcmp(commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

/* ---- shared options ---- */

struct shared {
  const char *var, *color;
  bool json, help, version;
};

/* Takes the shared options out of the line. Returns the new argc, or -1 when a value is missing. */
static int shared_take(int argc, char **argv, struct shared *shared) {
  const struct {
    const char *flag;
    const char **text;
    bool *on;
  } rows[] = {{"--var", &shared->var, NULL},   {"--color", &shared->color, NULL},
              {"--json", NULL, &shared->json}, {"--help", NULL, &shared->help},
              {"-h", NULL, &shared->help},     {"--version", NULL, &shared->version}};
  int kept = 1;
  bool ended = false;
  for (int i = 1; i < argc; i++) {
    size_t row = 0, length = strcspn(argv[i], "=");
    ended |= strcmp(argv[i], "--") == 0;
    while (!ended && row < sizeof rows / sizeof *rows &&
           (strlen(rows[row].flag) != length || strncmp(rows[row].flag, argv[i], length) != 0))
      row++;
    if (ended || row == sizeof rows / sizeof *rows) {
      argv[kept++] = argv[i];
    } else if (rows[row].on) {
      *rows[row].on = true;
    } else if (argv[i][length] == '=') {
      *rows[row].text = argv[i] + length + 1;
    } else if (++i < argc) {
      *rows[row].text = argv[i];
    } else {
      fprintf(stderr, "entente: %s lacks its value\n", rows[row].flag);
      return -1;
    }
  }
  argv[kept] = NULL;
  return kept;
}

static bool color_wanted(const char *word) {
  const char *no_color = getenv("NO_COLOR");
  if (strcmp(word, "auto") == 0)
    return isatty(STDOUT_FILENO) && !(no_color && *no_color);
  return strcmp(word, "always") == 0;
}

static int columns_of_output(void) {
  struct winsize size;
  return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int main(int argc, char **argv) {
  const char *variable = getenv("ENTENTE_VAR");
  struct shared shared = {.color = "auto"};
  signal(SIGPIPE, SIG_DFL);
  argc = shared_take(argc, argv, &shared);
  if (argc < 0)
    return CLI_USAGE;
  if (shared.version) {
    printf("entente %s\n", ENTENTE_VERSION);
    return CLI_DONE;
  }
  if (argc < 2) {
    help_print(shared.help ? stdout : stderr);
    return shared.help ? CLI_DONE : CLI_USAGE;
  }
  if (strcmp(shared.color, "auto") != 0 && strcmp(shared.color, "always") != 0 &&
      strcmp(shared.color, "never") != 0) {
    fprintf(stderr, "entente: --color takes auto, always or never\n");
    return CLI_USAGE;
  }
  const struct command *command = command_find(argv[1]);
  if (!command) {
    fprintf(stderr, "entente: there is no %s '%s'; see entente --help\n",
            *argv[1] == '-' ? "option" : "command", argv[1]);
    return CLI_USAGE;
  }
  if (shared.help) {
    command_help_print(command);
    return CLI_DONE;
  }
  struct cli_options options = {
      .var = shared.var              ? shared.var
             : variable && *variable ? variable
                                     : "var",
      .var_named = shared.var,
      .json = shared.json,
      .color = color_wanted(shared.color),
      .columns = columns_of_output(),
      .terminal = isatty(STDERR_FILENO),
  };
  return command->run(&options, argc - 1, argv + 1);
}
