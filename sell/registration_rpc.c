/* Drafting, submitting and reading registrations. What the vendor decides is in registration_decision_rpc.c.
 */
#include "sell/registration.h"

#include "runtime/base/fold.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/feed/directory.h"
#include "runtime/message/mask.h"
#include "runtime/message/validate.h"
#include "sell/registration_change.h"
#include "sell/service.h"

static const struct status *finish(struct call *call, const Sell__Registration *registration, void *out) {
  *(Sell__Registration *)out = *registration;
  return txn_commit(call_txn(call), out);
}

/* ---- drafting ---- */

const struct status *registration_create(struct call *call, const void *in, void *out) {
  const Sell__CreateRegistrationRequest *request = in;
  struct act act = act_of(call);
  const Onboard__Partnership *partnership;
  Sell__Registration *registration = request->registration;
  const struct status *status = directory_partnership_going_on(call_txn(call), request->parent, &partnership);
  if (!status)
    status = resource_name(call, &kind_registration, request->parent, "registrations",
                           request->registration_id, &registration->name);
  if (!status)
    status = registration_check_draft(&act, partnership, registration);
  if (status)
    return status;
  registration->state = SELL__REGISTRATION__STATE__STATE_DRAFT;
  registration_put(call_txn(call), NULL, registration, "registration.drafted", act.now_us);
  return finish(call, registration, out);
}

/* A change of what conflicts are found by gives its place up until it is submitted again. */
static const struct status *place_given_up(struct call *call, const Sell__Registration *before,
                                           const Sell__Registration *after) {
  if (before->state != SELL__REGISTRATION__STATE__STATE_ACTION_REQUIRED ||
      !registration_identity_differs(before, after))
    return NULL;
  struct act act = act_of(call);
  return registration_leave(call_txn(call), &act, before);
}

static const struct status *amend(struct call *call, const void *in, void *out) {
  const Sell__UpdateRegistrationRequest *request = in;
  struct act act = act_of(call);
  Sell__Registration given = *request->registration, *current, *before;
  const Onboard__Partnership *partnership;
  const struct status *status = registration_load(call, given.name, given.etag, &current, &before);
  if (!status)
    status = directory_partnership(call_txn(call), given.name, &partnership);
  if (status)
    return status;
  /* These two say which one and which version; they are no values to set. */
  given.name = current->name;
  given.etag = current->etag;
  char **paths = request->update_mask ? request->update_mask->paths : NULL;
  size_t count = request->update_mask ? request->update_mask->n_paths : 0;
  status = mask_apply(act.arena, paths, count, &given.base, &current->base);
  if (!status)
    status = registration_check_update(&act, before, current);
  if (!status)
    status = registration_check_draft(&act, partnership, current);
  if (!status)
    status = place_given_up(call, before, current);
  if (status)
    return status;
  registration_amended(before, current);
  if (registration_differs(before, current))
    registration_put(call_txn(call), before, current, "registration.updated", act.now_us);
  return finish(call, current, out);
}

const struct status *registration_patch(struct call *call, const void *in, void *out) {
  return registration_paced(call, amend(call, in, out));
}

/* ---- submitting ---- */

/* Those of the policy that fits; what the vendor asked to have corrected goes on under what it was submitted
 * under. */
static const struct status *terms_find(struct call *call, const Sell__Registration *registration,
                                       struct registration_submission *submission) {
  struct act act = act_of(call);
  if (registration->state != SELL__REGISTRATION__STATE__STATE_ACTION_REQUIRED)
    return registration_terms_choose(call_txn(call), &act, submission->partnership, registration,
                                     &submission->policy, &submission->terms);
  submission->policy = registration->policy;
  submission->terms = registration->terms;
  return NULL;
}

