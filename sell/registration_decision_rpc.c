/* What the vendor decides about registrations, and what partners ask of what was decided. */
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/feed/directory.h"
#include "sell/pipeline_source.h"
#include "sell/registration_change.h"
#include "sell/service.h"

/* For decisions that begin something new. */
static const struct status *going_on(struct call *call, const char *name) {
  const Onboard__Partnership *partnership;
  return directory_partnership_going_on(call_txn(call), name, &partnership);
}

static const struct status *finish(struct call *call, const Sell__Registration *before,
                                   Sell__Registration *registration, const char *type, void *out) {
  registration_put(call_txn(call), before, registration, type, call_now_us(call));
  *(Sell__Registration *)out = *registration;
  return txn_commit(call_txn(call), out);
}

const struct status *registration_begin_review(struct call *call, const void *in, void *out) {
  const Sell__StartRegistrationReviewRequest *request = in;
  struct act act = act_of(call);
  Sell__Registration *registration, *before;
  const struct status *status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = registration_review(&act, registration);
  return status ? status : finish(call, before, registration, "registration.review_started", out);
}

/* The segment that counts, and the terms that it brings; the time by which to decide stays. */
static const struct status *restate(struct call *call, const struct act *act,
                                    Sell__Registration *registration, const char *segment, const char *note) {
  const Onboard__Partnership *partnership;
  const char *policy = "";
  const struct status *status = registration_correct(act, registration, segment, note);
  if (!status)
    status = directory_partnership(call_txn(call), registration->name, &partnership);
  if (!status)
    status = registration_terms_choose(call_txn(call), act, partnership, registration, &policy,
                                       &registration->terms);
  registration->policy = arena_strdup(act->arena, policy);
  return status;
}

const struct status *registration_restate(struct call *call, const void *in, void *out) {
  const Sell__CorrectRegistrationSegmentRequest *request = in;
  struct act act = act_of(call);
  Sell__Registration *registration, *before;
  const struct status *status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = restate(call, &act, registration, request->segment, request->note);
  if (!status)
    status = registration_reroute(call_txn(call), &act, registration);
  return status ? status : finish(call, before, registration, "registration.segment_corrected", out);
}

const struct status *registration_ask_action(struct call *call, const void *in, void *out) {
  const Sell__RequestRegistrationActionRequest *request = in;
  struct act act = act_of(call);
  Sell__Registration *registration, *before;
  const struct status *status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = registration_ask(&act, registration, request);
  return status ? status : finish(call, before, registration, "registration.action_required", out);
}

/* Every conflict that has to be decided first. Only the vendor approves, so it may be named. */
static const struct status *conflicts_ruled(struct call *call, const struct act *act,
                                            const Sell__Registration *registration) {
  struct conflicts conflicts;
  struct guards guards = {.arena = act->arena,
                          .resource = registration->name,
                          .state =
                              state_name(&sell__registration__state__descriptor, (int)registration->state),
                          .action = "approve"};
  const struct status *status = conflicts_of(call_txn(call), act, registration->name, &conflicts);
  for (size_t i = 0; !status && i < conflicts.count; i++) {
    Sell__Conflict__State state = conflicts.items[i]->state;
    guard(&guards, state == SELL__CONFLICT__STATE__STATE_RULED || state == SELL__CONFLICT__STATE__STATE_FINAL,
          "%s is not ruled for good", conflicts.items[i]->name);
  }
  return status ? status : guards.status;
}

const struct status *registration_accept(struct call *call, const void *in, void *out) {
  const Sell__ApproveRegistrationRequest *request = in;
  struct act act = act_of(call);
  struct txn *txn = call_txn(call);
  struct held_keys held; /* read first: a conflict that opens meanwhile changes them */
  Sell__Registration *registration, *before;
  const struct status *status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = keys_load(txn, registration, &held);
  if (!status && !text_empty(request->segment) && !text_equal(request->segment, registration->segment))
    status = restate(call, &act, registration, request->segment, request->note);
  if (!status)
    status = registration_approve(&act, registration, request->note);
  if (!status)
    status = going_on(call, request->name);
  if (!status)
    status = conflicts_ruled(call, &act, registration);
  if (!status)
    status = coverage_check(txn, &act, registration);
  if (!status)
    status = keys_update(txn, registration, act.now_us);
  return status ? status : finish(call, before, registration, "registration.approved", out);
}

const struct status *registration_turn_down(struct call *call, const void *in, void *out) {
  const Sell__RejectRegistrationRequest *request = in;
  struct act act = act_of(call);
  Sell__Registration *registration, *before;
  const struct status *status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = registration_reject(&act, registration, request->reason, request->note);
  if (!status)
    status = registration_leave(call_txn(call), &act, registration);
  return status ? status : finish(call, before, registration, "registration.rejected", out);
}

