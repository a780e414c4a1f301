#include "gateway/cli/cli.h"
#include "gateway/cli/suite.h"
#include "runtime/base/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400, DAYS_MAX = 30 };

static const char *const parties[] = {"VENDOR", "PARTNER", NULL};
static const char *const roles[] = {"VIEWER", "MANAGER", "ADMINISTRATOR", NULL};

static bool is_one_of(const char *word, const char *const *words) {
  for (; *words; words++)
    if (strcmp(word, *words) == 0)
      return true;
  return false;
}

/* NULL or what is wrong: a token that no service would take is not made. */
static const char *claims_flaw(const struct token_claims *claims, long days) {
  bool partner = strcmp(claims->party, "PARTNER") == 0;
  if (!is_one_of(claims->party, parties))
    return "--party is VENDOR or PARTNER";
  if (!is_one_of(claims->role, roles))
    return "--role is VIEWER, MANAGER or ADMINISTRATOR";
  if (!name_id_valid(claims->vendor))
    return "--vendor is an id such as halden";
  if (partner && !(claims->organization && name_id_valid(claims->organization)))
    return "a PARTNER's token needs --organization, an id such as orvane-global";
  if (!partner && claims->organization)
    return "--organization is for --party PARTNER only";
  if (!*claims->subject)
    return "--subject is empty";
  if (days < 1 || days > DAYS_MAX)
    return "--days is a number from 1 to 30";
  return NULL;
}

int command_token(const struct cli_options *options, int argc, char **argv) {
  static struct suite suite;
  const char *days = "1";
  struct token_claims claims = {
      .subject = "dana.reyes", .vendor = "halden", .party = "VENDOR", .role = "ADMINISTRATOR"};
  const struct cli_option own[] = {{"subject", &claims.subject, NULL},
                                   {"vendor", &claims.vendor, NULL},
                                   {"party", &claims.party, NULL},
                                   {"organization", &claims.organization, NULL},
                                   {"role", &claims.role, NULL},
                                   {"days", &days, NULL},
                                   {0}};
  int words = cli_parse(argc, argv, own);
  if (words < 0)
    return CLI_USAGE;
  if (words > 0)
    return cli_fail("token", "'%s' is not understood; see entente token --help", argv[1]), CLI_USAGE;
  const char *flaw = claims_flaw(&claims, strtol(days, NULL, 10));
  if (flaw)
    return cli_fail("token", "%s", flaw), CLI_USAGE;
  if (!suite_find(&suite, options->var))
    return cli_fail("token", "%s", suite.problem);
  claims.not_before = (int64_t)time(NULL);
  claims.expires = claims.not_before + strtol(days, NULL, 10) * DAY_S;
  char *token = suite_token(&suite, &claims);
  if (!token)
    return cli_fail("token", "%s", suite.problem);
  printf("%s%s%s\n", options->json ? "{\"token\":\"" : "", token, options->json ? "\"}" : "");
  free(token);
  return CLI_DONE;
}
