#include "tests/support/check.h"

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

/* Encodes by the table of RFC 3629 section 3, surrogates included. */
static size_t encode(uint32_t code, unsigned char out[4]) {
  if (code < 0x80) {
    out[0] = (unsigned char)code;
    return 1;
  }
  size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = size - 1; i > 0; i--, code >>= 6)
    out[i] = (unsigned char)(0x80 | (code & 0x3F));
  out[0] = (unsigned char)((size == 2 ? 0xC0 : size == 3 ? 0xE0 : 0xF0) | code);
  return size;
}

static void every_code_point(void **state) {
  (void)state;
  for (uint32_t code = 0; code < 0x110400; code++) {
    unsigned char bytes[16] = "abcdefgh";
    size_t size = encode(code, bytes + 5);
    bool valid = code && (code < 0xD800 || code > 0xDFFF) && code < 0x110000;
    assert_int_equal(text_is_utf8(bytes, 5 + size), valid);
    if (valid) {
      bytes[5 + size] = '\0';
      assert_int_equal(text_length((char *)bytes), 6);
      if (size > 1)
        assert_false(text_is_utf8(bytes, 5 + size - 1));
    }
  }
}

/* All sequences of two bytes, and of three that begin with a lead of three, against a count of valid ones. */
static void every_short_sequence(void **state) {
  (void)state;
  size_t valid2 = 0, valid3 = 0;
  for (unsigned i = 0; i < 0x10000; i++) {
    unsigned char bytes[2] = {(unsigned char)(i >> 8), (unsigned char)i};
    valid2 += text_is_utf8(bytes, 2);
  }
  assert_int_equal(valid2, 127 * 127 + (0x800 - 0x80));
  for (unsigned i = 0xE00000; i < 0xF00000; i++) {
    unsigned char bytes[3] = {(unsigned char)(i >> 16), (unsigned char)(i >> 8), (unsigned char)i};
    valid3 += text_is_utf8(bytes, 3);
  }
  assert_int_equal(valid3, 0x10000 - 0x800 - 0x800);
  assert_true(text_is_utf8("", 0));
  assert_false(text_is_utf8("abcdefg\0ijklmnop", 16));
  assert_false(text_is_utf8("abcdefghijklmno\0", 16));
  assert_false(text_is_utf8("abcdefghijklmno\x80", 16));
}

static void empty_and_equal(void **state) {
  (void)state;
  assert_true(text_empty(NULL) && text_empty("") && !text_empty("a"));
  assert_true(text_equal(NULL, "") && text_equal("a", "a") && !text_equal("a", NULL));
}

static void cuts_between_characters(void **state) {
  (void)state;
  assert_int_equal(text_cut("aé€", 99), 6);
  static const int sizes[] = {0, 1, 1, 3, 3, 3, 6};
  for (size_t max = 0; max < 7; max++)
    assert_int_equal(text_cut("aé€", max), sizes[max]);
}

static void buffer_grows(void **state) {
  (void)state;
  struct buffer buffer = {.arena = arena};
  for (int i = 0; i < 1000; i++) {
    buffer_printf(&buffer, "%04d", i);
    buffer_text(&buffer, ",");
    assert_int_equal(buffer.data[buffer.size], '\0');
  }
  assert_int_equal(buffer.size, 5000);
  assert_memory_equal(buffer.data + 4995, "0999,", 5);
  size_t before = buffer.size;
  buffer_printf(&buffer, "%5000d", 1);
  assert_int_equal(buffer.size, before + 5000);
  assert_int_equal(buffer.data[buffer.size - 1], '1');
}

static void hex_and_base64(void **state) {
  (void)state;
  static const struct {
    const char *bytes, *base64, *hex;
  } cases[] = {
      {"", "", ""},
      {"f", "Zg", "66"},
      {"fo", "Zm8", "666f"},
      {"foo", "Zm9v", "666f6f"},
      {"foob", "Zm9vYg", "666f6f62"},
      {"\xFB\xFF", "-_8", "fbff"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    void *out;
    size_t size, length = strlen(cases[i].bytes);
    assert_string_equal(base64url_encode(arena, cases[i].bytes, length), cases[i].base64);
    assert_string_equal(hex_encode(arena, cases[i].bytes, length), cases[i].hex);
    assert_true(base64url_decode(arena, cases[i].base64, &out, &size));
    assert_int_equal(size, length);
    assert_memory_equal(out, cases[i].bytes, length);
  }
  static const char *const wrong[] = {"Z", "Zg==", "Zm9vY", "Z+", "Z/8", "Zh", "Zm9", "Zg\n", " Zg"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    void *out;
    size_t size;
    assert_false(base64url_decode(arena, wrong[i], &out, &size));
  }
  for (size_t size = 0; size < 300; size++) {
    unsigned char bytes[300];
    void *out;
    size_t out_size;
    for (size_t i = 0; i < size; i++)
      bytes[i] = (unsigned char)(i * 131 + size);
    assert_true(base64url_decode(arena, base64url_encode(arena, bytes, size), &out, &out_size));
    assert_int_equal(out_size, size);
    assert_memory_equal(out, bytes, size);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_code_point),
      cmocka_unit_test(every_short_sequence),
      cmocka_unit_test(empty_and_equal),
      cmocka_unit_test(cuts_between_characters),
      cmocka_unit_test_setup_teardown(buffer_grows, set_up, tear_down),
      cmocka_unit_test_setup_teardown(hex_and_base64, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
