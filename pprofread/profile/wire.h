/* The protobuf wire format as far as decode, encode and the builder need it: varints and fields. Private to the
 * library. Inline, since a profile has tens of millions of varints. */
#ifndef PPROF_WIRE_H
#define PPROF_WIRE_H

#include "base/little_endian.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_VARINT_SIZE = 10 }; /* the longest varint of 64 bits */

/* The varint that the lowest bytes of [word] are, whose last byte has the marked bit: all without a branch, since one
 * that depends on a length is guessed wrong every third time. */
static inline uint64_t wire_join_bytes(uint64_t word, uint64_t last_bit) {
    word &= last_bit - 1; /* the other high bits go with the joining */
    word = (word & UINT64_C(0x007f007f007f007f)) | (word & UINT64_C(0x7f007f007f007f00)) >> 1;
    word = (word & UINT64_C(0x00003fff00003fff)) | (word & UINT64_C(0x3fff00003fff0000)) >> 2;
    return (word & UINT64_C(0x0fffffff)) | (word & UINT64_C(0x0fffffff00000000)) >> 4;
}

/* Reads a varint at [*at] and steps over it. False when [end] cuts it, or it is longer than any varint may be. */
static inline bool wire_read_varint(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    const uint8_t *byte = *at;
    if (byte < end && *byte < 0x80) { /* most are short */
        *value = *byte;
        *at = byte + 1;
        return true;
    }
    if (end - byte >= (ptrdiff_t)sizeof(uint64_t)) {
        uint64_t word = pprof_load_64(byte);
        uint64_t last_bits = ~word & UINT64_C(0x8080808080808080);
        if (last_bits != 0) {
            *value = wire_join_bytes(word, last_bits & -last_bits);
            *at = byte + __builtin_ctzll(last_bits) / 8 + 1;
            return true;
        }
    }
    uint64_t result = 0;
    for (unsigned shift = 0; shift < 7 * WIRE_VARINT_SIZE && byte < end; shift += 7) {
        result |= (uint64_t)(*byte & 0x7f) << shift;
        if (*byte++ < 0x80) {
            *value = result;
            *at = byte;
            return true;
        }
    }
    return false;
}

/* Writes [value] to [out], which has room for WIRE_VARINT_SIZE bytes, and gives the number of bytes. */
static inline size_t wire_write_varint(uint8_t *out, uint64_t value) {
    size_t size = 0;
    for (; value >= 0x80; value >>= 7) out[size++] = (uint8_t)(value | 0x80);
    out[size++] = (uint8_t)value;
    return size;
}

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

/* Bytes still to be read: a message, or the values of a packed field. */
typedef struct wire_cursor {
    const uint8_t *at, *end;
} wire_cursor;

typedef struct wire_field {
    uint64_t value; /* of a varint; the length of bytes */
    const uint8_t *start, *length_start, *bytes;
    uint32_t number;
    uint8_t type;
} wire_field;

typedef enum wire_result {
    WIRE_END = 0,
    WIRE_FIELD,
    WIRE_BAD_VARINT,
    WIRE_BAD_TYPE,
    WIRE_BAD_NUMBER,
    WIRE_CUT
} wire_result;

/* The next field of a message, stepped over; or the message's end; or what is wrong with it. */
static inline wire_result wire_next_field(wire_cursor *cursor, wire_field *field) {
    if (cursor->at == cursor->end) return WIRE_END;
    uint64_t tag;
    *field = (wire_field){.start = cursor->at};
    if (!wire_read_varint(&cursor->at, cursor->end, &tag)) return WIRE_BAD_VARINT;
    if (tag >> 3 == 0 || tag >> 3 > UINT32_MAX >> 3) return WIRE_BAD_NUMBER;
    field->number = (uint32_t)(tag >> 3);
    field->type = tag & 7;
    field->length_start = cursor->at;
    size_t size = field->type == WIRE_FIXED64 ? 8 : field->type == WIRE_FIXED32 ? 4 : 0;
    if (field->type == WIRE_VARINT || field->type == WIRE_BYTES) {
        if (!wire_read_varint(&cursor->at, cursor->end, &field->value)) return WIRE_BAD_VARINT;
        if (field->type == WIRE_BYTES) size = field->value;
    } else if (size == 0) {
        return WIRE_BAD_TYPE; /* groups, which pprof never had, and two types that do not exist */
    }
    if (size > (size_t)(cursor->end - cursor->at)) return WIRE_CUT;
    field->bytes = cursor->at;
    cursor->at += size;
    return WIRE_FIELD;
}

/* The fields or values inside a field of bytes. */
static inline wire_cursor wire_enter(const wire_field *field) {
    return (wire_cursor){field->bytes, field->bytes + field->value};
}

/* How many varints a packed field holds: each has one byte without the high bit. */
static inline size_t wire_count_varints(const wire_field *field) {
    size_t count = 0;
    for (const uint8_t *byte = field->bytes; byte < field->bytes + field->value; byte++) count += *byte < 0x80;
    return count;
}

#endif
