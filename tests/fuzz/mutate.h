/* What the mutators share: random numbers, the same for the same seed. */
#ifndef MUTATE_H
#define MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's own mutations of bytes. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
/* What libFuzzer calls instead, where a target has it: changes [data] in place and gives its new size. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* splitmix64 */
static inline uint64_t draw(uint64_t *random) {
    uint64_t z = *random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline uint64_t draw_below(uint64_t *random, uint64_t limit) {
    return draw(random) % limit;
}

/* Numbers at which something changes, and small ones, which are ids and indices. */
static inline uint64_t draw_number(uint64_t *random) {
    static const uint64_t edges[] = {0,         1,          2,         INT32_MAX,         UINT32_MAX,
                                     INT64_MAX, UINT64_MAX, 1U << 31U, UINT64_C(1) << 63, UINT64_C(1) << 32};
    uint64_t way = draw_below(random, 4);
    if (way == 0) return edges[draw_below(random, sizeof edges / sizeof *edges)];
    if (way == 1) return draw(random) >> draw_below(random, 64);
    return draw_below(random, 64);
}

#endif
