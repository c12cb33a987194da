/* Takes a build and the profile that it used; gives the functions that the profile has and no module does: renamed,
 * removed, or in a file that was not compiled with the plugin.
 *
 * The C library is not built with it, and what it has cannot vanish. Where the profile tells mappings apart, only those
 * count of which the build knows a twentieth. Cannot know which functions came with archives that were
 * built elsewhere. */
#include "profile/profile.h"

#include "base/index_table.h"
#include "weights/weigh.h"

#include <string.h>

/* A mapping is the build's own when it knows one line's function in so many. */
enum { OWN_SHARE = 20 };

typedef struct search {
    pprof_string_pool known; /* of what modules have: "name\nfile", and names alone */
    pprof_string_pool own;   /* names of functions in mappings that are the build's */
    pprof_arena *arena;
    pprof_status *status;
    bool has_mappings;
} search;

static bool add_text(pprof_string_pool *pool, pprof_string text, pprof_status *status) {
    return pprof_intern_string(pool, text, status) != PPROF_NONE;
}

static pprof_string borrow(const char *text) {
    return (pprof_string){text, strlen(text)};
}

static bool has_text(const pprof_string_pool *pool, pprof_string text) {
    return pprof_find_string(pool, text) != PPROF_NONE;
}

static const char *join_key(const search *search, const char *name, const char *file) {
    return pprof_format_string(search->arena, search->status, "%s\n%s", name, file);
}

static bool list_known(search *search, const gate_build *build) {
    for (uint32_t i = 0; i < build->function_count; i++) {
        const gate_function *function = &build->functions[i];
        if (function->profiled == 0) continue;
        const char *name = build->texts[function->profiled];
        const char *key = join_key(search, name, build->texts[function->profiled_file]);
        if (key == NULL || !add_text(&search->known, borrow(key), search->status) ||
            !add_text(&search->known, borrow(name), search->status))
            return false;
    }
    return true;
}

/* Lines of a mapping's locations, and those in functions that the build knows. */
typedef struct mapping_counts {
    uint64_t lines, known;
} mapping_counts;

static pprof_string get_linkage_name(const pprof_profile *profile, const pprof_function *function) {
    pprof_string name = pprof_get_string(profile, function->system_name_string);
    return name.length > 0 ? name : pprof_get_string(profile, function->name_string);
}

static const pprof_function *get_line_function(const pprof_profile *profile, const pprof_location *location,
                                               uint32_t line) {
    return &profile->functions[profile->lines[location->first_line + line].function];
}

/* Which mappings are the build's, by the share of their lines in functions that it knows. */
static bool *find_own_mappings(const search *search, const pprof_profile *profile) {
    mapping_counts *counts = pprof_allocate(search->arena, profile->mapping_count, sizeof *counts, search->status);
    bool *is_own = pprof_allocate(search->arena, profile->mapping_count, sizeof *is_own, search->status);
    if (counts == NULL || is_own == NULL) return NULL;
    for (uint32_t l = 0; l < profile->location_count; l++) {
        const pprof_location *location = &profile->locations[l];
        if (location->mapping == PPROF_NONE) continue;
        for (uint32_t i = 0; i < location->line_count; i++) {
            counts[location->mapping].lines++;
            counts[location->mapping].known +=
                has_text(&search->known, get_linkage_name(profile, get_line_function(profile, location, i)));
        }
    }
    for (uint32_t m = 0; m < profile->mapping_count; m++)
        is_own[m] = counts[m].known > 0 && counts[m].known >= counts[m].lines / OWN_SHARE;
    return is_own;
}

/* Weights do not tell mappings apart; a profile in another form than pprof's does not either. */
static bool list_own(search *search, const char *path, uint64_t size_limit) {
    pprof_source source;
    pprof_profile profile;
    if (!pprof_read_source(path, size_limit, search->arena, &source, search->status)) return false;
    if (source.format != PPROF_FORMAT_PROFILE) return true;
    if (!pprof_decode_profile(&source, search->arena, &profile, search->status)) return false;
    search->has_mappings = profile.mapping_count > 1;
    if (!search->has_mappings) return true;
    const bool *is_own = find_own_mappings(search, &profile);
    if (is_own == NULL) return false;
    for (uint32_t l = 0; l < profile.location_count; l++) {
        const pprof_location *location = &profile.locations[l];
        if (location->mapping != PPROF_NONE && !is_own[location->mapping]) continue;
        for (uint32_t i = 0; i < location->line_count; i++)
            if (!add_text(&search->own, get_linkage_name(&profile, get_line_function(&profile, location, i)),
                          search->status))
                return false;
    }
    return true;
}

static bool is_vanished(const search *search, const pprof_weight_function *function) {
    const char *key = join_key(search, function->linkage_name, function->file);
    if (key == NULL || has_text(&search->known, borrow(key))) return false;
    return !search->has_mappings || has_text(&search->own, borrow(function->linkage_name));
}

bool gate_find_vanished(const gate_build *build, const char *profile_path, uint64_t size_limit, pprof_arena *arena,
                        bool (*found)(void *context, const char *name, const char *file, uint64_t weight),
                        void *context, pprof_status *status) {
    search search = {.arena = arena, .status = status};
    pprof_weights weights;
    bool is_done = pprof_load_weights(profile_path, size_limit, NULL, arena, &weights, status);
    if (is_done && weights.total != build->total)
        is_done =
            pprof_fail(status, "%s: its total is %llu, that of the profile which the build used %llu; name that one",
                       profile_path, (unsigned long long)weights.total, (unsigned long long)build->total);
    is_done = is_done && list_known(&search, build) && list_own(&search, profile_path, size_limit);
    for (uint32_t i = 0; i < (is_done ? weights.function_count : 0) && !status->failed; i++) {
        const pprof_weight_function *function = &weights.functions[i];
        if (weights.bodies[i].leaf == 0 || !is_vanished(&search, function)) continue;
        is_done = found(context, function->linkage_name, function->file, weights.bodies[i].leaf) && is_done;
    }
    pprof_free_string_pool(&search.known);
    pprof_free_string_pool(&search.own);
    return is_done && !status->failed;
}
