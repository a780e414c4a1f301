#include "market/kinds.h"
#include "market/service.h"
#include "support/check.h"
#include "support/pillar_fixture.h"

#include "entente/market/v1/claim_service.pb-c.h"
#include "entente/market/v1/fund_request_service.pb-c.h"
#include "entente/market/v1/mdf_allocation_service.pb-c.h"
#include "entente/market/v1/mdf_budget_service.pb-c.h"
#include "entente/market/v1/settlement_service.pb-c.h"
#include "runtime/base/period.h"

#include <stdio.h>
#include <string.h>

#define BUDGETS "/entente.market.v1.MdfBudgetService/"
#define ALLOCATIONS "/entente.market.v1.MdfAllocationService/"
#define REQUESTS "/entente.market.v1.FundRequestService/"
#define CLAIMS "/entente.market.v1.ClaimService/"
#define SETTLEMENTS "/entente.market.v1.SettlementService/"
#define REQUEST_STATE(name) MARKET__FUND_REQUEST__STATE__STATE_##name
#define CLAIM_STATE(name) MARKET__CLAIM__STATE__STATE_##name
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED

static void set_now(struct pillar_fixture *f, const char *when) {
  int64_t time_us;
  assert_true(time_parse(when, &time_us));
  fixture_set_now(f->server, time_us);
}

static Market__MdfBudget *budget(struct pillar_fixture *f, const char *id, int64_t amount,
                                 const char *currency) {
  Market__CreateMdfBudgetRequest *create =
      pillar_request(f, &market__create_mdf_budget_request__descriptor, "vendors/halden");
  Market__MdfBudget given = MARKET__MDF_BUDGET__INIT;
  given.display_name = (char *)"Field marketing 2026";
  given.currency_code = (char *)currency;
  given.amount_minor = amount;
  given.start_time = pillar_time(f, "2026-01-01");
  given.end_time = pillar_time(f, "2027-01-01");
  create->mdf_budget_id = (char *)id;
  create->mdf_budget = &given;
  Market__MdfBudget *made = pillar_call(f, f->manager, BUDGETS "CreateMdfBudget", create);
  return pillar_call(f, f->administrator, BUDGETS "ActivateMdfBudget",
                     pillar_request(f, &market__activate_mdf_budget_request__descriptor, made->name));
}

static Market__CreateMdfAllocationRequest *grant(struct pillar_fixture *f, const char *id, const char *from,
                                                 int64_t amount, const char *currency) {
  Market__CreateMdfAllocationRequest *create =
      pillar_request(f, &market__create_mdf_allocation_request__descriptor, ORVANE);
  Market__MdfAllocation *given = arena_new(pillar_arena(f), Market__MdfAllocation);
  market__mdf_allocation__init(given);
  given->budget = (char *)from;
  given->currency_code = (char *)currency;
  given->allocated_minor = amount;
  given->reimbursement_bps = 5000;
  create->mdf_allocation_id = (char *)id;
  create->mdf_allocation = given;
  return create;
}

static Market__MdfAllocation *allocated(struct pillar_fixture *f, const char *id, const char *from,
                                        int64_t amount) {
  return pillar_call(f, f->administrator, ALLOCATIONS "CreateMdfAllocation",
                     grant(f, id, from, amount, "USD"));
}

static Market__MdfAllocation *balance(struct pillar_fixture *f, const char *name) {
  return pillar_call(f, f->partner, ALLOCATIONS "GetMdfAllocation",
                     pillar_request(f, &market__get_mdf_allocation_request__descriptor, name));
}

static Market__FundRequest *draft(struct pillar_fixture *f, const char *id, const char *from,
                                  int64_t amount) {
  Market__CreateFundRequestRequest *create =
      pillar_request(f, &market__create_fund_request_request__descriptor, ORVANE);
  Market__FundRequest *given = arena_new(pillar_arena(f), Market__FundRequest);
  market__fund_request__init(given);
  given->allocation = (char *)from;
  given->title = (char *)"Trade fair stand";
  given->activity = MARKET__FUND_REQUEST__ACTIVITY__ACTIVITY_CONTENT;
  given->desired_outcome = (char *)"forty qualified leads";
  given->currency_code = (char *)"USD";
  given->requested_minor = amount;
  given->activity_start_time = pillar_time(f, "2026-08-01");
  given->activity_end_time = pillar_time(f, "2026-08-03");
  create->fund_request_id = (char *)id;
  create->fund_request = given;
  return pillar_call(f, f->partner, REQUESTS "CreateFundRequest", create);
}

