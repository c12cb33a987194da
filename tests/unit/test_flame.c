/* Flame graphs: that the tree adds up, what is left out of it, and that no name in a profile becomes markup. What the
 * page does in a browser is tests/cli/flame.sh's. */
#include "print/flame.h"

#include "weights_support.h"

static const pprof_report_options everything = {.node_count = 0};

static pprof_flame build(making *m, const pprof_profile *profile, const pprof_report_options *options) {
    pprof_flame flame;
    if (!pprof_build_flame(profile, options, &m->arena, &flame, &m->status)) fail_msg("%s", m->status.message);
    return flame;
}

/* "all:10/0 main:10/2 …": name, total and self, preceded by a '+' for each level. */
static void expect_tree(const pprof_flame *flame, const char *expected) {
    char text[2048];
    size_t length = 0;
    for (uint32_t i = 0; i < flame->frame_count; i++) {
        const pprof_flame_frame *frame = &flame->frames[i];
        for (uint32_t d = 0; d < frame->depth; d++) text[length++] = '+';
        length += (size_t)snprintf(text + length, sizeof text - length, "%.*s:%lld/%lld ", (int)frame->name.length,
                                   frame->name.text, (long long)frame->total, (long long)frame->self);
    }
    assert_string_equal(text, expected);
}

/* main calls a (which b is inlined into) and, from elsewhere, b. */
static pprof_profile make_small_profile(making *m) {
    start_profile(m, "samples", "count");
    uint32_t main = add_c_function(m, "main", 1), a = add_c_function(m, "a", 10), b = add_c_function(m, "b", 20);
    uint32_t in_main = add_line(m, main, 3, 0), in_a = add_line(m, a, 12, 0), in_b = add_line(m, b, 21, 0);
    uint32_t b_in_a = add_lines(m, (pprof_line[]){{22, 0, b}, {13, 0, a}}, 2);
    ADD_SAMPLE(m, 5, in_a, in_main);
    ADD_SAMPLE(m, 3, b_in_a, in_main);
    ADD_SAMPLE(m, 1, in_b, in_main);
    ADD_SAMPLE(m, 2, in_main);
    ADD_SAMPLE(m, -4, in_b);
    return finish_profile(m);
}

static void test_stacks_become_a_tree(void **state) {
    (void)state;
    making m;
    pprof_profile profile = make_small_profile(&m);
    pprof_flame flame = build(&m, &profile, &everything);
    expect_tree(&flame, "all:11/0 +main:11/2 ++a:8/5 +++b:3/3 ++b:1/1 ");
    assert_true(flame.frames[3].has_inlined && !flame.frames[3].has_called);
    assert_true(flame.frames[4].has_called && !flame.frames[4].has_inlined);
    assert_int_equal(flame.frames[2].line, 10);
    assert_memory_equal(flame.frames[2].file.text, "src/test.c", flame.frames[2].file.length);
    assert_int_equal(flame.negative_count, 1);
    assert_int_equal(flame.whole, 15);
    pprof_arena_free(&m.arena);
}

static void test_lines_are_told_apart(void **state) {
    (void)state;
    making m;
    pprof_profile profile = make_small_profile(&m);
    pprof_report_options options = everything;
    options.granularity = PPROF_BY_LINES;
    pprof_flame flame = build(&m, &profile, &options);
    expect_tree(&flame, "all:11/0 +main:3:11/2 ++a:12:5/5 ++a:13:3/0 +++b:22:3/3 ++b:21:1/1 ");
    pprof_arena_free(&m.arena);
}

