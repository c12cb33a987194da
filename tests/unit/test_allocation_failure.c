/* Memory that runs out at every point once: each stage is run again and again, and its first, second, third … request
 * fails. It says so in its status, leaks nothing (LeakSanitizer looks), and never crashes. A request that is only to
 * give memory back may fail unnoticed: then the result is as ever.
 *
 * The linker puts these malloc, calloc and realloc in place of the library's; those of zlib, protobuf-c and the C
 * library stay as they are. */
#include "edit/edit.h"
#include "import/import.h"
#include "index/lookup.h"
#include "reader_support.h"

#include <errno.h>
#include <stdlib.h>

static uint64_t requests_left; /* until one fails; 0: none does */
static bool has_failed;

static bool fails_now(void) {
    if (requests_left == 0 || --requests_left > 0) return false;
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

/* ---- the stages, each with what it needs and somewhere to print ---- */

static reading given; /* what the stages after decoding begin with */

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
    static const pprof_report_options options = {.node_count = -1};
    return merger != NULL && pprof_add_profile(merger, &input, status) && pprof_add_profile(merger, &input, status) &&
           pprof_finish_merger(merger, &merged, status) && pprof_print_raw(&merged, &options, out, arena, status);
}

static bool subtract(pprof_arena *arena, FILE *out, pprof_status *status) {
    const pprof_merge_input input = {.profile = &given.profile, .path = "x"};
    pprof_profile difference;
    static const pprof_report_options options = {.node_count = -1};
    return pprof_subtract_profile(&input, &input, true, arena, &difference, status) &&
           pprof_print_raw(&difference, &options, out, arena, status);
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

static bool import(pprof_arena *arena, FILE *out, pprof_status *status) {
    static const uint64_t recording[] = {0,          3,        0, 10000, 0,        5, 3, 0x401000,
                                         0x7fff0001, 0x401200, 1, 1,     0x402000, 0, 1, 0};
    static const char maps[] =
        "00400000-00500000 r-xp 00000000 fe:00 1 /bin/x\n7fff0000-7fff1000 r-xp 00000000 00:00 0 "
        "[vdso]\n";
    uint8_t bytes[sizeof recording + sizeof maps - 1];
    memcpy(bytes, recording, sizeof recording);
    memcpy(bytes + sizeof recording, maps, sizeof maps - 1);
    pprof_source source;
    pprof_profile profile;
    static const pprof_report_options options = {.node_count = -1};
    return pprof_read_bytes("x", bytes, sizeof bytes, 0, arena, &source, status) &&
           pprof_import_gperftools(&source, arena, &profile, status) &&
           pprof_print_raw(&profile, &options, out, arena, status);
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
TEST(prune)
TEST(index_weights)
TEST(import)
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
    return given.is_read ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    free_reading(&given);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),        cmocka_unit_test(test_weigh),       cmocka_unit_test(test_parse),
        cmocka_unit_test(test_check),         cmocka_unit_test(test_encode),      cmocka_unit_test(test_merge),
        cmocka_unit_test(test_subtract),      cmocka_unit_test(test_prune),       cmocka_unit_test(test_index_weights),
        cmocka_unit_test(test_import),        cmocka_unit_test(test_read_elf),    cmocka_unit_test(test_simplify),
        cmocka_unit_test(test_report_top),    cmocka_unit_test(test_report_tree), cmocka_unit_test(test_report_peek),
        cmocka_unit_test(test_report_traces), cmocka_unit_test(test_report_tags), cmocka_unit_test(test_report_raw),
        cmocka_unit_test(test_report_dot),    cmocka_unit_test(test_report_list), cmocka_unit_test(test_report_flame),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
