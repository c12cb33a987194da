/* The text form of Weights: what may be written by hand, what is refused and where, and that printing and parsing are
 * each other's inverse. */
#include "weights_support.h"

/* ---- reading by hand ---- */

/* Parses [text] and compares what is printed of it, behind the type line. */
static void expect(const char *text, const char *expected) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_weights weights;
    if (!parse_text(text, &arena, &weights, &status)) fail_msg("%s", status.message);
    char *printed = print_to_string(&weights);
    assert_string_equal(strchr(strchr(printed, '\n') + 1, '\n') + 1, expected);
    free(printed);
    pprof_arena_free(&arena);
}

static void test_what_the_header_shows(void **state) {
    (void)state;
    expect("pgo-weights 1\n"
           "type samples count\n"
           "total 683 samples 683 unnamed 4 without-line 111\n"
           "function luaV_execute file lua/lvm.c start 1141\n"
           "  self 13:14 9                       # offset:column weight\n"
           "  call 30:5 luaD_precall 12 3        # offset:column callee inclusive leaf\n"
           "    self 4:2 3                       # the callee's samples in this context\n"
           "\n"
           "# a comment of its own\n"
           "function _ZL4walkv source walk file bench/xml.cpp absolute\n",
           "total 683 samples 683 unnamed 4 without-line 111\n"
           "function _ZL4walkv source walk file bench/xml.cpp absolute inclusive 0 leaf 0\n"
           "function luaD_precall inclusive 12 leaf 3\n"
           "function luaV_execute file lua/lvm.c start 1141 inclusive 21 leaf 9\n"
           "  self 13:14 9\n"
           "  call 30:5 luaD_precall 12 3\n"
           "    self 4:2 3\n");
}

/* What is derived agrees with what is given. */
static void test_leaf_is_at_most_inclusive(void **state) {
    (void)state;
    expect("pgo-weights 1\nfunction f inclusive 23\n  self 1 55\nfunction g leaf 7\n  self 1 5\n",
           "total 30 samples 30 unnamed 0 without-line 0\n"
           "function f inclusive 23 leaf 23\n"
           "  self 1 55\n"
           "function g inclusive 7 leaf 7\n"
           "  self 1 5\n");
}

static void test_order_is_restored(void **state) {
    (void)state;
    expect("pgo-weights 1\r\n"
           "function b\r\n"
           "  call 2 b 1 0\r\n"
           "  call 1:7 c 5 5\r\n"
           "    call 3 b 1 1\r\n"
           "    call 3 a 1 1 start 0\r\n"
           "    self ? 4\r\n"
           "  call 1:7 b 1 0\r\n"
           "  call -4 c 5 5\r\n"
           "  self 2:2 1\r\n"
           "  self 2 1\r\n"
           "function a start 5 # comment\r\n"
           "function a",
           "total 12 samples 12 unnamed 0 without-line 0\n"
           "function a inclusive 0 leaf 0\n"
           "function a start 5 inclusive 0 leaf 0\n"
           "function b inclusive 12 leaf 2\n"
           "  self 2 1\n"
           "  self 2:2 1\n"
           "  call -4 c 5 5\n"
           "  call 1:7 b 1 0\n"
           "  call 1:7 c 5 5\n"
           "    self ? 4\n"
           "    call 3 a 1 1 start 0\n"
           "    call 3 b 1 1\n"
           "  call 2 b 1 0\n"
           "function c inclusive 10 leaf 10\n");
}

static void test_quoted_names(void **state) {
    (void)state;
    expect("pgo-weights 1\n"
           "total 1\n"
           "function \"operator new(unsigned \\\"x\\\")\" source \"a\\\\b\\n\\t\\033\" file \"#\" uncertain leaf 1 "
           "inclusive 2\n"
           "function a\\b\"c\n"
           "function \"\"\n",
           "total 1 samples 1 unnamed 0 without-line 0\n"
           "function \"\" inclusive 0 leaf 0\n"
           "function \"a\\\\b\\\"c\" inclusive 0 leaf 0\n"
           "function \"operator new(unsigned \\\"x\\\")\" source \"a\\\\b\\n\\t\\033\" file \"#\" uncertain inclusive "
           "2 leaf 1\n");
}

static void test_extremes(void **state) {
    (void)state;
    expect("pgo-weights 1\n"
           "function f start 2147483647\n"
           "  self -2147483647 18446744073709551615\n"
           "  self 2147483647:4294967295 18446744073709551615\n",
           "total 18446744073709551615 samples 18446744073709551615 unnamed 0 without-line 0\n"
           "function f start 2147483647 inclusive 18446744073709551615 leaf 18446744073709551615\n"
           "  self -2147483647 18446744073709551615\n"
           "  self 2147483647:4294967295 18446744073709551615\n");
    expect("pgo-weights 1", "total 0 samples 0 unnamed 0 without-line 0\n");
}

