/* Suites: several benchmarks that share a budget and have one verdict. The stages:
 *
 *   read_suite.c    a JSON file ─▶ suite
 *   run_suite.c     suite ─▶ one result per benchmark, measured in turns; their mean; the verdict of the whole
 *   mean.c          ratios with intervals ─▶ their weighted geometric mean with its own
 *   machine.c       this machine ─▶ what a reader of the numbers must know of it
 *   earlier.c       an earlier run's JSON ─▶ what has changed since, and whether that says anything
 *   warnings.c      all of it ─▶ what a reader should be wary of
 */
#ifndef GATE_SUITE_H
#define GATE_SUITE_H

#include "gate.h"

typedef struct gate_benchmark {
    const char *name; /* unique in the suite, not empty, any characters */
    gate_commands commands;
    gate_rules rules; /* its confidence, budget and seed are the suite's */
    double weight;    /* in the mean, above 0 */
} gate_benchmark;

typedef struct gate_suite {
    const char *name;     /* for titles */
    const char *compiler; /* a command that prints its version; NULL: none */
    gate_rules mean;      /* thresholds of the weighted geometric mean; confidence, budget and seed of everything */
    gate_benchmark *benchmarks;
    uint32_t count;
} gate_suite;

/* A suite of one benchmark without commands yet. */
gate_suite gate_default_suite(gate_benchmark *benchmark);

/* Of the suite, and so of every benchmark in it. */
void gate_set_budget(gate_suite *suite, double seconds);

/* ---- read_suite.c ---- */

/* Reads the file; gate/suite/README.md tells what may be in it. Anything else is refused, by file and key. */
bool gate_read_suite(const char *path, pprof_arena *arena, gate_suite *suite, pprof_status *status);

/* The same for text in memory, which must outlive the suite; [path] is for messages. */
bool gate_parse_suite(const char *path, const char *text, size_t size, pprof_arena *arena, gate_suite *suite,
                      pprof_status *status);

/* ---- mean.c ---- */

/* A benchmark's part in the mean. */
typedef struct gate_share {
    double weight, ratio;
    gate_interval interval;
} gate_share;

void gate_combine_ratios(const gate_share *shares, uint32_t count, double *ratio, gate_interval *interval);

/* ---- run_suite.c ---- */

typedef struct gate_mean {
    bool is_available; /* not if a benchmark could not be compared */
    double ratio;
    gate_interval interval;
    gate_verdict verdict; /* pass, where nothing is asked of the mean */
} gate_mean;

typedef struct gate_suite_result {
    gate_result *results; /* one per benchmark */
    gate_mean mean;
    gate_verdict verdict; /* of the whole */
} gate_suite_result;

/* Runs the suite. Failures are verdicts of their benchmarks; false only when memory is out. */
bool gate_run_suite(const gate_suite *suite, void (*show_progress)(void *context, const gate_progress *progress),
                    pprof_arena *arena, gate_suite_result *result, pprof_status *status);

/* The same with sources of runs instead of commands. Where statuses[i].failed, benchmark i has none. */
bool gate_measure_suite(const gate_suite *suite, const gate_source *sources, const pprof_status *statuses,
                        pprof_arena *arena, gate_suite_result *result, pprof_status *status);

/* Whether anything is asked of the mean. */
bool gate_judges_mean(const gate_suite *suite);
/* Whether it is worth a line: of one benchmark it says nothing new. */
bool gate_shows_mean(const gate_suite *suite);

/* ---- machine.c ---- */

/* NULL: not known. */
typedef struct gate_machine {
    const char *processor, *kernel, *governor, *turbo;
    const char *compiler; /* first line of what the suite's command printed */
    uint32_t core_count;
} gate_machine;

bool gate_describe_machine(const char *compiler_command, pprof_arena *arena, gate_machine *machine,
                           pprof_status *status);

/* ---- earlier.c ---- */

/* A benchmark now and then. */
typedef struct gate_change {
    bool is_known;          /* it was in the earlier run, and was compared */
    double ratio;           /* then */
    gate_interval interval; /* then */
    double change;          /* ratio now / ratio then */
    gate_interval change_interval;
} gate_change;

typedef struct gate_earlier {
    const char *path;
    gate_machine machine;
    gate_change *changes; /* one per benchmark of this run */
    gate_change mean;
} gate_earlier;

/* Whether the file is there and is such a JSON: to be asked before hours of measuring, not after. */
bool gate_check_earlier(const char *path, pprof_status *status);

/* Reads what gate_format_suite_json wrote, and sets it beside [result]. */
bool gate_read_earlier(const char *path, const gate_suite *suite, const gate_suite_result *result, pprof_arena *arena,
                       gate_earlier *earlier, pprof_status *status);

/* ---- warnings.c ---- */

/* Everything that the reports show. */
typedef struct gate_report {
    const gate_suite *suite;
    const gate_suite_result *result;
    gate_machine machine;
    const gate_earlier *earlier; /* NULL: none */
    const char **warnings;
    uint32_t warning_count;
} gate_report;

/* Fills in the report's warnings. */
bool gate_collect_warnings(gate_report *report, pprof_arena *arena, pprof_status *status);

/* ---- print/: report ─▶ text ------------------------------------------------------------------------------------- */

/* As gate/suite/README.md tells; in the arena. */
char *gate_format_suite_json(const gate_report *report, pprof_arena *arena, pprof_status *status);
/* For a terminal. */
void gate_print_suite(const gate_report *report, FILE *out);
/* For a pull request: GitHub's dialect, which GitLab reads as well. */
void gate_print_markdown(const gate_report *report, FILE *out);
/* A test case per benchmark, and one for the mean if anything is asked of it. */
void gate_print_junit(const gate_report *report, FILE *out);
/* One HTML page that needs nothing else. */
void gate_print_page(const gate_report *report, FILE *out);

#endif
