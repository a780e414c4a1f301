#include "gateway/cli/question.h"

#include "runtime/base/timestamp.h"
#include "runtime/message/json.h"

#include <stdio.h>

/* False after saying what is wrong. */
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

int question_run(struct question *question, session_fn *show) {
  const char *problem;
  if (!question_read(question))
    return CLI_USAGE;
  struct session *session = session_open(question->options->var, question->options->var_named, &problem);
  if (!session)
    return cli_fail(question->command, "%s", problem);
  int answer = session_run(session, show, question);
  session_close(session);
  return answer;
}

Type__Period *question_period(struct arena *arena, const struct question *question) {
  if (!question->period)
    return NULL;
  Type__Period *period = arena_alloc(arena, sizeof *period);
  type__period__init(period);
  period->start_time = timestamp_new(arena, question->span.start_us);
  period->end_time = timestamp_new(arena, question->span.end_us);
  return period;
}

Google__Protobuf__Timestamp *question_as_of(struct arena *arena, const struct question *question) {
  return question->as_of ? timestamp_new(arena, question->as_of_us) : NULL;
}

const struct status *question_ask(struct session *session, struct arena *arena, const char *token,
                                  const struct question_method *method, const void *request, void *response) {
  return session_call(session, arena,
                      &(struct session_request){.service = method->service,
                                                .method = method->path,
                                                .token = token,
                                                .request = request,
                                                .response = method->response,
                                                .seconds = method->seconds},
                      response);
}

const char *question_token(struct session *session, const struct question *question) {
  const char *token = session_token_of(session, question->as);
  if (!token)
    cli_fail(question->command, "--as takes vendor, partner or other");
  return token;
}

struct render_style question_style(const struct question *question) {
  return (struct render_style){.terminal = question->options->color, .columns = question->options->columns};
}

int question_finish(const struct question *question, const ProtobufCMessage *answer,
                    const struct buffer *drawn) {
  struct buffer json = {.arena = drawn->arena};
  if (question->options->json)
    json_write(&json, answer, &(struct json_options){.pretty = true});
  fputs(question->options->json ? json.data : drawn->data, stdout);
  return CLI_DONE;
}

int question_refuse(const struct status *status) {
  session_print_status(status);
  return CLI_FAILED;
}
