/* A fuzz target: one function that takes any bytes and aborts when a property does not hold. libFuzzer calls
 * it, or fuzz_main.c over seeds and mutations of them. */
#ifndef ENTENTE_TEST_FUZZ_H
#define ENTENTE_TEST_FUZZ_H

#include "runtime/base/arena.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Not assert(): a property counts in every build. */
static inline void fuzz_expect(int holds, const char *property) {
  if (holds)
    return;
  fprintf(stderr, "fuzz: property does not hold: %s\n", property);
  abort();
}

/* One arena for all inputs, reset for each. */
static inline struct arena *fuzz_arena(void) {
  static struct arena *arena;
  if (!arena)
    arena = arena_create((size_t)256 << 20, NULL, NULL);
  arena_reset(arena);
  return arena;
}

#endif
