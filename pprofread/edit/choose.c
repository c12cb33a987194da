/* Takes a Profile and expressions; gives it with some samples only, or with shorter paths. Whole samples go, as with
 * pprof's -focus and -ignore and not its -hide: a frame cannot be taken out of a stack without its time going to a
 * function that did not spend it. */
#include "edit/edit.h"

#include <string.h>

/* ---- samples ---- */

/* What one expression matches. */
typedef struct matches {
    bool is_set;
    bool *functions, *mappings; /* the one that it is about; the other one is NULL */
} matches;

static bool mapping_matches(const pprof_pattern *pattern, const pprof_profile *profile, uint32_t index) {
    return pprof_match_pattern(pattern, pprof_get_string(profile, profile->mappings[index].filename_string));
}

static bool function_matches(const pprof_pattern *pattern, const pprof_profile *profile, uint32_t index) {
    const pprof_function *function = &profile->functions[index];
    return pprof_match_pattern(pattern, pprof_get_string(profile, function->name_string)) ||
           pprof_match_pattern(pattern, pprof_get_string(profile, function->system_name_string));
}

static bool find_matches(matches *matches, const pprof_profile *profile, const char *option, const char *text,
                         bool is_mapping, pprof_arena *arena, pprof_status *status) {
    pprof_pattern pattern;
    if (!pprof_compile_pattern(&pattern, option, text, status)) return false;
    uint32_t count = is_mapping ? profile->mapping_count : profile->function_count;
    bool *found = pprof_allocate(arena, count, sizeof *found, status);
    for (uint32_t i = 0; found != NULL && i < count; i++)
        found[i] = is_mapping ? mapping_matches(&pattern, profile, i) : function_matches(&pattern, profile, i);
    matches->is_set = pattern.is_set;
    *(is_mapping ? &matches->mappings : &matches->functions) = found;
    pprof_free_pattern(&pattern);
    return found != NULL;
}

static bool is_on_stack(const matches *matches, const pprof_profile *profile, uint32_t sample) {
    for (uint32_t i = profile->first_location[sample]; i < profile->first_location[sample + 1]; i++) {
        const pprof_location *location = &profile->locations[profile->sample_locations[i]];
        if (matches->mappings != NULL) {
            if (location->mapping != PPROF_NONE && matches->mappings[location->mapping]) return true;
            continue;
        }
        for (uint32_t l = 0; l < location->line_count; l++)
            if (matches->functions[profile->lines[location->first_line + l].function]) return true;
    }
    return false;
}

bool pprof_choose_samples(const pprof_profile *input, const char *path, const pprof_sample_choice *choice,
                          pprof_arena *arena, pprof_profile *output, pprof_status *status) {
    pprof_arena scratch = {0};
    matches keep = {0}, drop = {0}, keep_mapping = {0}, drop_mapping = {0};
    pprof_profile chosen = *input;
    size_t type_count = input->sample_type_count;
    bool done = find_matches(&keep, input, "keep", choice->keep, false, &scratch, status) &&
                find_matches(&drop, input, "drop", choice->drop, false, &scratch, status) &&
                find_matches(&keep_mapping, input, "keep-mapping", choice->keep_mapping, true, &scratch, status) &&
                find_matches(&drop_mapping, input, "drop-mapping", choice->drop_mapping, true, &scratch, status);
    if (done) chosen.values = pprof_allocate(&scratch, input->sample_count, type_count * sizeof(int64_t), status);
    done = done && !status->failed;
    for (uint32_t s = 0; done && s < input->sample_count; s++) {
        bool stays = (!keep.is_set || is_on_stack(&keep, input, s)) && !is_on_stack(&drop, input, s) &&
                     (!keep_mapping.is_set || is_on_stack(&keep_mapping, input, s)) &&
                     !is_on_stack(&drop_mapping, input, s);
        /* Merging leaves out samples of zeros, and what only they use. */
        if (stays) memcpy(chosen.values + s * type_count, input->values + s * type_count, type_count * sizeof(int64_t));
    }
    done =
        done && pprof_merge_profiles(&(pprof_merge_input){.profile = &chosen, .path = path}, 1, arena, output, status);
    pprof_arena_free(&scratch);
    return done;
}

/* ---- paths ---- */

static bool strip_functions(pprof_profile *profile, const char *prefix, pprof_new_strings *strings,
                            uint32_t *function_count, pprof_status *status) {
    size_t length = strlen(prefix);
    *function_count = 0;
    for (uint32_t f = 0; f < profile->function_count; f++) {
        uint32_t *filename = &profile->functions[f].filename_string;
        pprof_string file = pprof_get_string(profile, *filename);
        if (file.length < length || memcmp(file.text, prefix, length) != 0) continue;
        *filename = pprof_add_new_string(strings, (pprof_string){file.text + length, file.length - length}, status);
        if (status->failed) return false;
        ++*function_count;
    }
    return true;
}

bool pprof_strip_paths(const pprof_profile *input, const char *path, const char *prefix, pprof_arena *arena,
                       pprof_profile *output, uint32_t *function_count, pprof_status *status) {
    pprof_arena scratch = {0};
    pprof_new_strings strings = {0};
    pprof_profile stripped = *input;
    size_t count = input->function_count;
    stripped.functions = pprof_allocate(&scratch, count, sizeof *stripped.functions, status);
    if (stripped.functions != NULL && count != 0)
        memcpy(stripped.functions, input->functions, count * sizeof *stripped.functions);
    bool done =
        stripped.functions != NULL && pprof_begin_new_strings(&strings, input, status) &&
        strip_functions(&stripped, prefix, &strings, function_count, status) &&
        pprof_keep_new_strings(&strings, &scratch, &stripped, status) &&
        pprof_merge_profiles(&(pprof_merge_input){.profile = &stripped, .path = path}, 1, arena, output, status);
    pprof_free_new_strings(&strings);
    pprof_arena_free(&scratch);
    return done;
}
