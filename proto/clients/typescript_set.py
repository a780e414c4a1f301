#!/usr/bin/env python3
"""Usage: typescript_set.py SET.binpb OUT.binpb: the contracts, where methods that only read are marked NO_SIDE_EFFECTS,
which is what makes Connect's clients ask for them by GET. Their policies say it already; here it is derived."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
import contracts as c  # noqa: E402


def main(set_path, out):
    known = c.Contracts(set_path)
    for service in known.services.values():
        for method in service.methods:
            if c.label(method.policy, "effect", method.policy.effect) == "READ":
                method.proto.options.idempotency_level = method.proto.options.NO_SIDE_EFFECTS
    with open(out, "wb") as file:
        file.write(known.set.SerializeToString())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
