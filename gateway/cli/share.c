/* `entente share`: what share of its market a partnership has, and by how much that changed. */
#include "gateway/cli/question.h"
#include "gateway/cli/render_share.h"
#include "runtime/base/clock.h"
#include "runtime/base/timestamp.h"

#include <stdio.h>
#include <stdlib.h>

enum { MONTHS_MIN = 24, MONTHS_MAX = 36, MONTHS_A_QUARTER = 3 };

static const struct question_method get_market_share = {
    "sell", "/entente.sell.v1.MarketShareService/GetMarketShare", &sell__market_share__descriptor};

struct share_question {
  struct question question; /* first: question_run() hands out its address */
  const char *months;
  int month_count;
};

/* `count` months up to where the question's period ends; without one, to the end of the last quarter. */
static struct period span_of(const struct question *question, int count) {
  int32_t month = month_of(question->period ? question->span.end_us : clock_now_us(&clock_system));
  if (!question->period)
    month = month_add(month, -((month % 100 - 1) % MONTHS_A_QUARTER));
  return (struct period){month_start_us(month_add(month, -count)), month_start_us(month)};
}

static int show_share(struct session *session, struct arena *arena, void *context) {
  const struct share_question *asked = context;
  struct question question = asked->question;
  const char *token = question_token(session, &question);
  Sell__GetMarketShareRequest request = SELL__GET_MARKET_SHARE_REQUEST__INIT;
  Sell__MarketShare *share;
  if (!token)
    return CLI_USAGE;
  question.span = span_of(&question, asked->month_count);
  question.period = "";
  request.name = arena_printf(arena, "%s/marketShare",
                              session_partnership(arena, question.vendor, question.partnership));
  request.period = question_period(arena, &question);
  request.as_of = question_as_of(arena, &question);
  const struct status *status = question_ask(session, arena, token, &get_market_share, &request, &share);
  if (status)
    return question_refuse(status);
  struct buffer out = {.arena = arena};
  const struct render_style style = question_style(&question);
  render_share(&out, &style, share);
  return question_finish(&question, &share->base, &out);
}

/* Two digits; false unless MONTHS_MIN to MONTHS_MAX. */
static bool months_read(const char *text, int *out) {
  char *end;
  long count = strtol(text, &end, 10);
  *out = (int)count;
  return *text && !*end && count >= MONTHS_MIN && count <= MONTHS_MAX;
}

int command_share(const struct cli_options *options, int argc, char **argv) {
  struct share_question asked = {.question = {.options = options, .command = argv[0], .vendor = "halden"},
                                 .months = "24"};
  const struct cli_option own[] = {
      QUESTION_OPTIONS(asked.question), {.name = "months", .text = &asked.months}, {.name = NULL}};
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  if (count != 1) {
    cli_fail(argv[0], "name one partnership, such as `entente share alder-finch`");
    return CLI_USAGE;
  }
  if (!months_read(asked.months, &asked.month_count)) {
    cli_fail(argv[0], "--months takes %d to %d", MONTHS_MIN, MONTHS_MAX);
    return CLI_USAGE;
  }
  asked.question.partnership = argv[1];
  return question_run(&asked.question, show_share);
}
