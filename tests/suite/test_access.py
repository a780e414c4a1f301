"""Who may call what: every method that the contracts have, as every kind of caller, on every kind of resource.

Made from the descriptors: a new method is covered by being there. What is hidden and what does not exist answer
alike; nothing is allowed that the contract does not allow."""

import re

import grpc
from google.protobuf.descriptor import FieldDescriptor as FIELD
from suite import (PILLARS, RULE, SERVICES, Suite, details_of, equal, expect, fail, new, path_of, pillar_of,
                   policy_of, policy_streams, reason_of, run, services)

VENDOR = "vendors/halden"
OWN = f"{VENDOR}/partnerships/orvane"
VIEWER, ADMINISTRATOR = 1, 3
PARTY_VENDOR, PARTY_PARTNER = 1, 2
OUTPUT_ONLY = 2
REQUIRED = (1, 4)
TEXTS = ["a", "USD", "0" * 64, "0123456789abcdef" * 4, "2026-07", "US", "a.b-c", "https://a.example"]
NEVER = ("UNKNOWN", "INTERNAL", "UNIMPLEMENTED", "DATA_LOSS", "UNAVAILABLE")


# ---- requests that satisfy the contract ----


def resources_of(rule):
    """Name patterns; a name that ends in a word rather than an id is a plain pattern in the contract."""
    named = rule.pattern.startswith("vendors/")
    return (rule.pattern.replace("[a-z0-9-]+", "*") if named else rule.resource).split()


def text_for(rule):
    if resources_of(rule):
        return resources_of(rule)[0].replace("*", "absent")
    pattern = re.compile(rule.pattern or ".*", re.DOTALL)
    for text in TEXTS + ["a reason of some length"]:
        grown = text if rule.pattern else text.ljust(rule.min_length, "a")
        if pattern.fullmatch(grown) and rule.min_length <= len(grown) <= (rule.max_length or 1024):
            return grown
    return fail(f"no text fits the pattern {rule.pattern}; add one to TEXTS")


def value_for(field, rule):
    if field.type == FIELD.TYPE_MESSAGE:
        return filled(field.message_type)
    if field.type == FIELD.TYPE_STRING:
        return text_for(rule)
    if field.type == FIELD.TYPE_BYTES:
        return b"a" * max(rule.min_length, 1)
    if field.type == FIELD.TYPE_ENUM:
        return field.enum_type.values[1].number
    if field.type == FIELD.TYPE_BOOL:
        return True
    return max(rule.min, 1) if rule.bounded else 1


def filled(descriptor):
    """A message with what the contract requires, and nothing else."""
    if descriptor.full_name == "google.protobuf.Timestamp":
        return new(descriptor, "2026-07-01T00:00:00Z")
    message = new(descriptor)
    for field in descriptor.fields:
        rule = field.GetOptions().Extensions[RULE]
        if rule.behavior not in REQUIRED and not rule.min_items:
            continue
        if field.label == FIELD.LABEL_REPEATED:
            for _ in range(max(rule.min_items, 1)):
                value = value_for(field, rule)
                place = getattr(message, field.name)
                place.add().CopyFrom(value) if field.message_type else place.append(value)
        elif field.message_type:
            getattr(message, field.name).CopyFrom(value_for(field, rule))
        else:
            setattr(message, field.name, value_for(field, rule))
    if descriptor.full_name == "entente.type.v1.Period":
        message.end_time.FromJsonString("2026-08-01T00:00:00Z")
    return message


def resource_field(method):
    """Message and field of the request that the policy decides on."""
    descriptor = method.input_type
    *path, last = policy_of(method).resource.split(".")
    for name in path:
        descriptor = descriptor.fields_by_name[name].message_type
    return path, descriptor.fields_by_name[last]


def patterns_of(method):
    rule = resource_field(method)[1].GetOptions().Extensions[RULE]
    return resources_of(rule) or ["vendors/*"]


def request_on(method, resource):
    request = filled(method.input_type)
    path, field = resource_field(method)
    place = request
    for name in path:
        place = getattr(place, name)
    setattr(place, field.name, resource)
    if "request_id" in method.input_type.fields_by_name:
        request.request_id = f"access-{abs(hash((method.full_name, resource))) % 10**9}"
    return request


# ---- answers ----


class Answer:
    """What a caller sees: enough to tell two answers apart."""

    def __init__(self, code, reason="", seen=(), messages=()):
        self.code, self.reason, self.seen, self.messages = code, reason, seen, messages

    def without(self, text):
        return (self.code,) + tuple(str(part).replace(text, "*") for part in self.seen)


def ask(suite, target, request, token, channel=None):
    service, method = target
    seen = []
    try:
        answer = suite.call(method, request, token, service=service, channel=channel,
                            timeout=3 if policy_streams(method) else 10)
        if not policy_streams(method):
            return Answer("OK", messages=[answer])
        for message in answer:
            seen.append(message)
        return Answer("OK", messages=seen)
    except grpc.RpcError as error:
        if seen and error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:  # a stream that never ends by itself
            return Answer("OK", messages=seen)
        status, _ = details_of(error)
        return Answer(error.code().name, reason_of(error), (error.details(), str(status)))


