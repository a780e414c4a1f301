#include "sell/service_fixture.h"
#include "support/check.h"

#include "runtime/base/timestamp.h"

#include <string.h>

#define STATE(name) SELL__OPPORTUNITY__STATE__STATE_##name
#define STAGE(name) SELL__OPPORTUNITY__STAGE__STAGE_##name
#define JOINT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
#define INDEPENDENT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER

static const Sell__Opportunity *advance(struct pillar_fixture *fixture, const struct principal *who,
                                        const char *name, Sell__Opportunity__Stage stage, const char *when) {
  Sell__AdvanceOpportunityRequest request = SELL__ADVANCE_OPPORTUNITY_REQUEST__INIT;
  request.name = (char *)name;
  request.stage = stage;
  request.occur_time = pillar_time(fixture, when);
  return pillar_call(fixture, who, OPPORTUNITIES "AdvanceOpportunity", &request);
}

static const Sell__Opportunity *win(struct pillar_fixture *fixture, const struct principal *who,
                                    const char *name, const char *when, int64_t amount) {
  Sell__WinOpportunityRequest request = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  request.name = (char *)name;
  request.close_time = pillar_time(fixture, when);
  request.amount = usd(fixture, amount);
  return pillar_call(fixture, who, OPPORTUNITIES "WinOpportunity", &request);
}

static const Sell__Opportunity *lose(struct pillar_fixture *fixture, const struct principal *who,
                                     const char *name, const char *when) {
  Sell__LoseOpportunityRequest request = SELL__LOSE_OPPORTUNITY_REQUEST__INIT;
  request.name = (char *)name;
  request.close_time = pillar_time(fixture, when);
  request.loss_reason = SELL__OPPORTUNITY__LOSS_REASON__LOSS_REASON_COMPETITOR;
  request.incumbent_competitor = (char *)"Kestrel";
  return pillar_call(fixture, who, OPPORTUNITIES "LoseOpportunity", &request);
}

static void a_joint_sale_and_its_reversal(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "life", "orvane-global");
  const char *name = sell_open(f, f->manager, p, JOINT, "triage")->name;
  assert_int_equal(sell_get(f, f->partner, name)->owner_party, VENDOR);
  advance(f, f->partner, name, STAGE(QUALIFIED), "2026-04-02");
  advance(f, f->manager, name, STAGE(COMMITTED), "2026-05-02");
  assert_int_equal(sell_pipeline(f, f->partner, p)->stages[STAGE(COMMITTED) - 1]->total->joint_count, 1);
  const Sell__Opportunity *won = win(f, f->manager, name, "2026-06-03", 70000);
  assert_int_equal(won->state, STATE(WON));
  assert_string_not_equal(won->etag, "");
  for (int who = 0; who < 2; who++) { /* both parties see the same */
    const struct principal *as = who ? f->partner : f->manager;
    assert_int_equal(pillar_counter(f, as, p, "2026-03", "opened.joint", NOBODY), 1);
    assert_int_equal(pillar_counter(f, as, p, "2026-04", "qualified.joint", NOBODY), 1);
    assert_int_equal(pillar_counter(f, as, p, "2026-04", "qualified_amount.joint.USD", NOBODY), 70000);
    assert_int_equal(pillar_counter(f, as, p, "2026-06", "won.joint", NOBODY), 1);
    assert_int_equal(pillar_counter(f, as, p, "2026-06", "won_amount.joint.USD", NOBODY), 70000);
    assert_int_equal(pillar_counter(f, as, p, "2026", "won_amount.joint.USD", NOBODY), 70000);
    const Sell__Pipeline *pipeline = sell_pipeline(f, as, p);
    assert_int_equal(pipeline->won->joint_count, 1);
    assert_int_equal(pipeline->won->joint_amount->amount_minor, 70000);
    assert_int_equal(pipeline->open->joint_count, 0);
    assert_int_equal(pipeline->open->joint_amount->amount_minor, 0);
    assert_int_equal(pipeline->joint_win_rate->basis_points, 10000);
    assert_int_equal(pipeline->independent_win_rate->status, TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA);
  }
  Sell__ReverseOpportunityRequest reverse = SELL__REVERSE_OPPORTUNITY_REQUEST__INIT;
  reverse.name = (char *)name;
  reverse.reason = (char *)"customer cancelled within 30 days";
  pillar_call(f, f->partner, OPPORTUNITIES "ReverseOpportunity", &reverse);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026", "won.joint", NOBODY), 0);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026-06", "won_amount.joint.USD", NOBODY), 0);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026-04", "qualified.joint", NOBODY), 1);
  assert_int_equal(sell_pipeline(f, f->manager, p)->reversed->joint_count, 1);
  Ledger__LedgerEntry **entries;
  static const char *const types[] = {"opportunity.opened", "opportunity.advanced", "opportunity.advanced",
                                      "opportunity.won", "opportunity.reversed"};
  size_t count = pillar_entries(f, f->partner, p, &entries);
  assert_int_equal(count, sizeof types / sizeof *types);
  for (size_t i = 0; i < count; i++)
    assert_string_equal(entries[i]->type, types[i]);
  assert_string_equal(entries[3]->payload_type, "entente.sell.v1.Opportunity");
  assert_int_equal(entries[3]->private_to, NOBODY);
}

