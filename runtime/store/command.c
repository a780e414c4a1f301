#include "runtime/store/connection.h"

#include <stdarg.h>
#include <string.h>

void command_bytes(struct command *command, const void *bytes, size_t size) {
  if (command->count == command->capacity) {
    size_t capacity = command->capacity ? 2 * command->capacity : 8;
    struct argument *grown = arena_alloc(command->arena, capacity * sizeof *grown);
    if (command->count) {
      memcpy(grown, command->arguments, command->count * sizeof *grown);
    }
    command->arguments = grown;
    command->capacity = capacity;
  }
  command->arguments[command->count++] = (struct argument){bytes, size};
}

void command_text(struct command *command, const char *text) {
  command_bytes(command, text, strlen(text));
}

void command_number(struct command *command, int64_t number) {
  char digits[24], *end = digits + sizeof digits, *at = end;
  uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
  do {
    *--at = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest);
  if (number < 0) {
    *--at = '-';
  }
  command_bytes(command, arena_copy(command->arena, at, (size_t)(end - at)), (size_t)(end - at));
}

void command_append(struct command *command, const struct command *more) {
  for (size_t i = 0; i < more->count; i++) {
    command_bytes(command, more->arguments[i].bytes, more->arguments[i].size);
  }
}

struct command *command_of(struct arena *arena, ...) {
  struct command *command = arena_new(arena, struct command);
  command->arena = arena;
  va_list texts;
  va_start(texts, arena);
  for (const char *text; (text = va_arg(texts, const char *)) != NULL;) {
    command_text(command, text);
  }
  va_end(texts);
  return command;
}