#define VERB(f, who, methods, verb, descriptor, name)                                                        \
  pillar_call(f, who, methods verb, pillar_request(f, &market__##descriptor##_request__descriptor, name))

static Market__FundRequest *submitted(struct pillar_fixture *f, const char *id, const char *from,
                                      int64_t amount) {
  const char *name = draft(f, id, from, amount)->name;
  return VERB(f, f->partner, REQUESTS, "SubmitFundRequest", submit_fund_request, name);
}

static Market__Claim *claimed(struct pillar_fixture *f, const char *request, const char *id, int64_t spend,
                              size_t proofs) {
  static Market__Proof__Type types[] = {MARKET__PROOF__TYPE__TYPE_INVOICE, MARKET__PROOF__TYPE__TYPE_CONTENT};
  Market__CreateClaimRequest *create = pillar_request(f, &market__create_claim_request__descriptor, request);
  Market__Claim given = MARKET__CLAIM__INIT;
  Market__Proof proof[2], *list[] = {&proof[0], &proof[1]};
  for (size_t i = 0; i < 2; i++) {
    market__proof__init(&proof[i]);
    proof[i].type = types[i];
    proof[i].uri = (char *)"https://files.example/proof.pdf";
  }
  given.currency_code = (char *)"USD";
  given.eligible_spend_minor = spend;
  given.proofs = list;
  given.n_proofs = proofs;
  create->claim_id = (char *)id;
  create->claim = &given;
  const char *name = ((Market__Claim *)pillar_call(f, f->partner, CLAIMS "CreateClaim", create))->name;
  VERB(f, f->partner, CLAIMS, "SubmitClaim", submit_claim, name);
  return VERB(f, f->manager, CLAIMS, "ReviewClaim", review_claim, name);
}

static const char *ordered(struct pillar_fixture *f, const char *claim, const char *id, int64_t amount) {
  Market__CreateSettlementRequest *create =
      pillar_request(f, &market__create_settlement_request__descriptor, claim);
  Market__Settlement given = MARKET__SETTLEMENT__INIT;
  given.currency_code = (char *)"USD";
  given.amount_minor = amount;
  create->settlement_id = (char *)id;
  create->settlement = &given;
  return ((Market__Settlement *)pillar_call(f, f->administrator, SETTLEMENTS "CreateSettlement", create))
      ->name;
}

/* From a budget to a claim that is paid in two instalments, at the amounts of the cap's vector. */
static void from_budget_to_settlement(void **state) {
  struct pillar_fixture *f = *state;
  const char *from = budget(f, "field", 2000000, "USD")->name;
  const char *fund = allocated(f, "fy26", from, 1000000)->name;
  const char *request = submitted(f, "fair", fund, 800000)->name;
  assert_int_equal(((Market__FundRequest *)VERB(f, f->administrator, REQUESTS, "ApproveFundRequest",
                                                approve_fund_request, request))
                       ->approved_minor,
                   800000);
  assert_int_equal(balance(f, fund)->reserved_minor, 800000);
  set_now(f, "2026-09-10T12:00:00Z");
  VERB(f, f->partner, REQUESTS, "ExecuteFundRequest", execute_fund_request, request);
  const char *first = claimed(f, request, "first", 1200000, 2)->name;
  const char *second = claimed(f, request, "second", 600000, 1)->name;
  Market__Claim *decided = VERB(f, f->administrator, CLAIMS, "ApproveClaim", approve_claim, first);
  assert_int_equal(decided->approved_minor, 600000);
  pillar_refused(f, f->administrator, CLAIMS "ApproveClaim",
                 pillar_request(f, &market__approve_claim_request__descriptor, second), "PROOF_MISSING");
  Market__AddClaimProofsRequest *add =
      pillar_request(f, &market__add_claim_proofs_request__descriptor, second);
  Market__Proof proof = MARKET__PROOF__INIT, *proofs[] = {&proof};
  proof.type = MARKET__PROOF__TYPE__TYPE_CONTENT;
  proof.uri = (char *)"https://files.example/brochure.pdf";
  add->proofs = proofs;
  add->n_proofs = 1;
  pillar_call(f, f->partner, CLAIMS "AddClaimProofs", add);
  decided = VERB(f, f->administrator, CLAIMS, "ApproveClaim", approve_claim, second);
  assert_int_equal(decided->state, CLAIM_STATE(PARTIAL));
  assert_int_equal(decided->approved_minor, 200000);
  assert_int_equal(decided->partial_reason, MARKET__CLAIM__PARTIAL_REASON__PARTIAL_REASON_CAP);
  const char *one = ordered(f, first, "s1", 400000), *two = ordered(f, first, "s2", 200000);
  VERB(f, f->administrator, SETTLEMENTS, "PaySettlement", pay_settlement, one);
  Market__FailSettlementRequest *fail = pillar_request(f, &market__fail_settlement_request__descriptor, two);
  fail->reason = (char *)"account was closed";
  pillar_call(f, f->administrator, SETTLEMENTS "FailSettlement", fail);
  VERB(f, f->administrator, SETTLEMENTS, "PaySettlement", pay_settlement, ordered(f, first, "s3", 200000));
  assert_int_equal(((Market__Claim *)VERB(f, f->viewer, CLAIMS, "GetClaim", get_claim, first))->state,
                   CLAIM_STATE(PAID));
  Market__MdfAllocation *now = balance(f, fund);
  assert_int_equal(now->available_minor, 200000);
  assert_int_equal(now->reserved_minor, 0);
  assert_int_equal(now->claimed_minor, 200000);
  assert_int_equal(now->paid_minor, 600000);
  for (int who = 0; who < 2; who++) { /* both parties see the same */
    const struct principal *as = who ? f->partner : f->viewer;
    assert_int_equal(pillar_counter(f, as, ORVANE, "2026-07", "mdf.allocated.USD", NOBODY), 1000000);
    assert_int_equal(pillar_counter(f, as, ORVANE, "2026-07", "mdf.approved.USD", NOBODY), 800000);
    assert_int_equal(pillar_counter(f, as, ORVANE, "2026-09", "mdf.claimed.USD", NOBODY), 800000);
    assert_int_equal(pillar_counter(f, as, ORVANE, "2026-09", "mdf.paid.USD", NOBODY), 600000);
  }
  set_now(f, "2026-07-15T12:00:00Z");
}

static void budgets_are_the_vendors_own(void **state) {
  struct pillar_fixture *f = *state;
  const char *name = budget(f, "own", 5000, "USD")->name;
  Market__GetMdfBudgetRequest *get = pillar_request(f, &market__get_mdf_budget_request__descriptor, name);
  assert_int_equal(
      ((Market__MdfBudget *)pillar_call(f, f->viewer, BUDGETS "GetMdfBudget", get))->amount_minor, 5000);
  pillar_refused(f, f->partner, BUDGETS "GetMdfBudget", get, REASON_ACCESS_DENIED);
  pillar_refused(f, f->foreigner, BUDGETS "GetMdfBudget", get, REASON_ACCESS_DENIED);
  pillar_refused(f, f->manager, BUDGETS "CloseMdfBudget",
                 pillar_request(f, &market__close_mdf_budget_request__descriptor, name),
                 REASON_ACCESS_DENIED);
  Market__ListMdfBudgetsRequest *list =
      pillar_request(f, &market__list_mdf_budgets_request__descriptor, "vendors/halden");
  list->state = MARKET__MDF_BUDGET__STATE__STATE_ACTIVE;
  Market__ListMdfBudgetsResponse *page = pillar_call(f, f->viewer, BUDGETS "ListMdfBudgets", list);
  size_t active = page->n_mdf_budgets;
  assert_true(active >= 1);
  set_now(f, "2027-02-01");
  page = pillar_call(f, f->viewer, BUDGETS "ListMdfBudgets", list);
  assert_int_equal(page->n_mdf_budgets, 0);
  list->state = MARKET__MDF_BUDGET__STATE__STATE_EXPIRED;
  page = pillar_call(f, f->viewer, BUDGETS "ListMdfBudgets", list);
  assert_int_equal(page->n_mdf_budgets, active);
  assert_int_equal(page->mdf_budgets[0]->state, MARKET__MDF_BUDGET__STATE__STATE_EXPIRED);
  pillar_refused(f, f->administrator, ALLOCATIONS "CreateMdfAllocation", grant(f, "late", name, 10, "USD"),
                 REASON_GUARD_UNMET);
  set_now(f, "2026-07-15T12:00:00Z");
}

static void limits_and_currencies(void **state) {
  struct pillar_fixture *f = *state;
  const char *from = budget(f, "limits", 1000, "USD")->name, *euros = budget(f, "euros", 1000, "EUR")->name;
  pillar_refused(f, f->administrator, ALLOCATIONS "CreateMdfAllocation", grant(f, "eur", euros, 10, "EUR"),
                 "CURRENCY_MISMATCH");
  pillar_refused(f, f->administrator, ALLOCATIONS "CreateMdfAllocation", grant(f, "usd", euros, 10, "USD"),
                 "CURRENCY_MISMATCH");
  Market__CreateMdfAllocationRequest *over = grant(f, "over", from, 1500, "USD");
  pillar_refused(f, f->administrator, ALLOCATIONS "CreateMdfAllocation", over, "BALANCE_EXCEEDED");
  pillar_refused(f, f->manager, ALLOCATIONS "CreateMdfAllocation", over, REASON_ACCESS_DENIED);
  over->override_reason = (char *)"short";
  pillar_refused(f, f->administrator, ALLOCATIONS "CreateMdfAllocation", over, REASON_INVALID_REQUEST);
  over->override_reason = (char *)"approved by the board";
  pillar_call(f, f->administrator, ALLOCATIONS "CreateMdfAllocation", over);
  Market__MdfBudget *raised = VERB(f, f->viewer, BUDGETS, "GetMdfBudget", get_mdf_budget, from);
  assert_int_equal(raised->overridden_minor, 500);
  assert_string_equal(raised->overrides[0]->actor, "ann.okafor");
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, f->viewer, "vendors/halden", &entries);
  assert_true(count > 0);
  assert_string_equal(entries[count - 1]->type, "mdf_budget.allocated");
  Market__CloseMdfAllocationRequest *close =
      pillar_request(f, &market__close_mdf_allocation_request__descriptor, ORVANE "/mdfAllocations/over");
  int64_t before = pillar_counter(f, f->viewer, ORVANE, "2026", "mdf.allocated.USD", NOBODY);
  pillar_call(f, f->administrator, ALLOCATIONS "CloseMdfAllocation", close);
  assert_int_equal(pillar_counter(f, f->viewer, ORVANE, "2026", "mdf.allocated.USD", NOBODY), before - 1500);
}

static bool ledger_mentions(struct pillar_fixture *f, const struct principal *who, const char *resource) {
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, who, ORVANE, &entries);
  for (size_t i = 0; i < count; i++)
    if (strcmp(entries[i]->resource, resource) == 0)
      return true;
  return false;
}

