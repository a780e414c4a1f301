/* Both parties are judged by the same rules: whatever is done, with the parties exchanged everywhere it comes
 * to the same, exchanged. Two worlds are led side by side through acts at random, one of them in the mirror.
 */
#include "onboard/builder.h"
#include "onboard/fit_assessment.h"
#include "onboard/plan_version.h"
#include "onboard/proposition.h"
#include "onboard/validation.h"
#include "runtime/message/validate.h"
#include "support/random_message.h"

#include <stdio.h>

/* ---- the mirror ---- */

static bool is_repeated(const ProtobufCFieldDescriptor *field) {
  return field->label == PROTOBUF_C_LABEL_REPEATED;
}

static size_t count_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
  size_t count;
  memcpy(&count, (const char *)message + field->quantifier_offset, sizeof count);
  return count;
}

static void *first_of(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
  void *first;
  memcpy(&first, (char *)message + field->offset, sizeof first);
  return first;
}

static void exchange_number(int32_t *number, int32_t a, int32_t b) {
  *number = *number == a ? b : *number == b ? a : *number;
}

/* `pattern` of the one becomes that of the other; texts have at most one of each. */
static char *exchange_words(struct arena *arena, char *text, const char *a, const char *b) {
  char *at_a = strstr(text, a), *at_b = strstr(text, b);
  if (at_a && at_b) {
    char *first = at_a < at_b ? at_a : at_b, *second = at_a < at_b ? at_b : at_a;
    const char *one = at_a < at_b ? a : b, *other = at_a < at_b ? b : a;
    return arena_printf(arena, "%.*s%s%.*s%s%s", (int)(first - text), text, other,
                        (int)(second - first - (ptrdiff_t)strlen(one)), first + strlen(one), one,
                        second + strlen(other));
  }
  if (!at_a && !at_b)
    return text;
  char *place = at_a ? at_a : at_b;
  return arena_printf(arena, "%.*s%s%s", (int)(place - text), text, at_a ? b : a,
                      place + strlen(at_a ? a : b));
}

static char *mirror_text(struct arena *arena, const char *field, char *text) {
  if (strcmp(field, "content_hash") == 0)
    return arena_strdup(arena, ""); /* of content that names the parties: checked against it elsewhere */
  if (strcmp(field, "together_sentence") == 0)
    return exchange_words(arena, text, "Alpha", "Omega");
  if (strcmp(field, "missing_slots") == 0)
    return exchange_words(arena, text, "vendor_", "partner_");
  if (strcmp(field, "name") == 0)
    return exchange_words(arena, text, "/scorecards/vendor", "/scorecards/partner");
  return text;
}

static void mirror_enum(const ProtobufCFieldDescriptor *field, int32_t *value) {
  if (field->descriptor == &type__party__descriptor)
    exchange_number(value, VENDOR, PARTNER);
  if (field->descriptor == &onboard__validation_arm__descriptor)
    exchange_number(value, ONBOARD__VALIDATION_ARM__VALIDATION_ARM_VENDOR_SOLO,
                    ONBOARD__VALIDATION_ARM__VALIDATION_ARM_PARTNER_SOLO);
}

/* `vendor_x` and `partner_x` beside it. */
static void mirror_pair(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
  if (strncmp(field->name, "vendor_", 7) != 0)
    return;
  char other[64];
  snprintf(other, sizeof other, "partner_%s", field->name + 7);
  const ProtobufCFieldDescriptor *twin =
      protobuf_c_message_descriptor_get_field_by_name(message->descriptor, other);
  assert_non_null(twin);
  size_t size = field->type == PROTOBUF_C_TYPE_STRING ? sizeof(char *) : sizeof(int32_t);
  char held[sizeof(char *)];
  memcpy(held, (char *)message + field->offset, size);
  memcpy((char *)message + field->offset, (char *)message + twin->offset, size);
  memcpy((char *)message + twin->offset, held, size);
}

