#include "sell/service_fixture.h"
#include "support/check.h"

#include "runtime/base/timestamp.h"

#include "entente/sell/v1/engagement_service.pb-c.h"

#include <string.h>

#define ENGAGEMENTS "/entente.sell.v1.EngagementService/"
#define STATE(name) SELL__ENGAGEMENT__STATE__STATE_##name
#define CO_SELL SELL__ENGAGEMENT__INVOLVEMENT__INVOLVEMENT_CO_SELL
#define VISIBILITY_ONLY SELL__ENGAGEMENT__INVOLVEMENT__INVOLVEMENT_VISIBILITY_ONLY
#define JOINT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
#define INDEPENDENT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER
#define DAY_US INT64_C(86400000000)

static Sell__CreateEngagementRequest offering(struct pillar_fixture *f, const char *partnership,
                                              const char *id, const char *opportunity) {
  Sell__CreateEngagementRequest request = SELL__CREATE_ENGAGEMENT_REQUEST__INIT;
  Sell__Engagement *offer = arena_new(pillar_arena(f), Sell__Engagement);
  sell__engagement__init(offer);
  offer->title = (char *)"Clinic at Zürich";
  offer->opportunity = (char *)opportunity;
  offer->involvement = CO_SELL;
  request.parent = (char *)partnership;
  request.engagement_id = (char *)id;
  request.engagement = offer;
  return request;
}

static const Sell__Engagement *offer(struct pillar_fixture *f, const struct principal *who,
                                     const char *partnership, const char *id, const char *opportunity) {
  Sell__CreateEngagementRequest request = offering(f, partnership, id, opportunity);
  return pillar_call(f, who, ENGAGEMENTS "CreateEngagement", &request);
}

static const void *accepting(struct pillar_fixture *f, const char *name) {
  return pillar_request(f, &sell__accept_engagement_request__descriptor, name);
}

static const Sell__Engagement *get(struct pillar_fixture *f, const struct principal *who, const char *name) {
  return pillar_call(f, who, ENGAGEMENTS "GetEngagement",
                     pillar_request(f, &sell__get_engagement_request__descriptor, name));
}

static int64_t offers(struct pillar_fixture *f, const char *p, const char *what) {
  const char *counter = arena_printf(pillar_arena(f), "engagements.%s", what);
  return pillar_counter(f, f->partner, p, "2026-07", counter, VENDOR);
}

