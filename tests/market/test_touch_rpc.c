#include "market/follow.h"
#include "market/kinds.h"
#include "market/service.h"
#include "market/touch.h"
#include "runtime/base/timestamp.h"
#include "support/check.h"
#include "support/pillar_fixture.h"

#include "entente/market/v1/campaign_service.pb-c.h"
#include "entente/market/v1/touch_service.pb-c.h"
#include "entente/sell/v1/opportunity.pb-c.h"

#include <string.h>

#define TOUCHES "/entente.market.v1.TouchService/"
#define CAMPAIGNS "/entente.market.v1.CampaignService/"
#define STATE(name) MARKET__TOUCH__STATE__STATE_##name
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define JOINT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
#define INDEPENDENT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT

/* ---- what sell tells ---- */

struct told {
  const char *type, *name;
  Sell__Opportunity__Engagement engagement;
  Type__Party private_to;
};

static const struct status *sell_told(struct txn *txn, void *context) {
  const struct told *told = context;
  struct arena *arena = txn_arena(txn);
  Sell__Opportunity opportunity = SELL__OPPORTUNITY__INIT;
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  opportunity.name = (char *)told->name;
  opportunity.engagement = told->engagement;
  entry.name = (char *)ORVANE "/ledgerEntries/1";
  entry.type = (char *)told->type;
  entry.resource = opportunity.name;
  entry.private_to = told->private_to;
  entry.payload_type = (char *)sell__opportunity__descriptor.name;
  entry.payload.len = sell__opportunity__get_packed_size(&opportunity);
  entry.payload.data = arena_alloc(arena, entry.payload.len);
  sell__opportunity__pack(&opportunity, entry.payload.data);
  const struct status *status = sell_apply(NULL, txn, &entry);
  return status ? status : txn_commit(txn, NULL);
}

/* A joint opportunity that sell has told of: its name. */
static const char *joint(struct pillar_fixture *f, const char *partnership, const char *id) {
  struct told told = {"opportunity.opened",
                      arena_printf(pillar_arena(f), "%s/opportunities/%s", partnership, id), JOINT, 0};
  assert_null(fixture_txn(f->server, sell_told, &told));
  return told.name;
}

/* ---- requests ---- */

static Market__RecordTouchRequest *record_of(struct pillar_fixture *f, const char *opportunity) {
  Market__RecordTouchRequest *request = pillar_request(f, &market__record_touch_request__descriptor, ORVANE);
  Market__Touch *touch = arena_new(pillar_arena(f), Market__Touch);
  market__touch__init(touch);
  touch->opportunity = (char *)opportunity;
  touch->kind = MARKET__TOUCH__KIND__KIND_WEBINAR;
  touch->occur_time = pillar_time(f, "2026-05-20T15:00:00Z");
  touch->note = (char *)"Four of their plant managers came";
  request->touch = touch;
  return request;
}

static Market__Touch *recorded(struct pillar_fixture *f, const struct principal *who,
                               const Market__RecordTouchRequest *request) {
  return pillar_call(f, who, TOUCHES "RecordTouch", request);
}

static Market__Touch *got(struct pillar_fixture *f, const struct principal *who, const char *name) {
  return pillar_call(f, who, TOUCHES "GetTouch",
                     pillar_request(f, &market__get_touch_request__descriptor, name));
}

static Market__RetractTouchRequest *retraction(struct pillar_fixture *f, const char *name) {
  Market__RetractTouchRequest *request = pillar_request(f, &market__retract_touch_request__descriptor, name);
  request->reason = (char *)"Another company of that name";
  return request;
}

/* A campaign of the vendor's, OPEN: its name. */
static char *opened_campaign(struct pillar_fixture *f, const char *id) {
  Market__CreateCampaignRequest *request =
      pillar_request(f, &market__create_campaign_request__descriptor, ORVANE);
  Market__Campaign *campaign = arena_new(pillar_arena(f), Market__Campaign);
  market__campaign__init(campaign);
  campaign->title = (char *)"Line planning, live";
  campaign->type = MARKET__CAMPAIGN__TYPE__TYPE_WEBINAR;
  campaign->channel = MARKET__CAMPAIGN__CHANNEL__CHANNEL_VIRTUAL_EVENT;
  campaign->segment = (char *)"Manufacturing, DACH";
  campaign->start_time = pillar_time(f, "2026-05-20");
  campaign->end_time = pillar_time(f, "2026-05-21");
  request->campaign_id = (char *)id;
  request->campaign = campaign;
  Market__Campaign *made = pillar_call(f, f->manager, CAMPAIGNS "CreateCampaign", request);
  pillar_call(f, f->manager, CAMPAIGNS "OpenCampaign",
              pillar_request(f, &market__open_campaign_request__descriptor, made->name));
  return made->name;
}

