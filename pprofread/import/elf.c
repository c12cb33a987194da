/* Takes the path of an executable or shared library; gives its build id and load segments, and from those the file's
 * own address for an address that a process saw.
 *
 * Reads a few kilobytes wherever they are in the file: 32 and 64 bits, either byte order, every size checked. Cannot
 * know what a loader did beyond mapping segments (prelinked or self-relocating programs). */
#include "import/import.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_HEADERS = 4096, LONGEST_NOTES = 1 << 16, LONGEST_BUILD_ID = 64 };

typedef struct elf_file {
    const char *path;
    int descriptor;
    bool is_64_bit, is_big_endian;
} elf_file;

typedef struct program_header {
    uint32_t type, flags;
    uint64_t file_offset, address, file_size;
} program_header;

/* [size] bytes of [bytes] as the file's byte order has them. */
static uint64_t get_number(const elf_file *file, const uint8_t *bytes, size_t size) {
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++) number = number << 8 | bytes[file->is_big_endian ? i : size - 1 - i];
    return number;
}

static bool read_at(const elf_file *file, uint64_t offset, void *bytes, size_t size) {
    if (offset > INT64_MAX - size) return false;
    for (size_t done = 0; done < size;) {
        ssize_t count = pread(file->descriptor, (char *)bytes + done, size - done, (off_t)(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        done += (size_t)count;
    }
    return true;
}

static program_header get_program_header(const elf_file *file, const uint8_t *bytes) {
#define FIELD(name)                                                                                                    \
    (file->is_64_bit ? get_number(file, bytes + offsetof(Elf64_Phdr, name), sizeof((Elf64_Phdr *)0)->name)             \
                     : get_number(file, bytes + offsetof(Elf32_Phdr, name), sizeof((Elf32_Phdr *)0)->name))
    return (program_header){.type = (uint32_t)FIELD(p_type),
                            .flags = (uint32_t)FIELD(p_flags),
                            .file_offset = FIELD(p_offset),
                            .address = FIELD(p_vaddr),
                            .file_size = FIELD(p_filesz)};
#undef FIELD
}

/* Notes are (name size, description size, type), name, description, each padded to 4 bytes. */
static const char *find_build_id(const elf_file *file, const uint8_t *notes, size_t size, pprof_arena *arena,
                                 pprof_status *status) {
    for (size_t at = 0; size - at >= sizeof(Elf32_Nhdr);) {
        size_t name_size = (size_t)get_number(file, notes + at, 4);
        size_t text_size = (size_t)get_number(file, notes + at + 4, 4);
        uint64_t type = get_number(file, notes + at + 8, 4);
        size_t left = size - at - sizeof(Elf32_Nhdr);
        size_t padded_name = (name_size + 3) & ~(size_t)3, padded_text = (text_size + 3) & ~(size_t)3;
        if (name_size > left || padded_name > left || text_size > left - padded_name) break;
        const uint8_t *name = notes + at + sizeof(Elf32_Nhdr), *text = name + padded_name;
        if (type == NT_GNU_BUILD_ID && name_size == sizeof ELF_NOTE_GNU && memcmp(name, ELF_NOTE_GNU, name_size) == 0 &&
            text_size <= LONGEST_BUILD_ID) {
            char *hex = pprof_allocate(arena, 2 * text_size + 1, 1, status);
            for (size_t i = 0; hex != NULL && i < text_size; i++) (void)snprintf(hex + 2 * i, 3, "%02x", text[i]);
            return hex;
        }
        if (padded_text > left - padded_name) break;
        at += sizeof(Elf32_Nhdr) + padded_name + padded_text;
    }
    return "";
}

/* Where and how many the program headers are. */
static bool read_header(elf_file *file, uint64_t *offset, size_t *size, size_t *count, pprof_status *status) {
    uint8_t bytes[sizeof(Elf64_Ehdr)] = {0};
    if (!read_at(file, 0, bytes, sizeof(Elf32_Ehdr)) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return pprof_fail(status, "%s: this is no ELF file", file->path);
    file->is_64_bit = bytes[EI_CLASS] == ELFCLASS64;
    file->is_big_endian = bytes[EI_DATA] == ELFDATA2MSB;
    if (file->is_64_bit && !read_at(file, 0, bytes, sizeof(Elf64_Ehdr)))
        return pprof_fail(status, "%s: the ELF header is cut short", file->path);
#define FIELD(name)                                                                                                    \
    (file->is_64_bit ? get_number(file, bytes + offsetof(Elf64_Ehdr, name), sizeof((Elf64_Ehdr *)0)->name)             \
                     : get_number(file, bytes + offsetof(Elf32_Ehdr, name), sizeof((Elf32_Ehdr *)0)->name))
    *offset = FIELD(e_phoff);
    *size = (size_t)FIELD(e_phentsize);
    *count = (size_t)FIELD(e_phnum);
#undef FIELD
    size_t least = file->is_64_bit ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    if (*count == 0 || *count > MOST_HEADERS || *size < least || *size > UINT16_MAX)
        return pprof_fail(status, "%s: %zu program headers of %zu bytes: not an executable or shared library",
                          file->path, *count, *size);
    return true;
}

static bool read_file(elf_file *file, pprof_arena *arena, pprof_elf *elf, pprof_status *status) {
    uint64_t offset = 0;
    size_t size = 0, count = 0;
    if (!read_header(file, &offset, &size, &count, status)) return false;
    uint8_t *headers = pprof_allocate(arena, count, size, status);
    pprof_elf_segment *segments = pprof_allocate(arena, count, sizeof *segments, status);
    if (headers == NULL || segments == NULL) return false;
    if (!read_at(file, offset, headers, count * size))
        return pprof_fail(status, "%s: the program headers are cut short", file->path);

    *elf = (pprof_elf){.segments = segments, .build_id = ""};
    for (size_t i = 0; i < count; i++) {
        program_header header = get_program_header(file, headers + i * size);
        if (header.type == PT_LOAD)
            segments[elf->segment_count++] = (pprof_elf_segment){.address = header.address,
                                                                 .file_offset = header.file_offset,
                                                                 .file_size = header.file_size,
                                                                 .is_executable = (header.flags & PF_X) != 0};
        if (header.type == PT_NOTE && elf->build_id[0] == '\0' && header.file_size <= LONGEST_NOTES) {
            uint8_t *notes = pprof_allocate(arena, header.file_size, 1, status);
            if (notes == NULL) return false;
            /* A file stripped to its debug information still has the header, but maybe not the notes. */
            if (!read_at(file, header.file_offset, notes, header.file_size)) continue;
            elf->build_id = find_build_id(file, notes, header.file_size, arena, status);
            if (elf->build_id == NULL) return false;
        }
    }
    return true;
}

bool pprof_read_elf(const char *path, pprof_arena *arena, pprof_elf *elf, pprof_status *status) {
    /* O_NONBLOCK: a path from a profile may name a FIFO or a device by now. */
    elf_file file = {.path = path, .descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.descriptor < 0) return pprof_fail(status, "%s: %s", path, strerror(errno));
    struct stat about;
    bool fine = fstat(file.descriptor, &about) == 0 && S_ISREG(about.st_mode)
                    ? read_file(&file, arena, elf, status)
                    : pprof_fail(status, "%s: not a regular file", path);
    (void)close(file.descriptor);
    return fine;
}

bool pprof_find_file_address(const pprof_elf *elf, const pprof_mapping *mapping, uint64_t address, uint64_t *result) {
    /* A mapping of everything at no offset says that the addresses are the file's own already. */
    bool covers_everything = mapping->memory_start == 0 && mapping->file_offset == 0 &&
                             (mapping->memory_limit == 0 || mapping->memory_limit >= INT64_MAX);
    if (covers_everything) {
        *result = address;
        return true;
    }
    if (address < mapping->memory_start) return false;
    uint64_t file_offset = address - mapping->memory_start + mapping->file_offset;
    /* Segments share pages at their edges, so that one byte of the file may be mapped twice: code is wanted. */
    const pprof_elf_segment *found = NULL;
    for (uint32_t i = 0; i < elf->segment_count; i++) {
        const pprof_elf_segment *segment = &elf->segments[i];
        if (file_offset < segment->file_offset || file_offset - segment->file_offset >= segment->file_size) continue;
        if (found == NULL || (segment->is_executable && !found->is_executable)) found = segment;
    }
    if (found == NULL) return false;
    *result = file_offset - found->file_offset + found->address;
    return true;
}
