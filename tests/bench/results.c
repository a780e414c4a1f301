#include "bench/results.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct row *results_row(struct results *results, const char *name, const char *unit) {
  for (int i = 0; i < results->count; i++)
    if (strcmp(results->rows[i].name, name) == 0)
      return &results->rows[i];
  if (results->count == RESULTS_MAX)
    abort(); /* the table of subjects is fixed */
  struct row *row = &results->rows[results->count++];
  *row = (struct row){.unit = unit};
  snprintf(row->name, sizeof row->name, "%s", name);
  return row;
}

void row_add(struct row *row, double value) {
  if (row->count < RESULTS_ROUNDS_MAX)
    row->rounds[row->count++] = value;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

struct spread {
  double median, min, max;
};

static struct spread row_spread(const struct row *row) {
  double sorted[RESULTS_ROUNDS_MAX];
  int count = row->count;
  if (count == 0)
    return (struct spread){0};
  memcpy(sorted, row->rounds, sizeof sorted);
  qsort(sorted, (size_t)count, sizeof *sorted, ascending);
  double middle = count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
  return (struct spread){middle, sorted[0], sorted[count - 1]};
}

double row_median(const struct row *row) {
  return row_spread(row).median;
}

void results_print(const struct results *results, FILE *out) {
  fprintf(out, "%-34s %12s %12s %12s  %-8s %s\n", "", "median", "min", "max", "", "of echo");
  for (int i = 0; i < results->count; i++) {
    const struct row *row = &results->rows[i];
    struct spread spread = row_spread(row);
    int digits = spread.max < 10 ? 2 : 0;
    fprintf(out, "%-34s %12.*f %12.*f %12.*f  %-8s", row->name, digits, spread.median, digits, spread.min,
            digits, spread.max, row->unit);
    if (row->ratio_to_echo > 0)
      fprintf(out, " %.2f", row->ratio_to_echo);
    fprintf(out, "\n");
  }
}

bool results_write(const struct results *results, const char *path) {
  char beside[PATH_MAX];
  snprintf(beside, sizeof beside, "%s.new", path);
  FILE *out = fopen(beside, "we");
  if (!out)
    return false;
  fprintf(out, "[\n");
  for (int i = 0; i < results->count; i++) {
    const struct row *row = &results->rows[i];
    struct spread spread = row_spread(row);
    fprintf(out, "  {\"name\": \"%s\", \"median\": %.3f, \"min\": %.3f, \"max\": %.3f, \"unit\": \"%s\", ",
            row->name, spread.median, spread.min, spread.max, row->unit);
    if (row->ratio_to_echo > 0)
      fprintf(out, "\"ratio_to_echo\": %.3f}", row->ratio_to_echo);
    else
      fprintf(out, "\"ratio_to_echo\": null}");
    fprintf(out, "%s\n", i + 1 < results->count ? "," : "");
  }
  fprintf(out, "]\n");
  return fclose(out) == 0 && rename(beside, path) == 0;
}
