#include "gateway/edge/timeout.h"

#include "runtime/base/clock.h"

#include <stddef.h>
#include <string.h>

enum { CONNECT_DIGITS = 10, GRPC_DIGITS = 8, NS_PER_US = 1000 };

/* The digits at the start, 1 to `max` of them; how many, 0 when there are none or more. */
static size_t digits(const char *text, size_t max, int64_t *out) {
  size_t count = strspn(text, "0123456789");
  if (count > max)
    return 0;
  *out = 0;
  for (size_t i = 0; i < count; i++)
    *out = *out * 10 + (text[i] - '0');
  return count;
}

bool timeout_connect(const char *text, int64_t *out_us) {
  int64_t ms;
  size_t count = digits(text, CONNECT_DIGITS, &ms);
  *out_us = count ? ms * US_PER_MS : 0;
  return count && !text[count];
}

bool timeout_grpc(const char *text, int64_t *out_us) {
  static const struct {
    char unit;
    int64_t us;
  } units[] = {{'H', INT64_C(3600) * US_PER_SECOND},
               {'M', INT64_C(60) * US_PER_SECOND},
               {'S', US_PER_SECOND},
               {'m', US_PER_MS},
               {'u', 1},
               {'n', 0}};
  int64_t amount;
  size_t count = digits(text, GRPC_DIGITS, &amount);
  if (!count || !text[count] || text[count + 1])
    return false;
  for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
    if (units[i].unit == text[count]) {
      *out_us = units[i].us ? amount * units[i].us : (amount + NS_PER_US - 1) / NS_PER_US;
      return true;
    }
  return false;
}
