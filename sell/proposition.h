/* Joint value propositions that customers were shown to prefer, and which deals they stand behind (domain
 * F64). Pure. They are onboard's, copied from its feed. */
#ifndef ENTENTE_SELL_PROPOSITION_H
#define ENTENTE_SELL_PROPOSITION_H

#include "sell/words.h"

#include <stdbool.h>

#include "entente/onboard/v1/joint_value_proposition.pb-c.h"
#include "entente/sell/v1/lift.pb-c.h"
#include "entente/sell/v1/opportunity.pb-c.h"

enum { PROPOSITIONS_MAX = 200 }; /* in an answer */

struct propositions;
struct propositions *propositions_new(struct arena *arena);
/* Takes in a proposition, which may be forgotten after. Any but a VALIDATED one is passed over. */
void propositions_add(struct propositions *propositions, const Onboard__JointValueProposition *proposition);
/* Whether a deal is of the segment of one of them, or names one as what it is sold with. */
bool propositions_have(const struct propositions *propositions, struct word_cache *cache,
                       const Sell__Opportunity *deal);
/* Lists them and their segments, each segment once, by name; the first PROPOSITIONS_MAX. */
void propositions_show(const struct propositions *propositions, Sell__ValidatedDisplacement *out);

#endif
