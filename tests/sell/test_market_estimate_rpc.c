/* Market estimates and the market share over the wire: both parties, access, replays, etags, pages, the
 * ledger, and many at once. */
#include "runtime/base/moment.h"
#include "runtime/base/party.h"
#include "sell/json_call.h"
#include "sell/opportunity.h"
#include "sell/service_fixture.h"
#include "support/check.h"

#include "entente/sell/v1/market_estimate_service.pb-c.h"
#include "entente/sell/v1/market_share_service.pb-c.h"

#include <stdlib.h>
#include <string.h>

#define SERVICE "MarketEstimateService/"
#define STATE(name) SELL__MARKET_ESTIMATE__STATE__STATE_##name
#define OK TYPE__FIGURE_STATUS__FIGURE_STATUS_OK
#define NO_DATA TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA
#define ESTIMATE                                                                                             \
  "{\"parent\": \"%s\", \"marketEstimateId\": \"%s\", \"requestId\": \"%s\", \"marketEstimate\": "           \
  "{\"amount\": "                                                                                            \
  "{\"currencyCode\": \"USD\", \"amountMinor\": \"%lld\"}, \"effectiveTime\": \"%s-01T00:00:00Z\", "         \
  "\"source\": "                                                                                             \
  "\"Northlight Research, market survey\", \"method\": \"Public tenders left out\"}}"
#define NAMED "{\"name\": \"%s\"}"

static const Sell__MarketEstimate *propose(struct pillar_fixture *f, const struct principal *who,
                                           const char *p, const char *id, const char *month,
                                           long long amount_minor) {
  return json_call(f, who, SERVICE "CreateMarketEstimate", ESTIMATE, p, id, "", amount_minor, month);
}

static void agreed(struct pillar_fixture *f, const char *p, const char *id, const char *month,
                   long long amount_minor) {
  const char *name = propose(f, f->manager, p, id, month, amount_minor)->name;
  json_call(f, f->partner, SERVICE "AgreeMarketEstimate", NAMED, name);
}

static const Sell__MarketEstimate *get(struct pillar_fixture *f, const struct principal *who,
                                       const char *name) {
  return json_call(f, who, SERVICE "GetMarketEstimate", NAMED, name);
}

static void one_proposes_and_the_other_agrees(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "market-life", "orvane-global");
  const Sell__MarketEstimate *first = propose(f, f->manager, p, "first", "2026-01", 20000);
  assert_int_equal(first->state, STATE(PROPOSED));
  assert_int_equal(first->version, 1);
  assert_int_equal(first->proposing_party, TYPE__PARTY__PARTY_VENDOR);
  const struct status *refusal = json_refused(f, f->administrator, REASON_OTHER_PARTY,
                                              SERVICE "AgreeMarketEstimate", NAMED, first->name);
  assert_int_equal(refusal->code, CODE_PERMISSION_DENIED);
  json_refused(f, f->administrator, REASON_OTHER_PARTY, SERVICE "RejectMarketEstimate",
               "{\"name\": \"%s\", \"reason\": \"not by our own count\"}", first->name);
  json_refused(f, f->partner, REASON_OTHER_PARTY, SERVICE "WithdrawMarketEstimate", NAMED, first->name);
  first = json_call(f, f->partner, SERVICE "AgreeMarketEstimate", NAMED, first->name);
  assert_int_equal(first->state, STATE(AGREED));
  const Sell__MarketEstimate *second = propose(f, f->partner, p, "second", "2026-01", 25000);
  assert_int_equal(second->version, 2);
  json_call(f, f->administrator, SERVICE "AgreeMarketEstimate", NAMED, second->name);
  const Sell__MarketEstimate *replaced = get(f, f->viewer, first->name);
  assert_int_equal(replaced->state, STATE(SUPERSEDED));
  assert_string_equal(replaced->superseded_by, second->name);
  const char *third = propose(f, f->partner, p, "", "2026-02", 1)->name;
  const Sell__MarketEstimate *rejected =
      json_call(f, f->administrator, SERVICE "RejectMarketEstimate",
                "{\"name\": \"%s\", \"reason\": \"the survey counts exports\"}", third);
  assert_int_equal(rejected->state, STATE(REJECTED));
  assert_string_equal(rejected->reject_reason, "the survey counts exports");
  const char *fourth = propose(f, f->partner, p, "", "2026-02", 1)->name;
  assert_int_equal(((const Sell__MarketEstimate *)json_call(f, f->partner, SERVICE "WithdrawMarketEstimate",
                                                            NAMED, fourth))
                       ->state,
                   STATE(WITHDRAWN));
  json_refused(f, f->administrator, REASON_INVALID_STATE, SERVICE "AgreeMarketEstimate", NAMED, fourth);
  static const char *const types[] = {
      "market_estimate.proposed",   "market_estimate.agreed",   "market_estimate.proposed",
      "market_estimate.superseded", "market_estimate.agreed",   "market_estimate.proposed",
      "market_estimate.rejected",   "market_estimate.proposed", "market_estimate.withdrawn"};
  const struct principal *const both[] = {f->viewer, f->partner_viewer};
  for (size_t who = 0; who < 2; who++) {
    Ledger__LedgerEntry **entries;
    assert_int_equal(pillar_entries(f, both[who], p, &entries), sizeof types / sizeof *types);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
      assert_string_equal(entries[i]->type, types[i]);
    assert_string_equal(entries[3]->resource, first->name);
  }
}