static void an_accepted_offer_makes_it_joint(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "engage", "orvane-global");
  const char *own = sell_open(f, f->manager, p, INDEPENDENT, "own")->name;
  const char *name = offer(f, f->manager, p, "clinic", own)->name;
  Ledger__LedgerEntry **entries;
  size_t known = pillar_entries(f, f->partner, p, &entries);
  assert_int_equal(known, 1); /* the offer alone */
  Sell__GetOpportunityRequest peek = SELL__GET_OPPORTUNITY_REQUEST__INIT;
  peek.name = (char *)own;
  pillar_refused(f, f->partner, OPPORTUNITIES "GetOpportunity", &peek, REASON_NOT_FOUND); /* not yet */
  assert_string_equal(get(f, f->partner, name)->payload->account, "Northgate Hospital");
  pillar_refused(f, f->manager, ENGAGEMENTS "AcceptEngagement", accepting(f, name), "OTHER_PARTY");
  assert_int_equal(pillar_counter(f, f->manager, p, "2026-03", "opened.independent", VENDOR), 1);
  Sell__AcceptEngagementRequest accept = SELL__ACCEPT_ENGAGEMENT_REQUEST__INIT;
  Sell__EngagementMember member = SELL__ENGAGEMENT_MEMBER__INIT, *members[] = {&member};
  member.person = (char *)"Otto";
  member.role = SELL__ENGAGEMENT_MEMBER__ROLE__ROLE_DELIVERY;
  accept.name = (char *)name;
  accept.members = members;
  accept.n_members = 1;
  accept.request_id = (char *)"accept-1";
  const Sell__Engagement *accepted = pillar_call(f, f->partner, ENGAGEMENTS "AcceptEngagement", &accept);
  assert_string_equal(
      ((const Sell__Engagement *)pillar_call(f, f->partner, ENGAGEMENTS "AcceptEngagement", &accept))->etag,
      accepted->etag);
  assert_int_equal(accepted->members[0]->party, PARTNER);
  const Sell__Opportunity *joint = sell_get(f, f->partner, own);
  assert_int_equal(joint->engagement, JOINT);
  assert_int_equal(joint->owner_party, VENDOR);
  assert_int_equal(joint->review->reviewer, PARTNER);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026-03", "opened.independent", VENDOR), 0);
  assert_int_equal(pillar_counter(f, f->partner, p, "2026-03", "opened.joint", NOBODY), 1);
  assert_int_equal(sell_pipeline(f, f->manager, p)->open->independent_count, 0);
  assert_int_equal(sell_pipeline(f, f->manager, p)->open->joint_amount->amount_minor, 50000);
  /* What it was before stays the vendor's own in the ledger too. */
  static const char *const partners[] = {"engagement.offered", "opportunity.shared", "engagement.accepted"};
  static const char *const vendors[] = {"opportunity.opened", "engagement.offered", "opportunity.given_up",
                                        "opportunity.shared", "engagement.accepted"};
  size_t count = pillar_entries(f, f->partner, p, &entries);
  assert_int_equal(count, 3);
  for (size_t i = 0; i < count; i++) {
    assert_string_equal(entries[i]->type, partners[i]);
    for (size_t j = 0; j < entries[i]->n_deltas; j++)
      assert_null(strstr(entries[i]->deltas[j]->counter, "independent"));
  }
  count = pillar_entries(f, f->manager, p, &entries);
  assert_int_equal(count, 5);
  for (size_t i = 0; i < count; i++)
    assert_string_equal(entries[i]->type, vendors[i]);
  assert_int_equal(offers(f, p, "offered"), 1);
  assert_int_equal(offers(f, p, "accepted"), 1);
}

/* The owner's other system goes on calling it its own: that is no reason to refuse its rows. */
static void imports_go_on_after_it_became_joint(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "engage-import", "orvane-global");
  Sell__ImportOpportunitiesRequest request = SELL__IMPORT_OPPORTUNITIES_REQUEST__INIT;
  Sell__OpportunityRow row = SELL__OPPORTUNITY_ROW__INIT, *rows[] = {&row};
  row.external_id = (char *)"CRM-7";
  row.engagement = INDEPENDENT;
  row.state = SELL__OPPORTUNITY__STATE__STATE_OPEN;
  row.stage = SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED;
  row.customer = customer(f, "Northgate Hospital");
  row.amount = usd(f, 50000);
  row.open_time = pillar_time(f, "2026-03-01");
  request.parent = (char *)p;
  request.rows = rows;
  request.n_rows = 1;
  const Sell__ImportOpportunitiesResponse *done =
      pillar_call(f, f->manager, OPPORTUNITIES "ImportOpportunities", &request);
  const char *name = done->results[0]->opportunity;
  const char *by = offer(f, f->manager, p, "joins", name)->name;
  pillar_call(f, f->partner, ENGAGEMENTS "AcceptEngagement", accepting(f, by));
  assert_string_equal(sell_get(f, f->partner, name)->joined_by, by);
  row.state = SELL__OPPORTUNITY__STATE__STATE_WON;
  row.close_time = pillar_time(f, "2026-06-01");
  done = pillar_call(f, f->manager, OPPORTUNITIES "ImportOpportunities", &request);
  assert_int_equal(done->results[0]->outcome, SELL__ROW_RESULT__OUTCOME__OUTCOME_UPDATED);
  assert_int_equal(sell_get(f, f->partner, name)->engagement, JOINT);
  assert_int_equal(pillar_counter(f, f->partner, p, "2026-06", "won.joint", NOBODY), 1);
  assert_int_equal(pillar_counter(f, f->manager, p, "2026", "won.independent", VENDOR), 0);
}

