#include "incentivize/world.h"

#include "incentivize/follow.h"
#include "incentivize/kinds.h"
#include "incentivize/sale.h"
#include "incentivize/service.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"
#include "runtime/store/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define ELSEWHERE "vendors/halden/partnerships/orvane-two"

static void partnership_put(struct txn *txn, const char *name, const char *organization) {
  struct arena *arena = txn_arena(txn);
  Onboard__Partnership *partnership = arena_new(arena, Onboard__Partnership);
  onboard__partnership__init(partnership);
  partnership->name = arena_strdup(arena, name);
  partnership->partner_organization = arena_printf(arena, "vendors/halden/organizations/%s", organization);
  partnership->currency_code = arena_strdup(arena, "USD");
  txn_put(txn, &kind_directory, partnership);
}

static const struct status *seed(struct txn *txn, void *context) {
  (void)context;
  partnership_put(txn, PARTNERSHIP, "orvane");
  partnership_put(txn, ELSEWHERE, "other");
  return txn_commit(txn, NULL);
}

void world_open(struct world *world) {
  *world = (struct world){.arena = arena_create(256 << 20, NULL, NULL)};
  redis_start(&world->redis, "incentivize", NULL);
  world->server = fixture_start(&(struct fixture_options){
      .service_name = "incentivize",
      .services = incentivize_services,
      .kinds = incentivize_kinds,
      .counters = incentivize_counters,
      .redis = &world->redis,
      .partner_of = directory_partner_of,
      .now_us = instant("2026-07-20T12:00:00Z"),
  });
  Option__MethodPolicy__Role role = OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR;
  Type__Party partner = TYPE__PARTY__PARTY_PARTNER;
  world->vendor =
      fixture_principal(world->server, TYPE__PARTY__PARTY_VENDOR, role, "halden", NULL, "ann@halden");
  world->partner = fixture_principal(world->server, partner, role, "halden", "orvane", "per@orvane");
  world->stranger = fixture_principal(world->server, partner, role, "halden", "other", "sue@other");
  assert_null(fixture_txn(world->server, seed, NULL));
  as_vendor(world);
}

void world_close(struct world *world) {
  fixture_stop(world->server);
  redis_stop(&world->redis);
  arena_destroy(world->arena);
}

void as_vendor(struct world *world) {
  fixture_as(world->server, world->vendor);
}

void as_partner(struct world *world) {
  fixture_as(world->server, world->partner);
}

void *call_ok(struct world *world, const char *method, const void *request) {
  void *answer = NULL;
  assert_reason(fixture_call(world->server, method, request, &answer), NULL);
  assert_non_null(answer);
  return answer;
}

const struct status *call_refused(struct world *world, const char *method, const void *request,
                                  const char *reason) {
  void *answer = NULL;
  const struct status *status = fixture_call(world->server, method, request, &answer);
  assert_reason(status, reason);
  return status;
}

/* Until the store answers again after a crash. */
static const struct status *nothing(struct txn *txn, void *context) {
  Onboard__Partnership *partnership;
  Ledger__LedgerEntry **entries;
  size_t count;
  (void)context;
  /* Reads and commits have connections of their own. */
  const struct status *status = txn_peek(txn, &kind_directory, PARTNERSHIP, &partnership);
  return status ? status : ledger_page(txn, PARTNERSHIP, 0, INT64_MAX, 1, &entries, &count);
}

void world_crash(struct world *world) {
  redis_kill(&world->redis);
  redis_restart(&world->redis);
  const struct status *status = NULL;
  for (int attempt = 0; attempt < 100; attempt++) {
    status = fixture_txn(world->server, nothing, NULL);
    if (!status)
      return;
    struct timespec pause = {.tv_nsec = 50000000};
    nanosleep(&pause, NULL);
  }
  assert_reason(status, NULL);
}

/* ---- plans ---- */

Incentivize__CommissionPlan *plan_draft(struct world *world, const char *id,
                                        Incentivize__CommissionPlan *draft) {
  Incentivize__CreateCommissionPlanRequest create = INCENTIVIZE__CREATE_COMMISSION_PLAN_REQUEST__INIT;
  create.parent = arena_strdup(world->arena, PARTNERSHIP);
  create.commission_plan_id = arena_strdup(world->arena, id);
  create.commission_plan = draft;
  return call_ok(world, PLANS "CreateCommissionPlan", &create);
}

