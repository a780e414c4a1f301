"""Clients that nobody here wrote, with mutual TLS and a token: `buf curl` by reflection, gRPC for Python, and gRPC for
Node with its health and reflection clients."""

import json
import os
import platform
import shutil
import subprocess
import time
import urllib.request

import grpc
from suite import BUILD, SOURCE, SERVICES, Suite, details_of, equal, eventually, expect, fail, method_of, policy_of, run
from suite import services as contract_services

ORVANE = "vendors/halden/partnerships/orvane"
VIEW = "entente.gateway.v1.PerformanceService/GetPartnershipPerformance"


# ---- buf curl ----


def buf_program():
    machine = {"x86_64": "x64"}.get(platform.machine(), platform.machine())
    place = os.path.join("node_modules", "@bufbuild", f"buf-linux-{machine}", "bin", "buf")
    lint = os.path.join(SOURCE, "tests", "lint")
    found = os.path.join(lint, place)
    if os.access(found, os.X_OK):
        return found
    folder = os.path.join(BUILD, "buf")
    found = os.path.join(folder, place)
    if not os.access(found, os.X_OK):
        os.makedirs(folder, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(lint, name), folder)
        made = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, timeout=120,
                              capture_output=True, text=True, check=False)
        if made.returncode != 0 or not os.path.exists(found):
            fail(f"npm brought no buf; can it reach its registry? {made.stderr[-500:]}")
        os.chmod(found, 0o755)
    return found


class Buf:
    def __init__(self, suite):
        self.suite, self.program = suite, buf_program()

    def run(self, service, *words, method=""):
        tls = os.path.join(self.suite.var, "tls")
        url = f"https://127.0.0.1:{self.suite.port(service)}{'/' if method else ''}{method}"
        return subprocess.run([self.program, "curl", "--protocol", "grpc", "--cacert", f"{tls}/ca.pem", "--cert",
                               f"{tls}/local.pem", "--key", f"{tls}/local.key", *words, url],
                              capture_output=True, text=True, timeout=60, check=False)

    def call(self, service, method, request, token):
        return self.run(service, "-H", f"authorization: Bearer {token}", "-d", json.dumps(request), method=method)


def buf_curl(suite):
    buf = Buf(suite)
    for service in ("onboard", "gateway"):
        for protocol in ("grpc-v1", "grpc-v1alpha"):
            listed = buf.run(service, "--list-methods", "--reflect-protocol", protocol)
            equal(listed.returncode, 0, f"buf curl --list-methods {service} {protocol}: {listed.stderr}")
            own = {f"{s.full_name}/{m.name}" for s in contract_services() for m in s.methods
                   if s.full_name.startswith(f"entente.{service}.")}
            expect(own <= set(listed.stdout.split()), f"{service} lists its own methods")
    name = json.loads(accepted(buf.call("onboard", "entente.onboard.v1.PartnershipService/GetPartnership",
                                        {"name": ORVANE}, suite.partner())))["name"]
    equal(name, ORVANE, "buf curl of a pillar")
    view = json.loads(accepted(buf.call("gateway", VIEW, {"name": ORVANE}, suite.vendor())))
    equal([part["state"] for part in view["sections"]], ["STATE_COMPLETE"] * 5, "buf curl of the gateway")
    printed = suite.json("view", "orvane")
    equal(view["sections"][0]["figures"], printed["sections"][0]["figures"], "buf's JSON and the command line's")
    refused = buf.call("onboard", "entente.onboard.v1.PlanService/CreatePlan", {"parent": ORVANE, "planId": "No Id"},
                       suite.vendor())
    expect(refused.returncode != 0, "a bad request is refused")
    told = json.loads(refused.stderr)
    equal(told["code"], "invalid_argument", "its code")
    expect(any(detail["type"] == "google.rpc.BadRequest" for detail in told["details"]), "its details")


def buf_curl_of_the_edge(suite):
    """The two protocols of the edge, unary and stream, with the contracts from their own files."""
    words = [buf_program(), "curl", "--schema", os.path.join(SOURCE, "proto")]

    def ask(protocol, path, request, token=suite.vendor()):
        return subprocess.run([*words, "--protocol", protocol, "-H", f"authorization: Bearer {token}", "-d", json.dumps(request),
                               f"http://127.0.0.1:{suite.base + 80}/{path}"],
                              capture_output=True, text=True, timeout=60, check=False)

    for protocol in ("connect", "grpcweb"):
        get = ask(protocol, "entente.onboard.v1.PartnershipService/GetPartnership", {"name": ORVANE})
        equal(json.loads(accepted(get))["name"], ORVANE, f"buf curl, {protocol}")
        walked = accepted(ask(protocol, "sell/entente.ledger.v1.LedgerService/VerifyLedger", {"parent": "vendors/halden"}))
        expect('"complete": true' in walked or '"complete":true' in walked, f"buf curl, {protocol}, a stream: {walked[-300:]}")
        refused = ask(protocol, "entente.onboard.v1.PlanService/CreatePlan", {"parent": ORVANE, "planId": "No Id"})
        told = json.loads(refused.stderr)
        equal(told["code"], "invalid_argument", f"buf curl, {protocol}, a refusal")
        expect(any(detail["type"] == "google.rpc.BadRequest" for detail in told["details"]), "its details")


