/* Files and bytes: what is read, gunzipped, recognized, and refused, each with a message that helps. */
#include "folder_support.h"
#include "reader_support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define MINIMAL TEST_DATA "/variants/w-minimal.pb.gz"

/* ---- helpers ---- */

static void assert_refused(const char *path, uint64_t limit, const char *part) {
    pprof_arena arena = {0};
    pprof_source source;
    pprof_status status = {0};
    assert_false(pprof_read_source(path, limit, &arena, &source, &status));
    assert_message_has(&status, part);
    pprof_arena_free(&arena);
}

/* One gzip member, appended. */
static void put_gzip(bytes *out, const void *data, size_t size) {
    z_stream stream = {.next_in = (z_const Bytef *)data,
                       .avail_in = (uInt)size,
                       .next_out = out->data + out->size,
                       .avail_out = (uInt)(BYTES_ROOM - out->size)};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out->size = (size_t)(stream.next_out - out->data);
    assert_int_equal(deflateEnd(&stream), Z_OK);
}

static bool read_bytes(bytes in, uint64_t limit, pprof_arena *arena, pprof_source *source, pprof_status *status) {
    return pprof_read_bytes("test", in.data, in.size, limit, arena, source, status);
}

static pprof_format sniff(const void *data, size_t size) {
    pprof_arena arena = {0};
    pprof_source source;
    pprof_status status = {0};
    assert_true(pprof_read_bytes("test", data, size, 0, &arena, &source, &status));
    pprof_arena_free(&arena);
    return source.format;
}

/* ---- what cannot be read ---- */

static void test_missing_file_is_named(void **state) {
    (void)state;
    assert_refused("/nonexistent/default.pgo", 0, "/nonexistent/default.pgo: cannot be opened: No such file");
}

static void test_directory_is_named(void **state) {
    (void)state;
    assert_refused(TEST_DATA, 0, "is a directory");
}

