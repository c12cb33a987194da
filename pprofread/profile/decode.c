/* Takes the bytes of a Profile message; gives a pprof_profile in which every index and id has been checked.
 *
 * protobuf-c would unpack the whole message at once, at fifty times its size for a hostile file. So the messages that
 * hold others (Profile, Location, Sample) are walked field by field, and so are Lines and Labels, of which there are
 * many; the other flat ones go through protobuf-c, one at a time (decode_tables.c). Every kind is counted before its
 * array is made: an array is never larger than what the file holds, and nothing is made for a file that is refused for
 * its outline.
 *
 * Fields may come in any order. The outline notes where each kind begins and ends, so that the later walks, one per
 * kind in the order of their dependence, only touch their part of the file.
 *
 * Cannot know what a producer meant: see check.c. */
#include "profile/decode.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

bool pprof_fail_decoding(pprof_decoder *decoder, const uint8_t *at, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return pprof_fail(decoder->status, "%s: malformed profile: %s, at byte %zu", decoder->path, text,
                      (size_t)(at - decoder->data));
}

bool pprof_fail_wire(pprof_decoder *decoder, const uint8_t *at, wire_result result) {
    switch (result) {
    case WIRE_CUT:
        return pprof_fail_decoding(decoder, at, "truncated or corrupt: a field is longer than what is left");
    case WIRE_BAD_TYPE:
        return pprof_fail_decoding(decoder, at, "corrupt: a field has a wire type that pprof does not use");
    case WIRE_BAD_NUMBER:
        return pprof_fail_decoding(decoder, at, "corrupt: a field has the number 0 or one too large");
    default:
        return pprof_fail_decoding(decoder, at, "truncated or corrupt: a varint does not end");
    }
}

bool pprof_check_string(pprof_decoder *decoder, const uint8_t *at, int64_t value, const char *role, uint32_t *index) {
    if (value < 0 || value >= decoder->profile->string_count)
        return pprof_fail_decoding(decoder, at,
                                   "%s has the string index %" PRId64 ", out of range of %" PRIu32 " strings", role,
                                   value, decoder->profile->string_count);
    *index = (uint32_t)value;
    return true;
}

wire_cursor pprof_find_messages(const pprof_decoder *decoder, uint32_t number) {
    return (wire_cursor){decoder->extents[number].first, decoder->extents[number].end};
}

bool pprof_next_message(wire_cursor *cursor, uint32_t number, wire_field *field) {
    while (wire_next_field(cursor, field) == WIRE_FIELD) /* the outline has found no other result but the end */
        if (field->number == number) return true;
    return false;
}

bool pprof_read_numbers(pprof_decoder *decoder, const wire_field *message, const char *kind, uint32_t count,
                        uint64_t *numbers) {
    wire_cursor cursor = wire_enter(message);
    wire_field field;
    wire_result result;
    for (uint32_t i = 0; i < count; i++) numbers[i] = 0;
    while ((result = wire_next_field(&cursor, &field)) == WIRE_FIELD) {
        if (field.number > count) continue;
        if (field.type != WIRE_VARINT)
            return pprof_fail_decoding(decoder, field.start, "field %" PRIu32 " of %s has the wrong wire type",
                                       field.number, kind);
        numbers[field.number - 1] = field.value;
    }
    return result == WIRE_END || pprof_fail_wire(decoder, field.start, result);
}

/* ---- the outline ---- */

static bool is_singular(uint32_t number) {
    return number >= FIELD_DROP_FRAMES && number != FIELD_COMMENT;
}

static bool has_right_type(const wire_field *field) {
    if (field->number <= FIELD_STRING || field->number == FIELD_PERIOD_TYPE) return field->type == WIRE_BYTES;
    if (field->number == FIELD_COMMENT && field->type == WIRE_BYTES) return true; /* packed */
    return field->type == WIRE_VARINT;
}

/* Notes where each kind of field is, and refuses what no single Profile message may look like. */
static bool outline_profile(pprof_decoder *decoder) {
    wire_cursor cursor = {decoder->data, decoder->data + decoder->size};
    wire_field field;
    wire_result result;
    while ((result = wire_next_field(&cursor, &field)) == WIRE_FIELD) {
        if (field.number >= FIELD_COUNT) continue;
        if (!has_right_type(&field))
            return pprof_fail_decoding(decoder, field.start, "field %" PRIu32 " has the wrong wire type %d",
                                       field.number, field.type);
        pprof_extent *extent = &decoder->extents[field.number];
        if (extent->count++ == 0) extent->first = field.start;
        extent->end = cursor.at;
        extent->value = field.value;
        if (extent->count > 1 && is_singular(field.number))
            return pprof_fail_decoding(decoder, field.start,
                                       "field %" PRIu32 " occurs twice: these are two profiles concatenated "
                                       "(`pprofread merge` joins profiles)",
                                       field.number);
    }
    if (result != WIRE_END) return pprof_fail_wire(decoder, field.start, result);
    if (decoder->extents[FIELD_STRING].count == 0)
        return pprof_fail(decoder->status, "%s: malformed profile: it has no string table; was it cut off?",
                          decoder->path);
    if (decoder->extents[FIELD_SAMPLE_TYPE].count == 0)
        return pprof_fail(decoder->status, "%s: malformed profile: it has no sample types", decoder->path);
    return true;
}

/* ---- strings and scalars ---- */

