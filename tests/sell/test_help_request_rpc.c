#include "sell/service_fixture.h"
#include "support/check.h"

#include "runtime/base/timestamp.h"

#include "entente/sell/v1/help_request_service.pb-c.h"

#include <string.h>

#define HELP "/entente.sell.v1.HelpRequestService/"
#define STATE(name) SELL__HELP_REQUEST__STATE__STATE_##name
#define NEED(name) SELL__HELP_REQUEST__NEED__NEED_##name
#define JOINT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
#define INDEPENDENT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define WHY "there is nobody left who could do it"

static Sell__CreateHelpRequestRequest asking(struct pillar_fixture *f, const char *partnership,
                                             const char *id, Sell__HelpRequest__Need need, int64_t hours) {
  Sell__CreateHelpRequestRequest request = SELL__CREATE_HELP_REQUEST_REQUEST__INIT;
  Sell__HelpRequest *asked = arena_new(pillar_arena(f), Sell__HelpRequest);
  sell__help_request__init(asked);
  asked->need = need;
  asked->title = (char *)"Sizing for the clinic at Zürich";
  asked->asked_hours = hours;
  request.parent = (char *)partnership;
  request.help_request_id = (char *)id;
  request.help_request = asked;
  return request;
}

static const Sell__HelpRequest *ask(struct pillar_fixture *f, const struct principal *who,
                                    const char *partnership, const char *id, Sell__HelpRequest__Need need,
                                    int64_t hours) {
  Sell__CreateHelpRequestRequest request = asking(f, partnership, id, need, hours);
  return pillar_call(f, who, HELP "CreateHelpRequest", &request);
}

static const Sell__HelpRequest *take(struct pillar_fixture *f, const struct principal *who,
                                     const char *name) {
  Sell__AcceptHelpRequestRequest request = SELL__ACCEPT_HELP_REQUEST_REQUEST__INIT;
  request.name = (char *)name;
  request.assignee = (char *)"Pre-sales north";
  return pillar_call(f, who, HELP "AcceptHelpRequest", &request);
}

static const Sell__HelpRequest *deliver(struct pillar_fixture *f, const struct principal *who,
                                        const char *name, int64_t hours, const char *when) {
  Sell__DeliverHelpRequestRequest request = SELL__DELIVER_HELP_REQUEST_REQUEST__INIT;
  request.name = (char *)name;
  request.delivered_hours = hours;
  request.deliver_time = pillar_time(f, when);
  request.note = (char *)"Workshop and sizing";
  return pillar_call(f, who, HELP "DeliverHelpRequest", &request);
}

static int64_t hours(struct pillar_fixture *f, const char *p, const char *month, const char *counter) {
  return pillar_counter(f, f->partner, p, month, counter, VENDOR);
}

static void hours_count_when_they_are_acknowledged(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "help-life", "orvane-global");
  const Sell__HelpRequest *asked = ask(f, f->partner, p, "sizing", NEED(ARCHITECTURAL_VALIDATION), 10);
  const char *name = asked->name;
  assert_int_equal(asked->owner, VENDOR);
  assert_int_equal(asked->state, STATE(OPEN));
  assert_int_equal(hours(f, p, "2026-07", "help.requests"), 1);
  assert_int_equal(hours(f, p, "2026-07", "help.asked_hours"), 10);
  assert_string_equal(take(f, f->manager, name)->assignee, "Pre-sales north");
  deliver(f, f->manager, name, 12, "2026-06-20");
  assert_int_equal(hours(f, p, "2026-06", "help.delivered_hours"), 12);
  assert_int_equal(hours(f, p, "2026-06", "help.acknowledged_hours"), 0);
  Sell__ReturnHelpRequestRequest back = SELL__RETURN_HELP_REQUEST_REQUEST__INIT;
  back.name = (char *)name;
  back.reason = (char *)"the sizing is for another site";
  const Sell__HelpRequest *returned = pillar_call(f, f->partner, HELP "ReturnHelpRequest", &back);
  assert_int_equal(returned->state, STATE(ACCEPTED));
  assert_int_equal(returned->return_count, 1);
  assert_int_equal(hours(f, p, "2026-06", "help.delivered_hours"), 0);
  deliver(f, f->manager, name, 14, "2026-07-02");
  Sell__AcknowledgeHelpRequestRequest acknowledge = SELL__ACKNOWLEDGE_HELP_REQUEST_REQUEST__INIT;
  acknowledge.name = (char *)name;
  acknowledge.acknowledged_hours = 13;
  pillar_refused(f, f->administrator, HELP "AcknowledgeHelpRequest", &acknowledge, "OTHER_PARTY");
  pillar_refused(f, f->partner, HELP "AcknowledgeHelpRequest", &acknowledge, REASON_INVALID_REQUEST);
  acknowledge.reason = (char *)"one hour was travelling";
  acknowledge.request_id = (char *)"ack-1";
  const Sell__HelpRequest *end = pillar_call(f, f->partner, HELP "AcknowledgeHelpRequest", &acknowledge);
  assert_int_equal(end->acknowledged_hours, 13);
  const Sell__HelpRequest *again = pillar_call(f, f->partner, HELP "AcknowledgeHelpRequest", &acknowledge);
  assert_string_equal(again->etag, end->etag);
  acknowledge.request_id = (char *)"ack-2";
  pillar_refused(f, f->partner, HELP "AcknowledgeHelpRequest", &acknowledge, REASON_INVALID_STATE);
  assert_int_equal(hours(f, p, "2026-07", "help.delivered_hours"), 14);
  assert_int_equal(hours(f, p, "2026-07", "help.acknowledged_hours"), 13);
  static const char *const types[] = {"help_request.asked",     "help_request.accepted",
                                      "help_request.delivered", "help_request.returned",
                                      "help_request.delivered", "help_request.acknowledged"};
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, f->manager, p, &entries);
  assert_int_equal(count, sizeof types / sizeof *types);
  for (size_t i = 0; i < count; i++)
    assert_string_equal(entries[i]->type, types[i]);
  assert_string_equal(entries[5]->payload_type, "entente.sell.v1.HelpRequest");
}

