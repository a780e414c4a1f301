#include "tests/support/check.h"

#include "runtime/base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

static void memory_is_aligned_and_disjoint(void **state) {
  (void)state;
  enum { COUNT = 3000 };
  struct arena *arena = arena_create(64 << 20, NULL, NULL);
  static unsigned char *pieces[COUNT];
  for (int round = 0; round < 3; round++) {
    for (size_t i = 0; i < COUNT; i++) {
      size_t size = i * 7 % 1000;
      pieces[i] = arena_alloc(arena, size);
      assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
      memset(pieces[i], (int)(i & 255), size);
    }
    for (size_t i = 0; i < COUNT; i++)
      for (size_t at = 0; at < i * 7 % 1000; at++)
        assert_int_equal(pieces[i][at], i & 255);
    assert_true(arena_used(arena) >= COUNT * 400);
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
  }
  arena_destroy(arena);
  arena_destroy(NULL);
}

static void large_and_empty_pieces(void **state) {
  (void)state;
  struct arena *arena = arena_create(64 << 20, NULL, NULL);
  char *large = arena_calloc(arena, 3, 1 << 20);
  for (size_t i = 0; i < 3 << 20; i += 4096)
    assert_int_equal(large[i], 0);
  assert_non_null(arena_alloc(arena, 0));
  char *small = arena_alloc(arena, 1);
  *small = 'x';
  arena_destroy(arena);
}

static void texts_are_copied(void **state) {
  (void)state;
  struct arena *arena = arena_create(1 << 20, NULL, NULL);
  char source[] = "north";
  char *copy = arena_strdup(arena, source), *cut = arena_strndup(arena, source, 3),
       *whole = arena_strndup(arena, source, 99);
  source[0] = 'N';
  assert_string_equal(copy, "north");
  assert_string_equal(cut, "nor");
  assert_string_equal(whole, "north");
  assert_string_equal(arena_printf(arena, "%s-%d", copy, 7), "north-7");
  char *wide = arena_printf(arena, "%600d|", 1);
  assert_int_equal(strlen(wide), 601);
  assert_string_equal(wide + 599, "1|");
  int *zeroed = arena_new(arena, int);
  assert_int_equal(*zeroed, 0);
  arena_destroy(arena);
}

static jmp_buf exhausted_jump;
static void on_exhausted(void *context) {
  ++*(int *)context;
  longjmp(exhausted_jump, 1);
}

static void limit_calls_the_hook(void **state) {
  (void)state;
  static int calls;
  static struct arena *arena;
  calls = 0;
  arena = arena_create(10000, NULL, NULL);
  arena_on_exhausted(arena, on_exhausted, &calls);
  if (!setjmp(exhausted_jump))
    for (;;)
      arena_alloc(arena, 100);
  assert_int_equal(calls, 1);
  assert_true(arena_used(arena) > 9000 && arena_used(arena) <= 10000 + 16);
  arena_reset(arena);
  if (!setjmp(exhausted_jump))
    arena_alloc(arena, 10001);
  assert_int_equal(calls, 2);
  if (!setjmp(exhausted_jump))
    arena_calloc(arena, SIZE_MAX / 2, 3);
  assert_int_equal(calls, 3);
  assert_non_null(arena_alloc(arena, 9000));
  arena_destroy(arena);
}

static void protobuf_allocator_allocates_here(void **state) {
  (void)state;
  struct arena *arena = arena_create(1 << 20, NULL, NULL);
  ProtobufCAllocator *allocator = arena_allocator(arena);
  char *memory = allocator->alloc(allocator->allocator_data, 10);
  memset(memory, 1, 10);
  allocator->free(allocator->allocator_data, memory);
  assert_int_equal(memory[9], 1);
  assert_true(arena_used(arena) >= 10);
  arena_destroy(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(memory_is_aligned_and_disjoint),
      cmocka_unit_test(large_and_empty_pieces),
      cmocka_unit_test(texts_are_copied),
      cmocka_unit_test(limit_calls_the_hook),
      cmocka_unit_test(protobuf_allocator_allocates_here),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
