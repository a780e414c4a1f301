#include "market/kinds.h"
#include "market/service.h"
#include "support/check.h"
#include "support/pillar_fixture.h"

#include "entente/market/v1/campaign_service.pb-c.h"

#include <string.h>

#define CAMPAIGNS "/entente.market.v1.CampaignService/"
#define STATE(name) MARKET__CAMPAIGN__STATE__STATE_##name
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED

static Market__CreateCampaignRequest *plan(struct pillar_fixture *f, const char *id) {
  Market__CreateCampaignRequest *request =
      pillar_request(f, &market__create_campaign_request__descriptor, ORVANE);
  Market__Campaign *campaign = arena_new(pillar_arena(f), Market__Campaign);
  market__campaign__init(campaign);
  campaign->title = (char *)"Factory floor roadshow";
  campaign->type = MARKET__CAMPAIGN__TYPE__TYPE_EVENT;
  campaign->channel = MARKET__CAMPAIGN__CHANNEL__CHANNEL_LIVE_EVENT;
  campaign->segment = (char *)"Manufacturing, DACH";
  campaign->start_time = pillar_time(f, "2026-05-04");
  campaign->end_time = pillar_time(f, "2026-05-06");
  request->campaign_id = (char *)id;
  request->campaign = campaign;
  return request;
}

static Market__Campaign *created(struct pillar_fixture *f, const struct principal *who, const char *id) {
  return pillar_call(f, who, CAMPAIGNS "CreateCampaign", plan(f, id));
}

static const char *named(struct pillar_fixture *f, const char *id) {
  return arena_printf(pillar_arena(f), ORVANE "/campaigns/%s", id);
}

static Market__Campaign *opened(struct pillar_fixture *f, const struct principal *who, const char *name) {
  return pillar_call(f, who, CAMPAIGNS "OpenCampaign",
                     pillar_request(f, &market__open_campaign_request__descriptor, name));
}

static void held_and_counted_in_its_month(void **state) {
  struct pillar_fixture *f = *state;
  const char *name = created(f, f->manager, "roadshow")->name;
  assert_string_equal(name, named(f, "roadshow"));
  assert_int_equal(opened(f, f->manager, name)->state, STATE(OPEN));
  Market__HoldCampaignRequest *hold = pillar_request(f, &market__hold_campaign_request__descriptor, name);
  hold->hold_time = pillar_time(f, "2026-05-04T09:00:00Z");
  hold->registrations = 60;
  hold->attendance = 44;
  assert_int_equal(((Market__Campaign *)pillar_call(f, f->manager, CAMPAIGNS "HoldCampaign", hold))->state,
                   STATE(HELD));
  for (int who = 0; who < 2; who++) { /* both parties see the same */
    const struct principal *as = who ? f->partner : f->viewer;
    assert_int_equal(pillar_counter(f, as, ORVANE, "2026-05", "campaigns.held", NOBODY), 1);
    assert_int_equal(pillar_counter(f, as, ORVANE, "2026-07", "campaigns.held", NOBODY), 0);
    Market__Campaign *seen = pillar_call(f, as, CAMPAIGNS "GetCampaign",
                                         pillar_request(f, &market__get_campaign_request__descriptor, name));
    assert_int_equal(seen->attendance, 44);
    assert_int_equal(seen->party, TYPE__PARTY__PARTY_VENDOR);
  }
  pillar_refused(f, f->manager, CAMPAIGNS "HoldCampaign", hold, "INVALID_STATE");
  pillar_call(f, f->manager, CAMPAIGNS "CloseCampaign",
              pillar_request(f, &market__close_campaign_request__descriptor, name));
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, f->partner, ORVANE, &entries);
  assert_true(count >= 4);
  assert_string_equal(entries[0]->type, "campaign.planned");
  assert_string_equal(entries[2]->type, "campaign.held");
  assert_string_equal(entries[2]->actor, "dana.reyes");
  assert_int_equal(entries[2]->n_deltas, 1);
  assert_int_equal(entries[2]->deltas[0]->month, 202605);
}