static void what_cannot_be_offered_reads_the_same(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "engage-bad", "orvane-global");
  const char *own = sell_open(f, f->manager, p, INDEPENDENT, "own")->name;
  const char *absent = arena_printf(pillar_arena(f), "%s/opportunities/nil", p);
  const char *elsewhere = sell_open(f, f->manager, ORVANE, JOINT, "engage-elsewhere")->name;
  const char *names[] = {own, absent, elsewhere};
  const char *said = NULL;
  for (size_t i = 0; i < 3; i++) {
    Sell__CreateEngagementRequest request = offering(f, p, "", names[i]);
    const struct status *status =
        pillar_refused(f, f->partner, ENGAGEMENTS "CreateEngagement", &request, REASON_INVALID_REQUEST);
    if (said)
      assert_string_equal(status->violations->description, said);
    said = status->violations->description;
  }
  Sell__WinOpportunityRequest win = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  const char *name = offer(f, f->manager, p, "closing", own)->name;
  win.name = (char *)own;
  pillar_call(f, f->manager, OPPORTUNITIES "WinOpportunity", &win);
  pillar_refused(f, f->partner, ENGAGEMENTS "AcceptEngagement", accepting(f, name), REASON_GUARD_UNMET);
  Sell__CreateEngagementRequest late = offering(f, p, "", own);
  pillar_refused(f, f->manager, ENGAGEMENTS "CreateEngagement", &late, REASON_GUARD_UNMET);
  late.engagement->title = (char *)"";
  late.engagement->involvement = 0;
  const struct status *bad =
      pillar_refused(f, f->manager, ENGAGEMENTS "CreateEngagement", &late, REASON_INVALID_REQUEST);
  assert_int_equal(violation_count(bad), 2);
  pillar_refused(f, f->viewer, ENGAGEMENTS "CreateEngagement", &late, REASON_ACCESS_DENIED);
  pillar_refused(f, f->stranger, ENGAGEMENTS "AcceptEngagement", accepting(f, name), REASON_ACCESS_DENIED);
}

static void offers_expire_and_are_swept_once(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "engage-late", "orvane-global");
  const char *opportunity = sell_open(f, f->manager, p, JOINT, "one")->name;
  const char *swept = offer(f, f->manager, p, "swept", opportunity)->name;
  const char *touched = offer(f, f->manager, p, "touched", opportunity)->name;
  int64_t start_us = fixture_now(f->server);
  sell_sweep(f);
  assert_int_equal(get(f, f->partner, swept)->state, STATE(PENDING));
  fixture_set_now(f->server, start_us + 14 * DAY_US);
  Ledger__LedgerEntry **entries;
  size_t before = pillar_entries(f, f->partner, p, &entries);
  assert_int_equal(get(f, f->partner, swept)->state, STATE(EXPIRED)); /* before anybody recorded it */
  Sell__ListEngagementsRequest list = SELL__LIST_ENGAGEMENTS_REQUEST__INIT;
  list.parent = (char *)p;
  list.state = STATE(EXPIRED);
  const Sell__ListEngagementsResponse *found =
      pillar_call(f, f->viewer, ENGAGEMENTS "ListEngagements", &list);
  assert_int_equal(found->n_engagements, 2);
  pillar_refused(f, f->partner, ENGAGEMENTS "AcceptEngagement", accepting(f, touched), REASON_INVALID_STATE);
  assert_int_equal(pillar_entries(f, f->partner, p, &entries), before + 1); /* the caller came first */
  assert_true(sell_sweep(f) >= 1);                                          /* those of other tests too */
  assert_int_equal(sell_sweep(f), 0);
  assert_int_equal(pillar_entries(f, f->partner, p, &entries), before + 2);
  for (size_t i = before; i < before + 2; i++) {
    assert_string_equal(entries[i]->type, "engagement.expired");
    assert_int_equal(entries[i]->actor_party, TYPE__PARTY__PARTY_SYSTEM);
    assert_int_equal(timestamp_us(entries[i]->occur_time, 0), start_us + 14 * DAY_US);
  }
  assert_int_equal(offers(f, p, "expired"), 2);
}

