/* What counts as an attempt, for how long, and at what amount a submission counts. */
#include "sell/attempt.h"
#include "sell/registration.h"
#include "sell/registration_policy.h"
#include "support/machine_check.h"

#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#define STATE(name) SELL__REGISTRATION__STATE__STATE_##name
#define NOW_US INT64_C(1782900000000000) /* 2026-07-01T10:00:00Z */
#define PARTNERSHIP "vendors/halden/partnerships/orvane"

static int setup(void **state) {
  *state = arena_create((size_t)16 << 20, NULL, NULL);
  return *state ? 0 : -1;
}

static int teardown(void **state) {
  arena_destroy(*state);
  return 0;
}

static struct act act_at(struct arena *arena, int64_t now_us) {
  return (struct act){arena, now_us, TYPE__PARTY__PARTY_PARTNER, "paul"};
}

static Type__Money *money(struct arena *arena, const char *currency, int64_t minor) {
  Type__Money *made = arena_new(arena, Type__Money);
  type__money__init(made);
  made->currency_code = arena_strdup(arena, currency);
  made->amount_minor = minor;
  return made;
}

/* A complete draft about `customer`, whose domain is `domain`. */
static Sell__Registration *draft(struct arena *arena, const char *id, const char *customer,
                                 const char *domain) {
  Sell__Registration *made = arena_new(arena, Sell__Registration);
  sell__registration__init(made);
  made->name = name_child(arena, PARTNERSHIP, "registrations", id);
  made->state = STATE(DRAFT);
  made->customer = arena_new(arena, Sell__Company);
  sell__company__init(made->customer);
  made->customer->legal_name = arena_strdup(arena, customer);
  made->customer->domain = arena_strdup(arena, domain);
  made->customer->country_code = arena_strdup(arena, "US");
  made->solutions = arena_calloc(arena, 2, sizeof *made->solutions);
  made->solutions[made->n_solutions++] = arena_strdup(arena, "platform");
  made->expected_amount = money(arena, "USD", 100);
  made->expected_close_time = timestamp_new(arena, NOW_US + 900 * US_PER_DAY);
  made->terms = registration_terms_of(arena, NULL);
  made->terms->evidence_min = 0;
  return made;
}

static void submit(struct arena *arena, Sell__Registration *registration, int64_t now_us) {
  static Onboard__Partnership partnership = ONBOARD__PARTNERSHIP__INIT;
  partnership.name = (char *)PARTNERSHIP;
  partnership.currency_code = (char *)"USD";
  struct act act = act_at(arena, now_us);
  const struct registration_submission submission = {&partnership, "", registration->terms, false};
  allowed(registration_submit(&act, registration, &submission));
}

static void reject(struct arena *arena, Sell__Registration *registration, int64_t now_us) {
  struct act act = act_at(arena, now_us);
  allowed(
      registration_reject(&act, registration, SELL__REJECTION_REASON__REJECTION_REASON_OTHER, "No deal."));
}

static Sell__AttemptBook *empty_book(struct arena *arena) {
  Sell__AttemptBook *book = arena_new(arena, Sell__AttemptBook);
  sell__attempt_book__init(book);
  return book;
}

/* Notes an attempt that ended then. */
static void tried(struct arena *arena, Sell__AttemptBook *book, const char *id, int64_t end_us) {
  Sell__Registration *registration = draft(arena, id, "First Harbor Bank", "firstharbor.example");
  submit(arena, registration, end_us - 1);
  reject(arena, registration, end_us);
  attempt_note(arena, book, registration, end_us);
}

