/* Sides and snapshots through the service, and that nothing private to one party reaches the other. */
#include "sell/service_fixture.h"
#include "support/check.h"

#include "runtime/base/timestamp.h"

#include "entente/sell/v1/engagement_service.pb-c.h"
#include "entente/sell/v1/opportunity_side_service.pb-c.h"
#include "entente/sell/v1/opportunity_snapshot_service.pb-c.h"

#include <string.h>

#define SIDES "/entente.sell.v1.OpportunitySideService/"
#define SNAPSHOTS "/entente.sell.v1.OpportunitySnapshotService/"
#define ENGAGEMENTS "/entente.sell.v1.EngagementService/"
#define STAGE(name) SELL__OPPORTUNITY__STAGE__STAGE_##name
#define TEMPLATE(name) SELL__OPPORTUNITY_SNAPSHOT__TEMPLATE__TEMPLATE_##name
#define JOINT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
#define INDEPENDENT SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT
#define SHARED SELL__OPPORTUNITY_SIDE__SHARING__SHARING_SHARED
#define NOBODY TYPE__PARTY__PARTY_UNSPECIFIED
#define SECRET "Kolibri" /* in every private text of the vendor's side */
#define AMOUNT INT64_C(777123)

static Sell__OpportunitySide *draft(struct pillar_fixture *f, const char *opportunity, const char *party) {
  Sell__OpportunitySide *side = arena_new(pillar_arena(f), Sell__OpportunitySide);
  sell__opportunity_side__init(side);
  side->name = arena_printf(pillar_arena(f), "%s/sides/%s", opportunity, party);
  return side;
}

static Sell__OpportunitySide *secret_draft(struct pillar_fixture *f, const char *opportunity,
                                           const char *party) {
  Sell__OpportunitySide *side = draft(f, opportunity, party);
  Sell__CustomerContact *contact = arena_new(pillar_arena(f), Sell__CustomerContact);
  sell__customer_contact__init(contact);
  contact->full_name = contact->job_title = (char *)SECRET;
  contact->email = (char *)SECRET "@clinic.example";
  side->stage = STAGE(COMMITTED);
  side->amount = usd(f, AMOUNT);
  side->next_step = side->owner_contact = side->notes = (char *)SECRET;
  side->next_step_due_time = pillar_time(f, "2026-08-08");
  side->customer_contact = contact;
  return side;
}

static const Sell__OpportunitySide *update(struct pillar_fixture *f, const struct principal *who,
                                           Sell__OpportunitySide *side) {
  Sell__UpdateOpportunitySideRequest request = SELL__UPDATE_OPPORTUNITY_SIDE_REQUEST__INIT;
  request.side = side;
  return pillar_call(f, who, SIDES "UpdateOpportunitySide", &request);
}

static const Sell__OpportunitySide *side_of(struct pillar_fixture *f, const struct principal *who,
                                            const char *opportunity, const char *party) {
  Sell__GetOpportunitySideRequest request = SELL__GET_OPPORTUNITY_SIDE_REQUEST__INIT;
  request.name = arena_printf(pillar_arena(f), "%s/sides/%s", opportunity, party);
  return pillar_call(f, who, SIDES "GetOpportunitySide", &request);
}

/* Fails when a message holds the secret or the amount in any field. */
static void assert_nothing_secret(struct pillar_fixture *f, const void *message) {
  size_t size = protobuf_c_message_get_packed_size(message);
  uint8_t *bytes = arena_alloc(pillar_arena(f), size + 1);
  protobuf_c_message_pack(message, bytes);
  assert_null(memmem(bytes, size, SECRET, strlen(SECRET)));
  uint8_t amount[3] = {(AMOUNT & 0x7f) | 0x80, (AMOUNT >> 7 & 0x7f) | 0x80, AMOUNT >> 14 & 0x7f};
  assert_null(memmem(bytes, size, amount, sizeof amount)); /* as a varint */
}

