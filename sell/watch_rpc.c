/* WatchPipeline: the changes that a party may see, and the pipeline after them. Levels are sums of ledger
 * deltas, so they are read once, where the stream begins, and then carried on entry by entry. */
#include "runtime/base/clock.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/feed/alarm.h"
#include "runtime/message/validate.h"
#include "runtime/store/ledger.h"
#include "runtime/store/token.h"
#include "sell/account.h"
#include "sell/pipeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CHANGES_AT_ONCE = 64, HEARTBEAT_MS = 4000 };

struct watch {
  struct call *call;
  struct stream *stream;
  const char *name, *partnership, *binding;
  struct stage_weights weights;
  struct levels levels;
  int64_t place_us; /* recorded later than this: not looked at yet */
  int64_t shown_us; /* of the last entry that the party may see: a cursor tells of no other */
  int64_t told_us;  /* monotonic: when the last message went out; 0: none did */
};

/* One message being filled. */
struct filling {
  struct watch *watch;
  Sell__WatchPipelineResponse *response;
  const struct status *status;
  bool more; /* there is another change than fits */
};

static struct txn *watch_txn(const struct watch *watch) {
  struct txn_context context = {.arena = stream_arena(watch->stream), .deadline_us = INT64_MAX};
  return txn_begin(call_store(watch->call), &context);
}

static char *cursor_of(const struct watch *watch, int64_t record_us) {
  struct arena *arena = stream_arena(watch->stream);
  return token_make(call_store(watch->call), arena, watch->binding,
                    arena_printf(arena, "%" PRId64, record_us));
}

static const struct status *watch_place(struct watch *watch, const Sell__WatchPipelineRequest *request) {
  struct arena *arena = call_arena(watch->call);
  const char *place;
  int64_t record_us;
  if (token_read(call_store(watch->call), arena, watch->binding, request->cursor, &place))
    return call_fail(watch->call, CODE_INVALID_ARGUMENT, "CURSOR_INVALID",
                     "the cursor was not made for this partnership and party: begin without one");
  if (!place && !request->from_now)
    return NULL;
  /* Entries are numbered by who writes them, so one may still come that is earlier than this clock's now: now
   * is the last one that the levels have, of those that the party may see. */
  int64_t until_us = place ? strtoll(place, NULL, 10) : INT64_MAX;
  const struct status *status =
      levels_read(call_txn(watch->call), watch->partnership, until_us, &watch->levels, &record_us);
  watch->place_us = watch->shown_us = place ? until_us : record_us;
  return status;
}

static bool is_shown(const struct watch *watch, const Ledger__LedgerEntry *entry) {
  return (entry->private_to == TYPE__PARTY__PARTY_UNSPECIFIED || entry->private_to == watch->levels.viewer) &&
         strcmp(entry->payload_type, "entente.sell.v1.Opportunity") == 0;
}

/* What an entry tells, in the stream's arena: the entry is gone when the message goes out. */
static const struct status *change_of(const struct watch *watch, const Ledger__LedgerEntry *entry,
                                      Sell__PipelineChange **out) {
  struct arena *arena = stream_arena(watch->stream);
  const Sell__Opportunity *after =
      sell__opportunity__unpack(arena_allocator(arena), entry->payload.len, entry->payload.data);
  if (!after)
    return status_make(arena, CODE_DATA_LOSS, "LEDGER_ENTRY_MALFORMED",
                       "the payload of %s does not decode: run `entente verify`", entry->name);
  int64_t record_us = timestamp_us(entry->record_time, 0);
  Sell__PipelineChange *change = *out = arena_new(arena, Sell__PipelineChange);
  sell__pipeline_change__init(change);
  change->cursor = cursor_of(watch, record_us);
  change->type = arena_strdup(arena, entry->type);
  change->opportunity = after->name;
  change->engagement = after->engagement;
  change->stage = after->stage;
  change->state = after->state;
  change->amount = after->amount;
  change->occur_time = timestamp_new(arena, timestamp_us(entry->occur_time, 0));
  change->record_time = timestamp_new(arena, record_us);
  change->actor_party = entry->actor_party;
  return NULL;
}

