/* Takes the ids of all messages of a kind, in order; gives a map from id to index.
 * Ids are arbitrary 64-bit numbers, but nearly every producer counts them up or down from somewhere: up needs no map,
 * and else the map is an array. Of other ids it is a sorted list, so that no choice of ids costs more than a few bytes
 * and steps each. */
#include "profile/decode.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DENSE_SLACK = 64 };

typedef struct pprof_id_entry {
    uint64_t id;
    uint32_t index;
} id_entry;

static int compare_ids(const void *a, const void *b) {
    const id_entry *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static bool fail_duplicate(pprof_decoder *decoder, const char *kind, uint64_t id) {
    return pprof_fail(decoder->status, "%s: malformed profile: two %ss have the id %" PRIu64, decoder->path, kind, id);
}

static bool map_sorted(pprof_decoder *decoder, const char *kind, const uint64_t *ids, uint32_t count,
                       pprof_id_map *map) {
    map->sorted = pprof_allocate(&decoder->scratch, count, sizeof *map->sorted, decoder->status);
    if (map->sorted == NULL) return false;
    map->sorted_count = count;
    for (uint32_t i = 0; i < count; i++) map->sorted[i] = (id_entry){ids[i], i};
    qsort(map->sorted, count, sizeof *map->sorted, compare_ids);
    for (uint32_t i = 1; i < count; i++)
        if (map->sorted[i].id == map->sorted[i - 1].id) return fail_duplicate(decoder, kind, map->sorted[i].id);
    return true;
}

bool pprof_map_ids(pprof_decoder *decoder, const char *kind, const uint64_t *ids, uint32_t count, pprof_id_map *map) {
    if (count == 0) return true;
    uint64_t lowest = UINT64_MAX, highest = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (ids[i] == 0)
            return pprof_fail(decoder->status, "%s: malformed profile: a %s has the id 0, which means none",
                              decoder->path, kind);
        if (ids[i] < lowest) lowest = ids[i];
        if (ids[i] > highest) highest = ids[i];
    }
    if (highest - lowest >= (uint64_t)count * 2 + DENSE_SLACK) return map_sorted(decoder, kind, ids, count, map);

    map->lowest = lowest;
    map->dense_count = highest - lowest + 1;
    bool counts_up = true;
    for (uint32_t i = 0; i < count; i++) counts_up &= ids[i] == lowest + i;
    if (counts_up) return true;
    map->dense = pprof_allocate(&decoder->scratch, map->dense_count, sizeof *map->dense, decoder->status);
    if (map->dense == NULL) return false;
    for (uint64_t i = 0; i < map->dense_count; i++) map->dense[i] = PPROF_NONE;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *slot = &map->dense[ids[i] - lowest];
        if (*slot != PPROF_NONE) return fail_duplicate(decoder, kind, ids[i]);
        *slot = i;
    }
    return true;
}

uint32_t pprof_find_sorted_id(const pprof_id_map *map, uint64_t id) {
    uint32_t low = 0, high = map->sorted_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (map->sorted[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->sorted_count && map->sorted[low].id == id ? map->sorted[low].index : PPROF_NONE;
}
