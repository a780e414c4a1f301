/* Target accounts over the wire: both parties, access, replays, etags, pages, the ledger and counters. */
#include "sell/json_call.h"
#include "sell/service_fixture.h"
#include "support/check.h"

#include "entente/sell/v1/target_account_service.pb-c.h"

#include <string.h>

#define SERVICE "TargetAccountService/"
#define STATE(name) SELL__TARGET_ACCOUNT__STATE__STATE_##name
#define UPDATE                                                                                               \
  "{\"targetAccount\": {\"name\": \"%s\", \"etag\": %s, \"rationale\": \"%s\", \"account\": \"no\", "        \
  "\"leadParty\": \"PARTY_VENDOR\"}, \"updateMask\": \"rationale\", \"requestId\": \"%s\"}"
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define JOINT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
#define INDEPENDENT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT

static const Sell__TargetAccount *identify(struct pillar_fixture *f, const struct principal *who,
                                           const char *parent, const char *id) {
  return json_call(f, who, SERVICE "CreateTargetAccount",
                   "{\"parent\": \"%s\", \"targetAccountId\": \"%s\", \"targetAccount\": {\"account\": "
                   "\"Northgate\", \"domain\": \"northgate.example\", \"segment\": \"Healthcare\", "
                   "\"leadParty\": \"PARTY_PARTNER\"}}",
                   parent, id);
}

static const char *won_opportunity(struct pillar_fixture *f, const char *p, const char *id,
                                   Sell__Opportunity__Engagement engagement) {
  const char *name = sell_open(f, f->manager, p, engagement, id)->name;
  json_call(f, f->manager, "OpportunityService/WinOpportunity",
            "{\"name\": \"%s\", \"closeTime\": \"2026-06-20T00:00:00Z\"}", name);
  return name;
}

static void from_identified_to_won_by_both(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "ta-life", "orvane-global");
  const char *name = identify(f, f->partner, p, "northgate")->name;
  const Sell__TargetAccount *account =
      json_call(f, f->manager, SERVICE "ApproachTargetAccount",
                "{\"name\": \"%s\", \"approachTime\": \"2026-05-03T00:00:00Z\"}", name);
  assert_int_equal(account->state, STATE(APPROACHED));
  assert_int_equal(account->owner_party, TYPE__PARTY__PARTY_PARTNER);
  json_call(f, f->partner, SERVICE "EngageTargetAccount",
            "{\"name\": \"%s\", \"engageTime\": \"2026-06-03T00:00:00Z\"}", name);
  account =
      json_call(f, f->partner, SERVICE "WinTargetAccount", "{\"name\": \"%s\", \"opportunity\": \"%s\"}",
                name, won_opportunity(f, p, "triage", JOINT));
  assert_int_equal(account->state, STATE(WON));
  for (int who = 0; who < 2; who++) {
    const struct principal *as = who ? f->partner_viewer : f->viewer;
    assert_int_equal(pillar_counter(f, as, p, "2026-07", "target_accounts.identified", NOBODY), 1);
    assert_int_equal(pillar_counter(f, as, p, "2026-05", "target_accounts.approached", NOBODY), 1);
    assert_int_equal(pillar_counter(f, as, p, "2026-06", "target_accounts.engaged", NOBODY), 1);
    assert_int_equal(pillar_counter(f, as, p, "2026-06", "target_accounts.won", NOBODY), 1);
    assert_int_equal(pillar_counter(f, as, p, "2026", "target_accounts.dropped", NOBODY), 0);
  }
  static const char *const types[] = {"target_account.identified", "target_account.approached",
                                      "target_account.engaged",    "opportunity.opened",
                                      "opportunity.won",           "target_account.won"};
  Ledger__LedgerEntry **entries;
  assert_int_equal(pillar_entries(f, f->partner, p, &entries), sizeof types / sizeof *types);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    assert_string_equal(entries[i]->type, types[i]);
  assert_string_equal(entries[5]->payload_type, "entente.sell.v1.TargetAccount");
  json_refused(f, f->manager, REASON_INVALID_STATE, SERVICE "DropTargetAccount",
               "{\"name\": \"%s\", \"reason\": \"we gave it up\"}", name);
}

