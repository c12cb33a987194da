/* Takes a path; gives the profile in it, for the commands that want nothing else. And the way back. */
#include "cli.h"

bool cli_read_profile(const char *path, uint64_t size_limit, pprof_arena *arena, pprof_profile *profile,
                      pprof_status *status) {
    pprof_arena file = {0};
    pprof_source source;
    bool worked = pprof_read_source(path, size_limit, &file, &source, status);
    if (worked && source.format != PPROF_FORMAT_PROFILE) worked = pprof_refuse_format(&source, status);
    worked = worked && pprof_decode_and_free(&source, &file, arena, arena, profile, status);
    pprof_arena_free(&file);
    return worked;
}

bool cli_write_profile(const char *path, const pprof_profile *profile, pprof_arena *arena, size_t *size,
                       pprof_status *status) {
    const uint8_t *data;
    return pprof_encode_profile(profile, true, arena, &data, size, status) &&
           pprof_write_file(path, data, *size, status);
}