static void test_small_frames_are_left_out_and_counted(void **state) {
    (void)state;
    making m;
    pprof_profile profile = make_small_profile(&m);
    pprof_report_options options = everything;
    options.node_fraction = 0.4; /* 4 of 11 */
    pprof_flame flame = build(&m, &profile, &options);
    expect_tree(&flame, "all:11/0 +main:11/2 ++a:8/5 ");
    assert_int_equal(flame.frames[1].small_count, 1);
    assert_int_equal(flame.frames[2].small_total, 3);
    assert_int_equal(flame.left_out_count, 2);
    assert_int_equal(flame.left_out_total, 4);
    options = everything;
    options.node_count = 4; /* b beneath a makes four, with "all" */
    flame = build(&m, &profile, &options);
    expect_tree(&flame, "all:11/0 +main:11/2 ++a:8/5 +++b:3/3 ");
    pprof_arena_free(&m.arena);
}

static void test_a_real_profile_adds_up(void **state) {
    (void)state;
    making m = {0};
    pprof_source source;
    pprof_profile profile;
    assert_true(pprof_read_source(TEST_DATA "/profiles/speedtest1.sym.pb.gz", 0, &m.arena, &source, &m.status));
    assert_true(pprof_decode_profile(&source, &m.arena, &profile, &m.status));
    const pprof_report_options defaults = {.node_count = -1, .node_fraction = -1};
    pprof_flame flame = build(&m, &profile, &defaults);
    assert_int_equal(flame.frames[0].total, 532000000);
    int64_t self = 0;
    for (uint32_t i = 0; i < flame.frame_count; i++) {
        const pprof_flame_frame *frame = &flame.frames[i];
        int64_t callees = frame->small_total;
        for (uint32_t j = i + 1; j < flame.frame_count && flame.frames[j].depth > frame->depth; j++)
            if (flame.frames[j].depth == frame->depth + 1) callees += flame.frames[j].total;
        assert_int_equal(frame->total, frame->self + callees);
        self += frame->self;
    }
    assert_int_equal(self + flame.left_out_total, flame.whole);
    pprof_arena_free(&m.arena);
}

static void test_recursion_has_an_end(void **state) {
    (void)state;
    enum { DEEP = 5000 };
    making m;
    start_profile(&m, "samples", "count");
    uint32_t location = add_line(&m, add_c_function(&m, "again", 1), 2, 0);
    uint32_t stack[DEEP];
    for (int i = 0; i < DEEP; i++) stack[i] = location;
    add_stack(&m, 7, stack, DEEP);
    pprof_profile profile = finish_profile(&m);
    pprof_flame flame = build(&m, &profile, &everything);
    assert_int_equal(flame.frame_count, PPROF_FLAME_ROWS);
    assert_int_equal(flame.frames[PPROF_FLAME_ROWS - 1].self, 7);
    pprof_arena_free(&m.arena);
}

/* The page of [profile] as text, malloc'ed. */
__attribute__((noinline)) static char *print_page(making *m, const pprof_profile *profile) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    bool done = pprof_print_flame(profile, &everything, out, &m->arena, &m->status);
    (void)fclose(out);
    if (!done) fail_msg("%s", m->status.message);
    assert_int_equal(strlen(text), size); /* no NUL got through */
    return text;
}

static unsigned count_of(const char *text, const char *part) {
    unsigned count = 0;
    for (; (text = strstr(text, part)) != NULL; text++) count++;
    return count;
}