static int compare_messages(const void *a, const void *b) {
  const ProtobufCMessage *left = *(ProtobufCMessage *const *)a, *right = *(ProtobufCMessage *const *)b;
  uint8_t packed[2][8192];
  size_t sizes[2] = {protobuf_c_message_get_packed_size(left), protobuf_c_message_get_packed_size(right)};
  assert_true(sizes[0] < sizeof packed[0] && sizes[1] < sizeof packed[1]);
  protobuf_c_message_pack(left, packed[0]);
  protobuf_c_message_pack(right, packed[1]);
  int order = memcmp(packed[0], packed[1], sizes[0] < sizes[1] ? sizes[0] : sizes[1]);
  return order ? order : (sizes[0] > sizes[1]) - (sizes[0] < sizes[1]);
}

static int compare_numbers(const void *a, const void *b) {
  int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
  return (left > right) - (left < right);
}

static int compare_texts(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void mirror(struct arena *arena, ProtobufCMessage *message, bool exchange);

static void mirror_list(struct arena *arena, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                        bool exchange) {
  size_t count = count_of(message, field);
  void *first = first_of(message, field);
  if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
    for (size_t i = 0; i < count; i++)
      mirror(arena, ((ProtobufCMessage **)first)[i], exchange);
    if (count)
      qsort(first, count, sizeof(void *), compare_messages);
  } else if (field->type == PROTOBUF_C_TYPE_ENUM) {
    for (size_t i = 0; exchange && i < count; i++)
      mirror_enum(field, (int32_t *)first + i);
    if (count)
      qsort(first, count, sizeof(int32_t), compare_numbers);
  } else if (field->type == PROTOBUF_C_TYPE_STRING) {
    for (size_t i = 0; exchange && i < count; i++)
      ((char **)first)[i] = mirror_text(arena, field->name, ((char **)first)[i]);
    if (count)
      qsort(first, count, sizeof(char *), compare_texts);
  }
}

/* Exchanges the parties in a message when asked to; lists are put into one order either way, as many are in
 * the order of the parties. */
static void mirror(struct arena *arena, ProtobufCMessage *message, bool exchange) {
  for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
    char *place = (char *)message + field->offset;
    if (exchange)
      mirror_pair(message, field);
    if (is_repeated(field)) {
      mirror_list(arena, message, field, exchange);
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
      ProtobufCMessage *inner = first_of(message, field);
      if (inner)
        mirror(arena, inner, exchange);
    } else if (field->type == PROTOBUF_C_TYPE_ENUM && exchange) {
      mirror_enum(field, (int32_t *)place);
    } else if (field->type == PROTOBUF_C_TYPE_STRING &&
               (exchange || strcmp(field->name, "content_hash") == 0)) {
      char *text = mirror_text(arena, field->name, first_of(message, field));
      memcpy(place, &text, sizeof text);
    }
  }
}

/* ---- worlds ---- */

enum slot {
  PLAN,
  COMMITMENT_A,
  COMMITMENT_B,
  CLAIM_A,
  CLAIM_B,
  MILESTONE,
  REVIEW,
  FIT,
  CARD_A,
  CARD_B,
  JVP,
  ENTRY,
  SLOTS
};

/* A is the vendor's, B the partner's; in the mirror the other way round. */
struct world {
  struct arena *arena;
  bool mirrored;
  ProtobufCMessage *slots[SLOTS];
};

#define THE(world, type, slot) ((Onboard__##type *)(world)->slots[slot])

