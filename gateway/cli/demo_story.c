#include "gateway/cli/demo_story.h"

#include "gateway/cli/demo_part.h"
#include "gateway/cli/demo_scene.h"

#include <stdio.h>

/* Every name is invented. */
const struct demo_partnership demo_partnerships[] = {
    [DEMO_ORVANE] = {"orvane", "orvane-global", "Halden x Orvane Global", "Orvane Global Inc.", "US",
                     "orvane.example", "PARTNER_TYPE_SYSTEM_INTEGRATOR", "PRESET_ENTERPRISE_TECHNOLOGY",
                     "USD"},
    [DEMO_BRIGHTMOOR] = {"brightmoor", "brightmoor", "Halden x Brightmoor", "Brightmoor Consulting LLC", "US",
                         "brightmoor.example", "PARTNER_TYPE_CONSULTANCY", "PRESET_CLOUD", "USD"},
    [DEMO_CASTELLAN] = {"castellan", "castellan-soc", "Halden x Castellan SOC", "Castellan SOC Ltd", "GB",
                        "castellan.example", "PARTNER_TYPE_MSSP", "PRESET_CYBERSECURITY", "USD"},
    [DEMO_MERIDIAN] = {"meridian", "meridian-clinical", "Halden x Meridian Clinical",
                       "Meridian Clinical Partners", "US", "meridian.example", "PARTNER_TYPE_CONSULTANCY",
                       "PRESET_HEALTHCARE", "USD"},
    [DEMO_FERROSTAHL] = {"ferrostahl", "ferrostahl", "Halden x Ferrostahl", "Ferrostahl Engineering GmbH",
                         "DE", "ferrostahl.example", "PARTNER_TYPE_ENGINEERING", "PRESET_INDUSTRIAL", "EUR"},
    [DEMO_ALDER_FINCH] = {"alder-finch", "alder-finch", "Halden x Alder & Finch", "Alder & Finch LLP", "US",
                          "alder-finch.example", "PARTNER_TYPE_ADVISORY", "PRESET_FINANCIAL_SERVICES", "USD"},
    [DEMO_TALLIS] = {"tallis", "tallis-var", "Halden x Tallis VAR", "Tallis VAR Inc.", "US", "tallis.example",
                     "PARTNER_TYPE_RESELLER", "", "USD"},
    [DEMO_NORDLICHT] = {"nordlicht", "nordlicht-robotics", "Halden x Nordlicht Robotics",
                        "Nordlicht Robotics AB", "SE", "nordlicht.example",
                        "PARTNER_TYPE_AUTOMATION_INTEGRATOR", "PRESET_INDUSTRIAL", "USD"},
};

size_t demo_index(const struct scene *scene) {
  return (size_t)(scene_partnership(scene) - demo_partnerships);
}

const char *demo_name(struct scene *scene) {
  return scene_text(scene, "vendors/halden/partnerships/%s", scene_partnership(scene)->id);
}

/* A scene of every partnership. A scene's name is part of its request ids. */
struct part {
  scene_fn *play;
  const char *names[DEMO_PARTNERSHIPS];
};
#define EVERYONE(name)                                                                                       \
  {                                                                                                          \
    name ".orvane", name ".brightmoor", name ".castellan", name ".meridian", name ".ferrostahl",             \
        name ".alder-finch", name ".tallis", name ".nordlicht"                                               \
  }

enum { PARTS_MAX = 5 };

/* The parts of an act are played side by side, the acts one after the other. */
static const struct part acts[][PARTS_MAX] = {
    {{demo_onboard, EVERYONE("onboard")}},
    {{demo_govern, EVERYONE("govern")},
     {demo_enable, EVERYONE("enable")},
     {demo_market, EVERYONE("market")},
     {demo_incentivize, EVERYONE("incentivize")},
     {demo_contract, EVERYONE("contract")}},
    {{demo_sell, EVERYONE("sell")},
     {demo_governance, EVERYONE("governance")},
     {demo_estimate, EVERYONE("estimate")}},
    {{demo_settle, EVERYONE("settle")},
     {demo_cosell, EVERYONE("cosell")},
     {demo_register, EVERYONE("register")},
     {demo_levels, EVERYONE("levels")},
     {demo_accounts, EVERYONE("accounts")}},
    {{demo_qualify, EVERYONE("qualify")},
     {demo_develop, EVERYONE("develop")},
     {demo_touch, EVERYONE("touch")}},
    {{demo_classify, EVERYONE("classify")}, {demo_contend, EVERYONE("contend")}},
    {{demo_stages, EVERYONE("stages")}},
};

bool demo_tell(struct demo *demo) {
  demo_add(demo, "vendor.onboard", NULL, demo_organizations);
  demo_add(demo, "vendor.capacity", NULL, demo_capacity);
  demo_add(demo, "vendor.enable", NULL, demo_courses);
  demo_add(demo, "vendor.market", NULL, demo_budgets);
  demo_add(demo, "vendor.sell", NULL, demo_policies);
  demo_add(demo, "vendor.programs", NULL, demo_programs);
  bool played = demo_play(demo);
  for (size_t act = 0; played && act < sizeof acts / sizeof *acts; act++) {
    for (const struct part *part = acts[act]; part < acts[act] + PARTS_MAX && part->play; part++)
      for (size_t i = 0; i < DEMO_PARTNERSHIPS; i++)
        demo_add(demo, part->names[i], &demo_partnerships[i], part->play);
    played = demo_play(demo);
  }
  return played;
}