def accepted(done):
    equal(done.returncode, 0, f"buf curl: {done.stderr}")
    return done.stdout


# ---- Python ----


def unary(suite):
    answer = suite.call("PartnershipService/GetPartnership", {"name": ORVANE}, suite.partner())
    equal((answer.name, answer.currency_code), (ORVANE, "USD"), "a unary call")
    view = suite.call(VIEW, {"name": ORVANE})
    equal([part.state for part in view.sections], [1] * 5, "a view")


def stream(suite):
    messages = list(suite.call("LedgerService/VerifyLedger", {"parent": "vendors/halden"}, service="enable"))
    equal([message.complete for message in messages][-1], True, "the last message is the last")
    equal(sum(message.complete for message in messages), 1, "and the only one")
    expect(messages[-1].entries > 1000 and not any(message.findings for message in messages), "what was walked")


def error_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    return fail("the call was not refused")


def rich_errors(suite):
    error = error_of(lambda: suite.call("PartnershipService/CreatePartnership", {
        "parent": "vendors/halden", "partnershipId": "Not An Id",
        "partnership": {"currencyCode": "dollars", "partnerOrganization": "someone"}}))
    equal(error.code(), grpc.StatusCode.INVALID_ARGUMENT, "a bad request")
    status, details = details_of(error)
    equal(status.message, error.details(), "the message of the details")
    fields = {violation.field for violation in details["BadRequest"].field_violations}
    expect({"partnership_id", "partnership.display_name", "partnership.currency_code",
            "partnership.partner_organization"} <= fields, f"every violation at once: {fields}")
    expect(all(v.description for v in details["BadRequest"].field_violations), "each says what to give")
    error = error_of(lambda: suite.call("PlanService/ActivatePlan", {"name": f"{ORVANE}/plans/year-one"}))
    equal(error.code(), grpc.StatusCode.FAILED_PRECONDITION, "a plan that is active")
    info = details_of(error)[1]["ErrorInfo"]
    equal((info.reason, info.domain), ("INVALID_STATE", "onboard.entente"), "why")
    expect(info.metadata["state"] and info.metadata["action"], f"which state and action: {info}")


WATCH = "grpc.health.v1.Health/Watch"


def calls_counted(suite, code):
    """How many calls of the health stream ended with this code, as onboard's metrics tell."""
    url = f"http://127.0.0.1:{suite.base + 2001}/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        rows = answer.read().decode().splitlines()
    wanted = f'entente_calls_total{{service="grpc.health.v1.Health",method="Watch",code="{code}"}} '
    return sum(int(row[len(wanted):]) for row in rows if row.startswith(wanted))


def deadlines(suite):
    begun = time.monotonic()
    error = error_of(lambda: list(suite.call(WATCH, {}, service="onboard", timeout=0.5)))
    took = time.monotonic() - begun
    equal(error.code(), grpc.StatusCode.DEADLINE_EXCEEDED, "a stream that is over its deadline")
    expect(0.4 < took < 5, f"it ended after {took:.1f} s")
    error = error_of(lambda: suite.call(VIEW, {"name": ORVANE, "asOf": "2026-01-01T00:00:00Z"}, timeout=0.0001))
    equal(error.code(), grpc.StatusCode.DEADLINE_EXCEEDED, "a call without time")
    unary(suite)


def cancellation(suite):
    before = calls_counted(suite, "CANCELLED")
    watches = [suite.call(WATCH, {}, service="onboard", timeout=60) for _ in range(20)]
    for watch in watches:
        equal(next(watch).status, 1, "serving")
    for watch in watches:
        watch.cancel()
    for watch in watches:
        equal(error_of(lambda w=watch: list(w)).code(), grpc.StatusCode.CANCELLED, "what the client sees")
    eventually(lambda: calls_counted(suite, "CANCELLED") >= before + 20, "the service ended what nobody waits for", 10)
    unary(suite)


def node(suite, *programs):
    folder = os.path.join(BUILD, "npm")
    source = os.path.join(SOURCE, "tests", "clients")
    made = subprocess.run([os.path.join(SOURCE, "cmake", "install-npm.sh"), source, folder], timeout=180,
                          capture_output=True, text=True, check=False)
    equal(made.returncode, 0, f"npm: {made.stderr}")
    for name in programs:
        program = shutil.copy(os.path.join(source, name), folder)
        done = subprocess.run(["node", "--no-deprecation", program], env=suite.environment(), timeout=120,
                              capture_output=True, text=True, check=False)
        equal((done.returncode, done.stderr), (0, ""), name)


def grpc_js(suite):
    """Unary, stream, errors with details, deadline, cancellation."""
    node(suite, "grpc_js.mjs")


def openapi(suite):
    """The edge's own document, and what it says of every answer."""
    node(suite, "openapi.mjs")


def many_services(suite):
    """Every service of the contracts is where it should be, and answers by its own name."""
    for service in SERVICES:
        answer = suite.call("grpc.health.v1.Health/Check", {}, token="", service=service)
        equal(answer.status, 1, f"health of {service}")
    expect(policy_of(method_of(VIEW)).effect == 1, "the view is a read")


def clients():
    with Suite("clients") as suite:
        suite.up()
        for case in (unary, stream, rich_errors, deadlines, cancellation, many_services, buf_curl, buf_curl_of_the_edge,
                     grpc_js, openapi):
            case(suite)


run(clients)
