/* A listening TCP socket for a port that speaks HTTP. */
#ifndef ENTENTE_PROCESS_LISTEN_H
#define ENTENTE_PROCESS_LISTEN_H

/* On `host:port`, `[::1]:port` or `:port`; non-blocking. -1 with errno; EINVAL when the text is no address.
 */
int listen_open(const char *listen_on);
/* The port bound, for port 0. */
int listen_port(int fd);

#endif
