/* Addresses become lines: a program that knows where it stands writes its own gperftools recording, is built in every
 * way that moves addresses about, and must be found again. Then everything that can go wrong with files and
 * symbolizers.
 *
 * Nothing here depends on time, or on a profiler being allowed to run. */
#include "import/import.h"

#include "folder_support.h"

#include <string.h>

/* One word per line of the stack that it records: itself, its two callers and theirs. */
static const char library_source[] = /* of libwhere.so, or linked in */
    "#include <cstdint>\n"
    "namespace places {\n"
    "template <class T> struct Where {\n"
    "    static inline __attribute__((always_inline)) uintptr_t inner(T) {\n"
    "        uintptr_t at; __asm__ volatile(\"lea -1(%%rip), %0\" : \"=r\"(at)); return at;\n" /* line 5 */
    "    }\n"
    "    __attribute__((noinline)) uintptr_t outer(T t) const {\n"
    "        uintptr_t at =\n"
    "            inner(t);\n" /* line 9 */
    "        return at;\n"
    "    }\n"
    "};\n"
    "}\n"
    "__attribute__((visibility(\"default\"))) uintptr_t whereabouts(int i) { return places::Where<int>().outer(i); }\n";

static const char program_source[] =
    "#include <cstdint>\n"
    "#include <cstdio>\n"
    "uintptr_t whereabouts(int);\n"
    "extern \"C\" __attribute__((noinline)) uintptr_t caller() {\n"
    "    return (uintptr_t)__builtin_return_address(0);\n"
    "} uintptr_t (*volatile call)() = caller;\n" /* whom it calls, the code does not say */
    "int main() {\n"
    "    int c;\n"
    "    uintptr_t words[] = {0, 3, 0, 1000, 0, 7, 2, whereabouts(1),\n"
    "                         call(),\n" /* line 10, column 26 */
    "                         0, 1, 0};\n"
    "    fwrite(words, sizeof words, 1, stdout);\n"
    "    FILE *maps = fopen(\"/proc/self/maps\", \"r\");\n"
    "    while ((c = getc(maps)) != EOF) putchar(c);\n"
    "}\n";

static bool has_tools; /* clang, objcopy and llvm-symbolizer */

static int set_up(void **state) {
    if (make_folder(state) != 0) return -1;
    write_text("where.cpp", library_source);
    write_text("main.cpp", program_source);
    has_tools =
        run_line("for c in clang++-22 clang++-19; do command -v $c && ln -s $(command -v $c) cxx && break; done;"
                 "test -e cxx && command -v objcopy && { command -v llvm-symbolizer-22 || command -v "
                 "llvm-symbolizer-19; } && test $(uname -m) = x86_64");
    return 0;
}

/* ---- reading back ---- */

typedef struct symbolized {
    pprof_arena arena;
    pprof_status status;
    pprof_profile addresses, profile;
    bool fine;
} symbolized;

static symbolized symbolize(const char *recording, const char *binary, const char *symbolizer) {
    symbolized result = {0};
    pprof_source source;
    if (!pprof_read_source(in_folder(recording), 0, &result.arena, &source, &result.status) ||
        !pprof_import_gperftools(&source, &result.arena, &result.addresses, &result.status))
        fail_msg("%s", result.status.message);
    const pprof_symbolize_options options = {.binary = binary, .symbolizer = symbolizer};
    result.fine = pprof_symbolize_profile(&result.addresses, &options, &result.arena, &result.profile, &result.status);
    return result;
}

/* "name (linkage name) file:line:column start; …" of one location of the only sample, innermost first. */
static const char *describe(symbolized *result, uint32_t frame) {
    const pprof_profile *profile = &result->profile;
    const pprof_location *location = &profile->locations[profile->sample_locations[frame]];
    const char *text = "";
    for (uint32_t i = 0; i < location->line_count; i++) {
        const pprof_line *line = &profile->lines[location->first_line + i];
        const pprof_function *function = &profile->functions[line->function];
        pprof_string name = pprof_get_string(profile, function->name_string);
        pprof_string linkage_name = pprof_get_string(profile, function->system_name_string);
        pprof_string file = pprof_get_string(profile, function->filename_string);
        const char *base = memrchr(file.text, '/', file.length);
        size_t skipped = base == NULL ? 0 : (size_t)(base + 1 - file.text);
        text = pprof_format_string(&result->arena, &result->status, "%s%s%.*s (%.*s) %.*s:%d:%d start %d", text,
                                   i == 0 ? "" : "; ", (int)name.length, name.text, (int)linkage_name.length,
                                   linkage_name.text, (int)(file.length - skipped), file.text + skipped,
                                   (int)line->line, (int)line->column, (int)function->start_line);
        assert_non_null(text);
    }
    return text;
}