static const struct status *submit(struct call *call, const void *in, void *out) {
  const Sell__SubmitRegistrationRequest *request = in;
  struct act act = act_of(call);
  struct txn *txn = call_txn(call);
  struct registration_submission submission = {0};
  struct held_keys held;
  Sell__Registration *registration, *before;
  const struct status *status = directory_partnership_going_on(txn, request->name, &submission.partnership);
  if (!status)
    status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = terms_find(call, registration, &submission);
  if (!status)
    status = keys_load(txn, registration, &held);
  if (status)
    return status;
  submission.kept = keys_hold(&held, registration);
  status = registration_submit(&act, registration, &submission);
  if (!status)
    status = coverage_check(txn, &act, registration);
  if (!status && !submission.kept)
    status = attempts_limit(txn, &act, registration);
  if (!status)
    status = registration_claim(txn, &act, &held, registration);
  if (status)
    return status;
  registration_put(txn, before, registration, "registration.submitted", act.now_us);
  return finish(call, registration, out);
}

const struct status *registration_file(struct call *call, const void *in, void *out) {
  return registration_paced(call, submit(call, in, out));
}

const struct status *registration_import(struct call *call, const void *in, void *out) {
  const Sell__ImportRegistrationRequest *request = in;
  struct act act = act_of(call);
  struct txn *txn = call_txn(call);
  struct registration_submission submission = {0};
  struct held_keys held;
  Sell__Registration *registration = request->registration;
  struct status *invalid = NULL;
  bool times = moment_check(act.arena, &invalid, "submit_time", request->submit_time);
  if (!moment_check(act.arena, &invalid, "approve_time", request->approve_time) || !times)
    return invalid;
  const struct status *status = directory_partnership_going_on(txn, request->parent, &submission.partnership);
  if (!status)
    status = resource_name(call, &kind_registration, request->parent, "registrations",
                           request->registration_id, &registration->name);
  if (!status)
    status = registration_check_draft(&act, submission.partnership, registration);
  if (!status)
    status = terms_find(call, registration, &submission);
  if (!status)
    status = registration_take_over(&act, registration, &submission, moment_us(request->submit_time),
                                    moment_us(request->approve_time));
  if (!status && registration_next_us(registration) > act.now_us) {
    status = keys_load(txn, registration, &held);
    if (!status)
      status = registration_claim(txn, &act, &held, registration);
  }
  if (status)
    return status;
  registration_put(txn, NULL, registration, "registration.imported", moment_us(request->approve_time));
  return finish(call, registration, out);
}

static const struct status *withdraw(struct call *call, const void *in, void *out) {
  const Sell__WithdrawRegistrationRequest *request = in;
  struct act act = act_of(call);
  Sell__Registration *registration, *before;
  const struct status *status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = registration_withdraw(&act, registration, request->reason);
  if (!status)
    status = registration_leave(call_txn(call), &act, registration);
  if (status)
    return status;
  registration_put(call_txn(call), before, registration, "registration.withdrawn", act.now_us);
  return finish(call, registration, out);
}

const struct status *registration_take_back(struct call *call, const void *in, void *out) {
  return registration_paced(call, withdraw(call, in, out));
}

/* ---- reading ---- */

static void settle(struct arena *arena, Sell__Registration *registration, int64_t now_us) {
  while (registration_settle(arena, registration, now_us) >= 0)
    ;
}

const struct status *registration_get(struct call *call, const void *in, void *out) {
  const Sell__GetRegistrationRequest *request = in;
  Sell__Registration *registration;
  const struct status *status = registration_read(call, request->name, &registration);
  if (status)
    return status;
  settle(call_arena(call), registration, call_now_us(call));
  *(Sell__Registration *)out = *registration;
  return NULL;
}

struct filter {
  const Sell__ListRegistrationsRequest *request;
  struct arena *arena;
  const char *text; /* folded */
  int64_t now_us;
};

static bool text_found(const struct filter *filter, const Sell__Registration *registration) {
  const Sell__Company *customer = registration->customer;
  return text_folded_contains(filter->arena, registration->display_name, filter->text) ||
         (customer && (text_folded_contains(filter->arena, customer->legal_name, filter->text) ||
                       text_folded_contains(filter->arena, customer->domain, filter->text)));
}

