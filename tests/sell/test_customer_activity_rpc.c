/* Customer activities over the wire: both parties, access, replays, etags, pages, the ledger and counters. */
#include "sell/json_call.h"
#include "sell/service_fixture.h"
#include "support/check.h"

#include "runtime/base/timestamp.h"

#include "entente/sell/v1/customer_activity_service.pb-c.h"

#include <string.h>

#define SERVICE "CustomerActivityService/"
#define STATE(name) SELL__CUSTOMER_ACTIVITY__STATE__STATE_##name
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define JOINT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
#define INDEPENDENT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT
#define WHY "\"reason\": \"nobody of ours has heard of it\""
#define NAMED "{\"name\": \"%s\"}"

static const Sell__CustomerActivity *plan(struct pillar_fixture *f, const struct principal *who,
                                          const char *parent, const char *id) {
  return json_call(
      f, who, SERVICE "CreateCustomerActivity",
      "{\"parent\": \"%s\", \"customerActivityId\": \"%s\", \"customerActivity\": {\"kind\": "
      "\"KIND_DISCOVERY_WORKSHOP\", \"title\": \"Triage at %s\", \"account\": \"Zürich Clinic\", "
      "\"country\": \"CH\", \"scheduleTime\": \"2026-06-20T09:00:00Z\"}}",
      parent, id, id);
}

static const Sell__CustomerActivity *hold(struct pillar_fixture *f, const struct principal *who,
                                          const char *name, const char *when) {
  return json_call(f, who, SERVICE "HoldCustomerActivity",
                   "{\"name\": \"%s\", \"holdTime\": \"%sT09:00:00Z\", \"summary\": \"Three wards were gone "
                   "through\", \"attendeeCount\": 5, \"evidence\": \"https://minutes.example/7\", "
                   "\"nextStep\": \"A demonstration on site\"}",
                   name, when);
}

/* Held and acknowledged activities of the partner in a month, as hundreds and ones; seen alike by both. */
static int64_t counted(struct pillar_fixture *f, const char *p, const char *month) {
  int64_t sums[2];
  for (int who = 0; who < 2; who++) {
    const struct principal *as = who ? f->partner_viewer : f->viewer;
    sums[who] = 100 * pillar_counter(f, as, p, month, "customer_activities.held", PARTNER) +
                pillar_counter(f, as, p, month, "customer_activities.acknowledged", PARTNER);
  }
  assert_int_equal(sums[0], sums[1]);
  return sums[0];
}

static void counts_once_the_other_acknowledges(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "ca-life", "orvane-global");
  const Sell__CustomerActivity *planned = plan(f, f->partner, p, "one");
  const char *name = planned->name;
  assert_int_equal(planned->owner, PARTNER);
  assert_int_equal(planned->state, STATE(PLANNED));
  assert_null(planned->hold_time);
  json_refused(f, f->administrator, REASON_INVALID_STATE, SERVICE "AcknowledgeCustomerActivity", NAMED, name);
  json_refused(f, f->manager, "OTHER_PARTY", SERVICE "HoldCustomerActivity",
               "{\"name\": \"%s\", \"summary\": \"We were there too\"}", name);
  assert_int_equal(hold(f, f->partner, name, "2026-06-20")->attendee_count, 5);
  assert_int_equal(counted(f, p, "2026-06"), 100);
  json_refused(f, f->partner, "OTHER_PARTY", SERVICE "AcknowledgeCustomerActivity", NAMED, name);
  const Sell__CustomerActivity *disputed =
      json_call(f, f->manager, SERVICE "DisputeCustomerActivity", "{\"name\": \"%s\", " WHY "}", name);
  assert_int_equal(disputed->dispute_count, 1);
  assert_int_equal(counted(f, p, "2026-06"), 0);
  json_call(f, f->partner, SERVICE "UpdateCustomerActivity",
            "{\"customerActivity\": {\"name\": \"%s\", \"kind\": \"KIND_FIRST_MEETING\", \"title\": \"x\"}, "
            "\"updateMask\": \"kind\"}",
            name);
  const Sell__CustomerActivity *held = hold(f, f->partner, name, "2026-05-11"); /* it was another day */
  assert_int_equal(held->kind, SELL__CUSTOMER_ACTIVITY__KIND__KIND_FIRST_MEETING);
  assert_string_equal(held->title, "Triage at one");
  assert_int_equal(counted(f, p, "2026-06"), 0);
  assert_int_equal(counted(f, p, "2026-05"), 100);
  json_call(f, f->administrator, SERVICE "AcknowledgeCustomerActivity", NAMED, name);
  assert_int_equal(counted(f, p, "2026-05"), 101);
  json_refused(f, f->partner, REASON_INVALID_STATE, SERVICE "CancelCustomerActivity",
               "{\"name\": \"%s\", " WHY "}", name);
  json_refused(f, f->partner, "OTHER_PARTY", SERVICE "ReverseCustomerActivity", "{\"name\": \"%s\", " WHY "}",
               name);
  const Sell__CustomerActivity *reversed =
      json_call(f, f->administrator, SERVICE "ReverseCustomerActivity", "{\"name\": \"%s\", " WHY "}", name);
  assert_int_equal(reversed->state, STATE(REVERSED));
  assert_non_null(reversed->acknowledge_time);
  assert_int_equal(counted(f, p, "2026"), 0);
}

