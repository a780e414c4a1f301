#include "onboard/handler.h"
#include "onboard/measurement.h"
#include "runtime/base/name.h"

#include "entente/onboard/v1/measurement_service.pb-c.h"

const struct status *measurement_get(struct call *call, const void *in, void *out) {
  const Onboard__GetMeasurementRequest *request = in;
  Onboard__Measurement *measurement;
  const struct status *status = resource_read(call, &kind_measurement, request->name, &measurement);
  if (!status)
    *(Onboard__Measurement *)out = *measurement;
  return status;
}

static bool counts(const void *message, void *context) {
  return measurement_is_of(message, context);
}

const struct status *measurement_list(struct call *call, const void *in, void *out) {
  const Onboard__ListMeasurementsRequest *request = in;
  Onboard__ListMeasurementsResponse *response = out;
  struct arena *arena = call_arena(call);
  const char *partnership = name_partnership(arena, request->parent);
  bool of_one = name_matches(request->parent, kind_commitment.pattern);
  struct list_page page;
  Onboard__Commitment *commitment = NULL;
  const struct status *status =
      of_one ? resource_read(call, &kind_commitment, request->parent, &commitment) : NULL;
  if (status)
    return status;
  Onboard__CommitmentKind kind = commitment && !request->kind ? commitment->kind : request->kind;
  const char *word = kind ? state_name(&onboard__commitment_kind__descriptor, (int)kind) : "";
  status = resource_list(call,
                         (struct list_query){
                             .kind = &kind_measurement,
                             .index = "time",
                             .partition = arena_printf(arena, "%s|%s", partnership, word),
                             .page_size = request->page_size,
                             .page_token = request->page_token,
                             .keep = commitment ? counts : NULL,
                             .context = commitment,
                         },
                         request->parent, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}