static void as_of_shows_what_was_known(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "as-of", "orvane-global");
  const char *name = sell_open(f, f->manager, p, JOINT, "one")->name;
  Sell__GetPipelineRequest request = SELL__GET_PIPELINE_REQUEST__INIT;
  request.name = arena_printf(fixture_arena(f->server), "%s/pipeline", p);
  request.as_of = sell_pipeline(f, f->manager, p)->record_time;
  fixture_set_now(f->server, fixture_now(f->server) + 1000000);
  lose(f, f->partner, name, "2026-06-30");
  const Sell__Pipeline *then =
      pillar_call(f, f->partner, "/entente.sell.v1.PipelineService/GetPipeline", &request);
  assert_int_equal(then->stages[0]->total->joint_count, 1);
  assert_int_equal(then->lost->joint_count, 0);
  assert_int_equal(sell_pipeline(f, f->partner, p)->lost->joint_count, 1);
  Sell__ReopenOpportunityRequest reopen = SELL__REOPEN_OPPORTUNITY_REQUEST__INIT;
  reopen.name = (char *)name;
  reopen.reason = (char *)"customer came back to us";
  assert_int_equal(
      ((const Sell__Opportunity *)pillar_call(f, f->manager, OPPORTUNITIES "ReopenOpportunity", &reopen))
          ->state,
      STATE(OPEN));
  assert_int_equal(pillar_counter(f, f->manager, p, "2026", "lost.joint", NOBODY), 0);
  assert_int_equal(sell_pipeline(f, f->partner, p)->open->joint_count, 1);
}

/* Calls every method that takes a name on it, as somebody who may not know of it. */
static void assert_unknown(struct pillar_fixture *f, const struct principal *who, const char *name) {
  Sell__GetOpportunityRequest get = SELL__GET_OPPORTUNITY_REQUEST__INIT;
  Sell__AdvanceOpportunityRequest move = SELL__ADVANCE_OPPORTUNITY_REQUEST__INIT;
  Sell__WinOpportunityRequest won = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  Sell__LoseOpportunityRequest lost = SELL__LOSE_OPPORTUNITY_REQUEST__INIT;
  Sell__ReverseOpportunityRequest reverse = SELL__REVERSE_OPPORTUNITY_REQUEST__INIT;
  Sell__ReopenOpportunityRequest reopen = SELL__REOPEN_OPPORTUNITY_REQUEST__INIT;
  Sell__UpdateOpportunityRequest update = SELL__UPDATE_OPPORTUNITY_REQUEST__INIT;
  Sell__Opportunity changed = SELL__OPPORTUNITY__INIT;
  get.name = move.name = won.name = lost.name = reverse.name = reopen.name = changed.name = (char *)name;
  move.stage = STAGE(QUALIFIED);
  move.etag = won.etag = lost.etag = (char *)"not the current one"; /* absent before it can differ */
  lost.loss_reason = SELL__OPPORTUNITY__LOSS_REASON__LOSS_REASON_PRICE;
  reverse.reason = reopen.reason = (char *)"because of reasons";
  changed.seller = (char *)"me";
  update.opportunity = &changed;
  const struct {
    const char *method;
    const void *request;
  } calls[] = {{"GetOpportunity", &get},         {"AdvanceOpportunity", &move},
               {"WinOpportunity", &won},         {"LoseOpportunity", &lost},
               {"ReverseOpportunity", &reverse}, {"ReopenOpportunity", &reopen},
               {"UpdateOpportunity", &update}};
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    const char *method = arena_printf(fixture_arena(f->server), OPPORTUNITIES "%s", calls[i].method);
    const struct status *status = pillar_refused(f, who, method, calls[i].request, REASON_NOT_FOUND);
    assert_int_equal(status->code, CODE_NOT_FOUND);
  }
}

