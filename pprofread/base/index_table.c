/* Takes hashes and indices; gives a table that stays at most three quarters full. */
#include "base/index_table.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

static void put_in_free_slot(uint64_t *slots, uint32_t capacity, uint64_t slot) {
    uint32_t i = (uint32_t)(slot >> 32) & (capacity - 1);
    while (slots[i] != 0) i = (i + 1) & (capacity - 1);
    slots[i] = slot;
}

static bool grow(pprof_index_table *table, pprof_status *status) {
    if (table->capacity > UINT32_MAX / 2) return pprof_fail(status, "a profile cannot hold more than 2^31 of a kind");
    uint32_t capacity = table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2;
    uint64_t *slots = calloc(capacity, sizeof *slots);
    if (slots == NULL) return pprof_fail(status, "out of memory (%u hash slots)", capacity);
    for (uint32_t i = 0; i < table->capacity; i++)
        if (table->slots[i] != 0) put_in_free_slot(slots, capacity, table->slots[i]);
    free(table->slots);
    table->slots = slots;
    table->capacity = capacity;
    return true;
}

bool pprof_insert_index(pprof_index_table *table, uint64_t hash, uint32_t index, pprof_status *status) {
    if (table->count >= table->capacity / 4 * 3 && !grow(table, status)) return false;
    put_in_free_slot(table->slots, table->capacity, (hash >> 32) << 32 | (index + 1));
    table->count++;
    return true;
}

void pprof_clear_index_table(pprof_index_table *table) {
    if (table->count != 0) memset(table->slots, 0, table->capacity * sizeof *table->slots);
    table->count = 0;
}

void pprof_free_index_table(pprof_index_table *table) {
    free(table->slots);
    *table = (pprof_index_table){0};
}

uint64_t pprof_hash_bytes(const void *bytes, size_t length) {
    const unsigned char *at = bytes;
    uint64_t hash = pprof_mix_hash(0, length);
    for (; length >= 8; length -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = pprof_mix_hash(hash, word);
    }
    uint64_t rest = 0;
    for (size_t i = 0; i < length; i++) rest = rest << 8 | at[i];
    return pprof_mix_hash(hash, rest);
}
