/* What the partnerships have signed, what they are still negotiating, and what they are given beside it.
 * Tallis has standard tier terms only: that is its story. */
#include "gateway/cli/demo_part.h"

#include "entente/onboard/v1/contract.pb-c.h"

#include <stddef.h>

/* A contract of a partnership; a row each. Quarters are counted back, so that a negative one is to come. */
struct agreement {
  const char *title; /* NULL: there is none */
  const char *type;  /* CONTRACT_TYPE_ */
  int from, to;      /* first and last quarter */
  int notice_days;
  int renewal_months;                           /* 0: it does not renew */
  const char *vendor, *partner;                 /* what each invests */
  const char *segments, *countries, *solutions; /* JSON lists without brackets */
  const char *coverage;                         /* provisions, JSON; "": none agreed */
  const char *ownership, *fate;                 /* of what is made together */
  const char *commercial;                       /* terms, JSON */
  long long vendor_minor, partner_minor;        /* how much of it */
};

static const struct agreement agreements[DEMO_PARTNERSHIPS] = {
    [DEMO_ORVANE] =
        {"Global strategic partnership agreement", "MASTER", 3, -4, 180, 24, "Joint marketing budget",
         "Joint revenue", "\"manufacturing\", \"healthcare\", \"retail\", \"public-sector\"",
         "\"US\", \"CA\", \"GB\"", "\"data-platform\", \"managed-detection\"",
         "{\"id\": \"fortune-accounts\", \"kind\": \"KIND_PRIORITY\", \"situation\": \"Transformation "
         "programmes led by the partner\", \"segments\": [\"manufacturing\", \"retail\"], \"countryCodes\": "
         "[\"US\"]}",
         "JOINT", "BOTH_KEEP",
         "{\"kind\": \"TERM_KIND_COMMISSION\", \"rateBps\": 2000}, {\"kind\": \"TERM_KIND_MDF_ACCRUAL\", "
         "\"rateBps\": 300}",
         120000000, 1800000000},
    [DEMO_BRIGHTMOOR] = {"Cloud partnership agreement", "SERVICES", 1, -4, 90, 12, "Joint marketing budget",
                         "Joint revenue", "\"software\", \"media\"", "\"US\"", "\"cloud-migration\"", "",
                         "BY_AUTHOR", "LICENSE_ENDS", "", 40000000, 600000000},
    [DEMO_CASTELLAN] =
        {"Managed security partnership agreement", "MANAGED_SERVICE", 2, -6, 90, 0, "Joint marketing budget",
         "Joint revenue", "\"banking\", \"regional-banks\", \"insurance\"", "\"GB\", \"IE\", \"US\"",
         "\"managed-detection\"",
         "{\"id\": \"banking\", \"kind\": \"KIND_EXCLUSIVE\", \"situation\": \"Managed detection for "
         "banks\", "
         "\"segments\": [\"banking\"], \"countryCodes\": [\"GB\", \"IE\"], \"solutions\": "
         "[\"managed-detection\"]}, {\"id\": \"insurers\", \"kind\": \"KIND_PRIORITY\", \"segments\": "
         "[\"insurance\"], \"solutions\": [\"managed-detection\"]}",
         "VENDOR", "LICENSE_ENDS",
         "{\"kind\": \"TERM_KIND_MARKET_ACCESS\", \"marketAccess\": {\"segments\": [\"banking\"], "
         "\"countryCodes\": [\"GB\", \"IE\"], \"exclusive\": true}}",
         30000000, 500000000},
    [DEMO_MERIDIAN] =
        {"Clinical programme agreement, 30 months", "JOINT_DEVELOPMENT", 3, -6, 120, 0,
         "Joint marketing budget", "Joint revenue in the third year",
         "\"hospitals\", \"hospital-groups\", \"clinics\"", "\"US\"", "\"clinical-data\"",
         "{\"id\": \"design-partners\", \"kind\": \"KIND_PRIORITY\", \"situation\": \"Hospitals that helped "
         "with the design\", \"accounts\": [{\"displayName\": \"Lakeview Health\", \"domain\": "
         "\"lakeview.example\"}]}",
         "JOINT", "LICENSE_CONTINUES", "", 25000000, 300000000},
    [DEMO_FERROSTAHL] =
        {"Industrial engineering agreement", "SERVICES", 3, -1, 180, 0, "Joint marketing budget",
         "Joint revenue", "\"automotive\", \"tier-one-automotive-suppliers\", \"steel\"",
         "\"DE\", \"AT\", \"CH\"", "\"edge-control\"",
         "{\"id\": \"tier-one\", \"kind\": \"KIND_PRIORITY\", \"segments\": [\"automotive\"], "
         "\"countryCodes\": [\"DE\", \"AT\"]}",
         "BY_AUTHOR", "LICENSE_ENDS", "", 30000000, 600000000},
    [DEMO_ALDER_FINCH] =
        {"Advisory partnership agreement", "SERVICES", 3, -4, 90, 12, "Joint marketing budget",
         "Joint revenue", "\"community-banks\"", "\"US\"", "\"core-modernisation\"",
         "{\"id\": \"advisory-first\", \"kind\": \"KIND_PRIORITY\", \"situation\": \"The advisor opens, the "
         "vendor closes\", \"segments\": [\"community-banks\"]}",
         "BY_AUTHOR", "RETIRED", "{\"kind\": \"TERM_KIND_COMMISSION\", \"rateBps\": 1000}", 20000000,
         400000000},
    [DEMO_NORDLICHT] =
        {"Alliance agreement", "ALLIANCE", 3, -12, 365, 36, "Joint development funding", "Joint revenue",
         "\"logistics\", \"process-industries\", \"automotive\"", "\"SE\", \"NO\", \"DK\", \"FI\"",
         "\"robot-control\"",
         "{\"id\": \"nordics\", \"kind\": \"KIND_EXCLUSIVE\", \"situation\": \"Controllers of joint "
         "design\", "
         "\"countryCodes\": [\"SE\", \"NO\", \"DK\", \"FI\"], \"solutions\": [\"robot-control\"]}",
         "JOINT", "BOTH_KEEP", "{\"kind\": \"TERM_KIND_COMMISSION\", \"rateBps\": 2500}", 50000000,
         900000000},
};