static int64_t counted(struct pillar_fixture *f, const struct principal *who, const char *month,
                       Type__Party party) {
  return pillar_counter(f, who, ORVANE, month, "touches.recorded", party);
}

/* ---- tests ---- */

static void recorded_read_by_both_and_retracted(void **state) {
  struct pillar_fixture *f = *state;
  Market__RecordTouchRequest *request = record_of(f, joint(f, ORVANE, "triage"));
  int64_t before = counted(f, f->viewer, "2026-05", PARTNER);
  request->touch->campaign = opened_campaign(f, "line-planning");
  Market__Touch *touch = recorded(f, f->partner, request);
  assert_int_equal(touch->state, STATE(RECORDED));
  assert_int_equal(touch->party, PARTNER);
  assert_string_not_equal(touch->actor, "");
  assert_string_equal(got(f, f->viewer, touch->name)->campaign, request->touch->campaign);
  for (int who = 0; who < 2; who++) {
    const struct principal *as = who ? f->partner_viewer : f->viewer;
    assert_int_equal(counted(f, as, "2026-05", PARTNER), before + 1);
    assert_int_equal(counted(f, as, "2026-05", VENDOR), 0);
  }
  Market__RetractTouchRequest *retract = retraction(f, touch->name);
  pillar_refused(f, f->administrator, TOUCHES "RetractTouch", retract, "OTHER_PARTY");
  retract->request_id = (char *)"retract-1";
  Market__Touch *gone = pillar_call(f, f->partner, TOUCHES "RetractTouch", retract);
  Market__Touch *again = pillar_call(f, f->partner, TOUCHES "RetractTouch", retract);
  assert_int_equal(gone->state, STATE(RETRACTED));
  assert_string_equal(gone->etag, again->etag);
  assert_int_equal(counted(f, f->viewer, "2026-05", PARTNER), before); /* in the month where it counted */
  retract->request_id = (char *)"retract-2";
  pillar_refused(f, f->partner, TOUCHES "RetractTouch", retract, REASON_INVALID_STATE);
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, f->viewer, ORVANE, &entries);
  const Ledger__LedgerEntry *first = entries[count - 2], *last = entries[count - 1];
  assert_string_equal(first->type, "touch.recorded");
  assert_int_equal(first->actor_party, PARTNER);
  assert_int_equal(timestamp_us(first->occur_time, 0), timestamp_us(touch->occur_time, 1));
  assert_string_equal(last->type, "touch.retracted");
  assert_int_equal(last->deltas[0]->month, 202605);
  assert_int_equal(last->deltas[0]->amount, -1);
}

/* One that is not there, a party's own, another partnership's: in the same words. */
static void what_is_not_joint_is_not_there(void **state) {
  struct pillar_fixture *f = *state;
  struct told own = {"opportunity.opened", ORVANE "/opportunities/own", INDEPENDENT, VENDOR};
  assert_null(fixture_txn(f->server, sell_told, &own));
  own.private_to = TYPE__PARTY__PARTY_UNSPECIFIED; /* even if an entry were not marked */
  assert_null(fixture_txn(f->server, sell_told, &own));
  const char *const names[] = {ORVANE "/opportunities/absent", own.name, joint(f, CASTELLAN, "theirs")};
  const struct principal *const callers[] = {f->manager, f->partner};
  const char *words = NULL;
  for (size_t i = 0; i < 6; i++) {
    const struct status *status = pillar_refused(f, callers[i % 2], TOUCHES "RecordTouch",
                                                 record_of(f, names[i / 2]), REASON_INVALID_REQUEST);
    assert_int_equal(violation_count(status), 1);
    assert_string_equal(status->violations->field, "touch.opportunity");
    if (words)
      assert_string_equal(status->violations->description, words);
    words = status->violations->description;
  }
}

