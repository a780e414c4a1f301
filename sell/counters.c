#include "sell/service.h"

/* Levels are sums over all time: see tally.h. */
#define LEVEL(column, text)                                                                                  \
  {"pipeline." column ".joint", "count", COUNTER_SHARED, "Joint opportunities now " text},                   \
      {"pipeline_amount." column ".joint", "minor", COUNTER_SHARED,                                          \
       "What joint opportunities now " text " are worth"},                                                   \
      {"pipeline." column ".independent", "count", COUNTER_OWN,                                              \
       "The party's independent opportunities now " text},                                                   \
  {                                                                                                          \
    "pipeline_amount." column ".independent", "minor", COUNTER_OWN,                                          \
        "What the party's independent opportunities now " text " are worth"                                  \
  }

const struct counter_row sell_counters[] = {
    {"opened.joint", "count", COUNTER_SHARED, "Joint opportunities opened, by the month of opening"},
    {"qualified.joint", "count", COUNTER_SHARED,
     "Joint opportunities that reached QUALIFIED for the first time, by that month"},
    {"qualified_amount.joint", "minor", COUNTER_SHARED,
     "What the joint opportunities qualified in a month are worth"},
    {"won.joint", "count", COUNTER_SHARED,
     "Joint opportunities won and not reversed, by the month of closing"},
    {"lost.joint", "count", COUNTER_SHARED,
     "Joint opportunities lost and not reopened, by the month of closing"},
    {"won_amount.joint", "minor", COUNTER_SHARED,
     "What joint opportunities were sold for, less reversals, by the month of closing"},
    {"opened.independent", "count", COUNTER_OWN,
     "The party's independent opportunities opened, by the month of opening"},
    {"won.independent", "count", COUNTER_OWN,
     "The party's independent opportunities won and not reversed, by the month of closing"},
    {"lost.independent", "count", COUNTER_OWN,
     "The party's independent opportunities lost and not reopened, by the month of closing"},
    {"won_amount.independent", "minor", COUNTER_OWN,
     "What the party's independent opportunities were sold for, less reversals, by the month of closing"},
    LEVEL("prospect", "in PROSPECT"),
    LEVEL("qualified", "in QUALIFIED"),
    LEVEL("technical_validation", "in TECHNICAL_VALIDATION"),
    LEVEL("business_validation", "in BUSINESS_VALIDATION"),
    LEVEL("committed", "in COMMITTED"),
    LEVEL("won", "won"),
    LEVEL("lost", "lost"),
    LEVEL("reversed", "reversed"),
    /* co-selling */
    {"attributed.sourced", "minor", COUNTER_SHARED,
     "The party's agreed and frozen shares of joint sales that it sourced, less reversals, by the month of "
     "closing"},
    {"attributed.influenced", "minor", COUNTER_SHARED, "The same of joint sales that it influenced"},
    {"engagements.offered", "count", COUNTER_SHARED,
     "Engagements that the party offered, by the month of offering"},
    {"engagements.accepted", "count", COUNTER_SHARED, "Those of them that were accepted, by the same month"},
    {"engagements.rejected", "count", COUNTER_SHARED, "Those of them that were rejected, by the same month"},
    {"engagements.cancelled", "count", COUNTER_SHARED,
     "Those of them that the party took back, by the same month"},
    {"engagements.expired", "count", COUNTER_SHARED,
     "Those of them that nobody answered in time, by the same month"},
    {"outcomes.due", "count", COUNTER_SHARED,
     "Outcomes promised to customers of joint sales that stand, by the month that they are due in"},
    {"outcomes.met", "count", COUNTER_SHARED, "Those of them that were met, by the same month"},
    {"help.requests", "count", COUNTER_SHARED,
     "Requests for help that the party was asked, by the month of asking"},
    {"help.asked_hours", "hours", COUNTER_SHARED,
     "Hours of help that the party was asked for, by the month of asking"},
    {"help.delivered_hours", "hours", COUNTER_SHARED,
     "Hours of help that the party says it delivered and that were not returned, by the month of delivery"},
    {"help.acknowledged_hours", "hours", COUNTER_SHARED,
     "Hours of help that the other party acknowledges, by the month of delivery"},
    {"customer_activities.held", "count", COUNTER_SHARED,
     "Activities with customers that the party says it held and the other does not dispute, by the month of "
     "holding"},
    {"customer_activities.acknowledged", "count", COUNTER_SHARED,
     "Those of them that the other party acknowledges, by the same month"},
    /* accounts */
    {"target_accounts.identified", "count", COUNTER_SHARED,
     "Target accounts identified, by the month of that"},
    {"target_accounts.approached", "count", COUNTER_SHARED,
     "Target accounts approached for the first time, by that month"},
    {"target_accounts.engaged", "count", COUNTER_SHARED,
     "Target accounts that began to answer, by that month"},
    {"target_accounts.won", "count", COUNTER_SHARED, "Target accounts won, by the month of that"},
    {"target_accounts.dropped", "count", COUNTER_SHARED, "Target accounts given up, by the month of that"},
    {"case_studies.published", "count", COUNTER_SHARED,
     "Case studies published and not taken back, by the month of publication"},
    /* deal registration */
    {"registrations.submitted", "count", COUNTER_SHARED,
     "Registrations submitted for the first time, by that month"},
    {"registrations.approved", "count", COUNTER_SHARED,
     "Decisions that approved a registration, by the month of deciding"},
    {"registrations.rejected", "count", COUNTER_SHARED,
     "Decisions that rejected a registration, by the month of deciding"},
    {"registrations.decision_minutes", "minutes", COUNTER_SHARED,
     "Whole minutes from submission to decision, of the decisions of the month"},
    {"registrations.decided_in_time", "count", COUNTER_SHARED,
     "Decisions of the month that were made when they were due or before"},
    {"registrations.escalated", "count", COUNTER_SHARED,
     "Registrations escalated for want of a decision, by that month"},
    {"registrations.extended", "count", COUNTER_SHARED, "Extensions granted, by that month"},
    {"registrations.converted", "count", COUNTER_SHARED,
     "Registrations that became opportunities, by that month"},
    {"registrations.withdrawn", "count", COUNTER_SHARED,
     "Registrations withdrawn after they were submitted, by that month"},
    {"registrations.expired", "count", COUNTER_SHARED,
     "Registrations whose protection ran out unused, by that month"},
    {"registrations.revoked", "count", COUNTER_SHARED,
     "Registrations that stand revoked, by the month of revocation"},
    {"protection.breaches", "count", COUNTER_SHARED,
     "Own opportunities of the party on accounts protected for the other, by the month of the first breach"},
    {0},
};
