"""Calls the test's server with clients that are not ours: Python's grpcio, and raw bytes.

Usage: foreign_client.py CASE PORT [FOLDER]; exits 0 when the case holds.
"""
import importlib.util
import subprocess
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool

LIST = "/entente.ledger.v1.LedgerService/ListLedgerEntries"


def raw(data):
    return data


def text_field(number, value):
    assert len(value) < 128
    return bytes([number << 3 | 2, len(value)]) + value


def request(act=b"", token=b""):
    return text_field(1, b"vendors/acme") + text_field(5, act) + text_field(3, token)


def channel(port):
    return grpc.insecure_channel("127.0.0.1:%s" % port)


def call(port, body, method=LIST, **arguments):
    """Answers the status code and the bytes or the error."""
    with channel(port) as connection:
        try:
            return grpc.StatusCode.OK, connection.unary_unary(method, raw, raw)(body, timeout=20, **arguments)
        except grpc.RpcError as error:
            return error.code(), error


def case_basic(port, _):
    code, answer = call(port, request(token=b"hello"))
    assert code == grpc.StatusCode.OK and b"hello" in answer, (code, answer)
    code, error = call(port, request(b"fail"))
    assert code == grpc.StatusCode.FAILED_PRECONDITION
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    assert b"GUARD_UNMET" in details and b"onboard.entente" in details
    code, _ = call(port, b"", method="/nothing.v1.Nothing/Nothing")
    assert code == grpc.StatusCode.UNIMPLEMENTED, code


def case_gzip(port, _):
    """A small gzip message that would inflate to 200 MB is not inflated."""
    bomb = request(token=b"x") + bytes([15 << 3 | 2, 0x80, 0x80, 0x80, 0x64]) + bytes(100 << 21)
    code, _ = call(port, bomb, compression=grpc.Compression.Gzip)
    assert code == grpc.StatusCode.UNIMPLEMENTED, code
    case_basic(port, None)


def case_malformed(port, _):
    for body in (
        b"\xff\xff\xff",
        text_field(1, b"vendors/\xff\xfe"),
        text_field(1, b"vendors/acme") + text_field(5, b"a\0b"),
        text_field(1, b"vendors/acme") + text_field(5, b"\xed\xa0\x80"),
    ):
        code, error = call(port, body)
        assert code == grpc.StatusCode.INVALID_ARGUMENT, (body, code, error)


def case_deep(port, _):
    """Thousands of levels in a field that nobody knows, and in one that is a message."""
    for field in (15, 6):
        body = b""
        for _level in range(10000):
            if len(body) < 1 << 19:
                size, length = b"", len(body)
                while length > 127:
                    size += bytes([length & 127 | 128])
                    length >>= 7
                body = bytes([field << 3 | 2]) + size + bytes([length]) + body
        call(port, request() + body)
    case_basic(port, None)


def case_headers(port, _):
    """A header that makes gRPC core abort where an auth metadata processor is set."""
    for header in ("grpclb_client_stats: x", "grpclb_client_stats: ", "authorization: ", "traceparent: 00-zz"):
        subprocess.run(
            ["curl", "-s", "-o", "/dev/null", "--max-time", "5", "--http2-prior-knowledge",
             "-H", "content-type: application/grpc", "-H", "te: trailers", "-H", header,
             "--data-binary", "@-", "http://127.0.0.1:%s%s" % (port, LIST)],
            input=b"\0\0\0\0\x0e" + text_field(1, b"vendors/acme"), check=True)
    case_basic(port, None)


def case_trace(port, _):
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
    _, answer = call(port, request(b"trace"), metadata=[("traceparent", parent)])
    assert parent[:36].encode() in answer and parent[36:].encode() not in answer, answer
    for bad in (parent[:-1], parent.upper(), "01" + parent[2:], parent.replace("4", "g"), "00-" + "0" * 32 + parent[35:]):
        code, answer = call(port, request(b"trace"), metadata=[("traceparent", bad)])
        assert code == grpc.StatusCode.OK and bad[3:35].encode() not in answer, (bad, answer)


def case_no_message(port, _):
    with channel(port) as connection:
        try:
            connection.stream_unary(LIST, raw, raw)(iter([]), timeout=5)
            raise AssertionError("a call without a message was answered")
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNIMPLEMENTED, error


def reflection_modules(folder, version):
    name = "grpc/reflection/%s/reflection.proto" % version
    subprocess.run(["protoc", "-I", "/usr/share/grpc-proto", "--python_out", folder, name], check=True)
    path = "%s/grpc/reflection/%s/reflection_pb2.py" % (folder, version)
    spec = importlib.util.spec_from_file_location("reflection_" + version, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask_reflection(port, module, version, questions):
    method = "/grpc.reflection.%s.ServerReflection/ServerReflectionInfo" % version
    with channel(port) as connection:
        stream = connection.stream_stream(
            method, lambda m: m.SerializeToString(), module.ServerReflectionResponse.FromString)
        return list(stream(iter(questions), timeout=20))


def check_reflection(port, module, version):
    ask = module.ServerReflectionRequest
    (listed,) = ask_reflection(port, module, version, [ask(list_services="")])
    services = sorted(service.name for service in listed.list_services_response.service)
    assert services == ["entente.ledger.v1.LedgerService", "grpc.health.v1.Health",
                        "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"], services
    for answer, service in zip(
            ask_reflection(port, module, version, [ask(file_containing_symbol=name) for name in services]), services):
        pool = descriptor_pool.DescriptorPool()
        files = [descriptor_pb2.FileDescriptorProto.FromString(data)
                 for data in answer.file_descriptor_response.file_descriptor_proto]
        waiting = {file.name: file for file in files}
        while waiting:
            ready = [f for f in waiting.values() if not any(d in waiting for d in f.dependency)]
            for file in ready:
                pool.Add(waiting.pop(file.name))
        assert pool.FindServiceByName(service).methods, service
    options = "google.protobuf.MethodOptions"
    numbers, extension, file, absent, unknown_type = ask_reflection(port, module, version, [
        ask(all_extension_numbers_of_type=options),
        ask(file_containing_extension=module.ExtensionRequest(containing_type=options, extension_number=50101)),
        ask(file_by_filename="entente/type/v1/party.proto"),
        ask(file_containing_symbol="no.such.Thing"),
        ask(all_extension_numbers_of_type="no.such.Type")])
    assert list(numbers.all_extension_numbers_response.extension_number) == [50101], numbers
    assert len(extension.file_descriptor_response.file_descriptor_proto) >= 2
    assert len(file.file_descriptor_response.file_descriptor_proto) == 1
    assert absent.error_response.error_code == 5 and unknown_type.error_response.error_code == 5


def case_reflection(port, folder):
    for version in ("v1", "v1alpha"):
        check_reflection(port, reflection_modules(folder, version), version)


if __name__ == "__main__":
    globals()["case_" + sys.argv[1]](sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
