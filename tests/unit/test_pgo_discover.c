/* Where default.pgo is looked for, in a folder tree made for each test. */
#include "plugin.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct tree {
    pprof_arena arena;
    pprof_status status;
    char root[256]; /* real path of the test's own folder */
} tree;

static const char *get_path(tree *t, const char *name) {
    const char *path = pprof_format_string(&t->arena, &t->status, "%s%s%s", t->root, *name == '\0' ? "" : "/", name);
    assert_non_null(path);
    return path;
}

static void make_folder(tree *t, const char *name) {
    assert_int_equal(mkdir(get_path(t, name), 0700), 0);
}

static void make_file(tree *t, const char *name) {
    FILE *file = fopen(get_path(t, name), "w");
    if (file == NULL) abort();
    assert_int_equal(fclose(file), 0);
}

static void plant(tree *t) {
    *t = (tree){0};
    char name[] = "/tmp/pgo-discover-XXXXXX";
    assert_non_null(mkdtemp(name));
    char *real = realpath(name, NULL);
    assert_non_null(real);
    (void)snprintf(t->root, sizeof t->root, "%s", real);
    free(real);
    const char *const folders[] = {"project", "project/src", "project/src/net", "project/build", "elsewhere"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) make_folder(t, folders[i]);
}

static int remove_entry(const char *path, const struct stat *what, int kind, struct FTW *where) {
    (void)what;
    (void)kind;
    (void)where;
    return remove(path);
}

static void fell(tree *t) {
    assert_int_equal(nftw(t->root, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
    pprof_arena_free(&t->arena);
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
    make_file(&t, "project/default.pgo");
    expect(&t, "src/net/tcp.c", "project", "project/default.pgo");
    expect(&t, "tcp.c", "project", "project/default.pgo");
    expect(&t, "./src/../src/net//tcp.c", "project", "project/default.pgo");
    expect(&t, get_path(&t, "project/src/net/tcp.c"), "project", "project/default.pgo");
    make_file(&t, "project/src/default.pgo");
    expect(&t, "src/net/tcp.c", "project", "project/src/default.pgo");
    expect(&t, "build/made.c", "project", "project/default.pgo");
    make_file(&t, "project/src/net/default.pgo");
    expect(&t, "src/net/tcp.c", "project", "project/src/net/default.pgo");
    fell(&t);
}

static void test_the_working_folder_is_the_end(void **state) {
    (void)state;
    tree t;
    plant(&t);
    make_file(&t, "default.pgo");
    make_file(&t, "project/default.pgo");
    expect(&t, "net/tcp.c", "project/src", NULL);
    expect(&t, "tcp.c", "project/src/net", NULL);
    fell(&t);
}

static void test_a_repository_is_the_end(void **state) {
    (void)state;
    tree t;
    plant(&t);
    make_file(&t, "default.pgo");
    make_folder(&t, "project/src/.git");
    expect(&t, "project/src/net/tcp.c", "", NULL);
    make_file(&t, "project/src/default.pgo"); /* the root itself still belongs to it */
    expect(&t, "project/src/net/tcp.c", "", "project/src/default.pgo");
    make_file(&t, "project/.git"); /* a linked worktree has a file */
    expect(&t, "project/tcp.c", "", NULL);
    fell(&t);
}

static void test_a_build_beside_the_sources(void **state) {
    (void)state;
    tree t;
    plant(&t);
    make_file(&t, "default.pgo");
    expect(&t, "../src/net/tcp.c", "project/build", NULL); /* project holds both: the end */
    make_file(&t, "project/default.pgo");
    expect(&t, "../src/net/tcp.c", "project/build", "project/default.pgo");
    expect(&t, get_path(&t, "project/src/net/tcp.c"), "elsewhere", "project/default.pgo");
    make_file(&t, "project/build/default.pgo"); /* is not on the source's way up */
    expect(&t, "../src/net/tcp.c", "project/build", "project/default.pgo");
    fell(&t);
}

static void test_sources_that_are_no_files(void **state) {
    (void)state;
    tree t;
    plant(&t);
    make_file(&t, "project/default.pgo");
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
    make_file(&t, "project/default.pgo");
    make_folder(&t, "project/src/default.pgo");
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
    make_file(&t, "elsewhere/default.pgo");
    make_file(&t, "project/default.pgo");
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
