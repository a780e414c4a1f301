#include "sell/field.h"

#include "runtime/base/machine.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/opportunity_review.h"

#include <assert.h>

enum {
  OPEN = 1 << PHASE_OPEN,
  COMMITTED = 1 << PHASE_COMMITTED,
  CLOSED = 1 << PHASE_WON | 1 << PHASE_LOST,
};

#define AT(member) offsetof(Sell__Opportunity, member)
#define IN_CUSTOMER(member) offsetof(Sell__Customer, member)

/* The two times of opening are immutable in the contract: only an import corrects them. */
const struct field fields[] = {
    {"display_name", FIELD_TEXT, AT(display_name), 120, OPEN | COMMITTED | CLOSED, true},
    {"customer.account", FIELD_CUSTOMER_TEXT, IN_CUSTOMER(account), 200, OPEN, true},
    {"customer.sector", FIELD_CUSTOMER_TEXT, IN_CUSTOMER(sector), 120, OPEN | COMMITTED, true},
    {"customer.country", FIELD_CUSTOMER_TEXT, IN_CUSTOMER(country), 120, OPEN, true},
    {"customer.domain", FIELD_CUSTOMER_TEXT, IN_CUSTOMER(domain), 253, OPEN, true},
    {"customer.tax_id", FIELD_CUSTOMER_TEXT, IN_CUSTOMER(tax_id), 40, OPEN, true},
    {"customer.duns", FIELD_CUSTOMER_TEXT, IN_CUSTOMER(duns), 20, OPEN, true},
    {"solution", FIELD_TEXT, AT(solution), 120, OPEN | COMMITTED},
    {"segment", FIELD_TEXT, AT(segment), 120, OPEN | COMMITTED},
    {"seller", FIELD_TEXT, AT(seller), 120, OPEN | COMMITTED},
    {"incumbent_competitor", FIELD_TEXT, AT(incumbent_competitor), 120, OPEN | COMMITTED},
    {"proposition", FIELD_TEXT, AT(proposition), 512, OPEN | COMMITTED},
    {"more_solutions", FIELD_SOLUTIONS, 0, 0, OPEN | COMMITTED},
    {"stage_roles", FIELD_ROLES, 0, 0, OPEN | COMMITTED},
    {"amount", FIELD_MONEY, AT(amount), 0, OPEN | COMMITTED},
    {"expected_close_time", FIELD_TIME, AT(expected_close_time), 0, OPEN | COMMITTED},
    {"open_time", FIELD_TIME, AT(open_time), 0, OPEN | COMMITTED},
    {"qualify_time", FIELD_TIME, AT(qualify_time), 0, OPEN | COMMITTED},
};
const size_t field_count = sizeof fields / sizeof *fields;

enum phase phase_of(const Sell__Opportunity *opportunity) {
  switch (opportunity->state) {
  case SELL__OPPORTUNITY__STATE__STATE_WON:
    return PHASE_WON;
  case SELL__OPPORTUNITY__STATE__STATE_LOST:
    return PHASE_LOST;
  case SELL__OPPORTUNITY__STATE__STATE_REVERSED:
    return PHASE_REVERSED;
  default:
    assert(opportunity->state == SELL__OPPORTUNITY__STATE__STATE_OPEN);
    return opportunity->stage == SELL__OPPORTUNITY__STAGE__STAGE_COMMITTED ? PHASE_COMMITTED : PHASE_OPEN;
  }
}

static const void *field_pointer(const struct field *field, const Sell__Opportunity *opportunity) {
  const char *base = (const char *)opportunity;
  if (field->type == FIELD_CUSTOMER_TEXT) {
    if (!opportunity->customer)
      return NULL;
    base = (const char *)opportunity->customer;
  }
  return *(const void *const *)(const void *)(base + field->offset);
}

const char *field_text(const struct field *field, const Sell__Opportunity *opportunity) {
  assert(field->type == FIELD_TEXT || field->type == FIELD_CUSTOMER_TEXT);
  const char *text = field_pointer(field, opportunity);
  return text ? text : "";
}

static bool money_equal(const Type__Money *a, const Type__Money *b) {
  if (!a || !b)
    return a == b;
  return a->amount_minor == b->amount_minor && text_equal(a->currency_code, b->currency_code);
}

static bool solutions_equal(const Sell__Opportunity *a, const Sell__Opportunity *b) {
  bool equal = a->n_more_solutions == b->n_more_solutions;
  for (size_t i = 0; equal && i < a->n_more_solutions; i++)
    equal = text_equal(a->more_solutions[i], b->more_solutions[i]);
  return equal;
}

