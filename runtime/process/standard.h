/* The settings that every service has. */
#ifndef ENTENTE_PROCESS_STANDARD_H
#define ENTENTE_PROCESS_STANDARD_H

#include "runtime/process/setting.h"

#include <stdio.h>

enum { STANDARD_SETTINGS_MAX = 40, STANDARD_ADDRESS_BYTES = 40 };

/* The table for one service: ports in the defaults are its own. Holds the texts that its rows point to. */
struct standard_settings {
  struct setting rows[STANDARD_SETTINGS_MAX];
  char listen[STANDARD_ADDRESS_BYTES];
  char side_listen[STANDARD_ADDRESS_BYTES];
};

/* `port` is the gRPC port, 7701; the side port is 2,000 higher. Without a store the rows of Redis are left
 * out. */
void standard_settings_fill(struct standard_settings *out, int port, bool with_store);

/* What no single row can check: files that TLS needs, TLS off beyond loopback. False with a line each in
 * `problems`. */
bool standard_settings_check(const struct settings *settings, FILE *problems);

#endif
