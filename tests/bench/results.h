/* Measured rows, as a table for people and as JSON. */
#ifndef ENTENTE_BENCH_RESULTS_H
#define ENTENTE_BENCH_RESULTS_H

#include <stdbool.h>
#include <stdio.h>

enum { RESULTS_ROUNDS_MAX = 16, RESULTS_NAME_BYTES = 64, RESULTS_MAX = 128 };

struct row {
  char name[RESULTS_NAME_BYTES];
  const char *unit; /* `calls/s`, `us`, `ratio` */
  double rounds[RESULTS_ROUNDS_MAX];
  int count;
  double ratio_to_echo; /* 0: none */
};

struct results {
  struct row rows[RESULTS_MAX];
  int count;
};

/* The row of that name, made when there is none yet. */
struct row *results_row(struct results *results, const char *name, const char *unit);
void row_add(struct row *row, double value);
double row_median(const struct row *row);

void results_print(const struct results *results, FILE *out);
/* Written beside and renamed. False with errno. */
bool results_write(const struct results *results, const char *path);

#endif
