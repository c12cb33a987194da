/* Where default.pgo is looked for, in a folder tree made for each test. */
#include "folder_support.h"
#include "plugin.h"

typedef struct tree {
    pprof_arena arena;
    pprof_status status;
    char *root; /* real path of the test's own folder */
} tree;

static const char *get_path(tree *t, const char *name) {
    const char *path = pprof_format_string(&t->arena, &t->status, "%s%s%s", t->root, *name == '\0' ? "" : "/", name);
    assert_non_null(path);
    return path;
}

static void plant(tree *t) {
    *t = (tree){0};
    assert_int_equal(make_folder(NULL), 0);
    t->root = realpath(folder, NULL);
    assert_non_null(t->root);
    assert_true(run_line("mkdir -p project/src/net project/build elsewhere"));
}

static void fell(tree *t) {
    assert_int_equal(remove_folder(NULL), 0);
    pprof_arena_free(&t->arena);
    free(t->root);
}

/* [expected] is relative to the tree; NULL: nothing may be found. */
static void expect(tree *t, const char *source_file, const char *working_folder, const char *expected) {
    const char *found = pgo_discover_profile(source_file, get_path(t, working_folder), &t->arena, &t->status);
    assert_false(t->status.failed);
    if (expected == NULL) {
        if (found != NULL) fail_msg("found %s", found);
        return;
    }
    if (found == NULL) fail_msg("%s not found", expected);
    assert_string_equal(found, get_path(t, expected));
}

static void test_the_nearest_is_found(void **state) {
    (void)state;
    tree t;
    plant(&t);
    expect(&t, "src/net/tcp.c", "project", NULL);
    write_text("project/default.pgo", "");
    expect(&t, "src/net/tcp.c", "project", "project/default.pgo");
    expect(&t, "tcp.c", "project", "project/default.pgo");
    expect(&t, "./src/../src/net//tcp.c", "project", "project/default.pgo");
    expect(&t, get_path(&t, "project/src/net/tcp.c"), "project", "project/default.pgo");
    write_text("project/src/default.pgo", "");
    expect(&t, "src/net/tcp.c", "project", "project/src/default.pgo");
    expect(&t, "build/made.c", "project", "project/default.pgo");
    write_text("project/src/net/default.pgo", "");
    expect(&t, "src/net/tcp.c", "project", "project/src/net/default.pgo");
    fell(&t);
}

static void test_the_working_folder_is_the_end(void **state) {
    (void)state;
    tree t;
    plant(&t);
    write_text("default.pgo", "");
    write_text("project/default.pgo", "");
    expect(&t, "net/tcp.c", "project/src", NULL);
    expect(&t, "tcp.c", "project/src/net", NULL);
    fell(&t);
}

static void test_a_repository_is_the_end(void **state) {
    (void)state;
    tree t;
    plant(&t);
    write_text("default.pgo", "");
    assert_int_equal(mkdir(in_folder("project/src/.git"), 0700), 0);
    expect(&t, "project/src/net/tcp.c", "", NULL);
    write_text("project/src/default.pgo", ""); /* the root itself still belongs to it */
    expect(&t, "project/src/net/tcp.c", "", "project/src/default.pgo");
    write_text("project/.git", ""); /* a linked worktree has a file */
    expect(&t, "project/tcp.c", "", NULL);
    fell(&t);
}

static void test_a_build_beside_the_sources(void **state) {
    (void)state;
    tree t;
    plant(&t);
    write_text("default.pgo", "");
    expect(&t, "../src/net/tcp.c", "project/build", NULL); /* project holds both: the end */
    write_text("project/default.pgo", "");
    expect(&t, "../src/net/tcp.c", "project/build", "project/default.pgo");
    expect(&t, get_path(&t, "project/src/net/tcp.c"), "elsewhere", "project/default.pgo");
    write_text("project/build/default.pgo", ""); /* is not on the source's way up */
    expect(&t, "../src/net/tcp.c", "project/build", "project/default.pgo");
    fell(&t);
}

static void test_sources_that_are_no_files(void **state) {
    (void)state;
    tree t;
    plant(&t);
    write_text("project/default.pgo", "");
    const char *const sources[] = {"-", "<stdin>", "", "/no/such/folder/x.c", "no/such/x.c"};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        expect(&t, sources[i], "project", "project/default.pgo");
        expect(&t, sources[i], "elsewhere", NULL);
    }
    expect(&t, "x.c", "no/such/working/folder", NULL);
    fell(&t);
}

static void test_only_files_count(void **state) {
    (void)state;
    tree t;
    plant(&t);
    write_text("project/default.pgo", "");
    assert_int_equal(mkdir(in_folder("project/src/default.pgo"), 0700), 0);
    expect(&t, "src/tcp.c", "project", "project/default.pgo");
    assert_int_equal(symlink(get_path(&t, "project/default.pgo"), get_path(&t, "project/src/net/default.pgo")), 0);
    expect(&t, "src/net/tcp.c", "project", "project/src/net/default.pgo"); /* a link to a file is one */
    fell(&t);
}

static void test_links_are_followed_before_going_up(void **state) {
    (void)state;
    tree t;
    plant(&t);
    assert_int_equal(symlink(get_path(&t, "project/src"), get_path(&t, "elsewhere/link")), 0);
    write_text("elsewhere/default.pgo", "");
    write_text("project/default.pgo", "");
    expect(&t, "elsewhere/link/tcp.c", "", "project/default.pgo");
    fell(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_nearest_is_found),
        cmocka_unit_test(test_the_working_folder_is_the_end),
        cmocka_unit_test(test_a_repository_is_the_end),
        cmocka_unit_test(test_a_build_beside_the_sources),
        cmocka_unit_test(test_sources_that_are_no_files),
        cmocka_unit_test(test_only_files_count),
        cmocka_unit_test(test_links_are_followed_before_going_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
