"""What comes from behind the edge, by a service that is not ours: headers, trailers, bare errors, odd numbers of
messages, malformed and large answers, slow readers. A gRPC server in Python takes the place of `sell`."""

import socket
import struct
import threading
import time
import urllib.parse

import grpc
from reference import serve
from suite import Suite, equal, eventually, expect, fail, message_class, run
from wire import (CODES, VERIFY, Edge, check_error, connect_error, frame, reason, stream_end, unpadded, value,
                  web_end)

LIST = "/entente.sell.v1.OpportunityService/ListOpportunities"
JSON, STREAM, WEB = "application/json", "application/connect+json", "application/grpc-web"
STATUS = {code.value[0]: code for code in grpc.StatusCode}
ODD = "naïve % \"quoted\"\n\t ☃ end"


class Behind(grpc.GenericRpcHandler):
    """Does what its `plan` says, and keeps what it saw."""

    def __init__(self):
        self.plan, self.seen, self.requests = {}, {}, []
        self.cancelled, self.sent = threading.Event(), 0

    def service(self, details):
        if details.method not in (LIST, VERIFY[len("/sell"):]):
            return None  # the gateway and other pillars follow the feed meanwhile
        self.seen = list(details.invocation_metadata)
        return grpc.stream_stream_rpc_method_handler(self.answer)

    def answer(self, requests, context):
        self.requests = list(requests)
        plan = self.plan
        context.add_callback(self.cancelled.set)
        self.remaining = context.time_remaining()
        context.send_initial_metadata(plan.get("headers", ()))
        context.set_trailing_metadata(plan.get("trailers", ()))
        for message in plan.get("messages", [b""]):
            self.sent += 1
            yield message
        if plan.get("code"):
            context.set_code(STATUS[plan["code"]])
            context.set_details(plan.get("text", ""))


def message(text="one"):
    return message_class("entente.sell.v1.ListOpportunitiesResponse")(next_page_token=text).SerializeToString()


def ask(edge, *headers, content_type=JSON, path=LIST):
    body = {JSON: b"{}", STREAM: frame(b"{}")}.get(content_type, frame(b""))
    return edge.post(path, content_type, body, *headers)


def going_on(behind, edge):
    """What the caller says reaches the service: custom headers, in order, bytes as bytes; and nothing else."""
    behind.plan = {"messages": [message()]}
    answer = ask(edge, ("X-One", "a"), ("X-One", "b, c"), ("X-Some-Bin", "AAEC"), ("X-Some-Bin", "//79, AA=="),
                 ("Cookie", "secret=1"), ("X-Forwarded-For", "1.2.3.4"), ("X-Entente-User", "root"),
                 ("Traceparent", f"00-{'ab' * 16}-{'cd' * 8}-01"), ("Grpc-Custom", "no"), ("User-Agent", "page"),
                 ("Connect-Timeout-Ms", "5000"))
    equal((answer.status, answer.json()), (200, {"nextPageToken": "one"}), "it answers")
    seen = behind.seen
    equal([v for k, v in seen if k == "x-one"], ["a", "b, c"], "several values, in order")
    equal([v for k, v in seen if k == "x-some-bin"], [b"\x00\x01\x02", b"\xff\xfe\xfd", b"\x00"], "bytes")
    equal([v for k, v in seen if k == "authorization"], [f"Bearer {edge.token}"], "the user's token")
    trace = next(v for k, v in seen if k == "traceparent")
    expect(trace.startswith(f"00-{'ab' * 16}-") and "cd" * 8 not in trace, f"the same trace, a span of its own: {trace}")
    keys = {k for k, _ in seen}
    expect(not keys & {"cookie", "x-forwarded-for", "x-entente-user", "grpc-custom", "connect-timeout-ms", "origin"},
           f"nothing that is a browser's or a hop's: {keys}")
    expect(3 < behind.remaining < 5.2, f"the deadline goes on: {behind.remaining}")
    equal(behind.requests, [b""], "the message")


HEADERS = (("x-own", "a"), ("x-own", "b"), ("x-raw-bin", b"\x00\xff"))
TRAILERS = (("x-late", "c"), ("x-late", "d"), ("x-end-bin", b"\x01"))


