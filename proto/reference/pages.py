#!/usr/bin/env python3
"""Usage: pages.py SET.binpb FOLDER: the reference of the contracts as Markdown, from their comments and options.

A page a service, with the resource that its noun's file declares; a page for each other file; an index. FOLDER
is replaced. Ends with status 1 when a link leads nowhere.
"""

import os
import re
import shutil
import sys

import contracts as c

ORDER = c.PILLARS + ["type", "ledger", "feed", "option", "rpc"]
ABOUT = {
    "onboard": "organizations, partnerships, plans and commitments, sponsors, reviews",
    "enable": "courses, rosters, enrolments, credentials, coverage",
    "market": "campaigns, market development funds from budget to settlement",
    "sell": "opportunities, joint and independent, and the pipeline",
    "incentivize": "commission plans, earnings, reversals, statements",
    "gateway": "composed views and portfolios",
    "type": "what several services exchange",
    "ledger": "served by every pillar: what happened, in an order that nobody can change unseen",
    "feed": "served by every pillar: its changes, in order",
    "option": "who may call a method, what a field must satisfy",
    "rpc": "error details, compatible on the wire with Google's",
}
MADE = "<!-- Made by `make docs` from proto/; a test compares. -->"


def area(package):
    """`entente.onboard.v1` as `onboard`."""
    return package.split(".")[1]


def anchor(heading):
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


def first_sentence(text):
    found = re.match(r"(.+?[.])(\s|$)", text.replace("\n\n", " "))
    return found.group(1) if found else text


def cell(text):
    return text.replace("\n\n", "<br>").replace("|", "\\|")


class Page:
    def __init__(self, path, title):
        self.path, self.title, self.lines = path, title, [f"# {title}", "", MADE]

    def add(self, *lines):
        self.lines.extend(lines)

    def table(self, head, rows):
        self.add("", "| " + " | ".join(head) + " |", "|" + "---|" * len(head))
        self.lines.extend("| " + " | ".join(row) + " |" for row in rows)

    def link(self, place, text):
        """Markdown for a link to (page, heading) from this page."""
        path, heading = place
        to = "" if path == self.path else os.path.relpath(path, os.path.dirname(self.path) or ".")
        return f"[{text}]({to}{'#' + anchor(heading) if heading else ''})"

    def text(self):
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)) + "\n"


