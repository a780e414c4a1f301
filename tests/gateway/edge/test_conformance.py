"""The server's cases of the Connect conformance suite, through the real gateway: conformance/cases.json, each in
every protocol, codec and compression that it is for. Every case is run; each that fails is told, with what was
expected and what was seen. `test_conformance.py TEXT` runs the cases with TEXT in their names."""

import base64
import collections
import json
import os
import subprocess
import sys

from reference import Reference, data_of, digest, serve
from suite import Suite, equal, eventually, expect
from wire_conformance import WEB_TEXT, Http, Http2, Way, raw_request, request, stand_of, understand

LIMIT = 1 << 20
DEADLINE_MS = 5000  # ListOpportunities' own
GRACE_MS = 1000
ROUNDED_MS = 20  # gRPC core writes a timeout with three digits, rounded up
EDGE = [Way(protocol, codec, compression) for protocol in ("connect", "grpc-web") for codec in ("proto", "json")
        for compression in ("identity", "gzip")] + [Way(WEB_TEXT, "proto", "identity"), Way(WEB_TEXT, "proto", "gzip")]
NATIVE = [Way("grpc", "proto", "identity")]  # gRPC core does not bound what it inflates: nothing is compressed there


def applies(group, way, case):
    protocol = "grpc-web" if way.protocol == WEB_TEXT else way.protocol
    if case.get("raw") and way.protocol == WEB_TEXT:
        return False  # spelled out, so the same bytes as of gRPC-Web
    compression = "gzip" if way.gzip else "identity"
    return (protocol in group.get("protocols", [protocol]) and way.codec in group.get("codecs", [way.codec])
            and compression in group.get("compressions", [compression]))


def split(values):
    """Values as a client may see them, joined or not."""
    return [part.strip(" ") for value in values for part in value.split(",")]


def check_headers(what, expected, seen):
    for key, values in expected.items():
        equal(split(seen.get(key, [])), split(values), f"{what} `{key}`")


def check_seen(case, message, seen):
    """The request as it arrived behind the gateway."""
    expect(seen is not None, "nothing is told of the request")
    equal(seen["requests"], [digest(message)], "the request messages that arrived")
    headers = collections.defaultdict(list)
    for key, value in seen["headers"]:
        headers[key].append(value)
    check_headers("request header", case.get("headers", {}), headers)
    due = case.get("timeout_ms", None if case["call"] == "stream" else DEADLINE_MS)
    arrived = seen["timeout_ms"]
    if due is None:
        equal(arrived, None, "a deadline though none was set")
    else:
        expect(arrived is not None and due - GRACE_MS <= arrived <= due + ROUNDED_MS,
               f"a deadline of {arrived} ms, expected {due}")


def check_error(case, expected, message, outcome):
    """`expected` stands for what this side says of itself; else the service's own error comes back as it is."""
    error = case.get("answer", {}).get("error") if not expected else None
    codes = [expected["code"], *expected.get("or", [])] if expected else [error["code"] if error else None]
    expect(outcome.code in codes, f"the code is {outcome.code} ({outcome.message!r}), expected one of {codes}")
    if "http" in expected:
        equal(outcome.http, expected["http"], "HTTP's status")
    if not error:
        return
    equal(outcome.message, error["message"], "the message")
    if case["answer"].get("data"):
        equal(outcome.details, [], "details")
        return
    equal(len(outcome.details), 1, "details")
    stand = stand_of(case["call"])
    check_seen(case, message, json.loads(getattr(outcome.details[0], stand.told)).get("seen"))


def check(case, message, outcome):
    expected, answer = case.get("expect", {}), case.get("answer", {})
    check_error(case, expected, message, outcome)
    data = [] if expected or ("error" in answer and case["call"] == "unary") else answer.get("data", [])
    if not data and not expected and "error" not in answer and case["call"] == "unary":
        data = [""]
    equal([data_of(p) for p in outcome.payloads], [base64.b64decode(d) for d in data], "the messages")
    if data:
        check_seen(case, message, outcome.payloads[0].get("seen"))
    if not expected:
        check_headers("header", answer.get("headers", {}), outcome.headers)
        check_headers("trailer", answer.get("trailers", {}), outcome.trailers)