/* ---- contracts ---- */

static const char *line(struct scene *scene, const char *id, const char *party, const char *kind,
                        const char *title, long long minor, int due) {
  return scene_text(scene,
                    "{\"id\": \"%s\", \"owner\": \"PARTY_%s\", \"kind\": \"COMMITMENT_KIND_%s\", \"title\": "
                    "\"%s\", \"unit\": \"COMMITMENT_UNIT_MONEY\", \"amount\": \"%lld\", \"currencyCode\": "
                    "\"%s\", \"dueTime\": %s, \"responsible\": \"Head of alliances\", \"consequence\": "
                    "\"Raised at the next quarterly review; terms are looked at again\", \"evidence\": "
                    "\"Invoices and the partnership's ledger\"}",
                    id, party, kind, title, minor, scene_partnership(scene)->currency,
                    scene_quarter_end(scene, due));
}

static const char *assets(struct scene *scene, const struct agreement *agreement) {
  static const char *const classes[] = {"SOLUTION_CONTENT", "REFERENCE_ARCHITECTURE", "CERTIFICATION_PROGRAM",
                                        "MARKETING_ASSET"};
  const char *text = "";
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    text = scene_text(scene,
                      "%s%s{\"assetClass\": \"ASSET_CLASS_%s\", \"ownership\": \"ASSET_OWNERSHIP_%s\", "
                      "\"license\": \"Use in joint projects\", \"attribution\": \"Both names, the author "
                      "first\", \"fate\": \"ASSET_FATE_%s\"}",
                      text, i ? ", " : "", classes[i], agreement->ownership, agreement->fate);
  return text;
}

static const char *coverage(struct scene *scene, const struct agreement *agreement) {
  return *agreement->coverage ? scene_text(scene, "{\"provisions\": [%s]}", agreement->coverage)
                              : "{\"noneAgreed\": true}";
}

static const char *metric(struct scene *scene, const char *id, const char *party) {
  return scene_text(scene,
                    "{\"id\": \"%s\", \"party\": \"PARTY_%s\", \"title\": \"Fulfilment of commitments\", "
                    "\"expectation\": \"90 %% of what is due\", \"frequencyDays\": 92, \"consequence\": "
                    "\"Corrective plan within 30 days\", \"source\": \"Ledger of the partnership\"}",
                    id, party);
}

/* How both are measured, and how it ends: the same in every contract. */
static const char *accountability(struct scene *scene) {
  return scene_text(scene,
                    "{\"metrics\": [%s, %s], \"reviewDays\": 92, \"underperformanceProcess\": \"Corrective "
                    "plan, then escalation to the sponsors\", \"deEscalation\": \"Priority before "
                    "exclusivity, then the standard programme\"}",
                    metric(scene, "vendor-fulfilment", "VENDOR"),
                    metric(scene, "partner-fulfilment", "PARTNER"));
}

