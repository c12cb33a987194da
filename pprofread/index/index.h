/* The index file, and what its readers and its writer share. Private to the library.
 *
 *   header      magic (12 bytes), version (4), the fields (8 each), the number of records in each section (8 each),
 *               crc32 of all that (4)
 *   sections    arrays of records of one size, in the order of pprof_section, without gaps
 *   checksums   for each CHUNK_SIZE bytes of the sections their crc32 (4), begun with the header's
 *
 * All numbers are little-endian. The sizes are fixed by the header, so that a file cut short shows at once. A chunk is
 * checked when it is first touched; a chunk of another index does not pass, since the header's crc32 is in it. What
 * the checksums protect from is accident: every number is also checked for its range before it is used, so that a file
 * made by an enemy gives wrong weights at worst.
 *
 *   section     record                                                                    bytes
 *   texts       length (4), the text, a NUL: referred to by its offset                        1
 *   functions   linkage name, source name, file, start line, flags                           20
 *   bodies      function, offset, column, inclusive (8), leaf (8), first self, selves,
 *               first call, calls                                                            44
 *   selves      offset, column, weight (8)                                                   16
 *   edges       caller, body of the call: the flat view's calls, heaviest first               8
 *   keys        crc32 of a name or file, function: in that order                              8
 *   buckets     for each value of a crc32's upper bits: the first key; one more at the end    4
 *   curves      weight (8), how many items have at least that (4), their sum (8): heaviest
 *               first, one record for each weight; of functions, of edges, of places         20
 */
#ifndef PPROF_INDEX_H
#define PPROF_INDEX_H

#include "index/lookup.h"

/* Of the format, and of what the library makes of a profile: raised when either changes, so that an index never says
 * anything else than its profile would. test_index.c notices. */
#define PPROF_INDEX_VERSION 2u
#define PPROF_INDEX_MAGIC "pgo-index\0\0\0"

enum { PPROF_MAGIC_SIZE = sizeof PPROF_INDEX_MAGIC - 1, PPROF_CHUNK_SIZE = 1024, PPROF_CHECKSUM_SIZE = 4 };

typedef enum pprof_section {
    SECTION_TEXTS,
    SECTION_FUNCTIONS,
    SECTION_BODIES,
    SECTION_SELVES,
    SECTION_EDGES,
    SECTION_KEYS,
    SECTION_BUCKETS,
    SECTION_FUNCTION_CURVE,
    SECTION_EDGE_CURVE,
    SECTION_PLACE_CURVE,
    SECTION_COUNT
} pprof_section;

/* The header's fields. */
typedef enum pprof_header_field {
    FIELD_FILE_SIZE,
    FIELD_TOTAL,
    FIELD_SAMPLES,
    FIELD_UNNAMED,
    FIELD_WITHOUT_LINE,
    FIELD_CONTEXT_MINIMUM,
    FIELD_TYPE, /* texts */
    FIELD_UNIT,
    FIELD_SAMPLED_FUNCTIONS, /* functions with selves */
    FIELD_UNCERTAIN_NAMES,   /* functions whose linkage name is not certain */
    FIELD_PROFILE_NAME,      /* a text; "": made from no file */
    FIELD_PROFILE_SIZE,
    FIELD_PROFILE_CHECKSUM,
    FIELD_PROFILE_ENDS,
    FIELD_COUNT
} pprof_header_field;

enum {
    PPROF_HEADER_SIZE =
        PPROF_MAGIC_SIZE + 4 + 8 * (unsigned)FIELD_COUNT + 8 * (unsigned)SECTION_COUNT + PPROF_CHECKSUM_SIZE,
    FLAG_LINES_ARE_ABSOLUTE = 1,
    FLAG_LINKAGE_IS_CERTAIN = 2,
};

size_t pprof_get_record_size(pprof_section section);

static inline pprof_section pprof_get_curve_section(pprof_curve curve) {
    if (curve == PPROF_CURVE_FUNCTIONS) return SECTION_FUNCTION_CURVE;
    return curve == PPROF_CURVE_EDGES ? SECTION_EDGE_CURVE : SECTION_PLACE_CURVE;
}

static inline uint64_t pprof_count_chunks(uint64_t sections_size) {
    return sections_size / PPROF_CHUNK_SIZE + (sections_size % PPROF_CHUNK_SIZE != 0);
}

/* crc32 of [size] bytes that follow what gave [before]. */
uint32_t pprof_checksum(uint32_t before, const void *bytes, size_t size);

/* Where a key goes: its bucket is the upper bits of this. */
static inline uint32_t pprof_get_key_hash(pprof_key_kind kind, const char *text, size_t length) {
    return pprof_checksum((uint32_t)kind, text, length);
}
static inline uint32_t pprof_get_bucket(uint32_t hash, uint32_t bucket_count) {
    return (uint32_t)((uint64_t)hash * bucket_count >> 32);
}

/* ---- open.c ------------------------------------------------------------------------------------------------------ */

/* An open index's bytes, and which of them have been checked. */
struct pprof_index_file {
    const char *path;
    const uint8_t *sections; /* behind the header */
    const uint8_t *checksums;
    bool *chunk_is_checked;
    uint64_t section_start[SECTION_COUNT + 1]; /* from [sections]; one more for the end */
    uint64_t fields[FIELD_COUNT], record_count[SECTION_COUNT];
    uint32_t header_checksum;
    pprof_status *status; /* of whoever opened it */
};

/* Record [number] of a section, checked; NULL when it is damaged, and the index's status says so. */
const uint8_t *pprof_reach_record(const pprof_index *index, pprof_section section, uint32_t number);

/* The number of records. */
uint32_t pprof_count_records(const pprof_index *index, pprof_section section);

/* The text at [offset] of the texts; "" when there is none, and the index's status says so. */
const char *pprof_reach_text(const pprof_index *index, uint64_t offset);

/* Fails the index: its numbers do not fit together. */
void pprof_fail_index(const pprof_index *index, const char *what);

#endif