/* Copies the strings with their lengths, so that the file's bytes, ten times as many, can go. */
static bool decode_strings(pprof_decoder *decoder) {
    pprof_profile *profile = decoder->profile;
    uint32_t count = decoder->extents[FIELD_STRING].count;
    size_t size = 0, used = 0;
    wire_field field;
    wire_cursor cursor = pprof_find_messages(decoder, FIELD_STRING);
    while (pprof_next_message(&cursor, FIELD_STRING, &field)) size += (size_t)(cursor.at - field.length_start);
    uint8_t *data = pprof_allocate(decoder->arena, size, 1, decoder->status);
    profile->string_data = data;
    profile->string_offsets = pprof_allocate(decoder->arena, count, sizeof *profile->string_offsets, decoder->status);
    if (data == NULL || profile->string_offsets == NULL) return false;

    cursor = pprof_find_messages(decoder, FIELD_STRING);
    while (pprof_next_message(&cursor, FIELD_STRING, &field)) {
        if (profile->string_count == 0 && field.value != 0)
            return pprof_fail_decoding(decoder, field.start, "string_table[0] is not empty");
        size_t length = (size_t)(cursor.at - field.length_start);
        memcpy(data + used, field.length_start, length);
        profile->string_offsets[profile->string_count++] = (uint32_t)used;
        used += length;
    }
    return true;
}

/* Comments are a repeated integer, packed or not or both. */
static bool decode_comments(pprof_decoder *decoder) {
    pprof_profile *profile = decoder->profile;
    size_t count = 0;
    wire_field field;
    wire_cursor cursor = pprof_find_messages(decoder, FIELD_COMMENT);
    while (pprof_next_message(&cursor, FIELD_COMMENT, &field))
        count += field.type == WIRE_BYTES ? wire_count_varints(&field) : 1;
    profile->comment_strings = pprof_allocate(decoder->arena, count, sizeof *profile->comment_strings, decoder->status);
    if (profile->comment_strings == NULL) return false;

    cursor = pprof_find_messages(decoder, FIELD_COMMENT);
    while (pprof_next_message(&cursor, FIELD_COMMENT, &field)) {
        wire_cursor values =
            field.type == WIRE_BYTES ? wire_enter(&field) : (wire_cursor){field.length_start, cursor.at};
        while (values.at < values.end) {
            uint64_t value;
            if (!wire_read_varint(&values.at, values.end, &value))
                return pprof_fail_wire(decoder, values.at, WIRE_BAD_VARINT);
            uint32_t *comment = &profile->comment_strings[profile->comment_count];
            if (!pprof_check_string(decoder, field.start, (int64_t)value, "a comment", comment)) return false;
            profile->comment_count++;
        }
    }
    return true;
}

static bool decode_scalars(pprof_decoder *decoder) {
    pprof_profile *profile = decoder->profile;
    const pprof_extent *extents = decoder->extents;
    profile->time_nanos = (int64_t)extents[FIELD_TIME_NANOS].value;
    profile->duration_nanos = (int64_t)extents[FIELD_DURATION_NANOS].value;
    profile->period = (int64_t)extents[FIELD_PERIOD].value;
    const struct {
        int number;
        const char *role;
        uint32_t *index;
    } strings[] = {
        {FIELD_DROP_FRAMES, "drop_frames", &profile->drop_frames_string},
        {FIELD_KEEP_FRAMES, "keep_frames", &profile->keep_frames_string},
        {FIELD_DEFAULT_SAMPLE_TYPE, "default_sample_type", &profile->default_sample_type_string},
        {FIELD_DOC_URL, "doc_url", &profile->doc_url_string},
    };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        const pprof_extent *extent = &extents[strings[i].number];
        if (extent->count != 0 &&
            !pprof_check_string(decoder, extent->first, (int64_t)extent->value, strings[i].role, strings[i].index))
            return false;
    }
    return true;
}

static bool decode_source(const pprof_source *source, bool is_kept, pprof_arena *tables, pprof_arena *samples,
                          pprof_profile *profile, pprof_status *status) {
    if (source->format != PPROF_FORMAT_PROFILE) return pprof_refuse_format(source, status);
    if (source->size > PPROF_MAXIMUM_SIZE_LIMIT) return pprof_fail(status, "%s: larger than 4 GiB", source->path);
    *profile = (pprof_profile){0};
    pprof_decoder decoder = {
        .path = source->path,
        .data = source->data,
        .size = source->size,
        .profile = profile,
        .arena = tables,
        .status = status,
    };
    bool decoded = outline_profile(&decoder) && decode_strings(&decoder) && decode_scalars(&decoder) &&
                   decode_comments(&decoder) && pprof_decode_types(&decoder) && pprof_decode_mappings(&decoder) &&
                   pprof_decode_functions(&decoder) && pprof_decode_locations(&decoder);
    if (!is_kept) decoder.kept_from = decoder.extents[FIELD_SAMPLE].first;
    decoder.arena = samples;
    decoded = decoded && pprof_decode_samples(&decoder); /* last: of the file nothing may be left after it */
    pprof_arena_free(&decoder.scratch);
    return decoded;
}

bool pprof_decode_profile(const pprof_source *source, pprof_arena *arena, pprof_profile *profile,
                          pprof_status *status) {
    return decode_source(source, true, arena, arena, profile, status);
}

bool pprof_decode_and_free(const pprof_source *source, pprof_arena *file, pprof_arena *tables, pprof_arena *samples,
                           pprof_profile *profile, pprof_status *status) {
    bool decoded = decode_source(source, false, tables, samples, profile, status);
    pprof_arena_free(file);
    return decoded;
}

/* ---- reading strings ---- */

pprof_string pprof_get_string(const pprof_profile *profile, uint32_t index) {
    const uint8_t *at = profile->string_data + profile->string_offsets[index];
    uint64_t length = 0;
    (void)wire_read_varint(&at, at + WIRE_VARINT_SIZE, &length); /* it was read once before */
    return (pprof_string){(const char *)at, (size_t)length};
}

bool pprof_string_equals(pprof_string string, const char *text) {
    return strlen(text) == string.length && memcmp(text, string.text, string.length) == 0;
}
