#include "onboard/agreement.h"
#include "onboard/contract.h"
#include "onboard/coverage.h"
#include "onboard/handler.h"
#include "onboard/negotiation.h"
#include "onboard/timed.h"
#include "runtime/base/fold.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/message/mask.h"
#include "runtime/message/validate.h"
#include "runtime/store/list.h"

#include "entente/onboard/v1/contract_service.pb-c.h"

/* ---- create, read, list ---- */

/* The contract that a new one is a version of; NULL when none is named. */
static const struct status *load_amended(struct call *call, const char *partnership, const char *name,
                                         Onboard__Contract **out) {
  *out = NULL;
  if (text_empty(name))
    return NULL;
  if (text_equal(name_partnership(call_arena(call), name), partnership)) {
    const struct status *status = txn_get(call_txn(call), &kind_contract, name, out);
    if (status || *out)
      return status;
  }
  struct status *refusal = call_fail(call, CODE_FAILED_PRECONDITION, "AMENDED_CONTRACT_UNKNOWN",
                                     "%s is not a contract of this partnership", name);
  status_add_metadata(call_arena(call), refusal, "amends", name);
  return refusal;
}

const struct status *contract_create(struct call *call, const void *in, void *out) {
  const Onboard__CreateContractRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__Contract *contract = request->contract, *amended;
  const struct status *status = contract_terms_check(act.arena, contract->terms, "contract.terms");
  if (!status)
    status = partnership_open(call, request->parent, "CREATE_CONTRACT", &partnership);
  if (!status)
    status = load_amended(call, request->parent, contract->amends, &amended);
  if (!status)
    status = resource_name(call, &kind_contract, request->parent, "contracts", request->contract_id,
                           &contract->name);
  if (status)
    return status;
  contract_start(&act, contract, amended);
  return resource_answer(call, &kind_contract, contract, "contract.created", out);
}

const struct status *contract_get(struct call *call, const void *in, void *out) {
  const Onboard__GetContractRequest *request = in;
  Onboard__Contract *contract;
  const struct status *status = resource_read(call, &kind_contract, request->name, &contract);
  if (status)
    return status;
  contract_settle(call_arena(call), contract, call_now_us(call));
  *(Onboard__Contract *)out = *contract;
  return NULL;
}

/* Which contracts a list keeps; `text` is folded. */
struct contract_filter {
  struct arena *arena;
  int state;
  int64_t before_us, now_us;
  const char *text;
};

static bool keep(const void *message, void *context) {
  const struct contract_filter *filter = context;
  Onboard__Contract contract = *(const Onboard__Contract *)message;
  contract_settle(filter->arena, &contract, filter->now_us);
  return (!filter->state || (int)contract.state == filter->state) &&
         (filter->before_us == INT64_MAX || contract_end_us(&contract) < filter->before_us) &&
         text_folded_contains(filter->arena, contract.title, filter->text);
}

/* What both lists ask for. */
struct contract_query {
  const char *parent, *page_token, *text;
  int32_t page_size;
  int state;
  const Google__Protobuf__Timestamp *end_before;
};

static const struct status *list_page(struct call *call, const struct contract_query *query,
                                      struct list_page *page) {
  struct arena *arena = call_arena(call);
  struct contract_filter filter = {
      .arena = arena,
      .state = query->state,
      .before_us = timestamp_us(query->end_before, INT64_MAX),
      .now_us = call_now_us(call),
      .text = text_fold(arena, query->text),
  };
  const struct status *status = resource_list(
      call,
      (struct list_query){
          .kind = &kind_contract,
          .index = "end",
          .partition = arena_printf(arena, "%s|", query->parent),
          .page_size = query->page_size,
          .page_token = query->page_token,
          .keep = keep,
          .context = &filter,
      },
      arena_printf(arena, "%d|%lld|%s", filter.state, (long long)filter.before_us, filter.text), page);
  for (size_t i = 0; !status && i < page->count; i++)
    contract_settle(arena, page->messages[i], filter.now_us);
  return status;
}

