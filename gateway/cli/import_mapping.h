/* What the columns of one exported table mean as opportunities: a mapping, built in or a JSON file (its
 * format is in docs/import.md). Pure but for reading the file. */
#ifndef ENTENTE_CLI_IMPORT_MAPPING_H
#define ENTENTE_CLI_IMPORT_MAPPING_H

#include "runtime/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum mapped_field {
  MAPPED_EXTERNAL_ID,
  MAPPED_DISPLAY_NAME,
  MAPPED_ACCOUNT,
  MAPPED_SECTOR,
  MAPPED_COUNTRY,
  MAPPED_DOMAIN,
  MAPPED_TAX_ID,
  MAPPED_DUNS,
  MAPPED_SOLUTION,
  MAPPED_SEGMENT,
  MAPPED_SELLER,
  MAPPED_AMOUNT,
  MAPPED_CURRENCY,
  MAPPED_ENGAGEMENT,
  MAPPED_STATE,
  MAPPED_STAGE,
  MAPPED_OPEN_TIME,
  MAPPED_QUALIFY_TIME,
  MAPPED_EXPECTED_CLOSE_TIME,
  MAPPED_CLOSE_TIME,
  MAPPED_LOSS_REASON,
  MAPPED_INCUMBENT_COMPETITOR,
  MAPPED_OPPORTUNITY,
  MAPPED_FIELDS,
};
extern const char *const mapped_field_names[MAPPED_FIELDS]; /* as in the JSON: `externalId` */

/* What values of a column stand for, in the order given; `*` stands for every other value that is not empty,
 * and among engagements `@partner` for the names of the partner that the import is for. */
#define MAPPED_PARTNER "@partner"
struct mapped_values {
  const char **from, **to;
  size_t count;
};

struct import_mapping {
  const char *name; /* `salesforce`, or the file */
  const char *
      *columns[MAPPED_FIELDS]; /* headers to look for, the first that is there counts; ends with NULL */
  struct mapped_values stages, states, loss_reasons, engagements;
  const char **date_forms; /* forms of import_date.h, the first that fits counts; ends with NULL */
  const char *encoding;    /* of the table, as import_encoding.h has it; NULL: as the table says */
  char decimal_mark;       /* `.` or `,` */
  bool formula_guard;      /* an apostrophe before =, +, -, @ is not part of the value */
  bool salesforce_ids;     /* external ids of 15 characters are completed to the 18 that mean the same */
};

/* A built-in mapping by its name (`salesforce`, `hubspot`, `crm`, `entente`), else the file of that name.
 * NULL with
 * `*problem`, one line with all that is wrong. All lives in the arena; the caller may change what the file
 * at hand has otherwise, such as its dates. */
struct import_mapping *mapping_open(struct arena *arena, const char *name, const char **problem);

/* What a value stands for; NULL when nothing is said of it. Case does not matter. */
const char *mapped_value(const struct mapped_values *values, const char *value);
/* Whether just this is among what is mapped from. */
bool mapped_has(const struct mapped_values *values, const char *value);

#endif
