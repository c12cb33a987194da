#!/usr/bin/env python3
"""bench/make_profile.py [--megabytes 60] [--seed 1] OUT.pb.gz: a profile as a fleet's profiler merges it for one large
C++ service, grown from the real recordings in bench/profiles. The same arguments give the same bytes.

A service is a few hundred components, each one of the recorded programs with its functions, lines, columns, inlined
frames and stacks, under names of its own. A stack is a walk through them: down a request handler's path, then through
bridges, fixed places in one component that call another, and at last one recorded stack. Endpoints, components and
bridges are taken by Zipf's law; recorded stacks by their weight. So depth adds up from recorded depths, prefixes are
shared as recorded ones are, addresses, recursion and inlining are the recordings', and rare stacks have one sample.

The shape was held against `perf record --call-graph dwarf` of clang++ -O2, itself a large C++ program: 21 (of 15,000
distinct stacks) to 31 (of 3,300, dumped deeper) physical frames a stack on average, 9 in 10 below 45; 1.6 to 2.7
locations and 6 to 10 tree nodes for each distinct stack, fewer the more stacks there are; 93 % of the stacks met once;
mangled names of 75 (libLLVM) to 96 (libclang) bytes. The tool prints its own."""

import argparse
import bisect
import gzip
import itertools
import random
import sys
from dataclasses import dataclass, field

from samples import fields, read_varint, write_varint
from workbench import BENCH, say

COMPONENTS = 600
ENDPOINTS = 300
BRIDGES = 8  # places of a component that call another
GLUE_DEPTH = (10, 24)  # frames between main and the first component
GO_ON = 0.85  # chance that a walk takes a bridge rather than end in this component
LONGEST_WALK = 8
INSTRUCTIONS = 6  # of a line, where a sample may fall: the recordings are too short to have met them all
PERIOD = 10_000_000  # nanoseconds: 100 Hz


# ---- recorded programs ----


@dataclass
class Recording:
    """A real profile: functions as (name, system name, file, start line), locations as lists of (function, line,
    column), innermost first; stacks as tuples of locations, outermost first, without what leads to main."""
    functions: list
    locations: list
    stacks: list
    weights: list


def message(payload):
    """field number -> its values: integers, or bytes"""
    values = {}
    for number, wire_type, whole, content in fields(payload):
        if wire_type == 0:
            content, _ = read_varint(whole, read_varint(whole, 0)[1])
        values.setdefault(number, []).append(content)
    return values


def numbers(packed):
    at, found = 0, []
    while at < len(packed):
        number, at = read_varint(packed, at)
        found.append(number)
    return found


def scalar(values, number):
    return values.get(number, [0])[-1]


def strip_start(stacks, weights):
    """Without the outermost frames that nine in ten samples share: the loader, libc, main."""
    total = sum(weights)
    for depth in itertools.count():
        shares = {}
        for stack, weight in zip(stacks, weights):
            if len(stack) > depth + 1:
                shares[stack[depth]] = shares.get(stack[depth], 0) + weight
        if not shares or max(shares.values()) < 0.9 * total:
            return [stack[min(depth, len(stack) - 1):] for stack in stacks]


def read_recording(path):
    strings, function_messages, location_messages, samples = [], [], [], []
    for number, _, _, payload in fields(gzip.decompress(path.read_bytes())):
        if number == 6:
            strings.append(payload.decode())
        elif number in (2, 4, 5):
            {2: samples, 4: location_messages, 5: function_messages}[number].append(message(payload))
    function_index = {scalar(f, 1): i for i, f in enumerate(function_messages)}
    location_index = {scalar(location, 1): i for i, location in enumerate(location_messages)}
    functions = [(strings[scalar(f, 2)], strings[scalar(f, 3)], strings[scalar(f, 4)], scalar(f, 5))
                 for f in function_messages]
    locations = [[(function_index[scalar(line, 1)], scalar(line, 2), scalar(line, 3))
                  for line in map(message, location.get(4, []))] for location in location_messages]
    stacks = [tuple(location_index[i] for i in reversed(numbers(sample[1][0]))) for sample in samples]
    weights = [numbers(sample[2][0])[0] for sample in samples]
    return Recording(functions, locations, strip_start(stacks, weights), weights)


# ---- the service ----


class Chooser:
    """Draws an index, each in proportion to its weight."""

    def __init__(self, weights):
        self.sums = list(itertools.accumulate(weights))

    def draw(self, generator):
        return bisect.bisect_right(self.sums, generator.random() * self.sums[-1])


def zipf(count, flatness):
    return Chooser([1 / (rank + flatness) for rank in range(count)])


@dataclass
class Component:
    recording: Recording
    first_location: int  # of the service's, where this component's begin
    stacks: Chooser
    bridges: list = field(default_factory=list)  # (path, callee component)