/* What is not shown is passed over however much it is: were it counted as a change, the party could count it.
 */
static bool add_entry(const Ledger__LedgerEntry *entry, void *context) {
  struct filling *filling = context;
  struct watch *watch = filling->watch;
  Sell__WatchPipelineResponse *response = filling->response;
  bool shown = is_shown(watch, entry);
  filling->more = shown && response->n_changes == CHANGES_AT_ONCE;
  if (filling->more)
    return false;
  watch->place_us = timestamp_us(entry->record_time, 0);
  if (!shown)
    return true;
  watch->shown_us = watch->place_us;
  for (size_t i = 0; i < entry->n_deltas; i++)
    levels_add(&watch->levels, entry->deltas[i]->counter, entry->deltas[i]->party, entry->deltas[i]->amount);
  filling->status = change_of(watch, entry, &response->changes[response->n_changes++]);
  return !filling->status;
}

/* How long nothing needs to be said, if nothing happens. */
static uint32_t quiet_ms(const struct watch *watch) {
  int64_t silent_ms = (clock_monotonic_us() - watch->told_us) / US_PER_MS;
  return watch->told_us && silent_ms < HEARTBEAT_MS ? (uint32_t)(HEARTBEAT_MS - silent_ms) : 0;
}

/* Sends what was recorded since, if the party may see any of it; without that, every few seconds that nothing
 * was: neither whether nor when tells of what it may not see. */
static const struct status *send_next(struct watch *watch, bool *caught_up) {
  struct arena *arena = stream_arena(watch->stream);
  Sell__WatchPipelineResponse response = SELL__WATCH_PIPELINE_RESPONSE__INIT;
  Sell__Pipeline pipeline = SELL__PIPELINE__INIT;
  struct filling filling = {.watch = watch, .response = &response};
  response.changes = arena_calloc(arena, CHANGES_AT_ONCE, sizeof *response.changes);
  const struct status *status =
      ledger_walk(watch_txn(watch), watch->partnership, watch->place_us, INT64_MAX, add_entry, &filling);
  if (status || filling.status)
    return status ? status : filling.status;
  *caught_up = !filling.more;
  response.caught_up = *caught_up;
  if (!response.n_changes && quiet_ms(watch))
    return NULL;
  if (response.n_changes || !watch->told_us) {
    pipeline.name = (char *)watch->name;
    pipeline_fill(arena, &watch->levels, &watch->weights, &pipeline);
    response.pipeline = &pipeline;
  }
  response.cursor = cursor_of(watch, watch->shown_us);
  watch->told_us = clock_monotonic_us();
  return stream_send(watch->stream, &response);
}

static const struct status *watch_run(struct watch *watch, struct alarm *alarm) {
  const struct status *status = NULL;
  while (!status) {
    bool caught_up;
    status = send_next(watch, &caught_up);
    uint32_t ms = quiet_ms(watch);
    if (!status && caught_up && ms)
      status = alarm_wait(alarm, ms);
  }
  return status;
}

const struct status *pipeline_watch(struct call *call, const void *in, struct stream *stream) {
  const Sell__WatchPipelineRequest *request = in;
  struct watch *watch = arena_new(call_arena(call), struct watch);
  struct occasion occasion;
  const struct status *status = occasion_of(call, request->name, &occasion);
  if (!status)
    status = stage_weights_of(occasion.arena, request->stage_probability_bps,
                              request->n_stage_probability_bps, &watch->weights);
  if (status)
    return status;
  watch->call = call;
  watch->stream = stream;
  watch->name = request->name;
  watch->partnership = name_partnership(occasion.arena, request->name);
  watch->binding =
      arena_printf(occasion.arena, "pipeline changes\n%s\n%d", watch->partnership, (int)occasion.party);
  watch->levels.currency = occasion.partnership->currency_code;
  watch->levels.viewer = occasion.party;
  /* Set before the place is read, so that nothing recorded in between is slept over. */
  struct alarm *alarm = alarm_set(call, stream, watch->partnership);
  status = watch_place(watch, request);
  if (!status)
    status = watch_run(watch, alarm);
  alarm_clear(alarm);
  return status;
}
