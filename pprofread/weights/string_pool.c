/* Takes strings; gives a number for each, the same for the same bytes, and their order by bytes. */
#include "weights/weigh.h"

#include <stdlib.h>
#include <string.h>

static bool string_equals(const void *elements, uint32_t index, const void *key) {
    const pprof_string *have = (const pprof_string *)elements + index, *wanted = key;
    return have->length == wanted->length &&
           (wanted->length == 0 || memcmp(have->text, wanted->text, have->length) == 0);
}

uint32_t pprof_find_string(const pprof_string_pool *pool, pprof_string string) {
    uint64_t hash = pprof_hash_bytes(string.text, string.length);
    return pprof_find_index(&pool->table, hash, string_equals, pool->strings, &string);
}

uint32_t pprof_intern_string(pprof_string_pool *pool, pprof_string string, pprof_status *status) {
    uint64_t hash = pprof_hash_bytes(string.text, string.length);
    uint32_t found = pprof_find_index(&pool->table, hash, string_equals, pool->strings, &string);
    if (found != PPROF_NONE) return found;
    if (pool->count == pool->capacity) {
        uint32_t capacity = pool->capacity == 0 ? 64 : pool->capacity * 2; /* the table's limit is below 2^32 / 2 */
        pprof_string *strings = realloc(pool->strings, capacity * sizeof *strings);
        if (strings == NULL) {
            pprof_fail(status, "out of memory (%u strings)", capacity);
            return PPROF_NONE;
        }
        pool->strings = strings;
        pool->capacity = capacity;
    }
    if (!pprof_insert_index(&pool->table, hash, pool->count, status)) return PPROF_NONE;
    pool->strings[pool->count] = string;
    return pool->count++;
}

static int compare_strings(const void *a, const void *b, void *pool) {
    const pprof_string *strings = ((const pprof_string_pool *)pool)->strings;
    const pprof_string *x = &strings[*(const uint32_t *)a], *y = &strings[*(const uint32_t *)b];
    size_t common = x->length < y->length ? x->length : y->length;
    int order = common == 0 ? 0 : memcmp(x->text, y->text, common);
    return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

bool pprof_rank_strings(pprof_string_pool *pool, pprof_status *status) {
    uint32_t count = pool->count;
    uint32_t *order = malloc((count + (size_t)1) * sizeof *order);
    uint32_t *ranks = malloc((count + (size_t)1) * sizeof *ranks);
    if (order == NULL || ranks == NULL) {
        free(order);
        free(ranks);
        return pprof_fail(status, "out of memory (order of %u strings)", count);
    }
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    qsort_r(order, count, sizeof *order, compare_strings, pool);
    for (uint32_t i = 0; i < count; i++) ranks[order[i]] = i;
    free(order);
    free(pool->ranks);
    pool->ranks = ranks;
    return true;
}

void pprof_free_string_pool(pprof_string_pool *pool) {
    free(pool->strings);
    free(pool->ranks);
    pprof_free_index_table(&pool->table);
    *pool = (pprof_string_pool){0};
}
