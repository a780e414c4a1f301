#include "gateway/cli/cli.h"
#include "gateway/cli/suite.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MEBIBYTE = 1 << 20, MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, WHY_BYTES = 256 };

struct row {
  const struct part *part;
  pid_t pid;
  bool ready;
  char why[WHY_BYTES];
  int64_t memory;
  int64_t uptime_s;
};

static void row_read(const struct suite *suite, const struct part *part, struct row *row) {
  memset(row, 0, sizeof *row);
  row->part = part;
  row->pid = suite_pid(suite, part);
  if (row->pid == 0) {
    snprintf(row->why, sizeof row->why, "not running");
    return;
  }
  row->memory = process_memory(row->pid); /* before asking, which makes an idle process work */
  row->ready = suite_ready(suite, part, row->why, sizeof row->why);
  row->uptime_s = (int64_t)time(NULL) - process_started(row->pid);
}

static void uptime_format(int64_t seconds, char *out, size_t size) {
  long long s = seconds > 0 ? seconds : 0;
  if (s >= DAY_S)
    snprintf(out, size, "%lldd %lldh", s / DAY_S, s % DAY_S / HOUR_S);
  else if (s >= HOUR_S)
    snprintf(out, size, "%lldh %lldm", s / HOUR_S, s % HOUR_S / MINUTE_S);
  else if (s >= MINUTE_S)
    snprintf(out, size, "%lldm %llds", s / MINUTE_S, s % MINUTE_S);
  else
    snprintf(out, size, "%llds", s);
}

static void row_print(const struct suite *suite, const struct row *row, bool color) {
  char ports[48] = "unix socket", uptime[32] = "-", memory[32] = "-", pid[16] = "-";
  if (row->part->service)
    snprintf(ports, sizeof ports, "%d, %d", suite_port(suite, row->part), suite_side_port(suite, row->part));
  if (row->pid) {
    uptime_format(row->uptime_s, uptime, sizeof uptime);
    snprintf(memory, sizeof memory, "%.1f MiB", (double)row->memory / MEBIBYTE);
    snprintf(pid, sizeof pid, "%d", (int)row->pid);
  }
  const char *on = !color ? "" : row->ready ? "\033[32m" : "\033[31m";
  printf("%-12s %s%-9s%s %8s  %-12s %10s %9s%s%s\n", row->part->name, on, row->ready ? "ready" : "NOT READY",
         color ? "\033[0m" : "", pid, ports, memory, uptime, row->ready ? "" : "  ",
         row->ready ? "" : row->why);
}

static void rows_print(const struct suite *suite, const struct row *rows, bool color) {
  int64_t memory = 0;
  printf("%s%-12s %-9s %8s  %-12s %10s %9s%s\n", color ? "\033[1m" : "", "process", "state", "pid", "ports",
         "memory", "up", color ? "\033[0m" : "");
  for (size_t i = 0; i < SUITE_PARTS; i++) {
    row_print(suite, &rows[i], color);
    memory += rows[i].memory;
  }
  printf("%-12s %-9s %8s  %-12s %6.1f MiB\n", "together", "", "", "", (double)memory / MEBIBYTE);
}

static json_t *row_json(const struct suite *suite, const struct row *row) {
  json_t *object =
      json_pack("{s:s,s:b,s:i,s:I,s:I}", "name", row->part->name, "ready", row->ready, "pid", (int)row->pid,
                "memoryBytes", (json_int_t)row->memory, "uptimeSeconds", (json_int_t)row->uptime_s);
  if (row->part->service) {
    json_object_set_new(object, "port", json_integer(suite_port(suite, row->part)));
    json_object_set_new(object, "sidePort", json_integer(suite_side_port(suite, row->part)));
  }
  if (!row->ready)
    json_object_set_new(object, "why", json_string(row->why));
  return object;
}

static void rows_json(const struct suite *suite, const struct row *rows) {
  json_t *list = json_array();
  for (size_t i = 0; i < SUITE_PARTS; i++)
    json_array_append_new(list, row_json(suite, &rows[i]));
  json_t *whole = json_pack("{s:s,s:o}", "var", suite->var, "processes", list);
  json_dumpf(whole, stdout, JSON_INDENT(2));
  putchar('\n');
  json_decref(whole);
}

int command_status(const struct cli_options *options, int argc, char **argv) {
  static struct suite suite;
  struct row rows[SUITE_PARTS];
  bool all_ready = true;
  int words = cli_parse(argc, argv, NULL);
  if (words < 0)
    return CLI_USAGE;
  if (words > 0)
    return cli_fail("status", "'%s' is not understood; see entente status --help", argv[1]), CLI_USAGE;
  if (!suite_find(&suite, options->var))
    return cli_fail("status", "%s", suite.problem);
  for (size_t i = 0; i < SUITE_PARTS; i++) {
    row_read(&suite, &suite_parts[i], &rows[i]);
    all_ready &= rows[i].ready;
  }
  if (options->json)
    rows_json(&suite, rows);
  else
    rows_print(&suite, rows, options->color);
  return all_ready ? CLI_DONE : CLI_FAILED;
}
