/* What the import stages share: everything here is inside the library and no part of its public face.
 *
 *   process.c         a child process, fed and read line by line
 *   elf.c             build id, load segments and functions of an executable; addresses in memory ─▶ in the file
 *   memory_map.c      the text of /proc/self/maps ─▶ executable mappings, tidied as pprof tidies them
 *   perf_header.c     what a perf.data says of itself: its events and build ids
 *   maps.c            perf's mmap, exec and fork events ─▶ what each process had mapped where
 *   mapping_files.c   a profile's mappings ─▶ the files to symbolize them from, the right builds of them
 *   inventory.c       a profile's mappings ─▶ the functions that no sample met
 *   machine_code.c    calls, jumps and frame pointers in an executable's code
 *   lost_frames.c     stacks ─▶ the same with the frames that jumps left out
 *   symbolizer.c      (file, address) ─▶ frames, through one llvm-symbolizer process
 *   simplify_name.c   linkage name ─▶ the short name that pprof shows
 */
#ifndef PPROFREAD_IMPORT_H
#define PPROFREAD_IMPORT_H

#include "pprofread.h"

/* ---- process.c ------------------------------------------------------------------------------------------------- */

/* Closes *[descriptor] unless it is -1, which it then becomes. */
void pprof_close_descriptor(int *descriptor);

/* Long enough for a symbolizer that downloads or indexes gigabytes of debug information. */
#define PPROF_DEFAULT_SILENCE_LIMIT 600

typedef struct pprof_child {
    const char *const *arguments; /* NULL-terminated; the first is looked up in PATH when it has no slash */
    /* Fills [buffer] with up to [size] bytes for the child's standard input; 0 ends it. NULL: no input. */
    size_t (*produce)(void *context, char *buffer, size_t size);
    /* Takes one line of standard output, a NUL in place of its newline. False, with [status] set, stops the child. */
    bool (*consume)(void *context, char *line, size_t length, pprof_status *status);
    void *context;     /* for both */
    int silence_limit; /* seconds without a sign of life after which it is killed; 0: PPROF_DEFAULT_SILENCE_LIMIT */
} pprof_child;

typedef struct pprof_child_end {
    bool was_found;  /* false: no such program, nothing ran */
    bool succeeded;  /* exit status 0 */
    char how[64];    /* "exit status 1", "signal 11" */
    char error[400]; /* the beginning of what it wrote to standard error */
} pprof_child_end;

/* Runs the child to its end, without a shell. True when it ended by itself, whatever its exit status, or was not
 * found; false when it cannot be run or read at all, was silent for too long, or [consume] said no. */
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
    bool is_x86_64;
} pprof_elf;

/* Fails when the file cannot be read, is no ELF file, or contradicts itself. */
bool pprof_read_elf(const char *path, pprof_arena *arena, pprof_elf *elf, pprof_status *status);

/* Where [address], which the process saw in [mapping], lies in the file's own address space. False: in no segment. */
bool pprof_find_file_address(const pprof_elf *elf, const pprof_mapping *mapping, uint64_t address, uint64_t *result);

typedef struct pprof_elf_function {
    const char *name; /* linkage name, never empty */
    uint64_t address; /* in the file's own address space */
    uint64_t size;    /* 0: not known */
    bool is_weak;     /* C++'s inline functions and templates among them */
} pprof_elf_function;

typedef struct pprof_elf_functions {
    pprof_elf_function *items; /* by address, then by name in byte order, each once */
    size_t count;
} pprof_elf_functions;

/* The functions that the file defines. None where it was stripped, or what is said of them makes no sense. */
bool pprof_read_elf_functions(const char *path, pprof_arena *arena, pprof_elf_functions *functions,
                              pprof_status *status);

/* ---- memory_map.c ----------------------------------------------------------------------------------------------- */

typedef struct pprof_memory_mapping {
    uint64_t start, limit, file_offset;
    const char *path; /* "" for anonymous memory */
} pprof_memory_mapping;

typedef struct pprof_memory_map {
    pprof_memory_mapping *mappings; /* the program's first, if it can be told */
    uint32_t count;
} pprof_memory_map;

