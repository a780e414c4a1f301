"""What a contract that both signed in onboard routes in sell: alone, first, and no longer once it has ended."""

import json
import threading
import time
from datetime import datetime, timedelta, timezone

import grpc
from google.protobuf import json_format

from suite import Suite, equal, eventually, expect, fail, reason_of, run

VENDOR = "vendors/halden"
ORVANE, CASTELLAN = f"{VENDOR}/partnerships/orvane", f"{VENDOR}/partnerships/castellan"
PRIORITY_S, ROUNDS = 10, 40
WORDS = ("castellan", "conflict", "priorit", "contract", "exclusiv")


def draft(suite, partnership, token, customer, **more):
    """A complete draft."""
    domain = customer.lower().replace(" ", "-") + ".example"
    return suite.step("RegistrationService/CreateRegistration",
                      {"parent": partnership, "registration":
                       {"displayName": customer, "solutions": ["managed-detection"], "segment": "insurance",
                        "customer": {"legalName": customer, "domain": domain, "countryCode": "GB"},
                        "expectedAmount": {"currencyCode": "USD", "amountMinor": "9000000"},
                        "expectedCloseTime": "2031-01-01T00:00:00Z",
                        "evidence": [{"kind": "KIND_MEETING", "description": "We met"}], **more}}, token)


def register(suite, partnership, token, customer, **more):
    """The same, submitted."""
    made = draft(suite, partnership, token, customer, **more)
    return suite.step("RegistrationService/SubmitRegistration", {"name": made.name}, token)


def conflict_of(suite, registration):
    found = suite.call("ConflictService/ListConflicts", {"parent": VENDOR, "registration": registration.name}).conflicts
    equal(len(found), 1, f"conflicts of {registration.name}")
    return found[0]


def meet(suite, customer):
    """Orvane registers first, castellan after it: both, and what the vendor reads."""
    early = register(suite, ORVANE, suite.partner(), customer)
    late = register(suite, CASTELLAN, suite.partner("castellan-soc"), customer)
    return early, late, conflict_of(suite, early)


def says_nothing(suite, registration):
    """Whatever the partner that lost can read of it."""
    token = suite.partner()
    read = [suite.call("RegistrationService/GetRegistration", {"name": registration.name}, token)]
    read += suite.call("LedgerService/ListLedgerEntries", {"parent": ORVANE, "resource": registration.name, "pageSize": 500},
                       token, "sell").entries
    read += suite.call("LedgerService/ListLedgerEntries", {"parent": VENDOR, "pageSize": 500}, token, "sell").entries
    for message in read:
        text = json_format.MessageToJson(message).lower() + repr(message).lower()
        for word in WORDS:
            expect(word not in text, f"the partner that lost reads `{word}`: {text}")


def check_first(suite):
    """Priority goes before an earlier complete submission, and the ruling says by which contract."""
    early, late, conflict = meet(suite, "Granite Mutual")
    equal((conflict.first, conflict.priority_contract), (late.name, f"{CASTELLAN}/contracts/agreement"), "who goes first")
    ruled = suite.step("ConflictService/RuleConflict", {"name": conflict.name, "basis": "RULING_BASIS_FIRST"})
    equal((ruled.ruling.winner, ruled.ruling.priority_contract), (late.name, f"{CASTELLAN}/contracts/agreement"), "the ruling")
    lost = suite.call("RegistrationService/GetRegistration", {"name": early.name}, suite.partner())
    equal((lost.state, len(lost.decisions), lost.decisions[0].reason), (7, 1, 1), "rejected as not available")
    says_nothing(suite, early)


def check_alone(suite):
    """A customer that is routed to another alone is not to be registered; nobody says whose it is."""
    try:
        register(suite, ORVANE, suite.partner(), "Granite Savings", segment="banking")
        fail("a bank was registered beside an exclusive partner")
    except grpc.RpcError as error:
        equal(reason_of(error), "CUSTOMER_UNAVAILABLE", "a bank that is castellan's alone")
        expect(not any(word in str(error.details()).lower() for word in WORDS), error.details())
    equal(register(suite, CASTELLAN, suite.partner("castellan-soc"), "Granite Savings", segment="banking").state, 2, "its own")


def check_corrected(suite):
    """What the vendor states in the moment in which a rival submits decides, whichever comes first."""
    for number in range(ROUNDS):
        customer, contract = f"Gypsum Mutual {number}", f"{CASTELLAN}/contracts/agreement"
        early = register(suite, CASTELLAN, suite.partner("castellan-soc"), customer)
        rival = draft(suite, ORVANE, suite.partner(), customer)
        gate, refused = threading.Barrier(2), []

        def correct():
            gate.wait()
            suite.step("RegistrationService/CorrectRegistrationSegment",
                       {"name": early.name, "segment": "retail", "note": "They sell, and insure nobody"})

        def submit():
            gate.wait()
            suite.step("RegistrationService/SubmitRegistration", {"name": rival.name}, suite.partner())

        def work(job):
            try:
                job()
            except grpc.RpcError as error:
                refused.append(error)
        threads = [threading.Thread(target=work, args=(job,)) for job in (correct, submit)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(refused, [], "both are answered")
        conflict = conflict_of(suite, early)
        equal((conflict.holder, conflict.holder_contract), (early.name, ""), f"no priority of a mere word, not {contract}")


def amend(suite, until):
    """The same contract anew, with a priority that ends soon."""
    partner = suite.partner("castellan-soc")
    old = next(c for c in suite.json("call", "ContractService/SearchContracts", json.dumps({"parent": VENDOR}))["contracts"]
               if "/castellan/" in c["name"])
    terms = dict(old["terms"], effectiveTime=datetime.now(timezone.utc).isoformat())
    for provision in terms["elements"]["coverage"]["provisions"]:
        if provision["kind"] == "KIND_PRIORITY":
            provision["endTime"] = until.isoformat()
    name = suite.step("ContractService/CreateContract",
                      {"parent": CASTELLAN, "contractId": "amended",
                       "contract": {"title": old["title"], "amends": old["name"], "terms": terms}}).name
    put = suite.step("ContractService/RequestSignature", {"name": name}, partner)
    for token in (suite.vendor(), partner):
        suite.step("ContractService/SignContract", {"name": name, "contentHash": put.content_hash}, token)
    return name


def check_end(suite):
    """The priority of an amended contract holds until it ends, by the clock alone."""
    until = datetime.now(timezone.utc) + timedelta(seconds=PRIORITY_S)
    contract, tries = amend(suite, until), iter(range(1000))
    _, late, conflict = eventually(
        lambda: next((met for met in [meet(suite, f"Basalt Mutual {next(tries)}")] if met[2].priority_contract == contract), None),
        "sell has the amended contract", seconds=PRIORITY_S)
    equal(conflict.first, late.name, "who goes first while it holds")
    time.sleep(max(0.0, (until - datetime.now(timezone.utc)).total_seconds()) + 0.5)
    early, _, after = meet(suite, "Basalt Mutual Later")
    equal((after.first, after.priority_contract), (early.name, ""), "who goes first once it has ended")
    ruled = suite.step("ConflictService/RuleConflict", {"name": conflict.name, "basis": "RULING_BASIS_FIRST"})
    equal((ruled.ruling.winner, ruled.ruling.priority_contract), (late.name, contract), "filed under it, ruled after it")


def routing():
    with Suite("routing") as suite:
        suite.up()
        check_first(suite)
        check_alone(suite)
        check_corrected(suite)
        check_end(suite)
        suite.cli("verify")


run(routing)
