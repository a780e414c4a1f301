#include "runtime/feed/types.h"

#include <string.h>

bool type_wanted(const char *type, char *const *wanted, size_t count) {
  for (size_t i = 0; i < count; i++) {
    size_t size = strlen(wanted[i]);
    if (size && wanted[i][size - 1] == '*' ? strncmp(type, wanted[i], size - 1) == 0
                                           : strcmp(type, wanted[i]) == 0) {
      return true;
    }
  }
  return count == 0;
}
