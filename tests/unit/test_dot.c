/* Call graphs beside what google/pprof drew of the same profiles, byte for byte; the names in them; hot calls; and that
 * no text of a profile gets out of its quotes. */
#include "print/print.h"

#include "weights_support.h"

static const pprof_report_options defaults = {.node_count = -1, .node_fraction = -1, .edge_fraction = -1};

/* malloc'ed */
static char *draw(making *m, const pprof_profile *profile, const pprof_report_options *options) {
    char *text = report_to_string(m, pprof_print_dot, profile, options);
    if (text == NULL) fail_msg("%s", m->status.message);
    return text;
}

static pprof_profile load(making *m, const char *name) {
    char path[512];
    pprof_source source;
    pprof_profile profile;
    *m = (making){0};
    (void)snprintf(path, sizeof path, TEST_DATA "/%s", name);
    assert_true(pprof_read_source(path, 0, &m->arena, &source, &m->status));
    assert_true(pprof_decode_profile(&source, &m->arena, &profile, &m->status));
    return profile;
}

static void expect_golden(const char *profile_name, const char *golden_name) {
    making m;
    pprof_profile profile = load(&m, profile_name);
    pprof_source golden;
    char path[512];
    (void)snprintf(path, sizeof path, TEST_DATA "/golden/%s", golden_name);
    assert_true(pprof_read_source(path, 0, &m.arena, &golden, &m.status));
    char *actual = draw(&m, &profile, &defaults);
    assert_int_equal(strlen(actual), golden.size);
    assert_memory_equal(actual, golden.data, golden.size);
    free(actual);
    pprof_arena_free(&m.arena);
}

static void test_draws_what_pprof_draws(void **state) {
    (void)state;
    expect_golden("profiles/lua.sym.pb.gz", "lua.sym.dot");
    expect_golden("profiles/lua2.sym.pb.gz", "lua2.sym.dot");
    expect_golden("profiles/speedtest1.sym.pb.gz", "speedtest1.sym.dot");
    expect_golden("profiles/xmlbench.sym.pb.gz", "xmlbench.sym.dot");
}

static void test_names_are_shortened_as_pprof_does(void **state) {
    (void)state;
    static const struct {
        const char *name, *expected;
    } cases[] = {
        {"main", "main"},
        {"ns::inner::Class::method<int>(char)", "Class::method<int>"},
        {"ns::Class::~Class", "Class::~Class"},
        {"a::B::c::d", "B::c"},
        {"a::B::C::d", "C::d"},
        {"Class::method", "Class::method"},
        {"ns::function", "ns::function"},
        {"std::_Vector::push<a<b>, c>::x", "_Vector::push<a<b>, c>"},
        {"(anonymous namespace)::f", "f"},
        {"(anonymous namespace)::n::K::f", "K::f"},
        {"github.com/user/module/v2/pkg.(*T).Run", "pkg.(*T).Run"},
        {"gopkg.in/yaml/v3.Marshal", "yaml.Marshal"},
        {"a/v1.f", "v1.f"},
        {"a/v10/f", "f"},
        {"runtime.mallocgc", "runtime.mallocgc"},
        {"a/b/", "b/"},
        {"org.example.Class.method(int)", "Class.method"},
        {"Class.<init>", "Class.<init>"},
        {"org.example.Outer$Inner.run$1", "Outer$Inner.run$1"},
        {"org.example.Class.method+1", "org.example.Class.method+1"},
        {"", ""},
        {"::", "::"},
        {"a::", "a::"},
        {"a::B::", "a::B::"},
        {"a.", "a."},
        {"a.B.", "a.B."},
        {"a.B", "a.B"},
        {"x/v2", "v2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pprof_arena arena = {0};
        pprof_status status = {0};
        pprof_string shown;
        assert_true(pprof_shorten_name((pprof_string){cases[i].name, strlen(cases[i].name)}, &arena, &shown, &status));
        if (shown.length != strlen(cases[i].expected) || memcmp(shown.text, cases[i].expected, shown.length) != 0)
            fail_msg("%s: %.*s instead of %s", cases[i].name, (int)shown.length, shown.text, cases[i].expected);
        pprof_arena_free(&arena);
    }
}

static void test_hostile_names_stay_in_their_quotes(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t file = add_string(&m, "/bin/x\" ]; evil [");
    assert_int_equal(pprof_add_mapping(m.builder, &(pprof_mapping){.filename_string = file}, &m.status), 0);
    uint32_t f = add_function(&m, "f\"]\n\\", "f", "a\".c", 1), g = add_function(&m, "g\x1b\xff.h::i[...]", "g", "", 1);
    uint32_t in_f = add_line(&m, f, 1, 0), in_g = add_line(&m, g, 1, 0);
    ADD_SAMPLE(&m, 2, in_f, in_g);
    pprof_profile profile = finish_profile(&m);
    pprof_report_options options = defaults;
    options.granularity = PPROF_BY_FILEFUNCTIONS;
    char *text = draw(&m, &profile, &options);
    assert_non_null(strstr(text, "digraph \"x\\\" ]; evil [\" {\n"));
    assert_non_null(strstr(text, "tooltip=\"x\\\" ]; evil [\"] }\n"));
    assert_non_null(strstr(text, "[label=\"f\\\"]\\l\\\\\\na\\\".c\\n2 (100%)\""));
    assert_non_null(strstr(text, "[label=\"g\\\\x1b\xef\xbf\xbd\\nh\\ni[\xe2\x80\xa6]\\n0 of 2 (100%)\""));
    free(text);
    pprof_arena_free(&m.arena);
}

/* main calls a at line 3 (8 samples) and at line 4 (1), and b at line 5 (1). */
static pprof_profile make_calls(making *m) {
    start_profile(m, "samples", "count");
    uint32_t main = add_c_function(m, "main", 1), a = add_c_function(m, "a", 10), b = add_c_function(m, "b", 20);
    uint32_t in_a = add_line(m, a, 11, 0), in_b = add_line(m, b, 21, 0);
    uint32_t third = add_line(m, main, 3, 0), fourth = add_line(m, main, 4, 0), fifth = add_line(m, main, 5, 0);
    ADD_SAMPLE(m, 8, in_a, third);
    ADD_SAMPLE(m, 1, in_a, fourth);
    ADD_SAMPLE(m, 1, in_b, fifth);
    return finish_profile(m);
}

static void expect_edge(const char *text, const char *tooltip, const char *color) {
    const char *at = strstr(text, tooltip);
    if (at == NULL) fail_msg("no edge %s in:\n%s", tooltip, text);
    while (at > text && at[-1] != '\n') at--;
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "color=\"%s\"", color);
    const char *found = strstr(at, "color=");
    assert_memory_equal(found, wanted, strlen(wanted));
}

