/* Sums of sample values: they stop at the type's limit, where wrapping would turn the heaviest into the lightest.
 * Private to this tree. */
#ifndef PPROF_SATURATE_H
#define PPROF_SATURATE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

static inline int64_t pprof_add_saturating(int64_t a, int64_t b) {
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) return b > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

/* The same for weights, which have no sign. */
static inline uint64_t pprof_add_weights(uint64_t a, uint64_t b) {
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* |value| */
static inline int64_t pprof_magnitude(int64_t value) {
    if (value == INT64_MIN) return INT64_MAX;
    return value < 0 ? -value : value;
}

/* A string's length for "%.*s", which takes an int: what is longer than any int is cut. */
static inline int pprof_print_length(size_t length) {
    return length > INT_MAX ? INT_MAX : (int)length;
}

#endif
