#include "runtime/message/pattern.h"

#include <ctype.h>
#include <regex.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 16, REPEAT_MAX = 32767 };

/* A set of bytes, repeated `min` to `max` times. */
struct step {
  uint64_t set[4];
  uint32_t min;
  uint32_t max;
};

struct pattern {
  bool direct; /* `regex` is only compiled when not: regcomp() spends milliseconds on `{1,1024}` */
  size_t count;
  struct step steps[STEPS_MAX];
  regex_t regex;
};

static void set_add(struct step *step, unsigned char c) {
  step->set[c >> 6] |= UINT64_C(1) << (c & 63);
}

static bool set_has(const struct step *step, unsigned char c) {
  return step->set[c >> 6] >> (c & 63) & 1;
}

static bool sets_meet(const struct step *a, const struct step *b) {
  for (size_t i = 0; i < 4; i++)
    if (a->set[i] & b->set[i])
      return true;
  return false;
}

/* `[...]` of plain characters and ranges; NULL for what only regcomp() understands. */
static const char *class_parse(const char *text, struct step *step) {
  if (*text == '^')
    return NULL;
  for (bool first = true; *text != ']' || first; first = false) {
    unsigned char from = (unsigned char)*text++;
    if (!from || from >= 0x80 || from == '[' || from == '\\')
      return NULL;
    unsigned char to = from;
    if (text[0] == '-' && text[1] != ']' && text[1]) {
      to = (unsigned char)text[1];
      text += 2;
    }
    if (to >= 0x80 || to < from)
      return NULL;
    for (unsigned c = from; c <= to; c++)
      set_add(step, (unsigned char)c);
  }
  return text + 1;
}

/* `{3}`, `{1,64}` or `{2,}` after the brace. */
static const char *braces_parse(const char *text, struct step *step) {
  char *end;
  if (!isdigit((unsigned char)*text))
    return NULL;
  unsigned long min = strtoul(text, &end, 10), max = min;
  if (*end == ',') {
    end++;
    max = isdigit((unsigned char)*end) ? strtoul(end, &end, 10) : REPEAT_MAX;
  }
  if (*end != '}' || min > max || max > REPEAT_MAX)
    return NULL;
  step->min = (uint32_t)min;
  step->max = (uint32_t)max;
  return end + 1;
}

static const char *quantifier_parse(const char *text, struct step *step) {
  step->min = step->max = 1;
  switch (*text) {
  case '*':
    step->min = 0;
    step->max = UINT32_MAX;
    return text + 1;
  case '+':
    step->max = UINT32_MAX;
    return text + 1;
  case '?':
    step->min = 0;
    return text + 1;
  case '{':
    return braces_parse(text + 1, step);
  default:
    return text;
  }
}

static bool row_parse(const char *text, struct pattern *pattern) {
  while (*text) {
    if (pattern->count == STEPS_MAX)
      return false;
    struct step *step = &pattern->steps[pattern->count++];
    if (*text == '[') {
      text = class_parse(text + 1, step);
    } else {
      if (strchr("\\^$.|()*+?{}", *text) || (unsigned char)*text >= 0x80)
        return false;
      set_add(step, (unsigned char)*text++);
    }
    text = text ? quantifier_parse(text, step) : NULL;
    if (!text || strchr("*+?{", *text ? *text : 'x'))
      return false;
  }
  return true;
}

/* A step that may stop early must not share a byte with any step that could take its place. */
static bool row_is_decided(const struct pattern *pattern) {
  for (size_t i = 0; i < pattern->count; i++) {
    if (pattern->steps[i].min == pattern->steps[i].max)
      continue;
    for (size_t next = i + 1; next < pattern->count; next++) {
      if (sets_meet(&pattern->steps[i], &pattern->steps[next]))
        return false;
      if (pattern->steps[next].min > 0)
        break;
    }
  }
  return true;
}

const struct pattern *pattern_compile(struct arena *arena, const char *expression) {
  struct pattern *pattern = arena_new(arena, struct pattern);
  pattern->direct = row_parse(expression, pattern) && row_is_decided(pattern);
  if (pattern->direct)
    return pattern;
  const char *anchored = arena_printf(arena, "^(%s)$", expression);
  return regcomp(&pattern->regex, anchored, REG_EXTENDED | REG_NOSUB) == 0 ? pattern : NULL;
}

void pattern_release(const struct pattern *pattern) {
  if (!pattern->direct)
    regfree((regex_t *)&pattern->regex);
}

static bool row_matches(const struct pattern *pattern, const char *text) {
  for (size_t i = 0; i < pattern->count; i++) {
    const struct step *step = &pattern->steps[i];
    uint32_t taken = 0;
    while (taken < step->max && *text && set_has(step, (unsigned char)*text)) {
      taken++;
      text++;
    }
    if (taken < step->min)
      return false;
  }
  return !*text;
}

bool pattern_matches(const struct pattern *pattern, const char *text) {
  if (pattern->direct)
    return row_matches(pattern, text);
  return regexec(&pattern->regex, text, 0, NULL, 0) == 0;
}

bool pattern_is_direct(const struct pattern *pattern) {
  return pattern->direct;
}
