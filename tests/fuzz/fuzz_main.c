/* Without libFuzzer: every seed, then mutations of them from a fixed seed. FUZZ_TARGET names the folder. */
#include "tests/fuzz/fuzz.h"
#include "tests/support/random_message.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#ifndef FUZZ_ROUNDS /* fewer where one takes long */
#define FUZZ_ROUNDS 100000
#endif
enum { SEEDS_MAX = 512, INPUT_MAX = 4096, ROUNDS = FUZZ_ROUNDS };

static struct input {
  uint8_t bytes[INPUT_MAX];
  size_t size;
} seeds[SEEDS_MAX], current;
static size_t seed_count;

/* Leaves what crashed it where the next run can take it as a seed. */
static void on_crash(int signal_number) {
  static const char words[] = "fuzz: it crashed; the input is in ./fuzz-" FUZZ_TARGET ".crash\n";
  (void)signal_number;
  int fd = open("fuzz-" FUZZ_TARGET ".crash", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool kept = fd >= 0 && write(fd, current.bytes, current.size) == (ssize_t)current.size;
  _exit(kept && write(STDERR_FILENO, words, sizeof words - 1) > 0 ? 1 : 2);
}

static void seed_load(const char *folder, const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file || seed_count == SEEDS_MAX) {
    perror(path);
    exit(1);
  }
  struct input *seed = &seeds[seed_count++];
  seed->size = fread(seed->bytes, 1, sizeof seed->bytes, file);
  fclose(file);
}

static void seeds_load(void) {
  const char *source = getenv("ENTENTE_SOURCE");
  char folder[512];
  snprintf(folder, sizeof folder, "%s/tests/fuzz/seeds/%s", source ? source : ".", FUZZ_TARGET);
  DIR *directory = opendir(folder);
  if (!directory) {
    perror(folder);
    exit(1);
  }
  for (struct dirent *entry; (entry = readdir(directory));)
    if (entry->d_name[0] != '.')
      seed_load(folder, entry->d_name);
  closedir(directory);
}

static void remove_bytes(struct random *random, struct input *input) {
  if (!input->size)
    return;
  size_t at = random_below(random, input->size), count = 1 + random_below(random, input->size - at);
  memmove(input->bytes + at, input->bytes + at + count, input->size - at - count);
  input->size -= count;
}

static void insert_bytes(struct random *random, struct input *input, const uint8_t *bytes, size_t count) {
  size_t at = random_below(random, input->size + 1);
  if (count > INPUT_MAX - input->size)
    return;
  memmove(input->bytes + at + count, input->bytes + at, input->size - at);
  memcpy(input->bytes + at, bytes, count);
  input->size += count;
}

static void mutate(struct random *random, struct input *input) {
  static const uint8_t edges[] = {0x00, 0x01, 0x7F, 0x80, 0xFF, 0x0A, 0x12, '"',
                                  '{',  '}',  '[',  '\\', '0',  '-',  '/'};
  const struct input *other = &seeds[random_below(random, seed_count)];
  size_t at = input->size ? random_below(random, input->size) : 0;
  switch (random_below(random, 6)) {
  case 0:
    input->bytes[at] ^= (uint8_t)(1u << random_below(random, 8));
    break;
  case 1:
    input->bytes[at] = edges[random_below(random, sizeof edges)];
    break;
  case 2:
    remove_bytes(random, input);
    break;
  case 3:
    insert_bytes(random, input, &edges[random_below(random, sizeof edges)], 1);
    break;
  case 4:
    if (other->size) {
      size_t from = random_below(random, other->size);
      insert_bytes(random, input, other->bytes + from, 1 + random_below(random, other->size - from));
    }
    break;
  default:
    input->bytes[at] = (uint8_t)random_next(random);
  }
}

/* In memory of its own size, so that a sanitizer sees a read beyond it. */
static void run(const struct input *input) {
  uint8_t *copy = malloc(input->size + !input->size);
  if (!copy)
    abort();
  memcpy(copy, input->bytes, input->size);
  LLVMFuzzerTestOneInput(copy, input->size);
  free(copy);
}

int main(void) {
  struct random random = {1};
  signal(SIGSEGV, on_crash);
  signal(SIGABRT, on_crash);
  signal(SIGFPE, on_crash);
  seeds_load();
  for (size_t i = 0; i < seed_count; i++) {
    current = seeds[i];
    run(&current);
  }
  for (int round = 0; round < ROUNDS; round++) {
    current = seeds[random_below(&random, seed_count)];
    for (uint64_t left = 1 + random_below(&random, 8); left; left--)
      mutate(&random, &current);
    run(&current);
  }
  return 0;
}