static void each_step_is_recorded_once(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "ca-ledger", "orvane-global");
  const char *name = plan(f, f->manager, p, "one")->name;
  hold(f, f->manager, name, "2026-06-20");
  json_call(f, f->partner, SERVICE "DisputeCustomerActivity", "{\"name\": \"%s\", " WHY "}", name);
  hold(f, f->manager, name, "2026-06-21");
  json_call(f, f->partner, SERVICE "AcknowledgeCustomerActivity", NAMED, name);
  json_call(f, f->partner, SERVICE "ReverseCustomerActivity", "{\"name\": \"%s\", " WHY "}", name);
  json_call(f, f->manager, SERVICE "CancelCustomerActivity", "{\"name\": \"%s\", " WHY "}",
            plan(f, f->manager, p, "two")->name);
  static const struct {
    const char *type;
    size_t deltas;
  } expected[] = {
      {"customer_activity.planned", 0},      {"customer_activity.held", 1},
      {"customer_activity.disputed", 1},     {"customer_activity.held", 1},
      {"customer_activity.acknowledged", 1}, {"customer_activity.reversed", 2},
      {"customer_activity.planned", 0},      {"customer_activity.cancelled", 0},
  };
  const struct principal *const readers[] = {f->viewer, f->partner_viewer};
  for (size_t who = 0; who < 2; who++) {
    Ledger__LedgerEntry **entries;
    assert_int_equal(pillar_entries(f, readers[who], p, &entries), sizeof expected / sizeof *expected);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
      assert_string_equal(entries[i]->type, expected[i].type);
      assert_int_equal(entries[i]->n_deltas, expected[i].deltas);
      assert_string_equal(entries[i]->payload_type, "entente.sell.v1.CustomerActivity");
    }
    assert_int_equal(timestamp_us(entries[1]->occur_time, 0),
                     timestamp_us(pillar_time(f, "2026-06-20"), 0) + INT64_C(9) * 3600 * 1000000);
  }
}

/* What is hidden, what is elsewhere and what does not exist are refused in the same words. */
static void what_it_names_is_seen_by_both(void **state) {
  struct pillar_fixture *f = *state;
  struct arena *arena = pillar_arena(f);
  const char *p = pillar_partnership(f, "ca-names", "orvane-global");
  const char *joint = sell_open(f, f->manager, p, JOINT, "ca-joint")->name;
  const char *own = sell_open(f, f->manager, p, INDEPENDENT, "ca-own")->name;
  const char *elsewhere = sell_open(f, f->manager, ORVANE, JOINT, "ca-elsewhere")->name;
  static const char request[] =
      "{\"parent\": \"%s\", \"customerActivity\": {\"kind\": \"KIND_BUSINESS_CASE\", \"title\": \"a\", "
      "\"%s\": \"%s\"}}";
  const char *const unseen[] = {own, elsewhere, arena_printf(arena, "%s/opportunities/nil", p)};
  const char *words = NULL;
  for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++) {
    const struct status *status =
        json_refused(f, f->partner, REASON_INVALID_REQUEST, SERVICE "CreateCustomerActivity", request, p,
                     "opportunity", unseen[i]);
    assert_int_equal(violation_count(status), 1);
    assert_string_equal(status->violations->reason, "RESOURCE_NOT_FOUND");
    if (words)
      assert_string_equal(status->violations->description, words);
    words = status->violations->description;
  }
  const Sell__CustomerActivity *made =
      json_call(f, f->partner, SERVICE "CreateCustomerActivity", request, p, "opportunity", joint);
  assert_string_equal(made->opportunity, joint);
  json_call(f, f->manager, "TargetAccountService/CreateTargetAccount",
            "{\"parent\": \"%s\", \"targetAccountId\": \"northgate\", \"targetAccount\": {\"account\": "
            "\"Northgate\", \"leadParty\": \"PARTY_PARTNER\"}}",
            p);
  const char *account = arena_printf(arena, "%s/targetAccounts/northgate", p);
  json_refused(f, f->partner, REASON_INVALID_REQUEST, SERVICE "CreateCustomerActivity", request, ORVANE,
               "targetAccount", account);
  const char *about =
      ((const Sell__CustomerActivity *)json_call(f, f->partner, SERVICE "CreateCustomerActivity", request, p,
                                                 "targetAccount", account))
          ->name;
  const Sell__ListCustomerActivitiesResponse *page =
      json_call(f, f->viewer, SERVICE "ListCustomerActivities",
                "{\"parent\": \"%s\", \"targetAccount\": \"%s\"}", p, account);
  assert_int_equal(page->n_customer_activities, 1);
  assert_string_equal(page->customer_activities[0]->name, about);
  page = json_call(f, f->viewer, SERVICE "ListCustomerActivities",
                   "{\"parent\": \"%s\", \"targetAccount\": \"%s\"}", ORVANE, account);
  assert_int_equal(page->n_customer_activities, 0);
  const struct status *both = json_refused(
      f, f->partner, REASON_INVALID_REQUEST, SERVICE "UpdateCustomerActivity",
      "{\"customerActivity\": {\"name\": \"%s\", \"kind\": \"KIND_OTHER\", \"title\": \"a\", \"account\": "
      "\"Northgate\", \"opportunity\": \"%s\"}}",
      about, own);
  assert_int_equal(violation_count(both), 2);
}

