#include "runtime/base/moment.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/builder.h"
#include "sell/field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STATE(name) SELL__OPPORTUNITY__STATE__STATE_##name
#define STAGE(name) SELL__OPPORTUNITY__STAGE__STAGE_##name
#define LOSS(name) SELL__OPPORTUNITY__LOSS_REASON__LOSS_REASON_##name

enum { STATE_COUNT = 4, STAGE_COUNT = 5 };

static const struct status *act(const struct occasion *occasion, Sell__Opportunity *opportunity,
                                enum opportunity_action action) {
  int64_t occur_us;
  Sell__AdvanceOpportunityRequest advance = SELL__ADVANCE_OPPORTUNITY_REQUEST__INIT;
  Sell__WinOpportunityRequest win = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  Sell__LoseOpportunityRequest lose = SELL__LOSE_OPPORTUNITY_REQUEST__INIT;
  advance.stage = STAGE(TECHNICAL_VALIDATION);
  lose.loss_reason = LOSS(PRICE);
  lose.no_incumbent = true;
  switch (action) {
  case ACTION_ADVANCE:
    return opportunity_advance(occasion, opportunity, &advance, &occur_us);
  case ACTION_WIN:
    return opportunity_win(occasion, opportunity, &win, &occur_us);
  case ACTION_LOSE:
    return opportunity_lose(occasion, opportunity, &lose, &occur_us);
  case ACTION_REVERSE:
    return opportunity_reverse(occasion, opportunity, "customer cancelled");
  case ACTION_REOPEN:
    return opportunity_reopen(occasion, opportunity, "customer came back");
  }
  return NULL;
}

static void every_state_and_action(void **state) {
  (void)state;
  static const Sell__Opportunity__State after[STATE_COUNT][ACTION_COUNT] = {
      /*              advance       win           lose          reverse          reopen */
      /* OPEN */ {STATE(OPEN), STATE(WON), STATE(LOST), 0, 0},
      /* WON */ {0, 0, 0, STATE(REVERSED), 0},
      /* LOST */ {0, 0, 0, 0, STATE(OPEN)},
      /* REVERSED */ {0, 0, 0, 0, 0},
  };
  for (size_t s = 0; s < STATE_COUNT; s++) {
    for (size_t a = 0; a < ACTION_COUNT; a++) {
      struct occasion occasion = occasion_build();
      Sell__Opportunity__State from = STATE(OPEN) + (Sell__Opportunity__State)s;
      Sell__Opportunity *opportunity = opportunity_build_in(&occasion, from), before = *opportunity;
      const struct status *status = act(&occasion, opportunity, (enum opportunity_action)a);
      assert_reason(status, after[s][a] ? NULL : REASON_INVALID_STATE, NULL);
      if (after[s][a])
        assert_int_equal(opportunity->state, after[s][a]);
      else
        assert_memory_equal(opportunity, &before, sizeof before);
      occasion_release(&occasion);
    }
  }
}

static void every_pair_of_stages(void **state) {
  (void)state;
  for (int from = STAGE(PROSPECT); from <= (int)STAGE(COMMITTED); from++) {
    for (int to = STAGE(PROSPECT); to <= (int)STAGE(COMMITTED); to++) {
      for (int reasoned = 0; reasoned < 2; reasoned++) {
        struct occasion occasion = occasion_build();
        Sell__Opportunity *opportunity = opportunity_build(&occasion, (Sell__Opportunity__Stage)from);
        Google__Protobuf__Timestamp *qualified = opportunity->qualify_time;
        Sell__AdvanceOpportunityRequest request = SELL__ADVANCE_OPPORTUNITY_REQUEST__INIT;
        request.stage = (Sell__Opportunity__Stage)to;
        request.reason = (char *)(reasoned ? "the budget was cut" : "");
        int64_t occur_us;
        const struct status *status = opportunity_advance(&occasion, opportunity, &request, &occur_us);
        const char *reason = from == to                ? REASON_STAGE_UNCHANGED
                             : (to < from) == reasoned ? NULL
                                                       : REASON_INVALID_REQUEST;
        assert_reason(status, reason, NULL);
        assert_int_equal(opportunity->stage, reason ? from : to);
        if (qualified) /* the first time counts, whatever comes after */
          assert_ptr_equal(opportunity->qualify_time, qualified);
        else
          assert_int_equal(opportunity->qualify_time != NULL, !reason && to >= (int)STAGE(QUALIFIED));
        occasion_release(&occasion);
      }
    }
  }
}

