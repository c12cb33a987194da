/* pgo-gate ab: one source tree, built without and with a profile, in two folders; then compared. Each step is a command
 * of the user's, with a log file of its own. */
#include "suite_reports.h"

#include "run/run.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct ab_job {
    const char *source, *output, *build, *run, *record, *profile, *suite, *relink, *metric, *pgo_config, *compiler;
    double min_gain, max_regression, budget, step_timeout; /* thresholds negative: not asked for */
    int layouts, rounds;
    bool counts_instructions, same_output;
    cli_suite_reports reports;
    const char *folders[GATE_SIDE_COUNT]; /* absolute */
    const char *report;                   /* the candidate build's -pgo-report */
    pprof_arena arena;
    pprof_status status;
} ab_job;

#define FORMAT(job, ...) pprof_format_string(&(job)->arena, &(job)->status, __VA_ARGS__)

/* ---- steps ---- */

/* What the step said last. */
static void show_end(const char *path) {
    enum { SHOWN = 3000 };
    char text[SHOWN + 1];
    FILE *file = fopen(path, "re");
    if (file == NULL) return;
    if (fseek(file, -SHOWN, SEEK_END) != 0) rewind(file);
    size_t size = fread(text, 1, SHOWN, file), lines = 0, at = size;
    (void)fclose(file);
    while (at > 0 && lines < 15) lines += text[--at] == '\n' && at + 1 < size;
    text[size] = '\0';
    (void)fprintf(stderr, "%s%s", text + at + (text[at] == '\n'), size > 0 && text[size - 1] != '\n' ? "\n" : "");
}

/* Runs [command] in the source folder, its output in [output]/[name].log, PGO_REPORT set to [report]. */
static bool run_step(ab_job *job, const char *name, const char *command, const char *report) {
    const char *log = FORMAT(job, "%s/%s.log", job->output, name);
    if (log == NULL) return false;
    static const char script[] =
        "cd \"$1\" && [ -d . ] && PGO_REPORT=\"$4\" && { [ -z \"$4\" ] || export PGO_REPORT; } && "
        "exec /bin/sh -c \"$2\" >\"$3\" 2>&1";
    const char *const arguments[] = {"/bin/sh", "-c", script, "sh", job->source, command, log, report, NULL};
    const gate_process process = {.arguments = arguments, .title = name, .processor = -1, .timeout = job->step_timeout};
    gate_run run;
    cli_progress *progress = cli_start_progress(name);
    bool done = gate_run_process(&process, &run, &job->status);
    cli_stop_progress(progress);
    if (done) {
        (void)fprintf(stderr, "pgo-gate: %s: done in %.1f s (%s)\n", name, run.values[GATE_WALL], log);
        return true;
    }
    (void)fprintf(stderr, "pgo-gate: %s: the end of %s:\n", name, log);
    show_end(log);
    return false;
}

/* [text] with every [name] replaced. */
static const char *replace(ab_job *job, const char *text, const char *name, const char *value) {
    const char *found = strstr(text, name);
    if (found == NULL) return text;
    const char *rest = replace(job, found + strlen(name), name, value);
    return rest != NULL ? FORMAT(job, "%.*s%s%s", (int)(found - text), text, value, rest) : NULL;
}

static bool build_side(ab_job *job, gate_side side, const char *flags) {
    const gate_placeholders values = {.side = side, .folder = job->folders[side]};
    const char *command = replace(job, job->build, "{pgo_flags}", flags);
    if (command != NULL) command = gate_fill_placeholders(command, &values, &job->arena, &job->status);
    return command != NULL && run_step(job, side == GATE_BASELINE ? "build-baseline" : "build-candidate", command,
                                       side == GATE_CANDIDATE ? job->report : "");
}

static bool record_profile(ab_job *job) {
    const gate_placeholders values = {.side = GATE_BASELINE, .folder = job->folders[GATE_BASELINE]};
    const char *command = gate_fill_placeholders(job->record, &values, &job->arena, &job->status);
    job->profile = FORMAT(job, "%s/default.pgo", job->output);
    command = command != NULL && job->profile != NULL
                  ? FORMAT(job, "exec pprofread record -o '%s' -- %s", job->profile, command)
                  : NULL;
    return command != NULL && run_step(job, "record", command, "");
}

