/* pprofread: pprof CPU profiles, read, made, checked and weighed for profile-guided optimization.
 *
 * The data runs one way, and this header lists it in that order:
 *
 *   file ──pprof_read_source──▶ bytes ──pprof_decode_profile──▶ Profile ──pprof_compute_weights──▶ Weights
 *   perf.data, gperftools ──pprof_import_*──▶ Profile (addresses) ──pprof_symbolize_profile──▶ Profile
 *   Profile ──pprof_encode_profile──▶ bytes        Profile ──pprof_print_*──▶ text        Weights ◀─▶ text
 *
 * Conventions. A function that can fail takes a pprof_status last and returns false (or NULL) after it has put a
 * message there. What a function gives lives in the pprof_arena it was handed and dies with it. Nothing here prints
 * (except to a FILE that the caller passes), exits, or keeps global state; two threads may use it on two arenas.
 * All sums of sample values saturate at the type's limit. */
#ifndef PPROFREAD_H
#define PPROFREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- status.c: errors are values --------------------------------------------------------------------------- */

/* Owned by the caller, zero-initialized: `pprof_status status = {0};`. */
typedef struct pprof_status {
    bool failed;
    char message[1024]; /* "FILE: what is wrong; what to do": one line, no newline at its end, no control character */
} pprof_status;

/* Records a failure and returns false, so that `return pprof_fail(status, "…")` reads well. The first failure wins. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
bool pprof_fail(pprof_status *status, const char *format, ...);

/* ---- arena.c: one owner for everything --------------------------------------------------------------------- */

typedef struct pprof_arena {
    struct pprof_arena_block *blocks;
    size_t reserved_bytes; /* what the arena has taken from malloc, for tests of the memory bound */
} pprof_arena;             /* zero-initialized: `pprof_arena arena = {0};` */

/* Zeroed memory for [count] elements of [size] bytes, aligned for any type; NULL when memory is out or the product
 * overflows. A count of 0 gives a valid pointer. */
void *pprof_arena_allocate(pprof_arena *arena, size_t count, size_t size);

/* As above, and says so in [status] when it gives NULL. */
void *pprof_allocate(pprof_arena *arena, size_t count, size_t size, pprof_status *status);

/* A NUL-terminated copy of [length] bytes, or NULL with [status] set. */
char *pprof_copy_string(pprof_arena *arena, const char *text, size_t length, pprof_status *status);

/* printf into the arena; NULL with [status] set when memory is out. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
char *pprof_format_string(pprof_arena *arena, pprof_status *status, const char *format, ...);

/* Hands a malloc'ed [memory] of [size] bytes to the arena, which frees it. On failure the memory is freed at once. */
bool pprof_arena_adopt(pprof_arena *arena, void *memory, size_t size);

void pprof_arena_free(pprof_arena *arena);

/* ---- source.c: a file's bytes, and what they are ------------------------------------------------------------ */

typedef enum pprof_format {
    PPROF_FORMAT_UNKNOWN = 0,
    PPROF_FORMAT_EMPTY,
    PPROF_FORMAT_PROFILE,       /* pprof protobuf (after gunzip) */
    PPROF_FORMAT_WEIGHTS_TEXT,  /* first line "pgo-weights 1" */
    PPROF_FORMAT_WEIGHTS_INDEX, /* index/: weights, to be mapped */
    PPROF_FORMAT_GPERFTOOLS,    /* legacy binary CPU profile */
    PPROF_FORMAT_PERF_DATA,
    PPROF_FORMAT_PERF_SCRIPT,
    PPROF_FORMAT_HEAP_LEGACY,
    PPROF_FORMAT_FOLDED_STACKS,
    PPROF_FORMAT_ELF,
    PPROF_FORMAT_LLVM_PROFILE, /* .profdata, .profraw, or a sample profile in text */
    PPROF_FORMAT_GZIP,         /* still gzip after one gunzip */
    PPROF_FORMAT_ZSTD,
    PPROF_FORMAT_LZ4,
    PPROF_FORMAT_BZIP2,
    PPROF_FORMAT_XZ,
    PPROF_FORMAT_ZLIB,
    PPROF_FORMAT_MARKUP, /* HTML, XML, SVG */
    PPROF_FORMAT_JSON,
} pprof_format;

