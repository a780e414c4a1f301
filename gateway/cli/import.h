/* `entente import crm FOLDER` and `entente import csv FILE`: bring a CRM's tables, or one exported table by a
 * mapping, into a partnership through sell's public contract, some batches in flight at once. Running it
 * again changes nothing; killed half-way and run again it ends the same, because every batch is one step and
 * every row is known by its id in the CRM. */
#ifndef ENTENTE_CLI_IMPORT_H
#define ENTENTE_CLI_IMPORT_H

#include "gateway/cli/cli.h"
#include "gateway/cli/import_crm.h"
#include "gateway/cli/import_table.h"
#include "runtime/rpc/client.h"

#include "entente/sell/v1/pipeline.pb-c.h"

#include <stdio.h>

/* The command and its help, for the table of commands. Exit status CLI_FAILED when a row was not taken. */
command_fn command_import;
extern const char import_arguments[], import_details[];

struct import_plan {
  struct crm_options crm; /* currency NULL: the partnership's */
  /* One table instead, when it has a file; its currency is that of `crm`. */
  struct table_options table;
  const char *report_file; /* where every row is told of, as CSV; NULL: nowhere */
  const char *partnership; /* `vendors/{vendor}/partnerships/{partnership}` */
  struct channel *channel; /* to sell */
  const char *authorization;
  bool rehearse;  /* changes nothing */
  FILE *progress; /* NULL: none */
  bool terminal;  /* progress is one line that is rewritten; else a line every two seconds */
};

/* A row that was not taken. */
struct import_refusal {
  struct import_refusal *next;
  int64_t line; /* of import_file_name() */
  const char *external_id, *reason;
};

/* How many rows, and what they are worth in minor units: by whose hands the deal goes. */
struct import_tally {
  struct import_side {
    int64_t count, amount_minor;
  } joint, independent;
};

/* The export as it was taken: of the rows that were created, updated or unchanged, whatever else the
 * partnership holds. A rehearsal tells what would have been taken. */
struct import_facts {
  struct import_tally prospecting, engaging, won, lost;
};

struct import_report {
  int64_t rows, created, updated, unchanged, refused;
  int64_t elapsed_us;
  struct import_refusal *refusals; /* in the order of their lines */
  const struct crm_note *notes;
  size_t note_count;
  struct import_facts facts;
  const char *currency;     /* of the facts */
  Sell__Pipeline *pipeline; /* as the service answers it at the end */
};

/* The file that lines are counted in. In the arena. */
const char *import_file_name(struct arena *arena, const struct import_plan *plan);
/* In a fiber. NULL when every row was sent and answered, even if some were refused; otherwise why it had to
 * stop. What the report holds lives in the arena. */
const struct status *import_run(struct arena *arena, const struct import_plan *plan,
                                struct import_report *report);
/* For people, or one JSON object. */
void import_print(FILE *out, const struct import_plan *plan, const struct import_report *report);
void import_print_json(FILE *out, const struct import_plan *plan, const struct import_report *report);

#endif
