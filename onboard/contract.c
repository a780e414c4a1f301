#include "onboard/contract.h"

#include "onboard/agreement.h"
#include "onboard/negotiation.h"
#include "onboard/signature.h"
#include "runtime/base/moment.h"
#include "runtime/base/period.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#define DRAFT ONBOARD__CONTRACT__STATE__STATE_DRAFT
#define IN_NEGOTIATION ONBOARD__CONTRACT__STATE__STATE_IN_NEGOTIATION
#define PENDING_SIGNATURE ONBOARD__CONTRACT__STATE__STATE_PENDING_SIGNATURE
#define SIGNED ONBOARD__CONTRACT__STATE__STATE_SIGNED
#define ACTIVE ONBOARD__CONTRACT__STATE__STATE_ACTIVE
#define EXPIRING ONBOARD__CONTRACT__STATE__STATE_EXPIRING
#define EXPIRED ONBOARD__CONTRACT__STATE__STATE_EXPIRED
#define TERMINATED ONBOARD__CONTRACT__STATE__STATE_TERMINATED
#define SUPERSEDED ONBOARD__CONTRACT__STATE__STATE_SUPERSEDED
#define CANCELLED ONBOARD__CONTRACT__STATE__STATE_CANCELLED

/* ---- time ---- */

static int64_t time_or_never(const Google__Protobuf__Timestamp *time) {
  return timestamp_us(time, INT64_MAX);
}

static int64_t terminate_us(const Onboard__Contract *contract) {
  return contract->termination ? time_or_never(contract->termination->end_time) : INT64_MAX;
}

static int64_t term_end_us(const Onboard__Contract *contract) {
  return time_or_never(contract->term_end_time);
}

/* From then on notice comes too late for the end of the present term. */
static int64_t notice_us(const Onboard__Contract *contract) {
  return term_end_us(contract) - contract->terms->notice_days * US_PER_DAY;
}

static bool renews(const Onboard__Contract *contract) {
  return contract->terms->auto_renew && !contract->renewal_refusal &&
         terminate_us(contract) > term_end_us(contract);
}

/* The same day of the month, or the last that the later month has, at the same time of day. */
static int64_t months_later(int64_t time_us, int months) {
  int32_t from = month_of(time_us), to = month_add(from, months);
  int64_t offset = time_us - month_start_us(from);
  int64_t last = month_start_us(month_add(to, 1)) - month_start_us(to) - US_PER_DAY + offset % US_PER_DAY;
  return month_start_us(to) + (offset < last ? offset : last);
}

/* The end of the term after this one. Counted from the first, so that a 31st does not wander to a 28th. */
static int64_t renewed_us(const Onboard__Contract *contract) {
  return months_later(moment_us(contract->terms->expire_time),
                      (contract->renewal_count + 1) * contract->terms->renewal_months);
}

static void sooner(struct contract_change *next, int64_t at_us, enum contract_action action) {
  if (at_us < next->at_us)
    *next = (struct contract_change){at_us, action};
}

struct contract_change contract_next(const Onboard__Contract *contract) {
  struct contract_change next = {INT64_MAX, CONTRACT_ACTIONS};
  if (contract->state == SIGNED)
    sooner(&next, time_or_never(contract->activate_time), CONTRACT_ACTIVATE);
  if (contract->state != ACTIVE && contract->state != EXPIRING)
    return next;
  sooner(&next, time_or_never(contract->supersede_time), CONTRACT_SUPERSEDE);
  sooner(&next, terminate_us(contract), CONTRACT_END);
  if (renews(contract))
    sooner(&next, term_end_us(contract), CONTRACT_RENEW);
  else if (contract->state == ACTIVE)
    sooner(&next, notice_us(contract), CONTRACT_NEAR_END);
  else
    sooner(&next, term_end_us(contract), CONTRACT_EXPIRE);
  return next;
}