static const char transition[] =
    "{\"exitPath\": \"Stop new deals, finish open ones, hand over customers\", \"transitionDays\": 90, "
    "\"jointCustomers\": \"Served by whoever holds the contract with them\", \"jointAssets\": \"Withdrawn "
    "from both portals\", \"survivals\": [{\"id\": \"confidentiality\", \"title\": \"Confidentiality\", "
    "\"months\": 60}, {\"id\": \"support\", \"party\": \"PARTY_PARTNER\", \"title\": \"Support of joint "
    "customers\", \"months\": 12}, {\"id\": \"commissions\", \"party\": \"PARTY_VENDOR\", \"title\": "
    "\"Commissions on deals won before the end\", \"months\": 24}]}";

static const char *elements(struct scene *scene, const struct agreement *agreement, const char *segments) {
  return scene_text(
      scene,
      "{\"investment\": {\"lines\": [%s, %s]}, \"marketScope\": {\"segments\": [%s], \"countryCodes\": [%s], "
      "\"solutions\": [%s, \"platform\", \"platform-and-services\", \"managed-operations\"], "
      "\"adjudicationRule\": \"ADJUDICATION_RULE_FIRST_REGISTERED\", \"judge\": "
      "\"Heads of alliances of both parties\", \"decisionDays\": 10}, \"jointIp\": {\"assets\": [%s]}, "
      "\"coverage\": %s, \"accountability\": %s, \"transition\": %s}",
      line(scene, "vendor-line", "VENDOR", "CO_MARKETING_BUDGET", agreement->vendor, agreement->vendor_minor,
           agreement->to),
      line(scene, "partner-line", "PARTNER", "REVENUE", agreement->partner, agreement->partner_minor,
           agreement->to),
      segments, agreement->countries, agreement->solutions, assets(scene, agreement),
      coverage(scene, agreement), accountability(scene), transition);
}

static void write_contract(struct scene *scene, const char *name, const char *id, const char *amends,
                           const struct agreement *agreement, const char *segments) {
  const char *renewal = "";
  if (agreement->renewal_months)
    renewal = scene_text(scene, "\"autoRenew\": true, \"renewalMonths\": %d, ", agreement->renewal_months);
  scene_step(scene, ACTOR_VENDOR, "onboard", "ContractService/CreateContract",
             "{\"parent\": \"%s\", \"contractId\": \"%s\", \"contract\": {\"title\": \"%s\", \"amends\": "
             "\"%s\", \"terms\": {\"type\": \"CONTRACT_TYPE_%s\", \"effectiveTime\": %s, \"expireTime\": %s, "
             "%s\"noticeDays\": %d, \"elements\": %s, \"clauses\": [{\"id\": \"law\", \"title\": \"Governing "
             "law\", \"text\": \"That of the vendor's seat; disputes first go to the sponsors.\"}], "
             "\"commercialTerms\": [%s]}}}",
             name, id, agreement->title, amends, agreement->type, scene_time(scene, agreement->from, 0),
             scene_time(scene, agreement->to - 1, 0), renewal, agreement->notice_days,
             elements(scene, agreement, segments), agreement->commercial);
}

static void sign_contract(struct scene *scene, const char *contract) {
  const Onboard__Contract *put = scene_step(
      scene, ACTOR_PARTNER, "onboard", "ContractService/RequestSignature", "{\"name\": \"%s\"}", contract);
  if (!put)
    return;
  const char *hash = scene_text(scene, "%s", put->content_hash);
  for (int side = 0; side < 2; side++)
    scene_step(scene, side, "onboard", "ContractService/SignContract",
               "{\"name\": \"%s\", \"contentHash\": \"%s\"}", contract, hash);
}

