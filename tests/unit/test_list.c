/* Source listings: the lines shown and their values, how files are found, and files that had better not be read. */
#include "print/source_file.h"

#include "folder_support.h"
#include "weights_support.h"

static int make_files(void **state) {
    if (make_folder(state) != 0) return -1;
    if (mkdir(in_folder("project"), 0700) != 0 || mkdir(in_folder("project/src"), 0700) != 0) return -1;
    FILE *file = fopen(in_folder("project/src/x.c"), "w");
    if (file == NULL) return -1;
    for (int i = 1; i <= 29; i++) (void)fprintf(file, "\tline %d\x1b\r\n", i);
    (void)fputs("line 30", file);
    (void)fclose(file);
    file = fopen(in_folder("large.c"), "w");
    if (file == NULL || ftruncate(fileno(file), (off_t)1 << 40) != 0) return -1;
    (void)fclose(file);
    return mkfifo(in_folder("pipe.c"), 0600);
}

static char *list(making *m, const pprof_profile *profile, const pprof_report_options *options) {
    return report_to_string(m, pprof_print_list, profile, options);
}

/* f of [file], which begins at line 8: 5 at line 9, 2 in g called from line 28; g has no file. */
static pprof_profile make_profile(making *m, const char *file, int64_t start_line) {
    start_profile(m, "samples", "count");
    uint32_t f = add_function(m, "f", "f", file, start_line), g = add_function(m, "g\n", "g", "", 0);
    uint32_t at_9 = add_line(m, f, 9, 0), at_28 = add_line(m, f, 28, 0), in_g = add_line(m, g, 1, 0);
    ADD_SAMPLE(m, 5, at_9);
    ADD_SAMPLE(m, 2, in_g, at_28);
    return finish_profile(m);
}

static void expect_list(const char *file, const pprof_report_options *options, const char *expected) {
    making m;
    pprof_profile profile = make_profile(&m, file, 8);
    char *text = list(&m, &profile, options);
    if (text == NULL)
        fail_msg("%s", m.status.message);
    else if (strstr(text, expected) == NULL)
        fail_msg("no '%s' in:\n%s", expected, text);
    free(text);
    pprof_arena_free(&m.arena);
}

static void test_lines_have_their_values(void **state) {
    (void)state;
    making m;
    char path[FOLDER_PATH_SIZE], expected[1024];
    (void)snprintf(path, sizeof path, "%s", in_folder("project/src/x.c"));
    pprof_profile profile = make_profile(&m, path, 8);
    const pprof_report_options options = {.symbols = "."};
    char *text = list(&m, &profile, &options);
    assert_non_null(text);
    (void)snprintf(expected, sizeof expected,
                   "Total: 7\nROUTINE ======================== f in %s\n"
                   "         5          7 (flat, cum)   100%% of Total\n"
                   "         .          .      8:\tline 8\\x1b\n"
                   "         5          5      9:\tline 9\\x1b\n",
                   path);
    assert_memory_equal(text, expected, strlen(expected));
    static const char end[] = "         .          2     28:\tline 28\\x1b\n"
                              "         .          .     29:\tline 29\\x1b\n"
                              "         .          .     30:line 30\n"
                              "No source information for g\\n\n";
    assert_string_equal(text + strlen(text) - strlen(end), end);
    free(text);
    pprof_arena_free(&m.arena);
}

static void test_without_a_start_line_the_list_begins_a_little_before(void **state) {
    (void)state;
    making m;
    pprof_profile profile = make_profile(&m, in_folder("project/src/x.c"), 0);
    const pprof_report_options options = {.symbols = "^f$"};
    char *text = list(&m, &profile, &options);
    assert_non_null(text);
    assert_non_null(strstr(text, "of Total\n         .          .      4:\tline 4\\x1b\n"));
    assert_null(strstr(text, "No source"));
    free(text);
    pprof_arena_free(&m.arena);
}

