#include "sell/engagement.h"

#include "runtime/base/moment.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#define STATE(name) SELL__ENGAGEMENT__STATE__STATE_##name
enum { REASON_LENGTH_MIN = 10 };

static const struct transition transitions[] = {
    {STATE(PENDING), ENGAGEMENT_ACCEPT, STATE(ACCEPTED), NULL},
    {STATE(PENDING), ENGAGEMENT_REJECT, STATE(REJECTED), NULL},
    {STATE(PENDING), ENGAGEMENT_CANCEL, STATE(CANCELLED), NULL},
    {STATE(PENDING), ENGAGEMENT_EXPIRE, STATE(EXPIRED), NULL},
};

static const char *const action_names[ENGAGEMENT_ACTIONS] = {
    [ENGAGEMENT_ACCEPT] = "accept",
    [ENGAGEMENT_REJECT] = "reject",
    [ENGAGEMENT_CANCEL] = "cancel",
    [ENGAGEMENT_EXPIRE] = "expire",
};

const struct machine engagement_machine = {
    .states = &sell__engagement__state__descriptor,
    .actions = action_names,
    .action_count = ENGAGEMENT_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

/* ---- how it stands ---- */

int64_t engagement_next_us(const Sell__Engagement *engagement) {
  return engagement->state == STATE(PENDING) ? moment_us(engagement->expire_time) : INT64_MAX;
}

Sell__Engagement__State engagement_state_at(const Sell__Engagement *engagement, int64_t now_us) {
  return engagement_next_us(engagement) <= now_us ? STATE(EXPIRED) : engagement->state;
}

bool engagement_settle(struct arena *arena, Sell__Engagement *engagement, int64_t now_us) {
  Sell__Engagement__State state = engagement_state_at(engagement, now_us);
  if (state == engagement->state)
    return false;
  engagement->state = state;
  engagement->answer_time = timestamp_new(arena, moment_us(engagement->expire_time));
  return true;
}

/* ---- members ---- */

/* The members of all parties with those of one replaced. */
static const struct status *members_replace(const struct act *act, Sell__Engagement *engagement,
                                            Type__Party party, Sell__EngagementMember *const *given,
                                            size_t count) {
  struct arena *arena = act->arena;
  struct status *invalid = NULL;
  size_t kept = 0, total = engagement->n_members + count;
  Sell__EngagementMember **members = arena_calloc(arena, total + 1, sizeof *members);
  for (size_t i = 0; i < engagement->n_members; i++)
    if (engagement->members[i]->party != party)
      members[kept++] = engagement->members[i];
  for (size_t i = 0; i < count; i++) {
    Sell__EngagementMember *member = arena_copy(arena, given[i], sizeof *given[i]);
    member->party = party;
    for (size_t j = 0; j < i; j++)
      if (text_equal(given[j]->person, member->person))
        invalid_add(arena, &invalid, arena_printf(arena, "members[%zu].person", i), "DUPLICATE_VALUE",
                    "%s is named already", member->person);
    members[kept++] = member;
  }
  if (kept > ENGAGEMENT_MEMBERS_MAX)
    invalid_add(arena, &invalid, "members", "TOO_MANY_ELEMENTS",
                "are more than %d with those of the other party", ENGAGEMENT_MEMBERS_MAX);
  if (invalid)
    return invalid;
  engagement->members = members;
  engagement->n_members = kept;
  return NULL;
}

/* ---- offer ---- */

static void check_responsibilities(const struct act *act, struct status **invalid,
                                   const Sell__Engagement *engagement) {
  for (size_t i = 0; i < engagement->n_responsibilities; i++)
    for (size_t j = 0; j < i; j++)
      if (engagement->responsibilities[i] == engagement->responsibilities[j])
        invalid_add(
            act->arena, invalid, arena_printf(act->arena, "engagement.responsibilities[%zu]", i),
            "DUPLICATE_VALUE", "%s is named already",
            state_name(&sell__engagement__responsibility__descriptor, (int)engagement->responsibilities[i]));
}

static Sell__EngagementPayload *payload_of(struct arena *arena, const Sell__Opportunity *opportunity) {
  const Sell__Customer *customer = opportunity->customer;
  Sell__EngagementPayload *payload = arena_new(arena, Sell__EngagementPayload);
  sell__engagement_payload__init(payload);
  payload->display_name = opportunity->display_name;
  if (customer) {
    payload->account = customer->account;
    payload->sector = customer->sector;
    payload->country = customer->country;
  }
  payload->solution = opportunity->solution;
  payload->more_solutions = opportunity->more_solutions;
  payload->n_more_solutions = opportunity->n_more_solutions;
  payload->segment = opportunity->segment;
  payload->amount = opportunity->amount;
  payload->stage = opportunity->stage;
  payload->expected_close_time = opportunity->expected_close_time;
  return payload;
}

const struct status *engagement_start(const struct act *act, Sell__Engagement *engagement,
                                      const Sell__Opportunity *opportunity) {
  struct status *invalid = NULL;
  int64_t last_us = act->now_us + ENGAGEMENT_DAYS_MAX * US_PER_DAY;
  Sell__EngagementMember **given = engagement->members;
  size_t count = engagement->n_members;
  engagement->expire_time =
      moment_or(act->arena, engagement->expire_time, act->now_us + ENGAGEMENT_DAYS * US_PER_DAY);
  if (moment_check(act->arena, &invalid, "engagement.expire_time", engagement->expire_time)) {
    int64_t expire_us = moment_us(engagement->expire_time);
    if (expire_us <= act->now_us || expire_us > last_us)
      invalid_add(act->arena, &invalid, "engagement.expire_time", "VALUE_OUT_OF_RANGE",
                  "must lie ahead, by %d days at most", ENGAGEMENT_DAYS_MAX);
  }
  check_responsibilities(act, &invalid, engagement);
  if (invalid)
    return invalid;
  engagement->inviter = act->party;
  engagement->state = STATE(PENDING);
  engagement->payload = payload_of(act->arena, opportunity);
  engagement->members = NULL;
  engagement->n_members = 0;
  return members_replace(act, engagement, act->party, given, count);
}

/* ---- answers ---- */

static const struct status *may(const struct act *act, const Sell__Engagement *engagement,
                                enum engagement_action action, Sell__Engagement__State *to) {
  Type__Party actor = action == ENGAGEMENT_CANCEL ? engagement->inviter : party_other(engagement->inviter);
  int next = 0;
  const struct status *status = party_check_owner(act->arena, engagement->name, actor, act->party);
  if (!status)
    status = machine_next(&engagement_machine, act->arena, engagement->name, (int)engagement->state,
                          (int)action, &next);
  if (!status)
    *to = (Sell__Engagement__State)next;
  return status;
}

static const struct status *note_check(const struct act *act, bool needed, const char *note) {
  if (!needed || text_length(note) >= REASON_LENGTH_MIN)
    return NULL;
  return invalid_field(act->arena, "note",
                       text_empty(note) ? "REQUIRED_FIELD_MISSING" : "LENGTH_OUT_OF_RANGE",
                       "must say which other reason, in %d characters or more", REASON_LENGTH_MIN);
}

const struct status *engagement_accept(const struct act *act, Sell__Engagement *engagement,
                                       Sell__EngagementMember *const *members, size_t count) {
  Sell__Engagement__State to;
  const struct status *status = may(act, engagement, ENGAGEMENT_ACCEPT, &to);
  if (!status)
    status = members_replace(act, engagement, act->party, members, count);
  if (status)
    return status;
  engagement->state = to;
  engagement->answer_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

const struct status *engagement_reject(const struct act *act, Sell__Engagement *engagement,
                                       const Sell__RejectEngagementRequest *answer) {
  Sell__Engagement__State to;
  const struct status *status = may(act, engagement, ENGAGEMENT_REJECT, &to);
  if (!status)
    status = note_check(act, answer->reject_reason == SELL__ENGAGEMENT__REJECT_REASON__REJECT_REASON_OTHER,
                        answer->note);
  if (status)
    return status;
  engagement->state = to;
  engagement->reject_reason = answer->reject_reason;
  engagement->answer_note = answer->note;
  engagement->answer_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

const struct status *engagement_cancel(const struct act *act, Sell__Engagement *engagement, char *reason) {
  Sell__Engagement__State to;
  const struct status *status = may(act, engagement, ENGAGEMENT_CANCEL, &to);
  if (status)
    return status;
  engagement->state = to;
  engagement->answer_note = reason;
  engagement->answer_time = timestamp_new(act->arena, act->now_us);
  return NULL;
}

/* ---- once it goes on ---- */

static const struct status *standing_check(const struct act *act, const Sell__Engagement *engagement,
                                           bool met, const char *action) {
  struct guards guards = {
      .arena = act->arena,
      .resource = engagement->name,
      .state = state_name(engagement_machine.states, (int)engagement->state),
      .action = action,
      .reason = REASON_INVALID_STATE,
  };
  guard(&guards, met, "it is %s", guards.state);
  return guards.status;
}

const struct status *engagement_involve(const struct act *act, Sell__Engagement *engagement,
                                        const Sell__ChangeEngagementInvolvementRequest *change) {
  const struct status *status =
      standing_check(act, engagement, engagement->state == STATE(ACCEPTED), "change involvement");
  if (!status && change->involvement == engagement->involvement)
    status = invalid_field(act->arena, "involvement", "VALUE_OUT_OF_RANGE", "is so already");
  if (!status)
    status = note_check(act, change->reason == SELL__ENGAGEMENT__INVOLVEMENT_REASON__INVOLVEMENT_REASON_OTHER,
                        change->note);
  if (status)
    return status;
  engagement->involvement = change->involvement;
  engagement->involvement_reason = change->reason;
  engagement->involvement_note = change->note;
  return NULL;
}

const struct status *engagement_staff(const struct act *act, Sell__Engagement *engagement,
                                      Sell__EngagementMember *const *members, size_t count) {
  bool offered = engagement->state == STATE(PENDING) && act->party == engagement->inviter;
  const struct status *status =
      standing_check(act, engagement, offered || engagement->state == STATE(ACCEPTED), "set members");
  return status ? status : members_replace(act, engagement, act->party, members, count);
}
