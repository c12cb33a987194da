/* Encoding: what was read is written and read again, equal, in bytes that depend on the profile alone; and files appear
 * whole or not at all. */
#include "folder_support.h"
#include "reader_support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- round trips ---- */

static void check_round_trip(const char *path) {
    reading first = read_profile(path);
    if (!first.is_read) return free_reading(&first); /* test_manifest.c says which must be read */
    for (int gzip = 0; gzip < 2; gzip++) {
        const uint8_t *data, *again;
        size_t size, again_size;
        assert_true(pprof_encode_profile(&first.profile, gzip != 0, &first.arena, &data, &size, &first.status));
        reading second = read_memory(data, size);
        if (!second.is_read) fail_msg("%s: %s", path, second.status.message);
        assert_int_equal(second.source.was_gzip, gzip);
        if (!same_profile(&first.profile, &second.profile)) fail_msg("%s changes on its way", path);
        assert_true(
            pprof_encode_profile(&second.profile, gzip != 0, &second.arena, &again, &again_size, &second.status));
        assert_int_equal(size, again_size);
        assert_memory_equal(data, again, size);
        free_reading(&second);
    }
    free_reading(&first);
}

static void check_folder(const char *folder) {
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        fail_msg("%s cannot be opened", folder);
        return;
    }
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (strstr(entry->d_name, ".pb") == NULL) continue;
        pprof_arena arena = {0};
        pprof_status status = {0};
        check_round_trip(pprof_format_string(&arena, &status, "%s/%s", folder, entry->d_name));
        pprof_arena_free(&arena);
        count++;
    }
    closedir(entries);
    assert_true(count > 30);
}

static void test_real_profiles_make_the_round_trip(void **state) {
    (void)state;
    check_folder(TEST_DATA "/profiles");
}

static void test_variants_make_the_round_trip(void **state) {
    (void)state;
    check_folder(TEST_DATA "/variants");
}

/* ---- the bytes ---- */

static void test_the_bytes_are_canonical(void **state) {
    (void)state;
    reading r = read_profile(TEST_DATA "/variants/w-minimal.pb.gz");
    const uint8_t *data;
    size_t size;
    assert_true(pprof_encode_profile(&r.profile, false, &r.arena, &data, &size, &r.status));
    /* The file is made by hand in the same canonical order. */
    assert_int_equal(size, r.source.size);
    assert_memory_equal(data, r.source.data, size);
    free_reading(&r);
}

static void test_gzip_has_no_time_and_no_name(void **state) {
    (void)state;
    reading r = read_profile(TEST_DATA "/variants/w-minimal.pb.gz");
    const uint8_t *data;
    size_t size;
    assert_true(pprof_encode_profile(&r.profile, true, &r.arena, &data, &size, &r.status));
    static const uint8_t header[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    assert_memory_equal(data, header, sizeof header);
    free_reading(&r);
}

/* A length that needs more than one byte moves its message on. */
static void test_long_messages_are_moved_whole(void **state) {
    (void)state;
    static const uint32_t depths[] = {0, 1, 120, 123, 124, 125, 126, 127, 128, 129, 16380, 16384, 70000};
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        pprof_arena arena = {0};
        pprof_status status = {0};
        pprof_profile profile;
        pprof_builder *builder = pprof_create_builder(&arena, &status);
        pprof_add_sample_type(builder, "samples", "count", &status);
        pprof_location location = {.mapping = PPROF_NONE};
        uint32_t index = pprof_add_location(builder, &location, NULL, &status);
        uint32_t *stack = pprof_arena_allocate(&arena, depths[i], sizeof *stack);
        for (uint32_t j = 0; j < depths[i]; j++) stack[j] = index;
        const int64_t value = 1;
        pprof_add_sample(builder, stack, depths[i], &value, NULL, 0, &status);
        assert_true(pprof_finish_builder(builder, &profile, &status));
        const uint8_t *data;
        size_t size;
        assert_true(pprof_encode_profile(&profile, false, &arena, &data, &size, &status));
        reading r = read_memory(data, size);
        if (!r.is_read) fail_msg("depth %u: %s", depths[i], r.status.message);
        assert_true(same_profile(&profile, &r.profile));
        free_reading(&r);
        pprof_arena_free(&arena);
    }
}

/* ---- writing files ---- */

static int remove_empty_folder(void **state) {
    (void)state;
    return rmdir(folder); /* fails when something was left */
}

static void assert_content(const char *path, const char *content) {
    char have[64] = {0};
    int file = open(path, O_RDONLY);
    assert_int_equal(read(file, have, sizeof have - 1), strlen(content));
    assert_string_equal(have, content);
    close(file);
}

static void test_a_file_is_replaced_and_keeps_its_mode(void **state) {
    (void)state;
    pprof_status status = {0};
    const char *path = in_folder("default.pgo");
    assert_true(pprof_write_file(path, "one", 3, &status));
    assert_content(path, "one");
    assert_int_equal(chmod(path, 0640), 0);
    assert_true(pprof_write_file(path, "another", 7, &status));
    assert_content(path, "another");
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    assert_int_equal(unlink(path), 0);
}

static void test_a_link_is_written_through(void **state) {
    (void)state;
    pprof_status status = {0};
    char path[FOLDER_PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s", in_folder("target"));
    const char *link_path = in_folder("link");
    assert_true(pprof_write_file(path, "one", 3, &status));
    assert_int_equal(symlink("target", link_path), 0);
    assert_true(pprof_write_file(link_path, "two", 3, &status));
    assert_content(path, "two");
    struct stat about;
    assert_int_equal(lstat(link_path, &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(unlink(link_path), 0);
    assert_int_equal(unlink(path), 0);
}

static void test_what_cannot_be_written_is_named(void **state) {
    (void)state;
    pprof_status status = {0};
    assert_false(pprof_write_file("/nonexistent/default.pgo", "x", 1, &status));
    assert_message_has(&status, "/nonexistent/default.pgo: cannot be written: No such file");
    status = (pprof_status){0};
    assert_false(pprof_write_file(folder, "x", 1, &status));
    assert_message_has(&status, "it is a directory");
    status = (pprof_status){0};
    assert_false(pprof_write_file("/dev/full", "x", 1, &status));
    assert_message_has(&status, "/dev/full: cannot be written: No space left");
    struct stat about;
    assert_int_equal(stat("/dev/full", &about), 0);
    assert_true(S_ISCHR(about.st_mode)); /* and not a file in its place */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_profiles_make_the_round_trip),
        cmocka_unit_test(test_variants_make_the_round_trip),
        cmocka_unit_test(test_the_bytes_are_canonical),
        cmocka_unit_test(test_gzip_has_no_time_and_no_name),
        cmocka_unit_test(test_long_messages_are_moved_whole),
        cmocka_unit_test(test_a_file_is_replaced_and_keeps_its_mode),
        cmocka_unit_test(test_a_link_is_written_through),
        cmocka_unit_test(test_what_cannot_be_written_is_named),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_empty_folder);
}
