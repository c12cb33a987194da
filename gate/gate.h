/* gate: is one build faster than another? An honest answer from noisy measurements, or none.
 *
 * The data runs one way, and this header lists it in that order:
 *
 *   commands ──gate_expand_layouts──▶ bench ──gate_open_runner──▶ source of runs
 *   source ──gate_compare──▶ result: measurements ─▶ estimates ─▶ verdict ──gate_print_*──▶ text, JSON
 *
 * Conventions are pprofread.h's: a function that can fail takes a pprof_status last and returns false after it has put
 * a message there; what it gives lives in the pprof_arena it was handed. Nothing here exits, keeps global state, or
 * prints except to a FILE that the caller passes.
 *
 * Words. A *run* is one execution of one side's command. A *round* is one run of each side in each layout; odd rounds
 * turn the order around, so that two rounds are a block A B B A, in which whatever drifts evenly cancels. A *layout* is
 * one pair of binaries, baseline and candidate, of the same code placed differently. A *ratio* is candidate / baseline:
 * below 1 is a gain, for every metric. A *look* is a moment when the rounds so far are allowed to decide.
 */
#ifndef GATE_H
#define GATE_H

#include "pprofread.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- metric.c: what is measured -------------------------------------------------------------------------------- */

typedef enum gate_side { GATE_BASELINE = 0, GATE_CANDIDATE = 1 } gate_side;
enum { GATE_SIDE_COUNT = 2 };

typedef enum gate_metric {
    GATE_CPU = 0, /* user + system: the default, since other work on the machine hardly enters it */
    GATE_USER,
    GATE_SYSTEM,
    GATE_WALL,
    GATE_MAX_RSS,
    GATE_INSTRUCTIONS, /* the processor's counter, or callgrind's count */
    GATE_CYCLES,
} gate_metric;
enum { GATE_METRIC_COUNT = 7 };

typedef enum gate_unit { GATE_SECONDS = 0, GATE_BYTES, GATE_COUNT } gate_unit;

typedef struct gate_metric_facts {
    const char *name; /* as in --metric and in JSON: "cpu", "max-rss" */
    const char *title;
    gate_unit unit;
} gate_metric_facts;

const gate_metric_facts *gate_describe_metric(gate_metric metric);

/* Finds a metric by name. */
bool gate_find_metric(const char *name, gate_metric *metric);

/* [value] for people: "12.3 ms", "4.5 MB", "1.23 G". */
void gate_format_value(double value, gate_unit unit, char *text, size_t size);

/* ---- measurements ---------------------------------------------------------------------------------------------- */

/* One run: seconds, bytes or counts by metric; NAN where the machine cannot tell. */
typedef struct gate_run {
    double values[GATE_METRIC_COUNT];
} gate_run;

/* Whole rounds only: every layout has as many. */
typedef struct gate_measurements {
    uint32_t layout_count, round_count;
    const gate_run *runs; /* in order of round, layout, side */
    bool is_counted;      /* GATE_INSTRUCTIONS are callgrind's: a repeatable count */
    double elapsed;       /* seconds, without warm-up */
} gate_measurements;

double gate_get_value(const gate_measurements *measurements, gate_metric metric, gate_side side, uint32_t layout,
                      uint32_t round);

/* Whether every run has a positive value of the metric, so that ratios exist. */
bool gate_has_metric(const gate_measurements *measurements, gate_metric metric);

/* ---- statistics/: measurements ─▶ estimate --------------------------------------------------------------------- */

typedef struct gate_interval {
    double low, high; /* ratios; 0 and INFINITY where there are too few rounds or layouts to say anything */
} gate_interval;

/* A round whose ratio lies further out than three times the middle half's width (Tukey's far-out fence). It is shown,
 * and counts like any other. */
typedef struct gate_outlier {
    uint32_t layout, round;
    double ratio;
} gate_outlier;

