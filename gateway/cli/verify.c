/* `entente verify`: every pillar re-walks its ledgers of a vendor. */
#include "gateway/cli/cli.h"
#include "gateway/cli/session.h"
#include "runtime/base/text.h"
#include "runtime/message/json.h"

#include "entente/ledger/v1/ledger_service.pb-c.h"

#include <stdio.h>
#include <string.h>

enum { PILLARS = 5, VERIFY_SECONDS = 3600 };

struct verification {
  const struct cli_options *options;
  const char *vendor;
  int64_t ledgers, entries, resources, findings;
};

static const char *kind_text(Ledger__LedgerFinding__Kind kind) {
  static const char *const texts[] = {"", "chain broken", "counter differs", "resource differs",
                                      "index differs"};
  return (size_t)kind < sizeof texts / sizeof *texts ? texts[kind] : "";
}

static void take_findings(struct verification *v, struct arena *arena, const char *pillar,
                          const Ledger__VerifyLedgerResponse *message) {
  for (size_t i = 0; i < message->n_findings; i++) {
    const Ledger__LedgerFinding *finding = message->findings[i];
    v->findings++;
    if (v->options->json) {
      struct buffer out = {.arena = arena};
      json_write(&out, &finding->base, NULL);
      printf("%s\n", out.data);
    } else {
      printf("%s: %s: %s: %s\n", pillar, kind_text(finding->kind), finding->resource, finding->description);
    }
  }
  if (v->options->terminal)
    fprintf(stderr, "\r%s: %lld entries ", pillar, (long long)message->entries);
}

/* False after printing why the pillar could not be asked to the end. */
static bool verify_pillar(struct verification *v, struct session *session, struct arena *arena,
                          const char *pillar) {
  Ledger__VerifyLedgerRequest request = LEDGER__VERIFY_LEDGER_REQUEST__INIT;
  request.parent = arena_printf(arena, "vendors/%s", v->vendor);
  const char *problem;
  struct client_stream *stream =
      session_stream(session, arena,
                     &(struct session_request){.service = pillar,
                                               .method = "/entente.ledger.v1.LedgerService/VerifyLedger",
                                               .request = &request,
                                               .response = &ledger__verify_ledger_response__descriptor,
                                               .seconds = VERIFY_SECONDS},
                     &problem);
  if (!stream) {
    cli_fail("verify", "%s", problem);
    return false;
  }
  Ledger__VerifyLedgerResponse *message = NULL;
  const struct status *status;
  bool complete = false;
  int64_t entries = 0;
  while (!(status = client_stream_next(stream, &message)) && message) {
    take_findings(v, arena, pillar, message);
    complete = message->complete;
    entries = message->entries;
    if (complete) {
      v->ledgers += message->ledgers;
      v->entries += message->entries;
      v->resources += message->resources;
    }
  }
  client_stream_close(stream);
  if (v->options->terminal)
    fprintf(stderr, "\r\033[K");
  if (status)
    session_print_status(status);
  if (!complete)
    cli_fail("verify", "%s was not walked to the end", pillar);
  else if (!v->options->json)
    printf("%-12s %lld entries\n", pillar, (long long)entries);
  return complete;
}

static int run_verification(struct session *session, struct arena *arena, void *context) {
  static const char *const pillars[PILLARS] = {"onboard", "enable", "market", "sell", "incentivize"};
  struct verification *v = context;
  bool complete = true;
  for (size_t i = 0; i < PILLARS; i++)
    complete &= verify_pillar(v, session, arena, pillars[i]);
  if (v->options->json)
    printf("{\"ledgers\": \"%lld\", \"entries\": \"%lld\", \"resources\": \"%lld\", \"findings\": \"%lld\", "
           "\"complete\": %s}\n",
           (long long)v->ledgers, (long long)v->entries, (long long)v->resources, (long long)v->findings,
           complete ? "true" : "false");
  else
    printf("%s: %lld ledgers, %lld entries, %lld resources, %lld findings\n",
           !complete          ? "incomplete"
           : v->findings == 0 ? "the ledger holds"
                              : "THE LEDGER DOES NOT HOLD",
           (long long)v->ledgers, (long long)v->entries, (long long)v->resources, (long long)v->findings);
  return complete && v->findings == 0 ? CLI_DONE : CLI_FAILED;
}

int command_verify(const struct cli_options *options, int argc, char **argv) {
  struct verification verification = {.options = options, .vendor = "halden"};
  const struct cli_option own[] = {{.name = "vendor", .text = &verification.vendor}, {.name = NULL}};
  int count = cli_parse(argc, argv, own);
  if (count < 0)
    return CLI_USAGE;
  if (count != 0) {
    cli_fail(argv[0], "takes no argument; --vendor says whose ledgers");
    return CLI_USAGE;
  }
  const char *problem;
  struct session *session = session_open(options->var, options->var_named, &problem);
  if (!session)
    return cli_fail(argv[0], "%s", problem);
  int answer = session_run(session, run_verification, &verification);
  session_close(session);
  return answer;
}
