/* What handlers and tables of accounts share: lift, target accounts, case studies, account mapping, the
 * market. */
#ifndef ENTENTE_SELL_ACCOUNT_H
#define ENTENTE_SELL_ACCOUNT_H

#include "sell/service.h"

extern const struct kind kind_target_account, kind_case_study;
extern const struct kind kind_mapping_key, kind_population, kind_population_upload, kind_population_chunk;

/* Handlers; what each does is said in the contract. */
unary_fn lift_get;
unary_fn target_account_create, target_account_get, target_account_list, target_account_patch,
    target_account_begin, target_account_go_on, target_account_close_won, target_account_give_up;
unary_fn case_study_create, case_study_get, case_study_list, case_study_patch, case_study_record_consent,
    case_study_sign, case_study_show, case_study_take_back;
unary_fn mapping_key_get, mapping_key_rotate;
unary_fn population_get, population_set_sharing, population_upload_start, population_upload_get,
    population_chunk_upload, population_make_public, population_wipe;
unary_fn overlap_get, overlap_rows_list;

/* How large the market is, and what share of it both hold. */
extern const struct kind kind_market_estimate, kind_market_estimate_book;
unary_fn market_estimate_create, market_estimate_get, market_estimate_list, market_estimate_accept,
    market_estimate_turn_down, market_estimate_take_back;
unary_fn market_share_get;

unary_fn segment_pipeline_get;
stream_fn pipeline_watch;

/* The pipeline's levels as known at `as_of_us` (INT64_MAX: now), added to `levels`; `*record_us` as
 * ledger_counters() has it. In a fiber. */
struct levels;
const struct status *levels_read(struct txn *txn, const char *partnership, int64_t as_of_us,
                                 struct levels *levels, int64_t *record_us);

/* Whether something new may begin in a partnership. NOT_FOUND (PARTNERSHIP_UNKNOWN), FAILED_PRECONDITION
 * (PARTNERSHIP_ENDED). */
const struct status *partnership_open(struct call *call, const char *partnership);
/* The joint opportunity of the partnership that `name` lies in, read for a change; NULL where there is none
 * that both parties see. */
const struct status *joint_find(struct call *call, const char *name, const char *opportunity,
                                Sell__Opportunity **out);

#endif