typedef struct gate_estimate {
    gate_metric metric;
    bool is_available;                  /* the rest is only set if it is */
    double medians[GATE_SIDE_COUNT];    /* of each side's runs, in the metric's unit */
    double deviations[GATE_SIDE_COUNT]; /* median absolute deviation of them, relative to the median */

    /* What decides: the centre of the ratios, and the interval that holds the true one with the confidence of the
     * look it was computed at. interval.c tells how. */
    double ratio;
    gate_interval interval;

    /* What describes: bootstrap intervals at the nominal confidence, as if the number of rounds had been fixed. */
    double geometric_mean, median;
    gate_interval geometric_mean_interval, median_interval;

    double round_deviation;  /* standard deviation of log ratios between rounds of one layout */
    double layout_deviation; /* and between layouts, the rounds' share taken off; 0 with one layout */
    const gate_outlier *outliers;
    uint32_t outlier_count;
} gate_estimate;

/* The decision interval of a metric at [error] (0.05: 95 %). */
bool gate_estimate_ratio(const gate_measurements *measurements, gate_metric metric, double error, pprof_arena *scratch,
                         double *ratio, gate_interval *interval, pprof_status *status);

/* Everything about a metric: the above at [look_error]; bootstrap intervals at [error] from [seed]. */
bool gate_estimate_metric(const gate_measurements *measurements, gate_metric metric, double look_error, double error,
                          uint64_t seed, pprof_arena *arena, gate_estimate *estimate, pprof_status *status);

/* ---- verdict.c: estimate ─▶ verdict ---------------------------------------------------------------------------- */

/* Also the command's exit statuses; 2 is wrong usage. */
typedef enum gate_outcome {
    GATE_PASS = 0, /* also where nothing was asked for but a measurement */
    GATE_FAIL = 1,
    GATE_INCONCLUSIVE = 3,
    GATE_NO_COMPARISON = 4, /* a command failed, outputs differ, a timeout */
} gate_outcome;

/* "pass", "fail", "inconclusive", "no comparison" */
const char *gate_name_outcome(gate_outcome outcome);

/* Each threshold bounds the true ratio from above: 1 − min_gain, 1 + max_regression. All must hold. */
typedef struct gate_rules {
    gate_metric metric; /* the one that decides */
    bool has_min_gain, has_max_regression;
    double min_gain;       /* 0.02: at least 2 % less */
    double max_regression; /* 0.01: at most 1 % more */
    double precision;      /* without thresholds: measure until the interval is within ± this */
    double confidence;     /* 0.95: of the interval, over all looks together */
    double budget;         /* seconds of measuring, warm-up not counted */
    uint32_t round_limit;  /* 0: only the budget limits */
    uint64_t seed;         /* of the bootstrap */
} gate_rules;

/* Default rules: cpu, no thresholds, ± 1 %, 95 %, five minutes. */
gate_rules gate_default_rules(void);

typedef struct gate_verdict {
    gate_outcome outcome;
    char reason[1024];     /* one line for people */
    uint32_t more_rounds;  /* when inconclusive: about how many it would take, 0: rounds do not help */
    uint32_t more_layouts; /* the same of layouts, where their differences dominate */
} gate_verdict;

/* Whether [interval] settles the rules: pass or fail, else inconclusive. Without thresholds it passes when it is as
 * narrow as the precision asks. */
gate_outcome gate_apply_rules(const gate_rules *rules, double ratio, gate_interval interval);

/* The same with reason and remedy. */
void gate_judge(const gate_rules *rules, const gate_measurements *measurements, const gate_estimate *estimate,
                gate_verdict *verdict);

/* ---- compare.c: the loop: rounds, looks, verdict --------------------------------------------------------------- */

typedef struct gate_progress {
    uint32_t round_count;
    double elapsed, share; /* of the budget, 0 to 1 */
    double ratio;          /* at the last look; NAN before */
    gate_interval interval;
} gate_progress;

/* Where runs come from: processes (run/), or a simulation. */
typedef struct gate_source {
    void *context;
    uint32_t layout_count;
    bool is_counted; /* as in gate_measurements */
    /* One run. False with [status] set ends the comparison: no honest one is possible. */
    bool (*run)(void *context, gate_side side, uint32_t layout, uint32_t round, gate_run *run, pprof_status *status);
    double (*read_clock)(void *context);                                 /* seconds since whenever */
    void (*show_progress)(void *context, const gate_progress *progress); /* after each round; may be NULL */
} gate_source;