const struct status *registration_take_away(struct call *call, const void *in, void *out) {
  const Sell__RevokeRegistrationRequest *request = in;
  struct act act = act_of(call);
  Sell__Registration *registration, *before;
  const struct status *status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = registration_revoke(&act, registration, request->reason);
  if (!status)
    status = registration_leave(call_txn(call), &act, registration);
  return status ? status : finish(call, before, registration, "registration.revoked", out);
}

/* ---- extensions ---- */

const struct status *registration_ask_extension(struct call *call, const void *in, void *out) {
  const Sell__RequestRegistrationExtensionRequest *request = in;
  struct act act = act_of(call);
  Sell__Registration *registration, *before;
  const struct status *status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = registration_request_extension(&act, registration, request->days, request->reason);
  if (!status)
    status = going_on(call, request->name);
  if (!status)
    status = keys_update(call_txn(call), registration, act.now_us);
  return status ? status : finish(call, before, registration, "registration.extension_requested", out);
}

const struct status *registration_settle_extension(struct call *call, const void *in, void *out) {
  const Sell__DecideRegistrationExtensionRequest *request = in;
  struct act act = act_of(call);
  struct txn *txn = call_txn(call);
  Sell__Registration *registration, *before;
  const struct status *status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = registration_decide_extension(&act, registration, request->granted, request->note);
  if (!status && request->granted)
    status = going_on(call, request->name);
  if (status)
    return status;
  const char *type = request->granted ? "registration.extended" : "registration.extension_declined";
  if (registration_settle(act.arena, registration, act.now_us) != REGISTRATION_EXPIRE) {
    status = keys_update(txn, registration, act.now_us);
  } else { /* declined after its time */
    status = registration_leave(txn, &act, registration);
    type = "registration.expired";
  }
  return status ? status : finish(call, before, registration, type, out);
}

/* ---- appeals ---- */

static const struct status *appeal(struct call *call, const void *in, void *out) {
  const Sell__AppealRegistrationRequest *request = in;
  struct act act = act_of(call);
  struct conflicts conflicts;
  Sell__Registration *registration, *before;
  const struct status *status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = registration_appeal(&act, registration, request->statement);
  if (!status)
    status = conflicts_of(call_txn(call), &act, registration->name, &conflicts);
  for (size_t i = 0; !status && i < conflicts.count; i++) {
    Sell__Conflict *conflict = conflicts.items[i];
    if (conflict->state != SELL__CONFLICT__STATE__STATE_RULED ||
        !text_equal(conflict_loser(conflict), registration->name))
      continue;
    status = conflict_appeal(&act, conflict);
    if (!status)
      conflict_put(call_txn(call), conflict, "conflict.appealed", act.now_us);
  }
  return status ? status : finish(call, before, registration, "registration.appealed", out);
}

const struct status *registration_object(struct call *call, const void *in, void *out) {
  return registration_paced(call, appeal(call, in, out));
}

/* The registration that had won gives way, if it still stands. */
static const struct status *give_way(struct call *call, const struct act *act, const char *name) {
  Sell__Registration *other, *before;
  const struct status *status = registration_load_other(call, name, &other, &before);
  if (status || (!registration_open(other) && !registration_protected(other)))
    return status;
  bool revoked = registration_protected(other);
  status = registration_yield(act, other);
  if (status)
    return status;
  registration_put(call_txn(call), before, other, revoked ? "registration.revoked" : "registration.rejected",
                   act->now_us);
  return registration_leave(call_txn(call), act, other);
}

static const struct status *decide_conflicts(struct call *call, const struct act *act, const char *name,
                                             bool overturned) {
  struct conflicts conflicts;
  const struct status *status = conflicts_of(call_txn(call), act, name, &conflicts);
  for (size_t i = 0; !status && i < conflicts.count; i++) {
    Sell__Conflict *conflict = conflicts.items[i];
    if (conflict->state != SELL__CONFLICT__STATE__STATE_APPEALED ||
        !text_equal(conflict_loser(conflict), name))
      continue;
    const char *winner = conflict_other(conflict, name);
    status = conflict_decide(act, conflict, overturned);
    if (!status)
      conflict_put(call_txn(call), conflict, "conflict.final", act->now_us);
    if (!status && overturned)
      status = give_way(call, act, winner);
  }
  return status;
}

const struct status *registration_settle_appeal(struct call *call, const void *in, void *out) {
  const Sell__DecideRegistrationAppealRequest *request = in;
  struct act act = act_of(call);
  struct txn *txn = call_txn(call);
  struct held_keys held;
  Sell__Registration *registration, *before;
  const struct status *status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = registration_decide_appeal(&act, registration, request->granted, request->note);
  if (!status && request->granted)
    status = going_on(call, request->name);
  if (!status)
    status = decide_conflicts(call, &act, registration->name, request->granted);
  if (!status && request->granted)
    status = coverage_check(txn, &act, registration);
  if (!status && request->granted)
    status = keys_load(txn, registration, &held);
  if (!status && request->granted)
    status = registration_claim(txn, &act, &held, registration);
  if (!status && request->granted)
    status = attempts_take_back(txn, registration);
  const char *type = request->granted ? "registration.appeal_granted" : "registration.appeal_declined";
  return status ? status : finish(call, before, registration, type, out);
}

