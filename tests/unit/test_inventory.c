/* The functions that a program has: read from executables as linkers leave them, and added to profiles of them. */
#include "import/import.h"

#include "folder_support.h"
#include "weights_support.h"

#include <string.h>

static const char source[] = "__attribute__((noinline)) static int own(int i) { return i * 3; }\n"
                             "__attribute__((visibility(\"hidden\"), noinline)) int hidden(int i) { return own(i); }\n"
                             "__attribute__((weak)) int weak(int i) { return i; }\n"
                             "int variable;\n"
                             "int sampled(int i) { return hidden(i); }\n"
                             "int idle(int i) { return weak(i); }\n"
                             "int clone(int i) __asm__(\"idle.part.0\");\n"
                             "int clone(int i) { return i; }\n"
                             "int mangled(int i) __asm__(\"_Z7mangledi\");\n"
                             "int mangled(int i) { return i; }\n"
                             "int main(void) { return idle(sampled(variable)); }\n";

static bool has_program;

static int set_up(void **state) {
    if (make_folder(state) != 0) return -1;
    write_text("x.c", source);
    has_program =
        run_line("for c in clang-22 clang-19 gcc; do command -v $c && ln -s $(command -v $c) cc && break; done;"
                 "./cc -O1 -Wl,--build-id x.c -o program && command -v objcopy");
    return 0;
}

static bool has_function(const pprof_elf_functions *functions, const char *name) {
    for (size_t i = 0; i < functions->count; i++)
        if (strcmp(functions->items[i].name, name) == 0 && !functions->items[i].is_weak) return true;
    return false;
}

static bool is_before(const pprof_elf_function *a, const pprof_elf_function *b) {
    return a->address != b->address ? a->address < b->address : strcmp(a->name, b->name) < 0;
}

static void test_functions_of_a_program(void **state) {
    (void)state;
    if (!has_program) skip();
    static const char *const wanted[] = {"hidden", "idle", "idle.part.0", "main", "own", "sampled"};
    static const char *const unwanted[] = {"weak", "variable", "x.c", ""};
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_elf_functions functions;
    if (!pprof_read_elf_functions(in_folder("program"), &arena, &functions, &status)) fail_msg("%s", status.message);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!has_function(&functions, wanted[i])) fail_msg("%s is not there", wanted[i]);
    for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
        if (has_function(&functions, unwanted[i])) fail_msg("'%s' is there", unwanted[i]);
    for (size_t i = 1; i < functions.count; i++) assert_true(is_before(&functions.items[i - 1], &functions.items[i]));
    pprof_arena_free(&arena);
}

static void test_stripped_program(void **state) {
    (void)state;
    if (!has_program || !run_line("objcopy --strip-all program stripped")) skip();
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_elf_functions functions;
    assert_true(pprof_read_elf_functions(in_folder("stripped"), &arena, &functions, &status));
    assert_int_equal(functions.count, 0);
    assert_false(pprof_read_elf_functions(in_folder("x.c"), &arena, &functions, &status));
    assert_non_null(strstr(status.message, "/x.c: this is no ELF file"));
    pprof_arena_free(&arena);
}

