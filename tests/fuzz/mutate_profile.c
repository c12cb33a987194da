/* Mutates pprof files by their structure: libFuzzer's own mutations of bytes nearly always break a length somewhere,
 * and of gzip nearly always the checksum.
 *
 * The file is gunzipped, one of its fields, or of the messages in it, is taken out, doubled, moved, given another value
 * or mutated inside, all lengths around it are put right, and it is gzipped again. One input in eight is left to
 * libFuzzer as it is, so that the wrong lengths and checksums get their share. */
#include "file/source.h"
#include "fuzz.h"
#include "mutate.h"
#include "profile/wire.h"

#include <zlib.h>

enum { DEEPEST = 3, LARGEST = 1 << 20 };

/* A message in a buffer with room to grow. */
typedef struct message {
    uint8_t *data;
    size_t size, room;
    uint64_t *random; /* splitmix64's state */
} message;

/* Puts [bytes] in the place of [start, end), if there is room. They are none of the message's own. */
static void replace(message *message, size_t start, size_t end, const uint8_t *bytes, size_t size) {
    if (message->size - (end - start) + size > message->room) return;
    memmove(message->data + start + size, message->data + end, message->size - end);
    if (size != 0) memcpy(message->data + start, bytes, size);
    message->size = message->size - (end - start) + size;
}

/* How many fields the message has; 0 if it is none. */
static size_t count_fields(const uint8_t *data, size_t size) {
    wire_cursor cursor = {data, data + size};
    wire_field field;
    wire_result result;
    size_t count = 0;
    while ((result = wire_next_field(&cursor, &field)) == WIRE_FIELD) count++;
    return result == WIRE_END ? count : 0;
}

static size_t get_offset(const message *message, const uint8_t *at) {
    REQUIRE(at != NULL);
    return (size_t)(at - message->data);
}

/* Any of the message's fields, and where it ends. */
static wire_field pick_field(const message *message, size_t count, size_t *end) {
    wire_cursor cursor = {message->data, message->data + message->size};
    wire_field field = {0};
    uint64_t left = draw_below(message->random, count);
    do (void)wire_next_field(&cursor, &field);
    while (left-- > 0);
    *end = get_offset(message, cursor.at);
    return field;
}

static void mutate_message(message *message, int depth);

static void mutate_inside(message *outer, const wire_field *field, size_t end, int depth) {
    message inner = {malloc(outer->room + WIRE_VARINT_SIZE), field->value, outer->room, outer->random};
    REQUIRE(inner.data != NULL);
    if (inner.size != 0) memcpy(inner.data, field->bytes, inner.size);
    mutate_message(&inner, depth + 1);
    uint8_t length[WIRE_VARINT_SIZE];
    size_t length_size = wire_write_varint(length, inner.size);
    memmove(inner.data + length_size, inner.data, inner.size);
    memcpy(inner.data, length, length_size);
    replace(outer, get_offset(outer, field->length_start), end, inner.data, length_size + inner.size);
    free(inner.data);
}

/* Puts a copy of [start, end) before some other field. */
static void copy_field(message *message, size_t count, size_t start, size_t end) {
    size_t other_end, size = end - start;
    wire_field other = pick_field(message, count, &other_end);
    uint8_t *copy = malloc(size);
    REQUIRE(copy != NULL);
    memcpy(copy, message->data + start, size);
    size_t at = get_offset(message, other.start);
    replace(message, at, at, copy, size);
    free(copy);
}

static void mutate_message(message *message, int depth) {
    size_t count = depth > DEEPEST ? 0 : count_fields(message->data, message->size);
    if (count == 0 || draw_below(message->random, 8) == 0) {
        message->size = LLVMFuzzerMutate(message->data, message->size, message->room);
        return;
    }
    size_t end;
    wire_field field = pick_field(message, count, &end);
    size_t start = get_offset(message, field.start);
    switch (draw_below(message->random, 8)) {
    case 0:
        replace(message, start, end, NULL, 0);
        break;
    case 1:
        copy_field(message, count, start, end);
        break;
    default:
        if (field.type == WIRE_VARINT) {
            uint8_t number[WIRE_VARINT_SIZE];
            size_t size = wire_write_varint(number, draw_number(message->random));
            replace(message, get_offset(message, field.length_start), end, number, size);
        } else if (field.type == WIRE_BYTES) {
            mutate_inside(message, &field, end, depth);
        }
    }
}

/* Gzips [data] into [out]; 0 if it does not fit. */
static size_t pack(const uint8_t *data, size_t size, uint8_t *out, size_t room) {
    enum { GZIP_WINDOW = 16 + MAX_WBITS, MEMORY_LEVEL = 8 };
    z_stream stream = {
        .next_in = (z_const Bytef *)data, .avail_in = (uInt)size, .next_out = out, .avail_out = (uInt)room};
    REQUIRE(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK);
    bool fits = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    size_t packed = room - stream.avail_out;
    (void)deflateEnd(&stream);
    return fits ? packed : 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    uint64_t random = seed;
    if (size == 0 || draw_below(&random, 8) == 0) return LLVMFuzzerMutate(data, size, max_size);
    pprof_status status = {0};
    pprof_buffer plain = {0};
    if (pprof_sniff_format(data, size) != PPROF_FORMAT_GZIP) {
        message message = {data, size, max_size, &random};
        mutate_message(&message, 0);
        return message.size;
    }
    if (!pprof_gunzip("input", data, size, LARGEST, &plain, &status)) {
        pprof_free_buffer(&plain);
        return LLVMFuzzerMutate(data, size, max_size);
    }
    require_success(pprof_reserve_buffer(&plain, max_size, &status), &status);
    message message = {plain.data, plain.size, plain.capacity, &random};
    mutate_message(&message, 0);
    size_t packed = pack(message.data, message.size, data, max_size);
    pprof_free_buffer(&plain);
    return packed != 0 ? packed : size;
}