/* What is hidden, what is elsewhere and what does not exist are refused in the same words. */
static void no_word_of_what_is_hidden(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "ta-hidden", "orvane-global");
  const char *name = identify(f, f->partner, p, "northgate")->name;
  won_opportunity(f, p, "ours-a", INDEPENDENT);
  won_opportunity(f, CASTELLAN, "ours-b", JOINT);
  const char *const opportunities[] = {
      arena_printf(pillar_arena(f), "%s/opportunities/none-a", p),
      arena_printf(pillar_arena(f), "%s/opportunities/ours-a", p),
      CASTELLAN "/opportunities/ours-b",
  };
  const char *words = NULL;
  for (size_t i = 0; i < sizeof opportunities / sizeof *opportunities; i++) {
    const struct status *status =
        json_refused(f, f->partner, REASON_GUARD_UNMET, SERVICE "WinTargetAccount",
                     "{\"name\": \"%s\", \"opportunity\": \"%s\"}", name, opportunities[i]);
    assert_int_equal(guard_count(status), 1);
    if (words)
      assert_string_equal(status->guards->description, words);
    words = status->guards->description;
  }
}

static void an_activity_shows_the_first_contact(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "ta-shown", "orvane-global");
  const char *name = identify(f, f->partner, p, "northgate")->name;
  json_call(f, f->partner, "CustomerActivityService/CreateCustomerActivity",
            "{\"parent\": \"%s\", \"customerActivityId\": \"lunch\", \"customerActivity\": {\"kind\": "
            "\"KIND_FIRST_MEETING\", \"title\": \"Lunch\", \"targetAccount\": \"%s\"}}",
            p, name);
  const char *activity = arena_printf(pillar_arena(f), "%s/customerActivities/lunch", p);
  static const char approach[] = "{\"name\": \"%s\", \"customerActivity\": \"%s\"}";
  const char *const unfit[] = {activity, ORVANE "/customerActivities/lunch",
                               arena_printf(pillar_arena(f), "%s/customerActivities/none", p)};
  for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++) /* planned only, elsewhere, absent */
    json_refused(f, f->manager, REASON_GUARD_UNMET, SERVICE "ApproachTargetAccount", approach, name,
                 unfit[i]);
  json_call(f, f->partner, "CustomerActivityService/HoldCustomerActivity",
            "{\"name\": \"%s\", \"holdTime\": \"2026-04-02T12:00:00Z\", \"summary\": \"They look for a "
            "partner\"}",
            activity);
  json_refused(f, f->manager, REASON_INVALID_REQUEST, SERVICE "ApproachTargetAccount",
               "{\"name\": \"%s\", \"customerActivity\": \"%s\", \"approachTime\": "
               "\"2026-04-03T12:00:00Z\"}",
               name, activity);
  const Sell__TargetAccount *account =
      json_call(f, f->manager, SERVICE "ApproachTargetAccount", approach, name, activity);
  assert_string_equal(account->approach_activity, activity);
  assert_int_equal(pillar_counter(f, f->viewer, p, "2026-04", "target_accounts.approached", NOBODY), 1);
}

