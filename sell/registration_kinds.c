/* Kinds of deal registration and their indexes. */
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "sell/coverage.h"
#include "sell/registration_change.h"
#include "sell/service.h"

char *key_partition(struct arena *arena, const char *vendor, const char *key) {
  return arena_printf(arena, "%s|key|%.*s", vendor, text_cut(key, 300), key);
}

char *owner_partition(struct arena *arena, const char *vendor, const char *key) {
  return arena_printf(arena, "%s|owner|%.*s", vendor, text_cut(key, 300), key);
}

char *word_partition(struct arena *arena, const char *vendor, const char *word) {
  return arena_printf(arena, "%s|word|%.*s", vendor, text_cut(word, 100), word);
}

static const char *order_of(struct index_sink *sink, const Google__Protobuf__Timestamp *time) {
  return index_order_number(index_arena(sink), moment_us(time));
}

/* ---- registrations ---- */

/* By partnership for each party that may see it, and for the vendor over all of its partnerships. */
static void emit_viewers(struct index_sink *sink, const Sell__Registration *registration, const char *value,
                         const char *order) {
  static const Type__Party viewers[] = {TYPE__PARTY__PARTY_VENDOR, TYPE__PARTY__PARTY_PARTNER};
  const char *partnership = name_partnership(index_arena(sink), registration->name);
  for (size_t i = 0; i < sizeof viewers / sizeof *viewers; i++)
    if (registration_visible(registration, viewers[i]))
      index_emit(sink, partition_of(index_arena(sink), partnership, viewers[i], value), order);
  if (registration_visible(registration, TYPE__PARTY__PARTY_VENDOR)) {
    const char *vendor = name_vendor(index_arena(sink), registration->name);
    index_emit(sink, partition_of(index_arena(sink), vendor, TYPE__PARTY__PARTY_VENDOR, value), order);
  }
}

static void registration_created(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Registration *registration = (const Sell__Registration *)message;
  emit_viewers(sink, registration, "", order_of(sink, registration->create_time));
}

static void registration_state(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Registration *registration = (const Sell__Registration *)message;
  emit_viewers(sink, registration,
               state_name(&sell__registration__state__descriptor, (int)registration->state),
               order_of(sink, registration->create_time));
}

static void registration_due(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Registration *registration = (const Sell__Registration *)message;
  if (registration_waits(registration))
    emit_viewers(sink, registration, "", order_of(sink, registration->decide_due_time));
}

static void registration_protect(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Registration *registration = (const Sell__Registration *)message;
  if (registration_protected(registration))
    emit_viewers(sink, registration, "",
                 index_order_number(index_arena(sink), registration_protect_end_us(registration)));
}

static void registration_sweep(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_sweep(sink, registration_next_us((const Sell__Registration *)message));
}

typedef size_t keys_fn(struct arena *arena, const Sell__Company *company,
                       struct company_key out[COMPANY_KEYS_MAX]);
typedef char *key_partition_fn(struct arena *arena, const char *vendor, const char *key);

/* For the vendor's reviewer, so without drafts. */
static void emit_keys(struct index_sink *sink, const Sell__Registration *registration, keys_fn *keys_of,
                      key_partition_fn *partition) {
  struct arena *arena = index_arena(sink);
  struct company_key keys[COMPANY_KEYS_MAX];
  if (!registration->first_submit_time || !registration->customer)
    return;
  const char *vendor = name_vendor(arena, registration->name);
  size_t count = keys_of(arena, registration->customer, keys);
  for (size_t i = 0; i < count; i++)
    index_emit(sink, partition(arena, vendor, keys[i].text), order_of(sink, registration->first_submit_time));
}

static void registration_key(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_keys(sink, (const Sell__Registration *)message, company_keys, key_partition);
}

/* By who the customer says that owns it: what the parent's registration is shown beside. */
static void registration_owner(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_keys(sink, (const Sell__Registration *)message, company_owner_keys, owner_partition);
}

static void registration_word(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Registration *registration = (const Sell__Registration *)message;
  struct arena *arena = index_arena(sink);
  char *words[COMPANY_TOKENS_MAX];
  if (!registration->first_submit_time || !registration->customer)
    return;
  const char *vendor = name_vendor(arena, registration->name);
  size_t count = company_tokens(arena, registration->customer->legal_name, words);
  for (size_t i = 0; i < count; i++) {
    bool twice = false;
    for (size_t k = 0; k < i; k++)
      twice = twice || text_equal(words[k], words[i]);
    if (!twice)
      index_emit(sink, word_partition(arena, vendor, words[i]),
                 order_of(sink, registration->first_submit_time));
  }
}

