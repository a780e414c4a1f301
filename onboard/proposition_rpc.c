#include "onboard/handler.h"
#include "onboard/proposition.h"
#include "onboard/validation.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include "entente/onboard/v1/joint_value_proposition_service.pb-c.h"

#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED

/* Nothing changes in a partnership that has ended. */
static const struct status *open_proposition(struct call *call, const char *name, const char *etag,
                                             const char *action, Onboard__JointValueProposition **out) {
  Onboard__Partnership *partnership;
  const struct status *status = resource_load(call, &kind_proposition, name, etag, out);
  return status ? status : partnership_open(call, name, action, &partnership);
}

static const struct status *answer(struct call *call, Onboard__JointValueProposition *proposition,
                                   const char *type, void *out) {
  return resource_answer(call, &kind_proposition, proposition, type, out);
}

/* ---- create, read ---- */

const struct status *proposition_create(struct call *call, const void *in, void *out) {
  const Onboard__CreateJointValuePropositionRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__JointValueProposition *proposition = request->joint_value_proposition;
  const struct status *status =
      partnership_open(call, request->parent, "CREATE_JOINT_VALUE_PROPOSITION", &partnership);
  if (!status)
    status = resource_name(call, &kind_proposition, request->parent, "jointValuePropositions",
                           request->joint_value_proposition_id, &proposition->name);
  if (status)
    return status;
  proposition_start(&act, proposition);
  return answer(call, proposition, "proposition.created", out);
}

const struct status *proposition_get(struct call *call, const void *in, void *out) {
  const Onboard__GetJointValuePropositionRequest *request = in;
  Onboard__JointValueProposition *proposition;
  const struct status *status = resource_read(call, &kind_proposition, request->name, &proposition);
  if (!status)
    *(Onboard__JointValueProposition *)out = *proposition;
  return status;
}