#define PPROF_DEFAULT_SIZE_LIMIT ((uint64_t)1 << 30) /* bytes after decompression */
#define PPROF_MAXIMUM_SIZE_LIMIT ((uint64_t)UINT32_MAX - 1)

typedef struct pprof_source {
    const char *path;    /* as given, for messages */
    const uint8_t *data; /* decompressed bytes, in the arena */
    size_t size;
    pprof_format format; /* of the decompressed bytes */
    bool was_gzip;
} pprof_source;

/* Reads the file at [path] ("-" is standard input), gunzips it (several members, each checksum checked) if it is gzip,
 * and sniffs what it is. Refuses more than [size_limit] decompressed bytes, naming the limit (0: the default).
 * A format that is not a profile is no failure here: see pprof_refuse_format. Of perf.data, ELF files and indexes only
 * the beginning is read. */
bool pprof_read_source(const char *path, uint64_t size_limit, pprof_arena *arena, pprof_source *source,
                       pprof_status *status);

/* The same for bytes in memory, which must outlive the source; [path] is a name for messages. */
bool pprof_read_bytes(const char *path, const void *data, size_t size, uint64_t size_limit, pprof_arena *arena,
                      pprof_source *source, pprof_status *status);

/* Fails with the message that names what the source is and the remedy, e.g. "x: this is perf.data: run
 * `pprofread import -o default.pgo x` first". */
bool pprof_refuse_format(const pprof_source *source, pprof_status *status);

/* ---- decode.c: bytes ─▶ Profile ----------------------------------------------------------------------------- */

#define PPROF_NONE UINT32_MAX /* "no such index" wherever an index is optional */

/* A string of the profile: not NUL-terminated, may hold any byte. */
typedef struct pprof_string {
    const char *text;
    size_t length;
} pprof_string;

/* Indices called *_string are into the string table; 0 is always the empty string. */
typedef struct pprof_value_type {
    uint32_t type_string;
    uint32_t unit_string;
} pprof_value_type;

typedef struct pprof_mapping {
    uint64_t memory_start, memory_limit, file_offset;
    uint32_t filename_string, build_id_string;
    bool has_functions, has_filenames, has_line_numbers, has_inline_frames;
} pprof_mapping;

typedef struct pprof_function {
    uint32_t name_string, system_name_string, filename_string;
    int64_t start_line; /* 0: not known */
} pprof_function;

typedef struct pprof_line {
    int64_t line; /* 0: not known */
    int64_t column;
    uint32_t function; /* index into functions */
} pprof_line;

/* line[0] is the innermost inlined frame, the last one the physical function. */
typedef struct pprof_location {
    uint64_t address;
    uint32_t mapping;                /* index into mappings, or PPROF_NONE */
    uint32_t first_line, line_count; /* into lines */
    bool is_folded;
} pprof_location;

typedef struct pprof_label {
    int64_t number;
    uint32_t key_string, text_string, unit_string;
} pprof_label;

/* Compact and id-free: everything is an index into a flat array, and every index is in range (decode checked it).
 * Sample s has the locations sample_locations[first_location[s] .. first_location[s+1]), leaf first, the values
 * values[s * sample_type_count ..], and the labels labels[first_label[s] .. first_label[s+1]). */
typedef struct pprof_profile {
    uint32_t sample_type_count, sample_count, mapping_count, location_count, line_count, function_count;
    uint32_t label_count, string_count, comment_count;
    pprof_value_type *sample_types;
    uint32_t *first_location; /* sample_count + 1 */
    uint32_t *sample_locations;
    int64_t *values;
    uint32_t *first_label; /* sample_count + 1, or NULL when there are no labels at all */
    pprof_label *labels;
    pprof_mapping *mappings;
    pprof_location *locations;
    pprof_line *lines;
    pprof_function *functions;
    const uint8_t *string_data; /* each string as a protobuf varint length and its bytes */
    uint32_t *string_offsets;   /* where in string_data each begins: 4 bytes a string, whatever its length */
    uint32_t *comment_strings;
    uint32_t drop_frames_string, keep_frames_string, default_sample_type_string, doc_url_string;
    int64_t time_nanos, duration_nanos, period;
    pprof_value_type period_type;
} pprof_profile;

