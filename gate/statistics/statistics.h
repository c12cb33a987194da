/* Between the stages of the statistics. Nothing here knows of processes or clocks.
 *
 *   random.c        a seed ─▶ the same numbers on every machine
 *   quantiles.c     normal and Student's t quantiles
 *   order.c         sorting, medians, order statistics of pairwise averages
 *   signed_rank.c   how many pairwise averages an interval leaves out
 *   interval.c      log ratios ─▶ the interval that decides
 *   bootstrap.c     log ratios ─▶ the intervals that describe
 *   sequential.c    share of the budget ─▶ the error that a look may spend
 *   estimate.c      measurements ─▶ log ratios ─▶ estimate
 */
#ifndef GATE_STATISTICS_H
#define GATE_STATISTICS_H

#include "gate.h"

/* ---- random.c ---- */

typedef struct gate_random {
    uint64_t state;
} gate_random; /* `gate_random random = {seed};` */

uint64_t gate_random_bits(gate_random *random);
/* From 0 to below [limit], which is not 0. */
uint32_t gate_random_below(gate_random *random, uint32_t limit);

/* ---- quantiles.c ---- */

/* The point below which a standard normal variable falls with [probability], and the other way round. */
double gate_normal_quantile(double probability);
double gate_normal_share(double point);
/* The point that |t| exceeds with probability [error]. */
double gate_student_quantile(double error, uint32_t degrees_of_freedom);

/* ---- order.c ---- */

void gate_sort(double *values, uint32_t count);
/* Of sorted values; [share] from 0 to 1, between two values by their weighted mean. */
double gate_get_quantile(const double *sorted, uint32_t count, double share);
/* The averages of all pairs of sorted values, each with itself too (Walsh averages): count · (count + 1) / 2 of them.
 * Gives the one with [rank] from 1. */
double gate_find_pairwise_average(const double *sorted, uint32_t count, uint64_t rank);
/* Their median: the Hodges-Lehmann estimate of the centre. */
double gate_find_centre(const double *sorted, uint32_t count);
double gate_get_mean(const double *values, uint32_t count);
double gate_get_variance(const double *values, uint32_t count);

/* ---- signed_rank.c ---- */

/* The rank of the pairwise average that is the lower end of a two-sided interval with [error], 0 if no interval has so
 * small an error; the upper end has the same rank from above. */
uint64_t gate_signed_rank(uint32_t count, double error);
/* The fewest values for which gate_signed_rank is not 0. */
uint32_t gate_count_needed(double error);

/* ---- log ratios ---- */

/* values[layout · round_count + round] */
typedef struct gate_log_ratios {
    uint32_t layout_count, round_count;
    const double *values;
    bool is_counted;
} gate_log_ratios;

/* In logarithms; an interval of -INFINITY to INFINITY says nothing. */
typedef struct gate_log_interval {
    double low, high;
} gate_log_interval;

/* ---- interval.c ---- */

bool gate_decide_interval(const gate_log_ratios *ratios, double error, pprof_arena *scratch, double *centre,
                          gate_log_interval *interval, pprof_status *status);

/* ---- bootstrap.c ---- */

typedef struct gate_bootstrap {
    gate_log_interval mean, median;
} gate_bootstrap;

bool gate_resample(const gate_log_ratios *ratios, double error, uint64_t seed, pprof_arena *scratch,
                   gate_bootstrap *bootstrap, pprof_status *status);

/* ---- sequential.c ---- */

typedef struct gate_looks {
    double error; /* for all looks together */
    double spent;
    uint32_t count;
} gate_looks;

/* Of the budget, when the first look is due. */
#define GATE_FIRST_SHARE (1. / 64)

/* The error that a look may have now, when [share] of the budget is used (1: the last look); 0: no look is due. */
double gate_due_error(const gate_looks *looks, double share);
/* The look was taken. */
void gate_spend_error(gate_looks *looks, double error);

#endif
