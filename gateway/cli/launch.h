/* Starting and ending the processes of a suite. */
#ifndef ENTENTE_CLI_LAUNCH_H
#define ENTENTE_CLI_LAUNCH_H

#include "gateway/cli/suite.h"

/* Starts a part in a session of its own, its output appended to VAR/log/NAME.log, its pid file written. */
bool launch(struct suite *suite, const struct part *part);

/* Waits until every part is ready. A part that ends meanwhile is a problem, told with the last line that it
 * wrote. `progress` is called with the number of parts ready so far whenever that changes; may be NULL. */
bool launch_wait(struct suite *suite, const bool parts[SUITE_PARTS], int timeout_ms,
                 void (*progress)(void *context, size_t ready, size_t of), void *context);

/* Ends the marked parts that run: services together, then Redis; SIGTERM, and SIGKILL after ten seconds.
 * Removes their pid files. Returns how many had to be killed. */
size_t launch_end(struct suite *suite, const bool parts[SUITE_PARTS]);

#endif