static size_t listed(struct pillar_fixture *f, const struct principal *who,
                     const Sell__ListOpportunitiesRequest *request) {
  const Sell__ListOpportunitiesResponse *page =
      pillar_call(f, who, OPPORTUNITIES "ListOpportunities", request);
  return page->n_opportunities;
}

static void what_is_one_partys_own_stays_so(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "private", "orvane-global");
  const char *name = sell_open(f, f->manager, p, INDEPENDENT, "ours")->name;
  const struct principal *const others[] = {f->partner};
  assert_unknown(f, others[0], name);
  Sell__GetOpportunityRequest get = SELL__GET_OPPORTUNITY_REQUEST__INIT;
  get.name = (char *)name;
  const char *hidden =
      pillar_refused(f, f->partner, OPPORTUNITIES "GetOpportunity", &get, REASON_NOT_FOUND)->message;
  get.name = arena_printf(fixture_arena(f->server), "%s/opportunities/vendor-none", p);
  const char *absent =
      pillar_refused(f, f->partner, OPPORTUNITIES "GetOpportunity", &get, REASON_NOT_FOUND)->message;
  assert_int_equal(strlen(hidden), strlen(absent)); /* the same words but for the id of 4 letters */
  advance(f, f->manager, name, STAGE(COMMITTED), "2026-04-02");
  win(f, f->manager, name, "2026-06-03", 70000);
  Sell__ListOpportunitiesRequest all = SELL__LIST_OPPORTUNITIES_REQUEST__INIT;
  all.parent = (char *)p;
  Sell__ListOpportunitiesRequest lists[] = {all, all, all, all, all};
  lists[1].state = STATE(WON);
  lists[2].engagement = INDEPENDENT;
  lists[3].close_month = 202606;
  lists[4].owner_party = VENDOR;
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    assert_int_equal(listed(f, f->manager, &lists[i]), 1);
    assert_int_equal(listed(f, f->partner, &lists[i]), 0);
  }
  Ledger__LedgerEntry **entries;
  assert_int_equal(pillar_entries(f, f->manager, p, &entries), 3);
  assert_int_equal(entries[0]->private_to, VENDOR);
  assert_int_equal(pillar_entries(f, f->partner, p, &entries), 0);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026", "won_amount.independent.USD", VENDOR), 70000);
  assert_int_equal(pillar_counter(f, f->partner, p, "2026", "won_amount.independent.USD", VENDOR), 0);
  assert_int_equal(pillar_counter(f, f->partner, p, "2026", "won.joint", NOBODY), 0);
  assert_int_equal(sell_pipeline(f, f->manager, p)->won->independent_count, 1);
  assert_int_equal(sell_pipeline(f, f->partner, p)->won->independent_count, 0);
  assert_int_equal(sell_pipeline(f, f->partner, p)->won->joint_count, 0);
}

static void the_partner_has_its_own_too(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "partner-own", "orvane-global");
  const char *name = sell_open(f, f->partner, p, INDEPENDENT, "theirs")->name;
  assert_unknown(f, f->manager, name);
  assert_int_equal(sell_get(f, f->partner, name)->owner_party, PARTNER);
  assert_int_equal(pillar_counter(f, f->partner, p, "2026", "opened.independent", PARTNER), 1);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026", "opened.independent", PARTNER), 0);
  assert_int_equal(sell_pipeline(f, f->partner, p)->open->independent_count, 1);
}

static void access_follows_the_contract(void **state) {
  struct pillar_fixture *f = *state;
  const char *name = sell_open(f, f->manager, ORVANE, JOINT, "access")->name;
  Sell__WinOpportunityRequest request = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  Sell__GetOpportunityRequest get = SELL__GET_OPPORTUNITY_REQUEST__INIT;
  request.name = get.name = (char *)name;
  pillar_refused(f, f->viewer, OPPORTUNITIES "WinOpportunity", &request, REASON_ACCESS_DENIED);
  pillar_refused(f, f->stranger, OPPORTUNITIES "GetOpportunity", &get, REASON_ACCESS_DENIED);
  Sell__GetPipelineRequest pipeline = SELL__GET_PIPELINE_REQUEST__INIT;
  pipeline.name = (char *)ORVANE "/pipeline";
  pillar_refused(f, f->stranger, "/entente.sell.v1.PipelineService/GetPipeline", &pipeline,
                 REASON_ACCESS_DENIED);
  Sell__ListOpportunitiesRequest list = SELL__LIST_OPPORTUNITIES_REQUEST__INIT;
  list.parent = (char *)"vendors/halden/partnerships/unheard-of";
  pillar_refused(f, f->partner, OPPORTUNITIES "ListOpportunities", &list, REASON_ACCESS_DENIED);
}