/* Opening a FIFO without a writer would block for ever. */
static void test_fifo_is_refused_at_once(void **state) {
    (void)state;
    const char *path = in_folder("fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused(path, 0, "not a regular file");
}

static void test_device_is_refused(void **state) {
    (void)state;
    assert_refused("/dev/zero", 0, "not a regular file");
}

static void test_long_name_is_cut_not_overrun(void **state) {
    (void)state;
    char name[3000];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_refused(name, 0, "nnnn");
}

/* ---- standard input ---- */

static void test_dash_is_standard_input(void **state) {
    (void)state;
    int saved = dup(STDIN_FILENO), file = open(MINIMAL, O_RDONLY);
    if (saved < 0 || file < 0 || dup2(file, STDIN_FILENO) < 0) fail_msg("cannot redirect standard input");
    close(file);
    pprof_arena arena = {0};
    pprof_source source;
    pprof_status status = {0};
    assert_true(pprof_read_source("-", 0, &arena, &source, &status));
    assert_string_equal(source.path, "standard input");
    assert_int_equal(source.format, PPROF_FORMAT_PROFILE);
    assert_int_equal(source.size, 142);
    assert_true(source.was_gzip);
    pprof_arena_free(&arena);
    if (saved >= 0) (void)dup2(saved, STDIN_FILENO);
    close(saved);
}

/* ---- the size limit ---- */

static void test_limit_is_exact(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_source source;
    pprof_status status = {0};
    assert_true(pprof_read_source(MINIMAL, 147, &arena, &source, &status));
    pprof_arena_free(&arena);
    assert_refused(TEST_DATA "/variants/lua.j-uncompressed.pb", 33322, "more than 33322 bytes");
    assert_true(pprof_read_source(TEST_DATA "/variants/lua.j-uncompressed.pb", 33323, &arena, &source, &status));
    assert_false(source.was_gzip);
    pprof_arena_free(&arena);
}

/* The message says which options raise it; 40 MB of output must not even be made. */
static void test_bomb_stops_at_the_limit(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_source source;
    pprof_status status = {0};
    assert_false(pprof_read_source(TEST_DATA "/bad/o-bomb-packed.pb.gz", 1000000, &arena, &source, &status));
    assert_message_has(&status, "more than 1000000 bytes after decompression");
    assert_message_has(&status, "--size-limit");
    assert_message_has(&status, "-pgo-size-limit");
    assert_true(arena.reserved_bytes < 10000);
    pprof_arena_free(&arena);
}

static void test_limit_holds_over_members(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_source source;
    pprof_status status = {0};
    static const char zeros[1000];
    bytes file = new_bytes(&arena);
    put_gzip(&file, zeros, 600);
    put_gzip(&file, zeros, 600);
    assert_true(read_bytes(file, 1200, &arena, &source, &status));
    assert_int_equal(source.size, 1200);
    assert_false(read_bytes(file, 1199, &arena, &source, &status));
    assert_message_has(&status, "more than 1199 bytes");
    pprof_arena_free(&arena);
}

/* ---- gzip ---- */

static void test_empty_members_are_nothing(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_source source;
    pprof_status status = {0};
    bytes file = new_bytes(&arena);
    put_gzip(&file, "", 0);
    assert_true(read_bytes(file, 0, &arena, &source, &status));
    assert_int_equal(source.format, PPROF_FORMAT_EMPTY);
    put_gzip(&file, "\x0a\x00", 2);
    put_gzip(&file, "", 0);
    assert_true(read_bytes(file, 0, &arena, &source, &status));
    assert_int_equal(source.size, 2);
    assert_int_equal(source.format, PPROF_FORMAT_PROFILE);
    pprof_arena_free(&arena);
}

static void test_every_cut_of_gzip_is_truncated(void **state) {
    (void)state;
    pprof_arena arena = {0};
    bytes file = new_bytes(&arena);
    put_gzip(&file, "\x0a\x04\x08\x01\x10\x02", 6);
    size_t first = file.size;
    put_gzip(&file, "\x32\x00", 2);
    for (size_t size = 1; size < file.size; size++) {
        pprof_source source;
        pprof_status status = {0};
        bool is_read = read_bytes((bytes){file.data, size}, 0, &arena, &source, &status);
        assert_int_equal(is_read, size == first);
        if (!is_read) assert_message_has(&status, "truncated gzip");
    }
    pprof_arena_free(&arena);
}

static void test_zero_padding_is_garbage(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_source source;
    pprof_status status = {0};
    bytes file = new_bytes(&arena);
    put_gzip(&file, "\x0a\x00", 2);
    size_t size = file.size;
    put_raw(&file, "\0\0\0\0", 4);
    assert_false(read_bytes(file, 0, &arena, &source, &status));
    char expected[64];
    (void)snprintf(expected, sizeof expected, "4 bytes of garbage after the gzip data, at byte %zu", size);
    assert_message_has(&status, expected);
    pprof_arena_free(&arena);
}

/* ---- sniffing ---- */

#define LITERAL(text) text, sizeof(text) - 1

static void test_formats_are_told_apart(void **state) {
    (void)state;
    static const struct {
        const char *data;
        size_t size;
        pprof_format format;
    } cases[] = {
        {LITERAL(""), PPROF_FORMAT_EMPTY},
        {LITERAL("pgo-weights 1\ntotal 3\n"), PPROF_FORMAT_WEIGHTS_TEXT},
        {LITERAL("PERFILE2\x68\0\0\0"), PPROF_FORMAT_PERF_DATA},
        {LITERAL("2ELIFREP\0\0\0\x68"), PPROF_FORMAT_PERF_DATA},
        {LITERAL("\0\0\0\0\x03\0\0\0\0\0\0\0\xe8\x03\0\0\0\0\0\0"), PPROF_FORMAT_GPERFTOOLS},
        {LITERAL("\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\x64\0\0\0\0"), PPROF_FORMAT_GPERFTOOLS},
        {LITERAL("heap profile:     82:  6610813 [  2556: 100006369] @ heapprofile\n"), PPROF_FORMAT_HEAP_LEGACY},
        {LITERAL("main;luaV_execute 40\nmain 2\n"), PPROF_FORMAT_FOLDED_STACKS},
        {LITERAL("main 40\nmain;f 2"), PPROF_FORMAT_FOLDED_STACKS},
        {LITERAL("lua 12 5.9:  1001 cycles: \n\t  55d0c0ffee f+0x1 (/lua)\n"), PPROF_FORMAT_PERF_SCRIPT},
        {LITERAL("\177ELF\2\1\1"), PPROF_FORMAT_ELF},
        {LITERAL("\xfflprofi\x81\x0d\0\0\0"), PPROF_FORMAT_LLVM_PROFILE},
        {LITERAL("\x81rforpl\xff\x0a\0\0\0"), PPROF_FORMAT_LLVM_PROFILE},
        {LITERAL("\x84\xe4\xd0\xb1\xf4\xc9\x94\xa8\x53\x67"), PPROF_FORMAT_LLVM_PROFILE},
        {LITERAL("main:100:10\n 1: 10\n"), PPROF_FORMAT_LLVM_PROFILE},
        {LITERAL("# IR level Instrumentation Flag\n:ir\nmain\n"), PPROF_FORMAT_LLVM_PROFILE},
        {LITERAL("\x28\xb5\x2f\xfd\x64"), PPROF_FORMAT_ZSTD},
        {LITERAL("\x04\x22\x4d\x18\x64"), PPROF_FORMAT_LZ4},
        {LITERAL("BZh91AY&SY"), PPROF_FORMAT_BZIP2},
        {LITERAL("\xfd\x37zXZ\0\0"), PPROF_FORMAT_XZ},
        {LITERAL("<!DOCTYPE html>"), PPROF_FORMAT_MARKUP},
        {LITERAL("\n\n  <svg>"), PPROF_FORMAT_MARKUP},
        {LITERAL("{\"resourceProfiles\":[]}"), PPROF_FORMAT_JSON},
        {LITERAL("hello, world\n"), PPROF_FORMAT_UNKNOWN},
        {LITERAL("\x0a\x04\x08\x01\x10\x02"), PPROF_FORMAT_PROFILE},
        {LITERAL("\x78\x01\x60\x80\x01\x0a\x00"), PPROF_FORMAT_PROFILE}, /* doc_url first: zlib's magic, but not zlib */
        {LITERAL("\x6a\x01\x00"), PPROF_FORMAT_PROFILE},                 /* comments first, packed */
        {LITERAL("\xff\xff\xff\xff\xff"), PPROF_FORMAT_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (sniff(cases[i].data, cases[i].size) != cases[i].format)
            fail_msg("case %zu: %d, not %d", i, sniff(cases[i].data, cases[i].size), cases[i].format);
}

/* One line with the name, the cause and a remedy for each. */
static void test_every_format_has_a_refusal(void **state) {
    (void)state;
    for (pprof_format format = PPROF_FORMAT_UNKNOWN; format <= PPROF_FORMAT_JSON; format++) {
        pprof_source source = {.path = "x.pgo", .format = format};
        pprof_status status = {0};
        assert_false(pprof_refuse_format(&source, &status));
        assert_message_has(&status, "x.pgo: this is ");
        assert_null(strchr(status.message, '\n'));
        assert_non_null(strchr(status.message + strlen("x.pgo: "), ':')); /* what stands behind it is the remedy */
    }
}

static void test_remedies_name_the_file(void **state) {
    (void)state;
    pprof_source source = {.path = "a b.data", .format = PPROF_FORMAT_PERF_DATA};
    pprof_status status = {0};
    assert_false(pprof_refuse_format(&source, &status));
    assert_string_equal(status.message,
                        "a b.data: this is perf.data: run `pprofread import -o default.pgo a b.data` first");
}

/* perf.data and binaries may be gigabytes; only their beginning is looked at. */
static void test_large_foreign_files_are_not_read(void **state) {
    (void)state;
    pprof_arena arena = {0};
    const char *path = in_folder("large.data");
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(file, "PERFILE2", 8), 8);
    assert_int_equal(ftruncate(file, (off_t)1 << 33), 0); /* sparse */
    close(file);
    pprof_source source;
    pprof_status status = {0};
    assert_true(pprof_read_source(path, 0, &arena, &source, &status));
    assert_int_equal(source.format, PPROF_FORMAT_PERF_DATA);
    assert_true(source.size <= 1 << 20);
    pprof_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_file_is_named),
        cmocka_unit_test(test_directory_is_named),
        cmocka_unit_test(test_fifo_is_refused_at_once),
        cmocka_unit_test(test_device_is_refused),
        cmocka_unit_test(test_long_name_is_cut_not_overrun),
        cmocka_unit_test(test_dash_is_standard_input),
        cmocka_unit_test(test_limit_is_exact),
        cmocka_unit_test(test_bomb_stops_at_the_limit),
        cmocka_unit_test(test_limit_holds_over_members),
        cmocka_unit_test(test_empty_members_are_nothing),
        cmocka_unit_test(test_every_cut_of_gzip_is_truncated),
        cmocka_unit_test(test_zero_padding_is_garbage),
        cmocka_unit_test(test_formats_are_told_apart),
        cmocka_unit_test(test_every_format_has_a_refusal),
        cmocka_unit_test(test_remedies_name_the_file),
        cmocka_unit_test(test_large_foreign_files_are_not_read),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