Onboard__Contract__State contract_state_at(const Onboard__Contract *contract, int64_t now_us) {
  Onboard__Contract copy = *contract;
  struct contract_change next;
  Google__Protobuf__Timestamp end;
  /* A walk on a shallow copy: only the state and the end of the term matter for the next step. */
  while ((next = contract_next(&copy)).at_us <= now_us) {
    copy.state =
        (Onboard__Contract__State)machine_find(&contract_machine, (int)copy.state, (int)next.action)->to;
    if (next.action != CONTRACT_RENEW)
      continue;
    int64_t later = renewed_us(&copy);
    copy.renewal_count++;
    end = *copy.term_end_time;
    end.seconds = later / 1000000;
    copy.term_end_time = &end;
  }
  return copy.state;
}

int64_t contract_end_us(const Onboard__Contract *contract) {
  if (contract->end_time)
    return moment_us(contract->end_time);
  if (!contract->term_end_time)
    return contract->terms ? time_or_never(contract->terms->expire_time) : INT64_MAX;
  int64_t superseded = time_or_never(contract->supersede_time), terminated = terminate_us(contract);
  int64_t end = superseded < terminated ? superseded : terminated;
  /* On the way to either it may renew. */
  return end != INT64_MAX && renews(contract) ? end
         : end < term_end_us(contract)        ? end
                                              : term_end_us(contract);
}

int64_t contract_certain_end_us(const Onboard__Contract *contract) {
  bool certain = contract->end_time || contract->supersede_time || contract->termination || !renews(contract);
  return certain ? contract_end_us(contract) : INT64_MAX;
}

bool contract_binds(const Onboard__Contract *contract) {
  return contract->state == SIGNED || contract->state == ACTIVE || contract->state == EXPIRING;
}

/* ---- guards ---- */

static const struct status *ready(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Contract *contract = noun;
  struct status *refusal = (struct status *)agreement_complete(act->arena, contract->terms, contract->name);
  for (size_t i = 0; i < contract->n_items; i++) {
    if (contract->items[i]->state == ONBOARD__NEGOTIATION_ITEM__STATE__STATE_OPEN)
      guard_add(act->arena, &refusal, "AGREEMENT_INCOMPLETE", contract->name,
                "the item %s is still negotiated", contract->items[i]->id);
    else if (!item_is_kept(act->arena, contract, contract->items[i]))
      guard_add(act->arena, &refusal, "AGREEMENT_INCOMPLETE", contract->name,
                "the terms are not what the item %s was agreed with: negotiate that again",
                contract->items[i]->id);
  }
  return refusal;
}

static int64_t effect_us(const struct act *act, const Onboard__Contract *contract) {
  int64_t effective = moment_us(contract->terms->effective_time);
  return effective > act->now_us ? effective : act->now_us;
}

/* One contract at a time: this one is a version of the latest, or comes after its certain end. */
static void guard_alone(struct guards *guards, const Onboard__Contract *contract,
                        const Onboard__Contract *latest, int64_t effect) {
  bool amends = !text_empty(contract->amends);
  bool binds = latest && contract_binds(latest);
  if (amends) {
    guard(guards,
          binds && latest->state != SIGNED && text_equal(contract->amends, latest->name) &&
              text_empty(latest->superseded_by),
          "%s, which it amends, is no longer the contract in force", contract->amends);
    return;
  }
  guard(guards, !binds || contract_certain_end_us(latest) <= effect,
        "%s is in force then: amend it, or start after its end", binds ? latest->name : "");
}

static const struct status *signable(const struct act *act, const void *noun, const void *facts) {
  const Onboard__Contract *contract = noun;
  const struct contract_facts *given = facts;
  struct guards guards = {
      .arena = act->arena, .resource = contract->name, .state = "PENDING_SIGNATURE", .action = "SIGN"};
  const struct status *status =
      signature_check(act, contract->name, contract->content_hash, given->content_hash, contract->signatures,
                      contract->n_signatures);
  if (status || !signature_of(contract->signatures, contract->n_signatures, party_other(act->party)))
    return status;
  int64_t effect = effect_us(act, contract);
  guard(&guards, effect < moment_us(contract->terms->expire_time), "its term is over before it takes effect");
  guard_alone(&guards, contract, given->latest, effect);
  return guards.status;
}