static void taken_names_are_refused(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "names", "orvane-global");
  Sell__CreateOpportunityRequest request = SELL__CREATE_OPPORTUNITY_REQUEST__INIT;
  Sell__Opportunity opportunity = SELL__OPPORTUNITY__INIT;
  request.parent = (char *)p;
  request.opportunity = &opportunity;
  opportunity.engagement = INDEPENDENT;
  opportunity.external_id = (char *)"CRM-1";
  const Sell__Opportunity *first = pillar_call(f, f->manager, OPPORTUNITIES "CreateOpportunity", &request);
  assert_memory_equal(strrchr(first->name, '/'), "/x-", 3);
  pillar_refused(f, f->manager, OPPORTUNITIES "CreateOpportunity", &request, REASON_ALREADY_EXISTS);
  pillar_call(f, f->partner, OPPORTUNITIES "CreateOpportunity", &request); /* another system, another deal */
  request.opportunity_id = (char *)"chosen";
  pillar_refused(f, f->manager, OPPORTUNITIES "CreateOpportunity", &request, REASON_INVALID_REQUEST);
  opportunity.external_id = (char *)"";
  pillar_call(f, f->manager, OPPORTUNITIES "CreateOpportunity", &request);
  pillar_refused(f, f->manager, OPPORTUNITIES "CreateOpportunity", &request, REASON_ALREADY_EXISTS);
  request.opportunity_id = (char *)"x-mine";
  pillar_refused(f, f->manager, OPPORTUNITIES "CreateOpportunity", &request, REASON_INVALID_REQUEST);
  request.opportunity_id = (char *)"unengaged";
  opportunity.engagement = 0;
  pillar_refused(f, f->manager, OPPORTUNITIES "CreateOpportunity", &request, REASON_INVALID_REQUEST);
  Sell__ListOpportunitiesRequest list = SELL__LIST_OPPORTUNITIES_REQUEST__INIT;
  list.parent = (char *)p;
  list.external_id = (char *)"CRM-1";
  assert_int_equal(listed(f, f->manager, &list), 1);
  assert_int_equal(listed(f, f->partner, &list), 1);
}

static void updates_follow_mask_etag_and_request(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "update", "orvane-global");
  const Sell__Opportunity *opened = sell_open(f, f->manager, p, JOINT, "one");
  Sell__UpdateOpportunityRequest request = SELL__UPDATE_OPPORTUNITY_REQUEST__INIT;
  Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
  Sell__Opportunity wanted = SELL__OPPORTUNITY__INIT;
  char *paths[] = {(char *)"seller", (char *)"customer.sector"};
  mask.paths = paths;
  mask.n_paths = 2;
  wanted.name = opened->name;
  wanted.etag = opened->etag;
  wanted.seller = (char *)"Ada";
  wanted.customer = customer(f, "not to be taken");
  wanted.customer->sector = (char *)"health";
  request.opportunity = &wanted;
  request.update_mask = &mask;
  request.request_id = (char *)"update-1";
  const Sell__Opportunity *after = pillar_call(f, f->partner, OPPORTUNITIES "UpdateOpportunity", &request);
  assert_string_equal(after->seller, "Ada");
  assert_string_equal(after->customer->sector, "health");
  assert_string_equal(after->customer->account, "Northgate Hospital");
  assert_int_equal(after->amount->amount_minor, 50000);
  assert_string_not_equal(after->etag, opened->etag);
  /* The same call again answers the same; the same id with another body does not. */
  const Sell__Opportunity *again = pillar_call(f, f->partner, OPPORTUNITIES "UpdateOpportunity", &request);
  assert_string_equal(again->etag, after->etag);
  wanted.seller = (char *)"Bea";
  pillar_refused(f, f->partner, OPPORTUNITIES "UpdateOpportunity", &request, REASON_REQUEST_ID_REUSED);
  request.request_id = (char *)"update-2";
  pillar_refused(f, f->partner, OPPORTUNITIES "UpdateOpportunity", &request, REASON_ETAG_MISMATCH);
  wanted.etag = (char *)"";
  pillar_call(f, f->partner, OPPORTUNITIES "UpdateOpportunity", &request);
  Ledger__LedgerEntry **entries;
  size_t before = pillar_entries(f, f->manager, p, &entries);
  request.request_id = (char *)"update-3";
  pillar_call(f, f->partner, OPPORTUNITIES "UpdateOpportunity", &request); /* it is so already */
  assert_int_equal(pillar_entries(f, f->manager, p, &entries), before);
  lose(f, f->manager, opened->name, "2026-05-01");
  wanted.seller = (char *)"Cem";
  request.request_id = (char *)"update-4";
  const struct status *locked =
      pillar_refused(f, f->partner, OPPORTUNITIES "UpdateOpportunity", &request, "FIELD_LOCKED");
  assert_non_null(strstr(locked->guards->description, "seller"));
}

