/* Takes a Profile and the options that narrow a report; gives the samples and frames that these leave, as a Profile.
 * As in pprof, expressions are matched against function names, file names and the binary's path of every frame, never
 * against mangled names, and in this order: focus and ignore, hide and show, show_from, tagfocus
 * and tagignore, tagshow and taghide, prune_from. */
#include "edit/edit.h"
#include "print/print.h"

#include <string.h>

/* ---- what one expression matches ---- */

typedef struct matcher {
    pprof_pattern pattern;
    bool *functions, *mappings;
} matcher;

/* Matching a shortened function name only, or any name that a frame has. */
typedef enum matched_names { ANY_NAME, FUNCTION_NAME } matched_names;

static bool make_matcher(matcher *matcher, const pprof_profile *profile, const char *name, const char *text,
                         matched_names names, pprof_arena *arena, pprof_status *status) {
    if (!pprof_compile_pattern(&matcher->pattern, name, text, status)) return false;
    const pprof_pattern *pattern = &matcher->pattern;
    if (!pattern->is_set) return true;
    matcher->functions = pprof_allocate(arena, profile->function_count, sizeof(bool), status);
    matcher->mappings = pprof_allocate(arena, profile->mapping_count, sizeof(bool), status);
    if (status->failed) return false;
    for (uint32_t f = 0; f < profile->function_count; f++) {
        pprof_string function = pprof_get_string(profile, profile->functions[f].name_string);
        pprof_string file = pprof_get_string(profile, profile->functions[f].filename_string);
        matcher->functions[f] =
            names == FUNCTION_NAME ? function.length > 0 && pprof_match_pattern(pattern, pprof_cut_parameters(function))
                                   : pprof_match_pattern(pattern, function) || pprof_match_pattern(pattern, file);
    }
    for (uint32_t m = 0; names == ANY_NAME && m < profile->mapping_count; m++)
        matcher->mappings[m] =
            pprof_match_pattern(pattern, pprof_get_string(profile, profile->mappings[m].filename_string));
    return true;
}

static bool matches_mapping(const matcher *matcher, const pprof_location *location) {
    return matcher->pattern.is_set && location->mapping != PPROF_NONE && matcher->mappings[location->mapping];
}

static bool matches_line(const matcher *matcher, const pprof_line *line) {
    return matcher->pattern.is_set && matcher->functions[line->function];
}

static bool matches_location(const matcher *matcher, const pprof_location *location, const pprof_line *lines) {
    if (matches_mapping(matcher, location)) return true;
    for (uint32_t i = 0; i < location->line_count; i++)
        if (matches_line(matcher, &lines[i])) return true;
    return false;
}

/* ---- locations ---- */

typedef struct location_role {
    bool is_focused, is_ignored;
    bool is_hidden;   /* nothing of it is left */
    bool shows_from;  /* a stack may begin here */
    bool prunes_from; /* what this called is left out */
} location_role;

typedef struct filter {
    const pprof_profile *input;
    matcher focus, ignore, hide, show, show_from, prune_from;
    pprof_tag_filter tag_focus, tag_ignore;
    pprof_pattern tag_show, tag_hide;
    const pprof_label_units *units;
    location_role *roles;
} filter;

/* Copies the lines of [location] that hide and show leave to [output]; gives their number, and whether nothing is
 * left that could stand for the location. */
static uint32_t copy_shown_lines(const filter *filter, const pprof_location *location, const pprof_line *lines,
                                 pprof_line *output, bool *is_hidden) {
    bool hides_all = matches_mapping(&filter->hide, location);
    bool shows_all = !filter->show.pattern.is_set || matches_mapping(&filter->show, location);
    bool hides_any = hides_all;
    uint32_t count = 0;
    for (uint32_t i = 0; i < location->line_count; i++) {
        bool is_line_hidden = hides_all || matches_line(&filter->hide, &lines[i]);
        hides_any = hides_any || is_line_hidden;
        if (!is_line_hidden && (shows_all || matches_line(&filter->show, &lines[i]))) output[count++] = lines[i];
    }
    *is_hidden = count == 0 && (hides_any || filter->show.pattern.is_set);
    return count;
}