static const struct status *declinable(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Contract *contract = noun;
  struct status *status;
  const char *until = moment_text(act->arena, notice_us(contract));
  if (!renews(contract)) {
    status = status_make(act->arena, CODE_FAILED_PRECONDITION, "RENEWAL_NOT_PLANNED",
                         "%s does not renew anyway", contract->name);
    return status;
  }
  if (act->now_us < notice_us(contract))
    return NULL;
  status = status_make(act->arena, CODE_FAILED_PRECONDITION, "NOTICE_TOO_LATE",
                       "the renewal of %s could be declined until %s", contract->name, until);
  status_add_metadata(act->arena, status, "latest_time", until);
  return status;
}

static const struct status *terminable(const struct act *act, const void *noun, const void *facts) {
  const Onboard__Contract *contract = noun;
  const struct contract_facts *given = facts;
  int64_t earliest_us = act->now_us + contract->terms->notice_days * US_PER_DAY;
  const char *earliest = moment_text(act->arena, earliest_us);
  struct status *status;
  if (contract->termination) {
    status = status_make(act->arena, CODE_FAILED_PRECONDITION, "NOTICE_GIVEN", "%s gave notice of %s before",
                         party_name(contract->termination->party), contract->name);
    status_add_metadata(act->arena, status, "party", party_name(contract->termination->party));
    return status;
  }
  if (!given->end_us || given->end_us >= earliest_us)
    return NULL;
  status = status_make(act->arena, CODE_FAILED_PRECONDITION, "NOTICE_TOO_SHORT",
                       "%s needs %d days of notice: it can end at %s", contract->name,
                       contract->terms->notice_days, earliest);
  status_add_metadata(act->arena, status, "earliest_time", earliest);
  return status;
}

static const struct transition transitions[] = {
    {DRAFT, CONTRACT_EDIT, DRAFT, NULL},
    {IN_NEGOTIATION, CONTRACT_EDIT, IN_NEGOTIATION, NULL},
    {PENDING_SIGNATURE, CONTRACT_EDIT, IN_NEGOTIATION, NULL},
    {DRAFT, CONTRACT_NEGOTIATE, IN_NEGOTIATION, NULL},
    {IN_NEGOTIATION, CONTRACT_NEGOTIATE, IN_NEGOTIATION, NULL},
    {PENDING_SIGNATURE, CONTRACT_NEGOTIATE, IN_NEGOTIATION, NULL},
    {DRAFT, CONTRACT_REQUEST_SIGNATURE, PENDING_SIGNATURE, ready},
    {IN_NEGOTIATION, CONTRACT_REQUEST_SIGNATURE, PENDING_SIGNATURE, ready},
    {PENDING_SIGNATURE, CONTRACT_SIGN, PENDING_SIGNATURE, signable},
    {DRAFT, CONTRACT_CANCEL, CANCELLED, NULL},
    {IN_NEGOTIATION, CONTRACT_CANCEL, CANCELLED, NULL},
    {PENDING_SIGNATURE, CONTRACT_CANCEL, CANCELLED, NULL},
    {ACTIVE, CONTRACT_DECLINE_RENEWAL, ACTIVE, declinable},
    {EXPIRING, CONTRACT_DECLINE_RENEWAL, EXPIRING, declinable},
    {ACTIVE, CONTRACT_TERMINATE, EXPIRING, terminable},
    {EXPIRING, CONTRACT_TERMINATE, EXPIRING, terminable},
    {SIGNED, CONTRACT_ACTIVATE, ACTIVE, NULL},
    {ACTIVE, CONTRACT_RENEW, ACTIVE, NULL},
    {EXPIRING, CONTRACT_RENEW, EXPIRING, NULL},
    {ACTIVE, CONTRACT_NEAR_END, EXPIRING, NULL},
    {EXPIRING, CONTRACT_EXPIRE, EXPIRED, NULL},
    {EXPIRING, CONTRACT_END, TERMINATED, NULL},
    {ACTIVE, CONTRACT_SUPERSEDE, SUPERSEDED, NULL},
    {EXPIRING, CONTRACT_SUPERSEDE, SUPERSEDED, NULL},
};
static const char *const actions[] = {
    "EDIT",     "NEGOTIATE", "REQUEST_SIGNATURE", "SIGN",   "CANCEL", "DECLINE_RENEWAL", "TERMINATE",
    "ACTIVATE", "RENEW",     "NEAR_END",          "EXPIRE", "END",    "SUPERSEDE"};
