/* A program that records its own stack where a function was left by a jump: the frame must come back. With the jump's
 * place where there is one jump, without where it went through a pointer; and nothing where no frame is missing. */
#include "import/import.h"

#include "folder_support.h"

#include <string.h>

/* A gperftools recording of one stack: note, its caller and that one's. CALLED is what run calls. */
static const char source[] = "#include <stdint.h>\n"
                             "#include <stdio.h>\n"
                             "#define KEEP __attribute__((noinline))\n"
                             "static uintptr_t words[] = {0, 3, 0, 1000, 0, 7, 3, 0, 0, 0, 0, 1, 0};\n"
                             "KEEP int note(int n) {\n"
                             "    uintptr_t at; __asm__ volatile(\"lea -1(%%rip), %0\" : \"=r\"(at));\n"
                             "    words[7] = at, words[8] = (uintptr_t)__builtin_return_address(0);\n"
                             "    words[9] = (uintptr_t)__builtin_return_address(1);\n"
                             "    return n + 1;\n"
                             "}\n"
                             "int (*volatile target)(int) = note;\n"
                             "KEEP int through_pointer(int n) { return target(n + 1); }\n" /* line 12 */
                             "KEEP int by_name(int n) {\n"
                             "    if (n == 7) return n;\n"
                             "    return note(n * 3);\n" /* line 15 */
                             "}\n"
                             "KEEP int at_two_places(int n) { if (n == 7) return note(1); return note(n * 3); }\n"
                             "KEEP int called(int n) { return target(n) + 1; }\n" /* no jump */
                             "KEEP int run(int n) { return CALLED(n) + 1; }\n"
                             "int main(int count, char **arguments) {\n"
                             "    int c, result = run(count);\n"
                             "    fwrite(words, sizeof words, 1, stdout);\n"
                             "    FILE *maps = fopen(\"/proc/self/maps\", \"r\");\n"
                             "    while ((c = getc(maps)) != EOF) putchar(c);\n"
                             "    return result == -1;\n"
                             "}\n";

static bool has_tools; /* clang and llvm-symbolizer */

static int set_up(void **state) {
    if (make_folder(state) != 0) return -1;
    write_text("lost.c", source);
    has_tools = run_line("for c in clang-22 clang-19; do command -v $c && ln -s $(command -v $c) cc && break; done;"
                         "test -e cc && { command -v llvm-symbolizer-22 || command -v llvm-symbolizer-19; } && "
                         "test $(uname -m) = x86_64");
    return 0;
}

typedef struct stack {
    pprof_arena arena;
    pprof_status status;
    pprof_profile profile;
} stack;

/* The recorded stack of a program in which run calls [function], symbolized. */
static stack record_stack(const char *function, const char *options) {
    stack result = {0};
    pprof_source recording;
    pprof_profile addresses;
    char line[400];
    (void)snprintf(line, sizeof line,
                   "./cc -O2 -g -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer %s -DCALLED=%s lost.c -o lost && "
                   "./lost >x.prof",
                   options, function);
    if (!run_line(line)) fail_msg("cannot build or run: %s", line);
    if (!pprof_read_source(in_folder("x.prof"), 0, &result.arena, &recording, &result.status) ||
        !pprof_import_gperftools(&recording, &result.arena, &addresses, &result.status) ||
        !pprof_symbolize_profile(&addresses, NULL, &result.arena, &result.profile, &result.status))
        fail_msg("%s", result.status.message);
    return result;
}

/* "name:line start" of each frame, the innermost first. */
static const char *describe_stack(stack *stack) {
    const pprof_profile *profile = &stack->profile;
    const char *text = "";
    for (uint32_t i = 0; i < profile->first_location[1]; i++) {
        const pprof_location *location = &profile->locations[profile->sample_locations[i]];
        assert_int_equal(location->line_count, 1);
        const pprof_line *line = &profile->lines[location->first_line];
        const pprof_function *function = &profile->functions[line->function];
        pprof_string name = pprof_get_string(profile, function->name_string);
        text = pprof_format_string(&stack->arena, &stack->status, "%s%s%.*s:%d %d", text, i == 0 ? "" : ", ",
                                   (int)name.length, name.text, (int)line->line, (int)function->start_line);
        assert_non_null(text);
    }
    return text;
}

static void expect_stack(const char *function, const char *options, const char *expected) {
    if (!has_tools) skip();
    stack stack = record_stack(function, options);
    assert_string_equal(describe_stack(&stack), expected);
    pprof_arena_free(&stack.arena);
}

