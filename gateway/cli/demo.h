/* The demo portfolio: vendor `halden` and its eight partnerships, loaded through the public contracts as the
 * parties' own users would, each call with a request id. What it shows lies in the last calendar quarter that
 * has ended and the three before it. Loading it again within a day changes nothing. */
#ifndef ENTENTE_CLI_DEMO_H
#define ENTENTE_CLI_DEMO_H

#include "gateway/cli/session.h"

#include <stdbool.h>

struct demo_report {
  long calls;
  long milliseconds;
};

/* session_fn: 0 when the portfolio is there, whole. */
session_fn demo_is_present;

/* Loads it, with progress on standard error: a line that is rewritten on a terminal, one a second elsewhere.
 * Returns false after the first call that failed, which is printed with what it was about. Not in a session's
 * run: it has runs of its own. */
bool demo_load(struct session *session, bool terminal, struct demo_report *report);

#endif
