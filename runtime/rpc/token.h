/* JSON Web Tokens in JWS compact form, checked against keys of our own record. No state, no cache.
 *
 * The algorithm is the one that our record of the key names, never the header's choice: a header that names
 * another, that names critical extensions, or that brings or points to a key of its own is refused. */
#ifndef ENTENTE_RPC_TOKEN_H
#define ENTENTE_RPC_TOKEN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOKEN_KEYS_MAX = 64, TOKEN_PROBLEM_BYTES = 512 };

struct key_set;

/* Reads a JWK set (RFC 7517). Keys of other uses and types are passed over; a private or symmetric key, an
 * RSA key under 2,048 bits, or a set without a usable key is refused. NULL with `problem`, one line. */
struct key_set *key_set_read(const char *file, char problem[TOKEN_PROBLEM_BYTES]);
void key_set_free(struct key_set *keys); /* NULL is allowed */

/* The claims of a token whose signature is good; the caller releases them with json_decref(). NULL with
 * `*flaw`: what is wrong, in static words that tell nothing of the token's content. */
json_t *token_verify(const struct key_set *keys, const char *token, size_t size, const char **flaw);

/* What claims must say. Times in seconds since 1970. */
struct token_rules {
  const char *issuer;
  const char *audience;
  int64_t now_s;
  int64_t leeway_s;
  int64_t age_max_s;
};

/* Checks issuer, audience and times. NULL, or what is wrong; `*until_s` is when the token is no longer good.
 */
const char *token_check_claims(const json_t *claims, const struct token_rules *rules, int64_t *until_s);

#endif
