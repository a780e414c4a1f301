"""The pipeline watched while sell is killed under writers: whoever goes on from its last cursor hears every change once
and in order, a slow reader too, and each party only what it may see."""

import threading
import time

import grpc
from suite import FACTORY, Suite, equal, eventually, expect, method_of, new, path_of, reason_of, run

KILLS = 4
PER_KILL = 40  # acknowledged writes between two kills
RETRIED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.ABORTED)
WATCH = method_of("PipelineService/WatchPipeline")
SILENT_S = 5


class Watcher(threading.Thread):
    """Follows one party's stream; after a break it goes on from the cursor of the last message."""

    def __init__(self, suite, name, token, slow_s=0.0):
        super().__init__()
        self.suite, self.request = suite, {"name": f"{name}/pipeline"}
        self.token, self.slow_s = token, slow_s
        self.heard, self.breaks, self.pipeline = [], 0, None
        self.caught_up = self.ended = False
        self.longest_s = 0.0
        self.problem = None

    def run(self):
        try:
            while not self.ended:
                self.follow()
        except Exception as error:  # the test's own thread tells it
            self.problem = error

    def follow(self):
        channel = self.suite.new_channel("sell")
        open_stream = channel.unary_stream(path_of(WATCH), request_serializer=lambda m: m.SerializeToString(),
                                           response_deserializer=FACTORY.GetPrototype(WATCH.output_type).FromString)
        stream = open_stream(new(WATCH.input_type, self.request), timeout=120,
                             metadata=(("authorization", f"Bearer {self.token}"),))
        try:
            told = time.monotonic()
            for message in stream:
                self.longest_s = max(self.longest_s, time.monotonic() - told)
                self.hear(message)
                if self.ended:
                    return
                time.sleep(self.slow_s)
                told = time.monotonic()
        except grpc.RpcError as error:
            if error.code() not in RETRIED:
                raise
            self.breaks += 1
            self.caught_up = False
            time.sleep(0.05)
        finally:
            stream.cancel()
            channel.close()

    def hear(self, message):
        self.heard += [(change.type, change.opportunity) for change in message.changes]
        self.request["cursor"] = message.cursor
        if message.HasField("pipeline"):
            self.pipeline = message.pipeline
        self.caught_up = message.caught_up


class Writer(threading.Thread):
    """Opens deals in turn joint and its own; what was acknowledged is remembered."""

    def __init__(self, suite, name, party, token):
        super().__init__()
        self.suite, self.name, self.party, self.token = suite, name, party, token
        self.made = []
        self.ended = False
        self.problem = None

    def run(self):
        try:
            number = 0
            while not self.ended:
                number += 1
                self.open(number, "ENGAGEMENT_INDEPENDENT" if number % 3 else "ENGAGEMENT_JOINT")
        except Exception as error:
            self.problem = error

    def open(self, number, engagement):
        request = {"parent": self.name, "opportunity": {"engagement": engagement},
                   "requestId": f"{self.party}-{number}"}
        while True:
            try:
                self.made.append(self.suite.call("OpportunityService/CreateOpportunity", request, self.token, timeout=4))
                return
            except grpc.RpcError as error:
                if error.code() not in RETRIED:
                    raise
                if self.ended:
                    return  # nobody was told that it was made
                time.sleep(0.02)


def reachable(suite, name, token):
    """A channel that met the restart waits before it connects again, and fails until then."""
    try:
        return suite.call("PipelineService/GetPipeline", {"name": f"{name}/pipeline"}, token)
    except grpc.RpcError as error:
        if error.code() not in RETRIED:
            raise
        return None


def recorded(suite, name, token):
    """What a party reads of the ledger, in order: type and opportunity."""
    found, page = [], ""
    while True:
        answer = suite.call("LedgerService/ListLedgerEntries", {"parent": name, "pageSize": 500, "pageToken": page}, token,
                            service="sell")
        found += [(entry.type, entry.resource) for entry in answer.entries
                  if entry.payload_type == "entente.sell.v1.Opportunity"]
        page = answer.next_page_token
        if not page:
            return found


def check_cursors(suite, name, watchers, tokens):
    """A cursor is good for one party and one partnership, also after all that."""
    cursor = watchers[0].request["cursor"]
    other = suite.found("elsewhere")
    for place, token in ((name, tokens[1]), (other, tokens[0])):
        stream = suite.call(WATCH, {"name": f"{place}/pipeline", "cursor": cursor}, token)
        try:
            next(iter(stream))
            expect(False, "a cursor of somebody else was taken")
        except grpc.RpcError as error:
            equal(reason_of(error), "CURSOR_INVALID", "the refusal of somebody else's cursor")


def watched():
    with Suite("watch") as suite:
        suite.up("--no-demo")
        name = suite.found("watched")
        tokens = [suite.vendor(), suite.partner("watched-partner")]
        suite.step("OpportunityService/CreateOpportunity", {"parent": name, "opportunity": {"engagement": "ENGAGEMENT_JOINT"}})
        writers = [Writer(suite, name, party, token) for party, token in zip(("vendor", "partner"), tokens)]
        watchers = [Watcher(suite, name, token) for token in tokens] + [Watcher(suite, name, tokens[1], slow_s=0.1)]
        threads = writers + watchers
        for thread in threads:
            thread.start()
        try:
            for kill in range(1, KILLS + 1):
                eventually(lambda: sum(len(w.made) for w in writers) >= kill * PER_KILL or any(t.problem for t in threads),
                           "the writers go on")
                suite.kill("sell")
                time.sleep(0.3)
                suite.up()
            for writer in writers:
                writer.ended = True
                writer.join()
            eventually(lambda: reachable(suite, name, tokens[0]), "a client finds sell again")
            due = [recorded(suite, name, token) for token in tokens + tokens[1:]]
            eventually(lambda: all(len(w.heard) >= len(d) and w.caught_up for w, d in zip(watchers, due))
                       or any(t.problem for t in threads), "everybody has heard everything")
            time.sleep(SILENT_S)
        finally:
            for thread in threads:
                thread.ended = True
            for thread in threads:
                thread.join()
        for thread in threads:
            if thread.problem:
                raise thread.problem
        for watcher, wanted in zip(watchers, due):
            equal(watcher.heard, wanted, "what was heard, once and in order")
            expect(watcher.breaks >= KILLS, f"the stream broke {watcher.breaks} times")
            expect(watcher.longest_s < 3 * SILENT_S, f"silent for {watcher.longest_s:.1f} s")
        for watcher, token in zip(watchers, tokens + tokens[1:]):
            now = suite.call("PipelineService/GetPipeline", {"name": f"{name}/pipeline"}, token)
            equal([s.total.joint_count for s in watcher.pipeline.stages], [s.total.joint_count for s in now.stages], "joint")
            equal([s.total.independent_count for s in watcher.pipeline.stages],
                  [s.total.independent_count for s in now.stages], "one's own")
        made = {deal.name for writer in writers for deal in writer.made}
        expect(made <= {name for told in due for _, name in told}, "what was acknowledged is told")
        check_cursors(suite, name, watchers, tokens)
        suite.cli("verify")


run(watched)
