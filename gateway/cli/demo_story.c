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

static void everyone(struct demo *demo, scene_fn *const *plays, const char *const *names, size_t count) {
  for (size_t p = 0; p < DEMO_PARTNERSHIPS; p++)
    for (size_t i = 0; i < count; i++)
      demo_add(demo, names[i * DEMO_PARTNERSHIPS + p], &demo_partnerships[p], plays[i]);
}

/* A scene's name is part of its request ids. */
#define NAMES(part)                                                                                          \
  part ".orvane", part ".brightmoor", part ".castellan", part ".meridian", part ".ferrostahl",               \
      part ".alder-finch", part ".tallis", part ".nordlicht"

bool demo_tell(struct demo *demo) {
  static scene_fn *const founding[] = {demo_onboard};
  static const char *const founding_names[] = {NAMES("onboard")};
  static scene_fn *const running[] = {demo_govern, demo_enable, demo_market, demo_incentivize, demo_contract};
  static const char *const running_names[] = {NAMES("govern"), NAMES("enable"), NAMES("market"),
                                              NAMES("incentivize"), NAMES("contract")};
  static scene_fn *const selling[] = {demo_sell, demo_governance};
  static const char *const selling_names[] = {NAMES("sell"), NAMES("governance")};
  static scene_fn *const settling[] = {demo_settle, demo_cosell, demo_register, demo_levels, demo_accounts};
  static const char *const settling_names[] = {NAMES("settle"), NAMES("cosell"), NAMES("register"),
                                               NAMES("levels"), NAMES("accounts")};
  static scene_fn *const ending[] = {demo_classify, demo_contend};
  static const char *const ending_names[] = {NAMES("classify"), NAMES("contend")};

  demo_add(demo, "vendor.onboard", NULL, demo_organizations);
  demo_add(demo, "vendor.enable", NULL, demo_courses);
  demo_add(demo, "vendor.market", NULL, demo_budgets);
  demo_add(demo, "vendor.sell", NULL, demo_policies);
  demo_add(demo, "vendor.programs", NULL, demo_programs);
  if (!demo_play(demo))
    return false;
  everyone(demo, founding, founding_names, 1);
  if (!demo_play(demo))
    return false;
  everyone(demo, running, running_names, sizeof running / sizeof *running);
  if (!demo_play(demo))
    return false;
  everyone(demo, selling, selling_names, sizeof selling / sizeof *selling);
  if (!demo_play(demo))
    return false;
  everyone(demo, settling, settling_names, sizeof settling / sizeof *settling);
  if (!demo_play(demo))
    return false;
  everyone(demo, ending, ending_names, sizeof ending / sizeof *ending);
  return demo_play(demo);
}