/* What is proposed late, of an earlier version, cannot take the place of a later one. */
static void an_earlier_version_comes_too_late(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "market-late", "orvane-global");
  const char *early = propose(f, f->manager, p, "early", "2026-01", 1)->name;
  agreed(f, p, "late", "2026-01", 2);
  const struct status *refusal =
      json_refused(f, f->partner, REASON_GUARD_UNMET, SERVICE "AgreeMarketEstimate", NAMED, early);
  assert_int_equal(guard_count(refusal), 1);
  assert_int_equal(get(f, f->manager, early)->state, STATE(PROPOSED));
}

static void access_follows_the_contract(void **state) {
  struct pillar_fixture *f = *state;
  const char *name = propose(f, f->manager, ORVANE, "access", "2026-01", 5)->name;
  const struct principal *const others[] = {f->stranger, f->foreigner};
  for (size_t i = 0; i < 2; i++) {
    json_refused(f, others[i], REASON_ACCESS_DENIED, SERVICE "GetMarketEstimate", NAMED, name);
    json_refused(f, others[i], REASON_ACCESS_DENIED, SERVICE "AgreeMarketEstimate", NAMED, name);
    json_refused(f, others[i], REASON_ACCESS_DENIED, SERVICE "ListMarketEstimates", "{\"parent\": \"%s\"}",
                 ORVANE);
  }
  json_refused(f, f->viewer, REASON_ACCESS_DENIED, SERVICE "WithdrawMarketEstimate", NAMED, name);
  json_refused(f, f->partner_viewer, REASON_ACCESS_DENIED, SERVICE "AgreeMarketEstimate", NAMED, name);
  const char *theirs = propose(f, f->partner, ORVANE, "theirs", "2026-01", 5)->name;
  json_refused(f, f->manager, REASON_ACCESS_DENIED, SERVICE "AgreeMarketEstimate", NAMED, theirs);
  json_refused(f, f->partner, REASON_NOT_FOUND, SERVICE "GetMarketEstimate",
               "{\"name\": \"" ORVANE "/marketEstimates/none\"}");
  json_refused(f, f->manager, REASON_PARTNERSHIP_UNKNOWN, SERVICE "CreateMarketEstimate", ESTIMATE,
               "vendors/halden/partnerships/unheard-of", "a", "", 5LL, "2026-01");
}

