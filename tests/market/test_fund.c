#include "market/settlement.h"
#include "support/machine_check.h"

#include "runtime/base/timestamp.h"

#include <stdlib.h>

#define REQUEST_STATE(name) MARKET__FUND_REQUEST__STATE__STATE_##name
#define CLAIM_STATE(name) MARKET__CLAIM__STATE__STATE_##name
#define EVENT MARKET__FUND_REQUEST__ACTIVITY__ACTIVITY_EVENT
#define DAY INT64_C(86400000000)
#define NOW (INT64_C(20000) * DAY)

static struct arena *arena;

static struct decision decided(const char *override_reason) {
  return (struct decision){.actor = "ann.okafor", .override_reason = override_reason, .now_us = NOW};
}

static Market__MdfBudget *budget(int64_t amount) {
  Market__MdfBudget *made = arena_new(arena, Market__MdfBudget);
  market__mdf_budget__init(made);
  made->name = (char *)"vendors/v/mdfBudgets/b";
  made->currency_code = (char *)"USD";
  made->amount_minor = amount;
  made->start_time = timestamp_new(arena, NOW - 100 * DAY);
  made->end_time = timestamp_new(arena, NOW + 100 * DAY);
  allowed(mdf_budget_apply_create(arena, made));
  allowed(mdf_budget_apply_activate(arena, made, NOW));
  return made;
}

static Market__MdfAllocation *blank_allocation(int64_t amount, int32_t bps) {
  Market__MdfAllocation *made = arena_new(arena, Market__MdfAllocation);
  market__mdf_allocation__init(made);
  made->name = (char *)"vendors/v/partnerships/p/mdfAllocations/a";
  made->currency_code = (char *)"USD";
  made->allocated_minor = amount;
  made->reimbursement_bps = bps;
  return made;
}

static Market__MdfAllocation *allocation(Market__MdfBudget *from, int64_t amount, int32_t bps) {
  Market__MdfAllocation *made = blank_allocation(amount, bps);
  struct decision decision = decided("");
  allowed(mdf_allocation_apply_create(arena, made, from, "USD", &decision));
  return made;
}

static Market__FundRequest *draft(int64_t requested) {
  Market__FundRequest *made = arena_new(arena, Market__FundRequest);
  market__fund_request__init(made);
  made->name = (char *)"vendors/v/partnerships/p/fundRequests/r";
  made->activity = EVENT;
  made->desired_outcome = (char *)"forty qualified leads";
  made->currency_code = (char *)"USD";
  made->requested_minor = requested;
  made->activity_start_time = timestamp_new(arena, NOW + 10 * DAY);
  made->activity_end_time = timestamp_new(arena, NOW + 11 * DAY);
  fund_request_apply_create(made);
  return made;
}

static Market__FundRequest *approved(Market__MdfBudget *b, Market__MdfAllocation *a, int64_t amount) {
  Market__FundRequest *made = draft(amount);
  struct decision decision = decided("");
  allowed(fund_request_apply_submit(arena, made, a, NOW));
  allowed(fund_request_apply_approve(arena, made, a, b, 0, &decision));
  return made;
}

static Market__Claim *claim(const Market__FundRequest *request, int64_t spend, int64_t claimed) {
  static Market__Proof proofs[4];
  static Market__Proof *list[4];
  const Market__Proof__Type *types;
  size_t count = claim_required_proofs(EVENT, &types);
  for (size_t i = 0; i < count; i++) {
    market__proof__init(&proofs[i]);
    proofs[i].type = types[i];
    list[i] = &proofs[i];
  }
  Market__Claim *made = arena_new(arena, Market__Claim);
  market__claim__init(made);
  made->name = (char *)"vendors/v/partnerships/p/fundRequests/r/claims/c";
  made->currency_code = (char *)"USD";
  made->eligible_spend_minor = spend;
  made->claimed_minor = claimed;
  made->proofs = list;
  made->n_proofs = count;
  allowed(claim_apply_create(arena, made, request));
  return made;
}

static Market__Claim *reviewed(Market__FundRequest *request, int64_t spend, int64_t claimed) {
  Market__Claim *made = claim(request, spend, claimed);
  allowed(claim_apply_submit(arena, made, request, NOW + 12 * DAY));
  allowed(claim_apply(arena, made, CLAIM_REVIEW));
  return made;
}