const struct status *proposition_list(struct call *call, const void *in, void *out) {
  const Onboard__ListJointValuePropositionsRequest *request = in;
  Onboard__ListJointValuePropositionsResponse *response = out;
  struct list_page page;
  const struct state_query query = {
      .kind = &kind_proposition,
      .parent = request->parent,
      .states = &onboard__joint_value_proposition__state__descriptor,
      .state = (int)request->state,
      .descending = true,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  const struct status *status = state_list(call, &query, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

/* ---- wording ---- */

const struct status *proposition_map_gaps(struct call *call, const void *in, void *out) {
  const Onboard__MapGapsRequest *request = in;
  struct act act = act_of(call);
  Onboard__JointValueProposition *proposition;
  Onboard__GapMap *map = arena_new(act.arena, Onboard__GapMap);
  onboard__gap_map__init(map);
  map->provides = request->provides;
  map->n_provides = request->n_provides;
  map->cannot_provide = request->cannot_provide;
  map->n_cannot_provide = request->n_cannot_provide;
  const struct status *status =
      open_proposition(call, request->name, request->etag, "MAP_GAPS", &proposition);
  if (!status)
    status = proposition_map(&act, proposition, map);
  return status ? status : answer(call, proposition, "proposition.mapped", out);
}

/* The wording was the same: nothing is written. */
static const struct status *answer_unchanged(struct call *call,
                                             const Onboard__JointValueProposition *proposition, void *out) {
  *(Onboard__JointValueProposition *)out = *proposition;
  return txn_commit(call_txn(call), out);
}

const struct status *proposition_word(struct call *call, const void *in, void *out) {
  const Onboard__ArticulateJointValuePropositionRequest *request = in;
  struct act act = act_of(call);
  Onboard__JointValueProposition *proposition;
  bool changed;
  const struct status *status = open_proposition(call, request->name, request->etag,
                                                 "ARTICULATE_JOINT_VALUE_PROPOSITION", &proposition);
  if (!status)
    status = proposition_articulate(&act, proposition, request->articulation, &changed);
  if (status)
    return status;
  return changed ? answer(call, proposition, "proposition.articulated", out)
                 : answer_unchanged(call, proposition, out);
}

const struct status *proposition_turn(struct call *call, const void *in, void *out) {
  const Onboard__TranslateOutcomeRequest *request = in;
  struct act act = act_of(call);
  Onboard__JointValueProposition *proposition;
  bool changed;
  const struct status *status =
      open_proposition(call, request->name, request->etag, "TRANSLATE_OUTCOME", &proposition);
  if (!status)
    status = proposition_translate(&act, proposition, request->outcome, &changed);
  if (status)
    return status;
  return changed ? answer(call, proposition, "proposition.translated", out)
                 : answer_unchanged(call, proposition, out);
}

const struct status *proposition_consent(struct call *call, const void *in, void *out) {
  const Onboard__ApproveJointValuePropositionRequest *request = in;
  struct act act = act_of(call);
  Onboard__JointValueProposition *proposition;
  const struct status *status =
      open_proposition(call, request->name, request->etag, "APPROVE_JOINT_VALUE_PROPOSITION", &proposition);
  if (!status)
    status = proposition_approve(&act, proposition, request->content_hash);
  return status ? status : answer(call, proposition, "proposition.approved", out);
}

/* ---- validation ---- */

const struct status *validation_start(struct call *call, const void *in, void *out) {
  const Onboard__StartValidationRequest *request = in;
  struct act act = act_of(call);
  Onboard__JointValueProposition *proposition;
  const struct status *status =
      open_proposition(call, request->name, request->etag, "START_VALIDATION", &proposition);
  if (!status)
    status = proposition_test(&act, proposition);
  return status ? status : answer(call, proposition, "proposition.validation_started", out);
}

/* An entry and the tally that it changes, in one commit. */
static const struct status *answer_entry(struct call *call, Onboard__JointValueProposition *proposition,
                                         Onboard__ValidationEntry *entry, const char *type, int64_t occur_us,
                                         void *out) {
  txn_put(call_txn(call), &kind_validation_entry, entry);
  txn_record(call_txn(call), &(struct record_facts){
                                 .type = type,
                                 .payload = entry,
                                 .occur_us = occur_us,
                             });
  resource_change(call_txn(call), &kind_proposition, proposition, "proposition.counted");
  *(Onboard__ValidationEntry *)out = *entry;
  return txn_commit(call_txn(call), out);
}

const struct status *validation_entry_record(struct call *call, const void *in, void *out) {
  const Onboard__RecordValidationRequest *request = in;
  struct act act = act_of(call);
  Onboard__JointValueProposition *proposition;
  Onboard__ValidationEntry *entry = request->validation_entry;
  struct status *invalid = NULL;
  if (!moment_check_past(act.arena, &invalid, "validation_entry.occur_time", entry->occur_time, act.now_us))
    return invalid;
  const struct status *status = validation_check(act.arena, entry);
  if (!status)
    status = open_proposition(call, request->parent, "", "RECORD_VALIDATION", &proposition);
  if (!status)
    status = proposition_count(&act, proposition, entry, 1);
  if (!status)
    status = resource_name(call, &kind_validation_entry, request->parent, "validationEntries",
                           request->validation_entry_id, &entry->name);
  if (status)
    return status;
  validation_record(&act, entry);
  return answer_entry(call, proposition, entry, "validation_entry.recorded", moment_us(entry->occur_time),
                      out);
}

const struct status *validation_entry_withdraw(struct call *call, const void *in, void *out) {
  const Onboard__WithdrawValidationEntryRequest *request = in;
  struct act act = act_of(call);
  Onboard__JointValueProposition *proposition;
  Onboard__ValidationEntry *entry;
  const char *above = name_prefix(act.arena, request->name, 3);
  const struct status *status =
      resource_load(call, &kind_validation_entry, request->name, request->etag, &entry);
  if (!status)
    status = open_proposition(call, above, "", "WITHDRAW_VALIDATION_ENTRY", &proposition);
  if (!status)
    status = validation_withdraw(&act, entry, request->reason);
  if (!status)
    status = proposition_count(&act, proposition, entry, -1);
  return status ? status
                : answer_entry(call, proposition, entry, "validation_entry.withdrawn", act.now_us, out);
}

const struct status *validation_entry_get(struct call *call, const void *in, void *out) {
  const Onboard__GetValidationEntryRequest *request = in;
  Onboard__ValidationEntry *entry;
  const struct status *status = resource_read(call, &kind_validation_entry, request->name, &entry);
  if (!status)
    *(Onboard__ValidationEntry *)out = *entry;
  return status;
}

const struct status *validation_entry_list(struct call *call, const void *in, void *out) {
  const Onboard__ListValidationEntriesRequest *request = in;
  Onboard__ListValidationEntriesResponse *response = out;
  struct list_page page;
  const char *arm = request->arm ? state_name(&onboard__validation_arm__descriptor, (int)request->arm) : "";
  const char *partition = arena_printf(call_arena(call), "%s|%s", request->parent, arm);
  const struct status *status = resource_list(call,
                                              (struct list_query){
                                                  .kind = &kind_validation_entry,
                                                  .index = "time",
                                                  .partition = partition,
                                                  .page_size = request->page_size,
                                                  .page_token = request->page_token,
                                              },
                                              partition, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

/* ---- verdict, revision, end ---- */

/* The validated version that this one takes the place of, when it still is. */
static const struct status *supersede(struct call *call, const struct act *act,
                                      const Onboard__JointValueProposition *proposition) {
  Onboard__JointValueProposition *before;
  if (text_empty(proposition->replaces))
    return NULL;
  const struct status *status = resource_load(call, &kind_proposition, proposition->replaces, "", &before);
  if (status || !proposition_is_validated(before))
    return status;
  status = proposition_supersede(act, before, proposition->name);
  if (!status)
    resource_change(call_txn(call), &kind_proposition, before, "proposition.superseded");
  return status;
}

const struct status *validation_conclude(struct call *call, const void *in, void *out) {
  const Onboard__ConcludeValidationRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__JointValueProposition *proposition;
  const struct status *status =
      resource_load(call, &kind_proposition, request->name, request->etag, &proposition);
  if (!status)
    status = partnership_open(call, request->name, "CONCLUDE_VALIDATION", &partnership);
  if (!status)
    status = proposition_conclude(&act, proposition);
  if (status)
    return status;
  bool validated = proposition_is_validated(proposition);
  if (validated) {
    status = supersede(call, &act, proposition);
    if (status)
      return status;
    partnership->joint_value_proposition = proposition->name;
    resource_change(call_txn(call), &kind_partnership, partnership, "partnership.proposition_validated");
  }
  struct record *record = resource_change(call_txn(call), &kind_proposition, proposition,
                                          validated ? "proposition.validated" : "proposition.failed");
  txn_count(record, validated ? "propositions.validated" : "propositions.failed", NOBODY, act.now_us, 1);
  *(Onboard__JointValueProposition *)out = *proposition;
  return txn_commit(call_txn(call), out);
}

const struct status *proposition_renew(struct call *call, const void *in, void *out) {
  const Onboard__ReviseJointValuePropositionRequest *request = in;
  struct act act = act_of(call);
  Onboard__JointValueProposition *proposition, *next = arena_new(act.arena, Onboard__JointValueProposition);
  onboard__joint_value_proposition__init(next);
  const struct status *status =
      open_proposition(call, request->name, request->etag, "REVISE_JOINT_VALUE_PROPOSITION", &proposition);
  if (!status)
    status = resource_name(call, &kind_proposition, name_partnership(act.arena, request->name),
                           "jointValuePropositions", request->joint_value_proposition_id, &next->name);
  if (!status)
    status = proposition_revise(&act, proposition, next);
  if (status)
    return status;
  resource_change(call_txn(call), &kind_proposition, proposition, "proposition.revised");
  return answer(call, next, "proposition.created", out);
}

/* The partnership names the version validated last: now that `retired` no longer counts, the one before that.
 * Whatever changes which are validated also changes the partnership, so that its version guards this list. */
static const struct status *rename_validated(struct call *call, Onboard__Partnership *partnership,
                                             const char *retired) {
  struct list_page page;
  const Onboard__JointValueProposition *latest = NULL;
  const char *partition = arena_printf(call_arena(call), "%s|VALIDATED", partnership->name);
  const struct status *status = resource_all(call_txn(call), &kind_proposition, "state", partition, &page);
  if (status)
    return status;
  for (size_t i = 0; i < page.count; i++) {
    const Onboard__JointValueProposition *one = page.messages[i];
    if (!text_equal(one->name, retired) &&
        (!latest || moment_us(one->conclude_time) >= moment_us(latest->conclude_time)))
      latest = one;
  }
  partnership->joint_value_proposition = latest ? latest->name : (char *)protobuf_c_empty_string;
  resource_change(call_txn(call), &kind_partnership, partnership, "partnership.proposition_retired");
  return NULL;
}

const struct status *proposition_end(struct call *call, const void *in, void *out) {
  const Onboard__RetireJointValuePropositionRequest *request = in;
  struct act act = act_of(call);
  Onboard__Partnership *partnership;
  Onboard__JointValueProposition *proposition;
  const struct status *status =
      resource_load(call, &kind_proposition, request->name, request->etag, &proposition);
  if (!status)
    status = partnership_open(call, request->name, "RETIRE_JOINT_VALUE_PROPOSITION", &partnership);
  bool validated = !status && proposition_is_validated(proposition);
  if (!status)
    status = proposition_retire(&act, proposition, request->reason);
  if (!status && validated)
    status = rename_validated(call, partnership, proposition->name);
  return status ? status : answer(call, proposition, "proposition.retired", out);
}