/* Gives the location's role, and in [output] what is left of it; its lines go to [lines]. */
static location_role filter_location(const filter *filter, const pprof_location *input, pprof_line *lines,
                                     pprof_location *output) {
    const pprof_line *all_lines = filter->input->lines + input->first_line;
    location_role role = {0};
    role.is_ignored = matches_location(&filter->ignore, input, all_lines);
    role.is_focused = !filter->focus.pattern.is_set || matches_location(&filter->focus, input, all_lines);
    *output = *input;
    output->line_count = copy_shown_lines(filter, input, all_lines, lines, &role.is_hidden);

    role.shows_from = !filter->show_from.pattern.is_set || matches_mapping(&filter->show_from, input);
    for (uint32_t i = output->line_count; !role.shows_from && i-- > 0;) {
        if (!matches_line(&filter->show_from, &lines[i])) continue;
        role.shows_from = true;
        output->line_count = i + 1;
    }
    for (uint32_t i = 0; !role.prunes_from && i < output->line_count; i++) {
        if (!matches_line(&filter->prune_from, &lines[i])) continue;
        role.prunes_from = true;
        output->line_count -= i;
        memmove(lines, lines + i, output->line_count * sizeof *lines);
    }
    return role;
}

static bool filter_locations(filter *filter, pprof_arena *arena, pprof_profile *output, pprof_status *status) {
    const pprof_profile *input = filter->input;
    size_t line_count = 0;
    for (uint32_t l = 0; l < input->location_count; l++) line_count += input->locations[l].line_count;
    filter->roles = pprof_allocate(arena, input->location_count, sizeof *filter->roles, status);
    output->locations = pprof_allocate(arena, input->location_count, sizeof *output->locations, status);
    output->lines = pprof_allocate(arena, line_count, sizeof *output->lines, status);
    if (status->failed) return false;
    output->line_count = 0;
    for (uint32_t l = 0; l < input->location_count; l++) {
        pprof_location *location = &output->locations[l];
        pprof_line *lines = output->lines + output->line_count;
        filter->roles[l] = filter_location(filter, &input->locations[l], lines, location);
        location->first_line = output->line_count;
        output->line_count += location->line_count;
    }
    return true;
}

/* ---- samples ---- */

static bool is_kept(const filter *filter, uint32_t sample) {
    const pprof_profile *input = filter->input;
    bool is_focused = false;
    for (uint32_t i = input->first_location[sample]; i < input->first_location[sample + 1]; i++) {
        const location_role *role = &filter->roles[input->sample_locations[i]];
        if (role->is_ignored) return false;
        is_focused = is_focused || role->is_focused;
    }
    return is_focused &&
           (!filter->tag_focus.is_set || pprof_match_tags(&filter->tag_focus, input, filter->units, sample)) &&
           !(filter->tag_ignore.is_set && pprof_match_tags(&filter->tag_ignore, input, filter->units, sample));
}

/* Writes what is left of the sample's stack; gives the number of locations, 0 when the sample does not count. */
static uint32_t copy_stack(const filter *filter, uint32_t sample, uint32_t *stack) {
    const pprof_profile *input = filter->input;
    uint32_t count = 0, end = 0, start = PPROF_NONE;
    for (uint32_t i = input->first_location[sample]; i < input->first_location[sample + 1]; i++) {
        const location_role *role = &filter->roles[input->sample_locations[i]];
        if (role->is_hidden) continue;
        if (role->prunes_from && start == PPROF_NONE) start = count;
        stack[count++] = input->sample_locations[i];
        if (role->shows_from) end = count;
    }
    if (start == PPROF_NONE || start >= end) return end;
    memmove(stack, stack + start, (end - start) * sizeof *stack);
    return end - start;
}

/* Adds what sample [s] has besides its stack to [output]. */
static void copy_values(const filter *filter, uint32_t s, pprof_profile *output) {
    const pprof_profile *input = filter->input;
    size_t type_count = input->sample_type_count;
    memcpy(output->values + output->sample_count * type_count, input->values + s * type_count,
           type_count * sizeof *input->values);
    if (input->first_label == NULL) return;
    output->first_label[output->sample_count] = output->label_count;
    for (uint32_t i = input->first_label[s]; i < input->first_label[s + 1]; i++) {
        pprof_string key = pprof_get_string(input, input->labels[i].key_string);
        if (filter->tag_show.is_set && !pprof_match_pattern(&filter->tag_show, key)) continue;
        if (filter->tag_hide.is_set && pprof_match_pattern(&filter->tag_hide, key)) continue;
        output->labels[output->label_count++] = input->labels[i];
    }
}

