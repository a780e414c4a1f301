#include "runtime/feed/place.h"

#include <stdint.h>
#include <stdlib.h>

static int compare(uint64_t a, uint64_t b) {
  return (a > b) - (a < b);
}

int place_compare(const char *a, const char *b) {
  if (!*a || !*b) {
    return (*a != 0) - (*b != 0);
  }
  char *a_end, *b_end;
  int first = compare(strtoull(a, &a_end, 10), strtoull(b, &b_end, 10));
  return first ? first
               : compare(*a_end ? strtoull(a_end + 1, NULL, 10) : 0,
                         *b_end ? strtoull(b_end + 1, NULL, 10) : 0);
}
