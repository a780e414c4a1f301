#include "incentivize/listing.h"

const struct status *listing_read(struct call *call, const struct listing *listing, struct list_page *out) {
  const struct principal *principal = call_principal(call);
  const char *index = listing->index ? listing->index : "name";
  const struct list_query query = {
      .kind = listing->kind,
      .index = listing->index,
      .partition = listing->partition,
      .scope = listing->scope,
      .page_size = listing->page_size,
      .page_token = listing->page_token,
      .binding = arena_printf(call_arena(call), "%d|%s|%s|%s", (int)principal->party, principal->subject,
                              index, listing->partition),
  };
  return list_entities(call_txn(call), &query, out);
}
