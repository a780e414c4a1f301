#include "incentivize/kinds.h"

#include "incentivize/sale.h"
#include "incentivize/statement.h"
#include "runtime/base/name.h"
#include "runtime/base/period.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/directory.h"

#include "entente/incentivize/v1/commission_plan.pb-c.h"

static char *partition(struct arena *arena, const char *name, int32_t number) {
  return arena_printf(arena, "%s|%d", name, number);
}

char *partition_plan_state(struct arena *arena, const char *partnership, int state) {
  return partition(arena, partnership, state);
}

char *partition_statement_state(struct arena *arena, const char *partnership, int state) {
  return partition(arena, partnership, state);
}

char *partition_sale_state(struct arena *arena, const char *partnership, int state) {
  return partition(arena, partnership, state);
}

char *partition_sale_month(struct arena *arena, const char *partnership, int32_t month) {
  return partition(arena, partnership, month);
}

char *partition_earning_kind(struct arena *arena, const char *partnership, int kind) {
  return partition(arena, partnership, kind);
}

char *partition_earning_measurement(struct arena *arena, const char *plan, int32_t month) {
  return partition(arena, plan, month);
}

static char *order_time(struct index_sink *sink, const Google__Protobuf__Timestamp *time) {
  return index_order_number(index_arena(sink), timestamp_us(time, 0));
}

/* ---- commission plans ---- */

static void plan_by_state(const ProtobufCMessage *message, struct index_sink *sink) {
  const Incentivize__CommissionPlan *plan = (const Incentivize__CommissionPlan *)message;
  struct arena *arena = index_arena(sink);
  index_emit(sink, partition_plan_state(arena, name_partnership(arena, plan->name), (int)plan->state),
             order_time(sink, plan->create_time));
}

static const struct index plan_indexes[] = {{"state", plan_by_state}, {0}};

const struct kind kind_commission_plan = {
    .name = "commission_plan",
    .pattern = "vendors/*/partnerships/*/commissionPlans/*",
    .message = &incentivize__commission_plan__descriptor,
    .indexes = plan_indexes,
};

/* ---- earnings ---- */

static char *order_sequence(struct index_sink *sink, const Incentivize__Earning *line) {
  return index_order_number(index_arena(sink), line->sequence);
}

static void earning_by_statement(const ProtobufCMessage *message, struct index_sink *sink) {
  const Incentivize__Earning *line = (const Incentivize__Earning *)message;
  index_emit(sink, line->statement, order_sequence(sink, line));
}

static void earning_by_opportunity(const ProtobufCMessage *message, struct index_sink *sink) {
  const Incentivize__Earning *line = (const Incentivize__Earning *)message;
  index_emit(sink, line->opportunity, order_sequence(sink, line));
}

static void earning_by_kind(const ProtobufCMessage *message, struct index_sink *sink) {
  const Incentivize__Earning *line = (const Incentivize__Earning *)message;
  struct arena *arena = index_arena(sink);
  index_emit(sink, partition_earning_kind(arena, name_partnership(arena, line->name), (int)line->kind),
             order_sequence(sink, line));
}

static void earning_by_measurement(const ProtobufCMessage *message, struct index_sink *sink) {
  const Incentivize__Earning *line = (const Incentivize__Earning *)message;
  int32_t month = month_of(timestamp_us(line->measurement_period->start_time, 0));
  index_emit(sink, partition_earning_measurement(index_arena(sink), line->commission_plan, month),
             order_sequence(sink, line));
}

static const struct index earning_indexes[] = {
    {"statement", earning_by_statement},
    {"opportunity", earning_by_opportunity},
    {"kind", earning_by_kind},
    {"measurement", earning_by_measurement},
    {0},
};

const struct kind kind_earning = {
    .name = "earning",
    .pattern = "vendors/*/partnerships/*/earnings/*",
    .message = &incentivize__earning__descriptor,
    .indexes = earning_indexes,
};

/* ---- statements ---- */

static void statement_by_state(const ProtobufCMessage *message, struct index_sink *sink) {
  const Incentivize__Statement *statement = (const Incentivize__Statement *)message;
  struct arena *arena = index_arena(sink);
  index_emit(
      sink, partition_statement_state(arena, name_partnership(arena, statement->name), (int)statement->state),
      order_time(sink, statement->period->end_time));
}

static void statement_by_period(const ProtobufCMessage *message, struct index_sink *sink) {
  const Incentivize__Statement *statement = (const Incentivize__Statement *)message;
  index_emit(sink, name_partnership(index_arena(sink), statement->name),
             order_time(sink, statement->period->end_time));
}

static const struct index statement_indexes[] = {
    {"state", statement_by_state}, {"period", statement_by_period}, {0}};

const struct kind kind_statement = {
    .name = "statement",
    .pattern = "vendors/*/partnerships/*/statements/*",
    .message = &incentivize__statement__descriptor,
    .indexes = statement_indexes,
};

/* ---- sales ---- */

static void sale_by_state(const ProtobufCMessage *message, struct index_sink *sink) {
  const Incentivize__Sale *sale = (const Incentivize__Sale *)message;
  struct arena *arena = index_arena(sink);
  index_emit(sink, partition_sale_state(arena, name_partnership(arena, sale->name), (int)sale->state),
             order_time(sink, sale->close_time));
}

static void sale_by_close(const ProtobufCMessage *message, struct index_sink *sink) {
  const Incentivize__Sale *sale = (const Incentivize__Sale *)message;
  index_emit(sink, name_partnership(index_arena(sink), sale->name), order_time(sink, sale->close_time));
}

static void sale_unplanned(const ProtobufCMessage *message, struct index_sink *sink) {
  const Incentivize__Sale *sale = (const Incentivize__Sale *)message;
  struct arena *arena = index_arena(sink);
  if ((int)sale->state != SALE_UNPLANNED)
    return;
  int32_t month = month_of(timestamp_us(sale->close_time, 0));
  index_emit(sink, partition_sale_month(arena, name_partnership(arena, sale->name), month),
             order_time(sink, sale->close_time));
}

static void sale_by_plan(const ProtobufCMessage *message, struct index_sink *sink) {
  const Incentivize__Sale *sale = (const Incentivize__Sale *)message;
  if ((int)sale->state == SALE_ACCRUED)
    index_emit(sink, sale->commission_plan, order_time(sink, sale->close_time));
}

static const struct index sale_indexes[] = {
    {"state", sale_by_state},
    {"close", sale_by_close},
    {"unplanned", sale_unplanned},
    {"plan", sale_by_plan},
    {0},
};

const struct kind kind_sale = {
    .name = "sale",
    .pattern = "vendors/*/partnerships/*/sales/*",
    .message = &incentivize__sale__descriptor,
    .indexes = sale_indexes,
};

/* ---- what the service keeps for itself ---- */

const struct kind kind_account = {
    .name = "account",
    .pattern = "vendors/*/partnerships/*/accounts/*",
    .message = &incentivize__account__descriptor,
};

const struct kind kind_accumulator = {
    .name = "accumulator",
    .pattern = "vendors/*/partnerships/*/commissionPlans/*/accumulators/*",
    .message = &incentivize__accumulator__descriptor,
};

const struct kind *const incentivize_kinds[] = {
    &kind_commission_plan, &kind_earning,     &kind_statement, &kind_sale,
    &kind_account,         &kind_accumulator, &kind_directory, NULL,
};