static void every_state_and_action(void **state) {
  static const char *const budgets[] = {"DRAFT UPDATE DRAFT", "DRAFT ACTIVATE ACTIVE",
                                        "ACTIVE ALLOCATE ACTIVE", "ACTIVE CLOSE CLOSED",
                                        "EXPIRED CLOSE CLOSED"};
  static const char *const allocations[] = {"ACTIVE ADJUST ACTIVE", "ACTIVE CLOSE CLOSED"};
  static const char *const requests[] = {
      "DRAFT UPDATE DRAFT",        "RETURNED UPDATE RETURNED",   "RECALLED UPDATE RECALLED",
      "DRAFT SUBMIT SUBMITTED",    "RETURNED SUBMIT SUBMITTED",  "RECALLED SUBMIT SUBMITTED",
      "SUBMITTED RECALL RECALLED", "SUBMITTED APPROVE APPROVED", "SUBMITTED RETURN RETURNED",
      "SUBMITTED REJECT REJECTED", "APPROVED EXECUTE EXECUTED",  "APPROVED CLOSE CLOSED",
      "EXECUTED CLOSE CLOSED",     "APPROVED EXPIRE EXPIRED",    "EXECUTED EXPIRE EXPIRED"};
  static const char *const claims[] = {
      "DRAFT UPDATE DRAFT",         "DRAFT ADD_PROOFS DRAFT",         "DRAFT SUBMIT SUBMITTED",
      "SUBMITTED REVIEW IN_REVIEW", "SUBMITTED ADD_PROOFS SUBMITTED", "SUBMITTED REJECT REJECTED",
      "IN_REVIEW APPROVE APPROVED", "IN_REVIEW ADD_PROOFS IN_REVIEW", "IN_REVIEW REJECT REJECTED",
      "APPROVED SETTLE APPROVED",   "PARTIAL SETTLE PARTIAL"};
  static const char *const settlements[] = {"PENDING PAY PAID", "PENDING FAIL FAILED"};
  (void)state;
  machine_check(&mdf_budget_machine, MDF_BUDGET_ACTIONS, budgets, 5);
  machine_check(&mdf_allocation_machine, MDF_ALLOCATION_ACTIONS, allocations, 2);
  machine_check(&fund_request_machine, FUND_REQUEST_ACTIONS, requests, 15);
  machine_check(&claim_machine, CLAIM_ACTIONS, claims, 11);
  machine_check(&settlement_machine, SETTLEMENT_ACTIONS, settlements, 2);
}

/* 8,000.00 approved at 50 %: 12,000.00 of spend pays 6,000.00; 6,000.00 more computes 3,000.00, of which
 * 2,000.00 is left. */
static void the_second_claim_meets_the_cap(void **state) {
  (void)state;
  Market__MdfBudget *b = budget(1000000);
  Market__MdfAllocation *a = allocation(b, 1000000, 5000);
  Market__FundRequest *r = approved(b, a, 800000);
  allowed(fund_request_apply_execute(arena, r, NOW + 11 * DAY, NOW + 12 * DAY));
  Market__Claim *first = reviewed(r, 1200000, 0), *second = reviewed(r, 600000, 0);
  allowed(claim_apply_approve(arena, first, r, a, 0, NOW + 13 * DAY));
  assert_int_equal(first->approved_minor, 600000);
  assert_int_equal(first->state, CLAIM_STATE(APPROVED));
  allowed(claim_apply_approve(arena, second, r, a, 0, NOW + 13 * DAY));
  assert_int_equal(second->approved_minor, 200000);
  assert_int_equal(second->state, CLAIM_STATE(PARTIAL));
  assert_int_equal(second->partial_reason, MARKET__CLAIM__PARTIAL_REASON__PARTIAL_REASON_CAP);
  Market__Claim *third = reviewed(r, 100, 0);
  refused(claim_apply_approve(arena, third, r, a, 0, NOW + 13 * DAY), "BALANCE_EXCEEDED");
  assert_int_equal(a->reserved_minor, 0);
  assert_int_equal(a->claimed_minor, 800000);
  assert_int_equal(a->available_minor, 200000);
}

