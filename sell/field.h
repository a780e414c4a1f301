/* The fields of an opportunity that people give, as a table: what each is, when it is locked. Pure.
 *
 *                            OPEN  COMMITTED  WON  LOST  REVERSED
 *   display_name               x       x       x    x
 *   customer but its sector    x
 *   the rest                   x       x
 *
 * and by the other party's review; what may change may in both:
 *
 *                              PENDING_SUBMISSION  SUBMITTED  IN_REVIEW  ACTION_REQUIRED  APPROVED  REJECTED
 *   display_name, customer.*           x                                  if opened                   x
 *   the rest                           x                                  if opened        x          x
 */
#ifndef ENTENTE_SELL_FIELD_H
#define ENTENTE_SELL_FIELD_H

#include "sell/opportunity.h"

enum field_type {
  FIELD_TEXT,
  FIELD_CUSTOMER_TEXT,
  FIELD_MONEY,
  FIELD_TIME,
  FIELD_SOLUTIONS, /* more_solutions */
  FIELD_ROLES,     /* stage_roles */
};

struct field {
  const char *name; /* path in the message */
  enum field_type type;
  size_t offset;       /* in the opportunity, or in its customer */
  size_t length_max;   /* characters of a text */
  unsigned changeable; /* bits 1 << phase */
  bool identity;       /* says who the customer is: locks for good once a review has approved it */
};

/* What decides about locks: the state, and while open whether it is COMMITTED. */
enum phase { PHASE_OPEN, PHASE_COMMITTED, PHASE_WON, PHASE_LOST, PHASE_REVERSED };
enum { PHASE_COUNT = 5 };
enum phase phase_of(const Sell__Opportunity *opportunity);

extern const struct field fields[];
extern const size_t field_count;

const char *field_text(const struct field *field, const Sell__Opportunity *opportunity); /* never NULL */
bool field_equal(const struct field *field, const Sell__Opportunity *a, const Sell__Opportunity *b);
/* Whether any field differs. */
bool fields_differ(const Sell__Opportunity *a, const Sell__Opportunity *b);
/* Whether a path names a field that a reviewer can open. */
bool field_is_reviewed(const char *path);
/* FAILED_PRECONDITION (FIELD_LOCKED) naming every field that differs and may not in the phase and review of
 * `before`. Metadata `state`, and `review` unless it is not submitted. */
const struct status *fields_check_locks(const struct occasion *occasion, const Sell__Opportunity *before,
                                        const Sell__Opportunity *after);

#endif
