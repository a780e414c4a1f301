/* Deal registrations in the test's process: calls in JSON with ' for ", and what their tests say often. */
#ifndef ENTENTE_TESTS_SELL_REGISTRATION_FIXTURE_H
#define ENTENTE_TESTS_SELL_REGISTRATION_FIXTURE_H

#include "sell/service_fixture.h"

#include "entente/sell/v1/conflict_service.pb-c.h"
#include "entente/sell/v1/registration_policy_service.pb-c.h"
#include "entente/sell/v1/registration_service.pb-c.h"

/* `method` is `RegistrationService/GetRegistration` and the like. The answer of a call that must succeed; the
 * refusal of one that must be refused for this reason. */
const void *ask(struct pillar_fixture *fixture, const struct principal *who, const char *method,
                const char *json, ...) __attribute__((format(printf, 4, 5)));
const struct status *ask_refused(struct pillar_fixture *fixture, const struct principal *who,
                                 const char *method, const char *reason, const char *json, ...)
    __attribute__((format(printf, 5, 6)));

/* A complete draft of a customer, whose domain is made of `customer`, for `platform`; and the same submitted.
 */
const char *registration_drafted(struct pillar_fixture *fixture, const struct principal *who,
                                 const char *partnership, const char *customer);
const char *registration_submitted(struct pillar_fixture *fixture, const struct principal *who,
                                   const char *partnership, const char *customer);
/* Submits those of `names`, which may repeat, at one moment: the refusal of each, NULL where it was
 * submitted. */
const struct status *const *registrations_submitted_at_once(struct pillar_fixture *fixture,
                                                            const struct principal *who,
                                                            const char *const *names, size_t count);
const Sell__Registration *registration_now(struct pillar_fixture *fixture, const struct principal *who,
                                           const char *name);
/* The only conflict that a registration is in. */
const Sell__Conflict *conflict_of(struct pillar_fixture *fixture, const char *registration);
size_t conflict_count(struct pillar_fixture *fixture, const char *registration);

/* The partnership has ended, as sell follows it from onboard's feed. */
void partnership_ended(struct pillar_fixture *fixture, const char *partnership);

/* A contract of a partnership that binds from now on, as sell follows it from onboard's feed: it routes deals
 * of a segment to its partner, alone or first. `term_days` 0: for good. */
struct routing {
  const char *partnership, *segment;
  bool alone;
  int term_days;
};
const char *contract_followed(struct pillar_fixture *fixture, const struct routing *routing);

void pass_days(struct pillar_fixture *fixture, int days);

#endif
