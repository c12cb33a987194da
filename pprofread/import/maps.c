/* Takes perf's mmap, exec and fork events in their order; gives, for a process and an address, the file that was
 * mapped there at that time.
 *
 * Cannot know mappings made without an event: those of processes that ran before the recording are as perf saw them
 * at its start. */
#include "import/import.h"

#include <string.h>

/* The place of [process] in the table: the first not below it. */
static uint32_t find_place(const pprof_maps *maps, int64_t process) {
    uint32_t low = 0, high = maps->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (maps->processes[middle].process < process)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static pprof_process_maps *find_process(const pprof_maps *maps, int64_t process) {
    uint32_t place = find_place(maps, process);
    return place < maps->count && maps->processes[place].process == process ? &maps->processes[place] : NULL;
}

/* Makes room for [needed] elements of [size] bytes; the arena keeps what was outgrown. */
static bool make_room(pprof_arena *arena, void **elements, uint32_t count, uint32_t *capacity, uint32_t needed,
                      size_t size, pprof_status *status) {
    if (needed <= *capacity) return true;
    uint32_t grown = needed < 8 ? 8 : needed;
    if (grown <= UINT32_MAX / 2) grown *= 2;
    void *larger = pprof_allocate(arena, grown, size, status);
    if (larger == NULL) return false;
    if (count != 0) memcpy(larger, *elements, count * size);
    *elements = larger;
    *capacity = grown;
    return true;
}

static pprof_process_maps *add_process(pprof_maps *maps, int64_t process, pprof_status *status) {
    pprof_process_maps *found = find_process(maps, process);
    if (found != NULL) return found;
    void *elements = maps->processes;
    if (!make_room(maps->arena, &elements, maps->count, &maps->capacity, maps->count + 1, sizeof *maps->processes,
                   status))
        return NULL;
    maps->processes = elements;
    uint32_t place = find_place(maps, process);
    memmove(maps->processes + place + 1, maps->processes + place, (maps->count - place) * sizeof *maps->processes);
    maps->processes[place] = (pprof_process_maps){.process = process};
    maps->count++;
    return &maps->processes[place];
}

/* The first range that ends above [address]. */
static uint32_t find_range_place(const pprof_process_maps *process, uint64_t address) {
    uint32_t low = 0, high = process->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (process->ranges[middle].limit <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool pprof_map_range(pprof_maps *maps, int64_t process_number, const pprof_range *range, pprof_status *status) {
    if (range->start >= range->limit) return true;
    pprof_process_maps *process = add_process(maps, process_number, status);
    if (process == NULL) return false;
    void *elements = process->ranges;
    if (!make_room(maps->arena, &elements, process->count, &process->capacity, process->count + 2,
                   sizeof *process->ranges, status))
        return false;
    process->ranges = elements;

    /* [first, last) overlap the new one; of the outer two a piece may stay.
     *   before:  |--a--|   |--b--|  |--c--|        after:  |a|---new---||c-|                                        */
    uint32_t first = find_range_place(process, range->start), last = first;
    while (last < process->count && process->ranges[last].start < range->limit) last++;
    pprof_range pieces[3];
    uint32_t piece_count = 0;
    if (first < last && process->ranges[first].start < range->start) {
        pieces[piece_count] = process->ranges[first];
        pieces[piece_count++].limit = range->start;
    }
    pieces[piece_count++] = *range;
    if (first < last && process->ranges[last - 1].limit > range->limit) {
        pprof_range piece = process->ranges[last - 1];
        piece.file_offset += range->limit - piece.start;
        piece.start = range->limit;
        pieces[piece_count++] = piece;
    }
    memmove(process->ranges + first + piece_count, process->ranges + last,
            (process->count - last) * sizeof *process->ranges);
    memcpy(process->ranges + first, pieces, piece_count * sizeof *pieces);
    process->count = process->count - (last - first) + piece_count;
    return true;
}

void pprof_clear_process(pprof_maps *maps, int64_t process_number) {
    pprof_process_maps *process = find_process(maps, process_number);
    if (process != NULL) process->count = 0;
}

bool pprof_copy_process(pprof_maps *maps, int64_t parent_number, int64_t child_number, pprof_status *status) {
    if (parent_number == child_number) return true; /* a thread */
    if (find_process(maps, parent_number) == NULL) {
        pprof_clear_process(maps, child_number); /* the number may have been another process's before */
        return true;
    }
    pprof_process_maps *child = add_process(maps, child_number, status);
    const pprof_process_maps *parent = find_process(maps, parent_number); /* only now: adding moves them */
    if (child == NULL || parent == NULL) return false;
    void *elements = child->ranges;
    if (!make_room(maps->arena, &elements, 0, &child->capacity, parent->count, sizeof *child->ranges, status))
        return false;
    child->ranges = elements;
    if (parent->count != 0) memcpy(child->ranges, parent->ranges, parent->count * sizeof *child->ranges);
    child->count = parent->count;
    return true;
}

const pprof_range *pprof_find_range(const pprof_maps *maps, int64_t process_number, uint64_t address) {
    const pprof_process_maps *process = find_process(maps, process_number);
    if (process == NULL) return NULL;
    uint32_t place = find_range_place(process, address);
    return place < process->count && process->ranges[place].start <= address ? &process->ranges[place] : NULL;
}

const pprof_range *pprof_find_file_range(const pprof_maps *maps, int64_t process_number, const char *path,
                                         size_t path_length, uint64_t file_offset) {
    const pprof_process_maps *process = find_process(maps, process_number);
    for (uint32_t i = 0; process != NULL && i < process->count; i++) {
        const pprof_range *range = &process->ranges[i];
        if (file_offset >= range->file_offset && file_offset - range->file_offset < range->limit - range->start &&
            strlen(range->path) == path_length && memcmp(range->path, path, path_length) == 0)
            return range;
    }
    return NULL;
}
