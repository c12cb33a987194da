/* Reports beside what google/pprof printed for the same profiles, byte for byte, and the corner cases that no golden
 * shows: units, shares, durations, hostile patterns, control characters, overflow. */
#include "print/print.h"

/* cmocka wants these before it */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* ---- helpers ---- */

typedef struct text {
    char *bytes;
    size_t size;
} text;

/* The file, gunzipped where it is gzip; false: there is none. */
static bool read_text(const char *path, pprof_arena *arena, text *text) {
    pprof_source source;
    pprof_status status = {0};
    if (!pprof_read_source(path, 0, arena, &source, &status)) return false;
    text->bytes = pprof_copy_string(arena, (const char *)source.data, source.size, &status);
    text->size = source.size;
    return text->bytes != NULL;
}

static void load(const char *name, pprof_arena *arena, pprof_profile *profile) {
    char path[512];
    pprof_source source;
    pprof_status status = {0};
    (void)snprintf(path, sizeof path, TEST_DATA "/%s", name);
    if (!pprof_read_source(path, 0, arena, &source, &status) || !pprof_decode_profile(&source, arena, profile, &status))
        fail_msg("%s", status.message);
}

static const pprof_report_options defaults = {.node_count = -1, .node_fraction = -1, .edge_fraction = -1};

/* A report's text. The caller frees it. */
static text print_report(pprof_print_report *report, const pprof_profile *profile,
                         const pprof_report_options *options) {
    text text = {0};
    pprof_arena arena = {0};
    pprof_status status = {0};
    FILE *out = open_memstream(&text.bytes, &text.size);
    assert_non_null(out);
    bool done = report(profile, options, out, &arena, &status);
    (void)fclose(out);
    if (!done) fail_msg("%s", status.message);
    pprof_arena_free(&arena);
    return text;
}

/* top, or raw where there are no options. */
static text print(const pprof_profile *profile, const pprof_report_options *options) {
    return options != NULL ? print_report(pprof_print_top, profile, options)
                           : print_report(pprof_print_raw, profile, &defaults);
}

static void assert_same_text(const char *name, text actual, text expected) {
    size_t at = 0;
    while (at < actual.size && at < expected.size && actual.bytes[at] == expected.bytes[at]) at++;
    if (at == actual.size && at == expected.size) return;
    while (at > 0 && expected.bytes[at - 1] != '\n') at--;
    fail_msg("%s differs:\n  ours   %.120s\n  theirs %.120s", name, actual.bytes + at, expected.bytes + at);
}

static void assert_shows(const pprof_profile *profile, const pprof_report_options *options, const char *expected) {
    text text = print(profile, options);
    if (strstr(text.bytes, expected) == NULL) fail_msg("no '%s' in:\n%s", expected, text.bytes);
    free(text.bytes);
}

/* ---- goldens ---- */

typedef struct golden_kind {
    const char *suffix;
    pprof_print_report *report;
    pprof_report_options options;
} golden_kind;