const struct status *contract_list(struct call *call, const void *in, void *out) {
  const Onboard__ListContractsRequest *request = in;
  Onboard__ListContractsResponse *response = out;
  const struct contract_query query = {
      .parent = request->parent,
      .page_token = request->page_token,
      .text = request->text,
      .page_size = request->page_size,
      .state = (int)request->state,
      .end_before = request->end_before,
  };
  struct list_page page;
  const struct status *status = list_page(call, &query, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

const struct status *contract_search(struct call *call, const void *in, void *out) {
  const Onboard__SearchContractsRequest *request = in;
  Onboard__SearchContractsResponse *response = out;
  const struct contract_query query = {
      .parent = request->parent,
      .page_token = request->page_token,
      .text = request->text,
      .page_size = request->page_size,
      .state = (int)request->state,
      .end_before = request->end_before,
  };
  struct list_page page;
  const struct status *status = list_page(call, &query, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

const struct status *contract_survey(struct call *call, const void *in, void *out) {
  const Onboard__CheckAgreementCompletenessRequest *request = in;
  Onboard__CheckAgreementCompletenessResponse *response = out;
  Onboard__Contract *contract;
  const struct status *status = resource_read(call, &kind_contract, request->name, &contract);
  if (status)
    return status;
  agreement_survey(call_arena(call), contract->terms, response);
  response->content_hash = contract->content_hash;
  return NULL;
}

/* ---- the terms ---- */

const struct status *contract_update(struct call *call, const void *in, void *out) {
  const Onboard__UpdateContractRequest *request = in;
  const Google__Protobuf__FieldMask *mask = request->update_mask;
  struct act act = act_of(call);
  Onboard__Contract *contract, *edited;
  const struct status *status =
      resource_open(call, &timed_contract, request->contract->name, request->etag, &contract);
  if (status)
    return status;
  /* The mask may reach into the terms: apply it to a copy, so that the rules see before and after. */
  edited = (Onboard__Contract *)message_copy(act.arena, &contract->base);
  status = mask_apply(act.arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0,
                      &request->contract->base, &edited->base);
  if (!status)
    status = contract_terms_check(act.arena, edited->terms, "contract.terms");
  if (!status)
    status = contract_edit(&act, contract, edited->title, edited->terms);
  return status ? status : resource_answer(call, &kind_contract, contract, "contract.updated", out);
}

static const struct status *open_item(struct call *call, const char *name, const char *etag, const char *id,
                                      Onboard__Contract **contract, Onboard__NegotiationItem **item) {
  const struct status *status = resource_open(call, &timed_contract, name, etag, contract);
  if (status)
    return status;
  *item = item_find(*contract, id);
  return *item ? NULL : call_not_found(call, arena_printf(call_arena(call), "%s, item %s", name, id));
}

const struct status *item_create(struct call *call, const void *in, void *out) {
  const Onboard__OpenNegotiationItemRequest *request = in;
  struct act act = act_of(call);
  Onboard__Contract *contract;
  const struct status *status = offer_check(act.arena, request->item->element, request->offer, "offer");
  if (!status)
    status = resource_open(call, &timed_contract, request->name, request->etag, &contract);
  if (!status && item_find(contract, request->item->id)) {
    struct status *refusal = call_fail(call, CODE_ALREADY_EXISTS, REASON_ALREADY_EXISTS,
                                       "%s has an item %s already", contract->name, request->item->id);
    status_add_metadata(act.arena, refusal, "resource", request->item->id);
    return refusal;
  }
  if (!status)
    status = item_open(&act, contract, request->item, request->offer);
  return status ? status : resource_answer(call, &kind_contract, contract, "contract.item_opened", out);
}

const struct status *item_answer(struct call *call, const void *in, void *out) {
  const Onboard__CounterNegotiationItemRequest *request = in;
  struct act act = act_of(call);
  Onboard__Contract *contract;
  Onboard__NegotiationItem *item;
  const struct status *status =
      open_item(call, request->name, request->etag, request->item_id, &contract, &item);
  if (!status)
    status = offer_check(act.arena, item->element, request->offer, "offer");
  if (!status)
    status = item_counter(&act, contract, item, request->offer);
  return status ? status : resource_answer(call, &kind_contract, contract, "contract.item_countered", out);
}

const struct status *item_agree(struct call *call, const void *in, void *out) {
  const Onboard__AcceptNegotiationItemRequest *request = in;
  struct act act = act_of(call);
  Onboard__Contract *contract;
  Onboard__NegotiationItem *item;
  const struct status *status =
      open_item(call, request->name, request->etag, request->item_id, &contract, &item);
  if (!status)
    status = item_accept(&act, contract, item, request->offer_count);
  return status ? status : resource_answer(call, &kind_contract, contract, "contract.item_agreed", out);
}

const struct status *item_take_back(struct call *call, const void *in, void *out) {
  const Onboard__WithdrawNegotiationItemRequest *request = in;
  struct act act = act_of(call);
  Onboard__Contract *contract;
  Onboard__NegotiationItem *item;
  const struct status *status =
      open_item(call, request->name, request->etag, request->item_id, &contract, &item);
  if (!status)
    status = item_withdraw(&act, contract, item);
  return status ? status : resource_answer(call, &kind_contract, contract, "contract.item_withdrawn", out);
}

/* ---- signatures ---- */

const struct status *contract_put_forward(struct call *call, const void *in, void *out) {
  const Onboard__RequestSignatureRequest *request = in;
  struct act act = act_of(call);
  Onboard__Contract *contract;
  const struct status *status = resource_open(call, &timed_contract, request->name, request->etag, &contract);
  if (!status)
    status = contract_request_signature(&act, contract);
  return status ? status
                : resource_answer(call, &kind_contract, contract, "contract.signature_requested", out);
}

/* Stages a contract with an entry of `type`, and one for what is due of it at once. */
static void change_and_advance(struct call *call, Onboard__Contract *contract, const char *type) {
  struct txn *txn = call_txn(call);
  const char *types[CONTRACT_ACTIONS] = {type};
  size_t count = 1;
  while (count < CONTRACT_ACTIONS && contract_next(contract).at_us <= call_now_us(call))
    types[count++] = contract_advance(call_arena(call), contract);
  txn_put(txn, &kind_contract, contract);
  for (size_t i = 0; i < count; i++)
    txn_record(txn, &(struct record_facts){.type = types[i], .payload = contract});
}

/* Contracts of other partnerships that bind and exclude, as they stand now. */
struct rivals {
  struct arena *arena;
  const char *partnership;
  int64_t now_us;
  Onboard__Contract **contracts;
  size_t count, room;
};

static void gather_rival(const void *message, void *context) {
  struct rivals *rivals = context;
  const Onboard__Contract *stored = message;
  if (!coverage_excludes(stored) ||
      text_equal(name_partnership(rivals->arena, stored->name), rivals->partnership))
    return;
  Onboard__Contract *contract = (Onboard__Contract *)message_copy(rivals->arena, &stored->base);
  contract_settle(rivals->arena, contract, rivals->now_us);
  if (!contract_binds(contract))
    return;
  if (rivals->count == rivals->room) {
    Onboard__Contract **held = rivals->contracts;
    rivals->room = rivals->room ? 2 * rivals->room : 16;
    rivals->contracts = arena_calloc(rivals->arena, rivals->room, sizeof *held);
    for (size_t i = 0; i < rivals->count; i++)
      rivals->contracts[i] = held[i];
  }
  rivals->contracts[rivals->count++] = contract;
}

static const struct status *open_clock(struct call *call, const char *vendor, Onboard__CoverageClock **out) {
  struct arena *arena = call_arena(call);
  char *name = name_child(arena, vendor, "coverageClocks", "one");
  const struct status *status = txn_get(call_txn(call), &kind_coverage_clock, name, out);
  if (status || *out)
    return status;
  *out = arena_new(arena, Onboard__CoverageClock);
  onboard__coverage_clock__init(*out);
  (*out)->name = name;
  return NULL;
}

/* The vendor hears of a conflict when it signs, first or second, so that a partner cannot find out by offers
 * of its own what others hold. Whoever signs last is refused what was given away meanwhile. */
static const struct status *hold_exclusivity(struct call *call, const Onboard__Contract *contract) {
  struct act act = act_of(call);
  bool bound = contract->state == ONBOARD__CONTRACT__STATE__STATE_SIGNED;
  const char *vendor = name_vendor(act.arena, contract->name);
  struct rivals rivals = {
      .arena = act.arena, .partnership = name_partnership(act.arena, contract->name), .now_us = act.now_us};
  Onboard__CoverageClock *clock;
  if (!coverage_excludes(contract) || (!bound && act.party != TYPE__PARTY__PARTY_VENDOR))
    return NULL;
  /* The clock before the contracts: one that binds in between moves it. */
  const struct status *status = open_clock(call, vendor, &clock);
  if (!status)
    status = list_walk(call_txn(call),
                       &(struct list_query){.kind = &kind_contract,
                                            .index = "end",
                                            .partition = arena_printf(act.arena, "%s|", vendor)},
                       gather_rival, &rivals);
  if (!status)
    status = coverage_check(&act, contract, rivals.contracts, rivals.count);
  if (status || !bound)
    return status;
  clock->count++;
  txn_put(call_txn(call), &kind_coverage_clock, clock);
  return NULL;
}

const struct status *contract_subscribe(struct call *call, const void *in, void *out) {
  const Onboard__SignContractRequest *request = in;
  struct act act = act_of(call);
  Onboard__Contract *contract, *latest = NULL;
  Onboard__Partnership *partnership;
  const struct status *status = resource_open(call, &timed_contract, request->name, request->etag, &contract);
  if (!status)
    status = partnership_open(call, request->name, "SIGN", &partnership);
  if (!status && !text_empty(partnership->contract))
    status = resource_open(call, &timed_contract, partnership->contract, "", &latest);
  if (!status)
    status = contract_sign(&act, contract, request->content_hash, latest);
  if (!status)
    status = hold_exclusivity(call, contract);
  if (status)
    return status;
  bool bound = contract->state == ONBOARD__CONTRACT__STATE__STATE_SIGNED;
  if (bound && !text_empty(contract->amends))
    change_and_advance(call, latest, "contract.amended");
  if (bound) {
    partnership->contract = contract->name;
    resource_change(call_txn(call), &kind_partnership, partnership, "partnership.contract_signed");
  }
  change_and_advance(call, contract, "contract.signed");
  *(Onboard__Contract *)out = *contract;
  return txn_commit(call_txn(call), out);
}

/* ---- the end ---- */

const struct status *contract_give_up(struct call *call, const void *in, void *out) {
  const Onboard__CancelContractRequest *request = in;
  struct act act = act_of(call);
  Onboard__Contract *contract;
  const struct status *status = resource_open(call, &timed_contract, request->name, request->etag, &contract);
  if (!status)
    status = contract_cancel(&act, contract, request->reason);
  return status ? status : resource_answer(call, &kind_contract, contract, "contract.cancelled", out);
}

const struct status *contract_refuse_renewal(struct call *call, const void *in, void *out) {
  const Onboard__DeclineRenewalRequest *request = in;
  struct act act = act_of(call);
  Onboard__Contract *contract;
  const struct status *status = resource_open(call, &timed_contract, request->name, request->etag, &contract);
  if (!status)
    status = contract_decline_renewal(&act, contract);
  return status ? status : resource_answer(call, &kind_contract, contract, "contract.renewal_declined", out);
}

const struct status *contract_give_notice(struct call *call, const void *in, void *out) {
  const Onboard__TerminateContractRequest *request = in;
  struct act act = act_of(call);
  Onboard__Contract *contract;
  struct status *invalid = NULL;
  if (!moment_check(act.arena, &invalid, "end_time", request->end_time))
    return invalid;
  const struct status *status = resource_open(call, &timed_contract, request->name, request->etag, &contract);
  if (!status)
    status = contract_terminate(&act, contract, request->reason, moment_us(request->end_time));
  return status ? status : resource_answer(call, &kind_contract, contract, "contract.notice_given", out);
}
