/* Takes an open index; gives all of it as Weights again, every checksum verified and every body in its one place. */
#include "index/index.h"

#include <string.h>

/* Touches what no element of the Weights lies in: keys, edges, curves. */
static bool check_all_records(const pprof_index *index) {
    for (pprof_section section = 0; section < SECTION_COUNT; section++) {
        uint32_t step = (uint32_t)(PPROF_CHUNK_SIZE / pprof_get_record_size(section)),
                 count = pprof_count_records(index, section);
        for (uint32_t i = 0; i < count; i += step)
            if (pprof_reach_record(index, section, i) == NULL) return false;
        if (count != 0 && pprof_reach_record(index, section, count - 1) == NULL) return false;
    }
    return true;
}

static bool read_functions(const pprof_index *index, pprof_arena *arena, pprof_weights *weights, pprof_status *status) {
    for (uint32_t i = 0; i < index->function_count && !status->failed; i++) {
        pprof_weight_function function = pprof_get_weight_function(index, i);
        const char **texts[] = {&function.linkage_name, &function.source_name, &function.file};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            *texts[t] = pprof_copy_string(arena, *texts[t], strlen(*texts[t]), status);
        weights->functions[i] = function;
    }
    return !status->failed;
}

/* Every body but the roots must be some other's call, once, and all together have no more selves than there are: so
 * what is done with all of them takes no longer than the index is large. */
static bool read_bodies(const pprof_index *index, pprof_weights *weights, pprof_status *status) {
    pprof_arena scratch = {0};
    bool *is_called = pprof_allocate(&scratch, index->body_count, sizeof *is_called, status);
    uint64_t selves = 0;
    for (uint32_t i = 0; i < index->body_count && !status->failed; i++) {
        pprof_body *body = &weights->bodies[i];
        *body = pprof_get_body(index, i);
        selves += body->self_count;
        if (i >= index->function_count && !is_called[i]) pprof_fail_index(index, "a body belongs nowhere");
        for (uint32_t call = body->first_call; call < body->first_call + body->call_count; call++) {
            if (call < index->function_count || is_called[call]) pprof_fail_index(index, "a body is called twice");
            is_called[call] = true;
        }
    }
    if (!status->failed && selves > index->self_count) pprof_fail_index(index, "its bodies share selves");
    pprof_arena_free(&scratch);
    return !status->failed;
}

bool pprof_read_index(const pprof_index *index, pprof_arena *arena, pprof_weights *weights, pprof_status *status) {
    *weights = (pprof_weights){
        .function_count = index->function_count,
        .body_count = index->body_count,
        .self_count = index->self_count,
        .functions = pprof_allocate(arena, index->function_count, sizeof *weights->functions, status),
        .bodies = pprof_allocate(arena, index->body_count, sizeof *weights->bodies, status),
        .selves = pprof_allocate(arena, index->self_count, sizeof *weights->selves, status),
        .total = index->total,
        .sample_count = index->sample_count,
        .unnamed = index->unnamed,
        .without_line = index->without_line,
        .context_minimum = index->context_minimum,
        .type = pprof_copy_string(arena, index->type, strlen(index->type), status),
        .unit = pprof_copy_string(arena, index->unit, strlen(index->unit), status),
    };
    if (status->failed || !check_all_records(index) || !read_functions(index, arena, weights, status) ||
        !read_bodies(index, weights, status))
        return false;
    for (uint32_t i = 0; i < index->self_count; i++) weights->selves[i] = pprof_get_self(index, i);
    return !status->failed;
}
