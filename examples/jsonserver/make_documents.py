#!/usr/bin/env python3
"""make_documents.py SEED COUNT: JSON documents, one a line, such as an API gets them: users, orders, paths on a map, and
now and then one that is not valid. Equal seeds give equal documents; another seed gives others of the same kinds, so
that what is measured is not what was profiled."""
import json
import sys

seed, count = int(sys.argv[1]), int(sys.argv[2])
WORDS = "stone river Straße naïve 東京 quiet \"quoted\" back\\slash tab\there harbour lantern Ωmega autumn line\nbreak".split(" ")


def number(limit):
    global seed
    seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
    return (seed >> 33) % limit


def text(words):
    return " ".join(WORDS[number(len(WORDS))] for _ in range(words))


def user():
    return {"name": text(2), "id": number(10**9), "email": f"user{number(10**6)}@example.org", "active": number(2) == 1,
            "score": number(10**6) / 1000, "tags": [text(1) for _ in range(number(6))], "manager": None}


def order():
    lines = [{"sku": f"A-{number(10**5):05}", "quantity": 1 + number(9), "price": number(10**5) / 100, "note": text(number(8))}
             for _ in range(2 + number(60))]
    return {"order": number(10**12), "customer": user(), "lines": lines, "total": float(number(10**5)),
            "shipping": {"street": text(3), "city": text(1), "zip": f"{number(10**5):05}"}}


def path():
    points = [[number(360 * 10**6) / 10**6 - 180, number(180 * 10**6) / 10**6 - 90, float(number(3000))]
              for _ in range(4 + number(40))]
    return {"type": "Feature", "geometry": {"type": "LineString", "coordinates": points},
            "properties": {"title": text(4), "author": user()}}


for index in range(count):
    document = json.dumps([user, user, user, order, order, path][number(6)](), ensure_ascii=number(2) == 1)
    print(document[:-1 - number(9)] if index % 40 == 39 else document)
