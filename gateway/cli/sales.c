/* `entente pipeline`, `entente lift`, `entente registrations` and `entente conflicts`. */
#include "gateway/cli/question.h"
#include "gateway/cli/render_sell.h"
#include "runtime/base/clock.h"
#include "runtime/base/timestamp.h"

#include <stdio.h>
#include <string.h>

enum { LIFT_SECONDS = 60, QUEUE_MAX = 500, MONTHS_A_YEAR = 12, MONTHS_A_QUARTER = 3, MONTH_LAST = 999912 };

static const struct question_method get_segment_pipeline = {
    "sell", "/entente.sell.v1.PipelineService/GetSegmentPipeline", &sell__segment_pipeline__descriptor};
static const struct question_method get_pipeline = {"sell", "/entente.sell.v1.PipelineService/GetPipeline",
                                                    &sell__pipeline__descriptor};
static const struct question_method get_lift = {"sell", "/entente.sell.v1.LiftService/GetLift",
                                                &sell__lift__descriptor, LIFT_SECONDS};
static const struct question_method list_registrations = {
    "sell", "/entente.sell.v1.RegistrationService/ListRegistrations",
    &sell__list_registrations_response__descriptor};
static const struct question_method search_registrations = {
    "sell", "/entente.sell.v1.RegistrationService/SearchRegistrations",
    &sell__search_registrations_response__descriptor};
static const struct question_method list_conflicts = {
    "sell", "/entente.sell.v1.ConflictService/ListConflicts", &sell__list_conflicts_response__descriptor};

struct sales_question {
  struct question question; /* first: question_run() hands out its address */
  bool agreed_scope, escalated, due;
  const char *by, *state, *text, *registration;
};

static int usage(const char *command, const char *text) {
  cli_fail(command, "%s", text);
  return CLI_USAGE;
}

/* ---- pipeline ---- */

static const struct status *ask_segments(struct session *session, struct arena *arena, const char *token,
                                         char *name, Sell__SegmentPipeline **segments) {
  Sell__GetSegmentPipelineRequest request = SELL__GET_SEGMENT_PIPELINE_REQUEST__INIT;
  request.name = name;
  return question_ask(session, arena, token, &get_segment_pipeline, &request, segments);
}

static int show_pipeline(struct session *session, struct arena *arena, void *context) {
  const struct question *question = context;
  const char *token = question_token(session, question);
  Sell__GetPipelineRequest request = SELL__GET_PIPELINE_REQUEST__INIT;
  Sell__Pipeline *pipeline;
  Sell__SegmentPipeline *segments = NULL;
  if (!token)
    return CLI_USAGE;
  request.name =
      arena_printf(arena, "%s/pipeline", session_partnership(arena, question->vendor, question->partnership));
  request.as_of = question_as_of(arena, question);
  const struct status *status = question_ask(session, arena, token, &get_pipeline, &request, &pipeline);
  /* Segments are added up from what is open now: there are none of an earlier time. */
  if (!status && !request.as_of && !question->options->json)
    status = ask_segments(session, arena, token, request.name, &segments);
  if (status)
    return question_refuse(status);
  struct buffer out = {.arena = arena};
  const struct render_style style = question_style(question);
  render_pipeline(&out, &style, pipeline, segments);
  return question_finish(question, &pipeline->base, &out);
}

int command_pipeline(const struct cli_options *options, int argc, char **argv) {
  struct question question = {.options = options, .command = argv[0], .vendor = "halden"};
  const struct cli_option own[] = {
      {.name = "as-of", .text = &question.as_of}, QUESTION_WHO(question), {.name = NULL}};
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  if (count != 1)
    return usage(argv[0], "name one partnership, such as `entente pipeline orvane`");
  question.partnership = argv[1];
  return question_run(&question, show_pipeline);
}

/* ---- lift ---- */

/* The four quarters that ended last. */
static struct period last_year(int64_t now_us) {
  int32_t month = month_of(now_us);
  int32_t quarter = month_add(month, -((month % 100 - 1) % MONTHS_A_QUARTER));
  return (struct period){month_start_us(month_add(quarter, -MONTHS_A_YEAR)), month_start_us(quarter)};
}