/* Decodes message by message, so that memory stays near three times the decompressed size. Refuses whatever
 * google/pprof refuses, and two profiles glued together. [profile] does not need [source] any more. */
bool pprof_decode_profile(const pprof_source *source, pprof_arena *arena, pprof_profile *profile, pprof_status *status);
/* The same of a source that pprof_read_source put into [file], which is freed: its bytes go while they are decoded. The
 * samples come into an arena of their own, so that what they refer to can go before them; the two may be one. */
bool pprof_decode_and_free(const pprof_source *source, pprof_arena *file, pprof_arena *tables, pprof_arena *samples,
                           pprof_profile *profile, pprof_status *status);

/* String [index] of the table. */
pprof_string pprof_get_string(const pprof_profile *profile, uint32_t index);

/* Whether the string equals the NUL-terminated [text]. */
bool pprof_string_equals(pprof_string string, const char *text);

/* ---- builder.c: a Profile made piece by piece --------------------------------------------------------------- */

/* Interns what it is given: equal strings, mappings, functions, locations (same mapping, address, lines, folded) and
 * samples (same locations and labels) become one, values summed with saturation. Indices are in order of first use. */
typedef struct pprof_builder pprof_builder;

pprof_builder *pprof_create_builder(pprof_arena *arena, pprof_status *status);
/* Every pprof_add_* gives the index, or PPROF_NONE with [status] set when memory is out. */
uint32_t pprof_add_string(pprof_builder *builder, const char *text, size_t length, pprof_status *status);
uint32_t pprof_add_sample_type(pprof_builder *builder, const char *type, const char *unit, pprof_status *status);
uint32_t pprof_add_mapping(pprof_builder *builder, const pprof_mapping *mapping, pprof_status *status);
uint32_t pprof_add_function(pprof_builder *builder, const pprof_function *function, pprof_status *status);
/* [location]'s first_line is ignored; [lines] holds its line_count lines. */
uint32_t pprof_add_location(pprof_builder *builder, const pprof_location *location, const pprof_line *lines,
                            pprof_status *status);
/* [values]: one per sample type; labels may be NULL. */
uint32_t pprof_add_sample(pprof_builder *builder, const uint32_t *locations, uint32_t location_count,
                          const int64_t *values, const pprof_label *labels, uint32_t label_count, pprof_status *status);
/* The finished profile; the scalar fields (time, period, comments …) are the caller's to set on it, its strings
 * having been added before. The builder must not be used after. */
bool pprof_finish_builder(pprof_builder *builder, pprof_profile *profile, pprof_status *status);

/* ---- encode.c: Profile ─▶ bytes ----------------------------------------------------------------------------- */

/* The profile as protobuf, gzipped without a timestamp when [gzip]: equal profiles give equal bytes. */
bool pprof_encode_profile(const pprof_profile *profile, bool gzip, pprof_arena *arena, const uint8_t **data,
                          size_t *size, pprof_status *status);

/* Writes bytes to [path] ("-": standard output) through a temporary file and rename, so that no half file is left. */
bool pprof_write_file(const char *path, const void *data, size_t size, pprof_status *status);

/* ---- merge.c, scale.c: Profile × Profile ─▶ Profile ----------------------------------------------------------- */

/* Multiplies every value by its sample type's factor, in place: rounded to the nearest (halves away from zero),
 * saturating. [factors] holds sample_type_count numbers; -1 makes a profile to subtract. */
void pprof_scale_profile(pprof_profile *profile, const double *factors);

typedef struct pprof_text_label {
    const char *key, *text;
} pprof_text_label;

typedef struct pprof_merge_input {
    const pprof_profile *profile;
    const char *path;               /* for messages */
    double weight;                  /* its values count so many times; 0 stands for 1. With [normalize]: its share */
    const pprof_text_label *labels; /* every sample gets these, in place of what it has under the same keys */
    uint32_t label_count;
} pprof_merge_input;

