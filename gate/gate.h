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
    double budget;         /* seconds of measuring, with prepare and cleanup, without warm-up */
    uint32_t round_limit;  /* rounds come in blocks of two, and one is always measured; 0: 10,000 */
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

/* Of all thresholds the strictest, as a ratio: where it holds all do, and where it is broken not all can hold.
 * INFINITY: there is none. */
double gate_get_bound(const gate_rules *rules);

/* Whether [interval] settles the rules: pass or fail, else inconclusive. Without thresholds it passes when it is as
 * narrow as the precision asks. */
gate_outcome gate_apply_rules(const gate_rules *rules, double ratio, gate_interval interval);

/* The same with reason and remedy. */
void gate_judge(const gate_rules *rules, const gate_measurements *measurements, const gate_estimate *estimate,
                gate_verdict *verdict);

/* The same for a mean of benchmarks, which passes where nothing is asked of it. */
void gate_judge_mean(const gate_rules *rules, bool is_available, double ratio, gate_interval interval,
                     gate_verdict *verdict);

/* ---- compare.c: the loop: rounds, looks, verdict --------------------------------------------------------------- */

typedef struct gate_progress {
    const char *name; /* the source's */
    uint32_t round_count;
    double elapsed, share; /* of the budget, 0 to 1 */
    double ratio;          /* at the last look; NAN before */
    gate_interval interval;
} gate_progress;

