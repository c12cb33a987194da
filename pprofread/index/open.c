/* Takes the bytes of an index; gives its elements one by one, each checked when it is asked for: whether its bytes are
 * as they were written, and whether its numbers lie within the index.
 *
 * Cannot know whether bodies are a tree: one that is its own caller is refused here, one with two callers is not. */
#include "base/little_endian.h"
#include "index/index.h"

#include <assert.h>
#include <string.h>
#include <zlib.h>

static const char REMEDY[] = "make it again with `pprofread index`";

uint32_t pprof_checksum(uint32_t before, const void *bytes, size_t size) {
    return (uint32_t)crc32_z(before, bytes, size);
}

size_t pprof_get_record_size(pprof_section section) {
    static const uint8_t sizes[SECTION_COUNT] = {
        [SECTION_TEXTS] = 1, [SECTION_FUNCTIONS] = 20, [SECTION_BODIES] = 44, [SECTION_SELVES] = 16,
        [SECTION_EDGES] = 8, [SECTION_KEYS] = 8,       [SECTION_BUCKETS] = 4,
    };
    enum { CURVE_POINT_SIZE = 20 };
    return section >= SECTION_FUNCTION_CURVE ? CURVE_POINT_SIZE : sizes[section];
}

void pprof_fail_index(const pprof_index *index, const char *what) {
    pprof_fail(index->file->status, "%s: corrupt index: %s; %s", index->file->path, what, REMEDY);
}

/* ---- checked bytes ----------------------------------------------------------------------------------------------- */

static bool check_chunk(const pprof_index *index, uint64_t chunk) {
    const struct pprof_index_file *file = index->file;
    uint64_t start = chunk * PPROF_CHUNK_SIZE, left = file->section_start[SECTION_COUNT] - start;
    size_t size = left < PPROF_CHUNK_SIZE ? (size_t)left : PPROF_CHUNK_SIZE;
    uint32_t checksum = pprof_checksum(file->header_checksum, file->sections + start, size);
    if (checksum != pprof_load_32(file->checksums + chunk * PPROF_CHECKSUM_SIZE)) {
        pprof_fail_index(index, "a checksum does not agree");
        return false;
    }
    file->chunk_is_checked[chunk] = true;
    return true;
}

/* [size] bytes at [start] of the sections, NULL when they are damaged or something else was. */
static const uint8_t *reach_bytes(const pprof_index *index, uint64_t start, uint64_t size) {
    const struct pprof_index_file *file = index->file;
    if (file->status->failed) return NULL;
    for (uint64_t chunk = start / PPROF_CHUNK_SIZE; chunk * PPROF_CHUNK_SIZE < start + size; chunk++)
        if (!file->chunk_is_checked[chunk] && !check_chunk(index, chunk)) return NULL;
    return file->sections + start;
}

uint32_t pprof_count_records(const pprof_index *index, pprof_section section) {
    return (uint32_t)index->file->record_count[section];
}

const uint8_t *pprof_reach_record(const pprof_index *index, pprof_section section, uint32_t number) {
    assert(number < pprof_count_records(index, section));
    size_t size = pprof_get_record_size(section);
    return reach_bytes(index, index->file->section_start[section] + (uint64_t)number * size, size);
}

const char *pprof_reach_text(const pprof_index *index, uint64_t offset) {
    enum { LENGTH_SIZE = 4 };
    uint64_t start = index->file->section_start[SECTION_TEXTS], room = pprof_count_records(index, SECTION_TEXTS);
    const char *fault = "a text lies outside";
    if (room >= LENGTH_SIZE && offset <= room - LENGTH_SIZE) {
        const uint8_t *record = reach_bytes(index, start + offset, LENGTH_SIZE);
        if (record == NULL) return "";
        uint64_t length = pprof_load_32(record);
        room -= offset + LENGTH_SIZE;
        if (length < room) {
            const uint8_t *text = reach_bytes(index, start + offset + LENGTH_SIZE, length + 1);
            if (text == NULL) return "";
            if (text[length] == '\0') return (const char *)text;
            fault = "a text does not end";
        }
    }
    pprof_fail_index(index, fault);
    return "";
}

/* ---- elements ---------------------------------------------------------------------------------------------------- */

