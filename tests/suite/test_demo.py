"""The demo portfolio in a suite that starts from nothing, against the figures that it is made to show."""

import json
import os
import subprocess
from collections import Counter
from datetime import datetime, timedelta, timezone

from suite import ESCAPE, PARTS, Suite, alive, eventually, equal, expect, figure, message_class, run, section

VENDOR = "vendors/halden"


def quarters():
    """Starts of the last quarter that has ended, the one before it and so on, then their ends."""
    now = datetime.now(timezone.utc)
    month = now.year * 12 + (now.month - 1) // 3 * 3
    def start(back):
        at = month - 3 * (back + 1)
        return datetime(at // 12, at % 12 + 1, 1, tzinfo=timezone.utc)
    return start


def quarter_name(back):
    at = quarters()(back)
    return f"{at.year}Q{(at.month + 2) // 3}"


def view(suite, partnership, back=0):
    answer = suite.json("view", partnership, "--period", quarter_name(back))
    equal([s["state"] for s in answer["sections"]], ["STATE_COMPLETE"] * 5, f"sections of {partnership}")
    return answer


def value(answer, metric, party=None):
    row = figure(answer, metric, party)
    equal(row["status"], "FIGURE_STATUS_OK", f"status of {metric}")
    return int(row.get("value", 0))


def percent(bps):
    return (bps + 50) // 100


def check_orvane(suite):
    answer = view(suite, "orvane")
    equal(value(answer, "fulfilment", "VENDOR"), 9400, "orvane, fulfilment of the vendor")
    equal(value(answer, "fulfilment", "PARTNER"), 9100, "orvane, fulfilment of the partner")
    for kind, attained in (("co_marketing_budget", 9200), ("pre_sales", 9500), ("executive_access", 10000)):
        equal(value(answer, f"{kind}_attainment", "VENDOR"), attained, f"orvane, {kind} attainment of the vendor")
    for kind, attained in (("revenue", 9000), ("certification", 9333), ("customer_development", 9090)):
        equal(value(answer, f"{kind}_attainment", "PARTNER"), attained, f"orvane, {kind} attainment of the partner")
        equal(figure(answer, f"{kind}_attainment", "VENDOR")["status"], "FIGURE_STATUS_NO_DATA", f"the vendor owes no {kind}")
    equal((value(answer, "win_rate_joint") + 5) // 10, 410, "orvane, win rate joint, per mille")
    equal((value(answer, "win_rate_independent", "VENDOR") + 5) // 10, 290, "orvane, win rate independent")
    equal(value(answer, "deal_size_joint"), 62000000, "orvane, deal size joint")
    equal(value(answer, "deal_size_independent", "VENDOR"), 34000000, "orvane, deal size independent")
    equal(value(answer, "pipeline_co_sell") + value(answer, "pipeline_joint_marketing"),
          value(answer, "pipeline_generated"), "orvane, the two sources of its pipeline")
    equal(percent(value(answer, "joint_marketing_share")), 30, "orvane, marketing's share of its pipeline")
    expect(value(answer, "mdf_to_pipeline") > 10_000, "orvane, more pipeline than funds paid")
    equal(value(answer, "nps"), 52, "orvane, NPS")
    equal(figure(answer, "win_rate_independent", "PARTNER")["status"], "FIGURE_STATUS_NOT_SHARED",
          "what the partner keeps to itself")
    default = suite.json("view", "orvane")
    equal(default["period"], answer["period"], "the default period is the last quarter that has ended")


def check_development(suite):
    """What Orvane did with customers and Halden acknowledged moves the commitment that is measured by it."""
    orvane = f"{VENDOR}/partnerships/orvane"
    done = suite.call("CustomerActivityService/ListCustomerActivities", {"parent": orvane}).customer_activities
    states = sorted(one.DESCRIPTOR.fields_by_name["state"].enum_type.values_by_number[one.state].name[6:]
                    for one in done if one.owner == 2)
    equal(states, ["ACKNOWLEDGED"] * 10 + ["CANCELLED", "DISPUTED", "PLANNED", "REVERSED"], "orvane, activities")
    commitment = f"{orvane}/plans/year-one/commitments/customer-development"
    eventually(lambda: suite.call("CommitmentService/GetCommitment", {"name": commitment}).confirmed == 10,
               "orvane, customer development over both years")
    evidence = suite.call("MeasurementService/ListMeasurements", {"parent": commitment}).measurements
    equal(sorted(one.state for one in evidence), [1] * 10 + [2], "orvane, what it follows from, one taken back")


def check_lift(suite):
    """Selling together against alone, like with like: orvane's 41 % against 29 %."""
    period = view(suite, "orvane")["period"]
    lift = suite.call("LiftService/GetLift",
                      {"name": "vendors/halden/partnerships/orvane/lift",
                       "period": {"startTime": period["startTime"], "endTime": period["endTime"]},
                       "dimensions": ["LIFT_DIMENSION_SEGMENT", "LIFT_DIMENSION_SOLUTION"]})
    equal((lift.joint_win_rate.numerator, lift.joint_win_rate.denominator), (16, 39), "orvane, joint deals")
    compared = lift.win_rate_lift
    equal((compared.status, compared.coverage.basis_points), (1, 10000), "orvane, lift covers every joint deal")
    expect(compared.lower_bps < compared.difference_bps < compared.upper_bps, "the interval holds the difference")
    expect(1000 < compared.difference_bps < 1400, f"orvane, lift by segment and solution: {compared.difference_bps}")
    small = suite.call("LiftService/GetLift",
                       {"name": "vendors/halden/partnerships/orvane/lift",
                        "period": {"startTime": period["startTime"], "endTime": period["endTime"]}}).win_rate_lift
    equal([(one.segment, one.size_band, one.joint.denominator) for one in small.strata if one.included],
          [("Financial services", 2, 10)], "orvane, what is alike in size too")
    equal((small.status, small.coverage.numerator), (1, 10), "orvane, lift over its small deals")
    sizes = suite.call("LiftService/GetLift",
                       {"name": "vendors/halden/partnerships/orvane/lift", "dimensions": ["LIFT_DIMENSION_SIZE"],
                        "period": {"startTime": period["startTime"], "endTime": period["endTime"]}}).deal_size_lift
    equal((sizes.status, sizes.coverage.numerator, sizes.ratio_bps), (1, 16, 18235), "orvane, how much larger joint deals are")
    expect(10000 < sizes.lower_bps < 18235 < sizes.upper_bps, "the interval holds the quotient")
    equal(lift.deal_size.mean_ratio.basis_points, 18235, "orvane, deal size joint to independent")
    equal(lift.displacement.denominator, 20, "orvane, deals against a named incumbent")


def check_scope(suite):
    """In scope is what the agreement says; where the proposition is validated, the displacement is shown again."""
    start = quarters()
    asked = {"name": "vendors/halden/partnerships/alder-finch/lift", "scope": "LIFT_SCOPE_SOURCE_AGREEMENT",
             "period": {"startTime": start(3).isoformat().replace("+00:00", "Z"),
                        "endTime": start(-1).isoformat().replace("+00:00", "Z")}}
    lift = suite.call("LiftService/GetLift", asked)
    equal([one.contract.split("/")[-1] for one in lift.scope.contracts], ["agreement-v2"], "alder-finch, the scope")
    equal(lift.scope.unplaced_count, 0, "alder-finch, every deal says what it is about")
    everything = suite.call("LiftService/GetLift", dict(asked, scope="LIFT_SCOPE_SOURCE_UNSPECIFIED"))
    joint = [(one.joint_win_rate.numerator, one.joint_win_rate.denominator) for one in (lift, everything)]
    equal(joint, [(7, 12), (13, 27)], "alder-finch, joint deals in scope and in all")
    cut = everything.displacement_validated
    equal([name.split("/")[-1] for name in cut.propositions], ["core"], "alder-finch, what is validated")
    equal((cut.rate.numerator, cut.rate.denominator), (3, 6), "alder-finch, displacement where it is")
    equal(everything.displacement.denominator, 14, "alder-finch, displacement everywhere")


def check_share(suite):
    """Alder & Finch: 60 basis points of 80 M two years ago, 200 of 94 M now."""
    start = quarters()
    share = suite.call("MarketShareService/GetMarketShare",
                       {"name": "vendors/halden/partnerships/alder-finch/marketShare",
                        "period": {"startTime": start(7).isoformat().replace("+00:00", "Z"),
                                   "endTime": start(-1).isoformat().replace("+00:00", "Z")}})
    equal([(at.share.basis_points, at.estimate_version) for at in (share.start, share.end)], [(60, 1), (200, 3)],
          "alder-finch, shares")
    equal((share.status, share.change_bps), (1, 140), "alder-finch, change of the market share in 24 months")
    expect("Change  +140 basis points" in suite.cli("share", "alder-finch", "--as", "vendor").stdout, "as people read it")
    refused = suite.cli("share", "orvane", "--months", "37", check=False)
    equal((refused.returncode, refused.stdout), (2, ""), "no more than 36 months")


def check_mapped(suite):
    """What is not shared is told apart from none."""
    matrix = suite.call("PopulationService/GetOverlap", {"name": "vendors/halden/partnerships/castellan/overlap"})
    equal([(cell.status, cell.count) for cell in matrix.cells],
          [(4, 0), (4, 0), (4, 0), (1, 0), (4, 0), (4, 0), (1, 50), (4, 0), (4, 0)], "castellan, accounts that both have")


def check_ferrostahl(suite):
    for back, vendor, partner in ((2, 92, 88), (1, 90, 71), (0, 74, 58)):
        answer = view(suite, "ferrostahl", back)
        equal((percent(value(answer, "fulfilment", "VENDOR")), percent(value(answer, "fulfilment", "PARTNER"))),
              (vendor, partner), f"ferrostahl in {quarter_name(back)}")
        equal(figure(answer, "revenue").get("currencyCode"), "EUR", "ferrostahl's currency")


def check_others(suite):
    tallis = view(suite, "tallis")
    equal(value(tallis, "reviews_missed"), 2, "tallis, reviews missed")
    equal(figure(tallis, "fulfilment", "VENDOR")["status"], "FIGURE_STATUS_NO_DATA", "tallis has no plan")
    resource = tallis["resource"]
    equal(resource["classification"], "CLASSIFICATION_STRATEGIC_PARTNERSHIP", "tallis, label")
    expect(len(resource["classificationOverride"]["reason"]) >= 10, "tallis is labelled by an override with a reason")
    nordlicht = view(suite, "nordlicht")["resource"]
    equal(nordlicht["classification"], "CLASSIFICATION_STRATEGIC_ALLIANCE", "nordlicht, class")
    brightmoor = view(suite, "brightmoor")
    equal(value(brightmoor, "certified_coverage", "PARTNER"), 1800, "brightmoor, certified")
    meridian = view(suite, "meridian")
    milestones = figure(meridian, "milestones")
    equal((milestones["numerator"], milestones["denominator"]), ("7", "8"), "meridian, milestones")
    equal(value(meridian, "revenue"), 0, "meridian, revenue")


def check_castellan(suite):
    end = quarters()(-1) - timedelta(seconds=1)
    progress = suite.json("call", "EarningService/GetTierProgress", json.dumps(
        {"parent": f"{VENDOR}/partnerships/castellan", "atTime": end.isoformat()}))
    equal((progress["currencyCode"], progress["cliffDistanceMinor"]), ("USD", "140000"), "castellan, cliff")


def check_alder_finch(suite):
    plans = suite.json("call", "PlanService/ListPlans", json.dumps({"parent": f"{VENDOR}/partnerships/alder-finch"}))
    states = sorted((p["version"], p["state"]) for p in plans["plans"])
    equal(states, [(1, "STATE_SUPERSEDED"), (2, "STATE_ACTIVE")], "alder-finch, versions of the plan")


def check_stages(suite):
    """Strategic by proof: what each can show, and how far that has brought it."""
    found = {}
    for row in suite.json("call", "PartnershipService/ListPartnerships", json.dumps({"parent": VENDOR}))["partnerships"]:
        found[row["name"].split("/")[3]] = row
    reached = {"orvane": "ACTIVATION", "brightmoor": "VALUE_PROPOSITION", "tallis": None}
    for id_, row in found.items():
        stage = reached.get(id_, "ACTIVATION")
        equal(row.get("stage"), stage and f"STAGE_{stage}", f"{id_}, stage")
        equal("classificationOverride" in row, id_ in ("brightmoor", "tallis"), f"{id_}, whether on somebody's word")
    done = {item["kind"].removeprefix("KIND_") for item in found["orvane"]["activation"]["items"]}
    expect({"CO_SELL", "JOINT_PIPELINE", "JOINT_WIN", "JOINT_CONTENT"} <= done, f"orvane has gone to market: {done}")
    refused = suite.cli("call", "PartnershipService/CompleteStage",
                        json.dumps({"name": f"{VENDOR}/partnerships/brightmoor", "stage": "STAGE_VALUE_PROPOSITION"}),
                        check=False)
    expect("is IN_VALIDATION, not VALIDATED" in refused.stdout + refused.stderr, "what keeps brightmoor is named")
    capacity = suite.json("call", "CapacityService/GetCapacity", json.dumps({"name": f"{VENDOR}/capacities/current"}))
    equal((capacity["designatedCount"], capacity["loadHours"], capacity["availableHours"], capacity["capacityCount"],
           capacity["standing"]), (8, "576", "1080", 15, "STANDING_WITHIN"), "what Halden's sponsors can run")


def check_contracts(suite):
    found = suite.json("call", "ContractService/SearchContracts", json.dumps({"parent": VENDOR}))["contracts"]
    states = sorted((c["name"].split("/")[3], c["state"].removeprefix("STATE_")) for c in found)
    equal(states, [("alder-finch", "ACTIVE"), ("alder-finch", "SUPERSEDED"), ("brightmoor", "IN_NEGOTIATION"),
                   ("castellan", "ACTIVE"), ("ferrostahl", "EXPIRING"), ("meridian", "ACTIVE"),
                   ("nordlicht", "ACTIVE"), ("orvane", "ACTIVE")], "contracts; tallis has none")
    castellan = next(c for c in found if "/castellan/" in c["name"])
    provisions = castellan["terms"]["elements"]["coverage"]["provisions"]
    equal([(p["kind"], p["segments"]) for p in provisions],
          [("KIND_EXCLUSIVE", ["banking"]), ("KIND_PRIORITY", ["insurance"])], "castellan, what it was promised")
    sources = {}
    for partner in ("tallis", "orvane"):
        terms = suite.json("call", "TermService/GetEffectiveTerms",
                           json.dumps({"parent": f"{VENDOR}/partnerships/{partner}"}))["terms"]
        sources[partner] = {term["claim"]["source"].removeprefix("TERM_SOURCE_") for term in terms}
    equal(sources["tallis"], {"PROGRAM_LEVEL", "NONE"}, "tallis, terms of its tier only")
    equal(sources["orvane"], {"AGREED_TERM", "CONTRACT", "PROGRAM_LEVEL", "NONE"}, "orvane, terms")


def check_registrations(suite):
    """140 over all partnerships, one or more of each state, and one under the policy of a level."""
    found, token = [], ""
    while not found or token:
        page = suite.call("RegistrationService/SearchRegistrations",
                          {"parent": VENDOR, "pageSize": 100, "pageToken": token})
        found += page.registrations
        token = page.next_page_token
    names = message_class("entente.sell.v1.Registration").DESCRIPTOR.enum_types_by_name["State"].values_by_number
    equal(dict(Counter(names[one.state].name[6:] for one in found)),
          {"APPROVED": 88, "SUBMITTED": 37, "EXPIRED": 9, "REJECTED": 2, "IN_REVIEW": 1, "ACTION_REQUIRED": 1,
           "WITHDRAWN": 1, "EXTENDED": 1}, "registrations by state")
    equal(dict(Counter(one.policy.rsplit("/", 1)[-1] for one in found)), {"enterprise": 130, "smb": 9, "platinum": 1},
          "registrations by policy")
    best = next(one for one in found if one.policy.endswith("/platinum"))
    equal((best.name, best.terms.uplift_bps, best.terms.decision_hours),
          (f"{VENDOR}/partnerships/orvane/registrations/r033", 1500, 24), "the policy of the level in the program")
    conflicts = suite.call("ConflictService/ListConflicts", {"parent": VENDOR, "pageSize": 500}).conflicts
    equal(Counter(one.state for one in conflicts), Counter({1: 11, 2: 1}), "conflicts, one of them ruled")
    ruled = next(one for one in conflicts if one.HasField("ruling"))
    expect(ruled.customer.legal_name == "First Harbor Bank" and "/castellan/" in ruled.ruling.winner,
           f"the bank goes to who registered it first: {ruled.ruling.winner}")


def check_portfolio(suite):
    rows = suite.json("portfolio")["entries"]
    equal(sorted(row["partnership"]["name"].rsplit("/", 1)[1] for row in rows),
          sorted("orvane brightmoor castellan meridian ferrostahl alder-finch tallis nordlicht".split()), "portfolio")
    mine = suite.json("portfolio", "--as", "partner")["entries"]
    equal([row["partnership"]["name"] for row in mine], [f"{VENDOR}/partnerships/orvane"], "the partner's portfolio")
    for words in (("view", "orvane"), ("portfolio",), ("status",), ("verify",), ("pipeline", "orvane"),
                  ("lift", "orvane"), ("share", "alder-finch"), ("share", "orvane", "--months", "36"),
                  ("registrations",), ("registrations", "orvane", "--as", "partner")):
        text = suite.cli(*words).stdout
        expect(text and not ESCAPE.search(text), f"plain text of entente {words[0]} in a pipe")
    waiting = suite.json("registrations", "--due")["registrations"]
    due = [row["decideDueTime"] for row in waiting]
    expect(due and due == sorted(due), "what waits for the vendor is listed by when it is due")
    colored = suite.cli("view", "orvane", "--color", "always").stdout
    expect(ESCAPE.search(colored), "colours when asked for")


def check_up_twice(suite):
    pids = [suite.pid(part) for part in PARTS]
    again = suite.up()
    expect("running already" in again.stdout, f"up again says so: {again.stdout}")
    equal([suite.pid(part) for part in PARTS], pids, "up again leaves the processes")


def check_status(suite):
    rows = suite.json("status")["processes"]
    equal([(row["name"], row["ready"]) for row in rows], [(part, True) for part in PARTS], "status")


def check_down(suite):
    pids = [suite.pid(part) for part in PARTS]
    suite.close_channels()
    suite.cli("down")
    eventually(lambda: not any(alive(pid) for pid in pids), "every process has ended")
    expect(not os.path.exists(suite.var), "the folder is gone")
    listeners = subprocess.run(["cat", "/proc/net/unix"], capture_output=True, text=True, check=True).stdout
    expect(suite.var not in listeners, "the socket is gone")


def demo():
    with Suite("demo") as suite:
        loaded = suite.up()
        expect("7 of 7 processes started" in loaded.stdout, loaded.stdout)
        expect(not ESCAPE.search(loaded.stdout + loaded.stderr), "plain text of entente up in a pipe")
        check_status(suite)
        # what incentivize earns follows sell's feed
        eventually(lambda: section(view(suite, "castellan"), "incentivize") and earned(suite), "castellan's earnings")
        for check in (check_orvane, check_ferrostahl, check_others, check_castellan, check_alder_finch, check_stages, check_contracts,
                      check_registrations, check_portfolio, check_development, check_lift, check_scope, check_share,
                      check_mapped, check_up_twice):
            check(suite)
        suite.cli("verify")
        check_down(suite)


def earned(suite):
    answer = view(suite, "castellan")
    return figure(answer, "incentive_base")["numerator"] == figure(answer, "revenue")["numerator"]


run(demo)
