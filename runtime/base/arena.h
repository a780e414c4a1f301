/* Memory that lives as long as one call and is freed at once.
 *
 * An arena hands out memory from chunks and never frees a single piece. Allocation never returns
 * NULL: when the arena's limit or the machine's memory is exhausted it calls the arena's `exhausted`
 * hook, which must not return (in a fiber it ends the call with RESOURCE_EXHAUSTED; elsewhere it
 * aborts). So no caller checks for NULL, and everything a handler holds must be in the arena.
 *
 * Under AddressSanitizer each allocation is a malloc of its own, so that overruns and uses after
 * reset are seen.
 *
 * Not thread-safe: one thread owns an arena. */
#ifndef ENTENTE_BASE_ARENA_H
#define ENTENTE_BASE_ARENA_H

#include <protobuf-c/protobuf-c.h>
#include <stdarg.h>
#include <stddef.h>

struct arena;

/* Called when nothing more can be allocated. Must not return. */
typedef void arena_exhausted_fn(void *context);

/* Creates an arena that may hold up to `limit` bytes. NULL `exhausted` aborts the process.
 * Returns NULL when the machine has no memory. Destroy with arena_destroy(). */
struct arena *arena_create(size_t limit, arena_exhausted_fn *exhausted, void *context);

/* Frees the arena and all that it handed out. NULL is allowed. */
void arena_destroy(struct arena *arena);

/* Forgets all that was handed out; keeps the first chunk for the next use. */
void arena_reset(struct arena *arena);

/* Replaces the hook; for an arena that is pooled and lent to one call after another. */
void arena_on_exhausted(struct arena *arena, arena_exhausted_fn *exhausted, void *context);

/* Bytes handed out since creation or reset. */
size_t arena_used(const struct arena *arena);

/* Uninitialised memory, aligned for any type. A size of 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull, malloc));

/* Zeroed memory for `count` elements of `size` bytes; an overflow of the product counts as exhausted. */
void *arena_calloc(struct arena *arena, size_t count, size_t size) __attribute__((returns_nonnull, malloc));

/* Copies of bytes and of NUL-terminated text. */
void *arena_copy(struct arena *arena, const void *bytes, size_t size) __attribute__((returns_nonnull));
char *arena_strdup(struct arena *arena, const char *text) __attribute__((returns_nonnull));
char *arena_strndup(struct arena *arena, const char *text, size_t length) __attribute__((returns_nonnull));

/* printf into the arena. */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0), returns_nonnull));

/* A copy of an array of pointers with one more. */
void *arena_append(struct arena *arena, void *items, size_t count, void *item)
    __attribute__((returns_nonnull));

/* One zeroed object of a type. */
#define arena_new(arena, type) ((type *)arena_calloc((arena), 1, sizeof(type)))

/* An allocator for protobuf-c whose free does nothing. Valid as long as the arena; the arena owns it. */
ProtobufCAllocator *arena_allocator(struct arena *arena);

#endif
