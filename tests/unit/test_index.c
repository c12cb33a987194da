/* The index: it says what its Weights say, finds what it should, and neither accident nor enmity makes it lie unnoticed
 * or be read beyond its end. */
#include "base/little_endian.h"
#include "folder_support.h"
#include "index/index.h"
#include "index_support.h"
#include "weights_support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char TEXT[] = "pgo-weights 1\n"
                           "type samples count\n"
                           "total 130 samples 130 unnamed 4 without-line 3\n"
                           "function _ZL4stepPv.__uniq.7 file a/walk.c start 40\n"
                           "  self 1:3 9\n"
                           "function main file a/main.c start 1\n"
                           "  call 2:5 walk 100 60\n"
                           "    self 3:7 60\n"
                           "    call 4:1 _ZL4stepPv.__uniq.7 9 9\n"
                           "      self 1:3 9\n"
                           "function ns::walk file b/walk.cpp absolute uncertain\n"
                           "  self 12 20\n"
                           "function walk file a/walk.c start 20\n"
                           "  self ? 3\n"
                           "  self 3:7 90\n"
                           "  call 4:1 _ZL4stepPv.__uniq.7 9 9\n"
                           "    self 1:3 9\n";

typedef struct scene {
    pprof_arena arena;
    pprof_status status;
    pprof_weights weights;
    const uint8_t *data;
    size_t size;
    pprof_index index;
} scene;

static void make(scene *s, const pprof_origin *origin) {
    if (!pprof_make_index(&s->weights, origin, &s->arena, &s->data, &s->size, &s->status) ||
        !pprof_open_index("x.pgoidx", s->data, s->size, &s->arena, &s->index, &s->status))
        fail_msg("%s", s->status.message);
}

static void set_text(scene *s, const char *text) {
    *s = (scene){0};
    if (!parse_text(text, &s->arena, &s->weights, &s->status)) fail_msg("%s", s->status.message);
    make(s, NULL);
}

static void set_file(scene *s, const char *path) {
    *s = (scene){0};
    if (!pprof_load_weights(path, 0, NULL, &s->arena, &s->weights, &s->status)) fail_msg("%s", s->status.message);
    make(s, NULL);
}

/* ---- it says what its Weights say -------------------------------------------------------------------------------- */

static void assert_round_trip(scene *s) {
    pprof_weights read;
    if (!pprof_read_index(&s->index, &s->arena, &read, &s->status)) fail_msg("%s", s->status.message);
    char *before = print_to_string(&s->weights), *after = print_to_string(&read);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static const char *const profiles[] = {
    TEST_DATA "/profiles/lua.sym.pb.gz",
    TEST_DATA "/profiles/lua-gcc.sym.pb.gz",
    TEST_DATA "/profiles/xmlbench.dem-none.pb.gz",
    TEST_DATA "/profiles/speedtest1.perf.sym.pb.gz",
};
enum { PROFILE_COUNT = sizeof profiles / sizeof *profiles };

static void test_round_trips(void **state) {
    (void)state;
    static const char *const texts[] = {TEXT, "pgo-weights 1\n", "pgo-weights 1\nfunction \"\"\n  self 1 1\n"};
    scene s;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        set_text(&s, texts[i]);
        assert_round_trip(&s);
        pprof_arena_free(&s.arena);
    }
    for (size_t i = 0; i < PROFILE_COUNT; i++) {
        set_file(&s, profiles[i]);
        assert_round_trip(&s);
        pprof_arena_free(&s.arena);
    }
}

/* The format, and what the library makes of a profile. When this fails because either has changed, raise
 * PPROF_INDEX_VERSION and put the new number here. */
static void test_the_version_says_what_an_index_holds(void **state) {
    (void)state;
    scene s;
    assert_int_equal(PPROF_INDEX_VERSION, 2);
    set_text(&s, TEXT);
    assert_int_equal(pprof_checksum(0, s.data, s.size), 0xc98d7542);
    pprof_arena_free(&s.arena);
    set_file(&s, profiles[0]);
    char *text = print_to_string(&s.weights);
    assert_int_equal(pprof_checksum(0, text, strlen(text)), 0x31f12bfa);
    free(text);
    pprof_arena_free(&s.arena);
}

