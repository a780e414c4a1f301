"""The service behind the gateway in conformance cases: it answers what the request asks for, and says what it saw.

The suite's own service cannot stand behind this gateway, which passes on methods of its contracts alone. Two
methods of sell take its place; a text field of each carries what the request asks for, and one of each answer what
is told of the request."""

import base64
import hashlib
import json
import time
from concurrent import futures

import grpc
from google.protobuf.message import DecodeError
from suite import eventually, message_class
from wire import CODES

STATUS = {CODES[code.value[0]][0]: code for code in grpc.StatusCode if code.value[0]}
FAR = 1e9  # seconds: what gRPC in Python says when there is no deadline


class Stand:
    """A method that takes the place of one of the suite's service: which fields carry what."""

    def __init__(self, path, request, asked, padding, response, told):
        self.path, self.asked, self.padding, self.told = path, asked, padding, told
        self.request, self.response = message_class(request), message_class(response)

    def ask(self, answer=None, size=None):
        """A request for this answer; with a size, of exactly as many bytes."""
        made = self.request()
        if answer is not None:
            setattr(made, self.asked, json.dumps(answer))
        while size is not None and made.ByteSize() != size:
            text = getattr(made, self.padding)
            setattr(made, self.padding, "p" * (len(text) + size - made.ByteSize()))
        return made

    def tell(self, payload):
        return self.response(**{self.told: json.dumps(payload)})


UNARY = Stand("/entente.sell.v1.OpportunityService/ListOpportunities", "entente.sell.v1.ListOpportunitiesRequest",
              "page_token", "parent", "entente.sell.v1.ListOpportunitiesResponse", "next_page_token")
STREAM = Stand("/entente.sell.v1.PipelineService/WatchPipeline", "entente.sell.v1.WatchPipelineRequest",
               "cursor", "name", "entente.sell.v1.WatchPipelineResponse", "cursor")


def digest(message):
    """Stands for a whole request in what is told of it: an answer could not hold the largest."""
    return hashlib.sha256(message.SerializeToString(deterministic=True)).hexdigest()


def serve(suite, handler):
    """A gRPC server in Python in the place of `sell`, which must be dead; stop() ends it."""
    def read(name):
        with open(f"{suite.var}/tls/{name}", "rb") as file:
            return file.read()

    server = grpc.server(futures.ThreadPoolExecutor(16), handlers=[handler], options=[("grpc.so_reuseport", 0)])
    credentials = grpc.ssl_server_credentials([(read("sell.key"), read("sell.pem"))], read("ca.pem"), True)
    address = f"127.0.0.1:{suite.port('sell')}"

    def bound():
        try:
            return server.add_secure_port(address, credentials)
        except RuntimeError:
            return 0  # a process that was killed holds its port until all of its memory is given back

    eventually(bound, f"{address} can be listened on", 30)
    server.start()
    return server


class Reference(grpc.GenericRpcHandler):
    def service(self, details):
        stand = next((stand for stand in (UNARY, STREAM) if stand.path == details.method), None)
        if not stand:
            return None  # the gateway and other pillars follow the feed meanwhile
        metadata = list(details.invocation_metadata)
        return grpc.stream_stream_rpc_method_handler(
            lambda requests, context: answer(stand, requests, context, metadata))


def pairs(headers):
    return [(key, value) for key, values in headers.items() for value in values]


def answer(stand, requests, context, metadata):
    remaining = context.time_remaining()
    try:
        messages = [stand.request.FromString(message) for message in requests]
    except DecodeError:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no message of its type")
    asked = json.loads(getattr(messages[0], stand.asked) or "{}")
    seen = {"requests": [digest(message) for message in messages],
            "timeout_ms": None if remaining is None or remaining > FAR else int(remaining * 1000),
            "headers": [[key, value] for key, value in metadata if key.startswith("x-conformance-")]}
    context.send_initial_metadata(pairs(asked.get("headers", {})))
    data = asked.get("data", [] if stand is STREAM else [""])
    error = asked.get("error")
    trailers = pairs(asked.get("trailers", {}))
    if error and not asked.get("data"):
        data = []
        trailers.append(("grpc-status-details-bin", status_with(stand, error, seen)))
    context.set_trailing_metadata(trailers)
    for i, piece in enumerate(data):
        pause(context, asked.get("delay_ms", 0) / 1000)
        yield stand.tell({"data": piece, **({} if i else {"seen": seen})}).SerializeToString()
    if error:
        context.set_code(STATUS[error["code"]])
        context.set_details(error["message"])


def status_with(stand, error, seen):
    status = message_class("google.rpc.Status")(code=STATUS[error["code"]].value[0], message=error["message"])
    status.details.add().Pack(stand.tell({"seen": seen}))
    return status.SerializeToString()


def pause(context, seconds):
    until = time.monotonic() + seconds
    while context.is_active() and time.monotonic() < until:
        time.sleep(0.02)


def data_of(payload):
    return base64.b64decode(payload.get("data", ""))
