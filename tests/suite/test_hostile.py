"""What a hostile client with a certificate of its own can do to a running suite: nothing that others notice.

Each case ends with the same processes still answering; what is refused is refused with a code of the contract."""

import base64
import json
import os
import ssl
import socket
import subprocess
import time

import grpc
from suite import SERVICES, Suite, details_of, equal, eventually, expect, fail, method_of, new, reason_of, run

LEDGER = "/entente.ledger.v1.LedgerService/BatchGetCounters"
UPDATE = "/entente.onboard.v1.PlanService/ProposePlan"
VERIFY = "/entente.ledger.v1.LedgerService/VerifyLedger"
GET = "/entente.onboard.v1.PartnershipService/GetPartnership"
OWN = b"vendors/halden/partnerships/orvane"
UNREACHABLE = "UNAVAILABLE"


def raw(data):
    return data


def text(number, value):
    size = len(value)
    return bytes([number << 3 | 2]) + (bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])) + value


def ask(suite, method, body, token=None, service="onboard", timeout=10, metadata=(), messages=None, **options):
    """The code's name, the error if any, and the seconds it took."""
    token = suite.vendor() if token is None else token
    metadata = tuple(metadata) + ((("authorization", f"Bearer {token}"),) if token else ())
    began = time.monotonic()
    try:
        if messages:
            call = suite.channel(service).stream_unary(method, raw, raw)
            call(iter(messages), timeout=timeout, metadata=metadata)
        else:
            call = suite.channel(service).unary_unary(method, raw, raw)
            call(body, timeout=timeout, metadata=metadata, **options)
        return "OK", None, time.monotonic() - began
    except grpc.RpcError as error:
        return error.code().name, error, time.monotonic() - began


def refused(suite, what, wanted, *words, **options):
    code, error, took = ask(suite, *words, **options)
    expect(code in wanted.split("|"), f"{what}: {code} {error and error.details()}, expected {wanted}")
    expect(took < 3, f"{what} took {took:.1f} s")
    return error


def check_messages(suite):
    many = text(2, b"\xff") * 250000
    error = refused(suite, "malformed texts", "INVALID_ARGUMENT", LEDGER, many)
    listed = details_of(error)[1]["BadRequest"].field_violations
    expect(len(listed) >= 10, f"{len(listed)} violations are listed")
    refused(suite, "malformed texts of a stranger", "UNAUTHENTICATED", LEDGER, many, token="")
    try:
        suite.call("OrganizationService/CreateOrganization",
                   {"parent": "vendors/halden", "requestId": "no space allowed", "organizationId": "UPPER",
                    "organization": {"countryCode": "usa", "roles": [99]}})
        fail("mistakes are taken")
    except grpc.RpcError as mistakes:
        fields = [v.field for v in details_of(mistakes)[1]["BadRequest"].field_violations]
        for field in ("request_id", "organization_id", "organization.country_code", "organization.roles[0]",
                      "organization.legal_name"):
            expect(field in fields, f"{field} is not in {fields}")
    refused(suite, "NUL", "INVALID_ARGUMENT", GET, text(1, OWN + b"\0"))
    deep = b""
    for _ in range(3000):
        deep = b"\x1a" + _varint(len(deep)) + deep
    refused(suite, "depth", "INVALID_ARGUMENT", LEDGER, text(1, b"vendors/halden") + deep)
    refused(suite, "a group", "INVALID_ARGUMENT", GET, b"\x0b\x0c")
    refused(suite, "an endless varint", "INVALID_ARGUMENT", GET, b"\x08" + b"\xff" * 11)
    refused(suite, "a length beyond the end", "INVALID_ARGUMENT", GET, b"\x0a\xff\xff\xff\xff\x0f")
    refused(suite, "2 MB", "RESOURCE_EXHAUSTED", GET, bytes(2 << 20))
    refused(suite, "gzip", "UNIMPLEMENTED", GET, text(1, OWN) * 500, compression=grpc.Compression.Gzip)
    code, error, _ = ask(suite, GET, text(1, OWN) + b"\xba\x3e\x03abc")
    equal(code, "OK", "unknown binary fields of a newer client")


