/* pgo-gate ab: one source tree, built without and with a profile, in two folders; then compared.
 *
 *   build the baseline ─▶ record its work, or take a profile ─▶ build the candidate ─▶ compare
 *
 * Whatever the user gives is a command line for /bin/sh, run in the source folder. Cannot know whether a build starts
 * afresh: folders that have something in them already are refused. */
#include "comparison.h"
#include "steps.h"
#include "suite_reports.h"

#include "run/run.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct ab_job {
    const char *source, *output, *build, *run, *record, *profile, *suite, *pprofread, *pgo_config, *compiler;
    double step_timeout;
    cli_comparison comparison;
    cli_suite_reports reports;
    const char *folders[GATE_SIDE_COUNT]; /* absolute */
    const char *report;                   /* the candidate build's -pgo-report */
    pprof_arena arena;
    pprof_status status;
} ab_job;

#define FORMAT(job, ...) pprof_format_string(&(job)->arena, &(job)->status, __VA_ARGS__)

/* ---- steps ---- */

static bool run_step(ab_job *job, const char *name, cli_step step) {
    step.name = name;
    step.folder = job->source;
    step.log = FORMAT(job, "%s/%s.log", job->output, name);
    step.timeout = job->step_timeout;
    return step.log != NULL && cli_run_step(&step, &job->status);
}

/* [text] with every [name] replaced. */
static const char *replace(ab_job *job, const char *text, const char *name, const char *value) {
    const char *found = strstr(text, name);
    if (found == NULL) return text;
    const char *rest = replace(job, found + strlen(name), name, value);
    return rest != NULL ? FORMAT(job, "%.*s%s%s", (int)(found - text), text, value, rest) : NULL;
}

/* [command] with {side} and {dir} filled in. */
static const char *fill(ab_job *job, const char *command, gate_side side) {
    const gate_placeholders values = {.side = side, .folder = job->folders[side]};
    return gate_fill_placeholders(command, &values, &job->arena, &job->status);
}

static bool build_side(ab_job *job, gate_side side, const char *flags) {
    const char *command = replace(job, job->build, "{pgo_flags}", flags);
    if (command != NULL) command = fill(job, command, side);
    if (command == NULL) return false;
    if (side == GATE_BASELINE)
        return run_step(job, "build-baseline", (cli_step){.arguments = {"/bin/sh", "-c", command}});
    const char *report = FORMAT(job, "PGO_REPORT=%s", job->report);
    return report != NULL &&
           run_step(job, "build-candidate", (cli_step){.arguments = {"env", report, "/bin/sh", "-c", command}});
}

/* A shell runs the command, and is recorded with it. */
static bool record_profile(ab_job *job) {
    const char *command = fill(job, job->record, GATE_BASELINE);
    job->profile = FORMAT(job, "%s/default.pgo", job->output);
    return command != NULL && job->profile != NULL &&
           run_step(
               job, "record",
               (cli_step){.arguments = {job->pprofread, "record", "-o", job->profile, "--", "/bin/sh", "-c", command}});
}

/* The flags come as the first line of a log. */
static const char *ask_flags(ab_job *job) {
    const char *log = FORMAT(job, "%s/pgo-config.log", job->output);
    pprof_source source;
    if (log == NULL ||
        !run_step(job, "pgo-config", (cli_step){.arguments = {job->pgo_config, "--cflags", job->profile}}) ||
        !pprof_read_source(log, 0, &job->arena, &source, &job->status))
        return NULL;
    size_t length = source.size;
    while (length > 0 && source.data[length - 1] == '\n') length--;
    return pprof_copy_string(&job->arena, (const char *)source.data, length, &job->status);
}

/* A flag that dropped out of a makefile is what this command is there to find. */
static bool check_report(ab_job *job) {
    struct stat file;
    if (stat(job->report, &file) == 0 && file.st_size > 0) return true;
    return pprof_fail(&job->status,
                      "%s: the candidate's build wrote no -pgo-report there: does every compile in --build get "
                      "{pgo_flags}?",
                      job->report);
}

/* ---- folders and tools ---- */