static void replays_and_etags(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "market-replay", "orvane-global");
  const Sell__MarketEstimate *made =
      json_call(f, f->manager, SERVICE "CreateMarketEstimate", ESTIMATE, p, "one", "r-1", 5LL, "2026-01");
  const Sell__MarketEstimate *again =
      json_call(f, f->manager, SERVICE "CreateMarketEstimate", ESTIMATE, p, "one", "r-1", 5LL, "2026-01");
  assert_string_equal(again->etag, made->etag);
  assert_int_equal(again->version, 1);
  json_refused(f, f->manager, REASON_REQUEST_ID_REUSED, SERVICE "CreateMarketEstimate", ESTIMATE, p, "one",
               "r-1", 6LL, "2026-01");
  json_refused(f, f->manager, REASON_ALREADY_EXISTS, SERVICE "CreateMarketEstimate", ESTIMATE, p, "one",
               "r-2", 5LL, "2026-01");
  json_refused(f, f->partner, REASON_ETAG_MISMATCH, SERVICE "AgreeMarketEstimate",
               "{\"name\": \"%s\", \"etag\": \"other\"}", made->name);
  const Sell__MarketEstimate *agreed_to = json_call(
      f, f->partner, SERVICE "AgreeMarketEstimate",
      "{\"name\": \"%s\", \"etag\": %s, \"requestId\": \"r-3\"}", made->name, json_text(f, made->etag));
  again = json_call(f, f->partner, SERVICE "AgreeMarketEstimate",
                    "{\"name\": \"%s\", \"etag\": %s, \"requestId\": \"r-3\"}", made->name,
                    json_text(f, made->etag));
  assert_string_equal(again->etag, agreed_to->etag);
  Ledger__LedgerEntry **entries;
  assert_int_equal(pillar_entries(f, f->manager, p, &entries), 2);
  assert_int_equal(propose(f, f->manager, p, "two", "2026-01", 5)->version, 2);
}

static void bad_input_is_told_whole(void **state) {
  struct pillar_fixture *f = *state;
  const struct status *status =
      json_refused(f, f->manager, REASON_INVALID_REQUEST, SERVICE "CreateMarketEstimate",
                   "{\"parent\": \"%s\", \"marketEstimateId\": \"Not An Id\", \"marketEstimate\": "
                   "{\"source\": \"short\"}}",
                   ORVANE);
  assert_int_equal(violation_count(status), 4); /* id, source; amount and effective_time are missing */
  status = json_refused(f, f->manager, REASON_INVALID_REQUEST, SERVICE "CreateMarketEstimate",
                        "{\"parent\": \"%s\", \"marketEstimate\": {\"amount\": {\"currencyCode\": \"USD\"}, "
                        "\"effectiveTime\": \"2026-01-05T00:00:00Z\", \"source\": \"Northlight Research\"}}",
                        ORVANE);
  assert_int_equal(violation_count(status), 2);
  status = json_refused(f, f->manager, REASON_CURRENCY_MISMATCH, SERVICE "CreateMarketEstimate",
                        "{\"parent\": \"%s\", \"marketEstimate\": {\"amount\": {\"currencyCode\": \"EUR\", "
                        "\"amountMinor\": \"5\"}, \"effectiveTime\": \"2026-01-01T00:00:00Z\", \"source\": "
                        "\"Northlight Research\"}}",
                        ORVANE);
  assert_string_equal(status->metadata->value, "EUR");
  json_refused(f, f->partner, REASON_INVALID_REQUEST, SERVICE "RejectMarketEstimate",
               "{\"name\": \"" ORVANE "/marketEstimates/a\", \"reason\": \"short\"}");
}

/* What the service sets, a proposal cannot. */
static void what_the_service_sets_is_dropped(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "market-sets", "orvane-global");
  const Sell__MarketEstimate *made = json_call(
      f, f->partner, SERVICE "CreateMarketEstimate",
      "{\"parent\": \"%s\", \"marketEstimate\": {\"amount\": {\"currencyCode\": \"USD\", \"amountMinor\": "
      "\"5\"}, \"effectiveTime\": \"2026-01-01T00:00:00Z\", \"source\": \"Northlight Research\", \"state\": "
      "\"STATE_AGREED\", \"version\": 7, \"proposingParty\": \"PARTY_VENDOR\", \"rejectReason\": \"none\"}}",
      p);
  assert_int_equal(made->state, STATE(PROPOSED));
  assert_int_equal(made->version, 1);
  assert_int_equal(made->proposing_party, TYPE__PARTY__PARTY_PARTNER);
  assert_string_equal(made->reject_reason, "");
}

static const Sell__ListMarketEstimatesResponse *listed(struct pillar_fixture *f, const struct principal *who,
                                                       const char *p, const char *more) {
  return json_call(f, who, SERVICE "ListMarketEstimates", "{\"parent\": \"%s\"%s}", p, more);
}

