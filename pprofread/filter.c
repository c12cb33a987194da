/* Takes a Profile and the -focus and -ignore expressions; gives which samples they leave. As in pprof they are matched
 * against function names, file names and the binary's path of every frame, never against mangled names. */
#include "print.h"

typedef enum location_mark { UNMARKED = 0, FOCUSED, IGNORED } location_mark;

static bool location_matches(const pprof_profile *profile, const pprof_location *location,
                             const pprof_pattern *pattern) {
    for (uint32_t i = 0; i < location->line_count; i++) {
        const pprof_function *function = &profile->functions[profile->lines[location->first_line + i].function];
        if (pprof_match_pattern(pattern, pprof_get_string(profile, function->name_string)) ||
            pprof_match_pattern(pattern, pprof_get_string(profile, function->filename_string)))
            return true;
    }
    return location->mapping != PPROF_NONE &&
           pprof_match_pattern(pattern,
                               pprof_get_string(profile, profile->mappings[location->mapping].filename_string));
}

static bool sample_is_kept(const pprof_profile *profile, uint32_t sample, const uint8_t *marks) {
    bool is_focused = false;
    for (uint32_t i = profile->first_location[sample]; i < profile->first_location[sample + 1]; i++) {
        uint8_t mark = marks[profile->sample_locations[i]];
        if (mark == IGNORED) return false;
        if (mark == FOCUSED) is_focused = true;
    }
    return is_focused;
}

bool pprof_filter_samples(const pprof_profile *profile, const pprof_report_options *options, pprof_arena *arena,
                          bool **kept, pprof_status *status) {
    *kept = NULL;
    pprof_pattern focus, ignore;
    if (!pprof_compile_pattern(&focus, "focus", options->focus, status)) return false;
    if (!pprof_compile_pattern(&ignore, "ignore", options->ignore, status)) {
        pprof_free_pattern(&focus);
        return false;
    }
    if (focus.is_set || ignore.is_set) {
        uint8_t *marks = pprof_allocate(arena, profile->location_count, 1, status);
        *kept = pprof_allocate(arena, profile->sample_count, sizeof **kept, status);
        if (!status->failed) {
            for (uint32_t l = 0; l < profile->location_count; l++) {
                const pprof_location *location = &profile->locations[l];
                if (location_matches(profile, location, &ignore)) {
                    marks[l] = IGNORED;
                } else if (!focus.is_set || location_matches(profile, location, &focus)) {
                    marks[l] = FOCUSED;
                }
            }
            for (uint32_t s = 0; s < profile->sample_count; s++) (*kept)[s] = sample_is_kept(profile, s, marks);
        }
    }
    pprof_free_pattern(&focus);
    pprof_free_pattern(&ignore);
    return !status->failed;
}