#define DEFAULTS .node_count = -1, .node_fraction = -1, .edge_fraction = -1
static const golden_kind golden_kinds[] = {
    {.suffix = "raw", .report = pprof_print_raw, .options = {DEFAULTS}},
    {.suffix = "top", .report = pprof_print_top, .options = {DEFAULTS}},
    {.suffix = "top-cum", .report = pprof_print_top, .options = {DEFAULTS, .cumulative = true}},
    {.suffix = "top-lines", .report = pprof_print_top, .options = {DEFAULTS, .granularity = PPROF_BY_LINES}},
    {.suffix = "top-filefunctions",
     .report = pprof_print_top,
     .options = {DEFAULTS, .granularity = PPROF_BY_FILEFUNCTIONS}},
    {.suffix = "top-noinlines", .report = pprof_print_top, .options = {DEFAULTS, .without_inlines = true}},
    {.suffix = "top-samples", .report = pprof_print_top, .options = {DEFAULTS, .sample_type = "samples"}},
    {.suffix = "top-first", .report = pprof_print_top, .options = {DEFAULTS, .sample_type = "0"}},
    {.suffix = "top-inuse", .report = pprof_print_top, .options = {DEFAULTS, .sample_type = "inuse_space"}},
    {.suffix = "top-all", .report = pprof_print_top, .options = {.node_count = 0}},
    {.suffix = "tree", .report = pprof_print_tree, .options = {DEFAULTS}},
    {.suffix = "peek", .report = pprof_print_peek, .options = {DEFAULTS, .symbols = "."}},
    {.suffix = "traces", .report = pprof_print_traces, .options = {DEFAULTS}},
    {.suffix = "traces.gz", .report = pprof_print_traces, .options = {DEFAULTS}},
    {.suffix = "tags", .report = pprof_print_tags, .options = {DEFAULTS}},
    {.suffix = "tagfocus", .report = pprof_print_top, .options = {DEFAULTS, .tag_focus = "worker:1"}},
    {.suffix = "top-addresses",
     .report = pprof_print_top,
     .options = {.granularity = PPROF_BY_ADDRESSES, .node_count = 40, .node_fraction = -1, .edge_fraction = -1}},
};

static const char *const profiles[] = {
    "go.cpu.pb.gz",
    "go.heap.pb.gz",
    "lua-gcc.fast.pb.gz",
    "lua-gcc.sym.pb.gz",
    "lua-thinlto.fast.pb.gz",
    "lua-thinlto.sym.pb.gz",
    "lua-uniq.sym.pb.gz",
    "lua.addr2line.pb.gz",
    "lua.fast.pb.gz",
    "lua.none.pb.gz",
    "lua.perf.none.pb",
    "lua.perf.sym.pb.gz",
    "lua.sym.pb.gz",
    "lua2.none.pb.gz",
    "lua2.sym.pb.gz",
    "merge.lua+lua2.pb.gz",
    "merge.lua+xmlbench.pb.gz",
    "node.heap.pb.gz",
    "node.wall.pb.gz",
    "speedtest1.none.pb.gz",
    "speedtest1.perf.none.pb",
    "speedtest1.perf.sym.pb.gz",
    "speedtest1.sym.pb.gz",
    "xmlbench-uniq.sym.pb.gz",
    "xmlbench.addr2line.pb.gz",
    "xmlbench.dem-full.pb.gz",
    "xmlbench.dem-none.pb.gz",
    "xmlbench.dem-templates.pb.gz",
    "xmlbench.fast.pb.gz",
    "xmlbench.heap.pb.gz",
    "xmlbench.none.pb.gz",
    "xmlbench.perf.none.pb",
    "xmlbench.perf.sym.pb.gz",
    "xmlbench.sym.pb.gz",
};

/* False: there is no such golden, since not every report was recorded of every profile. */
static bool compare_with_golden(const char *profile_name, const char *golden_name, const golden_kind *kind) {
    char path[512];
    pprof_arena arena = {0};
    pprof_profile profile;
    text expected;
    (void)snprintf(path, sizeof path, TEST_DATA "/golden/%s", golden_name);
    bool found = read_text(path, &arena, &expected);
    if (found) {
        (void)snprintf(path, sizeof path, "profiles/%s", profile_name);
        load(path, &arena, &profile);
        text actual = print_report(kind->report, &profile, &kind->options);
        assert_same_text(golden_name, actual, expected);
        free(actual.bytes);
    }
    pprof_arena_free(&arena);
    return found;
}

static void prints_what_pprof_prints(void **state) {
    (void)state;
    unsigned compared = 0;
    for (size_t p = 0; p < sizeof profiles / sizeof *profiles; p++) {
        for (size_t k = 0; k < sizeof golden_kinds / sizeof *golden_kinds; k++) {
            char golden[256];
            int stem = (int)(strstr(profiles[p], ".pb") - profiles[p]);
            (void)snprintf(golden, sizeof golden, "%.*s.%s", stem, profiles[p], golden_kinds[k].suffix);
            compared += compare_with_golden(profiles[p], golden, &golden_kinds[k]);
        }
    }
    assert_int_equal(compared, 124);
}

