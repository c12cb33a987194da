/* Varints, the one encoding that decode.c, encode.c and builder.c share. Private to the library. */
#ifndef PPROF_WIRE_H
#define PPROF_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_VARINT_SIZE = 10 }; /* the longest varint of 64 bits */

/* Reads a varint at [*at] and steps over it. False when [end] cuts it, or it is longer than any varint may be. */
static inline bool wire_read_varint(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    const uint8_t *byte = *at;
    if (byte < end && *byte < 0x80) { /* most are short */
        *value = *byte;
        *at = byte + 1;
        return true;
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

#endif
