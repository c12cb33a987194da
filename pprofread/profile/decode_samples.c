/* Takes the outline of a Profile and its locations; gives the samples: stacks, values, labels.
 *
 * Samples are nearly all of a large profile, and are walked by hand: protobuf-c would first copy each stack to an array
 * of 8 bytes a frame. The first walk counts and refuses, without making anything, what does not have
 * a value per sample type; the second fills arrays of just the right size. */
#include "profile/decode.h"

#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LOCATION_ID = 1, VALUE, LABEL };

/* The numbers of a Label's fields, in the order of their own numbers. */
enum { KEY, TEXT, NUMBER, UNIT, LABEL_FIELDS };

static bool read_label(pprof_decoder *decoder, const wire_field *label, uint64_t *fields) {
    return pprof_read_numbers(decoder, label, "a label", LABEL_FIELDS, fields);
}

/* A label that says nothing is none, as in google/pprof. */
static bool label_says_something(const uint64_t *fields) {
    return fields[TEXT] != 0 || fields[NUMBER] != 0 || fields[UNIT] != 0;
}

/* ---- first walk ---- */

typedef struct sample_counts {
    size_t locations, values, labels;
} sample_counts;

static bool count_sample(pprof_decoder *decoder, const wire_field *sample, sample_counts *counts) {
    wire_cursor cursor = wire_enter(sample);
    wire_field field;
    wire_result result;
    uint64_t label[LABEL_FIELDS];
    while ((result = wire_next_field(&cursor, &field)) == WIRE_FIELD) {
        if (field.number > LABEL) continue;
        if (field.type != WIRE_BYTES && (field.type != WIRE_VARINT || field.number == LABEL))
            return pprof_fail_decoding(decoder, field.start, "field %" PRIu32 " of a sample has the wrong wire type",
                                       field.number);
        if (field.number == LABEL) {
            if (!read_label(decoder, &field, label)) return false;
            counts->labels += label_says_something(label);
        } else {
            size_t count = field.type == WIRE_BYTES ? wire_count_varints(&field) : 1;
            *(field.number == VALUE ? &counts->values : &counts->locations) += count;
        }
    }
    return result == WIRE_END || pprof_fail_wire(decoder, field.start, result);
}

static bool count_samples(pprof_decoder *decoder, sample_counts *totals) {
    uint32_t type_count = decoder->profile->sample_type_count;
    wire_field field;
    wire_cursor cursor = pprof_find_messages(decoder, FIELD_SAMPLE);
    while (pprof_next_message(&cursor, FIELD_SAMPLE, &field)) {
        sample_counts counts = {0};
        if (!count_sample(decoder, &field, &counts)) return false;
        if (counts.values != type_count)
            return pprof_fail_decoding(decoder, field.start, "a sample has %zu values for %" PRIu32 " sample types%s",
                                       counts.values, type_count,
                                       counts.values * 2 == type_count ? " (two profiles concatenated?)" : "");
        if (counts.locations > MAXIMUM_FRAMES)
            return pprof_fail_decoding(decoder, field.start, "a stack of %zu frames, over the limit of %d",
                                       counts.locations, MAXIMUM_FRAMES);
        totals->locations += counts.locations;
        totals->values += counts.values;
        totals->labels += counts.labels;
    }
    return true;
}

/* ---- second walk ---- */

/* How far the arrays are filled. */
typedef struct sample_ends {
    uint32_t *location;
    int64_t *value;
    pprof_label *label;
} sample_ends;

static bool decode_label(pprof_decoder *decoder, const wire_field *field, sample_ends *ends) {
    uint64_t fields[LABEL_FIELDS];
    if (!read_label(decoder, field, fields)) return false;
    if (!label_says_something(fields)) return true;
    pprof_label *label = ends->label++;
    label->number = (int64_t)fields[NUMBER];
    return pprof_check_string(decoder, field->start, (int64_t)fields[KEY], "a label's key", &label->key_string) &&
           pprof_check_string(decoder, field->start, (int64_t)fields[TEXT], "a label's text", &label->text_string) &&
           pprof_check_string(decoder, field->start, (int64_t)fields[UNIT], "a label's unit", &label->unit_string);
}

