#include "onboard/proposition.h"

#include "onboard/validation.h"
#include "runtime/base/digest.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <string.h>

#define DRAFT ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_DRAFT
#define GAP_MAPPED ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_GAP_MAPPED
#define ARTICULATED ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_ARTICULATED
#define OUTCOME_TRANSLATED ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_OUTCOME_TRANSLATED
#define IN_VALIDATION ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_IN_VALIDATION
#define VALIDATED ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_VALIDATED
#define FAILED ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_FAILED
#define RETIRED ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_RETIRED

enum { PARTIES = 2, DECIDED_BY_CONTENT = -1 };

/* ---- slots and sentences ---- */

static bool is_blank(const char *text) {
  return !text || text[strspn(text, " \t\r\n")] == '\0';
}

struct slot {
  const char *name, *value;
};

/* Every slot in the order of its field; those of NULL are empty. */
static void slots_of(const Onboard__OutcomeSlots *outcome, struct slot slots[6]) {
  static const Onboard__OutcomeSlots none = ONBOARD__OUTCOME_SLOTS__INIT;
  const Onboard__OutcomeSlots *from = outcome ? outcome : &none;
  const struct slot all[6] = {
      {"vendor_name", from->vendor_name}, {"partner_name", from->partner_name},
      {"segment", from->segment},         {"outcome", from->outcome},
      {"benefit", from->benefit},         {"timeframe", from->timeframe},
  };
  memcpy(slots, all, sizeof all);
}

static void find_missing(struct arena *arena, Onboard__JointValueProposition *proposition) {
  struct slot slots[6];
  slots_of(proposition->outcome, slots);
  proposition->missing_slots = arena_calloc(arena, 6, sizeof(char *));
  proposition->n_missing_slots = 0;
  for (size_t i = 0; i < 6; i++)
    if (is_blank(slots[i].value))
      proposition->missing_slots[proposition->n_missing_slots++] = (char *)slots[i].name;
}

static void render(struct arena *arena, Onboard__JointValueProposition *proposition) {
  const Onboard__OutcomeSlots *slots = proposition->outcome;
  bool together = slots && !is_blank(slots->vendor_name) && !is_blank(slots->partner_name) &&
                  !is_blank(slots->outcome) && !is_blank(slots->segment);
  bool promise =
      slots && !is_blank(slots->outcome) && !is_blank(slots->benefit) && !is_blank(slots->timeframe);
  proposition->together_sentence =
      together ? arena_printf(arena, "Together, %s and %s enable %s for %s.", slots->vendor_name,
                              slots->partner_name, slots->outcome, slots->segment)
               : (char *)protobuf_c_empty_string;
  proposition->outcome_sentence =
      promise ? arena_printf(arena, "%s that %s in %s", slots->outcome, slots->benefit, slots->timeframe)
              : (char *)protobuf_c_empty_string;
}

static bool outcome_is_part(const Onboard__JointValueProposition *proposition) {
  return proposition->state != DRAFT && proposition->state != GAP_MAPPED;
}

static char *hash_of(struct arena *arena, const Onboard__JointValueProposition *proposition) {
  bool both = outcome_is_part(proposition) && proposition->outcome;
  size_t head = strlen(proposition->articulation) + (outcome_is_part(proposition) ? 1 : 0);
  size_t size = head + (both ? onboard__outcome_slots__get_packed_size(proposition->outcome) : 0);
  uint8_t *bytes = arena_calloc(arena, size + 1, 1);
  memcpy(bytes, proposition->articulation, strlen(proposition->articulation));
  if (both)
    onboard__outcome_slots__pack(proposition->outcome, bytes + head);
  uint8_t digest[DIGEST_SIZE];
  digest_sha256(bytes, size, digest);
  return hex_encode(arena, digest, sizeof digest);
}

