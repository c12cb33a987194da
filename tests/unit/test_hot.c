/* Hot edges: the exact set at several thresholds, as Go's tests compare it, and the total order behind it. */
#include "index_support.h"
#include "weights/weigh.h"
#include "weights_support.h"

/* Leaf weights: 40, 30, 20, 9, 1, 0; the inclusive ones would say otherwise. */
static const char GRAPH[] = "pgo-weights 1\n"
                            "function main start 1\n"
                            "  call 2 run 100 1\n"
                            "  call 3 idle 5 0\n"
                            "function run start 10\n"
                            "  call 1:5 walk 60 40\n"
                            "  call 1:9 walk 20 20\n"
                            "  call 4 find 30 30\n"
                            "function walk start 20\n"
                            "  call 1 find 9 9\n"
                            "    call 1 walk 500 500\n"; /* a deeper context is no edge of the flat view */

typedef struct scene {
    pprof_arena arena;
    pprof_status status;
    pprof_weights weights;
    pprof_hot_edges hot;
    pprof_index index; /* which must say the same */
} scene;

/* The index calls those edges hot that the Weights do. */
static void compare_cuts(scene *s, double threshold) {
    pprof_hot_cut cut = pprof_cut_hot_edges(&s->index, threshold);
    assert_int_equal(cut.hot_count, s->hot.hot_count);
    assert_int_equal(cut.last.leaf, s->hot.threshold);
    assert_int_equal(s->index.edge_count, s->hot.edge_count);
    for (uint32_t i = 0; i < s->hot.edge_count; i++) {
        pprof_hot_edge edge = pprof_get_edge(&s->index, i);
        assert_int_equal(pprof_compare_edges(&edge, &s->hot.edges[i]), 0);
        assert_int_equal(edge.call, s->hot.edges[i].call);
        assert_int_equal(pprof_is_hot_edge(&cut, &edge), i < s->hot.hot_count);
    }
    assert_false(s->status.failed);
}

static void set_scene(scene *s, const char *text, double threshold) {
    *s = (scene){0};
    if (!parse_text(text, &s->arena, &s->weights, &s->status)) fail_msg("%s", s->status.message);
    assert_true(pprof_find_hot_edges(&s->weights, threshold, &s->arena, &s->hot, &s->status));
    index_weights(&s->weights, &s->arena, &s->index, &s->status);
    compare_cuts(s, threshold);
}

/* All edges in order as "caller:offset:column>callee ", a bar behind the hot ones. */
static void expect(const char *text, double threshold, const char *expected) {
    scene s;
    char list[2048];
    size_t length = 0;
    set_scene(&s, text, threshold);
    for (uint32_t i = 0; i <= s.hot.edge_count; i++) {
        if (i == s.hot.hot_count) length += (size_t)snprintf(list + length, sizeof list - length, "| ");
        if (i == s.hot.edge_count) break;
        const pprof_hot_edge *edge = &s.hot.edges[i];
        length += (size_t)snprintf(list + length, sizeof list - length, "%s:%d:%u>%s ",
                                   s.weights.functions[edge->caller].linkage_name, edge->place.offset,
                                   edge->place.column, s.weights.functions[edge->callee].linkage_name);
    }
    assert_string_equal(list, expected);
    pprof_arena_free(&s.arena);
}

static void test_the_exact_set(void **state) {
    (void)state;
    expect(GRAPH, 0, "run:1:5>walk | run:4:0>find run:1:9>walk walk:1:0>find main:2:0>run main:3:0>idle ");
    expect(GRAPH, 39.9, "run:1:5>walk | run:4:0>find run:1:9>walk walk:1:0>find main:2:0>run main:3:0>idle ");
    /* at 40 % the first edge reaches the threshold and the second passes it */
    expect(GRAPH, 40, "run:1:5>walk run:4:0>find | run:1:9>walk walk:1:0>find main:2:0>run main:3:0>idle ");
    expect(GRAPH, 50, "run:1:5>walk run:4:0>find | run:1:9>walk walk:1:0>find main:2:0>run main:3:0>idle ");
    expect(GRAPH, 90, "run:1:5>walk run:4:0>find run:1:9>walk walk:1:0>find | main:2:0>run main:3:0>idle ");
    expect(GRAPH, 99, "run:1:5>walk run:4:0>find run:1:9>walk walk:1:0>find main:2:0>run | main:3:0>idle ");
    expect(GRAPH, 100, "run:1:5>walk run:4:0>find run:1:9>walk walk:1:0>find main:2:0>run | main:3:0>idle ");
}

