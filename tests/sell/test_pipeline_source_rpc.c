/* What brought joint opportunities about, as both parties see it, and what it counts for. */
#include "sell/pipeline_source.h"
#include "sell/registration_fixture.h"
#include "support/check.h"

#include "runtime/base/moment.h"
#include "sell/follow.h"

#include "entente/market/v1/touch.pb-c.h"
#include "entente/sell/v1/engagement_service.pb-c.h"
#include "entente/sell/v1/help_request_service.pb-c.h"

#include <string.h>

#define JOINT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
#define INDEPENDENT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT
#define CO_SELL SELL__OPPORTUNITY_TOUCH__CHANNEL__CHANNEL_CO_SELL
#define MARKETING SELL__OPPORTUNITY_TOUCH__CHANNEL__CHANNEL_JOINT_MARKETING
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED

/* ---- what market tells ---- */

struct told {
  struct pillar_fixture *f;
  const char *opportunity, *id, *when;
  bool retracted;
};

static const struct status *market_told(struct txn *txn, void *context) {
  const struct told *told = context;
  struct arena *arena = txn_arena(txn);
  Market__Touch touch = MARKET__TOUCH__INIT;
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  touch.name = arena_printf(arena, "%s/touches/%s", ORVANE, told->id);
  touch.opportunity = (char *)told->opportunity;
  touch.occur_time = pillar_time(told->f, told->when);
  touch.state =
      told->retracted ? MARKET__TOUCH__STATE__STATE_RETRACTED : MARKET__TOUCH__STATE__STATE_RECORDED;
  touch.retract_time = told->retracted ? pillar_time(told->f, "2026-07-01") : NULL;
  entry.name = (char *)ORVANE "/ledgerEntries/1";
  entry.type = (char *)(told->retracted ? "touch.retracted" : "touch.recorded");
  entry.resource = touch.name;
  entry.payload_type = (char *)market__touch__descriptor.name;
  entry.payload.len = market__touch__get_packed_size(&touch);
  entry.payload.data = arena_alloc(arena, entry.payload.len);
  market__touch__pack(&touch, entry.payload.data);
  const struct status *status = market_apply(NULL, txn, &entry);
  return status ? status : txn_commit(txn, NULL);
}

static void market_tells(struct pillar_fixture *f, const char *opportunity, const char *id, const char *when,
                         bool retracted) {
  struct told told = {f, opportunity, id, when, retracted};
  assert_null(fixture_txn(f->server, market_told, &told));
}

/* ---- what is to be seen ---- */

static size_t entries_of(struct pillar_fixture *f, const char *partnership, const char *type) {
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, f->partner, partnership, &entries), found = 0;
  for (size_t i = 0; i < count; i++)
    found += strcmp(entries[i]->type, type) == 0;
  return found;
}

/* Both parties see the same touches and shares. */
static const Sell__Opportunity *seen(struct pillar_fixture *f, const char *name, size_t co_sell,
                                     size_t marketing) {
  const Sell__Opportunity *found = NULL;
  for (int who = 0; who < 2; who++) {
    size_t of[3] = {0};
    found = sell_get(f, who ? f->partner_viewer : f->viewer, name);
    for (size_t i = 0; i < found->n_touches; i++)
      of[found->touches[i]->channel]++;
    assert_int_equal(of[CO_SELL], co_sell);
    assert_int_equal(of[MARKETING], marketing);
  }
  return found;
}

static int64_t money_of(struct pillar_fixture *f, const char *p, const char *month, const char *part) {
  int64_t seen_by[2];
  for (int who = 0; who < 2; who++)
    seen_by[who] = pillar_counter(f, who ? f->partner : f->viewer, p, month,
                                  arena_printf(pillar_arena(f), "qualified_amount.%s.USD", part), NOBODY);
  assert_int_equal(seen_by[0], seen_by[1]);
  return seen_by[0];
}

static void assert_money(struct pillar_fixture *f, const char *p, const char *month, int64_t co_sell,
                         int64_t marketing) {
  assert_int_equal(money_of(f, p, month, "co_sell"), co_sell);
  assert_int_equal(money_of(f, p, month, "joint_marketing"), marketing);
  assert_int_equal(money_of(f, p, month, "joint"), co_sell + marketing);
}

static void advance(struct pillar_fixture *f, const char *name, const char *stage, const char *when) {
  ask(f, f->partner, "OpportunityService/AdvanceOpportunity",
      "{'name': '%s', 'stage': 'STAGE_%s', 'occurTime': '%s'}", name, stage, when);
}

/* ---- tests ---- */

