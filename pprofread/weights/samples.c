/* Takes the profile's values; gives every sample one weight, the totals, and which locations were sampled at all, those
 * of the kernel left out: what is on a stack there is no function of the program.
 * Negative values (of a -diff_base result) and zeros do not count. Cannot know how many samples a value of nanoseconds
 * stands for when the profile names no period: then each record is taken for one. */
#include "base/saturate.h"
#include "profile/kernel_code.h"
#include "weights/weigh.h"

#include <string.h>

/* Whether the sum of all weights fits 64 bits; gives it, and how many samples count. */
static bool sum_samples(const pprof_weighing *weighing, uint64_t *total, uint64_t *records) {
    *total = 0;
    *records = 0;
    for (uint32_t i = 0; i < weighing->profile->sample_count; i++) {
        uint64_t weight = pprof_get_sample_weight(weighing, i);
        if (weight > UINT64_MAX - *total) return false;
        *total += weight;
        *records += weight != 0;
    }
    return true;
}

/* Samples behind [total], as far as the profile tells. */
static uint64_t count_samples(const pprof_profile *profile, const pprof_value_type *type, uint64_t total,
                              uint64_t records) {
    pprof_string unit = pprof_get_string(profile, type->unit_string);
    pprof_string period_unit = pprof_get_string(profile, profile->period_type.unit_string);
    if (pprof_string_equals(unit, "count")) return total;
    bool is_same_unit =
        unit.length != 0 && unit.length == period_unit.length && memcmp(unit.text, period_unit.text, unit.length) == 0;
    uint64_t periods = is_same_unit && profile->period > 0 ? total / (uint64_t)profile->period : 0;
    return periods > records ? periods : records;
}

bool pprof_measure_samples(pprof_weighing *weighing) {
    const pprof_profile *profile = weighing->profile;
    pprof_weights *weights = weighing->weights;
    uint64_t total, records;
    while (!sum_samples(weighing, &total, &records)) weighing->shift++; /* at most 32 times: so few are the samples */
    weights->total = pprof_scale_weight(total, weighing->shift);
    if (weighing->shift != 0) weights->total = UINT64_MAX;

    const pprof_value_type *type = &profile->sample_types[weighing->sample_type];
    weights->sample_count = count_samples(profile, type, weights->total, records);

    weighing->location_weights = pprof_allocate(&weighing->scratch, profile->location_count,
                                                sizeof *weighing->location_weights, weighing->status);
    if (weighing->location_weights == NULL) return false;
    for (uint32_t i = 0; i < profile->sample_count; i++) {
        uint64_t weight = pprof_get_sample_weight(weighing, i);
        if (weight == 0) continue;
        for (uint32_t at = profile->first_location[i]; at < profile->first_location[i + 1]; at++) {
            uint64_t *sum = &weighing->location_weights[profile->sample_locations[at]];
            *sum = pprof_add_weights(*sum, weight);
        }
    }
    for (uint32_t i = 0; i < profile->location_count; i++)
        if (pprof_is_in_kernel(profile, &profile->locations[i])) weighing->location_weights[i] = 0;
    return true;
}
