/* Rows of one exported table as opportunities, by a mapping. All that is wrong with a row is said at once.
 * Pure but for reading the file. */
#ifndef ENTENTE_CLI_IMPORT_TABLE_H
#define ENTENTE_CLI_IMPORT_TABLE_H

#include "gateway/cli/import_crm.h"
#include "gateway/cli/import_mapping.h"

struct table_options {
  const char *file;
  const struct import_mapping *mapping;
  const char *engagement; /* `JOINT` or `INDEPENDENT` for rows where no column says it; NULL: none */
  const char *currency;   /* ISO 4217; set before the first row is mapped */
  const char **partners;  /* what the table calls the partner of the partnership; ends with NULL */
};

struct table;

/* Reads the whole file first, so that nothing is taken of one that would be misread: NULL with `*problem`,
 * one line that says what to do, also when a date shows that days and months are the other way round. All
 * lives in the arena; `options` must outlive it. */
struct table *table_open(struct arena *arena, const struct table_options *options, const char **problem);
int64_t table_rows(const struct table *table);
/* As crm_next(). */
bool table_next(struct table *table, struct arena *arena, Sell__OpportunityRow **row, int64_t *line,
                const char **problem);
/* Columns that the mapping names and the file does not have, and lines that are no rows. */
size_t table_notes(const struct table *table, const struct crm_note **notes);

#endif
