/* Memory that runs out at every point once: each stage is run again and again, and its first, second, third … request
 * fails. It says so in its status, leaks nothing (LeakSanitizer looks), and never crashes. A request that is only to
 * give memory back may fail unnoticed: then the result is as ever.
 *
 * The linker puts these malloc, calloc and realloc in place of the library's; those of zlib, protobuf-c and the C
 * library stay as they are. */
#include "edit/edit.h"
#include "folder_support.h"
#include "import/import.h"
#include "index/lookup.h"
#include "reader_support.h"

#include <errno.h>
#include <stdlib.h>

static uint64_t requests_left; /* until one fails; 0: none does */
static bool has_failed;

static bool fails_now(void) {
    if (requests_left == 0) return false;
    requests_left--;
    if (requests_left > 0) return false;
    has_failed = true;
    errno = ENOMEM;
    return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size) {
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    return fails_now() ? NULL : __real_realloc(memory, size);
}

/* ---- a program in place of perf, in PATH, and of llvm-symbolizer ---- */

static const char stand_in[] =
    "#!/bin/sh\n"
    "case $1 in\n"
    "evlist)\n"
    "    echo 'cpu-clock: type: 1, size: 128, { sample_period, sample_freq }: 999, sample_type: IP|TID|CALLCHAIN' ;;\n"
    "buildid-list) echo 'aabb /bin/prog' ;;\n"
    "script)\n"
    "    echo '7/7 PERF_RECORD_MMAP2 7/7: [0x400000(0x3000) @ 0x1000 fe:00 12 0]: r-xp /bin/prog'\n"
    "    printf '7/7 1000 cpu-clock: \\n\\t400104 (/bin/prog)\\n\\t400204 (/bin/prog)\\n\\n' ;;\n"
    "*)\n"
    "    while read -r _ _ address; do\n"
    "        printf '{\"Address\":\"%s\",\"Symbol\":[{\"FunctionName\":\"_ZN1a1bEv\",\"Line\":3},' \"$address\"\n"
    "        echo '{\"FunctionName\":\"main\",\"FileName\":\"a.cc\",\"Line\":9,\"StartLine\":8}]}'\n"
    "    done ;;\n"
    "esac\n";

static bool make_stand_in(void) {
    char path[4096];
    if (make_folder(NULL) != 0) return false;
    write_program("perf", stand_in);
    (void)snprintf(path, sizeof path, "%s:%s", folder, getenv("PATH"));
    return setenv("PATH", path, 1) == 0;
}

/* ---- the stages, each with what it needs and somewhere to print ---- */

static reading given, given_cxx; /* what the stages after decoding begin with: of a program in C, and in C++ */

typedef bool stage(pprof_arena *arena, FILE *out, pprof_status *status);

static bool decode(pprof_arena *arena, FILE *out, pprof_status *status) {
    pprof_source source;
    pprof_profile profile;
    if (!pprof_read_source(TEST_DATA "/profiles/lua2.sym.pb.gz", 0, arena, &source, status) ||
        !pprof_decode_profile(&source, arena, &profile, status))
        return false;
    (void)fprintf(out, "%u", profile.sample_count);
    return true;
}

static const pprof_report_options everything = {.node_count = -1};
static const pprof_weights_options first_type = {.sample_type = "0"};

static bool weigh(pprof_arena *arena, FILE *out, pprof_status *status) {
    pprof_weights weights;
    return pprof_compute_weights(&given.profile, "x", &first_type, arena, &weights, status) &&
           pprof_print_weights(&weights, out, status);
}

static bool parse(pprof_arena *arena, FILE *out, pprof_status *status) {
    static const char text[] =
        "pgo-weights 1\nfunction f file a.c start 3\n  self 1 2\n  call 2:3 g 4 4\n    self 1 4\n"
        "    call 1 f 1 0\nfunction \"g h\" source g absolute\n  self ? 3\n";
    pprof_source source;
    pprof_weights weights;
    return pprof_read_bytes("x", text, sizeof text - 1, 0, arena, &source, status) &&
           pprof_parse_weights(&source, arena, &weights, status) && pprof_print_weights(&weights, out, status);
}

