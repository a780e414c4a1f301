"""The client's side of a conformance case: a request as each protocol writes it, and an answer taken apart again,
with every rule that the protocol has for the bytes of an answer. A broken rule is an AssertionError."""

import base64
import gzip
import http.client
import json
import os
import re
import ssl
import subprocess
import tempfile
import urllib.parse

from google.protobuf import json_format
from reference import STREAM, UNARY
from suite import equal, expect, message_class
from wire import CODES, COMPRESSED, CONNECT_END, WEB_TRAILERS, decoded, frame, frames, unpadded

NAMES = {number: name for number, (name, _) in CODES.items()}
HTTP_OF = dict(CODES.values())
TRIES = 20  # of a request whose answer curl drops
CODE_OF_HTTP = {400: "internal", 401: "unauthenticated", 403: "permission_denied", 404: "unimplemented",
                429: "unavailable", 502: "unavailable", 503: "unavailable", 504: "unavailable"}
WEB_TEXT, UNKNOWN = "grpc-web-text", "/entente.sell.v1.OpportunityService/Unimplemented"
FIELD_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
TYPE_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\Z")


class Way:
    """How a case goes over the wire: protocol x codec x compression."""

    def __init__(self, protocol, codec, compression):
        self.protocol, self.codec, self.gzip = protocol, codec, compression == "gzip"
        self.name = f"{protocol}/{codec}/{compression}"


class Outcome:
    """What a client makes of an answer."""

    def __init__(self, http):
        self.http, self.code, self.message, self.details = http, None, "", []
        self.payloads, self.headers, self.trailers = [], {}, {}
        self.type = ""  # that the answer is due in


def stand_of(call):
    return STREAM if call == "stream" else UNARY


def path_of(call):
    return UNKNOWN if call == "unknown" else stand_of(call).path


def gathered(rows):
    values = {}
    for key, value in rows:
        expect(FIELD_NAME.match(key), f"{key!r} is no name of a header")
        expect(not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value), f"{value!r} is no value of a header")
        values.setdefault(key.lower(), []).append(value)
    return values


# ---- transports: (verb, path, headers, body) -> (status, rows of headers, body, rows of trailers) ----


class _Response(http.client.HTTPResponse):
    def _read_and_discard_trailer(self):
        for line in iter(self.fp.readline, b""):
            expect(line in (b"\r\n", b"\n"), f"an HTTP trailer: {line!r}")
            return


class Http:
    """HTTP/1.1 to the edge, one connection for all; with a certificate over TLS."""

    def __init__(self, port, token, certificate=None):
        if certificate:
            trust = ssl.create_default_context(cafile=certificate)
            self.connection = http.client.HTTPSConnection("127.0.0.1", port, context=trust, timeout=20)
        else:
            self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.response_class = _Response
        self.token = token

    def ask(self, verb, path, headers, body):
        self.connection.putrequest(verb, path, skip_accept_encoding=True)
        for key, value in [("authorization", f"Bearer {self.token}"), *headers]:
            self.connection.putheader(key, value)
        self.connection.putheader("content-length", str(len(body)))
        self.connection.endheaders(body)
        answer = self.connection.getresponse()
        rows = answer.getheaders()
        expect(not answer.getheader("trailer"), "HTTP trailers are announced")
        return answer.status, rows, answer.read(), []


def read(path):
    if not os.path.exists(path):
        return b""
    with open(path, "rb") as file:
        return file.read()


def pairs_of(block):
    return [line.split(": ", 1) for line in block.split("\n") if line]


