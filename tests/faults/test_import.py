"""An import that is killed half-way and run again ends as one that was not; run once more it changes nothing."""

import json
import os
import subprocess
from datetime import date

from crm import Facts, write_folder
from suite import PROGRAM, SOURCE, Suite, equal, eventually, expect, run

PUBLIC = os.path.join(os.path.dirname(SOURCE), "shared", "data", "crm")
ROWS = 3000
PUBLIC_ROWS = 8800


def words_of(folder, partnership):
    return ["import", "crm", folder, "--vendor", "halden", "--partnership", partnership, "--joint-office", "East"]


def pipeline_of(suite, name):
    return suite.call("PipelineService/GetPipeline", {"name": f"{name}/pipeline"})


def total(part):
    return part.joint_count + part.independent_count


def count_of(pipeline):
    return total(pipeline.open) + total(pipeline.won) + total(pipeline.lost)


def kill_half_way(suite, name, folder, rows):
    importer = subprocess.Popen([PROGRAM, *words_of(folder, name.rsplit("/", 1)[1]), "--var", suite.var],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: count_of(pipeline_of(suite, name)) > rows // 8, "an eighth is there")
    finally:
        importer.kill()
        ended = importer.wait()
    equal(ended, -9, "the importer was killed at work")
    expect(count_of(pipeline_of(suite, name)) < rows, "it was killed half-way")


def check_facts(pipeline, facts):
    stages = {row.stage: total(row.total) for row in pipeline.stages}
    equal((total(pipeline.won), total(pipeline.lost)), (facts.won, facts.lost), "won and lost")
    equal(sum(stages.values()), facts.engaging + facts.prospecting, "open")
    equal(stages[1], facts.prospecting, "prospecting")
    amount = pipeline.won.joint_amount.amount_minor + pipeline.won.independent_amount.amount_minor
    equal(amount, facts.amount * 100, "amount won")


def import_whole(suite, name, folder, rows, facts):
    words = words_of(folder, name.rsplit("/", 1)[1])
    kill_half_way(suite, name, folder, rows)
    done = suite.json(*words)
    equal((done["rows"], done["refused"]), (rows, 0), "rows taken")
    equal(done["created"] + done["unchanged"], rows, "each row was new or known")
    expect(done["created"] > 0 and done["unchanged"] > 0, "the second run went on where the first was killed")
    check_facts(pipeline_of(suite, name), facts)
    pipeline = pipeline_of(suite, name)
    again = suite.json(*words)
    equal((again["created"], again["updated"], again["unchanged"]), (0, 0, rows), "the third run")
    equal(pipeline_of(suite, name), pipeline, "the pipeline and its newest entry after the third run")
    return pipeline


def check_made(suite):
    folder = os.path.join(suite.folder, "crm")
    facts = write_folder(folder, ROWS, date(2026, 1, 5), 120)
    pipeline = import_whole(suite, suite.found("made"), folder, ROWS, facts)
    equal((pipeline.won.joint_count, pipeline.lost.joint_count), (facts.joint_won, facts.joint_lost), "joint")
    equal(pipeline.won.joint_amount.amount_minor, facts.joint_amount * 100, "joint amount")


def check_bad_rows(suite):
    """What cannot be taken is named with its line; the rest is there."""
    folder = os.path.join(suite.folder, "bad")
    write_folder(folder, 40, date(2026, 1, 5), 60)
    path = os.path.join(folder, "sales_pipeline.csv")
    with open(path, "a", encoding="utf-8") as file:
        file.write("X1,Ann Ost,Beta,Birch Ltd,Won,2026-01-09,2026-01-08,100\n")
        file.write("X2,Nobody Known,Beta,Birch Ltd,Won,2026-01-08,2026-01-09,100\n")
        file.write("X3,Ann Ost,Beta,Birch Ltd,Sold,2026-01-08,2026-01-09,100\n")
    name = suite.found("bad")
    done = suite.cli(*words_of(folder, "bad"), "--json", check=False)
    equal(done.returncode, 1, "an import with bad rows says so")
    report = json.loads(done.stdout)
    equal(sorted((row["line"], row["externalId"]) for row in report["refusals"]), [(42, "X1"), (43, "X2"), (44, "X3")],
          "rows not taken")
    expect(all(row["reason"] for row in report["refusals"]), "each has its reason")
    equal(count_of(pipeline_of(suite, name)), 40, "the others")


def check_public(suite):
    if not os.path.isdir(PUBLIC):
        print(f"{PUBLIC} is not there: the public data set was not imported")
        return
    facts = Facts()
    facts.won, facts.lost, facts.engaging, facts.prospecting, facts.amount = 4238, 2473, 1589, 500, 10005534
    pipeline = import_whole(suite, suite.found("public"), PUBLIC, PUBLIC_ROWS, facts)
    rates = pipeline.joint_win_rate, pipeline.independent_win_rate
    won, closed = sum(r.numerator for r in rates), sum(r.denominator for r in rates)
    equal(round(won / closed, 4), 0.6315, "win rate")


def killed_import():
    with Suite("import") as suite:
        suite.up("--no-demo")
        check_made(suite)
        check_bad_rows(suite)
        check_public(suite)
        suite.cli("verify")


run(killed_import)
