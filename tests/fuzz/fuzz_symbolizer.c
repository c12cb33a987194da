/* What llvm-symbolizer answers to four questions. */
#include "fed_child.h"
#include "fuzz.h"

static bool take_frames(void *context, size_t index, const pprof_source_frame *frames, size_t frame_count,
                        pprof_status *status) {
    (void)status;
    size_t *next = context;
    REQUIRE(index == (*next)++);
    for (size_t i = 0; i < frame_count; i++) {
        REQUIRE(frames[i].function[0] != '\0' && frames[i].file != NULL);
        REQUIRE(frames[i].line >= 0 && frames[i].column >= 0 && frames[i].start_line >= 0);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const pprof_query queries[] = {
        {"/bin/a", 0x1000}, {"/bin/a", 0x1001}, {"/bin/b", 0}, {"/bin/'", UINT64_MAX}};
    const fed_output output = {NULL, (const char *)data, size};
    feed_children(&output);
    size_t answered = 0;
    const pprof_symbolizer symbolizer = {
        .queries = queries,
        .query_count = sizeof queries / sizeof *queries,
        .take_frames = take_frames,
        .context = &answered,
    };
    pprof_status status = {0};
    bool worked = pprof_run_symbolizer(&symbolizer, &status);
    require_status(worked, &status);
    REQUIRE(!worked || answered == symbolizer.query_count);
    return 0;
}
