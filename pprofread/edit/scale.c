/* Takes values and factors; gives the products as whole numbers, which is all that a profile holds. */
#include "edit/edit.h"

#include <math.h>

int64_t pprof_round_value(double value) {
    double rounded = round(value);
    if (rounded >= (double)INT64_MAX) return INT64_MAX;
    if (rounded <= (double)INT64_MIN) return INT64_MIN;
    return isnan(rounded) ? 0 : (int64_t)rounded;
}

int64_t pprof_weigh_value(int64_t value, double factor) {
    return factor == 1 ? value : pprof_round_value((double)value * factor); /* a double has 53 bits only */
}

void pprof_scale_profile(pprof_profile *profile, const double *factors) {
    uint32_t type_count = profile->sample_type_count;
    for (size_t s = 0; s < profile->sample_count; s++)
        for (uint32_t t = 0; t < type_count; t++)
            profile->values[s * type_count + t] = pprof_weigh_value(profile->values[s * type_count + t], factors[t]);
}
