/* Listing breaches of protection. The partner is not told which opportunity of the vendor's it was. */
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "sell/registration_change.h"
#include "sell/service.h"

static bool keep(const void *message, void *context) {
  const Sell__ListProtectionBreachesRequest *request = context;
  return text_empty(request->registration) ||
         text_equal(((const Sell__ProtectionBreach *)message)->registration, request->registration);
}

/* For the vendor: from the marks that carry the breaches' ids. */
static const struct status *name_opportunities(struct call *call, Sell__ProtectionBreach **breaches,
                                               size_t count) {
  struct arena *arena = call_arena(call);
  const struct status *status = NULL;
  for (size_t i = 0; !status && i < count; i++) {
    Sell__BreachMark *mark;
    const char *name = name_child(arena, name_vendor(arena, breaches[i]->name), "breachMarks",
                                  name_last_id(arena, breaches[i]->name));
    status = txn_peek(call_txn(call), &kind_breach_mark, name, &mark);
    if (!status && mark)
      breaches[i]->opportunity = mark->opportunity;
  }
  return status;
}

const struct status *protection_breach_list(struct call *call, const void *in, void *out) {
  const Sell__ListProtectionBreachesRequest *request = in;
  Sell__ListProtectionBreachesResponse *response = out;
  struct list_page page;
  const struct list_query query = {.kind = &kind_protection_breach,
                                   .index = "time",
                                   .partition = request->parent,
                                   .descending = true,
                                   .page_size = request->page_size,
                                   .page_token = request->page_token,
                                   .keep = keep,
                                   .context = (void *)request};
  const struct status *status = resource_list(call, query, request->registration, &page);
  if (status)
    return status;
  resource_page(response, &page);
  return call_party(call) == TYPE__PARTY__PARTY_VENDOR
             ? name_opportunities(call, response->protection_breaches, page.count)
             : NULL;
}
