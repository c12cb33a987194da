/* Weights of real profiles against a definition that anyone can check and nobody would run on a large profile: a body
 * is a path of calls, and its weight is that of the samples whose stack has the path somewhere in it. */
#include "weights_support.h"

enum { FRAME_LIMIT = 512 };

typedef struct frame {
    uint32_t function;
    pprof_place place;
} frame;

typedef struct stack {
    frame frames[FRAME_LIMIT]; /* outermost first */
    uint32_t count;
    uint64_t weight;
} stack;

typedef struct scene {
    reading reading;
    pprof_weights weights;
    stack *stacks;
    uint32_t *parents; /* of each body */
} scene;

/* The function of a symbolized profile of C and C++: system_name is the linkage name. */
static uint32_t find_function(const scene *s, const pprof_function *function) {
    const pprof_profile *profile = &s->reading.profile;
    for (uint32_t i = 0; i < s->weights.function_count; i++) {
        const pprof_weight_function *candidate = &s->weights.functions[i];
        if (candidate->start_line == function->start_line &&
            pprof_string_equals(pprof_get_string(profile, function->system_name_string), candidate->linkage_name) &&
            pprof_string_equals(pprof_get_string(profile, function->name_string), candidate->source_name))
            return i;
    }
    return PPROF_NONE;
}

static void expand_stack(const scene *s, uint32_t sample, stack *stack) {
    const pprof_profile *profile = &s->reading.profile;
    stack->weight = (uint64_t)profile->values[(size_t)sample * profile->sample_type_count];
    for (uint32_t i = profile->first_location[sample + 1]; i-- > profile->first_location[sample];) {
        if (stack->count == FRAME_LIMIT) abort();
        const pprof_location *location = &profile->locations[profile->sample_locations[i]];
        if (location->line_count == 0) stack->frames[stack->count++].function = PPROF_NONE;
        for (uint32_t at = location->line_count; at-- > 0;) {
            const pprof_line *line = &profile->lines[location->first_line + at];
            const pprof_function *function = &profile->functions[line->function];
            frame frame = {find_function(s, function), {PPROF_NO_OFFSET, 0}};
            if (line->line != 0)
                frame.place = (pprof_place){(int32_t)(line->line - function->start_line), (uint32_t)line->column};
            if (stack->count == FRAME_LIMIT) abort();
            stack->frames[stack->count++] = frame;
        }
    }
}

static bool same_place(pprof_place a, pprof_place b) {
    return a.offset == b.offset && a.column == b.column;
}

/* Whether the path of [body] ends at frame [at] of the stack. */
static bool ends_at(const scene *s, uint32_t body, const stack *stack, uint32_t at) {
    for (;; at--) {
        const pprof_body *b = &s->weights.bodies[body];
        if (stack->frames[at].function != b->function) return false;
        if (s->parents[body] == PPROF_NONE) return true;
        if (at == 0 || !same_place(stack->frames[at - 1].place, b->place)) return false;
        body = s->parents[body];
    }
}

static void check_body(const scene *s, uint32_t index) {
    const pprof_weights *weights = &s->weights;
    const pprof_body *body = &weights->bodies[index];
    uint64_t inclusive = 0, leaf = 0, selves = 0;
    for (uint32_t i = 0; i < s->reading.profile.sample_count; i++) {
        const stack *stack = &s->stacks[i];
        bool is_in = false;
        for (uint32_t at = 0; at < stack->count && !is_in; at++) is_in = ends_at(s, index, stack, at);
        if (!is_in) continue;
        inclusive += stack->weight;
        if (ends_at(s, index, stack, stack->count - 1)) leaf += stack->weight;
    }
    assert_int_equal(body->inclusive, inclusive);
    assert_int_equal(body->leaf, leaf);
    for (uint32_t i = body->first_self; i < body->first_self + body->self_count; i++) {
        uint64_t weight = 0;
        for (uint32_t k = 0; k < s->reading.profile.sample_count; k++) {
            const stack *stack = &s->stacks[k];
            if (stack->count != 0 && same_place(stack->frames[stack->count - 1].place, weights->selves[i].place) &&
                ends_at(s, index, stack, stack->count - 1))
                weight += stack->weight;
        }
        assert_int_equal(weights->selves[i].weight, weight);
        selves += weight;
    }
    assert_int_equal(selves, leaf); /* no place is missing */
}