def coming_back(behind, edge):
    behind.plan = {"headers": HEADERS, "trailers": TRAILERS, "messages": [message()]}
    answer = ask(edge)
    equal((answer.header("x-own"), answer.header("x-raw-bin")), (["a", "b"], ["AP8"]), "headers")
    equal((answer.header("trailer-x-late"), answer.header("trailer-x-end-bin")), (["c", "d"], ["AQ"]), "trailers")
    equal(answer.header("trailer"), [], "no HTTP trailers")
    answer = ask(edge, content_type=WEB)
    equal(answer.header("x-own"), ["a", "b"], "headers of gRPC-Web")
    rows = web_end(answer.body)[1]
    equal([v for k, v in rows if k == "x-late"], ["c", "d"], "its trailers")
    equal(value(rows, "x-end-bin"), "AQ", "bytes")
    behind.plan["messages"] = [b"", b""]
    answer = ask(edge, content_type=STREAM, path=VERIFY)
    equal(answer.header("x-own"), ["a", "b"], "headers of a stream")
    equal(stream_end(answer.body)[1], {"metadata": {"x-late": ["c", "d"], "x-end-bin": ["AQ"]}}, "its metadata")


def bare_errors(behind, edge):
    """Every code, with a text that needs every kind of quoting, and no details."""
    for code, (name, status) in CODES.items():
        behind.plan = {"code": code, "text": ODD, "messages": [], "headers": HEADERS, "trailers": TRAILERS}
        answer = ask(edge)
        equal(connect_error(answer, status, name), {"code": name, "message": ODD}, f"code {code}")
        equal(answer.header("trailer-x-late"), ["c", "d"], "trailers of an error")
        equal(ask(edge).header("x-own"), ["a", "b"], "headers of an error")
        messages, rows = web_end(ask(edge, content_type=WEB).body)
        equal((messages, value(rows, "grpc-status")), ([], str(code)), "gRPC-Web")
        equal(urllib.parse.unquote(value(rows, "grpc-message")), ODD, "its text")
        expect(all(0x20 <= ord(c) <= 0x7E for c in value(rows, "grpc-message")), "in ASCII")
        behind.plan["messages"] = [b""]
        messages, end = stream_end(ask(edge, content_type=STREAM, path=VERIFY).body)
        equal((len(messages), check_error(end["error"], name)["message"]), (1, ODD), "after a message")
    behind.plan = {"code": 5, "text": "", "messages": []}
    equal(connect_error(ask(edge), 404, "not_found"), {"code": "not_found"}, "without a text")


def details(behind, edge):
    status = message_class("google.rpc.Status")(code=9, message="no")
    known = message_class("google.rpc.ErrorInfo")(reason="WHY", domain="behind")
    detail = status.details.add()
    detail.Pack(known)
    unknown = status.details.add()
    unknown.type_url, unknown.value = "type.googleapis.com/un.Known", b"\x00\xff"
    packed = status.SerializeToString()
    behind.plan = {"code": 9, "text": "no", "messages": [], "trailers": (("grpc-status-details-bin", packed),)}
    error = connect_error(ask(edge), 400, "failed_precondition")
    equal([d["type"] for d in error["details"]], ["google.rpc.ErrorInfo", "un.Known"], "types, in order")
    equal(unpadded(error["details"][1]["value"]), b"\x00\xff", "bytes of what is not known here")
    expect("debug" not in error["details"][1], "no JSON of what is not known")
    rows = web_end(ask(edge, content_type=WEB).body)[1]
    equal(unpadded(value(rows, "grpc-status-details-bin")), packed, "byte for byte")


def odd_numbers(behind, edge):
    for messages in ([], [message(), message()]):
        behind.plan = {"messages": messages}
        equal(reason(connect_error(ask(edge), 501, "unimplemented")), "RESPONSE_MISSING", f"{len(messages)} messages")
        rows = web_end(ask(edge, content_type=WEB).body)[1]
        equal(value(rows, "grpc-status"), "12", "gRPC-Web too")
    behind.plan = {"messages": []}
    equal(stream_end(ask(edge, content_type=STREAM, path=VERIFY).body), ([], {}), "a stream may be empty")


