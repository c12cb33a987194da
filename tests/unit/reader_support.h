/* What the reader's tests share: the test data, hand-made wire bytes, and whether two profiles are equal. */
#ifndef READER_SUPPORT_H
#define READER_SUPPORT_H

#include "pprofread.h"

/* cmocka wants these before it */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

/* ---- hand-made messages ---- */

typedef struct bytes {
    uint8_t *data; /* in the arena of the test, which is large enough from the start */
    size_t size;
} bytes;

enum { BYTES_ROOM = 1 << 16 };

static inline bytes new_bytes(pprof_arena *arena) {
    return (bytes){pprof_arena_allocate(arena, BYTES_ROOM, 1), 0};
}

static inline void put_raw(bytes *out, const void *data, size_t size) {
    assert_true(size <= BYTES_ROOM - out->size);
    if (size != 0) memcpy(out->data + out->size, data, size);
    out->size += size;
}

static inline void put_varint(bytes *out, uint64_t value) {
    for (; value >= 0x80; value >>= 7) put_raw(out, &(uint8_t){(uint8_t)(value | 0x80)}, 1);
    put_raw(out, &(uint8_t){(uint8_t)value}, 1);
}

static inline void put_number(bytes *out, uint32_t field, uint64_t value) {
    put_varint(out, field << 3);
    put_varint(out, value);
}

static inline void put_field(bytes *out, uint32_t field, const void *data, size_t size) {
    put_varint(out, field << 3 | 2);
    put_varint(out, size);
    put_raw(out, data, size);
}

static inline void put_message(bytes *out, uint32_t field, bytes message) {
    put_field(out, field, message.data, message.size);
}

static inline void put_text(bytes *out, uint32_t field, const char *text) {
    put_field(out, field, text, strlen(text));
}

/* ---- reading ---- */

typedef struct reading {
    pprof_arena arena;
    pprof_status status;
    pprof_source source;
    pprof_profile profile;
    bool is_read;
} reading;

static inline reading read_profile(const char *path) {
    reading r = {0};
    r.is_read = pprof_read_source(path, 0, &r.arena, &r.source, &r.status) &&
                pprof_decode_profile(&r.source, &r.arena, &r.profile, &r.status);
    assert_true(r.is_read == !r.status.failed);
    return r;
}

/* [data] must outlive the reading. */
static inline reading read_memory(const void *data, size_t size) {
    reading r = {0};
    r.is_read = pprof_read_bytes("test", data, size, 0, &r.arena, &r.source, &r.status) &&
                pprof_decode_profile(&r.source, &r.arena, &r.profile, &r.status);
    assert_true(r.is_read == !r.status.failed);
    return r;
}

static inline void free_reading(reading *r) {
    pprof_arena_free(&r->arena);
}

static inline void assert_message_has(const pprof_status *status, const char *part) {
    assert_true(status->failed);
    if (part == NULL || strstr(status->message, part) == NULL) fail_msg("no \"%s\" in \"%s\"", part, status->message);
}

/* ---- comparing: strings by their bytes, everything else by its place ---- */

static inline bool same_string(const pprof_profile *a, uint32_t i, const pprof_profile *b, uint32_t j) {
    pprof_string x = pprof_get_string(a, i), y = pprof_get_string(b, j);
    return x.length == y.length && memcmp(x.text, y.text, x.length) == 0;
}

static inline bool same_type(const pprof_profile *a, pprof_value_type x, const pprof_profile *b, pprof_value_type y) {
    return same_string(a, x.type_string, b, y.type_string) && same_string(a, x.unit_string, b, y.unit_string);
}

static inline bool same_tables(const pprof_profile *a, const pprof_profile *b) {
    for (uint32_t i = 0; i < a->mapping_count; i++) {
        const pprof_mapping *x = &a->mappings[i], *y = &b->mappings[i];
        if (x->memory_start != y->memory_start || x->memory_limit != y->memory_limit ||
            x->file_offset != y->file_offset || x->has_functions != y->has_functions ||
            x->has_filenames != y->has_filenames || x->has_line_numbers != y->has_line_numbers ||
            x->has_inline_frames != y->has_inline_frames ||
            !same_string(a, x->filename_string, b, y->filename_string) ||
            !same_string(a, x->build_id_string, b, y->build_id_string))
            return false;
    }
    for (uint32_t i = 0; i < a->function_count; i++) {
        const pprof_function *x = &a->functions[i], *y = &b->functions[i];
        if (x->start_line != y->start_line || !same_string(a, x->name_string, b, y->name_string) ||
            !same_string(a, x->system_name_string, b, y->system_name_string) ||
            !same_string(a, x->filename_string, b, y->filename_string))
            return false;
    }
    for (uint32_t i = 0; i < a->location_count; i++) {
        const pprof_location *x = &a->locations[i], *y = &b->locations[i];
        if (x->address != y->address || x->mapping != y->mapping || x->first_line != y->first_line ||
            x->line_count != y->line_count || x->is_folded != y->is_folded)
            return false;
    }
    for (uint32_t i = 0; i < a->line_count; i++) {
        const pprof_line *x = &a->lines[i], *y = &b->lines[i];
        if (x->line != y->line || x->column != y->column || x->function != y->function) return false;
    }
    return true;
}

static inline bool same_samples(const pprof_profile *a, const pprof_profile *b) {
    for (uint32_t i = 0; i <= a->sample_count; i++)
        if (a->first_location[i] != b->first_location[i] ||
            (a->label_count != 0 && a->first_label[i] != b->first_label[i]))
            return false;
    for (uint32_t i = 0; i < a->first_location[a->sample_count]; i++)
        if (a->sample_locations[i] != b->sample_locations[i]) return false;
    for (size_t i = 0; i < (size_t)a->sample_count * a->sample_type_count; i++)
        if (a->values[i] != b->values[i]) return false;
    for (uint32_t i = 0; i < a->label_count; i++) {
        const pprof_label *x = &a->labels[i], *y = &b->labels[i];
        if (x->number != y->number || !same_string(a, x->key_string, b, y->key_string) ||
            !same_string(a, x->text_string, b, y->text_string) || !same_string(a, x->unit_string, b, y->unit_string))
            return false;
    }
    return true;
}

static inline bool same_profile(const pprof_profile *a, const pprof_profile *b) {
    if (a->sample_type_count != b->sample_type_count || a->sample_count != b->sample_count ||
        a->mapping_count != b->mapping_count || a->location_count != b->location_count ||
        a->line_count != b->line_count || a->function_count != b->function_count || a->label_count != b->label_count ||
        a->comment_count != b->comment_count || a->time_nanos != b->time_nanos ||
        a->duration_nanos != b->duration_nanos || a->period != b->period)
        return false;
    for (uint32_t i = 0; i < a->sample_type_count; i++)
        if (!same_type(a, a->sample_types[i], b, b->sample_types[i])) return false;
    for (uint32_t i = 0; i < a->comment_count; i++)
        if (!same_string(a, a->comment_strings[i], b, b->comment_strings[i])) return false;
    return same_type(a, a->period_type, b, b->period_type) && same_tables(a, b) && same_samples(a, b) &&
           same_string(a, a->drop_frames_string, b, b->drop_frames_string) &&
           same_string(a, a->keep_frames_string, b, b->keep_frames_string) &&
           same_string(a, a->default_sample_type_string, b, b->default_sample_type_string) &&
           same_string(a, a->doc_url_string, b, b->doc_url_string);
}

#endif
