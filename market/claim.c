#include "market/claim.h"

#include "runtime/base/money.h"
#include "runtime/base/period.h"
#include "runtime/base/refusal.h"
#include "runtime/base/timestamp.h"

#include <string.h>

#define DRAFT MARKET__CLAIM__STATE__STATE_DRAFT
#define SUBMITTED MARKET__CLAIM__STATE__STATE_SUBMITTED
#define IN_REVIEW MARKET__CLAIM__STATE__STATE_IN_REVIEW
#define APPROVED MARKET__CLAIM__STATE__STATE_APPROVED
#define PARTIAL MARKET__CLAIM__STATE__STATE_PARTIAL
#define REJECTED MARKET__CLAIM__STATE__STATE_REJECTED

static const char *const action_names[CLAIM_ACTIONS] = {"UPDATE",  "ADD_PROOFS", "SUBMIT", "REVIEW",
                                                        "APPROVE", "REJECT",     "SETTLE"};
static const struct transition transitions[] = {
    {DRAFT, CLAIM_UPDATE, DRAFT},         {DRAFT, CLAIM_ADD_PROOFS, DRAFT},
    {DRAFT, CLAIM_SUBMIT, SUBMITTED},     {SUBMITTED, CLAIM_ADD_PROOFS, SUBMITTED},
    {SUBMITTED, CLAIM_REVIEW, IN_REVIEW}, {SUBMITTED, CLAIM_REJECT, REJECTED},
    {IN_REVIEW, CLAIM_APPROVE, APPROVED}, {IN_REVIEW, CLAIM_ADD_PROOFS, IN_REVIEW},
    {IN_REVIEW, CLAIM_REJECT, REJECTED},  {APPROVED, CLAIM_SETTLE, APPROVED},
    {PARTIAL, CLAIM_SETTLE, PARTIAL},
};
const struct machine claim_machine = {
    .states = &market__claim__state__descriptor,
    .actions = action_names,
    .action_count = CLAIM_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

#define INVOICE MARKET__PROOF__TYPE__TYPE_INVOICE
#define PHOTO MARKET__PROOF__TYPE__TYPE_PHOTO
#define SCREENSHOT MARKET__PROOF__TYPE__TYPE_SCREENSHOT
#define ATTENDANCE_LIST MARKET__PROOF__TYPE__TYPE_ATTENDANCE_LIST
#define LEADS MARKET__PROOF__TYPE__TYPE_LEADS
#define SUMMARY MARKET__PROOF__TYPE__TYPE_SUMMARY
#define CONTENT MARKET__PROOF__TYPE__TYPE_CONTENT

enum { PROOFS_REQUIRED_MAX = 4 };
struct proof_row {
  Market__FundRequest__Activity activity;
  size_t count;
  Market__Proof__Type types[PROOFS_REQUIRED_MAX];
};
static const struct proof_row proof_rows[] = {
    {MARKET__FUND_REQUEST__ACTIVITY__ACTIVITY_EVENT, 4, {INVOICE, PHOTO, ATTENDANCE_LIST, LEADS}},
    {MARKET__FUND_REQUEST__ACTIVITY__ACTIVITY_WEBINAR, 4, {INVOICE, SCREENSHOT, ATTENDANCE_LIST, LEADS}},
    {MARKET__FUND_REQUEST__ACTIVITY__ACTIVITY_DIGITAL_ADVERTISING, 3, {INVOICE, SCREENSHOT, SUMMARY}},
    {MARKET__FUND_REQUEST__ACTIVITY__ACTIVITY_CONTENT, 2, {INVOICE, CONTENT}},
    {MARKET__FUND_REQUEST__ACTIVITY__ACTIVITY_OUTREACH, 3, {INVOICE, SUMMARY, LEADS}},
    {MARKET__FUND_REQUEST__ACTIVITY__ACTIVITY_TRAINING, 2, {INVOICE, ATTENDANCE_LIST}},
};

size_t claim_required_proofs(Market__FundRequest__Activity activity, const Market__Proof__Type **types) {
  for (size_t i = 0; i < sizeof proof_rows / sizeof *proof_rows; i++) {
    if (proof_rows[i].activity == activity) {
      *types = proof_rows[i].types;
      return proof_rows[i].count;
    }
  }
  *types = NULL;
  return 0;
}

bool claim_visible(const Market__Claim *claim, Type__Party party) {
  return party == TYPE__PARTY__PARTY_PARTNER || claim->state != DRAFT;
}

const struct status *claim_apply_create(struct arena *arena, Market__Claim *claim,
                                        const Market__FundRequest *request) {
  claim->state = DRAFT;
  return currency_check(arena, claim->currency_code, request->currency_code);
}

const struct status *claim_apply(struct arena *arena, Market__Claim *claim, enum claim_action action) {
  int to;
  const struct status *status = machine_next(&claim_machine, arena, claim->name, claim->state, action, &to);
  if (!status) {
    claim->state = (Market__Claim__State)to;
  }
  return status;
}

static struct guards guards_of(struct arena *arena, const Market__Claim *claim, enum claim_action action) {
  return (struct guards){.arena = arena,
                         .resource = claim->name,
                         .state = state_name(&market__claim__state__descriptor, claim->state),
                         .action = action_names[action]};
}

const struct status *claim_apply_add_proofs(struct arena *arena, Market__Claim *claim,
                                            Market__Proof *const *proofs, size_t count) {
  const struct status *status = claim_apply(arena, claim, CLAIM_ADD_PROOFS);
  if (status) {
    return status;
  }
  if (claim->n_proofs + count > PROOFS_MAX) {
    struct status *full = status_make(arena, CODE_RESOURCE_EXHAUSTED, "LIMIT_REACHED",
                                      "a claim can have %d proofs", PROOFS_MAX);
    status_add_metadata(arena, full, "limit", arena_printf(arena, "%d", PROOFS_MAX));
    return full;
  }
  for (size_t i = 0; i < count; i++) {
    claim->proofs = arena_append(arena, claim->proofs, claim->n_proofs++, proofs[i]);
  }
  return NULL;
}

static const struct status *deadline_passed(struct arena *arena, const Market__Claim *claim,
                                            int64_t deadline_us) {
  char text[32];
  time_format(deadline_us, text, sizeof text);
  struct status *status = status_make(arena, CODE_FAILED_PRECONDITION, "DEADLINE_PASSED",
                                      "%s could be submitted until %s", claim->name, text);
  status_add_metadata(arena, status, "claim_deadline", text);
  return status;
}

const struct status *claim_apply_submit(struct arena *arena, Market__Claim *claim,
                                        Market__FundRequest *request, int64_t now_us) {
  struct guards guards = guards_of(arena, claim, CLAIM_SUBMIT);
  struct guards complete = guards;
  const struct status *status = claim_apply(arena, claim, CLAIM_SUBMIT);
  if (status) {
    return status;
  }
  guard(&guards, request->state == MARKET__FUND_REQUEST__STATE__STATE_EXECUTED, "the request is %s",
        state_name(&market__fund_request__state__descriptor, request->state));
  guard(&guards, timestamp_us(request->execute_time, INT64_MIN) <= now_us,
        "the activity had not taken place by then");
  if (guards.status) {
    return guards.status;
  }
  int64_t deadline_us = timestamp_us(request->claim_deadline_time, INT64_MIN);
  if (now_us > deadline_us) {
    return deadline_passed(arena, claim, deadline_us);
  }
  complete.reason = "INCOMPLETE";
  guard(&complete, claim->eligible_spend_minor > 0, "eligible_spend_minor is missing");
  if (complete.status) {
    return complete.status;
  }
  claim->submit_time = timestamp_new(arena, now_us);
  request->open_claims++;
  return currency_check(arena, claim->currency_code, request->currency_code);
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

struct reimbursement claim_reimbursement(const Market__Claim *claim, int64_t accepted_spend_minor,
                                         int32_t reimbursement_bps, int64_t left_minor) {
  int64_t stated_due = money_bps(claim->eligible_spend_minor, reimbursement_bps);
  int64_t accepted_due = money_bps(accepted_spend_minor, reimbursement_bps);
  int64_t asked = claim->claimed_minor ? claim->claimed_minor : stated_due;
  int64_t due = least(asked, accepted_due);
  struct reimbursement out = {.amount_minor = least(due, left_minor)};
  if (out.amount_minor < due) {
    out.partial_reason = MARKET__CLAIM__PARTIAL_REASON__PARTIAL_REASON_CAP;
  } else if (due < least(asked, stated_due)) {
    out.partial_reason = MARKET__CLAIM__PARTIAL_REASON__PARTIAL_REASON_SPEND_DISALLOWED;
  } else if (due < asked) {
    out.partial_reason = MARKET__CLAIM__PARTIAL_REASON__PARTIAL_REASON_RATE;
  }
  return out;
}

static bool has_proof(const Market__Claim *claim, Market__Proof__Type type) {
  for (size_t i = 0; i < claim->n_proofs; i++) {
    if (claim->proofs[i]->type == type) {
      return true;
    }
  }
  return false;
}

static const struct status *check_proofs(struct arena *arena, const Market__Claim *claim,
                                         const Market__FundRequest *request) {
  const Market__Proof__Type *types;
  size_t count = claim_required_proofs(request->activity, &types);
  struct guards guards = guards_of(arena, claim, CLAIM_APPROVE);
  guards.reason = "PROOF_MISSING";
  for (size_t i = 0; i < count; i++) {
    guard(&guards, has_proof(claim, types[i]), "proof %s is missing",
          state_name(&market__proof__type__descriptor, (int)types[i]));
  }
  return guards.status;
}

const struct status *claim_apply_approve(struct arena *arena, Market__Claim *claim,
                                         Market__FundRequest *request, Market__MdfAllocation *allocation,
                                         int64_t accepted_spend_minor, int64_t now_us) {
  int to;
  const struct status *status =
      machine_next(&claim_machine, arena, claim->name, claim->state, CLAIM_APPROVE, &to);
  if (!status) {
    status = check_proofs(arena, claim, request);
  }
  if (status) {
    return status;
  }
  int64_t accepted = accepted_spend_minor ? accepted_spend_minor : claim->eligible_spend_minor;
  int64_t left = request->approved_minor - request->claimed_minor;
  struct reimbursement due = claim_reimbursement(claim, accepted, request->reimbursement_bps, left);
  if (left <= 0) {
    return balance_exceeded(arena, request->name, "approved and unclaimed", left, 1);
  }
  struct guards guards = guards_of(arena, claim, CLAIM_APPROVE);
  guard(&guards, accepted <= claim->eligible_spend_minor, "more spend would be accepted than was stated");
  guard(&guards, due.amount_minor > 0, "the rate gives nothing for this spend");
  guard(&guards, timestamp_us(claim->submit_time, INT64_MIN) <= now_us, "it was not submitted by then");
  if (guards.status) {
    return guards.status;
  }
  claim->accepted_spend_minor = accepted;
  claim->approved_minor = due.amount_minor;
  claim->partial_reason = due.partial_reason;
  claim->state = due.partial_reason ? PARTIAL : (Market__Claim__State)to;
  claim->decide_time = timestamp_new(arena, now_us);
  request->claimed_minor += due.amount_minor;
  request->open_claims--;
  mdf_allocation_claim(allocation, due.amount_minor);
  return NULL;
}

const struct status *claim_apply_reject(struct arena *arena, Market__Claim *claim,
                                        Market__FundRequest *request, const char *reason, int64_t now_us) {
  const struct status *status = claim_apply(arena, claim, CLAIM_REJECT);
  if (!status) {
    claim->decision_reason = arena_strdup(arena, reason);
    claim->decide_time = timestamp_new(arena, now_us);
    request->open_claims--;
  }
  return status;
}
