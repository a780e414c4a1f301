/* `entente view` and `entente portfolio`. */
#include "gateway/cli/question.h"
#include "gateway/cli/render.h"

#include <stdio.h>
#include <string.h>

enum { PORTFOLIO_PAGE = 100 };

static const struct question_method get_performance = {
    "gateway", "/entente.gateway.v1.PerformanceService/GetPartnershipPerformance",
    &gateway__partnership_performance__descriptor};
static const struct question_method list_portfolio = {"gateway",
                                                      "/entente.gateway.v1.PerformanceService/ListPortfolio",
                                                      &gateway__list_portfolio_response__descriptor};

static int show_view(struct session *session, struct arena *arena, void *context) {
  const struct question *question = context;
  const char *token = question_token(session, question);
  if (!token)
    return CLI_USAGE;
  Gateway__GetPartnershipPerformanceRequest request = GATEWAY__GET_PARTNERSHIP_PERFORMANCE_REQUEST__INIT;
  request.name = session_partnership(arena, question->vendor, question->partnership);
  request.period = question_period(arena, question);
  request.as_of = question_as_of(arena, question);
  Gateway__PartnershipPerformance *view;
  const struct status *status = question_ask(session, arena, token, &get_performance, &request, &view);
  if (status)
    return question_refuse(status);
  const struct render_style style = question_style(question);
  struct buffer out = {.arena = arena};
  render_view(&out, &style, view);
  return question_finish(question, &view->base, &out);
}

static const struct status *portfolio_page(struct session *session, struct arena *arena,
                                           const struct question *question, const char *token,
                                           const char *page_token, Gateway__ListPortfolioResponse **page) {
  Gateway__ListPortfolioRequest *request = arena_alloc(arena, sizeof *request);
  gateway__list_portfolio_request__init(request);
  request->parent = arena_printf(arena, "vendors/%s", question->vendor);
  request->period = question_period(arena, question);
  request->as_of = question_as_of(arena, question);
  request->page_size = PORTFOLIO_PAGE;
  request->page_token = (char *)page_token;
  return question_ask(session, arena, token, &list_portfolio, request, page);
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
  const char *token = question_token(session, question), *page_token = "";
  Gateway__ListPortfolioResponse *whole = NULL;
  if (!token)
    return CLI_USAGE;
  do {
    Gateway__ListPortfolioResponse *page;
    const struct status *status = portfolio_page(session, arena, question, token, page_token, &page);
    if (status)
      return question_refuse(status);
    if (whole)
      portfolio_add(arena, whole, page);
    else
      whole = page;
    page_token = page->next_page_token;
  } while (!text_empty(page_token));
  const struct render_style style = question_style(question);
  struct buffer out = {.arena = arena};
  render_portfolio(&out, &style, whole);
  return question_finish(question, &whole->base, &out);
}

int command_view(const struct cli_options *options, int argc, char **argv) {
  struct question question = {.options = options, .command = argv[0], .vendor = "halden"};
  const struct cli_option own[] = {QUESTION_OPTIONS(question), {.name = NULL}};
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  if (count != 1) {
    cli_fail(argv[0], "name one partnership, such as `entente view orvane`; `entente portfolio` lists them");
    return CLI_USAGE;
  }
  question.partnership = argv[1];
  return question_run(&question, show_view);
}

int command_portfolio(const struct cli_options *options, int argc, char **argv) {
  struct question question = {.options = options, .command = argv[0], .vendor = "halden"};
  const struct cli_option own[] = {QUESTION_OPTIONS(question), {.name = NULL}};
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  if (count != 0) {
    cli_fail(argv[0], "takes no argument; --vendor says whose portfolio");
    return CLI_USAGE;
  }
  return question_run(&question, show_portfolio);
}
