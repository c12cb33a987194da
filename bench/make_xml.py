"""Deterministic XML documents for the parser benchmarks; seeds give other shapes, not only other words."""


def write_xml(path, seed, records):
    state = seed

    def random(limit):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % limit

    def word():
        return "".join(chr(97 + random(26)) for _ in range(2 + random(7)))

    def text(count):
        return " ".join("&amp;" if random(20 + 20 * seed) == 0 else word() for _ in range(count))

    with open(path, "w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<store>\n')
        for i in range(records):
            out.write(f'  <item id="{i}" kind="{word()}">\n    <name>{text(1 + random(3))}</name>\n')
            for _ in range(random(3 + seed)):
                out.write(f'    <tag key="{word()}" value="{random(1000)}"/>\n')
            if random(4) == 0:
                out.write(f"    <!-- {text(4)} -->\n")
            if random(5) == 0:
                out.write(f"    <raw><![CDATA[{text(6)}]]></raw>\n")
            if random(7) == 0:
                out.write(f"    <note>{text(5)} é {text(3)}</note>\n")
            out.write(f"    <price>{random(100000)}.{random(100):02d}</price>\n  </item>\n")
        out.write("</store>\n")