static bool check(pprof_arena *arena, FILE *out, pprof_status *status) {
    pprof_fitness fitness;
    if (!pprof_check_fitness(&given.profile, "x", &first_type, arena, &fitness, status)) return false;
    for (uint32_t i = 0; i < fitness.advice_count; i++) (void)fputs(fitness.advice[i], out);
    return true;
}

static bool encode(pprof_arena *arena, FILE *out, pprof_status *status) {
    const uint8_t *data;
    size_t size;
    return pprof_encode_profile(&given.profile, true, arena, &data, &size, status) &&
           fwrite(data, 1, size, out) == size;
}

static bool merge(pprof_arena *arena, FILE *out, pprof_status *status) {
    const pprof_merge_input input = {.profile = &given.profile, .path = "x"};
    pprof_merger *merger = pprof_create_merger(true, arena, status);
    pprof_profile merged;
    return merger != NULL && pprof_add_profile(merger, &input, status) && pprof_add_profile(merger, &input, status) &&
           pprof_finish_merger(merger, &merged, status) && pprof_print_raw(&merged, &everything, out, arena, status);
}

static bool subtract(pprof_arena *arena, FILE *out, pprof_status *status) {
    const pprof_merge_input input = {.profile = &given.profile, .path = "x"};
    pprof_profile difference;
    return pprof_subtract_profile(&input, &input, true, arena, &difference, status) &&
           pprof_print_raw(&difference, &everything, out, arena, status);
}

/* C++, whose mangled names follow. */
static bool rename_functions(pprof_arena *arena, FILE *out, pprof_status *status) {
    pprof_rename_rule rules[] = {{.from = "pugi", .to = "other", .is_pattern = true}, {.from = "main", .to = "first"}};
    pprof_profile profile;
    return pprof_rename_functions(&given_cxx.profile, "x", rules, sizeof rules / sizeof *rules, arena, &profile,
                                  status) &&
           pprof_print_raw(&profile, &everything, out, arena, status);
}

static bool strip_paths(pprof_arena *arena, FILE *out, pprof_status *status) {
    pprof_profile profile;
    uint32_t count;
    if (!pprof_strip_paths(&given_cxx.profile, "x", "/usr/", arena, &profile, &count, status)) return false;
    (void)fprintf(out, "%u", count);
    return true;
}

static bool choose_samples(pprof_arena *arena, FILE *out, pprof_status *status) {
    const pprof_sample_choice choice = {.keep = "main", .drop = "walk"};
    pprof_profile profile;
    if (!pprof_choose_samples(&given_cxx.profile, "x", &choice, arena, &profile, status)) return false;
    (void)fprintf(out, "%u", profile.sample_count);
    return true;
}

static bool prune(pprof_arena *arena, FILE *out, pprof_status *status) {
    pprof_profile dropping = given.profile, pruned;
    dropping.drop_frames_string = dropping.functions[0].name_string;
    if (!pprof_prune_frames(&dropping, arena, &pruned, status)) return false;
    (void)fprintf(out, "%u", pruned.sample_count);
    return true;
}

static bool index_weights(pprof_arena *arena, FILE *out, pprof_status *status) {
    const uint8_t *data;
    size_t size;
    pprof_weights weights, again;
    pprof_index index;
    return pprof_compute_weights(&given.profile, "x", &first_type, arena, &weights, status) &&
           pprof_make_index(&weights, NULL, arena, &data, &size, status) &&
           pprof_open_index("x", data, size, arena, &index, status) &&
           pprof_read_index(&index, arena, &again, status) && pprof_print_weights(&again, out, status);
}

