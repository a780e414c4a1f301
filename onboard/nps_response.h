/* Rules of net promoter responses. Pure. */
#ifndef ENTENTE_ONBOARD_NPS_RESPONSE_H
#define ENTENTE_ONBOARD_NPS_RESPONSE_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/nps_response.pb-c.h"

enum { NPS_PER_QUARTER_MAX = 100 };

/* Where the responses of one respondent in one quarter belong together: `party|quarter's start|respondent`
 * hashed, 32 hexadecimal digits. */
char *nps_series(struct arena *arena, Type__Party party, const char *respondent, int64_t respond_us);
/* The one that counts: latest by respond time, then by sequence. NULL when there are none. */
const Onboard__NpsResponse *nps_counted(Onboard__NpsResponse *const *responses, size_t count);
/* Sets what the server sets; `earlier` are those of the series. RESOURCE_EXHAUSTED (TOO_MANY_RESPONSES). */
const struct status *nps_start(const struct act *act, Onboard__NpsResponse *response,
                               Onboard__NpsResponse *const *earlier, size_t count);

bool nps_is_promoter(const Onboard__NpsResponse *response);  /* 9 or 10 */
bool nps_is_detractor(const Onboard__NpsResponse *response); /* 0 to 6 */

#endif
