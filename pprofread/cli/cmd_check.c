/* pprofread check: is a profile fit for profile-guided optimization, and what would make it better? And is an index
 * whole and up to date? */
#include "cli.h"

#include "index/lookup.h"

#include <string.h>

static void print_share(const char *what, double share) {
    (void)printf("  %-16s %5.1f %%\n", what, share * 100);
}

static void print_fitness(const char *file, const pprof_fitness *fitness) {
    (void)printf("%s: %s for PGO\n", file, fitness->is_fit ? "fit" : "not fit");
    (void)printf("  %-16s %s/%s\n", "type", fitness->type, fitness->unit);
    (void)printf("  %-16s %llu in %u functions\n", "samples", (unsigned long long)fitness->sample_count,
                 fitness->function_count);
    if (fitness->share_in_kernel > 0) {
        print_share("in the kernel", fitness->share_in_kernel);
        (void)printf("  of all else:\n");
    }
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

static bool check_profile(const pprof_source *source, pprof_arena *file, const pprof_weights_options *weighing,
                          pprof_arena *arena, bool *is_fit, pprof_status *status) {
    pprof_profile profile;
    pprof_fitness fitness;
    if (source->format != PPROF_FORMAT_PROFILE) return pprof_refuse_format(source, status);
    if (!pprof_decode_and_free(source, file, arena, arena, &profile, status) ||
        !pprof_check_fitness(&profile, source->path, weighing, arena, &fitness, status))
        return false;
    *is_fit = fitness.is_fit;
    print_fitness(source->path, &fitness);
    return true;
}

/* Reads all of an index, where a compile reads what it needs. */
static bool check_index(const char *file, const pprof_weights_options *weighing, pprof_arena *arena,
                        pprof_status *status) {
    pprof_index index;
    pprof_weights weights;
    bool is_beside;
    if (!pprof_load_index(file, 0, weighing, arena, &index, status) ||
        !pprof_read_index(&index, arena, &weights, status) || !pprof_check_origin(&index, true, &is_beside))
        return false;
    pprof_origin origin = pprof_get_origin(&index);
    (void)printf("%s: a whole index\n", file);
    (void)printf("  %-16s %s/%s\n", "type", index.type, index.unit);
    (void)printf("  %-16s %llu in %u functions\n", "samples", (unsigned long long)index.sample_count,
                 index.function_count);
    if (origin.name[0] != '\0')
        (void)printf("  %-16s %s (%llu bytes, crc32 %08x), %s\n", "made from", origin.name,
                     (unsigned long long)origin.size, origin.checksum,
                     is_beside ? "which has not changed" : "which is not beside it");
    return true;
}

int cli_run_check(int argc, char **argv) {
    uint64_t size_limit = 0;
    pprof_weights_options weighing = {0};
    const cli_option options[] = {
        CLI_SAMPLE_TYPE_OPTION(&weighing.sample_type),
        CLI_SIZE_LIMIT_OPTION(&size_limit),
        {0},
    };
    const cli_syntax syntax = {"check",
                               "Says whether a profile is fit for profile-guided optimization, what is missing and\n"
                               "how to get it. The exit status is 0 when it is fit, 1 when it is not.\n"
                               "Of an index it says whether it is whole and its profile has not changed.",
                               options};
    const char *file;
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, &file, &exit_status)) return exit_status;

    pprof_arena arena = {0}, bytes = {0};
    pprof_status status = {0};
    pprof_source source;
    bool is_fit = true;
    bool done = pprof_read_source(file, size_limit, &bytes, &source, &status) &&
                (source.format == PPROF_FORMAT_WEIGHTS_INDEX && !source.was_gzip && strcmp(file, "-") != 0
                     ? check_index(file, &weighing, &arena, &status)
                     : check_profile(&source, &bytes, &weighing, &arena, &is_fit, &status));
    exit_status = done ? cli_finish_output() : cli_report_failure(&status);
    if (!is_fit) exit_status = CLI_FAILED;
    pprof_arena_free(&bytes);
    pprof_arena_free(&arena);
    return exit_status;
}