static void filters_as_pprof_filters(void **state) {
    (void)state;
    golden_kind focus = {.report = pprof_print_top, .options = {DEFAULTS, .focus = "Visitor"}};
    assert_true(compare_with_golden("xmlbench.sym.pb.gz", "focus.xmlbench.top", &focus));
    golden_kind ignore = {.report = pprof_print_top, .options = {DEFAULTS, .ignore = "pugi"}};
    assert_true(compare_with_golden("xmlbench.sym.pb.gz", "ignore.xmlbench.top", &ignore));
}

/* ---- what no golden shows ---- */

static void scales_units(void **state) {
    (void)state;
    static const struct {
        int64_t value;
        const char *from, *to, *expected;
    } cases[] = {
        {683, "count", "minimum", "683"},
        {683000000, "nanoseconds", "minimum", "683ms"},
        {3415000, "nanoseconds", "ms", "3.42ms"},
        {-2500, "microseconds", "auto", "-2.50ms"},
        {7200, "s", "auto", "2hrs"},
        {0, "nanoseconds", "auto", "0"},
        {-1, "nanoseconds", "s", "0"},
        {2560, "Bytes", "minimum", "2.50kB"},
        {1, "gigabytes", "mb", "1024MB"},
        {5, "ms", "bytes", "0.01s"}, /* no such unit of time: the kind's own */
        {5, "cycles", "minimum", "5"},
        {5, "cycles", "cycles", "5cycles"},
        {1500, "milliGCU", "auto", "1.50GCU"},
        {INT64_MIN, "ns", "hrs", "-2562047.79hrs"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char number[PPROF_NUMBER_SIZE], text[2 * PPROF_NUMBER_SIZE];
        const char *unit = pprof_format_scaled(cases[i].value, cases[i].from, cases[i].to, number);
        (void)snprintf(text, sizeof text, "%s%s", number, unit);
        assert_string_equal(text, cases[i].expected);
    }
}

static void formats_percentages(void **state) {
    (void)state;
    static const struct {
        int64_t value, total;
        const char *expected;
    } cases[] = {
        {0, 683, "    0%"},       {1, 683, " 0.15%"},    {25, 683, " 3.66%"},       {270, 683, "39.53%"},
        {683, 683, "  100%"},     {-270, 683, "39.53%"}, {5, 0, "    0%"},          {1, 1000000, "0.0001%"},
        {1, 100000000, "1e-06%"}, {3, 1, "300.00%"},     {99951, 100000, "  100%"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[PPROF_PERCENTAGE_SIZE];
        pprof_format_percentage(cases[i].value, cases[i].total, text);
        assert_string_equal(text, cases[i].expected);
    }
}

static void formats_durations(void **state) {
    (void)state;
    static const struct {
        int64_t nanoseconds;
        const char *expected;
    } cases[] = {
        {0, "0s"},
        {7, "7ns"},
        {1500, "1.5\xc2\xb5s"},
        {928540000, "928.54ms"},
        {-90500000000, "-1m30.5s"},
        {3600000000000, "1h0m0s"},
        {INT64_MIN, "-2562047h47m16.854775808s"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[PPROF_DURATION_SIZE];
        pprof_format_duration(cases[i].nanoseconds, text);
        assert_string_equal(text, cases[i].expected);
    }
}

static void formats_times(void **state) {
    (void)state;
    static const struct {
        int64_t nanoseconds;
        const char *expected;
    } cases[] = {
        {0, "1970-01-01 00:00:00 +0000 UTC"},
        {-1, "1969-12-31 23:59:59.999999999 +0000 UTC"},
        {INT64_MAX, "2262-04-11 23:47:16.854775807 +0000 UTC"},
        {INT64_MIN, "1677-09-21 00:12:43.145224192 +0000 UTC"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        assert_non_null(out);
        pprof_print_time(cases[i].nanoseconds, true, out);
        assert_int_equal(fclose(out), 0);
        assert_string_equal(text, cases[i].expected);
        free(text);
    }
}

static void terminals_are_safe(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_profile profile;
    load("variants/w-esc.pb.gz", &arena, &profile);
    assert_shows(&profile, &defaults, "a\"b\\n\\x1b[31mred");
    assert_shows(&profile, NULL, "a\"b\\n\\x1b[31mred");
    pprof_arena_free(&arena);
}

static void sums_saturate(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_profile profile;
    load("variants/lua.q-overflow.pb.gz", &arena, &profile);
    assert_shows(&profile, &defaults, "100% of 2562047.79hrs total"); /* 2^63 - 1 nanoseconds */
    pprof_arena_free(&arena);
}

static void columns_tell_calls_apart(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_profile profile;
    load("profiles/lua.sym.pb.gz", &arena, &profile);
    pprof_report_options options = defaults;
    options.granularity = PPROF_BY_COLUMNS;
    assert_shows(&profile, &options, "lua_geti /usr/src/lua5.4-5.4.4/src/lapi.c:714:10\n");
    pprof_arena_free(&arena);
}

static void empty_profiles_print(void **state) {
    (void)state;
    static const char *const names[] = {"variants/lua.i-zerosamples.pb.gz", "variants/lua.i-zerovalues.pb.gz",
                                        "variants/w-emptystack.pb.gz"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        pprof_arena arena = {0};
        pprof_profile profile;
        load(names[i], &arena, &profile);
        assert_shows(&profile, &defaults, "Showing nodes accounting for 0, 0% of ");
        pprof_arena_free(&arena);
    }
}

/* main calls handler calls work; work is inlined into handler's location */
static void make_dropping_profile(pprof_arena *arena, const char *drop, pprof_profile *profile) {
    pprof_status status = {0};
    pprof_builder *builder = pprof_create_builder(arena, &status);
    pprof_add_sample_type(builder, "samples", "count", &status);
    static const char *const names[] = {"work", "prof_handler(int)", "main"};
    uint32_t functions[3];
    for (int i = 0; i < 3; i++) {
        uint32_t name = pprof_add_string(builder, names[i], strlen(names[i]), &status);
        functions[i] =
            pprof_add_function(builder, &(pprof_function){.name_string = name, .system_name_string = name}, &status);
    }
    pprof_line inner[] = {{.line = 1, .function = functions[0]}, {.line = 2, .function = functions[1]}};
    pprof_line outer[] = {{.line = 3, .function = functions[2]}};
    pprof_location location = {.address = 1, .mapping = PPROF_NONE, .line_count = 2};
    uint32_t stack[2];
    stack[0] = pprof_add_location(builder, &location, inner, &status);
    location.address = 2;
    location.line_count = 1;
    stack[1] = pprof_add_location(builder, &location, outer, &status);
    int64_t value = 5;
    pprof_add_sample(builder, stack, 2, &value, NULL, 0, &status);
    uint32_t drop_string = pprof_add_string(builder, drop, strlen(drop), &status);
    if (!pprof_finish_builder(builder, profile, &status)) fail_msg("%s", status.message);
    profile->drop_frames_string = drop_string;
}

static void drops_the_profilers_own_frames(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_profile profile;
    make_dropping_profile(&arena, "nothing|prof_handler", &profile);
    assert_shows(&profile, &defaults, "         5   100%   100%          5   100%  main\n");
    text raw = print(&profile, NULL);
    assert_non_null(strstr(raw.bytes, "          5: 2 \n"));
    free(raw.bytes);
    make_dropping_profile(&arena, "main", &profile); /* never the outermost frames: nothing would be left */
    assert_shows(&profile, &defaults, "         5   100%   100%          5   100%  work");
    pprof_arena_free(&arena);
}

static void foreign_patterns_are_no_patterns(void **state) {
    (void)state;
    const char *const patterns[] = {"(x{1000}){1000}", "(.*)\\1", "(", "[[:bogus:]]"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        pprof_arena arena = {0};
        pprof_profile profile;
        make_dropping_profile(&arena, patterns[i], &profile);
        assert_shows(&profile, &defaults, "work");
        pprof_arena_free(&arena);
    }
}

static void costly_patterns_are_refused(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_profile profile;
    pprof_status status = {0};
    char nested[2001];
    memset(nested, '(', 1000);
    memset(nested + 1000, ')', 1000);
    nested[2000] = '\0';
    make_dropping_profile(&arena, nested, &profile);
    assert_false(pprof_print_top(&profile, &defaults, stderr, &arena, &status));
    assert_non_null(strstr(status.message, "drop_frames: 1000 groups in each other"));
    pprof_arena_free(&arena);
}

static void bad_expressions_are_refused(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_profile profile;
    pprof_status status = {0};
    load("profiles/lua.sym.pb.gz", &arena, &profile);
    pprof_report_options options = defaults;
    options.ignore = "luaV_[";
    assert_false(pprof_print_top(&profile, &options, stderr, &arena, &status));
    assert_non_null(strstr(status.message, "-ignore=luaV_["));
    pprof_arena_free(&arena);
}

static void paths_are_cleaned(void **state) {
    (void)state;
    static const struct {
        const char *path, *expected;
    } cases[] = {
        {"/proc/self/cwd/./a//b/../c.c", "a/c.c"},
        {"/a/./b/", "/a/b"},
        {"../../x.c", "../../x.c"},
        {"a/../../x.c", "../x.c"},
        {"/../x.c", "/x.c"},
        {"a/..", "."},
        {"./", "."},
        {"/", "/"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pprof_arena arena = {0};
        pprof_status status = {0};
        pprof_builder *builder = pprof_create_builder(&arena, &status);
        pprof_add_sample_type(builder, "samples", "count", &status);
        pprof_function function = {.filename_string =
                                       pprof_add_string(builder, cases[i].path, strlen(cases[i].path), &status)};
        pprof_line line = {.line = 1, .function = pprof_add_function(builder, &function, &status)};
        pprof_location location = {.mapping = PPROF_NONE, .line_count = 1};
        uint32_t stack = pprof_add_location(builder, &location, &line, &status);
        int64_t value = 1;
        pprof_add_sample(builder, &stack, 1, &value, NULL, 0, &status);
        pprof_profile profile;
        if (!pprof_finish_builder(builder, &profile, &status)) fail_msg("%s", status.message);
        pprof_report_options options = defaults;
        options.granularity = PPROF_BY_FILES;
        char expected[64];
        (void)snprintf(expected, sizeof expected, "  100%%  %s\n", cases[i].expected);
        assert_shows(&profile, &options, expected);
        pprof_arena_free(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_what_pprof_prints),
        cmocka_unit_test(filters_as_pprof_filters),
        cmocka_unit_test(scales_units),
        cmocka_unit_test(formats_percentages),
        cmocka_unit_test(formats_durations),
        cmocka_unit_test(formats_times),
        cmocka_unit_test(terminals_are_safe),
        cmocka_unit_test(sums_saturate),
        cmocka_unit_test(columns_tell_calls_apart),
        cmocka_unit_test(empty_profiles_print),
        cmocka_unit_test(drops_the_profilers_own_frames),
        cmocka_unit_test(foreign_patterns_are_no_patterns),
        cmocka_unit_test(costly_patterns_are_refused),
        cmocka_unit_test(bad_expressions_are_refused),
        cmocka_unit_test(paths_are_cleaned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
