/* Versions of a plan, and in what they differ. */
#include "onboard/builder.h"
#include "onboard/plan_compare.h"
#include "onboard/plan_version.h"

#define KIND(name) ONBOARD__PLAN_DIFFERENCE__KIND__KIND_##name
#define STATE(name) ONBOARD__PLAN_VERSION__STATE__STATE_##name

static Onboard__ReviewTerm *review_term(struct arena *arena, const char *id, const char *due) {
  Onboard__ReviewTerm *term = arena_new(arena, Onboard__ReviewTerm);
  onboard__review_term__init(term);
  term->id = arena_strdup(arena, id);
  term->kind = ONBOARD__REVIEW__KIND__KIND_QUARTERLY;
  term->title = arena_strdup(arena, "Quarterly review");
  term->due_time = time_at(arena, due);
  return term;
}

/* terms_build() with a review a side of the summer. */
static Onboard__PlanTerms *full_terms(struct arena *arena) {
  Onboard__PlanTerms *terms = terms_build(arena);
  terms->n_reviews = 2;
  terms->reviews = arena_calloc(arena, 2, sizeof(void *));
  terms->reviews[0] = review_term(arena, "q2", "2026-06-30");
  terms->reviews[1] = review_term(arena, "q3", "2026-09-30");
  return terms;
}

static const Onboard__PlanDifference *found(Onboard__PlanDifference **differences, size_t count,
                                            const char *path) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(differences[i]->path, path) == 0)
      return differences[i];
  fail_msg("no difference in %s", path);
  return NULL;
}

static void check_one(Onboard__PlanDifference **differences, size_t count, const char *path,
                      Onboard__PlanDifference__Kind kind, const char *before, const char *after) {
  const Onboard__PlanDifference *difference = found(differences, count, path);
  assert_int_equal(difference->kind, kind);
  assert_string_equal(difference->before, before);
  assert_string_equal(difference->after, after);
}

static void told_for_a_person(void **state) {
  struct arena *arena = *state;
  Onboard__PlanTerms *before = full_terms(arena), *after = full_terms(arena);
  size_t count;
  plan_compare(arena, before, after, &count);
  assert_int_equal(count, 0);
  after->deemed_confirmation_days = 14; /* the same as none */
  plan_compare(arena, before, after, &count);
  assert_int_equal(count, 0);
  after->deemed_confirmation_days = 7;
  after->period->end_time = time_at(arena, "2027-07-01");
  after->commitments[0]->unit = ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_MONEY;
  after->commitments[0]->currency_code = arena_strdup(arena, "USD");
  after->commitments[0]->target = 1200005;
  after->commitments[1]->id = arena_strdup(arena, "engineers");
  after->milestones[0]->n_owners = 1;
  after->reviews[1]->due_time = time_at(arena, "2026-10-31");
  after->n_reviews = 2;
  Onboard__PlanDifference **differences = plan_compare(arena, before, after, &count);
  assert_int_equal(count, 7);
  check_one(differences, count, "period.end_time", KIND(CHANGED), "2027-01-01T00:00:00Z",
            "2027-07-01T00:00:00Z");
  check_one(differences, count, "deemed_confirmation_days", KIND(CHANGED), "14 days", "7 days");
  check_one(differences, count, "commitments.vendor-hours.target", KIND(CHANGED), "1000 hours",
            "12000.05 USD");
  assert_int_equal(differences[2]->party, VENDOR);
  assert_string_equal(differences[2]->title, "Pre-sales hours");
  check_one(differences, count, "commitments.partner-hours", KIND(REMOVED),
            "owner PARTNER; kind PRE_SALES; title Pre-sales hours; target 1000 hours; weight 100; due_time "
            "2026-09-30T00:00:00Z; consequence Escalation to the steering committee",
            "");
  assert_int_equal(found(differences, count, "commitments.engineers")->kind, KIND(ADDED));
  assert_int_equal(found(differences, count, "commitments.engineers")->party, PARTNER);
  check_one(differences, count, "milestones.launch.owners", KIND(CHANGED), "VENDOR, PARTNER", "VENDOR");
  check_one(differences, count, "reviews.q3.due_time", KIND(CHANGED), "2026-09-30T00:00:00Z",
            "2026-10-31T00:00:00Z");
  /* From nothing to a plan: all of it is new. */
  differences = plan_compare(arena, NULL, before, &count);
  assert_int_equal(count, 7);
  for (size_t i = 0; i < count; i++)
    assert_int_equal(differences[i]->kind, KIND(ADDED));
}

/* ---- every field, whatever is added to the contract ---- */

