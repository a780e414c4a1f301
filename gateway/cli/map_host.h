/* Host names with letters beyond ASCII, as the network knows them: `müller.example` is
 * `xn--mller-kva.example`, so that two parties whose systems spell it one way and the other have one account.
 * Pure. */
#ifndef ENTENTE_CLI_MAP_HOST_H
#define ENTENTE_CLI_MAP_HOST_H

#include "runtime/base/arena.h"

/* In lower case, each label that needs it in Punycode (RFC 3492) after Unicode normalisation (NFKC). NULL
 * when the text is no UTF-8, or a label gets longer than 63 bytes. Whether it is a host name is for the
 * caller. */
char *host_to_ascii(struct arena *arena, const char *host);

#endif
