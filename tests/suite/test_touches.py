"""Touches that market records come to sell's opportunities and split its pipeline; what sell makes joint takes touches
in market. The two follow each other's feeds, and start in any order."""

from datetime import datetime, timedelta, timezone

import grpc

from suite import Suite, details_of, equal, eventually, expect, reason_of, run

PARTNERSHIP = "vendors/halden/partnerships/touched"
NOW = datetime.now(timezone.utc)


def ago(days):
    return (NOW - timedelta(days=days)).isoformat().replace("+00:00", "Z")


def is_known(suite):
    """Whether both have heard of the partnership."""
    try:
        suite.call("OpportunityService/ListOpportunities", {"parent": PARTNERSHIP})
        suite.call("TouchService/ListTouches", {"parent": PARTNERSHIP})
        return True
    except grpc.RpcError:
        return False


def opened(suite, token, name, engagement, days):
    return suite.call("OpportunityService/CreateOpportunity",
                      {"parent": PARTNERSHIP, "opportunityId": name, "opportunity":
                       {"displayName": name, "engagement": f"ENGAGEMENT_{engagement}", "customer": {"account": name},
                        "solution": "Any", "segment": "Any", "openTime": ago(days),
                        "amount": {"currencyCode": "USD", "amountMinor": "900001"}}}, token).name


def record(suite, token, opportunity, days, **more):
    return suite.call("TouchService/RecordTouch",
                      {"parent": PARTNERSHIP, "touch": dict({"opportunity": opportunity, "kind": "KIND_WEBINAR",
                                                             "occurTime": ago(days)}, **more)}, token)


def refusal(suite, token, opportunity):
    """How a touch is refused; None when it is taken."""
    try:
        record(suite, token, opportunity, 1)
        return None
    except grpc.RpcError as error:
        expect(reason_of(error) == "INVALID_REQUEST", f"refused for {reason_of(error)}")
        return str(details_of(error)).replace(opportunity, "*")


def shares(suite, opportunity, token=None):
    found = suite.call("OpportunityService/GetOpportunity", {"name": opportunity}, token)
    source = found.pipeline_source
    return len(found.touches), source.co_sell_touches, source.marketing_touches, source.joint_marketing_bps


def money(suite, counter):
    """Of all months about now."""
    first = NOW.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    period = {"startTime": first.replace(year=first.year - 1).isoformat().replace("+00:00", "Z"),
              "endTime": first.replace(year=first.year + 1).isoformat().replace("+00:00", "Z")}
    rows = suite.call("LedgerService/BatchGetCounters", {"parent": "vendors/halden", "partnerships": ["touched"],
                                                         "period": period}, None, "sell").partnerships
    return sum(one.amount for row in rows for one in row.counters if one.counter == f"qualified_amount.{counter}.USD")


def figures(suite):
    """{metric: figure} of sell, of the year that ends with this month."""
    first = NOW.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (first + timedelta(days=32)).replace(day=1)
    period = {"startTime": end.replace(year=end.year - 1).isoformat().replace("+00:00", "Z"),
              "endTime": end.isoformat().replace("+00:00", "Z")}
    view = suite.call("PerformanceService/GetPartnershipPerformance", {"name": PARTNERSHIP, "period": period})
    sell = next(section for section in view.sections if section.pillar == 4)
    return {one.metric: one for one in sell.figures}


def shown(suite, marketing, whole):
    """The gateway shows both parts and the share; over no funds paid there is nothing to say."""
    found = figures(suite)
    equal([found[one].value for one in ("pipeline_joint_marketing", "pipeline_co_sell", "pipeline_generated")],
          [marketing, whole - marketing, whole], "what the gateway shows")
    equal(found["joint_marketing_share"].numerator, marketing, "of which it makes the share")
    over = found["mdf_to_pipeline"]
    equal((over.denominator, list(over.counters), list(over.denominator_counters), over.denominator_pillar),
          (0, ["qualified_amount.joint_marketing.USD"], ["mdf.paid.USD"], 3), "what it is divided by")