static void test_hot_calls_are_red(void **state) {
    (void)state;
    making m;
    pprof_profile profile = make_calls(&m);
    pprof_report_options options = defaults;
    options.hot_fraction = 0.7;
    char *text = draw(&m, &profile, &options);
    expect_edge(text, "tooltip=\"main -> a (9)\"", "red");
    expect_edge(text, "tooltip=\"main -> b (1)\"", "#999999");
    assert_non_null(strstr(text, "\\lRed: 1 of 3 calls, with 70% of the weight\\l"));
    free(text);
    options.granularity = PPROF_BY_LINES;
    text = draw(&m, &profile, &options);
    expect_edge(text, "tooltip=\"main src/test.c:3 -> a src/test.c:11 (8)\"", "red");
    expect_edge(text, "tooltip=\"main src/test.c:4 -> a src/test.c:11 (1)\"", "#999999");
    free(text);
    options.granularity = PPROF_BY_FILES;
    assert_false(pprof_print_dot(&profile, &options, stderr, &m.arena, &m.status)); /* before it prints */
    assert_non_null(strstr(m.status.message, "draw -functions"));
    pprof_arena_free(&m.arena);
}

static void test_ways_over_hidden_frames(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t a = add_line(&m, add_c_function(&m, "a", 1), 1, 0), b = add_line(&m, add_c_function(&m, "b", 1), 1, 0);
    uint32_t c = add_line(&m, add_c_function(&m, "c", 1), 1, 0), x = add_line(&m, add_c_function(&m, "x", 1), 1, 0);
    ADD_SAMPLE(&m, 1000, c, b, a);
    ADD_SAMPLE(&m, 2, c, x, a); /* x is too light to be shown; a reaches c over b anyway */
    ADD_SAMPLE(&m, 2, b, x, c);
    pprof_profile profile = finish_profile(&m);
    char *text = draw(&m, &profile, &defaults);
    assert_non_null(strstr(text, "tooltip=\"a -> b (1000)\""));
    assert_null(strstr(text, "a ... c"));
    assert_non_null(strstr(text, "tooltip=\"c ... b (2)\" labeltooltip=\"c ... b (2)\" style=\"dotted\"]\n"));
    free(text);
    pprof_arena_free(&m.arena);
}

static void test_no_samples_is_a_graph_too(void **state) {
    (void)state;
    static const char *const names[] = {"variants/lua.i-zerosamples.pb.gz", "variants/lua.i-zerovalues.pb.gz",
                                        "variants/w-emptystack.pb.gz", "variants/lua.q-overflow.pb.gz"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        making m;
        pprof_profile profile = load(&m, names[i]);
        char *text = draw(&m, &profile, &defaults);
        assert_non_null(strstr(text, "] }\n"));
        free(text);
        pprof_arena_free(&m.arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws_what_pprof_draws),
        cmocka_unit_test(test_names_are_shortened_as_pprof_does),
        cmocka_unit_test(test_hostile_names_stay_in_their_quotes),
        cmocka_unit_test(test_hot_calls_are_red),
        cmocka_unit_test(test_ways_over_hidden_frames),
        cmocka_unit_test(test_no_samples_is_a_graph_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
