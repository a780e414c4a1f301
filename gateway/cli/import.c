#include "gateway/cli/import.h"

#include "gateway/cli/session.h"
#include "runtime/base/money.h"
#include "runtime/base/name.h"

#include <stdlib.h>
#include <string.h>

const char import_arguments[] = "crm FOLDER --vendor ID --partnership ID --joint-office NAME[,NAME]";
const char import_details[] =
    "FOLDER holds sales_pipeline.csv and sales_teams.csv, and may hold accounts.csv and products.csv. Every "
    "row\n"
    "that cannot be taken is named with its line and the reason. Running it again changes nothing; after an\n"
    "interruption, run it again.\n"
    "  --joint-office NAMES   deals of these regional offices' agents are joint, all others independent\n"
    "  --currency CODE        of close_value, ISO 4217; default: the partnership's\n"
    "  --alias ALIASES        what is spelt one way stands for another, such as\n"
    "                         'product:GTXPro=GTX Pro;sector:technolgy=technology'; kinds are product, "
    "sector,\n"
    "                         account and agent. Products that differ from products.csv in spaces, hyphens\n"
    "                         and case only are matched without\n"
    "  --dry-run              say what would happen and change nothing\n";

struct arguments {
  const struct cli_options *options;
  struct import_plan plan;
  const char *vendor, *partnership, *offices, *aliases;
};

/* `KIND:FROM=TO`; the text is cut in place. */
static bool alias_parse(struct crm_options *options, char *text) {
  static const char *const kinds[] = {"product", "sector", "account", "agent"};
  char *colon = strchr(text, ':'), *equals = colon ? strchr(colon, '=') : NULL;
  if (!equals || equals == colon + 1 || !equals[1] || options->alias_count == CRM_ALIASES_MAX)
    return false;
  *colon = *equals = '\0';
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (strcmp(kinds[i], text) != 0)
      continue;
    options->aliases[options->alias_count++] = (struct crm_alias){kinds[i], colon + 1, equals + 1};
    return true;
  }
  return false;
}

/* The lists live as long as `arena`. */
static int lists_read(struct arguments *arguments, struct arena *arena) {
  struct crm_options *crm = &arguments->plan.crm;
  char *rest, *text = arena_strdup(arena, arguments->offices ? arguments->offices : "");
  for (char *office = strtok_r(text, ",", &rest); office; office = strtok_r(NULL, ",", &rest)) {
    if (crm->joint_count == CRM_OFFICES_MAX)
      return cli_fail("import", "--joint-office takes up to %d names", CRM_OFFICES_MAX);
    crm->joint_offices[crm->joint_count++] = office;
  }
  text = arena_strdup(arena, arguments->aliases ? arguments->aliases : "");
  for (char *alias = strtok_r(text, ";", &rest); alias; alias = strtok_r(NULL, ";", &rest)) {
    const char *whole = arena_strdup(arena, alias);
    if (!alias_parse(crm, alias))
      return cli_fail("import", "`%s` is no alias such as product:GTXPro=GTX Pro", whole);
  }
  return CLI_DONE;
}

static int arguments_check(const struct arguments *arguments) {
  const struct crm_options *crm = &arguments->plan.crm;
  if (!arguments->vendor || !name_id_valid(arguments->vendor))
    return cli_fail("import", "--vendor must be the id of a vendor, such as halden");
  if (!arguments->partnership || !name_id_valid(arguments->partnership))
    return cli_fail("import", "--partnership must be the id of a partnership, such as orvane");
  if (!crm->joint_count)
    return cli_fail("import", "--joint-office is missing: the regional office whose deals are joint");
  if (crm->currency && !currency_known(crm->currency))
    return cli_fail("import", "`%s` is no currency of ISO 4217", crm->currency);
  return CLI_DONE;
}

static int arguments_read(struct arguments *arguments, struct arena *arena, int argc, char **argv) {
  struct import_plan *plan = &arguments->plan;
  const struct cli_option options[] = {
      {"vendor", .text = &arguments->vendor},
      {"partnership", .text = &arguments->partnership},
      {"joint-office", .text = &arguments->offices},
      {"currency", .text = &plan->crm.currency},
      {"alias", .text = &arguments->aliases},
      {"dry-run", .flag = &plan->rehearse},
      {0},
  };
  int count = cli_parse(argc, argv, options);
  if (count < 0)
    return CLI_USAGE;
  if (count != 2 || strcmp(argv[1], "crm") != 0) {
    cli_fail("import", "say what to import: crm FOLDER; see entente import --help");
    return CLI_USAGE;
  }
  plan->crm.folder = argv[2];
  return lists_read(arguments, arena) || arguments_check(arguments) ? CLI_USAGE : CLI_DONE;
}

static int import_in_session(struct session *session, struct arena *arena, void *context) {
  struct arguments *arguments = context;
  struct import_report report;
  const char *problem, *token = session_value(session, "ENTENTE_TOKEN_VENDOR");
  struct channel *channel = session_channel(session, "sell", &problem);
  if (!channel)
    return cli_fail("import", "%s", problem);
  if (!token)
    return cli_fail("import", "ENTENTE_TOKEN_VENDOR is not set: start the suite with `make up`");
  struct import_plan *plan = &arguments->plan;
  plan->partnership =
      arena_printf(arena, "vendors/%s/partnerships/%s", arguments->vendor, arguments->partnership);
  plan->channel = channel;
  plan->authorization = arena_printf(arena, "Bearer %s", token);
  plan->terminal = arguments->options->terminal;
  plan->progress = stderr;
  const struct status *status = import_run(arena, plan, &report);
  if (status) {
    session_print_status(status);
    if (report.rows)
      fprintf(stderr, "  it stopped after %lld rows; run it again to go on\n", (long long)report.rows);
    return CLI_FAILED;
  }
  (arguments->options->json ? import_print_json : import_print)(stdout, plan, &report);
  return report.refused ? CLI_FAILED : CLI_DONE;
}

int command_import(const struct cli_options *options, int argc, char **argv) {
  enum { ARGUMENTS_BYTES = 1 << 20 };
  struct arguments arguments = {.options = options};
  struct arena *arena = arena_create(ARGUMENTS_BYTES, NULL, NULL);
  struct session *session = NULL;
  const char *problem;
  int answer = arguments_read(&arguments, arena, argc, argv);
  if (answer == CLI_DONE && !(session = session_open(options->var, &problem)))
    answer = cli_fail("import", "%s", problem);
  if (session)
    answer = session_run(session, import_in_session, &arguments);
  session_close(session);
  arena_destroy(arena);
  return answer;
}
