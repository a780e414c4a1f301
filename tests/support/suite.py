"""A whole suite for one test: ports, folder and processes of its own, and calls by the contracts.

`with Suite("name") as suite:` removes everything at the end, whatever happened. Calls are made from the
descriptor set that the programs serve, so that no generated code is needed and a new method is there by itself.
"""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf import any_pb2, duration_pb2, empty_pb2, field_mask_pb2, timestamp_pb2  # noqa: F401 (the pool)

BUILD = os.environ["ENTENTE_BUILD"]
SOURCE = os.environ["ENTENTE_SOURCE"]
PROGRAM = os.path.join(BUILD, "bin", "entente")
PILLARS = ["onboard", "enable", "market", "sell", "incentivize"]
SERVICES = PILLARS + ["gateway"]
PARTS = ["redis"] + SERVICES
OFFSETS = list(range(6)) + [80] + list(range(2000, 2006))
READY_S = 60
SHOWN = 500  # characters of a value, from shortly before the first difference
QUIET = re.compile(r'"level":"info"| \* | # (Configuration|Server|WARNING Memory|oO0|Redis version)')


def fail(text):
    raise AssertionError(text)


def expect(condition, text):
    if not condition:
        fail(text)


def equal(got, wanted, what):
    if got != wanted:
        seen, due = repr(got), repr(wanted)
        start = max(len(os.path.commonprefix([seen, due])) - SHOWN // 2, 0) if len(seen) > SHOWN else 0
        fail(f"{what}: {seen[start:start + SHOWN]}, expected {due[start:start + SHOWN]}")


def eventually(check, what, seconds=READY_S):
    """Waits until `check` answers something true, and returns it."""
    until = time.monotonic() + seconds
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > until:
            fail(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_base():
    """Below the kernel's own range, beside the ports that tests/cli takes."""
    for _ in range(500):
        base = 20000 + random.SystemRandom().randrange(900) * 10
        if base % 100 < 80 and all(free(base + offset) for offset in OFFSETS):
            return base
    fail("no free ports")


# ---- the contracts ----


def _pool():
    """The default pool, so that the contracts' own options are read as such."""
    pool = descriptor_pool.Default()
    whole = descriptor_pb2.FileDescriptorSet()
    with open(os.path.join(BUILD, "proto-gen", "contract.binpb"), "rb") as file:
        whole.ParseFromString(file.read())
    for file in whole.file:
        if not file.name.startswith("google/protobuf/"):
            pool.AddSerializedFile(file.SerializeToString())
    return pool, [pool.FindFileByName(file.name) for file in whole.file]


POOL, FILES = _pool()
FACTORY = message_factory.MessageFactory(POOL)
POLICY = POOL.FindExtensionByName("entente.option.v1.method")
RULE = POOL.FindExtensionByName("entente.option.v1.field")
for _file in FILES:  # registers extensions with the options' messages
    FACTORY.GetMessages([_file.name])


def message_class(name):
    return FACTORY.GetPrototype(POOL.FindMessageTypeByName(name))


def new(descriptor, value=None):
    made = FACTORY.GetPrototype(descriptor)()
    if value:
        json_format.ParseDict(value, made)
    return made


def services():
    return [service for file in FILES for service in file.services_by_name.values()]


def method_of(name):
    """`PlanService/GetPlan`, or with the whole name of the service."""
    wanted, verb = name.split("/")
    found = [s.methods_by_name[verb] for s in services()
             if (s.full_name == wanted or s.name == wanted) and verb in s.methods_by_name]
    equal(len(found), 1, f"methods called {name}")
    return found[0]


def path_of(method):
    return f"/{method.containing_service.full_name}/{method.name}"


def policy_of(method):
    return method.GetOptions().Extensions[POLICY]


def pillar_of(method):
    """Which process serves it; None when every pillar does."""
    part = method.containing_service.full_name.split(".")[1]
    return part if part in SERVICES else None


def details_of(error):
    """google.rpc.Status of a refused call, its details unpacked: {type's last name: message}."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = message_class("google.rpc.Status")()
            status.ParseFromString(value)
            unpacked = {}
            for detail in status.details:
                name = detail.type_url.rsplit("/", 1)[-1]
                inner = message_class(name)()
                inner.ParseFromString(detail.value)
                unpacked[name.rsplit(".", 1)[-1]] = inner
            return status, unpacked
    return None, {}


def reason_of(error):
    info = details_of(error)[1].get("ErrorInfo")
    return info.reason if info else ""


# ---- the suite ----


class Suite:
    def __init__(self, name):
        self.folder = tempfile.mkdtemp(prefix=f"entente-{name}-", dir="/tmp")
        self.var = os.path.join(self.folder, "var")
        self.base = free_base()
        self.channels = {}
        self.tokens = {}
        self.steps = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close_channels()
        if kind and os.path.isdir(self.var):
            self.print_logs()
        self.cli("down", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def print_logs(self):
        for part in PARTS:
            log = os.path.join(self.var, "log", part + ".log")
            if os.path.exists(log):
                with open(log, encoding="utf-8", errors="replace") as file:
                    lines = [line for line in file if not QUIET.search(line)]
                print(f"{part}:", *lines[-3:], sep="\n  ", end="", file=sys.stderr)

    def cli(self, *words, check=True, timeout=120, env=None, stdin=None):
        """With `env`, the folder is a variable too: what is set goes before what --var names."""
        whole = dict(os.environ, ENTENTE_VAR=self.var, **(env or {}))
        folder = [] if env else ["--var", self.var]
        if words[0] != "up":  # the services themselves are held to everything
            whole["LSAN_OPTIONS"] = f"suppressions={SOURCE}/tests/support/lsan.supp:print_suppressions=0"
        done = subprocess.run([PROGRAM, *words, *folder], capture_output=True, text=True,
                              timeout=timeout, env=whole, input=stdin, check=False)
        if check and done.returncode != 0:
            fail(f"entente {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def json(self, *words, **options):
        return json.loads(self.cli(*words, "--json", **options).stdout)

    def up(self, *words):
        return self.cli("up", "--port-base", str(self.base), *words)

    def pid(self, part):
        with open(os.path.join(self.var, "run", part + ".pid"), encoding="ascii") as file:
            return int(file.read().split()[0])

    def kill(self, part):
        pid = self.pid(part)
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not alive(pid), f"{part} is dead")
        if part in SERVICES:  # a process with a large memory holds its ports until all of it is given back
            eventually(lambda: all(free(self.port(part) + side) for side in (0, 2000)), f"the ports of {part} are free")

    # -- identity --

    def token(self, **claims):
        """A token of a local user: subject, vendor, party, organization, role."""
        key = tuple(sorted(claims.items()))
        if key not in self.tokens:
            words = [word for name, value in key for word in (f"--{name}", value)]
            self.tokens[key] = self.cli("token", *words).stdout.strip()
        return self.tokens[key]

    def vendor(self):
        return self.token(role="ADMINISTRATOR")

    def partner(self, organization="orvane-global", role="ADMINISTRATOR"):
        return self.token(subject=f"lead.{organization}", party="PARTNER", organization=organization, role=role)

    def environment(self):
        """What local.env says, as a shell would have it."""
        values = dict(os.environ)
        with open(os.path.join(self.var, "local.env"), encoding="utf-8") as file:
            for line in file:
                found = re.match(r"(?:export )?(ENTENTE_[A-Z_]+)='?([^'\n]*)'?$", line)
                if found:
                    values[found.group(1)] = found.group(2)
        return values

    # -- calls --

    def credentials(self, certificate=True):
        def read(name):
            with open(os.path.join(self.var, "tls", name), "rb") as file:
                return file.read()
        if not certificate:
            return grpc.ssl_channel_credentials(read("ca.pem"))
        return grpc.ssl_channel_credentials(read("ca.pem"), read("local.key"), read("local.pem"))

    def port(self, service):
        return self.base + (SERVICES.index(service) + 1) % 6

    def new_channel(self, service, certificate=True):
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_reconnect_backoff_ms", 500),
                   ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.min_reconnect_backoff_ms", 500)]
        return grpc.secure_channel(f"127.0.0.1:{self.port(service)}", self.credentials(certificate), options)

    def channel(self, service):
        if service not in self.channels:
            self.channels[service] = self.new_channel(service)
        return self.channels[service]

    def close_channels(self):
        for channel in self.channels.values():
            channel.close()
        self.channels.clear()

    def call(self, name, request=None, token=None, service=None, timeout=10, channel=None):
        """The answer; grpc.RpcError when refused. `request` is a message or a dict as in JSON. `token` None: the
        vendor's administrator; empty: none."""
        method = name if hasattr(name, "input_type") else method_of(name)
        channel = channel or self.channel(service or pillar_of(method))
        if not hasattr(request, "SerializeToString"):
            request = new(method.input_type, request)
        token = self.vendor() if token is None else token
        metadata = (("authorization", f"Bearer {token}"),) if token else ()
        answer = FACTORY.GetPrototype(method.output_type)
        kind = channel.unary_stream if policy_streams(method) else channel.unary_unary
        multi = kind(path_of(method), request_serializer=lambda m: m.SerializeToString(),
                     response_deserializer=answer.FromString)
        return multi(request, metadata=metadata, timeout=timeout)


    def step(self, name, request, token=None):
        """A write with a request id of its own, again while a pillar has not heard of a new partnership."""
        self.steps += 1
        request = dict(request, requestId=f"step-{self.steps}")
        until = time.monotonic() + 20
        while True:
            try:
                return self.call(name, request, token)
            except grpc.RpcError as error:
                early = reason_of(error) == "PARTNERSHIP_UNKNOWN" or error.code() == grpc.StatusCode.PERMISSION_DENIED
                if not early or time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def found(self, id_, currency="USD"):
        """A partnership of halden with the organization `<id>-partner`, designated. Returns its name."""
        vendor, partner = "vendors/halden", f"{id_}-partner"
        name = f"{vendor}/partnerships/{id_}"
        self.step("OrganizationService/CreateOrganization",
                  {"parent": vendor, "organizationId": partner,
                   "organization": {"legalName": partner, "domain": f"{id_}.example", "countryCode": "US",
                                    "roles": ["ROLE_PARTNER"]}})
        self.step("PartnershipService/CreatePartnership",
                  {"parent": vendor, "partnershipId": id_,
                   "partnership": {"displayName": name, "partnerOrganization": f"{vendor}/organizations/{partner}",
                                   "partnerType": "PARTNER_TYPE_RESELLER", "currencyCode": currency}})
        for verb in ("Assess", "Designate"):
            self.step(f"PartnershipService/{verb}Partnership", {"name": name})
        return name


def policy_streams(method):
    proto = descriptor_pb2.MethodDescriptorProto()
    method.CopyToProto(proto)
    return proto.server_streaming


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def figure(view, metric, party=None):
    """One figure of a view in JSON."""
    for section in view["sections"]:
        for row in section.get("figures", []):
            if row["metric"] == metric and row.get("party") == (party and f"PARTY_{party}"):
                return row
    return fail(f"the view of {view['partnership']} lacks {metric} {party or ''}")


def section(view, pillar):
    return next(s for s in view["sections"] if s["pillar"] == f"PILLAR_{pillar.upper()}")


ESCAPE = re.compile("\033")


def run(*cases):
    """Runs the cases that the command line names, or all; exit status 1 at the first that fails."""
    chosen = sys.argv[1:]
    for case in cases:
        if chosen and case.__name__ not in chosen:
            continue
        try:
            case()
        except (AssertionError, grpc.RpcError, OSError, subprocess.SubprocessError) as error:
            trace = error.__traceback__
            while trace.tb_next and "support" not in trace.tb_next.tb_frame.f_code.co_filename:
                trace = trace.tb_next
            print(f"{case.__name__}: line {trace.tb_lineno}: {error}", file=sys.stderr)
            sys.exit(1)