/* ---- it finds what it should ------------------------------------------------------------------------------------- */

static bool finds(const pprof_index *index, pprof_key_kind kind, const char *text, size_t length, uint32_t wanted) {
    pprof_key_search search = pprof_search_key(index, kind, text, length);
    bool is_found = false;
    for (uint32_t last = PPROF_NONE, found; (found = pprof_next_function(index, &search)) != PPROF_NONE; last = found) {
        assert_true(last == PPROF_NONE || found > last);
        is_found |= found == wanted;
    }
    return is_found;
}

static void test_every_function_is_found(void **state) {
    (void)state;
    for (size_t i = 0; i < PROFILE_COUNT; i++) {
        scene s;
        set_file(&s, profiles[i]);
        for (uint32_t f = 0; f < s.weights.function_count; f++) {
            const char *name = s.weights.functions[f].linkage_name, *file = s.weights.functions[f].file;
            name = pprof_unify_structors(name, &s.arena, &s.status);
            assert_non_null(name);
            assert_true(finds(&s.index, PPROF_KEY_NAME, name, pprof_strip_name_suffixes(name), f));
            assert_true(file[0] == '\0' || finds(&s.index, PPROF_KEY_FILE, file, strlen(file), f));
            assert_false(finds(&s.index, PPROF_KEY_NAME, "no such name", 12, f));
        }
        assert_false(s.status.failed);
        pprof_arena_free(&s.arena);
    }
}

static void test_statics_are_found_by_their_names_in_c(void **state) {
    (void)state;
    enum { STEP, MAIN, UNCERTAIN_WALK, WALK };
    scene s;
    set_text(&s, TEXT);
    assert_true(finds(&s.index, PPROF_KEY_NAME, "step", 4, STEP));
    assert_true(finds(&s.index, PPROF_KEY_NAME, "_ZL4stepPv", 10, STEP));
    assert_false(finds(&s.index, PPROF_KEY_NAME, "stepPv", 6, STEP));
    assert_true(finds(&s.index, PPROF_KEY_FILE, "a/walk.c", 8, STEP));
    assert_true(finds(&s.index, PPROF_KEY_FILE, "a/walk.c", 8, WALK));
    assert_false(finds(&s.index, PPROF_KEY_FILE, "a/walk.c", 8, MAIN));
    assert_true(finds(&s.index, PPROF_KEY_NAME, "ns::walk", 8, UNCERTAIN_WALK));
    assert_true(s.index.has_uncertain_names);
    pprof_arena_free(&s.arena);
    /* lengths that reach beyond a name */
    set_text(&s, "pgo-weights 1\nfunction _ZL9step\nfunction _ZL\nfunction _ZL99999999999999999999x\n");
    assert_false(finds(&s.index, PPROF_KEY_NAME, "step", 4, 0));
    pprof_arena_free(&s.arena);
}

/* ---- curves ------------------------------------------------------------------------------------------------------ */

static int compare_descending(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a < b) - (a > b);
}

/* Against the weights themselves, [count] of them. */
static void check_curve(const pprof_index *index, pprof_curve curve, uint64_t *weights, size_t count) {
    qsort(weights, count, sizeof *weights, compare_descending);
    uint64_t sum = 0;
    pprof_curve_point point = pprof_find_sum(index, curve, 0);
    assert_int_equal(point.count, count != 0);
    for (size_t i = 0; i < count; i++) {
        point = pprof_find_sum(index, curve, sum + 1);
        assert_int_equal(point.count, i + 1);
        assert_int_equal(point.weight, weights[i]);
        sum += weights[i];
        assert_int_equal(point.sum, sum);
        point = pprof_find_sum(index, curve, sum);
        assert_int_equal(point.count, i + 1);
        size_t as_heavy = i + 1;
        while (as_heavy < count && weights[as_heavy] == weights[i]) as_heavy++;
        assert_int_equal(pprof_find_weight(index, curve, weights[i]).count, as_heavy);
        assert_int_equal(pprof_find_weight(index, curve, weights[i]).weight, weights[i]);
    }
    point = pprof_find_sum(index, curve, sum + 1);
    assert_int_equal(point.count, count);
    assert_int_equal(point.sum, sum);
    assert_int_equal(pprof_find_weight(index, curve, UINT64_MAX).count, 0);
}

