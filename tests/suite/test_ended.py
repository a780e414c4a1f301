"""What a partnership that has ended still takes: nothing new, by any pillar."""

import grpc

from suite import Suite, equal, eventually, expect, reason_of, run

PARTNERSHIP = "vendors/halden/partnerships/brief"
LATER, LATER_STILL = "2100-01-01T00:00:00Z", "2100-02-01T00:00:00Z"
NEW = {
    "RosterMemberService/CreateRosterMember":
        {"rosterMember": {"person": "new", "displayName": "New", "roles": ["ROLE_SELLER"]}},
    "EnrolmentService/CreateEnrolment":
        {"enrolment": {"member": f"{PARTNERSHIP}/rosterMembers/first", "course": "vendors/halden/courses/selling"}},
    "CampaignService/CreateCampaign":
        {"campaign": {"title": "Late", "type": "TYPE_EVENT", "channel": "CHANNEL_LIVE_EVENT", "segment": "Any",
                      "startTime": LATER, "endTime": LATER_STILL}},
    "MdfAllocationService/CreateMdfAllocation":
        {"mdfAllocation": {"budget": "vendors/halden/mdfBudgets/usd", "currencyCode": "USD", "allocatedMinor": "100",
                           "reimbursementBps": 5000, "claimDays": 90}},
    "OpportunityService/CreateOpportunity":
        {"opportunity": {"displayName": "Late", "engagement": "ENGAGEMENT_JOINT", "customer": {"account": "Any"},
                         "solution": "Any", "segment": "Any"}},
    "HelpRequestService/CreateHelpRequest":
        {"helpRequest": {"need": "NEED_PRICING", "title": "Late", "askedHours": "4"}},
    "CustomerActivityService/CreateCustomerActivity":
        {"customerActivity": {"kind": "KIND_FIRST_MEETING", "title": "Late", "account": "Any"}},
    "EngagementService/CreateEngagement":
        {"engagement": {"title": "Late", "opportunity": f"{PARTNERSHIP}/opportunities/any",
                        "involvement": "INVOLVEMENT_CO_SELL"}},
    "TargetAccountService/CreateTargetAccount":
        {"targetAccount": {"account": "Any", "leadParty": "PARTY_VENDOR"}},
    "CaseStudyService/CreateCaseStudy":
        {"caseStudy": {"title": "Late", "opportunity": f"{PARTNERSHIP}/opportunities/any"}},
    "CommissionPlanService/CreateCommissionPlan":
        {"commissionPlan": {"displayName": "Late", "mode": "MODE_MARGINAL", "tiers": [{"rateBps": 100}],
                            "effectivePeriod": {"startTime": LATER, "endTime": LATER_STILL}}},
}


def refusal(suite, method, **request):
    try:
        suite.call(method, dict(request, parent=PARTNERSHIP))
    except grpc.RpcError as error:
        return reason_of(error)
    return ""


def ended():
    with Suite("ended") as suite:
        suite.up()
        suite.call("PartnershipService/CreatePartnership",
                   {"parent": "vendors/halden", "partnershipId": "brief", "partnership":
                    {"displayName": "Brief", "partnerOrganization": "vendors/halden/organizations/orvane-global",
                     "partnerType": "PARTNER_TYPE_RESELLER", "preset": "PRESET_CLOUD", "currencyCode": "USD"}})
        member = {"person": "first", "displayName": "First", "roles": ["ROLE_SELLER"]}
        eventually(lambda: refusal(suite, "RosterMemberService/CreateRosterMember", rosterMemberId="first",
                                   rosterMember=member) in ("", "ALREADY_EXISTS", "PERSON_ON_ROSTER"), "it is known")
        suite.call("PartnershipService/EndPartnership", {"name": PARTNERSHIP, "reason": "It came to nothing"})
        for method, request in NEW.items():
            eventually(lambda: refusal(suite, method, **request) == "PARTNERSHIP_ENDED",
                       f"{method} is refused", seconds=5)
        left = suite.call("RosterMemberService/ReleaseRosterMember", {"name": f"{PARTNERSHIP}/rosterMembers/first"})
        expect(left.HasField("leave_time"), "who was on the roster can still leave it")
        equal(refusal(suite, "PlanService/CreatePlan", plan={"title": "Late"}), "INVALID_STATE", "a plan")


run(ended)
