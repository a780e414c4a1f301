#include "sell/opportunity.h"

#include "runtime/base/digest.h"
#include "runtime/base/machine.h"
#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/name.h"
#include "runtime/base/party.h"
#include "runtime/base/period.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/attribution.h"
#include "sell/field.h"
#include "sell/opportunity_review.h"
#include "sell/pipeline_source.h"

#include <assert.h>
#include <string.h>

const char *stage_name(Sell__Opportunity__Stage stage) {
  return state_name(&sell__opportunity__stage__descriptor, (int)stage);
}

const char *engagement_name(Sell__Opportunity__Engagement engagement) {
  return state_name(&sell__opportunity__engagement__descriptor, (int)engagement);
}

char *opportunity_external_id(struct arena *arena, Type__Party owner, const char *external_id) {
  enum { ID_BYTES = 20 };
  char *text = arena_printf(arena, "%d\n%s", (int)owner, external_id);
  uint8_t digest[DIGEST_SIZE];
  digest_sha256(text, strlen(text), digest);
  return arena_printf(arena, "x-%s", hex_encode(arena, digest, ID_BYTES));
}

bool opportunity_visible(const Sell__Opportunity *opportunity, Type__Party viewer) {
  return opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT ||
         opportunity->owner_party == viewer;
}

Type__Party opportunity_private_to(const Sell__Opportunity *opportunity) {
  return opportunity->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
             ? TYPE__PARTY__PARTY_UNSPECIFIED
             : opportunity->owner_party;
}

/* ---- checks ---- */

void time_check(const struct occasion *occasion, struct status **invalid, const char *field, int64_t time_us,
                int64_t least_us, const char *least) {
  if (time_us < least_us)
    invalid_add(occasion->arena, invalid, field, "VALUE_OUT_OF_RANGE", "lies before %s", least);
  else if (moment_is_future(time_us, occasion->now_us))
    invalid_add(occasion->arena, invalid, field, "VALUE_OUT_OF_RANGE", "lies in the future");
}

const struct status *amount_check(const struct occasion *occasion, const Type__Money *amount) {
  const char *currency = occasion->partnership->currency_code;
  if (!amount || text_equal(amount->currency_code, currency))
    return NULL;
  struct status *status = status_make(occasion->arena, CODE_FAILED_PRECONDITION, REASON_CURRENCY_MISMATCH,
                                      "The amount is in %s; %s keeps its figures in %s",
                                      amount->currency_code, occasion->partnership->name, currency);
  status_add_metadata(occasion->arena, status, "currency", amount->currency_code);
  status_add_metadata(occasion->arena, status, "expected", currency);
  return status;
}

static bool has_account(const Sell__Opportunity *opportunity) {
  return opportunity->customer && !text_empty(opportunity->customer->account);
}

static bool has_amount(const Sell__Opportunity *opportunity) {
  return opportunity->amount && opportunity->amount->amount_minor > 0;
}

static bool has_expected_close_time(const Sell__Opportunity *opportunity) {
  return opportunity->expected_close_time;
}

static const struct need {
  const char *field;
  bool (*met)(const Sell__Opportunity *opportunity);
  Sell__Opportunity__Stage from; /* this stage and later ones */
  bool to_win;
} needs[] = {
    {"customer.account", has_account, SELL__OPPORTUNITY__STAGE__STAGE_TECHNICAL_VALIDATION, true},
    {"amount", has_amount, SELL__OPPORTUNITY__STAGE__STAGE_BUSINESS_VALIDATION, true},
    {"expected_close_time", has_expected_close_time, SELL__OPPORTUNITY__STAGE__STAGE_COMMITTED, false},
};

const struct status *opportunity_needs(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                                       Sell__Opportunity__Stage stage, bool win) {
  struct status *unmet = NULL;
  const char *what = win ? "WON" : stage_name(stage);
  for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
    const struct need *need = &needs[i];
    if (!(win ? need->to_win : stage >= need->from) || need->met(opportunity))
      continue;
    guard_add(occasion->arena, &unmet, REASON_GUARD_UNMET, opportunity->name, "%s needs %s", what,
              need->field);
  }
  if (unmet)
    status_add_metadata(occasion->arena, unmet, win ? "state" : "stage", what);
  return unmet;
}

