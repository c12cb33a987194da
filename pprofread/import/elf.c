/* Takes the path of an executable or shared library; gives its build id and load segments, and from those the file's
 * own address for an address that a process saw; and its functions.
 *
 * Reads what it needs wherever it is in the file: 32 and 64 bits, either byte order, every size checked. Cannot know
 * what a loader did beyond mapping segments (prelinked or self-relocating programs). */
#include "import/import.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_HEADERS = 4096, LONGEST_NOTES = 1 << 16, LONGEST_BUILD_ID = 64 };
/* Names may overlap, so that their lengths are no part of the file's. */
enum { LARGEST_SYMBOL_TABLE = 1 << 29, LONGEST_NAME = 1 << 16 };

typedef struct elf_file {
    const char *path;
    int descriptor;
    uint64_t size;
    bool is_64_bit, is_big_endian, is_x86_64;
} elf_file;

/* An array in the file: the product of entry_size and count fits. */
typedef struct elf_table {
    uint64_t offset;
    size_t entry_size, count;
} elf_table;

/* The field of a structure in the file's own class, which is at [bytes]. */
#define GET_FIELD(file, bytes, structure, name)                                                                        \
    ((file)->is_64_bit                                                                                                 \
         ? get_number(file, (bytes) + offsetof(Elf64_##structure, name), sizeof((Elf64_##structure *)0)->name)         \
         : get_number(file, (bytes) + offsetof(Elf32_##structure, name), sizeof((Elf32_##structure *)0)->name))
#define GET_SIZE(file, structure) ((file)->is_64_bit ? sizeof(Elf64_##structure) : sizeof(Elf32_##structure))

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
    return (program_header){.type = (uint32_t)GET_FIELD(file, bytes, Phdr, p_type),
                            .flags = (uint32_t)GET_FIELD(file, bytes, Phdr, p_flags),
                            .file_offset = GET_FIELD(file, bytes, Phdr, p_offset),
                            .address = GET_FIELD(file, bytes, Phdr, p_vaddr),
                            .file_size = GET_FIELD(file, bytes, Phdr, p_filesz)};
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

/* Where and how many the program headers and the section headers are. */
static bool read_header(elf_file *file, elf_table *programs, elf_table *sections, pprof_status *status) {
    uint8_t bytes[sizeof(Elf64_Ehdr)] = {0};
    if (!read_at(file, 0, bytes, sizeof(Elf32_Ehdr)) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return pprof_fail(status, "%s: this is no ELF file", file->path);
    file->is_64_bit = bytes[EI_CLASS] == ELFCLASS64;
    file->is_big_endian = bytes[EI_DATA] == ELFDATA2MSB;
    if (file->is_64_bit && !read_at(file, 0, bytes, sizeof(Elf64_Ehdr)))
        return pprof_fail(status, "%s: the ELF header is cut short", file->path);
    file->is_x86_64 = file->is_64_bit && GET_FIELD(file, bytes, Ehdr, e_machine) == EM_X86_64;
    *programs = (elf_table){.offset = GET_FIELD(file, bytes, Ehdr, e_phoff),
                            .entry_size = (size_t)GET_FIELD(file, bytes, Ehdr, e_phentsize),
                            .count = (size_t)GET_FIELD(file, bytes, Ehdr, e_phnum)};
    *sections = (elf_table){.offset = GET_FIELD(file, bytes, Ehdr, e_shoff),
                            .entry_size = (size_t)GET_FIELD(file, bytes, Ehdr, e_shentsize),
                            .count = (size_t)GET_FIELD(file, bytes, Ehdr, e_shnum)};
    return true;
}

static bool is_inside(const elf_file *file, const elf_table *table) {
    return table->offset <= file->size && table->count * table->entry_size <= file->size - table->offset;
}

/* All of a table, which is in the arena; NULL where the file is cut short or memory is out, and [status] says so. */
static uint8_t *read_table(const elf_file *file, const elf_table *table, const char *name, pprof_arena *arena,
                           pprof_status *status) {
    size_t size = table->count * table->entry_size;
    uint8_t *bytes = is_inside(file, table) ? pprof_allocate(arena, size, 1, status) : NULL;
    if (bytes != NULL && read_at(file, table->offset, bytes, size)) return bytes;
    pprof_fail(status, "%s: the %s are cut short", file->path, name);
    return NULL;
}

static bool read_segments(elf_file *file, pprof_arena *arena, pprof_elf *elf, pprof_status *status) {
    elf_table programs = {0}, sections = {0};
    if (!read_header(file, &programs, &sections, status)) return false;
    if (programs.count == 0 || programs.count > MOST_HEADERS || programs.entry_size < GET_SIZE(file, Phdr))
        return pprof_fail(status, "%s: %zu program headers of %zu bytes: not an executable or shared library",
                          file->path, programs.count, programs.entry_size);
    uint8_t *headers = read_table(file, &programs, "program headers", arena, status);
    pprof_elf_segment *segments = pprof_allocate(arena, programs.count, sizeof *segments, status);
    if (headers == NULL || segments == NULL) return false;

    *elf = (pprof_elf){.segments = segments, .build_id = "", .is_x86_64 = file->is_x86_64};
    for (size_t i = 0; i < programs.count; i++) {
        program_header header = get_program_header(file, headers + i * programs.entry_size);
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

/* ---- functions ---- */

/* The symbol table and the names that it refers to; count 0 where the file was stripped, or makes no sense there: it
 * may have been packed, and runs all the same. */
static bool find_symbols(const elf_file *file, const elf_table *sections, pprof_arena *scratch, elf_table *symbols,
                         elf_table *names, pprof_status *status) {
    *symbols = *names = (elf_table){.entry_size = 1};
    if (sections->entry_size != GET_SIZE(file, Shdr) || !is_inside(file, sections)) return true;
    const uint8_t *headers = read_table(file, sections, "section headers", scratch, status);
    if (headers == NULL) return false;
    for (size_t i = 0; i < sections->count; i++) {
        const uint8_t *header = headers + i * sections->entry_size;
        if (GET_FIELD(file, header, Shdr, sh_type) != SHT_SYMTAB) continue;
        uint64_t link = GET_FIELD(file, header, Shdr, sh_link), size = GET_FIELD(file, header, Shdr, sh_size);
        if (link >= sections->count) break;
        const uint8_t *linked = headers + link * sections->entry_size;
        uint64_t name_size = GET_FIELD(file, linked, Shdr, sh_size);
        if (size > LARGEST_SYMBOL_TABLE || name_size > LARGEST_SYMBOL_TABLE) break;
        elf_table found = {.offset = GET_FIELD(file, header, Shdr, sh_offset),
                           .entry_size = GET_SIZE(file, Sym),
                           .count = (size_t)(size / GET_SIZE(file, Sym))};
        elf_table texts = {GET_FIELD(file, linked, Shdr, sh_offset), 1, (size_t)name_size};
        if (!is_inside(file, &found) || !is_inside(file, &texts)) break;
        *symbols = found;
        *names = texts;
        break;
    }
    return true;
}

/* Linkers make hidden functions local, so that these cannot be told from static ones. */
static bool is_function(const elf_file *file, const uint8_t *symbol) {
    return ELF64_ST_TYPE(GET_FIELD(file, symbol, Sym, st_info)) == STT_FUNC &&
           GET_FIELD(file, symbol, Sym, st_shndx) != SHN_UNDEF;
}

static int compare_functions(const void *left, const void *right) {
    const pprof_elf_function *a = left, *b = right;
    if (a->address != b->address) return a->address < b->address ? -1 : 1;
    int order = strcmp(a->name, b->name);
    if (order != 0) return order;
    if (a->size != b->size) return a->size < b->size ? -1 : 1;
    return (int)a->is_weak - (int)b->is_weak;
}

static bool read_functions(elf_file *file, pprof_arena *arena, pprof_elf_functions *functions, pprof_status *status) {
    elf_table programs = {0}, sections = {0}, symbols, names;
    *functions = (pprof_elf_functions){0};
    if (!read_header(file, &programs, &sections, status) ||
        !find_symbols(file, &sections, arena, &symbols, &names, status) || names.count == 0)
        return !status->failed;
    const uint8_t *symbol = read_table(file, &symbols, "symbols", arena, status);
    const char *texts = (const char *)read_table(file, &names, "symbols' names", arena, status);
    functions->items = pprof_allocate(arena, symbols.count, sizeof *functions->items, status);
    if (symbol == NULL || texts == NULL || functions->items == NULL) return false;
    for (size_t i = 0; i < symbols.count; i++, symbol += symbols.entry_size) {
        uint64_t name = GET_FIELD(file, symbol, Sym, st_name);
        if (!is_function(file, symbol) || name >= names.count || texts[name] == '\0') continue;
        size_t room = names.count - (size_t)name;
        if (memchr(texts + name, '\0', room < LONGEST_NAME ? room : LONGEST_NAME) == NULL) continue;
        functions->items[functions->count++] =
            (pprof_elf_function){.name = texts + name,
                                 .address = GET_FIELD(file, symbol, Sym, st_value),
                                 .size = GET_FIELD(file, symbol, Sym, st_size),
                                 .is_weak = ELF64_ST_BIND(GET_FIELD(file, symbol, Sym, st_info)) == STB_WEAK};
    }
    qsort(functions->items, functions->count, sizeof *functions->items, compare_functions);
    pprof_elf_function *items = functions->items;
    size_t count = 0;
    for (size_t i = 0; i < functions->count; i++)
        if (count == 0 || items[i].address != items[count - 1].address ||
            strcmp(items[i].name, items[count - 1].name) != 0)
            items[count++] = items[i];
    functions->count = count;
    return true;
}

/* ---- the file ---- */

/* O_NONBLOCK: a path from a profile may name a FIFO or a device by now. */
static bool open_file(const char *path, elf_file *file, pprof_status *status) {
    *file = (elf_file){.path = path, .descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file->descriptor < 0) return pprof_fail(status, "%s: %s", path, strerror(errno));
    struct stat about;
    if (fstat(file->descriptor, &about) == 0 && S_ISREG(about.st_mode)) {
        file->size = (uint64_t)about.st_size;
        return true;
    }
    (void)close(file->descriptor);
    return pprof_fail(status, "%s: not a regular file", path);
}

bool pprof_read_elf(const char *path, pprof_arena *arena, pprof_elf *elf, pprof_status *status) {
    elf_file file;
    if (!open_file(path, &file, status)) return false;
    bool fine = read_segments(&file, arena, elf, status);
    (void)close(file.descriptor);
    return fine;
}

bool pprof_read_elf_functions(const char *path, pprof_arena *arena, pprof_elf_functions *functions,
                              pprof_status *status) {
    elf_file file;
    if (!open_file(path, &file, status)) return false;
    bool fine = read_functions(&file, arena, functions, status);
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
