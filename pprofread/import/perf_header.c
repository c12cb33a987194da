/* Takes the path of a perf.data; gives what perf says of it as a whole: which events were recorded and how, and the
 * build ids of the files that samples fell into. Cannot know files in which no sample fell. */
#include "import/import.h"

#include <stdlib.h>
#include <string.h>

typedef struct pprof_perf_build_id {
    const char *path, *build_id;
} pprof_perf_build_id;

typedef struct header_reader {
    pprof_perf_header *header;
    pprof_arena *arena;
    size_t event_capacity, build_id_capacity;
} header_reader;

bool pprof_run_perf(const char *path, const char *const *arguments,
                    bool (*consume)(void *context, char *line, size_t length, pprof_status *status), void *context,
                    pprof_status *status) {
    const pprof_child child = {.arguments = arguments, .consume = consume, .context = context};
    pprof_child_end end;
    if (!pprof_run_child(&child, &end, status)) return false;
    if (!end.was_found)
        return pprof_fail(status,
                          "%s: perf is needed to read perf.data and was not found; install it (Debian: apt-get install "
                          "linux-perf)",
                          path);
    return end.succeeded || pprof_fail(status, "%s: perf %s ended with %s%s%s", path, arguments[1], end.how,
                                       end.error[0] == '\0' ? "" : ": ", end.error);
}

/* Room for one more element of [size] bytes in the arena. */
static void *append(pprof_arena *arena, void **elements, size_t *count, size_t *capacity, size_t size,
                    pprof_status *status) {
    if (*count == *capacity) {
        size_t grown = *capacity == 0 ? 16 : 2 * *capacity;
        void *larger = pprof_allocate(arena, grown, size, status);
        if (larger == NULL) return NULL;
        if (*count != 0) memcpy(larger, *elements, *count * size);
        *elements = larger;
        *capacity = grown;
    }
    return (char *)*elements + (*count)++ * size;
}

/* "cpu_core/cycles,period=1/u" ─▶ "cycles", "cycles:ppp" ─▶ "cycles" */
static const char *get_base_name(const char *name, pprof_arena *arena, pprof_status *status) {
    const char *slash = strchr(name, '/');
    const char *start = slash == NULL ? name : slash + 1;
    return pprof_copy_string(arena, start, strcspn(start, slash == NULL ? ":" : ",/"), status);
}

/* cpu-clock: type: 1, size: 128, { sample_period, sample_freq }: 999, sample_type: IP|TID|CALLCHAIN|PERIOD, … */
static bool read_event(void *context, char *line, size_t length, pprof_status *status) {
    header_reader *reader = context;
    char *colon = strstr(line, ": ");
    if (colon == NULL || line[0] == '#' || strlen(line) != length) return true;
    void *elements = reader->header->events;
    pprof_perf_event *event =
        append(reader->arena, &elements, &reader->header->event_count, &reader->event_capacity, sizeof *event, status);
    if (event == NULL) return false;
    reader->header->events = elements;
    event->name = pprof_copy_string(reader->arena, line, (size_t)(colon - line), status);
    if (event->name == NULL) return false;
    event->base_name = get_base_name(event->name, reader->arena, status);
    const char *sample_type = strstr(colon, " sample_type: ");
    if (sample_type != NULL) {
        const char *stack = strstr(sample_type, "STACK_USER"), *end = strchr(sample_type, ',');
        reader->header->unwinds_from_stack |= stack != NULL && (end == NULL || stack < end);
    }
    return event->base_name != NULL;
}

/* 902b5a8b70a4c71aceff3463e4041fb9c9296a0c /usr/bin/lua */
static bool read_build_id(void *context, char *line, size_t length, pprof_status *status) {
    header_reader *reader = context;
    size_t digits = strspn(line, "0123456789abcdef");
    if (digits == 0 || line[digits] != ' ' || strlen(line) != length) return true;
    void *elements = reader->header->build_ids;
    pprof_perf_build_id *entry = append(reader->arena, &elements, &reader->header->build_id_count,
                                        &reader->build_id_capacity, sizeof *entry, status);
    if (entry == NULL) return false;
    reader->header->build_ids = elements;
    entry->build_id = pprof_copy_string(reader->arena, line, digits, status);
    entry->path = pprof_copy_string(reader->arena, line + digits + 1, length - digits - 1, status);
    return entry->build_id != NULL && entry->path != NULL;
}

static int compare_build_ids(const void *left, const void *right) {
    const pprof_perf_build_id *a = left, *b = right;
    int order = strcmp(a->path, b->path);
    return order != 0 ? order : strcmp(a->build_id, b->build_id);
}

const char *pprof_get_perf_build_id(const pprof_perf_header *header, const char *path) {
    size_t low = 0, high = header->build_id_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(header->build_ids[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < header->build_id_count && strcmp(header->build_ids[low].path, path) == 0
               ? header->build_ids[low].build_id
               : "";
}

static bool is_among(const char *name, const char *const *names) {
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0) return true;
    return false;
}

static bool is_clock(const char *base_name) {
    return is_among(base_name, (const char *const[]){"cpu-clock", "task-clock", NULL});
}

/* How well an event tells where time went. */
static int rank_event(const char *base_name) {
    if (is_clock(base_name)) return 2;
    return is_among(base_name, (const char *const[]){"cycles", "cpu-cycles", NULL}) ? 1 : 0;
}

/* Takes all events of one base name: a hybrid machine counts cycles once for each kind of core. */
static void choose_events(pprof_perf_header *header) {
    int best = -1;
    for (size_t i = 0; i < header->event_count; i++) {
        int rank = rank_event(header->events[i].base_name);
        if (rank <= best) continue;
        best = rank;
        header->base_name = header->events[i].base_name;
    }
    header->is_clock = is_clock(header->base_name);
    for (size_t i = 0; i < header->event_count; i++)
        header->events[i].is_taken = strcmp(header->events[i].base_name, header->base_name) == 0;
}

bool pprof_read_perf_header(const char *path, pprof_arena *arena, pprof_perf_header *header, pprof_status *status) {
    /* -f: a recording made by root is read by others too */
    const char *const list_events[] = {"perf", "evlist", "-f", "-v", "-i", path, NULL};
    const char *const list_build_ids[] = {"perf", "buildid-list", "-f", "-i", path, NULL};
    *header = (pprof_perf_header){0};
    header_reader reader = {.header = header, .arena = arena};
    if (!pprof_run_perf(path, list_events, read_event, &reader, status)) return false;
    if (header->event_count == 0)
        return pprof_fail(status, "%s: perf finds no event in it; record again, with `perf record -g`", path);
    choose_events(header);
    if (!pprof_run_perf(path, list_build_ids, read_build_id, &reader, status)) return false;
    if (header->build_id_count != 0)
        qsort(header->build_ids, header->build_id_count, sizeof *header->build_ids, compare_build_ids);
    return true;
}
