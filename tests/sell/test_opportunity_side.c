#include "sell/builder.h"
#include "sell/opportunity_side.h"

#include "runtime/base/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STATE(name) SELL__OPPORTUNITY__STATE__STATE_##name
#define STAGE(name) SELL__OPPORTUNITY__STAGE__STAGE_##name
#define PRIVATE SELL__OPPORTUNITY_SIDE__SHARING__SHARING_PRIVATE
#define SHARED SELL__OPPORTUNITY_SIDE__SHARING__SHARING_SHARED
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER

/* The vendor's side with every field set and nothing shared. */
static Sell__OpportunitySide *side_build(const struct occasion *occasion) {
  Sell__OpportunitySide *side = arena_new(occasion->arena, Sell__OpportunitySide);
  Sell__CustomerContact *contact = arena_new(occasion->arena, Sell__CustomerContact);
  Sell__OpportunitySide__SharingFlags *sharing =
      arena_new(occasion->arena, Sell__OpportunitySide__SharingFlags);
  sell__opportunity_side__init(side);
  sell__customer_contact__init(contact);
  sell__opportunity_side__sharing_flags__init(sharing);
  side->name = side_name(occasion->arena, NAME, VENDOR);
  side->party = VENDOR;
  side->stage = STAGE(BUSINESS_VALIDATION);
  side->amount = money_build(occasion, "USD", 81000);
  side->next_step = (char *)"call the board";
  side->next_step_due_time = time_build(occasion, -3);
  side->owner_contact = (char *)"Ada";
  side->notes = (char *)"they want a discount";
  contact->full_name = (char *)"Dr. No";
  side->customer_contact = contact;
  side->sharing = sharing;
  return side;
}

static Sell__OpportunitySide *side_copy(const struct occasion *occasion, const Sell__OpportunitySide *side) {
  Sell__OpportunitySide *copy = arena_copy(occasion->arena, side, sizeof *side);
  copy->sharing = arena_copy(occasion->arena, side->sharing, sizeof *side->sharing);
  copy->customer_contact =
      arena_copy(occasion->arena, side->customer_contact, sizeof *side->customer_contact);
  return copy;
}

/* Every set of flags shows exactly what it says, and showing it again changes nothing. */
static void every_set_of_flags(void **state) {
  (void)state;
  for (unsigned flags = 0; flags < 64; flags++) {
    struct occasion occasion = occasion_build();
    Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(QUALIFIED));
    Sell__OpportunitySide *side = side_build(&occasion);
    side->customer_contact->consent = true;
    side->sharing->stage = flags & 1 ? SHARED : PRIVATE;
    side->sharing->amount = flags & 2 ? SHARED : PRIVATE;
    side->sharing->next_step = flags & 4 ? SHARED : 0;
    side->sharing->next_step_due_time = flags & 8 ? SHARED : PRIVATE;
    side->sharing->owner_contact = flags & 16 ? SHARED : PRIVATE;
    side->sharing->customer_contact = flags & 32 ? SHARED : PRIVATE;
    assert_int_equal(side_show(occasion.arena, side, opportunity), (flags & 31) != 0);
    assert_false(side_show(occasion.arena, side, opportunity));
    assert_int_equal(opportunity->n_shared_sides, (flags & 31) != 0);
    const Sell__OpportunitySide *seen = side_as_shared(occasion.arena, opportunity, VENDOR, side);
    assert_int_equal(seen->stage, flags & 1 ? STAGE(BUSINESS_VALIDATION) : 0);
    assert_int_equal(seen->amount != NULL, (flags & 2) != 0);
    assert_string_equal(seen->next_step, flags & 4 ? "call the board" : "");
    assert_int_equal(seen->next_step_due_time != NULL, (flags & 8) != 0);
    assert_string_equal(seen->owner_contact, flags & 16 ? "Ada" : "");
    assert_int_equal(seen->customer_contact != NULL, (flags & 32) != 0);
    assert_string_equal(seen->notes, "");
    assert_string_equal(seen->etag, "");
    assert_null(seen->sharing);
    assert_null(seen->update_time);
    occasion_release(&occasion);
  }
}

static void sides_stand_beside_each_other(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(QUALIFIED));
  Sell__OpportunitySide *partners = side_build(&occasion), *vendors = side_build(&occasion);
  partners->party = PARTNER;
  partners->sharing->amount = vendors->sharing->amount = SHARED;
  assert_true(side_show(occasion.arena, partners, opportunity));
  assert_true(side_show(occasion.arena, vendors, opportunity));
  assert_int_equal(opportunity->n_shared_sides, 2);
  assert_int_equal(opportunity->shared_sides[0]->party, VENDOR);
  vendors->notes = (char *)"something else";
  vendors->next_step = (char *)"something else";
  assert_false(side_show(occasion.arena, vendors, opportunity)); /* what is private moves nothing */
  vendors->sharing->amount = PRIVATE;
  assert_true(side_show(occasion.arena, vendors, opportunity));
  assert_int_equal(opportunity->n_shared_sides, 1);
  assert_int_equal(opportunity->shared_sides[0]->party, PARTNER);
  occasion_release(&occasion);
}

