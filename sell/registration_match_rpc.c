/* What the vendor's reviewer is shown about a registration: the same and similar companies. */
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "sell/account_sales.h"
#include "sell/registration_change.h"
#include "sell/service.h"

#include <stdlib.h>

enum { LOOK_MAX = 100, MATCHES_MAX = 100, FOUND_MAX = 1024 };

struct search {
  struct call *call;
  const Sell__Registration *registration;
  const char *vendor;
  int score_min;
  Sell__CompanyMatch *found[FOUND_MAX];
  size_t count;
};

static bool found_before(const struct search *search, const char *name) {
  for (size_t i = 0; i < search->count; i++)
    if (text_equal(search->found[i]->registration, name))
      return true;
  return text_equal(search->registration->name, name);
}

static Sell__CompanyMatch__Relation relation_of(enum company_relation relation) {
  switch (relation) {
  case COMPANY_SAME:
    return SELL__COMPANY_MATCH__RELATION__RELATION_SAME;
  case COMPANY_RELATED:
    return SELL__COMPANY_MATCH__RELATION__RELATION_RELATED;
  case COMPANY_NESTED:
    return SELL__COMPANY_MATCH__RELATION__RELATION_NESTED;
  case COMPANY_SIMILAR:
  case COMPANY_OTHER:
    break;
  }
  return SELL__COMPANY_MATCH__RELATION__RELATION_SIMILAR;
}

static void explain(struct arena *arena, const struct company_comparison *comparison,
                    Sell__CompanyMatch *match) {
  static const struct {
    unsigned bit;
    Sell__CompanyMatch__Tie tie;
  } ties[] = {
      {COMPANY_TIE_PARENT, SELL__COMPANY_MATCH__TIE__TIE_PARENT},
      {COMPANY_TIE_SUBSIDIARY, SELL__COMPANY_MATCH__TIE__TIE_SUBSIDIARY},
      {COMPANY_TIE_SIBLING, SELL__COMPANY_MATCH__TIE__TIE_SIBLING},
      {COMPANY_TIE_NAME, SELL__COMPANY_MATCH__TIE__TIE_NAME},
  };
  static const struct {
    unsigned bit;
    Sell__CompanyMatch__Doubt doubt;
  } doubts[] = {
      {COMPANY_DOUBT_COUNTRY, SELL__COMPANY_MATCH__DOUBT__DOUBT_COUNTRY},
      {COMPANY_DOUBT_NUMBER, SELL__COMPANY_MATCH__DOUBT__DOUBT_NUMBER},
  };
  match->ties = arena_calloc(arena, sizeof ties / sizeof *ties, sizeof *match->ties);
  for (size_t i = 0; i < sizeof ties / sizeof *ties; i++)
    if (comparison->ties & ties[i].bit)
      match->ties[match->n_ties++] = ties[i].tie;
  match->doubts = arena_calloc(arena, sizeof doubts / sizeof *doubts, sizeof *match->doubts);
  for (size_t i = 0; i < sizeof doubts / sizeof *doubts; i++)
    if (comparison->doubts & doubts[i].bit)
      match->doubts[match->n_doubts++] = doubts[i].doubt;
  match->keys = arena_copy(arena, comparison->keys, comparison->key_count * sizeof *comparison->keys);
  match->n_keys = comparison->key_count;
}

static void consider(struct search *search, Sell__Registration *other) {
  struct arena *arena = call_arena(search->call);
  const Sell__Registration *own = search->registration;
  if (!other->customer)
    return; /* taken out of it since the index was read */
  struct company_comparison comparison = company_compare(arena, own->customer, other->customer);
  bool tied =
      comparison.ties || comparison.relation == COMPANY_SAME || comparison.relation == COMPANY_RELATED;
  if ((!tied && comparison.likeness < search->score_min) || search->count == FOUND_MAX)
    return;
  while (registration_settle(arena, other, call_now_us(search->call)) >= 0)
    ;
  Sell__CompanyMatch *match = arena_new(arena, Sell__CompanyMatch);
  sell__company_match__init(match);
  match->registration = other->name;
  match->relation = relation_of(comparison.relation);
  explain(arena, &comparison, match);
  match->score = comparison.likeness;
  match->customer = other->customer;
  match->state = other->state;
  match->submit_time = other->submit_time;
  match->solutions_shared =
      solutions_shared(own->solutions, own->n_solutions, other->solutions, other->n_solutions);
  search->found[search->count++] = match;
}

