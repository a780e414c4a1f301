#include "onboard/handler.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/message/mask.h"

#include "entente/onboard/v1/capacity_service.pb-c.h"

const struct status *capacity_load(struct txn *txn, const char *name, Onboard__Capacity **out) {
  const char *own = capacity_name(txn_arena(txn), name);
  const struct status *status = txn_get(txn, &kind_capacity, own, out);
  if (status || *out)
    return status;
  *out = arena_new(txn_arena(txn), Onboard__Capacity);
  onboard__capacity__init(*out);
  (*out)->name = (char *)own;
  return NULL;
}

static const struct status *load_named(struct call *call, const char *name, Onboard__Capacity **out) {
  if (!text_equal(name, capacity_name(call_arena(call), name)))
    return call_not_found(call, name);
  return capacity_load(call_txn(call), name, out);
}

const struct status *capacity_get(struct call *call, const void *in, void *out) {
  const Onboard__GetCapacityRequest *request = in;
  Onboard__Capacity *capacity;
  const struct status *status = load_named(call, request->name, &capacity);
  if (status)
    return status;
  capacity_reckon(call_arena(call), capacity);
  *(Onboard__Capacity *)out = *capacity;
  return NULL;
}

const struct status *capacity_update(struct call *call, const void *in, void *out) {
  const Onboard__UpdateCapacityRequest *request = in;
  const Google__Protobuf__FieldMask *mask = request->update_mask;
  struct arena *arena = call_arena(call);
  Onboard__Capacity *capacity;
  const struct status *status = load_named(call, request->capacity->name, &capacity);
  if (!status)
    status = call_check_etag(call, request->etag, capacity->etag);
  if (!status)
    status = mask_apply(arena, mask ? mask->paths : NULL, mask ? mask->n_paths : 0, &request->capacity->base,
                        &capacity->base);
  if (!status)
    status = capacity_check(arena, capacity);
  if (status)
    return status;
  capacity_reckon(arena, capacity);
  return resource_answer(call, &kind_capacity, capacity, "capacity.updated", out);
}
