"""Every counter of every pillar, computed anew from the lists that anybody can read, month by month."""

import random
import time
from collections import Counter
from datetime import datetime, timedelta, timezone

import grpc
from suite import PILLARS, Suite, equal, expect, fail, new, method_of, run

VENDOR = "vendors/halden"
IDS = ["orvane", "brightmoor", "castellan", "meridian", "ferrostahl", "alder-finch", "tallis", "nordlicht"]
ATTAINED = ("co_marketing_budget", "pre_sales", "executive_access", "revenue", "certification", "customer_development")
LEVELS = 202001  # the month that sell keeps its levels in
FIRST, MONTHS = 202001, 120
ENDLESS = 10_000
PARTIES = ["", "VENDOR", "PARTNER"]
FULL = 10_000


def month(stamp):
    at = stamp.ToDatetime()
    return at.year * 100 + at.month


def enum_name(message, field):
    return message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number[getattr(message, field)].name


def state(message):
    return enum_name(message, "state")


def party_of(message, field="party"):
    return getattr(message, field)


def listed(suite, method, parent, token, size=500, **filters):
    """All pages; every page but the last is full, and nothing comes twice."""
    found, page_token, names = [], "", set()
    while True:
        answer = suite.call(method, dict(filters, parent=parent, pageSize=size, pageToken=page_token), token)
        rows = getattr(answer, answer.DESCRIPTOR.fields[0].name)
        for row in rows:
            expect(row.name not in names, f"{method} of {parent} lists {row.name} twice")
            names.add(row.name)
        found += rows
        page_token = answer.next_page_token
        if not page_token:
            return found


class Sheet(Counter):
    """{(counter, party, month): amount}"""

    def add(self, counter, party, stamp, amount=1):
        if amount:
            self[counter, party, stamp if isinstance(stamp, int) else month(stamp)] += amount


# ---- what the lists say ----


