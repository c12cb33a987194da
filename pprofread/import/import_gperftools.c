/* Takes gperftools' CPU profile; gives a profile of addresses, as the reference pprof reads the same file.
 *
 *   words (4 or 8 bytes, either byte order):   0 3 0 period 0    count depth address …    count depth …    0 1 0
 *   then text:                                 /proc/self/maps of the program at its end
 *
 * Callers' addresses are return addresses, so one is taken off to land in the call. One thing differs from the
 * reference on purpose: it strips the second frame when nearly all samples share it, taking it for the signal
 * handler's; in a program with one hot loop that is the true caller, which PGO needs. Here it goes only where no
 * program or ordinary library is mapped. Cannot know wall-clock time or duration: the file has none. */
#include "import/import.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_WORDS = 5 };

/* The names that pprof drops from such profiles, once they have names. */
static const char dropped_frames[] =
    "ProfileData::Add|ProfileData::prof_handler|CpuProfiler::prof_handler|__pthread_sighandler|__restore";

typedef struct word_reader {
    const uint8_t *at, *end;
    size_t word_size;
    bool is_big_endian;
} word_reader;

typedef struct stack {
    uint64_t count;
    size_t first, depth; /* into addresses, leaf first */
} stack;

typedef struct recording {
    const char *path;
    uint64_t period; /* nanoseconds */
    stack *stacks;
    size_t stack_count;
    uint64_t *addresses;
    size_t address_count;
    pprof_memory_map map;
    bool has_unmapped; /* some address lies in no mapping */
} recording;

/* ---- words ---- */

static bool read_word(word_reader *reader, uint64_t *word) {
    if ((size_t)(reader->end - reader->at) < reader->word_size) return false;
    *word = 0;
    for (size_t i = 0; i < reader->word_size; i++)
        *word = *word << 8 | reader->at[reader->is_big_endian ? i : reader->word_size - 1 - i];
    reader->at += reader->word_size;
    return true;
}

/* Finds the word size and byte order under which the file begins as it should. */
static bool read_header(const pprof_source *source, word_reader *reader, uint64_t *period, pprof_status *status) {
    for (unsigned kind = 0; kind < 4; kind++) {
        *reader = (word_reader){.at = source->data,
                                .end = source->data + source->size,
                                .word_size = kind < 2 ? 4 : 8,
                                .is_big_endian = kind % 2 != 0};
        uint64_t header[HEADER_WORDS];
        bool complete = true;
        for (unsigned i = 0; i < HEADER_WORDS; i++) complete = complete && read_word(reader, &header[i]);
        if (!complete || header[0] != 0 || header[1] != 3 || header[4] != 0) continue;
        if (header[2] == 1)
            return pprof_fail(status, "%s: this is a Java CPU profile; only those of C and C++ programs are read",
                              source->path);
        *period = header[3];
        if (header[2] == 0 && *period > 0 && *period <= INT64_MAX / 1000) return true;
    }
    return pprof_fail(status, "%s: not a gperftools CPU profile: the header 0 3 0 period 0 is not there", source->path);
}

static bool fail_cut(const recording *recording, pprof_status *status) {
    return pprof_fail(status,
                      "%s: the gperftools profile is cut short after %zu stacks, before its end mark; it is complete "
                      "only when the program has ended by itself or called ProfilerStop()",
                      recording->path, recording->stack_count);
}

static bool read_stacks(word_reader *reader, recording *recording, pprof_arena *arena, pprof_status *status) {
    size_t words = (size_t)(reader->end - reader->at) / reader->word_size;
    recording->stacks = pprof_allocate(arena, words / 2 + 1, sizeof *recording->stacks, status);
    recording->addresses = pprof_allocate(arena, words, sizeof *recording->addresses, status);
    if (recording->stacks == NULL || recording->addresses == NULL) return false;
    for (;;) {
        uint64_t count, depth;
        if (!read_word(reader, &count) || !read_word(reader, &depth)) return fail_cut(recording, status);
        if (depth > (size_t)(reader->end - reader->at) / reader->word_size) return fail_cut(recording, status);
        stack *stack = &recording->stacks[recording->stack_count];
        *stack = (struct stack){.count = count, .first = recording->address_count, .depth = (size_t)depth};
        for (size_t i = 0; i < depth; i++) {
            uint64_t address = 0;
            (void)read_word(reader, &address);
            recording->addresses[recording->address_count++] = i > 0 && address > 0 ? address - 1 : address;
        }
        if (count == 0 && depth == 1 && recording->addresses[stack->first] == 0) return true;
        recording->stack_count++;
    }
}

