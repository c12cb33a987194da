/* Takes a profile of addresses; gives the same samples with functions, lines, columns and inlined frames.
 *
 *   location 0x5584e3d303b7 in /usr/bin/lua   ─▶   index2value lapi.c:58:9 (start 56), inlined into
 *                                                  lua_type    lapi.c:265:13 (start 264)
 *
 * One batch: every address of a readable file is asked once, file by file. What cannot be looked up keeps what it had,
 * and a comment of the profile says which file was at fault; if that file is the program itself, it is a failure.
 * Cannot know code that no file holds: the kernel's, a JIT's. */
#include "edit/edit.h"
#include "import/import.h"

#include <string.h>

typedef struct symbolize_run {
    const pprof_profile *input; /* [restored], once there is one */
    pprof_profile restored;     /* with the lost frames */
    const bool *have_places;    /* of its locations: false where there is but a function */
    pprof_arena *scratch;
    pprof_builder *builder;
    pprof_mapping_file *files; /* one per mapping */
    pprof_mapping *mappings;   /* the input's, with what was found out added */
    uint32_t main_mapping;

    pprof_query *queries;
    uint32_t *asked_locations; /* the location of each query */
    uint32_t query_count;

    pprof_line **lines; /* of each location that got an answer */
    uint32_t *line_counts;

    uint32_t *copied_strings; /* of the input, as indices of the builder; PPROF_NONE: not yet */
    uint32_t *simple_names;   /* by the builder's index of the linkage name; PPROF_NONE: not yet */
    uint32_t simple_name_capacity;
} symbolize_run;

/* ---- which addresses to ask for ---- */

static void choose_query(symbolize_run *run, uint32_t location, uint32_t mapping) {
    const pprof_mapping_file *file = &run->files[mapping];
    uint64_t address = run->input->locations[location].address;
    if (run->have_places[location] &&
        !pprof_find_file_address(&file->elf, &run->input->mappings[mapping], address, &address))
        return;
    run->queries[run->query_count] = (pprof_query){.path = file->path, .address = address};
    run->asked_locations[run->query_count++] = location;
}

/* Queries file by file, since llvm-symbolizer may forget a file before it is asked for it again. */
static bool choose_queries(symbolize_run *run, pprof_status *status) {
    const pprof_profile *input = run->input;
    uint32_t *first = pprof_allocate(run->scratch, (size_t)input->mapping_count + 1, sizeof *first, status);
    uint32_t *sorted = pprof_allocate(run->scratch, input->location_count, sizeof *sorted, status);
    run->queries = pprof_allocate(run->scratch, input->location_count, sizeof *run->queries, status);
    run->asked_locations = pprof_allocate(run->scratch, input->location_count, sizeof(uint32_t), status);
    if (first == NULL || sorted == NULL || run->queries == NULL || run->asked_locations == NULL) return false;

    for (uint32_t i = 0; i < input->location_count; i++)
        if (input->locations[i].mapping != PPROF_NONE) first[input->locations[i].mapping + 1]++;
    for (uint32_t i = 0; i < input->mapping_count; i++) first[i + 1] += first[i];
    for (uint32_t i = 0; i < input->location_count; i++)
        if (input->locations[i].mapping != PPROF_NONE) sorted[first[input->locations[i].mapping]++] = i;
    /* now first[m] is where the locations of mapping m end */
    uint32_t at = 0;
    for (uint32_t mapping = 0; mapping < input->mapping_count; mapping++)
        for (; at < first[mapping]; at++)
            if (run->files[mapping].problem == NULL) choose_query(run, sorted[at], mapping);
    return true;
}

/* ---- answers ---- */

/* The short form of a linkage name, found once for each. */
static uint32_t add_simple_name(symbolize_run *run, uint32_t name_string, const char *name, pprof_status *status) {
    if (name_string >= run->simple_name_capacity) {
        uint32_t capacity = name_string < 512 ? 1024 : name_string < UINT32_MAX / 2 ? 2 * name_string : UINT32_MAX;
        uint32_t *names = pprof_allocate(run->scratch, capacity, sizeof *names, status);
        if (names == NULL) return PPROF_NONE;
        memset(names, 0xff, capacity * sizeof *names);
        if (run->simple_name_capacity != 0) memcpy(names, run->simple_names, run->simple_name_capacity * sizeof *names);
        run->simple_names = names;
        run->simple_name_capacity = capacity;
    }
    if (run->simple_names[name_string] == PPROF_NONE) {
        const char *simple = pprof_simplify_name(name, run->scratch, status);
        if (simple == NULL) return PPROF_NONE;
        run->simple_names[name_string] = pprof_add_string(run->builder, simple, strlen(simple), status);
    }
    return run->simple_names[name_string];
}

