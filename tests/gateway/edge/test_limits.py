"""What the edge bears: slow, large, many and vanishing clients, pillars that hang or die, pages of other origins, its
own end, and TLS."""

import http.client
import json
import os
import select
import signal
import ssl
import subprocess
import threading
import time
import urllib.request

from suite import Suite, alive, equal, eventually, expect, run
from wire import GET_PARTNERSHIP, ORVANE, VERIFY, Edge, check_error, connect_error, frame, reason, stream_end

JSON, STREAM = "application/json", "application/connect+json"
ASK = json.dumps({"name": ORVANE}).encode()
SELL = "/entente.sell.v1.OpportunityService/ListOpportunities"
SELL_ASK = json.dumps({"parent": ORVANE}).encode()
ORIGIN = "https://portal.example"
SETTINGS = {"ENTENTE_HTTP_ARRIVAL_MS": "1200", "ENTENTE_HTTP_ADDRESS_CONNECTIONS_MAX": "24",
            "ENTENTE_HTTP_STREAM_IDLE_MS": "900", "ENTENTE_HTTP_ORIGINS": f"{ORIGIN}, http://localhost:3000"}


def metric(suite, row):
    with urllib.request.urlopen(f"http://127.0.0.1:{suite.base + 2000}/metrics", timeout=5) as answer:
        for line in answer.read().decode().splitlines():
            if line.rsplit(" ", 1)[0] == row:
                return int(line.rsplit(" ", 1)[1])
    return 0


def head(edge, path=GET_PARTNERSHIP, body=ASK, content_type=JSON):
    return (f"POST {path} HTTP/1.1\r\nHost: edge\r\nAuthorization: Bearer {edge.token}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n").encode()


class Hanging:
    """A pillar that answers nothing, for the time of a block."""

    def __init__(self, suite, pillar="sell"):
        self.pid = suite.pid(pillar)

    def __enter__(self):
        os.kill(self.pid, signal.SIGSTOP)

    def __exit__(self, kind, error, trace):
        os.kill(self.pid, signal.SIGCONT)


def closed(peer, seconds):
    peer.settimeout(seconds)
    try:
        while peer.recv(65536):
            pass
    except (ConnectionResetError, BrokenPipeError):
        pass
    return True


def served(edge):
    """Whether there is room for a connection, and an answer on it."""
    try:
        return edge.post(GET_PARTNERSHIP, JSON, ASK).status == 200
    except (ConnectionResetError, http.client.RemoteDisconnected):
        return False


def slow_clients(suite, edge):
    whole = head(edge)
    peers = [edge.raw(), edge.raw(whole[:20]), edge.raw(whole[:-2]), edge.raw(whole), edge.raw(whole, ASK[:5])]
    equal(edge.post(GET_PARTNERSHIP, JSON, ASK).status, 200, "others are served meanwhile")
    drip = edge.raw(whole[:4])

    def dripping():
        try:
            for at in range(4, len(whole)):
                drip.sendall(whole[at:at + 1])
                time.sleep(0.1)
        except OSError:
            pass

    slowly = threading.Thread(target=dripping)
    slowly.start()
    begun = time.monotonic()
    for peer in peers + [drip]:
        expect(closed(peer, 5), "a request that does not arrive is given up")
    expect(time.monotonic() - begun < 4, "in time, drop by drop too")
    slowly.join()
    expect(alive(suite.pid("gateway")), "the gateway lives on")


def kept_connections(suite, edge):
    connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=5)
    for _ in range(20):
        connection.request("POST", GET_PARTNERSHIP, ASK,
                           {"Authorization": f"Bearer {edge.token}", "Content-Type": JSON})
        equal(connection.getresponse().read()[:8], b'{"name":', "one connection, many requests")
    connection.close()
    peer = edge.raw((head(edge) + ASK) * 3)
    got = b""
    while got.count(b"HTTP/1.1 200 OK") < 3 or not got.endswith(b"}"):
        piece = peer.recv(65536)
        expect(piece, f"three answers to three requests sent at once: {got!r}")
        got += piece
    peer.close()
    for i in range(200):
        edge.raw(head(edge)[:5 + i]).close()
        if i % 10 == 0:
            eventually(lambda: served(edge), "they are noticed", 5)
    eventually(lambda: served(edge) and metric(suite, "entente_edge_held") <= 1, "nothing is kept of requests that were cut off", 5)