/* Everything that a party reads of a partnership in sell; how many ledger entries there are. */
static size_t read_everything(struct pillar_fixture *f, const struct principal *who, const char *p,
                              const char *opportunity) {
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, who, p, &entries);
  Sell__ListOpportunitiesRequest list = SELL__LIST_OPPORTUNITIES_REQUEST__INIT;
  Sell__ListOpportunitySidesRequest sides = SELL__LIST_OPPORTUNITY_SIDES_REQUEST__INIT;
  list.parent = (char *)p;
  sides.parent = (char *)opportunity;
  for (size_t i = 0; i < count; i++)
    assert_nothing_secret(f, &entries[i]->base);
  assert_nothing_secret(f, sell_get(f, who, opportunity));
  assert_nothing_secret(f, side_of(f, who, opportunity, "vendor"));
  assert_nothing_secret(f, sell_pipeline(f, who, p));
  assert_nothing_secret(f, pillar_call(f, who, OPPORTUNITIES "ListOpportunities", &list));
  assert_nothing_secret(f, pillar_call(f, who, SIDES "ListOpportunitySides", &sides));
  list.text = (char *)SECRET; /* nor can it be searched for */
  const Sell__ListOpportunitiesResponse *found =
      pillar_call(f, who, OPPORTUNITIES "ListOpportunities", &list);
  assert_int_equal(found->n_opportunities, 0);
  return count;
}

static void what_is_private_reaches_nobody(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "side-private", "orvane-global");
  const char *name = sell_open(f, f->manager, p, JOINT, "one")->name;
  size_t before = read_everything(f, f->partner, p, name);
  const char *etag = sell_get(f, f->partner, name)->etag;
  const Google__Protobuf__Timestamp *time = sell_get(f, f->partner, name)->update_time;
  const Sell__OpportunitySide *empty = side_of(f, f->partner, name, "vendor");
  fixture_set_now(f->server, fixture_now(f->server) + 1000000);
  const Sell__OpportunitySide *own = update(f, f->manager, secret_draft(f, name, "vendor"));
  assert_string_equal(own->notes, SECRET);
  assert_string_equal(side_of(f, f->manager, name, "vendor")->customer_contact->full_name, SECRET);
  assert_int_equal(read_everything(f, f->partner, p, name), before); /* not one entry more */
  assert_string_equal(sell_get(f, f->partner, name)->etag, etag);
  assert_int_equal(timestamp_us(sell_get(f, f->partner, name)->update_time, 0), timestamp_us(time, 1));
  /* Written or not, the other party reads the same. */
  const Sell__OpportunitySide *seen = side_of(f, f->partner, name, "vendor");
  assert_int_equal(protobuf_c_message_get_packed_size(&seen->base),
                   protobuf_c_message_get_packed_size(&empty->base));
  Ledger__LedgerEntry **entries;
  assert_int_equal(pillar_entries(f, f->manager, p, &entries), before + 1);
  assert_string_equal(entries[before]->type, "opportunity_side.updated");
  assert_int_equal(entries[before]->private_to, TYPE__PARTY__PARTY_VENDOR);
}

