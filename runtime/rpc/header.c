#include "runtime/rpc/header.h"

#include <string.h>

static bool begins_with(const char *key, size_t size, const char *start) {
  size_t length = strlen(start);
  return size >= length && memcmp(key, start, length) == 0;
}

static bool begins_with_one(const char *key, size_t size, const char *const *starts) {
  for (; *starts; starts++)
    if (begins_with(key, size, *starts))
      return true;
  return false;
}

bool header_carried(const char *key, size_t size) {
  static const char *const not_ours[] = {"x-forwarded",      "x-real-ip", "x-grpc-web",   "x-user-agent",
                                         "x-requested-with", "x-http-",   "x-request-id", "x-envoy-",
                                         "x-entente-",       NULL};
  return size > 2 && begins_with(key, size, "x-") && !begins_with_one(key, size, not_ours);
}

bool header_returned(const char *key, size_t size) {
  static const char *const protocols[] = {
      ":",          "grpc-",   "connect-", "content-", "accept", "trailer", "transfer-encoding",
      "connection", "upgrade", "date",     "server",   "te",     NULL};
  return size > 0 && !begins_with_one(key, size, protocols);
}

bool header_is_binary(const char *key, size_t size) {
  return size > 4 && memcmp(key + size - 4, "-bin", 4) == 0;
}
