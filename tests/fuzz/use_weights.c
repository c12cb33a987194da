/* Takes Weights; requires that they keep the promises of pprofread.h, and that their text form, read back, is equal. */
#include "fuzz.h"

static void require_bodies(const pprof_weights *weights) {
    REQUIRE(weights->function_count <= weights->body_count);
    for (uint32_t i = 0; i < weights->body_count; i++) {
        const pprof_body *body = &weights->bodies[i];
        REQUIRE(body->function < weights->function_count);
        REQUIRE(i >= weights->function_count || body->function == i);
        REQUIRE(body->self_count <= weights->self_count && body->first_self <= weights->self_count - body->self_count);
        REQUIRE(body->call_count <= weights->body_count && body->first_call <= weights->body_count - body->call_count);
        REQUIRE(body->call_count == 0 || body->first_call > i);
    }
}

static void require_functions(const pprof_weights *weights) {
    for (uint32_t i = 0; i < weights->function_count; i++) {
        const pprof_weight_function *function = &weights->functions[i];
        REQUIRE(function->linkage_name != NULL && function->source_name != NULL && function->file != NULL);
        REQUIRE(function->start_line >= 0 && (!function->lines_are_absolute || function->start_line == 0));
        REQUIRE(i == 0 || strcmp(weights->functions[i - 1].linkage_name, function->linkage_name) <= 0);
    }
}

static void print_weights(const pprof_weights *weights, fuzz_text *text) {
    pprof_status status = {0};
    FILE *out = begin_text(text);
    bool worked = pprof_print_weights(weights, out, &status);
    end_text(out);
    require_success(worked, &status);
}

void use_weights(const pprof_weights *weights) {
    require_functions(weights);
    require_bodies(weights);
    fuzz_text first, second;
    print_weights(weights, &first);

    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    pprof_weights again;
    require_success(pprof_read_bytes("printed", first.bytes, first.size, 0, &arena, &source, &status), &status);
    require_success(pprof_parse_weights(&source, &arena, &again, &status), &status);
    print_weights(&again, &second);
    REQUIRE(same_text(&first, &second));
    free(first.bytes);
    free(second.bytes);
    pprof_arena_free(&arena);
}