def _varint(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def check_second_message(suite):
    plan = text(1, OWN + b"/plans/none") + text(3, b"second-message")
    one = refused(suite, "one message", "NOT_FOUND|FAILED_PRECONDITION|INVALID_ARGUMENT", UPDATE, b"",
                  messages=[plan])
    if one.code().name == "INVALID_ARGUMENT":
        fail(f"the request is wrong: {one.details()}")
    equal(ask(suite, GET, b"", messages=[text(1, OWN)])[0], "OK", "one message of a read")
    for method, message in ((UPDATE, plan), (GET, text(1, OWN)), (VERIFY, text(1, b"vendors/halden"))):
        two = refused(suite, f"two messages of {method}", "UNIMPLEMENTED", method, b"", messages=[message, message])
        equal(reason_of(two), "MESSAGE_SURPLUS", "reason")


def _part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def check_tokens(suite):
    good = suite.vendor()
    header, claims, signature = good.split(".")
    read = json.loads(base64.urlsafe_b64decode(header + "=="))
    cases = {
        "none": _part(dict(read, alg="none")) + "." + claims + ".",
        "HS256": _part(dict(read, alg="HS256")) + "." + claims + "." + signature,
        "kid traversal": _part(dict(read, kid="../../etc/passwd")) + "." + claims + "." + signature,
        "jku": _part(dict(read, jku="http://127.0.0.1/")) + "." + claims + "." + signature,
        "other claims": header + "." + _part({"vendor": "other"}) + "." + signature,
        "no signature": header + "." + claims + ".",
        "two parts": header + "." + claims,
        "nothing": "x",
        "long": "a" * 4097,
        "duplicate key": base64.urlsafe_b64encode(
            json.dumps(read)[:-1].encode() + b', "alg": "none"}').rstrip(b"=").decode() + f".{claims}.{signature}",
    }
    for name, token in cases.items():
        error = refused(suite, f"token {name}", "UNAUTHENTICATED", GET, text(1, OWN), token=token)
        expect(token not in error.details() and "/" not in error.details(), f"{name} tells: {error.details()}")
    refused(suite, "two tokens", "UNAUTHENTICATED", GET, text(1, OWN),
            metadata=[("authorization", f"Bearer {good}")])
    refused(suite, "no scheme", "UNAUTHENTICATED", GET, text(1, OWN), token="",
            metadata=[("authorization", good)])


def check_hidden_is_absent(suite):
    other = suite.token(vendor="other", role="ADMINISTRATOR")
    partner = suite.partner("brightmoor-group")
    for token in (other, partner):
        said = {ask(suite, GET, text(1, name), token=token)[1].details()
                for name in (OWN, OWN + b"-absent", b"vendors/nobody/partnerships/orvane")}
        equal(len(said), 1, f"answers for hidden and absent: {said}")


def check_headers(suite):
    """Each over a connection of its own: gRPC core closes the whole of it."""
    for name, value in (("grpclb_client_stats", "x"), ("x-long", "a" * 60000), ("x-trace-bin", "%%%"),
                        ("grpc-timeout", "99999999999H"), ("grpc-timeout", "-1S"), ("grpc-encoding", "snappy"),
                        ("te", "nonsense"), ("content-type", "application/json"), (":method", "GET")):
        curl(suite, name, value)
        refused(suite, f"after {name}", "OK", GET, text(1, OWN))


def curl(suite, name, value):
    tls = os.path.join(suite.var, "tls")
    words = ["curl", "-s", "-o", os.devnull, "--http2", "--max-time", "3", "--cacert", f"{tls}/ca.pem", "--cert",
             f"{tls}/local.pem", "--key", f"{tls}/local.key", "-H", "content-type: application/grpc", "-H",
             "te: trailers", "--data-binary", "@-",
             f"https://localhost:{suite.port('onboard')}{GET}"]
    if name == ":method":
        words += ["-X", value]
    else:
        words += ["-H", f"{name}: {value}"]
    subprocess.run(words, input=b"\0\0\0\0\0", check=False, timeout=10)


def connect(suite, certificate=None, authority=None):
    """A TLS handshake, and whether the server goes on with it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    if certificate:
        context.load_cert_chain(certificate, authority)
    with socket.create_connection(("127.0.0.1", suite.port("onboard")), timeout=5) as plain:
        try:
            with context.wrap_socket(plain, server_hostname="onboard") as secure:
                secure.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0")
                return len(secure.recv(1)) > 0
        except (ssl.SSLError, ConnectionError):
            return False


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=30)


def check_certificates(suite):
    folder, tls = suite.folder, os.path.join(suite.var, "tls")
    expect(connect(suite, f"{tls}/local.pem", f"{tls}/local.key"), "the suite's own certificate is refused")
    expect(not connect(suite), "no certificate is accepted")
    alone = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
             "/CN=onboard", "-addext", "subjectAltName=URI:spiffe://entente.local/service/gateway"]
    openssl(*alone, "-keyout", f"{folder}/a.key", "-out", f"{folder}/a.pem")
    expect(not connect(suite, f"{folder}/a.pem", f"{folder}/a.key"), "a certificate of another authority is accepted")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=gateway",
            "-keyout", f"{folder}/b.key", "-out", f"{folder}/b.csr")
    sign = ["x509", "-req", "-in", f"{folder}/b.csr", "-CA", f"{tls}/ca.pem", "-CAkey", f"{tls}/ca.key",
            "-CAcreateserial", "-CAserial", f"{folder}/serial"]
    openssl(*sign, "-days", "-1", "-out", f"{folder}/expired.pem")
    expect(not connect(suite, f"{folder}/expired.pem", f"{folder}/b.key"), "an expired certificate is accepted")
    openssl(*sign, "-days", "1", "-out", f"{folder}/nameless.pem")
    with open(f"{tls}/ca.pem", "rb") as ca, open(f"{folder}/b.key", "rb") as key, \
            open(f"{folder}/nameless.pem", "rb") as own:
        credentials = grpc.ssl_channel_credentials(ca.read(), key.read(), own.read())
    with grpc.secure_channel(f"127.0.0.1:{suite.port('onboard')}", credentials) as channel:
        try:
            channel.unary_unary(GET, raw, raw)(text(1, OWN), timeout=5,
                                               metadata=(("authorization", f"Bearer {suite.vendor()}"),))
            fail("a certificate without a name of ours is accepted")
        except grpc.RpcError as error:
            equal(error.code().name, "UNAUTHENTICATED", "a certificate without a name of ours")


def memory_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def is_sanitized(pid):
    """AddressSanitizer keeps freed memory and a shadow of every stack: its process says nothing of ours."""
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as file:
        return "libasan" in file.read()


def answers_again(suite, what):
    """What still serves the flood may turn calls away for a moment, but no longer."""
    until = time.monotonic() + 15
    while ask(suite, GET, text(1, OWN))[0] == "RESOURCE_EXHAUSTED" and time.monotonic() < until:
        time.sleep(0.1)
    refused(suite, what, "OK", GET, text(1, OWN))


def check_floods(suite):
    """Calls cancelled as soon as they are made, and connections that say nothing."""
    before = memory_mb(suite.pid("onboard"))
    call = suite.channel("onboard").unary_unary(GET, raw, raw)
    metadata = (("authorization", f"Bearer {suite.vendor()}"),)
    for _ in range(5000):
        call.future(text(1, OWN), metadata=metadata, timeout=5).cancel()
    idle = [socket.create_connection(("127.0.0.1", suite.port("onboard")), timeout=5) for _ in range(1000)]
    answers_again(suite, "beside idle connections")
    for connection in idle:
        connection.close()
    refused(suite, "after the floods", "OK", GET, text(1, OWN))
    if not is_sanitized(suite.pid("onboard")):
        eventually(lambda: memory_mb(suite.pid("onboard")) < before + 100, "memory comes back", 20)


def check_trace(suite):
    """One call to the gateway has one trace id in the logs of all who took part."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    method = method_of("PerformanceService/GetPartnershipPerformance")
    asked = {"name": OWN.decode(), "asOf": "2026-07-01T00:00:00Z"}  # an earlier time, as no view of it is kept
    view = new(method.input_type, asked).SerializeToString()
    refused(suite, "view", "OK", "/entente.gateway.v1.PerformanceService/GetPartnershipPerformance", view,
            service="gateway", metadata=[("traceparent", f"00-{trace}-00f067aa0ba902b7-01")])

    def seen():
        found = []
        for part in SERVICES:
            with open(os.path.join(suite.var, "log", part + ".log"), encoding="utf-8") as file:
                lines = [json.loads(line) for line in file if trace in line]
            found += [part] if lines else []
        return len(found) == len(SERVICES)
    eventually(seen, "the trace is in every log", 10)


def check_nothing_internal_is_told(suite):
    """A dead pillar shows as missing, without a word of where it was to be found."""
    os.kill(suite.pid("sell"), 9)
    eventually(lambda: "cannot be reached" in told(suite), "sell is missing", 10)
    expect("127.0.0.1" not in told(suite), f"an address is told: {told(suite)}")


def told(suite):
    view = suite.call("PerformanceService/GetPartnershipPerformance", {"name": OWN.decode()})
    return " ".join(section.problem for section in view.sections)


def check_logs(suite):
    """One JSON object a line, no token in any of them."""
    tokens = [token.split(".")[2] for token in suite.tokens.values()]
    for part in SERVICES:
        with open(os.path.join(suite.var, "log", part + ".log"), encoding="utf-8") as file:
            for line in file:
                if line.startswith("=="):
                    continue  # AddressSanitizer speaks for itself
                read = json.loads(line)
                expect(isinstance(read, dict), f"{part} logs {line}")
                expect(not any(token in line for token in tokens), f"{part} logs a token: {line}")


CHECKS = [check_messages, check_second_message, check_tokens, check_hidden_is_absent, check_headers,
          check_certificates, check_floods, check_trace, check_logs]


def hostile():
    with Suite("hostile") as suite:
        suite.up()
        pids = {part: suite.pid(part) for part in SERVICES}
        for check in CHECKS:
            check(suite)
            equal({part: suite.pid(part) for part in SERVICES}, pids, f"processes after {check.__name__}")
            for part in SERVICES:
                os.kill(pids[part], 0)
        check_nothing_internal_is_told(suite)


run(hostile)