static struct world world_build(struct arena *arena) {
  struct world world = {.arena = arena};
  Onboard__Plan *plan = plan_build(arena, terms_build(arena));
  struct act act = act_by(arena, VENDOR, "2026-01-05");
  Onboard__FitAssessment *fit = arena_new(arena, Onboard__FitAssessment);
  Onboard__JointValueProposition *jvp = arena_new(arena, Onboard__JointValueProposition);
  Onboard__ValidationEntry *entry = arena_new(arena, Onboard__ValidationEntry);
  onboard__fit_assessment__init(fit);
  onboard__joint_value_proposition__init(jvp);
  onboard__validation_entry__init(entry);
  fit->name = arena_strdup(arena, PARTNERSHIP_NAME "/fitAssessments/2026");
  jvp->name = arena_strdup(arena, PARTNERSHIP_NAME "/jointValuePropositions/core");
  entry->name = arena_strdup(arena, PARTNERSHIP_NAME "/jointValuePropositions/core/validationEntries/one");
  entry->arm = ONBOARD__VALIDATION_ARM__VALIDATION_ARM_VENDOR_SOLO;
  entry->conversations = 12;
  fit_start(&act, fit);
  proposition_start(&act, jvp);
  validation_record(&act, entry);
  Onboard__Commitment *a = commitment_build(arena, VENDOR, 100), *b = commitment_build(arena, PARTNER, 100);
  world.slots[PLAN] = &plan->base;
  world.slots[COMMITMENT_A] = &a->base;
  world.slots[COMMITMENT_B] = &b->base;
  world.slots[CLAIM_A] = &claim_build(arena, a, "c", 60, NULL)->base;
  world.slots[CLAIM_B] = &claim_build(arena, b, "c", 60, NULL)->base;
  world.slots[MILESTONE] = &plan_milestone(arena, plan, plan->terms->milestones[0], act.now_us)->base;
  world.slots[REVIEW] = &review_build(arena, "q1", "2026-03-31")->base;
  world.slots[FIT] = &fit->base;
  world.slots[CARD_A] = &fit_scorecard_new(arena, fit, VENDOR)->base;
  world.slots[CARD_B] = &fit_scorecard_new(arena, fit, PARTNER)->base;
  world.slots[JVP] = &jvp->base;
  world.slots[ENTRY] = &entry->base;
  return world;
}

/* Hashes were blanked by the mirror: they are of what is there. */
static void hash_again(struct world *world) {
  Onboard__Plan *plan = THE(world, Plan, PLAN);
  plan->content_hash = plan_content_hash(world->arena, plan->terms);
}

static struct world mirrored(const struct world *world) {
  struct world other = {.arena = world->arena, .mirrored = true};
  for (int i = 0; i < SLOTS; i++) {
    other.slots[i] = message_copy(world->arena, world->slots[i]);
    mirror(world->arena, other.slots[i], true);
  }
  hash_again(&other);
  struct act act = act_by(world->arena, PARTNER, "2026-01-05");
  proposition_start(&act, THE(&other, JointValueProposition, JVP));
  return other;
}

static enum slot own(const struct world *world, const struct act *act, enum slot a) {
  return (act->party == VENDOR) != world->mirrored ? a : (enum slot)(a + 1);
}

/* ---- acts ---- */

static char text[] = "for a reason of its own";

static const struct status *act_on_plan(struct world *world, const struct act *act, unsigned verb,
                                        unsigned pick) {
  Onboard__Plan *plan = THE(world, Plan, PLAN);
  Onboard__PlanTerms *terms = (Onboard__PlanTerms *)message_copy(act->arena, &plan->terms->base);
  terms->commitments[pick % 2]->target = 1 + pick % 5;
  struct plan_facts facts = {
      .partnership = partnership_build(act->arena, ONBOARD__PARTNERSHIP__STATE__STATE_DESIGNATED)};
  switch (verb) {
  case 0:
    return plan_propose(act, plan);
  case 1:
    return plan_counter(act, plan, terms);
  case 2:
    return pick % 4 ? plan_sign(act, plan, plan->content_hash) : plan_withdraw(act, plan);
  case 3:
    return pick % 8 ? plan_sign(act, plan, plan->content_hash) : plan_activate(act, plan, &facts);
  default:
    return plan_edit(act, plan, plan->title, terms);
  }
}