static void access_follows_the_contract(void **state) {
  struct pillar_fixture *f = *state;
  const char *name = created(f, f->manager, "access")->name;
  Market__GetCampaignRequest *get = pillar_request(f, &market__get_campaign_request__descriptor, name);
  const struct principal *const strangers[] = {f->stranger, f->foreigner};
  for (size_t i = 0; i < 2; i++) {
    const struct status *hidden =
        pillar_refused(f, strangers[i], CAMPAIGNS "GetCampaign", get, REASON_ACCESS_DENIED);
    Market__GetCampaignRequest *absent = pillar_request(
        f, &market__get_campaign_request__descriptor, "vendors/halden/partnerships/nowhere/campaigns/access");
    const struct status *none =
        pillar_refused(f, strangers[i], CAMPAIGNS "GetCampaign", absent, REASON_ACCESS_DENIED);
    assert_int_equal(hidden->code, none->code);
  }
  pillar_refused(f, f->viewer, CAMPAIGNS "CreateCampaign", plan(f, "by-viewer"), REASON_ACCESS_DENIED);
  pillar_refused(f, f->partner_viewer, CAMPAIGNS "CreateCampaign", plan(f, "by-viewer"),
                 REASON_ACCESS_DENIED);
  pillar_refused(f, f->stranger, CAMPAIGNS "CreateCampaign", plan(f, "by-stranger"), REASON_ACCESS_DENIED);
  pillar_refused(f, f->partner, CAMPAIGNS "OpenCampaign",
                 pillar_request(f, &market__open_campaign_request__descriptor, name), "OTHER_PARTY");
  pillar_refused(f, f->viewer, CAMPAIGNS "GetCampaign",
                 pillar_request(f, &market__get_campaign_request__descriptor, named(f, "absent")),
                 REASON_NOT_FOUND);
  Market__CreateCampaignRequest *nowhere = plan(f, "x");
  nowhere->parent = (char *)"vendors/halden/partnerships/nowhere";
  pillar_refused(f, f->manager, CAMPAIGNS "CreateCampaign", nowhere, REASON_PARTNERSHIP_UNKNOWN);
}

static void bad_input_lists_every_violation(void **state) {
  struct pillar_fixture *f = *state;
  Market__CreateCampaignRequest *request = plan(f, "Bad Id");
  request->campaign->title = (char *)"";
  request->campaign->type = 99;
  request->campaign->end_time = NULL;
  const struct status *status =
      pillar_refused(f, f->manager, CAMPAIGNS "CreateCampaign", request, REASON_INVALID_REQUEST);
  assert_int_equal(status->code, CODE_INVALID_ARGUMENT);
  assert_int_equal(violation_count(status), 4);
  request = plan(f, "backwards");
  request->campaign->end_time = pillar_time(f, "2026-05-01");
  pillar_refused(f, f->manager, CAMPAIGNS "CreateCampaign", request, REASON_INVALID_REQUEST);
}