/* Lines that are no mappings, and mappings that are not executable, are passed over. */
bool pprof_parse_memory_map(const char *text, size_t length, pprof_arena *arena, pprof_memory_map *map,
                            pprof_status *status);
/* The index of the mapping that holds [address]; a mapping whose first part the text lacks is stretched to hold it.
 * PPROF_NONE: none does. */
uint32_t pprof_find_memory_mapping(pprof_memory_map *map, uint64_t address);

/* ---- perf_header.c --------------------------------------------------------------------------------------------- */

typedef struct pprof_perf_event {
    const char *name;      /* as perf prints it: "cpu_core/cycles/u" */
    const char *base_name; /* "cycles" */
    uint64_t sample_count; /* for the caller to fill */
    bool is_taken;         /* of the one kind that the profile is made from */
} pprof_perf_event;

typedef struct pprof_perf_header {
    pprof_perf_event *events;
    size_t event_count;
    const char *base_name;   /* of the events taken */
    bool is_clock;           /* their periods are nanoseconds */
    bool unwinds_from_stack; /* --call-graph dwarf: perf script itself unwinds, and takes one off return addresses */
    struct pprof_perf_build_id *build_ids; /* sorted by path */
    size_t build_id_count;
} pprof_perf_header;

/* Asks perf about the file at [path]. Of several events it takes the clock, else the cycles, else the first. */
bool pprof_read_perf_header(const char *path, pprof_arena *arena, pprof_perf_header *header, pprof_status *status);
/* The build id that the recording has for a mapped file, "" if none. */
const char *pprof_get_perf_build_id(const pprof_perf_header *header, const char *path);

/* Runs perf and gives each line of its output to [consume]; fails, with what perf said, if perf is missing or fails. */
bool pprof_run_perf(const char *path, const char *const *arguments,
                    bool (*consume)(void *context, char *line, size_t length, pprof_status *status), void *context,
                    pprof_status *status);

/* ---- maps.c ---------------------------------------------------------------------------------------------------- */

#define PPROF_KERNEL_PROCESS (-1)

