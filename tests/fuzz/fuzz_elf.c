/* An executable: its build id and segments, addresses looked up in them, its functions and what its code says. */
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

/* Every function as one that may be called, jumped from and jumped to. */
static void ask_code(const pprof_machine_code *code) {
    uint64_t room = 1 << 16;
    for (uint32_t i = 0; i < code->functions.count && i < 64; i++) {
        uint64_t address = code->functions.items[i].address;
        uint32_t called = pprof_find_called_function(code, address + 5);
        REQUIRE(called == PPROF_NONE || called < code->functions.count);
        REQUIRE(i == 0 || address > code->functions.items[i - 1].address);
        (void)pprof_find_machine_function(code, address);
        (void)pprof_has_frame_pointer(code, i, address);
        (void)pprof_find_jump(code, i, i / 2, &room);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64];
    int file = memfd_create("fuzz", 0);
    REQUIRE(file >= 0 && write(file, data, size) == (ssize_t)size);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_elf elf = {0};
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
        REQUIRE(functions.items[i].name[0] != '\0');
        const pprof_elf_function *last = &functions.items[i == 0 ? 0 : i - 1], *next = &functions.items[i];
        REQUIRE(i == 0 || last->address < next->address ||
                (last->address == next->address && strcmp(last->name, next->name) < 0));
    }
    pprof_status loading = {0};
    pprof_machine_code code;
    elf.is_x86_64 = true;
    if (elf.segment_count != 0 && pprof_read_machine_code(path, &elf, &arena, &code, &loading)) ask_code(&code);
    pprof_arena_free(&arena);
    (void)close(file);
    return 0;
}
