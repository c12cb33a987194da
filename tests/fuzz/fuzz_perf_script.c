/* What perf prints of a perf.data: its events, its build ids, and the samples, with a form feed between them. */
#include "fed_child.h"
#include "fuzz.h"

/* Cuts off the text up to a form feed. */
static fed_output take_part(const char *argument, const char **at, const char *end) {
    const char *feed = memchr(*at, '\f', (size_t)(end - *at));
    const char *part_end = feed == NULL ? end : feed;
    fed_output part = {argument, *at, (size_t)(part_end - *at)};
    *at = feed == NULL ? end : feed + 1;
    return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    const char *at = (const char *)data, *end = at + size;
    fed_output outputs[3];
    outputs[0] = take_part("evlist", &at, end);
    outputs[1] = take_part("buildid-list", &at, end);
    outputs[2] = (fed_output){NULL, at, (size_t)(end - at)};
    feed_children(outputs);

    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile profile;
    bool worked = pprof_import_perf("fuzz.data", &arena, &profile, &status);
    require_status(worked, &status);
    if (worked) encode_profile(&profile);
    pprof_arena_free(&arena);
    return 0;
}
