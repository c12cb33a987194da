/* pgo-gate report: what PGO did to a whole build, as a page. */
#include "gate_cli.h"

typedef struct report_job {
    gate_page_options page;
    const char *output;
    pprof_arena arena;
    pprof_status status;
} report_job;

static bool write_page(report_job *job, const gate_build *build) {
    cli_text text;
    if (cli_open_text(&text, job->output, &job->status) == NULL) return false;
    bool is_made = gate_write_page(build, &job->page, text.out, &job->arena, &job->status);
    if (!cli_close_text(&text, is_made, &job->status)) return false;
    if (!cli_is_output(job->output))
        (void)printf("%s: %u modules, %u functions, %u decisions; %zu bytes\n", job->output, build->module_count,
                     build->function_count, build->decision_count, text.size);
    return true;
}

static int make_report(report_job *job, const char *const *paths, uint32_t path_count) {
    gate_build build;
    bool is_done = cli_read_build(paths, path_count, &job->arena, &build, &job->status);
    if (is_done && build.module_count == 0)
        is_done = pprof_fail(&job->status, "%s: no lines of -pgo-report; was anything compiled with it?", paths[0]);
    is_done = is_done && write_page(job, &build);
    if (!is_done) (void)cli_report_failure(&job->status);
    return is_done && cli_finish_output() == CLI_DONE ? GATE_PASS : GATE_NO_COMPARISON;
}

int cli_run_report(int argc, char **argv) {
    report_job job = {.page = gate_default_page_options(), .output = "pgo.html"};
    cli_texts sources = {.items = (const char **)pprof_allocate(&job.arena, (size_t)argc, sizeof(char *), &job.status)};
    if (sources.items == NULL) return (void)cli_report_failure(&job.status), GATE_NO_COMPARISON;
    int function_limit = (int)job.page.function_limit, decision_limit = (int)job.page.decision_limit,
        source_limit = (int)job.page.source_limit;
    const cli_option options[] = {
        {.name = "output", .letter = 'o', .text = &job.output, .value = "FILE", .help = "the page (default pgo.html)"},
        {.name = "profile",
         .text = &job.page.profile_path,
         .value = "FILE",
         .help = "the profile that the build used: flame graph, samples per line"},
        {.name = "source-path",
         .texts = &sources,
         .value = "DIR",
         .help = "show sources found there; may be given several times"},
        {.name = "functions",
         .count = &function_limit,
         .value = "N",
         .help = "at most so many, the hottest (default 50000)"},
        {.name = "decisions",
         .count = &decision_limit,
         .value = "N",
         .help = "at most so many, the heaviest (default 100000)"},
        {.name = "sources", .count = &source_limit, .value = "N", .help = "of so many functions (default 200)"},
        {.name = "size-limit",
         .size = &job.page.size_limit,
         .value = "BYTES",
         .help = "refuse a profile larger than this when decompressed (default 1G)"},
        {0},
    };
    const cli_syntax syntax = {
        "report",
        "Merges what the compiler plugin wrote with -pgo-report into one HTML page, which any browser opens from "
        "disk:\n"
        "how much of the profile matched and why not all, the hottest functions with what was decided on their calls,\n"
        "every decision with its reason. Each REPORT is a file, a folder with *.json and *.jsonl files, or a pattern.\n"
        "The page says what it leaves out. Sources are only read under --source-path, and need --profile.\n"
        "Exit status: 0 done, 2 wrong usage, 4 not possible (no report, a broken line, a file that cannot be written).",
        options};
    int count, exit_status;
    bool is_parsed = cli_parse_options(&syntax, "REPORT…", argc, argv, &count, &exit_status);
    if (is_parsed && count == 0) is_parsed = cli_misuse(&syntax, "which REPORT?"), exit_status = CLI_MISUSED;
    if (is_parsed) {
        job.page.function_limit = (uint32_t)function_limit;
        job.page.decision_limit = (uint32_t)decision_limit;
        job.page.source_limit = (uint32_t)source_limit;
        job.page.source_paths = sources.items;
        job.page.source_path_count = sources.count;
        exit_status = make_report(&job, (const char *const *)argv + argc - count, (uint32_t)count);
    }
    pprof_arena_free(&job.arena);
    return exit_status;
}