/* One rejected, one cancelled, one accepted and lessened to VISIBILITY_ONLY, all of the vendor. */
static void lists_know_them(struct pillar_fixture *f, const char *p) {
  static const struct {
    int state, involvement, inviter;
    const char *text;
    size_t count;
  } cases[] = {
      {0, 0, 0, "", 3},
      {STATE(REJECTED), 0, 0, "", 1},
      {STATE(PENDING), 0, 0, "", 0},
      {0, VISIBILITY_ONLY, 0, "", 1},
      {0, 0, PARTNER, "", 0},
      {0, 0, VENDOR, "zurich", 3},
      {0, 0, 0, "LOVELACE", 1},
      {0, 0, 0, "northgate", 3},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Sell__ListEngagementsRequest list = SELL__LIST_ENGAGEMENTS_REQUEST__INIT;
    list.parent = (char *)p;
    list.state = (Sell__Engagement__State)cases[i].state;
    list.involvement = (Sell__Engagement__Involvement)cases[i].involvement;
    list.inviter = (Type__Party)cases[i].inviter;
    list.text = (char *)cases[i].text;
    const Sell__ListEngagementsResponse *found =
        pillar_call(f, f->viewer, ENGAGEMENTS "ListEngagements", &list);
    assert_int_equal(found->n_engagements, cases[i].count);
  }
  Sell__ListEngagementsRequest list = SELL__LIST_ENGAGEMENTS_REQUEST__INIT;
  list.parent = (char *)p;
  list.page_size = 2;
  const Sell__ListEngagementsResponse *page = pillar_call(f, f->viewer, ENGAGEMENTS "ListEngagements", &list);
  list.page_token = page->next_page_token;
  pillar_refused(f, f->partner, ENGAGEMENTS "ListEngagements", &list, REASON_PAGE_TOKEN_INVALID);
  page = pillar_call(f, f->viewer, ENGAGEMENTS "ListEngagements", &list);
  assert_int_equal(page->n_engagements, 1);
}

static void they_are_rejected_cancelled_and_deepened(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "engage-answers", "orvane-global");
  const char *opportunity = sell_open(f, f->manager, p, JOINT, "one")->name;
  Sell__RejectEngagementRequest reject = SELL__REJECT_ENGAGEMENT_REQUEST__INIT;
  Sell__CancelEngagementRequest cancel = SELL__CANCEL_ENGAGEMENT_REQUEST__INIT;
  Sell__ChangeEngagementInvolvementRequest change = SELL__CHANGE_ENGAGEMENT_INVOLVEMENT_REQUEST__INIT;
  Sell__SetEngagementMembersRequest staff = SELL__SET_ENGAGEMENT_MEMBERS_REQUEST__INIT;
  reject.name = (char *)offer(f, f->manager, p, "rejected", opportunity)->name;
  reject.reject_reason = SELL__ENGAGEMENT__REJECT_REASON__REJECT_REASON_DUPLICATE;
  assert_int_equal(
      ((const Sell__Engagement *)pillar_call(f, f->partner, ENGAGEMENTS "RejectEngagement", &reject))->state,
      STATE(REJECTED));
  cancel.name = (char *)offer(f, f->manager, p, "cancelled", opportunity)->name;
  cancel.reason = (char *)"the customer has bought";
  pillar_refused(f, f->partner, ENGAGEMENTS "CancelEngagement", &cancel, "OTHER_PARTY");
  pillar_call(f, f->manager, ENGAGEMENTS "CancelEngagement", &cancel);
  change.name = staff.name = (char *)offer(f, f->manager, p, "deepened", opportunity)->name;
  change.involvement = VISIBILITY_ONLY;
  change.reason = SELL__ENGAGEMENT__INVOLVEMENT_REASON__INVOLVEMENT_REASON_CUSTOMER_REQUESTED;
  pillar_refused(f, f->partner, ENGAGEMENTS "ChangeEngagementInvolvement", &change, REASON_INVALID_STATE);
  pillar_call(f, f->partner, ENGAGEMENTS "AcceptEngagement", accepting(f, change.name));
  change.etag = (char *)"not the current one";
  pillar_refused(f, f->partner, ENGAGEMENTS "ChangeEngagementInvolvement", &change, REASON_ETAG_MISMATCH);
  change.etag = (char *)"";
  pillar_call(f, f->partner, ENGAGEMENTS "ChangeEngagementInvolvement", &change);
  Sell__EngagementMember member = SELL__ENGAGEMENT_MEMBER__INIT, *members[] = {&member};
  member.person = (char *)"Ada Lövelace";
  member.role = SELL__ENGAGEMENT_MEMBER__ROLE__ROLE_TECHNICAL;
  member.party = PARTNER; /* dropped: it is of who gives it */
  staff.members = members;
  staff.n_members = 1;
  const Sell__Engagement *staffed = pillar_call(f, f->manager, ENGAGEMENTS "SetEngagementMembers", &staff);
  assert_int_equal(staffed->members[0]->party, VENDOR);
  assert_int_equal(offers(f, p, "offered"), 3);
  assert_int_equal(offers(f, p, "rejected"), 1);
  assert_int_equal(offers(f, p, "cancelled"), 1);
  assert_int_equal(offers(f, p, "accepted"), 1);
  lists_know_them(f, p);
}

