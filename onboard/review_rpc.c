#include "onboard/govern.h"
#include "onboard/handler.h"
#include "onboard/review.h"
#include "onboard/timed.h"
#include "runtime/base/fold.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/period.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/store/ledger.h"

#include "entente/onboard/v1/review_service.pb-c.h"

#include <stdlib.h>
#include <string.h>

/* The month that a review counts in can move, and so can what it counts as. */
static void count_due(struct record *record, const Google__Protobuf__Timestamp *due, int64_t amount) {
  txn_count(record, "reviews.due", TYPE__PARTY__PARTY_UNSPECIFIED, moment_us(due), amount);
}

static const struct status *finish(struct call *call, const Onboard__Review *review, void *out) {
  *(Onboard__Review *)out = *review;
  return txn_commit(call_txn(call), out);
}

const struct status *review_create(struct call *call, const void *in, void *out) {
  const Onboard__CreateReviewRequest *request = in;
  Onboard__Partnership *partnership;
  Onboard__ReviewClock *clock;
  Onboard__Review *review = request->review;
  struct status *invalid = NULL;
  if (!moment_check(call_arena(call), &invalid, "review.due_time", review->due_time))
    return invalid;
  const struct status *status = partnership_open(call, request->parent, "CREATE_REVIEW", &partnership);
  if (!status)
    status = resource_name(call, &kind_review, request->parent, "reviews", request->review_id, &review->name);
  if (!status)
    status = review_clock_load(call_txn(call), request->parent, &clock);
  if (status)
    return status;
  clock->count++;
  txn_put(call_txn(call), &kind_review_clock, clock);
  review_start(review);
  review_schedule(call_txn(call), review);
  return finish(call, review, out);
}

const struct status *review_get(struct call *call, const void *in, void *out) {
  const Onboard__GetReviewRequest *request = in;
  Onboard__Review *review;
  const struct status *status = resource_read(call, &kind_review, request->name, &review);
  if (status)
    return status;
  review_settle(review, call_now_us(call));
  *(Onboard__Review *)out = *review;
  return NULL;
}

/* Decisions are a list, which a field's name cannot say. */
static bool decided(const Onboard__Review *review, const struct text_filter *text) {
  for (size_t i = 0; i < review->n_decisions; i++)
    if (text_folded_contains(text->arena, review->decisions[i], text->folded))
      return true;
  return false;
}

static bool keep(const void *message, void *context) {
  struct due_filter *filter = context;
  const Onboard__Review *review = message;
  if (filter->kind && (int)review->kind != filter->kind)
    return false;
  struct due_filter other = *filter;
  if (decided(review, &filter->text))
    other.text.folded = "";
  return due_filter_keeps(&other, message, review->due_time, (int)review_state_at(review, filter->now_us));
}

/* What the cadence has come to is scheduled before it is listed, so that a list is right at any moment. */
static const struct status *keep_cadence(struct call *call, const char *name) {
  Onboard__Partnership *partnership;
  Onboard__GovernanceBody *body;
  bool changed;
  const struct status *status = txn_peek(call_txn(call), &kind_partnership, name, &partnership);
  if (status || !partnership || text_empty(partnership->governance_body))
    return status;
  status = txn_peek(call_txn(call), &kind_governance_body, partnership->governance_body, &body);
  if (status || !body || governance_next_us(body) > call_now_us(call))
    return status;
  status = timed_record(call_store(call), &timed_governance_body, call_arena(call), body->name,
                        call_now_us(call), call_deadline_us(call), &changed);
  return status && status->code == CODE_ABORTED ? NULL : status; /* another was first */
}

