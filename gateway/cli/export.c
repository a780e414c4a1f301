/* `entente export opportunities PARTNERSHIP`: what a party may see of a partnership's opportunities, page by
 * page, as CSV that `entente import csv --mapping entente` takes back, or as one JSON object a line. */
#include "gateway/cli/cli.h"
#include "gateway/cli/csv_write.h"
#include "gateway/cli/session.h"
#include "runtime/base/machine.h"
#include "runtime/base/money.h"
#include "runtime/base/period.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/message/json.h"

#include "entente/sell/v1/opportunity_service.pb-c.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PAGE = 500, PAGE_BYTES = 64 << 20 };

struct exporting {
  const struct cli_options *options;
  const char *partnership, *vendor, *format, *as, *file;
  FILE *out;
  int64_t rows;
};

/* ---- CSV ---- */

static const char csv_header[] =
    "name,externalId,engagement,ownerParty,displayName,account,sector,country,domain,taxId,duns,"
    "solution,segment,seller,amount,currency,state,stage,openTime,qualifyTime,"
    "expectedCloseTime,closeTime,lossReason,incumbentCompetitor\r\n";

static const char *time_text(struct arena *arena, const Google__Protobuf__Timestamp *time) {
  char text[40];
  if (!time)
    return "";
  time_format(timestamp_us(time, 0), text, sizeof text);
  return arena_strdup(arena, text);
}

/* `1054.50`: whole units with the currency's decimals. */
static const char *amount_text(struct arena *arena, const Type__Money *amount) {
  int64_t one = 1;
  if (!amount)
    return "";
  int decimals = currency_decimals(amount->currency_code);
  for (int i = 0; i < decimals; i++)
    one *= 10;
  if (decimals <= 0)
    return arena_printf(arena, "%" PRId64, amount->amount_minor);
  return arena_printf(arena, "%" PRId64 ".%0*" PRId64, amount->amount_minor / one, decimals,
                      amount->amount_minor % one);
}

/* What was opened here has no key of another system: its own id is one, so that it can be brought in
 * elsewhere. */
static const char *key_of(const Sell__Opportunity *opportunity) {
  return text_empty(opportunity->external_id) ? strrchr(opportunity->name, '/') + 1
                                              : opportunity->external_id;
}

static void write_csv(struct arena *arena, FILE *out, const Sell__Opportunity *o) {
  const Sell__Customer *customer = o->customer;
  const char *const cells[] = {
      o->name,
      key_of(o),
      state_name(&sell__opportunity__engagement__descriptor, (int)o->engagement),
      state_name(&type__party__descriptor, (int)o->owner_party),
      o->display_name,
      customer ? customer->account : "",
      customer ? customer->sector : "",
      customer ? customer->country : "",
      customer ? customer->domain : "",
      customer ? customer->tax_id : "",
      customer ? customer->duns : "",
      o->solution,
      o->segment,
      o->seller,
      amount_text(arena, o->amount),
      o->amount ? o->amount->currency_code : "",
      state_name(&sell__opportunity__state__descriptor, (int)o->state),
      state_name(&sell__opportunity__stage__descriptor, (int)o->stage),
      time_text(arena, o->open_time),
      time_text(arena, o->qualify_time),
      time_text(arena, o->expected_close_time),
      time_text(arena, o->close_time),
      o->loss_reason ? state_name(&sell__opportunity__loss_reason__descriptor, (int)o->loss_reason) : "",
      o->incumbent_competitor,
  };
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
    if (i)
      fputc(',', out);
    csv_write(out, cells[i]);
  }
  fputs("\r\n", out);
}

static void write_json(struct arena *arena, FILE *out, const Sell__Opportunity *opportunity) {
  struct buffer line = {.arena = arena};
  json_write(&line, &opportunity->base, &(struct json_options){0});
  fprintf(out, "%s\n", line.data);
}

/* ---- pages ---- */

