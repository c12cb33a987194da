/* Takes the outline of a Profile; gives its sample types, mappings, functions and locations, ids resolved to indices.
 *
 * ValueTypes, Mappings and Functions are unpacked by protobuf-c into one small room that each message uses anew: no
 * malloc, and a message of a million unknown fields runs out of room instead of memory. A Location is walked by hand,
 * as it may hold any number of Lines, and so are these: there are more of them than of all others. */
#include "profile.pb-c.h"
#include "profile/decode.h"

#include <inttypes.h>

/* ---- protobuf-c in a fixed room ---- */

static void *take_room(void *data, size_t size) {
    pprof_decoder *decoder = data;
    size = (size + 15) & ~(size_t)15;
    if (size > UNPACK_ROOM - decoder->unpack_used) return NULL;
    void *memory = decoder->unpack_room + decoder->unpack_used;
    decoder->unpack_used += size;
    return memory;
}

static void leave_room(void *data, void *memory) {
    (void)data;
    (void)memory;
}

/* The message in [field]; it lives until the next call. */
static void *unpack(pprof_decoder *decoder, const ProtobufCMessageDescriptor *descriptor, const wire_field *field) {
    ProtobufCAllocator allocator = {.alloc = take_room, .free = leave_room, .allocator_data = decoder};
    decoder->unpack_used = 0;
    void *message = protobuf_c_message_unpack(descriptor, &allocator, field->value, field->bytes);
    if (message == NULL)
        pprof_fail_decoding(decoder, field->start, "a %s message of %" PRIu64 " bytes that is corrupt or far too long",
                            descriptor->short_name, field->value);
    return message;
}

/* ---- sample types and the period's type ---- */

static bool decode_type(pprof_decoder *decoder, const wire_field *field, const char *role, pprof_value_type *type) {
    const PprofWire__ValueType *message = unpack(decoder, &pprof_wire__value_type__descriptor, field);
    return message != NULL && pprof_check_string(decoder, field->start, message->type, role, &type->type_string) &&
           pprof_check_string(decoder, field->start, message->unit, role, &type->unit_string);
}

bool pprof_decode_types(pprof_decoder *decoder) {
    pprof_profile *profile = decoder->profile;
    uint32_t count = decoder->extents[FIELD_SAMPLE_TYPE].count;
    profile->sample_types = pprof_allocate(decoder->arena, count, sizeof *profile->sample_types, decoder->status);
    if (profile->sample_types == NULL) return false;
    wire_field field;
    wire_cursor cursor = pprof_find_messages(decoder, FIELD_SAMPLE_TYPE);
    for (; pprof_next_message(&cursor, FIELD_SAMPLE_TYPE, &field); profile->sample_type_count++)
        if (!decode_type(decoder, &field, "a sample type", &profile->sample_types[profile->sample_type_count]))
            return false;
    cursor = pprof_find_messages(decoder, FIELD_PERIOD_TYPE);
    return !pprof_next_message(&cursor, FIELD_PERIOD_TYPE, &field) ||
           decode_type(decoder, &field, "the period's type", &profile->period_type);
}

/* ---- mappings ---- */

/* Room for the ids of all messages with this number, until they are mapped. */
static uint64_t *allocate_ids(pprof_decoder *decoder, uint32_t number) {
    return pprof_allocate(&decoder->scratch, decoder->extents[number].count, sizeof(uint64_t), decoder->status);
}

bool pprof_decode_mappings(pprof_decoder *decoder) {
    pprof_profile *profile = decoder->profile;
    uint32_t count = decoder->extents[FIELD_MAPPING].count;
    uint64_t *ids = allocate_ids(decoder, FIELD_MAPPING);
    profile->mappings = pprof_allocate(decoder->arena, count, sizeof *profile->mappings, decoder->status);
    if (ids == NULL || profile->mappings == NULL) return false;
    wire_field field;
    wire_cursor cursor = pprof_find_messages(decoder, FIELD_MAPPING);
    while (pprof_next_message(&cursor, FIELD_MAPPING, &field)) {
        const PprofWire__Mapping *message = unpack(decoder, &pprof_wire__mapping__descriptor, &field);
        if (message == NULL) return false;
        pprof_mapping *mapping = &profile->mappings[profile->mapping_count];
        ids[profile->mapping_count++] = message->id;
        *mapping = (pprof_mapping){
            .memory_start = message->memory_start,
            .memory_limit = message->memory_limit,
            .file_offset = message->file_offset,
            .has_functions = message->has_functions != 0,
            .has_filenames = message->has_filenames != 0,
            .has_line_numbers = message->has_line_numbers != 0,
            .has_inline_frames = message->has_inline_frames != 0,
        };
        if (!pprof_check_string(decoder, field.start, message->filename, "a mapping's file",
                                &mapping->filename_string) ||
            !pprof_check_string(decoder, field.start, message->build_id, "a mapping's build id",
                                &mapping->build_id_string))
            return false;
    }
    return pprof_map_ids(decoder, "mapping", ids, count, &decoder->mapping_ids);
}

/* ---- functions ---- */