def as_core_has_it(way, case):
    """gRPC core tells a server neither the type of the content nor how a message was compressed, so that four cases
    end otherwise on the native port. What happens there instead is asserted no less."""
    instead = case.get("expect", {}).get("core")
    if way.protocol != "grpc" or not instead:
        return case
    return dict(case, expect={} if instead.get("answered") else instead)


def run_case(transport, way, case):
    size = LIMIT + case["over_limit"] if "over_limit" in case else None
    message = stand_of(case["call"]).ask(case.get("answer"), size)
    asked = raw_request(case, message) if "raw" in case else request(way, case, message)
    check(as_core_has_it(way, case), message, understand(way, case["call"], asked, *transport.ask(*asked)))


class Tally:
    """Names of what was run, and of what failed."""

    def __init__(self, wanted):
        self.wanted, self.count, self.failed, self.told = wanted, collections.Counter(), [], set()
        with open(os.path.join(os.path.dirname(__file__), "conformance", "cases.json"), encoding="utf-8") as file:
            self.groups = json.load(file)

    def run(self, label, ways, transport):
        for group in self.groups:
            for case in group["cases"]:
                for way in ways:
                    name = f"{label}/{group['group']}/{way.name}/{case['name']}"
                    if applies(group, way, case) and self.wanted in name:
                        self.told.add((group["group"], case["name"]))
                        self.one(name, way.protocol, transport, way, case)

    def one(self, name, protocol, transport, way, case):
        self.count[protocol] += 1
        try:
            run_case(transport(), way, case)
        except (AssertionError, OSError, ValueError, KeyError) as error:
            self.failed.append(name)
            print(f"FAILED {name}\n  {type(error).__name__}: {error}", file=sys.stderr)

    def end(self):
        left = {(g["group"], c["name"]) for g in self.groups for c in g["cases"]} - self.told
        if left and not self.wanted:
            self.failed += left
            print(f"FAILED never run: {sorted(left)}", file=sys.stderr)
        kinds = ", ".join(f"{count} {protocol}" for protocol, count in sorted(self.count.items()))
        print(f"{len(self.told)} cases asserted {self.count.total()} times ({kinds}), {len(self.failed)} failed")
        return 1 if self.failed or not self.count else 0


def certificate_of(suite):
    certificate, key = (os.path.join(suite.folder, name) for name in ("edge.pem", "edge.key"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=edge",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


def native(suite, tally):
    """gRPC itself; and what its port refuses whatever it says: compression, and who has no certificate."""
    http2 = Http2(suite.port("gateway"), suite.vendor(), os.path.join(suite.var, "tls"))
    tally.run("mtls", NATIVE, lambda: http2)
    compressed = {"call": "unary", "answer": {"data": [""]}, "expect": {"code": "unimplemented"}}
    tally.one("mtls/own/compressed", "grpc", lambda: http2, Way("grpc", "proto", "gzip"), compressed)
    try:
        http2.ask("POST", stand_of("unary").path, [("content-type", "application/grpc")], b"", certificate=False)
    except ConnectionError:
        return
    tally.failed.append("mtls/own/no-certificate")
    print("FAILED mtls/own/no-certificate\n  somebody without a certificate was answered", file=sys.stderr)


def suite_with(tls, tally):
    with Suite("conformance") as suite:
        certificate, key = certificate_of(suite) if tls else (None, None)
        files = {"ENTENTE_HTTP_CERTIFICATE_FILE": certificate, "ENTENTE_HTTP_KEY_FILE": key} if tls else {}
        suite.cli("up", "--no-demo", "--port-base", str(suite.base), env=files)
        suite.kill("sell")
        server = serve(suite, Reference())

        def transport():
            return Http(suite.base + 80, suite.vendor(), certificate)

        way, case = EDGE[0], {"call": "unary", "answer": {}}
        message = stand_of("unary").ask({})
        eventually(lambda: transport().ask(*request(way, case, message))[0] == 200, "the service is found", 20)
        tally.run("tls" if tls else "plain", EDGE, transport)
        if not tls:
            native(suite, tally)
        server.stop(0)


def main():
    tally = Tally(sys.argv[1] if len(sys.argv) > 1 else "")
    for tls in (False, True):
        suite_with(tls, tally)
    sys.exit(tally.end())


main()