static const struct status *act_on_commitment(struct world *world, const struct act *act, unsigned verb,
                                              unsigned pick) {
  enum slot which = pick % 2 ? COMMITMENT_A : COMMITMENT_B;
  Onboard__Commitment *commitment = THE(world, Commitment, which);
  Onboard__FulfilmentClaim *claim = THE(world, FulfilmentClaim, which == COMMITMENT_A ? CLAIM_A : CLAIM_B);
  const char *deemed[COMMITMENT_PENDING_MAX];
  commitment_settle(act->arena, commitment, act->now_us, deemed);
  claim_settle(claim, act->now_us);
  switch (verb) {
  case 0:
    return claim->state ? NULL : commitment_claim(act, commitment, claim, 14 * US_PER_DAY);
  case 1:
    return claim_confirm(act, commitment, claim, pick % 3 ? 0 : 70);
  case 2:
    return claim_dispute(act, commitment, claim, text);
  case 3:
    return claim_withdraw(act, commitment, claim);
  default:
    return pick % 16 ? NULL : commitment_waive(act, commitment, text);
  }
}

static const struct status *act_on_milestone(struct world *world, const struct act *act, unsigned verb,
                                             unsigned pick) {
  Onboard__Milestone *milestone = THE(world, Milestone, MILESTONE);
  milestone_settle(milestone, act->now_us);
  switch (verb) {
  case 0:
  case 1:
    return milestone_claim(act, milestone, text, NULL, 14 * US_PER_DAY);
  case 2:
    return milestone_confirm(act, milestone);
  case 3:
    return milestone_reject(act, milestone, text);
  default:
    return pick % 16 ? NULL : milestone_release(act, milestone);
  }
}

static const struct status *act_on_review(struct world *world, const struct act *act, unsigned verb,
                                          unsigned pick) {
  Onboard__Review *review = THE(world, Review, REVIEW);
  Onboard__Sponsor *sponsor =
      sponsor_build(act->arena, "kim", act->party, ONBOARD__SPONSOR__LEVEL__LEVEL_C_LEVEL);
  Onboard__Attendee *attendee = arena_new(act->arena, Onboard__Attendee);
  onboard__attendee__init(attendee);
  attendee->party = pick % 4 ? act->party : party_other(act->party);
  attendee->sponsor = sponsor->name;
  struct review_facts facts = {
      .hold_us = act->now_us, .attendees = &attendee, .attendee_count = 1, .sponsors = &sponsor};
  review_settle(review, act->now_us);
  switch (verb) {
  case 0:
    return pick % 8 ? NULL : review_hold(act, review, &facts);
  case 1:
    return review_reschedule(act, review, timestamp_new(act->arena, act->now_us + 9 * US_PER_DAY), text);
  default:
    return pick % 32 ? NULL : review_cancel(act, review, text);
  }
}

static const struct status *score(struct world *world, const struct act *act, unsigned pick) {
  Onboard__FitScore **scores = arena_calloc(act->arena, 4, sizeof(void *));
  for (int i = 0; i < 4; i++) {
    scores[i] = arena_new(act->arena, Onboard__FitScore);
    onboard__fit_score__init(scores[i]);
    scores[i]->dimension = (Onboard__FitDimension)(i + 1);
    scores[i]->score = 60 + (int32_t)((pick >> (i * 3)) % 41);
    scores[i]->evidence = text;
  }
  return fit_score(act, THE(world, FitAssessment, FIT), THE(world, FitScorecard, own(world, act, CARD_A)),
                   scores, pick % 5 ? 4 : 3);
}

static const struct status *act_on_fit(struct world *world, const struct act *act, unsigned verb,
                                       unsigned pick) {
  Onboard__FitAssessment *fit = THE(world, FitAssessment, FIT);
  enum slot mine = own(world, act, CARD_A);
  Onboard__FitScorecard *card = THE(world, FitScorecard, mine);
  Onboard__FitScorecard *other = THE(world, FitScorecard, CARD_A + CARD_B - (int)mine);
  Onboard__RevenueRank *rank = arena_new(act->arena, Onboard__RevenueRank);
  onboard__revenue_rank__init(rank);
  rank->position = 1 + (int32_t)(pick % 9);
  rank->ranked_count = 9;
  switch (verb) {
  case 0:
    return score(world, act, pick);
  case 1:
    return fit_submit(act, fit, card, other);
  case 2:
    return pick % 4 ? fit_rank(act, fit, rank) : fit_withdraw(act, fit, card);
  case 3:
    return fit_reopen(act, fit, act->party == VENDOR ? card : other, act->party == VENDOR ? other : card,
                      text);
  default:
    return pick % 4 ? NULL : pick % 16 ? fit_conclude(act, fit) : fit_cancel(act, fit, text);
  }
}

