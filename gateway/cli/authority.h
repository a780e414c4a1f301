/* The local suite's own certificate authority and token issuer, made by `entente up` and by tests, so that
 * security is on from the first run. ECDSA P-256 throughout. Files in one folder, keys with mode 0400:
 *   ca.pem ca.key            the authority
 *   <name>.pem <name>.key    a certificate each: SAN URI spiffe://<trust domain>/<class>/<name>, DNS
 * localhost and <name>, IP 127.0.0.1 jwks.json token.key      public and private key of tokens (ES256) */
#ifndef ENTENTE_CLI_AUTHORITY_H
#define ENTENTE_CLI_AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

struct token_claims {
  const char *subject;      /* `dana.reyes` */
  const char *vendor;       /* `halden` */
  const char *party;        /* `VENDOR`, `PARTNER` */
  const char *organization; /* NULL for the vendor's users */
  const char *role;         /* `VIEWER`, `MANAGER`, `ADMINISTRATOR` */
  int64_t not_before;       /* seconds since 1970 */
  int64_t expires;
};

/* Makes what is missing; leaves what is there. On false `*problem` says what to do (static or
 * leaked-by-design text). */
bool authority_create(const char *folder, const char *trust_domain, const char **problem);
/* `class` is `service` or `client`. */
bool authority_issue(const char *folder, const char *trust_domain, const char *class, const char *name,
                     const char **problem);
/* A signed token, malloc'ed; NULL with `*problem`. */
char *authority_token(const char *folder, const char *issuer, const char *audience,
                      const struct token_claims *claims, const char **problem);

#endif
