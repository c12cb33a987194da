/* An executable: its build id and segments, addresses looked up in them, and its functions. */
#include "fuzz.h"
#include "import/import.h"

#include <sys/mman.h>
#include <unistd.h>

static void find_addresses(const pprof_elf *elf, uint64_t start) {
    const pprof_mapping mappings[] = {
        {.memory_start = start, .memory_limit = UINT64_MAX},
        {.memory_start = start, .memory_limit = start + 0x1000, .file_offset = 0x1000},
        {.memory_start = 0, .memory_limit = UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof mappings / sizeof *mappings; i++) {
        uint64_t found;
        (void)pprof_find_file_address(elf, &mappings[i], start, &found);
        (void)pprof_find_file_address(elf, &mappings[i], start + 0x1234, &found);
        (void)pprof_find_file_address(elf, &mappings[i], UINT64_MAX, &found);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64];
    int file = memfd_create("fuzz", 0);
    REQUIRE(file >= 0 && write(file, data, size) == (ssize_t)size);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_elf elf;
    bool worked = pprof_read_elf(path, &arena, &elf, &status);
    require_status(worked, &status);
    if (worked) {
        REQUIRE(strspn(elf.build_id, "0123456789abcdef") == strlen(elf.build_id));
        for (uint32_t i = 0; i < elf.segment_count && i < 8; i++) find_addresses(&elf, elf.segments[i].address);
    }
    pprof_status reading = {0};
    pprof_elf_functions functions;
    worked = pprof_read_elf_functions(path, &arena, &functions, &reading);
    require_status(worked, &reading);
    for (size_t i = 0; worked && i < functions.count; i++) {
        REQUIRE(functions.names[i][0] != '\0');
        REQUIRE(i == 0 || strcmp(functions.names[i - 1], functions.names[i]) < 0);
    }
    pprof_arena_free(&arena);
    (void)close(file);
    return 0;
}
