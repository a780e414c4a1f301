/* The tables of the sell service and what its handlers share. */
#ifndef ENTENTE_SELL_SERVICE_H
#define ENTENTE_SELL_SERVICE_H

#include "runtime/rpc/call.h"
#include "sell/opportunity.h"

extern const struct kind kind_opportunity;
extern const struct kind *const sell_kinds[];
extern const struct counter_row sell_counters[];
extern const struct service *const sell_services[]; /* with feed and ledger */

/* Handlers; what each does is said in the contract. */
unary_fn opportunity_create, opportunity_get, opportunity_list, opportunity_patch, opportunity_move,
    opportunity_close_won, opportunity_close_lost, opportunity_take_back, opportunity_open_again;
unary_fn rows_import;
unary_fn pipeline_get;

/* Co-selling. */
unary_fn review_give, review_take_back, review_begin_with, review_ask, review_accept, review_decline;
unary_fn attribution_offer, attribution_accept, attribution_undo;
unary_fn outcome_promise, outcome_end;
unary_fn side_get, side_list, side_patch;
unary_fn snapshot_create, snapshot_get, snapshot_list;
unary_fn engagement_create, engagement_get, engagement_list, engagement_take, engagement_refuse,
    engagement_take_back, engagement_deepen, engagement_set_members;
unary_fn help_request_create, help_request_get, help_request_list, help_request_take, help_request_refuse,
    help_request_complete, help_request_give_back, help_request_confirm, help_request_withdraw;
unary_fn customer_activity_create, customer_activity_get, customer_activity_list, customer_activity_patch,
    customer_activity_report, customer_activity_confirm, customer_activity_object, customer_activity_give_up,
    customer_activity_take_back;

/* Deal registration. */
unary_fn registration_create, registration_get, registration_list, registration_patch, registration_file,
    registration_take_back, registration_begin_review, registration_restate, registration_ask_action,
    registration_accept, registration_turn_down, registration_ask_extension, registration_settle_extension,
    registration_turn_into, registration_take_away, registration_object, registration_settle_appeal,
    registration_matches;
unary_fn registration_import, registration_search;
unary_fn protection_breach_list;
unary_fn registration_policy_create, registration_policy_get, registration_policy_list,
    registration_policy_patch, registration_policy_end;
unary_fn conflict_get, conflict_list, conflict_decide_for;

/* Who calls, now, about the partnership that `name` lies in. NOT_FOUND (PARTNERSHIP_UNKNOWN). */
const struct status *occasion_of(struct call *call, const char *name, struct occasion *out);

/* What to record of a change. */
struct opportunity_step {
  const char *type; /* `opportunity.won` */
  int64_t occur_us;
  const Sell__Opportunity *before, *after; /* `before` NULL: it is new */
};
/* Stages the ledger entry of a step, with what it adds to the counters. */
void opportunity_record(struct txn *txn, const struct opportunity_step *step);

/* A rule that changes an opportunity by what a request says. */
typedef const struct status *opportunity_rule(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                              const void *request);
/* A verb on one opportunity: loads it as the caller's party may see it, changes it, records that as `type`,
 * commits, answers it in `*out`. NOT_FOUND, ABORTED (ETAG_MISMATCH), what the rule refuses with. */
const struct status *opportunity_act(struct call *call, const char *name, const char *etag, const char *type,
                                     opportunity_rule *rule, const void *request, void *out);

/* Partition of an index for what one party sees of a partnership: `<partnership>|VENDOR|<value>`. */
char *partition_of(struct arena *arena, const char *partnership, Type__Party viewer, const char *value);

#endif