static void test_curves(void **state) {
    (void)state;
    for (size_t i = 0; i < PROFILE_COUNT; i++) {
        scene s;
        set_file(&s, profiles[i]);
        uint64_t *weights = malloc(((size_t)s.weights.self_count + s.weights.body_count) * sizeof *weights);
        size_t functions = 0, edges = 0, places = 0;
        for (uint32_t f = 0; f < s.weights.function_count; f++)
            if (s.weights.bodies[f].leaf != 0) weights[functions++] = s.weights.bodies[f].leaf;
        check_curve(&s.index, PPROF_CURVE_FUNCTIONS, weights, functions);
        for (uint32_t f = 0; f < s.weights.function_count; f++)
            for (uint32_t c = 0; c < s.weights.bodies[f].call_count; c++) {
                uint64_t leaf = s.weights.bodies[s.weights.bodies[f].first_call + c].leaf;
                if (leaf != 0) weights[edges++] = leaf;
            }
        check_curve(&s.index, PPROF_CURVE_EDGES, weights, edges);
        for (uint32_t f = 0; f < s.weights.function_count; f++)
            for (uint32_t p = 0; p < s.weights.bodies[f].self_count; p++) {
                const pprof_self *self = &s.weights.selves[s.weights.bodies[f].first_self + p];
                if (self->place.offset != PPROF_NO_OFFSET) weights[places++] = self->weight;
            }
        check_curve(&s.index, PPROF_CURVE_PLACES, weights, places);
        free(weights);
        pprof_arena_free(&s.arena);
    }
}

static void test_sums_saturate(void **state) {
    (void)state;
    scene s;
    set_text(&s,
             "pgo-weights 1\nfunction f\n  self 1 18446744073709551615\n  self 2 18446744073709551615\n  self 3 5\n");
    pprof_curve_point point = pprof_find_sum(&s.index, PPROF_CURVE_PLACES, UINT64_MAX);
    assert_int_equal(point.count, 1);
    assert_true(point.sum == UINT64_MAX);
    assert_true(pprof_find_weight(&s.index, PPROF_CURVE_PLACES, 1).sum == UINT64_MAX);
    assert_int_equal(pprof_find_weight(&s.index, PPROF_CURVE_PLACES, 1).count, 3);
    pprof_arena_free(&s.arena);
}

/* ---- damage ------------------------------------------------------------------------------------------------------ */

static void walk_bodies(const pprof_index *index) {
    for (uint32_t i = 0; i < index->body_count; i++) {
        pprof_body body = pprof_get_body(index, i);
        (void)pprof_get_weight_function(index, body.function);
        for (uint32_t s = body.first_self; s < body.first_self + body.self_count; s++) (void)pprof_get_self(index, s);
        for (uint32_t c = body.first_call; c < body.first_call + body.call_count; c++) (void)pprof_get_body(index, c);
    }
}

/* Asks for everything there is to ask for. */
static void walk_index(const pprof_index *index) {
    static const char *const names[] = {"main", "walk", "step", "_ZL4stepPv", "a/walk.c", "a/main.c", "nobody"};
    walk_bodies(index);
    for (uint32_t i = 0; i < index->function_count; i++) {
        pprof_weight_function function = pprof_get_weight_function(index, i);
        assert_true(strlen(function.linkage_name) + strlen(function.source_name) + strlen(function.file) < 10000);
    }
    for (uint32_t i = 0; i < index->edge_count; i++) (void)pprof_get_edge(index, i);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (pprof_key_kind kind = PPROF_KEY_NAME; kind <= PPROF_KEY_FILE; kind++) {
            pprof_key_search search = pprof_search_key(index, kind, names[i], strlen(names[i]));
            for (uint32_t found; (found = pprof_next_function(index, &search)) != PPROF_NONE;)
                (void)pprof_get_body(index, found);
        }
    for (int curve = 0; curve < PPROF_CURVE_COUNT; curve++)
        for (unsigned bit = 0; bit < 64; bit += 3) {
            (void)pprof_find_sum(index, (pprof_curve)curve, UINT64_C(1) << bit);
            (void)pprof_find_weight(index, (pprof_curve)curve, UINT64_C(1) << bit);
        }
    for (int threshold = 0; threshold <= 100; threshold += 25) (void)pprof_cut_hot_edges(index, threshold);
    (void)pprof_get_origin(index);
}

