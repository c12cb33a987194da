"""A fleet's profiles: many recordings of one program, each with a part of its stacks and loaded at another address."""

import gzip
import random

from samples import fields, read_varint, write_varint


def number_field(number, value):
    return write_varint(number << 3) + write_varint(value)


def bytes_field(number, payload):
    return write_varint(number << 3 | 2) + write_varint(len(payload)) + payload


def split_message(payload, numbers):
    """The varint fields of these numbers, and the bytes of all others."""
    found, rest = dict.fromkeys(numbers, 0), bytearray()
    for number, wire_type, whole, _ in fields(payload):
        if number in found and wire_type == 0:
            found[number] = read_varint(whole, 1)[0]
        else:
            rest += whole
    return [found[number] for number in numbers], bytes(rest)


def location_ids(sample):
    ids = []
    for number, _, _, payload in fields(sample):
        at = 0
        while number == 1 and at < len(payload):
            location, at = read_varint(payload, at)
            ids.append(location)
    return ids


def make_fleet(source, folder, count, share, same_build):
    """[count] profiles in [folder], each of a [share] of [source]'s stacks and nothing that they do not use; gives their
    paths. Unless [same_build], each is of a build of its own, so that no two have a location in common."""
    samples, locations, mappings, strings, others = [], [], [], [], bytearray()
    for number, _, whole, payload in fields(gzip.decompress(source.read_bytes())):
        if number == 2:
            samples.append((location_ids(payload), whole))
        elif number == 3:
            mappings.append(split_message(payload, [2, 3, 6]))
        elif number == 4:
            locations.append(split_message(payload, [1, 3]))
        elif number == 6:
            strings.append(payload)
        else:
            others += whole
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for i in range(count):
        generator = random.Random(i)
        moved = generator.randrange(1 << 24) << 12
        chosen = [sample for sample in samples if generator.random() < share]
        used = {location for ids, _ in chosen for location in ids}
        out = bytearray(others)
        for _, whole in chosen:
            out += whole
        for (start, limit, build), rest in mappings:
            out += bytes_field(3, number_field(2, start + moved) + number_field(3, limit + moved) + rest +
                               number_field(6, build if same_build else len(strings)))
        for (identifier, address), rest in locations:
            if identifier in used:
                out += bytes_field(4, number_field(1, identifier) + number_field(3, address + moved) + rest)
        for string in strings + [b"build %d" % i]:
            out += bytes_field(6, string)
        path = folder / f"{i:04}.pgo"
        with gzip.GzipFile(path, "wb", mtime=0) as file:
            file.write(out)
        paths.append(path)
    return paths