/* Merges profiles one by one, in memory that grows with the result and not with the inputs, each of which may be freed
 * once it is added. As google/pprof's Merge: sample types and period types must agree. Mappings are the same that have
 * the same size to the next 4 KiB, file offset, and build id or else file name, wherever they were loaded; addresses
 * move with them. Locations, functions and samples are the same that agree in all else (columns too, which
 * google/pprof confuses). Samples of zeros are left out, and what no sample uses, but for functions that no location
 * names. The longest period, summed durations, the earliest time known, every comment once; the first input's
 * drop_frames and keep_frames, and the first default sample type and documentation URL that there are. */
typedef struct pprof_merger pprof_merger;

/* With [normalize] every input counts the same, or as its weight says, whatever its total: the totals that the result
 * has are the sums of what the inputs had, one sample type at a time. */
pprof_merger *pprof_create_merger(bool normalize, pprof_arena *arena, pprof_status *status);
/* After a failure the merger is of no more use. */
bool pprof_add_profile(pprof_merger *merger, const pprof_merge_input *input, pprof_status *status);
/* Fails where nothing was added. The merger must not be used after. */
bool pprof_finish_merger(pprof_merger *merger, pprof_profile *profile, pprof_status *status);

/* The same at once, not normalized, for profiles that are in memory anyway. One input: [output] is the input without
 * what its samples do not use, equal things made one. */
bool pprof_merge_profiles(const pprof_merge_input *inputs, size_t count, pprof_arena *arena, pprof_profile *output,
                          pprof_status *status);

/* ---- subtract.c: Profile − Profile ─▶ Profile ------------------------------------------------------------------ */

/* The label that marks the samples of the base in a comparison, as google/pprof does. Reports on a profile that has
 * such samples take shares of their total. */
#define PPROF_BASE_KEY "pprof::base"
#define PPROF_BASE_TEXT "true"

/* [input] less [base], which are merged as above. With [normalize] the input is first scaled to the base's totals. The
 * base's samples stay apart from the input's only if they have a label that these have not: to compare, give them
 * PPROF_BASE_KEY. */
bool pprof_subtract_profile(const pprof_merge_input *input, const pprof_merge_input *base, bool normalize,
                            pprof_arena *arena, pprof_profile *output, pprof_status *status);

/* ---- rename.c, choose.c: a profile for a program that was changed ---------------------------------------------- */

typedef struct pprof_rename_rule {
    /* A function's whole name (what follows in parentheses or angles stays), or with [is_pattern] a POSIX extended
     * regular expression, of which every match is replaced; \1 to \9 in [to] are its groups. */
    const char *from, *to;
    bool is_pattern;
    /* What pprof_rename_functions found. */
    uint32_t function_count; /* functions that it renamed */
    uint32_t unlinked_count; /* of these: functions whose mangled name could not follow, and was taken away */
    double share;            /* of the profile: samples with such a function on the stack, 0..1 */
} pprof_rename_rule;

/* [input] with each function renamed by the first rule that fits. A rule is tried on the name, on what pprof would show
 * for the linkage name, and on the linkage name itself; the other one of the two follows: a C++ linkage name is
 * respelled and demangled to see that it says what it should. Functions that become equal are one. */
bool pprof_rename_functions(const pprof_profile *input, const char *path, pprof_rename_rule *rules, size_t rule_count,
                            pprof_arena *arena, pprof_profile *output, pprof_status *status);

/* Cuts [prefix] off the paths of source files that begin with it; gives of how many functions. */
bool pprof_strip_paths(const pprof_profile *input, const char *path, const char *prefix, pprof_arena *arena,
                       pprof_profile *output, uint32_t *function_count, pprof_status *status);

/* Regular expressions, NULL: none. Samples stay that have a function (mapping) on the stack that [keep_…] matches, and
 * none that [drop_…] does. Functions go by name and linkage name, mappings by file name. */
typedef struct pprof_sample_choice {
    const char *keep, *drop, *keep_mapping, *drop_mapping;
} pprof_sample_choice;