/* For free(); of exactly that size, so that ASan sees what reads beyond. */
static uint8_t *copy_bytes(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL) abort();
    memcpy(copy, data, size);
    return copy;
}

/* Opens [data], which is malloc'ed so that ASan knows its end, and walks it; whether all of it was accepted. */
static bool survives(const uint8_t *data, size_t size, char *message) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_index index;
    pprof_weights weights;
    uint8_t *copy = copy_bytes(data, size);
    bool is_open = pprof_open_index("x.pgoidx", copy, size, &arena, &index, &status);
    if (is_open) walk_index(&index);
    bool is_whole = is_open && !status.failed && pprof_read_index(&index, &arena, &weights, &status);
    assert_true(is_whole == !status.failed);
    if (message != NULL) (void)snprintf(message, sizeof status.message, "%s", status.message);
    pprof_arena_free(&arena);
    free(copy);
    return is_whole;
}

static void test_every_flipped_byte_is_noticed(void **state) {
    (void)state;
    scene s;
    set_text(&s, TEXT);
    uint8_t *copy = copy_bytes(s.data, s.size);
    assert_true(survives(copy, s.size, NULL));
    static const uint8_t masks[] = {0xff, 0x01, 0x80};
    for (size_t i = 0; i < s.size; i++)
        for (size_t m = 0; m < sizeof masks; m++) {
            copy[i] ^= masks[m];
            assert_false(survives(copy, s.size, NULL));
            copy[i] ^= masks[m];
        }
    free(copy);
    pprof_arena_free(&s.arena);
}

static void test_every_cut_is_noticed(void **state) {
    (void)state;
    scene s;
    char message[sizeof s.status.message];
    set_text(&s, TEXT);
    for (size_t size = 0; size < s.size; size++) {
        assert_false(survives(s.data, size, message));
        if (size >= PPROF_MAGIC_SIZE) assert_non_null(strstr(message, "truncated"));
    }
    pprof_arena_free(&s.arena);
}

/* What an enemy does: all checksums put right again. */
static void seal(uint8_t *data, size_t size) {
    size_t seed_at = PPROF_HEADER_SIZE - PPROF_CHECKSUM_SIZE, end = PPROF_HEADER_SIZE;
    uint32_t seed = pprof_checksum(0, data, seed_at);
    pprof_store_32(data + seed_at, seed);
    while (end + pprof_count_chunks(end - PPROF_HEADER_SIZE) * PPROF_CHECKSUM_SIZE < size) end++;
    uint8_t *at = data + end;
    for (size_t start = PPROF_HEADER_SIZE; start < end; start += PPROF_CHUNK_SIZE)
        at = pprof_store_32(
            at, pprof_checksum(seed, data + start, end - start < PPROF_CHUNK_SIZE ? end - start : PPROF_CHUNK_SIZE));
    assert_ptr_equal(at, data + size);
}

static void test_no_number_is_believed(void **state) {
    (void)state;
    scene s;
    set_text(&s, TEXT);
    uint8_t *copy = copy_bytes(s.data, s.size);
    seal(copy, s.size);
    assert_memory_equal(copy, s.data, s.size);
    static const uint8_t values[] = {0x00, 0x01, 0x02, 0x7f, 0x80, 0xff};
    uint32_t refused = 0;
    for (size_t i = PPROF_MAGIC_SIZE; i < s.size; i++)
        for (size_t v = 0; v < sizeof values; v++) {
            memcpy(copy, s.data, s.size);
            copy[i] = values[v];
            seal(copy, s.size);
            refused += !survives(copy, s.size, NULL);
        }
    assert_true(refused > s.size / 4); /* the rest are other weights and other texts */
    free(copy);
    pprof_arena_free(&s.arena);
}