static void test_jump_through_a_pointer(void **state) {
    (void)state;
    expect_stack("through_pointer", "", "note:6 5, through_pointer:0 12, run:19 19, main:21 20");
    expect_stack("through_pointer", "-no-pie", "note:6 5, through_pointer:0 12, run:19 19, main:21 20");
}

static void test_jump_to_a_name(void **state) {
    (void)state;
    expect_stack("by_name", "", "note:6 5, by_name:15 13, run:19 19, main:21 20");
    expect_stack("by_name", "-no-pie -static", "note:6 5, by_name:15 13, run:19 19, main:21 20");
}

static void test_one_of_two_jumps(void **state) {
    (void)state;
    expect_stack("at_two_places", "-mllvm -enable-tail-merge=0 -mllvm -simplifycfg-sink-common=0",
                 "note:6 5, at_two_places:0 17, run:19 19, main:21 20");
}

static void test_nothing_is_missing(void **state) {
    (void)state;
    expect_stack("called", "", "note:6 5, called:18 18, run:19 19");
}

/* A frame without a place has neither address nor mapping, so that nobody takes it for code that was met; and when the
 * profile is symbolized again, all stays as it is. */
static void test_frames_stay(void **state) {
    (void)state;
    if (!has_tools) skip();
    stack stack = record_stack("through_pointer", "");
    const pprof_location *location = &stack.profile.locations[stack.profile.sample_locations[1]];
    assert_int_equal(location->address, 0);
    assert_int_equal(location->mapping, PPROF_NONE);
    pprof_profile once = stack.profile;
    assert_true(pprof_symbolize_profile(&once, NULL, &stack.arena, &stack.profile, &stack.status));
    assert_string_equal(describe_stack(&stack), "note:6 5, through_pointer:0 12, run:19 19, main:21 20");
    assert_int_equal(once.location_count, stack.profile.location_count);
    pprof_arena_free(&stack.arena);
}

/* ---- damaged programs ---- */

/* Whatever the file has come to say, stacks stay stacks: what was there is there, in its order. */
static void expect_a_profile(const pprof_profile *input, const char *program) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile output;
    const bool *have_places;
    uint32_t main_mapping;
    const pprof_symbolize_options options = {.binary = program};
    pprof_mapping_file *files = pprof_allocate(&arena, input->mapping_count, sizeof *files, &status);
    bool done = files != NULL && pprof_find_mapping_files(input, &options, &arena, files, &main_mapping, &status) &&
                pprof_restore_frames(input, files, &arena, &output, &have_places, &status);
    assert_int_equal(done, !status.failed);
    for (uint32_t i = 0, at = 0; done && i < output.first_location[1]; i++) {
        uint32_t location = output.sample_locations[i];
        assert_true(location < output.location_count);
        if (location >= input->location_count) continue;
        assert_int_equal(location, input->sample_locations[at++]);
    }
    pprof_arena_free(&arena);
}

static void test_damaged_program(void **state) {
    (void)state;
    if (!has_tools) skip();
    stack stack = record_stack("by_name", "-Wl,--build-id=none");
    pprof_source recording;
    pprof_profile addresses;
    assert_true(pprof_read_source(in_folder("x.prof"), 0, &stack.arena, &recording, &stack.status) &&
                pprof_import_gperftools(&recording, &stack.arena, &addresses, &stack.status));
    char program[FOLDER_PATH_SIZE];
    (void)snprintf(program, sizeof program, "%s", in_folder("lost"));
    FILE *file = fopen(program, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    for (size_t at = 4; at < size; at += at < 1024 ? 1 : at < size - 8192 ? 61 : 3) { /* symbols are near the end */
        assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
        int byte = fgetc(file);
        write_byte(file, at, byte ^ 0xff);
        expect_a_profile(&addresses, program);
        write_byte(file, at, byte);
    }
    (void)fclose(file);
    pprof_arena_free(&stack.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jump_through_a_pointer),
        cmocka_unit_test(test_jump_to_a_name),
        cmocka_unit_test(test_one_of_two_jumps),
        cmocka_unit_test(test_nothing_is_missing),
        cmocka_unit_test(test_frames_stay),
        cmocka_unit_test(test_damaged_program),
    };
    return cmocka_run_group_tests(tests, set_up, remove_folder);
}
