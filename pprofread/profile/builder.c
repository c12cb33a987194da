/* Takes strings, mappings, functions, locations and samples one by one; gives a pprof_profile in which equal ones are
 * one, in order of first use, so that the same calls give the same profile on any machine.
 *
 * All memory is the arena's and grows by doubling, so that a run that fails halfway leaks nothing. Cannot know what a
 * caller holds equal beyond the fields (merge.c does). */
#include "profile/builder.h"
#include "base/arena.h"
#include "base/saturate.h"
#include "profile/wire.h"

#include <assert.h>
#include <string.h>

/* An array of elements of [size] bytes. */
typedef struct list {
    void *items;
    uint32_t count, capacity;
    size_t size;
} list;

/* Open addressing over the elements of one list: a slot holds index + 1, or 0 when it is free. */
typedef struct hash_table {
    uint32_t *slots;
    uint32_t capacity; /* a power of two */
    list hashes;       /* uint32_t each: of every element, so that growing needs no element */
} hash_table;

struct pprof_builder {
    pprof_arena *arena;
    list string_data, string_offsets;
    list sample_types, mappings, functions, locations, lines;
    list first_location, sample_locations, first_label, labels, values;
    hash_table string_table, mapping_table, function_table, location_table, sample_table;
};

/* ---- lists ---- */

/* Room for [count] more elements, counted; NULL with [status] set when memory is out. */
static void *append(pprof_builder *builder, list *list, uint32_t count, pprof_status *status) {
    uint64_t need = (uint64_t)list->count + count;
    if (need >= PPROF_NONE) {
        pprof_fail(status, "a profile cannot hold more than 2^32 - 2 of a kind");
        return NULL;
    }
    if (need > list->capacity || list->items == NULL) {
        uint64_t capacity = list->capacity == 0 ? 16 : (uint64_t)list->capacity * 2;
        if (capacity < need) capacity = need;
        if (capacity > PPROF_NONE) capacity = PPROF_NONE;
        void *items = pprof_arena_resize(builder->arena, list->items, capacity, list->size, status);
        if (items == NULL) return NULL;
        list->items = items;
        list->capacity = (uint32_t)capacity;
    }
    void *added = (char *)list->items + list->count * list->size;
    list->count = (uint32_t)need;
    return added;
}

/* ---- hash tables ---- */

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
    return hash ^ hash >> 32;
}

static uint64_t mix_bytes(uint64_t hash, const void *bytes, size_t size) {
    const char *at = bytes;
    for (; size >= 8; size -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = mix(hash, word);
    }
    uint64_t rest = size;
    for (size_t i = 0; i < size; i++) rest = rest << 8 | (uint8_t)at[i];
    return mix(hash, rest);
}

/* Whether element [index] of the builder is what [key] describes. */
typedef bool equals_key(const pprof_builder *builder, uint32_t index, const void *key);

static uint32_t find(const pprof_builder *builder, const hash_table *table, uint64_t hash, equals_key *equals,
                     const void *key) {
    if (table->capacity == 0) return PPROF_NONE;
    const uint32_t *hashes = table->hashes.items;
    for (uint32_t slot = (uint32_t)hash & (table->capacity - 1);; slot = (slot + 1) & (table->capacity - 1)) {
        if (table->slots[slot] == 0) return PPROF_NONE;
        uint32_t index = table->slots[slot] - 1;
        if (hashes[index] == (uint32_t)hash && equals(builder, index, key)) return index;
    }
}

static void put_in_slot(hash_table *table, uint32_t hash, uint32_t index) {
    uint32_t slot = hash & (table->capacity - 1);
    while (table->slots[slot] != 0) slot = (slot + 1) & (table->capacity - 1);
    table->slots[slot] = index + 1;
}