/* ---- refusals ---- */

static void test_refusals_name_line_and_cause(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"pgo-weights 2\n", "test.txt:1: version 2 of the weights text is not known here"},
        {"pgo-weights 1 1\n", "test.txt:1: '1' is too much on this line"},
        {"pgo-weights 1\nfoo\n", "test.txt:2: a line begins with type, total or function, not 'foo'"},
        {"pgo-weights 1\n\n\n  self 1 1\n", "test.txt:4: the line is indented more than two spaces beyond"},
        {"pgo-weights 1\nfunction f\n    self 1 1\n", "test.txt:3: the line is indented more"},
        {"pgo-weights 1\nfunction f\n  self 1 1\n    self 1 1\n", "test.txt:4: the line is indented more"},
        {"pgo-weights 1\nfunction f\n self 1 1\n", "test.txt:3: lines are indented by two spaces a level"},
        {"pgo-weights 1\nfunction f\n\tself 1 1\n", "test.txt:3: a tab or control character"},
        {"pgo-weights 1\nfunction f\n  jump 1 1\n",
         "test.txt:3: an indented line begins with self or call, not 'jump'"},
        {"pgo-weights 1\nfunction f\n  self x 1\n", "test.txt:3: a place is OFFSET, OFFSET:COLUMN or '?', not 'x'"},
        {"pgo-weights 1\nfunction f\n  self 1: 1\n", "a place is OFFSET, OFFSET:COLUMN or '?', not '1:'"},
        {"pgo-weights 1\nfunction f\n  self 1:2:3 1\n", "a place is OFFSET, OFFSET:COLUMN or '?', not '1:2:3'"},
        {"pgo-weights 1\nfunction f\n  self - 1\n", "a place is OFFSET, OFFSET:COLUMN or '?', not '-'"},
        {"pgo-weights 1\nfunction f\n  self ?:3 1\n", "a place is OFFSET, OFFSET:COLUMN or '?', not '?:3'"},
        {"pgo-weights 1\nfunction f\n  self 2147483648 1\n", "the place '2147483648' is out of range"},
        {"pgo-weights 1\nfunction f\n  self 1:4294967296 1\n", "the place '1:4294967296' is out of range"},
        {"pgo-weights 1\nfunction f\n  self 1\n", "test.txt:3: the line ends where a weight is expected"},
        {"pgo-weights 1\nfunction f\n  self 1 -1\n", "a weight must be a decimal number, not '-1'"},
        {"pgo-weights 1\nfunction f\n  self 1 18446744073709551616\n", "a weight '18446744073709551616' is too large"},
        {"pgo-weights 1\nfunction f\n  self 1 1 1\n", "test.txt:3: '1' is too much on this line"},
        {"pgo-weights 1\nfunction f\n  self 1 1\n  self 2 1\n  self 1 1\n",
         "test.txt:5: the same place is already on line 3"},
        {"pgo-weights 1\nfunction f\n  call 1 g 1 1\n  call 1 h 1 1\n  call 1 g 1 1\n",
         "test.txt:5: the same call is already on line 3"},
        {"pgo-weights 1\nfunction f\n  call 1 g 1 2\n", "test.txt:3: the leaf weight is larger than the inclusive"},
        {"pgo-weights 1\nfunction f\n  call 1 g 1\n", "test.txt:3: the line ends where a leaf weight is expected"},
        {"pgo-weights 1\nfunction f\n  call 1 g 1 1 hot\n", "a call line knows source, file and start, not 'hot'"},
        {"pgo-weights 1\nfunction f\n  call 1 g 1 1 start 5\n",
         "test.txt:3: no function line is exactly the callee 'g'"},
        {"pgo-weights 1\nfunction f\n  call 1 g 1 1\nfunction g start 1\nfunction g start 2\n",
         "test.txt:3: several functions are called 'g'"},
        {"pgo-weights 1\nfunction f\nfunction g\nfunction f\n", "test.txt:4: function 'f' is already on line 2"},
        {"pgo-weights 1\nfunction\n", "test.txt:2: the line ends where a function's name is expected"},
        {"pgo-weights 1\nfunction f hot\n", "absolute, uncertain, inclusive and leaf, not 'hot'"},
        {"pgo-weights 1\nfunction f start 2147483648\n", "a start line '2147483648' is too large"},
        {"pgo-weights 1\nfunction f start 1 absolute\n", "a start line or absolute lines, not both"},
        {"pgo-weights 1\nfunction f inclusive 1 leaf 2\n", "the leaf weight is larger than the inclusive weight"},
        {"pgo-weights 1\nfunction \"f\n", "test.txt:2: a quoted name is not closed"},
        {"pgo-weights 1\nfunction \"f\\", "test.txt:2: a quoted name is not closed"},
        {"pgo-weights 1\nfunction \"f\\x\"\n", "a backslash in a quoted name must be followed by"},
        {"pgo-weights 1\nfunction \"f\\000\"\n", "a backslash in a quoted name must be followed by"},
        {"pgo-weights 1\nfunction \"f\\777\"\n", "a backslash in a quoted name must be followed by"},
        {"pgo-weights 1\nfunction \"f\\1\"\n", "a backslash in a quoted name must be followed by"},
        {"pgo-weights 1\nfunction \"a\tb\"\n", "a control character in a name must be written as"},
        {"pgo-weights 1\nfunction a\x01\n", "a tab or control character"},
        {"pgo-weights 1\ntotal x\n", "the total must be a decimal number, not 'x'"},
        {"pgo-weights 1\ntotal 1 lost 2\n", "test.txt:2: the total line knows samples"},
        {"pgo-weights 1\ntype cpu\n", "test.txt:2: the line ends where a unit is expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pprof_arena arena = {0};
        pprof_status status = {0};
        pprof_weights weights;
        if (parse_text(cases[i].text, &arena, &weights, &status)) fail_msg("accepted: %s", cases[i].text);
        assert_message_has(&status, cases[i].message);
        pprof_arena_free(&arena);
    }
}

