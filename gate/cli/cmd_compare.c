/* pgo-gate compare: two commands, one verdict. */
#include "gate_cli.h"

#include <string.h>

typedef struct compare_job {
    gate_commands commands;
    gate_rules rules;
    const char *metric, *json;
    double min_gain, max_regression; /* negative: not asked for */
    double confidence;
    int rounds, layouts, warmup, seed;
    bool same_output;
} compare_job;

static bool check_job(const cli_syntax *syntax, compare_job *job) {
    gate_commands *commands = &job->commands;
    gate_rules *rules = &job->rules;
    if (commands->sides[GATE_BASELINE] == NULL || commands->sides[GATE_CANDIDATE] == NULL)
        return cli_misuse(syntax, "--baseline and --candidate are both needed");
    if (job->metric != NULL && !gate_find_metric(job->metric, &rules->metric))
        return cli_misuse(syntax, "there is no metric '%s'", job->metric);
    if (commands->counts_instructions && job->metric != NULL && rules->metric != GATE_INSTRUCTIONS)
        return cli_misuse(syntax, "--callgrind measures instructions and nothing else");
    bool has_glob = commands->globs[GATE_BASELINE] != NULL || commands->globs[GATE_CANDIDATE] != NULL;
    if (has_glob && job->layouts != 0)
        return cli_misuse(syntax, "--layouts is the number of files that match, when a pattern is given");
    if (!(job->confidence >= 0.5 && job->confidence < 1))
        return cli_misuse(syntax, "--confidence takes 50 %% to below 100 %%");
    rules->has_min_gain = job->min_gain >= 0;
    rules->min_gain = job->min_gain;
    rules->has_max_regression = job->max_regression >= 0;
    rules->max_regression = job->max_regression;
    rules->confidence = job->confidence;
    rules->round_limit = (uint32_t)job->rounds;
    rules->seed = (uint64_t)job->seed;
    commands->layout_count = (uint32_t)job->layouts;
    commands->warmup_rounds = (uint32_t)job->warmup;
    commands->ignores_output = !job->same_output;
    return true;
}

static bool write_json(const compare_job *job, const gate_result *result, pprof_arena *arena, pprof_status *status) {
    if (job->json == NULL) return true;
    const char *text = gate_format_json(result, &job->commands, arena, status);
    return text != NULL && pprof_write_file(job->json, text, strlen(text), status);
}

static int compare(const compare_job *job) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    gate_result result;
    gate_compare_commands(&job->commands, &job->rules, cli_show_rounds, &arena, &result);
    cli_finish_rounds();
    int exit_status = (int)result.verdict.outcome;
    if (result.verdict.outcome == GATE_NO_COMPARISON)
        (void)fprintf(stderr, "pgo-gate: no comparison: %s\n", result.verdict.reason);
    else if (job->json == NULL || strcmp(job->json, "-") != 0)
        gate_print_table(&result, stdout);
    if (!write_json(job, &result, &arena, &status)) {
        (void)cli_report_failure(&status);
        exit_status = GATE_NO_COMPARISON;
    }
    if (cli_finish_output() != CLI_DONE) exit_status = GATE_NO_COMPARISON;
    pprof_arena_free(&arena);
    return exit_status;
}

int cli_run_compare(int argc, char **argv) {
    compare_job job = {.commands = gate_default_commands(),
                       .rules = gate_default_rules(),
                       .min_gain = -1,
                       .max_regression = -1,
                       .confidence = 0.95,
                       .warmup = 1,
                       .seed = 1,
                       .same_output = true};
    const cli_option options[] = {
        {.name = "baseline", .text = &job.commands.sides[GATE_BASELINE], .value = "CMD", .help = "the old command"},
        {.name = "candidate", .text = &job.commands.sides[GATE_CANDIDATE], .value = "CMD", .help = "the new command"},
        {.name = "min-gain", .percent = &job.min_gain, .value = "P", .help = "pass only if this much less, as 2%"},
        {.name = "max-regression", .percent = &job.max_regression, .value = "P", .help = "fail if this much more"},
        {.name = "metric",
         .text = &job.metric,
         .value = "NAME",
         .help = "what decides: cpu (default: user + system), user, system, wall,\n"
                 "                               max-rss, instructions, cycles"},
        {.name = "callgrind",
         .flag = &job.commands.counts_instructions,
         .help = "count instructions under valgrind instead: the same every time"},
        {.name = "budget",
         .seconds = &job.rules.budget,
         .value = "TIME",
         .help = "measure at most so long (default 5m)"},
        {.name = "rounds", .count = &job.rounds, .value = "N", .help = "and at most so many rounds"},
        {.name = "precision",
         .percent = &job.rules.precision,
         .value = "P",
         .help = "without thresholds: until the interval is this narrow (default 1%)"},
        {.name = "confidence", .percent = &job.confidence, .value = "P", .help = "of the interval (default 95%)"},
        {.name = "layouts",
         .count = &job.layouts,
         .value = "N",
         .help = "binaries per side; {layout} in CMD is 1 to N"},
        {.name = "relink",
         .text = &job.commands.relink,
         .value = "CMD",
         .help = "makes one layout's binary, from {side} and {layout}"},
        {.name = "baseline-layouts",
         .text = &job.commands.globs[GATE_BASELINE],
         .value = "GLOB",
         .help = "the old binaries; {binary} in CMD is one of them"},
        {.name = "candidate-layouts",
         .text = &job.commands.globs[GATE_CANDIDATE],
         .value = "GLOB",
         .help = "the new ones, as many"},
        {.name = "pin", .count = &job.commands.processor, .value = "CPU", .help = "run everything on this processor"},
        {.name = "prepare", .text = &job.commands.prepare, .value = "CMD", .help = "before each run, not measured"},
        {.name = "cleanup", .text = &job.commands.cleanup, .value = "CMD", .help = "after each run, not measured"},
        {.name = "warmup", .count = &job.warmup, .value = "N", .help = "rounds that do not count (default 1)"},
        {.name = "timeout", .seconds = &job.commands.timeout, .value = "TIME", .help = "of one command (default 10m)"},
        {.name = "same-output",
         .flag = &job.same_output,
         .help = "standard output must always be the same (default true)"},
        {.name = "seed", .count = &job.seed, .value = "N", .help = "of the bootstrap (default 1)"},
        {.name = "json", .text = &job.json, .value = "FILE", .help = "write everything there (-: standard output)"},
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
    if (!check_job(&syntax, &job) || !cli_can_write(&syntax, job.json)) return CLI_MISUSED;
    return compare(&job);
}