static const char *resolve(ab_job *job, const char *path) {
    char resolved[PATH_MAX];
    if (realpath(path, resolved) == NULL) return (void)pprof_fail(&job->status, "%s: %s", path, strerror(errno)), NULL;
    return pprof_copy_string(&job->arena, resolved, strlen(resolved), &job->status);
}

/* The same for what becomes a part of the user's commands. */
static const char *resolve_for_shell(ab_job *job, const char *path) {
    const char *resolved = resolve(job, path);
    if (resolved == NULL || strpbrk(resolved, " \t\n'\"\\$`&|;<>()*?[]{}~#!") == NULL) return resolved;
    (void)pprof_fail(&job->status, "%s: goes into commands as it is: choose a path without spaces and quotes",
                     resolved);
    return NULL;
}

static bool make_folder(ab_job *job, const char *path) {
    return mkdir(path, 0777) == 0 || errno == EEXIST ||
           pprof_fail(&job->status, "%s: cannot be made: %s", path, strerror(errno));
}

/* What an earlier build left there could pass for this one's. */
static bool make_build_folder(ab_job *job, const char *path) {
    if (!make_folder(job, path)) return false;
    DIR *folder = opendir(path);
    if (folder == NULL) return pprof_fail(&job->status, "%s: %s", path, strerror(errno));
    bool is_empty = true;
    for (const struct dirent *entry; is_empty && (entry = readdir(folder)) != NULL;)
        is_empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    (void)closedir(folder);
    return is_empty || pprof_fail(&job->status,
                                  "%s: is not empty, and could pass for this build: remove it, or choose another "
                                  "--output",
                                  path);
}

static bool prepare_folders(ab_job *job) {
    const char *inside = FORMAT(job, "%s/.", job->source); /* of a folder, and of nothing else */
    if (inside == NULL || (job->source = resolve(job, inside)) == NULL || !make_folder(job, job->output)) return false;
    job->output = resolve_for_shell(job, job->output);
    if (job->output == NULL || (job->profile != NULL && (job->profile = resolve_for_shell(job, job->profile)) == NULL))
        return false;
    job->report = FORMAT(job, "%s/pgo-report.jsonl", job->output);
    for (int side = 0; side < GATE_SIDE_COUNT; side++) {
        job->folders[side] = FORMAT(job, "%s/%s", job->output, gate_name_side((gate_side)side));
        if (job->folders[side] == NULL || !make_build_folder(job, job->folders[side])) return false;
    }
    return job->report != NULL && (remove(job->report) == 0 || errno == ENOENT ||
                                   pprof_fail(&job->status, "%s: cannot be removed: %s", job->report, strerror(errno)));
}

/* Before builds that may take an hour. */
static bool find_tools(ab_job *job) {
    job->pgo_config = job->pgo_config == NULL ? cli_find_tool("pgo-config", "pgo-config", &job->arena, &job->status)
                                              : resolve(job, job->pgo_config);
    if (job->record != NULL)
        job->pprofread = cli_find_tool("pprofread", "pprofread/pprofread", &job->arena, &job->status);
    return !job->status.failed;
}

/* ---- the whole ---- */

static bool make_suite(ab_job *job, gate_benchmark *benchmark, gate_suite *suite) {
    *suite = gate_default_suite(benchmark);
    benchmark->name = "run";
    benchmark->commands = job->comparison.commands;
    benchmark->rules = suite->mean = job->comparison.rules;
    suite->mean.has_min_gain = suite->mean.has_max_regression = false; /* of one benchmark there is no mean */
    if (job->suite != NULL && !gate_read_suite(job->suite, &job->arena, suite, &job->status)) return false;
    if (job->comparison.budget > 0) gate_set_budget(suite, job->comparison.budget);
    if (job->compiler != NULL) suite->compiler = job->compiler;
    return true;
}