bool pprof_choose_samples(const pprof_profile *input, const char *path, const pprof_sample_choice *choice,
                          pprof_arena *arena, pprof_profile *output, pprof_status *status);

/* ---- select.c: which of a profile's values counts ------------------------------------------------------------ */

/* The index of the sample type that PGO uses: the one named [wanted] ("samples", "cpu", or a decimal index) if not
 * NULL; else samples/count or cpu/nanoseconds, else a known CPU type, else the default type; heap, mutex, block and
 * wall-clock profiles are refused with the reason. */
bool pprof_select_cpu_type(const pprof_profile *profile, const char *path, const char *wanted, uint32_t *index,
                           pprof_status *status);

/* The index that `pprof -top` would show: [wanted] or default_sample_type or the last. */
bool pprof_select_shown_type(const pprof_profile *profile, const char *path, const char *wanted, uint32_t *index,
                             pprof_status *status);

/* ---- weights.c: Profile ─▶ Weights, the only thing that the plugin knows of a profile ------------------------- */

#define PPROF_NO_OFFSET INT32_MIN /* the line was 0: compiler-made code, or a profile without lines */
#define PPROF_CONTEXT_DEPTH 10

/* A place in a function: line − start_line, or the absolute line where the function's lines_are_absolute; column 0 is
 * not known. Ordered by offset, then column. */
typedef struct pprof_place {
    int32_t offset;
    uint32_t column;
} pprof_place;

/* Samples whose innermost frame was at this place of a body. */
typedef struct pprof_self {
    pprof_place place;
    uint64_t weight;
} pprof_self;

/* One function body: a function itself (a root), or that function as called from one place of another body. A root
 * counts every sample with the function in it, whoever called it; a call counts those that came through it. The plugin
 * subtracts what it finds in inlined copies. Calls of a body are sorted by (place, callee). */
typedef struct pprof_body {
    uint32_t function;               /* into functions */
    pprof_place place;               /* of the call, in the parent body; PPROF_NO_OFFSET for a root */
    uint64_t inclusive;              /* samples with this body in the stack, each counted once however deep it recurs */
    uint64_t leaf;                   /* samples whose innermost frame is this body: Go's edge weight */
    uint32_t first_self, self_count; /* into selves; empty below PPROF_CONTEXT_DEPTH */
    uint32_t first_call, call_count; /* into bodies: this body's callees */
} pprof_body;

typedef struct pprof_weight_function {
    const char *linkage_name; /* mangled where the profile knows it, else the best name there is */
    const char *source_name;  /* as the profile shows it; may be demangled, simplified, or equal to linkage_name */
    const char *file;         /* the last two components of the path, "" if not known; a hint, never a key */
    int32_t start_line;       /* 0: not known or not to be trusted */
    bool lines_are_absolute;  /* places hold lines, since start_line is 0 */
    bool linkage_is_certain;  /* false: linkage_name may be a demangled or shortened name */
} pprof_weight_function;

/* functions[i] has the root bodies[i]; sorted by linkage_name, then source_name, file, start_line. */
typedef struct pprof_weights {
    uint32_t function_count, body_count, self_count;
    pprof_weight_function *functions;
    pprof_body *bodies;
    pprof_self *selves;
    uint64_t total;        /* sum of all samples' values */
    uint64_t sample_count; /* number of samples, or the total where the values count them */
    uint64_t unnamed;      /* of total: leaf without a function name, or in the kernel */
    uint64_t without_line; /* of total: leaf with a name and line 0 */
    /* Contexts deeper than a function's own calls that weigh less than this were left out, because the profile is large
     * and has very many (bodies.c); 0: none was. */
    uint64_t context_minimum;
    const char *type, *unit; /* of the values, e.g. "samples", "count" */
} pprof_weights;

typedef struct pprof_weights_options {
    const char *sample_type; /* NULL: as pprof_select_cpu_type chooses */
    uint32_t context_depth;  /* 0: PPROF_CONTEXT_DEPTH */
} pprof_weights_options;

/* [options] may be NULL. Negative values are left out (they come from -diff_base), lines out of range count as 0. */
bool pprof_compute_weights(const pprof_profile *profile, const char *path, const pprof_weights_options *options,
                           pprof_arena *arena, pprof_weights *weights, pprof_status *status);

