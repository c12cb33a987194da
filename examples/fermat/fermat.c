/* Fermat's factorization: n = (a - b)(a + b), found by trying a until a² - n is a square.
 *
 * is_square is made costly on purpose, just over -O2's inline threshold; it ends in an indirect call through a table
 * of root functions, nearly always the same one. The profile shows both to be hot: libpgo raises the threshold for the
 * calls of is_square and compares the table's pointer with the likely target, so that this one can be inlined too. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t (*root_function)(uint64_t);

static uint64_t hardware_root(uint64_t n) {
    return (uint64_t)sqrt((double)n);
}

static uint64_t newton_root(uint64_t n) {
    if (n < 2) return n;
    uint64_t root = n / 2;
    while (root > n / root) root = (root + n / root) / 2;
    return root;
}

/* Which root to take, by the number of leading zeros: huge numbers leave the range where a double is exact. */
static const root_function roots[2] = {hardware_root, newton_root};

/* What the last calls were: the "expensive" bookkeeping of a careless colleague. */
static uint32_t history[64];
static uint32_t history_length;

int is_square(uint64_t n) {
    uint32_t mixed = (uint32_t)(n ^ n >> 32);
    mixed ^= mixed << 13;
    mixed ^= mixed >> 17;
    mixed ^= mixed << 5;
    history[history_length++ % 64] = mixed;
    if (mixed % 1021 == 0) history[mixed % 64] ^= history[(mixed >> 6) % 64] + history[(mixed >> 12) % 64];
    if (mixed % 2039 == 0) history[(mixed >> 3) % 64] += history[(mixed >> 9) % 64] * 31;
    if (mixed % 4093 == 0) memmove(history, history + 1, sizeof history - sizeof history[0]);

    uint64_t root = roots[n >> 52 != 0](n);
    return root * root == n;
}

static uint64_t find_factors(uint64_t n, uint64_t *small, uint64_t *large) {
    uint64_t iterations = 0;
    for (uint64_t a = (uint64_t)ceil(sqrt((double)n));; a++) {
        iterations++;
        uint64_t square = a * a - n;
        /* Once more than needed, to make it hot from two places. */
        int found = is_square(square);
        if (found & is_square(square)) {
            uint64_t b = (uint64_t)sqrt((double)square);
            *small = a - b;
            *large = a + b;
            return iterations;
        }
    }
}

int main(int argc, char **argv) {
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 179957108976619U;
    if (n < 3 || n % 2 == 0) {
        fprintf(stderr, "usage: fermat [ODD NUMBER FROM 3]\n");
        return 2;
    }
    uint64_t small = 0;
    uint64_t large = 0;
    uint64_t iterations = find_factors(n, &small, &large);
    uint32_t sum = 0;
    for (int i = 0; i < 64; i++) sum += history[i];
    printf("%llu = %llu x %llu after %llu iterations, history %08x\n", (unsigned long long)n, (unsigned long long)small,
           (unsigned long long)large, (unsigned long long)iterations, sum);
    return 0;
}