static void errors_tell_nothing_private(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "side-errors", "orvane-global");
  const char *written = sell_open(f, f->manager, p, JOINT, "one")->name;
  const char *blank = sell_open(f, f->manager, p, JOINT, "two")->name;
  const char *hidden = sell_open(f, f->manager, p, INDEPENDENT, "own")->name;
  const char *absent = arena_printf(pillar_arena(f), "%s/opportunities/vendor-nil", p);
  const char *etag = update(f, f->manager, secret_draft(f, written, "vendor"))->etag;
  Sell__UpdateOpportunitySideRequest request = SELL__UPDATE_OPPORTUNITY_SIDE_REQUEST__INIT;
  const char *etags[] = {"", "guess", etag};
  for (size_t i = 0; i < 3; i++) { /* whatever the etag, whether written or not */
    request.side = draft(f, written, "vendor");
    request.side->etag = (char *)etags[i];
    const struct status *one =
        pillar_refused(f, f->partner, SIDES "UpdateOpportunitySide", &request, "OTHER_PARTY");
    request.side = draft(f, blank, "vendor");
    request.side->etag = (char *)etags[i];
    const struct status *two =
        pillar_refused(f, f->partner, SIDES "UpdateOpportunitySide", &request, "OTHER_PARTY");
    assert_int_equal(strlen(one->message), strlen(two->message));
  }
  const char *parties[] = {"vendor", "partner", "somebody"};
  for (size_t i = 0; i < 3; i++) { /* of the other party's own, and of none */
    request.side = draft(f, hidden, parties[i]);
    const struct status *one =
        pillar_refused(f, f->partner, SIDES "UpdateOpportunitySide", &request, REASON_NOT_FOUND);
    request.side = draft(f, absent, parties[i]);
    const struct status *two =
        pillar_refused(f, f->partner, SIDES "UpdateOpportunitySide", &request, REASON_NOT_FOUND);
    assert_int_equal(strlen(one->message), strlen(two->message));
  }
  request.side = draft(f, hidden, "vendor");
  pillar_refused(f, f->manager, SIDES "UpdateOpportunitySide", &request, "NOT_JOINT");
  pillar_refused(f, f->viewer, SIDES "UpdateOpportunitySide", &request, REASON_ACCESS_DENIED);
  pillar_refused(f, f->stranger, SIDES "UpdateOpportunitySide", &request, REASON_ACCESS_DENIED);
}

static void what_is_shared_is_seen_at_once(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "side-shared", "orvane-global");
  const char *name = sell_open(f, f->manager, p, JOINT, "one")->name;
  Sell__OpportunitySide__SharingFlags sharing = SELL__OPPORTUNITY_SIDE__SHARING_FLAGS__INIT;
  Sell__OpportunitySide *side = draft(f, name, "partner");
  Sell__CustomerContact contact = SELL__CUSTOMER_CONTACT__INIT;
  contact.full_name = (char *)"Dr. Who";
  side->amount = usd(f, 64000);
  side->next_step = (char *)"workshop";
  side->notes = (char *)"for us alone";
  side->customer_contact = &contact;
  side->sharing = &sharing;
  sharing.amount = sharing.next_step = sharing.customer_contact = SHARED;
  Sell__UpdateOpportunitySideRequest request = SELL__UPDATE_OPPORTUNITY_SIDE_REQUEST__INIT;
  request.side = side;
  pillar_refused(f, f->partner, SIDES "UpdateOpportunitySide", &request, "CONSENT_MISSING");
  contact.consent = true;
  contact.consent_note = (char *)"by mail";
  request.request_id = (char *)"side-1";
  const Sell__OpportunitySide *first = pillar_call(f, f->partner, SIDES "UpdateOpportunitySide", &request);
  const Sell__OpportunitySide *again = pillar_call(f, f->partner, SIDES "UpdateOpportunitySide", &request);
  assert_string_equal(first->etag, again->etag);
  const Sell__OpportunitySide *seen = side_of(f, f->manager, name, "partner");
  assert_int_equal(seen->amount->amount_minor, 64000);
  assert_string_equal(seen->next_step, "workshop");
  assert_string_equal(seen->notes, "");
  assert_string_equal(seen->customer_contact->full_name, "Dr. Who");
  const Sell__Opportunity *opportunity = sell_get(f, f->manager, name);
  assert_int_equal(opportunity->n_shared_sides, 1);
  assert_int_equal(opportunity->amount->amount_minor, 50000); /* the core is what both agree on */
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(f, f->manager, p, &entries);
  assert_string_equal(entries[count - 1]->type, "opportunity.side_shared");
  for (size_t i = 0; i < count; i++) /* personal data are in no ledger that both read */
    assert_null(memmem(entries[i]->payload.data, entries[i]->payload.len, "Dr. Who", 7));
  Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
  char *paths[] = {(char *)"sharing.amount"};
  mask.paths = paths;
  mask.n_paths = 1;
  sharing.amount = 0;
  request.update_mask = &mask;
  request.request_id = (char *)"side-2";
  side->etag = (char *)"not the current one";
  pillar_refused(f, f->partner, SIDES "UpdateOpportunitySide", &request, REASON_ETAG_MISMATCH);
  side->etag = first->etag;
  pillar_call(f, f->partner, SIDES "UpdateOpportunitySide", &request);
  seen = side_of(f, f->manager, name, "partner");
  assert_null(seen->amount);
  assert_string_equal(seen->next_step, "workshop");
  assert_int_equal(side_of(f, f->partner, name, "partner")->amount->amount_minor, 64000);
}

