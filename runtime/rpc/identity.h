/* Who calls: users by JWT, services by their mTLS certificate; and whether they may.
 *
 * Tokens are JWS compact, ES256, RS256 or PS256 as *our* key record says, keys from a JWKS file that is
 * looked at again when it changes. Claims: `iss`, `aud` (both as set), `sub`, `exp`, `nbf`, `iat`,
 * `vendor` (tenant id), `party` ("VENDOR" or "PARTNER"), `organization` (id, for partners),
 * `role` ("VIEWER", "MANAGER" or "ADMINISTRATOR"). Verified tokens are cached until they expire, so a
 * signature check is not paid per call.
 *
 * Services: URI SAN `spiffe://<trust domain>/service/<name>`. Any client needs a certificate of the
 * suite's CA; `spiffe://<trust domain>/client/<name>` marks one that must bring a user's token. */
#ifndef ENTENTE_RPC_IDENTITY_H
#define ENTENTE_RPC_IDENTITY_H

#include "runtime/base/clock.h"
#include "runtime/base/status.h"

#include "entente/option/v1/option.pb-c.h"
#include "entente/type/v1/party.pb-c.h"

struct principal {
  const char *subject;      /* `sub`, or the service's name */
  const char *service;      /* name when a service acts on its own behalf; else NULL */
  const char *vendor;       /* id of the tenant; NULL for services */
  Type__Party party;        /* VENDOR or PARTNER; SYSTEM for services */
  const char *organization; /* id of the partner's organization; NULL for the vendor's users */
  Option__MethodPolicy__Role role;
  int64_t expires_us; /* UTC: a stream ends then */
};

struct identity; /* keys, settings and the cache of verified tokens; one per loop */

struct identity_options {
  const char *jwks_file;
  const char *issuer;
  const char *audience;
  const char *trust_domain; /* `entente.local` */
  int64_t age_max_s;        /* oldest token taken, by `iat`; 0: 86,400 */
  const struct clock *clock;
};
/* Reads the keys. NULL with `*problem`, one line that says what to do; its text is valid until the next call
 * by this thread. Options are copied except the clock, which must outlive it. */
struct identity *identity_create(const struct identity_options *options, const char **problem);
void identity_destroy(struct identity *identity); /* NULL is allowed */

/* Why the key file, when it changed, was not taken and the keys before stay in use; "" when all is well.
 * Valid until the next call on this identity. */
const char *identity_problem(struct identity *identity);

/* The user of a token (without `Bearer `). `*out` lives in the arena. UNAUTHENTICATED otherwise: the
 * message says what is wrong with the token, never what it holds. */
const struct status *identity_of_token(struct identity *identity, struct arena *arena, const char *token,
                                       size_t size, const struct principal **out);

/* The organization id of the partner of a partnership, for deciding on a partner's access; `*out` is
 * NULL when the partnership is not known here. May suspend. Each pillar gives one. */
typedef const struct status *partner_of_fn(void *context, struct arena *arena, const char *partnership,
                                           const char **out);

/* Whether a principal may call a method with this policy on this resource (NULL when the policy names
 * none). PERMISSION_DENIED (ACCESS_DENIED), the same text for hidden and absent; when no resource could be
 * right, as the method is for another party or role, it says so. Pure but for `partner_of`. */
const struct status *access_decide(struct arena *arena, const Option__MethodPolicy *policy,
                                   const struct principal *principal, const char *resource,
                                   partner_of_fn *partner_of, void *context);

#endif