/* Settles what it looks at, as the state asked for is the one now. */
static bool keep(const void *message, void *context) {
  struct filter *filter = context;
  const Sell__ListRegistrationsRequest *request = filter->request;
  Sell__Registration *registration = (Sell__Registration *)message;
  settle(filter->arena, registration, filter->now_us);
  if (request->state && registration->state != request->state)
    return false;
  if (request->escalated && !registration->escalate_time)
    return false;
  if (request->decide_due_before &&
      (!registration_waits(registration) ||
       moment_us(registration->decide_due_time) >= moment_us(request->decide_due_before)))
    return false;
  if (request->protect_end_before &&
      (!registration_protected(registration) ||
       registration_protect_end_us(registration) >= moment_us(request->protect_end_before)))
    return false;
  return text_empty(filter->text) || text_found(filter, registration);
}

/* Time neither leads into nor out of these: their index is right at any moment. */
static bool state_stays(Sell__Registration__State state) {
  return state == SELL__REGISTRATION__STATE__STATE_DRAFT ||
         state == SELL__REGISTRATION__STATE__STATE_REJECTED ||
         state == SELL__REGISTRATION__STATE__STATE_CONVERTED ||
         state == SELL__REGISTRATION__STATE__STATE_REVOKED;
}

static struct list_query query_of(struct arena *arena, Type__Party party,
                                  const Sell__ListRegistrationsRequest *request, struct filter *filter) {
  struct list_query query = {.kind = &kind_registration,
                             .index = "created",
                             .scope = request->parent,
                             .page_size = request->page_size,
                             .page_token = request->page_token,
                             .keep = keep,
                             .context = filter};
  const char *value = "";
  if (request->decide_due_before) {
    query.index = "due";
  } else if (request->protect_end_before) {
    query.index = "protect";
  } else {
    query.descending = true;
    if (state_stays(request->state)) {
      query.index = "state";
      value = state_name(&sell__registration__state__descriptor, (int)request->state);
    }
  }
  query.partition = partition_of(arena, request->parent, party, value);
  return query;
}

/* Of the partnership or vendor that is the request's parent. */
static const struct status *find(struct call *call, const Sell__ListRegistrationsRequest *request,
                                 struct list_page *page) {
  struct arena *arena = call_arena(call);
  struct filter filter = {request, arena, text_fold(arena, request->text), call_now_us(call)};
  struct status *invalid = NULL;
  moment_check(arena, &invalid, "decide_due_before", request->decide_due_before);
  moment_check(arena, &invalid, "protect_end_before", request->protect_end_before);
  if (request->decide_due_before && request->protect_end_before)
    invalid_add(arena, &invalid, "protect_end_before", "VALUE_OUT_OF_RANGE",
                "cannot be combined with decide_due_before");
  if (invalid)
    return invalid;
  const char *bound = arena_printf(
      arena, "%d|%lld|%lld|%d|%s", (int)request->state, (long long)moment_us(request->decide_due_before),
      (long long)moment_us(request->protect_end_before), request->escalated, filter.text);
  return resource_list(call, query_of(arena, call_party(call), request, &filter), bound, page);
}

const struct status *registration_list(struct call *call, const void *in, void *out) {
  Sell__ListRegistrationsResponse *response = out;
  struct list_page page;
  const struct status *status = find(call, in, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

const struct status *registration_search(struct call *call, const void *in, void *out) {
  const Sell__SearchRegistrationsRequest *request = in;
  Sell__SearchRegistrationsResponse *response = out;
  Sell__ListRegistrationsRequest filters = SELL__LIST_REGISTRATIONS_REQUEST__INIT;
  struct list_page page;
  filters.parent = request->parent;
  filters.page_size = request->page_size;
  filters.page_token = request->page_token;
  filters.state = request->state;
  filters.decide_due_before = request->decide_due_before;
  filters.protect_end_before = request->protect_end_before;
  filters.escalated = request->escalated;
  filters.text = request->text;
  const struct status *status = find(call, &filters, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}