static void it_may_be_for_a_joint_opportunity_only(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "help-for", "orvane-global");
  const char *joint = sell_open(f, f->manager, p, JOINT, "joint")->name;
  const char *own = sell_open(f, f->manager, p, INDEPENDENT, "own")->name;
  const char *elsewhere = sell_open(f, f->manager, ORVANE, JOINT, "help-elsewhere")->name;
  Sell__CreateHelpRequestRequest request = asking(f, p, "", NEED(PRICING), 4);
  request.help_request->opportunity = (char *)own;
  /* The other party's own, one that is not there, and one of another partnership: the same answer. */
  const struct status *hidden =
      pillar_refused(f, f->partner, HELP "CreateHelpRequest", &request, REASON_INVALID_REQUEST);
  assert_int_equal(violation_count(hidden), 1);
  request.help_request->opportunity = arena_printf(pillar_arena(f), "%s/opportunities/nil", p);
  const struct status *absent =
      pillar_refused(f, f->partner, HELP "CreateHelpRequest", &request, REASON_INVALID_REQUEST);
  assert_string_equal(hidden->message, absent->message);
  assert_string_equal(hidden->violations->description, absent->violations->description);
  request.help_request->opportunity = (char *)elsewhere;
  pillar_refused(f, f->partner, HELP "CreateHelpRequest", &request, REASON_INVALID_REQUEST);
  request.help_request->opportunity = (char *)joint;
  pillar_call(f, f->partner, HELP "CreateHelpRequest", &request);
  Sell__ListHelpRequestsRequest list = SELL__LIST_HELP_REQUESTS_REQUEST__INIT;
  list.parent = (char *)p;
  list.opportunity = (char *)joint;
  const Sell__ListHelpRequestsResponse *found = pillar_call(f, f->manager, HELP "ListHelpRequests", &list);
  assert_int_equal(found->n_help_requests, 1);
}

static void bad_input_is_named_whole(void **state) {
  struct pillar_fixture *f = *state;
  Sell__CreateHelpRequestRequest request = asking(f, ORVANE, "", 0, 0);
  request.help_request->title = (char *)"";
  const struct status *refused =
      pillar_refused(f, f->partner, HELP "CreateHelpRequest", &request, REASON_INVALID_REQUEST);
  assert_true(violation_count(refused) >= 3);
  Sell__CreateHelpRequestRequest taken = asking(f, ORVANE, "taken", NEED(TENDER), 4);
  pillar_call(f, f->partner, HELP "CreateHelpRequest", &taken);
  pillar_refused(f, f->manager, HELP "CreateHelpRequest", &taken, REASON_ALREADY_EXISTS);
  pillar_refused(f, f->partner_viewer, HELP "CreateHelpRequest", &taken, REASON_ACCESS_DENIED);
  pillar_refused(f, f->stranger, HELP "CreateHelpRequest", &taken, REASON_ACCESS_DENIED);
  Sell__CancelHelpRequestRequest cancel = SELL__CANCEL_HELP_REQUEST_REQUEST__INIT;
  cancel.name = arena_printf(pillar_arena(f), "%s/helpRequests/taken", ORVANE);
  cancel.reason = (char *)"short";
  cancel.etag = (char *)"not the current one";
  pillar_refused(f, f->partner, HELP "CancelHelpRequest", &cancel, REASON_INVALID_REQUEST);
  cancel.reason = (char *)WHY;
  pillar_refused(f, f->partner, HELP "CancelHelpRequest", &cancel, REASON_ETAG_MISMATCH);
  cancel.etag = (char *)"";
  pillar_call(f, f->partner, HELP "CancelHelpRequest", &cancel);
  cancel.name = arena_printf(pillar_arena(f), "%s/helpRequests/nil", ORVANE);
  pillar_refused(f, f->partner, HELP "CancelHelpRequest", &cancel, REASON_NOT_FOUND);
  Sell__DeclineHelpRequestRequest decline = SELL__DECLINE_HELP_REQUEST_REQUEST__INIT;
  decline.name = (char *)ask(f, f->manager, ORVANE, "declined", NEED(DEAL_SUPPORT), 2)->name;
  decline.reason = (char *)WHY;
  const Sell__HelpRequest *declined = pillar_call(f, f->partner, HELP "DeclineHelpRequest", &decline);
  assert_string_equal(declined->end_reason, WHY);
}

