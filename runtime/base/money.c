#include "runtime/base/money.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide;

/* ISO 4217 list one as of 2025, sorted; codes without a minor unit (metals, XDR, XTS ...) are no
 * currencies that anybody is paid in. The digit is the number of decimals. */
static const char currencies[][5] = {
    "AED2", "AFN2", "ALL2", "AMD2", "AOA2", "ARS2", "AUD2", "AWG2", "AZN2", "BAM2", "BBD2", "BDT2", "BGN2",
    "BHD3", "BIF0", "BMD2", "BND2", "BOB2", "BOV2", "BRL2", "BSD2", "BTN2", "BWP2", "BYN2", "BZD2", "CAD2",
    "CDF2", "CHE2", "CHF2", "CHW2", "CLF4", "CLP0", "CNY2", "COP2", "COU2", "CRC2", "CUP2", "CVE2", "CZK2",
    "DJF0", "DKK2", "DOP2", "DZD2", "EGP2", "ERN2", "ETB2", "EUR2", "FJD2", "FKP2", "GBP2", "GEL2", "GHS2",
    "GIP2", "GMD2", "GNF0", "GTQ2", "GYD2", "HKD2", "HNL2", "HTG2", "HUF2", "IDR2", "ILS2", "INR2", "IQD3",
    "IRR2", "ISK0", "JMD2", "JOD3", "JPY0", "KES2", "KGS2", "KHR2", "KMF0", "KPW2", "KRW0", "KWD3", "KYD2",
    "KZT2", "LAK2", "LBP2", "LKR2", "LRD2", "LSL2", "LYD3", "MAD2", "MDL2", "MGA2", "MKD2", "MMK2", "MNT2",
    "MOP2", "MRU2", "MUR2", "MVR2", "MWK2", "MXN2", "MXV2", "MYR2", "MZN2", "NAD2", "NGN2", "NIO2", "NOK2",
    "NPR2", "NZD2", "OMR3", "PAB2", "PEN2", "PGK2", "PHP2", "PKR2", "PLN2", "PYG0", "QAR2", "RON2", "RSD2",
    "RUB2", "RWF0", "SAR2", "SBD2", "SCR2", "SDG2", "SEK2", "SGD2", "SHP2", "SLE2", "SOS2", "SRD2", "SSP2",
    "STN2", "SVC2", "SYP2", "SZL2", "THB2", "TJS2", "TMT2", "TND3", "TOP2", "TRY2", "TTD2", "TWD2", "TZS2",
    "UAH2", "UGX0", "USD2", "USN2", "UYI0", "UYU2", "UYW4", "UZS2", "VED2", "VES2", "VND0", "VUV0", "WST2",
    "XAD2", "XAF0", "XCD2", "XCG2", "XOF0", "XPF0", "YER2", "ZAR2", "ZMW2", "ZWG2",
};

static int currency_compare(const void *code, const void *row) {
  return strncmp(code, row, 3);
}

static const char *currency_row(const char *code) {
  if (!code || strnlen(code, 4) != 3)
    return NULL;
  return bsearch(code, currencies, sizeof currencies / sizeof *currencies, sizeof *currencies,
                 currency_compare);
}

bool currency_known(const char *code) {
  return currency_row(code) != NULL;
}

int currency_decimals(const char *code) {
  const char *row = currency_row(code);
  return row ? row[3] - '0' : -1;
}

/* value / divisor, half to even; divisor > 0. */
static wide divide_half_even(wide value, wide divisor) {
  bool negative = value < 0;
  wide magnitude = negative ? -value : value;
  wide quotient = magnitude / divisor, twice = (magnitude % divisor) * 2;
  if (twice > divisor || (twice == divisor && quotient % 2))
    quotient++;
  return negative ? -quotient : quotient;
}

int64_t mul_div_half_even(int64_t numerator, int64_t factor, int64_t divisor) {
  assert(divisor > 0);
  wide result = divide_half_even((wide)numerator * factor, divisor);
  assert(result >= INT64_MIN && result <= INT64_MAX);
  return (int64_t)result;
}

int64_t money_bps(int64_t amount_minor, int64_t bps) {
  return mul_div_half_even(amount_minor, bps, BPS_ONE);
}

static int64_t split_remainder(wide magnitude, int32_t weight) {
  return (int64_t)(magnitude * weight % BPS_ONE);
}

/* Index that comes next after (remainder, index) when ordered by remainder descending, then index. */
static size_t split_next(wide magnitude, const int32_t *weights, size_t count, int64_t remainder,
                         size_t index) {
  size_t best = count;
  int64_t best_remainder = -1;
  for (size_t i = 0; i < count; i++) {
    int64_t mine = split_remainder(magnitude, weights[i]);
    bool later = mine < remainder || (mine == remainder && i > index);
    if (later && mine > best_remainder) {
      best = i;
      best_remainder = mine;
    }
  }
  return best;
}

void money_split(int64_t amount_minor, const int32_t *weights_bps, size_t count, int64_t *parts) {
  /* By magnitude, so that a reversal takes from each exactly what it was given. */
  wide magnitude = amount_minor < 0 ? -(wide)amount_minor : (wide)amount_minor;
  wide left = magnitude;
  int64_t weight_sum = 0;
  for (size_t i = 0; i < count; i++) {
    assert(weights_bps[i] >= 0 && weights_bps[i] <= BPS_ONE);
    weight_sum += weights_bps[i];
    parts[i] = (int64_t)(magnitude * weights_bps[i] / BPS_ONE);
    left -= parts[i];
  }
  assert(weight_sum == BPS_ONE);
  (void)weight_sum;
  size_t index = 0;
  int64_t remainder = BPS_ONE;
  for (; left > 0; left--) {
    index = split_next(magnitude, weights_bps, count, remainder, index);
    assert(index < count);
    remainder = split_remainder(magnitude, weights_bps[index]);
    parts[index]++;
  }
  for (size_t i = 0; amount_minor < 0 && i < count; i++)
    parts[i] = -parts[i];
}

bool money_add(int64_t a, int64_t b, int64_t *out) {
  return !__builtin_add_overflow(a, b, out);
}

int64_t ratio_bps(int64_t numerator, int64_t denominator) {
  if (denominator == 0)
    return 0;
  wide top = (wide)numerator * BPS_ONE, bottom = denominator;
  wide ratio = bottom < 0 ? divide_half_even(-top, -bottom) : divide_half_even(top, bottom);
  if (ratio > INT64_MAX)
    return INT64_MAX;
  return ratio < INT64_MIN ? INT64_MIN : (int64_t)ratio;
}
