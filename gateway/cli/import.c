#include "gateway/cli/import.h"

#include "gateway/cli/import_date.h"
#include "gateway/cli/import_encoding.h"
#include "gateway/cli/session.h"
#include "runtime/base/money.h"
#include "runtime/base/name.h"

#include <stdlib.h>
#include <string.h>

const char import_arguments[] =
    "crm FOLDER --joint-office NAME[,NAME] | csv FILE --mapping NAME, and --vendor ID --partnership ID";
const char import_details[] =
    "crm: FOLDER holds sales_pipeline.csv and sales_teams.csv, and may hold accounts.csv and products.csv.\n"
    "  --joint-office NAMES   deals of these regional offices' agents are joint, all others independent\n"
    "  --alias ALIASES        what is spelt one way stands for another, such as\n"
    "                         'product:GTXPro=GTX Pro;sector:technolgy=technology'; kinds are product, "
    "sector,\n"
    "                         account and agent. Products that differ from products.csv in spaces, hyphens\n"
    "                         and case only are matched without\n"
    "csv: FILE is one table with a header line.\n"
    "  --mapping NAME         what its columns mean: salesforce, hubspot, crm, entente (what `entente "
    "export`\n"
    "                         writes), or a file; docs/import.md has the format\n"
    "  --engagement KIND      joint or independent: where no column says it\n"
    "  --partner NAMES        what a column of partners calls this partnership's, separated by commas: "
    "their\n"
    "                         deals are joint, and those of other partners are not taken\n"
    "  --date-format FORM     of dates, such as DD/MM/YYYY; default: the mapping's\n"
    "  --decimal-mark MARK    . or , before decimals; default: the mapping's\n"
    "  --encoding NAME        UTF-8, UTF-16, WINDOWS-1252 or ISO-8859-1; default: the mapping's\n"
    "Both: every row that cannot be taken is named with its line and all that is wrong with it. Running it\n"
    "again changes nothing; after an interruption, run it again.\n"
    "  --currency CODE        of amounts that name none, ISO 4217; default: the partnership's\n"
    "  --report FILE          what became of every row, as CSV\n"
    "  --as WHO               vendor or partner: whose opportunities these are; default vendor\n"
    "  --dry-run              say what would happen and change nothing\n";

