"""HTTP as it is on the wire: requests byte by byte, frames taken apart. Knows nothing of the edge's code."""

import base64
import http.client
import json
import socket
import struct

from suite import equal, expect, fail

ORVANE = "vendors/halden/partnerships/orvane"
GET_PARTNERSHIP = "/entente.onboard.v1.PartnershipService/GetPartnership"
VERIFY = "/sell/entente.ledger.v1.LedgerService/VerifyLedger"
COMPRESSED, CONNECT_END, WEB_TRAILERS = 1, 2, 0x80
CODES = {1: ("canceled", 499), 2: ("unknown", 500), 3: ("invalid_argument", 400), 4: ("deadline_exceeded", 504),
         5: ("not_found", 404), 6: ("already_exists", 409), 7: ("permission_denied", 403),
         8: ("resource_exhausted", 429), 9: ("failed_precondition", 400), 10: ("aborted", 409),
         11: ("out_of_range", 400), 12: ("unimplemented", 501), 13: ("internal", 500), 14: ("unavailable", 503),
         15: ("data_loss", 500), 16: ("unauthenticated", 401)}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        """All values of a header, in order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def one(self, name):
        values = self.header(name)
        equal(len(values), 1, f"values of {name}")
        return values[0]

    def json(self):
        return json.loads(self.body)


class Edge:
    """Requests to one suite's edge; a connection each."""

    def __init__(self, suite, token=None):
        self.port = suite.base + 80
        self.token = suite.vendor() if token is None else token

    def ask(self, verb, path, headers=(), body=b"", authorized=True):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        connection.putrequest(verb, path, skip_accept_encoding=True)
        if authorized:
            connection.putheader("Authorization", f"Bearer {self.token}")
        for key, value in headers:
            connection.putheader(key, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        whole = Answer(answer.status, answer.getheaders(), answer.read())
        connection.close()
        return whole

    def post(self, path, content_type, body, *headers, authorized=True):
        return self.ask("POST", path, [("Content-Type", content_type), *headers], body, authorized)

    def raw(self, *pieces):
        """An open socket on which the pieces were sent."""
        peer = socket.create_connection(("127.0.0.1", self.port), timeout=15)
        for piece in pieces:
            peer.sendall(piece)
        return peer


def frame(message, flags=0):
    return struct.pack(">BI", flags, len(message)) + message


def frames(body):
    taken = []
    while body:
        expect(len(body) >= 5, f"a frame's head is cut: {body!r}")
        flags, size = struct.unpack(">BI", body[:5])
        expect(len(body) >= 5 + size, f"a frame is cut: {body!r}")
        taken.append((flags, body[5:5 + size]))
        body = body[5 + size:]
    return taken


def decoded(body):
    """Text form: base64 of each piece, padded in the middle."""
    whole = b""
    while body:
        end = body.find(b"=")
        end = len(body) if end < 0 else end + len(body[end:end + 2]) - len(body[end:end + 2].lstrip(b"="))
        end += -end % 4
        whole += base64.b64decode(body[:end], validate=True)
        body = body[end:]
    return whole


def unpadded(text):
    expect("=" not in text, f"base64 is unpadded: {text}")
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def connect_error(answer, status, code):
    """Checks everything that the protocol says of an error's body, and returns it."""
    equal(answer.status, status, f"HTTP status of {answer.body!r}")
    equal(answer.one("content-type"), "application/json", "an error's type")
    return check_error(answer.json(), code)


def check_error(error, code):
    equal(error.get("code"), code, f"the code of {error}")
    expect(set(error) <= {"code", "message", "details"}, f"known keys only: {error}")
    for detail in error.get("details", []):
        expect(set(detail) <= {"type", "value", "debug"}, f"known keys only: {detail}")
        unpadded(detail["value"])
    return error


def reason(error):
    for detail in error.get("details", []):
        if detail["type"] == "google.rpc.ErrorInfo":
            return detail["debug"]["reason"]
    return fail(f"no reason in {error}")


def stream_end(body):
    """The messages of a Connect stream and its one EndStreamResponse, which is last."""
    parts = frames(body)
    ends = [i for i, (flags, _) in enumerate(parts) if flags & CONNECT_END]
    equal(ends, [len(parts) - 1], "exactly one end, last")
    end = json.loads(parts[-1][1])
    expect(set(end) <= {"error", "metadata"}, f"known keys only: {end}")
    return parts[:-1], end


def web_end(body):
    """The messages of a gRPC-Web answer and its trailers as a list of pairs."""
    parts = frames(body)
    ends = [i for i, (flags, _) in enumerate(parts) if flags & WEB_TRAILERS]
    equal(ends, [len(parts) - 1], "exactly one frame of trailers, last")
    block = parts[-1][1].decode("ascii")
    expect(block.endswith("\r\n") and not block.endswith("\r\n\r\n"), f"line ends: {block!r}")
    expect("\n" not in block.replace("\r\n", ""), f"CRLF alone: {block!r}")
    rows = [line.split(": ", 1) for line in block.split("\r\n")[:-1]]
    for key, _ in rows:
        equal(key, key.lower(), "trailer keys are lower-case")
    equal([key for key, _ in rows].count("grpc-status"), 1, "one grpc-status")
    return parts[:-1], rows


def value(rows, key):
    return next((text for name, text in rows if name == key), None)
