/* The entity kinds and counters of this service. */
#ifndef ENTENTE_INCENTIVIZE_KINDS_H
#define ENTENTE_INCENTIVIZE_KINDS_H

#include "runtime/store/kind.h"

extern const struct kind kind_commission_plan;
extern const struct kind kind_earning;
extern const struct kind kind_statement;
extern const struct kind kind_sale;
extern const struct kind kind_account;
extern const struct kind kind_accumulator;

/* NULL-terminated: all of the above and the directory. */
extern const struct kind *const incentivize_kinds[];

/* Ends with a NULL name. */
extern const struct counter_row incentivize_counters[];

/* Partitions of the indexes; what writes and what lists agree by these. In the arena. */
char *partition_plan_state(struct arena *arena, const char *partnership, int state);
char *partition_statement_state(struct arena *arena, const char *partnership, int state);
char *partition_sale_state(struct arena *arena, const char *partnership, int state);
/* The unplanned sales of a partnership that closed in a month such as 202607. */
char *partition_sale_month(struct arena *arena, const char *partnership, int32_t month);
char *partition_earning_kind(struct arena *arena, const char *partnership, int kind);
/* The lines of one plan and measurement period, which starts in a month such as 202601. */
char *partition_earning_measurement(struct arena *arena, const char *plan, int32_t month);

#endif
