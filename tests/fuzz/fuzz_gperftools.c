/* A gperftools CPU profile: imported, and the profile of addresses that it gives encoded. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    pprof_profile profile;
    bool worked = pprof_read_bytes("fuzz", data, size, 0, &arena, &source, &status) &&
                  pprof_import_gperftools(&source, &arena, &profile, &status);
    require_status(worked, &status);
    if (worked) encode_profile(&profile);
    pprof_arena_free(&arena);
    return 0;
}
