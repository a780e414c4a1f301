#include "sell/opportunity_review.h"

#include "runtime/base/machine.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/field.h"

#define STATE(name) SELL__OPPORTUNITY_REVIEW__STATE__STATE_##name

static const struct transition transitions[] = {
    {STATE(PENDING_SUBMISSION), REVIEW_SUBMIT, STATE(SUBMITTED), NULL},
    {STATE(SUBMITTED), REVIEW_RECALL, STATE(PENDING_SUBMISSION), NULL},
    {STATE(SUBMITTED), REVIEW_START, STATE(IN_REVIEW), NULL},
    {STATE(IN_REVIEW), REVIEW_REQUEST_ACTION, STATE(ACTION_REQUIRED), NULL},
    {STATE(IN_REVIEW), REVIEW_APPROVE, STATE(APPROVED), NULL},
    {STATE(IN_REVIEW), REVIEW_REJECT, STATE(REJECTED), NULL},
    {STATE(ACTION_REQUIRED), REVIEW_SUBMIT, STATE(SUBMITTED), NULL},
};

static const char *const action_names[REVIEW_ACTIONS] = {
    [REVIEW_SUBMIT] = "submit",   [REVIEW_RECALL] = "recall",
    [REVIEW_START] = "start",     [REVIEW_REQUEST_ACTION] = "request action",
    [REVIEW_APPROVE] = "approve", [REVIEW_REJECT] = "reject",
};

