#!/usr/bin/env python3
"""Usage: openapi.py SET.binpb VERSION OUT.json: every unary method as OpenAPI 3.1, in its JSON form.

`POST /PACKAGE.SERVICE/METHOD` with proto3's canonical JSON, as Connect has it: a refusal is its code's HTTP status
with `{"code", "message", "details"}`. What the options of a field say becomes constraints. A message serves both as
request and as answer, so required fields inside of resources are told by `x-required`, not by `required`: an answer
to an update's mask may be sent without them.
"""

import json
import re
import sys

import contracts as c

T = c.FIELD_TYPE
WELL_KNOWN = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time", "examples": ["2026-09-30T12:00:00Z"]},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,9})?s$", "examples": ["1.5s"]},
    "google.protobuf.FieldMask": {"type": "string", "description": "Paths in lowerCamelCase, separated by commas.",
                                  "examples": ["displayName,plan.target"]},
    "google.protobuf.Empty": {"type": "object", "additionalProperties": False},
    "google.protobuf.Any": {"type": "object", "properties": {"@type": {"type": "string"}}, "required": ["@type"]},
}
INTEGERS = {T.TYPE_INT32: (-2**31, 2**31 - 1), T.TYPE_SINT32: (-2**31, 2**31 - 1), T.TYPE_SFIXED32: (-2**31, 2**31 - 1),
            T.TYPE_UINT32: (0, 2**32 - 1), T.TYPE_FIXED32: (0, 2**32 - 1)}
SIGNED = {T.TYPE_INT64, T.TYPE_SINT64, T.TYPE_SFIXED64}
UNSIGNED = {T.TYPE_UINT64, T.TYPE_FIXED64}
# Connect's codes and their HTTP status.
CODES = {"canceled": 499, "unknown": 500, "invalid_argument": 400, "deadline_exceeded": 504, "not_found": 404,
         "already_exists": 409, "permission_denied": 403, "resource_exhausted": 429, "failed_precondition": 400,
         "aborted": 409, "out_of_range": 400, "unimplemented": 501, "internal": 500, "unavailable": 503,
         "data_loss": 500, "unauthenticated": 401}
ERROR = {
    "type": "object",
    "description": "A refusal. Every one has a detail of type google.rpc.ErrorInfo with the reason; what is wrong with "
                   "a request is listed in google.rpc.BadRequest.",
    "properties": {
        "code": {"type": "string", "enum": list(CODES)},
        "message": {"type": "string"},
        "details": {"type": "array", "items": {
            "type": "object",
            "properties": {"type": {"type": "string", "examples": ["google.rpc.ErrorInfo"]},
                           "value": {"type": "string", "contentEncoding": "base64",
                                     "description": "The message, unpadded base64."},
                           "debug": {"description": "The message as JSON, to be read by people."}},
            "required": ["type", "value"]}}},
    "required": ["code"],
}


CLASSES = {"[:alnum:]": "A-Za-z0-9", "[:alpha:]": "A-Za-z", "[:blank:]": r" \t", "[:digit:]": "0-9", "[:lower:]": "a-z",
           "[:space:]": r"\s", "[:upper:]": "A-Z", "[:xdigit:]": "0-9A-Fa-f"}
BRACKET = re.compile(r"\[(\^?)(\]?(?:\[:[a-z]+:\]|[^\]])*)\]")


def ecma(pattern):
    """A POSIX extended regular expression as JSON Schema has it, which differs within brackets: named classes, and a
    backslash that stands for itself there."""
    def bracket(found):
        inner = re.split(r"(\[:[a-z]+:\])", found.group(2))
        return f"[{found.group(1)}" + "".join(
            CLASSES[part] if part.startswith("[:") else part.replace("\\", "\\\\").replace("]", "\\]")
            for part in inner) + "]"
    return BRACKET.sub(bracket, pattern)


def reference(name):
    return {"$ref": f"#/components/schemas/{name}"}