/* Printed, each of the bodies would have all selves: a small file could make more text than a disk holds. */
static void test_shared_selves_are_refused(void **state) {
    (void)state;
    enum { FIRST_SELF_AT = 28 };
    scene s;
    char message[sizeof s.status.message];
    set_text(&s, TEXT);
    uint8_t *copy = copy_bytes(s.data, s.size);
    uint8_t *bodies = copy + (pprof_reach_record(&s.index, SECTION_BODIES, 0) - s.data);
    for (uint32_t i = 0; i < s.index.body_count; i++) {
        uint8_t *range = bodies + i * pprof_get_record_size(SECTION_BODIES) + FIRST_SELF_AT;
        (void)pprof_store_32(pprof_store_32(range, 0), s.index.self_count);
    }
    seal(copy, s.size);
    assert_false(survives(copy, s.size, message));
    assert_string_equal(message, "x.pgoidx: corrupt index: its bodies share selves; make it again with "
                                 "`pprofread index`");
    free(copy);
    pprof_arena_free(&s.arena);
}

static void test_other_versions_are_named(void **state) {
    (void)state;
    scene s;
    char message[sizeof s.status.message];
    set_text(&s, TEXT);
    uint8_t *copy = copy_bytes(s.data, s.size);
    copy[PPROF_MAGIC_SIZE]++;
    seal(copy, s.size);
    assert_false(survives(copy, s.size, message));
    assert_string_equal(message,
                        "x.pgoidx: an index of version 3, where this libpgo reads version 2; make it again with "
                        "`pprofread index`");
    assert_false(survives((const uint8_t *)TEXT, sizeof TEXT, message));
    assert_non_null(strstr(message, "this is no index"));
    free(copy);
    pprof_arena_free(&s.arena);
}

/* A chunk of another index does not pass, though its own checksum is right. */
static void test_two_indexes_do_not_mix(void **state) {
    (void)state;
    scene a, b;
    set_text(&a, TEXT);
    set_text(&b, TEXT);
    pprof_origin origin = {.name = "", .size = 1};
    make(&b, &origin);
    assert_int_equal(a.size, b.size);
    uint8_t *mixed = malloc(a.size);
    if (mixed == NULL) abort();
    memcpy(mixed, a.data, PPROF_HEADER_SIZE);
    memcpy(mixed + PPROF_HEADER_SIZE, b.data + PPROF_HEADER_SIZE, a.size - PPROF_HEADER_SIZE);
    assert_false(survives(mixed, a.size, NULL));
    free(mixed);
    pprof_arena_free(&a.arena);
    pprof_arena_free(&b.arena);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

typedef struct paths {
    char profile[FOLDER_PATH_SIZE], index[FOLDER_PATH_SIZE];
} paths;

static void write_bytes(const char *path, const void *data, size_t size) {
    pprof_status status = {0};
    if (!pprof_write_file(path, data, size, &status)) fail_msg("%s", status.message);
}

/* A profile in the folder, and its index. */
static void make_files(paths *f, pprof_source *source, pprof_arena *arena) {
    pprof_status status = {0};
    pprof_weights weights;
    pprof_origin origin;
    const uint8_t *data;
    size_t size;
    (void)snprintf(f->profile, sizeof f->profile, "%s", in_folder("default.pgo"));
    (void)snprintf(f->index, sizeof f->index, "%s", in_folder("default.pgo.pgoidx"));
    assert_true(pprof_read_source(profiles[0], 0, arena, source, &status)); /* decompressed */
    write_bytes(f->profile, source->data, source->size);
    assert_true(pprof_measure_origin(f->profile, &origin, &status));
    assert_true(pprof_load_weights(f->profile, 0, NULL, arena, &weights, &status));
    assert_true(pprof_make_index(&weights, &origin, arena, &data, &size, &status));
    write_bytes(f->index, data, size);
}

/* What loading the file says; "" when it is taken. */
static const char *load(const char *path, const char *sample_type, char message[1024]) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_index index;
    const pprof_weights_options options = {.sample_type = sample_type};
    bool done = pprof_load_index(path, 0, &options, &arena, &index, &status);
    assert_true(done == !status.failed);
    if (done) assert_int_equal(index.sample_count, 683);
    (void)snprintf(message, 1024, "%s", status.message);
    pprof_arena_free(&arena);
    return message;
}

