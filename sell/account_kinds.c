/* Kinds of accounts: how they are found. Those of account mapping are found by their names alone. */
#include "runtime/base/machine.h"
#include "runtime/base/name.h"
#include "runtime/base/timestamp.h"
#include "sell/account.h"

#include "entente/sell/v1/case_study.pb-c.h"
#include "entente/sell/v1/population.pb-c.h"
#include "entente/sell/v1/target_account.pb-c.h"

/* What both parties see is in one partition a value. */
static void emit_shared(struct index_sink *sink, const char *name, const char *value,
                        const Google__Protobuf__Timestamp *when) {
  struct arena *arena = index_arena(sink);
  index_emitf(sink, index_order_number(arena, timestamp_us(when, 0)), "%s|%s", name_partnership(arena, name),
              value);
}

static void target_account_newest(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__TargetAccount *account = (const Sell__TargetAccount *)message;
  emit_shared(sink, account->name, "", account->create_time);
}

static void target_account_states(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__TargetAccount *account = (const Sell__TargetAccount *)message;
  emit_shared(sink, account->name, state_name(&sell__target_account__state__descriptor, (int)account->state),
              account->create_time);
}

static void case_study_newest(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__CaseStudy *study = (const Sell__CaseStudy *)message;
  emit_shared(sink, study->name, "", study->create_time);
}

static void case_study_states(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__CaseStudy *study = (const Sell__CaseStudy *)message;
  emit_shared(sink, study->name, state_name(&sell__case_study__state__descriptor, (int)study->state),
              study->create_time);
}

static const struct index target_account_indexes[] = {
    {"new", target_account_newest}, {"state", target_account_states}, {0}};
static const struct index case_study_indexes[] = {
    {"new", case_study_newest}, {"state", case_study_states}, {0}};

const struct kind kind_target_account = {
    .name = "target_account",
    .pattern = "vendors/*/partnerships/*/targetAccounts/*",
    .message = &sell__target_account__descriptor,
    .indexes = target_account_indexes,
};
const struct kind kind_case_study = {
    .name = "case_study",
    .pattern = "vendors/*/partnerships/*/caseStudies/*",
    .message = &sell__case_study__descriptor,
    .indexes = case_study_indexes,
};

const struct kind kind_mapping_key = {
    .name = "mapping_key",
    .pattern = "vendors/*/partnerships/*/mappingKeys/*",
    .message = &sell__mapping_key__descriptor,
};
const struct kind kind_population = {
    .name = "population",
    .pattern = "vendors/*/partnerships/*/populations/*",
    .message = &sell__population__descriptor,
};
const struct kind kind_population_upload = {
    .name = "population_upload",
    .pattern = "vendors/*/partnerships/*/populations/*/uploads/*",
    .message = &sell__population_upload__descriptor,
};
const struct kind kind_population_chunk = {
    .name = "population_chunk",
    .pattern = "vendors/*/partnerships/*/populations/*/chunks/*",
    .message = &sell__population_chunk__descriptor,
};