class Reference:
    def __init__(self, known):
        self.known, self.pages, self.places, self.reasons = known, {}, {}, {}
        nouns = {file.name for file in known.files}
        for file in known.files:
            stem = os.path.basename(file.name)[:-len(".proto")]
            # The resource of plan.proto is told on the page of plan_service.proto.
            if file.name.replace(".proto", "_service.proto") in nouns:
                stem += "_service"
            path = f"{area(file.package)}/{stem}.md"
            titles = [s.proto.name for s in known.services.values()
                      if f"{area(s.file.package)}/{os.path.basename(s.file.name)[:-6]}.md" == path]
            self.pages.setdefault(path, Page(path, titles[0] if titles else f"{area(file.package)}: {stem}"))
            for named in list(known.messages.values()) + list(known.enums.values()):
                if named.file.name == file.name:
                    self.places[named.name] = (path, named.short)
        for package, enum in known.reasons().items():
            for value in enum.values:
                reason = value.name[len("ERROR_REASON_"):]
                self.reasons[package, reason] = (self.places[enum.name][0], "")

    def page_of(self, service):
        return self.pages[f"{area(service.file.package)}/{os.path.basename(service.file.name)[:-6]}.md"]

    def type_link(self, page, name):
        if name in self.places:
            return page.link(self.places[name], self.places[name][1])
        return f"`{name.rsplit('.', 1)[-1]}`"

    def prose(self, page, package, text):
        """A comment with the reasons in it linked to where they are told."""
        def replace(found):
            place = self.reasons.get((package, found.group(1)))
            return page.link(place, found.group(0)) if place and place[0] != page.path else found.group(0)
        return re.sub(r"`([A-Z][A-Z0-9_]+)`", replace, text)

    # ---- methods ----

    def who(self, policy):
        if policy.open:
            return "anybody"
        said = []
        if policy.parties:
            parties = " or ".join(c.label(policy, "parties", party).lower() for party in policy.parties)
            said.append(f"{parties}, {c.label(policy, 'role', policy.role).lower()}")
        if policy.services:
            said.append("services " + ", ".join(f"`{name}`" for name in policy.services))
        return "; ".join(said)

    def deadline(self, method):
        if method.policy.deadline_ms:
            return f"{method.policy.deadline_ms / 1000:g} s"
        return "none" if method.proto.server_streaming else f"{c.DEADLINE_MS / 1000:g} s"

    def service(self, service):
        page = self.page_of(service)
        page.add("", self.prose(page, service.file.package, service.comment), "",
                 f"`{service.name}`, in `proto/{service.file.name}`. Who may call names the party and the least role; a role "
                 "includes those below it: viewer, manager, administrator.")
        page.table(["method", "does", "who may call", "effect", "deadline"],
                   [[page.link((page.path, m.name), m.name), cell(first_sentence(m.comment)), self.who(m.policy),
                     c.label(m.policy, "effect", m.policy.effect).lower(), self.deadline(m)] for m in service.methods])
        for method in service.methods:
            stream = "a stream of " if method.proto.server_streaming else ""
            page.add("", f"## {method.name}", "", self.prose(page, service.file.package, method.comment), "",
                     f"- `POST {'' if area(service.file.package) in c.PILLARS else '/PILLAR'}{method.path}`",
                     f"- takes {self.type_link(page, method.request)}, answers {stream}"
                     f"{self.type_link(page, method.response)}",
                     f"- may be called by {self.who(method.policy)}"
                     + (f"; access is decided on `{method.policy.resource}`" if method.policy.resource else ""))

    # ---- messages ----

    def type_of(self, page, field):
        def one(row):
            linked = row.proto.type in (c.FIELD_TYPE.TYPE_MESSAGE, c.FIELD_TYPE.TYPE_ENUM)
            return self.type_link(page, row.proto.type_name.lstrip(".")) if linked else row.scalar
        if field.entry:
            key, value = (c.Field(f, f.name, field.file, "") for f in field.entry.field)
            return f"map of {one(key)} to {one(value)}"
        return f"list of {one(field)}" if field.repeated else one(field)

    def rules(self, field):
        rule, said = field.rule, []
        if rule.behavior:
            said.append(c.label(rule, "behavior", rule.behavior).lower().replace("_", ", "))
        if rule.min_length and rule.max_length:
            said.append(f"{rule.min_length} to {rule.max_length} characters")
        elif rule.min_length or rule.max_length:
            said.append(f"at {'least' if rule.min_length else 'most'} {rule.min_length or rule.max_length} characters")
        if rule.bounded:
            said.append(f"{rule.min:,} to {rule.max:,}")
        if rule.pattern:
            said.append(f"`{rule.pattern}`")
        if rule.resource:
            said.append("names " + " or ".join(f"`{pattern}`" for pattern in rule.resource.split()))
        if rule.min_items or rule.max_items:
            said.append(f"{rule.min_items} to {rule.max_items or c.MAX_ITEMS} elements")
        if field.oneof:
            said.append(f"one of `{field.oneof}`")
        return "; ".join(said).replace("output, only", "output only")

    def message(self, message):
        page = self.pages[self.places[message.name][0]]
        page.add("", f"## {message.short}", "", self.prose(page, message.file.package, message.comment))
        if message.fields:
            page.table(["field", "type", "rules", "meaning"],
                       [[f"`{f.name}`", self.type_of(page, f), cell(self.rules(f)),
                         cell(self.prose(page, message.file.package, f.comment))] for f in message.fields])
        else:
            page.add("", "No fields.")

    def enum(self, enum):
        page = self.pages[self.places[enum.name][0]]
        page.add("", f"## {enum.short}", "", self.prose(page, enum.file.package, enum.comment))
        page.table(["value", "number", "meaning"],
                   [[f"`{v.name}`", str(v.proto.number), cell(self.prose(page, enum.file.package, v.comment))]
                    for v in enum.values])

    # ---- index ----

    def index(self):
        page = Page("README.md", "Contracts")
        page.add("", "The reference of every service, from the comments and options of the contracts in `proto/`. The "
                 "gateway's edge tells other programs the same: `GET /openapi.json` in OpenAPI 3.1, `GET "
                 "/descriptors.binpb` as a `FileDescriptorSet`.", "",
                 "A call is gRPC, or JSON by `POST /PACKAGE.SERVICE/METHOD` at the gateway, with the name of a pillar "
                 "in front for what every pillar serves: `POST /sell/entente.ledger.v1...`. Names are as in the contract "
                 "or in lowerCamelCase; 64-bit numbers are strings in JSON, times RFC 3339, bytes base64. Every refusal "
                 "has a `google.rpc.ErrorInfo` whose `reason` is told on the page of its service's package or below; "
                 "everything wrong with a request is listed at once in `google.rpc.BadRequest`.")
        for name in ORDER:
            found = sorted(p.path for p in self.pages.values() if p.path.startswith(name + "/"))
            if found:
                page.add("", f"## {name}", "", f"{ABOUT[name][0].upper()}{ABOUT[name][1:]}.", "")
                page.lines.extend(f"- {page.link((path, ''), self.pages[path].title)}{self.summary(path)}"
                                  for path in found)
        page.add("", "## Reasons that every service shares", "", "Beside those of its own `error_reason` page.")
        page.table(["reason", "code", "meaning"], [[f"`{r}`", code, meaning] for r, code, meaning in SHARED])
        self.pages[page.path] = page

    def summary(self, path):
        for service in self.known.services.values():
            if self.page_of(service).path == path:
                return ": " + first_sentence(service.comment)
        return ""

    def make(self):
        for service in self.known.services.values():
            self.service(service)
        for kind, add in ((self.known.messages, self.message), (self.known.enums, self.enum)):
            for named in kind.values():
                if named.name in self.places:
                    add(named)
        self.index()


