#include "onboard/contract_terms.h"

#include "runtime/message/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char line[] =
    "{'id': '%s', 'owner': 'PARTY_%s', 'kind': 'COMMITMENT_KIND_PRE_SALES', 'title': 'Pre-sales', 'unit': "
    "'COMMITMENT_UNIT_HOURS', 'amount': '600', 'dueTime': '2027-06-30T00:00:00Z', 'responsible': 'Head of "
    "alliances', 'consequence': 'The target of the other side falls as well'}";
static const char metric[] =
    "{'id': '%s', 'party': 'PARTY_%s', 'title': 'Fulfilment', 'expectation': '90 %% of what is owed', "
    "'frequencyDays': 92, 'consequence': 'Escalation to the sponsors'}";
static const char rest[] =
    "'marketScope': {'segments': ['banking'], 'countryCodes': ['US', 'CA'], 'solutions': "
    "['managed-detection'], 'adjudicationRule': 'ADJUDICATION_RULE_FIRST_REGISTERED', 'judge': 'Steering "
    "board', 'decisionDays': 10}, "
    "'jointIp': {'assets': [{'assetClass': 'ASSET_CLASS_SOLUTION_CONTENT', 'ownership': "
    "'ASSET_OWNERSHIP_JOINT', 'license': 'Both use it', 'attribution': 'Both names', 'fate': "
    "'ASSET_FATE_BOTH_KEEP'}, {'assetClass': 'ASSET_CLASS_REFERENCE_ARCHITECTURE', 'ownership': "
    "'ASSET_OWNERSHIP_VENDOR', 'license': 'The partner uses it', 'attribution': 'Both names', 'fate': "
    "'ASSET_FATE_LICENSE_ENDS'}, {'assetClass': 'ASSET_CLASS_CERTIFICATION_PROGRAM', 'ownership': "
    "'ASSET_OWNERSHIP_NONE_MADE'}, {'assetClass': 'ASSET_CLASS_MARKETING_ASSET', 'ownership': "
    "'ASSET_OWNERSHIP_BY_AUTHOR', 'license': 'Until the end', 'attribution': 'Author', 'fate': "
    "'ASSET_FATE_RETIRED'}]}, "
    "'coverage': {'provisions': [{'id': 'banking', 'kind': 'KIND_PRIORITY', 'segments': ['banking'], "
    "'countryCodes': ['US']}]}, ";
static const char end[] =
    "'transition': {'exitPath': 'Hand-over in three steps', 'transitionDays': 90, 'jointCustomers': 'Served "
    "by the partner until renewal', 'jointAssets': 'Withdrawn from the portal', 'survivals': [{'id': "
    "'confidentiality', 'title': 'Confidentiality'}, {'id': 'support', 'party': 'PARTY_PARTNER', 'title': "
    "'Support of joint customers', 'months': 24}]}";

const char *contract_terms_json(struct arena *arena, const char *effective, const char *expire,
                                const char *more) {
  char *lines = arena_printf(arena, "%s, %s", arena_printf(arena, line, "vendor-hours", "VENDOR"),
                             arena_printf(arena, line, "partner-hours", "PARTNER"));
  char *metrics = arena_printf(arena, "%s, %s", arena_printf(arena, metric, "vendor-fulfilment", "VENDOR"),
                               arena_printf(arena, metric, "partner-fulfilment", "PARTNER"));
  return arena_printf(
      arena,
      "{'type': 'CONTRACT_TYPE_MASTER', 'effectiveTime': '%s', 'expireTime': '%s', 'noticeDays': 90%s, "
      "'elements': {'investment': {'lines': [%s]}, %s 'accountability': {'metrics': [%s], 'reviewDays': 92, "
      "'underperformanceProcess': 'A plan of 90 days', 'deEscalation': 'Priority before exclusivity, then "
      "neither'}, %s}, 'clauses': [{'id': 'law', 'title': 'Law', 'text': 'That of the vendor'}]}",
      effective, expire, more, lines, rest, metrics, end);
}

Onboard__ContractTerms *contract_terms_build(struct arena *arena, const char *effective, const char *expire,
                                             const char *more) {
  char *json = arena_strdup(arena, contract_terms_json(arena, effective, expire, more));
  ProtobufCMessage *terms;
  for (char *at = json; *at; at++)
    if (*at == '\'')
      *at = '"';
  const struct status *status =
      json_read(arena, &onboard__contract_terms__descriptor, json, strlen(json), &terms);
  if (status)
    fail_msg("%s: %s", status->violations->field, status->violations->description);
  return (Onboard__ContractTerms *)terms;
}
