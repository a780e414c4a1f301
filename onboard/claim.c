#include "onboard/commitment.h"
#include "runtime/base/moment.h"

#define CLAIMED ONBOARD__FULFILMENT_CLAIM__STATE__STATE_CLAIMED
#define CONFIRMED ONBOARD__FULFILMENT_CLAIM__STATE__STATE_CONFIRMED
#define DISPUTED ONBOARD__FULFILMENT_CLAIM__STATE__STATE_DISPUTED
#define DEEMED ONBOARD__FULFILMENT_CLAIM__STATE__STATE_DEEMED_CONFIRMED
#define WITHDRAWN ONBOARD__FULFILMENT_CLAIM__STATE__STATE_WITHDRAWN

static const struct status *refuse(const struct act *act, const Onboard__FulfilmentClaim *claim,
                                   const char *reason, const char *text) {
  struct status *status =
      status_make(act->arena, CODE_FAILED_PRECONDITION, reason, "%s was claimed by %s: %s", claim->name,
                  party_name(claim->claim_party), text);
  status_add_metadata(act->arena, status, "claim_party", party_name(claim->claim_party));
  return status;
}

static const struct status *others_claim(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__FulfilmentClaim *claim = noun;
  return claim->claim_party == act->party
             ? refuse(act, claim, "OWN_CLAIM", "only the counterparty can confirm or dispute")
             : NULL;
}

static const struct status *own_claim(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__FulfilmentClaim *claim = noun;
  return claim->claim_party == act->party
             ? NULL
             : refuse(act, claim, "NOT_OWN_CLAIM", "only that party can withdraw");
}

static const struct transition transitions[] = {
    {CLAIMED, CLAIM_CONFIRM, CONFIRMED, others_claim}, {DISPUTED, CLAIM_CONFIRM, CONFIRMED, others_claim},
    {CLAIMED, CLAIM_DISPUTE, DISPUTED, others_claim},  {CLAIMED, CLAIM_WITHDRAW, WITHDRAWN, own_claim},
    {DISPUTED, CLAIM_WITHDRAW, WITHDRAWN, own_claim},  {CLAIMED, CLAIM_DEEM, DEEMED, NULL},
};
static const char *const actions[] = {"CONFIRM", "DISPUTE", "WITHDRAW", "DEEM"};
const struct machine claim_machine = {
    .states = &onboard__fulfilment_claim__state__descriptor,
    .actions = actions,
    .action_count = CLAIM_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

Onboard__FulfilmentClaim__State claim_state_at(const Onboard__FulfilmentClaim *claim, int64_t now_us) {
  return claim->state == CLAIMED && moment_us(claim->deem_time) <= now_us ? DEEMED : claim->state;
}

void claim_settle(Onboard__FulfilmentClaim *claim, int64_t now_us) {
  if (claim->state != CLAIMED || claim_state_at(claim, now_us) != DEEMED)
    return;
  claim->state = DEEMED;
  claim->confirmed_amount = claim->amount;
  claim->decide_time = claim->deem_time;
}
