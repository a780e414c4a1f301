#include "runtime/store/list.h"

#include "runtime/base/limit.h"
#include "runtime/base/text.h"
#include "runtime/store/entries.h"
#include "runtime/store/token.h"
#include "runtime/store/txn_state.h"

#include <assert.h>
#include <string.h>

enum { LOOKED_AT_MAX = 2000, FILTERED_CHUNK = 128 };

/* One page being made. */
struct listing {
  struct txn *txn;
  const struct list_query *query;
  const char *index_key;
  size_t wanted, looked_at;
  const char *place; /* last member consumed; NULL: none */
  struct list_page *page;
};

static size_t page_size(const struct list_query *query) {
  if (query->page_size <= 0) {
    return LIMIT_PAGE_SIZE_DEFAULT;
  }
  return query->page_size > LIMIT_PAGE_SIZE ? LIMIT_PAGE_SIZE : (size_t)query->page_size;
}

static const char *name_of_member(const char *member) {
  const char *end = strchr(member, '\n');
  return end ? end + 1 : "";
}

static const struct status *members_read(struct listing *listing, size_t count, struct reply **members) {
  const struct list_query *query = listing->query;
  struct arena *arena = listing->txn->arena;
  const char *from = listing->place ? arena_printf(arena, "(%s", listing->place) : NULL;
  struct command *command = query->descending ? command_of(arena, "ZREVRANGEBYLEX", listing->index_key,
                                                           from ? from : "+", "-", "LIMIT", "0", NULL)
                                              : command_of(arena, "ZRANGEBYLEX", listing->index_key,
                                                           from ? from : "-", "+", "LIMIT", "0", NULL);
  command_number(command, (int64_t)count);
  return store_ask(listing->txn->store, &listing->txn->context, command, REPLY_ARRAY, false, members);
}

static const struct status *values_read(struct listing *listing, const struct reply *members,
                                        struct reply **values) {
  struct txn *txn = listing->txn;
  struct command *command = command_of(txn->arena, "MGET", NULL);
  for (size_t i = 0; i < members->count; i++) {
    command_text(command, key_entity(txn->arena, txn->store->options.pillar,
                                     name_of_member(members->elements[i]->text)));
  }
  return store_ask(txn->store, &txn->context, command, REPLY_ARRAY, false, values);
}

/* The index and the entities are read one after the other: whoever moved between the two is not listed. */
static bool still_listed(struct listing *listing, const ProtobufCMessage *message, const char *member) {
  const struct list_query *query = listing->query;
  if (!query->index) {
    return true;
  }
  struct index_sink sink = {.arena = listing->txn->arena, .name = name_of_member(member)};
  index_collect(&sink, query->kind, "", message);
  struct index_entry wanted = {.index = query->index, .partition = query->partition, .member = member};
  return index_entry_listed(&wanted, sink.entries);
}

static const struct status *consume(struct listing *listing, const char *member, const struct reply *value) {
  uint64_t version;
  ProtobufCBinaryData stored;
  ProtobufCMessage *message;
  const struct list_query *query = listing->query;
  const struct status *status = entity_decode(listing->txn->arena, query->kind, name_of_member(member), value,
                                              &version, &stored, &message);
  if (status) {
    return status;
  }
  listing->place = member;
  listing->looked_at++;
  if (message && still_listed(listing, message, member) &&
      (!query->keep || query->keep(message, query->context))) {
    listing->page->messages[listing->page->count++] = message;
  }
  return NULL;
}

/* Reads one chunk. `*more`: the page has room and the partition may go on. */
static const struct status *chunk_read(struct listing *listing, bool *more) {
  struct list_page *page = listing->page;
  size_t count = listing->wanted - page->count + 1; /* one more tells whether there is a next page */
  if (listing->query->keep && count < FILTERED_CHUNK) {
    count = FILTERED_CHUNK;
  }
  struct reply *members, *values;
  const struct status *status = members_read(listing, count, &members);
  *more = false;
  if (status || members->count == 0) {
    return status;
  }
  status = values_read(listing, members, &values);
  size_t i = 0;
  while (!status && i < members->count && page->count < listing->wanted &&
         listing->looked_at < LOOKED_AT_MAX) {
    status = consume(listing, members->elements[i]->text, values->elements[i]);
    i++;
  }
  bool rest = i < members->count || members->count == count;
  *more = rest && page->count < listing->wanted && listing->looked_at < LOOKED_AT_MAX;
  page->next_page_token = rest && !*more ? listing->place : ""; /* made a token by the caller */
  return status;
}

const struct status *list_entities(struct txn *txn, const struct list_query *query, struct list_page *out) {
  const char *index = query->index ? query->index : INDEX_ALL;
  const char *scope = query->scope ? query->scope : query->partition;
  const char *binding =
      arena_printf(txn->arena, "%s\n%s\n%s\n%d\n%s", query->kind->name, index, query->partition,
                   query->descending, query->binding ? query->binding : "");
  struct listing listing = {.txn = txn, .query = query, .wanted = page_size(query), .page = out};
  const struct status *status =
      token_read(txn->store, txn->arena, binding, query->page_token, &listing.place);
  if (status) {
    return status;
  }
  *out = (struct list_page){.next_page_token = ""};
  out->messages = arena_calloc(txn->arena, listing.wanted, sizeof *out->messages);
  listing.index_key = key_index(txn->arena, txn->store->options.pillar, store_bucket(scope),
                                query->kind->name, index, query->partition);
  bool more = true;
  while (!status && more) {
    status = chunk_read(&listing, &more);
  }
  if (!status && *out->next_page_token) {
    out->next_page_token = token_make(txn->store, txn->arena, binding, out->next_page_token);
  }
  return status;
}

const struct status *list_walk(struct txn *txn, const struct list_query *query, list_visit_fn *visit,
                               void *context) {
  struct txn *scratch = scratch_open(txn);
  struct list_query next = *query;
  const struct status *status = NULL;
  next.page_size = LIMIT_PAGE_SIZE;
  next.page_token = "";
  do {
    struct list_page page;
    arena_reset(scratch->arena);
    status = list_entities(scratch, &next, &page);
    for (size_t i = 0; !status && i < page.count; i++) {
      visit(page.messages[i], context);
    }
    next.page_token = status ? "" : arena_strdup(txn->arena, page.next_page_token);
  } while (!text_empty(next.page_token));
  status = status_copy(txn->arena, status);
  scratch_close(scratch);
  return status;
}
