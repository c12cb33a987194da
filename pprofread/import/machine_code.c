/* Takes an executable or shared library; tells what few instructions of its code say: whom a call names, where a
 * function jumps to another one, whether it sets up a frame pointer.
 *
 * x86-64 alone, and no disassembler: a call or jump is an opcode and the distance to its target, 32 bits, and bytes
 * that only look like one do not meet the first of a function. Cannot know calls and jumps through registers and
 * memory, nor what short jumps (8 bits) lead to a neighbour. */
#include "file/source.h"
#include "import/import.h"

#include <elf.h>
#include <string.h>

/* A call, a jump, and a conditional jump behind its prefix: an opcode and 32 bits of distance. */
enum { BRANCH_SIZE = 5, CALL = 0xe8, JUMP = 0xe9, CONDITIONAL_PREFIX = 0x0f, CONDITIONAL_JUMP = 0x80 };

bool pprof_read_machine_code(const char *path, const pprof_elf *elf, pprof_arena *arena, pprof_machine_code *code,
                             pprof_status *status) {
    const void *data;
    *code = (pprof_machine_code){.elf = elf};
    if (!elf->is_x86_64) return true;
    if (!pprof_map_file(path, ELFMAG, SELFMAG, arena, &data, &code->size, status)) return !status->failed;
    code->data = data;
    pprof_elf_functions *functions = &code->functions;
    if (!pprof_read_elf_functions(path, arena, functions, status)) return false;
    /* Of several names for one address (aliases, C++'s complete and base constructors), the first is as good. */
    size_t count = 0;
    for (size_t i = 0; i < functions->count; i++)
        if (count == 0 || functions->items[i].address != functions->items[count - 1].address)
            functions->items[count++] = functions->items[i];
    functions->count = count;
    return true;
}

/* The last function that begins at [address] or before; PPROF_NONE: none does. */
static uint32_t find_beginning(const pprof_machine_code *code, uint64_t address) {
    size_t low = 0, high = code->functions.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code->functions.items[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? PPROF_NONE : (uint32_t)low - 1;
}

uint32_t pprof_find_machine_function(const pprof_machine_code *code, uint64_t address) {
    uint32_t found = find_beginning(code, address);
    if (found == PPROF_NONE) return PPROF_NONE;
    const pprof_elf_function *function = &code->functions.items[found];
    return function->size == 0 || address - function->address < function->size ? found : PPROF_NONE;
}

/* The bytes of the file from [address] on to the end of the segment of code that holds it; NULL: none does. */
static const uint8_t *find_bytes(const pprof_machine_code *code, uint64_t address, uint64_t *size) {
    for (uint32_t i = 0; i < code->elf->segment_count; i++) {
        const pprof_elf_segment *segment = &code->elf->segments[i];
        if (!segment->is_executable || address < segment->address) continue;
        uint64_t at = address - segment->address;
        if (at >= segment->file_size || segment->file_offset > code->size) continue;
        uint64_t room = code->size - segment->file_offset;
        if (room > segment->file_size) room = segment->file_size;
        if (at >= room) return NULL;
        *size = room - at;
        return code->data + segment->file_offset + at;
    }
    return NULL;
}

/* Where a branch at [address], whose [bytes] are these, goes. */
static uint64_t get_target(const uint8_t *bytes, uint64_t address) {
    uint32_t distance = bytes[1] | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3] << 16 | (uint32_t)bytes[4] << 24;
    return address + BRANCH_SIZE + (uint64_t)(int64_t)(int32_t)distance;
}

uint32_t pprof_find_called_function(const pprof_machine_code *code, uint64_t end) {
    uint64_t size;
    const uint8_t *bytes = end < BRANCH_SIZE ? NULL : find_bytes(code, end - BRANCH_SIZE, &size);
    if (bytes == NULL || size < BRANCH_SIZE || bytes[0] != CALL) return PPROF_NONE;
    uint64_t target = get_target(bytes, end - BRANCH_SIZE);
    uint32_t found = find_beginning(code, target);
    /* Bytes that only look like such a call do not meet a function's first. */
    return found != PPROF_NONE && code->functions.items[found].address == target ? found : PPROF_NONE;
}

bool pprof_has_frame_pointer(const pprof_machine_code *code, uint32_t function, uint64_t address) {
    static const uint8_t marker[] = {0xf3, 0x0f, 0x1e, 0xfa};   /* endbr64, where indirect jumps may lead */
    static const uint8_t prologue[] = {0x55, 0x48, 0x89, 0xe5}; /* push %rbp; mov %rsp, %rbp */
    uint64_t begin = code->functions.items[function].address, size;
    const uint8_t *bytes = find_bytes(code, begin, &size);
    if (bytes != NULL && size >= sizeof marker && memcmp(bytes, marker, sizeof marker) == 0) {
        begin += sizeof marker;
        bytes += sizeof marker;
        size -= sizeof marker;
    }
    return bytes != NULL && size >= sizeof prologue && memcmp(bytes, prologue, sizeof prologue) == 0 &&
           address >= begin + sizeof prologue;
}

/* Whether [bytes] may be a jump; the first are not before [begin]. */
static bool is_jump(const uint8_t *bytes, const uint8_t *begin) {
    if (bytes[0] == JUMP) return true;
    return (bytes[0] & 0xf0) == CONDITIONAL_JUMP && bytes > begin && bytes[-1] == CONDITIONAL_PREFIX;
}

uint64_t pprof_find_jump(const pprof_machine_code *code, uint32_t from, uint32_t to, uint64_t *search_room) {
    const pprof_elf_function *function = &code->functions.items[from];
    uint64_t size, found = 0;
    const uint8_t *begin = find_bytes(code, function->address, &size);
    if (begin == NULL) return 0;
    if (size > function->size) size = function->size;
    if (size > *search_room) size = *search_room;
    *search_room -= size;
    for (uint64_t at = 0; at + BRANCH_SIZE <= size; at++) {
        uint64_t address = function->address + at;
        if (!is_jump(begin + at, begin) || get_target(begin + at, address) != code->functions.items[to].address)
            continue;
        if (found != 0) return 0;
        found = address + BRANCH_SIZE - 1;
    }
    return found;
}
