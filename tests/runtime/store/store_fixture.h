/* A store on a loop with a private Redis, and fibers to use it from. */
#ifndef ENTENTE_TESTS_STORE_FIXTURE_H
#define ENTENTE_TESTS_STORE_FIXTURE_H

#include "support/redis_fixture.h"

#include "runtime/store/ledger.h"
#include "runtime/store/list.h"
#include "runtime/store/txn.h"

#include "entente/onboard/v1/partnership.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct store_fixture {
  struct redis_fixture redis;
  struct loop *loop;
  struct store *store;
  struct clock clock; /* of the store; system unless set before opening */
  int64_t now_us;     /* of the injected clock */
};

extern const struct kind kind_partnership; /* indexes: `state` (partition vendor|state, order display_name) */
extern const struct kind *const test_kinds[];
extern const struct counter_row test_counters[];

/* `fixed_clock`: the store's clock is `now_us`. */
void store_fixture_start(struct store_fixture *fixture, bool fixed_clock, const char *redis_settings);
void store_fixture_stop(struct store_fixture *fixture);
/* Opens one more store of the pillar on the fixture's loop; the same with a password that Redis takes from
 * now on beside the first. */
struct store *store_fixture_open(struct store_fixture *fixture);
struct store *store_fixture_open_as(struct store_fixture *fixture, const char *password);
void store_fixture_await_ready(struct store_fixture *fixture, struct store *store, bool ready);

/* Runs `count` fibers to their end; each gets `argument` and its number. */
typedef void fiber_body(struct store_fixture *fixture, void *argument, size_t number);
void store_fixture_run(struct store_fixture *fixture, fiber_body *body, void *argument, size_t count);
/* Starts them only; `*open` counts those not ended. */
void store_fixture_launch(struct store_fixture *fixture, fiber_body *body, void *argument, size_t count,
                          size_t *open);

/* A fresh transaction with an arena of its own, which txn_end() frees. */
struct test_txn {
  struct arena *arena;
  struct txn *txn;
};
struct test_txn txn_open(struct store_fixture *fixture, struct store *store);
void txn_end(struct test_txn *txn);

Onboard__Partnership *partnership_new(struct arena *arena, const char *name, const char *display_name);
/* NULL or the reason. */
const char *reason_of(const struct status *status);

#endif
