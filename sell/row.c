#include "sell/row.h"

#include "runtime/base/party.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/attribution.h"
#include "sell/field.h"
#include "sell/pipeline_source.h"

#include <assert.h>

#define OPEN SELL__OPPORTUNITY__STATE__STATE_OPEN
#define WON SELL__OPPORTUNITY__STATE__STATE_WON
#define LOST SELL__OPPORTUNITY__STATE__STATE_LOST
#define REVERSED SELL__OPPORTUNITY__STATE__STATE_REVERSED
#define QUALIFIED SELL__OPPORTUNITY__STAGE__STAGE_QUALIFIED
#define NOT_RECORDED SELL__OPPORTUNITY__LOSS_REASON__LOSS_REASON_NOT_RECORDED
#define COMMITTED SELL__OPPORTUNITY__STAGE__STAGE_COMMITTED

enum { EXTERNAL_ID_LENGTH_MAX = 120 };

static void missing(const struct occasion *occasion, struct status **invalid, const char *field,
                    const char *when) {
  invalid_add(occasion->arena, invalid, field, "REQUIRED_FIELD_MISSING", "is required%s", when);
}

static void closing_check(const struct occasion *occasion, const Sell__OpportunityRow *row,
                          struct status **invalid) {
  bool closed = row->state == WON || row->state == LOST;
  if (closed && !row->close_time)
    missing(occasion, invalid, "close_time", " of what is won or lost");
  if (!closed && row->close_time)
    invalid_add(occasion->arena, invalid, "close_time", "VALUE_OUT_OF_RANGE",
                "is of what is won or lost only");
  if (row->state == LOST && !row->loss_reason)
    missing(occasion, invalid, "loss_reason", " of what is lost");
  if (row->state != LOST && row->loss_reason)
    invalid_add(occasion->arena, invalid, "loss_reason", "VALUE_OUT_OF_RANGE", "is of what is lost only");
}

/* What a row must have, whatever is known here. */
static void presence_check(const struct occasion *occasion, const Sell__OpportunityRow *row,
                           struct status **invalid) {
  if (text_empty(row->external_id))
    missing(occasion, invalid, "external_id", "");
  if (text_length(row->external_id) > EXTERNAL_ID_LENGTH_MAX)
    invalid_add(occasion->arena, invalid, "external_id", "LENGTH_OUT_OF_RANGE", "has more than %d characters",
                EXTERNAL_ID_LENGTH_MAX);
  if (!row->engagement)
    missing(occasion, invalid, "engagement", "");
  if (!row->state)
    missing(occasion, invalid, "state", "");
  if (row->state == REVERSED)
    invalid_add(occasion->arena, invalid, "state", "VALUE_OUT_OF_RANGE", "must be OPEN, WON or LOST");
  if (row->state != WON && !row->stage)
    missing(occasion, invalid, "stage", " of what is not won");
  if (row->amount && row->amount->amount_minor <= 0)
    invalid_add(occasion->arena, invalid, "amount.amount_minor", "VALUE_OUT_OF_RANGE", "must be more than 0");
  if (row->qualify_time && row->state != WON && row->stage < QUALIFIED)
    invalid_add(occasion->arena, invalid, "qualify_time", "VALUE_OUT_OF_RANGE",
                "is of what has come to QUALIFIED");
  closing_check(occasion, row, invalid);
}

static void lengths_check(const struct occasion *occasion, const Sell__Opportunity *wanted,
                          struct status **invalid) {
  for (size_t i = 0; i < field_count; i++) {
    const struct field *field = &fields[i];
    if (!field->length_max || text_length(field_text(field, wanted)) <= field->length_max)
      continue;
    invalid_add(occasion->arena, invalid, field->name, "LENGTH_OUT_OF_RANGE", "has more than %zu characters",
                field->length_max);
  }
}

/* Opened, then qualified, then closed, and nothing of it in the future. */
static void order_check(const struct occasion *occasion, const Sell__Opportunity *wanted,
                        struct status **invalid) {
  int64_t open_us = timestamp_us(wanted->open_time, 0), least_us = open_us;
  time_check(occasion, invalid, "open_time", open_us, 1, "1970");
  const char *least = "it was opened";
  if (wanted->qualify_time) {
    time_check(occasion, invalid, "qualify_time", timestamp_us(wanted->qualify_time, 0), least_us, least);
    least_us = timestamp_us(wanted->qualify_time, 0);
    least = "it was qualified";
  }
  if (wanted->close_time)
    time_check(occasion, invalid, "close_time", timestamp_us(wanted->close_time, 0), least_us, least);
  if (timestamp_us(wanted->expected_close_time, INT64_MAX) < open_us)
    invalid_add(occasion->arena, invalid, "expected_close_time", "VALUE_OUT_OF_RANGE",
                "lies before it was opened");
}

