"""Connect and plain JSON: unary, GET and streams, their errors, sizes, encodings and timeouts, byte by byte."""

import base64
import gzip
import json
import urllib.parse

from suite import Suite, equal, expect, message_class, path_of, pillar_of, policy_of, policy_streams, run, services
from wire import (COMPRESSED, GET_PARTNERSHIP, ORVANE, VERIFY, Edge, connect_error, check_error, frame, reason,
                  stream_end)

CREATE_PLAN = "/entente.onboard.v1.PlanService/CreatePlan"
ASK = json.dumps({"name": ORVANE}).encode()
JSON, PROTO = "application/json", "application/proto"
STREAM_JSON, STREAM_PROTO = "application/connect+json", "application/connect+proto"


def asked():
    return message_class("entente.onboard.v1.GetPartnershipRequest")(name=ORVANE).SerializeToString()


def answered(body):
    return message_class("entente.onboard.v1.Partnership").FromString(body)


def unary(edge):
    answer = edge.post(GET_PARTNERSHIP, JSON, ASK)
    equal((answer.status, answer.one("content-type"), answer.json()["name"]), (200, JSON, ORVANE), "JSON")
    for content_type in ("application/json; charset=utf-8", "Application/JSON;charset=UTF-8"):
        equal(edge.post(GET_PARTNERSHIP, content_type, ASK).status, 200, content_type)
    equal(edge.post(GET_PARTNERSHIP, JSON, ASK, ("Connect-Protocol-Version", "1")).status, 200, "with the version")
    wrong = connect_error(edge.post(GET_PARTNERSHIP, JSON, ASK, ("Connect-Protocol-Version", "2")), 400,
                          "invalid_argument")
    equal(reason(wrong), "PROTOCOL_VERSION", "why")
    answer = edge.post(GET_PARTNERSHIP, PROTO, asked())
    equal((answer.status, answer.one("content-type")), (200, PROTO), "binary")
    equal(answered(answer.body).name, ORVANE, "its message")
    expect(not answer.header("transfer-encoding"), "a unary answer has a length")


def every_method(edge):
    """Every method that users may call is there; every other is not."""
    for service in services():
        if not service.full_name.startswith("entente."):
            continue
        for method in service.methods:
            prefix = "" if pillar_of(method) else "/enable"
            content_type = STREAM_JSON if policy_streams(method) else JSON
            answer = edge.post(prefix + path_of(method), content_type, b"{}", authorized=False)
            public = len(policy_of(method).parties) > 0
            expected = 404 if not public else 200 if policy_streams(method) else 401
            equal(answer.status, expected, path_of(method))
    for path in ("/", "/grpc.health.v1.Health/Check", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                 GET_PARTNERSHIP.lower(), GET_PARTNERSHIP + "/", "/market" + GET_PARTNERSHIP, "/metrics",
                 "/entente.ledger.v1.LedgerService/ListLedgerEntries", "//", "/..%2f..%2fetc/passwd"):
        connect_error(edge.post(path, JSON, b"{}"), 404, "unimplemented")


def verbs_and_types(edge):
    for verb in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = edge.ask(verb, GET_PARTNERSHIP, [("Content-Type", JSON)], ASK)
        equal((answer.status, answer.one("allow")), (405, "GET, POST"), verb)
    answer = edge.ask("GET", f"{CREATE_PLAN}?encoding=json&message=%7B%7D")
    equal((answer.status, answer.one("allow")), (405, "POST"), "GET of a write")
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/xml", "application/connect+json",
                         "application/json; charset=latin-1", "application/jsonx", "application/grpc", ""):
        answer = edge.post(GET_PARTNERSHIP, content_type, ASK)
        equal(answer.status, 415, content_type)
        expect("application/json" in answer.one("accept-post"), "what would do")
    equal(edge.post(VERIFY, JSON, b"{}").status, 415, "bare JSON for a stream")