class Service:
    """Components, how they call each other, and the paths that lead to them; draws stacks."""

    def __init__(self, recordings, seed):
        self.generator = generator = random.Random(seed)
        self.components, first = [], 0
        for i in range(COMPONENTS):
            recording = recordings[i % len(recordings)]
            self.components.append(Component(recording, first, Chooser(recording.weights)))
            first += len(recording.locations) * INSTRUCTIONS
        popularity = list(range(COMPONENTS))
        generator.shuffle(popularity)
        component_by_rank = zipf(COMPONENTS, 20)

        def draw_component():
            return popularity[component_by_rank.draw(generator)]

        for component in self.components:
            component.bridges = [(self.cut(self.recorded_stack(component)), draw_component()) for _ in range(BRIDGES)]
        self.endpoints = [(self.glue_path(), draw_component()) for _ in range(ENDPOINTS)]
        self.endpoint_by_rank, self.bridge_by_rank = zipf(ENDPOINTS, 2), zipf(BRIDGES, 0.5)

    def recorded_stack(self, component):
        recording = component.recording
        stack = recording.stacks[component.stacks.draw(self.generator)]
        return tuple(component.first_location + location * INSTRUCTIONS for location in stack)

    def cut(self, stack):
        """The stack down to a frame somewhere inside, where a call may be."""
        return stack[:1 + int(self.generator.random() * len(stack))]

    def glue_path(self):
        """Threads, executors, dispatchers: frames from the first components, most of them shared with another path."""
        shallow, deep = GLUE_DEPTH
        length = shallow + int(self.generator.random() * (deep - shallow + 1))
        earlier = getattr(self, "glue_paths", [()])
        path = list(earlier[int(self.generator.random() * len(earlier))][:int(self.generator.random() * length)])
        while len(path) < length:
            stack = self.recorded_stack(self.components[int(self.generator.random() * 4)])
            path.append(stack[int(self.generator.random() * len(stack))])
        self.glue_paths = earlier + [tuple(path)]
        return tuple(path)

    def draw_stack(self):
        """Outermost first."""
        stack, index = self.endpoints[self.endpoint_by_rank.draw(self.generator)]
        for _ in range(LONGEST_WALK):
            component = self.components[index]
            if self.generator.random() >= GO_ON:
                break
            path, index = component.bridges[self.bridge_by_rank.draw(self.generator)]
            stack += path
        stack += self.recorded_stack(self.components[index])
        return stack[:-1] + (stack[-1] + int(self.generator.random() * INSTRUCTIONS),)


# ---- its names ----


WORDS = ["search", "index", "ads", "ranking", "storage", "cache", "rpc", "frontend", "query", "planner", "session",
         "tablet", "compaction", "replication", "pipeline", "billing"]
PARAMETERS = ["RKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKNS_7RequestE", "RKNS_7RequestEPNS_8ResponseESt8functionIFvvEE",
              "RSt6vectorIySaIyEEm", "OSt8functionIFvRKNS_6StatusEEESt10shared_ptrINS_5ArenaEE", "PNS_5ArenaE", "mb"]