static void test_a_changed_profile_is_noticed(void **state) {
    (void)state;
    paths f;
    pprof_arena arena = {0};
    pprof_source source;
    char message[1024];
    make_files(&f, &source, &arena);
    uint8_t *bytes = malloc(source.size + 1);
    if (bytes == NULL) abort();
    memcpy(bytes, source.data, source.size);
    bytes[source.size] = 0;
    assert_string_equal(load(f.index, NULL, message), "");
    assert_string_equal(load(f.profile, NULL, message), "");
    write_bytes(f.profile, bytes, source.size + 1); /* longer */
    assert_non_null(strstr(load(f.index, NULL, message), "out of date: "));
    assert_non_null(strstr(message, "run `pprofread index -o "));
    bytes[source.size - 1] ^= 1;
    write_bytes(f.profile, bytes, source.size); /* of the same size */
    assert_non_null(strstr(load(f.index, NULL, message), "out of date: "));
    bytes[source.size - 1] ^= 1;
    write_bytes(f.profile, bytes, source.size);
    assert_string_equal(load(f.index, NULL, message), "");
    assert_int_equal(unlink(f.profile), 0); /* an index may travel alone */
    assert_string_equal(load(f.index, NULL, message), "");
    free(bytes);
    pprof_arena_free(&arena);
}

static void test_only_a_full_check_sees_the_middle(void **state) {
    (void)state;
    paths f;
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    pprof_index index;
    bool is_beside;
    make_files(&f, &source, &arena);
    assert_true(source.size > 10000);
    uint8_t *bytes = malloc(source.size);
    if (bytes == NULL) abort();
    memcpy(bytes, source.data, source.size);
    bytes[source.size / 2] ^= 1;
    write_bytes(f.profile, bytes, source.size);
    assert_true(pprof_load_index(f.index, 0, NULL, &arena, &index, &status));
    assert_true(pprof_check_origin(&index, false, &is_beside));
    assert_true(is_beside);
    assert_false(pprof_check_origin(&index, true, &is_beside));
    assert_message_has(&status, "out of date");
    free(bytes);
    pprof_arena_free(&arena);
}

static void test_another_sample_type_is_refused(void **state) {
    (void)state;
    paths f;
    pprof_arena arena = {0};
    pprof_source source;
    char message[1024];
    make_files(&f, &source, &arena);
    assert_string_equal(load(f.index, "samples", message), "");
    assert_non_null(strstr(load(f.index, "cpu", message), "an index of sample type samples, not cpu"));
    pprof_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_the_version_says_what_an_index_holds),
        cmocka_unit_test(test_every_function_is_found),
        cmocka_unit_test(test_statics_are_found_by_their_names_in_c),
        cmocka_unit_test(test_curves),
        cmocka_unit_test(test_sums_saturate),
        cmocka_unit_test(test_every_flipped_byte_is_noticed),
        cmocka_unit_test(test_every_cut_is_noticed),
        cmocka_unit_test(test_no_number_is_believed),
        cmocka_unit_test(test_shared_selves_are_refused),
        cmocka_unit_test(test_other_versions_are_named),
        cmocka_unit_test(test_two_indexes_do_not_mix),
        cmocka_unit_test(test_a_changed_profile_is_noticed),
        cmocka_unit_test(test_only_a_full_check_sees_the_middle),
        cmocka_unit_test(test_another_sample_type_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
