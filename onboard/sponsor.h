/* Rules of executive sponsors. Pure. */
#ifndef ENTENTE_ONBOARD_SPONSOR_H
#define ENTENTE_ONBOARD_SPONSOR_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/sponsor.pb-c.h"

enum sponsor_action { SPONSOR_EDIT, SPONSOR_ACTIVATE, SPONSOR_VACATE, SPONSOR_ACTIONS };
extern const struct machine sponsor_machine;

/* A new sponsor of `act->party`, NAMED; `replaces` is the one whose seat it takes, or NULL. */
void sponsor_name(const struct act *act, Onboard__Sponsor *sponsor, const Onboard__Sponsor *replaces);
/* Whether the caller's party may change what is known of it. */
const struct status *sponsor_edit(const struct act *act, const Onboard__Sponsor *sponsor);
const struct status *sponsor_activate(const struct act *act, Onboard__Sponsor *sponsor);
/* `replaced_by` NULL: nobody yet. */
const struct status *sponsor_vacate(const struct act *act, Onboard__Sponsor *sponsor, char *reason,
                                    const char *replaced_by);

/* Named or active, and above account manager. */
bool sponsor_is_executive(const Onboard__Sponsor *sponsor);
/* The same at a past moment: a sponsor whose seat became vacant later was one then. */
bool sponsor_was_executive(const Onboard__Sponsor *sponsor, int64_t at_us);

#endif
