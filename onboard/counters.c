#include "onboard/service.h"

/* What fulfilment is made of, by the kind of commitment. */
#define ATTAINMENT(kind, text)                                                                               \
  {"attainment." kind ".weight", "bps", COUNTER_SHARED,                                                      \
   "That part of fulfilment.weight that is of " text ", by the month they are due"},                         \
  {                                                                                                          \
    "attainment." kind ".achieved", "bps", COUNTER_SHARED,                                                   \
        "That part of fulfilment.achieved that is of " text ", by the month they are due"                    \
  }

const struct counter_row onboard_counters[] = {
    {"fulfilment.weight", "bps", COUNTER_SHARED,
     "Weight * 10,000 of the party's commitments that count, by the month they are due"},
    {"fulfilment.achieved", "bps", COUNTER_SHARED,
     "Weight * share confirmed in basis points, at most 10,000, by the month they are due"},
    ATTAINMENT("co_marketing_budget", "budgets for joint marketing"),
    ATTAINMENT("pre_sales", "pre-sales work"),
    ATTAINMENT("executive_access", "access to executives"),
    ATTAINMENT("revenue", "revenue targets"),
    ATTAINMENT("certification", "certifications"),
    ATTAINMENT("customer_development", "customer development"),
    {"milestones.due", "count", COUNTER_SHARED, "Milestones of plans in force, by the month they are due"},
    {"milestones.achieved", "count", COUNTER_SHARED,
     "Milestones achieved by the time they were due, by the month they are due"},
    {"milestones.late", "count", COUNTER_SHARED,
     "Milestones achieved after they were due, by the month they are due"},
    {"reviews.due", "count", COUNTER_SHARED, "Reviews scheduled, by the month they are due"},
    {"reviews.sponsored", "count", COUNTER_SHARED,
     "Reviews held with an executive sponsor of the party, by the month they are due"},
    {"reviews.missed", "count", COUNTER_SHARED,
     "Reviews not held within 15 days after due, by the month they are due"},
    {"nps.responses", "count", COUNTER_SHARED,
     "Respondents of the party in a quarter, by the month of the latest response"},
    {"nps.promoters", "count", COUNTER_SHARED, "Those of them who answered 9 or 10"},
    {"nps.detractors", "count", COUNTER_SHARED, "Those of them who answered 0 to 6"},
    {"fit_assessments.concluded", "count", COUNTER_SHARED,
     "Fit assessments concluded, by the month of the conclusion"},
    {"escalations.raised", "count", COUNTER_SHARED, "Escalations, by the month they were raised"},
    {"escalations.resolved", "count", COUNTER_SHARED, "Escalations resolved, by the month of that"},
    {"propositions.validated", "count", COUNTER_SHARED,
     "Joint value propositions that passed validation, by the month of the verdict"},
    {"propositions.failed", "count", COUNTER_SHARED, "Those that did not, by the month of the verdict"},
    {0},
};
