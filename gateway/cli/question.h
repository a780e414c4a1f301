/* What commands that show something have in common: of which partnership, over which time, as of when, as
 * whom, and how the answer is printed. */
#ifndef ENTENTE_CLI_QUESTION_H
#define ENTENTE_CLI_QUESTION_H

#include "gateway/cli/cli.h"
#include "gateway/cli/draw.h"
#include "gateway/cli/session.h"
#include "runtime/base/period.h"

#include "entente/type/v1/value.pb-c.h"

struct question {
  const struct cli_options *options;
  const char *command, *partnership, *vendor, *period, *as_of, *as; /* as on the line; NULL: not given */
  struct period span;                                               /* of `period` */
  int64_t as_of_us;
};

/* Rows of a cli_option table: of whom and as whom; and with when. */
#define QUESTION_WHO(question)                                                                               \
  {.name = "vendor", .text = &(question).vendor}, {                                                          \
    .name = "as", .text = &(question).as                                                                     \
  }
#define QUESTION_OPTIONS(question)                                                                           \
  {.name = "period", .text = &(question).period}, {.name = "as-of", .text = &(question).as_of},              \
      QUESTION_WHO(question)

/* Reads period and instant, opens the session and runs `show` with the question as its context. An exit
 * status. */
int question_run(struct question *question, session_fn *show);

/* The period, or the instant, for a request; NULL when the line has none. */
Type__Period *question_period(struct arena *arena, const struct question *question);
Google__Protobuf__Timestamp *question_as_of(struct arena *arena, const struct question *question);
/* A method that a command asks. */
struct question_method {
  const char *service, *path;
  const ProtobufCMessageDescriptor *response;
  int seconds; /* 0: session.h's */
};
/* One call of it, as whom `token` is. */
const struct status *question_ask(struct session *session, struct arena *arena, const char *token,
                                  const struct question_method *method, const void *request, void *response);

/* The token of `--as`; NULL after saying that there is none: answer CLI_USAGE. */
const char *question_token(struct session *session, const struct question *question);
struct render_style question_style(const struct question *question);
/* Prints what was drawn, or the answer itself where JSON was asked for. CLI_DONE. */
int question_finish(const struct question *question, const ProtobufCMessage *answer,
                    const struct buffer *drawn);
/* Says why there is no answer. CLI_FAILED. */
int question_refuse(const struct status *status);

#endif