typedef struct gate_result {
    gate_rules rules;
    gate_measurements measurements;
    gate_estimate estimates[GATE_METRIC_COUNT]; /* by metric; all unavailable when there was no comparison */
    uint32_t look_count;
    double look_error; /* of the look that ended it: the estimates' interval has confidence 1 − this by itself */
    gate_verdict verdict;
} gate_result;

/* Measures round by round until a look decides or the budget is out. Failures end up in the verdict, as
 * GATE_NO_COMPARISON. sequential.c tells why looking often does no harm. */
void gate_compare(const gate_rules *rules, const gate_source *source, pprof_arena *arena, gate_result *result);

/* ---- run/: commands ─▶ runs ------------------------------------------------------------------------------------ */

/* What to run, each by /bin/sh -c. In all of them {side} becomes "baseline" or "candidate", {layout} the layout's
 * number from 1, and {binary} its file, where a glob found it. */
typedef struct gate_commands {
    const char *sides[GATE_SIDE_COUNT];
    const char *prepare, *cleanup;      /* before and after every run, not measured; NULL: none */
    const char *relink;                 /* once for each side and layout, before all; NULL: none */
    const char *globs[GATE_SIDE_COUNT]; /* of each side's binaries, as many on both; NULL: none */
    uint32_t layout_count;              /* without globs; 0: 1 */
    bool ignores_output;                /* else standard output must always be the same */
    bool counts_instructions;           /* run under valgrind's callgrind instead of timing */
    int processor;                      /* pinned to this one; -1: any */
    double timeout;                     /* seconds that a command may take */
    uint32_t warmup_rounds;             /* run and forgotten */
} gate_commands;

/* No commands yet; one layout, one warm-up round, ten minutes' timeout. */
gate_commands gate_default_commands(void);

typedef struct gate_runner gate_runner;

/* Finds the layouts, relinks and warms up. [commands] must outlive the runner. */
gate_runner *gate_open_runner(const gate_commands *commands, pprof_arena *arena, pprof_status *status);
/* Its runs. The source's show_progress is the caller's to set. */
gate_source gate_get_source(gate_runner *runner);
/* Removes its temporary files; the memory is the arena's. */
void gate_close_runner(gate_runner *runner);

/* All of the above: opens, compares, closes. [show_progress] may be NULL. With callgrind the deciding metric is
 * GATE_INSTRUCTIONS whatever the rules say. */
void gate_compare_commands(const gate_commands *commands, const gate_rules *rules,
                           void (*show_progress)(void *context, const gate_progress *progress), pprof_arena *arena,
                           gate_result *result);

/* ---- selftest.c: what a machine can tell apart ------------------------------------------------------------------ */

typedef struct gate_selftest {
    gate_result result;      /* of the command against itself, through the whole budget */
    uint32_t slice_rounds;   /* the record, cut into short comparisons of so many rounds … */
    uint32_t slices, alarms; /* … of which so many claimed a difference */
    double resolved; /* smallest slowdown told in nine of ten comparisons of this length; NAN: none up to 50 % */
} gate_selftest;

/* Compares commands->sides[GATE_BASELINE] with itself until the budget is out. False with [status] set when it cannot
 * be run. */
bool gate_test_machine(const gate_commands *commands, const gate_rules *rules,
                       void (*show_progress)(void *context, const gate_progress *progress), pprof_arena *arena,
                       gate_selftest *selftest, pprof_status *status);

/* ---- print/: result ─▶ text ------------------------------------------------------------------------------------ */

void gate_print_table(const gate_result *result, FILE *out);

/* The result as a JSON object: rules, verdict, one estimate per metric, every round's values. Unknown numbers are null.
 * [commands] may be NULL. In the arena. */
char *gate_format_json(const gate_result *result, const gate_commands *commands, pprof_arena *arena,
                       pprof_status *status);

#ifdef __cplusplus
}
#endif
#endif