/* Changes one field of a message to another value; false when that is of another kind than terms have. */
static bool change(struct arena *arena, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
  char *place = (char *)message + field->offset;
  if (field->label == PROTOBUF_C_LABEL_REPEATED) {
    size_t count;
    memcpy(&count, (char *)message + field->quantifier_offset, sizeof count);
    assert_true(count > 0); /* the terms that are changed have one of each */
    count--;
    memcpy((char *)message + field->quantifier_offset, &count, sizeof count);
    return true;
  }
  if (field->type == PROTOBUF_C_TYPE_STRING) {
    char *text = arena_strdup(arena, "XTS");
    memcpy(place, &text, sizeof text);
  } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
    Google__Protobuf__Timestamp *time = time_at(arena, "2026-02-02");
    assert_ptr_equal(field->descriptor, &google__protobuf__timestamp__descriptor);
    memcpy(place, &time, sizeof time);
  } else {
    (*place)++;
  }
  return true;
}

/* The element of the terms that is changed in turn. */
static ProtobufCMessage *element(Onboard__PlanTerms *terms, int which) {
  switch (which) {
  case 0:
    return &terms->commitments[0]->base;
  case 1:
    return &terms->milestones[0]->base;
  case 2:
    return &terms->reviews[0]->base;
  default:
    return &terms->period->base;
  }
}

/* A field that nobody compares would let a party sign what it was not told of. */
static void every_field_is_compared(void **state) {
  struct arena *arena = *state;
  for (int which = 0; which < 4; which++) {
    const ProtobufCMessageDescriptor *descriptor = element(full_terms(arena), which)->descriptor;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
      Onboard__PlanTerms *before = full_terms(arena), *after = full_terms(arena);
      if (strcmp(descriptor->fields[i].name, "currency_code") == 0)
        before->commitments[0]->unit = after->commitments[0]->unit =
            ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_MONEY;
      size_t count;
      change(arena, element(after, which), &descriptor->fields[i]);
      plan_compare(arena, before, after, &count);
      if (!count)
        fail_msg("%s.%s is not compared", descriptor->short_name, descriptor->fields[i].name);
    }
  }
  const ProtobufCMessageDescriptor *terms = &onboard__plan_terms__descriptor;
  for (unsigned i = 0; i < terms->n_fields; i++) {
    Onboard__PlanTerms *before = full_terms(arena), *after = full_terms(arena);
    size_t count;
    if (terms->fields[i].type == PROTOBUF_C_TYPE_MESSAGE &&
        terms->fields[i].label != PROTOBUF_C_LABEL_REPEATED)
      continue; /* the period, whose fields are changed above */
    change(arena, &after->base, &terms->fields[i]);
    plan_compare(arena, before, after, &count);
    if (!count)
      fail_msg("terms.%s is not compared", terms->fields[i].name);
  }
}

static void shuffle(Onboard__PlanTerms *terms) {
  for (size_t i = terms->n_commitments; i > 1; i--) {
    size_t k = (size_t)rand() % i;
    Onboard__CommitmentTerm *held = terms->commitments[i - 1];
    terms->commitments[i - 1] = terms->commitments[k];
    terms->commitments[k] = held;
  }
}

/* Random terms over a few ids. */
static Onboard__PlanTerms *random_terms(struct arena *arena) {
  Onboard__PlanTerms *terms = full_terms(arena);
  Onboard__CommitmentTerm *pool[6];
  size_t count = 0;
  for (int i = 0; i < 6; i++) {
    Onboard__PlanTerms *more = terms_build(arena);
    pool[i] = more->commitments[i % 2];
    pool[i]->id = arena_printf(arena, "c%d", i);
    pool[i]->target = 1 + rand() % 2;
    pool[i]->weight = 1 + rand() % 2;
  }
  terms->commitments = arena_calloc(arena, 6, sizeof(void *));
  for (int i = 0; i < 6; i++)
    if (rand() % 2)
      terms->commitments[count++] = pool[i];
  terms->n_commitments = count;
  shuffle(terms);
  return terms;
}

/* Told the other way round, what was added was removed, and before is after. */
static void both_ways_alike(void **state) {
  struct arena *arena = *state;
  srand(7);
  for (int round = 0; round < 500; round++) {
    Onboard__PlanTerms *a = random_terms(arena), *b = random_terms(arena);
    size_t there_count, back_count;
    Onboard__PlanDifference **there = plan_compare(arena, a, b, &there_count);
    Onboard__PlanDifference **back = plan_compare(arena, b, a, &back_count);
    assert_int_equal(there_count, back_count);
    for (size_t i = 0; i < there_count; i++) {
      const Onboard__PlanDifference *one = there[i];
      Onboard__PlanDifference__Kind kind = one->kind == KIND(ADDED)     ? KIND(REMOVED)
                                           : one->kind == KIND(REMOVED) ? KIND(ADDED)
                                                                        : KIND(CHANGED);
      check_one(back, back_count, one->path, kind, one->after, one->before);
    }
    arena_reset(arena);
  }
}

