/* What the tests of Weights and of their text share: profiles made by hand, and Weights as a string. */
#ifndef WEIGHTS_SUPPORT_H
#define WEIGHTS_SUPPORT_H

#include "reader_support.h"

#include <stdlib.h>

/* ---- a profile made by hand: samples/count unless the test adds its own types first ---- */

typedef struct making {
    pprof_arena arena;
    pprof_status status;
    pprof_builder *builder;
    uint64_t next_address; /* so that equal lines are different locations, as they are in profiles */
} making;

static inline void start_profile(making *m, const char *type, const char *unit) {
    *m = (making){.next_address = 0x1000};
    m->builder = pprof_create_builder(&m->arena, &m->status);
    assert_non_null(m->builder);
    assert_int_equal(pprof_add_sample_type(m->builder, type, unit, &m->status), 0);
}

static inline uint32_t add_string(making *m, const char *text) {
    return pprof_add_string(m->builder, text, strlen(text), &m->status);
}

static inline uint32_t add_function(making *m, const char *name, const char *system_name, const char *file,
                                    int64_t start_line) {
    pprof_function function = {add_string(m, name), add_string(m, system_name), add_string(m, file), start_line};
    return pprof_add_function(m->builder, &function, &m->status);
}

/* A C function: both names equal. */
static inline uint32_t add_c_function(making *m, const char *name, int64_t start_line) {
    return add_function(m, name, name, "src/test.c", start_line);
}

/* A location of [count] lines, the innermost inlined one first. */
static inline uint32_t add_lines(making *m, const pprof_line *lines, uint32_t count) {
    pprof_location location = {.address = m->next_address++, .mapping = PPROF_NONE, .line_count = count};
    return pprof_add_location(m->builder, &location, lines, &m->status);
}

static inline uint32_t add_line(making *m, uint32_t function, int64_t line, int64_t column) {
    return add_lines(m, &(pprof_line){line, column, function}, 1);
}

/* A stack, innermost location first. */
#define ADD_SAMPLE(making, value, ...)                                                                                 \
    add_stack(making, value, (const uint32_t[]){__VA_ARGS__}, sizeof(uint32_t[]){__VA_ARGS__} / sizeof(uint32_t))

static inline void add_stack(making *m, int64_t value, const uint32_t *locations, size_t count) {
    assert_int_not_equal(pprof_add_sample(m->builder, locations, (uint32_t)count, &value, NULL, 0, &m->status),
                         PPROF_NONE);
}

static inline pprof_profile finish_profile(making *m) {
    pprof_profile profile;
    assert_true(pprof_finish_builder(m->builder, &profile, &m->status));
    assert_false(m->status.failed);
    return profile;
}

/* ---- reports as text ---- */

typedef bool report_printer(const pprof_profile *profile, const pprof_report_options *options, FILE *out,
                            pprof_arena *arena, pprof_status *status);

/* malloc'ed; NULL when it fails, with the status set. Not inlined: as print_to_string. */
__attribute__((noinline, unused)) static char *
report_to_string(making *m, report_printer *print, const pprof_profile *profile, const pprof_report_options *options) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    bool done = print(profile, options, out, &m->arena, &m->status);
    (void)fclose(out);
    if (done) return text;
    free(text);
    return NULL;
}

/* ---- Weights as text ---- */

/* malloc'ed. Not inlined: gcc 12 takes what open_memstream gives for its argument, and warns of a dangling pointer. */
__attribute__((noinline, unused)) static char *print_to_string(const pprof_weights *weights) {
    char *text = NULL;
    size_t size = 0;
    pprof_status status = {0};
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) abort();
    bool worked = pprof_print_weights(weights, out, &status);
    (void)fclose(out);
    if (!worked) fail_msg("%s", status.message);
    return text;
}

static inline bool parse_text(const char *text, pprof_arena *arena, pprof_weights *weights, pprof_status *status) {
    pprof_source source;
    return text != NULL && pprof_read_bytes("test.txt", text, strlen(text), 0, arena, &source, status) &&
           pprof_parse_weights(&source, arena, weights, status);
}

/* The text of the Weights of the file under the test data; malloc'ed, NULL with [status] set if it has none. */
static inline char *weigh_file(const char *name, pprof_status *status) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", TEST_DATA, name);
    pprof_arena arena = {0};
    pprof_weights weights;
    char *text = pprof_load_weights(path, 0, NULL, &arena, &weights, status) ? print_to_string(&weights) : NULL;
    pprof_arena_free(&arena);
    return text;
}

#endif