static void access_follows_the_contract(void **state) {
  struct pillar_fixture *f = *state;
  const char *name = plan(f, f->partner, ORVANE, "ca-access")->name;
  const struct principal *const others[] = {f->stranger, f->foreigner};
  for (size_t i = 0; i < 2; i++) {
    json_refused(f, others[i], REASON_ACCESS_DENIED, SERVICE "GetCustomerActivity", NAMED, name);
    json_refused(f, others[i], REASON_ACCESS_DENIED, SERVICE "ListCustomerActivities", "{\"parent\": \"%s\"}",
                 ORVANE);
  }
  json_refused(f, f->partner_viewer, REASON_ACCESS_DENIED, SERVICE "CancelCustomerActivity",
               "{\"name\": \"%s\", " WHY "}", name);
  hold(f, f->partner, name, "2026-06-20");
  json_refused(f, f->manager, REASON_ACCESS_DENIED, SERVICE "AcknowledgeCustomerActivity", NAMED, name);
  const Sell__CustomerActivity *seen[] = {
      json_call(f, f->viewer, SERVICE "GetCustomerActivity", NAMED, name),
      json_call(f, f->partner_viewer, SERVICE "GetCustomerActivity", NAMED, name)};
  assert_string_equal(seen[0]->summary, seen[1]->summary);
  assert_string_equal(seen[0]->etag, seen[1]->etag);
  json_refused(f, f->partner, REASON_NOT_FOUND, SERVICE "GetCustomerActivity",
               "{\"name\": \"" ORVANE "/customerActivities/none\"}");
  json_refused(f, f->manager, REASON_PARTNERSHIP_UNKNOWN, SERVICE "CreateCustomerActivity",
               "{\"parent\": \"vendors/halden/partnerships/unheard-of\", \"customerActivity\": {\"kind\": "
               "\"KIND_OTHER\", \"title\": \"a\", \"account\": \"a\"}}");
}

