#include "tests/support/check.h"

#include "runtime/base/fold.h"
#include "runtime/base/text.h"

#include <string.h>

static struct arena *arena;

static int set_up(void **state) {
  (void)state;
  arena = arena_create(64 << 20, NULL, NULL);
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  arena_destroy(arena);
  return 0;
}

static void folds_what_people_take_for_the_same(void **state) {
  (void)state;
  static const struct {
    const char *text, *folded;
  } cases[] = {
      {NULL, ""},
      {"", ""},
      {"  ", ""},
      {"ACME Corp", "acme corp"},
      {" \tAcme\n  Corp ", "acme corp"},
      {"Nestlé", "nestle"},
      {"Nestle\xCC\x81", "nestle"}, /* e and a combining acute */
      {"Škoda", "skoda"},
      {"Møller–Mærsk", "moller–maersk"},
      {"Łódź", "lodz"},
      {"Straße", "strasse"},
      {"STRASSE", "strasse"},
      {"İstanbul", "istanbul"},
      {"ΣΊΣΥΦΟΣ", "σισυφοσ"},
      {"σίσυφος", "σισυφοσ"},
      {"Газпром", "газпром"},
      {"ＮＴＴ", "ntt"},        /* full width */
      {"ﬁnance", "finance"},    /* a ligature */
      {"co\xC2\xADop", "coop"}, /* a soft hyphen */
      {"a\xC2\xA0"
       "b\xE3\x80\x80"
       "c",
       "a b c"}, /* no-break and ideographic space */
      {"トヨタ", "トヨタ"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_string_equal(text_fold(arena, cases[i].text), cases[i].folded);
}

static uint32_t next(uint64_t *seed) {
  *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(*seed >> 33);
}

/* Every assigned and unassigned scalar value, alone and in company. */
static void folding_is_idempotent_and_stays_utf8(void **state) {
  (void)state;
  uint64_t seed = 7;
  for (uint32_t code = 1; code < 0x110000; code++) {
    if (code >= 0xD800 && code <= 0xDFFF)
      continue;
    if (code > 0x30000 && next(&seed) % 64)
      continue;
    struct arena *own = arena_create(1 << 20, NULL, NULL);
    struct buffer text = {.arena = own};
    buffer_text(&text, "x ");
    char bytes[5] = {0};
    size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char heads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    uint32_t rest = code;
    for (size_t i = size; i-- > 1; rest >>= 6)
      bytes[i] = (char)(0x80 | (rest & 0x3F));
    bytes[0] = (char)(size == 1 ? code : (heads[size] | rest));
    buffer_append(&text, bytes, size);
    buffer_text(&text, "y");
    const char *once = text_fold(own, text.data);
    assert_true(text_is_utf8(once, strlen(once)));
    assert_true(strlen(once) <= 18 * text.size);
    if (strcmp(text_fold(own, once), once) != 0)
      fail_msg("U+%04X folds to %s, then to %s", code, once, text_fold(own, once));
    arena_destroy(own);
  }
}

static void finds_a_folded_part(void **state) {
  (void)state;
  assert_true(text_folded_contains(arena, "Crème Brûlée S.A.", "brulee s.a"));
  assert_true(text_folded_contains(arena, "anything", ""));
  assert_true(text_folded_contains(arena, NULL, ""));
  assert_false(text_folded_contains(arena, NULL, "x"));
  assert_false(text_folded_contains(arena, "Acme", "acmes"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(folds_what_people_take_for_the_same, set_up, tear_down),
      cmocka_unit_test_setup_teardown(folding_is_idempotent_and_stays_utf8, set_up, tear_down),
      cmocka_unit_test_setup_teardown(finds_a_folded_part, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
