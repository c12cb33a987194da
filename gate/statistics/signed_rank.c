/* Takes a number of values and an error; gives the rank that turns their pairwise averages into an interval: Wilcoxon's
 * signed-rank test turned around (Hollander, Wolfe and Chicken, "Nonparametric statistical methods", 3rd ed., 3.3).
 * The number of pairwise averages below the centre of a symmetric distribution is distributed as the sum of those of
 * the ranks 1 … count that a fair coin picks, whatever the distribution's shape. */
#include "statistics/statistics.h"

#include <math.h>

enum { EXACT_LIMIT = 50 }; /* beyond, the normal approximation is a few ranks on the safe side */

static uint64_t find_exact_rank(uint32_t count, double tail) {
    enum { SUMS = EXACT_LIMIT * (EXACT_LIMIT + 1) / 2 + 1 };
    double share[SUMS] = {1}; /* of coin sequences with this sum of ranks */
    uint32_t largest = 0;
    for (uint32_t rank = 1; rank <= count; rank++) {
        largest += rank;
        for (uint32_t sum = largest + 1; sum-- > 0;)
            share[sum] = (share[sum] + (sum >= rank ? share[sum - rank] : 0)) / 2;
    }
    uint32_t sum = 0;
    double below = share[0];
    while (below <= tail) below += share[++sum];
    return sum;
}

uint64_t gate_signed_rank(uint32_t count, double error) {
    if (count == 0) return 0;
    if (count <= EXACT_LIMIT) return find_exact_rank(count, error / 2);
    double n = count, mean = n * (n + 1) / 4, deviation = sqrt(n * (n + 1) * (2 * n + 1) / 24);
    double rank = floor(mean + gate_normal_quantile(error / 2) * deviation);
    return rank < 1 ? 0 : (uint64_t)rank;
}

uint32_t gate_count_needed(double error) {
    uint32_t count = 1;
    while (gate_signed_rank(count, error) == 0) count++;
    return count;
}
