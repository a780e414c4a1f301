/* Integer money and rates. Amounts are int64 minor units, rates basis points. No floating point.
 * Every function rounds once, half to even. Pure. */
#ifndef ENTENTE_BASE_MONEY_H
#define ENTENTE_BASE_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BPS_ONE = 10000 };
#define MONEY_MAX INT64_C(1000000000000000) /* 10^15 minor units, either sign */

/* numerator * factor / divisor through 128 bits, rounded half to even; divisor > 0. Asserts that the
 * result fits. */
int64_t mul_div_half_even(int64_t numerator, int64_t factor, int64_t divisor);
/* amount * bps / 10,000, half to even. */
int64_t money_bps(int64_t amount_minor, int64_t bps);
/* Splits `amount` by weights that sum to 10,000 by largest remainder, ties to the lower index, so
 * that the parts always sum to `amount`. The parts of -a are those of a, negated. */
void money_split(int64_t amount_minor, const int32_t *weights_bps, size_t count, int64_t *parts);
/* a + b without overflow; false when it does not fit. */
bool money_add(int64_t a, int64_t b, int64_t *out);
/* Whether a code is an ISO 4217 currency code in use, and how many decimals its minor unit has (-1 when it
 * is none). */
bool currency_known(const char *code);
int currency_decimals(const char *code);

/* A quotient in basis points, half to even. 0 when denominator is 0; the nearest int64 when it does not fit.
 */
int64_t ratio_bps(int64_t numerator, int64_t denominator);

#endif