/* Makes the next element known to [table], which stays at most half full. */
static bool insert(pprof_builder *builder, hash_table *table, uint64_t hash, pprof_status *status) {
    uint32_t index = table->hashes.count;
    uint32_t *stored = append(builder, &table->hashes, 1, status);
    if (stored == NULL) return false;
    *stored = (uint32_t)hash;
    if (index < table->capacity / 2) {
        put_in_slot(table, *stored, index);
        return true;
    }
    if (table->capacity > UINT32_MAX / 2) return pprof_fail(status, "a profile cannot hold more than 2^30 of a kind");
    uint32_t capacity = table->capacity == 0 ? 64 : table->capacity * 2;
    uint32_t *slots = pprof_arena_resize(builder->arena, table->slots, capacity, sizeof *slots, status);
    if (slots == NULL) return false;
    memset(slots, 0, capacity * sizeof *slots);
    table->slots = slots;
    table->capacity = capacity;
    const uint32_t *hashes = table->hashes.items;
    for (uint32_t i = 0; i <= index; i++) put_in_slot(table, hashes[i], i);
    return true;
}

/* ---- strings and sample types ---- */

static pprof_string string_at(const pprof_builder *builder, uint32_t index) {
    const uint8_t *data = builder->string_data.items;
    const uint32_t *offsets = builder->string_offsets.items;
    const uint8_t *at = data + offsets[index];
    uint64_t length = 0;
    (void)wire_read_varint(&at, data + builder->string_data.count, &length);
    return (pprof_string){(const char *)at, (size_t)length};
}

static bool string_equals_key(const pprof_builder *builder, uint32_t index, const void *key) {
    const pprof_string *wanted = key;
    pprof_string have = string_at(builder, index);
    return have.length == wanted->length && (have.length == 0 || memcmp(have.text, wanted->text, have.length) == 0);
}

uint32_t pprof_add_string(pprof_builder *builder, const char *text, size_t length, pprof_status *status) {
    pprof_string key = {text, length};
    uint64_t hash = mix_bytes(0, text, length);
    uint32_t index = find(builder, &builder->string_table, hash, string_equals_key, &key);
    if (index != PPROF_NONE) return index;

    if (length > UINT32_MAX - WIRE_VARINT_SIZE) {
        pprof_fail(status, "a string of %zu bytes is too long for a profile", length);
        return PPROF_NONE;
    }
    uint8_t prefix[WIRE_VARINT_SIZE];
    size_t prefix_size = wire_write_varint(prefix, length);
    uint32_t offset = builder->string_data.count;
    uint8_t *data = append(builder, &builder->string_data, (uint32_t)(prefix_size + length), status);
    uint32_t *stored = data == NULL ? NULL : append(builder, &builder->string_offsets, 1, status);
    if (stored == NULL || !insert(builder, &builder->string_table, hash, status)) return PPROF_NONE;
    memcpy(data, prefix, prefix_size);
    if (length != 0) memcpy(data + prefix_size, text, length);
    *stored = offset;
    return builder->string_offsets.count - 1;
}

uint32_t pprof_add_sample_type(pprof_builder *builder, const char *type, const char *unit, pprof_status *status) {
    assert(builder->sample_table.hashes.count == 0 && "the sample types come before the samples");
    uint32_t type_string = pprof_add_string(builder, type, strlen(type), status);
    uint32_t unit_string = pprof_add_string(builder, unit, strlen(unit), status);
    if (type_string == PPROF_NONE || unit_string == PPROF_NONE) return PPROF_NONE;
    pprof_value_type *added = append(builder, &builder->sample_types, 1, status);
    if (added == NULL) return PPROF_NONE;
    *added = (pprof_value_type){type_string, unit_string};
    return builder->sample_types.count - 1;
}

/* ---- mappings and functions ---- */