static void test_totals(void **state) {
    (void)state;
    scene s;
    set_scene(&s, GRAPH, 90);
    assert_int_equal(s.hot.total, 100);
    assert_int_equal(s.hot.threshold, 9);
    pprof_arena_free(&s.arena);
}

static void test_ties_are_decided_by_inclusive_weight_then_names(void **state) {
    (void)state;
    expect("pgo-weights 1\n"
           "function b\n"
           "  call 2 d 10 10\n"
           "  call 1:3 d 10 10\n"
           "  call 1:2 d 10 10\n"
           "  call 1:2 c 10 10\n"
           "function a\n"
           "  call 9 d 10 10\n"
           "  call 9 c 11 10\n"
           "  call -1 d 10 10\n",
           50, "a:9:0>c a:-1:0>d a:9:0>d b:1:2>c | b:1:2>d b:1:3>d b:2:0>d ");
}

static void test_nothing_is_hot_without_weight(void **state) {
    (void)state;
    expect("pgo-weights 1\n", 99, "| ");
    expect("pgo-weights 1\nfunction f\n  self 1 7\n", 99, "| ");
    expect("pgo-weights 1\nfunction f\n  call 1 g 7 0\n", 99, "| f:1:0>g ");
    expect("pgo-weights 1\nfunction f\n  call 1 g 7 0\n", 0, "| f:1:0>g ");
}

static void test_sums_saturate(void **state) {
    (void)state;
    expect("pgo-weights 1\n"
           "function f\n"
           "  call 1 g 18446744073709551615 18446744073709551615\n"
           "  call 2 g 18446744073709551615 18446744073709551615\n"
           "  call 3 g 1 1\n",
           50, "f:1:0>g | f:2:0>g f:3:0>g ");
}

static void test_a_real_profile(void **state) {
    (void)state;
    scene s = {0};
    assert_true(pprof_load_weights(TEST_DATA "/profiles/lua.sym.pb.gz", 0, NULL, &s.arena, &s.weights, &s.status));
    index_weights(&s.weights, &s.arena, &s.index, &s.status);
    uint32_t before = 0;
    const double thresholds[] = {50, 90, 99, 100};
    for (size_t t = 0; t < sizeof thresholds / sizeof *thresholds; t++) {
        assert_true(pprof_find_hot_edges(&s.weights, thresholds[t], &s.arena, &s.hot, &s.status));
        compare_cuts(&s, thresholds[t]);
        assert_true(s.hot.hot_count > before && s.hot.hot_count < s.hot.edge_count);
        uint64_t sum = 0, without_last = 0;
        for (uint32_t i = 0; i < s.hot.edge_count; i++) {
            const pprof_hot_edge *edge = &s.hot.edges[i];
            if (i < s.hot.hot_count) {
                without_last = sum;
                sum += edge->leaf;
            }
            assert_true(i == 0 || edge[-1].leaf >= edge->leaf);
        }
        if (thresholds[t] < 100)
            assert_true((double)sum / (double)s.hot.total > thresholds[t] / 100);
        else
            assert_int_equal(sum, s.hot.total);
        assert_true((double)without_last / (double)s.hot.total <= thresholds[t] / 100);
        before = s.hot.hot_count;
    }
    pprof_arena_free(&s.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_exact_set),
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_ties_are_decided_by_inclusive_weight_then_names),
        cmocka_unit_test(test_nothing_is_hot_without_weight),
        cmocka_unit_test(test_sums_saturate),
        cmocka_unit_test(test_a_real_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