pprof_weight_function pprof_get_weight_function(const pprof_index *index, uint32_t number) {
    const uint8_t *record = pprof_reach_record(index, SECTION_FUNCTIONS, number);
    if (record == NULL) return (pprof_weight_function){.linkage_name = "", .source_name = "", .file = ""};
    uint32_t flags = pprof_load_32(record + 16);
    return (pprof_weight_function){
        .linkage_name = pprof_reach_text(index, pprof_load_32(record)),
        .source_name = pprof_reach_text(index, pprof_load_32(record + 4)),
        .file = pprof_reach_text(index, pprof_load_32(record + 8)),
        .start_line = (int32_t)pprof_load_32(record + 12),
        .lines_are_absolute = (flags & FLAG_LINES_ARE_ABSOLUTE) != 0,
        .linkage_is_certain = (flags & FLAG_LINKAGE_IS_CERTAIN) != 0,
    };
}

static pprof_place load_place(const uint8_t *bytes) {
    return (pprof_place){(int32_t)pprof_load_32(bytes), pprof_load_32(bytes + 4)};
}

static bool is_range(uint32_t first, uint32_t count, uint32_t end) {
    return first <= end && count <= end - first;
}

pprof_body pprof_get_body(const pprof_index *index, uint32_t number) {
    const uint8_t *record = pprof_reach_record(index, SECTION_BODIES, number);
    if (record == NULL) return (pprof_body){0};
    pprof_body body = {
        .function = pprof_load_32(record),
        .place = load_place(record + 4),
        .inclusive = pprof_load_64(record + 12),
        .leaf = pprof_load_64(record + 20),
        .first_self = pprof_load_32(record + 28),
        .self_count = pprof_load_32(record + 32),
        .first_call = pprof_load_32(record + 36),
        .call_count = pprof_load_32(record + 40),
    };
    bool is_root = number < index->function_count;
    if (body.function < index->function_count && (!is_root || body.function == number) &&
        is_range(body.first_self, body.self_count, index->self_count) &&
        is_range(body.first_call, body.call_count, index->body_count) &&
        (body.call_count == 0 || body.first_call > number))
        return body;
    pprof_fail_index(index, "a body refers to what cannot be");
    return (pprof_body){0};
}

pprof_self pprof_get_self(const pprof_index *index, uint32_t number) {
    const uint8_t *record = pprof_reach_record(index, SECTION_SELVES, number);
    return record == NULL ? (pprof_self){0} : (pprof_self){load_place(record), pprof_load_64(record + 8)};
}

pprof_hot_edge pprof_get_edge(const pprof_index *index, uint32_t rank) {
    const uint8_t *record = pprof_reach_record(index, SECTION_EDGES, rank);
    if (record == NULL) return (pprof_hot_edge){0};
    uint32_t caller = pprof_load_32(record), call = pprof_load_32(record + 4);
    if (caller >= index->function_count || call >= index->body_count) {
        pprof_fail_index(index, "an edge refers to what cannot be");
        return (pprof_hot_edge){0};
    }
    pprof_body body = pprof_get_body(index, call);
    return (pprof_hot_edge){caller, body.function, call, body.place, body.leaf, body.inclusive};
}

pprof_origin pprof_get_origin(const pprof_index *index) {
    const uint64_t *fields = index->file->fields;
    return (pprof_origin){pprof_reach_text(index, fields[FIELD_PROFILE_NAME]), fields[FIELD_PROFILE_SIZE],
                          (uint32_t)fields[FIELD_PROFILE_CHECKSUM], (uint32_t)fields[FIELD_PROFILE_ENDS]};
}

/* ---- the header -------------------------------------------------------------------------------------------------- */