/* What follows from the wording and the state. */
static void derive(struct arena *arena, Onboard__JointValueProposition *proposition) {
  find_missing(arena, proposition);
  render(arena, proposition);
  proposition->content_hash = hash_of(arena, proposition);
}

/* ---- guards ---- */

static const Onboard__GapMap *map_of(const Onboard__JointValueProposition *proposition, Type__Party party) {
  for (size_t i = 0; i < proposition->n_gap_maps; i++)
    if (proposition->gap_maps[i]->party == party)
      return proposition->gap_maps[i];
  return NULL;
}

static bool approved_by(Onboard__PropositionApproval *const *approvals, size_t count, Type__Party party) {
  for (size_t i = 0; i < count; i++)
    if (approvals[i]->party == party)
      return true;
  return false;
}

static const struct status *content_changed(const struct act *act,
                                            const Onboard__JointValueProposition *proposition) {
  struct status *status =
      status_make(act->arena, CODE_FAILED_PRECONDITION, "CONTENT_CHANGED",
                  "%s is not what was read: read it again before approving", proposition->name);
  status_add_metadata(act->arena, status, "content_hash", proposition->content_hash);
  return status;
}

static const struct status *already_approved(const struct act *act,
                                             const Onboard__JointValueProposition *proposition) {
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "ALREADY_APPROVED",
                                      "%s is approved by %s", proposition->name, party_name(act->party));
  status_add_metadata(act->arena, status, "party", party_name(act->party));
  return status;
}

/* `facts` is the hash that was read. */
static const struct status *articulation_approvable(const struct act *act, const void *noun,
                                                    const void *facts) {
  const Onboard__JointValueProposition *proposition = noun;
  struct status *refusal = NULL;
  if (is_blank(proposition->articulation))
    guard_add(act->arena, &refusal, "SLOTS_MISSING", proposition->name, "articulation is empty");
  if (refusal)
    return refusal;
  if (!text_equal(proposition->content_hash, facts))
    return content_changed(act, proposition);
  return approved_by(proposition->articulation_approvals, proposition->n_articulation_approvals, act->party)
             ? already_approved(act, proposition)
             : NULL;
}

static const struct status *outcome_approvable(const struct act *act, const void *noun, const void *facts) {
  const Onboard__JointValueProposition *proposition = noun;
  struct status *refusal = NULL;
  for (size_t i = 0; i < proposition->n_missing_slots; i++)
    guard_add(act->arena, &refusal, "SLOTS_MISSING", proposition->name, "%s is empty",
              proposition->missing_slots[i]);
  if (refusal)
    return refusal;
  if (!text_equal(proposition->content_hash, facts))
    return content_changed(act, proposition);
  return approved_by(proposition->outcome_approvals, proposition->n_outcome_approvals, act->party)
             ? already_approved(act, proposition)
             : NULL;
}

static const struct status *sampled(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__JointValueProposition *proposition = noun;
  return validation_check_sample(act->arena, proposition->name, proposition->arms);
}

static const struct status *revisable(const struct act *act, const void *noun, const void *facts) {
  const Onboard__JointValueProposition *proposition = noun;
  (void)facts;
  if (!text_empty(proposition->revised_by)) {
    struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "ALREADY_REVISED",
                                        "%s is revised already: revise that one", proposition->name);
    status_add_metadata(act->arena, status, "revised_by", proposition->revised_by);
    return status;
  }
  return proposition->n_gap_maps == PARTIES
             ? NULL
             : machine_refuse(&proposition_machine, act->arena, proposition->name, (int)proposition->state,
                              PROPOSITION_REVISE);
}

