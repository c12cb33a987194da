/* Takes a Profile and one to compare it with; gives the first less the second, whose samples it may mark, so that a
 * report knows what was there before. */
#include "base/saturate.h"
#include "edit/edit.h"

#include <string.h>

static int64_t sum_values(const pprof_profile *profile, uint32_t type) {
    int64_t total = 0;
    for (size_t s = 0; s < profile->sample_count; s++)
        total = pprof_add_saturating(total, profile->values[s * profile->sample_type_count + type]);
    return total;
}

/* A copy of [profile] whose totals are those of [base]; only the values are new. */
static bool scale_to_base(const pprof_profile *profile, const pprof_profile *base, pprof_arena *arena,
                          pprof_profile *scaled, pprof_status *status) {
    uint32_t type_count = profile->sample_type_count;
    size_t value_count = (size_t)profile->sample_count * type_count;
    double *factors = pprof_allocate(arena, type_count, sizeof *factors, status);
    *scaled = *profile;
    scaled->values = pprof_allocate(arena, value_count, sizeof *scaled->values, status);
    if (status->failed) return false;
    if (value_count > 0) memcpy(scaled->values, profile->values, value_count * sizeof *scaled->values);
    for (uint32_t t = 0; t < type_count && t < base->sample_type_count; t++) {
        int64_t total = sum_values(profile, t);
        factors[t] = total == 0 ? 0 : (double)sum_values(base, t) / (double)total;
    }
    pprof_scale_profile(scaled, factors);
    return true;
}

bool pprof_subtract_profile(const pprof_merge_input *input, const pprof_merge_input *base, bool normalize,
                            pprof_arena *arena, pprof_profile *output, pprof_status *status) {
    pprof_merge_input inputs[] = {*input, *base};
    pprof_profile scaled;
    if (normalize) {
        if (!scale_to_base(input->profile, base->profile, arena, &scaled, status)) return false;
        inputs[0].profile = &scaled;
    }
    inputs[1].weight = base->weight == 0 ? -1 : -base->weight;
    return pprof_merge_profiles(inputs, 2, arena, output, status);
}
