/* The methods of this service. */
#ifndef ENTENTE_INCENTIVIZE_SERVICE_H
#define ENTENTE_INCENTIVIZE_SERVICE_H

#include "runtime/rpc/call.h"

/* NULL-terminated: everything that the process serves. */
extern const struct service *const incentivize_services[];

unary_fn commission_plan_get, commission_plan_list, commission_plan_create, commission_plan_update,
    commission_plan_delete, commission_plan_propose, commission_plan_withdraw, commission_plan_return,
    commission_plan_approve, commission_plan_activate, commission_plan_end;
unary_fn earning_get, earning_list, earning_explain, earning_simulate, sale_get, sale_list, tier_progress_get;
unary_fn statement_get, statement_list, statement_lines_list, statement_close, statement_acknowledge,
    statement_dispute;

#endif