/* Every byte of the header and of what it points to, turned: no crash, no run through memory, names in order. */
static void test_damaged_program(void **state) {
    (void)state;
    if (!has_program) skip();
    pprof_arena arena = {0};
    char path[FOLDER_PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s", in_folder("damaged"));
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    uint8_t *bytes = pprof_arena_allocate(&arena, 1 << 20, 1);
    FILE *whole = fopen(in_folder("program"), "rb");
    size_t size = fread(bytes, 1, 1 << 20, whole);
    (void)fclose(whole);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    for (size_t i = 4; i < size; i = i == 63 ? size - 2048 : i + 1) { /* the section headers are at the end */
        pprof_arena scratch = {0};
        pprof_status outcome = {0};
        pprof_elf_functions functions;
        write_byte(file, i, bytes[i] ^ 0xff);
        bool is_read = pprof_read_elf_functions(path, &scratch, &functions, &outcome);
        assert_int_equal(is_read, !outcome.failed);
        for (size_t f = 1; is_read && f < functions.count; f++)
            assert_true(is_before(&functions.items[f - 1], &functions.items[f]));
        write_byte(file, i, bytes[i]);
        pprof_arena_free(&scratch);
    }
    (void)fclose(file);
    pprof_arena_free(&arena);
}

/* ---- the profile ---- */

/* One sample of the function sampled, in a mapping of the file. */
static pprof_profile make_sampled(making *m, const char *path, const char *build_id) {
    start_profile(m, "samples", "count");
    pprof_mapping mapping = {.memory_start = 1 << 20,
                             .memory_limit = 1 << 21,
                             .filename_string = add_string(m, path),
                             .build_id_string = add_string(m, build_id)};
    pprof_line line = {.function = add_function(m, "sampled", "sampled", "x.c", 5), .line = 5};
    pprof_location location = {.address = (1 << 20) + 16, .line_count = 1};
    location.mapping = pprof_add_mapping(m->builder, &mapping, &m->status);
    uint32_t leaf = pprof_add_location(m->builder, &location, &line, &m->status);
    int64_t value = 3;
    pprof_add_sample(m->builder, &leaf, 1, &value, NULL, 0, &m->status);
    return finish_profile(m);
}

static int count_functions(const pprof_profile *profile, const char *name) {
    int count = 0;
    for (uint32_t f = 0; f < profile->function_count; f++)
        count += pprof_string_equals(pprof_get_string(profile, profile->functions[f].system_name_string), name);
    return count;
}

static void test_idle_functions_are_listed_once(void **state) {
    (void)state;
    if (!has_program) skip();
    making m;
    pprof_profile before = make_sampled(&m, in_folder("program"), ""), after, again;
    if (!pprof_list_idle_functions(&before, NULL, &m.arena, &after, &m.status)) fail_msg("%s", m.status.message);
    assert_int_equal(count_functions(&after, "sampled"), 1);
    assert_int_equal(count_functions(&after, "idle"), 1);
    assert_int_equal(count_functions(&after, "hidden"), 1);
    assert_int_equal(count_functions(&after, "idle.part.0"), 0);
    assert_int_equal(after.functions[0].start_line, 5);
    assert_int_equal(after.sample_count, 1);
    /* In an order that no linker decides. */
    const char *last = "";
    for (uint32_t f = before.function_count; f < after.function_count; f++) {
        pprof_string name = pprof_get_string(&after, after.functions[f].system_name_string);
        const char *text = pprof_copy_string(&m.arena, name.text, name.length, &m.status);
        assert_true(text != NULL && strcmp(last, text) < 0);
        last = text;
    }

    /* Nothing comes twice, and what is written is read again. */
    const uint8_t *data;
    size_t size;
    pprof_source source_of_profile;
    pprof_profile read;
    assert_true(pprof_encode_profile(&after, true, &m.arena, &data, &size, &m.status));
    assert_true(pprof_read_bytes("x", data, size, 0, &m.arena, &source_of_profile, &m.status));
    assert_true(pprof_decode_profile(&source_of_profile, &m.arena, &read, &m.status));
    assert_true(pprof_list_idle_functions(&read, NULL, &m.arena, &again, &m.status));
    assert_int_equal(again.function_count, after.function_count);
    pprof_arena_free(&m.arena);
}

static void test_other_files_list_nothing(void **state) {
    (void)state;
    if (!has_program) skip();
    making m;
    pprof_profile before = make_sampled(&m, in_folder("program"), "0123456789abcdef"), after;
    assert_true(pprof_list_idle_functions(&before, NULL, &m.arena, &after, &m.status));
    assert_int_equal(after.function_count, 1);
    /* Named by the user, another build is a mistake. */
    char path[FOLDER_PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s", in_folder("program"));
    const pprof_symbolize_options options = {.binary = path};
    assert_false(pprof_list_idle_functions(&before, &options, &m.arena, &after, &m.status));
    assert_non_null(strstr(m.status.message, "this is another build"));
    pprof_arena_free(&m.arena);
}

/* One sample of a function with this linkage name, in no mapping. */
static pprof_profile make_unmapped(making *m, const char *linkage_name) {
    start_profile(m, "samples", "count");
    pprof_line line = {.function = add_function(m, linkage_name, linkage_name, "x.c", 5), .line = 5};
    pprof_location location = {.line_count = 1, .mapping = PPROF_NONE};
    uint32_t leaf = pprof_add_location(m->builder, &location, &line, &m->status);
    int64_t value = 3;
    pprof_add_sample(m->builder, &leaf, 1, &value, NULL, 0, &m->status);
    return finish_profile(m);
}

/* What [path] adds to a profile without mappings in which [linkage_name] was sampled. */
static bool list_unmapped(making *m, const char *linkage_name, const char *path, pprof_profile *after) {
    char binary[FOLDER_PATH_SIZE];
    (void)snprintf(binary, sizeof binary, "%s", in_folder(path));
    const pprof_symbolize_options options = {.binary = binary};
    pprof_profile before = make_unmapped(m, linkage_name);
    return pprof_list_idle_functions(&before, &options, &m->arena, after, &m->status);
}

static void test_profiles_without_files_take_the_users(void **state) {
    (void)state;
    if (!has_program) skip();
    making m;
    pprof_profile before = make_unmapped(&m, "sampled"), after;
    assert_true(pprof_list_idle_functions(&before, NULL, &m.arena, &after, &m.status));
    assert_int_equal(after.function_count, 1);
    pprof_arena_free(&m.arena);

    if (!list_unmapped(&m, "sampled", "program", &after)) fail_msg("%s", m.status.message);
    assert_int_equal(count_functions(&after, "sampled"), 1);
    assert_int_equal(count_functions(&after, "idle"), 1);
    assert_int_equal(count_functions(&after, "_Z7mangledi"), 1);
    pprof_arena_free(&m.arena);

    /* main is in every program. */
    assert_false(list_unmapped(&m, "main", "program", &after));
    assert_non_null(strstr(m.status.message, "has no function of this one"));
    pprof_arena_free(&m.arena);
}

/* mangled(int) may be what was sampled. */
static void test_demangled_names_leave_mangled_ones_out(void **state) {
    (void)state;
    if (!has_program) skip();
    making m;
    start_profile(&m, "samples", "count");
    add_function(&m, "mangled(int)", "mangled(int)", "x.c", 5);
    add_function(&m, "sampled", "sampled", "x.c", 7);
    pprof_profile before = finish_profile(&m), after;
    char path[FOLDER_PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s", in_folder("program"));
    const pprof_symbolize_options options = {.binary = path};
    if (!pprof_list_idle_functions(&before, &options, &m.arena, &after, &m.status)) fail_msg("%s", m.status.message);
    assert_int_equal(count_functions(&after, "idle"), 1);
    assert_int_equal(count_functions(&after, "_Z7mangledi"), 0);
    pprof_arena_free(&m.arena);

    /* By demangled names alone nobody can tell whether this is the program. */
    if (!list_unmapped(&m, "mangled(int)", "program", &after)) fail_msg("%s", m.status.message);
    assert_int_equal(after.function_count, 1);
    pprof_arena_free(&m.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions_of_a_program),
        cmocka_unit_test(test_stripped_program),
        cmocka_unit_test(test_damaged_program),
        cmocka_unit_test(test_idle_functions_are_listed_once),
        cmocka_unit_test(test_other_files_list_nothing),
        cmocka_unit_test(test_profiles_without_files_take_the_users),
        cmocka_unit_test(test_demangled_names_leave_mangled_ones_out),
    };
    return cmocka_run_group_tests(tests, set_up, remove_folder);
}
