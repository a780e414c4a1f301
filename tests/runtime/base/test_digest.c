#include "tests/support/check.h"

#include "runtime/base/digest.h"
#include "runtime/base/text.h"

#include <string.h>

/* FIPS 180-4's examples and RFC 4231's test case 2. */
static void known_digests(void **state) {
  (void)state;
  struct arena *arena = arena_create(1 << 20, NULL, NULL);
  static const struct {
    const char *text, *hex;
  } cases[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
  };
  uint8_t digest[DIGEST_SIZE];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    digest_sha256(cases[i].text, strlen(cases[i].text), digest);
    assert_string_equal(hex_encode(arena, digest, sizeof digest), cases[i].hex);
  }
  const char *message = "what do ya want for nothing?";
  digest_hmac_sha256("Jefe", 4, message, strlen(message), digest);
  assert_string_equal(hex_encode(arena, digest, sizeof digest),
                      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  arena_destroy(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(known_digests)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