/* ---- text.c: the Weights' text form --------------------------------------------------------------------------
 *
 *   pgo-weights 1
 *   type samples count
 *   total 683 samples 683 unnamed 4 without-line 111    # and context-minimum N if contexts were left out
 *   function luaV_execute file lua/lvm.c start 1141
 *     self 13:14 9                       # offset:column weight; '?' for PPROF_NO_OFFSET, column 0 left out
 *     call 30:5 luaD_precall 12 3        # offset:column callee inclusive leaf
 *       self 4:2 3                       # the callee's samples in this context, two more spaces
 *   function _ZL4walkv source walk file bench/xml.cpp absolute   # no start line: places hold lines
 *
 * '#' to the end of line is a comment; a name with spaces, '"', '#' or control characters is written in C quotes.
 * A function line may also say `uncertain` (the linkage name may be a demangled or shortened one). Where several
 * functions have one linkage name, a call line names its callee's source, file and start behind the weights.
 * A root's inclusive and leaf weights are derived when a function line has no `inclusive N leaf N`. A callee without a
 * function line of its own gets one implicitly. `type` may be left out (samples count), and so may `total`: then it is
 * the sum of the roots' leaf weights. */
bool pprof_parse_weights(const pprof_source *source, pprof_arena *arena, pprof_weights *weights, pprof_status *status);
bool pprof_print_weights(const pprof_weights *weights, FILE *out, pprof_status *status);

/* Reads a profile in any form (pprof, weights text, index), told by content; gives its Weights, clones united. */
bool pprof_load_weights(const char *path, uint64_t size_limit, const pprof_weights_options *options, pprof_arena *arena,
                        pprof_weights *weights, pprof_status *status);

/* name_suffixes.c: the length of [name] without .llvm.N, .__uniq.N, .part.N, .constprop.N, .isra.N, .cold, in any
 * order: what compilers add to a function that they promote, cut in pieces or specialize. And [name], or for each of
 * the symbols of one constructor or destructor the base object's (_ZN3BoxC2Ev for C1, C4), in the arena; NULL when
 * memory is out. An index finds names (PPROF_KEY_NAME) in this form. */
size_t pprof_strip_name_suffixes(const char *name);
const char *pprof_unify_structors(const char *name, pprof_arena *arena, pprof_status *status);

/* ---- hot.c: the call edges that carry most of the weight ------------------------------------------------------ */

/* A call edge of the flat view, the key that the plugin's inlining goes by. */
typedef struct pprof_hot_edge {
    uint32_t caller, callee; /* into the Weights' functions */
    uint32_t call;           /* into their bodies */
    pprof_place place;
    uint64_t leaf, inclusive;
} pprof_hot_edge;

/* Sorted by weight descending, then caller name, callee name, place. The first hot_count are hot. */
typedef struct pprof_hot_edges {
    pprof_hot_edge *edges;
    uint32_t edge_count, hot_count;
    uint64_t total, threshold; /* weight of all edges; of the last hot one */
} pprof_hot_edges;

/* Hot are the heaviest edges that together pass [cdf_threshold] percent of all edges' leaf weight, as in Go's PGO. */
bool pprof_find_hot_edges(const pprof_weights *weights, double cdf_threshold, pprof_arena *arena, pprof_hot_edges *hot,
                          pprof_status *status);

/* ---- index/: Weights as one file, of which a compile touches only what it asks for ------------------------------ */

/* The file that an index is made from. */
typedef struct pprof_origin {
    const char *name;  /* without its folder; "": none */
    uint64_t size;     /* in bytes, compressed as it is */
    uint32_t checksum; /* crc32 of all bytes */
    uint32_t ends;     /* crc32 of the first and last 4 KiB; the last bytes of a gzip file tell its contents */
} pprof_origin;

/* Of the file at [path], read whole. The name is a part of [path]. */
bool pprof_measure_origin(const char *path, pprof_origin *origin, pprof_status *status);