/* A gperftools recording of a program with these [maps]. */
static bool read_recording(const char *maps, pprof_arena *arena, pprof_profile *profile, pprof_status *status) {
    static const uint64_t recording[] = {0,          3,        0, 10000, 0,        5, 3, 0x401000,
                                         0x7fff0001, 0x401200, 1, 1,     0x402000, 0, 1, 0};
    uint8_t bytes[sizeof recording + 256];
    size_t size = sizeof recording + strlen(maps);
    assert_true(size <= sizeof bytes);
    memcpy(bytes, recording, sizeof recording);
    memcpy(bytes + sizeof recording, maps, size - sizeof recording);
    pprof_source source;
    return pprof_read_bytes("x", bytes, size, 0, arena, &source, status) &&
           pprof_import_gperftools(&source, arena, profile, status);
}

static bool import(pprof_arena *arena, FILE *out, pprof_status *status) {
    pprof_profile profile;
    return read_recording("00400000-00500000 r-xp 00000000 fe:00 1 /bin/x\n"
                          "7fff0000-7fff1000 r-xp 00000000 00:00 0 [vdso]\n",
                          arena, &profile, status) &&
           pprof_print_raw(&profile, &everything, out, arena, status);
}

static bool import_perf(pprof_arena *arena, FILE *out, pprof_status *status) {
    pprof_profile profile;
    return pprof_import_perf("x.data", arena, &profile, status) &&
           pprof_print_raw(&profile, &everything, out, arena, status);
}

/* This very program stands for the one that was recorded: symbolizing reads its headers. */
static bool symbolize(pprof_arena *arena, FILE *out, pprof_status *status) {
    pprof_elf elf;
    pprof_profile addresses, profile;
    char maps[128];
    if (!pprof_read_elf("/proc/self/exe", arena, &elf, status)) return false;
    uint32_t code = 0;
    while (!elf.segments[code].is_executable) code++;
    (void)snprintf(maps, sizeof maps, "00400000-00500000 r-xp %08llx fe:00 1 /proc/self/exe\n",
                   (unsigned long long)elf.segments[code].file_offset);
    const pprof_symbolize_options options = {.symbolizer = in_folder("perf")};
    return read_recording(maps, arena, &addresses, status) &&
           pprof_symbolize_profile(&addresses, &options, arena, &profile, status) &&
           pprof_print_raw(&profile, &everything, out, arena, status);
}

static bool list_idle_functions(pprof_arena *arena, FILE *out, pprof_status *status) {
    pprof_profile sampled, profile;
    const uint8_t *data;
    size_t size;
    return read_recording("00400000-00500000 r-xp 00000000 fe:00 1 /proc/self/exe\n", arena, &sampled, status) &&
           pprof_list_idle_functions(&sampled, NULL, arena, &profile, status) &&
           pprof_encode_profile(&profile, false, arena, &data, &size, status) && fwrite(data, 1, size, out) == size;
}

static bool read_elf(pprof_arena *arena, FILE *out, pprof_status *status) {
    pprof_elf elf;
    if (!pprof_read_elf("/proc/self/exe", arena, &elf, status)) return false;
    (void)fputs(elf.build_id, out);
    return true;
}

static bool simplify(pprof_arena *arena, FILE *out, pprof_status *status) {
    const char *name = pprof_simplify_name("_ZNK2ns4listIiE4findERKi.llvm.12", arena, status);
    return name != NULL && fputs(name, out) >= 0;
}

static const pprof_report_options all_filters = {
    .sample_type = "0",
    .focus = ".",
    .ignore = "^nothing$",
    .hide = "^nothing$",
    .tag_ignore = "nothing",
    .symbols = ".",
    .node_count = -1,
    .node_fraction = -1,
    .edge_fraction = -1,
};

#define REPORT(name)                                                                                                   \
    static bool report_##name(pprof_arena *arena, FILE *out, pprof_status *status) {                                   \
        return pprof_print_##name(&given.profile, &all_filters, out, arena, status);                                   \
    }
REPORT(top)
REPORT(tree)
REPORT(peek)
REPORT(traces)
REPORT(tags)
REPORT(raw)
REPORT(dot)
REPORT(list)
REPORT(flame)

