/* Rules of campaigns. Pure. */
#ifndef ENTENTE_MARKET_CAMPAIGN_H
#define ENTENTE_MARKET_CAMPAIGN_H

#include "runtime/base/machine.h"

#include "entente/market/v1/campaign.pb-c.h"

enum campaign_action {
  CAMPAIGN_UPDATE,
  CAMPAIGN_OPEN,
  CAMPAIGN_HOLD,
  CAMPAIGN_CANCEL,
  CAMPAIGN_RECORD,
  CAMPAIGN_CLOSE,
  CAMPAIGN_ACTIONS
};
extern const struct machine campaign_machine;

/* Makes a new campaign of `party` PLANNED. INVALID_ARGUMENT when it ends before it starts. */
const struct status *campaign_apply_create(struct arena *arena, Market__Campaign *campaign,
                                           Type__Party party);
/* What a changed campaign must still satisfy. INVALID_ARGUMENT. */
const struct status *campaign_check(struct arena *arena, const Market__Campaign *campaign);
/* An action that needs nothing else: OTHER_PARTY, INVALID_STATE. */
const struct status *campaign_apply(struct arena *arena, Market__Campaign *campaign, Type__Party actor,
                                    enum campaign_action action);
/* `hold_us` INT64_MIN: now. Besides: INVALID_ARGUMENT (future), GUARD_UNMET (before its start). */
const struct status *campaign_apply_hold(struct arena *arena, Market__Campaign *campaign, Type__Party actor,
                                         int64_t hold_us, int64_t registrations, int64_t attendance,
                                         int64_t now_us);
const struct status *campaign_apply_cancel(struct arena *arena, Market__Campaign *campaign, Type__Party actor,
                                           const char *reason);
/* Besides: GUARD_UNMET (attendance before it was held). */
const struct status *campaign_apply_results(struct arena *arena, Market__Campaign *campaign,
                                            Type__Party actor, int64_t registrations, int64_t attendance);

#endif
