#include "onboard/handler.h"
#include "onboard/organization.h"
#include "runtime/base/text.h"
#include "runtime/message/mask.h"

#include "entente/onboard/v1/organization_service.pb-c.h"

#include <string.h>

/* Whether the caller may see an organization: a partner's users see their own. */
static bool is_hidden(struct call *call, const char *name) {
  const struct principal *principal = call_principal(call);
  return principal->party == TYPE__PARTY__PARTY_PARTNER &&
         !text_equal(strrchr(name, '/') + 1, principal->organization);
}

const struct status *organization_create(struct call *call, const void *in, void *out) {
  const Onboard__CreateOrganizationRequest *request = in;
  Onboard__Organization *organization = request->organization;
  const struct status *status = organization_check(call_arena(call), organization);
  if (!status)
    status = resource_name(call, &kind_organization, request->parent, "organizations",
                           request->organization_id, &organization->name);
  if (status)
    return status;
  organization->state = ONBOARD__ORGANIZATION__STATE__STATE_ACTIVE;
  return resource_answer(call, &kind_organization, organization, "organization.created", out);
}

const struct status *organization_get(struct call *call, const void *in, void *out) {
  const Onboard__GetOrganizationRequest *request = in;
  Onboard__Organization *organization;
  if (is_hidden(call, request->name))
    return call_not_found(call, request->name);
  const struct status *status = resource_read(call, &kind_organization, request->name, &organization);
  if (!status)
    *(Onboard__Organization *)out = *organization;
  return status;
}

const struct status *organization_list(struct call *call, const void *in, void *out) {
  const Onboard__ListOrganizationsRequest *request = in;
  Onboard__ListOrganizationsResponse *response = out;
  const struct principal *principal = call_principal(call);
  struct arena *arena = call_arena(call);
  static const char *const fields[] = {"legal_name", "domain", NULL};
  struct text_filter filter = text_filter_of(call, request->text, fields);
  struct list_page page;
  const char *above = request->parent;
  if (principal->party == TYPE__PARTY__PARTY_PARTNER)
    above = arena_printf(arena, "%s/organizations/%s", request->parent, principal->organization);
  const char *state =
      request->state ? state_name(&onboard__organization__state__descriptor, (int)request->state) : "";
  const struct status *status = resource_list(call,
                                              (struct list_query){
                                                  .kind = &kind_organization,
                                                  .index = "state",
                                                  .partition = arena_printf(arena, "%s|%s", above, state),
                                                  .scope = request->parent,
                                                  .page_size = request->page_size,
                                                  .page_token = request->page_token,
                                                  .keep = text_filter_keeps,
                                                  .context = &filter,
                                              },
                                              filter.folded, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

const struct status *organization_update(struct call *call, const void *in, void *out) {
  const Onboard__UpdateOrganizationRequest *request = in;
  const Google__Protobuf__FieldMask *mask = request->update_mask;
  struct act act = act_of(call);
  Onboard__Organization *organization;
  const struct status *status =
      resource_load(call, &kind_organization, request->organization->name, request->etag, &organization);
  if (!status)
    status = organization_apply(&act, organization, ORGANIZATION_EDIT);
  if (!status)
    status = mask_apply(act.arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0,
                        &request->organization->base, &organization->base);
  if (!status)
    status = organization_check(act.arena, organization);
  return status ? status
                : resource_answer(call, &kind_organization, organization, "organization.updated", out);
}

static const struct status *apply(struct call *call, const char *name, const char *etag,
                                  enum organization_action action, const char *type, void *out) {
  struct act act = act_of(call);
  Onboard__Organization *organization;
  const struct status *status = resource_load(call, &kind_organization, name, etag, &organization);
  if (!status)
    status = organization_apply(&act, organization, action);
  return status ? status : resource_answer(call, &kind_organization, organization, type, out);
}

const struct status *organization_retire(struct call *call, const void *in, void *out) {
  const Onboard__RetireOrganizationRequest *request = in;
  return apply(call, request->name, request->etag, ORGANIZATION_RETIRE, "organization.retired", out);
}

const struct status *organization_reinstate(struct call *call, const void *in, void *out) {
  const Onboard__ReinstateOrganizationRequest *request = in;
  return apply(call, request->name, request->etag, ORGANIZATION_REINSTATE, "organization.reinstated", out);
}
