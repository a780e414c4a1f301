"""A view as of an earlier time is that view, whatever is corrected, taken back or brought in later."""

import json
import os
import threading
from datetime import datetime, timedelta

from crm import day_of, write_folder
from suite import Suite, equal, eventually, expect, figure, new, method_of, run

PARTNERSHIP = "vendors/halden/partnerships/orvane"
VIEW = "PerformanceService/GetPartnershipPerformance"
WRITERS, WRITES = 4, 600
QUIET_S = 3


def check_corrections(suite):
    """What the command line prints, as of each instant, stays the same to the byte."""
    taken = []

    def look(words=("view", "orvane")):
        text = suite.cli(*words, "--json").stdout
        taken.append((words, json.loads(text)["asOfTime"], text))
        return json.loads(text)

    def correct(what, act, metric, party=None):
        before = figure(look(), metric, party)
        look(("portfolio",))
        act()
        eventually(lambda: figure(suite.json("view", "orvane"), metric, party) != before, f"{what} shows")
        for words, as_of, text in taken:
            equal(suite.cli(*words, "--as-of", as_of, "--json").stdout, text,
                  f"entente {words[0]} as of {as_of} after {what}")

    correct("a late claim", lambda: claim_late(suite), "fulfilment", "PARTNER")
    correct("a reversal", lambda: reverse_one(suite), "revenue")
    correct("an import", lambda: import_some(suite), "win_rate_joint")
    correct("earnings of what was won", lambda: win_one(suite), "earnings")
    correct("a touch that was heard of late", lambda: touch_late(suite), "pipeline_joint_marketing")


def claim_late(suite):
    """More was delivered than both had confirmed so far."""
    commitment = f"{PARTNERSHIP}/plans/year-one/commitments/revenue"
    due = suite.call("CommitmentService/GetCommitment", {"name": commitment}).due_time
    claim = suite.call("CommitmentService/ClaimFulfilment",
                       {"parent": commitment, "claimId": "late", "requestId": "late",
                        "claim": {"amount": "90000000", "evidence": "Invoice found in the books",
                                  "occurTime": due.ToJsonString()}}, suite.partner())
    suite.call("CommitmentService/ConfirmClaim", {"name": claim.name, "amount": "90000000", "requestId": "agreed"})


def touch_late(suite):
    """Market records what reached a customer before the opportunity was qualified in the quarter shown."""
    period = suite.json("view", "orvane")["period"]
    joint = suite.call("OpportunityService/ListOpportunities",
                       {"parent": PARTNERSHIP, "engagement": "ENGAGEMENT_JOINT", "pageSize": 500}).opportunities
    found = next(o for o in joint if o.HasField("qualify_time") and o.amount.amount_minor
                 and period["startTime"] <= o.qualify_time.ToJsonString() < period["endTime"])
    suite.call("TouchService/RecordTouch",
               {"parent": PARTNERSHIP, "requestId": "late-touch", "touch":
                {"opportunity": found.name, "kind": "KIND_WEBINAR", "occurTime": found.qualify_time.ToJsonString()}})


def won_ones(suite):
    return suite.call("OpportunityService/ListOpportunities",
                      {"parent": PARTNERSHIP, "state": "STATE_WON", "engagement": "ENGAGEMENT_JOINT",
                       "pageSize": 500}).opportunities


def in_quarter(suite, opportunities):
    period = suite.json("view", "orvane")["period"]
    return [o for o in opportunities if period["startTime"] <= o.close_time.ToJsonString() < period["endTime"]]


def reverse_one(suite):
    suite.call("OpportunityService/ReverseOpportunity",
               {"name": in_quarter(suite, won_ones(suite))[0].name, "reason": "The customer withdrew in time",
                "requestId": "reverse-1"})


def win_one(suite):
    start = day_of(suite.json("view", "orvane")["period"]["startTime"])
    row = {"externalId": "as-of-1", "engagement": "ENGAGEMENT_JOINT", "displayName": "Late sale",
           "customer": {"account": "Late customer", "sector": "Retail", "country": "US"}, "solution": "Platform",
           "segment": "Retail", "amount": {"currencyCode": "USD", "amountMinor": "1234500"}, "state": "STATE_WON",
           "stage": "STAGE_COMMITTED", "openTime": f"{start}T00:00:00Z", "qualifyTime": f"{start}T01:00:00Z",
           "closeTime": f"{start}T02:00:00Z"}
    suite.call("OpportunityService/ImportOpportunities", {"parent": PARTNERSHIP, "rows": [row], "requestId": "win-1"})


def import_some(suite):
    folder = os.path.join(suite.folder, "crm")
    write_folder(folder, 200, day_of(suite.json("view", "orvane")["period"]["startTime"]), 80)
    suite.cli("import", "crm", folder, "--vendor", "halden", "--partnership", "orvane", "--joint-office", "East")


def check_under_writes(suite):
    """Views taken while others write: an answer holds all that was recorded by its time, and no more."""
    names = [o.name for o in won_ones(suite)]
    left = [WRITERS]
    problems = []

    def write(writer):
        try:
            for number in range(writer, WRITES, WRITERS):
                name = names[number % len(names)]
                suite.call("NpsResponseService/RecordNpsResponse",
                           {"parent": PARTNERSHIP, "requestId": f"nps-{number}",
                            "npsResponse": {"respondent": f"r{number}", "respondentRole": "Lead",
                                            "score": number % 11, "respondTime": answered}})
                suite.call("OpportunityService/UpdateOpportunity",
                           {"opportunity": {"name": name, "displayName": f"name {number}"},
                            "updateMask": "displayName", "requestId": f"name-{number}"})
        except Exception as error:  # told by the test's own thread
            problems.append(error)
        left[0] -= 1

    answered = suite.json("view", "orvane")["period"]["startTime"]
    request = {"name": PARTNERSHIP}
    taken = []
    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    while left[0] > 0:
        taken.append(suite.call(VIEW, request))
    for writer in writers:
        writer.join()
    expect(not problems, f"the writer: {problems}")
    expect(len({view.SerializeToString(deterministic=True) for view in taken}) > WRITES // 20, "the views moved on")
    asked = new(method_of(VIEW).input_type, request)
    for view in taken:
        asked.as_of.CopyFrom(view.as_of_time)
        again = suite.call(VIEW, asked)
        equal(str(again), str(view), f"the view as of {view.as_of_time.ToJsonString()}")


def is_quiet(suite):
    """Whether onboard has noted all that the demo did elsewhere: a view holds the partnership as it is now."""
    updated = suite.call("PartnershipService/GetPartnership", {"name": PARTNERSHIP}).update_time.ToDatetime()
    return datetime.utcnow() - updated > timedelta(seconds=QUIET_S)


def as_of():
    with Suite("as-of") as suite:
        suite.up()
        eventually(lambda: is_quiet(suite), "the demo has been heard of everywhere")
        check_corrections(suite)
        check_under_writes(suite)
        suite.cli("verify")


run(as_of)
