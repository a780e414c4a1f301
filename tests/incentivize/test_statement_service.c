#include "incentivize/statement.h"
#include "incentivize/world.h"
#include "runtime/base/digest.h"
#include "runtime/base/text.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int setup(void **state) {
  static struct world world;
  world_open(&world);
  plan_in_force(&world, "fy26", plan_build(world.arena, RETROACTIVE));
  *state = &world;
  return 0;
}

static int teardown(void **state) {
  world_close(*state);
  return 0;
}

#define OF(id) PARTNERSHIP "/statements/" id

static Incentivize__CloseStatementRequest to_close(struct world *world, const char *name) {
  Incentivize__CloseStatementRequest close = INCENTIVIZE__CLOSE_STATEMENT_REQUEST__INIT;
  close.name = arena_strdup(world->arena, name);
  return close;
}

static Incentivize__Statement *close_ok(struct world *world, const char *name) {
  Incentivize__CloseStatementRequest close = to_close(world, name);
  return call_ok(world, STATEMENTS "CloseStatement", &close);
}

static void close_refused(struct world *world, const char *name, const char *reason) {
  Incentivize__CloseStatementRequest close = to_close(world, name);
  call_refused(world, STATEMENTS "CloseStatement", &close, reason);
}

/* The hash and the sums, redone from the lines as they are listed. */
static void check_lines(struct world *world, const Incentivize__Statement *statement) {
  Incentivize__ListStatementLinesRequest list = INCENTIVIZE__LIST_STATEMENT_LINES_REQUEST__INIT;
  uint8_t hash[DIGEST_SIZE] = {0};
  int64_t sum = 0, count = 0;
  list.parent = statement->name;
  list.page_size = 3;
  do {
    Incentivize__ListStatementLinesResponse *page = call_ok(world, STATEMENTS "ListStatementLines", &list);
    for (size_t i = 0; i < page->n_earnings; i++) {
      struct buffer text = {.arena = world->arena};
      buffer_append(&text, hash, sizeof hash);
      buffer_printf(&text, "%s\n%" PRId64 "\n", page->earnings[i]->name, page->earnings[i]->amount_minor);
      digest_sha256(text.data, text.size, hash);
      sum += page->earnings[i]->amount_minor;
      count++;
      assert_int_equal(page->earnings[i]->state, (int)statement->state == STATEMENT_OPEN
                                                     ? INCENTIVIZE__EARNING__STATE__STATE_ACCRUED
                                                     : INCENTIVIZE__EARNING__STATE__STATE_STATEMENTED);
    }
    list.page_token = page->next_page_token;
  } while (*list.page_token);
  assert_int_equal(count, statement->line_count);
  assert_int_equal(statement->closing_minor, statement->opening_minor + sum);
  assert_int_equal(statement->lines_hash.len, DIGEST_SIZE);
  assert_memory_equal(statement->lines_hash.data, hash, sizeof hash);
}

static void test_a_month_from_open_to_acknowledged(void **state) {
  struct world *world = *state;
  for (int i = 0; i < 8; i++)
    sell_tells(world, "opportunity.won", i, 3000000 + i, "2026-05-05");
  sell_tells(world, "opportunity.reversed", 3, 3000003, "2026-05-20");
  Incentivize__GetStatementRequest get = INCENTIVIZE__GET_STATEMENT_REQUEST__INIT;
  get.name = arena_strdup(world->arena, OF("2026-05"));
  Incentivize__Statement *open = call_ok(world, STATEMENTS "GetStatement", &get);
  assert_int_equal(open->state, STATEMENT_OPEN);
  check_lines(world, open);
  Incentivize__Statement *closed = close_ok(world, OF("2026-05"));
  assert_int_equal(closed->state, STATEMENT_CLOSED);
  assert_string_equal(closed->closer, "ann@halden");
  check_lines(world, closed);
  assert_int_equal(counter(world, "statements.closed", "2026-05-01", "2026-06-01"), 1);
  close_refused(world, OF("2026-05"), "INVALID_STATE");
  Incentivize__AcknowledgeStatementRequest acknowledge = INCENTIVIZE__ACKNOWLEDGE_STATEMENT_REQUEST__INIT;
  acknowledge.name = closed->name;
  call_refused(world, STATEMENTS "AcknowledgeStatement", &acknowledge, "ACCESS_DENIED");
  as_partner(world);
  close_refused(world, OF("2026-06"), "ACCESS_DENIED");
  Incentivize__DisputeStatementRequest dispute = INCENTIVIZE__DISPUTE_STATEMENT_REQUEST__INIT;
  dispute.name = closed->name;
  dispute.reason = arena_strdup(world->arena, "the deal of March is missing");
  Incentivize__Statement *disputed = call_ok(world, STATEMENTS "DisputeStatement", &dispute);
  assert_int_equal(disputed->state, STATEMENT_DISPUTED);
  Incentivize__Statement *acknowledged = call_ok(world, STATEMENTS "AcknowledgeStatement", &acknowledge);
  assert_int_equal(acknowledged->state, STATEMENT_ACKNOWLEDGED);
  call_refused(world, STATEMENTS "DisputeStatement", &dispute, "INVALID_STATE");
  assert_int_equal(differences(world), 0);
}