/* The flags come as the first line of a log. */
static const char *ask_flags(ab_job *job) {
    const char *command = FORMAT(job, "%s --cflags '%s'", job->pgo_config, job->profile);
    const char *log = FORMAT(job, "%s/pgo-config.log", job->output);
    pprof_source source;
    if (command == NULL || log == NULL || !run_step(job, "pgo-config", command, "") ||
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

/* ---- folders ---- */

static bool make_folder(ab_job *job, const char *path) {
    return mkdir(path, 0777) == 0 || errno == EEXIST ||
           pprof_fail(&job->status, "%s: cannot be made: %s", path, strerror(errno));
}

static const char *resolve(ab_job *job, const char *path) {
    char resolved[PATH_MAX];
    if (realpath(path, resolved) == NULL) return (void)pprof_fail(&job->status, "%s: %s", path, strerror(errno)), NULL;
    for (const char *c = resolved; *c != '\0'; c++)
        if (strchr(" \t\n'\"\\$`&|;<>()*?[]{}~#!", *c) != NULL)
            return (void)pprof_fail(&job->status,
                                    "%s: goes into commands as it is: choose a path without spaces and quotes",
                                    resolved),
                   NULL;
    return pprof_copy_string(&job->arena, resolved, strlen(resolved), &job->status);
}

static bool prepare_folders(ab_job *job) {
    job->source = resolve(job, job->source);
    if (job->source == NULL || !make_folder(job, job->output)) return false;
    job->output = resolve(job, job->output);
    if (job->output == NULL || (job->profile != NULL && (job->profile = resolve(job, job->profile)) == NULL))
        return false;
    job->report = FORMAT(job, "%s/pgo-report.jsonl", job->output);
    for (int side = 0; side < GATE_SIDE_COUNT; side++) {
        job->folders[side] = FORMAT(job, "%s/%s", job->output, gate_name_side((gate_side)side));
        if (job->folders[side] == NULL || !make_folder(job, job->folders[side])) return false;
    }
    return job->report != NULL && (remove(job->report) == 0 || errno == ENOENT ||
                                   pprof_fail(&job->status, "%s: cannot be removed: %s", job->report, strerror(errno)));
}

/* ---- the whole ---- */

static bool make_suite(ab_job *job, gate_benchmark *benchmark, gate_suite *suite) {
    *suite = gate_default_suite(benchmark);
    if (job->suite != NULL && !gate_read_suite(job->suite, &job->arena, suite, &job->status)) return false;
    if (job->suite == NULL) {
        *benchmark =
            (gate_benchmark){.name = "run", .commands = benchmark->commands, .rules = benchmark->rules, .weight = 1};
        gate_commands *commands = &benchmark->commands;
        commands->sides[GATE_BASELINE] = commands->sides[GATE_CANDIDATE] = job->run;
        commands->relink = job->relink;
        commands->layout_count = (uint32_t)job->layouts;
        commands->counts_instructions = job->counts_instructions;
        commands->ignores_output = !job->same_output;
        gate_rules *rules = &benchmark->rules;
        rules->has_min_gain = job->min_gain >= 0;
        rules->min_gain = job->min_gain;
        rules->has_max_regression = job->max_regression >= 0;
        rules->max_regression = job->max_regression;
        rules->round_limit = (uint32_t)job->rounds;
        if (job->metric != NULL) (void)gate_find_metric(job->metric, &rules->metric);
    }
    if (job->budget > 0) gate_set_budget(suite, job->budget);
    if (job->compiler != NULL) suite->compiler = job->compiler;
    return true;
}

static int compare_builds(ab_job *job) {
    gate_benchmark benchmark;
    gate_suite suite;
    bool done = make_suite(job, &benchmark, &suite) && prepare_folders(job) && build_side(job, GATE_BASELINE, "") &&
                (job->record == NULL || record_profile(job));
    const char *flags = done ? ask_flags(job) : NULL;
    if (flags == NULL || !build_side(job, GATE_CANDIDATE, flags) || !check_report(job)) {
        (void)cli_report_failure(&job->status);
        return GATE_NO_COMPARISON;
    }
    for (uint32_t i = 0; i < suite.count; i++)
        memcpy(suite.benchmarks[i].commands.folders, job->folders, sizeof job->folders);
    int exit_status = cli_run_and_report_suite(&suite, &job->reports, &job->arena);
    (void)fprintf(stderr, "pgo-gate: what the profile did: pgo-gate profile %s\n", job->report);
    return exit_status;
}

static bool check_job(const cli_syntax *syntax, const ab_job *job) {
    gate_metric metric;
    if (job->build == NULL) return cli_misuse(syntax, "--build is needed");
    if (strstr(job->build, "{dir}") == NULL || strstr(job->build, "{pgo_flags}") == NULL)
        return cli_misuse(syntax, "--build must use {dir} and {pgo_flags}, or both builds are one");
    if ((job->run == NULL) == (job->suite == NULL)) return cli_misuse(syntax, "--run or --suite is needed, not both");
    if ((job->record == NULL) == (job->profile == NULL))
        return cli_misuse(syntax, "--record or --profile is needed, not both");
    if (job->metric != NULL && !gate_find_metric(job->metric, &metric))
        return cli_misuse(syntax, "there is no metric '%s'", job->metric);
    if (job->counts_instructions && job->metric != NULL && metric != GATE_INSTRUCTIONS)
        return cli_misuse(syntax, "--callgrind measures instructions and nothing else");
    if (job->layouts > 1 && job->relink == NULL)
        return cli_misuse(syntax, "--layouts needs --relink: the same link again is the same layout");
    return cli_check_suite_reports(syntax, &job->reports);
}

int cli_run_ab(int argc, char **argv) {
    ab_job job = {.source = ".",
                  .output = "pgo-ab",
                  .pgo_config = "pgo-config",
                  .min_gain = -1,
                  .max_regression = -1,
                  .step_timeout = 3600,
                  .same_output = true};
    const cli_option options[] = {
        {.name = "source", .text = &job.source, .value = "DIR", .help = "where --build is run (default .)"},
        {.name = "output", .letter = 'o', .text = &job.output, .value = "DIR", .help = "builds, logs (default pgo-ab)"},
        {.name = "build", .text = &job.build, .value = "CMD", .help = "builds into {dir} with {pgo_flags}"},
        {.name = "run", .text = &job.run, .value = "CMD", .help = "what is measured, in {dir}"},
        {.name = "suite", .text = &job.suite, .value = "FILE", .help = "instead of --run: commands that use {dir}"},
        {.name = "record", .text = &job.record, .value = "CMD", .help = "the baseline's work, for pprofread record"},
        {.name = "profile", .text = &job.profile, .value = "FILE", .help = "instead of --record: a profile"},
        {.name = "pgo-config", .text = &job.pgo_config, .value = "CMD", .help = "which one (default pgo-config)"},
        {.name = "compiler", .text = &job.compiler, .value = "CMD", .help = "prints the version, for the reports"},
        {.name = "min-gain", .percent = &job.min_gain, .value = "P", .help = "as for compare"},
        {.name = "max-regression", .percent = &job.max_regression, .value = "P", .help = "as for compare"},
        {.name = "metric", .text = &job.metric, .value = "NAME", .help = "as for compare"},
        {.name = "callgrind", .flag = &job.counts_instructions, .help = "as for compare"},
        {.name = "same-output", .flag = &job.same_output, .help = "as for compare"},
        {.name = "layouts", .count = &job.layouts, .value = "N", .help = "as for compare"},
        {.name = "relink", .text = &job.relink, .value = "CMD", .help = "as for compare, with {dir}"},
        {.name = "budget", .seconds = &job.budget, .value = "TIME", .help = "of measuring (default 5m)"},
        {.name = "rounds", .count = &job.rounds, .value = "N", .help = "and at most so many rounds"},
        {.name = "step-timeout", .seconds = &job.step_timeout, .value = "TIME", .help = "of a build (default 1h)"},
        CLI_SUITE_REPORT_OPTIONS(&job.reports),
        {0},
    };
    const cli_syntax syntax = {
        "ab",
        "Builds one source tree without and with a profile, in two folders, and compares the two. {pgo_flags} is "
        "empty\n"
        "for the baseline, and what pgo-config --cflags says for the candidate; the build's own flags need -g1, and "
        "with\n"
        "--record -g -fno-omit-frame-pointer. Every step has a log file. Exit status as for suite.",
        options};
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, NULL, &exit_status)) return exit_status;
    exit_status = check_job(&syntax, &job) ? compare_builds(&job) : CLI_MISUSED;
    pprof_arena_free(&job.arena);
    return exit_status;
}
