#include "runtime/process/machine.h"

#include "runtime/process/version.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

struct machine_metrics {
  struct metric *resident, *descriptors;
  DIR *
      folder; /* opened before the process forbids inspection, which closes /proc/self/fd to itself as well */
};

void machine_prepare(bool inspectable) {
  setenv("GRPC_VERBOSITY", "NONE", 0);
  setenv("GRPC_ENABLE_FORK_SUPPORT", "0", 1);
  if (!inspectable)
    prctl(PR_SET_DUMPABLE, 0);
}

/* jemalloc's, when it is linked; all arenas have this number together. */
extern int mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size)
    __attribute__((weak));

void machine_trim(void) {
  char line[512], rights[5] = "";
  unsigned long start = 0, end = 0, inode = 0, kibibytes;
  unsigned long from, to,
      file; /* of a line that may not be a mapping's first: `Anonymous` begins like a number */
  if (mallctl)
    mallctl("arena.4096.purge", NULL, NULL, NULL, 0);
  FILE *maps = fopen("/proc/self/smaps", "re");
  if (!maps)
    return;
  while (fgets(line, sizeof line, maps)) {
    if (sscanf(line, "%lx-%lx %4s %*s %*s %lu", &from, &to, rights, &file) == 4) {
      start = from, end = to, inode = file;
      continue;
    }
    /* Of a file, not writable, and no page of it changed since: nothing can be lost. */
    bool clean = sscanf(line, "Anonymous: %lu kB", &kibibytes) == 1 && kibibytes == 0;
    if (clean && inode != 0 && rights[0] == 'r' && rights[1] == '-')
      madvise((void *)start, end - start, MADV_DONTNEED);
  }
  fclose(maps);
}

static int64_t resident_bytes(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file)
    return 0;
  if (fscanf(file, "%*s %ld", &pages) != 1)
    pages = 0;
  fclose(file);
  return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static int64_t descriptors_open(DIR *folder) {
  int64_t count = -2; /* `.` and `..` */
  if (!folder)
    return 0;
  rewinddir(folder);
  while (readdir(folder))
    count++;
  return count;
}

static void machine_collect(void *context) {
  struct machine_metrics *machine = context;
  metric_set(machine->resident, resident_bytes());
  metric_set(machine->descriptors, descriptors_open(machine->folder));
}

struct machine_metrics *machine_metrics_create(struct metrics *metrics, const char *service) {
  char labels[128];
  struct machine_metrics *machine = calloc(1, sizeof *machine);
  if (!machine)
    return NULL;
  machine->folder = opendir("/proc/self/fd");
  machine->resident = metric_gauge(metrics, "process_resident_memory_bytes", NULL, "Memory in RAM.");
  machine->descriptors = metric_gauge(metrics, "process_open_fds", NULL, "Descriptors in use.");
  metric_set(metric_gauge(metrics, "process_start_time_seconds", NULL, "Start, in seconds since 1970."),
             (int64_t)time(NULL));
  snprintf(labels, sizeof labels, "service=\"%s\",version=\"%s\"", service, ENTENTE_VERSION);
  metric_set(metric_gauge(metrics, "entente_build_info", labels, "1; what runs is in the labels."), 1);
  metrics_on_collect(metrics, machine_collect, machine);
  return machine;
}

void machine_metrics_destroy(struct machine_metrics *machine) {
  if (!machine)
    return;
  if (machine->folder)
    closedir(machine->folder);
  free(machine);
}
