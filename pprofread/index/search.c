/* Takes a name or a file; gives the functions of an index that may have it. A name's place among the keys follows from
 * its checksum, so that a search touches a bucket and the few keys in it, however many functions there are. */
#include "base/little_endian.h"
#include "index/index.h"

pprof_key_search pprof_search_key(const pprof_index *index, pprof_key_kind kind, const char *text, size_t length) {
    pprof_key_search search = {.hash = pprof_get_key_hash(kind, text, length)};
    uint32_t bucket = pprof_get_bucket(search.hash, pprof_count_records(index, SECTION_BUCKETS) - 1);
    const uint8_t *first = pprof_reach_record(index, SECTION_BUCKETS, bucket);
    const uint8_t *end = pprof_reach_record(index, SECTION_BUCKETS, bucket + 1);
    if (first == NULL || end == NULL) return search;
    search.next = pprof_load_32(first);
    search.end = pprof_load_32(end);
    if (search.end > pprof_count_records(index, SECTION_KEYS)) {
        pprof_fail_index(index, "a bucket lies outside");
        search.end = search.next;
    }
    return search;
}

uint32_t pprof_next_function(const pprof_index *index, pprof_key_search *search) {
    while (search->next < search->end) {
        const uint8_t *key = pprof_reach_record(index, SECTION_KEYS, search->next++);
        if (key == NULL) break;
        if (pprof_load_32(key) != search->hash) continue;
        uint32_t function = pprof_load_32(key + 4);
        if (function < index->function_count) return function;
        pprof_fail_index(index, "a key leads nowhere");
    }
    return PPROF_NONE;
}
