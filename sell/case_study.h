/* Rules of case studies: words that both parties approved, of a joint win whose customer consented. Pure.
 *
 *             approve (second party)         publish
 *   DRAFT ------------------------> APPROVED -------> PUBLISHED
 *     ^  |                             |                  |
 *     |  +---------- withdraw ---------+------------------+----> WITHDRAWN (terminal)
 *     +------------- update -----------+
 *
 * A rule that refuses may leave the study half changed: what is refused is never put. */
#ifndef ENTENTE_SELL_CASE_STUDY_H
#define ENTENTE_SELL_CASE_STUDY_H

#include "runtime/base/machine.h"

#include "entente/sell/v1/case_study.pb-c.h"
#include "entente/sell/v1/opportunity.pb-c.h"

enum case_study_action {
  CASE_STUDY_UPDATE,
  CASE_STUDY_CONSENT,
  CASE_STUDY_APPROVE, /* by the first party: stays DRAFT */
  CASE_STUDY_SECOND,  /* approve by the second party */
  CASE_STUDY_PUBLISH,
  CASE_STUDY_WITHDRAW,
  CASE_STUDY_ACTIONS,
};
extern const struct machine case_study_machine;

/* In all of these `opportunity` is the one that the study tells of; NULL: there is none that both parties
 * see. */

/* A new draft. FAILED_PRECONDITION (GUARD_UNMET) unless the opportunity is a joint win. */
const struct status *case_study_draft(const struct act *act, Sell__CaseStudy *study,
                                      const Sell__Opportunity *opportunity);
/* `after` is a changed copy of `before`; approvals are taken off it. FAILED_PRECONDITION (INVALID_STATE). */
const struct status *case_study_update(const struct act *act, const Sell__CaseStudy *before,
                                       Sell__CaseStudy *after);
bool case_study_differs(const Sell__CaseStudy *a, const Sell__CaseStudy *b);
/* FAILED_PRECONDITION (INVALID_STATE); INVALID_ARGUMENT when it was given in the future. */
const struct status *case_study_consent(const struct act *act, Sell__CaseStudy *study,
                                        Sell__CustomerConsent *consent);
/* FAILED_PRECONDITION (INVALID_STATE; GUARD_UNMET with all that is missing). `*changed` false: this party had
 * approved before. */
const struct status *case_study_approve(const struct act *act, Sell__CaseStudy *study,
                                        const Sell__Opportunity *opportunity, bool *changed);
/* FAILED_PRECONDITION (INVALID_STATE; GUARD_UNMET when the win was taken back). */
const struct status *case_study_publish(const struct act *act, Sell__CaseStudy *study,
                                        const Sell__Opportunity *opportunity, char *url);
const struct status *case_study_withdraw(const struct act *act, Sell__CaseStudy *study, char *reason);

#endif