static void contacts_cross_with_consent_only(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(QUALIFIED));
  Sell__OpportunitySide *before = side_build(&occasion), *after = side_copy(&occasion, before);
  after->sharing->customer_contact = SHARED;
  assert_reason(side_update(&occasion, opportunity, before, after), REASON_CONSENT_MISSING, NULL);
  after->customer_contact->consent = true;
  assert_reason(side_update(&occasion, opportunity, before, after), NULL, NULL);
  assert_int_equal(timestamp_us(after->customer_contact->consent_time, 0), NOW_US);
  assert_non_null(side_as_shared(occasion.arena, opportunity, VENDOR, after)->customer_contact);
  /* Taken back, even after the sale was lost: it no longer crosses, whatever the flag said. */
  Sell__OpportunitySide *later = side_copy(&occasion, after);
  later->customer_contact->consent = false;
  opportunity->state = STATE(LOST);
  assert_reason(side_update(&occasion, opportunity, after, later), NULL, NULL);
  assert_int_equal(later->sharing->customer_contact, PRIVATE);
  assert_int_equal(after->sharing->customer_contact, SHARED); /* what was read is never changed */
  assert_null(later->customer_contact->consent_time);
  assert_null(side_as_shared(occasion.arena, opportunity, VENDOR, later)->customer_contact);
  later = side_copy(&occasion, after);
  later->customer_contact->consent = false;
  later->sharing->amount = SHARED; /* nothing else slips through with it */
  assert_reason(side_update(&occasion, opportunity, after, later), REASON_FIELD_LOCKED, "sharing");
  occasion_release(&occasion);
}

/* Who may change what in which state: everything open, notes when closed, nothing when taken back. */
static void every_state_and_field(void **state) {
  (void)state;
  static const char *const fields[] = {"stage",         "amount",           "next_step", "next_step_due_time",
                                       "owner_contact", "customer_contact", "sharing",   "notes"};
  for (int in = STATE(OPEN); in <= (int)STATE(REVERSED); in++)
    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
      struct occasion occasion = occasion_build();
      Sell__Opportunity *opportunity = opportunity_build_in(&occasion, (Sell__Opportunity__State)in);
      Sell__OpportunitySide *before = side_build(&occasion), *after = side_copy(&occasion, before);
      if (f == 0)
        after->stage = STAGE(PROSPECT);
      else if (f == 1)
        after->amount = money_build(&occasion, "USD", 5);
      else if (f == 3)
        after->next_step_due_time = time_build(&occasion, -9);
      else if (f == 5)
        after->customer_contact->email = (char *)"no@clinic.example";
      else if (f == 6)
        after->sharing->stage = SHARED;
      else
        *(f == 2 ? &after->next_step : f == 4 ? &after->owner_contact : &after->notes) = (char *)"another";
      bool notes = f == 7, may = in == (int)STATE(OPEN) || (notes && in != (int)STATE(REVERSED));
      assert_reason(side_update(&occasion, opportunity, before, after), may ? NULL : REASON_FIELD_LOCKED,
                    may ? NULL : fields[f]);
      occasion_release(&occasion);
    }
}

static void sides_are_refused_in_order(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(QUALIFIED));
  Sell__OpportunitySide *before = side_build(&occasion), *after = side_copy(&occasion, before);
  after->amount = money_build(&occasion, "EUR", 5);
  assert_reason(side_update(&occasion, opportunity, before, after), REASON_CURRENCY_MISMATCH, NULL);
  after->amount = money_build(&occasion, "EUR", 0);
  assert_reason(side_update(&occasion, opportunity, before, after), REASON_INVALID_REQUEST,
                "side.amount.amount_minor");
  occasion.party = PARTNER;
  assert_reason(side_update(&occasion, opportunity, before, after), REASON_OTHER_PARTY, NULL);
  opportunity->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  assert_reason(side_update(&occasion, opportunity, before, after), "NOT_JOINT", NULL);
  assert_int_equal(side_party(occasion.arena, NAME "/sides/partner"), PARTNER);
  assert_int_equal(side_party(occasion.arena, NAME "/sides/somebody"), 0);
  occasion_release(&occasion);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_set_of_flags),
      cmocka_unit_test(sides_stand_beside_each_other),
      cmocka_unit_test(contacts_cross_with_consent_only),
      cmocka_unit_test(every_state_and_field),
      cmocka_unit_test(sides_are_refused_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
