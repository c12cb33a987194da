/* Takes a weight, in whatever unit the profile has; gives it as samples, and as people read it. */
#include "plugin.h"

uint64_t pgo_get_samples(const pprof_index *weights, uint64_t weight) {
    if (weights->total == 0) return 0;
    return (uint64_t)((unsigned __int128)weight * weights->sample_count / weights->total);
}

double pgo_get_samples_per_weight(const pprof_index *weights) {
    return weights->total == 0 ? 0 : (double)weights->sample_count / (double)weights->total;
}

unsigned pgo_get_permille(uint64_t part, uint64_t whole) {
    if (whole == 0) return 0;
    if (part > whole) part = whole;
    return (unsigned)(((unsigned __int128)part * 2000 + whole) / ((unsigned __int128)whole * 2));
}

const char *pgo_describe_weight(pgo_run *run, uint64_t weight) {
    const pprof_index *weights = &run->weights;
    unsigned permille = pgo_get_permille(weight, weights->total);
    return pprof_format_string(run->arena, run->status, "%llu of %llu samples, %u.%u %%",
                               (unsigned long long)pgo_get_samples(weights, weight),
                               (unsigned long long)weights->sample_count, permille / 10, permille % 10);
}
