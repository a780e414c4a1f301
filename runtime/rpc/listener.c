#include "runtime/rpc/listener.h"
#include "runtime/rpc/call_state.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DESCRIPTORS_LEAST = 4096, HOST_MAX_BYTES = 255 };

/* Splits at the last colon; brackets around the host are dropped. */
static bool split(const char *listen, char host[HOST_MAX_BYTES + 1], const char **port) {
  const char *colon = strrchr(listen, ':');
  if (!colon || colon == listen)
    return false;
  size_t size = (size_t)(colon - listen);
  if (listen[0] == '[' && colon[-1] == ']') {
    listen++;
    size -= 2;
  }
  if (size > HOST_MAX_BYTES)
    return false;
  memcpy(host, listen, size);
  host[size] = '\0';
  *port = colon + 1;
  return true;
}

bool listener_is_loopback(const char *listen) {
  char host[HOST_MAX_BYTES + 1];
  const char *port;
  return split(listen, host, &port) &&
         (strncmp(host, "127.", 4) == 0 || strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0);
}

/* gRPC core does not say why: bind once ourselves and see. */
static int bind_error(const struct addrinfo *address) {
  int one = 1, error = 0;
  int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return errno;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
  if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, 1) != 0)
    error = errno;
  close(fd);
  return error;
}

const char *listener_problem(const char *listen) {
  char host[HOST_MAX_BYTES + 1];
  const char *port;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *addresses;
  if (!split(listen, host, &port) || getaddrinfo(host, port, &hints, &addresses) != 0)
    return problem_format("`%s` is no address: give `--listen` a host and a port, such as 127.0.0.1:7701",
                          listen);
  int error = bind_error(addresses);
  freeaddrinfo(addresses);
  if (error == EADDRINUSE)
    return problem_format(
        "port %s of %s is in use: end what listens there, or choose another with `--listen`", port, host);
  return problem_format("cannot listen on `%s` (%s): choose another address with `--listen`", listen,
                        error ? strerror(error) : "gRPC core refused it");
}

bool server_raise_descriptor_limit(const char **problem) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    *problem = problem_format("the limit of descriptors cannot be read: %s", strerror(errno));
    return false;
  }
  limit.rlim_cur = limit.rlim_max;
  if (limit.rlim_max >= DESCRIPTORS_LEAST && setrlimit(RLIMIT_NOFILE, &limit) == 0)
    return true;
  *problem = problem_format("at most %llu descriptors are allowed, %d are needed: raise `ulimit -n`",
                            (unsigned long long)limit.rlim_max, DESCRIPTORS_LEAST);
  return false;
}
