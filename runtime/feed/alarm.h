/* Wakes a server stream when something may have been recorded about a vendor, whichever replica wrote it. */
#ifndef ENTENTE_FEED_ALARM_H
#define ENTENTE_FEED_ALARM_H

#include "runtime/rpc/call.h"

struct alarm;

/* Set from now on, for the vendor that `name` lies in. In the stream's fiber; memory from the call's arena.
 * Given back by alarm_clear(), and when the fiber is cut off. */
struct alarm *alarm_set(struct call *call, struct stream *stream, const char *name);
void alarm_clear(struct alarm *alarm);
/* Suspends until it may have rung since the last time, or `ms` passed; NULL then, otherwise the status that
 * the stream is to end with. It may ring for nothing. */
const struct status *alarm_wait(struct alarm *alarm, uint32_t ms);

#endif
