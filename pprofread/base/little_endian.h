/* Numbers in a file, least significant byte first, whatever the machine's own order. Private to the library. Compilers
 * make a single load or store of each. */
#ifndef PPROF_LITTLE_ENDIAN_H
#define PPROF_LITTLE_ENDIAN_H

#include <stdint.h>

static inline uint32_t pprof_load_32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static inline uint64_t pprof_load_64(const uint8_t *bytes) {
    return pprof_load_32(bytes) | (uint64_t)pprof_load_32(bytes + 4) << 32;
}

/* Both give the address behind what they stored. */
static inline uint8_t *pprof_store_32(uint8_t *bytes, uint32_t value) {
    for (unsigned i = 0; i < 4; i++) bytes[i] = (uint8_t)(value >> 8 * i);
    return bytes + 4;
}

static inline uint8_t *pprof_store_64(uint8_t *bytes, uint64_t value) {
    return pprof_store_32(pprof_store_32(bytes, (uint32_t)value), (uint32_t)(value >> 32));
}

#endif
