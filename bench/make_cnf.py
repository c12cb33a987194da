"""Deterministic formulas for the SAT solver: random 3-SAT near the threshold, and the factoring of a product."""


def write_cnf(path, variables, clauses):
    with open(path, "w", encoding="ascii") as out:
        out.write(f"p cnf {variables} {len(clauses)}\n")
        out.writelines(" ".join(map(str, clause)) + " 0\n" for clause in clauses)


def write_random(path, seed, variables):
    state = seed

    def random(limit):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % limit

    clauses = []
    for _ in range(int(4.26 * variables)):
        chosen = set()
        while len(chosen) < 3:
            chosen.add(1 + random(variables))
        clauses.append([v if random(2) else -v for v in sorted(chosen)])
    write_cnf(path, variables, clauses)


def write_factoring(path, product, bits):
    """An array multiplier of two [bits]-bit numbers, both more than one, whose result is [product]."""
    clauses, variables = [], 2 * bits

    def gate(inputs, function):
        nonlocal variables
        variables += 1
        for row in range(1 << len(inputs)):
            values = [row >> i & 1 for i in range(len(inputs))]
            result = variables if function(*values) else -variables
            clauses.append([-v if value else v for v, value in zip(inputs, values)] + [result])
        return variables

    left, right = range(1, bits + 1), range(bits + 1, 2 * bits + 1)
    columns = [[] for _ in range(2 * bits + 2)]
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            columns[i + j].append(gate([a, b], lambda x, y: x & y))
    for position, column in enumerate(columns):
        while len(column) > 1:
            inputs = [column.pop(0) for _ in range(min(3, len(column)))]
            column.append(gate(inputs, lambda *ones: sum(ones) & 1))
            columns[position + 1].append(gate(inputs, lambda *ones: sum(ones) >= 2))
        if column:
            clauses.append([column[0] if product >> position & 1 else -column[0]])
    for number in (left, right):
        clauses.append(list(number)[1:])
    write_cnf(path, variables, clauses)