static const struct status *look(struct search *search, const char *index, const char *partition) {
  struct list_page page;
  const struct list_query query = {.kind = &kind_registration,
                                   .index = index,
                                   .partition = partition,
                                   .scope = search->vendor,
                                   .descending = true,
                                   .page_size = LOOK_MAX,
                                   .page_token = "",
                                   .binding = ""};
  const struct status *status = list_entities(call_txn(search->call), &query, &page);
  for (size_t i = 0; !status && i < page.count; i++) {
    Sell__Registration *other = page.messages[i];
    if (!found_before(search, other->name))
      consider(search, other);
  }
  return status;
}

/* By the words of a name, if there is one. */
static const struct status *look_words(struct search *search, const char *name) {
  struct arena *arena = call_arena(search->call);
  char *words[COMPANY_TOKENS_MAX];
  const struct status *status = NULL;
  size_t count = text_empty(name) ? 0 : company_tokens(arena, name, words);
  for (size_t i = 0; !status && i < count; i++)
    status = look(search, "word", word_partition(arena, search->vendor, words[i]));
  return status;
}

/* By exact keys: who has one, and who says that the company of one owns it. */
static const struct status *look_keys(struct search *search, const struct company_key *keys, size_t count) {
  struct arena *arena = call_arena(search->call);
  const struct status *status = NULL;
  for (size_t i = 0; !status && i < count; i++) {
    status = look(search, "key", key_partition(arena, search->vendor, keys[i].text));
    if (!status)
      status = look(search, "owner", owner_partition(arena, search->vendor, keys[i].text));
  }
  return status;
}

/* The company itself, who owns it, what it owns, what its owner owns, and what is called alike. */
static const struct status *look_around(struct search *search) {
  struct arena *arena = call_arena(search->call);
  const Sell__Company *customer = search->registration->customer;
  struct company_key keys[COMPANY_KEYS_MAX];
  const struct status *status = look_keys(search, keys, company_keys(arena, customer, keys));
  if (!status)
    status = look_keys(search, keys, company_owner_keys(arena, customer, keys));
  return status ? status : look_words(search, customer->legal_name);
}

static int by_certainty(const void *a, const void *b) {
  const Sell__CompanyMatch *left = *(Sell__CompanyMatch *const *)a, *right = *(Sell__CompanyMatch *const *)b;
  if (left->relation != right->relation)
    return left->relation < right->relation ? -1 : 1;
  if (left->score != right->score)
    return left->score > right->score ? -1 : 1;
  int64_t earlier = moment_us(left->submit_time), later = moment_us(right->submit_time);
  return earlier < later ? -1 : earlier > later;
}

static const struct status *opportunities_on(struct search *search, const char *what, char ***names,
                                             size_t *count) {
  struct account_sales *sales = arena_new(call_arena(search->call), struct account_sales);
  *sales = (struct account_sales){0};
  const struct status *status =
      account_sales_add(call_txn(search->call), search->vendor, what, search->registration->customer, sales);
  *names = sales->names;
  *count = sales->count;
  return status;
}

const struct status *registration_matches(struct call *call, const void *in, void *out) {
  const Sell__ListRegistrationMatchesRequest *request = in;
  Sell__ListRegistrationMatchesResponse *response = out;
  struct arena *arena = call_arena(call);
  Sell__Registration *registration;
  const struct status *status = registration_read(call, request->name, &registration);
  if (status)
    return status;
  if (!registration->customer)
    return NULL; /* rejected, and being rewritten */
  struct search *search = arena_new(arena, struct search);
  *search = (struct search){.call = call,
                            .registration = registration,
                            .vendor = name_vendor(arena, registration->name),
                            .score_min = request->score_min ? request->score_min : COMPANY_ALIKE};
  status = look_around(search);
  if (!status)
    status = opportunities_on(search, ACCOUNT_DIRECT, &response->direct_opportunities,
                              &response->n_direct_opportunities);
  if (!status)
    status = opportunities_on(search, ACCOUNT_LOST, &response->lost_opportunities,
                              &response->n_lost_opportunities);
  if (status)
    return status;
  qsort(search->found, search->count, sizeof *search->found, by_certainty);
  response->registrations = search->found;
  response->n_registrations = search->count < MATCHES_MAX ? search->count : MATCHES_MAX;
  return NULL;
}