/* Castellan asked for more than it got: the exclusivity was narrowed to banks in two countries. */
static void settle_exclusivity(struct scene *scene, const char *contract, const struct agreement *agreement) {
  scene_step(scene, ACTOR_PARTNER, "onboard", "ContractService/OpenNegotiationItem",
             "{\"name\": \"%s\", \"item\": {\"id\": \"exclusivity\", \"element\": "
             "\"AGREEMENT_ELEMENT_COVERAGE\", \"title\": \"Exclusivity for banks\"}, \"offer\": {\"text\": "
             "\"Managed detection for banks in Europe, exclusively\", \"proposal\": {\"coverage\": "
             "{\"provisions\": [{\"id\": \"banking\", \"kind\": \"KIND_EXCLUSIVE\", \"segments\": "
             "[\"banking\"], \"countryCodes\": [\"GB\", \"IE\", \"FR\", \"DE\"]}]}}}}",
             contract);
  scene_step(
      scene, ACTOR_VENDOR, "onboard", "ContractService/CounterNegotiationItem",
      "{\"name\": \"%s\", \"itemId\": \"exclusivity\", \"offer\": {\"text\": \"Two countries for managed "
      "detection; insurers with priority\", \"proposal\": {\"coverage\": %s}}}",
      contract, coverage(scene, agreement));
  scene_step(scene, ACTOR_PARTNER, "onboard", "ContractService/AcceptNegotiationItem",
             "{\"name\": \"%s\", \"itemId\": \"exclusivity\", \"offerCount\": 2}", contract);
}

/* Brightmoor never came to an end with it: nobody believes the joint value proposition. */
static void leave_open(struct scene *scene, const char *contract) {
  scene_step(
      scene, ACTOR_PARTNER, "onboard", "ContractService/OpenNegotiationItem",
      "{\"name\": \"%s\", \"item\": {\"id\": \"scope\", \"element\": \"AGREEMENT_ELEMENT_MARKET_SCOPE\", "
      "\"title\": \"Which segments\"}, \"offer\": {\"text\": \"Media only, until there is a joint "
      "reference\"}}",
      contract);
}

/* ---- programs and terms ---- */

#define RATE(kind, bps) "{\"kind\": \"TERM_KIND_" kind "\", \"rateBps\": " bps "}"
#define AT_LEAST(metric, threshold)                                                                          \
  "{\"metric\": \"CRITERION_METRIC_" metric "\", \"threshold\": \"" threshold "\"}"

/* What a level asks for and gives. */
static const struct tier {
  const char *id, *title, *criteria, *terms, *benefit;
} tiers[] = {
    {"registered", "Registered", "", RATE("DISCOUNT", "1500"), "Partner portal"},
    {"silver", "Silver", AT_LEAST("CERTIFIED_PEOPLE", "3"),
     RATE("DISCOUNT", "2000") ", " RATE("MDF_ACCRUAL", "100"), "Listing in the partner directory"},
    {"gold", "Gold", AT_LEAST("CERTIFIED_PEOPLE", "10") ", " AT_LEAST("FULFILMENT_BPS", "6000"),
     RATE("DISCOUNT", "2500") ", " RATE("COMMISSION", "1000") ", " RATE("MDF_ACCRUAL", "200"),
     "Named partner manager"},
    {"platinum", "Platinum",
     AT_LEAST("CERTIFIED_PEOPLE", "25") ", " AT_LEAST("FULFILMENT_BPS", "8500") ", " AT_LEAST("REVIEWS_BPS",
                                                                                              "7500"),
     RATE("DISCOUNT", "3000") ", " RATE("COMMISSION", "1500") ", " RATE("MDF_ACCRUAL", "300"),
     "Early access and roadmap briefings"},
};

void demo_programs(struct scene *scene) {
  const char *levels = "";
  for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++)
    levels = scene_text(scene,
                        "%s%s{\"id\": \"%s\", \"rank\": %zu, \"title\": \"%s\", \"criteria\": [%s], "
                        "\"terms\": [%s], \"benefits\": [\"%s\"]}",
                        levels, i ? ", " : "", tiers[i].id, i + 1, tiers[i].title, tiers[i].criteria,
                        tiers[i].terms, tiers[i].benefit);
  scene_step(
      scene, ACTOR_VENDOR, "onboard", "ProgramService/CreateProgram",
      "{\"parent\": \"vendors/halden\", \"programId\": \"partners\", \"program\": {\"title\": \"Halden "
      "Partner Program\", \"description\": \"Tiers of all partners; strategic ones have their own "
      "terms besides\", \"graceDays\": 60, \"levels\": [%s]}}",
      levels);
  scene_step(scene, ACTOR_VENDOR, "onboard", "ProgramService/ActivateProgram",
             "{\"name\": \"vendors/halden/programs/partners\"}");
}