static void an_own_opportunity_that_becomes_joint_takes_touches(void **state) {
  struct pillar_fixture *f = *state;
  struct told told = {"opportunity.opened", ORVANE "/opportunities/shared", INDEPENDENT, PARTNER};
  assert_null(fixture_txn(f->server, sell_told, &told));
  pillar_refused(f, f->manager, TOUCHES "RecordTouch", record_of(f, told.name), REASON_INVALID_REQUEST);
  told = (struct told){"opportunity.shared", told.name, JOINT, 0};
  assert_null(fixture_txn(f->server, sell_told, &told));
  recorded(f, f->manager, record_of(f, told.name));
  assert_null(fixture_txn(f->server, sell_told, &told)); /* told again, it is known already */
  recorded(f, f->partner, record_of(f, told.name));
}

static const struct status *malformed_told(struct txn *txn, void *context) {
  (void)context;
  Ledger__LedgerEntry entry = LEDGER__LEDGER_ENTRY__INIT;
  entry.name = (char *)ORVANE "/ledgerEntries/1";
  entry.type = (char *)"opportunity.opened";
  entry.payload_type = (char *)"entente.sell.v1.Engagement";
  return sell_apply(NULL, txn, &entry);
}

static void an_entry_that_holds_something_else_stops_the_feed(void **state) {
  struct pillar_fixture *f = *state;
  assert_int_equal(fixture_txn(f->server, malformed_told, NULL)->code, CODE_DATA_LOSS);
}

static void campaigns_are_of_the_partnership_and_took_place(void **state) {
  struct pillar_fixture *f = *state;
  const char *opportunity = joint(f, ORVANE, "campaigns");
  Market__RecordTouchRequest *request = record_of(f, opportunity);
  static const char *const absent[] = {ORVANE "/campaigns/absent", CASTELLAN "/campaigns/line-planning"};
  for (size_t i = 0; i < 2; i++) {
    request->touch->campaign = (char *)absent[i];
    const struct status *status =
        pillar_refused(f, f->manager, TOUCHES "RecordTouch", request, REASON_INVALID_REQUEST);
    assert_string_equal(status->violations->field, "touch.campaign");
  }
  request->touch->campaign = opened_campaign(f, "called-off");
  recorded(f, f->partner, request);
  Market__CancelCampaignRequest *cancel =
      pillar_request(f, &market__cancel_campaign_request__descriptor, request->touch->campaign);
  cancel->reason = (char *)"The speaker is ill";
  pillar_call(f, f->manager, CAMPAIGNS "CancelCampaign", cancel);
  pillar_refused(f, f->partner, TOUCHES "RecordTouch", request, REASON_GUARD_UNMET);
}

static void access_follows_the_contract(void **state) {
  struct pillar_fixture *f = *state;
  Market__RecordTouchRequest *request = record_of(f, joint(f, ORVANE, "access"));
  const char *name = recorded(f, f->manager, request)->name;
  const struct principal *const outsiders[] = {f->stranger, f->foreigner};
  for (size_t i = 0; i < 2; i++) {
    pillar_refused(f, outsiders[i], TOUCHES "GetTouch",
                   pillar_request(f, &market__get_touch_request__descriptor, name), REASON_ACCESS_DENIED);
    pillar_refused(f, outsiders[i], TOUCHES "RecordTouch", request, REASON_ACCESS_DENIED);
    pillar_refused(f, outsiders[i], TOUCHES "ListTouches",
                   pillar_request(f, &market__list_touches_request__descriptor, ORVANE),
                   REASON_ACCESS_DENIED);
    pillar_refused(f, outsiders[i], TOUCHES "RetractTouch", retraction(f, name), REASON_ACCESS_DENIED);
  }
  pillar_refused(f, f->viewer, TOUCHES "RecordTouch", request, REASON_ACCESS_DENIED);
  pillar_refused(f, f->partner_viewer, TOUCHES "RetractTouch", retraction(f, name), REASON_ACCESS_DENIED);
  pillar_refused(f, f->viewer, TOUCHES "GetTouch",
                 pillar_request(f, &market__get_touch_request__descriptor, ORVANE "/touches/absent"),
                 REASON_NOT_FOUND);
  request->parent = (char *)"vendors/halden/partnerships/nowhere";
  pillar_refused(f, f->manager, TOUCHES "RecordTouch", request, REASON_PARTNERSHIP_UNKNOWN);
}