class Http2:
    """HTTP/2 over mutual TLS to the native port, by curl: gRPC as it is on the wire, whole or broken."""

    def __init__(self, port, token, folder):
        self.address, self.token, self.tls = f"https://127.0.0.1:{port}", token, folder

    def ask(self, verb, path, headers, body, certificate=True):
        """Who is refused before all is sent sees a reset behind the answer; curl then sometimes (92) drops the
        answer unread, so it asks again."""
        for _ in range(TRIES):
            with tempfile.TemporaryDirectory() as folder:
                code, problem = self.curl(folder, verb, path, headers, body, certificate)
                lines = read(f"{folder}/head").decode().replace("\r\n", "\n")
                if code not in (0, 92):
                    break
                if "grpc-status:" in lines:
                    head, _, trailers = lines.partition("\n\n")
                    rows = pairs_of(head.partition("\n")[2])
                    return int(head.split()[1]), rows, read(f"{folder}/came"), pairs_of(trailers)
        raise ConnectionError(f"curl ended with {code}: {problem}")

    def curl(self, folder, verb, path, headers, body, certificate):
        with open(f"{folder}/sent", "wb") as file:
            file.write(body)
        words = ["curl", "-sS", "--http2", "--max-time", "20", "--cacert", f"{self.tls}/ca.pem", "-D", f"{folder}/head",
                 "-o", f"{folder}/came", "-X", verb, "--data-binary", f"@{folder}/sent", "-H", "accept:"]
        if certificate:
            words += ["--cert", f"{self.tls}/local.pem", "--key", f"{self.tls}/local.key"]
        for key, value in [("authorization", f"Bearer {self.token}"), *headers]:
            words += ["-H", f"{key}: {value}"]
        done = subprocess.run([*words, self.address + path], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr.strip()


# ---- requests ----


def encoded(way, message):
    body = json_format.MessageToJson(message).encode() if way.codec == "json" else message.SerializeToString()
    return gzip.compress(body) if way.gzip and body else body


def content_type(way, call):
    if way.protocol == "connect":
        return f"application/{'connect+' if call == 'stream' else ''}{way.codec}"
    return f"application/{way.protocol}+{way.codec}"


def case_rows(case):
    return [(key, value) for key, values in case.get("headers", {}).items() for value in values]


def headers_of(way, call, case):
    rows = case_rows(case)
    connect = way.protocol == "connect"
    if connect:
        rows.append(("connect-protocol-version", "1"))
    elif way.protocol == "grpc":
        rows.append(("te", "trailers"))
    if way.gzip:
        kind = "grpc-" if not connect else "connect-" if call == "stream" else ""
        sent = f"{kind}content-encoding" if connect else "grpc-encoding"
        rows += [(sent, "gzip"), (f"{kind}accept-encoding", "gzip")]
    if "timeout_ms" in case:
        rows.append(("connect-timeout-ms", str(case["timeout_ms"])) if connect
                    else ("grpc-timeout", f"{case['timeout_ms']}m"))
    return rows


def request(way, case, message):
    """(verb, path, headers, body) of a case that a client would send."""
    call, body = case["call"], encoded(way, message)
    rows = headers_of(way, call, case)
    if case.get("get"):
        plain = way.codec == "json"
        query = {"encoding": way.codec, "connect": "v1",
                 "message": body if plain else base64.urlsafe_b64encode(body).rstrip(b"="),
                 **({} if plain else {"base64": "1"})}
        rows = [row for row in rows if row[0] != "connect-protocol-version"]
        return "GET", f"{path_of(call)}?{urllib.parse.urlencode(query)}", rows, b""
    if way.protocol != "connect" or call == "stream":
        body = frame(body, COMPRESSED if way.gzip and body else 0)
    if way.protocol == WEB_TEXT:
        body = base64.b64encode(body)
    return "POST", path_of(call), [("content-type", content_type(way, call)), *rows], body


def raw_request(case, message):
    """(verb, path, headers, body) of a case that is spelled out byte by byte."""
    raw = case["raw"]
    body = base64.b64decode(raw.get("bytes", ""))
    for part in raw.get("frames", []):
        inner = message.SerializeToString() if part.get("request") else base64.b64decode(part.get("bytes", ""))
        body += frame(inner, part["flags"])
    return raw["verb"], path_of(raw["path"]), [*raw["headers"].items(), *case_rows(case)], body


# ---- answers ----


def no_twice(rows):
    keys = [key for key, _ in rows]
    equal(len(set(keys)), len(keys), f"each key once in {keys}")
    return dict(rows)


def strict_json(body):
    value = json.loads(body, object_pairs_hook=no_twice)
    expect(isinstance(value, dict), f"a JSON object: {body!r}")
    return value


def take_error(outcome, error):
    """An error of Connect, with each rule that there is for its JSON."""
    expect(set(error) <= {"code", "message", "details"}, f"known keys only: {sorted(error)}")
    expect(error.get("code") in HTTP_OF, f"the code is one of the sixteen: {error.get('code')!r}")
    outcome.code, outcome.message = error["code"], error.get("message", "")
    expect(isinstance(outcome.message, str), "the message is a string")
    expect(isinstance(error.get("details", []), list), "the details are a list")
    for detail in error.get("details", []):
        expect(set(detail) <= {"type", "value", "debug"}, f"known keys only: {sorted(detail)}")
        expect(TYPE_NAME.match(detail["type"]), f"the name of a type: {detail['type']}")
        made = message_class(detail["type"]).FromString(unpadded(detail["value"]))
        if "debug" in detail:
            equal(json_format.ParseDict(detail["debug"], type(made)()), made, "debug says what value says")
        outcome.details.append(made)


def payload(way, stand, body, compressed):
    body = gzip.decompress(body) if compressed else body
    made = (json_format.Parse(body, stand.response()) if way.codec == "json" else stand.response.FromString(body))
    return json.loads(getattr(made, stand.told))


def check_encoding(way, named, used):
    """Compressed only for who takes it, and only when a header says so."""
    expect(named in ([], ["identity"], ["gzip"]), f"the compression of the answer: {named}")
    expect(way.gzip or named != ["gzip"], "compressed though nobody asked")
    expect(not used or named == ["gzip"], "compressed though no header says so")


def connect_unary(way, call, outcome, body):
    split = {key: values for key, values in outcome.headers.items() if key.startswith("trailer-")}
    outcome.trailers = {key[len("trailer-"):]: values for key, values in split.items()}
    named = outcome.headers.get("content-encoding", [])
    check_encoding(way, named, False)
    if outcome.http != 200:
        body = gzip.decompress(body) if named == ["gzip"] else body
        if outcome.headers.get("content-type") != ["application/json"]:
            outcome.code = CODE_OF_HTTP.get(outcome.http, "unknown")
            return
        take_error(outcome, strict_json(body))
        return
    equal(outcome.headers.get("content-type"), [outcome.type], "the type of the answer")
    outcome.payloads.append(payload(way, stand_of(call), body, named == ["gzip"]))


def one_end(parts, flag):
    ends = [i for i, (flags, _) in enumerate(parts) if flags & flag]
    equal(ends, [len(parts) - 1], "exactly one end, last")
    flags, end = parts.pop()
    equal(flags & ~flag & ~COMPRESSED, 0, "the flags of the end")
    return gzip.decompress(end) if flags & COMPRESSED else end


def take_payloads(way, call, outcome, parts, encoding):
    check_encoding(way, outcome.headers.get(encoding, []), any(flags & COMPRESSED for flags, _ in parts))
    for flags, body in parts:
        equal(flags & ~COMPRESSED, 0, "the flags of a message")
        outcome.payloads.append(payload(way, stand_of(call), body, flags & COMPRESSED))


def connect_stream(way, call, outcome, body):
    if outcome.http != 200:
        connect_unary(way, call, outcome, body)
        return
    equal(outcome.headers.get("content-type"), [outcome.type], "the type of the answer")
    parts = frames(body)
    end = strict_json(one_end(parts, CONNECT_END))
    expect(set(end) <= {"error", "metadata"}, f"known keys only: {sorted(end)}")
    outcome.trailers = gathered((key, value) for key, values in end.get("metadata", {}).items() for value in values)
    take_payloads(way, call, outcome, parts, "connect-content-encoding")
    if "error" in end:
        expect(isinstance(end["error"], dict), "the error is an object")
        take_error(outcome, end["error"])


def take_status(outcome, rows):
    """grpc-status, grpc-message and grpc-status-details-bin, which have to agree."""
    values = gathered(rows)
    equal(len(values.get("grpc-status", [])), 1, f"one grpc-status: {values}")
    expect(re.fullmatch(r"[0-9]|1[0-6]", values["grpc-status"][0]), f"a status: {values['grpc-status']}")
    number = int(values.pop("grpc-status")[0])
    text, details = values.pop("grpc-message", [""]), values.pop("grpc-status-details-bin", [])
    equal((len(text), len(details) < 2), (1, True), "no header of the status twice")
    expect(re.fullmatch(r"(?:[\x20-\x24\x26-\x7e]|%[0-9A-Fa-f]{2})*", text[0]), f"percent-encoded: {text[0]!r}")
    outcome.message = urllib.parse.unquote(text[0], errors="strict")
    outcome.trailers = {**outcome.trailers, **values}
    if number == 0:
        equal((outcome.message, details), ("", []), "a good end has neither text nor details")
        return
    outcome.code = NAMES[number]
    if details:
        whole = message_class("google.rpc.Status").FromString(unpadded(details[0]))
        equal((whole.code, whole.message), (number, outcome.message), "the details agree with the status")
        outcome.details = [message_class(any_.type_url.rsplit("/", 1)[-1]).FromString(any_.value)
                           for any_ in whole.details]


def web(way, call, outcome, body):
    if outcome.http != 200:
        outcome.code = CODE_OF_HTTP.get(outcome.http, "unknown")
        return
    equal(outcome.headers.get("content-type"), [outcome.type], "the type of the answer")
    if "grpc-status" in outcome.headers:
        equal(body, b"", "an end in the headers has no body")
        take_status(outcome, [(key, value) for key, values in outcome.headers.items() for value in values])
        return
    parts = frames(decoded(body) if way.protocol == WEB_TEXT else body)
    block = one_end(parts, WEB_TRAILERS).decode("ascii")
    expect(re.fullmatch(r"(?:[^\r\n:]+:[^\r\n]*\r\n)*", block), f"lines of trailers: {block!r}")
    rows = [[part.strip(" \t") if i else part for i, part in enumerate(line.split(":", 1))]
            for line in block.split("\r\n")[:-1]]
    expect(all(key == key.lower() and key == key.strip() for key, _ in rows), f"lower-case, not folded: {block!r}")
    take_status(outcome, rows)
    take_payloads(way, call, outcome, parts, "grpc-encoding")


def native(way, call, outcome, body, trailers):
    equal(outcome.http, 200, "HTTP's status says nothing")
    expect(outcome.headers["content-type"][0].startswith("application/grpc"), "the type of the answer")
    if trailers:
        take_status(outcome, trailers)
    else:
        equal(body, b"", "an end in the headers has no body")
        take_status(outcome, [(key, value) for key, values in outcome.headers.items() for value in values])
    take_payloads(way, call, outcome, frames(body), "grpc-encoding")


def understand(way, call, asked, http_status, rows, body, trailers):
    """The outcome of what was asked; AssertionError when the answer's bytes break a rule."""
    outcome = Outcome(http_status)
    outcome.type = dict(asked[2]).get("content-type", content_type(way, call))
    outcome.headers = gathered(rows)
    if way.protocol == "grpc":
        native(way, call, outcome, body, trailers)
    elif way.protocol != "connect":
        web(way, call, outcome, body)
    elif call == "stream":
        connect_stream(way, call, outcome, body)
    else:
        connect_unary(way, call, outcome, body)
    if outcome.code and way.protocol == "connect" and call != "stream" and http_status not in (404, 405, 415):
        equal(http_status, HTTP_OF[outcome.code], f"HTTP's status of {outcome.code}")
    return outcome