static const struct index registration_indexes[] = {
    {"created", registration_created}, {"state", registration_state}, {"due", registration_due},
    {"protect", registration_protect}, {"sweep", registration_sweep}, {"key", registration_key},
    {"word", registration_word},       {"owner", registration_owner}, {0},
};

const struct kind kind_registration = {
    .name = "registration",
    .pattern = "vendors/*/partnerships/*/registrations/*",
    .message = &sell__registration__descriptor,
    .indexes = registration_indexes,
};

/* ---- policies ---- */

static void policy_active(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__RegistrationPolicy *policy = (const Sell__RegistrationPolicy *)message;
  if (policy->state == SELL__REGISTRATION_POLICY__STATE__STATE_ACTIVE)
    index_emit(sink, name_vendor(index_arena(sink), policy->name), "");
}

static const struct index policy_indexes[] = {{"active", policy_active}, {0}};

const struct kind kind_registration_policy = {
    .name = "registration_policy",
    .pattern = "vendors/*/registrationPolicies/*",
    .message = &sell__registration_policy__descriptor,
    .indexes = policy_indexes,
};

/* ---- conflicts ---- */

static void conflict_created(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Conflict *conflict = (const Sell__Conflict *)message;
  index_emit(sink, name_vendor(index_arena(sink), conflict->name), order_of(sink, conflict->create_time));
}

static void conflict_side(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__Conflict *conflict = (const Sell__Conflict *)message;
  index_emit(sink, conflict->holder, order_of(sink, conflict->create_time));
  index_emit(sink, conflict->contender, order_of(sink, conflict->create_time));
}

static void conflict_sweep(const ProtobufCMessage *message, struct index_sink *sink) {
  emit_sweep(sink, conflict_next_us((const Sell__Conflict *)message));
}

static const struct index conflict_indexes[] = {
    {"created", conflict_created}, {"side", conflict_side}, {"sweep", conflict_sweep}, {0}};

const struct kind kind_conflict = {
    .name = "conflict",
    .pattern = "vendors/*/conflicts/*",
    .message = &sell__conflict__descriptor,
    .indexes = conflict_indexes,
};

/* ---- breaches ---- */

static void breach_time(const ProtobufCMessage *message, struct index_sink *sink) {
  const Sell__ProtectionBreach *breach = (const Sell__ProtectionBreach *)message;
  index_emit(sink, name_partnership(index_arena(sink), breach->name), order_of(sink, breach->breach_time));
}

static const struct index breach_indexes[] = {{"time", breach_time}, {0}};

const struct kind kind_protection_breach = {
    .name = "protection_breach",
    .pattern = "vendors/*/partnerships/*/protectionBreaches/*",
    .message = &sell__protection_breach__descriptor,
    .indexes = breach_indexes,
};

/* ---- what no list shows ---- */

const struct kind kind_match_key = {
    .name = "match_key", .pattern = "vendors/*/matchKeys/*", .message = &sell__match_key__descriptor};
const struct kind kind_attempt_book = {.name = "attempt_book",
                                       .pattern = "vendors/*/partnerships/*/attemptBooks/*",
                                       .message = &sell__attempt_book__descriptor};
const struct kind kind_breach_mark = {
    .name = "breach_mark", .pattern = "vendors/*/breachMarks/*", .message = &sell__breach_mark__descriptor};

/* Copies of onboard's contracts that may route deals. */
static void contract_routing(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Contract *contract = (const Onboard__Contract *)message;
  bool may = contract->state == ONBOARD__CONTRACT__STATE__STATE_SIGNED ||
             contract->state == ONBOARD__CONTRACT__STATE__STATE_ACTIVE ||
             contract->state == ONBOARD__CONTRACT__STATE__STATE_EXPIRING;
  if (may && contract_covers(contract))
    index_emit(sink, name_vendor(index_arena(sink), contract->name), "");
}

static const struct index contract_indexes[] = {{"routing", contract_routing}, {0}};

const struct kind kind_contract = {
    .name = "contract",
    .pattern = "vendors/*/partnerships/*/contracts/*",
    .message = &onboard__contract__descriptor,
    .indexes = contract_indexes,
};

/* Copies of onboard's members: the programs that a partnership is in. */
static void member_partnership(const ProtobufCMessage *message, struct index_sink *sink) {
  const Onboard__Member *member = (const Onboard__Member *)message;
  if (member->state != ONBOARD__MEMBER__STATE__STATE_REMOVED)
    index_emit(sink, name_partnership(index_arena(sink), member->name), "");
}

static const struct index member_indexes[] = {{"partnership", member_partnership}, {0}};

const struct kind kind_member = {
    .name = "member",
    .pattern = "vendors/*/partnerships/*/members/*",
    .message = &onboard__member__descriptor,
    .indexes = member_indexes,
};