static size_t listed(struct pillar_fixture *f, const Sell__ListHelpRequestsRequest *request) {
  return ((const Sell__ListHelpRequestsResponse *)pillar_call(f, f->viewer, HELP "ListHelpRequests", request))
      ->n_help_requests;
}

static void lists_filter_and_page(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "help-lists", "orvane-global");
  for (int i = 0; i < 6; i++) {
    fixture_set_now(f->server, fixture_now(f->server) + 1000000);
    const char *id = arena_printf(pillar_arena(f), "n%d", i);
    const char *name =
        ask(f, i < 4 ? f->partner : f->manager, p, id, i % 2 ? NEED(PRICING) : NEED(TENDER), 5)->name;
    if (i < 2)
      take(f, f->manager, name);
  }
  static const struct {
    int state, need, owner;
    const char *text;
    size_t count;
  } cases[] = {
      {0, 0, 0, "", 6},
      {STATE(ACCEPTED), 0, 0, "", 2},
      {STATE(OPEN), 0, 0, "", 4},
      {0, NEED(PRICING), 0, "", 3},
      {STATE(OPEN), NEED(PRICING), VENDOR, "", 1},
      {0, 0, PARTNER, "", 2},
      {0, 0, 0, "ZURICH", 6},
      {0, 0, 0, "pre-SALES", 2},
      {0, 0, 0, "geneva", 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Sell__ListHelpRequestsRequest request = SELL__LIST_HELP_REQUESTS_REQUEST__INIT;
    request.parent = (char *)p;
    request.state = (Sell__HelpRequest__State)cases[i].state;
    request.need = (Sell__HelpRequest__Need)cases[i].need;
    request.owner = (Type__Party)cases[i].owner;
    request.text = (char *)cases[i].text;
    assert_int_equal(listed(f, &request), cases[i].count);
  }
  Sell__ListHelpRequestsRequest request = SELL__LIST_HELP_REQUESTS_REQUEST__INIT;
  request.parent = (char *)p;
  request.page_size = 4;
  const Sell__ListHelpRequestsResponse *page = pillar_call(f, f->viewer, HELP "ListHelpRequests", &request);
  assert_int_equal(page->n_help_requests, 4);
  assert_string_equal(strrchr(page->help_requests[0]->name, '/'), "/n5");
  ask(f, f->partner, p, "newer", NEED(PRICING), 5); /* does not move the next page */
  request.page_token = page->next_page_token;
  assert_int_equal(listed(f, &request), 2);
  request.text = (char *)"zurich";
  pillar_refused(f, f->viewer, HELP "ListHelpRequests", &request, REASON_PAGE_TOKEN_INVALID);
}

enum { RIVALS = 24 };
struct race {
  const char *name;
  size_t won, refused;
};

static void acknowledge_one(struct server_fixture *server, size_t index, void *context) {
  struct race *race = context;
  (void)index;
  Sell__AcknowledgeHelpRequestRequest request = SELL__ACKNOWLEDGE_HELP_REQUEST_REQUEST__INIT;
  request.name = (char *)race->name;
  Sell__HelpRequest *answer;
  struct client_call call =
      fixture_client_call(server, fixture_arena(server), HELP "AcknowledgeHelpRequest", &request);
  call.response = &sell__help_request__descriptor;
  const struct status *status = client_call(fixture_channel(server), &call, &answer);
  if (!status)
    race->won++;
  else if (strcmp(status->reason, REASON_INVALID_STATE) == 0)
    race->refused++;
}

static void many_acknowledge_at_once_and_it_counts_once(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "help-race", "orvane-global");
  struct race race = {.name = ask(f, f->partner, p, "one", NEED(TENDER), 8)->name};
  take(f, f->manager, race.name);
  deliver(f, f->manager, race.name, 8, "2026-07-01");
  fixture_as(f->server, f->partner);
  fixture_fibers(f->server, RIVALS, acknowledge_one, &race);
  assert_int_equal(race.won, 1);
  assert_int_equal(race.refused, RIVALS - 1);
  assert_int_equal(hours(f, p, "2026-07", "help.acknowledged_hours"), 8);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hours_count_when_they_are_acknowledged),
      cmocka_unit_test(it_may_be_for_a_joint_opportunity_only),
      cmocka_unit_test(bad_input_is_named_whole),
      cmocka_unit_test(lists_filter_and_page),
      cmocka_unit_test(many_acknowledge_at_once_and_it_counts_once),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