/* ---- snapshots ---- */

static const Sell__OpportunitySnapshot *snapshot(struct pillar_fixture *f, const struct principal *who,
                                                 const char *opportunity,
                                                 Sell__OpportunitySnapshot__Template template) {
  Sell__CreateOpportunitySnapshotRequest request = SELL__CREATE_OPPORTUNITY_SNAPSHOT_REQUEST__INIT;
  request.parent = (char *)opportunity;
  request.template_ = template;
  request.note = (char *)"for the review";
  return pillar_call(f, who, SNAPSHOTS "CreateOpportunitySnapshot", &request);
}

static size_t snapshots(struct pillar_fixture *f, const struct principal *who, const char *opportunity,
                        Sell__OpportunitySnapshot__Template template) {
  Sell__ListOpportunitySnapshotsRequest request = SELL__LIST_OPPORTUNITY_SNAPSHOTS_REQUEST__INIT;
  request.parent = (char *)opportunity;
  request.template_ = template;
  return ((const Sell__ListOpportunitySnapshotsResponse *)pillar_call(
              f, who, SNAPSHOTS "ListOpportunitySnapshots", &request))
      ->n_snapshots;
}

static void snapshots_stay_as_they_were(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "snapshots", "orvane-global");
  const Sell__Opportunity *opened = sell_open(f, f->manager, p, JOINT, "one");
  const Sell__OpportunitySnapshot *first = snapshot(f, f->manager, opened->name, TEMPLATE(COMMERCIAL));
  assert_int_equal(first->number, 1);
  assert_string_equal(strrchr(first->name, '/'), "/1");
  assert_string_equal(first->revision, opened->etag);
  assert_null(first->opportunity->customer);
  Sell__WinOpportunityRequest win = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  win.name = opened->name;
  win.amount = usd(f, 90000);
  pillar_call(f, f->partner, OPPORTUNITIES "WinOpportunity", &win);
  const Sell__OpportunitySnapshot *second = snapshot(f, f->partner, opened->name, TEMPLATE(FULL));
  assert_int_equal(second->number, 2);
  assert_string_equal(second->opportunity->customer->account, "Northgate Hospital");
  Sell__GetOpportunitySnapshotRequest get = SELL__GET_OPPORTUNITY_SNAPSHOT_REQUEST__INIT;
  get.name = first->name;
  const Sell__OpportunitySnapshot *still =
      pillar_call(f, f->partner, SNAPSHOTS "GetOpportunitySnapshot", &get);
  assert_int_equal(still->opportunity->amount->amount_minor, 50000);
  assert_int_equal(still->opportunity->state, SELL__OPPORTUNITY__STATE__STATE_OPEN);
  assert_int_equal(snapshots(f, f->manager, opened->name, 0), 2);
  assert_int_equal(snapshots(f, f->manager, opened->name, TEMPLATE(FULL)), 1);
  Sell__CreateOpportunitySnapshotRequest bad = SELL__CREATE_OPPORTUNITY_SNAPSHOT_REQUEST__INIT;
  bad.parent = opened->name;
  pillar_refused(f, f->manager, SNAPSHOTS "CreateOpportunitySnapshot", &bad, REASON_INVALID_REQUEST);
  pillar_refused(f, f->viewer, SNAPSHOTS "CreateOpportunitySnapshot", &bad, REASON_ACCESS_DENIED);
}

