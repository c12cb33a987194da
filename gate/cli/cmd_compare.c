/* pgo-gate compare: two commands, one verdict. */
#include "comparison.h"
#include "suite_reports.h"

#include <string.h>

typedef struct compare_job {
    cli_comparison comparison;
    const char *json, *markdown;
} compare_job;

static bool check_job(const cli_syntax *syntax, compare_job *job) {
    const gate_commands *commands = &job->comparison.commands;
    if (commands->sides[GATE_BASELINE] == NULL || commands->sides[GATE_CANDIDATE] == NULL)
        return cli_misuse(syntax, "--baseline and --candidate are both needed");
    bool has_glob = commands->globs[GATE_BASELINE] != NULL;
    if (has_glob != (commands->globs[GATE_CANDIDATE] != NULL))
        return cli_misuse(syntax, "--baseline-layouts and --candidate-layouts go together");
    if (has_glob && job->comparison.layouts != 0)
        return cli_misuse(syntax, "--layouts is the number of files that match, when a pattern is given");
    return cli_check_comparison(syntax, &job->comparison) && cli_can_write(syntax, job->json) &&
           cli_can_write(syntax, job->markdown);
}

/* As that of a suite of one. */
static bool write_markdown(const compare_job *job, gate_result *result, pprof_arena *arena, pprof_status *status) {
    if (job->markdown == NULL) return true;
    gate_benchmark benchmark;
    gate_suite suite = gate_default_suite(&benchmark);
    suite.name = "pgo-gate compare";
    benchmark.name = "run";
    gate_suite_result results = {.results = result, .verdict = result->verdict};
    gate_report report = {.suite = &suite, .result = &results};
    return gate_describe_machine(NULL, arena, &report.machine, status) &&
           gate_collect_warnings(&report, arena, status) &&
           cli_write_report(job->markdown, gate_print_markdown, &report, status);
}

static bool write_json(const compare_job *job, const gate_result *result, pprof_arena *arena, pprof_status *status) {
    if (job->json == NULL) return true;
    const char *text = gate_format_json(result, &job->comparison.commands, arena, status);
    return text != NULL && pprof_write_file(job->json, text, strlen(text), status);
}

static int compare(const compare_job *job) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    gate_result result;
    gate_compare_commands(&job->comparison.commands, &job->comparison.rules, cli_show_rounds, &arena, &result);
    cli_finish_rounds();
    int exit_status = (int)result.verdict.outcome;
    if (result.verdict.outcome == GATE_NO_COMPARISON)
        (void)fprintf(stderr, "pgo-gate: no comparison: %s\n", result.verdict.reason);
    else if (!cli_is_output(job->json) && !cli_is_output(job->markdown))
        gate_print_table(&result, stdout);
    if (!write_json(job, &result, &arena, &status) || !write_markdown(job, &result, &arena, &status)) {
        (void)cli_report_failure(&status);
        exit_status = GATE_NO_COMPARISON;
    }
    if (cli_finish_output() != CLI_DONE) exit_status = GATE_NO_COMPARISON;
    pprof_arena_free(&arena);
    return exit_status;
}

int cli_run_compare(int argc, char **argv) {
    compare_job job = {.comparison = cli_default_comparison()};
    gate_commands *commands = &job.comparison.commands;
    const cli_option options[] = {
        {.name = "baseline", .text = &commands->sides[GATE_BASELINE], .value = "CMD", .help = "the old command"},
        {.name = "candidate", .text = &commands->sides[GATE_CANDIDATE], .value = "CMD", .help = "the new command"},
        CLI_COMPARISON_OPTIONS(&job.comparison),
        {.name = "baseline-layouts",
         .text = &commands->globs[GATE_BASELINE],
         .value = "GLOB",
         .help = "the old binaries; {binary} in CMD is one of them"},
        {.name = "candidate-layouts",
         .text = &commands->globs[GATE_CANDIDATE],
         .value = "GLOB",
         .help = "the new ones, as many"},
        {.name = "json", .text = &job.json, .value = "FILE", .help = "write everything there (-: standard output)"},
        {.name = "markdown", .text = &job.markdown, .value = "FILE", .help = "for a pull request"},
        {0},
    };
    const cli_syntax syntax = {
        "compare",
        "Runs both commands in turn (A B B A …) until it is clear whether the candidate keeps the thresholds,\n"
        "or the budget is out. Ratios are candidate / baseline: below 1 is a gain. Commands are run by /bin/sh -c.\n"
        "Exit status: 0 pass, 1 fail, 2 wrong usage, 3 inconclusive, 4 no honest comparison was possible.",
        options};
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, NULL, &exit_status)) return exit_status;
    return check_job(&syntax, &job) ? compare(&job) : CLI_MISUSED;
}