const struct machine contract_machine = {
    .states = &onboard__contract__state__descriptor,
    .actions = actions,
    .action_count = CONTRACT_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

static const struct status *step(const struct act *act, Onboard__Contract *contract,
                                 enum contract_action action, const struct contract_facts *facts) {
  int to;
  const struct status *status = machine_step(&contract_machine, act, contract->name, (int)contract->state,
                                             (int)action, contract, facts, &to);
  if (!status)
    contract->state = (Onboard__Contract__State)to;
  return status;
}

/* ---- what time does ---- */

static void list_survivals(struct arena *arena, Onboard__Contract *contract, int64_t end_us) {
  const Onboard__TransitionTerms *terms = contract->terms->elements->transition;
  contract->surviving_obligations = arena_calloc(arena, terms->n_survivals, sizeof(void *));
  contract->n_surviving_obligations = terms->n_survivals;
  for (size_t i = 0; i < terms->n_survivals; i++) {
    const Onboard__SurvivalTerm *term = terms->survivals[i];
    Onboard__SurvivingObligation *obligation = arena_new(arena, Onboard__SurvivingObligation);
    onboard__surviving_obligation__init(obligation);
    obligation->id = term->id;
    obligation->party = term->party;
    obligation->title = term->title;
    if (term->months)
      obligation->end_time = timestamp_new(arena, months_later(end_us, term->months));
    contract->surviving_obligations[i] = obligation;
  }
}

const char *contract_advance(struct arena *arena, Onboard__Contract *contract) {
  static const char *const types[CONTRACT_ACTIONS] = {
      [CONTRACT_ACTIVATE] = "contract.activated", [CONTRACT_RENEW] = "contract.renewed",
      [CONTRACT_NEAR_END] = "contract.expiring",  [CONTRACT_EXPIRE] = "contract.expired",
      [CONTRACT_END] = "contract.terminated",     [CONTRACT_SUPERSEDE] = "contract.superseded",
  };
  struct contract_change next = contract_next(contract);
  const struct transition *row = machine_find(&contract_machine, (int)contract->state, (int)next.action);
  contract->state = (Onboard__Contract__State)row->to;
  switch (next.action) {
  case CONTRACT_RENEW:
    contract->term_end_time = timestamp_new(arena, renewed_us(contract));
    contract->renewal_count++;
    break;
  case CONTRACT_EXPIRE:
  case CONTRACT_END:
    list_survivals(arena, contract, next.at_us);
    contract->end_time = timestamp_new(arena, next.at_us);
    break;
  case CONTRACT_SUPERSEDE:
    contract->end_time = timestamp_new(arena, next.at_us);
    break;
  default:
    break;
  }
  return types[next.action];
}

void contract_settle(struct arena *arena, Onboard__Contract *contract, int64_t now_us) {
  while (contract_next(contract).at_us <= now_us)
    contract_advance(arena, contract);
}

/* ---- actions ---- */

static void void_signatures(Onboard__Contract *contract) {
  contract->n_signatures = 0;
  contract->signatures = NULL;
}

static char *hash_of(struct arena *arena, const Onboard__ContractTerms *terms) {
  return content_hash(arena, terms ? &terms->base : NULL);
}

void contract_start(const struct act *act, Onboard__Contract *contract, const Onboard__Contract *amended) {
  contract->state = DRAFT;
  contract->author_party = act->party;
  contract->content_hash = hash_of(act->arena, contract->terms);
  contract->version = amended ? amended->version + 1 : 1;
}

void contract_set_terms(const struct act *act, Onboard__Contract *contract, Onboard__ContractTerms *terms) {
  contract->terms = terms;
  contract->content_hash = hash_of(act->arena, terms);
  void_signatures(contract);
}

const struct status *contract_edit(const struct act *act, Onboard__Contract *contract, char *title,
                                   Onboard__ContractTerms *terms) {
  Onboard__Contract__State before = contract->state;
  const struct status *status = step(act, contract, CONTRACT_EDIT, NULL);
  if (status)
    return status;
  contract->title = title;
  if (text_equal(contract->content_hash, hash_of(act->arena, terms)))
    contract->state = before;
  else
    contract_set_terms(act, contract, terms);
  return NULL;
}

const struct status *contract_negotiate(const struct act *act, Onboard__Contract *contract) {
  Onboard__Contract__State before = contract->state;
  const struct status *status = step(act, contract, CONTRACT_NEGOTIATE, NULL);
  if (!status && before == PENDING_SIGNATURE)
    void_signatures(contract);
  return status;
}

const struct status *contract_request_signature(const struct act *act, Onboard__Contract *contract) {
  return step(act, contract, CONTRACT_REQUEST_SIGNATURE, NULL);
}

const struct status *contract_sign(const struct act *act, Onboard__Contract *contract, const char *read_hash,
                                   Onboard__Contract *latest) {
  struct contract_facts facts = {.content_hash = read_hash, .latest = latest};
  const struct status *status = step(act, contract, CONTRACT_SIGN, &facts);
  if (status)
    return status;
  signature_add(act, contract->content_hash, &contract->signatures, &contract->n_signatures);
  if (!signature_of(contract->signatures, contract->n_signatures, party_other(act->party)))
    return NULL;
  contract->state = SIGNED;
  contract->activate_time = timestamp_new(act->arena, effect_us(act, contract));
  contract->term_end_time = contract->terms->expire_time;
  if (text_empty(contract->amends))
    return NULL;
  latest->superseded_by = contract->name;
  latest->supersede_time = contract->activate_time;
  return NULL;
}

const struct status *contract_cancel(const struct act *act, Onboard__Contract *contract, char *reason) {
  const struct status *status = step(act, contract, CONTRACT_CANCEL, NULL);
  if (status)
    return status;
  void_signatures(contract);
  contract->cancel_reason = reason;
  contract->end_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

const struct status *contract_decline_renewal(const struct act *act, Onboard__Contract *contract) {
  const struct status *status = step(act, contract, CONTRACT_DECLINE_RENEWAL, NULL);
  if (status)
    return status;
  contract->renewal_refusal = arena_new(act->arena, Onboard__RenewalRefusal);
  onboard__renewal_refusal__init(contract->renewal_refusal);
  contract->renewal_refusal->party = act->party;
  contract->renewal_refusal->actor = arena_strdup(act->arena, act->actor);
  contract->renewal_refusal->refuse_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

const struct status *contract_terminate(const struct act *act, Onboard__Contract *contract, char *reason,
                                        int64_t end_us) {
  struct contract_facts facts = {.end_us = end_us};
  const struct status *status = step(act, contract, CONTRACT_TERMINATE, &facts);
  if (status)
    return status;
  int64_t end = end_us ? end_us : act->now_us + contract->terms->notice_days * US_PER_DAY;
  Onboard__ContractTermination *termination = arena_new(act->arena, Onboard__ContractTermination);
  onboard__contract_termination__init(termination);
  termination->party = act->party;
  termination->actor = arena_strdup(act->arena, act->actor);
  termination->reason = reason;
  termination->notice_time = timestamp_new(act->arena, act->now_us);
  termination->end_time = timestamp_new(act->arena, end);
  contract->termination = termination;
  return NULL;
}