def get(edge):
    text = urllib.parse.quote(ASK.decode())
    safe = base64.urlsafe_b64encode(ASK).decode()
    binary = base64.urlsafe_b64encode(asked()).decode()
    small = base64.urlsafe_b64encode(gzip.compress(ASK)).decode()
    for query in (f"encoding=json&message={text}", f"message={text}&connect=v1&encoding=json&unknown=1",
                  f"encoding=json&base64=1&message={safe}", f"encoding=json&base64=1&message={safe.rstrip('=')}",
                  f"compression=gzip&base64=1&message={small}&encoding=json",
                  f"encoding=json&base64=0&message={text}"):
        answer = edge.ask("GET", f"{GET_PARTNERSHIP}?{query}")
        equal((answer.status, answer.json().get("name")), (200, ORVANE), query)
        expect("private" in answer.one("cache-control"), "no shared cache keeps it")
        expect("Authorization" in ", ".join(answer.header("vary")), "what it depends on")
    answer = edge.ask("GET", f"{GET_PARTNERSHIP}?encoding=proto&base64=1&message={binary}")
    equal(answered(answer.body).name, ORVANE, "binary")
    for query in ("encoding=json", "encoding=json&message=%zz", "encoding=json&base64=1&message=%21%21",
                  "encoding=json&message=%7B"):
        connect_error(edge.ask("GET", f"{GET_PARTNERSHIP}?{query}"), 400, "invalid_argument")
    connect_error(edge.ask("GET", f"{GET_PARTNERSHIP}?encoding=json&compression=br&message=%7B%7D"), 501,
                  "unimplemented")
    equal(edge.ask("GET", f"{GET_PARTNERSHIP}?encoding=xml&message=%7B%7D").status, 415, "an unknown codec")


def errors(edge):
    error = connect_error(edge.post(CREATE_PLAN, JSON, json.dumps({"parent": ORVANE, "planId": "No Id"}).encode()), 400,
                          "invalid_argument")
    bad = next(d for d in error["details"] if d["type"] == "google.rpc.BadRequest")
    expect(len(bad["debug"]["fieldViolations"]) > 1, "every violation")
    decoded = message_class("google.rpc.BadRequest").FromString(base64.b64decode(bad["value"] + "=="))
    equal(len(decoded.field_violations), len(bad["debug"]["fieldViolations"]), "`debug` says what `value` says")
    for body in (b"", b"{", b'{"nome":"x"}', b'{"name":1}', b"[]", b"\xff", b"{}{}"):
        connect_error(edge.post(GET_PARTNERSHIP, JSON, body), 400, "invalid_argument")
    connect_error(edge.post(GET_PARTNERSHIP, PROTO, b"\xff\xff"), 400, "invalid_argument")
    connect_error(edge.post(GET_PARTNERSHIP, JSON, ASK, authorized=False), 401, "unauthenticated")
    for token in ("x", "", "a.b.c"):
        connect_error(edge.post(GET_PARTNERSHIP, JSON, ASK, ("Authorization", f"Bearer {token}"), authorized=False), 401,
                      "unauthenticated")
    connect_error(edge.post(GET_PARTNERSHIP, JSON, ASK, ("Authorization", f"Bearer {edge.token}")), 401,
                  "unauthenticated")  # two of them


def hidden_is_absent(suite):
    other = Edge(suite, suite.partner("brightmoor-systems"))
    answers = [other.post(GET_PARTNERSHIP, JSON, json.dumps({"name": name}).encode())
               for name in (ORVANE, "vendors/halden/partnerships/nobody", "vendors/elsewhere/partnerships/orvane")]
    errors_read = [connect_error(answer, 403, "permission_denied") for answer in answers]
    equal(errors_read[0], errors_read[1], "hidden and absent read the same")
    equal(errors_read[0], errors_read[2], "and so does another tenant's")


def encodings(edge):
    answer = edge.post(GET_PARTNERSHIP, JSON, gzip.compress(ASK), ("Content-Encoding", "gzip"))
    equal(answer.status, 200, "a gzip request")
    equal(edge.post(GET_PARTNERSHIP, JSON, ASK, ("Content-Encoding", "identity")).status, 200, "identity")
    equal(edge.post(GET_PARTNERSHIP, PROTO, b"", ("Content-Encoding", "gzip")).status, 403,
          "an empty message is not inflated")
    connect_error(edge.post(GET_PARTNERSHIP, JSON, b"no gzip", ("Content-Encoding", "gzip")), 400, "invalid_argument")
    connect_error(edge.post(GET_PARTNERSHIP, JSON, gzip.compress(ASK)[:-6], ("Content-Encoding", "gzip")), 400,
                  "invalid_argument")
    error = connect_error(edge.post(GET_PARTNERSHIP, JSON, ASK, ("Content-Encoding", "br")), 501, "unimplemented")
    expect("gzip" in error["message"], "what is supported")
    bomb = gzip.compress(b"[" * (64 << 20))
    expect(len(bomb) < 100_000, "a small bomb")
    connect_error(edge.post(GET_PARTNERSHIP, JSON, bomb, ("Content-Encoding", "gzip")), 429, "resource_exhausted")
    listing = "/entente.onboard.v1.PartnershipService/ListPartnerships"
    plain = edge.post(listing, JSON, b'{"parent":"vendors/halden"}')
    small = edge.post(listing, JSON, b'{"parent":"vendors/halden"}', ("Accept-Encoding", "br, gzip;q=0.5"))
    equal(small.one("content-encoding"), "gzip", "a long answer is made small for who takes it")
    equal(gzip.decompress(small.body), plain.body, "and is the same")
    equal(edge.post(listing, JSON, b'{"parent":"vendors/halden"}', ("Accept-Encoding", "gzip;q=0")).header(
        "content-encoding"), [], "refused gzip")


