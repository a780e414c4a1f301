/* LedgerService: what a pillar recorded, and its sums. */
#include "runtime/feed/follow.h"
#include "runtime/rpc/call.h"
#include "runtime/store/ledger.h"
#include "runtime/store/token.h"

#include "runtime/base/limit.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "runtime/message/validate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT_MAX = 2000, FINDINGS_AT_ONCE = 100, TOLD_EVERY_MS = 800 };

static Type__Party other_party(Type__Party party) {
  return party == TYPE__PARTY__PARTY_VENDOR ? TYPE__PARTY__PARTY_PARTNER : TYPE__PARTY__PARTY_VENDOR;
}

/* Services see everything. */
static bool hidden_from(const struct principal *principal, Type__Party private_to) {
  return !principal->service && private_to != TYPE__PARTY__PARTY_UNSPECIFIED &&
         private_to != principal->party;
}

/* What a vendor records of itself names its other partners. */
static bool is_vendors_own(const struct principal *principal, const char *parent) {
  return principal->party == TYPE__PARTY__PARTY_PARTNER && !strstr(parent, "/partnerships/");
}

static int64_t as_of(const Google__Protobuf__Timestamp *time) {
  return timestamp_us(time, INT64_MAX);
}

/* ---- ListLedgerEntries ---- */

static bool adds_to(const Ledger__LedgerEntry *entry, const char *counter) {
  for (size_t i = 0; i < entry->n_deltas; i++) {
    if (strcmp(entry->deltas[i]->counter, counter) == 0) {
      return true;
    }
  }
  return false;
}

static bool entry_listed(const Ledger__ListLedgerEntriesRequest *request, const Ledger__LedgerEntry *entry) {
  return (text_empty(request->resource) || strcmp(entry->resource, request->resource) == 0) &&
         (text_empty(request->counter) || adds_to(entry, request->counter));
}

static size_t page_size(int32_t asked) {
  if (asked <= 0) {
    return LIMIT_PAGE_SIZE_DEFAULT;
  }
  return asked > LIMIT_PAGE_SIZE ? LIMIT_PAGE_SIZE : (size_t)asked;
}

static const char *entries_binding(struct call *call, const Ledger__ListLedgerEntriesRequest *request) {
  const struct principal *principal = call_principal(call);
  return arena_printf(call_arena(call), "ledger\n%s\n%s\n%s\n%" PRId64 "\n%d\n%s", request->parent,
                      request->resource, request->counter, as_of(request->as_of), (int)principal->party,
                      principal->subject);
}

struct page {
  struct call *call;
  const Ledger__ListLedgerEntriesRequest *request;
  Ledger__ListLedgerEntriesResponse *response;
  size_t wanted, looked_at;
  int64_t after_us; /* of the last entry that the caller may read and that was looked at: a token tells of no
                       other */
  bool more;        /* there is another one */
};

/* What is hidden is passed over however much it is: a page that it made shorter would tell of it. */
static bool page_add(const Ledger__LedgerEntry *entry, void *context) {
  struct page *page = context;
  Ledger__ListLedgerEntriesResponse *response = page->response;
  if (hidden_from(call_principal(page->call), entry->private_to)) {
    return true;
  }
  if (response->n_entries == page->wanted || page->looked_at == LOOKED_AT_MAX) {
    page->more = true;
    return false;
  }
  page->looked_at++;
  page->after_us = timestamp_us(entry->record_time, 0);
  if (entry_listed(page->request, entry)) {
    response->entries[response->n_entries++] =
        (Ledger__LedgerEntry *)message_copy(call_arena(page->call), &entry->base);
  }
  return true;
}