static void test_hostile_names_stay_text(void **state) {
    (void)state;
    static const char *const names[] = {
        "</script><script>alert(1)</script>",
        "\" onmouseover=\"alert(1)",
        "' x='",
        "a&amp;b",
        "\x1b[31mred\n",
        "\xff\xfe\xc3",
        "\xed\xa0\x80",
        "\xe2\x80\xaegnirts",
        "--><!--",
        "</title></style>",
    };
    making m;
    start_profile(&m, "samples", "count");
    uint32_t file = add_string(&m, "/bin/</title><script>x");
    assert_int_equal(pprof_add_mapping(m.builder, &(pprof_mapping){.filename_string = file}, &m.status), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint32_t location = add_line(&m, add_function(&m, names[i], names[i], names[i], 1), 2, 0);
        ADD_SAMPLE(&m, 1, location);
    }
    pprof_profile profile = finish_profile(&m);
    char *page = print_page(&m, &profile);
    assert_int_equal(count_of(page, "<script"), 1);
    assert_int_equal(count_of(page, "</script"), 1);
    assert_int_equal(count_of(page, "</style"), 2);
    assert_int_equal(count_of(page, "</title"), 1);
    assert_int_equal(count_of(page, "\" onmouseover"), 0);
    assert_int_equal(count_of(page, "&lt;/script&gt;&lt;script&gt;alert(1)"), 3); /* name, title, file */
    assert_int_equal(count_of(page, "a&amp;amp;b"), 3);
    assert_int_equal(count_of(page, "\\x1b[31mred\\x0a"), 3);
    /* Three stray bytes; half a surrogate pair. */
    assert_int_equal(count_of(page, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"), 6);
    assert_int_equal(count_of(page, "\\u202egnirts"), 3);
    assert_int_equal(count_of(page, "\x1b"), 0);
    assert_int_equal(count_of(page, "role=\"treeitem\""), 11);
    free(page);
    pprof_arena_free(&m.arena);
}

static void test_pages_are_self_contained_and_repeatable(void **state) {
    (void)state;
    making m;
    pprof_profile profile = make_small_profile(&m);
    char *page = print_page(&m, &profile), *again = print_page(&m, &profile);
    assert_string_equal(page, again);
    assert_int_equal(count_of(page, "http:") + count_of(page, "https:") + count_of(page, "url(") +
                         count_of(page, " src=") + count_of(page, "@import"),
                     0);
    assert_non_null(strstr(page, "default-src 'none'"));
    free(page);
    free(again);
    pprof_arena_free(&m.arena);
}

static void test_marks_and_notes_show(void **state) {
    (void)state;
    pprof_flame_frame frames[] = {
        {.name = {"all", 3}, .file = {"", 0}, .total = 2},
        {.name = {"f", 1}, .file = {"", 0}, .total = 2, .self = 2, .depth = 1, .mark = 2, .note = "not \"inlined\""},
    };
    const pprof_flame flame = {.frame_count = 2, .frames = frames, .whole = 2, .unit = "count", .output_unit = "auto"};
    char *text = NULL;
    size_t size = 0;
    pprof_status status = {0};
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_true(pprof_write_flame(&flame, "before", out, &status));
    (void)fclose(out);
    assert_non_null(strstr(text, "<section class=\"flame\" id=\"before\">"));
    assert_non_null(strstr(text, "class=\"frame mark-2\""));
    assert_non_null(strstr(text, "not &quot;inlined&quot;"));
    free(text);
}

static void test_means_are_refused(void **state) {
    (void)state;
    making m;
    pprof_profile profile = make_small_profile(&m);
    pprof_report_options options = everything;
    options.mean = true;
    pprof_flame flame;
    assert_false(pprof_build_flame(&profile, &options, &m.arena, &flame, &m.status));
    assert_non_null(strstr(m.status.message, "leave out -mean"));
    pprof_arena_free(&m.arena);
}

static void test_no_samples_is_a_page_too(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    pprof_profile profile = finish_profile(&m);
    char *page = print_page(&m, &profile);
    assert_int_equal(count_of(page, "role=\"treeitem\""), 1);
    free(page);
    pprof_arena_free(&m.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stacks_become_a_tree),
        cmocka_unit_test(test_lines_are_told_apart),
        cmocka_unit_test(test_small_frames_are_left_out_and_counted),
        cmocka_unit_test(test_a_real_profile_adds_up),
        cmocka_unit_test(test_recursion_has_an_end),
        cmocka_unit_test(test_hostile_names_stay_text),
        cmocka_unit_test(test_pages_are_self_contained_and_repeatable),
        cmocka_unit_test(test_marks_and_notes_show),
        cmocka_unit_test(test_means_are_refused),
        cmocka_unit_test(test_no_samples_is_a_page_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