static void check_order(const scene *s, uint32_t index) {
    const pprof_weights *weights = &s->weights;
    const pprof_body *body = &weights->bodies[index];
    for (uint32_t i = body->first_call + 1; i < body->first_call + body->call_count; i++) {
        const pprof_body *a = &weights->bodies[i - 1], *b = &weights->bodies[i];
        bool is_ordered =
            a->place.offset < b->place.offset ||
            (a->place.offset == b->place.offset &&
             (a->place.column < b->place.column || (a->place.column == b->place.column && a->function < b->function)));
        assert_true(is_ordered);
    }
}

/* Follows every stack from every frame down to the full depth: no body may be missing. */
static void check_completeness(const scene *s) {
    const pprof_weights *weights = &s->weights;
    for (uint32_t i = 0; i < s->reading.profile.sample_count; i++)
        for (uint32_t start = 0; start < s->stacks[i].count; start++) {
            const frame *frames = &s->stacks[i].frames[start];
            uint32_t body = frames[0].function;
            for (uint32_t depth = 1; body != PPROF_NONE && depth <= PPROF_CONTEXT_DEPTH; depth++) {
                if (start + depth == s->stacks[i].count || frames[depth].function == PPROF_NONE) break;
                const pprof_body *b = &weights->bodies[body];
                uint32_t call = b->first_call, end = b->first_call + b->call_count;
                while (call < end && !(same_place(weights->bodies[call].place, frames[depth - 1].place) &&
                                       weights->bodies[call].function == frames[depth].function))
                    call++;
                assert_true(call < end);
                body = call;
            }
        }
}

static void check_profile(const char *name) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", TEST_DATA, name);
    scene s = {.reading = read_profile(path)};
    const pprof_profile *profile = &s.reading.profile;
    pprof_arena *arena = &s.reading.arena;
    assert_true(s.reading.is_read);
    assert_true(pprof_compute_weights(profile, path, NULL, arena, &s.weights, &s.reading.status));
    s.stacks = pprof_arena_allocate(arena, profile->sample_count, sizeof *s.stacks);
    s.parents = pprof_arena_allocate(arena, s.weights.body_count, sizeof *s.parents);
    for (uint32_t i = 0; i < profile->sample_count; i++) expand_stack(&s, i, &s.stacks[i]);
    for (uint32_t i = 0; i < s.weights.function_count; i++) {
        s.parents[i] = PPROF_NONE;
        assert_int_equal(s.weights.bodies[i].function, i);
    }
    for (uint32_t i = 0; i < s.weights.body_count; i++)
        for (uint32_t k = 0; k < s.weights.bodies[i].call_count; k++) s.parents[s.weights.bodies[i].first_call + k] = i;

    uint64_t total = 0, named = 0;
    for (uint32_t i = 0; i < profile->sample_count; i++) total += s.stacks[i].weight;
    for (uint32_t i = 0; i < s.weights.function_count; i++) named += s.weights.bodies[i].leaf;
    assert_int_equal(s.weights.total, total);
    assert_int_equal(s.weights.unnamed, total - named);
    for (uint32_t i = 0; i < s.weights.body_count; i++) {
        check_body(&s, i);
        check_order(&s, i);
    }
    check_completeness(&s);
    free_reading(&s.reading);
}

static void test_real_profiles(void **state) {
    (void)state;
    check_profile("profiles/lua2.sym.pb.gz");
    check_profile("profiles/lua-uniq.sym.pb.gz");
    check_profile("profiles/xmlbench.sym.pb.gz");
    check_profile("profiles/lua.perf.sym.pb.gz");
    check_profile("variants/lua.h-outeronly.pb.gz");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_real_profiles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