/* Certified people of each partner, as `enable` counts them. */
static const int certified[DEMO_PARTNERSHIPS] = {
    [DEMO_ORVANE] = 56,     [DEMO_BRIGHTMOOR] = 17,  [DEMO_CASTELLAN] = 18, [DEMO_MERIDIAN] = 11,
    [DEMO_FERROSTAHL] = 14, [DEMO_ALDER_FINCH] = 12, [DEMO_TALLIS] = 6,     [DEMO_NORDLICHT] = 31,
};

static void propose_and_accept(struct scene *scene, const char *name, const char *id, const char *title,
                               const char *value, const char *start, const char *end) {
  scene_step(scene, ACTOR_VENDOR, "onboard", "TermService/CreateTerm",
             "{\"parent\": \"%s\", \"termId\": \"%s\", \"term\": {\"title\": \"%s\", \"basis\": "
             "\"TERM_BASIS_AGREED\", \"value\": %s, \"startTime\": %s, \"endTime\": %s}}",
             name, id, title, value, start, end);
  scene_step(scene, ACTOR_PARTNER, "onboard", "TermService/AcceptTerm", "{\"name\": \"%s/terms/%s\"}", name,
             id);
}

static void give_terms(struct scene *scene, const char *name) {
  switch (demo_index(scene)) {
  case DEMO_ORVANE:
    propose_and_accept(scene, name, "commission-sourced", "Commission on deals that the partner sourced",
                       RATE("COMMISSION", "2500"), scene_time(scene, 1, 0), scene_time(scene, -5, 0));
    break;
  case DEMO_CASTELLAN:
    propose_and_accept(scene, name, "commission", "Commission on managed detection",
                       RATE("COMMISSION", "2000"), scene_time(scene, 0, 0), scene_time(scene, -5, 0));
    break;
  case DEMO_FERROSTAHL:
    scene_step(scene, ACTOR_VENDOR, "onboard", "TermService/CreateTerm",
               "{\"parent\": \"%s\", \"termId\": \"recovery-fund\", \"term\": {\"title\": \"Fund to win "
               "back momentum\", \"basis\": \"TERM_BASIS_GRANTED\", \"value\": {\"kind\": "
               "\"TERM_KIND_MDF_BUDGET\", \"amount\": {\"currencyCode\": \"EUR\", \"amountMinor\": "
               "\"5000000\"}}, \"startTime\": %s, \"endTime\": %s}}",
               name, scene_time(scene, -2, 0), scene_time(scene, -4, 0));
    break;
  case DEMO_NORDLICHT:
    propose_and_accept(scene, name, "joint-lab", "Joint laboratory",
                       "{\"kind\": \"TERM_KIND_JOINT_BENEFITS\", \"benefits\": [\"Joint laboratory in "
                       "Gothenburg\", \"Seats on both technical boards\"]}",
                       scene_time(scene, 3, 0), scene_time(scene, -12, 0));
    break;
  default:
    break;
  }
}

void demo_contract(struct scene *scene) {
  const char *name = demo_name(scene);
  const struct agreement *agreement = &agreements[demo_index(scene)];
  scene_step(scene, ACTOR_VENDOR, "onboard", "MemberService/EnrollMember",
             "{\"parent\": \"%s\", \"program\": \"vendors/halden/programs/partners\"}", name);
  if (!agreement->title)
    return;
  const char *contract = scene_text(scene, "%s/contracts/agreement", name);
  write_contract(scene, name, "agreement", "", agreement, agreement->segments);
  if (demo_index(scene) == DEMO_BRIGHTMOOR) {
    leave_open(scene, contract);
    return;
  }
  if (demo_index(scene) == DEMO_CASTELLAN)
    settle_exclusivity(scene, contract, agreement);
  sign_contract(scene, contract);
  give_terms(scene, name);
  /* The annual review widened the scope: a second version takes the place of the first. */
  if (demo_index(scene) != DEMO_ALDER_FINCH)
    return;
  write_contract(scene, name, "agreement-v2", contract, agreement,
                 "\"community-banks\", \"wealth-management\"");
  sign_contract(scene, scene_text(scene, "%s/contracts/agreement-v2", name));
}

void demo_levels(struct scene *scene) {
  scene_step(scene, ACTOR_VENDOR, "onboard", "MemberService/EvaluateMember",
             "{\"name\": \"%s/members/partners\", \"readings\": [{\"metric\": "
             "\"CRITERION_METRIC_CERTIFIED_PEOPLE\", \"value\": \"%d\", \"source\": \"Coverage of the "
             "partner's roster\"}]}",
             demo_name(scene), certified[demo_index(scene)]);
}
