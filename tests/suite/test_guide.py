"""docs/selling.md, as somebody reads it: every command in its order, against the demo."""

import os
import re
import subprocess

from suite import BUILD, SOURCE, Suite, equal, expect, fail, run


def commands():
    with open(os.path.join(SOURCE, "docs", "selling.md"), encoding="utf-8") as file:
        blocks = re.findall(r"^```sh\n(.*?)^```$", file.read(), re.DOTALL | re.MULTILINE)
    expect(len(blocks) > 5, "the guide has commands")
    text = "".join(blocks)
    expect("$PWD/build/bin" in text, "the guide says where the program is")
    return text.replace("$PWD/build/bin", os.path.join(BUILD, "bin"))


def guide():
    with Suite("guide") as suite:
        suite.up()
        env = dict(os.environ, ENTENTE_VAR=suite.var,
                   LSAN_OPTIONS=f"suppressions={SOURCE}/tests/support/lsan.supp:print_suppressions=0")
        done = subprocess.run(["bash", "-eo", "pipefail", "-c", commands()], capture_output=True, text=True, env=env,
                              timeout=120, check=False)
        if done.returncode != 0:
            fail(f"the guide ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        equal(done.stdout.count("refused\n"), 1, "the one call that the guide says is refused")
        states = re.findall(r'^  "state": "(STATE_[A-Z_]+)"', done.stdout, re.MULTILINE)
        for state in ("STATE_DRAFT", "STATE_SUBMITTED", "STATE_APPROVED", "STATE_ACKNOWLEDGED", "STATE_WON"):
            expect(state in states, f"{state} is reached: {states}")
        expect("STATE_FROZEN" in done.stdout, "what was agreed is frozen")
        equal(done.stdout.count("unhappy with their incumbent"), 1, "only who wrote a note reads it")


run(guide)
