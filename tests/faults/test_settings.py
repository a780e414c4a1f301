"""What is in the way of a start is said in one line that tells what to do; the exit status is not 0, and nothing
runs afterwards."""

import os
import shutil
import socket
import subprocess

from suite import BUILD, PROGRAM, SERVICES, Suite, equal, expect, run

NOBODY = 65534
ENDED_FAILED, ENDED_USAGE = 1, 2


def processes_of(folder):
    """Of whoever: command lines that name the folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().decode(errors="replace")
        except OSError:
            continue
        if folder in words and int(pid) != os.getpid():
            found.append(words)
    return found


def refused(suite, words, *needles, env=None, var=None, user=None, status=ENDED_FAILED, program=PROGRAM):
    """The command fails with one line that has all of the needles, and leaves no process."""
    var = var or suite.var
    done = subprocess.run([program, *words, "--var", var], capture_output=True, text=True, timeout=60, check=False,
                          env=dict(os.environ, **(env or {})), user=user)
    said = done.stdout + done.stderr
    equal(done.returncode, status, f"exit status of entente {' '.join(words)}: {said}")
    equal(len(said.strip().splitlines()), 1, f"lines of: {said}")
    for needle in needles:
        expect(needle in said, f"'{needle}' is not in: {said}")
    equal(processes_of(var), [], f"processes after: {said}")


def up(suite):
    return ["up", "--no-demo", "--port-base", str(suite.base)]


def ports(suite):
    for offset, part in ((0, "gateway"), (3, "market"), (80, "gateway"), (2004, "sell")):
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", suite.base + offset))
            other.listen()
            refused(suite, up(suite), str(suite.base + offset), part, "is used by another program", "PORT_BASE=")
            expect(not os.path.exists(suite.var), "a folder is left")
    refused(suite, ["up", "--port-base", "80000"], "--port-base is '80000'", "give a number")
    expect(not os.path.exists(suite.var), "a folder is left")


def redis(suite):
    refused(suite, up(suite), "redis-server is not installed", "apt-get install redis-server", env={"PATH": "/none"})
    expect(not os.path.exists(suite.var), "a folder is left")


def broken_settings(suite):
    for variable, value, flag in (("IN_FLIGHT_MAX", "none", "--in-flight-max"),
                                  ("COMMAND_TIMEOUT_MS", "5", "--command-timeout-ms"),
                                  ("LOG_LEVEL", "loud", "--log-level"), ("TLS", "maybe", "--tls")):
        refused(suite, up(suite), flag, env={f"ENTENTE_{variable}": value})
        suite.cli("down")
        expect(not os.path.exists(suite.var), "down leaves a folder")


def services_alone(suite):
    """Each program says every setting that does not fit, a line each, and ends at once."""
    for service in SERVICES:
        words = [os.path.join(BUILD, "bin", f"entente-{service}"), "--listen", "nowhere", "--queue-threads=0",
                 "--jwks-file", "/none/jwks.json", "--tls-ca-file=/none/ca.pem", "--no-such-flag"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
        equal(done.returncode, ENDED_USAGE, f"exit status of {service}: {done.stderr}")
        said = done.stderr.strip().splitlines()
        for needle in ("--listen", "--queue-threads", "--jwks-file", "--tls-ca-file", "--no-such-flag"):
            expect(any(needle in line for line in said), f"{service} says nothing of {needle}: {said}")
    equal(processes_of(suite.folder), [], "processes")


def other_files(suite):
    """A folder of somebody else is not touched."""
    os.mkdir(suite.var)
    mine = os.path.join(suite.var, "mine")
    with open(mine, "w", encoding="ascii"):
        pass
    refused(suite, up(suite), suite.var, "choose another folder with --var")
    equal(os.listdir(suite.var), ["mine"], "the folder of somebody else")
    shutil.rmtree(suite.var)


def programs_for_anybody(suite):
    """A copy outside of the build, which may lie where only its owner comes in."""
    folder = os.path.join(suite.folder, "bin")
    os.mkdir(folder, 0o755)
    for name in ["entente", *(f"entente-{service}" for service in SERVICES)]:
        shutil.copy(os.path.join(BUILD, "bin", name), folder)
    return folder


def permissions(suite):
    """As a user who may not: root may everything, so this is played by nobody."""
    os.chmod(suite.folder, 0o755)
    programs = programs_for_anybody(suite)
    program = os.path.join(programs, "entente")
    user = NOBODY if os.geteuid() == 0 else None
    closed, home = os.path.join(suite.folder, "closed"), os.path.join(suite.folder, "home")
    os.mkdir(closed, 0o555)
    refused(suite, up(suite), "closed", "ermission denied", "--var", var=os.path.join(closed, "var"), user=user,
            program=program)
    os.mkdir(home)
    if user:
        os.chown(home, NOBODY, NOBODY)
    var = os.path.join(home, "var")
    as_user = {"user": user, "capture_output": True, "text": True, "timeout": 60, "check": False}
    made = subprocess.run([program, *up(suite), "--var", var], **as_user)
    try:
        equal(made.returncode, 0, f"a suite of nobody's: {made.stderr}")
        key = os.path.join(var, "tls", "sell.key")
        os.chmod(key, 0)
        alone = subprocess.run([os.path.join(programs, "entente-sell"), "--tls-key-file", key, "--jwks-file",
                                os.path.join(var, "tls", "jwks.json")], **as_user)
        equal(alone.returncode, ENDED_USAGE, f"a key that may not be read: {alone.stderr}")
        expect(key in alone.stderr and "--tls-key-file" in alone.stderr, f"which key: {alone.stderr}")
        subprocess.run([program, "down", "--keep-data", "--var", var], **as_user)
        data = os.path.join(var, "redis", "appendonlydir", "appendonly.aof.1.incr.aof")
        os.chmod(data, 0)
        refused(suite, up(suite), os.path.basename(data), "ermission denied", "redis.log", var=var, user=user,
                program=program)
        os.chmod(data, 0o600)
    finally:
        subprocess.run([program, "down", "--var", var], **as_user)
    expect(not os.path.exists(var), f"left: {var}")


def settings():
    with Suite("settings") as suite:
        for case in (ports, redis, broken_settings, services_alone, other_files, permissions):
            case(suite)


run(settings)
