"""Three partners and a vendor at once over the same customers: one winner and one conflict for each two, always."""

import itertools
import random
import threading
from collections import Counter

import grpc

from suite import Suite, equal, expect, fail, run

VENDOR = "vendors/halden"
PARTNERSHIPS = [f"{VENDOR}/partnerships/{id_}" for id_ in ("north", "south", "west")]
CLIENTS, ROUNDS, CUSTOMERS, THREADS, STEPS = 6, 8, 12, 6, 250
HOLDING = {"SUBMITTED", "IN_REVIEW", "ACTION_REQUIRED", "APPROVED", "EXTENDED"}
PROTECTED = {"APPROVED", "EXTENDED"}
RACE_LOST = {"FAILED_PRECONDITION", "ABORTED", "RESOURCE_EXHAUSTED", "ALREADY_EXISTS"}
ids = itertools.count()


def name_of(message, field="state"):
    found = message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number[getattr(message, field)].name
    return found.split("_", 1)[1]


def at_once(jobs):
    """Runs all of them from one moment on; their answers, or what they were refused with."""
    answers, gate = [None] * len(jobs), threading.Barrier(len(jobs))

    def work(index):
        gate.wait()
        try:
            answers[index] = jobs[index]()
        except Exception as error:  # a test's own too: the main thread raises it
            answers[index] = error
    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def refused(answer):
    if not isinstance(answer, Exception):
        return False
    if not isinstance(answer, grpc.RpcError):
        raise answer
    expect(answer.code().name in RACE_LOST, f"{answer.code().name}: {answer.details()}")
    return True


class Desk:
    """The calls of this test, each with a request id of its own."""

    def __init__(self, suite):
        self.suite = suite
        self.vendor = suite.vendor()
        self.partners = {name: suite.partner(f"{name.rsplit('/', 1)[1]}-partner") for name in PARTNERSHIPS}

    def call(self, verb, token, service="RegistrationService", **request):
        return self.suite.call(f"{service}/{verb}", dict(request, requestId=f"c{next(ids)}"), token, timeout=30)

    def token_of(self, registration):
        return self.partners[registration.rsplit("/", 2)[0]]

    def draft(self, partnership, customer):
        return self.call("CreateRegistration", self.partners[partnership], parent=partnership, registration={
            "displayName": customer, "solutions": ["edge"], "expectedCloseTime": "2031-01-01T00:00:00Z",
            "customer": {"legalName": customer, "domain": f"{customer.lower().replace(' ', '-')}.example",
                         "countryCode": "US"},
            "expectedAmount": {"currencyCode": "USD", "amountMinor": "5000"},
            "evidence": [{"kind": "KIND_MEETING", "description": "We met"}]}).name

    def registrations(self):
        return self.suite.call("RegistrationService/SearchRegistrations", {"parent": VENDOR, "pageSize": 500}).registrations

    def conflicts(self, **filters):
        found, token = [], ""
        while not found or token:
            page = self.suite.call("ConflictService/ListConflicts",
                                   dict(filters, parent=VENDOR, pageSize=500, pageToken=token))
            found += page.conflicts
            token = page.next_page_token
            if not page.conflicts:
                break
        return found

    def rule(self, conflict):
        return self.call("RuleConflict", self.vendor, "ConflictService", name=conflict.name)


def check_pairs(desk, what):
    """Of two that stand there is one conflict that says so, and both are never protected."""
    standing = [one for one in desk.registrations() if name_of(one) in HOLDING]
    told = {}
    for conflict in desk.conflicts():
        told.setdefault(frozenset((conflict.holder, conflict.contender)), []).append(conflict)
    for one, two in itertools.combinations(standing, 2):
        if one.customer.domain != two.customer.domain:
            continue
        found = told.get(frozenset((one.name, two.name)), [])
        unruled = [conflict for conflict in found if name_of(conflict) == "OPEN"]
        equal(len(unruled), 1, f"{what}: open conflicts of {one.name} and {two.name}")
        expect(not {name_of(one), name_of(two)} <= PROTECTED, f"{what}: {one.name} and {two.name} are both protected")


def rule_all(desk):
    """By two desks at once: each conflict is ruled once. Then one is left of each customer."""
    while unruled := desk.conflicts(state="STATE_OPEN"):
        answers = at_once([lambda conflict=conflict: desk.rule(conflict) for conflict in unruled[:4] for _ in range(2)])
        for answer in answers:
            refused(answer)
    left = Counter(one.customer.domain for one in desk.registrations() if name_of(one) in HOLDING)
    expect(all(count == 1 for count in left.values()), f"left of each customer: {left}")


