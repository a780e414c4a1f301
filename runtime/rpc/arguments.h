/* Integer arguments of gRPC core's servers and channels as tables. Private to this folder. */
#ifndef ENTENTE_RPC_ARGUMENTS_H
#define ENTENTE_RPC_ARGUMENTS_H

#include <grpc/grpc.h>

struct argument {
  const char *key;
  int value;
};

enum { ARGUMENTS_MAX = 24 };

/* Fills `list` in and answers it as gRPC core wants it. */
grpc_channel_args arguments_of(const struct argument *rows, size_t count, grpc_arg list[ARGUMENTS_MAX]);

#endif