class Document:
    def __init__(self, known):
        self.known, self.used = known, {}

    # ---- schemas ----

    def scalar(self, field):
        kind, rule = field.proto.type, field.rule
        if kind in INTEGERS:
            low, high = (rule.min, rule.max) if rule and rule.bounded else INTEGERS[kind]
            return {"type": "integer", "format": "int32", "minimum": low, "maximum": high}
        if kind in SIGNED or kind in UNSIGNED:
            said = {"type": "string", "format": "int64" if kind in SIGNED else "uint64",
                    "pattern": "^-?[0-9]{1,19}$" if kind in SIGNED else "^[0-9]{1,20}$"}
            if rule and rule.bounded:  # of a string that holds a number no schema can say this
                said.update({"x-minimum": rule.min, "x-maximum": rule.max})
            return said
        if kind in (T.TYPE_DOUBLE, T.TYPE_FLOAT):
            return {"type": ["number", "string"], "description": "A number, \"NaN\", \"Infinity\" or \"-Infinity\"."}
        if kind == T.TYPE_BOOL:
            return {"type": "boolean"}
        if kind == T.TYPE_BYTES:
            most = (rule.max_length if rule else 0) or c.BYTES_MAX_LENGTH
            return {"type": "string", "contentEncoding": "base64", "maxLength": (most + 2) // 3 * 4}
        if kind == T.TYPE_STRING:
            return self.text(rule)
        return self.named(field.proto.type_name.lstrip("."))

    def text(self, rule):
        said = {"type": "string", "maxLength": (rule.max_length if rule else 0) or c.STRING_MAX_LENGTH}
        if not rule:
            return said
        patterns = [f"(?:{ecma(rule.pattern)})"] if rule.pattern else []
        if rule.resource:
            patterns = ["(?:" + "|".join(p.replace("*", "[^/]+") for p in rule.resource.split()) + ")"]
        # An empty string is a field that is not set, to which no rule but `required` applies.
        if patterns:
            said["pattern"] = f"^{patterns[0]}?$" if rule.behavior not in (1, 4) else f"^{patterns[0]}$"
        if rule.behavior in (1, 4):
            said["minLength"] = max(rule.min_length, 1)
        return said

    def named(self, name):
        if name in WELL_KNOWN:
            return dict(WELL_KNOWN[name])
        if name not in self.used:
            self.used[name] = None
            made = self.known.enums.get(name)
            self.used[name] = self.enum(made) if made else self.message(self.known.messages[name])
        return reference(name)

    def enum(self, enum):
        told = [f"- `{v.name}`: {v.comment}" for v in enum.values]
        return {"type": "string", "description": "\n".join([enum.comment, ""] + told),
                "enum": [v.name for v in enum.values]}

    def field(self, field, answer):
        if field.entry:
            value = c.Field(field.entry.field[1], "value", field.file, "")
            said = {"type": "object", "additionalProperties": self.scalar(value)}
        elif field.repeated:
            said = {"type": "array", "items": self.scalar(field)}
            if not answer:
                said["maxItems"] = field.rule.max_items or c.MAX_ITEMS
                said.update({"minItems": field.rule.min_items} if field.rule.min_items else {})
        else:
            said = self.scalar(field)
        if field.comment:
            said["description"] = field.comment
        if field.rule.behavior == 2:
            said["readOnly"] = True
        if field.rule.behavior in (1, 4):
            said["x-required"] = "on creation, and where an update's mask names it"
        return said

    def message(self, message):
        short = message.proto.name
        request, answer = short.endswith("Request"), short.endswith("Response")
        said = {"type": "object", "description": message.comment,
                "properties": {f.proto.json_name: self.field(f, answer or f.rule.behavior == 2) for f in message.fields}}
        if request:
            said["additionalProperties"] = False
            said["required"] = [f.proto.json_name for f in message.fields if f.rule.behavior in (1, 4)]
            for name in said["required"]:
                del said["properties"][name]["x-required"]
            if not said["required"]:
                del said["required"]
        return said

    # ---- paths ----

    def operation(self, service, method):
        policy = method.policy
        described = method.comment
        if policy.parties:
            parties = " or ".join(c.label(policy, "parties", party).lower() for party in policy.parties)
            described += f"\n\nMay be called by {parties}, {c.label(policy, 'role', policy.role).lower()} or above."
        return {
            "operationId": f"{service.name}.{method.name}",
            "tags": [service.name],
            "summary": c.words(method.name),
            "description": described,
            "x-effect": c.label(policy, "effect", policy.effect).lower(),
            "x-deadline-ms": policy.deadline_ms or c.DEADLINE_MS,
            "security": [] if policy.open else [{"bearer": []}],
            "parameters": [{"$ref": "#/components/parameters/version"}, {"$ref": "#/components/parameters/timeout"}],
            "requestBody": {"required": True, "content": {"application/json": {"schema": self.named(method.request)}}},
            "responses": {
                "200": {"description": "The answer.",
                        "content": {"application/json": {"schema": self.named(method.response)}}},
                "4XX": {"$ref": "#/components/responses/refusal"},
                "5XX": {"$ref": "#/components/responses/refusal"},
            },
        }

    def make(self, version):
        paths, tags = {}, []
        for service in self.known.services.values():
            unary = [m for m in service.methods if not m.proto.server_streaming and not m.proto.client_streaming
                     and (m.policy.parties or m.policy.open)]
            if unary:
                tags.append({"name": service.name, "description": service.comment})
            for method in unary:
                made = self.operation(service, method)
                if service.name.split(".")[1] in c.PILLARS:
                    paths[method.path] = {"post": made}
                    continue
                # Served by every pillar: the path says by which.
                made["parameters"] = [{"$ref": "#/components/parameters/pillar"}] + made["parameters"]
                paths["/{pillar}" + method.path] = {"post": made}
        schemas = {name: self.used[name] for name in sorted(self.used)}
        schemas["Error"] = ERROR
        return {
            "openapi": "3.1.0",
            "info": {"title": "Entente", "version": version,
                     "description": "Strategic partnerships: the methods that users may call, as JSON over HTTP."},
            "servers": [{"url": "/", "description": "the gateway that serves this document"}],
            "tags": tags,
            "security": [{"bearer": []}],
            "paths": paths,
            "components": {
                "schemas": schemas,
                "responses": {"refusal": {
                    "description": "Refused; HTTP status by code: " + ", ".join(f"{k} {v}" for k, v in CODES.items()),
                    "content": {"application/json": {"schema": reference("Error")}}}},
                "parameters": {
                    "pillar": {"name": "pillar", "in": "path", "required": True, "description": "Whose.",
                               "schema": {"type": "string", "enum": c.PILLARS[:-1]}},
                    "version": {"name": "Connect-Protocol-Version", "in": "header", "required": False,
                                "schema": {"type": "string", "const": "1"}},
                    "timeout": {"name": "Connect-Timeout-Ms", "in": "header", "required": False,
                                "description": "How long the caller waits.",
                                "schema": {"type": "string", "pattern": "^[0-9]{1,10}$"}}},
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            },
        }


def main(set_path, version, out):
    document = Document(c.Contracts(set_path)).make(version)
    with open(out, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