/* ---- what becomes of an offer ---- */

static void signatures_stay_told(void **state) {
  struct arena *arena = *state;
  struct act vendor = act_by(arena, VENDOR, "2026-01-06"), partner = act_by(arena, PARTNER, "2026-01-07");
  Onboard__Plan *plan = plan_build(arena, terms_build(arena));
  Onboard__PlanVersion *first, *second;
  assert_null(plan_version_name(arena, plan));
  assert_null(plan_propose(&vendor, plan));
  assert_null(plan_version_offer(&vendor, plan, ONBOARD__PLAN_VERSION__CAUSE__CAUSE_PROPOSED, &first));
  assert_string_equal(first->name, PLAN_NAME "/versions/1");
  assert_null(plan_sign(&vendor, plan, plan->content_hash));
  assert_null(plan_version_sign(&vendor, first, plan));
  assert_int_equal(first->state, STATE(OFFERED)); /* by one is not enough */
  Onboard__PlanTerms *others = terms_build(arena);
  others->commitments[1]->target = 500;
  assert_null(plan_counter(&partner, plan, others));
  assert_null(plan_version_end(&partner, first, PLAN_VERSION_REPLACE));
  assert_null(plan_version_offer(&partner, plan, ONBOARD__PLAN_VERSION__CAUSE__CAUSE_COUNTERED, &second));
  assert_int_equal(plan->n_signatures, 0); /* void for the plan, told of the version */
  assert_int_equal(first->n_signatures, 1);
  assert_string_equal(first->signatures[0]->content_hash, first->content_hash);
  assert_string_not_equal(first->content_hash, second->content_hash);
  assert_int_equal(second->number, 2);
  assert_int_equal(second->offer_party, PARTNER);
  assert_null(plan_sign(&vendor, plan, plan->content_hash));
  assert_null(plan_version_sign(&vendor, second, plan));
  assert_null(plan_sign(&partner, plan, plan->content_hash));
  assert_null(plan_version_sign(&partner, second, plan));
  assert_int_equal(second->state, STATE(SIGNED));
  assert_refused(plan_version_end(&vendor, second, PLAN_VERSION_WITHDRAW), REASON_INVALID_STATE);
  plan->version_count = PLAN_VERSIONS_MAX;
  assert_refused(plan_version_offer(&vendor, plan, ONBOARD__PLAN_VERSION__CAUSE__CAUSE_EDITED, &second),
                 "TOO_MANY_VERSIONS");
}

static void reviews_are_part_of_the_terms(void **state) {
  struct arena *arena = *state;
  Onboard__PlanTerms *terms = full_terms(arena);
  assert_null(plan_terms_check(arena, terms, "terms"));
  assert_string_not_equal(plan_content_hash(arena, terms), plan_content_hash(arena, terms_build(arena)));
  terms->reviews[1]->id = arena_strdup(arena, "q2");
  terms->reviews[0]->due_time = time_at(arena, "2028-01-01");
  assert_int_equal(violation_count(plan_terms_check(arena, terms, "terms")), 2);
  /* A review that has the id already must be the one of the terms. */
  struct act act = act_by(arena, VENDOR, "2026-01-08");
  Onboard__Plan *plan = plan_agreed(arena, full_terms(arena));
  Onboard__Review *there[2] = {review_build(arena, "q2", "2026-06-30"),
                               review_build(arena, "q3", "2026-10-15")};
  struct plan_facts facts = {
      .partnership = partnership_build(arena, ONBOARD__PARTNERSHIP__STATE__STATE_DESIGNATED),
      .reviews = there,
  };
  const struct status *status = plan_activate(&act, plan, &facts);
  assert_refused(status, REASON_GUARD_UNMET);
  assert_int_equal(guard_count(status), 1);
  assert_string_equal(status->guards->subject, PARTNERSHIP_NAME "/reviews/q3");
  there[1] = NULL;
  assert_null(plan_activate(&act, plan, &facts));
  Onboard__Review *made = plan_review(arena, plan, plan->terms->reviews[1]);
  assert_string_equal(made->name, PARTNERSHIP_NAME "/reviews/q3");
  assert_int_equal(made->state, ONBOARD__REVIEW__STATE__STATE_SCHEDULED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(told_for_a_person),    TEST(every_field_is_compared),       TEST(both_ways_alike),
      TEST(signatures_stay_told), TEST(reviews_are_part_of_the_terms),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
