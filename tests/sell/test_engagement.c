#include "sell/builder.h"
#include "sell/engagement.h"

#include "runtime/base/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STATE(name) SELL__ENGAGEMENT__STATE__STATE_##name
#define CO_SELL SELL__ENGAGEMENT__INVOLVEMENT__INVOLVEMENT_CO_SELL
#define VISIBILITY_ONLY SELL__ENGAGEMENT__INVOLVEMENT__INVOLVEMENT_VISIBILITY_ONLY
#define VENDOR TYPE__PARTY__PARTY_VENDOR
#define PARTNER TYPE__PARTY__PARTY_PARTNER

enum { INVOLVE = ENGAGEMENT_EXPIRE, STAFF = INVOLVE + 1, ACTIONS = STAFF + 1 }; /* beside the machine's */

/* Offered by the vendor yesterday, for two weeks. */
static Sell__Engagement *engagement_in(struct arena *arena, Sell__Engagement__State state) {
  Sell__Engagement *engagement = arena_new(arena, Sell__Engagement);
  sell__engagement__init(engagement);
  engagement->name = (char *)"vendors/halden/partnerships/orvane/engagements/triage";
  engagement->inviter = VENDOR;
  engagement->involvement = CO_SELL;
  engagement->state = state;
  engagement->expire_time = timestamp_new(arena, NOW_US + 13 * DAY_US);
  return engagement;
}

static Sell__EngagementMember *member(struct arena *arena, const char *person) {
  Sell__EngagementMember *made = arena_new(arena, Sell__EngagementMember);
  sell__engagement_member__init(made);
  made->person = arena_strdup(arena, person);
  made->role = SELL__ENGAGEMENT_MEMBER__ROLE__ROLE_SELLER;
  return made;
}

static const struct status *run(const struct act *act, Sell__Engagement *engagement, int action) {
  Sell__RejectEngagementRequest reject = SELL__REJECT_ENGAGEMENT_REQUEST__INIT;
  Sell__ChangeEngagementInvolvementRequest change = SELL__CHANGE_ENGAGEMENT_INVOLVEMENT_REQUEST__INIT;
  reject.reject_reason = SELL__ENGAGEMENT__REJECT_REASON__REJECT_REASON_NO_CAPACITY;
  change.involvement = VISIBILITY_ONLY;
  change.reason = SELL__ENGAGEMENT__INVOLVEMENT_REASON__INVOLVEMENT_REASON_EXPANSION;
  switch (action) {
  case ENGAGEMENT_ACCEPT:
    return engagement_accept(act, engagement, NULL, 0);
  case ENGAGEMENT_REJECT:
    return engagement_reject(act, engagement, &reject);
  case ENGAGEMENT_CANCEL:
    return engagement_cancel(act, engagement, (char *)"the customer has bought");
  case INVOLVE:
    return engagement_involve(act, engagement, &change);
  default:
    return engagement_staff(act, engagement, NULL, 0);
  }
}

static void every_state_action_and_party(void **state) {
  (void)state;
  /* From PENDING, by the vendor that offers and the partner that is invited. */
  static const struct {
    const char *vendor, *partner; /* what refuses; NULL: done */
    Sell__Engagement__State to;
  } pending[ACTIONS] = {
      [ENGAGEMENT_ACCEPT] = {"OTHER_PARTY", NULL, STATE(ACCEPTED)},
      [ENGAGEMENT_REJECT] = {"OTHER_PARTY", NULL, STATE(REJECTED)},
      [ENGAGEMENT_CANCEL] = {NULL, "OTHER_PARTY", STATE(CANCELLED)},
      [INVOLVE] = {"INVALID_STATE", "INVALID_STATE", STATE(PENDING)},
      [STAFF] = {NULL, "INVALID_STATE", STATE(PENDING)},
  };
  for (int from = STATE(PENDING); from <= (int)STATE(EXPIRED); from++)
    for (int action = 0; action < ACTIONS; action++)
      for (int party = VENDOR; party <= (int)PARTNER; party++) {
        struct occasion occasion = occasion_build();
        const struct act act = {occasion.arena, NOW_US, (Type__Party)party, "someone"};
        Sell__Engagement *engagement = engagement_in(occasion.arena, (Sell__Engagement__State)from);
        const char *refusal = party == (int)VENDOR ? pending[action].vendor : pending[action].partner;
        bool verb = action < INVOLVE, accepted = from == (int)STATE(ACCEPTED);
        if (from != (int)STATE(PENDING) && (!refusal || !verb))
          refusal = !verb && accepted ? NULL : "INVALID_STATE";
        assert_reason(run(&act, engagement, action), refusal, NULL);
        assert_int_equal(engagement->state, refusal || !verb ? from : (int)pending[action].to);
        occasion_release(&occasion);
      }
}

static void an_offer_expires_at_its_moment(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Engagement *engagement = engagement_in(occasion.arena, STATE(PENDING));
  int64_t expire_us = moment_us(engagement->expire_time);
  assert_int_equal(engagement_next_us(engagement), expire_us);
  assert_int_equal(engagement_state_at(engagement, expire_us - 1), STATE(PENDING));
  assert_false(engagement_settle(occasion.arena, engagement, expire_us - 1));
  assert_true(engagement_settle(occasion.arena, engagement, expire_us));
  assert_int_equal(engagement->state, STATE(EXPIRED));
  assert_int_equal(moment_us(engagement->answer_time), expire_us);
  for (int other = STATE(ACCEPTED); other <= (int)STATE(EXPIRED); other++) {
    engagement = engagement_in(occasion.arena, (Sell__Engagement__State)other);
    assert_int_equal(engagement_next_us(engagement), INT64_MAX);
    assert_false(engagement_settle(occasion.arena, engagement, INT64_MAX - 1));
  }
  occasion_release(&occasion);
}