/* Every request of a verb has the same first fields. */
Incentivize__CommissionPlan *plan_verb(struct world *world, const char *verb, const char *name) {
  Incentivize__ProposeCommissionPlanRequest propose = INCENTIVIZE__PROPOSE_COMMISSION_PLAN_REQUEST__INIT;
  Incentivize__ApproveCommissionPlanRequest approve = INCENTIVIZE__APPROVE_COMMISSION_PLAN_REQUEST__INIT;
  Incentivize__ActivateCommissionPlanRequest activate = INCENTIVIZE__ACTIVATE_COMMISSION_PLAN_REQUEST__INIT;
  Incentivize__WithdrawCommissionPlanRequest withdraw = INCENTIVIZE__WITHDRAW_COMMISSION_PLAN_REQUEST__INIT;
  propose.name = approve.name = activate.name = withdraw.name = arena_strdup(world->arena, name);
  const struct {
    const char *verb;
    const void *request;
  } rows[] = {{"Propose", &propose}, {"Approve", &approve}, {"Activate", &activate}, {"Withdraw", &withdraw}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strcmp(rows[i].verb, verb) == 0)
      return call_ok(world, arena_printf(world->arena, PLANS "%sCommissionPlan", verb), rows[i].request);
  fail_msg("no verb %s", verb);
  return NULL;
}

Incentivize__CommissionPlan *plan_in_force(struct world *world, const char *id,
                                           Incentivize__CommissionPlan *draft) {
  as_vendor(world);
  char *name = arena_strdup(world->arena, plan_draft(world, id, draft)->name);
  plan_verb(world, "Propose", name);
  as_partner(world);
  plan_verb(world, "Approve", name);
  as_vendor(world);
  return plan_verb(world, "Activate", name);
}

/* ---- sell's feed ---- */

struct change {
  struct world *world;
  Ledger__LedgerEntry *entry;
  char from[24], to[24];
};

static const struct status *follow(struct txn *txn, void *context) {
  const struct change *change = context;
  const struct status *status = sell_apply(NULL, txn, change->entry);
  if (status)
    return status;
  txn_advance(txn, "sell", store_bucket(PARTNERSHIP), change->from, change->to);
  return txn_commit(txn, NULL);
}

static Ledger__LedgerEntry *entry_build(struct world *world, const char *type,
                                        const Sell__Opportunity *payload) {
  Ledger__LedgerEntry *entry = arena_new(world->arena, Ledger__LedgerEntry);
  ledger__ledger_entry__init(entry);
  entry->name = arena_printf(world->arena, "%s/ledger/sell-%d", PARTNERSHIP, (int)world->changes + 1);
  entry->type = arena_strdup(world->arena, type);
  entry->resource = payload->name;
  entry->payload_type = arena_strdup(world->arena, "entente.sell.v1.Opportunity");
  entry->payload.len = sell__opportunity__get_packed_size(payload);
  entry->payload.data = arena_alloc(world->arena, entry->payload.len);
  sell__opportunity__pack(payload, entry->payload.data);
  entry->occur_time = payload->close_time;
  return entry;
}

static Sell__Opportunity *opportunity_build(struct world *world, const char *partnership, int id,
                                            int64_t amount, const char *currency,
                                            Sell__Opportunity__Engagement engagement, const char *when) {
  Sell__Opportunity *opportunity = arena_new(world->arena, Sell__Opportunity);
  sell__opportunity__init(opportunity);
  opportunity->name = arena_printf(world->arena, "%s/opportunities/o%d", partnership, id);
  opportunity->engagement = engagement;
  opportunity->amount = arena_new(world->arena, Type__Money);
  type__money__init(opportunity->amount);
  opportunity->amount->currency_code = arena_strdup(world->arena, currency);
  opportunity->amount->amount_minor = amount;
  opportunity->close_time = timestamp_new(world->arena, instant(when));
  opportunity->reverse_time = timestamp_new(world->arena, instant(when));
  return opportunity;
}

void sell_tells_of(struct world *world, const char *type, const char *partnership, int id,
                   int64_t amount_minor, const char *currency, Sell__Opportunity__Engagement engagement,
                   const char *when) {
  const Sell__Opportunity *opportunity =
      opportunity_build(world, partnership, id, amount_minor, currency, engagement, when);
  struct change change = {.world = world, .entry = entry_build(world, type, opportunity)};
  if (world->changes)
    snprintf(change.from, sizeof change.from, "%d", (int)world->changes);
  snprintf(change.to, sizeof change.to, "%d", (int)++world->changes);
  assert_reason(fixture_txn(world->server, follow, &change), NULL);
}

void sell_tells(struct world *world, const char *type, int id, int64_t amount_minor, const char *when) {
  sell_tells_of(world, type, PARTNERSHIP, id, amount_minor, "USD",
                SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT, when);
}

