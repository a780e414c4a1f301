#include "sell/builder.h"
#include "sell/service.h"
#include "sell/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STATE(name) SELL__OPPORTUNITY__STATE__STATE_##name
#define STAGE(name) SELL__OPPORTUNITY__STAGE__STAGE_##name

/* Sum of tallies on one counter in one month, over a history. */
struct book {
  struct tally rows[256];
  size_t count;
};

static void book_change(struct book *book, const Sell__Opportunity *before, const Sell__Opportunity *after) {
  struct tally out[TALLIES_MAX];
  size_t count = tally_change(before, after, out);
  for (size_t i = 0; i < count; i++) {
    assert_true(out[i].amount != 0);
    book->rows[book->count++] = out[i];
  }
}

static int64_t book_sum(const struct book *book, const char *counter, int64_t days_ago) {
  int64_t sum = 0;
  for (size_t i = 0; i < book->count; i++)
    if (strcmp(book->rows[i].counter, counter) == 0 &&
        (days_ago < 0 || month_of(book->rows[i].when_us) == month_of(NOW_US - days_ago * DAY_US)))
      sum += book->rows[i].amount;
  return sum;
}

static void a_life_counts_in_its_months(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct book book = {0};
  Sell__Opportunity *opened = opportunity_build(&occasion, STAGE(PROSPECT));
  Sell__Opportunity *qualified = opportunity_build(&occasion, STAGE(QUALIFIED));
  Sell__Opportunity *won = opportunity_build_in(&occasion, STATE(WON));
  Sell__Opportunity *reversed = opportunity_build_in(&occasion, STATE(REVERSED));
  won->amount = reversed->amount = money_build(&occasion, "USD", 70000);
  book_change(&book, NULL, opened);
  assert_int_equal(book_sum(&book, "opened.joint", 100), 1);
  assert_int_equal(book_sum(&book, "pipeline.prospect.joint", -1), 1);
  assert_int_equal(book_sum(&book, "qualified.joint", -1), 0);
  book_change(&book, opened, qualified);
  assert_int_equal(book_sum(&book, "qualified.joint", 90), 1);
  assert_int_equal(book_sum(&book, "qualified_amount.joint", 90), 50000);
  assert_int_equal(book_sum(&book, "pipeline.prospect.joint", -1), 0);
  assert_int_equal(book_sum(&book, "pipeline_amount.qualified.joint", -1), 50000);
  book_change(&book, qualified, won);
  assert_int_equal(book_sum(&book, "won.joint", 10), 1);
  assert_int_equal(book_sum(&book, "won_amount.joint", 10), 70000);
  assert_int_equal(book_sum(&book, "qualified_amount.joint", 90), 70000); /* kept in step with the amount */
  assert_int_equal(book_sum(&book, "pipeline_amount.qualified.joint", -1), 0);
  book_change(&book, won, reversed);
  assert_int_equal(book_sum(&book, "won.joint", 10), 0);
  assert_int_equal(book_sum(&book, "won_amount.joint", 10), 0);
  assert_int_equal(book_sum(&book, "won.joint", -1), 0);
  assert_int_equal(book_sum(&book, "opened.joint", -1), 1);
  assert_int_equal(book_sum(&book, "pipeline_amount.reversed.joint", -1), 70000);
  occasion_release(&occasion);
}

/* What any chain of changes adds is what its end contributes: nothing of what lay between is left. */
static void chains_telescope(void **state) {
  (void)state;
  for (size_t own = 0; own < 2; own++) {
    struct occasion occasion = occasion_build();
    struct book chain = {0}, direct = {0};
    const Sell__Opportunity *before = NULL;
    for (int s = 0; s < 12; s++) {
      Sell__Opportunity *after = s % 3
                                     ? opportunity_build_in(&occasion, (Sell__Opportunity__State)(1 + s % 4))
                                     : opportunity_build(&occasion, (Sell__Opportunity__Stage)(1 + s % 5));
      after->amount = s % 4 ? money_build(&occasion, "USD", 1000 + s) : NULL;
      after->engagement = own ? SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT
                              : SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
      book_change(&chain, before, after);
      before = after;
    }
    book_change(&direct, NULL, before);
    for (const struct counter_row *row = sell_counters; row->name; row++)
      for (int64_t day = -1; day <= 100; day++)
        assert_int_equal(book_sum(&chain, row->name, day), book_sum(&direct, row->name, day));
    occasion_release(&occasion);
  }
}

static void independent_ones_count_for_their_owner(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *won = opportunity_build_in(&occasion, STATE(WON));
  won->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  won->owner_party = TYPE__PARTY__PARTY_PARTNER;
  struct tally out[TALLIES_MAX];
  size_t count = tally_change(NULL, won, out);
  assert_int_equal(count, 5); /* opened, won, won amount, and the level in count and money */
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(out[i].party, TYPE__PARTY__PARTY_PARTNER);
    assert_non_null(strstr(out[i].counter, ".independent"));
  }
  occasion_release(&occasion);
}

static void every_counter_is_declared(void **state) {
  (void)state;
  for (int column = 0; column < COLUMN_COUNT; column++) {
    for (int own = 0; own < 2; own++) {
      const struct tally_level *level = tally_level((enum tally_column)column, own);
      const char *const names[] = {level->count, level->amount};
      for (size_t n = 0; n < 2; n++) {
        const struct counter_row *row = sell_counters;
        while (row->name && strcmp(row->name, names[n]) != 0)
          row++;
        if (!row->name)
          fail_msg("%s is not in the table of counters", names[n]);
        assert_int_equal(row->visibility, own ? COUNTER_OWN : COUNTER_SHARED);
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_life_counts_in_its_months),
      cmocka_unit_test(chains_telescope),
      cmocka_unit_test(independent_ones_count_for_their_owner),
      cmocka_unit_test(every_counter_is_declared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
