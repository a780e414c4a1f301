#include "onboard/qualification.h"

#include "runtime/base/name.h"
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"

#include <string.h>

const char *qualification_id(Type__Party party) {
  return party == TYPE__PARTY__PARTY_VENDOR ? "vendor" : "partner";
}

static bool is_below(const char *name, const char *partnership) {
  size_t size = strlen(partnership);
  return strncmp(name, partnership, size) == 0 && name[size] == '/' && name[size + 1];
}

static bool is_repeated(const Onboard__TestAnswer *answer, size_t at) {
  for (size_t i = 0; i < at; i++)
    if (text_equal(answer->evidence[i], answer->evidence[at]))
      return true;
  return false;
}

static void check_evidence(struct arena *arena, struct status **refusal, const char *field,
                           const Onboard__TestAnswer *answer, const char *partnership) {
  for (size_t i = 0; answer && i < answer->n_evidence; i++) {
    const char *path = arena_printf(arena, "qualification.%s.evidence[%zu]", field, i);
    if (!is_below(answer->evidence[i], partnership))
      invalid_add(arena, refusal, path, "VALUE_OUT_OF_RANGE", "`%s` is not a resource of %s",
                  answer->evidence[i], partnership);
    else if (is_repeated(answer, i))
      invalid_add(arena, refusal, path, "DUPLICATE_KEY_VALUE", "`%s` is named before", answer->evidence[i]);
  }
}

static void check_substitution(struct arena *arena, struct status **refusal,
                               const Onboard__Substitution *substitution, const char *currency) {
  const Type__Money *cost = substitution->switching_cost;
  if (cost && !text_equal(cost->currency_code, currency))
    invalid_add(arena, refusal, "qualification.substitution.switching_cost.currency_code",
                "VALUE_OUT_OF_RANGE", "the partnership's currency is %s", currency);
  if (cost && cost->amount_minor < 0)
    invalid_add(arena, refusal, "qualification.substitution.switching_cost.amount_minor",
                "VALUE_OUT_OF_RANGE", "a cost is not negative");
  bool estimated = (cost && cost->amount_minor > 0) || substitution->switching_months > 0;
  if (substitution->substitutable == ONBOARD__ANSWER__ANSWER_NO && !estimated)
    invalid_add(arena, refusal, "qualification.substitution.switching_cost", "REQUIRED_FIELD_MISSING",
                "who cannot be replaced without significant cost: say what it would cost, or how many months "
                "it would take");
}

const struct status *qualification_check(struct arena *arena, const Onboard__Qualification *qualification,
                                         const Onboard__Partnership *partnership) {
  const struct {
    const char *field;
    const Onboard__TestAnswer *answer;
  } answers[] = {
      {"joint_value", qualification->joint_value},
      {"mutual_investment", qualification->mutual_investment},
      {"mutual_accountability", qualification->mutual_accountability},
      {"structural_gap", qualification->structural_gap},
  };
  struct status *refusal = NULL;
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
    check_evidence(arena, &refusal, answers[i].field, answers[i].answer, partnership->name);
  if (qualification->substitution)
    check_substitution(arena, &refusal, qualification->substitution, partnership->currency_code);
  return refusal;
}

void qualification_submit(const struct act *act, Onboard__Qualification *qualification) {
  qualification->party = act->party;
  qualification->actor = arena_strdup(act->arena, act->actor);
}