/* `segment,size`. False for another word, or more of them than there are. */
static bool dimensions_read(struct arena *arena, const char *by, Sell__GetLiftRequest *request) {
  static const char *const words[] = {
      [SELL__LIFT_DIMENSION__LIFT_DIMENSION_UNSPECIFIED] = "",
      [SELL__LIFT_DIMENSION__LIFT_DIMENSION_SEGMENT] = "segment",
      [SELL__LIFT_DIMENSION__LIFT_DIMENSION_SOLUTION] = "solution",
      [SELL__LIFT_DIMENSION__LIFT_DIMENSION_SIZE] = "size",
  };
  enum { WORDS = sizeof words / sizeof *words };
  if (!by)
    return true;
  char *rest = arena_strdup(arena, by), *word;
  request->dimensions = arena_calloc(arena, WORDS, sizeof *request->dimensions);
  while ((word = strsep(&rest, ","))) {
    size_t dimension = 1;
    while (dimension < WORDS && strcmp(word, words[dimension]) != 0)
      dimension++;
    if (dimension == WORDS || request->n_dimensions == WORDS - 1)
      return false;
    request->dimensions[request->n_dimensions++] = (Sell__LiftDimension)dimension;
  }
  return true;
}

static int show_lift(struct session *session, struct arena *arena, void *context) {
  const struct sales_question *asked = context;
  struct question question = asked->question;
  const char *token = question_token(session, &question);
  Sell__GetLiftRequest request = SELL__GET_LIFT_REQUEST__INIT;
  Sell__Lift *lift;
  if (!token)
    return CLI_USAGE;
  if (!dimensions_read(arena, asked->by, &request))
    return usage(question.command, "--by takes segment, solution and size, with commas between them");
  if (!question.period) {
    question.period = "";
    question.span = last_year(clock_now_us(&clock_system));
  }
  request.name =
      arena_printf(arena, "%s/lift", session_partnership(arena, question.vendor, question.partnership));
  request.period = question_period(arena, &question);
  if (asked->agreed_scope)
    request.scope = SELL__LIFT_SCOPE_SOURCE__LIFT_SCOPE_SOURCE_AGREEMENT;
  const struct status *status = question_ask(session, arena, token, &get_lift, &request, &lift);
  if (status)
    return question_refuse(status);
  struct buffer out = {.arena = arena};
  const struct render_style style = question_style(&question);
  render_lift(&out, &style, lift);
  return question_finish(&question, &lift->base, &out);
}

int command_lift(const struct cli_options *options, int argc, char **argv) {
  struct sales_question asked = {.question = {.options = options, .command = argv[0], .vendor = "halden"}};
  const struct cli_option own[] = {{.name = "period", .text = &asked.question.period},
                                   {.name = "by", .text = &asked.by},
                                   {.name = "agreed-scope", .flag = &asked.agreed_scope},
                                   QUESTION_WHO(asked.question),
                                   {.name = NULL}};
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  if (count != 1)
    return usage(argv[0], "name one partnership, such as `entente lift orvane`");
  asked.question.partnership = argv[1];
  return question_run(&asked.question, show_lift);
}

/* ---- registrations ---- */

/* The state that a word names, 0 for none given, -1 for an unknown one. */
static int state_of(struct arena *arena, const ProtobufCEnumDescriptor *states, const char *word) {
  if (!word)
    return 0;
  const ProtobufCEnumValue *value =
      protobuf_c_enum_descriptor_get_value_by_name(states, arena_printf(arena, "STATE_%s", word));
  return value && value->value ? value->value : -1;
}

/* With --due, all that wait: no decision is due later than this. */
static Google__Protobuf__Timestamp *due_before(struct arena *arena, const struct sales_question *asked) {
  return asked->due ? timestamp_new(arena, month_start_us(MONTH_LAST)) : NULL;
}

static const struct status *ask_partnership(struct session *session, struct arena *arena, const char *token,
                                            const struct sales_question *asked, int state,
                                            Sell__ListRegistrationsResponse **page) {
  Sell__ListRegistrationsRequest request = SELL__LIST_REGISTRATIONS_REQUEST__INIT;
  request.parent = session_partnership(arena, asked->question.vendor, asked->question.partnership);
  request.page_size = QUEUE_MAX;
  request.state = (Sell__Registration__State)state;
  request.escalated = asked->escalated;
  request.decide_due_before = due_before(arena, asked);
  request.text = (char *)(asked->text ? asked->text : "");
  return question_ask(session, arena, token, &list_registrations, &request, page);
}

static const struct status *ask_vendor(struct session *session, struct arena *arena, const char *token,
                                       const struct sales_question *asked, int state,
                                       Sell__SearchRegistrationsResponse **page) {
  Sell__SearchRegistrationsRequest request = SELL__SEARCH_REGISTRATIONS_REQUEST__INIT;
  request.parent = arena_printf(arena, "vendors/%s", asked->question.vendor);
  request.page_size = QUEUE_MAX;
  request.state = (Sell__Registration__State)state;
  request.escalated = asked->escalated;
  request.decide_due_before = due_before(arena, asked);
  request.text = (char *)(asked->text ? asked->text : "");
  return question_ask(session, arena, token, &search_registrations, &request, page);
}