static void access_follows_the_contract(void **state) {
  struct pillar_fixture *f = *state;
  const char *name = identify(f, f->manager, ORVANE, "access")->name;
  const struct principal *const others[] = {f->stranger, f->foreigner};
  for (size_t i = 0; i < 2; i++) {
    json_refused(f, others[i], REASON_ACCESS_DENIED, SERVICE "GetTargetAccount", "{\"name\": \"%s\"}", name);
    json_refused(f, others[i], REASON_ACCESS_DENIED, SERVICE "ListTargetAccounts", "{\"parent\": \"%s\"}",
                 ORVANE);
  }
  json_refused(f, f->viewer, REASON_ACCESS_DENIED, SERVICE "ApproachTargetAccount", "{\"name\": \"%s\"}",
               name);
  json_refused(f, f->partner, REASON_NOT_FOUND, SERVICE "GetTargetAccount",
               "{\"name\": \"" ORVANE "/targetAccounts/none\"}");
  json_refused(f, f->manager, REASON_PARTNERSHIP_UNKNOWN, SERVICE "CreateTargetAccount",
               "{\"parent\": \"vendors/halden/partnerships/unheard-of\", \"targetAccount\": {\"account\": "
               "\"a\", \"leadParty\": \"PARTY_VENDOR\"}}");
}

static void replays_etags_and_updates(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "ta-update", "orvane-global");
  const Sell__TargetAccount *made = identify(f, f->manager, p, "one");
  json_refused(f, f->manager, REASON_ALREADY_EXISTS, SERVICE "CreateTargetAccount",
               "{\"parent\": \"%s\", \"targetAccountId\": \"one\", \"targetAccount\": {\"account\": \"b\", "
               "\"leadParty\": \"PARTY_VENDOR\"}}",
               p);
  const Sell__TargetAccount *after =
      json_call(f, f->partner, SERVICE "UpdateTargetAccount", UPDATE, made->name, json_text(f, made->etag),
                "they asked for us", "r-1");
  assert_string_equal(after->rationale, "they asked for us");
  assert_string_equal(after->account, "Northgate");
  const Sell__TargetAccount *again =
      json_call(f, f->partner, SERVICE "UpdateTargetAccount", UPDATE, made->name, json_text(f, made->etag),
                "they asked for us", "r-1");
  assert_string_equal(again->etag, after->etag);
  json_refused(f, f->partner, REASON_REQUEST_ID_REUSED, SERVICE "UpdateTargetAccount", UPDATE, made->name,
               json_text(f, made->etag), "another", "r-1");
  json_refused(f, f->partner, REASON_ETAG_MISMATCH, SERVICE "UpdateTargetAccount", UPDATE, made->name,
               json_text(f, made->etag), "another", "r-2");
  Ledger__LedgerEntry **entries;
  size_t before = pillar_entries(f, f->manager, p, &entries);
  json_call(f, f->partner, SERVICE "UpdateTargetAccount", UPDATE, made->name, "\"\"", "they asked for us",
            "r-3");
  assert_int_equal(pillar_entries(f, f->manager, p, &entries), before); /* it was so already */
  json_call(f, f->manager, SERVICE "DropTargetAccount",
            "{\"name\": \"%s\", \"reason\": \"they were acquired\"}", made->name);
  json_refused(f, f->manager, REASON_INVALID_STATE, SERVICE "UpdateTargetAccount",
               "{\"targetAccount\": {\"name\": \"%s\", \"account\": \"b\", \"leadParty\": \"PARTY_VENDOR\"}}",
               made->name);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026-07", "target_accounts.dropped", NOBODY), 1);
}

static void bad_input_is_told_whole(void **state) {
  struct pillar_fixture *f = *state;
  const struct status *status =
      json_refused(f, f->manager, REASON_INVALID_REQUEST, SERVICE "CreateTargetAccount",
                   "{\"parent\": \"%s\", \"targetAccountId\": \"Not An Id\", \"targetAccount\": {\"domain\": "
                   "\"no domain\", \"country\": \"Germany\"}}",
                   ORVANE);
  assert_int_equal(violation_count(status), 5); /* id, domain, country; account and lead_party are missing */
  json_refused(f, f->manager, REASON_INVALID_REQUEST, SERVICE "DropTargetAccount",
               "{\"name\": \"" ORVANE "/targetAccounts/a\", \"reason\": \"short\"}");
}