/* ---- repairs of stacks ---- */

static void drop_second_frame(recording *recording, stack *stack) {
    uint64_t *second = recording->addresses + stack->first + 1;
    memmove(second, second + 1, (stack->depth - 2) * sizeof *second);
    stack->depth--;
}

static int compare_addresses(const void *left, const void *right) {
    const uint64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* The second frame's address that all stacks but a few share; 0 if there is none. */
static bool find_common_second(const recording *recording, pprof_arena *arena, uint64_t *common, pprof_status *status) {
    *common = 0;
    uint64_t *seconds = pprof_allocate(arena, recording->stack_count, sizeof *seconds, status);
    if (seconds == NULL) return false;
    size_t count = 0, needed = recording->stack_count - recording->stack_count / 32;
    for (size_t i = 0; i < recording->stack_count; i++)
        if (recording->stacks[i].depth > 1) seconds[count++] = recording->addresses[recording->stacks[i].first + 1];
    qsort(seconds, count, sizeof *seconds, compare_addresses);
    for (size_t i = 0; count >= needed && i + needed <= count && needed > 0; i++)
        if (seconds[i] == seconds[i + needed - 1]) *common = seconds[i];
    return true;
}

/* Where a signal handler's frame can be: the profiler, the kernel's page for returning from signals, or nowhere. */
static bool may_be_signal_frame(recording *recording, uint64_t address) {
    uint32_t index = pprof_find_memory_mapping(&recording->map, address);
    if (index == PPROF_NONE) return true;
    const char *path = recording->map.mappings[index].path;
    return pprof_is_pseudo_path(path) || strstr(path, "libprofiler.so") != NULL ||
           strstr(path, "libtcmalloc_and_profiler.so") != NULL;
}

static bool repair_stacks(recording *recording, pprof_arena *arena, pprof_status *status) {
    for (int round = 0; round < 2; round++) {
        uint64_t common;
        if (!find_common_second(recording, arena, &common, status)) return false;
        if (common == 0 || !may_be_signal_frame(recording, common)) break;
        for (size_t i = 0; i < recording->stack_count; i++) {
            stack *stack = &recording->stacks[i];
            if (stack->depth > 1 && recording->addresses[stack->first + 1] == common)
                drop_second_frame(recording, stack);
        }
    }
    /* The leaf may be there twice: from the signal's context, and from the unwinder as if it were a return address. */
    for (size_t i = 0; i < recording->stack_count; i++) {
        stack *stack = &recording->stacks[i];
        const uint64_t *addresses = recording->addresses + stack->first;
        if (stack->depth > 1 && addresses[0] == addresses[1] + 1) drop_second_frame(recording, stack);
    }
    return true;
}

/* ---- the profile ---- */

/* Settles the mappings before they are written: looking an address up may stretch one. */
static void settle_mappings(recording *recording) {
    for (size_t i = 0; i < recording->stack_count; i++)
        for (size_t j = 0; j < recording->stacks[i].depth; j++) {
            uint64_t address = recording->addresses[recording->stacks[i].first + j];
            if (address != 0 && pprof_find_memory_mapping(&recording->map, address) == PPROF_NONE)
                recording->has_unmapped = true;
        }
}

/* Gives the mapping for addresses in none: pprof's own, of everything; PPROF_NONE when it is not needed. */
static bool add_mappings(const recording *recording, pprof_builder *builder, uint32_t *mappings, uint32_t *everything,
                         pprof_status *status) {
    for (uint32_t i = 0; i < recording->map.count; i++) {
        const pprof_memory_mapping *found = &recording->map.mappings[i];
        pprof_mapping mapping = {.memory_start = found->start,
                                 .memory_limit = found->limit,
                                 .file_offset = found->file_offset,
                                 .filename_string =
                                     pprof_add_string(builder, found->path, strlen(found->path), status)};
        mappings[i] = status->failed ? PPROF_NONE : pprof_add_mapping(builder, &mapping, status);
        if (mappings[i] == PPROF_NONE) return false;
    }
    *everything = PPROF_NONE;
    if (recording->has_unmapped)
        *everything = pprof_add_mapping(builder, &(pprof_mapping){.memory_limit = UINT64_MAX}, status);
    return !status->failed;
}

static bool add_stacks(recording *recording, pprof_builder *builder, const uint32_t *mappings, uint32_t everything,
                       pprof_arena *arena, pprof_status *status) {
    uint32_t *locations = pprof_allocate(arena, recording->address_count, sizeof *locations, status);
    if (locations == NULL) return false;
    for (size_t i = 0; i < recording->stack_count; i++) {
        const stack *stack = &recording->stacks[i];
        for (size_t j = 0; j < stack->depth; j++) {
            pprof_location location = {.address = recording->addresses[stack->first + j]};
            uint32_t index = pprof_find_memory_mapping(&recording->map, location.address);
            location.mapping = index != PPROF_NONE ? mappings[index] : everything;
            if (location.address == 0) location.mapping = PPROF_NONE;
            locations[j] = pprof_add_location(builder, &location, NULL, status);
            if (locations[j] == PPROF_NONE) return false;
        }
        int64_t count = stack->count > INT64_MAX ? INT64_MAX : (int64_t)stack->count, time;
        if (__builtin_mul_overflow(count, (int64_t)recording->period, &time)) time = INT64_MAX;
        if (pprof_add_sample(builder, locations, (uint32_t)stack->depth, (const int64_t[2]){count, time}, NULL, 0,
                             status) == PPROF_NONE)
            return false;
    }
    return true;
}

static bool build_profile(recording *recording, pprof_arena *arena, pprof_arena *scratch, pprof_profile *profile,
                          pprof_status *status) {
    pprof_builder *builder = pprof_create_builder(arena, status);
    uint32_t *mappings = pprof_allocate(scratch, recording->map.count, sizeof *mappings, status);
    if (builder == NULL || mappings == NULL) return false;
    uint32_t everything;
    if (pprof_add_sample_type(builder, "samples", "count", status) == PPROF_NONE ||
        pprof_add_sample_type(builder, "cpu", "nanoseconds", status) == PPROF_NONE ||
        !add_mappings(recording, builder, mappings, &everything, status) ||
        !add_stacks(recording, builder, mappings, everything, scratch, status))
        return false;
    pprof_value_type period_type = {pprof_add_string(builder, "cpu", 3, status),
                                    pprof_add_string(builder, "nanoseconds", 11, status)};
    uint32_t drop_frames = pprof_add_string(builder, dropped_frames, sizeof dropped_frames - 1, status);
    if (status->failed || !pprof_finish_builder(builder, profile, status)) return false;
    profile->period = (int64_t)recording->period;
    profile->period_type = period_type;
    profile->drop_frames_string = drop_frames;
    return true;
}

/* Each address is looked up in a list of mappings. Real recordings come to a thousandth of this, which takes seconds.
 */
static bool check_effort(const recording *recording, pprof_status *status) {
    const uint64_t most = UINT64_C(1) << 32;
    if (recording->map.count == 0 || recording->address_count <= most / recording->map.count) return true;
    return pprof_fail(status, "%s: %zu addresses and %u executable mappings, as no real program's recording has",
                      recording->path, recording->address_count, recording->map.count);
}

static bool import(const pprof_source *source, pprof_arena *arena, pprof_arena *scratch, pprof_profile *profile,
                   pprof_status *status) {
    word_reader reader;
    recording recording = {.path = source->path};
    if (!read_header(source, &reader, &recording.period, status) ||
        !read_stacks(&reader, &recording, scratch, status) ||
        !pprof_parse_memory_map((const char *)reader.at, (size_t)(reader.end - reader.at), scratch, &recording.map,
                                status) ||
        !check_effort(&recording, status) || !repair_stacks(&recording, scratch, status))
        return false;
    recording.period *= 1000; /* the header has microseconds */
    settle_mappings(&recording);
    return build_profile(&recording, arena, scratch, profile, status);
}

bool pprof_import_gperftools(const pprof_source *source, pprof_arena *arena, pprof_profile *profile,
                             pprof_status *status) {
    pprof_arena scratch = {0};
    bool fine = import(source, arena, &scratch, profile, status);
    pprof_arena_free(&scratch);
    return fine;
}