static void marketing_and_selling_share_what_was_qualified(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "shares", "orvane-global");
  const char *name = sell_open(f, f->manager, p, JOINT, "triage")->name;
  assert_null(seen(f, name, 1, 0)->pipeline_source);
  market_tells(f, name, "before", "2026-02-10", false); /* before it was opened */
  seen(f, name, 1, 1);
  assert_money(f, p, "2026", 0, 0);
  advance(f, name, "QUALIFIED", "2026-04-02T00:00:00Z");
  const Sell__PipelineSource *source = seen(f, name, 1, 1)->pipeline_source;
  assert_int_equal(source->co_sell_bps, 5000);
  assert_int_equal(source->joint_marketing_bps, 5000);
  assert_money(f, p, "2026-04", 25000, 25000);
  market_tells(f, name, "late", "2026-03-30", false); /* heard of late: it moves the shares of April */
  assert_money(f, p, "2026-04", 16670, 33330);
  market_tells(f, name, "after", "2026-05-01", false); /* happened after: it is kept and does not count */
  assert_int_equal(seen(f, name, 1, 3)->pipeline_source->marketing_touches, 2);
  assert_money(f, p, "2026-04", 16670, 33330);
  size_t before = entries_of(f, p, "opportunity.touched");
  market_tells(f, name, "late", "2026-03-30", false); /* told again */
  assert_int_equal(entries_of(f, p, "opportunity.touched"), before);
  market_tells(f, name, "before", "2026-02-10", true);
  market_tells(f, name, "late", "2026-03-30", true);
  assert_money(f, p, "2026-04", 50000, 0);
  assert_int_equal(entries_of(f, p, "opportunity.touch_retracted"), 2);
  market_tells(f, name, "late", "2026-03-30", true);
  assert_int_equal(entries_of(f, p, "opportunity.touch_retracted"), 2);
  assert_money(f, p, "2026", 50000, 0);
  pillar_verify(f);
}

static void what_is_sold_for_less_or_taken_back_keeps_its_shares(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "amounts", "orvane-global");
  const char *name = sell_open(f, f->partner, p, JOINT, "grid")->name;
  market_tells(f, name, "mail-1", "2026-02-10", false);
  advance(f, name, "QUALIFIED", "2026-04-02T00:00:00Z");
  ask(f, f->manager, "OpportunityService/WinOpportunity",
      "{'name': '%s', 'closeTime': '2026-06-20T00:00:00Z', 'amount': {'currencyCode': 'USD', 'amountMinor': "
      "'40001'}}",
      name);
  assert_money(f, p, "2026-04", 20001, 20000);
  assert_int_equal(pillar_counter(f, f->partner, p, "2026-06", "won_amount.joint_marketing.USD", NOBODY),
                   20000);
  ask(f, f->manager, "OpportunityService/ReverseOpportunity",
      "{'name': '%s', 'reason': 'The customer gave it back'}", name);
  assert_int_equal(pillar_counter(f, f->partner, p, "2026-06", "won_amount.joint_marketing.USD", NOBODY), 0);
  assert_money(f, p, "2026-04", 20001, 20000); /* it was qualified, whatever became of it */
  market_tells(f, name, "mail-1", "2026-02-10", true);
  assert_money(f, p, "2026", 40001, 0);
  pillar_verify(f);
}

/* A party's own has no touches, and market's words about it, or about nothing, change nothing. */
static void what_is_not_joint_is_passed_over(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "own", "orvane-global");
  const char *own = sell_open(f, f->manager, p, INDEPENDENT, "own")->name;
  market_tells(f, own, "odd-1", "2026-03-10", false);
  market_tells(f, own, "odd-1", "2026-03-10", true);
  market_tells(f, arena_printf(pillar_arena(f), "%s/opportunities/absent", p), "odd-2", "2026-03-10", false);
  assert_int_equal(sell_get(f, f->manager, own)->n_touches, 0);
  assert_int_equal(entries_of(f, p, "opportunity.touched"), 0);
  ask(f, f->manager, "OpportunityService/AdvanceOpportunity", "{'name': '%s', 'stage': 'STAGE_QUALIFIED'}",
      own);
  assert_null(sell_get(f, f->manager, own)->pipeline_source);
  assert_money(f, p, "2026", 0, 0);
}

static const struct status *malformed_told(struct txn *txn, void *context) {
  (void)context;
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  entry.name = (char *)ORVANE "/ledgerEntries/1";
  entry.type = (char *)"touch.recorded";
  entry.payload_type = (char *)"entente.market.v1.Campaign";
  return market_apply(NULL, txn, &entry);
}

static void an_entry_that_holds_something_else_stops_the_feed(void **state) {
  struct pillar_fixture *f = *state;
  assert_int_equal(fixture_txn(f->server, malformed_told, NULL)->code, CODE_DATA_LOSS);
}