# ---- what there is ----


def targets():
    """(process, method) of everything that the suite serves under a policy."""
    for service in services():
        for method in service.methods:
            if policy_of(method).effect:
                for process in [pillar_of(method)] if pillar_of(method) else PILLARS:
                    yield process, method


def pattern_of(name):
    return "/".join("*" if place % 2 else word for place, word in enumerate(name.split("/")))


def names_in(message):
    for field, value in message.ListFields():
        if field.type == FIELD.TYPE_STRING and field.name in ("name", "partnership"):
            yield from [value] if field.label != FIELD.LABEL_REPEATED else value
        elif field.message_type:
            for inner in value if field.label == FIELD.LABEL_REPEATED else [value]:
                yield from names_in(inner)


def harvest(suite, token):
    """Every resource that the token's user is told of by lists, by pattern: {pattern: {name}}."""
    known = {"vendors/*": {VENDOR}, "vendors/*/partnerships/*": {OWN}}
    asked = set()
    lists = [(p, m) for p, m in targets()
             if m.name.startswith("List") and policy_of(m).parties and m.containing_service.name != "LedgerService"]
    grown = True
    while grown:
        grown = False
        for process, method in lists:
            for pattern in patterns_of(method):
                for parent in sorted(known.get(pattern, ()))[:40]:
                    if (method, parent) in asked:
                        continue
                    asked.add((method, parent))
                    answer = ask(suite, (process, method), request_on(method, parent), token)
                    expect(answer.code in ("OK", "PERMISSION_DENIED"), f"{method.full_name} of {parent}: {answer.code}")
                    for message in answer.messages:
                        for name in names_in(message):
                            place = known.setdefault(pattern_of(name), set())
                            grown |= name not in place
                            place.add(name)
    return known


# ---- the matrix ----


