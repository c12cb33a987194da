/* Takes ratios with their intervals; gives their weighted geometric mean with its interval.
 *
 * In logarithms the mean is a sum of independent parts, and its interval is recovered from theirs (MOVER: Zou and
 * Donner, "Construction of confidence limits about effect measures", Statistics in Medicine 2008): the distance of its
 * lower end is the root of the summed squares of theirs, weighted, and the same for the upper. The parts' intervals are
 * those of their last look, whose confidence is at least the nominal one, and so is that of the mean's.
 *
 * Cannot know more than the parts: a benchmark that was stopped early, being decided, has a wide interval, and the mean
 * is then wide as well. */
#include "suite/suite.h"

#include <math.h>

void gate_combine_ratios(const gate_share *shares, uint32_t count, double *ratio, gate_interval *interval) {
    double weights = 0, sum = 0, below = 0, above = 0;
    for (uint32_t i = 0; i < count; i++) weights += shares[i].weight;
    for (uint32_t i = 0; i < count; i++) {
        const gate_share *share = &shares[i];
        double weight = share->weight / weights, centre = log(share->ratio);
        sum += weight * centre;
        below += pow(weight * (centre - log(share->interval.low)), 2);
        above += pow(weight * (log(share->interval.high) - centre), 2);
    }
    *ratio = exp(sum);
    *interval = (gate_interval){exp(sum - sqrt(below)), exp(sum + sqrt(above))};
}