const struct status *review_list(struct call *call, const void *in, void *out) {
  const Onboard__ListReviewsRequest *request = in;
  Onboard__ListReviewsResponse *response = out;
  struct list_page page;
  static const char *const fields[] = {"title", "reschedule_reason", "cancel_reason", NULL};
  const struct text_filter text = text_filter_of(call, request->text, fields);
  struct due_filter filter = due_filter_of(call, (int)request->state, request->due_before, &text);
  filter.kind = (int)request->kind;
  const struct due_query query = {
      .kind = &kind_review,
      .parent = request->parent,
      .filter = &filter,
      .keep = keep,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  const struct status *status = keep_cadence(call, request->parent);
  if (!status)
    status = due_list(call, &query, &page);
  if (status)
    return status;
  for (size_t i = 0; i < page.count; i++)
    review_settle(page.messages[i], filter.now_us);
  resource_page(response, &page);
  return NULL;
}

/* ---- verbs ---- */

const struct status *review_move(struct call *call, const void *in, void *out) {
  const Onboard__RescheduleReviewRequest *request = in;
  struct act act = act_of(call);
  Onboard__Review *review;
  struct status *invalid = NULL;
  if (!moment_check(act.arena, &invalid, "due_time", request->due_time))
    return invalid;
  const struct status *status = resource_open(call, &timed_review, request->name, request->etag, &review);
  if (status)
    return status;
  const Google__Protobuf__Timestamp *before = review->due_time;
  status = review_reschedule(&act, review, request->due_time, request->reason);
  if (status)
    return status;
  struct record *record = resource_change(call_txn(call), &kind_review, review, "review.rescheduled");
  count_due(record, before, -1);
  count_due(record, review->due_time, 1);
  return finish(call, review, out);
}

/* The sponsors that attendees name, by attendee; NULL where none is named or it is not of this partnership.
 */
static const struct status *load_sponsors(struct call *call, const Onboard__RecordReviewRequest *request,
                                          Onboard__Sponsor ***out) {
  struct arena *arena = call_arena(call);
  const char *partnership = name_partnership(arena, request->name);
  Onboard__Sponsor **sponsors = arena_calloc(arena, request->n_attendees, sizeof(void *));
  for (size_t i = 0; i < request->n_attendees; i++) {
    const char *name = request->attendees[i]->sponsor;
    if (text_empty(name) || !text_equal(name_partnership(arena, name), partnership))
      continue;
    const struct status *status = txn_peek(call_txn(call), &kind_sponsor, name, &sponsors[i]);
    if (status)
      return status;
  }
  *out = sponsors;
  return NULL;
}

static void count_held(struct record *record, const Onboard__Review *review, Onboard__Review__State was) {
  int64_t due = moment_us(review->due_time);
  for (size_t i = 0; i < review->n_sponsored_parties; i++)
    txn_count(record, "reviews.sponsored", review->sponsored_parties[i], due, 1);
  if (was == ONBOARD__REVIEW__STATE__STATE_MISSED)
    txn_count(record, "reviews.missed", TYPE__PARTY__PARTY_UNSPECIFIED, due, -1);
}

/* ---- what a review was prepared from ---- */

static const struct status *refuse_entry(struct call *call, const char *entry) {
  struct status *status = call_fail(call, CODE_FAILED_PRECONDITION, "LEDGER_ENTRY_UNKNOWN",
                                    "%s is no entry of this partnership's ledger", entry);
  status_add_metadata(call_arena(call), status, "prepared_entry", entry);
  return status;
}

/* The newest entry that both read, or the one named. A party's own entry answers as one that is not there: a
 * review is prepared from what both have before them. */
static const struct status *note_prepared(struct call *call, const Onboard__RecordReviewRequest *request,
                                          Onboard__Review *review) {
  struct arena *arena = call_arena(call);
  const char *partnership = name_partnership(arena, request->name), *named = request->prepared_entry;
  Ledger__LedgerEntry *entry;
  const struct status *status = text_empty(named) ? ledger_newest(call_txn(call), partnership, &entry)
                                                  : ledger_entry(call_txn(call), partnership, named, &entry);
  if (status)
    return status;
  if (!text_empty(named) && (!entry || entry->private_to))
    return refuse_entry(call, named);
  if (!entry)
    return NULL;
  review->prepared_entry = entry->name;
  review->prepared_hash = hex_encode(arena, entry->previous_hash.data, entry->previous_hash.len);
  return NULL;
}

/* ---- what an annual review decides ---- */

static const struct status *check_outcome(struct call *call, const Onboard__RecordReviewRequest *request,
                                          const Onboard__Review *review) {
  const struct principal *principal = call_principal(call);
  if (!request->outcome)
    return NULL;
  if (principal->party != TYPE__PARTY__PARTY_VENDOR ||
      principal->role < OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR)
    return call_fail(call, CODE_PERMISSION_DENIED, REASON_ACCESS_DENIED,
                     "an outcome is given by administrators of the vendor");
  if (review->kind != ONBOARD__REVIEW__KIND__KIND_ANNUAL)
    return invalid_field(call_arena(call), "outcome", "VALUE_OUT_OF_RANGE",
                         "only an annual review has an outcome");
  return NULL;
}

/* The partnership goes the way that was decided, in the same step. */
static const struct status *conclude(struct call *call, const Onboard__RecordReviewRequest *request,
                                     Onboard__Review *review) {
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  if (!request->outcome)
    return NULL;
  const struct status *status = partnership_open(call, request->name, "RECORD_REVIEW", &partnership);
  if (status)
    return status;
  Onboard__Partnership__State was = partnership->state;
  if (was == ONBOARD__PARTNERSHIP__STATE__STATE_ACTIVE)
    status = partnership_apply(&act, partnership, PARTNERSHIP_START_REVIEW, NULL);
  if (!status)
    status = partnership_conclude_review(&act, partnership, request->outcome);
  if (!status)
    status = govern_partnership(call, partnership, was);
  if (status)
    return status;
  review->outcome = request->outcome;
  resource_change(call_txn(call), &kind_partnership, partnership, "partnership.review_concluded");
  return NULL;
}

const struct status *review_record(struct call *call, const void *in, void *out) {
  const Onboard__RecordReviewRequest *request = in;
  struct act act = act_of(call);
  struct review_facts facts = {
      .hold_us = timestamp_us(request->hold_time, act.now_us),
      .attendees = request->attendees,
      .attendee_count = request->n_attendees,
  };
  Onboard__Review *review;
  Onboard__Sponsor **sponsors;
  struct status *invalid = NULL;
  if (!moment_check_past(act.arena, &invalid, "hold_time", request->hold_time, act.now_us))
    return invalid;
  const struct status *status = review_check_attendees(act.arena, request->attendees, request->n_attendees);
  if (!status)
    status = resource_open(call, &timed_review, request->name, request->etag, &review);
  if (!status)
    status = load_sponsors(call, request, &sponsors);
  if (status)
    return status;
  facts.sponsors = sponsors;
  Onboard__Review__State was = review->state;
  status = check_outcome(call, request, review);
  if (!status)
    status = review_hold(&act, review, &facts);
  if (!status)
    status = note_prepared(call, request, review);
  if (!status)
    status = conclude(call, request, review);
  struct cause cause = review_missed(act.arena, review);
  if (!status && was == ONBOARD__REVIEW__STATE__STATE_MISSED)
    status = govern_close(call_txn(call), &act, &cause, "The review was held in time");
  if (status)
    return status;
  review->decisions = request->decisions;
  review->n_decisions = request->n_decisions;
  txn_put(call_txn(call), &kind_review, review);
  count_held(
      txn_record(call_txn(call),
                 &(struct record_facts){.type = "review.held", .payload = review, .occur_us = facts.hold_us}),
      review, was);
  return finish(call, review, out);
}

/* What the cadence asks for is moved, not called off, while the body governs. */
static const struct status *check_cadence(struct call *call, const Onboard__Review *review) {
  Onboard__GovernanceBody *body;
  if (text_empty(review->governance_body))
    return NULL;
  const struct status *status =
      txn_get(call_txn(call), &kind_governance_body, review->governance_body, &body);
  if (status || !body || body->state != ONBOARD__GOVERNANCE_BODY__STATE__STATE_ACTIVE)
    return status;
  struct status *refusal =
      call_fail(call, CODE_FAILED_PRECONDITION, "CADENCE_REVIEW",
                "%s belongs to the cadence of %s: move it instead", review->name, body->name);
  status_add_metadata(call_arena(call), refusal, "governance_body", body->name);
  return refusal;
}

const struct status *review_call_off(struct call *call, const void *in, void *out) {
  const Onboard__CancelReviewRequest *request = in;
  struct act act = act_of(call);
  Onboard__Review *review;
  const struct status *status = resource_open(call, &timed_review, request->name, request->etag, &review);
  if (!status)
    status = check_cadence(call, review);
  if (!status)
    status = review_cancel(&act, review, request->reason);
  if (status)
    return status;
  count_due(resource_change(call_txn(call), &kind_review, review, "review.cancelled"), review->due_time, -1);
  return finish(call, review, out);
}