static void lists_filter_and_page(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "lists", "orvane-global");
  for (int i = 0; i < 7; i++) {
    const char *id = arena_printf(fixture_arena(f->server), "n%d", i);
    const char *name =
        sell_open(f, i % 2 ? f->partner : f->manager, p, i < 5 ? JOINT : INDEPENDENT, id)->name;
    if (i == 0)
      win(f, f->manager, name, "2026-05-20", 100);
    if (i == 1)
      lose(f, f->manager, name, "2026-06-20");
    if (i == 2)
      advance(f, f->manager, name, STAGE(QUALIFIED), "2026-05-20");
  }
  /* 0 won, 1 lost, 2 qualified, 3 and 4 prospects, all joint; 5 the partner's own, 6 the vendor's. */
  static const struct {
    int state, stage, engagement, owner, month;
    size_t vendor, partner;
  } cases[] = {
      {0, 0, 0, 0, 0, 6, 6},
      {STATE(WON), 0, 0, 0, 0, 1, 1},
      {STATE(LOST), 0, 0, 0, 0, 1, 1},
      {STATE(OPEN), 0, 0, 0, 0, 4, 4},
      {0, STAGE(PROSPECT), 0, 0, 0, 3, 3},
      {0, STAGE(QUALIFIED), 0, 0, 0, 1, 1},
      {0, 0, JOINT, 0, 0, 5, 5},
      {0, 0, INDEPENDENT, 0, 0, 1, 1},
      {0, 0, 0, PARTNER, 0, 2, 3},
      {0, 0, JOINT, VENDOR, 0, 3, 3},
      {0, 0, 0, 0, 202605, 1, 1},
      {0, 0, 0, 0, 202609, 4, 4},
      {STATE(OPEN), 0, INDEPENDENT, 0, 202609, 1, 1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Sell__ListOpportunitiesRequest request = SELL__LIST_OPPORTUNITIES_REQUEST__INIT;
    request.parent = (char *)p;
    request.state = (Sell__Opportunity__State)cases[i].state;
    request.stage = (Sell__Opportunity__Stage)cases[i].stage;
    request.engagement = (Sell__Opportunity__Engagement)cases[i].engagement;
    request.owner_party = (Type__Party)cases[i].owner;
    request.close_month = cases[i].month;
    assert_int_equal(listed(f, f->manager, &request), cases[i].vendor);
    assert_int_equal(listed(f, f->partner, &request), cases[i].partner);
  }
  Sell__ListOpportunitiesRequest request = SELL__LIST_OPPORTUNITIES_REQUEST__INIT;
  request.parent = (char *)p;
  request.page_size = 4;
  const Sell__ListOpportunitiesResponse *page =
      pillar_call(f, f->manager, OPPORTUNITIES "ListOpportunities", &request);
  assert_int_equal(page->n_opportunities, 4);
  request.page_token = page->next_page_token;
  assert_int_equal(listed(f, f->manager, &request), 2);
  pillar_refused(f, f->partner, OPPORTUNITIES "ListOpportunities", &request, REASON_PAGE_TOKEN_INVALID);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_joint_sale_and_its_reversal),
      cmocka_unit_test(as_of_shows_what_was_known),
      cmocka_unit_test(what_is_one_partys_own_stays_so),
      cmocka_unit_test(the_partner_has_its_own_too),
      cmocka_unit_test(access_follows_the_contract),
      cmocka_unit_test(taken_names_are_refused),
      cmocka_unit_test(updates_follow_mask_etag_and_request),
      cmocka_unit_test(lists_filter_and_page),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
