/* The Redis function library of the store and the rights that it needs: what a deployment sets up
 * before a pillar may start. The text itself is functions.lua beside this. */
#ifndef ENTENTE_STORE_FUNCTIONS_H
#define ENTENTE_STORE_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>

extern const char store_functions[];      /* library `entente_v1`; ends with NUL */
extern const size_t store_functions_size; /* without it */

/* Loads the library (FUNCTION LOAD REPLACE) on the primary at `address` (as in store_options) as
 * `user`, which needs store_deploy_acl_rule(). Blocks up to 10 seconds. `password_file` NULL: no AUTH.
 * Returns false with `problem`: one line that says what to do. */
bool store_load_functions(const char *address, const char *user, const char *password_file,
                          const char *tls_ca_file, char *problem, size_t problem_size);

/* Arguments of `ACL SETUSER <pillar>` beside the password: exactly the commands that the store and its
 * functions use (Redis checks the commands inside a function against its caller), only on the pillar's
 * keys and feed. Space-separated; needs 1,024 bytes. */
void store_acl_rule(const char *pillar, char *out, size_t size);
/* The same for the user that loads functions and does nothing else. */
void store_deploy_acl_rule(char *out, size_t size);
/* The same for the user `default`: nobody can log in as it, yet it may do everything. Redis 7.0 replays its
 * append-only file as this user; when it may not, every transaction in the file is dropped at the next start,
 * with only a line in Redis's log. `user default off` alone therefore loses all data. */
void store_default_acl_rule(char *out, size_t size);

#endif
