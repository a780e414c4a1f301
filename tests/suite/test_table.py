"""Tables in and out: exports of other systems brought in by a mapping, told of row by row, written out and brought in
again; a public data set's figures by quarter and office; accounts mapped without a list being shown."""

import csv
import io
import json
import os
from collections import Counter

from suite import Suite, equal, expect, run

SALESFORCE = """Opportunity ID,Opportunity Name,Account Name,Stage,Close Date,Created Date,Amount,Primary Partner,Loss Reason
006A,"Triage, phase 2",Northgate Hospital,Closed Won,3/31/2026,1/5/2026,"USD 1,234.50",Orvane Global,
006B,=1+2,Acme,Negotiation/Review,12/31/2026,2/1/2026,5000.0000,,
006C,Lost one,Acme,Closed Lost,3/1/2026,1/7/2026,,,Price
006D,Wrong in three,Acme,Thinking it over,at year's end,1/7/2026,many,,
006E,Early,Acme,Closed Lost,1/1/2026,2/7/2026,10,,Price
006F,Another partner's,Acme,Closed Won,3/31/2026,1/5/2026,10,Tallis VAR,
006B,The same again,Acme,Qualification,12/31/2026,2/1/2026,1,,

"Copyright (c), all rights reserved."
Confidential - Do Not Distribute
"""
HUBSPOT = """Record ID,Deal Name,Deal Stage,Close Date,Create Date,Amount,Deal owner,Associated Company
9001,Plant 4,Contract Sent,2026-12-01 09:30,2026-01-02 08:00,7000,Ada,Ferro Works
9002,Plant 5,Closed Lost,2026-03-01 17:05,2026-01-02 08:00,,Ada,Ferro Works
"""
CUSTOM = {
    "fields": {"externalId": "Nr", "account": "Kunde", "stage": "Phase", "amount": "Wert", "openTime": "Angelegt",
               "closeTime": "Ende", "engagement": "Mit"},
    "stages": {"Gewonnen": "WON", "Offen": "QUALIFIED"},
    "engagements": {"*": "JOINT", "": "INDEPENDENT"},
    "dateFormat": "DD.MM.YYYY",
    "decimalMark": ",",
}
CUSTOM_ROWS = "Nr,Kunde,Phase,Wert,Angelegt,Ende,Mit\n1,Müller AG,Gewonnen,\"1.234,50\",05.01.2026,31.03.2026,wir\n"
OFFICES = ("Central", "East", "West")