static void stages_need(void **state) {
  (void)state;
  /* What is lacking for each stage, as bits: account 1, amount 2, expected close time 4. */
  static const unsigned needed[STAGE_COUNT] = {0, 0, 1, 1 | 2, 1 | 2 | 4};
  for (unsigned lacking = 0; lacking < 8; lacking++) {
    for (int stage = STAGE(PROSPECT); stage <= (int)STAGE(COMMITTED); stage++) {
      struct occasion occasion = occasion_build();
      Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(PROSPECT));
      if (lacking & 1)
        opportunity->customer = NULL;
      if (lacking & 2)
        opportunity->amount = NULL;
      if (lacking & 4)
        opportunity->expected_close_time = NULL;
      unsigned missing = needed[stage - 1] & lacking;
      const struct status *status =
          opportunity_needs(&occasion, opportunity, (Sell__Opportunity__Stage)stage, false);
      assert_reason(status, missing ? REASON_GUARD_UNMET : NULL, missing & 4 ? "expected_close_time" : NULL);
      assert_reason(status, missing ? REASON_GUARD_UNMET : NULL, missing & 1 ? "customer.account" : NULL);
      int64_t occur_us;
      Sell__WinOpportunityRequest win = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
      status = opportunity_win(&occasion, opportunity, &win, &occur_us);
      assert_reason(status, lacking & 3 ? REASON_GUARD_UNMET : NULL, lacking & 2 ? "amount" : NULL);
      occasion_release(&occasion);
    }
  }
}

static const char *another_text(const struct field *field) {
  return strcmp(field->name, "proposition") == 0
             ? "vendors/halden/partnerships/orvane/jointValuePropositions/another"
             : "another";
}

static void lists_fill(const struct occasion *occasion, const struct field *field, Sell__Opportunity *after) {
  if (field->type == FIELD_SOLUTIONS) {
    after->more_solutions = arena_calloc(occasion->arena, 1, sizeof *after->more_solutions);
    after->more_solutions[after->n_more_solutions++] = (char *)"Support";
    return;
  }
  Sell__StageRole *role = arena_new(occasion->arena, Sell__StageRole);
  sell__stage_role__init(role);
  role->stage = STAGE(PROSPECT);
  role->lead = SELL__STAGE_ROLE__LEAD__LEAD_PARTNER;
  after->stage_roles = arena_calloc(occasion->arena, 1, sizeof *after->stage_roles);
  after->stage_roles[after->n_stage_roles++] = role;
}

static Sell__Opportunity *changed(const struct occasion *occasion, const Sell__Opportunity *before,
                                  size_t which) {
  Sell__Opportunity *after = arena_copy(occasion->arena, before, sizeof *before);
  after->customer = arena_copy(occasion->arena, before->customer, sizeof *before->customer);
  const struct field *field = &fields[which];
  if (field->type == FIELD_SOLUTIONS || field->type == FIELD_ROLES) {
    lists_fill(occasion, field, after);
    return after;
  }
  char *base = field->type == FIELD_CUSTOMER_TEXT ? (char *)after->customer : (char *)after;
  void *value = field->type == FIELD_MONEY  ? (void *)money_build(occasion, "USD", 1)
                : field->type == FIELD_TIME ? (void *)time_build(occasion, 95)
                                            : (void *)arena_strdup(occasion->arena, another_text(field));
  memcpy(base + field->offset, &value, sizeof value);
  return after;
}