static void bad_input_lists_every_violation(void **state) {
  struct pillar_fixture *f = *state;
  Market__RecordTouchRequest *request = record_of(f, ORVANE);
  request->touch_id = (char *)"Bad Id";
  request->touch->kind = MARKET__TOUCH__KIND__KIND_UNSPECIFIED;
  request->touch->campaign = (char *)"roadshow";
  assert_int_equal(
      violation_count(pillar_refused(f, f->manager, TOUCHES "RecordTouch", request, REASON_INVALID_REQUEST)),
      4);
  request = record_of(f, ORVANE "/opportunities/absent");
  request->touch->campaign = (char *)ORVANE "/campaigns/absent";
  request->touch->occur_time = pillar_time(f, "2126-05-20T15:00:00Z");
  assert_int_equal(
      violation_count(pillar_refused(f, f->manager, TOUCHES "RecordTouch", request, REASON_INVALID_REQUEST)),
      3);
  Market__RetractTouchRequest *retract = retraction(f, ORVANE "/touches/absent");
  retract->reason = (char *)"too short";
  pillar_refused(f, f->manager, TOUCHES "RetractTouch", retract, REASON_INVALID_REQUEST);
}

static void replays_answer_alike_and_versions_are_checked(void **state) {
  struct pillar_fixture *f = *state;
  Market__RecordTouchRequest *request = record_of(f, joint(f, ORVANE, "replay"));
  int64_t before = counted(f, f->viewer, "2026-05", VENDOR);
  request->request_id = (char *)"touch-1";
  request->touch_id = (char *)"mail-4711";
  Market__Touch *first = recorded(f, f->manager, request);
  assert_string_equal(recorded(f, f->manager, request)->etag, first->etag);
  assert_int_equal(counted(f, f->viewer, "2026-05", VENDOR), before + 1);
  request->touch->note = (char *)"Something else";
  pillar_refused(f, f->manager, TOUCHES "RecordTouch", request, REASON_REQUEST_ID_REUSED);
  request->request_id = (char *)"touch-2";
  pillar_refused(f, f->manager, TOUCHES "RecordTouch", request, REASON_ALREADY_EXISTS);
  Market__RetractTouchRequest *retract = retraction(f, first->name);
  retract->etag = (char *)"stale";
  assert_int_equal(pillar_refused(f, f->manager, TOUCHES "RetractTouch", retract, REASON_ETAG_MISMATCH)->code,
                   CODE_ABORTED);
  retract->etag = first->etag;
  pillar_call(f, f->manager, TOUCHES "RetractTouch", retract);
}

/* How many a list has; every one newer than the next. */
static size_t listed(struct pillar_fixture *f, const struct principal *who,
                     Market__ListTouchesRequest *request) {
  size_t count = 0;
  int64_t last_us = INT64_MAX;
  request->page_size = 2;
  request->page_token = (char *)"";
  do {
    Market__ListTouchesResponse *page = pillar_call(f, who, TOUCHES "ListTouches", request);
    assert_true(page->n_touches <= 2);
    for (size_t i = 0; i < page->n_touches; i++) {
      int64_t at_us = timestamp_us(page->touches[i]->occur_time, 0);
      assert_true(at_us <= last_us);
      last_us = at_us;
    }
    count += page->n_touches;
    request->page_token = page->next_page_token;
  } while (*request->page_token);
  return count;
}

