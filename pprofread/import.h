/* What the import stages share: everything here is inside the library and no part of its public face.
 *
 *   process.c         a child process, fed and read line by line
 *   elf.c             build id and load segments of an executable; addresses in memory ─▶ addresses in the file
 *   maps.c            perf's mmap, exec and fork events ─▶ what each process had mapped where
 *   symbolizer.c      (file, address) ─▶ frames, through one llvm-symbolizer process
 *   simplify_name.c   linkage name ─▶ the short name that pprof shows
 */
#ifndef PPROFREAD_IMPORT_H
#define PPROFREAD_IMPORT_H

#include "pprofread.h"

/* ---- process.c ------------------------------------------------------------------------------------------------- */

typedef struct pprof_child {
    const char *const *arguments; /* NULL-terminated; the first is looked up in PATH when it has no slash */
    /* Fills [buffer] with up to [size] bytes for the child's standard input; 0 ends it. NULL: no input. */
    size_t (*produce)(void *context, char *buffer, size_t size);
    /* Takes one line of standard output, a NUL in place of its newline. False, with [status] set, stops the child. */
    bool (*consume)(void *context, char *line, size_t length, pprof_status *status);
    void *context; /* for both */
} pprof_child;

typedef struct pprof_child_end {
    bool was_found;  /* false: no such program, nothing ran */
    bool succeeded;  /* exit status 0 */
    char how[64];    /* "exit status 1", "signal 11" */
    char error[400]; /* the beginning of what it wrote to standard error */
} pprof_child_end;

/* Runs the child to its end, without a shell. True when it ended by itself, whatever its exit status, or was not
 * found; false when it cannot be run or read at all, or [consume] said no. */
bool pprof_run_child(const pprof_child *child, pprof_child_end *end, pprof_status *status);

/* ---- elf.c ----------------------------------------------------------------------------------------------------- */

typedef struct pprof_elf_segment {
    uint64_t address, file_offset, file_size;
    bool is_executable;
} pprof_elf_segment;

typedef struct pprof_elf {
    const pprof_elf_segment *segments; /* PT_LOAD, in file order */
    uint32_t segment_count;
    const char *build_id; /* lower-case hex, "" when the file has none */
} pprof_elf;

/* Fails when the file cannot be read, is no ELF file, or contradicts itself. */
bool pprof_read_elf(const char *path, pprof_arena *arena, pprof_elf *elf, pprof_status *status);

/* Where [address], which the process saw in [mapping], lies in the file's own address space. False: in no segment. */
bool pprof_find_file_address(const pprof_elf *elf, const pprof_mapping *mapping, uint64_t address, uint64_t *result);

/* ---- maps.c ---------------------------------------------------------------------------------------------------- */

#define PPROF_KERNEL_PROCESS (-1)

typedef struct pprof_range {
    uint64_t start, limit, file_offset;
    const char *path;
} pprof_range;

typedef struct pprof_process_maps {
    int64_t process;
    pprof_range *ranges; /* sorted, without overlap */
    uint32_t count, capacity;
} pprof_process_maps;

/* Processes sorted by number. Zero-initialized but for the arena. */
typedef struct pprof_maps {
    pprof_arena *arena;
    pprof_process_maps *processes;
    uint32_t count, capacity;
} pprof_maps;

/* [range] takes the place of whatever the process had there. */
bool pprof_map_range(pprof_maps *maps, int64_t process, const pprof_range *range, pprof_status *status);
/* exec: the process has nothing mapped any more. */
void pprof_clear_process(pprof_maps *maps, int64_t process);
/* fork: [child] begins with what [parent] has. */
bool pprof_copy_process(pprof_maps *maps, int64_t parent, int64_t child, pprof_status *status);
/* The range that holds [address], or NULL. */
const pprof_range *pprof_find_range(const pprof_maps *maps, int64_t process, uint64_t address);
/* The range that maps byte [file_offset] of the file at [path], or NULL; the first of several. */
const pprof_range *pprof_find_file_range(const pprof_maps *maps, int64_t process, const char *path, size_t path_length,
                                         uint64_t file_offset);

/* ---- symbolizer.c ---------------------------------------------------------------------------------------------- */

typedef struct pprof_query {
    const char *path;
    uint64_t address; /* in the file's own address space */
} pprof_query;

typedef struct pprof_frame {
    const char *function, *file; /* "" when not known */
    int64_t line, column, start_line;
} pprof_frame;

typedef struct pprof_symbolizer {
    const char *command; /* NULL: the newest llvm-symbolizer that is found */
    const pprof_query *queries;
    size_t query_count;
    /* Takes the frames of query [index], innermost first; they live for the call only. Queries come in order. */
    bool (*take_frames)(void *context, size_t index, const pprof_frame *frames, size_t frame_count,
                        pprof_status *status);
    void *context;
} pprof_symbolizer;

/* One llvm-symbolizer for all queries. Fails when there is none, or it ends early, or it says what is not JSON. */
bool pprof_run_symbolizer(const pprof_symbolizer *symbolizer, pprof_status *status);

/* Whether a path can be named on llvm-symbolizer's standard input. */
bool pprof_can_query_path(const char *path);

/* ---- simplify_name.c ------------------------------------------------------------------------------------------- */

/* pprof's default form of a function's name: demangled, without parameters, template arguments, return type and clone
 * suffix. A name that is not mangled comes back as it is, or stripped alike if it looks like demangled C++. */
const char *pprof_simplify_name(const char *linkage_name, pprof_arena *arena, pprof_status *status);

#endif
