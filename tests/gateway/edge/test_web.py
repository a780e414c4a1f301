"""gRPC-Web, binary and text: frames, trailers, errors, encodings and timeouts, byte by byte."""

import base64
import gzip
import json
import urllib.parse

from suite import Suite, equal, expect, message_class, run
from wire import COMPRESSED, GET_PARTNERSHIP, ORVANE, VERIFY, Edge, decoded, frame, unpadded, value, web_end

WEB, TEXT = "application/grpc-web", "application/grpc-web-text"


def ask():
    return frame(message_class("entente.onboard.v1.GetPartnershipRequest")(name=ORVANE).SerializeToString())


def unary(edge):
    for content_type in (WEB, WEB + "+proto"):
        answer = edge.post(GET_PARTNERSHIP, content_type, ask())
        equal((answer.status, answer.one("content-type")), (200, content_type), content_type)
        messages, trailers = web_end(answer.body)
        equal(trailers, [["grpc-status", "0"]], "a good end: no message, no details")
        equal([flags for flags, _ in messages], [0], "one message")
        equal(message_class("entente.onboard.v1.Partnership").FromString(messages[0][1]).name, ORVANE, "it")
    answer = edge.post(GET_PARTNERSHIP, WEB + "+json", frame(json.dumps({"name": ORVANE}).encode()))
    equal(json.loads(web_end(answer.body)[0][0][1])["name"], ORVANE, "JSON")


def text(edge):
    for content_type in (TEXT, TEXT + "+proto"):
        answer = edge.post(GET_PARTNERSHIP, content_type, base64.b64encode(ask()))
        equal((answer.status, answer.one("content-type")), (200, content_type), content_type)
        messages, trailers = web_end(decoded(answer.body))
        equal((len(messages), value(trailers, "grpc-status")), (1, "0"), "a message and an end")
    whole = ask()
    parts = base64.b64encode(whole[:7]) + base64.b64encode(whole[7:11]) + base64.b64encode(whole[11:])
    equal(value(web_end(decoded(edge.post(GET_PARTNERSHIP, TEXT, parts).body))[1], "grpc-status"), "0",
          "padding in the middle of a request")
    for bad in (b"!!!!", b"AAAAA", b"A===", b"AA=A"):
        equal(value(web_end(decoded(edge.post(GET_PARTNERSHIP, TEXT, bad).body))[1], "grpc-status"), "3", repr(bad))


def streams(edge):
    request = message_class("entente.ledger.v1.VerifyLedgerRequest")(parent="vendors/halden").SerializeToString()
    answer_type = message_class("entente.ledger.v1.VerifyLedgerResponse")
    for content_type, body, read in ((WEB, frame(request), bytes), (TEXT, base64.b64encode(frame(request)), decoded)):
        messages, trailers = web_end(read(edge.post(VERIFY, content_type, body).body))
        equal(value(trailers, "grpc-status"), "0", "a good end")
        equal(answer_type.FromString(messages[-1][1]).complete, True, "its last message")
        expect(len(messages) > 1, "several messages")


def refused(edge, path, body, status, *headers, authorized=True):
    answer = edge.post(path, WEB, body, *headers, authorized=authorized)
    equal(answer.status, 200, "HTTP's status says nothing")
    messages, trailers = web_end(answer.body)
    equal((messages, value(trailers, "grpc-status")), ([], str(status)), f"of {body!r}: {trailers}")
    whole = message_class("google.rpc.Status").FromString(unpadded(value(trailers, "grpc-status-details-bin")))
    equal(whole.code, status, "details agree on the code")
    equal(whole.message, urllib.parse.unquote(value(trailers, "grpc-message")), "details agree on the message")
    return whole


def errors(edge):
    plan = message_class("entente.onboard.v1.CreatePlanRequest")(parent=ORVANE, plan_id="Nö % Id").SerializeToString()
    whole = refused(edge, "/entente.onboard.v1.PlanService/CreatePlan", frame(plan), 3)
    expect(any(detail.type_url.endswith("BadRequest") for detail in whole.details), "violations")
    refused(edge, GET_PARTNERSHIP, ask(), 16, authorized=False)
    refused(edge, "/entente.onboard.v1.PartnershipService/Invent", ask(), 12)
    refused(edge, "/nothing", ask(), 12)
    refused(edge, GET_PARTNERSHIP, b"", 12)
    refused(edge, GET_PARTNERSHIP, ask() * 2, 12)
    refused(edge, GET_PARTNERSHIP, ask()[:-1], 3)
    refused(edge, GET_PARTNERSHIP, frame(b"grpc-status: 0\r\n", 0x80), 3)
    refused(edge, GET_PARTNERSHIP, frame(b"\xff\xff"), 3)
    refused(edge, GET_PARTNERSHIP, frame(b"x", COMPRESSED), 13)
    refused(edge, GET_PARTNERSHIP, ask(), 12, ("Grpc-Encoding", "br"))
    refused(edge, GET_PARTNERSHIP, frame(gzip.compress(b"\n" * (8 << 20)), COMPRESSED), 8, ("Grpc-Encoding", "gzip"))
    refused(edge, GET_PARTNERSHIP, frame(b"\n" * (1 << 20) + b"\n"), 8)


def encodings(edge):
    small = frame(gzip.compress(ask()[5:]), COMPRESSED)
    equal(value(web_end(edge.post(GET_PARTNERSHIP, WEB, small, ("Grpc-Encoding", "gzip")).body)[1], "grpc-status"), "0",
          "a gzip request")
    listing = "/entente.onboard.v1.PartnershipService/ListPartnerships"
    body = frame(message_class("entente.onboard.v1.ListPartnershipsRequest")(parent="vendors/halden").SerializeToString())
    plain = web_end(edge.post(listing, WEB, body).body)[0][0]
    answer = edge.post(listing, WEB, body, ("Grpc-Accept-Encoding", "gzip"))
    flags, message = web_end(answer.body)[0][0]
    equal((flags, answer.one("grpc-encoding")), (COMPRESSED, "gzip"), "a gzip answer for who takes it")
    equal((0, gzip.decompress(message)), plain, "the same message")


def timeouts(edge):
    for text_value in ("5", "S", "123456789S", "1s", "-1S", "1.5S", ""):
        refused(edge, GET_PARTNERSHIP, ask(), 3, ("Grpc-Timeout", text_value))
    refused(edge, GET_PARTNERSHIP, ask(), 4, ("Grpc-Timeout", "1n"))
    for text_value in ("99999999H", "10S", "10000m"):
        body = edge.post(GET_PARTNERSHIP, WEB, ask(), ("Grpc-Timeout", text_value)).body
        equal(value(web_end(body)[1], "grpc-status"), "0", text_value)


def web():
    with Suite("web") as suite:
        suite.up()
        edge = Edge(suite)
        for case in (unary, text, streams, errors, encodings, timeouts):
            case(edge)


run(web)
