/* Takes log ratios and a seed; gives bootstrap intervals of their mean (the geometric mean ratio) and median.
 *
 * Rounds are drawn with replacement; with several layouts, layouts first and then rounds within each drawn one, so that
 * the layouts' differences show. Percentile intervals of few values are too narrow, those of nine by a tenth of their
 * coverage; so the percentiles are moved outwards to where a t interval would have them (Hesterberg, "What teachers
 * should know about the bootstrap", The American Statistician 2015, "expanded percentile"). Resampled means cannot
 * leave the data's range, so that no interval of fewer than six rounds (or layouts) could hold 95 %: then there is
 * none.
 *
 * Cannot know of looks: these intervals describe the rounds there are, as if their number had been fixed. What decides
 * is interval.c. */
#include "statistics/statistics.h"

#include <math.h>
#include <string.h>

enum { MOST_RESAMPLES = 5000, FEWEST_RESAMPLES = 2000, DRAWS = 1000000 };

/* The values sorted, and where in that order each round of each layout is: the median of a resample is then found by
 * counting. */
typedef struct ranked_values {
    double *sorted;
    uint32_t *ranks; /* parallel to the ratios' values */
    uint32_t *drawn; /* how often each rank was drawn */
    uint32_t count;
} ranked_values;

static uint32_t find_rank(const ranked_values *ranked, double value) {
    uint32_t low = 0, high = ranked->count - 1; /* the first that is not less */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ranked->sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool rank_values(const gate_log_ratios *ratios, ranked_values *ranked, pprof_arena *scratch,
                        pprof_status *status) {
    ranked->count = ratios->layout_count * ratios->round_count;
    ranked->sorted = pprof_allocate(scratch, ranked->count, sizeof(double), status);
    ranked->ranks = pprof_allocate(scratch, ranked->count, sizeof(uint32_t), status);
    ranked->drawn = pprof_allocate(scratch, ranked->count, sizeof(uint32_t), status);
    if (ranked->sorted == NULL || ranked->ranks == NULL || ranked->drawn == NULL) return false;
    memcpy(ranked->sorted, ratios->values, ranked->count * sizeof(double));
    gate_sort(ranked->sorted, ranked->count);
    for (uint32_t i = 0; i < ranked->count; i++) ranked->ranks[i] = find_rank(ranked, ratios->values[i]);
    return true;
}

/* The value at [place] (from 0) among those drawn. */
static double find_drawn(const ranked_values *ranked, uint32_t place) {
    uint32_t rank = 0;
    for (uint32_t before = ranked->drawn[0]; before <= place; before += ranked->drawn[rank]) rank++;
    return ranked->sorted[rank];
}

static void draw_resample(const gate_log_ratios *ratios, const ranked_values *ranked, gate_random *random, double *mean,
                          double *median) {
    double sum = 0;
    memset(ranked->drawn, 0, ranked->count * sizeof *ranked->drawn);
    for (uint32_t i = 0; i < ratios->layout_count; i++) {
        size_t layout = ratios->layout_count == 1 ? 0 : gate_random_below(random, ratios->layout_count);
        for (uint32_t j = 0; j < ratios->round_count; j++) {
            size_t at = layout * ratios->round_count + gate_random_below(random, ratios->round_count);
            sum += ratios->values[at];
            ranked->drawn[ranked->ranks[at]]++;
        }
    }
    *mean = sum / ranked->count;
    *median = (find_drawn(ranked, (ranked->count - 1) / 2) + find_drawn(ranked, ranked->count / 2)) / 2;
}

/* Half the error, as it has to be for [count] values so that the percentiles reach as far as Student's t. */
static double expand_tail(double error, uint32_t count) {
    return gate_normal_share(-gate_student_quantile(error, count - 1) * sqrt((double)count / (count - 1)));
}

static gate_log_interval take_percentiles(double *resampled, uint32_t count, double tail) {
    gate_sort(resampled, count);
    return (gate_log_interval){gate_get_quantile(resampled, count, tail),
                               gate_get_quantile(resampled, count, 1 - tail)};
}

bool gate_resample(const gate_log_ratios *ratios, double error, uint64_t seed, pprof_arena *scratch,
                   gate_bootstrap *bootstrap, pprof_status *status) {
    const gate_log_interval unknown = {-INFINITY, INFINITY};
    *bootstrap = (gate_bootstrap){unknown, unknown};
    uint32_t units = ratios->layout_count == 1 ? ratios->round_count : ratios->layout_count;
    if (units < 2 || ldexp(1, 1 - (int)units) > error) return true; /* the chance that all lie on one side */
    ranked_values ranked;
    if (!rank_values(ratios, &ranked, scratch, status)) return false;
    uint32_t resamples = DRAWS / ranked.count;
    if (resamples > MOST_RESAMPLES) resamples = MOST_RESAMPLES;
    if (resamples < FEWEST_RESAMPLES) resamples = FEWEST_RESAMPLES;
    double *means = pprof_allocate(scratch, resamples, sizeof *means, status);
    double *medians = pprof_allocate(scratch, resamples, sizeof *medians, status);
    if (means == NULL || medians == NULL) return false;
    gate_random random = {seed};
    for (uint32_t i = 0; i < resamples; i++) draw_resample(ratios, &ranked, &random, &means[i], &medians[i]);
    double tail = expand_tail(error, units);
    bootstrap->mean = take_percentiles(means, resamples, tail);
    bootstrap->median = take_percentiles(medians, resamples, tail);
    return true;
}
