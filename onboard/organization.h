/* Rules of organizations. Pure. */
#ifndef ENTENTE_ONBOARD_ORGANIZATION_H
#define ENTENTE_ONBOARD_ORGANIZATION_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/organization.pb-c.h"

enum organization_action {
  ORGANIZATION_EDIT,
  ORGANIZATION_RETIRE,
  ORGANIZATION_REINSTATE,
  ORGANIZATION_ENGAGE, /* a partnership with it begins */
  ORGANIZATION_RELEASE /* one ends */
};
enum { ORGANIZATION_ACTIONS = ORGANIZATION_RELEASE + 1 };
extern const struct machine organization_machine;

/* Whether a code of two letters is assigned in ISO 3166-1. */
bool country_assigned(const char *code);

/* INVALID_ARGUMENT on a country code that ISO 3166-1 does not assign, or sides named twice or not at all. */
const struct status *organization_check(struct arena *arena, const Onboard__Organization *organization);
/* Applies an action, or refuses and leaves it as it was. */
const struct status *organization_apply(const struct act *act, Onboard__Organization *organization,
                                        enum organization_action action);

#endif