/* The mapping says what its locations have, as pprof does. */
static void note_frame(pprof_mapping *mapping, const pprof_source_frame *frame) {
    mapping->has_functions |= frame->function[0] != '\0';
    mapping->has_filenames |= frame->file[0] != '\0';
    mapping->has_line_numbers |= frame->line != 0;
    mapping->has_inline_frames = true; /* would have been found */
}

static bool add_frame(symbolize_run *run, const pprof_source_frame *frame, pprof_line *line, pprof_status *status) {
    pprof_function function = {.start_line = frame->start_line};
    function.system_name_string = pprof_add_string(run->builder, frame->function, strlen(frame->function), status);
    function.filename_string = pprof_add_string(run->builder, frame->file, strlen(frame->file), status);
    if (status->failed) return false;
    function.name_string = add_simple_name(run, function.system_name_string, frame->function, status);
    if (status->failed) return false;
    *line = (pprof_line){.line = frame->line, .column = frame->column};
    line->function = pprof_add_function(run->builder, &function, status);
    return line->function != PPROF_NONE;
}

static bool take_frames(void *context, size_t index, const pprof_source_frame *frames, size_t count,
                        pprof_status *status) {
    symbolize_run *run = context;
    uint32_t location = run->asked_locations[index];
    if (count == 0 || count >= PPROF_NONE) return true;
    pprof_source_frame whole;
    if (!run->have_places[location]) { /* the function's first line would say nothing */
        whole = frames[count - 1];
        whole.line = whole.column = 0;
        frames = &whole;
        count = 1;
    }
    pprof_line *lines = pprof_allocate(run->scratch, count, sizeof *lines, status);
    if (lines == NULL) return false;
    for (size_t i = 0; i < count; i++) {
        note_frame(&run->mappings[run->input->locations[location].mapping], &frames[i]);
        if (!add_frame(run, &frames[i], &lines[i], status)) return false;
    }
    run->lines[location] = lines;
    run->line_counts[location] = (uint32_t)count;
    return true;
}

/* ---- the new profile ---- */

static uint32_t copy_string(symbolize_run *run, uint32_t index, pprof_status *status) {
    if (run->copied_strings[index] == PPROF_NONE) {
        pprof_string string = pprof_get_string(run->input, index);
        run->copied_strings[index] = pprof_add_string(run->builder, string.text, string.length, status);
    }
    return run->copied_strings[index];
}

static bool copy_types(symbolize_run *run, pprof_status *status) {
    for (uint32_t i = 0; i < run->input->sample_type_count; i++) {
        const pprof_value_type *type = &run->input->sample_types[i];
        pprof_string name = pprof_get_string(run->input, type->type_string);
        pprof_string unit = pprof_get_string(run->input, type->unit_string);
        const char *name_text = pprof_copy_string(run->scratch, name.text, name.length, status);
        const char *unit_text = pprof_copy_string(run->scratch, unit.text, unit.length, status);
        if (name_text == NULL || unit_text == NULL) return false;
        if (pprof_add_sample_type(run->builder, name_text, unit_text, status) == PPROF_NONE) return false;
    }
    return true;
}

static bool copy_mappings(symbolize_run *run, uint32_t *copies, pprof_status *status) {
    for (uint32_t i = 0; i < run->input->mapping_count; i++) {
        pprof_mapping mapping = run->mappings[i];
        const char *build_id = run->files[i].problem == NULL ? run->files[i].elf.build_id : "";
        bool is_known = pprof_get_string(run->input, mapping.build_id_string).length != 0;
        mapping.filename_string = copy_string(run, mapping.filename_string, status);
        mapping.build_id_string = is_known ? copy_string(run, mapping.build_id_string, status)
                                           : pprof_add_string(run->builder, build_id, strlen(build_id), status);
        if (status->failed) return false;
        copies[i] = pprof_add_mapping(run->builder, &mapping, status);
        if (copies[i] == PPROF_NONE) return false;
    }
    return true;
}

/* The lines that a location had in the input. */
static const pprof_line *copy_lines(symbolize_run *run, const pprof_location *location, pprof_status *status) {
    pprof_line *lines = pprof_allocate(run->scratch, location->line_count, sizeof *lines, status);
    for (uint32_t i = 0; lines != NULL && i < location->line_count; i++) {
        lines[i] = run->input->lines[location->first_line + i];
        pprof_function function = run->input->functions[lines[i].function];
        function.name_string = copy_string(run, function.name_string, status);
        function.system_name_string = copy_string(run, function.system_name_string, status);
        function.filename_string = copy_string(run, function.filename_string, status);
        if (status->failed) return NULL;
        lines[i].function = pprof_add_function(run->builder, &function, status);
        if (lines[i].function == PPROF_NONE) return NULL;
    }
    return lines;
}

