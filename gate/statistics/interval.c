/* Takes log ratios by layout and round; gives their centre and the interval that decides.
 *
 * One layout: the rounds are the sample. Timings have outliers, so the interval is that of Wilcoxon's signed ranks
 * (signed_rank.c): it keeps its error for any distribution that is symmetric, which differences of two equally
 * distributed logarithms are, loses a twentieth of the t interval's efficiency where noise is normal, and gains several
 * times as much where one run in ten is disturbed. It needs seven rounds at 2.5 %.
 *
 * Several layouts: the layouts are the sample, however many rounds each has, since a layout shifts all its rounds
 * alike. They are few and their centres near normal, so it is Student's t of the centres, each found by ranks.
 *
 * Counts that agree to 0.01 % need no statistics: the interval is their range.
 *
 * Cannot know what is no chance: one layout's interval holds for that pair of binaries, and says nothing of the luck in
 * their placement. */
#include "statistics/statistics.h"

#include <math.h>
#include <string.h>

static const double SAME_COUNT = 1e-4; /* largest difference of log ratios that agree */
enum { FEWEST_LAYOUTS = 3 };           /* of two, the t interval spans a factor of ten for any data */

static void take_range(const double *sorted, uint32_t count, double *centre, gate_log_interval *interval) {
    *centre = gate_get_quantile(sorted, count, 0.5);
    *interval = (gate_log_interval){sorted[0], sorted[count - 1]};
}

static void rank_rounds(const double *sorted, uint32_t count, double error, double *centre,
                        gate_log_interval *interval) {
    *centre = gate_find_centre(sorted, count);
    uint64_t rank = gate_signed_rank(count, error), pairs = (uint64_t)count * (count + 1) / 2;
    if (rank == 0) return;
    interval->low = gate_find_pairwise_average(sorted, count, rank);
    interval->high = gate_find_pairwise_average(sorted, count, pairs + 1 - rank);
}

static void compare_layouts(const double *centres, uint32_t count, double error, double *centre,
                            gate_log_interval *interval) {
    *centre = gate_get_mean(centres, count);
    if (count < FEWEST_LAYOUTS) return;
    double half = gate_student_quantile(error, count - 1) * sqrt(gate_get_variance(centres, count) / count);
    *interval = (gate_log_interval){*centre - half, *centre + half};
}

bool gate_decide_interval(const gate_log_ratios *ratios, double error, pprof_arena *scratch, double *centre,
                          gate_log_interval *interval, pprof_status *status) {
    uint32_t layouts = ratios->layout_count, rounds = ratios->round_count, count = layouts * rounds;
    double *sorted = pprof_allocate(scratch, (size_t)count + layouts, sizeof *sorted, status);
    if (sorted == NULL) return false;
    double *centres = sorted + count;
    memcpy(sorted, ratios->values, count * sizeof *sorted);
    *interval = (gate_log_interval){-INFINITY, INFINITY};
    if (ratios->is_counted) {
        gate_sort(sorted, count);
        if (rounds >= 2 && sorted[count - 1] - sorted[0] <= SAME_COUNT) {
            take_range(sorted, count, centre, interval);
            return true;
        }
        memcpy(sorted, ratios->values, count * sizeof *sorted);
    }
    for (uint32_t layout = 0; layout < layouts; layout++) {
        gate_sort(sorted + (size_t)layout * rounds, rounds);
        centres[layout] = gate_find_centre(sorted + (size_t)layout * rounds, rounds);
    }
    if (layouts == 1)
        rank_rounds(sorted, rounds, error, centre, interval);
    else
        compare_layouts(centres, layouts, error, centre, interval);
    return true;
}
