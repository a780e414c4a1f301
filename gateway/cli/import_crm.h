/* What a folder of CRM tables means as opportunities: which office's deals are joint, which of our stages
 * and states each of theirs is, how products are spelt. Pure but for reading the files.
 *
 * Files and the columns looked at, found by their headers:
 *   sales_pipeline.csv  opportunity_id sales_agent product account deal_stage engage_date close_date
 * close_value sales_teams.csv     sales_agent regional_office accounts.csv        account sector
 * office_location      (may be absent) products.csv        product                             (may be
 * absent) */
#ifndef ENTENTE_CLI_IMPORT_CRM_H
#define ENTENTE_CLI_IMPORT_CRM_H

#include "gateway/cli/csv.h"

#include "entente/sell/v1/opportunity_service.pb-c.h"

#include <stdbool.h>

enum { CRM_OFFICES_MAX = 16, CRM_ALIASES_MAX = 64, CRM_NOTES_MAX = 32 };

/* A value of a column that stands for another: `product:GTXPro=GTX Pro`. */
struct crm_alias {
  const char *kind; /* `product`, `sector`, `account`, `agent` */
  const char *from, *to;
};

struct crm_options {
  const char *folder;
  const char *joint_offices[CRM_OFFICES_MAX]; /* deals of these offices' agents are joint */
  size_t joint_count;
  struct crm_alias aliases[CRM_ALIASES_MAX];
  size_t alias_count;
  const char *currency; /* ISO 4217; set before the first row is mapped */
};

/* Something that was read other than it was written, and how often. */
struct crm_note {
  const char *text;
  int64_t rows;
};

struct crm;

/* Reads the folder. NULL with `*problem`, one line that says what to do. All lives in the arena; `options`
 * must outlive it. */
struct crm *crm_open(struct arena *arena, const struct crm_options *options, const char **problem);
/* Records below the header of sales_pipeline.csv. */
int64_t crm_rows(const struct crm *crm);

/* Reads the next row into `arena`. False at the end. `*line` is where it stands in sales_pipeline.csv;
 * `*problem` NULL and `*row` set, or why it cannot be taken. */
bool crm_next(struct crm *crm, struct arena *arena, Sell__OpportunityRow **row, int64_t *line,
              const char **problem);

size_t crm_notes(const struct crm *crm, const struct crm_note **notes);

#endif
