/* pgo-gate selftest: what can this machine tell apart? */
#include "gate_cli.h"

#include <math.h>

static void print_selftest(const gate_selftest *selftest) {
    const gate_result *result = &selftest->result;
    const gate_estimate *estimate = &result->estimates[result->rules.metric];
    const gate_metric_facts *facts = gate_describe_metric(result->rules.metric);
    char value[32];
    gate_format_value(estimate->medians[GATE_BASELINE], facts->unit, value, sizeof value);
    (void)printf("%s: %s ± %.2f %% (median, and median deviation), %u rounds in %.1f s\n", facts->title, value,
                 100 * estimate->deviations[GATE_BASELINE], result->measurements.round_count,
                 result->measurements.elapsed);
    (void)printf("noise of a round's ratio: %.2f %%; outliers: %u\n", 100 * estimate->round_deviation,
                 estimate->outlier_count);
    (void)printf("against itself: %.4f, between %.4f and %.4f\n", estimate->ratio, estimate->interval.low,
                 estimate->interval.high);
    if (selftest->slices == 0)
        (void)printf("false alarms: not known; that takes comparisons of %u rounds each: run it longer\n",
                     selftest->slice_rounds);
    else
        (void)printf("false alarms: %u in %u comparisons of %u rounds; up to %.0f %% are allowed\n", selftest->alarms,
                     selftest->slices, selftest->slice_rounds, 100 * (1 - result->rules.confidence));
    if (isnan(selftest->resolved))
        (void)puts("resolution: not even 50 % would be told; run it longer, or give it a longer command");
    else
        (void)printf("resolution: a difference of %g %% would be told in nine of ten comparisons as long as this\n",
                     100 * selftest->resolved);
}

int cli_run_selftest(int argc, char **argv) {
    gate_commands commands = gate_default_commands();
    gate_rules rules = gate_default_rules();
    const char *metric = NULL;
    int rounds = 0;
    commands.sides[GATE_BASELINE] = "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done";
    rules.budget = 60;
    const cli_option options[] = {
        {.name = "command",
         .text = &commands.sides[GATE_BASELINE],
         .value = "CMD",
         .help = "what to run (default: a loop of the shell's)"},
        {.name = "metric", .text = &metric, .value = "NAME", .help = "as for compare (default cpu)"},
        {.name = "budget", .seconds = &rules.budget, .value = "TIME", .help = "how long (default 1m)"},
        {.name = "rounds", .count = &rounds, .value = "N", .help = "and at most so many rounds; two are the least"},
        {.name = "pin", .count = &commands.processor, .value = "CPU", .help = "run everything on this processor"},
        {.name = "timeout", .seconds = &commands.timeout, .value = "TIME", .help = "of one command (default 10m)"},
        {0},
    };
    const cli_syntax syntax = {
        "selftest",
        "Compares a command with itself: how noisy is this machine, how often does a comparison\n"
        "claim a difference that is not there, and how small a one would it find?\n"
        "Exit status: 0 done, 2 wrong usage, 4 the command failed.",
        options};
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, NULL, &exit_status)) return exit_status;
    if (metric != NULL && !gate_find_metric(metric, &rules.metric))
        return cli_misuse(&syntax, "there is no metric '%s'", metric), CLI_MISUSED;
    rules.round_limit = (uint32_t)rounds;

    pprof_arena arena = {0};
    pprof_status status = {0};
    gate_selftest selftest;
    bool done = gate_test_machine(&commands, &rules, cli_show_rounds, &arena, &selftest, &status);
    cli_finish_rounds();
    if (done) {
        print_selftest(&selftest);
        exit_status = cli_finish_output() == CLI_DONE ? CLI_DONE : GATE_NO_COMPARISON;
    } else {
        (void)cli_report_failure(&status);
        exit_status = GATE_NO_COMPARISON;
    }
    pprof_arena_free(&arena);
    return exit_status;
}
