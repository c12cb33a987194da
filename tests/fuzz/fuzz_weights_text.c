/* The text form of Weights: parsed, and what it gives printed and parsed again. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    pprof_weights weights;
    bool worked = pprof_read_bytes("fuzz", data, size, 0, &arena, &source, &status) &&
                  pprof_parse_weights(&source, &arena, &weights, &status);
    require_status(worked, &status);
    if (worked) use_weights(&weights);
    pprof_arena_free(&arena);
    return 0;
}
