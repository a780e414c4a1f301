#include "incentivize/statement.h"

#include "incentivize/cadence.h"
#include "runtime/base/digest.h"
#include "runtime/base/machine.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static const struct transition transitions[] = {
    {STATEMENT_OPEN, STATEMENT_CLOSE, STATEMENT_CLOSED},
    {STATEMENT_CLOSED, STATEMENT_ACKNOWLEDGE, STATEMENT_ACKNOWLEDGED},
    {STATEMENT_DISPUTED, STATEMENT_ACKNOWLEDGE, STATEMENT_ACKNOWLEDGED},
    {STATEMENT_CLOSED, STATEMENT_DISPUTE, STATEMENT_DISPUTED},
};
static const char *const actions[STATEMENT_ACTIONS] = {"close", "acknowledge", "dispute"};
static const struct machine statement_machine = {
    .states = &incentivize__statement__state__descriptor,
    .actions = actions,
    .action_count = STATEMENT_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

char *statement_name(struct arena *arena, const char *partnership, struct period period) {
  return name_child(arena, partnership, "statements", cadence_id(arena, period));
}

static Type__Period *period_message(struct arena *arena, struct period period) {
  Type__Period *message = arena_new(arena, Type__Period);
  type__period__init(message);
  message->start_time = timestamp_new(arena, period.start_us);
  message->end_time = timestamp_new(arena, period.end_us);
  return message;
}

Incentivize__Statement *statement_new(struct arena *arena, const char *partnership, struct period period,
                                      const char *currency_code) {
  Incentivize__Statement *statement = arena_new(arena, Incentivize__Statement);
  incentivize__statement__init(statement);
  statement->name = statement_name(arena, partnership, period);
  statement->period = period_message(arena, period);
  statement->state = INCENTIVIZE__STATEMENT__STATE__STATE_OPEN;
  statement->currency_code = arena_strdup(arena, currency_code);
  statement->lines_hash = (ProtobufCBinaryData){DIGEST_SIZE, arena_calloc(arena, 1, DIGEST_SIZE)};
  return statement;
}

struct period statement_period(const Incentivize__Statement *statement) {
  return (struct period){timestamp_us(statement->period->start_time, 0),
                         timestamp_us(statement->period->end_time, 0)};
}

static void chain_line(struct arena *arena, ProtobufCBinaryData *hash, const Incentivize__Earning *line) {
  struct buffer text = {.arena = arena};
  buffer_append(&text, hash->data, hash->len);
  buffer_printf(&text, "%s\n%" PRId64 "\n", line->name, line->amount_minor);
  hash->data = arena_alloc(arena, DIGEST_SIZE);
  hash->len = DIGEST_SIZE;
  digest_sha256(text.data, text.size, hash->data);
}

static void statement_close_amounts(Incentivize__Statement *statement) {
  statement->closing_minor = statement->opening_minor + statement->accrued_minor - statement->reversed_minor;
  statement->payable_minor = statement->closing_minor > 0 ? statement->closing_minor : 0;
}

void statement_add(struct arena *arena, Incentivize__Statement *statement, Incentivize__Earning *line) {
  assert((int)statement->state == STATEMENT_OPEN);
  line->statement = statement->name;
  if (line->kind == INCENTIVIZE__EARNING__KIND__KIND_REVERSAL)
    statement->reversed_minor -= line->amount_minor;
  else
    statement->accrued_minor += line->amount_minor;
  statement->line_count++;
  statement->last_sequence = line->sequence;
  chain_line(arena, &statement->lines_hash, line);
  statement_close_amounts(statement);
}

static const struct status *out_of_order(struct arena *arena, const Incentivize__Statement *statement,
                                         const char *why, const char *other) {
  struct status *status = status_make(arena, CODE_FAILED_PRECONDITION, "STATEMENT_OUT_OF_ORDER",
                                      "%s cannot be closed: %s", statement->name, why);
  status_add_metadata(arena, status, "statement", other);
  return status;
}

const struct status *statement_check_close(struct arena *arena, const Incentivize__Statement *statement,
                                           const Incentivize__Account *account,
                                           const Incentivize__Statement *first_open, int64_t now_us) {
  int64_t end_us = statement_period(statement).end_us;
  if ((int)statement->state != STATEMENT_OPEN)
    return NULL;
  if (end_us > now_us) {
    char text[32];
    time_format(end_us, text, sizeof text);
    struct status *status = status_make(arena, CODE_FAILED_PRECONDITION, "PERIOD_NOT_OVER",
                                        "%s cannot be closed before %s", statement->name, text);
    status_add_metadata(arena, status, "end_time", text);
    return status;
  }
  if (first_open && statement_period(first_open).end_us < end_us)
    return out_of_order(arena, statement, arena_printf(arena, "close %s first", first_open->name),
                        first_open->name);
  if (statement->line_count == 0 && end_us <= timestamp_us(account->closed_time, 0))
    return out_of_order(arena, statement, "a later statement is closed already", statement->name);
  return NULL;
}

void statement_settle(struct arena *arena, Incentivize__Statement *statement, Incentivize__Account *account) {
  int64_t end_us = statement_period(statement).end_us;
  statement->opening_minor = account->carried_minor;
  statement_close_amounts(statement);
  account->carried_minor = statement->closing_minor < 0 ? statement->closing_minor : 0;
  if (end_us > timestamp_us(account->closed_time, 0))
    account->closed_time = timestamp_new(arena, end_us);
}

static void statement_note(struct arena *arena, Incentivize__Statement *statement,
                           enum statement_action action, const struct statement_act *act) {
  char *subject = arena_strdup(arena, act->subject);
  Google__Protobuf__Timestamp *now = timestamp_new(arena, act->now_us);
  if (action == STATEMENT_CLOSE) {
    statement->closer = subject;
    statement->close_time = now;
  } else if (action == STATEMENT_ACKNOWLEDGE) {
    statement->acknowledger = subject;
    statement->acknowledge_time = now;
  } else {
    statement->disputer = subject;
    statement->dispute_time = now;
    statement->dispute_reason = arena_strdup(arena, act->reason);
  }
}

const struct status *statement_take(struct arena *arena, Incentivize__Statement *statement,
                                    enum statement_action action, const struct statement_act *act) {
  int to;
  const struct status *status =
      machine_next(&statement_machine, arena, statement->name, (int)statement->state, (int)action, &to);
  if (status)
    return status;
  statement->state = (Incentivize__Statement__State)to;
  statement_note(arena, statement, action, act);
  return NULL;
}
