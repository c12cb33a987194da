/* Takes a Profile and the -focus and -ignore expressions; gives which samples they leave. As in pprof they are matched
 * against function names, file names and the binary's path of every frame, never against mangled names. */
#include "edit/edit.h"
#include "print/print.h"

/* What one expression matches. */
typedef struct matcher {
    pprof_pattern pattern;
    bool *functions, *mappings;
} matcher;

static bool make_matcher(matcher *matcher, const pprof_profile *profile, const char *name, const char *text,
                         pprof_arena *arena, pprof_status *status) {
    if (!pprof_compile_pattern(&matcher->pattern, name, text, status)) return false;
    matcher->functions = pprof_allocate(arena, profile->function_count, sizeof(bool), status);
    matcher->mappings = pprof_allocate(arena, profile->mapping_count, sizeof(bool), status);
    if (!status->failed && matcher->pattern.is_set) {
        for (uint32_t f = 0; f < profile->function_count; f++) {
            const pprof_function *function = &profile->functions[f];
            matcher->functions[f] =
                pprof_match_pattern(&matcher->pattern, pprof_get_string(profile, function->name_string)) ||
                pprof_match_pattern(&matcher->pattern, pprof_get_string(profile, function->filename_string));
        }
        for (uint32_t m = 0; m < profile->mapping_count; m++)
            matcher->mappings[m] =
                pprof_match_pattern(&matcher->pattern, pprof_get_string(profile, profile->mappings[m].filename_string));
    }
    pprof_free_pattern(&matcher->pattern);
    return !status->failed;
}

static bool matches_location(const matcher *matcher, const pprof_profile *profile, const pprof_location *location) {
    if (location->mapping != PPROF_NONE && matcher->mappings[location->mapping]) return true;
    for (uint32_t i = 0; i < location->line_count; i++)
        if (matcher->functions[profile->lines[location->first_line + i].function]) return true;
    return false;
}

bool pprof_filter_samples(const pprof_profile *profile, const pprof_report_options *options, pprof_arena *arena,
                          bool **kept, pprof_status *status) {
    *kept = NULL;
    bool has_focus = options->focus != NULL && *options->focus != '\0';
    bool has_ignore = options->ignore != NULL && *options->ignore != '\0';
    if (!has_focus && !has_ignore) return true;

    matcher focus, ignore;
    bool *is_focused = pprof_allocate(arena, profile->location_count, sizeof(bool), status);
    bool *is_ignored = pprof_allocate(arena, profile->location_count, sizeof(bool), status);
    *kept = pprof_allocate(arena, profile->sample_count, sizeof **kept, status);
    if (status->failed || !make_matcher(&focus, profile, "focus", options->focus, arena, status) ||
        !make_matcher(&ignore, profile, "ignore", options->ignore, arena, status))
        return false;
    for (uint32_t l = 0; l < profile->location_count; l++) {
        const pprof_location *location = &profile->locations[l];
        is_ignored[l] = matches_location(&ignore, profile, location);
        is_focused[l] = !has_focus || matches_location(&focus, profile, location);
    }
    for (uint32_t s = 0; s < profile->sample_count; s++) {
        bool found_focus = false, found_ignored = false;
        for (uint32_t i = profile->first_location[s]; i < profile->first_location[s + 1]; i++) {
            found_focus = found_focus || is_focused[profile->sample_locations[i]];
            found_ignored = found_ignored || is_ignored[profile->sample_locations[i]];
        }
        (*kept)[s] = found_focus && !found_ignored;
    }
    return true;
}