/* The index of [weights] as bytes, for -pgo-profile; equal Weights and origins (NULL: none) give equal bytes on any
 * machine. index/lookup.h says how it is read. */
bool pprof_make_index(const pprof_weights *weights, const pprof_origin *origin, pprof_arena *arena,
                      const uint8_t **data, size_t *size, pprof_status *status);

/* ---- check.c: is a profile fit for PGO? ---------------------------------------------------------------------- */

typedef struct pprof_fitness {
    const char *type, *unit;
    uint64_t sample_count, total;
    double share_in_kernel; /* of total, 0..1, by the leaf frame; the others are shares of all else */
    double share_with_name, share_with_line, share_with_start_line, share_with_column, share_with_caller;
    uint32_t function_count, distrusted_start_line_count;
    bool is_fit;           /* usable, perhaps with less effect */
    const char *advice[8]; /* what is missing and how to get it, one line each, most important first */
    uint32_t advice_count;
} pprof_fitness;

/* Fills [fitness], of a profile that is not fit too: that is no failure. [options] may be NULL; its sample type must
 * exist. [path] is named in the advice. */
bool pprof_check_fitness(const pprof_profile *profile, const char *path, const pprof_weights_options *options,
                         pprof_arena *arena, pprof_fitness *fitness, pprof_status *status);

/* ---- import_gperftools.c, import_perf.c, symbolize.c: other profilers' output ─▶ Profile --------------------- */

/* The legacy binary format: header, addresses, text of the memory map. Types samples/count and cpu/nanoseconds. */
bool pprof_import_gperftools(const pprof_source *source, pprof_arena *arena, pprof_profile *profile,
                             pprof_status *status);

/* Runs `perf script` on the file at [path]. Types samples/count and cpu/nanoseconds, or <event>/count where periods are
 * no time; addresses only; a comment names the event. */
bool pprof_import_perf(const char *path, pprof_arena *arena, pprof_profile *profile, pprof_status *status);

/* record.c: a program at work ─▶ what import reads. */

typedef enum pprof_profiler {
    PPROF_PROFILER_ANY = 0, /* perf where it is installed and allowed, else gperftools */
    PPROF_PROFILER_PERF,
    PPROF_PROFILER_GPERFTOOLS, /* preloads libprofiler.so.0: commands only */
} pprof_profiler;

typedef struct pprof_record_options {
    char *const *command; /* NULL-terminated, the first looked up in PATH; NULL: attach to [process] */
    int process;
    double seconds;          /* stop after these; 0: at the end of the command or process */
    int frequency;           /* samples per second of CPU time; 0: 999 */
    const char *event;       /* perf's; NULL: cpu-clock */
    pprof_profiler profiler; /* which one is wanted */
} pprof_record_options;

typedef struct pprof_recording {
    pprof_profiler profiler; /* which one it was */
    const char *reason;      /* why it was not perf; NULL: it was, or was not wanted */
    int file;                /* what it wrote, under no name any more; the caller closes it */
    const char *path;        /* "/dev/fd/N", by which pprof_import_* reads it while [file] is open */
    int64_t start_nanos;     /* since 1970 */
    int64_t duration_nanos;
    int interruption;         /* a signal that asked for the end: SIGINT, SIGTERM, SIGHUP or SIGQUIT; 0: none */
    const char *command_end;  /* "exit status 1", "signal 11"; NULL: there is no command, or it still runs */
    bool command_has_failed;  /* it ended so, and not because it was told to */
    int process_left_running; /* the command, when it outlived the seconds by ten; else 0 */
} pprof_recording;

/* Records until the command has ended (its children may go on), the process has, the seconds are over, or a signal asks
 * for the end. A command gets the caller's standard streams and its signals: those from a terminal reach it anyway,
 * others are passed on. After its seconds it is sent SIGTERM, as perf does to what it started; a process that was
 * attached to goes on. The calling thread must be the one that the signals go to; it handles them by waiting, and no
 * handler is installed. Temporary files are in a private folder under $TMPDIR, which is gone when this returns. */
bool pprof_record(const pprof_record_options *options, pprof_arena *arena, pprof_recording *recording,
                  pprof_status *status);