/* Reads the header at [data] into [file]. */
static bool read_header(const uint8_t *data, size_t size, struct pprof_index_file *file) {
    const uint8_t *at = data + PPROF_MAGIC_SIZE;
    if (size < PPROF_MAGIC_SIZE || memcmp(data, PPROF_INDEX_MAGIC, PPROF_MAGIC_SIZE) != 0)
        return pprof_fail(file->status, "%s: this is no index: %s", file->path, REMEDY);
    if (size >= PPROF_MAGIC_SIZE + 4 && pprof_load_32(at) != PPROF_INDEX_VERSION)
        return pprof_fail(file->status, "%s: an index of version %u, where this libpgo reads version %u; %s",
                          file->path, pprof_load_32(at), PPROF_INDEX_VERSION, REMEDY);
    if (size < PPROF_HEADER_SIZE)
        return pprof_fail(file->status, "%s: truncated index: it ends at byte %zu, in its header; copy it again",
                          file->path, size);
    at += 4;
    for (size_t i = 0; i < FIELD_COUNT; i++, at += 8) file->fields[i] = pprof_load_64(at);
    for (size_t i = 0; i < SECTION_COUNT; i++, at += 8) file->record_count[i] = pprof_load_64(at);
    file->header_checksum = pprof_checksum(0, data, (size_t)(at - data));
    if (file->header_checksum == pprof_load_32(at)) return true;
    return pprof_fail(file->status, "%s: corrupt index: the header's checksum does not agree; %s", file->path, REMEDY);
}

/* Finds the sections; the numbers of the header must give the file's size. */
static bool find_sections(const uint8_t *data, size_t size, struct pprof_index_file *file) {
    uint64_t start = 0;
    for (pprof_section section = 0; section < SECTION_COUNT; section++) {
        uint64_t count = file->record_count[section];
        if (count >= PPROF_NONE)
            return pprof_fail(file->status, "%s: corrupt index: a section is too large; %s", file->path, REMEDY);
        file->section_start[section] = start;
        start += count * pprof_get_record_size(section);
    }
    file->section_start[SECTION_COUNT] = start;
    file->sections = data + PPROF_HEADER_SIZE;
    uint64_t wanted = PPROF_HEADER_SIZE + start + pprof_count_chunks(start) * PPROF_CHECKSUM_SIZE;
    if (file->fields[FIELD_FILE_SIZE] != wanted)
        return pprof_fail(file->status, "%s: corrupt index: its sizes do not agree; %s", file->path, REMEDY);
    if (size != wanted)
        return pprof_fail(file->status, "%s: %s index: %zu bytes, where the header says %llu; copy it again",
                          file->path, size < wanted ? "truncated" : "corrupt", size, (unsigned long long)wanted);
    file->checksums = file->sections + start;
    return true;
}

bool pprof_open_index(const char *path, const void *data, size_t size, pprof_arena *arena, pprof_index *index,
                      pprof_status *status) {
    *index = (pprof_index){0};
    struct pprof_index_file *file = pprof_allocate(arena, 1, sizeof *file, status);
    if (file == NULL) return false;
    *file = (struct pprof_index_file){.path = path, .status = status};
    if (!read_header(data, size, file) || !find_sections(data, size, file)) return false;
    uint64_t chunks = pprof_count_chunks(file->section_start[SECTION_COUNT]);
    file->chunk_is_checked = pprof_allocate(arena, chunks, sizeof(bool), status);
    if (file->chunk_is_checked == NULL) return false;
    const uint64_t *fields = file->fields;
    index->file = file;
    index->function_count = pprof_count_records(index, SECTION_FUNCTIONS);
    index->body_count = pprof_count_records(index, SECTION_BODIES);
    index->self_count = pprof_count_records(index, SECTION_SELVES);
    index->edge_count = pprof_count_records(index, SECTION_EDGES);
    index->total = fields[FIELD_TOTAL];
    index->sample_count = fields[FIELD_SAMPLES];
    index->unnamed = fields[FIELD_UNNAMED];
    index->without_line = fields[FIELD_WITHOUT_LINE];
    index->context_minimum = fields[FIELD_CONTEXT_MINIMUM];
    index->sampled_function_count =
        fields[FIELD_SAMPLED_FUNCTIONS] > UINT32_MAX ? 0 : (uint32_t)fields[FIELD_SAMPLED_FUNCTIONS];
    index->has_uncertain_names = fields[FIELD_UNCERTAIN_NAMES] != 0;
    index->type = pprof_reach_text(index, fields[FIELD_TYPE]);
    index->unit = pprof_reach_text(index, fields[FIELD_UNIT]);
    if (index->body_count < index->function_count || (index->body_count != 0 && index->function_count == 0) ||
        pprof_count_records(index, SECTION_BUCKETS) < 2)
        pprof_fail_index(index, "its sizes do not agree");
    return !status->failed;
}
