/* Rules of measurements: what other pillars record, as measured commitments count it. Pure. */
#ifndef ENTENTE_ONBOARD_MEASUREMENT_H
#define ENTENTE_ONBOARD_MEASUREMENT_H

#include "runtime/base/machine.h"

#include "entente/onboard/v1/commitment.pb-c.h"
#include "entente/onboard/v1/measurement.pb-c.h"

/* What an entry of another pillar's ledger says. */
struct fact {
  Onboard__CommitmentKind kind;
  Onboard__CommitmentUnit unit;
  Type__Party party; /* whose commitments count it; unspecified: both parties' */
  int64_t amount;    /* more than 0 */
  const char *currency_code;
  int64_t occur_us;
  const char *source;       /* the resource */
  const char *source_entry; /* the entry */
  bool taken_back;
};

/* Whether commitments of this owner, kind and unit can be measured. */
bool measurement_supports(Type__Party owner, Onboard__CommitmentKind kind, Onboard__CommitmentUnit unit);
/* The one measurement of a source: the same source always gives the same name. In the arena. */
char *measurement_name(struct arena *arena, const char *partnership, const char *source);

/* Writes a fact into its measurement, which is new (unspecified state) or known. False when that says nothing
 * new: a source counts once, and what was taken back stays so. */
bool measurement_note(const struct act *act, Onboard__Measurement *measurement, const struct fact *fact);
/* What it counts now: 0 when it was taken back. */
int64_t measurement_amount(const Onboard__Measurement *measurement);
/* Whether a commitment counts it, in whatever state both are: kind, unit, currency, owner and time. */
bool measurement_is_of(const Onboard__Measurement *measurement, const Onboard__Commitment *commitment);
/* Whether some measurement could be of both, whoever owns them. */
bool measured_alike(const Onboard__Commitment *one, const Onboard__Commitment *other);

#endif