/* Offered by the vendor, accepted by the partner. */
static const char *engaged(struct pillar_fixture *f, const char *p, const char *opportunity) {
  const Sell__Engagement *offer =
      ask(f, f->manager, "EngagementService/CreateEngagement",
          "{'parent': '%s', 'engagement': {'title': 'Clinic', 'opportunity': '%s', 'involvement': "
          "'INVOLVEMENT_CO_SELL'}}",
          p, opportunity);
  ask(f, f->partner, "EngagementService/AcceptEngagement", "{'name': '%s'}", offer->name);
  return offer->name;
}

static void an_engagement_makes_it_joint_and_touches_it(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "engaged", "orvane-global");
  const char *own = sell_open(f, f->manager, p, INDEPENDENT, "own")->name;
  const char *first = engaged(f, p, own);
  const Sell__Opportunity *joint = seen(f, own, 1, 0); /* its opening was the vendor's alone */
  assert_string_equal(joint->touches[0]->source, first);
  assert_int_equal(moment_us(joint->touches[0]->occur_time), fixture_now(f->server));
  assert_int_equal(entries_of(f, p, "opportunity.touched"), 0); /* in the entry that shares it */
  market_tells(f, own, "webinar-1", "2026-03-10", false);
  const char *second = engaged(f, p, own);
  joint = seen(f, own, 2, 1);
  assert_int_equal(entries_of(f, p, "opportunity.touched"), 2);
  advance(f, own, "QUALIFIED", moment_text(pillar_arena(f), fixture_now(f->server)));
  assert_int_equal(seen(f, own, 2, 1)->pipeline_source->joint_marketing_bps, 3333);
  assert_money(f, p, "2026", 50000 - 16665, 16665);
  assert_string_not_equal(first, second);
  pillar_verify(f);
}

/* Asked by the partner, delivered by the vendor. */
static const char *delivered(struct pillar_fixture *f, const char *p, const char *opportunity,
                             const char *when) {
  const Sell__HelpRequest *asked =
      ask(f, f->partner, "HelpRequestService/CreateHelpRequest",
          "{'parent': '%s', 'helpRequest': {'need': 'NEED_PRICING', 'title': 'A price', 'askedHours': '8', "
          "'opportunity': '%s'}}",
          p, opportunity);
  ask(f, f->manager, "HelpRequestService/AcceptHelpRequest", "{'name': '%s', 'assignee': 'Ines'}",
      asked->name);
  ask(f, f->manager, "HelpRequestService/DeliverHelpRequest",
      "{'name': '%s', 'deliveredHours': '8', 'deliverTime': '%s', 'note': 'As it was asked'}", asked->name,
      when);
  return asked->name;
}

static void help_touches_when_it_was_delivered_once_it_is_acknowledged(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "helped", "orvane-global");
  const char *name = sell_open(f, f->manager, p, JOINT, "helped")->name;
  market_tells(f, name, "webinar-2", "2026-03-10", false);
  advance(f, name, "QUALIFIED", "2026-04-02T00:00:00Z");
  assert_money(f, p, "2026-04", 25000, 25000);
  const char *help = delivered(f, p, name, "2026-03-20T00:00:00Z");
  assert_money(f, p, "2026-04", 25000, 25000); /* nobody counts on their own word */
  ask(f, f->partner, "HelpRequestService/AcknowledgeHelpRequest", "{'name': '%s'}", help);
  assert_string_equal(seen(f, name, 2, 1)->touches[2]->source, help);
  assert_money(f, p, "2026-04", 50000 - 16665, 16665);
  const char *elsewhere = delivered(f, p, "", "2026-03-20T00:00:00Z"); /* for none in particular */
  ask(f, f->partner, "HelpRequestService/AcknowledgeHelpRequest", "{'name': '%s'}", elsewhere);
  seen(f, name, 2, 1);
  pillar_verify(f);
}

static void a_registration_touches_what_it_is_converted_into(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "converted", "orvane-global");
  const char *joint = sell_open(f, f->manager, p, JOINT, "joint")->name;
  const char *first = registration_submitted(f, f->partner, p, "Juniper Mills");
  const char *second = registration_submitted(f, f->partner, p, "Rowan Mills");
  ask(f, f->manager, "RegistrationService/ApproveRegistration", "{'name': '%s'}", first);
  ask(f, f->manager, "RegistrationService/ApproveRegistration", "{'name': '%s'}", second);
  ask(f, f->partner, "RegistrationService/ConvertRegistration", "{'name': '%s', 'opportunity': '%s'}", first,
      joint);
  assert_string_equal(seen(f, joint, 2, 0)->touches[1]->source, first);
  const Sell__Registration *now =
      ask(f, f->partner, "RegistrationService/ConvertRegistration", "{'name': '%s'}", second);
  assert_string_equal(seen(f, now->opportunity, 1, 0)->touches[0]->source,
                      now->opportunity); /* its opening */
  pillar_verify(f);
}