static void lists_filter_and_page(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "ta-lists", "orvane-global");
  for (int i = 0; i < 5; i++) {
    const char *name = identify(f, f->manager, p, arena_printf(pillar_arena(f), "n%d", i))->name;
    if (i == 2)
      json_call(f, f->manager, SERVICE "ApproachTargetAccount", "{\"name\": \"%s\"}", name);
  }
  const Sell__ListTargetAccountsResponse *page =
      json_call(f, f->partner, SERVICE "ListTargetAccounts",
                "{\"parent\": \"%s\", \"state\": \"STATE_APPROACHED\"}", p);
  assert_int_equal(page->n_target_accounts, 1);
  page = json_call(f, f->partner, SERVICE "ListTargetAccounts",
                   "{\"parent\": \"%s\", \"segment\": \"Retail\"}", p);
  assert_int_equal(page->n_target_accounts, 0);
  static const struct {
    const char *filter;
    size_t found;
  } filters[] = {{"\"text\": \"NORTH\"", 5},
                 {"\"text\": \"elsewhere\"", 0},
                 {"\"leadParty\": \"PARTY_VENDOR\"", 0},
                 {"\"leadParty\": \"PARTY_PARTNER\", \"state\": \"STATE_APPROACHED\"", 1}};
  for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
    page = json_call(f, f->partner, SERVICE "ListTargetAccounts", "{\"parent\": \"%s\", %s}", p,
                     filters[i].filter);
    assert_int_equal(page->n_target_accounts, filters[i].found);
  }
  page = json_call(f, f->partner, SERVICE "ListTargetAccounts", "{\"parent\": \"%s\", \"pageSize\": 3}", p);
  assert_int_equal(page->n_target_accounts, 3);
  const char *token = page->next_page_token;
  page = json_call(f, f->partner, SERVICE "ListTargetAccounts",
                   "{\"parent\": \"%s\", \"pageSize\": 3, \"pageToken\": \"%s\"}", p, token);
  assert_int_equal(page->n_target_accounts, 2);
  assert_string_equal(page->next_page_token, "");
  json_refused(f, f->manager, REASON_PAGE_TOKEN_INVALID, SERVICE "ListTargetAccounts",
               "{\"parent\": \"%s\", \"pageToken\": \"%s\"}", p, token);
}

/* Many at once: one of them approaches it, the others are told that it is done. */
struct race {
  struct pillar_fixture *f;
  const char *name;
  int done, late;
};

static void race_one(struct server_fixture *server, size_t index, void *context) {
  struct race *race = context;
  struct arena *arena = fixture_arena(server);
  Sell__ApproachTargetAccountRequest *request = arena_new(arena, Sell__ApproachTargetAccountRequest);
  Sell__TargetAccount *answer;
  (void)index;
  sell__approach_target_account_request__init(request);
  request->name = (char *)race->name;
  struct client_call call = fixture_client_call(
      server, arena, "/entente.sell.v1.TargetAccountService/ApproachTargetAccount", request);
  call.response = &sell__target_account__descriptor;
  const struct status *status = client_call(fixture_channel(server), &call, &answer);
  if (!status)
    race->done++;
  else if (strcmp(status->reason, REASON_INVALID_STATE) == 0)
    race->late++;
}

static void one_of_many_wins_the_race(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "ta-race", "orvane-global");
  struct race race = {f, identify(f, f->manager, p, "contested")->name, 0, 0};
  fixture_as(f->server, f->manager);
  fixture_fibers(f->server, 20, race_one, &race);
  assert_int_equal(race.done, 1);
  assert_int_equal(race.late, 19);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026", "target_accounts.approached", NOBODY), 1);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(from_identified_to_won_by_both),
      cmocka_unit_test(no_word_of_what_is_hidden),
      cmocka_unit_test(an_activity_shows_the_first_contact),
      cmocka_unit_test(access_follows_the_contract),
      cmocka_unit_test(replays_etags_and_updates),
      cmocka_unit_test(bad_input_is_told_whole),
      cmocka_unit_test(lists_filter_and_page),
      cmocka_unit_test(one_of_many_wins_the_race),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