static void every_field_and_phase(void **state) {
  (void)state;
  /* Fields in the order of the table; phases OPEN, COMMITTED, WON, LOST, REVERSED. */
  static const char *const may[] = {"xxxx-", "x----", "xx---", "x----", "x----", "x----",
                                    "x----", "xx---", "xx---", "xx---", "xx---", "xx---",
                                    "xx---", "xx---", "xx---", "xx---", "xx---", "xx---"};
  assert_int_equal(field_count, sizeof may / sizeof *may);
  for (size_t f = 0; f < field_count; f++) {
    for (size_t phase = 0; phase < PHASE_COUNT; phase++) {
      static const Sell__Opportunity__State states[] = {STATE(OPEN), STATE(OPEN), STATE(WON), STATE(LOST),
                                                        STATE(REVERSED)};
      struct occasion occasion = occasion_build();
      Sell__Opportunity *before = phase == PHASE_COMMITTED ? opportunity_build(&occasion, STAGE(COMMITTED))
                                                           : opportunity_build_in(&occasion, states[phase]);
      assert_int_equal(phase_of(before), phase);
      const struct status *status = opportunity_update(&occasion, before, changed(&occasion, before, f));
      assert_reason(status, may[f][phase] == 'x' ? NULL : REASON_FIELD_LOCKED, NULL);
      if (status)
        assert_reason(status, REASON_FIELD_LOCKED, fields[f].name);
      assert_reason(opportunity_update(&occasion, before, before), NULL, NULL);
      occasion_release(&occasion);
    }
  }
}

static void updates_keep_values_sane(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *before = opportunity_build(&occasion, STAGE(BUSINESS_VALIDATION));
  Sell__Opportunity after = *before;
  after.amount = money_build(&occasion, "EUR", 1);
  assert_reason(opportunity_update(&occasion, before, &after), REASON_CURRENCY_MISMATCH, NULL);
  after.amount = money_build(&occasion, "USD", 0);
  assert_reason(opportunity_update(&occasion, before, &after), REASON_INVALID_REQUEST, "amount.amount_minor");
  after.amount = NULL;
  assert_reason(opportunity_update(&occasion, before, &after), REASON_GUARD_UNMET, "amount");
  after = *before;
  after.expected_close_time = time_build(&occasion, 101);
  assert_reason(opportunity_update(&occasion, before, &after), REASON_INVALID_REQUEST, "expected_close_time");
  occasion_release(&occasion);
}

static void opening_completes_a_draft(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  occasion.party = TYPE__PARTY__PARTY_PARTNER;
  Sell__Opportunity draft = SELL__OPPORTUNITY__INIT;
  draft.name = (char *)NAME;
  draft.engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  assert_reason(opportunity_open(&occasion, &draft), NULL, NULL);
  assert_int_equal(draft.owner_party, TYPE__PARTY__PARTY_PARTNER);
  assert_int_equal(draft.state, STATE(OPEN));
  assert_int_equal(draft.stage, STAGE(PROSPECT));
  assert_int_equal(timestamp_us(draft.open_time, 0), NOW_US);
  assert_null(draft.qualify_time);
  occasion_release(&occasion);
}

static void opening_refuses(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity draft = SELL__OPPORTUNITY__INIT;
  draft.name = (char *)NAME;
  assert_reason(opportunity_open(&occasion, &draft), REASON_INVALID_REQUEST, "opportunity.engagement");
  draft.engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT;
  draft.open_time = timestamp_new(occasion.arena, NOW_US + MOMENT_SKEW_US + 1);
  assert_reason(opportunity_open(&occasion, &draft), REASON_INVALID_REQUEST, "opportunity.open_time");
  draft.open_time = timestamp_new(occasion.arena, NOW_US + MOMENT_SKEW_US);
  draft.amount = money_build(&occasion, "EUR", 5);
  assert_reason(opportunity_open(&occasion, &draft), REASON_CURRENCY_MISMATCH, NULL);
  Onboard__Partnership ended = *occasion.partnership;
  ended.state = ONBOARD__PARTNERSHIP__STATE__STATE_ENDED;
  occasion.partnership = &ended;
  assert_reason(opportunity_open(&occasion, &draft), REASON_PARTNERSHIP_ENDED, NULL);
  assert_int_equal(draft.state, 0);
  occasion_release(&occasion);
}

