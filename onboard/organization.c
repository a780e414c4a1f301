#include "onboard/organization.h"

#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include <string.h>

#define ACTIVE ONBOARD__ORGANIZATION__STATE__STATE_ACTIVE
#define HISTORICAL ONBOARD__ORGANIZATION__STATE__STATE_HISTORICAL

/* ISO 3166-1 alpha-2, officially assigned, as of 2024. */
static const char countries[] = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ "
                                "BL BM BN BO BQ BR BS BT BV BW "
                                "BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM "
                                "DO DZ EC EE EG EH ER ES ET FI "
                                "FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK "
                                "HM HN HR HT HU ID IE IL IM IN "
                                "IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK "
                                "LR LS LT LU LV LY MA MC MD ME "
                                "MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
                                "NL NO NP NR NU NZ OM PA PE PF "
                                "PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI "
                                "SJ SK SL SM SN SO SR SS ST SV "
                                "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ "
                                "VA VC VE VG VI VN VU WF WS YE "
                                "YT ZA ZM ZW ";

bool country_assigned(const char *code) {
  for (const char *at = countries; *at; at += 3)
    if (strlen(code) == 2 && memcmp(at, code, 2) == 0)
      return true;
  return false;
}

const struct status *organization_check(struct arena *arena, const Onboard__Organization *organization) {
  struct status *refusal = NULL;
  if (!country_assigned(organization->country_code))
    invalid_add(arena, &refusal, "organization.country_code", "VALUE_OUT_OF_RANGE",
                "`%s` is not an assigned ISO 3166-1 alpha-2 code", organization->country_code);
  for (size_t i = 0; i < organization->n_roles; i++)
    if (organization->roles[i] == ONBOARD__ORGANIZATION__ROLE__ROLE_UNSPECIFIED)
      invalid_add(arena, &refusal, arena_printf(arena, "organization.roles[%zu]", i),
                  "REQUIRED_FIELD_MISSING", "must be ROLE_VENDOR or ROLE_PARTNER");
  if (organization->n_roles == 2 && organization->roles[0] == organization->roles[1])
    invalid_add(arena, &refusal, "organization.roles", "DUPLICATE_KEY_VALUE", "names a side twice");
  return refusal;
}

static const struct status *unused(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Organization *organization = noun;
  if (organization->open_partnership_count == 0)
    return NULL;
  struct status *status = status_make(act->arena, CODE_FAILED_PRECONDITION, "ORGANIZATION_IN_USE",
                                      "%s is the partner of %d partnerships that have not ended",
                                      organization->name, organization->open_partnership_count);
  status_add_metadata(act->arena, status, "open_partnership_count",
                      arena_printf(act->arena, "%d", organization->open_partnership_count));
  return status;
}

static const struct status *in_service(const struct act *act, const void *noun, const void *facts) {
  (void)facts;
  const Onboard__Organization *organization = noun;
  struct status *refusal = NULL;
  if (organization->open_partnership_count <= 0)
    guard_add(act->arena, &refusal, REASON_GUARD_UNMET, organization->name, "no partnership with it is open");
  return refusal;
}

static const struct transition transitions[] = {
    {ACTIVE, ORGANIZATION_EDIT, ACTIVE, NULL},          {ACTIVE, ORGANIZATION_RETIRE, HISTORICAL, unused},
    {HISTORICAL, ORGANIZATION_REINSTATE, ACTIVE, NULL}, {ACTIVE, ORGANIZATION_ENGAGE, ACTIVE, NULL},
    {ACTIVE, ORGANIZATION_RELEASE, ACTIVE, in_service},
};
static const char *const actions[] = {"EDIT", "RETIRE", "REINSTATE", "ENGAGE", "RELEASE"};
const struct machine organization_machine = {
    .states = &onboard__organization__state__descriptor,
    .actions = actions,
    .action_count = ORGANIZATION_ACTIONS,
    .transitions = transitions,
    .count = sizeof transitions / sizeof *transitions,
};

const struct status *organization_apply(const struct act *act, Onboard__Organization *organization,
                                        enum organization_action action) {
  int to;
  const struct status *status = machine_step(&organization_machine, act, organization->name,
                                             (int)organization->state, (int)action, organization, NULL, &to);
  if (status)
    return status;
  organization->state = (Onboard__Organization__State)to;
  if (action == ORGANIZATION_ENGAGE)
    organization->open_partnership_count++;
  if (action == ORGANIZATION_RELEASE)
    organization->open_partnership_count--;
  return NULL;
}
