/* Takes a Profile's locations and a granularity; gives the frames that a report tells apart, each once, and which
 * frames every location stands for.
 *
 *   location 7: luaV_execute lvm.c:1154:14 inlined into luaV_finishOp lvm.c:800:3
 *   by functions ─▶ [luaV_execute, luaV_finishOp]     by lines ─▶ [luaV_execute lvm.c:1154, luaV_finishOp lvm.c:800]
 *
 * Overloads and other functions that share a name are one frame: mangled names do not count, as in pprof. */
#include "print/print.h"
#include "print/source_file.h"

#include <stdlib.h>
#include <string.h>

/* Which fields of a frame count. */
typedef struct field_set {
    bool function, file, line, column, address;
    bool only_outermost; /* inlined frames belong to the physical function */
} field_set;

static field_set choose_fields(const pprof_report_options *options) {
    field_set fields = {.only_outermost = options->without_inlines};
    switch (options->granularity) {
    case PPROF_BY_FUNCTIONS:
        fields.function = true;
        break;
    case PPROF_BY_FILES:
        fields.file = true;
        break;
    case PPROF_BY_FILEFUNCTIONS:
        fields.function = fields.file = true;
        break;
    case PPROF_BY_LINES:
        fields.function = fields.file = fields.line = true;
        break;
    case PPROF_BY_COLUMNS:
        fields.function = fields.file = fields.line = fields.column = true;
        break;
    case PPROF_BY_ADDRESSES:
        fields.function = fields.file = fields.line = fields.address = true;
        fields.column = !options->without_inlines;
        break;
    }
    return fields;
}

/* ---- paths ---- */

static bool starts_with(pprof_string string, const char *prefix) {
    size_t length = strlen(prefix);
    return string.length >= length && memcmp(string.text, prefix, length) == 0;
}

/* A path without the sandbox of a build system, and without empty, "." and ".." components where they can be resolved:
 *   /proc/self/cwd/a//b/../c.c ─▶ a/c.c */
static bool clean_path(pprof_string path, pprof_arena *arena, pprof_string *cleaned, pprof_status *status) {
    *cleaned = path;
    static const char *const sandboxes[] = {"/proc/self/cwd/./", "/proc/self/cwd/"};
    for (size_t i = 0; i < sizeof sandboxes / sizeof *sandboxes; i++)
        if (starts_with(path, sandboxes[i])) {
            path.text += strlen(sandboxes[i]);
            path.length -= strlen(sandboxes[i]);
            break;
        }
    *cleaned = path;
    if (path.length == 0) return true;

    char *out = pprof_allocate(arena, path.length + 1, 1, status);
    if (out == NULL) return false;
    bool is_rooted = path.text[0] == '/';
    size_t used = 0, floor = 0; /* what ".." cannot take back: the root, or ".." components before */
    if (is_rooted) out[used++] = '/';
    floor = used;
    for (size_t i = 0; i < path.length;) {
        const char *slash = memchr(path.text + i, '/', path.length - i);
        size_t length = slash != NULL ? (size_t)(slash - path.text) - i : path.length - i;
        const char *component = path.text + i;
        i += length + 1;
        if (length == 0 || (length == 1 && component[0] == '.')) continue;
        if (length == 2 && memcmp(component, "..", 2) == 0) {
            if (used > floor) {
                while (used > floor && out[used - 1] != '/') used--;
                if (used > floor) used--; /* the slash itself */
                continue;
            }
            if (is_rooted) continue;
        }
        if (used > 0 && out[used - 1] != '/') out[used++] = '/';
        memcpy(out + used, component, length);
        used += length;
        if (length == 2 && memcmp(component, "..", 2) == 0) floor = used;
    }
    if (used == 0) out[used++] = '.';
    *cleaned = (pprof_string){out, used};
    return true;
}

pprof_string pprof_get_base_name(pprof_string path) {
    while (path.length > 1 && path.text[path.length - 1] == '/') path.length--;
    for (size_t i = path.length; i-- > 0;)
        if (path.text[i] == '/' && path.length > 1) return (pprof_string){path.text + i + 1, path.length - i - 1};
    return path;
}

/* ---- frames ---- */

typedef struct frame_maker {
    const pprof_profile *profile;
    field_set fields;
    pprof_string *files; /* cleaned, per function */
} frame_maker;

