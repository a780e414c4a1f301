/* A command's connection to a running suite: where its services are, as whom to call, and a loop to call on.
 *
 * Addresses, files and tokens come from the environment (`ENTENTE_GRPC`, `ENTENTE_ONBOARD` ... `ENTENTE_CA`,
 * `ENTENTE_CERT`, `ENTENTE_KEY`, `ENTENTE_TOKEN_VENDOR` ...), and what is not there from VAR/local.env, which
 * `entente up` writes. Where the folder was named on the command line it goes the other way: a shell that has
 * the values of one suite must not send what was meant for another one there. One thread. */
#ifndef ENTENTE_CLI_SESSION_H
#define ENTENTE_CLI_SESSION_H

#include "runtime/base/status.h"
#include "runtime/rpc/client.h"

struct session;

/* NULL with `*problem`, one line that says what to do, when a value is missing. `var` is the suite's folder,
 * `named` whether it was named on the command line. */
struct session *session_open(const char *var, bool named, const char **problem);
void session_close(struct session *session); /* NULL is allowed */

/* Value of a variable such as `ENTENTE_TOKEN_PARTNER`; NULL when it is not set. */
const char *session_value(const struct session *session, const char *name);
/* The token of `vendor` (also when NULL), `partner` or `other`; NULL for another word, or when it is not set.
 */
const char *session_token_of(const struct session *session, const char *who);
/* The resource name that a command line means by `orvane` (of `vendor`), `halden/orvane` or a whole name. */
char *session_partnership(struct arena *arena, const char *vendor, const char *given);
struct loop *session_loop(struct session *session);
/* The suite's folder. */
const char *session_folder(const struct session *session);

/* Runs `run` in a fiber on this thread until it returns, and returns what it answers: an exit status. An
 * arena lives as long as the run; what would exceed its 256 MiB ends the command. */
typedef int session_fn(struct session *session, struct arena *arena, void *context);
int session_run(struct session *session, session_fn *run, void *context);

/* A channel to `onboard` ... `gateway`; opened when first asked for. NULL with `*problem`. */
struct channel *session_channel(struct session *session, const char *service, const char **problem);

/* One call. `service` says who serves it (`/entente.ledger.v1...` is served by every pillar), `token` as whom
 * (without `Bearer`; NULL: the vendor's), `method` is the path. The deadline is `seconds` from now. In the
 * session's run only. */
struct session_request {
  const char *service;
  const char *method;
  const char *token;
  const void *request;
  const ProtobufCMessageDescriptor *response;
  int seconds; /* 0: 10 */
};
const struct status *session_call(struct session *session, struct arena *arena,
                                  const struct session_request *request, void *response);
/* The same for a server stream; close it with client_stream_close(). NULL with `*problem`. */
struct client_stream *session_stream(struct session *session, struct arena *arena,
                                     const struct session_request *request, const char **problem);

/* A status for a person on standard error: the message, then every violation, guard and value. */
void session_print_status(const struct status *status);

#endif