static const struct status *list_ledger_entries(struct call *call, const void *in, void *out) {
  const Ledger__ListLedgerEntriesRequest *request = in;
  Ledger__ListLedgerEntriesResponse *response = out;
  struct arena *arena = call_arena(call);
  const char *binding = entries_binding(call, request), *place;
  const struct status *status = token_read(call_store(call), arena, binding, request->page_token, &place);
  if (status) {
    return status;
  }
  struct page page = {.call = call,
                      .request = request,
                      .response = response,
                      .wanted = page_size(request->page_size),
                      .after_us = place ? strtoll(place, NULL, 10) : 0};
  if (is_vendors_own(call_principal(call), request->parent))
    return NULL;
  response->entries = arena_calloc(arena, page.wanted, sizeof *response->entries);
  status =
      ledger_walk(call_txn(call), request->parent, page.after_us, as_of(request->as_of), page_add, &page);
  if (!status && page.more) {
    response->next_page_token =
        token_make(call_store(call), arena, binding, arena_printf(arena, "%" PRId64, page.after_us));
  }
  return status;
}

/* ---- BatchGetCounters ---- */

static bool row_hidden(const struct principal *principal, enum counter_visibility visibility,
                       Type__Party party) {
  return !principal->service && !counter_visible(visibility, party, principal->party);
}

static void counter_add(struct arena *arena, Ledger__PartnershipCounters *message, const char *name,
                        Type__Party party, bool hidden, int64_t amount) {
  Ledger__Counter *counter = arena_new(arena, Ledger__Counter);
  ledger__counter__init(counter);
  counter->counter = (char *)name;
  counter->party = party;
  counter->hidden = hidden;
  counter->amount = amount;
  message->counters[message->n_counters++] = counter;
}

/* What each party has for itself is named whether or not the other has any of it, as its presence would tell;
 * what the vendor alone has is not named at all. */
static void add_hidden(struct call *call, const struct counter_row *rows,
                       Ledger__PartnershipCounters *message) {
  const struct principal *principal = call_principal(call);
  Type__Party other = other_party(principal->party);
  for (const struct counter_row *row = rows; row && row->name; row++) {
    if (row->visibility == COUNTER_OWN && row_hidden(principal, COUNTER_OWN, other)) {
      counter_add(call_arena(call), message, row->name, other, true, 0);
    }
  }
}

static size_t rows_count(const struct counter_row *rows) {
  size_t count = 0;
  while (rows && rows[count].name) {
    count++;
  }
  return count;
}

/* What no table tells of is nobody's but the vendor's. */
static void add_sums(struct call *call, const struct counter_row *rows, const struct counter_sum *sums,
                     size_t count, Ledger__PartnershipCounters *message) {
  for (size_t i = 0; i < count; i++) {
    const struct counter_row *row = counter_row_of(rows, sums[i].counter);
    if (!row_hidden(call_principal(call), row ? row->visibility : COUNTER_VENDOR, sums[i].party)) {
      counter_add(call_arena(call), message, sums[i].counter, sums[i].party, false, sums[i].amount);
    }
  }
}

static const struct status *get_partnership(struct call *call, const Ledger__BatchGetCountersRequest *request,
                                            struct period period, const char *partnership,
                                            Ledger__PartnershipCounters **out) {
  struct arena *arena = call_arena(call);
  const struct principal *principal = call_principal(call);
  const struct counter_row *rows = store_settings(call_store(call))->counters;
  struct counter_sum *sums;
  size_t count;
  int64_t record_us;
  const struct status *status = ledger_counters(
      call_txn(call), partnership, period, as_of(request->as_of),
      principal->service ? TYPE__PARTY__PARTY_UNSPECIFIED : principal->party, &sums, &count, &record_us);
  if (status) {
    return status;
  }
  Ledger__PartnershipCounters *message = arena_new(arena, Ledger__PartnershipCounters);
  ledger__partnership_counters__init(message);
  message->partnership = arena_strdup(arena, partnership);
  message->record_time = record_us ? timestamp_new(arena, record_us) : NULL;
  message->counters = arena_calloc(arena, count + rows_count(rows) + 1, sizeof *message->counters);
  add_sums(call, rows, sums, count, message);
  add_hidden(call, rows, message);
  *out = message;
  return NULL;
}