/* ---- the runs ---- */

typedef struct outcome {
    char *text; /* what it printed; malloc'ed */
    size_t size;
    bool worked;
    pprof_status status;
} outcome;

/* Runs [stage] with request [failing] failing, the first being 1; 0: none. */
static outcome run(stage *stage, uint64_t failing) {
    outcome result = {0};
    pprof_arena arena = {0};
    FILE *out = open_memstream(&result.text, &result.size);
    assert_non_null(out);
    has_failed = false;
    requests_left = failing;
    result.worked = stage(&arena, out, &result.status);
    requests_left = 0;
    assert_int_equal(fclose(out), 0);
    pprof_arena_free(&arena);
    return result;
}

/* The number of requests that [stage] makes, each of which has failed once. */
static uint64_t fail_each(const char *name, stage *stage) {
    outcome expected = run(stage, 0);
    if (!expected.worked) fail_msg("%s: %s", name, expected.status.message);
    uint64_t request = 1;
    for (bool ends = false; !ends; request++) {
        outcome result = run(stage, request);
        ends = !has_failed;
        if (result.worked == result.status.failed || result.worked == (result.status.message[0] != '\0'))
            fail_msg("%s: request %zu failed, and the status says '%s'", name, (size_t)request, result.status.message);
        bool is_same = result.size == expected.size && memcmp(result.text, expected.text, result.size) == 0;
        if (result.worked && !is_same) fail_msg("%s: another result after request %zu failed", name, (size_t)request);
        assert_true(result.worked || has_failed);
        free(result.text);
    }
    free(expected.text);
    return request - 2;
}

#define TEST(stage)                                                                                                    \
    static void test_##stage(void **state) {                                                                           \
        (void)state;                                                                                                   \
        assert_true(fail_each(#stage, stage) > 0);                                                                     \
    }
TEST(decode)
TEST(weigh)
TEST(parse)
TEST(check)
TEST(encode)
TEST(merge)
TEST(subtract)
TEST(rename_functions)
TEST(strip_paths)
TEST(choose_samples)
TEST(prune)
TEST(index_weights)
TEST(import)
TEST(import_perf)
TEST(symbolize)
TEST(list_idle_functions)
TEST(read_elf)
TEST(simplify)
TEST(report_top)
TEST(report_tree)
TEST(report_peek)
TEST(report_traces)
TEST(report_tags)
TEST(report_raw)
TEST(report_dot)
TEST(report_list)
TEST(report_flame)

static int set_up(void **state) {
    (void)state;
    given = read_profile(TEST_DATA "/profiles/lua2.sym.pb.gz");
    given_cxx = read_profile(TEST_DATA "/profiles/xmlbench.dem-none.pb.gz");
    return given.is_read && given_cxx.is_read && make_stand_in() ? 0 : -1;
}

static int tear_down(void **state) {
    free_reading(&given);
    free_reading(&given_cxx);
    return remove_folder(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_weigh),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_encode),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_subtract),
        cmocka_unit_test(test_rename_functions),
        cmocka_unit_test(test_strip_paths),
        cmocka_unit_test(test_choose_samples),
        cmocka_unit_test(test_prune),
        cmocka_unit_test(test_index_weights),
        cmocka_unit_test(test_import),
        cmocka_unit_test(test_import_perf),
        cmocka_unit_test(test_symbolize),
        cmocka_unit_test(test_read_elf),
        cmocka_unit_test(test_list_idle_functions),
        cmocka_unit_test(test_simplify),
        cmocka_unit_test(test_report_top),
        cmocka_unit_test(test_report_tree),
        cmocka_unit_test(test_report_peek),
        cmocka_unit_test(test_report_traces),
        cmocka_unit_test(test_report_tags),
        cmocka_unit_test(test_report_raw),
        cmocka_unit_test(test_report_dot),
        cmocka_unit_test(test_report_list),
        cmocka_unit_test(test_report_flame),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
