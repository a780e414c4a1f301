#include "onboard/timed.h"

#include "onboard/commitment.h"
#include "onboard/contract.h"
#include "onboard/ending.h"
#include "onboard/govern.h"
#include "onboard/member.h"
#include "onboard/milestone.h"
#include "onboard/review.h"
#include "onboard/service.h"
#include "onboard/term.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"

/* ---- commitments ---- */

struct standing commitment_standing(const Onboard__Commitment *commitment) {
  return (struct standing){commitment_points(commitment), commitment_weight(commitment)};
}

/* What is shown by kind as well, beside all that a party owes. */
#define KIND(name) ONBOARD__COMMITMENT_KIND__COMMITMENT_KIND_##name
#define COUNTED_AS(kind) "attainment." kind ".achieved", "attainment." kind ".weight"
static const struct attainment {
  Onboard__CommitmentKind kind;
  const char *achieved, *weight;
} attainments[] = {
    {KIND(CO_MARKETING_BUDGET), COUNTED_AS("co_marketing_budget")},
    {KIND(PRE_SALES), COUNTED_AS("pre_sales")},
    {KIND(EXECUTIVE_ACCESS), COUNTED_AS("executive_access")},
    {KIND(REVENUE), COUNTED_AS("revenue")},
    {KIND(CERTIFICATION), COUNTED_AS("certification")},
    {KIND(CUSTOMER_DEVELOPMENT), COUNTED_AS("customer_development")},
};

void commitment_change(struct txn *txn, Onboard__Commitment *commitment, const char *type, int64_t occur_us,
                       struct standing before) {
  struct standing after = commitment_standing(commitment);
  int64_t due = moment_us(commitment->due_time);
  txn_put(txn, &kind_commitment, commitment);
  struct record *record =
      txn_record(txn, &(struct record_facts){.type = type, .payload = commitment, .occur_us = occur_us});
  txn_count(record, "fulfilment.achieved", commitment->owner, due, after.points - before.points);
  txn_count(record, "fulfilment.weight", commitment->owner, due, after.weight - before.weight);
  for (const struct attainment *of = attainments; of < attainments + sizeof attainments / sizeof *of; of++)
    if (of->kind == commitment->kind) {
      txn_count(record, of->achieved, commitment->owner, due, after.points - before.points);
      txn_count(record, of->weight, commitment->owner, due, after.weight - before.weight);
    }
}

const struct status *commitment_govern(struct txn *txn, const struct act *act,
                                       const Onboard__Commitment *commitment, Onboard__Commitment__State was,
                                       int64_t occur_us) {
  const Onboard__Commitment__State missed = ONBOARD__COMMITMENT__STATE__STATE_MISSED;
  const struct cause cause = {
      .trigger = ONBOARD__ESCALATION_TRIGGER__ESCALATION_TRIGGER_MISSED_COMMITMENT,
      .subject = commitment->name,
      .title = arena_printf(act->arena, "%s did not keep a commitment: %s", party_name(commitment->owner),
                            commitment->title),
  };
  if (was != missed && commitment->state == missed)
    return govern_open(txn, act, &cause, occur_us);
  if (was == missed && commitment->state != missed)
    return govern_close(txn, act, &cause, "The commitment is no longer missed");
  return NULL;
}

static int64_t commitment_next(const ProtobufCMessage *message) {
  return commitment_next_us((const Onboard__Commitment *)message);
}