static void replays_etags_and_updates(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "ca-update", "orvane-global");
  static const char update[] =
      "{\"customerActivity\": {\"name\": \"%s\", \"etag\": %s, \"title\": \"%s\", \"kind\": "
      "\"KIND_OTHER\"}, \"updateMask\": \"title\", \"requestId\": \"%s\"}";
  const Sell__CustomerActivity *made = plan(f, f->manager, p, "one");
  json_refused(f, f->partner, "OTHER_PARTY", SERVICE "UpdateCustomerActivity", update, made->name, "\"\"",
               "Theirs", "u-0");
  const Sell__CustomerActivity *after, *again;
  after = json_call(f, f->manager, SERVICE "UpdateCustomerActivity", update, made->name,
                    json_text(f, made->etag), "On site", "u-1");
  assert_string_equal(after->title, "On site");
  assert_int_equal(after->kind, made->kind);
  again = json_call(f, f->manager, SERVICE "UpdateCustomerActivity", update, made->name,
                    json_text(f, made->etag), "On site", "u-1");
  assert_string_equal(again->etag, after->etag);
  json_refused(f, f->manager, REASON_REQUEST_ID_REUSED, SERVICE "UpdateCustomerActivity", update, made->name,
               json_text(f, made->etag), "Elsewhere", "u-1");
  json_refused(f, f->manager, REASON_ETAG_MISMATCH, SERVICE "UpdateCustomerActivity", update, made->name,
               json_text(f, made->etag), "Elsewhere", "u-2");
  Ledger__LedgerEntry **entries;
  size_t before = pillar_entries(f, f->manager, p, &entries);
  json_call(f, f->manager, SERVICE "UpdateCustomerActivity", update, made->name, "\"\"", "On site", "u-3");
  assert_int_equal(pillar_entries(f, f->manager, p, &entries), before); /* it was so already */
  hold(f, f->manager, made->name, "2026-06-20");
  json_refused(f, f->manager, REASON_INVALID_STATE, SERVICE "UpdateCustomerActivity", update, made->name,
               "\"\"", "Later", "u-4");
  for (int i = 0; i < 2; i++)
    json_call(f, f->partner, SERVICE "AcknowledgeCustomerActivity",
              "{\"name\": \"%s\", \"requestId\": \"a-1\"}", made->name);
  assert_int_equal(pillar_counter(f, f->partner, p, "2026-06", "customer_activities.acknowledged", VENDOR),
                   1);
  json_refused(f, f->partner, REASON_ETAG_MISMATCH, SERVICE "ReverseCustomerActivity",
               "{\"name\": \"%s\", \"etag\": %s, " WHY "}", made->name, json_text(f, made->etag));
}

static void bad_input_is_told_whole(void **state) {
  struct pillar_fixture *f = *state;
  const struct status *status =
      json_refused(f, f->manager, REASON_INVALID_REQUEST, SERVICE "CreateCustomerActivity",
                   "{\"parent\": \"%s\", \"customerActivityId\": \"Not An Id\", \"customerActivity\": "
                   "{\"country\": \"Swiss\", \"opportunity\": \"not a name\"}}",
                   ORVANE);
  assert_int_equal(violation_count(status), 5); /* id, country, opportunity; kind and title are missing */
  plan(f, f->manager, ORVANE, "ca-taken");
  json_refused(f, f->manager, REASON_ALREADY_EXISTS, SERVICE "CreateCustomerActivity",
               "{\"parent\": \"%s\", \"customerActivityId\": \"ca-taken\", \"customerActivity\": {\"kind\": "
               "\"KIND_OTHER\", \"title\": \"a\", \"account\": \"a\"}}",
               ORVANE);
  status = json_refused(f, f->manager, REASON_INVALID_REQUEST, SERVICE "HoldCustomerActivity",
                        "{\"name\": \"" ORVANE "/customerActivities/ca-taken\", \"summary\": \"short\", "
                        "\"attendeeCount\": -1}");
  assert_int_equal(violation_count(status), 2);
  json_refused(f, f->manager, REASON_INVALID_REQUEST, SERVICE "HoldCustomerActivity",
               "{\"name\": \"" ORVANE "/customerActivities/ca-taken\", \"summary\": \"Three wards were gone "
               "through\", \"holdTime\": \"2027-06-20T09:00:00Z\"}");
  json_refused(f, f->manager, REASON_INVALID_REQUEST, SERVICE "CancelCustomerActivity",
               "{\"name\": \"" ORVANE "/customerActivities/ca-taken\", \"reason\": \"short\"}");
}

static size_t listed(struct pillar_fixture *f, const char *p, const char *filters) {
  const Sell__ListCustomerActivitiesResponse *page =
      json_call(f, f->partner_viewer, SERVICE "ListCustomerActivities", "{\"parent\": \"%s\"%s}", p, filters);
  return page->n_customer_activities;
}

