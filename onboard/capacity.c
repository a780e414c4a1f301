#include "onboard/capacity.h"

#include "runtime/base/fold.h"
#include "runtime/base/money.h"
#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

enum {
  DEFAULT_MAX = 15,
  DEFAULT_MIN = 3,
  DEFAULT_REVIEWS = 5, /* four quarterly and the annual */
  DEFAULT_REVIEW_HOURS = 4,
  DEFAULT_PLANNING_HOURS = 20,
  DEFAULT_ENGAGEMENT_HOURS = 32,
};

#define BELOW ONBOARD__CAPACITY__STANDING__STANDING_BELOW
#define WITHIN ONBOARD__CAPACITY__STANDING__STANDING_WITHIN
#define FULL ONBOARD__CAPACITY__STANDING__STANDING_FULL
#define BEYOND ONBOARD__CAPACITY__STANDING__STANDING_BEYOND

char *capacity_name(struct arena *arena, const char *name) {
  return name_child(arena, name_vendor(arena, name), "capacities", CAPACITY_ID);
}

/* ---- arithmetic ---- */

static int64_t designated_max(const Onboard__Capacity *capacity) {
  return capacity->designated_max ? capacity->designated_max : DEFAULT_MAX;
}

static int64_t designated_min(const Onboard__Capacity *capacity) {
  return capacity->designated_min ? capacity->designated_min : DEFAULT_MIN;
}

static int64_t scaled(int64_t hours, int32_t factor_bps) {
  int64_t factor = factor_bps ? factor_bps : BPS_ONE;
  return (hours * factor + BPS_ONE - 1) / BPS_ONE;
}

/* Hours a year of one partnership. */
static int64_t load_of_one(const Onboard__Capacity *capacity) {
  const Onboard__PartnershipLoad *load = capacity->load;
  int64_t hours =
      load ? (int64_t)load->reviews_per_year * load->hours_per_review + load->planning_hours +
                 load->engagement_hours
           : DEFAULT_REVIEWS * DEFAULT_REVIEW_HOURS + DEFAULT_PLANNING_HOURS + DEFAULT_ENGAGEMENT_HOURS;
  return scaled(scaled(hours, capacity->market_complexity_bps), capacity->geographic_scope_bps);
}

static int64_t hours_available(const Onboard__Capacity *capacity) {
  int64_t hours = 0;
  for (size_t i = 0; i < capacity->n_sponsors; i++)
    hours += capacity->sponsors[i]->hours_per_year;
  return hours;
}

/* How many partnerships the hours allow; -1: hours limit nothing. */
static int64_t allowed_by_hours(const Onboard__Capacity *capacity) {
  int64_t one = load_of_one(capacity);
  return capacity->n_sponsors && one ? hours_available(capacity) / one : -1;
}

static int64_t allowed(const Onboard__Capacity *capacity) {
  int64_t by_policy = designated_max(capacity), by_hours = allowed_by_hours(capacity);
  return by_hours >= 0 && by_hours < by_policy ? by_hours : by_policy;
}

/* ---- words ---- */

static char *policy_text(struct arena *arena, const Onboard__Capacity *capacity, int64_t count) {
  return arena_printf(arena, "%lld designated partnerships of at most %lld by policy", (long long)count,
                      (long long)designated_max(capacity));
}

static char *hours_text(struct arena *arena, const Onboard__Capacity *capacity, int64_t count) {
  int64_t one = load_of_one(capacity), all = count * one;
  if (!capacity->n_sponsors)
    return arena_printf(arena, "%lld x %lld h = %lld h a year; the sponsors' hours are not set",
                        (long long)count, (long long)one, (long long)all);
  return arena_printf(arena, "%lld x %lld h = %lld h a year of the %lld h that %zu sponsors have",
                      (long long)count, (long long)one, (long long)all, (long long)hours_available(capacity),
                      capacity->n_sponsors);
}

static Onboard__Capacity__Standing standing_of(const Onboard__Capacity *capacity) {
  if (capacity->designated_count > capacity->capacity_count)
    return BEYOND;
  if (capacity->designated_count == capacity->capacity_count)
    return FULL;
  return capacity->designated_count < designated_min(capacity) ? BELOW : WITHIN;
}

