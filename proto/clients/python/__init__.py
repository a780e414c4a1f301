"""Entente's contracts for Python: generated modules such as entente.onboard.v1.plan_service_pb2_grpc, and below what
a program needs around them. Methods and fields: docs/api."""

import dataclasses
import pathlib

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


def connect(address, ca, certificate, key, token=None):
    """A channel over mutual TLS to a pillar or to the gateway (`127.0.0.1:7700`); the files are PEM. With a user's
    token every call is made as that user, else as the program itself."""
    def read(path):
        return pathlib.Path(path).read_bytes()
    channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(read(ca), read(key), read(certificate)))
    return grpc.intercept_channel(channel, _Token(token)) if token else channel


class _Details(tuple, grpc.ClientCallDetails):
    """What an interceptor passes on; grpc reads it by attribute."""

    def __new__(cls, details, metadata):
        made = super().__new__(cls)
        made.method, made.timeout, made.metadata = details.method, details.timeout, metadata
        made.credentials = getattr(details, "credentials", None)
        made.wait_for_ready = getattr(details, "wait_for_ready", None)
        made.compression = getattr(details, "compression", None)
        return made


class _Token(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    def __init__(self, token):
        self._header = ("authorization", f"Bearer {token}")

    def _with(self, details):
        return _Details(details, [*(details.metadata or ()), self._header])

    def intercept_unary_unary(self, continuation, details, request):
        return continuation(self._with(details), request)

    def intercept_unary_stream(self, continuation, details, request):
        return continuation(self._with(details), request)


@dataclasses.dataclass
class Refusal:
    """Why a call was refused. Lists are empty, and texts "", where the service told nothing."""

    code: grpc.StatusCode
    message: str
    reason: str = ""  # such as INVALID_STATE; stable, unlike the message
    domain: str = ""  # which service: onboard.entente
    metadata: dict = dataclasses.field(default_factory=dict)
    violations: list = dataclasses.field(default_factory=list)  # everything that is wrong with the request
    unmet: list = dataclasses.field(default_factory=list)  # what has to hold first


def refusal_of(error):
    """Of a grpc.RpcError that a call raised."""
    made = Refusal(error.code(), error.details() or "")
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        for detail in _message("google.rpc.Status").FromString(value).details:
            name = detail.type_url.rsplit("/", 1)[-1]
            if name == "google.rpc.ErrorInfo":
                info = _message(name).FromString(detail.value)
                made.reason, made.domain, made.metadata = info.reason, info.domain, dict(info.metadata)
            elif name == "google.rpc.BadRequest":
                made.violations = list(_message(name).FromString(detail.value).field_violations)
            elif name == "google.rpc.PreconditionFailure":
                made.unmet = list(_message(name).FromString(detail.value).violations)
    return made


def _details_pool():
    """google.rpc in a pool of its own: another package of the program may bring the same files."""
    pool = descriptor_pool.DescriptorPool()
    files = pathlib.Path(__file__).with_name("details.binpb").read_bytes()
    for file in descriptor_pb2.FileDescriptorSet.FromString(files).file:
        pool.Add(file)
    return pool


_POOL = _details_pool()
_FACTORY = None if hasattr(message_factory, "GetMessageClass") else message_factory.MessageFactory(_POOL)


def _message(name):
    """protobuf renamed this between its versions 3.21 and 4.22."""
    found = _POOL.FindMessageTypeByName(name)
    return _FACTORY.GetPrototype(found) if _FACTORY else message_factory.GetMessageClass(found)