static bool mapping_equals_key(const pprof_builder *builder, uint32_t index, const void *key) {
    const pprof_mapping *a = (const pprof_mapping *)builder->mappings.items + index, *b = key;
    return a->memory_start == b->memory_start && a->memory_limit == b->memory_limit &&
           a->file_offset == b->file_offset && a->filename_string == b->filename_string &&
           a->build_id_string == b->build_id_string && a->has_functions == b->has_functions &&
           a->has_filenames == b->has_filenames && a->has_line_numbers == b->has_line_numbers &&
           a->has_inline_frames == b->has_inline_frames;
}

uint32_t pprof_add_mapping(pprof_builder *builder, const pprof_mapping *mapping, pprof_status *status) {
    assert(mapping->filename_string < builder->string_offsets.count);
    assert(mapping->build_id_string < builder->string_offsets.count);
    uint64_t hash = mix(mix(mapping->memory_start, mapping->memory_limit), mapping->file_offset);
    hash = mix(hash, (uint64_t)mapping->filename_string << 32 | mapping->build_id_string);
    uint32_t index = find(builder, &builder->mapping_table, hash, mapping_equals_key, mapping);
    if (index != PPROF_NONE) return index;

    pprof_mapping *added = append(builder, &builder->mappings, 1, status);
    if (added == NULL || !insert(builder, &builder->mapping_table, hash, status)) return PPROF_NONE;
    *added = *mapping;
    return builder->mappings.count - 1;
}

const pprof_mapping *pprof_get_built_mapping(const pprof_builder *builder, uint32_t index) {
    assert(index < builder->mappings.count);
    return (const pprof_mapping *)builder->mappings.items + index;
}

static bool function_equals_key(const pprof_builder *builder, uint32_t index, const void *key) {
    const pprof_function *a = (const pprof_function *)builder->functions.items + index, *b = key;
    return a->name_string == b->name_string && a->system_name_string == b->system_name_string &&
           a->filename_string == b->filename_string && a->start_line == b->start_line;
}

uint32_t pprof_add_function(pprof_builder *builder, const pprof_function *function, pprof_status *status) {
    assert(function->name_string < builder->string_offsets.count);
    assert(function->system_name_string < builder->string_offsets.count);
    assert(function->filename_string < builder->string_offsets.count);
    uint64_t hash = mix((uint64_t)function->name_string << 32 | function->system_name_string,
                        (uint64_t)function->start_line << 32 ^ function->filename_string);
    uint32_t index = find(builder, &builder->function_table, hash, function_equals_key, function);
    if (index != PPROF_NONE) return index;

    pprof_function *added = append(builder, &builder->functions, 1, status);
    if (added == NULL || !insert(builder, &builder->function_table, hash, status)) return PPROF_NONE;
    *added = *function;
    return builder->functions.count - 1;
}

/* ---- locations ---- */

typedef struct location_key {
    const pprof_location *location;
    const pprof_line *lines;
} location_key;

static bool location_equals_key(const pprof_builder *builder, uint32_t index, const void *key) {
    const pprof_location *a = (const pprof_location *)builder->locations.items + index;
    const location_key *wanted = key;
    const pprof_location *b = wanted->location;
    if (a->address != b->address || a->mapping != b->mapping || a->line_count != b->line_count ||
        a->is_folded != b->is_folded)
        return false;
    const pprof_line *lines = (const pprof_line *)builder->lines.items + a->first_line;
    for (uint32_t i = 0; i < a->line_count; i++)
        if (lines[i].line != wanted->lines[i].line || lines[i].column != wanted->lines[i].column ||
            lines[i].function != wanted->lines[i].function)
            return false;
    return true;
}

