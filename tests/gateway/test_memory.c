/* Views are kept only while nothing has changed and every feed is live. */
#include "gateway/compose/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ORVANE "vendors/halden/partnerships/orvane"

static const struct view_key key = {
    .partnership = ORVANE, .period = {1, 2}, .party = TYPE__PARTY__PARTY_VENDOR};

static struct memory *live_memory(void) {
  struct memory *memory = memory_create();
  for (enum pillar pillar = 0; pillar < PILLAR_COUNT; pillar++)
    memory_feed_live(memory, pillar, true);
  return memory;
}

static void keep(struct memory *memory, const struct view_key *where) {
  Gateway__PartnershipPerformance view = GATEWAY__PARTNERSHIP_PERFORMANCE__INIT;
  view.partnership = (char *)where->partnership;
  memory_keep_view(memory, where, memory_ticket(memory, where->partnership), &view);
}

static void a_view_is_kept_until_a_change(void **state) {
  (void)state;
  struct memory *memory = live_memory();
  assert_null(memory_view(memory, &key));
  keep(memory, &key);
  const ProtobufCBinaryData *packed = memory_view(memory, &key);
  Gateway__PartnershipPerformance *view =
      gateway__partnership_performance__unpack(NULL, packed->len, packed->data);
  assert_string_equal(view->partnership, ORVANE);
  gateway__partnership_performance__free_unpacked(view, NULL);
  struct view_key partner = key;
  partner.party = TYPE__PARTY__PARTY_PARTNER;
  assert_null(memory_view(memory, &partner));
  memory_changed(memory, "vendors/halden/partnerships/orvane-two");
  assert_non_null(memory_view(memory, &key));
  memory_changed(memory, ORVANE);
  assert_null(memory_view(memory, &key));
  keep(memory, &key);
  memory_changed(memory, "vendors/halden");
  assert_null(memory_view(memory, &key));
  memory_destroy(memory);
}

static void a_change_while_composing_leaves_nothing(void **state) {
  (void)state;
  struct memory *memory = live_memory();
  Gateway__PartnershipPerformance view = GATEWAY__PARTNERSHIP_PERFORMANCE__INIT;
  struct view_ticket ticket = memory_ticket(memory, ORVANE);
  memory_changed(memory, ORVANE);
  memory_keep_view(memory, &key, ticket, &view);
  assert_null(memory_view(memory, &key));
  ticket = memory_ticket(memory, ORVANE);
  memory_feed_live(memory, PILLAR_SELL, false);
  memory_feed_live(memory, PILLAR_SELL, true);
  memory_keep_view(memory, &key, ticket, &view);
  assert_null(memory_view(memory, &key));
  memory_destroy(memory);
}

static void a_lost_feed_hides_every_view(void **state) {
  (void)state;
  struct memory *memory = live_memory();
  keep(memory, &key);
  memory_feed_live(memory, PILLAR_MARKET, false);
  assert_null(memory_view(memory, &key));
  keep(memory, &key);
  memory_feed_live(memory, PILLAR_MARKET, true);
  assert_null(memory_view(memory, &key));
  memory_destroy(memory);
}

static void what_is_remembered_is_bounded(void **state) {
  (void)state;
  struct memory *memory = live_memory();
  struct view_ticket before = memory_ticket(memory, ORVANE);
  memory_answered(memory, ORVANE, PILLAR_SELL, 17);
  assert_int_equal(memory_last_known(memory, ORVANE, PILLAR_SELL), 17);
  assert_int_equal(memory_last_known(memory, ORVANE, PILLAR_MARKET), 0);
  char name[64];
  for (int i = 0; i < MEMORY_PARTNERSHIPS_MAX + 10; i++) {
    snprintf(name, sizeof name, "vendors/v/partnerships/p%d", i);
    struct view_key other = key;
    other.partnership = name;
    keep(memory, &other);
  }
  assert_int_equal(memory_last_known(memory, ORVANE, PILLAR_SELL), 0);
  /* A ticket from before it was forgotten does not fit what is remembered anew. */
  Gateway__PartnershipPerformance view = GATEWAY__PARTNERSHIP_PERFORMANCE__INIT;
  (void)memory_ticket(memory, ORVANE);
  memory_keep_view(memory, &key, before, &view);
  assert_null(memory_view(memory, &key));
  memory_destroy(memory);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_view_is_kept_until_a_change),
      cmocka_unit_test(a_change_while_composing_leaves_nothing),
      cmocka_unit_test(a_lost_feed_hides_every_view),
      cmocka_unit_test(what_is_remembered_is_bounded),
  };
  return cmocka_run_group_tests_name("gateway memory", tests, NULL, NULL);
}