def sizes(edge):
    for size, status in ((1 << 20) + 1, 429), ((2 << 20) + 1, 429), (6 << 20, 429):
        connect_error(edge.post(GET_PARTNERSHIP, PROTO, b"\n" * size), status, "resource_exhausted")


def timeouts(edge):
    for text in ("x", "", "-1", "1.5", "12345678901", "10ms"):
        error = connect_error(edge.post(GET_PARTNERSHIP, JSON, ASK, ("Connect-Timeout-Ms", text)), 400,
                              "invalid_argument")
        equal(reason(error), "TIMEOUT_MALFORMED", text)
    equal(edge.post(GET_PARTNERSHIP, JSON, ASK, ("Connect-Timeout-Ms", "9999999999")).status, 200, "a long one")
    connect_error(edge.post(GET_PARTNERSHIP, JSON, ASK, ("Connect-Timeout-Ms", "0")), 504, "deadline_exceeded")


def headers(edge):
    connect_error(edge.post(GET_PARTNERSHIP, JSON, ASK, ("X-Odd", "a\tb\x7f")), 400, "invalid_argument")
    connect_error(edge.post(GET_PARTNERSHIP, JSON, ASK, ("X-Odd-Bin", "!!")), 400, "invalid_argument")
    equal(edge.post(GET_PARTNERSHIP, JSON, ASK, ("X-Odd-Bin", "AAE, AAE="), ("Cookie", "a=" + "b" * 7000)).status, 200,
          "both forms of base64; browsers' own headers do not count")
    connect_error(edge.post(GET_PARTNERSHIP, JSON, ASK, ("X-Long", "v" * 7000)), 400, "invalid_argument")


def streams(edge):
    ask = frame(b'{"parent":"vendors/halden"}')
    answer = edge.post(VERIFY, STREAM_JSON, ask)
    equal((answer.status, answer.one("content-type")), (200, STREAM_JSON), "a stream")
    messages, end = stream_end(answer.body)
    equal(end, {}, "a good end")
    equal(json.loads(messages[-1][1])["complete"], True, "its last message")
    answer = edge.post(VERIFY, STREAM_JSON, frame(gzip.compress(ask[5:]), COMPRESSED),
                       ("Connect-Content-Encoding", "gzip"))
    equal(stream_end(answer.body)[1], {}, "a gzip request")
    request = message_class("entente.ledger.v1.VerifyLedgerRequest")(parent="vendors/halden")
    messages, end = stream_end(edge.post(VERIFY, STREAM_PROTO, frame(request.SerializeToString())).body)
    equal(message_class("entente.ledger.v1.VerifyLedgerResponse").FromString(messages[-1][1]).complete, True, "binary")
    for body, header, code in (
            (b"", (), "unimplemented"), (ask * 2, (), "unimplemented"), (ask[:-1], (), "invalid_argument"),
            (ask[:3], (), "invalid_argument"), (frame(b"{}", 4), (), "invalid_argument"),
            (frame(b"x", COMPRESSED), (), "internal"), (frame(b"x", COMPRESSED), ("gzip",), "invalid_argument"),
            (ask, ("br",), "unimplemented"), (frame(b'{"parent":'), (), "invalid_argument"),
            (frame(gzip.compress(b"[" * (8 << 20)), COMPRESSED), ("gzip",), "resource_exhausted"),
            (frame(b'{"parent":"vendors/nobody"}'), (), "permission_denied")):
        answer = edge.post(VERIFY, STREAM_JSON, body, *[("Connect-Content-Encoding", name) for name in header])
        equal(answer.status, 200, "a stream's HTTP status says nothing")
        messages, end = stream_end(answer.body)
        check_error(end["error"], code)
        equal(messages, [], f"no message of {body!r}")


def own_methods(edge):
    answer = edge.post("/entente.gateway.v1.PerformanceService/GetPartnershipPerformance", JSON, ASK)
    equal((answer.status, len(answer.json()["sections"])), (200, 5), "the gateway's own methods")


def connect():
    with Suite("connect") as suite:
        suite.up()
        edge = Edge(suite)
        for case in (unary, every_method, verbs_and_types, get, errors, encodings, sizes, timeouts, headers, streams,
                     own_methods):
            case(edge)
        hidden_is_absent(suite)


run(connect)
