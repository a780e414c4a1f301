/* Messages of any type in the contract, made from a seed: for properties that must hold for all of them. */
#ifndef ENTENTE_TEST_RANDOM_MESSAGE_H
#define ENTENTE_TEST_RANDOM_MESSAGE_H

#include "runtime/base/arena.h"

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

/* A generator of numbers; set `state` to the seed. The same seed gives the same numbers everywhere. */
struct random {
  uint64_t state;
};
uint64_t random_next(struct random *random);
/* 0 to below - 1. */
uint64_t random_below(struct random *random, uint64_t below);

/* A message in the arena whose every field is set or not by chance: any number, any text of up to some dozens
 * of characters (with escapes and four-byte characters), defined enum values, lists of up to 3 elements,
 * distinct map keys, at most one field of a oneof. Its timestamps, durations, masks and Anys are valid. It
 * need not satisfy the contract's rules. */
ProtobufCMessage *random_message(struct random *random, struct arena *arena,
                                 const ProtobufCMessageDescriptor *descriptor);

/* The same, but it satisfies the contract's rules where they are on a field's own (required, lengths, bounds,
 * items, resource names, patterns that are a row of character classes). */
ProtobufCMessage *random_valid_message(struct random *random, struct arena *arena,
                                       const ProtobufCMessageDescriptor *descriptor);

#endif
