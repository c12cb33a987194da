/* Takes a Profile; gives how much of its weight has what PGO needs (function, line, start line, column, caller), and
 * for what is missing the command that gets it. It looks at the leaf frames, where the time went, with the same
 * judgement of weights, names and start lines as the Weights. What the kernel had of the time is counted apart: a
 * server may be there half of the time, and nothing that is missing there would help. Cannot know whether the profile
 * is of the program that will be compiled: the plugin says how much matched. */
#include "profile/kernel_code.h"
#include "weights/weigh.h"

#include <string.h>

/* Under this share of the samples, what is missing is worth a word; half, so that the odd library without debug
 * information does not hide what matters. */
static const double enough = 0.5;
/* From 2,000 samples the weights agree with the truth nearly as well as from 30,000; under this they do not. */
static const double enough_samples = 1000;

/* ---- measuring ---- */

/* Weights of samples, in units of 2^shift. */
typedef struct leaf_sums {
    uint64_t in_kernel, elsewhere; /* what follows is of the latter */
    uint64_t with_name, with_line, with_start_line, with_column, with_caller;
} leaf_sums;

/* Where a sample was taken, or NULL. */
static const pprof_location *find_leaf(const pprof_profile *profile, uint32_t sample) {
    uint32_t first = profile->first_location[sample];
    if (first == profile->first_location[sample + 1]) return NULL;
    return &profile->locations[profile->sample_locations[first]];
}

static leaf_sums sum_leaves(const pprof_weighing *weighing) {
    const pprof_profile *profile = weighing->profile;
    leaf_sums sums = {0};
    for (uint32_t i = 0; i < profile->sample_count; i++) {
        uint64_t weight = pprof_get_sample_weight(weighing, i);
        const pprof_location *location = find_leaf(profile, i);
        if (location != NULL && pprof_is_in_kernel(profile, location)) {
            sums.in_kernel += weight;
            continue;
        }
        sums.elsewhere += weight;
        if (profile->first_location[i + 1] - profile->first_location[i] > 1) sums.with_caller += weight;
        if (location == NULL || location->line_count == 0) continue;
        const pprof_line *leaf = &profile->lines[location->first_line]; /* the innermost frame */
        if (!weighing->names[leaf->function].is_named) continue;
        sums.with_name += weight;
        if (pprof_clean_line(leaf->line) != 0) sums.with_line += weight;
        if (leaf->column > 0) sums.with_column += weight;
        int64_t start_line = profile->functions[leaf->function].start_line;
        if (weighing->start_lines_are_trusted && pprof_clean_start_line(start_line) != 0)
            sums.with_start_line += weight;
    }
    return sums;
}

static double divide(uint64_t part, uint64_t whole) {
    return whole == 0 ? 0 : (double)part / (double)whole;
}

/* What any sampled frame has, not only the leaves. */
typedef struct frame_facts {
    uint32_t function_count, start_line_count; /* functions sampled; of these, with a start line */
    bool has_lines;
} frame_facts;

static bool collect_facts(pprof_weighing *weighing, frame_facts *facts) {
    const pprof_profile *profile = weighing->profile;
    bool *is_seen = pprof_allocate(&weighing->scratch, profile->function_count, sizeof *is_seen, weighing->status);
    if (is_seen == NULL) return false;
    *facts = (frame_facts){0};
    for (uint32_t i = 0; i < profile->location_count; i++) {
        if (weighing->location_weights[i] == 0) continue;
        const pprof_line *line = &profile->lines[profile->locations[i].first_line];
        for (const pprof_line *end = line + profile->locations[i].line_count; line < end; line++) {
            if (!weighing->names[line->function].is_named) continue;
            if (pprof_clean_line(line->line) != 0) facts->has_lines = true;
            if (is_seen[line->function]) continue;
            is_seen[line->function] = true;
            facts->function_count++;
            facts->start_line_count += pprof_clean_start_line(profile->functions[line->function].start_line) != 0;
        }
    }
    return true;
}

static bool measure(pprof_weighing *weighing, pprof_fitness *fitness, frame_facts *facts) {
    if (!pprof_measure_samples(weighing) || !pprof_name_functions(weighing) || !pprof_judge_start_lines(weighing) ||
        !collect_facts(weighing, facts))
        return false;
    leaf_sums sums = sum_leaves(weighing);
    fitness->total = weighing->weights->total;
    fitness->sample_count = weighing->weights->sample_count;
    fitness->share_in_kernel = divide(sums.in_kernel, sums.in_kernel + sums.elsewhere);
    fitness->share_with_name = divide(sums.with_name, sums.elsewhere);
    fitness->share_with_line = divide(sums.with_line, sums.elsewhere);
    fitness->share_with_start_line = divide(sums.with_start_line, sums.elsewhere);
    fitness->share_with_column = divide(sums.with_column, sums.elsewhere);
    fitness->share_with_caller = divide(sums.with_caller, sums.elsewhere);
    fitness->function_count = facts->function_count;
    fitness->distrusted_start_line_count = weighing->start_lines_are_trusted ? 0 : facts->start_line_count;
    return true;
}

/* ---- advising ---- */

typedef struct adviser {
    const char *path;
    pprof_arena *arena;
    pprof_fitness *fitness;
    pprof_status *status;
} adviser;

