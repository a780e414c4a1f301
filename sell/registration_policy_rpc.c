#include "sell/registration_policy.h"

#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/message/mask.h"
#include "sell/registration_change.h"
#include "sell/service.h"

#include "entente/sell/v1/registration_policy_service.pb-c.h"

static const struct status *check_limit(struct call *call, const char *vendor) {
  struct list_page page;
  const struct status *status =
      resource_all(call_txn(call), &kind_registration_policy, "active", vendor, &page);
  if (status || page.count < REGISTRATION_POLICIES_MAX)
    return status;
  struct status *refusal =
      call_fail(call, CODE_FAILED_PRECONDITION, "POLICY_LIMIT", "%s has %d policies in use: retire one first",
                vendor, REGISTRATION_POLICIES_MAX);
  status_add_metadata(call_arena(call), refusal, "limit",
                      arena_printf(call_arena(call), "%d", REGISTRATION_POLICIES_MAX));
  return refusal;
}

const struct status *registration_policy_create(struct call *call, const void *in, void *out) {
  const Sell__CreateRegistrationPolicyRequest *request = in;
  Sell__RegistrationPolicy *policy = request->registration_policy;
  const struct status *status = registration_policy_check(call_arena(call), request->parent, policy);
  if (!status)
    status = resource_name(call, &kind_registration_policy, request->parent, "registrationPolicies",
                           request->registration_policy_id, &policy->name);
  if (!status)
    status = check_limit(call, request->parent);
  if (status)
    return status;
  policy->state = SELL__REGISTRATION_POLICY__STATE__STATE_ACTIVE;
  return resource_answer(call, &kind_registration_policy, policy, "registration_policy.created", out);
}

const struct status *registration_policy_get(struct call *call, const void *in, void *out) {
  const Sell__GetRegistrationPolicyRequest *request = in;
  return resource_get(call, &kind_registration_policy, request->name, out);
}

static bool keep(const void *message, void *context) {
  const Sell__ListRegistrationPoliciesRequest *request = context;
  return !request->state || ((const Sell__RegistrationPolicy *)message)->state == request->state;
}

const struct status *registration_policy_list(struct call *call, const void *in, void *out) {
  const Sell__ListRegistrationPoliciesRequest *request = in;
  Sell__ListRegistrationPoliciesResponse *response = out;
  struct list_page page;
  const struct list_query query = {
      .kind = &kind_registration_policy,
      .partition = request->parent,
      .page_size = request->page_size,
      .page_token = request->page_token,
      .keep = keep,
      .context = (void *)request,
  };
  const struct status *status =
      resource_list(call, query, arena_printf(call_arena(call), "%d", (int)request->state), &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

const struct status *registration_policy_patch(struct call *call, const void *in, void *out) {
  const Sell__UpdateRegistrationPolicyRequest *request = in;
  struct act act = act_of(call);
  Sell__RegistrationPolicy given = *request->registration_policy, *policy;
  const struct status *status =
      resource_load(call, &kind_registration_policy, given.name, given.etag, &policy);
  if (!status)
    status = registration_policy_step(&act, policy, REGISTRATION_POLICY_CHANGE);
  if (status)
    return status;
  given.name = policy->name;
  given.etag = policy->etag;
  char **paths = request->update_mask ? request->update_mask->paths : NULL;
  size_t count = request->update_mask ? request->update_mask->n_paths : 0;
  status = mask_apply(act.arena, paths, count, &given.base, &policy->base);
  if (!status)
    status = registration_policy_check(act.arena, name_vendor(act.arena, policy->name), policy);
  return status
             ? status
             : resource_answer(call, &kind_registration_policy, policy, "registration_policy.updated", out);
}

const struct status *registration_policy_end(struct call *call, const void *in, void *out) {
  const Sell__RetireRegistrationPolicyRequest *request = in;
  struct act act = act_of(call);
  Sell__RegistrationPolicy *policy;
  const struct status *status =
      resource_load(call, &kind_registration_policy, request->name, request->etag, &policy);
  if (!status)
    status = registration_policy_step(&act, policy, REGISTRATION_POLICY_RETIRE);
  return status
             ? status
             : resource_answer(call, &kind_registration_policy, policy, "registration_policy.retired", out);
}