/* What a row says happened elsewhere is shared as well, and what is new and won is two entries. */
static void imported_rows_count_alike(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "imported", "orvane-global");
  static const char row[] =
      "{'parent': '%s', 'rows': [{'externalId': 'crm-1', 'engagement': 'ENGAGEMENT_JOINT', 'customer': "
      "{'account': 'Alder'}, 'amount': {'currencyCode': 'USD', 'amountMinor': '90000'}, 'state': "
      "'STATE_WON', "
      "'openTime': '%s', 'qualifyTime': '2026-04-02T00:00:00Z', 'closeTime': '2026-06-01T00:00:00Z'}]}";
  const Sell__ImportOpportunitiesResponse *answer =
      ask(f, f->manager, "OpportunityService/ImportOpportunities", row, p, "2026-01-05T00:00:00Z");
  const char *name = answer->results[0]->opportunity;
  seen(f, name, 1, 0);
  assert_money(f, p, "2026-04", 90000, 0);
  market_tells(f, name, "search-1", "2026-02-10", false);
  market_tells(f, name, "search-2", "2026-02-11", false);
  assert_money(f, p, "2026-04", 30006, 59994);
  answer = ask(f, f->manager, "OpportunityService/ImportOpportunities", row, p, "2026-01-05T00:00:00Z");
  assert_int_equal(answer->results[0]->outcome, SELL__ROW_RESULT__OUTCOME__OUTCOME_UNCHANGED);
  seen(f, name, 1, 2);
  pillar_verify(f);
}

/* Touches are the service's own to tell. */
static void nobody_sets_touches(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "given", "orvane-global");
  const Sell__Opportunity *made =
      ask(f, f->manager, "OpportunityService/CreateOpportunity",
          "{'parent': '%s', 'opportunity': {'displayName': 'Given', 'engagement': 'ENGAGEMENT_JOINT', "
          "'touches': [{'channel': 'CHANNEL_JOINT_MARKETING', 'source': '%s/touches/t', 'occurTime': "
          "'2026-01-01T00:00:00Z'}], 'pipelineSource': {'jointMarketingBps': 10000}}}",
          p, p);
  assert_null(seen(f, made->name, 1, 0)->pipeline_source);
}

enum { RIVALS = 24 };
struct race {
  struct pillar_fixture *f;
  const char *names[RIVALS];
  size_t acknowledged;
};

static void acknowledge_one(struct server_fixture *server, size_t index, void *context) {
  struct race *race = context;
  Sell__AcknowledgeHelpRequestRequest request = SELL__ACKNOWLEDGE_HELP_REQUEST_REQUEST__INIT;
  request.name = (char *)race->names[index];
  struct client_call call = fixture_client_call(
      server, fixture_arena(server), "/entente.sell.v1.HelpRequestService/AcknowledgeHelpRequest", &request);
  Sell__HelpRequest *answer;
  const struct status *status;
  do /* a race lost too often is the caller's to try again */
    status = client_call(fixture_channel(server), &call, &answer);
  while (status && status->code == CODE_ABORTED);
  race->acknowledged += !status;
}

/* All at once about one opportunity: the first of them are kept, by when they were delivered. */
static void rivals_all_come_through(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "rivals", "orvane-global");
  const char *name = sell_open(f, f->manager, p, JOINT, "rivals")->name;
  struct race race = {.f = f};
  for (int i = 0; i < RIVALS; i++)
    race.names[i] = delivered(f, p, name, arena_printf(pillar_arena(f), "2026-03-%02dT10:00:00Z", 6 + i));
  fixture_as(f->server, f->partner);
  fixture_fibers(f->server, RIVALS, acknowledge_one, &race);
  assert_int_equal(race.acknowledged, RIVALS);
  const Sell__Opportunity *found = seen(f, name, CO_SELL_TOUCHES_MAX, 0);
  assert_string_equal(found->touches[0]->source, name);
  for (size_t i = 1; i < CO_SELL_TOUCHES_MAX; i++)
    assert_string_equal(found->touches[i]->source, race.names[i - 1]);
  pillar_verify(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(marketing_and_selling_share_what_was_qualified),
      cmocka_unit_test(what_is_sold_for_less_or_taken_back_keeps_its_shares),
      cmocka_unit_test(what_is_not_joint_is_passed_over),
      cmocka_unit_test(an_entry_that_holds_something_else_stops_the_feed),
      cmocka_unit_test(an_engagement_makes_it_joint_and_touches_it),
      cmocka_unit_test(help_touches_when_it_was_delivered_once_it_is_acknowledged),
      cmocka_unit_test(a_registration_touches_what_it_is_converted_into),
      cmocka_unit_test(imported_rows_count_alike),
      cmocka_unit_test(nobody_sets_touches),
      cmocka_unit_test(rivals_all_come_through),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