uint32_t pprof_add_location(pprof_builder *builder, const pprof_location *location, const pprof_line *lines,
                            pprof_status *status) {
    assert(location->mapping == PPROF_NONE || location->mapping < builder->mappings.count);
    uint64_t hash = mix(location->address, (uint64_t)location->mapping << 1 | location->is_folded);
    for (uint32_t i = 0; i < location->line_count; i++) {
        assert(lines[i].function < builder->functions.count);
        hash = mix(mix(mix(hash, (uint64_t)lines[i].line), (uint64_t)lines[i].column), lines[i].function);
    }
    location_key key = {location, lines};
    uint32_t index = find(builder, &builder->location_table, hash, location_equals_key, &key);
    if (index != PPROF_NONE) return index;

    pprof_location *added = append(builder, &builder->locations, 1, status);
    if (added == NULL || !insert(builder, &builder->location_table, hash, status)) return PPROF_NONE;
    *added = *location;
    added->first_line = builder->lines.count;
    pprof_line *added_lines = append(builder, &builder->lines, location->line_count, status);
    if (added_lines == NULL) return PPROF_NONE;
    if (location->line_count != 0) memcpy(added_lines, lines, location->line_count * sizeof *lines);
    return builder->locations.count - 1;
}

/* ---- samples ---- */

typedef struct sample_key {
    const uint32_t *locations;
    const pprof_label *labels;
    uint32_t location_count, label_count;
} sample_key;

static bool sample_equals_key(const pprof_builder *builder, uint32_t index, const void *key) {
    const sample_key *wanted = key;
    /* The last sample ends where its list ends: the closing bound is only written by pprof_finish_builder. */
    bool is_last = index + 1 == builder->first_location.count;
    const uint32_t *first_location = (const uint32_t *)builder->first_location.items + index;
    const uint32_t *first_label = (const uint32_t *)builder->first_label.items + index;
    uint32_t location_end = is_last ? builder->sample_locations.count : first_location[1];
    uint32_t label_end = is_last ? builder->labels.count : first_label[1];
    if (location_end - *first_location != wanted->location_count || label_end - *first_label != wanted->label_count)
        return false;
    const uint32_t *locations = (const uint32_t *)builder->sample_locations.items + *first_location;
    if (wanted->location_count != 0 &&
        memcmp(locations, wanted->locations, wanted->location_count * sizeof *locations) != 0)
        return false;
    const pprof_label *labels = (const pprof_label *)builder->labels.items + *first_label;
    for (uint32_t i = 0; i < wanted->label_count; i++)
        if (labels[i].number != wanted->labels[i].number || labels[i].key_string != wanted->labels[i].key_string ||
            labels[i].text_string != wanted->labels[i].text_string ||
            labels[i].unit_string != wanted->labels[i].unit_string)
            return false;
    return true;
}

static uint64_t hash_sample(const sample_key *key) {
    uint64_t hash = mix_bytes(key->label_count, key->locations, key->location_count * sizeof *key->locations);
    for (uint32_t i = 0; i < key->label_count; i++) {
        const pprof_label *label = &key->labels[i];
        hash = mix(mix(hash, (uint64_t)label->number), (uint64_t)label->key_string << 32 | label->text_string);
        hash = mix(hash, label->unit_string);
    }
    return hash;
}

static bool append_sample(pprof_builder *builder, const sample_key *key, const int64_t *values, pprof_status *status) {
    uint32_t location_start = builder->sample_locations.count, label_start = builder->labels.count;
    uint32_t type_count = builder->sample_types.count;
    uint32_t *first_location = append(builder, &builder->first_location, 1, status);
    uint32_t *first_label = append(builder, &builder->first_label, 1, status);
    uint32_t *locations = append(builder, &builder->sample_locations, key->location_count, status);
    pprof_label *labels = append(builder, &builder->labels, key->label_count, status);
    int64_t *added_values = append(builder, &builder->values, type_count, status);
    if (first_location == NULL || first_label == NULL || locations == NULL || labels == NULL || added_values == NULL)
        return false;
    *first_location = location_start;
    *first_label = label_start;
    if (key->location_count != 0) memcpy(locations, key->locations, key->location_count * sizeof *locations);
    if (key->label_count != 0) memcpy(labels, key->labels, key->label_count * sizeof *labels);
    if (type_count != 0) memcpy(added_values, values, type_count * sizeof *values);
    return true;
}

