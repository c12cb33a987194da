/* Numbers for a few of very many elements: a module's share of a profile's functions and bodies. An open hash table
 * that is at most half full. */
#include "plugin.h"

#include <string.h>

/* The slot of [element], or the free one where it belongs. */
static pgo_sparse_slot *find_slot(const pgo_sparse *sparse, uint32_t element) {
    uint32_t mask = sparse->capacity - 1, hash = element * UINT32_C(0x9e3779b9);
    for (uint32_t i = (hash ^ hash >> 15) & mask;; i = (i + 1) & mask) {
        pgo_sparse_slot *slot = &sparse->slots[i];
        if (!slot->is_used || slot->element == element) return slot;
    }
}

uint64_t pgo_get_sparse(const pgo_sparse *sparse, uint32_t element) {
    if (sparse->count == 0) return 0;
    const pgo_sparse_slot *slot = find_slot(sparse, element);
    return slot->is_used ? slot->value : 0;
}

uint64_t *pgo_reach_sparse(pgo_sparse *sparse, uint32_t element, pprof_arena *arena, pprof_status *status) {
    if (sparse->count == sparse->capacity / 2) {
        pgo_sparse larger = {.capacity = sparse->capacity == 0 ? 64 : sparse->capacity * 2, .count = sparse->count};
        if (sparse->count < UINT32_C(1) << 30)
            larger.slots = pprof_allocate(arena, larger.capacity, sizeof *larger.slots, status);
        if (larger.slots == NULL) {
            pprof_fail(status, "the profile's share in the module is too large for the plugin's tables");
            return NULL;
        }
        for (uint32_t i = 0; i < sparse->capacity; i++)
            if (sparse->slots[i].is_used) *find_slot(&larger, sparse->slots[i].element) = sparse->slots[i];
        *sparse = larger;
    }
    pgo_sparse_slot *slot = find_slot(sparse, element);
    if (!slot->is_used) {
        *slot = (pgo_sparse_slot){.element = element, .is_used = true};
        sparse->count++;
    }
    return &slot->value;
}
