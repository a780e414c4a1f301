"""What onboard agreed and validated decides what sell's lift counts: by its feed, without anybody naming it."""

import json
import urllib.request
from datetime import datetime, timezone

import grpc

from suite import Suite, equal, eventually, expect, fail, reason_of, run

ORVANE = "vendors/halden/partnerships/orvane"
AGREEMENT, NOTHING = "LIFT_SCOPE_SOURCE_AGREEMENT", "LIFT_SCOPE_SOURCE_UNSPECIFIED"
OK, NO_DATA = 1, 2
JOINT, WON, LOST = 1, 2, 3
NOW = datetime.now(timezone.utc)
QUARTER = NOW.year * 4 + (NOW.month - 1) // 3  # the one that runs


def start_of(quarter):
    return f"{quarter // 4}-{quarter % 4 * 3 + 1:02d}-01T00:00:00Z"


YEAR = {"startTime": start_of(QUARTER - 4), "endTime": start_of(QUARTER)}
TWO_YEARS = {"startTime": start_of(QUARTER - 8), "endTime": start_of(QUARTER)}


def lift(suite, token=None, scope=NOTHING, partnership=ORVANE, **more):
    return suite.call("LiftService/GetLift", dict({"name": f"{partnership}/lift", "period": YEAR, "scope": scope}, **more), token)


def closed_jointly(suite, partnership, start, end):
    """Joint deals that closed in a time, from the list that anybody can read."""
    found, token = [], ""
    while True:
        page = suite.call("OpportunityService/ListOpportunities", {"parent": partnership, "pageSize": 500, "pageToken": token})
        found += [deal for deal in page.opportunities if deal.engagement == JOINT and deal.state in (WON, LOST)
                  and start <= deal.close_time.ToJsonString() < end]
        token = page.next_page_token
        if not token:
            return found


def joint_of(suite, segments):
    """Joint deals of the year against a named incumbent: the names of those won, and how many closed."""
    closed = [deal for deal in closed_jointly(suite, ORVANE, YEAR["startTime"], YEAR["endTime"])
              if deal.incumbent_competitor and deal.segment in segments]
    return sorted(deal.name for deal in closed if deal.state == WON), len(closed)


def propose(suite, vendor, partner, segment):
    """A joint value proposition for a segment, worded by both and in validation."""
    name = f"{ORVANE}/jointValuePropositions/plants"
    suite.step("JointValuePropositionService/CreateJointValueProposition",
               {"parent": ORVANE, "jointValuePropositionId": "plants", "jointValueProposition": {"title": "Plants"}}, vendor)
    for token in (vendor, partner):
        suite.step("JointValuePropositionService/MapGaps",
                   {"name": name, "provides": ["Something of its own"], "cannotProvide": ["What the other has"]}, token)
    for verb, more in (("ArticulateJointValueProposition", {"articulation": "What both can do together, in one sentence"}),
                       ("TranslateOutcome", {"outcome": {"vendorName": "Halden", "partnerName": "Orvane", "segment": segment,
                                                         "outcome": "plants that run", "benefit": "frees a shift",
                                                         "timeframe": "one year"}})):
        worded = suite.step(f"JointValuePropositionService/{verb}", dict(more, name=name), vendor)
        for token in (vendor, partner):
            suite.step("JointValuePropositionService/ApproveJointValueProposition",
                       {"name": name, "contentHash": worded.content_hash}, token)
    suite.step("JointValuePropositionService/StartValidation", {"name": name}, vendor)
    for arm, positive, token in (("JOINT", 9, vendor), ("VENDOR_SOLO", 2, vendor), ("PARTNER_SOLO", 3, partner)):
        suite.step("JointValuePropositionService/RecordValidation",
                   {"parent": name, "validationEntry": {"arm": f"VALIDATION_ARM_{arm}", "conversations": 12,
                                                        "positiveResponses": positive, "evidence": "Notes of every talk"}}, token)
    return name


def check_validated(suite, vendor, partner):
    """The cut begins when the proposition is validated, for both parties, and ends when it is retired."""
    before = lift(suite).displacement_validated
    equal((before.rate.status, before.rate.denominator), (NO_DATA, 0), "no deal is of the segment that is validated")
    name = propose(suite, vendor, partner, "manufacturing")
    equal(name in lift(suite).displacement_validated.propositions, False, "what is still tested")
    suite.step("JointValuePropositionService/ConcludeValidation", {"name": name}, vendor)
    eventually(lambda: name in lift(suite).displacement_validated.propositions, "sell has the validated proposition")
    won, closed = joint_of(suite, ["Manufacturing"])
    expect(won and closed > len(won), "the demo has such deals")
    for token in (vendor, partner):
        cut = lift(suite, token).displacement_validated
        equal((cut.rate.numerator, cut.rate.denominator), (len(won), closed), "displacement where it is validated")
        equal(sorted(cut.evidence), won, "its evidence")
        expect("manufacturing" in cut.segments, "its segments")
    suite.step("JointValuePropositionService/RetireJointValueProposition",
               {"name": name, "reason": "Customers asked for something else"}, vendor)
    eventually(lambda: name not in lift(suite).displacement_validated.propositions, "sell has heard that it is retired")
    equal(lift(suite).displacement_validated.rate.status, NO_DATA, "and it stands behind nothing")