static const struct transition transitions[] = {
    {SELL__OPPORTUNITY__STATE__STATE_OPEN, ACTION_ADVANCE, SELL__OPPORTUNITY__STATE__STATE_OPEN},
    {SELL__OPPORTUNITY__STATE__STATE_OPEN, ACTION_WIN, SELL__OPPORTUNITY__STATE__STATE_WON},
    {SELL__OPPORTUNITY__STATE__STATE_OPEN, ACTION_LOSE, SELL__OPPORTUNITY__STATE__STATE_LOST},
    {SELL__OPPORTUNITY__STATE__STATE_WON, ACTION_REVERSE, SELL__OPPORTUNITY__STATE__STATE_REVERSED},
    {SELL__OPPORTUNITY__STATE__STATE_LOST, ACTION_REOPEN, SELL__OPPORTUNITY__STATE__STATE_OPEN},
};

static const char *const action_names[ACTION_COUNT] = {
    [ACTION_ADVANCE] = "advance", [ACTION_WIN] = "win",       [ACTION_LOSE] = "lose",
    [ACTION_REVERSE] = "reverse", [ACTION_REOPEN] = "reopen",
};

static const struct machine opportunity_machine = {
    .states = &sell__opportunity__state__descriptor,
    .actions = action_names,
    .action_count = ACTION_COUNT,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

const struct status *opportunity_transition(const struct occasion *occasion,
                                            const Sell__Opportunity *opportunity,
                                            enum opportunity_action action, Sell__Opportunity__State *to) {
  int next;
  const struct status *status = machine_next(&opportunity_machine, occasion->arena, opportunity->name,
                                             (int)opportunity->state, (int)action, &next);
  if (!status)
    *to = (Sell__Opportunity__State)next;
  return status;
}

/* Between when it was opened and qualified, and now. */
static void later_check(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                        struct status **invalid, const char *field, int64_t time_us) {
  time_check(occasion, invalid, field, time_us, timestamp_us(opportunity->open_time, 0), "it was opened");
}

/* Each stage has one leader, and only what is joint needs any. */
static void roles_check(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                        struct status **invalid) {
  unsigned seen = 0;
  if (opportunity->n_stage_roles &&
      opportunity->engagement != SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT)
    invalid_add(occasion->arena, invalid, "stage_roles", "VALUE_OUT_OF_RANGE", "are for joint opportunities");
  for (size_t i = 0; i < opportunity->n_stage_roles; i++) {
    Sell__Opportunity__Stage stage = opportunity->stage_roles[i]->stage;
    if (seen & 1u << stage)
      invalid_add(occasion->arena, invalid, arena_printf(occasion->arena, "stage_roles[%zu].stage", i),
                  "DUPLICATE_VALUE", "%s has a leader already", stage_name(stage));
    seen |= 1u << stage;
  }
}

static void solutions_check(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                            struct status **invalid) {
  char *const *more = opportunity->more_solutions;
  for (size_t i = 0; i < opportunity->n_more_solutions; i++) {
    const char *field = arena_printf(occasion->arena, "more_solutions[%zu]", i);
    bool again = text_equal(more[i], opportunity->solution);
    for (size_t j = 0; j < i; j++)
      again = again || text_equal(more[i], more[j]);
    if (text_empty(more[i]))
      invalid_add(occasion->arena, invalid, field, "REQUIRED_FIELD_MISSING", "is empty");
    else if (again)
      invalid_add(occasion->arena, invalid, field, "DUPLICATE_VALUE", "%s is named already", more[i]);
  }
  if (!text_empty(opportunity->proposition) &&
      !text_equal(name_partnership(occasion->arena, opportunity->proposition), occasion->partnership->name))
    invalid_add(occasion->arena, invalid, "proposition", "VALUE_OUT_OF_RANGE", "is of another partnership");
}

/* Amounts are positive where they are set, and nothing is expected to close before it opened. */
static void values_check(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                         struct status **invalid) {
  if (opportunity->amount && opportunity->amount->amount_minor <= 0)
    invalid_add(occasion->arena, invalid, "amount.amount_minor", "VALUE_OUT_OF_RANGE", "must be more than 0");
  int64_t open_us = timestamp_us(opportunity->open_time, occasion->now_us);
  if (opportunity->expected_close_time && timestamp_us(opportunity->expected_close_time, 0) < open_us)
    invalid_add(occasion->arena, invalid, "expected_close_time", "VALUE_OUT_OF_RANGE",
                "lies before it was opened");
  roles_check(occasion, opportunity, invalid);
  solutions_check(occasion, opportunity, invalid);
}

/* The party that leads a stage; unspecified when both do. */
static Type__Party leader_of(const Sell__Opportunity *opportunity, Sell__Opportunity__Stage stage) {
  static const Type__Party leaders[] = {
      [SELL__STAGE_ROLE__LEAD__LEAD_VENDOR] = TYPE__PARTY__PARTY_VENDOR,
      [SELL__STAGE_ROLE__LEAD__LEAD_PARTNER] = TYPE__PARTY__PARTY_PARTNER,
      [SELL__STAGE_ROLE__LEAD__LEAD_BOTH] = TYPE__PARTY__PARTY_UNSPECIFIED,
  };
  for (size_t i = 0; i < opportunity->n_stage_roles; i++)
    if (opportunity->stage_roles[i]->stage == stage)
      return leaders[opportunity->stage_roles[i]->lead];
  return TYPE__PARTY__PARTY_UNSPECIFIED;
}

/* A stage that one party leads is left by that party only. */
static const struct status *leader_check(const struct occasion *occasion,
                                         const Sell__Opportunity *opportunity) {
  Type__Party leader = leader_of(opportunity, opportunity->stage);
  return leader ? party_check_owner(occasion->arena, opportunity->name, leader, occasion->party) : NULL;
}

/* Both may change what is joint: so that a lead keeps somebody out, nobody takes one from the other. */
static const struct status *leads_check(const struct occasion *occasion, const Sell__Opportunity *before,
                                        const Sell__Opportunity *after) {
  Type__Party other = party_other(occasion->party);
  for (int stage = SELL__OPPORTUNITY__STAGE__STAGE_PROSPECT;
       stage <= (int)SELL__OPPORTUNITY__STAGE__STAGE_COMMITTED; stage++) {
    Type__Party was = leader_of(before, (Sell__Opportunity__Stage)stage);
    Type__Party is = leader_of(after, (Sell__Opportunity__Stage)stage);
    if (was != is && (was == other || is == occasion->party))
      return party_check_owner(occasion->arena, before->name, other, occasion->party);
  }
  return NULL;
}

/* ---- actions ---- */

const struct status *opportunity_open(const struct occasion *occasion, Sell__Opportunity *draft) {
  const Onboard__Partnership *partnership = occasion->partnership;
  if (partnership->state == ONBOARD__PARTNERSHIP__STATE__STATE_ENDED) {
    struct status *ended = status_make(occasion->arena, CODE_FAILED_PRECONDITION, REASON_PARTNERSHIP_ENDED,
                                       "%s has ended: nothing new is opened in it", partnership->name);
    status_add_metadata(occasion->arena, ended, "partnership", partnership->name);
    return ended;
  }
  struct status *invalid = NULL;
  if (draft->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_UNSPECIFIED)
    invalid_add(occasion->arena, &invalid, "opportunity.engagement", "REQUIRED_FIELD_MISSING", "is required");
  int64_t open_us = timestamp_us(draft->open_time, occasion->now_us);
  time_check(occasion, &invalid, "opportunity.open_time", open_us, 1, "1970");
  values_check(occasion, draft, &invalid);
  if (invalid)
    return invalid;
  const struct status *status = amount_check(occasion, draft->amount);
  if (status)
    return status;
  draft->owner_party = occasion->party;
  draft->state = SELL__OPPORTUNITY__STATE__STATE_OPEN;
  draft->stage = SELL__OPPORTUNITY__STAGE__STAGE_PROSPECT;
  draft->open_time = timestamp_new(occasion->arena, open_us);
  draft->stage_time = draft->open_time;
  if (draft->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT)
    review_begin(occasion, draft);
  pipeline_source_follow(occasion->arena, draft);
  return NULL;
}

const struct status *opportunity_update(const struct occasion *occasion, const Sell__Opportunity *before,
                                        const Sell__Opportunity *after) {
  const struct status *status = fields_check_locks(occasion, before, after);
  if (status)
    return status;
  struct status *invalid = NULL;
  values_check(occasion, after, &invalid);
  if (invalid)
    return invalid;
  status = leads_check(occasion, before, after);
  if (!status)
    status = amount_check(occasion, after->amount);
  if (status || after->state != SELL__OPPORTUNITY__STATE__STATE_OPEN)
    return status;
  return opportunity_needs(occasion, after, after->stage, false);
}

static const struct status *advance_check(const struct occasion *occasion,
                                          const Sell__Opportunity *opportunity,
                                          const Sell__AdvanceOpportunityRequest *request, int64_t occur_us) {
  if (request->stage == opportunity->stage) {
    struct status *same = status_make(occasion->arena, CODE_FAILED_PRECONDITION, REASON_STAGE_UNCHANGED,
                                      "%s already is in %s", opportunity->name, stage_name(request->stage));
    status_add_metadata(occasion->arena, same, "stage", stage_name(request->stage));
    return same;
  }
  struct status *invalid = NULL;
  later_check(occasion, opportunity, &invalid, "occur_time", occur_us);
  bool back = request->stage < opportunity->stage;
  if (back && text_length(request->reason) < OPPORTUNITY_REASON_LENGTH_MIN)
    invalid_add(occasion->arena, &invalid, "reason",
                text_empty(request->reason) ? "REQUIRED_FIELD_MISSING" : "LENGTH_OUT_OF_RANGE",
                "must say why it goes back, in %d characters or more", OPPORTUNITY_REASON_LENGTH_MIN);
  if (!back && !text_empty(request->reason))
    invalid_add(occasion->arena, &invalid, "reason", "VALUE_OUT_OF_RANGE", "is for a step back only");
  return invalid;
}

const struct status *opportunity_advance(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                         const Sell__AdvanceOpportunityRequest *request, int64_t *occur_us) {
  Sell__Opportunity__State to;
  *occur_us = timestamp_us(request->occur_time, occasion->now_us);
  const struct status *status = opportunity_transition(occasion, opportunity, ACTION_ADVANCE, &to);
  if (!status)
    status = leader_check(occasion, opportunity);
  if (!status)
    status = advance_check(occasion, opportunity, request, *occur_us);
  if (!status)
    status = opportunity_needs(occasion, opportunity, request->stage, false);
  if (status)
    return status;
  if (request->stage < opportunity->stage)
    opportunity->retreat_reason = request->reason;
  opportunity->stage = request->stage;
  opportunity->stage_time = timestamp_new(occasion->arena, *occur_us);
  if (request->stage >= SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED && !opportunity->qualify_time)
    opportunity->qualify_time = opportunity->stage_time;
  attribution_follow(occasion, opportunity);
  pipeline_source_follow(occasion->arena, opportunity);
  return NULL;
}

/* The time of closing: not before it was opened or qualified. */
static struct status *close_check(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                                  int64_t close_us) {
  struct status *invalid = NULL;
  later_check(occasion, opportunity, &invalid, "close_time", close_us);
  if (!invalid && close_us < timestamp_us(opportunity->qualify_time, INT64_MIN))
    invalid_add(occasion->arena, &invalid, "close_time", "VALUE_OUT_OF_RANGE",
                "lies before it was qualified");
  return invalid;
}

const struct status *opportunity_win(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                     const Sell__WinOpportunityRequest *request, int64_t *occur_us) {
  Sell__Opportunity won = *opportunity;
  *occur_us = timestamp_us(request->close_time, occasion->now_us);
  const struct status *status = opportunity_transition(occasion, opportunity, ACTION_WIN, &won.state);
  if (!status)
    status = leader_check(occasion, opportunity);
  if (status)
    return status;
  won.close_time = timestamp_new(occasion->arena, *occur_us);
  if (request->amount)
    won.amount = request->amount;
  if (!text_empty(request->incumbent_competitor))
    won.incumbent_competitor = request->incumbent_competitor;
  struct status *invalid = close_check(occasion, opportunity, *occur_us);
  if (won.amount && won.amount->amount_minor <= 0)
    invalid_add(occasion->arena, &invalid, "amount.amount_minor", "VALUE_OUT_OF_RANGE",
                "must be more than 0");
  status = invalid;
  if (!status)
    status = amount_check(occasion, won.amount);
  if (!status)
    status = opportunity_needs(occasion, &won, won.stage, true);
  if (status)
    return status;
  if (!won.qualify_time)
    won.qualify_time = won.close_time;
  if (won.stage != SELL__OPPORTUNITY__STAGE__STAGE_COMMITTED) {
    won.stage = SELL__OPPORTUNITY__STAGE__STAGE_COMMITTED;
    won.stage_time = won.close_time;
  }
  attribution_follow(occasion, &won);
  pipeline_source_follow(occasion->arena, &won);
  *opportunity = won;
  return NULL;
}

/* Why, and to whom: without the incumbent nobody can tell later whom one displaces. */
static void loss_check(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                       const Sell__LoseOpportunityRequest *request, struct status **invalid) {
  bool known = !text_empty(request->incumbent_competitor) || !text_empty(opportunity->incumbent_competitor);
  if (request->loss_reason == SELL__OPPORTUNITY__LOSS_REASON__LOSS_REASON_UNSPECIFIED)
    invalid_add(occasion->arena, invalid, "loss_reason", "REQUIRED_FIELD_MISSING", "is required");
  if (request->loss_reason == SELL__OPPORTUNITY__LOSS_REASON__LOSS_REASON_NOT_RECORDED)
    invalid_add(occasion->arena, invalid, "loss_reason", "VALUE_OUT_OF_RANGE",
                "NOT_RECORDED is for imports only");
  if (!known && !request->no_incumbent)
    invalid_add(occasion->arena, invalid, "incumbent_competitor", "REQUIRED_FIELD_MISSING",
                "is required, or no_incumbent");
  if (request->no_incumbent && known)
    invalid_add(occasion->arena, invalid, "no_incumbent", "VALUE_OUT_OF_RANGE", "there is an incumbent");
  if (request->no_incumbent && request->loss_reason == SELL__OPPORTUNITY__LOSS_REASON__LOSS_REASON_COMPETITOR)
    invalid_add(occasion->arena, invalid, "no_incumbent", "VALUE_OUT_OF_RANGE",
                "a competitor was chosen: say which");
}

const struct status *opportunity_lose(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                      const Sell__LoseOpportunityRequest *request, int64_t *occur_us) {
  Sell__Opportunity__State to;
  *occur_us = timestamp_us(request->close_time, occasion->now_us);
  const struct status *status = opportunity_transition(occasion, opportunity, ACTION_LOSE, &to);
  if (!status)
    status = leader_check(occasion, opportunity);
  if (status)
    return status;
  struct status *invalid = close_check(occasion, opportunity, *occur_us);
  loss_check(occasion, opportunity, request, &invalid);
  if (invalid)
    return invalid;
  opportunity->state = to;
  opportunity->close_time = timestamp_new(occasion->arena, *occur_us);
  opportunity->loss_reason = request->loss_reason;
  opportunity->no_incumbent = request->no_incumbent;
  if (!text_empty(request->incumbent_competitor))
    opportunity->incumbent_competitor = request->incumbent_competitor;
  return NULL;
}

static const struct status *reason_check(const struct occasion *occasion, const char *reason) {
  struct status *invalid = NULL;
  if (text_length(reason) < OPPORTUNITY_REASON_LENGTH_MIN)
    invalid_add(occasion->arena, &invalid, "reason",
                text_empty(reason) ? "REQUIRED_FIELD_MISSING" : "LENGTH_OUT_OF_RANGE",
                "must have %d characters or more", OPPORTUNITY_REASON_LENGTH_MIN);
  return invalid;
}

const struct status *opportunity_reverse(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                         const char *reason) {
  Sell__Opportunity__State to;
  const struct status *status = opportunity_transition(occasion, opportunity, ACTION_REVERSE, &to);
  if (!status)
    status = reason_check(occasion, reason);
  if (status)
    return status;
  opportunity->state = to;
  opportunity->reverse_time = timestamp_new(occasion->arena, occasion->now_us);
  opportunity->reverse_reason = arena_strdup(occasion->arena, reason);
  attribution_follow(occasion, opportunity);
  return NULL;
}

const struct status *opportunity_reopen(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                        const char *reason) {
  Sell__Opportunity__State to;
  const struct status *status = opportunity_transition(occasion, opportunity, ACTION_REOPEN, &to);
  if (!status)
    status = reason_check(occasion, reason);
  if (status)
    return status;
  if (opportunity->reopen_time) {
    char before[32];
    time_format(timestamp_us(opportunity->reopen_time, 0), before, sizeof before);
    struct status *again = status_make(occasion->arena, CODE_FAILED_PRECONDITION, REASON_ALREADY_REOPENED,
                                       "%s was reopened before, at %s", opportunity->name, before);
    status_add_metadata(occasion->arena, again, "reopen_time", before);
    return again;
  }
  opportunity->state = to;
  opportunity->close_time = NULL;
  opportunity->loss_reason = SELL__OPPORTUNITY__LOSS_REASON__LOSS_REASON_UNSPECIFIED;
  opportunity->no_incumbent = false;
  opportunity->reopen_time = timestamp_new(occasion->arena, occasion->now_us);
  opportunity->reopen_reason = arena_strdup(occasion->arena, reason);
  return NULL;
}
