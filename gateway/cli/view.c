/* `entente view` and `entente portfolio`. */
#include "gateway/cli/cli.h"
#include "gateway/cli/render.h"
#include "gateway/cli/session.h"
#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"
#include "runtime/message/json.h"

#include <stdio.h>
#include <string.h>

enum { PORTFOLIO_PAGE = 100 };

struct question {
  const struct cli_options *options;
  const char *command, *partnership, *vendor, *period, *as_of, *as;
  struct period span;
  int64_t as_of_us;
};

/* The period and instant of the command line. False after saying what is wrong. */
static bool question_read(struct question *question) {
  if (question->period && !period_parse(question->period, &question->span)) {
    cli_fail(question->command, "'%s' is no period; write 2026, 2026H1, 2026Q3 or 2026-07", question->period);
    return false;
  }
  if (question->as_of && !time_parse(question->as_of, &question->as_of_us)) {
    cli_fail(question->command, "'%s' is no time; write 2026-09-30 or 2026-09-30T12:00:00Z", question->as_of);
    return false;
  }
  return true;
}

static Type__Period *period_message(struct arena *arena, const struct question *question) {
  if (!question->period)
    return NULL;
  Type__Period *period = arena_alloc(arena, sizeof *period);
  type__period__init(period);
  period->start_time = timestamp_new(arena, question->span.start_us);
  period->end_time = timestamp_new(arena, question->span.end_us);
  return period;
}

static Google__Protobuf__Timestamp *as_of_message(struct arena *arena, const struct question *question) {
  return question->as_of ? timestamp_new(arena, question->as_of_us) : NULL;
}

/* The token of `--as vendor|partner|other`, as local.env has it; NULL after saying that there is none. */
static const char *token_of(struct session *session, const struct question *question) {
  const char *token = session_token_of(session, question->as);
  if (!token)
    cli_fail(question->command, "--as takes vendor, partner or other");
  return token;
}

static void print_message(struct arena *arena, const ProtobufCMessage *message) {
  struct buffer out = {.arena = arena};
  json_write(&out, message, &(struct json_options){.pretty = true});
  fputs(out.data, stdout);
}

static struct render_style style_of(const struct question *question) {
  return (struct render_style){.terminal = question->options->color, .columns = question->options->columns};
}

static int show_view(struct session *session, struct arena *arena, void *context) {
  const struct question *question = context;
  const char *token = token_of(session, question);
  if (!token)
    return CLI_USAGE;
  Gateway__GetPartnershipPerformanceRequest request = GATEWAY__GET_PARTNERSHIP_PERFORMANCE_REQUEST__INIT;
  request.name = session_partnership(arena, question->vendor, question->partnership);
  request.period = period_message(arena, question);
  request.as_of = as_of_message(arena, question);
  Gateway__PartnershipPerformance *view;
  const struct status *status = session_call(
      session, arena,
      &(struct session_request){.service = "gateway",
                                .method = "/entente.gateway.v1.PerformanceService/GetPartnershipPerformance",
                                .token = token,
                                .request = &request,
                                .response = &gateway__partnership_performance__descriptor},
      &view);
  if (status) {
    session_print_status(status);
    return CLI_FAILED;
  }
  if (question->options->json) {
    print_message(arena, &view->base);
    return CLI_DONE;
  }
  const struct render_style style = style_of(question);
  struct buffer out = {.arena = arena};
  render_view(&out, &style, view);
  fputs(out.data, stdout);
  return CLI_DONE;
}

static const struct status *portfolio_page(struct session *session, struct arena *arena,
                                           const struct question *question, const char *token,
                                           const char *page_token, Gateway__ListPortfolioResponse **page) {
  Gateway__ListPortfolioRequest *request = arena_alloc(arena, sizeof *request);
  gateway__list_portfolio_request__init(request);
  request->parent = arena_printf(arena, "vendors/%s", question->vendor);
  request->period = period_message(arena, question);
  request->as_of = as_of_message(arena, question);
  request->page_size = PORTFOLIO_PAGE;
  request->page_token = (char *)page_token;
  return session_call(
      session, arena,
      &(struct session_request){.service = "gateway",
                                .method = "/entente.gateway.v1.PerformanceService/ListPortfolio",
                                .token = token,
                                .request = request,
                                .response = &gateway__list_portfolio_response__descriptor},
      page);
}

/* The rows of `page` behind those of `whole`; the rest is the same on every page. */
static void portfolio_add(struct arena *arena, Gateway__ListPortfolioResponse *whole,
                          const Gateway__ListPortfolioResponse *page) {
  size_t count = whole->n_entries + page->n_entries;
  Gateway__PortfolioEntry **entries = arena_alloc(arena, (count + 1) * sizeof(Gateway__PortfolioEntry *));
  for (size_t i = 0; i < count; i++)
    entries[i] = i < whole->n_entries ? whole->entries[i] : page->entries[i - whole->n_entries];
  whole->entries = entries;
  whole->n_entries = count;
  whole->next_page_token = page->next_page_token;
}

static int show_portfolio(struct session *session, struct arena *arena, void *context) {
  const struct question *question = context;
  const char *token = token_of(session, question), *page_token = "";
  Gateway__ListPortfolioResponse *whole = NULL;
  if (!token)
    return CLI_USAGE;
  do {
    Gateway__ListPortfolioResponse *page;
    const struct status *status = portfolio_page(session, arena, question, token, page_token, &page);
    if (status) {
      session_print_status(status);
      return CLI_FAILED;
    }
    if (whole)
      portfolio_add(arena, whole, page);
    else
      whole = page;
    page_token = page->next_page_token;
  } while (!text_empty(page_token));
  if (question->options->json) {
    print_message(arena, &whole->base);
    return CLI_DONE;
  }
  const struct render_style style = style_of(question);
  struct buffer out = {.arena = arena};
  render_portfolio(&out, &style, whole);
  fputs(out.data, stdout);
  return CLI_DONE;
}

static int run(struct question *question, session_fn *show) {
  const char *problem;
  if (!question_read(question))
    return CLI_USAGE;
  struct session *session = session_open(question->options->var, &problem);
  if (!session)
    return cli_fail(question->command, "%s", problem);
  int answer = session_run(session, show, question);
  session_close(session);
  return answer;
}

int command_view(const struct cli_options *options, int argc, char **argv) {
  struct question question = {.options = options, .command = argv[0], .vendor = "halden"};
  const struct cli_option own[] = {{.name = "period", .text = &question.period},
                                   {.name = "as-of", .text = &question.as_of},
                                   {.name = "vendor", .text = &question.vendor},
                                   {.name = "as", .text = &question.as},
                                   {.name = NULL}};
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  if (count != 1) {
    cli_fail(argv[0], "name one partnership, such as `entente view orvane`; `entente portfolio` lists them");
    return CLI_USAGE;
  }
  question.partnership = argv[1];
  return run(&question, show_view);
}

int command_portfolio(const struct cli_options *options, int argc, char **argv) {
  struct question question = {.options = options, .command = argv[0], .vendor = "halden"};
  const struct cli_option own[] = {{.name = "period", .text = &question.period},
                                   {.name = "as-of", .text = &question.as_of},
                                   {.name = "vendor", .text = &question.vendor},
                                   {.name = "as", .text = &question.as},
                                   {.name = NULL}};
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  if (count != 0) {
    cli_fail(argv[0], "takes no argument; --vendor says whose portfolio");
    return CLI_USAGE;
  }
  return run(&question, show_portfolio);
}
