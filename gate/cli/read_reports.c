/* Reads -pgo-report files, and tells a person who waits. */
#include "gate_cli.h"

static void show_file(void *progress, size_t done, size_t total) {
    cli_advance_progress(progress, done, total);
}

bool cli_read_build(const char *const *paths, uint32_t path_count, pprof_arena *arena, gate_build *build,
                    pprof_status *status) {
    cli_progress *progress = cli_start_progress("reading reports");
    bool is_read = gate_read_build(paths, path_count, show_file, progress, arena, build, status);
    cli_stop_progress(progress);
    return is_read;
}