static void what_a_claim_comes_to(void **state) {
  (void)state;
  static const struct {
    int64_t spend, claimed, accepted;
    int32_t bps;
    int64_t left, amount;
    Market__Claim__PartialReason reason;
  } cases[] = {
      {1200000, 0, 1200000, 5000, 800000, 600000, 0},
      {600000, 0, 600000, 5000, 200000, 200000, MARKET__CLAIM__PARTIAL_REASON__PARTIAL_REASON_CAP},
      {600000, 0, 600000, 5000, 300000, 300000, 0},
      {600000, 100000, 600000, 5000, 800000, 100000, 0},
      {600000, 400000, 600000, 5000, 800000, 300000, MARKET__CLAIM__PARTIAL_REASON__PARTIAL_REASON_RATE},
      {600000, 0, 500000, 5000, 800000, 250000,
       MARKET__CLAIM__PARTIAL_REASON__PARTIAL_REASON_SPEND_DISALLOWED},
      {600000, 100000, 500000, 5000, 800000, 100000, 0},
      {600000, 0, 500000, 5000, 200000, 200000, MARKET__CLAIM__PARTIAL_REASON__PARTIAL_REASON_CAP},
      {3, 0, 3, 5000, 100, 2, 0}, /* 1.5 rounds to even */
      {1, 0, 1, 5000, 100, 0, 0}, /* 0.5 rounds to even */
      {600000, 0, 600000, 10000, 600000, 600000, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Market__Claim c = MARKET__CLAIM__INIT;
    c.eligible_spend_minor = cases[i].spend;
    c.claimed_minor = cases[i].claimed;
    struct reimbursement due = claim_reimbursement(&c, cases[i].accepted, cases[i].bps, cases[i].left);
    assert_int_equal(due.amount_minor, cases[i].amount);
    assert_int_equal(due.partial_reason, cases[i].reason);
  }
}

static void every_missing_proof_is_listed(void **state) {
  (void)state;
  Market__MdfBudget *b = budget(1000);
  Market__MdfAllocation *a = allocation(b, 1000, 5000);
  Market__FundRequest *r = approved(b, a, 800);
  allowed(fund_request_apply_execute(arena, r, NOW + 11 * DAY, NOW + 12 * DAY));
  Market__Claim *c = claim(r, 1000, 0);
  Market__Proof **proofs = c->proofs;
  c->n_proofs = 1;
  allowed(claim_apply_submit(arena, c, r, NOW + 12 * DAY));
  allowed(claim_apply(arena, c, CLAIM_REVIEW));
  assert_int_equal(
      guard_count(refused(claim_apply_approve(arena, c, r, a, 0, NOW + 13 * DAY), "PROOF_MISSING")), 3);
  assert_int_equal(c->state, CLAIM_STATE(IN_REVIEW));
  allowed(claim_apply_add_proofs(arena, c, proofs + 1, 3));
  allowed(claim_apply_approve(arena, c, r, a, 0, NOW + 13 * DAY));
  Market__Claim *many = claim(r, 1, 0);
  Market__Proof *copies[PROOFS_MAX];
  for (int i = 0; i < PROOFS_MAX; i++)
    copies[i] = proofs[0];
  refused(claim_apply_add_proofs(arena, many, copies, PROOFS_MAX), "LIMIT_REACHED");
}

static void a_draft_is_tolerated_and_submitted_whole(void **state) {
  (void)state;
  Market__MdfAllocation *a = allocation(budget(1000), 1000, 5000);
  Market__FundRequest *r = arena_new(arena, Market__FundRequest);
  market__fund_request__init(r);
  r->name = (char *)"vendors/v/partnerships/p/fundRequests/r";
  fund_request_apply_create(r);
  Market__FundRequest empty = *r;
  assert_int_equal(guard_count(refused(fund_request_apply_submit(arena, &empty, a, NOW), "INCOMPLETE")), 6);
  Market__FundRequest late = *draft(100);
  late.activity_start_time = timestamp_new(arena, NOW);
  late.activity_end_time = timestamp_new(arena, NOW);
  assert_int_equal(guard_count(refused(fund_request_apply_submit(arena, &late, a, NOW), "INCOMPLETE")), 2);
  Market__FundRequest *euro = draft(100);
  euro->currency_code = (char *)"EUR";
  refused(fund_request_apply_submit(arena, euro, a, NOW), "CURRENCY_MISMATCH");
  Market__FundRequest *good = draft(100);
  allowed(fund_request_apply_submit(arena, good, a, NOW));
  assert_int_equal(good->reimbursement_bps, 5000);
  assert_true(fund_request_visible(good, TYPE__PARTY__PARTY_VENDOR));
  assert_false(fund_request_visible(r, TYPE__PARTY__PARTY_VENDOR));
}

static void approval_lists_every_unmet_guard(void **state) {
  (void)state;
  Market__MdfBudget *b = budget(1000);
  Market__MdfAllocation *a = allocation(b, 1000, 5000);
  Market__FundRequest *r = draft(100);
  allowed(fund_request_apply_submit(arena, r, a, NOW));
  struct decision late = decided("");
  late.now_us = NOW + 10 * DAY;
  Market__MdfBudget closed = *b;
  Market__MdfAllocation gone = *a;
  closed.state = MARKET__MDF_BUDGET__STATE__STATE_CLOSED;
  gone.state = MARKET__MDF_ALLOCATION__STATE__STATE_CLOSED;
  Market__FundRequest tried = *r;
  const struct status *status = fund_request_apply_approve(arena, &tried, &gone, &closed, 101, &late);
  assert_int_equal(guard_count(refused(status, REASON_GUARD_UNMET)), 4);
  struct decision early = decided("");
  early.now_us = NOW - 1;
  tried = *r;
  refused(fund_request_apply_approve(arena, &tried, a, b, 0, &early), REASON_GUARD_UNMET);
  struct decision now = decided("");
  tried = *r;
  allowed(fund_request_apply_approve(arena, &tried, a, b, 60, &now));
  assert_int_equal(tried.approved_minor, 60);
  assert_int_equal(timestamp_us(tried.claim_deadline_time, 0), NOW + (11 + CLAIM_DAYS_DEFAULT) * DAY);
  assert_int_equal(a->available_minor, 940);
}

static void limits_hold_unless_overridden_by_name(void **state) {
  (void)state;
  Market__MdfBudget *b = budget(1000);
  struct decision plain = decided(""), named = decided("board approved it");
  Market__MdfAllocation *big = blank_allocation(1500, 5000);
  refused(mdf_allocation_apply_create(arena, big, b, "USD", &plain), "BALANCE_EXCEEDED");
  assert_int_equal(b->allocated_minor, 0);
  allowed(mdf_allocation_apply_create(arena, big, b, "USD", &named));
  assert_int_equal(b->overridden_minor, 500);
  assert_string_equal(b->overrides[0]->actor, "ann.okafor");
  assert_string_equal(b->overrides[0]->reason, "board approved it");
  assert_int_equal(b->overrides[0]->amount_minor, 500);
  Market__FundRequest *r = draft(2000);
  allowed(fund_request_apply_submit(arena, r, big, NOW));
  Market__FundRequest tried = *r;
  refused(fund_request_apply_approve(arena, &tried, big, b, 0, &plain), "BALANCE_EXCEEDED");
  allowed(fund_request_apply_approve(arena, r, big, b, 0, &named));
  assert_int_equal(big->overridden_minor, 500);
  assert_int_equal(big->available_minor, 0);
  Market__MdfAllocation *euro = blank_allocation(1, 1);
  euro->currency_code = (char *)"EUR";
  refused(mdf_allocation_apply_create(arena, euro, b, "USD", &plain), "CURRENCY_MISMATCH");
  refused(mdf_allocation_apply_create(arena, blank_allocation(1, 1), b, "EUR", &plain), "CURRENCY_MISMATCH");
}

static void claims_come_after_the_activity_and_in_time(void **state) {
  (void)state;
  Market__MdfBudget *b = budget(1000);
  Market__MdfAllocation *a = allocation(b, 1000, 5000);
  Market__FundRequest *r = approved(b, a, 800);
  Market__Claim *c = claim(r, 1000, 0);
  Market__Claim tried = *c;
  refused(claim_apply_submit(arena, &tried, r, NOW), REASON_GUARD_UNMET);
  Market__FundRequest early = *r;
  refused(fund_request_apply_execute(arena, &early, NOW + 9 * DAY, NOW + 12 * DAY), REASON_GUARD_UNMET);
  allowed(fund_request_apply_execute(arena, r, NOW + 11 * DAY, NOW + 12 * DAY));
  int64_t deadline = timestamp_us(r->claim_deadline_time, 0);
  tried = *c;
  refused(claim_apply_submit(arena, &tried, r, deadline + 1), "DEADLINE_PASSED");
  tried = *c;
  tried.eligible_spend_minor = 0;
  refused(claim_apply_submit(arena, &tried, r, deadline), "INCOMPLETE");
  assert_int_equal(r->open_claims, 0);
  allowed(claim_apply_submit(arena, c, r, deadline));
  assert_int_equal(r->open_claims, 1);
  Market__FundRequest held = *r;
  refused(fund_request_apply_end(arena, &held, a, FUND_REQUEST_CLOSE, deadline + 1), REASON_GUARD_UNMET);
  allowed(claim_apply_reject(arena, c, r, "not what was agreed", deadline + 1));
  held = *r;
  refused(fund_request_apply_end(arena, &held, a, FUND_REQUEST_EXPIRE, deadline), REASON_GUARD_UNMET);
  allowed(fund_request_apply_end(arena, r, a, FUND_REQUEST_EXPIRE, deadline + 1));
  assert_int_equal(r->released_minor, 800);
  assert_int_equal(a->available_minor, 1000);
}

static void instalments_pay_a_claim(void **state) {
  (void)state;
  Market__MdfBudget *b = budget(1000);
  Market__MdfAllocation *a = allocation(b, 1000, 5000);
  Market__FundRequest *r = approved(b, a, 800);
  allowed(fund_request_apply_execute(arena, r, NOW + 11 * DAY, NOW + 12 * DAY));
  Market__Claim *c = reviewed(r, 1000, 0);
  Market__Settlement one = MARKET__SETTLEMENT__INIT, two, three;
  one.name = (char *)"s";
  one.currency_code = (char *)"USD";
  one.amount_minor = 300;
  two = three = one;
  refused(settlement_apply_create(arena, &one, c), REASON_INVALID_STATE);
  allowed(claim_apply_approve(arena, c, r, a, 0, NOW + 13 * DAY));
  allowed(settlement_apply_create(arena, &one, c));
  refused(settlement_apply_create(arena, &two, c), "BALANCE_EXCEEDED");
  two.amount_minor = three.amount_minor = 200;
  allowed(settlement_apply_create(arena, &two, c));
  Market__Settlement tried = one;
  refused(settlement_apply_pay(arena, &tried, c, a, NOW + 12 * DAY, NOW + 20 * DAY), REASON_GUARD_UNMET);
  allowed(settlement_apply_pay(arena, &one, c, a, NOW + 14 * DAY, NOW + 20 * DAY));
  assert_int_equal(c->state, CLAIM_STATE(APPROVED));
  allowed(settlement_apply_fail(arena, &two, c, "account closed"));
  refused(settlement_apply_fail(arena, &two, c, "again"), REASON_INVALID_STATE);
  assert_int_equal(c->settling_minor, 0);
  allowed(settlement_apply_create(arena, &three, c));
  allowed(settlement_apply_pay(arena, &three, c, a, INT64_MIN, NOW + 20 * DAY));
  assert_int_equal(c->state, CLAIM_STATE(PAID));
  assert_int_equal(a->paid_minor, 500);
  assert_int_equal(a->claimed_minor, 0);
  assert_int_equal(a->reserved_minor, 300);
}

static void closing_forfeits_what_is_left(void **state) {
  (void)state;
  Market__MdfBudget *b = budget(1000);
  Market__MdfAllocation *a = allocation(b, 600, 5000);
  struct decision decision = decided("");
  int64_t forfeited;
  refused(mdf_allocation_apply_adjust(arena, a, b, 500, &decision), "BALANCE_EXCEEDED");
  allowed(mdf_allocation_apply_adjust(arena, a, b, 400, &decision));
  Market__FundRequest *r = approved(b, a, 700);
  refused(mdf_allocation_apply_adjust(arena, a, b, -301, &decision), "BALANCE_EXCEEDED");
  allowed(mdf_allocation_apply_adjust(arena, a, b, -100, &decision));
  Market__MdfAllocation held = *a;
  refused(mdf_allocation_apply_close(arena, &held, b, &forfeited), REASON_GUARD_UNMET);
  allowed(fund_request_apply_end(arena, r, a, FUND_REQUEST_CLOSE, NOW));
  allowed(mdf_allocation_apply_close(arena, a, b, &forfeited));
  assert_int_equal(forfeited, 900);
  assert_int_equal(b->allocated_minor, 0);
  assert_int_equal(a->available_minor, 0);
}

/* One budget tree under random actions, most of which are refused. */
enum { REQUESTS = 4, CLAIMS = 3, SETTLEMENTS = 3, STEPS = 400, TREES = 300 };
struct tree {
  Market__MdfBudget *budget;
  Market__MdfAllocation *allocation;
  Market__FundRequest *requests[REQUESTS];
  Market__Claim *claims[REQUESTS][CLAIMS];
  Market__Settlement settlements[REQUESTS][CLAIMS][SETTLEMENTS];
};

static void random_request_step(struct tree *t, int r) {
  struct decision decision = decided(random() % 10 ? "" : "an override, at random");
  Market__FundRequest copy = *t->requests[r];
  Market__MdfAllocation a = *t->allocation;
  const struct status *status = NULL;
  switch (random() % 5) {
  case 0:
    status = fund_request_apply_submit(arena, &copy, &a, NOW);
    break;
  case 1:
    status = fund_request_apply_approve(arena, &copy, &a, t->budget, random() % 500, &decision);
    break;
  case 2:
    status = fund_request_apply_execute(arena, &copy, NOW + 11 * DAY, NOW + 12 * DAY);
    break;
  case 3:
    status = random() % 8 ? status_make(arena, CODE_ABORTED, "SKIPPED", "rarely")
                          : fund_request_apply_end(arena, &copy, &a, FUND_REQUEST_CLOSE, NOW + 20 * DAY);
    break;
  default:
    status = mdf_allocation_apply_adjust(arena, &a, t->budget, random() % 400 - 150, &decision);
  }
  if (!status) {
    *t->requests[r] = copy;
    *t->allocation = a;
  }
}

static void random_claim_step(struct tree *t, int r, int c) {
  Market__FundRequest request = *t->requests[r];
  Market__MdfAllocation a = *t->allocation;
  Market__Claim copy = *t->claims[r][c];
  int s = (int)(random() % SETTLEMENTS);
  Market__Settlement settlement = t->settlements[r][c][s];
  const struct status *status = NULL;
  switch (random() % 7) {
  case 0:
    status = claim_apply_submit(arena, &copy, &request, NOW + 12 * DAY);
    break;
  case 1:
    status = claim_apply(arena, &copy, CLAIM_REVIEW);
    break;
  case 2:
    status = claim_apply_approve(arena, &copy, &request, &a, random() % 600, NOW + 13 * DAY);
    break;
  case 3:
    status = random() % 4 ? status_make(arena, CODE_ABORTED, "SKIPPED", "rarely")
                          : claim_apply_reject(arena, &copy, &request, "at random", NOW + 13 * DAY);
    break;
  case 4:
    settlement.amount_minor = 1 + random() % 200;
    settlement.currency_code = (char *)"USD";
    status = settlement.state ? status_make(arena, CODE_ABORTED, "SKIPPED", "made")
                              : settlement_apply_create(arena, &settlement, &copy);
    break;
  case 5:
    status = settlement_apply_pay(arena, &settlement, &copy, &a, INT64_MIN, NOW + 20 * DAY);
    break;
  default:
    status = settlement_apply_fail(arena, &settlement, &copy, "at random");
  }
  if (!status) {
    *t->requests[r] = request;
    *t->allocation = a;
    *t->claims[r][c] = copy;
    t->settlements[r][c][s] = settlement;
  }
}

static void assert_sums(const struct tree *t) {
  int64_t reserved = 0, claimed = 0, paid = 0;
  const Market__MdfAllocation *a = t->allocation;
  for (int r = 0; r < REQUESTS; r++) {
    int64_t claims = 0;
    int32_t open = 0;
    for (int c = 0; c < CLAIMS; c++) {
      const Market__Claim *claim_ = t->claims[r][c];
      int64_t settling = 0, settled = 0;
      for (int s = 0; s < SETTLEMENTS; s++) {
        const Market__Settlement *x = &t->settlements[r][c][s];
        settling += x->state == MARKET__SETTLEMENT__STATE__STATE_PENDING ? x->amount_minor : 0;
        settled += x->state == MARKET__SETTLEMENT__STATE__STATE_PAID ? x->amount_minor : 0;
      }
      assert_int_equal(claim_->settling_minor, settling);
      assert_int_equal(claim_->paid_minor, settled);
      assert_true(settling + settled <= claim_->approved_minor);
      open += claim_->state == CLAIM_STATE(SUBMITTED) || claim_->state == CLAIM_STATE(IN_REVIEW);
      claims += claim_->approved_minor;
      claimed += claim_->approved_minor - settled;
      paid += settled;
    }
    const Market__FundRequest *request = t->requests[r];
    assert_int_equal(request->claimed_minor, claims);
    assert_int_equal(request->open_claims, open);
    assert_true(claims <= request->approved_minor && request->approved_minor <= request->requested_minor);
    reserved += request->approved_minor - claims - request->released_minor;
  }
  assert_int_equal(a->reserved_minor, reserved);
  assert_int_equal(a->claimed_minor, claimed);
  assert_int_equal(a->paid_minor, paid);
  assert_int_equal(a->available_minor, a->allocated_minor + a->overridden_minor - reserved - claimed - paid);
  assert_true(a->available_minor >= 0 && reserved >= 0 && claimed >= 0 && a->allocated_minor >= 0);
  assert_int_equal(t->budget->allocated_minor, a->allocated_minor);
  assert_true(t->budget->allocated_minor <= t->budget->amount_minor + t->budget->overridden_minor);
}

static void sums_hold_whatever_happens(void **state) {
  (void)state;
  srandom(3);
  int64_t paid = 0;
  for (int i = 0; i < TREES; i++) {
    struct tree *t = arena_new(arena, struct tree);
    t->budget = budget(2000);
    t->allocation = allocation(t->budget, 500 + random() % 1000, 5000);
    for (int r = 0; r < REQUESTS; r++) {
      t->requests[r] = draft(1 + random() % 800);
      for (int c = 0; c < CLAIMS; c++) {
        t->claims[r][c] = claim(t->requests[r], 1 + random() % 900, random() % 300);
        for (int s = 0; s < SETTLEMENTS; s++)
          market__settlement__init(&t->settlements[r][c][s]);
      }
    }
    for (int step = 0; step < STEPS; step++) {
      int r = (int)(random() % REQUESTS);
      if (random() % 3)
        random_claim_step(t, r, (int)(random() % CLAIMS));
      else
        random_request_step(t, r);
      assert_sums(t);
    }
    paid += t->allocation->paid_minor;
    arena_reset(arena);
  }
  assert_true(paid > 0); /* the walk gets to the end of the path */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_and_action),
      cmocka_unit_test(the_second_claim_meets_the_cap),
      cmocka_unit_test(what_a_claim_comes_to),
      cmocka_unit_test(every_missing_proof_is_listed),
      cmocka_unit_test(a_draft_is_tolerated_and_submitted_whole),
      cmocka_unit_test(approval_lists_every_unmet_guard),
      cmocka_unit_test(limits_hold_unless_overridden_by_name),
      cmocka_unit_test(claims_come_after_the_activity_and_in_time),
      cmocka_unit_test(instalments_pay_a_claim),
      cmocka_unit_test(closing_forfeits_what_is_left),
      cmocka_unit_test(sums_hold_whatever_happens),
  };
  arena = arena_create(64 << 20, NULL, NULL);
  int failures = cmocka_run_group_tests(tests, NULL, NULL);
  arena_destroy(arena);
  return failures;
}