static void lists_filter_and_page(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "market-lists", "orvane-global");
  for (int i = 1; i <= 5; i++)
    propose(f, i == 3 ? f->partner : f->manager, p, arena_printf(pillar_arena(f), "n%d", i), "2026-01", i);
  json_call(f, f->partner, SERVICE "AgreeMarketEstimate", "{\"name\": \"%s/marketEstimates/n4\"}", p);
  const Sell__ListMarketEstimatesResponse *page = listed(f, f->partner_viewer, p, ", \"pageSize\": 3");
  assert_int_equal(page->n_market_estimates, 3);
  for (int i = 0; i < 3; i++)
    assert_int_equal(page->market_estimates[i]->version, 5 - i);
  const char *token = page->next_page_token;
  page = listed(f, f->partner_viewer, p,
                arena_printf(pillar_arena(f), ", \"pageSize\": 3, \"pageToken\": \"%s\"", token));
  assert_int_equal(page->n_market_estimates, 2);
  assert_string_equal(page->next_page_token, "");
  json_refused(f, f->viewer, REASON_PAGE_TOKEN_INVALID, SERVICE "ListMarketEstimates",
               "{\"parent\": \"%s\", \"pageToken\": \"%s\"}", p, token);
  page = listed(f, f->viewer, p, ", \"state\": \"STATE_AGREED\"");
  assert_int_equal(page->n_market_estimates, 1);
  assert_int_equal(page->market_estimates[0]->version, 4);
  page = listed(f, f->viewer, p, ", \"proposingParty\": \"PARTY_PARTNER\"");
  assert_int_equal(page->n_market_estimates, 1);
  assert_int_equal(page->market_estimates[0]->version, 3);
  page = listed(f, f->viewer, p, ", \"proposingParty\": \"PARTY_VENDOR\", \"state\": \"STATE_PROPOSED\"");
  assert_int_equal(page->n_market_estimates, 3);
}

/* ---- the share ---- */

#define SHARE                                                                                                \
  "{\"name\": \"%s/marketShare\", \"period\": {\"startTime\": \"%s-01T00:00:00Z\", \"endTime\": "            \
  "\"%s-01T00:00:00Z\"}}"

static const Sell__MarketShare *share(struct pillar_fixture *f, const struct principal *who, const char *p) {
  return json_call(f, who, "MarketShareService/GetMarketShare", SHARE, p, "2024-07", "2026-07");
}

static const char *win(struct pillar_fixture *f, const char *p, const char *id, const char *close,
                       long long amount_minor) {
  const char *name = arena_printf(pillar_arena(f), "%s/opportunities/%s", p, id);
  json_call(
      f, f->manager, "OpportunityService/CreateOpportunity",
      "{\"parent\": \"%s\", \"opportunityId\": \"%s\", \"opportunity\": {\"engagement\": "
      "\"ENGAGEMENT_JOINT\", \"customer\": {\"account\": \"%s\"}, \"solution\": \"x\", \"amount\": "
      "{\"currencyCode\": \"USD\", \"amountMinor\": \"%lld\"}, \"openTime\": \"2022-01-01T00:00:00Z\"}}",
      p, id, id, amount_minor);
  json_call(f, f->manager, "OpportunityService/WinOpportunity", "{\"name\": \"%s\", \"closeTime\": \"%s\"}",
            name, close);
  return name;
}

