"""The contracts as the reference and the OpenAPI document need them: descriptors, comments, policies, rules.

Reads a FileDescriptorSet with source information, which `protoc --include_source_info` writes.
"""

import re

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PILLARS = ["onboard", "enable", "market", "sell", "incentivize", "gateway"]
OPTION_FILE = "entente/option/v1/option.proto"
FIELD_TYPE = descriptor_pb2.FieldDescriptorProto
SCALARS = {FIELD_TYPE.Type.Value(name): name[5:].lower() for name in FIELD_TYPE.Type.keys()}

# What runtime/message/rule.h and option.proto say where a field has no rule.
STRING_MAX_LENGTH, BYTES_MAX_LENGTH, MAX_ITEMS = 1024, 65536, 1000
DEADLINE_MS = 10000


class Named:
    """What has a name, a comment and a file. `comment` is plain text, its lines joined into paragraphs."""

    def __init__(self, proto, name, file, comment):
        self.proto, self.name, self.file, self.comment = proto, name, file, comment

    @property
    def short(self):
        """The name without its package: `Plan.State`."""
        return self.name[len(self.file.package) + 1:]


class Field(Named):
    @property
    def repeated(self):
        return self.proto.label == FIELD_TYPE.LABEL_REPEATED and not self.entry

    @property
    def type_name(self):
        return self.proto.type_name.lstrip(".")

    @property
    def scalar(self):
        return SCALARS[self.proto.type]

    entry = None  # of a map: the message of its entries
    rule = None
    oneof = ""


class Contracts:
    """All files of ours: `messages`, `enums`, `services` by full name, in the order of files and declarations."""

    def __init__(self, path):
        with open(path, "rb") as file:
            bytes_ = file.read()
        self._policy, self._rule = _options(bytes_)
        self.set = descriptor_pb2.FileDescriptorSet.FromString(bytes_)
        self.files, self.messages, self.enums, self.services = [], {}, {}, {}
        for file in sorted(self.set.file, key=lambda f: f.name):
            comments = {tuple(place.path): _text(place) for place in file.source_code_info.location}
            own = file.name.startswith(("entente/", "google/rpc/"))
            if own:
                self.files.append(file)
            for i, message in enumerate(file.message_type):
                self._message(file, file.package, message, (4, i), comments)
            for i, enum in enumerate(file.enum_type):
                self._enum(file, file.package, enum, (5, i), comments)
            for i, service in enumerate(file.service if own else ()):
                self._service(file, service, (6, i), comments)

    def _message(self, file, scope, proto, path, comments):
        made = Named(proto, f"{scope}.{proto.name}", file, comments.get(path, ""))
        self.messages[made.name] = made
        entries = {f"{made.name}.{nested.name}": nested for nested in proto.nested_type if nested.options.map_entry}
        made.fields = []
        for i, field in enumerate(proto.field):
            row = Field(field, field.name, file, comments.get(path + (2, i), ""))
            row.entry = entries.get(row.type_name)
            row.rule = field.options.Extensions[self._rule]
            if field.HasField("oneof_index") and not field.proto3_optional:
                row.oneof = proto.oneof_decl[field.oneof_index].name
            made.fields.append(row)
        for i, nested in enumerate(proto.nested_type):
            if not nested.options.map_entry:
                self._message(file, made.name, nested, path + (3, i), comments)
        for i, enum in enumerate(proto.enum_type):
            self._enum(file, made.name, enum, path + (4, i), comments)

    def _enum(self, file, scope, proto, path, comments):
        made = Named(proto, f"{scope}.{proto.name}", file, comments.get(path, ""))
        made.values = [Named(value, value.name, file, comments.get(path + (2, i), ""))
                       for i, value in enumerate(proto.value)]
        self.enums[made.name] = made

    def _service(self, file, proto, path, comments):
        made = Named(proto, f"{file.package}.{proto.name}", file, comments.get(path, ""))
        made.methods = []
        for i, method in enumerate(proto.method):
            row = Named(method, method.name, file, comments.get(path + (2, i), ""))
            row.path = f"/{made.name}/{method.name}"
            row.request, row.response = method.input_type.lstrip("."), method.output_type.lstrip(".")
            row.policy = method.options.Extensions[self._policy]
            made.methods.append(row)
        self.services[made.name] = made

    def reasons(self):
        """ErrorReason enums by package."""
        return {enum.file.package: enum for enum in self.enums.values() if enum.proto.name == "ErrorReason"}


def _options(bytes_):
    """The extensions of our options, registered so that options read from now on have them."""
    pool = descriptor_pool.Default()
    for file in descriptor_pb2.FileDescriptorSet.FromString(bytes_).file:
        if file.name == OPTION_FILE:
            file.ClearField("source_code_info")
            pool.AddSerializedFile(file.SerializeToString())
    message_factory.MessageFactory(pool).GetMessages([OPTION_FILE])
    return (pool.FindExtensionByName("entente.option.v1.method"), pool.FindExtensionByName("entente.option.v1.field"))


def _text(place):
    """A comment as paragraphs: lines of one paragraph are joined, so that width is not part of what is said."""
    paragraphs = re.split(r"\n\s*\n", place.leading_comments or place.trailing_comments)
    return "\n\n".join(" ".join(line.strip() for line in part.strip().splitlines()) for part in paragraphs).strip()


def value_label(enum, value):
    """`EFFECT_READ` of Effect as `READ`."""
    prefix = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", enum.name).upper() + "_"
    name = enum.values_by_number[value].name
    return name[len(prefix):] if name.startswith(prefix) else name


def label(message, field, value):
    """The same, of a field of a parsed option."""
    return value_label(message.DESCRIPTOR.fields_by_name[field].enum_type, value)


def words(name):
    """`ListPlans` as `List plans`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return spaced[0] + spaced[1:].lower()
