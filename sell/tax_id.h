/* Numbers in countries' registers of taxpayers and companies. Pure. */
#ifndef ENTENTE_SELL_TAX_ID_H
#define ENTENTE_SELL_TAX_ID_H

#include "runtime/base/arena.h"

/* The number in one spelling, country in front, such as `DE811907980`: without punctuation, the country's
 * prefix and what a register appends to it (`FR` key, `SE` 01, `CHE` MWST, `NL` B01, `NO` MVA, French
 * establishment). NULL when it is none: shorter than 4 or longer than 20 letters and digits, or of a checked
 * length with wrong check digits. Checked are AT, AU, BE, BR, CH, CZ, DE, DK, EE, FI, FR, GB, GR, HR, HU, IT,
 * JP, LU, NO, PL, PT, RU, SE, SI and SK. `country` is an ISO 3166-1 alpha-2 code. */
char *tax_id_normalise(struct arena *arena, const char *country, const char *text);

#endif
