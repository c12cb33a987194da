/* What import, record and fetch share: a recording ─▶ a symbolized pprof in a file, and a word on what it is worth. */
#include "cli.h"

#include "import/import.h"
#include "print/print.h"

#include <string.h>

/* perf.data can be far larger than memory, and perf itself reads it: the first bytes tell. */
static bool is_perf_data(cli_import *import, const char *path) {
    char start[4096];
    FILE *file = strcmp(path, "-") == 0 ? NULL : fopen(path, "rb");
    if (file == NULL) return false;
    size_t size = fread(start, 1, sizeof start, file);
    (void)fclose(file);
    pprof_source source;
    pprof_status ignored = {0}; /* such as a gzip that goes on: pprof_read_source will say what is wrong */
    return pprof_read_bytes(path, start, size, 0, &import->arena, &source, &ignored) &&
           source.format == PPROF_FORMAT_PERF_DATA;
}

bool cli_decode_recording(cli_import *import, const pprof_source *source, pprof_profile *profile) {
    switch (source->format) {
    case PPROF_FORMAT_PROFILE:
        return pprof_decode_profile(source, &import->arena, profile, &import->status);
    case PPROF_FORMAT_GPERFTOOLS:
        return pprof_import_gperftools(source, &import->arena, profile, &import->status);
    case PPROF_FORMAT_PERF_DATA:
        return pprof_fail(&import->status,
                          "%s: perf.data cannot be read from a pipe or compressed; give the file itself", source->path);
    default:
        return pprof_refuse_format(source, &import->status);
    }
}

bool cli_read_recording(cli_import *import, const char *file, pprof_profile *profile) {
    if (is_perf_data(import, file)) {
        cli_progress *progress = cli_start_progress("reading the recording through perf script");
        bool done = pprof_import_perf(file, &import->arena, profile, &import->status);
        cli_stop_progress(progress);
        return done;
    }
    pprof_source source;
    return pprof_read_source(file, import->size_limit, &import->arena, &source, &import->status) &&
           cli_decode_recording(import, &source, profile);
}

static bool lacks_lines(const pprof_profile *profile) {
    for (uint32_t l = 0; l < profile->location_count; l++)
        if (profile->locations[l].line_count == 0 && profile->locations[l].address != 0) return true;
    return false;
}

static bool symbolize(cli_import *import, pprof_profile *profile) {
    if (import->symbolizing == CLI_SYMBOLIZE_NOTHING) return true;
    if (import->symbolizing == CLI_SYMBOLIZE_MISSING && !lacks_lines(profile)) return true;
    pprof_profile addresses = *profile;
    cli_progress *progress = cli_start_progress("symbolizing");
    bool done = pprof_symbolize_profile(&addresses, &import->symbolize, &import->arena, profile, &import->status);
    cli_stop_progress(progress);
    return done;
}

static bool list_idle_functions(cli_import *import, pprof_profile *profile) {
    if (import->symbolizing == CLI_SYMBOLIZE_NOTHING) return true;
    pprof_profile symbolized = *profile;
    if (!pprof_list_idle_functions(&symbolized, &import->symbolize, &import->arena, profile, &import->status))
        return false;
    if (import->symbolize.binary != NULL && profile->function_count == symbolized.function_count)
        (void)fprintf(stderr,
                      "pprofread: note: %s: adds no functions to the profile: it has them all, has demangled names "
                      "alone, or the file has none\n",
                      import->symbolize.binary);
    return true;
}

/* Symbolizing leaves a comment for each file that it could not look into. */
static void report_unread_files(const pprof_profile *profile) {
    enum { REPORTED = 4 };
    static const char prefix[] = "pprofread: not symbolized: ";
    uint32_t count = 0;
    for (uint32_t i = 0; i < profile->comment_count; i++) {
        pprof_string comment = pprof_get_string(profile, profile->comment_strings[i]);
        if (comment.length < sizeof prefix - 1 || memcmp(comment.text, prefix, sizeof prefix - 1) != 0) continue;
        if (count++ >= REPORTED) continue;
        pprof_print_string(comment, stderr);
        (void)putc('\n', stderr);
    }
    if (count > REPORTED) (void)fprintf(stderr, "pprofread: not symbolized: %u files more\n", count - REPORTED);
}

/* One line, and what is wrong with it if something is. */
static void report_result(cli_import *import, const pprof_profile *profile, size_t size) {
    pprof_fitness fitness;
    pprof_status unfit = {0};
    report_unread_files(profile);
    if (!pprof_check_fitness(profile, import->output, NULL, &import->arena, &fitness, &unfit)) {
        (void)fprintf(stderr, "pprofread: wrote %s (%zu bytes), but it is not fit for PGO: %s\n", import->output, size,
                      unfit.message);
        return;
    }
    (void)fprintf(stderr, "pprofread: wrote %s: %llu samples, ", import->output,
                  (unsigned long long)fitness.sample_count);
    if (fitness.share_in_kernel > 0)
        (void)fprintf(stderr, "%.1f %% in the kernel, of all else ", fitness.share_in_kernel * 100);
    (void)fprintf(stderr, "%.1f %% with function, %.1f %% with line, %zu bytes\n", fitness.share_with_name * 100,
                  fitness.share_with_line * 100, size);
    for (uint32_t i = 0; i < fitness.advice_count; i++)
        (void)fprintf(stderr, "pprofread: %s: %s\n", fitness.is_fit ? "note" : "not fit for PGO", fitness.advice[i]);
}

bool cli_write_recording(cli_import *import, pprof_profile *profile) {
    size_t size;
    if (!symbolize(import, profile) || !list_idle_functions(import, profile) ||
        !cli_write_profile(import->output, profile, &import->arena, &size, &import->status))
        return false;
    report_result(import, profile, size);
    return true;
}