enum { RIVALS = 16 };
struct race {
  const char *name;
  size_t won, refused;
};

static void accept_one(struct server_fixture *server, size_t index, void *context) {
  struct race *race = context;
  Sell__AcceptEngagementRequest accept = SELL__ACCEPT_ENGAGEMENT_REQUEST__INIT;
  Sell__RejectEngagementRequest reject = SELL__REJECT_ENGAGEMENT_REQUEST__INIT;
  accept.name = reject.name = (char *)race->name;
  reject.reject_reason = SELL__ENGAGEMENT__REJECT_REASON__REJECT_REASON_NO_CAPACITY;
  bool accepts = index % 2;
  Sell__Engagement *answer;
  struct client_call call =
      fixture_client_call(server, fixture_arena(server),
                          accepts ? ENGAGEMENTS "AcceptEngagement" : ENGAGEMENTS "RejectEngagement",
                          accepts ? (const void *)&accept : (const void *)&reject);
  call.response = &sell__engagement__descriptor;
  const struct status *status = client_call(fixture_channel(server), &call, &answer);
  race->won += !status;
  race->refused += status && strcmp(status->reason, REASON_INVALID_STATE) == 0;
}

static void one_answer_wins(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "engage-race", "orvane-global");
  const char *own = sell_open(f, f->manager, p, INDEPENDENT, "own")->name;
  struct race race = {.name = offer(f, f->manager, p, "one", own)->name};
  fixture_as(f->server, f->partner);
  fixture_fibers(f->server, RIVALS, accept_one, &race);
  assert_int_equal(race.won, 1);
  assert_int_equal(race.refused, RIVALS - 1);
  int64_t joint = sell_pipeline(f, f->manager, p)->open->joint_count;
  int64_t alone = sell_pipeline(f, f->manager, p)->open->independent_count;
  assert_int_equal(joint, get(f, f->partner, race.name)->state == STATE(ACCEPTED));
  assert_int_equal(joint + alone, 1);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_accepted_offer_makes_it_joint),
      cmocka_unit_test(imports_go_on_after_it_became_joint),
      cmocka_unit_test(what_cannot_be_offered_reads_the_same),
      cmocka_unit_test(they_are_rejected_cancelled_and_deepened),
      cmocka_unit_test(one_answer_wins),
      cmocka_unit_test(offers_expire_and_are_swept_once),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