class Matrix:
    def __init__(self, suite):
        self.suite = suite
        self.bare = {service: suite.new_channel(service, certificate=False) for service in SERVICES}
        self.other_tenant = suite.token(subject="sam.vale", vendor="otherco", role="ADMINISTRATOR")
        self.other_partner = suite.partner("castellan-soc")
        self.viewers = {PARTY_VENDOR: suite.token(subject="v.viewer", role="VIEWER"),
                        PARTY_PARTNER: suite.partner(role="VIEWER")}
        self.right = {PARTY_VENDOR: suite.vendor(), PARTY_PARTNER: suite.partner()}
        self.known = harvest(suite, suite.vendor())
        self.partners = harvest(suite, suite.partner())
        self.calls = 0

    def ask(self, target, resource, token, channel=None):
        self.calls += 1
        return ask(self.suite, target, request_on(target[1], resource) if resource else filled(target[1].input_type),
                   token, channel)

    def resources(self, method):
        """(own, absent) names for each pattern that the method takes; own is None where the demo has none."""
        for pattern in patterns_of(method):
            below = f"{VENDOR}/partnerships/"
            names = [n for n in sorted(self.known.get(pattern, ())) if (n + "/").startswith(OWN + "/") or below not in n]
            made = pattern.replace("vendors/*", VENDOR).replace("partnerships/*", "partnerships/orvane")
            if "*" not in made:
                names = [made]
            absent = {made.replace("*", "absent")}
            if "/partnerships/" in made:
                absent.add(made.replace("orvane", "absent").replace("*", "absent"))
            if made == VENDOR:
                absent = {"vendors/absent"}
            yield (names[0] if names else None), sorted(absent - set(names))

    def alike(self, target, answers, code, who):
        """All the same answer, and that one with this code."""
        first = answers[0]
        for answer in answers:
            equal((answer.code, answer.seen), (first.code, first.seen), f"{path_of(target[1])} on {target[0]}, {who}")
        expect(first.code in code.split(), f"{path_of(target[1])} on {target[0]}, {who}: {first.code} {first.seen}")

    def check(self, target):
        process, method = target
        policy = policy_of(method)
        if policy.open:
            fail(f"{path_of(method)} is open to anybody")
        if not policy.parties:
            self.check_services_only(target)
            return
        expect(policy.resource, f"{path_of(method)} says no resource to decide on")
        for own, absent in self.resources(method):
            names = ([own] if own else []) + absent
            self.alike(target, [self.ask(target, n, "", self.bare[process]) for n in names[:1]], "UNAVAILABLE",
                       "no certificate")
            self.alike(target, [self.ask(target, n, "") for n in names], "UNAUTHENTICATED", "no token")
            self.alike(target, [self.ask(target, n, "not.a.token") for n in names], "UNAUTHENTICATED", "a bad token")
            self.alike(target, [self.ask(target, n, self.other_tenant) for n in names], "PERMISSION_DENIED",
                       "of another vendor")
            self.check_parties(target, own, absent)

    def check_services_only(self, target):
        for who, token in [("no token", "")] + [(f"party {p}", t) for p, t in self.right.items()]:
            code = "UNAUTHENTICATED PERMISSION_DENIED" if not token else "PERMISSION_DENIED"
            self.alike(target, [self.ask(target, None, token)], code, f"{who}, for services only")

    def check_parties(self, target, own, absent):
        policy = policy_of(target[1])
        names = ([own] if own else []) + absent
        for party, token in self.right.items():
            if party not in policy.parties:
                self.alike(target, [self.ask(target, n, token) for n in names], "PERMISSION_DENIED",
                           f"party {party} is not meant")
                continue
            if policy.role > VIEWER:
                self.alike(target, [self.ask(target, n, self.viewers[party]) for n in names], "PERMISSION_DENIED",
                           "a viewer")
            self.check_right(target, own, absent, party)
        if PARTY_PARTNER in policy.parties:
            partnered = [n for n in names if "/partnerships/" in n]
            if partnered:
                self.alike(target, [self.ask(target, n, self.other_partner) for n in partnered],
                           "PERMISSION_DENIED", "the partner of another partnership")

    def check_right(self, target, own, absent, party):
        """Access is given: what is answered is about the resource. Writes on what exists come last, apart."""
        policy = policy_of(target[1])
        hidden = f"{VENDOR}/partnerships/absent"
        elsewhere = [n for n in absent if n == "vendors/absent" or (party == PARTY_PARTNER and n.startswith(hidden))]
        for name in absent:
            answer = self.ask(target, name, self.right[party])
            if name in elsewhere:
                equal(answer.code, "PERMISSION_DENIED", f"{path_of(target[1])} of {name}, party {party}")
            else:
                self.is_let_in(target, name, party, answer)
        if own and policy.effect == 1:
            answer = self.ask(target, own, self.right[party])
            self.is_let_in(target, own, party, answer)
            if party == PARTY_PARTNER:
                self.check_leak(target, own, answer)

    def is_let_in(self, target, name, party, answer):
        denied = answer.code == "UNAUTHENTICATED" or answer.reason == "ACCESS_DENIED"
        expect(not denied and answer.code not in NEVER,
               f"{path_of(target[1])} of {name}, party {party}: {answer.code} {answer.seen}")

    def check_leak(self, target, own, answer):
        """A partner is told of no other partnership."""
        text = "".join(str(message) for message in answer.messages)
        for other in ("castellan", "brightmoor", "meridian", "ferrostahl", "alder-finch", "tallis", "nordlicht"):
            expect(other not in text, f"{path_of(target[1])} of {own} tells orvane's partner of {other}")

    def check_private(self):
        """What is the vendor's own reads, for the partner, as if it were not there."""
        getters = {pattern: t for t in targets() if t[1].name.startswith("Get") and policy_of(t[1]).parties
                   for pattern in patterns_of(t[1]) if pattern.count("*") > 2}
        checked = 0
        for pattern, target in getters.items():
            if PARTY_PARTNER not in policy_of(target[1]).parties:
                continue
            hidden = {n for n in self.known.get(pattern, ()) if n.startswith(OWN + "/")} - self.partners.get(pattern,
                                                                                                        set())
            for name in sorted(hidden)[:10]:
                above, last = name.rsplit("/", 1)
                nothing = f"{above}/{'z' * len(last)}"  # as long, as lengths are part of the details
                seen = self.ask(target, name, self.right[PARTY_PARTNER])
                if seen.code == "OK":
                    continue  # beyond the first page of a list
                absent = self.ask(target, nothing, self.right[PARTY_PARTNER])
                equal(seen.without(name), absent.without(nothing), f"{path_of(target[1])} of what is private")
                checked += 1
        expect(checked > 0, "the demo has something private to the vendor")

    def check_writes(self, target):
        policy = policy_of(target[1])
        if policy.effect == 1 or not policy.parties:
            return
        for own, _ in self.resources(target[1]):
            for party in self.right if own else ():
                if party in policy.parties:
                    self.is_let_in(target, own, party, self.ask(target, own, self.right[party]))


def check_batches(suite):
    """A name inside a list is decided on like any other."""
    method = next(m for _, m in targets() if m.name == "BatchGetCounters")
    answers = []
    for id_ in ("castellan", "zzzzzzzzz"):
        request = request_on(method, VENDOR)
        request.partnerships.extend(["orvane", id_])
        answers.append(ask(suite, ("sell", method), request, suite.partner()).without(id_))
    equal(answers[0], answers[1], "counters of another and of none")
    equal(answers[0][0], "PERMISSION_DENIED", "counters of another partnership")


def access():
    with Suite("access") as suite:
        suite.up()
        matrix = Matrix(suite)
        found = list(targets())
        expect(len({m.full_name for _, m in found}) > 80, "the contracts' methods are seen")
        for service in services():
            for method in service.methods:
                known = policy_of(method).effect or service.full_name.startswith("grpc.")
                expect(known, f"{path_of(method)} has no policy")
        for target in found:
            matrix.check(target)
        matrix.check_private()
        check_batches(suite)
        for target in found:
            matrix.check_writes(target)
        suite.cli("verify")
        expect(matrix.calls > 2000, f"{matrix.calls} calls are no matrix")


run(access)
