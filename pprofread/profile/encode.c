/* Takes a Profile; gives its bytes: fields in order of their numbers, scalars of 0 left out, integers packed, ids the
 * index + 1, and gzip without a time or name. So equal profiles give equal bytes on any machine (with one zlib).
 *
 * A message's length stands before it and is known after it: a message is written with a gap of one byte for the
 * length, and moved on where that is not enough. */
#include "base/buffer.h"
#include "profile/wire.h"

#include <string.h>
#include <zlib.h>

typedef struct encoder {
    pprof_buffer out;
    pprof_status *status;
} encoder;

/* ---- fields; after a failure nothing is written, and the status tells ---- */

static bool make_room(encoder *encoder, size_t size) {
    return !encoder->status->failed && pprof_reserve_buffer(&encoder->out, size, encoder->status);
}

static void put_varint(encoder *encoder, uint64_t value) {
    if (make_room(encoder, WIRE_VARINT_SIZE))
        encoder->out.size += wire_write_varint(encoder->out.data + encoder->out.size, value);
}

static void put_tag(encoder *encoder, uint32_t field, uint8_t type) {
    put_varint(encoder, (uint64_t)field << 3 | type);
}

static void put_number(encoder *encoder, uint32_t field, uint64_t value) {
    if (value == 0) return;
    put_tag(encoder, field, WIRE_VARINT);
    put_varint(encoder, value);
}

static void put_bytes(encoder *encoder, uint32_t field, pprof_string bytes) {
    put_tag(encoder, field, WIRE_BYTES);
    put_varint(encoder, bytes.length);
    if (bytes.length == 0 || !make_room(encoder, bytes.length)) return;
    memcpy(encoder->out.data + encoder->out.size, bytes.text, bytes.length);
    encoder->out.size += bytes.length;
}

/* Gives where the message begins, for end_message. */
static size_t begin_message(encoder *encoder, uint32_t field) {
    put_tag(encoder, field, WIRE_BYTES);
    if (make_room(encoder, 1)) encoder->out.size++;
    return encoder->out.size;
}

static void end_message(encoder *encoder, size_t start) {
    if (!make_room(encoder, WIRE_VARINT_SIZE)) return;
    uint8_t *body = encoder->out.data + start, length[WIRE_VARINT_SIZE];
    size_t size = encoder->out.size - start, length_size = wire_write_varint(length, size);
    if (length_size > 1) memmove(body + length_size - 1, body, size);
    memcpy(body - 1, length, length_size);
    encoder->out.size += length_size - 1;
}

/* ---- messages ---- */

static void put_value_type(encoder *encoder, uint32_t field, pprof_value_type type) {
    size_t start = begin_message(encoder, field);
    put_number(encoder, 1, type.type_string);
    put_number(encoder, 2, type.unit_string);
    end_message(encoder, start);
}

static void put_label(encoder *encoder, const pprof_label *label) {
    size_t start = begin_message(encoder, 3);
    put_number(encoder, 1, label->key_string);
    put_number(encoder, 2, label->text_string);
    put_number(encoder, 3, (uint64_t)label->number);
    put_number(encoder, 4, label->unit_string);
    end_message(encoder, start);
}

static void put_sample(encoder *encoder, const pprof_profile *profile, uint32_t sample) {
    size_t start = begin_message(encoder, 2);
    uint32_t first = profile->first_location[sample], last = profile->first_location[sample + 1];
    if (first != last) {
        size_t ids = begin_message(encoder, 1);
        for (uint32_t i = first; i < last; i++) put_varint(encoder, (uint64_t)profile->sample_locations[i] + 1);
        end_message(encoder, ids);
    }
    if (profile->sample_type_count != 0) {
        size_t values = begin_message(encoder, 2);
        for (uint32_t i = 0; i < profile->sample_type_count; i++)
            put_varint(encoder, (uint64_t)profile->values[(size_t)sample * profile->sample_type_count + i]);
        end_message(encoder, values);
    }
    if (profile->first_label != NULL)
        for (uint32_t i = profile->first_label[sample]; i < profile->first_label[sample + 1]; i++)
            put_label(encoder, &profile->labels[i]);
    end_message(encoder, start);
}

static void put_mapping(encoder *encoder, const pprof_mapping *mapping, uint64_t id) {
    size_t start = begin_message(encoder, 3);
    put_number(encoder, 1, id);
    put_number(encoder, 2, mapping->memory_start);
    put_number(encoder, 3, mapping->memory_limit);
    put_number(encoder, 4, mapping->file_offset);
    put_number(encoder, 5, mapping->filename_string);
    put_number(encoder, 6, mapping->build_id_string);
    put_number(encoder, 7, mapping->has_functions);
    put_number(encoder, 8, mapping->has_filenames);
    put_number(encoder, 9, mapping->has_line_numbers);
    put_number(encoder, 10, mapping->has_inline_frames);
    end_message(encoder, start);
}

