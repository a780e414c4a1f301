#include "runtime/process/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 128 };

static int address_bind(const struct addrinfo *address) {
  int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return -1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
    return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

int listen_open(const char *listen_on) {
  char host[256];
  const char *colon = strrchr(listen_on, ':');
  size_t length = colon ? (size_t)(colon - listen_on) : 0;
  errno = EINVAL;
  if (!colon || length >= sizeof host)
    return -1;
  bool bracketed = length >= 2 && listen_on[0] == '[' && listen_on[length - 1] == ']';
  snprintf(host, sizeof host, "%.*s", (int)(bracketed ? length - 2 : length), listen_on + bracketed);
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *addresses = NULL;
  if (getaddrinfo(*host ? host : NULL, colon + 1, &hints, &addresses) != 0) {
    errno = EINVAL;
    return -1;
  }
  int fd = address_bind(addresses);
  int error = errno;
  freeaddrinfo(addresses);
  errno = error;
  return fd;
}

int listen_port(int fd) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address = {0};
  socklen_t size = sizeof address;
  if (getsockname(fd, &address.any, &size) != 0)
    return 0;
  return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}
