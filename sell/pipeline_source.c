#include "sell/pipeline_source.h"

#include "runtime/base/moment.h"
#include "runtime/base/money.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"

#include <string.h>

#define CO_SELL SELL__OPPORTUNITY_TOUCH__CHANNEL__CHANNEL_CO_SELL
#define JOINT_MARKETING SELL__OPPORTUNITY_TOUCH__CHANNEL__CHANNEL_JOINT_MARKETING

/* Touches being put together, in a list of their own; the touches themselves are shared. */
struct touches {
  Sell__OpportunityTouch **items;
  size_t count;
};

static struct touches touches_copy(struct arena *arena, const Sell__Opportunity *opportunity, size_t more) {
  struct touches touches = {.items =
                                arena_calloc(arena, opportunity->n_touches + more + 1, sizeof *touches.items),
                            .count = opportunity->n_touches};
  for (size_t i = 0; i < touches.count; i++)
    touches.items[i] = opportunity->touches[i];
  return touches;
}

static void touches_give(struct touches touches, Sell__Opportunity *opportunity) {
  opportunity->touches = touches.count ? touches.items : NULL;
  opportunity->n_touches = touches.count;
}

static Sell__OpportunityTouch *touch_find(const Sell__Opportunity *opportunity, const char *source) {
  for (size_t i = 0; i < opportunity->n_touches; i++)
    if (text_equal(opportunity->touches[i]->source, source))
      return opportunity->touches[i];
  return NULL;
}

static bool touch_before(const Sell__OpportunityTouch *a, const Sell__OpportunityTouch *b) {
  int64_t a_us = moment_us(a->occur_time), b_us = moment_us(b->occur_time);
  return a_us != b_us ? a_us < b_us : strcmp(a->source, b->source) < 0;
}

static void touches_drop(struct touches *touches, size_t place) {
  touches->count--;
  memmove(touches->items + place, touches->items + place + 1,
          (touches->count - place) * sizeof *touches->items);
}

/* Takes its place by time; the last of its channel goes when that makes one too many. Which ones are kept
 * does not depend on the order in which they came. */
static void touches_insert(struct touches *touches, Sell__OpportunityTouch *touch) {
  size_t place = 0, of_channel = 0, last = 0;
  while (place < touches->count && touch_before(touches->items[place], touch))
    place++;
  memmove(touches->items + place + 1, touches->items + place,
          (touches->count - place) * sizeof *touches->items);
  touches->items[place] = touch;
  touches->count++;
  for (size_t i = 0; i < touches->count; i++)
    if (touches->items[i]->channel == touch->channel) {
      of_channel++;
      last = i;
    }
  if (of_channel > (touch->channel == CO_SELL ? CO_SELL_TOUCHES_MAX : MARKETING_TOUCHES_MAX))
    touches_drop(touches, last);
}

static Sell__OpportunityTouch *touch_new(struct arena *arena, Sell__OpportunityTouch__Channel channel,
                                         const char *source, int64_t occur_us) {
  Sell__OpportunityTouch *touch = arena_new(arena, Sell__OpportunityTouch);
  sell__opportunity_touch__init(touch);
  touch->channel = channel;
  touch->source = arena_strdup(arena, source);
  touch->occur_time = timestamp_new(arena, occur_us);
  return touch;
}

static void touch_put(struct arena *arena, Sell__Opportunity *opportunity, Sell__OpportunityTouch *touch) {
  struct touches touches = touches_copy(arena, opportunity, 1);
  touches_insert(&touches, touch);
  touches_give(touches, opportunity);
}

static void touch_take(struct arena *arena, Sell__Opportunity *opportunity,
                       const Sell__OpportunityTouch *touch) {
  struct touches touches = touches_copy(arena, opportunity, 0);
  for (size_t i = 0; i < touches.count; i++)
    if (touches.items[i] == touch)
      touches_drop(&touches, i);
  touches_give(touches, opportunity);
}

bool touch_add(struct arena *arena, Sell__Opportunity *opportunity, Sell__OpportunityTouch__Channel channel,
               const char *source, int64_t occur_us) {
  if (touch_find(opportunity, source))
    return false;
  touch_put(arena, opportunity, touch_new(arena, channel, source, occur_us));
  pipeline_source_follow(arena, opportunity);
  return touch_find(opportunity, source);
}

bool touch_remove(struct arena *arena, Sell__Opportunity *opportunity, const char *source) {
  const Sell__OpportunityTouch *touch = touch_find(opportunity, source);
  if (!touch)
    return false;
  touch_take(arena, opportunity, touch);
  pipeline_source_follow(arena, opportunity);
  return true;
}

/* An import may correct when it was opened. */
static void opening_follow(struct arena *arena, Sell__Opportunity *opportunity) {
  const Sell__OpportunityTouch *opening = touch_find(opportunity, opportunity->name);
  int64_t open_us = moment_us(opportunity->open_time);
  if (opening && moment_us(opening->occur_time) == open_us)
    return;
  if (opening)
    touch_take(arena, opportunity, opening);
  touch_put(arena, opportunity, touch_new(arena, CO_SELL, opportunity->name, open_us));
}

static bool touch_counts(const Sell__OpportunityTouch *touch, int64_t qualify_us) {
  int64_t before_us = qualify_us - moment_us(touch->occur_time);
  return before_us >= 0 && before_us <= SOURCE_WINDOW_DAYS * US_PER_DAY;
}

static Sell__PipelineSource *source_of(struct arena *arena, const Sell__Opportunity *opportunity) {
  Sell__PipelineSource *source = arena_new(arena, Sell__PipelineSource);
  sell__pipeline_source__init(source);
  int64_t qualify_us = moment_us(opportunity->qualify_time);
  for (size_t i = 0; i < opportunity->n_touches; i++)
    if (touch_counts(opportunity->touches[i], qualify_us))
      *(opportunity->touches[i]->channel == JOINT_MARKETING ? &source->marketing_touches
                                                            : &source->co_sell_touches) += 1;
  int32_t all = source->marketing_touches + source->co_sell_touches;
  source->joint_marketing_bps = all ? BPS_ONE * source->marketing_touches / all : 0;
  source->co_sell_bps = BPS_ONE - source->joint_marketing_bps;
  return source;
}

void pipeline_source_follow(struct arena *arena, Sell__Opportunity *opportunity) {
  if (opportunity->engagement != SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT)
    return;
  if (text_empty(opportunity->joined_by))
    opening_follow(arena, opportunity);
  opportunity->pipeline_source = opportunity->qualify_time ? source_of(arena, opportunity) : NULL;
}

struct pipeline_parts pipeline_parts_of(const Sell__Opportunity *opportunity) {
  const Sell__PipelineSource *source = opportunity->pipeline_source;
  if (!source || !opportunity->amount)
    return (struct pipeline_parts){0};
  int64_t amount = opportunity->amount->amount_minor;
  /* In two steps, as an amount times 10,000 may not fit. */
  int64_t marketing = amount / BPS_ONE * source->joint_marketing_bps +
                      amount % BPS_ONE * source->joint_marketing_bps / BPS_ONE;
  return (struct pipeline_parts){.co_sell_minor = amount - marketing, .joint_marketing_minor = marketing};
}