def bad_answers(behind, edge):
    behind.plan = {"messages": [b"\xff\xff"]}
    equal(reason(connect_error(ask(edge), 500, "internal")), "RESPONSE_MALFORMED", "no message of its type")
    equal(web_end(ask(edge, content_type=WEB).body)[0][0][1], b"\xff\xff", "binary is passed on unread")
    behind.plan = {"messages": [message("x" * (2 << 20))]}
    error = connect_error(ask(edge), 429, "resource_exhausted")
    equal(reason(error), "RESPONSE_TOO_LARGE", "an answer that is too large")
    behind.plan = {"messages": [message("y" * 900_000)]}
    equal(len(ask(edge).json()["nextPageToken"]), 900_000, "one that is just not")


def natively(suite, behind):
    """The same service through the native port: an answer with its headers and trailers, a bare end, and too many."""
    call = suite.channel("gateway").unary_unary(LIST)
    token = (("authorization", f"Bearer {suite.vendor()}"),)
    behind.plan = {"messages": [message()], "headers": (("x-first", "1"),), "trailers": (("x-last", "2"),)}
    answer, ended = call.with_call(b"", timeout=5, metadata=token)
    equal(answer, message(), "the bytes as they came")
    expect(("x-first", "1") in ended.initial_metadata(), "with the headers")
    expect(("x-last", "2") in ended.trailing_metadata(), "and the trailers")
    for plan, code in (({"messages": [message(), message()]}, "UNIMPLEMENTED"),
                       ({"messages": [message()], "code": 9, "text": "late"}, "FAILED_PRECONDITION"),
                       ({"messages": [], "code": 5, "text": "no"}, "NOT_FOUND")):
        behind.plan = plan
        try:
            call(b"", timeout=5, metadata=token)
            fail(f"{plan} is an answer")
        except grpc.RpcError as error:
            equal(error.code().name, code, f"{plan}")


def each_at_once(behind, edge):
    """A message of a stream arrives when it is sent, not when the stream ends."""
    gate = threading.Event()

    def messages():
        yield b""
        gate.wait(10)
        yield b""

    behind.plan = {"messages": messages()}
    peer = stream_socket(edge)
    got = b""
    while b"{}" not in got:
        got += peer.recv(4096)
    expect(not gate.is_set(), "the first came before the second was sent")
    gate.set()
    while b"0\r\n\r\n" not in got:
        got += peer.recv(4096)
    peer.close()


def stream_socket(edge, content_type=STREAM):
    body = frame(b"{}") if content_type == STREAM else frame(b"")
    head = (f"POST {VERIFY} HTTP/1.1\r\nHost: edge\r\nAuthorization: Bearer {edge.token}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.settimeout(15)
    peer.connect(("127.0.0.1", edge.port))
    peer.sendall(head + body)
    return peer


def memory_mb(suite):
    with open(f"/proc/{suite.pid('gateway')}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4 // 1024


def slow_readers(suite, behind, edge):
    """Who reads nothing is not written to without end, and is cut off; the service is told."""
    def endless():
        while True:
            yield b"\x0a" + b"\x80\x80\x04" + b"z" * 65536

    behind.plan, behind.sent = {"messages": endless()}, 0
    behind.cancelled.clear()
    before, peer = memory_mb(suite), stream_socket(edge, WEB)
    time.sleep(1.2)
    expect(behind.sent < 1500, f"it is held back, but for what buffers on the way hold: {behind.sent} messages")
    expect(memory_mb(suite) - before < 40, f"the gateway holds little of it: {before}, then {memory_mb(suite)} MB")
    expect(behind.cancelled.wait(6), "and given up after the time that the setting says")
    peer.close()
    behind.plan, behind.sent = {"messages": endless()}, 0
    behind.cancelled.clear()
    peer = stream_socket(edge, WEB)
    peer.recv(10)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    expect(behind.cancelled.wait(1), "who leaves in the middle ends it at once")


def behind_the_edge():
    with Suite("behind") as suite:
        suite.cli("up", "--no-demo", "--port-base", str(suite.base), env={"ENTENTE_HTTP_STALL_MS": "2000"})
        edge, behind = Edge(suite), Behind()
        suite.kill("sell")
        server = serve(suite, behind)
        behind.plan = {"messages": [message()]}
        eventually(lambda: ask(edge).status == 200, "the other server is found", 10)
        for case in (going_on, coming_back, bare_errors, details, odd_numbers, bad_answers, each_at_once):
            case(behind, edge)
        natively(suite, behind)
        slow_readers(suite, behind, edge)
        server.stop(0)


run(behind_the_edge)
