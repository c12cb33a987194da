/* A pprof file, gzipped or not: read, decoded, and everything done with it. mutate_profile.c makes its inputs. */
#include "fuzz.h"

enum { SIZE_LIMIT = 1 << 18 }; /* small, so that bombs cost little here; where it lies is one more thing to try */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    pprof_profile profile;
    bool worked = pprof_read_bytes("fuzz", data, size, SIZE_LIMIT, &arena, &source, &status);
    if (worked && source.format != PPROF_FORMAT_PROFILE) {
        pprof_status refusal = {0};
        require_status(pprof_refuse_format(&source, &refusal), &refusal);
    }
    worked = worked && pprof_decode_profile(&source, &arena, &profile, &status);
    require_status(worked, &status);
    if (worked) use_profile(&profile);
    pprof_arena_free(&arena);
    return 0;
}