static const struct status *page_read(struct session *session, struct arena *arena, const char *token,
                                      const char *parent, const char *page_token,
                                      Sell__ListOpportunitiesResponse **page) {
  Sell__ListOpportunitiesRequest request = SELL__LIST_OPPORTUNITIES_REQUEST__INIT;
  request.parent = (char *)parent;
  request.page_size = PAGE;
  request.page_token = (char *)page_token;
  return session_call(session, arena,
                      &(struct session_request){
                          .service = "sell",
                          .method = "/entente.sell.v1.OpportunityService/ListOpportunities",
                          .token = token,
                          .request = &request,
                          .response = &sell__list_opportunities_response__descriptor,
                      },
                      page);
}

/* Memory for a page at a time, however many there are. */
static int pages_write(struct session *session, struct arena *arena, struct exporting *exporting,
                       const char *token, const char *parent) {
  struct arena *memory = arena_create(PAGE_BYTES, NULL, NULL);
  const struct status *status = NULL;
  char page_token[2048] = "";
  bool csv = strcmp(exporting->format, "csv") == 0;
  if (!memory)
    return cli_fail("export", "out of memory");
  if (csv)
    fputs(csv_header, exporting->out);
  do {
    Sell__ListOpportunitiesResponse *page;
    arena_reset(memory);
    status = page_read(session, memory, token, parent, page_token, &page);
    for (size_t i = 0; !status && i < page->n_opportunities; i++)
      (csv ? write_csv : write_json)(memory, exporting->out, page->opportunities[i]);
    exporting->rows += status ? 0 : (int64_t)page->n_opportunities;
    snprintf(page_token, sizeof page_token, "%s", status ? "" : page->next_page_token);
  } while (*page_token);
  if (status)
    session_print_status(status);
  arena_destroy(memory);
  (void)arena;
  return status ? CLI_FAILED : CLI_DONE;
}

static int export_in_session(struct session *session, struct arena *arena, void *context) {
  struct exporting *exporting = context;
  const char *token = session_token_of(session, exporting->as);
  if (!token)
    return cli_fail("export",
                    "there is no token of `%s`: --as takes vendor, partner or other; start the suite "
                    "with `make up`",
                    exporting->as ? exporting->as : "vendor");
  return pages_write(session, arena, exporting, token,
                     session_partnership(arena, exporting->vendor, exporting->partnership));
}

static int export_to(struct exporting *exporting) {
  const char *problem;
  struct session *session = session_open(exporting->options->var, exporting->options->var_named, &problem);
  if (!session)
    return cli_fail("export", "%s", problem);
  exporting->out = exporting->file ? fopen(exporting->file, "we") : stdout;
  int answer = exporting->out ? session_run(session, export_in_session, exporting)
                              : cli_fail("export", "%s cannot be written", exporting->file);
  session_close(session);
  /* What cannot be written whole is no export. */
  if (exporting->out &&
      ((exporting->file ? fclose(exporting->out) : fflush(exporting->out)) || ferror(stdout)))
    answer = cli_fail("export", "it could not be written whole");
  if (answer == CLI_DONE && exporting->file)
    fprintf(stderr, "%" PRId64 " opportunities written to %s\n", exporting->rows, exporting->file);
  return answer;
}

int command_export(const struct cli_options *options, int argc, char **argv) {
  struct exporting exporting = {.options = options, .vendor = "halden", .format = "csv"};
  const struct cli_option own[] = {{"format", .text = &exporting.format},
                                   {"vendor", .text = &exporting.vendor},
                                   {"as", .text = &exporting.as},
                                   {"out", .text = &exporting.file},
                                   {0}};
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  if (count != 2 || strcmp(argv[1], "opportunities") != 0) {
    cli_fail(argv[0], "say what to export: opportunities PARTNERSHIP; see entente export --help");
    return CLI_USAGE;
  }
  if (strcmp(exporting.format, "csv") != 0 && strcmp(exporting.format, "ndjson") != 0) {
    cli_fail(argv[0], "--format takes csv or ndjson");
    return CLI_USAGE;
  }
  exporting.partnership = argv[2];
  return export_to(&exporting);
}