static char *chosen(char *given, char *known) {
  return text_empty(given) ? known : given;
}

static Sell__Customer *customer_chosen(struct arena *arena, const Sell__Customer *given,
                                       Sell__Customer *known) {
  if (!given || !known)
    return given ? (Sell__Customer *)given : known;
  Sell__Customer *customer = arena_copy(arena, known, sizeof *known);
  customer->account = chosen(given->account, known->account);
  customer->sector = chosen(given->sector, known->sector);
  customer->country = chosen(given->country, known->country);
  customer->domain = chosen(given->domain, known->domain);
  customer->tax_id = chosen(given->tax_id, known->tax_id);
  customer->duns = chosen(given->duns, known->duns);
  return customer;
}

/* When it was opened, for what is new here. */
static Google__Protobuf__Timestamp *first_time(const struct occasion *occasion,
                                               const Sell__OpportunityRow *row) {
  if (row->open_time)
    return row->open_time;
  if (row->qualify_time)
    return row->qualify_time;
  return row->close_time ? row->close_time : timestamp_new(occasion->arena, occasion->now_us);
}

/* The opportunity with what the row says of it; its state and stage are not touched yet. */
static Sell__Opportunity *row_merge(const struct occasion *occasion, const Sell__OpportunityRow *row,
                                    const Sell__Opportunity *existing) {
  Sell__Opportunity *wanted = arena_copy(occasion->arena, existing, sizeof *existing);
  wanted->display_name = chosen(row->display_name, existing->display_name);
  wanted->customer = customer_chosen(occasion->arena, row->customer, existing->customer);
  wanted->solution = chosen(row->solution, existing->solution);
  bool decided = existing->segment_by_vendor && occasion->party == TYPE__PARTY__PARTY_PARTNER;
  wanted->segment = decided ? existing->segment : chosen(row->segment, existing->segment);
  wanted->seller = chosen(row->seller, existing->seller);
  wanted->incumbent_competitor = chosen(row->incumbent_competitor, existing->incumbent_competitor);
  if (row->amount)
    wanted->amount = row->amount;
  if (row->expected_close_time)
    wanted->expected_close_time = row->expected_close_time;
  if (row->open_time)
    wanted->open_time = row->open_time;
  bool qualified = row->state == WON || row->stage >= QUALIFIED;
  if (row->qualify_time && qualified)
    wanted->qualify_time = row->qualify_time;
  else if (qualified && !wanted->qualify_time)
    wanted->qualify_time = wanted->open_time;
  return wanted;
}

/* Values first, then what the state asked for needs. `wanted` has the state and stage asked for. */
static const struct status *wanted_check(const struct occasion *occasion, const Sell__OpportunityRow *row,
                                         const Sell__Opportunity *wanted) {
  struct status *invalid = NULL;
  presence_check(occasion, row, &invalid);
  lengths_check(occasion, wanted, &invalid);
  order_check(occasion, wanted, &invalid);
  if (invalid)
    return invalid;
  const struct status *status = amount_check(occasion, wanted->amount);
  if (status || row->state == LOST)
    return status;
  return opportunity_needs(occasion, wanted, wanted->stage, row->state == WON);
}

static void close_as(const Sell__OpportunityRow *row, Sell__Opportunity *wanted) {
  wanted->state = row->state;
  wanted->close_time = row->close_time;
  wanted->loss_reason = row->loss_reason;
  if (row->state == WON && wanted->stage != COMMITTED) {
    wanted->stage = COMMITTED;
    wanted->stage_time = row->close_time;
  }
}

static enum opportunity_action action_to(Sell__Opportunity__State state) {
  return state == WON ? ACTION_WIN : state == LOST ? ACTION_LOSE : ACTION_ADVANCE;
}

static const char *entry_type(Sell__Opportunity__State state) {
  return state == WON ? "opportunity.won" : "opportunity.lost";
}

