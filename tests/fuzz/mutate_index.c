/* Mutates index files: some numbers in the header or the sections are changed, and all checksums put right, since an
 * index with a wrong one says nothing further. One input in eight is left to libFuzzer as it is. */
#include "base/little_endian.h"
#include "fuzz.h"
#include "index/index.h"
#include "mutate.h"

enum { COUNTS = PPROF_MAGIC_SIZE + 4 + 8 * (unsigned)FIELD_COUNT };

/* The size of the sections that the header tells of; 0 if the file is of another size. */
static size_t measure_sections(const uint8_t *data, size_t size) {
    if (size < PPROF_HEADER_SIZE) return 0;
    uint64_t sections = 0;
    for (unsigned i = 0; i < SECTION_COUNT; i++) {
        uint64_t count = pprof_load_64(data + COUNTS + (size_t)8 * i);
        if (count > size) return 0;
        sections += count * pprof_get_record_size((pprof_section)i);
    }
    bool fits = size == PPROF_HEADER_SIZE + sections + PPROF_CHECKSUM_SIZE * pprof_count_chunks(sections);
    return fits ? (size_t)sections : 0;
}

static void put_checksums(uint8_t *data, size_t sections) {
    uint32_t header = pprof_checksum(0, data, PPROF_HEADER_SIZE - PPROF_CHECKSUM_SIZE);
    (void)pprof_store_32(data + PPROF_HEADER_SIZE - PPROF_CHECKSUM_SIZE, header);
    uint8_t *out = data + PPROF_HEADER_SIZE + sections;
    for (size_t at = 0; at < sections; at += PPROF_CHUNK_SIZE, out += PPROF_CHECKSUM_SIZE) {
        size_t length = sections - at < PPROF_CHUNK_SIZE ? sections - at : PPROF_CHUNK_SIZE;
        (void)pprof_store_32(out, pprof_checksum(header, data + PPROF_HEADER_SIZE + at, length));
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    enum { MOST_CHANGES = 4, FIRST_NUMBER = PPROF_MAGIC_SIZE + 4, NUMBER_SIZE = 4 };
    uint64_t random = seed;
    size_t sections = measure_sections(data, size);
    if (sections < NUMBER_SIZE || draw_below(&random, 8) == 0) return LLVMFuzzerMutate(data, size, max_size);
    for (uint64_t left = 1 + draw_below(&random, MOST_CHANGES); left > 0; left--) {
        /* the header is small, and most of what may go wrong is behind it */
        bool in_header = draw_below(&random, 8) == 0;
        size_t start = in_header ? FIRST_NUMBER : PPROF_HEADER_SIZE;
        size_t end = in_header ? PPROF_HEADER_SIZE : PPROF_HEADER_SIZE + sections;
        size_t at = start + (size_t)draw_below(&random, end - start - NUMBER_SIZE + 1);
        if (draw_below(&random, 2) == 0)
            (void)pprof_store_32(data + at, (uint32_t)draw_number(&random));
        else
            data[at] = (uint8_t)(data[at] + (draw_below(&random, 2) == 0 ? 1 : -1));
    }
    put_checksums(data, sections);
    return size;
}
