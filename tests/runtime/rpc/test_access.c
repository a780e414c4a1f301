/* Every combination of policy, principal and resource against the rule as it is written down, so that neither
 * too much nor too little is allowed anywhere. */
#include "runtime/rpc/identity.h"

#include "runtime/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum where {
  NOWHERE,
  VENDOR_OWN,
  VENDOR_OTHER,
  PARTNERSHIP_OWN,
  PARTNERSHIP_OTHER,
  PARTNERSHIP_UNKNOWN,
  MALFORMED
};

static const struct {
  const char *resource;
  enum where where;
} resources[] = {
    {NULL, NOWHERE},
    {"", NOWHERE},
    {"vendors/halden", VENDOR_OWN},
    {"vendors/halden/organizations/orvane-global", VENDOR_OWN},
    {"vendors/otherco", VENDOR_OTHER},
    {"vendors/otherco/partnerships/orvane", VENDOR_OTHER},
    {"vendors/halden-2", VENDOR_OTHER},
    {"vendors/halden/partnerships/orvane", PARTNERSHIP_OWN},
    {"vendors/halden/partnerships/orvane/plans/2026", PARTNERSHIP_OWN},
    {"vendors/halden/partnerships/meridian", PARTNERSHIP_OTHER},
    {"vendors/halden/partnerships/meridian/plans/2026", PARTNERSHIP_OTHER},
    {"vendors/halden/partnerships/nobody", PARTNERSHIP_UNKNOWN},
    {"vendors/halden/partnerships", MALFORMED},
    {"vendors/halden/partnerships/", MALFORMED},
    {"vendors/halden/partnerships/-", MALFORMED},
    {"vendors/", NOWHERE},
    {"partnerships/orvane", NOWHERE},
};

static const Option__MethodPolicy__Party party_sets[][2] = {
    {0, 0},
    {OPTION__METHOD_POLICY__PARTY__PARTY_VENDOR, 0},
    {OPTION__METHOD_POLICY__PARTY__PARTY_PARTNER, 0},
    {OPTION__METHOD_POLICY__PARTY__PARTY_VENDOR, OPTION__METHOD_POLICY__PARTY__PARTY_PARTNER},
};

static const struct principal principals[] = {
    {.subject = "v", .vendor = "halden", .party = TYPE__PARTY__PARTY_VENDOR},
    {.subject = "p",
     .vendor = "halden",
     .party = TYPE__PARTY__PARTY_PARTNER,
     .organization = "orvane-global"},
    {.subject = "x", .vendor = "halden", .party = TYPE__PARTY__PARTY_SYSTEM},
    {.subject = "u", .vendor = "halden", .party = TYPE__PARTY__PARTY_UNSPECIFIED},
    {.subject = "n", .vendor = NULL, .party = TYPE__PARTY__PARTY_VENDOR},
};

static const struct status unreachable = {
    .code = CODE_UNAVAILABLE, .reason = "STORE_UNAVAILABLE", .message = "down"};

static const struct status *partner_of(void *context, struct arena *arena, const char *partnership,
                                       const char **out) {
  (void)arena;
  if (context)
    return context;
  *out = strcmp(partnership, "vendors/halden/partnerships/orvane") == 0     ? "orvane-global"
         : strcmp(partnership, "vendors/halden/partnerships/meridian") == 0 ? "meridian-group"
                                                                            : NULL;
  return NULL;
}

static struct arena *arena;

static int arena_up(void **state) {
  (void)state;
  arena = arena_create(16 << 20, NULL, NULL);
  return arena ? 0 : -1;
}

