"""The client packages that `make clients` makes: the example of each one's README, run against a suite."""

import os
import re
import shutil
import subprocess

from suite import BUILD, Suite, equal, expect, fail, run

CLIENTS = os.path.join(BUILD, "clients")
TOLD = ["refused: INVALID_STATE of onboard.entente", "the ledger holds, findings: 0"]

PROBE = """const real = globalThis.fetch;
const verbs = [];
globalThis.fetch = (url, init) => (verbs.push(init.method), real(url, init));
process.on("exit", () => console.log(`verbs: ${verbs.join(" ")}`));
"""


def done(words, **options):
    made = subprocess.run(words, capture_output=True, text=True, timeout=240, check=False, **options)
    if made.returncode != 0:
        fail(f"{' '.join(words[:3])} ended with {made.returncode}:\n{made.stdout[-3000:]}{made.stderr[-3000:]}")
    return made.stdout


def example(package, language):
    with open(os.path.join(CLIENTS, package, "README.md"), encoding="utf-8") as file:
        found = re.findall(rf"^```{language}\n(.*?)^```$", file.read(), re.DOTALL | re.MULTILINE)
    equal(len(found), 1, f"examples in {language}")
    return found[0]


def folder_for(name):
    folder = os.path.join(CLIENTS, "example", name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def written(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def told(output):
    lines = output.splitlines()
    equal(len(lines), 3, f"lines of {output!r}")
    expect(re.fullmatch(r".{5,} is ACTIVE, version 1", lines[0]), f"the plan: {lines[0]!r}")
    equal(lines[1:], TOLD, "what the example says")
    return lines[0]


def python(suite):
    folder = folder_for("python")
    path = written(folder, "example.py", example("python", "python"))
    env = dict(suite.environment(), PYTHONPATH=os.path.join(CLIENTS, "python"))
    return told(done(["/usr/bin/python3", path], env=env))


def typescript(suite):
    """Type-checked as strictly as the compiler can, then run."""
    folder = folder_for("typescript")
    modules = os.path.join(folder, "node_modules", "@entente")
    os.makedirs(modules)
    os.symlink(os.path.join(CLIENTS, "typescript"), os.path.join(modules, "client"))
    written(folder, "package.json", '{"type": "module"}')
    path = written(folder, "example.ts", example("typescript", "ts"))
    npm = os.path.join(CLIENTS, "npm", "node_modules")
    done(["node", os.path.join(npm, "typescript", "bin", "tsc"), "--strict", "--noUncheckedIndexedAccess", "--target", "es2022",
          "--module", "nodenext", "--typeRoots", os.path.join(npm, "@types"), "--types", "node", path])
    with open(os.path.join(CLIENTS, "typescript", "gen", "entente", "onboard", "v1", "plan_service_pb.d.ts"),
              encoding="utf-8") as file:
        expect("Reads a plan. Fails with NOT_FOUND." in file.read(), "the contracts' comments are kept")
    web = written(folder, "web.js", example("typescript", "js"))
    probe = written(folder, "probe.mjs", PROBE)
    equal(done(["node", "--import", probe, web], env=suite.environment()),
          "5 sections\nrefused: name\nverbs: GET GET\n", "the example for browsers")
    return told(done(["node", os.path.join(folder, "example.js")], env=suite.environment()))


def c_library(suite):
    folder = folder_for("c")
    path = written(folder, "example.c", example("c", "c"))
    env = dict(suite.environment(), PKG_CONFIG_PATH=os.path.join(CLIENTS, "c", "lib", "pkgconfig"))
    flags = done(["pkg-config", "--cflags", "--libs", "entente"], env=env).split()
    program = os.path.join(folder, "example")
    done(["cc", "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", *os.environ["CLIENT_CFLAGS"].split(), path,
          *flags, "-o", program])
    return told(done([program], env=env))


def examples():
    with Suite("examples") as suite:
        suite.up()
        first = python(suite)
        equal(typescript(suite), first, "what TypeScript and Python say")
        equal(c_library(suite), first, "what C and Python say")


run(examples)