static void expect_places(symbolized *result) {
    if (!result->fine) fail_msg("%s", result->status.message);
    assert_int_equal(result->profile.sample_count, 1);
    assert_int_equal(result->profile.values[0], 7);
    assert_int_equal(result->profile.period, 1000000);
    assert_string_equal(describe(result, 0),
                        "places::Where::inner (_ZN6places5WhereIiE5innerEi) where.cpp:5:23 start 4; "
                        "places::Where::outer (_ZNK6places5WhereIiE5outerEi) where.cpp:9:13 start 7");
    assert_string_equal(describe(result, 1), "main (main) main.cpp:10:26 start 7");
    for (uint32_t frame = 0; frame < 2; frame++) {
        const pprof_location *location = &result->profile.locations[result->profile.sample_locations[frame]];
        const pprof_mapping *mapping = &result->profile.mappings[location->mapping];
        assert_true(mapping->has_functions && mapping->has_filenames && mapping->has_line_numbers);
    }
}

static void check_build(const char *build) {
    if (!has_tools) skip();
    if (!run_line("rm -f program* libwhere*")) fail();
    if (!run_line(build)) fail_msg("cannot build: %s", build);
    assert_true(run_line("LD_LIBRARY_PATH=. ./program >x.prof"));
    symbolized result = symbolize("x.prof", NULL, NULL);
    expect_places(&result);
    pprof_arena_free(&result.arena);
}

static void test_position_independent(void **state) {
    (void)state;
    check_build("./cxx -O2 -g -fPIE -pie main.cpp where.cpp -o program");
}

static void test_fixed_address(void **state) {
    (void)state;
    check_build("./cxx -O2 -g -fno-pie -no-pie main.cpp where.cpp -o program");
}

static void test_static(void **state) {
    (void)state;
    check_build("./cxx -O2 -g -fno-pie -no-pie -static main.cpp where.cpp -o program");
}

static void test_shared_library(void **state) {
    (void)state;
    check_build("./cxx -O2 -g -fPIC -shared where.cpp -o libwhere.so && "
                "./cxx -O2 -g -fPIE -pie main.cpp -L. -lwhere -o program");
}

static void test_separate_debug_file(void **state) {
    (void)state;
    check_build("./cxx -O2 -g -fPIE -pie main.cpp where.cpp -o program && "
                "objcopy --only-keep-debug program program.debug && objcopy --strip-all program && "
                "objcopy --add-gnu-debuglink=program.debug program");
}

static void test_without_build_id(void **state) {
    (void)state;
    check_build("./cxx -O2 -g -fPIE -pie -Wl,--build-id=none main.cpp where.cpp -o program");
}

/* ---- --binary ---- */

static void build_program(void) {
    if (!has_tools) skip();
    if (!run_line("rm -f program* libwhere* moved && ./cxx -O2 -g -Wl,--build-id main.cpp where.cpp -o program"))
        fail();
    assert_true(run_line("./program >x.prof && mv program moved"));
}

static void test_binary_that_has_moved(void **state) {
    (void)state;
    build_program();
    symbolized result = symbolize("x.prof", NULL, NULL);
    assert_false(result.fine);
    assert_non_null(strstr(result.status.message, "/program: No such file"));
    assert_non_null(strstr(result.status.message, "--binary EXE"));
    pprof_arena_free(&result.arena);
    char moved[FOLDER_PATH_SIZE];
    (void)snprintf(moved, sizeof moved, "%s", in_folder("moved"));
    result = symbolize("x.prof", moved, NULL);
    expect_places(&result);
    /* Symbolized once, the profile knows the build: another one is refused. */
    assert_true(run_line("./cxx -O0 -g -Wl,--build-id main.cpp where.cpp -o other"));
    pprof_profile again;
    char other[FOLDER_PATH_SIZE];
    (void)snprintf(other, sizeof other, "%s", in_folder("other"));
    pprof_symbolize_options options = {.binary = other};
    assert_false(pprof_symbolize_profile(&result.profile, &options, &result.arena, &again, &result.status));
    assert_non_null(strstr(result.status.message, "/other: its build id "));
    assert_non_null(strstr(result.status.message, "this is another build"));
    /* With lines already there, no file is needed; finding them anew gives the same. */
    result.status = (pprof_status){0};
    pprof_profile first = result.profile;
    options.binary = NULL;
    assert_true(pprof_symbolize_profile(&first, &options, &result.arena, &result.profile, &result.status));
    expect_places(&result);
    options.binary = moved;
    first = result.profile;
    assert_true(pprof_symbolize_profile(&first, &options, &result.arena, &result.profile, &result.status));
    expect_places(&result);
    pprof_arena_free(&result.arena);
}