static bool decode_values(pprof_decoder *decoder, wire_cursor numbers, sample_ends *ends) {
    while (numbers.at < numbers.end) {
        uint64_t number;
        if (!wire_read_varint(&numbers.at, numbers.end, &number))
            return pprof_fail_wire(decoder, numbers.at, WIRE_BAD_VARINT);
        *ends->value++ = (int64_t)number;
    }
    return true;
}

/* The part of a stack that is in one field. */
static bool decode_stack(pprof_decoder *decoder, const wire_field *field, wire_cursor numbers, sample_ends *ends) {
    const pprof_id_map ids = decoder->location_ids;
    uint32_t *at = ends->location;
    while (numbers.at < numbers.end) {
        uint64_t id;
        if (!wire_read_varint(&numbers.at, numbers.end, &id))
            return pprof_fail_wire(decoder, numbers.at, WIRE_BAD_VARINT);
        uint32_t location = pprof_find_id(&ids, id);
        if (location == PPROF_NONE)
            return pprof_fail_decoding(decoder, field->start,
                                       "a sample names location %" PRIu64 ", which does not exist", id);
        *at++ = location;
    }
    ends->location = at;
    return true;
}

static bool decode_sample(pprof_decoder *decoder, const wire_field *sample, sample_ends *ends) {
    wire_cursor cursor = wire_enter(sample);
    wire_field field;
    while (wire_next_field(&cursor, &field) == WIRE_FIELD) {
        if (field.number > LABEL) continue;
        if (field.number == LABEL) {
            if (!decode_label(decoder, &field, ends)) return false;
            continue;
        }
        wire_cursor numbers =
            field.type == WIRE_BYTES ? wire_enter(&field) : (wire_cursor){field.length_start, cursor.at};
        if (!(field.number == VALUE ? decode_values(decoder, numbers, ends)
                                    : decode_stack(decoder, &field, numbers, ends)))
            return false;
    }
    return true;
}

/* Gives the pages of the file before [end] back to the kernel, once there are enough of them. */
static void drop_bytes(pprof_decoder *decoder, const uint8_t *end) {
    enum { ENOUGH = 1 << 20 };
    if (decoder->kept_from == NULL || end - decoder->kept_from < ENOUGH) return;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = ((uintptr_t)decoder->kept_from + page - 1) / page * page, last = (uintptr_t)end / page * page;
    (void)madvise((void *)first, last - first, MADV_DONTNEED); /* a failure costs memory and nothing else */
    decoder->kept_from = (const uint8_t *)last;
}

bool pprof_decode_samples(pprof_decoder *decoder) {
    pprof_profile *profile = decoder->profile;
    pprof_arena *arena = decoder->arena;
    pprof_status *status = decoder->status;
    size_t count = decoder->extents[FIELD_SAMPLE].count;
    sample_counts totals = {0};
    if (!count_samples(decoder, &totals)) return false;

    profile->first_location = pprof_allocate(arena, count + 1, sizeof *profile->first_location, status);
    profile->sample_locations = pprof_allocate(arena, totals.locations, sizeof *profile->sample_locations, status);
    profile->values = pprof_allocate(arena, totals.values, sizeof *profile->values, status);
    profile->labels = pprof_allocate(arena, totals.labels, sizeof *profile->labels, status);
    if (totals.labels != 0)
        profile->first_label = pprof_allocate(arena, count + 1, sizeof *profile->first_label, status);
    if (status->failed) return false;

    sample_ends ends = {profile->sample_locations, profile->values, profile->labels};
    wire_field field;
    wire_cursor cursor = pprof_find_messages(decoder, FIELD_SAMPLE);
    while (pprof_next_message(&cursor, FIELD_SAMPLE, &field)) {
        if (!decode_sample(decoder, &field, &ends)) return false;
        drop_bytes(decoder, cursor.at);
        uint32_t end = ++profile->sample_count;
        profile->first_location[end] = (uint32_t)(ends.location - profile->sample_locations);
        if (profile->first_label != NULL) profile->first_label[end] = (uint32_t)(ends.label - profile->labels);
    }
    profile->label_count = (uint32_t)totals.labels;
    return true;
}
