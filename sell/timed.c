#include "sell/timed.h"

#include "runtime/base/moment.h"
#include "sell/cosell.h"
#include "sell/engagement.h"

/* ---- engagements ---- */

static int64_t engagement_next(const ProtobufCMessage *message) {
  return engagement_next_us((const Sell__Engagement *)message);
}

static const struct status *engagement_stage(struct txn *txn, const struct act *act,
                                             ProtobufCMessage *message) {
  Sell__Engagement *engagement = (Sell__Engagement *)message;
  int64_t expire_us = moment_us(engagement->expire_time);
  engagement_settle(act->arena, engagement, act->now_us);
  engagement_change(txn, engagement, "engagement.expired", expire_us);
  return NULL;
}

const struct timed timed_engagement = {&kind_engagement, engagement_next, engagement_stage};

/* ---- all: those of registrations are in registration_change.c ---- */

const struct timed *const timed_kinds[] = {&timed_engagement, &timed_registration, &timed_conflict, NULL};
