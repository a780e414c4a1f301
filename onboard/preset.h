/* What an industry preset changes: defaults, and nothing else. A value that a party gives comes before them,
 * and every rule is the same under each preset. Pure. */
#ifndef ENTENTE_ONBOARD_PRESET_H
#define ENTENTE_ONBOARD_PRESET_H

#include "entente/onboard/v1/partnership.pb-c.h"

struct preset {
  int activation_days;        /* how long going to market may take: long where buying takes long */
  int review_interval_months; /* from one operational review to the next: short where the market moves fast */
};
/* The defaults of a preset; one that is not known has those of none. */
const struct preset *preset_of(Onboard__Partnership__Preset preset);

#endif