enum { TAKERS = 16 };
static void take_one(struct server_fixture *server, size_t index, void *context) {
  (void)index;
  Sell__CreateOpportunitySnapshotRequest request = SELL__CREATE_OPPORTUNITY_SNAPSHOT_REQUEST__INIT;
  request.parent = context;
  request.template_ = TEMPLATE(PROGRESS);
  Sell__OpportunitySnapshot *taken;
  struct client_call call =
      fixture_client_call(server, fixture_arena(server), SNAPSHOTS "CreateOpportunitySnapshot", &request);
  call.response = &sell__opportunity_snapshot__descriptor;
  const struct status *status = client_call(fixture_channel(server), &call, &taken);
  if (status)
    fail_msg("%s %s", status->reason, status->message);
}

static void many_take_snapshots_and_none_shares_a_number(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "snapshot-race", "orvane-global");
  char *name = sell_open(f, f->manager, p, JOINT, "one")->name;
  fixture_as(f->server, f->manager);
  fixture_fibers(f->server, TAKERS, take_one, name);
  assert_int_equal(snapshots(f, f->partner, name, 0), TAKERS);
  assert_int_equal(snapshot(f, f->partner, name, TEMPLATE(FULL))->number, TAKERS + 1);
}

/* Snapshots of a party's own stay its own when the opportunity becomes joint, and so does how many there
 * were. */
static void own_snapshots_stay_ones_own(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "snapshot-own", "orvane-global");
  const char *name = sell_open(f, f->manager, p, INDEPENDENT, "one")->name;
  Sell__GetOpportunitySnapshotRequest get = SELL__GET_OPPORTUNITY_SNAPSHOT_REQUEST__INIT;
  Sell__ListOpportunitySnapshotsRequest list = SELL__LIST_OPPORTUNITY_SNAPSHOTS_REQUEST__INIT;
  get.name = snapshot(f, f->manager, name, TEMPLATE(FULL))->name;
  list.parent = (char *)name;
  pillar_refused(f, f->partner, SNAPSHOTS "GetOpportunitySnapshot", &get, REASON_NOT_FOUND);
  pillar_refused(f, f->partner, SNAPSHOTS "ListOpportunitySnapshots", &list, REASON_NOT_FOUND);
  Sell__CreateEngagementRequest offer = SELL__CREATE_ENGAGEMENT_REQUEST__INIT;
  Sell__Engagement engagement = SELL__ENGAGEMENT__INIT;
  engagement.title = (char *)"Sell this together";
  engagement.opportunity = (char *)name;
  engagement.involvement = SELL__ENGAGEMENT__INVOLVEMENT__INVOLVEMENT_CO_SELL;
  offer.parent = (char *)p;
  offer.engagement = &engagement;
  const Sell__Engagement *offered = pillar_call(f, f->manager, ENGAGEMENTS "CreateEngagement", &offer);
  pillar_call(f, f->partner, ENGAGEMENTS "AcceptEngagement",
              pillar_request(f, &sell__accept_engagement_request__descriptor, offered->name));
  pillar_refused(f, f->partner, SNAPSHOTS "GetOpportunitySnapshot", &get, REASON_NOT_FOUND);
  assert_int_equal(snapshots(f, f->partner, name, 0), 0);
  assert_int_equal(snapshot(f, f->partner, name, TEMPLATE(FULL))->number, 1);
  assert_int_equal(snapshots(f, f->manager, name, 0), 2);
}

static void the_ledger_stands(void **state) {
  pillar_verify(*state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_private_reaches_nobody),
      cmocka_unit_test(errors_tell_nothing_private),
      cmocka_unit_test(what_is_shared_is_seen_at_once),
      cmocka_unit_test(snapshots_stay_as_they_were),
      cmocka_unit_test(many_take_snapshots_and_none_shares_a_number),
      cmocka_unit_test(own_snapshots_stay_ones_own),
      cmocka_unit_test(the_ledger_stands),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
