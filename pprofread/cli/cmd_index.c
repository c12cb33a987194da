/* pprofread index: a profile's weights as a file that the compiler plugin maps and looks things up in, so that a large
 * profile costs a compile next to nothing. */
#include "cli.h"

#include <string.h>

typedef struct index_job {
    const char *file, *output;
    uint64_t size_limit;
    pprof_weights_options weighing;
    pprof_arena arena;
    pprof_status status;
} index_job;

static bool make_index(index_job *job) {
    pprof_weights weights;
    pprof_origin origin = {.name = ""};
    const uint8_t *data;
    size_t size;
    bool has_origin = strcmp(job->file, "-") != 0;
    cli_progress *progress = cli_start_progress("reading the profile");
    bool done = (!has_origin || pprof_measure_origin(job->file, &origin, &job->status)) &&
                pprof_load_weights(job->file, job->size_limit, &job->weighing, &job->arena, &weights, &job->status) &&
                pprof_make_index(&weights, &origin, &job->arena, &data, &size, &job->status);
    cli_stop_progress(progress);
    if (!done || !pprof_write_file(job->output, data, size, &job->status)) return false;
    (void)fprintf(stderr, "pprofread: wrote %s: %u functions, %llu samples, %zu bytes\n", job->output,
                  weights.function_count, (unsigned long long)weights.sample_count, size);
    return true;
}

int cli_run_index(int argc, char **argv) {
    index_job job = {0};
    const cli_option options[] = {
        {.name = "output",
         .letter = 'o',
         .text = &job.output,
         .value = "OUT",
         .help = "write here (default FILE.pgoidx; - for standard output)"},
        CLI_SAMPLE_TYPE_OPTION(&job.weighing.sample_type),
        CLI_SIZE_LIMIT_OPTION(&job.size_limit),
        {0},
    };
    const cli_syntax syntax = {
        "index",
        "Makes an index of a profile for the compiler plugin: -pgo-profile=OUT gives the same code as\n"
        "-pgo-profile=FILE and does not read the whole profile for every file that is compiled. Where\n"
        "FILE stays beside OUT and changes, OUT is refused until it is made again.",
        options};
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, &job.file, &exit_status)) return exit_status;
    if (job.output == NULL) {
        bool is_standard = strcmp(job.file, "-") == 0;
        job.output = is_standard ? "-" : pprof_format_string(&job.arena, &job.status, "%s.pgoidx", job.file);
    }
    exit_status = job.output != NULL && make_index(&job) ? CLI_DONE : cli_report_failure(&job.status);
    pprof_arena_free(&job.arena);
    return exit_status;
}
