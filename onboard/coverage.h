/* Rules of what a vendor grants to one partner alone: two partnerships do not hold the same part of the
 * market exclusively at the same time. Pure.
 *
 * Provisions overlap when a deal can lie in both: in every list that neither leaves empty they share an
 * element, and the times in which they hold meet. Provisions of one partnership are not held against each
 * other. */
#ifndef ENTENTE_ONBOARD_COVERAGE_H
#define ENTENTE_ONBOARD_COVERAGE_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/contract.pb-c.h"

/* Whether a contract grants anything exclusively. */
bool coverage_excludes(const Onboard__Contract *contract);
/* FAILED_PRECONDITION (EXCLUSIVITY_UNAVAILABLE) with every exclusive provision of `contract` that overlaps
 * one of `others`: contracts of other partnerships of the vendor that bind, settled to `act->now_us`. The
 * vendor is told which; the partner only that the provision cannot be had, and not how often it was given
 * away. */
const struct status *coverage_check(const struct act *act, const Onboard__Contract *contract,
                                    Onboard__Contract *const *others, size_t count);

#endif