static void test_nesting_has_a_limit(void **state) {
    (void)state;
    for (int levels = 64; levels <= 65; levels++) {
        static char text[1 << 16];
        size_t length = (size_t)snprintf(text, sizeof text, "pgo-weights 1\nfunction f\n");
        for (int level = 1; level <= levels; level++)
            length += (size_t)snprintf(text + length, sizeof text - length, "%*scall 1 f 1 1\n", 2 * level, "");
        pprof_arena arena = {0};
        pprof_status status = {0};
        pprof_weights weights;
        bool worked = parse_text(text, &arena, &weights, &status);
        if (levels == 65) assert_message_has(&status, "test.txt:67: contexts are nested more than 64 deep");
        assert_int_equal(worked, levels == 64);
        if (worked) free(print_to_string(&weights)); /* as deep as can be printed */
        pprof_arena_free(&arena);
    }
}

/* No prefix and no flipped byte of a good text may do worse than be refused. */
static void test_damaged_text(void **state) {
    (void)state;
    pprof_status status = {0};
    char *text = weigh_file("profiles/lua2.sym.pb.gz", &status);
    assert_non_null(text);
    size_t length = strlen(text) < 6000 ? strlen(text) : 6000;
    uint64_t random = 1;
    for (int i = 0; i < 2000; i++) {
        random = random * UINT64_C(6364136223846793005) + 1;
        char *damaged = strndup(text, i < 1000 ? (random >> 33) % length : length);
        size_t size = strlen(damaged);
        if (i >= 1000) size = length;
        if (size > 20) damaged[14 + (random >> 40) % (size - 14)] ^= (char)(1 << ((random >> 35) % 7));
        pprof_arena arena = {0};
        pprof_weights weights;
        status = (pprof_status){0};
        pprof_source source;
        bool worked = pprof_read_bytes("damaged", damaged, size, 0, &arena, &source, &status) &&
                      source.format == PPROF_FORMAT_WEIGHTS_TEXT &&
                      pprof_parse_weights(&source, &arena, &weights, &status);
        if (worked) free(print_to_string(&weights));
        pprof_arena_free(&arena);
        free(damaged);
    }
    free(text);
}

/* ---- round trip ---- */

static void check_round_trip(const char *file) {
    pprof_status status = {0};
    pprof_arena arena = {0};
    pprof_weights weights;
    char *text = weigh_file(file, &status);
    if (text == NULL || !parse_text(text, &arena, &weights, &status)) {
        fail_msg("%s: %s", file, status.message);
        return;
    }
    char *again = print_to_string(&weights);
    if (strcmp(text, again) != 0) fail_msg("%s: not the same after print and parse", file);
    free(text);
    free(again);
    pprof_arena_free(&arena);
}

/* Every file of the manifest that has Weights. */
static void test_round_trip_of_all_profiles(void **state) {
    (void)state;
    FILE *manifest = fopen(TEST_DATA "/manifest.tsv", "r");
    if (manifest == NULL) abort();
    char line[4096], name[256];
    int checked = 0;
    while (fgets(line, sizeof line, manifest) != NULL) {
        if (sscanf(line, "%255s", name) != 1) continue;
        const char *expected = line;
        for (int column = 0; column < 3; column++) expected = strchr(expected, '\t') + 1;
        if (strncmp(expected, "accept", 6) != 0 || strstr(expected, "REFUSE") != NULL ||
            strstr(expected, "refuse or warn") != NULL)
            continue;
        check_round_trip(name);
        checked++;
    }
    (void)fclose(manifest);
    assert_true(checked > 80);
}