static void winning_sets_what_it_implies(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(PROSPECT));
  Sell__WinOpportunityRequest request = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  request.close_time = time_build(&occasion, 5);
  request.amount = money_build(&occasion, "USD", 77);
  request.incumbent_competitor = (char *)"Kestrel";
  int64_t occur_us;
  assert_reason(opportunity_win(&occasion, opportunity, &request, &occur_us), NULL, NULL);
  assert_int_equal(occur_us, NOW_US - 5 * DAY_US);
  assert_int_equal(opportunity->stage, STAGE(COMMITTED));
  assert_int_equal(timestamp_us(opportunity->qualify_time, 0), occur_us);
  assert_int_equal(opportunity->amount->amount_minor, 77);
  assert_string_equal(opportunity->incumbent_competitor, "Kestrel");
  occasion_release(&occasion);
}

static void closing_refuses_times_and_amounts(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(QUALIFIED)), before = *opportunity;
  Sell__WinOpportunityRequest win = SELL__WIN_OPPORTUNITY_REQUEST__INIT;
  Sell__LoseOpportunityRequest lose = SELL__LOSE_OPPORTUNITY_REQUEST__INIT;
  int64_t occur_us;
  static const int64_t refused_days[] = {101, 91, -1}; /* before opening, before qualifying, in the future */
  for (size_t i = 0; i < sizeof refused_days / sizeof *refused_days; i++) {
    win.close_time = lose.close_time = time_build(&occasion, refused_days[i]);
    lose.loss_reason = LOSS(PRICE);
    assert_reason(opportunity_win(&occasion, opportunity, &win, &occur_us), REASON_INVALID_REQUEST,
                  "close_time");
    assert_reason(opportunity_lose(&occasion, opportunity, &lose, &occur_us), REASON_INVALID_REQUEST,
                  "close_time");
  }
  win.close_time = lose.close_time = NULL;
  win.amount = money_build(&occasion, "USD", -1);
  assert_reason(opportunity_win(&occasion, opportunity, &win, &occur_us), REASON_INVALID_REQUEST,
                "amount.amount_minor");
  win.amount = money_build(&occasion, "EUR", 5);
  assert_reason(opportunity_win(&occasion, opportunity, &win, &occur_us), REASON_CURRENCY_MISMATCH, NULL);
  lose.loss_reason = 0;
  assert_reason(opportunity_lose(&occasion, opportunity, &lose, &occur_us), REASON_INVALID_REQUEST,
                "loss_reason");
  lose.loss_reason = LOSS(NOT_RECORDED);
  assert_reason(opportunity_lose(&occasion, opportunity, &lose, &occur_us), REASON_INVALID_REQUEST,
                "loss_reason");
  assert_memory_equal(opportunity, &before, sizeof before);
  occasion_release(&occasion);
}

/* Who holds the account is said, or that nobody does; and what is said fits. */
static void losing_needs_the_incumbent(void **state) {
  (void)state;
  static const struct {
    const char *known, *given;
    bool none;
    Sell__Opportunity__LossReason why;
    const char *field; /* NULL: lost */
  } cases[] = {
      {"", "", false, LOSS(PRICE), "incumbent_competitor"},
      {"", "Kestrel", false, LOSS(PRICE), NULL},
      {"Kestrel", "", false, LOSS(COMPETITOR), NULL},
      {"", "", true, LOSS(PRICE), NULL},
      {"", "", true, LOSS(COMPETITOR), "no_incumbent"},
      {"Kestrel", "", true, LOSS(PRICE), "no_incumbent"},
      {"", "Kestrel", true, LOSS(PRICE), "no_incumbent"},
      {"", "", true, LOSS(CHANNEL_CONFLICT), NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct occasion occasion = occasion_build();
    Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(QUALIFIED));
    Sell__LoseOpportunityRequest lose = SELL__LOSE_OPPORTUNITY_REQUEST__INIT;
    int64_t occur_us;
    opportunity->incumbent_competitor = (char *)cases[i].known;
    lose.incumbent_competitor = (char *)cases[i].given;
    lose.no_incumbent = cases[i].none;
    lose.loss_reason = cases[i].why;
    assert_reason(opportunity_lose(&occasion, opportunity, &lose, &occur_us),
                  cases[i].field ? REASON_INVALID_REQUEST : NULL, cases[i].field);
    assert_int_equal(opportunity->state, cases[i].field ? STATE(OPEN) : STATE(LOST));
    if (!cases[i].field) {
      assert_int_equal(opportunity->no_incumbent, cases[i].none);
      assert_reason(opportunity_reopen(&occasion, opportunity, "customer came back"), NULL, NULL);
      assert_false(opportunity->no_incumbent);
    }
    occasion_release(&occasion);
  }
}