static const struct transition transitions[] = {
    {DRAFT, PROPOSITION_MAP, DECIDED_BY_CONTENT, NULL},
    {GAP_MAPPED, PROPOSITION_MAP, GAP_MAPPED, NULL},
    {GAP_MAPPED, PROPOSITION_ARTICULATE, GAP_MAPPED, NULL},
    {ARTICULATED, PROPOSITION_ARTICULATE, GAP_MAPPED, NULL},
    {OUTCOME_TRANSLATED, PROPOSITION_ARTICULATE, GAP_MAPPED, NULL},
    {ARTICULATED, PROPOSITION_TRANSLATE, ARTICULATED, NULL},
    {OUTCOME_TRANSLATED, PROPOSITION_TRANSLATE, ARTICULATED, NULL},
    {GAP_MAPPED, PROPOSITION_APPROVE, DECIDED_BY_CONTENT, articulation_approvable},
    {ARTICULATED, PROPOSITION_APPROVE, DECIDED_BY_CONTENT, outcome_approvable},
    {OUTCOME_TRANSLATED, PROPOSITION_START, IN_VALIDATION, NULL},
    {IN_VALIDATION, PROPOSITION_COUNT, IN_VALIDATION, NULL},
    {IN_VALIDATION, PROPOSITION_CONCLUDE, DECIDED_BY_CONTENT, sampled},
    {VALIDATED, PROPOSITION_REVISE, VALIDATED, revisable},
    {FAILED, PROPOSITION_REVISE, FAILED, revisable},
    {RETIRED, PROPOSITION_REVISE, RETIRED, revisable},
    {DRAFT, PROPOSITION_RETIRE, RETIRED, NULL},
    {GAP_MAPPED, PROPOSITION_RETIRE, RETIRED, NULL},
    {ARTICULATED, PROPOSITION_RETIRE, RETIRED, NULL},
    {OUTCOME_TRANSLATED, PROPOSITION_RETIRE, RETIRED, NULL},
    {IN_VALIDATION, PROPOSITION_RETIRE, RETIRED, NULL},
    {VALIDATED, PROPOSITION_RETIRE, RETIRED, NULL},
    {FAILED, PROPOSITION_RETIRE, RETIRED, NULL},
    {VALIDATED, PROPOSITION_SUPERSEDE, RETIRED, NULL},
};
static const char *const actions[] = {"MAP",   "ARTICULATE", "TRANSLATE", "APPROVE", "START",
                                      "COUNT", "CONCLUDE",   "REVISE",    "RETIRE",  "SUPERSEDE"};