static size_t listed(struct pillar_fixture *f, const struct principal *who, const char *fund,
                     Market__FundRequest__State request_state) {
  Market__ListFundRequestsRequest *list =
      pillar_request(f, &market__list_fund_requests_request__descriptor, ORVANE);
  list->allocation = (char *)fund;
  list->state = request_state;
  return ((Market__ListFundRequestsResponse *)pillar_call(f, who, REQUESTS "ListFundRequests", list))
      ->n_fund_requests;
}

static void a_draft_is_the_partners_own(void **state) {
  struct pillar_fixture *f = *state;
  const char *fund = allocated(f, "drafts", budget(f, "drafts", 1000, "USD")->name, 1000)->name;
  const char *name = draft(f, "secret", fund, 100)->name;
  Market__GetFundRequestRequest *get = pillar_request(f, &market__get_fund_request_request__descriptor, name);
  pillar_call(f, f->partner_viewer, REQUESTS "GetFundRequest", get);
  const struct status *hidden =
      pillar_refused(f, f->administrator, REQUESTS "GetFundRequest", get, REASON_NOT_FOUND);
  Market__GetFundRequestRequest *absent =
      pillar_request(f, &market__get_fund_request_request__descriptor, ORVANE "/fundRequests/absent");
  const struct status *none =
      pillar_refused(f, f->administrator, REQUESTS "GetFundRequest", absent, REASON_NOT_FOUND);
  assert_int_equal(hidden->code, none->code);
  pillar_refused(f, f->administrator, REQUESTS "ApproveFundRequest",
                 pillar_request(f, &market__approve_fund_request_request__descriptor, name),
                 REASON_NOT_FOUND);
  assert_int_equal(listed(f, f->administrator, fund, 0), 0);
  assert_int_equal(listed(f, f->partner, fund, 0), 1);
  assert_false(ledger_mentions(f, f->administrator, name));
  assert_true(ledger_mentions(f, f->partner, name));
  VERB(f, f->partner, REQUESTS, "SubmitFundRequest", submit_fund_request, name);
  pillar_call(f, f->administrator, REQUESTS "GetFundRequest", get);
  assert_int_equal(listed(f, f->administrator, fund, REQUEST_STATE(SUBMITTED)), 1);
  assert_true(ledger_mentions(f, f->administrator, name));
  pillar_refused(f, f->administrator, REQUESTS "RecallFundRequest",
                 pillar_request(f, &market__recall_fund_request_request__descriptor, name),
                 REASON_ACCESS_DENIED);
  pillar_refused(f, f->partner, REQUESTS "ApproveFundRequest",
                 pillar_request(f, &market__approve_fund_request_request__descriptor, name),
                 REASON_ACCESS_DENIED);
}