static bool filter_samples(const filter *filter, pprof_arena *arena, pprof_profile *output, pprof_status *status) {
    const pprof_profile *input = filter->input;
    size_t sample_count = input->sample_count;
    output->first_location = pprof_allocate(arena, sample_count + 1, sizeof *output->first_location, status);
    output->sample_locations =
        pprof_allocate(arena, input->first_location[sample_count], sizeof *output->sample_locations, status);
    output->values = pprof_allocate(arena, sample_count * input->sample_type_count, sizeof *output->values, status);
    if (input->first_label != NULL) {
        output->first_label = pprof_allocate(arena, sample_count + 1, sizeof *output->first_label, status);
        output->labels = pprof_allocate(arena, input->label_count, sizeof *output->labels, status);
    }
    if (status->failed) return false;
    output->sample_count = output->label_count = 0;
    uint32_t used = 0;
    for (uint32_t s = 0; s < sample_count; s++) {
        uint32_t depth = is_kept(filter, s) ? copy_stack(filter, s, output->sample_locations + used) : 0;
        if (depth == 0) continue;
        output->first_location[output->sample_count] = used;
        used += depth;
        copy_values(filter, s, output);
        output->sample_count++;
    }
    output->first_location[output->sample_count] = used;
    if (input->first_label != NULL) output->first_label[output->sample_count] = output->label_count;
    return true;
}

/* ---- all of it ---- */

static bool compile_filter(filter *filter, const pprof_report_options *options, pprof_arena *arena,
                           pprof_status *status) {
    const pprof_profile *input = filter->input;
    return make_matcher(&filter->focus, input, "focus", options->focus, ANY_NAME, arena, status) &&
           make_matcher(&filter->ignore, input, "ignore", options->ignore, ANY_NAME, arena, status) &&
           make_matcher(&filter->hide, input, "hide", options->hide, ANY_NAME, arena, status) &&
           make_matcher(&filter->show, input, "show", options->show, ANY_NAME, arena, status) &&
           make_matcher(&filter->show_from, input, "show_from", options->show_from, ANY_NAME, arena, status) &&
           make_matcher(&filter->prune_from, input, "prune_from", options->prune_from, FUNCTION_NAME, arena, status) &&
           pprof_compile_tag_filter(&filter->tag_focus, input, "tagfocus", options->tag_focus, arena, status) &&
           pprof_compile_tag_filter(&filter->tag_ignore, input, "tagignore", options->tag_ignore, arena, status) &&
           pprof_compile_pattern(&filter->tag_show, "tagshow", options->tag_show, status) &&
           pprof_compile_pattern(&filter->tag_hide, "taghide", options->tag_hide, status);
}

static bool is_given(const filter *filter) {
    return filter->focus.pattern.is_set || filter->ignore.pattern.is_set || filter->hide.pattern.is_set ||
           filter->show.pattern.is_set || filter->show_from.pattern.is_set || filter->prune_from.pattern.is_set ||
           filter->tag_focus.is_set || filter->tag_ignore.is_set || filter->tag_show.is_set || filter->tag_hide.is_set;
}

static void free_filter(filter *filter) {
    pprof_free_pattern(&filter->focus.pattern);
    pprof_free_pattern(&filter->ignore.pattern);
    pprof_free_pattern(&filter->hide.pattern);
    pprof_free_pattern(&filter->show.pattern);
    pprof_free_pattern(&filter->show_from.pattern);
    pprof_free_pattern(&filter->prune_from.pattern);
    pprof_free_tag_filter(&filter->tag_focus);
    pprof_free_tag_filter(&filter->tag_ignore);
    pprof_free_pattern(&filter->tag_show);
    pprof_free_pattern(&filter->tag_hide);
}

bool pprof_filter_profile(const pprof_profile *input, const pprof_report_options *options,
                          const pprof_label_units *units, pprof_arena *arena, pprof_profile *output,
                          pprof_status *status) {
    *output = *input;
    filter filter = {.input = input, .units = units};
    bool done = compile_filter(&filter, options, arena, status);
    if (done && is_given(&filter))
        done = filter_locations(&filter, arena, output, status) && filter_samples(&filter, arena, output, status);
    free_filter(&filter);
    return done;
}
