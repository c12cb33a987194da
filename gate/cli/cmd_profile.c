/* pgo-gate profile: does the profile still fit the program? */
#include "gate_cli.h"

#include <string.h>

typedef struct profile_job {
    gate_profile_rules rules;
    const char *profile, *json, *markdown;
    uint64_t size_limit;
} profile_job;

static bool write_markdown(const char *path, const gate_profile_result *result, pprof_status *status) {
    cli_text text;
    if (cli_open_text(&text, path, status) == NULL) return false;
    gate_print_profile_markdown(result, text.out);
    return cli_close_text(&text, true, status);
}

static bool write_results(const profile_job *job, const gate_profile_result *result, pprof_arena *arena,
                          pprof_status *status) {
    if (!cli_is_output(job->json) && !cli_is_output(job->markdown)) gate_print_profile_result(result, stdout);
    if (job->markdown != NULL && !write_markdown(job->markdown, result, status)) return false;
    if (job->json == NULL) return true;
    const char *text = gate_format_profile_json(result, arena, status);
    return text != NULL && pprof_write_file(job->json, text, strlen(text), status);
}

static int judge(const profile_job *job, const char *const *paths, uint32_t path_count) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    gate_build build;
    gate_profile_result result;
    bool is_done = cli_read_build(paths, path_count, &arena, &build, &status) &&
                   gate_judge_profile(&build, job->profile, job->size_limit, &job->rules, &arena, &result, &status) &&
                   write_results(job, &result, &arena, &status);
    if (!is_done) (void)cli_report_failure(&status);
    int exit_status = is_done ? (int)result.outcome : GATE_NO_COMPARISON;
    if (cli_finish_output() != CLI_DONE) exit_status = GATE_NO_COMPARISON;
    pprof_arena_free(&arena);
    return exit_status;
}

int cli_run_profile(int argc, char **argv) {
    profile_job job = {.rules = gate_default_profile_rules()};
    const cli_option options[] = {
        {.name = "min-matched",
         .percent = &job.rules.min_matched,
         .value = "P",
         .help = "fail if less of the samples that can match does (default 80%)"},
        {.name = "hot",
         .percent = &job.rules.hot,
         .value = "P",
         .help = "fail if a function with this share of the profile is lost (default 1%)"},
        {.name = "min-start-lines",
         .percent = &job.rules.min_start_lines,
         .value = "P",
         .help = "fail if fewer samples are on functions whose first line is known (default 80%)"},
        {.name = "profile",
         .text = &job.profile,
         .value = "FILE",
         .help = "the profile that the build used: to find functions that no module has"},
        {.name = "ignore", .text = &job.rules.ignore, .value = "REGEX", .help = "functions that may be lost"},
        {.name = "size-limit",
         .size = &job.size_limit,
         .value = "BYTES",
         .help = "refuse a profile larger than this when decompressed (default 1G)"},
        {.name = "json", .text = &job.json, .value = "FILE", .help = "write everything there (-: standard output)"},
        {.name = "markdown", .text = &job.markdown, .value = "FILE", .help = "the same for a pull request"},
        {0},
    };
    const cli_syntax syntax = {
        "profile",
        "Reads what the compiler plugin wrote with -pgo-report, and says whether the profile still fits the sources.\n"
        "Each REPORT is a file, a folder with *.json and *.jsonl files, or a pattern. Samples at line 0, which no\n"
        "source has, are not counted. Hot functions are named that are in no module any more, that match nothing,\n"
        "or little; without --profile only those that are missed in the file they were in.\n"
        "Exit status: 0 pass, 1 fail, 2 wrong usage, 4 no honest answer (no report, several profiles, a broken line).",
        options};
    int count, exit_status;
    if (!cli_parse_options(&syntax, "REPORT…", argc, argv, &count, &exit_status)) return exit_status;
    if (count == 0) return cli_misuse(&syntax, "which REPORT?"), CLI_MISUSED;
    return judge(&job, (const char *const *)argv + argc - count, (uint32_t)count);
}
