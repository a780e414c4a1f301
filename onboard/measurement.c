#include "onboard/measurement.h"

#include "runtime/base/digest.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"

#include <string.h>

#define KIND(name) ONBOARD__COMMITMENT_KIND__COMMITMENT_KIND_##name
#define UNIT(name) ONBOARD__COMMITMENT_UNIT__COMMITMENT_UNIT_##name
#define COUNTED ONBOARD__MEASUREMENT__STATE__STATE_COUNTED
#define TAKEN_BACK ONBOARD__MEASUREMENT__STATE__STATE_TAKEN_BACK

enum { NAME_DIGEST_BYTES = 16 };

bool measurement_supports(Type__Party owner, Onboard__CommitmentKind kind, Onboard__CommitmentUnit unit) {
  static const struct {
    Onboard__CommitmentKind kind;
    Onboard__CommitmentUnit unit;
    Type__Party owner; /* unspecified: either */
  } sources[] = {
      {KIND(REVENUE), UNIT(MONEY), TYPE__PARTY__PARTY_UNSPECIFIED},
      {KIND(CERTIFICATION), UNIT(COUNT), TYPE__PARTY__PARTY_UNSPECIFIED},
      {KIND(CO_MARKETING_BUDGET), UNIT(MONEY), TYPE__PARTY__PARTY_VENDOR},
      {KIND(PRE_SALES), UNIT(HOURS), TYPE__PARTY__PARTY_UNSPECIFIED},
      {KIND(CUSTOMER_DEVELOPMENT), UNIT(COUNT), TYPE__PARTY__PARTY_UNSPECIFIED},
  };
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
    if (sources[i].kind == kind && sources[i].unit == unit &&
        (!sources[i].owner || sources[i].owner == owner))
      return true;
  return false;
}

char *measurement_name(struct arena *arena, const char *partnership, const char *source) {
  uint8_t digest[DIGEST_SIZE];
  digest_sha256(source, strlen(source), digest);
  return name_child(arena, partnership, "measurements",
                    arena_printf(arena, "m%s", hex_encode(arena, digest, NAME_DIGEST_BYTES)));
}

bool measurement_note(const struct act *act, Onboard__Measurement *measurement, const struct fact *fact) {
  bool known = measurement->state != ONBOARD__MEASUREMENT__STATE__STATE_UNSPECIFIED;
  if (known && (measurement->state == TAKEN_BACK || !fact->taken_back))
    return false;
  measurement->state = fact->taken_back ? TAKEN_BACK : COUNTED;
  measurement->source_entry = arena_strdup(act->arena, fact->source_entry);
  if (known)
    return true;
  measurement->kind = fact->kind;
  measurement->unit = fact->unit;
  measurement->party = fact->party;
  measurement->amount = fact->amount;
  measurement->currency_code = arena_strdup(act->arena, fact->currency_code);
  measurement->occur_time = timestamp_new(act->arena, fact->occur_us);
  measurement->source = arena_strdup(act->arena, fact->source);
  return true;
}

int64_t measurement_amount(const Onboard__Measurement *measurement) {
  return measurement->state == COUNTED ? measurement->amount : 0;
}

bool measurement_is_of(const Onboard__Measurement *measurement, const Onboard__Commitment *commitment) {
  int64_t occurred = moment_us(measurement->occur_time);
  return commitment->measure == ONBOARD__COMMITMENT_MEASURE__COMMITMENT_MEASURE_MEASURED &&
         commitment->kind == measurement->kind && commitment->unit == measurement->unit &&
         text_equal(commitment->currency_code, measurement->currency_code) &&
         (!measurement->party || measurement->party == commitment->owner) &&
         occurred >= moment_us(commitment->start_time) && occurred <= moment_us(commitment->due_time);
}

bool measured_alike(const Onboard__Commitment *one, const Onboard__Commitment *other) {
  return one->measure == ONBOARD__COMMITMENT_MEASURE__COMMITMENT_MEASURE_MEASURED &&
         other->measure == one->measure && other->kind == one->kind && other->unit == one->unit &&
         text_equal(other->currency_code, one->currency_code) &&
         moment_us(other->start_time) <= moment_us(one->due_time) &&
         moment_us(one->start_time) <= moment_us(other->due_time);
}
