/* Takes pairs; gives them in order: small runs by insertion, large ones byte by byte from the least significant on.
 * Bytes that all pairs share are left out, and the values where they ascend already: pairs of one key stay in the order
 * that they come in. The profile decides sizes and keys, so nothing here may be quadratic in them. */
#include "base/sort.h"

#include <string.h>

enum { INSERTION_LIMIT = 24 };

static bool is_before(pprof_pair a, pprof_pair b) {
    return a.key != b.key ? a.key < b.key : a.value < b.value;
}

static bool is_sorted(const pprof_pair *pairs, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (is_before(pairs[i], pairs[i - 1])) return false;
    return true;
}

static void sort_by_insertion(pprof_pair *pairs, size_t count) {
    for (size_t i = 1; i < count; i++) {
        pprof_pair pair = pairs[i];
        size_t at = i;
        for (; at > 0 && is_before(pair, pairs[at - 1]); at--) pairs[at] = pairs[at - 1];
        pairs[at] = pair;
    }
}

/* Byte 0 is the lowest of the value, byte 15 the highest of the key. */
static unsigned get_byte(pprof_pair pair, unsigned byte) {
    return (unsigned)((byte < 8 ? pair.value >> 8 * byte : pair.key >> 8 * (byte - 8)) & 0xff);
}

static void sort_by_byte(const pprof_pair *from, pprof_pair *to, size_t count, unsigned byte) {
    size_t start[257] = {0};
    for (size_t i = 0; i < count; i++) start[get_byte(from[i], byte) + 1]++;
    for (unsigned value = 0; value < 256; value++) start[value + 1] += start[value];
    for (size_t i = 0; i < count; i++) to[start[get_byte(from[i], byte)]++] = from[i];
}

bool pprof_sort_pairs(pprof_pair *pairs, size_t count, pprof_list *spare, pprof_status *status) {
    if (is_sorted(pairs, count)) return true;
    if (count <= INSERTION_LIMIT) {
        sort_by_insertion(pairs, count);
        return true;
    }
    if (!pprof_reserve_items(spare, count, status)) return false;
    pprof_pair differing = {0, 0};
    bool values_ascend = true;
    for (size_t i = 1; i < count; i++) {
        differing.key |= pairs[i].key ^ pairs[0].key;
        differing.value |= pairs[i].value ^ pairs[0].value;
        values_ascend &= pairs[i - 1].value <= pairs[i].value;
    }
    if (values_ascend) differing.value = 0;
    pprof_pair *from = pairs, *to = spare->items;
    for (unsigned byte = 0; byte < 16; byte++) {
        if (get_byte(differing, byte) == 0) continue;
        sort_by_byte(from, to, count, byte);
        pprof_pair *done = from;
        from = to;
        to = done;
    }
    if (from != pairs) memcpy(pairs, from, count * sizeof *pairs);
    return true;
}
