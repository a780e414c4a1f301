"""Clients of the web that nobody here wrote, with the package that `make clients` makes: in Node and in a page in
Chromium, of another origin than the edge."""

import contextlib
import os
import shutil
import socket
import subprocess

from suite import BUILD, SOURCE, Suite, equal, eventually, expect, run

HERE = os.path.join(SOURCE, "tests", "web")
FOLDER = os.path.join(BUILD, "web")
CLIENTS = os.path.join(BUILD, "clients")
PAGE_CLIENTS = ["connect-web, JSON", "connect-web, binary", "connect-web, GET", "connect-web, gRPC-Web",
                "connect-web, gRPC-Web JSON", "grpc-web, text", "grpc-web, binary"]
NODE_CLIENTS = ["connect-node, JSON", "connect-node, gzip", "connect-node, gRPC-Web"]


def done(words, env=None):
    made = subprocess.run(words, capture_output=True, text=True, timeout=180, check=False, env=env)
    equal((made.returncode, made.stderr[-4000:]), (0, ""), " ".join(words[:3]))
    return made.stdout


def linked(name, target):
    path = os.path.join(FOLDER, "node_modules", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.islink(path):
        os.symlink(target, path)


def prepared():
    """One copy of Connect for the package and for the cases, or errors of one would be strangers to the other."""
    done([os.path.join(SOURCE, "cmake", "install-npm.sh"), HERE, FOLDER])
    for name in ("@connectrpc", "@bufbuild"):
        linked(name, os.path.join(CLIENTS, "npm", "node_modules", name))
    linked("@entente/client", os.path.join(CLIENTS, "typescript"))
    for name in ("cases.mjs", "node.mjs", "page.mjs", "chromium.mjs"):
        shutil.copy(os.path.join(HERE, name), FOLDER)
    done([os.path.join(FOLDER, "node_modules", "esbuild", "bin", "esbuild"), "--bundle", "--format=esm", "--log-level=error",
          f"--outfile={FOLDER}/page.js", f"{FOLDER}/page.mjs"])


def in_node(suite):
    told = done(["node", "--no-deprecation", os.path.join(FOLDER, "node.mjs")], suite.environment())
    equal(told.splitlines(), PAGE_CLIENTS + NODE_CLIENTS, "clients for Node")


def cancelled(suite):
    """How many streams of sell ended because nobody was there any more."""
    with open(os.path.join(suite.var, "log", "sell.log"), encoding="utf-8") as file:
        return sum("/VerifyLedger" in line and '"code":"CANCELLED"' in line for line in file)


def in_chromium(suite):
    before = cancelled(suite)
    env = dict(suite.environment(), CHROMIUM=shutil.which("chromium") or "/usr/bin/chromium")
    told = done(["node", os.path.join(FOLDER, "chromium.mjs"), f"{FOLDER}/page.js", *map(str, suite.pages)], env)
    equal(told.splitlines(), PAGE_CLIENTS, "clients in a page")
    eventually(lambda: cancelled(suite) > before, "the stream of a page that was left is cancelled in the pillar", 20)


def free_ports(count):
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]


def scenario():
    prepared()
    with Suite("web") as suite:
        suite.pages = free_ports(2)
        suite.cli("up", "--port-base", str(suite.base),
                  env={"ENTENTE_HTTP_ORIGINS": f"http://127.0.0.1:{suite.pages[0]}"})
        expect(suite.environment().get("ENTENTE_HTTP"), "local.env names the edge")
        in_node(suite)
        in_chromium(suite)


run(scenario)
