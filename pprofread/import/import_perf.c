/* Takes the path of a perf.data; gives a profile of addresses, read from what `perf script` prints:
 *
 *   7752/7752  PERF_RECORD_MMAP2 7752/7752: [0x56071a69a000(0x1000) @ 0x1000 fe:00 10953455 42]: r-xp /tmp/fk
 *   7752/7752     1001001 cpu-clock:                          process/thread, period, event
 *   <tab>              12f0 (/tmp/fk)                         the stack, leaf first, up to an empty line
 *
 * A file is one mapping of the profile however many processes had it and wherever: addresses are moved to where the
 * first had it, so that equal stacks of several runs are equal. Callers' addresses are return addresses, so one is
 * taken off to land in the call. Kernel frames and frames of no file stay, as addresses.
 *
 * Differs from perf_to_profile in the sample types: samples/count and cpu/nanoseconds (or <event>/count where periods
 * are not time). Cannot know code that a JIT wrote, and wall-clock time, which perf.data has not. */
#include "import/import.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FRAMES = 1 << 16 };

/* Up to Linux 6.5 perf prints a stack's user addresses as offsets in the file, since then as they were in memory. */
typedef enum address_kind { ADDRESS_UNDECIDED = 0, ADDRESS_IN_MEMORY, ADDRESS_IN_FILE } address_kind;

typedef struct perf_frame {
    uint64_t address;
    size_t object, object_length; /* in the reader's object_text */
} perf_frame;

/* A file as the profile maps it. */
typedef struct mapped_file {
    uint64_t start; /* where its first process had it */
    uint64_t file_offset, size;
    const char *path;
    uint32_t mapping; /* of the profile, PPROF_NONE before a sample needs it */
} mapped_file;

typedef struct perf_reader {
    const char *path;
    pprof_perf_header header;
    pprof_arena *scratch;
    pprof_builder *builder;
    pprof_maps maps;
    mapped_file *files; /* range.file is an index into these */
    uint32_t file_count, file_capacity;
    address_kind kind;

    bool in_sample, is_taken; /* the sample whose frames are being read */
    int64_t process;
    int64_t period;
    perf_frame *frames;
    uint32_t *locations; /* parallel to frames */
    size_t frame_count, frame_capacity;
    char *object_text; /* the names that perf gives for the frames' files */
    size_t object_size, object_capacity;
    uint64_t sample_count;
    int64_t common_period; /* of all samples so far; 0 when they differ */
} perf_reader;

static bool starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* ---- mappings ---- */

/* The file that [range] belongs to: the same piece of the same file is one, in whatever process. */
static bool find_file(perf_reader *reader, const pprof_range *range, uint32_t *index, pprof_status *status) {
    for (uint32_t i = reader->file_count; i-- > 0;) {
        const mapped_file *file = &reader->files[i];
        *index = i;
        if (file->file_offset == range->file_offset && file->size == range->limit - range->start &&
            strcmp(file->path, range->path) == 0 &&
            /* memory without a file is the same only at the same place */
            (!pprof_is_pseudo_path(range->path) || file->start == range->start))
            return true;
    }
    if (reader->file_count == reader->file_capacity) {
        uint32_t capacity = reader->file_capacity == 0 ? 64 : 2 * reader->file_capacity;
        mapped_file *files = pprof_allocate(reader->scratch, capacity, sizeof *files, status);
        if (files == NULL) return false;
        if (reader->file_count != 0) memcpy(files, reader->files, reader->file_count * sizeof *files);
        reader->files = files;
        reader->file_capacity = capacity;
    }
    *index = reader->file_count;
    reader->files[reader->file_count++] = (mapped_file){.start = range->start,
                                                        .file_offset = range->file_offset,
                                                        .size = range->limit - range->start,
                                                        .path = range->path,
                                                        .mapping = PPROF_NONE};
    return true;
}

