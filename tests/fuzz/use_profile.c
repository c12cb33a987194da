/* Takes a Profile; does with it whatever the library can, and requires that encoding it loses nothing. */
#include "edit/edit.h"
#include "fuzz.h"

static void weigh(const pprof_profile *profile) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_fitness fitness;
    require_status(pprof_check_fitness(profile, "fuzz", NULL, &arena, &fitness, &status), &status);
    /* Index 0 is there in every profile and overrides the refusal of heap profiles. */
    const pprof_weights_options options = {.sample_type = profile->sample_count % 2 != 0 ? NULL : "0"};
    pprof_weights weights;
    status = (pprof_status){0};
    bool worked = pprof_compute_weights(profile, "fuzz", &options, &arena, &weights, &status);
    require_status(worked, &status);
    if (worked) use_weights(&weights);
    pprof_arena_free(&arena);
}

static void print_raw(const pprof_profile *profile, fuzz_text *text) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    FILE *out = begin_text(text);
    static const pprof_report_options options = {.node_count = -1};
    bool worked = pprof_print_raw(profile, &options, out, &arena, &status);
    end_text(out);
    require_success(worked, &status);
    pprof_arena_free(&arena);
}

/* One report per profile, in one of many ways: which one depends on its size, to be cheap and repeatable. */
static void print_report(const pprof_profile *profile) {
    static pprof_print_report *const reports[] = {pprof_print_top,    pprof_print_tree, pprof_print_peek,
                                                  pprof_print_traces, pprof_print_tags, pprof_print_flame,
                                                  pprof_print_dot};
    enum { REPORTS = sizeof reports / sizeof *reports };
    uint32_t way = profile->sample_count + profile->location_count + profile->string_count;
    const pprof_report_options options = {
        .granularity = (pprof_granularity)(way / REPORTS % 6),
        .cumulative = way % 5 == 0,
        .without_inlines = way % 31 == 0,
        .mean = way % 11 == 0,
        .tag_focus = way % 19 == 0 ? "1:" : NULL,
        .focus = way % 13 == 0 ? "a|l" : NULL,
        .ignore = way % 17 == 0 ? "x$" : NULL,
        .show_from = way % 23 == 0 ? "m" : NULL,
        .prune_from = way % 29 == 0 ? "f" : NULL,
        .symbols = "a",
        .node_count = way % 3 == 0 ? 5 : -1,
        .node_fraction = way % 2 == 0 ? 0 : -1,
        .edge_fraction = -1,
    };
    pprof_arena arena = {0};
    pprof_status status = {0};
    fuzz_text text;
    FILE *out = begin_text(&text);
    require_status(reports[way % REPORTS](profile, &options, out, &arena, &status), &status);
    end_text(out);
    free(text.bytes);
    pprof_arena_free(&arena);
}

/* Encodes, decodes, and wants the same text and the same bytes again; through gzip too. */
void encode_profile(const pprof_profile *profile) {
    fuzz_text raw, raw_again;
    print_raw(profile, &raw);
    pprof_arena arena = {0};
    pprof_status status = {0};
    const uint8_t *plain, *packed, *again;
    size_t plain_size, packed_size, again_size;
    pprof_source source;
    pprof_profile decoded;
    require_success(pprof_encode_profile(profile, false, &arena, &plain, &plain_size, &status), &status);
    require_success(pprof_encode_profile(profile, true, &arena, &packed, &packed_size, &status), &status);
    require_success(pprof_read_bytes("encoded", packed, packed_size, 0, &arena, &source, &status), &status);
    REQUIRE(source.size == plain_size && memcmp(source.data, plain, plain_size) == 0);
    require_success(pprof_decode_profile(&source, &arena, &decoded, &status), &status);
    require_success(pprof_encode_profile(&decoded, false, &arena, &again, &again_size, &status), &status);
    REQUIRE(again_size == plain_size && memcmp(again, plain, plain_size) == 0);
    print_raw(&decoded, &raw_again);
    REQUIRE(same_text(&raw, &raw_again));
    free(raw.bytes);
    free(raw_again.bytes);
    pprof_arena_free(&arena);
}

/* Pruned, merged with itself, scaled, and less itself, which leaves nothing but what overflowed. */
static void edit(const pprof_profile *profile) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile pruned, merged, difference;
    require_success(pprof_prune_frames(profile, &arena, &pruned, &status), &status);
    REQUIRE(pruned.sample_count <= profile->sample_count);
    const pprof_merge_input inputs[] = {{.profile = profile, .path = "a"},
                                        {.profile = &pruned, .path = "b", .weight = 3}};
    require_success(pprof_merge_profiles(inputs, 2, &arena, &merged, &status), &status);
    encode_profile(&merged);
    bool normalizes = profile->sample_count % 2 != 0;
    require_success(pprof_subtract_profile(&inputs[1], &inputs[0], normalizes, &arena, &difference, &status), &status);
    pprof_arena_free(&arena);
}

/* Every report refuses expressions that cost too much: then the profile is used without. */
static void drop_costly_patterns(pprof_profile *profile) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile pruned;
    bool worked = pprof_prune_frames(profile, &arena, &pruned, &status);
    require_status(worked, &status);
    if (!worked) profile->drop_frames_string = profile->keep_frames_string = 0;
    pprof_arena_free(&arena);
}

void use_profile(const pprof_profile *profile) {
    pprof_profile usable = *profile;
    drop_costly_patterns(&usable);
    weigh(&usable);
    print_report(&usable);
    encode_profile(&usable);
    edit(&usable);
}