static void put_location(encoder *encoder, const pprof_profile *profile, uint32_t index) {
    const pprof_location *location = &profile->locations[index];
    size_t start = begin_message(encoder, 4);
    put_number(encoder, 1, (uint64_t)index + 1);
    put_number(encoder, 2, location->mapping == PPROF_NONE ? 0 : (uint64_t)location->mapping + 1);
    put_number(encoder, 3, location->address);
    for (uint32_t i = 0; i < location->line_count; i++) {
        const pprof_line *line = &profile->lines[location->first_line + i];
        size_t line_start = begin_message(encoder, 4);
        put_number(encoder, 1, (uint64_t)line->function + 1);
        put_number(encoder, 2, (uint64_t)line->line);
        put_number(encoder, 3, (uint64_t)line->column);
        end_message(encoder, line_start);
    }
    put_number(encoder, 5, location->is_folded);
    end_message(encoder, start);
}

static void put_function(encoder *encoder, const pprof_function *function, uint64_t id) {
    size_t start = begin_message(encoder, 5);
    put_number(encoder, 1, id);
    put_number(encoder, 2, function->name_string);
    put_number(encoder, 3, function->system_name_string);
    put_number(encoder, 4, function->filename_string);
    put_number(encoder, 5, (uint64_t)function->start_line);
    end_message(encoder, start);
}

static void put_profile(encoder *encoder, const pprof_profile *profile) {
    for (uint32_t i = 0; i < profile->sample_type_count; i++) put_value_type(encoder, 1, profile->sample_types[i]);
    for (uint32_t i = 0; i < profile->sample_count; i++) put_sample(encoder, profile, i);
    for (uint32_t i = 0; i < profile->mapping_count; i++) put_mapping(encoder, &profile->mappings[i], (uint64_t)i + 1);
    for (uint32_t i = 0; i < profile->location_count; i++) put_location(encoder, profile, i);
    for (uint32_t i = 0; i < profile->function_count; i++)
        put_function(encoder, &profile->functions[i], (uint64_t)i + 1);
    for (uint32_t i = 0; i < profile->string_count; i++) put_bytes(encoder, 6, pprof_get_string(profile, i));
    put_number(encoder, 7, profile->drop_frames_string);
    put_number(encoder, 8, profile->keep_frames_string);
    put_number(encoder, 9, (uint64_t)profile->time_nanos);
    put_number(encoder, 10, (uint64_t)profile->duration_nanos);
    if (profile->period_type.type_string != 0 || profile->period_type.unit_string != 0)
        put_value_type(encoder, 11, profile->period_type);
    put_number(encoder, 12, (uint64_t)profile->period);
    if (profile->comment_count != 0) {
        size_t comments = begin_message(encoder, 13);
        for (uint32_t i = 0; i < profile->comment_count; i++) put_varint(encoder, profile->comment_strings[i]);
        end_message(encoder, comments);
    }
    put_number(encoder, 14, profile->default_sample_type_string);
    put_number(encoder, 15, profile->doc_url_string);
}

/* ---- gzip ---- */

/* deflateInit2 with a gzip header of zeros: no time, no name, "unknown" operating system. The best compression takes
 * twice as long as the default one, and saves 1 %. */
static bool compress_buffer(const pprof_buffer *plain, pprof_buffer *out, pprof_status *status) {
    enum { GZIP_WINDOW = 16 + MAX_WBITS, MEMORY_LEVEL = 8, UNKNOWN_SYSTEM = 255 };
    z_stream stream = {0};
    gz_header header = {.os = UNKNOWN_SYSTEM};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return pprof_fail(status, "out of memory in gzip");
    int code = deflateSetHeader(&stream, &header);
    size_t taken = 0;
    while (code == Z_OK && pprof_reserve_buffer(out, 1 << 16, status)) {
        size_t left = plain->size - taken, room = out->capacity - out->size;
        uInt given = left > UINT32_MAX ? UINT32_MAX : (uInt)left;
        stream.next_in = (z_const Bytef *)plain->data + taken;
        stream.avail_in = given;
        stream.next_out = out->data + out->size;
        stream.avail_out = room > UINT32_MAX ? UINT32_MAX : (uInt)room;
        code = deflate(&stream, given == left ? Z_FINISH : Z_NO_FLUSH);
        taken += given - stream.avail_in;
        out->size = (size_t)(stream.next_out - out->data);
    }
    (void)deflateEnd(&stream);
    return code == Z_STREAM_END || pprof_fail(status, "gzip failed");
}

bool pprof_encode_profile(const pprof_profile *profile, bool gzip, pprof_arena *arena, const uint8_t **data,
                          size_t *size, pprof_status *status) {
    encoder encoder = {.status = status};
    pprof_buffer compressed = {0};
    put_profile(&encoder, profile);
    bool done = !status->failed && (!gzip || compress_buffer(&encoder.out, &compressed, status)) &&
                pprof_adopt_buffer(gzip ? &compressed : &encoder.out, arena, data, size, status);
    pprof_free_buffer(&compressed);
    pprof_free_buffer(&encoder.out);
    return done;
}
