/* pprofread check: is a profile fit for profile-guided optimization, and what would make it better? */
#include "cli.h"

static void print_share(const char *what, double share) {
    (void)printf("  %-16s %5.1f %%\n", what, share * 100);
}

static void print_fitness(const char *file, const pprof_fitness *fitness) {
    (void)printf("%s: %s for PGO\n", file, fitness->is_fit ? "fit" : "not fit");
    (void)printf("  %-16s %s/%s\n", "type", fitness->type, fitness->unit);
    (void)printf("  %-16s %llu in %u functions\n", "samples", (unsigned long long)fitness->sample_count,
                 fitness->function_count);
    print_share("with function", fitness->share_with_name);
    print_share("with line", fitness->share_with_line);
    print_share("with column", fitness->share_with_column);
    print_share("with start line", fitness->share_with_start_line);
    print_share("with caller", fitness->share_with_caller);
    if (fitness->distrusted_start_line_count > 0)
        (void)printf("  %-16s %u functions: the start line is wherever the samples were\n", "distrusted",
                     fitness->distrusted_start_line_count);
    for (uint32_t i = 0; i < fitness->advice_count; i++) (void)printf("  - %s\n", fitness->advice[i]);
}

int cli_run_check(int argc, char **argv) {
    uint64_t size_limit = 0;
    pprof_weights_options weighing = {0};
    const cli_option options[] = {
        {.name = "sample-type",
         .text = &weighing.sample_type,
         .value = "TYPE",
         .help = "the value that counts, by name or number"},
        CLI_SIZE_LIMIT_OPTION(&size_limit),
        {0},
    };
    const cli_syntax syntax = {"check",
                               "Says whether a profile is fit for profile-guided optimization, what is missing and\n"
                               "how to get it. The exit status is 0 when it is fit, 1 when it is not.",
                               options};
    const char *file;
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, &file, &exit_status)) return exit_status;

    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile profile;
    pprof_fitness fitness;
    if (cli_read_profile(file, size_limit, &arena, &profile, &status) &&
        pprof_check_fitness(&profile, file, &weighing, &arena, &fitness, &status)) {
        print_fitness(file, &fitness);
        exit_status = cli_finish_output();
        if (!fitness.is_fit) exit_status = CLI_FAILED;
    } else {
        exit_status = cli_report_failure(&status);
    }
    pprof_arena_free(&arena);
    return exit_status;
}
