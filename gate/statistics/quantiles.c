/* Takes probabilities; gives points of the normal and of Student's t distribution, by halving: the distribution
 * functions are simple and exact, and nobody calls this often. */
#include "statistics/statistics.h"

#include <assert.h>
#include <math.h>

enum { HALVINGS = 200 }; /* until two doubles are neighbours */

double gate_normal_share(double point) {
    return erfc(-point / sqrt(2)) / 2;
}

double gate_normal_quantile(double probability) {
    assert(probability > 0 && probability < 1);
    double low = -40, high = 40;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (gate_normal_share(middle) < probability)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* P(|t| < point), by the finite sums for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4). */
static double student_share(double point, uint32_t degrees) {
    double angle = atan(point / sqrt(degrees)), cosine = cos(angle), square = cosine * cosine;
    bool is_odd = degrees % 2 == 1;
    double term = is_odd ? cosine : 1, sum = 0;
    for (uint32_t i = is_odd ? 3 : 2; i <= degrees; i += 2) {
        sum += term;
        term *= square * (i - 1) / i;
    }
    return is_odd ? (angle + sin(angle) * sum) * (2 / 3.14159265358979323846) : sin(angle) * sum;
}

double gate_student_quantile(double error, uint32_t degrees_of_freedom) {
    assert(error > 0 && error < 1 && degrees_of_freedom > 0);
    double low = 0, high = 1e9;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (1 - student_share(middle, degrees_of_freedom) > error)
            low = middle;
        else
            high = middle;
    }
    return high;
}