/* 7752/7752: [0x56071a69a000(0x1000) @ 0x1000 fe:00 10953455 42]: r-xp /tmp/fk */
static bool read_mapping(perf_reader *reader, char *text, pprof_status *status) {
    static const char kernel[] = "[kernel.kallsyms]";
    char *at = text;
    int64_t process = strtoll(at, &at, 10);
    char *bracket = strstr(at, ": [");
    if (at == text || bracket == NULL) return true;
    pprof_range range = {.start = strtoull(bracket + 3, &at, 16)};
    if (*at != '(') return true;
    uint64_t size = strtoull(at + 1, &at, 16);
    if (!starts_with(at, ") @ ")) return true;
    range.file_offset = strtoull(at + 4, &at, 16);
    char *permissions = strstr(at, "]: ");
    char *path = permissions == NULL ? NULL : strchr(permissions + 3, ' ');
    if (path == NULL) return true;
    *path++ = '\0';
    /* the kernel's mapping comes with permissions that say nothing */
    if (strchr(permissions + 3, 'x') == NULL && process != PPROF_KERNEL_PROCESS) return true;
    range.limit = size > UINT64_MAX - range.start ? UINT64_MAX : range.start + size;
    if (starts_with(path, kernel)) path[sizeof kernel - 1] = '\0'; /* perf adds the name of a symbol */
    range.path = pprof_copy_string(reader->scratch, path, strlen(path), status);
    if (range.path == NULL || !find_file(reader, &range, &range.file, status)) return false;
    return pprof_map_range(&reader->maps, process, &range, status);
}

/* (child:thread):(parent:thread) */
static bool read_fork(perf_reader *reader, const char *text, bool is_synthesized, pprof_status *status) {
    char *at;
    if (*text != '(') return true;
    int64_t child = strtoll(text + 1, &at, 10);
    const char *second = strstr(at, "):(");
    if (second == NULL) return true;
    int64_t parent = strtoll(second + 3, &at, 10);
    if (child == parent) return true; /* a thread */
    if (!is_synthesized) return pprof_copy_process(&reader->maps, parent, child, status);
    /* For processes older than the recording perf makes up forks, and then tells their mappings one by one. */
    pprof_clear_process(&reader->maps, child);
    return true;
}

/* The events that say who had what mapped where. [process] is the line's own. */
static bool read_task_event(perf_reader *reader, char *text, int64_t process, pprof_status *status) {
    static const char mmap2[] = "PERF_RECORD_MMAP2 ", mmap[] = "PERF_RECORD_MMAP ", forked[] = "PERF_RECORD_FORK",
                      exec[] = "PERF_RECORD_COMM exec: ";
    if (starts_with(text, mmap2)) return read_mapping(reader, text + sizeof mmap2 - 1, status);
    if (starts_with(text, mmap)) return read_mapping(reader, text + sizeof mmap - 1, status);
    if (starts_with(text, forked)) return read_fork(reader, text + sizeof forked - 1, process == 0, status);
    if (starts_with(text, exec)) pprof_clear_process(&reader->maps, process);
    return true;
}

/* ---- stacks ---- */

static bool is_kernel_address(uint64_t address) {
    return address >> 63 != 0;
}

/* Where perf printed offsets in files, the frame's place in memory; false when that file is not mapped so. */
static bool find_by_offset(const perf_reader *reader, const perf_frame *frame, const pprof_range **range,
                           uint64_t *address) {
    *range = pprof_find_file_range(&reader->maps, reader->process, reader->object_text + frame->object,
                                   frame->object_length, frame->address);
    if (*range == NULL) return false;
    *address = frame->address - (*range)->file_offset + (*range)->start;
    return true;
}

static bool is_of_object(const perf_reader *reader, const pprof_range *range, const perf_frame *frame) {
    return strlen(range->path) == frame->object_length &&
           memcmp(range->path, reader->object_text + frame->object, frame->object_length) == 0;
}

/* Learns from the first frame that can be meant only one way. A program that is mapped low and is larger than its
 * own start address has frames that fit both ways; its first stack still begins in some other file. */
static void decide_kind(perf_reader *reader) {
    for (size_t i = 0; i < reader->frame_count && reader->kind == ADDRESS_UNDECIDED; i++) {
        const perf_frame *frame = &reader->frames[i];
        if (is_kernel_address(frame->address)) continue;
        const pprof_range *by_offset, *by_address = pprof_find_range(&reader->maps, reader->process, frame->address);
        uint64_t address;
        bool fits_memory = by_address != NULL && is_of_object(reader, by_address, frame);
        bool fits_file = find_by_offset(reader, frame, &by_offset, &address);
        if (fits_memory != fits_file) reader->kind = fits_memory ? ADDRESS_IN_MEMORY : ADDRESS_IN_FILE;
    }
}