static int show_registrations(struct session *session, struct arena *arena, void *context) {
  const struct sales_question *asked = context;
  const struct question *question = &asked->question;
  const char *token = question_token(session, question);
  int state = state_of(arena, &sell__registration__state__descriptor, asked->state);
  if (!token)
    return CLI_USAGE;
  if (state < 0)
    return usage(question->command, "--state takes a state of registrations, such as SUBMITTED or APPROVED");
  if (!question->partnership && text_equal(question->as, "partner"))
    return usage(question->command,
                 "name one partnership, such as `entente registrations orvane --as partner`");
  Sell__ListRegistrationsResponse *list = NULL;
  Sell__SearchRegistrationsResponse *found = NULL;
  const struct status *status = question->partnership
                                    ? ask_partnership(session, arena, token, asked, state, &list)
                                    : ask_vendor(session, arena, token, asked, state, &found);
  if (status)
    return question_refuse(status);
  const struct render_queue queue = {
      .registrations = list ? list->registrations : found->registrations,
      .count = list ? list->n_registrations : found->n_registrations,
      .now_us = clock_now_us(&clock_system),
      .more = !text_empty(list ? list->next_page_token : found->next_page_token),
  };
  struct buffer out = {.arena = arena};
  const struct render_style style = question_style(question);
  render_registrations(&out, &style, &queue);
  return question_finish(question, list ? &list->base : &found->base, &out);
}

int command_registrations(const struct cli_options *options, int argc, char **argv) {
  struct sales_question asked = {.question = {.options = options, .command = argv[0], .vendor = "halden"}};
  const struct cli_option own[] = {{.name = "state", .text = &asked.state},
                                   {.name = "due", .flag = &asked.due},
                                   {.name = "escalated", .flag = &asked.escalated},
                                   {.name = "text", .text = &asked.text},
                                   QUESTION_WHO(asked.question),
                                   {.name = NULL}};
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  if (count > 1)
    return usage(argv[0], "takes one partnership, or none for all of the vendor's");
  asked.question.partnership = count ? argv[1] : NULL;
  return question_run(&asked.question, show_registrations);
}

/* ---- conflicts ---- */

/* `castellan/r004`, or a whole name. */
static char *registration_name(struct arena *arena, const struct sales_question *asked) {
  const char *given = asked->registration ? asked->registration : "";
  const char *slash = strchr(given, '/');
  if (!slash || strncmp(given, "vendors/", strlen("vendors/")) == 0)
    return arena_strdup(arena, given);
  return arena_printf(arena, "vendors/%s/partnerships/%.*s/registrations/%s", asked->question.vendor,
                      (int)(slash - given), given, slash + 1);
}

static int show_conflicts(struct session *session, struct arena *arena, void *context) {
  const struct sales_question *asked = context;
  const struct question *question = &asked->question;
  const char *token = question_token(session, question);
  int state = state_of(arena, &sell__conflict__state__descriptor, asked->state);
  Sell__ListConflictsRequest request = SELL__LIST_CONFLICTS_REQUEST__INIT;
  Sell__ListConflictsResponse *page;
  if (!token)
    return CLI_USAGE;
  if (state < 0)
    return usage(question->command, "--state takes OPEN, RULED, APPEALED or FINAL");
  request.parent = arena_printf(arena, "vendors/%s", question->vendor);
  request.page_size = QUEUE_MAX;
  request.state = (Sell__Conflict__State)state;
  request.registration = registration_name(arena, asked);
  const struct status *status = question_ask(session, arena, token, &list_conflicts, &request, &page);
  if (status)
    return question_refuse(status);
  struct buffer out = {.arena = arena};
  const struct render_style style = question_style(question);
  render_conflicts(&out, &style, page);
  return question_finish(question, &page->base, &out);
}

int command_conflicts(const struct cli_options *options, int argc, char **argv) {
  struct sales_question asked = {.question = {.options = options, .command = argv[0], .vendor = "halden"}};
  const struct cli_option own[] = {{.name = "state", .text = &asked.state},
                                   {.name = "registration", .text = &asked.registration},
                                   QUESTION_WHO(asked.question),
                                   {.name = NULL}};
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  if (count)
    return usage(argv[0], "takes no argument; --registration castellan/r004 says whose");
  return question_run(&asked.question, show_conflicts);
}
