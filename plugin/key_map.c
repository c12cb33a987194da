/* Lookup tables for the location stage. Keys hold pointers, whose values differ from run to run: nothing may ever
 * walk such a table. */
#include "location.h"

static bool keys_equal(pgo_key a, pgo_key b) {
    return a.first == b.first && a.second == b.second && a.third == b.third;
}

static uint64_t hash_key(pgo_key key) {
    uint64_t hash = key.first * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 29 ^ key.second) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ hash >> 32 ^ key.third) * UINT64_C(0x94d049bb133111eb);
    return hash ^ hash >> 31;
}

/* The slot of [key], or the free one where it belongs. The table is never full. */
static pgo_key_slot *find_slot(const pgo_key_map *map, pgo_key key) {
    uint32_t mask = map->capacity - 1;
    for (uint32_t i = (uint32_t)hash_key(key) & mask;; i = (i + 1) & mask) {
        pgo_key_slot *slot = &map->slots[i];
        if (!slot->is_used || keys_equal(slot->key, key)) return slot;
    }
}

uint32_t pgo_find_key(const pgo_key_map *map, pgo_key key) {
    if (map->count == 0) return PGO_NONE;
    const pgo_key_slot *slot = find_slot(map, key);
    return slot->is_used ? slot->value : PGO_NONE;
}

static bool grow_map(pgo_key_map *map, pprof_arena *arena, pprof_status *status) {
    pgo_key_map larger = {.capacity = map->capacity == 0 ? 64 : map->capacity * 2, .count = map->count};
    larger.slots = pprof_allocate(arena, larger.capacity, sizeof *larger.slots, status);
    if (larger.slots == NULL) return false;
    for (uint32_t i = 0; i < map->capacity; i++)
        if (map->slots[i].is_used) *find_slot(&larger, map->slots[i].key) = map->slots[i];
    *map = larger;
    return true;
}

bool pgo_put_key(pgo_key_map *map, pgo_key key, uint32_t value, pprof_arena *arena, pprof_status *status) {
    if (map->count >= (UINT32_C(1) << 30)) return pprof_fail(status, "the module is too large for the plugin's tables");
    if (map->count >= map->capacity / 2 && !grow_map(map, arena, status)) return false;
    pgo_key_slot *slot = find_slot(map, key);
    if (!slot->is_used) map->count++;
    *slot = (pgo_key_slot){.key = key, .value = value, .is_used = true};
    return true;
}