static bool copy_locations(symbolize_run *run, const uint32_t *mappings, uint32_t *copies, pprof_status *status) {
    for (uint32_t i = 0; i < run->input->location_count; i++) {
        pprof_location location = run->input->locations[i];
        const pprof_line *lines = run->lines[i];
        if (lines != NULL) {
            location.line_count = run->line_counts[i];
            location.is_folded = false;
        } else {
            lines = copy_lines(run, &location, status);
            if (lines == NULL) return false;
        }
        if (location.mapping != PPROF_NONE) location.mapping = mappings[location.mapping];
        if (!run->have_places[i]) { /* no code of the mapping's was met there */
            location.mapping = PPROF_NONE;
            location.address = 0;
        }
        copies[i] = pprof_add_location(run->builder, &location, lines, status);
        if (copies[i] == PPROF_NONE) return false;
    }
    return true;
}

static bool copy_labels(symbolize_run *run, uint32_t sample, pprof_label *labels, pprof_status *status) {
    uint32_t first = run->input->first_label[sample], end = run->input->first_label[sample + 1];
    for (uint32_t i = first; i < end; i++) {
        labels[i - first] = run->input->labels[i];
        labels[i - first].key_string = copy_string(run, run->input->labels[i].key_string, status);
        labels[i - first].text_string = copy_string(run, run->input->labels[i].text_string, status);
        labels[i - first].unit_string = copy_string(run, run->input->labels[i].unit_string, status);
    }
    return !status->failed;
}

static bool copy_samples(symbolize_run *run, const uint32_t *locations, pprof_status *status) {
    const pprof_profile *input = run->input;
    uint32_t stack_size = input->sample_count == 0 ? 0 : input->first_location[input->sample_count];
    uint32_t *stack = pprof_allocate(run->scratch, stack_size, sizeof *stack, status);
    pprof_label *labels = pprof_allocate(run->scratch, input->label_count, sizeof *labels, status);
    if (stack == NULL || labels == NULL) return false;
    for (uint32_t i = 0; i < stack_size; i++) stack[i] = locations[input->sample_locations[i]];
    for (uint32_t i = 0; i < input->sample_count; i++) {
        uint32_t first = input->first_location[i], label_count = 0;
        if (input->first_label != NULL) {
            label_count = input->first_label[i + 1] - input->first_label[i];
            if (!copy_labels(run, i, labels, status)) return false;
        }
        if (pprof_add_sample(run->builder, stack + first, input->first_location[i + 1] - first,
                             input->values + (size_t)i * input->sample_type_count, labels, label_count,
                             status) == PPROF_NONE)
            return false;
    }
    return true;
}

/* The input's comments and one for each file that should have been read and was not. */
static bool copy_comments(symbolize_run *run, pprof_arena *arena, pprof_profile *scalars, pprof_status *status) {
    const pprof_profile *input = run->input;
    size_t most = (size_t)input->comment_count + input->mapping_count;
    scalars->comment_strings = pprof_allocate(arena, most, sizeof(uint32_t), status);
    if (scalars->comment_strings == NULL) return false;
    for (uint32_t i = 0; i < input->comment_count; i++)
        scalars->comment_strings[scalars->comment_count++] = copy_string(run, input->comment_strings[i], status);
    for (uint32_t i = 0; i < input->mapping_count; i++) {
        const pprof_mapping_file *file = &run->files[i];
        if (file->problem == NULL || !file->is_needed || pprof_is_pseudo_path(file->path)) continue;
        const char *text = pprof_format_string(run->scratch, status, "pprofread: not symbolized: %s", file->problem);
        if (text == NULL) return false;
        scalars->comment_strings[scalars->comment_count++] = pprof_add_string(run->builder, text, strlen(text), status);
    }
    return !status->failed;
}