static const struct status *translate(struct world *world, const struct act *act, unsigned pick) {
  Onboard__OutcomeSlots *slots = arena_new(act->arena, Onboard__OutcomeSlots);
  onboard__outcome_slots__init(slots);
  char *alpha = arena_strdup(act->arena, pick % 8 ? "Alpha" : ""), *omega = arena_strdup(act->arena, "Omega");
  bool changed;
  slots->vendor_name = world->mirrored ? omega : alpha;
  slots->partner_name = world->mirrored ? alpha : omega;
  slots->segment = slots->outcome = slots->benefit = text;
  slots->timeframe = arena_strdup(act->arena, pick % 5 ? "a year" : "");
  return proposition_translate(act, THE(world, JointValueProposition, JVP), slots, &changed);
}

/* An entry of the joint arm, the own or the other party's. */
static const struct status *count(struct world *world, const struct act *act, unsigned pick) {
  Onboard__ValidationEntry *entry = arena_new(act->arena, Onboard__ValidationEntry);
  onboard__validation_entry__init(entry);
  entry->arm = (Onboard__ValidationArm)(pick % 3 == 0   ? 1
                                        : pick % 3 == 1 ? 1 + (int)act->party
                                                        : 1 + (int)party_other(act->party));
  entry->conversations = 1 + (int32_t)(pick % 11);
  entry->positive_responses = (int32_t)(pick / 16 % (unsigned)(entry->conversations + 1));
  return proposition_count(act, THE(world, JointValueProposition, JVP), entry, 1);
}

static const struct status *articulate(struct world *world, const struct act *act, unsigned pick) {
  bool changed;
  return proposition_articulate(act, THE(world, JointValueProposition, JVP),
                                arena_printf(act->arena, "wording %u", pick % 3), &changed);
}

static const struct status *map_gaps(struct world *world, const struct act *act) {
  Onboard__GapMap *map = arena_new(act->arena, Onboard__GapMap);
  onboard__gap_map__init(map);
  return proposition_map(act, THE(world, JointValueProposition, JVP), map);
}

/* What leads on. */
static const struct status *go_on(struct world *world, const struct act *act, unsigned pick) {
  Onboard__JointValueProposition *jvp = THE(world, JointValueProposition, JVP);
  switch (jvp->state) {
  case ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_DRAFT:
    return map_gaps(world, act);
  case ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_GAP_MAPPED:
    return *jvp->articulation ? proposition_approve(act, jvp, jvp->content_hash)
                              : articulate(world, act, pick);
  case ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_ARTICULATED:
    return jvp->n_missing_slots ? translate(world, act, pick)
                                : proposition_approve(act, jvp, jvp->content_hash);
  case ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_OUTCOME_TRANSLATED:
    return proposition_test(act, jvp);
  default:
    return pick % 4 ? count(world, act, pick) : proposition_conclude(act, jvp);
  }
}

static const struct status *act_on_proposition(struct world *world, const struct act *act, unsigned verb,
                                               unsigned pick) {
  Onboard__JointValueProposition *jvp = THE(world, JointValueProposition, JVP);
  switch (verb) {
  case 0:
    return pick % 16 ? count(world, act, pick) : map_gaps(world, act);
  case 1:
    return pick % 16 ? proposition_approve(act, jvp, jvp->content_hash) : articulate(world, act, pick);
  case 2:
    return pick % 64    ? validation_withdraw(act, THE(world, ValidationEntry, ENTRY), text)
           : pick % 128 ? translate(world, act, pick)
                        : proposition_retire(act, jvp, text);
  default:
    return go_on(world, act, pick);
  }
}

