/* Rules of what a contract says: nothing contradictory, nothing missing, neither party vaguer than the other.
 * Pure. */
#ifndef ENTENTE_ONBOARD_AGREEMENT_H
#define ENTENTE_ONBOARD_AGREEMENT_H

#include "runtime/base/status.h"

#include "entente/onboard/v1/contract.pb-c.h"
#include "entente/onboard/v1/contract_service.pb-c.h"

enum {
  AGREEMENT_TERM_MONTHS_MAX = 120,
  AGREEMENT_REVIEW_DAYS_MAX = 92, /* the quarterly floor */
  AGREEMENT_ASYMMETRY_BPS = 1500, /* a greater difference of specificity is named */
};

/* Whether terms contradict themselves: INVALID_ARGUMENT with every violation; `path` is the field that holds
 * them. What is missing is not looked at. */
const struct status *contract_terms_check(struct arena *arena, const Onboard__ContractTerms *terms,
                                          const char *path);
/* The same of elements alone. */
const struct status *elements_check(struct arena *arena, const Onboard__AgreementElements *elements,
                                    const char *path);

/* What terms still lack, NULL terms everything. Fills every field of `out` but `content_hash`. The same slots
 * are asked of both parties, by the same function. */
void agreement_survey(struct arena *arena, const Onboard__ContractTerms *terms,
                      Onboard__CheckAgreementCompletenessResponse *out);

/* FAILED_PRECONDITION (AGREEMENT_INCOMPLETE) with a guard for each finding of the survey; NULL: complete. */
const struct status *agreement_complete(struct arena *arena, const Onboard__ContractTerms *terms,
                                        const char *subject);

#endif