/* ---- the same samples, written differently, are the same Weights ---- */

static void test_variants_are_equal(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"variants/lua.same.pb.gz", "profiles/lua.sym.pb.gz"},
        {"variants/lua.j-uncompressed.pb", "profiles/lua.sym.pb.gz"},
        {"variants/lua.d-inline-split.pb.gz", "profiles/lua.sym.pb.gz"},
        {"variants/lua.d-inline-split-noaddr.pb.gz", "profiles/lua.sym.pb.gz"},
        {"variants/lua.e-noperiod.pb.gz", "profiles/lua.sym.pb.gz"},
        {"variants/lua.e-samplesonly.pb.gz", "profiles/lua.sym.pb.gz"},
        {"variants/lua.e-cpuonly.pb.gz", "variants/lua.e-cpufirst.pb.gz"},
        {"variants/lua.c-mangled-in-both.pb.gz", "profiles/lua.sym.pb.gz"},
        {"variants/lua.r-bigids.pb.gz", "profiles/lua.sym.pb.gz"},
        {"variants/lua.r-maxids.pb.gz", "profiles/lua.sym.pb.gz"},
        {"variants/lua.r-dupfuncs.pb.gz", "profiles/lua.sym.pb.gz"},
        {"variants/lua.r-labels.pb.gz", "profiles/lua.sym.pb.gz"},
        {"variants/lua.r-nomapping.pb.gz", "profiles/lua.sym.pb.gz"},
        {"variants/lua.r-relpath.pb.gz", "profiles/lua.sym.pb.gz"},
        {"variants/lua.b-startline-is-line.pb.gz", "variants/lua.a-nostartline.pb.gz"}, /* distrusted is missing */
        {"variants/k-multimember.pb.gz", "profiles/lua2.sym.pb.gz"},
        {"variants/k-gzip-header-extras.pb.gz", "profiles/lua2.sym.pb.gz"},
        {"variants/k-stored.pb.gz", "profiles/lua2.sym.pb.gz"},
        {"variants/w-strings-first.pb.gz", "variants/w-minimal.pb.gz"},
        {"variants/w-unpacked.pb.gz", "variants/w-minimal.pb.gz"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        pprof_status status = {0};
        char *variant = weigh_file(pairs[i][0], &status), *original = weigh_file(pairs[i][1], &status);
        assert_false(status.failed);
        if (strcmp(variant, original) != 0) fail_msg("%s differs from %s", pairs[i][0], pairs[i][1]);
        free(variant);
        free(original);
    }
}

/* [name]'s Weights, divided by [factor], and with the type of lua.sym where that is another. */
static void check_scaled(const char *name, uint64_t factor) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_weights weights;
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", TEST_DATA, name);
    if (!pprof_load_weights(path, 0, NULL, &arena, &weights, &status)) fail_msg("%s", status.message);
    for (uint32_t i = 0; i < weights.body_count; i++) {
        assert_int_equal(weights.bodies[i].inclusive % factor, 0);
        weights.bodies[i].inclusive /= factor;
        weights.bodies[i].leaf /= factor;
    }
    for (uint32_t i = 0; i < weights.self_count; i++) weights.selves[i].weight /= factor;
    weights.total /= factor;
    weights.without_line /= factor;
    if (strcmp(weights.unit, "count") == 0) weights.sample_count /= factor;
    weights.type = "samples";
    weights.unit = "count";
    char *scaled = print_to_string(&weights), *original = weigh_file("profiles/lua.sym.pb.gz", &status);
    if (strcmp(scaled, original) != 0) fail_msg("%s differs from lua.sym by more than its scale", name);
    free(scaled);
    free(original);
    pprof_arena_free(&arena);
}

static void test_scaled_variants(void **state) {
    (void)state;
    check_scaled("variants/lua.r-scaled1000.pb.gz", 1000);
    check_scaled("variants/lua.e-cpufirst.pb.gz", 1000000);
    check_scaled("variants/lua.e-cpuonly.pb.gz", 1000000);
    check_scaled("variants/lua.f-perf.pb.gz", 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_header_shows),
        cmocka_unit_test(test_order_is_restored),
        cmocka_unit_test(test_leaf_is_at_most_inclusive),
        cmocka_unit_test(test_quoted_names),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_refusals_name_line_and_cause),
        cmocka_unit_test(test_nesting_has_a_limit),
        cmocka_unit_test(test_damaged_text),
        cmocka_unit_test(test_round_trip_of_all_profiles),
        cmocka_unit_test(test_variants_are_equal),
        cmocka_unit_test(test_scaled_variants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