/* The range that frame [index] lies in, or NULL, and its address in memory. */
static const pprof_range *find_frame(const perf_reader *reader, const perf_frame *frame, uint64_t *address) {
    const pprof_range *range;
    *address = frame->address;
    if (is_kernel_address(frame->address)) return pprof_find_range(&reader->maps, PPROF_KERNEL_PROCESS, frame->address);
    if (reader->kind == ADDRESS_IN_FILE && find_by_offset(reader, frame, &range, address)) return range;
    return pprof_find_range(&reader->maps, reader->process, frame->address);
}

/* Where code without frame pointers is in a stack, the kernel goes on reading numbers that are no addresses. At the
 * end of a stack they go, as in perf_to_profile; in its middle they stay, or strangers would look like caller and
 * callee. */
static void drop_lost_callers(perf_reader *reader) {
    uint64_t address;
    while (reader->frame_count > 1 && find_frame(reader, &reader->frames[reader->frame_count - 1], &address) == NULL)
        reader->frame_count--;
}

/* The mapping of the profile for [range]; PPROF_NONE, with [status] set, when memory is out. */
static uint32_t get_mapping(perf_reader *reader, const pprof_range *range, pprof_status *status) {
    mapped_file *file = &reader->files[range->file];
    if (file->mapping == PPROF_NONE) {
        const char *build_id = pprof_get_perf_build_id(&reader->header, file->path);
        pprof_mapping mapping = {
            .memory_start = file->start, .memory_limit = file->start + file->size, .file_offset = file->file_offset};
        mapping.filename_string = pprof_add_string(reader->builder, file->path, strlen(file->path), status);
        mapping.build_id_string = pprof_add_string(reader->builder, build_id, strlen(build_id), status);
        if (!status->failed) file->mapping = pprof_add_mapping(reader->builder, &mapping, status);
    }
    return file->mapping;
}

static uint32_t add_frame(perf_reader *reader, size_t index, pprof_status *status) {
    const perf_frame *frame = &reader->frames[index];
    uint64_t address;
    const pprof_range *range = find_frame(reader, frame, &address);
    bool is_kernel = is_kernel_address(frame->address);
    bool is_return_address = index > 0 && address > 0 && (is_kernel || !reader->header.unwinds_from_stack);
    pprof_location location = {.mapping = PPROF_NONE};
    if (range != NULL) {
        const mapped_file *file = &reader->files[range->file];
        location.mapping = get_mapping(reader, range, status);
        if (location.mapping == PPROF_NONE) return PPROF_NONE;
        address = address - range->start + range->file_offset - file->file_offset + file->start;
    }
    location.address = is_return_address ? address - 1 : address;
    return pprof_add_location(reader->builder, &location, NULL, status);
}

static bool finish_sample(perf_reader *reader, pprof_status *status) {
    bool counts = reader->in_sample && reader->is_taken && reader->frame_count != 0;
    reader->in_sample = false;
    if (!counts) return true;
    if (reader->kind == ADDRESS_UNDECIDED) decide_kind(reader);
    drop_lost_callers(reader);
    for (size_t i = 0; i < reader->frame_count; i++) {
        reader->locations[i] = add_frame(reader, i, status);
        if (reader->locations[i] == PPROF_NONE) return false;
    }
    reader->common_period = reader->sample_count == 0 || reader->common_period == reader->period ? reader->period : 0;
    reader->sample_count++;
    return pprof_add_sample(reader->builder, reader->locations, (uint32_t)reader->frame_count,
                            (const int64_t[2]){1, reader->period}, NULL, 0, status) != PPROF_NONE;
}

/* ---- lines ---- */

