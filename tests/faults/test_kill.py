"""Every process in turn is killed under load and started again. What was acknowledged is there, once; what was not
is there once or not at all; a view says what is missing and never shows it as zero; sums add up."""

import itertools
import threading
import time
from collections import Counter
from datetime import datetime, timedelta, timezone

import grpc
from suite import PILLARS, Suite, equal, eventually, expect, run

VENDOR = "vendors/halden"
STORM = f"{VENDOR}/partnerships/storm"
VIEW = "PerformanceService/GetPartnershipPerformance"
BETWEEN_KILLS = 300  # acknowledged writes
DEAD_S = 0.5  # how long the load goes on with a part dead
ABANDONED_EVERY = 5  # of the writes that fail once, this one is not tried again
REPEATED_EVERY = 7  # of the acknowledged writes, this one is sent again
COMPLETE, MISSING = 1, 2
RETRIED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.ABORTED,
           grpc.StatusCode.RESOURCE_EXHAUSTED)


def last_quarter():
    now = datetime.now(timezone.utc)
    this = datetime(now.year, (now.month - 1) // 3 * 3 + 1, 1, tzinfo=timezone.utc)
    day = this - timedelta(days=1)
    return datetime(day.year, (day.month - 1) // 3 * 3 + 1, 1, tzinfo=timezone.utc), this


START, END = last_quarter()


def instant(days):
    return (START + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


# ---- the partnership ----


def found(suite):
    """A partnership with a course that sellers need, and a plan that pays a tenth of everything."""
    step = suite.step
    step("CourseService/CreateCourse",
         {"parent": VENDOR, "courseId": "selling",
          "course": {"title": "Selling", "moveOn": "MOVE_ON_PASSED", "masteryScoreBps": 8000, "validityMonths": 12,
                     "requiredRoles": ["ROLE_SELLER"]}})
    step("CourseService/PublishCourse", {"name": f"{VENDOR}/courses/selling", "publishTime": instant(-60)})
    equal(suite.found("storm"), STORM, "the partnership")
    plan = f"{STORM}/commissionPlans/tenth"
    step("CommissionPlanService/CreateCommissionPlan",
         {"parent": STORM, "commissionPlanId": "tenth",
          "commissionPlan": {"displayName": "A tenth", "currencyCode": "USD", "basis": "BASIS_NET_REVENUE",
                             "mode": "MODE_MARGINAL", "tiers": [{"fromMinor": "0", "rateBps": 1000}],
                             "measurement": "CADENCE_QUARTER", "statementCadence": "CADENCE_QUARTER",
                             "effectivePeriod": {"startTime": instant(0), "endTime": f"{END:%Y-%m-%dT%H:%M:%SZ}"}}})
    step("CommissionPlanService/ProposeCommissionPlan", {"name": plan})
    step("CommissionPlanService/ApproveCommissionPlan", {"name": plan}, suite.partner("storm-partner"))
    step("CommissionPlanService/ActivateCommissionPlan", {"name": plan})


# ---- what is written: each step with the key of what it makes ----


def sell(number):
    key = f"deal-{number}"
    amount = {"currencyCode": "USD", "amountMinor": str(1000 * (number % 97 + 1))}
    yield "OpportunityService/CreateOpportunity", lambda made: {
        "parent": STORM, "opportunity": {
            "displayName": key, "engagement": "ENGAGEMENT_JOINT", "solution": "Platform", "segment": "Retail",
            "customer": {"account": f"Account {number}", "sector": "Retail", "country": "US"}, "amount": amount,
            "openTime": instant(1), "expectedCloseTime": instant(40)}}
    yield "OpportunityService/WinOpportunity", lambda made: {"name": made.name, "closeTime": instant(30)}


def answer(number):
    yield "NpsResponseService/RecordNpsResponse", lambda made: {
        "parent": STORM, "npsResponse": {"respondent": f"leader-{number}", "respondentRole": "Lead", "score": 9,
                                         "respondTime": instant(20)}}


def join(number):
    yield "RosterMemberService/CreateRosterMember", lambda made: {
        "parent": STORM, "rosterMember": {"person": f"person-{number}", "displayName": "Member",
                                          "roles": ["ROLE_SELLER"], "joinTime": instant(2)}}


def campaign(number):
    yield "CampaignService/CreateCampaign", lambda made: {
        "parent": STORM, "campaign": {"title": f"event-{number}", "type": "TYPE_EVENT",
                                      "channel": "CHANNEL_LIVE_EVENT", "segment": "Retail", "startTime": instant(5),
                                      "endTime": instant(6)}}
    yield "CampaignService/OpenCampaign", lambda made: {"name": made.name}
    yield "CampaignService/HoldCampaign", lambda made: {"name": made.name, "holdTime": instant(6),
                                                        "registrations": "2", "attendance": "1"}


def draft(number):
    yield "CommissionPlanService/CreateCommissionPlan", lambda made: {
        "parent": STORM, "commissionPlan": {
            "displayName": f"draft-{number}", "currencyCode": "USD", "basis": "BASIS_NET_REVENUE",
            "mode": "MODE_MARGINAL", "tiers": [{"fromMinor": "0", "rateBps": 500}], "measurement": "CADENCE_QUARTER",
            "statementCadence": "CADENCE_QUARTER",
            "effectivePeriod": {"startTime": instant(0), "endTime": f"{END:%Y-%m-%dT%H:%M:%SZ}"}}}


STORIES = [sell, sell, answer, join, campaign, draft]


class Writer(threading.Thread):
    """Tells a story again and again; remembers what was acknowledged and what was given up."""

    def __init__(self, suite, place):
        super().__init__()
        self.suite, self.place, self.story = suite, place, STORIES[place]
        self.ended = False
        self.acknowledged = {}  # (story, number, step): the answer
        self.given_up = set()
        self.failures = 0
        self.problem = None

    def run(self):
        try:
            for number in itertools.count(self.place, len(STORIES)):
                if self.ended:
                    return
                self.tell(number)
        except Exception as error:  # the test's own thread tells it
            self.problem = error

    def tell(self, number):
        made = None
        for step, (method, request) in enumerate(self.story(number)):
            wanted = dict(request(made), requestId=f"{self.story.__name__}-{number}-{step}")
            made = self.write((self.story.__name__, number, step), method, wanted)
            if made is None:
                return

    def write(self, key, method, request):
        """Sends until it is acknowledged, with the same request id, or gives up after the first failure."""
        until = time.monotonic() + 60
        while True:
            try:
                made = self.suite.call(method, request, timeout=4)
                break
            except grpc.RpcError as error:
                if error.code() not in RETRIED or time.monotonic() > until:
                    raise
                self.failures += 1
                if self.failures % ABANDONED_EVERY == 0:
                    self.given_up.add(key)
                    return None
                time.sleep(0.02)
        self.acknowledged[key] = made
        if len(self.acknowledged) % REPEATED_EVERY == 0:
            self.repeat(method, request, made)
        return made

    def repeat(self, method, request, made):
        try:
            equal(self.suite.call(method, request, timeout=4), made, f"{method} sent again")
        except grpc.RpcError as error:
            if error.code() not in RETRIED:
                raise


class Reader(threading.Thread):
    """Looks at the view all the time: what is there never turns into less, what is missing has no figures."""

    def __init__(self, suite):
        super().__init__()
        self.suite = suite
        self.ended = False
        self.problem = None
        self.newest = None
        self.views = 0
        self.least = {}

    def run(self):
        try:
            while not self.ended:
                try:
                    view = self.suite.call(VIEW, {"name": STORM}, timeout=4)
                except grpc.RpcError as error:
                    if error.code() not in RETRIED:
                        raise
                    self.newest = None
                    time.sleep(0.02)
                    continue
                self.look(view)
                self.views += 1
                self.newest = view
                time.sleep(0.005)
        except Exception as error:
            self.problem = error

    def look(self, view):
        for place, part in enumerate(view.sections):
            equal(part.pillar, place + 1, "order of sections")
            if part.state == MISSING:
                expect(not part.figures, f"{PILLARS[place]} is missing and has figures")
                expect(part.HasField("last_known_time") or not self.least, f"{PILLARS[place]} lacks its last time")
                expect(part.problem, f"{PILLARS[place]} is missing without a reason")
                continue
            equal(part.state, COMPLETE, "state of a section")
            for row in part.figures:
                if row.metric in ("symmetry_gap", "nps", "executive_engagement"):
                    continue
                key = (row.metric, row.party)
                seen = (row.numerator, row.denominator)
                least = self.least.get(key, (0, 0))
                expect(seen[0] >= least[0] and seen[1] >= least[1], f"{key} fell from {least} to {seen}")
                self.least[key] = seen


# ---- the storm ----


class Storm:
    def __init__(self, suite):
        self.suite = suite
        self.writers = [Writer(suite, place) for place in range(len(STORIES))]
        self.reader = Reader(suite)
        self.threads = self.writers + [self.reader]

    def check(self):
        for thread in self.threads:
            if thread.problem:
                raise thread.problem

    def acknowledged(self):
        self.check()
        return sum(len(writer.acknowledged) for writer in self.writers)

    def wait_for(self, check, what, seconds=30):
        def look():
            self.check()
            return check()
        return eventually(look, what, seconds)

    def states(self):
        return [part.state for part in self.reader.newest.sections] if self.reader.newest else None

    def kill(self, part):
        before = self.acknowledged()
        self.wait_for(lambda: self.acknowledged() >= before + BETWEEN_KILLS, f"writes before {part} is killed", 60)
        self.suite.kill(part)
        if part in PILLARS:
            wanted = [MISSING if pillar == part else COMPLETE for pillar in PILLARS]
            self.wait_for(lambda: self.states() == wanted, f"a view without {part} alone")
        else:
            self.wait_for(lambda: self.states() is None, f"no view without {part}")
        time.sleep(DEAD_S)
        started = self.suite.up("--no-demo")
        expect("1 of 7 processes started" in started.stdout, f"up after {part}: {started.stdout}")
        self.wait_for(lambda: self.states() == [COMPLETE] * 5, f"the view is whole again after {part}")

    def end(self):
        for thread in self.threads:
            thread.ended = True
        for thread in self.threads:
            if thread.ident:
                thread.join()

    def keys(self, what):
        return set().union(*(getattr(writer, what) for writer in self.writers))


# ---- afterwards ----


def all_of(suite, method, field):
    listed, token = [], ""
    while True:
        page = suite.call(method, {"parent": STORM, "pageSize": 500, "pageToken": token})
        listed += getattr(page, field)
        token = page.next_page_token
        if not token:
            return listed


# story: what lists it, where its key is, and the steps after the first that show as these states
TALES = {
    "sell": ("OpportunityService/ListOpportunities", "opportunities", lambda o: o.display_name[5:], {1: 2}),
    "answer": ("NpsResponseService/ListNpsResponses", "nps_responses", lambda n: n.respondent[7:], {}),
    "join": ("RosterMemberService/ListRosterMembers", "roster_members", lambda m: m.person[7:], {}),
    "campaign": ("CampaignService/ListCampaigns", "campaigns", lambda c: c.title[6:], {1: 2, 2: 3}),
    "draft": ("CommissionPlanService/ListCommissionPlans", "commission_plans", lambda p: p.display_name[6:], {}),
}


def check_tale(suite, storm, story):
    """Everything acknowledged is there once, and nothing is there that was neither acknowledged nor given up."""
    method, field, key_of, states = TALES[story]
    there = [thing for thing in all_of(suite, method, field) if key_of(thing).isdigit()]
    copies = Counter(key_of(thing) for thing in there)
    expect(all(count == 1 for count in copies.values()), f"{story}: more than once: {copies.most_common(3)}")
    by_number = {int(key_of(thing)): thing for thing in there}
    acknowledged = {key for key in storm.keys("acknowledged") if key[0] == story}
    maybe = {key for key in storm.keys("given_up") if key[0] == story}
    for _, number, step in acknowledged:
        expect(number in by_number, f"{story} {number} was acknowledged and is not there")
        state = states.get(step)
        expect(state is None or by_number[number].state >= state, f"{story} {number} lost step {step}")
    for number in by_number:
        expect((story, number, 0) in acknowledged | maybe, f"{story} {number} came from nowhere")
    for number, thing in by_number.items():
        for step, state in states.items():
            expect(thing.state < state or (story, number, step) in acknowledged | maybe,
                   f"{story} {number} did step {step}, which nobody asked for")
    return by_number


def figure_of(view, metric, party=0):
    return next(row for part in view.sections for row in part.figures if (row.metric, row.party) == (metric, party))


def check_sums(suite, there):
    won = [o for o in there["sell"].values() if o.state == 2]
    revenue = sum(o.amount.amount_minor for o in won)
    held = sum(c.state == 3 for c in there["campaign"].values())
    wanted = {("revenue", 0): revenue, ("win_rate_joint", 0): len(won), ("campaigns", 0): held,
              ("incentive_base", 0): revenue, ("earnings", 0): revenue // 10, ("earnings_reversed", 0): 0,
              ("nps_of_party", 1): len(there["answer"])}

    def seen():
        view = suite.call(VIEW, {"name": STORM})
        return {key: figure_of(view, *key).numerator for key in wanted}

    deadline = time.monotonic() + 30
    while seen() != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    equal(seen(), wanted, "figures against what is there")
    view = suite.call(VIEW, {"name": STORM})
    equal(figure_of(view, "certified_coverage", 1).denominator, len(there["join"]), "people who need a credential")
    sales = all_of(suite, "EarningService/ListSales", "sales")
    equal(len({sale.name for sale in sales}), len(won), "sales that incentivize knows")
    earned = all_of(suite, "EarningService/ListEarnings", "earnings")
    equal(len({line.opportunity for line in earned}), len(won), "opportunities that earned")
    equal(len(earned), len(won), "lines of earnings, one a sale")


def kill():
    with Suite("kill") as suite:
        suite.up("--no-demo")
        found(suite)
        storm = Storm(suite)
        try:
            for thread in storm.threads:
                thread.start()
            storm.wait_for(lambda: storm.states() == [COMPLETE] * 5, "a first view")
            for part in PILLARS + ["gateway", "redis"]:
                storm.kill(part)
        finally:
            storm.end()
        storm.check()
        expect(storm.keys("given_up"), "some writes were given up")
        suite.cli("verify")
        check_sums(suite, {story: check_tale(suite, storm, story) for story in TALES})
        suite.cli("verify")


run(kill)
