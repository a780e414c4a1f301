/* Fields of CSV as spreadsheets may open them. */
#ifndef ENTENTE_CLI_CSV_WRITE_H
#define ENTENTE_CLI_CSV_WRITE_H

#include <stdbool.h>
#include <stdio.h>

/* One field after RFC 4180: in quotes where it holds what may part fields, a quote or a line end, or white
 * space at an end. Text that a spreadsheet would take for a formula (it begins with =, +, -, @, a tab or a
 * carriage return) gets an apostrophe in front, which the mapping `entente` takes off again; so does text
 * that begins with an apostrophe before one of these, so that nothing is lost. */
void csv_write(FILE *out, const char *text);
/* Whether text begins, behind any apostrophes, with =, +, - or @, also the wide ones, a tab or a line end. */
bool csv_is_formula(const char *text);

#endif