static bool build_output(symbolize_run *run, pprof_arena *arena, pprof_profile *output, pprof_status *status) {
    const pprof_profile *input = run->input;
    uint32_t *mappings = pprof_allocate(run->scratch, input->mapping_count, sizeof *mappings, status);
    uint32_t *locations = pprof_allocate(run->scratch, input->location_count, sizeof *locations, status);
    if (mappings == NULL || locations == NULL) return false;
    if (!copy_types(run, status) || !copy_mappings(run, mappings, status) ||
        !copy_locations(run, mappings, locations, status) || !copy_samples(run, locations, status))
        return false;

    pprof_profile scalars = {
        .drop_frames_string = copy_string(run, input->drop_frames_string, status),
        .keep_frames_string = copy_string(run, input->keep_frames_string, status),
        .default_sample_type_string = copy_string(run, input->default_sample_type_string, status),
        .doc_url_string = copy_string(run, input->doc_url_string, status),
        .period_type = {copy_string(run, input->period_type.type_string, status),
                        copy_string(run, input->period_type.unit_string, status)},
    };
    if (!copy_comments(run, arena, &scalars, status) || !pprof_finish_builder(run->builder, output, status))
        return false;
    output->drop_frames_string = scalars.drop_frames_string;
    output->keep_frames_string = scalars.keep_frames_string;
    output->default_sample_type_string = scalars.default_sample_type_string;
    output->doc_url_string = scalars.doc_url_string;
    output->period_type = scalars.period_type;
    output->comment_strings = scalars.comment_strings;
    output->comment_count = scalars.comment_count;
    output->time_nanos = input->time_nanos;
    output->duration_nanos = input->duration_nanos;
    output->period = input->period;
    return true;
}

/* ---- the whole ---- */

/* A profile whose program cannot be looked up is of no use for PGO, unless it came with lines. */
static bool require_program(const symbolize_run *run, pprof_status *status) {
    const pprof_profile *input = run->input;
    bool reads_something = false;
    for (uint32_t i = 0; i < input->mapping_count; i++) reads_something |= run->files[i].problem == NULL;
    for (uint32_t i = 0; i < input->location_count; i++) {
        uint32_t mapping = input->locations[i].mapping;
        if (input->locations[i].line_count != 0) continue;
        if (mapping != PPROF_NONE && mapping == run->main_mapping && run->files[mapping].problem != NULL)
            return pprof_fail(status,
                              "%s; it is the profiled program: give the very binary that was profiled, built with -g, "
                              "by --binary EXE",
                              run->files[mapping].problem);
        if (run->main_mapping == PPROF_NONE && !reads_something)
            return pprof_fail(status, "the profile names no file that its addresses could be looked up in; record it "
                                      "again, with the memory map of the program");
    }
    return true;
}

static bool symbolize(symbolize_run *run, const pprof_symbolize_options *options, pprof_arena *arena,
                      pprof_profile *output, pprof_status *status) {
    const pprof_profile *input = run->input;
    run->files = pprof_allocate(run->scratch, input->mapping_count, sizeof *run->files, status);
    if (run->files == NULL ||
        !pprof_find_mapping_files(input, options, run->scratch, run->files, &run->main_mapping, status) ||
        !require_program(run, status) ||
        !pprof_restore_frames(input, run->files, run->scratch, &run->restored, &run->have_places, status))
        return false;
    run->input = input = &run->restored;
    run->mappings = pprof_allocate(run->scratch, input->mapping_count, sizeof *run->mappings, status);
    run->lines = (pprof_line **)pprof_allocate(run->scratch, input->location_count, sizeof *run->lines, status);
    run->line_counts = pprof_allocate(run->scratch, input->location_count, sizeof *run->line_counts, status);
    run->copied_strings = pprof_allocate(run->scratch, input->string_count, sizeof *run->copied_strings, status);
    if (status->failed) return false;
    memset(run->copied_strings, 0xff, input->string_count * sizeof *run->copied_strings);
    if (input->mapping_count != 0) memcpy(run->mappings, input->mappings, input->mapping_count * sizeof *run->mappings);
    if (!choose_queries(run, status)) return false;

    run->builder = pprof_create_builder(arena, status);
    if (run->builder == NULL) return false;
    const pprof_symbolizer symbolizer = {.command = options->symbolizer,
                                         .silence_limit = options->silence_limit,
                                         .queries = run->queries,
                                         .query_count = run->query_count,
                                         .take_frames = take_frames,
                                         .context = run};
    pprof_profile built;
    /* Now that frames have names, those that the profiler itself put on the stacks can go. */
    return pprof_run_symbolizer(&symbolizer, status) && build_output(run, arena, &built, status) &&
           pprof_prune_frames(&built, arena, output, status);
}

bool pprof_symbolize_profile(const pprof_profile *input, const pprof_symbolize_options *options, pprof_arena *arena,
                             pprof_profile *output, pprof_status *status) {
    const pprof_symbolize_options defaults = {0};
    pprof_arena scratch = {0};
    symbolize_run run = {.input = input, .scratch = &scratch};
    bool fine = symbolize(&run, options == NULL ? &defaults : options, arena, output, status);
    pprof_arena_free(&scratch);
    return fine;
}