static void lists_by_place_party_state_and_time(void **state) {
  struct pillar_fixture *f = *state;
  const char *opportunity = joint(f, ORVANE, "listed"), *other = joint(f, ORVANE, "listed-other");
  char *campaign = opened_campaign(f, "listed");
  Market__ListTouchesRequest *all = pillar_request(f, &market__list_touches_request__descriptor, ORVANE);
  size_t before = listed(f, f->viewer, all);
  const char *retracted = NULL;
  for (int i = 0; i < 6; i++) {
    Market__RecordTouchRequest *request = record_of(f, i < 4 ? opportunity : other);
    request->touch->occur_time =
        pillar_time(f, arena_printf(pillar_arena(f), "2025-03-%02dT08:00:00Z", 10 + i));
    request->touch->campaign = i % 2 ? campaign : request->touch->campaign;
    retracted = recorded(f, i < 2 ? f->partner : f->manager, request)->name;
  }
  pillar_call(f, f->manager, TOUCHES "RetractTouch", retraction(f, retracted));
  const struct {
    const char *opportunity, *campaign;
    Type__Party party;
    Market__Touch__State state;
    const char *start, *end;
    size_t count;
  } rows[] = {
      {opportunity, "", 0, 0, NULL, NULL, 4},
      {opportunity, "", PARTNER, 0, NULL, NULL, 2},
      {other, "", 0, STATE(RECORDED), NULL, NULL, 1},
      {other, "", 0, STATE(RETRACTED), NULL, NULL, 1},
      {"", campaign, 0, 0, NULL, NULL, 3},
      {"", campaign, VENDOR, STATE(RECORDED), NULL, NULL, 1},
      {"", "", 0, 0, "2025-03-11T08:00:00Z", "2025-03-13T08:00:00Z", 2},
      {"", "", VENDOR, 0, "2025-03-11T08:00:00Z", "2025-03-13T08:00:00Z", 1},
      {ORVANE "/opportunities/absent", "", 0, 0, NULL, NULL, 0},
  };
  assert_int_equal(listed(f, f->partner, all), before + 6);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Market__ListTouchesRequest *request =
        pillar_request(f, &market__list_touches_request__descriptor, ORVANE);
    request->opportunity = (char *)rows[i].opportunity;
    request->campaign = (char *)rows[i].campaign;
    request->party = rows[i].party;
    request->state = rows[i].state;
    request->start_time = rows[i].start ? pillar_time(f, rows[i].start) : NULL;
    request->end_time = rows[i].end ? pillar_time(f, rows[i].end) : NULL;
    assert_int_equal(listed(f, i % 2 ? f->viewer : f->partner_viewer, request), rows[i].count);
  }
  all->page_size = 1;
  all->page_token = (char *)"";
  Market__ListTouchesResponse *page = pillar_call(f, f->manager, TOUCHES "ListTouches", all);
  all->page_token = page->next_page_token;
  pillar_refused(f, f->partner, TOUCHES "ListTouches", all, REASON_PAGE_TOKEN_INVALID);
  all->state = STATE(RECORDED);
  pillar_refused(f, f->manager, TOUCHES "ListTouches", all, REASON_PAGE_TOKEN_INVALID);
  all->opportunity = (char *)CASTELLAN "/opportunities/theirs";
  pillar_refused(f, f->manager, TOUCHES "ListTouches", all, REASON_INVALID_REQUEST);
}

enum { RIVALS = 60 };
struct race {
  struct pillar_fixture *f;
  const char *opportunity;
  size_t recorded, refused;
};

static void record_one(struct server_fixture *server, size_t index, void *context) {
  struct race *race = context;
  (void)index;
  const Market__RecordTouchRequest *request = record_of(race->f, race->opportunity);
  struct client_call call =
      fixture_client_call(server, fixture_arena(server), TOUCHES "RecordTouch", request);
  Market__Touch *answer;
  const struct status *status;
  do /* a race lost too often is the caller's to try again */
    status = client_call(fixture_channel(server), &call, &answer);
  while (status && status->code == CODE_ABORTED);
  if (status)
    race->refused += strcmp(status->reason, "LIMIT_REACHED") == 0;
  else
    race->recorded++;
}

static void rivals_never_exceed_the_limit(void **state) {
  struct pillar_fixture *f = *state;
  struct race race = {.f = f, .opportunity = joint(f, ORVANE, "crowded")};
  int64_t before = counted(f, f->viewer, "2026-05", VENDOR);
  fixture_as(f->server, f->manager);
  fixture_fibers(f->server, RIVALS, record_one, &race);
  assert_int_equal(race.recorded, TOUCHES_MAX);
  assert_int_equal(race.refused, RIVALS - TOUCHES_MAX);
  assert_int_equal(counted(f, f->viewer, "2026-05", VENDOR), before + TOUCHES_MAX);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

static int begin(void **state) {
  *state = pillar_start(&(struct pillar){"market", market_services, market_kinds, market_counters});
  return 0;
}

static int end(void **state) {
  pillar_stop(*state);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(recorded_read_by_both_and_retracted),
      cmocka_unit_test(what_is_not_joint_is_not_there),
      cmocka_unit_test(an_own_opportunity_that_becomes_joint_takes_touches),
      cmocka_unit_test(an_entry_that_holds_something_else_stops_the_feed),
      cmocka_unit_test(campaigns_are_of_the_partnership_and_took_place),
      cmocka_unit_test(access_follows_the_contract),
      cmocka_unit_test(bad_input_lists_every_violation),
      cmocka_unit_test(replays_answer_alike_and_versions_are_checked),
      cmocka_unit_test(lists_by_place_party_state_and_time),
      cmocka_unit_test(rivals_never_exceed_the_limit),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