static void test_files_are_found_elsewhere(void **state) {
    (void)state;
    char deep[FOLDER_PATH_SIZE], project[FOLDER_PATH_SIZE];
    (void)snprintf(deep, sizeof deep, "%s", in_folder("project/src/no/such/folder"));
    (void)snprintf(project, sizeof project, "%s", in_folder("project"));
    const pprof_report_options trimmed = {.symbols = "f", .trim_path = "/x:/builds/a/", .source_path = deep};
    expect_list("/builds/a/src/x.c", &trimmed, "f in src/x.c\n");
    expect_list("/builds/a/src/x.c", &trimmed, "     9:\tline 9");
    const pprof_report_options guessed = {.symbols = "f", .source_path = project};
    expect_list("/builds/project/src/x.c", &guessed, "     9:\tline 9");
    const pprof_report_options nowhere = {.symbols = "f", .source_path = "/usr:/none"};
    expect_list("src/y.c", &nowhere, " Error: could not find file src/y.c on path /usr:/none\n");
    expect_list("/nope/x.c", &nowhere, " Error: open /nope/x.c: no such file or directory\n");
}

static void test_only_files_of_a_sane_size_are_read(void **state) {
    (void)state;
    const pprof_report_options options = {.symbols = "f"};
    expect_list("/dev/zero", &options, " Error: open /dev/zero: not a regular file\n");
    expect_list(in_folder("pipe.c"), &options, "pipe.c: not a regular file\n"); /* and nobody waits for a writer */
    const pprof_report_options searching = {.symbols = "f", .source_path = folder};
    expect_list("pipe.c", &searching, "could not find file pipe.c");
    expect_list(in_folder("project"), &options, "project: not a regular file\n");
    expect_list(in_folder("large.c"), &options, "large.c: too large for a source file\n");
    expect_list("/nope/\x1b[31m", &options, " Error: open /nope/\\x1b[31m: no such file or directory\n");
}

static void test_what_nothing_matches_is_said(void **state) {
    (void)state;
    making m;
    pprof_profile profile = make_profile(&m, "x.c", 8);
    const pprof_report_options options = {.symbols = "nosuch"};
    assert_null(list(&m, &profile, &options));
    assert_string_equal(m.status.message, "no function with a value matches 'nosuch'");
    pprof_arena_free(&m.arena);
}

static void test_paths_are_trimmed(void **state) {
    (void)state;
    static const struct {
        const char *path, *trim_path, *search_path, *expected;
    } cases[] = {
        {"/a/b/c.c", "/a", NULL, "b/c.c"},
        {"/a/b/c.c", "/a/", NULL, "b/c.c"},
        {"/a/b/c.c", "/x:/a/b", "/b", "c.c"},
        {"/ab/c.c", "/a", NULL, "/ab/c.c"},
        {"/a/b/c.c", "/", NULL, "a/b/c.c"},
        {"/a", "/a", NULL, "/a"},
        {"/a/b/c.c", NULL, "/home/b", "c.c"},
        {"/a/b/c.c", "", "/x::/home/a/", "b/c.c"},
        {"/a/b/c.c", NULL, NULL, "/a/b/c.c"},
        {"b/c.c", NULL, "/b", "b/c.c"},
        {"", "/a", "/b", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pprof_string path = {cases[i].path, strlen(cases[i].path)};
        pprof_string trimmed = pprof_trim_path(path, cases[i].trim_path, cases[i].search_path);
        if (trimmed.length != strlen(cases[i].expected) || memcmp(trimmed.text, cases[i].expected, trimmed.length) != 0)
            fail_msg("%s: %.*s instead of %s", cases[i].path, (int)trimmed.length, trimmed.text, cases[i].expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_have_their_values),
        cmocka_unit_test(test_without_a_start_line_the_list_begins_a_little_before),
        cmocka_unit_test(test_files_are_found_elsewhere),
        cmocka_unit_test(test_only_files_of_a_sane_size_are_read),
        cmocka_unit_test(test_what_nothing_matches_is_said),
        cmocka_unit_test(test_paths_are_trimmed),
    };
    return cmocka_run_group_tests(tests, make_files, remove_folder);
}