static void what_ends_as_an_attempt(void **state) {
  struct arena *arena = *state;
  static const struct {
    Sell__Registration__State state;
    bool taken_up, is;
  } rows[] = {
      {STATE(DRAFT), false, false},     {STATE(SUBMITTED), true, false},
      {STATE(IN_REVIEW), true, false},  {STATE(ACTION_REQUIRED), true, false},
      {STATE(APPROVED), true, false},   {STATE(EXTENDED), true, false},
      {STATE(REJECTED), false, true},   {STATE(REJECTED), true, true},
      {STATE(WITHDRAWN), false, false}, {STATE(WITHDRAWN), true, true},
      {STATE(CONVERTED), true, false},  {STATE(EXPIRED), true, false},
      {STATE(REVOKED), true, false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Sell__Registration *registration = draft(arena, "one", "First Harbor Bank", "firstharbor.example");
    registration->state = rows[i].state;
    registration->review_time = rows[i].taken_up ? timestamp_new(arena, NOW_US) : NULL;
    assert_int_equal(registration_is_attempt(registration), rows[i].is);
  }
}

/* The vendor takes a submission up once, and a resubmission anew. */
static void when_it_is_taken_up(void **state) {
  struct arena *arena = *state;
  Sell__Registration *registration = draft(arena, "one", "First Harbor Bank", "firstharbor.example");
  Sell__RequestRegistrationActionRequest request = SELL__REQUEST_REGISTRATION_ACTION_REQUEST__INIT;
  struct act act = act_at(arena, NOW_US);
  submit(arena, registration, NOW_US);
  assert_null(registration->review_time);
  allowed(registration_review(&act, registration));
  act.now_us += US_PER_DAY;
  allowed(registration_ask(&act, registration, &request));
  assert_int_equal(moment_us(registration->review_time), NOW_US);
  submit(arena, registration, act.now_us);
  assert_int_equal(moment_us(registration->review_time), NOW_US);
  reject(arena, registration, act.now_us);
  submit(arena, registration, act.now_us + 1);
  assert_null(registration->review_time);
}

static void how_long_it_counts(void **state) {
  struct arena *arena = *state;
  Sell__AttemptBook *book = empty_book(arena);
  Sell__Registration *next = draft(arena, "next", "First Harbor Bank", "firstharbor.example");
  struct attempts attempts;
  tried(arena, book, "a", NOW_US);
  tried(arena, book, "b", NOW_US + US_PER_DAY);
  tried(arena, book, "c", NOW_US + 2 * US_PER_DAY);
  static const struct {
    int64_t after_us;
    int32_t days, limit;
    size_t counted;
    const char *free_time;
  } rows[] = {
      {3 * US_PER_DAY, 180, 2, 3, "2026-12-28T10:00:00Z"},
      {180 * US_PER_DAY - 1, 180, 2, 3, "2026-12-28T10:00:00Z"},
      {180 * US_PER_DAY, 180, 2, 2, NULL},
      {180 * US_PER_DAY, 180, 1, 2, "2026-12-29T10:00:00Z"},
      {180 * US_PER_DAY, 730, 2, 3, "2028-06-30T10:00:00Z"},
      {3 * US_PER_DAY, 180, 0, 3, "2026-12-30T10:00:00Z"},
      {3 * US_PER_DAY, 180, 3, 3, NULL},
      {3 * US_PER_DAY, 1, 0, 0, NULL},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct act act = act_at(arena, NOW_US + rows[i].after_us);
    next->terms->attempt_days = rows[i].days;
    next->terms->resubmission_limit = rows[i].limit;
    attempts_find(&act, &book, 1, next, &attempts);
    assert_int_equal(attempts.count, rows[i].counted);
    const struct status *status = attempts_check(&act, &attempts, next);
    if (!rows[i].free_time) {
      allowed(status);
      continue;
    }
    refused(status, REASON_ATTEMPT_LIMIT);
    const char *free_time = "";
    for (const struct status_metadata *item = status->metadata; item; item = item->next)
      if (text_equal(item->key, "free_time"))
        free_time = item->value;
    assert_string_equal(free_time, rows[i].free_time);
  }
}

/* What is in two books is one attempt; what is about another company, or shares no solution, is none. */
static void what_it_counts_against(void **state) {
  struct arena *arena = *state;
  Sell__AttemptBook *books[] = {empty_book(arena), empty_book(arena)};
  struct act act = act_at(arena, NOW_US);
  struct attempts attempts;
  tried(arena, books[0], "a", NOW_US - 1);
  tried(arena, books[1], "a", NOW_US - 1);
  tried(arena, books[1], "b", NOW_US - 2);
  Sell__Registration *next = draft(arena, "next", "First Harbor Bank", "firstharbor.example");
  attempts_find(&act, books, 2, next, &attempts);
  assert_int_equal(attempts.count, 2);
  assert_string_equal(name_last_id(arena, attempts.items[0]->registration), "b");
  next->customer->country_code = arena_strdup(arena, "CA"); /* a namesake, or a subsidiary */
  attempts_find(&act, books, 2, next, &attempts);
  assert_int_equal(attempts.count, 0);
  next->customer->country_code = arena_strdup(arena, "US");
  next->solutions[0] = arena_strdup(arena, "services");
  attempts_find(&act, books, 2, next, &attempts);
  assert_int_equal(attempts.count, 0);
  next->solutions[next->n_solutions++] = arena_strdup(arena, "platform");
  attempts_find(&act, books, 2, next, &attempts);
  assert_int_equal(attempts.count, 2);
}

/* A book keeps the latest; each submission once; and gives one back. */
static void books_are_bounded(void **state) {
  struct arena *arena = *state;
  Sell__AttemptBook *book = empty_book(arena);
  for (int i = 0; i < ATTEMPTS_MAX + 5; i++)
    tried(arena, book, arena_printf(arena, "r%d", i), NOW_US + i);
  assert_int_equal(book->n_attempts, ATTEMPTS_MAX);
  assert_string_equal(name_last_id(arena, book->attempts[0]->registration), "r5");
  tried(arena, book, "r40", NOW_US + 100);
  assert_int_equal(book->n_attempts, ATTEMPTS_MAX);
  Sell__Registration *one = draft(arena, "r40", "First Harbor Bank", "firstharbor.example");
  one->resubmission_count = 1;
  assert_false(attempt_take_back(book, one));
  one->resubmission_count = 0;
  assert_true(attempt_take_back(book, one));
  assert_false(attempt_take_back(book, one));
  assert_int_equal(book->n_attempts, ATTEMPTS_MAX - 1);
  tried(arena, book, "late", NOW_US + ATTEMPT_DAYS_MAX * US_PER_DAY + 200);
  assert_int_equal(book->n_attempts, 1);
}

/* From one submission to the next: what it was, what is asked for now, what counts. */
static void amounts_go_down_and_never_up(void **state) {
  struct arena *arena = *state;
  static const struct {
    Sell__Registration__State from;
    int64_t submitted, edited, counts;
  } rows[] = {
      {STATE(ACTION_REQUIRED), 100, 100, 100}, {STATE(ACTION_REQUIRED), 100, 90, 90},
      {STATE(ACTION_REQUIRED), 100, 110, 100}, {STATE(REJECTED), 100, 90, 90},
      {STATE(REJECTED), 100, 110, 100},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Sell__Registration *registration = draft(arena, "one", "First Harbor Bank", "firstharbor.example");
    Sell__AttemptBook *book = empty_book(arena);
    struct act act = act_at(arena, NOW_US);
    struct attempts attempts;
    registration->expected_amount = money(arena, "USD", rows[i].submitted);
    submit(arena, registration, NOW_US);
    assert_int_equal(registration->submitted_amount->amount_minor, rows[i].submitted);
    reject(arena, registration, NOW_US);
    if (rows[i].from == STATE(REJECTED))
      attempt_note(arena, book, registration, NOW_US);
    registration->state = rows[i].from;
    registration->expected_amount->amount_minor = rows[i].edited;
    submit(arena, registration, NOW_US + 1);
    attempts_find(&act, &book, 1, registration, &attempts);
    attempts_lower(&act, &attempts, registration);
    assert_int_equal(registration->submitted_amount->amount_minor, rows[i].counts);
    assert_int_equal(registration->expected_amount->amount_minor, rows[i].edited);
  }
  Sell__Registration *dollars = draft(arena, "two", "First Harbor Bank", "firstharbor.example");
  submit(arena, dollars, NOW_US);
  submitted_amount_lower(arena, dollars, money(arena, "EUR", 1));
  submitted_amount_lower(arena, dollars, NULL);
  assert_int_equal(dollars->submitted_amount->amount_minor, 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_ends_as_an_attempt, setup, teardown),
      cmocka_unit_test_setup_teardown(when_it_is_taken_up, setup, teardown),
      cmocka_unit_test_setup_teardown(how_long_it_counts, setup, teardown),
      cmocka_unit_test_setup_teardown(what_it_counts_against, setup, teardown),
      cmocka_unit_test_setup_teardown(books_are_bounded, setup, teardown),
      cmocka_unit_test_setup_teardown(amounts_go_down_and_never_up, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