static void an_offer_tells_what_it_should(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  const struct act act = {occasion.arena, NOW_US, VENDOR, "someone"};
  Sell__Opportunity *opportunity = opportunity_build(&occasion, SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED);
  opportunity->seller = (char *)"Kolibri";
  opportunity->external_id = (char *)"Kolibri";
  opportunity->retreat_reason = (char *)"Kolibri";
  static const int64_t refused_days[] = {0, -1, 91};
  for (size_t i = 0; i < sizeof refused_days / sizeof *refused_days; i++) {
    Sell__Engagement *late = engagement_in(occasion.arena, 0);
    late->expire_time = timestamp_new(occasion.arena, NOW_US + refused_days[i] * DAY_US);
    assert_reason(engagement_start(&act, late, opportunity), "INVALID_REQUEST", "engagement.expire_time");
  }
  Sell__Engagement__Responsibility asked[] = {SELL__ENGAGEMENT__RESPONSIBILITY__RESPONSIBILITY_RESELLER,
                                              SELL__ENGAGEMENT__RESPONSIBILITY__RESPONSIBILITY_SERVICES,
                                              SELL__ENGAGEMENT__RESPONSIBILITY__RESPONSIBILITY_RESELLER};
  Sell__Engagement *twice = engagement_in(occasion.arena, 0);
  twice->responsibilities = asked;
  twice->n_responsibilities = 3;
  assert_reason(engagement_start(&act, twice, opportunity), "INVALID_REQUEST",
                "engagement.responsibilities[2]");
  Sell__Engagement *offer = engagement_in(occasion.arena, 0);
  offer->responsibilities = asked;
  offer->n_responsibilities = 2;
  offer->expire_time = NULL;
  assert_reason(engagement_start(&act, offer, opportunity), NULL, NULL);
  assert_int_equal(moment_us(offer->expire_time), NOW_US + ENGAGEMENT_DAYS * DAY_US);
  assert_string_equal(offer->payload->account, "Northgate Hospital");
  assert_int_equal(offer->payload->amount->amount_minor, 50000);
  uint8_t *bytes = arena_alloc(occasion.arena, sell__engagement__get_packed_size(offer));
  size_t size = sell__engagement__pack(offer, bytes);
  assert_null(memmem(bytes, size, "Kolibri", 7));
  occasion_release(&occasion);
}

static void members_are_each_partys_own(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  struct act act = {occasion.arena, NOW_US, PARTNER, "someone"};
  Sell__Engagement *engagement = engagement_in(occasion.arena, STATE(ACCEPTED));
  Sell__EngagementMember *members[ENGAGEMENT_MEMBERS_MAX];
  for (size_t i = 0; i < ENGAGEMENT_MEMBERS_MAX; i++)
    members[i] = member(occasion.arena, arena_printf(occasion.arena, "person %zu", i));
  assert_reason(engagement_staff(&act, engagement, members, 12), NULL, NULL);
  act.party = VENDOR;
  assert_reason(engagement_staff(&act, engagement, members, 8), NULL,
                NULL); /* the same names: other people */
  assert_int_equal(engagement->n_members, 20);
  assert_reason(engagement_staff(&act, engagement, members, 9), "INVALID_REQUEST", "members");
  members[1] = members[0];
  assert_reason(engagement_staff(&act, engagement, members, 2), "INVALID_REQUEST", "members[1].person");
  assert_int_equal(engagement->n_members, 20);
  assert_reason(engagement_staff(&act, engagement, NULL, 0), NULL, NULL);
  assert_int_equal(engagement->n_members, 12);
  for (size_t i = 0; i < 12; i++)
    assert_int_equal(engagement->members[i]->party, PARTNER);
  occasion_release(&occasion);
}

static void other_reasons_are_said(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  const struct act act = {occasion.arena, NOW_US, PARTNER, "someone"};
  Sell__RejectEngagementRequest reject = SELL__REJECT_ENGAGEMENT_REQUEST__INIT;
  Sell__ChangeEngagementInvolvementRequest change = SELL__CHANGE_ENGAGEMENT_INVOLVEMENT_REQUEST__INIT;
  reject.reject_reason = SELL__ENGAGEMENT__REJECT_REASON__REJECT_REASON_OTHER;
  reject.note = (char *)"too short";
  Sell__Engagement *pending = engagement_in(occasion.arena, STATE(PENDING));
  assert_reason(engagement_reject(&act, pending, &reject), "INVALID_REQUEST", "note");
  reject.note = (char *)"we sell to the other clinic";
  assert_reason(engagement_reject(&act, pending, &reject), NULL, NULL);
  Sell__Engagement *accepted = engagement_in(occasion.arena, STATE(ACCEPTED));
  change.involvement = CO_SELL;
  change.reason = SELL__ENGAGEMENT__INVOLVEMENT_REASON__INVOLVEMENT_REASON_OTHER;
  assert_reason(engagement_involve(&act, accepted, &change), "INVALID_REQUEST", "involvement");
  change.involvement = VISIBILITY_ONLY;
  assert_reason(engagement_involve(&act, accepted, &change), "INVALID_REQUEST", "note");
  change.note = (char *)"the customer wants one face";
  assert_reason(engagement_involve(&act, accepted, &change), NULL, NULL);
  assert_int_equal(accepted->involvement, VISIBILITY_ONLY);
  occasion_release(&occasion);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_action_and_party),  cmocka_unit_test(an_offer_expires_at_its_moment),
      cmocka_unit_test(an_offer_tells_what_it_should), cmocka_unit_test(members_are_each_partys_own),
      cmocka_unit_test(other_reasons_are_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