typedef struct pprof_symbolize_options {
    const char *binary;     /* stands in for the main mapping's file when that has moved; NULL: the mapping's own */
    const char *symbolizer; /* NULL: llvm-symbolizer-22 to -19, then llvm-symbolizer */
    int silence_limit;      /* seconds without an answer after which the symbolizer is killed; 0: 600 */
} pprof_symbolize_options;

/* [input] with every location's lines found anew from its address: inlined frames, linkage names (system_name),
 * simplified names, files, lines, columns, start lines, as google/pprof with llvm-symbolizer gives them; with frames
 * that jumps left out, without those that drop_frames names. Mappings whose file cannot be read, or is another build
 * than the profile says, keep what they had, and a comment tells; if it is the program itself, that is a failure. */
bool pprof_symbolize_profile(const pprof_profile *input, const pprof_symbolize_options *options, pprof_arena *arena,
                             pprof_profile *output, pprof_status *status);

/* ---- print_*.c: pprof's own layouts ---------------------------------------------------------------------------- */

typedef enum pprof_granularity {
    PPROF_BY_FUNCTIONS = 0,
    PPROF_BY_LINES,
    PPROF_BY_FILES,
    PPROF_BY_FILEFUNCTIONS,
    PPROF_BY_ADDRESSES,
    PPROF_BY_COLUMNS, /* lines, and the columns in them */
} pprof_granularity;

/* As pprof's options of the same names. Strings that are NULL or "" ask for nothing. */
typedef struct pprof_report_options {
    pprof_granularity granularity;
    bool cumulative;           /* sort by cumulative value */
    bool without_inlines;      /* attribute to the physical function */
    bool mean;                 /* values are divided by the sample's first value */
    const char *sample_type;   /* a name or a number; NULL: the profile's default */
    bool drop_negative;        /* no nodes that are less than nothing in a comparison */
    bool compact_labels;       /* what the profile says about itself is left out */
    bool relative_percentages; /* shares of what the filters leave, not of the whole profile */

    /* Filters: regular expressions, but for the first two. */
    const char *tag_focus, *tag_ignore; /* samples by label: "REGEX,…", "KEY=REGEX,…", or a range as "4mb:", "1s:2s" */
    const char *tag_show, *tag_hide;    /* labels by key: these alone; not these */
    const char *focus, *ignore;         /* samples by frame: one must match; none may */
    const char *hide, *show;            /* frames: not these; these alone */
    const char *show_from;              /* nothing above the outermost such frame, and no sample without one */
    const char *prune_from;             /* nothing below the innermost such function */
    const char *symbols;                /* the frames that peek and list are about */

    int node_count;                      /* -1: the report's own default; 0: all */
    double node_fraction;                /* negative: pprof's default, 0.005 */
    double edge_fraction;                /* negative: pprof's default, 0.001 */
    const char *unit;                    /* NULL: pprof's choice */
    const char *source_path, *trim_path; /* folders as "a:b": where source files are; what their paths lose first */
    double hot_fraction; /* dot: the calls that carry this share of the weight are red; 0: pprof's colours */
} pprof_report_options;

/* One report: reads [profile], writes [out]. */
typedef bool pprof_print_report(const pprof_profile *profile, const pprof_report_options *options, FILE *out,
                                pprof_arena *arena, pprof_status *status);

pprof_print_report pprof_print_top;    /* the heaviest frames, one a row */
pprof_print_report pprof_print_tree;   /* the same, each with its callers and callees */
pprof_print_report pprof_print_peek;   /* the same of the frames that match symbols, untrimmed; fails if none does */
pprof_print_report pprof_print_traces; /* every sample: labels, value, stack */
pprof_print_report pprof_print_tags;   /* the labels' values, and what their samples add up to */
pprof_print_report pprof_print_raw;    /* all of the profile; of the options it heeds the filters only */
pprof_print_report pprof_print_list;   /* source lines with their values */
pprof_print_report pprof_print_dot;    /* the call graph, for Graphviz */
pprof_print_report pprof_print_flame;  /* a flame graph, as an HTML page (print/flame.h) */

#ifdef __cplusplus
}
#endif
#endif