static void expect_failure(const char *binary, const char *symbolizer, const char *expected) {
    char binary_path[FOLDER_PATH_SIZE], symbolizer_path[FOLDER_PATH_SIZE];
    (void)snprintf(binary_path, sizeof binary_path, "%s", in_folder(binary));
    if (symbolizer != NULL) (void)snprintf(symbolizer_path, sizeof symbolizer_path, "%s", in_folder(symbolizer));
    symbolized result = symbolize("x.prof", binary_path, symbolizer == NULL ? NULL : symbolizer_path);
    assert_false(result.fine);
    if (strstr(result.status.message, expected) == NULL) fail_msg("%s", result.status.message);
    pprof_arena_free(&result.arena);
}

static void test_binary_that_is_none(void **state) {
    (void)state;
    build_program();
    write_program("text", "#!/bin/sh\n");
    expect_failure("text", NULL, "/text: this is no ELF file");
    expect_failure("missing", NULL, "/missing: No such file");
    expect_failure(".", NULL, "not a regular file");
    assert_true(run_line("head -c 100 moved >cut; head -c 300 moved >cut2"));
    expect_failure("cut", NULL, "/cut: the program headers are cut short");
    expect_failure("cut2", NULL, "/cut2: the program headers are cut short");
}

/* ---- symbolizers ---- */

static void test_bad_symbolizers(void **state) {
    (void)state;
    build_program();
    expect_failure("moved", "missing", "/missing: no such program");
    write_program("dies", "#!/bin/sh\nread x\necho 'out of luck' >&2\nkill -9 $$\n");
    expect_failure("moved", "dies", "/dies: answered 0 of 2 addresses, then ended with signal 9: out of luck");
    write_program("stops", "#!/bin/sh\nread x y z\necho \"{\\\"Address\\\":\\\"$z\\\"}\"\nexit 0\n");
    expect_failure("moved", "stops", "/stops: answered 1 of 2 addresses, then ended with exit status 0; try another");
    write_program("old", "#!/bin/sh\necho main\necho main.c:1:2\n");
    expect_failure("moved", "old", "/old: printed \"main\" where JSON was due; use llvm-symbolizer of LLVM 19");
    write_program("wrong", "#!/bin/sh\nwhile read x; do echo '{\"Address\":\"0x1\"}'; done\n");
    expect_failure("moved", "wrong", "/wrong: answered for address \"0x1\", which is not what it was asked");
    write_program("chatters", "#!/bin/sh\nwhile read x y z; do for i in 1 2 3; do "
                              "echo \"{\\\"Address\\\":\\\"$z\\\"}\"; done; done\n");
    expect_failure("moved", "chatters", "/chatters: answered for address");
    write_program("refuses", "#!/bin/sh\nexec <&-\necho 'no such option' >&2\nexit 2\n");
    expect_failure("moved", "refuses", "then ended with exit status 2: no such option");
}

/* Answers that are JSON but say odd things: nothing is taken from them, and nothing breaks. */
static void test_odd_answers(void **state) {
    (void)state;
    build_program();
    static const char *const symbols[] = {
        "",
        ",\"Symbol\":7",
        ",\"Symbol\":[]",
        ",\"Symbol\":[7,null,[],{}]",
        ",\"Symbol\":[{\"FunctionName\":\"\",\"FileName\":\"x.c\",\"Line\":3}]",
        ",\"Symbol\":[{\"FunctionName\":\"??\"}]",
        ",\"Error\":{\"Message\":\"no\"}",
    };
    char moved[FOLDER_PATH_SIZE], odd[FOLDER_PATH_SIZE];
    (void)snprintf(moved, sizeof moved, "%s", in_folder("moved"));
    (void)snprintf(odd, sizeof odd, "%s", in_folder("odd"));
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        write_text("answer", symbols[i]);
        write_program("odd", "#!/bin/sh\ncd $(dirname $0)\nwhile read x y z; do "
                             "printf '{\"Address\":\"%s\"%s}\\n' $z \"$(cat answer)\"; done\n");
        symbolized result = symbolize("x.prof", moved, odd);
        if (!result.fine) fail_msg("%s", result.status.message);
        assert_string_equal(describe(&result, 0), "");
        pprof_arena_free(&result.arena);
    }
    write_text("answer", ",\"Symbol\":[{\"FunctionName\":\"f\",\"FileName\":null,\"Line\":-3,\"Column\":1e300,"
                         "\"StartLine\":\"x\"},{\"FunctionName\":\"g\",\"Line\":4}]");
    symbolized result = symbolize("x.prof", moved, odd);
    assert_true(result.fine);
    assert_string_equal(describe(&result, 1), "f (f) :0:0 start 0; g (g) :4:0 start 0");
    pprof_arena_free(&result.arena);
}

/* ---- ELF files ---- */

