/* Recorded on the spot, where a profiler is there and allowed: from the running program to function, line and caller.
 * How many samples there are is left to chance; that the hot loop is found where the source has it is not. */
#include "import/import.h"

#include "folder_support.h"

#include <string.h>

static const char source_text[] = "volatile unsigned long sum;\n"
                                  "static __attribute__((always_inline)) inline void step(unsigned long i) {\n"
                                  "    sum += i * i % 7;\n" /* line 3 */
                                  "}\n"
                                  "__attribute__((noinline)) void burn(unsigned long n) {\n"
                                  "    for (unsigned long i = 0; i < n; i++)\n"
                                  "        step(i);\n" /* line 7 */
                                  "}\n"
                                  "int main(void) {\n"
                                  "    for (int i = 0; i < 4; i++)\n"
                                  "        burn(30000000);\n" /* line 11 */
                                  "    return 0;\n"
                                  "}\n";

static int set_up(void **state) {
    if (make_folder(state) != 0) return -1;
    write_text("burn.c", source_text);
    return 0;
}

static bool build_program(const char *options) {
    char line[512];
    (void)snprintf(line, sizeof line,
                   "C=$(command -v clang-22 || command -v clang-19) && "
                   "{ command -v llvm-symbolizer-22 || command -v llvm-symbolizer-19; } && "
                   "$C -O2 -g -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer %s burn.c -o burn",
                   options);
    return run_line(line);
}

/* "step:3 < burn:7 < main:11 < …": the innermost frames of a sample. */
static void describe(const pprof_profile *profile, uint32_t sample, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = profile->first_location[sample]; i < profile->first_location[sample + 1]; i++) {
        const pprof_location *location = &profile->locations[profile->sample_locations[i]];
        for (uint32_t j = 0; j < location->line_count && used < size; j++) {
            const pprof_line *line = &profile->lines[location->first_line + j];
            pprof_string name = pprof_get_string(profile, profile->functions[line->function].name_string);
            used +=
                (size_t)snprintf(text + used, size - used, "%.*s:%d < ", (int)name.length, name.text, (int)line->line);
        }
    }
}

static void expect_hot_loop(const pprof_profile *addresses, pprof_arena *arena) {
    pprof_profile profile;
    pprof_status status = {0};
    if (!pprof_symbolize_profile(addresses, NULL, arena, &profile, &status)) fail_msg("%s", status.message);
    assert_true(
        pprof_string_equals(pprof_get_string(&profile, profile.mappings[0].filename_string), in_folder("burn")));
    int64_t in_loop = 0, in_burn = 0, total = 0;
    for (uint32_t i = 0; i < profile.sample_count; i++) {
        char text[512];
        describe(&profile, i, text, sizeof text);
        int64_t count = profile.values[(size_t)i * 2];
        total += count;
        if (strstr(text, "burn:") != NULL) in_burn += count;
        if (strncmp(text, "step:3 < burn:7 < main:11 < ", 28) == 0) in_loop += count;
    }
    if (total < 5) skip(); /* the machine was not ours */
    assert_true(in_loop > 0);
    assert_true(in_burn * 2 > total);
}

static void record_with_perf(const char *options) {
    if (!build_program(options)) skip();
    if (!run_line("perf record -q -e cpu-clock -F 499 -g -o x.data ./burn && perf script -i x.data | grep -q burn"))
        skip();
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile addresses;
    if (!pprof_import_perf(in_folder("x.data"), &arena, &addresses, &status)) fail_msg("%s", status.message);
    expect_hot_loop(&addresses, &arena);
    pprof_arena_free(&arena);
}

static void record_with_gperftools(const char *options) {
    if (!build_program(options)) skip();
    if (!run_line("P=$(ls /usr/lib/*/libprofiler.so.0 | head -n 1) && "
                  "LD_PRELOAD=$P CPUPROFILE=x.prof CPUPROFILE_FREQUENCY=500 ./burn && test -s x.prof"))
        skip();
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    pprof_profile addresses;
    if (!pprof_read_source(in_folder("x.prof"), 0, &arena, &source, &status) ||
        !pprof_import_gperftools(&source, &arena, &addresses, &status))
        fail_msg("%s", status.message);
    if (addresses.sample_count < 5) skip();
    expect_hot_loop(&addresses, &arena);
    pprof_arena_free(&arena);
}

static void test_perf(void **state) {
    (void)state;
    record_with_perf("-fPIE -pie");
}

static void test_perf_at_a_fixed_address(void **state) {
    (void)state;
    record_with_perf("-fno-pie -no-pie");
}

static void test_gperftools(void **state) {
    (void)state;
    record_with_gperftools("-fPIE -pie");
}

static void test_gperftools_at_a_fixed_address(void **state) {
    (void)state;
    record_with_gperftools("-fno-pie -no-pie");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_perf),
        cmocka_unit_test(test_perf_at_a_fixed_address),
        cmocka_unit_test(test_gperftools),
        cmocka_unit_test(test_gperftools_at_a_fixed_address),
    };
    return cmocka_run_group_tests(tests, set_up, remove_folder);
}