/* Every stage x leader x party x way out of it. */
static void a_stage_is_left_by_who_leads_it(void **state) {
  (void)state;
  static const enum opportunity_action ways[] = {ACTION_ADVANCE, ACTION_WIN, ACTION_LOSE};
  for (int lead = SELL__STAGE_ROLE__LEAD__LEAD_VENDOR; lead <= (int)SELL__STAGE_ROLE__LEAD__LEAD_BOTH; lead++)
    for (int stage = STAGE(PROSPECT); stage <= (int)STAGE(COMMITTED); stage++)
      for (int party = TYPE__PARTY__PARTY_VENDOR; party <= (int)TYPE__PARTY__PARTY_PARTNER; party++)
        for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
          struct occasion occasion = occasion_build();
          Sell__Opportunity *opportunity = opportunity_build(&occasion, (Sell__Opportunity__Stage)stage);
          const struct field roles = {.type = FIELD_ROLES};
          occasion.party = (Type__Party)party;
          lists_fill(&occasion, &roles, opportunity);
          opportunity->stage_roles[0]->stage = STAGE(QUALIFIED);
          opportunity->stage_roles[0]->lead = (Sell__StageRole__Lead)lead;
          const struct status *status = act(&occasion, opportunity, ways[way]);
          bool others = stage == (int)STAGE(QUALIFIED) && lead < (int)SELL__STAGE_ROLE__LEAD__LEAD_BOTH &&
                        lead != party;
          assert_int_equal(status && strcmp(status->reason, REASON_OTHER_PARTY) == 0, others);
          occasion_release(&occasion);
        }
}

/* Every leader before x leader after x party: a party gives what it leads away, and takes nothing, as else a
 * lead would keep nobody out. */
static void a_lead_is_given_never_taken(void **state) {
  (void)state;
  enum { NOBODY, BY_VENDOR, BY_PARTNER, BY_BOTH, LEADS };
  for (int before = NOBODY; before < LEADS; before++)
    for (int after = NOBODY; after < LEADS; after++)
      for (int party = TYPE__PARTY__PARTY_VENDOR; party <= (int)TYPE__PARTY__PARTY_PARTNER; party++) {
        struct occasion occasion = occasion_build();
        Sell__Opportunity *from = opportunity_build(&occasion, STAGE(QUALIFIED));
        Sell__Opportunity *to = arena_copy(occasion.arena, from, sizeof *from);
        const struct field roles = {.type = FIELD_ROLES};
        occasion.party = (Type__Party)party;
        lists_fill(&occasion, &roles, from);
        lists_fill(&occasion, &roles, to);
        from->stage_roles[0]->lead = (Sell__StageRole__Lead)before;
        to->stage_roles[0]->lead = (Sell__StageRole__Lead)after;
        from->n_stage_roles = before != NOBODY;
        to->n_stage_roles = after != NOBODY;
        int other = party == BY_VENDOR ? BY_PARTNER : BY_VENDOR;
        bool same = before == after || (before % BY_BOTH == 0 && after % BY_BOTH == 0);
        bool taken = !same && (before == other || (after == party && before != party));
        const struct status *status = opportunity_update(&occasion, from, to);
        if (taken != (status != NULL))
          fail_msg("from %d to %d by %d", before, after, party);
        if (status)
          assert_string_equal(status->reason, REASON_OTHER_PARTY);
        occasion_release(&occasion);
      }
}