const struct machine review_machine = {
    .states = &sell__opportunity_review__state__descriptor,
    .actions = action_names,
    .action_count = REVIEW_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

const struct status *joint_check(const struct occasion *occasion, const Sell__Opportunity *opportunity) {
  if (opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT)
    return NULL;
  return status_make(occasion->arena, CODE_FAILED_PRECONDITION, REASON_NOT_JOINT,
                     "%s is %s's own: this is for joint opportunities", opportunity->name,
                     party_name(opportunity->owner_party));
}

Sell__OpportunityReview__State review_state_of(const Sell__Opportunity *opportunity) {
  return opportunity->review && opportunity->review->state ? opportunity->review->state
                                                           : STATE(PENDING_SUBMISSION);
}

/* A copy to change: rules never change what a message points to. */
static Sell__OpportunityReview *review_copy(const struct occasion *occasion,
                                            const Sell__Opportunity *opportunity) {
  Sell__OpportunityReview *copy = arena_new(occasion->arena, Sell__OpportunityReview);
  sell__opportunity_review__init(copy);
  if (opportunity->review)
    *copy = *opportunity->review;
  copy->reviewer = party_other(opportunity->owner_party);
  return copy;
}

void review_begin(const struct occasion *occasion, Sell__Opportunity *opportunity) {
  opportunity->review = review_copy(occasion, opportunity);
  opportunity->review->state = STATE(PENDING_SUBMISSION);
}

/* Who brought it submits and recalls; the other one reviews. */
static Type__Party actor_of(const Sell__Opportunity *opportunity, enum review_action action) {
  bool owners = action == REVIEW_SUBMIT || action == REVIEW_RECALL;
  return owners ? opportunity->owner_party : party_other(opportunity->owner_party);
}

static const struct status *open_check(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                                       enum review_action action) {
  struct guards guards = {
      .arena = occasion->arena,
      .resource = opportunity->name,
      .state = state_name(&sell__opportunity__state__descriptor, (int)opportunity->state),
      .action = action_names[action],
      .reason = REASON_INVALID_STATE,
  };
  guard(&guards, opportunity->state == SELL__OPPORTUNITY__STATE__STATE_OPEN,
        "it is %s: only what is open is reviewed", guards.state);
  return guards.status;
}

/* The review after an action, not yet in its place. */
static const struct status *next(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                                 enum review_action action, Sell__OpportunityReview **out) {
  int to = 0;
  const struct status *status = joint_check(occasion, opportunity);
  if (!status)
    status =
        party_check_owner(occasion->arena, opportunity->name, actor_of(opportunity, action), occasion->party);
  if (!status)
    status = open_check(occasion, opportunity, action);
  if (!status)
    status = machine_next(&review_machine, occasion->arena, opportunity->name,
                          (int)review_state_of(opportunity), (int)action, &to);
  if (status)
    return status;
  *out = review_copy(occasion, opportunity);
  (*out)->state = (Sell__OpportunityReview__State)to;
  (*out)->open_fields = NULL;
  (*out)->n_open_fields = 0;
  return NULL;
}

static bool has_text(const char *text) {
  return !text_empty(text);
}

static const struct status *submit_check(const struct occasion *occasion,
                                         const Sell__Opportunity *opportunity) {
  const Sell__Customer *customer = opportunity->customer;
  const struct {
    const char *field;
    bool met;
  } needs[] = {
      {"display_name", has_text(opportunity->display_name)},
      {"customer.account", customer && has_text(customer->account)},
      {"customer.country", customer && has_text(customer->country)},
      {"solution", has_text(opportunity->solution)},
      {"amount", opportunity->amount && opportunity->amount->amount_minor > 0},
      {"expected_close_time", opportunity->expected_close_time != NULL},
  };
  struct guards guards = {
      .arena = occasion->arena,
      .resource = opportunity->name,
      .state = state_name(review_machine.states, (int)review_state_of(opportunity)),
      .action = action_names[REVIEW_SUBMIT],
  };
  for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
    guard(&guards, needs[i].met, "a review needs %s", needs[i].field);
  return guards.status;
}

const struct status *review_submit(const struct occasion *occasion, Sell__Opportunity *opportunity) {
  Sell__OpportunityReview *review;
  const struct status *status = next(occasion, opportunity, REVIEW_SUBMIT, &review);
  if (!status)
    status = submit_check(occasion, opportunity);
  if (status)
    return status;
  review->submit_time = timestamp_new(occasion->arena, occasion->now_us);
  review->submit_count++;
  opportunity->review = review;
  return NULL;
}

const struct status *review_recall(const struct occasion *occasion, Sell__Opportunity *opportunity) {
  Sell__OpportunityReview *review;
  const struct status *status = next(occasion, opportunity, REVIEW_RECALL, &review);
  if (!status)
    opportunity->review = review;
  return status;
}

/* What the reviewer does, and says to it. */
static const struct status *judge(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                  enum review_action action, char *comment) {
  Sell__OpportunityReview *review;
  const struct status *status = next(occasion, opportunity, action, &review);
  if (status)
    return status;
  review->review_time = timestamp_new(occasion->arena, occasion->now_us);
  review->comment = comment;
  opportunity->review = review;
  return NULL;
}

const struct status *review_start(const struct occasion *occasion, Sell__Opportunity *opportunity) {
  return judge(occasion, opportunity, REVIEW_START, (char *)protobuf_c_empty_string);
}

const struct status *review_approve(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                    char *comment) {
  return judge(occasion, opportunity, REVIEW_APPROVE, comment);
}

const struct status *review_reject(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                   char *reason) {
  return judge(occasion, opportunity, REVIEW_REJECT, reason);
}

static const struct status *paths_check(const struct occasion *occasion, char *const *paths, size_t count) {
  struct status *invalid = NULL;
  for (size_t i = 0; i < count; i++) {
    const char *field = arena_printf(occasion->arena, "open_fields[%zu]", i);
    if (!field_is_reviewed(paths[i]))
      invalid_add(occasion->arena, &invalid, field, "FIELD_PATH_INVALID",
                  "%s is no field that a review locks", paths[i]);
    for (size_t j = 0; j < i; j++)
      if (text_equal(paths[i], paths[j]))
        invalid_add(occasion->arena, &invalid, field, "DUPLICATE_VALUE", "%s comes twice", paths[i]);
  }
  return invalid;
}

const struct status *review_request_action(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                           char *comment, char **open_fields, size_t count) {
  const struct status *status = paths_check(occasion, open_fields, count);
  Sell__Opportunity after = *opportunity;
  const struct status *refused = judge(occasion, &after, REVIEW_REQUEST_ACTION, comment);
  if (refused || status)
    return refused ? refused : status;
  after.review->open_fields = open_fields;
  after.review->n_open_fields = count;
  *opportunity = after;
  return NULL;
}
