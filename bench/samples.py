"""Profiles in other shapes: a deterministic subsample of a pprof file, and LLVM's text sample profile from Weights."""

import gzip
import re
import shlex
from collections import defaultdict


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def write_varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def fields(data):
    """(number, wire type, whole field bytes, payload) of a protobuf message."""
    at = 0
    while at < len(data):
        start = at
        tag, at = read_varint(data, at)
        if tag & 7 == 0:
            _, at = read_varint(data, at)
            yield tag >> 3, 0, data[start:at], None
        else:  # pprof has no other wire type than varint and length-delimited
            length, at = read_varint(data, at)
            yield tag >> 3, 2, data[start:at + length], data[at:at + length]
            at += length


def subsample_profile(source, target, one_in):
    """Keeps each of a sample's [one_in] units with probability 1/one_in, by a fixed generator: a shorter recording of
    the same run. Both values (samples, nanoseconds) shrink alike."""
    state = 88172645463325252

    def keep():
        nonlocal state
        state ^= state << 13 & (1 << 64) - 1
        state ^= state >> 7
        state ^= state << 17 & (1 << 64) - 1
        return state % one_in == 0

    out = bytearray()
    for number, _, whole, payload in fields(gzip.decompress(open(source, "rb").read())):
        if number != 2:
            out += whole
            continue
        parts, values = bytearray(), None
        for inner, _, inner_whole, inner_payload in fields(payload):
            if inner != 2:
                parts += inner_whole
                continue
            values, at = [], 0
            while at < len(inner_payload):
                value, at = read_varint(inner_payload, at)
                values.append(value)
        kept = sum(keep() for _ in range(values[0]))
        if kept == 0:
            continue
        packed = b"".join(write_varint(value * kept // values[0]) for value in values)
        parts += b"\x12" + write_varint(len(packed)) + packed
        out += b"\x12" + write_varint(len(parts)) + parts
    with gzip.GzipFile(target, "wb", mtime=0) as file:
        file.write(out)


def parse_place(text):
    """offset, column; None for '?'"""
    offset, _, column = text.partition(":")
    return (None if offset == "?" else int(offset)), int(column or 0)


def read_weights(text):
    """name -> (self samples by line offset, calls by line offset: {callee: leaf samples}) of every root function."""
    functions = {}
    current = None
    for line in text.splitlines():
        words = shlex.split(line.split(" #")[0]) if '"' in line else line.split()
        if not words:
            continue
        indent = len(line) - len(line.lstrip())
        if words[0] == "function":
            current = functions.setdefault(words[1], (defaultdict(int), defaultdict(lambda: defaultdict(int))))
        elif indent == 2 and words[0] == "self":
            current[0][parse_place(words[1])[0]] += int(words[2])
        elif indent == 2 and words[0] == "call":
            current[1][parse_place(words[1])[0]][words[2]] += int(words[4])
    return functions


def function_samples(weights):
    return {name: sum(selves.values()) for name, (selves, _) in weights.items()}


def write_llvm_sample_profile(weights, path):
    """The flat form that clang -fprofile-sample-use reads: 'name:total:head', then ' offset: samples callee:calls'.
    Heads are the leaf samples that entered by a known call, all that plain stacks tell of entries."""
    heads = defaultdict(int)
    for _, calls in weights.values():
        for callees in calls.values():
            for callee, count in callees.items():
                heads[callee] += count
    with open(path, "w", encoding="utf-8") as out:
        for name, (selves, calls) in sorted(weights.items()):
            body = {offset: count for offset, count in selves.items() if offset is not None and 0 <= offset < 65536}
            if not body or not re.match(r"^[\w.$@]+$", name):
                continue
            out.write(f"{name}:{sum(body.values())}:{heads[name]}\n")
            for offset in sorted(set(body) | {o for o in calls if o is not None and 0 <= o < 65536}):
                targets = "".join(f" {callee}:{count}" for callee, count in sorted(calls.get(offset, {}).items())
                                  if count and re.match(r"^[\w.$@]+$", callee))
                if body.get(offset, 0) or targets:
                    out.write(f" {offset}: {body.get(offset, 0)}{targets}\n")