typedef struct pprof_range {
    uint64_t start, limit, file_offset;
    const char *path;
    uint32_t file; /* the caller's own; kept when a range is cut or copied */
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

/* ---- mapping_files.c ------------------------------------------------------------------------------------------- */

/* The file that stands for one mapping. */
typedef struct pprof_mapping_file {
    const char *path;    /* "" when the mapping names none */
    const char *problem; /* why it cannot be used, "FILE: what is wrong"; NULL: it can */
    pprof_elf elf;       /* if it can */
    bool is_needed;      /* a location lies in the mapping */
} pprof_mapping_file;

/* libfoo.so, libfoo.so.6, libfoo.so_1: what is not the program. */
bool pprof_is_library_path(const char *path);
/* What the kernel shows where there is no file: [vdso], //anon, /memfd:x, /dev/zero, /SYSV0000, and nothing. */
bool pprof_is_pseudo_path(const char *path);

/* The mapping of the profiled program: what is no shared library and has most samples, the first of equals. PPROF_NONE:
 * there is none, or memory is out and [status] is set. */
uint32_t pprof_find_main_mapping(const pprof_profile *profile, pprof_arena *arena, pprof_status *status);

/* Finds and checks each mapping's file: one of [files] per mapping. *[main_mapping] is the program's, or the one that
 * options->binary stands in for; PPROF_NONE if there is neither. Fails only over options->binary: when it cannot be
 * read, is another build than the profile says, or there is nothing for it to stand in for. */
bool pprof_find_mapping_files(const pprof_profile *profile, const pprof_symbolize_options *options, pprof_arena *arena,
                              pprof_mapping_file *files, uint32_t *main_mapping, pprof_status *status);

/* ---- inventory.c ----------------------------------------------------------------------------------------------- */

/* [input] and, at the end of its function table, the functions of its mappings' files that it does not have yet, with
 * linkage names alone. Fails where options->binary is not the build that was profiled, or, if the profile has no
 * mappings, has none of its functions; another file that is not, or that lists none, adds nothing. [output] shares what
 * is the same with [input]. */
bool pprof_list_idle_functions(const pprof_profile *input, const pprof_symbolize_options *options, pprof_arena *arena,
                               pprof_profile *output, pprof_status *status);

/* ---- machine_code.c -------------------------------------------------------------------------------------------- */

/* Functions are numbers into [functions], addresses the file's own. */
typedef struct pprof_machine_code {
    const pprof_elf *elf;
    const uint8_t *data; /* the file */
    size_t size;
    pprof_elf_functions functions; /* by address, one at each; none where there is no code that can be read */
} pprof_machine_code;

/* Maps the file into [arena]. Of a file for another machine, or without symbols, there are no functions. */
bool pprof_read_machine_code(const char *path, const pprof_elf *elf, pprof_arena *arena, pprof_machine_code *code,
                             pprof_status *status);
/* The function that [address] is in; PPROF_NONE: in none. */
uint32_t pprof_find_machine_function(const pprof_machine_code *code, uint64_t address);
/* The function that the instruction before [end] calls; PPROF_NONE: it is no call that names one. */
uint32_t pprof_find_called_function(const pprof_machine_code *code, uint64_t end);
/* Whether [function] begins by setting up its frame pointer, and has done so before [address]. */
bool pprof_has_frame_pointer(const pprof_machine_code *code, uint32_t function, uint64_t address);
/* The last byte of the one jump in [from] to the first byte of [to]; 0: there is none, or there are several. No more
 * bytes than *[search_room] are looked at, which gets less by so many. */
uint64_t pprof_find_jump(const pprof_machine_code *code, uint32_t from, uint32_t to, uint64_t *search_room);

/* ---- lost_frames.c --------------------------------------------------------------------------------------------- */

/* [input] and in its stacks the frames that are missing there, as far as the mappings' [files] tell: as locations
 * behind the others, each with a function by its linkage name. Where have_places[location] is false, the place in it is
 * not known, and the address is that of its beginning in the file's own address space. [output] shares what is the same
 * with [input]; [have_places] is in the arena, too. */
bool pprof_restore_frames(const pprof_profile *input, const pprof_mapping_file *files, pprof_arena *arena,
                          pprof_profile *output, const bool **have_places, pprof_status *status);

/* ---- symbolizer.c ---------------------------------------------------------------------------------------------- */

typedef struct pprof_query {
    const char *path;
    uint64_t address; /* in the file's own address space */
} pprof_query;

typedef struct pprof_source_frame {
    const char *function, *file; /* "" when not known */
    int64_t line, column, start_line;
} pprof_source_frame;

typedef struct pprof_symbolizer {
    const char *command; /* NULL: the newest llvm-symbolizer that is found */
    int silence_limit;   /* as pprof_child's */
    const pprof_query *queries;
    size_t query_count;
    /* Takes the frames of query [index], innermost first; they live for the call only. Queries come in order. */
    bool (*take_frames)(void *context, size_t index, const pprof_source_frame *frames, size_t frame_count,
                        pprof_status *status);
    void *context;
} pprof_symbolizer;

/* One llvm-symbolizer for all queries. Fails when there is none, or it ends early, or it says what is not JSON. */
bool pprof_run_symbolizer(const pprof_symbolizer *symbolizer, pprof_status *status);

/* Asks it nothing, so that its lack is told before the work that would be lost. */
bool pprof_probe_symbolizer(const pprof_symbolize_options *options, pprof_status *status);

/* Whether a path can be named on llvm-symbolizer's standard input. */
bool pprof_can_query_path(const char *path);

/* ---- simplify_name.c ------------------------------------------------------------------------------------------- */

/* pprof's default form of a function's name: demangled, without parameters, template arguments, return type and clone
 * suffix. A name that is not mangled comes back as it is, or stripped alike if it looks like demangled C++. */
const char *pprof_simplify_name(const char *linkage_name, pprof_arena *arena, pprof_status *status);

#endif