/* Where runs come from: processes (run/), or a simulation. */
typedef struct gate_source {
    void *context;
    const char *name; /* of a suite's benchmark, for progress; NULL: none */
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

/* The same in turns, so that several comparisons can share one budget, which is then each one's rules' budget: */
typedef struct gate_comparison gate_comparison;

gate_comparison *gate_begin_comparison(const gate_rules *rules, const gate_source *source, pprof_arena *arena,
                                       pprof_status *status);
/* Measures, for one block of rounds at least, until a look decides or [limit] seconds are used in all its turns
 * together. If [is_final] the limit's end is the last look: no further turn comes. How limits are set must not depend
 * on this comparison's ratios. False: it is over. */
bool gate_continue_comparison(gate_comparison *comparison, double limit, bool is_final);
/* Seconds of measuring, in all turns. */
double gate_get_elapsed(const gate_comparison *comparison);
/* At its last look; 0 and INFINITY before the first. */
gate_interval gate_get_interval(const gate_comparison *comparison);
/* What it has found; a failure ends up in the verdict. */
void gate_end_comparison(gate_comparison *comparison, pprof_arena *arena, gate_result *result);
/* Ends it where no result is wanted. */
void gate_drop_comparison(gate_comparison *comparison);
/* The result of a comparison that could not begin. */
void gate_fail_comparison(const gate_rules *rules, const pprof_status *status, gate_result *result);

/* ---- run/: commands ─▶ runs ------------------------------------------------------------------------------------ */

/* What to run, each by /bin/sh -c. In all of them {side} becomes "baseline" or "candidate", {layout} the layout's
 * number from 1, {binary} its file, where a glob found it, and {dir} the side's folder, where there is one. */
typedef struct gate_commands {
    const char *sides[GATE_SIDE_COUNT];
    const char *prepare, *cleanup;        /* before and after every run, not measured; NULL: none */
    const char *relink;                   /* once for each side and layout, before all; NULL: none */
    const char *globs[GATE_SIDE_COUNT];   /* of each side's binaries, as many on both; NULL: none */
    const char *folders[GATE_SIDE_COUNT]; /* what {dir} stands for; NULL: for itself */
    const char *work_folder;              /* where they are all run; NULL: here */
    uint32_t layout_count;                /* without globs; 0: 1 */
    bool ignores_output;                  /* else standard output must always be the same */
    bool counts_instructions;             /* run under valgrind's callgrind instead of timing */
    int processor;                        /* pinned to this one; -1: any */
    double timeout;                       /* seconds that a command may take */
    uint32_t warmup_rounds;               /* run and forgotten */
} gate_commands;

/* No commands yet; one layout, one warm-up round, ten minutes' timeout. */
gate_commands gate_default_commands(void);

/* False for several layouts (or a glob's, which may be several) that all run the same command: they would be one,
 * however they are linked. */
bool gate_tells_layouts_apart(const gate_commands *commands);

typedef struct gate_runner gate_runner;

/* Finds the layouts, relinks and warms up. [commands] must outlive the runner. */
gate_runner *gate_open_runner(const gate_commands *commands, pprof_arena *arena, pprof_status *status);
/* Its runs. The source's show_progress is the caller's to set. */
gate_source gate_get_source(gate_runner *runner);
/* Removes its temporary files; the memory is the arena's. */
void gate_close_runner(gate_runner *runner);

/* The rules as these commands need them: with callgrind, instructions decide, and few rounds are enough. */
gate_rules gate_adapt_rules(const gate_rules *rules, const gate_commands *commands);

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

/* ---- report/: -pgo-report files ─▶ what a build did -------------------------------------------------------------- */

/* Texts are numbers into gate_build's texts, which are sorted by bytes; 0 is the empty one. */

/* One translation unit, or several of one name. */
typedef struct gate_module {
    uint32_t name;
    uint32_t function_count, known_count; /* that take part; that the profile knows */
    uint64_t self, matched;               /* samples that it found for its functions; of these, on a line with code */
    bool inliner_is_done;                 /* so that what it left is known */
} gate_module;

/* A function that the profile knows, or that a decision is about. Functions of one name, file and line are one,
 * whatever the modules; a header's inline function has the numbers of the module that found most. */
typedef struct gate_function {
    uint32_t name, file, line;        /* as compiled; line 0: not known */
    uint32_t profiled, profiled_file; /* as the profile names it; empty: it does not know it */
    uint64_t inclusive, leaf;         /* what the whole profile has on it */
    uint64_t self, matched, line_zero;
    uint32_t reason;       /* why not all matched, or empty */
    uint32_t module;       /* into modules: the first by name */
    uint32_t module_count; /* that have it */
    bool is_inlined;       /* nothing of it was left to annotate */
    bool is_absolute;      /* the profile does not know its first line */
    bool is_cold;          /* PlacedCold */
} gate_function;

typedef enum gate_decision_kind { GATE_PASSED = 0, GATE_MISSED, GATE_ANALYSIS } gate_decision_kind;

/* What became of a call whose threshold was raised. */
typedef enum gate_call_end { GATE_CALL_UNKNOWN = 0, GATE_CALL_INLINED, GATE_CALL_LEFT } gate_call_end;

/* A decision, however many modules took it (as for an inline function). PlacedCold, Matched, Frequencies, FrequencyFit
 * and NotInlined are no decisions here: they are in the functions and in call_end. */
typedef struct gate_decision {
    gate_decision_kind kind;
    uint32_t name;
    uint32_t function; /* into functions; PPROF_NONE: of the module as a whole */
    uint32_t module;
    uint32_t file, line, column;
    uint32_t callee;
    uint32_t text; /* the reason; where there is none, the message */
    bool has_reason;
    uint64_t weight, whole; /* samples behind it; of an indirect call: of all its targets */
    uint32_t count;         /* modules that took it */
    gate_call_end call_end;
} gate_decision;

typedef struct gate_build {
    const char *const *texts;
    uint32_t text_count, file_count, module_count, function_count, decision_count;
    const gate_module *modules;     /* by name */
    const gate_function *functions; /* heaviest leaf first, then inclusive, name, file, line */
    const gate_decision *decisions; /* by function, heaviest first; those of modules last */
    uint32_t profile, type, unit;   /* of the profile; its name is the first of those that modules give it */
    uint64_t total, sample_count;   /* of the profile */
    bool has_other_profile;         /* another module's has another type or total: these are the largest's */
    uint64_t cold_count;            /* functions without samples that were placed among the cold */
    uint64_t left_out_count;        /* decisions, the lightest ones, where there were too many to hold */

    /* Each function of the profile counted once: what the build knows of it, and what of that it found on lines with
     * code, the rest being at line 0 (which no source has) or missing. */
    uint64_t known, matched, line_zero, missing;
} gate_build;

/* Reads and merges reports. A path is a file, a folder (every *.json and *.jsonl in it and below), or a pattern for
 * either. Any order of paths, files and modules gives an equal build. [progress] may be NULL; it is called before each
 * file. Fails on a line that is none of a report's, naming file and line, and on reports of other versions. */
bool gate_read_build(const char *const *paths, uint32_t path_count,
                     void (*progress)(void *context, size_t done, size_t total), void *context, pprof_arena *arena,
                     gate_build *build, pprof_status *status);

/* ---- profile/: build ─▶ does the profile still fit? -------------------------------------------------------------- */

/* Shares are of 1. */
typedef struct gate_profile_rules {
    double min_matched;     /* of the samples on known and vanished functions, line 0 not counted */
    double min_start_lines; /* of the samples on known functions */
    double hot;             /* a function with this share of the whole profile must not vanish */
    const char *ignore;     /* POSIX extended regular expression of functions that may; NULL: none */
} gate_profile_rules;

/* 80 %, 80 %, 1 %. */
gate_profile_rules gate_default_profile_rules(void);

typedef enum gate_finding_kind {
    GATE_VANISHED = 0,  /* hot in the profile, in no module; fails */
    GATE_NOT_MATCHED,   /* hot, compiled, and none of it matched; fails */
    GATE_STALE,         /* hot, and less than min_matched of it matched */
    GATE_NO_START_LINE, /* hot, and its first line is not known */
} gate_finding_kind;

/* "vanished", "not matched", "stale", "no start line" */
const char *gate_name_finding(gate_finding_kind kind);

typedef struct gate_finding {
    gate_finding_kind kind;
    const char *name, *file; /* file "": not known */
    uint64_t weight;         /* its own samples */
    double share;            /* of the whole profile */
    double matched;          /* of its samples, 0 to 1 */
    const char *reason;      /* or "" */
} gate_finding;

typedef struct gate_profile_result {
    gate_profile_rules rules;
    gate_outcome outcome; /* pass, fail, or GATE_NO_COMPARISON: no honest answer */
    char reason[1024];    /* one line for people */
    uint32_t module_count, file_count;
    uint64_t total, known, matched, line_zero, missing, vanished; /* samples, as in gate_build */
    double matched_share, start_line_share;
    bool has_profile;             /* so that vanished functions could be looked for in all of it */
    const gate_finding *findings; /* by kind, heaviest first */
    uint32_t finding_count;
} gate_profile_result;

/* [profile_path], which may be NULL, is the profile that the build used, in any form; with it functions are missed that
 * no module has ever heard of. Those of shared libraries are none of the build's business. */
bool gate_judge_profile(const gate_build *build, const char *profile_path, uint64_t size_limit,
                        const gate_profile_rules *rules, pprof_arena *arena, gate_profile_result *result,
                        pprof_status *status);

/* Lines for people; Markdown for a pull request; JSON, in the arena. */
void gate_print_profile_result(const gate_profile_result *result, FILE *out);
void gate_print_profile_markdown(const gate_profile_result *result, FILE *out);
char *gate_format_profile_json(const gate_profile_result *result, pprof_arena *arena, pprof_status *status);

/* ---- page/: build ─▶ one HTML page ------------------------------------------------------------------------------- */

typedef struct gate_page_options {
    const char *profile_path; /* that the build used: for line weights, vanished functions, the flame graph; or NULL */
    uint64_t size_limit;      /* of the profile; 0: the default */
    const char *const *source_paths; /* folders to look for sources in; nothing outside them is read */
    uint32_t source_path_count;
    uint32_t function_limit, decision_limit; /* the heaviest are in the page; it says what it leaves out */
    uint32_t source_limit;                   /* functions with their source */
} gate_page_options;

/* No profile, no sources; 50,000 functions, 100,000 decisions, 200 functions with source. */
gate_page_options gate_default_page_options(void);

/* A page that needs nothing else and loads nothing. Equal builds, profiles and sources give equal bytes. */
bool gate_write_page(const gate_build *build, const gate_page_options *options, FILE *out, pprof_arena *arena,
                     pprof_status *status);

#ifdef __cplusplus
}
#endif
#endif
