#include "onboard/handler.h"
#include "onboard/review.h"
#include "onboard/timed.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include "entente/onboard/v1/review_service.pb-c.h"

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
  Onboard__Review *review = request->review;
  struct status *invalid = NULL;
  if (!moment_check(call_arena(call), &invalid, "review.due_time", review->due_time))
    return invalid;
  const struct status *status = partnership_open(call, request->parent, "CREATE_REVIEW", &partnership);
  if (!status)
    status = resource_name(call, &kind_review, request->parent, "reviews", request->review_id, &review->name);
  if (status)
    return status;
  review_start(review);
  count_due(resource_change(call_txn(call), &kind_review, review, "review.scheduled"), review->due_time, 1);
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

static bool keep(const void *message, void *context) {
  const struct due_filter *filter = context;
  const Onboard__Review *review = message;
  return due_filter_keeps(filter, review->due_time, (int)review_state_at(review, filter->now_us));
}

const struct status *review_list(struct call *call, const void *in, void *out) {
  const Onboard__ListReviewsRequest *request = in;
  Onboard__ListReviewsResponse *response = out;
  struct list_page page;
  struct due_filter filter = due_filter_of(call, (int)request->state, request->due_before);
  const struct due_query query = {
      .kind = &kind_review,
      .parent = request->parent,
      .filter = &filter,
      .keep = keep,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  const struct status *status = due_list(call, &query, &page);
  if (status)
    return status;
  for (size_t i = 0; i < page.count; i++)
    review_settle(page.messages[i], filter.now_us);
  response->reviews = (Onboard__Review **)page.messages;
  response->n_reviews = page.count;
  response->next_page_token = (char *)page.next_page_token;
  return NULL;
}

/* ---- verbs ---- */

/* As commitments: what time has changed is recorded first, then the handler runs again. */
static const struct status *open_review(struct call *call, const char *name, const char *etag,
                                        Onboard__Review **out) {
  const struct status *status = resource_load(call, &kind_review, name, etag, out);
  if (status || review_next_us(*out) > call_now_us(call))
    return status;
  bool changed;
  status = timed_record(call_store(call), &timed_review, call_arena(call), name, call_now_us(call),
                        call_deadline_us(call), &changed);
  return status ? status : &status_lost_race;
}

const struct status *review_move(struct call *call, const void *in, void *out) {
  const Onboard__RescheduleReviewRequest *request = in;
  struct act act = act_of(call);
  Onboard__Review *review;
  struct status *invalid = NULL;
  if (!moment_check(act.arena, &invalid, "due_time", request->due_time))
    return invalid;
  const struct status *status = open_review(call, request->name, request->etag, &review);
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
    status = open_review(call, request->name, request->etag, &review);
  if (!status)
    status = load_sponsors(call, request, &sponsors);
  if (status)
    return status;
  facts.sponsors = sponsors;
  Onboard__Review__State was = review->state;
  status = review_hold(&act, review, &facts);
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

const struct status *review_call_off(struct call *call, const void *in, void *out) {
  const Onboard__CancelReviewRequest *request = in;
  struct act act = act_of(call);
  Onboard__Review *review;
  const struct status *status = open_review(call, request->name, request->etag, &review);
  if (!status)
    status = review_cancel(&act, review, request->reason);
  if (status)
    return status;
  count_due(resource_change(call_txn(call), &kind_review, review, "review.cancelled"), review->due_time, -1);
  return finish(call, review, out);
}
