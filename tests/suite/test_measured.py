"""What other pillars record, sales to customer activities, moves the commitments of a plan and the gateway's view."""

from datetime import datetime, timezone

import grpc

from suite import Suite, equal, eventually, expect, reason_of, run

PARTNERSHIP = "vendors/halden/partnerships/measured"
PLAN = f"{PARTNERSHIP}/plans/one"
PARTNER = 2
NOW = datetime.now(timezone.utc)
START = NOW.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
END = START.replace(year=START.year + 2)
DUE = START.replace(year=START.year + 1)


def text(at):
    return at.isoformat().replace("+00:00", "Z")


def owed(name, owner, kind, unit, target, **more):
    return dict({"id": name, "owner": f"PARTY_{owner}", "kind": f"COMMITMENT_KIND_{kind}", "title": name,
                 "unit": f"COMMITMENT_UNIT_{unit}", "target": str(target), "weight": 100, "dueTime": text(DUE),
                 "consequence": "The committee decides", "measure": "COMMITMENT_MEASURE_MEASURED"}, **more)


def agree(suite, vendor, partner):
    terms = {"period": {"startTime": text(START), "endTime": text(END)},
             "commitments": [owed("revenue", "PARTNER", "REVENUE", "MONEY", 1_000_000, currencyCode="USD"),
                             owed("hours", "VENDOR", "PRE_SALES", "HOURS", 20),
                             owed("customers", "PARTNER", "CUSTOMER_DEVELOPMENT", "COUNT", 4)]}
    plan = suite.call("PlanService/CreatePlan", {"parent": PARTNERSHIP, "planId": "one",
                                                 "plan": {"title": "Measured", "terms": terms}}, vendor)
    suite.call("PlanService/ProposePlan", {"name": PLAN}, vendor)
    for token in (vendor, partner):
        suite.call("PlanService/SignPlan", {"name": PLAN, "contentHash": plan.content_hash}, token)
    suite.call("PlanService/ActivatePlan", {"name": PLAN}, vendor)


def confirmed(suite, commitment):
    return suite.call("CommitmentService/GetCommitment", {"name": f"{PLAN}/commitments/{commitment}"}).confirmed


def shown(suite, metric):
    """A figure of the partner as the gateway shows it for the month that the commitments are due in."""
    month = {"startTime": text(DUE), "endTime": text(DUE.replace(month=2))}
    view = suite.call("PerformanceService/GetPartnershipPerformance", {"name": PARTNERSHIP, "period": month})
    return next(one.value for section in view.sections for one in section.figures
                if one.metric == metric and one.party == PARTNER)


def is_known(suite):
    """Whether sell has heard of the partnership."""
    try:
        suite.call("OpportunityService/ListOpportunities", {"parent": PARTNERSHIP})
        return True
    except grpc.RpcError:
        return False


def win(suite, token, name, amount):
    made = suite.call("OpportunityService/CreateOpportunity",
                      {"parent": PARTNERSHIP, "opportunity":
                       {"displayName": name, "engagement": "ENGAGEMENT_JOINT", "customer": {"account": name},
                        "solution": "Any", "segment": "Any",
                        "amount": {"currencyCode": "USD", "amountMinor": str(amount)}}}, token)
    return suite.call("OpportunityService/WinOpportunity", {"name": made.name}, token)


def help_out(suite, vendor, partner, hours):
    asked = suite.call("HelpRequestService/CreateHelpRequest",
                       {"parent": PARTNERSHIP, "helpRequest":
                        {"need": "NEED_PRICING", "title": "A price", "askedHours": str(hours)}}, partner)
    suite.call("HelpRequestService/AcceptHelpRequest", {"name": asked.name, "assignee": "Ines"}, vendor)
    suite.call("HelpRequestService/DeliverHelpRequest",
               {"name": asked.name, "deliveredHours": str(hours), "note": "Done as it was asked"}, vendor)
    return suite.call("HelpRequestService/AcknowledgeHelpRequest", {"name": asked.name}, partner)


