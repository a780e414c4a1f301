/* The address a server listens on. Private to this folder. */
#ifndef ENTENTE_RPC_LISTENER_H
#define ENTENTE_RPC_LISTENER_H

#include <stdbool.h>

/* Whether only this machine can reach `127.0.0.1:7701`, `localhost:7701`, `[::1]:7701`. */
bool listener_is_loopback(const char *listen);
/* Why the port could not be bound, in one line that says what to do. */
const char *listener_problem(const char *listen);

#endif