def name_space(index):
    return [WORDS[index % len(WORDS)], WORDS[index // len(WORDS) % len(WORDS)] + str(index)]


def rename(function, index):
    """The recorded function as component [index] has it: name, system name, file."""
    name, system_name, path, _ = function
    scopes = name_space(index)
    plain = name.split("::")[-1] or "operator()"
    parts = scopes + name.split("::")[:-1] + [plain]
    if system_name.startswith("_Z"):
        tail = system_name[2:]
    else:
        tail = f"{len(plain)}{plain}E" + PARAMETERS[(len(plain) + index) % len(PARAMETERS)]
    mangled = "_ZN" + "".join(f"{len(scope)}{scope}" for scope in scopes) + tail
    return "::".join(parts), mangled, f"/build/service/src/{'/'.join(scopes)}/{path.split('/')[-1]}"


# ---- the file ----


def encode_field(number, value):
    if value == 0:
        return b""
    if isinstance(value, bytes):
        return write_varint(number << 3 | 2) + write_varint(len(value)) + value
    return write_varint(number << 3) + write_varint(value)


class Writer:
    """Gives every string, function and location its number on first use, as the profilers do."""

    def __init__(self, service):
        self.service = service
        self.strings, self.functions, self.locations = {"": 0}, {}, {}
        self.function_bytes, self.location_bytes, self.encoded_ids = [], [], {}
        self.line_count = 0
        self.first_locations = [component.first_location for component in service.components]

    def string(self, text):
        return self.strings.setdefault(text, len(self.strings))

    def function(self, index, number):
        key = (index, number)
        if key not in self.functions:
            self.functions[key] = len(self.functions) + 1
            recorded = self.service.components[index].recording.functions[number]
            name, system_name, path = map(self.string, rename(recorded, index))
            self.function_bytes.append(encode_field(1, self.functions[key]) + encode_field(2, name) +
                                       encode_field(3, system_name) + encode_field(4, path) +
                                       encode_field(5, recorded[3]))
        return self.functions[key]

    def add_location(self, location):
        """The location's id as a varint."""
        index = bisect.bisect_right(self.first_locations, location) - 1
        component = self.service.components[index]
        lines = component.recording.locations[(location - component.first_location) // INSTRUCTIONS]
        identifier = len(self.encoded_ids) + 1
        address = 0x55D0_0000_0000 + location * 4
        out = encode_field(1, identifier) + encode_field(2, 1) + encode_field(3, address)
        for function, line, column in lines:
            out += encode_field(4, encode_field(1, self.function(index, function)) + encode_field(2, line) +
                                encode_field(3, column))
        self.line_count += len(lines)
        self.location_bytes.append(out)
        self.encoded_ids[location] = write_varint(identifier)
        return self.encoded_ids[location]

    def sample(self, stack, count):
        """[stack] is outermost first."""
        known = self.encoded_ids
        ids = b"".join([known.get(location) or self.add_location(location) for location in reversed(stack)])
        values = write_varint(count) + write_varint(count * PERIOD)
        return encode_field(1, ids) + encode_field(2, values)

    def finish(self, samples):
        string = self.string
        types = [(string("samples"), string("count")), (string("cpu"), string("nanoseconds"))]
        encoded_types = [encode_field(1, name) + encode_field(2, unit) for name, unit in types]
        mapping = (encode_field(1, 1) + encode_field(2, 0x55D0_0000_0000) + encode_field(3, 0x55D1_0000_0000) +
                   encode_field(5, string("/opt/service/bin/server")) + b"\x38\x01\x40\x01\x48\x01\x50\x01")
        groups = [(1, encoded_types), (2, samples), (3, [mapping]), (4, self.location_bytes), (5, self.function_bytes),
                  (6, [text.encode() for text in self.strings])]
        parts = []
        for number, messages in groups:
            tag = write_varint(number << 3 | 2)
            parts += [tag + write_varint(len(content)) + content for content in messages]
        return b"".join(parts) + encode_field(11, encoded_types[1]) + encode_field(12, PERIOD)


# ---- shape ----


def count_nodes(stacks):
    """Nodes of the tree of all stacks."""
    nodes, previous = 0, ()
    for stack in sorted(stacks):
        shared = 0
        for a, b in zip(previous, stack):
            if a != b:
                break
            shared += 1
        nodes += len(stack) - shared
        previous = stack
    return nodes


def print_shape(counts, writer, size):
    depths = sorted(map(len, counts))
    system_names = [text for text in writer.strings if text.startswith("_Z")]
    nodes = count_nodes(counts)
    rows = [("bytes, decompressed", size), ("samples", sum(counts.values())), ("distinct stacks", len(counts)),
            ("of these with one sample", sum(count == 1 for count in counts.values())),
            ("locations", len(writer.location_bytes)), ("lines per location",
                                                        f"{writer.line_count / len(writer.location_bytes):.2f}"),
            ("functions", len(writer.functions)), ("strings", len(writer.strings)),
            ("mangled name, bytes", f"{sum(map(len, system_names)) / len(system_names):.0f}"),
            ("frames a stack, mean", f"{sum(depths) / len(depths):.1f}"),
            ("10th, 50th, 90th percentile, most", " ".join(str(depths[min(len(depths) - 1, len(depths) * p // 100)])
                                                           for p in (10, 50, 90, 100))),
            ("tree nodes", nodes), ("tree nodes per stack", f"{nodes / len(counts):.2f}")]
    for what, figure in rows:
        print(f"{what:36} {figure}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=60, help="size, decompressed (default 60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("output", metavar="OUT.pb.gz")
    options = parser.parse_args()
    service = Service([read_recording(path) for path in sorted((BENCH / "profiles").glob("*.pgo"))], options.seed)
    make_profile(service, int(options.megabytes * 1e6), options.output)


def make_profile(service, size_wanted, path):
    """Draws stacks until they and what they need fill the size."""
    counts, writer = {}, Writer(service)
    encoded_size = 0
    while encoded_size < size_wanted:
        stack = service.draw_stack()
        if stack in counts:
            counts[stack] += 1
            continue
        counts[stack] = 1
        before = len(writer.location_bytes), len(writer.function_bytes)
        encoded_size += len(writer.sample(stack, 1)) + 2
        encoded_size += sum(len(part) + 2 for part in writer.location_bytes[before[0]:])
        encoded_size += sum(len(part) + 200 for part in writer.function_bytes[before[1]:])
    say(f"{len(counts)} distinct stacks; writing")
    data = writer.finish([writer.sample(stack, count) for stack, count in counts.items()])
    with gzip.GzipFile(path, "wb", compresslevel=6, mtime=0) as file:
        file.write(data)
    print_shape(counts, writer, len(data))


if __name__ == "__main__":
    sys.exit(main())
