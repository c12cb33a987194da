/* The stages of decoding, which decode.c lists. Private to the library. */
#ifndef PPROF_DECODE_H
#define PPROF_DECODE_H

#include "pprofread.h"
#include "profile/wire.h"

#include <stdalign.h>

/* Fields of the Profile message. */
enum {
    FIELD_SAMPLE_TYPE = 1,
    FIELD_SAMPLE,
    FIELD_MAPPING,
    FIELD_LOCATION,
    FIELD_FUNCTION,
    FIELD_STRING,
    FIELD_DROP_FRAMES,
    FIELD_KEEP_FRAMES,
    FIELD_TIME_NANOS,
    FIELD_DURATION_NANOS,
    FIELD_PERIOD_TYPE,
    FIELD_PERIOD,
    FIELD_COMMENT,
    FIELD_DEFAULT_SAMPLE_TYPE,
    FIELD_DOC_URL,
    FIELD_COUNT
};

/* More frames in one stack, or inlined functions at one address, than any profiler writes; it keeps one hostile message
 * from costing later stages what only a whole profile may. */
enum { MAXIMUM_FRAMES = 1 << 20 };

/* What protobuf-c may use for one message. A flat message of known fields needs a few hundred bytes. */
enum { UNPACK_ROOM = 1 << 14 };

/* Where in the file a kind of field occurs. */
typedef struct pprof_extent {
    uint32_t count;
    const uint8_t *first, *end;
    uint64_t value; /* of a varint: the last one */
} pprof_extent;

/* From the ids of one kind of message to indices in order of appearance. */
typedef struct pprof_id_map {
    uint64_t lowest, dense_count;
    uint32_t *dense; /* [id − lowest] where ids lie close together; NULL: that is the index itself */
    struct pprof_id_entry *sorted;
    uint32_t sorted_count;
} pprof_id_map;

typedef struct pprof_decoder {
    const char *path;
    const uint8_t *data;
    size_t size;
    pprof_profile *profile;
    pprof_arena *arena;
    pprof_arena scratch; /* what only decoding needs */
    pprof_status *status;
    pprof_extent extents[FIELD_COUNT];
    pprof_id_map mapping_ids, function_ids, location_ids;
    const uint8_t *kept_from; /* the bytes before it, back to the first sample, are gone; NULL: all are kept */
    size_t unpack_used;
    alignas(16) uint8_t unpack_room[UNPACK_ROOM];
} pprof_decoder;

/* ---- decode.c ---- */

/* "FILE: malformed profile: …, at byte N": where [at] points into the file. */
__attribute__((format(printf, 3, 4))) bool pprof_fail_decoding(pprof_decoder *decoder, const uint8_t *at,
                                                               const char *format, ...);

/* Explains a result that is neither a field nor the end. */
bool pprof_fail_wire(pprof_decoder *decoder, const uint8_t *at, wire_result result);

/* Range-checks a string index; [owner] and [role] are for the message. */
bool pprof_check_string(pprof_decoder *decoder, const uint8_t *at, int64_t value, const char *role, uint32_t *index);

/* The Profile's fields with this number, one after the other. */
wire_cursor pprof_find_messages(const pprof_decoder *decoder, uint32_t number);
bool pprof_next_message(wire_cursor *cursor, uint32_t number, wire_field *field);

/* Reads a flat message of varints: into [numbers] the values of the fields 1 to [count], 0 where there is none, the
 * last where there are several. [kind] is for the message. */
bool pprof_read_numbers(pprof_decoder *decoder, const wire_field *message, const char *kind, uint32_t count,
                        uint64_t *numbers);

/* ---- decode_tables.c, decode_samples.c ---- */

bool pprof_decode_types(pprof_decoder *decoder);
bool pprof_decode_mappings(pprof_decoder *decoder);
bool pprof_decode_functions(pprof_decoder *decoder);
bool pprof_decode_locations(pprof_decoder *decoder);
bool pprof_decode_samples(pprof_decoder *decoder);

/* ---- ids.c ---- */

/* The map of ids[i] to i. Refuses 0 and duplicates; [kind] is for the message. */
bool pprof_map_ids(pprof_decoder *decoder, const char *kind, const uint64_t *ids, uint32_t count, pprof_id_map *map);

uint32_t pprof_find_sorted_id(const pprof_id_map *map, uint64_t id);

/* The index of [id], or PPROF_NONE. */
static inline uint32_t pprof_find_id(const pprof_id_map *map, uint64_t id) {
    uint64_t offset = id - map->lowest;
    if (offset < map->dense_count) return map->dense == NULL ? (uint32_t)offset : map->dense[offset];
    return map->sorted_count == 0 ? PPROF_NONE : pprof_find_sorted_id(map, id);
}

#endif