static void test_damaged_elf(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    pprof_elf elf;
    assert_true(pprof_read_source("/proc/self/exe", 0, &arena, &source, &status));
    assert_true(pprof_read_elf("/proc/self/exe", &arena, &elf, &status));
    assert_true(elf.segment_count > 1);
    const size_t interesting = 64 + 14 * 56; /* the header and the program headers */
    uint8_t *bytes = pprof_arena_allocate(&arena, source.size, 1);
    memcpy(bytes, source.data, source.size);
    const char *path = in_folder("damaged");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, source.size, file), source.size);
    for (size_t i = 4; i < interesting && i < source.size; i++) {
        pprof_arena scratch = {0};
        pprof_status outcome = {0};
        uint64_t address;
        const pprof_mapping mapping = {.memory_start = 0x1000, .memory_limit = 0x2000};
        write_byte(file, i, bytes[i] ^ 0xff);
        if (pprof_read_elf(path, &scratch, &elf, &outcome))
            (void)pprof_find_file_address(&elf, &mapping, 0x1234, &address);
        write_byte(file, i, bytes[i]);
        pprof_arena_free(&scratch);
    }
    (void)fclose(file);
    pprof_arena_free(&arena);
}

static void test_file_addresses(void **state) {
    (void)state;
    const pprof_elf_segment segments[] = {
        {.address = 0x400000, .file_offset = 0, .file_size = 0x1200},
        {.address = 0x402100, .file_offset = 0x1100, .file_size = 0x900, .is_executable = true},
    };
    const pprof_elf elf = {.segments = segments, .segment_count = 2};
    const pprof_mapping mapping = {
        .memory_start = 0x7f0000001000, .memory_limit = 0x7f0000002000, .file_offset = 0x1000};
    uint64_t address;
    assert_true(pprof_find_file_address(&elf, &mapping, 0x7f0000001000, &address));
    assert_int_equal(address, 0x401000); /* before the code begins on its page */
    assert_true(pprof_find_file_address(&elf, &mapping, 0x7f0000001110, &address));
    assert_int_equal(address, 0x402110); /* in both segments: the code */
    assert_false(pprof_find_file_address(&elf, &mapping, 0x7f0000001a00, &address));
    assert_false(pprof_find_file_address(&elf, &mapping, 0x1000, &address));
    const pprof_mapping everything = {.memory_limit = UINT64_MAX};
    assert_true(pprof_find_file_address(&elf, &everything, 0x402110, &address));
    assert_int_equal(address, 0x402110);
}

/* ---- real profiles ---- */

/* Lines that are there stay when no file can be read: the profile comes back as it was. */
static void test_symbolized_profile_without_files(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    pprof_profile before, after;
    assert_true(pprof_read_source(TEST_DATA "/variants/lua.r-labels.pb.gz", 0, &arena, &source, &status));
    assert_true(pprof_decode_profile(&source, &arena, &before, &status));
    for (uint32_t i = 0; i < before.mapping_count; i++) before.mappings[i].filename_string = 0;
    if (!pprof_symbolize_profile(&before, NULL, &arena, &after, &status)) fail_msg("%s", status.message);
    assert_int_equal(after.location_count, before.location_count);
    assert_int_equal(after.line_count, before.line_count);
    for (uint32_t i = 0; i < after.line_count; i++) {
        pprof_string old = pprof_get_string(&before, before.functions[before.lines[i].function].system_name_string);
        pprof_string new = pprof_get_string(&after, after.functions[after.lines[i].function].system_name_string);
        assert_int_equal(before.lines[i].line, after.lines[i].line);
        assert_int_equal(old.length, new.length);
        assert_memory_equal(old.text, new.text, new.length);
    }
    assert_int_equal(after.label_count != 0, before.label_count != 0);
    int64_t totals[2] = {0};
    for (uint32_t i = 0; i < before.sample_count; i++) totals[0] += before.values[(size_t)2 * i];
    for (uint32_t i = 0; i < after.sample_count; i++) totals[1] += after.values[(size_t)2 * i];
    assert_int_equal(totals[0], totals[1]);
    pprof_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_position_independent),
        cmocka_unit_test(test_fixed_address),
        cmocka_unit_test(test_static),
        cmocka_unit_test(test_shared_library),
        cmocka_unit_test(test_separate_debug_file),
        cmocka_unit_test(test_without_build_id),
        cmocka_unit_test(test_binary_that_has_moved),
        cmocka_unit_test(test_binary_that_is_none),
        cmocka_unit_test(test_bad_symbolizers),
        cmocka_unit_test(test_odd_answers),
        cmocka_unit_test(test_damaged_elf),
        cmocka_unit_test(test_file_addresses),
        cmocka_unit_test(test_symbolized_profile_without_files),
    };
    return cmocka_run_group_tests(tests, set_up, remove_folder);
}