# The runtime's own, runtime/base/status.h; a test compares the names.
SHARED = [
    ("INVALID_REQUEST", "INVALID_ARGUMENT", "Every violation is listed in `BadRequest`, with field and reason."),
    ("PAGE_TOKEN_INVALID", "INVALID_ARGUMENT", "The token is not of this request."),
    ("REQUEST_ID_REUSED", "INVALID_ARGUMENT", "The `request_id` came before with another body."),
    ("UNAUTHENTICATED", "UNAUTHENTICATED", "No identity, or one that is not valid (any more)."),
    ("ACCESS_DENIED", "PERMISSION_DENIED", "Not for this caller; what is hidden and what is absent read the same."),
    ("OTHER_PARTY", "PERMISSION_DENIED", "Only the other party may do this."),
    ("NOT_FOUND", "NOT_FOUND", "The resource does not exist."),
    ("ALREADY_EXISTS", "ALREADY_EXISTS", "The name is taken."),
    ("LOST_RACE", "ABORTED", "Others kept changing what this call read. Read again, then retry."),
    ("ETAG_MISMATCH", "ABORTED", "The resource changed since it was read."),
    ("INVALID_STATE", "FAILED_PRECONDITION", "The resource's state has no such transition."),
    ("GUARD_UNMET", "FAILED_PRECONDITION", "What has to hold first is listed in `PreconditionFailure`."),
    ("PARTNERSHIP_UNKNOWN", "NOT_FOUND", "The service does not know the partnership (yet)."),
    ("PARTNERSHIP_ENDED", "FAILED_PRECONDITION", "Nothing new begins in a partnership that has ended."),
    ("STORE_UNAVAILABLE", "UNAVAILABLE", "Nothing was written. Retry with the same `request_id`."),
    ("OUTCOME_UNKNOWN", "UNAVAILABLE", "A write may or may not have happened. Retry with the same `request_id`."),
    ("STORE_FULL", "RESOURCE_EXHAUSTED", "The store takes no more."),
    ("OVERLOADED", "RESOURCE_EXHAUSTED", "The service sheds load. Retry later."),
    ("CURSOR_EXPIRED", "OUT_OF_RANGE", "Changes after that position are no longer kept."),
]


def dangling(pages):
    """Links that lead nowhere, and headings that share an anchor."""
    headings = {}
    for page in pages.values():
        found = [anchor(line.lstrip("# ")) for line in page.lines if re.match(r"#+ ", line)]
        headings[page.path] = found
        for name in sorted({name for name in found if found.count(name) > 1}):
            yield f"{page.path}: two headings are #{name}"
    for page in pages.values():
        for to, name in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", re.sub(r"`[^`]*`", "", "\n".join(page.lines))):
            path = os.path.normpath(os.path.join(os.path.dirname(page.path), to)) if to else page.path
            if path not in pages or (name and name not in headings[path]):
                yield f"{page.path}: leads nowhere: {to}#{name}"


def main(set_path, folder):
    reference = Reference(c.Contracts(set_path))
    reference.make()
    problems = list(dangling(reference.pages))
    shutil.rmtree(folder, ignore_errors=True)
    for page in reference.pages.values():
        path = os.path.join(folder, page.path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(page.text())
    print("\n".join(problems), end="\n" if problems else "", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