def race(desk, number):
    customer = f"Raced {number} Works"
    names = [desk.draft(partnership, customer) for partnership in PARTNERSHIPS]
    answers = at_once([lambda name=name: desk.call("SubmitRegistration", desk.token_of(name), name=name)
                       for _ in range(CLIENTS) for name in names])
    for index, name in enumerate(names):
        equal(sum(not refused(answer) for answer in answers[index::len(names)]), 1, f"{name} is submitted once")
    conflicts = [one for name in names for one in desk.conflicts(registration=name)]
    equal(Counter(Counter(one.name for one in conflicts).values()), Counter({2: 3}), "a conflict of each two")
    times = {one.name: one.submit_time.ToNanoseconds() for one in desk.registrations() if one.name in names}
    for one in conflicts:
        wanted = min((one.holder, one.contender), key=lambda name: (times[name], name != one.holder))
        equal(one.first, wanted, f"who is first in {one.name}")
    approvals = at_once([lambda name=name: desk.call("ApproveRegistration", desk.vendor, name=name) for name in names]
                        + [lambda one=one: desk.rule(one) for one in {one.name: one for one in conflicts}.values()])
    for answer in approvals:
        refused(answer)
    check_pairs(desk, f"round {number}")
    rule_all(desk)


VERBS = {
    "StartRegistrationReview": {}, "CorrectRegistrationSegment": {"segment": "edge-sites", "note": "They run sites"},
    "ApproveRegistration": {}, "SubmitRegistration": {}, "ConvertRegistration": {},
    "RejectRegistration": {"reason": "REJECTION_REASON_OTHER", "note": "There is no budget for it"},
    "RequestRegistrationAction": {"note": "What is it for?", "fields": ["description"]},
    "WithdrawRegistration": {"reason": "They have put it off"},
    "RevokeRegistration": {"reason": "It was sold by contract"},
    "AppealRegistration": {"statement": "We hold their letter"},
    "DecideRegistrationAppeal": {"granted": True, "note": "The letter decides"},
}
BY_PARTNER = {"SubmitRegistration", "WithdrawRegistration", "AppealRegistration"}
OFTEN = ["ApproveRegistration", "SubmitRegistration", "AppealRegistration", "DecideRegistrationAppeal", "ApproveRegistration"] * 3


def chaos(desk, seed, names, done):
    """One client that does anything to any registration, and files new ones."""
    rng = random.Random(seed)
    for _ in range(STEPS):
        try:
            if rng.randrange(6) == 0:
                name = desk.draft(rng.choice(PARTNERSHIPS), f"Chaotic {rng.randrange(CUSTOMERS)} Works")
                names.append(name)
                desk.call("SubmitRegistration", desk.token_of(name), name=name)
            elif rng.randrange(4) == 0:
                for conflict in desk.conflicts(state="STATE_OPEN")[:4]:
                    desk.rule(conflict)
            else:
                verb = rng.choice(sorted(VERBS) + OFTEN)
                name = rng.choice(names[-12:])
                token = desk.token_of(name) if verb in BY_PARTNER else desk.vendor
                desk.call(verb, token, name=name, **VERBS[verb])
                done[verb] += 1
        except grpc.RpcError as error:
            expect(error.code().name in RACE_LOST | {"NOT_FOUND"}, f"{error.code().name}: {error.details()}")


def contested():
    with Suite("contested") as suite:
        suite.up("--no-demo")
        for id_ in ("north", "south", "west"):
            suite.found(id_)
        desk = Desk(suite)
        for number in range(ROUNDS):
            race(desk, number)
        names, done = [desk.draft(PARTNERSHIPS[0], "Chaotic 0 Works")], Counter()
        for answer in at_once([lambda seed=seed: chaos(desk, seed, names, done) for seed in range(THREADS)]):
            if isinstance(answer, Exception):
                fail(f"a client ended: {answer}")
        for verb in ("SubmitRegistration", "ApproveRegistration", "AppealRegistration", "DecideRegistrationAppeal"):
            expect(done[verb], f"{verb} was never taken: {dict(done)}")
        check_pairs(desk, "after chaos")
        rule_all(desk)
        suite.cli("verify")


run(contested)