static int arena_down(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

/* The rule in one expression per clause. */
static bool expected(const Option__MethodPolicy *policy, const struct principal *who, enum where where) {
  bool listed = false;
  for (size_t i = 0; i < policy->n_parties; i++)
    listed |= (Type__Party)policy->parties[i] == who->party;
  bool user = who->party == TYPE__PARTY__PARTY_VENDOR || who->party == TYPE__PARTY__PARTY_PARTNER;
  if (!user || !listed || policy->role == 0 || who->role < policy->role)
    return false;
  if (!*policy->resource)
    return true;
  if (!who->vendor || where == NOWHERE || where == VENDOR_OTHER)
    return false;
  return who->party == TYPE__PARTY__PARTY_VENDOR || where == VENDOR_OWN || where == PARTNERSHIP_OWN;
}

/* Whether the method is not for the caller, whatever the resource: that may be said. */
static bool never(const Option__MethodPolicy *policy, const struct principal *who) {
  bool listed = false;
  for (size_t i = 0; i < policy->n_parties; i++)
    listed |= (Type__Party)policy->parties[i] == who->party;
  bool user = who->party == TYPE__PARTY__PARTY_VENDOR || who->party == TYPE__PARTY__PARTY_PARTNER;
  return user && policy->n_parties && (!listed || (policy->role && who->role < policy->role));
}

/* What a refusal says tells nothing of the resource. */
static void check_message(const Option__MethodPolicy *policy, const struct principal *who,
                          const char *message) {
  const struct status *nowhere = access_decide(arena, policy, who, "", partner_of, NULL);
  if (never(policy, who) && nowhere)
    assert_string_equal(message, nowhere->message);
  assert_int_equal(strncmp(message, "This method is for ", 19) == 0, never(policy, who));
  if (!never(policy, who))
    assert_string_equal(message, "You may not do this, or the resource does not exist.");
}

static void check_one(const Option__MethodPolicy *policy, const struct principal *who, size_t resource) {
  const struct status *status =
      access_decide(arena, policy, who, resources[resource].resource, partner_of, NULL);
  if ((status == NULL) != expected(policy, who, resources[resource].where))
    fail_msg("party %d role %d, policy role %d of %zu parties, resource '%s' (%s)", (int)who->party,
             (int)who->role, (int)policy->role, policy->n_parties,
             resources[resource].resource ? resources[resource].resource : "none",
             status ? "denied" : "allowed");
  if (!status)
    return;
  assert_int_equal(status->code, CODE_PERMISSION_DENIED);
  assert_string_equal(status->reason, REASON_ACCESS_DENIED);
  check_message(policy, who, status->message);
}

static void check_policy(Option__MethodPolicy *policy) {
  for (size_t who = 0; who < COUNT(principals); who++)
    for (Option__MethodPolicy__Role role = 0; role <= OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR; role++)
      for (size_t resource = 0; resource < COUNT(resources); resource++) {
        struct principal principal = principals[who];
        principal.role = role;
        check_one(policy, &principal, resource);
      }
  arena_reset(arena);
}

static void users_matrix(void **state) {
  (void)state;
  for (size_t set = 0; set < COUNT(party_sets); set++)
    for (Option__MethodPolicy__Role role = 0; role <= OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR; role++)
      for (int named = 0; named <= 1; named++) {
        Option__MethodPolicy policy;
        option__method_policy__init(&policy);
        policy.parties = (Option__MethodPolicy__Party *)party_sets[set];
        policy.n_parties = (party_sets[set][0] != 0) + (party_sets[set][1] != 0);
        policy.role = role;
        policy.resource = named ? (char *)"name" : (char *)"";
        check_policy(&policy);
      }
}

static void services_need_their_name_in_the_policy(void **state) {
  (void)state;
  static const struct {
    const char *service;
    bool allowed;
  } cases[] = {{"gateway", true}, {"onboard", true}, {"sell", false}, {"gateway2", false}, {"", false}};
  char gateway[] = "gateway", onboard[] = "onboard";
  char *names[] = {gateway, onboard};
  Option__MethodPolicy__Party parties[] = {OPTION__METHOD_POLICY__PARTY__PARTY_VENDOR,
                                           OPTION__METHOD_POLICY__PARTY__PARTY_PARTNER};
  Option__MethodPolicy policy;
  option__method_policy__init(&policy);
  policy.services = names;
  policy.n_services = COUNT(names);
  policy.parties = parties;
  policy.n_parties = COUNT(parties);
  policy.role = OPTION__METHOD_POLICY__ROLE__ROLE_VIEWER;
  policy.resource = (char *)"name";
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct principal service = {.subject = cases[i].service,
                                .service = cases[i].service,
                                .party = TYPE__PARTY__PARTY_SYSTEM,
                                .role = OPTION__METHOD_POLICY__ROLE__ROLE_ADMINISTRATOR};
    const struct status *status =
        access_decide(arena, &policy, &service, "vendors/halden/partnerships/orvane", partner_of, NULL);
    assert_int_equal(status == NULL, cases[i].allowed);
  }
}

static void nobody_may_only_call_what_is_open(void **state) {
  (void)state;
  Option__MethodPolicy policy;
  option__method_policy__init(&policy);
  assert_non_null(access_decide(arena, &policy, NULL, "vendors/halden", partner_of, NULL));
  policy.open = true;
  assert_null(access_decide(arena, &policy, NULL, NULL, NULL, NULL));
}

static void partner_without_a_directory_is_denied(void **state) {
  (void)state;
  Option__MethodPolicy__Party parties[] = {OPTION__METHOD_POLICY__PARTY__PARTY_PARTNER};
  Option__MethodPolicy policy;
  option__method_policy__init(&policy);
  policy.parties = parties;
  policy.n_parties = COUNT(parties);
  policy.role = OPTION__METHOD_POLICY__ROLE__ROLE_VIEWER;
  policy.resource = (char *)"name";
  struct principal partner = principals[1];
  partner.role = OPTION__METHOD_POLICY__ROLE__ROLE_VIEWER;
  assert_non_null(access_decide(arena, &policy, &partner, "vendors/halden/partnerships/orvane", NULL, NULL));
  const struct status *status = access_decide(arena, &policy, &partner, "vendors/halden/partnerships/orvane",
                                              partner_of, (void *)&unreachable);
  assert_ptr_equal(status, &unreachable);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(users_matrix),
      cmocka_unit_test(services_need_their_name_in_the_policy),
      cmocka_unit_test(nobody_may_only_call_what_is_open),
      cmocka_unit_test(partner_without_a_directory_is_denied),
  };
  cmocka_set_message_output(CM_OUTPUT_STDOUT);
  return cmocka_run_group_tests(tests, arena_up, arena_down);
}
