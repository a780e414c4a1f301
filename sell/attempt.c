#include "sell/attempt.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/registration.h"

#include <stdlib.h>
#include <string.h>

#define STATE(name) SELL__REGISTRATION__STATE__STATE_##name

char *attempt_book_name(struct arena *arena, const char *partnership, const struct company_key *key) {
  return name_child(arena, partnership, "attemptBooks", company_key_id(arena, key));
}

bool registration_is_attempt(const Sell__Registration *registration) {
  return registration->state == STATE(REJECTED) ||
         (registration->state == STATE(WITHDRAWN) && registration->review_time);
}

/* ---- books ---- */

/* Whether an attempt is this submission of a registration. */
static bool is_of(const Sell__Attempt *attempt, const char *registration, int32_t resubmission_count) {
  return text_equal(attempt->registration, registration) && attempt->resubmission_count == resubmission_count;
}

bool attempt_take_back(Sell__AttemptBook *book, const Sell__Registration *registration) {
  size_t kept = 0, before = book->n_attempts;
  for (size_t i = 0; i < before; i++)
    if (!is_of(book->attempts[i], registration->name, registration->resubmission_count))
      book->attempts[kept++] = book->attempts[i];
  book->n_attempts = kept;
  return kept < before;
}

/* The earliest go first: those that no policy asks for any more, and what there is no room for. */
static void forget(Sell__AttemptBook *book, int64_t now_us) {
  size_t gone = 0;
  while (gone < book->n_attempts &&
         (book->n_attempts - gone >= ATTEMPTS_MAX ||
          moment_us(book->attempts[gone]->end_time) <= now_us - ATTEMPT_DAYS_MAX * US_PER_DAY))
    gone++;
  book->attempts += gone;
  book->n_attempts -= gone;
}

void attempt_note(struct arena *arena, Sell__AttemptBook *book, const Sell__Registration *registration,
                  int64_t now_us) {
  attempt_take_back(book, registration);
  forget(book, now_us);
  Sell__Attempt *attempt = arena_new(arena, Sell__Attempt);
  sell__attempt__init(attempt);
  attempt->registration = registration->name;
  attempt->customer = registration->customer;
  attempt->solutions = registration->solutions;
  attempt->n_solutions = registration->n_solutions;
  attempt->resubmission_count = registration->resubmission_count;
  attempt->end_time = timestamp_new(arena, now_us);
  attempt->submitted_amount = registration->submitted_amount;
  book->attempts = (Sell__Attempt **)arena_append(arena, book->attempts, book->n_attempts, attempt);
  book->n_attempts++;
}

/* ---- what counts ---- */

static bool counts(const struct act *act, const Sell__Attempt *attempt,
                   const Sell__Registration *registration) {
  return moment_us(attempt->end_time) > act->now_us - registration->terms->attempt_days * US_PER_DAY &&
         solutions_shared(attempt->solutions, attempt->n_solutions, registration->solutions,
                          registration->n_solutions) &&
         company_compare(act->arena, attempt->customer, registration->customer).relation == COMPANY_SAME;
}

/* It is in the book of every key that it shares with the customer. */
static bool found_before(const struct attempts *found, const Sell__Attempt *attempt) {
  for (size_t i = 0; i < found->count; i++)
    if (is_of(found->items[i], attempt->registration, attempt->resubmission_count))
      return true;
  return false;
}

static int by_end(const void *left, const void *right) {
  int64_t a = moment_us((*(const Sell__Attempt *const *)left)->end_time);
  int64_t b = moment_us((*(const Sell__Attempt *const *)right)->end_time);
  return (a > b) - (a < b);
}

void attempts_find(const struct act *act, Sell__AttemptBook *const *books, size_t book_count,
                   const Sell__Registration *registration, struct attempts *out) {
  size_t room = 0;
  for (size_t i = 0; i < book_count; i++)
    room += books[i]->n_attempts;
  *out = (struct attempts){.items = arena_calloc(act->arena, room, sizeof *out->items)};
  for (size_t i = 0; i < book_count; i++)
    for (size_t k = 0; k < books[i]->n_attempts; k++) {
      const Sell__Attempt *attempt = books[i]->attempts[k];
      if (!found_before(out, attempt) && counts(act, attempt, registration))
        out->items[out->count++] = attempt;
    }
  qsort(out->items, out->count, sizeof *out->items, by_end);
}

const struct status *attempts_check(const struct act *act, const struct attempts *attempts,
                                    const Sell__Registration *registration) {
  const Sell__RegistrationTerms *terms = registration->terms;
  size_t limit = (size_t)terms->resubmission_limit;
  if (attempts->count <= limit)
    return NULL;
  /* as soon as no more than the limit are left */
  int64_t free_us =
      moment_us(attempts->items[attempts->count - limit - 1]->end_time) + terms->attempt_days * US_PER_DAY;
  struct status *refusal = status_make(
      act->arena, CODE_FAILED_PRECONDITION, REASON_ATTEMPT_LIMIT,
      "%s is about a customer and solution that were tried as often as they may be", registration->name);
  status_add_metadata(act->arena, refusal, "limit", arena_printf(act->arena, "%zu", limit));
  status_add_metadata(act->arena, refusal, "attempts", arena_printf(act->arena, "%zu", attempts->count));
  status_add_metadata(act->arena, refusal, "free_time", moment_text(act->arena, free_us));
  return refusal;
}

void attempts_lower(const struct act *act, const struct attempts *attempts,
                    Sell__Registration *registration) {
  for (size_t i = 0; i < attempts->count; i++)
    submitted_amount_lower(act->arena, registration, attempts->items[i]->submitted_amount);
}