static const struct status *stage_deemed(struct txn *txn, const struct act *act, const char *commitment,
                                         const char *const *ids, size_t count) {
  const char *names[COMMITMENT_PENDING_MAX];
  Onboard__FulfilmentClaim *claims[COMMITMENT_PENDING_MAX];
  for (size_t i = 0; i < count; i++)
    names[i] = name_child(act->arena, commitment, "claims", ids[i]);
  const struct status *status = txn_get_many(txn, &kind_claim, names, count, claims);
  if (status)
    return status;
  for (size_t i = 0; i < count; i++) {
    if (!claims[i])
      return status_make(act->arena, CODE_DATA_LOSS, "CLAIM_LOST", "%s waits for %s, which is not there",
                         commitment, names[i]);
    claim_settle(claims[i], act->now_us);
    txn_put(txn, &kind_claim, claims[i]);
    txn_record(txn, &(struct record_facts){.type = "claim.deemed_confirmed",
                                           .payload = claims[i],
                                           .occur_us = moment_us(claims[i]->deem_time)});
  }
  return NULL;
}

static const struct status *commitment_stage(struct txn *txn, const struct act *act,
                                             ProtobufCMessage *message) {
  Onboard__Commitment *commitment = (Onboard__Commitment *)message;
  const char *deemed[COMMITMENT_PENDING_MAX];
  struct standing before = commitment_standing(commitment);
  Onboard__Commitment__State was = commitment->state;
  int64_t occurred = commitment_next_us(commitment);
  size_t count = commitment_settle(act->arena, commitment, act->now_us, deemed);
  const struct status *status = count ? stage_deemed(txn, act, commitment->name, deemed, count) : NULL;
  if (status)
    return status;
  commitment_change(txn, commitment, count ? "commitment.deemed_confirmed" : "commitment.missed", occurred,
                    before);
  return commitment_govern(txn, act, commitment, was, occurred);
}

/* ---- milestones ---- */

static int64_t milestone_next(const ProtobufCMessage *message) {
  return milestone_next_us((const Onboard__Milestone *)message);
}

void milestone_change(struct txn *txn, Onboard__Milestone *milestone, const char *type, int64_t occur_us,
                      Onboard__Milestone__State was) {
  int64_t due = moment_us(milestone->due_time);
  Onboard__Milestone__State state = milestone->state;
  txn_put(txn, &kind_milestone, milestone);
  struct record *record =
      txn_record(txn, &(struct record_facts){.type = type, .payload = milestone, .occur_us = occur_us});
  if (was == ONBOARD__MILESTONE__STATE__STATE_UNSPECIFIED)
    txn_count(record, "milestones.due", TYPE__PARTY__PARTY_UNSPECIFIED, due, 1);
  if (state == ONBOARD__MILESTONE__STATE__STATE_RELEASED)
    txn_count(record, "milestones.due", TYPE__PARTY__PARTY_UNSPECIFIED, due, -1);
  if (state == ONBOARD__MILESTONE__STATE__STATE_ACHIEVED && was != state)
    txn_count(record, milestone_in_time(milestone) ? "milestones.achieved" : "milestones.late",
              TYPE__PARTY__PARTY_UNSPECIFIED, due, 1);
}

static const struct status *milestone_stage(struct txn *txn, const struct act *act,
                                            ProtobufCMessage *message) {
  Onboard__Milestone *milestone = (Onboard__Milestone *)message;
  Onboard__Milestone__State was = milestone->state;
  int64_t occurred = milestone_next_us(milestone);
  milestone_settle(milestone, act->now_us);
  milestone_change(txn, milestone, milestone->deemed ? "milestone.deemed_achieved" : "milestone.overdue",
                   occurred, was);
  return NULL;
}

/* ---- reviews ---- */

struct cause review_missed(struct arena *arena, const Onboard__Review *review) {
  return (struct cause){
      .trigger = ONBOARD__ESCALATION_TRIGGER__ESCALATION_TRIGGER_MISSED_REVIEW,
      .subject = review->name,
      .title = arena_printf(arena, "The review due %.10s was not held",
                            moment_text(arena, moment_us(review->due_time))),
  };
}

static int64_t review_next(const ProtobufCMessage *message) {
  return review_next_us((const Onboard__Review *)message);
}

