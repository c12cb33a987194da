/* Takes the share of the budget that is used; gives the error that a look at the data may have.
 *
 * Whoever tests after every round at 5 % and stops at the first success will find, in time, a difference between a
 * program and itself. So the error is an allowance for the whole comparison, and each look spends some of it (Slud and
 * Wei, "Two-sample repeated significance tests", JASA 1982; Lan and DeMets, "Discrete sequential boundaries for
 * clinical trials", Biometrika 1983). Here looks come whenever the budget used has doubled, at 1/64, 1/32, … 1/2 and
 * all of it, and by share s of the budget, error · s has been spent: the last look has half the allowance, the one
 * before a quarter. A clear difference is thus found in a 64th of the time; an unclear one pays for the early looks
 * with an interval a seventh wider than a single look's (normal quantile 2.24 for 1.96).
 *
 * No correlation between looks is assumed: by Boole's inequality the chance that any look's interval misses is at most
 * the sum of their errors, if each interval keeps its own. That holds for one layout and for many, and for a budget of
 * time as for one of rounds, as long as the moment of a look does not depend on the ratios seen (Lan and DeMets,
 * "Group sequential procedures: calendar versus information time", 1989). A look that cannot have an interval yet, for
 * lack of rounds, is not taken and spends nothing. */
#include "statistics/statistics.h"

double gate_due_error(const gate_looks *looks, double share) {
    if (share < GATE_FIRST_SHARE) return 0;
    double reached = 1;
    while (reached > share) reached /= 2;
    double due = looks->error * reached - looks->spent;
    return due > looks->error * 1e-9 ? due : 0; /* not a rounding error's worth */
}

void gate_spend_error(gate_looks *looks, double error) {
    looks->spent += error;
    looks->count++;
}