/* ---- conversion ---- */

static Sell__Opportunity *opportunity_from(struct arena *arena, const Sell__Registration *registration) {
  Sell__Opportunity *opportunity = arena_new(arena, Sell__Opportunity);
  sell__opportunity__init(opportunity);
  opportunity->display_name = registration->display_name;
  opportunity->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  opportunity->customer = arena_new(arena, Sell__Customer);
  sell__customer__init(opportunity->customer);
  opportunity->customer->account = registration->customer->legal_name;
  opportunity->customer->country = registration->customer->country_code;
  opportunity->customer->domain = registration->customer->domain;
  opportunity->customer->tax_id = registration->customer->tax_id;
  opportunity->customer->duns = registration->customer->duns;
  opportunity->solution = registration->solutions[0];
  opportunity->segment = registration->segment;
  opportunity->segment_by_vendor = registration->segment_correction != NULL;
  opportunity->amount = registration->expected_amount;
  return opportunity;
}

/* Opens a new one. What was expected to close before now is left to be said. */
static const struct status *open_new(struct call *call, const Sell__Registration *registration,
                                     struct opportunity_step *change, Sell__Opportunity **out) {
  struct occasion occasion;
  Sell__Opportunity *opportunity = opportunity_from(call_arena(call), registration);
  if (moment_us(registration->expected_close_time) > call_now_us(call))
    opportunity->expected_close_time = registration->expected_close_time;
  const struct status *status = occasion_of(call, registration->name, &occasion);
  if (!status)
    status = resource_name(call, &kind_opportunity, name_partnership(occasion.arena, registration->name),
                           "opportunities", "", &opportunity->name);
  if (status)
    return status;
  occasion.party = TYPE__PARTY__PARTY_PARTNER; /* who found the deal brought it */
  status = opportunity_open(&occasion, opportunity);
  change->type = "opportunity.opened";
  *out = opportunity;
  return status;
}

static const struct status *link_one(struct call *call, const Sell__Registration *registration,
                                     const char *name, struct opportunity_step *change,
                                     Sell__Opportunity **out) {
  struct arena *arena = call_arena(call);
  Sell__Opportunity *opportunity;
  if (!text_equal(name_partnership(arena, name), name_partnership(arena, registration->name)))
    return call_not_found(call, name);
  const struct status *status = txn_get(call_txn(call), &kind_opportunity, name, &opportunity);
  if (status)
    return status;
  if (!opportunity || !opportunity_visible(opportunity, call_party(call)))
    return call_not_found(call, name);
  struct guards guards = {.arena = arena,
                          .resource = name,
                          .state = state_name(&sell__opportunity__state__descriptor, (int)opportunity->state),
                          .action = "convert"};
  guard(&guards, opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT,
        "it is not joint");
  guard(&guards, opportunity->state == SELL__OPPORTUNITY__STATE__STATE_OPEN, "it is not open");
  guard(&guards, text_empty(opportunity->registration), "it came from another registration");
  if (guards.status)
    return guards.status;
  Sell__Opportunity *before = arena_copy(arena, opportunity, sizeof *opportunity);
  change->type = "opportunity.updated";
  change->before = before;
  if (registration->segment_correction) {
    opportunity->segment = registration->segment;
    opportunity->segment_by_vendor = true;
  }
  touch_add(arena, opportunity, SELL__OPPORTUNITY_TOUCH__CHANNEL__CHANNEL_CO_SELL, registration->name,
            call_now_us(call));
  *out = opportunity;
  return NULL;
}

const struct status *registration_turn_into(struct call *call, const void *in, void *out) {
  const Sell__ConvertRegistrationRequest *request = in;
  struct act act = act_of(call);
  struct txn *txn = call_txn(call);
  struct opportunity_step change = {.occur_us = act.now_us};
  Sell__Registration *registration, *before;
  Sell__Opportunity *opportunity = NULL;
  const struct status *status = registration_load(call, request->name, request->etag, &registration, &before);
  if (!status)
    status = registration_convert(&act, registration, request->opportunity);
  if (!status && text_empty(request->opportunity))
    status = open_new(call, registration, &change, &opportunity);
  else if (!status)
    status = link_one(call, registration, request->opportunity, &change, &opportunity);
  if (!status)
    status = keys_update(txn, registration, act.now_us);
  if (status)
    return status;
  registration->opportunity = opportunity->name;
  opportunity->registration = registration->name;
  change.after = opportunity;
  txn_put(txn, &kind_opportunity, opportunity);
  opportunity_record(txn, &change);
  return finish(call, before, registration, "registration.converted", out);
}
