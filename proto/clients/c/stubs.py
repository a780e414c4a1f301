#!/usr/bin/env python3
"""Usage: stubs.py SET.binpb OUT: a typed function for every method of the contracts: OUT/NAME_service.client.h, with the
folders of the contracts, and OUT/stubs.c."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "reference"))
import contracts as c  # noqa: E402


def area(package):
    """As the build shortens it: `entente.onboard.v1` is `onboard`."""
    found = re.fullmatch(r"entente\.([a-z]+)\.v1", package)
    return found.group(1) if found else package


def snake(name):
    """As protoc-gen-c has it: `GetPlanRequest` is get_plan_request."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def parts(known, name):
    message = known.messages[name]
    return area(message.file.package).split(".") + message.short.split(".")


def type_of(known, name):
    return "__".join(part[0].upper() + part[1:] for part in parts(known, name))


def lower_of(known, name):
    return "__".join(snake(part) for part in parts(known, name))


def comment(text, margin=""):
    """A comment of C, 110 columns wide."""
    lines, line = [], f"{margin}/*"
    for word in text.replace("*/", "* /").split():
        if len(line) + 1 + len(word) > 110:
            lines.append(line)
            line = f"{margin} *"
        line += " " + word
    return "\n".join(lines + [line + " */"])


class Method:
    def __init__(self, known, service, method):
        package = area(service.file.package)
        self.name = f"entente_{package}_{snake(method.name)}"
        self.path, self.streams, self.comment = method.path, method.proto.server_streaming, method.comment
        self.request, self.response = type_of(known, method.request), type_of(known, method.response)
        self.lower = lower_of(known, method.response)

    def declared(self):
        answer = "struct entente_stream" if self.streams else self.response
        return (f"{answer} *{self.name}(struct entente_client *client,\n    const {self.request} *request,\n"
                "    struct entente_refusal *refusal)")

    def next_declared(self):
        return (f"{self.response} *{self.name}_next(struct entente_stream *stream,\n"
                "    struct entente_refusal *refusal)")

    def header(self):
        freed = f"Free the answer with {self.lower}__free_unpacked(answer, NULL)."
        if not self.streams:
            return [comment(f"{self.comment} {freed}"), f"{self.declared()};"]
        return [comment(self.comment), f"{self.declared()};",
                comment(f"The next message; NULL at the end. {freed}"), f"{self.next_declared()};"]

    def body(self):
        call = "entente_stream_open" if self.streams else "entente_call"
        cast = "" if self.streams else f"({self.response} *)"
        made = [f"{self.declared()} {{", f"  return {cast}{call}(client, \"{self.path}\",",
                f"      &request->base, &{self.lower}__descriptor, refusal);", "}"]
        if self.streams:
            made += ["", f"{self.next_declared()} {{",
                     f"  return ({self.response} *)entente_stream_next(stream, refusal);", "}"]
        return made


def headers_of(known, service):
    """Where the messages of its methods are declared."""
    names = [name for method in service.methods for name in (method.request, method.response)]
    return sorted({known.messages[name].file.name.replace(".proto", ".pb-c.h") for name in names})


def main(set_path, out):
    known = c.Contracts(set_path)
    names, source = set(), ["/* Made by `make clients` from the contracts. */"]
    bodies = []
    for service in known.services.values():
        path = service.file.name.replace(".proto", ".client.h")
        guard = re.sub(r"[^A-Z0-9]", "_", path.upper())
        methods = [Method(known, service, method) for method in service.methods]
        if {m.name for m in methods} & names:
            sys.exit(f"{service.name}: a method of another service in its package has the same name")
        names |= {m.name for m in methods}
        lines = [comment(f"{service.comment} Made by `make clients` from the contracts."), f"#ifndef {guard}",
                 f"#define {guard}", "", '#include "entente.h"', ""]
        lines += [f'#include "{header}"' for header in headers_of(known, service)]
        for method in methods:
            lines += [""] + method.header()
            bodies += [""] + method.body()
        os.makedirs(os.path.join(out, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(out, path), "w", encoding="utf-8") as file:
            file.write("\n".join(lines + ["", "#endif", ""]))
        source.append(f'#include "{path}"')
    with open(os.path.join(out, "stubs.c"), "w", encoding="utf-8") as file:
        file.write("\n".join(source + bodies) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
