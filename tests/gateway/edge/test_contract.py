"""What generated clients know of a method agrees with its policy: they may use GET for exactly the reads."""

from google.protobuf import descriptor_pb2
from suite import equal, expect, path_of, policy_of, run, services

READ = 1
NO_SIDE_EFFECTS = descriptor_pb2.MethodOptions.NO_SIDE_EFFECTS
UNKNOWN = descriptor_pb2.MethodOptions.IDEMPOTENCY_UNKNOWN


def reads_say_so():
    methods = [m for s in services() if s.full_name.startswith("entente.") for m in s.methods]
    expect(len(methods) > 50, "the contracts are there")
    for method in methods:
        wanted = NO_SIDE_EFFECTS if policy_of(method).effect == READ else UNKNOWN
        equal(method.GetOptions().idempotency_level, wanted,
              f"{path_of(method)}: idempotency_level (a read says `option idempotency_level = NO_SIDE_EFFECTS;`)")


run(reads_say_so)