typedef const struct status *deed_fn(struct world *world, const struct act *act, unsigned verb,
                                     unsigned pick);
static deed_fn *const deeds[] = {act_on_plan,   act_on_commitment, act_on_milestone,
                                 act_on_review, act_on_fit,        act_on_proposition};
enum { DEEDS = sizeof deeds / sizeof *deeds, VERBS = 5 };

/* What is refused is thrown away. */
static const struct status *try(struct world *world, const struct act *act, deed_fn *deed, unsigned verb,
                                unsigned pick) {
  ProtobufCMessage *before[SLOTS];
  for (int i = 0; i < SLOTS; i++)
    before[i] = message_copy(world->arena, world->slots[i]);
  const struct status *status = deed(world, act, verb, pick);
  if (status)
    memcpy(world->slots, before, sizeof before);
  return status;
}

static void compare(const struct world *world, const struct world *other, unsigned number) {
  assert_string_equal(plan_content_hash(world->arena, THE(world, Plan, PLAN)->terms),
                      THE(world, Plan, PLAN)->content_hash);
  for (int i = 0; i < SLOTS; i++) {
    ProtobufCMessage *here = message_copy(world->arena, world->slots[i]);
    ProtobufCMessage *there = message_copy(world->arena, other->slots[i]);
    mirror(world->arena, here, false);
    mirror(world->arena, there, true);
    if (!message_equal(here, there))
      fail_msg("after act %u %s is not what it is in the mirror", number, here->descriptor->short_name);
  }
}

/* What a run has come to, so that it is known to have been about something. */
struct reached {
  unsigned done, refused, agreed, confirmed, concluded, judged;
};

static void lead(struct arena *arena, uint64_t seed, struct reached *reached) {
  struct random random = {.state = seed};
  struct world world = world_build(arena), other = mirrored(&world);
  int64_t now = at("2026-01-06");
  compare(&world, &other, 0);
  for (unsigned i = 1; i <= 400; i++) {
    Type__Party party = random_below(&random, 2) ? VENDOR : PARTNER;
    deed_fn *deed = deeds[random_below(&random, DEEDS)];
    unsigned verb = (unsigned)random_below(&random, VERBS), pick = (unsigned)random_below(&random, 1 << 16);
    now += (int64_t)random_below(&random, 2) * US_PER_DAY;
    struct act here = {arena, now, party, "somebody"}, there = {arena, now, party_other(party), "somebody"};
    const struct status *one = try(&world, &here, deed, verb, pick),
                        *two = try(&other, &there, deed, verb, pick);
    assert_string_equal(one ? one->reason : "", two ? two->reason : "");
    if (one)
      assert_int_equal(guard_count(one), guard_count(two));
    reached->done += !one;
    reached->refused += !!one;
    compare(&world, &other, i);
  }
  reached->agreed += THE(&world, Plan, PLAN)->activate_time || THE(&world, Plan, PLAN)->n_signatures == 2;
  reached->confirmed += THE(&world, Commitment, COMMITMENT_A)->confirmed > 0;
  reached->concluded += THE(&world, FitAssessment, FIT)->conclude_time != NULL;
  reached->judged += THE(&world, JointValueProposition, JVP)->verdict != NULL;
}

static void exchanged_parties_exchange_results(void **state) {
  struct arena *arena = *state;
  struct reached reached = {0};
  for (uint64_t seed = 1; seed <= 40; seed++) {
    arena_reset(arena);
    lead(arena, seed, &reached);
  }
  print_message("done %u, refused %u; agreed %u, confirmed %u, concluded %u, judged %u of 40\n", reached.done,
                reached.refused, reached.agreed, reached.confirmed, reached.concluded, reached.judged);
  assert_true(reached.done > 2000 && reached.refused > 2000);
  assert_true(reached.agreed > 5 && reached.confirmed > 5);
  assert_true(reached.concluded > 5 && reached.judged > 5);
}

static int world_setup(void **state) {
  *state = arena_create(256 << 20, NULL, NULL);
  return *state ? 0 : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(exchanged_parties_exchange_results, world_setup, arena_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
