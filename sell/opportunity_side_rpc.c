#include "runtime/base/name.h"
#include "runtime/message/mask.h"
#include "runtime/message/validate.h"
#include "runtime/rpc/resource.h"
#include "sell/cosell.h"
#include "sell/opportunity_review.h"
#include "sell/opportunity_side.h"
#include "sell/service.h"

/* The opportunity that a side is of, as the caller's party may see it. NOT_FOUND of `asked`. */
static const struct status *opportunity_of(struct call *call, const char *name, const char *asked,
                                           struct occasion *occasion, Sell__Opportunity **out) {
  const struct status *status = occasion_of(call, name, occasion);
  if (!status)
    status = txn_get(call_txn(call), &kind_opportunity, name, out);
  if (status)
    return status;
  if (!*out || !opportunity_visible(*out, occasion->party))
    return call_not_found(call, asked);
  return NULL;
}

/* The opportunity's name: a side's without its last pair. */
static char *parent_of(struct arena *arena, const char *side) {
  enum { PAIRS = 3 };
  return name_prefix(arena, side, PAIRS);
}

static Sell__OpportunitySide *blank(struct arena *arena, const char *name, Type__Party party) {
  Sell__OpportunitySide *side = arena_new(arena, Sell__OpportunitySide);
  sell__opportunity_side__init(side);
  side->name = arena_strdup(arena, name);
  side->party = party;
  return side;
}

static const struct status *side_read(struct call *call, const Sell__Opportunity *opportunity,
                                      Type__Party party, Sell__OpportunitySide **out) {
  struct arena *arena = call_arena(call);
  Sell__OpportunitySide *stored;
  const char *name = side_name(arena, opportunity->name, party);
  const struct status *status = txn_peek(call_txn(call), &kind_opportunity_side, name, &stored);
  if (status)
    return status;
  if (party != call_party(call))
    *out = side_as_shared(arena, opportunity, party, stored);
  else
    *out = stored ? stored : blank(arena, name, party);
  return NULL;
}

const struct status *side_get(struct call *call, const void *in, void *out) {
  const Sell__GetOpportunitySideRequest *request = in;
  struct arena *arena = call_arena(call);
  struct occasion occasion;
  Sell__Opportunity *opportunity;
  Sell__OpportunitySide *side;
  Type__Party party = side_party(arena, request->name);
  if (!party)
    return call_not_found(call, request->name);
  const struct status *status =
      opportunity_of(call, parent_of(arena, request->name), request->name, &occasion, &opportunity);
  if (!status && joint_check(&occasion, opportunity))
    return call_not_found(call, request->name); /* what is one's own has no sides */
  if (!status)
    status = side_read(call, opportunity, party, &side);
  if (!status)
    *(Sell__OpportunitySide *)out = *side;
  return status;
}

const struct status *side_list(struct call *call, const void *in, void *out) {
  static const Type__Party parties[] = {TYPE__PARTY__PARTY_VENDOR, TYPE__PARTY__PARTY_PARTNER};
  enum { SIDES = sizeof parties / sizeof *parties };
  const Sell__ListOpportunitySidesRequest *request = in;
  Sell__ListOpportunitySidesResponse *response = out;
  struct occasion occasion;
  Sell__Opportunity *opportunity;
  const struct status *status =
      opportunity_of(call, request->parent, request->parent, &occasion, &opportunity);
  if (status || joint_check(&occasion, opportunity))
    return status;
  response->sides = arena_calloc(call_arena(call), SIDES, sizeof *response->sides);
  for (size_t i = 0; i < SIDES && !status; i++) {
    status = side_read(call, opportunity, parties[i], &response->sides[i]);
    response->n_sides++;
  }
  return status;
}

/* ---- update ---- */

/* The side before, and a copy with what the request says. */
static const struct status *side_change(struct call *call, const Sell__UpdateOpportunitySideRequest *request,
                                        Sell__OpportunitySide **before, Sell__OpportunitySide **after) {
  struct arena *arena = call_arena(call);
  const Sell__OpportunitySide *wanted = request->side;
  const struct status *status = txn_get(call_txn(call), &kind_opportunity_side, wanted->name, before);
  if (status)
    return status;
  if (!*before)
    *before = blank(arena, wanted->name, call_party(call));
  status = call_check_etag(call, wanted->etag, (*before)->etag);
  if (status)
    return status;
  *after = (Sell__OpportunitySide *)message_copy(arena, &(*before)->base);
  char **paths = request->update_mask ? request->update_mask->paths : NULL;
  size_t count = request->update_mask ? request->update_mask->n_paths : 0;
  /* These two say which one and which version; they are no values to set. */
  Sell__OpportunitySide given = *wanted;
  given.name = (*before)->name;
  given.etag = (*before)->etag;
  return mask_apply(arena, paths, count, &given.base, &(*after)->base);
}

/* The side for its party alone; the opportunity, for both, only if what it shows is another now. */
static void side_stage(struct txn *txn, const struct occasion *occasion, Sell__OpportunitySide *side,
                       const Sell__Opportunity *opportunity) {
  Sell__Opportunity *shown = arena_copy(occasion->arena, opportunity, sizeof *opportunity);
  txn_put(txn, &kind_opportunity_side, side);
  txn_record(txn, &(struct record_facts){
                      .type = "opportunity_side.updated", .payload = side, .private_to = side->party});
  if (!side_show(occasion->arena, side, shown))
    return;
  txn_put(txn, &kind_opportunity, shown);
  const struct opportunity_step step = {"opportunity.side_shared", occasion->now_us, opportunity, shown};
  opportunity_record(txn, &step);
}

const struct status *side_patch(struct call *call, const void *in, void *out) {
  const Sell__UpdateOpportunitySideRequest *request = in;
  struct arena *arena = call_arena(call);
  const char *name = request->side->name;
  struct occasion occasion;
  Sell__Opportunity *opportunity;
  Sell__OpportunitySide *before, *after;
  Type__Party party = side_party(arena, name);
  if (!party)
    return call_not_found(call, name);
  const struct status *status = opportunity_of(call, parent_of(arena, name), name, &occasion, &opportunity);
  if (!status)
    status = joint_check(&occasion, opportunity);
  if (!status) /* before the etag: an etag would tell of the other party's writing */
    status = party_check_owner(arena, name, party, occasion.party);
  if (!status)
    status = side_change(call, request, &before, &after);
  if (!status)
    status = side_update(&occasion, opportunity, before, after);
  if (status)
    return status;
  side_stage(call_txn(call), &occasion, after, opportunity);
  *(Sell__OpportunitySide *)out = *after;
  return txn_commit(call_txn(call), out);
}
