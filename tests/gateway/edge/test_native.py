"""Native gRPC of every pillar through the gateway's port: the same answers and refusals as from the pillar itself."""

import grpc
from suite import FACTORY, POOL, Suite, alive, details_of, equal, expect, fail, method_of, reason_of, run

ORVANE = "vendors/halden/partnerships/orvane"
READS = [
    ("onboard", "PartnershipService/GetPartnership", {"name": ORVANE}),
    ("enable", "CourseService/ListCourses", {"parent": "vendors/halden"}),
    ("market", "CampaignService/ListCampaigns", {"parent": ORVANE}),
    ("sell", "OpportunityService/ListOpportunities", {"parent": ORVANE}),
    ("incentivize", "EarningService/GetTierProgress", {"parent": ORVANE}),
]


def error_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    return fail("the call was not refused")


def outcome(call):
    try:
        return call().SerializeToString(deterministic=True)
    except grpc.RpcError as error:
        return error.code(), error.details(), details_of(error)[0]


def reads(suite):
    for pillar, name, request in READS:
        direct = outcome(lambda p=pillar, n=name, r=request: suite.call(n, r, service=p))
        through = outcome(lambda n=name, r=request: suite.call(n, r, service="gateway"))
        equal(through, direct, f"{name} through the gateway")
        expect(isinstance(direct, bytes), f"{name} answers: {direct}")


def refusals(suite):
    bad = {"parent": ORVANE, "planId": "No Id"}
    equal(outcome(lambda: suite.call("PlanService/CreatePlan", bad, service="gateway")),
          outcome(lambda: suite.call("PlanService/CreatePlan", bad)), "a refusal with its details, byte for byte")
    for token in ("", "no.such.token"):
        error = error_of(lambda t=token: suite.call("PartnershipService/GetPartnership", {"name": ORVANE}, t,
                                                    service="gateway"))
        equal(error.code(), grpc.StatusCode.UNAUTHENTICATED, f"token {token!r}")
    other = suite.partner("brightmoor-systems")
    error = error_of(lambda: suite.call("PartnershipService/GetPartnership", {"name": ORVANE}, other,
                                        service="gateway"))
    equal(error.code(), grpc.StatusCode.PERMISSION_DENIED, "another partner's user")
    channel = suite.channel("gateway")
    call = channel.unary_unary("/entente.onboard.v1.PlanService/Invent", lambda m: m, lambda m: m)
    equal(error_of(lambda: call(b"", timeout=5)).code(), grpc.StatusCode.UNIMPLEMENTED, "no such method")


def writes(suite):
    """One request id, once through the gateway and once not: one effect, one answer."""
    request = {"parent": "vendors/halden", "organizationId": "through-the-edge", "requestId": "edge-once",
               "organization": {"legalName": "Through", "domain": "through.example", "countryCode": "US",
                                "roles": ["ROLE_PARTNER"]}}
    name = "OrganizationService/CreateOrganization"
    first = suite.call(name, request, service="gateway")
    equal(suite.call(name, request).SerializeToString(deterministic=True),
          first.SerializeToString(deterministic=True), "the same answer from the pillar")


def one_message(suite):
    """Unary means one message: none and two are refused before anything is done."""
    method = method_of("PartnershipService/GetPartnership")
    request = FACTORY.GetPrototype(POOL.FindMessageTypeByName(method.input_type.full_name))(name=ORVANE)
    metadata = (("authorization", f"Bearer {suite.vendor()}"),)
    call = suite.channel("gateway").stream_stream("/entente.onboard.v1.PartnershipService/GetPartnership",
                                                  lambda m: m, lambda m: m)
    for messages in ([], [request.SerializeToString()] * 2):
        error = error_of(lambda m=messages: list(call(iter(m), metadata=metadata, timeout=5)))
        equal(error.code(), grpc.StatusCode.UNIMPLEMENTED, f"{len(messages)} messages")


def a_pillar_is_gone(suite):
    suite.kill("sell")
    error = error_of(lambda: suite.call("OpportunityService/ListOpportunities", {"parent": ORVANE},
                                        service="gateway"))
    equal((error.code(), reason_of(error)), (grpc.StatusCode.UNAVAILABLE, "SERVICE_UNREACHABLE"), "a dead pillar")
    expect("127.0.0.1" not in error.details(), f"no address is told: {error.details()}")
    expect(alive(suite.pid("gateway")), "the gateway lives on")


def native():
    with Suite("native") as suite:
        suite.up()
        for case in (reads, refusals, writes, one_message, a_pillar_is_gone):
            case(suite)


run(native)