/* What the frame of a location is called that has no name and no place. */
static pprof_string get_object(const pprof_profile *profile, const pprof_location *location) {
    if (location->mapping == PPROF_NONE) return (pprof_string){"", 0};
    return pprof_get_base_name(pprof_get_string(profile, profile->mappings[location->mapping].filename_string));
}

static pprof_frame make_frame(const frame_maker *maker, const pprof_location *location, const pprof_line *line) {
    const pprof_profile *profile = maker->profile;
    pprof_frame frame = {.name = {"", 0}, .file = {"", 0}, .object = {"", 0}};
    if (maker->fields.address) frame.address = location->address;
    if (line != NULL) {
        const pprof_function *function = &profile->functions[line->function];
        if (maker->fields.function) frame.name = pprof_get_string(profile, function->name_string);
        if (maker->fields.file) frame.file = maker->files[line->function];
        if (maker->fields.line) frame.line = line->line;
        if (maker->fields.column) frame.column = line->column;
    }
    if (frame.name.length == 0 && frame.file.length == 0 && frame.line == 0)
        frame.object = get_object(profile, location);
    return frame;
}

int pprof_compare_strings(pprof_string a, pprof_string b) {
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common == 0 ? 0 : memcmp(a.text, b.text, common);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static int compare_frames(const pprof_frame *a, const pprof_frame *b) {
    int order = pprof_compare_strings(a->name, b->name);
    if (order == 0) order = (a->address > b->address) - (a->address < b->address);
    if (order == 0) order = pprof_compare_strings(a->file, b->file);
    if (order == 0) order = (a->line > b->line) - (a->line < b->line);
    if (order == 0) order = (a->column > b->column) - (a->column < b->column);
    return order != 0 ? order : pprof_compare_strings(a->object, b->object);
}

static int compare_slots(const void *left, const void *right, void *frames) {
    const pprof_frame *a = (const pprof_frame *)frames + *(const uint32_t *)left;
    const pprof_frame *b = (const pprof_frame *)frames + *(const uint32_t *)right;
    return compare_frames(a, b);
}

/* "0000000000401136 main /src/main.c:3:5", as far as the fields are there. */
static bool make_label(pprof_frame *frame, pprof_arena *arena, pprof_status *status) {
    bool has_place = frame->line != 0 || frame->file.length > 0;
    if (frame->name.length > 0 && frame->address == 0 && !has_place) {
        frame->label = frame->name;
        return true;
    }
    bool has_object = !has_place && frame->name.length == 0 && frame->object.length > 0;
    bool is_unknown = !has_place && frame->name.length == 0 && !has_object;
    size_t room = frame->name.length + frame->file.length + frame->object.length + 80;
    char *text = pprof_allocate(arena, room, 1, status);
    if (text == NULL) return false;

    char *end = text;
    if (frame->address != 0) end += snprintf(end, 32, "%016llx ", (unsigned long long)frame->address);
    if (frame->name.length > 0) {
        memcpy(end, frame->name.text, frame->name.length);
        end += frame->name.length;
        if (has_place) *end++ = ' ';
    }
    if (frame->file.length > 0) memcpy(end, frame->file.text, frame->file.length);
    end += frame->file.length;
    if (frame->line != 0) end += snprintf(end, 24, ":%lld", (long long)frame->line);
    if (frame->line != 0 && frame->column != 0) end += snprintf(end, 24, ":%lld", (long long)frame->column);
    if (has_object) {
        *end++ = '[';
        memcpy(end, frame->object.text, frame->object.length);
        end += frame->object.length;
        *end++ = ']';
    }
    if (is_unknown) end += snprintf(end, 16, "<unknown>");
    if (end > text && end[-1] == ' ') end--; /* an address and a name, no place */
    frame->label = (pprof_string){text, (size_t)(end - text)};
    return true;
}

static uint32_t count_slots(const frame_maker *maker, const pprof_location *location) {
    return maker->fields.only_outermost || location->line_count == 0 ? 1 : location->line_count;
}

/* Gives each slot its frame's index, equal ones the same, and keeps one of each. */
static bool unify_frames(const pprof_frame *slots, uint32_t slot_count, pprof_arena *scratch, pprof_arena *arena,
                         pprof_frame_table *table, pprof_status *status) {
    uint32_t *order = pprof_allocate(scratch, slot_count, sizeof *order, status);
    if (order == NULL) return false;
    for (uint32_t i = 0; i < slot_count; i++) order[i] = i;
    qsort_r(order, slot_count, sizeof *order, compare_slots, (void *)slots);
    for (uint32_t i = 0; i < slot_count; i++)
        if (i == 0 || compare_frames(&slots[order[i - 1]], &slots[order[i]]) != 0) table->frame_count++;
    table->frames = pprof_allocate(arena, table->frame_count, sizeof *table->frames, status);
    if (table->frames == NULL) return false;
    uint32_t last = PPROF_NONE;
    for (uint32_t i = 0; i < slot_count; i++) {
        const pprof_frame *frame = &slots[order[i]];
        if (i == 0 || compare_frames(&slots[order[i - 1]], frame) != 0) {
            table->frames[++last] = *frame;
            if (!make_label(&table->frames[last], arena, status)) return false;
        }
        table->frame_of_slot[order[i]] = last;
    }
    return true;
}

static bool collect_with(const frame_maker *maker, pprof_arena *scratch, pprof_arena *arena, pprof_frame_table *table,
                         pprof_status *status) {
    const pprof_profile *profile = maker->profile;
    uint64_t slot_count = 0;
    for (uint32_t l = 0; l < profile->location_count; l++) slot_count += count_slots(maker, &profile->locations[l]);
    if (slot_count >= PPROF_NONE) return pprof_fail(status, "too many frames for a report");
    pprof_frame *slots = pprof_allocate(scratch, (size_t)slot_count, sizeof *slots, status);
    table->first_slot = pprof_allocate(arena, (size_t)profile->location_count + 1, sizeof *table->first_slot, status);
    table->frame_of_slot = pprof_allocate(arena, (size_t)slot_count, sizeof *table->frame_of_slot, status);
    if (status->failed) return false;

    uint32_t used = 0;
    for (uint32_t l = 0; l < profile->location_count; l++) {
        const pprof_location *location = &profile->locations[l];
        const pprof_line *lines = profile->lines + location->first_line;
        table->first_slot[l] = used;
        if (location->line_count == 0) {
            slots[used++] = make_frame(maker, location, NULL);
        } else if (maker->fields.only_outermost) {
            slots[used++] = make_frame(maker, location, &lines[location->line_count - 1]);
        } else {
            for (uint32_t i = 0; i < location->line_count; i++) slots[used++] = make_frame(maker, location, &lines[i]);
        }
    }
    table->first_slot[profile->location_count] = used;
    return unify_frames(slots, used, scratch, arena, table, status);
}

bool pprof_tabulate_frames(const pprof_profile *profile, const pprof_report_options *options, pprof_arena *arena,
                           pprof_frame_table *table, pprof_status *status) {
    *table = (pprof_frame_table){0};
    frame_maker maker = {.profile = profile, .fields = choose_fields(options)};
    maker.files = pprof_allocate(arena, profile->function_count, sizeof *maker.files, status);
    if (maker.files == NULL) return false;
    for (uint32_t f = 0; maker.fields.file && f < profile->function_count; f++) {
        pprof_string path = pprof_get_string(profile, profile->functions[f].filename_string);
        path = pprof_trim_path(path, options->trim_path, options->source_path);
        if (!clean_path(path, arena, &maker.files[f], status)) return false;
    }
    pprof_arena scratch = {0};
    bool done = collect_with(&maker, &scratch, arena, table, status);
    pprof_arena_free(&scratch);
    return done;
}

bool pprof_find_start_lines(const pprof_profile *profile, const pprof_report_options *options,
                            const pprof_frame_table *table, pprof_arena *arena, int64_t **start_lines,
                            pprof_status *status) {
    *start_lines = pprof_allocate(arena, table->frame_count, sizeof **start_lines, status);
    if (*start_lines == NULL) return false;
    for (uint32_t l = 0; l < profile->location_count; l++) {
        const pprof_location *location = &profile->locations[l];
        for (uint32_t i = 0; i < location->line_count; i++) {
            if (options->without_inlines && i + 1 < location->line_count) continue;
            uint32_t slot = table->first_slot[l] + (options->without_inlines ? 0 : i);
            int64_t *known = &(*start_lines)[table->frame_of_slot[slot]];
            int64_t line = profile->functions[profile->lines[location->first_line + i].function].start_line;
            if (line > 0 && (*known == 0 || line < *known)) *known = line;
        }
    }
    return true;
}