struct arguments {
  const struct cli_options *options;
  struct import_plan plan;
  const char *vendor, *partnership, *offices, *aliases, *mapping, *as;
  const char *partners, *date_form, *decimal_mark, *encoding;
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

/* What the file at hand has otherwise than the mapping says. */
static int mapping_adjust(const struct arguments *arguments, struct arena *arena,
                          struct import_mapping *mapping) {
  const char *mark = arguments->decimal_mark;
  if (arguments->date_form && !date_form_known(arguments->date_form))
    return cli_fail("import", "--date-format takes ISO, YYYY-MM-DD, YYYY/MM/DD, MM/DD/YYYY, DD/MM/YYYY, "
                              "DD.MM.YYYY, DD-MM-YYYY or MM-DD-YYYY");
  if (mark && strcmp(mark, ".") != 0 && strcmp(mark, ",") != 0)
    return cli_fail("import", "--decimal-mark takes . or ,");
  if (arguments->encoding && !encoding_known(arguments->encoding))
    return cli_fail("import", "--encoding takes UTF-8, UTF-16, WINDOWS-1252 or ISO-8859-1");
  if (arguments->date_form) {
    mapping->date_forms = arena_calloc(arena, 2, sizeof *mapping->date_forms);
    mapping->date_forms[0] = arguments->date_form;
  }
  mapping->decimal_mark = mark ? *mark : mapping->decimal_mark;
  mapping->encoding = arguments->encoding ? arguments->encoding : mapping->encoding;
  return CLI_DONE;
}

static const char **partners_read(struct arena *arena, const char *names) {
  char *rest, *text = arena_strdup(arena, names ? names : "");
  const char **partners = arena_calloc(arena, strlen(text) + 1, sizeof *partners);
  size_t count = 0;
  for (char *name = strtok_r(text, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
    name += strspn(name, " ");
    for (size_t length = strlen(name); length && name[length - 1] == ' '; length--)
      name[length - 1] = '\0';
    if (*name)
      partners[count++] = name;
  }
  return partners;
}

static int table_check(struct arguments *arguments, struct arena *arena) {
  struct table_options *table = &arguments->plan.table;
  const char *problem;
  if (table->engagement && strcmp(table->engagement, "joint") != 0 &&
      strcmp(table->engagement, "independent") != 0)
    return cli_fail("import", "--engagement must be joint or independent");
  if (table->engagement)
    table->engagement = *table->engagement == 'j' ? "JOINT" : "INDEPENDENT";
  if (!arguments->mapping)
    return cli_fail("import", "--mapping is missing: salesforce, hubspot, crm, entente or a file");
  struct import_mapping *mapping = mapping_open(arena, arguments->mapping, &problem);
  if (!mapping)
    return cli_fail("import", "%s", problem);
  table->mapping = mapping;
  table->partners = partners_read(arena, arguments->partners);
  return mapping_adjust(arguments, arena, mapping);
}

static int arguments_check(struct arguments *arguments, struct arena *arena) {
  const struct crm_options *crm = &arguments->plan.crm;
  if (!arguments->vendor || !name_id_valid(arguments->vendor))
    return cli_fail("import", "--vendor must be the id of a vendor, such as halden");
  if (!arguments->partnership || !name_id_valid(arguments->partnership))
    return cli_fail("import", "--partnership must be the id of a partnership, such as orvane");
  if (crm->currency && !currency_known(crm->currency))
    return cli_fail("import", "`%s` is no currency of ISO 4217", crm->currency);
  if (arguments->plan.table.file)
    return table_check(arguments, arena);
  if (!crm->joint_count)
    return cli_fail("import", "--joint-office is missing: the regional office whose deals are joint");
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
      {"mapping", .text = &arguments->mapping},
      {"engagement", .text = &plan->table.engagement},
      {"partner", .text = &arguments->partners},
      {"date-format", .text = &arguments->date_form},
      {"decimal-mark", .text = &arguments->decimal_mark},
      {"encoding", .text = &arguments->encoding},
      {"report", .text = &plan->report_file},
      {"as", .text = &arguments->as},
      {"dry-run", .flag = &plan->rehearse},
      {0},
  };
  int count = cli_parse(argc, argv, options);
  if (count < 0)
    return CLI_USAGE;
  if (count != 2 || (strcmp(argv[1], "crm") != 0 && strcmp(argv[1], "csv") != 0)) {
    cli_fail("import", "say what to import: crm FOLDER or csv FILE; see entente import --help");
    return CLI_USAGE;
  }
  *(strcmp(argv[1], "csv") == 0 ? &plan->table.file : &plan->crm.folder) = argv[2];
  return lists_read(arguments, arena) || arguments_check(arguments, arena) ? CLI_USAGE : CLI_DONE;
}

static int import_in_session(struct session *session, struct arena *arena, void *context) {
  struct arguments *arguments = context;
  struct import_report report;
  const char *problem, *token = session_token_of(session, arguments->as);
  struct channel *channel = session_channel(session, "sell", &problem);
  if (!channel)
    return cli_fail("import", "%s", problem);
  if (!token)
    return cli_fail("import",
                    "there is no token of `%s`: --as takes vendor or partner; start the suite with "
                    "`make up`",
                    arguments->as ? arguments->as : "vendor");
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
  if (answer == CLI_DONE && !(session = session_open(options->var, options->var_named, &problem)))
    answer = cli_fail("import", "%s", problem);
  if (session)
    answer = session_run(session, import_in_session, &arguments);
  session_close(session);
  arena_destroy(arena);
  return answer;
}
