#include "sell/market_scope.h"

#include "runtime/base/text.h"
#include "sell/coverage.h"

#include <string.h>

/* One list of a contract: as it is written, and by words. */
struct list {
  char **texts, **words;
  size_t count;
};

struct contract_scope {
  struct contract_scope *next;
  const char *contract;
  struct list segments, countries, solutions;
};

struct market_scope {
  struct arena *arena;
  struct contract_scope *first, **last;
  size_t count;
};

struct market_scope *market_scope_new(struct arena *arena) {
  struct market_scope *scope = arena_new(arena, struct market_scope);
  *scope = (struct market_scope){.arena = arena, .last = &scope->first};
  return scope;
}

static struct list list_of(struct arena *arena, char *const *texts, size_t count) {
  struct list list = {arena_calloc(arena, count, sizeof(char *)), arena_calloc(arena, count, sizeof(char *)),
                      count};
  for (size_t i = 0; i < count; i++) {
    list.texts[i] = arena_strdup(arena, texts[i]);
    list.words[i] = words_of(arena, texts[i]);
  }
  return list;
}

void market_scope_add(struct market_scope *scope, const Onboard__Contract *contract, int64_t now_us) {
  const Onboard__AgreementElements *elements = contract->terms ? contract->terms->elements : NULL;
  const Onboard__MarketScopeTerms *terms = elements ? elements->market_scope : NULL;
  if (!terms || !(terms->n_segments + terms->n_country_codes + terms->n_solutions) ||
      !contract_binds(contract, now_us))
    return;
  struct contract_scope *added = arena_new(scope->arena, struct contract_scope);
  *added = (struct contract_scope){
      .contract = arena_strdup(scope->arena, contract->name),
      .segments = list_of(scope->arena, terms->segments, terms->n_segments),
      .countries = list_of(scope->arena, terms->country_codes, terms->n_country_codes),
      .solutions = list_of(scope->arena, terms->solutions, terms->n_solutions),
  };
  *scope->last = added;
  scope->last = &added->next;
  scope->count++;
}

bool market_scope_is_empty(const struct market_scope *scope) {
  return !scope->count;
}

static enum scope_place list_place(const struct list *list, const char *words) {
  if (!list->count)
    return SCOPE_INSIDE;
  if (text_empty(words))
    return SCOPE_UNSAID;
  for (size_t i = 0; i < list->count; i++)
    if (strcmp(list->words[i], words) == 0)
      return SCOPE_INSIDE;
  return SCOPE_OUTSIDE;
}

/* The better known place of two: what one solution settles another need not say. */
static enum scope_place either(enum scope_place a, enum scope_place b) {
  if (a == SCOPE_INSIDE || b == SCOPE_INSIDE)
    return SCOPE_INSIDE;
  return a == SCOPE_UNSAID || b == SCOPE_UNSAID ? SCOPE_UNSAID : SCOPE_OUTSIDE;
}

static enum scope_place both(enum scope_place a, enum scope_place b) {
  if (a == SCOPE_OUTSIDE || b == SCOPE_OUTSIDE)
    return SCOPE_OUTSIDE;
  return a == SCOPE_UNSAID || b == SCOPE_UNSAID ? SCOPE_UNSAID : SCOPE_INSIDE;
}

static enum scope_place solutions_place(const struct list *list, struct word_cache *cache,
                                        const Sell__Opportunity *deal) {
  enum scope_place place = list_place(list, word_cache_find(cache, deal->solution).words);
  if (place == SCOPE_UNSAID && deal->n_more_solutions)
    place = SCOPE_OUTSIDE;
  for (size_t i = 0; i < deal->n_more_solutions; i++)
    place = either(place, list_place(list, word_cache_find(cache, deal->more_solutions[i]).words));
  return place;
}

enum scope_place market_scope_place(const struct market_scope *scope, struct word_cache *cache,
                                    const Sell__Opportunity *deal) {
  enum scope_place place = SCOPE_OUTSIDE;
  const char *segment = word_cache_find(cache, deal->segment).words;
  const char *country = word_cache_find(cache, deal->customer ? deal->customer->country : "").words;
  for (const struct contract_scope *one = scope->first; one && place != SCOPE_INSIDE; one = one->next)
    place =
        either(place, both(both(list_place(&one->segments, segment), list_place(&one->countries, country)),
                           solutions_place(&one->solutions, cache, deal)));
  return place;
}

static Sell__ContractScope *show_contract(struct arena *arena, const struct contract_scope *one) {
  Sell__ContractScope *shown = arena_new(arena, Sell__ContractScope);
  sell__contract_scope__init(shown);
  shown->contract = (char *)one->contract;
  shown->segments = one->segments.texts;
  shown->n_segments = one->segments.count;
  shown->country_codes = one->countries.texts;
  shown->n_country_codes = one->countries.count;
  shown->solutions = one->solutions.texts;
  shown->n_solutions = one->solutions.count;
  return shown;
}

void market_scope_show(const struct market_scope *scope, Sell__LiftScope *out) {
  size_t most = scope->count < SCOPE_CONTRACTS_MAX ? scope->count : SCOPE_CONTRACTS_MAX;
  out->contracts = arena_calloc(scope->arena, most, sizeof *out->contracts);
  for (const struct contract_scope *one = scope->first; one && out->n_contracts < most; one = one->next)
    out->contracts[out->n_contracts++] = show_contract(scope->arena, one);
}