void sell_replays(struct world *world, const char *type, int id, int64_t amount_minor, const char *when) {
  const Sell__Opportunity *opportunity = opportunity_build(
      world, PARTNERSHIP, id, amount_minor, "USD", SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT, when);
  struct change change = {.world = world, .entry = entry_build(world, type, opportunity)};
  if (world->changes > 1)
    snprintf(change.from, sizeof change.from, "%d", (int)world->changes - 1);
  snprintf(change.to, sizeof change.to, "%d", (int)world->changes);
  assert_reason(fixture_txn(world->server, follow, &change), "LOST_RACE");
}

/* ---- the own feed ---- */

struct own_feed {
  struct world *world;
  int applied;
};

static const struct status *follow_own(struct txn *txn, void *context) {
  struct own_feed *feed = context;
  Ledger__LedgerEntry **entries;
  size_t count;
  const struct status *status =
      ledger_page(txn, PARTNERSHIP, feed->world->pumped, INT64_MAX, 1, &entries, &count);
  feed->applied = -1;
  if (status || count == 0)
    return status;
  feed->world->pumped = timestamp_us(entries[0]->record_time, 0);
  feed->applied = 0;
  for (size_t i = 0; plan_types[i]; i++)
    feed->applied += strcmp(entries[0]->type, plan_types[i]) == 0;
  if (!feed->applied)
    return NULL;
  status = plan_apply(NULL, txn, entries[0]);
  return status ? status : txn_commit(txn, NULL);
}

int pump(struct world *world) {
  struct own_feed feed = {world, 0};
  int applied = 0;
  for (;;) {
    assert_reason(fixture_txn(world->server, follow_own, &feed), NULL);
    if (feed.applied < 0)
      return applied;
    applied += feed.applied;
  }
}

/* ---- what the service answers ---- */

Incentivize__Earning **all_lines(struct world *world, size_t *count) {
  Incentivize__Earning **lines = arena_calloc(world->arena, 4096, sizeof *lines);
  Incentivize__ListEarningsRequest list = INCENTIVIZE__LIST_EARNINGS_REQUEST__INIT;
  list.parent = arena_strdup(world->arena, PARTNERSHIP);
  list.page_size = 37;
  *count = 0;
  do {
    Incentivize__ListEarningsResponse *page = call_ok(world, EARNINGS "ListEarnings", &list);
    for (size_t i = 0; i < page->n_earnings; i++)
      lines[(*count)++] = page->earnings[i];
    list.page_token = page->next_page_token;
  } while (*list.page_token);
  return lines;
}

int64_t counter(struct world *world, const char *name, const char *start, const char *end) {
  Ledger__BatchGetCountersRequest get = LEDGER__BATCH_GET_COUNTERS_REQUEST__INIT;
  get.parent = arena_strdup(world->arena, PARTNERSHIP);
  get.period = period_build(world->arena, start, end);
  Ledger__BatchGetCountersResponse *answer =
      call_ok(world, "/entente.ledger.v1.LedgerService/BatchGetCounters", &get);
  int64_t sum = 0;
  assert_int_equal(answer->n_partnerships, 1);
  for (size_t i = 0; i < answer->partnerships[0]->n_counters; i++)
    if (text_equal(answer->partnerships[0]->counters[i]->counter, name))
      sum += answer->partnerships[0]->counters[i]->amount;
  return sum;
}

Incentivize__TierProgress *progress(struct world *world, const char *at, int64_t as_of_us) {
  Incentivize__GetTierProgressRequest get = INCENTIVIZE__GET_TIER_PROGRESS_REQUEST__INIT;
  get.parent = arena_strdup(world->arena, PARTNERSHIP);
  get.at_time = timestamp_new(world->arena, instant(at));
  if (as_of_us)
    get.as_of = timestamp_new(world->arena, as_of_us);
  return call_ok(world, EARNINGS "GetTierProgress", &get);
}

struct difference_sink {
  struct verify_sink sink;
  int found;
};

static void found(struct verify_sink *sink, Ledger__LedgerFinding__Kind kind, const char *resource,
                  const char *description) {
  fprintf(stderr, "difference %d: %s: %s\n", (int)kind, resource, description);
  ((struct difference_sink *)sink)->found++;
}

static void walked(struct verify_sink *sink, int64_t ledgers, int64_t entries, int64_t resources) {
  (void)sink, (void)ledgers, (void)entries, (void)resources;
}

static const struct status *verify(struct txn *txn, void *context) {
  struct difference_sink *sink = context;
  return ledger_verify(txn, "vendors/halden", &sink->sink);
}

int differences(struct world *world) {
  struct difference_sink sink = {.sink = {.found = found, .walked = walked}};
  assert_reason(fixture_txn(world->server, verify, &sink), NULL);
  return sink.found;
}