def long_heads(_, edge):
    for line in (f"GET /{'a' * 40000} HTTP/1.1\r\n", f"GET / HTTP/1.1\r\nX-A: {'b' * 40000}\r\n",
                 "GET / HTTP/1.1\r\n" + "X-A: b\r\n" * 6000):
        peer = edge.raw()
        try:
            peer.sendall(line.encode() + b"Host: edge\r\n\r\n")
            status = peer.recv(100).split(b" ")[1:2]
        except (ConnectionResetError, BrokenPipeError):
            status = []
        expect(status in ([], [b"413"], [b"414"], [b"431"]), f"a head of 40 KB is refused: {status}")
        peer.close()
    for text in (b"\x00\x01\x02\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"POST\r\n\r\n", b"\x16\x03\x01\x02\x00\x01"):
        peer = edge.raw(text)
        peer.shutdown(1)
        expect(closed(peer, 5), f"what is no HTTP: {text!r}")
    equal(edge.post(GET_PARTNERSHIP, JSON, ASK).status, 200, "others are served")


def many_connections(_, edge):
    peers = [edge.raw(head(edge)[:30]) for _ in range(40)]
    time.sleep(0.4)
    refused = len(select.select(peers, [], [], 0)[0])
    equal(refused, 40 - 24, "connections of one address beyond the limit are closed")
    for peer in peers:
        peer.close()
    eventually(lambda: served(edge), "and then there is room again", 5)


def leaving(suite, edge):
    """A browser that goes away ends the call behind it."""
    row = 'entente_edge_calls_total{protocol="connect",code="CANCELLED"}'
    before = metric(suite, row)
    with Hanging(suite):
        peers = [edge.raw(head(edge, SELL, SELL_ASK) + SELL_ASK),
                 edge.raw(head(edge, VERIFY, frame(b'{"parent":"vendors/halden"}'), STREAM) +
                          frame(b'{"parent":"vendors/halden"}'))]
        eventually(lambda: metric(suite, "entente_edge_in_flight") == 2, "both are served", 5)
        peers[0].close()
        peers[1].close()
        eventually(lambda: metric(suite, "entente_edge_in_flight") == 0, "both are given up", 0.7)
    equal(metric(suite, row), before + 2, "as cancelled")


def deadlines(suite, edge):
    with Hanging(suite):
        begun = time.monotonic()
        answer = edge.post(SELL, JSON, SELL_ASK, ("Connect-Timeout-Ms", "300"))
        connect_error(answer, 504, "deadline_exceeded")
        expect(time.monotonic() - begun < 0.8, "no request outlives its deadline")


def quiet_streams(suite, edge):
    with Hanging(suite):
        begun = time.monotonic()
        answer = edge.post(VERIFY, STREAM, frame(b'{"parent":"vendors/halden"}'))
        took = time.monotonic() - begun
    equal(reason(check_error(stream_end(answer.body)[1]["error"], "unavailable")), "STREAM_IDLE", "why")
    expect(0.8 < took < 2.5, f"after the time that the setting says: {took}")


def dead_pillars(suite, edge):
    suite.kill("sell")
    error = connect_error(edge.post(SELL, JSON, SELL_ASK), 503, "unavailable")
    equal(reason(error), "SERVICE_UNREACHABLE", "why")
    expect("127.0.0.1" not in json.dumps(error), f"no address is told: {error}")
    suite.cli("up", "--port-base", str(suite.base), "--no-demo", env=SETTINGS)
    eventually(lambda: edge.post(SELL, JSON, SELL_ASK).status == 200, "and again once it is back", 10)


def origins(_, edge):
    asking = [("Origin", ORIGIN), ("Access-Control-Request-Method", "POST"),
              ("Access-Control-Request-Headers", "authorization,content-type,x-own,x-forwarded-for,cookie")]
    answer = edge.ask("OPTIONS", GET_PARTNERSHIP, asking, authorized=False)
    equal((answer.status, answer.body), (204, b""), "a preflight")
    equal(answer.one("access-control-allow-origin"), ORIGIN, "the origin itself, never a star")
    equal(answer.one("access-control-allow-methods"), "POST, GET", "verbs")
    equal(answer.one("access-control-max-age"), "7200", "how long it may be kept")
    equal(answer.header("access-control-allow-credentials"), [], "no credentials of the browser's own")
    allowed = {name.strip().lower() for name in answer.one("access-control-allow-headers").split(",")}
    expect({"authorization", "content-type", "connect-protocol-version", "connect-timeout-ms", "grpc-timeout",
            "x-grpc-web", "x-user-agent", "x-own"} <= allowed, f"headers: {allowed}")
    expect(not {"x-forwarded-for", "cookie", "*"} & allowed, f"and no others: {allowed}")
    expect("Origin" in answer.one("vary"), "what it depends on")
    for origin in ("https://portal.example.evil", "https://portal.exampl", "null", "http://portal.example",
                   "https://PORTAL.example", "*"):
        refused = edge.ask("OPTIONS", GET_PARTNERSHIP, [("Origin", origin), asking[1]], authorized=False)
        equal((refused.status, refused.header("access-control-allow-origin")), (403, []), origin)
        plain = edge.post(GET_PARTNERSHIP, JSON, ASK, ("Origin", origin))
        equal(plain.header("access-control-allow-origin"), [], f"an answer to {origin}")
    for origin in (ORIGIN, "http://localhost:3000"):
        for body in (ASK, b"{"):
            answer = edge.post(GET_PARTNERSHIP, JSON, body, ("Origin", origin))
            equal(answer.one("access-control-allow-origin"), origin, "an answer, or a refusal that the page may read")
            exposed = answer.one("access-control-expose-headers").lower()
            expect("grpc-status" in exposed and "grpc-message" in exposed, f"what the page may read: {exposed}")
    expect("Origin" in ", ".join(edge.post(GET_PARTNERSHIP, JSON, ASK).header("vary")), "also without an origin")


def ending(suite, edge):
    """SIGTERM: streams are told to come again, what is unary is answered, the process ends."""
    pid, got = suite.pid("gateway"), {}
    with Hanging(suite):
        def stream():
            got["stream"] = edge.post(VERIFY, STREAM, frame(b'{"parent":"vendors/halden"}'))

        waiting = threading.Thread(target=stream)
        waiting.start()
        eventually(lambda: metric(suite, "entente_edge_in_flight") == 1, "it is served", 5)
        os.kill(pid, signal.SIGTERM)
        waiting.join(8)
    error = check_error(stream_end(got["stream"].body)[1]["error"], "unavailable")
    expect(reason(error) in ("DRAINING", "STREAM_IDLE"), f"why: {error}")
    eventually(lambda: not alive(pid), "the gateway has ended", 10)


def limits():
    with Suite("limits") as suite:
        suite.cli("up", "--port-base", str(suite.base), env=SETTINGS)
        edge = Edge(suite)
        for case in (slow_clients, kept_connections, long_heads, many_connections, leaving, deadlines, quiet_streams,
                     origins, dead_pillars, ending):
            case(suite, edge)


def tls():
    with Suite("tls") as suite:
        certificate, key = (os.path.join(suite.folder, name) for name in ("edge.pem", "edge.key"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=edge",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        suite.cli("up", "--no-demo", "--port-base", str(suite.base),
                  env={"ENTENTE_HTTP_CERTIFICATE_FILE": certificate, "ENTENTE_HTTP_KEY_FILE": key})
        trust = ssl.create_default_context(cafile=certificate)
        edge = Edge(suite)
        listing = "/entente.onboard.v1.PartnershipService/ListPartnerships"
        headers = {"Authorization": f"Bearer {edge.token}", "Content-Type": JSON}
        connection = http.client.HTTPSConnection("127.0.0.1", edge.port, context=trust, timeout=10)
        for _ in range(3):
            connection.request("POST", listing, b'{"parent":"vendors/halden"}', headers)
            answer = connection.getresponse()
            equal((answer.status, answer.read()), (200, b"{}"), "over TLS")
        for version, taken in (("1.1", False), ("1.2", True), ("1.3", True)):
            done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{edge.port}", "-cipher",
                                   "ALL:@SECLEVEL=0", f"-tls{version.replace('.', '_')}"], input="", text=True,
                                  capture_output=True, check=False, timeout=20)
            equal("Cipher is (NONE)" not in done.stdout, taken, f"TLS {version}: {done.stdout}{done.stderr}")
        with Hanging(suite, "onboard"):
            left = http.client.HTTPSConnection("127.0.0.1", edge.port, context=trust, timeout=10)
            left.request("POST", listing, b'{"parent":"vendors/halden"}', headers)
            eventually(lambda: metric(suite, "entente_edge_in_flight") == 1, "it is served", 5)
            left.close()
            eventually(lambda: metric(suite, "entente_edge_in_flight") == 0, "and given up", 2)
        plain = edge.raw(b"GET / HTTP/1.1\r\nHost: edge\r\n\r\n")
        expect(closed(plain, 20), "plain HTTP is not answered")


run(limits, tls)
