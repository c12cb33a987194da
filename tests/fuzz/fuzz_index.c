/* An index of weights: opened, looked up in, and read whole. mutate_index.c makes its inputs. */
#include "fuzz.h"
#include "index/lookup.h"

static void search(const pprof_index *index, pprof_key_kind kind, const char *text) {
    pprof_key_search found = pprof_search_key(index, kind, text, strlen(text));
    uint32_t number;
    for (uint32_t count = 0; (number = pprof_next_function(index, &found)) != PPROF_NONE; count++) {
        REQUIRE(number < index->function_count && count <= found.end);
        (void)pprof_get_weight_function(index, number);
        (void)pprof_get_body(index, number);
    }
}

/* What a compile asks. */
static void look_up(const pprof_index *index) {
    search(index, PPROF_KEY_NAME, "main");
    search(index, PPROF_KEY_FILE, "src/a.c");
    search(index, PPROF_KEY_NAME, "");
    for (uint32_t i = 0; i < index->function_count && i < 16; i++) {
        pprof_weight_function function = pprof_get_weight_function(index, i);
        search(index, PPROF_KEY_NAME, function.linkage_name);
        search(index, PPROF_KEY_FILE, function.file);
    }
    for (uint32_t rank = 0; rank < index->edge_count && rank < 16; rank++) (void)pprof_get_edge(index, rank);
    for (unsigned curve = 0; curve < PPROF_CURVE_COUNT; curve++) {
        (void)pprof_find_sum(index, (pprof_curve)curve, index->total / 2);
        (void)pprof_find_weight(index, (pprof_curve)curve, 2);
    }
    const double most = 99;
    (void)pprof_cut_hot_edges(index, most);
    (void)pprof_get_origin(index);
}

/* An index made by an enemy may hold Weights that no profile has, so their text need not be read back. */
static void print(const pprof_weights *weights) {
    pprof_status status = {0};
    fuzz_text text;
    FILE *out = begin_text(&text);
    require_status(pprof_print_weights(weights, out, &status), &status);
    end_text(out);
    free(text.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_index index;
    bool worked = pprof_open_index("fuzz", data, size, &arena, &index, &status);
    require_status(worked, &status);
    if (worked) {
        pprof_status reading = {0};
        pprof_index whole;
        pprof_weights weights;
        look_up(&index);
        bool is_read = pprof_open_index("fuzz", data, size, &arena, &whole, &reading) &&
                       pprof_read_index(&whole, &arena, &weights, &reading);
        require_status(is_read, &reading);
        if (is_read) print(&weights);
    }
    pprof_arena_free(&arena);
    return 0;
}