static void roles_and_solutions_are_checked_whole(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *before = opportunity_build(&occasion, STAGE(QUALIFIED));
  Sell__Opportunity *after = arena_copy(occasion.arena, before, sizeof *before);
  const struct field roles = {.type = FIELD_ROLES};
  char *solutions[] = {(char *)"Support", (char *)"", (char *)"Triage", (char *)"Support"};
  lists_fill(&occasion, &roles, after);
  Sell__StageRole *twice[] = {after->stage_roles[0], after->stage_roles[0]};
  after->stage_roles = twice;
  after->n_stage_roles = 2;
  after->more_solutions = solutions;
  after->n_more_solutions = 4;
  after->proposition = (char *)"vendors/halden/partnerships/castellan/jointValuePropositions/soc";
  static const char *const fields_refused[] = {"stage_roles[1].stage", "more_solutions[1]",
                                               "more_solutions[2]", "more_solutions[3]", "proposition"};
  for (size_t i = 0; i < sizeof fields_refused / sizeof *fields_refused; i++)
    assert_reason(opportunity_update(&occasion, before, after), REASON_INVALID_REQUEST, fields_refused[i]);
  before->engagement = after->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  assert_reason(opportunity_update(&occasion, before, after), REASON_INVALID_REQUEST, "stage_roles");
  occasion_release(&occasion);
}

static void steps_back_want_reasons(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *won = opportunity_build_in(&occasion, STATE(WON));
  Sell__Opportunity *lost = opportunity_build_in(&occasion, STATE(LOST));
  assert_reason(opportunity_reverse(&occasion, won, "too short"), REASON_INVALID_REQUEST, "reason");
  assert_reason(opportunity_reverse(&occasion, won, "éééééééééé"), NULL, NULL); /* characters, not bytes */
  assert_int_equal(timestamp_us(won->reverse_time, 0), NOW_US);
  assert_reason(opportunity_reopen(&occasion, lost, ""), REASON_INVALID_REQUEST, "reason");
  assert_reason(opportunity_reopen(&occasion, lost, "customer came back"), NULL, NULL);
  assert_null(lost->close_time);
  assert_int_equal(lost->loss_reason, 0);
  lost->state = STATE(LOST);
  assert_reason(opportunity_reopen(&occasion, lost, "customer came back"), REASON_ALREADY_REOPENED, NULL);
  occasion_release(&occasion);
}

static void independent_ones_are_their_owners(void **state) {
  (void)state;
  struct occasion occasion = occasion_build();
  Sell__Opportunity *opportunity = opportunity_build(&occasion, STAGE(PROSPECT));
  assert_true(opportunity_visible(opportunity, TYPE__PARTY__PARTY_PARTNER));
  assert_int_equal(opportunity_private_to(opportunity), TYPE__PARTY__PARTY_UNSPECIFIED);
  opportunity->engagement = SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  assert_true(opportunity_visible(opportunity, TYPE__PARTY__PARTY_VENDOR));
  assert_false(opportunity_visible(opportunity, TYPE__PARTY__PARTY_PARTNER));
  assert_int_equal(opportunity_private_to(opportunity), TYPE__PARTY__PARTY_VENDOR);
  const char *vendors = opportunity_external_id(occasion.arena, TYPE__PARTY__PARTY_VENDOR, "A1");
  assert_int_equal(strlen(vendors), 42);
  assert_string_equal(vendors, opportunity_external_id(occasion.arena, TYPE__PARTY__PARTY_VENDOR, "A1"));
  assert_string_not_equal(vendors, opportunity_external_id(occasion.arena, TYPE__PARTY__PARTY_PARTNER, "A1"));
  assert_string_not_equal(vendors, opportunity_external_id(occasion.arena, TYPE__PARTY__PARTY_VENDOR, "a1"));
  occasion_release(&occasion);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_state_and_action),
      cmocka_unit_test(every_pair_of_stages),
      cmocka_unit_test(stages_need),
      cmocka_unit_test(every_field_and_phase),
      cmocka_unit_test(updates_keep_values_sane),
      cmocka_unit_test(opening_completes_a_draft),
      cmocka_unit_test(opening_refuses),
      cmocka_unit_test(winning_sets_what_it_implies),
      cmocka_unit_test(closing_refuses_times_and_amounts),
      cmocka_unit_test(losing_needs_the_incumbent),
      cmocka_unit_test(a_stage_is_left_by_who_leads_it),
      cmocka_unit_test(a_lead_is_given_never_taken),
      cmocka_unit_test(roles_and_solutions_are_checked_whole),
      cmocka_unit_test(steps_back_want_reasons),
      cmocka_unit_test(independent_ones_are_their_owners),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
