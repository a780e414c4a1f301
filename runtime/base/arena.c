#include "runtime/base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_OF_MALLOCS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_OF_MALLOCS 1
#endif
#endif
#ifndef ARENA_OF_MALLOCS
#define ARENA_OF_MALLOCS 0
#endif

enum {
  ALIGNMENT = alignof(max_align_t),
  FIRST_CHUNK_BYTES = 8 << 10, /* holds most calls whole */
  LARGEST_CHUNK_BYTES = 1 << 20,
};

struct chunk {
  struct chunk *next; /* the one before; NULL in the first */
  size_t size;
  alignas(max_align_t) char bytes[];
};

struct arena {
  struct chunk *chunk; /* newest first */
  char *cursor;        /* next free byte of the newest */
  char *end;
  size_t used;
  size_t limit;
  size_t next_chunk_bytes;
  arena_exhausted_fn *exhausted;
  void *exhausted_context;
  ProtobufCAllocator allocator;
};

static void *allocator_alloc(void *context, size_t size) {
  return arena_alloc(context, size);
}

static void allocator_free(void *context, void *memory) {
  (void)context;
  (void)memory;
}

static _Noreturn void exhaust(struct arena *arena) {
  if (arena->exhausted)
    arena->exhausted(arena->exhausted_context);
  fprintf(stderr, "entente: arena exhausted: %zu bytes used of %zu\n", arena->used, arena->limit);
  abort();
}

/* NULL when the machine has no memory. */
static struct chunk *chunk_push(struct arena *arena, size_t size) {
  struct chunk *chunk = malloc(sizeof *chunk + size);
  if (!chunk)
    return NULL;
  chunk->next = arena->chunk;
  chunk->size = size;
  arena->chunk = chunk;
  return chunk;
}

static void chunk_open(struct arena *arena, struct chunk *chunk) {
  arena->cursor = chunk ? chunk->bytes : NULL;
  arena->end = chunk ? chunk->bytes + chunk->size : NULL;
}

/* Frees the newest chunks until `last` is the newest. */
static void chunk_pop_until(struct arena *arena, const struct chunk *last) {
  while (arena->chunk != last) {
    struct chunk *next = arena->chunk->next;
    free(arena->chunk);
    arena->chunk = next;
  }
}

struct arena *arena_create(size_t limit, arena_exhausted_fn *exhausted, void *context) {
  struct arena *arena = calloc(1, sizeof *arena);
  if (!arena)
    return NULL;
  arena->limit = limit;
  arena->next_chunk_bytes = 2 * FIRST_CHUNK_BYTES;
  arena->exhausted = exhausted;
  arena->exhausted_context = context;
  arena->allocator = (ProtobufCAllocator){allocator_alloc, allocator_free, arena};
  if (ARENA_OF_MALLOCS)
    return arena;
  if (!chunk_push(arena, FIRST_CHUNK_BYTES)) {
    free(arena);
    return NULL;
  }
  chunk_open(arena, arena->chunk);
  return arena;
}

void arena_destroy(struct arena *arena) {
  if (!arena)
    return;
  chunk_pop_until(arena, NULL);
  free(arena);
}

void arena_reset(struct arena *arena) {
  struct chunk *first = arena->chunk;
  while (first && first->next)
    first = first->next;
  chunk_pop_until(arena, ARENA_OF_MALLOCS ? NULL : first);
  chunk_open(arena, arena->chunk);
  arena->used = 0;
  arena->next_chunk_bytes = 2 * FIRST_CHUNK_BYTES;
}

void arena_on_exhausted(struct arena *arena, arena_exhausted_fn *exhausted, void *context) {
  arena->exhausted = exhausted;
  arena->exhausted_context = context;
}

size_t arena_used(const struct arena *arena) {
  return arena->used;
}

static void *alloc_in_new_chunk(struct arena *arena, size_t rounded) {
  size_t bytes = arena->next_chunk_bytes;
  if (arena->next_chunk_bytes < LARGEST_CHUNK_BYTES)
    arena->next_chunk_bytes *= 2;
  struct chunk *chunk = chunk_push(arena, rounded > bytes ? rounded : bytes);
  if (!chunk)
    exhaust(arena);
  chunk_open(arena, chunk);
  void *memory = arena->cursor;
  arena->cursor += rounded;
  arena->used += rounded;
  return memory;
}

void *arena_alloc(struct arena *arena, size_t size) {
  if (size > arena->limit || arena->limit - size < arena->used)
    exhaust(arena);
  if (ARENA_OF_MALLOCS) {
    struct chunk *chunk = chunk_push(arena, size);
    if (!chunk)
      exhaust(arena);
    arena->used += size;
    return chunk->bytes;
  }
  size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  if (rounded > (size_t)(arena->end - arena->cursor))
    return alloc_in_new_chunk(arena, rounded);
  void *memory = arena->cursor;
  arena->cursor += rounded;
  arena->used += rounded;
  return memory;
}

void *arena_calloc(struct arena *arena, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes))
    exhaust(arena);
  return memset(arena_alloc(arena, bytes), 0, bytes);
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size) {
  void *copy = arena_alloc(arena, size);
  if (size)
    memcpy(copy, bytes, size);
  return copy;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length) {
  size_t size = strnlen(text, length);
  char *copy = arena_alloc(arena, size + 1);
  memcpy(copy, text, size);
  copy[size] = '\0';
  return copy;
}

char *arena_strdup(struct arena *arena, const char *text) {
  return arena_copy(arena, text, strlen(text) + 1);
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments) {
  char local[256];
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(local, sizeof local, format, arguments);
  assert(length >= 0);
  char *text = arena_alloc(arena, (size_t)length + 1);
  if ((size_t)length < sizeof local)
    memcpy(text, local, (size_t)length + 1);
  else
    vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return text;
}

char *arena_printf(struct arena *arena, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = arena_vprintf(arena, format, arguments);
  va_end(arguments);
  return text;
}

void *arena_append(struct arena *arena, void *items, size_t count, void *item) {
  void **copy = arena_calloc(arena, count + 1, sizeof(void *));
  if (count)
    memcpy(copy, items, count * sizeof(void *));
  copy[count] = item;
  return copy;
}

ProtobufCAllocator *arena_allocator(struct arena *arena) {
  return &arena->allocator;
}
