/* Rules of reviews: held within 15 days after due, or missed. Pure. */
#ifndef ENTENTE_ONBOARD_REVIEW_H
#define ENTENTE_ONBOARD_REVIEW_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/review.pb-c.h"
#include "entente/onboard/v1/sponsor.pb-c.h"

enum { REVIEW_GRACE_DAYS = 15, REVIEW_POSTPONE_DAYS_MAX = 92 };

enum review_action { REVIEW_HOLD, REVIEW_RESCHEDULE, REVIEW_CANCEL, REVIEW_MISS, REVIEW_ACTIONS };
extern const struct machine review_machine;

/* What HOLD needs to know. */
struct review_facts {
  int64_t hold_us;
  Onboard__Attendee *const *attendees;
  size_t attendee_count;
  Onboard__Sponsor *const *sponsors; /* by attendee; NULL where none is named or none such exists */
};

/* How it stands at a moment, and the same written into it; settle answers whether anything changed. */
Onboard__Review__State review_state_at(const Onboard__Review *review, int64_t now_us);
bool review_settle(Onboard__Review *review, int64_t now_us);
/* When the sweeper has to look again; INT64_MAX: never. */
int64_t review_next_us(const Onboard__Review *review);
/* To be held. */
bool review_is_open_at(const Onboard__Review *review, int64_t now_us);

/* A new review, SCHEDULED. */
void review_start(Onboard__Review *review);
/* INVALID_ARGUMENT with every attendee that names neither sponsor nor person, or no side. */
const struct status *review_check_attendees(struct arena *arena, Onboard__Attendee *const *attendees,
                                            size_t count);

/* Each changes the review, or refuses and leaves it as it was. It must be settled to `act->now_us`. */
const struct status *review_hold(const struct act *act, Onboard__Review *review,
                                 const struct review_facts *facts);
/* INVALID_ARGUMENT when the new time is past, or more than 92 days after the original one. */
const struct status *review_reschedule(const struct act *act, Onboard__Review *review,
                                       Google__Protobuf__Timestamp *due_time, char *reason);
const struct status *review_cancel(const struct act *act, Onboard__Review *review, char *reason);

#endif