def write(suite, name, text):
    path = os.path.join(suite.folder, name)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def take(suite, partnership, path, *words, code=0):
    done = suite.cli("import", "csv", path, "--vendor", "halden", "--partnership", partnership, *words, "--json",
                     check=False)
    equal(done.returncode, code, f"import of {path}:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def exported(suite, partnership, *words):
    return suite.cli("export", "opportunities", partnership, *words).stdout


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


# ---- in ----


def check_salesforce(suite):
    path, report = write(suite, "sf.csv", SALESFORCE), os.path.join(suite.folder, "report.csv")
    words = ("--mapping", "salesforce", "--partner", "orvane global", "--report", report)
    refused = suite.cli("import", "csv", path, "--vendor", "halden", "--partnership", "sf", "--mapping", "salesforce",
                        check=False)
    expect(refused.returncode == 1 and "--partner" in refused.stderr, f"partners that nobody named: {refused.stderr}")
    rehearsed = take(suite, "sf", path, *words, "--dry-run", code=1)
    equal((rehearsed["created"], rehearsed["refused"], rehearsed["pipeline"]["won"]["jointCount"]), (3, 4, "0"),
          "a rehearsal")
    equal(exported(suite, "sf").count("\n"), 1, "lines after a rehearsal")
    taken = take(suite, "sf", path, *words, code=1)
    equal((taken["created"], taken["refused"]), (3, 4), "rows taken")
    again = take(suite, "sf", path, *words, code=1)
    equal((again["unchanged"], again["created"], again["refused"]), (3, 0, 4), "the same again")
    expect(any(note["text"].startswith("a line of one cell below") for note in again["notes"]), "what is below is told")
    with open(report, encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    equal([int(row["line"]) for row in told], list(range(2, 9)), "every row is told of, in order")
    equal({(row["line"], row["outcome"]) for row in told if row["externalId"] == "006B"},
          {("3", "UNCHANGED"), ("8", "REFUSED")}, "a deal that is there twice")
    rows = {row["externalId"]: row for row in told if row["line"] != "8"}
    equal({key: row["outcome"] for key, row in rows.items()},
          {"006A": "UNCHANGED", "006B": "UNCHANGED", "006C": "UNCHANGED", "006D": "REFUSED", "006E": "REFUSED",
           "006F": "REFUSED"}, "the report")
    expect("another one's" in rows["006F"]["reason"], f"another partner's deal stays away: {rows['006F']['reason']}")
    equal(rows["006D"]["line"], "5", "the line of a row")
    for part in ("stage: `Thinking it over`", "amount: `many`", "expectedCloseTime: `at year's end`"):
        expect(part in rows["006D"]["reason"], f"all that is wrong is said: {rows['006D']['reason']}")
    expect("close_time" in rows["006E"]["reason"], f"what the service refuses is said: {rows['006E']['reason']}")
    found = {row["externalId"]: row for row in table(exported(suite, "sf"))}
    equal((found["006A"]["engagement"], found["006A"]["state"], found["006A"]["amount"], found["006A"]["closeTime"][:10]),
          ("JOINT", "WON", "1234.50", "2026-03-31"), "a deal with a partner")
    equal((found["006B"]["engagement"], found["006B"]["stage"], found["006B"]["expectedCloseTime"][:10]),
          ("INDEPENDENT", "BUSINESS_VALIDATION", "2026-12-31"), "an open deal without one")
    equal((found["006C"]["lossReason"], found["006C"]["amount"]), ("PRICE", ""), "a lost deal")
    equal(found["006B"]["displayName"], "'=1+2", "a formula is no formula")


def check_other_countries(suite):
    """Whatever could be misread is not taken at all; said otherwise, it is."""
    rows = ("Opportunity ID;Account Name;Stage;Close Date;Created Date;Amount\n"
            "7001;M\xfcller;Closed Won;05/04/2026;05/01/2026;1.234,50\n7002;M\xfcller;Closed Won;31/03/2026;05/01/2026;10\n")
    path = os.path.join(suite.folder, "country.csv")
    with open(path, "wb") as file:
        file.write(rows.encode("latin-1"))
    words = ("--mapping", "salesforce", "--engagement", "independent", "--encoding", "ISO-8859-1")
    refused = suite.cli("import", "csv", path, "--vendor", "halden", "--partnership", "abroad", *words, check=False)
    expect(refused.returncode == 1 and "--date-format" in refused.stderr, f"days before months: {refused.stderr}")
    wrong = take(suite, "abroad", path, *words, "--date-format", "DD/MM/YYYY", "--dry-run", code=1)
    equal((wrong["created"], wrong["refused"]), (1, 1), "an amount with the other mark")
    taken = take(suite, "abroad", path, *words, "--date-format", "DD/MM/YYYY", "--decimal-mark", ",")
    equal(taken["created"], 2, "said as it is")
    found = {row["externalId"]: row for row in table(exported(suite, "abroad"))}
    equal((found["7001"]["account"], found["7001"]["amount"], found["7001"]["closeTime"][:10]),
          ("M\xfcller", "1234.50", "2026-04-05"), "a row of another country")


def check_other_layouts(suite):
    hubspot = write(suite, "hs.csv", HUBSPOT)
    refused = suite.cli("import", "csv", hubspot, "--vendor", "halden", "--partnership", "hs", "--mapping", "hubspot",
                        check=False)
    expect("--engagement" in refused.stderr, f"a table that does not say who sells: {refused.stderr}")
    taken = take(suite, "hs", hubspot, "--mapping", "hubspot", "--engagement", "joint")
    equal((taken["created"], taken["refused"]), (2, 0), "HubSpot's rows")
    expect(any("Closed Lost Reason" in note["text"] for note in taken["notes"]), "a missing column is told")
    mapping = write(suite, "mapping.json", json.dumps(CUSTOM))
    taken = take(suite, "hs", write(suite, "custom.csv", CUSTOM_ROWS), "--mapping", mapping)
    equal(taken["created"], 1, "rows of an own mapping")
    own = [row for row in table(exported(suite, "hs")) if row["externalId"] == "1"][0]
    equal((own["account"], own["amount"], own["openTime"][:10]), ("Müller AG", "1234.50", "2026-01-05"), "an own mapping")
    for change, words in (({"fields": {"stage": "Phase"}}, "fields.externalId"), ({"stages": {"x": "GONE"}}, "`GONE`"),
                          ({"dateFormat": "MM-YY"}, "dateFormat"), ({"colour": 1}, "`colour`")):
        bad = write(suite, "bad.json", json.dumps({**CUSTOM, **change}))
        done = suite.cli("import", "csv", mapping, "--vendor", "halden", "--partnership", "hs", "--mapping", bad,
                         check=False)
        expect(done.returncode == 2 and words in done.stderr, f"a bad mapping is told: {done.stderr}")


# ---- out and in again ----


def check_round_trip(suite, source, target):
    text = exported(suite, source)
    path = write(suite, "out.csv", text)
    taken = take(suite, target, path, "--mapping", "entente")
    equal((taken["created"], taken["refused"]), (len(table(text)), 0), "rows that came back")
    again = take(suite, source, path, "--mapping", "entente")
    equal((again["created"], again["unchanged"]), (0, len(table(text))), "rows that came back to where they are from")

    def whole(written):
        return sorted(json.dumps({k: v for k, v in row.items() if k != "name"}, sort_keys=True)
                      for row in table(written))

    equal(whole(exported(suite, target)), whole(text), "what was written out and brought in again")
    lines = exported(suite, source, "--format", "ndjson").splitlines()
    equal(sorted(json.loads(line)["externalId"] for line in lines),
          sorted(row["externalId"] for row in table(text)), "lines of JSON")


# ---- the public set ----


def quarter(day):
    return f"{day[:4]}Q{(int(day[5:7]) + 2) // 3}"


def check_counted(suite, name, office, label, facts, period):
    """Won, lost and won value to the cent: of the office, which is joint, and of the others, which are the vendor's own;
    and the same to the partner, who is told nothing of the others."""
    request = {"parent": name, "period": {"startTime": period[0], "endTime": period[1]}}
    for party in (1, 2):
        token = suite.vendor() if party == 1 else suite.partner(f"{office.lower()}-partner")
        answer = suite.call("LedgerService/BatchGetCounters", request, token, service="sell")
        counted = {(c.counter, c.party): c.amount for c in answer.partnerships[0].counters if not c.hidden}
        for kind, offices, owner in (("joint", [office], 0), ("independent", [o for o in OFFICES if o != office], 1)):
            for counter, fact, unit in ((f"won.{kind}", "won", 1), (f"lost.{kind}", "lost", 1),
                                        (f"won_amount.{kind}.USD", "amount", 100)):
                due = sum(facts[o, label, fact] for o in offices) * unit if party == 1 or kind == "joint" else 0
                equal(counted.get((counter, owner), 0), due, f"{counter} of {office} in {label} to party {party}")


def check_public_set(suite):
    """Each office's agents as the partner's sellers: won, lost and won value by quarter, as the files have them."""
    folder = os.path.join(os.environ["ENTENTE_SOURCE"], "..", "shared", "data", "crm")
    if not os.path.exists(os.path.join(folder, "sales_pipeline.csv")):
        print(f"skipped: {folder} is not there")
        return
    with open(os.path.join(folder, "sales_teams.csv"), encoding="utf-8", newline="") as file:
        office_of = {row["sales_agent"]: row["regional_office"] for row in csv.DictReader(file)}
    facts = Counter()
    with open(os.path.join(folder, "sales_pipeline.csv"), encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["deal_stage"] in ("Won", "Lost"):
                key = (office_of[row["sales_agent"]], quarter(row["close_date"]))
                facts[key + (row["deal_stage"].lower(),)] += 1
                facts[key + ("amount",)] += int(row["close_value"]) if row["deal_stage"] == "Won" else 0
    equal((sum(n for key, n in facts.items() if key[2] == "won"), sum(n for key, n in facts.items() if key[2] == "lost")),
          (4238, 2473), "the set's own facts")
    for office in OFFICES:
        name = suite.found(office.lower())
        suite.cli("import", "crm", folder, "--vendor", "halden", "--partnership", office.lower(), "--joint-office",
                  office, "--alias", "sector:technolgy=technology")
        for year, number in [(2017, n) for n in (1, 2, 3, 4)]:
            label, months = f"{year}Q{number}", (f"{year}-{number * 3 - 2:02d}", number * 3 + 1)
            end = f"{year + months[1] // 12}-{(months[1] - 1) % 12 + 1:02d}"
            lift = suite.call("LiftService/GetLift",
                              {"name": f"{name}/lift", "period": {"startTime": f"{months[0]}-01T00:00:00Z",
                                                                  "endTime": f"{end}-01T00:00:00Z"}}, timeout=30)
            check_counted(suite, name, office, label, facts, (f"{months[0]}-01T00:00:00Z", f"{end}-01T00:00:00Z"))
            joint, own = lift.joint_win_rate, lift.independent_win_rate
            rest = [o for o in OFFICES if o != office]
            equal((joint.numerator, joint.denominator),
                  (facts[office, label, "won"], facts[office, label, "won"] + facts[office, label, "lost"]),
                  f"{office} in {label}")
            equal(own.numerator, sum(facts[o, label, "won"] for o in rest), f"the others in {label}")
            equal(own.denominator, sum(facts[o, label, k] for o in rest for k in ("won", "lost")),
                  f"the others' closed in {label}")
            if joint.numerator:
                size = lift.deal_size
                equal(size.joint_count, facts[office, label, "won"], f"{office}'s deals in {label}")
                mean = facts[office, label, "amount"] * 100 / facts[office, label, "won"]
                expect(abs(size.joint_mean_minor - mean) <= 0.5, f"{office}'s mean in {label}: {mean}")
            if joint.denominator:  # these files have no segments, and lost deals no amounts
                equal((list(lift.win_rate_lift.dimensions), list(lift.win_rate_lift.dropped_dimensions)), ([2], [1, 3]),
                      f"dimensions in {label}")
            if joint.denominator >= 100:
                equal(lift.win_rate_lift.status, 1, f"lift of {office} in {label}")


# ---- mapping ----


def check_mapping(suite):
    suite.found("mapped")
    partner = {"ENTENTE_TOKEN_PARTNER": suite.partner("mapped-partner")}
    vendor_file = write(suite, "vendor.csv", "domain,segment\n" + "".join(
        f"https://www.Customer-{n}.example/about,customer\n" for n in range(40)) + "nonsense,customer\n")
    partner_file = write(suite, "partner.csv", "site,kind\n" + "".join(
        f"customer-{n}.example,{'prospect' if n % 2 else 'opportunity'}\n" for n in range(30, 60)))
    done = suite.cli("map", "upload", vendor_file, "--partnership", "mapped", check=False)
    equal(done.returncode, 1, "a row that was passed over fails the command")
    expect("vendor.csv:42: passed over" in done.stderr and "40 customer" in done.stdout, done.stdout + done.stderr)
    suite.cli("map", "upload", partner_file, "--partnership", "mapped", "--as", "partner", "--domain-column", "site",
              "--segment-column", "kind", env=partner)
    expect(suite.cli("map", "overlap", "--partnership", "mapped").stdout.count("not shared") == 9, "nothing is shared yet")
    for party, token in (("vendor", suite.vendor()), ("partner", partner["ENTENTE_TOKEN_PARTNER"])):
        suite.call("PopulationService/SetPopulationSharing",
                   {"name": f"vendors/halden/partnerships/mapped/populations/{party}", "prospect": "ACCOUNT_SHARING_ROWS",
                    "opportunity": "ACCOUNT_SHARING_COUNTS", "customer": "ACCOUNT_SHARING_ROWS"}, token)
    matrix = suite.cli("map", "overlap", "--partnership", "mapped", "--as", "partner", env=partner).stdout.splitlines()
    equal(matrix[3].split(), ["customer", "5", "5", "0"], "what both have")
    rows = suite.cli("map", "rows", partner_file, "--partnership", "mapped", "--as", "partner", "--domain-column",
                     "site", "--segment-column", "kind", env=partner).stdout.splitlines()
    equal(sorted(rows[1:]), [f"customer,prospect,customer-{n}.example" for n in range(31, 40, 2)], "named from one's own file")


def tables():
    with Suite("table") as suite:
        suite.up("--no-demo")
        for id_ in ("sf", "hs", "back", "abroad"):
            suite.found(id_)
        check_salesforce(suite)
        check_other_layouts(suite)
        check_other_countries(suite)
        check_round_trip(suite, "sf", "back")
        check_mapping(suite)
        check_public_set(suite)


run(tables)