/* Twice the room for frames, or for their objects' names; the arena keeps what was outgrown. */
static bool make_room(perf_reader *reader, size_t name_length, pprof_status *status) {
    if (reader->frame_count == reader->frame_capacity) {
        size_t capacity = reader->frame_capacity == 0 ? 256 : 2 * reader->frame_capacity;
        perf_frame *frames = pprof_allocate(reader->scratch, capacity, sizeof *frames, status);
        reader->locations = pprof_allocate(reader->scratch, capacity, sizeof *reader->locations, status);
        if (frames == NULL || reader->locations == NULL) return false;
        if (reader->frames != NULL) memcpy(frames, reader->frames, reader->frame_count * sizeof *frames);
        reader->frames = frames;
        reader->frame_capacity = capacity;
    }
    if (reader->object_text == NULL || reader->object_capacity - reader->object_size < name_length) {
        size_t capacity = 2 * (reader->object_capacity + name_length) + 4096;
        char *text = pprof_allocate(reader->scratch, capacity, 1, status);
        if (text == NULL) return false;
        if (reader->object_text != NULL) memcpy(text, reader->object_text, reader->object_size);
        reader->object_text = text;
        reader->object_capacity = capacity;
    }
    return true;
}

/* 12f0 (/tmp/fk) */
static bool read_frame(perf_reader *reader, const char *text, pprof_status *status) {
    char *at;
    uint64_t address = strtoull(text, &at, 16);
    const char *open = strchr(at, '('), *close = strrchr(at, ')');
    if (at == text || open == NULL || close == NULL || close < open) return true;
    if (reader->frame_count == MOST_FRAMES)
        return pprof_fail(status, "%s: a stack of more than %d frames: the recording is damaged", reader->path,
                          MOST_FRAMES);
    size_t length = (size_t)(close - open) - 1;
    if (!make_room(reader, length, status)) return false;
    reader->frames[reader->frame_count++] =
        (perf_frame){.address = address, .object = reader->object_size, .object_length = length};
    memcpy(reader->object_text + reader->object_size, open + 1, length);
    reader->object_size += length;
    return true;
}

/* The event that [text] begins with; [after] is what follows its colon. Names may hold colons themselves. */
static pprof_perf_event *find_event(const perf_reader *reader, const char *text, const char **after) {
    for (size_t i = 0; i < reader->header.event_count; i++) {
        pprof_perf_event *event = &reader->header.events[i];
        size_t length = strlen(event->name);
        if (strncmp(text, event->name, length) != 0 || text[length] != ':') continue;
        if (text[length + 1] != ' ' && text[length + 1] != '\0') continue;
        *after = text + length + 1;
        return event;
    }
    return NULL;
}

/* 1001001 cpu-clock:    with the address on the same line if stacks were not recorded */
static bool begin_sample(perf_reader *reader, const char *text, int64_t process, pprof_status *status) {
    char *at;
    uint64_t period = strtoull(text, &at, 10);
    if (at == text) return true;
    const char *after = NULL;
    pprof_perf_event *event = find_event(reader, at + strspn(at, " "), &after);
    if (event == NULL) return true;
    event->sample_count++;
    reader->in_sample = true;
    reader->is_taken = event->is_taken;
    reader->process = process;
    reader->period = period > INT64_MAX ? INT64_MAX : (int64_t)period;
    reader->frame_count = 0;
    reader->object_size = 0;
    after += strspn(after, " ");
    if (!event->is_taken || *after == '\0') return true;
    /* A lone address is printed as it was in memory, by every version. */
    if (!read_frame(reader, after, status)) return false;
    address_kind kind = reader->kind;
    reader->kind = ADDRESS_IN_MEMORY;
    bool fine = finish_sample(reader, status);
    reader->kind = kind;
    return fine;
}

static bool read_line(void *context, char *line, size_t length, pprof_status *status) {
    perf_reader *reader = context;
    if (length == 0) return finish_sample(reader, status);
    if (line[0] == '\t') return !reader->in_sample || !reader->is_taken || read_frame(reader, line + 1, status);
    char *at;
    int64_t process = strtoll(line, &at, 10);
    if (at == line || *at != '/') return true; /* a warning, or nothing that we asked for */
    char *thread = at + 1;
    (void)strtoll(thread, &at, 10);
    if (at == thread || !finish_sample(reader, status)) return !status->failed;
    at += strspn(at, " ");
    if (starts_with(at, "PERF_RECORD_")) return read_task_event(reader, at, process, status);
    return begin_sample(reader, at, process, status);
}

