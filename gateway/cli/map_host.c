#include "gateway/cli/map_host.h"

#include "runtime/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { LABEL_MAX = 63, CODES_MAX = 256 };
/* The parameters of RFC 3492, section 5. */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_CODE = 0x80 };

static char digit_of(uint32_t digit) {
  return (char)(digit < 26 ? 'a' + digit : '0' + (digit - 26));
}

static uint32_t adapt(uint32_t delta, uint32_t points, bool first) {
  uint32_t k = 0;
  delta = first ? delta / DAMP : delta / 2;
  delta += delta / points;
  for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
    delta /= BASE - T_MIN;
  return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static void put_delta(struct buffer *out, uint32_t delta, uint32_t bias) {
  for (uint32_t k = BASE;; k += BASE) {
    uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
    char digit = digit_of(delta < t ? delta : t + (delta - t) % (BASE - t));
    buffer_append(out, &digit, 1);
    if (delta < t)
      return;
    delta = (delta - t) / (BASE - t);
  }
}

/* The procedure of RFC 3492, section 6.3. Labels are short, so nothing overflows. */
static void punycode(const int32_t *codes, size_t count, struct buffer *out) {
  uint32_t next = FIRST_CODE, delta = 0, bias = FIRST_BIAS, basic = 0;
  for (size_t i = 0; i < count; i++) {
    char c = (char)codes[i];
    if (codes[i] < FIRST_CODE) {
      buffer_append(out, &c, 1);
      basic++;
    }
  }
  if (basic)
    buffer_append(out, "-", 1);
  for (uint32_t done = basic; done < count; next++, delta++) {
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < count; i++)
      if ((uint32_t)codes[i] >= next && (uint32_t)codes[i] < least)
        least = (uint32_t)codes[i];
    delta += (least - next) * (done + 1);
    next = least;
    for (size_t i = 0; i < count; i++) {
      delta += (uint32_t)codes[i] < next;
      if ((uint32_t)codes[i] != next)
        continue;
      put_delta(out, delta, bias);
      bias = adapt(delta, done + 1, done == basic);
      delta = 0;
      done++;
    }
  }
}

static bool label_put(struct buffer *out, const int32_t *codes, size_t count) {
  size_t before = out->size;
  bool plain = true;
  for (size_t i = 0; i < count; i++)
    plain = plain && codes[i] < FIRST_CODE;
  if (!plain)
    buffer_text(out, "xn--");
  for (size_t i = 0; plain && i < count; i++) {
    char c = (char)codes[i];
    buffer_append(out, &c, 1);
  }
  if (!plain)
    punycode(codes, count, out);
  return out->size - before <= LABEL_MAX;
}

/* Code points in lower case, normalised; false when there are too many or it is no UTF-8. */
static bool codes_read(const char *host, int32_t codes[CODES_MAX], size_t *count) {
  utf8proc_int32_t whole[CODES_MAX];
  utf8proc_ssize_t size = (utf8proc_ssize_t)strlen(host);
  utf8proc_ssize_t got = utf8proc_decompose((const utf8proc_uint8_t *)host, size, whole, CODES_MAX,
                                            UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  if (got < 0 || got > CODES_MAX)
    return false;
  for (utf8proc_ssize_t i = 0; i < got; i++)
    whole[i] = utf8proc_tolower(whole[i]);
  got = utf8proc_normalize_utf32(whole, got, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
  for (utf8proc_ssize_t i = 0; i < got; i++)
    codes[i] = whole[i];
  *count = got > 0 ? (size_t)got : 0;
  return got >= 0;
}

char *host_to_ascii(struct arena *arena, const char *host) {
  struct buffer out = {.arena = arena};
  int32_t codes[CODES_MAX];
  size_t count, from = 0;
  buffer_text(&out, "");
  if (!codes_read(host, codes, &count))
    return NULL;
  for (size_t i = 0; i <= count; i++) {
    if (i < count && codes[i] != '.')
      continue;
    if (!label_put(&out, codes + from, i - from))
      return NULL;
    if (i < count)
      buffer_text(&out, ".");
    from = i + 1;
  }
  return out.data;
}