static void returned_recalled_and_submitted_again(void **state) {
  struct pillar_fixture *f = *state;
  const char *fund = allocated(f, "again", budget(f, "again", 1000, "USD")->name, 1000)->name;
  const char *name = submitted(f, "again", fund, 100)->name;
  VERB(f, f->partner, REQUESTS, "RecallFundRequest", recall_fund_request, name);
  VERB(f, f->partner, REQUESTS, "SubmitFundRequest", submit_fund_request, name);
  Market__ReturnFundRequestRequest *back =
      pillar_request(f, &market__return_fund_request_request__descriptor, name);
  back->reason = (char *)"say what leads you expect";
  Market__FundRequest *returned = pillar_call(f, f->manager, REQUESTS "ReturnFundRequest", back);
  assert_string_equal(returned->decision_reason, "say what leads you expect");
  Market__UpdateFundRequestRequest update = MARKET__UPDATE_FUND_REQUEST_REQUEST__INIT;
  Market__FundRequest change = *returned;
  change.desired_outcome = (char *)"";
  Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
  char *paths[] = {(char *)"desired_outcome"};
  mask.paths = paths;
  mask.n_paths = 1;
  update.fund_request = &change;
  update.update_mask = &mask;
  pillar_call(f, f->partner, REQUESTS "UpdateFundRequest", &update);
  pillar_refused(f, f->partner, REQUESTS "SubmitFundRequest",
                 pillar_request(f, &market__submit_fund_request_request__descriptor, name), "INCOMPLETE");
  change.desired_outcome = (char *)"thirty leads";
  pillar_call(f, f->partner, REQUESTS "UpdateFundRequest", &update);
  VERB(f, f->partner, REQUESTS, "SubmitFundRequest", submit_fund_request, name);
  set_now(f, "2026-08-01T00:00:00Z");
  const struct status *late = pillar_refused(
      f, f->administrator, REQUESTS "ApproveFundRequest",
      pillar_request(f, &market__approve_fund_request_request__descriptor, name), REASON_GUARD_UNMET);
  assert_non_null(late->guards);
  Market__ApproveFundRequestRequest *earlier =
      pillar_request(f, &market__approve_fund_request_request__descriptor, name);
  earlier->occur_time = pillar_time(f, "2026-07-20");
  earlier->amount_minor = 60;
  assert_int_equal(
      ((Market__FundRequest *)pillar_call(f, f->administrator, REQUESTS "ApproveFundRequest", earlier))
          ->approved_minor,
      60);
  int64_t before = pillar_counter(f, f->viewer, ORVANE, "2026", "mdf.approved.USD", NOBODY);
  VERB(f, f->partner, REQUESTS, "CloseFundRequest", close_fund_request, name);
  assert_int_equal(pillar_counter(f, f->viewer, ORVANE, "2026", "mdf.approved.USD", NOBODY), before - 60);
  assert_int_equal(balance(f, fund)->available_minor, 1000);
  set_now(f, "2026-07-15T12:00:00Z");
}

