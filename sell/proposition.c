#include "sell/proposition.h"

#include "runtime/base/text.h"

#include <stdlib.h>
#include <string.h>

struct validated {
  struct validated *next;
  const char *name, *segment, *words; /* "" when it has none */
};

struct propositions {
  struct arena *arena;
  struct validated *first;
  size_t count;
};

struct propositions *propositions_new(struct arena *arena) {
  struct propositions *propositions = arena_new(arena, struct propositions);
  *propositions = (struct propositions){.arena = arena};
  return propositions;
}

void propositions_add(struct propositions *propositions, const Onboard__JointValueProposition *proposition) {
  if (proposition->state != ONBOARD__JOINT_VALUE_PROPOSITION__STATE__STATE_VALIDATED)
    return;
  struct arena *arena = propositions->arena;
  const char *segment = proposition->outcome ? proposition->outcome->segment : "";
  struct validated *added = arena_new(arena, struct validated);
  *added = (struct validated){propositions->first, arena_strdup(arena, proposition->name),
                              arena_strdup(arena, segment), words_of(arena, segment)};
  propositions->first = added;
  propositions->count++;
}

bool propositions_have(const struct propositions *propositions, struct word_cache *cache,
                       const Sell__Opportunity *deal) {
  const char *words = word_cache_find(cache, deal->segment).words;
  for (const struct validated *one = propositions->first; one; one = one->next)
    if ((!text_empty(words) && strcmp(one->words, words) == 0) || strcmp(one->name, deal->proposition) == 0)
      return true;
  return false;
}

static int by_text(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Sorted, and cut to what an answer has. */
static size_t arrange(char **texts, size_t count) {
  if (count)
    qsort(texts, count, sizeof *texts, by_text);
  return count < PROPOSITIONS_MAX ? count : PROPOSITIONS_MAX;
}

static bool is_first_of_segment(const struct propositions *propositions, const struct validated *one) {
  const struct validated *at = propositions->first;
  while (strcmp(at->words, one->words) != 0)
    at = at->next;
  return at == one;
}

void propositions_show(const struct propositions *propositions, Sell__ValidatedDisplacement *out) {
  out->propositions = arena_calloc(propositions->arena, propositions->count, sizeof *out->propositions);
  out->segments = arena_calloc(propositions->arena, propositions->count, sizeof *out->segments);
  for (const struct validated *one = propositions->first; one; one = one->next) {
    out->propositions[out->n_propositions++] = (char *)one->name;
    if (!text_empty(one->words) && is_first_of_segment(propositions, one))
      out->segments[out->n_segments++] = (char *)one->segment;
  }
  out->n_propositions = arrange(out->propositions, out->n_propositions);
  out->n_segments = arrange(out->segments, out->n_segments);
}