static const struct status *row_create(const struct occasion *occasion, const Sell__OpportunityRow *row,
                                       const char *name, struct row_change *change) {
  struct arena *arena = occasion->arena;
  Sell__Opportunity *blank = arena_new(arena, Sell__Opportunity);
  sell__opportunity__init(blank);
  blank->name = arena_strdup(arena, name);
  blank->external_id = row->external_id;
  blank->engagement = row->engagement;
  blank->open_time = first_time(occasion, row);
  Sell__Opportunity *wanted = row_merge(occasion, row, blank);
  Sell__Opportunity *opened = arena_copy(arena, wanted, sizeof *wanted);
  const struct status *status = NULL;
  opened->amount = NULL; /* its currency is checked with the rest of the row */
  opened->expected_close_time = NULL;
  wanted->state = row->state;
  wanted->stage = row->stage ? row->stage : COMMITTED;
  wanted->close_time = row->close_time;
  status = wanted_check(occasion, row, wanted);
  if (!status)
    status = opportunity_open(occasion, opened);
  if (status)
    return status;
  opened->amount = wanted->amount;
  opened->expected_close_time = wanted->expected_close_time;
  opened->stage = row->stage ? row->stage : QUALIFIED;
  opened->stage_time = opened->qualify_time ? opened->qualify_time : opened->open_time;
  *change = (struct row_change){.outcome = SELL__ROW_RESULT__OUTCOME__OUTCOME_CREATED,
                                .after = opened,
                                .type = "opportunity.opened",
                                .occur_us = timestamp_us(opened->open_time, 0)};
  if (row->state == OPEN)
    return NULL;
  change->opened = opened;
  change->opened_us = change->occur_us;
  change->after = arena_copy(arena, opened, sizeof *opened);
  close_as(row, change->after);
  change->type = entry_type(row->state);
  change->occur_us = timestamp_us(row->close_time, 0);
  return NULL;
}

static const struct status *refusal(const struct occasion *occasion, const char *reason, const char *name,
                                    const char *unmet) {
  struct status *status = NULL;
  guard_add(occasion->arena, &status, reason, name, "%s", unmet);
  return status;
}

/* A reversal came after the win that a row tells of: to a row, reversed is won. */
static Sell__Opportunity__State state_to_rows(const Sell__Opportunity *opportunity) {
  return opportunity->state == REVERSED ? WON : opportunity->state;
}

/* It is closed here as the row says: only fields that are not locked may differ. */
static const struct status *row_match_closed(const struct occasion *occasion, const Sell__OpportunityRow *row,
                                             const Sell__Opportunity *existing) {
  if (timestamp_us(row->close_time, 0) != timestamp_us(existing->close_time, 0))
    return refusal(occasion, REASON_FIELD_LOCKED, existing->name, "close_time may no longer change");
  if (row->loss_reason != existing->loss_reason && row->loss_reason != NOT_RECORDED)
    return refusal(occasion, REASON_FIELD_LOCKED, existing->name, "loss_reason may no longer change");
  return NULL;
}

/* It is open here: the stage goes forward only. */
static const struct status *row_advance(const struct occasion *occasion, const Sell__OpportunityRow *row,
                                        Sell__Opportunity *wanted, struct row_change *change) {
  if (row->state == OPEN && row->stage < wanted->stage)
    return refusal(occasion, REASON_STAGE_BEHIND, wanted->name,
                   arena_printf(occasion->arena, "it has come to %s here, the row says %s",
                                stage_name(wanted->stage), stage_name(row->stage)));
  if (row->state == OPEN && row->stage != wanted->stage) {
    bool first = row->stage == QUALIFIED;
    wanted->stage = row->stage;
    wanted->stage_time = first ? wanted->qualify_time : timestamp_new(occasion->arena, occasion->now_us);
    change->type = "opportunity.advanced";
    change->occur_us = timestamp_us(wanted->stage_time, 0);
  }
  if (row->state != OPEN) {
    if (row->stage > wanted->stage)
      wanted->stage = row->stage;
    close_as(row, wanted);
    change->type = entry_type(row->state);
    change->occur_us = timestamp_us(row->close_time, 0);
  }
  return NULL;
}

/* Reopening came after the loss that the row tells of: it is no news. */
static bool loss_was_taken_back(const Sell__OpportunityRow *row, const Sell__Opportunity *existing) {
  return row->state == LOST && existing->state == OPEN &&
         timestamp_us(row->close_time, INT64_MAX) <= timestamp_us(existing->reopen_time, INT64_MIN);
}