enum { RIVALS = 12 };
struct race {
  struct pillar_fixture *fixture;
  size_t won, refused;
};

static void approve_one(struct server_fixture *server, size_t index, void *context) {
  struct race *race = context;
  Market__ApproveFundRequestRequest request = MARKET__APPROVE_FUND_REQUEST_REQUEST__INIT;
  Market__FundRequest *answer;
  char name[96];
  snprintf(name, sizeof name, ORVANE "/fundRequests/race-%zu", index);
  request.name = name;
  struct client_call call =
      fixture_client_call(server, fixture_arena(server), REQUESTS "ApproveFundRequest", &request);
  const struct status *status;
  do /* a race lost too often is the caller's to try again */
    status = client_call(fixture_channel(server), &call, &answer);
  while (status && status->code == CODE_ABORTED);
  if (status)
    race->refused += strcmp(status->reason, "BALANCE_EXCEEDED") == 0;
  else
    race->won++;
}

static void rivals_never_exceed_the_allocation(void **state) {
  struct pillar_fixture *f = *state;
  const char *fund = allocated(f, "race", budget(f, "race", 1000, "USD")->name, 1000)->name;
  for (int i = 0; i < RIVALS; i++)
    submitted(f, arena_printf(pillar_arena(f), "race-%d", i), fund, 300);
  struct race race = {.fixture = f};
  fixture_as(f->server, f->administrator);
  fixture_fibers(f->server, RIVALS, approve_one, &race);
  assert_int_equal(race.won, 3);
  assert_int_equal(race.refused, RIVALS - 3);
  assert_int_equal(balance(f, fund)->reserved_minor, 900);
  assert_int_equal(balance(f, fund)->available_minor, 100);
  assert_int_equal(listed(f, f->viewer, fund, REQUEST_STATE(APPROVED)), 3);
}

