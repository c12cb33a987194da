/* A hash table that finds the index of an equal element in an array that somebody else keeps. Private to the library.
 * It stores 32 bits of each hash beside the index, so that growing never looks at an element. */
#ifndef PPROF_INDEX_TABLE_H
#define PPROF_INDEX_TABLE_H

#include "pprofread.h"

typedef struct pprof_index_table {
    uint64_t *slots;   /* upper half of the hash << 32 | index + 1; 0 is free. malloc's memory: it outgrows itself */
    uint32_t capacity; /* a power of two, or 0 */
    uint32_t count;
} pprof_index_table; /* zero-initialized */

/* Whether element [index] of [elements] is the one that [key] describes. */
typedef bool pprof_equals_key(const void *elements, uint32_t index, const void *key);

/* [hash] may be a small number as well as [word]: turned by half, it does not fall on the same bits. */
static inline uint64_t pprof_mix_hash(uint64_t hash, uint64_t word) {
    hash = ((hash << 32 | hash >> 32) ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return hash ^ hash >> 32;
}

/* The index that was added under an equal key, or PPROF_NONE. Inline, so that [equals] is too. */
static inline uint32_t pprof_find_index(const pprof_index_table *table, uint64_t hash, pprof_equals_key *equals,
                                        const void *elements, const void *key) {
    if (table->capacity == 0) return PPROF_NONE;
    uint32_t mask = table->capacity - 1;
    for (uint32_t i = (uint32_t)(hash >> 32) & mask;; i = (i + 1) & mask) {
        uint64_t slot = table->slots[i];
        if (slot == 0) return PPROF_NONE;
        if (slot >> 32 != hash >> 32) continue;
        uint32_t index = (uint32_t)slot - 1;
        if (equals(elements, index, key)) return index;
    }
}

/* Fetches the slot that the search for [hash] begins at: to be called some searches ahead, where a table is larger than
 * the cache. */
static inline void pprof_prefetch_slot(const pprof_index_table *table, uint64_t hash) {
    if (table->capacity != 0) __builtin_prefetch(&table->slots[(uint32_t)(hash >> 32) & (table->capacity - 1)]);
}

/* The index that the search for [hash] will most likely find, PPROF_NONE if it will find none: so that the element can
 * be fetched as well, once the slots are there. */
static inline uint32_t pprof_guess_index(const pprof_index_table *table, uint64_t hash) {
    if (table->capacity == 0) return PPROF_NONE;
    uint32_t mask = table->capacity - 1, i = (uint32_t)(hash >> 32) & mask;
    while (table->slots[i] != 0 && table->slots[i] >> 32 != hash >> 32) i = (i + 1) & mask;
    return (uint32_t)table->slots[i] - 1;
}

/* Adds an [index] whose key is not in the table yet. */
bool pprof_insert_index(pprof_index_table *table, uint64_t hash, uint32_t index, pprof_status *status);

/* Takes all out, and keeps the room. */
void pprof_clear_index_table(pprof_index_table *table);

void pprof_free_index_table(pprof_index_table *table);

/* Hash of [length] bytes. */
uint64_t pprof_hash_bytes(const void *bytes, size_t length);

#endif