/* The other system does not know that an own opportunity became joint here. */
static bool engagement_fits(const Sell__OpportunityRow *row, const Sell__Opportunity *existing) {
  bool own = row->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT;
  return !row->engagement || row->engagement == existing->engagement ||
         (own && !text_empty(existing->joined_by));
}

static const struct status *row_update(const struct occasion *occasion, const Sell__OpportunityRow *row,
                                       const Sell__Opportunity *existing, struct row_change *change) {
  if (!engagement_fits(row, existing))
    return refusal(
        occasion, REASON_FIELD_LOCKED, existing->name,
        existing->engagement == SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT
            ? "engagement never changes by import: what is joint here stays so"
            : "engagement never changes by import: what is one's own becomes joint by an engagement "
              "(EngagementService) that the other party accepts");
  Sell__Opportunity *wanted = row_merge(occasion, row, existing);
  Sell__Opportunity asked = *wanted;
  asked.stage = row->stage ? row->stage : wanted->stage;
  asked.close_time = row->close_time ? row->close_time : wanted->close_time;
  const struct status *status = wanted_check(occasion, row, &asked);
  if (status)
    return status;
  if (loss_was_taken_back(row, existing)) {
    *change = (struct row_change){.outcome = SELL__ROW_RESULT__OUTCOME__OUTCOME_UNCHANGED};
    return NULL;
  }
  Sell__Opportunity__State state = state_to_rows(existing), to;
  *change = (struct row_change){.outcome = SELL__ROW_RESULT__OUTCOME__OUTCOME_UPDATED,
                                .after = wanted,
                                .type = "opportunity.updated",
                                .occur_us = occasion->now_us};
  if (state != OPEN && row->state != state) /* fails: nothing leads from one end to another by import */
    return opportunity_transition(occasion, existing, action_to(row->state), &to);
  if (state != OPEN)
    status = row_match_closed(occasion, row, existing);
  if (!status)
    status = fields_check_locks(occasion, existing, wanted);
  if (!status && state == OPEN)
    status = row_advance(occasion, row, wanted, change);
  if (status)
    return status;
  attribution_follow(occasion, wanted);
  pipeline_source_follow(occasion->arena, wanted);
  if (wanted->state != existing->state || wanted->stage != existing->stage || fields_differ(existing, wanted))
    return party_check_owner(occasion->arena, existing->name, existing->owner_party, occasion->party);
  *change = (struct row_change){.outcome = SELL__ROW_RESULT__OUTCOME__OUTCOME_UNCHANGED};
  return NULL;
}

const struct status *row_apply(const struct occasion *occasion, const Sell__OpportunityRow *row,
                               const char *name, const Sell__Opportunity *existing,
                               struct row_change *change) {
  return existing ? row_update(occasion, row, existing, change) : row_create(occasion, row, name, change);
}

void row_refuse(struct arena *arena, const struct status *why, Sell__RowResult *result) {
  size_t count = 0, i = 0;
  for (const struct violation *v = why->violations; v; v = v->next)
    count++;
  for (const struct guard_failure *g = why->guards; g; g = g->next)
    count++;
  result->outcome = SELL__ROW_RESULT__OUTCOME__OUTCOME_REFUSED;
  result->reason = arena_strdup(arena, why->reason);
  result->opportunity = (char *)protobuf_c_empty_string;
  Sell__RowProblem *problems = arena_calloc(arena, count + 1, sizeof *problems);
  result->problems = arena_calloc(arena, count + 1, sizeof *result->problems);
  for (const struct violation *v = why->violations; v; v = v->next, i++) {
    sell__row_problem__init(&problems[i]);
    problems[i].field = (char *)v->field;
    problems[i].description = (char *)v->description;
    result->problems[i] = &problems[i];
  }
  for (const struct guard_failure *g = why->guards; g; g = g->next, i++) {
    sell__row_problem__init(&problems[i]);
    problems[i].description = (char *)g->description;
    result->problems[i] = &problems[i];
  }
  if (!count) { /* a status without details still says why */
    sell__row_problem__init(&problems[0]);
    problems[0].description = arena_strdup(arena, why->message);
    result->problems[0] = &problems[0];
    count = 1;
  }
  result->n_problems = count;
}