/* ---- the whole ---- */

/* "perf: 545 samples of cpu-clock; left out: 12 of page-faults" */
static const char *describe_events(const perf_reader *reader, pprof_status *status) {
    const char *text = pprof_format_string(reader->scratch, status, "perf: %" PRIu64 " samples of %s",
                                           reader->sample_count, reader->header.base_name);
    const char *between = "; left out: ";
    for (size_t i = 0; text != NULL && i < reader->header.event_count; i++) {
        const pprof_perf_event *event = &reader->header.events[i];
        if (event->is_taken || event->sample_count == 0) continue;
        text = pprof_format_string(reader->scratch, status, "%s%s%" PRIu64 " of %s", text, between, event->sample_count,
                                   event->name);
        between = ", ";
    }
    return text;
}

static bool add_types(perf_reader *reader, pprof_value_type *period_type, pprof_status *status) {
    const char *type = reader->header.is_clock ? "cpu" : reader->header.base_name;
    const char *unit = reader->header.is_clock ? "nanoseconds" : "count";
    period_type->type_string = pprof_add_string(reader->builder, type, strlen(type), status);
    period_type->unit_string = pprof_add_string(reader->builder, unit, strlen(unit), status);
    return !status->failed && pprof_add_sample_type(reader->builder, "samples", "count", status) != PPROF_NONE &&
           pprof_add_sample_type(reader->builder, type, unit, status) != PPROF_NONE;
}

/* pprof and its users take the first mapping for the program's. */
static bool put_program_first(pprof_profile *profile, pprof_arena *scratch, pprof_status *status) {
    uint32_t program = pprof_find_main_mapping(profile, scratch, status);
    if (program == PPROF_NONE || program == 0) return !status->failed;
    pprof_mapping first = profile->mappings[0];
    profile->mappings[0] = profile->mappings[program];
    profile->mappings[program] = first;
    for (uint32_t i = 0; i < profile->location_count; i++) {
        uint32_t *mapping = &profile->locations[i].mapping;
        if (*mapping == 0 || *mapping == program) *mapping = program - *mapping;
    }
    return true;
}

static bool import(perf_reader *reader, pprof_arena *arena, pprof_profile *profile, pprof_status *status) {
    const char *const print_samples[] = {
        "perf",
        "script",
        "-f",
        "--no-inline",
        "--show-mmap-events",
        "--show-task-events",
        "-F",
        "pid,tid,event,period,ip,dso",
        "-i",
        reader->path,
        NULL,
    };
    pprof_value_type period_type;
    reader->builder = pprof_create_builder(arena, status);
    if (reader->builder == NULL || !pprof_read_perf_header(reader->path, reader->scratch, &reader->header, status) ||
        !add_types(reader, &period_type, status) ||
        !pprof_run_perf(reader->path, print_samples, read_line, reader, status) || !finish_sample(reader, status))
        return false;
    if (reader->sample_count == 0)
        return pprof_fail(status,
                          "%s: no samples of %s in it; record again while it works, with `perf record -e cpu-clock -g`",
                          reader->path, reader->header.base_name);

    const char *comment = describe_events(reader, status);
    uint32_t *comments = pprof_allocate(arena, 1, sizeof *comments, status);
    if (comment == NULL || comments == NULL) return false;
    comments[0] = pprof_add_string(reader->builder, comment, strlen(comment), status);
    if (status->failed || !pprof_finish_builder(reader->builder, profile, status)) return false;
    profile->comment_strings = comments;
    profile->comment_count = 1;
    profile->period_type = period_type;
    profile->period = reader->common_period;
    return put_program_first(profile, reader->scratch, status);
}

bool pprof_import_perf(const char *path, pprof_arena *arena, pprof_profile *profile, pprof_status *status) {
    pprof_arena scratch = {0};
    perf_reader reader = {.path = path, .scratch = &scratch, .maps.arena = &scratch};
    bool fine = import(&reader, arena, profile, status);
    pprof_arena_free(&scratch);
    return fine;
}