void capacity_reckon(struct arena *arena, Onboard__Capacity *capacity) {
  capacity->load_hours = capacity->designated_count * load_of_one(capacity);
  capacity->available_hours = hours_available(capacity);
  capacity->capacity_count = (int32_t)allowed(capacity);
  capacity->standing = standing_of(capacity);
  capacity->n_explanation = 2;
  capacity->explanation = arena_calloc(arena, 2, sizeof *capacity->explanation);
  capacity->explanation[0] = policy_text(arena, capacity, capacity->designated_count);
  capacity->explanation[1] = hours_text(arena, capacity, capacity->designated_count);
}

/* ---- actions ---- */

static bool is_named_before(struct arena *arena, const Onboard__Capacity *capacity, size_t at) {
  const char *name = text_fold(arena, capacity->sponsors[at]->person_name);
  for (size_t i = 0; i < at; i++)
    if (text_equal(text_fold(arena, capacity->sponsors[i]->person_name), name))
      return true;
  return false;
}

const struct status *capacity_check(struct arena *arena, const Onboard__Capacity *capacity) {
  struct status *refusal = NULL;
  if (designated_min(capacity) > designated_max(capacity))
    invalid_add(arena, &refusal, "capacity.designated_min", "VALUE_OUT_OF_RANGE",
                "%lld is above the maximum of %lld", (long long)designated_min(capacity),
                (long long)designated_max(capacity));
  for (size_t i = 0; i < capacity->n_sponsors; i++)
    if (is_named_before(arena, capacity, i))
      invalid_add(arena, &refusal, arena_printf(arena, "capacity.sponsors[%zu].person_name", i),
                  "DUPLICATE_KEY_VALUE", "`%s` is named before", capacity->sponsors[i]->person_name);
  return refusal;
}

static void note_override(const struct act *act, Onboard__Capacity *capacity, const char *partnership,
                          const char *reason) {
  Onboard__DesignationOverride *override = arena_new(act->arena, Onboard__DesignationOverride);
  onboard__designation_override__init(override);
  override->partnership = arena_strdup(act->arena, partnership);
  override->actor = arena_strdup(act->arena, act->actor);
  override->reason = arena_strdup(act->arena, reason);
  override->decide_time = timestamp_new(act->arena, act->now_us);
  override->designated_count = capacity->designated_count;
  override->capacity_count = (int32_t)allowed(capacity);
  size_t kept =
      capacity->n_overrides < CAPACITY_OVERRIDES_MAX ? capacity->n_overrides : CAPACITY_OVERRIDES_MAX - 1;
  Onboard__DesignationOverride **overrides = arena_calloc(act->arena, kept + 1, sizeof *overrides);
  overrides[0] = override;
  for (size_t i = 0; i < kept; i++)
    overrides[i + 1] = capacity->overrides[i];
  capacity->overrides = overrides;
  capacity->n_overrides = kept + 1;
}

static const struct status *refuse_beyond(struct arena *arena, const Onboard__Capacity *capacity,
                                          int64_t count) {
  struct status *refusal = NULL;
  int64_t by_hours = allowed_by_hours(capacity);
  if (count > designated_max(capacity))
    guard_add(arena, &refusal, "CAPACITY_EXCEEDED", capacity->name, "%s",
              policy_text(arena, capacity, count));
  if (by_hours >= 0 && count > by_hours)
    guard_add(arena, &refusal, "CAPACITY_EXCEEDED", capacity->name, "%s", hours_text(arena, capacity, count));
  status_add_metadata(arena, refusal, "designated_count",
                      arena_printf(arena, "%d", capacity->designated_count));
  status_add_metadata(arena, refusal, "capacity_count",
                      arena_printf(arena, "%lld", (long long)allowed(capacity)));
  return refusal;
}

const struct status *capacity_take(const struct act *act, Onboard__Capacity *capacity,
                                   const char *partnership, const char *override_reason, bool *overridden) {
  int64_t count = (int64_t)capacity->designated_count + 1;
  *overridden = count > allowed(capacity);
  if (*overridden && text_length(override_reason) < CAPACITY_REASON_LENGTH)
    return refuse_beyond(act->arena, capacity, count);
  capacity->designated_count = (int32_t)count;
  if (*overridden)
    note_override(act, capacity, partnership, override_reason);
  capacity_reckon(act->arena, capacity);
  return NULL;
}

void capacity_release(struct arena *arena, Onboard__Capacity *capacity) {
  if (capacity->designated_count > 0) /* a designation older than the count was not counted */
    capacity->designated_count--;
  capacity_reckon(arena, capacity);
}
