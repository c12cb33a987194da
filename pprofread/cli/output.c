/* What every command does at its ends: reads its file, and makes sure that what it wrote arrived. */
#include "cli.h"

#include <errno.h>
#include <string.h>

int cli_report_failure(const pprof_status *status) {
    (void)fflush(stdout);
    (void)fprintf(stderr, "pprofread: %s\n", status->message);
    return CLI_FAILED;
}

int cli_finish_output(void) {
    if (fflush(stdout) == 0 && ferror(stdout) == 0) return CLI_DONE;
    if (errno != EPIPE) (void)fprintf(stderr, "pprofread: cannot write to standard output: %s\n", strerror(errno));
    return CLI_FAILED;
}

bool cli_read_profile(const char *path, uint64_t size_limit, pprof_arena *arena, pprof_profile *profile,
                      pprof_status *status) {
    pprof_source source;
    if (!pprof_read_source(path, size_limit, arena, &source, status)) return false;
    if (source.format != PPROF_FORMAT_PROFILE) return pprof_refuse_format(&source, status);
    return pprof_decode_profile(&source, arena, profile, status);
}
