/* The suite's private Redis: a unix socket and no port, every write on disk before it is acknowledged, a user
 * per pillar that can touch the pillar's keys alone. */
#ifndef ENTENTE_CLI_REDIS_H
#define ENTENTE_CLI_REDIS_H

#include "gateway/cli/suite.h"

/* Writes passwords (those that are missing), users.acl and redis.conf into VAR/redis. */
bool redis_configure(struct suite *suite);
/* `redis-server` in PATH; false with `problem` when it is not installed. `out` has PATH_MAX bytes. */
bool redis_find_program(struct suite *suite, char *out);
/* Loads the function library as the deploying user. Redis must be ready. */
bool redis_load_functions(struct suite *suite);

#endif