static void a_repeated_request_pays_once(void **state) {
  struct pillar_fixture *f = *state;
  const char *fund = allocated(f, "once", budget(f, "once", 1000, "USD")->name, 1000)->name;
  const char *name = submitted(f, "once", fund, 300)->name;
  Market__ApproveFundRequestRequest *request =
      pillar_request(f, &market__approve_fund_request_request__descriptor, name);
  request->request_id = (char *)"approve-once";
  Market__FundRequest *first = pillar_call(f, f->administrator, REQUESTS "ApproveFundRequest", request);
  Market__FundRequest *second = pillar_call(f, f->administrator, REQUESTS "ApproveFundRequest", request);
  assert_string_equal(first->etag, second->etag);
  assert_int_equal(balance(f, fund)->reserved_minor, 300);
  request->request_id = (char *)"approve-twice";
  pillar_refused(f, f->administrator, REQUESTS "ApproveFundRequest", request, REASON_INVALID_STATE);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

static int begin(void **state) {
  *state = pillar_start(&(struct pillar){"market", market_services, market_kinds, market_counters});
  return 0;
}

static int end(void **state) {
  pillar_stop(*state);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(from_budget_to_settlement),
      cmocka_unit_test(budgets_are_the_vendors_own),
      cmocka_unit_test(limits_and_currencies),
      cmocka_unit_test(a_draft_is_the_partners_own),
      cmocka_unit_test(returned_recalled_and_submitted_again),
      cmocka_unit_test(rivals_never_exceed_the_allocation),
      cmocka_unit_test(a_repeated_request_pays_once),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