static const struct status *review_stage(struct txn *txn, const struct act *act, ProtobufCMessage *message) {
  Onboard__Review *review = (Onboard__Review *)message;
  int64_t occurred = review_next_us(review);
  review_settle(review, act->now_us);
  txn_put(txn, &kind_review, review);
  struct record *record = txn_record(
      txn, &(struct record_facts){.type = "review.missed", .payload = review, .occur_us = occurred});
  txn_count(record, "reviews.missed", TYPE__PARTY__PARTY_UNSPECIFIED, moment_us(review->due_time), 1);
  struct cause cause = review_missed(act->arena, review);
  return govern_open(txn, act, &cause, occurred);
}

/* ---- contracts ---- */

static int64_t contract_next_time(const ProtobufCMessage *message) {
  return contract_next((const Onboard__Contract *)message).at_us;
}

/* One change a commit, so that each has its own entry with the contract as it then was. */
static const struct status *contract_stage(struct txn *txn, const struct act *act,
                                           ProtobufCMessage *message) {
  Onboard__Contract *contract = (Onboard__Contract *)message;
  int64_t occurred = contract_next(contract).at_us;
  const char *type = contract_advance(act->arena, contract);
  txn_put(txn, &kind_contract, contract);
  txn_record(txn, &(struct record_facts){.type = type, .payload = contract, .occur_us = occurred});
  return NULL;
}

/* ---- terms, members ---- */

static int64_t term_next(const ProtobufCMessage *message) {
  return term_next_us((const Onboard__Term *)message);
}

static const struct status *term_stage(struct txn *txn, const struct act *act, ProtobufCMessage *message) {
  (void)act;
  Onboard__Term *term = (Onboard__Term *)message;
  int64_t occurred = term_next_us(term);
  const char *type = term_advance(term);
  txn_put(txn, &kind_term, term);
  txn_record(txn, &(struct record_facts){.type = type, .payload = term, .occur_us = occurred});
  return NULL;
}

static int64_t member_next(const ProtobufCMessage *message) {
  return member_next_us((const Onboard__Member *)message);
}

static const struct status *member_stage(struct txn *txn, const struct act *act, ProtobufCMessage *message) {
  Onboard__Member *member = (Onboard__Member *)message;
  int64_t occurred = member_next_us(member);
  member_demote(act->arena, member);
  txn_put(txn, &kind_member, member);
  txn_record(txn, &(struct record_facts){.type = "member.demoted", .payload = member, .occur_us = occurred});
  return NULL;
}

/* ---- offers to end a partnership ---- */

static int64_t partnership_next(const ProtobufCMessage *message) {
  return end_offer_next_us((const Onboard__Partnership *)message);
}

static const struct status *partnership_stage(struct txn *txn, const struct act *act,
                                              ProtobufCMessage *message) {
  Onboard__Partnership *partnership = (Onboard__Partnership *)message;
  int64_t occurred = end_offer_next_us(partnership);
  end_offer_settle(act->arena, partnership, act->now_us);
  txn_put(txn, &kind_partnership, partnership);
  txn_record(txn, &(struct record_facts){
                      .type = "partnership.end_expired", .payload = partnership, .occur_us = occurred});
  return NULL;
}

/* ---- all ---- */

const struct timed timed_commitment = {&kind_commitment, commitment_next, commitment_stage};
const struct timed timed_milestone = {&kind_milestone, milestone_next, milestone_stage};
const struct timed timed_review = {&kind_review, review_next, review_stage};
const struct timed timed_contract = {&kind_contract, contract_next_time, contract_stage};
const struct timed timed_term = {&kind_term, term_next, term_stage};
const struct timed timed_member = {&kind_member, member_next, member_stage};
const struct timed timed_partnership = {&kind_partnership, partnership_next, partnership_stage};
const struct timed *const timed_kinds[] = {
    &timed_commitment, &timed_milestone, &timed_review, &timed_contract,    &timed_governance_body,
    &timed_escalation, &timed_term,      &timed_member, &timed_partnership, NULL,
};
