/* pprofread import: what a profiler recorded ─▶ a symbolized pprof, ready to be committed as default.pgo. */
#include "cli.h"

#include <signal.h>
#include <string.h>

typedef struct import_job {
    const char *file, *output;
    uint64_t size_limit;
    bool force; /* symbolize what already has lines */
    pprof_symbolize_options symbolize;
    pprof_arena arena;
    pprof_status status;
} import_job;

/* perf.data can be far larger than memory, and perf itself reads it: the first bytes tell. */
static bool is_perf_data(import_job *job) {
    char start[4096];
    FILE *file = strcmp(job->file, "-") == 0 ? NULL : fopen(job->file, "rb");
    if (file == NULL) return false;
    size_t size = fread(start, 1, sizeof start, file);
    (void)fclose(file);
    pprof_source source;
    pprof_status ignored = {0}; /* such as a gzip that goes on: pprof_read_source will say what is wrong */
    return pprof_read_bytes(job->file, start, size, 0, &job->arena, &source, &ignored) &&
           source.format == PPROF_FORMAT_PERF_DATA;
}

static bool read_recording(import_job *job, pprof_profile *profile) {
    if (is_perf_data(job)) {
        cli_progress *progress = cli_start_progress("reading the recording through perf script");
        bool done = pprof_import_perf(job->file, &job->arena, profile, &job->status);
        cli_stop_progress(progress);
        return done;
    }
    pprof_source source;
    if (!pprof_read_source(job->file, job->size_limit, &job->arena, &source, &job->status)) return false;
    switch (source.format) {
    case PPROF_FORMAT_PROFILE:
        return pprof_decode_profile(&source, &job->arena, profile, &job->status);
    case PPROF_FORMAT_GPERFTOOLS:
        return pprof_import_gperftools(&source, &job->arena, profile, &job->status);
    case PPROF_FORMAT_PERF_DATA:
        return pprof_fail(&job->status, "%s: perf.data cannot be read from a pipe or compressed; give the file itself",
                          job->file);
    default:
        return pprof_refuse_format(&source, &job->status);
    }
}

static bool lacks_lines(const pprof_profile *profile) {
    for (uint32_t l = 0; l < profile->location_count; l++)
        if (profile->locations[l].line_count == 0 && profile->locations[l].address != 0) return true;
    return false;
}

static bool symbolize(import_job *job, pprof_profile *profile) {
    if (!job->force && !lacks_lines(profile)) return true;
    pprof_profile addresses = *profile;
    cli_progress *progress = cli_start_progress("symbolizing");
    bool done = pprof_symbolize_profile(&addresses, &job->symbolize, &job->arena, profile, &job->status);
    cli_stop_progress(progress);
    return done;
}

/* Symbolizing leaves a comment for each file that it could not look into. */
static void report_unread_files(const pprof_profile *profile) {
    enum { REPORTED = 4 };
    static const char prefix[] = "pprofread: not symbolized: ";
    uint32_t count = 0;
    for (uint32_t i = 0; i < profile->comment_count; i++) {
        pprof_string comment = pprof_get_string(profile, profile->comment_strings[i]);
        if (comment.length < sizeof prefix - 1 || memcmp(comment.text, prefix, sizeof prefix - 1) != 0) continue;
        if (count++ < REPORTED) (void)fprintf(stderr, "%.*s\n", (int)comment.length, comment.text);
    }
    if (count > REPORTED) (void)fprintf(stderr, "pprofread: not symbolized: %u files more\n", count - REPORTED);
}

/* One line, and what is wrong with it if something is. */
static void report_result(import_job *job, const pprof_profile *profile, size_t size) {
    pprof_fitness fitness;
    pprof_status unfit = {0};
    report_unread_files(profile);
    if (!pprof_check_fitness(profile, job->output, NULL, &job->arena, &fitness, &unfit)) {
        (void)fprintf(stderr, "pprofread: wrote %s (%zu bytes), but it is not fit for PGO: %s\n", job->output, size,
                      unfit.message);
        return;
    }
    (void)fprintf(stderr, "pprofread: wrote %s: %llu samples, %.1f %% with function, %.1f %% with line, %zu bytes\n",
                  job->output, (unsigned long long)fitness.sample_count, fitness.share_with_name * 100,
                  fitness.share_with_line * 100, size);
    for (uint32_t i = 0; i < fitness.advice_count; i++)
        (void)fprintf(stderr, "pprofread: %s: %s\n", fitness.is_fit ? "note" : "not fit for PGO", fitness.advice[i]);
}

static bool import_recording(import_job *job) {
    pprof_profile profile = {0};
    size_t size;
    if (!read_recording(job, &profile) || !symbolize(job, &profile) ||
        !cli_write_profile(job->output, &profile, &job->arena, &size, &job->status))
        return false;
    report_result(job, &profile, size);
    return true;
}

int cli_run_import(int argc, char **argv) {
    import_job job = {.output = "default.pgo"};
    const cli_option options[] = {
        {.name = "output",
         .letter = 'o',
         .text = &job.output,
         .value = "OUT",
         .help = "write here (default default.pgo; - for standard output)"},
        {.name = "binary",
         .text = &job.symbolize.binary,
         .value = "EXE",
         .help = "the program, if it has moved since the recording"},
        {.name = "symbolizer",
         .text = &job.symbolize.symbolizer,
         .value = "PATH",
         .help = "the llvm-symbolizer to use"},
        {.name = "force", .flag = &job.force, .help = "find lines anew even where the profile has them"},
        CLI_SIZE_LIMIT_OPTION(&job.size_limit),
        {0},
    };
    const cli_syntax syntax = {
        "import",
        "Makes a symbolized pprof profile from perf.data, a gperftools CPU profile or a pprof\n"
        "profile of bare addresses. The programs that ran must be there, with debug information.",
        options};
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, &job.file, &exit_status)) return exit_status;

    (void)signal(SIGPIPE, SIG_IGN); /* a symbolizer that dies is an error message, not our death */
    exit_status = import_recording(&job) ? CLI_DONE : cli_report_failure(&job.status);
    pprof_arena_free(&job.arena);
    return exit_status;
}