def shared_with(suite, vendor, partner, opportunity):
    offer = suite.call("EngagementService/CreateEngagement",
                       {"parent": PARTNERSHIP, "engagement": {"title": "Together", "opportunity": opportunity,
                                                              "involvement": "INVOLVEMENT_CO_SELL"}}, vendor)
    suite.call("EngagementService/AcceptEngagement", {"name": offer.name}, partner)


def private_until_shared(suite, vendor, partner):
    """What is the vendor's own is, for a touch, not there, to either party; once it is joint it takes touches."""
    own = opened(suite, vendor, "own", "INDEPENDENT", 30)
    seen = opened(suite, vendor, "seen", "JOINT", 30)  # when this is known in market, so would the other be
    eventually(lambda: refusal(suite, vendor, seen) is None, "market knows the joint one")
    absent = f"{PARTNERSHIP}/opportunities/abc"
    for token in (vendor, partner):
        equal(refusal(suite, token, own), refusal(suite, token, absent), "a hidden and an absent one")
    shared_with(suite, vendor, partner, own)
    eventually(lambda: refusal(suite, partner, own) is None, "market knows that it is joint now")
    eventually(lambda: shares(suite, own, partner)[0] == 2, "the engagement and the touch")


def late_and_retracted(suite, vendor, partner):
    name = opened(suite, partner, "grid", "JOINT", 60)
    eventually(lambda: refusal(suite, vendor, name) is None, "market knows it")  # a touch of yesterday
    before = record(suite, partner, name, 90, note="Before it was opened")
    eventually(lambda: shares(suite, name)[0] == 3, "both touches")
    suite.call("OpportunityService/AdvanceOpportunity",
               {"name": name, "stage": "STAGE_QUALIFIED", "occurTime": ago(40)}, vendor)
    equal(shares(suite, name), (3, 1, 1, 5000), "at qualification")
    equal((money(suite, "co_sell"), money(suite, "joint_marketing")), (450001, 450000), "the two parts")
    late = record(suite, vendor, name, 50)
    eventually(lambda: shares(suite, name, partner) == (4, 1, 2, 6666), "what is heard late moves the shares")
    equal((money(suite, "co_sell"), money(suite, "joint_marketing")), (300061, 599940), "and the two parts")
    eventually(lambda: figures(suite)["joint_marketing_share"].value == 6666, "the gateway shows the share")
    shown(suite, 599940, 900001)
    for token, touch in ((partner, before), (vendor, late)):
        suite.call("TouchService/RetractTouch", {"name": touch.name, "reason": "Another company"}, token)
    eventually(lambda: shares(suite, name) == (2, 1, 0, 0), "what is retracted goes")
    equal((money(suite, "co_sell"), money(suite, "joint_marketing")), (900001, 0), "all of it is co-selling's")
    return name


def restarted(suite, vendor, name):
    """What one recorded while the other was down comes when it is up; then both are, in whatever order."""
    suite.kill("sell")
    record(suite, vendor, name, 55)
    suite.kill("market")
    suite.up()
    suite.close_channels()
    eventually(lambda: shares(suite, name) == (3, 1, 1, 5000), "the touch has come")
    suite.kill("market")
    shares(suite, name)
    suite.up()
    suite.close_channels()
    eventually(lambda: refusal(suite, vendor, name) is None, "market takes touches again")
    eventually(lambda: shares(suite, name) == (4, 1, 1, 5000), "and sell hears of them")


def touches():
    with Suite("touches") as suite:
        suite.up()
        vendor, partner = suite.vendor(), suite.partner()
        suite.call("PartnershipService/CreatePartnership",
                   {"parent": "vendors/halden", "partnershipId": "touched", "partnership":
                    {"displayName": "Touched", "partnerOrganization": "vendors/halden/organizations/orvane-global",
                     "partnerType": "PARTNER_TYPE_RESELLER", "preset": "PRESET_CLOUD", "currencyCode": "USD"}})
        eventually(lambda: is_known(suite), "both know the partnership")
        private_until_shared(suite, vendor, partner)
        name = late_and_retracted(suite, vendor, partner)
        restarted(suite, vendor, name)
        suite.cli("verify")


run(touches)
