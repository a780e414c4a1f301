#include "onboard/effective_terms.h"

#include "onboard/contract.h"
#include "onboard/program.h"
#include "runtime/base/moment.h"

#define SOURCE(name) ONBOARD__TERM_SOURCE__TERM_SOURCE_##name

static void say(struct term_sayings *sayings, struct term_said said) {
  if (said.start_us >= said.end_us)
    return;
  if (sayings->count == sayings->capacity) {
    size_t capacity = sayings->capacity ? 2 * sayings->capacity : 16;
    struct term_said *all = arena_calloc(sayings->arena, capacity, sizeof *all);
    for (size_t i = 0; i < sayings->count; i++)
      all[i] = sayings->all[i];
    sayings->all = all;
    sayings->capacity = capacity;
  }
  sayings->all[sayings->count++] = said;
}

/* ---- what sources say ---- */

void say_schedule(struct term_sayings *sayings, const Onboard__TermSchedule *schedule) {
  for (size_t i = 0; i < schedule->n_spans; i++) {
    const Onboard__TermSpan *span = schedule->spans[i];
    bool agreed = span->basis == ONBOARD__TERM_BASIS__TERM_BASIS_AGREED;
    say(sayings, (struct term_said){
                     .source = agreed ? SOURCE(AGREED_TERM) : SOURCE(GRANTED_TERM),
                     .resource = span->term,
                     .value = span->value,
                     .start_us = moment_us(span->start_time),
                     .end_us = timestamp_us(span->end_time, INT64_MAX),
                 });
  }
}

void say_contract(struct term_sayings *sayings, const Onboard__Contract *contract) {
  if (!contract->activate_time)
    return;
  for (size_t i = 0; i < contract->terms->n_commercial_terms; i++)
    say(sayings, (struct term_said){
                     .source = SOURCE(CONTRACT),
                     .resource = contract->name,
                     .value = contract->terms->commercial_terms[i],
                     .start_us = moment_us(contract->activate_time),
                     .end_us = contract_certain_end_us(contract),
                 });
}

/* Until when an entry of a member's history holds. */
static int64_t level_end_us(const Onboard__Member *member, size_t index) {
  if (index + 1 < member->n_history)
    return moment_us(member->history[index + 1]->start_time);
  return timestamp_us(member->grace_end_time, INT64_MAX);
}

void say_member(struct term_sayings *sayings, const Onboard__Member *member,
                const Onboard__Program *program) {
  for (size_t i = 0; i < member->n_history; i++) {
    const Onboard__ProgramLevel *level = program_level(program, member->history[i]->level);
    for (size_t k = 0; level && k < level->n_terms; k++)
      say(sayings, (struct term_said){
                       .source = SOURCE(PROGRAM_LEVEL),
                       .resource = member->name,
                       .value = level->terms[k],
                       .start_us = moment_us(member->history[i]->start_time),
                       .end_us = level_end_us(member, i),
                   });
  }
}

/* ---- what holds ---- */

static bool holds(const struct term_said *said, int64_t at_us) {
  return said->start_us <= at_us && at_us < said->end_us;
}

static Onboard__TermClaim *claim_of(struct arena *arena, const struct term_said *said) {
  Onboard__TermClaim *claim = arena_new(arena, Onboard__TermClaim);
  onboard__term_claim__init(claim);
  claim->source = said ? said->source : SOURCE(NONE);
  if (!said)
    return claim;
  claim->resource = (char *)said->resource;
  claim->value = (Onboard__TermValue *)said->value;
  if (said->end_us != INT64_MAX)
    claim->end_time = timestamp_new(arena, said->end_us);
  return claim;
}

/* When what holds may change: it ends, or something stronger begins before. */
static int64_t until_us(const struct term_sayings *sayings, Onboard__TermKind kind,
                        const struct term_said *strongest, int64_t at_us) {
  int64_t until = strongest ? strongest->end_us : INT64_MAX;
  Onboard__TermSource source = strongest ? strongest->source : SOURCE(NONE);
  for (size_t i = 0; i < sayings->count; i++) {
    const struct term_said *said = &sayings->all[i];
    if (said->value->kind == kind && said->source > source && said->start_us > at_us &&
        said->start_us < until)
      until = said->start_us;
  }
  return until;
}

static Onboard__EffectiveTerm *effective_term(const struct term_sayings *sayings, Onboard__TermKind kind,
                                              int64_t at_us) {
  struct arena *arena = sayings->arena;
  Onboard__EffectiveTerm *term = arena_new(arena, Onboard__EffectiveTerm);
  const struct term_said *strongest = NULL;
  onboard__effective_term__init(term);
  term->kind = kind;
  term->weaker = arena_calloc(arena, sayings->count, sizeof *term->weaker);
  /* Sources are few: one walk a source, the strongest first, keeps the order of those who said it. */
  for (int source = SOURCE(AGREED_TERM); source > SOURCE(NONE); source--)
    for (size_t i = 0; i < sayings->count; i++) {
      const struct term_said *said = &sayings->all[i];
      if (said->value->kind != kind || (int)said->source != source || !holds(said, at_us))
        continue;
      if (strongest)
        term->weaker[term->n_weaker++] = claim_of(arena, said);
      else
        strongest = said;
    }
  term->claim = claim_of(arena, strongest);
  int64_t until = until_us(sayings, kind, strongest, at_us);
  if (until != INT64_MAX)
    term->until_time = timestamp_new(arena, until);
  return term;
}

void effective_terms(const struct term_sayings *sayings, int64_t at_us,
                     Onboard__GetEffectiveTermsResponse *out) {
  const ProtobufCEnumDescriptor *kinds = &onboard__term_kind__descriptor;
  out->at = timestamp_new(sayings->arena, at_us);
  out->terms = arena_calloc(sayings->arena, kinds->n_values, sizeof *out->terms);
  for (unsigned i = 0; i < kinds->n_values; i++)
    if (kinds->values[i].value)
      out->terms[out->n_terms++] = effective_term(sayings, (Onboard__TermKind)kinds->values[i].value, at_us);
}