/* `further`: its place among the further ones; -1: the one that must be asked for. */
static const struct status *period_of(struct call *call, const Type__Period *message, int further,
                                      struct period *period) {
  *period = (struct period){timestamp_us(message->start_time, 0), timestamp_us(message->end_time, 0)};
  if (period_is_whole_months(*period)) {
    return NULL;
  }
  struct status *status =
      call_fail(call, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                "the period is not made of whole months in UTC, at most %d", PERIOD_MONTHS_MAX);
  const char *field = further < 0 ? "period" : arena_printf(call_arena(call), "further_periods[%d]", further);
  status_add_violation(call_arena(call), status, field, "PERIOD_NOT_WHOLE_MONTHS",
                       "begin and end at the first instant of a month, end later than begin");
  return status;
}

/* The one that must be asked for, then the further ones. */
static const struct status *periods_of(struct call *call, const Ledger__BatchGetCountersRequest *request,
                                       struct period **periods, size_t *count) {
  struct arena *arena = call_arena(call);
  *count = 1 + request->n_further_periods;
  *periods = arena_calloc(arena, *count, sizeof **periods);
  const struct status *status = period_of(call, request->period, -1, *periods);
  for (size_t i = 0; !status && i < request->n_further_periods; i++) {
    status = period_of(call, request->further_periods[i], (int)i, *periods + 1 + i);
  }
  return status;
}

/* The policy decided on `parent`; each partnership of a batch is decided on here. */
static const struct status *check_member(struct call *call, const char *partnership) {
  const struct principal *principal = call_principal(call);
  const char *organization = NULL;
  if (principal->service || principal->party != TYPE__PARTY__PARTY_PARTNER) {
    return NULL;
  }
  const struct status *status = call_partner_of(call, partnership, &organization);
  if (status) {
    return status;
  }
  if (organization && principal->organization && strcmp(organization, principal->organization) == 0) {
    return NULL;
  }
  return call_fail(call, CODE_PERMISSION_DENIED, REASON_ACCESS_DENIED,
                   "you may not do this on `%s`, or there is no such resource", partnership);
}

static const struct status *check_ids(struct call *call, const Ledger__BatchGetCountersRequest *request) {
  struct arena *arena = call_arena(call);
  struct status *status = NULL;
  for (size_t i = 0; i < request->n_partnerships; i++) {
    if (name_id_valid(request->partnerships[i])) {
      continue;
    }
    if (!status) {
      status = call_fail(call, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                         "partnerships[%zu] is not the id of a partnership", i);
    }
    status_add_violation(arena, status, arena_printf(arena, "partnerships[%zu]", i), "PATTERN_MISMATCH",
                         "must be the id of a partnership");
  }
  return status;
}

static const struct status *names_of(struct call *call, const Ledger__BatchGetCountersRequest *request,
                                     const char ***names, size_t *count) {
  struct arena *arena = call_arena(call);
  bool single = name_matches(request->parent, "vendors/*/partnerships/*") ||
                (!request->n_partnerships && !is_vendors_own(call_principal(call), request->parent));
  if (single == (request->n_partnerships > 0)) {
    return call_fail(call, CODE_INVALID_ARGUMENT, REASON_INVALID_REQUEST,
                     "name one partnership as `parent`, or a vendor as `parent` and ids in `partnerships`");
  }
  const struct status *status = check_ids(call, request);
  *count = single ? 1 : request->n_partnerships;
  *names = arena_calloc(arena, *count, sizeof **names);
  (*names)[0] = request->parent;
  for (size_t i = 0; !single && !status && i < *count; i++) {
    (*names)[i] = name_child(arena, request->parent, "partnerships", request->partnerships[i]);
    status = check_member(call, (*names)[i]);
  }
  return status;
}