/* By hand: 60 of 10,000 in the year before July 2024, 250 of 12,500 in the year before July 2026. */
static void share_is_what_was_won_of_what_is_agreed(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "market-share", "orvane-global");
  assert_int_equal(share(f, f->viewer, p)->status, NO_DATA);
  win(f, p, "before", "2023-06-30T23:59:59Z", 7777); /* before the first trailing year */
  win(f, p, "first", "2023-07-01T00:00:00Z", 40);
  win(f, p, "second", "2024-06-30T23:59:59Z", 20);
  win(f, p, "between", "2024-07-01T00:00:00Z", 8888);
  win(f, p, "third", "2025-07-01T00:00:00Z", 250);
  win(f, p, "present", "2026-07-01T00:00:00Z", 9999); /* after the last */
  const char *undone = win(f, p, "undone", "2026-01-01T00:00:00Z", 5000);
  agreed(f, p, "start", "2024-01", 10000);
  const Sell__MarketShare *found = share(f, f->viewer, p);
  assert_int_equal(found->status, OK); /* one estimate holds at both ends */
  assert_int_equal(found->end->share->numerator, 5250);
  assert_string_equal(found->end->estimate, found->start->estimate);
  json_call(f, f->manager, "OpportunityService/ReverseOpportunity",
            "{\"name\": \"%s\", \"reason\": \"the customer gave it back\"}", undone);
  agreed(f, p, "wrong", "2026-07", 1000);
  agreed(f, p, "end", "2026-07", 12500); /* in place of the wrong one */
  agreed(f, p, "later", "2026-08", 99);
  propose(f, f->manager, p, "proposed", "2026-06", 1); /* only what is agreed counts */
  const struct principal *const both[] = {f->viewer, f->partner_viewer};
  for (size_t i = 0; i < 2; i++) {
    found = share(f, both[i], p);
    assert_int_equal(found->status, OK);
    assert_int_equal(found->start->share->numerator, 60);
    assert_int_equal(found->start->share->denominator, 10000);
    assert_int_equal(found->start->share->basis_points, 60);
    assert_int_equal(found->end->share->numerator, 250);
    assert_int_equal(found->end->share->basis_points, 200);
    assert_int_equal(found->change_bps, 140);
    assert_int_equal(found->end->estimate_version, 3);
    assert_string_equal(found->end->estimate, arena_printf(pillar_arena(f), "%s/marketEstimates/end", p));
    assert_string_equal(found->counter, "won_amount.joint.USD");
  }
  json_refused(f, f->stranger, REASON_ACCESS_DENIED, "MarketShareService/GetMarketShare", SHARE, p, "2024-07",
               "2026-07");
  json_refused(f, f->manager, REASON_PARTNERSHIP_UNKNOWN, "MarketShareService/GetMarketShare", SHARE,
               "vendors/halden/partnerships/unheard-of", "2024-07", "2026-07");
  json_refused(f, f->manager, REASON_INVALID_REQUEST, "MarketShareService/GetMarketShare", SHARE, p,
               "2024-08", "2026-07");
  json_refused(f, f->manager, REASON_INVALID_REQUEST, "MarketShareService/GetMarketShare", SHARE, p,
               "2024-08", "2026-08");
}

/* What was known then: before a win, its reversal, and an estimate that takes another's place; always the
 * same. */
static void share_as_of_an_earlier_time(void **state) {
  struct pillar_fixture *f = *state;
  struct arena *arena = pillar_arena(f);
  const char *p = pillar_partnership(f, "share-as-of", "orvane-global");
  enum { STEPS = 5 };
  int64_t times_us[STEPS];
  const int64_t revenue[STEPS] = {0, 250, 250, 250, 0}, market[STEPS] = {0, 0, 1000, 1250, 1250};
  const char *won = NULL;
  for (int i = 0; i < STEPS; i++) {
    if (i == 1)
      won = win(f, p, "won", "2026-01-01T00:00:00Z", 250);
    if (i == 2)
      agreed(f, p, "first", "2024-01", 1000);
    if (i == 3)
      agreed(f, p, "second", "2024-01", 1250); /* in place of the first */
    if (i == 4)
      json_call(f, f->manager, "OpportunityService/ReverseOpportunity",
                "{\"name\": \"%s\", \"reason\": \"the customer gave it back\"}", won);
    const Sell__MarketShare *now = share(f, f->viewer, p);
    times_us[i] = i ? moment_us(now->record_time) : fixture_now(f->server);
    fixture_set_now(f->server, fixture_now(f->server) + 60000000);
  }
  const struct principal *const both[] = {f->viewer, f->partner_viewer};
  for (int i = 0; i < STEPS; i++)
    for (size_t k = 0; k < 2; k++) {
      const Sell__MarketShare *then = json_call(
          f, both[k], "MarketShareService/GetMarketShare",
          "{\"name\": \"%s/marketShare\", \"period\": {\"startTime\": \"2024-07-01T00:00:00Z\", \"endTime\": "
          "\"2026-07-01T00:00:00Z\"}, \"asOf\": \"%s\"}",
          p, moment_text(arena, times_us[i]));
      assert_int_equal(then->end->share->numerator, revenue[i]);
      assert_int_equal(then->end->share->denominator, market[i]);
      assert_int_equal(then->status, market[i] ? OK : NO_DATA);
      if (i)
        assert_int_equal(moment_us(then->record_time), times_us[i]);
    }
  json_refused(
      f, f->viewer, REASON_INVALID_REQUEST, "MarketShareService/GetMarketShare",
      "{\"name\": \"%s/marketShare\", \"period\": {\"startTime\": \"2024-07-01T00:00:00Z\", \"endTime\": "
      "\"2026-07-01T00:00:00Z\"}, \"asOf\": \"2026-06-30T00:00:00Z\"}",
      p);
}