#define SYMBOLIZE "`pprofread import --binary EXE -o default.pgo %s`"
#define BUILD_WITH_LINES "build with -g (or -g1 -fdebug-info-for-profiling)"

/* [format] may hold one %s, which is the profile's path. Memory that is out is in the status. */
__attribute__((format(printf, 2, 0))) static void advise(const adviser *adviser, const char *format) {
    pprof_fitness *fitness = adviser->fitness;
    if (fitness->advice_count == sizeof fitness->advice / sizeof *fitness->advice) return;
    const char *advice = pprof_format_string(adviser->arena, adviser->status, format, adviser->path);
    if (advice != NULL) fitness->advice[fitness->advice_count++] = advice;
}

static void refuse(const adviser *adviser, const char *format) {
    adviser->fitness->is_fit = false;
    advise(adviser, format);
}

/* Names and lines: without any of them there is nothing to match. */
static void advise_on_symbols(const adviser *adviser, const frame_facts *facts) {
    const pprof_fitness *fitness = adviser->fitness;
    if (facts->function_count == 0) {
        refuse(adviser, "not symbolized, addresses only: " SYMBOLIZE
                        " finds functions and lines, where EXE is the recorded binary, built with -g");
        return;
    }
    if (!facts->has_lines) {
        refuse(adviser, "lines are missing: " BUILD_WITH_LINES ", record again, and symbolize with " SYMBOLIZE);
        return;
    }
    if (fitness->share_with_name < enough)
        advise(adviser, "most samples have no function name: symbolize with " SYMBOLIZE
                        ", and install debug symbols for the libraries where the time goes");
    else if (fitness->share_with_line < enough)
        advise(adviser,
               "most samples have no line: " BUILD_WITH_LINES " in all its parts and symbolize with " SYMBOLIZE);
    if (fitness->distrusted_start_line_count > 0)
        advise(adviser,
               "start lines are those of samples, not of functions, and are not used: symbolize with " SYMBOLIZE);
    else if (fitness->share_with_start_line < enough)
        advise(adviser, "start lines are missing, so an edit above a function loses its samples: " BUILD_WITH_LINES
                        " and symbolize with " SYMBOLIZE);
    if (fitness->share_with_column < enough)
        advise(adviser, "columns are missing, so two calls on one line are one: symbolize with " SYMBOLIZE);
}

static void advise_on_samples(const adviser *adviser, const frame_facts *facts) {
    const pprof_fitness *fitness = adviser->fitness;
    if (fitness->total == 0) {
        refuse(adviser, "no samples: record while the program is at work, for some seconds or more");
        return;
    }
    advise_on_symbols(adviser, facts);
    if (fitness->share_with_caller < enough)
        advise(adviser,
               "most samples have no callers: record whole stacks, with `perf record -g` and a program built with "
               "-fno-omit-frame-pointer -mno-omit-leaf-frame-pointer, or with `perf record --call-graph dwarf`");
    if (fitness->share_in_kernel > enough)
        advise(adviser, "most of the time went to the kernel, which no build of the program changes: what is gained is "
                        "gained of the rest");
    if ((double)fitness->sample_count * (1 - fitness->share_in_kernel) < enough_samples)
        advise(adviser, "few samples: record longer; 2000 or more give steady weights");
}

/* ---- both ---- */

/* The CPU type if there is one; else the type that pprof would show, and the reason. A sample type that the caller
 * named and that does not exist is the caller's error. */
static bool select_type(const adviser *adviser, const pprof_profile *profile, const char *wanted, uint32_t *index) {
    pprof_status refusal = {0};
    if (wanted != NULL) return pprof_select_cpu_type(profile, adviser->path, wanted, index, adviser->status);
    if (pprof_select_cpu_type(profile, "profile", NULL, index, &refusal)) return true;
    const char *reason = refusal.message + strlen("profile: ");
    adviser->fitness->is_fit = false;
    adviser->fitness->advice[0] = pprof_copy_string(adviser->arena, reason, strlen(reason), adviser->status);
    if (adviser->fitness->advice[0] == NULL) return false;
    adviser->fitness->advice_count = 1;
    return pprof_select_shown_type(profile, adviser->path, NULL, index, adviser->status);
}

static const char *copy_text(const adviser *adviser, pprof_string string) {
    return pprof_copy_string(adviser->arena, string.text, string.length, adviser->status);
}

bool pprof_check_fitness(const pprof_profile *profile, const char *path, const pprof_weights_options *options,
                         pprof_arena *arena, pprof_fitness *fitness, pprof_status *status) {
    pprof_weights weights = {0};
    pprof_weighing weighing = {.profile = profile, .path = path, .arena = arena, .weights = &weights, .status = status};
    const adviser adviser = {path, arena, fitness, status};
    frame_facts facts;
    *fitness = (pprof_fitness){.is_fit = true};
    if (!select_type(&adviser, profile, options == NULL ? NULL : options->sample_type, &weighing.sample_type))
        return false;
    const pprof_value_type *type = &profile->sample_types[weighing.sample_type];
    fitness->type = copy_text(&adviser, pprof_get_string(profile, type->type_string));
    fitness->unit = copy_text(&adviser, pprof_get_string(profile, type->unit_string));
    if (measure(&weighing, fitness, &facts) && fitness->is_fit) advise_on_samples(&adviser, &facts);
    pprof_free_string_pool(&weighing.pool);
    pprof_arena_free(&weighing.scratch);
    return !status->failed;
}