def contract_of(suite):
    found = suite.json("call", "ContractService/SearchContracts", json.dumps({"parent": "vendors/halden"}))["contracts"]
    return next(one for one in found if one["name"].startswith(ORVANE + "/"))


def deciding(suite):
    """The contracts that sell goes by; none between the entry that ends one and the entry that begins the next."""
    try:
        return [one.contract for one in lift(suite, scope=AGREEMENT).scope.contracts]
    except grpc.RpcError as error:
        equal(reason_of(error), "MARKET_SCOPE_ABSENT", "without a contract")
        return []


def narrow(suite, vendor, partner, segments):
    """The contract anew, for these segments alone."""
    old = contract_of(suite)
    terms = dict(old["terms"], effectiveTime=datetime.now(timezone.utc).isoformat())
    terms["elements"]["marketScope"]["segments"] = segments
    name = suite.step("ContractService/CreateContract",
                      {"parent": ORVANE, "contractId": "narrowed",
                       "contract": {"title": old["title"], "amends": old["name"], "terms": terms}}).name
    put = suite.step("ContractService/RequestSignature", {"name": name}, partner)
    for token in (vendor, partner):
        suite.step("ContractService/SignContract", {"name": name, "contentHash": put.content_hash}, token)
    return name


def check_agreed(suite, vendor, partner):
    """In scope is what the contract in force says, from the moment in which another takes its place."""
    wide = lift(suite, scope=AGREEMENT)
    equal([one.contract for one in wide.scope.contracts], [contract_of(suite)["name"]], "the contract that decides")
    won, closed = joint_of(suite, ["Manufacturing", "Healthcare"])
    equal((wide.displacement.numerator, wide.displacement.denominator), (len(won), closed), "in the scope of the agreement")
    expect(closed < lift(suite).displacement.denominator, "which is not everything")
    name = narrow(suite, vendor, partner, ["healthcare"])
    eventually(lambda: deciding(suite) == [name], "sell has the contract that took its place")
    won, closed = joint_of(suite, ["Healthcare"])
    for token in (vendor, partner):
        narrowed = lift(suite, token, AGREEMENT)
        equal((narrowed.displacement.numerator, narrowed.displacement.denominator), (len(won), closed), "in the narrower scope")
    for more, reason in (({"partnership": "vendors/halden/partnerships/tallis"}, "MARKET_SCOPE_ABSENT"),
                         ({"segments": ["Healthcare"]}, "INVALID_REQUEST")):
        try:
            lift(suite, scope=AGREEMENT, **more)
            fail(f"{more} was answered")
        except grpc.RpcError as error:
            equal(reason_of(error), reason, f"the scope of an agreement with {more}")


def check_share(suite, vendor, partner):
    """Through the edge, as browsers ask: the estimate that holds is the one that both agreed."""
    def share():
        request = urllib.request.Request(
            f"{suite.environment()['ENTENTE_HTTP']}/entente.sell.v1.MarketShareService/GetMarketShare",
            json.dumps({"name": f"{ORVANE}/marketShare", "period": TWO_YEARS}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {partner}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    before = share()
    equal(before["status"], "FIGURE_STATUS_OK", "one estimate holds at both ends")
    equal(before["start"]["estimate"], before["end"]["estimate"], "the same one")
    waiting = f"{ORVANE}/marketEstimates/operations-2"
    suite.step("MarketEstimateService/AgreeMarketEstimate", {"name": waiting}, partner)
    after = share()
    equal((after["start"]["estimate"], after["end"]["estimate"]), (before["start"]["estimate"], waiting), "each from its time on")
    equal(after["end"]["share"]["numerator"], before["end"]["share"]["numerator"], "the revenue is the same")
    revenue, market = (int(after["end"]["share"][part]) for part in ("numerator", "denominator"))
    expect(abs(int(after["end"]["share"]["basisPoints"]) - revenue * 10_000 / market) <= 0.5, "the share, rounded")


def check_revenue(suite):
    """The revenue of both trailing years, added up from the deals themselves."""
    for partnership in (ORVANE, "vendors/halden/partnerships/alder-finch"):
        share = suite.call("MarketShareService/GetMarketShare", {"name": f"{partnership}/marketShare", "period": TWO_YEARS})
        equal(share.status, OK, "the status")
        for at, quarter in ((share.start, QUARTER - 8), (share.end, QUARTER)):
            deals = closed_jointly(suite, partnership, start_of(quarter - 4), start_of(quarter))
            equal(at.share.numerator, sum(deal.amount.amount_minor for deal in deals if deal.state == WON),
                  f"{partnership}, revenue of the year before {start_of(quarter)}")
    expect(share.start.share.numerator > 0, "something was won in both years")


def scope():
    with Suite("scope") as suite:
        suite.up()
        vendor, partner = suite.vendor(), suite.partner()
        check_validated(suite, vendor, partner)
        check_agreed(suite, vendor, partner)
        check_share(suite, vendor, partner)
        check_revenue(suite)
        suite.cli("verify")


run(scope)