static int compare_builds(ab_job *job) {
    gate_benchmark benchmark;
    gate_suite suite;
    bool done = make_suite(job, &benchmark, &suite) && find_tools(job) && prepare_folders(job) &&
                build_side(job, GATE_BASELINE, "") && (job->record == NULL || record_profile(job));
    const char *flags = done ? ask_flags(job) : NULL;
    if (flags == NULL || !build_side(job, GATE_CANDIDATE, flags) || !check_report(job)) {
        (void)cli_report_failure(&job->status);
        return GATE_NO_COMPARISON;
    }
    for (uint32_t i = 0; i < suite.count; i++) {
        gate_commands *commands = &suite.benchmarks[i].commands;
        for (int side = 0; side < GATE_SIDE_COUNT; side++) commands->folders[side] = job->folders[side];
        commands->work_folder = job->source;
    }
    int exit_status = cli_run_and_report_suite(&suite, &job->reports, &job->arena);
    (void)fprintf(stderr, "pgo-gate: what the profile did: pgo-gate report -o pgo.html --profile %s %s\n", job->profile,
                  job->report);
    return exit_status;
}

static bool check_job(const cli_syntax *syntax, ab_job *job) {
    if (job->build == NULL) return cli_misuse(syntax, "--build is needed");
    if (strstr(job->build, "{dir}") == NULL || strstr(job->build, "{pgo_flags}") == NULL)
        return cli_misuse(syntax, "--build must use {dir} and {pgo_flags}, or both builds are one");
    if ((job->run == NULL) == (job->suite == NULL)) return cli_misuse(syntax, "--run or --suite is needed, not both");
    if ((job->record == NULL) == (job->profile == NULL))
        return cli_misuse(syntax, "--record or --profile is needed, not both");
    if (job->suite != NULL && cli_changes_comparison(&job->comparison))
        return cli_misuse(syntax, "with --suite, its file says how to measure; only --budget may be given beside it");
    gate_commands *commands = &job->comparison.commands;
    commands->sides[GATE_BASELINE] = commands->sides[GATE_CANDIDATE] = job->run;
    return cli_check_comparison(syntax, &job->comparison) && cli_check_suite_reports(syntax, &job->reports);
}

static const char about[] =
    "Builds one source tree without and with a profile, in two folders, and compares the two. All commands are\n"
    "run by /bin/sh -c in the source folder. {pgo_flags} is empty for the baseline, and what pgo-config --cflags\n"
    "says for the candidate; the build's own flags need -g1, and with --record -g -fno-omit-frame-pointer.\n"
    "{dir} is the build's folder, which must be empty before. Every step has a log file beside it.\n"
    "Exit status as for suite.";

int cli_run_ab(int argc, char **argv) {
    ab_job job = {.source = ".", .output = "pgo-ab", .step_timeout = 3600, .comparison = cli_default_comparison()};
    const cli_option options[] = {
        {.name = "source", .text = &job.source, .value = "DIR", .help = "where all commands are run (default .)"},
        {.name = "output", .letter = 'o', .text = &job.output, .value = "DIR", .help = "builds, logs (default pgo-ab)"},
        {.name = "build", .text = &job.build, .value = "CMD", .help = "builds into {dir} with {pgo_flags}"},
        {.name = "run", .text = &job.run, .value = "CMD", .help = "what is measured, as '{dir}/program input'"},
        {.name = "suite", .text = &job.suite, .value = "FILE", .help = "instead of --run: commands that use {dir}"},
        {.name = "record",
         .text = &job.record,
         .value = "CMD",
         .help = "the work to record with pprofread, as '{dir}/program input'"},
        {.name = "profile", .text = &job.profile, .value = "FILE", .help = "instead of --record: a profile"},
        {.name = "pgo-config",
         .text = &job.pgo_config,
         .value = "FILE",
         .help = "this one (default: beside pgo-gate, in its build folder, in PATH)"},
        {.name = "compiler", .text = &job.compiler, .value = "CMD", .help = "prints the version, for the reports"},
        {.name = "step-timeout", .seconds = &job.step_timeout, .value = "TIME", .help = "of a build (default 1h)"},
        CLI_COMPARISON_OPTIONS(&job.comparison),
        CLI_SUITE_REPORT_OPTIONS(&job.reports),
        {0},
    };
    const cli_syntax syntax = {"ab", about, options};
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, NULL, &exit_status)) return exit_status;
    exit_status = check_job(&syntax, &job) ? compare_builds(&job) : CLI_MISUSED;
    pprof_arena_free(&job.arena);
    return exit_status;
}