static bool roles_equal(const Sell__Opportunity *a, const Sell__Opportunity *b) {
  bool equal = a->n_stage_roles == b->n_stage_roles;
  for (size_t i = 0; equal && i < a->n_stage_roles; i++)
    equal = a->stage_roles[i]->stage == b->stage_roles[i]->stage &&
            a->stage_roles[i]->lead == b->stage_roles[i]->lead;
  return equal;
}

bool field_equal(const struct field *field, const Sell__Opportunity *a, const Sell__Opportunity *b) {
  switch (field->type) {
  case FIELD_TEXT:
  case FIELD_CUSTOMER_TEXT:
    return text_equal(field_text(field, a), field_text(field, b));
  case FIELD_MONEY:
    return money_equal(field_pointer(field, a), field_pointer(field, b));
  case FIELD_TIME:
    return timestamp_us(field_pointer(field, a), INT64_MIN) ==
           timestamp_us(field_pointer(field, b), INT64_MIN);
  case FIELD_SOLUTIONS:
    return solutions_equal(a, b);
  case FIELD_ROLES:
    return roles_equal(a, b);
  }
  assert(!"a field type without comparison");
  return false;
}

bool fields_differ(const Sell__Opportunity *a, const Sell__Opportunity *b) {
  for (size_t i = 0; i < field_count; i++)
    if (!field_equal(&fields[i], a, b))
      return true;
  return false;
}

bool field_is_reviewed(const char *path) {
  for (size_t i = 0; i < field_count; i++)
    if (text_equal(fields[i].name, path))
      return true;
  return false;
}

static bool is_opened(const Sell__OpportunityReview *review, const char *path) {
  for (size_t i = 0; review && i < review->n_open_fields; i++)
    if (text_equal(review->open_fields[i], path))
      return true;
  return false;
}

/* The column of the review: what it leaves open, whatever the phase. */
static bool review_allows(const Sell__Opportunity *opportunity, const struct field *field) {
  switch (review_state_of(opportunity)) {
  case SELL__OPPORTUNITY_REVIEW__STATE__STATE_SUBMITTED:
  case SELL__OPPORTUNITY_REVIEW__STATE__STATE_IN_REVIEW:
    return false;
  case SELL__OPPORTUNITY_REVIEW__STATE__STATE_ACTION_REQUIRED:
    return is_opened(opportunity->review, field->name);
  case SELL__OPPORTUNITY_REVIEW__STATE__STATE_APPROVED:
    return !field->identity;
  default:
    return true;
  }
}

/* What the vendor decided in a registration's review. */
static bool owner_allows(const struct occasion *occasion, const Sell__Opportunity *opportunity,
                         const struct field *field) {
  return occasion->party != TYPE__PARTY__PARTY_PARTNER || !opportunity->segment_by_vendor ||
         field->type != FIELD_TEXT || field->offset != offsetof(Sell__Opportunity, segment);
}

const struct status *fields_check_locks(const struct occasion *occasion, const Sell__Opportunity *before,
                                        const Sell__Opportunity *after) {
  struct arena *arena = occasion->arena;
  struct status *locked = NULL;
  struct buffer names = {.arena = arena};
  const char *where = phase_of(before) == PHASE_COMMITTED
                          ? "COMMITTED"
                          : state_name(&sell__opportunity__state__descriptor, (int)before->state);
  const char *review = state_name(review_machine.states, (int)review_state_of(before));
  for (size_t i = 0; i < field_count; i++) {
    const struct field *field = &fields[i];
    const char *why = !owner_allows(occasion, before, field) ? "by the partner: the vendor corrected it"
                      : !review_allows(before, field)        ? arena_printf(arena, "in review %s", review)
                      : !(field->changeable & 1u << phase_of(before)) ? arena_printf(arena, "in %s", where)
                                                                      : NULL;
    if (!why || field_equal(field, before, after))
      continue;
    guard_add(arena, &locked, REASON_FIELD_LOCKED, before->name, "%s may no longer change %s", field->name,
              why);
    buffer_printf(&names, "%s%s", names.size ? "," : "", field->name);
  }
  if (!locked)
    return NULL;
  status_add_metadata(arena, locked, "state", where);
  if (review_state_of(before) != SELL__OPPORTUNITY_REVIEW__STATE__STATE_PENDING_SUBMISSION)
    status_add_metadata(arena, locked, "review", review);
  status_add_metadata(arena, locked, "fields", names.data);
  return locked;
}
