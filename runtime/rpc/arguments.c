#include "runtime/rpc/arguments.h"

#include <assert.h>

grpc_channel_args arguments_of(const struct argument *rows, size_t count, grpc_arg list[ARGUMENTS_MAX]) {
  assert(count <= ARGUMENTS_MAX);
  for (size_t i = 0; i < count; i++) {
    list[i].type = GRPC_ARG_INTEGER;
    list[i].key = (char *)rows[i].key;
    list[i].value.integer = rows[i].value;
  }
  return (grpc_channel_args){.num_args = count, .args = list};
}