static void updates_follow_mask_etag_and_request_id(void **state) {
  struct pillar_fixture *f = *state;
  Market__CreateCampaignRequest *create = plan(f, "update");
  create->request_id = (char *)"create-1";
  Market__Campaign *first = pillar_call(f, f->manager, CAMPAIGNS "CreateCampaign", create);
  Market__Campaign *again = pillar_call(f, f->manager, CAMPAIGNS "CreateCampaign", create);
  assert_string_equal(first->etag, again->etag);
  create->campaign->title = (char *)"another";
  pillar_refused(f, f->manager, CAMPAIGNS "CreateCampaign", create, REASON_REQUEST_ID_REUSED);
  pillar_refused(f, f->manager, CAMPAIGNS "CreateCampaign", plan(f, "update"), REASON_ALREADY_EXISTS);

  Market__UpdateCampaignRequest update = MARKET__UPDATE_CAMPAIGN_REQUEST__INIT;
  Market__Campaign change = MARKET__CAMPAIGN__INIT;
  Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
  char *paths[] = {(char *)"segment"};
  change = *first;
  change.title = (char *)"not in the mask";
  change.segment = (char *)"Energy";
  mask.paths = paths;
  mask.n_paths = 1;
  update.campaign = &change;
  update.update_mask = &mask;
  update.etag = first->etag;
  Market__Campaign *changed = pillar_call(f, f->manager, CAMPAIGNS "UpdateCampaign", &update);
  assert_string_equal(changed->segment, "Energy");
  assert_string_equal(changed->title, "Factory floor roadshow");
  assert_string_not_equal(changed->etag, first->etag);
  assert_int_equal(
      pillar_refused(f, f->manager, CAMPAIGNS "UpdateCampaign", &update, REASON_ETAG_MISMATCH)->code,
      CODE_ABORTED);
  paths[0] = (char *)"no_such_field";
  update.etag = (char *)"";
  pillar_refused(f, f->manager, CAMPAIGNS "UpdateCampaign", &update, REASON_INVALID_REQUEST);
}

static size_t listed(struct pillar_fixture *f, const struct principal *who, Type__Party party,
                     Market__Campaign__State campaign_state) {
  Market__ListCampaignsRequest *request =
      pillar_request(f, &market__list_campaigns_request__descriptor, ORVANE);
  size_t count = 0;
  request->party = party;
  request->state = campaign_state;
  request->page_size = 2;
  do {
    Market__ListCampaignsResponse *page = pillar_call(f, who, CAMPAIGNS "ListCampaigns", request);
    assert_true(page->n_campaigns <= 2);
    for (size_t i = 0; i < page->n_campaigns; i++) {
      assert_true(!party || page->campaigns[i]->party == party);
      assert_true(!campaign_state || page->campaigns[i]->state == campaign_state);
    }
    count += page->n_campaigns;
    request->page_token = page->next_page_token;
  } while (*request->page_token);
  return count;
}

static void lists_filter_and_page(void **state) {
  struct pillar_fixture *f = *state;
  size_t before = listed(f, f->manager, NOBODY, 0);
  for (int i = 0; i < 5; i++)
    created(f, i < 3 ? f->partner : f->manager, arena_printf(pillar_arena(f), "list-%d", i));
  for (int i = 0; i < 2; i++)
    opened(f, f->partner, named(f, arena_printf(pillar_arena(f), "list-%d", i)));
  assert_int_equal(listed(f, f->manager, NOBODY, 0), before + 5);
  assert_int_equal(listed(f, f->viewer, TYPE__PARTY__PARTY_PARTNER, 0), 3);
  assert_int_equal(listed(f, f->partner, TYPE__PARTY__PARTY_PARTNER, STATE(OPEN)), 2);
  assert_int_equal(listed(f, f->partner, TYPE__PARTY__PARTY_PARTNER, STATE(PLANNED)), 1);
  assert_int_equal(listed(f, f->partner, TYPE__PARTY__PARTY_VENDOR, STATE(OPEN)), 0);
  Market__ListCampaignsRequest *request =
      pillar_request(f, &market__list_campaigns_request__descriptor, ORVANE);
  request->page_size = 1;
  Market__ListCampaignsResponse *page = pillar_call(f, f->manager, CAMPAIGNS "ListCampaigns", request);
  request->page_token = page->next_page_token;
  pillar_refused(f, f->partner, CAMPAIGNS "ListCampaigns", request, REASON_PAGE_TOKEN_INVALID);
  request->state = STATE(OPEN);
  pillar_refused(f, f->manager, CAMPAIGNS "ListCampaigns", request, REASON_PAGE_TOKEN_INVALID);
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
      cmocka_unit_test(held_and_counted_in_its_month),
      cmocka_unit_test(access_follows_the_contract),
      cmocka_unit_test(bad_input_lists_every_violation),
      cmocka_unit_test(updates_follow_mask_etag_and_request_id),
      cmocka_unit_test(lists_filter_and_page),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