/* ---- many at once ---- */

enum { RIVALS = 16 };
struct race {
  struct pillar_fixture *f;
  const char *partnership, *names[RIVALS];
  int agreed, late;
  bool versions[RIVALS + 1];
};

static void propose_one(struct server_fixture *server, size_t index, void *context) {
  struct race *race = context;
  struct arena *arena = fixture_arena(server);
  Sell__CreateMarketEstimateRequest *request = arena_new(arena, Sell__CreateMarketEstimateRequest);
  Sell__MarketEstimate *estimate = arena_new(arena, Sell__MarketEstimate), *answer;
  sell__create_market_estimate_request__init(request);
  sell__market_estimate__init(estimate);
  request->parent = (char *)race->partnership;
  request->market_estimate = estimate;
  estimate->amount = usd(race->f, 500 + (int64_t)index);
  estimate->effective_time = pillar_time(race->f, "2026-01-01");
  estimate->source = (char *)"Northlight Research";
  struct client_call call = fixture_client_call(
      server, arena, "/entente.sell.v1.MarketEstimateService/CreateMarketEstimate", request);
  call.response = &sell__market_estimate__descriptor;
  const struct status *status = client_call(fixture_channel(server), &call, &answer);
  if (status || answer->version < 1 || answer->version > RIVALS)
    return;
  race->versions[answer->version] = true;
  race->names[answer->version - 1] = arena_strdup(arena, answer->name);
}

static void agree_one(struct server_fixture *server, size_t index, void *context) {
  struct race *race = context;
  struct arena *arena = fixture_arena(server);
  Sell__AgreeMarketEstimateRequest *request = arena_new(arena, Sell__AgreeMarketEstimateRequest);
  Sell__MarketEstimate *answer;
  sell__agree_market_estimate_request__init(request);
  request->name = (char *)race->names[index];
  struct client_call call = fixture_client_call(
      server, arena, "/entente.sell.v1.MarketEstimateService/AgreeMarketEstimate", request);
  call.response = &sell__market_estimate__descriptor;
  const struct status *status = client_call(fixture_channel(server), &call, &answer);
  if (!status)
    race->agreed++;
  else if (strcmp(status->reason, REASON_GUARD_UNMET) == 0)
    race->late++;
  else
    print_error("agreeing was refused: %s\n", status->reason);
}

/* Whoever comes first: each version is given once, and of all that are agreed for one time one holds. */
static void many_at_once_leave_one_that_holds(void **state) {
  struct pillar_fixture *f = *state;
  struct race race = {.f = f, .partnership = pillar_partnership(f, "market-race", "orvane-global")};
  fixture_as(f->server, f->manager);
  fixture_fibers(f->server, RIVALS, propose_one, &race);
  for (int version = 1; version <= RIVALS; version++)
    assert_true(race.versions[version]);
  fixture_as(f->server, f->partner);
  fixture_fibers(f->server, RIVALS, agree_one, &race);
  assert_true(race.agreed >= 1);
  assert_int_equal(race.agreed + race.late, RIVALS);
  const Sell__ListMarketEstimatesResponse *page =
      listed(f, f->viewer, race.partnership, ", \"state\": \"STATE_AGREED\"");
  assert_int_equal(page->n_market_estimates, 1);
  assert_int_equal(page->market_estimates[0]->version, RIVALS); /* nothing is later than the last */
  page = listed(f, f->viewer, race.partnership, ", \"state\": \"STATE_SUPERSEDED\"");
  assert_int_equal(page->n_market_estimates, race.agreed - 1);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_proposes_and_the_other_agrees),
      cmocka_unit_test(an_earlier_version_comes_too_late),
      cmocka_unit_test(access_follows_the_contract),
      cmocka_unit_test(replays_and_etags),
      cmocka_unit_test(bad_input_is_told_whole),
      cmocka_unit_test(what_the_service_sets_is_dropped),
      cmocka_unit_test(lists_filter_and_page),
      cmocka_unit_test(share_is_what_was_won_of_what_is_agreed),
      cmocka_unit_test(share_as_of_an_earlier_time),
      cmocka_unit_test(many_at_once_leave_one_that_holds),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