bool pprof_decode_functions(pprof_decoder *decoder) {
    pprof_profile *profile = decoder->profile;
    uint32_t count = decoder->extents[FIELD_FUNCTION].count;
    uint64_t *ids = allocate_ids(decoder, FIELD_FUNCTION);
    profile->functions = pprof_allocate(decoder->arena, count, sizeof *profile->functions, decoder->status);
    if (ids == NULL || profile->functions == NULL) return false;
    wire_field field;
    wire_cursor cursor = pprof_find_messages(decoder, FIELD_FUNCTION);
    while (pprof_next_message(&cursor, FIELD_FUNCTION, &field)) {
        const PprofWire__Function *message = unpack(decoder, &pprof_wire__function__descriptor, &field);
        if (message == NULL) return false;
        pprof_function *function = &profile->functions[profile->function_count];
        ids[profile->function_count++] = message->id;
        function->start_line = message->start_line;
        if (!pprof_check_string(decoder, field.start, message->name, "a function's name", &function->name_string) ||
            !pprof_check_string(decoder, field.start, message->system_name, "a function's system name",
                                &function->system_name_string) ||
            !pprof_check_string(decoder, field.start, message->filename, "a function's file",
                                &function->filename_string))
            return false;
    }
    return pprof_map_ids(decoder, "function", ids, count, &decoder->function_ids);
}

/* ---- locations ---- */

static bool decode_line(pprof_decoder *decoder, const wire_field *field, uint64_t location_id, pprof_line *line) {
    enum { FUNCTION_ID, LINE, COLUMN, LINE_FIELDS };
    uint64_t fields[LINE_FIELDS];
    if (!pprof_read_numbers(decoder, field, "a line", LINE_FIELDS, fields)) return false;
    *line = (pprof_line){.line = (int64_t)fields[LINE],
                         .column = (int64_t)fields[COLUMN],
                         .function = pprof_find_id(&decoder->function_ids, fields[FUNCTION_ID])};
    if (line->function == PPROF_NONE)
        return pprof_fail_decoding(decoder, field->start,
                                   "location %" PRIu64 " has a line in function %" PRIu64 ", which does not exist",
                                   location_id, fields[FUNCTION_ID]);
    return true;
}

/* The number of Lines in a Location; false with the status set where it is malformed. */
static bool count_lines(pprof_decoder *decoder, const wire_field *location, size_t *count) {
    enum { ID = 1, MAPPING_ID, ADDRESS, LINE, IS_FOLDED };
    wire_cursor cursor = wire_enter(location);
    wire_field field;
    wire_result result;
    size_t lines = 0;
    while ((result = wire_next_field(&cursor, &field)) == WIRE_FIELD) {
        if (field.number > IS_FOLDED) continue;
        if (field.type != (field.number == LINE ? WIRE_BYTES : WIRE_VARINT))
            return pprof_fail_decoding(decoder, field.start, "field %" PRIu32 " of a location has the wrong wire type",
                                       field.number);
        if (field.number == LINE) lines++;
    }
    if (result != WIRE_END) return pprof_fail_wire(decoder, field.start, result);
    if (lines > MAXIMUM_FRAMES)
        return pprof_fail_decoding(decoder, location->start, "a location of %zu lines, over the limit of %d", lines,
                                   MAXIMUM_FRAMES);
    *count += lines;
    return true;
}

/* count_lines has found the fields' types right. */
static bool decode_location(pprof_decoder *decoder, const wire_field *message, uint64_t *id, pprof_location *location) {
    pprof_profile *profile = decoder->profile;
    wire_cursor cursor = wire_enter(message);
    wire_field field;
    uint64_t mapping_id = 0;
    location->first_line = profile->line_count;
    while (wire_next_field(&cursor, &field) == WIRE_FIELD) {
        switch (field.number) {
        case 1:
            *id = field.value;
            break;
        case 2:
            mapping_id = field.value;
            break;
        case 3:
            location->address = field.value;
            break;
        case 4:
            if (!decode_line(decoder, &field, *id, &profile->lines[profile->line_count])) return false;
            profile->line_count++;
            break;
        case 5:
            location->is_folded = field.value != 0;
            break;
        default:
            break;
        }
    }
    location->line_count = profile->line_count - location->first_line;
    /* As in google/pprof, a mapping that does not exist is none. */
    location->mapping = pprof_find_id(&decoder->mapping_ids, mapping_id);
    return true;
}

bool pprof_decode_locations(pprof_decoder *decoder) {
    pprof_profile *profile = decoder->profile;
    uint32_t count = decoder->extents[FIELD_LOCATION].count;
    size_t line_count = 0;
    wire_field field;
    wire_cursor cursor = pprof_find_messages(decoder, FIELD_LOCATION);
    while (pprof_next_message(&cursor, FIELD_LOCATION, &field))
        if (!count_lines(decoder, &field, &line_count)) return false;

    uint64_t *ids = allocate_ids(decoder, FIELD_LOCATION);
    profile->locations = pprof_allocate(decoder->arena, count, sizeof *profile->locations, decoder->status);
    profile->lines = pprof_allocate(decoder->arena, line_count, sizeof *profile->lines, decoder->status);
    if (ids == NULL || profile->locations == NULL || profile->lines == NULL) return false;
    cursor = pprof_find_messages(decoder, FIELD_LOCATION);
    for (; pprof_next_message(&cursor, FIELD_LOCATION, &field); profile->location_count++)
        if (!decode_location(decoder, &field, &ids[profile->location_count],
                             &profile->locations[profile->location_count]))
            return false;
    return pprof_map_ids(decoder, "location", ids, count, &decoder->location_ids);
}