def share(part, whole):
    return 0 if part <= 0 else min(FULL, part * FULL // whole)


def recount_onboard(suite, partnership, token, sheet):
    for plan in listed(suite, "PlanService/ListPlans", partnership, token):
        for commitment in listed(suite, "CommitmentService/ListCommitments", plan.name, token):
            if state(commitment) in ("STATE_WAIVED", "STATE_RELEASED"):
                continue
            sheet.add("fulfilment.weight", commitment.owner, commitment.due_time, commitment.weight * FULL)
            sheet.add("fulfilment.achieved", commitment.owner, commitment.due_time,
                      commitment.weight * share(commitment.confirmed, commitment.target))
            kind = enum_name(commitment, "kind").removeprefix("COMMITMENT_KIND_").lower()
            if kind in ATTAINED:
                sheet.add(f"attainment.{kind}.weight", commitment.owner, commitment.due_time, commitment.weight * FULL)
                sheet.add(f"attainment.{kind}.achieved", commitment.owner, commitment.due_time,
                          commitment.weight * share(commitment.confirmed, commitment.target))
        for milestone in listed(suite, "MilestoneService/ListMilestones", plan.name, token):
            sheet.add("milestones.due", 0, milestone.due_time, state(milestone) != "STATE_RELEASED")
            if state(milestone) == "STATE_ACHIEVED":
                late = milestone.achieve_time.ToNanoseconds() > milestone.due_time.ToNanoseconds()
                sheet.add("milestones.late" if late else "milestones.achieved", 0, milestone.due_time)
    for review in listed(suite, "ReviewService/ListReviews", partnership, token):
        sheet.add("reviews.due", 0, review.due_time, state(review) != "STATE_CANCELLED")
        sheet.add("reviews.missed", 0, review.due_time, state(review) == "STATE_MISSED")
        for party in review.sponsored_parties if state(review) == "STATE_HELD" else ():
            sheet.add("reviews.sponsored", party, review.due_time)
    for fit in listed(suite, "FitAssessmentService/ListFitAssessments", partnership, token):
        sheet.add("fit_assessments.concluded", 0, fit.conclude_time, state(fit) == "STATE_CONCLUDED")
    for escalation in listed(suite, "EscalationService/ListEscalations", partnership, token):
        sheet.add("escalations.raised", 0, escalation.raise_time)
        sheet.add("escalations.resolved", 0, escalation.resolve_time, state(escalation) == "STATE_RESOLVED")
    for tested in listed(suite, "JointValuePropositionService/ListJointValuePropositions", partnership, token):
        if tested.HasField("verdict"):
            sheet.add(f"propositions.{'validated' if tested.verdict.passed else 'failed'}", 0, tested.conclude_time)
    latest = {}
    for response in listed(suite, "NpsResponseService/ListNpsResponses", partnership, token):
        at = response.respond_time.ToDatetime()
        key = (response.party, response.respondent, at.year, (at.month - 1) // 3)
        rank = (response.respond_time.ToNanoseconds(), response.sequence)
        if key not in latest or rank > latest[key][0]:
            latest[key] = (rank, response)
    for _, response in latest.values():
        sheet.add("nps.responses", response.party, response.respond_time)
        sheet.add("nps.promoters", response.party, response.respond_time, response.score >= 9)
        sheet.add("nps.detractors", response.party, response.respond_time, response.score <= 6)


def recount_enable(suite, partnership, token, sheet):
    for member in listed(suite, "RosterMemberService/ListRosterMembers", partnership, token):
        for counter, spans in (("required", member.required_spans), ("certified", member.certified_spans)):
            for span in spans:
                sheet.add(f"coverage.{counter}", member.party, span.start_time)
                if span.HasField("end_time"):
                    sheet.add(f"coverage.{counter}", member.party, span.end_time, -1)
    for enrolment in listed(suite, "EnrolmentService/ListEnrolments", partnership, token):
        sheet.add("training.assigned", enrolment.party, enrolment.assign_time)
        if state(enrolment) in ("STATE_SATISFIED", "STATE_WAIVED"):
            sheet.add("training.completed", enrolment.party, enrolment.satisfy_time)


def recount_market(suite, partnership, token, sheet):
    """What allocations and requests were lessened by is dated by the ledger alone: those add up over all months."""
    for campaign in listed(suite, "CampaignService/ListCampaigns", partnership, token):
        sheet.add("campaigns.held", 0, campaign.hold_time, state(campaign) in ("STATE_HELD", "STATE_CLOSED"))
    for allocation in listed(suite, "MdfAllocationService/ListMdfAllocations", partnership, token):
        sheet.add(f"mdf.allocated.{allocation.currency_code}", 0, ENDLESS, allocation.allocated_minor)
    for request in listed(suite, "FundRequestService/ListFundRequests", partnership, token):
        sheet.add(f"mdf.approved.{request.currency_code}", 0, ENDLESS,
                  request.approved_minor - request.released_minor)
        for claim in listed(suite, "ClaimService/ListClaims", request.name, token):
            sheet.add(f"mdf.claimed.{claim.currency_code}", 0, claim.decide_time, claim.approved_minor)
            for settlement in listed(suite, "SettlementService/ListSettlements", claim.name, token):
                if state(settlement) == "STATE_PAID":
                    sheet.add(f"mdf.paid.{settlement.currency_code}", 0, settlement.pay_time,
                              settlement.amount_minor)
    for touch in listed(suite, "TouchService/ListTouches", partnership, token):
        sheet.add("touches.recorded", touch.party, touch.occur_time, state(touch) == "STATE_RECORDED")


def recount_source(found, marketing, sheet, amount, currency):
    """Market's touches and the steps of selling together, at qualification or in the 365 days before, weigh the same."""
    at = found.qualify_time.ToMicroseconds()
    together = [one.occur_time for one in found.touches if enum_name(one, "channel") == "CHANNEL_CO_SELL"]
    counts = [sum(0 <= at - time.ToMicroseconds() <= 365 * 86_400_000_000 for time in times)
              for times in (marketing, together)]
    part = amount * (FULL * counts[0] // sum(counts) if any(counts) else 0) // FULL
    sheet.add(f"qualified_amount.joint_marketing.{currency}", 0, found.qualify_time, part)
    sheet.add(f"qualified_amount.co_sell.{currency}", 0, found.qualify_time, amount - part)
    if state(found) == "STATE_WON":
        sheet.add(f"won_amount.joint_marketing.{currency}", 0, found.close_time, part)


def recount_sell(suite, partnership, token, sheet):
    marketing = {}
    for touch in listed(suite, "TouchService/ListTouches", partnership, token, state="STATE_RECORDED"):
        marketing.setdefault(touch.opportunity, []).append(touch.occur_time)
    for found in listed(suite, "OpportunityService/ListOpportunities", partnership, token):
        joint = enum_name(found, "engagement") == "ENGAGEMENT_JOINT"
        kind, party = ("joint", 0) if joint else ("independent", found.owner_party)
        amount, currency, now = found.amount.amount_minor, found.amount.currency_code, state(found)[6:].lower()
        sheet.add(f"opened.{kind}", party, found.open_time)
        if joint and found.HasField("qualify_time"):
            sheet.add("qualified.joint", 0, found.qualify_time)
            sheet.add(f"qualified_amount.joint.{currency}", 0, found.qualify_time, amount)
            recount_source(found, marketing.get(found.name, []), sheet, amount, currency)
        if now in ("won", "lost"):
            sheet.add(f"{now}.{kind}", party, found.close_time)
        if now == "won":
            sheet.add(f"won_amount.{kind}.{currency}", party, found.close_time, amount)
            recount_success(found, sheet, amount, currency)
        column = enum_name(found, "stage")[6:].lower() if now == "open" else now
        sheet.add(f"pipeline.{column}.{kind}", party, LEVELS)
        sheet.add(f"pipeline_amount.{column}.{kind}.{currency}", party, LEVELS, amount)
    recount_help(suite, partnership, token, sheet)
    recount_registrations(suite, partnership, token, sheet)


def recount_success(won, sheet, amount, currency):
    """Shares by largest remainder, with the rest that is nobody's, ties to who sourced it, else who agreed; then what the customer was promised."""
    if won.HasField("attribution") and state(won.attribution) == "STATE_FROZEN":
        shares = sorted(won.attribution.shares, key=lambda share: (enum_name(share, "class") != "CLASS_SOURCED",
                                                                   share.party == won.attribution.proposer))
        weights = [share.basis_points for share in shares]
        weights.append(FULL - sum(weights))
        parts = [amount * weight // FULL for weight in weights]
        order = sorted(range(len(weights)), key=lambda i: -(amount * weights[i] % FULL))
        for i in order[:amount - sum(parts)]:
            parts[i] += 1
        for share, part in zip(shares, parts):
            what = enum_name(share, "class")[6:].lower()
            if what != "none":
                sheet.add(f"attributed.{what}.{currency}", share.party, won.close_time, part)
    if won.HasField("outcome"):
        sheet.add("outcomes.due", 0, won.outcome.due_time)
        sheet.add("outcomes.met", 0, won.outcome.due_time, state(won.outcome) == "STATE_MET")


def recount_help(suite, partnership, token, sheet):
    for engagement in listed(suite, "EngagementService/ListEngagements", partnership, token):
        now = state(engagement)[6:].lower()
        sheet.add("engagements.offered", engagement.inviter, engagement.create_time)
        if now != "pending":
            sheet.add(f"engagements.{now}", engagement.inviter, engagement.create_time)
    for help in listed(suite, "HelpRequestService/ListHelpRequests", partnership, token):
        sheet.add("help.requests", help.owner, help.create_time)
        sheet.add("help.asked_hours", help.owner, help.create_time, help.asked_hours)
        sheet.add("help.delivered_hours", help.owner, help.deliver_time, help.delivered_hours)
        sheet.add("help.acknowledged_hours", help.owner, help.deliver_time, help.acknowledged_hours)
    recount_activities(suite, partnership, token, sheet)
    recount_accounts(suite, partnership, token, sheet)


def recount_activities(suite, partnership, token, sheet):
    for activity in listed(suite, "CustomerActivityService/ListCustomerActivities", partnership, token):
        now = state(activity)
        held = now in ("STATE_HELD", "STATE_ACKNOWLEDGED")
        sheet.add("customer_activities.held", activity.owner, activity.hold_time, held)
        sheet.add("customer_activities.acknowledged", activity.owner, activity.hold_time, now == "STATE_ACKNOWLEDGED")


def recount_accounts(suite, partnership, token, sheet):
    for account in listed(suite, "TargetAccountService/ListTargetAccounts", partnership, token):
        sheet.add("target_accounts.identified", 0, account.create_time)
        for step, field in (("approached", "approach_time"), ("engaged", "engage_time")):
            if account.HasField(field):
                sheet.add(f"target_accounts.{step}", 0, getattr(account, field))
        if state(account) in ("STATE_WON", "STATE_DROPPED"):
            sheet.add(f"target_accounts.{state(account)[6:].lower()}", 0, account.close_time)
    for study in listed(suite, "CaseStudyService/ListCaseStudies", partnership, token):
        sheet.add("case_studies.published", 0, study.publish_time, state(study) == "STATE_PUBLISHED")


def recount_registrations(suite, partnership, token, sheet):
    """Drafts are the partner's alone, and count for nothing."""
    for found in listed(suite, "RegistrationService/ListRegistrations", partnership, token):
        if not found.HasField("first_submit_time"):
            continue
        sheet.add("registrations.submitted", 0, found.first_submit_time)
        for decision in found.decisions:
            approved = enum_name(decision, "outcome") == "OUTCOME_APPROVED"
            taken = decision.decide_time.ToMicroseconds() - decision.submit_time.ToMicroseconds()
            sheet.add("registrations.approved" if approved else "registrations.rejected", 0, decision.decide_time)
            sheet.add("registrations.decision_minutes", 0, decision.decide_time, taken // 60_000_000)
            sheet.add("registrations.decided_in_time", 0, decision.decide_time, decision.in_time)
        for escalated in (found, *found.decisions):
            if escalated.HasField("escalate_time"):
                sheet.add("registrations.escalated", 0, escalated.escalate_time)
        for extension in found.extensions:
            if enum_name(extension, "state") == "STATE_GRANTED":
                sheet.add("registrations.extended", 0, extension.decide_time)
        ending = state(found)[6:].lower()
        if ending in ("withdrawn", "converted", "expired", "revoked"):
            sheet.add(f"registrations.{ending}", 0, found.end_time)
    for breach in listed(suite, "RegistrationService/ListProtectionBreaches", partnership, token):
        sheet.add("protection.breaches", breach.party, breach.breach_time)


def recount_incentivize(suite, partnership, token, sheet):
    closes = {sale.opportunity: sale.close_time
              for sale in listed(suite, "EarningService/ListSales", partnership, token)}
    for line in listed(suite, "EarningService/ListEarnings", partnership, token):
        close, currency = closes[line.opportunity], line.currency_code
        sheet.add(f"earnings.base.{currency}", 0, close, line.base_minor)
        sheet.add(f"earnings.accrued.{currency}", 0, close, line.amount_minor)
        if enum_name(line, "kind") == "KIND_REVERSAL":
            sheet.add(f"earnings.reversed.{currency}", 0, close, -line.amount_minor)
    for statement in listed(suite, "StatementService/ListStatements", partnership, token):
        last = statement.period.end_time.ToDatetime() - timedelta(microseconds=1)
        sheet.add("statements.closed", 0, last.year * 100 + last.month, state(statement) == "STATE_CLOSED")


RECOUNTS = {"onboard": recount_onboard, "enable": recount_enable, "market": recount_market, "sell": recount_sell,
            "incentivize": recount_incentivize}
UNDATED = ("mdf.allocated.", "mdf.approved.")


# ---- what the counters say ----


def start_of(index):
    return datetime(FIRST // 100 + index // 12, index % 12 + 1, 1, tzinfo=timezone.utc)


def counted(suite, pillar, token, ids):
    """{partnership: Sheet}, and which counters of which party are kept from the caller."""
    sheets, hidden = {f"{VENDOR}/partnerships/{one}": Sheet() for one in ids}, set()
    for index in range(MONTHS):
        request = new(method_of("LedgerService/BatchGetCounters").input_type,
                      {"parent": VENDOR, "partnerships": ids})
        request.period.start_time.FromDatetime(start_of(index))
        request.period.end_time.FromDatetime(start_of(index + 1))
        for row in suite.call("LedgerService/BatchGetCounters", request, token, pillar).partnerships:
            for counter in row.counters:
                if counter.hidden:
                    hidden.add((counter.counter, counter.party))
                at = ENDLESS if counter.counter.startswith(UNDATED) else month(request.period.start_time)
                sheets[row.partnership].add(counter.counter, counter.party, at, counter.amount)
    return sheets, hidden


def settled(sheet):
    return {key: amount for key, amount in sheet.items() if amount}


def readable(key, party, hidden):
    """Answers to NPS questions are listed to the party that gave them; their sums are for both."""
    return (key[0], key[1]) not in hidden and (not key[0].startswith("nps.") or key[1] == party)


def compare(suite, token, party, ids):
    differences = []
    for pillar in PILLARS:
        sheets, hidden = counted(suite, pillar, token, ids)
        for partnership, stored in sheets.items():
            told = Sheet()
            RECOUNTS[pillar](suite, partnership, token, told)
            for key in sorted(set(settled(stored)) | set(settled(told))):
                if stored[key] != told[key] and readable(key, party, hidden):
                    differences.append(f"{partnership} {key[0]} {PARTIES[key[1]]} of {key[2]}: the counter says "
                                       f"{stored[key]}, the lists say {told[key]}")
            if pillar in ("sell", "enable"):
                differences += [f"{partnership}: {text}"
                                for text in compare_views(suite, partnership, token, pillar, told)]
    return differences


def compare_views(suite, partnership, token, pillar, told):
    """Coverage now, and the pipeline, are the same sums in another form."""
    if pillar == "enable":
        request = new(method_of("CoverageService/GetCoverage").input_type, {"parent": partnership})
        moment = datetime.now(timezone.utc).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        request.at_time.FromDatetime(moment - timedelta(microseconds=1))
        for row in suite.call("CoverageService/GetCoverage", request, token).parties:
            for counter, got in (("required", row.coverage.denominator), ("certified", row.coverage.numerator)):
                wanted = sum(amount for (name, party, at), amount in told.items()
                             if name == f"coverage.{counter}" and party == row.party
                             and at < moment.year * 100 + moment.month)
                if got != wanted:
                    yield f"GetCoverage says {counter} {PARTIES[row.party]} {got}, the members add up to {wanted}"
    else:
        pipeline = suite.call("PipelineService/GetPipeline", {"name": f"{partnership}/pipeline"}, token)
        for column in ("won", "lost", "reversed"):
            got, wanted = getattr(pipeline, column).joint_count, told[f"pipeline.{column}.joint", 0, LEVELS]
            if got != wanted:
                yield f"GetPipeline says {column} {got}, the list has {wanted}"


def check(suite, what):
    """Sweeps and followers may be about to count: what differs must go on differing."""
    for token, party, ids in ((suite.vendor(), 1, IDS), (suite.partner(), 2, IDS[:1])):
        until = time.monotonic() + 20
        while (differences := compare(suite, token, party, ids)) and time.monotonic() < until:
            time.sleep(0.5)
        if differences:
            fail(f"{what}: {len(differences)} counters drifted, such as\n  " + "\n  ".join(differences[:12]))


# ---- something valid, at random ----


def random_activity(suite, rng, steps=400):
    """Wins, losses, reversals, returns, answers and claims by both parties; what a rule refuses is refused."""
    partnership = f"{VENDOR}/partnerships/orvane"
    tokens = [suite.vendor(), suite.partner()]
    done = Counter()
    now = datetime.now(timezone.utc)

    def past(days):
        return (now - timedelta(days=rng.random() * days)).isoformat().replace("+00:00", "Z")

    def attempt(method, request, token):
        try:
            answer = suite.call(method, dict(request, requestId=f"r{sum(done.values())}"), token)
            done[method] += 1
            return answer
        except Exception as error:
            expect(error.code().name in ("FAILED_PRECONDITION", "INVALID_ARGUMENT", "NOT_FOUND", "PERMISSION_DENIED"),
                   f"{method}: {error}")
            done["refused " + method] += 1
            return None

    def sell(token):
        found = rng.choice(listed(suite, "OpportunityService/ListOpportunities", partnership, token))
        act, more = rng.choice([("Win", {"closeTime": past(40)}), ("Win", {}), ("Reverse", {"reason": "Taken back in full"}),
                                ("Lose", {"closeTime": past(40), "lossReason": "LOSS_REASON_PRICE", "noIncumbent": True}),
                                ("Reopen", {"reason": "The customer came back"}),
                                ("Advance", {"stage": "STAGE_COMMITTED", "reason": "It went on quickly"})])
        attempt(f"OpportunityService/{act}Opportunity", dict(more, name=found.name), token)

    def open_one(token):
        opened = past(300)
        attempt("OpportunityService/CreateOpportunity",
                {"parent": partnership, "opportunity":
                 {"displayName": "At random", "engagement": rng.choice(["ENGAGEMENT_JOINT", "ENGAGEMENT_INDEPENDENT"]),
                  "customer": {"account": "Any", "country": "US"}, "solution": "Any", "segment": "Any",
                  "amount": {"currencyCode": "USD", "amountMinor": str(rng.randrange(1, 10**8))}, "openTime": opened,
                  "stage": rng.choice(["STAGE_PROSPECT", "STAGE_QUALIFIED"])}}, token)

    def answer(token):
        attempt("NpsResponseService/RecordNpsResponse",
                {"parent": partnership, "npsResponse": {"respondent": f"x{rng.randrange(4)}", "respondentRole": "Lead",
                                                        "score": rng.randrange(11), "respondTime": past(200)}}, token)

    def claim(token):
        plan = rng.choice(listed(suite, "PlanService/ListPlans", partnership, token))
        commitments = listed(suite, "CommitmentService/ListCommitments", plan.name, token)
        if commitments:
            one = rng.choice(commitments)
            made = attempt("CommitmentService/ClaimFulfilment",
                           {"parent": one.name, "claim": {"amount": str(rng.randrange(1, max(2, one.target // 3))),
                                                          "evidence": "Found in the books", "occurTime": past(300)}}, token)
            if made:
                act = rng.choice(["ConfirmClaim", "DisputeClaim"])
                attempt(f"CommitmentService/{act}",
                        {"name": made.name, **({"reason": "We do not see it so"} if act == "DisputeClaim" else {})},
                        tokens[token == tokens[0]])

    def train(token):
        found = rng.choice(listed(suite, "CredentialService/ListCredentials", partnership, token))
        act = rng.choice(["Suspend", "Reinstate", "Revoke"])
        more = {} if act == "Reinstate" else {"reason": "Looked into at random"}
        attempt(f"CredentialService/{act}Credential", dict(more, name=found.name), token)

    def leave(token):
        found = rng.choice(listed(suite, "RosterMemberService/ListRosterMembers", partnership, token))
        attempt("RosterMemberService/ReleaseRosterMember", {"name": found.name, "leaveTime": past(20)}, token)

    def help_out(token):
        other = tokens[token == tokens[0]]
        asked = attempt("HelpRequestService/CreateHelpRequest",
                        {"parent": partnership, "helpRequest": {"need": "NEED_PRICING", "title": "At random",
                                                                "askedHours": str(rng.randrange(1, 40))}}, token)
        steps = [("Accept", {}, other), ("Deliver", {"deliveredHours": "12", "deliverTime": past(90)}, other),
                 (rng.choice(["Acknowledge", "Acknowledge", "Return"]), {}, token)]
        for act, more, who in steps[:rng.randrange(4)] if asked else ():
            reason = {"reason": "It is not what was asked"} if act == "Return" else {}
            attempt(f"HelpRequestService/{act}HelpRequest", dict(more, **reason, name=asked.name), who)

    def develop(token):
        other = tokens[token == tokens[0]]
        planned = attempt("CustomerActivityService/CreateCustomerActivity",
                          {"parent": partnership, "customerActivity": {"kind": "KIND_FIRST_MEETING", "title": "At random",
                                                                       "account": "Any"}}, token)
        reason = {"reason": "It is not as it was said"}
        hold = ("Hold", {"summary": "Went through the need", "holdTime": past(300)}, token)
        lives = [[hold, ("Acknowledge", {}, other), ("Reverse", reason, other)],
                 [hold, ("Dispute", reason, other), ("Hold", dict(hold[1], holdTime=past(300)), token),
                  ("Acknowledge", {}, other)],
                 [hold, ("Cancel", reason, token)]]
        for act, more, who in rng.choice(lives)[:rng.randrange(5)] if planned else ():
            attempt(f"CustomerActivityService/{act}CustomerActivity", dict(more, name=planned.name), who)

    def attribute(token):
        found = rng.choice(listed(suite, "OpportunityService/ListOpportunities", partnership, token,
                                  engagement="ENGAGEMENT_JOINT"))
        one = rng.randrange(1, FULL)
        shares = [{"party": party, "class": what, "basisPoints": bps, "reasoning": "Seen in the call notes"}
                  for party, what, bps in (("PARTY_VENDOR", "CLASS_SOURCED", one),
                                           ("PARTY_PARTNER", "CLASS_INFLUENCED", rng.randrange(1, FULL + 1 - one)))]
        offered = attempt("AttributionService/ProposeAttribution", {"name": found.name, "shares": shares}, token)
        attempt("AttributionService/AgreeAttribution",
                {"name": found.name, "proposeTime": (offered or found).attribution.propose_time.ToJsonString()},
                tokens[token == tokens[0]])
        if rng.randrange(2):
            attempt("OpportunityService/WinOpportunity", {"name": found.name, "closeTime": past(40)}, token)
        if not rng.randrange(4):
            attempt("AttributionService/ReverseAttribution", {"name": found.name, "reason": "Looked into again"}, token)
        attempt("CustomerOutcomeService/SetCustomerOutcome",
                {"name": found.name, "statement": "Half the waiting time", "dueTime": "2027-05-01T00:00:00Z"}, token)
        if rng.randrange(2):
            attempt("CustomerOutcomeService/RecordCustomerOutcome",
                    {"name": found.name, "state": rng.choice(["STATE_MET", "STATE_MISSED"]),
                     "evidence": "Report of the customer"}, token)

    def engage(token):
        found = rng.choice(listed(suite, "OpportunityService/ListOpportunities", partnership, token, state="STATE_OPEN"))
        offer = attempt("EngagementService/CreateEngagement",
                        {"parent": partnership, "engagement": {"title": "At random", "opportunity": found.name,
                                                               "involvement": "INVOLVEMENT_CO_SELL"}}, token)
        act, more, who = rng.choice([("Accept", {}, 1), ("Accept", {}, 1), ("Cancel", {"reason": "No longer of use"}, 0),
                                     ("Reject", {"rejectReason": "REJECT_REASON_NO_CAPACITY"}, 1)])
        if offer:
            attempt(f"EngagementService/{act}Engagement", dict(more, name=offer.name),
                    tokens[token == tokens[0]] if who else token)

    def market(token):
        found = rng.choice(listed(suite, "OpportunityService/ListOpportunities", partnership, token,
                                  engagement="ENGAGEMENT_JOINT"))
        kind = rng.choice(["KIND_WEBINAR", "KIND_EMAIL", "KIND_LIVE_EVENT"])
        attempt("TouchService/RecordTouch", {"parent": partnership, "touch": {"opportunity": found.name, "kind": kind,
                                                                              "occurTime": past(500)}}, token)
        recorded = listed(suite, "TouchService/ListTouches", partnership, token, state="STATE_RECORDED")
        if recorded and not rng.randrange(3):
            attempt("TouchService/RetractTouch", {"name": rng.choice(recorded).name, "reason": "Recorded by mistake"},
                    token)

    for _ in range(steps):
        rng.choice([sell, sell, sell, open_one, open_one, answer, claim, train, leave, help_out, attribute, attribute,
                    engage, develop, develop, market, market])(rng.choice(tokens))
    for method in ("OpportunityService/WinOpportunity", "OpportunityService/ReverseOpportunity",
                   "CommitmentService/ClaimFulfilment", "NpsResponseService/RecordNpsResponse",
                   "CredentialService/SuspendCredential", "HelpRequestService/AcknowledgeHelpRequest",
                   "CustomerActivityService/AcknowledgeCustomerActivity", "CustomerActivityService/ReverseCustomerActivity",
                   "CustomerActivityService/DisputeCustomerActivity", "CustomerActivityService/CancelCustomerActivity",
                   "AttributionService/AgreeAttribution", "AttributionService/ReverseAttribution",
                   "CustomerOutcomeService/RecordCustomerOutcome", "EngagementService/AcceptEngagement",
                   "TouchService/RecordTouch", "TouchService/RetractTouch"):
        expect(done[method], f"{method} was never taken: {dict(done)}")


FITTING = {  # what may be done where it stands, beside anything at random
    "DRAFT": "Submit", "SUBMITTED": "StartReview Approve Approve RequestAction Withdraw",
    "IN_REVIEW": "Approve Reject RequestAction", "ACTION_REQUIRED": "Submit Withdraw", "REJECTED": "Appeal Appeal Submit",
    "APPROVED": "RequestExtension RequestExtension Convert Revoke", "EXTENDED": "RequestExtension Convert Revoke",
    "REVOKED": "Appeal"}
DECISIONS = {
    "StartReview": ("vendor", "StartRegistrationReview", {}), "Approve": ("vendor", "ApproveRegistration", {}),
    "Reject": ("vendor", "RejectRegistration", {"reason": "REJECTION_REASON_OTHER", "note": "There is no budget for it"}),
    "RequestAction": ("vendor", "RequestRegistrationAction", {"note": "What is it for?", "fields": ["description"]}),
    "Submit": ("partner", "SubmitRegistration", {}),
    "Withdraw": ("partner", "WithdrawRegistration", {"reason": "They have put it off"}),
    "RequestExtension": ("partner", "RequestRegistrationExtension", {"days": 20, "reason": "Procurement takes longer"}),
    "Extend": ("vendor", "DecideRegistrationExtension", {"granted": True, "note": "So be it"}),
    "DeclineExtension": ("vendor", "DecideRegistrationExtension", {"granted": False, "note": "No progress was shown"}),
    "Convert": ("partner", "ConvertRegistration", {}),
    "Revoke": ("vendor", "RevokeRegistration", {"reason": "The customer has been sold to by contract"}),
    "Appeal": ("partner", "AppealRegistration", {"statement": "We hold their letter of intent"}),
    "GrantAppeal": ("vendor", "DecideRegistrationAppeal", {"granted": True, "note": "The letter decides"}),
    "DeclineAppeal": ("vendor", "DecideRegistrationAppeal", {"granted": False, "note": "The letter is of last year"}),
}


def random_registrations(suite, rng, steps=600):
    """Partners of three partnerships after the same few customers, a vendor that decides, rules and sells beside them."""
    partners = {f"{VENDOR}/partnerships/{id_}": suite.partner(organization) for id_, organization in
                (("orvane", "orvane-global"), ("castellan", "castellan-soc"), ("tallis", "tallis-var"))}
    filed, done = [], Counter()

    def attempt(method, request, token):
        try:
            answer = suite.call(method, dict(request, requestId=f"g{sum(done.values())}"), token)
            done[method.split("/")[1]] += 1
            return answer
        except grpc.RpcError as error:
            expect(error.code().name in ("FAILED_PRECONDITION", "INVALID_ARGUMENT", "NOT_FOUND", "RESOURCE_EXHAUSTED"),
                   f"{method}: {error}")
            done["refused " + method.split("/")[1]] += 1
            return None

    def customer():
        name = f"Contested {rng.randrange(40)}"
        return {"legalName": f"{name} Works", "domain": f"{name.lower().replace(' ', '-')}.example", "countryCode": "US"}

    def register():
        parent = rng.choice(list(partners))
        made = attempt("RegistrationService/CreateRegistration",
                       {"parent": parent, "registration":
                        {"displayName": "At random", "customer": customer(), "solutions": [rng.choice(["edge", "mesh"])],
                         "expectedAmount": {"currencyCode": "USD", "amountMinor": str(rng.randrange(1, 10**7))},
                         "expectedCloseTime": "2031-01-01T00:00:00Z",
                         "evidence": [{"kind": "KIND_MEETING", "description": "We met"}]}}, partners[parent])
        filed.append(made.name)
        if rng.randrange(5):
            attempt("RegistrationService/SubmitRegistration", {"name": made.name}, partners[parent])

    def decide():
        name = rng.choice(filed)
        found = suite.call("RegistrationService/GetRegistration", {"name": name}, partners[name.rsplit("/", 2)[0]])
        choices = FITTING.get(state(found)[6:], "").split() if rng.randrange(4) else []
        if any(state(extension) == "STATE_PENDING" for extension in found.extensions):
            choices += ["Extend", "DeclineExtension"]
        if found.HasField("appeal") and state(found.appeal) == "STATE_PENDING":
            choices = ["GrantAppeal", "DeclineAppeal"]
        who, verb, more = DECISIONS[rng.choice(choices or sorted(DECISIONS))]
        attempt(f"RegistrationService/{verb}", dict(more, name=name),
                suite.vendor() if who == "vendor" else partners[name.rsplit("/", 2)[0]])

    def rewrite():
        name = rng.choice(filed)
        attempt("RegistrationService/UpdateRegistration",
                {"registration": {"name": name, **rng.choice([{"customer": customer()}, {"description": "In other words"}])}},
                partners[name.rsplit("/", 2)[0]])

    def rule():
        found = suite.call("ConflictService/ListConflicts", {"parent": VENDOR, "state": "STATE_OPEN", "pageSize": 500},
                           suite.vendor()).conflicts
        if found:
            basis = rng.choice(["FIRST", "FIRST", "VALUE", "SPLIT", "CUSTOMER_CHOICE"])
            one = rng.choice(found)
            more = {"winner": one.contender, "evidence": "https://letters.example/1"} if basis == "CUSTOMER_CHOICE" else {}
            attempt("ConflictService/RuleConflict", dict(more, name=one.name, basis=f"RULING_BASIS_{basis}"), suite.vendor())

    def sell_direct():
        attempt("OpportunityService/CreateOpportunity",
                {"parent": rng.choice(list(partners)), "opportunity":
                 {"displayName": "Direct", "engagement": "ENGAGEMENT_INDEPENDENT",
                  "customer": {"account": customer()["legalName"], "country": "US"},
                  "amount": {"currencyCode": "USD", "amountMinor": "100"}}}, suite.vendor())

    for _ in range(20):
        register()
    for _ in range(steps):
        rng.choice([register, register] + 10 * [decide] + [rewrite, rule, sell_direct])()
    for verb in {verb for _, verb, _ in DECISIONS.values()} | {"RuleConflict", "UpdateRegistration", "CreateOpportunity"}:
        expect(done[verb], f"{verb} was never taken: {dict(done)}")
    return done


def told_of_conflicts(suite):
    """What the vendor's list of conflicts comes to, by month."""
    sheet = Sheet()
    for found in listed(suite, "ConflictService/ListConflicts", VENDOR, suite.vendor()):
        lapsed = found.HasField("ruling") and enum_name(found.ruling, "basis") == "RULING_BASIS_LAPSED"
        sheet.add("conflicts.opened", 0, found.create_time)
        if found.HasField("ruling") and not lapsed:
            sheet.add("conflicts.ruled", 0, found.ruling.rule_time)
        if found.HasField("appeal_time"):
            sheet.add("conflicts.appealed", 0, found.appeal_time)
        if found.HasField("final_time"):
            sheet.add("conflicts.lapsed" if lapsed else "conflicts.final", 0, found.final_time)
    return sheet


def check_conflicts(suite, wanted=()):
    """The counters of the vendor's own ledger, which no partner may ask for."""
    stored, told = Sheet(), told_of_conflicts(suite)
    for index in range(MONTHS):
        request = new(method_of("LedgerService/BatchGetCounters").input_type, {"parent": VENDOR})
        request.period.start_time.FromDatetime(start_of(index))
        request.period.end_time.FromDatetime(start_of(index + 1))
        for row in suite.call("LedgerService/BatchGetCounters", request, suite.vendor(), "sell").partnerships:
            for counter in row.counters:
                stored.add(counter.counter, counter.party, month(request.period.start_time), counter.amount)
    equal(settled(stored), settled(told), "counters of conflicts, and what the list of conflicts comes to")
    for counter in wanted:
        expect(any(name == counter for name, _, _ in settled(told)), f"no {counter}: {dict(told)}")
    try:
        suite.call("LedgerService/BatchGetCounters", request, suite.partner(), "sell")
        fail("a partner was answered the vendor's own counters")
    except grpc.RpcError as error:
        equal(error.code().name, "INVALID_ARGUMENT", "a partner that asks for the vendor's own counters")


def recount():
    with Suite("recount") as suite:
        suite.up()
        check(suite, "after the demo")
        random_activity(suite, random.Random(11))
        check(suite, "after activity at random")
        check_conflicts(suite)
        random_registrations(suite, random.Random(29))
        check(suite, "after registrations at random")
        check_conflicts(suite, [f"conflicts.{step}" for step in ("opened", "ruled", "appealed", "final", "lapsed")])
        suite.cli("verify")


run(recount)