static const struct status *batch_get_counters(struct call *call, const void *in, void *out) {
  const Ledger__BatchGetCountersRequest *request = in;
  Ledger__BatchGetCountersResponse *response = out;
  struct period *periods;
  const char **names = NULL;
  size_t count = 0, period_count;
  const struct status *status = periods_of(call, request, &periods, &period_count);
  if (!status) {
    status = names_of(call, request, &names, &count);
  }
  if (status) {
    return status;
  }
  response->partnerships =
      arena_calloc(call_arena(call), count * period_count, sizeof *response->partnerships);
  for (; !status && response->n_partnerships < count * period_count; response->n_partnerships += !status) {
    size_t i = response->n_partnerships;
    status = get_partnership(call, request, periods[i / count], names[i % count], &response->partnerships[i]);
  }
  return status;
}

/* ---- VerifyLedger ---- */

struct verify_stream {
  struct verify_sink sink;
  struct stream *stream;
  Ledger__VerifyLedgerResponse response;
  Ledger__LedgerFinding *findings[FINDINGS_AT_ONCE];
  int64_t told_us;
  const struct status *status;
};

static void verify_send(struct verify_stream *verify) {
  if (!verify->status) {
    verify->response.findings = verify->findings;
    verify->status = stream_send(verify->stream, &verify->response);
    verify->response.n_findings = 0;
    verify->told_us = clock_monotonic_us();
  }
}

static void verify_found(struct verify_sink *sink, Ledger__LedgerFinding__Kind kind, const char *resource,
                         const char *description) {
  struct verify_stream *verify =
      (struct verify_stream *)((char *)sink - offsetof(struct verify_stream, sink));
  struct arena *arena = stream_arena(verify->stream);
  Ledger__LedgerFinding *finding = arena_new(arena, Ledger__LedgerFinding);
  ledger__ledger_finding__init(finding);
  finding->kind = kind;
  finding->resource = arena_strdup(arena, resource);
  finding->description = arena_strdup(arena, description);
  verify->findings[verify->response.n_findings++] = finding;
  if (verify->response.n_findings == FINDINGS_AT_ONCE) {
    verify_send(verify);
  }
}

static void verify_walked(struct verify_sink *sink, int64_t ledgers, int64_t entries, int64_t resources) {
  struct verify_stream *verify =
      (struct verify_stream *)((char *)sink - offsetof(struct verify_stream, sink));
  verify->response.ledgers = ledgers;
  verify->response.entries = entries;
  verify->response.resources = resources;
  if (clock_monotonic_us() - verify->told_us > (int64_t)TOLD_EVERY_MS * US_PER_MS) {
    verify_send(verify);
  }
}

static const struct status *verify_ledger(struct call *call, const void *in, struct stream *stream) {
  const Ledger__VerifyLedgerRequest *request = in;
  struct verify_stream *verify = arena_new(call_arena(call), struct verify_stream);
  const struct principal *principal = call_principal(call);
  verify->sink =
      (struct verify_sink){.reader = principal->service ? TYPE__PARTY__PARTY_UNSPECIFIED : principal->party,
                           .found = verify_found,
                           .walked = verify_walked};
  verify->stream = stream;
  ledger__verify_ledger_response__init(&verify->response);
  const struct status *status = ledger_verify(call_txn(call), request->parent, &verify->sink);
  if (status || verify->status) {
    return status ? status : verify->status;
  }
  verify->response.complete = true;
  verify_send(verify);
  return verify->status;
}

static const struct method methods[] = {
    {.name = "ListLedgerEntries", .unary = list_ledger_entries},
    {.name = "BatchGetCounters", .unary = batch_get_counters},
    {.name = "VerifyLedger", .stream = verify_ledger},
    {.name = NULL},
};
const struct service ledger_service = {.name = "entente.ledger.v1.LedgerService", .methods = methods};
