/* Takes the lines and start lines of a whole profile; gives whether the start lines are where functions start.
 *
 * Some symbolizers (addr2line ones among them) write the sampled line as the start line. Trusting that would put all
 * samples at offset 0. It is no proof that a start line is also the smallest sampled line: prologues are sampled, and
 * one-line functions have nothing else. But a function does not start after its own first line:
 *
 *   walk, start 10, sampled at 10, 14, 31                     as it should be, with a sample in the prologue
 *   walk, start 10, at 10; walk, start 14, at 14              each sampled line its own start: a made-up start
 *   walk, start 14, sampled at 14, 10, 31                     the first sample's line: a made-up start
 *
 * So, over functions of one name and file with at least two sampled lines, we count those of which every start line is
 * itself a sampled line and one lies behind another sampled line. Real start lines do that only where an #include put
 * lines of another file into a body, or where overloads share a shortened name. More than half of such functions, and
 * MINIMUM_COUNT of them: the profile's start lines are made up.
 *
 * Cannot know: a start line that is always the smallest sampled line, or a profile with hardly a function that was
 * sampled on two lines. There real start lines look the same. */
#include "weights/weigh.h"

#include <stdlib.h>

enum { MINIMUM_COUNT = 3 };

/* All profile functions of one name and file. */
typedef struct name_group {
    uint32_t linkage, source, file;
    int32_t smallest_line, largest_line, largest_start; /* 0: none */
    bool has_unsampled_start;
} name_group;

typedef struct name_groups {
    name_group *groups;
    uint32_t count;
    uint32_t *of_function; /* group of each profile function, PPROF_NONE: unnamed, or no start line */
    pprof_index_table table;
} name_groups;

static bool group_equals(const void *elements, uint32_t index, const void *key) {
    const name_group *have = (const name_group *)elements + index;
    const pprof_function_name *wanted = key;
    return have->linkage == wanted->linkage && have->source == wanted->source && have->file == wanted->file;
}

static bool add_to_group(name_groups *groups, uint32_t function, const pprof_function_name *name, int32_t start,
                         pprof_status *status) {
    uint64_t hash = pprof_mix_hash(pprof_mix_hash(name->linkage, name->source), name->file);
    uint32_t group = pprof_find_index(&groups->table, hash, group_equals, groups->groups, name);
    if (group == PPROF_NONE) {
        group = groups->count++;
        groups->groups[group] = (name_group){.linkage = name->linkage, .source = name->source, .file = name->file};
        if (!pprof_insert_index(&groups->table, hash, group, status)) return false;
    }
    groups->of_function[function] = group;
    if (start > groups->groups[group].largest_start) groups->groups[group].largest_start = start;
    return true;
}

/* Widens each group by its functions' lines, and finds starts that no line shares. */
static bool add_lines(name_groups *groups, const pprof_profile *profile, pprof_arena *scratch, pprof_status *status) {
    bool *start_is_sampled = pprof_allocate(scratch, profile->function_count, sizeof *start_is_sampled, status);
    if (start_is_sampled == NULL) return false;
    for (uint32_t i = 0; i < profile->line_count; i++) {
        uint32_t function = profile->lines[i].function;
        int32_t line = pprof_clean_line(profile->lines[i].line);
        if (line == 0 || groups->of_function[function] == PPROF_NONE) continue;
        name_group *group = &groups->groups[groups->of_function[function]];
        if (group->smallest_line == 0 || line < group->smallest_line) group->smallest_line = line;
        if (line > group->largest_line) group->largest_line = line;
        if (line == pprof_clean_start_line(profile->functions[function].start_line)) start_is_sampled[function] = true;
    }
    for (uint32_t i = 0; i < profile->function_count; i++)
        if (groups->of_function[i] != PPROF_NONE && !start_is_sampled[i])
            groups->groups[groups->of_function[i]].has_unsampled_start = true;
    return true;
}

bool pprof_judge_start_lines(pprof_weighing *weighing) {
    const pprof_profile *profile = weighing->profile;
    pprof_status *status = weighing->status;
    pprof_arena scratch = {0};
    name_groups groups = {0};
    groups.groups = pprof_allocate(&scratch, profile->function_count, sizeof *groups.groups, status);
    groups.of_function = pprof_allocate(&scratch, profile->function_count, sizeof *groups.of_function, status);
    bool worked = groups.groups != NULL && groups.of_function != NULL;
    for (uint32_t i = 0; worked && i < profile->function_count; i++) {
        int32_t start = pprof_clean_start_line(profile->functions[i].start_line);
        groups.of_function[i] = PPROF_NONE;
        if (start != 0 && weighing->names[i].is_named)
            worked = add_to_group(&groups, i, &weighing->names[i], start, status);
    }
    worked = worked && add_lines(&groups, profile, &scratch, status);

    uint32_t witnesses = 0, made_up = 0;
    for (uint32_t i = 0; worked && i < groups.count; i++) {
        const name_group *group = &groups.groups[i];
        if (group->smallest_line == group->largest_line) continue;
        witnesses++;
        made_up += !group->has_unsampled_start && group->smallest_line < group->largest_start;
    }
    weighing->start_lines_are_trusted = made_up < MINIMUM_COUNT || made_up <= witnesses / 2;
    pprof_free_index_table(&groups.table);
    pprof_arena_free(&scratch);
    return worked;
}