def develop(suite, owner, other, title):
    """Something that the owner did with a customer, acknowledged by the other party."""
    planned = suite.call("CustomerActivityService/CreateCustomerActivity",
                         {"parent": PARTNERSHIP, "customerActivity": {"kind": "KIND_PROOF_OF_CONCEPT", "title": title,
                                                                      "account": "Northgate Hospital"}}, owner)
    suite.call("CustomerActivityService/HoldCustomerActivity",
               {"name": planned.name, "summary": "Ran on their own data for a week"}, owner)
    return suite.call("CustomerActivityService/AcknowledgeCustomerActivity", {"name": planned.name}, other)


def check_customers(suite, vendor, partner):
    done = [develop(suite, partner, vendor, title) for title in ("Triage", "Wards")]
    develop(suite, vendor, partner, "The vendor's own")
    eventually(lambda: confirmed(suite, "customers") == 2, "acknowledged activities count")
    eventually(lambda: shown(suite, "customer_development_attainment") == 5_000, "the gateway shows half of it")
    found = suite.call("MeasurementService/ListMeasurements", {"parent": f"{PLAN}/commitments/customers"}, partner)
    equal({one.source for one in found.measurements}, {one.name for one in done}, "the evidence names the activities")
    entries = suite.call("LedgerService/ListLedgerEntries", {"parent": PARTNERSHIP}, partner, service="sell").entries
    told = {entry.name: (entry.type, entry.resource) for entry in entries}
    for one in found.measurements:
        equal(told[one.source_entry], ("customer_activity.acknowledged", one.source), "and sell's entry")
    suite.call("CustomerActivityService/ReverseCustomerActivity",
               {"name": done[0].name, "reason": "They say that it never ran"}, vendor)
    eventually(lambda: confirmed(suite, "customers") == 1, "an acknowledgement that is taken back")
    eventually(lambda: shown(suite, "customer_development_attainment") == 2_500, "and the gateway shows it")


def measured():
    with Suite("measured") as suite:
        suite.up()
        vendor, partner = suite.vendor(), suite.partner()
        suite.call("PartnershipService/CreatePartnership",
                   {"parent": "vendors/halden", "partnershipId": "measured", "partnership":
                    {"displayName": "Measured", "partnerOrganization": "vendors/halden/organizations/orvane-global",
                     "partnerType": "PARTNER_TYPE_RESELLER", "preset": "PRESET_CLOUD", "currencyCode": "USD"}})
        for verb in ("Assess", "Designate"):
            suite.call(f"PartnershipService/{verb}Partnership", {"name": PARTNERSHIP})
        agree(suite, vendor, partner)
        eventually(lambda: is_known(suite), "sell knows the partnership")
        first = win(suite, vendor, "First", 400_000)
        win(suite, partner, "Second", 100_000)
        eventually(lambda: confirmed(suite, "revenue") == 500_000, "both wins count")
        eventually(lambda: shown(suite, "revenue_attainment") == 5_000, "the gateway shows half of the target")
        equal(shown(suite, "fulfilment"), 2_500, "which is one of two commitments")
        listed = suite.call("MeasurementService/ListMeasurements", {"parent": f"{PLAN}/commitments/revenue"}, partner)
        equal(len(listed.measurements), 2, "the evidence")
        expect(all("/ledger/sell-" in one.source_entry for one in listed.measurements), "it names sell's entries")
        suite.call("OpportunityService/ReverseOpportunity",
                   {"name": first.name, "reason": "The customer gave it back"}, vendor)
        eventually(lambda: confirmed(suite, "revenue") == 100_000, "the reversal takes it back")
        eventually(lambda: shown(suite, "revenue_attainment") == 1_000, "and the gateway shows it")
        help_out(suite, vendor, partner, 5)
        eventually(lambda: confirmed(suite, "hours") == 5, "acknowledged hours count")
        check_customers(suite, vendor, partner)
        try:
            suite.call("CommitmentService/ClaimFulfilment",
                       {"parent": f"{PLAN}/commitments/revenue", "claim": {"amount": "1", "evidence": "On my word"}},
                       partner)
            expect(False, "a claim on what is measured is refused")
        except grpc.RpcError as error:
            equal(reason_of(error), "MEASURED_COMMITMENT", "the reason")
        suite.cli("verify")


run(measured)
