/* Takes values; gives what their order tells: quantiles, and the order statistics of their pairwise averages without
 * making those, of which there are as many as the square. */
#include "statistics/statistics.h"

#include <assert.h>
#include <stdlib.h>

static int compare_values(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

void gate_sort(double *values, uint32_t count) {
    if (count > 1) qsort(values, count, sizeof *values, compare_values);
}

double gate_get_quantile(const double *sorted, uint32_t count, double share) {
    assert(count > 0);
    double place = share * (count - 1);
    uint32_t before = (uint32_t)place;
    if (before + 1 >= count) return sorted[count - 1];
    double part = place - before;
    return sorted[before] * (1 - part) + sorted[before + 1] * part;
}

/* How many pairs i ≤ j have an average of at most [limit]. As i goes up, the last fitting j comes down. */
static uint64_t count_averages(const double *sorted, uint32_t count, double limit) {
    uint64_t pairs = 0;
    uint32_t end = count; /* sorted[j] fits with sorted[i] for all j < end */
    for (uint32_t i = 0; i < count; i++) {
        while (end > 0 && (sorted[i] + sorted[end - 1]) / 2 > limit) end--;
        if (end <= i) break;
        pairs += end - i;
    }
    return pairs;
}

double gate_find_pairwise_average(const double *sorted, uint32_t count, uint64_t rank) {
    assert(count > 0 && rank > 0 && rank <= (uint64_t)count * (count + 1) / 2);
    double low = sorted[0], high = sorted[count - 1];
    if (count_averages(sorted, count, low) >= rank) return low;
    for (;;) { /* fewer than rank up to low, at least rank up to high */
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) return high;
        if (count_averages(sorted, count, middle) < rank)
            low = middle;
        else
            high = middle;
    }
}

double gate_find_centre(const double *sorted, uint32_t count) {
    uint64_t pairs = (uint64_t)count * (count + 1) / 2;
    double lower = gate_find_pairwise_average(sorted, count, (pairs + 1) / 2);
    return pairs % 2 == 1 ? lower : (lower + gate_find_pairwise_average(sorted, count, pairs / 2 + 1)) / 2;
}

double gate_get_mean(const double *values, uint32_t count) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) sum += values[i];
    return sum / count;
}

double gate_get_variance(const double *values, uint32_t count) {
    if (count < 2) return 0;
    double mean = gate_get_mean(values, count), sum = 0;
    for (uint32_t i = 0; i < count; i++) sum += (values[i] - mean) * (values[i] - mean);
    return sum / (count - 1);
}