static void test_order_of_closing(void **state) {
  struct world *world = *state;
  sell_tells(world, "opportunity.won", 1, 3000000, "2026-05-05");
  sell_tells(world, "opportunity.won", 2, 3000000, "2026-06-05");
  sell_tells(world, "opportunity.won", 3, 3000000, "2026-07-05");
  close_refused(world, OF("2026-07"), "PERIOD_NOT_OVER");
  close_refused(world, OF("2026-06"), "STATEMENT_OUT_OF_ORDER");
  close_refused(world, OF("july"), "STATEMENT_ID_INVALID");
  close_refused(world, "vendors/halden/partnerships/nobody/statements/2026-05", "PARTNERSHIP_UNKNOWN");
  close_ok(world, OF("2026-05"));
  Incentivize__Statement *june = close_ok(world, OF("2026-06"));
  assert_int_equal(june->line_count, 1);
  close_refused(world, OF("2026-04"), "STATEMENT_OUT_OF_ORDER");
  Incentivize__ListStatementsRequest list = INCENTIVIZE__LIST_STATEMENTS_REQUEST__INIT;
  list.parent = arena_strdup(world->arena, PARTNERSHIP);
  Incentivize__ListStatementsResponse *all = call_ok(world, STATEMENTS "ListStatements", &list);
  assert_int_equal(all->n_statements, 3);
  assert_string_equal(all->statements[2]->name, OF("2026-07"));
  list.state = INCENTIVIZE__STATEMENT__STATE__STATE_CLOSED;
  all = call_ok(world, STATEMENTS "ListStatements", &list);
  assert_int_equal(all->n_statements, 2);
}

/* What comes late is in the next statement, and what goes below zero is carried forward. */
static void test_late_and_negative(void **state) {
  struct world *world = *state;
  sell_tells(world, "opportunity.won", 1, 20000000, "2026-05-05");
  Incentivize__Statement *may = close_ok(world, OF("2026-05"));
  assert_int_equal(may->closing_minor, 800000);
  assert_int_equal(may->payable_minor, 800000);
  sell_tells(world, "opportunity.reversed", 1, 20000000, "2026-05-30");
  sell_tells(world, "opportunity.won", 2, 5000000, "2026-05-31");
  Incentivize__Statement *june = close_ok(world, OF("2026-06"));
  assert_int_equal(june->line_count, 2);
  assert_int_equal(june->opening_minor, 0);
  assert_int_equal(june->reversed_minor, 800000);
  assert_int_equal(june->accrued_minor, 100000);
  assert_int_equal(june->closing_minor, -700000);
  assert_int_equal(june->payable_minor, 0);
  check_lines(world, june);
  fixture_set_now(world->server, instant("2026-08-02"));
  Incentivize__Statement *july = close_ok(world, OF("2026-07"));
  assert_int_equal(july->line_count, 0);
  assert_int_equal(july->opening_minor, -700000);
  assert_int_equal(july->closing_minor, -700000);
  check_lines(world, july);
  assert_int_equal(counter(world, "statements.closed", "2026-01-01", "2027-01-01"), 3);
  assert_int_equal(differences(world), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_month_from_open_to_acknowledged, setup, teardown),
      cmocka_unit_test_setup_teardown(test_order_of_closing, setup, teardown),
      cmocka_unit_test_setup_teardown(test_late_and_negative, setup, teardown),
  };
  return cmocka_run_group_tests_name("statement_rpc", tests, NULL, NULL);
}
