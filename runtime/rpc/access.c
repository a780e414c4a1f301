#include "runtime/rpc/identity.h"

#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include <string.h>

/* The contract's policies and its messages name the same parties by the same numbers. */
_Static_assert((int)OPTION__METHOD_POLICY__PARTY__PARTY_VENDOR == (int)TYPE__PARTY__PARTY_VENDOR, "vendor");
_Static_assert((int)OPTION__METHOD_POLICY__PARTY__PARTY_PARTNER == (int)TYPE__PARTY__PARTY_PARTNER,
               "partner");

/* What is asked, and what decides it. */
struct question {
  struct arena *arena;
  const Option__MethodPolicy *policy;
  const struct principal *principal;
  const char *resource;
  partner_of_fn *partner_of;
  void *context;
};

enum verdict { VERDICT_GO_ON, VERDICT_ALLOW, VERDICT_DENY };

/* A check goes on, allows or denies; `*status` is set when it could not be decided at all, or when what is
 * wrong may be said: it follows from the method and the caller alone, whatever the resource. */
typedef enum verdict check_fn(const struct question *question, const struct status **status);

static enum verdict check_open(const struct question *question, const struct status **status) {
  (void)status;
  return question->policy->open ? VERDICT_ALLOW : VERDICT_GO_ON;
}

static enum verdict check_known(const struct question *question, const struct status **status) {
  (void)status;
  return question->principal ? VERDICT_GO_ON : VERDICT_DENY;
}

static enum verdict check_service(const struct question *question, const struct status **status) {
  (void)status;
  const char *service = question->principal->service;
  if (!service)
    return VERDICT_GO_ON;
  for (size_t i = 0; i < question->policy->n_services; i++)
    if (text_equal(service, question->policy->services[i]))
      return VERDICT_ALLOW;
  return VERDICT_DENY;
}

static const struct status *denial(const struct question *question, const char *needs) {
  return status_make(question->arena, CODE_PERMISSION_DENIED, REASON_ACCESS_DENIED,
                     "This method is for %s; the caller is not one of them.", needs);
}

static enum verdict check_party(const struct question *question, const struct status **status) {
  Type__Party party = question->principal->party;
  bool user = party == TYPE__PARTY__PARTY_VENDOR || party == TYPE__PARTY__PARTY_PARTNER;
  for (size_t i = 0; user && i < question->policy->n_parties; i++)
    if ((Type__Party)question->policy->parties[i] == party)
      return VERDICT_GO_ON;
  if (user && question->policy->n_parties)
    *status =
        denial(question, party == TYPE__PARTY__PARTY_VENDOR ? "users of the partner" : "users of the vendor");
  return VERDICT_DENY;
}

static enum verdict check_role(const struct question *question, const struct status **status) {
  Option__MethodPolicy__Role least = question->policy->role;
  bool enough = least != OPTION__METHOD_POLICY__ROLE__ROLE_UNSPECIFIED && question->principal->role >= least;
  if (!enough && least)
    *status =
        denial(question, least >= OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR ? "administrators"
                         : least == OPTION__METHOD_POLICY__ROLE__ROLE_MANAGER ? "managers and administrators"
                                                                              : "users with a role");
  return enough ? VERDICT_GO_ON : VERDICT_DENY;
}

static enum verdict check_resource_given(const struct question *question, const struct status **status) {
  (void)status;
  if (text_empty(question->policy->resource))
    return VERDICT_ALLOW;
  return text_empty(question->resource) ? VERDICT_DENY : VERDICT_GO_ON;
}

static enum verdict check_vendor(const struct question *question, const struct status **status) {
  (void)status;
  const char *vendor = name_vendor(question->arena, question->resource);
  if (!vendor || text_empty(question->principal->vendor))
    return VERDICT_DENY;
  return text_equal(name_last_id(question->arena, vendor), question->principal->vendor) ? VERDICT_GO_ON
                                                                                        : VERDICT_DENY;
}

/* A name that goes on with `/partnerships` without naming one must not pass for the vendor's. */
static bool mentions_partnerships(const char *resource) {
  const char *rest = strchr(resource, '/');
  rest = rest ? strchr(rest + 1, '/') : NULL;
  return rest && strncmp(rest, "/partnerships", strlen("/partnerships")) == 0;
}

static enum verdict check_partner(const struct question *question, const struct status **status) {
  const char *partnership = name_partnership(question->arena, question->resource);
  const char *partner = NULL;
  if (question->principal->party != TYPE__PARTY__PARTY_PARTNER)
    return VERDICT_ALLOW;
  if (!partnership)
    return mentions_partnerships(question->resource) ? VERDICT_DENY : VERDICT_ALLOW;
  if (!question->partner_of)
    return VERDICT_DENY;
  *status = question->partner_of(question->context, question->arena, partnership, &partner);
  if (*status || text_empty(partner))
    return VERDICT_DENY;
  return text_equal(partner, question->principal->organization) ? VERDICT_ALLOW : VERDICT_DENY;
}

/* In this order; the first that allows or denies decides, and nothing is allowed by falling through. */
static check_fn *const checks[] = {
    check_open, check_known,          check_service, check_party,
    check_role, check_resource_given, check_vendor,  check_partner,
};

const struct status *access_decide(struct arena *arena, const Option__MethodPolicy *policy,
                                   const struct principal *principal, const char *resource,
                                   partner_of_fn *partner_of, void *context) {
  const struct question question = {arena, policy, principal, resource, partner_of, context};
  const struct status *status = NULL;
  enum verdict verdict = VERDICT_GO_ON;
  for (size_t i = 0; verdict == VERDICT_GO_ON && i < sizeof checks / sizeof *checks; i++)
    verdict = checks[i](&question, &status);
  if (verdict == VERDICT_ALLOW)
    return NULL;
  if (status)
    return status;
  return status_make(arena, CODE_PERMISSION_DENIED, REASON_ACCESS_DENIED,
                     "You may not do this, or the resource does not exist.");
}