uint32_t pprof_add_sample(pprof_builder *builder, const uint32_t *locations, uint32_t location_count,
                          const int64_t *values, const pprof_label *labels, uint32_t label_count,
                          pprof_status *status) {
    for (uint32_t i = 0; i < location_count; i++) assert(locations[i] < builder->locations.count);
    sample_key key = {locations, labels, location_count, label_count};
    uint64_t hash = hash_sample(&key);
    uint32_t index = find(builder, &builder->sample_table, hash, sample_equals_key, &key);
    if (index == PPROF_NONE) {
        if (!append_sample(builder, &key, values, status) || !insert(builder, &builder->sample_table, hash, status))
            return PPROF_NONE;
        return builder->sample_table.hashes.count - 1;
    }
    uint32_t type_count = builder->sample_types.count;
    int64_t *sums = (int64_t *)builder->values.items + (size_t)index * type_count;
    for (uint32_t i = 0; i < type_count; i++) sums[i] = pprof_add_saturating(sums[i], values[i]);
    return index;
}

/* ---- the builder itself ---- */

pprof_builder *pprof_create_builder(pprof_arena *arena, pprof_status *status) {
    pprof_builder *builder = pprof_allocate(arena, 1, sizeof *builder, status);
    if (builder == NULL) return NULL;
    *builder = (pprof_builder){
        .arena = arena,
        .string_data.size = sizeof(uint8_t),
        .string_offsets.size = sizeof(uint32_t),
        .sample_types.size = sizeof(pprof_value_type),
        .mappings.size = sizeof(pprof_mapping),
        .functions.size = sizeof(pprof_function),
        .locations.size = sizeof(pprof_location),
        .lines.size = sizeof(pprof_line),
        .first_location.size = sizeof(uint32_t),
        .sample_locations.size = sizeof(uint32_t),
        .first_label.size = sizeof(uint32_t),
        .labels.size = sizeof(pprof_label),
        .values.size = sizeof(int64_t),
        .string_table.hashes.size = sizeof(uint32_t),
        .mapping_table.hashes.size = sizeof(uint32_t),
        .function_table.hashes.size = sizeof(uint32_t),
        .location_table.hashes.size = sizeof(uint32_t),
        .sample_table.hashes.size = sizeof(uint32_t),
    };
    /* A profile's string 0 is the empty one. */
    return pprof_add_string(builder, "", 0, status) == PPROF_NONE ? NULL : builder;
}

bool pprof_finish_builder(pprof_builder *builder, pprof_profile *profile, pprof_status *status) {
    uint32_t sample_count = builder->first_location.count;
    uint32_t *location_end = append(builder, &builder->first_location, 1, status);
    uint32_t *label_end = append(builder, &builder->first_label, 1, status);
    if (location_end == NULL || label_end == NULL) return false;
    *location_end = builder->sample_locations.count;
    *label_end = builder->labels.count;
    *profile = (pprof_profile){
        .sample_type_count = builder->sample_types.count,
        .sample_count = sample_count,
        .mapping_count = builder->mappings.count,
        .location_count = builder->locations.count,
        .line_count = builder->lines.count,
        .function_count = builder->functions.count,
        .label_count = builder->labels.count,
        .string_count = builder->string_offsets.count,
        .sample_types = builder->sample_types.items,
        .first_location = builder->first_location.items,
        .sample_locations = builder->sample_locations.items,
        .values = builder->values.items,
        .first_label = builder->labels.count == 0 ? NULL : builder->first_label.items,
        .labels = builder->labels.items,
        .mappings = builder->mappings.items,
        .locations = builder->locations.items,
        .lines = builder->lines.items,
        .functions = builder->functions.items,
        .string_data = builder->string_data.items,
        .string_offsets = builder->string_offsets.items,
    };
    return true;
}