const struct machine proposition_machine = {
    .states = &onboard__joint_value_proposition__state__descriptor,
    .actions = actions,
    .action_count = PROPOSITION_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

/* Where the content decides, the state is left as it is for the action to set. */
static const struct status *step(const struct act *act, Onboard__JointValueProposition *proposition,
                                 enum proposition_action action, const void *facts) {
  int to;
  const struct status *status = machine_step(&proposition_machine, act, proposition->name,
                                             (int)proposition->state, (int)action, proposition, facts, &to);
  if (!status && to != DECIDED_BY_CONTENT)
    proposition->state = (Onboard__JointValueProposition__State)to;
  return status;
}

/* ---- actions ---- */

static void void_outcome_approvals(Onboard__JointValueProposition *proposition) {
  proposition->n_outcome_approvals = 0;
  proposition->outcome_approvals = NULL;
}

static void void_approvals(Onboard__JointValueProposition *proposition) {
  proposition->n_articulation_approvals = 0;
  proposition->articulation_approvals = NULL;
  void_outcome_approvals(proposition);
}

void proposition_start(const struct act *act, Onboard__JointValueProposition *proposition) {
  proposition->state = DRAFT;
  proposition->author_party = act->party;
  proposition->version = 1;
  derive(act->arena, proposition);
}

const struct status *proposition_map(const struct act *act, Onboard__JointValueProposition *proposition,
                                     Onboard__GapMap *map) {
  const struct status *status = step(act, proposition, PROPOSITION_MAP, NULL);
  if (status)
    return status;
  map->party = act->party;
  map->map_time = timestamp_new(act->arena, act->now_us);
  const Onboard__GapMap *others = map_of(proposition, party_other(act->party));
  Onboard__GapMap **maps = arena_calloc(act->arena, PARTIES, sizeof(void *));
  size_t count = 0;
  for (Type__Party party = TYPE__PARTY__PARTY_VENDOR; party <= TYPE__PARTY__PARTY_PARTNER; party++)
    if (party == act->party || others)
      maps[count++] = party == act->party ? map : (Onboard__GapMap *)others;
  proposition->gap_maps = maps;
  proposition->n_gap_maps = count;
  if (count == PARTIES)
    proposition->state = GAP_MAPPED;
  void_approvals(proposition);
  derive(act->arena, proposition);
  return NULL;
}

const struct status *proposition_articulate(const struct act *act,
                                            Onboard__JointValueProposition *proposition, char *articulation,
                                            bool *changed) {
  Onboard__JointValueProposition__State before = proposition->state;
  const struct status *status = step(act, proposition, PROPOSITION_ARTICULATE, NULL);
  if (status)
    return status;
  *changed = !text_equal(proposition->articulation, articulation);
  if (!*changed) {
    proposition->state = before;
    return NULL;
  }
  proposition->articulation = articulation;
  void_approvals(proposition);
  derive(act->arena, proposition);
  return NULL;
}

static bool same_slots(const Onboard__OutcomeSlots *a, const Onboard__OutcomeSlots *b) {
  struct slot left[6], right[6];
  slots_of(a, left);
  slots_of(b, right);
  for (size_t i = 0; i < 6; i++)
    if (!text_equal(left[i].value, right[i].value))
      return false;
  return true;
}

const struct status *proposition_translate(const struct act *act, Onboard__JointValueProposition *proposition,
                                           Onboard__OutcomeSlots *outcome, bool *changed) {
  Onboard__JointValueProposition__State before = proposition->state;
  const struct status *status = step(act, proposition, PROPOSITION_TRANSLATE, NULL);
  if (status)
    return status;
  *changed = !same_slots(proposition->outcome, outcome);
  if (!*changed) {
    proposition->state = before;
    return NULL;
  }
  proposition->outcome = outcome;
  void_outcome_approvals(proposition);
  derive(act->arena, proposition);
  return NULL;
}

/* Appends the party's approval; whether both have approved now. */
static bool add_approval(const struct act *act, const char *content_hash,
                         Onboard__PropositionApproval ***approvals, size_t *count) {
  Onboard__PropositionApproval *approval = arena_new(act->arena, Onboard__PropositionApproval);
  onboard__proposition_approval__init(approval);
  approval->party = act->party;
  approval->actor = arena_strdup(act->arena, act->actor);
  approval->approve_time = timestamp_new(act->arena, act->now_us);
  approval->content_hash = arena_strdup(act->arena, content_hash);
  Onboard__PropositionApproval **all = arena_calloc(act->arena, *count + 1, sizeof(void *));
  for (size_t i = 0; i < *count; i++)
    all[i] = (*approvals)[i];
  all[(*count)++] = approval;
  *approvals = all;
  return *count == PARTIES;
}

const struct status *proposition_approve(const struct act *act, Onboard__JointValueProposition *proposition,
                                         const char *content_hash) {
  const struct status *status = step(act, proposition, PROPOSITION_APPROVE, content_hash);
  if (status)
    return status;
  if (proposition->state == GAP_MAPPED) {
    if (add_approval(act, content_hash, &proposition->articulation_approvals,
                     &proposition->n_articulation_approvals))
      proposition->state = ARTICULATED;
  } else if (add_approval(act, content_hash, &proposition->outcome_approvals,
                          &proposition->n_outcome_approvals)) {
    proposition->state = OUTCOME_TRANSLATED;
  }
  derive(act->arena, proposition);
  return NULL;
}

const struct status *proposition_test(const struct act *act, Onboard__JointValueProposition *proposition) {
  const struct status *status = step(act, proposition, PROPOSITION_START, NULL);
  if (status)
    return status;
  proposition->arms = arena_calloc(act->arena, VALIDATION_ARMS, sizeof(void *));
  proposition->n_arms = VALIDATION_ARMS;
  for (int i = 0; i < VALIDATION_ARMS; i++) {
    Onboard__ArmTally *tally = arena_new(act->arena, Onboard__ArmTally);
    onboard__arm_tally__init(tally);
    tally->arm = (Onboard__ValidationArm)(i + 1);
    proposition->arms[i] = tally;
  }
  proposition->start_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

const struct status *proposition_count(const struct act *act, Onboard__JointValueProposition *proposition,
                                       const Onboard__ValidationEntry *entry, int sign) {
  const struct status *status = step(act, proposition, PROPOSITION_COUNT, NULL);
  if (status)
    return status;
  Onboard__ArmTally *tally = proposition->arms[entry->arm - 1];
  int64_t conversations = tally->conversations + sign * (int64_t)entry->conversations;
  if (conversations > VALIDATION_CONVERSATIONS_MAX) {
    struct status *refusal = status_make(act->arena, CODE_RESOURCE_EXHAUSTED, "TOO_MANY_CONVERSATIONS",
                                         "%s counts at most %lld conversations of an arm", proposition->name,
                                         (long long)VALIDATION_CONVERSATIONS_MAX);
    status_add_metadata(act->arena, refusal, "limit", "1000000");
    return refusal;
  }
  tally->conversations = conversations;
  tally->positive_responses += sign * (int64_t)entry->positive_responses;
  return NULL;
}

const struct status *proposition_conclude(const struct act *act,
                                          Onboard__JointValueProposition *proposition) {
  const struct status *status = step(act, proposition, PROPOSITION_CONCLUDE, NULL);
  if (status)
    return status;
  proposition->verdict = arena_new(act->arena, Onboard__ValidationVerdict);
  onboard__validation_verdict__init(proposition->verdict);
  validation_judge(proposition->arms, proposition->verdict);
  proposition->state = proposition->verdict->passed ? VALIDATED : FAILED;
  proposition->conclude_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

const struct status *proposition_revise(const struct act *act, Onboard__JointValueProposition *proposition,
                                        Onboard__JointValueProposition *next) {
  const struct status *status = step(act, proposition, PROPOSITION_REVISE, NULL);
  if (status)
    return status;
  next->title = proposition->title;
  next->state = GAP_MAPPED;
  next->author_party = act->party;
  next->version = proposition->version + 1;
  next->parent_proposition = proposition->name;
  next->replaces = proposition_is_validated(proposition) ? proposition->name : proposition->replaces;
  next->gap_maps = proposition->gap_maps;
  next->n_gap_maps = proposition->n_gap_maps;
  next->articulation = proposition->articulation;
  next->outcome = proposition->outcome;
  derive(act->arena, next);
  proposition->revised_by = next->name;
  return NULL;
}

const struct status *proposition_retire(const struct act *act, Onboard__JointValueProposition *proposition,
                                        char *reason) {
  const struct status *status = step(act, proposition, PROPOSITION_RETIRE, NULL);
  if (status)
    return status;
  proposition->retire_time = timestamp_new(act->arena, act->now_us);
  proposition->retire_reason = reason;
  return NULL;
}

const struct status *proposition_supersede(const struct act *act, Onboard__JointValueProposition *proposition,
                                           const char *successor) {
  const struct status *status = step(act, proposition, PROPOSITION_SUPERSEDE, NULL);
  if (status)
    return status;
  proposition->retire_time = timestamp_new(act->arena, act->now_us);
  proposition->retire_reason = arena_printf(act->arena, "%s was validated", successor);
  return NULL;
}

bool proposition_is_validated(const Onboard__JointValueProposition *proposition) {
  return proposition->state == VALIDATED;
}