static void lists_filter_and_page(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "ca-lists", "orvane-global");
  static const char *const days[] = {"2026-05-31", "2026-06-01", "2026-06-30"};
  for (int i = 0; i < 6; i++) {
    fixture_set_now(f->server, fixture_now(f->server) + 1000000);
    const struct principal *who = i < 4 ? f->partner : f->manager;
    const char *name = plan(f, who, p, arena_printf(pillar_arena(f), "n%d", i))->name;
    if (i < 3)
      hold(f, who, name, days[i]);
  }
  static const struct {
    const char *filters;
    size_t count;
  } cases[] = {
      {"", 6},
      {", \"state\": \"STATE_HELD\"", 3},
      {", \"state\": \"STATE_PLANNED\", \"owner\": \"PARTY_PARTNER\"", 1},
      {", \"owner\": \"PARTY_VENDOR\"", 2},
      {", \"kind\": \"KIND_DISCOVERY_WORKSHOP\"", 6},
      {", \"kind\": \"KIND_BUSINESS_CASE\"", 0},
      {", \"text\": \"zurich\"", 6},
      {", \"text\": \"DEMONSTRATION\"", 3},
      {", \"text\": \"at n3\"", 1},
      {", \"holdFrom\": \"2026-06-01T09:00:00Z\"", 2},
      {", \"holdBefore\": \"2026-06-01T09:00:00Z\"", 1},
      {", \"holdFrom\": \"2026-06-01T00:00:00Z\", \"holdBefore\": \"2026-06-02T00:00:00Z\"", 1},
      {", \"opportunity\": \"" ORVANE "/opportunities/none\"", 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(listed(f, p, cases[i].filters), cases[i].count);
  const Sell__ListCustomerActivitiesResponse *page =
      json_call(f, f->viewer, SERVICE "ListCustomerActivities", "{\"parent\": \"%s\", \"pageSize\": 4}", p);
  assert_int_equal(page->n_customer_activities, 4);
  assert_string_equal(strrchr(page->customer_activities[0]->name, '/'), "/n5");
  const char *token = page->next_page_token;
  plan(f, f->partner, p, "newer"); /* does not move the next page */
  page = json_call(f, f->viewer, SERVICE "ListCustomerActivities",
                   "{\"parent\": \"%s\", \"pageToken\": \"%s\"}", p, token);
  assert_int_equal(page->n_customer_activities, 2);
  assert_string_equal(page->next_page_token, "");
  json_refused(f, f->partner, REASON_PAGE_TOKEN_INVALID, SERVICE "ListCustomerActivities",
               "{\"parent\": \"%s\", \"pageToken\": \"%s\"}", p, token);
  json_refused(f, f->viewer, REASON_PAGE_TOKEN_INVALID, SERVICE "ListCustomerActivities",
               "{\"parent\": \"%s\", \"pageToken\": \"%s\", \"holdFrom\": \"2026-06-01T00:00:00Z\"}", p,
               token);
}

/* Half of them acknowledge, half dispute: one is heard, the others are told that it is decided. */
enum { RIVALS = 24 };
struct race {
  const char *name;
  size_t acknowledged, disputed, late;
};

static void decide_one(struct server_fixture *server, size_t index, void *context) {
  struct race *race = context;
  struct arena *arena = fixture_arena(server);
  Sell__AcknowledgeCustomerActivityRequest acknowledge = SELL__ACKNOWLEDGE_CUSTOMER_ACTIVITY_REQUEST__INIT;
  Sell__DisputeCustomerActivityRequest dispute = SELL__DISPUTE_CUSTOMER_ACTIVITY_REQUEST__INIT;
  Sell__CustomerActivity *answer;
  acknowledge.name = dispute.name = (char *)race->name;
  dispute.reason = (char *)"nobody of ours has heard of it";
  bool disputes = index % 2;
  struct client_call call =
      fixture_client_call(server, arena,
                          disputes ? "/entente.sell.v1.CustomerActivityService/DisputeCustomerActivity"
                                   : "/entente.sell.v1.CustomerActivityService/AcknowledgeCustomerActivity",
                          disputes ? (const void *)&dispute : (const void *)&acknowledge);
  call.response = &sell__customer_activity__descriptor;
  const struct status *status = client_call(fixture_channel(server), &call, &answer);
  if (!status)
    (*(disputes ? &race->disputed : &race->acknowledged))++;
  else if (strcmp(status->reason, REASON_INVALID_STATE) == 0)
    race->late++;
}

static void one_of_many_decides(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "ca-race", "orvane-global");
  struct race race = {.name = plan(f, f->manager, p, "contested")->name};
  hold(f, f->manager, race.name, "2026-06-20");
  fixture_as(f->server, f->partner);
  fixture_fibers(f->server, RIVALS, decide_one, &race);
  assert_int_equal(race.acknowledged + race.disputed, 1);
  assert_int_equal(race.late, RIVALS - 1);
  assert_int_equal(pillar_counter(f, f->viewer, p, "2026", "customer_activities.acknowledged", VENDOR),
                   race.acknowledged);
  assert_int_equal(pillar_counter(f, f->viewer, p, "2026", "customer_activities.held", VENDOR),
                   race.acknowledged);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts_once_the_other_acknowledges),
      cmocka_unit_test(each_step_is_recorded_once),
      cmocka_unit_test(what_it_names_is_seen_by_both),
      cmocka_unit_test(access_follows_the_contract),
      cmocka_unit_test(replays_etags_and_updates),
      cmocka_unit_test(bad_input_is_told_whole),
      cmocka_unit_test(lists_filter_and_page),
      cmocka_unit_test(one_of_many_decides),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
